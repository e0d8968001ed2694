"""The forest plot says what its numbers say: one study is not a pool, unknown is shown, past the axis is an arrow."""

import math
import re
import xml.etree.ElementTree as ET

import pytest

from kb import figures
from kb.appraisal import tools
from kb.figures import Diamond, ForestRow, Sides, Subgroup
from kb.figures.axis import Axis, ends

SIDES = Sides("favours exercise", "favours rest", "low")
TOOL = tools.load()["rob-2"]
LOW, HIGH = (figures.light(TOOL.judgement(name)) for name in ("low", "high"))


def rows(*values, **more) -> list[ForestRow]:
    return [ForestRow(f"Study {n}", *each, **more) for n, each in enumerate(values, start=1)]


def texts(svg: str) -> list[str]:
    return [item.text or "" for item in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


def arrows(svg: str) -> int:
    """Filled triangles in ink: three corners and a closing stroke."""
    return len(re.findall(r'<path d="M[^L"]*L[^L"]*L[^L"]*z\s*" style="fill: #1b1b1b', svg))


def both(data) -> list[str]:
    return [figures.draw_forest(data, width) for width in (360, 860)]


def test_every_number_of_the_picture_is_in_its_words():
    data = figures.compute_forest(
        "Pain",
        "MD",
        rows((-5.21, -8.11, -2.31), (1.5, -1.25, 4.25), weight=50, n=64, arms="31.2 vs 36.4"),
        sides=SIDES,
        unit="points",
        mcid=2,
        pooled=Diamond(-1.9, -9.75, 5.95, "Pooled", "REML"),
        prediction=(-20.5, 16.7),
        note="I2 90 %.",
    )
    words = figures.forest_words(data)
    for told in ("-5.21 (-8.11 to -2.31)", "1.50 (-1.25 to 4.25)", "50.0 %", "n 64", "31.2 vs 36.4", "points", "REML"):
        assert told in words
    for told in ("-1.90 (-9.75 to 5.95)", "-20.50 to 16.70", "less than 2 points", "I2 90 %.", "favours exercise"):
        assert told in words
    for svg in both(data):
        shown = " ".join(texts(svg))
        assert {"-5.21 (-8.11 to -2.31)", "50.0 %"} <= {t.removeprefix("weight ") for t in texts(svg)}
        assert "-1.90 (-9.75 to 5.95)" in shown
        assert "-20.50 to 16.70" in shown
        assert "← favours exercise" in shown
        assert "favours rest →" in shown


def test_one_study_has_no_diamond_no_prediction_interval_and_no_weight():
    given = rows((0.5, 0.2, 1.3), weight=100)
    data = figures.compute_forest("Injury", "RR", given, pooled=Diamond(0.5, 0.2, 1.3, "Pooled"), prediction=(0.1, 3))
    assert (data.pooled, data.prediction, data.rows[0].weight) == (None, None, None)
    assert "One study: nothing is pooled." in figures.forest_words(data)
    for svg in both(data):
        assert "One study: nothing is pooled." in " ".join(texts(svg))
        assert "diamond" not in " ".join(texts(svg))


def test_a_second_study_without_an_estimate_does_not_make_a_pool():
    given = [*rows((0.5, 0.2, 1.3)), ForestRow("Nobody", None, None, None)]
    data = figures.compute_forest("Injury", "RR", given, pooled=Diamond(0.5, 0.2, 1.3, "Pooled"))
    assert data.pooled is None
    assert "Nobody: not estimable" in figures.forest_words(data)
    assert all("not estimable" in texts(svg) for svg in both(data))


def test_no_study_is_said_and_has_no_axis():
    data = figures.compute_forest("Injury", "RR", [])
    assert figures.forest_words(data).endswith("No study: nothing to show.")
    assert all(texts(svg)[-1] == "No study: nothing to show." for svg in both(data))


def test_ratios_have_a_logarithmic_axis_and_differences_have_not():
    for measure, logarithmic, null in (("RR", True, 1), ("HR", True, 1), ("MD", False, 0), ("PLO", False, None)):
        data = figures.compute_forest("x", measure, rows((0.5, 0.25, 1.0)))
        assert (data.logarithmic, data.null) == (logarithmic, null)
    axis = Axis(0.25, 4, True, 0, 100)
    assert axis.place(1) == pytest.approx(50)
    assert axis.place(0.5) - axis.place(0.25) == pytest.approx(axis.place(4) - axis.place(2))


def test_numbers_of_the_analysis_are_read_back_and_too_large_is_infinite():
    given = rows((0.0, -1.0, 1.0), (5.0, 1.0, 1e6))
    data = figures.compute_forest(
        "x", "OR", given, back=math.exp, pooled=Diamond(1, 0, 2, "Pooled"), prediction=(-1e6, 1)
    )
    assert data.rows[0].values == (1.0, math.exp(-1), math.e)
    assert data.rows[1].high == math.inf
    assert data.pooled is not None
    assert data.pooled.estimate == math.e
    assert data.prediction == (0.0, math.e)
    assert "∞" in figures.forest_words(data)
    assert all(arrows(svg) >= 2 for svg in both(data))


def test_weights_add_up_to_100_or_are_left_out():
    data = figures.compute_forest("x", "MD", [*rows((1, 0, 2), weight=3), *rows((1, 0, 2), weight=1)])
    assert [row.weight for row in data.rows] == [75, 25]
    half = figures.compute_forest("x", "MD", [*rows((1, 0, 2), weight=3), *rows((1, 0, 2))])
    assert [row.weight for row in half.rows] == [None, None]
    assert all("eight" not in " ".join(texts(svg)) for svg in both(half))


def square_sides(svg: str) -> list[float]:
    found = re.findall(r'<path d="([^"]*)" style="fill: #56b4e9; stroke: #0072b2', svg)
    points = [re.findall(r"(-?[\d.]+) (-?[\d.]+)", path) for path in found]
    return [max(float(x) for x, _ in each) - min(float(x) for x, _ in each) for each in points]


def test_the_area_of_a_square_is_the_weight():
    given = [*rows((1, -3, 5), weight=80), *rows((1, -3, 5), weight=20)]
    for svg in both(figures.compute_forest("x", "MD", given)):
        large, small = square_sides(svg)
        assert (large / small) ** 2 == pytest.approx(4, rel=0.02)


def test_an_interval_past_the_axis_ends_in_arrows_and_the_others_keep_their_room():
    values = [(n / 10, n / 10 - 1, n / 10 + 1) for n in range(6)]
    calm = figures.compute_forest("x", "MD", rows(*values))
    wild = figures.compute_forest("x", "MD", rows(*values, (0, -4000, 4000), (900, 890, 910)))
    assert wild.ends[1] - wild.ends[0] < 4 * (calm.ends[1] - calm.ends[0])
    assert [arrows(svg) for svg in both(calm)] == [0, 0]
    for svg in both(wild):
        assert arrows(svg) >= 3
        assert "900.00 (890.00 to 910.00)" in texts(svg)


def test_null_and_pooled_estimate_are_always_on_the_axis():
    low, high = ends([(50, 49, 51), (51, 50, 52)], [0.0, 50.5], logarithmic=False)
    assert low < 0
    assert high > 52


@pytest.mark.parametrize(
    ("measure", "values"),
    [
        ("RR", [(0, 0, 3), (1e9, 10, 1e12), (1e-9, 1e-11, 1)]),
        ("OR", [(1.0, 1.0, 1.0)]),
        ("MD", [(0, 0, 0), (0, 0, 0)]),
        ("SMD", [(1e9, -1e9, 3e9), (None, None, None)]),
        ("MD", [(1.0, None, 2.0), (1.0, 0.5, None), (1.0, None, None), (None, 0.0, 1.0)]),
        ("PLO", [(0.0, 0.0, 0.01), (1.0, 0.9, 1.0)]),
    ],
)
def test_hostile_numbers_are_drawn(measure, values):
    data = figures.compute_forest(
        "x", measure, rows(*values), pooled=Diamond(1.0, 0.9, 1.1, "Pooled"), prediction=(0.0, math.inf)
    )
    for svg in both(data):
        assert "nan" not in svg
        assert len(Axis(*data.ends, data.logarithmic, 0, 300).ticks()) >= 2


def test_an_unknown_end_is_a_question_mark():
    for svg in both(figures.compute_forest("x", "MD", rows((1.0, None, 2.0), (1.0, 0.0, 2.0)))):
        assert texts(svg).count("?") == 1


@pytest.mark.parametrize(("mcid", "told"), [(1.25, "ratio within 0.80 to 1.25"), (0.8, "ratio within 0.80 to 1.25")])
def test_the_smallest_important_ratio_is_shaded_on_both_sides(mcid, told):
    data = figures.compute_forest("x", "RR", rows((0.5, 0.2, 1.3)), mcid=mcid)
    assert data.too_small == f"smaller than the smallest important difference: {told}"
    for svg in both(data):
        assert svg.count("fill: #e3e9ee") >= 2
        assert told in " ".join(texts(svg))


@pytest.mark.parametrize("mcid", [None, 0, -1.5])
def test_without_a_usable_mcid_nothing_is_shaded(mcid):
    for svg in both(figures.compute_forest("x", "RR", rows((0.5, 0.2, 1.3)), mcid=mcid)):
        assert "#e3e9ee" not in svg
        assert "shaded" not in " ".join(texts(svg))


def test_what_nobody_judged_is_an_open_ring_and_never_a_colour():
    judged = ForestRow("Judged", 1, 0, 2, bias=(LOW, HIGH, None))
    given = [judged, ForestRow("Nobody judged", 1, 0, 2)]
    data = figures.compute_forest("x", "MD", given, domains=("First", "Second", "Third"), tool="RoB 2")
    words = figures.forest_words(data)
    assert "First: Low risk; Second: High risk; Third: not assessed" in words
    assert "Nobody judged: 1.00 (0.00 to 2.00), risk of bias (RoB 2) not assessed" in words
    for svg in both(data):
        assert texts(svg).count("?") == 4 + 1  # four lights and the legend
        assert "not assessed" in texts(svg)


def test_subgroups_keep_their_order_and_a_single_study_its_own_word():
    groups = [
        Subgroup("Radial", tuple(rows((1, 0, 2), (2, 1, 3), weight=10)), Diamond(1.5, 0.5, 2.5, "Radial, 2 studies")),
        Subgroup("Focused", tuple(rows((3, 2, 4), weight=20)), Diamond(3, 2, 4, "Focused, 1 study")),
        Subgroup("Empty", ()),
    ]
    data = figures.compute_forest("x", "MD", [], subgroups=groups, pooled=Diamond(2, 1, 3, "All"))
    assert [d.label for d in data.diamonds] == ["Radial, 2 studies", "All"]
    assert [row.weight for row in data.rows] == [25, 25, 50]
    assert "Empty: no study." in figures.forest_words(data)
    for svg in both(data):
        shown = " ".join(texts(svg))
        assert shown.index("Radial") < shown.index("Focused") < shown.index("Empty") < shown.index("No study.")


def test_the_arrows_of_the_sides_never_stand_alone():
    sides = Sides("favours a corticosteroid injection", "favours a corticosteroid injection", "low")
    for width in (*range(300, 420, 7), 860):
        svg = figures.draw_forest(figures.compute_forest("x", "MD", rows((0, -1, 1)), sides=sides), width)
        assert not {"→", "←"} & set(texts(svg))
