"""How wide the columns of a table are where its rows are to be low: by how much text stands in each.

The weights of columns are right for a wide page. On paper the cell that holds many small lines decides how high its row
is, and a column that is too narrow for its longest word breaks that word or runs into the next column.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kb.tables.table import Cell, Table

_RAGGED = 1.15
"""Words wrap before the edge of their column: lines are this much longer than their text."""


def shares(
    table: Table,
    room: int,
    heads: Sequence[tuple[int, tuple[int, ...]]] | None = None,
    *,
    word: int = 15,
    padding: int = 0,
) -> list[float]:
    """The share of the width of each column that stands side by side with others; together 1.

    Parameters
    ----------
    room
        Characters that fit side by side on the page.
    heads
        The columns, each with those that stand in its cells; :attr:`Table.side_by_side` where it is left out.
    word
        Characters up to which a word is kept whole where there is room.
    padding
        Characters of each column that stay empty.

    Examples
    --------
    >>> from kb.tables import Cell, Column, Table
    >>> row = Cell("a few words that need a few lines " * 3), Cell("1")
    >>> [round(share, 2) for share in shares(Table("new", "", "", (Column("a", "A"), Column("b", "B")), (row,)), 60)]
    [0.97, 0.03]
    """
    parts, words = [], []
    columns = table.side_by_side if heads is None else heads
    for place, under in columns:
        texts = [[_shown(row[place]) for row in table.body]]
        texts += [[f"{table.columns[p].label}: {_shown(row[p])}" for row in table.body] for p in under]
        parts.append([usual_length(lines) * _RAGGED for lines in texts])
        # Bold letters are wider.
        labels = [table.columns[p].label for p in (place, *under)]
        words.append(
            max(longest_word(labels, word) + 1, longest_word((text for lines in texts for text in lines), word))
        )
    widths = [width + padding for width in balanced(parts, words, room - padding * len(columns))]
    return [width / sum(widths) for width in widths]


def usual_length(texts: Sequence[str]) -> float:
    """How many characters a text of a column has in the mean; 0 without texts."""
    return sum(map(len, texts)) / len(texts) if texts else 0.0


def _shown(cell: Cell) -> str:
    return f"{cell.text}{','.join(cell.marks)}"


def longest_word(texts: Iterable[str], most: int) -> int:
    """The length of the longest word among those that have no more characters than ``most``."""
    return max((len(word) for text in set(texts) for word in text.split() if len(word) <= most), default=1)


def balanced(parts: Sequence[Sequence[float]], least: Sequence[int], room: int) -> list[int]:
    """Widths in characters that make the highest cell of a usual row low.

    Parameters
    ----------
    parts
        For each column the lengths, in characters, of the texts that stand one under the other in a cell.
    least
        What each column needs; less where there is no room for it.
    room
        Characters to give away.

    Examples
    --------
    >>> balanced([[100], [10, 10], [5]], [4, 4, 4], 40)
    [30, 6, 4]
    """
    most = max(least, default=1)
    while most > 1 and sum(min(most, width) for width in least) > room:
        most -= 1
    widths = [max(1, min(most, width)) for width in least]
    for _ in range(room - sum(widths)):
        # A column that shows every text in one line needs no more, however many lines it has.
        open_ = [place for place, lengths in enumerate(parts) if max(lengths, default=0) > widths[place]]
        if not open_:
            break
        widths[max(open_, key=lambda place: sum(max(1.0, n / widths[place]) for n in parts[place]))] += 1
    return widths
