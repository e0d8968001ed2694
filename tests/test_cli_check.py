"""``kb check`` as a person and a script meet it: exit statuses, formats, and files made to harm or to confuse."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import kb.base
from kb.checking.corrected import correct, to_data
from kb.cli import main
from tests.conftest import EVIDENCE, ROOT

DRAFTS = Path(__file__).parent / "checking" / "drafts"
WITH, WITHOUT = DRAFTS / "with-mistakes.md", DRAFTS / "without-mistakes.md"
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


@pytest.fixture(autouse=True)
def _opened_once(base: kb.Base, monkeypatch: pytest.MonkeyPatch) -> None:
    """The real base is loaded once for all tests of this module."""
    opened = kb.base.open_base
    monkeypatch.setattr("kb.base.open_base", lambda root=None: base if root == EVIDENCE else opened(root))


def check(*arguments: str | Path, given: str | bytes | None = None) -> Result:
    """Run the command in this process; whatever it raises beyond an exit is a bug."""
    said = ["check", *map(str, arguments), "--evidence", str(EVIDENCE)]
    result = CliRunner().invoke(main, said, input=given)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


# --- exit statuses --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        ([WITHOUT], 0),
        ([WITHOUT, "--fail-on", "note"], 0),
        ([WITH], 1),
        ([WITH, WITHOUT], 1),
        ([WITH, "--fail-on", "never"], 0),
        ([WITH, "--only", "no-source"], 0),
        ([WITH, "--only", "no-source", "--fail-on", "note"], 1),
        ([WITH, "none.md"], 2),
        ([WITH, "--ignore", "wrong-yaer"], 2),
        ([WITH, "--format", "pdf"], 2),
        ([WITH, "--fail-on", "maybe"], 2),
        ([WITH, "--suppressions", "none.yaml"], 2),
        ([], 2),
    ],
)
def test_the_exit_status_says_what_the_help_says(arguments: list[str | Path], status: int) -> None:
    assert check(*arguments).exit_code == status


def test_a_broken_base_is_no_finding(small: Path) -> None:
    (small / "studies" / "zhang2024.yaml").write_text("key: [")
    result = CliRunner().invoke(main, ["check", str(WITH), "--evidence", str(small)])
    assert (result.exit_code, result.stdout) == (2, "")
    assert "zhang2024.yaml" in result.stderr


def test_files_that_cannot_be_read_are_told_and_the_others_reported(tmp_path: Path) -> None:
    result = check(tmp_path / "none.md", WITH, tmp_path)
    assert result.exit_code == 2
    assert result.stderr.splitlines() == [
        f"kb: {tmp_path / 'none.md'} does not exist. Look at the spelling and the folder.",
        f"kb: {tmp_path} is a folder. Name the files in it, such as folder/*.html.",
    ]
    assert "[wrong-identifier]" in result.stdout
    assert result.stdout.splitlines()[-1] == "2 files could not be read."


def test_a_wrong_rule_is_answered_with_the_right_one() -> None:
    assert check(WITH, "--only", "wrong-yaer").stderr.startswith("kb: no rule 'wrong-yaer': did you mean wrong-year")


# --- formats --------------------------------------------------------------------------------------------------------


def test_text_has_findings_fixes_and_a_summary() -> None:
    lines = check(WITH).stdout.splitlines()
    assert lines[0] == f"{WITH}: Three things that a hasty writer told wrongly"
    assert sum(line.endswith("]") and "  error  " in line for line in lines) >= 4
    assert "               fix: (Coombes et al., 2013, JAMA." in "\n".join(lines)
    assert lines[-1].startswith("Fix first: wrong-identifier (1), ")


def test_json_is_what_the_library_gives() -> None:
    printed = json.loads(check(WITH, WITHOUT, "--format", "json").stdout)
    result = kb.check([str(WITH), str(WITHOUT)], evidence=EVIDENCE)
    corrected = correct(result, {str(path): path.read_bytes() for path in (WITH, WITHOUT)})
    assert [change["rule"] for change in printed["changes"]].count("wrong-identifier") >= 1
    assert printed == {**result.to_json(), "changes": to_data(corrected)}


@pytest.mark.parametrize(
    ("format_", "start"),
    [("html", "<!doctype html>"), ("sarif", "{"), ("github", "::"), ("json", "{"), ("text", str(WITH))],
)
def test_a_report_goes_to_a_file_and_the_summary_to_the_person(tmp_path: Path, format_: str, start: str) -> None:
    out = tmp_path / "report"
    result = check(WITH, "--format", format_, "-o", out)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "Links to papers: 3 of 3" in result.stderr
    assert out.read_text(encoding="utf-8").startswith(start)
    assert out.read_text(encoding="utf-8") == check(WITH, "--format", format_).stdout


def test_the_same_check_prints_the_same_bytes() -> None:
    for format_ in ("text", "json", "html", "sarif", "github"):
        assert (
            check(WITH, WITHOUT, "--format", format_).stdout_bytes
            == check(WITH, WITHOUT, "--format", format_).stdout_bytes
        )


def test_standard_input_is_read_once_under_its_name() -> None:
    result = check("-", "-", given=WITH.read_bytes())
    assert result.exit_code == 1
    assert result.stdout.splitlines()[0] == "standard input: Three things that a hasty writer told wrongly"
    assert result.stdout.count("standard input") == 1


def test_suppressions_are_shown_and_what_matches_nothing_is_told(tmp_path: Path) -> None:
    path = tmp_path / "some.yaml"
    path.write_text(
        "- rule: bad-link\n  link: tel:12345\n  reason: The desk has no telephone.\n"
        "- rule: retracted\n  study: buist2008\n  reason: Old.\n"
    )
    result = check(WITH, "--suppressions", path, "--only", "bad-link", "--only", "retracted")
    assert result.exit_code == 0
    assert "  ignored  The link 'tel:12345' has 5 digits" in result.stdout
    assert "suppressed: The desk has no telephone." in result.stdout
    assert f"{path}:4: this entry suppresses nothing here: no retracted fits it." in result.stdout
    assert "1 suppressed" in result.stdout
    path.write_text("- rule: bad-link\n  link: tel:12345\n")
    refused = check(WITH, "--suppressions", path)
    assert refused.exit_code == 2
    assert f"{path}:1: error: gives no reason" in refused.stderr


# --- hostile files --------------------------------------------------------------------------------------------------

_CHILD = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[1]) << 20,) * 2)
resource.setrlimit(resource.RLIMIT_CPU, (int(sys.argv[2]),) * 2)
from kb.cli import main
main(sys.argv[3:], prog_name="kb")
"""


