"""HTML for a blog's code block: inline styles only, no script, no style element, no class, no id, no outside file.

Why not great_tables: ``as_raw_html(inline_css=True)`` has no caption, puts the title into a cell, gives ids that a page
with two tables would hold twice, heads no row, scrolls sideways on a phone, and took five to seven seconds for the
2,000 rows that have two here (``benchmarks/tables.py``). Who wants to style a table further gets one from
:mod:`kb.tables.great`.

How it fits a phone without a style sheet: each row is a flex container whose cells ask for all of its width as soon as
it is narrower than the columns need (a flex basis of ``(need - 100%) * 999``, which is nothing above and everything
below), so that a row becomes a card. The labels that a card needs have no height in the wide layout, and the header
row none in the narrow one, by the width of the block itself (``cqw``), not of the window: a blog's column is narrower.
A browser that does not know the unit shows both. ARIA roles keep the table a table whatever its display.

Why its own colours: the theme of a blog is unknown and may be dark. Every cell, link and heading has its own text and
background colour, dark on white, 7:1 or more (WCAG 2.2 asks for 4.5:1), so that nothing depends on the theme.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from kb.tables.table import EMPTY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kb.cite import Run
    from kb.tables.table import Cell, Column, Table

_INK, _SOFT, _PAPER, _HEAD, _LINE, _LINK = "#1b1f24", "#454c55", "#ffffff", "#eef1f5", "#c3cad3", "#0b4a8f"
_COLUMN = 128
"""Width in pixels that a column of weight 1 needs to be readable; not in em, which differs with the size of a text."""
_TEXT = "margin:0;padding:0;border:0;text-align:left;text-transform:none;letter-spacing:normal;float:none"
_BLOCK = f"{_TEXT};color:{_INK};background:{_PAPER}"
_ANCHOR = f"color:{_LINK};background:{_PAPER};text-decoration:underline"
_SUP = "font-size:0.75em;line-height:0;vertical-align:super"


def to_html(table: Table) -> str:
    """The table as a fragment of HTML, to be pasted as it is."""
    heads = table.side_by_side
    need = sum(table.columns[place].weight for place, _ in heads) * _COLUMN
    frame = (
        "container-type:inline-size;box-sizing:border-box;width:100%;min-width:16em;margin:1em 0;padding:0.75em;"
        f"border:1px solid {_LINE};border-radius:6px;color:{_INK};background:{_PAPER};color-scheme:light;"
        "font-size:15px;line-height:1.45;overflow-wrap:anywhere"
    )
    title = f"display:block;color:{_INK};background:{_PAPER};font-size:1.15em;font-weight:700"
    parts = [
        f'<div lang="en" style="{frame}">',
        f'<table role="table" style="display:block;width:100%;{_BLOCK};border-collapse:collapse;table-layout:auto">',
        f'<caption style="display:block;width:auto;caption-side:top;{_BLOCK};padding:0 0 0.5em 0">',
        f'<strong style="{title}">{escape(table.title)}</strong>',
        f'<span style="color:{_SOFT};background:{_PAPER};font-weight:400">{escape(table.description)}</span></caption>',
    ]
    if table.body:
        parts += _Rows(table, need).lines()
    else:
        parts.append(
            f'<tbody role="rowgroup" style="display:block"><tr role="row" style="display:block;{_BLOCK}">'
            f'<td role="cell" style="display:block;{_BLOCK};padding:0.5em 0">{escape(EMPTY)}</td></tr></tbody>'
        )
    parts += ["</table>", *_notes(table), "</div>"]
    return "\n".join(parts) + "\n"


class _Rows:
    """Header and rows of a table; what all cells of a column share is made once."""

    def __init__(self, table: Table, need: float) -> None:
        self._table, self._heads = table, table.side_by_side
        self._row = f"display:flex;flex-wrap:wrap;{_BLOCK};border-top:1px solid {_LINE}"
        self._show = f"max-height:clamp(0px,({need:g}px - 100cqw)*999,99em)"
        self._hide = f"max-height:clamp(0px,(100cqw - {need:g}px)*999,99em)"
        self._flex = {
            place: f"flex:{table.columns[place].weight:g} 1 calc(({need:g}px - 100%)*999);box-sizing:border-box;"
            "display:block;min-width:0;width:auto;max-width:100%"
            for place, _ in self._heads
        }
        self._opened = [self._open(place, under) for place, under in self._heads]

    def lines(self) -> Iterator[str]:
        """The parts of the table, a row a line."""
        yield '<thead role="rowgroup" style="display:block">'
        style = f"{self._row};border:0;overflow:hidden;{self._hide}"
        yield f'<tr role="row" style="{style}">{"".join(self._headers())}</tr>'
        yield '</thead>\n<tbody role="rowgroup" style="display:block">'
        start = f'<tr role="row" style="{self._row}">'
        for row in self._table.body:
            yield start + "".join(self._cell(number, row) for number in range(len(self._heads))) + "</tr>"
        yield "</tbody>"

    def _headers(self) -> Iterator[str]:
        style = f"{_BLOCK};background:{_HEAD};padding:7px 9px;font-size:0.9em;font-weight:700;line-height:1.3"
        for place, under in self._heads:
            names = [self._table.columns[p].label for p in (place, *under)]
            yield (
                f'<th scope="col" role="columnheader" style="{style};{self._flex[place]}">{escape(names[0])}'
                f"{_small(', '.join(names[1:]), _HEAD) if under else ''}</th>"
            )

    def _open(self, place: int, under: tuple[int, ...]) -> tuple[str, str, tuple[tuple[int, str], ...]]:
        """What stands before the text of a cell, its end tag, and the same for each line under it."""
        column = self._table.columns[place]
        first = place == self._heads[0][0]
        tag = 'th scope="row" role="rowheader"' if first else 'td role="cell"'
        style = f"{_BLOCK};padding:6px 9px;vertical-align:top;font-weight:{600 if first else 400}"
        # Only for the eye: to a screen reader the header of the column says it already.
        label = (
            ""
            if first
            else f'<span aria-hidden="true" style="display:block;overflow:hidden;{self._show};color:{_SOFT};'
            f'background:{_PAPER};font-size:0.85em;font-weight:700;user-select:none;-webkit-user-select:none">'
            f"{escape(column.label)}</span>"
        )
        head = f'<{tag} style="{style};{self._flex[place]}">{label}<span data-column="{escape(column.id)}">'
        return head, "</th>" if first else "</td>", tuple((p, self._line(self._table.columns[p])) for p in under)

    @staticmethod
    def _line(column: Column) -> str:
        return (
            f'<span style="display:block;color:{_SOFT};background:{_PAPER};font-size:0.88em;font-weight:400">'
            f'{escape(column.label)}: <span data-column="{escape(column.id)}">'
        )

    def _cell(self, number: int, row: tuple[Cell, ...]) -> str:
        opened, closed, lines = self._opened[number]
        place = self._heads[number][0]
        under = "".join(f"{line}{_content(row[p])}</span></span>" for p, line in lines)
        return f"{opened}{_content(row[place])}</span>{under}{closed}"


def _small(text: str, paper: str) -> str:
    return (
        f'<span style="display:block;color:{_SOFT};background:{paper};font-size:0.9em;font-weight:400">'
        f"{escape(text)}</span>"
    )


def _content(cell: Cell) -> str:
    text = escape(cell.text)
    if cell.link:
        text = f'<a href="{escape(cell.link)}" style="{_ANCHOR}">{text}</a>'
    return text + (f'<sup style="{_SUP}">{",".join(map(escape, cell.marks))}</sup>' if cell.marks else "")


def _notes(table: Table) -> Iterator[str]:
    """Footnotes, notes and sources under the table."""
    style = f"{_BLOCK};color:{_SOFT};font-size:0.88em"
    for note in table.footnotes:
        yield (
            f'<p style="{style};padding:0.35em 0 0 0" data-footnote="{escape(note.mark)}">'
            f'<sup style="{_SUP}">{escape(note.mark)}</sup> <span>{escape(note.text)}</span></p>'
        )
    for text in table.told:
        yield f'<p style="{style};padding:0.35em 0 0 0" data-note="">{escape(text)}</p>'
    if table.sources:
        yield f'<p style="{_BLOCK};padding:0.8em 0 0.2em 0;font-weight:700">References</p>'
        numbered = table.sources[0].number is not None
        tag, kind = ("ol", "decimal") if numbered else ("ul", "none")
        indent = "padding:0 0 0 2.2em" if numbered else "padding:0"
        yield f'<{tag} style="{style};{indent};list-style:{kind} outside">'
        for source in table.sources:
            text = "".join(map(_run, source.runs))
            yield f'<li style="{style};font-size:1em;padding:0.1em 0;list-style:{kind} outside">{text}</li>'
        yield f"</{tag}>"


def _run(run: Run) -> str:
    text = escape(run.text)
    for on, tag in ((run.italic, "i"), (run.bold, "b"), (run.superscript, "sup")):
        text = f"<{tag}>{text}</{tag}>" if on else text
    return f'<a href="{escape(run.link)}" style="{_ANCHOR}">{text}</a>' if run.link else text
