"""The main job: validate the evidence, run stale notebooks, make the site, and put it in place all at once.

The build folder::

    releases/000007/         notebooks/, facts/, site/, reads.json (what each notebook read) and manifest.json of one
                             build; the last two are kept
    current -> releases/000007
    notebooks -> current/notebooks
    facts -> current/facts   what each notebook says, as JSON (:mod:`kb.drift`)
    site -> current/site     stable names to open and to link to
    .cache/, .lock           may be deleted when no build runs

A build is made aside and becomes visible by one rename, so that whatever happens before (a notebook that fails, a
full disk, a killed process) the last good build stays as it is, and the next build clears what was left. Where the
system has no symbolic links, ``notebooks``, ``facts`` and ``site`` are copies that are exchanged by renaming.

Times are in ``manifest.json`` only: two builds of the same evidence are otherwise the same, byte for byte.
"""

from __future__ import annotations

import datetime as dt
import errno
import json
import os
import re
import shutil
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from kb import drift
from kb import site as sites
from kb.base import Base, default_evidence, open_base
from kb.notebooks import Job, plan, run_all, select
from kb.notebooks.pool import Engine, processors
from kb.notebooks.progress import Reporter, reporter
from kb.notebooks.refused import BuildError, explained
from kb.notebooks.stale import (
    digest_code,
    digest_evidence,
    digest_file,
    digest_folder,
    digest_of,
    ingredients,
    load_reads,
    save_reads,
)
from kb.notebooks.template import template_folder

__all__ = ["BuildError", "Built", "build"]

Executor = Literal["processes", "serial", "dask"]
_RELEASE = re.compile(r"\d{6}")
_KEPT = 2
_FORMAT = 2
_LINKS = ("notebooks", "facts", "site")


@dataclass(frozen=True, slots=True)
class Built:
    """What a build did.

    Parameters
    ----------
    site
        Folder of the site; open ``index.html`` in it.
    notebooks
        How many notebooks the build has.
    run
        How many of them were run just now.
    pages
        Pages of the site.
    seconds
        Time it took.
    facts
        Folder of what each notebook says, as JSON.
    complete
        Whether every notebook is what it would be when run now.
    """

    site: Path
    notebooks: int
    run: int
    pages: int
    seconds: float
    facts: Path
    complete: bool

    def __str__(self) -> str:
        """One line that says what was done and where to look."""
        if not self.run:
            ran = f"no notebook changed: all {self.notebooks} stand as they are"
        elif self.run == self.notebooks:
            ran = f"{self.run} notebooks run"
        else:
            ran = f"{self.run} of {self.notebooks} notebooks run, the others stand as they are"
        return f"{ran}; open {self.site / 'index.html'} ({self.seconds:.1f} s)"


