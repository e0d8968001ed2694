"""Drawing a forest plot: in columns on a wide page, each study above its interval on a phone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.figures.axis import Axis, interval, number
from kb.figures.canvas import GREY, INK, NARROW, PALETTE, Canvas, fit, measured
from kb.figures.drawn import drawn
from kb.figures.forest import closing, forest_words, weight_words
from kb.figures.forest_parts import (
    ABREAST,
    EDGE,
    LIGHT,
    Block,
    axis_block,
    backdrop,
    draw_diamond,
    draw_lights_of,
    draw_mark,
    draw_prediction,
    foot_blocks,
    gap,
    head_blocks,
    lights_size,
    over,
    sections,
    text_block,
)
from kb.figures.lights import letters

if TYPE_CHECKING:
    from kb.figures.forest import Diamond, Forest, ForestRow

_LONG = 8
"""Rows from which on the axis is drawn above them too."""


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where the columns of a wide figure stand; a width of 0 is no column."""

    label: float
    arms: float
    n: float
    weight: float
    numbers: float
    axis: Axis

    @property
    def after_label(self) -> tuple[float, float, float]:
        """Right ends of arms, n and weight."""
        arms = 6 + self.label + self.arms
        return arms, arms + self.n, arms + self.n + self.weight


@drawn
def draw_forest(data: Forest, width: float = NARROW) -> str:
    """Squares with intervals, their area the weight; a diamond for the pool, a bar for the prediction interval.

    Below 600 pixels a study's words stand above its interval, else beside it. An interval that runs past the axis ends
    in an arrow.
    """
    if not data.rows:
        blocks = [*head_blocks(data, width), text_block(fit(f"{closing(data)[0]}.", width - 12))]
    else:
        blocks = _wide_blocks(data, width) if width >= 600 else _narrow_blocks(data, width)
    height = sum(block.height for block in blocks) + 8
    canvas = Canvas(f"forest {data.title} {data.scale}", width, height)
    y = 4.0
    for block in blocks:
        block.draw(canvas, y)
        y += block.height
    return canvas.svg(forest_words(data))


# narrow


def _narrow_blocks(data: Forest, width: float) -> list[Block]:
    axis = Axis(*data.ends, data.logarithmic, 12, width - 12)
    blocks = head_blocks(data, width)
    if len(data.rows) >= _LONG:
        blocks.append(axis_block(data, axis, width, above=True))
    for label, rows, pooled, note in sections(data):
        if label:
            blocks += [gap(8), text_block(fit(label, width - 12, 12, bold=True), size=12, bold=True, colour=PALETTE[0])]
        blocks += [_narrow_row(data, axis, row, width) for row in rows]
        if label and not rows:
            blocks.append(text_block(["No study."]))
        if pooled:
            blocks.append(_narrow_pool(data, axis, pooled, width, fill="white"))
        if note:
            blocks.append(text_block(fit(note, width - 12), colour=GREY))
    if data.pooled:
        blocks.append(_narrow_pool(data, axis, data.pooled, width, fill=EDGE))
    else:
        blocks += [_rule(width), text_block(fit(f"{closing(data)[0]}.", width - 12)), gap(6)]
    if data.prediction:
        ends = data.prediction
        words = fit(closing(data)[-1], width - 12, bold=True)
        blocks.append(_strip(data, axis, text_block(words, bold=True), lambda c, y: draw_prediction(c, axis, ends, y)))
    return [*blocks, axis_block(data, axis, width), *foot_blocks(data, width)]


def _rule(width: float) -> Block:
    return Block(5, lambda canvas, y: canvas.line((0, width), (y + 1, y + 1), "#e0e0e0"))


def _strip(data: Forest, axis: Axis, words: Block, mark: Callable[[Canvas, float], None]) -> Block:
    """Words, and beneath them a strip of the plot."""

    def draw(canvas: Canvas, y: float) -> None:
        words.draw(canvas, y)
        top = y + words.height
        backdrop(canvas, data, axis, top, top + 24)
        mark(canvas, top + 12)

    return Block(words.height + 26, draw)


