"""Each rule about a claim: when it speaks and when it must not."""

from __future__ import annotations

from typing import Any

import pytest

import kb
from kb.citations.flag import Severity
from kb.claims.says import Bound, NumberRole
from kb.model import ArmStatistic, ClaimDirection, Corpus, Design, Direction, Measure, Study, Verification, Wording
from tests.claims.judging import finding, judged, number, rules, says, study

HEEL = {"plantar-fasciitis": "heel pain"}
SHOCK = {"focused-shockwave": "shockwave"}


@pytest.fixture(scope="module")
def corpus(base: kb.Base) -> Corpus:
    return base.corpus


def told(corpus: Corpus, text: str, *studies: Study, **known: Any) -> list[str]:
    return rules(judged(corpus, says(text, **known), studies or (study(),)))


# --- numbers -------------------------------------------------------------------------------------------------


def ratio(estimate: float = 0.53, **known: Any) -> Study:
    one = finding(
        measure=Measure.RISK_RATIO,
        unit=None,
        estimate=estimate,
        ci_low=round(estimate * 0.7, 3),
        ci_high=round(estimate * 1.4, 3),
        conditions=("running-related-injury",),
        interventions=("strengthening-exercise",),
        comparators=("usual-training",),
        outcomes=("running-injury-incidence",),
        **known,
    )
    return study("fox2020", one)


INJURY = {
    "interventions": {"strengthening-exercise": "Strength work"},
    "outcomes": {"running-injury-incidence": "injuries"},
}


def change(
    corpus: Corpus, value: float, bound: Bound = Bound.EXACT, one: Study | None = None, **known: Any
) -> list[str]:
    numbers = (number(NumberRole.CHANGE, value, bound, **known),)
    return told(corpus, "Strength work cuts injuries.", one or ratio(), numbers=numbers, **INJURY)


@pytest.mark.parametrize(
    ("value", "bound"),
    [(-47, Bound.EXACT), (-50, Bound.ABOUT), (-40, Bound.MORE_THAN), (-47, Bound.MORE_THAN), (-60, Bound.UP_TO)],
)
def test_a_percentage_that_follows_from_the_ratio_is_right(corpus: Corpus, value: float, bound: Bound) -> None:
    assert change(corpus, value, bound) == []


@pytest.mark.parametrize(("value", "bound"), [(-30, Bound.EXACT), (-70, Bound.ABOUT), (-50, Bound.MORE_THAN)])
def test_a_percentage_that_does_not_follow_differs(corpus: Corpus, value: float, bound: Bound) -> None:
    assert change(corpus, value, bound) == ["number-differs"]


def test_a_range_holds_the_study_s_value(corpus: Corpus) -> None:
    assert change(corpus, -40, high=-50) == []
    assert change(corpus, -10, high=-20) == ["number-differs"]


def test_twice_is_compared_as_a_ratio(corpus: Corpus) -> None:
    raised = ratio(2.2, direction=Direction.COMPARATOR)
    assert "number-differs" not in change(corpus, 100, Bound.ABOUT, raised)
    assert "number-differs" in change(corpus, 300, Bound.ABOUT, raised)


def test_nothing_comparable_no_number_differs(corpus: Corpus) -> None:
    numbers = (number(NumberRole.CHANGE, -80),)
    assert told(corpus, "It cuts injuries.", study(), numbers=numbers, outcomes={"injury-incidence": "injuries"}) == []
    unseen = ratio().model_copy(update={"verification": Verification.PARTLY})
    (flag,) = judged(corpus, says("Strength work cuts injuries.", numbers=numbers, **INJURY), [unseen])
    assert (flag.rule, flag.severity) == ("number-differs", Severity.NOTE), "seen in part: no more than a note"
    twice = unseen.model_copy(update={"findings": (*unseen.findings, *ratio(0.6, id="f02").findings)})
    assert change(corpus, -80, one=twice) == []
    assert change(corpus, -80, one=ratio(note="in men 80 % less")) == []


@pytest.mark.parametrize(
    ("value", "measure", "expected"),
    [(1.5, "MD", []), (2.0, "MD", []), (1.51, "MD", ["number-differs"]), (4, "MD", ["number-differs"]), (4, "SMD", [])],
)
def test_effects_are_compared_within_their_measure(
    corpus: Corpus, value: float, measure: str, expected: list[str]
) -> None:
    numbers = (number(NumberRole.EFFECT, value, measure=measure),)
    known = {"numbers": numbers, "outcomes": {"pain": "Pain"}}
    assert told(corpus, "Pain falls.", study(), **known) == expected


