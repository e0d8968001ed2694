"""Pages that are kept between two builds: one whose ingredients did not change is not made again."""

from __future__ import annotations

import errno
import hashlib
import json
import shutil
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_RECORDS = "records.json"


@dataclass(frozen=True, slots=True)
class Made:
    """A page as a file, and what other pages and the search need to know of it.

    Parameters
    ----------
    title, description
        Plain text.
    words
        What the search finds it by.
    html
        The file.
    """

    title: str
    description: str
    words: tuple[str, ...]
    html: bytes


@dataclass(slots=True)
class Kept:
    """The folder of kept pages.

    A page counts only when it is there as it was written, so that neither a build that was killed nor a change by hand
    can come into a site.

    Parameters
    ----------
    folder
        Anything may be deleted from it at any time.
    key
        What all pages are made of besides their own ingredients.
    """

    folder: Path
    key: str
    made: int = 0
    _records: dict[str, dict[str, Any]] = field(default_factory=dict)
    _now: dict[str, dict[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        try:
            kept = json.loads((self.folder / _RECORDS).read_text(encoding="utf-8"))
            self._records = kept["pages"] if kept["key"] == self.key else {}
        except (OSError, ValueError, KeyError, TypeError):
            self._records = {}

    def page(self, name: str, ingredients: str, make: Callable[[], Made]) -> tuple[str, str, list[str]]:
        """Title, description and words of a page; it is made where it is not kept."""
        record = self._records.get(name)
        path = self.folder / "html" / f"{name}.html"
        if record is None or record["ingredients"] != ingredients or _digest(path) != record["sha256"]:
            page = make()
            path.parent.mkdir(parents=True, exist_ok=True)
            _write(path, page.html)
            self.made += 1
            record = {
                "ingredients": ingredients,
                "sha256": hashlib.sha256(page.html).hexdigest(),
                "title": page.title,
                "description": page.description,
                "words": list(page.words),
            }
        self._now[name] = record
        return record["title"], record["description"], record["words"]

    def value(self, name: str, ingredients: str, make: Callable[[], Any]) -> Any:  # noqa: ANN401 - plain data
        """Plain data that is slow to make."""
        record = self._records.get(f":{name}")
        if record is None or record["ingredients"] != ingredients:
            record = {"ingredients": ingredients, "value": make()}
        self._now[f":{name}"] = record
        return record["value"]

    def place(self, name: str, site: Path) -> None:
        """Put a kept page into a site; it shares its place on the disk where the disk can do that."""
        target = site / f"{name}.html"
        target.parent.mkdir(parents=True, exist_ok=True)
        link_or_copy(self.folder / "html" / f"{name}.html", target)

    def finish(self, names: Collection[str]) -> None:
        """Remember what was made, and forget the pages that are no longer wanted."""
        pages = {name: record for name, record in self._now.items() if name in names or name.startswith(":")}
        _write(self.folder / _RECORDS, json.dumps({"key": self.key, "pages": pages}).encode())
        wanted = {self.folder / "html" / f"{name}.html" for name in names}
        for path in (self.folder / "html").rglob("*"):
            if path.is_file() and path not in wanted:
                path.unlink()


def kept_folder(folder: Path, ingredients: str, make: Callable[[Path], None]) -> Path:
    """A folder of files that is slow to make: it is made where it is not there as it was made of the same."""
    noted = folder.with_name(f"{folder.name}.json")
    try:
        record: dict[str, Any] = json.loads(noted.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        record = {}
    if record.get("ingredients") != ingredients or _digests(folder) != record.get("sha256"):
        noted.unlink(missing_ok=True)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        make(folder)
        _write(noted, json.dumps({"ingredients": ingredients, "sha256": _digests(folder)}).encode())
    return folder


def link_or_copy(source: Path, target: Path) -> None:
    """The same file at another place; a copy where the disk knows no such thing."""
    try:
        target.hardlink_to(source)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise
        shutil.copyfile(source, target)


def _write(path: Path, content: bytes) -> None:
    """Write a file anew: a place that it shares on the disk with an older site keeps its content."""
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_bytes(content)
    fresh.replace(path)


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return ""


def _digests(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else []
    return {path.relative_to(folder).as_posix(): _digest(path) for path in files}
