"""The evidence map: area, colour and form each say one thing, and an empty cell is seen."""

import math

import pytest

from kb import figures
from kb.figures import MapCell, Pull
from kb.figures.certainty_map import _COLOURS, _CORNERS
from kb.model import CertaintyLevel

ROWS = [("elbow", "Elbow pain"), ("knee", "Knee pain")]
COLUMNS = [("waves", "Shockwave"), ("tape", "Tape"), ("rest", "Rest")]


def area(corners) -> float:
    pairs = zip(corners, [*corners[1:], corners[0]], strict=True)
    return abs(sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in pairs)) / 2


def test_every_form_has_the_same_area_and_its_own_shape():
    assert set(_CORNERS) == set(Pull)
    for corners in _CORNERS.values():
        assert area(corners) == pytest.approx(math.pi / 4, rel=0.01)
        assert [sum(c[axis] for c in corners) for axis in (0, 1)] == pytest.approx([0, 0], abs=1e-3)
    assert len(set(_CORNERS.values())) == len(Pull)


def test_every_level_has_a_colour_and_not_rated_has_none():
    assert set(_COLOURS) == {*CertaintyLevel, None}
    assert len(set(_COLOURS.values())) == 5
    assert _COLOURS[None] == "#ffffff"


def test_empty_cells_are_counted_said_and_drawn():
    cells = [MapCell("elbow", "waves", 3, CertaintyLevel.LOW, Pull.MIXED), MapCell("elbow", "tape", 0)]
    data = figures.compute_certainty_map(ROWS, COLUMNS, cells)
    assert data.empty == 5
    words = figures.certainty_map_words(data)
    assert "5 cells are empty" in words
    assert "Elbow pain: Shockwave 3 studies, low certainty, mixed." in words
    assert "Knee pain: no study." in words
    for width in (360, 860):
        svg = figures.draw_certainty_map(data, width)
        assert svg.count("fill: #ffffff; stroke: #8a8a8a") >= 5
        assert svg.count("fill: #e69f00") == 2  # the cell and the legend


def test_a_cell_outside_the_map_is_left_out_and_one_given_twice_refused():
    data = figures.compute_certainty_map(ROWS, COLUMNS, [MapCell("hip", "waves", 3)])
    assert data.cells == {}
    with pytest.raises(ValueError, match="given twice"):
        figures.compute_certainty_map(ROWS, COLUMNS, [MapCell("elbow", "waves", 3), MapCell("elbow", "waves", 4)])


def test_a_cell_that_nobody_rated_is_white_and_says_so():
    data = figures.compute_certainty_map(ROWS, COLUMNS, [MapCell("elbow", "waves", 1)])
    assert "1 study, certainty not rated, direction unknown" in figures.certainty_map_words(data)
    svg = figures.draw_certainty_map(data)
    assert not any(f"fill: {colour.lower()}" in svg for level, colour in _COLOURS.items() if level)


@pytest.mark.parametrize("width", [360, 860])
def test_a_map_without_terms_can_be_drawn(width):
    assert "No term to show." in figures.draw_certainty_map(figures.compute_certainty_map([], [], []), width)
