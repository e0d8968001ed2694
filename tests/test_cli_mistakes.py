"""The ``kb`` command in the hands of somebody who makes mistakes: a sentence, and the right status."""

from __future__ import annotations

import json
import os
import pty
import re
import struct
import subprocess
import sys
from fcntl import ioctl
from pathlib import Path
from termios import TIOCSWINSZ

import pytest
from click.testing import CliRunner, Result

import kb.validation
from kb.cli import main
from kb.cli.screen import fitting


def run(*arguments: str | Path, evidence: Path | None = None) -> Result:
    where = ["--evidence", str(evidence)] if evidence else []
    result = CliRunner().invoke(main, [*map(str, arguments), *where])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def process(*arguments: str | Path, **more) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "kb", *map(str, arguments)]
    return subprocess.run(command, text=True, encoding="utf-8", errors="replace", timeout=120, check=False, **more)


# --- the wrong thing --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [["validate"], ["list", "studies"], ["lab"], ["add", "123"], ["check", "x.md"]])
@pytest.mark.parametrize("there", ["nothing", "a file"])
def test_a_folder_that_is_none_is_wrong_usage(command: list[str], there: str, tmp_path: Path) -> None:
    folder = tmp_path / "evidance"
    if there == "a file":
        folder.write_text("x")
    result = run(*command, evidence=folder)
    assert (result.exit_code, result.stdout) == (2, "")
    assert str(folder) in result.stderr
    assert "--evidence" in result.stderr


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (["show", "zzzz"], "`kb search WORDS` looks for it"),
        (["cite", "zzzz"], "`kb list studies` shows them all"),
        (["table", "--condition", "zzzz"], "`kb list conditions` shows them all"),
        (["show", "itbs2"], "no "),
        (["check", ""], "a FILE is empty"),
        (["add", ""], "an ID is empty"),
        (["pubmed", "watch", "--why", "because"], "--why goes with --reject"),
        (["run", "overview", "-o", "{folder}"], "is a directory"),
        (["run", "overview", "-o", os.devnull], "not an ordinary file"),
        (["synthesize", "--data", "{csv}", "-o", "{folder}"], "is a directory"),
        (["synthesize", "--data", "{csv}", "-o", os.devnull], "not an ordinary file"),
        (["build", "--build", "{loop}"], "leads to itself"),
        (["build", "--executor", "dask", "--scheduler", "nonsense"], "tcp://10.0.0.5:8786"),
        (["list", "study"], "'studies'"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_cannot_be_is_said_with_what_to_do(command: list[str], says: str, small: Path, tmp_path: Path) -> None:
    made = {"folder": tmp_path / "folder", "csv": tmp_path / "one.csv", "loop": tmp_path / "loop"}
    made["folder"].mkdir()
    made["csv"].write_text("yi,sei\n1,0.2\n2,0.3\n")
    made["loop"].symlink_to(made["loop"])
    result = run(*(part.format(**made) for part in command), evidence=small)
    assert (result.exit_code, result.stdout) == (2, "")
    assert says in result.stderr


def test_an_editor_that_fails_changes_nothing(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDITOR", "false")
    cell = ("--condition", "lateral-epicondylitis", "--intervention", "shockwave")
    result = run("pubmed", "watch", "--edit-query", *cell, evidence=small)
    assert result.exit_code == 2
    assert "set EDITOR" in result.stderr
    assert not (small / "watch").exists()


# --- validate ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("broken", "fail_on", "status"),
    [
        (None, "warning", 0),
        ("warning", "warning", 1),
        ("warning", "error", 0),
        ("warning", "never", 0),
        ("error", "error", 1),
        ("error", "never", 0),
    ],
)
def test_validate_fails_on_what_it_is_told_to(small: Path, broken: str | None, fail_on: str, status: int) -> None:
    path = small / "studies" / "zhang2024.yaml"
    change = {"warning": ("ci_high: 1.48", "ci_high: 1.18"), "error": ("terms: [shockwave]", "terms: [wave]")}
    if broken:
        path.write_text(path.read_text().replace(*change[broken]))
    result = run("validate", "--fail-on", fail_on, evidence=small)
    assert result.exit_code == status
    assert bool(broken) == (f"{broken}: " in result.stdout)


# --- the terminal -----------------------------------------------------------------------------------------------------


def test_ctrl_c_is_told_apart_from_problems(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(root: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(kb.validation, "validate", interrupted)
    result = run("validate", evidence=small)
    assert (result.exit_code, result.stdout, result.stderr) == (130, "", "kb: stopped\n")


@pytest.mark.parametrize("command", [["list", "studies"], ["show", "zhang2024"], ["export", "bibtex"]], ids=" ".join)
def test_a_closed_standard_output_is_no_crash(command: list[str], small: Path) -> None:
    given = " ".join([*command, "--evidence", str(small)])
    shell = ["sh", "-c", f"'{sys.executable}' -m kb {given} >&- <&-"]
    done = subprocess.run(shell, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("arguments", [["list", "studies", "--format", "json"], ["list", "studies", "--format", "csv"]])
def test_data_is_utf_8_whatever_the_system_says(arguments: list[str], small: Path) -> None:
    path = small / "bibliography.bib"
    path.write_text(path.read_text().replace("title = {", "title = {Ωmega ", 1))
    env = {**os.environ, "PYTHONIOENCODING": "latin-1"}
    done = process(*arguments, "--evidence", small, capture_output=True, env=env)
    assert done.returncode == 0, done.stderr
    assert "Ωmega" in done.stdout
    text = process("list", "studies", "--evidence", small, capture_output=True, env=env)
    assert (text.returncode, text.stderr) == (0, "")
    assert "?mega" in text.stdout


def in_terminal(width: int, *arguments: str | Path) -> list[str]:
    """The lines that a terminal of a width shows."""
    leader, follower = pty.openpty()
    ioctl(follower, TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
    env = {**{name: value for name, value in os.environ.items() if name != "COLUMNS"}, "TERM": "xterm"}
    command = [sys.executable, "-m", "kb", *map(str, arguments)]
    shown = b""
    with subprocess.Popen(command, stdout=follower, stderr=follower, stdin=follower, env=env) as started:
        os.close(follower)
        try:
            while some := os.read(leader, 65536):
                shown += some
        except OSError:  # the other end is closed
            pass
    os.close(leader)
    assert started.returncode == 0, shown
    return re.sub(r"\x1b\[[0-9;]*m", "", shown.decode()).splitlines()


def test_a_narrow_terminal_names_the_columns_that_have_no_room(small: Path) -> None:
    narrow = in_terminal(60, "list", "findings", "--evidence", small)
    assert all(len(line.rstrip()) <= 60 for line in narrow)
    assert "No room for" in "".join(narrow)
    assert "estimate" in "".join(narrow[-3:])
    wide = in_terminal(220, "list", "findings", "--evidence", small)
    assert "No room for" not in "".join(wide)
    assert "notice" in wide[0]
    assert len(wide) < len(narrow)


@pytest.mark.parametrize(("width", "columns"), [(10, 1), (20, 1), (24, 2), (41, 3), (42, 4), (200, 4)])
def test_as_many_columns_as_there_is_room_for(width: int, columns: int) -> None:
    rows = [["lee2020", "Lee and Okafor 2020", "2020", "Rest and sore knees in runners, a trial"]]
    assert fitting(["key", "label", "year", "title"], rows, width) == columns


# --- help -------------------------------------------------------------------------------------------------------------


def test_help_names_every_command_once_and_in_full() -> None:
    named = [name for names in main.sections.values() for name in names]
    assert sorted(named) == sorted(main.commands)
    shown = CliRunner().invoke(main, ["--help"], terminal_width=80).output
    assert not re.search(r"[a-z]\.\.\.", shown)
    for name, command in main.commands.items():
        assert command.short_help, name
        assert f"  {name} " in shown
        assert " ".join(command.short_help.split()) in " ".join(shown.split())
    assert max(map(len, shown.splitlines())) <= 80


def test_a_day_is_shown_as_a_day(small: Path) -> None:
    rows = json.loads(run("list", "posts", "--format", "json", evidence=small).stdout)
    assert [len(row["date"]) for row in rows if row["date"]] == [10] * sum(row["date"] is not None for row in rows)
    assert "T00:00" not in run("list", "posts", evidence=small).stdout
