"""Identifiers and files -> new studies: bibliography entry, snapshot record and a study file to fill in.

What is written, and in which order, so that a kill leaves a state that ``kb validate`` explains and the same command
mends: first the bibliography (all new entries in one atomic write), then for each study its snapshot record, then its
file. A kill in between leaves entries without a file, which ``kb validate`` calls ``no-study``; the same ``kb add``
knows them by PMID, DOI, PMCID or title, keeps their key and writes what is missing. A study whose files cannot be
written is taken out of the bibliography again.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import filelock

from kb.cite import vancouver
from kb.model import Study
from kb.problems import KbError
from kb.pubmed import snapshot
from kb.pubmed.add_items import Item, Left, Why, read_items
from kb.pubmed.add_plan import Plan, already_there, decide
from kb.pubmed.add_state import load_state
from kb.pubmed.cache import cache_root
from kb.pubmed.lookup import look_up
from kb.pubmed.notices import ALARMS
from kb.pubmed.propose import Proposals
from kb.store import bibtex, save_study
from kb.store.insert import insert_references
from kb.store.writer import write_text

if TYPE_CHECKING:
    from kb.pubmed.client import Entrez, Progress

__all__ = ["Added", "Left", "Report", "add"]

_PATIENCE = 120.0
"""Seconds to wait for another ``kb add`` in the same folder."""
_NOTHING_DONE: frozenset[Why] = frozenset({"malformed", "failed", "unreadable"})


@dataclass(frozen=True, slots=True)
class Added:
    """A study that was added.

    Parameters
    ----------
    given
        What the person gave.
    key
        Its key.
    reference
        The reference in Vancouver style.
    pmid
        Its PMID.
    source, date
        ``pubmed`` and when it was fetched, or ``file`` and today.
    study
        The study file's content.
    path
        The study file.
    proposals
        Terms proposed.
    notices
        What became of it, e.g. ``RETRACTED (2021, PMID 9)``.
    alarming
        Whether somebody must look at a notice before the study is used.
    notes
        What else the person should know, one sentence each.
    completed
        Whether it was half there, from a run that was stopped.
    """

    given: str
    key: str
    reference: str
    pmid: str | None
    source: Literal["pubmed", "file"]
    date: dt.date
    study: Study
    path: Path
    proposals: Proposals
    notices: tuple[str, ...] = ()
    alarming: bool = False
    notes: tuple[str, ...] = ()
    completed: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """What an `add` did.

    Parameters
    ----------
    added
        Studies that are new.
    left
        What was given and not added, each with its reason.
    notes
        What concerns a file as a whole, one sentence each.
    """

    added: tuple[Added, ...] = ()
    left: tuple[Left, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def status(self) -> Literal[0, 1, 2]:
        """Exit status: 0 when all that was given is in the base now, 2 when nothing could be done, else 1."""
        missing = [left for left in self.left if not left.is_there]
        if not missing:
            return 0
        return 2 if not self.added and all(left.why in _NOTHING_DONE for left in self.left) else 1


def add(
    root: Path,
    given: Iterable[str],
    client: Entrez,
    *,
    stdin: bytes | None = None,
    today: dt.date | None = None,
    progress: Progress | None = None,
) -> Report:
    """Add studies by identifier, address or file; ``kb add`` is this function.

    Parameters
    ----------
    root
        The evidence folder.
    given
        PMIDs, PMCIDs, DOIs, PIIs, addresses, or paths of RIS, BibTeX, NBIB or CSL-JSON files; ``-`` is `stdin`.
    client
        How PubMed is asked; when it is offline, entries of files are added as the file says, marked as curated.
    stdin
        What ``-`` stands for.
    today
        The date for what comes from a file.
    progress
        Is called with how many records are fetched and how many there are.

    Raises
    ------
    EvidenceError
        When the bibliography cannot be read; nothing is written then.

    Notes
    -----
    Every problem is collected; what is fine is added. Two runs in one folder wait for each other.
    """
    today = today or dt.datetime.now(dt.UTC).date()
    items, left, notes = read_items(given, stdin)
    state = load_state(root)
    waiting: list[Item] = []
    for item in items:
        known = next((one for one in item.asked if state.by_id(one.kind, one.value) in state.study_keys), None)
        if known:
            key = state.by_id(known.kind, known.value) or ""
            left.append(already_there(item, state, key, f"same {known.kind.upper()}", None))
        else:
            waiting.append(item)
    answers = look_up(client, (one for item in waiting for one in item.asked), progress=progress)
    with _locked(root):
        state = load_state(root)
        plans: list[Plan] = []
        for item in waiting:
            planned = decide(item, answers, state, today)
            if isinstance(planned, Left):
                left.append(planned)
            else:
                plans.append(planned)
                state.take(planned.reference, planned.entry)
        written, failed = _write(root, plans)
    order = {item.given: number for number, item in enumerate(items)}
    left = sorted([*left, *failed], key=lambda one: order.get(one.given, -1))
    return Report(tuple(_added(root, plan) for plan in written), tuple(left), notes)


@contextmanager
def _locked(root: Path) -> Iterator[None]:
    """Only one process at a time writes new studies into a folder; the lock is outside the repository."""
    name = hashlib.sha256(str(root.resolve()).encode()).hexdigest()[:24]
    path = cache_root() / "locks" / f"add-{name}.lock"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with filelock.FileLock(path, timeout=_PATIENCE):
            yield
    except filelock.Timeout:
        message = f"another `kb add` has been at work in {root} for {_PATIENCE:.0f} s; wait for it and run this again"
        raise KbError(message) from None


# --- writing ---------------------------------------------------------------------------------------------------


def _write(root: Path, plans: list[Plan]) -> tuple[list[Plan], list[Left]]:
    """Write what was planned; see the module for the order."""
    fresh = [plan.reference for plan in plans if plan.is_new]
    path = root / bibtex.FILE
    before = path.read_text(encoding="utf-8-sig")
    if fresh:
        insert_references(root, fresh)
    written: list[Plan] = []
    failed: list[Left] = []
    for plan in plans:
        try:
            if plan.entry:
                snapshot.save(root, plan.entry)
            save_study(root, plan.study)
            written.append(plan)
        except KbError as error:
            failed.append(Left(plan.item.given, "failed", f"{plan.item.shown} was not added: {error}", "Mend that."))
            if plan.entry and plan.is_new:
                with contextlib.suppress(OSError):
                    snapshot.remove(root, plan.entry.record.pmid)
    if failed and fresh:
        with contextlib.suppress(KbError):  # else `kb validate` says no-study, and the next run completes it
            write_text(path, before)
            insert_references(root, [plan.reference for plan in written if plan.is_new])
    return written, failed


def _added(root: Path, plan: Plan) -> Added:
    return Added(
        given=plan.item.given,
        key=plan.reference.key,
        reference=vancouver(plan.reference),
        pmid=plan.reference.pmid,
        source=plan.source,
        date=plan.date,
        study=plan.study,
        path=root / "studies" / f"{plan.reference.key}.yaml",
        proposals=plan.proposals,
        notices=tuple(str(notice) for notice in plan.notices),
        alarming=any(notice.kind in ALARMS for notice in plan.notices),
        notes=tuple(plan.notes),
        completed=not plan.is_new,
    )
