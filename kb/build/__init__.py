"""The main job: validate the evidence, run stale notebooks, make the site, and put it in place all at once.

The build folder::

    releases/000007/         notebooks/, facts/, site/, reads.json (what each notebook read) and manifest.json of one
                             build; the last two are kept
    current -> releases/000007
    notebooks -> current/notebooks
    facts -> current/facts   what each notebook says, as JSON (:mod:`kb.drift`)
    site -> current/site     stable names to open and to link to
    .cache/, .lock           may be deleted when no build runs

A build is made aside and becomes visible by one rename, so that whatever happens before (a full disk, a killed
process) the last good build stays as it is, and the next build clears what was left. Where the system has no symbolic
links, ``notebooks``, ``facts`` and ``site`` are copies that are exchanged by renaming.

A notebook that fails does not keep the others back. It stays as it was when it last could be made, or is missing, and
the manifest and the message say so; the next build tries it again. Nothing is put in place when no notebook could be
made, or when so many fail that it is not the notebooks that are wrong.

Times are in ``manifest.json`` only: two builds of the same evidence are otherwise the same, byte for byte.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from kb import drift
from kb import site as sites
from kb.base import Base, default_evidence, open_base
from kb.build.folder import FORMAT, Release, clear, land, link_or_copy, locked, point, refuse_strangers, staging_for
from kb.build.gathering import Gathering
from kb.build.sums import Sums
from kb.figures.drawn import keeping
from kb.notebooks import Job, plan, select
from kb.notebooks.kept import quicken, uncollected
from kb.notebooks.pool import Crew, Engine, Ran, processors
from kb.notebooks.progress import Reporter, reporter
from kb.notebooks.refused import BuildError, explained
from kb.notebooks.run import Failure
from kb.notebooks.stale import (
    Record,
    digest_code,
    digest_evidence,
    digest_folder,
    digest_of,
    ingredients,
    known_to,
    load_record,
    save_reads,
)
from kb.notebooks.template import template_folder

__all__ = ["BuildError", "Built", "build"]

Executor = Literal["processes", "serial", "dask"]
_FAILED = "failed"
"""Stands for what a notebook was made from when it could not be made: it is stale until it can."""


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
        How many of them were made just now.
    pages
        Pages of the site.
    seconds
        Time it took.
    facts
        Folder of what each notebook says, as JSON.
    complete
        Whether every notebook is what it would be when run now.
    failures
        Notebooks that could not be made, and why.
    missing
        Those of them that the build has not even from before, by output path.
    """

    site: Path
    notebooks: int
    run: int
    pages: int
    seconds: float
    facts: Path
    complete: bool
    failures: tuple[Failure, ...] = ()
    missing: tuple[str, ...] = ()

    def __str__(self) -> str:
        """One line that says what was done and where to look."""
        if not self.run and not self.failures:
            ran = f"no notebook changed: all {self.notebooks} stand as they are"
        elif self.run == self.notebooks:
            ran = f"{self.run} notebooks run"
        else:
            ran = f"{self.run} of {self.notebooks} notebooks run, the others stand as they are"
        return f"{ran}; open {self.site / 'index.html'} ({self.seconds:.1f} s)"

    def trouble(self) -> str:
        """What failed, and what stands in its place; empty when nothing did."""
        if not self.failures:
            return ""
        number = len(self.failures)
        lines = [
            f"{number} notebook{'' if number == 1 else 's'} failed, the rest is built; the next build tries again:"
        ]
        for failure in self.failures:
            gone = failure.notebook in self.missing
            stands = "there is no such page until it can be made" if gone else "its page stands as it was last built"
            lines.append(f"  {failure}\n    {stands}")
        return "\n".join(lines)


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

    Returns
    -------
    Built
        What was done; its ``failures`` are notebooks that could not be made while the rest was.

    Raises
    ------
    EvidenceError
        When the evidence holds errors.
    NotebooksFailedError
        When no notebook could be made, or so many fail that the rest was not tried; it names each with its cell and
        error, and nothing was put in place.
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
    with explained(folder), locked(folder):
        world, sums = _world(root), Sums(folder / ".cache" / "sums.json")
        last = Release.current(folder, sums)
        clear(folder, last)
        refuse_strangers(folder)
        if last is not None and not force and patterns is None and last.manifest.get("world") == world and last.whole():
            point(folder, last.path)
            sums.save()
            return _built(folder, last, 0, started)
        if executor == "serial":
            jobs, engine = 1, "kernel"
        crew = Crew(engine, root, jobs or processors(), scheduler=scheduler)
        wish = _Wish(world, patterns, force, progress or reporter(), started, jobs or processors(), sums)
        with keeping(_drawings(folder)), crew, uncollected(), ThreadPoolExecutor(1) as beside:
            return _build(open_base(root), folder, last, wish, crew, beside)


def _drawings(folder: Path) -> Path:
    """The folder of drawings that the code as it is now made; those of other code are removed."""
    now = folder / ".cache" / "drawings" / digest_code()[:16]
    for other in now.parent.glob("*"):
        if other != now:
            shutil.rmtree(other, ignore_errors=True)
    return now


