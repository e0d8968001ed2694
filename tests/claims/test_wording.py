"""A finding as one sentence: nothing said beyond it, hedged to its design."""

from __future__ import annotations

from typing import Any

import pytest

import kb
from kb.claims import wording
from kb.model import Design, Direction, Measure
from tests.claims.judging import finding, study, with_studies


def told(base: kb.Base, found: dict[str, Any] | None = None, **known: Any) -> str:
    one = study("fox2020", finding(**(found or {})), **known)
    return wording.sentence(one, one.findings[0], with_studies(base.corpus, one))


def test_a_trial(base: kb.Base) -> None:
    assert told(base) == (
        "In one randomized trial of 80 adults with plantar fasciitis, visual analogue scale for pain was lower with"
        " focused shockwave therapy than with sham shockwave at 12 weeks (MD -1.5 points (0-10), 95% CI -2 to -1)."
    )


def test_the_comparator_may_be_better(base: kb.Base) -> None:
    assert "was lower with sham shockwave than with focused" in told(base, {"direction": Direction.COMPARATOR})


@pytest.mark.parametrize("found", [{"direction": Direction.NO_DIFFERENCE}, {"ci_high": 0.2}])
def test_no_difference_is_not_an_effect(base: kb.Base, found: dict[str, Any]) -> None:
    text = told(base, found)
    assert "did not differ clearly in visual analogue scale for pain" in text
    assert " lower " not in text


def test_an_interval_across_no_effect_is_no_clear_association(base: kb.Base) -> None:
    found = {"direction": Direction.ASSOCIATION, "comparators": (), "ci_high": 0.2}
    assert "was not clearly associated with" in told(base, found, design=Design.PROSPECTIVE_COHORT)
    assert "was associated with" in told(base, {**found, "ci_high": -0.2}, design=Design.PROSPECTIVE_COHORT)


def test_an_observational_comparison_is_an_association(base: kb.Base) -> None:
    text = told(base, design=Design.RETROSPECTIVE_COHORT)
    assert "focused shockwave therapy was associated with lower visual analogue scale" in text


def test_a_change_within_a_group_is_named_as_one(base: kb.Base) -> None:
    text = told(base, {"direction": Direction.IMPROVEMENT, "comparators": ("own-baseline",)})
    assert "changed within the group with focused shockwave therapy at 12 weeks, without a comparison" in text
    assert "better" not in text
    assert "without a comparison" in told(base, {"comparators": ("own-baseline",)})


def test_a_pooled_result_names_its_studies(base: kb.Base) -> None:
    known = {"design": Design.META_ANALYSIS, "n_studies": 7, "n_participants": 1250}
    text = told(base, {"note": "3 trials pooled"}, **known)
    assert text.startswith("In a meta-analysis of 7 studies (1,250 participants) in adults with plantar fasciitis,")
    assert text.endswith("3 trials pooled).")


def test_the_onset_of_a_condition_is_not_had_at_the_start(base: kb.Base) -> None:
    found = {"outcomes": ("injury-incidence",), "conditions": ("running-related-injury",), "populations": ("runners",)}
    text = told(base, found, populations=("runners", "adults"))
    assert text.startswith("In one randomized trial of 80 runners, injury incidence was less frequent with")


def test_levels_units_and_unknowns(base: kb.Base) -> None:
    found = {
        "measure": Measure.RISK_RATIO,
        "unit": None,
        "estimate": 0.86,
        "ci_low": 0.75,
        "ci_high": 0.99,
        "ci_level": 99,
    }
    assert "(RR 0.86, 99% CI 0.75 to 0.99)." in told(base, found)
    bare = {
        "measure": Measure.P_VALUE,
        "estimate": None,
        "ci_low": None,
        "ci_high": None,
        "p": "<0.001",
        "timepoint": None,
    }
    assert told(base, bare, n_participants=None) == (
        "In a randomized trial in adults with plantar fasciitis, visual analogue scale for pain was lower with focused"
        " shockwave therapy than with sham shockwave (p <0.001)."
    )
    words = {**bare, "p": "significant group by time"}
    assert "p = significant" not in told(base, words)


def test_every_finding_of_the_base_makes_one_sentence(base: kb.Base) -> None:
    for one in base.corpus.studies.values():
        for result in one.findings:
            text = wording.sentence(one, result, base.corpus)
            assert text.startswith(("In a", "In one"))
            assert text.endswith((".", ")."))
            assert "  " not in text
            assert "None" not in text
            assert "own baseline" not in text
            if wording.crosses(result) or result.direction in {Direction.NO_DIFFERENCE, Direction.NO_ASSOCIATION}:
                assert " than with " not in text, text
            assert result.estimate is None or f"{result.estimate:,.10g}" in text


def test_names_keep_their_capitals(base: kb.Base) -> None:
    conditions = base.corpus.conditions
    assert wording.named(conditions, ["midportion-achilles-tendinopathy"]) == "midportion Achilles tendinopathy"
    assert wording.named(conditions, ["plantar-fasciitis", "ankle-sprain", "neck-pain"]).count(" and ") == 1
    assert wording.named(conditions, ["nothing-known"]) == ""
