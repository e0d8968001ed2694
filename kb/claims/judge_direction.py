"""Which way the study points: reversed, no clear effect, the other side left out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.citations.flag import Severity
from kb.claims import wording
from kb.claims.judge_case import Closeness, Point, ids, words
from kb.model import Better, ClaimDirection, Direction, InterventionKind, Wording

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kb.citations.flag import Flag
    from kb.claims.judge_case import Case
    from kb.claims.says import Said
    from kb.model import Finding

_THAN = re.compile(
    r"\b(?:than|versus|vs\.?|over|against|compar\w{1,6} (?:to|with)|relative to|(?:superior|inferior) to"
    r"|outperform\w{0,4}|beats?)\s+(?:[\w-]{1,20}\s+){0,3}$",
    re.IGNORECASE,
)
_COMPARING = re.compile(
    r"\b(?:than|versus|vs|compared|comparable|outperform\w{0,4}|superior|better|over|against)\b", re.IGNORECASE
)
_LISTED = re.compile(r"\s*(?:,|or|and|, or|, and)\s+(?:with\s+|to\s+)?", re.IGNORECASE)
_GOOD = re.compile(
    r"\b(?:superior|better|outperform\w{0,4}|more effective|beats?|greater (?:improvements?|reductions?|gains?|relief)"
    r"|improved\b[^.;]{1,60}\b(?:than|versus|compared))\b",
    re.IGNORECASE,
)
_BAD = re.compile(r"\b(?:worse|inferior|poorer|less effective)\b", re.IGNORECASE)
_LOW = re.compile(r"\b(?:lower|less|fewer|reduced|shorter|smaller)\b", re.IGNORECASE)
_HIGH = re.compile(r"\b(?:higher|longer|larger|more (?:frequent|often|common))\b", re.IGNORECASE)
_NOT = re.compile(r"\b(?:no|not|nor|never|similar|comparable|equal\w{0,2}|same|neither|weaker)\b|n't\b", re.IGNORECASE)
_NO_DIFFERENCE = re.compile(r"(?:\b(?:not|no|nor)|n't)\s+(?:\w{1,15}\s+){0,2}differ", re.IGNORECASE)
_TIMED = re.compile(
    r"\b(?:(?:short|long|mid|medium|shorter|longer)[- ]term|follow-up|early|earlier|initially|at first|later|in the end"
    r"|eventually|lasting|durable)\b",
    re.IGNORECASE,
)
_INJURY = re.compile(r"\binjur", re.IGNORECASE)
_DISAGREE = re.compile(r"\b(?:conflicting|inconsistent|contradictory|could not|inconclusive|mixed)\b", re.IGNORECASE)
_COMPARING = re.compile(
    r"\b(?:than|versus|vs|compared|comparable|outperform\w{0,4}|superior|better|over|against)\b", re.IGNORECASE
)
_LISTED = re.compile(r"\s*(?:,|or|and|, or|, and)\s+(?:with\s+|to\s+)?", re.IGNORECASE)
_BETTER = re.compile(
    r"\b(?:superior|better|outperform\w{0,4}|more effective|beats?|greater (?:improvements?|reductions?|gains?|relief)"
    r"|improved\b[^.;]{1,60}\b(?:than|versus|compared))\b",
    re.IGNORECASE,
)
_NOT_BETTER = re.compile(
    r"\b(?:no|not|nor|never|worse|less|lower|weaker|similar|comparable|equal\w{0,2}|same|neither)\b|n't\b",
    re.IGNORECASE,
)
_BEFORE = 60
"""Characters before a term in which "than" or "compared with" makes it the comparator."""
_FOR = {Direction.INTERVENTION, Direction.IMPROVEMENT}
_NULL = {Direction.NO_DIFFERENCE, Direction.NO_ASSOCIATION}
_ASSOCIATIONS = {Direction.ASSOCIATION, Direction.NO_ASSOCIATION}
_TELLS_EFFECT = {ClaimDirection.BENEFIT, ClaimDirection.HARM, ClaimDirection.CAUSE, ClaimDirection.ASSOCIATION}
_TOLD = {ClaimDirection.BENEFIT: "a benefit", ClaimDirection.HARM: "harm", ClaimDirection.NO_EFFECT: "no effect"}


@dataclass(frozen=True, slots=True)
class Sides:
    """The interventions that a statement speaks for, and those that it compares them with."""

    told: tuple[str, ...]
    against: tuple[str, ...] = ()


def sides(case: Case) -> Sides | None:
    """The two sides of the statement; None when it names none, or two and it is open which is which.

    The term after "than", "versus" or "compared with" is the comparator.
    """
    told = case.says.interventions
    if not told:
        return None
    after = _after(case)
    before = [said for said in told if said not in after]
    if after and (before == [] or _COMPARING.search(case.says.text)):
        return Sides(ids(before), ids(after)) if before else None
    return Sides(ids(told))


def _after(case: Case) -> list[Said]:
    """Terms that stand after "than" or "compared with", what is listed behind them, and controls beside treatments."""
    text = case.says.text
    after: list[Said] = []
    for said in sorted(case.says.interventions, key=lambda said: said.start):
        listed = bool(after) and _LISTED.fullmatch(text[after[-1].end : said.start])
        if listed or _THAN.search(text[max(0, said.start - _BEFORE) : said.start]):
            after.append(said)
    controls = [said for said in case.says.interventions if _is_control(case, said.id)]
    return after or (controls if len(controls) < len(case.says.interventions) else [])


def _is_control(case: Case, identifier: str) -> bool:
    term = case.corpus.interventions.get(identifier)
    return term is not None and term.kind is InterventionKind.CONTROL


def told_direction(case: Case) -> ClaimDirection | None:
    """The told direction; a comparison that says which side is better tells a benefit of that side, or harm."""
    told, text = case.says.direction, case.says.text
    if _NO_DIFFERENCE.search(text):
        return None
    if told is not ClaimDirection.COMPARISON:
        return told
    signs = {pattern for pattern in (_GOOD, _BAD, _LOW, _HIGH) if pattern.search(text)}
    if len(signs) != 1 or _NOT.search(text):
        return None
    (sign,) = signs
    wanted = {_LOW: Better.LOWER, _HIGH: Better.HIGHER}.get(sign)
    if wanted is None:
        return ClaimDirection.BENEFIT if sign is _GOOD else ClaimDirection.HARM
    better = {case.corpus.outcomes[x].better for x in ids(case.says.outcomes) if x in case.corpus.outcomes}
    if not better and _INJURY.search(text):
        better = {Better.LOWER}
    if len(better) != 1 or None in better:
        return None
    return ClaimDirection.BENEFIT if wanted in better else ClaimDirection.HARM


def _on(case: Case, told: Sequence[str], side: Sequence[str]) -> bool:
    return case.terms.nearest("intervention", told, side) < Closeness.OTHER


def place(case: Case, finding: Finding, both: Sides) -> bool | None:
    """Whether the told side is the finding's intervention (True) or its comparator (False); None when it is neither.

    What both groups got does not decide: hip and knee work against knee work is about the hip work.
    """
    forward = _on(case, both.told, finding.interventions)
    backward = _on(case, both.told, finding.comparators)
    if both.against:
        forward = forward and _on(case, both.against, finding.comparators)
        backward = backward and _on(case, both.against, finding.interventions)
    if forward is not backward:
        return forward
    if not forward:
        return None
    more = [x for x in finding.interventions if x not in finding.comparators]
    less = [x for x in finding.comparators if x not in finding.interventions]
    mine = (_on(case, both.told, more), _on(case, both.told, less))
    theirs = (_on(case, both.against, less), _on(case, both.against, more))
    votes = {
        side
        for side, yes, no in ((True, *mine), (True, *theirs), (False, *mine[::-1]), (False, *theirs[::-1]))
        if yes and not no
    }
    return votes.pop() if len(votes) == 1 else None


def seen_by(case: Case, finding: Finding, both: Sides) -> Direction:
    """The direction of a finding as seen by the told side; unclear when that side is on neither."""
    here = place(case, finding, both)
    if here is None:
        return Direction.UNCLEAR
    turned = {Direction.INTERVENTION: Direction.COMPARATOR, Direction.COMPARATOR: Direction.INTERVENTION}
    return finding.direction if here else turned.get(finding.direction, finding.direction)


def is_null(finding: Finding) -> bool:
    """No difference, no association, an interval that crosses no effect, or results that are called conflicting."""
    if finding.direction is Direction.UNCLEAR:
        return bool(_DISAGREE.search(finding.note or ""))
    return finding.direction in _NULL or (wording.crosses(finding) and finding.direction is not Direction.IMPROVEMENT)


def _fair(case: Case, finding: Finding, both: Sides) -> bool:
    """Whether the comparison is the told one; where none is told, whether it is with no treatment or a placebo.

    A treatment that does as well as another one, or worse, may still help.
    """
    if finding.direction in _ASSOCIATIONS or (finding.direction is Direction.UNCLEAR and not finding.comparators):
        return not both.against
    here = place(case, finding, both)
    if here is None or both.against:
        return here is not None
    mine, other = (finding.interventions, finding.comparators)[:: 1 if here else -1]
    added = [x for x in other if x not in mine]
    return bool(other) and all(_is_control(case, x) for x in added)


def direction(case: Case) -> Iterator[Point]:
    """Direction of the comparable findings against the told one."""
    told, both = told_direction(case), sides(case)
    says = case.says
    if told is None or both is None or not (says.outcomes or case.conditions or both.against):
        return
    fair = [f for f in case.matched() if f.direction is not Direction.DESCRIPTIVE and _fair(case, f, both)]
    if not fair:
        return
    if told in _TELLS_EFFECT and all(is_null(finding) for finding in fair):
        yield Point("effect", _no_effect(case, fair))
        return
    clear = [finding for finding in fair if not is_null(finding)]
    seen = {seen_by(case, finding, both) for finding in clear}
    against = {ClaimDirection.BENEFIT: Direction.COMPARATOR, ClaimDirection.HARM: Direction.INTERVENTION}.get(told)
    if against and seen == {against}:
        yield Point("effect", _reversed(case, clear, both, told))
    elif told is ClaimDirection.NO_EFFECT and len(clear) == len(fair) and _sure(fair):
        yield Point("effect", _reversed(case, fair, both, told))
    elif seen:
        yield Point("effect")
        if told is ClaimDirection.BENEFIT and not case.says.weeks and not _TIMED.search(case.says.text):
            yield from _one_sided(case, both, [f for f in clear if seen_by(case, f, both) in _FOR])


def _sure(findings: Sequence[Finding]) -> bool:
    """Whether every finding says with an interval that two groups differ."""
    differ = {Direction.INTERVENTION, Direction.COMPARATOR}
    return all(f.direction in differ and f.ci_low is not None and not wording.crosses(f) for f in findings)


def _no_effect(case: Case, findings: Sequence[Finding]) -> Flag:
    shown = sorted(findings, key=lambda f: f.estimate is None)
    mild = Severity.NOTE if case.says.wording is Wording.TENTATIVE else None
    what = wording.named(case.corpus.outcomes, [o for o in shown[0].outcomes if o != "evidence-quality"])
    message = f"The statement tells an effect; {case.label} found none that is clear for {what}."
    return case.flag("no-clear-effect", message, found=words(case.says.interventions), findings=shown, severity=mild)


def _reversed(case: Case, findings: Sequence[Finding], both: Sides, told: ClaimDirection) -> Flag:
    what = wording.named(case.corpus.outcomes, findings[0].outcomes)
    this = wording.named(case.corpus.interventions, both.told)
    message = f"The statement tells {_TOLD[told]} of {this}; for {what} {case.label} found the opposite."
    return case.flag("direction-reversed", message, found=words(case.says.interventions), findings=findings)


def _one_sided(case: Case, both: Sides, good: Sequence[Finding]) -> Iterator[Point]:
    """The other side was better at another time, or for another outcome that a patient feels, in the same people."""
    conditions = {condition for finding in good for condition in finding.conditions}
    worse = [
        finding
        for finding in case.study.findings
        if good
        and (not conditions or conditions & set(finding.conditions))
        and _fair(case, finding, both)
        and seen_by(case, finding, both) is Direction.COMPARATOR
        and not is_null(finding)
        and not all(case.corpus.outcomes[o].surrogate for o in finding.outcomes if o in case.corpus.outcomes)
    ]
    told = ids(case.says.outcomes)
    worse.sort(key=lambda f: case.terms.nearest("outcome", told, f.outcomes))
    if worse:
        first = worse[0]
        when = f" at {first.timepoint}" if first.timepoint else ""
        what = wording.named(case.corpus.outcomes, first.outcomes)
        message = f"The statement tells the benefit only; for {what}{when} {case.label} found the other side better."
        yield Point("one-sided", case.flag("one-sided", message, found=words(case.says.interventions), findings=worse))
