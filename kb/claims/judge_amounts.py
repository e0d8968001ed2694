"""Numbers told without a measure: shares, points of a scale, money, and how long something took."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kb import timepoint
from kb.citations.flag import Severity
from kb.claims.judge_case import INJURIES, OCCURRENCE, Closeness, Point, ids
from kb.claims.judge_numbers import anywhere, comparable, differs, stands
from kb.claims.judge_values import arm_values, fits, is_amount, is_money
from kb.claims.says import Bound, NumberRole
from kb.model import Design, Measure

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    from kb.claims.judge_case import Case
    from kb.claims.says import SaidNumber
    from kb.model import Finding

_POOLED = frozenset({Design.META_ANALYSIS, Design.NETWORK_META_ANALYSIS})
"""Designs whose differences are between groups: a change that one tells is such a difference."""
_COMPARED = re.compile(
    r"\b(?:than|compared|versus|vs|against|relative to|difference|placebo|sham|alone|ahead|associated with)\b",
    re.IGNORECASE,
)
_AVERAGE_BEFORE = re.compile(
    r"\b(?:median|mean|average|averag\w{1,3})\b[^.;:()]{0,45}$"
    r"|\btime to [^.;:()]{0,40}\b(?:was|is|of)\s(?:\w{1,12}\s){0,2}$",
    re.IGNORECASE,
)
_AVERAGE_BEHIND = re.compile(r"\s(?:on average|\((?:median|mean|average)\)|in the median)", re.IGNORECASE)
_DIFFERENCES = frozenset({Measure.MD, Measure.RISK_DIFFERENCE})
_MIDDLES = frozenset({Measure.MEAN, Measure.MEDIAN})
_PLACES = "injury-distribution"
"""Shares by place or diagnosis: a study gives more of them than anybody notes down."""


def amounts(case: Case) -> Iterator[Point]:
    """Every number without a measure that this study can speak to."""
    for number in case.says.numbers:
        about = ("number-differs", number.start)
        if number.role is NumberRole.PERCENT:
            yield from _share(case, number, about)
        elif number.role is NumberRole.EFFECT and number.measure is None:
            yield from _amount(case, number, about)
        elif number.role is NumberRole.DURATION:
            yield from _spell(case, number, about)


def _share(case: Case, number: SaidNumber, about: Hashable) -> Iterator[Point]:
    """A share in percent against the share of the same outcome and condition that the study gives."""
    if anywhere(case, number):
        yield Point(about)
        return
    outcomes = case.outcomes
    if not outcomes:
        return
    same = [finding for finding in comparable(case) if _same_share(case, finding)]
    whole = [finding for finding in same if finding.measure is Measure.PERCENT and finding.estimate is not None]
    arms = [finding for finding in same if finding.arm_statistic in {"percent", "events"} and any(arm_values(finding))]
    if _of_one_kind(whole) or (arms and not whole):
        everybody = [finding for finding in whole if "," not in finding.as_reported]
        yield Point(about, differs(case, number, everybody or whole or arms, Severity.NOTE))


def _of_one_kind(whole: list[Finding]) -> bool:
    """Whether there is one share, or only one of everybody and those of parts: "incidence" and "incidence, women"."""
    return len(whole) == 1 or len({re.split(r",| of ", finding.as_reported)[0] for finding in whole}) == 1


def _same_share(case: Case, finding: Finding) -> bool:
    """Whether a finding is of the told outcome and condition; of injuries of any kind where no condition is told."""
    near = case.terms.nearest("outcome", case.outcomes, finding.outcomes)
    told = ids(case.says.conditions)
    if case.outcomes == (OCCURRENCE,) and not INJURIES & {*told}:  # who gets a condition, told without a measure
        theirs = told or case.study.condition_ids
        return near < Closeness.WIDER and case.terms.nearest("condition", theirs, finding.conditions) is Closeness.SAME
    if told:
        return (
            near <= Closeness.NARROWER and case.terms.nearest("condition", told, finding.conditions) is Closeness.SAME
        )
    return near < Closeness.WIDER and _PLACES not in finding.outcomes and bool(INJURIES & {*finding.conditions})


def _amount(case: Case, number: SaidNumber, about: Hashable) -> Iterator[Point]:
    """A difference in points or money against the differences that the study gives for the outcome and time.

    A difference between groups is told with a comparison; a change within a group is another number, which studies
    report more often than anybody notes it down.
    """
    kin = [f for f in case.study.findings if f.measure in _DIFFERENCES and f.estimate is not None]
    if stands(case, number, comparable(case)) or any(
        is_amount(f, number.unit) and fits(number, f.estimate or 0.0) for f in kin
    ):
        yield Point(about)
        return
    told = _COMPARED.search(case.says.text) or case.study.design in _POOLED
    if not told or number.bound not in {Bound.EXACT, Bound.ABOUT}:
        return
    money = number.unit == "$"
    if not case.outcomes and not money:
        return
    same = [
        finding
        for finding in (case.study.findings if money and not case.outcomes else comparable(case))
        if finding.measure in _DIFFERENCES and finding.estimate is not None and is_amount(finding, number.unit)
    ]
    if money:
        same = [finding for finding in same if is_money(finding)]
    if same:
        yield Point(about, differs(case, number, same, Severity.NOTE))


def _spell(case: Case, number: SaidNumber, about: Hashable) -> Iterator[Point]:
    """How long something took on average against the means and medians of the study, in whatever unit."""
    text = case.says.text
    average = _AVERAGE_BEFORE.search(text[max(0, number.start - 70) : number.start])
    per = _week(number.unit)
    if per is None or number.high is not None or not (average or _AVERAGE_BEHIND.match(text, number.end)):
        return
    found = [f for f in comparable(case) if f.measure in _MIDDLES and f.estimate is not None and _week(f.unit)]
    known = [value * (_week(finding.unit) or 0) for finding in found for value in _values(finding)]
    told = number.value * per
    slack = max(0.1 * told if number.bound is Bound.ABOUT else 0.03 * told, 0.5 * per)
    if any(abs(told - weeks) <= slack for weeks in (*known, *case.facts.weeks)):
        yield Point(about)
    elif found:
        shown = sorted(found, key=lambda finding: -_shared_words(text, finding))
        yield Point(about, differs(case, number, shown[:1], Severity.NOTE))


def _values(finding: Finding) -> Iterator[float]:
    yield from (value for value in (finding.estimate, *arm_values(finding)) if value is not None)


def _week(unit: str | None) -> float | None:
    """Weeks in a unit of time; None for another unit."""
    return timepoint.WEEKS_PER.get((unit or "").rstrip("s"))


def _shared_words(text: str, finding: Finding) -> int:
    """How many words of a finding's name the statement holds."""
    told = set(re.findall(r"[a-z]{4,}", text.casefold()))
    return len(told & set(re.findall(r"[a-z]{4,}", finding.as_reported.casefold())))
