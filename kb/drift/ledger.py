"""Facts of many pages in few bytes, for a repository: every text once, pages as lists of references to it.

::

    texts/statements.txt     reference and text, a line a statement, sorted by text
    texts/rows.txt           the same for table rows; cells are separated by tabs
    texts/figures.txt        the same for the words of figures
    pages/condition/x.txt    what the page holds, in order, a reference a line
    evidence.txt             what the evidence was: a digest for each study, finding and other file

A page file::

    facts 1                  the format
    = qdmzx                  its title
    @summary qdmzx           a cell and the section it stands in
    #"pooled" {"n": 3}       a number that the page gives by name
    xdkfa                    a statement
    |hfdcs xsdfw             a table: caption and columns
     sdfks                   its rows
    *fkdsh 0f1e.. 2d3c..     a figure: words, digest of its data, digest of its drawing

Long texts are mostly lists whose items stand in other lists, too: they are kept in pieces, and name them in a row.

The reference of a text does not depend on its numbers: a number that moves changes one line of ``texts/``, however
many pages show it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from kb.drift.facts import Facts, Figure, Part, Table

FORMAT = "facts 1"
_NUMBER = re.compile(r"\d+")
_LENGTH = 5
_REFERENCE = re.compile(rf"[a-z2-7]{{{_LENGTH}}}\d*")
_KINDS = ("statements", "rows", "figures")
_LONG = {"statements": 250, "figures": 150}
"""Characters from which on a text is kept in pieces. Measured on 422 pages: 2.9 instead of 3.3 MB."""
_SPLIT = {"statements": re.compile(r"(?<=,) "), "figures": re.compile(r"(?<=[,;.]) ")}

Texts = dict[str, dict[str, str]]
"""Kind -> text -> its reference."""


def pack(pages: Mapping[str, Facts]) -> dict[str, str]:
    """Files by path below the folder.

    Examples
    --------
    >>> files = pack({"overview": Facts("Overview", (Part("", "summary", {}, ("2 studies.",), (), ()),))})
    >>> sorted(files)
    ['pages/overview.txt', 'texts/figures.txt', 'texts/rows.txt', 'texts/statements.txt']
    >>> unpack(files)["overview"].parts[0].statements
    ('2 studies.',)
    """
    texts = _references(pages.values())
    files = {f"pages/{name}.txt": "\n".join(_page(facts, texts)) + "\n" for name, facts in pages.items()}
    for kind in _KINDS:
        lines = (f"{reference} {text}\n" for text, reference in sorted(texts[kind].items()))
        files[f"texts/{kind}.txt"] = "".join(lines)
    return files


def unpack(files: Mapping[str, str]) -> dict[str, Facts]:
    """What :func:`pack` packed.

    Raises
    ------
    KeyError, ValueError, IndexError
        When files are missing or are something else.
    """
    texts: dict[str, dict[str, str]] = {}
    for kind in _KINDS:
        texts[kind] = {}
        for line in filter(None, files[f"texts/{kind}.txt"].split("\n")):
            reference, _, text = line.partition(" ")
            if not _REFERENCE.fullmatch(reference) or reference in texts[kind]:
                raise ValueError(line)
            texts[kind][reference] = text
    return {
        path.removeprefix("pages/").removesuffix(".txt"): _Page(texts).read(content)
        for path, content in files.items()
        if path.startswith("pages/")
    }


def _references(pages: Iterable[Facts]) -> Texts:
    """A short reference for each text; texts that differ in numbers only are told apart by their order."""
    wanted: dict[str, set[str]] = {kind: set() for kind in _KINDS}
    for facts in pages:
        wanted["statements"].add(facts.title)
        for part in facts.parts:
            wanted["statements"] |= {part.section, *(table.caption for table in part.tables)}
            for text in part.statements:
                wanted["statements"].update(_pieces("statements", text))
            for figure in part.figures:
                wanted["figures"].update(_pieces("figures", figure.words))
            for table in part.tables:
                wanted["rows"] |= {_line(row) for row in (table.columns, *table.rows)}
    texts: Texts = {}
    for kind, found in wanted.items():
        alike: defaultdict[str, list[str]] = defaultdict(list)
        for text in found:
            alike[_short(_NUMBER.sub("#", text))].append(text)
        texts[kind] = {
            text: f"{reference}{number or ''}"
            for reference, group in alike.items()
            for number, text in enumerate(sorted(group))
        }
    return texts


def _pieces(kind: str, text: str) -> list[str]:
    """A text in pieces that a space joins again."""
    return _SPLIT[kind].split(text) if len(text) >= _LONG[kind] else [text]


def _short(text: str) -> str:
    return base64.b32encode(hashlib.sha256(text.encode()).digest())[:_LENGTH].decode().lower()


def _line(row: Iterable[str]) -> str:
    return "\t".join(row)


def _page(facts: Facts, texts: Texts) -> Iterator[str]:
    statements, rows, figures = (texts[kind] for kind in _KINDS)
    yield FORMAT
    yield f"= {statements[facts.title]}"
    for part in facts.parts:
        yield f"@{part.cell} {statements[part.section]}"
        for name in sorted(part.numbers):
            yield f"#{json.dumps(name)} {json.dumps(part.numbers[name], ensure_ascii=True, sort_keys=True)}"
        for statement in part.statements:
            yield " ".join(statements[piece] for piece in _pieces("statements", statement))
        for table in part.tables:
            yield f"|{statements[table.caption]} {rows[_line(table.columns)]}"
            for row in table.rows:
                yield f" {rows[_line(row)]}"
        for figure in part.figures:
            words = ",".join(figures[piece] for piece in _pieces("figures", figure.words))
            yield f"*{words} {figure.data} {figure.drawing}"


class _Page:
    """Reads a page file."""

    def __init__(self, texts: Mapping[str, Mapping[str, str]]) -> None:
        self.statements, self.rows, self.figures = (texts[kind] for kind in _KINDS)

    def read(self, content: str) -> Facts:
        first, title, *lines = content.split("\n")
        if first != FORMAT:
            raise ValueError(first)
        parts: list[_Open] = []
        for line in lines:
            if line.startswith("@"):
                cell, _, section = line[1:].rpartition(" ")
                parts.append(_Open(self.statements[section], cell))
            elif line:
                self._add(parts[-1], line)
        return Facts(self.statements[title.removeprefix("= ")], tuple(part.closed() for part in parts))

    def _add(self, part: _Open, line: str) -> None:
        mark, rest = line[0], line[1:]
        if mark == "#":
            name, end = json.JSONDecoder().raw_decode(rest)
            part.numbers[name] = json.loads(rest[end:])
        elif mark == "|":
            caption, columns = rest.split(" ")
            part.tables.append((self.statements[caption], self._cells(columns), []))
        elif mark == " ":
            part.tables[-1][2].append(self._cells(rest))
        elif mark == "*":
            words, data, drawing = rest.split(" ")
            told = " ".join(self.figures[piece] for piece in words.split(","))
            part.figures.append(Figure(told, data, drawing))
        else:
            part.statements.append(" ".join(self.statements[piece] for piece in line.split(" ")))

    def _cells(self, reference: str) -> tuple[str, ...]:
        text = self.rows[reference]
        return tuple(text.split("\t")) if text else ()


class _Open:
    """A part that is being read."""

    def __init__(self, section: str, cell: str) -> None:
        self.section, self.cell = section, cell
        self.numbers: dict[str, Any] = {}
        self.statements: list[str] = []
        self.tables: list[tuple[str, tuple[str, ...], list[tuple[str, ...]]]] = []
        self.figures: list[Figure] = []

    def closed(self) -> Part:
        tables = tuple(Table(caption, columns, tuple(rows)) for caption, columns, rows in self.tables)
        return Part(self.section, self.cell, self.numbers, tuple(self.statements), tables, tuple(self.figures))
