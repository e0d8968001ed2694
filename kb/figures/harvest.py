"""Harvest plot (Ogilvie et al. 2008, BMC Med Res Methodol 8:8): what the studies say where they cannot be pooled.

A bar a study under the direction of its result; its height is the number of participants, its fill the design, the
light on it the risk of bias.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from kb.figures.canvas import GREY, INK, NARROW, PALETTE, RULE, Canvas, fit, flow, measured
from kb.figures.drawn import drawn
from kb.figures.lights import Light, draw_legend, draw_light, legend_rows, meanings, said
from kb.model import Design, Direction

if TYPE_CHECKING:
    from collections.abc import Sequence


class Way(StrEnum):
    """Where a result points; the order is that of the columns."""

    AGAINST = "against"
    NONE = "no clear difference"
    FAVOURS = "favours"
    UNCLEAR = "unclear"


_WAYS = {
    Direction.INTERVENTION: Way.FAVOURS,
    Direction.COMPARATOR: Way.AGAINST,
    Direction.NO_DIFFERENCE: Way.NONE,
    Direction.NO_ASSOCIATION: Way.NONE,
}
_CLASSES: dict[str, tuple[Design, ...]] = {
    "randomised trial": (Design.RANDOMIZED_TRIAL, Design.CLUSTER_RANDOMIZED_TRIAL),
    "other trial": (Design.CONTROLLED_TRIAL, Design.BEFORE_AFTER),
    "observational study": (
        Design.PROSPECTIVE_COHORT,
        Design.RETROSPECTIVE_COHORT,
        Design.CASE_CONTROL,
        Design.CROSS_SECTIONAL,
        Design.CASE_SERIES,
    ),
    "review or guideline": (
        Design.META_ANALYSIS,
        Design.SYSTEMATIC_REVIEW,
        Design.NETWORK_META_ANALYSIS,
        Design.UMBRELLA_REVIEW,
        Design.SCOPING_REVIEW,
        Design.NARRATIVE_REVIEW,
        Design.GUIDELINE,
    ),
}
_OTHER = "other or unknown design"
_FILLS = dict(zip([*_CLASSES, _OTHER], [PALETTE[0], PALETTE[5], "#ffffff", PALETTE[4], RULE], strict=True))
_SIZES = ((50, 16.0, "under 50"), (100, 26.0, "50 to 99"), (500, 38.0, "100 to 499"), (None, 52.0, "500 or more"))
_UNKNOWN = 6.0
"""Height of a bar whose number of participants nobody knows."""
_BAR, _PITCH = 13.0, 19.0


@dataclass(frozen=True, slots=True)
class HarvestBar:
    """One result; ``n`` None is unknown, ``bias`` None not assessed."""

    label: str
    way: Way
    n: int | None = None
    design: Design = Design.UNKNOWN
    bias: Light | None = None


@dataclass(frozen=True, slots=True)
class Harvest:
    """Results by row (an outcome, a timepoint); ``favours`` and ``against`` say what those columns mean."""

    title: str
    rows: tuple[tuple[str, tuple[HarvestBar, ...]], ...]
    favours: str
    against: str
    note: str = ""

    @property
    def bars(self) -> list[HarvestBar]:
        """All bars in the order of their numbers."""
        return [bar for _, bars in self.rows for bar in bars]

    def head(self, way: Way) -> str:
        """Head of a column."""
        return {Way.FAVOURS: self.favours, Way.AGAINST: self.against}.get(way, way.value)


def way_of(direction: Direction) -> Way:
    """The column of a finding's direction; a change within one group favours nothing.

    Examples
    --------
    >>> way_of(Direction.NO_DIFFERENCE).value, way_of(Direction.IMPROVEMENT).value
    ('no clear difference', 'unclear')
    """
    return _WAYS.get(direction, Way.UNCLEAR)


def design_class(design: Design) -> str:
    """The class of a design that the fill of its bar shows.

    Examples
    --------
    >>> design_class(Design.CASE_SERIES), design_class(Design.COMMENTARY)
    ('observational study', 'other or unknown design')
    """
    return next((name for name, designs in _CLASSES.items() if design in designs), _OTHER)


def size_class(n: int | None) -> tuple[float, str]:
    """Height of a bar and what it means.

    Examples
    --------
    >>> size_class(49)[1], size_class(50)[1], size_class(9999)[1], size_class(None)[1]
    ('under 50', '50 to 99', '500 or more', 'unknown')
    """
    if n is None:
        return _UNKNOWN, "unknown"
    return next((tall, words) for limit, tall, words in _SIZES if limit is None or n < limit)


def compute_harvest(
    title: str, rows: Iterable[tuple[str, Iterable[HarvestBar]]], favours: str, against: str, note: str = ""
) -> Harvest:
    """Bars in order: within a row by column, the largest study first; rows without a bar stay, as a gap to be seen."""
    order = list(Way)
    done = tuple(
        (label, tuple(sorted(bars, key=lambda bar: (order.index(bar.way), -(bar.n or 0), bar.label))))
        for label, bars in rows
    )
    return Harvest(title, done, favours, against, note)


def harvest_words(data: Harvest) -> str:
    """The plot in words, with every study.

    Examples
    --------
    >>> bar = HarvestBar("Lee 2020", Way.NONE, 64, Design.RANDOMIZED_TRIAL)
    >>> harvest_words(compute_harvest("Pain", [("Short term", [bar])], "favours exercise", "favours rest"))
    'Pain, not pooled: 1 result. Short term: no clear difference 1 (Lee 2020, n 64, randomised trial, not assessed).'
    """
    count = len(data.bars)
    parts = [f"{data.title}, not pooled: {count} {'result' if count == 1 else 'results'}."]
    for label, bars in data.rows:
        told = []
        for way in Way:
            here = [bar for bar in bars if bar.way is way]
            if here:
                told.append(f"{data.head(way)} {len(here)} ({'; '.join(_bar_words(bar) for bar in here)})")
        parts.append(f"{f'{label}: ' if label else ''}{', '.join(told) or 'no study'}.")
    return " ".join([*parts, data.note]).strip()


def _bar_words(bar: HarvestBar) -> str:
    n = "n unknown" if bar.n is None else f"n {bar.n:,}"
    return f"{bar.label}, {n}, {design_class(bar.design)}, {said(bar.bias)}"


@drawn
def draw_harvest(data: Harvest, width: float = NARROW) -> str:
    """Bars under four directions, a band a row; each bar has a number that is explained beneath."""
    if not data.bars:
        return _draw_nothing(data, width)
    column = (width - 8) / len(Way)
    abreast = max(1, int((column - 8) / _PITCH))
    title = fit(f"{data.title}: results that cannot be pooled", width - 12, 13.5, bold=True)
    heads = {way: fit(data.head(way), column - 8, 10.5, bold=True) for way in Way}
    top = 18.0 * len(title) + 14
    start = top + 13.0 * max(len(head) for head in heads.values()) + 8
    bands = [_band(bars, abreast) for _, bars in data.rows]
    labels = [fit(label, width - 12, 11.5, bold=True) if label else [] for label, _ in data.rows]
    foot = start + sum(bands) + sum(16.0 * len(label) + 8 for label in labels) + 10
    keys, keys_height = _keys(data, width)
    legend = meanings(bar.bias for bar in data.bars)
    note = fit(data.note, width - 12) if data.note else []
    tall = foot + _legend_height(data, width) + 18 * legend_rows(legend, width - 14) + keys_height + 14 * len(note)
    canvas = Canvas(f"harvest {data.title}", width, tall + 24)
    for place, line in enumerate(title):
        canvas.text(6, 14 + 18 * place, line, size=13.5, bold=True)
    for number, way in enumerate(Way):
        for place, line in enumerate(heads[way]):
            canvas.text(4 + column * (number + 0.5), top + 8 + 13 * place, line, size=10.5, bold=True, align="center")
    y, first = start, 1
    for (_, bars), label, band in zip(data.rows, labels, bands, strict=True):
        canvas.line((0, width), (y, y), RULE)
        for place, line in enumerate(label):
            canvas.text(6, y + 12 + 16 * place, line, size=11.5, bold=True)
        y += 16 * len(label) + 8
        _draw_band(canvas, bars, first, (y, band), column)
        first += len(bars)
        y += band
    canvas.line((0, width), (y, y), RULE)
    y = _draw_legend(canvas, data, y + 18, width)
    draw_legend(canvas, 7, y, width - 14, legend)
    y += 18 * legend_rows(legend, width - 14) + 2
    for x, down, line in keys:
        canvas.text(x, y + down, line, size=11, colour=GREY)
    for place, line in enumerate(note):
        canvas.text(6, y + keys_height + 14 * place, line, size=11)
    return canvas.svg(harvest_words(data))


def _draw_nothing(data: Harvest, width: float) -> str:
    lines = fit(harvest_words(data), width - 12, 12)
    canvas = Canvas(f"harvest {data.title}", width, 16 * len(lines) + 12)
    for place, line in enumerate(lines):
        canvas.text(6, 14 + 16 * place, line, size=12)
    return canvas.svg(harvest_words(data))


def _band(bars: Sequence[HarvestBar], abreast: int) -> float:
    """Height of a row: as many lines as its fullest column needs."""
    most = max((sum(bar.way is way for bar in bars) for way in Way), default=0)
    return max(1, -(-most // abreast)) * _line(bars)


def _line(bars: Sequence[HarvestBar]) -> float:
    return max((size_class(bar.n)[0] for bar in bars), default=0) + 38


def _draw_band(canvas: Canvas, bars: Sequence[HarvestBar], first: int, ys: tuple[float, float], column: float) -> None:
    top, band = ys
    abreast = max(1, int((column - 8) / _PITCH))
    step = _line(bars)
    for number, way in enumerate(Way):
        left = 4 + column * number
        if number:
            canvas.line((left, left), (top - 2, top + band - 3), "#ececec")
        here = [(first + place, bar) for place, bar in enumerate(bars) if bar.way is way]
        if not here:
            canvas.text(left + column / 2, top + band / 2, "none", size=10.5, colour=GREY, align="center")
        for place, (key, bar) in enumerate(here):
            line, across = divmod(place, abreast)
            in_line = min(abreast, len(here) - line * abreast)
            x = left + column / 2 + _PITCH * (across - (in_line - 1) / 2)
            foot = top + step * (line + 1) - 18
            tall = size_class(bar.n)[0]
            canvas.rectangle(x - _BAR / 2, foot - tall, _BAR, tall, _FILLS[design_class(bar.design)], edge=INK)
            draw_light(canvas, x, foot - tall - 9, bar.bias, 13)
            canvas.text(x, foot + 9, str(key), size=10.5, align="center")


def _keys(data: Harvest, width: float) -> tuple[list[tuple[float, float, str]], float]:
    """What the numbers mean, as lines of text with their places, and the height they take."""
    abreast = max(1, int(width // 280))
    column = (width - 6) / abreast
    told: list[tuple[float, float, str]] = []
    y = 0.0
    bars = data.bars
    for start in range(0, len(bars), abreast):
        tallest = 0
        for place, bar in enumerate(bars[start : start + abreast]):
            n = "n unknown" if bar.n is None else f"n {bar.n:,}"
            lines = fit(f"{start + place + 1}  {bar.label} ({n})", column - 10, 11)
            told += [(6 + column * place, y + 14 * row, line) for row, line in enumerate(lines)]
            tallest = max(tallest, len(lines))
        y += 14 * tallest
    return told, y


def _legend_items(data: Harvest) -> tuple[list[str], list[tuple[float, str]]]:
    classes = {design_class(bar.design) for bar in data.bars}
    sizes = {size_class(bar.n) for bar in data.bars}
    return [name for name in _FILLS if name in classes], sorted(sizes, reverse=True)


def _legend_places(data: Harvest, width: float) -> tuple[list[tuple[float, int]], list[tuple[float, int]]]:
    classes, sizes = _legend_items(data)
    return (
        flow((20 + measured(name, 11) for name in classes), width - 14),
        flow((20 + measured(f"n {words}", 11) for _, words in sizes), width - 14),
    )


def _heights(data: Harvest, width: float) -> list[float]:
    """Height of each line of the legend of bars."""
    places = _legend_places(data, width)[1]
    sizes = _legend_items(data)[1]
    rows = range(1 + max((row for _, row in places), default=-1))
    return [max(tall for (tall, _), (_, here) in zip(sizes, places, strict=True) if here == row) + 8 for row in rows]


def _legend_height(data: Harvest, width: float) -> float:
    fills = _legend_places(data, width)[0]
    return 18.0 * (1 + max((row for _, row in fills), default=-1)) + sum(_heights(data, width))


def _draw_legend(canvas: Canvas, data: Harvest, y: float, width: float) -> float:
    """Fills and heights; returns where the next thing may stand."""
    classes, sizes = _legend_items(data)
    fills, heights = _legend_places(data, width)
    for name, (x, row) in zip(classes, fills, strict=True):
        canvas.rectangle(7 + x, y - 6 + 18 * row, _BAR, 12, _FILLS[name], edge=INK)
        canvas.text(27 + x, y + 18 * row, name, size=11)
    below = y + 18 * (1 + max((row for _, row in fills), default=-1)) - 8
    lines = _heights(data, width)
    for (tall, words), (x, row) in zip(sizes, heights, strict=True):
        foot = below + sum(lines[: row + 1]) - 4
        canvas.rectangle(7 + x, foot - tall, _BAR, tall, "#ececec", edge=INK)
        canvas.text(27 + x, foot - max(tall, 10) / 2, f"n {words}", size=11)
    return y + _legend_height(data, width) + 2
