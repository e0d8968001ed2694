"""How large an effect is told to be."""

from __future__ import annotations

import math

import pytest

from kb.answers.size import Size, risk_with, size_of


@pytest.mark.parametrize(
    ("estimate", "size"),
    [(0.0, "trivial"), (0.19, "trivial"), (0.2, "small"), (-0.49, "small"), (0.5, "moderate"), (-0.8, "large")],
)
def test_standardized_differences_follow_cohen(estimate: float, size: str) -> None:
    assert size_of("SMD", estimate) is Size(size)


@pytest.mark.parametrize(
    ("estimate", "size"), [(9.9, "trivial"), (-10.0, "moderate"), (19.9, "moderate"), (20.0, "large")]
)
def test_mean_differences_are_held_against_the_smallest_important_one(estimate: float, size: str) -> None:
    assert size_of("MD", estimate, mcid=10) is Size(size)


@pytest.mark.parametrize("mcid", [None, 0.0, -5.0, math.nan])
def test_a_mean_difference_without_a_smallest_important_one_has_no_size(mcid: float | None) -> None:
    assert size_of("MD", 40.0, mcid=mcid) is Size.UNKNOWN


@pytest.mark.parametrize(
    ("measure", "estimate", "baseline", "size"),
    [
        ("RR", 0.5, None, "unknown"),
        ("RR", 0.96, None, "trivial"),
        ("RR", 1.05, None, "trivial"),
        ("RR", 1.06, None, "unknown"),
        ("RR", 0.5, 0.03, "trivial"),
        ("RR", 0.8, 0.1, "small"),
        ("RR", 0.5, 0.1, "moderate"),
        ("RR", 2.0, 0.1, "large"),
        ("OR", 2.0, 0.1, "moderate"),
        ("HR", 0.5, 0.3, "large"),
        ("IRR", 0.5, 0.1, "moderate"),
        ("RR", 0.5, 1.5, "unknown"),
        ("RR", -1.0, 0.2, "unknown"),
    ],
)
def test_ratios_need_a_baseline_risk(measure: str, estimate: float, baseline: float | None, size: str) -> None:
    assert size_of(measure, estimate, baseline=baseline) is Size(size)


def test_risk_differences_count_per_thousand() -> None:
    sizes = [size_of("RD", value) for value in (0.019, 0.02, -0.05, 0.1, 12)]
    assert sizes == [Size.TRIVIAL, Size.SMALL, Size.MODERATE, Size.LARGE, Size.UNKNOWN]


@pytest.mark.parametrize(("measure", "estimate"), [("r", 0.9), ("percent", 80), ("SMD", math.nan), ("MD", math.inf)])
def test_what_no_rule_knows_is_unknown(measure: str, estimate: float) -> None:
    assert size_of(measure, estimate, mcid=1, baseline=0.2) is Size.UNKNOWN


def test_a_risk_is_never_above_one() -> None:
    assert risk_with("RR", 9.0, 0.5) == 1.0
    assert 0 < risk_with("OR", 9.0, 0.5) < 1
