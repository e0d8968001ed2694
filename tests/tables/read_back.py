"""What a table in each format holds, read by parsers that were not written here."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import dataclass
from typing import Any

import docx
import lxml.html
import openpyxl
from docx.oxml.ns import qn
from markdown_it import MarkdownIt
from openpyxl.utils.escape import unescape

from kb.tables import Cell, Table
from kb.tables.as_text import guarded


@dataclass(frozen=True)
class Content:
    """The content of a table, the same whatever its format; marks stand in brackets behind a cell's text."""

    title: str
    description: str
    rows: tuple[tuple[str, ...], ...]
    footnotes: tuple[tuple[str, str], ...]
    told: tuple[str, ...]
    sources: tuple[str, ...]


def squeezed(text: str) -> str:
    return " ".join(text.split())


def _shown(cell: Cell) -> str:
    text = f"{cell.value:,}" if cell.value is not None else cell.text
    return f"{text} [{','.join(cell.marks)}]" if cell.marks else text


def of_table(table: Table) -> Content:
    return Content(
        table.title,
        table.description,
        tuple(tuple(_shown(cell) for cell in row) for row in table.body),
        tuple((note.mark, note.text) for note in table.footnotes),
        table.told,
        tuple(squeezed(source.text) for source in table.sources),
    )


def _number(text: str) -> str:
    """A bare number as the neutral table writes it."""
    return f"{json.loads(text):,}" if re.fullmatch(r"-?(0|[1-9]\d*)(\.\d+)?", text) else text


def _numbers(cells: list[str], table: Table) -> tuple[str, ...]:
    pairs = zip(cells, table.columns, strict=True)
    return tuple(_number(cell) if column.kind == "number" else cell for cell, column in pairs)


def _marks(text: str) -> str:
    return re.sub(r" \[((?:[a-z]+|\d+)(?:, ?(?:[a-z]+|\d+))*)\]$", lambda m: f" [{m[1].replace(' ', '')}]", text)


# --- HTML ------------------------------------------------------------------------------------------------------------


def of_html(text: str, table: Table) -> Content:
    root: Any = lxml.html.fragment_fromstring(text)
    caption = root.find(".//caption")
    rows = []
    for row in root.findall(".//tbody/tr"):
        held = {cell.get("data-column"): _html_cell(cell) for cell in row.iter("span") if cell.get("data-column")}
        rows.append(tuple(held[column.id] for column in table.columns) if held else ())
    notes = [p for p in root.findall("./p") if p.get("data-note") is not None]
    footnotes = [p for p in root.findall("./p") if p.get("data-footnote") is not None]
    return Content(
        caption.find("strong").text_content(),
        caption.find("span").text_content(),
        tuple(row for row in rows if row),
        tuple((p.get("data-footnote"), p.find("span").text_content()) for p in footnotes),
        tuple(p.text_content() for p in notes),
        tuple(squeezed(item.text_content()) for item in root.iter("li")),
    )


def _html_cell(cell) -> str:
    marks = cell.find("sup")
    text = "".join(part.text_content() if part.tag == "a" else "" for part in cell) or (cell.text or "")
    return f"{text} [{marks.text_content()}]" if marks is not None else text


# --- Markdown --------------------------------------------------------------------------------------------------------


def of_markdown(text: str, table: Table) -> Content:
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(text)
    inlines = [(tokens[place - 1].type, token) for place, token in enumerate(tokens) if token.type == "inline"]
    title = next(_md_text(token) for kind, token in inlines if kind == "heading_open")
    cells = [_marks(_md_text(token)) for kind, token in inlines if kind == "td_open"]
    width = sum(kind == "th_open" for kind, _ in inlines)
    paragraphs = [
        (tokens[place - 1].level, token)
        for place, token in enumerate(tokens)
        if token.type == "inline" and tokens[place - 1].type == "paragraph_open"
    ]
    top = [token for level, token in paragraphs if level == 0]
    lines = [line for token in top[1:] for line in _md_lines(token)]
    notes = [re.fullmatch(r"\[([a-z]+)\] (.*)", line) for line in lines]
    return Content(
        title,
        _md_text(top[0]),
        tuple(_numbers(cells[at : at + width], table) for at in range(0, len(cells), width or 1)),
        tuple((note[1], note[2]) for note in notes if note),
        tuple(line for line, note in zip(lines, notes, strict=True) if not note),
        tuple(squeezed(_md_text(token)) for level, token in paragraphs if level > 0),
    )


def _md_text(token) -> str:
    kept = {"text", "text_special", "code_inline"}
    return "".join(c.content if c.type in kept else " " if c.type.endswith("break") else "" for c in token.children)


def _md_lines(token) -> list[str]:
    lines = [""]
    for child in token.children:
        if child.type.endswith("break"):
            lines.append("")
        elif child.type in {"text", "text_special"}:
            lines[-1] += child.content
    return lines


# --- CSV, JSON -------------------------------------------------------------------------------------------------------


