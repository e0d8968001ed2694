"""Numbers told against the numbers of the study: counts, effects, relative changes, shares."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kb import timepoint
from kb.citations.flag import Severity
from kb.claims import wording
from kb.claims.judge_case import Point, ids, near_time, numbers_told_with, words
from kb.claims.judge_values import ABOUT, RATIOS, arm_values, as_percent, between, fits, printed, relative, unit
from kb.claims.says import Bound, NumberRole
from kb.model import Verification

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Sequence

    from kb.citations.flag import Flag
    from kb.claims.judge_case import Case
    from kb.claims.says import SaidNumber
    from kb.model import Finding

_REST = re.compile(
    r"\b(?:not|no|none|never|without|free|remain\w{0,3}|rest|others?|avoid\w{0,3}|escape\w?|fail\w{0,3}|un\w{5,12}|only)\b"
    r"|n't\b",
    re.IGNORECASE,
)
"""Words by which a share may be that of the rest: 60 % stayed healthy where 40 % were injured."""
_SHARE = re.compile(
    r"\s(?:of (?:all |the |these )?[a-z]{3,15}|had|have|were|recovered|returned|developed)\b", re.IGNORECASE
)
_COUNTS = {NumberRole.PARTICIPANTS: "n_participants", NumberRole.STUDIES: "n_studies"}
_NOUNS = {NumberRole.PARTICIPANTS: "participants", NumberRole.STUDIES: "studies"}


def numbers(case: Case) -> Iterator[Point]:
    """Every number of the statement that this study can speak to."""
    for number in case.says.numbers:
        about = ("number-differs", number.start)
        if any(said.start < number.start < said.end for said in case.says.outcomes):
            continue  # the name of an outcome: "pain relief of 50% or more"
        if number.role in _COUNTS:
            yield from _count(case, number, about)
        elif number.role is NumberRole.CHANGE:
            yield from _change(case, number, about)
            yield from _moved(case, number)
        elif number.role is NumberRole.EFFECT and number.measure is not None:
            yield from _effect(case, number, about)
            yield from _moved(case, number)


def _count(case: Case, number: SaidNumber, about: Hashable) -> Iterator[Point]:
    """Participants or studies; any count that the study names will do, for a statement may tell of a part."""
    known = getattr(case.study, _COUNTS[number.role])
    if known is None:
        return
    arms = [arm.n for finding in case.study.findings for arm in finding.arms if arm.n is not None]
    sums = {sum(arm.n or 0 for arm in finding.arms) for finding in case.study.findings}
    given = [value for finding in case.study.findings for value in printed(finding)]
    fits = any(_count_fits(number, float(one)) for one in (known, *arms, *sums, *given, *case.facts.numbers))
    if fits:
        yield Point(about)
        return
    noun = _NOUNS[number.role]
    said = number.words or f"{number.value:,g}"
    told = said if noun in said.casefold() else f"{said} {noun}"
    message = f"The statement tells of {told}; {case.label} had {known:,}."
    flag = case.flag("number-differs", message, found=said, expected=f"{known:,} {noun}", fix=False)
    yield Point(about, flag)


def _count_fits(number: SaidNumber, known: float) -> bool:
    if number.high is not None:
        return number.value <= known <= number.high
    if number.bound is Bound.MORE_THAN:
        return known >= number.value
    if number.bound in {Bound.LESS_THAN, Bound.UP_TO}:
        return known <= number.value
    if number.bound is Bound.ABOUT:
        return abs(known - number.value) <= ABOUT * number.value
    return known == number.value or _rounded(number.value, known)


def _rounded(told: float, known: float) -> bool:
    """Whether a whole number ending in noughts is another one rounded; 2,000 for 1,987, but not 130 for 128.

    Examples
    --------
    >>> _rounded(2000, 1987), _rounded(2000, 2600), _rounded(130, 128)
    (True, False, False)
    """
    return told >= 1000 and told % 100 == 0 and abs(known - told) <= 0.05 * told


# --- effects ---------------------------------------------------------------------------------------------------


def _effect(case: Case, number: SaidNumber, about: Hashable) -> Iterator[Point]:
    """An estimate with its measure against the estimates of that measure for the told outcome and time."""
    same = comparable(case, number.measure)
    if _noted(case, number) or any(fits(number, value) for value in _estimates(case, number, same)):
        yield Point(about)
        return
    if not case.outcomes:  # an estimate of an exposure tells its outcome by being the study's only one
        same = [f for f in same if case.says.interventions and case.on_side(f)]
    if same:
        yield Point(about, differs(case, number, same))


def _estimates(case: Case, number: SaidNumber, same: Sequence[Finding]) -> Iterator[float]:
    """What an estimate may be: any one of that kind, an end of the interval of a comparable one, what arms give."""
    ratio = number.measure in RATIOS
    for finding in case.study.findings:
        value = finding.estimate
        if value is not None and (finding.measure in RATIOS) is ratio and (ratio or finding.measure == number.measure):
            yield from (value, 1 / value) if ratio and value else (value,)
        yield from between(finding)
    for finding in same:
        yield from printed(finding)


def _change(case: Case, number: SaidNumber, about: Hashable) -> Iterator[Point]:
    """A relative change against ratios and changes for the told outcome; bounds count against the point estimates."""
    outcomes = case.outcomes
    same = [f for f in comparable(case) if relative(f)] if outcomes else []
    if number.bound is Bound.MORE_THAN and same:
        enough = any(point >= _floor(number.value) for f in same for point in relative(f))
        yield Point(about, None if enough else differs(case, number, same))
        return
    reached = number.bound is Bound.UP_TO and any(_reach(f) >= _floor(number.value) for f in same)
    if reached or anywhere(case, number):
        yield Point(about)
    elif same:
        yield Point(about, differs(case, number, same))


def _reach(finding: Finding) -> float:
    """The largest relative change that a ratio's interval holds, in percent; 0 where there is none."""
    if finding.measure not in RATIOS:
        return max(relative(finding), default=0.0)
    ends = (finding.estimate, finding.ci_low, finding.ci_high)
    return max((abs(100 * (1 - end)) for end in ends if end is not None), default=0.0)


