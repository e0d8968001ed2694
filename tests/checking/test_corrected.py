"""The corrected post: certain changes of citations, nothing else of the file, and a diff that patch tools take."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

import kb
from kb.checking.corrected import Corrected, correct, to_data
from kb.checking.corrected_patch import cited, diff, to_text
from kb.checking.corrected_source import project
from kb.checking.result import CheckResult
from kb.citations.flag import Basis, Severity
from kb.citations.resolution import By
from kb.cli import main
from tests.conftest import EVIDENCE, ROOT

DRAFT = (ROOT / "tests/checking/drafts/with-mistakes.md").read_bytes()
BUIST = "https://pubmed.ncbi.nlm.nih.gov/17940147/"
COOMBES = "https://pubmed.ncbi.nlm.nih.gov/23385272/"
LAUERSEN = "https://pubmed.ncbi.nlm.nih.gov/24100287/"
MARKDOWN = f"A plan prevents nothing (Buist et al., 2011, Am J Sports Med. [View on PubMed]({BUIST}))."
FEED = "<rss><channel><item><title>T</title><description><![CDATA[{}]]></description></item></channel></rss>"
PLAIN = f"A plan prevents nothing (Buist et al., 2011, Am J Sports Med. {BUIST})."
HTML = f'<p>A plan prevents nothing (Buist et al., 2011, Am J Sports Med. <a href="{BUIST}">View on PubMed</a>).</p>'
KATZ = (
    "Katz JN, Brophy RH, Chaisson CE, et al. Surgery versus physical therapy for a meniscal tear and osteoarthritis. "
    "N Engl J Med. 2013;386(18):1575-1584. PMID: 23506518"
)


def made(base: kb.Base, name: str, data: bytes) -> tuple[CheckResult, Corrected]:
    result = base.check((name, data))
    (one,) = correct(result, {name: data})
    return result, one


HOSTILE = {
    "script.md": f'<script>alert("2011")</script>\n\n{MARKDOWN}\n\n2011 was <b>a</b> & "quoted" \\*not\\* `2011`.\n',
    "script.html": f"<script>if (a < 2011 && b) alert('(Buist et al., 2011')</script>\n{HTML}<!-- 2011 -->\n",
    "crlf.md": f"# Rest\r\n\r\n{MARKDOWN}\r\n\r\nAnd more  \r\n",
    "crlf.txt": f"Rest and sleep.\r\n{PLAIN}\r\n\r\nAnd more\t\r\n",
    "crlf.html": f"<h1>Rest</h1>\r\n{HTML}\r\n<p>And&nbsp;more &amp; more</p>\r\n",
    "mixed-ends.md": f"One.\r\rTwo.\n\n{MARKDOWN}\r\n\nThree\x0b\u2028four.\n",
    "bom.md": f"\ufeff{MARKDOWN}\n",
    "bom.html": f"\ufeff<!doctype html><html><body>{HTML}</body></html>",
    "no-newline.md": MARKDOWN,
    "no-newline.txt": PLAIN,
    "entities.html": HTML.replace("Buist et al.,", "Buist&nbsp;et&#32;al.,").replace(
        "A plan", "&lt;b&gt; &amp;amp; &eacute;"
    ),
    "inline.html": HTML.replace("Am J Sports Med", "<em>Am J Sports Med</em>").replace("2011", "<b>2011</b>"),
    "case.html": HTML.replace("<a href", "<A CLASS='x' HREF").replace("</a>", "</A >"),
    "invisible.md": MARKDOWN.replace("Buist", "Bu\u00adist\u200b"),
    "wrapped.md": MARKDOWN.replace(" 2011, Am", "\n2011,\nAm"),
    "emphasis.md": MARKDOWN.replace("Am J Sports Med", "*Am J Sports Med*").replace("2011", "**2011**"),
    "angry.md": f"'\"><img src=x onerror=alert(1)> %s {{{{7*7}}}} =1+1 \u202etxt\n\n{MARKDOWN}\n",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_only_the_year_of_the_citation_is_changed(base: kb.Base, name: str) -> None:
    data = HOSTILE[name].encode()
    _, one = made(base, name, data)
    assert [(change.old, change.new) for change in one.applied] == [("2011", "2008")]
    place = HOSTILE[name].index("2011", HOSTILE[name].index("A plan") if "A plan" in HOSTILE[name] else 0)
    assert one.data == (HOSTILE[name][:place] + "2008" + HOSTILE[name][place + 4 :]).encode()
    change = one.applied[0]
    assert change.start == place
    assert (change.rule, change.link, change.study) == ("wrong-year", BUIST, "buist2008")


@pytest.mark.parametrize("name", HOSTILE)
def test_the_corrected_file_has_those_flags_no_more(base: kb.Base, name: str) -> None:
    _, one = made(base, name, HOSTILE[name].encode())
    assert one.data is not None
    result, again = made(base, name, one.data)
    assert again.applied == ()
    assert again.data == one.data
    assert not any(finding.rule == "wrong-year" for finding in result.findings())


@pytest.mark.parametrize("tool", ["patch", "git"])
@pytest.mark.parametrize("name", [name for name in HOSTILE if name != "mixed-ends.md"])
def test_patch_tools_take_the_diff(base: kb.Base, name: str, tool: str, tmp_path: Path) -> None:
    if shutil.which(tool) is None:
        pytest.skip(f"{tool} is not installed")
    _, one = made(base, name, HOSTILE[name].encode())
    (tmp_path / name).write_bytes(HOSTILE[name].encode())
    command = ["patch", "-p0", "--binary"] if tool == "patch" else ["git", "apply", "-p0", "--whitespace=nowarn"]
    whole = to_text([one], base.cite(["buist2008"]))
    done = subprocess.run(command, input=whole.encode(), cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / name).read_bytes() == one.data


def test_a_draft_with_several_mistakes(base: kb.Base) -> None:
    result, one = made(base, "draft.md", DRAFT)
    assert [(change.old, change.new) for change in one.applied] == [
        ("2011", "2008"),
        (COOMBES, LAUERSEN),
        ("Lancet", "JAMA"),
    ]
    expected = DRAFT.replace(b"2011", b"2008").replace(COOMBES.encode(), LAUERSEN.encode(), 1)
    assert one.data == expected.replace(b"Lancet", b"JAMA")
    assert [change.rule for change in one.undecided] == ["bad-link"]
    assert cited(result) == ["buist2008", "lauersen2014", "coombes2013"]


def test_two_slips_in_one_reference_are_two_edits(base: kb.Base) -> None:
    data = f"# References\n\n{KATZ}\n".encode()
    _, one = made(base, "draft.md", data)
    assert one.data == data.replace(b"386(18):1575-1584", b"368(18):1675-1684")
    assert diff(one).count("\n@@ ") == 1


def test_a_link_to_another_paper_changes_where_it_is_printed_too(base: kb.Base) -> None:
    text = f'<p>Training helps (Lauersen et al., 2014, Br J Sports Med. <a href="{COOMBES}">{COOMBES}</a>).</p>'
    _, one = made(base, "page.html", text.encode())
    assert one.data == text.replace(COOMBES, LAUERSEN).encode()


def test_an_address_with_entities_is_found_and_written_as_one(base: kb.Base) -> None:
    href = f"{COOMBES}?a=1&amp;utm_source=x"
    text = f'<p>Training helps (Lauersen et al., 2014, Br J Sports Med. <a href="{href}">PubMed</a>).</p>'
    _, one = made(base, "page.html", text.encode())
    assert one.data == text.replace(href, LAUERSEN).encode()


def test_the_same_citation_twice_is_told_apart(base: kb.Base) -> None:
    other = MARKDOWN.replace("2011", "2008")
    text = f"{MARKDOWN} {other} {MARKDOWN}\n"
    _, one = made(base, "draft.md", text.encode())
    assert one.data == text.replace("2011", "2008").encode()
    assert len(one.applied) == 2


def test_a_number_that_stands_twice_is_left_to_the_writer(base: kb.Base) -> None:
    text = MARKDOWN.replace("Am J Sports Med", "Am J Sports Med, 2011, online")
    _, one = made(base, "draft.md", text.encode())
    assert one.data == text.encode()
    assert [change.why for change in one.undecided if change.rule == "wrong-year"] == [
        "'2011' stands 2 times in the citation."
    ]


def test_markup_within_the_words_is_left_to_the_writer(base: kb.Base) -> None:
    text = HTML.replace("2011", "20<i>11</i>")
    _, one = made(base, "page.html", text.encode())
    assert one.data == text.encode()
    assert any("Markup" in change.why for change in one.undecided)


def test_overlapping_changes_are_left_to_the_writer(base: kb.Base) -> None:
    data = f"{MARKDOWN}\n".encode()
    result = base.check(("draft.md", data))
    file = result.files[0]
    citation = file.posts[0].citations[0]
    year = next(finding for finding in citation.findings if finding.rule == "wrong-year")
    more = replace(year, rule="wrong-journal", found="2011, Am J Sports Med", expected="JAMA")
    resolution = replace(citation.resolution, by=By.NAME)
    citation = replace(citation, findings=(year, more), resolution=resolution)
    post = replace(file.posts[0], citations=(citation,))
    (one,) = correct(replace(result, files=(replace(file, posts=(post,)),)), {"draft.md": data})
    assert one.data == data
    assert {change.why for change in one.undecided} == {"Another change touches the same words."}


def test_where_only_the_link_tells_the_study_two_differences_are_left_to_the_writer(base: kb.Base) -> None:
    text = f"Training helps (Lauersen et al., 2013, Am J Sports Med. [PubMed]({LAUERSEN})).\n"
    _, one = made(base, "draft.md", text.encode())
    assert {change.rule for change in one.undecided} == {"wrong-year", "wrong-journal"}
    assert one.data == text.encode()
    why = {change.rule: change.why for change in one.undecided}
    assert "link or the text" in why["wrong-journal"]


@pytest.mark.parametrize(
    "changed",
    [
        {"severity": Severity.WARNING},
        {"basis": Basis.CURATED},
        {"source": None},
        {"expected": None},
        {"rule": "wrong-title"},
        {"rule": "wrong-design"},
    ],
)
def test_what_is_not_certain_is_not_applied(base: kb.Base, changed: dict[str, object]) -> None:
    data = f"{MARKDOWN}\n".encode()
    result = base.check(("draft.md", data))
    file = result.files[0]
    citation = file.posts[0].citations[0]
    finding = next(finding for finding in citation.findings if finding.rule == "wrong-year")
    citation = replace(citation, findings=(replace(finding, **changed),))  # type: ignore[arg-type]
    post = replace(file.posts[0], citations=(citation,), statements=())
    (one,) = correct(replace(result, files=(replace(file, posts=(post,)),)), {"draft.md": data})
    assert one.data == data
    assert len(one.undecided) == 1
    assert one.undecided[0].why


def test_a_suppressed_finding_is_no_change(base: kb.Base, tmp_path: Path) -> None:
    entries = tmp_path / "kb-check.yaml"
    entries.write_text("- rule: wrong-year\n  reason: The writer means the year of the talk.\n  post: draft.md\n")
    data = f"{MARKDOWN}\n".encode()
    result = base.check(("draft.md", data), suppressions=entries)
    (one,) = correct(result, {"draft.md": data})
    assert one.changes == ()


def test_words_of_a_statement_are_never_changed(base: kb.Base) -> None:
    result, one = made(base, "draft.md", DRAFT)
    rules = {finding.rule for finding in result.findings()}
    assert "no-clear-effect" in rules or "number-differs" in rules
    assert not {change.rule for change in one.changes} & {"no-clear-effect", "number-differs", "too-certain"}


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.md", MARKDOWN.replace("plan", "plän").encode("cp1252")),
        ("a.txt", PLAIN.encode("utf-16")),
        ("feed.xml", FEED.format(HTML).encode()),
    ],
)  # fmt: skip
def test_other_files_give_the_list_alone(base: kb.Base, name: str, data: bytes) -> None:
    _, one = made(base, name, data)
    assert one.data is None
    assert diff(one) == ""
    assert [(change.rule, change.old, change.new) for change in one.changes if change.rule == "wrong-year"] == [
        ("wrong-year", "2011", "2008")
    ]
    assert all(change.why for change in one.changes)


def test_the_changes_are_plain_data(base: kb.Base) -> None:
    _, one = made(base, "draft.md", DRAFT)
    data = json.loads(json.dumps(to_data([one])))
    year = next(change for change in data if change["rule"] == "wrong-year")
    assert (year["line"], year["column"], year["applied"]) == (4, 16, True)
    assert DRAFT.decode()[year["start"] : year["end"]] == year["old"] == "2011"


ENDLESS = (
    "<",
    "[",
    "<a href='",
    "&",
    "](",
    "\\",
    "<!--",
    "<script>",
    "İ<STYLE>",
    "![a](",
    "<a ",
    "<!-- --><script></script>",
)


@pytest.mark.parametrize("format_", ["html", "markdown", "text"])
@pytest.mark.parametrize("piece", ENDLESS)
def test_any_source_is_walked_and_every_character_has_its_place(format_: str, piece: str) -> None:
    text = piece * 4_000
    projection = project(text, format_)
    assert len(projection.seen) == len(projection.starts) == len(projection.ends)
    assert all(text[a:b] for a, b in zip(projection.starts, projection.ends, strict=True) if a != b)


class TestCommand:
    """``kb check --format patch``, ``--corrected`` and ``--in-place``."""

    @pytest.fixture(autouse=True)
    def _folder(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setenv("KB_EVIDENCE", str(EVIDENCE))
        monkeypatch.chdir(tmp_path)
        Path("draft.md").write_bytes(DRAFT)

    def run(self, *arguments: str, data: bytes | None = None) -> tuple[int, str]:
        done = CliRunner().invoke(main, ["check", *arguments], input=data)
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.exit_code, done.output

    def test_the_patch_ends_with_references_in_the_style(self) -> None:
        code, output = self.run("draft.md", "--format", "patch", "--style", "apa")
        assert code == 1
        assert "--- draft.md\n+++ draft.md\n@@ -1,12 +1,12 @@\n" in output
        assert "# References (apa) to paste:\n\nBuist, I., Bredeweg, S. W." in output

    def test_the_corrected_file_is_written_beside(self) -> None:
        code, output = self.run("draft.md", "--corrected", "new.md")
        assert code == 1
        assert "3 changes made, 1 to decide" in output
        assert Path("draft.md").read_bytes() == DRAFT
        assert b"2008" in Path("new.md").read_bytes()

    def test_never_in_place_unless_asked(self) -> None:
        code, output = self.run("draft.md", "--corrected", "./draft.md")
        assert (code, "--in-place" in output) == (2, True)
        assert Path("draft.md").read_bytes() == DRAFT
        assert self.run("draft.md", "--in-place")[0] == 1
        assert b"2008" in Path("draft.md").read_bytes()
        assert [path.name for path in Path().iterdir()] == ["draft.md"]

    @pytest.mark.parametrize(
        "arguments",
        [
            ("draft.md", "other.md", "--in-place"),
            ("draft.md", "--in-place", "--corrected", "x.md"),
            ("-", "--in-place"),
        ],
    )
    def test_wrong_usage_is_told(self, arguments: tuple[str, ...]) -> None:
        assert self.run(*arguments)[0] == 2

    def test_standard_input_is_read_once(self) -> None:
        code, output = self.run("-", "--corrected", "new.md", "--format", "json", data=DRAFT)
        assert code == 1
        changes = json.loads(output[output.index("{") : output.rindex("}") + 1])["changes"]
        assert sum(change["applied"] for change in changes) == 3
        assert b"JAMA" in Path("new.md").read_bytes()

    def test_of_a_feed_there_is_no_corrected_file(self) -> None:
        Path("feed.xml").write_text(FEED.format(HTML))
        code, output = self.run("feed.xml", "--corrected", "new.xml")
        assert code == 2
        assert "only the list" in output
        assert not Path("new.xml").exists()

    def test_a_file_that_is_not_there_is_told(self) -> None:
        code, output = self.run("lost.md", "--corrected", "new.md")
        assert code == 2
        assert "does not exist" in output
        assert not Path("new.md").exists()
