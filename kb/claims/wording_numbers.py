"""Numbers of a finding as running text gives them: never without a unit or a measure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kb.model import ArmStatistic, Design, Measure

if TYPE_CHECKING:
    from kb.model import Arm, Finding, Study

REVIEWS = frozenset(
    {
        Design.META_ANALYSIS,
        Design.NETWORK_META_ANALYSIS,
        Design.SYSTEMATIC_REVIEW,
        Design.UMBRELLA_REVIEW,
        Design.SCOPING_REVIEW,
    }
)
"""Designs that count studies: no count of the whole review is that of one result."""
RATIOS = frozenset(
    {Measure.RISK_RATIO, Measure.ODDS_RATIO, Measure.HAZARD_RATIO, Measure.RATE_RATIO, Measure.PREVALENCE_RATIO}
)
DIFFERENCES = frozenset({Measure.MD, Measure.SMD, Measure.RISK_DIFFERENCE})
_POOLED = re.compile(r"(?<![\w.,-])(?<!of )(?<!in )(\d{1,3}) (trials?|study|studies|RCTs?)\b(?! effect)")
_SHORT = re.compile(r"([<>=≤≥]?) ?(0?\.\d{1,6})")
_SCALE = re.compile(r"\d{1,3} ?(?:-|to) ?\d{1,4}")
_WORDY_UNITS = frozenset({"adjusted", "d", "SD", "rate ratio", "prevalence rate ratio", "ratio", "c-statistic"})
"""What stands as unit and says no more than the measure."""


def plain(value: float | None) -> str:
    """A number without a trailing ``.0``.

    Examples
    --------
    >>> plain(1063.0), plain(-0.50)
    ('1,063', '-0.5')
    """
    return "unknown" if value is None else f"{value:,.10g}"


def estimate(finding: Finding) -> str:
    """The estimate with its interval, as running text gives it; empty when there is none.

    Examples
    --------
    >>> import kb
    >>> estimate(kb.open().corpus.studies["lauersen2014"].findings[5])
    'RR 0.527, 95% CI 0.373 to 0.746'
    """
    if finding.estimate is None:
        return ""
    unit = (finding.unit or "").strip()
    value = plain(finding.estimate)
    if finding.measure is Measure.PERCENT or finding.measure is Measure.PERCENT_CHANGE:
        named = f"{value}%" if unit in {"", "%", "percent"} else f"{value}{'' if unit.startswith('%') else ' '}{unit}"
        said = named if finding.measure is Measure.PERCENT else f"change of {named}"
    elif finding.measure in {Measure.MEAN, Measure.MEDIAN, Measure.COUNT}:
        said = f"{finding.measure.value} {value} {unit}".strip()
    else:
        measure = "" if finding.measure in {Measure.P_VALUE, Measure.NARRATIVE} else f"{finding.measure.value} "
        shown = unit and finding.measure.null_value != 1 and finding.measure is not Measure.SMD
        words = unit_words(unit)
        words = re.sub(r"^(point|degree|day)s\b", r"\1", words) if value in {"1", "-1"} else words
        said = f"{measure}{value}{f' {words}' if shown else ''}"
    if finding.ci_low is None or finding.ci_high is None:
        return said
    return f"{said}, {plain(finding.ci_level)}% CI {plain(finding.ci_low)} to {plain(finding.ci_high)}"


def crosses(finding: Finding) -> bool:
    """Whether the interval holds the value that means no effect.

    Examples
    --------
    >>> import kb
    >>> [crosses(f) for f in kb.open().corpus.studies["lauersen2014"].findings[2:4]]
    [False, True]
    """
    null = finding.measure.null_value
    if null is None or finding.ci_low is None or finding.ci_high is None:
        return False
    low, high = sorted((finding.ci_low, finding.ci_high))
    return low <= null <= high


def unit_words(unit: str) -> str:
    """A unit after a number: a bare scale becomes points of it.

    Examples
    --------
    >>> unit_words("0-100"), unit_words("percentage points difference"), unit_words("days")
    ('points on 0-100', 'percentage points', 'days')
    """
    unit = unit.removesuffix(" (rounded in table)")
    if _SCALE.fullmatch(unit):
        return f"points on {unit}"
    return "points" if unit == "score" else unit.removesuffix(" difference")


def numbers(finding: Finding, study: Study, sign: str | None = None, *, arms: bool = True) -> str:
    """What stands in parentheses at the end: estimate or arms, p, and how many studies the result rests on.

    Parameters
    ----------
    finding, study
        The result and where it stands.
    sign
        What a positive or negative value means, where the words alone would not tell.
    arms
        Whether the values of the groups are told where there is no estimate.
    """
    told = finding.estimate is not None and finding.measure is not Measure.PERCENT
    parts = [_sure_of_scale(finding, estimate(finding).removeprefix("count "))] if told else []
    if not parts and arms:
        parts += arm_values(finding)
    if sign:
        parts.append(sign)
    parts += p_value(finding)
    if study.design in REVIEWS:
        count = pooled(finding)
        parts += [count] if count else []
    return f" ({'; '.join(parts)})" if parts else ""


def _sure_of_scale(finding: Finding, words: str) -> str:
    """Without the scale of points where its span was only assumed."""
    assumed = re.search(r"scale (?:is )?assumed", finding.note or "")
    return re.sub(r" \(0-10\)", "", words) if assumed else words


def p_value(finding: Finding) -> list[str]:
    """The p value where it is a number that stands alone and no interval tells more."""
    match = _SHORT.fullmatch(finding.p) if finding.p and finding.ci_low is None else None
    return [f"p {match[1] or '='} {match[2]}".replace(" .", " 0.")] if match else []


def pooled(finding: Finding) -> str | None:
    """How many studies this very result rests on, where its note or its words tell.

    Examples
    --------
    >>> import kb
    >>> pooled(kb.open().corpus.studies["impellizzeri2021b"].findings[0])
    '5 RCTs'
    """
    for text in (finding.note or "", finding.as_reported):
        match = _POOLED.search(text)
        if match:
            one = match[1] == "1"
            noun = {"trial": "trial", "stud": "study", "RCT": "RCT"}[
                match[2].removesuffix("y").rstrip("s").removesuffix("ie")
            ]
            return f"1 {noun}" if one else f"{match[1]} {'studies' if noun == 'study' else f'{noun}s'}"
    return None


def arm_values(finding: Finding) -> list[str]:
    """The value of each group with its unit, in one part; nothing where a unit is missing."""
    shown = [_arm(finding, arm) for arm in finding.arms if arm.value is not None]
    if len(shown) < 2 or None in shown or len(shown) != len(finding.arms):
        return []
    return ["; ".join(text for text in shown if text)]


def _arm(finding: Finding, arm: Arm) -> str | None:
    value = plain(arm.value)
    name = re.sub(r" \([^()]{1,60}\)", "", arm.name)
    kind = finding.arm_statistic
    unit = (arm.unit or finding.unit or "").strip()
    if kind is ArmStatistic.EVENTS:
        return f"{name}: {value} of {arm.n}" if arm.n is not None else None
    if kind is ArmStatistic.PERCENT:
        return f"{name}: {value}%"
    if not unit or unit in _WORDY_UNITS or finding.measure in RATIOS:
        return f"{name}: {value} {arm.unit}" if arm.unit else None
    words = {ArmStatistic.MEAN: "mean ", ArmStatistic.MEDIAN: "median ", ArmStatistic.CHANGE: "mean change "}
    return f"{name}: {words.get(kind, '') if kind else ''}{value} {unit_words(unit)}"


def signs(finding: Finding) -> int:
    """The side of no effect that the estimate lies on: 1 above, -1 below, 0 on it or unknown."""
    null = finding.measure.null_value
    if null is None or finding.estimate is None:
        return 0
    return (finding.estimate > null) - (finding.estimate < null)
