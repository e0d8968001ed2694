"""evidence/watch/: the query of each watched cell, until when it was searched, and what became of what it found.

One YAML file a cell, ``<condition>__<intervention>.yaml``, so that a search and its result are written at once, and two
people's decisions rarely meet in one file. Of a candidate only facts are kept: no abstract.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, get_args

from kb.problems import KbError, Problem
from kb.store import yamlfile
from kb.store.writer import write_text

if TYPE_CHECKING:
    from pathlib import Path

    from kb.pubmed.queries import Cell

FOLDER = "watch"
HEAD = (
    "# query: null is built from the vocabulary (kb pubmed watch --show-query). Write your own here, a line an entry,\n"
    "# or use --edit-query; it is kept. Candidates: state is new, accepted or rejected.\n"
)
State = Literal["new", "accepted", "rejected"]
STATES: tuple[State, ...] = get_args(State)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A record that a query found.

    Parameters
    ----------
    pmid, title, journal, year, publication_types
        What PubMed said.
    found
        The day it was found.
    state
        ``new``, ``accepted`` or ``rejected``.
    why, who, when
        Of the decision; ``who`` is a person, or ``rule: ...``.
    """

    pmid: str
    title: str | None
    journal: str | None
    year: int | None
    publication_types: tuple[str, ...]
    found: dt.date
    state: State = "new"
    why: str | None = None
    who: str | None = None
    when: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Watch:
    """The state of one cell.

    Parameters
    ----------
    cell
        Condition and intervention.
    query
        Lines of a query that a person wrote; empty when it is built from the vocabulary.
    searched
        Fingerprint of the query that was searched last.
    first, last
        Everything that came to PubMed from ``first`` to ``last`` has been looked at; None before the first search.
    looked
        The day of the last search; later than ``last`` when it found more than was taken.
    candidates
        In the order in which they were found.
    seen
        PMIDs that the query found and that stand elsewhere: with another cell, or in the base under another id.
    """

    cell: Cell
    query: tuple[str, ...] = ()
    searched: str | None = None
    first: dt.date | None = None
    last: dt.date | None = None
    looked: dt.date | None = None
    candidates: tuple[Candidate, ...] = ()
    seen: tuple[str, ...] = ()


class CandidateError(KbError):
    """A PMID that is no candidate, or no new one."""

    def __init__(self, pmid: str, reason: str) -> None:
        self.pmid, self.reason = pmid, reason
        super().__init__(f"PMID {pmid} {reason}")


def fingerprint(lines: Iterable[str]) -> str:
    """A short hash of a query; line ends and blanks do not count.

    Examples
    --------
    >>> fingerprint(["(a)", "AND (b)"]) == fingerprint(["(a) AND", "(b)"])
    True
    """
    return hashlib.sha256(" ".join(" ".join(lines).split()).encode()).hexdigest()[:16]


def path_of(root: Path, cell: Cell) -> Path:
    """The file of a cell."""
    return root / FOLDER / f"{cell[0]}__{cell[1]}.yaml"


def load(root: Path, cell: Cell) -> tuple[Watch, list[Problem]]:
    """The state of one cell; an empty one where there is no file."""
    path = path_of(root, cell)
    shown = f"{FOLDER}/{path.name}"
    if not path.exists():
        return Watch(cell), []
    data, problems = yamlfile.read(path, shown)
    if problems:
        return Watch(cell), problems
    try:
        return _watch(cell, data), []
    except (ValueError, TypeError, KeyError) as error:
        what = f"is no state of a watch: {error}"
        advice = "Restore it from the repository, or mend the field."
        return Watch(cell), [Problem(shown, 1, "watch-state", what, advice)]


def load_all(root: Path) -> tuple[dict[Cell, Watch], list[Problem]]:
    """The state of every cell that has a file, by cell, and every problem in them."""
    watches: dict[Cell, Watch] = {}
    problems: list[Problem] = []
    for path in sorted((root / FOLDER).glob("*.yaml")):
        condition, joint, intervention = path.stem.partition("__")
        if not joint:
            what, advice = "is not named <condition>__<intervention>.yaml", "Rename it or move it away."
            problems.append(Problem(f"{FOLDER}/{path.name}", 0, "stray-file", what, advice))
            continue
        watches[condition, intervention], found = load(root, (condition, intervention))
        problems += found
    return watches, problems


def save(root: Path, watch: Watch) -> Path:
    """Write one cell and return its path; the old file stays until the new one is whole.

    Nothing is written when the file already says the same, so that a search without result leaves no change to review.
    """
    path = path_of(root, watch.cell)
    data: dict[str, object] = {
        "condition": watch.cell[0],
        "intervention": watch.cell[1],
        "query": list(watch.query) or None,
        **{name: getattr(watch, name) for name in ("searched", "first", "last", "looked")},
        "candidates": [_plain(candidate) for candidate in watch.candidates],
        "seen": list(watch.seen),
    }
    text = HEAD + yamlfile.dump(data)
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return path
    return write_text(path, text)


