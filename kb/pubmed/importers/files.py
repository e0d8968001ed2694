"""A file of a reference manager: which format it is, by its content, and what is in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.problems import KbError, Problem
from kb.pubmed.identify import IdentifyError, identify

if TYPE_CHECKING:
    from pathlib import Path

    from kb.pubmed.importers.candidate import Candidate

_LARGEST = 100_000_000
_RIS = re.compile(r"^\s*TY {1,2}- ", re.MULTILINE)
_NBIB = re.compile(r"^PMID {0,2}- ?[0-9]", re.MULTILINE)
_BIB = re.compile(r"^[ \t]*@[ \t]*[A-Za-z]+[ \t]*[{(]", re.MULTILINE)
_MOST_IDS = 10_000
_OTHER = (
    (re.compile(r"\s*%PDF"), "is a PDF", "Give the DOI on its first page, or export the entry as RIS or BibTeX."),
    (re.compile(r"\s*%0 ", re.MULTILINE), "is an EndNote export (.enw)", "Export it as RIS."),
    (re.compile(r"\s*(?:<!doctype html|<html)", re.IGNORECASE), "is a web page", "Give its address or its DOI."),
    (re.compile(r"\s*<"), "is XML", "Export it as RIS, BibTeX, NBIB or CSL-JSON."),
)
_CHOICE = "Export it from Zotero or JabRef as RIS, BibTeX, NBIB or CSL-JSON."


class ImportFileError(KbError):
    """A file that is not one of the four formats.

    Parameters
    ----------
    shown
        The file.
    reason
        What is wrong with it, as a clause.
    advice
        What to do, in one sentence.
    """

    def __init__(self, shown: str, reason: str, advice: str = _CHOICE) -> None:
        self.shown, self.reason, self.advice = shown, reason, advice
        super().__init__(f"{shown} {reason}. {advice}")


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file holds.

    Parameters
    ----------
    candidates
        Its entries.
    ids
        Its lines, when it is a list of ids.
    problems
        Entries that could not be read; ``warning`` for those that were read as far as they go.
    notes
        What the person should know of the file, one sentence each.
    """

    candidates: tuple[Candidate, ...] = ()
    ids: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()


def read_file(path: Path) -> Imported:
    """What a file of a reference manager holds.

    Raises
    ------
    ImportFileError
        When it cannot be read or is of no known format.
    """
    try:
        if path.is_dir():
            raise ImportFileError(path.name, "is a folder", "Name the file.")
        if path.stat().st_size > _LARGEST:
            raise ImportFileError(path.name, f"has more than {_LARGEST:,} bytes", "Export fewer entries at a time.")
        data = path.read_bytes()
    except OSError as error:
        raise ImportFileError(path.name, f"cannot be read ({error.strerror})", "Look at its name and rights.") from None
    return read_bytes(data, path.name)


def read_bytes(data: bytes, shown: str) -> Imported:
    """What the bytes of a file hold; UTF-8, UTF-16 with its mark, or Windows-1252, which RIS once prescribed.

    Raises
    ------
    ImportFileError
        When it is of no known format.
    """
    if b"\0" in data[:4096] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ImportFileError(shown, "is not a text file")
    notes: tuple[str, ...] = ()
    try:
        text = data.decode("utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
        notes = (f"{shown} is not UTF-8 and was read as Windows-1252: look at names with accents.",)
    return read_text(text, shown, notes)


def read_text(text: str, shown: str, notes: tuple[str, ...] = ()) -> Imported:
    r"""What the text of a file holds.

    Raises
    ------
    ImportFileError
        When it is of no known format.

    Examples
    --------
    >>> read_text("39198038\n2014248\n", "list.txt").ids
    ('39198038', '2014248')
    """
    if not text.strip():
        raise ImportFileError(shown, "is empty")
    candidates, problems = _read(text, shown)
    if candidates or problems:
        return Imported(tuple(candidates), (), tuple(problems), notes)
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    if lines and len(lines) <= _MOST_IDS and all(_is_id(line) for line in lines):
        return Imported((), tuple(lines), (), notes)
    reason, advice = next(((r, a) for pattern, r, a in _OTHER if pattern.match(text)), ("", _CHOICE))
    raise ImportFileError(shown, reason or "is neither RIS, BibTeX, NBIB nor CSL-JSON", advice)


def _read(text: str, shown: str) -> tuple[list[Candidate], list[Problem]]:
    """Entries in the format that the content shows; none when it shows none."""
    if text.lstrip("\ufeff \t\r\n")[:1] in {"[", "{"}:
        from kb.pubmed.importers.csl import read_csl

        return read_csl(text.lstrip("\ufeff"), shown)
    if _RIS.search(text):
        from kb.pubmed.importers.ris import read_ris

        return read_ris(text, shown)
    if _NBIB.search(text):
        from kb.pubmed.importers.nbib import read_nbib

        return read_nbib(text, shown)
    if _BIB.search(text):
        from kb.pubmed.importers.bib import read_bib

        return read_bib(text, shown)
    return [], []


def _is_id(line: str) -> bool:
    try:
        identify(line)
    except IdentifyError:
        return False
    return True
