"""Another timepoint than measured, another arm or subgroup than told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb import timepoint
from kb.claims import wording
from kb.claims.judge_case import Closeness, Point, brief, near_time, words
from kb.claims.judge_pico import EFFECTS, MORE, OPEN, named_any
from kb.claims.judge_told import told_findings, weeks_of
from kb.model import InterventionKind, Verification

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kb.claims.judge_case import Case
    from kb.model import Finding


_EXERCISE = frozenset({"exercise", "exercises", "strengthening", "strength", "stretching", "loading", "injection"})
"""Words that two treatments may share without being one."""


def time(case: Case) -> Iterator[Point]:
    """An effect told at a time that stands nowhere in the study, while its times for that outcome are known."""
    told = case.says.weeks
    study = case.study
    if told and (meant := told_findings(case)):
        yield from _of_result(case, meant)
        return
    if not told or study.verification is not Verification.VERIFIED or study.design in OPEN:
        return
    if any(near_time(weeks, told) for weeks in case.facts.weeks):
        yield Point("other-timepoint")
        return
    findings = case.matched() if case.outcomes or case.says.interventions else ()
    known = [timepoint.weeks(finding.timepoint) for finding in findings]
    if not findings or None in known:
        return
    when = ", ".join(dict.fromkeys(str(finding.timepoint) for finding in findings))
    said = ", ".join(_spoken(weeks) for weeks in told)
    message = f"The statement tells of {said}; {case.label} reports it at {when}."
    flag = case.flag("other-timepoint", message, found=said, findings=findings, expected=when)
    yield Point("other-timepoint", flag)


def _of_result(case: Case, meant: Sequence[Finding]) -> Iterator[Point]:
    """A result known by its numbers, and told at a time at which the study measured, or knows nothing of, instead."""
    times = [weeks_of(finding) for finding in meant]
    told = case.says.weeks
    if not all(times) or any(near_time(one, told) for some in times for one in some):
        yield Point("other-timepoint")
        return
    measured = {one for finding in case.study.findings for one in weeks_of(finding)}
    # A time that stands in the study but is none of its timepoints may be how long a treatment was given.
    if all(near_time(one, case.facts.weeks) and not near_time(one, measured) for one in told):
        return
    when = ", ".join(dict.fromkeys(str(finding.timepoint) for finding in meant))
    said = ", ".join(_spoken(weeks) for weeks in told)
    message = f"The statement tells of {said}; {case.label} found what it tells at {when}."
    flag = case.flag("other-timepoint", message, found=said, findings=meant, expected=when)
    yield Point("other-timepoint", flag)


def _spoken(weeks: float) -> str:
    """Weeks as people say them.

    Examples
    --------
    >>> _spoken(6), _spoken(365.25 / 7), _spoken(26.09)
    ('6 weeks', '1 year', '6 months')
    """
    for unit, least in (("year", 1), ("month", 2)):
        count = weeks / timepoint.WEEKS_PER[unit]
        if count >= least - 0.01 and abs(count - round(count)) < 0.05:
            return f"{round(count)} {unit}{'' if round(count) == 1 else 's'}"
    return f"{weeks:.3g} week{'' if weeks == 1 else 's'}"


def arm(case: Case) -> Iterator[Point]:
    """An effect on an outcome for which the study has results, but of other interventions than the told one.

    Speaks only when the study did test the told intervention, for another outcome: then the result was moved.
    """
    told = [said for said in case.says.interventions if _given(case, said.id)]
    outcomes = case.outcomes
    if not told or not outcomes or case.says.direction not in (*EFFECTS, *MORE) or case.study.design in OPEN:
        return
    if case.study.verification is not Verification.VERIFIED or len(told) != len(case.says.interventions):
        return
    mine = [f for f in case.study.findings if case.on_side(f)]
    if not mine:
        return
    on = [
        finding
        for finding in case.study.findings
        if case.on_condition(finding) and case.terms.nearest("outcome", outcomes, finding.outcomes) is Closeness.SAME
    ]
    if any(finding in mine for finding in on):
        yield Point("other-arm")
        return
    reported = [finding for finding in on if _both_given(case, finding)]
    others = {identifier for finding in reported for identifier in finding.interventions}
    if reported and not named_any(case, others, _EXERCISE):
        what = wording.named(case.corpus.interventions, reported[0].interventions)
        which = wording.named(case.corpus.outcomes, reported[0].outcomes)
        message = f"The statement tells of {words(told)}; the result of {case.label} for {which} is of {what}."
        message = f"{message} Its result: {brief(case.corpus, reported[0])}."
        yield Point("other-arm", case.flag("other-arm", message, found=words(told), findings=reported))


def _both_given(case: Case, finding: Finding) -> bool:
    return bool(finding.interventions) and all(_given(case, identifier) for identifier in finding.interventions)


def _given(case: Case, identifier: str) -> bool:
    term = case.corpus.interventions.get(identifier)
    return term is not None and term.kind in {InterventionKind.TREATMENT, InterventionKind.TRAINING_ADVICE}