def of_csv(text: str, table: Table) -> Content:
    lines = list(csv.reader(io.StringIO(text)))
    assert len({len(line) for line in lines}) == 1
    empty = next(place for place, line in enumerate(lines) if not any(line))
    width = len(table.columns)
    told: dict[str, list[str]] = {}
    for kind, words, *_ in lines[empty + 1 :]:
        told.setdefault(kind.split(" ")[0], []).append(words)
    marks = [line[0].split(" ")[1] for line in lines[empty + 1 :] if line[0].startswith("Footnote")]
    return Content(
        _bare(told["Title"][0]),
        _bare(told["Description"][0]),
        tuple(_numbers([_marks(_bare(cell)) for cell in line[:width]], table) for line in lines[1:empty]),
        tuple(zip(marks, map(_bare, told.get("Footnote", [])), strict=True)),
        tuple(map(_bare, told.get("Note", []))),
        tuple(squeezed(_bare(text)) for text in told.get("Reference", [])),
    )


def _bare(text: str) -> str:
    """A text without its guard."""
    return text[1:] if text.startswith("'") and guarded(text[1:]) == text else text


def of_json(text: str) -> Content:
    data = json.loads(text)
    cells = [[row[column["id"]] for column in data["columns"]] for row in data["rows"]]
    return Content(
        data["title"],
        data["description"],
        tuple(tuple(_shown(Cell(c["text"], None, tuple(c["marks"]), c["value"])) for c in row) for row in cells),
        tuple((note["mark"], note["text"]) for note in data["footnotes"]),
        tuple(text for text in (*data["notes"], data["method"], data["date_words"]) if text),
        tuple(squeezed(source["text"]) for source in data["sources"]),
    )


# --- XLSX, DOCX ------------------------------------------------------------------------------------------------------


def of_xlsx(data: bytes, table: Table) -> Content:
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    lines = [[cell.value for cell in row] for row in sheet.iter_rows()]
    width = len(table.columns)
    rows = lines[4 : 4 + len(table.body)]
    rest = [(line[0], line[1]) for line in lines[4 + len(rows) :] if line[0] is not None and line[1] is not None]
    return Content(
        lines[0][0] or "",
        lines[1][0] or "",
        tuple(tuple(_value(value) for value in row[:width]) for row in rows),
        tuple((kind.strip("[]"), text) for kind, text in rest if re.fullmatch(r"\[[a-z]+\]", kind)),
        tuple(text for kind, text in rest if kind == "Note"),
        tuple(squeezed(text) for kind, text in rest if kind == "Reference" or re.fullmatch(r"\[\d+\]", kind)),
    )


def _value(value) -> str:
    return f"{value:,}" if isinstance(value, int | float) else _marks(unescape(value or ""))


def of_docx(data: bytes, table: Table) -> Content:
    document = docx.Document(io.BytesIO(data))
    paragraphs = document.element.body.findall(qn("w:p"))
    rows = []
    for row in document.element.body.iter(qn("w:tr")):
        if row.find(qn("w:trPr")).find(qn("w:tblHeader")) is not None:
            continue
        held: list[str] = [""] * len(table.columns)
        for cell, (place, under) in zip(row.findall(qn("w:tc")), table.side_by_side, strict=True):
            for paragraph, at in zip(cell.findall(qn("w:p")), (place, *under), strict=True):
                text = _docx_text(paragraph)
                held[at] = text if at == place else text.removeprefix(f"{table.columns[at].label}: ")
        rows.append(tuple(held))
    texts = [_docx_text(paragraph) for paragraph in paragraphs]
    after = texts[2:] if table.body else texts[3:]
    split = after.index("References") if "References" in after else len(after)
    n = len(table.footnotes)
    footnotes = [(_docx_marks(p), _docx_plain(p).strip()) for p in paragraphs[len(texts) - len(after) :][:n]]
    return Content(
        texts[0],
        texts[1],
        tuple(rows),
        tuple(footnotes),
        tuple(after[n:split]),
        tuple(squeezed(re.sub(r"^\d+\. ", "", text)) for text in after[split + 1 :]),
    )


def _raised(run) -> bool:
    return run.find(f"{qn('w:rPr')}/{qn('w:vertAlign')}") is not None


def _runs(paragraph):
    return list(paragraph.iter(qn("w:r")))


def _docx_plain(paragraph) -> str:
    parts = (
        part for run in _runs(paragraph) if not _raised(run) for part in run.iter(qn("w:t"), qn("w:noBreakHyphen"))
    )
    return "".join("-" if part.tag == qn("w:noBreakHyphen") else part.text or "" for part in parts)


def _docx_marks(paragraph) -> str:
    return "".join(t.text or "" for run in _runs(paragraph) if _raised(run) for t in run.iter(qn("w:t")))


def _docx_text(paragraph) -> str:
    marks = _docx_marks(paragraph)
    return f"{_docx_plain(paragraph)} [{marks}]" if marks else _docx_plain(paragraph)
