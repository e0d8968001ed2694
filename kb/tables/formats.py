"""The formats of a table by name, and which one the end of a file's name means."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kb.problems import KbError
from kb.tables.as_html import to_html
from kb.tables.as_latex import to_latex
from kb.tables.as_text import to_csv, to_json, to_markdown

if TYPE_CHECKING:
    from collections.abc import Callable

    from kb.tables.as_docx import Page
    from kb.tables.table import Table

TEXT: dict[str, Callable[[Table], str]] = {
    "md": to_markdown,
    "html": to_html,
    "csv": to_csv,
    "latex": to_latex,
    "json": to_json,
}
BINARY = ("xlsx", "docx")
FORMATS = ("md", "html", "csv", "xlsx", "docx", "latex", "json")
SUFFIXES = {".htm": "html", ".markdown": "md", ".tex": "latex"} | {f".{name}": name for name in FORMATS}


def render(table: Table, format_: str, *, page: Page = "a4") -> bytes:
    """The table in a format, as the bytes of a file; text is UTF-8.

    Parameters
    ----------
    format_
        One of :data:`FORMATS`.
    page
        Of DOCX: ``a4`` or ``letter``.

    Examples
    --------
    >>> from kb.tables import Cell, Column, Table
    >>> table = Table("new", "T", "D", (Column("a", "A"),), ((Cell("1 < 2"),),))
    >>> b"1 &lt; 2" in render(table, "html")
    True
    """
    if format_ == "xlsx":
        from kb.tables.as_xlsx import to_xlsx

        return to_xlsx(table)
    if format_ == "docx":
        from kb.tables.as_docx import to_docx

        return to_docx(table, page=page)
    return TEXT[format_](table).encode()


def format_of(path: Path) -> str:
    """The format that the end of a file's name means.

    Raises
    ------
    KbError
        When it means none.
    """
    found = SUFFIXES.get(path.suffix.casefold())
    if found is None:
        known = ", ".join(sorted(SUFFIXES))
        message = (
            f"'{path.name}' does not say which format is meant: give --format, or end the name with one of {known}"
        )
        raise KbError(message)
    return found
