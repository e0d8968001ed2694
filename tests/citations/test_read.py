"""kb.citations.read: what each kind of file gives, block by block."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from kb.citations.read import BlockKind, Document, ReadError, read, read_bytes, read_many, render

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def parsed(text: str, name: str = "draft.txt") -> Document:
    return read_bytes(text.encode(), name=name)


def shown(document: Document, post: int = 0) -> list[tuple[str, int, str]]:
    return [(block.kind.value, block.line, block.text) for block in document.posts[post].blocks]


def docx(body: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "word/document.xml",
            f'<w:document xmlns:w="{W}" xmlns:r="{R}"><w:body>{body}</w:body></w:document>',
        )
    return file.getvalue()


WORDPRESS = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
  xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"
  xmlns:wp="http://wordpress.org/export/1.2/" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Blog</title>
<item><title>Calves &amp; heels</title><link>https://example.org/calves/</link>
<pubDate>Mon, 05 May 2031 08:00:00 +0000</pubDate>
<content:encoded><![CDATA[<!-- wp:paragraph -->
<p>Load helps <a href="https://doi.org/10.1000/x">tendons</a>.</p><!-- /wp:paragraph -->
<!-- wp:list --><ul><li>one</li><li>two<script>alert(1)</script></li></ul><!-- /wp:list -->
[caption id="1" width="3"]A runner[/caption]]]></content:encoded><excerpt:encoded><![CDATA[no text]]></excerpt:encoded>
<wp:post_name>calves</wp:post_name><wp:post_type>post</wp:post_type><wp:status>publish</wp:status>
<wp:comment><wp:comment_content>A comment is no text</wp:comment_content></wp:comment></item>
<item><title>Classic</title><link>https://example.org/?p=2</link><content:encoded><![CDATA[First part
goes on [1].

Second <em>part</em>.]]></content:encoded><wp:post_name>classic</wp:post_name><wp:post_type>page</wp:post_type>
<wp:status>draft</wp:status></item>
<item><title>A picture</title><content:encoded>x</content:encoded><wp:post_type>attachment</wp:post_type></item>
<item><title>Thrown away</title><content:encoded>x</content:encoded><wp:post_type>post</wp:post_type>
<wp:status>trash</wp:status></item></channel></rss>"""


def test_a_wordpress_export() -> None:
    document = parsed(WORDPRESS, "export.xml")
    assert document.format == "wordpress"
    assert [(p.title, p.slug, p.url) for p in document.posts] == [
        ("Calves & heels", "calves", "https://example.org/calves/"),
        ("Classic", "classic", "https://example.org/?p=2"),
    ]
    assert [text for _, _, text in shown(document)] == ["Load helps tendons .", "one", "two", "A runner"]
    assert [text for _, _, text in shown(document, 1)] == ["First part goes on [1].", "Second part."]


def test_a_squarespace_feed_has_the_lines_of_its_text() -> None:
    feed = """<rss version="2.0" xmlns:media="http://www.rssboard.org/media-rss"><channel><item><title>Rest</title>
    <link>https://example.org/blog/rest</link>
    <pubDate>Mon, 05 May 2031 08:00:00 +0000</pubDate><description><![CDATA[<p>Why
    rest?</p><h2><strong>Because</strong></h2><ul data-rte-list="default"><li><p>Sleep (<a href="https://example.org/s">a
    trial</a>)</p></li><li><p>Food</p></li></ul><p>End</p>]]></description>
    <media:content type="image/jpeg" url="https://example.org/x.jpg"><media:title type="plain">no text</media:title>
    </media:content></item></channel></rss>"""
    document = parsed(feed, "whatever.txt")
    assert document.format == "rss"
    assert shown(document) == [
        ("paragraph", 5, "Why rest?"),
        ("heading", 7, "Because"),
        ("list-item", 9, "Sleep ( a trial )"),
        ("list-item", 11, "Food"),
        ("paragraph", 13, "End"),
    ]
    post = document.posts[0]
    assert post.slug == "rest"
    lines = render(post).split("\n")
    assert lines[6] == "## Because"
    assert lines[8] == "- Sleep ( [a trial](https://example.org/s) )"


@pytest.mark.parametrize(
    "content",
    [
        '<content type="html">&lt;p&gt;Rest &lt;b&gt;helps&lt;/b&gt;&lt;/p&gt;</content>',
        '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Rest <b>helps</b></p></div></content>',
        '<content type="text">Rest helps</content>',
        '<summary type="text">Rest helps</summary>',
    ],
)
def test_an_atom_feed(content: str) -> None:
    feed = f"""<?xml version='1.0'?><feed xmlns="http://www.w3.org/2005/Atom"><title>B</title><entry><title>T</title>
    <link rel="self" href="https://example.org/self"/><link rel="alternate" href="https://example.org/t"/>
    <published>2031-05-05</published>{content}</entry></feed>"""
    document = parsed(feed)
    post = document.posts[0]
    assert (document.format, post.title, post.url, post.date) == ("atom", "T", "https://example.org/t", "2031-05-05")
    assert [text for _, _, text in shown(document)] == ["Rest helps"]


