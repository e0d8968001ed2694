"""What all figures share: one drawing surface in pixels, colours, wrapped text, and the figure as an SVG string.

Every figure is drawn in pixels from the top left corner. Text is left as
text (``svg.fonttype none``), so that it can be read out, searched and selected.
"""

from __future__ import annotations

import io
import re
import textwrap
import unicodedata
import warnings
from functools import cache
from html import escape
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

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
FAINT = "#8a8a8a"
"""Marks that say little and are seen all the same: three to one against the ground."""
ON_FILL = "#000000"
"""Text and strokes on a fill of the palette but blue and grey, on which they are white; they stay in the dark."""
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#595959")
"""Colours that people with any colour vision tell apart (Okabe and Ito 2008, jfly.uni-koeln.de/color), and grey."""

FONT = "DejaVu Sans"
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
        with mpl.rc_context({"font.family": FONT}):
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
            self._fonts[size, bold] = FontProperties(family=FONT, size=size, weight="bold" if bold else "normal")
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

    def marker(
        self,
        x: float,
        y: float,
        shape: str,
        colour: str,
        *,
        size: float = 8,
        filled: bool = True,
        edge: str | None = None,
    ) -> None:
        """Draw one marker; ``shape`` is matplotlib's marker code, ``size`` its width in pixels.

        Its edge is of its own colour unless another is given, which is thin.
        """
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
                markeredgecolor=edge or colour,
                markeredgewidth=0.8 if edge else 1.5,
                linestyle="",
            )
        )

    def polygon(self, points: Sequence[tuple[float, float]], fill: str, *, edge: str = "none") -> None:
        """Fill a shape; it lies beneath markers and text and, when drawn first, beneath lines."""
        from matplotlib.patches import Polygon

        self.add(Polygon(points, closed=True, facecolor=fill, edgecolor=edge, linewidth=1, zorder=1))

    def rectangle(self, left: float, top: float, width: float, height: float, fill: str, *, edge: str = "none") -> None:
        """Fill a rectangle, as :meth:`polygon` does."""
        right, bottom = left + width, top + height
        self.polygon(((left, top), (right, top), (right, bottom), (left, bottom)), fill, edge=edge)

    def svg(self, description: str) -> str:
        """The figure as an SVG element whose text alternative is ``description``; the same bytes every time."""
        import matplotlib as mpl

        stream = io.StringIO()
        salt = _readable(f"{self.name} {self.width:g}")
        with (
            mpl.rc_context({"svg.hashsalt": salt, "svg.fonttype": "none", "font.family": FONT}),
            warnings.catch_warnings(),
        ):
            # the reader's own fonts have the letters that this one lacks
            warnings.filterwarnings("ignore", message="Glyph .* missing from font")
            self._figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None, "Format": None})
        return _tidy(stream.getvalue(), self.width, self.height, _readable(description))

    def png(self, description: str, scale: float) -> bytes:
        """The figure as PNG with ``scale`` times as many pixels; the same bytes every time."""
        import matplotlib as mpl

        stream = io.BytesIO()
        told = {"Software": None, "Description": _readable(description)}
        with mpl.rc_context({"font.family": FONT}), warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Glyph .* missing from font")
            self._figure.savefig(stream, format="png", dpi=72 * scale, metadata=told)
        return stream.getvalue()


def _tidy(svg: str, width: float, height: float, description: str) -> str:
    """Keep the drawing: no XML head, metadata, page-wide style or id that nothing refers to."""
    body = svg[svg.index("<svg") :]
    body = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>|<!--.*?-->", "", body, flags=re.DOTALL)
    used = set(re.findall(r"#([\w-]+)", "".join(_TAG.findall(body))))
    body = _TAG.sub(lambda tag: _tidy_tag(tag[0], used), body)
    body = re.sub(r"<defs>\s*</defs>", "", body)
    body = re.sub(r"\n\s*", "\n", body)
    body = re.sub(r"<g>\n((?:<path|<use|<text)[^<>]*(?:/>|>[^<>]*</text>)\n)</g>\n", r"\1", body)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'viewBox="0 0 {width:g} {height:g}" width="{width:g}" height="{height:g}" role="img" '
        f'aria-label="{escape(description)}" style="stroke-linejoin:round;font-family:{FONT},Verdana,sans-serif">'
    )
    return head + body[body.index(">") + 1 :].strip()


_TAG = re.compile(r"<[^>]*>")


