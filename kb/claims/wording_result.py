"""What a finding says, after who was studied: one form for each kind of result, and None where none fits."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kb.claims.wording_lead import OBSERVATIONAL, TRIALS, is_onset
from kb.claims.wording_numbers import DIFFERENCES, RATIOS, crosses, estimate, numbers, p_value, plain, signs
from kb.claims.wording_sides import Sides, expanded, sides, spoken_term
from kb.claims.wording_subject import Subject, before_contrast, contrast, several, subject, unexplained
from kb.claims.wording_terms import better_worse, event_or_outcome, is_event, is_plural, lower, narrowest
from kb.claims.wording_when import when
from kb.model import Direction, InterventionKind, Measure

if TYPE_CHECKING:
    from kb.model import Corpus, Finding, Study

_COMPARED = {Direction.INTERVENTION, Direction.COMPARATOR, Direction.NO_DIFFERENCE}
_TURNABLE = frozenset(
    {"age", "sex", "sleep", "training-load", "training-intensity", "training-volume", "mri", "ultrasound-imaging"}
)
"""Exposures whose name does not say which end of them the result is about."""
_DESCRIBED = re.compile(r"\b(?:incidence|prevalence|share|proportion|rate|adherence|consultations|recurrence)\b")
_RISK = re.compile(r"\b(?:lowest|highest) figure\b")


def result(study: Study, finding: Finding, corpus: Corpus) -> str | None:
    """The result in words without its full stop; None where it has no true and readable form.

    Examples
    --------
    >>> import kb
    >>> corpus = kb.open().corpus
    >>> study = corpus.studies["malisoux2015"]
    >>> result(study, study.findings[0], corpus)
    'shoe rotation was associated with less frequent running-related injury over 22 weeks (HR 0.614, 95% CI 0.389 to 0.969)'
    """
    direction = finding.direction
    if direction is Direction.IMPROVEMENT or finding.comparators == ("own-baseline",):
        return _within(study, finding, corpus)
    if direction is Direction.UNCLEAR:
        return None
    if direction is Direction.DESCRIPTIVE:
        return _description(study, finding, corpus)
    both = sides(study, finding, corpus) if finding.comparators else None
    if direction in _COMPARED:
        return _comparison(study, finding, corpus, both) if both else None
    return _association(study, finding, corpus, both)


# --- comparisons -----------------------------------------------------------------------------------------------


def _comparison(study: Study, finding: Finding, corpus: Corpus, both: Sides) -> str | None:
    what = subject(study, finding, corpus, f"{both.this} {both.that}")
    if what is None:
        return _of_several(study, finding, corpus, both)
    if finding.measure is Measure.NNT:
        return _needed(finding, corpus, both, what)
    time = when(finding.timepoint, event=is_event(corpus, what.outcome) is not None)
    if finding.direction is Direction.NO_DIFFERENCE or crosses(finding):
        return _no_difference(study, finding, both, what.improvement + time)
    words = better_worse(corpus, what.outcome)
    if words is None:
        return _by_sign(study, finding, both, what, time)
    if what.change:
        words = ("greater", "smaller", 1)
    better = finding.direction is Direction.INTERVENTION
    how = words[0] if better else words[1]
    side = (1 if better else -1) * words[2]
    if finding.measure in RATIOS and (is_event(corpus, what.outcome) is None or signs(finding) == -side):
        return _favored(study, finding, both, what.words + time)
    note = _sign_note(finding, both) if signs(finding) == -side else None
    shown = numbers(finding, study, note, arms=_fit_to_show(finding, corpus, what))
    name = what.improvement
    if study.design in OBSERVATIONAL:
        return f"{both.this} {_was(both.this)} associated with {how} {name} than {_bare(both)}{time}{shown}"
    return f"{name}{time} {_was(name)} {how} with {both.this} than {both.against}{shown}"


def _bare(both: Sides) -> str:
    """The comparison after an association: "than usual care"."""
    return both.that


def _was(words: str) -> str:
    return "were" if is_plural(words) else "was"


def _no_difference(study: Study, finding: Finding, both: Sides, what: str) -> str | None:
    if finding.ci_low is not None and not crosses(finding) and finding.measure.null_value is not None:
        return None
    shown = numbers(finding, study, arms=not finding.measure.null_value)
    if both.against.startswith("in "):
        return f"{what} did not differ clearly between {both.this} and the comparison groups{shown}"
    return f"{what} did not differ clearly between {both.this} and {both.that}{shown}"


def _by_sign(study: Study, finding: Finding, both: Sides, what: Subject, time: str) -> str | None:
    """An outcome that is neither better high nor low: which way the estimate lies."""
    if finding.measure not in DIFFERENCES or not signs(finding):
        return None
    how = "higher" if signs(finding) > 0 else "lower"
    shown = numbers(finding, study)
    return f"{what.words}{time} {_was(what.words)} {how} with {both.this} than {both.against}{shown}"


def _of_several(study: Study, finding: Finding, corpus: Corpus, both: Sides) -> str | None:
    """A result on two or three outcomes together, without a number that would belong to one of them."""
    words = several(finding, corpus)
    if words is None or finding.estimate is not None or unexplained(study, finding, corpus, f"{both} {words}") != []:
        return None
    time = when(finding.timepoint)
    if finding.direction is Direction.NO_DIFFERENCE:
        return _no_difference(study, finding, both, words + time)
    return _favored(study, finding, both, words + time)


def _favored(study: Study, finding: Finding, both: Sides, what: str) -> str | None:
    """Which side did better, where "more" or "less" of the outcome would mislead."""
    winner, loser = (both.this, both.that) if finding.direction is Direction.INTERVENTION else (both.that, both.this)
    if winner.startswith("in "):
        winner = "the comparison groups"
    against = "the comparison groups" if loser.startswith("in ") else loser
    note = _sign_note(finding, both) if finding.estimate is not None else None
    verb = "was associated with better results than" if study.design in OBSERVATIONAL else "did better than"
    if study.design in OBSERVATIONAL:
        return f"{winner} {verb} {against} for {what}{numbers(finding, study, note, arms=False)}"
    return f"results for {what} favored {winner} over {against}{numbers(finding, study, note, arms=False)}"


def _sign_note(finding: Finding, both: Sides) -> str | None:
    side = signs(finding)
    if not side:
        return None
    winner = both.this if finding.direction is Direction.INTERVENTION else both.that
    winner = "the comparison groups" if winner.startswith("in ") else winner
    if finding.measure in RATIOS:
        return f"a value {'above' if side > 0 else 'below'} 1 favors {winner}"
    return f"a {'positive' if side > 0 else 'negative'} value favors {winner}"


def _fit_to_show(finding: Finding, corpus: Corpus, what: Subject) -> bool:
    """Whether the values of the groups are of what is told: percentages of people are of an event only."""
    counted = finding.arm_statistic is not None and finding.arm_statistic.value in {"percent", "events", "rate"}
    return counted == (is_event(corpus, what.outcome) is not None) or not counted


def _needed(finding: Finding, corpus: Corpus, both: Sides, what: Subject) -> str | None:
    event = is_event(corpus, what.outcome)
    if event is None or finding.estimate is None or finding.direction is not Direction.INTERVENTION:
        return None
    aim = "for one more to reach" if event else "to prevent one case of"
    said = f"{plain(finding.estimate)} {finding.unit or ''}".strip()
    span = ""
    if finding.ci_low is not None and finding.ci_high is not None:
        span = f" ({plain(finding.ci_level)}% CI {plain(finding.ci_low)} to {plain(finding.ci_high)})"
    time = when(finding.timepoint, event=True)
    rather = "than the comparison" if both.that.startswith("in ") else f"than {both.that}"
    return f"the number needed to treat with {both.this} rather {rather} {aim} {what.words}{time} was {said}{span}"


# --- associations ----------------------------------------------------------------------------------------------


def _association(study: Study, finding: Finding, corpus: Corpus, both: Sides | None) -> str | None:
    sure = finding.direction is Direction.ASSOCIATION and not crosses(finding)
    exposures = narrowest(corpus.interventions, finding.interventions)
    if sure and signs(finding) == 0:
        return None
    versus = contrast(finding)
    if both is not None and len(exposures) == 1:
        return _associated(study, finding, corpus, both.this, _than(both), sure=sure)
    if versus is not None:
        return _contrasted(study, finding, corpus, versus, sure=sure)
    if len(exposures) != 1 or (exposures[0] in _TURNABLE and sure):
        return None
    return _associated(study, finding, corpus, spoken_term(corpus, exposures[0]), "", sure=sure)


def _than(both: Sides) -> str:
    return "" if both.that.startswith("in ") else f" than {both.that}"


def _associated(study: Study, finding: Finding, corpus: Corpus, this: str, than: str, *, sure: bool) -> str | None:
    what = subject(study, finding, corpus, f"{this} {than}")
    if what is None or what.change:
        return None
    event = is_event(corpus, what.outcome)
    time = when(finding.timepoint, event=event is not None)
    if not sure:
        if finding.estimate is not None and finding.measure not in RATIOS | DIFFERENCES:
            return None
        return f"{this} {_was(this)} not clearly associated with {what.words}{time}{numbers(finding, study)}"
    how = _more_or_less(finding, event=event is not None)
    if how is None:
        return None
    return f"{this} {_was(this)} associated with {how} {what.words}{than}{time}{numbers(finding, study)}"


def _more_or_less(finding: Finding, *, event: bool) -> str | None:
    side = signs(finding)
    if event and (finding.measure in RATIOS or finding.measure is Measure.RISK_DIFFERENCE):
        return "more frequent" if side > 0 else "less frequent"
    if not event and finding.measure in {Measure.MD, Measure.SMD}:
        return "higher" if side > 0 else "lower"
    return None


def _contrasted(study: Study, finding: Finding, corpus: Corpus, versus: str, *, sure: bool) -> str | None:
    """Groups that were not given anything: which of them had more, in the finding's own words for them."""
    outcomes = [one for one in finding.outcomes if event_or_outcome(corpus, finding, one)]
    if not outcomes or finding.as_printed:
        return None
    event = is_event(corpus, outcomes[0]) is not None
    words = before_contrast(finding) or (event_or_outcome(corpus, finding, outcomes[0]) if event else None)
    if words is None or len(finding.outcomes) > 2 and not event:
        return None
    time = when(finding.timepoint, event=event)
    said = "; ".join(part for part in (estimate(finding), *p_value(finding)) if part)
    if not sure:
        return f"{words} did not differ clearly{time} ({versus}{f': {said}' if said else ''})"
    how = _more_or_less(finding, event=event)
    return f"{words} {_was(words)} {how}{time} ({versus}: {said})" if how else None


