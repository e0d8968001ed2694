"""Executed notebook -> its facts: what its outputs say of themselves, else what their HTML says."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from lxml import etree

from kb.drift.facts import MIME, Facts, Figure, Part, Plain, Table

_TIGHT = re.compile(r" (?=[,.;:)\]])|(?<=[(\[]) ")
"""Spaces that only an element's edge made: words are joined with a space, and punctuation clings."""
_LABEL = re.compile(r'\baria-label="([^"]*)"')
_STYLING = re.compile(r' (?:style|class|id|fill|stroke|font-[a-z]+|clip-path|xlink:href|href)="[^"]*"')
_SKIPPED = {"style", "script", "template", "noscript", "head"}
_BLOCKS = {
    "address", "article", "aside", "blockquote", "body", "br", "dd", "details", "div", "dl", "dt", "figure", "h1", "h2",
    "h3", "h4", "h5", "h6", "header", "hr", "html", "li", "main", "nav", "ol", "p", "pre", "section", "summary", "ul",
}  # fmt: skip
_ESCAPED = re.compile(r"\\([\\`*_\[\]<>#|])")
_DIGITS = 8


def facts_of(notebook: Mapping[str, Any] | Path) -> Facts:
    """The facts of an executed notebook, given as its content or its file.

    Examples
    --------
    >>> output = {"output_type": "execute_result", "data": {"text/html": "<p>2 <b>studies</b>, no trial.</p>"}}
    >>> cell = {"id": "summary", "cell_type": "code", "source": "", "outputs": [output]}
    >>> facts_of({"cells": [cell]}).parts[0].statements
    ('2 studies, no trial.',)
    """
    content = json.loads(notebook.read_bytes()) if isinstance(notebook, Path) else notebook
    title, section = "", ""
    parts: list[Part] = []
    for number, cell in enumerate(content["cells"], 1):
        name = str(cell.get("id", f"cell-{number}"))
        if cell["cell_type"] == "markdown":
            heads, statements = _markdown("".join(cell["source"]))
            title, section = _placed(heads, title, section)
            parts.append(Part(section, name, {}, tuple(statements), (), ()))
            continue
        gathered = _Gathered()
        for output in cell.get("outputs", ()):
            title, section = _placed(gathered.take(output), title, section)
        parts.append(Part(section, name, *gathered.told()))
    return Facts(title, tuple(part for part in parts if part))


def _placed(heads: Sequence[tuple[int, str]], title: str, section: str) -> tuple[str, str]:
    """Title and section after some headings; the first of level 1 is the title."""
    for level, text in heads:
        if level == 1 and not title:
            title = text
        else:
            section = text
    return title, section


class _Gathered:
    """What the outputs of one cell say."""

    def __init__(self) -> None:
        self.numbers: dict[str, Plain] = {}
        self.statements: list[str] = []
        self.tables: list[Table] = []
        self.figures: list[Figure] = []

    def told(self) -> tuple[dict[str, Plain], tuple[str, ...], tuple[Table, ...], tuple[Figure, ...]]:
        return self.numbers, tuple(self.statements), tuple(self.tables), tuple(self.figures)

    def take(self, output: Mapping[str, Any]) -> Sequence[tuple[int, str]]:
        """Take over an output; returns the headings in it."""
        if output["output_type"] == "stream":
            self._lines("".join(output["text"]))
            return ()
        data = {
            mime: "".join(text) if isinstance(text, list) else text for mime, text in output.get("data", {}).items()
        }
        given = data.get(MIME)
        if isinstance(given, dict):
            self.numbers |= given
        for mime in sorted(data):
            if mime.startswith("image/"):
                self._image(str(data[mime]), str(data.get("text/plain", "")))
        if "text/html" in data:
            _Reader(self).read(data["text/html"])
            return ()
        if "text/markdown" in data:
            heads, statements = _markdown(data["text/markdown"])
            self.statements += statements
            return heads
        if not any(mime.startswith("image/") for mime in data):
            self._lines(str(data.get("text/plain", "")))
        return ()

    def _lines(self, text: str) -> None:
        self.statements += [words for line in text.splitlines() if (words := _words(line))]

    def _image(self, content: str, words: str) -> None:
        self.figures.append(_figure([content], _words(words)))


def _words(text: str) -> str:
    return _TIGHT.sub("", " ".join(text.split()))


def _markdown(text: str) -> tuple[list[tuple[int, str]], list[str]]:
    """Headings with their level, and paragraphs, of the little Markdown that templates use."""
    heads: list[tuple[int, str]] = []
    paragraphs: list[str] = [""]
    for line in text.splitlines():
        marks = len(line) - len(line.lstrip("#"))
        if 0 < marks <= 6 and line[marks : marks + 1] == " ":
            heads.append((marks, _ESCAPED.sub(r"\1", line[marks:].strip())))
            paragraphs.append("")
        elif line.strip():
            paragraphs[-1] += f" {line}"
        else:
            paragraphs.append("")
    return heads, [words for each in paragraphs if (words := _words(each))]


