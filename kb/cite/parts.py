"""What the styles share: the kind of a work, its pages or article number, its dates and links."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kb.model import Reference

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
COCHRANE = "cochrane database of systematic reviews"


class WorkKind(StrEnum):
    """What is cited, as the manuals group their examples; ``unknown`` where nobody saw where it was published."""

    ARTICLE = "article"
    BOOK = "book"
    CHAPTER = "chapter"
    CONFERENCE = "conference paper"
    REPORT = "report"
    WEBPAGE = "web page"
    PREPRINT = "preprint"
    THESIS = "thesis"
    UNKNOWN = "unknown"


_KINDS = {
    "article": WorkKind.ARTICLE,
    "suppperiodical": WorkKind.ARTICLE,
    "book": WorkKind.BOOK,
    "mvbook": WorkKind.BOOK,
    "collection": WorkKind.BOOK,
    "proceedings": WorkKind.BOOK,
    "manual": WorkKind.REPORT,
    "booklet": WorkKind.BOOK,
    "incollection": WorkKind.CHAPTER,
    "inbook": WorkKind.CHAPTER,
    "inproceedings": WorkKind.CONFERENCE,
    "conference": WorkKind.CONFERENCE,
    "techreport": WorkKind.REPORT,
    "report": WorkKind.REPORT,
    "online": WorkKind.WEBPAGE,
    "electronic": WorkKind.WEBPAGE,
    "www": WorkKind.WEBPAGE,
    "unpublished": WorkKind.PREPRINT,
    "phdthesis": WorkKind.THESIS,
    "mastersthesis": WorkKind.THESIS,
    "thesis": WorkKind.THESIS,
}


def kind_of(reference: Reference) -> WorkKind:
    """The kind of a work by its BibTeX entry type; ``misc`` by the fields it has.

    Examples
    --------
    >>> from kb.model import Reference
    >>> kind_of(Reference(key="lee2020", entry_type="misc", eprinttype="medRxiv")).value
    'preprint'
    """
    kind = _KINDS.get(reference.entry_type.lower())
    if kind is not None:
        return WorkKind.PREPRINT if kind is WorkKind.ARTICLE and _is_preprint(reference) else kind
    if reference.journal or reference.shortjournal:
        return WorkKind.ARTICLE
    if reference.eprinttype:
        return WorkKind.PREPRINT
    if reference.institution:
        return WorkKind.REPORT
    return WorkKind.WEBPAGE if reference.url else WorkKind.UNKNOWN


def _is_preprint(reference: Reference) -> bool:
    return bool(reference.eprinttype and not reference.journal)


_LOCATOR = re.compile(r"(?:[eE]|(?!S\d)[A-Z]{1,4}[.-]?)\d+[\d.-]*[A-Za-z]?|\d{6,}|[a-z]\d{4,}")


def article_number(reference: Reference) -> str | None:
    """The article number (e-locator) that stands in the place of pages; None for pages.

    BibTeX has one field for both. A number is one when it is no range and has a letter before it that supplements do
    not use (``e12029``, ``CD003524``), or six digits and more, which no volume has pages for. A shorter bare number
    such as ``356`` may be a page or an article number: nobody saw which, so it stays as it is.

    Examples
    --------
    >>> from kb.model import Reference
    >>> def number(pages):
    ...     return article_number(Reference(key="lee2020", entry_type="article", pages=pages))
    >>> [number(pages) for pages in ("e12029", "CD003524", "1193835", "356", "S12", "e1-e9", "12-19")]
    ['e12029', 'CD003524', '1193835', None, None, None, None]
    """
    pages = reference.pages
    return pages if pages and _LOCATOR.fullmatch(pages) and not re.search(r"\d-\w", pages) else None


def page_range(pages: str) -> tuple[str, str]:
    """First and last page; both the same for a single one.

    Examples
    --------
    >>> page_range("284--287"), page_range("S93–S99"), page_range("CD003524")
    (('284', '287'), ('S93', 'S99'), ('CD003524', 'CD003524'))
    """
    first, *last = re.split(r"\s*[-–—]+\s*", pages.strip(), maxsplit=1)
    return first, (last[0] if last and last[0] else first)


def short_range(pages: str) -> str:
    """Pages as NLM prints them: the last one without the digits it shares with the first.

    Citing Medicine, chapter 1 (pagination): "Do not repeat page numbers unless they are followed by a letter"; a letter
    before them is not repeated either.

    Examples
    --------
    >>> [short_range(pages) for pages in ("284-287", "S93-S99", "126a-127a", "1999-2003", "S6-S12")]
    ['284-7', 'S93-9', '126a-127a', '1999-2003', 'S6-12']
    """
    if "," in pages or ";" in pages:
        return pages
    first, last = full_range(pages)
    one, two = re.fullmatch(r"([A-Za-z]*)(\d+)", first), re.fullmatch(r"([A-Za-z]*)(\d+)", last)
    if first == last:
        return first
    if one is None or two is None or one[1] != two[1]:
        return f"{first}-{last}"
    if len(one[2]) != len(two[2]):
        return f"{first}-{two[2]}"
    shared = next((n for n, (a, b) in enumerate(zip(one[2], two[2], strict=True)) if a != b), 0)
    return f"{first}-{two[2][shared:]}"


def full_range(pages: str) -> tuple[str, str]:
    """First and last page, the last one in full.

    Examples
    --------
    >>> full_range("284-7"), full_range("S93-9"), full_range("E149-157")
    (('284', '287'), ('S93', 'S99'), ('E149', 'E157'))
    """
    first, last = page_range(pages)
    one, two = re.fullmatch(r"([A-Za-z]*)(\d+)", first), re.fullmatch(r"(\d+)", last)
    if one is None or two is None or (not one[1] and len(one[2]) <= len(two[1])):
        return first, last
    missing = len(one[2]) - len(two[1])
    return first, f"{one[1]}{one[2][: max(0, missing)]}{two[1]}"


def date_parts(date: str | None) -> tuple[int, ...]:
    """Year, month and day of an ISO date as far as it goes.

    Examples
    --------
    >>> date_parts("2020-01"), date_parts(None)
    ((2020, 1), ())
    """
    return tuple(int(part) for part in date.split("-")) if date else ()


def issued(reference: Reference) -> tuple[int, ...]:
    """The date of publication as far as it is known; the year in print where the day is of another year.

    Examples
    --------
    >>> from kb.model import Reference
    >>> issued(Reference(key="lee2020", entry_type="article", year=2020, date="2019-12-30"))
    (2020,)
    """
    full = date_parts(reference.date)
    if full and reference.year in (None, full[0]):
        return full
    return (reference.year,) if reference.year is not None else ()


def is_cochrane(reference: Reference) -> bool:
    """Whether it is a review of the Cochrane Database of Systematic Reviews, whose version stands in its DOI."""
    names = {(reference.journal or "").casefold(), (reference.shortjournal or "").casefold()}
    return bool(names & {COCHRANE, "cochrane database syst rev"})


def doi_url(doi: str) -> str:
    """Address of a DOI; characters that an address cannot hold are encoded.

    Examples
    --------
    >>> doi_url("10.1002/14651858.CD003524.pub2"), doi_url("10.1000/<a b>")
    ('https://doi.org/10.1002/14651858.CD003524.pub2', 'https://doi.org/10.1000/%3Ca%20b%3E')
    """
    from urllib.parse import quote

    return f"https://doi.org/{quote(doi, safe='/:;()._-~+=@!$&*,')}"


def pubmed_url(pmid: str) -> str:
    """Address of a PubMed record."""
    return f"https://pubmed.ncbi.nlm.nih.gov/{pmid}/"


def pmc_url(pmcid: str) -> str:
    """Address of an article in PubMed Central."""
    return f"https://pmc.ncbi.nlm.nih.gov/articles/{pmcid}/"


def ended(text: str, stop: str = ".") -> str:
    """A text with a stop behind it, unless it ends in one already, also within quotes.

    Examples
    --------
    >>> ended("Rest"), ended("Rest?"), ended("Rest et al."), ended("Why “rest?”")
    ('Rest.', 'Rest?', 'Rest et al.', 'Why “rest?”')
    """
    return text if text.rstrip("\"'”’)").endswith((".", "?", "!")) and not text.endswith(")") else f"{text}{stop}"


def ordinal(edition: str) -> str:
    """An edition as the manuals count: ``2nd`` for ``2`` or ``second``; other words stay.

    Examples
    --------
    >>> [ordinal(edition) for edition in ("2", "Second", "11", "3rd ed.", "Revised", "21", "112")]
    ['2nd', '2nd', '11th', '3rd', 'Revised', '21st', '112th']
    """
    words = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
    plain = re.sub(r"\s*\b(?:ed\.?|edition)$", "", edition.strip(), flags=re.IGNORECASE)
    number = str(words.index(plain.lower()) + 1) if plain.lower() in words else plain
    if not number.isdecimal():
        return plain
    ending = "th" if number[-2:] in {"11", "12", "13"} else {"1": "st", "2": "nd", "3": "rd"}.get(number[-1], "th")
    return f"{number}{ending}"
