"""The text of a post within its file: what a reader sees, with the place of each character in the source.

A post was read without offsets, because no reader of HTML gives them. So the source is walked once: markup is left
out, entities become their characters, and every character that is seen knows where it stands. A citation is then found
by its words; where they do not stand exactly once, nobody guesses.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field
from html import unescape
from typing import TYPE_CHECKING

from kb.citations.read.blocks import clean

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_BLOCK = frozenset(
    (
        *(
            "address",
            "article",
            "aside",
            "blockquote",
            "br",
            "dd",
            "details",
            "div",
            "dl",
            "dt",
            "figcaption",
            "figure",
        ),
        *("footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre"),
        *("section", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul"),
    )
)
_TAG = r"</?[A-Za-z][^<>\"']{0,5000}(?:\"[^\"]{0,5000}\"[^<>\"']{0,500}|'[^']{0,5000}'[^<>\"']{0,500}){0,100}>"
_ENTITY = r"&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});"
_HTML = re.compile(
    rf"(?P<comment><!--)|(?P<raw><(?P<name>script|style|template)\b[^<>]{{0,5000}}>)|(?P<skip><[!?][^<>]{{0,5000}}>)"
    rf"|(?P<tag>{_TAG})|(?P<entity>{_ENTITY})",
    re.IGNORECASE,
)
_ADDRESS = r"(?:[^()\s<>]|\([^()\s]{0,200}\)){0,2000}"
_LINK_END = rf"\]\(\s{{0,3}}<?(?P<href>{_ADDRESS})>?(?:\s{{1,3}}\"[^\"\n]{{0,300}}\")?\s{{0,3}}\)"
_MARKDOWN = re.compile(
    rf"(?P<auto><(?=https?://)|(?<=\S)>(?=[\s.,;)]|$))|(?P<link>{_LINK_END})|(?P<open>!?\[)|(?P<escape>\\(?=[!-/:-@\[-`{{-~]))"
    rf"|(?P<comment><!--)|(?P<tag>{_TAG})|(?P<entity>{_ENTITY})",
)
_TEXT = re.compile(rf"(?P<link>{_LINK_END})|(?P<open>!?\[)")
_PATTERNS = {"html": _HTML, "markdown": _MARKDOWN, "text": _TEXT}
_HREF = re.compile(
    r"\shref\s{0,3}=\s{0,3}(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'|(?P<bare>[^\s\"'>]+))", re.IGNORECASE
)
_WORD = re.compile(r"[^\W_]+")
_GAP = r"[\W_]{0,80}?"
FORMATS = frozenset(_PATTERNS)
"""Formats of which a corrected file can be made."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """A link: the characters that are seen (in the projection), and its address in the source."""

    first: int
    last: int
    start: int
    end: int
    href: str
    quote: str


@dataclass(slots=True)
class Projection:
    """What a reader sees of a source.

    Parameters
    ----------
    source
        The file's text, line ends as they are.
    seen
        Its characters without markup.
    starts, ends
        Where each of them stands in the source; both the same for a border between blocks.
    anchors
        Its links.
    """

    source: str
    seen: str = ""
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    anchors: list[Anchor] = field(default_factory=list)

    def span(self, first: int, last: int) -> tuple[int, int] | None:
        """Place in the source of some characters; None when markup stands between them."""
        if first >= last:
            return None
        for place in range(first, last - 1):
            if self.ends[place] != self.starts[place + 1]:
                return None
        start, end = self.starts[first], self.ends[last - 1]
        return (start, end) if start < end else None

    def window(self, start: int, end: int) -> tuple[int, int]:
        """The characters of a piece of the source."""
        return bisect_left(self.starts, start), bisect_left(self.starts, end)


def project(source: str, format_: str) -> Projection:
    r"""Walk a source once.

    Examples
    --------
    >>> made = project('<p>Lee &amp; Wu, <a href="https://example.org/?a&amp;b">2020</a></p><script>x</script>', "html")
    >>> made.seen.strip(), made.anchors[0].href, made.span(1, 4)
    ('Lee & Wu, 2020', 'https://example.org/?a&b', (3, 6))
    """
    made = Projection(source)
    pieces: list[str] = []
    opened: list[tuple[int, int, int, str, str]] = []

    def add(text: str, start: int, end: int, *, one_by_one: bool) -> None:
        if one_by_one and len(clean(text)) == len(text):
            pieces.extend(text)
            made.starts.extend(range(start, end))
            made.ends.extend(range(start + 1, end + 1))
            return
        for offset, character in enumerate(text):
            if clean(character):
                pieces.append(character)
                made.starts.append(start + offset if one_by_one else start)
                made.ends.append(start + offset + 1 if one_by_one else end)
            elif made.ends:  # what nobody sees belongs to the character before it
                made.ends[-1] = start + offset + 1 if one_by_one else end

    position, hidden, pattern = 0, _Hidden(source), _PATTERNS[format_]
    while found := pattern.search(source, position):
        add(source[position : found.start()], position, found.start(), one_by_one=True)
        position = hidden.end(found)
        groups = found.groupdict()
        if groups.get("entity"):
            add(unescape(found[0]), found.start(), found.end(), one_by_one=False)
        elif groups.get("tag"):
            _tag(found, made, len(pieces), opened)
            if _name(found[0]) in _BLOCK:
                pieces.append("\n")
                made.starts.append(found.start())
                made.ends.append(found.start())
        elif groups.get("open"):
            opened.append((len(pieces), -1, -1, "", "("))
        elif groups.get("link") is not None:
            first = next((entry[0] for entry in reversed(opened) if entry[4] == "("), len(pieces))
            made.anchors.append(Anchor(first, len(pieces), *found.span("href"), found["href"], "("))
            opened.clear()
    add(source[position:], position, len(source), one_by_one=True)
    made.seen = "".join(pieces)
    return made


class _Hidden:
    """Where comments and scripts end; what has no end is looked for once, however often it begins."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._endless: set[str] = set()

    def end(self, found: re.Match[str]) -> int:
        """End of what a match begins: of the whole comment or script, else of the match."""
        groups = found.groupdict()
        if groups.get("comment"):
            closing = "-->"
        elif groups.get("raw"):
            closing = rf"</{found['name'].lower()}\b[^<>]{{0,200}}>"
        else:
            return found.end()
        over = None
        if closing not in self._endless:
            over = re.compile(closing, re.IGNORECASE).search(self._source, found.end())
        if over is None:
            self._endless.add(closing)
            return found.end()
        return over.end()


