"""Bytes, a file or a stream, gzipped or not, in any honest encoding -> blocks of UTF-8 without a byte order mark."""

from __future__ import annotations

import codecs
import re
import zlib
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeAlias

from isal import isal_zlib

from kb.pubmed.xml_error import PubMedXmlError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

BLOCK = 1 << 18
MAX_UNPACKED = 8 << 30  # of a whole source, bytes; the largest baseline file has under 1 GB

_GZIP = b"\x1f\x8b"
_DECLARED = re.compile(rb"""^\s*<\?xml\s[^>]*?\bencoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark is its first half
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CODECS = frozenset(
    ["utf-8", "ascii", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be", "koi8-r", "mac-roman"]
    + ["gb2312", "gbk", "gb18030", "big5", "shift_jis", "euc_jp", "iso2022_jp", "euc_kr"]
    + [f"iso8859-{part}" for part in range(1, 17)]
    + [f"cp125{part}" for part in range(9)]
)  # by name, since Python's registry also holds codecs that unpack or evaluate


class Readable(Protocol):
    """A binary file or response."""

    def read(self, size: int = ..., /) -> bytes:
        """Up to ``size`` bytes; none at the end."""


Source: TypeAlias = bytes | bytearray | memoryview | str | Path | Readable


def name_of(source: Source) -> str:
    """What errors call the source.

    Examples
    --------
    >>> name_of(b"<a/>"), name_of("pubmed25n0001.xml.gz")
    ('PubMed answer', 'pubmed25n0001.xml.gz')
    """
    if isinstance(source, str | Path):
        return str(source)
    name = getattr(source, "name", None)
    return name if isinstance(name, str) else "PubMed answer"


def blocks(source: Source, block: int = BLOCK) -> Iterator[bytes]:
    """Yield the text of a source as blocks of UTF-8; their borders mean nothing.

    Parameters
    ----------
    source
        Bytes, the path of a file, or an open binary file; gzip is recognised by its content.
    block
        Largest number of bytes read, and unpacked, at a time.

    Raises
    ------
    PubMedXmlError
        Unreadable, cut off, damaged, or not in the encoding that it declares.

    Examples
    --------
    >>> b"".join(blocks("<?xml version='1.0' encoding='iso-8859-1'?><a>é</a>".encode("latin-1"))).decode()
    "<?xml version='1.0' encoding='iso-8859-1'?><a>é</a>"
    """
    name = name_of(source)
    with _opened(source, name) as file:
        raw = _read(file, block, name)
        first = next(raw, b"")
        while 0 < len(first) < 4 and (more := next(raw, b"")):  # a gzip or byte order mark may come in pieces
            first += more
        stream = _chain(first, raw)
        if first.startswith(_GZIP):
            stream = _unpack(stream, block, name)
        yield from _limited(_to_utf8(stream, name), name)


@contextmanager
def _opened(source: Source, name: str) -> Iterator[Readable]:
    if isinstance(source, bytes | bytearray | memoryview):
        yield _Memory(source)
    elif isinstance(source, str | Path):
        if isinstance(source, str) and source.lstrip().startswith("<"):
            raise TypeError("XML as str: give bytes, or the path of a file")
        try:
            file = Path(source).open("rb")  # noqa: SIM115 - closed below
        except (OSError, ValueError) as error:
            what = f"cannot be read: {getattr(error, 'strerror', None) or error}"
            raise PubMedXmlError(name, "unreadable", what) from error
        with file:
            yield file
    else:
        yield source


class _Memory:
    """Reads bytes without copying them whole, as `io.BytesIO` does for what is not exactly bytes."""

    def __init__(self, data: bytes | bytearray | memoryview) -> None:
        self._data, self._at = memoryview(data).cast("B"), 0

    def read(self, size: int = -1, /) -> bytes:
        """The next ``size`` bytes."""
        end = len(self._data) if size < 0 else self._at + size
        piece = self._data[self._at : end].tobytes()
        self._at += len(piece)
        return piece


def _read(file: Readable, size: int, name: str) -> Iterator[bytes]:
    while True:
        try:
            data = file.read(size)
        except (OSError, EOFError, zlib.error) as error:
            raise PubMedXmlError(name, "unreadable", f"cannot be read: {error}") from error
        if not data:
            return
        if not isinstance(data, bytes):
            raise TypeError(f"{name} yields {type(data).__name__}: open it in binary mode")
        yield data


def _chain(first: bytes, rest: Iterable[bytes]) -> Iterator[bytes]:
    if first:
        yield first
    yield from rest


def _unpack(raw: Iterable[bytes], size: int, name: str) -> Iterator[bytes]:
    """Unpack gzip, several members too, at most ``size`` bytes at a time, checksums verified."""
    unpacker = isal_zlib.decompressobj(wbits=31)
    for data in raw:
        left = data
        while left:
            if unpacker.eof:  # another member, or the zeros that pad some archives
                left = left.lstrip(b"\0")
                if not left:
                    break
                if not _GZIP.startswith(left[:2]):
                    raise PubMedXmlError(name, "gzip", "has something after its gzip data")
                unpacker = isal_zlib.decompressobj(wbits=31)
            try:
                yield unpacker.decompress(left, size)
            except (isal_zlib.error, EOFError, OSError) as error:  # type: ignore[misc]  # its stub has an instance
                raise PubMedXmlError(name, "gzip", f"is damaged gzip: {error}") from error
            left = unpacker.unused_data if unpacker.eof else unpacker.unconsumed_tail
    if not unpacker.eof:
        raise PubMedXmlError(name, "truncated", "the gzip data end too early")


def _limited(stream: Iterable[bytes], name: str) -> Iterator[bytes]:
    total = 0
    for data in stream:
        total += len(data)
        if total > MAX_UNPACKED:
            raise PubMedXmlError(name, "too-large", f"unpacks to more than {MAX_UNPACKED:,} bytes", total)
        if data:
            yield data


def _to_utf8(stream: Iterator[bytes], name: str) -> Iterator[bytes]:
    head = b""
    for data in stream:
        head += data
        if len(head) >= 256:
            break
    encoding, mark = _encoding(head, name)
    if encoding in ("utf-8", "ascii"):  # checked record by record, which knows the place
        yield head[mark:]
        yield from stream
        return
    decoder = codecs.getincrementaldecoder(encoding)()
    done = 0
    for data in _chain(head[mark:], stream):
        try:
            text = decoder.decode(data).encode()
        except UnicodeError as error:
            raise PubMedXmlError(name, "encoding", f"is not {encoding}, which it declares", done) from error
        done += len(text)
        yield text
    try:
        decoder.decode(b"", final=True)
    except UnicodeError as error:
        raise PubMedXmlError(name, "truncated", f"ends inside a character of {encoding}", done) from error


def _encoding(head: bytes, name: str) -> tuple[str, int]:
    """The codec and the length of the byte order mark."""
    for mark, codec in _BOMS:
        if head.startswith(mark):
            return codec, len(mark)
    if head.startswith(b"<\0?\0"):
        return "utf-16-le", 0
    if head.startswith(b"\0<\0?"):
        return "utf-16-be", 0
    declared = _DECLARED.match(head)
    if not declared:
        return "utf-8", 0
    given = declared[1].decode()
    try:
        codec = codecs.lookup(given).name
    except LookupError:
        codec = ""
    if codec not in _CODECS:
        raise PubMedXmlError(name, "encoding", f"declares the unknown encoding '{given}'", 0, 1)
    if codec.startswith(("utf-16", "utf-32")):
        raise PubMedXmlError(name, "encoding", f"declares {given} but its bytes are not", 0, 1)
    return codec, 0
