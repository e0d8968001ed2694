"""Identifiers -> PubMed's records, in as few requests as batching needs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kb.problems import KbError
from kb.pubmed.difference import dois
from kb.pubmed.xml import parse

if TYPE_CHECKING:
    from kb.pubmed.client import Entrez, Progress
    from kb.pubmed.identify import Identified
    from kb.pubmed.record import Record

Name = tuple[str, str]

_FIELD = {"doi": "doi", "pii": "aid"}
"""PubMed's search field of each kind; PMCIDs are asked for by their links."""
_AT_ONCE = 25
"""Identifiers in one query; the address of a longer one may be refused."""
_HITS = 20
"""Records that are looked at for one identifier that PubMed took apart."""
_FRESH = dt.timedelta(hours=20)
"""An answer of the cache that is older is asked for again: a notice may have come since."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A record, and when PubMed was asked for it."""

    record: Record
    fetched: dt.date


@dataclass(slots=True)
class Answers:
    """What PubMed says of identifiers.

    Parameters
    ----------
    found
        Records by kind and value of the identifier asked for.
    merged
        PMIDs that became another.
    ambiguous
        Identifiers that several records carry, with their PMIDs.
    unknown
        Identifiers that PubMed does not know.
    failed
        Identifiers that could not be asked for, with the error.
    """

    found: dict[Name, Answer] = field(default_factory=dict)
    merged: dict[str, str] = field(default_factory=dict)
    ambiguous: dict[Name, tuple[str, ...]] = field(default_factory=dict)
    unknown: set[Name] = field(default_factory=set)
    failed: dict[Name, KbError] = field(default_factory=dict)


def look_up(client: Entrez, wanted: Iterable[Identified], *, progress: Progress | None = None) -> Answers:
    """PubMed's records of identifiers; an identifier counts as found only when the record itself carries it.

    Parameters
    ----------
    client
        How PubMed is asked.
    wanted
        Identifiers, each asked for once.
    progress
        Is called with how many records are fetched and how many there are.
    """
    answers = Answers()
    names: list[Name] = list(dict.fromkeys((one.kind, one.value) for one in wanted))
    pmids = [value for kind, value in names if kind == "pmid"]
    others = [name for name in names if name[0] != "pmid"]
    hits: list[str] = []
    for some in _chunks(others, _AT_ONCE):
        try:
            hits += _candidates(client, some)
        except KbError as error:
            answers.failed |= dict.fromkeys(others[others.index(some[0]) :], error)
            break
    fetched, failure = _fetched(client, [*pmids, *hits], answers, progress)
    for pmid in pmids:
        _settle(answers, ("pmid", pmid), [fetched[pmid]] if pmid in fetched else [], failure)
    carriers: dict[Name, dict[str, Answer]] = {}
    for answer in fetched.values():
        for name in _names_of(answer.record):
            carriers.setdefault(name, {})[answer.record.pmid] = answer
    for name in (name for name in others if name not in answers.failed):
        _settle(answers, name, list(carriers.get(_folded(name), {}).values()), failure)
    return answers


def _settle(answers: Answers, name: Name, records: Sequence[Answer], failure: KbError | None) -> None:
    if len(records) == 1:
        answers.found[name] = records[0]
    elif records:
        answers.ambiguous[name] = tuple(answer.record.pmid for answer in records)
    elif failure:
        answers.failed[name] = failure
    else:
        answers.unknown.add(name)


def _candidates(client: Entrez, names: Sequence[Name]) -> list[str]:
    """PMIDs that may be those of DOIs, PIIs and PMCIDs."""
    found: list[str] = []
    words = [f'"{value.replace(chr(34), " ")}"[{_FIELD[kind]}]' for kind, value in names if kind in _FIELD]
    if words:
        answer = client.esearch(" OR ".join(words))
        if answer.count > 2 * len(words):  # PubMed took one apart and matched its pieces
            for word in words:
                found += client.esearch(word, retmax=_HITS).ids
        found += answer.ids[: 2 * len(words)]
    numbers = [value.removeprefix("PMC") for kind, value in names if kind == "pmcid"]
    if numbers:
        found += [pmid for pmids in client.elink(numbers, "pmc_pubmed").values() for pmid in pmids]
    return found


def _fetched(
    client: Entrez, pmids: Iterable[str], answers: Answers, progress: Progress | None
) -> tuple[dict[str, Answer], KbError | None]:
    """Records by the PMID asked for, and the error that kept the rest from coming."""
    fetched: dict[str, Answer] = {}
    now = dt.datetime.now(dt.UTC)
    failure: KbError | None = None
    try:
        for batch in client.fetch(dict.fromkeys(pmids), newer_than=now - _FRESH, progress=progress):
            answers.merged |= batch.merged
            for pmid, xml in batch.records.items():
                kept = client.kept(pmid)
                try:
                    fetched[pmid] = Answer(next(iter(parse(xml))), (kept.fetched if kept else now).date())
                except (KbError, StopIteration) as error:
                    failure = error if isinstance(error, KbError) else failure
    except KbError as error:
        failure = error
    return fetched, failure


def _names_of(record: Record) -> Iterator[Name]:
    yield from (_folded(("doi", doi)) for doi in dois(record))
    if record.pmcid:
        yield _folded(("pmcid", record.pmcid))
    yield from (_folded(("pii", item.value)) for item in record.ids if item.type == "pii")
    yield from (_folded(("pii", item.value)) for item in record.elocations if item.type == "pii")


def _folded(name: Name) -> Name:
    kind, value = name
    return kind, "".join(c for c in value.casefold() if c.isalnum()) if kind == "pii" else value.casefold()


def _chunks(names: Sequence[Name], size: int) -> Iterator[Sequence[Name]]:
    for start in range(0, len(names), size):
        yield names[start : start + size]
