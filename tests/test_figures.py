"""What the figures compute, and that what is drawn says it: unknown shown, scales apart, the same bytes every time."""

import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import kb
from kb import figures, graph
from kb.figures.canvas import text_width, wrap
from kb.model import (
    AsReported,
    Better,
    Condition,
    Corpus,
    Design,
    Direction,
    Finding,
    Intervention,
    InterventionKind,
    Measure,
    Outcome,
    Reference,
    Study,
    Verification,
)

ROOT = Path(__file__).resolve().parent.parent
TERM = {"synonyms": (), "mesh": None}


@pytest.fixture(scope="module")
def base():
    return kb.open(ROOT / "evidence")


def finding(number: int, **changes) -> Finding:
    given = {
        "id": f"f{number:02}",
        "as_reported": f"pain {number}",
        "populations": (),
        "conditions": ("elbow",),
        "interventions": ("waves",),
        "comparators": ("sham",),
        "outcomes": ("pain",),
        "timepoint": None,
        "measure": Measure.MD,
        "unit": "points",
        "estimate": 1.0,
        "ci_low": 0.5,
        "ci_high": 1.5,
        "p": None,
        "direction": Direction.INTERVENTION,
    }
    return Finding.model_validate(given | changes)


def corpus(*findings: Finding, year: int | None = 2020, design: Design = Design.RANDOMIZED_TRIAL) -> Corpus:
    study = Study(
        key="lee2020",
        design=design,
        n_participants=None,
        n_studies=None,
        population=None,
        populations=(),
        conditions=(AsReported(text="elbow", terms=("elbow",)),),
        interventions=(AsReported(text="waves", terms=("waves",)),),
        comparator=None,
        follow_up=None,
        conclusion=None,
        funding_or_conflicts=None,
        findings=findings,
        verification=Verification.VERIFIED,
    )
    reference = Reference(key="lee2020", entry_type="article", author=("Lee, A.",), year=year)
    treatment, control = InterventionKind.TREATMENT, InterventionKind.CONTROL
    return Corpus(
        conditions={
            "elbow": Condition(
                id="elbow", label="Elbow pain", patient_label="Sore elbow", broader=(), icd10cm=None, **TERM
            )
        },
        interventions={
            "waves": Intervention(id="waves", label="Waves", patient_label="Waves", broader=(), kind=treatment, **TERM),
            "sham": Intervention(id="sham", label="Sham", patient_label="Sham", broader=(), kind=control, **TERM),
        },
        outcomes={
            "pain": Outcome(
                id="pain",
                label="pain",
                patient_label="Pain",
                broader=(),
                better=Better.LOWER,
                unit=None,
                surrogate=False,
                **TERM,
            )
        },
        populations={},
        references={"lee2020": reference},
        studies={"lee2020": study},
        posts={},
    )


def panels(*findings: Finding) -> list[figures.Panel]:
    return figures.compute_estimates(corpus(*findings), [f"lee2020.{f.id}" for f in findings])


def words_in(svg: str) -> str:
    return " ".join(re.findall(r"<text[^>]*>([^<]*)</text>", svg))


# estimates


def test_scales_and_units_never_share_an_axis():
    made = panels(
        finding(1),
        finding(2, unit="mm"),
        finding(3, measure=Measure.RISK_RATIO, unit=None),
        finding(4, measure=Measure.ODDS_RATIO, unit=None),
        finding(5, measure=Measure.SMD, unit=None),
        finding(6, measure=Measure.SMD, unit="SD"),
    )
    assert sorted((p.measure.value, p.unit, len(p.rows)) for p in made if p.measure is not Measure.SMD) == [
        ("MD", "mm", 1),
        ("MD", "points", 1),
        ("OR", None, 1),
        ("RR", None, 1),
    ]
    assert [len(p.rows) for p in made if p.measure is Measure.SMD] == [2]
    assert {p.measure.value: p.logarithmic for p in made} == {"MD": False, "SMD": False, "RR": True, "OR": True}


def test_findings_of_unknown_unit_stand_by_themselves_and_say_so():
    (panel,) = panels(finding(1, unit=None))
    assert panel.title == "Mean difference, unit unknown: Lee 2020"


def test_a_finding_without_interval_is_a_point_that_says_so():
    (panel,) = panels(finding(1, ci_low=None, ci_high=None))
    assert panel.rows[0].numbers == "1, interval unknown"
    for width in (figures.NARROW, figures.WIDE):
        shown = words_in(figures.draw_estimates(panel, width))
        assert "interval unknown" in shown
        assert "?" in shown.split()


def test_half_an_interval_and_a_missing_estimate_are_said_to_be_unknown():
    (panel,) = panels(finding(1, ci_high=None), finding(2, estimate=None))
    assert [row.numbers for row in panel.rows] == ["1 (0.5 to unknown)", "estimate unknown (0.5 to 1.5)"]


