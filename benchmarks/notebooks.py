"""Every notebook of the base: the warm engine against a plain loop of papermill; nothing changed; one number changed.

Run as ``python benchmarks/notebooks.py [--sample N]``. The loop would take half an hour, so N notebooks of each
template are run in it and their mean time is scaled to the plan; the table says so. The targets are ratios, so that
they hold on any machine: 8 on four processors, 5 on two.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from collections import Counter
from importlib import import_module
from pathlib import Path
from typing import Any

from papermill import execute_notebook

import kb
from kb.notebooks import Job, plan, run_all
from kb.notebooks.pool import processors
from kb.notebooks.progress import Reporter
from kb.notebooks.stale import ingredients, load_reads, save_reads
from kb.notebooks.template import template_path
from kb.store import load, save_study

EVIDENCE = Path(__file__).resolve().parents[1] / "evidence"
STUDY = "zhang2024"


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--sample", type=int, default=2, help="notebooks of each template in the plain loop")
    sample = parser.parse_args().sample
    with tempfile.TemporaryDirectory() as folder:
        root = Path(shutil.copytree(EVIDENCE, Path(folder) / "evidence"))
        jobs = plan(kb.open(root))
        loop, ran = plain_loop(jobs, root, Path(folder) / "loop", sample)
        started = time.perf_counter()
        reads = run_all(jobs, Path(folder) / "warm", evidence=root)
        warm = time.perf_counter() - started
        row("notebooks of the plan", f"{len(jobs)} on {processors()} processors")
        row(f"plain loop of papermill, scaled from {ran} notebooks", f"{loop:.0f} s")
        row("warm engine, all", f"{warm:.1f} s")
        row("ratio", f"{loop / warm:.1f}")
        changed(root, Path(folder) / "warm", jobs, reads)
        unchanged(root, Path(folder) / "build", jobs[:1])


def plain_loop(jobs: list[Job], root: Path, folder: Path, sample: int) -> tuple[float, int]:
    """Seconds that the loop would take for all jobs, and how many were run to know it."""
    folder.mkdir()
    total, ran = 0.0, 0
    for template, number in Counter(job.template for job in jobs).items():
        some = [job for job in jobs if job.template == template]
        chosen = some[:: max(1, len(some) // sample)][:sample]
        started = time.perf_counter()
        for job in chosen:
            execute_notebook(
                str(template_path(template)),
                str(folder / "made.ipynb"),
                parameters={**job.parameters, "evidence": str(root)},
                kernel_name="python3",
                progress_bar=False,
                log_output=False,
            )
        total += (time.perf_counter() - started) / len(chosen) * number
        ran += len(chosen)
    return total, ran


def changed(root: Path, folder: Path, jobs: list[Job], reads: dict[str, frozenset[str]]) -> None:
    """One number of one study: the notebooks that read it, from opening the evidence to the last of them."""
    record = folder / "reads.json"
    before = ingredients(jobs, kb.open(root), reads)
    save_reads(record, reads, kb.open(root))
    study = load(root).studies[STUDY]
    place = next(n for n, finding in enumerate(study.findings) if finding.estimate is not None)
    findings = list(study.findings)
    findings[place] = findings[place].model_copy(update={"estimate": (findings[place].estimate or 0) * 1.01})
    save_study(root, study.model_copy(update={"findings": tuple(findings)}))
    started = time.perf_counter()
    base = kb.open(root)
    now = ingredients(plan(base), base, load_reads(record))
    stale = [job for job in jobs if now.get(job.output) != before[job.output]]
    known = time.perf_counter() - started
    run_all(stale, folder, evidence=root)
    took = time.perf_counter() - started
    row(f"one number of {STUDY} changed: {len(stale)} of {len(jobs)} stale", f"{took:.1f} s ({known:.1f} s to know)")


def unchanged(root: Path, folder: Path, jobs: list[Job]) -> None:
    """A whole ``kb build`` with nothing to do; the plan is short, because the first build is not what is measured."""
    builds: Any = import_module("kb.build")
    every = builds.plan
    builds.plan = lambda _: jobs
    try:
        builds.build(root, folder, progress=Reporter())
        builds.run_all = refuse
        made = builds.build(root, folder, progress=Reporter())
    finally:
        builds.plan, builds.run_all = every, run_all
    row("kb build with nothing changed, no kernel or worker started", f"{made.seconds:.2f} s")


def refuse(*_given: object, **_named: object) -> dict[str, frozenset[str]]:
    """Fail where a notebook would be run."""
    message = "a notebook was run although nothing changed"
    raise AssertionError(message)


def row(what: str, value: str) -> None:
    """Print a row of the table."""
    print(f"| {what:<78} | {value:>28} |", flush=True)


if __name__ == "__main__":
    main()
