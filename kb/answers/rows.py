"""The answers about a condition or an intervention in one table: a row for the best estimate of each comparison."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kb.answers.answer import Result
from kb.answers.questions import Questions, exactness, name_of
from kb.answers.size import Size
from kb.answers.words_terms import named
from kb.model import CertaintyLevel
from kb.synthesis.comparison import Question

_LEVELS = (CertaintyLevel.HIGH, CertaintyLevel.MODERATE, CertaintyLevel.LOW, None, CertaintyLevel.VERY_LOW)
"""What nobody rated is unknown: it stands behind low, and before what is known to be very uncertain."""
_SIZES = (Size.LARGE, Size.MODERATE, Size.SMALL, Size.TRIVIAL, Size.UNKNOWN)


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One leading result of a question; ``page`` names the page that tells more, None where there is none.

    ``surrogate`` is whether the outcome only stands for what patients feel.
    """

    question: Question
    result: Result
    page: str | None
    surrogate: bool = False


def answer_rows(questions: Questions, asked: Iterable[Question]) -> list[AnswerRow]:
    """Rows for some questions, the best known and largest first; timepoints of one comparison stay together.

    An estimate that answers several questions, because its finding has two outcomes or stands under a broader term
    too, has one row: under the question that names it most exactly.
    """
    known: dict[frozenset[tuple[str, str]], list[tuple[int, Question, Result]]] = {}
    for question in asked:
        for result in questions.answer(question).leads:
            known.setdefault(result.findings, []).append((_distance(question, result), question, result))
    rows = []
    for several in known.values():
        several.sort(key=lambda one: one[0])
        _, question, result = several[0]
        page = next((found for _, other, _ in several if (found := questions.page_of(other))), None)
        surrogate = questions.corpus.outcomes[question.outcome].surrogate
        rows.append(AnswerRow(question, result, name_of(page) if page else None, surrogate))
    return in_order(rows)


def in_order(rows: Iterable[AnswerRow]) -> list[AnswerRow]:
    """The best known and largest first; timepoints of one comparison stay together."""
    together: dict[tuple[str, ...], list[AnswerRow]] = {}
    for row in rows:
        question, result = row.question, row.result
        about = (question.condition, question.intervention, question.outcome)
        key = (*about, result.compared_with, result.comparator.value)
        together.setdefault(key, []).append(row)
    groups = sorted(together.items(), key=lambda item: (min(map(_order, item[1])), item[0]))
    return [row for _, group in groups for row in group]


def _distance(question: Question, result: Result) -> int:
    """How far a question is from what the findings of a result name; the comparator's side is farther."""
    printed = result.printed or (result.group.rows[0].printed if result.group else None)
    if printed is None:
        return 0
    turned = question.intervention not in printed.interventions
    both = question.intervention in {*printed.interventions} & {*printed.comparators}
    return sum(exactness(question, printed)) + turned + 10 * both


def _order(row: AnswerRow) -> tuple[bool, int, bool, int, int]:
    """What patients feel before what stands for it; certainty, a known direction, size, number of studies."""
    result = row.result
    return (
        row.surrogate,
        _LEVELS.index(result.certainty.level),
        result.favours == "unknown" and not result.crosses,
        _SIZES.index(result.size),
        -(result.k or 0),
    )


def favours_words(result: Result) -> str:
    """Which side the estimate favours, by name; never a side where the interval includes no effect.

    Examples
    --------
    >>> import kb
    >>> found = kb.open().answer(condition="tennis elbow", intervention="shockwave", outcome="prtee")
    >>> [favours_words(result) for result in found.leads]
    ['corticosteroid injection', 'extracorporeal shockwave therapy']
    """
    if result.crosses:
        return "unclear: the interval includes no effect"
    if result.favours == "intervention":
        return named(result.treatment)
    if result.favours == "comparator":
        return named(result.compared_with)
    return "neither" if result.favours == "neither" else "unclear"


def certainty_words(result: Result) -> str:
    """The certainty and, in short, who says so.

    Examples
    --------
    >>> import kb
    >>> found = kb.open().answer(condition="tennis elbow", intervention="shockwave", outcome="prtee")
    >>> certainty_words(found.leads[0])
    'low (by rule)'
    """
    certainty = result.certainty
    if certainty.level is None:
        return "not rated"
    who = {"rules": "by rule", "authors": "by the authors", "person": "judged by a person"}.get(certainty.basis, "")
    return f"{certainty.level.value.replace('-', ' ')}{f' ({who})' if who else ''}"
