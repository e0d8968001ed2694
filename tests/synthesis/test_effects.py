"""Effects from what studies print, against worked examples of the Cochrane Handbook and by round trip."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import kb.synthesis.effects as _effects
from kb.synthesis import convert
from kb.synthesis.distributions import critical, small_sample_j
from kb.synthesis.effects import Effect, Missing

effects: Any = _effects  # whether an effect or the reason came back is what the tests look at

# --- conversions ---------------------------------------------------------------------------------------------------


def test_worked_examples_of_the_handbook():
    # 6.5.2.2: 95 % interval 30.0 to 34.2 of a mean in 25 people: SD 5.09 by t
    assert convert.sd_from_mean_ci(30.0, 34.2, 25) == pytest.approx(5.09, abs=0.005)
    # 6.5.2.3: MD 3.8, p = 0.008, 25 and 22 people: t = 2.78, SE = 1.37, SD = 4.69
    se = convert.se_from_p(3.8, 0.008, df=25 + 22 - 2)
    assert se == pytest.approx(1.37, abs=0.005)
    assert convert.sd_from_difference_se(se, 25, 22) == pytest.approx(4.69, abs=0.02)
    # 6.3.1: interval 0.32 wide for normal: SE = width / 3.92
    assert convert.se_from_ci(-0.16, 0.16) == pytest.approx(0.32 / 3.92, abs=1e-5)


def test_other_levels_of_intervals():
    assert convert.se_from_ci(-2.575829, 2.575829, 99) == pytest.approx(1, abs=1e-6)
    assert convert.se_from_ci(-1.644854, 1.644854, 90) == pytest.approx(1, abs=1e-6)


def test_medians_of_a_symmetric_sample_give_its_mean_and_sd():
    # Expected quantiles of a normal sample with mean 10 and SD 2
    n, z = 100, 0.6744898
    found = convert.from_median_iqr(10 - 2 * z, 10.0, 10 + 2 * z, n)
    assert (found.mean, found.sd) == pytest.approx((10, 2), rel=0.02)
    wide = 2 * 2.508  # expected maximum of 100 normal values in SDs
    ranged = convert.from_median_range(10 - wide, 10.0, 10 + wide, n)
    assert (ranged.mean, ranged.sd) == pytest.approx((10, 2), rel=0.02)
    five = convert.from_five_numbers(10 - wide, 10 - 2 * z, 10.0, 10 + 2 * z, 10 + wide, n)
    assert (five.mean, five.sd) == pytest.approx((10, 2), rel=0.02)
    assert "Luo 2018" in five.how


def test_medians_follow_skew():
    assert convert.from_median_iqr(1.0, 2.0, 9.0, 40).mean > 2
    with pytest.raises(ValueError, match="ascending"):
        convert.from_median_range(5.0, 2.0, 9.0, 40)


def test_combined_groups_are_the_whole_sample():
    one, two = [1.0, 2.0, 4.0], [3.0, 7.0, 8.0, 9.0]

    def described(values):
        n, mean = len(values), sum(values) / len(values)
        return n, mean, math.sqrt(sum((x - mean) ** 2 for x in values) / (n - 1))

    assert convert.combine_groups(described(one), described(two)) == pytest.approx(described(one + two))


@pytest.mark.parametrize(
    ("text", "value", "below", "above"),
    [
        ("0.035", 0.035, None, None),
        (".04", 0.04, None, None),
        ("p = 0.2", 0.2, None, None),
        ("<0.001", None, 0.001, None),
        ("P > 0.05", None, None, 0.05),
    ],
)
def test_printed_p(text, value, below, above):
    assert convert.printed_p(text) == convert.PValue(value, below, above)


@pytest.mark.parametrize("text", [None, "", "not significant", "0.012-0.013", "<0.05 for two angles", "1.5", "0"])
def test_p_that_cannot_be_used(text):
    found = convert.printed_p(text)
    assert found is None or found == convert.PValue(None)


def test_percentages_that_no_whole_number_gives():
    assert convert.events_from_percent(20.3, 268) is None
    assert convert.events_from_percent(20.8, 264) == 55
    assert convert.events_from_percent(0, 30) == 0
    assert convert.events_from_percent(101, 30) is None


# --- effects -------------------------------------------------------------------------------------------------------


def test_half_is_added_only_where_a_cell_is_zero():
    plain = effects.from_counts("OR", 3, 30, 5, 30)
    corrected = effects.from_counts("OR", 0, 30, 5, 30)
    assert not any("one half" in words for words in plain.how)
    assert any("one half" in words for words in corrected.how)
    assert corrected.estimate == pytest.approx(math.log(0.5 * 25.5 / (30.5 * 5.5)))


def test_risk_difference_is_not_corrected_where_its_variance_is_known():
    one_zero = effects.from_counts("RD", 0, 30, 5, 30)
    assert not any("one half" in words for words in one_zero.how)
    assert one_zero.estimate == pytest.approx(-5 / 30)
    both = effects.from_counts("RD", 0, 30, 0, 30)
    assert both.estimate == 0
    assert both.se > 0


@pytest.mark.parametrize("measure", ["RR", "OR"])
def test_no_events_say_nothing_of_a_ratio(measure):
    assert "no information" in effects.from_counts(measure, 0, 30, 0, 30).reason
    assert "no information" in effects.from_counts(measure, 30, 30, 30, 30).reason


@pytest.mark.parametrize(
    "made",
    [
        effects.from_counts("RR", 31, 30, 1, 30),
        effects.from_counts("RR", -1, 30, 1, 30),
        effects.from_counts("RR", 1, 0, 1, 30),
        effects.mean_difference(1, 2, 1, 1, 2, 30),
        effects.mean_difference(1, -2, 10, 1, 2, 30),
        effects.standardized_mean_difference(1, 0, 10, 2, 0, 10),
        effects.from_se("MD", math.nan, 1.0),
        effects.from_se("MD", 1.0, 0.0),
        effects.from_interval("RR", 0.8, -0.1, 1.5),
        effects.from_interval("MD", 0.8, 1.5, 0.1),
        effects.rate_ratio(0, 10, 0, 10),
        effects.proportion("PLO", 5, 4),
    ],
)
def test_what_cannot_be_is_missing_with_a_reason(made):
    assert isinstance(made, Missing)
    assert len(made.reason) > 10


def test_asymmetric_intervals_give_no_standard_error():
    # printed in a trial: the middle of the interval on the log scale is 2.68
    assert isinstance(effects.from_interval("HR", 2.42, 1.98, 3.62), Missing)
    # rounding alone must not look like asymmetry
    assert isinstance(effects.from_interval("RR", 0.02, 0.01, 0.04), Effect)
    assert isinstance(effects.from_interval("MD", 5.28, 0.31, 10.26), Effect)
    assert isinstance(effects.from_interval("MD", 4.4, 0.41, 10.1), Missing)


@given(st.floats(0.05, 20), st.floats(0.02, 1.5), st.sampled_from([90, 95, 99]), st.integers(2, 4))
def test_an_interval_made_from_a_standard_error_gives_it_back(ratio, se, level, decimals):
    wide = critical(level) * se
    estimate, low, high = (round(ratio * math.exp(x), decimals + 2) for x in (0, -wide, wide))
    if min(low, estimate - low) <= 10.0 ** -(decimals - 1):
        return
    found = effects.from_interval("OR", estimate, low, high, level)
    assert isinstance(found, Effect)
    assert found.se == pytest.approx(se, rel=0.1)


def test_small_groups_use_t():
    small = effects.from_interval("MD", -3.2, -5.1, -1.3, groups=(10, 10))
    large = effects.from_interval("MD", -3.2, -5.1, -1.3, groups=(100, 100))
    assert small.se == pytest.approx(3.8 / (2 * 2.100922), rel=1e-6)
    assert large.se == pytest.approx(3.8 / (2 * 1.959964), rel=1e-6)
    assert any("18 degrees of freedom" in words for words in small.how)


def test_bounds_of_p_are_not_values():
    assert "below 0.001" in effects.from_p_value("MD", 2.0, "<0.001").reason
    exact = effects.from_p_value("RR", 0.5, "0.04")
    assert exact.estimate == pytest.approx(math.log(0.5))
    assert exact.se == pytest.approx(math.log(2) / 2.053749, rel=1e-6)


def test_turning_twice_gives_the_effect_back():
    found = effects.from_counts("RR", 4, 123, 11, 139)
    there = found.turned("turned")
    back = there.turned("and back")
    assert there.estimate == -found.estimate
    assert (there.ci_low, there.ci_high) == (-found.ci_high, -found.ci_low)
    assert (back.estimate, back.ci_low, back.n1) == (found.estimate, found.ci_low, found.n1)
    assert back.how[-2:] == ("turned", "and back")


def test_standardising_a_difference_is_hedges_g_of_equal_sds():
    direct = effects.standardized_mean_difference(70.0, 16.0, 25, 60.0, 16.0, 30)
    indirect = effects.standardized(effects.mean_difference(70.0, 16.0, 25, 60.0, 16.0, 30))
    assert indirect.estimate == pytest.approx(direct.estimate)
    assert indirect.se == pytest.approx(direct.se)
    assert isinstance(effects.standardized(effects.from_se("MD", 1.0, 1.0)), Missing)


def test_back_transformation():
    for measure, value in (("OR", 0.3), ("PLO", 0.3), ("ZCOR", 0.3), ("PLN", -0.3), ("MD", 0.3)):
        assert math.isfinite(effects.back_transform(measure, value))
    assert effects.back_transform("OR", 1000) == math.inf
    assert effects.back_transform("RR", None) is None


def test_gamma_correction_is_exact():
    # Hedges 1981, table 1: c(2) = 0.5642, c(10) = 0.9228
    assert small_sample_j(2) == pytest.approx(0.5642, abs=5e-5)
    assert small_sample_j(10) == pytest.approx(0.9227, abs=1e-4)
    assert small_sample_j(1000) == pytest.approx(1 - 3 / 3999, abs=1e-6)
