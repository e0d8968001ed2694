"""Drawings in the dark: the style that gives ink, lines and pale grounds other colours and leaves the rest alone.

A drawing says its colours in full, for light ground, so that it is the same in a notebook, a Word file, a manuscript
and on paper. A page that has a dark ground adds :func:`dark_style`, which finds what has to be seen on that ground by
its colour. The colours of the palette stay, for they mean something: blue is high certainty by day and by night.
"""

from __future__ import annotations

from typing import Final

GROUND: Final = ("#ffffff", "#15181c")
"""What drawings lie on, light and dark."""

_TEXT: Final = {"#1b1b1b": "#e7e9ec", "#595959": "#aab2bc", "#0072b2": "#6cb6f0"}
_FILL: Final = {
    GROUND[0]: f"var(--bg,{GROUND[1]})",
    "#1b1b1b": "#e7e9ec",
    "#595959": "#767676",
    "#e3e9ee": "#2b333b",
    "#e8eef3": "#2b333b",
    "#ececec": "#39424b",
    "#d9d9d9": "#5a646e",
    "#b9d9ee": "#1f4a66",
    "#d6e9f5": "#12344a",
    "#fbe3d2": "#4a2a12",
    "#d5efe6": "#0f3d30",
    "#f5e1ec": "#452338",
}
_STROKE: Final = {
    "#1b1b1b": "#e7e9ec",
    "#595959": "#aab2bc",
    "#c4c4c4": "#48505a",
    "#b5c0ca": "#5a646e",
    "#ededed": "#2e353c",
    "#ececec": "#2e353c",
    "#e6e6e6": "#2e353c",
    "#e0e0e0": "#2e353c",
}
_RULES: Final = (("text", "fill", _TEXT), (":is(path,use)", "fill", _FILL), (":is(path,use)", "stroke", _STROKE))


def in_the_dark(element: str, prop: str, colour: str) -> str:
    """What a colour of a drawing becomes on dark ground.

    Parameters
    ----------
    element
        ``text``, ``path`` or ``use``.
    prop
        ``fill`` or ``stroke``.
    colour
        As drawn, ``#rrggbb``.

    Examples
    --------
    >>> in_the_dark("text", "fill", "#1b1b1b"), in_the_dark("path", "fill", "#0072b2")
    ('#e7e9ec', '#0072b2')
    """
    found = next(kept for name, which, kept in _RULES if which == prop and element in name)
    changed = found.get(colour, colour)
    return GROUND[1] if changed.startswith("var(") else changed


def dark_style() -> str:
    """CSS for a page that can be dark, by the reader's system or by ``data-theme`` of its root; never on paper.

    The colours are custom properties, so that each rule stands once: where none is set a drawing keeps its own.

    Examples
    --------
    >>> [line for line in dark_style().splitlines() if line.startswith("svg")][0]
    'svg[role=img] text[style*="fill: #1b1b1b"]{fill:var(--text-fill-1b1b1b,#1b1b1b)!important}'
    """
    given, rules = [], []
    for element, prop, colours in _RULES:
        for light, dark in colours.items():
            name = f"--{'text' if element == 'text' else 'mark'}-{prop}-{light[1:]}"
            given.append(f"{name}:{dark}")
            rules.append(f'svg[role=img] {element}[style*="{prop}: {light}"]{{{prop}:var({name},{light})!important}}')
    night = f"{{{';'.join(given)}}}"
    return "\n".join(
        [
            f'@media screen and (prefers-color-scheme:dark){{:root:not([data-theme="light"]){night}}}',
            f'@media screen{{:root[data-theme="dark"]{night}}}',
            f":root .kb figure svg[role=img],:root .kb-figure{{background:var(--mark-fill-ffffff,{GROUND[0]})}}",
            *rules,
        ]
    )