# --- one group -------------------------------------------------------------------------------------------------


def _within(study: Study, finding: Finding, corpus: Corpus) -> str | None:
    """A change from before to after, named as one."""
    mine = narrowest(corpus.interventions, finding.interventions)
    given = spoken_term(corpus, mine[0]) if len(mine) == 1 else ""
    what = subject(study, finding, corpus, f"{given} own baseline group within before after pre post")
    words = what.words if what else several(finding, corpus)
    if words is None or (what is None and unexplained(study, finding, corpus, f"{given} {words} own baseline") != []):
        return None
    if not given or not set(finding.comparators) <= {"own-baseline", "no-treatment"}:
        return None
    time = when(finding.timepoint)
    kept = finding.direction is not Direction.IMPROVEMENT
    changed = "did not change clearly" if kept else "changed from before to after"
    shown = _change(finding, study)
    return f"{words} {changed} with {given}{time}{shown}, a change within one group without a comparison"


def _change(finding: Finding, study: Study) -> str:
    if finding.measure is Measure.PERCENT_CHANGE and finding.estimate is not None:
        unit = (finding.unit or "").casefold()
        if "increase" in unit or "reduction" in unit or "lower" in unit:
            return ""
    return numbers(finding, study)


def _description(study: Study, finding: Finding, corpus: Corpus) -> str | None:
    """A share, a frequency or a time of one group."""
    words = _described(study, finding, corpus)
    if words is None:
        return None
    time = when(finding.timepoint, event=True)
    ends = [arm.value for arm in finding.arms]
    if finding.measure is Measure.PERCENT and len(ends) == 2 and all(_RISK.search(arm.name) for arm in finding.arms):
        unit = (finding.unit or "%").strip()
        first, last = (f"{plain(end)}{'%' if unit == '%' else ''}" for end in ends)
        return f"{words} ranged from {first} to {last}{'' if unit == '%' else f' {unit}'} across sources{time}"
    if finding.estimate is None or finding.arms or finding.measure not in {Measure.PERCENT, Measure.MEDIAN}:
        return None
    unit = (finding.unit or "").strip()
    if finding.measure is Measure.PERCENT and unit not in {"%", "percent", "% of people", "% of tears"}:
        return None
    said = f"{plain(finding.estimate)}%" if finding.measure is Measure.PERCENT else f"{plain(finding.estimate)} {unit}"
    span = ""
    if finding.ci_low is not None and finding.ci_high is not None:
        span = f" ({plain(finding.ci_level)}% CI {plain(finding.ci_low)}% to {plain(finding.ci_high)}%)"
    return f"{words} was {said}{time}{span}" if "median" not in words or finding.measure is Measure.MEDIAN else None