def _narrow_row(data: Forest, axis: Axis, row: ForestRow, width: float) -> Block:
    weight = f"weight {weight_words(row.weight)}" if row.weight is not None else ""
    across, tall = lights_size(data)
    label = fit(row.label, width - 12, 11.5)
    numbers = interval(row.values, data.places)
    told = "; ".join(part for part in (f"n {row.n:,}" if row.n is not None else "", row.arms or "") if part)
    details = fit(told, width - 20 - across, 10.5) if told else []
    height = max(14.0 * len(details), tall)

    def words(canvas: Canvas, y: float) -> None:
        canvas.line((0, width), (y + 1, y + 1), "#e0e0e0")
        y += 5
        for place, line in enumerate(label):
            canvas.text(6, y + 8 + 15 * place, line, size=11.5)
        y += 15 * len(label)
        canvas.text(6, y + 7.5, numbers, size=11, bold=True)
        canvas.text(width - 6, y + 7.5, weight, size=10.5, colour=GREY, align="right")
        y += 15
        for place, line in enumerate(details):
            canvas.text(6, y + height / 2 + 14 * (place - (len(details) - 1) / 2), line, size=10.5, colour=GREY)
        if data.domains:
            draw_lights_of(canvas, data, row, width - 6 - across, y + height / 2)

    block = Block(5 + 15 * len(label) + 15 + height + 2, words)
    return _strip(data, axis, block, lambda canvas, y: draw_mark(canvas, data, axis, row, y))


def _narrow_pool(data: Forest, axis: Axis, diamond: Diamond, width: float, *, fill: str) -> Block:
    words = fit(f"{diamond.label}: {interval(diamond.values, data.places)}", width - 12, bold=True)
    method = fit(diamond.method, width - 12, 10.5) if diamond.method else []
    lines = text_block(words, bold=True)
    below = text_block(method, size=10.5, colour=GREY)

    def draw(canvas: Canvas, y: float) -> None:
        canvas.line((0, width), (y + 1, y + 1), GREY)
        lines.draw(canvas, y + 4)
        below.draw(canvas, y + 4 + lines.height)

    block = Block(lines.height + below.height + 4, draw)
    return _strip(data, axis, block, lambda c, y: draw_diamond(c, axis, diamond.values, y, fill=fill))


# wide


def _columns(data: Forest, width: float) -> _Columns:
    """Columns as wide as their words; the plot has the rest, at least a third or so of the page."""

    def widest(words: list[str], head: str) -> float:
        if not any(words):
            return 0.0
        return max(measured(head, 11, bold=True), *(measured(each, 11) for each in words)) + 14

    numbers = [interval(row.values, data.places) for row in data.rows]
    strong = [interval(d.values, data.places) for d in data.diamonds]
    strong += [" to ".join(number(end, data.places) for end in data.prediction)] if data.prediction else []
    bold = max((measured(each, 11, bold=True) for each in strong), default=0.0) + 14
    values = max(widest(numbers, "Estimate"), bold)
    n = widest([f"{row.n:,}" for row in data.rows if row.n is not None], "n")
    weight = widest([weight_words(row.weight) for row in data.rows], "Weight")
    lights = lights_size(data)[0] + 8 if data.domains else 0.0
    arms = min(widest([row.arms or "" for row in data.rows], "Groups"), 150.0)
    left = width - 12 - values - n - weight - lights
    heads = max((measured(label, 12, bold=True) for label, *_ in sections(data) if label), default=0.0)
    # heads of groups stand in the same column, on two lines where one would take too much of the page
    wanted = max(100.0, min(heads * 0.6, 200.0), *(measured(row.label, 11) + 10 for row in data.rows))
    room = left - arms - width * 0.28
    if arms and room < min(wanted, 110):  # the groups then stand beneath the study's name
        arms, room = 0.0, left - width * 0.26
    label = max(90.0, min(wanted, room))
    start = 6 + label + arms + n + weight
    axis = Axis(*data.ends, data.logarithmic, start + 14, width - 6 - lights - values - 10)
    return _Columns(label, arms, n, weight, values, axis)


def _wide_blocks(data: Forest, width: float) -> list[Block]:
    at = _columns(data, width)
    blocks = [*head_blocks(data, width), _wide_head(data, at, width)]
    if len(data.rows) >= _LONG:
        blocks.append(axis_block(data, at.axis, width, above=True))
    for label, rows, pooled, note in sections(data):
        if label:
            head = text_block(
                fit(label, at.axis.left - 24, 12, bold=True), size=12, bold=True, colour=PALETTE[0], pitch=16
            )
            blocks += [_plotted(data, at, block) for block in (gap(8), head)]
        blocks += [_wide_row(data, at, row, width) for row in rows]
        if label and not rows:
            blocks.append(_plotted(data, at, text_block(["No study."])))
        if pooled:
            blocks.append(_wide_pool(data, at, pooled, fill="white"))
        if note:
            blocks.append(_plotted(data, at, text_block(fit(note, at.axis.left - 20, 10.5), colour=GREY, size=10.5)))
    if data.pooled:
        blocks.append(_wide_pool(data, at, data.pooled, fill=EDGE, rule=True))
    else:
        blocks.append(_plotted(data, at, text_block(fit(f"{closing(data)[0]}.", at.axis.left - 20), pitch=20)))
    if data.prediction:
        blocks.append(_wide_prediction(data, at, data.prediction))
    return [*blocks, axis_block(data, at.axis, width), *foot_blocks(data, width)]


