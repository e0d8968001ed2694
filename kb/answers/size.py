"""How large an effect is, in the words of GRADE: trivial, small, moderate or large, or unknown; never guessed."""

from __future__ import annotations

import math
from enum import StrEnum

SMD_SMALL, SMD_MODERATE, SMD_LARGE = 0.2, 0.5, 0.8
"""Cohen's rules of thumb for a standardized mean difference."""
NEXT_TO_NOTHING = (0.95, 1.05)
"""Ratios within are trivial whatever the baseline risk (house rule)."""
PER_1000_SMALL, PER_1000_MODERATE, PER_1000_LARGE = 20.0, 50.0, 100.0
"""Absolute differences per 1000 people from which on an effect is small, moderate, large (house rule)."""
TWICE = 2.0
"""How many smallest important differences make a large effect (house rule)."""


class Size(StrEnum):
    """Size of an effect; ``unknown`` where nothing says what matters."""

    LARGE = "large"
    MODERATE = "moderate"
    SMALL = "small"
    TRIVIAL = "trivial"
    UNKNOWN = "unknown"


def size_of(measure: str, estimate: float, *, mcid: float | None = None, baseline: float | None = None) -> Size:
    """Size of an effect on the natural scale (ratios are not logarithms here), whatever its direction.

    Parameters
    ----------
    measure
        A value of :class:`kb.model.Measure`.
    mcid
        Smallest important difference in the unit of the estimate, for a mean difference.
    baseline
        Risk without the intervention, from 0 to 1, for a ratio.

    Notes
    -----
    SMD: 0.2 small, 0.5 moderate, 0.8 large, by Cohen as in the Cochrane Handbook 6.5, section 15.5.3.1.

    MD: below the smallest important difference trivial, from it on important ("moderate"; Core GRADE takes it as the
    threshold of an important effect, Guyatt et al. 2025, BMJ 389:e081904). Twice it is large by a house rule. A mean
    difference of which no smallest important difference is known has no size.

    Ratios: no standard says when a relative effect is small or large. The absolute difference counts, and its
    thresholds depend on how much an outcome matters (GRADE Guidance 42: Wiercioch et al. 2025, Ann Intern Med). Until
    thresholds by outcome exist, a house rule takes 20, 50 and 100 per 1000 for all. Without a baseline risk a ratio
    has no size, save one between 0.95 and 1.05, which is trivial. A rate ratio or a prevalence ratio is taken as a
    risk ratio; with an odds ratio the risk follows from the odds, with a hazard ratio from the survival (Handbook,
    sections 14.1.5 and 15.4.4). A risk difference has its size by the same thresholds.

    Examples
    --------
    >>> [size_of("SMD", d).value for d in (-0.9, 0.5, 0.3, 0.1)]
    ['large', 'moderate', 'small', 'trivial']
    >>> size_of("MD", -20, mcid=15).value, size_of("MD", -20).value
    ('moderate', 'unknown')
    >>> size_of("RR", 0.5).value, size_of("RR", 0.5, baseline=0.3).value
    ('unknown', 'large')
    """
    if not math.isfinite(estimate):
        return Size.UNKNOWN
    if measure == "SMD":
        return _graded(abs(estimate), SMD_SMALL, SMD_MODERATE, SMD_LARGE)
    if measure == "MD":
        return _by_mcid(abs(estimate), mcid)
    if measure == "RD":
        return _per_1000(estimate) if abs(estimate) <= 1 else Size.UNKNOWN
    if measure in {"RR", "IRR", "PR", "OR", "HR"} and estimate > 0:
        return _of_ratio(measure, estimate, baseline)
    return Size.UNKNOWN


def _of_ratio(measure: str, estimate: float, baseline: float | None) -> Size:
    if NEXT_TO_NOTHING[0] <= estimate <= NEXT_TO_NOTHING[1]:
        return Size.TRIVIAL
    if baseline is None or not 0 < baseline < 1:
        return Size.UNKNOWN
    return _per_1000(risk_with(measure, estimate, baseline) - baseline)


def risk_with(measure: str, estimate: float, baseline: float) -> float:
    """Risk with the intervention where the risk without it is ``baseline``; never above 1.

    Examples
    --------
    >>> [round(risk_with(measure, 0.5, 0.2), 3) for measure in ("RR", "OR", "HR")]
    [0.1, 0.111, 0.106]
    """
    if measure == "OR":
        odds = estimate * baseline / (1 - baseline)
        return odds / (1 + odds)
    if measure == "HR":
        return float(1 - (1 - baseline) ** estimate)
    return min(1.0, baseline * estimate)


def _by_mcid(difference: float, mcid: float | None) -> Size:
    if mcid is None or not (math.isfinite(mcid) and mcid > 0):
        return Size.UNKNOWN
    if difference < mcid:
        return Size.TRIVIAL
    return Size.LARGE if difference >= TWICE * mcid else Size.MODERATE


def _per_1000(difference: float) -> Size:
    # Rounded, so that 0.10 - 0.08 counts as the 20 per 1000 that it is.
    return _graded(round(abs(difference) * 1000, 6), PER_1000_SMALL, PER_1000_MODERATE, PER_1000_LARGE)


def _graded(value: float, small: float, moderate: float, large: float) -> Size:
    if value >= large:
        return Size.LARGE
    if value >= moderate:
        return Size.MODERATE
    return Size.SMALL if value >= small else Size.TRIVIAL
