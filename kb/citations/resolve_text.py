"""What a text says of a study by itself: name and year with a third fact, title, place, or details."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kb.citations.find_model import CitationKind, FoundCitation
from kb.citations.journal_names import same_journal_name
from kb.citations.library_fit import Fit, fit
from kb.citations.library_names import author_fit, listed, same_family
from kb.citations.resolution import By, Confidence, Record, Resolution

if TYPE_CHECKING:
    from kb.citations.library import Library

_SAME_TITLE = 95.0
_NEAR_TITLE = 88.0
_AHEAD = 1.25
"""Points by which the best study by details must lead."""
_ENOUGH = 5.0
"""Points that details need: year and design with a subject that fits are not enough, a number or journal more is."""
_CANDIDATES = 5
_YEARS_OFF = (-4, -2, 2, 4)
"""Steps from the printed year to look for a paper whose year was mistaken; a year on either side is looked at too."""
_RANK = {Confidence.CERTAIN: 2, Confidence.PROBABLE: 1, Confidence.UNKNOWN: 0}
_Hits = list[tuple[Record, Fit]]


def by_text(citation: FoundCitation, library: Library) -> Resolution:
    """What a citation means by its printed facts alone; its links are not looked at."""
    found: list[Resolution] = []
    for way in (_by_name, _by_title, _by_place):
        found.append(way(citation, library))
        if found[-1].confidence is Confidence.CERTAIN:
            return found[-1]
    best = max(found, key=lambda one: _RANK[one.confidence])
    if best.record is not None:
        return best
    candidates = dict.fromkeys(record for one in found for record in one.candidates)
    return Resolution(
        candidates=tuple(candidates)[:_CANDIDATES], reason=next((r.reason for r in found if r.reason), "")
    )


# --- name and year ------------------------------------------------------------------------------------------------


def _by_name(citation: FoundCitation, library: Library) -> Resolution:
    hits = library.fitting(citation.printed, citation.details.journals)
    good = [hit for hit in hits if _plausible(hit[1])]
    if not good:
        if not hits and (other := _other_year(citation, library)) is not None:
            return other
        near = [record for record, one in hits if one.authors.first is not False]
        return Resolution(
            candidates=tuple(near[:_CANDIDATES]), reason="same name, but another fact differs" if near else ""
        )
    pool = [hit for hit in good if hit[1].third] or good
    exact = [hit for hit in pool if hit[1].year == 0]
    pool = exact or pool
    rivals = [hit for hit in good if hit[1].year == 0] if not exact else []
    if pool[0][1].authors.first is False:
        rivals += [hit for hit in good if hit[1].authors.first]
    if len(pool) > 1 and pool[0][1].score - pool[1][1].score >= 3 and (pool[0][1].title or pool[0][1].pages):
        pool = pool[:1]
    if len(pool) > 1 or rivals:
        return _one_of_several(citation, library, [*pool, *rivals])
    record, one = pool[0]
    confidence = _confidence(citation, library, record, one)
    if confidence is Confidence.UNKNOWN:
        return Resolution(candidates=(record,), reason=f"{one.words} only")
    return Resolution(record, confidence, By.NAME, reason=one.words)


def _other_year(citation: FoundCitation, library: Library) -> Resolution | None:
    """A paper of that author in that journal some years off: probably meant when the first page is the same."""
    printed = citation.printed
    page = printed.pages or next((target.first_page for target in citation.targets if target.first_page), None)
    hits: dict[Record, Fit] = {}
    for year in _YEARS_OFF:
        moved = replace(printed, year=(printed.year or 0) + year, pages=page, volume=None)
        hits |= {record: one for record, one in library.fitting(moved) if one.authors.first and one.journal}
    hits = {record: one for record, one in hits.items() if one.title is not False and not one.authors.missing}
    sure = [record for record, one in hits.items() if one.pages]
    if len(sure) == 1:
        reason = "first author, journal and first page, but another year"
        return Resolution(sure[0], Confidence.PROBABLE, By.NAME, reason=reason)
    return Resolution(candidates=tuple(hits)[:_CANDIDATES], reason="same name, but another year") if hits else None


def _plausible(one: Fit) -> bool:
    """Whether no printed fact speaks against a record of that name and about that year."""
    sure = one.title is True or one.place
    if one.authors.first is False and not (one.authors.named > 1 or sure):
        return False
    if one.title is False or (one.authors.missing and not sure):
        return False
    if one.journal is False and not one.title:
        return False
    return not (one.volume is False and one.pages is False and not one.title)


def _confidence(citation: FoundCitation, library: Library, record: Record, one: Fit) -> Confidence:
    if one.authors.first is None:
        return Confidence.CERTAIN if one.title or one.place else Confidence.PROBABLE
    named = one.authors.named
    if (one.authors.first is False or _other_pair(citation, record)) and not (one.title or one.place):
        return Confidence.PROBABLE
    if one.title or one.place or (one.year == 0 and (one.third or (named > 1 and one.journal is not False))):
        return Confidence.CERTAIN
    if one.third:
        return Confidence.CERTAIN if named > 1 and one.authors.first else Confidence.PROBABLE
    if citation.details.journals and all(
        same_journal_name(name, record.journals) is False for name in citation.details.journals
    ):
        return Confidence.UNKNOWN
    if one.year == 0 or named > 1:
        return Confidence.PROBABLE
    return Confidence.PROBABLE if _subject_agrees(citation, library, record) else Confidence.UNKNOWN


def _other_pair(citation: FoundCitation, record: Record) -> bool:
    """Whether "Lee and Wu" stands for a paper of which Wu is not the second author."""
    printed, authors = citation.printed, listed(record.authors)
    pair = len(printed.names) == 2 and not printed.et_al and len(authors) > 1
    return pair and not same_family(printed.names[1], authors[1])


def corroborated(citation: FoundCitation, library: Library, record: Record) -> bool:
    """Whether design and subject of the statement are the study's too."""
    hits = library.described(citation.details, *library.terms_in(statement_of(citation)), among=[record])
    return any("design" in why and {"condition", "intervention", "words"} & set(why.split(", ")) for _, _, why in hits)


