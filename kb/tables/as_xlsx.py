"""One sheet of an XLSX workbook: title, table with a frozen header and a filter, and under it what belongs to it.

Every text is stored as a string, so that none is ever taken for a formula; numbers are stored as numbers.
"""

from __future__ import annotations

import datetime as dt
import io
import re
from typing import TYPE_CHECKING, Any

from kb.tables.package import same_bytes
from kb.tables.table import EMPTY

if TYPE_CHECKING:
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet  # type: ignore[import-untyped]

    from kb.tables.table import Cell, Column, Table

HEADER_ROW = 4
"""Row of the header, from 1: title, description and an empty row stand above it."""
MOST_CHARACTERS = 32_767
"""Characters that a cell of a spreadsheet holds."""
_CUT = " … [cut: longer than a cell of a spreadsheet]"
_NARROW, _WIDE = 9, 48
_EPOCH = dt.datetime(1980, 1, 1)  # noqa: DTZ001 - a date of a ZIP entry has no time zone
_LINKS_AT_MOST = 65_530
"""Links that a sheet holds; later ones stay text."""


def to_xlsx(table: Table) -> bytes:
    """The table as a workbook of one sheet."""
    from openpyxl import Workbook  # type: ignore[import-untyped]
    from openpyxl.utils import get_column_letter  # type: ignore[import-untyped]

    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet("Table")
    _properties(book, table)
    for place, column in enumerate(table.columns, 1):
        sheet.column_dimensions[get_column_letter(place)].width = _width(column, [row[place - 1] for row in table.body])
    sheet.freeze_panes = f"B{HEADER_ROW + 1}"
    last = get_column_letter(len(table.columns))
    sheet.auto_filter.ref = f"A{HEADER_ROW}:{last}{HEADER_ROW + max(1, len(table.body))}"
    sheet.print_title_rows = f"{HEADER_ROW}:{HEADER_ROW}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    _fill(sheet, table)
    stream = io.BytesIO()
    book.save(stream)
    return same_bytes(stream.getvalue())


def _fill(sheet: WriteOnlyWorksheet, table: Table) -> None:
    write = _Writer(sheet)
    sheet.append([write.text(table.title, "title")])
    sheet.append([write.text(table.description, "note")])
    sheet.append([])
    sheet.append([write.text(column.label, "head") for column in table.columns])
    numeric = [column.kind == "number" for column in table.columns]
    for row in table.body:
        sheet.append([write.cell(cell, of_numbers) for cell, of_numbers in zip(row, numeric, strict=True)])
    if not table.body:
        sheet.append([write.text(EMPTY, "note")])
    sheet.append([])
    for note in table.footnotes:
        sheet.append([write.text(f"[{note.mark}]", "note"), write.text(note.text, "note")])
    for text in table.told:
        sheet.append([write.text("Note", "note"), write.text(text, "note")])
    for source in table.sources:
        number = f"[{source.number}]" if source.number else "Reference"
        sheet.append([write.text(number, "note"), write.text(source.text, "note", source.link)])


class _Writer:
    """Cells of one sheet: what all of a style share is made once."""

    def __init__(self, sheet: WriteOnlyWorksheet) -> None:
        from openpyxl.cell import WriteOnlyCell  # type: ignore[import-untyped]
        from openpyxl.styles import Alignment, Border, Font, PatternFill, Side  # type: ignore[import-untyped]

        self._sheet, self._cell_class, self._links = sheet, WriteOnlyCell, 0
        top = Alignment(vertical="top", wrap_text=True)
        flat = Alignment(vertical="top", wrap_text=False)
        rule = Border(bottom=Side(style="thin", color="C3CAD3"))
        looks: dict[str, dict[str, Any]] = {
            "title": {"font": Font(bold=True, size=14), "alignment": flat},
            "note": {"alignment": flat},
            "head": {
                "font": Font(bold=True),
                "alignment": top,
                "border": rule,
                "fill": PatternFill("solid", start_color="EEF1F5"),
            },
            "body": {"alignment": top, "border": rule},
            "number": {"alignment": top, "border": rule, "number_format": "#,##0.####"},
            "link": {"font": Font(color="0B4A8F", underline="single"), "alignment": top, "border": rule},
        }
        self._styles = {}
        for name, look in looks.items():
            made = WriteOnlyCell(sheet)
            for attribute, value in look.items():
                setattr(made, attribute, value)
            self._styles[name] = made._style  # noqa: SLF001 - openpyxl's own way to copy a style, 20 times faster

    def text(self, text: str, style: str, link: str | None = None) -> Any:  # noqa: ANN401 - openpyxl has no types here
        """A cell of text: its type is set, never guessed from what it begins with."""
        made = self._cell_class(self._sheet)
        shown = text if len(text) <= MOST_CHARACTERS else text[: MOST_CHARACTERS - len(_CUT)] + _CUT
        made._value, made.data_type = _escaped(shown), "s"  # noqa: SLF001 - the setter takes '=...' for a formula
        made._style = self._styles[style]  # noqa: SLF001
        if link and self._links < _LINKS_AT_MOST:
            self._links += 1
            made.hyperlink = link
        return made

    def cell(self, cell: Cell, of_numbers: bool) -> Any:  # noqa: ANN401 - openpyxl has no types here
        """A cell of the table: a number where it is one and has no mark beside it."""
        if of_numbers and cell.value is not None and not cell.marks:
            made = self._cell_class(self._sheet, value=cell.value)
            made._style = self._styles["number"]  # noqa: SLF001
            return made
        return self.text(cell.plain, "link" if cell.link else "body", cell.link)


def _escaped(text: str) -> str:
    """What a spreadsheet would read as an escaped character (``_x0041_``) stays the text that it is (ECMA-376)."""
    return re.sub(r"_(?=x[0-9A-Fa-f]{4}_)", "_x005F_", text)


def _width(column: Column, cells: list[Cell]) -> float:
    """Width in characters: the longest of the shorter half of the cells, within limits."""
    lengths = sorted(len(cell.text) for cell in cells)
    usual = lengths[(3 * len(lengths)) // 4] if lengths else 0
    return min(_WIDE, max(_NARROW, len(column.label) + 4, usual + 2))


def _properties(book: Any, table: Table) -> None:  # noqa: ANN401 - openpyxl has no types here
    book.properties.title = table.title[:255]
    book.properties.description = table.description
    book.properties.creator = "kb"
    book.properties.language = "en"
    book.properties.created = book.properties.modified = _EPOCH
