"""Between-study variance: estimates by PyMARE, its interval by Q-profile, and I2 from it.

PyMARE is imported at the first estimate: it brings SymPy and pandas with it. It finds the REML estimate by searching
the likelihood, which is flat at its top, so about seven digits of tau2 are sure; Fisher scoring from there on brings
the rest. PyMARE has neither I2 by tau2 nor a Q-profile at these speeds (3 ms against 0.1 ms here): both are below.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Sequence
from functools import cache
from importlib import import_module
from typing import Any

from kb.synthesis.distributions import chi2_p, chi2_upper

METHODS = ("REML", "DL", "EE")
"""Restricted maximum likelihood, DerSimonian and Laird, equal (common) effects."""


@cache
def estimators() -> tuple[Any, Any]:
    """PyMARE's estimators, and NumPy; the first call imports them."""
    with warnings.catch_warnings():
        # PyMARE leaves a file of its own open while it is imported, and its parts deprecate each other.
        warnings.simplefilter("ignore", ResourceWarning)
        warnings.simplefilter("ignore", DeprecationWarning)
        return import_module("pymare.estimators"), import_module("numpy")


Column = Sequence[float]


def tau2_each(method: str, effects: Sequence[Column], variances: Sequence[Column]) -> list[float]:
    """Between-study variance of several pools that have the same number of studies, in one call to PyMARE.

    Parameters
    ----------
    method
        REML or DL; EE is always 0.
    effects, variances
        One sequence a pool, all of one length of at least 2.
    """
    if method == "EE":
        return [0.0] * len(effects)
    pymare, np = estimators()
    y, v = np.array(effects, dtype=float).T, np.array(variances, dtype=float).T
    design = np.ones((y.shape[0], 1))
    if method == "DL":
        fit = pymare.DerSimonianLaird(small_sample_correction="wald").fit(y, v, design)
    else:
        kind = pymare.VarianceBasedLikelihoodEstimator
        fit = kind(method="REML", small_sample_correction="wald").fit(y, v, design)
    found = [float(value) for value in np.ravel(fit.params_["tau2"])]
    if method == "DL":
        return found
    return [_polished(start, *columns) for start, *columns in zip(found, effects, variances, strict=True)]


def tau2(method: str, effects: Column, variances: Column) -> float:
    """Between-study variance of one pool of at least two studies."""
    return tau2_each(method, [effects], [variances])[0]


def _polished(start: float, effects: Column, variances: Column) -> float:
    """The REML estimate to full precision, by Fisher scoring (Viechtbauer 2005, J Educ Behav Stat 30:261-93).

    Scoring that runs away from where PyMARE's search over the whole range ended is not followed.
    """
    scale = start + sum(variances) / len(variances)
    value = start
    for _ in range(200):
        step = _score(value, effects, variances)
        following = max(0.0, value + step)
        if abs(following - start) > 1e-3 * scale:
            return start
        done = abs(following - value) <= 1e-14 * scale
        value = following
        if done:
            break
    return value


def _score(value: float, effects: Column, variances: Column) -> float:
    weights = [1 / (v + value) for v in variances]
    w1, w2, w3 = (sum(w**power for w in weights) for power in (1, 2, 3))
    mean = sum(w * y for w, y in zip(weights, effects, strict=True)) / w1
    spread = sum((w * (y - mean)) ** 2 for w, y in zip(weights, effects, strict=True))
    return (spread - w1 + w2 / w1) / (w2 - 2 * w3 / w1 + (w2 / w1) ** 2)


# --- weighted mean and Q -------------------------------------------------------------------------------------------


def weighted_mean(effects: Column, variances: Column, between: float) -> tuple[float, float, list[float]]:
    """Mean by inverse variance, its variance, and the weights."""
    weights = [1 / (v + between) for v in variances]
    total = math.fsum(weights)
    return math.fsum(w * y for w, y in zip(weights, effects, strict=True)) / total, 1 / total, weights


