"""Effect sizes on the scale on which they are pooled: logarithms of ratios, logits of proportions, else as printed.

An :class:`Effect` knows how it was obtained; what could not be obtained is a :class:`Missing` with the reason in
words. Formulas and names of measures are those of metafor's ``escalc`` (Viechtbauer 2010, J Stat Softw 36(3)).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

from kb.synthesis import convert
from kb.synthesis.distributions import critical, small_sample_j

RATIOS: Final = frozenset({"RR", "OR", "HR", "IRR", "PR"})
"""Pooled as logarithms; PR is a prevalence ratio."""
DIFFERENCES: Final = frozenset({"MD", "SMD", "RD"})
PROPORTIONS: Final = frozenset({"PLO", "PLN"})
"""Single proportions: PLO logit, PLN logarithm."""
MEASURES: Final = (*sorted(RATIOS), "MD", "SMD", "RD", "PLO", "PLN", "ZCOR", "GEN")
"""GEN is an effect of unnamed kind (yi and vi of a user's file), ZCOR Fisher's z of a correlation."""

ASYMMETRY_LIMIT = 0.1
"""Part of half the interval's width by which an estimate may be off the middle, beyond what rounding explains."""


@dataclass(frozen=True, slots=True)
class Effect:
    """One estimate with its standard error on the analysis scale.

    ``ci_low`` and ``ci_high`` are of ``level`` percent: as printed where printed at that level, else from ``se``.
    ``how`` has the words of every derivation (with its source); an effect as printed with its standard error has none.
    """

    measure: str
    estimate: float
    se: float
    ci_low: float
    ci_high: float
    n1: int | None = None
    n2: int | None = None
    how: tuple[str, ...] = ()
    label: str = ""
    level: float = 95

    @property
    def variance(self) -> float:
        """Square of the standard error."""
        return self.se**2

    @property
    def derived(self) -> bool:
        """Whether anything was computed that the study does not print."""
        return bool(self.how)

    def turned(self, why: str) -> Effect:
        """The effect of the second side against the first (on the analysis scale the sign changes)."""
        return replace(
            self,
            estimate=-self.estimate,
            ci_low=-self.ci_high,
            ci_high=-self.ci_low,
            n1=self.n2,
            n2=self.n1,
            how=(*self.how, why),
        )

    def scaled(self, factor: float, why: str) -> Effect:
        """The effect in another unit of the same kind."""
        return replace(
            self,
            estimate=self.estimate * factor,
            se=self.se * factor,
            ci_low=self.ci_low * factor,
            ci_high=self.ci_high * factor,
            how=(*self.how, why),
        )


@dataclass(frozen=True, slots=True)
class Missing:
    """No effect could be had, and why."""

    reason: str


def back_transform(measure: str, value: float | None) -> float | None:
    """From the analysis scale to the one people read.

    Examples
    --------
    >>> round(back_transform("RR", -0.7145), 3), back_transform("MD", 1.5), back_transform("PLO", 0.0)
    (0.489, 1.5, 0.5)
    """
    if value is None:
        return None
    if measure in RATIOS or measure == "PLN":
        # Beyond the largest float the honest answer is infinity, e.g. for an interval from two studies.
        return math.exp(value) if value < 709 else math.inf
    if measure == "PLO":
        return 1 / (1 + math.exp(-value)) if value > -709 else 0.0
    return math.tanh(value) if measure == "ZCOR" else value


def from_se(measure: str, estimate: float, se: float, **more: object) -> Effect | Missing:
    """An effect from its estimate and standard error, both on the analysis scale."""
    if not (math.isfinite(estimate) and math.isfinite(se)):
        return Missing("the estimate or its standard error is not a finite number")
    if se <= 0:
        return Missing("the standard error (or variance) is not above zero")
    wide = critical(95) * se
    return replace(Effect(measure, estimate, se, estimate - wide, estimate + wide), **more)  # type: ignore[arg-type]


# --- from arms -----------------------------------------------------------------------------------------------------

_ARMS = "means and SDs of the groups"


def _bad_groups(n1: float, n2: float, sd1: float, sd2: float) -> str | None:
    if n1 < 2 or n2 < 2:
        return "a group has fewer than two people"
    if sd1 < 0 or sd2 < 0:
        return "a standard deviation is below zero"
    return "both standard deviations are zero" if sd1 == sd2 == 0 else None


def mean_difference(
    mean1: float, sd1: float, n1: int, mean2: float, sd2: float, n2: int, label: str = ""
) -> Effect | Missing:
    """Mean difference, first minus second; variance ``sd1^2/n1 + sd2^2/n2`` (Handbook 6.5.1.1).

    Examples
    --------
    >>> found = mean_difference(70.4, 16.3, 25, 75.6, 18.7, 25)
    >>> round(found.estimate, 2), round(found.se, 3)
    (-5.2, 4.961)
    """
    wrong = _bad_groups(n1, n2, sd1, sd2)
    if wrong:
        return Missing(wrong)
    se = math.sqrt(sd1**2 / n1 + sd2**2 / n2)
    how = (f"difference and its standard error from {_ARMS} (Handbook 6.5.1.1)",)
    return from_se("MD", mean1 - mean2, se, n1=n1, n2=n2, how=how, label=label)


def standardized_mean_difference(
    mean1: float, sd1: float, n1: int, mean2: float, sd2: float, n2: int, label: str = ""
) -> Effect | Missing:
    """Hedges' g: difference over pooled SD, exact small-sample correction (Hedges 1981, J Educ Stat 6:107-28).

    Variance ``1/n1 + 1/n2 + g^2 / (2 (n1 + n2))`` (Hedges and Olkin 1985, large-sample), as metafor's ``vtype="LS"``.

    Examples
    --------
    >>> found = standardized_mean_difference(55, 47, 155, 75, 64, 156)
    >>> round(found.estimate, 4), round(found.variance, 4)
    (-0.3552, 0.0131)
    """
    wrong = _bad_groups(n1, n2, sd1, sd2)
    if wrong:
        return Missing(wrong)
    pooled = math.sqrt(((n1 - 1) * sd1**2 + (n2 - 1) * sd2**2) / (n1 + n2 - 2))
    if not math.isfinite(pooled) or pooled == 0:
        return Missing("the pooled standard deviation is zero or not finite")
    how = (f"Hedges' g with the exact small-sample correction from {_ARMS} (Hedges 1981)",)
    return _hedges((mean1 - mean2) / pooled, n1, n2, how, label)


def _hedges(d: float, n1: int, n2: int, how: tuple[str, ...], label: str = "") -> Effect | Missing:
    g = d * small_sample_j(n1 + n2 - 2)
    se = math.sqrt(1 / n1 + 1 / n2 + g**2 / (2 * (n1 + n2)))
    return from_se("SMD", g, se, n1=n1, n2=n2, how=how, label=label)


def standardized(effect: Effect) -> Effect | Missing:
    """A mean difference as Hedges' g; the common SD is had from its standard error (Handbook 6.5.2.3)."""
    if effect.measure == "SMD":
        return effect
    if effect.measure != "MD" or not effect.n1 or not effect.n2 or effect.n1 < 2 or effect.n2 < 2:
        return Missing("cannot be standardised: the size of each group or the kind of difference is missing")
    sd = convert.sd_from_difference_se(effect.se, effect.n1, effect.n2)
    how = (*effect.how, "standardised by the SD that its standard error implies (Handbook 6.5.2.3; Hedges 1981)")
    return _hedges(effect.estimate / sd, effect.n1, effect.n2, how, effect.label)


# --- from counts ---------------------------------------------------------------------------------------------------


def _bad_counts(events1: float, n1: float, events2: float, n2: float) -> str | None:
    if n1 <= 0 or n2 <= 0:
        return "a group is empty"
    if not (0 <= events1 <= n1 and 0 <= events2 <= n2):
        return "more events than people, or fewer than none"
    return None


def from_counts(
    measure: str, events1: float, n1: float, events2: float, n2: float, label: str = ""
) -> Effect | Missing:
    """RR, OR or RD of the first group against the second (Handbook 6.4.1; variances in 10.4, Deeks and Higgins 2010).

    One half is added to the four cells only where one of them is zero (Handbook 10.4.4; for RD only where its
    variance would else be zero), and said. A table without any event, or with nothing but events, says nothing about a
    ratio and gives none (Handbook 10.4.4.1).

    Examples
    --------
    >>> found = from_counts("RR", 4, 123, 11, 139)
    >>> round(found.estimate, 4), round(found.variance, 4)
    (-0.8893, 0.3256)
    """
    wrong = _bad_counts(events1, n1, events2, n2)
    if wrong:
        return Missing(wrong)
    a, b, c, d = (float(x) for x in (events1, n1 - events1, events2, n2 - events2))
    sizes = {"n1": int(n1), "n2": int(n2), "label": label}
    how: tuple[str, ...] = ("computed from counts (Handbook 6.4.1)",)
    if measure == "RD":
        if a * b + c * d == 0:
            a, b, c, d = a + 0.5, b + 0.5, c + 0.5, d + 0.5
            how = (*how, "one half added to each cell for the variance (Handbook 10.4.4)")
        one, two = a + b, c + d
        se = math.sqrt(a * b / one**3 + c * d / two**3)
        return from_se("RD", events1 / n1 - events2 / n2, se, how=how, **sizes)
    if a + c == 0 or b + d == 0:
        said = "no events in either group" if a + c == 0 else "events in everybody of both groups"
        return Missing(f"{said}: no information on a ratio (Handbook 10.4.4.1)")
    if min(a, b, c, d) == 0:
        a, b, c, d = a + 0.5, b + 0.5, c + 0.5, d + 0.5
        how = (*how, "one half added to each cell because one is zero (Handbook 10.4.4)")
    if measure == "RR":
        estimate = math.log(a / (a + b)) - math.log(c / (c + d))
        variance = 1 / a - 1 / (a + b) + 1 / c - 1 / (c + d)
    elif measure == "OR":
        estimate, variance = math.log(a * d) - math.log(b * c), 1 / a + 1 / b + 1 / c + 1 / d
    else:
        return Missing(f"{measure} cannot be computed from counts")
    return from_se(measure, estimate, math.sqrt(max(0.0, variance)), how=how, **sizes)


def rate_ratio(events1: float, time1: float, events2: float, time2: float, label: str = "") -> Effect | Missing:
    """Log of the incidence rate ratio; variance ``1/events1 + 1/events2`` (Handbook 6.7.1).

    One half is added to both counts where one is zero, and said.
    """
    if time1 <= 0 or time2 <= 0:
        return Missing("a person-time is not above zero")
    if events1 < 0 or events2 < 0 or events1 + events2 == 0:
        return Missing("no events in either group: no information on a ratio")
    how: tuple[str, ...] = ("computed from events and person-time (Handbook 6.7.1)",)
    if events1 == 0 or events2 == 0:
        events1, events2 = events1 + 0.5, events2 + 0.5
        how = (*how, "one half added to both counts because one is zero")
    estimate = math.log(events1 / time1) - math.log(events2 / time2)
    return from_se("IRR", estimate, math.sqrt(1 / events1 + 1 / events2), how=how, label=label)


def proportion(measure: str, events: float, n: float, label: str = "") -> Effect | Missing:
    """A single proportion as logit (PLO) or logarithm (PLN); one half is added to both cells where one is zero.

    Examples
    --------
    >>> round(proportion("PLO", 10, 40).estimate, 4)
    -1.0986
    """
    if n <= 0 or not 0 <= events <= n:
        return Missing("more events than people, or nobody")
    yes, no = float(events), float(n - events)
    how: tuple[str, ...] = ("computed from counts",)
    if yes == 0 or no == 0:
        yes, no = yes + 0.5, no + 0.5
        how = (*how, "one half added to both cells because one is zero")
    if measure == "PLO":
        return from_se("PLO", math.log(yes / no), math.sqrt(1 / yes + 1 / no), n1=int(n), how=how, label=label)
    return from_se(
        "PLN", math.log(yes / (yes + no)), math.sqrt(1 / yes - 1 / (yes + no)), n1=int(n), how=how, label=label
    )


# --- from what was printed -----------------------------------------------------------------------------------------


def from_interval(
    measure: str,
    estimate: float,
    low: float,
    high: float,
    level: float = 95,
    groups: tuple[int | None, int | None] = (None, None),
    label: str = "",
) -> Effect | Missing:
    """An effect from its printed estimate and interval (Handbook 6.3.1, 6.3.2; t for small groups, 6.5.2.3).

    Ratios come as ratios and are turned into logarithms. An interval that is not symmetric about its estimate on the
    analysis scale yields no standard error.

    Examples
    --------
    >>> found = from_interval("RR", 0.86, 0.75, 0.99, level=99)
    >>> round(found.estimate, 4), round(found.se, 4)
    (-0.1508, 0.0539)
    >>> from_interval("HR", 2.42, 1.98, 3.62).reason
    'the interval 1.98 to 3.62 is not symmetric about 2.42 on the log scale (off by 33 % of half its width)'
    """
    log = measure in RATIOS
    if log and min(estimate, low, high) <= 0:
        return Missing("a ratio or one of its limits is not above zero")
    if not low < high:
        return Missing(f"the interval {low:g} to {high:g} is empty or upside down")
    off = convert.asymmetry(low, estimate, high, log=log)
    if off > ASYMMETRY_LIMIT:
        scale = "on the log scale" if log else "on its scale"
        share = f"off by {100 * off:.0f} % of half its width"
        return Missing(f"the interval {low:g} to {high:g} is not symmetric about {estimate:g} {scale} ({share})")
    n1, n2 = groups
    small = measure == "MD" and n1 is not None and n2 is not None and min(n1, n2) < convert.SMALL_GROUP
    df = n1 + n2 - 2 if small and n1 is not None and n2 is not None and n1 + n2 > 3 else None
    where = "6.3.2" if log else "6.5.2.3" if df else "6.3.1"
    by = f"by t with {df} degrees of freedom " if df else ""
    how = f"standard error from the {level:g} % interval {by}(Handbook {where})"
    ends = [math.log(x) if log else x for x in (estimate, low, high)]
    found = from_se(
        measure, ends[0], convert.se_from_ci(ends[1], ends[2], level, df), n1=n1, n2=n2, how=(how,), label=label
    )
    if isinstance(found, Effect) and level == found.level:
        return replace(found, ci_low=ends[1], ci_high=ends[2])
    return found


def from_p_value(
    measure: str,
    estimate: float,
    p: str | None,
    groups: tuple[int | None, int | None] = (None, None),
    label: str = "",
) -> Effect | Missing:
    """An effect from its printed estimate and exact p (Handbook 6.3.1, 6.3.2); a bound such as "<0.001" is not enough.

    Examples
    --------
    >>> from_p_value("MD", -31.9, "<0.01").reason
    'no interval, and p is only known to be below 0.01'
    """
    read = convert.printed_p(p)
    if read is None or read.value is None:
        bound = read and (f"below {read.below:g}" if read.below is not None else f"above {read.above:g}")
        return Missing(f"no interval, and p is {f'only known to be {bound}' if bound else 'not known exactly'}")
    if measure in RATIOS and estimate <= 0:
        return Missing("a ratio is not above zero")
    value = math.log(estimate) if measure in RATIOS else estimate
    if value == 0:
        return Missing("an estimate of exactly no effect has no standard error by its p")
    n1, n2 = groups
    df = n1 + n2 - 2 if measure == "MD" and n1 and n2 and n1 + n2 > 3 else None
    how = (f"standard error from p = {read.value:g} (Handbook {'6.3.2' if measure in RATIOS else '6.3.1'})",)
    se = convert.se_from_p(value, read.value, df)
    return from_se(measure, value, se, n1=n1, n2=n2, how=how, label=label)