def _name(tag: str) -> str:
    found = re.match(r"</?([A-Za-z][A-Za-z0-9]*)", tag)
    return found[1].lower() if found else ""


def _tag(found: re.Match[str], made: Projection, place: int, opened: list[tuple[int, int, int, str, str]]) -> None:
    """Note where a link begins or ends."""
    tag = found[0]
    if _name(tag) != "a":
        return
    if tag.startswith("</"):
        if opened and opened[-1][4] in {'"', "'", " "}:
            first, start, end, href, quote = opened.pop()
            made.anchors.append(Anchor(first, place, start, end, href, quote))
        return
    address = _HREF.search(tag)
    if address is None:
        return
    name = address.lastgroup or "bare"
    start, end = address.span(name)
    quote = {"double": '"', "single": "'"}.get(name, " ")
    opened[:] = [entry for entry in opened if entry[4] == "("]
    opened.append((place, found.start() + start, found.start() + end, unescape(address[name]), quote))


def words_pattern(text: str) -> re.Pattern[str] | None:
    r"""A pattern for the words of a text, whatever signs and blanks stand between them; None without words.

    Examples
    --------
    >>> bool(words_pattern("(Lee et al., 2020)").search("see (Lee *et al.*,\n2020)."))
    True
    """
    words = _WORD.findall(text)
    if not words:
        return None
    return re.compile(rf"(?<![^\W_]){_GAP.join(map(re.escape, words))}(?![^\W_])")


def phrase_pattern(text: str) -> re.Pattern[str]:
    """A pattern for a phrase exactly as it stands but for its blanks, as whole words."""
    words = [re.escape(word) for word in text.split()]
    between = r"\s+"
    return re.compile(rf"(?<![^\W_]){between.join(words)}(?![^\W_])")


def occurrences(pattern: re.Pattern[str], text: str, first: int = 0, last: int | None = None) -> list[tuple[int, int]]:
    """Where a pattern stands in a part of a text."""
    return [found.span() for found in pattern.finditer(text, first, len(text) if last is None else last)]


def lines_of(source: str) -> Sequence[int]:
    r"""Offset of each line, whatever the line ends are.

    Examples
    --------
    >>> lines_of("a\r\nb\rc\n")
    [0, 3, 5, 7]
    """
    return [0, *(found.end() for found in re.finditer(r"\r\n|\r|\n", source))]


def texts_of(source: str) -> Iterator[str]:
    """Lines with their ends, parted at line feeds alone, as patch tools part them."""
    start = 0
    while start < len(source):
        end = source.find("\n", start) + 1 or len(source)
        yield source[start:end]
        start = end
