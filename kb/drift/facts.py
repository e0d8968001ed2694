"""What a page says, told apart: numbers, statements, table rows and figure data; no markup, no times, stable order."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

Plain: TypeAlias = "str | int | float | bool | list[Plain] | dict[str, Plain] | None"

MIME = "application/vnd.kb.facts+json"
"""MIME type under which an output of a notebook gives its facts itself: that of :mod:`kb.notebook.html`."""
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its caption, its columns, and the words of each cell; the first cell heads its row."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure.

    Parameters
    ----------
    words
        What it shows, in words.
    data
        Digest of its labels and geometry.
    drawing
        Digest of all of it, colours and fonts included.
    """

    words: str
    data: str
    drawing: str


@dataclass(frozen=True, slots=True)
class Part:
    """The facts of one cell.

    Parameters
    ----------
    section
        The heading above it; empty before the first.
    cell
        Id of the cell.
    numbers
        Facts that the page gives by name, as plain data.
    statements
        Sentences and list items, in order.
    """

    section: str
    cell: str
    numbers: Mapping[str, Plain]
    statements: tuple[str, ...]
    tables: tuple[Table, ...]
    figures: tuple[Figure, ...]

    def __bool__(self) -> bool:
        """Whether it says anything."""
        return bool(self.numbers or self.statements or self.tables or self.figures)


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts of one page, by section in the order of the page."""

    title: str
    parts: tuple[Part, ...]

    def texts(self) -> Iterator[str]:
        """Every text of the page that can name a study."""
        for part in self.parts:
            yield from part.statements
            for table in part.tables:
                for row in table.rows:
                    yield from row


def to_plain(facts: Facts) -> dict[str, Any]:
    """The facts as JSON holds them.

    Examples
    --------
    >>> to_plain(Facts("Gout", (Part("Summary", "summary", {}, ("2 studies.",), (), ()),)))
    {'format': 1, 'title': 'Gout', 'parts': [{'section': 'Summary', 'cell': 'summary', 'statements': ['2 studies.']}]}
    """
    return {"format": FORMAT, "title": facts.title, "parts": [_part(part) for part in facts.parts]}


def _part(part: Part) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "section": part.section,
        "cell": part.cell,
        "numbers": {name: part.numbers[name] for name in sorted(part.numbers)},
        "statements": list(part.statements),
        "tables": [
            {"caption": table.caption, "columns": list(table.columns), "rows": [list(row) for row in table.rows]}
            for table in part.tables
        ],
        "figures": [{"words": f.words, "data": f.data, "drawing": f.drawing} for f in part.figures],
    }
    return {name: value for name, value in plain.items() if value or name == "section"}


def from_plain(plain: Mapping[str, Any]) -> Facts:
    """What :func:`to_plain` made.

    Raises
    ------
    KeyError, TypeError, ValueError
        When it is something else.
    """
    if plain["format"] != FORMAT:
        raise ValueError(plain["format"])
    return Facts(plain["title"], tuple(_from_part(part) for part in plain["parts"]))


def _from_part(plain: Mapping[str, Any]) -> Part:
    return Part(
        plain["section"],
        plain["cell"],
        dict(plain.get("numbers", {})),
        tuple(plain.get("statements", ())),
        tuple(
            Table(table["caption"], tuple(table["columns"]), tuple(tuple(row) for row in table["rows"]))
            for table in plain.get("tables", ())
        ),
        tuple(Figure(**figure) for figure in plain.get("figures", ())),
    )


def to_json(facts: Facts) -> str:
    """The facts as a file: one line a fact, so that a difference reads well."""
    return json.dumps(to_plain(facts), ensure_ascii=False, indent=1) + "\n"