@dataclass(frozen=True, slots=True)
class _Wish:
    """How a build is to be done."""

    world: str
    only: Sequence[str] | None
    force: bool
    progress: Reporter
    started: float
    workers: int
    sums: Sums


def _built(folder: Path, release: Release, run: int, started: float, failures: Sequence[Failure] = ()) -> Built:
    manifest, seconds = release.manifest, time.monotonic() - started
    missing = tuple(f.notebook for f in failures if f.notebook not in manifest["notebooks"])
    return Built(
        folder / "site",
        len(manifest["notebooks"]),
        run,
        manifest["pages"],
        seconds,
        release.path / "facts",
        bool(manifest["complete"]),
        tuple(failures),
        missing,
    )


def _build(
    base: Base, folder: Path, last: Release | None, wish: _Wish, crew: Crew, beside: ThreadPoolExecutor
) -> Built:
    cache = folder / ".cache" / "site"
    every = plan(quicken(base, folder / ".cache" / "answers"))
    crew.hand_over(base)
    chosen = every if wish.only is None else select(every, wish.only)
    record = load_record(last.path / "reads.json") if last is not None else Record()
    digests = known_to(base, record)
    now = ingredients(every, base, record.reads, digests)
    stale = [job for job in chosen if wish.force or last is None or not last.fresh(job.output, now[job.output])]
    took: Mapping[str, float] = last.manifest["took"] if last is not None else {}
    stale.sort(key=lambda job: -took.get(job.output, float("inf")))  # the longest first, that none is left at the end
    staging = staging_for(folder)
    try:
        kept = _carry_over(every, stale, last, staging / "notebooks")
        before = last.facts() if last is not None else None
        data = beside.submit(sites.prepare, base, cache).result
        with Gathering(wish.progress, staging) as gathering:
            ran = crew.run(stale, staging / "notebooks", gathering)
        failed = _spare([job.output for job in stale], ran, last, staging / "notebooks")
        if ran.skipped or not (ran.reads or kept or any(failed.values())):
            ran.whole()
        kept |= {output: _FAILED for output, stands in failed.items() if stands}
        reads = {**record.reads, **ran.reads}
        now |= ingredients([job for job in stale if job.output in ran.reads], base, reads, digests)
        save_reads(
            staging / "reads.json", {j.output: reads[j.output] for j in every if j.output in reads}, base, digests
        )
        drift.gather(staging / "notebooks", staging / "facts", before, kept)
        wish.progress.say("making the site")
        pages = sites.make_site(staging / "notebooks", staging / "site", base, cache, wish.workers, data)
        world = wish.world
        if _world(base.root) != world:
            wish.progress.say("evidence, templates or kb changed meanwhile: what was run just now counts as stale")
            now = dict.fromkeys(now, "changed while the build ran")
            world = ""
        made_from = {output: now[output] for output in ran.reads} | kept
        manifest = {
            "format": FORMAT,
            "world": world,
            "complete": bool(world) and not failed and made_from == now,
            "pages": pages,
            "site": wish.sums.folder(staging / "site"),
            "facts": {"code": drift.digest(), "sha256": wish.sums.folder(staging / "facts")},
            "notebooks": _entries(every, made_from, staging / "notebooks", wish.sums),
            "failed": {failure.notebook: str(failure) for failure in ran.failures},
            "built": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
            "seconds": round(time.monotonic() - wish.started, 1),
            "took": {**took, **ran.seconds},
        }
        (staging / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
        release = land(folder, staging)
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        raise
    wish.sums.save()
    return _built(folder, Release(release, manifest, wish.sums), len(ran.reads), wish.started, ran.failures)


def _entries(every: Iterable[Job], made_from: Mapping[str, str], folder: Path, sums: Sums) -> dict[str, dict[str, str]]:
    """What each notebook was made from, and its checksum, in the order of the plan."""
    return {
        job.output: {"ingredients": made_from[job.output], "sha256": sums.file(folder / job.output)}
        for job in every
        if job.output in made_from
    }


def _carry_over(every: Sequence[Job], stale: Sequence[Job], last: Release | None, target: Path) -> dict[str, str]:
    """Take over from the last build what is not run now; returns the checksum of what each was made from."""
    target.mkdir()
    if last is None:
        return {}
    again = {job.output for job in stale}
    kept = {}
    for job in every:
        if job.output not in again and last.holds(job.output):
            link_or_copy(last.path / "notebooks" / job.output, target / job.output)
            kept[job.output] = last.manifest["notebooks"][job.output]["ingredients"]
    return kept


def _spare(stale: Iterable[str], ran: Ran, last: Release | None, target: Path) -> dict[str, bool]:
    """Put what failed in place as it was when it last could be made; whether it could be, by output path."""
    stands = {}
    for output in stale:
        if output not in ran.reads:
            stands[output] = last is not None and last.holds(output)
            if last is not None and stands[output]:
                link_or_copy(last.path / "notebooks" / output, target / output)
    return stands


def _world(evidence: Path) -> str:
    """Checksum of everything that a build depends on."""
    templates = digest_folder(template_folder())
    return digest_of(digest_evidence(evidence), digest_code(), templates, sites.digest(), drift.digest())
