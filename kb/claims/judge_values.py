"""Numbers of a finding, what follows from them, and whether a told number is one of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kb.claims.says import Bound, NumberRole
from kb.model import Measure

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kb.claims.says import SaidNumber
    from kb.model import Finding

RATIOS = frozenset(
    {Measure.RISK_RATIO, Measure.ODDS_RATIO, Measure.HAZARD_RATIO, Measure.RATE_RATIO, Measure.PREVALENCE_RATIO}
)
ABOUT = 0.1
"""What "about" allows, as a share of the number."""
_OF = re.compile(r"\b(\d{1,4})(?:/| of )(\d{1,4})\b")
_MONEY = re.compile(r"\$|dollar|euro|USD", re.IGNORECASE)
_SCORE = re.compile(r"point|score|\b0-10{1,2}\b|phase", re.IGNORECASE)


def fits(number: SaidNumber, value: float, *, coarser: bool = True) -> bool:
    """Whether a value of the study is the told one: rounded or cut off, whatever its sign, or in the told range.

    ``coarser``: whether a value with fewer places than told will do, 24 for 23.8.
    """
    told, known = abs(number.value), abs(value)
    if number.high is not None:
        low, high = sorted((told, abs(number.high)))
        return low - 0.5 * unit(low) <= known <= high + 0.5 * unit(high)
    if number.bound is Bound.ABOUT or _in_words(number):
        if number.role is NumberRole.CHANGE and number.value > 0:  # "about twice": compared as ratios
            return abs(known - told) <= 0.15 * (100 + told)
        return abs(known - told) <= max(ABOUT * told, 0.5 * unit(told))
    if number.role is NumberRole.CHANGE and number.value > 100 and "time" in number.words:
        ratio = (100 + number.value) / 100  # "4.5 times": compared at the places of the ratio
        return abs(known - told) <= 50 * unit(ratio)
    finer = (
        coarser and known >= 10 and abs(known - told) <= 0.5 * unit(known)
    )  # told with more places than the study gives
    return finer or -0.5 * unit(told) <= known - told < unit(told)


def unit(value: float) -> float:
    """One of the last decimal place that a number shows: 0.01 for 0.53, 1 for 47.

    Examples
    --------
    >>> unit(0.53), unit(47.0), unit(1.5)
    (0.01, 1.0, 0.1)
    """
    shown = f"{value:.6f}".rstrip("0")
    places = len(shown.split(".")[1])
    return round(10.0**-places, places) if places else 1.0


def printed(finding: Finding, *, ends: bool = True) -> Iterator[float]:
    """Numbers as they stand, with the ends of the interval; of a ratio also its inverse."""
    own = [finding.estimate, *((finding.ci_low, finding.ci_high) if ends else ())]
    yield from (value for value in own if value is not None)
    if finding.measure in RATIOS:
        yield from (1 / value for value in own if value)
    yield from (v for arm in finding.arms for v in (arm.value, arm.sd, arm.ci_low, arm.ci_high) if v is not None)


def as_percent(
    finding: Finding, *, share: bool, rest: bool = True, change: bool = True, ends: bool = True
) -> Iterator[float]:
    """What the numbers of a finding are in percent; a ratio of 0.53 is a share of 53 %, a change of 47 %."""
    values = list(printed(finding, ends=ends))
    if (share and change) or finding.measure not in RATIOS:
        yield from (100 * value for value in values if abs(value) < 1)
    if finding.measure in RATIOS and change:
        yield from (100 * (1 - value) for value in values)
    if finding.measure is Measure.PERCENT and rest:
        yield from (100 - value for value in values)
    told = [arm.value for arm in finding.arms if arm.value is not None]
    if change:
        yield from (100 * (one - other) / other for one in told for other in told if other)
    if share:
        yield from arm_values(finding)
    yield from (100 * arm.value / arm.n for arm in finding.arms if arm.value is not None and arm.n)


def arm_values(finding: Finding) -> Iterator[float]:
    """Values of the arms; shares in percent also from the counts that a note gives, "79/111 vs 40/109"."""
    values = [arm.value for arm in finding.arms if arm.value is not None]
    yield from values
    if finding.arm_statistic == "events":
        yield from (100 * arm.value / arm.n for arm in finding.arms if arm.value is not None and arm.n)
    if not values:
        for part, whole in _OF.findall(finding.note or ""):
            if 0 < int(part) <= int(whole):
                yield 100 * int(part) / int(whole)


def between(finding: Finding) -> Iterator[float]:
    """Differences and ratios of arms."""
    told = [arm.value for arm in finding.arms if arm.value is not None]
    for place, one in enumerate(told):
        for other in told[:place] + told[place + 1 :]:
            yield one - other
            if other:
                yield one / other


def relative(finding: Finding) -> tuple[float, ...]:
    """The relative change of a finding in percent, unsigned; more than one way to say it, or none."""
    value = finding.estimate
    if value is None:
        return tuple(abs(x) for x in _arms_relative(finding))
    if finding.measure in RATIOS:
        return (abs(100 * (1 - value)),)
    return (abs(value),) if finding.measure is Measure.PERCENT_CHANGE else ()


def _arms_relative(finding: Finding) -> Iterable[float]:
    money = finding.arm_statistic == "mean" and is_money(finding)  # points of a scale have no true zero, money has
    if finding.arm_statistic not in {"percent", "rate", "events"} and not money:
        return ()
    values = [arm.value for arm in finding.arms if arm.value]
    return (100 * (values[0] - values[1]) / values[1],) if len(values) == 2 else ()


def _in_words(number: SaidNumber) -> bool:
    """Whether a number is a fraction in words: a third is 34 %, too."""
    return bool(number.words) and number.unit == "%" and not any(letter.isdigit() for letter in number.words)


def is_amount(finding: Finding, unit: str) -> bool:
    """Whether a finding's unit is that of a told amount: money, degrees, points of a scale.

    Examples
    --------
    >>> import kb
    >>> rompe = kb.open().corpus.studies["rompe2008"].findings[0]
    >>> rompe.unit, is_amount(rompe, "points"), is_amount(rompe, "$")
    ('VISA-A points', True, False)
    """
    known = finding.unit or ""
    if is_money(finding):
        return unit == "$"
    if unit == "points":
        return not known or _SCORE.search(known) is not None
    return bool(unit) and unit.rstrip("s") in known


def is_money(finding: Finding) -> bool:
    """Whether a finding is an amount of money."""
    return _MONEY.search(finding.unit or "") is not None
