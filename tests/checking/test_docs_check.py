"""What docs/check.md says is true: its transcripts are printed, its rules, options and fields are there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from kb.checking.options import rules
from kb.checking.schema import SCHEMA
from kb.checking.suppress import load
from kb.cli import main
from tests.checking import rule_tables
from tests.conftest import EVIDENCE, ROOT

TEXT = (ROOT / "docs" / "check.md").read_text(encoding="utf-8")


def transcripts() -> list[tuple[str, str]]:
    """(command, output) of the console blocks; '...' stands for any text."""
    blocks = re.findall(r"^```console\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)
    return [pair for block in blocks for pair in re.findall(r"^\$ (kb .*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE)]


@pytest.mark.parametrize(("command", "output"), transcripts(), ids=lambda value: str(value)[:60])
def test_a_command_prints_what_is_shown(command: str, output: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KB_EVIDENCE", str(EVIDENCE))
    monkeypatch.chdir(ROOT)
    result = CliRunner().invoke(main, shlex.split(command)[1:])
    pattern = ".*".join(re.escape(part) for part in output.rstrip("\n").split("..."))
    assert re.fullmatch(pattern, result.output.rstrip("\n"), re.DOTALL), result.output


def test_both_drafts_are_shown() -> None:
    assert len(transcripts()) == 3


def test_every_rule_is_described_as_it_describes_itself() -> None:
    assert rule_tables.rewritten(TEXT) == TEXT, "python -m tests.checking.rule_tables writes the tables anew"
    assert set(re.findall(r"^\| `([a-z-]+)` \| (?:error|warning|note) \|", TEXT, re.MULTILINE)) == set(rules())


def test_every_option_is_described() -> None:
    known = {
        option for parameter in main.commands["check"].params for option in parameter.opts if option.startswith("--")
    }
    assert known <= set(re.findall(r"`(--[a-z-]+)`", TEXT))
    used = set(re.findall(r"(?<![\w-])(--[a-z-]+)", "\n".join(re.findall(r"kb check [^\n`]*", TEXT))))
    assert used <= known


def test_every_field_of_the_json_is_named() -> None:
    def fields(schema: Any) -> set[str]:
        if isinstance(schema, list):
            return {name for one in schema for name in fields(one)}
        if not isinstance(schema, dict):
            return set()
        inner = {name for value in schema.values() for name in fields(value)}
        return inner | set(schema.get("required", ()))

    told = set(re.findall(r"`([a-z_0-9]+)`", TEXT.partition("\n## JSON\n")[2]))
    small = {"certain", "probable", "unknown", "error", "warning", "note", "advice", "message", "number", "severity"}
    assert fields(SCHEMA) - told - small - {"post"} == set()


def test_the_example_of_suppressions_is_accepted(tmp_path: Path) -> None:
    example = next(b for b in re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL) if "reason:" in b)
    path = tmp_path / "kb-check.yaml"
    path.write_text(example, encoding="utf-8")
    assert [entry.rule for entry in load(path, rules())] == ["wrong-year", "no-link"]


def test_the_place_for_the_quality_figures_is_there() -> None:
    assert "\n## How good is it\n" in TEXT