def _plotted(data: Forest, at: _Columns, block: Block) -> Block:
    """A block with the plot's backdrop behind it."""
    return over(lambda canvas, y: backdrop(canvas, data, at.axis, y, y + block.height), block)


def _wide_head(data: Forest, at: _Columns, width: float) -> Block:
    def draw(canvas: Canvas, y: float) -> None:
        _, n, weight = at.after_label
        y += 10
        canvas.text(6, y, "Study", bold=True)
        if at.arms:
            canvas.text(6 + at.label, y, "Groups", bold=True)
        if at.n:
            canvas.text(n - 4, y, "n", bold=True, align="right")
        if at.weight:
            canvas.text(weight - 4, y, "Weight", bold=True, align="right")
        canvas.text(at.axis.right + 10 + at.numbers - 8, y, "Estimate", bold=True, align="right")
        if 0 < len(data.domains) <= ABREAST:
            left = width - 6 - lights_size(data)[0]
            for place, letter in enumerate(letters(len(data.domains))):
                canvas.text(left + LIGHT * (place + 0.5), y, letter, size=10.5, bold=True, align="center")
        canvas.line((0, width), (y + 11, y + 11), GREY)

    return Block(22, draw)


def _wide_row(data: Forest, at: _Columns, row: ForestRow, width: float) -> Block:
    label = [(line, INK) for line in fit(row.label, at.label - 8)]
    arms = fit(row.arms, at.arms - 8) if row.arms and at.arms else []
    if row.arms and not at.arms:
        label += [(line, GREY) for line in fit(row.arms, at.label - 8, 10.5)]
    across, tall = lights_size(data)
    height = max(24.0, 14.5 * max(len(label), len(arms)) + 8, tall + 6)

    def draw(canvas: Canvas, y: float) -> None:
        middle = y + height / 2
        _, n, weight = at.after_label
        for place, (line, colour) in enumerate(label):
            size = 11 if colour == INK else 10.5
            canvas.text(6, middle + 14.5 * (place - (len(label) - 1) / 2), line, colour=colour, size=size)
        for place, line in enumerate(arms):
            canvas.text(6 + at.label, middle + 14.5 * (place - (len(arms) - 1) / 2), line)
        if row.n is not None:
            canvas.text(n - 4, middle, f"{row.n:,}", align="right")
        canvas.text(weight - 4, middle, weight_words(row.weight), align="right")
        canvas.text(at.axis.right + 2 + at.numbers, middle, interval(row.values, data.places), align="right")
        draw_mark(canvas, data, at.axis, row, middle)
        if data.domains:
            draw_lights_of(canvas, data, row, width - 6 - across, middle)

    return _plotted(data, at, Block(height, draw))


def _wide_pool(data: Forest, at: _Columns, diamond: Diamond, *, fill: str, rule: bool = False) -> Block:
    room = at.axis.left - 24
    label = fit(diamond.label, room, bold=True)
    method = fit(diamond.method, room, 10.5) if diamond.method else []
    height = max(28.0, 14.5 * (len(label) + len(method)) + 10)

    def draw(canvas: Canvas, y: float) -> None:
        middle = y + height / 2
        if rule:
            canvas.line((0, canvas.width), (y, y), GREY)
        first = middle - 14.5 * (len(label) + len(method) - 1) / 2
        for place, line in enumerate(label + method):
            strong = place < len(label)
            size, colour = (11, INK) if strong else (10.5, GREY)
            canvas.text(6, first + 14.5 * place, line, bold=strong, size=size, colour=colour)
        words = interval(diamond.values, data.places)
        canvas.text(at.axis.right + 2 + at.numbers, middle, words, bold=True, align="right")
        draw_diamond(canvas, at.axis, diamond.values, middle, fill=fill)

    return _plotted(data, at, Block(height, draw))


def _wide_prediction(data: Forest, at: _Columns, ends: tuple[float, float]) -> Block:
    def draw(canvas: Canvas, y: float) -> None:
        canvas.text(6, y + 11, "Prediction interval", bold=True)
        words = " to ".join(number(end, data.places) for end in ends)
        canvas.text(at.axis.right + 2 + at.numbers, y + 11, words, bold=True, align="right")
        draw_prediction(canvas, at.axis, ends, y + 11)

    return _plotted(data, at, Block(24, draw))