def test_an_effect_at_another_time_is_not_compared(corpus: Corpus) -> None:
    numbers = (number(NumberRole.EFFECT, 4, measure="MD"),)
    known = {"numbers": numbers, "outcomes": {"pain": "Pain"}}
    assert "number-differs" not in told(corpus, "Pain falls at a year.", study(), weeks=(52.0,), **known)
    assert "number-differs" in told(corpus, "Pain falls at 3 months.", study(), weeks=(13.0,), **known)


@pytest.mark.parametrize(
    ("value", "bound", "expected"),
    [
        (80, Bound.EXACT, []),
        (41, Bound.EXACT, []),
        (82, Bound.ABOUT, []),
        (75, Bound.MORE_THAN, []),
        (95, Bound.EXACT, ["number-differs"]),
        (100, Bound.MORE_THAN, ["number-differs"]),
    ],
)
def test_counts(corpus: Corpus, value: float, bound: Bound, expected: list[str]) -> None:
    arms = ({"name": "shockwave", "n": 41}, {"name": "sham", "n": 39})
    numbers = (number(NumberRole.PARTICIPANTS, value, bound),)
    assert told(corpus, "People got shockwave.", study("fox2020", finding(arms=arms)), numbers=numbers) == expected


def test_a_large_round_count_is_a_rounded_one(corpus: Corpus) -> None:
    numbers = (number(NumberRole.PARTICIPANTS, 2000),)
    assert told(corpus, "2,000 people.", study(n_participants=1987), numbers=numbers) == []
    assert told(corpus, "2,000 people.", study(n_participants=2600), numbers=numbers) == ["number-differs"]


def test_a_share_differs_from_the_one_that_the_study_gives(corpus: Corpus) -> None:
    share = finding(
        measure=Measure.PERCENT, unit="%", estimate=30, ci_low=None, ci_high=None, outcomes=("recovery",),
        direction=Direction.DESCRIPTIVE,
    )  # fmt: skip
    known: dict[str, Any] = {"conditions": HEEL, "outcomes": {"recovery": "recover"}, "direction": None}
    text = "Of people with heel pain some recover."
    for value, expected in ((30, []), (30.4, []), (70, ["number-differs"]), (55, ["number-differs"])):
        numbers = (number(NumberRole.PERCENT, value),)
        assert told(corpus, text, study("fox2020", share), numbers=numbers, **known) == expected, value
    rest = "Of people with heel pain most do not recover."
    numbers = (number(NumberRole.PERCENT, 70),)
    assert told(corpus, rest, study("fox2020", share), numbers=numbers, **known) == [], "the rest is told"


# --- population, condition, intervention, outcome -------------------------------------------------------------


@pytest.mark.parametrize(
    ("telling", "studied", "expected"),
    [
        ("runners", ("athletes",), ["other-population"]),
        ("runners", ("team-sport-athletes",), ["other-population"]),
        ("runners", ("military-recruits", "adults"), ["other-population"]),
        ("runners", ("general-patients",), ["other-population"]),
        ("runners", ("athletes", "runners"), []),
        ("runners", ("novice-runners",), []),
        ("runners", ("adults",), []),
        ("runners", ("physically-active-people",), []),
        ("runners", ("literature-only",), []),
        ("runners", (), []),
        ("marathon-runners", ("recreational-runners",), []),
        ("athletes", ("runners",), []),
        ("athletes", ("military-personnel",), ["other-population"]),
        ("golfers", ("athletes",), []),
        ("adults", ("military-recruits",), []),
        ("general-patients", ("runners",), []),
        ("older-adults", ("athletes",), []),
    ],
)
def test_population(corpus: Corpus, telling: str, studied: tuple[str, ...], expected: list[str]) -> None:
    one = study("fox2020", finding(populations=studied), populations=studied)
    assert told(corpus, "It helps people.", one, populations={telling: "people"}) == expected


