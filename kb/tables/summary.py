"""Summary of findings in the style of GRADE: a row for the best estimate of each comparison.

What stands in it follows GRADE guidelines 12 and 13 (Guyatt GH et al. J Clin Epidemiol. 2013;66(2):158-172 and
173-183): outcome, studies and participants, relative or mean effect with its interval, absolute effect, certainty
with the reasons as footnotes, and a plain sentence. Estimates, certainty and sentences are those of
:mod:`kb.answers`; nothing is judged here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kb.answers.answer import Result
from kb.answers.questions import Questions
from kb.answers.report import NOT_SYSTEMATIC
from kb.answers.rows import AnswerRow, answer_rows, favours_words, in_order
from kb.appraisal.certainty import Certainty
from kb.graph import narrower, node
from kb.synthesis.comparison import Question
from kb.synthesis.effects import RATIOS
from kb.tables.asked import asked_words
from kb.tables.ending import Given, Sources, dated, studies_of
from kb.tables.table import UNKNOWN, Cell, Column, Footnotes, Table, number
from kb.tables.words import count, left_out_notes

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from kb.graph import Graph
    from kb.model import Corpus

COLUMNS = (
    Column("outcome", "Outcome", weight=1.1),
    Column("condition", "Condition", under="outcome"),
    Column("comparison", "Comparison", under="outcome"),
    Column("timepoint", "When", under="outcome"),
    Column("studies", "Studies", kind="number", weight=0.8),
    Column("participants", "Participants", kind="number", under="studies"),
    Column("source", "From", under="studies"),
    Column("effect", "Effect (interval)", weight=1.2),
    Column("favours", "Favours", under="effect"),
    Column("absolute", "Absolute effect", under="effect"),
    Column("certainty", "Certainty", weight=0.8),
    Column("words", "In plain words", weight=1.6),
)
_NO_BASELINE = "unknown: no baseline risk recorded"
_NOT_RATED = (
    "Not rated: it is not recorded that this review is of randomized trials, and no grade of its authors is either."
)
_INTERVAL = re.compile(r"^interval \S+ to \S+?(; | )")
"""How a reason begins that repeats the interval, which stands in the row."""


def summary_table(
    questions: Questions,
    *,
    condition: str | None = None,
    intervention: str | None = None,
    outcome: str | None = None,
    population: str | None = None,
    comparator: str | None = None,
    post: str | None = None,
    given: Given | None = None,
) -> Table:
    """The leading estimates on some terms with their certainty, the best known and largest first.

    Parameters
    ----------
    questions
        The questions of a base; retracted studies are left out of them.
    condition, intervention, outcome
        Ids; narrower terms are included.
    population
        Id: only estimates all of whose studies are about these people, narrower terms included.
    comparator
        Id: only estimates against it; narrower terms are included.
    post
        Slug: only questions on which a study bears that the post cites or rests on, and only estimates from these.
    given
        Notices, days of reading and the style of the references.
    """
    corpus, told = questions.corpus, given or Given()
    asked = {"condition": condition, "intervention": intervention, "outcome": outcome, "comparator": comparator}
    chosen = list(_asked(questions, condition, intervention, outcome))
    rows = answer_rows(questions, chosen)
    wanted = _Wanted(corpus, questions.graph, population, comparator, studies_of(corpus, post) if post else None)
    rows = in_order(row for row in rows if wanted.has(row))
    keys = tuple(dict.fromkeys(key for row in rows for key in row.result.studies))
    sources, footnotes = Sources(corpus, keys, told), Footnotes()
    body = tuple(_cells(corpus, row, sources, footnotes) for row in rows)
    date, date_words = dated(corpus, keys, told)
    words = _words(corpus, asked, population, post)
    return Table(
        kind="summary",
        title=f"Summary of findings: {words or 'all questions'}",
        description="For each outcome: how many studies and people, the effect with its interval, how certain it is, "
        "and what that means in plain words.",
        columns=COLUMNS,
        body=body,
        footnotes=footnotes.all,
        notes=(
            f"{count(len(body), 'estimate', 'estimates')} from {count(len(keys), 'study', 'studies')}.",
            "The best of each comparison and time; kb synthesize tells what stands behind it, and who disagrees.",
            "A review's studies are told only with an estimate on all that it is about; not each stands behind it.",
            *left_out_notes(corpus, sorted(questions.retracted), told.notices),
            f"'{UNKNOWN}' means that nobody has read it yet.",
            NOT_SYSTEMATIC,
        ),
        sources=sources.all,
        date=date,
        date_words=date_words,
        method="Certainty follows GRADE (high, moderate, low, very low). Each says who judged: a rule, the authors of "
        "the review, or a person by name.",
        keys=keys,
    )


class _Wanted:
    """Which estimates a table is about."""

    def __init__(
        self,
        corpus: Corpus,
        graph: Graph,
        population: str | None,
        comparator: str | None,
        studies: Collection[str] | None,
    ) -> None:
        self._corpus, self._studies = corpus, studies
        self._people = _within(graph, "population", population)
        self._others = _within(graph, "intervention", comparator)

    def has(self, row: AnswerRow) -> bool:
        """Whether a row is wanted."""
        result = row.result
        if self._studies is not None and not {*result.studies} & {*self._studies}:
            return False
        if self._people is not None and not all(
            {*self._corpus.studies[key].populations} & self._people for key in result.studies
        ):
            return False
        return self._others is None or bool(_compared_with(result, row.question) & self._others)


def _compared_with(result: Result, question: Question) -> set[str]:
    """Ids of the side that does not hold what was asked for."""
    findings = (
        [result.review.printed] if result.review else [r.printed for r in result.group.rows] if result.group else []
    )
    sides = [
        {*f.comparators} if question.intervention in f.interventions or not f.interventions else {*f.interventions}
        for f in findings
    ]
    return set().union(*sides)


def _within(graph: Graph, noun: str, term: str | None) -> set[str] | None:
    if term is None:
        return None
    return {name.split(":", 1)[1] for name in narrower(graph, node(noun, term))}


def _asked(
    questions: Questions, condition: str | None, intervention: str | None, outcome: str | None
) -> Iterable[Question]:
    """Questions of some terms with their narrower ones, as the base's findings name them.

    A question of a broader term is asked too where it was asked for: it may pool what the narrower ones hold apart.
    """
    graph = questions.graph
    conditions, interventions = _within(graph, "condition", condition), _within(graph, "intervention", intervention)
    outcomes = _within(graph, "outcome", outcome)
    for question in questions.about(conditions, interventions):
        if outcomes is None or question.outcome in outcomes:
            yield question


def _words(corpus: Corpus, asked: Mapping[str, str | None], population: str | None, post: str | None) -> str:
    terms = {role: term for role, term in asked.items() if role != "comparator"} | {"population": population}
    words = asked_words(corpus, terms, post)
    other = asked.get("comparator")
    against = f"comparator: {corpus.interventions[other].label}" if other else ""
    return "; ".join(part for part in (words, against) if part)


def _cells(corpus: Corpus, row: AnswerRow, sources: Sources, footnotes: Footnotes) -> tuple[Cell, ...]:
    result, question = row.result, row.question
    numbers = tuple(mark for key in result.studies for mark in sources.mark(key))
    kind = {"pool": "pooled here", "study": "one study", "review": "a review"}[result.kind]
    names = ", ".join(sources.cell(key).text for key in result.studies)
    surrogate = (footnotes.mark("Stands for what patients feel; nobody feels it as such."),) if row.surrogate else ()
    return (
        Cell(corpus.outcomes[question.outcome].label, marks=surrogate),
        Cell(corpus.conditions[question.condition].label),
        Cell(f"{result.treatment} against {result.compared_with[:1].lower()}{result.compared_with[1:]}"),
        Cell(result.when),
        number(result.k),
        number(result.n),
        Cell(f"{kind}: {names}", marks=numbers),
        Cell(result.numbers),
        Cell(favours_words(result)),
        Cell(_absolute(result)),
        _certainty(result.certainty, footnotes),
        Cell(result.patient),
    )


def _absolute(result: Result) -> str:
    """The absolute effect where the numbers give one.

    A mean difference and a risk difference are absolute as they are. A ratio needs the risk without the intervention,
    which the base does not record of a body of evidence; a standardized difference has no unit.
    """
    if result.estimate is None:
        return UNKNOWN
    if result.measure in RATIOS:
        return _NO_BASELINE
    if result.measure == "RD" and abs(result.estimate) <= 1:
        low, high = result.ci_low, result.ci_high
        interval = f" ({1000 * low:.0f} to {1000 * high:.0f})" if low is not None and high is not None else ""
        return f"{1000 * result.estimate:+.0f} per 1000 people{interval}"
    if result.measure == "MD":
        return "the mean difference itself"
    return "unknown: a standardized difference has no unit" if result.measure == "SMD" else UNKNOWN


def _certainty(certainty: Certainty, footnotes: Footnotes) -> Cell:
    """The level and who says so; each reason that moved it is a footnote."""
    reasons = [
        f"{step.domain.value[:1].upper()}{step.domain.value[1:]} ({_change(step.change)}): {_reason(step.reason)}."
        for step in certainty.steps
        if step.change
    ]
    if certainty.basis == "authors":
        reasons = [f"{step.reason[:1].upper()}{step.reason[1:]}." for step in certainty.steps]
    if certainty.overrule is not None:
        reasons.append(f"Reason of {certainty.overrule.by}: {certainty.overrule.reason}.")
    if certainty.level is None:
        reasons = [_NOT_RATED]
    words = certainty.words.replace(" certainty", "", 1)
    return Cell(words, marks=tuple(footnotes.mark(reason.replace("..", ".")) for reason in reasons))


def _reason(reason: str) -> str:
    """A reason without the numbers of its row, so that rows with the same reason share one footnote.

    Examples
    --------
    >>> _reason("interval -1 to 2 includes no effect; 90 participants"), _reason("interval 1 to 2; few")
    ('the interval includes no effect; 90 participants', 'few')
    """
    return _INTERVAL.sub(lambda found: "" if found[1] == "; " else "the interval ", reason)


def _change(change: int) -> str:
    levels = "one level" if abs(change) == 1 else f"{abs(change)} levels"
    return f"{levels} {'down' if change < 0 else 'up'}"
