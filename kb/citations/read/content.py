"""Bytes of a file: what they are, whatever their name says, and their text, whatever their encoding."""

from __future__ import annotations

import codecs
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from kb.problems import KbError, Problem

MEGABYTE = 1 << 20
LIMITS = {"feed": 256 * MEGABYTE, "html": 64 * MEGABYTE, "docx": 64 * MEGABYTE}
LIMITS |= {"text": 8 * MEGABYTE, "markdown": 8 * MEGABYTE}
"""Largest file of each kind, in bytes. A feed is read post by post, a page may hold pictures."""
MOST_TEXT = 8 * MEGABYTE
"""Characters of one post: more than any book."""
_HEAD = 4096


class ReadError(KbError):
    """A file from which no text can be read.

    Parameters
    ----------
    path
        The file as the person named it.
    found
        What was found, as a clause after the name.
    advice
        What to do, in one sentence.
    """

    def __init__(self, path: str, found: str, advice: str) -> None:
        self.path, self.found, self.advice = path, found, advice
        super().__init__(f"{'standard input' if path == '-' else path} {found}. {advice}")


@dataclass(frozen=True, slots=True)
class Content:
    """A file's bytes, as UTF-8 unless it is a DOCX, and what they turned out to be."""

    path: str
    kind: str
    data: bytes
    problems: tuple[Problem, ...] = ()

    @property
    def text(self) -> str:
        """The text, with plain line ends."""
        return self.data.decode().replace("\r\n", "\n").replace("\r", "\n")


def load(source: str | Path, kind: str | None = None) -> Content:
    """Read a file, or standard input for ``-``.

    Parameters
    ----------
    source
        Path of the file, or ``-``.
    kind
        ``feed``, ``html``, ``markdown``, ``docx`` or ``text`` when the person says so; else the content tells.

    Raises
    ------
    ReadError
        When there is no such file, or it is too large or holds no text.
    """
    path = str(source)
    most = max(LIMITS.values())
    try:
        if path == "-":
            data = sys.stdin.buffer.read(most + 1)
        else:
            with Path(path).open("rb") as file:
                data = file.read(most + 1)
    except IsADirectoryError:
        raise ReadError(path, "is a folder", "Name the files in it, such as folder/*.html.") from None
    except FileNotFoundError:
        raise ReadError(path, "does not exist", "Look at the spelling and the folder.") from None
    except OSError as error:
        raise ReadError(path, f"cannot be read: {error.strerror}", "Look at its permissions.") from None
    return understand(path, data, kind)


def understand(path: str, data: bytes, kind: str | None = None) -> Content:
    r"""What some bytes are; see :func:`load`.

    Examples
    --------
    >>> understand("draft.txt", b"<!doctype html><p>Rest caf\xe9").kind
    'html'
    >>> understand("draft.docx", b"%PDF-1.7")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    kb.citations.read.content.ReadError: draft.docx is a PDF. Give the document it was made from, or ...
    """
    foreign(path, data)
    if kind == "docx" or (kind is None and data.startswith(b"PK\3\4")):
        _check_size(path, "docx", data)
        return Content(path, "docx", data)
    recoded, problems = to_utf8(path, data)
    if kind is None:
        kind = sniff(path, recoded)
    _check_size(path, kind, data)
    if not recoded.strip():
        empty = Problem(path, 0, "empty-file", "holds no text", "Look whether it was saved.", "warning")
        return Content(path, kind, b"", (empty,))
    return Content(path, kind, recoded, problems)


def _check_size(path: str, kind: str, data: bytes) -> None:
    limit = LIMITS[kind]
    if len(data) > limit:
        held = f"more than {limit // MEGABYTE} MB" if len(data) > max(LIMITS.values()) else f"{_megabytes(data)} MB"
        found = f"is too large: {held} of {kind}, where {limit // MEGABYTE} MB is the most"
        raise ReadError(path, found, "Give the posts one by one, or the export of the blog.")


def _megabytes(data: bytes) -> str:
    return f"{len(data) / MEGABYTE:.0f}"


_TO_TEXT = "Give the document it was made from, or save its text as .txt."
_TO_DOCX = "Open it and save it as .docx or .html."
_UNPACK = "Unpack it and give the files."
_NOT_TEXT = "Give the text of the post: an export, .html, .md, .docx or .txt."
_FOREIGN: tuple[tuple[bytes, str, str], ...] = (
    (b"%PDF-", "is a PDF", _TO_TEXT),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "is a document of an old Office format", _TO_DOCX),
    (b"{\\rtf", "is a Rich Text document", _TO_DOCX),
    (b"\x1f\x8b", "is a gzip archive", _UNPACK),
    (b"BZh", "is a bzip2 archive", _UNPACK),
    (b"\xfd7zXZ", "is an xz archive", _UNPACK),
    (b"7z\xbc\xaf", "is a 7-Zip archive", _UNPACK),
    (b"Rar!", "is a RAR archive", _UNPACK),
    (b"\x89PNG", "is a picture", _NOT_TEXT),
    (b"\xff\xd8\xff", "is a picture", _NOT_TEXT),
    (b"GIF8", "is a picture", _NOT_TEXT),
    (b"SQLite format 3", "is a database", _NOT_TEXT),
    (b"\x7fELF", "is a program", _NOT_TEXT),
    (b"bplist00", "is a web archive or property list of macOS", "Save the page as HTML (page source)."),
)


def foreign(path: str, data: bytes) -> None:
    """Refuse files that hold no text that can be read here.

    Raises
    ------
    ReadError
        With what it is and what to do.
    """
    for magic, found, advice in _FOREIGN:
        if data.startswith(magic):
            raise ReadError(path, found, advice)


