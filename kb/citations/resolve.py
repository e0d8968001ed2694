"""Citations of a post -> the studies they mean, how sure that is, and what is known of their links.

The order: the record of the link's own identifier, unless the text names another paper; name and year with a third
fact; title; place; what the other citations of the same study in the post say; the entry in the reference list; and,
as an offer only, the details of a mention without a name. Only what is certain is used to find anything wrong.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from kb.citations.find_model import CitationKind, FoundCitation
from kb.citations.journal_names import spelt_out
from kb.citations.library_fit import first_page, fit, year_gap
from kb.citations.library_names import COMMON, family
from kb.citations.resolution import By, Confidence, Record, Resolution
from kb.citations.resolve_curated import curated_for
from kb.citations.resolve_links import Read, Voice, conflicts, is_research, read_links
from kb.citations.resolve_text import by_details, by_text, corroborated
from kb.pubmed.citmatch import Citation as Asked

if TYPE_CHECKING:
    from kb.citations.library import Library
    from kb.citations.online import Looked, Lookup
    from kb.model import Citation
    from kb.pubmed.identify import Identified

_BACK = re.compile(r"(?:the|this|that|these|those|their|same)\s(?!first\b|only\b|largest\b)", re.IGNORECASE)


def resolve(
    citations: Sequence[FoundCitation],
    library: Library,
    *,
    curated: Mapping[str, Sequence[Citation]] | None = None,
    lookup: Lookup | None = None,
) -> list[Resolution]:
    """What each citation of a post means, in their order.

    Parameters
    ----------
    citations
        All citations of one post, as `find` gave them.
    library
        Records at hand.
    curated
        What ``evidence/posts`` says, by the locator of the sentence.
    lookup
        Who is asked for records that are not at hand; nobody when left out.

    Examples
    --------
    >>> from kb.citations.find import find
    >>> from kb.citations.library import Library
    >>> from kb.citations.read import read_bytes
    >>> library = Library([Record("lee2020", "lee2020", "Rest", ("Lee, A.",), ("Journal of Rest",), (2020,), pmid="7")])
    >>> found = find(read_bytes(b"It helps (Lee et al., 2020, J Rest). So it does (Lee et al., 2020).").posts[0])
    >>> for one in resolve(found, library):
    ...     print(one.record.id, one.confidence.value, one.by.value, one.reason)
    lee2020 certain name first author, year and journal
    lee2020 certain name as elsewhere in this post: first author, year and journal
    """
    looked = _ask(citations, library, lookup) if lookup is not None else None
    if looked is not None:
        library = library.plus(looked.records)
    reads = [read_links(citation, library, looked) for citation in citations]
    found = [_judged(c, own, library, looked) for c, own in zip(citations, reads, strict=True)]
    found = _by_entry(citations, found)
    found = _by_key(citations, found, reads)
    found = _by_entry(citations, found)  # an entry may be certain only by what the text around its citation says
    found = _looking_back(citations, found)
    found = _by_curation(citations, found, library, curated or {})
    return [replace(one, links=tuple(read.linked for read in own)) for one, own in zip(found, reads, strict=True)]


# --- one citation -------------------------------------------------------------------------------------------------


def _judged(citation: FoundCitation, reads: list[Read], library: Library, looked: Looked | None) -> Resolution:
    text = _text(citation, reads, library, looked)
    linked = [read for read in reads if read.voice is Voice.AGREES]
    if linked:
        return _of_link(citation, linked, text)
    if text.confidence is Confidence.CERTAIN:
        return text
    doubtful = next((read for read in reads if read.voice is Voice.DOUBTS), None)
    if doubtful is not None:
        reason = "the record of the link, by year and journal; its authors are others"
        return Resolution(
            doubtful.linked.record, Confidence.PROBABLE, doubtful.by, candidates=text.candidates, reason=reason
        )
    if text.record is None and not (citation.printed.names and citation.printed.year):
        details = by_details(citation, library)
        if details.record is not None and (conflicts(details.record, reads) or _spoken_against(details.record, reads)):
            details = Resolution(candidates=(details.record,), reason="details fit, but the link is another paper's")
        if details.record is not None or not text.candidates:
            return details
    return text


def _of_link(citation: FoundCitation, linked: list[Read], text: Resolution) -> Resolution:
    """The link's record; when text and link name two studies, the one that the text fits better."""
    ranked = sorted(linked, key=lambda read: -_score(citation, read.linked.record))
    record = ranked[0].linked.record
    named = text.record if text.confidence is Confidence.CERTAIN else None
    if named is not None and record is not None and named.id != record.id:
        if _score(citation, named) > _score(citation, record):
            return replace(text, reason=f"{text.reason}; the link is to another paper")
        reason = "the record of the link"
        return Resolution(record, Confidence.CERTAIN, ranked[0].by, candidates=(named,), reason=reason)
    if (
        record is not None
        and text.record is not None
        and text.record.id != record.id
        and _years_apart(citation, record)
    ):
        reason = "the record of the link, though another study fits name and year"
        return Resolution(record, Confidence.PROBABLE, ranked[0].by, candidates=(text.record,), reason=reason)
    agreed = f"; {text.reason}" if named is not None else ""
    return Resolution(record, Confidence.CERTAIN, ranked[0].by, reason=f"the record of the link{agreed}")


