"""The answers within a view: the best estimate of each comparison, from what the view holds and nothing else."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from kb.answers.answer import Answer, Dissent, Result
from kb.answers.questions import Questions
from kb.answers.rows import AnswerRow, answer_rows, favours_words
from kb.answers.words_terms import named
from kb.model import InterventionKind
from kb.notebook import answers as page_answers
from kb.notebook.explorer.kept import Kept, kept
from kb.notebook.explorer.select import Selection, below, findings_in
from kb.notebook.explorer.view import NOT_RATED
from kb.notebook.html import count
from kb.notebook.sections import study_url, years_words
from kb.synthesis.comparison import Question
from kb.tables import direction_words, study_label

if TYPE_CHECKING:
    from kb.base import Base
    from kb.figures import Forest

TRIPLE = ("condition", "intervention", "outcome")


@dataclass(frozen=True)
class Within(Questions):
    """Questions as far as a view answers them: a result that rests on anything outside is made again without it."""

    whole: Kept | None = None
    findings: frozenset[tuple[str, str]] = frozenset()

    def answer(self, question: Question) -> Answer:
        """The answer from the findings of the view."""
        unfiltered = self.whole or Kept(self.corpus, self.graph, self.retracted, self.registrations)
        whole = unfiltered.answer(question)
        results = [r for r in whole.results if r.findings <= self.findings]
        if any(r.findings & self.findings for r in whole.results if not r.findings <= self.findings):
            results = [r for r in self._again.answer(question).results if r.findings <= self.findings]
        dissent = tuple(item for item in whole.dissent if (item.study, item.finding) in self.findings)
        return replace(whole, results=tuple(results), dissent=dissent)

    def page_of(self, question: Question) -> None:
        """No page: the explorer shows what a page would."""

    @cached_property
    def _again(self) -> Kept:
        inside = {study for study, _ in self.findings}
        outside = frozenset(key for key in self.corpus.studies if key not in inside)
        return Kept(self.corpus, self.graph, outside | frozenset(self.retracted), self.registrations)


@dataclass(frozen=True, slots=True)
class Answered:
    """The answers of a view.

    Parameters
    ----------
    rows
        The best estimates, the surest and largest first.
    found
        The answers by question, in the order of the rows, then those without an estimate.
    """

    rows: tuple[AnswerRow, ...]
    found: tuple[Answer, ...]

    @property
    def dissent(self) -> tuple[tuple[Question, Dissent], ...]:
        """Findings that point another way than the best estimate of their comparison, each once."""
        seen: dict[tuple[str, str], tuple[Question, Dissent]] = {}
        for answer in self.found:
            for item in answer.dissent:
                seen.setdefault((item.study, item.finding), (answer.question, item))
        return tuple(seen.values())


def asked(base: Base, selection: Selection) -> list[Question]:
    """The questions of a view: the one it names, or every one that its findings name, in order."""
    view = selection.view
    chosen = view.terms
    if all(name in chosen for name in TRIPLE):
        return [Question(chosen["condition"], chosen["intervention"], chosen["outcome"])]
    wanted = {noun: below(base, noun, term) for noun, term in chosen.items()}
    kinds = base.corpus.interventions
    made: set[tuple[str, str, str]] = set()
    for _, finding in findings_in(base, selection):
        sides = {i for i in (*finding.interventions, *finding.comparators) if i in kinds}
        treatments = [i for i in _kept(sides, wanted, "intervention") if kinds[i].kind is not InterventionKind.CONTROL]
        made |= {
            (condition, treatment, outcome)
            for condition in _kept(finding.conditions, wanted, "condition")
            for treatment in treatments
            for outcome in _kept(finding.outcomes, wanted, "outcome")
        }
    return [Question(*terms) for terms in sorted(made)]


def _kept(ids: Iterable[str], wanted: dict[str, set[str]], noun: str) -> list[str]:
    return [i for i in ids if noun not in wanted or i in wanted[noun]]


def answered(base: Base, selection: Selection) -> Answered:
    """The answers within a view.

    Examples
    --------
    >>> import kb
    >>> from kb.notebook.explorer import View, select
    >>> base = kb.open()
    >>> view = View(condition="lateral-epicondylitis", intervention="shockwave", outcome="prtee")
    >>> [row.result.studies for row in answered(base, select(base, view)).rows]
    [('zhang2024',), ('zhang2024',)]
    """
    known = kept(base)
    pairs = frozenset((study.key, finding.id) for study, finding in findings_in(base, selection))
    within = Within(known.corpus, known.graph, known.retracted, known.registrations, known, pairs)
    questions = asked(base, selection)
    rows = [row for row in answer_rows(within, questions) if _rated(row, selection.view.certainty)]
    shown = list(dict.fromkeys(row.question for row in rows))
    rest = [question for question in questions if question not in set(shown)]
    return Answered(tuple(rows), tuple(within.answer(question) for question in (*shown, *rest)))


def _rated(row: AnswerRow, wanted: str | None) -> bool:
    level = row.result.certainty.level
    return wanted is None or wanted == (level.value if level else NOT_RATED)


def forests(base: Base, some: Answered) -> Iterator[Forest]:
    """Forest plots of the answers, in the order of the rows; one that shows nothing new is left out."""
    from kb.answers import picture

    place: dict[tuple[object, ...], int] = {}
    for number, row in enumerate(some.rows):
        place.setdefault((row.question, *_scale(row.result)), number)
    shown = {row.question for row in some.rows}
    found: list[tuple[int, Forest]] = []
    for answer in some.found:
        if answer.question in shown:
            scales = dict.fromkeys(map(_scale, answer.results))
            made = zip(scales, picture.forests(base.corpus, answer), strict=True)
            found += [(place.get((answer.question, *scale), len(some.rows)), forest) for scale, forest in made]
    drawn: set[object] = set()
    for _, forest in sorted(found, key=lambda item: item[0]):
        same = (forest.rows, forest.measure, forest.unit, tuple(group.label for group in forest.subgroups))
        if same not in drawn:
            drawn.add(same)
            yield forest


def _scale(result: Result) -> tuple[str, str, str | None]:
    """What results share that stand in one forest plot (see :func:`kb.answers.picture.forests`)."""
    return result.compared_with, result.measure, result.unit if result.measure == "MD" else None


# --- in words --------------------------------------------------------------------------------------------------------


def lead(base: Base, selection: Selection) -> str:
    """How much a view holds, in one sentence.

    Examples
    --------
    >>> import kb
    >>> from kb.notebook.explorer import View, select
    >>> base = kb.open()
    >>> lead(base, select(base, View(condition="athletic-pubalgia")))
    'No study in the base fits. That is a gap in the base, not evidence of no effect.'
    """
    if not selection.studies:
        return "No study in the base fits. That is a gap in the base, not evidence of no effect."
    return (
        f"{count(len(selection.studies), 'study', 'studies')}, {years_words(base.corpus, selection.studies)}, with "
        f"{count(len(selection.findings), 'finding')}."
    )


def headline(base: Base, row: AnswerRow, *, condition: bool) -> dict[str, Any]:
    """One best estimate as plain data: what, in words, the numbers, how sure and who says so, and the studies.

    Parameters
    ----------
    base
        The evidence.
    row
        From :func:`answered`.
    condition
        Whether the condition must be named because the view holds several.
    """
    corpus, question, result = base.corpus, row.question, row.result
    against = result.compared_with
    other = f" against {named(against)}" if against != "no comparator named" else ""
    about = f", {named(corpus.conditions[question.condition].label)}" if condition else ""
    return {
        "title": f"{corpus.outcomes[question.outcome].label}{about}: {named(result.treatment)}{other}, {result.when}",
        "words": result.clinician,
        "patient": result.patient,
        "numbers": result.numbers,
        "favours": favours_words(result),
        "certainty": _sure(result),
        "level": result.certainty.level.value if result.certainty.level else NOT_RATED,
        "reasons": _reasons(result),
        "source": page_answers.source_of(base, row),
        "studies": [study_data(base, key) for key in result.studies],
        "surrogate": row.surrogate,
    }


def _sure(result: Result) -> str:
    """Certainty with who says so; a rule's is never passed off as a judgement."""
    words = result.certainty.words
    told = words if "certainty" in words else f"certainty {words}"
    return f"{told[:1].upper()}{told[1:]}"


