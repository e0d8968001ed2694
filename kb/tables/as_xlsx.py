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
from kb.tables.widths import balanced, longest_word

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kb.tables.table import Cell, Table

HEADER_ROW = 4
"""Row of the header, from 1: title, description and an empty row stand above it."""
MOST_CHARACTERS = 32_767
"""Characters that a cell of a spreadsheet holds."""
_CUT = " … [cut: longer than a cell of a spreadsheet]"
_MOST_LINKS = 65_530
"""Links that a sheet holds; later ones stay text."""
_NARROW, _WIDE, _USUAL = 9, 48, 16
"""Characters of the narrowest, the widest and a usual column."""
_ALL = 190
"""Characters of all columns, more where there are many: a landscape page prints these large enough to be read."""
_WORD = 18
"""Characters up to which a word is kept whole."""
_LINE, _TITLE_LINE, _MOST_POINTS = 15.0, 21.0, 409.0
"""Height of a line, of a line of the title, and of the highest row, in points."""
_EPOCH = dt.datetime(1980, 1, 1)  # noqa: DTZ001 - a date of a ZIP entry has no time zone
_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


def to_xlsx(table: Table) -> bytes:
    """The table as a workbook of one sheet."""
    from openpyxl import Workbook

    book = Workbook()
    _properties(book, table)
    sheet = book.active
    widths = _widths(table)
    _set_up(sheet, table, widths)
    writer = _Writer(sheet, widths)
    rows = "".join(writer.rows(table))
    merged = "".join(f'<mergeCell ref="{cells}"/>' for cells in writer.merged)
    merged = f'<mergeCells count="{len(writer.merged)}">{merged}</mergeCells>' if merged else ""
    stream = io.BytesIO()
    book.save(stream)
    return same_bytes(stream.getvalue(), {"xl/worksheets/sheet1.xml": lambda part: _filled(part, rows, merged)})