def test_a_study_whose_texts_name_the_people_is_not_of_others(corpus: Corpus) -> None:
    known = {"populations": {"runners": "runners"}}
    one = {"populations": ("athletes",)}
    named = study("fox2020", finding(populations=("athletes",)), population="runners and players", **one)
    denied = study("fox2020", finding(populations=("athletes",)), population="athletes, not runners", **one)
    assert told(corpus, "It helps runners.", named, **known) == []
    assert told(corpus, "It helps runners.", denied, **known) == ["other-population"]


@pytest.mark.parametrize(
    ("telling", "studied", "expected"),
    [
        ("patellofemoral-pain", "knee-osteoarthritis", ["other-condition"]),
        ("knee-pain", "knee-osteoarthritis", []),
        ("knee-osteoarthritis", "knee-pain", []),
        ("overuse-injury", "patellofemoral-pain", []),
        ("patellofemoral-pain", "running-related-injury", []),
        ("subacromial-shoulder-pain", "rotator-cuff-tendinopathy", []),
        ("achilles-tendinopathy", "plantar-fasciitis", ["other-condition"]),
    ],
)
def test_condition(corpus: Corpus, telling: str, studied: str, expected: list[str]) -> None:
    one = study("fox2020", finding(conditions=(studied,)))
    known = {"interventions": SHOCK, "conditions": {telling: "that"}}
    assert told(corpus, "shockwave helps that.", one, **known) == expected


def test_one_told_condition_that_fits_is_enough(corpus: Corpus) -> None:
    known = {"conditions": {"neck-pain": "neck pain", "plantar-fasciitis": "heel pain"}}
    assert told(corpus, "It helps neck pain and heel pain.", **known) == []


@pytest.mark.parametrize(
    ("telling", "studied", "expected"),
    [
        ("focused-shockwave", "radial-shockwave", ["other-intervention"]),
        ("shockwave", "radial-shockwave", []),
        ("radial-shockwave", "shockwave", []),
        ("stretching", "manual-therapy", ["other-intervention"]),
        ("physical-therapy", "manual-therapy", []),
        ("hip-muscle-weakness", "hip-strengthening", []),
    ],
)
def test_intervention(corpus: Corpus, telling: str, studied: str, expected: list[str]) -> None:
    one = study("fox2020", finding(interventions=(studied,), comparators=("no-treatment",)))
    assert told(corpus, "That helps.", one, interventions={telling: "That"}) == expected


def test_a_treatment_trial_is_no_evidence_of_a_cause(corpus: Corpus) -> None:
    one = study("fox2020", finding(interventions=("hip-strengthening",), comparators=("no-treatment",)))
    weak = {"interventions": {"hip-muscle-weakness": "Weak hips"}, "direction": ClaimDirection.CAUSE}
    assert told(corpus, "Weak hips cause it.", one, **weak) == ["other-intervention"]
    related = study(
        "fox2020", *one.findings, finding(2, direction=Direction.ASSOCIATION, interventions=("hip-strengthening",))
    )
    assert told(corpus, "Weak hips cause it.", related, **weak) == []


def test_a_combination_told_as_one_of_its_parts(corpus: Corpus) -> None:
    both = finding(interventions=("hip-strengthening", "knee-strengthening"), comparators=("no-treatment",))
    part = {"interventions": {"hip-strengthening": "Hip work"}, "outcomes": {"pain": "pain"}}
    assert told(corpus, "Hip work eases pain.", study("fox2020", both), **part) == ["other-intervention"]
    assert told(corpus, "Hip work and knee strengthening ease pain.", study("fox2020", both), **part) == []
    added = finding(interventions=("hip-strengthening", "knee-strengthening"), comparators=("knee-strengthening",))
    assert told(corpus, "Hip work eases pain.", study("fox2020", added), **part) == []
    alone = finding(2, interventions=("hip-strengthening",), comparators=("no-treatment",))
    assert told(corpus, "Hip work eases pain.", study("fox2020", both, alone), **part) == []


@pytest.mark.parametrize(
    ("telling", "measured", "expected"),
    [
        ("injury-incidence", "running-mechanics", ["other-outcome"]),
        ("pain", "hip-strength", ["other-outcome"]),
        ("pain", "cost", ["other-outcome"]),
        ("pain", "visa-a", []),
        ("injury-incidence", "pain", []),
        ("running-mechanics", "pain", []),
        ("pain", "pain-nrs", []),
    ],
)
def test_outcome(corpus: Corpus, telling: str, measured: str, expected: list[str]) -> None:
    one = study("fox2020", finding(outcomes=(measured,), as_reported="main result"))
    assert told(corpus, "It helps that.", one, outcomes={telling: "that"}) == expected


