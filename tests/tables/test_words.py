"""kb.tables and kb.show: what a reader sees."""

from __future__ import annotations

import pytest

import kb
from kb.cite import author_year
from kb.cli import NOUNS
from kb.model import Arm, ArmStatistic, Design, Direction, Finding, Measure, Reference
from kb.naming import Thing
from kb.show import page, to_text
from kb.tables import UNKNOWN, claims_table, effect, to_markdown
from kb.timepoint import weeks


def _finding(**changes: object) -> Finding:
    fields: dict[str, object] = {
        "id": "f01",
        "as_reported": "pain",
        "populations": (),
        "conditions": (),
        "interventions": (),
        "comparators": (),
        "outcomes": ("pain",),
        "timepoint": None,
        "measure": Measure.MD,
        "unit": None,
        "estimate": None,
        "ci_low": None,
        "ci_high": None,
        "p": None,
        "direction": Direction.UNCLEAR,
    }
    return Finding(**{**fields, **changes})


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "unknown"),
        ({"estimate": 1.5, "unit": "points"}, "MD 1.5 points"),
        ({"estimate": 1.5, "ci_low": 0.5, "ci_high": None}, "MD 1.5 (0.5 to unknown)"),
        ({"estimate": None, "ci_low": 0.5, "ci_high": 2}, "MD unknown (0.5 to 2)"),
        ({"measure": Measure.NNT, "ci_low": 4, "ci_high": 7, "ci_level": 99}, "NNT unknown (99 % CI 4 to 7)"),
        ({"measure": Measure.P_VALUE, "p": "<0.001"}, "p <0.001"),
        ({"measure": Measure.P_VALUE, "p": "0.04"}, "p = 0.04"),
        ({"measure": Measure.P_VALUE, "p": "not significant"}, "not significant"),
        ({"measure": Measure.PERCENT, "estimate": 40, "unit": "%"}, "percent 40"),
        (
            {"arm_statistic": ArmStatistic.PERCENT, "arms": (Arm(name="a", n=20, value=5), Arm(name="b", value=10.5))},
            "a: 5%, n=20; b: 10.5% (percent)",
        ),
        ({"arm_statistic": ArmStatistic.MEAN, "arms": (Arm(name="a", value=5, sd=1.2),)}, "a: 5 (SD 1.2) (mean)"),
    ],
)  # fmt: skip
def test_an_effect_says_what_is_known_and_no_more(changes: dict[str, object], words: str) -> None:
    assert effect(_finding(**changes)) == words


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("8 weeks", 8),
        ("1 year", 52.2),
        ("6 months follow-up", 26.1),
        ("8 or 13 weeks", None),
        ("pooled", None),
        ("", None),
    ],
)
def test_weeks_only_of_one_plain_duration(words: str, expected: float | None) -> None:
    found = weeks(words)
    assert (found if found is None else round(found, 1)) == expected


def test_the_two_sides_of_the_tennis_elbow_story_are_in_one_table(base: kb.Base) -> None:
    table = base.table(condition="tennis elbow", intervention="shockwave")
    zhang = [row for row in table.rows if row["study"] == "Zhang et al. 2024"]
    assert [(row["timepoint"], row["effect"], row["direction"]) for row in zhang if "PRTEE" in row["effect"]] == [
        ("1 month", "MD 8.64 (4.7 to 12.58) PRTEE points (0-100); p <0.001", "favours comparator"),
        ("3 months", "MD -9.5 (-14.05 to -4.95) PRTEE points (0-100); p <0.001", "favours intervention"),
    ]
    final = [row for row in zhang if row["timepoint"] == "final follow-up" and "PRTEE" in row["outcome"]]
    assert [row["effect"] for row in final] == [UNKNOWN]


def test_rows_come_from_findings_of_the_terms_asked_for(base: kb.Base) -> None:
    table = base.table(condition="patellofemoral-pain", outcome="pain")
    answer = base.bearing_on(condition="patellofemoral-pain", outcome="pain")
    assert len(table.rows) == len(answer.findings)
    assert set(table.keys) == set(answer.studies)
    assert len(table.references) == len(table.keys)


def test_an_empty_table_says_so(base: kb.Base) -> None:
    text = to_markdown(base.table(condition="tennis elbow", intervention="foam-rolling"))
    assert "No study in the base bears on this." in text


def test_claims_table_names_the_basis(base: kb.Base) -> None:
    table = claims_table(base.corpus, "running-injuries-page")
    assert len(table.rows) == sum(len(c.evidence) for c in base.corpus.posts["running-injuries-page"].claims)
    assert table.notes == ("Verdicts: curated from abstracts; not yet reviewed by a clinician.",)


def test_author_year_of_unknown_authors_is_the_key() -> None:
    assert author_year(Reference(key="bolia2020", entry_type="article", year=2020), "bolia2020") == "bolia2020"
    three = Reference(key="a2020", entry_type="article", author=("A, B.", "C, D.", "others"), year=2020)
    assert author_year(three, "a2020") == "A et al. 2020"


def test_the_page_of_every_thing_can_be_made(base: kb.Base) -> None:
    for noun in (noun for noun in NOUNS if noun not in {"arms", "evidence"}):
        singular = {"studies": "study"}.get(noun, noun.removesuffix("s"))
        for identifier in getattr(base, noun).index:
            text = to_text(page(base, Thing(singular, identifier)))
            assert text.splitlines()[1] == f"{singular} {identifier}"
            assert "None" not in text.replace("None of", "")


def test_what_was_only_recalled_is_a_to_do_and_nowhere_else(base: kb.Base) -> None:
    for key, study in base.corpus.studies.items():
        if not study.to_check:
            continue
        text = to_text(page(base, Thing("study", key)))
        before, heading, after = text.partition("To check: recalled, not seen; no fact yet")
        assert heading
        assert all(item in after for item in study.to_check)
        assert not any(item in before for item in study.to_check)


def test_designs_have_words(base: kb.Base) -> None:
    assert {design.value for design in Design} >= set(base.studies["design"])