def _reasons(result: Result) -> list[str]:
    return [
        f"{step.domain.value}: {'no change' if not step.change else f'{step.change:+d}'} ({step.reason})"
        for step in result.certainty.steps
    ]


def study_data(base: Base, key: str) -> dict[str, str | None]:
    """A study as a link: what it is called, its key and its page in PubMed or at its DOI."""
    known = _studies(base)
    if key not in known:
        label = study_label(base.corpus, key, base.notices)
        known[key] = {"key": key, "label": label, "url": study_url(base.corpus, key)}
    return known[key]


@lru_cache(maxsize=2)
def _studies(base: Base) -> dict[str, dict[str, str | None]]:  # noqa: ARG001 - one a base
    return {}


def dissent_data(base: Base, question: Question, item: Dissent) -> dict[str, Any]:
    """A finding that points another way, as plain data."""
    corpus = base.corpus
    against = f" against {named(item.compared_with)}" if item.compared_with else ""
    treatment = corpus.interventions[question.intervention].label
    return {
        "about": f"{corpus.outcomes[question.outcome].label}: {named(treatment)}{against}",
        "study": study_data(base, item.study),
        "words": f"{direction_words(item.direction)}{f', {item.timepoint}' if item.timepoint else ''}",
    }


def several(rows: Collection[AnswerRow]) -> bool:
    """Whether rows are about more than one condition."""
    return len({row.question.condition for row in rows}) > 1
