"""What every table ends with: numbered sources and the date of its evidence; and which studies a table is about."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from kb.cite import Run, listing
from kb.pubmed.notices import excluded, mark, marked
from kb.tables.table import Cell, Source
from kb.tables.words import study_label

if TYPE_CHECKING:
    from kb.model import Corpus
    from kb.pubmed.candidates import Watch
    from kb.tables.words import Marks

CURATED = "Made by rule from what was curated from abstracts and open pages; not reviewed by a clinician."
NOT_SYSTEMATIC = "The base is not a systematic search: it holds what the posts cite and some more."


@dataclass(frozen=True, slots=True)
class Given:
    """What a table is told beside the evidence.

    Parameters
    ----------
    notices
        What became of the studies, from :attr:`kb.base.Base.notices`.
    read
        The day on which the record of a study was last read, by key; a study that is missing has no known day.
    watched
        Searches for new literature by condition and intervention, from :func:`kb.pubmed.candidates.load_all`.
    style
        Of the references: see :func:`kb.cite.listing`.
    """

    notices: Marks = field(default_factory=dict)
    read: Mapping[str, dt.date] = field(default_factory=dict)
    watched: Mapping[tuple[str, str], Watch] = field(default_factory=dict)
    style: str | Path = "vancouver"


def study_url(corpus: Corpus, key: str) -> str | None:
    """PubMed's page of a study, else its DOI, else None."""
    reference = corpus.references.get(key)
    if reference is None:
        return None
    if reference.pmid:
        return f"https://pubmed.ncbi.nlm.nih.gov/{reference.pmid}/"
    return f"https://doi.org/{reference.doi}" if reference.doi else None


class Sources:
    """The references of a table in one style, and how its cells point at them: by number, or by author and year.

    Parameters
    ----------
    corpus
        The evidence.
    keys
        Studies in the order in which the table shows them.
    given
        Notices and the style.
    """

    def __init__(self, corpus: Corpus, keys: Iterable[str], given: Given) -> None:
        references = [corpus.references[key] for key in keys if key in corpus.references]
        self._corpus, self._given = corpus, given
        self._entries = {entry.key: entry for entry in listing(references, given.style).entries}

    def mark(self, key: str) -> tuple[str, ...]:
        """The number of a study; nothing in a style of authors and years."""
        entry = self._entries.get(key)
        return (str(entry.number),) if entry and entry.number is not None else ()

    def cell(self, key: str) -> Cell:
        """Author and year of a study with its marks, linked, with its number."""
        entry, notices = self._entries.get(key), self._given.notices
        label = study_label(self._corpus, key, notices)
        if entry and entry.narrative:
            said = mark(notices.get(key, ()))
            label = f"{entry.narrative} [{said}]" if said else entry.narrative
        return Cell(label, study_url(self._corpus, key), self.mark(key))

    @property
    def all(self) -> tuple[Source, ...]:
        """The references in the order of the style; what became of a study stands behind, as in its cells."""
        return tuple(Source(key, (*entry.runs, *self._told(key)), entry.number) for key, entry in self._entries.items())

    def _told(self, key: str) -> Iterable[Run]:
        said = marked("", self._given.notices.get(key, ()))
        return [Run(said)] if said else []


def dated(corpus: Corpus, keys: Iterable[str], given: Given) -> tuple[str | None, str]:
    """The date of the evidence, and in words how it is known: the newest day on which a record was read.

    It is never the day on which the table was made: nobody looked at the evidence again for it.

    Examples
    --------
    >>> import kb
    >>> corpus = kb.open().corpus
    >>> dated(corpus, ["buist2008"], Given())[1]
    'Date of evidence: unknown; no day is recorded on which a record of these studies was read. Newest study: 2008.'
    """
    some = list(dict.fromkeys(keys))
    years = [r.year for key in some if (r := corpus.references.get(key)) and r.year]
    newest = f" Newest study: {max(years)}." if years else ""
    days = [given.read[key] for key in some if key in given.read]
    if not days:
        why = "; no day is recorded on which a record of these studies was read" if some else ""
        return None, f"Date of evidence: unknown{why}.{newest}"
    missing = len(some) - len(days)
    rest = f"; no day is recorded for {missing} of {len(some)} studies" if missing else ""
    day = max(days).isoformat()
    return day, f"Date of evidence: {day}, the newest day on which a record of a study was read{rest}.{newest}"


def studies_of(corpus: Corpus, post: str) -> set[str]:
    """Studies that a post cites or its claims rest on."""
    here = corpus.posts[post]
    cited = {citation.study for citation in here.citations if citation.study}
    return cited | {e.study for claim in here.claims for e in claim.evidence if e.study}


def standing(keys: Iterable[str], given: Given) -> tuple[set[str], list[str]]:
    """Studies that a table shows, and the retracted ones that it leaves out."""
    some = set(keys)
    left_out = sorted(excluded({key: given.notices.get(key, ()) for key in some}))
    return some - set(left_out), left_out


def newest_first(corpus: Corpus, key: str) -> tuple[int, str]:
    """Sorts studies by year, the newest first, then by key."""
    reference = corpus.references.get(key)
    return (-(reference.year or 0) if reference else 0, key)
