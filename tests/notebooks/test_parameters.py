"""Each template runs with every parameter that it declares, and refuses what is none with the nearest that is."""

import json

import pytest

from kb.notebooks import Job, ParameterError, declared, plan, run_all, run_notebook
from kb.notebooks.host import can_fork
from kb.notebooks.template import template_folder
from kb.problems import KbError
from tests.conftest import EVIDENCE

TEMPLATES = sorted(path.stem for path in template_folder().glob("*.ipynb"))
ELBOW = {"condition": "lateral-epicondylitis", "intervention": "shockwave", "outcome": "pain-vas"}
POST = {"post": "running-injuries-page"}
NEEDED = {"condition": {"condition": "plantar-fasciitis"}, "comparison": ELBOW, "post": POST}
"""Without these a template has nothing to show."""
VALUES = {
    **ELBOW,
    "comparator": "corticosteroid-injection",
    "timepoint": "short",
    "population": "runners",
    "design": "randomized-controlled-trial",
    "certainty": "low",
    "years_from": 2015,
    "years_to": 2024,
    "study": "zhang2024",
    **POST,
    "export": "",
    "evidence": str(EVIDENCE),
}


def jobs_of(template):
    """One run for each parameter, besides those that the template needs."""
    for name in declared(template):
        given = {**NEEDED.get(template, {}), name: VALUES[name]}
        yield Job(template, f"{template}/{name}.ipynb", given)


def test_there_is_a_value_for_every_parameter_that_a_template_declares():
    assert {name for template in TEMPLATES for name in declared(template)} == VALUES.keys()


@pytest.mark.slow
@pytest.mark.skipif(not can_fork(), reason="in kernels it would take minutes")
def test_each_template_runs_with_each_parameter(tmp_path):
    jobs = [job for template in TEMPLATES for job in jobs_of(template)]
    run_all(jobs, tmp_path, evidence=EVIDENCE)
    for job in jobs:
        cells = json.loads((tmp_path / job.output).read_text())["cells"]
        assert any(cell["cell_type"] == "code" and cell["outputs"] for cell in cells), job.output


@pytest.mark.parametrize(
    ("template", "name", "value", "message"),
    [
        ("report", "conditon", "gout", "no parameter 'conditon': did you mean 'condition'"),
        ("report", "condition", "plantar-facsiitis", "did you mean 'plantar-fasciitis'"),
        ("report", "comparator", "rest", "no parameter 'comparator'"),
        ("report", "outcome", "pain-vsa", "did you mean 'pain-vas'"),
        ("report", "population", "runers", "did you mean 'runners'"),
        ("report", "study", "zhang2025", "did you mean 'zhang2024'"),
        ("report", "design", "case-seris", "did you mean 'case-series'"),
        ("report", "certainty", "hihg", "did you mean 'high'"),
        ("report", "years_from", "soon", "takes int, got str: 'soon'"),
        ("comparison", "comparator", "steroid injction", "did you mean 'corticosteroid-injection'"),
        ("worked-example", "condition", "gout", "template 'worked-example' has no parameter 'condition'"),
    ],
)
def test_what_is_none_is_refused_with_the_nearest(template, name, value, message, tmp_path):
    with pytest.raises(KbError, match=message):
        run_notebook(template, {name: value}, evidence=EVIDENCE, build_dir=tmp_path)
    assert not list(tmp_path.rglob("*.ipynb"))


def test_years_that_run_backwards_are_refused(tmp_path):
    with pytest.raises(KbError, match="the first is after the last"):
        run_notebook("report", {"years_from": "2020", "years_to": "2010"}, evidence=EVIDENCE, build_dir=tmp_path)


def test_a_report_is_made_of_a_view_in_words(tmp_path):
    given = {"condition": "tennis elbow", "design": "randomized controlled trial", "years_from": "2010"}
    path = run_notebook("report", given, evidence=EVIDENCE, build_dir=tmp_path)
    assert path.name == "report-lateral-epicondylitis-randomized-controlled-trial-2010.ipynb"
    text = path.read_text()
    assert "Lateral epicondylitis" in text
    with pytest.raises(ParameterError):
        run_notebook("worked-example", {"design": "cohort-study"}, evidence=EVIDENCE, build_dir=tmp_path)


def test_what_a_person_asks_for_is_no_page_of_the_build(base):
    assert not {"report", "worked-example", "start"} & {job.template for job in plan(base)}
