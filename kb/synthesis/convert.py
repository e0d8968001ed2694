"""From what studies print to means, standard deviations and standard errors, each by its published formula.

Sections are those of the Cochrane Handbook for Systematic Reviews of Interventions, version 6.5 (2024), chapter 6.
Nothing is imputed: a formula that needs a number gets it from the caller.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from kb.synthesis.distributions import critical, t_quantile, z_quantile

SMALL_GROUP = 60
"""Groups below this size get t instead of normal critical values (6.5.2.2: "say fewer than 60 in each group")."""


# --- standard errors and standard deviations -----------------------------------------------------------------------


def sd_from_se(se: float, n: int) -> float:
    """Standard deviation of a group from the standard error of its mean: ``se * sqrt(n)`` (Handbook 6.5.2.2).

    Examples
    --------
    >>> sd_from_se(2.0, 25)
    10.0
    """
    return se * math.sqrt(n)


def sd_from_mean_ci(low: float, high: float, n: int, level: float = 95) -> float:
    """Standard deviation of a group from the interval of its mean, by t where the group is small (Handbook 6.5.2.2).

    Examples
    --------
    >>> round(sd_from_mean_ci(30.0, 34.2, 25), 2)
    5.09
    """
    wide = critical(level, n - 1 if n < SMALL_GROUP else None)
    return math.sqrt(n) * (high - low) / (2 * wide)


def se_from_ci(low: float, high: float, level: float = 95, df: float | None = None) -> float:
    """Standard error from an interval that is symmetric on this scale (Handbook 6.3.1; for ratios, of logs, 6.3.2).

    Parameters
    ----------
    low, high
        Limits, logarithms for ratios.
    level
        Percent.
    df
        Degrees of freedom where the interval was made with t (Handbook 6.5.2.3), else None.

    Examples
    --------
    >>> round(se_from_ci(-1.51, -0.8), 4)
    0.1811
    """
    return (high - low) / (2 * critical(level, df))


def se_from_p(estimate: float, p: float, df: float | None = None) -> float:
    """Standard error from an estimate (log of a ratio) and its exact two-sided p (Handbook 6.3.1 and 6.3.2).

    Examples
    --------
    >>> round(se_from_p(3.8, 0.008, df=38), 2)
    1.36
    """
    if not 0 < p < 1 or not estimate:
        raise ValueError("needs an estimate that is not null and a p between 0 and 1")
    statistic = z_quantile(1 - p / 2) if df is None else t_quantile(1 - p / 2, df)
    return abs(estimate) / statistic


def sd_from_difference_se(se: float, n1: int, n2: int) -> float:
    """Standard deviation common to two groups, from the standard error of the difference (Handbook 6.5.2.3).

    Examples
    --------
    >>> round(sd_from_difference_se(1.5, 25, 22), 2)
    5.13
    """
    return se / math.sqrt(1 / n1 + 1 / n2)


def sd_of_change(sd_before: float, sd_after: float, correlation: float) -> float:
    """Standard deviation of changes (Handbook 6.5.2.8); the correlation must come from a study, it is never assumed.

    Examples
    --------
    >>> round(sd_of_change(4.0, 4.4, 0.8), 2)
    2.68
    """
    return math.sqrt(sd_before**2 + sd_after**2 - 2 * correlation * sd_before * sd_after)


# --- medians -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MeanSd:
    """A mean and its standard deviation, and the words of how they were derived."""

    mean: float
    sd: float
    how: str


def from_median_range(low: float, median: float, high: float, n: int) -> MeanSd:
    """Mean by Luo 2018 (equation 7) and SD by Wan 2014 (equation 9) from median, minimum and maximum.

    Luo D et al., Stat Methods Med Res 2018;27:1785-805; Wan X et al., BMC Med Res Methodol 2014;14:135.
    """
    _ordered(low, median, high)
    weight = 4 / (4 + n**0.75)
    mean = weight * (low + high) / 2 + (1 - weight) * median
    sd = (high - low) / (2 * z_quantile((n - 0.375) / (n + 0.25)))
    return MeanSd(mean, sd, "mean and SD estimated from median and range (Luo 2018, Wan 2014)")


def from_median_iqr(q1: float, median: float, q3: float, n: int) -> MeanSd:
    """Mean by Luo 2018 (equation 11) and SD by Wan 2014 (equation 16) from median and quartiles.

    Examples
    --------
    >>> found = from_median_iqr(2.0, 4.0, 7.0, 50)
    >>> round(found.mean, 3), round(found.sd, 3)
    (4.354, 3.817)
    """
    _ordered(q1, median, q3)
    weight = 0.7 + 0.39 / n
    mean = weight * (q1 + q3) / 2 + (1 - weight) * median
    sd = (q3 - q1) / (2 * z_quantile((0.75 * n - 0.125) / (n + 0.25)))
    return MeanSd(mean, sd, "mean and SD estimated from median and quartiles (Luo 2018, Wan 2014)")


def from_five_numbers(low: float, q1: float, median: float, q3: float, high: float, n: int) -> MeanSd:
    """Mean by Luo 2018 (equation 15) and SD by Wan 2014 (equation 13) from minimum, quartiles and maximum."""
    _ordered(low, q1, median, q3, high)
    ends, quartiles = 2.2 / (2.2 + n**0.75), 0.7 - 0.72 / n**0.55
    mean = ends * (low + high) / 2 + quartiles * (q1 + q3) / 2 + (1 - ends - quartiles) * median
    sd = (high - low) / (4 * z_quantile((n - 0.375) / (n + 0.25))) + (q3 - q1) / (
        4 * z_quantile((0.75 * n - 0.125) / (n + 0.25))
    )
    return MeanSd(mean, sd, "mean and SD estimated from the five-number summary (Luo 2018, Wan 2014)")


def _ordered(*values: float) -> None:
    if list(values) != sorted(values):
        raise ValueError(f"not in ascending order: {', '.join(map(str, values))}")


# --- groups and counts ---------------------------------------------------------------------------------------------


def combine_groups(first: tuple[int, float, float], second: tuple[int, float, float]) -> tuple[int, float, float]:
    """Two groups (n, mean, SD) as one (Handbook table 6.5.a).

    Examples
    --------
    >>> n, mean, sd = combine_groups((10, 2.0, 1.0), (10, 4.0, 1.0))
    >>> n, mean, round(sd, 4)
    (20, 3.0, 1.4142)
    """
    (n1, m1, s1), (n2, m2, s2) = first, second
    n = n1 + n2
    spread = (n1 - 1) * s1**2 + (n2 - 1) * s2**2 + n1 * n2 / n * (m1 - m2) ** 2
    return n, (n1 * m1 + n2 * m2) / n, math.sqrt(spread / (n - 1))


def events_from_percent(percent: float, n: int) -> int | None:
    """People with the event from a percentage of ``n``; None where no whole number rounds to the percentage.

    The percentage is taken as printed, to its own number of decimals.

    Examples
    --------
    >>> events_from_percent(7.1, 352), events_from_percent(50, 7)
    (25, None)
    """
    if not 0 <= percent <= 100 or n <= 0:
        return None
    events = round(percent * n / 100)
    decimals = len(f"{percent:g}".partition(".")[2])
    return events if abs(100 * events / n - percent) <= 0.5 * 10**-decimals + 1e-9 else None


# --- what was printed ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PValue:
    """A printed p: its exact value, or only the bound below (or above) which it lies."""

    value: float | None
    below: float | None = None
    above: float | None = None


_P = re.compile(r"(?:p\s{0,3})?([<>=≤≥]?)\s{0,3}(0?\.\d{1,10}|[01](?:\.0{1,10})?)", re.IGNORECASE)


def printed_p(text: str | None) -> PValue | None:
    """Read a printed p; None for words, ranges and blanks.

    Examples
    --------
    >>> printed_p("0.035").value, printed_p("<0.001")
    (0.035, PValue(value=None, below=0.001, above=None))
    >>> printed_p("0.012-0.013") is printed_p("not significant") is None
    True
    """
    match = _P.fullmatch((text or "").strip())
    if not match:
        return None
    value = float(match[2])
    if match[1] in {"<", "≤"}:
        return PValue(None, below=value)
    if match[1] in {">", "≥"}:
        return PValue(None, above=value)
    return PValue(value) if 0 < value < 1 else None


def asymmetry(low: float, estimate: float, high: float, *, log: bool) -> float:
    """How far the estimate lies from the middle of its interval, as a share of half the width, rounding forgiven.

    0 is symmetric, 1 is at a limit. Rounding can explain half a unit in the last printed place of each number; what
    it explains is not counted.

    Examples
    --------
    >>> asymmetry(0.75, 0.86, 0.99, log=True)
    0.0
    >>> round(asymmetry(1.98, 2.42, 3.62, log=True), 2)
    0.33
    """
    values = (low, estimate, high)
    half = 0.5 * 10.0 ** -max(_decimals(value) for value in values)
    slack = half
    if log:
        if min(values) <= 0:
            return math.inf
        slack = max(half / value for value in (low, estimate, high))
        low, estimate, high = (math.log(value) for value in values)
    width = (high - low) / 2
    if width <= 0:
        return math.inf
    return max(0.0, abs(estimate - (low + high) / 2) - slack) / width


def _decimals(value: float) -> int:
    return len(f"{value:.10f}".rstrip("0").partition(".")[2])
