"""Numbers told against the numbers of the study: counts, effects, relative changes, shares."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb import timepoint
from kb.claims import wording
from kb.claims.judge_case import Closeness, Point, ids, near_time, words
from kb.claims.says import Bound, NumberRole
from kb.model import Measure, Verification

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Sequence

    from kb.citations.flag import Flag
    from kb.claims.judge_case import Case
    from kb.claims.says import SaidNumber
    from kb.model import Finding

RATIOS = frozenset(
    {Measure.RISK_RATIO, Measure.ODDS_RATIO, Measure.HAZARD_RATIO, Measure.RATE_RATIO, Measure.PREVALENCE_RATIO}
)
ABOUT = 0.1
"""What "about" allows, as a share of the number."""
_COUNTS = {NumberRole.PARTICIPANTS: "n_participants", NumberRole.STUDIES: "n_studies"}
_NOUNS = {NumberRole.PARTICIPANTS: "participants", NumberRole.STUDIES: "studies"}


def numbers(case: Case) -> Iterator[Point]:
    """Every number of the statement that this study can speak to."""
    for number in case.says.numbers:
        about = ("number-differs", number.start)
        if number.role in _COUNTS:
            yield from _count(case, number, about)
        elif number.role is NumberRole.CHANGE:
            yield from _change(case, number, about)
            yield from _moved(case, number)
        elif number.role is NumberRole.EFFECT and number.measure is not None:
            yield from _effect(case, number, about)
            yield from _moved(case, number)
        elif number.role is NumberRole.PERCENT:
            yield from _share(case, number, about)


def _count(case: Case, number: SaidNumber, about: Hashable) -> Iterator[Point]:
    """Participants or studies; any count that the study names will do, for a statement may tell of a part."""
    known = getattr(case.study, _COUNTS[number.role])
    if known is None:
        return
    arms = [arm.n for finding in case.study.findings for arm in finding.arms if arm.n is not None]
    sums = {sum(arm.n or 0 for arm in finding.arms) for finding in case.study.findings}
    printed = [value for finding in case.study.findings for value in _printed(finding)]
    fits = any(_count_fits(number, float(one)) for one in (known, *arms, *sums, *printed, *case.facts.numbers))
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
    if _anywhere(case, number):
        yield Point(about)
        return
    same = [f for f in _comparable(case) if f.measure == number.measure and f.estimate is not None]
    if same and ids(case.says.outcomes):
        yield Point(about, _differs(case, number, same))


def _change(case: Case, number: SaidNumber, about: Hashable) -> Iterator[Point]:
    """A relative change against ratios and changes for the told outcome; bounds count against the point estimates."""
    outcomes = ids(case.says.outcomes)
    same = [f for f in _comparable(case) if _relative(f)] if outcomes else []
    if number.bound is Bound.MORE_THAN and same:
        enough = any(point >= _floor(number.value) for f in same for point in _relative(f))
        yield Point(about, None if enough else _differs(case, number, same))
        return
    reached = number.bound is Bound.UP_TO and any(_reach(f) >= _floor(number.value) for f in same)
    if reached or _anywhere(case, number):
        yield Point(about)
    elif same:
        yield Point(about, _differs(case, number, same))


def _reach(finding: Finding) -> float:
    """The largest relative change that a ratio's interval holds, in percent; 0 where there is none."""
    if finding.measure not in RATIOS:
        return max(_relative(finding), default=0.0)
    ends = (finding.estimate, finding.ci_low, finding.ci_high)
    return max((abs(100 * (1 - end)) for end in ends if end is not None), default=0.0)


def _moved(case: Case, number: SaidNumber) -> Iterator[Point]:
    """An effect that the study gives for another intervention only, while it gives another one for the told."""
    if not case.says.interventions or number.bound is not Bound.EXACT:
        return
    theirs = [finding for finding in case.study.findings if _is_result(finding, number)]
    mine = [f for f in _comparable(case) if case.on_side(f) and f.estimate is not None]
    if theirs:
        mine = [f for f in mine if f.measure is theirs[0].measure]
    if not theirs or not mine or any(case.on_side(finding) for finding in theirs):
        return
    other = wording.named(case.corpus.interventions, theirs[0].interventions)
    message = (
        f"The statement tells {_spoken(number)} of {words(case.says.interventions)}; {case.label} found that for"
        f" {other}, and {wording.estimate(mine[0])} for the one told."
    )
    flag = case.flag("other-arm", message, found=_spoken(number), findings=[mine[0], theirs[0]])
    yield Point(("other-arm", number.start), flag)


def _is_result(finding: Finding, number: SaidNumber) -> bool:
    """Whether the number is this finding's own estimate."""
    if number.role is NumberRole.EFFECT:
        own = finding.estimate if finding.measure == number.measure else None
        return own is not None and _fits(number, own)
    return any(_fits(number, value) for value in _relative(finding) if finding.estimate is not None)


def _floor(value: float) -> float:
    """The least amount that still rounds to what was told."""
    return abs(value) - 0.5


def _share(case: Case, number: SaidNumber, about: Hashable) -> Iterator[Point]:
    """A share in percent against the one share of the same outcome and condition that the study gives."""
    if _anywhere(case, number):
        yield Point(about)
        return
    told = ids(case.says.conditions)
    outcomes = ids(case.says.outcomes)
    if not told or not outcomes:
        return
    same = [
        finding
        for finding in _comparable(case)
        if finding.measure is Measure.PERCENT
        and finding.estimate is not None
        and case.terms.nearest("outcome", outcomes, finding.outcomes) is Closeness.SAME
        and case.terms.nearest("condition", told, finding.conditions) is Closeness.SAME
    ]
    if len(same) == 1:
        yield Point(about, _differs(case, number, same))


