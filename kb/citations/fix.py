"""Text to paste: a citation put right in the style it was written in, a full reference, an address."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from kb.citations.find_model import CitationKind
from kb.citations.journal_names import same_journal_name
from kb.citations.verify_agree import Years, compare_years
from kb.citations.verify_case import authors_words, own_id, same_id, short_journal, year_told
from kb.citations.verify_names import Who, fit_authors
from kb.cite import vancouver
from kb.model import Reference

if TYPE_CHECKING:
    from kb.citations.find_model import FoundCitation
    from kb.citations.resolution import Record

_LINK_WORDS = re.compile(
    r"[\s.,;:|–-]{0,5}(?:\b(?:(?:view|read|see|open|find|full|link|abstract|source|article|study|paper|text|here|it|the|on|in|at"
    r"|via|to|pubmed|central|pmc|doi|pdf|free)\b[\s.:,]{0,3}){1,6}|https?://\S{1,2000}|doi:\s?\S{1,300}|PMC?ID:?\s?\w{1,12})\s{0,3}\.?$",
    re.IGNORECASE,
)
_SHORT_FORM = re.compile(r"\b(?:J|Ann|Arch|Int|Am|Br|Eur|Med|Sci|Ther|Phys|Clin|Orthop|Rehabil|Res|Syst|Rev|Surg)\b")
_BAD = re.compile(r"[\s<>()\[\]]")


def corrected(citation: FoundCitation, record: Record) -> str:
    """The citation with the facts and the address of a record, in its own style; what is right stays as printed.

    Parentheses keep their form and end with the link, a reference becomes a Vancouver line, a link on words keeps
    its words, and becomes the bare address when they are right.

    Examples
    --------
    >>> from kb.citations.find_model import Printed, Sentence
    >>> from kb.citations.find_model import FoundCitation
    >>> from kb.citations.resolution import Record
    >>> text = "(Noehren et al., 2006, Clin Biomech. View on PubMed)"
    >>> printed = Printed("Noehren et al.", ("Noehren",), et_al=True, year=2006, journal="Clin Biomech")
    >>> found = FoundCitation(CitationKind.PARENTHETICAL, 0, 0, 52, text, 1, Sentence(text, 0, 52, 1), printed=printed)
    >>> authors = ("Noehren, B.", "Davis, I.", "Hamill, J.")
    >>> record = Record("n", "n", None, authors, ("Clinical Biomechanics", "Clin Biomech"), (2007,), pmid="22222222")
    >>> corrected(found, record)
    '(Noehren et al., 2007, Clin Biomech. [View on PubMed](https://pubmed.ncbi.nlm.nih.gov/22222222/))'
    """
    if citation.kind is CitationKind.REFERENCE:
        printed = citation.printed
        one = len(printed.names) == 1 and not printed.et_al and fit_authors(printed, record.authors).who is Who.SAME
        return reference_line(replace(record, authors=record.authors[:1], maybe_more=False) if one else record)
    address = address_of(citation, record)
    if citation.kind in {CitationKind.NAMELESS, CitationKind.GENERAL, CitationKind.NUMBERED}:
        return parenthesis(record)
    if citation.kind is CitationKind.PARENTHETICAL:
        return _in_parentheses(citation, record, address)
    words = mended(citation.text, citation, record)
    if citation.kind is CitationKind.LINK and words == citation.text:
        return address or words
    return f"[{_bare(words)}]({address})" if address else words


def _in_parentheses(citation: FoundCitation, record: Record, address: str | None) -> str:
    text = citation.text
    closed = text.startswith("(") and text.endswith(")")
    inner = _bare(text[1:-1] if closed else text)
    inner = mended(inner, citation, record).rstrip(" .,;")
    whole = f"{inner}. [{_label(address)}]({address})" if address else inner
    return f"({whole})" if closed else whole


def _bare(words: str) -> str:
    """Words without those that only carry a link."""
    shorter = _LINK_WORDS.sub("", words)
    return shorter if len(shorter) > 3 else words


def mended(text: str, citation: FoundCitation, record: Record) -> str:
    """A citation's words with authors, year and journal of the record where they differ."""
    printed = citation.printed
    who = fit_authors(printed, record.authors).who
    if who not in {Who.SAME, Who.UNKNOWN} and printed.authors:
        ampersand = "&" if "&" in printed.authors else "and"
        names = authors_words(record.authors, ampersand, et_al=printed.et_al and "others" in record.authors)
        text = text.replace(printed.authors, names or printed.authors, 1)
    year = printed.year if printed.year is not None else year_told(f"{text} study")
    if year is not None and compare_years(year, record) not in {Years.SAME, Years.UNKNOWN}:
        text = re.sub(rf"\b{year}(?!\d)[a-h]?", str(record.years[0]), text, count=1)
    told = [printed.journal] if printed.journal else [name for name in citation.details.journals if name in text]
    for journal in told:
        if same_journal_name(journal, record.journals) is False:
            text = text.replace(journal, journal_like(journal, record) or journal, 1)
    return text


