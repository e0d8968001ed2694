"""What the documentation says is true: the example of CONTRIBUTING is valid, README's commands print what it shows."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from kb.cli import main
from kb.store import validate
from tests.conftest import EVIDENCE, ROOT

CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text()
README = (ROOT / "README.md").read_text()


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
    command: str, output: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KB_EVIDENCE", str(EVIDENCE))
    monkeypatch.chdir(ROOT)
    result = CliRunner().invoke(main, shlex.split(command)[1:])
    pattern = ".*".join(re.escape(part) for part in output.rstrip("\n").split("..."))
    assert re.match(pattern, result.output, re.DOTALL), result.output


@pytest.mark.parametrize("name", sorted(main.commands))
def test_every_command_is_in_the_readme(name: str) -> None:
    assert f"kb {name}" in README
    for nested in getattr(main.commands[name], "commands", {}):
        assert f"kb {name} {nested}" in README
