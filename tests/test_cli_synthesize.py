"""``kb synthesize``: questions of the base and files of effects, in every format."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from kb.cli import main

BCG = Path(__file__).parent / "synthesis" / "data" / "bcg.csv"
QUESTION = ["--condition", "tennis elbow", "--intervention", "shockwave", "--outcome", "prtee"]


def run(*arguments):
    return CliRunner().invoke(main, ["synthesize", *map(str, arguments)])


@pytest.mark.parametrize("format_", ["text", "json", "md", "html", "svg"])
@pytest.mark.parametrize("what", ["question", "data"])
def test_every_format(format_, what):
    given = QUESTION if what == "question" else ["--data", BCG, "--measure", "RR"]
    result = run(*given, "--format", format_)
    assert result.exit_code == 0, result.output
    assert ("8.6" if what == "question" else "Aronson 1948") in result.output
    if format_ == "json":
        json.loads(result.output)


def test_bcg_is_metafors_number():
    data = json.loads(run("--data", BCG, "--measure", "RR", "--format", "json", "--no-hksj").output)
    # metafor 3.8: rma(ai, bi, ci, di, measure="RR", method="REML") of dat.bcg
    assert data["estimate"] == pytest.approx(-0.7145323, abs=1e-6)
    assert data["se"] == pytest.approx(0.1797815, abs=1e-6)
    assert data["tau2"] == pytest.approx(0.3132433, abs=1e-6)
    assert data["k"] == 13
    assert data["back_transformed"]["estimate"] == pytest.approx(0.4894209, abs=1e-6)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (["--condition", "tennis elbow"], "--intervention, --outcome"),
        (["--data", BCG, "--outcome", "pain"], "leave out --outcome"),
        ([*QUESTION[:-1], "zzz"], "zzz"),
        ([*QUESTION, "--timepoint", "soon"], "soon"),
        (["--data", BCG, "--method", "magic"], "magic"),
        (["--data", "no-such.csv"], "no-such.csv"),
    ],
)
def test_wrong_use_is_a_sentence(given, words):
    result = run(*given)
    assert result.exit_code == 2
    assert words in result.output
    assert "Traceback" not in result.output


def test_a_broken_file_names_its_line(tmp_path):
    path = tmp_path / "effects.csv"
    path.write_text("study,yi,vi\nLee,0.5,0.1\nWu,x,0.2\n", encoding="utf-8")
    result = run("--data", path)
    assert result.exit_code == 1
    assert f"{path}:3" in result.output


def test_output_goes_to_a_file(tmp_path):
    path = tmp_path / "forest.svg"
    assert run("--data", BCG, "--measure", "RR", "--format", "svg", "-o", path).output == ""
    assert path.read_text(encoding="utf-8").startswith("<svg")


@pytest.mark.parametrize(("name", "begins"), [("a.HTML", "<!DOCTYPE html>"), ("a.svg", "<svg"), ("a.json", "{")])
def test_the_name_of_the_file_says_the_format(tmp_path, name, begins):
    run("--data", BCG, "--measure", "RR", "-o", tmp_path / name)
    assert (tmp_path / name).read_text(encoding="utf-8").startswith(begins)
    run("--data", BCG, "--measure", "RR", "--format", "text", "-o", tmp_path / name)
    assert not (tmp_path / name).read_text(encoding="utf-8").startswith(begins)


def test_data_shows_what_hangs_on_one_study_and_tests_small_studies_from_ten_on(tmp_path):
    text = run("--data", BCG, "--measure", "RR").output
    _, _, without = text.partition("Without one study")
    line = next(line for line in without.splitlines() if "Hart & Sutherland 1977" in line)
    assert "(Egger's test): bias" in text
    assert float(line.split(": ")[1].split()[0]) > 0.4894  # the pool without its strongest trial is nearer to 1
    few = tmp_path / "few.csv"
    few.write_text("study,yi,vi\nLee,0.5,0.1\nWu,0.2,0.2\n", encoding="utf-8")
    text = run("--data", few).output
    assert "Egger's test needs at least 10 studies; there are 2" in text
    assert "Without one study" not in text
