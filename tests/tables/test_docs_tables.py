"""What docs/tables.md says is true."""

from __future__ import annotations

import csv
import re
import shlex
from itertools import takewhile
from typing import Any

import pytest
from click.testing import CliRunner

import kb
from kb.cli import main
from kb.tables.as_text import SCHEMA_ID
from kb.tables.formats import render
from kb.tables.make import KINDS
from kb.tables.schema import SCHEMA
from tests.conftest import EVIDENCE, ROOT

TEXT = (ROOT / "docs" / "tables.md").read_text()


def _transcripts() -> list[tuple[str, str]]:
    (block,) = re.findall(r"```console\n(.*?)```", TEXT, re.DOTALL)
    return re.findall(r"^\$ (kb .*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE)


@pytest.mark.parametrize(("command", "output"), _transcripts(), ids=lambda value: str(value)[:40])
def test_a_command_prints_what_it_shows(command: str, output: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KB_EVIDENCE", str(EVIDENCE))
    result = CliRunner().invoke(main, shlex.split(command)[1:])
    pattern = ".*".join(re.escape(part) for part in output.rstrip("\n").split("..."))
    assert re.match(pattern, result.output, re.DOTALL), result.output


def test_every_other_command_runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setenv("KB_EVIDENCE", str(EVIDENCE))
    monkeypatch.chdir(tmp_path)
    for command in re.findall(r"```sh\nkb (.*)\n```", TEXT):
        result = CliRunner().invoke(main, shlex.split(command))
        assert result.exit_code == 0, result.output
    assert sorted(path.name for path in tmp_path.iterdir()) == ["table.docx", "table.html"]


def test_every_kind_is_told() -> None:
    assert re.findall(r"^\| `(\w+)` \|", TEXT, re.MULTILINE) == list(KINDS)


def test_the_rows_of_a_csv_end_at_the_empty_one(base: kb.Base) -> None:
    table = base.table(condition="tennis elbow", intervention="shockwave")
    rows = list(takewhile(any, csv.reader(render(table, "csv").decode().splitlines())))
    assert len(rows) == len(table.body) + 1


def test_every_field_of_the_json_is_named() -> None:
    def fields(schema: Any) -> set[str]:
        if isinstance(schema, list):
            return {name for one in schema for name in fields(one)}
        if not isinstance(schema, dict):
            return set()
        return {name for value in schema.values() for name in fields(value)} | set(schema.get("required", ()))

    told = set(re.findall(r"`([\w-]+)`", TEXT.partition("\n## JSON\n")[2]))
    assert fields(SCHEMA) <= told
    assert SCHEMA_ID in told
