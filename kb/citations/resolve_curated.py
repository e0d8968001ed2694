"""Which entry of ``evidence/posts`` is about which found citation: the same sentence, and the same link or names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from kb.citations.find_model import CitationKind, FoundCitation
from kb.pubmed.names import fold

if TYPE_CHECKING:
    from kb.model import Citation


def curated_for(citations: Sequence[FoundCitation], curated: Mapping[str, Sequence[Citation]]) -> dict[int, Citation]:
    """Curated entries by the index of the found citation.

    An entry goes to one citation of its sentence, the one that is most like it; of entries that name different
    studies for the same words, none is taken.
    """
    if not curated:
        return {}
    there: dict[str, list[int]] = defaultdict(list)
    for index, citation in enumerate(citations):
        if citation.locator in curated:
            there[citation.locator].append(index)
    result: dict[int, Citation] = {}
    for locator, indexes in there.items():
        entries = _each_once(curated[locator])
        scored = [
            (score, -index, index, entry)
            for index in indexes
            for entry in entries
            if (score := _likeness(citations[index], entry, alone=len(indexes) == 1 and len(entries) == 1)) is not None
        ]
        taken: set[int] = set()
        for score, _, index, entry in sorted(scored, key=lambda one: (-one[0], -one[1])):
            rivals = [other for s, _, i, other in scored if i == index and s == score and other.study != entry.study]
            if index not in result and id(entry) not in taken and not rivals:
                result[index] = entry
                taken.add(id(entry))
    return result


def _each_once(entries: Sequence[Citation]) -> list[Citation]:
    """Entries that say the same of the same citation only once, as when several posts share a sentence."""
    return list({(entry.study, entry.as_published): entry for entry in entries}.values())


def _likeness(found: FoundCitation, entry: Citation, *, alone: bool) -> int | None:
    """The more the more alike; None when link or names tell two citations of a sentence apart."""
    ours, theirs = found.as_published, entry.as_published
    same_link = ours.link == theirs.link
    names = _names(ours.authors), _names(theirs.authors)
    if not alone and not same_link:
        return None
    if all(names) and names[0] != names[1]:
        return None
    if ours.year and theirs.year and ours.year != theirs.year and not alone:
        return None
    points = 4 * same_link + 3 * (bool(names[0]) and names[0] == names[1]) + (ours.year == theirs.year)
    points += ours.journal == theirs.journal
    return points + (found.kind is not CitationKind.GENERAL or not (theirs.year or theirs.journal or theirs.link))


def _names(text: str | None) -> str:
    return fold(text or "")
