"""Every notebook of the base: the warm engine against a plain loop of papermill; nothing changed; one number changed.

Run as ``python benchmarks/notebooks.py [--sample N] [--loop SECONDS] [--two]``. The loop would take half an hour, so
N notebooks of each template are run in it and their mean time is scaled to the plan; the table says so. The targets
are ratios, so that they hold on any machine: 8 on four processors, 5 on two (``--two`` measures that as well).
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from papermill import execute_notebook

import kb
from kb.notebooks import Job, plan, run_all
from kb.notebooks.pool import processors
from kb.notebooks.progress import Reporter
from kb.notebooks.template import template_path
from kb.store import load, save_study

ROOT = Path(__file__).resolve().parents[1]
EVIDENCE = ROOT / "evidence"
STUDY = "zhang2024"


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--sample", type=int, default=2, help="notebooks of each template in the plain loop")
    parser.add_argument("--loop", type=float, help="seconds that the plain loop is known to take: it is not run")
    parser.add_argument("--two", action="store_true", help="also on two processors")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(shutil.copytree(EVIDENCE, Path(folder) / "evidence"))
        jobs = plan(kb.open(root))
        row("notebooks of the plan", str(len(jobs)))
        loop, ran = (given.loop, 0) if given.loop else plain_loop(jobs, root, Path(folder) / "loop", given.sample)
        row(f"plain loop of papermill, scaled from {ran} notebooks" if ran else "plain loop, as given", f"{loop:.0f} s")
        from_nothing(jobs, root, Path(folder) / "warm", loop)
        if given.two and hasattr(os, "sched_setaffinity"):
            every = os.sched_getaffinity(0)
            os.sched_setaffinity(0, sorted(every)[:2])
            from_nothing(jobs, root, Path(folder) / "two", loop)
            os.sched_setaffinity(0, every)
        builds(root, Path(folder) / "build")


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


def from_nothing(jobs: list[Job], root: Path, folder: Path, loop: float) -> None:
    """All notebooks with the warm engine, the start of its process included."""
    took = timed(lambda: run_all(jobs, folder, evidence=root))
    row(f"warm engine, all, {processors()} processors", f"{took:.1f} s")
    row("times as fast as the loop", f"{loop / took:.1f}")


def builds(root: Path, folder: Path) -> None:
    """``kb build``, as a command each time: from nothing, nothing changed, one number changed."""
    row("kb build from nothing, site included", f"{command(root, folder):.1f} s")
    row("kb build, nothing changed, the command", f"{command(root, folder):.2f} s")
    build: Any = import_module("kb.build")
    sites: Any = import_module("kb.site")
    crew = build.Crew
    build.Crew = refuse
    row("    of this the build; no worker or kernel may start", f"{build.build(root, folder).seconds:.2f} s")
    build.Crew = crew
    change(root)
    spent: list[float] = []
    make = sites.make_site

    def make_site(*parts: object) -> object:
        made: list[object] = []
        spent.append(timed(lambda: made.append(make(*parts))))
        return made[0]

    sites.make_site = make_site
    built = build.build(root, folder, progress=Reporter())
    row(f"one number of {STUDY} changed, {built.run} of {built.notebooks} run: kb build", f"{built.seconds:.1f} s")
    row("    of this the site", f"{sum(spent):.1f} s")


def command(root: Path, folder: Path) -> float:
    """Seconds that the command takes."""
    program = [sys.executable, "-c", "from kb.cli import main; main()", "build"]
    options = ["--evidence", str(root), "--build", str(folder)]
    return timed(lambda: subprocess.run([*program, *options], check=True, capture_output=True, cwd=ROOT))


def change(root: Path) -> None:
    """Change one number of one study, by one in a hundred."""
    study = load(root).studies[STUDY]
    place = next(n for n, finding in enumerate(study.findings) if finding.estimate is not None)
    findings = list(study.findings)
    findings[place] = findings[place].model_copy(update={"estimate": (findings[place].estimate or 0) * 1.01})
    save_study(root, study.model_copy(update={"findings": tuple(findings)}))


def refuse(*_given: object, **_named: object) -> None:
    """Fail where a worker would be started."""
    message = "a worker was started although nothing changed"
    raise AssertionError(message)


def timed(work: Callable[[], object]) -> float:
    """Seconds that something takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def row(what: str, value: str) -> None:
    """Print a row of the table."""
    print(f"| {what:<78} | {value:>10} |", flush=True)


if __name__ == "__main__":
    main()
