"""One sheet of an XLSX workbook: title, table with a frozen header and a filter, and under it what belongs to it.

Every text is stored as a string, so that none is ever taken for a formula; numbers are stored as numbers. openpyxl
makes the workbook, its styles and links; the cells are written into the sheet as SpreadsheetML, several times as fast.
"""

from __future__ import annotations

import datetime as dt
import io
import math
import re
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from kb.files import same_bytes
from kb.tables.table import EMPTY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kb.tables.table import Cell, Column, Table

HEADER_ROW = 4
"""Row of the header, from 1: title, description and an empty row stand above it."""
MOST_CHARACTERS = 32_767
"""Characters that a cell of a spreadsheet holds."""
_CUT = " … [cut: longer than a cell of a spreadsheet]"
_MOST_LINKS = 65_530
"""Links that a sheet holds; later ones stay text."""
_NARROW, _WIDE = 9, 48
_LINE, _MOST_POINTS = 15.0, 409.0
"""Height of a line and of the highest row, in points."""
_EPOCH = dt.datetime(1980, 1, 1)  # noqa: DTZ001 - a date of a ZIP entry has no time zone
_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


def to_xlsx(table: Table) -> bytes:
    """The table as a workbook of one sheet."""
    from openpyxl import Workbook

    book = Workbook()
    _properties(book, table)
    sheet = book.active
    widths = [_width(column, [row[place] for row in table.body]) for place, column in enumerate(table.columns)]
    _set_up(sheet, table, widths)
    rows = "".join(_Writer(sheet).rows(table, widths))
    stream = io.BytesIO()
    book.save(stream)
    return same_bytes(stream.getvalue(), {"xl/worksheets/sheet1.xml": lambda part: _filled(part, rows)})


def _filled(part: bytes, rows: str) -> bytes:
    """A sheet with the cells that were made in place of those that carried styles and links into it."""
    head, _, rest = part.partition(b"<sheetData")
    _, _, tail = rest.partition(b"</sheetData>")
    head = re.sub(rb"<dimension [^>]*/>", b"", head)
    return head + f"<sheetData>{rows}</sheetData>".encode() + tail


def _set_up(sheet: Any, table: Table, widths: list[float]) -> None:  # noqa: ANN401 - openpyxl has no types
    """Widths, the frozen header, the filter, and how the sheet is printed."""
    from openpyxl.utils import get_column_letter

    sheet.title = "Table"
    for place, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    sheet.freeze_panes = f"B{HEADER_ROW + 1}"
    last = get_column_letter(len(table.columns))
    sheet.auto_filter.ref = f"A{HEADER_ROW}:{last}{HEADER_ROW + max(1, len(table.body))}"
    sheet.print_title_rows = f"{HEADER_ROW}:{HEADER_ROW}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


