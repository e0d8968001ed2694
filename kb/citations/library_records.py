"""Bibliographic records from the bibliography, the snapshot and PubMed's answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb.citations.resolution import Record
from kb.pubmed.difference import dois
from kb.pubmed.names import bare_title, bibtex_names, full_pages

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from kb.model import Corpus, Reference
    from kb.pubmed import record as pubmed
    from kb.pubmed.snapshot import Entry

_OFTEN_CUT = (1, 3)
"""Lengths at which people cut a list of authors; such a list counts as complete only when PubMed sent it."""


def records_of(corpus: Corpus, entries: Mapping[str, Entry]) -> Iterator[Record]:
    """Every study of a corpus as a record, and every snapshot record that belongs to none.

    What the snapshot says wins; the bibliography fills what it leaves open.
    """
    taken = set()
    for key in corpus.studies:
        reference = corpus.references.get(key)
        if reference is None:
            yield Record(key, key)
            continue
        ours = from_reference(reference)
        entry = entries.get(reference.pmid or "")
        if entry is None:
            yield ours
            continue
        taken.add(entry.record.pmid)
        how = f"fetched {entry.date}" if entry.source == "pubmed" else f"curated, {entry.date}"
        theirs = from_pubmed(entry.record, how, fetched=entry.source == "pubmed", key=key)
        yield merged(theirs, ours)
    for pmid, entry in entries.items():
        if pmid not in taken:
            how = f"fetched {entry.date}" if entry.source == "pubmed" else f"curated, {entry.date}"
            yield from_pubmed(entry.record, how, fetched=entry.source == "pubmed")


def from_reference(reference: Reference) -> Record:
    """A reference of the bibliography as a record.

    Examples
    --------
    >>> from kb.model import Reference
    >>> from_reference(Reference(key="lee2020", entry_type="article", author=("Lee, A.",), year=2020)).authors
    ('Lee, A.', 'others')
    """
    return Record(
        id=reference.key,
        key=reference.key,
        title=reference.title,
        authors=_marked(reference.author),
        journals=tuple(name for name in (reference.journal, reference.shortjournal) if name),
        years=(reference.year,) if reference.year else (),
        volume=reference.volume,
        issue=reference.number,
        pages=reference.pages,
        pmid=reference.pmid,
        pmcid=reference.pmcid,
        doi=reference.doi,
        pii=pii_in(reference.doi),
        source="bibliography.bib",
        maybe_more=_may_be_cut(reference.author),
    )


def from_pubmed(record: pubmed.Record, how: str, *, fetched: bool, key: str | None = None) -> Record:
    """A PubMed record as a record of the library.

    Parameters
    ----------
    record
        As PubMed sent it, or as somebody wrote it down from elsewhere.
    how
        Where it came from, e.g. ``fetched 2026-01-31``.
    fetched
        Whether PubMed sent it.
    key
        Key of its study, if it is one of the base.

    Examples
    --------
    >>> from kb.pubmed.record import PartialDate, Record
    >>> found = from_pubmed(
    ...     Record(
    ...         "7", title="Rest.", issue_date=PartialDate(2021), electronic_date=PartialDate(2020), pub_model="Print"
    ...     ),
    ...     "fetched 2026-01-31",
    ...     fetched=True,
    ... )
    >>> found.id, found.title, found.years, found.source
    ('pmid:7', 'Rest', (2021, 2020), 'PubMed record 7 (fetched 2026-01-31)')
    """
    journal = record.journal
    names = (journal.title, journal.iso_abbreviation, journal.medline_abbreviation) if journal else ()
    authors = bibtex_names(record.authors)
    if record.authors_complete is False and authors:
        authors = (*authors, "others")
    book = record.book.title if record.book else None
    pages = record.pages or record.article_number
    doi = record.doi if record.doi_valid is not False else next(iter(sorted(dois(record))), None)
    return Record(
        id=key or f"pmid:{record.pmid}",
        key=key,
        title=bare_title(record.title) or book,
        authors=authors if fetched else _marked(authors),
        journals=tuple(dict.fromkeys(name for name in names if name)),
        years=tuple(dict.fromkeys(_years(record))),
        electronic=bool(record.electronic_date and record.electronic_date.year) or record.pub_model == "Print",
        volume=record.volume,
        issue=record.issue,
        pages=full_pages(pages) if pages else None,
        pmid=record.pmid,
        pmcid=record.pmcid,
        doi=doi,
        pii=next(_piis(record), None) or pii_in(doi),
        source=f"PubMed record {record.pmid} ({how})",
        maybe_more=not fetched and _may_be_cut(authors),
    )


def _years(record: pubmed.Record) -> Iterator[int]:
    """Year of the issue, the last of a range too, then that of the electronic article."""
    if record.year:
        yield record.year
    if record.issue_date and record.issue_date.end_year:
        yield record.issue_date.end_year
    if record.electronic_date and record.electronic_date.year:
        yield record.electronic_date.year


def _piis(record: pubmed.Record) -> Iterator[str]:
    yield from (item.value for item in record.ids if item.type == "pii")
    yield from (item.value for item in record.elocations if item.type == "pii" and item.valid)


def pii_in(doi: str | None) -> str | None:
    """Elsevier's article number in a DOI that carries it.

    Examples
    --------
    >>> pii_in("10.1016/S0140-6736(20)30183-5")
    'S0140-6736(20)30183-5'
    """
    tail = (doi or "").partition("/")[2]
    letters = "".join(c for c in tail if c.isalnum())
    return tail if tail[:1] in {"S", "s"} and len(letters) == 17 and letters[1:9].isdigit() else None


def _marked(authors: Iterable[str]) -> tuple[str, ...]:
    """Authors that people wrote down, marked as cut where they often cut them."""
    names = tuple(authors)
    return (*names, "others") if _may_be_cut(names) else names


def _may_be_cut(names: Sequence[str]) -> bool:
    return len(names) in _OFTEN_CUT and names[-1] != "others"


def merged(first: Record, second: Record) -> Record:
    """The first record with what only the second knows, and all names of the journal; the key of either."""
    key = first.key or second.key
    return Record(
        id=key or first.id,
        key=key,
        title=first.title or second.title,
        authors=first.authors or second.authors,
        journals=tuple(dict.fromkeys((*first.journals, *second.journals))),
        years=first.years or second.years,
        electronic=first.electronic,
        volume=first.volume or second.volume,
        issue=first.issue or second.issue,
        pages=first.pages or second.pages,
        pmid=first.pmid or second.pmid,
        pmcid=first.pmcid or second.pmcid,
        doi=first.doi or second.doi,
        pii=first.pii or second.pii,
        source=first.source,
        maybe_more=(first if first.authors else second).maybe_more,
    )