def _moved(case: Case, number: SaidNumber) -> Iterator[Point]:
    """An effect that the study gives for another intervention only, while it gives another one for the told."""
    if not case.says.interventions or number.bound is not Bound.EXACT:
        return
    theirs = [f for f in case.study.findings if f.interventions and _is_result(f, number)]
    mine = [f for f in comparable(case) if case.on_side(f) and f.estimate is not None]
    if theirs:
        mine = [f for f in mine if f.measure is theirs[0].measure]
    if not theirs or not mine or any(case.on_side(finding) for finding in theirs):
        return
    other = wording.named(case.corpus.interventions, theirs[0].interventions)
    message = (
        f"The statement tells {spoken(number)} of {words(case.says.interventions)}; {case.label} found that for"
        f" {other}, and {wording.estimate(mine[0])} for the one told."
    )
    flag = case.flag("other-arm", message, found=spoken(number), findings=[mine[0], theirs[0]])
    yield Point(("other-arm", number.start), flag)


def _is_result(finding: Finding, number: SaidNumber) -> bool:
    """Whether the number is this finding's own estimate."""
    if number.role is NumberRole.EFFECT:
        own = finding.estimate if finding.measure == number.measure else None
        return own is not None and fits(number, own)
    return any(fits(number, value) for value in relative(finding) if finding.estimate is not None)


def _floor(value: float) -> float:
    """The least amount that still rounds to what was told."""
    return abs(value) - 0.5


def comparable(case: Case, measure: str | None = None) -> list[Finding]:
    """Findings on the told outcome (nearest terms), condition and time, of a measure, whatever the intervention.

    None unless what could be seen of the study was seen: a result that nobody curated cannot differ. Of a study that
    was seen in part, only what it gives once.
    """
    if case.study.verification is Verification.UNVERIFIED:
        return []
    on = case.on_outcome([finding for finding in case.study.findings if case.on_condition(finding)])
    if measure is not None:
        on = [finding for finding in on if finding.measure == measure and finding.estimate is not None]
    told = case.says.weeks
    timed = [f for f in on if (at := timepoint.weeks(f.timepoint)) is None or not told or near_time(at, told)]
    side = [finding for finding in timed if case.on_side(finding)]
    found = side or timed
    return [] if case.study.verification is Verification.PARTLY and len(found) != 1 else found