def build(  # noqa: PLR0913 - each is a choice of its own
    evidence: str | os.PathLike[str] | None = None,
    build_dir: str | os.PathLike[str] | None = None,
    *,
    only: Iterable[str] | None = None,
    force: bool = False,
    jobs: int | None = None,
    executor: Executor = "processes",
    scheduler: str | None = None,
    engine: Engine = "warm",
    progress: Reporter | None = None,
) -> Built:
    """Build the notebooks and the site of an evidence folder.

    Parameters
    ----------
    evidence
        Evidence folder; None finds it as :func:`kb.open` does.
    build_dir
        Folder to build in; None means ``build`` beside the evidence.
    only
        Patterns such as ``post/*`` or ids such as ``condition/hamstring-strain``: only these notebooks are run, the
        rest stays as the last build left it.
    force
        Run also what did not change.
    jobs
        Notebooks at a time; None means one a processor.
    executor
        ``processes``: in parallel. ``serial``: one after the other, each in an ordinary kernel. ``dask``: on a cluster.
    scheduler
        With ``dask``: the address of the cluster's scheduler (see :mod:`kb.notebooks.cluster`).
    engine
        ``warm`` or ``kernel``; see :mod:`kb.notebooks.engine`.
    progress
        Is told what happens; None means a bar or lines on standard error.

    Raises
    ------
    EvidenceError
        When the evidence holds errors.
    NotebooksFailedError
        When notebooks failed; it names each with its cell and error.
    BuildError
        When the build folder cannot be used, or another build is using it.
    """
    started = time.monotonic()
    root = Path(evidence) if evidence is not None else default_evidence()
    folder = (Path(build_dir) if build_dir is not None else root.absolute().parent / "build").absolute()
    if folder.resolve() == root.resolve() or root.resolve() in folder.resolve().parents:
        raise BuildError(f"{folder} lies in the evidence folder: choose another build folder")
    if (executor == "dask") != (scheduler is not None):
        raise BuildError("the executor dask needs the address of a scheduler, and only that executor")
    patterns = None if only is None else list(only)
    if not root.is_dir():
        open_base(root)  # says what is wrong with it
    with explained(folder), _locked(folder):
        world = _world(root)
        last = _Release.current(folder)
        _clear(folder, last)
        _refuse_strangers(folder)
        if last is not None and not force and patterns is None and last.manifest.get("world") == world and last.whole():
            _point(folder, last.path)
            return _built(folder, last, 0, started)
        base = open_base(root)
        if executor == "serial":
            jobs, engine = 1, "kernel"
        wish = _Wish(world, patterns, force, jobs or processors(), engine, progress or reporter(), started, scheduler)
        return _build(base, folder, last, wish)


# --- one build ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Release:
    """A finished build."""

    path: Path
    manifest: dict[str, Any]

    @staticmethod
    def current(folder: Path) -> _Release | None:
        """The build that is in place, if it can be read."""
        releases = folder / "releases"
        names = [path.name for path in releases.glob("*") if _RELEASE.fullmatch(path.name)]
        link = folder / "current"
        pointed = link.resolve().name if link.is_symlink() else ""
        for name in sorted(names, key=lambda n: (n == pointed, n), reverse=True):
            with suppress(OSError, ValueError):
                manifest = json.loads((releases / name / "manifest.json").read_text(encoding="utf-8"))
                if manifest["format"] == _FORMAT:
                    return _Release(releases / name, manifest)
        return None

    def fresh(self, output: str, ingredients_now: str) -> bool:
        """Whether a notebook is what it would be when run now."""
        entry = self.manifest["notebooks"].get(output)
        return bool(entry) and entry["ingredients"] == ingredients_now and self.holds(output)

    def holds(self, output: str) -> bool:
        """Whether a notebook is there as it was written."""
        path, entry = self.path / "notebooks" / output, self.manifest["notebooks"].get(output)
        return bool(entry) and path.is_file() and digest_file(path) == entry["sha256"]

    def whole(self) -> bool:
        """Whether all notebooks, facts and the site are there as they were written, and none was left from before."""
        return (
            self.manifest["complete"]
            and all(self.holds(output) for output in self.manifest["notebooks"])
            and self.facts() is not None
            and digest_folder(self.path / "site") == self.manifest["site"]
        )

    def facts(self) -> Path | None:
        """The folder of facts, where it is as it was written and would be written so again."""
        folder = self.path / "facts"
        now = {"code": drift.digest(), "sha256": digest_folder(folder)}
        return folder if self.manifest["facts"] == now else None


@dataclass(frozen=True, slots=True)
class _Wish:
    """How a build is to be done."""

    world: str
    only: Sequence[str] | None
    force: bool
    workers: int
    engine: Engine
    progress: Reporter
    started: float
    scheduler: str | None


def _built(folder: Path, release: _Release, run: int, started: float) -> Built:
    manifest, seconds = release.manifest, time.monotonic() - started
    number, complete = len(manifest["notebooks"]), bool(manifest["complete"])
    return Built(folder / "site", number, run, manifest["pages"], seconds, release.path / "facts", complete)


