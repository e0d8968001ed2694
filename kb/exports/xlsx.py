"""One workbook: what it is, the data dictionary, then a sheet a table.

Text stays text: what a spreadsheet would take for a formula, an error or an escape is marked as a string. A cell holds
at most 32,767 characters; a longer text is cut and says so. Lists are joined by semicolons. Control characters, which
a workbook cannot hold, become U+FFFD.
"""

from __future__ import annotations

import datetime as dt
import io
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
_WIDTHS = {"meaning": 80, "allowed values": 60, "title": 60, "reason": 60, "statement": 60, "as_reported": 60}


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
    _sheet(book.create_sheet("Data dictionary"), _COLUMNS, _dictionary(data))
    about = [line.split(": ", 1) if ": " in line else ["", line] for line in data.about.lines]
    _sheet(book.create_sheet("About"), ("about", "value"), about)
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


def _sheet(sheet: WriteOnlyWorksheet, columns: tuple[str, ...], rows: Any) -> None:  # noqa: ANN401 - rows of any table
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    bold = Font(bold=True)
    for number, name in enumerate(columns, 1):
        sheet.column_dimensions[get_column_letter(number)].width = _WIDTHS.get(name, max(12, len(name) + 2))
    sheet.freeze_panes = "B2"

    def cell(value: object) -> object:
        text = value if not isinstance(value, tuple) else "; ".join(map(str, value))
        if not isinstance(text, str):
            return text
        shown = cell_text(text)
        if not shown or shown[0] not in "=+-@#\t\n":
            return shown
        made = WriteOnlyCell(sheet, shown)
        made.data_type = "s"
        made.quotePrefix = True
        return made

    head = []
    for name in columns:
        made = WriteOnlyCell(sheet, name)
        made.font = bold
        head.append(made)
    sheet.append(head)
    n_rows = 1
    for row in rows:
        sheet.append([cell(value) for value in row])
        n_rows += 1
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{n_rows}"


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
