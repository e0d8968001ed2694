"""DOCX -> blocks, straight from its XML: python-docx keeps no footnotes, and loads whatever the archive holds."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Literal

from lxml import etree

from kb.citations.read.blocks import Block, BlockBuilder, BlockKind, PostText, mark_references
from kb.citations.read.content import MEGABYTE, Content, ReadError

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT = "{http://purl.oclc.org/ooxml/wordprocessingml/main}"
_Event = Literal["start", "end"]
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_MAIN = "word/document.xml"
_MOST_PARTS = 20_000
_MOST_XML = 32 * MEGABYTE
_SKIPPED = frozenset({"del", "moveFrom", "Fallback", "instrText", "delText", "pPrChange", "rPrChange"})
_FIELD = re.compile(r"\s{0,9}HYPERLINK\s{1,9}(?:\\[a-z]\s{1,9}){0,3}\"([^\"]{1,2000})\"", re.IGNORECASE)
_OTHER_PARTS = {"mimetype": "an OpenDocument text or e-book", "xl/workbook.xml": "a workbook"}
_OTHER_PARTS |= {"ppt/presentation.xml": "a presentation"}


class _Capped(io.RawIOBase):
    """A part of the archive, up to a number of bytes."""

    def __init__(self, raw: IO[bytes], path: str) -> None:
        self._raw, self._path, self._left = raw, path, _MOST_XML

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self._raw.read(len(buffer))
        self._left -= len(data)
        if self._left < 0:
            raise _bomb(self._path)
        buffer[: len(data)] = data
        return len(data)


def _bomb(path: str) -> ReadError:
    found = f"unpacks to more than {_MOST_XML // MEGABYTE} MB of text, which no document holds"
    return ReadError(path, found, "Do not open it; ask where it came from.")


def read_docx(content: Content) -> PostText:
    """A Word document as one post; deleted and hidden text is no text.

    Raises
    ------
    ReadError
        When the archive is no Word document, is broken, or unpacks to too much.
    """
    path = content.path
    broken = "Open it in a word processor and save it again."
    try:
        with zipfile.ZipFile(io.BytesIO(content.data)) as archive:
            _check(archive, path)
            links = _relations(archive, "word/_rels/document.xml.rels", path)
            blocks = list(_blocks(archive, _MAIN, links, path))
            for name in ("word/footnotes.xml", "word/endnotes.xml"):
                if name in archive.namelist():
                    rels = _relations(archive, name.replace("word/", "word/_rels/") + ".rels", path)
                    line = blocks[-1].line + 1 if blocks else 1
                    blocks += _blocks(archive, name, rels, path, first_line=line)
            title = _title(archive, path)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, OSError, ValueError, NotImplementedError) as error:
        raise ReadError(path, f"is a broken Word document ({error})", broken) from None
    except RuntimeError:
        raise ReadError(path, "is locked by a password", "Save it without one.") from None
    except etree.XMLSyntaxError as error:
        raise ReadError(path, f"is a broken Word document ({error})", broken) from None
    except Exception as error:
        if type(error).__module__ == "zlib":
            raise ReadError(path, f"is a broken Word document ({error})", broken) from None
        raise
    heading = next((block.text for block in blocks if block.kind is BlockKind.HEADING and block.level == 1), None)
    return PostText(heading or title, None, None, None, mark_references(blocks))


def _check(archive: zipfile.ZipFile, path: str) -> None:
    names = archive.namelist()
    if len(names) > _MOST_PARTS:
        raise ReadError(path, f"is an archive of {len(names)} parts", "Save the document again.")
    if _MAIN not in names:
        what = next(
            (text for name, text in _OTHER_PARTS.items() if name in names), "an archive without a Word document"
        )
        raise ReadError(path, f"is {what}", "Save it as .docx or .html, or unpack it and give the files.")


def _events(
    archive: zipfile.ZipFile, name: str, path: str, events: tuple[_Event, ...] = ("start", "end")
) -> Iterator[tuple[str, etree._Element]]:
    if archive.getinfo(name).file_size > _MOST_XML:
        raise _bomb(path)
    with archive.open(name) as raw:
        capped = io.BufferedReader(_Capped(raw, path))
        parser = etree.iterparse(
            capped, events=events, resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False
        )
        for event, element in parser:
            if isinstance(element.tag, str):
                yield event, element


def _relations(archive: zipfile.ZipFile, name: str, path: str) -> dict[str, str]:
    if name not in archive.namelist():
        return {}
    found: dict[str, str] = {}
    for _, element in _events(archive, name, path, ("end",)):
        if element.get("TargetMode") == "External":
            found[str(element.get("Id"))] = str(element.get("Target", ""))[:4096]
        element.clear()
    return found


def _title(archive: zipfile.ZipFile, path: str) -> str | None:
    if "docProps/core.xml" not in archive.namelist():
        return None
    for _, element in _events(archive, "docProps/core.xml", path, ("end",)):
        if str(element.tag).endswith("}title"):
            return " ".join((element.text or "").split()) or None
    return None


@dataclass(slots=True)
class _Paragraph:
    style: str = ""
    listed: bool = False
    hidden: bool = False
    code: str = ""
    raised: bool = False
    slanted: bool = False
    skip: int = 0
    cells: int = 0
    depth: int = 0
    note: str | None = None


class _Walk:
    """One pass over a part: what an element means when it begins and when it ends."""

    def __init__(self, links: dict[str, str], first_line: int) -> None:
        self.links, self.line, self.now, self.builder = links, first_line, _Paragraph(), BlockBuilder()

    def start(self, name: str, element: etree._Element) -> None:
        now = self.now
        if name in _SKIPPED:
            now.skip += 1
        elif name == "p":
            now.style, now.listed, now.depth = "", False, now.depth + 1
        elif name == "tc":
            now.cells += 1
        elif name == "r":
            now.hidden = now.raised = now.slanted = False
        elif name == "hyperlink" and not now.skip:
            if href := self.links.get(_attribute(element, "id")):
                self.builder.open_link(href)
        elif name in {"footnote", "endnote"}:
            now.note = _attribute(element, "id")

    def end(self, name: str, element: etree._Element) -> Iterator[Block]:
        now = self.now
        if name == "instrText":
            now.code += (element.text or "")[:2000]
        if name in _SKIPPED:
            now.skip = max(0, now.skip - 1)
        elif name == "p":
            now.depth -= 1
            yield from self._paragraph()
        elif name == "tc":
            now.cells -= 1
        elif not now.skip:
            self._run(name, element)

    def _run(self, name: str, element: etree._Element) -> None:
        now, builder = self.now, self.builder
        if name == "pStyle":
            now.style = _attribute(element, "val").lower()
        elif name == "numPr":
            now.listed = True
        elif name in {"vanish", "i"}:
            on = _attribute(element, "val") not in {"0", "false", "off"}
            now.hidden, now.slanted = (on, now.slanted) if name == "vanish" else (now.hidden, on)
        elif name == "vertAlign":
            now.raised = _attribute(element, "val") == "superscript"
        elif name == "t" and not now.hidden:
            self._add(element.text or "")
        elif name in {"tab", "br", "cr"}:
            builder.space()
        elif name == "noBreakHyphen":
            builder.add("-")
        elif name == "hyperlink":
            builder.close_link()
        elif name == "fldChar":
            self._field(_attribute(element, "fldCharType"))
        elif name in {"footnoteReference", "endnoteReference"}:
            builder.open_mark("sup")
            builder.add(f"[{_attribute(element, 'id')}]")
            builder.close_mark("sup")

    def _add(self, text: str) -> None:
        marks = [mark for mark, on in (("sup", self.now.raised), ("em", self.now.slanted)) if on]
        for mark in marks:
            self.builder.open_mark(mark)
        self.builder.add(text)
        for mark in marks:
            self.builder.close_mark(mark)

    def _field(self, kind: str) -> None:
        if kind == "begin":
            self.now.code = ""
        elif kind == "separate" and (found := _FIELD.match(self.now.code)):
            self.builder.open_link(found[1])
        elif kind == "end":
            self.builder.close_link()

    def _paragraph(self) -> Iterator[Block]:
        now = self.now
        found = re.fullmatch(r"(?:heading|title|berschrift|überschrift|kop|titre|título)\s?(\d?)", now.style)
        level = int(found[1] or 1) if found else 0
        kind = BlockKind.HEADING if level else BlockKind.LIST_ITEM if now.listed or "list" in now.style else None
        if now.note is not None:
            kind = BlockKind.REFERENCE
        kind = BlockKind.TABLE_CELL if now.cells else kind or BlockKind.PARAGRAPH
        before = self.line
        for block in self.builder.finish(kind, self.line, label=now.note, level=level):
            yield block
            self.line = before + 1


def _attribute(element: etree._Element, name: str) -> str:
    return next((str(v) for k, v in element.attrib.items() if str(k).rpartition("}")[2] == name), "")


def _blocks(
    archive: zipfile.ZipFile, part: str, links: dict[str, str], path: str, first_line: int = 1
) -> Iterator[Block]:
    walk = _Walk(links, first_line)
    for event, element in _events(archive, part, path):
        space, _, name = str(element.tag).rpartition("}")
        if f"{space}}}" not in {_W, _STRICT} and element.tag != _FALLBACK:
            continue
        if event == "start":
            walk.start(name, element)
        else:
            yield from walk.end(name, element)
            if name in {"p", "r", "tbl", "drawing"}:
                element.clear()
                while (before := element.getprevious()) is not None and (parent := element.getparent()) is not None:
                    parent.remove(before)
