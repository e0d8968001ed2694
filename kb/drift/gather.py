"""The facts of a build: those of notebooks that were not run again are taken over."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Collection
from pathlib import Path

from kb.drift.extract import facts_of
from kb.drift.facts import to_json
from kb.notebooks.stale import digest_folder


def digest() -> str:
    """SHA-256 of the code that makes facts."""
    return digest_folder(Path(__file__).parent, {".py"})


def write_facts(notebook: Path, path: Path) -> Path:
    """Write the facts of an executed notebook as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(to_json(facts_of(notebook)), encoding="utf-8", newline="\n")
    return path


def gather(notebooks: Path, folder: Path, before: Path | None = None, same: Collection[str] = ()) -> None:
    """Write the facts of a folder of executed notebooks, as far as they are not there yet.

    Parameters
    ----------
    notebooks
        Executed notebooks: ``overview.ipynb``, ``condition/<id>.ipynb``, ...
    folder
        Where the facts go: ``overview.json``, ``condition/<id>.json``, ...
    before
        The facts of an earlier build that may be taken over; None where there are none.
    same
        Paths of the notebooks that are as they were then.
    """
    folder.mkdir(exist_ok=True)
    for path in sorted(notebooks.rglob("*.ipynb")):
        output = path.relative_to(notebooks)
        name = output.with_suffix(".json")
        if (folder / name).is_file():
            continue
        if before is not None and output.as_posix() in same and (before / name).is_file():
            _take_over(before / name, folder / name)
        else:
            write_facts(path, folder / name)


def _take_over(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        target.hardlink_to(source)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise
        shutil.copyfile(source, target)
