"""New literature since last time, cell by cell: searched, kept, ranked, and never offered twice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from kb.files import WriteError
from kb.problems import EvidenceError, KbError
from kb.pubmed import queries
from kb.pubmed.candidates import Candidate, Watch, fingerprint, load, load_all, save
from kb.pubmed.client import MOST, Entrez
from kb.pubmed.errors import ConfigError, OfflineError
from kb.pubmed.notices import EXCLUDED, of_record
from kb.pubmed.xml import parse_all

if TYPE_CHECKING:
    from pathlib import Path

    from kb.model import Corpus, Reference
    from kb.pubmed.queries import Cell
    from kb.pubmed.record import Record

FIRST_LOOK = 365
"""Days that the first search of a cell looks back."""
OVERLAP = 30
"""Days before the last search that are searched again: NLM adds MeSH and publication types after a record has come."""
LIMIT = 25
"""Candidates taken of one search, most relevant first; the others wait for the next."""
PATIENCE = 3
"""Searches that may fail one after the other before the rest is left for another time."""

_RULE = "rule: notices"


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be asked for a cell.

    Parameters
    ----------
    cell
        Condition and intervention.
    query
        Lines of the query.
    edited
        A person wrote it.
    since
        From this day on, by the day on which a record came to PubMed (its create date, ``crdt``).
    first_time
        The cell was never searched.
    done
        The same query was searched today already.
    """

    cell: Cell
    query: tuple[str, ...]
    edited: bool
    since: dt.date
    first_time: bool
    done: bool

    @property
    def text(self) -> str:
        """The query in one line."""
        return " ".join(self.query)


def _today() -> dt.date:
    return dt.datetime.now(dt.UTC).date()


@dataclass(frozen=True, slots=True)
class How:
    """How to search.

    Parameters
    ----------
    since
        Look from this day on, instead of from the last search.
    again
        Also search what was searched today.
    limit
        Candidates taken of one search.
    today
        The day in UTC.
    """

    since: dt.date | None = None
    again: bool = False
    limit: int = LIMIT
    today: dt.date = field(default_factory=_today)


@dataclass(frozen=True, slots=True)
class Searched:
    """What became of a search.

    Parameters
    ----------
    plan
        What was asked.
    found
        Records that PubMed found, or None when it was not asked or did not answer.
    new
        Candidates that nobody had seen.
    waiting
        New ones that were not taken, because there were more than the limit.
    error
        Why it failed.
    unknown
        Words of an edited query that PubMed does not know.
    skipped
        Not asked, because the same query was searched today.
    """

    plan: Plan
    found: int | None = None
    new: tuple[Candidate, ...] = ()
    waiting: int = 0
    error: str | None = None
    unknown: tuple[str, ...] = ()
    skipped: bool = False


def plan(corpus: Corpus, watch: Watch, today: dt.date, *, since: dt.date | None = None) -> Plan:
    """What to ask for a cell: an edited query stays as it is, any other follows the vocabulary."""
    query = watch.query or queries.build(corpus, *watch.cell)
    same = watch.searched == fingerprint(query)
    if since is None and watch.last and watch.first:
        since = max(watch.first, watch.last - dt.timedelta(days=OVERLAP)) if same else watch.first
    first = since or today - dt.timedelta(days=FIRST_LOOK)
    return Plan(watch.cell, query, bool(watch.query), first, watch.looked is None, done=same and watch.looked == today)


