"""Which citations of a post are of one study, and which entry of its reference list a citation means."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from kb.citations.find_model import CitationKind, FoundCitation, Printed
from kb.pubmed.names import fold

_SLIP = 2
"""Years by which a mention may miss those of its entry."""
_MOST = 20
"""Entries of one first author that are looked at."""


def compounds(found: list[FoundCitation]) -> list[FoundCitation]:
    """Citations in prose with a family name of two parts, where one in parentheses shows that it is one."""
    whole = {
        citation.printed.names[0].rsplit(" ", 1)[1]: citation.printed.names[0]
        for citation in found
        if citation.kind is CitationKind.PARENTHETICAL and citation.printed.names and " " in citation.printed.names[0]
    }
    result = []
    for citation in found:
        printed = citation.printed
        name = whole.get(printed.names[0]) if printed.names and citation.kind is CitationKind.PROSE else None
        if name is not None and (printed.authors or "").startswith(name):
            printed = replace(printed, names=(name, *printed.names[1:]))
        result.append(replace(citation, printed=printed) if printed is not citation.printed else citation)
    return result


def keyed(found: list[FoundCitation]) -> list[FoundCitation]:
    """Citations with the key of their study; one with only an identifier takes the key of another that has both."""
    names_of: dict[str, Counter[str]] = {}
    for citation in found:
        if citation.printed.key:
            for target in citation.targets:
                if target.key:
                    names_of.setdefault(target.key, Counter())[citation.printed.key] += 1
    result = []
    for citation in found:
        ids = [target.key for target in citation.targets if target.key]
        key = citation.key or citation.printed.key
        if key is None and ids:
            key = names_of[ids[0]].most_common(1)[0][0] if ids[0] in names_of else ids[0]
        result.append(replace(citation, key=key))
    return result


def joined(found: list[FoundCitation]) -> list[FoundCitation]:
    """Citations in the text with the index of their entry in the reference list."""
    by_label: dict[str, int] = {}
    by_key: dict[str, int] = {}
    by_name: dict[str, list[int]] = {}
    for index, citation in enumerate(found):
        if citation.kind is CitationKind.REFERENCE:
            by_label.setdefault(citation.label or "", index)
            by_key.setdefault(citation.key or "", index)
            if citation.printed.names:
                by_name.setdefault(fold(citation.printed.names[0]), []).append(index)
    if not by_label:
        return found
    result = []
    for citation in found:
        entry = key = None
        if citation.kind is CitationKind.NUMBERED:
            entry = by_label.get(citation.label or "")
        elif citation.kind is not CitationKind.REFERENCE:
            entry = by_key.get(citation.key or "-")
            if entry is None and citation.printed.names and citation.printed.year is None:
                candidates = by_name.get(fold(citation.printed.names[0]), [])
                entry = candidates[0] if len(candidates) == 1 else None
            elif entry is None:
                entry = _of_same_authors(found, citation, by_name)
                key = found[entry].key if entry is not None else None
        key = key or citation.key or (found[entry].key if entry is not None else None)
        result.append(replace(citation, entry=entry, key=key))
    return result


def _of_same_authors(found: list[FoundCitation], citation: FoundCitation, by_name: dict[str, list[int]]) -> int | None:
    """The one entry of the reference list by a citation's authors, whose year is a slip away; None with a link."""
    printed = citation.printed
    if not printed.names or printed.year is None or citation.targets:
        return None
    near = by_name.get(fold(printed.names[0]), [])[:_MOST]
    same = [index for index in near if _by_authors(printed, found[index].printed)]
    year = found[same[0]].printed.year if len(same) == 1 else None
    return same[0] if year is not None and abs(year - printed.year) <= _SLIP else None


def _by_authors(printed: Printed, entry: Printed) -> bool:
    """Whether a list of authors may be told as printed."""
    one = [fold(name) for name in printed.names]
    listed = [fold(name) for name in entry.names]
    if entry.et_al:
        return printed.et_al or len(one) > 1
    return one == listed or (set(one) <= set(listed) and len(listed) > 1 and printed.et_al)
