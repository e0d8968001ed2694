"""Checksums of what a notebook is made from: when they changed, the notebook is stale."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import kb
from kb.notebooks.plan import Job
from kb.notebooks.template import template_path

EPOCH = 1
"""Raise it to make every notebook stale."""

LIBRARIES = (
    "biopython", "ipykernel", "ipython", "ipywidgets", "matplotlib", "nbclient", "nbformat", "networkx", "numpy",
    "pandas", "papermill", "pybtex", "pydantic", "pyyaml", "rapidfuzz",
)  # fmt: skip
"""Libraries whose version shows in an executed notebook."""


def digest_folder(folder: Path, endings: Iterable[str] | None = None) -> str:
    """SHA-256 of the names and contents of the files below a folder; hidden files and caches do not count."""
    total = hashlib.sha256()
    wanted = None if endings is None else set(endings)
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if any(part.startswith(".") or part == "__pycache__" for part in parts):
            continue
        if (wanted is None or path.suffix in wanted) and path.is_file():
            total.update("/".join(parts).encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def digest_evidence(root: Path) -> str:
    """SHA-256 of the evidence that pages are made of; the searches for new literature are no part of it."""
    parts = (path for path in sorted(root.iterdir()) if not path.name.startswith(".") and path.name != "watch")
    return digest_of(*(f"{p.name} {digest_folder(p) if p.is_dir() else digest_file(p)}" for p in parts))


def digest_file(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def digest_code() -> str:
    """SHA-256 of the code of kb and of the versions of the libraries it draws and computes with."""
    folder = Path(kb.__file__).parent
    return digest_of(digest_folder(folder, {".py"}), *(f"{name} {_version(name)}" for name in LIBRARIES))


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "missing"


def digest_of(*parts: str) -> str:
    """SHA-256 of a sequence of texts."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def ingredients(jobs: Iterable[Job], evidence: Path) -> dict[str, str]:
    """Checksum of what each job is made from, by its output path.

    All of the evidence and all of kb count for every notebook: a notebook may be run more often than it need be,
    never less.
    """
    shared = (str(EPOCH), digest_evidence(evidence), digest_code())
    templates: dict[str, str] = {}
    answer = {}
    for job in jobs:
        if job.template not in templates:
            templates[job.template] = digest_file(template_path(job.template))
        parameters = json.dumps(job.parameters, sort_keys=True)
        answer[job.output] = digest_of(*shared, templates[job.template], job.template, parameters)
    return answer