def test_a_level_other_than_95_is_said():
    (panel,) = panels(finding(1, ci_level=99))
    assert panel.rows[0].numbers == "1 (99 % CI 0.5 to 1.5)"


@pytest.mark.parametrize(
    ("direction", "said"),
    [
        (Direction.INTERVENTION, "favours Waves"),
        (Direction.COMPARATOR, "favours Sham"),
        (Direction.NO_DIFFERENCE, "no difference"),
        (Direction.UNCLEAR, "direction unclear"),
    ],
)
def test_what_a_row_favours_comes_from_the_finding_and_not_from_its_side(direction, said):
    for estimate, low, high in ((1.0, 0.5, 1.5), (-1.0, -1.5, -0.5)):
        (panel,) = panels(finding(1, direction=direction, estimate=estimate, ci_low=low, ci_high=high))
        assert panel.rows[0].points == said


def test_descriptions_without_interval_are_left_to_the_table():
    assert panels(finding(1, measure=Measure.PERCENT, unit="%", ci_low=None, ci_high=None)) == []


def test_an_interval_that_runs_off_the_axis_is_cut():
    rows = [finding(n, estimate=n / 10, ci_low=n / 10 - 1, ci_high=n / 10 + 1) for n in range(1, 6)]
    (panel,) = panels(*rows, finding(6, ci_low=-400, ci_high=300))
    assert -10 < panel.low < -1
    assert 1 < panel.high < 10


def test_a_long_panel_is_continued_on_the_same_axis():
    made = panels(*(finding(n) for n in range(1, 61)))
    assert [p.part for p in made] == [(1, 3), (2, 3), (3, 3)]
    assert len({(p.low, p.high) for p in made}) == 1
    assert sum(len(p.rows) for p in made) == 60


def test_a_ratio_of_nought_does_not_break_the_logarithm():
    (panel,) = panels(finding(1, measure=Measure.RISK_RATIO, unit=None, estimate=0, ci_low=0, ci_high=2))
    assert panel.low > 0
    assert "Risk ratio" in figures.draw_estimates(panel)


def test_numbers_are_drawn_as_they_were_read():
    (panel,) = panels(finding(1, estimate=0.9634, ci_low=0.8461, ci_high=1.0951))
    assert "0.9634 (0.8461 to 1.0951)" in words_in(figures.draw_estimates(panel, figures.WIDE))


def test_every_finding_with_an_interval_is_drawn(base):
    wanted = {
        f"{key}.{f.id}"
        for key, study in base.corpus.studies.items()
        for f in study.findings
        if f.ci_low is not None or f.ci_high is not None
    }
    ids = [f"{key}.{f.id}" for key, study in base.corpus.studies.items() for f in study.findings]
    assert wanted <= {row.finding for panel in figures.compute_estimates(base.corpus, ids) for row in panel.rows}


# timeline


def test_an_unknown_year_has_its_own_column():
    data = figures.compute_timeline(corpus(year=None), ["lee2020"])
    assert (data.years, data.unknown, data.total) == ([], 1, 1)
    assert "unknown" in words_in(figures.draw_timeline(data))
    assert figures.timeline_words(data) == "Studies by year: randomised trials 1. No year is known; 1 of unknown year."


def test_every_design_is_drawn_somewhere():
    for design in Design:
        assert figures.compute_timeline(corpus(design=design), ["lee2020"]).total == 1


# map


def test_the_map_counts_studies_and_keeps_empty_cells():
    one = corpus(finding(1))
    cells = graph.cells(graph.build(one))
    data = figures.compute_map(one, cells, ["elbow"], ["waves", "sham"], by="intervention")
    assert data.counts == {("waves", "elbow"): 1, ("sham", "elbow"): 1}
    assert figures.compute_map(one, {}, ["elbow"], ["waves", "sham"]).empty == 2
    assert "2 are empty" in figures.map_words(figures.compute_map(one, {}, ["elbow"], ["waves", "sham"]))


def test_groups_cover_the_vocabulary_with_few_terms(base):
    weights = figures.weights(graph.cells(base.graph), 0)
    chosen = figures.compute_groups(base.corpus.conditions, weights, 26)
    assert len(chosen) <= 26
    assert "musculoskeletal-disorder" not in chosen
    assert [weights.get(i, 0) for i in chosen] == sorted((weights.get(i, 0) for i in chosen), reverse=True)


# network


def test_the_network_is_cut_to_what_can_be_read_and_says_what_is_hidden(base):
    data = figures.compute_network(base.corpus, base.graph, "condition", "lateral-epicondylitis", 10)
    assert len(data.nodes) <= 10
    assert {"elbow-tendinopathy"} <= {node.name.split(":")[1] for node in data.nodes}
    assert data.hidden["outcome"] > 0
    assert "Not shown" in figures.network_words(data)


def test_numbers_of_the_network_are_those_of_the_map(base):
    cells = graph.cells(base.graph)
    data = figures.compute_network(base.corpus, base.graph, "condition", "lateral-epicondylitis", 20)
    for node in data.nodes:
        if node.kind == "intervention":
            assert node.studies == len(cells["lateral-epicondylitis", node.name.split(":")[1]])


