"""Evidence map: how much is known of each condition with each intervention, how surely, and which way it points."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from kb.figures.canvas import FAINT, GREY, INK, NARROW, ON_FILL, PALETTE, Canvas, fit, flow, measured
from kb.figures.drawn import drawn
from kb.model import CertaintyLevel

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class Pull(StrEnum):
    """Which way the evidence of a cell points, for the patient."""

    BENEFIT = "benefit"
    NO_DIFFERENCE = "little or no difference"
    HARM = "harm or worse than the comparator"
    MIXED = "mixed"
    UNKNOWN = "direction unknown"


_COLOURS: dict[CertaintyLevel | None, str] = {
    CertaintyLevel.HIGH: PALETTE[0],
    CertaintyLevel.MODERATE: PALETTE[5],
    CertaintyLevel.LOW: PALETTE[4],
    CertaintyLevel.VERY_LOW: PALETTE[1],
    None: "#ffffff",
}
_CORNERS: dict[Pull, tuple[tuple[float, float], ...]] = {
    Pull.BENEFIT: ((0.0, -0.7776), (0.6734, 0.3888), (-0.6734, 0.3888)),
    Pull.HARM: ((0.0, 0.7776), (0.6734, -0.3888), (-0.6734, -0.3888)),
    Pull.NO_DIFFERENCE: ((-0.4431, -0.4431), (0.4431, -0.4431), (0.4431, 0.4431), (-0.4431, 0.4431)),
    Pull.MIXED: ((0.0, -0.6267), (0.6267, 0.0), (0.0, 0.6267), (-0.6267, 0.0)),
    Pull.UNKNOWN: tuple((math.cos(n * math.pi / 20) / 2, math.sin(n * math.pi / 20) / 2) for n in range(40)),
}
"""Shapes around their centre of gravity, each with the area of a circle of diameter 1."""
_SMALLEST = 9.0
"""Diameter in pixels below which a shape is no longer told from another."""

_LEVEL = 88.0
"""Width of a column in pixels from which on its head is not turned."""


@dataclass(frozen=True, slots=True)
class MapCell:
    """What is known of one row with one column; certainty None is not rated."""

    row: str
    column: str
    studies: int
    certainty: CertaintyLevel | None = None
    pull: Pull = Pull.UNKNOWN


@dataclass(frozen=True, slots=True)
class CertaintyMap:
    """Cells by (row id, column id); rows and columns are pairs of id and label."""

    rows: tuple[tuple[str, str], ...]
    columns: tuple[tuple[str, str], ...]
    cells: dict[tuple[str, str], MapCell]
    axes: tuple[str, str] = ("condition", "intervention")

    @property
    def empty(self) -> int:
        """Cells without a study."""
        return len(self.rows) * len(self.columns) - len(self.cells)


def certainty_words(level: CertaintyLevel | None) -> str:
    """The certainty as the map names it.

    Examples
    --------
    >>> certainty_words(CertaintyLevel.VERY_LOW), certainty_words(None)
    ('very low certainty', 'certainty not rated')
    """
    return "certainty not rated" if level is None else f"{level.value.replace('-', ' ')} certainty"


def compute_certainty_map(
    rows: Iterable[tuple[str, str]],
    columns: Iterable[tuple[str, str]],
    cells: Iterable[MapCell],
    axes: tuple[str, str] = ("condition", "intervention"),
) -> CertaintyMap:
    """The map of these rows and columns; cells without a study, or outside of them, are left out.

    Raises
    ------
    ValueError
        If a cell is given twice.
    """
    across, down = tuple(columns), tuple(rows)
    inside = {row for row, _ in down}, {column for column, _ in across}
    found: dict[tuple[str, str], MapCell] = {}
    for cell in cells:
        if cell.studies <= 0 or cell.row not in inside[0] or cell.column not in inside[1]:
            continue
        if (cell.row, cell.column) in found:
            raise ValueError(f"the cell of {cell.row} with {cell.column} is given twice")
        found[cell.row, cell.column] = cell
    return CertaintyMap(down, across, found, axes)


def certainty_map_words(data: CertaintyMap) -> str:
    """The map in words, with every cell that holds a study.

    Examples
    --------
    >>> cell = MapCell("elbow", "waves", 3, CertaintyLevel.LOW, Pull.MIXED)
    >>> made = compute_certainty_map([("elbow", "Elbow pain")], [("waves", "Waves"), ("tape", "Tape")], [cell])
    >>> print(certainty_map_words(made))
    Evidence map of conditions (1) by interventions (2); 1 cell is empty.
    Elbow pain: Waves 3 studies, low certainty, mixed.
    """
    are = "1 cell is" if data.empty == 1 else f"{data.empty} cells are"
    parts = [
        f"Evidence map of {data.axes[0]}s ({len(data.rows)}) by {data.axes[1]}s ({len(data.columns)}); {are} empty."
    ]
    for row, label in data.rows:
        told = [
            f"{name} {cell.studies} {'study' if cell.studies == 1 else 'studies'}, "
            f"{certainty_words(cell.certainty)}, {cell.pull.value}"
            for column, name in data.columns
            if (cell := data.cells.get((row, column)))
        ]
        parts.append(f"{label}: {'; '.join(told) or 'no study'}.")
    return " ".join(parts)


@drawn
def draw_certainty_map(data: CertaintyMap, width: float = NARROW) -> str:
    """A shape a cell: its area the studies, its colour the certainty, its form the direction; empty cells are marked.

    On a phone the name of a row stands above its cells, else left of them.
    """
    stacked = width < 600
    count = max(len(data.columns), 1)
    names_wide = max((measured(name, 11.5) for _, name in data.rows), default=0)
    label = 0.0 if stacked else min(names_wide, width * 0.3) + 14
    room = (width - label - 8) / count
    upright = room < _LEVEL
    pitch = min(72.0, room) if upright else min(150.0, room)
    lines = 2 if pitch >= 30 else 1
    heads = [fit(name, 170, 11.5, lines=lines) if upright else fit(name, pitch - 8, 11.5) for _, name in data.columns]
    longest = max((measured(line, 11.5) for head in heads for line in head), default=0)
    top = 14 + (longest if upright else 14.0 * max(map(len, heads), default=0))
    names = [fit(name, width - 12 if stacked else label - 14, 11.5) for _, name in data.rows]
    most = max((cell.studies for cell in data.cells.values()), default=1)
    largest = min((pitch - 3) / 1.3468, 34.0)
    inner = largest * 1.2 + 16
    heights = [15.0 * len(name) + 5 + inner if stacked else max(inner, 15.0 * len(name) + 8) for name in names]
    foot = top + sum(heights) + 10
    canvas = Canvas("certainty map", width, foot + _legend_height(data, width))
    for number, head in enumerate(heads):
        for line, words in enumerate(head):
            x = label + pitch * (number + 0.5) + 4
            if upright:
                x += (line - (len(head) - 1) / 2) * 13
                canvas.text(x, top - 7, words, size=11.5, rotation=90, align="center")
            else:
                canvas.text(x, top - 12 - 14 * (len(head) - 1 - line), words, size=11.5, align="center")
    if not data.rows or not data.columns:
        canvas.text(8, 12, "No term to show.", colour=GREY)
    y = top
    for (row, _), name, height in zip(data.rows, names, heights, strict=True):
        canvas.line((0, width), (y, y), "#e0e0e0")
        start = y + 11 if stacked else y + height / 2 - 7.5 * (len(name) - 1)
        for number, words in enumerate(name):
            canvas.text(6, start + 15 * number, words, size=11.5)
        middle = y + height - inner / 2 if stacked else y + height / 2
        for place, (column, _) in enumerate(data.columns):
            x = label + pitch * (place + 0.5) + 4
            _draw_cell(canvas, x, middle, data.cells.get((row, column)), (most, largest))
        y += height
    canvas.line((0, width), (y, y), "#e0e0e0")
    _draw_legend(canvas, data, y + 20, width)
    return canvas.svg(certainty_map_words(data))


def _draw_cell(canvas: Canvas, x: float, y: float, cell: MapCell | None, scale: tuple[int, float]) -> None:
    if cell is None:
        canvas.marker(x, y, "s", "white", size=5, edge=FAINT)
        return
    most, largest = scale
    across = max(_SMALLEST, largest * math.sqrt(cell.studies / most))
    words = str(cell.studies)
    within = measured(words, 10.5, bold=True) + 3 < across * (0.62 if len(_CORNERS[cell.pull]) == 3 else 0.8)
    middle = y if within else y - 6
    _draw_shape(canvas, x, middle, cell.pull, cell.certainty, across)
    colour = _on(cell.certainty) if within else INK
    low = max(corner[1] for corner in _CORNERS[cell.pull]) * across
    canvas.text(x, y if within else middle + low + 8, words, size=10.5, align="center", colour=colour, bold=True)


def _on(certainty: CertaintyLevel | None) -> str:
    """Colour of a number on a shape."""
    if certainty is None:
        return INK
    return "white" if certainty is CertaintyLevel.HIGH else ON_FILL


def _draw_shape(
    canvas: Canvas, x: float, y: float, pull: Pull, certainty: CertaintyLevel | None, across: float
) -> None:
    points = [(x + dx * across, y + dy * across) for dx, dy in _CORNERS[pull]]
    canvas.polygon(points, _COLOURS[certainty], edge=INK)


def _legend(data: CertaintyMap) -> tuple[list[CertaintyLevel | None], list[Pull]]:
    levels = {cell.certainty for cell in data.cells.values()}
    pulls = {cell.pull for cell in data.cells.values()}
    return [level for level in _COLOURS if level in levels], [pull for pull in Pull if pull in pulls]


def _places(words: Sequence[str], width: float) -> list[tuple[float, int]]:
    return flow((22 + measured(each, 11) for each in words), width - 14)


_EXPLAINED = "Area and number: studies. Small open square: no study."


def _legend_height(data: CertaintyMap, width: float) -> float:
    levels, pulls = _legend(data)
    rows = [_places([certainty_words(level) for level in levels], width), _places([p.value for p in pulls], width)]
    lines = sum(1 + max((row for _, row in places), default=-1) for places in rows)
    return 18.0 * lines + 14 * len(fit(_EXPLAINED, width - 12)) + 22


def _draw_legend(canvas: Canvas, data: CertaintyMap, y: float, width: float) -> None:
    levels, pulls = _legend(data)
    places = _places([certainty_words(level) for level in levels], width)
    for level, (x, row) in zip(levels, places, strict=True):
        _draw_shape(canvas, 14 + x, y + 18 * row, Pull.UNKNOWN, level, 13)
        canvas.text(26 + x, y + 18 * row, certainty_words(level), size=11)
    y += 18 * (1 + max((row for _, row in places), default=-1))
    places = _places([pull.value for pull in pulls], width)
    for pull, (x, row) in zip(pulls, places, strict=True):
        points = [(14 + x + dx * 13, y + 18 * row + dy * 13) for dx, dy in _CORNERS[pull]]
        canvas.polygon(points, "#d9d9d9", edge=INK)
        canvas.text(26 + x, y + 18 * row, pull.value, size=11)
    y += 18 * (1 + max((row for _, row in places), default=-1))
    for place, line in enumerate(fit(_EXPLAINED, width - 12)):
        canvas.text(6, y + 14 * place, line, size=11, colour=GREY)
