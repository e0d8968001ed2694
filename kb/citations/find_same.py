"""Which citations of a post are of one study, and which entry of its reference list a citation means."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from kb.citations.find_model import CitationKind, FoundCitation
from kb.pubmed.names import fold


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
        entry = None
        if citation.kind is CitationKind.NUMBERED:
            entry = by_label.get(citation.label or "")
        elif citation.kind is not CitationKind.REFERENCE:
            entry = by_key.get(citation.key or "-")
            if entry is None and citation.printed.names and citation.printed.year is None:
                candidates = by_name.get(fold(citation.printed.names[0]), [])
                entry = candidates[0] if len(candidates) == 1 else None
        key = citation.key or (found[entry].key if entry is not None else None)
        result.append(replace(citation, entry=entry, key=key))
    return result
