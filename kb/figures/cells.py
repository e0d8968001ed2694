"""Which condition was studied with which intervention, and where nothing was found: empty cells stay visible."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.figures.canvas import FAINT, GREY, INK, NARROW, Canvas, text_width, wrap
from kb.figures.drawn import drawn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from kb.model import Corpus, Term

Cells = dict[tuple[str, str], set[str]]
_SHARE = 0.3
"""Part of the heaviest term's studies above which a term is shown by its narrower ones."""


@dataclass(frozen=True, slots=True)
class Map:
    """Number of studies in each cell; rows and columns are pairs of id and label."""

    rows: tuple[tuple[str, str], ...]
    columns: tuple[tuple[str, str], ...]
    counts: dict[tuple[str, str], int]
    """By (row id, column id); a cell that is absent has no study."""
    axes: tuple[str, str] = ("condition", "intervention")
    """What rows and columns are."""

    @property
    def empty(self) -> int:
        """Cells without a study."""
        return len(self.rows) * len(self.columns) - sum(1 for n in self.counts.values() if n)


def compute_map(
    corpus: Corpus, cells: Cells, conditions: Iterable[str], interventions: Iterable[str], *, by: str = "condition"
) -> Map:
    """Studies of each condition with each intervention, narrower terms counted in the broader ones.

    Parameters
    ----------
    corpus
        The evidence.
    cells
        From :func:`kb.graph.cells`.
    conditions, interventions
        Ids, in the order in which they are shown.
    by
        ``condition`` when the conditions are the rows, ``intervention`` for the interventions.
    """
    across = tuple((i, corpus.conditions[i].label) for i in conditions)
    down = tuple((i, corpus.interventions[i].label) for i in interventions)
    counts = {(c, i): len(cells[c, i]) for c, _ in across for i, _ in down if (c, i) in cells}
    if by == "condition":
        return Map(across, down, counts)
    return Map(down, across, {(i, c): n for (c, i), n in counts.items()}, ("intervention", "condition"))


def compute_groups(
    terms: Mapping[str, Term], weights: Mapping[str, int], most: int, keep: Callable[[Term], bool] = lambda _: True
) -> list[str]:
    """At most ``most`` terms for an axis: a broad term that holds much gives way to its narrower ones.

    A term gives way when it holds more than three tenths of the studies of the heaviest term and at least two of
    its narrower terms hold any, and when one narrower term holds as many studies as itself.

    Parameters
    ----------
    terms
        One vocabulary.
    weights
        Number of studies of a term, narrower ones included.
    most
        How many terms at most.
    keep
        Which terms may be shown.

    Returns
    -------
    list[str]
        Ids, the most studied first, then by label.
    """
    below: dict[str, list[str]] = {}
    for term in terms.values():
        for parent in term.broader if keep(term) else ():
            below.setdefault(parent, []).append(term.id)
    limit = max(weights.values(), default=0) * _SHARE
    chosen: set[str] = set()
    waiting = [i for i, term in terms.items() if not term.broader and keep(term)]
    seen = set(waiting)
    while waiting:
        here = waiting.pop()
        narrower, own = below.get(here, []), weights.get(here, 0)
        same = [i for i in narrower if own and weights.get(i) == own]
        if same:
            waiting += [i for i in same if i not in seen]
            seen.update(same)
        elif own > limit and sum(1 for i in narrower if weights.get(i)) > 1:
            waiting += [i for i in narrower if i not in seen]
            seen.update(narrower)
        else:
            chosen.add(here)
    return sorted(chosen, key=lambda i: (-weights.get(i, 0), terms[i].label.casefold()))[:most]


def weights(cells: Cells, axis: int) -> dict[str, int]:
    """Number of studies of each condition (axis 0) or intervention (axis 1), from its cells."""
    studies: dict[str, set[str]] = {}
    for cell, keys in cells.items():
        studies.setdefault(cell[axis], set()).update(keys)
    return {i: len(keys) for i, keys in studies.items()}


def map_words(data: Map) -> str:
    """The map as a sentence.

    Examples
    --------
    >>> map_words(Map((("a", "A"),), (("x", "X"), ("y", "Y")), {("a", "x"): 2}))
    'Map of conditions (1) by interventions (2): 1 cell holds studies, 1 is empty. Most studies: A with X (2).'
    """
    most = sorted(((n, cell) for cell, n in data.counts.items() if n), key=lambda item: (-item[0], item[1]))[:3]
    rows, columns = dict(data.rows), dict(data.columns)
    named = ", ".join(f"{rows[row]} with {columns[column]} ({n})" for n, (row, column) in most)
    filled = len(data.rows) * len(data.columns) - data.empty
    size = f"{data.axes[0]}s ({len(data.rows)}) by {data.axes[1]}s ({len(data.columns)})"
    holds = f"{filled} {'cell holds' if filled == 1 else 'cells hold'} studies"
    none = f"{data.empty} {'is' if data.empty == 1 else 'are'} empty"
    return f"Map of {size}: {holds}, {none}.{f' Most studies: {named}.' if named else ''}"


@drawn
def draw_map(data: Map, width: float = NARROW) -> str:
    """A circle a cell, its area the number of studies that stands in it; an empty cell is an open square."""
    size = 11.5
    label = min(max((text_width(name, size) for _, name in data.rows), default=0), width * 0.44) + 10
    pitch = min(64.0, (width - label - 14) / max(len(data.columns), 1))
    width = label + pitch * len(data.columns) + 14
    heads = [wrap(name, 180, size, 2 if pitch >= 26 else 1) for _, name in data.columns]
    top = min(max((text_width(line, size) for head in heads for line in head), default=0), 184) + 10
    lines = [wrap(name, label - 6, size, 2) for _, name in data.rows]
    heights = [16 + 14 * len(each) if len(each) > 1 else 27 for each in lines]
    canvas = Canvas("map", width, top + sum(heights) + 6)
    largest = max(data.counts.values(), default=1)
    for number, head in enumerate(heads):
        x = label + pitch * (number + 0.5)
        for row, line in enumerate(head):
            shift = (row - (len(head) - 1) / 2) * 13
            canvas.text(x + shift, top - 6, line, size=size, rotation=90, align="center")
    y = top
    for (here, _), words, height in zip(data.rows, lines, heights, strict=True):
        canvas.line((0, width), (y, y), "#e6e6e6")
        middle = y + height / 2
        for number, line in enumerate(words):
            canvas.text(label - 8, middle + (number - (len(words) - 1) / 2) * 13.5, line, size=size, align="right")
        for place, (column, _) in enumerate(data.columns):
            x = label + pitch * (place + 0.5)
            count = data.counts.get((here, column), 0)
            if not count:
                canvas.marker(x, middle, "s", "white", size=5, edge=FAINT)
                continue
            across = 13 + (min(pitch, 25) - 13) * (count / largest) ** 0.5
            dark = count > largest / 3 or largest < 4
            canvas.marker(x, middle, "o", "#0072B2" if dark else "#b9d9ee", size=across, edge="#0072B2")
            small = 9.5 if count < 100 else 8
            canvas.text(x, middle, str(count), size=small, colour="white" if dark else INK, align="center", bold=dark)
        y += height
    canvas.line((0, width), (y, y), "#e6e6e6")
    if not data.rows:
        canvas.text(8, top / 2, "No term to show.", colour=GREY)
    return canvas.svg(map_words(data))
