"""``kb cite``."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kb.cli import main
from kb.files import write_whole
from tests.conftest import EVIDENCE


def run(*arguments: str, evidence: Path = EVIDENCE) -> Result:
    done = CliRunner().invoke(main, ["cite", "--evidence", str(evidence), *arguments])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done


def test_references_in_the_order_given() -> None:
    done = run("zhang2024", "buist", "zhang2024")
    assert done.exit_code == 0
    assert [line[:9] for line in done.stdout.splitlines()] == ["1. Zhang ", "2. Buist "]


@pytest.mark.parametrize(
    ("format_", "begins"), [("text", "buist2008\t"), ("md", "- buist2008: (Buist"), ("html", "<table>")]
)
def test_marks_in_the_text_come_first(format_: str, begins: str) -> None:
    done = run("buist2008", "--style", "apa", "--in-text", "--format", format_)
    assert done.stdout.startswith(begins)
    assert "Buist et al. (2008)" in done.stdout


def test_json_carries_the_runs_the_mark_and_the_csl_item() -> None:
    (one,) = json.loads(run("buist2008", "--style", "ama", "--format", "json").stdout)["references"]
    assert (one["key"], one["number"], one["in_text"], one["retracted"]) == ("buist2008", 1, "1", False)
    assert one["csl"]["PMID"] == "17940147"
    assert any(part["italic"] and part["text"] == "Am J Sports Med" for part in one["runs"])


def test_a_retracted_study_is_marked_and_told(small: Path) -> None:
    (small / "notices.yaml").write_text(
        "- study: buist2008\n  kind: retracted\n  date: 2021-03\n  pmid: '33000000'\n  doi: null\n"
        "  printed: Am J Sports Med. 2021 Mar;49(3):1.\n  source: invented\n  note: null\n"
    )
    done = run("buist2008", evidence=small)
    assert "Retraction in: Am J Sports Med. 2021 Mar;49(3):1. PMID: 33000000." in done.stdout
    assert "kb: buist2008: retracted" in done.stderr
    assert json.loads(run("buist2008", "--format", "json", evidence=small).stdout)["references"][0]["retracted"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("buits2008",), "did you mean 'buist2008'"),
        (("--post", "no-such-post"), "no post 'no-such-post'"),
        (("buist2008", "--style", "chicago"), "no style 'chicago'"),
        (("buist2008", "--style", "lost.csl"), "lost.csl: does not exist"),
        ((), "name at least one study"),
        (("buist2008", "--format", "docx"), "needs -o FILE"),
    ],
)
def test_what_cannot_be_done_is_told(arguments: tuple[str, ...], message: str) -> None:
    done = run(*arguments)
    assert done.exit_code == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_a_document_is_written(tmp_path: Path) -> None:
    target = tmp_path / "list.docx"
    done = run("buist2008", "--format", "docx", "-o", str(target))
    assert (done.exit_code, done.stdout) == (0, "")
    assert zipfile.ZipFile(target).testzip() is None
    assert [path.name for path in tmp_path.iterdir()] == ["list.docx"]


def test_a_file_is_replaced_only_when_the_new_one_is_whole(tmp_path: Path) -> None:
    target, link = tmp_path / "a.md", tmp_path / "link.md"
    target.write_bytes(b"old")
    target.chmod(0o640)
    link.symlink_to(target)
    write_whole(link, b"new")
    assert target.read_bytes() == b"new"
    assert link.is_symlink()
    assert target.stat().st_mode & 0o777 == 0o640
    with pytest.raises(TypeError):
        write_whole(target, None)  # type: ignore[arg-type]
    assert target.read_bytes() == b"new"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.md", "link.md"]
