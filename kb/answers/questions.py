"""Which questions the base can answer, and which of them are worth a page of their own."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from kb.answers.answer import Answer, answer, compared
from kb.graph import broader, cells, narrower, node
from kb.model import Corpus, Finding, InterventionKind
from kb.synthesis.comparison import Comparison, Question

if TYPE_CHECKING:
    from kb.graph import Graph

ENOUGH_STUDIES = 2
"""Studies of a condition with an intervention from which on a question of the two is worth a page."""
_ABSENT = 99


@dataclass(frozen=True)
class Questions:
    """The questions of a base: what its findings are about, term by term, without any broader one.

    Two questions can have the very same answer, because a finding has two outcomes, or stands under two conditions.
    They share one page: that of the terms which the answer's first finding names first.

    Parameters
    ----------
    corpus, graph
        The evidence; the graph without retracted studies (``Base.standing``) counts the studies.
    retracted, registrations
        As :func:`kb.synthesis.comparable.compare` takes them.
    """

    corpus: Corpus
    graph: Graph
    retracted: Collection[str] = ()
    registrations: Mapping[str, Collection[str]] | None = None

    def about(
        self, conditions: Collection[str] | None = None, interventions: Collection[str] | None = None
    ) -> list[Question]:
        """Questions of some conditions or interventions, on either side of a comparison, in order."""
        found = set()
        for finding in self._findings():
            for condition in finding.conditions if conditions is None else {*finding.conditions} & {*conditions}:
                sides = {*finding.interventions, *finding.comparators}
                for intervention in self._treatments(sides if interventions is None else sides & {*interventions}):
                    found |= {(condition, intervention, outcome) for outcome in finding.outcomes}
        return [Question(*terms) for terms in sorted(found)]

    def _findings(self) -> Iterable[Finding]:
        for key, study in self.corpus.studies.items():
            if key not in self.retracted:
                yield from study.findings

    def _treatments(self, ids: Iterable[str]) -> list[str]:
        known = self.corpus.interventions
        return [i for i in ids if i in known and known[i].kind is not InterventionKind.CONTROL]

    def answer(self, question: Question) -> Answer:
        """The answer to a question; it is worked out once."""
        if question not in self.known:
            self.known[question] = answer(
                self.corpus, self.graph, question, retracted=self.retracted, registrations=self.registrations
            )
        return self.known[question]

    @cached_property
    def known(self) -> dict[Question, Answer]:
        """Answers so far (see :mod:`kb.answers.kept`)."""
        return {}

    @cached_property
    def pages(self) -> dict[Question, str]:
        """The questions that have a page, with its name, e.g. ``comparison/gout--rest--pain``; in order."""
        return {question: name_of(question) for question in self.about() if self.page_of(question) == question}

    def page_of(self, question: Question) -> Question | None:
        """The question whose page answers this one; None where no page does."""
        comparison = self._compare(question)
        if not _printed(comparison):
            return None
        found = bearing_of(comparison)
        # Seen from the comparator's side it would be another page turned round.
        named = {term for _, finding in _printed(comparison) for term in self._treatments(finding.interventions)}
        mine = {name.split(":", 1)[1] for name in narrower(self.graph, node("intervention", question.intervention))}
        for other in self._as_named(question, comparison):
            turned = other.intervention == question.intervention and bool(named) and not mine & named
            if not turned and self._enough(other) and bearing_of(self._compare(other)) == found:
                return other
        return None

    def _enough(self, question: Question) -> bool:
        return self._held(question) >= ENOUGH_STUDIES

    @cached_property
    def _cells(self) -> dict[tuple[str, str], set[str]]:
        return cells(self.graph)

    def _compare(self, question: Question) -> Comparison:
        if question in self.known:
            return self.known[question].comparison
        if question not in self._made:
            self._made[question] = compared(
                self.corpus, self.graph, question, retracted=self.retracted, registrations=self.registrations
            )
        return self._made[question]

    @cached_property
    def _asked(self) -> frozenset[Question]:
        return frozenset(self.about())

    @cached_property
    def _made(self) -> dict[Question, Comparison]:
        return {}

    def _as_named(self, question: Question, comparison: Comparison) -> list[Question]:
        """Questions that may have the same answer: of the terms that its first finding names, then of broader ones."""
        _, finding = _printed(comparison)[0]
        asked = [
            Question(condition, treatment, outcome)
            for condition in self._wide("condition", (*finding.conditions, question.condition))
            for treatment in self._wide(
                "intervention", (*self._treatments(finding.interventions), question.intervention)
            )
            for outcome in self._wide("outcome", (*finding.outcomes, question.outcome))
        ]
        asked = [other for other in asked if other in self._asked]
        return sorted(asked, key=lambda other: (sum(exactness(other, finding)), self._held(other), name_of(other)))

    def _wide(self, kind: str, ids: Iterable[str]) -> list[str]:
        """Terms and everything broader, each once."""
        return list(dict.fromkeys(name for term in ids for name in self._up(kind, term)))

    def _up(self, kind: str, term: str) -> tuple[str, ...]:
        if (kind, term) not in self._above:
            names = sorted(broader(self.graph, node(kind, term)))
            self._above[kind, term] = tuple(name.partition(":")[2] for name in names)
        return self._above[kind, term]

    @cached_property
    def _above(self) -> dict[tuple[str, str], tuple[str, ...]]:
        return {}

    def _held(self, question: Question) -> int:
        """Studies of a condition with an intervention: the fewer, the narrower the question."""
        return len(self._cells.get((question.condition, question.intervention), ()))


def name_of(question: Question) -> str:
    """The name of a question's page.

    Examples
    --------
    >>> name_of(Question("gout", "rest", "pain"))
    'comparison/gout--rest--pain'
    """
    return f"comparison/{question.condition}--{question.intervention}--{question.outcome}"


def results_of(comparison: Comparison) -> frozenset[tuple[str, str]]:
    """Study and finding of everything in a comparison that has a comparable estimate."""
    return frozenset((study, finding.id) for study, finding in _printed(comparison))


def bearing_of(comparison: Comparison) -> tuple[frozenset[tuple[str, str]], frozenset[tuple[str, str]]]:
    """What has a comparable estimate, and what bears on the question besides."""
    rest = {(out.study, out.finding) for out in comparison.excluded}
    rest |= {(review.study, review.printed.id) for review in comparison.reviews}
    known = results_of(comparison)
    return known, frozenset(rest - known)


def exactness(question: Question, finding: Finding) -> tuple[int, int, int]:
    """How far back a finding names the terms of a question; 0 for each that it names first."""
    treatments = finding.interventions if question.intervention in finding.interventions else finding.comparators
    return (
        _place(question.condition, finding.conditions),
        _place(question.intervention, treatments),
        _place(question.outcome, finding.outcomes),
    )


def _place(term: str, among: tuple[str, ...]) -> int:
    return among.index(term) if term in among else _ABSENT


def _printed(comparison: Comparison) -> list[tuple[str, Finding]]:
    rows = [(row.study, row.printed) for group in comparison.groups for row in group.rows]
    reviews = [r for r in comparison.reviews if r.effect is not None and r.printed.estimate is not None]
    return rows + [(review.study, review.printed) for review in reviews]
