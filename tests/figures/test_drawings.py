"""What holds for every new drawing: same bytes, readable on a phone, words inside, hostile labels only ever text."""

import hashlib
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from kb import figures
from kb.appraisal import tools
from kb.figures import Diamond, ForestRow, FunnelPoint, HarvestBar, LightRow, MapCell, Pull, Sides, Subgroup, Way
from kb.figures.canvas import fit, measured
from kb.model import CertaintyLevel, Design

WIDTHS = (360, 640, 860)
HOSTILE = (
    '<script>alert(1)</script> & "q" \'s\' --> ]]> <!-- $x^2_i$ \\n id="abc" x="1.23456" url(#m0) #m1 {0} %s '
    "\x00\x08\x1b\u202etxet\ud800 痛み Ø 🦵\n\tend"
)
LONG = "Featherstonehaugh-Cholmondeley and colleagues, Donaudampfschifffahrtsgesellschaftskapitaensmuetze 2019 " * 2
TEXT = "{http://www.w3.org/2000/svg}text"


def drawn(label: str, count: int, width: float) -> dict[str, tuple[str, str]]:
    """Every kind of drawing with its words."""
    tool = tools.load()["rob-2"]
    judged = (figures.light(tool.judgement(name)) for name in ("low", "some-concerns", "high"))
    lights = (*judged, None, None)
    rows = [
        ForestRow(
            f"{label} {n}", 0.5 + n / 9, 0.2 + n / 9, 1.1 + n / 5, 1 + n, 10 + n, label if n % 2 else None, lights
        )
        for n in range(count)
    ]
    pooled = Diamond(0.8, 0.5, 1.3, label, label)
    told: dict[str, Any] = {
        "domains": tuple(domain.label for domain in tool.domains),
        "tool": label,
        "note": label,
        "unit": label,
    }
    sides = Sides(label, label, "high")
    forest = figures.compute_forest(
        label, "RR", rows, pooled=pooled, prediction=(0.1, 9), sides=sides, mcid=1.25, **told
    )
    groups = [Subgroup(label, tuple(rows), pooled, label)]
    grouped = figures.compute_forest(label, "SMD", [], subgroups=groups, pooled=pooled, sides=sides, **told)
    points = [FunnelPoint(f"{label} {n}", 1 + n / 9, 0.1 + n / 30) for n in range(count)]
    funnel = figures.compute_funnel(label, "MD", points, 2.0, sides=sides, unit=label, asymmetry=label)
    light_rows = tuple(LightRow(f"{label} {n}", lights, lights[n % 3], None, 10) for n in range(count))
    table = figures.Lights(label, label, tuple(label for _ in lights), "Overall", light_rows)
    bars = [
        HarvestBar(label, list(Way)[n % 4], n * 30 or None, list(Design)[n % 20], lights[n % 5]) for n in range(count)
    ]
    harvest = figures.compute_harvest(label, [(label, bars)], label, label, label)
    names = [(str(n), f"{label} {n}") for n in range(min(count, 9))]
    cells = [
        MapCell(a, b, 1 + int(a) * 7, list(CertaintyLevel)[int(b) % 4], list(Pull)[int(a) % 5])
        for a, _ in names
        for b, _ in names
        if a != b
    ]
    known = figures.compute_certainty_map(names, names, cells)
    summary = figures.compute_summary(table, weighted=True)
    return {
        "forest": (figures.draw_forest(forest, width), figures.forest_words(forest)),
        "subgroups": (figures.draw_forest(grouped, width), figures.forest_words(grouped)),
        "funnel": (figures.draw_funnel(funnel, width), figures.funnel_words(funnel)),
        "lights": (figures.draw_lights(table, width), figures.lights_words(table)),
        "summary": (figures.draw_summary(summary, width), figures.summary_words(summary)),
        "harvest": (figures.draw_harvest(harvest, width), figures.harvest_words(harvest)),
        "map": (figures.draw_certainty_map(known, width), figures.certainty_map_words(known)),
    }


