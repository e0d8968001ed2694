"""The tidy frame of estimates."""

from __future__ import annotations

import pandas as pd
import pytest

import kb


@pytest.fixture(scope="module")
def frame(base: kb.Base) -> pd.DataFrame:
    return base.estimates(condition="tennis elbow", intervention="shockwave")


def test_each_estimate_has_one_row_and_its_keys_are_those_of_the_base(base: kb.Base, frame: pd.DataFrame) -> None:
    assert len(frame) > 10
    assert not frame.assign(findings=frame["findings"].map(str))[["kind", "measure", "findings"]].duplicated().any()
    assert {study for some in frame["studies"] for study in some} <= set(base.studies.index)
    assert {finding for some in frame["findings"] for finding in some} <= set(base.findings.index)


def test_a_single_estimate_is_what_its_finding_prints(base: kb.Base, frame: pd.DataFrame) -> None:
    single = frame[frame["kind"] != "pool"]
    assert len(single)
    for findings, estimate in zip(single["findings"], single["estimate"], strict=True):
        assert abs(estimate) == pytest.approx(abs(base.findings.loc[findings[0]]["estimate"]))
    assert single["comparator"].notna().all()


def test_an_open_outcome_holds_what_each_outcome_answers(base: kb.Base, frame: pd.DataFrame) -> None:
    asked = base.estimates(condition="tennis elbow", intervention="shockwave", outcome="prtee")
    pd.testing.assert_frame_equal(asked, frame[frame["outcome"] == "prtee"].reset_index(drop=True))
    answer = base.answer(condition="tennis elbow", intervention="shockwave", outcome="prtee")
    assert list(asked["estimate"]) == [result.estimate for result in answer.results]
    assert list(asked["leads"]) == [result in answer.leads for result in answer.results]


def test_unknown_is_missing_and_numbers_are_numbers(frame: pd.DataFrame) -> None:
    assert frame["n"].isna().any()
    assert frame.dtypes[["k", "n"]].map(str).tolist() == ["Int64", "Int64"]
    assert frame.dtypes[["estimate", "weeks"]].map(str).tolist() == ["Float64", "Float64"]
    words = {word for name in frame.columns[frame.dtypes == "string"] for word in frame[name].dropna()}
    assert not words & {"", "unknown", "not said", "timepoint not said"}


def test_an_interval_with_no_effect_in_it_favours_nobody(frame: pd.DataFrame) -> None:
    no_effect = frame["measure"].isin(["RR", "OR", "HR", "IRR"]).astype(float)
    crosses = (frame["ci_low"] < no_effect) & (frame["ci_high"] > no_effect)
    assert crosses.any()
    assert set(frame.loc[crosses, "favours"]) == {"unclear"}


def test_nothing_found_is_an_empty_frame_with_its_columns(base: kb.Base, frame: pd.DataFrame) -> None:
    none = base.estimates(condition="tennis elbow", intervention="cupping")
    assert none.empty
    assert list(none.columns) == list(frame.columns)


def test_a_wrong_word_is_refused_with_the_nearest(base: kb.Base) -> None:
    with pytest.raises(kb.UnknownIdError, match="lateral-epicondylitis"):
        base.estimates(condition="tenis elbow", intervention="shockwave")
    with pytest.raises(kb.KbError):
        base.estimates(condition="tennis elbow", intervention="shockwave", timepoint="next tuesday")