def test_an_outcome_that_the_study_names_was_looked_at(corpus: Corpus) -> None:
    measured = finding(outcomes=("running-mechanics",), as_reported="main result")
    known = {"outcomes": {"pain": "pain"}}
    assert told(corpus, "It eases pain.", study("fox2020", measured, conclusion="Pain fell too."), **known) == []
    review = study("fox2020", measured, design=Design.NARRATIVE_REVIEW)
    assert told(corpus, "It eases pain.", review, **known) == []


# --- time and arm --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("weeks", "known", "expected"),
    [
        ((13.0,), {}, []),
        ((52.2,), {}, ["other-timepoint"]),
        ((52.2,), {"follow_up": "1 year"}, []),
        ((52.2,), {"population": "seen at 3, 6 and 12 months"}, []),
        ((52.2,), {"verification": Verification.PARTLY}, []),
    ],
)
def test_time(corpus: Corpus, weeks: tuple[float, ...], known: dict[str, Any], expected: list[str]) -> None:
    one = study("fox2020", finding(), **known)
    telling = {"interventions": SHOCK, "outcomes": {"pain": "pain"}, "weeks": weeks}
    assert told(corpus, "shockwave eases pain then.", one, **telling) == expected


def test_an_unknown_time_may_be_any(corpus: Corpus) -> None:
    one = study("fox2020", finding(1), finding(2, timepoint=None))
    telling = {"interventions": SHOCK, "outcomes": {"pain": "pain"}, "weeks": (52.0,)}
    assert told(corpus, "shockwave eases pain then.", one, **telling) == []


def test_a_result_moved_to_another_arm(corpus: Corpus) -> None:
    pain = finding(1, interventions=("stretching",), comparators=("no-treatment",))
    swelling = finding(
        2, interventions=("manual-therapy",), comparators=("no-treatment",), outcomes=("swelling",), as_reported="girth"
    )
    one = study("fox2020", pain, swelling)
    moved = {"interventions": {"stretching": "Stretching"}, "outcomes": {"swelling": "swelling"}}
    assert told(corpus, "Stretching lowers swelling.", one, **moved) == ["other-arm"]
    right = {"interventions": {"manual-therapy": "Hands-on work"}, "outcomes": {"swelling": "swelling"}}
    assert told(corpus, "Hands-on work lowers swelling.", one, **right) == []


def test_a_number_moved_to_another_arm(corpus: Corpus) -> None:
    one = study(
        "fox2020",
        finding(1, interventions=("stretching",), comparators=("no-treatment",), estimate=-0.2, ci_high=0.1),
        finding(2, interventions=("manual-therapy",), comparators=("no-treatment",), estimate=-3.3, ci_low=-4.0),
    )
    known: dict[str, Any] = {"outcomes": {"pain": "pain"}, "numbers": (number(NumberRole.EFFECT, 3.3, measure="MD"),)}
    moved = told(corpus, "Stretching lowers pain.", one, interventions={"stretching": "Stretching"}, **known)
    assert "other-arm" in moved
    right = told(corpus, "Hands-on work lowers pain.", one, interventions={"manual-therapy": "Hands-on work"}, **known)
    assert right == []


# --- direction -----------------------------------------------------------------------------------------------

EASES = {"interventions": SHOCK, "outcomes": {"pain": "pain"}}