PAGE = """<!DOCTYPE html><html><head><title>Site</title><link rel="canonical" href="https://example.org/rest">
<meta property="article:published_time" content="2031-05-05">
<style>p{}</style><script>var a = "<p>no</p>";</script></head>
<body><header><a href="/">Home</a></header><nav>Menu</nav><div style="display: none">hidden</div>
<main><article><h1>Rest</h1><p hidden>no</p><p>It h&shy;elps<sup>1</sup> the <em>J Rest</em> reader<br>and others.</p>
<table><tr><th>Dose</th><td>12</td></tr></table><template>no</template><noscript>no</noscript>
<p>A <a href="https://doi.org/10.1000/x"><span>trial</span></a>says&nbsp;so</p>
<h2>References</h2><ol start="3"><li>Okafor A. Rest. J Rest. 2031;1:2-3.</li></ol><h2>About us</h2><p>We run.</p>
</article><section id="comments"><p>A comment</p></section></main><footer>Imprint</footer></body></html>"""


def test_a_page() -> None:
    document = parsed(PAGE, "page.html")
    post = document.posts[0]
    assert (post.title, post.url, post.date, post.slug) == ("Rest", "https://example.org/rest", "2031-05-05", "rest")
    assert [(kind, text) for kind, _, text in shown(document)] == [
        ("heading", "Rest"),
        ("paragraph", "It helps1 the J Rest reader"),
        ("paragraph", "and others."),
        ("table-cell", "Dose"),
        ("table-cell", "12"),
        ("paragraph", "A trial says so"),
        ("heading", "References"),
        ("reference", "Okafor A. Rest. J Rest. 2031;1:2-3."),
        ("heading", "About us"),
        ("paragraph", "We run."),
    ]
    first = post.blocks[1]
    assert [first.text[a:b] for a, b in first.superscripts + first.emphasis] == ["1", "J Rest"]
    link = post.blocks[5].links[0]
    assert (link.href, post.blocks[5].text[link.start : link.end]) == ("https://doi.org/10.1000/x", "trial")
    assert post.blocks[7].label == "3"
    lines = [line for _, line, _ in shown(document)]
    assert lines == sorted(lines)


def test_markdown() -> None:
    text = """---
title: "Rest"
date: 2031-05-05
---

# Why

Rest *helps*[^a] and
[load](https://doi.org/10.1000/x "t") too; see <https://example.org/y> and https://example.org/z.

3. third
   - inner

| a | b |
|---|---|
| c | d |

<div><p>Some <a href="https://example.org/h">HTML</a></p></div>

[^a]: Okafor A. Rest. J Rest. 2031;1:2-3.
"""
    post = parsed(text, "x.md").posts[0]
    assert (post.title, post.date) == ("Rest", "2031-05-05")
    blocks = {block.text: block for block in post.blocks}
    paragraph = next(block for block in post.blocks if block.text.startswith("Rest helps"))
    assert paragraph.text.startswith("Rest helps[a] and load too; see")
    assert paragraph.line == 8
    assert paragraph.line_at(paragraph.text.index("load")) == 9
    assert [link.href for link in paragraph.links] == [
        "https://doi.org/10.1000/x",
        "https://example.org/y",
        "https://example.org/z",
    ]
    assert (blocks["third"].label, blocks["third"].kind, blocks["inner"].line) == ("3", BlockKind.LIST_ITEM, 12)
    assert [block.text for block in post.blocks if block.kind is BlockKind.TABLE_CELL] == ["a", "b", "c", "d"]
    assert blocks["Some HTML"].links[0].href == "https://example.org/h"
    note = post.blocks[-1]
    assert (note.kind, note.label) == (BlockKind.REFERENCE, "a")


def test_plain_text_is_a_paragraph_a_line_unless_it_was_wrapped() -> None:
    wide = "Rest helps. " * 12
    assert [line for _, line, _ in shown(parsed(f"{wide}\n{wide}\n- item\n\nEnd"))] == [1, 2, 3, 5]
    wrapped = (
        "Rest helps runners and walkers alike when the load\n"
        "was too high for too long, and the sleep too short\n"
        "to make up for it.\n\n"
        "A second paragraph goes over two lines of the file\nand ends here."
    )
    document = parsed(wrapped)
    assert [line for _, line, _ in shown(document)] == [1, 5]
    block = document.posts[0].blocks[0]
    assert block.line_at(block.text.index("make")) == 3


