"""Numbers that the study gives for another outcome, condition or comparison than the statement tells them for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kb.citations.flag import Severity
from kb.claims import wording
from kb.claims.judge_case import Closeness, Point, ids
from kb.claims.judge_direction import place, sides
from kb.claims.judge_pico import UMBRELLAS
from kb.claims.judge_told import weeks_of
from kb.claims.judge_values import RATIOS, fits, is_amount, relative
from kb.claims.says import Bound, NumberRole
from kb.model import Measure

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kb.claims.judge_case import Case
    from kb.claims.says import SaidNumber
    from kb.model import Finding

_REST = re.compile(
    r"\b(?:not|no|none|never|without|free|remain\w{0,3}|rest|avoid\w{0,3}|escape\w?|healthy|uninjured)\b|n't\b",
    re.IGNORECASE,
)
_DIFFERENCES = frozenset({Measure.MD, Measure.RISK_DIFFERENCE})
_MOVABLE = frozenset({NumberRole.PERCENT, NumberRole.CHANGE, NumberRole.EFFECT})


def moved(case: Case) -> Iterator[Point]:
    """A number that the study gives for something else, while it gives another one for what is told.

    Speaks of statements that tell one outcome, one condition or one comparison, and of a number that is one finding's
    own; silent when the statement also gives the right one, or names what the number belongs to.
    """
    if _REST.search(case.says.text):
        return
    for number in case.says.numbers:
        if number.role not in _MOVABLE or number.bound is not Bound.EXACT or number.high is not None:
            continue
        for mine, others in (_by_outcome(case), _by_condition(case), _by_comparison(case)):
            shown = _found(case, number, mine, others)
            if shown is not None:
                yield _point(case, number, *shown)
                return


def _by_outcome(case: Case) -> tuple[list[Finding], list[Finding]]:
    """Findings on the one told outcome, and those on outcomes that are not near it."""
    told = case.outcomes
    if len(told) != 1:
        return [], []
    on = [f for f in case.study.findings if case.on_condition(f)]
    near = [(case.terms.nearest("outcome", told, f.outcomes), f) for f in on]
    return [f for rank, f in near if rank <= Closeness.NARROWER], [f for rank, f in near if rank is Closeness.OTHER]


def _by_condition(case: Case) -> tuple[list[Finding], list[Finding]]:
    """Findings on the one told diagnosis, and those on the same outcomes in other ones."""
    told = ids(case.says.conditions)
    if len(told) != 1 or told[0] in UMBRELLAS or len(case.outcomes) > 1:
        return [], []
    on = case.on_outcome(case.study.findings) if case.outcomes else list(case.study.findings)
    mine = [f for f in on if told[0] in f.conditions and len(f.conditions) == 1]
    alike = {(f.measure, f.outcomes, f.interventions) for f in mine}
    others = [
        f
        for f in on
        if f.conditions
        and case.terms.nearest("condition", told, f.conditions) is Closeness.OTHER
        and (f.measure, f.outcomes, f.interventions) in alike
    ]
    return mine, others


def _by_comparison(case: Case) -> tuple[list[Finding], list[Finding]]:
    """Findings of the told comparison, and those on the same outcome that compare the told side with others."""
    both = sides(case)
    if both is None or not both.against or not both.told:
        return [], []
    on = [f for f in case.on_outcome(case.study.findings) if case.on_condition(f)]
    mine = [f for f in on if place(case, f, both) is not None]
    alike = {(f.measure, f.outcomes, f.interventions) for f in mine}
    others = [
        f
        for f in on
        if f not in mine
        and (f.measure, f.outcomes, f.interventions) in alike
        and case.terms.nearest("intervention", both.against, f.comparators) is Closeness.OTHER
    ]
    return mine, others


def _found(
    case: Case, number: SaidNumber, mine: Sequence[Finding], others: Sequence[Finding]
) -> tuple[Finding, Finding] | None:
    """The told one's finding and the one that the number is of."""
    theirs = [f for f in others if any(fits(number, value) for value in _given(f, number))]
    right = [f for f in mine if [*_given(f, number)] and _same_time(f, theirs)]
    own = [value for f in mine for value in (*_given(f, number), *_noted(f))]
    if not theirs or not right:
        return None
    if any(fits(one, value) for one in case.says.numbers if one.role is number.role for value in own):
        return None  # the told one's own number is told as well: the sentence tells of more than one
    return None if _calls(case, theirs[0], right[0]) else (right[0], theirs[0])


