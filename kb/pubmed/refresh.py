"""The snapshot brought up to date with PubMed, and what PubMed says otherwise shown; curated facts only by consent."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import difflib
import functools
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from kb import store
from kb.problems import Problem, UnknownIdError
from kb.pubmed import snapshot
from kb.pubmed.accept import ALL, Accepted, accept_differences, check_names
from kb.pubmed.client import BATCH
from kb.pubmed.complete import complete, described, read_batch
from kb.pubmed.difference import Difference, compare, is_another, mark_conflicts, missing
from kb.pubmed.errors import EntrezError, OfflineError
from kb.pubmed.snapshot import Entry

if TYPE_CHECKING:
    from pathlib import Path

    from kb.model import Corpus, Reference
    from kb.pubmed.client import Batch, Entrez
    from kb.pubmed.record import Record

__all__ = ["ALL", "Refresh", "refresh"]

OLDER_THAN = 30  # days
_STALE = 60.0  # seconds

Progress = Callable[[str, int, int], object]
"""Is called with what is done, how much of it is, and how much there is."""


@dataclass(frozen=True, slots=True)
class Refresh:
    """What a refresh did and found.

    Parameters
    ----------
    studies
        How many studies were looked at.
    fetched
        PMIDs whose record was written to the snapshot.
    fresh
        PMIDs whose record was new enough.
    found
        By study without a (right) PMID: the PMID found, and by what.
    doubts
        By study without a PMID: what was found and why it was not taken.
    waiting
        Differences that nobody accepted.
    accepted
        Differences that were, now in the bibliography.
    refused
        What could not be accepted and why, one sentence each.
    problems
        Files of the snapshot and records that cannot be used.
    failures
        Requests that failed.
    sources
        How many records of these studies the snapshot holds by source and date.
    """

    studies: int
    fetched: tuple[str, ...]
    fresh: tuple[str, ...]
    found: dict[str, tuple[str, str]]
    doubts: dict[str, tuple[str, ...]]
    waiting: tuple[Difference, ...]
    accepted: tuple[Difference, ...]
    refused: tuple[str, ...]
    problems: tuple[Problem, ...]
    failures: tuple[EntrezError, ...]
    sources: dict[tuple[str, dt.date], int]

    @property
    def awaiting(self) -> tuple[Difference, ...]:
        """Differences that a person has to decide on."""
        return tuple(difference for difference in self.waiting if difference.awaits)

    @property
    def status(self) -> Literal[0, 1, 2]:
        """Exit status: 2 when PubMed failed and nothing could be done, 1 when something is left to do, else 0."""
        if self.failures and not (self.fetched or self.accepted or self.found):
            return 2
        return 1 if self.failures or self.problems or self.refused or self.awaiting else 0


@dataclass(frozen=True, slots=True)
class _Held:
    """A record that is not in the snapshot: its study does not carry its PMID yet, or it is another paper.

    ``how`` says why the PMID is thought to be that of the study; ``wrong`` that the study's own PMID is another paper.
    """

    entry: Entry
    how: str = ""
    wrong: bool = False


@dataclass(slots=True)
class _Run:
    """What is known so far: held records and PMIDs without a record by study."""

    root: Path
    corpus: Corpus
    references: dict[str, Reference]
    entries: dict[str, Entry]
    entrez: Entrez
    newer_than: dt.datetime
    today: dt.date
    progress: Progress | None
    fetched: list[str] = field(default_factory=list)
    held: dict[str, _Held] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    failures: list[EntrezError] = field(default_factory=list)

    def entry(self, pmid: str, record: Record) -> Entry:
        """The record with the day on which it was fetched."""
        kept = self.entrez.kept(pmid)
        return Entry(record, "pubmed", kept.fetched.date() if kept else self.today)


def refresh(  # noqa: PLR0913 - each is a switch of the command
    root: Path,
    entrez: Entrez,
    *,
    keys: Collection[str] | None = None,
    older_than: int = OLDER_THAN,
    force: bool = False,
    search: bool = True,
    accept: Collection[str] = (),
    now: dt.datetime | None = None,
    progress: Progress | None = None,
) -> Refresh:
    """Fetch what is missing or old, look for missing PMIDs, and compare PubMed with the bibliography.

    The bibliography is touched only for what is accepted. Records are written to ``pubmed/`` as each batch arrives, so
    a run that was stopped at any moment is continued by the next.

    Parameters
    ----------
    root
        The evidence folder.
    entrez
        PubMed.
    keys
        Studies to look at; all when None.
    older_than
        Records that were fetched this many days ago, or more, are fetched again.
    force
        Fetch all again.
    search
        Look for the PMIDs of studies that have none.
    accept
        Differences to write into the bibliography: `ALL`, ``KEY`` or ``KEY.field``. `ALL` leaves out what is
        typographic and PMIDs of another paper; naming the study takes them.
    now
        The time, with zone; the clock's when None.
    progress
        Is told how far it is.

    Raises
    ------
    EvidenceError
        When the evidence is not valid; nothing is asked then.
    UnknownIdError
        For a study that is not there.
    """
    now = dt.datetime.now(dt.UTC) if now is None else now.astimezone(dt.UTC)
    corpus = store.load(root)
    chosen = list(corpus.references) if keys is None else list(dict.fromkeys(keys))
    for key in chosen:
        if key not in corpus.references:
            raise UnknownIdError("study", key, difflib.get_close_matches(key, corpus.references, n=3))
    check_names(accept, chosen)
    # A record is fresh when its day is after this one; the cache may answer with what is as new, and no older.
    last_old_day = now.date() if force else now.date() - dt.timedelta(days=older_than)
    newer_than = dt.datetime.combine(last_old_day + dt.timedelta(days=1), dt.time(), dt.UTC)
    _tidy(root)
    entries, broken = snapshot.load(root)
    references = {key: corpus.references[key] for key in chosen}
    run = _Run(root, corpus, references, entries, entrez, newer_than, now.date(), progress)
    pmids = {r.pmid: key for key, r in references.items() if r.pmid}
    unreadable = {problem.path.rpartition("/")[2].removesuffix(".yaml"): problem for problem in broken}
    run.problems += [problem for pmid, problem in unreadable.items() if keys is None or pmid in pmids]
    fresh = {p for p in pmids if p in entries and entries[p].source == "pubmed" and entries[p].date > last_old_day}
    for batch in _fetched(run, [pmid for pmid in pmids if pmid not in fresh | unreadable.keys()]):
        _store(run, batch, pmids)
    for pmid in fresh:
        if is_another(references[pmids[pmid]], entries[pmid].record):
            run.held[pmids[pmid]] = _Held(entries[pmid], wrong=True)
    found: dict[str, tuple[str, str]] = {}
    doubts: dict[str, tuple[str, ...]] = {}
    if search and not any(isinstance(error, OfflineError) for error in run.failures):
        found, doubts = _search(run)
    differences = mark_conflicts(_differences(run), corpus.references)
    held = {key: one.entry for key, one in run.held.items()}
    settled = accept_differences(root, differences, held, accept) if accept else Accepted()
    done = {difference.name for difference in settled.differences}
    shown = {pmid: entry for pmid, entry in run.entries.items() if pmid in pmids} | settled.saved
    return Refresh(
        studies=len(chosen),
        fetched=(*run.fetched, *settled.saved),
        fresh=tuple(fresh),
        found=found,
        doubts=doubts,
        waiting=tuple(d for d in differences if d.name not in done),
        accepted=settled.differences,
        refused=settled.refused,
        problems=tuple(run.problems),
        failures=tuple(run.failures),
        sources=dict(sorted(Counter((entry.source, entry.date) for entry in shown.values()).items())),
    )


def _tidy(root: Path) -> None:
    """Remove drafts that a killed run left; a draft of a living one is younger than this."""
    for draft in (*(root / snapshot.FOLDER).glob(".*.yaml.*"), *root.glob(".bibliography.bib.*")):
        with contextlib.suppress(OSError):
            if time.time() - draft.stat().st_mtime > _STALE:
                draft.unlink()


def _fetched(run: _Run, wanted: list[str]) -> Iterator[Batch]:
    """Batches as they come; after one that failed the next is tried, and after a second in a row none."""
    left, in_a_row = wanted, 0
    while left:
        tell = functools.partial(_tell, run.progress, len(wanted), len(wanted) - len(left))
        done: set[str] = set()
        again: set[str] = set()
        try:
            for batch in run.entrez.fetch(left, newer_than=run.newer_than, progress=tell):
                done |= set(batch.asked)
                again = (again | set(batch.unanswered)) - set(batch.records) - set(batch.missing)
                in_a_row = 0
                yield batch
        except EntrezError as error:
            run.failures.append(error)
            in_a_row += 1
            if isinstance(error, OfflineError) or in_a_row > 1:
                return
        else:
            return
        unseen = [pmid for pmid in left if pmid not in done]
        left = [*unseen[BATCH:], *(pmid for pmid in left if pmid in again)] if unseen else []


def _tell(progress: Progress | None, total: int, before: int, done: int, _: int) -> None:
    if progress:
        progress("Fetching records", before + done, total)


def _store(run: _Run, batch: Batch, pmids: Mapping[str, str]) -> None:
    """Write the records of a batch that are what they should be, and hold back the others."""
    records, broken = read_batch(batch)
    for pmid, error in broken.items():
        advice = "The record here stays as it was; try again later."
        run.problems.append(Problem(f"{snapshot.FOLDER}/{pmid}.yaml", 0, "unreadable-answer", str(error), advice))
    for pmid, record in records.items():
        key, entry = pmids[pmid], run.entry(pmid, record)
        another = is_another(run.references[key], record)
        if another or record.pmid != pmid:
            run.held[key] = _Held(entry, wrong=another)
            continue
        if run.entries.get(pmid) != entry:
            snapshot.save(run.root, entry)
        run.entries[pmid] = entry
        run.fetched.append(pmid)
    run.gone |= {pmids[pmid] for pmid in batch.missing}


def _search(run: _Run) -> tuple[dict[str, tuple[str, str]], dict[str, tuple[str, ...]]]:
    """Look for the PMIDs of studies that have none, or a wrong one; their records are held."""
    wrong = {key for key, one in run.held.items() if one.wrong}
    wanted = {key: r for key, r in run.references.items() if r.pmid is None or key in run.gone | wrong}
    made = complete(run.entrez, wanted, newer_than=run.newer_than, progress=run.progress)
    run.failures += made.failures
    found: dict[str, tuple[str, str]] = {}
    for key, hit in made.found.items():
        pmid = run.references[key].pmid
        if hit.pmid == pmid:
            continue
        how = f"found by its {hit.by}"
        if key in wrong:
            how = f"{pmid} is evidently another paper, {described(run.held[key].entry.record)}; {hit.pmid} was {how}"
        elif key in run.gone:
            how = f"PubMed has no {pmid}; {hit.pmid} was {how}"
        run.held[key] = _Held(run.entry(hit.pmid, hit.record), how, key in wrong)
        found[key] = (hit.pmid, hit.by)
    return found, made.doubts


def _differences(run: _Run) -> Iterator[Difference]:
    """Everything in which PubMed, as far as it is known now, differs from the bibliography."""
    for key, reference in run.references.items():
        study = run.corpus.studies.get(key)
        entry = run.entries.get(reference.pmid or "")
        if held := run.held.get(key):
            for d in compare(reference, held.entry.record, study.design if study else None):
                by_name = held.wrong and d.field == "pmid"  # the curated PMID is wrong: somebody has to look
                note = held.how if held.how and d.field == "pmid" else d.note
                yield dataclasses.replace(d, note=note, kind="another-paper" if by_name else d.kind)
        elif key in run.gone:
            yield missing(reference, "PubMed has no such record: mistyped, or deleted. What is here stays as it was")
        elif entry and entry.source == "pubmed":
            yield from compare(reference, entry.record, study.design if study else None)