def _build(base: Base, folder: Path, last: _Release | None, wish: _Wish) -> Built:
    every = plan(base)
    chosen = every if wish.only is None else select(every, wish.only)
    reads = load_reads(last.path / "reads.json") if last is not None else {}
    now = ingredients(every, base, reads)
    stale = [job for job in chosen if wish.force or last is None or not last.fresh(job.output, now[job.output])]
    taken = [int(path.name) for path in (folder / "releases").glob("*") if _RELEASE.fullmatch(path.name)]
    number = 1 + max(taken, default=0)
    staging = folder / "releases" / f".new-{number:06}"
    staging.mkdir(parents=True)
    try:
        kept = _carry_over(every, stale, last, staging / "notebooks")
        reads |= run_all(
            stale,
            staging / "notebooks",
            evidence=base.root,
            workers=wish.workers,
            progress=wish.progress,
            engine=wish.engine,
            scheduler=wish.scheduler,
        )
        now = ingredients(every, base, reads)
        save_reads(staging / "reads.json", {j.output: reads[j.output] for j in every if j.output in reads}, base)
        drift.gather(staging / "notebooks", staging / "facts", last.facts() if last is not None else None, kept)
        wish.progress.say("making the site")
        pages = sites.make_site(staging / "notebooks", staging / "site", base, folder / ".cache" / "site", wish.workers)
        world = wish.world
        if _world(base.root) != world:
            wish.progress.say("evidence, templates or kb changed meanwhile: what was run just now counts as stale")
            now = dict.fromkeys(now, "changed while the build ran")
            world = ""
        made = {job.output for job in stale}
        entries = {
            job.output: {
                "ingredients": now[job.output] if job.output in made else kept[job.output],
                "sha256": digest_file(staging / "notebooks" / job.output),
            }
            for job in every
            if job.output in made or job.output in kept
        }
        manifest = {
            "format": _FORMAT,
            "world": world,
            "complete": bool(world) and {name: entry["ingredients"] for name, entry in entries.items()} == now,
            "pages": pages,
            "site": digest_folder(staging / "site"),
            "facts": {"code": drift.digest(), "sha256": digest_folder(staging / "facts")},
            "notebooks": entries,
            "built": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
            "seconds": round(time.monotonic() - wish.started, 1),
        }
        (staging / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
        release = staging.with_name(f"{number:06}")
        staging.rename(release)
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        raise
    _point(folder, release)
    _prune(folder, release)
    return _built(folder, _Release(release, manifest), len(stale), wish.started)


def _carry_over(every: Sequence[Job], stale: Sequence[Job], last: _Release | None, target: Path) -> dict[str, str]:
    """Take over from the last build what is not run now; returns the checksum of what each was made from."""
    target.mkdir()
    if last is None:
        return {}
    again = {job.output for job in stale}
    kept = {}
    for job in every:
        if job.output not in again and last.holds(job.output):
            (target / job.output).parent.mkdir(exist_ok=True)
            _link_or_copy(last.path / "notebooks" / job.output, target / job.output)
            kept[job.output] = last.manifest["notebooks"][job.output]["ingredients"]
    return kept


def _refuse_strangers(folder: Path) -> None:
    """Refuse a folder in which something else has a name that the build needs, before anything is run."""
    for name in ("current", *_LINKS):
        link = folder / name
        if not link.is_symlink() and link.exists() and not (folder / "releases" / ".copies").exists():
            raise BuildError(f"{link} was not made by a build: move it away, or choose another build folder")


def _link_or_copy(source: Path, target: Path) -> None:
    try:
        target.hardlink_to(source)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise
        shutil.copyfile(source, target)


def _world(evidence: Path) -> str:
    """Checksum of everything that a build depends on."""
    templates = digest_folder(template_folder())
    return digest_of(digest_evidence(evidence), digest_code(), templates, sites.digest(), drift.digest())


# --- the build folder ---------------------------------------------------------------------------------------------


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
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


def _clear(folder: Path, last: _Release | None) -> None:
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


def _point(folder: Path, release: Path) -> None:
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
