"""Reading copies: what of a notebook becomes a page."""

from __future__ import annotations

from typing import Any

import pytest

from kb.notebook.html import STYLE, block
from kb.site.copies import Copy, arranged, framed, markdown, reading_copy

NAMES = ["condition/gout", "overview", "post/one", "study/lee2020"]


def page(*outputs: dict[str, Any], cells: tuple[dict[str, Any], ...] = ()) -> Copy:
    cell = {"cell_type": "code", "source": "secret = 1", "metadata": {}, "outputs": list(outputs)}
    return reading_copy({"cells": [*cells, cell]}, "condition/gout", NAMES)


def shown(**data: str) -> dict[str, Any]:
    kinds = {"html": "text/html", "svg": "image/svg+xml", "md": "text/markdown", "plain": "text/plain"}
    return {"output_type": "display_data", "data": {kinds[kind]: text for kind, text in data.items()}}


def test_code_and_warnings_are_not_shown() -> None:
    said = page(
        {"output_type": "stream", "name": "stderr", "text": "careful"},
        {"output_type": "stream", "name": "stdout", "text": ["a <", " b"]},
    ).body
    assert "secret" not in said
    assert "careful" not in said
    assert "a &lt; b" in said


def test_the_richest_form_is_shown() -> None:
    said = page(
        shown(html="<b>x</b>", plain="x"), shown(svg="<?xml?><svg>y</svg>", plain="y"), shown(md="**z**", plain="z")
    ).body
    assert "<b>x</b>" in said
    assert "<svg>y</svg>" in said
    assert "<?xml" not in said
    assert "<strong>z</strong>" in said


def test_the_first_heading_is_the_title_and_the_others_open_sections() -> None:
    made = page(shown(md="# Gout & <b>"), shown(md="## Answer"), shown(html="<p>a</p>"), shown(md="## Answer"))
    assert made.title == "Gout & <b>"
    assert made.headings == (("answer", "Answer"), ("answer-2", "Answer"))
    assert "<h1>" not in made.body
    assert made.body.count("<section>") == made.body.count("</section>") == 2


def test_markup_in_markdown_stays_text() -> None:
    made = page(shown(md="# <script>alert(1)</script>\n\n<img src=x onerror=alert(1)>"))
    assert made.title == "<script>alert(1)</script>"
    assert "<img" not in made.body
    assert "<script" not in made.body


def test_a_link_of_markdown_runs_no_script() -> None:
    assert "javascript:" not in markdown("[a](javascript:alert(1))").replace("[a](javascript:alert(1))", "")


def test_links_to_pages_that_do_not_exist_become_text() -> None:
    said = page(
        shown(html='<a href="../post/one.html">one</a> <a class="x" href="../post/two.html#c">two</a>'),
        shown(md="[one](../post/one.html) [two](../post/two.html) [pm](https://pubmed.ncbi.nlm.nih.gov/1/)"),
        shown(html='<a href="../study/lee2020.html#f01">Lee</a> <a href="../../etc/x.html">up</a>'),
    ).body
    assert said.count('href="../post/one.html"') == 2
    assert "two.html" not in said
    assert "two" in said
    assert "x.html" not in said
    assert 'href="../study/lee2020.html#f01"' in said
    assert "https://pubmed.ncbi.nlm.nih.gov/1/" in said


@pytest.mark.parametrize(("second", "hidden"), [(False, True), (True, False)])
def test_a_section_is_not_printed_only_if_nothing_in_it_is(second: bool, hidden: bool) -> None:
    parts = [block("<p>a</p>", words="", printed=False), block("<p>b</p>", words="", printed=second)]
    made = arranged([markdown("## Notes"), *(framed(part.html) for part in parts)], "overview", NAMES)
    assert ('<section class="kb-noprint">' in made.body) is hidden


def test_the_shared_style_is_not_repeated_on_pages() -> None:
    assert STYLE not in framed(block("<p>a</p>", words="", style=True).html)


def test_reading_copy_of_a_markdown_cell() -> None:
    cell = {"cell_type": "markdown", "source": ["## The ", "numbers"], "metadata": {}}
    hidden = {"cell_type": "markdown", "source": "hidden", "metadata": {"tags": ["remove-cell"]}}
    made = page(cells=(cell, hidden))
    assert made.headings == (("the-numbers", "The numbers"),)
    assert "hidden" not in made.body


def test_two_drawings_with_the_same_inner_ids_keep_apart() -> None:
    drawing = '<svg><path id="m1"/><use xlink:href="#m1"/><g clip-path="url(#m1)"/></svg>'
    body = page(shown(html=drawing), shown(html=drawing)).body
    assert body.count('id="m1"') == body.count('href="#m1"') == body.count("url(#m1)") == 1
    assert body.count('id="m1-2"') == body.count('href="#m1-2"') == body.count("url(#m1-2)") == 1