def differs(case: Case, number: SaidNumber, findings: Sequence[Finding], severity: Severity | None = None) -> Flag:
    """A flag that shows the told number beside the nearest of some findings."""
    said = spoken(number)
    nearest = sorted(findings, key=lambda f: min(abs(p - abs(number.value)) for p in (*relative(f), f.estimate or 0)))
    shown = nearest[0]
    value = wording.estimate(shown) or "; ".join(
        f"{arm.name} {arm.value:g}" for arm in shown.arms if arm.value is not None
    )
    change = ""
    if number.role is NumberRole.CHANGE and shown.measure in RATIOS and shown.estimate is not None:
        percent = round(abs(1 - shown.estimate) * 100)
        change = f", that is {percent}% {'less' if shown.estimate < 1 else 'more'}"
    message = f"The statement tells {said}; {case.label} found for {shown.as_reported}: {value}{change}."
    if ids(case.says.interventions) and not case.on_side(shown):
        message += " That result is of another intervention than the one told."
    if case.study.verification is Verification.PARTLY:
        message += " Only a part of this study was seen."
        return case.flag("number-differs", message, found=said, findings=[shown], severity=Severity.NOTE)
    return case.flag("number-differs", message, found=said, findings=[shown], severity=severity)


def spoken(number: SaidNumber) -> str:
    """The told number in its own words, its bound before it."""
    said = number.words or f"{abs(number.value):g}{number.unit}"
    bound = {Bound.MORE_THAN: "more than", Bound.LESS_THAN: "less than", Bound.UP_TO: "up to"}.get(number.bound, "")
    return (
        said if not bound or said.casefold().startswith((bound, "over ", "at least ", "under ")) else f"{bound} {said}"
    )


def anywhere(case: Case, number: SaidNumber, *, strict: bool = False) -> bool:
    """Whether any number of the study, or one that follows from it, agrees; strictly only one that stands there."""
    if _noted(case, number):
        return True
    if strict:
        return any(
            fits(number, one, coarser=False) for f in case.study.findings for one in (*printed(f), *arm_values(f))
        )
    return any(fits(number, one) for one in _values(case, number))


def stands(case: Case, number: SaidNumber, findings: Sequence[Finding]) -> bool:
    """Whether one of some findings gives the number: its estimate, its arms, their difference, or its own words."""
    known = set(case.facts.around)
    for finding in findings:
        known |= {*numbers_told_with(finding), *arm_values(finding), *between(finding)}
        known |= {finding.estimate} if finding.estimate is not None else set()
    return any(_rounds(number, one) for one in known)


def _noted(case: Case, number: SaidNumber) -> bool:
    """Whether the words of a finding, or of the study on its results, give the number."""
    return any(_rounds(number, one) for one in case.facts.results)


def _rounds(number: SaidNumber, value: float) -> bool:
    """Whether a value is the told one, rounded to its places; in a range, or about it, as those allow."""
    if number.high is not None or number.bound is Bound.ABOUT or not number.words[:1].isdigit():
        return fits(number, value, coarser=False)
    told = abs(number.value)
    return -0.5 * unit(told) <= abs(value) - told < 0.5 * unit(told)


def _values(case: Case, number: SaidNumber) -> Iterator[float]:
    """Every number of the study that the told one may be: as it stands, turned round, or as a percentage."""
    ends = number.role is not NumberRole.CHANGE or number.bound is not Bound.EXACT
    rest = number.role is not NumberRole.PERCENT or _REST.search(case.says.text) is not None
    for finding in case.study.findings:
        yield from _plainly(finding, number, ends=ends)
        if number.role is NumberRole.PERCENT and _SHARE.match(
            case.says.text, number.end
        ):  # a share of people follows from no difference and no ratio
            yield from as_percent(finding, share=True, rest=rest, change=False)
            continue
        yield from between(finding)
        if number.role is not NumberRole.EFFECT:
            yield from relative(finding)
            yield from as_percent(finding, share=number.role is NumberRole.PERCENT, rest=rest, ends=ends)


def _plainly(finding: Finding, number: SaidNumber, *, ends: bool) -> Iterator[float]:
    """Numbers of a finding that the told one may be as they stand: a share is none of a ratio's own numbers."""
    if number.unit != "%" or finding.measure not in RATIOS:
        yield from printed(finding, ends=ends)
    else:
        yield from (v for arm in finding.arms for v in (arm.value, arm.ci_low, arm.ci_high) if v is not None)
