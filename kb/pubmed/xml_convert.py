"""The bytes of one record -> a `Record`, checked as XML on the way.

pugixml is fast and forgiving, so what it forgives is checked here: encoding, characters that XML forbids, references
to entities, nesting. A record with comments, CDATA or instructions, or one that pugixml refuses, goes through expat,
which knows the exact place of the fault.
"""

from __future__ import annotations

import hashlib
import re
from html.entities import html5
from typing import NamedTuple, NoReturn
from xml.parsers import expat

import pygixml

from kb.pubmed.record import Deletion, Record
from kb.pubmed.xml_article import article, citation, finish
from kb.pubmed.xml_book import book_article, document
from kb.pubmed.xml_error import Kind, PubMedXmlError
from kb.pubmed.xml_nodes import Draft, Node, Rows, texts
from kb.pubmed.xml_split import DELETIONS, Piece

MAX_TEXT = 1 << 20  # bytes between two tags, or of one tag

_FLAGS = (
    pygixml.ParseFlags.CDATA
    | pygixml.ParseFlags.ESCAPES
    | pygixml.ParseFlags.EOL
    | pygixml.ParseFlags.WCONV_ATTRIBUTE
    | pygixml.ParseFlags.WS_PCDATA  # without it the blank of <i>a</i> <b>b</b> is lost
)
_SHALLOW = 1 << 15  # bytes; in fewer, no nesting can exhaust a stack
_SPACE = b" \t\r\n"
_FORBIDDEN_AS_NUL = bytes(0 if byte < 32 else byte for byte in range(256))
_REFERENCE = re.compile(r"&(?:(amp|lt|gt|quot|apos);|#([0-9]{1,7});|#x([0-9A-Fa-f]{1,6});|([A-Za-z][\w.-]*);)?")
_PLAIN_REFERENCES = (b"&amp;", b"&lt;", b"&gt;", b"&quot;", b"&apos;")
_OPAQUE = re.compile(r"<!--.*?-->|<\?.*?\?>|<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_LONG_RUN = re.compile(rb"[^<>]{%d}" % MAX_TEXT)
_PMID = re.compile(rb"<PMID[^>]*>\s*([0-9]{1,10})\s*</PMID>")
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_ROOTS = {
    "PubmedArticle": article,
    "PubmedBookArticle": book_article,
    "MedlineCitation": citation,
    "BookDocument": document,
}
_DELETED = Rows("PMID", ".")
MAX_DEPTH = 64  # the DTD's deepest place outside MathML is 9 levels down
_TOO_DEEP = pygixml.XPathQuery("*" + "/*" * MAX_DEPTH)


class Options(NamedTuple):
    """How records are read: the name of the source, whether abstracts are wanted, whether expat checks each record."""

    name: str
    abstracts: bool = False
    strict: bool = False


def convert(piece: Piece, options: Options) -> Record | Deletion:
    """Read one element below the root.

    Raises
    ------
    PubMedXmlError
        It is not well-formed, or has no PMID.

    Examples
    --------
    >>> data = b"<PubmedArticle><MedlineCitation><PMID Version='1'>7</PMID></MedlineCitation></PubmedArticle>"
    >>> convert(Piece("PubmedArticle", data, 0, False), Options("answer")).pmid
    '7'
    """
    data = piece.data
    bare = data.translate(_FORBIDDEN_AS_NUL, _SPACE)  # one pass: without white space, what XML forbids as NUL
    text = _checked(piece, bare, options)
    try:
        document_node = pygixml.parse_string(text, _FLAGS)
    except (pygixml.PygiXMLError, ValueError):
        _explain(piece, text, options)
    root = document_node.root
    if root.next_element_sibling is not None:
        _explain(piece, text, options)
    if (options.strict or len(data) > _SHALLOW) and _TOO_DEEP.evaluate_boolean(root):
        _fail(piece, options, "too-deep", f"is nested more than {MAX_DEPTH} levels deep")
    if piece.name in DELETIONS:
        return Deletion(texts(_DELETED.of(root)))
    return _record(piece, root, hashlib.sha256(bare).hexdigest(), options)


def _record(piece: Piece, root: Node, sha256: str, options: Options) -> Record:
    draft: Draft = {"abstract": None} if options.abstracts else {}
    _ROOTS[piece.name](root, draft)
    pmid = draft.get("pmid")
    if not (pmid and pmid.isascii() and pmid.isdigit()):
        _fail(piece, options, "no-pmid", f"has no PMID but '{pmid[:20]}'" if pmid else "has no PMID")
    draft["sha256"] = sha256
    if piece.name in ("PubmedBookArticle", "BookDocument"):
        draft["kind"] = "book"
    return Record(**finish(draft))


def _checked(piece: Piece, bare: bytes, options: Options) -> str:
    """The text, free of what pugixml would let pass."""
    data = piece.data
    if len(data) > MAX_TEXT and (run := _LONG_RUN.search(data)):
        _fail(piece, options, "too-large", f"holds a text of more than {MAX_TEXT:,} bytes", run.start())
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        _fail(piece, options, "encoding", f"holds bytes that are not UTF-8: {error.reason}", error.start)
    if b"\0" in bare or "\ufffe" in text or "\uffff" in text:
        _explain(piece, text, options)
    if piece.special or options.strict:
        _verify(piece, text, options)
    if piece.special:
        text = _OPAQUE.sub(_plain, text)
    if _has_odd_reference(data):
        text = _REFERENCE.sub(lambda found: _resolved(found, piece, options), text)
    return text


def _has_odd_reference(data: bytes) -> bool:
    """Whether an & starts none of the five references of XML; twice as fast as a regular expression."""
    at = data.find(b"&")
    while at >= 0:
        if not data.startswith(_PLAIN_REFERENCES, at):
            return True
        at = data.find(b"&", at + 1)
    return False


def _plain(found: re.Match[str]) -> str:
    return re.sub("[&<>]", lambda char: _ESCAPES[char[0]], found[1]) if found[1] else ""


def _resolved(found: re.Match[str], piece: Piece, options: Options) -> str:
    """A reference as it was, or a character for one of the names that PubMed's DTD takes from ISO 8879."""
    builtin, decimal, hexadecimal, name = found.groups()
    if decimal or hexadecimal:
        code = int(decimal) if decimal else int(hexadecimal, 16)
        if not _is_character(code):
            _fail(piece, options, "malformed", f"holds {found[0]}, no character of XML", _at(piece, found[0]))
    elif name:
        characters = html5.get(f"{name};")
        if not characters:
            what = f"uses the entity {found[0][:40]}, which PubMed lacks"
            _fail(piece, options, "entity", what, _at(piece, found[0]))
        return "".join(f"&#{ord(character)};" for character in characters)
    elif not builtin:
        _explain(piece, piece.data.decode(), options)
    return found[0]


def _is_character(code: int) -> bool:
    """Char of XML 1.0, section 2.2."""
    return code in (9, 10, 13) or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or 0x10000 <= code <= 0x10FFFF


def _at(piece: Piece, text: str) -> int:
    return max(piece.data.find(text.encode()), 0)


def _verify(piece: Piece, text: str, options: Options) -> None:
    """Refuse what is not well-formed, by expat; entities are left to `_resolved`."""
    parser = expat.ParserCreate()
    parser.UseForeignDTD(True)  # else a name of PubMed's DTD is an error; nothing is fetched: there is no handler
    try:
        parser.Parse(text.encode(), True)
    except expat.ExpatError as error:
        _fail(
            piece, options, "malformed", f"is not well-formed: {expat.ErrorString(error.code)}", parser.ErrorByteIndex
        )


def _explain(piece: Piece, text: str, options: Options) -> NoReturn:
    """Refuse a record with the place of the fault."""
    _verify(piece, text, options)
    _fail(piece, options, "malformed", "is not well-formed")


def _fail(piece: Piece, options: Options, kind: Kind, what: str, at: int | None = 0) -> NoReturn:
    found = _PMID.search(piece.data)
    pmid = found[1].decode() if found else None
    raise PubMedXmlError(options.name, kind, f"<{piece.name}> {what}", piece.offset + (at or 0), None, pmid)
