"""Results known by their numbers: the finding that a statement tells, its time, its arm, its group, and amounts."""

from __future__ import annotations

from typing import Any

import pytest

import kb
from kb.citations.resolution import Confidence
from kb.claims.judge import Judge
from kb.claims.read import Reader
from kb.claims.says import Says
from kb.model import Arm, ArmStatistic, Corpus, Direction, Measure, Study
from tests.claims.judging import finding, judged, rules, study

EASES = "Focused shockwave gave {} points less heel pain than sham shockwave at {}."


@pytest.fixture(scope="module")
def corpus(base: kb.Base) -> Corpus:
    return base.corpus


@pytest.fixture(scope="module")
def reader(corpus: Corpus) -> Reader:
    return Reader(corpus)


def flags(corpus: Corpus, says: Says, one: Study) -> list[str]:
    return [rule for rule in rules(judged(corpus, says, [one])) if rule != "contrary-evidence"]


def arms(*pairs: tuple[str, float], **known: Any) -> Study:
    told = tuple(Arm(name=name, value=value, n=40) for name, value in pairs)
    plain: dict[str, Any] = {
        "measure": Measure.PERCENT, "unit": "%", "estimate": None, "ci_low": None, "ci_high": None, "arms": told,
        "arm_statistic": ArmStatistic.PERCENT, "outcomes": ("treatment-success",),
        "interventions": ("focused-shockwave", "home-exercise-program"), "comparators": ("home-exercise-program",),
    }  # fmt: skip
    return study("fox2020", finding(**{**plain, **known}))


@pytest.mark.parametrize(
    ("points", "when", "expected"),
    [
        (1.5, "12 weeks", []),
        (1.5, "three months", []),
        (1.5, "two years", ["other-timepoint"]),
        (2.6, "12 weeks", ["number-differs"]),
    ],
)
def test_points_are_of_their_outcome_and_time(
    corpus: Corpus, reader: Reader, points: float, when: str, expected: list[str]
) -> None:
    assert flags(corpus, reader.read(EASES.format(points, when)), study()) == expected


def test_the_told_result_counts_not_a_clearer_one_beside_it(corpus: Corpus, reader: Reader) -> None:
    unclear = finding(2, timepoint="1 year", estimate=-0.7, ci_low=-1.6, ci_high=0.2, direction=Direction.NO_DIFFERENCE)
    both = study("fox2020", finding(), unclear)
    assert flags(corpus, reader.read(EASES.format(1.5, "12 weeks")), both) == []
    assert flags(corpus, reader.read(EASES.format(0.7, "1 year")), both) == ["no-clear-effect"]
    own = EASES.format(0.7, "1 year")[:-1] + ", which was not significant."
    assert flags(corpus, reader.read(own), both) == [], "the statement says so itself"


def test_a_rounded_end_of_an_interval_is_not_no_effect(corpus: Corpus, reader: Reader) -> None:
    edge = finding(measure=Measure.RISK_RATIO, unit=None, estimate=1.7, ci_low=1.0, ci_high=3.0, p="0.04",
                   interventions=("smoking",), comparators=(), direction=Direction.ASSOCIATION,
                   outcomes=("recurrence",))  # fmt: skip
    says = reader.read("Smoking was associated with recurrence of heel pain.")
    assert flags(corpus, says, study("fox2020", edge)) == []
    assert flags(corpus, says, study("fox2020", edge.model_copy(update={"p": "0.06"}))) == ["no-clear-effect"]


def test_a_share_of_the_other_arm(corpus: Corpus, reader: Reader) -> None:
    one = arms(("focused ESWT + home training", 76), ("home training", 37))
    text = "Home training alone brought success in {} % of people with heel pain."
    assert flags(corpus, reader.read(text.format(37)), one) == []
    assert "other-arm" in flags(corpus, reader.read(text.format(76)), one)
    pair = "Of people with heel pain 76 % did well with focused ESWT and home training, against 37 % with it alone."
    assert "other-arm" not in flags(corpus, reader.read(pair), one)