def _tidy_tag(tag: str, used: set[str]) -> str:
    """A tag without what is not needed; what stands between tags is read by people and left alone."""
    tag = re.sub(r' id="([\w-]+)"', lambda m: m[0] if m[1] in used else "", tag)
    tag = re.sub(rf"font: bold ([\d.]+)px '{FONT}'", r"font-weight: bold; font-size: \1px", tag)
    tag = re.sub(rf"font: ([\d.]+)px '{FONT}'", r"font-size: \1px", tag)
    tag = tag.replace(f" font-family: '{FONT}';", "")
    tag = re.sub(r' transform="rotate\(-0 [^)]*\)"', "", tag)
    return re.sub(r' (?:d|x|y|transform)="[^"]*"', _rounded, tag)


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


@cache
def _advance(character: str, bold: bool) -> float:
    """Width of a character in font sizes; one that the font lacks is taken for a square."""
    from matplotlib.font_manager import FontProperties, get_font

    font = get_font(_font_file(FontProperties(family=FONT, weight="bold" if bold else "normal")))
    if not font.get_char_index(ord(character)):
        return 1.0
    font.set_size(100, 72)
    return float(font.load_char(ord(character)).linearHoriAdvance) / 65536 / 100


def _font_file(font: FontProperties) -> str:
    from matplotlib.font_manager import findfont

    return str(findfont(font))


def measured(words: str, size: float = 11, *, bold: bool = False) -> float:
    """Width of a line of text in pixels, from the font itself.

    Examples
    --------
    >>> round(measured("iii")), round(measured("WWW")), round(measured("WWW", bold=True))
    (9, 33, 36)
    """
    return size * sum(_advance(character, bold) for character in words)


_UNREADABLE = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufffe\uffff")


def _readable(words: str) -> str:
    """Words without characters that XML forbids or that reorder what stands around them."""
    return "".join(
        c for c in words if c in "\n\t" or (unicodedata.category(c) not in {"Cc", "Cs"} and c not in _UNREADABLE)
    )


def fit(words: str, width: float, size: float = 11, *, bold: bool = False, lines: int | None = None) -> list[str]:
    """Words broken into lines that fit ``width`` pixels as :func:`measured`; what is cut ends in an ellipsis.

    Examples
    --------
    >>> fit("pain during activity, shockwave vs sham", 150)
    ['pain during activity,', 'shockwave vs sham']
    >>> fit("pain during activity, shockwave vs sham", 120, lines=1)
    ['pain during …']
    >>> fit("hydroxychloroquine", 60)
    ['hydroxych', 'loroquine']
    >>> fit("Featherstone-Lee 2020", 80)
    ['Featherstone-', 'Lee 2020']
    """
    found: list[str] = []
    line = ""
    for gap, word in _pieces(_readable(words).split(), width, size, bold):
        longer = f"{line}{gap}{word}" if line else word
        if line and measured(longer, size, bold=bold) > width:
            found.append(line)
            line = word
        else:
            line = longer
    found.append(line)
    if lines is None or len(found) <= lines:
        return found
    last = found[lines - 1]
    while last and measured(f"{last} …", size, bold=bold) > width:
        last = last.rpartition(" ")[0] if " " in last else last[:-1]
    return [*found[: lines - 1], f"{last} …".strip()]


def _pieces(words: Iterable[str], width: float, size: float, bold: bool) -> Iterator[tuple[str, str]]:
    """Words, each with what parts it from the one before.

    A word that is too long for a line is cut after hyphens and slashes, and where that is not enough, anywhere.
    """
    for word in words:
        if measured(word, size, bold=bold) <= width:
            yield " ", word
            continue
        gap = " "
        for part in re.findall(r"[^-/]*[-/]|[^-/]+", word):
            piece = ""
            for character in part:
                if piece and measured(piece + character, size, bold=bold) > width:
                    yield gap, piece
                    gap, piece = "", ""
                piece += character
            yield gap, piece
            gap = ""


def flow(widths: Iterable[float], room: float, gap: float = 14) -> list[tuple[float, int]]:
    """Places of things set one after the other, as (x, row): a row is full when the next would pass ``room``.

    Examples
    --------
    >>> flow([50, 30, 40], 100)
    [(0.0, 0), (64.0, 0), (0.0, 1)]
    """
    places = []
    x, row = 0.0, 0
    for width in widths:
        if x and x + width > room:
            x, row = 0.0, row + 1
        places.append((x, row))
        x += width + gap
    return places
