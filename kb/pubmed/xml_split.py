"""The text of an answer -> the bytes of each of its records, cut at their borders without parsing them.

A search for the closing tag is exact in well-formed XML unless a comment, CDATA or processing instruction holds the
tag's text; a record with one of these is scanned instead. What lies between records is checked here, what lies inside
by the parser.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NamedTuple, NoReturn
from xml.parsers import expat

from kb.pubmed.xml_error import Kind, PubMedXmlError

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_RECORD = 24 << 20  # bytes; a record of 15,000 collaborators with affiliations has under 12 MB
MAX_GAP = 1 << 20  # bytes between records, and before the first
SETS = frozenset(("PubmedArticleSet", "PubmedBookArticleSet", "BookDocumentSet", "MedlineCitationSet"))
RECORDS = frozenset(("PubmedArticle", "PubmedBookArticle", "BookDocument", "MedlineCitation"))
DELETIONS = frozenset(("DeleteCitation", "DeleteDocument"))

_TAG = re.compile(rb"""<([A-Za-z_][\w.:-]*)((?:\s+[^\s=<>"'/]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(/?)>""")
_NAME = re.compile(rb"<([A-Za-z_][\w.:-]*)[\s/>]")
_DOCTYPE = re.compile(
    rb"""<!DOCTYPE\s+([\w.:-]+)\s*(?:(?:PUBLIC|SYSTEM)((?:\s*(?:"[^"]*"|'[^']*')){1,2}))?\s*([\[>])"""
)
_OPAQUE = re.compile(rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>", re.DOTALL)
_SPACE = re.compile(rb"[ \t\r\n]*")
_SECRET = re.compile(r"[0-9A-Za-z_-]{20,}")


class Piece(NamedTuple):
    """One element below the root: its name, its bytes, where it starts, and whether it hides comments or the like."""

    name: str
    data: bytes
    offset: int
    special: bool


def split(blocks: Iterator[bytes], name: str) -> Iterator[Piece]:
    """Yield the records and deletions of an answer.

    Parameters
    ----------
    blocks
        UTF-8 text in pieces of any size.
    name
        Name of the source, for errors.

    Raises
    ------
    PubMedXmlError
        At the first place that is no sound PubMed answer, after the pieces before it.

    Examples
    --------
    >>> answer = b"<PubmedArticleSet><PubmedArticle>1</PubmedArticle> <PubmedArticle/></PubmedArticleSet>"
    >>> [piece.data for piece in split(iter([answer[:40], answer[40:]]), "answer")]
    [b'<PubmedArticle>1</PubmedArticle>', b'<PubmedArticle/>']
    """
    return _Splitter(blocks, name).run()


class _Splitter:
    """A window on the text: ``buffer[at:]`` is what is not consumed, ``base`` the offset of ``buffer[0]``."""

    def __init__(self, blocks: Iterator[bytes], name: str) -> None:
        self.blocks, self.name = blocks, name
        self.buffer, self.at, self.base = b"", 0, 0
        self.frame, self.framed = expat.ParserCreate("utf-8"), 0  # what is around the records, checked up to here

    def run(self) -> Iterator[Piece]:
        root, closed = self._prolog()
        if root in RECORDS:
            yield self._element(root.encode())
        elif not closed:
            yield from self._children(root)
        self._misc(f"after </{root}>")
        if self.at < len(self.buffer):
            self.fail("malformed", f"more follows after </{root}>: {_shown(self.buffer[self.at : self.at + 40])}")
        self._check(self.at, final=True)

    def _children(self, root: str) -> Iterator[Piece]:
        end = re.compile(rb"</" + re.escape(root.encode()) + rb"\s*>")
        while True:
            yield from self._run_of_articles()
            self._misc(f"inside <{root}>")
            self._want(64)
            buffer, at = self.buffer, self.at
            if at >= len(buffer):
                self.fail("truncated", f"ends before </{root}>")
            if closing := end.match(buffer, at):
                self.at = closing.end()
                return
            if buffer.startswith(b"</", at) and len(buffer) - at < 64:
                self.fail("truncated", f"ends before </{root}>")
            tag = self._tag()
            child = tag.decode("utf-8", "replace")
            if child == "ERROR":
                self._ncbi_error()
            if child not in RECORDS and child not in DELETIONS:
                self.fail("not-pubmed", f"<{child}> is no record of PubMed")
            yield self._element(tag)

    def _run_of_articles(self) -> Iterator[Piece]:
        """Articles that are whole in the buffer with line ends between: nearly all, and cheaper so."""
        buffer, start = self.buffer, self.at
        while buffer.startswith(b"<PubmedArticle>", start):
            end = buffer.find(b"</PubmedArticle>", start) + 16
            if end < 16 or end - start > MAX_RECORD or self._hides(start, end):
                return
            self._check(start)
            self.framed = self.at = end
            yield Piece("PubmedArticle", buffer[start:end], self.base + start, special=False)
            gap = _SPACE.match(buffer, end)
            start = gap.end() if gap else end
            if start - end <= MAX_GAP:
                self.framed = self.at = start  # expat need not see white space

    def _tag(self) -> bytes:
        found = _NAME.match(self.buffer, self.at)
        if not found:
            rest = self.buffer[self.at : self.at + 40]
            kind: Kind = "truncated" if len(rest) < 40 and rest.startswith(b"<") and b">" not in rest else "malformed"
            self.fail(kind, f"expected a record, found {_shown(rest)}")
        return found[1]

    def _element(self, tag: bytes) -> Piece:
        """Take the element at ``self.at``, reading on until its end."""
        closing, plain = b"</" + tag, b"<" + tag + b">"
        self._want(len(plain))
        if not self.buffer.startswith(plain, self.at):
            start = self._start_tag()
            if start[3]:
                return self._take(tag, start.end(), special=False)
        searched = 0  # from self.at, which moves with the window
        while True:
            end = self.buffer.find(closing, self.at + searched)
            after = self._close(end + len(closing)) if end >= 0 else 0
            if after:
                if not self._hides(self.at, end):
                    return self._take(tag, after, special=False)
                if after := self._scan(closing):
                    return self._take(tag, after, special=True)
                searched = len(self.buffer) - self.at - len(closing)
            else:
                searched = max(0, (end if end >= 0 else len(self.buffer) - len(closing)) - self.at)
            if len(self.buffer) - self.at > MAX_RECORD:
                self.fail("too-large", f"<{tag.decode()}> has more than {MAX_RECORD:,} bytes")
            if not self._more():
                self.fail("truncated", f"ends inside <{tag.decode()}>")

    def _close(self, at: int) -> int:
        """Offset after the ``>`` that ends a closing tag, or 0 when it is not there yet."""
        after = _SPACE.match(self.buffer, at)
        end = after.end() if after else at
        return end + 1 if self.buffer.startswith(b">", end) else 0

    def _hides(self, start: int, end: int) -> bool:
        """Whether a comment, CDATA or instruction is there; single bytes first, since they are found faster."""
        buffer = self.buffer
        return (buffer.find(b"!", start, end) >= 0 and buffer.find(b"<!", start, end) >= 0) or (
            buffer.find(b"?", start, end) >= 0 and buffer.find(b"<?", start, end) >= 0
        )

    def _scan(self, closing: bytes) -> int:
        """Offset after the closing tag that is outside comments and the like, or 0 when it is not there yet."""
        token = re.compile(_OPAQUE.pattern + rb"|(" + re.escape(closing) + rb"\s*>)|<!--|<!\[CDATA\[|<\?", re.DOTALL)
        for found in token.finditer(self.buffer, self.at):
            if found[1]:
                return found.end()
            if found[0] in (b"<!--", b"<![CDATA[", b"<?"):
                return 0
        return 0

    def _take(self, tag: bytes, end: int, *, special: bool) -> Piece:
        start, self.at = self.at, end
        self._check(start)
        self.frame.Parse(b"<r/>", False)
        self.framed = end
        if end - start > MAX_RECORD:
            self.fail("too-large", f"<{tag.decode()}> has more than {MAX_RECORD:,} bytes")
        return Piece(tag.decode(), self.buffer[start:end], self.base + start, special)

    # reading on

    def _more(self) -> bool:
        block = next(self.blocks, b"")
        if not block:
            return False
        self._check(self.at)
        self.base, self.framed = self.base + self.at, 0
        self.buffer, self.at = self.buffer[self.at :] + block, 0
        return True

    def _check(self, end: int, *, final: bool = False) -> None:
        """Let expat check what is around the records, each record standing as one empty element."""
        if self.framed == end and not final:
            return
        try:
            self.frame.Parse(self.buffer[self.framed : end], final)
        except expat.ExpatError as error:
            self.at = self.framed
            self.fail("malformed", f"is not well-formed: {expat.ErrorString(error.code)}")
        self.framed = end

    def _want(self, size: int) -> bool:
        """Whether ``size`` bytes could be had from ``self.at`` on."""
        while len(self.buffer) - self.at < size:
            if not self._more():
                return False
        return True

    def _misc(self, where: str) -> None:
        """Skip white space, comments and instructions."""
        start = self.base + self.at
        while True:
            space = _SPACE.match(self.buffer, self.at)
            self.at = space.end() if space else self.at
            if self.base + self.at - start > MAX_GAP:
                self.fail("too-large", f"more than {MAX_GAP:,} bytes of nothing {where}")
            if self.at == len(self.buffer):
                if not self._more():
                    return
                continue
            self._want(4)
            if not self.buffer.startswith((b"<!--", b"<?"), self.at):
                return
            self._skip(b"-->" if self.buffer.startswith(b"<!--", self.at) else b"?>")

    def _skip(self, ending: bytes) -> None:
        while (end := self.buffer.find(ending, self.at + 2)) < 0:
            if len(self.buffer) - self.at > MAX_GAP:
                self.fail("too-large", f"a comment or instruction has more than {MAX_GAP:,} bytes")
            if not self._more():
                self.fail("truncated", "ends inside a comment or instruction")
        self.at = end + len(ending)

    # before the first record

    def _prolog(self) -> tuple[str, bool]:
        """Name of the root, and whether it is empty."""
        self._want(512)
        self._recognise()
        self._misc("before the first tag")
        if self.at >= len(self.buffer):
            self.fail("truncated", "ends before the first tag")
        if self.buffer.startswith(b"<!", self.at):
            self._doctype()
            self._misc("before the first tag")
            if self.at >= len(self.buffer):
                self.fail("truncated", "ends before the first tag")
        tag = self._start_tag()
        root = tag[1].decode("utf-8", "replace")
        if root not in RECORDS:
            if root not in SETS:
                self._foreign(root)
            self.at = tag.end()
        return root, bool(tag[3])

    def _foreign(self, root: str) -> NoReturn:
        self._ncbi_error()
        if root.lower() == "html":
            self.fail("html", "is an HTML page")
        self.fail("not-pubmed", f"is <{root}>, not a PubMed answer")

    def _recognise(self) -> None:
        head = self.buffer[:512].lstrip()
        if not head:
            while not self.buffer.strip() and len(self.buffer) < MAX_GAP and self._more():
                pass
            head = self.buffer[:512].lstrip()
        if not head:
            self.fail("empty", "is empty")
        if head[:1] in b"{[":
            self._json_error()
        if head[:14].lower() == b"<!doctype html" or head[:5].lower() == b"<html":
            self.fail("html", "is an HTML page")
        if head[:1] != b"<":
            self.fail("not-xml", f"is no XML: {_shown(head[:40])}")

    def _doctype(self) -> None:
        self._want(4096)
        found = _DOCTYPE.match(self.buffer, self.at)
        if not found:
            kind: Kind = "malformed" if self.buffer.find(b">", self.at) >= 0 else "truncated"
            self.fail(kind, f"has a broken DOCTYPE: {_shown(self.buffer[self.at : self.at + 60])}")
        if found[1].lower() == b"html":
            self.fail("html", "is an HTML page")
        if found[3] == b"[":
            entity = b"<!ENTITY" in self.buffer[self.at : self.at + 65536]
            what = "declares entities in its DOCTYPE" if entity else "has declarations in its DOCTYPE"
            self.fail("entity" if entity else "doctype", what)
        self.at = found.end()

    def _start_tag(self) -> re.Match[bytes]:
        while self.buffer.find(b">", self.at) < 0 and len(self.buffer) - self.at < MAX_GAP and self._more():
            pass
        found = _TAG.match(self.buffer, self.at)
        if not found:
            rest = self.buffer[self.at : self.at + 60]
            kind: Kind = "malformed" if self.buffer.find(b">", self.at) >= 0 else "truncated"
            self.fail(kind, f"has a broken tag: {_shown(rest)}")
        return found

    # answers that are errors

    def _ncbi_error(self) -> None:
        self._want(4096)
        found = re.search(
            rb"<(ERROR|error|ErrorMessage)\b[^>]*>(.*?)</\1", self.buffer[self.at : self.at + 4096], re.DOTALL
        )
        if found:
            self.fail("ncbi-error", f"NCBI says: {_shown(found[2], 200)}")

    def _json_error(self) -> NoReturn:
        self._want(4096)
        try:
            data = json.loads(self.buffer[:4096])
        except ValueError:
            data = None
        error = data.get("error") or data.get("esearchresult", {}).get("ERROR") if isinstance(data, dict) else None
        if isinstance(error, str):
            self.fail("json", f"is JSON, and NCBI says: {_shown(error.encode(), 200)}")
        self.fail("json", "is JSON, not XML")

    def fail(self, kind: Kind, what: str) -> NoReturn:
        """Refuse the answer at ``self.at``."""
        raise PubMedXmlError(self.name, kind, what, self.base + self.at)


def _shown(text: bytes, width: int = 60) -> str:
    """The start of a text on one line; what could be a key is hidden."""
    line = " ".join(text.decode("utf-8", "replace").split())
    printable = "".join(ch if ch.isprintable() else "\N{REPLACEMENT CHARACTER}" for ch in line[:width])
    return "'" + _SECRET.sub("…", printable) + "'"
