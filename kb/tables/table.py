"""The neutral table: columns, rows, footnotes, sources and the date of its evidence, before it has a format.

Every format is written from this one object and holds the same content. What would be dangerous in some format is
taken out here, once: characters that no XML can hold, marks that turn the direction of what follows them, and links
to anything but a web page. What each format takes for markup is escaped where that format is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal
from urllib.parse import urlsplit

from kb.cite import Run, Runs

UNKNOWN = "unknown"
"""What nobody has seen."""
EMPTY = "No study in the base bears on this."
"""What stands in place of the rows of a table that has none."""

Kind = Literal["text", "number"]

MINUS = re.compile(r"(?:(?<![^\s(\[])|(?<=[<>=≤≥]))-(?=\.?\d)")
"""The sign of a negative number; on paper no line may end behind it."""

_DROPPED = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f"  # controls; tabs, line ends and separators become blanks below
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff"  # directions, byte order mark
    "\ufff9-\ufffb]"  # interlinear annotation
)
_REPLACED = re.compile("[\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_LINK = re.compile(r"https?://[^\s<>\"'`\\{}|^]+", re.IGNORECASE)
_LONGEST_LINK = 2000


def clean(text: str) -> str:
    r"""A text that every format can hold: one line, no control characters, no marks that turn its direction.

    Examples
    --------
    >>> clean("a\x00b \n c"), clean("x\u202e1.5"), clean("\ud800") == "\ufffd"
    ('ab c', 'x1.5', True)
    """
    return " ".join(_cleaned(text).split())


def _cleaned(text: str) -> str:
    return _REPLACED.sub("\ufffd", _DROPPED.sub("", text))


def safe_link(link: str | None) -> str | None:
    """The link where it is a web address, else None.

    Examples
    --------
    >>> safe_link("https://doi.org/10.1000/x(1)"), safe_link("javascript:alert(1)"), safe_link("//evil")
    ('https://doi.org/10.1000/x(1)', None, None)
    """
    if link is None or len(link) > _LONGEST_LINK or clean(link) != link or not _LINK.fullmatch(link):
        return None
    try:
        return link if urlsplit(link).hostname else None
    except ValueError:  # a broken IPv6 address
        return None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Parameters
    ----------
    id
        Its name for programs.
    label
        Its name for readers.
    kind
        ``number`` where a spreadsheet may count with its cells.
    under
        The column in whose cells it stands, as a labelled line, where a page has no room for all columns side by side.
    weight
        Its share of the width among the columns that stand side by side.
    """

    id: str
    label: str
    kind: Kind = "text"
    under: str | None = None
    weight: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "id", clean(self.id))
        object.__setattr__(self, "label", clean(self.label))


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its text, a link, the marks of footnotes (letters) and sources (numbers), and a number's value."""

    text: str
    link: str | None = None
    marks: tuple[str, ...] = ()
    value: float | int | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", clean(self.text))
        object.__setattr__(self, "link", safe_link(self.link))
        object.__setattr__(self, "marks", tuple(clean(mark) for mark in self.marks))

    @property
    def plain(self) -> str:
        """Text and marks, for a format without superscripts.

        Examples
        --------
        >>> Cell("low", marks=("a", "2")).plain
        'low [a, 2]'
        """
        return f"{self.text} [{', '.join(self.marks)}]" if self.marks else self.text


def number(value: float | None, marks: tuple[str, ...] = ()) -> Cell:
    """A cell of a column of numbers.

    Examples
    --------
    >>> number(1200).text, number(None).text
    ('1,200', 'unknown')
    """
    return Cell(UNKNOWN if value is None else f"{value:,}", marks=marks, value=value)


@dataclass(frozen=True, slots=True)
class Footnote:
    """A footnote and its mark."""

    mark: str
    text: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "mark", clean(self.mark))
        object.__setattr__(self, "text", clean(self.text))


@dataclass(frozen=True, slots=True)
class Source:
    """A reference of the list under the table, in the style that was asked for.

    Parameters
    ----------
    key
        Of the study.
    runs
        The reference with its italics and links.
    number
        By which the cells point at it; None in a style of authors and years.
    """

    key: str
    runs: Runs
    number: int | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", clean(self.key))
        object.__setattr__(self, "runs", tuple(map(_clean_run, self.runs)))

    @property
    def text(self) -> str:
        """The reference without its looks."""
        return "".join(run.text for run in self.runs)

    @property
    def link(self) -> str | None:
        """The first address in the reference."""
        return next((run.link for run in self.runs if run.link), None)


