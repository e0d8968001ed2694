"""The parts of a drawn forest plot: blocks of a height, marks of studies and pools, head and foot."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.figures.axis import (
    Axis,
    Interval,
    draw_arrows,
    draw_grid,
    draw_scale,
    draw_sides,
    draw_whisker,
    side_lines,
    side_rooms,
)
from kb.figures.canvas import GREY, INK, ON_FILL, PALETTE, Canvas, fit
from kb.figures.lights import domain_lines, draw_legend, draw_light, legend_rows, meanings

if TYPE_CHECKING:
    from kb.figures.forest import Diamond, Forest, ForestRow

_ZONE = "#e3e9ee"
_SQUARE, EDGE, _BAR = PALETTE[5], PALETTE[0], PALETTE[1]
LIGHT = 15.0
"""Pixels from one light to the next."""
ABREAST = 8
"""Lights in a line; more are set in further lines."""


@dataclass(frozen=True, slots=True)
class Block:
    """Something drawn across the figure: its height, and how to draw it from its top."""

    height: float
    draw: Callable[[Canvas, float], None]


def text_block(
    lines: list[str], x: float = 6, *, size: float = 11, colour: str = INK, bold: bool = False, pitch: float = 14.5
) -> Block:
    """Lines of text."""

    def draw(canvas: Canvas, y: float) -> None:
        for place, line in enumerate(lines):
            canvas.text(x, y + pitch * (place + 0.5), line, size=size, colour=colour, bold=bold)

    return Block(pitch * len(lines), draw)


def gap(height: float) -> Block:
    """Empty space."""
    return Block(height, lambda _canvas, _y: None)


def head_blocks(data: Forest, width: float) -> list[Block]:
    """The question, and what is measured."""
    scale = f"{data.scale}; {data.level:g} % intervals"
    return [
        text_block(fit(data.title, width - 12, 13.5, bold=True), size=13.5, bold=True, pitch=18),
        text_block(fit(scale, width - 12), colour=GREY),
        gap(6),
    ]


def sections(data: Forest) -> list[tuple[str, tuple[ForestRow, ...], Diamond | None, str]]:
    """Label, studies, pool and note of each subgroup; all studies where there is none."""
    if not data.subgroups:
        return [("", data.rows, None, "")]
    return [(group.label, group.rows, group.pooled, group.note) for group in data.subgroups]


def axis_block(data: Forest, axis: Axis, width: float, *, above: bool = False) -> Block:
    """The axis with what its sides mean; ``above`` the studies only its ticks."""
    _, low, high = side_rooms(axis, data.null, width)
    sides = side_lines(data.sides, (low, high)) if data.sides and not above else ([], [])
    lines = max(map(len, sides))

    def draw(canvas: Canvas, y: float) -> None:
        draw_scale(canvas, axis, y + 22 if above else y, above=above)
        if lines and data.sides:
            draw_sides(canvas, axis, data.sides, data.null, y + 28)

    return Block(22 if above else 24 + 13 * lines, draw)


def foot_blocks(data: Forest, width: float) -> list[Block]:
    """What the marks mean."""
    room = width - 14
    blocks = [gap(8)]
    if data.too_small:
        lines = fit(f"shaded: {data.too_small}", room - 22)

        def swatch(canvas: Canvas, y: float) -> None:
            canvas.rectangle(7, y + 2, 16, 11, _ZONE, edge="#b5c0ca")

        blocks += [over(swatch, text_block(lines, 28)), gap(3)]
    marks = ["square: a study" + (", its area the weight" if any(row.weight is not None for row in data.rows) else "")]
    marks += ["diamond: pooled estimate with its interval"] if data.diamonds else []
    marks += ["bar: where the effect in a new setting is expected"] if data.prediction else []
    axis = Axis(*data.ends, data.logarithmic, 0, 100)
    drawn = [row.values for row in data.rows] + [diamond.values for diamond in data.diamonds]
    every = [v for values in drawn for v in values if v is not None]
    past = any(not -0.5 <= axis.place(v) <= 100.5 for v in (*every, *(data.prediction or ())))
    marks += ["arrow: goes on past the axis"] if past else []
    blocks.append(text_block(fit("; ".join(marks), room), colour=GREY))
    if data.domains:
        legend = meanings(item for row in data.rows for item in (row.bias or (None,)))
        tall = 18.0 * legend_rows(legend, room)
        by = f" ({data.tool})" if data.tool else ""
        blocks += [gap(6), text_block(fit(f"Risk of bias{by}", room, bold=True), bold=True), gap(2)]
        blocks.append(Block(tall, lambda canvas, y: draw_legend(canvas, 7, y + 9, room, legend)))
        blocks.append(text_block(domain_lines(data.domains, room), colour=GREY))
    if data.note:
        blocks += [gap(6), text_block(fit(data.note, room))]
    return blocks


def over(below: Callable[[Canvas, float], None], block: Block) -> Block:
    """A block with something drawn first, beneath it."""

    def draw(canvas: Canvas, y: float) -> None:
        below(canvas, y)
        block.draw(canvas, y)

    return Block(block.height, draw)


# marks


def backdrop(canvas: Canvas, data: Forest, axis: Axis, top: float, bottom: float) -> None:
    """What lies behind a study or a pool: zone, ticks, null line, and the pooled estimate as a dotted line."""
    draw_grid(canvas, axis, data.null, (top, bottom), data.mcid)
    if data.pooled:
        x = axis.place(data.pooled.estimate)
        canvas.line((x, x), (top, bottom), EDGE, 1, ":")


def draw_mark(canvas: Canvas, data: Forest, axis: Axis, row: ForestRow, y: float) -> None:
    """A study's square, beneath its interval."""
    if row.estimate is None and row.low is None and row.high is None:
        return
    if row.estimate is not None:
        x = axis.place(row.estimate)
        if axis.left <= x <= axis.right:
            side = _side(data, row)
            canvas.rectangle(x - side / 2, y - side / 2, side, side, _SQUARE, edge=EDGE)
            canvas.line((x, x), (y - side / 2, y + side / 2), ON_FILL, 1.4)
            if row.low is None and row.high is None:
                canvas.text(x + side / 2 + 6, y, "?", size=10.5, colour=GREY, align="center")
        draw_arrows(canvas, axis, y, [x], INK)
    draw_whisker(canvas, axis, y, row.values)


