"""In the dark every colour that is drawn is seen on the ground and on what it lies on, and certainty keeps its own."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest

from kb.figures import dark_style
from kb.figures.canvas import PALETTE
from kb.figures.certainty_map import _COLOURS
from kb.figures.dark import _RULES, GROUND, in_the_dark
from kb.notebook import TermPage

SVG = "{http://www.w3.org/2000/svg}"
QUIET = {"#c4c4c4", "#b5c0ca", "#ededed", "#ececec", "#e6e6e6", "#e0e0e0"}
"""Lines that only part one thing from the next."""
PALE = {"#e3e9ee", "#e8eef3", "#ececec", "#d9d9d9", "#b9d9ee", "#d6e9f5", "#fbe3d2", "#d5efe6", "#f5e1ec", "#c4c4c4"}
"""Grounds that something with an edge or a text of its own lies on."""


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, relative luminance."""

    def luminance(colour: str) -> float:
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def looks(svg: str) -> set[tuple[str, str, str]]:
    """Element, fill and stroke of everything in a drawing."""
    found = set()
    for item in ET.fromstring(svg).iter():
        style = dict(part.strip().split(": ") for part in item.get("style", "").split(";") if ": " in part)
        kind = item.tag.removeprefix(SVG)
        if kind in {"text", "path", "use"}:
            found.add((kind, style.get("fill", "#000000" if kind == "text" else "none"), style.get("stroke", "none")))
    return found


@pytest.fixture(scope="module")
def shown(base) -> set[tuple[str, str, str]]:
    page = TermPage(base, "condition", "lateral-epicondylitis")
    html = "".join(
        figure().html for figure in (page.figure_estimates, page.figure_graph, page.figure_timeline, page.figure_map)
    )
    return set().union(*(looks(svg) for svg in re.findall(r"<svg.*?</svg>", html, re.DOTALL)))


@pytest.mark.parametrize("night", [False, True])
def test_text_and_marks_stand_out_from_the_ground(shown, night):
    ground = GROUND[night]

    def seen(kind: str, prop: str, colour: str) -> str:
        return in_the_dark(kind, prop, colour) if night else colour

    assert len(shown) > 10
    for kind, fill, stroke in shown:
        if kind == "text":
            if fill not in {"#ffffff", "#000000"}:  # those lie on a fill
                assert contrast(seen("text", "fill", fill), ground) >= 4.5, fill
            continue
        marks = [seen(kind, "fill", fill)] if fill not in {"none", "#ffffff"} | PALE else []
        edges = [seen(kind, "stroke", stroke)] if stroke not in {"none"} | QUIET else []
        if marks or edges:
            assert max(contrast(one, ground) for one in marks + edges) >= 3, (fill, stroke)


@pytest.mark.parametrize("night", [False, True])
def test_words_are_read_on_every_fill(night):
    def seen(element: str, prop: str, colour: str) -> str:
        return in_the_dark(element, prop, colour) if night else colour

    for fill in PALE - {"#c4c4c4", "#b5c0ca"}:
        assert contrast(seen("text", "fill", "#1b1b1b"), seen("path", "fill", fill)) >= 4.5, fill
    for fill in (*PALETTE[1:6], "#c4c4c4", "#999999"):
        assert contrast("#000000", seen("path", "fill", fill.lower())) >= 4.5, fill
    for fill in (PALETTE[0], PALETTE[6], "#b34f00", "#00805e", "#a8457a"):
        assert contrast("#ffffff", seen("path", "fill", fill.lower())) >= 4.5, fill


def test_one_colour_is_one_certainty_by_day_and_by_night():
    for level, colour in _COLOURS.items():
        if level is not None:
            assert in_the_dark("path", "fill", colour.lower()) == colour.lower(), level
    fills = next(colours for element, prop, colours in _RULES if element != "text" and prop == "fill")
    assert not set(fills.values()) & {colour.lower() for colour in PALETTE}


def test_no_two_colours_become_one_that_meant_different_things():
    for _, _, colours in _RULES:
        loud = [dark for light, dark in colours.items() if light not in QUIET | PALE]
        assert len(loud) == len(set(loud))


def test_paper_and_light_pages_keep_the_colours_as_drawn():
    style = dark_style()
    for line in style.splitlines():
        if "--mark-fill-1b1b1b:" in line:
            assert line.startswith("@media screen")
    for _, prop, colours in _RULES:
        for light in colours:
            assert re.search(rf"\[style\*=\"{prop}: {light}\"\]{{{prop}:var\([\w-]+,{light}\)!important}}", style), (
                light
            )
    assert "filter" not in style
