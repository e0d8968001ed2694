"""The text formats without layout: Markdown, CSV and JSON."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from typing import TYPE_CHECKING, Any

from kb.tables.table import EMPTY

if TYPE_CHECKING:
    from kb.cite import Run
    from kb.tables.table import Cell, Column, Source, Table

SCHEMA_ID = "kb-table-1"
_NUMBER = re.compile(r"[-+]?\d+(\.\d+)?([eE][-+]?\d+)?%?")
_FORMULA = frozenset("=+-@\uff1d\uff0b\uff0d\uff20\t\r\n")


# --- Markdown --------------------------------------------------------------------------------------------------------


def to_markdown(table: Table) -> str:
    """GitHub-flavoured Markdown: title, description, table, footnotes, notes and numbered sources."""
    lines = [f"## {md(table.title)}", "", md(table.description), ""]
    if table.body:
        lines.append("| " + " | ".join(md(column.label) for column in table.columns) + " |")
        lines.append("|" + "".join(" ---: |" if column.kind == "number" else " --- |" for column in table.columns))
        lines += ["| " + " | ".join(map(_md_cell, row)) + " |" for row in table.body]
    else:
        lines.append(md(EMPTY))
    notes = [*(f"{md(f'[{note.mark}]')} {md(note.text)}" for note in table.footnotes), *map(md, table.told)]
    lines += ["", *(f"{note}  " for note in notes)]
    if table.sources:
        lines += ["", "### References", ""]
        lines += [f"{f'{source.number}.' if source.number else '-'} {_md_runs(source)}" for source in table.sources]
    return "\n".join(lines) + "\n"


def _md_cell(cell: Cell) -> str:
    text = f"[{md(cell.text)}]({_md_target(cell.link)})" if cell.link else md(cell.text)
    return text + (md(f" [{', '.join(cell.marks)}]") if cell.marks else "")


def _md_runs(source: Source) -> str:
    return "".join(_md_run(run) for run in source.runs)


def _md_run(run: Run) -> str:
    """A run; emphasis stands close to the words, where Markdown wants it."""
    inner = run.text.strip()
    if not inner:
        return run.text
    before, after = run.text[: -len(run.text.lstrip())], run.text[len(run.text.rstrip()) :]
    around = "*" * (run.italic + 2 * run.bold)
    shown = f"{around}{md(inner)}{around}"
    return f"{before}{f'[{shown}]({_md_target(run.link)})' if run.link else shown}{after}"


def _md_target(link: str) -> str:
    """A link between parentheses; nothing in it can end them, or be taken for a character reference."""
    return link.replace("&", "&amp;").replace("(", "\\(").replace(")", "\\)")


def md(text: str) -> str:
    r"""A text that Markdown shows as it is.

    Letters, digits and blanks stay; of the punctuation that can begin markup, what stands inside a sentence or a
    number ("4.7", "0-100", "(95% CI)") stays readable: only what means something where it stands is escaped.

    Examples
    --------
    >>> md("<b>*x*</b> [a](b) | MD -9.5 (0-100)")
    '\\<b\\>\\*x\\*\\</b\\> \\[a\\](b) \\| MD -9.5 (0-100)'
    """
    shown = re.sub(r"([\\`*_\[\]<>|~&$])", r"\\\1", text)
    # At the start of a line: headings, lists, quotations, rules, underlines of headings.
    shown = re.sub(r"^([#+\-=])", r"\\\1", shown)
    shown = re.sub(r"^(\d{1,9})([.)])", r"\1\\\2", shown)
    # A bare address or e-mail becomes a link by itself; a backslash before the colon, dot or at sign keeps it text.
    shown = re.sub(r"(?i)\b(https?|ftp|mailto|xmpp)(:)", r"\1\\\2", shown)
    shown = re.sub(r"(?i)\bwww\.", r"www\\.", shown)
    return shown.replace("@", "\\@")


# --- CSV -------------------------------------------------------------------------------------------------------------


def to_csv(table: Table) -> str:
    """CSV: a header row of names for programs, the rows, an empty row, then what stands under the table.

    Every row has the same number of fields. A cell that a spreadsheet would take for a formula begins with an
    apostrophe; a plain number such as ``-9.5`` is no formula and stays.
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    width = max(3, len(table.columns))

    def write(*cells: str) -> None:
        writer.writerow([*cells, *[""] * (width - len(cells))])

    write(*(guarded(column.id) for column in table.columns))
    for row in table.body:
        write(*(_csv_cell(cell) for cell in row))
    write()
    write("Title", guarded(table.title))
    write("Description", guarded(table.description))
    if not table.body:
        write("Rows", EMPTY)
    for note in table.footnotes:
        write(f"Footnote {note.mark}", guarded(note.text))
    for text in table.told:
        write("Note", guarded(text))
    for source in table.sources:
        write(f"Reference {source.number or ''}".strip(), guarded(source.text), source.link or "")
    return stream.getvalue()


def _csv_cell(cell: Cell) -> str:
    if cell.value is not None and not cell.marks:
        return str(cell.value)
    return guarded(cell.plain)


def guarded(text: str) -> str:
    r"""A text that no spreadsheet takes for a formula: an apostrophe goes before what looks like one.

    The rule is OWASP's for CSV injection, with the full-width signs that Excel takes for plain ones too, and it looks
    behind blanks and signs without a width. Numbers stay numbers.

    Examples
    --------
    >>> [guarded(text) for text in ("=1+1", " @x", "\uff1d1", "-9.5", "-2 to 3", "a = b")]
    ["'=1+1", "' @x", "'\uff1d1", '-9.5', "'-2 to 3", 'a = b']
    """
    if _NUMBER.fullmatch(text):
        return text
    if text.startswith("'") and guarded(text[1:]) != text[1:]:
        return f"'{text}"  # so that whoever takes guards away finds the text that was meant
    for char in text:
        if char in _FORMULA:
            return f"'{text}"
        if not char.isspace() and unicodedata.category(char) not in {"Cf", "Cc", "Mn"}:
            return text
    return text


# --- JSON ------------------------------------------------------------------------------------------------------------


def to_json(table: Table) -> str:
    """The table as JSON, in the shape of :mod:`kb.tables.schema`."""
    data: dict[str, Any] = {
        "schema": SCHEMA_ID,
        "kind": table.kind,
        "title": table.title,
        "description": table.description,
        "columns": [_column(column) for column in table.columns],
        "rows": [
            {column.id: _json_cell(cell) for column, cell in zip(table.columns, row, strict=True)} for row in table.body
        ],
        "footnotes": [{"mark": note.mark, "text": note.text} for note in table.footnotes],
        "notes": list(table.notes),
        "sources": [
            {"number": source.number, "key": source.key, "text": source.text, "link": source.link}
            for source in table.sources
        ],
        "date": table.date,
        "date_words": table.date_words,
        "method": table.method,
        "keys": list(table.keys),
    }
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def _column(column: Column) -> dict[str, str | None]:
    return {"id": column.id, "label": column.label, "kind": column.kind, "under": column.under}


def _json_cell(cell: Cell) -> dict[str, object]:
    return {"text": cell.text, "value": cell.value, "link": cell.link, "marks": list(cell.marks)}
