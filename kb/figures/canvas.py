"""What all figures share: one drawing surface in pixels, colours, wrapped text, and the figure as an SVG string.

Every figure is drawn in pixels from the top left corner. Text is left as
text (``svg.fonttype none``), so that it can be read out, searched and selected.
"""

from __future__ import annotations

import io
import re
import textwrap
from html import escape
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.font_manager import FontProperties

LineStyle = Literal["-", "--", ":"]
"""Solid, dashed, dotted."""

NARROW = 350
"""Width in pixels of a figure for a phone, where it is shown at about its own size."""
WIDE = 860
"""Width in pixels of a figure for a desktop page."""

INK = "#1b1b1b"
GREY = "#595959"
RULE = "#c4c4c4"
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#595959")
"""Colours that people with any colour vision tell apart (Okabe and Ito 2008, jfly.uni-koeln.de/color), and grey."""

_FONT = "DejaVu Sans"
"""The font that matplotlib brings, so that a figure is the same everywhere; pages may show it in another."""
_CHARACTER = 0.57
"""Mean width of a character of DejaVu Sans, in font sizes; other fonts are narrower."""


class Canvas:
    """A white surface of ``width`` x ``height`` pixels; y grows downwards."""

    def __init__(self, name: str, width: float, height: float) -> None:
        import matplotlib as mpl
        from matplotlib.figure import Figure
        from matplotlib.transforms import Affine2D

        self.name, self.width, self.height = name, width, height
        with mpl.rc_context({"font.family": _FONT}):
            self._figure = Figure(figsize=(width / 72, height / 72), facecolor="white")
        scale = Affine2D().scale(1 / width, -1 / height).translate(0, 1)
        self._pixels = scale + self._figure.transFigure
        self._fonts: dict[tuple[float, bool], FontProperties] = {}

    def text(
        self,
        x: float,
        y: float,
        words: str,
        *,
        size: float = 11,
        colour: str = INK,
        bold: bool = False,
        align: Literal["left", "center", "right"] = "left",
        rotation: float = 0,
    ) -> None:
        """Write words with their middle line at ``y``."""
        from matplotlib.font_manager import FontProperties
        from matplotlib.text import Text

        if (size, bold) not in self._fonts:
            self._fonts[size, bold] = FontProperties(family=_FONT, size=size, weight="bold" if bold else "normal")
        self.add(
            Text(
                x,
                y,
                words,
                fontproperties=self._fonts[size, bold],
                color=colour,
                horizontalalignment=align,
                verticalalignment="bottom" if rotation else "center_baseline",
                rotation=rotation,
                parse_math=False,
            )
        )

    def add(self, artist: Artist) -> None:
        """Put something of matplotlib on the surface, unclipped."""
        artist.set_transform(self._pixels)
        self._figure.add_artist(artist)

    def line(
        self,
        xs: tuple[float, float],
        ys: tuple[float, float],
        colour: str = RULE,
        width: float = 1,
        style: LineStyle = "-",
    ) -> None:
        """Draw a straight line; ``style`` is matplotlib's code of dashes."""
        from matplotlib.lines import Line2D

        self.add(Line2D(xs, ys, color=colour, linewidth=width, linestyle=style, solid_capstyle="butt", zorder=1))

    def marker(self, x: float, y: float, shape: str, colour: str, *, size: float = 8, filled: bool = True) -> None:
        """Draw one marker; ``shape`` is matplotlib's marker code, ``size`` its width in pixels."""
        from matplotlib.lines import Line2D

        fill = colour if filled else "white"
        self.add(
            Line2D(
                [x],
                [y],
                marker=shape,
                markersize=size,
                color=colour,
                markerfacecolor=fill,
                markeredgewidth=1.5,
                linestyle="",
            )
        )

    def svg(self, description: str) -> str:
        """The figure as an SVG element whose text alternative is ``description``; the same bytes every time."""
        import matplotlib as mpl

        stream = io.StringIO()
        salt = f"{self.name} {self.width:g}"
        with mpl.rc_context({"svg.hashsalt": salt, "svg.fonttype": "none", "font.family": _FONT}):
            self._figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None, "Format": None})
        return _tidy(stream.getvalue(), self.width, self.height, description)


def _tidy(svg: str, width: float, height: float, description: str) -> str:
    """Keep the drawing: no XML head, metadata, page-wide style or id that nothing refers to."""
    body = svg[svg.index("<svg") :]
    body = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>|<!--.*?-->", "", body, flags=re.DOTALL)
    used = set(re.findall(r"#([\w-]+)", body))
    body = re.sub(r' id="([\w-]+)"', lambda m: m[0] if m[1] in used else "", body)
    body = re.sub(r"<defs>\s*</defs>", "", body)
    body = re.sub(rf"font: bold ([\d.]+)px '{_FONT}'", r"font-weight: bold; font-size: \1px", body)
    body = re.sub(rf"font: ([\d.]+)px '{_FONT}'", r"font-size: \1px", body)
    body = re.sub(r' transform="rotate\(-0 [^)]*\)"', "", body)
    body = re.sub(r' (?:d|x|y|transform)="[^"]*"', _rounded, body)
    body = re.sub(r"\n\s*", "\n", body)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'viewBox="0 0 {width:g} {height:g}" width="{width:g}" height="{height:g}" role="img" '
        f'aria-label="{escape(description)}" style="stroke-linejoin:round;font-family:{_FONT},Verdana,sans-serif">'
    )
    return head + body[body.index(">") + 1 :].strip()


def _rounded(attribute: re.Match[str]) -> str:
    """An attribute of places with hundredths of a pixel; words and numbers that are read are left alone."""
    return re.sub(r"\d+\.\d{3,}", lambda m: f"{float(m[0]):.2f}".rstrip("0").rstrip("."), attribute[0])


def wrap(words: str, width: float, size: float = 11, lines: int | None = None) -> list[str]:
    """Words broken into lines that fit ``width`` pixels at a font size; the last of ``lines`` ends in an ellipsis.

    Examples
    --------
    >>> wrap("pain during activity, shockwave vs sham", 150)
    ['pain during activity,', 'shockwave vs sham']
    >>> wrap("pain during activity, shockwave vs sham", 150, lines=1)
    ['pain during activity, …']
    """
    characters = max(4, int(width / (size * _CHARACTER)))
    found = textwrap.wrap(words, characters, max_lines=lines, placeholder=" …")
    return found or [""]


def text_width(words: str, size: float = 11) -> float:
    """Width of a line of text in pixels, on the safe side."""
    return len(words) * size * _CHARACTER
