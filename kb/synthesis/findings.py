"""A finding of the base -> an effect of one intervention, oriented, or the reason why there is none.

Orientation is never assumed where the finding lets one doubt it: a sign that contradicts the recorded direction, a
difference of improvements, groups that cannot be told apart, and a reading that a second reader kept out of pooling
all leave the finding out, with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from kb.appraisal.arithmetic import doubts
from kb.model import Better, Corpus, Direction, Finding, Measure, Outcome, Study
from kb.model.kinds import ArmStatistic
from kb.model.study import Arm
from kb.synthesis import convert, effects
from kb.synthesis.effects import Effect, Missing
from kb.synthesis.scale import Unit, unit_of

_MEASURES = {
    Measure.MD: "MD",
    Measure.SMD: "SMD",
    Measure.RISK_DIFFERENCE: "RD",
    Measure.RISK_RATIO: "RR",
    Measure.ODDS_RATIO: "OR",
    Measure.HAZARD_RATIO: "HR",
    Measure.RATE_RATIO: "IRR",
    Measure.PREVALENCE_RATIO: "PR",
}
_IN_ARMS = {Measure.MEAN, Measure.MEDIAN, Measure.COUNT, Measure.PERCENT, Measure.P_VALUE, Measure.NARRATIVE}
"""Measures under which the result stands in the arms, if anywhere."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Events and people of both groups, the asked intervention first."""

    events1: int
    n1: int
    events2: int
    n2: int
    how: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """What a finding says of the asked intervention against the other side.

    ``better`` is the side of "no effect" on which the asked intervention is better: ``"above"``, ``"below"``, or
    None where neither direction of the outcome is better. ``counts`` are there where other ratios can be computed.
    """

    effect: Effect
    unit: Unit
    better: str | None
    turned: bool
    counts: Counts | None = None


def read(
    study: Study, finding: Finding, corpus: Corpus, asked: Collection[str], outcome: str | None = None
) -> Reading | Missing:
    """The effect of the asked interventions as a finding reports it.

    Parameters
    ----------
    study, finding
        The finding and its study.
    corpus
        For outcomes and the names of interventions.
    asked
        Terms of the intervention asked for, narrower terms included.
    outcome
        Which of the finding's outcomes has the unit; the first where it is None.
    """
    here, there = set(finding.interventions) & set(asked), set(finding.comparators) & set(asked)
    if not here and not there:
        return Missing("does not compare the intervention")
    if here and there and not set(finding.comparators) < set(finding.interventions):
        return Missing("the intervention is on both sides of the comparison")
    turned = bool(there and not here)
    doubt = _doubt(study, finding, corpus)
    if doubt:
        return Missing(doubt)
    outcomes = [corpus.outcomes[term] for term in finding.outcomes if term in corpus.outcomes]
    better = _better(outcomes)
    if isinstance(better, Missing):
        better = _better_by_direction(finding) or better
    if isinstance(better, Missing):
        return better
    measured = corpus.outcomes.get(outcome or finding.outcomes[0])
    unit = unit_of(finding.unit, measured)
    found = _effect(finding, corpus, better)
    if isinstance(found, Missing):
        return found
    effect, counts = found
    wrong = _contradiction(finding, effect, better)
    if wrong:
        return Missing(wrong)
    if effect.measure == "RD" and "percent" in (finding.unit or ""):
        effect = effect.scaled(0.01, "percentage points as a proportion")
    if turned:
        effect = effect.turned("sides exchanged: the study gives the other side against the intervention")
        counts = counts and replace(counts, events1=counts.events2, n1=counts.n2, events2=counts.events1, n2=counts.n1)
    side = {Better.HIGHER: "above", Better.LOWER: "below", None: None}[better]
    return Reading(effect, unit, side, turned, counts)