def journal_like(printed: str | None, record: Record) -> str | None:
    """The record's journal in full or abbreviated, as the printed name was; None when unknown.

    Examples
    --------
    >>> from kb.citations.resolution import Record
    >>> record = Record("x", None, journals=("Journal of Rest (Berlin)", "J Rest"))
    >>> journal_like("Clin Biomech", record), journal_like("Journal of Sleep", record)
    ('J Rest', 'Journal of Rest')
    """
    short = short_journal(record)
    if short is None:
        return None
    if printed and (printed.isupper() or _SHORT_FORM.search(printed)):
        return short
    return re.sub(r"\s*\([^)]*\)$", "", record.journals[0])


def parenthesis(record: Record) -> str:
    """A record as a citation in parentheses, with its link.

    Examples
    --------
    >>> from kb.citations.resolution import Record
    >>> parenthesis(Record("x", "x", None, ("Lee, A.",), ("J Rest",), (2020,), pmid="7"))
    '(Lee, 2020, J Rest. [View on PubMed](https://pubmed.ncbi.nlm.nih.gov/7/))'
    """
    who = authors_words(record.authors) or (f'"{record.title}"' if record.title else None)
    parts = [who, str(record.years[0]) if record.years else None, short_journal(record)]
    inner = ", ".join(part for part in parts if part)
    address = record.preferred_url
    return f"({inner}. [{_label(address)}]({address}))" if address else f"({inner})"


def address_of(citation: FoundCitation, record: Record) -> str | None:
    """Address of a record: the citation's own where it is the record's, else the preferred one; None when unknown."""
    for target in citation.targets:
        found = target.identifier
        if found is None or target.problem or _BAD.search(target.href):
            continue
        if same_id(found.kind, found.value, own_id(record, found.kind)) and target.href.startswith("http"):
            return target.href
    return record.preferred_url


def _label(address: str | None) -> str:
    if "pubmed.ncbi" in (address or ""):
        return "View on PubMed"
    return "View on PMC" if "pmc.ncbi" in (address or "") else "View article"


def reference_line(record: Record) -> str:
    """A full reference in Vancouver style, its authors as they were listed; what nobody saw is said to be unknown.

    Examples
    --------
    >>> from kb.citations.resolution import Record
    >>> names = ("Journal of Rest", "J Rest")
    >>> reference_line(Record("x", "x", "Rest", ("Lee, A. B.",), names, (2020, 2019), volume="1", pages="3-4"))
    'Lee AB. Rest. J Rest. 2020;1:3-4.'
    """
    return vancouver(
        Reference.model_construct(  # a record from elsewhere has no key of the base
            key=record.key or record.id,
            entry_type="article",
            title=record.title,
            author=record.authors[:-1] if record.maybe_more else record.authors,
            journal=record.journals[0] if record.journals else None,
            shortjournal=short_journal(record),
            year=record.years[0] if record.years else None,
            volume=record.volume,
            number=record.issue,
            pages=record.pages,
            doi=record.doi,
            pmid=record.pmid,
            pmcid=record.pmcid,
        )
    )
