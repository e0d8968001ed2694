"""The harvest plot: each study once, under its direction, as tall as its size; gaps stay visible."""

import xml.etree.ElementTree as ET

import pytest

from kb import figures
from kb.figures import HarvestBar, Way
from kb.figures.harvest import design_class, size_class
from kb.model import Design, Direction


def texts(svg: str) -> list[str]:
    return [item.text or "" for item in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


def test_every_design_and_direction_has_a_place():
    assert all(design_class(design) for design in Design)
    assert {figures.way_of(direction) for direction in Direction} == set(Way)


@pytest.mark.parametrize(
    "direction", [Direction.ASSOCIATION, Direction.IMPROVEMENT, Direction.DESCRIPTIVE, Direction.UNCLEAR]
)
def test_what_compares_nothing_favours_nothing(direction):
    assert figures.way_of(direction) is Way.UNCLEAR


def test_an_unknown_size_is_the_lowest_bar_and_says_so():
    assert size_class(None)[0] < min(size_class(n)[0] for n in (1, 50, 100, 500))
    assert [size_class(n)[0] for n in (1, 50, 100, 500)] == sorted(size_class(n)[0] for n in (1, 50, 100, 500))
    data = figures.compute_harvest("x", [("", [HarvestBar("Lee", Way.FAVOURS)])], "favours a", "favours b")
    assert "Lee, n unknown, other or unknown design, not assessed" in figures.harvest_words(data)
    assert "n unknown" in texts(figures.draw_harvest(data))


@pytest.mark.parametrize("width", [360, 860])
def test_each_study_is_numbered_explained_and_counted(width):
    bars = [HarvestBar(f"Study-{n}", way, 10 * n, Design.CASE_SERIES) for n in range(1, 9) for way in Way]
    data = figures.compute_harvest("x", [("Pain", bars), ("Strength", [])], "favours a", "favours b", "A note.")
    shown = texts(figures.draw_harvest(data, width))
    assert [str(n) in shown for n in range(1, 33)] == [True] * 32
    for number, bar in enumerate(data.bars, start=1):
        assert f"{number} {bar.label} (n {bar.n})" in shown
    assert shown.count("none") == 4
    assert "A note." in shown
    words = figures.harvest_words(data)
    assert "favours a 8" in words
    assert "Strength: no study." in words


def test_bars_stand_in_the_order_of_the_columns():
    bars = [HarvestBar("b", Way.UNCLEAR), HarvestBar("a", Way.AGAINST, 5), HarvestBar("c", Way.AGAINST, 50)]
    data = figures.compute_harvest("x", [("", bars)], "favours a", "favours b")
    assert [bar.label for bar in data.bars] == ["c", "a", "b"]


def test_nothing_is_a_sentence():
    data = figures.compute_harvest("Pain", [], "a", "b")
    assert texts(figures.draw_harvest(data)) == ["Pain, not pooled: 0 results."]
