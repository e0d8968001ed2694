"""Answers as HTML: the table of the comparisons of a condition or an intervention."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb import graph as graphs
from kb.answers.rows import AnswerRow, answer_rows, certainty_words, favours_words
from kb.answers.words_terms import named
from kb.answers.words_told import capital
from kb.model import CertaintyLevel
from kb.notebook import sections
from kb.notebook.html import count, details, escape, link, note, paragraph, table, traced

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from kb.answers.answer import Result
    from kb.base import Base
    from kb.figures import MapCell, Pull

FIRST = 12
"""Rows that a page shows before the rest folds."""
PRINTED = 5
"""Rows that a printed page holds."""
BY_RULE = (
    "Certainty by rule follows GRADE's domains; no person has reviewed it. Where nobody judged the risk of bias, it is "
    "rated down for that until somebody does."
)
NOT_ALL = (
    "The base is not a systematic search: it holds what the posts cite and some more, and other studies may exist."
)
_COLUMNS = ("compared with", "estimate", "timepoint", "favours", "certainty")


def rows_of(
    base: Base, *, conditions: Collection[str] | None = None, interventions: Collection[str] | None = None
) -> list[AnswerRow]:
    """The best estimates about some conditions or interventions, the surest and largest first."""
    questions = base.questions
    return answer_rows(questions, questions.about(conditions, interventions))


def headline(base: Base, row: AnswerRow, up: str | None) -> str:
    """The surest answer as a sentence that tells its certainty, then its numbers and where they come from."""
    result = row.result
    page = f"{up}{row.page}.html" if up is not None and row.page else None
    more = f" {link(page, 'All on this question')}." if page else ""
    numbers = f"{escape(result.numbers)}, {escape(result.when)}"
    return paragraph(f"<strong>{escape(result.clinician)}</strong>", "kb-lead") + paragraph(
        f"{numbers_of(numbers, result)}; {escape(source_of(base, row))}.{more}"
    )


def numbers_of(html: str, result: Result) -> str:
    """Numbers of a result with the findings that they come from."""
    ids = [f"{study}.{finding}" for study, finding in sorted(result.findings)]
    printed = result.printed
    same = printed is not None and (printed.estimate, printed.ci_low, printed.ci_high) == (
        result.estimate,
        result.ci_low,
        result.ci_high,
    )
    return traced(html, *ids, derived=not same)


def answer_table(base: Base, rows: Sequence[AnswerRow], noun: str, up: str | None) -> str:
    """The table on the page of a condition or an intervention; the first rows open, the rest folded.

    Parameters
    ----------
    base
        The evidence.
    rows
        From :func:`rows_of`.
    noun
        ``condition`` or ``intervention``: what the page is about, so that the other one heads a row.
    up
        The way to the site's root; None where there is no site.
    """
    if not rows:
        return note("No finding here can be compared as a number with an interval: see the evidence table.")
    head = "outcome, intervention" if noun == "condition" else "outcome, condition"
    cells = [_cells(base, row, noun, up) for row in rows]
    cut = _cut(rows)
    rest = len(rows) - cut
    first = table("Best estimate of each comparison", (head, *_COLUMNS), cells[:cut], printed=PRINTED)
    more = table("Further comparisons", (head, *_COLUMNS), cells[cut:])
    return "\n".join(
        [
            first,
            details(f"{count(rest, 'further estimate')}", more) if rest else "",
            left_unprinted(len(rows)),
            note(f"{BY_RULE} {NOT_ALL}"),
        ]
    )


def left_unprinted(rows: int, printed: int = PRINTED) -> str:
    """What a printed page says of the rows that it does not hold."""
    left = count(rows - printed, "further row is", "further rows are")
    return f'<p class="kb-print-only">{left} not printed here.</p>' if rows > printed else ""


def _cut(rows: Sequence[AnswerRow]) -> int:
    """Rows that stand open; timepoints of one comparison are not parted."""
    cut = min(FIRST, len(rows))
    while 0 < cut < len(rows) and _group(rows[cut - 1]) == _group(rows[cut]) and cut < FIRST + 3:
        cut += 1
    return cut


def _group(row: AnswerRow) -> tuple[object, str]:
    return row.question, row.result.compared_with


def _cells(base: Base, row: AnswerRow, noun: str, up: str | None) -> list[str]:
    corpus, question, result = base.corpus, row.question, row.result
    outcome = link(
        f"{up}{row.page}.html" if up is not None and row.page else None, corpus.outcomes[question.outcome].label
    )
    other = treatment_words(result) if noun == "condition" else corpus.conditions[question.condition].label
    return [
        f"{outcome}<br><span class='kb-small'>{escape(other)}</span>",
        escape(named(result.compared_with)),
        f"{numbers_of(escape(result.numbers), result)}<br><span class='kb-small'>{escape(source_of(base, row))}</span>",
        escape(when_words(result)),
        escape(favours_words(result)),
        escape(certainty_words(result)),
    ]


def treatment_words(result: Result) -> str:
    """What was studied, at the beginning of a cell."""
    return capital(named(result.treatment))


def when_words(result: Result) -> str:
    """The timepoint in a column that is headed so."""
    return result.when.removeprefix("timepoint ")


def source_of(base: Base, row: AnswerRow) -> str:
    """Where an estimate comes from."""
    from kb.answers.report import source_words

    return sections.with_names(base, source_words(base.corpus, row.result))


# --- the map -------------------------------------------------------------------------------------------------------


def map_cells(
    base: Base, cells: Mapping[tuple[str, str], Collection[str]], rows: Sequence[str], columns: Sequence[str]
) -> list[MapCell]:
    """Cells of the evidence map: studies, the best certainty of an estimate, and the side that such estimates favour.

    Outcomes that only stand for what patients feel count where nothing else does.
    """
    from kb.figures import MapCell

    below = {
        (noun, i): _below(base, noun, i) for noun, ids in (("condition", rows), ("intervention", columns)) for i in ids
    }
    known = base.best_estimates
    made = []
    for row in rows:
        for column in columns:
            if (row, column) not in cells:
                continue
            here = [
                each
                for each in known
                if each.question.condition in below["condition", row]
                and each.question.intervention in below["intervention", column]
            ]
            here = [each for each in here if not each.surrogate] or here
            level = best_level(here)
            best = [each for each in here if each.result.certainty.level is level]
            made.append(MapCell(row, column, len(cells[row, column]), level, pull(best)))
    return made


def _below(base: Base, noun: str, identifier: str) -> set[str]:
    return {name.split(":", 1)[1] for name in graphs.narrower(base.standing, graphs.node(noun, identifier))}


def pull(rows: Sequence[AnswerRow]) -> Pull:
    """Which way some estimates point; an interval that includes no effect points nowhere."""
    from kb.figures import Pull

    told = {
        "intervention": Pull.BENEFIT,
        "comparator": Pull.HARM,
        "neither": Pull.NO_DIFFERENCE,
    }
    pulls = {
        told.get(row.result.favours, Pull.UNKNOWN)
        if not row.result.crosses or row.result.favours == "neither"
        else Pull.UNKNOWN
        for row in rows
    }
    clear = pulls - {Pull.UNKNOWN}
    if not clear:
        return Pull.UNKNOWN
    return clear.pop() if len(pulls) == 1 else Pull.MIXED


def best_level(rows: Sequence[AnswerRow]) -> CertaintyLevel | None:
    """The highest certainty of some rows; None where none is rated."""
    levels = {row.result.certainty.level for row in rows}
    return next((level for level in CertaintyLevel if level in levels), None)