def _described(study: Study, finding: Finding, corpus: Corpus) -> str | None:
    """The words for what was counted: the finding's own where they are a noun with what is counted."""
    own = expanded(finding.as_reported)
    conditions = narrowest(corpus.conditions, finding.conditions)
    kinds = {corpus.interventions[one].kind for one in finding.interventions if one in corpus.interventions}
    if InterventionKind.TEST in kinds or any(is_hedged(text) for text in (finding.note or "", finding.as_reported)):
        return None
    if _DESCRIBED.search(own) and not re.search(r"[,:;/()\d]|\bvs\b|\breporting\b|\bfor each\b", own):
        told = lower(own)
        about = {"incidence", "prevalence", "annual incidence", "recurrence"}
        return f"the {told} of {lower(corpus.conditions[conditions[0]].label)}" if told in about and conditions else told
    base = next((one for one in ("condition-incidence", "prevalence") if one in finding.outcomes), None)
    if base and len(conditions) == 1 and len(finding.outcomes) == 1 and not finding.interventions:
        label = lower(corpus.conditions[conditions[0]].label)
        if unexplained(study, finding, corpus, f"{label} incidence prevalence overall") == []:
            return f"the {'prevalence' if base == 'prevalence' else 'incidence'} of {label}"
    return None


def is_hedged(text: str) -> bool:
    """Whether a text says that the number is a bound, not the figure.

    Examples
    --------
    >>> is_hedged("over 90%"), is_hedged("100 of 1929, self-reported")
    (True, False)
    """
    return re.match(r"(?:more than|over|under|upper|less than|about|up to|at least)\b", text) is not None