def limited(path: Path, *more: str, megabytes: int = 1500, seconds: int = 60) -> subprocess.CompletedProcess[bytes]:
    """The command in a process of its own with little memory and time."""
    done = subprocess.run(
        [sys.executable, "-c", _CHILD, str(megabytes), str(seconds), "check", str(path), *more],
        cwd=ROOT,
        env={**os.environ, "KB_EVIDENCE": str(EVIDENCE)},
        capture_output=True,
        check=False,
    )
    assert done.returncode in {0, 1, 2}, done.stderr[-500:]
    assert b"Traceback" not in done.stderr, done.stderr[-800:]
    return done


def word(xml: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", xml)
    return file.getvalue()


@pytest.mark.parametrize("start", ["", "# T\n\n"])
def test_fifty_megabytes_of_one_text_are_refused(tmp_path: Path, start: str) -> None:
    path = tmp_path / ("big.md" if start else "big.txt")
    path.write_text(start + "Rest helps the runner. " * 2_300_000, encoding="utf-8")
    done = limited(path)
    assert done.returncode == 2
    assert b"is too large: 50 MB" in done.stderr


@pytest.mark.slow
def test_fifty_megabytes_of_an_export_are_checked(tmp_path: Path) -> None:
    path = tmp_path / "big.xml"
    item = "<item><title>T</title><description>" + "&lt;p&gt;Rest helps.&lt;/p&gt;\n" * 200 + "</description></item>"
    path.write_text(f"<rss version='2.0'><channel>{item * 9000}</channel></rss>", encoding="utf-8")
    assert path.stat().st_size > 45 << 20
    done = limited(path, megabytes=3000, seconds=300)
    assert (done.returncode, done.stdout) == (0, b"9,000 posts, 0 citations: no citation found.\n")


def test_html_nested_a_hundred_thousand_deep(tmp_path: Path) -> None:
    path = tmp_path / "deep.html"
    path.write_text(f"<html><body>{'<div>' * 100_000}Rest helps (Okafor et al., 2031).", encoding="utf-8")
    done = limited(path, "--format", "json", megabytes=1200)
    assert json.loads(done.stdout)["summary"]["citations"] == 1


def test_a_word_bomb_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.docx"
    path.write_bytes(word(f'<w:document xmlns:w="{W}"><w:body>' + "<w:p><w:r><w:t>rest</w:t></w:r></w:p>" * 3_000_000))
    done = limited(path, megabytes=1200)
    assert done.returncode == 2
    assert b"bomb.docx unpacks to more than" in done.stderr


@pytest.mark.parametrize(
    ("name", "data", "status", "says"),
    [
        ("fake.html", b"%PDF-1.7", 2, "fake.html is a PDF"),
        ("fake.docx", b"PK\3\4 no zip", 2, "fake.docx"),
        ("fake.md", b"PK\3\4 no zip", 2, "fake.md"),
        ("picture.md", b"\x89PNG\r\n\x1a\n", 2, "is a picture"),
        ("zeros.txt", b"Rest\0 helps.\0" * 40, 2, "is not a text"),
        ("other.xml", b"<?xml version='1.0'?><svg/>", 2, "is XML of another kind"),
        ("bomb.xml", b"<!DOCTYPE r [<!ENTITY a 'x'>]><rss><channel><item/></channel></rss>", 2, "defines entities"),
        ("mixed.txt", b"Caf\xe9 and caf\xc3\xa9 help.", 0, "no citation found"),
        ("wide.txt", "Rest helps.".encode("utf-16"), 0, "no citation found"),
        ("cut.md", "Rest é".encode()[:-1], 0, "no citation found"),
        ("empty.md", b"", 0, "no citation found"),
        ("blank.html", b"<html></html>", 0, "no citation found"),
        ("plain.md", b"# Rest\n\nIt is nice.\n", 0, "no citation found"),
        ("deep.md", b">" * 20_000 + b"- " * 20_000, 0, "no citation found"),
        ("marks.md", b"[" * 50_000 + b"](" * 50_000, 0, "no citation found"),
    ],
)
def test_files_that_are_not_what_they_seem(tmp_path: Path, name: str, data: bytes, status: int, says: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    result = check(path)
    assert result.exit_code == status
    assert says in result.output
    assert len(result.output.splitlines()) <= 4


def test_a_name_no_system_takes_and_odd_names_are_answered(tmp_path: Path) -> None:
    assert check("a\0b.md").exit_code == 2
    path = tmp_path / "a\n::error::b \x1b[31m.md"
    path.write_bytes(WITH.read_bytes())
    for format_ in ("text", "github", "html", "sarif", "json"):
        result = check(path, "--format", format_)
        assert result.exit_code == 1
        assert "\x1b" not in result.output
        assert "\n::error::b" not in result.output
    lost = check(tmp_path / "lost\x1b[31m\n::error::b.md")
    assert "\x1b" not in lost.output
    assert len(lost.stderr.splitlines()) == 1


EVIL = (
    "# Rest \x1b]0;owned\x07\x1b[31m <script>alert(1)</script>\n\n"
    "It helps \x1b[2J(Okafor\x9b et al., 2031, [J <b>Rest</b> ::error::](javascript:alert(1))) \u202egpj.exe.\n\n"
    "Call [us\x1b[0m](tel:\x1b12) or see [this](https://chatgpt.com/share/\x1b]8;;x?a=<script>alert(2)</script>).\n"
)


@pytest.mark.parametrize("format_", ["text", "github", "html", "sarif", "json"])
def test_nothing_of_a_file_acts(format_: str) -> None:
    result = check("-", "--format", format_, given=EVIL.encode())
    assert not [c for c in result.output if c < " " and c != "\n"]
    assert not set("\x7f\x9b\u202e\u2066") & set(result.output)
    if format_ == "html":
        assert "<script" not in result.output
        assert "<b>" not in result.output
        assert 'href="javascript' not in result.output
    if format_ == "github":
        starts = [line.split("::")[1].split(" ")[0] for line in result.stdout.splitlines() if line.startswith("::")]
        assert starts
        assert set(starts) <= {"error", "warning", "notice"}


def test_a_check_loads_nothing_that_is_slow_to_load() -> None:
    code = "import sys; from kb.cli import main; main(sys.argv[1:], standalone_mode=False, prog_name='kb')\n"
    code = f"import atexit, sys\natexit.register(lambda: print(*sys.modules, file=sys.stderr))\n{code}"
    done = subprocess.run(
        [sys.executable, "-c", code, "check", str(WITHOUT)],
        cwd=ROOT,
        env={**os.environ, "KB_EVIDENCE": str(EVIDENCE)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "nothing to report" in done.stdout
    slow = {"pandas", "numpy", "matplotlib", "papermill", "nbformat", "IPython", "Bio", "rich", "http.client"}
    assert not slow & set(done.stderr.split())
