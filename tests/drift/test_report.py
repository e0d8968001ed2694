"""Reports: nothing in them acts, and none is too long."""

import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from kb.drift import drift, to_junit, to_markdown, to_text
from kb.drift.report import MOST_CHARACTERS, escaped
from kb.notebook.html import escape, paragraph
from tests.drift.test_drift import accepted, page

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[here](javascript:alert(1))",
    "![x](https://example.org/x.png)",
    "@everyone see #12 and GH-3",
    "https://example.org www.example.org a@example.org",
    "**bold** _it_ `code` ~~gone~~ $x$ :smile:",
    "</details></summary><h1>x</h1>",
    "- a\n# b\n1. c\n> d\n| e |\n---",
    "&lt;b&gt; &#60;",
    "\u202eright to left\u200b\x00\x1b[31m",
    "[link]: https://example.org",
    "<!-- hidden",
]
MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def words(html):
    import html as entities

    return entities.unescape(re.sub(r"<[^>]*>", "", html)).replace("\u2060", "")


@pytest.mark.parametrize("text", HOSTILE)
def test_text_of_evidence_is_only_text(text):
    shown = escaped(text)
    html = MARKDOWN.render(f"- **page:** {shown}\n")
    assert set(re.findall(r"</?(\w+)", html)) == {"ul", "li", "strong"}
    visible = " ".join(re.sub("[\x00-\x08\x0e-\x1f\u200b\u202e]", "", text).split())
    assert words(html).strip() == f"page: {visible}"
    assert not re.search(r"@\w|#\d|(?<!\\):|www\.|\bGH-\d", shown)


@given(st.text(max_size=60))
@settings(max_examples=150, deadline=None)
def test_any_text_is_only_text(text):
    html = MARKDOWN.render(f"- {escaped(text)}\n")
    assert set(re.findall(r"<(\w+)", html)) <= {"ul", "li"}


@pytest.mark.parametrize("text", HOSTILE)
def test_a_whole_report_holds_no_markup_of_the_evidence(text):
    old = accepted(a=page(paragraph("Nothing here."), title="# T"))
    new = accepted(a=page(paragraph(escape(text)), title="# T"))
    html = MARKDOWN.render(to_markdown(drift(old, new)))
    assert set(re.findall(r"</?(\w+)", html)) <= {
        "h3", "h4", "p", "ul", "li", "strong", "code", "details", "summary",
    }  # fmt: skip


def many(number):
    return accepted(
        **{
            f"page-{n}": page(
                *(paragraph(f"Group{i} of page{n}: {number} people walked {'far ' * 40}") for i in range(40))
            )
            for n in range(150)
        }
    )


def test_a_long_report_is_cut_and_says_how_much_is_missing():
    found = drift(many(1), many(2))
    made = to_markdown(found)
    assert 30_000 < len(made) < MOST_CHARACTERS
    assert len(re.findall(r"^and \d+ more$", made, re.MULTILINE)) == 2
    assert made.count("<details>") == made.count("</details>") > 3
    assert made.startswith("### Drift of the notebooks\n\nDrift on 150 of 150 pages")
    assert "--report FILE.md lists them" in to_text(found)


def test_a_report_without_drift():
    same = accepted(a=page(paragraph("one")))
    assert to_markdown(drift(same, same)) == "### No drift\n\nNo drift\\: 1 page says what was accepted\\.\n"
    suite = ET.fromstring(to_junit(drift(same, same)))
    assert (suite.get("tests"), suite.get("failures")) == ("1", "0")


def test_junit():
    old, new = accepted(a=page(paragraph("1 man")), b=page()), accepted(a=page(paragraph("2 men\x0b")), c=page())
    suite = ET.fromstring(to_junit(drift(old, new)))
    assert (suite.get("tests"), suite.get("failures")) == ("4", "3")
    failures = {case.get("name"): case.findall("failure") for case in suite}
    assert [each.get("message") for each in failures["post/b"]] == ["vanished page"]
    assert "1 man -> 2 men" in (failures["post/a"][0].text or "")
    assert not failures["every other page"]
    first = ET.fromstring(to_junit(drift(None, new)))
    assert (first.get("failures"), first.get("skipped")) == ("0", "1")
    broken = ET.fromstring(to_junit(drift(old, new, failed=["post/a"])))
    assert (broken.get("tests"), broken.get("errors")) == ("4", "1")
