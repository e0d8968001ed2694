"""What PubMed says of one PMID: typed, frozen, facts only.

The records are `msgspec` structs because they were the fastest of what was measured (one author with six fields,
Python 3.11): msgspec 0.13 µs, NamedTuple 0.56, frozen slotted dataclass 1.6, pydantic 2.6. A record holds about 60 of
them, and a worker process hands a record over in 15 µs. `to_dict` turns a record into plain data, `from_dict` back.

Field names follow the elements of the NLM DTD of 2025-01-01 where they mean the same. What PubMed does not say is
None or empty, never guessed.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from kb.pubmed.record_parts import (
    AbstractSection,
    Accession,
    ArticleId,
    Author,
    Book,
    Chemical,
    ELocation,
    Grant,
    HistoryDate,
    Journal,
    Keyword,
    Link,
    MeshHeading,
    MeshQualifier,
    PartialDate,
    Term,
)

__all__ = [
    "AbstractSection",
    "Accession",
    "Answer",
    "ArticleId",
    "Author",
    "Book",
    "Chemical",
    "Deletion",
    "ELocation",
    "Grant",
    "HistoryDate",
    "Journal",
    "Keyword",
    "Link",
    "MeshHeading",
    "MeshQualifier",
    "PartialDate",
    "Record",
    "Term",
    "from_dict",
    "to_dict",
]

TRIAL_REGISTRIES = frozenset(
    (
        "ANZCTR",
        "ChiCTR",
        "CRiS",
        "CTIS",
        "CTRI",
        "ClinicalTrials.gov",
        "DRKS",
        "EudraCT",
        "IRCT",
        "ISRCTN",
        "JMACCT",
        "JPRN",
        "JapicCTI",
        "LBCTR",
        "NTR",
        "PACTR",
        "ReBec",
        "REPEC",
        "RPCEC",
        "SLCTR",
        "TCTR",
        "UMIN-CTR",
        "UMIN",
        "UMINCTR",
    )
)
"""Names in DataBankName that are registries of trials (NLM, "Databank Sources")."""


class Record(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One PubMed record.

    Parameters
    ----------
    pmid, version
        PubMed's id, digits as text, and its version.
    sha256
        SHA-256 of the record's element as PubMed sent it: UTF-8, XML white space left out, so that neither batch,
        indentation nor line ends matter.
    doi, doi_valid
        The DOI, and False when PubMed marks it wrong or it is none.
    pmcid
        ``PMC`` and digits.
    title
        With the text of all inline markup; ``[...]`` around a translated title stays.
    title_translated
        The title stands in brackets: PubMed translated it.
    authors_complete
        False when PubMed says that names are missing; None without a list.
    issue_date
        PubDate, the date of the issue; `print_date` is the same where there is print.
    electronic_date
        ArticleDate, when it was put online.
    pages, start_page, end_page
        As printed, e.g. ``123-9``, and both ends in full.
    article_number
        Instead of pages, e.g. ``e0123456``.
    coi_statement
        True when there is a statement on conflicts of interest, else None. Its text is not kept.
    reference_count
        NumberOfReferences where given, else the references listed; None without either.
    abstract
        Sections, when the caller asked; never in `to_dict`.

    Examples
    --------
    >>> record = Record("1", sha256="0" * 64, title="A trial", links=(Link("RetractionIn", "2"),))
    >>> [link.pmid for link in record.linked("RetractionIn", "RetractionOf")], record.year
    (['2'], None)
    """

    pmid: str
    version: int = 1
    kind: Literal["article", "book"] = "article"
    sha256: str = ""
    title: str | None = None
    title_translated: bool = False
    vernacular_title: str | None = None
    doi: str | None = None
    doi_valid: bool | None = None
    pmcid: str | None = None
    ids: tuple[ArticleId, ...] = ()
    elocations: tuple[ELocation, ...] = ()
    authors: tuple[Author, ...] = ()
    authors_complete: bool | None = None
    editors: tuple[Author, ...] = ()
    investigators: tuple[Author, ...] = ()
    journal: Journal | None = None
    volume: str | None = None
    issue: str | None = None
    pages: str | None = None
    start_page: str | None = None
    end_page: str | None = None
    article_number: str | None = None
    issue_date: PartialDate | None = None
    electronic_date: PartialDate | None = None
    medium: str | None = None
    pub_model: str | None = None
    history: tuple[HistoryDate, ...] = ()
    date_completed: PartialDate | None = None
    date_revised: PartialDate | None = None
    languages: tuple[str, ...] = ()
    publication_types: tuple[Term, ...] = ()
    mesh: tuple[MeshHeading, ...] = ()
    supplementary: tuple[Term, ...] = ()
    chemicals: tuple[Chemical, ...] = ()
    keywords: tuple[Keyword, ...] = ()
    grants: tuple[Grant, ...] = ()
    accessions: tuple[Accession, ...] = ()
    links: tuple[Link, ...] = ()
    citation_subsets: tuple[str, ...] = ()
    status: str | None = None
    owner: str | None = None
    indexing_method: str | None = None
    publication_status: str | None = None
    coi_statement: Literal[True] | None = None
    has_abstract: bool = False
    reference_count: int | None = None
    book: Book | None = None
    contribution_date: PartialDate | None = None
    abstract: tuple[AbstractSection, ...] | None = None

    @property
    def print_date(self) -> PartialDate | None:
        """Date of the printed issue; None where the publication model has no print."""
        return None if self.pub_model in ("Electronic", "Electronic-eCollection") else self.issue_date

    @property
    def year(self) -> int | None:
        """Year of the issue, else of the electronic article, else of the book."""
        dates = (self.issue_date, self.electronic_date, self.book.published if self.book else None)
        return next((date.year for date in dates if date and date.year), None)

    @property
    def trials(self) -> tuple[Accession, ...]:
        """Numbers in registries of trials: NCT, ISRCTN and so on."""
        return tuple(found for found in self.accessions if found.bank in TRIAL_REGISTRIES)

    def history_date(self, status: str) -> PartialDate | None:
        """Date of a step: ``received``, ``accepted``, ``pubmed``, ``entrez`` and so on."""
        return next((step.date for step in self.history if step.status == status), None)

    def linked(self, *types: str) -> tuple[Link, ...]:
        """Comments and corrections of these types."""
        return tuple(link for link in self.links if link.type in types)


class Deletion(msgspec.Struct, frozen=True, gc=False):
    """PMIDs that an update file takes out of PubMed (DeleteCitation)."""

    pmids: tuple[str, ...]


class Answer(msgspec.Struct, frozen=True, gc=False):
    """A whole answer: its records and the PMIDs it deletes, in order."""

    records: tuple[Record, ...] = ()
    deleted: tuple[str, ...] = ()


def to_dict(record: Record) -> dict[str, Any]:
    """Plain data of a record, ready for JSON or YAML; what is empty is left out, and so is the abstract.

    Examples
    --------
    >>> to_dict(Record("1", title="A trial", abstract=(AbstractSection("long text"),)))
    {'pmid': '1', 'title': 'A trial'}
    """
    data: dict[str, Any] = msgspec.to_builtins(record)
    data.pop("abstract", None)
    return data


def from_dict(data: dict[str, Any]) -> Record:
    """The record that `to_dict` was given; raises `msgspec.ValidationError` for anything else.

    Examples
    --------
    >>> from_dict({"pmid": "1", "links": [{"type": "RetractionIn"}]}).links
    (Link(type='RetractionIn', pmid=None, source=None, note=None, pmid_version=None),)
    """
    return msgspec.convert(data, Record)
