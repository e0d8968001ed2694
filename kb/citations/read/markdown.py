"""Markdown -> blocks, by markdown-it-py, with the lines of the file; footnotes are references."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from kb.citations.read.blocks import Block, BlockBuilder, BlockKind, PostText, mark_references

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_FRONT = re.compile(
    r"^(title|date|published|url|permalink|canonical|canonical_url|slug)\s*:\s*(.{1,500})$", re.MULTILINE
)
_ANCHOR = re.compile(r"<a\s[^>]{0,2000}?href\s{0,3}=\s{0,3}[\"']?([^\"'\s>]{1,2000})", re.IGNORECASE)


_MOST_MARKS = 1000


@dataclass(slots=True)
class _Place:
    """Where in the document the walk is."""

    items: list[str | None] = field(default_factory=list)
    lists: list[int | None] = field(default_factory=list)
    heading: int = 0
    cells: int = 0
    footnote: str | None = None
    line: int = 1


def read_markdown(text: str) -> PostText:
    r"""A Markdown file as one post.

    Examples
    --------
    >>> post = read_markdown("---\ntitle: Rest\n---\n# Why\n\nIt *helps*\n[runners](https://example.org).\n")
    >>> post.title, [(b.line, b.text, b.emphasis) for b in post.blocks]
    ('Rest', [(4, 'Why', ()), (6, 'It helps runners .', ((3, 8),))])
    """
    if any(
        part.count(mark) > _MOST_MARKS for part in text.split("\n\n") if len(part) > _MOST_MARKS for mark in "[*_<&`!"
    ):
        from kb.citations.read.plain import read_text

        return read_text(text)  # no prose; markdown-it would look for partners of each mark again and again
    blocks = list(_walk(_parser().parse(text)))
    facts: dict[str, str] = {}
    if text.startswith("---\n") and (end := text.find("\n---", 4)) > 0:
        facts = {name: value.strip("\"' ") for name, value in _FRONT.findall(text[4 : min(end, 20_000)])}
    title = facts.get("title") or next((b.text for b in blocks if b.kind is BlockKind.HEADING), None)
    url = facts.get("url") or facts.get("permalink") or facts.get("canonical") or facts.get("canonical_url")
    date = facts.get("date") or facts.get("published")
    return PostText(title, url, date, facts.get("slug"), mark_references(blocks))


def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt
    from mdit_py_plugins.footnote import footnote_plugin
    from mdit_py_plugins.front_matter import front_matter_plugin

    parser = MarkdownIt("commonmark", {"html": True, "maxNesting": 40}).enable("table")
    return parser.use(front_matter_plugin).use(footnote_plugin)


def _walk(tokens: Sequence[Token]) -> Iterator[Block]:
    place, builder = _Place(), BlockBuilder()
    html: list[tuple[int, str]] = []
    for token in tokens:
        if token.map:
            place.line = token.map[0] + 1
        if token.type == "html_block":
            html.append((place.line, token.content))
            continue
        if html and token.nesting >= 0 and token.type != "inline":
            yield from _html(html)
            html = []
        _step(token, place)
        if token.type == "inline":
            _inline(token.children or (), builder, place.line)
        elif token.type in {"fence", "code_block"}:
            for offset, line in enumerate(token.content.split("\n")):
                builder.add(line)
                yield from builder.finish(BlockKind.PARAGRAPH, place.line + offset + (token.type == "fence"))
        if token.type == "inline":
            yield from builder.finish(_kind(place), place.line, label=_label(place), level=place.heading)
    yield from _html(html)


def _step(token: Token, place: _Place) -> None:
    """Enter or leave a heading, list, cell or footnote."""
    name, nesting = token.type.rpartition("_")[0], token.nesting
    if name == "heading":
        place.heading = int(token.tag[1]) if nesting > 0 else 0
    elif name in {"th", "td"}:
        place.cells += nesting
    elif name in {"ordered_list", "bullet_list"}:
        if nesting > 0:
            place.lists.append(int(token.attrGet("start") or 1) if name == "ordered_list" else None)
        elif place.lists:
            place.lists.pop()
    elif name == "list_item":
        if nesting > 0:
            place.items.append(token.info or None if place.lists and place.lists[-1] is not None else None)
        elif place.items:
            place.items.pop()
    elif token.type == "footnote_open":
        place.footnote = str(token.meta.get("label") or int(token.meta.get("id", 0)) + 1)
    elif token.type == "footnote_close":
        place.footnote = None


def _kind(place: _Place) -> BlockKind:
    if place.footnote is not None:
        return BlockKind.REFERENCE
    if place.heading:
        return BlockKind.HEADING
    if place.cells:
        return BlockKind.TABLE_CELL
    return BlockKind.LIST_ITEM if place.items else BlockKind.PARAGRAPH


def _label(place: _Place) -> str | None:
    return place.footnote or (place.items[-1] if place.items else None)


def _inline(tokens: Sequence[Token], builder: BlockBuilder, line: int) -> None:
    """The words of one block. Footnote marks become raised characters in brackets."""
    linked = False
    for token in tokens:
        kind = token.type
        linked = kind == "link_open" or (linked and kind != "link_close")
        if kind in {"text", "code_inline", "text_special"}:
            (builder.add if linked else partial(_bare_links, builder))(token.content)
        elif kind in {"softbreak", "hardbreak"}:
            line += 1
            builder.break_line(line)
        elif kind == "link_open":
            builder.open_link(str(token.attrGet("href") or ""))
        elif kind == "link_close":
            builder.close_link()
        elif kind in {"em_open", "em_close"}:
            (builder.open_mark if kind == "em_open" else builder.close_mark)("em")
        elif kind == "footnote_ref":
            meta = token.meta or {}
            builder.open_mark("sup")
            builder.add(f"[{meta.get('label') or int(meta.get('id', 0)) + 1}]")
            builder.close_mark("sup")
        elif kind == "html_inline":
            _inline_html(builder, token.content)


def _bare_links(builder: BlockBuilder, text: str) -> None:
    if "http" in text or "www." in text or "doi.org" in text or "pubmed" in text:
        from kb.citations.read.plain import add_marked

        if text[:1].isspace():
            builder.space()
        add_marked(builder, text)
    else:
        builder.add(text)


def _inline_html(builder: BlockBuilder, tag: str) -> None:
    name = tag.strip("</> \n").split(maxsplit=1)[0].lower() if tag.strip("</> \n") else ""
    if found := _ANCHOR.match(tag):
        builder.open_link(found[1])
    elif name == "a" and tag.startswith("</"):
        builder.close_link()
    elif name in {"sup", "em", "i", "cite"}:
        mark = "sup" if name == "sup" else "em"
        (builder.close_mark if tag.startswith("</") else builder.open_mark)(mark)
    elif name == "br":
        builder.space()


def _html(pieces: list[tuple[int, str]]) -> Iterator[Block]:
    """Blocks of HTML between Markdown; all of one piece are on its first line."""
    from dataclasses import replace

    from kb.citations.read.html import read_fragment

    for line, text in pieces:
        for block in read_fragment(text, 1):
            yield replace(block, line=line)
