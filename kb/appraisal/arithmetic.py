"""Numbers of a finding against each other: what cannot all be right is told with the arithmetic.

A number of the source may really be printed so. Then ``as_printed`` of the finding says it, and nothing is told here;
such a finding is never pooled.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kb.model import Arm, ArmStatistic, Better, Direction, Finding, Measure, Outcome

ASYMMETRY = 0.10
"""Share of an interval's width by which its two sides may differ beyond rounding; bootstraps and medians differ."""
_DIFFERENCES = {Measure.MD, Measure.SMD, Measure.RISK_DIFFERENCE}
_RATIOS = {measure for measure in Measure if measure.null_value == 1.0}
_P = re.compile(r"p?\s*(?P<sign>[<>=≤≥]?)\s*(?P<value>0?\.\d+)", re.IGNORECASE)
_SCALE = re.compile(r"(?<![\d.])(?P<low>\d+)\s?(?:-|–|to)\s?(?P<high>\d+)(?![\d.])")
_MEANS = {ArmStatistic.MEAN, ArmStatistic.CHANGE}
Z95 = 1.959963984540054
"""Standard normal quantile of a two-sided 95 % interval."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """Numbers that do not fit each other.

    Parameters
    ----------
    rule
        ``asymmetric-interval``, ``p-against-interval``, ``swapped-arms``, ``direction-against-estimate``,
        ``sd-or-se`` or ``outside-scale``.
    field
        The field of the finding that stands out.
    message
        The arithmetic.
    advice
        What to look for in the source.
    """

    rule: str
    field: str
    message: str
    advice: str


def doubts(finding: Finding, outcomes: Mapping[str, Outcome]) -> Iterator[Doubt]:
    """What does not fit in the numbers of one finding.

    Examples
    --------
    >>> import kb
    >>> corpus = kb.open().corpus
    >>> wrong = {"measure": Measure.MD, "estimate": 2.0, "ci_low": 1.0, "ci_high": 9.0, "p": None}
    >>> finding = corpus.studies["buist2008"].findings[0].model_copy(update=wrong)
    >>> [doubt.rule for doubt in doubts(finding, corpus.outcomes)]
    ['asymmetric-interval']
    """
    if finding.as_printed is not None:
        return
    for rule in (_asymmetry, _p_value, _swapped, _sd, _scale):
        yield from rule(finding)
    yield from _direction(finding, outcomes)


def _rounding(*values: float) -> float:
    """Half a unit of the last decimal that is printed anywhere among the values."""
    decimals = max(len(text.partition(".")[2]) for text in map(_plain, values))
    return float(0.5 * 10.0**-decimals)


def _plain(value: float) -> str:
    text = f"{value:.10f}".rstrip("0")
    return text.removesuffix(".")


def _asymmetry(finding: Finding) -> Iterator[Doubt]:
    """An interval of a difference lies evenly about the estimate; of a ratio, on the log scale."""
    estimate, low, high = finding.estimate, finding.ci_low, finding.ci_high
    if estimate is None or low is None or high is None or not low <= estimate <= high or low == high:
        return
    half = _rounding(estimate, low, high)
    if finding.measure in _RATIOS:
        if low <= half:
            return
        below = _log_span(low, estimate, half)
        above = _log_span(estimate, high, half)
        width, middle = math.log(high / low), math.sqrt(low * high)
    elif finding.measure in _DIFFERENCES:
        below = (estimate - low - 2 * half, estimate - low + 2 * half)
        above = (high - estimate - 2 * half, high - estimate + 2 * half)
        width, middle = high - low, (low + high) / 2
    else:
        return
    gap = max(above[0] - below[1], below[0] - above[1])
    if gap / width > ASYMMETRY:
        scale = " on the log scale" if finding.measure in _RATIOS else ""
        message = (
            f"the interval {low:g} to {high:g} has its middle at {middle:.3g}{scale}, the estimate is {estimate:g}"
        )
        yield Doubt("asymmetric-interval", "ci_low", message, "Read the three numbers and their signs again.")


def _log_span(low: float, high: float, half: float) -> tuple[float, float]:
    return math.log((high - half) / (low + half)), math.log((high + half) / max(low - half, half / 10))


def _p_value(finding: Finding) -> Iterator[Doubt]:
    """A 95 % interval excludes no effect exactly when p is below 0.05, rounding apart."""
    null = finding.measure.null_value
    found = _P.fullmatch((finding.p or "").strip())
    if null is None or found is None or finding.ci_low is None or finding.ci_high is None or finding.ci_level != 95:
        return
    p, sign = float(found["value"]), found["sign"]
    half = _rounding(finding.ci_low, finding.ci_high)
    inside = finding.ci_low + half < null < finding.ci_high - half
    outside = null < finding.ci_low - half or null > finding.ci_high + half
    clear = p <= 0.045 and sign not in {">", "≥"}
    unclear = p >= 0.055 and sign not in {"<", "≤"}
    if (inside and clear) or (outside and unclear):
        told = "holds" if inside else "excludes"
        message = (
            f"the interval {finding.ci_low:g} to {finding.ci_high:g} {told} no effect ({null:g}), but p is {finding.p}"
        )
        yield Doubt(
            "p-against-interval", "p", message, "One of the two belongs to another result, or a limit is wrong."
        )


def _means(finding: Finding) -> tuple[Arm, Arm] | None:
    if finding.measure is not Measure.MD or finding.arm_statistic not in _MEANS or len(finding.arms) != 2:
        return None
    one, other = finding.arms
    return (one, other) if one.value is not None and other.value is not None else None


def _swapped(finding: Finding) -> Iterator[Doubt]:
    """A mean difference is that of its arms, first minus second, or the other way round for all to see."""
    arms = _means(finding)
    if arms is None or finding.estimate is None or not finding.estimate:
        return
    between = float(arms[0].value or 0) - float(arms[1].value or 0)
    near = abs(abs(between) - abs(finding.estimate)) <= 0.15 * abs(finding.estimate) + _rounding(finding.estimate)
    if near and between * finding.estimate < 0:
        message = (
            f"{arms[0].name} {arms[0].value:g} minus {arms[1].name} {arms[1].value:g} is {between:g}, "
            f"the estimate is {finding.estimate:g}"
        )
        yield Doubt("swapped-arms", "estimate", message, "The arms are swapped, or the sign is.")


def _sd(finding: Finding) -> Iterator[Doubt]:
    """The interval's standard error follows from SDs and sizes of the arms; if from the SDs alone, those are SEs.

    SE of a difference of means: sqrt(SD1^2/n1 + SD2^2/n2) (Cochrane Handbook 6.5, section 6.5.2.3).
    """
    arms = _means(finding)
    if arms is None or finding.ci_low is None or finding.ci_high is None or finding.ci_level != 95:
        return
    one, other = arms
    if not (one.sd and other.sd and one.n and other.n) or min(one.n, other.n) < 4:
        return
    told = (finding.ci_high - finding.ci_low) / (2 * Z95)
    as_sd = math.sqrt(one.sd**2 / one.n + other.sd**2 / other.n)
    as_se = math.hypot(one.sd, other.sd)
    if told <= 0 or 0.5 <= told / as_sd <= 2:
        return
    sizes = f"SDs {one.sd:g} and {other.sd:g} with n {one.n} and {other.n} give a standard error of {as_sd:.3g}"
    message = f"{sizes}, the interval one of {told:.3g}"
    if 0.7 <= told / as_se <= 1.4:
        message += f"; as standard errors they give {as_se:.3g}"
        yield Doubt("sd-or-se", "arms", message, "These are standard errors: multiply by the square root of n.")
    else:
        yield Doubt("sd-or-se", "arms", message, "Read SDs, sizes and interval again.")


def _scale(finding: Finding) -> Iterator[Doubt]:
    """No mean lies outside the scale that its unit names, and no difference is wider than it."""
    found = _SCALE.search(finding.unit or "")
    if found is None:
        return
    low, high = float(found["low"]), float(found["high"])
    if low >= high:
        return
    if finding.arm_statistic in {ArmStatistic.MEAN, ArmStatistic.MEDIAN}:
        for arm in finding.arms:
            if arm.value is not None and not low <= arm.value <= high:
                message = f"{arm.name} has {arm.value:g} on a scale of {low:g} to {high:g}"
                yield Doubt("outside-scale", "arms", message, "The unit or the number is another one.")
    if finding.measure is Measure.MD and finding.estimate is not None and abs(finding.estimate) > high - low:
        message = f"a difference of {finding.estimate:g} on a scale of {low:g} to {high:g}"
        yield Doubt("outside-scale", "estimate", message, "The unit or the number is another one.")


def _direction(finding: Finding, outcomes: Mapping[str, Outcome]) -> Iterator[Doubt]:
    """The sign of an estimate (intervention minus or over comparator) is that of its direction."""
    null = finding.measure.null_value
    if finding.estimate is None or null is None or finding.measure is Measure.CORRELATION or finding.estimate == null:
        return
    if finding.direction not in {Direction.INTERVENTION, Direction.COMPARATOR}:
        return
    sides = {outcomes[name].better for name in finding.outcomes if name in outcomes}
    if len(sides) != 1 or (better := next(iter(sides))) is None:
        return
    good = (finding.estimate > null) is (better is Better.HIGHER)
    if good is not (finding.direction is Direction.INTERVENTION):
        message = (
            f"{finding.measure.value} {finding.estimate:g} where {better.value} is better favours the "
            f"{'intervention' if good else 'comparator'}, the direction says {finding.direction.value}"
        )
        advice = "Turn the sign or the direction; if the scale runs the other way, say so in as_printed."
        yield Doubt("direction-against-estimate", "direction", message, advice)
