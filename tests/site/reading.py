"""Reading made pages as a browser would, without one: links, ids, scripts, text."""

from __future__ import annotations

import hashlib
import posixpath
from functools import lru_cache
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit


class Trace(NamedTuple):
    """A number on a page with the findings, as ``study.finding``, that it comes from; derived, it is computed."""

    findings: tuple[str, ...]
    text: str
    derived: bool


class Reader(HTMLParser):
    """What a page holds."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.handlers: list[str] = []
        self.traces: list[Trace] = []
        self.title = ""
        self._text: list[str] = []
        self._scripts: list[tuple[str, list[str]]] = []
        self._open: list[str] = []
        self._trace: list[tuple[int, tuple[str, ...], bool, list[str]]] = []

    @staticmethod
    def of(path: Path) -> Reader:
        """A page that was read."""
        return _read(path, path.stat().st_mtime_ns)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.elements.append((tag, given))
        if "id" in given:
            self.ids.append(given["id"])
        self.handlers += [name for name in given if name.startswith("on")]
        if tag == "script":
            self._scripts.append((given.get("type", "src" if "src" in given else ""), []))
        if tag not in {"meta", "link", "input", "img", "br", "hr", "path", "use", "wbr"}:
            self._open.append(tag)
            for name, derived in (("data-finding", False), ("data-findings", True)):
                if name in given:
                    self._trace.append((len(self._open), tuple(given[name].split()), derived, []))

    def handle_endtag(self, tag: str) -> None:
        while self._trace and self._trace[-1][0] >= len(self._open):
            _, findings, derived, parts = self._trace.pop()
            self.traces.append(Trace(findings, " ".join("".join(parts).split()), derived))
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        inside = self._open[-1] if self._open else ""
        if inside == "script":
            self._scripts[-1][1].append(data)
        elif inside == "title" and "svg" not in self._open:
            self.title += data
        elif inside != "style":
            self._text.append(data)
            for *_, parts in self._trace:
                parts.append(data)

    @property
    def text(self) -> str:
        """Its words, blanks joined."""
        return " ".join("".join(self._text).split())

    def scripts(self, kind: str) -> list[str]:
        """Content of the scripts of a type; an empty type is a script that runs."""
        return ["".join(parts) for given, parts in self._scripts if given == kind]

    def sources(self, tag: str) -> list[str]:
        """Where elements are loaded from."""
        return [given["src"] for name, given in self.elements if name == tag and "src" in given]

    def hrefs(self) -> set[str]:
        """Where links lead."""
        return {given["href"] for name, given in self.elements if name == "a" and "href" in given}

    def meta(self, name: str) -> str | None:
        """The content of a meta element."""
        return next((g.get("content") for tag, g in self.elements if tag == "meta" and g.get("name") == name), None)

    def link(self, rel: str, *, anywhere: bool = False) -> str | None:
        """Where a link element leads; only whole addresses unless ``anywhere``."""
        found = [g["href"] for tag, g in self.elements if tag == "link" and g.get("rel") == rel]
        return next((href for href in found if anywhere or "://" in href), None)


@lru_cache(maxsize=2000)
def _read(path: Path, changed: int) -> Reader:
    del changed
    reader = Reader()
    reader.feed(path.read_text(encoding="utf-8"))
    reader.close()
    return reader


def files_of(folder: Path) -> dict[str, str]:
    """Every file and the digest of its content."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def local_problems(site: Path) -> list[str]:
    """Links and sources that lead nowhere, anchors that do not exist, ids that stand twice, loads from elsewhere."""
    files = {path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()}
    pages = {name: Reader.of(site / name) for name in sorted(files) if name.endswith(".html")}
    ids = {name: set(page.ids) for name, page in pages.items()}
    problems = []
    for name, page in pages.items():
        problems += [f"{name}: the id {one} stands twice" for one in ids[name] if page.ids.count(one) > 1]
        for tag, given in page.elements:
            for attribute in ("href", "src", "action"):
                if attribute in given and tag != "use":
                    found = _problem(name, tag, given[attribute], files, ids)
                    problems += [f"{name}: {tag} {attribute}={given[attribute]}: {found}"] if found else []
    return problems


def _problem(name: str, tag: str, target: str, files: set[str], ids: dict[str, set[str]]) -> str:
    parts = urlsplit(target)
    if parts.scheme in {"data", "mailto"}:
        return ""
    if parts.scheme or parts.netloc:
        return "" if (tag == "a" and parts.scheme in {"http", "https"}) or tag == "link" else "is loaded from elsewhere"
    place = posixpath.normpath(posixpath.join(posixpath.dirname(name), unquote(parts.path))) if parts.path else name
    if place not in files:
        return "does not exist"
    if parts.fragment and place in ids and unquote(parts.fragment) not in ids[place]:
        return "has no such anchor"
    return ""
