"""What the documentation says is true: examples are valid, commands print what is shown, workflows do what they say."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from kb.cli import main
from kb.store import validate
from tests.conftest import EVIDENCE, ROOT

CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text()
README = (ROOT / "README.md").read_text()
CI = (ROOT / "docs" / "ci.md").read_text()


def _block(text: str, language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", text, re.DOTALL)
    assert found
    return found[1]


def test_the_study_in_contributing_is_valid_as_it_stands(small: Path) -> None:
    with (small / "bibliography.bib").open("a") as bibliography:
        bibliography.write("\n" + _block(CONTRIBUTING, "bibtex"))
    (small / "studies" / "okafor2031.yaml").write_text(_block(CONTRIBUTING, "yaml"))
    problems = validate(small)[1]
    # The year lies ahead on purpose, so that nobody takes the example for a study.
    assert [(p.rule, p.path) for p in problems] == [
        ("invalid-year", "bibliography.bib"),
        ("unused-study", "studies/okafor2031.yaml"),
    ]


def _transcripts() -> list[tuple[str, str]]:
    """(command, output) of every console block of the README whose output is shown; '...' stands for any text."""
    pairs = []
    for block in re.findall(r"```console\n(.*?)```", README, re.DOTALL):
        for command, output in re.findall(r"^\$ (kb .*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE):
            if output.strip():
                pairs.append((command, output))
    return pairs


def test_the_readme_shows_commands() -> None:
    assert len(_transcripts()) >= 4


@pytest.mark.parametrize(("command", "output"), _transcripts(), ids=lambda value: str(value)[:40])
def test_a_command_in_the_readme_prints_what_it_shows(
    command: str, output: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("KB_EVIDENCE", str(EVIDENCE))
    monkeypatch.chdir(tmp_path)
    for name, text in re.findall(r"^\$ cat (\S+)\n((?:(?!\$ |```).*\n)*)", README, re.MULTILINE):
        Path(name).write_text(text)
    result = CliRunner().invoke(main, shlex.split(command)[1:])
    pattern = ".*".join(re.escape(part) for part in output.rstrip("\n").split("..."))
    assert re.match(pattern, result.output, re.DOTALL), result.output


@pytest.mark.parametrize("name", sorted(main.commands))
def test_every_command_is_in_the_readme(name: str) -> None:
    assert f"kb {name}" in README
    for nested in getattr(main.commands[name], "commands", {}):
        assert f"kb {name} {nested}" in README


def test_an_evidence_repository_begins_with_empty_files(tmp_path: Path) -> None:
    commands = next(block for block in re.findall(r"```sh\n(.*?)```", CI, re.DOTALL) if "mkdir" in block)
    begin, _, first = commands.rpartition("kb add")
    assert first.strip() == "39198038"
    subprocess.run(["sh", "-ec", begin], cwd=tmp_path, check=True)
    (tmp_path / "one.ris").write_text("TY  - JOUR\nAU  - Sato, K.\nTI  - Rest and invented knees\nPY  - 2020\nER  - \n")
    evidence = ("--evidence", str(tmp_path / "evidence"))
    assert CliRunner().invoke(main, ["add", "--offline", str(tmp_path / "one.ris"), *evidence]).exit_code == 0
    result = CliRunner().invoke(main, ["validate", *evidence])
    assert (result.exit_code, "1 study, 0 findings, 0 posts, 0 claims; no problems" in result.stdout) == (0, True)


# --- the workflows ----------------------------------------------------------------------------------------------------


def _step(file: str, name: str) -> dict[str, str]:
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / f"{file}.yml").read_text())
    return next(step for job in workflow["jobs"].values() for step in job["steps"] if step.get("name") == name)


def _run(step: dict[str, str], folder: Path, fakes: dict[str, str], **env: str) -> subprocess.CompletedProcess[str]:
    """What GitHub does with a step, with programs of our own in place of the real ones."""
    programs = folder / "programs"
    programs.mkdir(exist_ok=True)
    for name, script in fakes.items():
        (programs / name).write_text(f"#!/bin/sh\n{script}\n")
        (programs / name).chmod(0o755)
    (folder / "output").write_text("")
    given = {
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(folder),
        "RUNNER_TEMP": str(programs),
        "GITHUB_OUTPUT": str(folder / "output"),
    }
    return subprocess.run(
        ["bash", "-e", "-c", step["run"]], cwd=folder, env=given | env, capture_output=True, text=True, check=False
    )


def _repository(folder: Path, small: Path) -> Path:
    """A repository with evidence, a record of PubMed and a watch in it."""
    small.rename(folder / "evidence")
    (folder / "evidence" / "pubmed").mkdir()
    (folder / "evidence" / "pubmed" / "1.yaml").write_text("source: pubmed\ndate: 2031-01-01\nrecord:\n  volume: '5'\n")
    git = ["git", "-c", "user.name=x", "-c", "user.email=x@example.org"]
    subprocess.run([*git, "init", "-q"], cwd=folder, check=True)
    subprocess.run([*git, "add", "evidence"], cwd=folder, check=True)
    subprocess.run([*git, "commit", "-qm", "first"], cwd=folder, check=True)
    return folder / "evidence" / "pubmed"


@pytest.mark.parametrize(
    ("old", "new", "opens"),
    [
        ("", "", False),
        ("2031-01-01", "2031-01-08", False),
        ("volume: '5'", "volume: '6'", True),
        ("2031-01-01", "2031-01-08\nmore: 1", True),
    ],
)
def test_the_weekly_pull_request_is_for_what_changed(
    old: str, new: str, opens: bool, small: Path, tmp_path: Path
) -> None:
    pubmed = _repository(tmp_path, small)
    record = pubmed / "1.yaml"
    record.write_text(record.read_text().replace(old, new))
    done = _run(_step("refresh", "See what changed"), tmp_path, {"kb": "exit 0"})
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "output").read_text() == ("changed=yes\n" if opens else "")
    assert ("2031-01-08" in new) <= ("2031-01-08" in (tmp_path / "programs" / "refresh.patch").read_text())


def test_what_was_retracted_stands_first_in_the_weekly_pull_request(tmp_path: Path) -> None:
    step = _step("refresh", "Refresh the records, look for new literature")
    done = _run(step, tmp_path, {"kb": 'echo "told by $2"; exit 1'})
    assert (done.returncode, done.stderr) == (0, "")
    told = re.findall(r"^told by (\w+)", (tmp_path / "programs" / "pubmed.txt").read_text(), re.MULTILINE)
    assert told == ["status", "refresh", "watch"]
    done = _run(step, tmp_path, {"kb": 'test "$2" = refresh || exit 2; exit 1'})
    assert done.returncode == 2


def test_a_study_that_was_retracted_does_not_stop_the_weekly_pull_request(small: Path, tmp_path: Path) -> None:
    path = small / "studies" / "zhang2024.yaml"
    path.write_text(path.read_text().replace("ci_high: 1.48", "ci_high: 1.18"))  # a warning, as a retraction is one
    (_repository(tmp_path, small) / "2.yaml").write_text("source: pubmed\n")
    (tmp_path / "evidence" / "pubmed" / "1.yaml").unlink()
    step = _step("refresh", "See what changed")
    kb = f"exec '{sys.executable}' -m kb \"$@\""
    assert "kb validate" in step["run"]
    done = _run(step, tmp_path, {"kb": kb}, PYTHONPATH=str(ROOT))
    assert (done.returncode, "error:" in done.stdout) == (1, True)
    (tmp_path / "evidence" / "pubmed" / "2.yaml").unlink()
    done = _run(step, tmp_path, {"kb": kb}, PYTHONPATH=str(ROOT))
    assert (done.returncode, "warning:" in done.stdout) == (0, True)
    assert (tmp_path / "output").read_text() == "changed=yes\n"


def test_pages_are_compared_also_where_validate_warns() -> None:
    assert "$FAIL_ON" in _step("evidence", "Validate the evidence")["run"]
    assert _step("evidence", "Build, and compare with the accepted facts")["if"] == (
        "${{ !cancelled() && steps.validate.outcome != 'skipped' }}"
    )


@pytest.mark.parametrize(
    ("report", "before", "writes"),
    [("drift", "", "POST drift"), ("drift", "7", "PATCH drift"), ("", "", ""), ("", "7", "PATCH ### No drift report")],
)
def test_a_comment_is_never_that_of_an_earlier_push(report: str, before: str, writes: str, tmp_path: Path) -> None:
    gh = f'case "$*" in *--paginate*) echo "{before}";; *) echo "$4 $(sed -n 2p comment.md)" > told;; esac'
    if report:
        (tmp_path / "drift.md").write_text(f"{report}\n")
    env = {"GITHUB_REPOSITORY": "o/r", "NUMBER": "3", "GITHUB_SERVER_URL": "https://example.org", "GITHUB_RUN_ID": "9"}
    done = _run(_step("evidence", "Write the comment, or write it anew"), tmp_path, {"gh": gh}, **env)
    assert (done.returncode, done.stderr) == (0, "")
    told = tmp_path / "told"
    assert (told.read_text().strip() if told.exists() else "") == writes
