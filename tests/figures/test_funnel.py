"""The funnel plot: from ten studies on, with limits on the scale of the analysis."""

import math
import xml.etree.ElementTree as ET

import pytest

from kb import figures
from kb.figures import FunnelPoint


def texts(svg: str) -> str:
    return " ".join(item.text or "" for item in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text"))


def points(count: int) -> list[FunnelPoint]:
    return [FunnelPoint(f"Study {n}", 0.5 + n / 20, 0.1 + n / 50) for n in range(count)]


def test_below_ten_studies_there_is_a_sentence_and_no_test():
    data = figures.compute_funnel("Pain", "RR", points(9), 0.7, asymmetry="Egger's test: p 0.01.")
    assert not data.shown
    for said in (figures.funnel_words(data), texts(figures.draw_funnel(data))):
        assert "no funnel plot" in said
        assert "here 9" in said
        assert "Egger" not in said
    assert figures.compute_funnel("Pain", "RR", points(10), 0.7).shown


def test_every_study_and_the_test_are_in_the_words():
    data = figures.compute_funnel("Pain", "RR", points(12), 0.7, asymmetry="Egger's test: p 0.01.")
    words = figures.funnel_words(data)
    assert all(f"{p.label}: {p.estimate:.2f}, standard error {p.se:.3f}" in words for p in data.points)
    assert "Egger's test: p 0.01." in words
    assert "Egger's test: p 0.01." in texts(figures.draw_funnel(data))


def test_limits_are_those_of_the_logarithm_for_ratios():
    ratio = figures.compute_funnel("x", "OR", points(10), 0.5)
    assert ratio.limits(0.3) == pytest.approx((0.5 * math.exp(-0.588), 0.5 * math.exp(0.588)), rel=1e-3)
    difference = figures.compute_funnel("x", "MD", points(10), 0.5)
    assert difference.limits(1) == pytest.approx((0.5 - 1.96, 0.5 + 1.96), rel=1e-3)


def test_what_cannot_be_drawn_is_named_and_does_not_count():
    bad = [FunnelPoint("Nought", 0, 1), FunnelPoint("No error", 1, 0), FunnelPoint("Endless", math.inf, 1)]
    data = figures.compute_funnel("x", "RR", [*points(9), *bad], 0.7)
    assert not data.shown
    assert data.dropped == ("Nought", "No error", "Endless")
    assert "Nought, No error, Endless" in figures.funnel_words(data)
    kept = figures.compute_funnel("x", "MD", [FunnelPoint("Nought", 0, 1)], 0.7)
    assert kept.dropped == ()


def test_a_plot_without_a_pooled_effect_promises_no_limits():
    data = figures.compute_funnel("x", "MD", points(10), None)
    assert "shaded" not in texts(figures.draw_funnel(data))
    assert "#e8eef3" not in figures.draw_funnel(data)
