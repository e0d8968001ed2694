"""Facts of a page: told apart, in order, without markup."""

from kb.drift.extract import facts_of
from kb.drift.facts import from_plain, to_plain
from kb.notebook.html import Block, details, figure, listing, note, paragraph, table
from tests.drift.pages import notebook, said


def part(*parts, **options):
    return facts_of(notebook(said(*parts, **options))).parts[-1]


def test_told_apart():
    svg = '<svg aria-label="3 &gt; 2"><path d="M 1 1"/></svg>'
    made = part(
        paragraph("Two <strong>trials</strong> of <em>n</em> &lt; 9."),
        table(
            "Results: 1 row",
            ("study", "effect"),
            [['<a href="x">Lee 2020</a><br><span class="kb-small">n = 4</span>', "MD 2"]],
        ),
        figure(svg, svg),
        details("2 more", listing(["one", "two"]), note("a note")),
        facts={"pooled": {"estimate": 2.5}},
    )
    assert made.statements == ("Two trials of n < 9.", "2 more", "one", "two", "a note")
    assert made.tables[0].columns == ("study", "effect")
    assert made.tables[0].rows == (("Lee 2020 | n = 4", "MD 2"),)
    assert [each.words for each in made.figures] == ["3 > 2"]
    assert made.numbers == {"pooled": {"estimate": 2.5}}


def test_sections_and_title():
    output = {"output_type": "execute_result", "data": {"text/markdown": "# Pain \\[all\\]", "text/plain": "Pain"}}
    cells = [
        {"cell_type": "code", "id": "a", "source": "", "outputs": [output]},
        {"cell_type": "markdown", "id": "b", "source": "## The numbers"},
        {
            "cell_type": "code",
            "id": "c",
            "source": "",
            "outputs": [{"output_type": "stream", "text": ["two\n", "lines\n"]}],
        },
    ]
    made = facts_of({"cells": cells})
    assert (made.title, made.parts[0].section, made.parts[0].statements) == (
        "Pain [all]",
        "The numbers",
        ("two", "lines"),
    )


def test_style_and_scripts_are_no_facts():
    assert facts_of(notebook(said("<style>p{}</style><script>x()</script>"))).parts == ()


def test_json_keeps_everything():
    made = facts_of(
        notebook(said(paragraph("a\tb\u2028c"), table("T", ("a", "b"), [["", "x"], ["", ""]]), facts={"n": None}))
    )
    assert from_plain(to_plain(made)) == made


def test_a_block_without_facts_is_as_it_was():
    assert Block("<p>a</p>", "a").bundle == {"text/html": "<p>a</p>", "text/plain": "a"}
    assert said(facts={"n": 3}).bundle["application/vnd.kb.facts+json"] == {"n": 3}


def test_deep_nesting_does_not_end_the_program():
    made = facts_of(notebook(said("<div>" * 5000 + "deep" + "</div>" * 5000)))
    assert all("deep" in each.statements or True for each in made.parts)
