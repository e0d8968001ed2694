"""What PubMed says of links and citations that no record is at hand for: identifiers looked up, citations matched."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from kb.citations.library_records import from_pubmed
from kb.citations.resolution import LinkState, Record
from kb.problems import KbError
from kb.pubmed.citmatch import Citation
from kb.pubmed.errors import OfflineError
from kb.pubmed.identify import Identified

if TYPE_CHECKING:
    from kb.pubmed.client import Entrez

_CANDIDATES = 3
"""PMIDs of one ambiguous citation that are looked at."""


@dataclass(slots=True)
class Looked:
    """What a lookup found.

    Parameters
    ----------
    found
        Records by kind and value of the identifier asked for.
    states
        For the identifiers without one: absent, unanswered, or unknown where several records carry it.
    cited
        Records that PubMed names for a citation, by the key it was asked with; one that is all it may be stands alone.
    notes
        What could not be asked, one sentence each.
    """

    found: dict[tuple[str, str], Record] = field(default_factory=dict)
    states: dict[tuple[str, str], LinkState] = field(default_factory=dict)
    cited: dict[str, tuple[Record, ...]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def record(self, identifier: Identified) -> Record | None:
        """The record of an identifier; of a PMID that was merged, the record it became."""
        return self.found.get(_name(identifier))

    def state(self, identifier: Identified) -> LinkState:
        """What is known of an identifier."""
        name = _name(identifier)
        return LinkState.KNOWN if name in self.found else self.states.get(name, LinkState.UNKNOWN)

    @property
    def records(self) -> tuple[Record, ...]:
        """Every record that came, each once."""
        cited = (record for records in self.cited.values() for record in records)
        return tuple({record.id: record for record in (*self.found.values(), *cited)}.values())


class Lookup(Protocol):
    """Whoever is asked for records; it never raises for want of an answer."""

    def ask(self, identifiers: Iterable[Identified], citations: Sequence[Citation]) -> Looked:
        """Records of identifiers, and of citations by name, journal, year, volume and page."""
        ...


class Online:
    """A lookup in PubMed.

    Parameters
    ----------
    entrez
        How PubMed is asked; the user's settings when left out.
    """

    def __init__(self, entrez: Entrez | None = None) -> None:
        if entrez is None:
            from kb.pubmed.client import Entrez as Client

            entrez = Client()
        self._entrez = entrez

    def ask(self, identifiers: Iterable[Identified], citations: Sequence[Citation]) -> Looked:
        """See `Lookup`; the citations go first, so that all records come in the same few requests."""
        from kb.pubmed.lookup import look_up

        looked = Looked()
        wanted = list({_name(one): one for one in identifiers}.values())
        try:
            matches = self._matches(citations, looked)
        except OfflineError as error:
            looked.notes.append(str(error))
            looked.states |= {_name(one): LinkState.UNANSWERED for one in wanted}
            return looked
        pmids = dict.fromkeys(pmid for found in matches.values() for pmid in found)
        if not wanted and not pmids:
            return looked
        try:
            answers = look_up(self._entrez, [*wanted, *(Identified("pmid", pmid, pmid) for pmid in pmids)])
        except KbError as error:
            looked.notes.append(f"PubMed was not asked for {len(wanted)} links: {error}")
            looked.states |= {_name(one): LinkState.UNANSWERED for one in wanted}
            return looked
        records: dict[str, Record] = {}
        by_name: dict[tuple[str, str], Record] = {}
        for (kind, value), answer in answers.found.items():
            pmid = answer.record.pmid
            if pmid not in records:
                records[pmid] = from_pubmed(answer.record, f"fetched {answer.fetched}", fetched=True)
            by_name[kind, value.casefold()] = records[pmid]
        for one in wanted:
            name = _name(one)
            if name in by_name:
                looked.found[name] = by_name[name]
            elif (one.kind, one.value) in answers.unknown:
                looked.states[name] = LinkState.ABSENT
            elif (one.kind, one.value) in answers.failed:
                looked.states[name] = LinkState.UNANSWERED
        for key, found in matches.items():
            cited = [by_name["pmid", pmid] for pmid in found if ("pmid", pmid) in by_name]
            if cited and len(cited) == len(found):
                looked.cited[key] = tuple(cited)
        looked.notes += sorted({f"PubMed did not answer: {error}" for error in answers.failed.values()})
        return looked

    def _matches(self, citations: Sequence[Citation], looked: Looked) -> dict[str, tuple[str, ...]]:
        """PMIDs that citations may mean, by their key."""
        if not citations:
            return {}
        try:
            found = self._entrez.ecitmatch(citations)
        except OfflineError:
            raise  # nothing else would be answered either
        except KbError as error:
            looked.notes.append(f"PubMed was not asked for {len(citations)} citations: {error}")
            return {}
        pmids = {key: (match.pmid,) if match.pmid else match.candidates for key, match in found.items()}
        return {key: some for key, some in pmids.items() if 0 < len(some) <= _CANDIDATES}


def _name(identifier: Identified) -> tuple[str, str]:
    return identifier.kind, identifier.value.casefold()