def _point(case: Case, number: SaidNumber, right: Finding, theirs: Finding) -> Point:
    said = number.words or f"{abs(number.value):g}{number.unit}"
    if right.outcomes == theirs.outcomes and right.conditions == theirs.conditions:
        what, versus = (
            "this comparison",
            [wording.named(case.corpus.interventions, f.comparators) for f in (theirs, right)],
        )
        message = (
            f"The statement tells {said}; {case.label} gives that against {versus[0]}, and against {versus[1]}"
            f" {_shown(right)}."
        )
        flag = case.flag("other-arm", message, found=said, findings=[right, theirs])
        return Point(("other-arm", number.start), flag)
    what = wording.named(case.corpus.outcomes, case.outcomes) or _plain(right)
    message = (
        f"The statement tells {said} of {what}; {case.label} gives that for {_plain(theirs)}, and for {_plain(right)}"
        f" {_shown(right)}."
    )
    flag = case.flag("number-differs", message, found=said, findings=[right, theirs], severity=Severity.NOTE)
    return Point(("other-outcome-number", number.start), flag)


def _calls(case: Case, finding: Finding, beside: Finding) -> bool:
    """Whether the statement uses a telling word of a finding's name that another finding's name does not hold."""
    words = {word[:6] for word in re.findall(r"[a-z]{6,}", finding.as_reported.casefold())}
    words -= {word[:6] for word in re.findall(r"[a-z]{6,}", beside.as_reported.casefold())}
    return any(word[:6] in words for word in re.findall(r"[a-z]{6,}", case.says.text.casefold()))


def _same_time(finding: Finding, others: Sequence[Finding]) -> bool:
    times = {*weeks_of(finding)}
    return any(times == {*weeks_of(one)} for one in others)


def _given(finding: Finding, number: SaidNumber) -> Iterator[float]:
    """A finding's own numbers of the told kind: shares of arms or of all, the relative change, the difference."""
    if number.role is NumberRole.CHANGE:
        yield from relative(finding) if finding.estimate is not None and finding.measure in RATIOS else ()
    elif number.role is NumberRole.EFFECT:
        if finding.estimate is not None and _same_kind(finding, number):
            yield finding.estimate
    elif finding.arm_statistic == "percent":
        yield from (arm.value for arm in finding.arms if arm.value is not None)
    elif finding.measure is Measure.PERCENT and finding.estimate is not None:
        yield finding.estimate


def _same_kind(finding: Finding, number: SaidNumber) -> bool:
    if number.measure is not None:
        return finding.measure == number.measure
    return finding.measure in _DIFFERENCES and is_amount(finding, number.unit)


def _noted(finding: Finding) -> Iterator[float]:
    """Every number of the finding's note and of its arms."""
    yield from (float(found) for found in re.findall(r"\d{1,4}(?:\.\d{1,3})?", finding.note or ""))
    yield from (arm.value for arm in finding.arms if arm.value is not None)


def _plain(finding: Finding) -> str:
    """The name of a result without what stands in parentheses."""
    return re.sub(r" \([^()]*\)", "", finding.as_reported)


def _shown(finding: Finding) -> str:
    if finding.arm_statistic == "percent" and finding.arms:
        return " and ".join(f"{arm.value:g}% ({arm.name})" for arm in finding.arms if arm.value is not None)
    return wording.estimate(finding)