def search(
    root: Path,
    corpus: Corpus,
    cells: Sequence[Cell],
    client: Entrez,
    how: How | None = None,
    progress: Callable[[int, int], object] | None = None,
) -> list[Searched]:
    """Search the cells one by one; each is written, whole, before the next.

    Parameters
    ----------
    root
        The evidence folder.
    corpus
        What it holds.
    cells
        From :func:`kb.pubmed.queries.choose`.
    client
        Who asks.
    how
        From when on, and how much.
    progress
        Is called with how many cells are done and how many there are.

    Raises
    ------
    EvidenceError
        When a file of the watch cannot be read; nothing is searched then.
    OfflineError
        When PubMed cannot be asked; what was searched before is kept.
    """
    how = how or How()
    watches, problems = load_all(root)
    if problems:
        raise EvidenceError(root, problems)
    known = {c.pmid: watch.cell for watch in watches.values() for c in watch.candidates}
    here = _Base.of(corpus.references)
    results: list[Searched] = []
    failures = 0
    for number, cell in enumerate(cells):
        if progress:
            progress(number, len(cells))
        todo = plan(corpus, watches.get(cell, Watch(cell)), how.today, since=how.since)
        if todo.done and not how.again and how.since is None:
            results.append(Searched(todo, skipped=True))
            continue
        if failures >= PATIENCE:
            results.append(Searched(todo, error=f"not tried: {PATIENCE} searches before it failed"))
            continue
        try:
            results.append(_search(root, todo, client, here, known, how))
            failures = 0
        except (OfflineError, ConfigError, WriteError, EvidenceError):
            raise
        except KbError as error:
            results.append(Searched(todo, error=str(error)))
            failures += 1
    if progress:
        progress(len(cells), len(cells))
    return results


@dataclass(frozen=True, slots=True)
class _Base:
    """What the base has already."""

    pmids: frozenset[str]
    dois: frozenset[str]

    @classmethod
    def of(cls, references: Mapping[str, Reference]) -> _Base:
        some = references.values()
        return cls(frozenset(r.pmid for r in some if r.pmid), frozenset(r.doi.casefold() for r in some if r.doi))

    def has(self, record: Record) -> bool:
        return record.pmid in self.pmids or (record.doi or "").casefold() in self.dois


def _search(root: Path, todo: Plan, client: Entrez, here: _Base, known: dict[str, Cell], how: How) -> Searched:
    answer = client.esearch(
        todo.text,
        retmax=MOST,
        mindate=todo.since.strftime("%Y/%m/%d"),
        maxdate="3000",
        datetype="crdt",
        sort="relevance",
    )
    before, problems = load(root, todo.cell)
    if problems:
        raise EvidenceError(root, problems)
    unseen = [pmid for pmid in answer.ids if pmid not in known and pmid not in here.pmids and pmid not in before.seen]
    elsewhere = [pmid for pmid in answer.ids if known.get(pmid, todo.cell) != todo.cell]
    records = _fetch(client, unseen[: how.limit])
    news: list[Candidate] = []
    for asked, record in records.items():
        if record.pmid in known or here.has(record):
            elsewhere.append(asked)
        else:
            news.append(candidate(record, how.today))
            known[record.pmid] = todo.cell
            elsewhere += [asked] if asked != record.pmid else []
    waiting = max(0, len(unseen) - how.limit) + max(0, answer.count - len(answer.ids))
    before, problems = load(root, todo.cell)  # somebody may have decided something in the meantime
    if problems:
        raise EvidenceError(root, problems)
    whole = waiting == 0
    after = replace(
        before,
        searched=fingerprint(todo.query),
        first=min(before.first or todo.since, todo.since),
        last=how.today if whole else before.last,
        looked=how.today,
        candidates=before.candidates + tuple(news),
        seen=tuple(dict.fromkeys((*before.seen, *elsewhere))),
    )
    save(root, after)
    unknown = answer.not_found if todo.edited else ()
    return Searched(todo, answer.count, tuple(news), waiting, unknown=unknown)


def _fetch(client: Entrez, pmids: Sequence[str]) -> dict[str, Record]:
    """Records by the PMID asked for, in that order; a PMID that PubMed does not have any more is not in it."""
    found: dict[str, Record] = {}
    for batch in client.fetch(pmids):
        for pmid, xml in batch.records.items():
            for record in parse_all(xml).records:
                found[pmid] = record
    return {pmid: found[pmid] for pmid in pmids if pmid in found}


def candidate(record: Record, today: dt.date) -> Candidate:
    """The facts that are kept of a record; a retracted one, or a notice, is rejected by rule."""
    journal = record.journal
    kept = Candidate(
        record.pmid,
        record.title,
        (journal.iso_abbreviation or journal.title) if journal else None,
        record.year,
        tuple(term.name for term in record.publication_types),
        today,
    )
    notices = [notice for notice in of_record(record) if notice.kind in EXCLUDED or notice.kind.startswith("is-")]
    if not notices:
        return kept
    return replace(kept, state="rejected", why=str(notices[0]), who=_RULE, when=today)