def _years_apart(citation: FoundCitation, record: Record) -> bool:
    gap = year_gap(citation.printed.year, record.years)
    return gap is not None and gap > 1


def _text(citation: FoundCitation, reads: list[Read], library: Library, looked: Looked | None) -> Resolution:
    """What the text names; less sure when the link carries another identifier than the study has.

    A link whose record nobody knows may be mistyped: what is probable by name stays so.
    """
    text = by_text(citation, library)
    record = text.record
    if record is None:
        return text
    if (
        looked is not None
        and text.by is By.NAME
        and any(one.id == record.id for records in looked.cited.values() for one in records)
    ):
        text = replace(text, by=By.ENTREZ)
    if not conflicts(record, reads) or _spoken_against(record, reads):
        return text
    one = fit(citation.printed, record, citation.details.journals)
    more = one.title or one.pages or one.volume or one.authors.named > 1
    last = family(citation.printed.names[0]).split()[-1:] if citation.printed.names else []
    frequent = bool(not more and last and last[0] in COMMON and not corroborated(citation, library, record))
    if text.confidence is Confidence.PROBABLE:
        reason = f"{text.reason}, but the link carries another identifier"
        if frequent or one.year != 0:
            return Resolution(candidates=(record, *text.candidates), reason=reason)
        return replace(text, reason=f"{reason}, whose record is not at hand")
    if frequent:
        return replace(text, confidence=Confidence.PROBABLE, reason=f"{text.reason}; a frequent name")
    return text


def _spoken_against(record: Record, reads: list[Read]) -> bool:
    """Whether a link's record is at hand, and is another paper than this one."""
    return any(read.linked.record is not None and read.linked.record.id != record.id for read in reads)


def _score(citation: FoundCitation, record: Record | None) -> float:
    return fit(citation.printed, record, citation.details.journals).score if record is not None else -1.0


# --- what the citations of one post say to each other -------------------------------------------------------------


def _by_key(citations: Sequence[FoundCitation], found: list[Resolution], reads: list[list[Read]]) -> list[Resolution]:
    """What is certain of one citation holds for the others of the same study in the post."""
    certain: dict[str, dict[str, Resolution]] = defaultdict(dict)
    for citation, one in zip(citations, found, strict=True):
        if citation.key and one.record is not None and one.confidence is Confidence.CERTAIN:
            certain[citation.key].setdefault(one.record.id, one)
    result = []
    for citation, one, own in zip(citations, found, reads, strict=True):
        same = certain.get(citation.key or "", {})
        if one.confidence is not Confidence.CERTAIN and len(same) == 1:
            other = next(iter(same.values()))
            if other.record is not None and _bears(citation, other.record) and not conflicts(other.record, own):
                reason = f"as elsewhere in this post: {other.reason}"
                one = Resolution(other.record, Confidence.CERTAIN, other.by, reason=reason)  # noqa: PLW2901
        result.append(one)
    return result