def _clean_run(run: Run) -> Run:
    """A run with blanks at its ends kept: its neighbours need them."""
    return replace(run, text=re.sub(r"\s+", " ", _cleaned(run.text)), link=safe_link(run.link))


@dataclass(frozen=True)
class Table:
    """A table before it has a format.

    Parameters
    ----------
    kind
        ``evidence``, ``characteristics``, ``summary``, ``claims`` or ``new``.
    title, description
        What it shows; the description also serves those who cannot see the table.
    columns
        In order; the first one heads the rows.
    body
        A tuple of cells a row, in the order of the columns.
    footnotes
        What the marks of cells stand for.
    notes
        What holds for the whole table; retracted studies that were left out are named here.
    sources
        The references, in the order of their style's list.
    date
        ISO date up to which the evidence is known to have been looked at; None is unknown. ``date_words`` says how.
    method
        How the table was made, and who reviewed it.
    keys
        Studies that the table shows, in order.

    Raises
    ------
    ValueError
        When a row has not as many cells as there are columns, or two columns have one id.
    """

    kind: str
    title: str
    description: str
    columns: tuple[Column, ...]
    body: tuple[tuple[Cell, ...], ...]
    footnotes: tuple[Footnote, ...] = ()
    notes: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    date: str | None = None
    date_words: str = "Date of evidence: unknown."
    method: str = ""
    keys: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in ("title", "description", "date_words", "method"):
            object.__setattr__(self, name, clean(getattr(self, name)))
        for name in ("notes", "keys"):
            object.__setattr__(self, name, tuple(map(clean, getattr(self, name))))
        if len({column.id for column in self.columns}) != len(self.columns):
            message = "two columns have one id"
            raise ValueError(message)
        if any(len(row) != len(self.columns) for row in self.body):
            message = "a row has not as many cells as there are columns"
            raise ValueError(message)

    @cached_property
    def rows(self) -> tuple[dict[str, str], ...]:
        """The texts of each row by id of the column, without links and marks."""
        ids = [column.id for column in self.columns]
        return tuple(dict(zip(ids, (cell.text for cell in row), strict=True)) for row in self.body)

    @property
    def references(self) -> tuple[str, ...]:
        """The texts of the sources."""
        return tuple(source.text for source in self.sources)

    @property
    def told(self) -> tuple[str, ...]:
        """Notes, method and date of evidence: what stands between the footnotes and the sources."""
        return tuple(text for text in (*self.notes, self.method, self.date_words) if text)

    @cached_property
    def side_by_side(self) -> tuple[tuple[int, tuple[int, ...]], ...]:
        """Columns that stand side by side on a narrow page, each with those that stand under it, by position."""
        places = {column.id: place for place, column in enumerate(self.columns)}
        heads: dict[int, list[int]] = {
            place: [] for place, column in enumerate(self.columns) if column.under not in places
        }
        for place, column in enumerate(self.columns):
            if column.under in places:
                heads[places[column.under]].append(place)
        return tuple((place, tuple(under)) for place, under in heads.items())


def letters() -> Iterator[str]:
    """Marks of footnotes: a to z, then aa, ab and so on.

    Examples
    --------
    >>> from itertools import islice
    >>> list(islice(letters(), 24, 28))
    ['y', 'z', 'aa', 'ab']
    """
    count = 0
    while True:
        count += 1
        left, mark = count, ""
        while left:
            left, place = divmod(left - 1, 26)
            mark = chr(ord("a") + place) + mark
        yield mark


class Footnotes:
    """Gives each footnote a mark, and the same mark to the same text."""

    def __init__(self) -> None:
        self._marks: dict[str, str] = {}
        self._letters = letters()

    def mark(self, text: str) -> str:
        """The mark of a text."""
        if text not in self._marks:
            self._marks[text] = next(self._letters)
        return self._marks[text]

    @property
    def all(self) -> tuple[Footnote, ...]:
        """Every footnote in the order of its first mark."""
        return tuple(Footnote(mark, text) for text, mark in self._marks.items())
