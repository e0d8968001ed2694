"""The templates: valid, without outputs, with the parameters that the build gives, and they run."""

import ast
from pathlib import Path
from typing import Any

import nbformat
import pytest

from kb.notebook.html import Block, Heading

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "notebooks"
PARAMETERS = {
    "start": {"evidence": ""},
    "report": {
        "evidence": "",
        "condition": "",
        "intervention": "",
        "outcome": "",
        "population": "",
        "design": "",
        "certainty": "",
        "years_from": 0,
        "years_to": 0,
        "study": "",
        "post": "",
    },
    "overview": {"evidence": ""},
    "audit": {"evidence": "", "export": ""},
    "condition": {"evidence": "", "condition": "lateral-epicondylitis"},
    "intervention": {"evidence": "", "intervention": "shockwave"},
    "post": {"evidence": "", "post": "running-injuries-page"},
    "comparison": {
        "evidence": "",
        "condition": "lateral-epicondylitis",
        "intervention": "shockwave",
        "outcome": "pain-vas",
        "comparator": "",
        "timepoint": "",
    },
}


def read(name: str) -> nbformat.NotebookNode:
    return nbformat.read(FOLDER / f"{name}.ipynb", as_version=nbformat.NO_CONVERT)


def tagged(notebook: nbformat.NotebookNode, tag: str) -> list[nbformat.NotebookNode]:
    return [cell for cell in notebook.cells if tag in cell.metadata.get("tags", ())]


def test_these_are_the_templates():
    # the worked example shows its code, and is run in tests/lab
    assert {path.stem for path in FOLDER.glob("*.ipynb")} == {*PARAMETERS, "worked-example"}


@pytest.mark.parametrize("name", PARAMETERS)
def test_templates_are_valid_and_hold_no_output(name):
    notebook = read(name)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert notebook.metadata.kernelspec.name == "python3"
    assert len({cell.id for cell in notebook.cells}) == len(notebook.cells)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None


@pytest.mark.parametrize("name", PARAMETERS)
def test_templates_declare_their_parameters(name):
    (cell,) = tagged(read(name), "parameters")
    given = {node.targets[0].id: ast.literal_eval(node.value) for node in ast.parse(cell.source).body}
    assert given == PARAMETERS[name]


@pytest.mark.parametrize("name", PARAMETERS)
def test_a_reader_sees_no_code(name):
    for cell in read(name).cells:
        if cell.cell_type == "code":
            assert "hide-input" in cell.metadata.tags
            assert cell.metadata.jupyter.source_hidden is True
            assert len(cell.source.splitlines()) <= (11 if "parameters" in cell.metadata.tags else 6)


@pytest.mark.parametrize("name", PARAMETERS)
def test_templates_run_and_every_cell_shows_something(name, monkeypatch):
    for variable in ("JPY_SESSION_NAME", "VSCODE_PID", "VSCODE_CWD", "COLAB_RELEASE_TAG"):
        monkeypatch.delenv(variable, raising=False)
    space: dict[str, Any] = {}
    shown: list[Any] = []
    for cell in read(name).cells:
        if cell.cell_type == "markdown":
            shown.append(cell.source)
        elif "parameters" in cell.metadata.tags:
            exec(cell.source, space)
            space["evidence"] = str(ROOT / "evidence")
        else:
            *body, last = ast.parse(cell.source).body
            exec(compile(ast.Module(body, []), cell.id, "exec"), space)
            output = eval(compile(ast.Expression(last.value), cell.id, "eval"), space)
            assert isinstance(output, Block | Heading), cell.id
            shown.append(output)
    if name != "start":
        first = shown[0].bundle["text/markdown"]
        assert first.startswith("# ")
        headings = [text for text in shown if isinstance(text, str)]
        assert all(text.startswith("## ") for text in headings)
