"""Speed and memory of the PubMed XML parser against Bio.Entrez.read, on a synthetic file like NLM's annual baseline.

    python benchmarks/pubmed_xml.py [--records 30000] [--processes 4] [--repeat 3]

Each measurement runs in a process of its own. Both parsers must agree on every title and author.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from kb.pubmed.record import Record

sys.path.insert(0, str(Path(__file__).resolve().parent))

import pubmed_baseline

MODES = ("Bio.Entrez.read", "kb, one process", "kb, one process, strict", "kb, several processes")
LIMITS = {"kb, one process": 6.0, "kb, several processes": 15.0}
MEGABYTES = 80


def main() -> int:
    """Measure, print a table, and exit with 1 when a promise of issue 3 is not kept."""
    arguments = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else None)
    arguments.add_argument("--records", type=int, default=30_000)
    arguments.add_argument("--processes", type=int, default=4)
    arguments.add_argument("--repeat", type=int, default=3, help="runs of each; the fastest counts")
    arguments.add_argument("--measure", nargs=2, metavar=("MODE", "FILE"), help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.measure:
        mode, path = given.measure
        print(json.dumps(measure(mode, path, given.processes)))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pubmed25n0001.xml.gz"
        pubmed_baseline.write(path, given.records)
        print(f"{given.records:,} records, {path.stat().st_size / 1e6:.0f} MB gzipped, {os.cpu_count()} cores")
        return report({mode: best(mode, path, given) for mode in MODES})


def best(mode: str, path: Path, given: argparse.Namespace) -> dict[str, Any]:
    """The fastest of some runs, each in a process of its own."""
    command = [sys.executable, __file__, "--processes", str(given.processes), "--measure", mode, str(path)]
    runs = []
    for _ in range(given.repeat):
        done = subprocess.run(command, check=True, capture_output=True, text=True, start_new_session=True)
        runs.append(json.loads(done.stdout))
    return min(runs, key=lambda run: run["seconds"])


def report(found: dict[str, dict[str, Any]]) -> int:
    """Print the table; 1 when a promise is not kept."""
    base = found[MODES[0]]
    failed = []
    print(f"\n| {'parser':25} | seconds | times as fast | CPU seconds | peak MB | MB with workers |")
    print(f"| {'-' * 25} | ------: | ------------: | ----------: | ------: | --------------: |")
    for mode, run in found.items():
        ratio = base["seconds"] / run["seconds"]
        times = f"{run['seconds']:7.2f} | {ratio:13.1f} | {run['cpu']:11.2f}"
        print(f"| {mode:25} | {times} | {run['peak']:7.0f} | {run['together']:15.0f} |")
        if ratio < LIMITS.get(mode, 0):
            failed.append(f"{mode} is {ratio:.1f} times as fast, not {LIMITS[mode]:.0f}")
        if mode != MODES[0] and run["peak"] > MEGABYTES:
            failed.append(f"{mode} takes {run['peak']:.0f} MB, not {MEGABYTES}")
        if run["digest"] != base["digest"]:
            failed.append(f"{mode} differs from {MODES[0]} in a title or an author")
    print("\n" + ("\n".join(failed) or "All agree on every title and author; every promise is kept."))
    return 1 if failed else 0


def measure(mode: str, path: str, processes: int) -> dict[str, Any]:
    """Seconds to read all records, peak memory, and a digest of titles and authors, made outside the time."""
    start = time.perf_counter()
    together = 0.0
    if mode == MODES[0]:
        from Bio import Entrez

        with gzip.open(path) as file:
            articles = Entrez.read(file)["PubmedArticle"]  # type: ignore[no-untyped-call]
        seconds = time.perf_counter() - start
        run = {"seconds": seconds, "cpu": cpu(), "peak": peak(), "together": peak()}
        return run | {"digest": digest(articles, of_bio)}
    from kb.pubmed.xml import parse, parse_parallel

    records: Iterable[Any]
    if mode == MODES[3]:
        records = parse_parallel(path, processes=processes)
    else:
        records = parse(path, strict=mode.endswith("strict"))
    count = 0
    for count, _ in enumerate(records, 1):
        if count % 10_000 == 0:
            together = max(together, group_memory())
    run = {"seconds": time.perf_counter() - start, "cpu": cpu(), "peak": peak(), "together": max(together, peak())}
    return run | {"digest": digest(parse(path), of_ours)}


def digest(records: Iterable[Any], read: Callable[[Any], str]) -> str:
    """One hash of titles and authors."""
    total = hashlib.sha256()
    for record in records:
        total.update(read(record).encode() + b"\n")
    return total.hexdigest()


def of_ours(record: Record) -> str:
    """Title and authors of our record."""
    return "|".join([record.title or "", *map(str, record.authors)])


def of_bio(article: dict[str, Any]) -> str:
    """Title and authors of Bio.Entrez's, which leaves the tags of markup in the text."""
    found = article["MedlineCitation"]["Article"]
    people = [
        str(person["CollectiveName"]) if "CollectiveName" in person else f"{person['LastName']} {person['Initials']}"
        for person in found["AuthorList"]
    ]
    return "|".join(re.sub(r"</?(?:b|i|u|sub|sup)>", "", str(text)) for text in (found["ArticleTitle"], *people))


def cpu() -> float:
    """Seconds of processor time of this process, without its workers."""
    return time.process_time()


def peak() -> float:
    """Peak resident memory of this process, in MB."""
    return status(Path("/proc/self/status"), "VmHWM")


def group_memory() -> float:
    """Resident memory now of all processes of this group, in MB; memory that they share counts for each."""
    total = 0.0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if os.getpgid(int(folder.name)) == os.getpgid(0):
                total += status(folder / "status", "VmRSS")
        except (OSError, StopIteration):
            continue
    return total


def status(path: Path, field: str) -> float:
    """A size of /proc/.../status, in MB."""
    return next(int(line.split()[1]) / 1000 for line in path.read_text().splitlines() if line.startswith(field))


if __name__ == "__main__":
    raise SystemExit(main())