def _plain(candidate: Candidate) -> dict[str, object]:
    data: dict[str, object] = {
        "pmid": candidate.pmid,
        "title": candidate.title,
        "journal": candidate.journal,
        "year": candidate.year,
        "publication_types": list(candidate.publication_types),
        "found": candidate.found,
        "state": candidate.state,
    }
    if candidate.state != "new":
        data |= {"why": candidate.why, "who": candidate.who, "when": candidate.when}
    return data


_PMID = re.compile(r"[1-9][0-9]{0,9}")
_TOP = {"condition", "intervention", "query", "searched", "candidates", "seen"}
_DAYS = {"first", "last", "looked"}


def _watch(cell: Cell, data: Any) -> Watch:  # noqa: ANN401 - whatever a file holds
    if not isinstance(data, Mapping):
        message = "it holds no fields"
        raise TypeError(message)
    if unknown := set(data) - _TOP - _DAYS:
        message = f"unknown field '{min(map(str, unknown))}'"
        raise ValueError(message)
    if (data.get("condition"), data.get("intervention")) != cell:
        message = f"condition and intervention are not those of its name, {cell[0]} and {cell[1]}"
        raise ValueError(message)
    query = data.get("query") or []
    lines = [query] if isinstance(query, str) else query  # a person may write it in one
    if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
        message = "query is no list of lines"
        raise TypeError(message)
    first, last, looked = (_day(name, data.get(name)) for name in ("first", "last", "looked"))
    return Watch(
        cell,
        tuple(line.strip() for line in lines if line.strip()),
        searched=_text("searched", data.get("searched")),
        first=first,
        last=last,
        looked=looked,
        candidates=tuple(_candidate(item) for item in data.get("candidates") or ()),
        seen=tuple(_pmid(item) for item in data.get("seen") or ()),
    )


def _candidate(item: Any) -> Candidate:  # noqa: ANN401 - whatever a file holds
    state = item["state"]
    if state not in STATES:
        message = f"the state of {item['pmid']} is '{state}', not {', '.join(STATES)}"
        raise ValueError(message)
    year, found = item.get("year"), _day("found", item["found"])
    if not isinstance(year, int | None) or found is None:
        message = f"year or found of {item['pmid']} is wrong"
        raise ValueError(message)
    return Candidate(
        _pmid(item["pmid"]),
        _text("title", item.get("title")),
        _text("journal", item.get("journal")),
        year,
        tuple(str(name) for name in item.get("publication_types") or ()),
        found,
        state,
        _text("why", item.get("why")),
        _text("who", item.get("who")),
        _day("when", item.get("when")),
    )


def _pmid(value: object) -> str:
    text = str(value)
    if not _PMID.fullmatch(text):
        message = f"'{text[:20]}' is no PMID"
        raise ValueError(message)
    return text


def _day(name: str, value: object) -> dt.date | None:
    if value is not None and (not isinstance(value, dt.date) or isinstance(value, dt.datetime)):
        message = f"{name} is '{str(value)[:30]}', not a day"
        raise ValueError(message)
    return value


def _text(name: str, value: object) -> str | None:
    if not isinstance(value, str | None):
        message = f"{name} is '{str(value)[:30]}', not a text: put it in quotes"
        raise TypeError(message)
    return value


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decides about a candidate."""

    state: State
    why: str | None
    who: str
    when: dt.date = field(default_factory=lambda: dt.datetime.now(dt.UTC).date())


def decide(root: Path, pmid: str, decision: Decision) -> list[Candidate]:
    """Write a decision to the cell where the candidate stands, and return it as it is now.

    Raises
    ------
    CandidateError
        When no cell has it.
    """
    watches, _ = load_all(root)
    changed = []
    for watch in watches.values():
        if pmid not in {candidate.pmid for candidate in watch.candidates}:
            continue
        news = tuple(
            _decided(candidate, decision) if candidate.pmid == pmid else candidate for candidate in watch.candidates
        )
        save(root, replace(watch, candidates=news))
        changed += [candidate for candidate in news if candidate.pmid == pmid]
    if not changed:
        raise CandidateError(pmid, "is no candidate of a watch: `kb pubmed watch --list` shows them")
    return changed


def _decided(candidate: Candidate, decision: Decision) -> Candidate:
    return replace(candidate, state=decision.state, why=decision.why, who=decision.who, when=decision.when)