def _comparable(case: Case) -> list[Finding]:
    """Findings on the told outcome (nearest terms), condition and time, whatever the intervention.

    None unless what could be seen of the study was seen: a result that nobody curated cannot differ.
    """
    if case.study.verification is not Verification.VERIFIED:
        return []
    on = case.on_outcome([finding for finding in case.study.findings if case.on_condition(finding)])
    told = case.says.weeks
    timed = [f for f in on if (at := timepoint.weeks(f.timepoint)) is None or not told or near_time(at, told)]
    side = [finding for finding in timed if case.on_side(finding)]
    return side or timed


def _differs(case: Case, number: SaidNumber, findings: Sequence[Finding]) -> Flag:
    said = _spoken(number)
    nearest = sorted(findings, key=lambda f: min(abs(p - abs(number.value)) for p in (*_relative(f), f.estimate or 0)))
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
    return case.flag("number-differs", message, found=said, findings=[shown])


def _spoken(number: SaidNumber) -> str:
    """The told number in its own words, its bound before it."""
    said = number.words or f"{abs(number.value):g}{number.unit}"
    bound = {Bound.MORE_THAN: "more than", Bound.LESS_THAN: "less than", Bound.UP_TO: "up to"}.get(number.bound, "")
    return (
        said if not bound or said.casefold().startswith((bound, "over ", "at least ", "under ")) else f"{bound} {said}"
    )


def _anywhere(case: Case, number: SaidNumber) -> bool:
    """Whether any number of the study, or one that follows from it, agrees."""
    return any(_fits(number, one) for one in _values(case, number))


def _fits(number: SaidNumber, value: float) -> bool:
    """Whether a value of the study is the told one: rounded or cut off, whatever its sign, or in the told range."""
    told, known = abs(number.value), abs(value)
    if number.high is not None:
        low, high = sorted((told, abs(number.high)))
        return low - 0.5 * _unit(low) <= known <= high + 0.5 * _unit(high)
    if number.bound is Bound.ABOUT:
        if number.role is NumberRole.CHANGE and number.value > 0:  # "about twice": compared as ratios
            return abs(known - told) <= 0.15 * (100 + told)
        return abs(known - told) <= max(ABOUT * told, 0.5 * _unit(told))
    finer = known >= 10 and abs(known - told) <= 0.5 * _unit(known)  # told with more places than the study gives
    return finer or -0.5 * _unit(told) <= known - told < _unit(told)


def _unit(value: float) -> float:
    """One of the last decimal place that a number shows: 0.01 for 0.53, 1 for 47.

    Examples
    --------
    >>> _unit(0.53), _unit(47.0), _unit(1.5)
    (0.01, 1.0, 0.1)
    """
    shown = f"{value:.6f}".rstrip("0")
    places = len(shown.split(".")[1])
    return round(10.0**-places, places) if places else 1.0


def _values(case: Case, number: SaidNumber) -> Iterator[float]:
    """Every number of the study that the told one may be: as it stands, turned round, or as a percentage."""
    yield from case.facts.numbers
    for finding in case.study.findings:
        yield from _printed(finding)
        yield from _between(finding)
        if number.role is not NumberRole.EFFECT:
            yield from _relative(finding)
            yield from _as_percent(finding, share=number.role is NumberRole.PERCENT)


def _printed(finding: Finding) -> Iterator[float]:
    """Numbers as they stand; of a ratio also its inverse."""
    own = [finding.estimate, finding.ci_low, finding.ci_high]
    yield from (value for value in own if value is not None)
    if finding.measure in RATIOS:
        yield from (1 / value for value in own if value)
    yield from (v for arm in finding.arms for v in (arm.value, arm.sd, arm.ci_low, arm.ci_high) if v is not None)


def _as_percent(finding: Finding, *, share: bool) -> Iterator[float]:
    """What the numbers of a finding are in percent; a ratio of 0.53 is a share of 53 %, a change of 47 %."""
    values = list(_printed(finding))
    if share or finding.measure not in RATIOS:
        yield from (100 * value for value in values if abs(value) < 1)
    if finding.measure in RATIOS:
        yield from (100 * (1 - value) for value in values)
    if finding.measure is Measure.PERCENT:
        yield from (100 - value for value in values)
    told = [arm.value for arm in finding.arms if arm.value is not None]
    yield from (100 * (one - other) / other for one in told for other in told if other)
    yield from (100 * arm.value / arm.n for arm in finding.arms if arm.value is not None and arm.n)


def _between(finding: Finding) -> Iterator[float]:
    """Differences and ratios of arms."""
    told = [arm.value for arm in finding.arms if arm.value is not None]
    for place, one in enumerate(told):
        for other in told[:place] + told[place + 1 :]:
            yield one - other
            if other:
                yield one / other


def _relative(finding: Finding) -> tuple[float, ...]:
    """The relative change of a finding in percent, unsigned; more than one way to say it, or none."""
    value = finding.estimate
    if value is None:
        return tuple(abs(x) for x in _arms_relative(finding))
    if finding.measure in RATIOS:
        return (abs(100 * (1 - value)),)
    return (abs(value),) if finding.measure is Measure.PERCENT_CHANGE else ()


def _arms_relative(finding: Finding) -> Iterable[float]:
    if finding.arm_statistic not in {"percent", "rate", "events"}:
        return ()
    values = [arm.value for arm in finding.arms if arm.value]
    return (100 * (values[0] - values[1]) / values[1],) if len(values) == 2 else ()
