"""Checksums of what a notebook is made from: when they changed, the notebook is stale.

It is made from its template, its parameters, the code of kb that it could run, the versions of the libraries behind
it, and the part of the evidence that it read when it last ran (:mod:`kb.notebooks.reads`). What was read is kept in
``reads.json`` beside the notebooks; a notebook without a record counts as one that read everything.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

import kb
from kb.notebooks.digests import Before, Digests
from kb.notebooks.plan import Job
from kb.notebooks.reads import EVERYTHING
from kb.notebooks.template import template_path

if TYPE_CHECKING:
    from kb.base import Base

EPOCH = 1
"""Raise it to make every notebook stale."""

LIBRARIES = (
    "biopython", "comm", "ipykernel", "ipython", "ipywidgets", "lxml", "markdown-it-py", "matplotlib",
    "matplotlib-inline", "mdit-py-plugins", "msgspec", "nbclient", "nbformat", "networkx", "numpy", "pandas",
    "papermill", "pybtex", "pydantic", "pydantic-core", "pygixml", "pymare", "pyyaml", "rapidfuzz", "rispy", "scipy",
)  # fmt: skip
"""Libraries whose version shows in an executed notebook."""

NOT_RUN = frozenset(
    {
        "__main__.py",
        "build",
        "cli",
        "drift",
        "notebooks/host.py",
        "notebooks/lab.py",
        "notebooks/lab_extension",
        "notebooks/pool.py",
        "notebooks/progress.py",
        "notebooks/refused.py",
        "notebooks/single.py",
        "site",
    }
)
"""Code that no notebook runs, by path below ``kb``: what is not named here counts."""


def digest_folder(folder: Path, endings: Iterable[str] | None = None, without: Collection[str] = ()) -> str:
    """SHA-256 of the names and contents of the files below a folder; hidden files and caches do not count."""
    total = hashlib.sha256()
    wanted = None if endings is None else set(endings)
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if any(part.startswith(".") or part == "__pycache__" for part in parts):
            continue
        if without and any("/".join(parts[: end + 1]) in without for end in range(len(parts))):
            continue
        if (wanted is None or path.suffix in wanted) and path.is_file():
            total.update("/".join(parts).encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def digest_evidence(root: Path) -> str:
    """SHA-256 of the evidence that pages are made of; searches for new literature and accepted facts are no part."""
    apart = {"watch", "facts"}
    parts = (path for path in sorted(root.iterdir()) if not path.name.startswith(".") and path.name not in apart)
    return digest_of(*(f"{p.name} {digest_folder(p) if p.is_dir() else digest_file(p)}" for p in parts))


def digest_file(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def digest_code() -> str:
    """SHA-256 of the code of kb that a notebook could run, and of the versions of Python and of the libraries."""
    folder = Path(kb.__file__).parent
    versions = [f"python {sys.version_info[:3]}", *(f"{name} {_version(name)}" for name in LIBRARIES)]
    return digest_of(digest_folder(folder, {".py", ".css", ".js", ".json", ".csv", ".txt"}, NOT_RUN), *versions)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "missing"


def digest_of(*parts: str) -> str:
    """SHA-256 of a sequence of texts."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


@lru_cache(maxsize=2)
def _digests(base: Base) -> Digests:
    """The checksums of a base, kept: a build asks for them before and after it has run notebooks."""
    return Digests(base, lambda: digest_evidence(base.root))


@dataclass(frozen=True, slots=True)
class Record:
    """What notebooks read when they were last run, by output path, and what it was worth."""

    reads: Mapping[str, frozenset[str]] = field(default_factory=dict)
    before: Before = field(default_factory=Before)


def known_to(base: Base, record: Record) -> Digests:
    """The checksums of a base, with what a record still knows of them; for :func:`ingredients`."""
    return Digests(base, lambda: digest_evidence(base.root), record.before)


def ingredients(
    jobs: Iterable[Job],
    base: Base,
    reads: Mapping[str, Collection[str]] | None = None,
    digests: Digests | None = None,
) -> dict[str, str]:
    """Checksum of what each job is made from, by its output path.

    A notebook may be run more often than it need be, never less.

    Parameters
    ----------
    jobs
        The notebooks.
    base
        The evidence as it is now.
    reads
        What each notebook read when it last ran, by output path; one that is missing counts as having read all.
    digests
        The checksums of the base; None makes them.
    """
    known = reads or {}
    digests = digests or _digests(base)
    shared = (str(EPOCH), digest_code())
    templates: dict[str, str] = {}
    answer = {}
    for job in jobs:
        if job.template not in templates:
            templates[job.template] = digest_file(template_path(job.template))
        parameters = json.dumps(job.parameters, sort_keys=True)
        names = sorted(known.get(job.output) or (EVERYTHING,))
        read = digest_of(*(f"{name} {digests.of(name)}" for name in names))
        answer[job.output] = digest_of(*shared, templates[job.template], job.template, parameters, read)
    return answer


def save_reads(path: Path, reads: Mapping[str, Collection[str]], base: Base, digests: Digests | None = None) -> None:
    """Write what notebooks read, and what it was worth, by output path."""
    digests = digests or _digests(base)
    names = sorted({name for some in reads.values() for name in some})
    place = {name: number for number, name in enumerate(names)}
    kept = {
        "code": digest_code(),
        "names": {name: digests.of(name) for name in names},
        "marks": digests.marks(names),
        "notebooks": {output: sorted(place[name] for name in reads[output]) for output in sorted(reads)},
    }
    path.write_text(json.dumps(kept, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")


def load_record(path: Path) -> Record:
    """What :func:`save_reads` wrote; nothing when it cannot be read."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        names = list(kept["names"])
        reads = {output: frozenset(names[n] for n in numbers) for output, numbers in kept["notebooks"].items()}
        same = kept["code"] == digest_code()  # other code may compute other checksums of the same
        return Record(reads, Before(kept["names"], kept["marks"]) if same else Before())
    except (OSError, ValueError, KeyError, TypeError, IndexError):
        return Record()


def load_reads(path: Path) -> Mapping[str, frozenset[str]]:
    """What each notebook read; nothing when :func:`save_reads` did not write it."""
    return load_record(path).reads


def changed(path: Path, base: Base) -> dict[str, int]:
    """What changed of what notebooks read when they were last built, and how many of them read it; the most first."""
    reads = load_reads(path)
    if not reads:
        return {}
    digests = _digests(base)
    before: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))["names"]
    other = {name for name, worth in before.items() if digests.of(name) != worth}
    return dict(Counter(name for some in reads.values() for name in some if name in other).most_common())
