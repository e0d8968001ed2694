"""Traffic lights: every judgement with its symbol, not assessed never low, shares that add up."""

import re
import xml.etree.ElementTree as ET

import pytest

from kb import figures
from kb.appraisal import tools
from kb.model import DomainJudgement, RiskOfBias


def appraisal(tool: str, judgement: str, **more) -> RiskOfBias:
    said = tuple(DomainJudgement(domain=d.id, judgement=judgement) for d in tools.load()[tool].domains)
    return RiskOfBias(tool=tool, by="A. Lee", domains=said, **more)


def texts(svg: str) -> list[str]:
    return [item.text or "" for item in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


def rob2(*judgements, weights=None) -> figures.Lights:
    studies = [
        (f"Study {n}", appraisal("rob-2", said) if said else None, weights[n] if weights else None)
        for n, said in enumerate(judgements)
    ]
    return figures.compute_lights("Pain", tools.load()["rob-2"], studies)


def test_a_study_that_nobody_judged_has_open_rings_and_says_so():
    data = rob2("low", None)
    assert data.rows[1].lights == (None,) * 5
    assert data.rows[1].overall is None
    assert "Study 1: not assessed" in figures.lights_words(data)
    assert texts(figures.draw_lights(data)).count("?") == 6 + 1


def test_an_appraisal_by_another_tool_is_not_shown_under_this_one():
    data = figures.compute_lights("x", tools.load()["rob-2"], [("A", appraisal("robins-i", "low"), None)])
    assert not any(data.rows[0].lights)


def test_a_domain_left_out_is_not_assessed_and_leaves_the_whole_open():
    said = RiskOfBias(tool="rob-2", by="A", domains=(DomainJudgement(domain="missing-data", judgement="high"),))
    data = figures.compute_lights("x", tools.load()["rob-2"], [("A", said, None)])
    assert [light.said if light else None for light in data.rows[0].lights] == [None, None, "High risk", None, None]
    assert data.rows[0].overall is not None
    assert (data.rows[0].overall.said, data.rows[0].overall.rank) == ("No overall judgement", None)


def test_the_whole_follows_the_tool():
    assert [row.overall.said if row.overall else None for row in rob2("low", "high").rows] == ["Low risk", "High risk"]
    pedro = figures.compute_lights("x", tools.load()["pedro"], [("A", appraisal("pedro", "yes", score=7), None)])
    assert (pedro.whole, pedro.rows[0].score) == ("Score", "7/10")
    jbi = figures.compute_lights(
        "x", tools.load()["jbi-case-series"], [("A", appraisal("jbi-case-series", "no"), None)]
    )
    assert jbi.whole is None


def test_a_tool_with_numbers_shows_them():
    data = figures.compute_lights("x", tools.load()["agree-ii"], [("A", appraisal("agree-ii", "61"), None)])
    assert "61" in texts(figures.draw_lights(data))
    assert "61 of" in figures.lights_words(data)


def test_shares_add_up_weighted_and_not():
    data = rob2("low", "low", "high", None, weights=[10.0, 20.0, 30.0, 40.0])
    for weighted, wanted in ((False, [0.5, 0.25, 0.25]), (True, [0.3, 0.3, 0.4])):
        summary = figures.compute_summary(data, weighted=weighted)
        assert summary.weighted is weighted
        assert len(summary.bars) == 6
        for _, parts in summary.bars:
            assert [share for _, share in parts] == pytest.approx(wanted)
            assert [light.said if light else None for light, _ in parts] == ["Low risk", "High risk", None]
    assert "not assessed 40 %" in figures.summary_words(figures.compute_summary(data, weighted=True))


def test_without_all_weights_every_study_counts_the_same_and_that_is_said():
    summary = figures.compute_summary(rob2("low", "high"), weighted=True)
    assert summary.weighted is False
    assert "Weights are not known: every study counts the same." in figures.summary_words(summary)
    assert "Weights are not known: every study counts the same." in " ".join(texts(figures.draw_summary(summary)))


def test_no_study_is_said():
    empty = rob2()
    assert figures.lights_words(empty) == "Risk of bias by RoB 2, Pain: no study."
    assert figures.summary_words(figures.compute_summary(empty)) == "Risk of bias by RoB 2, Pain: no study."
    assert figures.draw_lights(empty)
    assert figures.draw_summary(figures.compute_summary(empty))


@pytest.mark.parametrize("name", sorted(tools.load()))
@pytest.mark.parametrize("width", [360, 860])
def test_every_tool_fits_and_explains_its_columns(name, width):
    tool = tools.load()[name]
    said = tool.judgements[0].id if tool.judgements else "50"
    data = figures.compute_lights("x", tool, [("A study with a long name " * 4, appraisal(name, said), None)])
    svg = figures.draw_lights(data, width)
    for x in re.findall(r'<use xlink:href="[^"]*" x="([\d.]+)"', svg):
        assert 0 < float(x) < width
    shown = " ".join(texts(svg))
    assert all(" ".join(domain.label.split()) in shown for domain in tool.domains)


def test_judgements_differ_by_symbol_and_not_by_colour_alone():
    for tool in tools.load().values():
        for judgements in (tool.judgements, tool.overall_judgements):
            assert len({j.symbol for j in judgements}) == len(judgements)
