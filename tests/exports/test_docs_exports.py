"""What docs/exports.md says is true."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from kb.cli import main
from kb.exports import FORMATS
from kb.exports.views import VIEWS
from tests.conftest import EVIDENCE, ROOT

DOCS = (ROOT / "docs" / "exports.md").read_text()
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", DOCS, re.DOTALL)
COMMANDS = [line.split("#")[0].strip() for kind, block in BLOCKS if kind == "sh" for line in block.splitlines()]


def test_the_table_names_every_format_and_file():
    table = DOCS.split("| format | file |")[1].split("\n\n")[0]
    assert set(re.findall(r"`([\w.-]+)`", table)) == {*FORMATS, *(made.file for made in FORMATS.values())}


def test_the_table_names_every_view():
    assert set(re.findall(r"^\| `(v_\w+)` \|", DOCS, re.MULTILINE)) == set(VIEWS)


@pytest.mark.parametrize("command", [c for c in COMMANDS if c.startswith("kb ") and " all " not in c])
def test_a_command_works(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    words = shlex.split(command.split(">", maxsplit=1)[0])[1:]
    done = CliRunner().invoke(main, [*words, "--evidence", str(EVIDENCE)])
    assert done.exit_code == 0, done.output


def test_the_shapes_are_checked_as_documented(everything: Path):
    command = next(c for c in COMMANDS if c.startswith("pyshacl"))
    words = shlex.split(command.replace("exports/", f"{everything}/"))
    done = subprocess.run([sys.executable, "-m", *words], capture_output=True, text=True, check=False, timeout=300)
    assert "Conforms: True" in done.stdout, done.stdout + done.stderr


def test_datasette_is_run_as_documented():
    """test_datasette.py starts this very command, with a port of its own."""
    command = next(c for c in COMMANDS if c.startswith("datasette"))
    for word in ("serve", "--immutable", "kb-evidence.sqlite", "--metadata", "metadata.json", "--host", "--port"):
        assert word in command


def test_the_python_examples_run(everything: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KB_EVIDENCE", str(EVIDENCE))
    (tmp_path / "exports").symlink_to(everything)
    names: dict[str, object] = {}
    for kind, block in BLOCKS:
        if kind == "python":
            exec(block, names)
    assert (tmp_path / "references.ris").read_text().startswith("TY  - ")
    assert len(names["findings"]) == len(names["base"].findings)  # type: ignore[arg-type, attr-defined]