def _subject_agrees(citation: FoundCitation, library: Library, record: Record) -> bool:
    """Whether the statement is about the study's condition or intervention."""
    hits = library.described(citation.details, *library.terms_in(statement_of(citation)), among=[record])
    return any("condition" in why or "intervention" in why for _, _, why in hits)


def _one_of_several(citation: FoundCitation, library: Library, hits: _Hits) -> Resolution:
    """Studies of one name and year: the details of the statement may tell which one is probably meant."""
    records = list(dict.fromkeys(record for record, _ in hits))
    described = library.described(citation.details, *library.terms_in(statement_of(citation)), among=records)
    if (
        described
        and (len(described) == 1 or described[0][1] - described[1][1] >= _AHEAD)
        and described[0][1] >= _ENOUGH
    ):
        record, _, why = described[0]
        return Resolution(
            record, Confidence.PROBABLE, By.NAME, candidates=tuple(records), reason=f"name; of several by {why}"
        )
    return Resolution(candidates=tuple(records[:_CANDIDATES]), reason=f"{len(records)} studies fit the name and year")


# --- title and place ----------------------------------------------------------------------------------------------


def _by_title(citation: FoundCitation, library: Library) -> Resolution:
    printed = citation.printed
    if not printed.title:
        return Resolution()
    hits = library.titled(printed.title)
    same = [(record, fit(printed, record)) for record, ratio in hits if ratio >= _SAME_TITLE]
    if len(same) > 1:
        same = [hit for hit in same if hit[1].authors.any is not False and hit[1].year in {0, None}] or same
    if len(same) == 1:
        record, one = same[0]
        near = one.year is not None and one.year <= 1
        sure = one.authors.any or (near and one.journal)
        return Resolution(
            record, Confidence.CERTAIN if sure else Confidence.PROBABLE, By.TITLE, reason=one.words or "title"
        )
    near_hits = [(r, fit(printed, r)) for r, ratio in hits if ratio >= _NEAR_TITLE]
    if not same and len(near_hits) == 1 and near_hits[0][1].authors.first:
        record, one = near_hits[0]
        return Resolution(record, Confidence.PROBABLE, By.TITLE, reason=f"{one.words}, and nearly the title")
    candidates = tuple(record for record, _ in same or hits)[:_CANDIDATES]
    return Resolution(candidates=candidates, reason="a title that is alike" if candidates else "")


def _by_place(citation: FoundCitation, library: Library) -> Resolution:
    printed = citation.printed
    if not (printed.journal and printed.volume and printed.pages):
        return Resolution()
    record = library.placed(printed.journal, printed.volume, printed.pages)
    if record is None:
        return Resolution()
    one = fit(printed, record)
    if one.title is False or (one.year is not None and one.year > 1 and not one.authors.any):
        return Resolution(candidates=(record,), reason="journal, volume and page only")
    sure = one.title or one.authors.first
    return Resolution(record, Confidence.CERTAIN if sure else Confidence.PROBABLE, By.PLACE, reason=one.words)


# --- details ------------------------------------------------------------------------------------------------------


def by_details(citation: FoundCitation, library: Library) -> Resolution:
    """What a mention without a name, or with a name and no year, probably means; never more than probable."""
    if citation.kind is CitationKind.GENERAL:
        return Resolution()
    printed = citation.printed
    hits = library.described(citation.details, *library.terms_in(statement_of(citation)))
    if printed.names:
        hits = [hit for hit in hits if author_fit(printed.names, hit[0].authors).first]
    if not hits:
        return Resolution()
    record, score, why = hits[0]
    ahead = score - hits[1][1] if len(hits) > 1 else score
    enough = _ENOUGH - (2.0 if printed.names else 0.0)
    if score >= enough and ahead >= _AHEAD and _anchored(why, named=bool(printed.names)):
        return Resolution(record, Confidence.PROBABLE, By.DETAILS, reason=why)
    near = tuple(one for one, points, _ in hits if score - points < 2 * _AHEAD and points >= enough - 1.5)[:_CANDIDATES]
    return Resolution(candidates=near, reason="details that fit as well as others" if near else "")


def _anchored(why: str, *, named: bool) -> bool:
    """Whether the details tell a study and not only a subject: year, journal, counts or numbers, two of them.

    A year that is one off is a slip only where a count is the study's own.
    """
    if "year but for one" in why and "counts" not in why.split(", "):
        return False
    facts = {"year", "journal", "counts", "numbers"} & set(why.split(", "))
    subject = {"condition", "intervention", "words"} & set(why.split(", "))
    return bool(subject) and len(facts) + (1 if named else 0) + ("design" in why) >= 2 and bool(facts)


def statement_of(citation: FoundCitation) -> str:
    """The sentences that a citation is given for, as one text."""
    return " ".join(sentence.text for sentence in citation.statement or (citation.sentence,))
