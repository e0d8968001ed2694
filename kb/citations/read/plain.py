"""Plain text -> blocks: a line is a paragraph, unless the text was wrapped; Markdown's links and headings are known."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from kb.citations.read.blocks import Block, BlockBuilder, BlockKind, PostText, mark_references

_LINK = re.compile(
    r"!?\[(?P<text>[^\[\]\n]{0,1000})\]\((?P<href>(?:[^()\s]"
    r"|\([^()\s]{0,200}\)){0,2000})(?:\s{1,3}\"[^\"\n]{0,300}\")?\)"
    r"|<(?P<auto>https?://[^<>\s]{1,2000})>"
    r"|(?P<bare>\b(?:https?://|www\.|doi\.org/|(?:m\.)?pubmed\.ncbi\.nlm\.nih\.gov/)[^\s<>\"'\]|]{1,2000})"
)
_HEADING = re.compile(r"(#{1,6})\s{1,9}(\S.*?)\s{0,9}#{0,9}\s{0,9}")
_ITEM = re.compile(r"\s{0,20}(?:[-*+•–‣◦]|(?P<number>\d{1,3})[.)])(?:\s{1,9}|$)")
_BRACKET_ITEM = re.compile(r"\s{0,9}\[\^?(?P<number>\w{1,20})\]:?\s{1,9}(?=\S)")
_RULE = re.compile(r"\s{0,9}(?:[-=_*]\s?){3,}\s{0,9}")
_DATE = re.compile(r"(?=.{0,40}\b(?:19|20)\d\d\b)[\w,:+ .-]{8,40}")
_WRAPPED_AT = 100


def read_text(text: str) -> PostText:
    r"""A plain text as one post; title, date and address are taken from its first lines when they stand there.

    Examples
    --------
    >>> post = read_text("# Rest\n2031-05-01\nhttps://example.org/rest\n\nIt helps ([trial](https://example.org/t)).")
    >>> post.title, post.date, post.url, [(b.line, b.text) for b in post.blocks]
    ('Rest', '2031-05-01', 'https://example.org/rest', [(5, 'It helps ( trial ).')])
    """
    lines = text.split("\n")
    title, date, url, start = _header(lines)
    blocks = list(_blocks(lines, start))
    if title is None and blocks and blocks[0].kind is BlockKind.HEADING:
        title = blocks[0].text
    slug = (url or "").rstrip("/").rpartition("/")[2] or None
    return PostText(title, url, date, slug, mark_references(blocks))


def _header(lines: list[str]) -> tuple[str | None, str | None, str | None, int]:
    """Title, date, address, and the index of the first line after them."""
    heading = _HEADING.fullmatch(lines[0][:400]) if lines else None
    if heading is None:
        return None, None, None, 0
    date = url = None
    index = 1
    for index in range(1, min(4, len(lines))):
        line = lines[index].strip()
        if url is None and re.fullmatch(r"https?://\S{1,2000}", line):
            url = line
        elif date is None and line and _DATE.fullmatch(line):
            date = line
        else:
            break
    return (heading[2], date, url, index) if url or date else (None, None, None, 0)


def _blocks(lines: list[str], start: int) -> Iterator[Block]:
    wrapped = _is_wrapped(lines)
    builder, kind, label, first = BlockBuilder(), BlockKind.PARAGRAPH, None, 0
    for number, line in enumerate(lines[start:], start=start + 1):
        if not line.strip() or _RULE.fullmatch(line[:200]):
            yield from builder.finish(kind, first, label=label)
            continue
        heading = _HEADING.fullmatch(line) if line.startswith("#") and len(line) < 400 else None
        item = _ITEM.match(line) or _BRACKET_ITEM.match(line)
        if heading or item or not wrapped or not builder.has_text:
            yield from builder.finish(kind, first, label=label)
            kind, label, first = BlockKind.PARAGRAPH, None, number
        else:
            builder.break_line(number)
        if heading:
            add_marked(builder, heading[2])
            yield from builder.finish(BlockKind.HEADING, number, level=len(heading[1]))
            continue
        if item:
            kind, label = BlockKind.LIST_ITEM, item["number"]
        add_marked(builder, line[item.end() :] if item else line)
    yield from builder.finish(kind, first, label=label)


def _is_wrapped(lines: list[str]) -> bool:
    """Whether lines were broken at a width, as in mails: none is long, and most paragraphs run over several."""
    lengths = [len(line.rstrip()) for line in lines if line.strip()]
    if len(lengths) < 3 or max(lengths) > _WRAPPED_AT:
        return False
    followed = sum(bool(a.strip()) and bool(b.strip()) for a, b in itertools.pairwise(lines))
    longer = sum(length > 45 for length in lengths)
    return followed * 3 > len(lengths) and longer * 3 > len(lengths)


def add_marked(builder: BlockBuilder, text: str) -> None:
    """Add a line in which links are Markdown's or bare addresses, and asterisks are emphasis."""
    position = 0
    for found in _LINK.finditer(text):
        builder.add(_bare(text[position : found.start()]))
        position = found.end()
        if found[0].startswith("!"):
            continue
        href = found["href"] if found["href"] is not None else found["auto"] or found["bare"]
        if found["bare"]:
            href = found["bare"].rstrip(".,;:!?*_")
            while href.endswith(")") and href.count("(") < href.count(")"):
                href = href[:-1].rstrip(".,;:!?*_")
            position = found.start() + len(href)
        builder.open_link(href)
        builder.add(_bare(found["text"]) if found["text"] is not None else href)
        builder.close_link()
    builder.add(_bare(text[position:]))


def _bare(text: str) -> str:
    """Without asterisks and underlines of emphasis at word borders."""
    if "*" not in text and "_" not in text:
        return text
    text = re.sub(r"(?<![\w*])(\*{1,3}|_{1,3})(?=[^\s*_])", "", text)
    return re.sub(r"(?<=[^\s*_])(\*{1,3}|_{1,3})(?![\w*])", "", text)
