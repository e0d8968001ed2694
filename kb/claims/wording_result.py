"""What a finding says, after who was studied: one form for each kind of result, and None where none fits."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kb.claims.wording_lead import OBSERVATIONAL
from kb.claims.wording_numbers import DIFFERENCES, RATIOS, crosses, estimate, numbers, p_value, plain, signs
from kb.claims.wording_share import share
from kb.claims.wording_sides import Sides, sides, spoken_term
from kb.claims.wording_subject import OWN_WORDS, Subject, before_contrast, contrast, several, subject, unexplained
from kb.claims.wording_terms import better_worse, event_or_outcome, is_event, is_plural, narrowest
from kb.claims.wording_when import is_lost, when
from kb.model import Direction, InterventionKind, Measure

if TYPE_CHECKING:
    from kb.model import Corpus, Finding, Study

_COMPARED = {Direction.INTERVENTION, Direction.COMPARATOR, Direction.NO_DIFFERENCE}
_TURNABLE = frozenset(
    {"age", "sex", "sleep", "training-load", "training-intensity", "training-volume", "mri", "ultrasound-imaging"}
)
"""Exposures whose name does not say which end of them the result is about."""
_RATED = re.compile(r"\b(?:incidence|rate|risk|prevalence|share)\b")
_UNSAFE = re.compile(r"not usable|implausibl|may be wrong|not safe")


def result(study: Study, finding: Finding, corpus: Corpus) -> str | None:
    """The result in words without its full stop; None where it has no true and readable form.

    Examples
    --------
    >>> import kb
    >>> corpus = kb.open().corpus
    >>> study = corpus.studies["malisoux2015"]
    >>> result(study, study.findings[0], corpus)[:71]
    'shoe rotation was associated with less frequent running injury over 22 '
    """
    direction = finding.direction
    if _UNSAFE.search(f"{finding.note} {finding.as_printed}"):
        return None
    if direction is Direction.IMPROVEMENT or finding.comparators == ("own-baseline",):
        return _within(study, finding, corpus)
    if direction is Direction.UNCLEAR or (direction in _COMPARED and is_lost(finding.timepoint)):
        return None
    if direction is Direction.DESCRIPTIVE:
        return share(study, finding, corpus)
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
    time = _time(finding, event=is_event(corpus, what.outcome) is False)
    if _counted(finding) and is_event(corpus, what.outcome) is None:
        return None
    if finding.direction is Direction.NO_DIFFERENCE or crosses(finding):
        return _no_difference(study, finding, both, what.improvement + time)
    words = better_worse(corpus, what.outcome)
    if words is None:
        return _by_sign(study, finding, both, what, time)
    if what.change:
        words = ("greater", "smaller", 1)
    if _RATED.search(what.words) and is_event(corpus, what.outcome) is False:
        words = ("lower", "higher", -1)
    better = finding.direction is Direction.INTERVENTION
    how = words[0] if better else words[1]
    side = (1 if better else -1) * words[2]
    if finding.measure in RATIOS and (is_event(corpus, what.outcome) is None or signs(finding) == -side):
        return _favored(study, finding, both, what.words + time)
    note = _sign_note(finding, both) if signs(finding) == -side else None
    shown = numbers(finding, study, note)
    name = what.improvement
    if study.design in OBSERVATIONAL:
        return f"{both.this} {_was(both.this)} associated with {how} {name} than {_bare(both)}{time}{shown}"
    return f"{name}{time} {_was(name)} {how} with {both.this} than {both.against}{shown}"


def _time(finding: Finding, *, event: bool) -> str:
    return "" if "timepoint assumed" in (finding.note or "") else when(finding.timepoint, event=event)


def _bare(both: Sides) -> str:
    """The comparison after an association: "than usual care"."""
    return both.that


def _was(words: str) -> str:
    return "were" if is_plural(words) else "was"


def _no_difference(study: Study, finding: Finding, both: Sides, what: str) -> str | None:
    if finding.ci_low is not None and not crosses(finding) and finding.measure.null_value is not None:
        return None
    shown = numbers(finding, study)
    if both.against.startswith("in "):
        return f"{what} did not differ clearly between {both.this} and the comparison groups{shown}"
    if " and " in f"{both.this} {both.that}":
        return f"{what} did not differ clearly with {both.this} compared with {both.that}{shown}"
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


def _counted(finding: Finding) -> bool:
    """Whether people or events were counted, so that the outcome must be one that can be."""
    statistic = finding.arm_statistic.value if finding.arm_statistic else ""
    return finding.measure is Measure.PERCENT or statistic in {"percent", "events", "rate"}


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
    if len(exposures) == 1 and exposures[0] not in _TURNABLE:
        said = _associated(study, finding, corpus, spoken_term(corpus, exposures[0]), "", sure=sure)
        if said or versus is None:
            return said
    if versus is not None:
        return _contrasted(finding, corpus, versus, sure=sure)
    if len(exposures) != 1 or sure:
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
    how = f"a {how}" if what.words.startswith("share ") else how
    return f"{this} {_was(this)} associated with {how} {what.words}{than}{time}{numbers(finding, study)}"


def _more_or_less(finding: Finding, *, event: bool) -> str | None:
    side = signs(finding)
    if event and (finding.measure in RATIOS or finding.measure is Measure.RISK_DIFFERENCE):
        return "more frequent" if side > 0 else "less frequent"
    if not event and finding.measure in {Measure.MD, Measure.SMD}:
        return "higher" if side > 0 else "lower"
    return None


def _contrasted(finding: Finding, corpus: Corpus, versus: str, *, sure: bool) -> str | None:
    """Groups that were not given anything: which of them had more, in the finding's own words for them."""
    outcomes = [one for one in finding.outcomes if event_or_outcome(corpus, finding, one)]
    if not outcomes or finding.as_printed:
        return None
    event = is_event(corpus, outcomes[0]) is not None
    words = before_contrast(finding, corpus) or (event_or_outcome(corpus, finding, outcomes[0]) if event else None)
    if words is None or (len(finding.outcomes) > 2 and not event) or outcomes[0] in OWN_WORDS:
        return None
    if re.search(r"\b(?:injury|established|itself)\b", versus) or (_counted(finding) and not event):
        return None
    time = when(finding.timepoint, event=is_event(corpus, outcomes[0]) is False)
    said = "; ".join(part for part in (estimate(finding), *p_value(finding)) if part)
    exposures = narrowest(corpus.interventions, finding.interventions)
    if len(exposures) == 1 and event and exposures[0] not in _TURNABLE:
        this = spoken_term(corpus, exposures[0])
        how = _more_or_less(finding, event=True) if sure else ""
        if how is None:
            return None
        linked = f"associated with {how}" if sure else "not clearly associated with"
        return f"{this} {_was(this)} {linked} {words}{time} ({versus}{f': {said}' if said else ''})"
    if exposures and exposures[0] == "sleep" and "sleep" not in versus:
        versus = f"sleep {versus}"
    if not sure:
        return f"{words} did not differ clearly{time} ({versus}{f': {said}' if said else ''})"
    how = _more_or_less(finding, event=event)
    if how and versus == "women vs men":
        return f"{words} {_was(words)} {how} in women than in men{time} ({said})"
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
    kinds = {corpus.interventions[one].kind for one in mine}
    if not given or set(finding.comparators) - {"own-baseline"} or InterventionKind.TEST in kinds:
        return None
    under = "" if InterventionKind.EXPOSURE in kinds else f" with {given}"
    time = when(finding.timepoint)
    kept = finding.direction is not Direction.IMPROVEMENT
    changed = "did not change clearly" if kept else "changed"
    shown = _change(finding, study)
    return f"{words} {changed}{under}{time}{shown}, which is a change within one group and not a comparison"


def _change(finding: Finding, study: Study) -> str:
    if finding.measure is Measure.PERCENT_CHANGE and finding.estimate is not None:
        unit = (finding.unit or "").casefold()
        if "increase" in unit or "reduction" in unit or "lower" in unit:
            return ""
    return numbers(finding, study)