@pytest.mark.parametrize(
    ("direction", "known", "expected"),
    [
        (ClaimDirection.BENEFIT, {}, []),
        (ClaimDirection.HARM, {}, ["direction-reversed"]),
        (ClaimDirection.NO_EFFECT, {}, ["direction-reversed"]),
        (ClaimDirection.NO_EFFECT, {"ci_low": None, "ci_high": None}, []),
        (ClaimDirection.BENEFIT, {"direction": Direction.COMPARATOR}, ["direction-reversed"]),
        (ClaimDirection.BENEFIT, {"direction": Direction.NO_DIFFERENCE}, ["no-clear-effect"]),
        (ClaimDirection.BENEFIT, {"ci_high": 0.4}, ["no-clear-effect"]),
        (ClaimDirection.NO_EFFECT, {"direction": Direction.NO_DIFFERENCE}, []),
        (ClaimDirection.DESCRIPTION, {"direction": Direction.NO_DIFFERENCE}, []),
        (ClaimDirection.BENEFIT, {"direction": Direction.UNCLEAR}, []),
        (ClaimDirection.BENEFIT, {"direction": Direction.NO_DIFFERENCE, "comparators": ("stretching",)}, []),
        (ClaimDirection.BENEFIT, {"direction": Direction.COMPARATOR, "comparators": ("stretching",)}, []),
        (ClaimDirection.BENEFIT, {"direction": Direction.IMPROVEMENT, "comparators": ("own-baseline",)}, []),
    ],
)
def test_direction(corpus: Corpus, direction: ClaimDirection, known: dict[str, Any], expected: list[str]) -> None:
    one = study("fox2020", finding(**known))
    assert told(corpus, "shockwave and pain.", one, direction=direction, **EASES) == expected


def test_the_told_side_may_be_the_comparator(corpus: Corpus) -> None:
    one = study("fox2020", finding(interventions=("sham-shockwave",), comparators=("focused-shockwave",)))
    assert told(corpus, "shockwave eases pain.", one, **EASES) == ["direction-reversed"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("shockwave works better than cortisone for pain", []),
        ("cortisone works better than shockwave for pain", ["direction-reversed"]),
        ("cortisone was inferior to shockwave for pain", []),
        ("pain was lower with shockwave than with cortisone", []),
        ("pain was lower with cortisone than with shockwave", ["direction-reversed"]),
        ("pain was higher with shockwave than with cortisone", ["direction-reversed"]),
        ("cortisone was not better than shockwave for pain", []),
        ("shockwave, cortisone: which is better for pain", []),
    ],
)
def test_comparisons(corpus: Corpus, text: str, expected: list[str]) -> None:
    one = study("fox2020", finding(comparators=("corticosteroid-injection",)))
    known = {"interventions": {**SHOCK, "corticosteroid-injection": "cortisone"}, "outcomes": {"pain": "pain"}}
    known["interventions"] = dict(sorted(known["interventions"].items(), key=lambda item: text.index(item[1])))
    assert told(corpus, text, one, direction=ClaimDirection.COMPARISON, **known) == expected


def test_a_comparison_that_the_study_did_not_make_is_not_judged(corpus: Corpus) -> None:
    text = "shockwave works better than cortisone for pain"
    known = {"interventions": {**SHOCK, "corticosteroid-injection": "cortisone"}, "outcomes": {"pain": "pain"}}
    against_sham = study("fox2020", finding(direction=Direction.COMPARATOR))
    assert told(corpus, text, against_sham, direction=ClaimDirection.COMPARISON, **known) == []


def test_a_tentative_statement_is_told_more_softly(corpus: Corpus) -> None:
    one = study("fox2020", finding(direction=Direction.NO_DIFFERENCE))
    (flag,) = judged(corpus, says("shockwave may ease pain", wording=Wording.TENTATIVE, **EASES), [one])
    assert (flag.rule, flag.severity) == ("no-clear-effect", Severity.NOTE)


def test_one_sided(corpus: Corpus) -> None:
    later = finding(2, timepoint="1 year", direction=Direction.COMPARATOR)
    flags = judged(corpus, says("shockwave eases pain.", **EASES), [study("fox2020", finding(), later)])
    assert [(flag.rule, flag.source) for flag in flags] == [("one-sided", "fox2020.f02")]
    both = study("fox2020", finding(), later)
    assert told(corpus, "shockwave eases pain at 3 months.", both, weeks=(13.0,), **EASES) == ["one-sided"]
    assert told(corpus, "shockwave eases pain at 3 months, yet not at a year.", both, weeks=(13.0, 52.0), **EASES) == []
    assert told(corpus, "shockwave eases pain (95% CI -2 to -1) at 3 months.", both, weeks=(13.0,), **EASES) == []
    assert told(corpus, "In the short term shockwave eases pain.", both, **EASES) == []
    elsewhere = finding(2, conditions=("lateral-epicondylitis",), direction=Direction.COMPARATOR)
    assert told(corpus, "shockwave eases pain.", study("fox2020", finding(), elsewhere), conditions={}, **EASES) == []


