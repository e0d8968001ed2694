"""What docs/references.md and the patch in docs/check.md show is what is printed."""

from __future__ import annotations

import re
import shlex

import pytest
from click.testing import CliRunner

from kb.cli import main
from tests.conftest import EVIDENCE, ROOT

TEXT = (ROOT / "docs" / "references.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```console\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)
SHOWN = [
    pair for block in BLOCKS for pair in re.findall(r"^\$ (kb .*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE)
]  # fmt: skip


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KB_EVIDENCE", str(EVIDENCE))
    monkeypatch.chdir(ROOT)


@pytest.mark.parametrize(("command", "output"), SHOWN, ids=lambda value: str(value)[:60])
def test_a_command_prints_what_is_shown(command: str, output: str) -> None:
    result = CliRunner().invoke(main, shlex.split(command)[1:])
    pattern = ".*".join(re.escape(part) for part in output.rstrip("\n").split("..."))
    assert re.fullmatch(pattern, result.output.rstrip("\n"), re.DOTALL), result.output


def test_every_option_is_described() -> None:
    known = {option for parameter in main.commands["cite"].params for option in parameter.opts if option[:2] == "--"}
    assert known == set(re.findall(r"`(--[a-z-]+)`", TEXT))


def test_the_patch_of_the_other_page_is_the_one_that_is_made() -> None:
    page = (ROOT / "docs" / "check.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"^```diff\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    result = CliRunner().invoke(main, ["check", "tests/checking/drafts/with-mistakes.md", "--format", "patch"])
    assert shown in result.output