def _digest(*texts: str) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:_DIGITS]


def _figure(drawings: Sequence[str], words: str) -> Figure:
    return Figure(words, _digest(*(_STYLING.sub("", drawing) for drawing in drawings)), _digest(*drawings))


def _without_drawings(html: str) -> tuple[str, list[str]]:
    """HTML with each drawing replaced by a numbered mark: a parser need not walk through paths."""
    parts: list[str] = []
    drawings: list[str] = []
    start = 0
    while (begin := html.find("<svg", start)) >= 0 and (end := html.find("</svg>", begin)) >= 0:
        parts += [html[start:begin], f'<i data-drawing="{len(drawings)}"></i>']
        drawings.append(html[begin : end + 6])
        start = end + 6
    return "".join([*parts, html[start:]]), drawings


class _Reader:
    """Walks through the HTML of one output."""

    def __init__(self, told: _Gathered) -> None:
        self.told = told
        self.line: list[str] = []
        self.drawings: list[str] = []

    def read(self, html: str) -> None:
        bare, self.drawings = _without_drawings(html)
        if not bare.strip():
            return
        parser = etree.HTMLParser(no_network=True, remove_comments=True, remove_pis=True, huge_tree=True)
        root = etree.fromstring(f"<body>{bare}</body>", parser)
        if root is not None:
            self._walk(root)
            self._flush()

    def _flush(self) -> None:
        if words := _words(" ".join(self.line)):
            self.told.statements.append(words)
        self.line = []

    def _walk(self, element: Any) -> None:  # noqa: ANN401 - an element of lxml
        # An explicit stack: pages nest little, but what a page holds must not be able to exhaust ours.
        stack: list[tuple[Any, bool]] = [(element, True)]
        while stack:
            node, entering = stack.pop()
            block = node.tag in _BLOCKS
            if not entering:
                if block:
                    self._flush()
                self._text(node.tail)
                continue
            if block:
                self._flush()
            taken = self._taken(node)
            if taken:
                self._text(node.tail)
                continue
            self._text(node.text)
            stack.append((node, False))
            stack.extend((child, True) for child in reversed(node))

    def _taken(self, node: Any) -> bool:  # noqa: ANN401
        """Whether the element is none of the running text: left out, or a table or figure of its own."""
        if not isinstance(node.tag, str) or node.tag in _SKIPPED:
            return True
        if node.tag == "table":
            self._flush()
            self._table(node)
            return True
        if node.tag == "figure" or node.get("data-drawing") is not None:
            self._flush()
            self._draw(node)
            return True
        return False

    def _text(self, text: str | None) -> None:
        if text and not text.isspace():
            self.line.append(text)

    def _table(self, node: Any) -> None:  # noqa: ANN401
        rows = [tuple(_cell(cell) for cell in row if cell.tag in {"td", "th"}) for row in node.iter("tr")]
        head = next(iter(node.iter("thead")), None)
        heads = 0 if head is None else len(list(head.iter("tr")))
        caption = next((_cell(each) for each in node.iter("caption")), "")
        columns = rows[0] if heads and rows and any(rows[0]) else ()
        self.told.tables.append(Table(caption, columns, tuple(row for row in rows[heads:] if any(row))))

    def _draw(self, node: Any) -> None:  # noqa: ANN401
        marks = [each.get("data-drawing") for each in node.iter() if each.get("data-drawing") is not None]
        drawings = [self.drawings[int(mark)] for mark in marks if mark.isdigit() and int(mark) < len(self.drawings)]
        caption = " ".join(_cell(each) for each in node.iter("figcaption"))
        label = next((_LABEL.search(drawing) for drawing in reversed(drawings)), None)
        self.told.figures.append(_figure(drawings, caption or (_unescaped(label[1]) if label else "")))


def _unescaped(text: str) -> str:
    import html

    return _words(html.unescape(text))


def _cell(node: Any) -> str:  # noqa: ANN401
    """The words of a cell; what stands in small beneath is set off, so that a row's head stays the same."""
    if not len(node):
        return _words(node.text or "")
    main: list[str] = []
    small: list[str] = []
    for text, beneath in _pieces(node):
        (small if beneath else main).append(text)
    words, told = _words("".join(main)), _words(" ".join(small))
    return f"{words} | {told}" if told else words


def _pieces(node: Any) -> Iterator[tuple[str, bool]]:  # noqa: ANN401
    beneath = 0
    for event, each in etree.iterwalk(node, events=("start", "end")):
        small = "kb-small" in (each.get("class") or "").split()
        if event == "start":
            beneath += small
            if each.text and each.tag not in _SKIPPED:
                yield (each.text, beneath > 0)
            if each.tag in _BLOCKS:
                yield (" ", beneath > 0)
        else:
            beneath -= small
            if each.tail and each is not node:
                yield (each.tail, beneath > 0)
