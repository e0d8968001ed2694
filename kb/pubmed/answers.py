"""What an answer of Entrez is before anybody believes it: whole, of the right kind, free of tricks; split by record."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from typing import Any
from xml.parsers import expat

from kb.problems import KbError

EMPTY = b'<?xml version="1.0" ?>\n<PubmedArticleSet></PubmedArticleSet>\n'
_RECORDS = {"PubmedArticle", "PubmedBookArticle"}
_HTML = re.compile(
    rb"^(?:\xef\xbb\xbf)?\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL
)
_DEEPEST = 200  # elements in elements; PubMed uses about 15

# NCBI says "backend trouble" in many ways, some of them with status 200 or 400.
_PASSING = re.compile(
    r"proxy_stream|backend|unable to (?:open|connect|obtain)|failed to connect|could ?n.t (?:resolve|connect)|"
    r"try again|time[d -]*out|temporar|unavailable|server error|c\+\+ exception|error forwarding|unable to route|"
    r"rate limit|too many requests|is not (?:available|supported) at this time|bad gateway",
    re.IGNORECASE,
)
_FINAL = re.compile(r"cannot be larger|can only retrieve the first|out of range|unable to obtain query", re.IGNORECASE)
NO_IDS = re.compile(r"id list is empty|empty id list|possibly it has no correct ids", re.IGNORECASE)


class AnswerError(KbError):
    """An answer that cannot be used.

    Parameters
    ----------
    reason
        What is wrong with it.
    again
        Whether asking again may help.
    """

    def __init__(self, reason: str, *, again: bool = True) -> None:
        self.reason, self.again = reason, again
        super().__init__(reason)


@dataclass(slots=True)
class _Seen:
    """What one pass over the bytes found."""

    root: str = ""
    error: str | None = None  # text of an <ERROR> just below the root
    records: tuple[tuple[str, int, int], ...] = ()  # PMID, first and last byte


def is_html(body: bytes) -> bool:
    """Whether an answer is a web page.

    Examples
    --------
    >>> is_html(b"<!DOCTYPE html><html>"), is_html(b"<?xml version='1.0'?><a/>")
    (True, False)
    """
    return _HTML.match(body[:2048]) is not None


def is_passing(text: str) -> bool:
    """Whether what Entrez says in words will pass, so that asking again may help."""
    return bool(_PASSING.search(text)) and not _FINAL.search(text)


def inspect_xml(body: bytes) -> _Seen:
    """Go once over XML: well-formed, UTF-8, without entities; where the records are.

    Raises
    ------
    AnswerError
        Otherwise.
    """
    if is_html(body):
        reason = "a web page came instead of XML"
        raise AnswerError(reason)
    walk = _Walk(body)
    try:
        walk.parser.Parse(body, True)
    except expat.ExpatError as error:
        cut = error.code in (expat.errors.codes[expat.errors.XML_ERROR_NO_ELEMENTS], _UNCLOSED, _PARTIAL)
        line = f", line {error.lineno}"
        reason = "the answer is cut off" if cut else f"broken XML ({expat.errors.messages[error.code]}{line})"
    else:
        return _Seen(walk.root, walk.error, tuple(walk.records))
    raise AnswerError(reason)


_UNCLOSED = expat.errors.codes[expat.errors.XML_ERROR_UNCLOSED_TOKEN]
_PARTIAL = expat.errors.codes[expat.errors.XML_ERROR_PARTIAL_CHAR]


class _Walk:
    """The handlers of one pass."""

    def __init__(self, body: bytes) -> None:
        self.body, self.root = body, ""
        self.error: str | None = None
        self.records: list[tuple[str, int, int]] = []
        self._path: list[str] = []
        self._begin, self._pmid = 0, ""
        self._text: list[str] | None = None
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._data
        self.parser.EntityDeclHandler = self._entity
        self.parser.SkippedEntityHandler = self._entity
        self.parser.XmlDeclHandler = self._declaration

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        del attributes
        self._path.append(name)
        depth = len(self._path)
        if depth == 1:
            self.root = name
        elif depth == 2 and name in _RECORDS:
            self._begin, self._pmid = self.parser.CurrentByteIndex, ""
        elif (depth == 2 and name == "ERROR") or (self._is_pmid() and not self._pmid):
            self._text = []
        elif depth > _DEEPEST:
            reason = f"XML nested more than {_DEEPEST} deep"
            raise AnswerError(reason, again=False)

    def _is_pmid(self) -> bool:
        return (
            len(self._path) == 4
            and self._path[1] in _RECORDS
            and self._path[2] in {"MedlineCitation", "BookDocument"}
            and self._path[3] == "PMID"
        )

    def _end(self, name: str) -> None:
        if self._text is not None and name in {"ERROR", "PMID"}:
            text, self._text = "".join(self._text).strip(), None
            if name == "ERROR":
                self.error = text
            else:
                self._pmid = text
        if len(self._path) == 2 and name in _RECORDS:
            end = self.body.index(b">", self.parser.CurrentByteIndex) + 1
            self.records.append((self._pmid, self._begin, end))
        self._path.pop()

    def _data(self, data: str) -> None:
        if self._text is not None:
            self._text.append(data)

    def _entity(self, *declared: object) -> None:
        del declared
        reason = "the XML declares or uses entities, which PubMed never does"
        raise AnswerError(reason, again=False)

    def _declaration(self, version: str, encoding: str | None, standalone: int) -> None:
        del version, standalone
        if encoding and encoding.lower() not in {"utf-8", "utf8", "us-ascii"}:
            reason = "the XML says that it is not UTF-8"
            raise AnswerError(reason, again=False)


def split_records(body: bytes) -> list[tuple[str, bytes]]:
    """Each record of an efetch answer with its PMID, as an answer of its own.

    Raises
    ------
    AnswerError
        When the answer is not whole, or a record has no PMID.

    Examples
    --------
    >>> one = b"<PubmedArticle><MedlineCitation><PMID>12</PMID></MedlineCitation></PubmedArticle>"
    >>> [(pmid, len(xml)) for pmid, xml in split_records(b"<PubmedArticleSet>" + one + b"</PubmedArticleSet>")]
    [('12', 160)]
    """
    records = []
    for pmid, begin, end in inspect_xml(body).records:
        if not re.fullmatch(r"[1-9][0-9]{0,9}", pmid):
            reason = "a record without a PMID"
            raise AnswerError(reason)
        one = b'<?xml version="1.0" encoding="UTF-8"?>\n<PubmedArticleSet>\n' + body[begin:end]
        records.append((pmid, one + b"\n</PubmedArticleSet>\n"))
    return records


def parse_xml(body: bytes) -> ET.Element:
    """A small XML answer as a tree.

    Raises
    ------
    AnswerError
        When it is not whole or holds entities.
    """
    inspect_xml(body)
    return ET.fromstring(body)  # noqa: S314 - entities were refused just above


def parse_json(body: bytes) -> dict[str, Any]:
    """A JSON answer; NCBI leaves raw line ends in its texts.

    Raises
    ------
    AnswerError
        When it is not a whole JSON object.
    """
    if is_html(body):
        reason = "a web page came instead of JSON"
        raise AnswerError(reason)
    try:
        said = json.loads(body.decode("utf-8-sig"), strict=False)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        reason = "broken or cut off JSON"
        raise AnswerError(reason)
    return said


def error_text(body: bytes) -> str:
    """What an answer says went wrong: its ``<ERROR>``, or ``error`` in JSON; empty when it says nothing.

    Examples
    --------
    >>> error_text(b'{"error":"API rate limit exceeded","api-key":"10.0.0.1","count":"4","limit":"3"}')
    'API rate limit exceeded'
    """
    found = re.search(rb"<ERROR>(.*?)(?:</ERROR>|$)", body[:65536], re.DOTALL)
    text = found[1].decode("utf-8", "replace") if found else ""
    if not found and body.lstrip()[:1] == b"{":
        try:
            said = json.loads(body, strict=False)
        except (ValueError, RecursionError):
            said = {}
        nested = said.get("esearchresult") or {}
        text = str(said.get("error") or said.get("ERROR") or (isinstance(nested, dict) and nested.get("ERROR")) or "")
    return text