def several_groups(study: Study, finding: Finding) -> bool:
    """Whether the interventions of a finding are several groups of the study and not one treatment given together.

    So it is when other findings of the study set them against each other, or set each of them against the same
    comparator.
    """
    ours = set(finding.interventions)
    if len(ours) < 2:
        return False
    others = [other for other in study.findings if other is not finding]
    for other in others:
        left, right = set(other.interventions), set(other.comparators)
        if left and right and left | right <= ours and not left & right:
            return True
    parts = {
        frozenset(other.interventions)
        for other in others
        if other.comparators == finding.comparators and other.interventions and set(other.interventions) < ours
    }
    return any(not one & two and one | two == ours for one in parts for two in parts)


def _doubt(study: Study, finding: Finding, corpus: Corpus) -> str | None:
    """Why the recorded numbers must not be pooled: somebody wrote it down, or they contradict each other."""
    second = study.second_reading
    for difference in second.differences if second else ():
        if finding.id in difference.field and "pooling" in difference.why:
            return f"a second reader keeps it out of pooling: {difference.why}"
    if finding.as_printed is not None:
        return f"its numbers are not safe to pool: {finding.as_printed}"
    # An asymmetric interval is left to the conversion: the statistics of the groups may do instead.
    found = doubts(finding, corpus.outcomes)
    others = (doubt.message for doubt in found if doubt.rule != "asymmetric-interval")
    return next((f"its numbers contradict each other: {message}" for message in others), None)


def _better(outcomes: Iterable[Outcome]) -> Better | Missing | None:
    sides = {outcome.better for outcome in outcomes}
    if len(sides) > 1:
        return Missing("its outcomes do not agree which direction is better")
    return sides.pop() if sides else None


def _better_by_direction(finding: Finding) -> Better | None:
    """Which way is better by the recorded direction of a printed estimate, where its outcomes do not agree."""
    null = finding.measure.null_value
    if finding.estimate is None or null is None or finding.estimate == null:
        return None
    if finding.direction not in {Direction.INTERVENTION, Direction.COMPARATOR}:
        return None
    rises = (finding.estimate > null) == (finding.direction is Direction.INTERVENTION)
    return Better.HIGHER if rises else Better.LOWER


_IMPROVEMENT = re.compile(
    r"\bimprov(?:ed|ements?|es?)\b|\bless (?:pain|disability)\b|positive (?:value|=)", re.IGNORECASE
)


def _contradiction(finding: Finding, effect: Effect, better: Better | None) -> str | None:
    """Why the orientation of an effect cannot be trusted."""
    if better is None:
        return None
    good = (effect.estimate > 0) == (better is Better.HIGHER)
    favoured = {Direction.INTERVENTION: True, Direction.COMPARATOR: False}.get(finding.direction)
    if favoured is not None and effect.estimate and favoured is not good:
        return (
            "orientation is unclear: the sign of the effect and the recorded direction contradict each other "
            "(a difference of improvements, or exchanged sides)"
        )
    words = f"{finding.as_reported} {finding.note or ''}"
    if (
        favoured is None
        and better is Better.LOWER
        and effect.measure in effects.DIFFERENCES
        and (_IMPROVEMENT.search(words) or finding.arm_statistic is ArmStatistic.CHANGE)
    ):
        return "orientation is unclear: improvements were compared, on an outcome that falls when it improves"
    return None


# --- the effect in the study's own orientation ---------------------------------------------------------------------

Found = tuple[Effect, Counts | None]


def _effect(finding: Finding, corpus: Corpus, better: Better | None) -> Found | Missing:
    measure = _MEASURES.get(finding.measure)
    if measure is None and finding.measure not in _IN_ARMS:
        return Missing(f"{finding.measure.value}: not an effect that is pooled")
    arms = _arms(finding, corpus, better)
    counts = _counts(finding, *arms) if not isinstance(arms, Missing) else None
    if measure is None:
        return arms if isinstance(arms, Missing) else _from_arms(finding, *arms, counts)
    if finding.estimate is None:
        direct: Found | Missing = Missing("the study gives no estimate")
    else:
        direct = _printed(finding, measure, arms, counts)
    if isinstance(direct, Missing) and not isinstance(arms, Missing):
        indirect = _from_arms(finding, *arms, counts, measure)
        if not isinstance(indirect, Missing):
            effect, more = indirect
            return replace(effect, how=(*effect.how, f"not from the printed estimate: {direct.reason}")), more
    return direct


