"""evidence/pubmed/: what PubMed says of each PMID of the base, facts only, and where and when each record came from.

One YAML file a PMID. ``source`` is ``curated`` for a record written from what people read elsewhere, ``pubmed`` once
it was fetched; ``date`` is the day of either. The full answers, abstracts included, are in the user's cache
(:mod:`kb.pubmed.cache`), never here.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from kb.cite import initials, surname
from kb.problems import Problem
from kb.pubmed.record import Author, Journal, MeshHeading, PartialDate, Record, Term, from_dict, to_dict
from kb.store import yamlfile
from kb.store.writer import write_text

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from kb.model import Reference

FOLDER = "pubmed"

Source = Literal["curated", "pubmed"]


@dataclass(frozen=True, slots=True)
class Entry:
    """A record of the snapshot, and where and when it came from."""

    record: Record
    source: Source
    date: dt.date


def load(root: Path) -> tuple[dict[str, Entry], list[Problem]]:
    """The snapshot of an evidence folder by PMID, and every problem in it.

    A folder without ``pubmed/`` has an empty snapshot.
    """
    paths = sorted((root / FOLDER).glob("*.yaml"))
    files = [(path, f"{FOLDER}/{path.name}") for path in paths]
    entries: dict[str, Entry] = {}
    problems: list[Problem] = []
    for (path, shown), (data, found) in zip(files, yamlfile.read_all(files), strict=True):
        problems += found
        if found:
            continue
        try:
            entry = _entry(data)
        except (msgspec.ValidationError, KeyError, TypeError, ValueError) as error:
            what = f"is no record of the snapshot: {error}"
            advice = "Delete it and run `kb pubmed refresh`, or restore it."
            problems.append(Problem(shown, 1, "pubmed-record", what, advice))
            continue
        if entry.record.pmid != path.stem:
            what = f"holds PMID {entry.record.pmid}, which belongs in {entry.record.pmid}.yaml"
            problems.append(Problem(shown, 1, "wrong-name", what, "Rename the file or mend the PMID."))
            continue
        entries[path.stem] = entry
    return entries, problems


def save(root: Path, entry: Entry) -> Path:
    """Write one record and return its path; the old file stays until the new one is whole."""
    data = {"source": entry.source, "date": entry.date, "record": to_dict(entry.record)}
    return write_text(root / FOLDER / f"{entry.record.pmid}.yaml", yamlfile.dump(data))


def remove(root: Path, pmid: str) -> None:
    """Take a record out; it need not be there."""
    (root / FOLDER / f"{pmid}.yaml").unlink(missing_ok=True)


def _entry(data: Any) -> Entry:  # noqa: ANN401 - whatever a file holds
    if not isinstance(data, dict) or set(data) != {"source", "date", "record"}:
        message = "it needs exactly source, date and record"
        raise ValueError(message)
    if data["source"] not in {"curated", "pubmed"}:
        message = f"source is {data['source']!r}, not 'curated' or 'pubmed'"
        raise ValueError(message)
    if not isinstance(data["date"], dt.date):
        message = f"date is {data['date']!r}, not a day"
        raise TypeError(message)
    record = from_dict(data["record"])
    if msgspec.json.decode(msgspec.json.encode(to_dict(record))) != data["record"]:
        message = "it holds a field that no record has, or one that is empty"
        raise ValueError(message)
    return Entry(record, data["source"], data["date"])


def curated(reference: Reference, publication_types: Iterable[str] = (), mesh_terms: Iterable[str] = ()) -> Record:
    """The record of a reference that has a PMID, from what people read elsewhere than PubMed's own record.

    Raises
    ------
    ValueError
        When the reference has no PMID.
    """
    if reference.pmid is None:
        message = f"{reference.key} has no PMID"
        raise ValueError(message)
    names = [name for name in reference.author if name != "others"]
    journal = (
        Journal(title=reference.journal, iso_abbreviation=reference.shortjournal)
        if reference.journal or reference.shortjournal
        else None
    )
    return Record(
        reference.pmid,
        title=reference.title,
        doi=reference.doi,
        pmcid=reference.pmcid,
        authors=tuple(_author(name) for name in names),
        authors_complete=False if "others" in reference.author else None,
        journal=journal,
        volume=reference.volume,
        issue=reference.number,
        pages=reference.pages,
        issue_date=PartialDate(reference.year) if reference.year else None,
        publication_types=tuple(Term(name) for name in publication_types),
        mesh=tuple(MeshHeading(name) for name in mesh_terms),
    )


def _author(name: str) -> Author:
    if name.startswith("{"):
        return Author(collective=name.strip("{}"))
    parts = [part.strip() for part in name.split(",")]
    suffix = parts[1] if len(parts) > 2 else None  # "Family, Jr, A. B."
    return Author(last=surname(name), initials=initials(name) or None, suffix=suffix)
