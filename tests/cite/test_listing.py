"""Lists of references: order, marks in the text, formats, CSL styles, and every reference of the base."""

from __future__ import annotations

import io
import json
import re
import zipfile
from html.parser import HTMLParser
from pathlib import Path

import pytest

import kb
from kb.cite import Mark, ReferenceList, Run, UnknownStyleError, csl_item, listing
from kb.cite.text import html, markdown, plain
from kb.model import Reference
from kb.problems import KbError
from tests.cite.golden_examples import examples

HERE = Path(__file__).parent
STYLES = ["vancouver", "ama", "apa", str(HERE / "small.csl"), str(HERE / "small-author-date.csl")]
HOSTILE = [
    "<script>alert(1)</script>",
    "\"'><img src=x onerror=alert(1)>",
    "](javascript:alert(1)) [x](http://evil.example)",
    "*a* _b_ `c` # d | e ~~f~~ &lt; &amp;amp; \\",
    '=HYPERLINK("x") $\\input{x}$ \u202egnp.exe',
    "a\x00b\x0bc\ud7ff\x1b[31m",
    "two\nlines\r\nhere",
]


def work(key: str, *authors: str, title: str | None = "Rest", year: int | None = 2020, **more: object) -> Reference:
    return Reference(key=key, entry_type="article", author=authors, title=title, year=year, **more)


# --- every reference of the base ----------------------------------------------------------------------------------


@pytest.mark.parametrize("style", STYLES)
def test_every_reference_of_the_base_is_whole(base: kb.Base, style: str) -> None:
    references = list(base.corpus.references.values())
    listed = listing(references, style)
    assert {entry.key for entry in listed.entries} == set(base.corpus.references)
    for entry in listed.entries:
        text = entry.text
        assert not re.search(r"\.\.(?!\.)|,,|;;|\(\)|\[\]| [.,;:)]| {2}|\bNone\b", text.replace(", . . . ", ", ")), text
        assert text == text.strip()
        if style in {"vancouver", "ama", "apa"}:
            doi = entry.reference.doi or "\0"
            assert text.endswith((".", "?", "!", doi, f"https://doi.org/{doi}")), text


def test_what_nobody_saw_is_said(base: kb.Base) -> None:
    nothing = Reference(key="a2020", entry_type="misc")
    for style in ("vancouver", "ama", "apa"):
        text = listing([nothing], style).entries[0].text
        assert [word in text for word in ("[authors unknown]", "[title unknown]", "[journal unknown]")] == [True] * 3
        assert "[year unknown]" in text
    book = Reference(key="b2020", entry_type="incollection", author=("Lee, A.",))
    assert "[book unknown]" in listing([book], "ama").entries[0].text
    assert "[place unknown]: [publisher unknown]; [year unknown]" in listing([book]).entries[0].text


# --- order and marks in the text -----------------------------------------------------------------------------------


def test_numbers_follow_the_order_of_citing_and_duplicates_count_once() -> None:
    one, two = work("b2020", "Bo, A."), work("a2020", "Ao, A.")
    listed = listing([one, two, one], "ama")
    assert [(entry.key, entry.number) for entry in listed.entries] == [("b2020", 1), ("a2020", 2)]
    assert listed.entries[1].cited == (Run("2", superscript=True),)


def test_several_works_at_one_place() -> None:
    some = [work(f"{letter}2020", f"{letter.upper()}o, A.") for letter in "abcdef"]
    keys = ["a2020", "b2020", "c2020", "f2020"]
    assert plain(listing(some).together(keys)) == "(1-3,6)"
    assert listing(some, "ama").together(keys) == (Run("1-3,6", superscript=True),)
    assert plain(listing(some, "apa").together(["f2020", "a2020"])) == "(Ao, 2020; Fo, 2020)"
    with pytest.raises(KbError, match="no reference 'x2020'"):
        listing(some).together(["x2020"])


def test_same_authors_and_year_get_letters_by_title() -> None:
    some = [work("lee2020x", "Lee, A.", title="The zoo"), work("lee2020y", "Lee, A.", title="A mat")]
    listed = listing(some, "apa")
    assert [(entry.key, entry.text[:15]) for entry in listed.entries] == [
        ("lee2020y", "Lee, A. (2020a)"),
        ("lee2020x", "Lee, A. (2020b)"),
    ]
    assert plain(listed.together(["lee2020x", "lee2020y"])) == "(Lee, 2020a, 2020b)"
    assert listed.entries[0].narrative == "Lee (2020a)"


