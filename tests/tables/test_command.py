"""``kb table``: kinds, files, and what it refuses."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
from click.testing import CliRunner, Result

from kb.cli import main
from kb.files import write_whole
from tests.conftest import EVIDENCE

POST = "why-tennis-elbow-keeps-coming-back-and-what-to-do-about-it"


def _kb(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["table", *arguments, "--evidence", str(EVIDENCE)])


def test_a_post_alone_gives_the_studies_behind_it() -> None:
    data = json.loads(_kb("--post", POST, "--format", "json").stdout)
    assert data["kind"] == "characteristics"
    assert data["title"].startswith("The studies behind “Why Tennis Elbow")


def test_a_comparator_alone_gives_a_summary() -> None:
    asked = ("--condition", "tennis elbow", "--intervention", "shockwave", "--comparator", "corticosteroid-injection")
    assert json.loads(_kb(*asked, "--format", "json").stdout)["kind"] == "summary"


@pytest.mark.parametrize(
    ("name", "begins"), [("t.html", "<div"), ("t.tex", "% In"), ("t.md", "## "), ("t.csv", "study,")]
)
def test_the_name_of_the_file_says_the_format(tmp_path: Path, name: str, begins: str) -> None:
    done = _kb("--post", POST, "-o", str(tmp_path / name))
    assert (done.exit_code, done.stdout) == (0, "")
    assert (tmp_path / name).read_text().startswith(begins)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_workbook_and_a_document_are_files(tmp_path: Path) -> None:
    assert _kb("--post", POST, "-o", str(tmp_path / "t.xlsx")).exit_code == 0
    assert openpyxl.load_workbook(tmp_path / "t.xlsx").active["A5"].value
    assert _kb("--post", POST, "--page", "letter", "-o", str(tmp_path / "t.docx")).exit_code == 0
    document: Any = docx.Document(str(tmp_path / "t.docx"))
    assert document.sections[0].page_width.twips == 12240


def test_binary_goes_to_a_pipe_and_not_to_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    piped = _kb("--post", POST, "--format", "docx")
    assert docx.Document(io.BytesIO(piped.stdout_bytes)).tables
    monkeypatch.setattr(sys.modules["kb.cli.table"], "_to_a_terminal", lambda: True)
    refused = _kb("--post", POST, "--format", "docx")
    assert refused.exit_code == 2
    assert "-o table.docx" in refused.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "name at least one of"),
        (("--post", POST, "-o", "table.pages"), "does not say which format"),
        (("--kind", "claims", "--post", POST, "--outcome", "pain"), "--kind claims needs --post and nothing beside"),
        (("--kind", "evidence", "--post", POST, "--comparator", "placebo"), "--comparator goes with --kind summary"),
        (("--post", POST, "-o", "README.md/t.md"), "could not be written"),
        (("--post", POST, "--style", "mla"), "no style 'mla'"),
    ],
)
def test_what_cannot_be_done_is_said(arguments: tuple[str, ...], message: str) -> None:
    done = _kb(*arguments)
    assert done.exit_code == 2
    assert message in done.stderr
    assert "Traceback" not in done.output


def test_a_file_that_cannot_be_written_stays_as_it_was(tmp_path: Path) -> None:
    folder = tmp_path / "t.md"
    folder.mkdir()
    (folder / "kept").write_text("x")
    done = _kb("--post", POST, "--format", "md", "-o", str(folder))
    assert done.exit_code == 2
    assert (folder / "kept").read_text() == "x"
    with pytest.raises(Exception, match="could not be written"):
        write_whole(folder, b"y")
    assert [path.name for path in tmp_path.iterdir()] == ["t.md"]
