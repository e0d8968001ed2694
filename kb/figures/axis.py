"""The axis of effects that forest and funnel plots share: its ends, its ticks, its numbers, what its sides mean."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from statistics import median, quantiles
from typing import TYPE_CHECKING

from kb.figures.canvas import GREY, INK, fit, measured

if TYPE_CHECKING:
    from kb.figures.canvas import Canvas

Interval = tuple[float | None, float | None, float | None]
"""Estimate, low and high; None is unknown."""

_SIZE = 10.5
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True, slots=True)
class Sides:
    """What the two sides of the null value mean, and which of them is better for the patient where that is known."""

    low: str
    high: str
    better: str | None = None
    """``low`` or ``high``."""

    @property
    def words(self) -> str:
        """The sides as a sentence.

        Examples
        --------
        >>> Sides("favours exercise", "favours rest", "low").words
        'Lower values: favours exercise (better for the patient); higher values: favours rest.'
        """
        told = [
            f"{name}er values: {said}{' (better for the patient)' if self.better == name else ''}"
            for name, said in (("low", self.low), ("high", self.high))
        ]
        sentence = "; ".join(told)
        return f"{sentence[0].upper()}{sentence[1:]}."


@dataclass(frozen=True, slots=True)
class Axis:
    """A scale from ``low`` to ``high`` drawn from pixel ``left`` to pixel ``right``."""

    low: float
    high: float
    logarithmic: bool
    left: float
    right: float

    def place(self, value: float) -> float:
        """Pixel of a value; past the axis it is far outside, never an error."""
        low, high = (_scaled(end, self.logarithmic) for end in (self.low, self.high))
        share = (_scaled(value, self.logarithmic) - low) / (high - low)
        return self.left + max(-1e6, min(share, 1e6)) * (self.right - self.left)

    def ticks(self) -> list[tuple[float, str]]:
        """Pixels and words of the ticks: as many round values as stand apart."""
        for values in _candidates(self.low, self.high, logarithmic=self.logarithmic):
            found = [(self.place(value), f"{value:,.10g}") for value in values]
            if len(found) > 1 and all(
                a[0] + measured(a[1], _SIZE) / 2 + 9 < b[0] - measured(b[1], _SIZE) / 2 for a, b in pairwise(found)
            ):
                return found
        return [(self.place(value), f"{value:.3g}") for value in (self.low, self.high)]


def _scaled(value: float, logarithmic: bool) -> float:
    """A value along the axis; a ratio of nought lies past every end of it."""
    if not logarithmic:
        return value
    return math.log(value) if value > 0 else -math.inf


def _candidates(low: float, high: float, *, logarithmic: bool) -> Iterator[list[float]]:
    """Sets of round values from many to few."""
    if logarithmic:
        first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
        exponents = range(first, last + 1)
        if last - first <= 6:
            for steps in ((1, 1.5, 2, 3, 5, 7), (1, 2, 5), (1, 3)):
                found = [round(m * 10.0**e, 12 - e) for e in exponents for m in steps if low <= m * 10.0**e <= high]
                if len(found) > 2:
                    yield found
        for every in (1, 2, 3, 4, 6):
            found = [10.0**e for e in exponents if e % every == 0 and low <= 10.0**e <= high]
            if len(found) > 2:
                yield found
    size = math.floor(math.log10(max(high - low, 1e-300)))
    for exponent in (size - 1, size):
        for step in (1, 2, 5):
            width = step * 10.0**exponent
            start, end = math.ceil(low / width), math.floor(high / width)
            if end - start < 40:
                yield [round(n * width, max(0, 12 - exponent)) + 0.0 for n in range(start, end + 1)]


def round_values(low: float, high: float, most: int) -> list[float]:
    """At most ``most`` round values, as many as there are.

    Examples
    --------
    >>> round_values(0, 0.53, 4)
    [0.0, 0.2, 0.4]
    """
    return next((found for found in _candidates(low, high, logarithmic=False) if 1 < len(found) <= most), [low, high])


def ends(rows: Iterable[Interval], always: Iterable[float], *, logarithmic: bool) -> tuple[float, float]:
    """Ends of the axis.

    ``always`` (null value, pooled estimate) fits. Estimates fit unless they lie far from all others; an interval far
    longer than the others runs off the axis.

    Examples
    --------
    >>> low, high = ends([(2, 1, 3), (3, 2, 4), (2, 1, 3), (2, -900, 900)], [0], logarithmic=False)
    >>> -10 < low < 0, 4 < high < 10
    (True, True)
    """
    scaled = [[s for v in row if v is not None and math.isfinite(s := _scaled(v, logarithmic))] for row in rows]
    scaled = [sorted(row) for row in scaled if row]
    fixed = [s for v in always if math.isfinite(s := _scaled(v, logarithmic))]
    points = [row[len(row) // 2] if len(row) != 2 else sum(row) / 2 for row in scaled] or fixed or [0.0]
    quarter = quantiles(points, n=4, method="inclusive") if len(points) > 1 else [points[0]] * 3
    usual = max(median([row[-1] - row[0] for row in scaled] or [0.0]), quarter[2] - quarter[0])
    reach = 6 * usual or math.inf
    kept = [p for p in points if abs(p - quarter[1]) <= reach] + fixed
    every = [v for row in scaled for v in row] + fixed
    low = max(min(every, default=0.0), min(kept) - 2 * usual)
    high = min(max(every, default=0.0), max(kept) + 2 * usual)
    margin = (high - low) * 0.05 or max(abs(high) * 0.1, 0.5)
    low, high = low - margin, high + margin
    return (math.exp(low), math.exp(high)) if logarithmic else (low, high)


def decimals(rows: Iterable[Interval], *, logarithmic: bool) -> int:
    """Decimals that suit the numbers of one figure: two for ratios and small values, fewer for large ones."""
    if logarithmic:
        return 2
    largest = [max(known) for row in rows if (known := [abs(v) for v in row if v is not None and math.isfinite(v)])]
    usual = median(largest) if largest else 0
    return 2 if usual < 10 else 1 if usual < 1000 else 0


def number(value: float | None, places: int) -> str:
    """A value in words; a small one keeps two digits, so that nothing but nought is written as nought.

    Examples
    --------
    >>> number(1.234, 2), number(0.00123, 2), number(-0.0, 1), number(None, 1), number(12345.6, 1)
    ('1.23', '0.0012', '0.0', 'unknown', '12,346')
    >>> number(4.1e9, 2), number(1e-7, 2)
    ('4.1×10⁹', '1.0×10⁻⁷')
    """
    if value is None:
        return "unknown"
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    if value and (abs(value) < 1e-4 or abs(value) >= 1e6):
        digits, _, power = f"{value:.1e}".partition("e")
        return f"{digits}×10{str(int(power)).translate(_RAISED)}"
    if value and abs(value) < 0.5 * 10**-places:
        return f"{value:.{1 - math.floor(math.log10(abs(value)))}f}"
    return f"{value + 0.0:,.{places if abs(value) < 10_000 else 0}f}"


def interval(row: Interval, places: int) -> str:
    """Estimate and interval in words.

    Examples
    --------
    >>> interval((1.5, 0.9, 2.5), 2), interval((None, None, None), 2), interval((2, None, None), 0)
    ('1.50 (0.90 to 2.50)', 'not estimable', '2 (interval unknown)')
    """
    middle, low, high = row
    if middle is None and low is None and high is None:
        return "not estimable"
    if low is None and high is None:
        return f"{number(middle, places)} (interval unknown)"
    return f"{number(middle, places)} ({number(low, places)} to {number(high, places)})"


def draw_grid(canvas: Canvas, axis: Axis, null: float | None, ys: tuple[float, float], zone: float | None) -> None:
    """What lies behind a row: the zone of differences too small to matter, faint lines of ticks, the null line."""
    if null is not None and zone is not None:
        start, end = (min(max(axis.place(v), axis.left), axis.right) for v in band(axis, null, zone))
        canvas.rectangle(start, ys[0], end - start, ys[1] - ys[0], "#e3e9ee")
    for x, _ in axis.ticks():
        canvas.line((x, x), ys, "#ededed")
    if null is not None and axis.left <= axis.place(null) <= axis.right:
        canvas.line((axis.place(null),) * 2, ys, GREY, 1.2)


def band(axis: Axis, null: float, size: float) -> tuple[float, float]:
    """Values nearer to the null value than ``size``: a difference, or a ratio and its inverse."""
    if axis.logarithmic:
        ratio = max(size, 1 / size)
        return null / ratio, null * ratio
    return null - abs(size), null + abs(size)


def draw_scale(canvas: Canvas, axis: Axis, y: float, *, above: bool = False) -> None:
    """The line of the axis at ``y`` with its ticks; 20 pixels high, beneath the line unless ``above``."""
    way = -1 if above else 1
    canvas.line((axis.left, axis.right), (y, y), GREY)
    for x, words in axis.ticks():
        canvas.line((x, x), (y, y + 4 * way), GREY)
        canvas.text(x, y + 12 * way, words, size=_SIZE, colour=INK, align="center")


def side_lines(sides: Sides, rooms: tuple[float, float]) -> tuple[list[str], list[str]]:
    """What the sides mean, each wrapped into its room; the arrows never stand alone on a line."""
    arrow = measured("← ", _SIZE)
    low, high = fit(sides.low, rooms[0] - arrow, _SIZE), fit(sides.high, rooms[1] - arrow, _SIZE)
    return [f"← {low[0]}", *low[1:]], [*high[:-1], f"{high[-1]} →"]


def side_rooms(axis: Axis, null: float | None, width: float) -> tuple[float, float, float]:
    """Where the words of the sides meet, and the room left and right of it.

    On a phone they share the axis; beside columns they may reach beyond it.
    """
    middle = (axis.left + axis.right) / 2
    quarter = (axis.right - axis.left) / 4
    if null is not None and abs(axis.place(null) - middle) < quarter:
        middle = axis.place(null)
    if axis.left > 30:
        return middle, middle - 14, width - middle - 14
    return middle, middle - axis.left - 8, axis.right - middle - 8


def draw_sides(canvas: Canvas, axis: Axis, sides: Sides, null: float | None, y: float) -> None:
    """What the sides mean, beneath the axis and away from where they meet; the first line is centred at ``y``."""
    middle, *rooms = side_rooms(axis, null, canvas.width)
    low, high = side_lines(sides, (rooms[0], rooms[1]))
    for place, line in enumerate(low):
        canvas.text(middle - 8, y + 13 * place, line, size=_SIZE, align="right")
    for place, line in enumerate(high):
        canvas.text(middle + 8, y + 13 * place, line, size=_SIZE)


def draw_whisker(
    canvas: Canvas, axis: Axis, ys: float, row: Interval, *, colour: str = INK, width: float = 1.4
) -> None:
    """An interval; an end past the axis is an arrow, an unknown end is open and marked ``?``."""
    low, high = (None if v is None else axis.place(v) for v in row[1:])
    known = [x for x in (low, None if row[0] is None else axis.place(row[0]), high) if x is not None]
    if not known or (low is None and high is None):
        return
    start, end = (min(max(x, axis.left), axis.right) for x in (min(known), max(known)))
    canvas.line((start, end), (ys, ys), colour, width)
    for x, way in ((low, -1), (high, 1)):
        if x is None:
            canvas.text(end + 16 if way > 0 else start - 16, ys, "?", size=10.5, colour=GREY, align="center")
    draw_arrows(canvas, axis, ys, known, colour)


def draw_arrows(canvas: Canvas, axis: Axis, y: float, xs: list[float], colour: str) -> None:
    """An arrow at each end of the axis that any of ``xs`` lies past."""
    if min(xs) < axis.left - 0.5:
        _arrow(canvas, axis.left, y, -1, colour)
    if max(xs) > axis.right + 0.5:
        _arrow(canvas, axis.right, y, 1, colour)


def _arrow(canvas: Canvas, x: float, y: float, way: int, colour: str) -> None:
    canvas.polygon(((x + 2 * way, y), (x - 6 * way, y - 4), (x - 6 * way, y + 4)), colour)
