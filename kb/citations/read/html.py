"""HTML -> blocks: the text a reader sees, by a streaming parser that runs, fetches and expands nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from lxml import etree

from kb.citations.read.blocks import Block, BlockBuilder, BlockKind, PostText, mark_references

_CHUNK = 1 << 16
_HEADINGS = {f"h{n}": n for n in range(1, 7)}
_BLOCKS = frozenset(
    str.split(
        "p div section article main header footer aside nav blockquote figure figcaption pre address details "
        "summary table tr td th caption ul ol li dl dt dd body html center hr fieldset"
    )
) | frozenset(_HEADINGS)
# What is drawn by scripts, filled in by the reader, or not drawn at all.
_NO_TEXT = frozenset(
    str.split(
        "script style template noscript iframe object embed svg canvas math audio video map select option datalist "
        "button textarea head nav dialog menu rp"
    )
)
_NO_TEXT_OUTSIDE = frozenset({"header", "footer", "aside", "form"})
_NO_TEXT_NAMES = frozenset(
    str.split(
        "comments comment-list commentlist comments-area comment-respond respond disqus_thread sqs-comments "
        "squarespace-comments fb-comments screen-reader-text sr-only visually-hidden visuallyhidden breadcrumb "
        "breadcrumbs site-header site-footer site-navigation navigation post-navigation pagination skip-link "
        "sharedaddy related-posts jp-relatedposts cookie-banner cookie-notice sqs-cookie-banner-v2 widget-area "
        "sidebar"
    )
)
_NO_TEXT_ROLES = frozenset({"navigation", "banner", "contentinfo", "search", "dialog", "alertdialog", "menu"})
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|font-size\s*:\s*0(?:[a-z%]{0,3})\s*(?:;|!|$)",
    re.IGNORECASE,
)
_GAP_AFTER = frozenset({"p", "li"}) | frozenset(_HEADINGS)


@dataclass(slots=True)
class _Open:
    """An element that is open: what it changes, to be undone when it ends."""

    tag: str
    hides: bool = False
    region: int = 0
    number: int = 0
    numbered: bool = False


@dataclass(slots=True)
class _Page:
    """What a page says of itself."""

    title: str | None = None
    heading: str | None = None
    url: str | None = None
    date: str | None = None


@dataclass(slots=True)
class _State:
    open: list[_Open] = field(default_factory=list)
    hidden: int = 0
    region: int = 0
    lists: list[_Open] = field(default_factory=list)
    items: list[str | None] = field(default_factory=list)
    cells: int = 0
    heading: int = 0


class Reader:
    """Target of lxml's parser (its ``start``, ``data`` and ``end`` calls); collects blocks.

    Parameters
    ----------
    first_line
        Line of the first block.
    fragment
        The content of one post, as in an export: all of it is text, and its line ends count, as in
        :func:`kb.citations.read.blocks.render`.
    paragraphs_by_newline
        Two line ends outside any paragraph start a new one, as WordPress shows them.
    """

    def __init__(self, first_line: int = 1, *, fragment: bool = False, paragraphs_by_newline: bool = False) -> None:
        self.page = _Page()
        self.regions: list[tuple[int, Block]] = []
        self._state = _State()
        self._builder = BlockBuilder()
        self._line, self._gap, self._started = first_line, 0, False
        self._block_line = first_line
        self._fragment, self._newlines = fragment, paragraphs_by_newline
        self._title: list[str] | None = None

    # --- called by the parser -------------------------------------------------------------------------------------

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""
        state = self._state
        here = _Open(tag, hides=self._hides(tag, attributes))
        state.open.append(here)
        self._page_fact(tag, attributes)
        if here.hides:
            state.hidden += 1
        if state.hidden:
            return
        if tag in _BLOCKS:
            self._flush()
            self._start_block(here, attributes)
        elif tag == "a" and attributes.get("href") is not None:
            self._builder.open_link(attributes["href"].strip()[:4096])
        elif tag in {"sup", "em", "i", "cite"}:
            self._builder.open_mark("sup" if tag == "sup" else "em")
        elif tag == "br" and self._builder.has_text:
            self._flush(inside=True)
            self._gap += 1

    def data(self, text: str) -> None:
        """Characters; the parser may give them in pieces."""
        if self._title is not None:
            self._title.append(text)
        if self._state.hidden or (self._state.open and self._state.open[-1].tag == "title"):
            return
        blank = not text.strip()
        if blank and not self._builder.has_text:
            if self._fragment:
                self._gap += text.count("\n")
            return
        if self._newlines and "\n\n" in text and self._is_loose():
            first, *others = re.split(r"\n\s*\n", text)
            self._add(first)
            for part in others:
                self._flush()
                self._gap += 1
                self._add(part)
            return
        self._add(text)

    def end(self, tag: str) -> None:
        """An element ends."""
        state = self._state
        if tag == "title" and self._title is not None:
            self.page.title = self.page.title or " ".join("".join(self._title).split()) or None
            self._title = None
        if not state.open:
            return
        here = state.open.pop()
        if not state.hidden:
            self._end_visible(here)
        if here.hides:
            state.hidden -= 1

    def comment(self, text: str) -> None:
        """A comment is no text."""

    def pi(self, target: str, data: str | None = None) -> None:
        """A processing instruction is no text."""

    def close(self) -> Reader:
        """The end of the file."""
        self._flush()
        return self

    # --- blocks ---------------------------------------------------------------------------------------------------

    def _start_block(self, here: _Open, attributes: Mapping[str, str]) -> None:
        state, tag = self._state, here.tag
        if tag in _HEADINGS:
            self._gap += 2
            state.heading = _HEADINGS[tag]
        elif tag in {"ol", "ul"}:
            here.numbered = tag == "ol"
            start = attributes.get("start", "1")
            here.number = int(start) if start.isascii() and start.isdigit() and len(start) < 6 else 1
            state.lists.append(here)
        elif tag == "li":
            self._gap += 1
            label = None
            if state.lists and state.lists[-1].numbered:
                label = str(state.lists[-1].number)
                state.lists[-1].number += 1
            state.items.append(label)
        elif tag in {"td", "th"}:
            state.cells += 1
        region = 2 if tag == "main" or attributes.get("role") == "main" else int(tag == "article")
        if region > state.region:
            here.region, state.region = state.region + 1, region  # what it was, plus one, to be put back

    def _end_visible(self, here: _Open) -> None:
        state, tag = self._state, here.tag
        if tag == "a":
            self._builder.close_link()
        elif tag in {"sup", "em", "i", "cite"}:
            self._builder.close_mark("sup" if tag == "sup" else "em")
        if tag not in _BLOCKS:
            return
        self._flush()
        if tag in _GAP_AFTER:
            self._gap += 1
        if tag in _HEADINGS:
            state.heading = 0
        elif tag in {"ol", "ul"} and state.lists:
            state.lists.pop()
        elif tag == "li" and state.items:
            state.items.pop()
        elif tag in {"td", "th"}:
            state.cells -= 1
        elif tag == "tr":
            self._gap += 1
        if here.region:
            state.region = here.region - 1

    def _add(self, text: str) -> None:
        if not self._builder.has_text and text.strip():
            if self._started:
                self._line += min(self._gap, 2)
            self._started, self._gap = True, 0
            self._block_line = self._line
        self._builder.add(text)

    def _flush(self, *, inside: bool = False) -> None:
        had_text = self._builder.has_text
        state = self._state
        label = state.items[-1] if state.items else None
        for block in self._builder.finish(
            self._kind(), self._block_line, label=label, level=state.heading, keep_open=True
        ):
            self.regions.append((state.region, block))
            if block.kind is BlockKind.HEADING and block.level == 1 and self.page.heading is None:
                self.page.heading = block.text
        if had_text and not inside and not self._gap and not self._fragment and not self._state.cells:
            self._gap = 1  # a block of its own, whatever its tag

    def _kind(self) -> BlockKind:
        state = self._state
        if state.heading:
            return BlockKind.HEADING
        if state.cells:
            return BlockKind.TABLE_CELL
        return BlockKind.LIST_ITEM if state.items else BlockKind.PARAGRAPH

    def _is_loose(self) -> bool:
        return not any(item.tag in _GAP_AFTER or item.tag == "pre" for item in self._state.open[-8:])

    # --- what is not text -----------------------------------------------------------------------------------------

    def _hides(self, tag: str, attributes: Mapping[str, str]) -> bool:
        if tag in _NO_TEXT:
            return not (tag == "dialog" and "open" in attributes)
        if not attributes:
            return tag in _NO_TEXT_OUTSIDE and not self._fragment and not self._state.region
        if tag in _NO_TEXT_OUTSIDE and not self._fragment and not self._state.region and tag != "form":
            return True
        if "hidden" in attributes or attributes.get("role", "") in _NO_TEXT_ROLES:
            return True
        style = attributes.get("style", "")
        if style and _HIDDEN.search(style[:2000]):
            return True
        names = f"{attributes.get('class', '')} {attributes.get('id', '')}"[:2000].lower().split()
        return not _NO_TEXT_NAMES.isdisjoint(names) and tag not in {"body", "html", "main", "article"}

    def _page_fact(self, tag: str, attributes: Mapping[str, str]) -> None:
        if self._fragment:
            return
        page = self.page
        if tag == "title" and page.title is None and self._title is None and "svg" not in self._open_tags():
            self._title = []
        elif tag == "link" and "canonical" in attributes.get("rel", "").lower().split():
            page.url = page.url or attributes.get("href") or None
        elif tag == "meta":
            name = (attributes.get("property") or attributes.get("name") or attributes.get("itemprop") or "").lower()
            value = attributes.get("content", "").strip() or None
            if name == "og:url":
                page.url = page.url or value
            elif name == "og:title":
                page.title = value or page.title
            elif name in {"article:published_time", "datepublished", "date", "dc.date", "citation_publication_date"}:
                page.date = page.date or value
        elif tag == "time" and self._state.region:
            page.date = page.date or attributes.get("datetime")

    def _open_tags(self) -> set[str]:
        return {item.tag for item in self._state.open[-8:]}


def _parse(reader: Reader, data: bytes) -> Reader:
    parser = etree.HTMLParser(target=cast("Any", reader), encoding="utf-8", no_network=True, huge_tree=True)
    try:
        for start in range(0, len(data), _CHUNK):
            parser.feed(data[start : start + _CHUNK])
        parser.close()
    except etree.XMLSyntaxError:  # nothing but blanks or comments
        reader.close()
    return reader


def read_fragment(html: str, first_line: int, *, paragraphs_by_newline: bool = False) -> tuple[Block, ...]:
    """Blocks of the content of one post.

    Examples
    --------
    >>> blocks = read_fragment("<h2>Why</h2><ul><li><p>Rest <a href='/x'>helps</a>.</p></li></ul><script>x</script>", 5)
    >>> [(b.kind.value, b.line, b.text) for b in blocks]
    [('heading', 5, 'Why'), ('list-item', 7, 'Rest helps .')]
    """
    reader = Reader(first_line, fragment=True, paragraphs_by_newline=paragraphs_by_newline)
    body = f"<body>{html}</body>".encode("utf-8", "replace")
    return mark_references([block for _, block in _parse(reader, body).regions])


def read_page(data: bytes) -> PostText:
    """A page: its main part (``main``, else ``article``, else all that is not navigation) as one post."""
    reader = _parse(Reader(), data)
    best = max((region for region, block in reader.regions if block.text), default=0)
    blocks = [block for region, block in reader.regions if region >= best]
    first = blocks[0].line - 1 if blocks else 0
    if first:
        from dataclasses import replace

        blocks = [replace(block, line=max(1, block.line - first)) for block in blocks]
    page = reader.page
    slug = (page.url or "").rstrip("/").rpartition("/")[2] or None
    return PostText(page.heading or page.title, page.url, page.date, slug, mark_references(blocks))
