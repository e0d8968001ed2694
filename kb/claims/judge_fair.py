"""Which comparisons bear on a statement: what counts as a control, as a further treatment, as a kindred outcome."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kb.claims.judge_case import Closeness, ids, near_time
from kb.claims.judge_told import weeks_of
from kb.model import Direction, InterventionKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kb.claims.judge_case import Case
    from kb.model import Finding

_CONTROL_ARM = re.compile(
    r"\b(?:controls?|standard|usual|sham|placebo|waiting|no treatment|untreated)\b", re.IGNORECASE
)
_INJURIES = frozenset({"injury-incidence"})
_FELT = frozenset({"pain", "function", "recovery"})
"""Roots of outcomes that measure how the complaint is: scales of function ask about pain, success is less of it."""
_GROUPS = re.compile(
    r"\b(?:ahead|better|advantage|superior|benefit|outperform\w{0,4}|beats?|than|versus|vs|compared)\b", re.IGNORECASE
)
_EVERYBODY = re.compile(
    r"\b(?:both|all (?:the )?(?:groups|arms)|each|either|neither|same|similar\w{0,2}|equal\w{0,2}|alike|regardless)\b",
    re.IGNORECASE,
)
_BETWEEN = frozenset({Direction.INTERVENTION, Direction.COMPARATOR, Direction.NO_DIFFERENCE})
_WRAPPERS = frozenset({"supervised-exercise", "remote-supervision", "patient-education", "home-exercise-program"})


def is_control(case: Case, identifier: str) -> bool:
    """Whether a term is no treatment, a placebo, usual care or the like."""
    term = case.corpus.interventions.get(identifier)
    return term is not None and term.kind is InterventionKind.CONTROL


def against_control(case: Case, finding: Finding, other: Iterable[str]) -> bool:
    """Whether the other side is a control, by its terms or because the study calls that arm one."""
    if all(is_control(case, identifier) for identifier in other):
        return True
    named = [finding.as_reported.partition(" vs ")[2], *(arm.name for arm in finding.arms[1:])]
    return any(_CONTROL_ARM.search(name) for name in named)


def pure(case: Case, findings: Sequence[Finding]) -> list[Finding]:
    """Findings whose sides differ by nothing but what is told, where there are any; else all of them.

    Advice against advice, exercise and an injection says less of exercise than advice against advice and exercise.
    """
    told = ids(case.says.interventions)
    alone = [finding for finding in findings if not _further(case, finding, told)]
    return alone or list(findings)


def _further(case: Case, finding: Finding, told: Sequence[str]) -> bool:
    """Whether the told side got a treatment that the other did not, and that is not told."""
    sides = [{*finding.interventions} - {*finding.comparators}, {*finding.comparators} - {*finding.interventions}]
    mine = [side for side in sides if case.terms.nearest("intervention", told, side) is not Closeness.OTHER]
    return any(
        not is_control(case, one) and case.terms.nearest("intervention", told, [one]) is Closeness.OTHER
        for side in mine
        for one in side - _WRAPPERS
    )


def kindred(case: Case, findings: Iterable[Finding]) -> list[Finding]:
    """Findings at the told time on an outcome of the same kind as the told one."""
    told = _kinds(case, case.outcomes)
    near = [f for f in findings if case.on_condition(f) and told & _kinds(case, f.outcomes)]
    return case.in_time(near)


def _kinds(case: Case, outcomes: Iterable[str]) -> set[str]:
    above: set[str] = set()
    for identifier in outcomes:
        above |= case.terms.above("outcome", identifier)
    return (above & _INJURIES) | ({"felt"} if above & _FELT else set())


def between_groups(case: Case) -> list[Finding]:
    """What the study compares at the told time, for a statement that says which group did better and names none.

    None when it may tell of one group's course, or names neither a time nor an outcome.
    """
    text, told = case.says.text, case.says.weeks
    if case.says.interventions or not _GROUPS.search(text) or _EVERYBODY.search(text):
        return []
    if not told and not case.outcomes:
        return []
    found = [
        finding
        for finding in case.on_outcome([f for f in case.study.findings if case.on_condition(f)])
        if finding.direction in _BETWEEN and finding.comparators
    ]
    if not told:
        return found
    return [finding for finding in found if any(near_time(one, told) for one in weeks_of(finding))]
