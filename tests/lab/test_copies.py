"""What `kb lab` opens: copies of the templates, and how JupyterLab is started."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any

import pytest

import kb
from kb.notebook.explorer import ahead
from kb.notebooks import lab
from kb.notebooks.lab import EXTENSION, copy_notebooks, open_lab, trust_in_lab
from tests.conftest import ROOT

TEMPLATES = {path.name: path.read_bytes() for path in (ROOT / "notebooks").glob("*.ipynb")}


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Jupyter's own folder, where signatures are kept."""
    folder = tmp_path / "data"
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(folder))
    return folder


def cells(path: Path) -> list[str]:
    return ["".join(cell["source"]) for cell in json.loads(path.read_text())["cells"]]


def test_every_template_is_copied_and_none_is_changed(tmp_path: Path) -> None:
    folder = copy_notebooks(tmp_path / "lab")
    assert {path.name for path in folder.iterdir()} == set(TEMPLATES)
    assert all(cells(folder / name) == cells(ROOT / "notebooks" / name) for name in TEMPLATES)
    assert {path.name: path.read_bytes() for path in (ROOT / "notebooks").glob("*.ipynb")} == TEMPLATES


def test_what_running_left_is_replaced_and_what_a_person_changed_is_kept(tmp_path: Path) -> None:
    folder = copy_notebooks(tmp_path / "lab")
    run, changed = folder / "post.ipynb", folder / "audit.ipynb"
    notebook = json.loads(run.read_text())
    notebook["cells"][0]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "x"}]
    run.write_text(json.dumps(notebook))
    mine = json.loads(changed.read_text())
    mine["cells"][0]["source"] = ["# my own words"]
    for number in (1, 2):
        changed.write_text(json.dumps(mine))
        copy_notebooks(folder)
        assert cells(folder / f"audit-changed-{number}.ipynb")[0] == "# my own words"
    assert cells(changed) == cells(ROOT / "notebooks/audit.ipynb")
    assert not json.loads(run.read_text())["cells"][0].get("outputs")
    assert not list(folder.glob("post-changed*"))


def test_a_copy_that_is_no_notebook_any_more_is_kept_too(tmp_path: Path) -> None:
    folder = copy_notebooks(tmp_path / "lab")
    (folder / "start.ipynb").write_text("half of a no")
    copy_notebooks(folder)
    assert (folder / "start-changed-1.ipynb").read_text() == "half of a no"
    assert cells(folder / "start.ipynb") == cells(ROOT / "notebooks/start.ipynb")


def test_only_in_jupyterlab_a_notebook_is_signed(tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    notebook = tmp_path / "report.ipynb"
    notebook.write_bytes(TEMPLATES["post.ipynb"])
    monkeypatch.delenv(lab.IN_LAB, raising=False)
    assert trust_in_lab(notebook) == notebook
    assert not data.exists()
    monkeypatch.setenv(lab.IN_LAB, "1")
    trust_in_lab(notebook)
    assert (data / "nbsignatures.db").is_file()


def test_jupyterlab_is_told_to_show_the_start_page_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: dict[str, Any] = {}

    class Process:
        def __init__(self, command: list[str], env: dict[str, str], cwd: Path) -> None:
            started.update(command=command, env=env, cwd=cwd)

        def wait(self) -> int:
            return 3

    monkeypatch.setattr("kb.notebooks.lab.subprocess.Popen", Process)
    monkeypatch.setattr(ahead, "begin", lambda *given: started.update(ahead=given))
    assert open_lab(tmp_path / "evidence", ["--no-browser"]) == 3
    assert started["env"]["KB_BUILD"] == str(tmp_path / "build")
    assert started["env"]["KB_EVIDENCE"] == str(tmp_path / "evidence")
    assert f"--ServerApp.root_dir={tmp_path / 'build'}" in started["command"]
    assert "--LabApp.default_url=/doc/tree/lab/start.ipynb" in started["command"]
    assert started["ahead"] == (tmp_path / "evidence", tmp_path / "build")
    assert started["command"][-1] == "--no-browser"  # the last word is the person's


def test_the_extension_is_what_jupyterlab_looks_for() -> None:
    (package,) = EXTENSION.glob("*/package.json")
    described = json.loads(package.read_text())
    assert (package.parent / described["jupyterlab"]["_build"]["load"]).is_file()
    assert described["name"] == package.parent.name


@pytest.mark.parametrize("name", ["start", "report"])
def test_pages_say_that_they_are(name: str) -> None:
    assert json.loads(TEMPLATES[f"{name}.ipynb"])["metadata"]["kb"]["page"] is True


def test_the_worked_example_is_a_notebook_of_short_cells_without_outputs() -> None:
    cells_of = json.loads(TEMPLATES["worked-example.ipynb"])["cells"]
    code = [cell for cell in cells_of if cell["cell_type"] == "code"]
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)
    assert max(len(cell["source"]) for cell in code) <= 6
    prose = " ".join("".join(cell["source"]) for cell in cells_of if cell["cell_type"] == "markdown")
    assert not any(character.isdigit() for character in prose)  # every number is worked out


def test_the_five_lines_of_the_documentation_give_the_frame(base: kb.Base, monkeypatch: pytest.MonkeyPatch) -> None:
    (lines,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs/notebooks.md").read_text(), re.DOTALL)
    monkeypatch.setenv("KB_EVIDENCE", str(base.root))
    *body, last = ast.parse(lines).body
    assert len([line for line in lines.splitlines() if line]) <= 5
    space: dict[str, Any] = {}
    exec(compile(ast.Module(body, []), "docs", "exec"), space)
    assert isinstance(last, ast.Expr)
    found = eval(compile(ast.Expression(last.value), "docs", "eval"), space)
    assert list(found["certainty"]) == ["low", "low"]