def test_names_in_the_text() -> None:
    def cited(*references: Reference) -> dict[str, str]:
        return {entry.key: plain(entry.cited) for entry in listing(references, "apa").entries}

    assert cited(work("a2020", "Lee, A.", "Wu, B.")) == {"a2020": "(Lee & Wu, 2020)"}
    assert cited(work("a2020", "Lee, A.", "Wu, B.", "Xu, C.")) == {"a2020": "(Lee et al., 2020)"}
    assert cited(work("a2020", "Lee, A.", "others")) == {"a2020": "(Lee et al., 2020)"}
    assert cited(work("a2020", title="Rest")) == {"a2020": "(“Rest”, 2020)"}
    assert cited(work("a2020", "{Rest Group}")) == {"a2020": "(Rest Group, 2020)"}
    assert cited(work("a2020", "Lee, A."), work("b2021", "Lee, B.", year=2021)) == {
        "a2020": "(A. Lee, 2020)",
        "b2021": "(B. Lee, 2021)",
    }
    # One of them may be the other with a second initial: nobody says they are two people.
    assert cited(work("a2020", "Lee, A."), work("b2021", "Lee, A. B.", year=2021))["a2020"] == "(Lee, 2020)"


def test_works_that_would_look_the_same_show_more_names() -> None:
    one = work("a2020", "Lee, A.", "Wu, B.", "Xu, C.", "Yi, D.")
    two = work("b2020", "Lee, A.", "Wu, B.", "Zu, C.", "Yi, D.")
    texts = {entry.key: plain(entry.cited) for entry in listing([one, two], "apa").entries}
    assert texts == {"a2020": "(Lee, Wu, Xu, & Yi, 2020)", "b2020": "(Lee, Wu, Zu, & Yi, 2020)"}


def test_apa_orders_letter_by_letter_and_fewer_authors_first() -> None:
    some = [
        work("a2020", "van der Heijden, R."),
        work("b2020", "Brown, J.", "Ao, A."),
        work("c2019", "Browning, A.", year=2019),
        work("d2021", "Brown, J.", year=2021),
        work("e2020", "Ångström, A."),
    ]
    assert [entry.key for entry in listing(some, "apa").entries] == ["e2020", "d2021", "b2020", "c2019", "a2020"]


# --- retracted -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("style", STYLES)
def test_a_retracted_work_is_marked(style: str) -> None:
    lee = work("lee2020", "Lee, A.", journal="Rest", shortjournal="Rest")
    listed = listing([lee], style, marks={"lee2020": [Mark("retracted"), Mark("corrected", "2021")]})
    assert re.search("retract", listed.entries[0].text, re.IGNORECASE)
    assert "2021" not in listed.entries[0].text
    assert any(run.bold and "etract" in run.text for run in listed.entries[0].runs)


def test_a_notice_is_told_as_far_as_it_is_known() -> None:
    lee = work("lee2020", "Lee, A.", journal="Journal of Rest", shortjournal="J Rest")

    def end(style: str, mark: Mark) -> str:
        return listing([lee], style, marks={"lee2020": [mark]}).entries[0].text.partition("2020. ")[2]

    printed = Mark("retracted", "2021-03", "9", "10.1000/r9", "J Rest. 2021 Mar 5;2(1):33-4. doi: 10.1000/r9.")
    assert end("vancouver", printed) == "Retraction in: J Rest. 2021 Mar 5;2(1):33-4. doi: 10.1000/r9. PMID: 9."
    assert end("ama", printed) == "Retracted in: J Rest. 2021;2(1):33-34. doi:10.1000/r9"
    assert end("ama", Mark("retracted", "2021-03-05")) == "[Retracted March 5, 2021]."
    apa = listing([lee], "apa", marks={"lee2020": [printed]}).entries[0].text
    assert apa.endswith("(Retraction published 2021, Journal of Rest, 2[1], 33–34, https://doi.org/10.1000/r9)")


# --- formats ---------------------------------------------------------------------------------------------------------


