"""GRADE by explicit rules: each step moves certainty for its own reason, and only then."""

import datetime as dt
from dataclasses import replace

import pytest

from kb.appraisal.certainty import Bias, Body, Domain, Overrule, graded, rate
from kb.model import CertaintyLevel, GradedCertainty, Measure

SURE = Body(
    randomized=True,
    measure=Measure.MD,
    k=3,
    n=900,
    estimate=-8.0,
    ci_low=-10.0,
    ci_high=-6.0,
    mcid=3.0,
    estimates=(-8.0, -7.0, -9.0),
    weights=(0.4, 0.3, 0.3),
    i2=0.0,
    prediction_low=-11.0,
    prediction_high=-5.0,
    bias={"a": Bias.LOW, "b": Bias.LOW, "c": Bias.SOME},
)


def changes(body):
    return {step.domain: step.change for step in rate(body).steps if step.change}


def test_large_consistent_trials_at_low_risk_of_bias_are_of_high_certainty():
    assert rate(SURE).level is CertaintyLevel.HIGH
    assert changes(SURE) == {}


@pytest.mark.parametrize(
    ("change", "domain", "levels"),
    [
        ({"bias": {"a": Bias.HIGH, "b": Bias.HIGH, "c": Bias.LOW}}, Domain.RISK_OF_BIAS, -1),
        ({"bias": {"a": Bias.CRITICAL, "b": Bias.CRITICAL, "c": Bias.LOW}}, Domain.RISK_OF_BIAS, -2),
        ({"bias": {"a": None, "b": None, "c": Bias.LOW}}, Domain.RISK_OF_BIAS, -1),
        ({"bias": {}}, Domain.RISK_OF_BIAS, -1),
        ({"i2": 60.0, "estimates": (-8.0, 3.0, -9.0)}, Domain.INCONSISTENCY, -1),
        ({"i2": 60.0, "prediction_high": 4.0}, Domain.INCONSISTENCY, -1),
        ({"i2": 80.0}, Domain.INCONSISTENCY, -1),
        ({"indirect": ("running mechanics stand for injury",)}, Domain.INDIRECTNESS, -1),
        ({"indirect": ("mechanics", "recruits for runners", "another")}, Domain.INDIRECTNESS, -2),
        ({"n": 120}, Domain.IMPRECISION, -1),
        ({"n": 99}, Domain.IMPRECISION, -2),
        ({"n": None}, Domain.IMPRECISION, -1),
        ({"ci_high": 0.5}, Domain.IMPRECISION, -1),
        ({"ci_high": 0.5, "n": 120}, Domain.IMPRECISION, -2),
        ({"ci_low": -10.0, "ci_high": 10.0}, Domain.IMPRECISION, -2),
        ({"ci_low": None}, Domain.IMPRECISION, -1),
        ({"k": 12, "egger_p": 0.04}, Domain.PUBLICATION_BIAS, -1),
    ],
)
def test_one_concern_moves_one_domain(change, domain, levels):
    assert changes(replace(SURE, **change)) == {domain: levels}


@pytest.mark.parametrize(
    "change",
    [
        {"bias": {"a": Bias.LOW, "b": Bias.HIGH, "c": Bias.LOW}},  # 30 % of the weight
        {"i2": 60.0},  # substantial, but all on one side
        {"k": 12, "egger_p": 0.4},
        {"k": 9, "egger_p": 0.01},  # too few studies for the test
        {"ci_low": -2.0, "ci_high": 1.0, "prediction_high": 2.0},  # no effect, and none that matters
    ],
)
def test_less_than_a_concern_moves_nothing(change):
    assert changes(replace(SURE, **change)) == {}


def test_weights_decide_not_the_number_of_studies():
    heavy = replace(SURE, weights=(0.8, 0.1, 0.1), bias={"a": Bias.HIGH, "b": Bias.LOW, "c": Bias.LOW})
    light = replace(heavy, weights=(0.1, 0.1, 0.8))
    assert changes(heavy) == {Domain.RISK_OF_BIAS: -1}
    assert changes(light) == {}


def test_observational_studies_start_low_and_rise_for_a_large_effect_only_without_a_concern():
    cohort = replace(
        SURE, randomized=False, measure=Measure.RISK_RATIO, mcid=None, estimate=2.6, ci_low=2.1, ci_high=3.2,
        estimates=(2.5, 2.6, 2.7), prediction_low=1.9, prediction_high=3.4, events=500,
    )  # fmt: skip
    assert rate(replace(cohort, estimate=1.5, ci_low=1.2, ci_high=1.9)).level is CertaintyLevel.LOW
    assert rate(cohort).level is CertaintyLevel.MODERATE
    assert rate(replace(cohort, estimate=6.0, ci_low=5.2, ci_high=7.0)).level is CertaintyLevel.HIGH
    assert rate(replace(cohort, bias={})).level is CertaintyLevel.VERY_LOW
    assert rate(replace(cohort, estimate=0.4, ci_low=0.3, ci_high=0.5)).level is CertaintyLevel.MODERATE


def test_certainty_never_leaves_its_scale():
    worst = replace(SURE, bias={}, i2=90.0, indirect=("a", "b"), n=10, ci_high=5.0)
    assert rate(worst).level is CertaintyLevel.VERY_LOW


def test_nothing_studied_is_not_rated():
    assert rate(replace(SURE, k=0)).level is None
    assert rate(replace(SURE, k=0)).words == "not rated"


def test_one_study_has_no_inconsistency_and_says_so():
    steps = {step.domain: step for step in rate(replace(SURE, k=1, i2=None)).steps}
    assert "one study" in steps[Domain.INCONSISTENCY].reason


def test_a_person_overrules_and_both_are_shown():
    said = Overrule(CertaintyLevel.LOW, "A. Reviewer, PT", dt.date(2026, 11, 1), "trials were unblinded")
    found = rate(SURE, overrule=said)
    assert (found.level, found.computed, found.basis) == (CertaintyLevel.LOW, CertaintyLevel.HIGH, "person")
    assert found.words == "low certainty (judged by A. Reviewer, PT on 2026-11-01; the rules say high)"


def test_a_review_counts_by_its_own_grading_and_the_lower_end_of_a_span():
    found = graded(GradedCertainty(level=CertaintyLevel.MODERATE, lowest=CertaintyLevel.LOW))
    assert (found.level, found.basis) == (CertaintyLevel.LOW, "authors")
    assert "moderate down to low" in found.steps[0].reason


def test_every_step_names_its_source_and_reason():
    assert all(step.reason and step.source for step in rate(SURE).steps)
