"""The evidence table of a view: the neutral table of :mod:`kb.tables`, cut to what the view holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING, Any

from kb import graph as graphs
from kb.notebook.explorer.select import Selection
from kb.notebook.explorer.view import View, words
from kb.notebook.html import count
from kb.notebook.sections import study_url
from kb.problems import KbError
from kb.tables import UNKNOWN, Table, left_out_notes
from kb.timepoint import weeks

if TYPE_CHECKING:
    from kb.base import Base
    from kb.model import Finding, Study
    from kb.tables import Cell

    Row = tuple[Cell, ...]

SHOWN = (
    "study",
    "design",
    "participants",
    "population",
    "intervention",
    "comparator",
    "outcome",
    "timepoint",
    "effect",
    "direction",
    "certainty",
    "checked",
)
"""Columns on the screen; a copy has all that the table has."""
HEADS = {
    "participants": "Size",
    "population": "Who was studied",
    "comparator": "Compared with",
    "timepoint": "Time",
    "certainty": "Certainty by its authors",
}


def view_table(base: Base, found: Selection) -> Table:
    """The evidence table of a selection, one row a finding, in the order of :func:`kb.tables.evidence_table`.

    Examples
    --------
    >>> import kb
    >>> from kb.notebook.explorer.select import select
    >>> from kb.notebook.explorer.view import View
    >>> base = kb.open()
    >>> table = view_table(base, select(base, View(condition="lateral-epicondylitis", years_from=2020)))
    >>> table.title
    'Evidence: condition: Lateral epicondylitis; years: from 2020'
    """
    whole = base.table(**found.view.terms)
    wanted = {*found.findings} | {key for key in found.studies if not base.corpus.studies[key].findings}
    rows = [row for row, name in zip(whole.body, _names(base, whole, found.view), strict=True) if name in wanted]
    told = words(base.corpus, found.view)
    table = replace(whole, title=f"Evidence: {told[:1].lower()}{told[1:]}")
    if len(rows) == len(whole.body):
        return table
    keys = tuple(key for key in whole.keys if key in {*found.studies})
    counted = f"{count(len(keys), 'study', 'studies')}, {count(len(found.findings), 'finding')}."
    gone = left_out_notes(base.corpus, list(found.gone), base.notices)
    kept = [note for note in whole.notes[1:] if "left out:" not in note]
    return replace(_cut(table, rows), notes=(counted, *gone, *kept), keys=keys)


def _names(base: Base, whole: Table, view: View | None) -> list[str]:
    """What each row of the whole table is of: a finding, or a study without one."""
    terms = view.terms if view else {}
    ids = set(graphs.bearing_on(base.graph, **terms).findings) if terms else None
    names: list[str] = []
    for key in whole.keys:
        every = [f"{key}.{finding.id}" for finding in base.corpus.studies[key].findings]
        names += [name for name in every if ids is None or name in ids] or [key]
    return names


def _cut(table: Table, rows: Iterable[Row]) -> Table:
    """Some rows of a table, with their sources only, numbered again as they appear."""
    numbers: dict[str, str] = {}
    known = {str(source.number): source for source in table.sources}
    body = []
    for row in rows:
        cells = []
        for cell in row:
            marks = tuple(
                numbers.setdefault(mark, str(len(numbers) + 1)) if mark in known else mark for mark in cell.marks
            )
            cells.append(replace(cell, marks=marks) if marks != cell.marks else cell)
        body.append(tuple(cells))
    sources = tuple(replace(known[old], number=int(new)) for old, new in numbers.items())
    return replace(table, body=tuple(body), sources=sources)


def table_data(base: Base, found: Selection) -> dict[str, Any]:
    """The rows of :func:`view_table` for the screen: cells, what a column is sorted by, and where a study is read.

    Numbers that sort: participants, timepoint in weeks, estimate; None is unknown and stands last. The cells of the
    whole base are made once, because most of the time goes into references that the screen does not show.
    """
    table, known = _whole(base)
    labels = {column.id: column.label for column in table.columns}
    columns = [name for name in SHOWN if name in labels]
    here = {*found.studies}
    rows = []
    for key in table.keys:
        for study, finding in _pairs(base, found, key) if key in here else ():
            row = known[f"{key}.{finding.id}" if finding else key]
            rows.append(
                {
                    "cells": [row[name] for name in columns],
                    "sort": [_order(name, row, study, finding) for name in columns],
                    "url": study_url(base.corpus, key),
                    "key": key,
                }
            )
    gone = left_out_notes(base.corpus, list(found.gone), base.notices)
    return {
        "columns": [{"name": name, "label": HEADS.get(name, labels[name])} for name in columns],
        "rows": rows,
        "notes": [*gone, *(note for note in table.notes[1:] if "left out:" not in note), table.method],
    }


@lru_cache(maxsize=2)
def _whole(base: Base) -> tuple[Table, dict[str, dict[str, str]]]:
    """The table of the whole base, and its rows by what each is of."""
    table = base.table()
    return table, dict(zip(_names(base, table, None), table.rows, strict=True))


def _pairs(base: Base, found: Selection, key: str) -> list[tuple[Study, Finding | None]]:
    """A study with each of its findings that a view holds; without any, by itself."""
    study, wanted = base.corpus.studies[key], found.finding_set
    return [(study, f) for f in study.findings if f"{key}.{f.id}" in wanted] or [(study, None)]


def _order(name: str, row: dict[str, str], study: Study, finding: Finding | None) -> str | float | None:
    if name == "participants":
        return study.n_participants
    if name == "timepoint":
        return weeks(finding.timepoint) if finding and finding.timepoint else None
    if name == "effect":
        return finding.estimate if finding else None
    return None if row[name] == UNKNOWN else row[name].casefold()


# --- to copy ---------------------------------------------------------------------------------------------------------


def copied(table: Table, kind: str, rows: Sequence[int] | None = None) -> dict[str, str]:
    """The table to paste, as MIME types.

    Parameters
    ----------
    table
        From :func:`view_table`.
    kind
        ``markdown``, ``html`` (its source) or ``word`` (a table where rich text is pasted, else columns by tabs).
    rows
        Which rows, in the order wanted; None is all.

    Raises
    ------
    KbError
        For another kind.

    Examples
    --------
    >>> import kb
    >>> table = kb.open().table(condition="lateral-epicondylitis")
    >>> copied(table, "word", [1, 0])["text/plain"].count(chr(10)) > 3
    True
    """
    if kind not in _KINDS:
        raise KbError(f"no format '{kind}' to copy; there are: {', '.join(_KINDS)}")
    return _KINDS[kind](table if rows is None else _chosen(table, rows))


def _chosen(table: Table, rows: Sequence[int]) -> Table:
    """Some rows by number, in the order wanted."""
    chosen = [table.body[i] for i in dict.fromkeys(rows) if 0 <= i < len(table.body)]
    made = _cut(table, chosen)
    if len(chosen) == len(table.body):
        return made
    shown = {source.key for source in made.sources}
    return replace(
        made,
        notes=(f"{len(chosen)} of {len(table.body)} rows.", *table.notes[1:]),
        keys=tuple(key for key in table.keys if key in shown),
    )


def _markdown(table: Table) -> dict[str, str]:
    from kb.tables import to_markdown

    return {"text/plain": to_markdown(table)}


def _html(table: Table) -> dict[str, str]:
    from kb.tables.as_html import to_html

    return {"text/plain": to_html(table)}


def _word(table: Table) -> dict[str, str]:
    head = "\t".join(column.label for column in table.columns)
    lines = ["\t".join(_flat(cell.plain) for cell in row) for row in table.body]
    return {"text/html": word_table(table), "text/plain": "\n".join([table.title, head, *lines, *table.told]) + "\n"}


_KINDS: dict[str, Callable[[Table], dict[str, str]]] = {"markdown": _markdown, "html": _html, "word": _word}


def word_table(table: Table) -> str:
    """A plain HTML table with its notes and references; rules by attribute, for Word takes no style sheet.

    Examples
    --------
    >>> import kb
    >>> from dataclasses import replace
    >>> table = replace(kb.open().table(condition="lateral-epicondylitis"), title="Pain < 3")
    >>> word_table(table).splitlines()[0]
    '<p><b>Pain &lt; 3</b></p>'
    """
    head = "".join(f'<th align="left" valign="bottom">{escape(column.label)}</th>' for column in table.columns)
    body = "\n".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in table.body)
    notes = [f"[{note.mark}] {note.text}" for note in table.footnotes] + list(table.told)
    listed = "\n".join(f"<li>{escape(source.text)}</li>" for source in table.sources)
    return (
        f"<p><b>{escape(table.title)}</b></p>\n"
        '<table border="1" cellspacing="0" cellpadding="4">\n'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>\n"
        f"{''.join(f'<p><small>{escape(text)}</small></p>' for text in notes)}\n"
        f"{f'<p><b>References</b></p><ol>{listed}</ol>' if listed else ''}\n"
    )


def _cell(cell: Cell) -> str:
    marks = f"<sup>{escape(', '.join(cell.marks))}</sup>" if cell.marks else ""
    return f'<td valign="top">{_linked(cell.text, cell.link)}{marks}</td>'


def _linked(text: str, link: str | None) -> str:
    return f'<a href="{escape(link)}">{escape(text)}</a>' if link else escape(text)


def _flat(text: str) -> str:
    """Nothing that a spreadsheet would take for a formula."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@"} else text
