"""The accepted facts of a repository: ``facts`` in the evidence folder, changed all at once.

They stand with the evidence, not with the templates, because a repository may hold evidence only and run the templates
of the program; and because they are, as the evidence is, what people have looked at and let stand.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from kb.drift.evidence import Index
from kb.drift.facts import Facts
from kb.drift.ledger import pack, unpack
from kb.problems import KbError

FOLDER = "facts"
_EVIDENCE = "evidence.txt"
_NEW, _OLD = ".facts.new", ".facts.old"


class AcceptedError(KbError):
    """The accepted facts cannot be read or written."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """What was accepted: the facts of each page, and what the evidence was then."""

    pages: Mapping[str, Facts]
    evidence: Index


def load(evidence: Path) -> Accepted | None:
    """The accepted facts of an evidence folder; None where none were ever accepted.

    Raises
    ------
    AcceptedError
        When they are damaged, e.g. by a merge.
    """
    with _told(evidence / FOLDER):
        _mend(evidence)
        files = _files(evidence / FOLDER)
        if not files:
            return None
        try:
            return Accepted(unpack(files), Index.read(files.get(_EVIDENCE, "")))
        except (KeyError, ValueError, IndexError) as error:
            raise AcceptedError(
                f"{evidence / FOLDER} is damaged ({error}), perhaps by a merge: "
                "restore it from your version control, or take the facts of this build with kb build --accept"
            ) from None


def save(evidence: Path, accepted: Accepted) -> int:
    """Put facts in the place of the accepted ones, all at once; returns how many files changed.

    A file whose content stays is not written again. Whoever reads meanwhile, and whatever kills this process, finds
    the old facts or the new ones.

    Raises
    ------
    AcceptedError
        When they cannot be written.
    """
    folder, new, old = evidence / FOLDER, evidence / _NEW, evidence / _OLD
    files = {**pack(accepted.pages), _EVIDENCE: accepted.evidence.write()}
    with _told(folder):
        _mend(evidence)
        before = _files(folder, errors="replace")  # what is damaged is replaced
        changed = {path for path in before.keys() | files.keys() if before.get(path) != files.get(path)}
        if not changed:
            return 0
        try:
            for path, content in files.items():
                target = new / path
                target.parent.mkdir(parents=True, exist_ok=True)
                if path in changed:
                    target.write_text(content, encoding="utf-8", newline="\n")
                else:
                    _keep(folder / path, target)
            if folder.exists():
                folder.rename(old)
            new.rename(folder)
        except BaseException:
            _mend(evidence)
            raise
        shutil.rmtree(old, ignore_errors=True)
    return len(changed)


def _files(folder: Path, errors: str = "strict") -> dict[str, str]:
    if not folder.is_dir():
        return {}
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8", errors=errors)
        for path in sorted(folder.rglob("*.txt"))
        if not path.name.startswith(".")
    }


def _keep(source: Path, target: Path) -> None:
    try:
        target.hardlink_to(source)
    except OSError:
        shutil.copyfile(source, target)


def _mend(evidence: Path) -> None:
    """Bring back the old facts where a change was broken off, and clear what it left."""
    folder, new, old = evidence / FOLDER, evidence / _NEW, evidence / _OLD
    if old.is_dir() and not folder.exists():
        old.rename(folder)
    for left in (new, old):
        if left.exists():
            shutil.rmtree(left)


@contextlib.contextmanager
def _told(folder: Path) -> Iterator[None]:
    try:
        yield
    except UnicodeDecodeError:
        raise AcceptedError(f"{folder} holds a file that is no text: restore it from your version control") from None
    except OSError as error:
        raise AcceptedError(f"{error.filename or folder}: {error.strerror or os.strerror(error.errno or 0)}") from error
