"""New entries into the bibliography: each at its place by key, every other line as it was, comments included."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from kb.problems import EvidenceError, Problem
from kb.store import bibtex
from kb.store.writer import write_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kb.model import Reference

_START = re.compile(r"\s*@(\w+)\s*\{\s*([^,\s]*)")
_NOT_ENTRIES = {"comment", "preamble", "string"}


def insert_references(root: Path, references: Iterable[Reference]) -> Path:
    """Write new references into ``bibliography.bib`` and return its path.

    Parameters
    ----------
    root
        The evidence folder.
    references
        Entries whose keys are not there yet.

    Raises
    ------
    EvidenceError
        When the bibliography cannot be read: nothing is written into a file that nobody understands.
    WriteError
        When it cannot be written; the old file is as it was.
    """
    path = root / bibtex.FILE
    known, _, problems = bibtex.read(path)
    if problems:
        raise EvidenceError(root, problems)
    text = path.read_text(encoding="utf-8-sig")
    for reference in sorted(references, key=lambda r: r.key):
        if reference.key in known:
            message = f"{reference.key} is in {bibtex.FILE} already"
            raise ValueError(message)
        entry = bibtex.render([reference]).removeprefix(bibtex.HEADER).strip("\n")
        text = _inserted(text, reference.key, entry)
    return write_text(path, text)


def read_back(reference: Reference) -> tuple[Reference | None, list[Problem]]:
    """A reference as it will be read from the bibliography once it was written, or what keeps it from being read.

    Examples
    --------
    >>> from kb.model import Reference
    >>> read_back(Reference(key="wei2020", entry_type="article", author=("Li Wei",), year=2020))[0].author
    ('Wei, Li',)
    """
    try:
        text = bibtex.render([reference])
    except ValueError as error:
        return None, [Problem(bibtex.FILE, 0, "bibtex-syntax", str(error))]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / bibtex.FILE
        path.write_text(text, encoding="utf-8")
        found, _, problems = bibtex.read(path)
    return found.get(reference.key), problems


def _inserted(text: str, key: str, entry: str) -> str:
    r"""Text with an entry before the first one that sorts after it, or at the end.

    Examples
    --------
    >>> print(_inserted("% head\n\n@misc{a,\n}\n\n% about c\n@misc{c,\n}\n", "b", "@misc{b,\n}"))
    % head
    <BLANKLINE>
    @misc{a,
    }
    <BLANKLINE>
    @misc{b,
    }
    <BLANKLINE>
    % about c
    @misc{c,
    }
    <BLANKLINE>
    """
    lines = text.rstrip("\n").split("\n")  # not splitlines: a title may hold other line separators
    for number, line in enumerate(lines):
        found = _START.match(line)
        if found and found[1].lower() not in _NOT_ENTRIES and found[2] > key:
            place = number
            while place and lines[place - 1].strip() and not _ends_entry(lines[place - 1]):
                place -= 1  # a comment right above an entry belongs to it
            return "\n".join([*lines[:place], entry, "", *lines[place:], ""])
    return "\n".join([*lines, "", entry, ""])


def _ends_entry(line: str) -> bool:
    return line.rstrip().endswith("}")