def test_a_number_of_the_other_sex(corpus: Corpus, reader: Reader) -> None:
    known: dict[str, Any] = {
        "measure": Measure.PERCENT, "unit": "%", "ci_low": None, "ci_high": None, "outcomes": ("recurrence",),
        "interventions": (), "comparators": (), "direction": Direction.DESCRIPTIVE,
    }  # fmt: skip
    one = study("fox2020", finding(estimate=28, note="women 42, men 17", **known))
    assert flags(corpus, reader.read("Among women, 42 % had a recurrence of heel pain."), one) == []
    assert flags(corpus, reader.read("Among men, 42 % had a recurrence of heel pain."), one) == ["other-arm"]


def test_everybody_and_a_part(corpus: Corpus, reader: Reader) -> None:
    known: dict[str, Any] = {
        "measure": Measure.PERCENT, "unit": "%", "ci_low": None, "ci_high": None, "outcomes": ("recurrence",),
        "interventions": (), "comparators": (), "direction": Direction.DESCRIPTIVE,
    }  # fmt: skip
    all_ = finding(estimate=12, as_reported="recurrence of heel pain", **known)
    part = finding(2, estimate=31, as_reported="recurrence of heel pain, ultramarathon entrants", **known)
    one = study("fox2020", all_, part)
    assert flags(corpus, reader.read("Across all patients, heel pain had a recurrence in 12 %."), one) == []
    assert flags(corpus, reader.read("Across all patients, heel pain had a recurrence in 31 %."), one) == ["other-arm"]


def test_how_long_it_took_on_average(corpus: Corpus, reader: Reader) -> None:
    took = finding(measure=Measure.MEDIAN, unit="days", estimate=70, ci_low=None, ci_high=None, interventions=(),
                   comparators=(), outcomes=("time-to-recovery",), timepoint=None,
                   direction=Direction.DESCRIPTIVE)  # fmt: skip
    one = study("fox2020", took)
    text = "The median time to recovery from heel pain was {}."
    assert flags(corpus, reader.read(text.format("70 days")), one) == []
    assert flags(corpus, reader.read(text.format("10 weeks")), one) == [], "in another unit"
    assert flags(corpus, reader.read(text.format("30 days")), one) == ["number-differs"]
    assert flags(corpus, reader.read("Some recover from heel pain after 30 days."), one) == [], "no average is told"


def test_money_needs_no_outcome(corpus: Corpus, reader: Reader) -> None:
    cost = finding(unit="US dollars", estimate=-900, ci_low=-1200, ci_high=-600, outcomes=("total-cost",))
    text = "Bills for heel pain were ${} lower than with sham treatment."
    assert flags(corpus, reader.read(text.format("900")), study("fox2020", cost)) == []
    assert flags(corpus, reader.read(text.format("2,400")), study("fox2020", cost)) == ["number-differs"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Radial shockwave and home training eased heel pain.", ["other-intervention"]),
        ("Shockwave and home training eased heel pain.", []),
        ("Massage eased heel pain more than no treatment.", ["other-intervention"]),
    ],
)
def test_a_treatment_told_for_its_sibling(corpus: Corpus, reader: Reader, text: str, expected: list[str]) -> None:
    one = study("fox2020", finding(interventions=("focused-shockwave", "home-exercise-program")))
    assert flags(corpus, reader.read(text), one) == expected


def test_a_combination_told_as_such_is_right(corpus: Corpus, reader: Reader) -> None:
    one = study("fox2020", finding(interventions=("focused-shockwave", "massage", "home-exercise-program")))
    assert flags(corpus, reader.read("Focused shockwave eased heel pain."), one) == ["other-intervention"]
    for text in ("Focused shockwave, added to other care,", "Focused shockwave and home training"):
        assert flags(corpus, reader.read(f"{text} eased heel pain."), one) == []


def test_a_higher_risk_told_of_an_inverse_link(base: kb.Base, reader: Reader) -> None:
    judge = Judge(base.corpus, base.graph, base.notices)
    wrong = "A higher acute:chronic workload ratio went with a higher risk of running injury."
    right = "A higher acute:chronic workload ratio was inversely associated with running injury."
    for text, expected in ((wrong, True), (right, False)):
        found = judge.statement(reader.read(text), [("nakaoka2021", Confidence.CERTAIN)])
        assert ("direction-reversed" in rules(found)) is expected, text
