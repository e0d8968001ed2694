"""Groups of a comparison and findings of reviews -> results, with size, certainty, sides and words."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING, Literal

from kb.answers.result import NO_TIME, Answer, Dissent, Result, Side
from kb.answers.size import Size, size_of
from kb.answers.words import Told, clinician, patient
from kb.answers.words_terms import inside
from kb.appraisal.bias import bias_of
from kb.appraisal.certainty import Body, Certainty, Overrule, graded, rate
from kb.cite import author_year
from kb.graph import narrower, node
from kb.model import CertaintyReview, Corpus, Design, Direction, Finding, Measure, Outcome, Study
from kb.synthesis.comparable import REVIEWS
from kb.synthesis.comparison import Comparison, Group, Question, Review
from kb.synthesis.effects import RATIOS, back_transform
from kb.synthesis.scale import Comparator, Window, comparator_class, weeks_of, window_of

if TYPE_CHECKING:
    from kb.graph import Graph
    from kb.synthesis.pool import Pooled

_TOLD = {Direction.INTERVENTION, Direction.COMPARATOR, Direction.NO_DIFFERENCE}
_MEASURES = {**{measure.value: measure for measure in Measure}, "GEN": Measure.MD}
_OF_TRIALS = re.compile(r"\brandomi[sz]ed\b|\bRCTs?\b", re.IGNORECASE)
_REVIEWS = {Design.META_ANALYSIS, Design.NETWORK_META_ANALYSIS, Design.SYSTEMATIC_REVIEW, Design.UMBRELLA_REVIEW}


class Maker:
    """Makes results of one question."""

    def __init__(self, corpus: Corpus, graph: Graph, question: Question) -> None:
        self.corpus, self.question = corpus, question
        self.asked = {name.split(":", 1)[1] for name in narrower(graph, node("intervention", question.intervention))}
        self.outcome: Outcome = corpus.outcomes[question.outcome]
        measured = {name.split(":", 1)[1] for name in narrower(graph, node("outcome", question.outcome))}
        self.narrower = measured - {question.outcome}
        reviews = [
            review
            for review in corpus.certainty
            if (review.condition, review.intervention, review.outcome)
            == (question.condition, question.intervention, question.outcome)
        ]
        self.overrules: tuple[CertaintyReview, ...] = tuple(reviews)

    def of_group(self, group: Group) -> Result:
        """A pool or single study."""
        pooled = group.pooled()
        values = [back_transform(group.measure, v) for v in (pooled.estimate, pooled.ci_low, pooled.ci_high)]
        estimate, low, high = values
        n = _sum(row.effect.n1 + row.effect.n2 if row.effect.n1 and row.effect.n2 else row.n for row in group.rows)
        terms = {row.study: self._comparators(row.printed.interventions, row.printed.comparators) for row in group.rows}
        named = group.comparators or tuple(dict.fromkeys(t for some in terms.values() for t in some))
        mcid = self._mcid(group.unit, [row.printed for row in group.rows])
        body = Body(
            randomized=group.randomised,
            measure=_MEASURES[group.measure],
            k=pooled.k,
            n=n,
            estimate=estimate,
            ci_low=low,
            ci_high=high,
            mcid=mcid,
            estimates=tuple(back_transform(group.measure, row.effect.estimate) or 0.0 for row in group.rows),
            weights=tuple(row.weight / 100 for row in pooled.studies),
            i2=pooled.i2,
            prediction_low=back_transform(group.measure, pooled.prediction_low),
            prediction_high=back_transform(group.measure, pooled.prediction_high),
            egger_p=_egger(group),
            bias={row.study: bias_of(self.corpus.studies[row.study], row.printed.id) for row in group.rows},
            indirect=self._indirect([self.corpus.studies[row.study] for row in group.rows]),
        )
        certainty = rate(body, overrule=self._overrule(named))
        return self._result(
            "pool" if pooled.k > 1 else "study",
            (group.window, group.comparator, named),
            (group.measure, group.unit, group.better),
            (estimate, low, high),
            (pooled.k, n, tuple(row.study for row in group.rows)),
            certainty,
            mcid=mcid,
            pooled=pooled,
            group=group,
        )

    def of_review(self, review: Review) -> Result:
        """What a review or guideline found."""
        study, printed, effect = self.corpus.studies[review.study], review.printed, review.effect
        assert effect is not None  # noqa: S101 - the caller keeps others out
        estimate, low, high = (
            back_transform(effect.measure, v) for v in (effect.estimate, effect.ci_low, effect.ci_high)
        )
        named = self._comparators(printed.interventions, printed.comparators)
        ours = tuple(self.asked & {*printed.interventions, *printed.comparators})
        kind = comparator_class(ours, named, self.corpus.interventions)
        unit = printed.unit
        mcid = self._mcid(unit, [printed])
        n = _sum(arm.n for arm in printed.arms) if printed.arms else None
        overrule = self._overrule(named)
        if printed.certainty is not None:
            certainty = graded(printed.certainty, overrule=overrule)
        elif of_trials(self.corpus, study):
            body = Body(
                randomized=True,
                measure=_MEASURES[effect.measure],
                k=study.n_studies or 2,  # of unknown number: several, as reviews of trials have
                n=n,
                estimate=estimate,
                ci_low=low,
                ci_high=high,
                mcid=mcid,
                indirect=self._indirect([study]),
            )
            certainty = rate(body, overrule=overrule)
        else:
            level = overrule.level if overrule else None
            certainty = Certainty(level, None, (), "person" if overrule else "rules", overrule)
        better = {"higher": "above", "lower": "below"}.get(self.outcome.better or "")
        return self._result(
            "review",
            (window_of(printed.timepoint), kind, named),
            (effect.measure, unit, better),
            (estimate, low, high),
            (study.n_studies if _is_whole(study, printed) else None, n, (review.study,)),
            certainty,
            mcid=mcid,
            review=review,
        )

    def dissent(self, comparison: Comparison, answered: Answer) -> list[Dissent]:
        """Findings that point another way than what leads against the same comparator; leads themselves apart."""
        leads = [r for r in answered.leads if r.favours in {"intervention", "comparator"} and not r.crosses]
        sides: dict[str, set[Direction]] = {}
        for lead in leads:
            same = Direction.INTERVENTION if lead.favours == "intervention" else Direction.COMPARATOR
            sides.setdefault(_alike(lead.comparator, lead.compared_with), set()).add(same)
        leading = {item for lead in answered.leads for item in lead.findings}
        found = {}
        for key, finding in self._every(comparison):
            direction = finding.direction_for(self.asked)
            named = self._comparators(finding.interventions, finding.comparators)
            ours = tuple(self.asked & {*finding.interventions, *finding.comparators})
            kind = comparator_class(ours, named, self.corpus.interventions)
            against = self._name(named, kind, review=self.corpus.studies[key].design in REVIEWS)
            alike = _alike(kind, against)
            if direction in _TOLD - sides.get(alike, _TOLD) and (key, finding.id) not in leading:
                label = author_year(self.corpus.references.get(key), key)
                found[key, finding.id] = Dissent(key, label, finding.id, direction, finding.timepoint, against)
        return list(found.values())

    def _every(self, comparison: Comparison) -> Iterator[tuple[str, Finding]]:
        """Every finding that bears on the question, pooled or not."""
        for group in comparison.groups:
            yield from ((row.study, row.printed) for row in group.rows)
        yield from ((review.study, review.printed) for review in comparison.reviews)
        for out in comparison.excluded:
            yield from ((out.study, f) for f in self.corpus.studies[out.study].findings if f.id == out.finding)

    def _result(  # noqa: PLR0913 - the parts of a result
        self,
        kind: Literal["pool", "study", "review"],
        where: tuple[Window, Comparator, tuple[str, ...]],
        scale: tuple[str, str | None, str | None],
        values: tuple[float | None, float | None, float | None],
        numbers: tuple[int | None, int | None, tuple[str, ...]],
        certainty: Certainty,
        *,
        mcid: float | None,
        pooled: Pooled | None = None,
        group: Group | None = None,
        review: Review | None = None,
    ) -> Result:
        window, comparator, named = where
        measure, unit, better = scale
        estimate, low, high = values
        k, n, studies = numbers
        null = 1.0 if measure in RATIOS else 0.0
        crosses = None if low is None or high is None else low <= null <= high
        size = Size.UNKNOWN if estimate is None else size_of(measure, estimate, mcid=mcid)
        favours: Side = "unknown"
        if review is not None:
            side = review.direction
            favours = {Direction.INTERVENTION: "intervention", Direction.COMPARATOR: "comparator"}.get(side, "unknown")  # type: ignore[assignment]
        elif better and estimate is not None and estimate != null:
            favours = "intervention" if (estimate > null) is (better == "above") else "comparator"
        if size is Size.TRIVIAL and crosses:
            favours = "neither"
        compared_with = self._name(named, comparator, review=review is not None) or comparator.value
        printed = [review.printed] if review else [row.printed for row in group.rows] if group else []
        treatment, condition = self._treatment(printed), self._condition(printed)
        time = _time(printed[0] if len(printed) == 1 else None, window)
        other = (
            self._name(named, comparator, review=review is not None),
            self._name(named, comparator, review=review is not None, plain=True),
        )
        told = self._told((treatment, condition, other), time, (k, n, studies), certainty, favours, crosses, size)
        return Result(
            kind, window, treatment[0], comparator, compared_with, measure, unit, better, estimate, low, high, favours,
            crosses, size, k, n, studies, certainty, clinician(told), patient(told), pooled, group, review,
        )  # fmt: skip

    def _told(
        self,
        what: tuple[tuple[str, str], tuple[str, str], tuple[str, str]],
        time: str | None,
        numbers: tuple[int | None, int | None, tuple[str, ...]],
        certainty: Certainty,
        favours: Side,
        crosses: bool | None,
        size: Size,
    ) -> Told:
        treatment, condition, other = what
        k, n, studies = numbers
        designs = dict.fromkeys(self.corpus.studies[key].design.words for key in studies)
        people = dict.fromkeys(
            self.corpus.populations[p].patient_label
            for key in studies
            for p in self.corpus.studies[key].populations
            if p in self.corpus.populations
        )
        return Told(
            intervention=treatment[0],
            intervention_plain=treatment[1],
            comparator=other[0] or None,
            comparator_plain=other[1] or None,
            outcome=self.outcome.label,
            outcome_plain=self.outcome.patient_label,
            condition=condition[0],
            condition_plain=condition[1],
            people=", ".join(people) or None,
            better=favours,
            crosses=crosses,
            size=size,
            level=certainty.level,
            basis=certainty.words,
            window=time,
            k=k,
            n=n,
            designs=", ".join(designs),
            outcome_better=self.outcome.better.value if self.outcome.better else None,
            absolute=None,
        )

    def _treatment(self, printed: Collection[Finding]) -> tuple[str, str]:
        """What was studied, for clinicians and for patients: all that one group got; what was asked where they differ.

        A trial of hip with knee exercises is no trial of hip exercises.
        """
        sides = {self._ours(finding) for finding in printed}
        terms = sides.pop() if len(sides) == 1 else ()
        known = [self.corpus.interventions[t] for t in terms if t in self.corpus.interventions]
        known = known or [self.corpus.interventions[self.question.intervention]]
        return _together([t.label for t in known]), _together([t.patient_label for t in known])

    def _ours(self, finding: Finding) -> tuple[str, ...]:
        """The side of a finding that holds what was asked for, which comes first."""
        ours, theirs = finding.interventions, finding.comparators
        if set(theirs) & self.asked and not set(ours) & self.asked:
            ours = theirs
        return tuple(sorted(ours, key=lambda term: term not in self.asked))

    def _condition(self, printed: Collection[Finding]) -> tuple[str, str]:
        """The condition that was studied: a narrower one where every finding is about it."""
        asked, first = self.question.condition, {finding.conditions[:1] for finding in printed}
        same = len(first) == 1 and not any(asked in finding.conditions for finding in printed)
        term = self.corpus.conditions[first.pop()[0] if same else asked]
        return term.label, term.patient_label

    def _comparators(self, interventions: Collection[str], comparators: Collection[str]) -> tuple[str, ...]:
        ours, theirs = tuple(interventions), tuple(comparators)
        if set(theirs) & self.asked and not set(ours) & self.asked:
            ours, theirs = theirs, ours
        return tuple(term for term in theirs if term not in ours) or theirs

    def _name(self, ids: Collection[str], kind: Comparator, *, review: bool, plain: bool = False) -> str:
        """The comparator by name: treatments of a trial's other group were given together, controls are alternatives.

        A review compares with the one or the other.
        """
        terms = [self.corpus.interventions[i] for i in ids if i in self.corpus.interventions]
        labels = [term.patient_label if plain else term.label for term in terms]
        if labels and (kind is Comparator.ADD_ON or (kind is Comparator.ACTIVE and not review)):
            return _together(labels)
        return " or ".join(labels)

    def _mcid(self, unit: str | None, findings: Collection[Finding]) -> float | None:
        """The smallest important difference in this unit, the largest of several; None where none is recorded.

        That of an outcome which is no scale itself counts only where nothing narrower was measured: a threshold for
        "function" from trials of back pain says nothing of points on the VISA-A.
        """
        if self.outcome.unit is None and any(outcome in self.narrower for f in findings for outcome in f.outcomes):
            return None
        fits = [float(m.value) for m in self.outcome.mcid if unit and _scale(m.unit) == _scale(unit)]
        return max(fits, default=None)

    def _indirect(self, studies: Collection[Study]) -> tuple[str, ...]:
        reasons = []
        if self.outcome.surrogate:
            reasons.append(f"{self.outcome.label} stands for what patients feel")
        lifeless = {"no-living-people", "animals", "cadavers", "cell-cultures", "models"}
        if any(set(study.populations) & lifeless for study in studies):
            reasons.append("not in living people")
        return tuple(reasons)

    def _overrule(self, named: Collection[str]) -> Overrule | None:
        for review in self.overrules:
            if review.comparator is None or review.comparator in named:
                return Overrule(review.level, review.by, review.on, review.reason)
        return None


def _alike(comparator: Comparator, compared_with: str) -> str:
    """What two results must share to disagree: a class of controls, or the same other treatment."""
    return compared_with if comparator in {Comparator.ACTIVE, Comparator.MIXED} else comparator.value


def _together(labels: Collection[str]) -> str:
    """Treatments that one group got, e.g. ``Taping with exercise and advice``."""
    first, *others = labels
    if not others:
        return first
    *most, last = (inside(label) for label in others)
    return f"{first} with {', '.join(most)}{' and ' if most else ''}{last}"


def _time(printed: Finding | None, window: Window) -> str | None:
    """When, for a sentence: the one duration that is printed, else the window, else what is printed."""
    said = printed.timepoint if printed else None
    if said and said[:1].isdigit() and weeks_of(said) is not None:
        return said
    if window is not Window.UNKNOWN:
        return window.words
    return said if said not in NO_TIME else None


def _is_whole(study: Study, printed: Finding) -> bool:
    """Whether a finding is about all that its review is about, and so may be told with the number of its studies.

    A review of four tendons has its 45 studies on all of them, not on the elbow.
    """
    sides = {*printed.interventions, *printed.comparators}
    return (
        {*study.condition_ids} <= {*printed.conditions}
        and {*study.intervention_ids} <= sides
        and {*study.populations} <= {*printed.populations}
    )


def of_trials(corpus: Corpus, study: Study) -> bool:
    """Whether a study is a review that says in its title or design that it is of randomized trials."""
    reference = corpus.references.get(study.key)
    told = " ".join(filter(None, (study.design_detail, reference.title if reference else None)))
    return study.design in _REVIEWS and bool(_OF_TRIALS.search(told))


def _egger(group: Group) -> float | None:
    from kb.synthesis.diagnostics import Egger, egger

    found = egger([row.effect for row in group.rows])
    return found.p if isinstance(found, Egger) else None


def _scale(unit: str) -> str:
    found = re.search(r"(\d+)\s?(?:-|–|to)\s?(\d+)", unit)
    return f"{found[1]}-{found[2]}" if found else unit.casefold().strip()


def _sum(numbers: Iterable[int | None]) -> int | None:
    """The sum; unknown when one of them is, or there are none."""
    total = 0
    seen = False
    for number in numbers:
        if number is None:
            return None
        total, seen = total + number, True
    return total if seen else None
