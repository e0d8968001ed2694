"""Which treatments were compared with which: treatments on a circle, a line for each comparison, a key beneath."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from kb.figures.canvas import GREY, INK, NARROW, Canvas, wrap
from kb.figures.drawn import drawn

_BLUE = "#0072b2"
_MARGIN = 34.0
_LARGEST = 300.0
_LINE = 15.0


@dataclass(frozen=True, slots=True)
class Treatment:
    """A treatment and the number of studies that compared it; a control is drawn open."""

    id: str
    label: str
    studies: int
    control: bool = False


@dataclass(frozen=True, slots=True)
class Compared:
    """Two treatments by id, and the number of studies that compared them."""

    one: str
    two: str
    k: int


@dataclass(frozen=True, slots=True)
class Comparisons:
    """Treatments in the order of the key, and what was compared."""

    title: str
    treatments: tuple[Treatment, ...]
    compared: tuple[Compared, ...]

    def number(self, identifier: str) -> int:
        """The number of a treatment in the key, from 1."""
        return next(n for n, one in enumerate(self.treatments, 1) if one.id == identifier)


def compute_comparisons(title: str, treatments: Iterable[Treatment], compared: Iterable[Compared]) -> Comparisons:
    """Comparisons whose treatments are known, in a fixed order.

    Examples
    --------
    >>> both = [Treatment("a", "Rest", 1), Treatment("b", "Load", 1)]
    >>> made = compute_comparisons("Elbow", both, [Compared("a", "b", 1)])
    >>> comparisons_words(made)
    'Elbow: Rest (1) and Load (2), 1 study.'
    """
    known = tuple(treatments)
    ids = {one.id for one in known}
    edges = tuple(sorted((e for e in compared if {e.one, e.two} <= ids), key=lambda e: (-e.k, e.one, e.two)))
    return Comparisons(title, known, edges)


def comparisons_words(data: Comparisons) -> str:
    """The picture in words."""
    if not data.compared:
        return f"{data.title}: no comparison of treatments."
    label = {one.id: f"{one.label} ({n})" for n, one in enumerate(data.treatments, 1)}
    told = [f"{label[e.one]} and {label[e.two]}, {e.k} {'study' if e.k == 1 else 'studies'}" for e in data.compared]
    return f"{data.title}: {'; '.join(told)}."


@drawn
def draw_comparisons(data: Comparisons, width: float = NARROW) -> str:
    """The picture as SVG; a line is the wider the more studies it stands for."""
    side = min(width, _LARGEST)
    rows = [wrap(f"{n}  {_key(one)}", width - 12) for n, one in enumerate(data.treatments, 1)]
    height = side + _LINE * (sum(map(len, rows)) + 1) + 14
    canvas = Canvas("comparisons", width, height)
    places = _places(data, width / 2, side / 2, side / 2 - _MARGIN)
    for edge in data.compared:
        (x1, y1), (x2, y2) = places[edge.one], places[edge.two]
        canvas.line((x1, x2), (y1, y2), GREY, 1 + 1.5 * (edge.k - 1) if edge.k < 6 else 9)
    for n, one in enumerate(data.treatments, 1):
        x, y = places[one.id]
        canvas.marker(x, y, "o", _BLUE, size=22, filled=not one.control)
        canvas.text(x, y, str(n), size=10.5, bold=True, align="center", colour=INK if one.control else "#ffffff")
    y = side + 6
    for lines in rows:
        for line in lines:
            canvas.text(6, y, line, size=10.5)
            y += _LINE
    canvas.text(6, y, "A wider line: more studies.", size=10.5, colour=GREY)
    return canvas.svg(comparisons_words(data))


def _key(one: Treatment) -> str:
    studies = f"{one.studies} {'study' if one.studies == 1 else 'studies'}"
    return f"{one.label} ({studies}{', control' if one.control else ''})"


def _places(data: Comparisons, x: float, y: float, radius: float) -> dict[str, tuple[float, float]]:
    count = max(1, len(data.treatments))
    places = {}
    for n, one in enumerate(data.treatments):
        angle = 2 * math.pi * n / count - math.pi / 2
        places[one.id] = (x + radius * math.cos(angle), y + radius * math.sin(angle))
    return places
