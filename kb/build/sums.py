"""Checksums of the files of a build; a file that nobody touched is not read again."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from pathlib import Path

from kb.notebooks.stale import digest_file


class Sums:
    """SHA-256 of files, kept by what the file system says of them: inode, size and time of the last change.

    Parameters
    ----------
    path
        Where they are kept; nothing is known where it cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[str, str] = {}
        self._used: dict[str, str] = {}
        with suppress(OSError, ValueError):
            kept = json.loads(path.read_text(encoding="utf-8"))
            self._known = kept if isinstance(kept, dict) else {}

    def file(self, path: Path) -> str:
        """The checksum of a file."""
        said = path.stat()
        if not said.st_ino:  # a file system that does not tell files apart
            return digest_file(path)
        key = f"{said.st_ino} {said.st_size} {said.st_mtime_ns}"
        if key not in self._used:
            self._used[key] = self._known.get(key) or digest_file(path)
        return self._used[key]

    def folder(self, folder: Path) -> str:
        """The checksum of the names and contents of the files below a folder, hidden ones apart."""
        total = hashlib.sha256()
        for path in sorted(folder.rglob("*")):
            parts = path.relative_to(folder).parts
            if path.is_file() and not any(part.startswith(".") for part in parts):
                total.update("/".join(parts).encode() + b"\0" + self.file(path).encode())
        return total.hexdigest()

    def save(self) -> None:
        """Keep what was asked for; a place that cannot be written costs time at the next build, nothing else."""
        if self._used == self._known:
            return
        fresh = self._path.with_name(f".{self._path.name}.new")
        with suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            fresh.write_text(json.dumps(self._used, separators=(",", ":")), encoding="utf-8")
            fresh.replace(self._path)