CASES = [("Lee 2020", 1), ("Lee 2020", 40), (LONG, 11), (HOSTILE, 2)]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(("label", "count"), CASES)
def test_words_are_readable_and_within_the_drawing(label, count, width):
    for name, (svg, _) in drawn(label, count, width).items():
        root = ET.fromstring(svg)
        assert float(root.get("width", "0")) == width, name
        tall = float(root.get("height", "0"))
        for item in root.iter(TEXT):
            style = item.get("style", "")
            size = float(re.findall(r"font-size: ([\d.]+)px", style)[0])
            assert size >= 10, (name, item.text)
            turned = re.match(r"translate\(([-\d.]+) ([-\d.]+)\) rotate\(-90\)", item.get("transform", ""))
            long = measured(item.text or "", size, bold="font-weight: 700" in style)
            if turned:
                assert 8 <= float(turned[1]) <= width, (name, item.text)
                assert float(turned[2]) - long >= -2, (name, item.text)
                continue
            anchor = (re.findall(r"anchor: (\w+)", style) or ["start"])[0]
            left = float(item.get("x", "0")) - {"start": 0, "middle": long / 2, "end": long}[anchor]
            assert left >= -0.5, (name, item.text)
            assert left + long <= width + 0.5, (name, item.text)
            assert 6 <= float(item.get("y", "0")) <= tall, (name, item.text)


@pytest.mark.parametrize("width", WIDTHS)
def test_lines_of_words_do_not_lie_on_each_other(width):
    for name, (svg, _) in drawn("Lee 2020 and colleagues of the second report", 12, width).items():
        boxes = []
        for item in ET.fromstring(svg).iter(TEXT):
            if item.get("transform") or len(item.text or "") < 2:
                continue
            style = item.get("style", "")
            size = float(re.findall(r"font-size: ([\d.]+)px", style)[0])
            long = measured(item.text or "", size, bold="font-weight: 700" in style)
            anchor = (re.findall(r"anchor: (\w+)", style) or ["start"])[0]
            left = float(item.get("x", "0")) - {"start": 0, "middle": long / 2, "end": long}[anchor]
            base = float(item.get("y", "0"))
            boxes.append((left, base - size * 0.7, left + long, base, item.text))
        for place, a in enumerate(boxes):
            for b in boxes[place + 1 :]:
                apart = a[2] <= b[0] + 1 or b[2] <= a[0] + 1 or a[3] <= b[1] + 1 or b[3] <= a[1] + 1
                assert apart, (name, a, b)


@pytest.mark.parametrize("width", WIDTHS)
def test_hostile_labels_are_text_and_nothing_else(width):
    for name, (svg, words) in drawn(HOSTILE, 12, width).items():
        root = ET.fromstring(svg)
        tags = {item.tag.rpartition("}")[2] for item in root.iter()}
        assert tags <= {"svg", "g", "path", "use", "text", "defs"}, name
        shown = "".join("".join(item.text or "" for item in root.iter(TEXT)).split())
        assert "<script>alert(1)</script>" in shown, name
        assert 'x="1.23456"' in shown, name
        assert 'id="abc"' in shown, name
        assert "\u202e" not in svg, name
        assert root.get("role") == "img", name
        assert "<script>alert(1)</script>" in (root.get("aria-label") or ""), name
        assert len(words) > 20, name
        ids = re.findall(r'<\w+ id="([^"]+)"', svg)
        assert len(ids) == len(set(ids)), name
        assert figures.png(svg, 1).startswith(b"\x89PNG"), name


def test_twice_in_one_process_the_bytes_are_the_same():
    first, second = drawn("Lee 2020", 10, 860), drawn("Lee 2020", 10, 860)
    assert first == second
    for name, (svg, _) in first.items():
        assert figures.png(svg, 1) == figures.png(second[name][0], 1), name


def digest() -> str:
    """Of all drawings and their PNG; run in a process of its own too."""
    made = hashlib.sha256()
    for svg, words in drawn("Lee 2020", 12, 360).values():
        made.update(svg.encode() + words.encode() + figures.png(svg, 1))
    return made.hexdigest()


def test_two_processes_draw_the_same_bytes():
    code = (
        "import importlib.util\n"
        f"spec = importlib.util.spec_from_file_location('drawings', {str(Path(__file__).resolve())!r})\n"
        "module = importlib.util.module_from_spec(spec)\n"
        "spec.loader.exec_module(module)\n"
        "print(module.digest())\n"
    )
    root = Path(__file__).resolve().parent.parent.parent
    said = [
        subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | {"PYTHONHASHSEED": seed},
            cwd=root,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for seed in ("1", "2")
    ]
    assert said == [digest()] * 2


def test_the_words_are_the_text_alternative():
    for name, (svg, words) in drawn("Lee 2020", 12, 860).items():
        assert ET.fromstring(svg).get("aria-label") == words, name


def test_a_word_too_long_for_a_line_is_cut_into_lines_that_fit():
    lines = fit(LONG, 120)
    assert all(measured(line) <= 120 for line in lines)
    assert "".join("".join(lines).split()) == "".join(LONG.split())
