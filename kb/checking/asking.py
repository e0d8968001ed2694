"""Who is asked for records that are not at hand: PubMed, and no longer when it does not answer; and their notices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from kb.citations.online import Looked, Online
from kb.citations.resolution import LinkState
from kb.pubmed.identify import Identified
from kb.pubmed.notices import of_record, settle

if TYPE_CHECKING:
    from kb.citations.online import Lookup
    from kb.citations.resolution import Record
    from kb.pubmed.citmatch import Citation
    from kb.pubmed.client import Entrez
    from kb.pubmed.notices import Notice


class Asking:
    """A lookup that collects what another one tells beside records, and stops asking when nothing came but notes.

    Parameters
    ----------
    lookup
        Who is asked.
    entrez
        Where the full records of what it finds are kept; their notices are read there.
    """

    def __init__(self, lookup: Lookup, entrez: Entrez | None = None) -> None:
        self._lookup, self._entrez = lookup, entrez
        self._notes: dict[str, None] = {}
        self._notices: dict[str, tuple[Notice, ...]] = {}
        self._silent = False

    @classmethod
    def pubmed(cls) -> Asking:
        """PubMed, as the user's settings say."""
        from kb.pubmed.client import Entrez

        entrez = Entrez()
        return cls(Online(entrez), entrez)

    @property
    def notes(self) -> tuple[str, ...]:
        """What could not be asked, each once."""
        return tuple(self._notes)

    @property
    def notices(self) -> Mapping[str, tuple[Notice, ...]]:
        """Retractions and the like of what was found, by PMID."""
        return self._notices

    def ask(self, identifiers: Iterable[Identified], citations: Sequence[Citation]) -> Looked:
        """See :class:`kb.citations.online.Lookup`."""
        wanted = list(identifiers)
        if self._silent:
            return Looked(states={(one.kind, one.value.casefold()): LinkState.UNANSWERED for one in wanted})
        looked = self._lookup.ask(wanted, citations)
        self._notes |= dict.fromkeys(looked.notes)
        self._silent = bool(looked.notes) and not looked.records
        if self._entrez is not None and looked.records:
            self._read_notices(self._entrez, looked.records)
        return looked

    def _read_notices(self, entrez: Entrez, records: Iterable[Record]) -> None:
        """The records were fetched a moment ago, so that the cache answers."""
        from kb.pubmed.lookup import look_up

        pmids = [Identified("pmid", record.pmid, record.pmid) for record in records if record.pmid]
        for answer in look_up(entrez, pmids).found.values():
            record = answer.record
            source = f"PubMed record {record.pmid}, fetched {answer.fetched}"
            if found := settle(of_record(record, source)):
                self._notices[record.pmid] = found


def merged(
    known: Mapping[str, tuple[Notice, ...]], asked: Mapping[str, tuple[Notice, ...]], keys: Mapping[str, str]
) -> dict[str, tuple[Notice, ...]]:
    """Notices by key of the study, or ``pmid:...`` of a paper that is not in the base.

    Parameters
    ----------
    known
        Those of the base, by key.
    asked
        Those of PubMed, by PMID.
    keys
        Keys of the base by PMID.
    """
    told = dict(known)
    for pmid, notices in asked.items():
        name = keys.get(pmid, f"pmid:{pmid}")
        told[name] = settle((*told.get(name, ()), *notices))
    return told