def _side(data: Forest, row: ForestRow) -> float:
    if row.weight is None:
        return 8
    heaviest = max(each.weight or 0 for each in data.rows)
    return float(max(3.5, 16 * math.sqrt(row.weight / heaviest)))


def draw_diamond(canvas: Canvas, axis: Axis, values: Interval, y: float, *, fill: str) -> None:
    """The pooled estimate; where its interval runs past the axis it is cut there."""
    middle, low, high = (axis.place(value or 0) for value in values)
    tall = 7.5
    points: list[tuple[float, float]] = [(middle, y - tall)]
    for end, edge in ((high, axis.right), (low, axis.left)):
        past = end > edge if edge == axis.right else end < edge
        if past:
            left = tall * abs(end - edge) / abs(end - middle)
            sign = 1 if edge == axis.right else -1
            points += [(edge, y - left * sign), (edge, y + left * sign)]
        else:
            points.append((end, y))
        if edge == axis.right:
            points.append((middle, y + tall))
    canvas.polygon(points, fill, edge=EDGE)
    draw_arrows(canvas, axis, y, [low, high], INK)


def draw_prediction(canvas: Canvas, axis: Axis, ends: tuple[float, float], y: float) -> None:
    """The prediction interval as a bar."""
    places = [axis.place(end) for end in ends]
    start, end = (min(max(x, axis.left), axis.right) for x in places)
    canvas.rectangle(start, y - 3, max(end - start, 1), 6, _BAR)
    draw_arrows(canvas, axis, y, places, INK)


def draw_lights_of(canvas: Canvas, data: Forest, row: ForestRow, left: float, y: float) -> None:
    """Lights from ``left`` on, in lines of eight around ``y``."""
    items = row.bias or (None,) * len(data.domains)
    lines = -(-len(items) // ABREAST)
    for place, item in enumerate(items):
        line, column = divmod(place, ABREAST)
        draw_light(canvas, left + LIGHT * (column + 0.5), y + 16 * (line - (lines - 1) / 2), item, 13.5)


def lights_size(data: Forest) -> tuple[float, float]:
    """Width and height of the lights of a row."""
    count = len(data.domains)
    return LIGHT * min(count, ABREAST), 16.0 * -(-count // ABREAST)
