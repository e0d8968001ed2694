"""The build folder: its releases, which one is the current, and what must not happen to it."""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kb import drift
from kb.build.sums import Sums
from kb.notebooks.refused import BuildError

FORMAT = 3
_RELEASE = re.compile(r"\d{6}")
_KEPT = 2
_LINKS = ("notebooks", "facts", "site")


@dataclass(frozen=True, slots=True)
class Release:
    """A finished build."""

    path: Path
    manifest: dict[str, Any]
    sums: Sums

    @staticmethod
    def current(folder: Path, sums: Sums) -> Release | None:
        """The build that is in place, if it can be read."""
        releases = folder / "releases"
        names = [path.name for path in releases.glob("*") if _RELEASE.fullmatch(path.name)]
        link = folder / "current"
        pointed = link.resolve().name if link.is_symlink() else ""
        for name in sorted(names, key=lambda n: (n == pointed, n), reverse=True):
            with suppress(OSError, ValueError):
                manifest = json.loads((releases / name / "manifest.json").read_text(encoding="utf-8"))
                if manifest["format"] == FORMAT:
                    return Release(releases / name, manifest, sums)
        return None

    def fresh(self, output: str, ingredients_now: str) -> bool:
        """Whether a notebook is what it would be when run now."""
        entry = self.manifest["notebooks"].get(output)
        return bool(entry) and entry["ingredients"] == ingredients_now and self.holds(output)

    def holds(self, output: str) -> bool:
        """Whether a notebook is there as it was written."""
        path, entry = self.path / "notebooks" / output, self.manifest["notebooks"].get(output)
        return bool(entry) and path.is_file() and self.sums.file(path) == entry["sha256"]

    def whole(self) -> bool:
        """Whether all notebooks, facts and the site are there as they were written, and none was left from before."""
        return (
            self.manifest["complete"]
            and all(self.holds(output) for output in self.manifest["notebooks"])
            and self.facts() is not None
            and self.sums.folder(self.path / "site") == self.manifest["site"]
        )

    def facts(self) -> Path | None:
        """The folder of facts, where it is as it was written and would be written so again."""
        folder = self.path / "facts"
        now = {"code": drift.digest(), "sha256": self.sums.folder(folder)}
        return folder if self.manifest["facts"] == now else None


def staging_for(folder: Path) -> Path:
    """A new folder in which the next release is made."""
    taken = [int(path.name) for path in (folder / "releases").glob("*") if _RELEASE.fullmatch(path.name)]
    staging = folder / "releases" / f".new-{1 + max(taken, default=0):06}"
    staging.mkdir(parents=True)
    return staging


def land(folder: Path, staging: Path) -> Path:
    """Make what was made aside the current release, and remove old ones."""
    release = staging.with_name(staging.name.removeprefix(".new-"))
    staging.rename(release)
    point(folder, release)
    _prune(folder, release)
    return release


def refuse_strangers(folder: Path) -> None:
    """Refuse a folder in which something else has a name that the build needs, before anything is run."""
    for name in ("current", *_LINKS):
        link = folder / name
        if not link.is_symlink() and link.exists() and not (folder / "releases" / ".copies").exists():
            raise BuildError(f"{link} was not made by a build: move it away, or choose another build folder")


def link_or_copy(source: Path, target: Path) -> None:
    """Put a file of an earlier release in a new one; nobody changes it in place."""
    target.parent.mkdir(exist_ok=True)
    try:
        target.hardlink_to(source)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise
        shutil.copyfile(source, target)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the build folder alone."""
    from filelock import FileLock, Timeout

    folder.mkdir(parents=True, exist_ok=True)
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(folder))
    lock = FileLock(folder / ".lock", timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise BuildError(f"another build is using {folder}: wait until it is done, or choose another folder") from None
    try:
        yield
    finally:
        lock.release()


def clear(folder: Path, last: Release | None) -> None:
    """Remove what a killed build left behind."""
    releases = folder / "releases"
    for path in releases.glob("*") if releases.is_dir() else ():
        unfinished = path.name.startswith(".new-") or (
            _RELEASE.fullmatch(path.name) and not (path / "manifest.json").is_file()
        )
        if unfinished and (last is None or path != last.path):
            shutil.rmtree(path)
    for path in folder.glob(".*.new"):
        path.unlink() if path.is_symlink() or path.is_file() else shutil.rmtree(path)


def point(folder: Path, release: Path) -> None:
    """Make a release the current one."""
    names = {"current": f"releases/{release.name}", **{name: f"current/{name}" for name in _LINKS}}
    for name, target in names.items():
        link, fresh = folder / name, folder / f".{name}.new"
        if link.is_symlink() and link.readlink() == Path(target):
            continue
        try:
            fresh.symlink_to(target, target_is_directory=True)
        except (OSError, NotImplementedError) as error:
            if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EROFS}:
                raise
            _exchange(folder, name, release)
        else:
            fresh.replace(link)


def _exchange(folder: Path, name: str, release: Path) -> None:
    """Without symbolic links: put a copy where the link would be."""
    if name == "current":
        return
    link, fresh, old = folder / name, folder / f".{name}.new", folder / f".{name}-old.new"
    (folder / "releases" / ".copies").touch()
    shutil.copytree(release / name, fresh)
    if link.exists():
        link.rename(old)
    fresh.rename(link)
    shutil.rmtree(old, ignore_errors=True)


def _prune(folder: Path, release: Path) -> None:
    """Keep the release and the one before."""
    names = sorted(p.name for p in (folder / "releases").glob("*") if _RELEASE.fullmatch(p.name))
    older = [name for name in names if name < release.name]
    for name in older[: -(_KEPT - 1)]:
        shutil.rmtree(folder / "releases" / name, ignore_errors=True)
