"""The parts of a PubMed record: dates, persons, terms and links, each as PubMed's DTD has it."""

from __future__ import annotations

import msgspec


class PartialDate(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A date as far as it is known; a range has an end.

    Parameters
    ----------
    year, month, day
        Start, or the date itself.
    season
        As printed, e.g. ``Summer`` or ``2nd Quart``.
    end_year, end_month, end_day
        End of a range, e.g. of ``1998 Dec-1999 Jan``.
    text
        As printed, kept when the words say more than the numbers: MedlineDate and months such as ``Jul-Aug``.

    Examples
    --------
    >>> str(PartialDate(2000, 7, end_year=2000, end_month=8, text="2000 Jul-Aug")), str(PartialDate(2024, 3, 9))
    ('2000-07/2000-08', '2024-03-09')
    """

    year: int | None = None
    month: int | None = None
    day: int | None = None
    season: str | None = None
    end_year: int | None = None
    end_month: int | None = None
    end_day: int | None = None
    text: str | None = None

    def __str__(self) -> str:
        """ISO 8601 as far as known, a range with a slash; the printed words when no year is known."""
        start = _iso(self.year, self.month, self.day)
        end = _iso(self.end_year, self.end_month, self.end_day)
        if not start:
            return self.text or ""
        return f"{start} {self.season}" if self.season and not end else f"{start}/{end}" if end else start


def _iso(year: int | None, month: int | None, day: int | None) -> str:
    if year is None:
        return ""
    if month is None:
        return f"{year:04}"
    return f"{year:04}-{month:02}" if day is None else f"{year:04}-{month:02}-{day:02}"


class Author(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A person or a group; also an investigator or an editor.

    Parameters
    ----------
    last, fore, initials, suffix
        A person's name; a single name stands in ``last``.
    collective
        A group's name; then no other name is set.
    orcid
        Four groups of four, ``0000-0002-1825-0097``, check character verified (ISO 7064 mod 11-2).
    orcid_rejected
        What stood there instead when it is no ORCID.
    valid
        False when PubMed keeps a name that was corrected since (ValidYN="N").
    equal_contribution
        True or False when said (EqualContrib), else None.

    Examples
    --------
    >>> str(Author("Smith", "Jo Ann", "JA", "Jr")), str(Author(collective="The Example Group"))
    ('Smith JA Jr', 'The Example Group')
    """

    last: str | None = None
    fore: str | None = None
    initials: str | None = None
    suffix: str | None = None
    collective: str | None = None
    orcid: str | None = None
    orcid_rejected: str | None = None
    valid: bool = True
    equal_contribution: bool | None = None

    def __str__(self) -> str:
        """As PubMed prints a name."""
        return self.collective or " ".join(part for part in (self.last, self.initials, self.suffix) if part)


class Journal(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """The journal of an article: names, NLM unique id, and ISSNs."""

    title: str | None = None
    iso_abbreviation: str | None = None
    medline_abbreviation: str | None = None
    nlm_id: str | None = None
    issn_print: str | None = None
    issn_electronic: str | None = None
    issn_linking: str | None = None
    country: str | None = None
    issn_other: str | None = None  # of unsaid type, in old files


class ArticleId(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """An id from ArticleIdList: ``type`` is doi, pii, pmc, mid, bookaccession and so on."""

    type: str
    value: str


class ELocation(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """An ELocationID: ``type`` is doi or pii; not ``valid`` when PubMed says so."""

    type: str
    value: str
    valid: bool = True


class Term(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A controlled name with its unique id: a publication type, or a supplementary concept with its ``type``."""

    name: str
    ui: str | None = None
    type: str | None = None


class MeshQualifier(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A subheading; ``major`` when starred."""

    name: str
    ui: str | None = None
    major: bool = False


class MeshHeading(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A MeSH descriptor with its qualifiers.

    Examples
    --------
    >>> MeshHeading("Knee Injuries", "D007718", qualifiers=(MeshQualifier("therapy", "Q000628", True),)).is_major
    True
    """

    name: str
    ui: str | None = None
    major: bool = False
    qualifiers: tuple[MeshQualifier, ...] = ()
    geographic: bool = False

    @property
    def is_major(self) -> bool:
        """The heading or one of its qualifiers is starred."""
        return self.major or any(qualifier.major for qualifier in self.qualifiers)


class Chemical(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A substance; ``registry_number`` is a CAS, EC or UNII number, None where PubMed prints 0."""

    name: str
    ui: str | None = None
    registry_number: str | None = None


class Keyword(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A keyword; ``owner`` NOTNLM means the authors'."""

    text: str
    major: bool = False
    owner: str | None = None


class Grant(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A grant as printed."""

    id: str | None = None
    acronym: str | None = None
    agency: str | None = None
    country: str | None = None


class Accession(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A number in another data bank, e.g. ``ClinicalTrials.gov`` ``NCT01234567``; None when only the bank is named."""

    bank: str
    number: str | None = None


class Link(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A comment, correction or retraction that ties this record to another (CommentsCorrections).

    ``type`` is PubMed's RefType, e.g. ``RetractionIn``, ``ErratumIn``, ``UpdateOf``; ``source`` the citation as
    printed; ``pmid`` is None when the other publication has none.
    """

    type: str
    pmid: str | None = None
    source: str | None = None
    note: str | None = None
    pmid_version: int | None = None


class HistoryDate(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """When something happened to the record: ``status`` is received, accepted, revised, pubmed, entrez, ..."""

    status: str
    date: PartialDate


class AbstractSection(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A section of the abstract, for a caller that asked; never part of the stored facts."""

    text: str
    label: str | None = None
    category: str | None = None


class Book(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """The book that a book record is, or is a chapter of."""

    title: str | None = None
    publisher: str | None = None
    publisher_location: str | None = None
    published: PartialDate | None = None
    beginning: PartialDate | None = None
    ending: PartialDate | None = None
    authors: tuple[Author, ...] = ()
    editors: tuple[Author, ...] = ()
    investigators: tuple[Author, ...] = ()
    edition: str | None = None
    volume: str | None = None
    volume_title: str | None = None
    collection_title: str | None = None
    isbn: tuple[str, ...] = ()
    elocations: tuple[ELocation, ...] = ()
    medium: str | None = None
    report_number: str | None = None
