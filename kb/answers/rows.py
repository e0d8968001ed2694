"""The answers about a condition or an intervention in one table: a row for the best estimate of each comparison."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kb.answers.answer import Result
from kb.answers.questions import Questions, exactness, name_of
from kb.answers.size import Size
from kb.model import CertaintyLevel, Corpus
from kb.synthesis.comparison import Question

_LEVELS = (*(level for level in CertaintyLevel), None)
_SIZES = (Size.LARGE, Size.MODERATE, Size.SMALL, Size.TRIVIAL, Size.UNKNOWN)


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One leading result of a question; ``page`` names the page that tells more, None where there is none."""

    question: Question
    result: Result
    page: str | None


def answer_rows(questions: Questions, asked: Iterable[Question]) -> list[AnswerRow]:
    """Rows for some questions, the best known and largest first; timepoints of one comparison stay together.

    An estimate that answers several questions, because its finding has two outcomes or stands under a broader term
    too, has one row: under the question that names it most exactly.
    """
    best: dict[frozenset[tuple[str, str]], tuple[int, Question, Result]] = {}
    for question in asked:
        for result in questions.answer(question).leads:
            distance = _distance(question, result)
            if result.findings not in best or distance < best[result.findings][0]:
                best[result.findings] = distance, question, result
    together: dict[tuple[str, str, str, str, str], list[AnswerRow]] = {}
    for _, question, result in best.values():
        page = questions.page_of(question)
        key = (
            question.condition, question.intervention, result.compared_with, question.outcome, result.comparator.value,
        )  # fmt: skip
        together.setdefault(key, []).append(AnswerRow(question, result, name_of(page) if page else None))
    groups = sorted(together.items(), key=lambda item: (min(map(_order, item[1])), item[0]))
    return [row for _, group in groups for row in group]


def _distance(question: Question, result: Result) -> int:
    """How far a question is from what the findings of a result name; the comparator's side is farther."""
    printed = result.printed or (result.group.rows[0].printed if result.group else None)
    if printed is None:
        return 0
    turned = question.intervention not in printed.interventions
    return sum(exactness(question, printed)) + (1 if turned else 0)


def _order(row: AnswerRow) -> tuple[int, int, int]:
    """Certainty, then size of the effect, then number of studies."""
    result = row.result
    return (
        _LEVELS.index(result.certainty.level),
        _SIZES.index(result.size),
        -(result.k or 0),
    )


def favours_words(corpus: Corpus, row: AnswerRow) -> str:
    """Which side the estimate favours, by name; never a side where the interval includes no effect.

    Examples
    --------
    >>> import kb
    >>> base = kb.open()
    >>> found = base.answer(condition="tennis elbow", intervention="shockwave", outcome="prtee")
    >>> [favours_words(base.corpus, AnswerRow(found.question, result, None)) for result in found.leads]
    ['corticosteroid injection', 'extracorporeal shockwave therapy']
    """
    result = row.result
    if result.crosses:
        return "unclear: the interval includes no effect"
    if result.favours == "intervention":
        return small(corpus.interventions[row.question.intervention].label)
    if result.favours == "comparator":
        return small(result.compared_with)
    return "neither" if result.favours == "neither" else "direction unclear"


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


def small(label: str) -> str:
    """A label inside a sentence.

    Examples
    --------
    >>> small("Taping"), small("MRI")
    ('taping', 'MRI')
    """
    return label if label[:2].isupper() else f"{label[:1].lower()}{label[1:]}"
