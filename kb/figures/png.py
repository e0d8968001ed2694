"""A figure of this package as PNG: the SVG that was drawn, painted by matplotlib; same SVG, same bytes.

Only what :class:`kb.figures.canvas.Canvas` writes is understood: paths, reused paths and lines of text. Anything else
is an error, so that a picture never lacks a part silently.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from kb.figures.canvas import FONT, Canvas

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml import etree
    from matplotlib.path import Path

_SPACE = "{http://www.w3.org/2000/svg}"
_HREF = "{http://www.w3.org/1999/xlink}href"
_LARGEST = 60_000_000
"""Pixels of a picture at most: more is a wrong scale."""
_ALIGN: dict[str, Literal["left", "center", "right"]] = {"start": "left", "middle": "center", "end": "right"}

Style = dict[str, str]


def png(svg: str, scale: float = 2) -> bytes:
    r"""Paint a figure.

    Parameters
    ----------
    svg
        From any ``draw_`` function of :mod:`kb.figures`.
    scale
        Pixels of the picture for one pixel of the drawing; 2 suits screens, 4 print.

    Returns
    -------
    bytes
        The PNG; its description is the figure's text alternative, and it holds no date and no program's name.

    Raises
    ------
    ValueError
        If it is no drawing of this package, or too large.

    Examples
    --------
    >>> canvas = Canvas("example", 40, 20)
    >>> png(canvas.svg("nothing"), 1)[:4]
    b'\x89PNG'
    """
    root = _parsed(svg)
    width, height = (float(root.get(side, "0")) for side in ("width", "height"))
    if not (scale > 0 and 0 < width * height * scale * scale <= _LARGEST):
        raise ValueError(f"a picture of {width * scale:g} x {height * scale:g} pixels: use another scale")
    canvas = Canvas("png", width, height)
    shapes = {item.get("id", ""): item for item in root.iter(f"{_SPACE}path") if item.get("id")}
    for name, element in _drawn(root):
        if name == "text":
            _paint_text(canvas, element)
        else:
            _paint_shape(canvas, element, shapes.get(element.get(_HREF, "").removeprefix("#"), element))
    return canvas.png(root.get("aria-label", ""), scale)


def _parsed(svg: str) -> etree._Element:
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    try:
        root = etree.fromstring(svg.encode(), parser)
    except etree.XMLSyntaxError as error:
        raise ValueError(f"no SVG: {error}") from None
    if root.tag != f"{_SPACE}svg":
        raise ValueError(f"no SVG but <{root.tag!s}>")
    return root


def _drawn(parent: etree._Element) -> Iterator[tuple[str, etree._Element]]:
    """Everything that is drawn, in its order, with its name."""
    for element in parent:
        name = str(element.tag).removeprefix(_SPACE)
        if name == "g":
            if set(element.attrib):
                raise ValueError(f"a group with {', '.join(map(str, element.attrib))} cannot be painted")
            yield from _drawn(element)
        elif name in {"path", "use", "text"}:
            yield name, element
        elif name != "defs":
            raise ValueError(f"<{name}> cannot be painted")


def _style(element: etree._Element) -> Style:
    pairs = (item.partition(":") for item in element.get("style", "").split(";") if item.strip())
    return {name.strip(): value.strip() for name, _, value in pairs}


def _path(words: str, shift: tuple[float, float] = (0, 0)) -> Path:
    """The outline: M, L, Q, C and z, with absolute places, are all that matplotlib writes."""
    from matplotlib.path import Path

    codes = {"M": (Path.MOVETO, 1), "L": (Path.LINETO, 1), "Q": (Path.CURVE3, 2), "C": (Path.CURVE4, 3)}
    points: list[tuple[float, float]] = []
    kinds: list[int] = []
    for letter, rest in re.findall(r"([A-Za-z])([^A-Za-z]*)", words):
        if letter in "zZ":
            points.append(points[-1])
            kinds.append(int(Path.CLOSEPOLY))
            continue
        if letter not in codes:
            raise ValueError(f"a path with {letter} cannot be painted")
        code, count = codes[letter]
        values = [float(value) for value in rest.split()]
        if len(values) != 2 * count:
            raise ValueError(f"a path with {len(values)} numbers after {letter} cannot be painted")
        points += [(x + shift[0], y + shift[1]) for x, y in zip(values[::2], values[1::2], strict=True)]
        kinds += [int(code)] * count
    return Path(points, kinds)


def _paint_shape(canvas: Canvas, element: etree._Element, shape: etree._Element) -> None:
    """A path, or the place of a path that is used again."""
    shift = (float(element.get("x", "0")), float(element.get("y", "0"))) if shape is not element else (0.0, 0.0)
    _paint(canvas, _path(shape.get("d", ""), shift), _style(shape) | _style(element))


def _paint(canvas: Canvas, path: Path, style: Style) -> None:
    from matplotlib.patches import PathPatch

    fill, stroke = style.get("fill", "#000000"), style.get("stroke", "none")
    if "url(" in fill + stroke:
        raise ValueError("a pattern cannot be painted")
    dashes = [float(v) for v in re.split(r"[ ,]+", style.get("stroke-dasharray", "")) if v]
    width = float(style.get("stroke-width", "1"))
    cap = style.get("stroke-linecap", "butt")
    canvas.add(
        PathPatch(
            path,
            facecolor=fill,
            edgecolor=stroke,
            linewidth=width if stroke != "none" else 0,
            # matplotlib counts dashes in widths of the line, SVG in pixels
            linestyle=(0, [dash / width for dash in dashes]) if dashes else "solid",
            capstyle="projecting" if cap == "square" else cap,
            joinstyle=style.get("stroke-linejoin", "round"),
            alpha=float(style["opacity"]) if "opacity" in style else None,
            zorder=1,
        )
    )


def _paint_text(canvas: Canvas, element: etree._Element) -> None:
    from matplotlib.font_manager import FontProperties
    from matplotlib.text import Text

    style = _style(element)
    turn = re.fullmatch(r"translate\((-?[\d.]+) (-?[\d.]+)\)(?: rotate\((-?[\d.]+)\))?", element.get("transform", ""))
    if element.get("transform") and not turn:
        raise ValueError(f"text turned by {element.get('transform')} cannot be painted")
    x, y = (float(turn[1]), float(turn[2])) if turn else (float(element.get("x", "0")), float(element.get("y", "0")))
    font = FontProperties(
        family=FONT, size=float(style["font-size"].removesuffix("px")), weight=style.get("font-weight", "normal")
    )
    canvas.add(
        Text(
            x,
            y,
            element.text or "",
            fontproperties=font,
            color=style.get("fill", "#000000"),
            horizontalalignment=_ALIGN[style.get("text-anchor", "start")],
            verticalalignment="baseline",
            rotation=-float(turn[3] or 0) if turn else 0,
            rotation_mode="anchor",
            parse_math=False,
            zorder=1,
        )
    )
