"""A post as it was read: blocks in order, each with its plain text, its links and its line."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeVar

from kb.problems import Problem

T = TypeVar("T")
Span = tuple[int, int]
"""Start and end (exclusive), in characters of a block's text."""


class BlockKind(StrEnum):
    """What a block is on the page."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST_ITEM = "list-item"
    TABLE_CELL = "table-cell"
    REFERENCE = "reference"


@dataclass(frozen=True, slots=True)
class Link:
    """A link of a block: target as written in the file, and the characters it covers (none for an image)."""

    href: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph, heading, list item, table cell or entry of a reference list.

    Parameters
    ----------
    text
        Plain text, blanks collapsed. A link's text has a blank on both sides, as in :func:`kb.text.strip_links`, so
        that the sentences of a page and of its Markdown have the same locators.
    line
        1-based line of the block's first character: of the file for text and Markdown, else of the text of the post
        (see :func:`render`).
    links, superscripts, emphasis
        Where links, raised and slanted characters stand in ``text``.
    label
        What a list or footnote prints before the entry, e.g. ``"3"``.
    level
        Depth of a heading, 1 to 6; 0 otherwise.
    breaks
        (offset, line) of each further line of the file that the block runs over.
    """

    kind: BlockKind
    text: str
    line: int
    links: tuple[Link, ...] = ()
    superscripts: tuple[Span, ...] = ()
    emphasis: tuple[Span, ...] = ()
    label: str | None = None
    level: int = 0
    breaks: tuple[tuple[int, int], ...] = ()

    def line_at(self, offset: int) -> int:
        """Line of a character of the block.

        Examples
        --------
        >>> Block(BlockKind.PARAGRAPH, "one two", 3, breaks=((4, 4),)).line_at(5)
        4
        """
        if not self.breaks:
            return self.line
        index = bisect_right(self.breaks, (offset, 1 << 60))
        return self.breaks[index - 1][1] if index else self.line


@dataclass(frozen=True, slots=True)
class PostText:
    """One post, page or draft as it was read; what the file does not say is None."""

    title: str | None
    url: str | None
    date: str | None
    slug: str | None
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """One file as it was read.

    Parameters
    ----------
    path
        The name by which the person gave it; ``-`` for standard input.
    format
        What it turned out to be: ``rss``, ``wordpress``, ``atom``, ``html``, ``markdown``, ``docx`` or ``text``.
    posts
        The posts it holds, in order; an empty file holds none.
    problems
        What could not be read well: other encodings within the file, a file cut short, ...
    """

    path: str
    format: str
    posts: tuple[PostText, ...]
    problems: tuple[Problem, ...] = ()


def render(post: PostText) -> str:
    r"""The post's text, one block a line, links as Markdown: what ``line`` counts where the file has no lines.

    Examples
    --------
    >>> block = Block(BlockKind.LIST_ITEM, "see the trial here", 2, (Link("https://example.org", 4, 13),))
    >>> render(PostText("Rest", None, None, None, (block,)))
    '\n- see [the trial](https://example.org) here'
    """
    lines: list[str] = []
    for block in post.blocks:
        lines.extend("" for _ in range(block.line - 1 - len(lines)))
        prefix = {BlockKind.HEADING: "## ", BlockKind.LIST_ITEM: "- "}.get(block.kind, "")
        shown, position = [prefix], 0
        for link in block.links:
            if link.start >= position:
                shown += [block.text[position : link.start], f"[{block.text[link.start : link.end]}]({link.href})"]
                position = link.end
        text = "".join([*shown, block.text[position:]])
        if len(lines) >= block.line:  # table cells share a line
            lines[block.line - 1] += f" {text}"
        else:
            lines.append(text)
    return "\n".join(lines)


_HEADING = re.compile(
    r"(?:(?:selected|key|scientific|further|additional|cited|research|full)\s+)?"
    r"(?:references?|sources?|bibliography|works cited|literature(?: cited)?|citations?|endnotes|footnotes|notes"
    r"|reading"
    r"|studies(?: cited)?|research cited|literatur(?:verzeichnis)?|quellen|referenties|bronnen|literatuur|références"
    r"|bibliographie|referencias|bibliografía)"
    r"(?:\s+(?:and|&)\s+(?:further reading|references?|sources?|notes|citations?|links|resources))?\s*:?",
    re.IGNORECASE,
)
_LONGEST_HEADING = 60


def is_reference_heading(text: str) -> bool:
    """Whether a heading announces a list of references.

    Examples
    --------
    >>> is_reference_heading("References & Further Reading:"), is_reference_heading("Sources of pain")
    (True, False)
    """
    return len(text) <= _LONGEST_HEADING and _HEADING.fullmatch(text.strip(" *_")) is not None


def mark_references(blocks: list[Block]) -> tuple[Block, ...]:
    """Blocks with those under a heading such as "References" marked as entries, up to the next heading of its rank.

    A paragraph that only says "Sources:" counts as a heading.
    """
    marked: list[Block] = []
    level = 0
    for block in blocks:
        heading = block.kind is BlockKind.HEADING
        if is_reference_heading(block.text) and (heading or block.kind is BlockKind.PARAGRAPH):
            level = block.level or 6
            marked.append(block if heading else replace(block, kind=BlockKind.HEADING, level=6))
            continue
        if heading and block.level <= level:
            level = 0
        if level and not heading and block.kind is not BlockKind.TABLE_CELL:
            marked.append(replace(block, kind=BlockKind.REFERENCE))
        else:
            marked.append(block)
    return tuple(marked)