def test_a_word_document() -> None:
    body = """<w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr><w:r><w:t>Rest</w:t></w:r></w:p>
    <w:p><w:r><w:t xml:space="preserve">Load helps </w:t></w:r><w:hyperlink r:id="rId5">
    <w:r><w:t>tendons</w:t></w:r></w:hyperlink>
    <w:r><w:t>.</w:t></w:r><w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:t>1</w:t></w:r>
    <w:del><w:r><w:delText>gone</w:delText></w:r></w:del><w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t></w:r>
    <w:r><w:footnoteReference w:id="2"/></w:r></w:p>
    <w:p><w:pPr><w:numPr><w:ilvl w:val="0"/></w:numPr></w:pPr><w:r><w:fldChar w:fldCharType="begin"/></w:r>
    <w:r><w:instrText> HYPERLINK "https://doi.org/10.1000/y" </w:instrText></w:r>
    <w:r><w:fldChar w:fldCharType="separate"/></w:r>
    <w:r><w:t>A field</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>
    <w:tbl><w:tr><w:tc><w:p><w:r><w:t>cell</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"""
    rels = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="rId5" Target="https://doi.org/10.1000/x" TargetMode="External"/>'
        '<Relationship Id="rId6" Target="../../etc/passwd"/></Relationships>'
    )
    notes = (
        f'<w:footnotes xmlns:w="{W}"><w:footnote w:id="2"><w:p><w:r>'
        "<w:t>Okafor A. Rest. J Rest. 2031;1:2-3.</w:t></w:r></w:p>"
        "</w:footnote></w:footnotes>"
    )
    document = read_bytes(_with(body, rels, notes), name="a.txt")
    post = document.posts[0]
    assert (document.format, post.title) == ("docx", "Rest")
    assert [(kind, text) for kind, _, text in shown(document)] == [
        ("heading", "Rest"),
        ("paragraph", "Load helps tendons .1[2]"),
        ("list-item", "A field"),
        ("table-cell", "cell"),
        ("reference", "Okafor A. Rest. J Rest. 2031;1:2-3."),
    ]
    assert [link.href for block in post.blocks for link in block.links] == [
        "https://doi.org/10.1000/x",
        "https://doi.org/10.1000/y",
    ]
    assert [post.blocks[1].text[a:b] for a, b in post.blocks[1].superscripts] == ["1", "[2]"]


def _with(body: str, rels: str, notes: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(
            "word/document.xml", f'<w:document xmlns:w="{W}" xmlns:r="{R}"><w:body>{body}</w:body></w:document>'
        )
        archive.writestr("word/_rels/document.xml.rels", rels)
        archive.writestr("word/footnotes.xml", notes)
    return file.getvalue()


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "iso-8859-15"]
)
def test_encodings(encoding: str) -> None:
    text = "Núñez – “rest” helps the café's runners."
    if encoding == "iso-8859-15":
        text = f'<html><head><meta charset="{encoding}"></head><body><p>Núñez, 5 €: rest helps.</p></body></html>'
    block = read_bytes(text.encode(encoding), name="x.txt").posts[0].blocks[0]
    assert block.text.startswith("Núñez")
    assert "€" in block.text or "“rest”" in block.text


def test_mixed_encodings_are_read_and_said() -> None:
    document = read_bytes("Müller ".encode() + "Núñez".encode("cp1252"), name="x.txt")
    assert document.posts[0].blocks[0].text == "Müller Núñez"
    assert [problem.rule for problem in document.problems] == ["broken-encoding"]


def test_content_counts_not_the_name(tmp_path: Path) -> None:
    for name, data, kind in (
        ("a.docx", b"<html><body><p>Rest</p></body></html>", "html"),
        ("a.html", b"Just a text.", "text"),
        ("a.txt", WORDPRESS.encode(), "wordpress"),
        ("a.xml", docx("<w:p><w:r><w:t>Rest</w:t></w:r></w:p>"), "docx"),
        ("a.pdf", b"# Rest\n\nText", "text"),
    ):
        (tmp_path / name).write_bytes(data)
        assert read(tmp_path / name).format == kind


def test_many_files_collect_their_errors(tmp_path: Path) -> None:
    good, empty, bad = tmp_path / "good.md", tmp_path / "empty.txt", tmp_path / "bad.pdf"
    good.write_text("Rest helps.", encoding="utf-8")
    empty.touch()
    bad.write_bytes(b"%PDF-1.7 ...")
    documents, errors = read_many([good, empty, bad, tmp_path, tmp_path / "none.txt"])
    assert [len(document.posts) for document in documents] == [1, 0]
    assert [problem.rule for problem in documents[1].problems] == ["empty-file"]
    assert [error.found for error in errors] == ["is a PDF", "is a folder", "does not exist"]
    assert all(error.advice.endswith(".") for error in errors)


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(PAGE.encode())))
    document = read("-")
    assert (document.path, document.format) == ("-", "html")


def test_other_archives_are_named() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
    with pytest.raises(ReadError, match="OpenDocument"):
        read_bytes(file.getvalue(), name="a.docx")
