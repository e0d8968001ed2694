"""Funnel plot: do small studies show other effects than large ones? Only from ten studies on, else a sentence."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.appraisal.certainty import FEW_FOR_EGGER as ENOUGH
from kb.figures.axis import Axis, Sides, draw_scale, draw_sides, ends, number, round_values, side_lines, side_rooms
from kb.figures.canvas import GREY, INK, NARROW, PALETTE, Canvas, fit, measured
from kb.figures.drawn import drawn
from kb.figures.forest import NAMES, RATIOS

if TYPE_CHECKING:
    from collections.abc import Iterable

_Z = 1.959963984540054
"""Half width of a 95 % interval in standard errors."""


@dataclass(frozen=True, slots=True)
class FunnelPoint:
    """One study: its effect on the scale that people read, its standard error on the scale of the analysis."""

    label: str
    estimate: float
    se: float


@dataclass(frozen=True, slots=True)
class Funnel:
    """A funnel plot; build it with :func:`compute_funnel`.

    Parameters
    ----------
    centre
        Pooled effect around which the limits lie.
    dropped
        Studies whose effect or standard error cannot be drawn.
    asymmetry
        What a test says, in words.
    """

    title: str
    measure: str
    logarithmic: bool
    null: float | None
    points: tuple[FunnelPoint, ...]
    centre: float | None
    dropped: tuple[str, ...] = ()
    sides: Sides | None = None
    unit: str | None = None
    asymmetry: str = ""

    @property
    def shown(self) -> bool:
        """Whether there are enough studies for the picture to mean anything."""
        return len(self.points) >= ENOUGH

    @property
    def scale(self) -> str:
        """Measure and unit."""
        return f"{self.measure}{f', {self.unit}' if self.unit else ''}"

    def limits(self, se: float) -> tuple[float, float]:
        """Between which effects 95 of 100 studies of this standard error lie when nothing but chance parts them."""
        middle = self.centre if self.centre is not None else self.null or 0.0
        if self.logarithmic:
            return middle * math.exp(-_Z * se), middle * math.exp(_Z * se)
        return middle - _Z * se, middle + _Z * se


def compute_funnel(
    title: str,
    measure: str,
    points: Iterable[FunnelPoint],
    centre: float | None,
    *,
    sides: Sides | None = None,
    unit: str | None = None,
    asymmetry: str = "",
) -> Funnel:
    """A funnel plot from plain numbers.

    Parameters
    ----------
    title
        The question.
    measure
        Code (``MD``, ``RR``) or words.
    points
        Studies; ratios as people read them, their standard errors those of the logarithms.
    centre
        Pooled effect, as people read it.
    sides, unit, asymmetry
        As :class:`Funnel` has them.

    Examples
    --------
    >>> made = compute_funnel("Pain", "RR", [FunnelPoint("Lee 2020", 0.5, 0.2), FunnelPoint("Kim 2001", 0, 1)], 0.6)
    >>> len(made.points), made.dropped, made.shown
    (1, ('Kim 2001',), False)
    """
    ratio = measure in RATIOS
    given = list(points)
    fine = [
        p
        for p in given
        if math.isfinite(p.estimate) and math.isfinite(p.se) and p.se > 0 and (p.estimate > 0 or not ratio)
    ]
    return Funnel(
        title=title,
        measure=NAMES.get(measure, measure),
        logarithmic=ratio,
        null=1.0 if ratio else 0.0,
        points=tuple(fine),
        centre=centre,
        dropped=tuple(p.label for p in given if p not in fine),
        sides=sides,
        unit=unit,
        asymmetry=asymmetry if len(fine) >= ENOUGH else "",
    )


def funnel_words(data: Funnel) -> str:
    """The plot in words, with every study; below ten studies why there is none.

    Examples
    --------
    >>> funnel_words(compute_funnel("Pain", "RR", [FunnelPoint("Lee 2020", 0.5, 0.2)], 0.6))
    'Pain: no funnel plot. With fewer than 10 studies (here 1) it cannot tell missing studies from chance.'
    """
    dropped = f" Not drawn, effect or standard error unknown: {', '.join(data.dropped)}." if data.dropped else ""
    k = len(data.points)
    if not data.shown:
        why = f"With fewer than {ENOUGH} studies (here {k}) it cannot tell missing studies from chance."
        return f"{data.title}: no funnel plot. {why}{dropped}"
    outside = [p for p in data.points if not data.limits(p.se)[0] <= p.estimate <= data.limits(p.se)[1]]
    around = f" around {number(data.centre, 2)}" if data.centre is not None else ""
    told = "; ".join(f"{p.label}: {number(p.estimate, 2)}, standard error {number(p.se, 3)}" for p in data.points)
    parts = [
        f"Funnel plot, {data.title}: {data.scale} against its standard error, {k} studies.",
        f"{k - len(outside)} lie within the 95 % limits{around}, {len(outside)} outside.",
        data.asymmetry,
        f"{told}.{dropped}",
    ]
    return " ".join(part for part in parts if part)


@drawn
def draw_funnel(data: Funnel, width: float = NARROW) -> str:
    """A dot a study, precise ones at the top, in the funnel that chance alone would fill; or the sentence."""
    words = funnel_words(data)
    if not data.shown:
        lines = fit(words, width - 12, 12)
        canvas = Canvas(f"funnel {data.title}", width, 16 * len(lines) + 12)
        for place, line in enumerate(lines):
            canvas.text(6, 14 + 16 * place, line, size=12)
        return canvas.svg(words)
    title = fit(f"{data.title}: funnel plot", width - 12, 13.5, bold=True)
    asymmetry = fit(data.asymmetry, width - 12) if data.asymmetry else []
    largest = max(p.se for p in data.points) * 1.06
    rows = [(p.estimate, None, None) for p in data.points]
    low, high = ends([*rows, (data.centre, *data.limits(largest))], [data.null or 0.0], logarithmic=data.logarithmic)
    axis = Axis(low, high, data.logarithmic, 58, width - 14)
    top = 18.0 * len(title) + 34
    bottom = top + min(380.0, 0.85 * width)
    lines = []
    if data.sides:
        _, *rooms = side_rooms(axis, data.null, width)
        lines = max(side_lines(data.sides, (rooms[0], rooms[1])), key=len)
    limits = "shaded: where 95 of 100 studies would lie if only chance parted them; dotted: pooled effect; "
    told = f"dot: a study; {limits if data.centre is not None else ''}solid: no effect"
    legend = fit(told, width - 12, 10.5)
    scale = fit(data.scale, width - 12, bold=True)
    foot = bottom + 26 + 13 * len(lines) + 14 * len(scale)
    canvas = Canvas(f"funnel {data.title}", width, foot + 16 + 14 * (len(legend) + len(asymmetry)) + 6)
    for place, line in enumerate(title):
        canvas.text(6, 14 + 18 * place, line, size=13.5, bold=True)
    canvas.text(6, top - 16, "Standard error (small at the top)", size=10.5, colour=GREY)
    _draw_funnel(canvas, data, axis, (top, bottom), largest)
    draw_scale(canvas, axis, bottom)
    if data.sides:
        draw_sides(canvas, axis, data.sides, data.null, bottom + 30)
    middle = (
        (axis.left + axis.right) / 2
        if max(measured(line, bold=True) for line in scale) < axis.right - axis.left
        else width / 2
    )
    for place, line in enumerate(scale):
        canvas.text(middle, foot - 4 - 14 * (len(scale) - 1 - place), line, size=11, align="center", bold=True)
    for place, line in enumerate(legend + asymmetry):
        grey = place < len(legend)
        canvas.text(6, foot + 16 + 14 * place, line, size=10.5 if grey else 11, colour=GREY if grey else INK)
    return canvas.svg(words)


def _draw_funnel(canvas: Canvas, data: Funnel, axis: Axis, ys: tuple[float, float], largest: float) -> None:
    top, bottom = ys

    def down(se: float) -> float:
        return top + se / largest * (bottom - top)

    middle = axis.place(data.limits(0)[0])
    edges = [axis.place(limit) for limit in data.limits(largest)]
    if data.centre is not None:
        canvas.polygon([(middle, top), *_clipped(middle, edges, axis, ys)], "#e8eef3")
        canvas.line((middle, middle), ys, PALETTE[0], 1.2, ":")
    for tick in round_values(0, largest, 5):
        canvas.line((axis.left - 4, axis.left), (down(tick), down(tick)), GREY)
        canvas.text(axis.left - 7, down(tick), f"{tick:g}", size=10.5, align="right")
    canvas.line((axis.left, axis.left), ys, GREY)
    if data.null is not None:
        canvas.line((axis.place(data.null),) * 2, ys, GREY, 1.2)
    for point in data.points:
        x = axis.place(point.estimate)
        if axis.left <= x <= axis.right:
            canvas.marker(x, down(point.se), "o", PALETTE[0], size=6.5)
        else:
            past = axis.right if x > axis.right else axis.left
            canvas.marker(past, down(point.se), ">" if x > axis.right else "<", PALETTE[0], size=6.5)


def _clipped(middle: float, edges: list[float], axis: Axis, ys: tuple[float, float]) -> list[tuple[float, float]]:
    """The lower corners of the funnel, cut at the ends of the axis."""
    top, bottom = ys
    found: list[list[tuple[float, float]]] = []
    for edge, end in zip(edges, (axis.left, axis.right), strict=True):
        if axis.left <= edge <= axis.right:
            found.append([(edge, bottom)])
        else:
            found.append([(end, top + (bottom - top) * (end - middle) / (edge - middle)), (end, bottom)])
    return [*found[1], *reversed(found[0])]
