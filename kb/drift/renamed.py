"""Accepted facts with the new name of a term, so that a new name is one line of a report and not one a sentence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from kb.drift.facts import Facts, Figure, Part, Table


def renamed(old: Facts, new: Facts, names: Mapping[str, str]) -> tuple[Facts, tuple[str, ...]]:
    """The old facts with new names wherever the page says exactly that now, and which names those were.

    A text that would still differ stays as it was accepted: something else moved in it, too.

    Parameters
    ----------
    names
        Old name of a term -> new name.
    """
    if not names:
        return old, ()
    swap = _Swap(set(_texts(new)), names)
    parts = tuple(swap.part(part) for part in old.parts)
    return Facts(swap.text(old.title), parts), tuple(name for name in names if name in swap.used)


class _Swap:
    """Puts new names into texts that then stand on the new page."""

    def __init__(self, wanted: set[str], names: Mapping[str, str]) -> None:
        self._wanted, self._names, self._made = wanted, names, dict[str, str]()
        self.used: set[str] = set()

    def text(self, text: str) -> str:
        if text in self._wanted:
            return text
        if text not in self._made:
            self._made[text] = self._swapped(text)
        return self._made[text]

    def _swapped(self, text: str) -> str:
        """The text with one spelling of the names, or with all, if the page has it."""
        here = {old: new for old, new in self._names.items() if old.casefold() in text.casefold()}
        for capital, small in ((True, False), (False, True), (True, True)):
            made = text
            for old, new in here.items():
                made = made.replace(old, new) if capital else made
                made = made.replace(_small(old), _small(new)) if small else made
            if made != text and made in self._wanted:
                self.used |= here.keys()
                return made
        return text

    def part(self, part: Part) -> Part:
        return replace(
            part,
            section=self.text(part.section),
            numbers={self.text(name): value for name, value in part.numbers.items()},
            statements=tuple(map(self.text, part.statements)),
            tables=tuple(map(self._table, part.tables)),
            figures=tuple(map(self._figure, part.figures)),
        )

    def _table(self, table: Table) -> Table:
        rows = tuple(tuple(map(self.text, row)) for row in table.rows)
        return Table(self.text(table.caption), tuple(map(self.text, table.columns)), rows)

    def _figure(self, figure: Figure) -> Figure:
        """Its labels are part of its data, so that the digests move with the name; the words say what it shows."""
        words = self.text(figure.words)
        return figure if words == figure.words else replace(figure, words=words)


def _small(name: str) -> str:
    return f"{name[:1].lower()}{name[1:]}"


def _texts(facts: Facts) -> Iterator[str]:
    yield facts.title
    for part in facts.parts:
        yield part.section
        yield from part.numbers
        yield from part.statements
        for figure in part.figures:
            yield figure.words
        for table in part.tables:
            yield table.caption
            yield from table.columns
            for row in table.rows:
                yield from row
