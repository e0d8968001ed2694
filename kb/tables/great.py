"""A table as a great_tables object, for whoever wants to style it further in a notebook or save it as a picture.

The formats of ``kb table`` are not made with it; :mod:`kb.tables.as_html` says why.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from great_tables import GT

    from kb.tables.table import Table


def as_great_table(table: Table) -> GT:
    """Title, description, rows, footnotes, notes and references as a ``GT``; marks stand in brackets behind the text.

    Examples
    --------
    >>> from kb.tables import Cell, Column, Table
    >>> made = as_great_table(Table("new", "T", "D", (Column("a", "A"),), ((Cell("1 < 2"),),)))
    >>> "1 &lt; 2" in made.as_raw_html()
    True
    """
    import pandas as pd
    from great_tables import GT, html

    ids = [column.id for column in table.columns]
    frame = pd.DataFrame([[cell.plain for cell in row] for row in table.body], columns=ids)
    made = GT(frame, id="kb-table").tab_header(html(escape(table.title)), html(escape(table.description)))
    made = made.cols_label({column.id: html(escape(column.label)) for column in table.columns})
    notes = [*(f"[{note.mark}] {note.text}" for note in table.footnotes), *table.told]
    notes += [f"{source.number}. {source.text}" if source.number else source.text for source in table.sources]
    for note in notes:
        made = made.tab_source_note(html(escape(note)))
    return made