def _printed(finding: Finding, measure: str, arms: tuple[Arm, Arm] | Missing, counts: Counts | None) -> Found | Missing:
    assert finding.estimate is not None  # noqa: S101 - the caller looked
    sizes = (None, None) if isinstance(arms, Missing) else (arms[0].n, arms[1].n)
    if measure == "MD" and not isinstance(arms, Missing) and finding.arm_statistic is ArmStatistic.MEAN:
        first, second = arms
        if first.value is not None and second.value is not None:
            unadjusted = first.value - second.value
            if abs(unadjusted + finding.estimate) < abs(unadjusted - finding.estimate) - 1e-9:
                return Missing("orientation is unclear: the estimate has the sign opposite to that of its groups")
            from_arms = _from_arms(finding, first, second, counts)
            if abs(unadjusted - finding.estimate) < 1e-6 and not isinstance(from_arms, Missing):
                return from_arms
    if finding.ci_low is not None and finding.ci_high is not None:
        found = effects.from_interval(
            measure, finding.estimate, finding.ci_low, finding.ci_high, finding.ci_level, sizes
        )
    else:
        found = effects.from_p_value(measure, finding.estimate, finding.p, sizes)
    return found if isinstance(found, Missing) else (found, counts)


def _from_arms(
    finding: Finding, first: Arm, second: Arm, counts: Counts | None, measure: str | None = None
) -> Found | Missing:
    statistic = finding.arm_statistic
    if counts is not None:
        kind = measure if measure in {"RR", "OR", "RD"} else "RR"
        if measure not in {None, kind}:
            return Missing(f"{measure} cannot be computed from counts")
        effect = effects.from_counts(kind, counts.events1, counts.n1, counts.events2, counts.n2)
        return effect if isinstance(effect, Missing) else (replace(effect, how=(*counts.how, *effect.how)), counts)
    if statistic in {ArmStatistic.MEAN, ArmStatistic.CHANGE} and measure in {None, "MD", "SMD"}:
        values = (first.value, first.sd, first.n, second.value, second.sd, second.n)
        if any(value is None for value in values):
            return Missing("mean, SD or size of a group is not known")
        make = effects.standardized_mean_difference if measure == "SMD" else effects.mean_difference
        effect = make(*values)  # type: ignore[arg-type]
        return effect if isinstance(effect, Missing) else (effect, None)
    if statistic is ArmStatistic.MEDIAN:
        return Missing("medians without a range that is named as quartiles or as minimum and maximum")
    if statistic is ArmStatistic.RATE:
        return Missing("rates without person-time")
    if (
        statistic is ArmStatistic.PERCENT
        and first.n
        and second.n
        and first.value is not None
        and second.value is not None
    ):
        return Missing("its percentages are not those of a whole number of people in groups of this size")
    return Missing("neither an estimate with its interval nor statistics of both groups")


def _counts(finding: Finding, first: Arm, second: Arm) -> Counts | None:
    values = (first.value, first.n, second.value, second.n)
    if any(value is None for value in values) or not first.n or not second.n:
        return None
    if first.value is None or second.value is None:
        return None
    if finding.arm_statistic is ArmStatistic.EVENTS:
        if first.value % 1 or second.value % 1:
            return None
        if first.value > first.n or second.value > second.n:
            return None
        return Counts(int(first.value), first.n, int(second.value), second.n)
    if finding.arm_statistic is ArmStatistic.PERCENT:
        one = convert.events_from_percent(first.value, first.n)
        two = convert.events_from_percent(second.value, second.n)
        if one is not None and two is not None:
            return Counts(one, first.n, two, second.n, ("events from percentages of the groups",))
    return None