class BlockBuilder:
    """Collects the characters of a block as a parser meets them; blanks collapse, links and marks become spans."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._blank = True
        self._links: list[Link] = []
        self._open_link: tuple[str, int] | None = None
        self._marks: dict[str, list[Span]] = {"sup": [], "em": []}
        self._open_marks: dict[str, int] = {}
        self._breaks: list[tuple[int, int]] = []

    @property
    def length(self) -> int:
        """Characters so far."""
        return self._length

    @property
    def has_text(self) -> bool:
        """Whether anything but blanks was added."""
        return bool(self._parts)

    def add(self, text: str) -> None:
        """Add text as it stands in the source; any run of blanks counts as one."""
        text = clean(text)
        words = text.split()
        if not words:
            if text:
                self.space()
            return
        if text[0].isspace():
            self.space()
        joined = " ".join(words)
        self._parts.append(joined)
        self._length += len(joined)
        self._blank = False
        if text[-1].isspace():
            self.space()

    def space(self) -> None:
        """A blank, unless one is there already."""
        if not self._blank:
            self._parts.append(" ")
            self._length += 1
            self._blank = True

    def break_line(self, line: int) -> None:
        """The text goes on on another line of the file."""
        self.space()
        self._breaks.append((self._length, line))

    def open_link(self, href: str) -> None:
        """A link begins."""
        self.close_link()
        self.space()
        self._open_link = (href, self._length)

    def close_link(self) -> str | None:
        """The link ends; its target, or None if none was open."""
        if self._open_link is None:
            return None
        href, start = self._open_link
        end = self._length - 1 if self._blank and self._length > start else self._length
        self._links.append(Link(href, start, end))
        self._open_link = None
        self.space()
        return href

    def open_mark(self, name: str) -> None:
        """Raised (``sup``) or slanted (``em``) characters begin."""
        self._open_marks.setdefault(name, self._length)

    def close_mark(self, name: str) -> None:
        """They end."""
        start = self._open_marks.pop(name, None)
        if start is not None and self._length > start:
            self._marks[name].append((start, self._length))

    def finish(
        self, kind: BlockKind, line: int, *, label: str | None = None, level: int = 0, keep_open: bool = False
    ) -> Iterator[Block]:
        """The block, if it has text, or its parts when it is longer than any paragraph; then start anew.

        ``keep_open`` carries an open link and open marks over into the next block.
        """
        marks = tuple(self._open_marks)
        href = self.close_link()
        for name in marks:
            self.close_mark(name)
        text = "".join(self._parts).rstrip()
        if text or self._links:
            block = Block(
                kind=kind,
                text=text,
                line=line,
                links=tuple(self._links),
                superscripts=tuple(self._marks["sup"]),
                emphasis=tuple(self._marks["em"]),
                label=label,
                level=level,
                breaks=tuple(self._breaks),
            )
            yield from split_long(block)
        self.__init__()  # type: ignore[misc]
        if keep_open:
            if href is not None:
                self.open_link(href)
            for name in marks:
                self.open_mark(name)


_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\0"))


def clean(text: str) -> str:
    """Text without the characters nobody sees: soft hyphens, zero-width blanks and joiners, direction marks.

    Examples
    --------
    >>> clean("ten\u00addon\u200b")
    'tendon'
    """
    return text if text.isascii() and "\0" not in text else text.translate(_INVISIBLE)


LONGEST = 10_000
"""Characters of a block. No paragraph is longer; cutting there bounds the cost of whatever looks at a block."""


def split_long(block: Block) -> Iterator[Block]:
    """The block, cut at blanks where it is longer than :data:`LONGEST`.

    Examples
    --------
    >>> [len(b.text) for b in split_long(Block(BlockKind.PARAGRAPH, "word " * 3000, 1))]
    [9999, 5001]
    """
    text, start = block.text, 0
    if len(text) <= LONGEST:
        yield block
        return
    links, sups, ems = deque(block.links), deque(block.superscripts), deque(block.emphasis)
    breaks = deque(block.breaks)
    while start < len(text):
        end = start + LONGEST
        if end < len(text):
            blank = text.rfind(" ", start + LONGEST // 2, end)
            end = blank if blank > 0 else end
        stop = min(end, len(text))
        yield replace(
            block,
            text=text[start:stop],
            line=block.line_at(start),
            links=tuple(
                replace(x, start=max(x.start, start) - start, end=max(min(x.end, stop), start) - start)
                for x in _take(links, stop, lambda link: link.start)
            ),
            superscripts=tuple((a - start, min(b, stop) - start) for a, b in _take(sups, stop, lambda span: span[0])),
            emphasis=tuple((a - start, min(b, stop) - start) for a, b in _take(ems, stop, lambda span: span[0])),
            breaks=tuple((at - start, line) for at, line in _take(breaks, stop, lambda item: item[0])),
        )
        start = stop


def _take(items: deque[T], stop: int, start_of: Callable[[T], int]) -> Iterator[T]:
    """Take off the items that start before a place."""
    while items and start_of(items[0]) < stop:
        yield items.popleft()