def cochran_q(effects: Column, variances: Column, between: float = 0.0) -> float:
    """Cochran's Q; with ``between`` the generalised Q of the Q-profile."""
    mean, _, weights = weighted_mean(effects, variances, between)
    return math.fsum(w * (y - mean) ** 2 for w, y in zip(weights, effects, strict=True))


def q_p(q: float, k: int) -> float:
    """P of Q under no heterogeneity."""
    return chi2_p(q, k - 1)


def typical_variance(variances: Column) -> float:
    """The within-study variance that I2 sets tau2 against (Higgins and Thompson 2002, Stat Med 21:1539-58, eq. 9)."""
    weights = [1 / v for v in variances]
    total = math.fsum(weights)
    return (len(weights) - 1) / (total - math.fsum(w * w for w in weights) / total)


def tau2_interval(effects: Column, variances: Column, level: float = 95) -> tuple[float, float]:
    """Interval of tau2 by Q-profile (Viechtbauer 2007, Stat Med 26:37-52), the one Cochrane chose for RevMan (2024).

    Q falls as tau2 grows; the limits are where it equals the chi-square quantiles, or 0 where it starts below one.
    """
    k = len(effects)
    tail = (1 - level / 100) / 2
    scale = typical_variance(variances)
    limits = (chi2_upper(tail, k - 1), chi2_upper(1 - tail, k - 1))

    def excess_over(limit: float) -> Callable[[float], float]:
        return lambda value: cochran_q(effects, variances, value) - limit

    low, high = (_root(excess_over(limit), scale) for limit in limits)
    return low, high


def _root(excess: Callable[[float], float], scale: float) -> float:
    """Where a falling function crosses 0, or 0 where it is below 0 from the start.

    Illinois false position inside a widened bracket: no derivative, and it cannot leave the bracket.
    """
    low, at_low = 0.0, excess(0.0)
    if at_low <= 0:
        return 0.0
    high = scale
    at_high = excess(high)
    while at_high > 0:
        low, at_low = high, at_high
        high *= 4
        at_high = excess(high)
    side = 0
    for _ in range(200):
        middle = (low * at_high - high * at_low) / (at_high - at_low)
        at_middle = excess(middle)
        if at_middle > 0:
            low, at_low = middle, at_middle
            at_high = at_high / 2 if side == 1 else at_high
            side = 1
        else:
            high, at_high = middle, at_middle
            at_low = at_low / 2 if side == -1 else at_low
            side = -1
        if high - low <= 1e-13 * (scale + high) or at_middle == 0:
            return middle
    return (low + high) / 2


def i2_from_tau2(between: float, variances: Column) -> float:
    """I2 in percent as the share of tau2 in the total variance (Cochrane's choice for RevMan, 2024; metafor's)."""
    return 100 * between / (between + typical_variance(variances))


def i2_from_q(q: float, k: int) -> float:
    """I2 in percent from Q (Higgins and Thompson 2002); what a common-effect pool shows."""
    return max(0.0, 100 * (q - (k - 1)) / q) if q > 0 else 0.0


def i2_interval_from_q(q: float, k: int, wide: float) -> tuple[float, float] | None:
    """Interval of I2 by the test-based method for H (Higgins and Thompson 2002, appendix); None below three studies."""
    if k < 3:
        return None
    if q > k:
        error = 0.5 * (math.log(q) - math.log(k - 1)) / (math.sqrt(2 * q) - math.sqrt(2 * k - 3))
    else:
        error = math.sqrt(1 / (2 * (k - 2)) * (1 - 1 / (3 * (k - 2) ** 2)))
    centre = 0.5 * math.log(max(q, 1e-300) / (k - 1))
    low, high = (max(1.0, math.exp(centre + sign * wide * error)) for sign in (-1, 1))
    return 100 * (1 - 1 / low**2), 100 * (1 - 1 / high**2)