# --- which group is which ------------------------------------------------------------------------------------------

_WORD = re.compile(r"[a-z]{3,}")
_WITHOUT = re.compile(r"(?:no|without) ")
_COMMON = {"and", "the", "with", "group", "training", "therapy", "treatment", "exercise", "program", "programme"}
_CONTROL_WORDS = {"control", "controls", "sham", "placebo", "usual", "wait", "waiting", "none", "observation"}


def _arms(finding: Finding, corpus: Corpus, better: Better | None) -> tuple[Arm, Arm] | Missing:
    """The group of the finding's interventions, then that of its comparators."""
    if len(finding.arms) != 2:
        return Missing("no two groups to compare" if len(finding.arms) < 2 else "more than two groups")
    first, second = finding.arms
    by_name = _leading(finding, corpus)
    by_direction = _favoured(finding, better)
    if by_name is not None and by_direction is not None and by_name != by_direction:
        return Missing("orientation is unclear: the names of the groups and the recorded direction disagree")
    leads = by_name if by_name is not None else by_direction
    if leads is None:
        return Missing("orientation is unclear: the groups cannot be told apart by their names")
    return (first, second) if leads == 0 else (second, first)


def _words(terms: Iterable[str], corpus: Corpus) -> set[str]:
    found: set[str] = set()
    for term in terms:
        known = corpus.interventions.get(term)
        texts = (term, known.label, *known.synonyms) if known else (term,)
        found |= {word for text in texts for word in _WORD.findall(text.lower())}
    return found - _COMMON


def _leading(finding: Finding, corpus: Corpus) -> int | None:
    """Index of the intervention's group by its name; None where the names do not tell."""
    ours = [term for term in finding.interventions if term not in finding.comparators]
    theirs = [term for term in finding.comparators if term not in finding.interventions]
    one, two = _words(ours, corpus), _words(theirs, corpus)
    if not theirs or any(_is_control(term, corpus) for term in theirs):
        two |= _CONTROL_WORDS
    elif any(_is_control(term, corpus) for term in ours):
        one |= _CONTROL_WORDS
    both = one & two
    scores = []
    for arm in finding.arms:
        named = set(_WORD.findall(arm.name.lower())) | ({"none"} if _WITHOUT.match(arm.name.lower()) else set())
        scores.append(len(named & (one - both)) - len(named & (two - both)))
    if scores[0] == scores[1]:
        return None
    return 0 if scores[0] > scores[1] else 1


def _is_control(term: str, corpus: Corpus) -> bool:
    known = corpus.interventions.get(term)
    return known is not None and known.kind.value == "control"


def _favoured(finding: Finding, better: Better | None) -> int | None:
    """Index of the intervention's group by the recorded direction; None where it does not tell."""
    first, second = (arm.value for arm in finding.arms)
    if first is None or second is None or first == second or better is None:
        return None
    if finding.arm_statistic is ArmStatistic.CHANGE:
        return None
    if finding.direction not in {Direction.INTERVENTION, Direction.COMPARATOR}:
        return None
    best = 0 if (first > second) == (better is Better.HIGHER) else 1
    return best if finding.direction is Direction.INTERVENTION else 1 - best


def events_as(reading: Reading, measure: str) -> Effect | Missing:
    """Another ratio (or the risk difference) from the counts of a reading."""
    counts = reading.counts
    if counts is None:
        return Missing(f"{reading.effect.measure} cannot be turned into {measure} without counts")
    effect = effects.from_counts(measure, counts.events1, counts.n1, counts.events2, counts.n2)
    return effect if isinstance(effect, Missing) else replace(effect, how=(*counts.how, *effect.how))
