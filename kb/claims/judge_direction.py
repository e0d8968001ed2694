"""Which way the study points: reversed, no clear effect, the other side left out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.citations.flag import Severity
from kb.claims import wording
from kb.claims.judge_case import Closeness, Point, brief, durations, ids, near_time, words
from kb.claims.judge_fair import against_control, between_groups, is_control, kindred, pure
from kb.claims.judge_than import pointed, told_by_change, told_by_than
from kb.claims.judge_told import told_findings
from kb.claims.judge_way import NO_DIFFERENCE, told_direction
from kb.claims.says import NumberRole
from kb.model import ClaimDirection, Direction, Wording

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kb.citations.flag import Flag
    from kb.claims.judge_case import Case
    from kb.claims.says import Said
    from kb.model import Finding

_THAN = re.compile(
    r"\b(?:than|versus|vs\.?|over|against|compar\w{1,6} (?:to|with)|relative to|(?:superior|inferior) to"
    r"|outperform\w{0,4}|beats?|ahead of)\s+(?:[\w-]{1,20}\s+){0,3}$",
    re.IGNORECASE,
)
_COMPARING = re.compile(
    r"\b(?:than|versus|vs|compared|comparable|outperform\w{0,4}|superior|better|over|against|beats?|ahead)\b",
    re.IGNORECASE,
)
_OWN_THAN = re.compile(r"(?:than|versus|vs\.?|against)\s", re.IGNORECASE)
"""A "than" that was read as a part of the term itself."""
_LISTED = re.compile(r"\s*(?:,|or|and|, or|, and)\s+(?:with\s+|to\s+)?", re.IGNORECASE)
_TIMED = re.compile(
    r"\b(?:(?:short|long|mid|medium|shorter|longer)[- ]term|follow-up|earlier|initially|at first|later|in the end"
    r"|early(?! (?:physi|therap|pt\b|rehab|treat|exerci|referr|mobili|access|initiat|care|load|weight))"
    r"|eventually|lasting|durable|beyond|onwards?|but|yet|although|though|however|while|whereas"
    r"|(?:did|does|was|were) not)\b",
    re.IGNORECASE,
)
"""Words that set one time or result against another; an early treatment is none."""
_NOT_CLEAR = re.compile(
    r"\b(?:not (?:\w{1,15} ){0,2}(?:clear|significant|differ|certain|important|conclusive)"
    r"|no (?:\w{1,15} ){0,2}(?:clear|significant|difference|effect|benefit|advantage)"
    r"|non-?significant|insignificant|uncertain|unclear|inconclusive|chance|includ\w{1,3} no|cross\w{0,3}"
    r"|without (?:\w{1,15} ){0,2}significan\w{1,3}|short of|just missed|did(?:n't| not) (?:differ|reach))\b",
    re.IGNORECASE,
)
"""Words by which a statement says itself that the difference it tells is not clear."""
_INTERVAL = re.compile(r"\b(?:CI|confidence interval|credible interval)\b")
_INVERSE = re.compile(r"\b(?:inverse(?:ly)?|the reverse|opposite direction|fell as [^.;]{1,40} rose)\b", re.IGNORECASE)
_MORE_RISK = re.compile(
    r"\b(?:(?:higher|greater|increased|raised|elevated|more) (?:\w{1,15} ){0,3}"
    r"(?:risks?|rates?|odds|likely|injur\w{1,4}|pain)"
    r"|(?:raises?|raised|increases?|increased) (?:\w{1,15} ){0,4}risks?|risk factors?"
    r"|(?:the )?(?:higher|more|weaker) [^.;]{3,60}, the (?:higher|more|greater))\b",
    re.IGNORECASE,
)
_DISAGREE = re.compile(r"\b(?:conflicting|inconsistent|contradictory|could not|inconclusive|mixed)\b", re.IGNORECASE)
_OF_ALL = re.compile(
    r"\b(?:both|all|each|every|either)\s(?:of\s)?(?:the\s)?(?:\w{1,15}\s){0,2}(?:groups?|arms?)\b", re.IGNORECASE
)
_P = re.compile(r"[<=≤]?\s?(0?\.\d{1,6})")
_BEFORE = 60
"""Characters before a term in which "than" or "compared with" makes it the comparator."""
_FOR = {Direction.INTERVENTION, Direction.IMPROVEMENT}
_NULL = {Direction.NO_DIFFERENCE, Direction.NO_ASSOCIATION}
_ASSOCIATIONS = {Direction.ASSOCIATION, Direction.NO_ASSOCIATION}
_TELLS_EFFECT = {ClaimDirection.BENEFIT, ClaimDirection.HARM, ClaimDirection.CAUSE, ClaimDirection.ASSOCIATION}
_RELATED = {ClaimDirection.ASSOCIATION, ClaimDirection.CAUSE, ClaimDirection.HARM}
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
        if listed or _THAN.search(text[max(0, said.start - _BEFORE) : said.start]) or _OWN_THAN.match(said.words):
            after.append(said)
    controls = [said for said in case.says.interventions if is_control(case, said.id)]
    return after or (controls if len(controls) < len(case.says.interventions) else [])


def _on(case: Case, told: Sequence[str], side: Sequence[str]) -> bool:
    return case.terms.nearest("intervention", told, side) < Closeness.OTHER


def place(case: Case, finding: Finding, both: Sides) -> bool | None:
    """Whether the told side is the finding's intervention (True) or its comparator (False); None when it is neither.

    What both groups got does not decide: hip and knee work against knee work is about the hip work.
    """
    exact = [
        {*one} <= {*finding.interventions} and {*other} <= {*finding.comparators} and bool(other)
        for one, other in ((both.told, both.against), (both.against, both.told))
    ]
    if exact[0] is not exact[1]:
        return exact[0]
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


def seen_by(case: Case, finding: Finding, both: Sides, way: Direction | None = None) -> Direction:
    """The direction of a finding, or ``way``, as seen by the told side; unclear when that side is on neither."""
    here = place(case, finding, both)
    if here is None:
        return Direction.UNCLEAR
    turned = {Direction.INTERVENTION: Direction.COMPARATOR, Direction.COMPARATOR: Direction.INTERVENTION}
    way = way or finding.direction
    return way if here else turned.get(way, way)


def is_null(finding: Finding) -> bool:
    """No difference, no association, an interval that crosses no effect, or results that are called conflicting."""
    if finding.direction is Direction.UNCLEAR:
        return bool(_DISAGREE.search(finding.note or ""))
    if finding.direction in _NULL or finding.direction is Direction.IMPROVEMENT:
        return finding.direction in _NULL
    return wording.crosses(finding) and not _touches(finding)


def _touches(finding: Finding) -> bool:
    """Whether an interval ends at no effect only because it is printed rounded: its p-value is below 0.05."""
    p = _P.match(finding.p or "")
    return finding.measure.null_value in {finding.ci_low, finding.ci_high} and p is not None and float(p[1]) < 0.05


def _fair(case: Case, finding: Finding, both: Sides) -> bool:
    """Whether the comparison is the told one; where none is told, whether it is with no treatment or a placebo.

    A treatment that does as well as another one, or worse, may still help.
    """
    if finding.direction in _ASSOCIATIONS or (finding.direction is Direction.UNCLEAR and not finding.comparators):
        return not both.against
    here = place(case, finding, both)
    if here is None or both.against or _counts(case):
        return here is not None
    mine, other = (finding.interventions, finding.comparators)[:: 1 if here else -1]
    added = [x for x in other if x not in mine]
    return bool(other) and against_control(case, finding, added)


def _counts(case: Case) -> bool:
    """Whether a change is told of how often something happens: that compares, whatever the other group got."""
    changed = any(number.role is NumberRole.CHANGE for number in case.says.numbers)
    return (
        changed and bool(case.outcomes) and all("occurrence" in case.terms.above("outcome", o) for o in case.outcomes)
    )


def _meant(case: Case, both: Sides) -> list[Finding]:
    """Findings that the statement can be held against: those whose numbers it gives, else the comparable ones."""
    told = [f for f in told_findings(case) if place(case, f, both) is not None or f.direction in _ASSOCIATIONS]
    found = told or [f for f in case.matched() if _fair(case, f, both)]
    return pure(case, [f for f in found if f.direction is not Direction.DESCRIPTIVE])


def _unclear(case: Case, both: Sides | None) -> list[Finding]:
    """Null findings that stand for a told effect where no finding is on the told outcome or side: all must be null."""
    if both is None:
        found = between_groups(case)
    else:
        found = [f for f in kindred(case, case.study.findings) if place(case, f, both) is not None]
        found = pure(case, [f for f in found if _fair(case, f, both) and f.direction is not Direction.DESCRIPTIVE])
    return found if all(is_null(finding) for finding in found) else []


def told_null(case: Case) -> Iterator[Point]:
    """An effect told with the number of a result that is not clear, though other results on the outcome may be."""
    tells = told_direction(case) in _TELLS_EFFECT or _changes(case)
    told = [f for f in told_findings(case) if f.direction is not Direction.DESCRIPTIVE]
    if not tells or not told or _NOT_CLEAR.search(case.says.text):
        return
    if all(is_null(finding) for finding in told):
        yield Point("effect", _no_effect(case, told))


def _changes(case: Case) -> bool:
    """Whether a statement whose kind is open tells a change: "halves complications", "lowered by 5 points"."""
    told = case.says.direction
    if told not in {None, ClaimDirection.COMPARISON} or NO_DIFFERENCE.search(case.says.text):
        return False
    return any(n.role is NumberRole.CHANGE or (n.role is NumberRole.EFFECT and n.unit) for n in case.says.numbers)


def direction(case: Case) -> Iterator[Point]:
    """Direction of the comparable findings against the told one."""
    told, both = told_direction(case), sides(case)
    if _OF_ALL.search(case.says.text) and case.says.direction is ClaimDirection.BENEFIT:
        return  # that every group did better tells nothing of their difference
    if told is None or not (both is None or case.outcomes or case.conditions or both.against or told_by_than(case)):
        return
    fair = _meant(case, both) if both else []
    if both is None or not fair:
        sure = told in (_TELLS_EFFECT if both else {ClaimDirection.BENEFIT, ClaimDirection.HARM})
        nothing = _unclear(case, both) if sure else []
        if nothing and not _NOT_CLEAR.search(case.says.text):
            yield Point("effect", _no_effect(case, nothing))
        return
    if told in _TELLS_EFFECT and all(is_null(finding) for finding in fair):
        yield Point("effect", None if _NOT_CLEAR.search(case.says.text) else _no_effect(case, fair))
        return
    clear = [finding for finding in fair if not is_null(finding)]
    if _is_inverse(case, told, clear):
        yield Point("effect", _turned_round(case, clear))
        return
    compared = told_by_than(case) is not None
    seen = {seen_by(case, f, both, pointed(case, f) if compared else None) for f in clear}
    against = {ClaimDirection.BENEFIT: Direction.COMPARATOR, ClaimDirection.HARM: Direction.INTERVENTION}.get(told)
    # Harm told beside another result, "whereas the other group had more injuries", may be that of another side.
    if told is ClaimDirection.HARM and _TIMED.search(case.says.text) and not compared:
        against = None
    if against and seen == {against}:
        yield Point("effect", _reversed(case, clear, both, told))
    elif told is ClaimDirection.NO_EFFECT and len(clear) == len(fair) and _sure(fair):
        yield Point("effect", _reversed(case, fair, both, told))
    elif seen:
        yield Point("effect")
        # Who gives one result with its interval reports that result, and tells no benefit in general.
        if told is ClaimDirection.BENEFIT and not (_TIMED.search(case.says.text) or _INTERVAL.search(case.says.text)):
            yield from _one_sided(case, both, [f for f in clear if seen_by(case, f, both) in _FOR])


def _sure(findings: Sequence[Finding]) -> bool:
    """Whether every finding says with an interval that two groups differ."""
    differ = {Direction.INTERVENTION, Direction.COMPARATOR}
    return all(f.direction in differ and f.ci_low is not None and not wording.crosses(f) for f in findings)


def _no_effect(case: Case, findings: Sequence[Finding]) -> Flag:
    shown = sorted(findings, key=lambda f: f.estimate is None)
    plainly = told_by_than(case) is not None or bool(told_findings(case)) or bool(case.outcomes)
    mild = Severity.NOTE if case.says.wording is Wording.TENTATIVE or not plainly else None
    what = wording.named(case.corpus.outcomes, [o for o in shown[0].outcomes if o != "evidence-quality"])
    of = f" of {words(case.says.interventions)}" if case.says.interventions else ""
    message = f"The statement tells an effect{of}; {case.label} found none that is clear for {what}."
    message = f"{message} Its result: {brief(case.corpus, shown[0])}."
    return case.flag("no-clear-effect", message, found=words(case.says.interventions), findings=shown, severity=mild)


def _reversed(case: Case, findings: Sequence[Finding], both: Sides, told: ClaimDirection) -> Flag:
    what = wording.named(case.corpus.outcomes, findings[0].outcomes)
    this = wording.named(case.corpus.interventions, both.told)
    message = f"The statement tells {_TOLD[told]} of {this}; for {what} {case.label} found the opposite."
    message = f"{message} Its result: {brief(case.corpus, findings[0])}."
    plainly = told is ClaimDirection.NO_EFFECT or told_by_than(case) is not None or told_by_change(case) is not None
    mild = None if plainly else Severity.NOTE
    return case.flag(
        "direction-reversed", message, found=words(case.says.interventions), findings=findings, severity=mild
    )


def _is_named(case: Case, finding: Finding) -> bool:
    """Whether a finding is told: at a told time that is not that of the benefit, or among several told outcomes."""
    at = {*durations(finding.timepoint or "")}
    if len(case.says.weeks) > 1 and any(near_time(one, case.says.weeks) for one in at):
        return True
    several = len(ids(case.says.outcomes)) > 1
    return several and case.terms.nearest("outcome", case.outcomes, finding.outcomes) < Closeness.OTHER


def _is_inverse(case: Case, told: ClaimDirection, clear: Sequence[Finding]) -> bool:
    """Whether a higher risk is told, and the associations that were found are noted as inverse ones."""
    text = case.says.text
    if told not in _RELATED or not _MORE_RISK.search(text) or _INVERSE.search(text):
        return False
    linked = all(finding.direction is Direction.ASSOCIATION for finding in clear)
    return linked and any(_INVERSE.search(finding.note or "") for finding in clear)


def _turned_round(case: Case, findings: Sequence[Finding]) -> Flag:
    """A higher risk is told of what went with a lower one."""
    what = wording.named(case.corpus.outcomes, findings[0].outcomes)
    note = next(f.note for f in findings if _INVERSE.search(f.note or ""))
    message = f"The statement tells a higher risk; for {what} {case.label} found the reverse: {note}."
    return case.flag("direction-reversed", message, found=words(case.says.interventions), findings=findings, fix=False)


def _one_sided(case: Case, both: Sides, good: Sequence[Finding]) -> Iterator[Point]:
    """The other side was better at another time, or for another outcome that a patient feels, in the same people.

    That a control did better is no benefit of a treatment, and needs no other side.
    """
    if any(is_control(case, identifier) for identifier in both.told):
        return
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
    if any(_is_named(case, finding) for finding in worse):
        return  # the other side is told
    worse.sort(key=lambda f: case.terms.nearest("outcome", case.outcomes, f.outcomes))
    if worse:
        first = worse[0]
        when = f" at {first.timepoint}" if first.timepoint else ""
        what = wording.named(case.corpus.outcomes, first.outcomes)
        message = f"The statement tells the benefit only; for {what}{when} {case.label} found the other side better."
        message = f"{message} Its result: {brief(case.corpus, first)}."
        yield Point("one-sided", case.flag("one-sided", message, found=words(case.says.interventions), findings=worse))