class _Writer:
    """Writes the rows of one sheet."""

    def __init__(self, sheet: Any) -> None:  # noqa: ANN401 - openpyxl has no types
        from openpyxl.utils import get_column_letter

        self._sheet, self._links, self._row = sheet, 0, 0
        self._letters = [get_column_letter(place) for place in range(1, 60)]
        self._styles = _styles(sheet)

    def rows(self, table: Table, widths: list[float]) -> Iterator[str]:
        """Every row from the first to the last."""
        yield self._write([self._text(0, table.title, "title")], first=True)
        yield self._write([self._text(0, table.description, "note")])
        yield self._write([])
        labels = [column.label for column in table.columns]
        head = [self._text(place, label, "head") for place, label in enumerate(labels)]
        yield self._write(head, _height(labels, widths))
        numeric = [column.kind == "number" for column in table.columns]
        for row in table.body:
            cells = [self._cell(place, cell, numeric[place]) for place, cell in enumerate(row)]
            yield self._write(cells, _height([cell.plain for cell in row], widths))
        if not table.body:
            yield self._write([self._text(0, EMPTY, "note")])
        yield self._write([])
        for note in table.footnotes:
            yield self._pair(f"[{note.mark}]", note.text)
        for text in table.told:
            yield self._pair("Note", text)
        for source in table.sources:
            yield self._pair(f"[{source.number}]" if source.number else "Reference", source.text, source.link)

    def _write(self, cells: list[str], height: float | None = None, *, first: bool = False) -> str:
        """A row; the cells were made for the row after the last one."""
        self._row += 1
        size = f' ht="{height:g}" customHeight="1"' if height else ' ht="21" customHeight="1"' if first else ""
        return f'<row r="{self._row}"{size}>{"".join(cells)}</row>'

    def _pair(self, kind: str, text: str, link: str | None = None) -> str:
        return self._write([self._text(0, kind, "note"), self._text(1, text, "note", link)])

    def _text(self, place: int, text: str, style: str, link: str | None = None) -> str:
        """A cell of text: its type is a string, whatever it begins with."""
        where = f"{self._letters[place]}{self._row + 1}"
        if link and self._links < _MOST_LINKS:
            self._links += 1
            self._sheet[where].hyperlink = link
        # What would be read as an escaped character (_x0041_) stays the text that it is (ECMA-376, ST_Xstring).
        shown = _ESCAPED.sub("_x005F_", text)
        shown = shown if len(shown) <= MOST_CHARACTERS else shown[: MOST_CHARACTERS - len(_CUT)] + _CUT
        return (
            f'<c r="{where}" s="{self._styles[style]}" t="inlineStr">'
            f'<is><t xml:space="preserve">{escape(shown)}</t></is></c>'
        )

    def _cell(self, place: int, cell: Cell, of_numbers: bool) -> str:
        """A cell of the table: a number where it is one and has no mark beside it."""
        if of_numbers and cell.value is not None and not cell.marks and math.isfinite(cell.value):
            where = f"{self._letters[place]}{self._row + 1}"
            return f'<c r="{where}" s="{self._styles["number"]}"><v>{cell.value!r}</v></c>'
        return self._text(place, cell.plain, "link" if cell.link else "body", cell.link)


def _styles(sheet: Any) -> dict[str, int]:  # noqa: ANN401 - openpyxl has no types
    """The number of each style in the workbook; its cells stand in the first row until the rows are written."""
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

    top, flat = Alignment(vertical="top", wrap_text=True), Alignment(vertical="top", wrap_text=False)
    rule = Border(bottom=Side(style="thin", color="C3CAD3"))
    plain = {"font": Font(name="Calibri", size=11), "alignment": top, "border": rule}
    looks: dict[str, dict[str, Any]] = {
        "title": {"font": Font(name="Calibri", bold=True, size=14), "alignment": flat},
        "note": {"font": Font(name="Calibri", size=11), "alignment": flat},
        "head": {
            **plain,
            "font": Font(name="Calibri", bold=True, size=11),
            "fill": PatternFill("solid", start_color="EEF1F5"),
        },
        "body": plain,
        "number": {**plain, "number_format": "#,##0.####"},
        "link": {**plain, "font": Font(name="Calibri", size=11, color="0B4A8F", underline="single")},
    }
    numbers = {}
    for place, (name, look) in enumerate(looks.items(), 1):
        cell = sheet.cell(1, place)
        for attribute, value in look.items():
            setattr(cell, attribute, value)
        numbers[name] = int(cell.style_id)
    return numbers


def _width(column: Column, cells: list[Cell]) -> float:
    """Width in characters: what three of four cells need, within limits."""
    lengths = sorted(len(cell.plain) for cell in cells)
    usual = lengths[(3 * len(lengths)) // 4] if lengths else 0
    return min(_WIDE, max(_NARROW, len(column.label) + 4, usual + 2))


def _height(texts: list[str], widths: list[float]) -> float:
    """Height of a row in points: the lines of its longest cell, as words wrap a little before the edge.

    Excel finds it by itself, LibreOffice does not.
    """
    lines = max(math.ceil(1.15 * len(text) / width) for text, width in zip(texts, widths, strict=True))
    return min(_MOST_POINTS, max(1, lines) * _LINE)


def _properties(book: Any, table: Table) -> None:  # noqa: ANN401 - openpyxl has no types
    book.properties.title = table.title[:255]
    book.properties.description = table.description
    book.properties.creator = "kb"
    book.properties.language = "en"
    book.properties.created = book.properties.modified = _EPOCH
