"""The text of a CSV file: its encoding, its separator, its rows and its numbers."""

from __future__ import annotations

import codecs
import csv
import math
import re
from pathlib import Path

from kb.problems import KbError, Problem

MAX_BYTES = 32_000_000


def read_text(path: Path) -> str:
    """The text of a file: UTF-8, UTF-16 with its byte-order mark, else Windows-1252."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise KbError(f"{path} is larger than {MAX_BYTES // 1_000_000} MB: it is not a table of studies")
        data = path.read_bytes()
    except OSError as error:
        raise KbError(f"{path} cannot be read: {error.strerror or error}") from error
    encoding = "utf-16" if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        if encoding == "utf-16" or b"\x00" in data:
            raise KbError(f"{path} is not a text file: save the table as CSV in UTF-8") from None
        return data.decode("cp1252", errors="replace")


def rows_of(path: Path, text: str) -> tuple[list[str], list[tuple[int, list[str]]], list[Problem]]:
    """Header and rows with the line on which each begins; blank rows are skipped, ragged ones are problems."""
    if "\x00" in text:
        raise KbError(f"{path} is not a text file: save the table as CSV in UTF-8")
    first = next((line for line in text.splitlines() if line.strip() and not line.startswith("sep=")), "")
    separator = max(",;\t", key=first.count)
    reader = csv.reader(text.splitlines(keepends=True), delimiter=separator, skipinitialspace=True)
    header: list[str] = []
    rows: list[tuple[int, list[str]]] = []
    problems: list[Problem] = []
    line = 0
    try:
        for row in reader:
            begin, line = line + 1, reader.line_num
            if not any(cell.strip() for cell in row):
                continue
            if not header and row[0].lower().startswith("sep="):
                continue  # a line that Excel writes for itself
            if not header:
                header = [cell.strip() for cell in row]
            elif len(row) != len(header):
                problems.append(_ragged(path, begin, row, len(header), separator))
            else:
                rows.append((begin, row))
    except csv.Error as error:
        problems.append(Problem(str(path), reader.line_num, "data-csv", f"not CSV: {error}", "Save the table as CSV."))
    if not header:
        problems.append(
            Problem(str(path), 1, "data-empty", "the file is empty", "Give a header row and a row a study.")
        )
    elif not rows and not problems:
        problems.append(Problem(str(path), 1, "data-empty", "a header and no rows", "Give a row a study."))
    return header, rows, problems


def _ragged(path: Path, line: int, row: list[str], expected: int, separator: str) -> Problem:
    message = f"{len(row)} cells where the header has {expected}"
    advice = "Give every row as many cells as the header."
    if separator == "," and len(row) > expected and sum(cell.strip().isdigit() for cell in row) >= 2:
        advice = "If decimals are written with a comma (0,5), write them with a point (0.5); quote text with commas."
    return Problem(str(path), line, "data-cells", message, advice)


_NUMBER = re.compile(r"[+-]?(?:\d{1,15}(?:\.\d{0,20})?|\.\d{1,20})(?:e[+-]?\d{1,3})?", re.IGNORECASE)
_COMMA = re.compile(r"[+-]?\d{1,15},\d{1,20}")
_EMPTY = {"", "na", "n/a", "nan", "null", ".", "-"}


def number(text: str) -> float | str | None:
    """A number; None for an empty cell; what is wrong, in words, for anything else.

    Examples
    --------
    >>> number("0.35"), number("NA"), number("0,35")
    (0.35, None, 'has a decimal comma')
    """
    cell = text.strip().replace("−", "-")
    if cell.lower() in _EMPTY:
        return None
    if _COMMA.fullmatch(cell):
        return "has a decimal comma"
    if not _NUMBER.fullmatch(cell):
        return "is not a number"
    value = float(cell)
    return value if math.isfinite(value) else "is not a finite number"
