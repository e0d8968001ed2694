"""One workbook: what it is, the data dictionary, then a sheet a table.

Text stays text: what a spreadsheet would take for a formula, an error or an escape is marked as a string. A cell holds
at most 32,767 characters; a longer text is cut and says so. Lists are joined by semicolons. Control characters, which
a workbook cannot hold, become U+FFFD.
"""

from __future__ import annotations

import datetime as dt
import io
import math
import re
from typing import TYPE_CHECKING, Any

from kb.exports.archive import unzipped, zipped
from kb.exports.shared import xml_text
from kb.problems import KbError

if TYPE_CHECKING:
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

    from kb.exports.data import Data

LONGEST = 32_767
"""Characters that a cell can hold."""
MOST_ROWS = 1_048_576
"""Rows that a sheet can hold, the header included."""
_CUT = " [... cut: a cell holds no more; the other exports hold all]"
_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_COLUMNS = ("table", "column", "type", "unit", "meaning", "allowed values", "standard", "refers to")
_NARROW, _WIDE = 10, 60
"""Least and greatest width of a column, in characters."""
_LINE = 15.0
"""Height of a line in points."""
_A4 = 9
"""Paper, by its number in ECMA-376 (18.3.1.63)."""


def xlsx(data: Data) -> bytes:
    """The workbook.

    Raises
    ------
    KbError
        When a table has more rows than a sheet can hold.
    """
    from openpyxl import Workbook

    for name, table in data.tables.items():
        if len(table) >= MOST_ROWS:
            message = f"{name} has {len(table):,} rows, more than a sheet can hold: take the SQLite or Parquet export"
            raise KbError(message)
    book = Workbook(write_only=True)
    day = dt.datetime.combine(data.about.date or dt.date(1980, 1, 1), dt.time())
    book.properties.creator = "The kb-evidence authors"
    book.properties.title = data.about.lines[0]
    book.properties.description = "\n".join(data.about.lines[1:])
    book.properties.created = day
    about = [line.split(": ", 1) if ": " in line else ["", line] for line in data.about.lines]
    _sheet(book.create_sheet("About"), ("about", "value"), about, wrapped=True)
    _sheet(book.create_sheet("Data dictionary"), _COLUMNS, _dictionary(data), wrapped=True)
    for name, table in data.tables.items():
        _sheet(book.create_sheet(name), tuple(table.columns), table.rows())
    made = io.BytesIO()
    book.save(made)
    return _timeless(made.getvalue(), day)


def _dictionary(data: Data) -> list[tuple[str, ...]]:
    return [
        (
            table.resource.name,
            field.name,
            f"list of {field.type}" if field.many else field.type,
            field.unit or "",
            field.meaning,
            ", ".join(field.values),
            field.standard or "",
            field.refers or "",
        )
        for table in data.tables.values()
        for field in table.resource.fields
    ]


def _sheet(
    sheet: WriteOnlyWorksheet,
    columns: tuple[str, ...],
    rows: Any,  # noqa: ANN401 - rows of any table
    *,
    wrapped: bool = False,
) -> None:
    """A table with its header in sight, printed across the page; what is read rather than filtered is wrapped."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    bold, wrap = Font(bold=True), Alignment(vertical="top", wrap_text=True)
    sheet.print_title_rows = "1:1"
    sheet.page_setup.paperSize, sheet.page_setup.orientation = _A4, "landscape"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    listed = [[_shown(value) for value in row] for row in rows]
    widths = [_width(name, [row[place] for row in listed], 1 if wrapped else 0.8) for place, name in enumerate(columns)]
    for place, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    sheet.freeze_panes = "B2"

    def cell(shown: object) -> object:
        if not isinstance(shown, str):
            return shown
        risky = shown[:1] in set("=+-@#\t\n")
        if not risky and not wrapped:
            return shown
        made = WriteOnlyCell(sheet, shown)
        if risky:
            made.data_type = "s"
            made.quotePrefix = True
        if wrapped:
            made.alignment = wrap
        return made

    head = []
    for name in columns:
        made = WriteOnlyCell(sheet, name)
        made.font = bold
        head.append(made)
    sheet.append(head)
    for number, row in enumerate(listed, 2):
        if wrapped:  # Excel finds the height by itself, LibreOffice does not.
            lines = [math.ceil(1.15 * len(str(value)) / width) for value, width in zip(row, widths, strict=True)]
            sheet.row_dimensions[number].height = _LINE * max(1, *lines)
        sheet.append([cell(value) for value in row])
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{len(listed) + 1}"


def _shown(value: object) -> object:
    """A number as it is, anything else as the text of a cell."""
    text = "; ".join(map(str, value)) if isinstance(value, tuple) else value
    return cell_text(text) if isinstance(text, str) else text


def _width(name: str, values: list[object], share: float) -> int:
    """What a share of the values needs, within limits; a header is read whole beside the button of its filter."""
    lengths = sorted(len(str(value)) for value in values if value is not None)
    usual = lengths[round(share * (len(lengths) - 1))] if lengths else 0
    return max(_NARROW, len(name) + 4, min(_WIDE, usual + 2))


def cell_text(text: str) -> str:
    r"""Text as a cell can hold it.

    Examples
    --------
    >>> cell_text("a\x00b_x0041_"), len(cell_text("a" * 40_000))
    ('a\ufffdb_x005F_x0041_', 32767)
    """
    shown = _ESCAPE.sub("_x005F_", xml_text(text.replace("\r\n", "\n").replace("\r", "\n")))
    return shown if len(shown) <= LONGEST else shown[: LONGEST - len(_CUT)] + _CUT


def _timeless(made: bytes, day: dt.datetime) -> bytes:
    """The same file without the time at which it was written."""
    files = unzipped(made)
    core = files["docProps/core.xml"].decode()
    stamp = day.strftime("%Y-%m-%dT00:00:00Z")
    files["docProps/core.xml"] = re.sub(r"(<dcterms:modified[^>]*>)[^<]*", rf"\g<1>{stamp}", core).encode()
    return zipped(files)