# --- wording -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("design", "known", "expected"),
    [
        (Design.CROSS_SECTIONAL, {}, ["causal-wording"]),
        (Design.PROSPECTIVE_COHORT, {}, ["causal-wording"]),
        (Design.CASE_SERIES, {}, ["causal-wording"]),
        (Design.PROSPECTIVE_COHORT, {"wording": Wording.TENTATIVE}, []),
        (Design.PROSPECTIVE_COHORT, {"causal_words": ()}, []),
        (Design.RANDOMIZED_TRIAL, {}, []),
        (Design.META_ANALYSIS, {}, []),
        (Design.UNKNOWN, {}, []),
    ],
)
def test_causal_wording(corpus: Corpus, design: Design, known: dict[str, Any], expected: list[str]) -> None:
    one = finding(interventions=("prolonged-sitting",), comparators=(), direction=Direction.ASSOCIATION)
    plain: dict[str, Any] = {
        "interventions": {"prolonged-sitting": "Sitting"},
        "outcomes": {"pain": "pain"},
        "direction": ClaimDirection.CAUSE,
        "causal_words": ("causes",),
    }
    assert told(corpus, "Sitting causes pain.", study("fox2020", one, design=design), **{**plain, **known}) == expected


@pytest.mark.parametrize(
    ("known", "expected", "named"),
    [
        ({}, ["too-certain"], "80 people"),
        ({"n_participants": 900}, [], ""),
        ({"n_participants": 28}, ["too-certain"], "28 people"),
        ({"n_participants": None}, [], ""),
        ({"design": Design.CASE_SERIES}, ["too-certain"], "case series"),
        ({"conclusion": "It may help; low certainty."}, ["too-certain"], "low certainty"),
    ],
)
def test_too_certain(corpus: Corpus, known: dict[str, Any], expected: list[str], named: str) -> None:
    flags = judged(corpus, says("It proves it.", certain_words=("proves",)), [study("fox2020", finding(), **known)])
    assert rules(flags) == expected
    assert all(named in flag.message and "'proves'" in flag.message for flag in flags)
    assert told(corpus, "It helps.", study("fox2020", finding(), **known)) == []


def test_too_certain_names_the_interval_and_disagreement(corpus: Corpus) -> None:
    wide = study("fox2020", finding(ci_high=0.4), n_participants=400)
    (flag,) = judged(corpus, says("It proves it.", certain_words=("proves",)), [wide])
    assert "-2 to 0.4" in flag.message
    split = study("fox2020", finding(1), finding(2, direction=Direction.NO_DIFFERENCE, ci_low=None, ci_high=None))
    (flag,) = judged(corpus, says("It proves it.", certain_words=("proves",)), [split])
    assert "1 of 2" in flag.message
    few = study("fox2020", finding(note="3 trials pooled"), design=Design.META_ANALYSIS, n_studies=9)
    (flag,) = judged(corpus, says("It proves it.", certain_words=("proves",)), [few])
    assert "only 3 studies" in flag.message


def test_two_studies_are_not_one_small_one(corpus: Corpus) -> None:
    sure = says("It proves it.", certain_words=("proves",))
    small, large = study("fox2020", n_participants=20), study("owl2021", n_participants=900)
    assert rules(judged(corpus, sure, [small])) == ["too-certain"]
    assert rules(judged(corpus, sure, [small, large])) == []


def test_arms_give_a_share(corpus: Corpus) -> None:
    arms = ({"name": "shockwave", "n": 40, "value": 30.0}, {"name": "sham", "n": 40, "value": 60.0})
    one = finding(
        measure=Measure.NARRATIVE, estimate=None, ci_low=None, ci_high=None, arms=arms,
        arm_statistic=ArmStatistic.PERCENT, outcomes=("recurrence",),
    )  # fmt: skip
    known = {"interventions": SHOCK, "outcomes": {"recurrence": "relapses"}}
    for value, expected in ((-50, []), (-20, ["number-differs"])):
        numbers = (number(NumberRole.CHANGE, value),)
        assert told(corpus, "shockwave cuts relapses.", study("fox2020", one), numbers=numbers, **known) == expected