@pytest.mark.parametrize("width", [figures.NARROW, figures.WIDE])
def test_boxes_of_the_network_do_not_overlap(base, width):
    most = 13 if width == figures.NARROW else 26
    for kind, term in (("condition", "iliotibial-band-syndrome"), ("intervention", "shockwave")):
        svg = figures.draw_network(figures.compute_network(base.corpus, base.graph, kind, term, most), width)
        boxes = [
            tuple(min(v) for v in zip(*points, strict=True)) + tuple(max(v) for v in zip(*points, strict=True))
            for path in re.findall(r'<path d="([^"]*)" style="fill: #[^"]*"', svg)
            for points in [[tuple(map(float, p)) for p in re.findall(r"(-?[\d.]+) (-?[\d.]+)", path)]]
        ]
        labels = [box for box in boxes if 20 < box[2] - box[0] < width - 1]
        assert len(labels) > 8
        for place, a in enumerate(labels):
            for b in labels[place + 1 :]:
                assert a[2] <= b[0] + 2 or b[2] <= a[0] + 2 or a[3] <= b[1] + 2 or b[3] <= a[1] + 2


def test_a_term_without_anything_around_it_can_be_drawn():
    one = corpus()
    data = figures.compute_network(one, graph.build(one), "condition", "elbow")
    assert "Elbow pain" in words_in(figures.draw_network(data))


# all drawings


def drawings(base) -> dict[str, str]:
    answer = base.bearing_on(condition="lateral-epicondylitis")
    cells = graph.cells(base.graph)
    rows = figures.compute_groups(base.corpus.conditions, figures.weights(cells, 0), 20)
    columns = figures.compute_groups(base.corpus.interventions, figures.weights(cells, 1), 9)
    made: dict[str, tuple[Callable[..., str], Any]] = {
        "timeline": (figures.draw_timeline, figures.compute_timeline(base.corpus, answer.studies)),
        "map": (figures.draw_map, figures.compute_map(base.corpus, cells, rows, columns)),
        "network": (
            figures.draw_network,
            figures.compute_network(base.corpus, base.graph, "condition", "lateral-epicondylitis", 12),
        ),
    }
    for number, panel in enumerate(figures.compute_estimates(base.corpus, answer.findings)):
        made[f"estimates {number}"] = (figures.draw_estimates, panel)
    return {
        f"{name} {width}": draw(data, width)
        for name, (draw, data) in made.items()
        for width in (figures.NARROW, figures.WIDE)
    }


def test_drawings_are_svg_with_a_text_alternative_and_without_loose_ids(base):
    for name, svg in drawings(base).items():
        root = ET.fromstring(svg)
        assert root.get("role") == "img", name
        assert len(root.get("aria-label", "")) > 20, name
        ids = re.findall(r' id="([^"]+)"', svg)
        assert len(ids) == len(set(ids)), name
        assert set(ids) == set(re.findall(r'[#]([\w-]+)[")]', svg)) & set(ids), name
        assert "<style" not in svg, name
        assert "<metadata" not in svg, name


def test_words_stay_within_the_drawing(base):
    for name, svg in drawings(base).items():
        width = float(ET.fromstring(svg).get("width", "0"))
        for style, x, words in re.findall(r'<text style="([^"]*)" x="([\d.-]+)"[^>]*>([^<]*)</text>', svg):
            size = float(re.findall(r"font-size: ([\d.]+)px", style)[0])
            long = text_width(words, size)
            anchor = (re.findall(r"anchor: (\w+)", style) or ["start"])[0]
            left = float(x) - {"start": 0, "middle": long / 2, "end": long}[anchor]
            assert left >= -12, (name, words)
            assert left + long <= width + 12, (name, words)


def test_two_processes_draw_the_same_bytes():
    code = (
        "import kb, hashlib\n"
        "from kb import figures as f\n"
        f"b = kb.open({str(ROOT / 'evidence')!r})\n"
        "a = b.bearing_on(condition='lateral-epicondylitis')\n"
        "made = [f.draw_estimates(p) for p in f.compute_estimates(b.corpus, a.findings)]\n"
        "made.append(f.draw_network(f.compute_network(b.corpus, b.graph, 'condition', 'lateral-epicondylitis')))\n"
        "made.append(f.draw_timeline(f.compute_timeline(b.corpus, a.studies)))\n"
        "print(hashlib.sha256(''.join(made).encode()).hexdigest())\n"
    )
    said = [
        subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert said[0] == said[1]


def test_wrapping_fits_and_marks_what_is_cut():
    lines = wrap("a rather long label of an outcome that nobody abbreviates", 100, lines=2)
    assert len(lines) == 2
    assert lines[1].endswith("…")
    assert all(text_width(line) <= 100 for line in lines)
