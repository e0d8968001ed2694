"""Counts as bars, with their numbers beside them."""

from __future__ import annotations

from collections.abc import Sequence

from kb.figures.canvas import INK, NARROW, PALETTE, Canvas, measured
from kb.figures.drawn import drawn

_HEIGHT, _GAP = 18.0, 8.0


def bars_words(title: str, bars: Sequence[tuple[str, int]]) -> str:
    """The bars as a sentence.

    Examples
    --------
    >>> bars_words("Claims by verdict", [("overstated", 3), ("supported", 1)])
    'Claims by verdict: overstated 3, supported 1.'
    """
    return f"{title}: {', '.join(f'{name} {number}' for name, number in bars) or 'none'}."


@drawn
def draw_bars(title: str, bars: Sequence[tuple[str, int]], width: float = NARROW) -> str:
    """A bar a name, in the order given; the longest fills the width."""
    size = 12.0
    label = max((measured(name, size) for name, _ in bars), default=0) + 12
    most = max((number for _, number in bars), default=1) or 1
    room = max(width - label - 40, 20)
    canvas = Canvas(f"bars {title}", width, len(bars) * (_HEIGHT + _GAP) + _GAP)
    for place, (name, number) in enumerate(bars):
        top = _GAP + place * (_HEIGHT + _GAP)
        middle = top + _HEIGHT / 2
        canvas.text(label - 8, middle, name, size=size, align="right")
        canvas.rectangle(label, top, room * number / most, _HEIGHT, PALETTE[0])
        canvas.text(label + room * number / most + 6, middle, str(number), size=size, colour=INK, bold=True)
    return canvas.svg(bars_words(title, bars))
