"""The study that a citation means, how sure that is, and what is known of its links."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kb.citations.links import Target


class Confidence(StrEnum):
    """How sure it is that a citation means a study."""

    CERTAIN = "certain"
    """The link's own record, or name, year and a third fact that all agree with one study only."""
    PROBABLE = "probable"
    """Offered, never taken for granted: name and year only, a mention's details, a title that is nearly the same."""
    UNKNOWN = "unknown"


class By(StrEnum):
    """What a citation was resolved by."""

    IDENTIFIER = "identifier"
    PLACE = "place"
    """Journal, volume and first page."""
    NAME = "name"
    TITLE = "title"
    DETAILS = "details"
    ENTRY = "entry"
    """Its entry in the post's reference list."""
    CURATED = "curated"
    """``evidence/posts`` says so for this very sentence."""
    ENTREZ = "entrez"


class LinkState(StrEnum):
    """What is known of a link to research."""

    KNOWN = "known"
    """Its own record is at hand."""
    UNKNOWN = "unknown"
    """No record at hand: nothing is said against it."""
    ABSENT = "absent"
    """PubMed was asked and has no such record."""
    UNANSWERED = "unanswered"
    """PubMed was asked and did not answer: no verdict."""


@dataclass(frozen=True, slots=True)
class Record:
    """A bibliographic record that a citation may mean.

    Parameters
    ----------
    id
        Key of the study when it is one of the base, else ``pmid:...`` or ``doi:...``.
    key
        Key of the study, None when it is not in the base.
    authors
        BibTeX names, groups in braces; empty when unknown. A last ``others`` means that there are more.
    maybe_more
        Whether that ``others`` only says that lists of this length are often cut: the list itself does not end in it.
    journals
        Full name, abbreviations, known short forms.
    years
        Year in print first, then the electronic one where it differs and is known; empty when unknown.
    electronic
        Whether the electronic year is known (or known to be the same).
    pmid, pmcid, doi, pii
        Its identifiers; None is unknown, not absent.
    preferred_url
        Address to paste: PubMed's, else the DOI's, else PMC's; None when no identifier is known.
    source
        Where these facts stand, e.g. ``PubMed record 17728030 (curated, 2026-11-21)`` or ``bibliography.bib``.
    """

    id: str
    key: str | None
    title: str | None = None
    authors: tuple[str, ...] = ()
    journals: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    electronic: bool = False
    volume: str | None = None
    issue: str | None = None
    pages: str | None = None
    pmid: str | None = None
    pmcid: str | None = None
    doi: str | None = None
    pii: str | None = None
    source: str = ""
    maybe_more: bool = False

    @property
    def preferred_url(self) -> str | None:
        """See the class.

        Examples
        --------
        >>> Record("lee2020", "lee2020", doi="10.1000/1").preferred_url
        'https://doi.org/10.1000/1'
        """
        if self.pmid:
            return f"https://pubmed.ncbi.nlm.nih.gov/{self.pmid}/"
        if self.doi:
            return f"https://doi.org/{self.doi}"
        return f"https://pmc.ncbi.nlm.nih.gov/articles/{self.pmcid}/" if self.pmcid else None


@dataclass(frozen=True, slots=True)
class Linked:
    """A link of a citation to research, and the record that its identifier (or place) belongs to."""

    target: Target
    state: LinkState
    record: Record | None = None


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a citation means.

    Parameters
    ----------
    record
        The study that the **text** means, as best known: by name, title, details or curation; by the link when the
        text names nothing that speaks against it. None when unknown.
    confidence, by
        How sure that is, and what it rests on.
    links
        Every link to research with what is known of it, in the order of the citation's targets.
    candidates
        Records that fit as well as each other, best first, when none is taken.
    reason
        In words what was matched, e.g. ``first author, year and journal``.
    """

    record: Record | None = None
    confidence: Confidence = Confidence.UNKNOWN
    by: By | None = None
    links: tuple[Linked, ...] = ()
    candidates: tuple[Record, ...] = ()
    reason: str = ""