class Seen(HTMLParser):
    """Tags and text of a fragment."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name == "href"]
        assert {name for name, _ in attrs} <= {"href", "style"}

    def handle_data(self, data: str) -> None:
        self.text += data


def seen(fragment: str) -> Seen:
    parser = Seen()
    parser.feed(fragment)
    parser.close()
    return parser


def evil(text: str) -> Reference:
    everywhere = dict.fromkeys(("title", "journal", "shortjournal", "volume", "doi", "url"), text)
    return work("evil2020", f"{text.replace(',', '')}, A.", **everywhere)  # type: ignore[arg-type]


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_becomes_markup(style: str, text: str) -> None:
    from markdown_it import MarkdownIt

    listed = listing([evil(text)], style)
    page = seen(listed.render("html"))
    assert set(page.tags) <= {"ol", "li", "div", "p", "i", "b", "sup", "a"}
    assert all(link.startswith(("https://", "http://")) for link in page.links)
    made = seen(MarkdownIt("commonmark", {"html": True}).enable("strikethrough").render(listed.render("md")))
    assert set(made.tags) <= {"ol", "li", "p", "em", "strong", "a"}
    assert all(link.startswith(("https://doi.org/", "http")) and "javascript" not in link[:15] for link in made.links)
    assert listed.render("text").count("\n") == 1
    document = listed.render("docx")
    assert zipfile.ZipFile(io.BytesIO(document)).testzip() is None


@pytest.mark.parametrize("style", ["vancouver", "ama", "apa"])
def test_the_words_are_the_same_in_every_format(style: str) -> None:
    from docx import Document
    from markdown_it import MarkdownIt

    listed = listing([example.reference for example in examples(style)], style)
    words = " ".join(entry.text for entry in listed.entries)
    assert " ".join(seen(listed.render("html")).text.split()) == words
    shown = seen(MarkdownIt("commonmark", {"html": True}).render(listed.render("md"))).text
    assert " ".join(shown.split()) == words
    paragraphs = Document(io.BytesIO(listed.render("docx"))).paragraphs[1:]
    texts = (paragraph.text.partition("\t")[2] or paragraph.text for paragraph in paragraphs)
    assert " ".join(texts) == words
    data = json.loads(listed.render("json"))
    assert " ".join(reference["text"] for reference in data["references"]) == words
    assert all("".join(run["text"] for run in r["runs"]) == r["text"] for r in data["references"])


def test_journals_are_in_italics_and_links_are_real() -> None:
    grady = examples("apa")[0].reference
    listed = listing([grady], "apa")
    assert [run.text for run in listed.entries[0].runs if run.italic] == ["Psychology of Popular Media Culture", "8"]
    assert "<i>Psychology of Popular Media Culture</i>, <i>8</i>(3)" in listed.render("html")
    assert "*Psychology of Popular Media Culture*, *8*(3)" in listed.render("md")
    xml = zipfile.ZipFile(io.BytesIO(listed.render("docx")))
    assert b'TargetMode="External"' in xml.read("word/_rels/document.xml.rels")
    assert b"https://doi.org/10.1037/ppm0000185" in xml.read("word/_rels/document.xml.rels")
    body = xml.read("word/document.xml")
    assert body.count(b"<w:hyperlink ") == 1
    assert b"<w:i/>" in body
    assert b"<dc:title>References</dc:title>" in xml.read("docProps/core.xml")


def test_the_same_list_gives_the_same_bytes(base: kb.Base) -> None:
    keys = sorted(base.corpus.references)[:5]
    for format_ in ("text", "html", "md", "json", "docx"):
        assert base.cite(keys, style="ama", format=format_) == base.cite(keys, style="ama", format=format_)


def test_an_unknown_format_or_style_is_told() -> None:
    with pytest.raises(KbError, match="no format 'pdf'"):
        listing([work("a2020", "Lee, A.")]).render("pdf")
    with pytest.raises(UnknownStyleError, match="vancouver, ama, apa"):
        listing([work("a2020", "Lee, A.")], "chicago")


def test_runs_are_written_plainly() -> None:
    some = (Run("a <b>", italic=True), Run("x", link="https://example.org/?a&b"), Run("y", link="javascript:alert(1)"))
    assert html(some) == '<i>a &lt;b&gt;</i><a href="https://example.org/?a&amp;b">x</a>y'
    assert markdown(some) == "*a \\<b\\>*[x](https://example.org/?a&b)y"


# --- CSL -------------------------------------------------------------------------------------------------------------


def test_a_csl_style_agrees_with_ours() -> None:
    some = [example.reference for example in examples("ama") if example.reference.entry_type == "article"]
    some = [r for r in some if r.pubstate is None and not any(author.startswith("{") for author in r.author)]
    ours, theirs = listing(some, "ama"), listing(some, HERE / "small.csl")
    assert len(some) >= 4
    for one, other in zip(ours.entries, theirs.entries, strict=True):
        # citeproc-py joins pages with a dash and ends et al. with a stop, as CSL has it.
        assert one.text.rstrip(".") == other.text.replace("–", "-").replace("et al..", "et al.")
        assert {run.text for run in one.runs if run.italic} == {run.text for run in other.runs if run.italic}
    assert theirs.numbered
    assert plain(theirs.together([some[0].key, some[1].key, some[2].key])) == "(1-3)"


def test_letters_behind_years_are_added_to_a_csl_style() -> None:
    some = [work("lee2020x", "Lee, A. B.", title="Zoo"), work("lee2020y", "Lee, A. B.", title="Mat of 2020")]
    listed = listing(some, HERE / "small-author-date.csl")
    assert {entry.key: plain(entry.cited) for entry in listed.entries} == {
        "lee2020x": "(Lee 2020b)",
        "lee2020y": "(Lee 2020a)",
    }
    assert {entry.text for entry in listed.entries} == {"Lee, A. B. (2020a) Mat of 2020.", "Lee, A. B. (2020b) Zoo."}


STYLE = '<style xmlns="http://purl.org/net/xbiblio/csl" version="1.0" class="in-text">{}</style>'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "does not exist"),
        ("", "is no XML"),
        ("<style", "is no XML"),
        ("<html/>", "is no CSL style"),
        ('<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>' + STYLE.format("&e;"), "document type"),
        (STYLE.format("<info/>"), "no citation element"),
        (STYLE.format("<citation><layout/></citation>"), "without a reference list"),
        (
            STYLE.format('<info><link href="http://www.zotero.org/styles/ama" rel="independent-parent"/></info>'),
            "only points at another style, http://www.zotero.org/styles/ama",
        ),
        (
            STYLE.format("<citation/>").replace("<style", '<style default-locale="xx-XX"'),
            "the locale 'xx-XX', which is not at hand",
        ),
        (
            STYLE.format(
                '<citation><layout><text macro="no"/></layout></citation>'
                '<bibliography><layout><text macro="no"/></layout></bibliography>'
            ),
            "could not be applied",
        ),
    ],
)
def test_a_style_that_cannot_be_used_is_told(text: str | None, message: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.csl"
    if text is not None:
        path.write_text(text)
    with pytest.raises(KbError, match=re.escape(message)) as caught:
        listing([work("a2020", "Lee, A.")], path)
    assert str(caught.value).startswith(f"{path}: ")


def test_a_csl_item_says_all_that_is_known() -> None:
    item = csl_item(
        Reference(
            key="lee2020",
            entry_type="incollection",
            title="Rest.",
            author=("van der Lee, Jr, Ann B.", "{Rest Group}", "Wu", "others"),
            editor=("Xu, C.",),
            booktitle="Sleep",
            year=2020,
            date="2020-03-01",
            pages="S6-12",
            edition="2",
            publisher="Press",
            address="Bern",
            isbn="1",
            language="en",
            url="https://example.org",
            urldate="2021-02",
        )
    )
    assert item == {
        "id": "lee2020",
        "type": "chapter",
        "title": "Rest",
        "author": [
            {"family": "Lee", "given": "Ann B.", "non-dropping-particle": "van der", "suffix": "Jr"},
            {"literal": "Rest Group"},
            {"family": "Wu"},
        ],
        "editor": [{"family": "Xu", "given": "C."}],
        "container-title": "Sleep",
        "issued": {"date-parts": [[2020, 3, 1]]},
        "page": "S6-S12",
        "edition": "2",
        "publisher": "Press",
        "publisher-place": "Bern",
        "language": "en",
        "ISBN": "1",
        "URL": "https://example.org",
        "accessed": {"date-parts": [[2021, 2]]},
        "note": "The reference names further authors without listing them (et al.).",
    }


def test_the_base_cites_by_completed_ids_and_posts(base: kb.Base) -> None:
    listed = base.cite(["buist", "zhang2024", "buist2008"])
    assert isinstance(listed, ReferenceList)
    assert [entry.key for entry in listed.entries] == ["buist2008", "zhang2024"]
    slug = "running-injuries-page"
    order = dict.fromkeys(c.study for c in base.corpus.posts[slug].citations if c.study)
    assert [entry.key for entry in base.cite(post=slug).entries] == list(order)


def test_an_article_is_ahead_of_print_when_pubmed_says_so(base: kb.Base, small: Path) -> None:
    from dataclasses import replace

    import msgspec

    from kb.store import save_bibliography

    reference = base.corpus.references["buist2008"].model_copy(update={"volume": None, "number": None, "pages": None})
    save_bibliography(small, [base.corpus.references[key] for key in ("zhang2024", "lauersen2014")] + [reference])
    young = kb.open(small)
    entry = base.snapshot[str(reference.pmid)]
    record = msgspec.structs.replace(entry.record, publication_status="aheadofprint")
    young.__dict__["snapshot"] = {str(reference.pmid): replace(entry, record=record)}
    assert "Advance online publication." in str(young.cite("buist2008", style="apa"))
    young.__dict__["snapshot"] = {}
    assert "Advance" not in str(young.cite("buist2008", style="apa"))