def _filled(part: bytes, rows: str, merged: str) -> bytes:
    """A sheet with the cells that were made in place of those that carried styles and links into it.

    Merged cells stand behind the filter (ECMA-376, CT_Worksheet).
    """
    head, _, rest = part.partition(b"<sheetData")
    _, _, tail = rest.partition(b"</sheetData>")
    head = re.sub(rb"<dimension [^>]*/>", b"", head)
    tail = re.sub(rb"<autoFilter [^>]*/>", lambda found: found[0] + merged.encode(), tail, count=1)
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

    def __init__(self, sheet: Any, widths: list[float]) -> None:  # noqa: ANN401 - openpyxl has no types
        from openpyxl.utils import get_column_letter

        self._sheet, self._widths, self._links, self._row = sheet, widths, 0, 0
        self._letters = [get_column_letter(place) for place in range(1, 60)]
        self._styles = _styles(sheet)
        self.merged: list[str] = []
        """Cells that a text above or under the table goes across."""

    def rows(self, table: Table) -> Iterator[str]:
        """Every row from the first to the last."""
        yield self._across(0, table.title, "title", line=_TITLE_LINE)
        yield self._across(0, table.description, "note")
        yield self._write([])
        labels = [column.label for column in table.columns]
        head = [self._text(place, label, "head") for place, label in enumerate(labels)]
        yield self._write(head, _height(labels, self._widths))
        numeric = [column.kind == "number" for column in table.columns]
        for row in table.body:
            cells = [self._cell(place, cell, numeric[place]) for place, cell in enumerate(row)]
            yield self._write(cells, _height([cell.plain for cell in row], self._widths))
        if not table.body:
            yield self._across(0, EMPTY, "note")
        yield self._write([])
        for note in table.footnotes:
            yield self._across(1, note.text, "note", f"[{note.mark}]")
        for text in table.told:
            yield self._across(1, text, "note", "Note")
        for source in table.sources:
            kind = f"[{source.number}]" if source.number else "Reference"
            yield self._across(1, source.text, "note", kind, source.link)

    def _write(self, cells: list[str], height: float | None = None) -> str:
        """A row; the cells were made for the row after the last one."""
        self._row += 1
        size = f' ht="{height:g}" customHeight="1"' if height else ""
        return f'<row r="{self._row}"{size}>{"".join(cells)}</row>'

    def _across(
        self, first: int, text: str, style: str, kind: str = "", link: str | None = None, *, line: float = _LINE
    ) -> str:
        """A row whose text goes from a column to the last one, with what kind of text it is in the first column.

        The first column has the link, because LibreOffice does not wrap a text that has one.
        """
        cells = [self._text(0, kind, "source" if link else style, link)] if first else []
        cells.append(self._text(first, text, style))
        if len(self._widths) > first + 1:
            row = self._row + 1
            self.merged.append(f"{self._letters[first]}{row}:{self._letters[len(self._widths) - 1]}{row}")
        return self._write(cells, _height([text], [sum(self._widths[first:]) or _WIDE], line))

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

    top = Alignment(vertical="top", wrap_text=True)
    rule = Border(bottom=Side(style="thin", color="C3CAD3"))
    plain = {"font": Font(name="Calibri", size=11), "alignment": top, "border": rule}
    looks: dict[str, dict[str, Any]] = {
        "title": {"font": Font(name="Calibri", bold=True, size=14), "alignment": top},
        "note": {"font": Font(name="Calibri", size=11), "alignment": top},
        "head": {
            **plain,
            "font": Font(name="Calibri", bold=True, size=11),
            "fill": PatternFill("solid", start_color="EEF1F5"),
        },
        "body": plain,
        "number": {
            **plain,
            "number_format": "#,##0.####",
            "alignment": Alignment(horizontal="right", vertical="top", indent=1),
        },
        "source": {"font": Font(name="Calibri", size=11, color="0B4A8F", underline="single"), "alignment": top},
        "link": {**plain, "font": Font(name="Calibri", size=11, color="0B4A8F", underline="single")},
    }
    numbers = {}
    for place, (name, look) in enumerate(looks.items(), 1):
        cell = sheet.cell(1, place)
        for attribute, value in look.items():
            setattr(cell, attribute, value)
        numbers[name] = int(cell.style_id)
    return numbers


def _widths(table: Table) -> list[float]:
    """Widths in characters: what three of four cells need, within limits, and less where all would not fit a page."""
    usual, least = [], []
    for place, column in enumerate(table.columns):
        cells = [row[place] for row in table.body]
        lengths = sorted(len(cell.plain) for cell in cells)
        most = lengths[(3 * len(lengths)) // 4] + 2 if lengths else 0
        # The button of the filter takes some room beside the label. LibreOffice does not wrap a text with a link.
        words = max(longest_word([column.label], _WORD) + 4, longest_word((c.plain for c in cells), _WORD) + 1)
        linked = most if any(cell.link for cell in cells) and most <= _WIDE else 0
        usual.append([min(4 * _WIDE, max(len(column.label) + 4, most))])
        least.append(max(_NARROW, words, linked))
    return [float(min(_WIDE, width)) for width in balanced(usual, least, max(_ALL, _USUAL * len(least)))]


def _height(texts: list[str], widths: list[float], line: float = _LINE) -> float:
    """Height of a row in points: the lines of its longest cell, as words wrap a little before the edge.

    Excel finds it by itself, LibreOffice does not. A usual letter is narrower than the figure that widths count in.
    """
    lines = max(math.ceil(0.9 * len(text) / (width - 2)) for text, width in zip(texts, widths, strict=True))
    return min(_MOST_POINTS, max(1, lines) * line)


def _properties(book: Any, table: Table) -> None:  # noqa: ANN401 - openpyxl has no types
    book.properties.title = table.title[:255]
    book.properties.description = table.description
    book.properties.creator = "kb"
    book.properties.language = "en"
    book.properties.created = book.properties.modified = _EPOCH
