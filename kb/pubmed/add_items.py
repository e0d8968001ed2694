"""What a person gave to ``kb add``, one item a publication, and what of it is nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from kb.pubmed.identify import Identified, IdentifyError, identify
from kb.pubmed.importers import ImportFileError, read_file
from kb.pubmed.importers.files import read_bytes

if TYPE_CHECKING:
    from kb.pubmed.importers import Candidate, Imported

Why = Literal[
    "already-there",
    "given-twice",
    "preprint",
    "preprint-there",
    "unknown",
    "ambiguous",
    "notice",
    "disagrees",
    "no-title",
    "no-key",
    "unwritable",
    "malformed",
    "unreadable",
    "failed",
]


@dataclass(frozen=True, slots=True)
class Left:
    """Something that was given and not added.

    Parameters
    ----------
    given
        What the person gave.
    why
        The reason in one word.
    message, advice
        The reason as a sentence, and what to do.
    key
        The study that is there already.
    """

    given: str
    why: Why
    message: str
    advice: str = ""
    key: str | None = None

    @property
    def is_there(self) -> bool:
        """Whether the base holds it all the same."""
        return self.why in {"already-there", "given-twice"}


@dataclass(frozen=True, slots=True)
class Item:
    """One publication to add.

    Parameters
    ----------
    given
        What the person gave, or where it stands in a file.
    asked
        Its identifiers, the surest first; empty for an entry of a file that has none.
    candidate
        What a file says of it.
    """

    given: str
    asked: tuple[Identified, ...]
    candidate: Candidate | None = None

    @property
    def shown(self) -> str:
        """As messages name it."""
        if self.candidate:
            return f"{self.given} ({self.asked[0]})" if self.asked else self.given
        return str(self.asked[0])

    @property
    def notes(self) -> tuple[str, ...]:
        """What was mended or derived in its identifiers."""
        return tuple(note for one in self.asked for note in one.notes)


def read_items(given: Iterable[str], stdin: bytes | None = None) -> tuple[list[Item], list[Left], tuple[str, ...]]:
    """Items, what is malformed or given twice, and notes on files.

    Parameters
    ----------
    given
        Identifiers, addresses and paths; ``-`` is `stdin`.
    stdin
        Content of a file, or ids one a line.
    """
    items: list[Item] = []
    left: list[Left] = []
    notes: list[str] = []
    for text in given:
        if text == "-" or _is_path(text):
            _read_file(text, stdin, items, left, notes)
        else:
            _read_id(text, items, left)
    kept: list[Item] = []
    seen: dict[tuple[str, str], str] = {}
    for item in items:
        names = [(one.kind, one.value.casefold()) for one in item.asked]
        before = next((seen[name] for name in names if name in seen), None)
        if before is not None:
            where = "" if before == item.given else f", first as {before}"
            left.append(Left(item.given, "given-twice", f"{item.shown} was given twice{where}"))
            continue
        seen |= dict.fromkeys(names, item.given)
        kept.append(item)
    return kept, left, tuple(notes)


def _is_path(text: str) -> bool:
    try:
        return Path(text).exists()
    except OSError:  # a name too long for a file
        return False


def _read_id(text: str, items: list[Item], left: list[Left]) -> None:
    try:
        items.append(Item(text, (identify(text),)))
    except IdentifyError as error:
        left.append(Left(text, "malformed", f"'{error.given}' {error.reason}", error.advice))


def _read_file(text: str, stdin: bytes | None, items: list[Item], left: list[Left], notes: list[str]) -> None:
    try:
        found: Imported = read_bytes(stdin or b"", "standard input") if text == "-" else read_file(Path(text))
    except ImportFileError as error:
        left.append(Left(text, "unreadable", f"{error.shown} {error.reason}", error.advice))
        return
    notes += found.notes
    notes += [f"{p.path}:{p.line}: {p.message}. {p.advice}" for p in found.problems if p.severity == "warning"]
    for problem in found.problems:
        if problem.severity == "error":
            where = f"{problem.path}:{problem.line}" if problem.line else problem.path
            left.append(Left(where, "malformed", f"{where}: {problem.message}", problem.advice))
    items += [Item(candidate.where, candidate.ids, candidate) for candidate in found.candidates]
    for line in found.ids:
        _read_id(line, items, left)