def _by_entry(citations: Sequence[FoundCitation], found: list[Resolution]) -> list[Resolution]:
    """A citation that is not certain by itself means what its entry in the reference list means.

    So does one whose year is not the entry's, however well another study of these authors fits that year.
    """
    result = []
    for citation, one in zip(citations, found, strict=True):
        entry = found[citation.entry] if citation.entry is not None and citation.entry < len(found) else None
        if entry is not None and _of_another_year(citation, citations[citation.entry or 0]):
            record, reason = entry.record, f"its entry in the reference list, of another year: {entry.reason}"
            others = () if one.record is None or (record and record.id == one.record.id) else (one.record,)
            by = By.ENTRY if record is not None else None
            result.append(Resolution(record, entry.confidence, by, candidates=others, reason=reason))
            continue
        if entry is not None and entry.record is not None and one.confidence is not Confidence.CERTAIN:
            better = one.record is None or entry.confidence is Confidence.CERTAIN
            if better and _bears(citation, entry.record):
                reason = f"its entry in the reference list: {entry.reason}"
                one = Resolution(entry.record, entry.confidence, By.ENTRY, reason=reason)  # noqa: PLW2901
        result.append(one)
    return result


def _of_another_year(citation: FoundCitation, entry: FoundCitation) -> bool:
    """Whether a mention by name without a link was joined with its entry by its authors alone."""
    years = citation.printed.year, entry.printed.year
    named = citation.kind in {CitationKind.PARENTHETICAL, CitationKind.PROSE} and not citation.targets
    return named and None not in years and years[0] != years[1]


def _looking_back(citations: Sequence[FoundCitation], found: list[Resolution]) -> list[Resolution]:
    """Who writes of the 2024 review without a name probably means the one cited in the post that fits."""
    cited = {one.record.id for one in found if one.record is not None}
    result = []
    for citation, one in zip(citations, found, strict=True):
        if citation.kind is CitationKind.NAMELESS and one.record is None and _BACK.match(citation.text):
            known = [record for record in one.candidates if record.id in cited]
            if len(known) == 1 and not citation.targets:
                reason = "of the studies cited in this post the one that the details fit"
                one = Resolution(known[0], Confidence.PROBABLE, By.DETAILS, candidates=one.candidates, reason=reason)  # noqa: PLW2901
        result.append(one)
    return result


def _bears(citation: FoundCitation, record: Record) -> bool:
    """Whether nothing that a citation prints itself speaks against a record."""
    one = fit(citation.printed, record)
    return one.journal is not False and one.title is not False and one.authors.any is not False


def _by_curation(
    citations: Sequence[FoundCitation],
    found: list[Resolution],
    library: Library,
    curated: Mapping[str, Sequence[Citation]],
) -> list[Resolution]:
    result = list(found)
    for index, entry in curated_for(citations, curated).items():
        one = found[index]
        if entry.study is None:
            if one.by is By.DETAILS and one.record is not None:
                reason = "curated: no study of the base is known to be meant"
                result[index] = Resolution(candidates=(one.record, *one.candidates), reason=reason)
            continue
        record = library.record(entry.study)
        if record is None:
            continue
        other = one.record.id if one.record is not None and one.record.id != record.id else None
        note = f"; by itself it reads as {other}" if other else f"; {one.reason}" if one.record is not None else ""
        reason = f"curated for this sentence{note}"
        result[index] = Resolution(record, Confidence.CERTAIN, By.CURATED, reason=reason)
    return result


# --- asking -------------------------------------------------------------------------------------------------------


def _ask(citations: Sequence[FoundCitation], library: Library, lookup: Lookup) -> Looked:
    """Identifiers without a record, and named citations that are not certain, in one go."""
    wanted: dict[tuple[str, str], Identified] = {}
    asked: dict[tuple[str, ...], Asked] = {}
    for citation in citations:
        known = False
        for target in citation.targets:
            identifier = target.identifier
            if identifier is not None and is_research(target):
                here = library.identified(identifier.kind, identifier.value) is not None
                known = known or here
                if not here:
                    wanted[identifier.kind, identifier.value.casefold()] = identifier
        fields = _fields(citation)
        if (
            fields
            and not known
            and fields not in asked
            and by_text(citation, library).confidence is not Confidence.CERTAIN
        ):
            asked[fields] = Asked("|".join(fields), *fields)
    return lookup.ask(wanted.values(), list(asked.values()))


def _fields(citation: FoundCitation) -> tuple[str, str, str, str, str] | None:
    """Journal, year, volume, page and author as PubMed's matcher wants them; None when too little is told."""
    printed, details = citation.printed, citation.details
    journal = printed.journal or (details.journals[0] if len(details.journals) == 1 else None)
    if citation.kind is CitationKind.GENERAL or not (printed.names and printed.year and journal):
        return None
    page = first_page(printed.pages) or ""
    return spelt_out(journal), str(printed.year), printed.volume or "", page, printed.names[0]