# --- encodings ------------------------------------------------------------------------------------------------------

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED = re.compile(rb"""(?:charset|encoding)\s{0,9}=\s{0,9}["']?\s{0,9}([A-Za-z0-9_.:-]{2,40})""")
_CONTROLS = bytes(c for c in range(32) if c not in b"\t\n\r\f\x1b\x0b")
_MOST_CONTROLS = 0.002


def to_utf8(path: str, data: bytes) -> tuple[bytes, tuple[Problem, ...]]:
    r"""Bytes of a text recoded as UTF-8, and what was noticed.

    A byte order mark counts first, then UTF-8 when it is valid, then UTF-16 by its zero bytes, then what the file
    declares. A file that is mostly UTF-8 keeps it; its other bytes are read as Windows-1252, as browsers do.

    Raises
    ------
    ReadError
        When it is no text.

    Examples
    --------
    >>> to_utf8("x", "Øre".encode("utf-16"))[0].decode(), to_utf8("x", b"caf\xe9 caf\xc3\xa9")[0].decode()
    ('Øre', 'café café')
    """
    for bom, name in _BOMS:
        if data.startswith(bom):
            text = data[len(bom) :].decode(name, "replace")
            broken = f"bytes that are no {name}" if "\ufffd" in text else ""
            return text.encode("utf-8", "replace"), _noticed(path, broken)
    _refuse_binary(path, data)
    if (wide := _utf16(data)) is not None:
        return data.decode(wide, "replace").encode("utf-8", "replace"), ()
    if _is_utf8(data):
        return data, ()
    declared = _DECLARED.search(data[:_HEAD])
    name = _codec(declared[1].decode()) if declared else "cp1252"
    if name != "utf-8" and not _has_multibyte(data):
        try:
            return data.decode(name).encode(), ()
        except (UnicodeDecodeError, UnicodeEncodeError):
            pass
    mixed = data.decode("utf-8", "kb-windows-1252").encode()
    return mixed, _noticed(path, "letters that are not UTF-8, read as Windows-1252")


def _noticed(path: str, what: str) -> tuple[Problem, ...]:
    advice = "Look whether accents and dashes came out right; save it as UTF-8."
    return (Problem(path, 0, "broken-encoding", f"holds {what}", advice, "warning"),) if what else ()


def _refuse_binary(path: str, data: bytes) -> None:
    head = data[:MEGABYTE]
    controls = len(head) - len(head.translate(None, _CONTROLS))
    if controls > max(2, len(head) * _MOST_CONTROLS) and _utf16(data) is None:
        raise ReadError(path, "is not a text", _NOT_TEXT)


def _utf16(data: bytes) -> str | None:
    """UTF-16 without its mark: text in Western languages has a zero in every other byte."""
    head = data[:_HEAD]
    if len(head) < 4 or len(data) % 2:
        return None
    even, odd = head[::2].count(0) / len(head[::2]), head[1::2].count(0) / len(head[1::2])
    if odd > 0.6 and even < 0.1:
        return "utf-16-le"
    return "utf-16-be" if even > 0.6 and odd < 0.1 else None


def _is_utf8(data: bytes) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(data), MEGABYTE):
            decoder.decode(data[start : start + MEGABYTE])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _has_multibyte(data: bytes) -> bool:
    """Whether any run of bytes beyond ASCII, of the first ones, is UTF-8."""
    for count, found in enumerate(re.finditer(rb"[\x80-\xff]{2,64}", data)):
        if count > 200:
            break
        try:
            found[0].decode()
        except UnicodeDecodeError:
            continue
        return True
    return False


def _codec(name: str) -> str:
    try:
        found = codecs.lookup(name).name
    except LookupError:
        return "cp1252"
    return "cp1252" if found in {"ascii", "iso8859-1"} else found


def _as_windows(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error("kb-windows-1252", _as_windows)


# --- kinds ----------------------------------------------------------------------------------------------------------

_FEED = re.compile(rb"<(?:rss|(?:atom:)?feed|rdf:RDF|channel)[\s>]")
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body)[\s>]", re.IGNORECASE)
_TAG = re.compile(rb"</(?:p|div|h[1-6]|ul|ol|li|article|section|table|span|a)\s*>", re.IGNORECASE)
_MARKDOWN_NAMES = (".md", ".markdown", ".mdown", ".mkd", ".qmd", ".rmd")


def sniff(path: str, data: bytes) -> str:
    """What a text is: its content counts, its name only between Markdown and plain text.

    Examples
    --------
    >>> sniff("a.html", b"<?xml version='1.0'?><rss version='2.0'>"), sniff("a.md", b"# Rest"), sniff("a.xml", b"Rest")
    ('feed', 'markdown', 'text')
    """
    head = data[: 16 * _HEAD].lstrip()
    name = path.lower()
    if head.startswith(b"<"):
        feed, page = _FEED.search(head), _HTML.search(head)
        if feed and not (page and page.start() < feed.start()):
            return "feed"
        if page:
            return "html"
    if name.endswith(_MARKDOWN_NAMES):
        return "markdown"
    if head.startswith(b"<?xml"):
        if name.endswith((".html", ".htm", ".xhtml")):
            return "html"
        found_root = re.search(rb"<([A-Za-z_][\w:.-]*)", head)
        root = found_root[1].decode() if found_root else "nothing"
        raise ReadError(path, f"is XML of another kind (<{root}>)", "Give an RSS, WordPress or Atom export.")
    if name.endswith((".html", ".htm", ".xhtml")) and _TAG.search(data[:MEGABYTE]):
        return "html"
    if head.startswith(b"<") and _TAG.search(head):
        return "html"
    return "text"
