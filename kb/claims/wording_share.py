"""Shares, frequencies and times of one group, in the finding's own words for what was counted."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kb.claims.wording_numbers import plain
from kb.claims.wording_sides import expanded
from kb.claims.wording_subject import unexplained
from kb.claims.wording_terms import event_or_outcome, lower, narrowest
from kb.claims.wording_when import is_lost, when
from kb.model import Design, InterventionKind, Measure

if TYPE_CHECKING:
    from kb.model import Corpus, Finding, Study

_COUNTED = re.compile(r"\b(?:incidence|prevalence|share|proportion|rate|adherence|consultations|recurrence)\b")
_UNCLEAN = re.compile(r"[,:;/()\d]|\bvs\b|\breporting\b|\bfor each\b")
_END = re.compile(r"\b(?:lowest|highest) figure\b")
_BOUND = re.compile(r"(?:more than|over|under|upper|less than|about|up to|at least)\b")
_TIMES = frozenset({"time-to-recovery", "time-to-return-to-sport"})
_PERCENT = frozenset({"", "%", "percent", "% of people", "% of tears"})


def share(study: Study, finding: Finding, corpus: Corpus) -> str | None:
    """A result of one group in words; None where its figure is a bound or its words are no phrase.

    Examples
    --------
    >>> import kb
    >>> corpus = kb.open().corpus
    >>> study = corpus.studies["lopes2012"]
    >>> share(study, study.findings[1], corpus)
    'the prevalence of medial tibial stress syndrome was 9.5%'
    """
    kinds = {corpus.interventions[one].kind for one in finding.interventions if one in corpus.interventions}
    if InterventionKind.TEST in kinds or is_bound(finding.note or "") or is_bound(finding.as_reported):
        return None
    if is_lost(finding.timepoint):
        return None
    if finding.outcomes[0] in _TIMES and finding.measure in {Measure.MEAN, Measure.MEDIAN}:
        return _time_taken(study, finding, corpus)
    words = _counted(study, finding, corpus)
    return _valued(study, finding, words) if words else None


def is_bound(text: str) -> bool:
    """Whether a text says that the number is a bound, not the figure.

    Examples
    --------
    >>> is_bound("over 90%"), is_bound("100 of 1929, self-reported")
    (True, False)
    """
    return _BOUND.match(text) is not None


def _valued(study: Study, finding: Finding, words: str) -> str | None:
    time = when(finding.timepoint, event=True)
    unit = (finding.unit or "").strip()
    ends = [arm.value for arm in finding.arms]
    if len(ends) == 2 and all(_END.search(arm.name) for arm in finding.arms) and study.design is not Design.CASE_SERIES:
        first, last = (f"{plain(end)}{'%' if unit in _PERCENT else ''}" for end in ends)
        return f"{words} ranged from {first} to {last}{'' if unit in _PERCENT else f' {unit}'} across sources{time}"
    if finding.estimate is None or finding.arms:
        return None
    if finding.measure is Measure.COUNT and unit.startswith("per "):
        return f"{words} was {plain(finding.estimate)} {unit}{time}"
    if finding.measure is not Measure.PERCENT or unit not in _PERCENT:
        return None
    span = ""
    if finding.ci_low is not None and finding.ci_high is not None:
        span = f" ({plain(finding.ci_level)}% CI {plain(finding.ci_low)}% to {plain(finding.ci_high)}%)"
    return f"{words} was {plain(finding.estimate)}%{time}{span}"


def _time_taken(study: Study, finding: Finding, corpus: Corpus) -> str | None:
    """A mean or median time, with the site where the finding names one."""
    words = event_or_outcome(corpus, finding, finding.outcomes[0])
    if finding.estimate is None or finding.interventions or not finding.unit or words is None:
        return None
    rest = unexplained(study, finding, corpus, f"{words} median mean all injuries")
    if rest is None or len(rest) > 1 or any(len(part.split()) > 4 for part in rest):
        return None
    notes = list(rest)
    if finding.ci_low is not None and finding.ci_high is not None:
        notes.append(f"{plain(finding.ci_level)}% CI {plain(finding.ci_low)} to {plain(finding.ci_high)}")
    shown = f" ({'; '.join(notes)})" if notes else ""
    return f"the {finding.measure.value} {words} was {plain(finding.estimate)} {finding.unit}{shown}"


def _counted(study: Study, finding: Finding, corpus: Corpus) -> str | None:
    """The words for what was counted: the finding's own where they are a phrase with a noun of counting."""
    own = lower(expanded(finding.as_reported))
    conditions = narrowest(corpus.conditions, finding.conditions)
    label = lower(corpus.conditions[conditions[0]].label) if len(conditions) == 1 else None
    parts = own.split(", ")
    if len(parts) == 2 and (of_two := _of_two(parts[0], parts[1], label)):
        return of_two
    if _COUNTED.search(own) and not _UNCLEAN.search(own):
        return _as_share(own, label)
    base = next((one for one in ("condition-incidence", "prevalence") if one in finding.outcomes), None)
    if base and label and len(finding.outcomes) == 1 and not finding.interventions:
        told = "prevalence" if base == "prevalence" else "incidence"
        if unexplained(study, finding, corpus, f"{label} {told} overall") == []:
            return f"the {told} of {label}"
    return None


def _of_two(first: str, second: str, condition: str | None) -> str | None:
    """A phrase of two parts such as "ankle sprain, share of incident injuries" or "epicondylitis, prevalence"."""
    match = re.fullmatch(r"share of (incident|prevalent)(?: / prevalent)? injuries", second)
    if match and condition and first.casefold() == condition.casefold():
        return f"the share of {condition} among {match[1]} injuries"
    if second in {"prevalence", "incidence"} and condition and first.endswith(condition):
        return f"the {second} of {first}"
    return None


def _as_share(told: str, condition: str | None) -> str | None:
    """Words for a share with what it is a share of: "MTSS share of injuries" is the share of MTSS among injuries."""
    if told in {"incidence", "prevalence", "annual incidence", "recurrence"}:
        return f"the {told} of {condition}" if condition else None
    match = re.fullmatch(r"(.{3,60}) (incidence|prevalence)", told)
    if match and condition and match[1] == condition:
        return f"the {match[2]} of {condition}"
    match = re.fullmatch(r"(.{3,60}) share of (.{3,40})", told)
    if match:
        return f"the share of {match[1]} among {match[2]}"
    if told.endswith(" share"):
        return None
    return "the " + re.sub(r"^share (at|with) ", r"share of injuries \1 ", told)
