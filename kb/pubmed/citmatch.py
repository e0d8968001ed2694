"""Citations as ecitmatch reads and answers them: one line each, fields between bars."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Citation:
    """What is known of a publication whose PMID is looked for; an empty field is unknown."""

    key: str
    journal: str = ""
    year: str = ""
    volume: str = ""
    page: str = ""
    author: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """What ecitmatch says of a citation.

    Parameters
    ----------
    pmid
        The PMID, when there is exactly one.
    candidates
        PMIDs that it may be, when there are several.
    ambiguous
        How many it may be, 0 when it is found or not found.
    note
        Entrez' own words when it found nothing, e.g. ``NOT_FOUND;INVALID_JOURNAL``.
    """

    pmid: str | None = None
    candidates: tuple[str, ...] = ()
    ambiguous: int = 0
    note: str = ""


def line(citation: Citation, token: str) -> str:
    """A citation as ecitmatch wants it; nothing in it can be taken for a bar or the end of a line.

    Examples
    --------
    >>> line(Citation("a|b", "proc natl acad sci u s a", "1991", "88", "3248", "mann bj"), "kb0")
    'proc natl acad sci u s a|1991|88|3248|mann bj|kb0|'
    """
    fields = (citation.journal, citation.year, citation.volume, citation.page, citation.author)
    return "|".join([*(" ".join(re.sub(r"[|\x00-\x1f\x7f]", " ", field).split()) for field in fields), token, ""])


def read(text: bytes, tokens: Collection[str]) -> dict[str, Match]:
    r"""Answers by token; lines that cannot be told apart are left out.

    Examples
    --------
    >>> read(b"nature|2001|1|2|x|kb0|11111111\n|2001|1|2||kb1|AMBIGUOUS 22222222,33333333\n", {"kb0", "kb1"})
    {'kb0': Match(pmid='11111111', ...), 'kb1': Match(..., candidates=('22222222', '33333333'), ambiguous=2, note='')}
    """
    found: dict[str, Match] = {}
    for row in re.split(r"[\r\n]+", text.decode("utf-8", "replace")):
        parts = [part.strip() for part in row.split("|")]
        token, said = (parts[-2], parts[-1]) if len(parts) >= 2 else ("", "")
        if token in tokens and token not in found:
            found[token] = _match(said)
    return found


def _match(said: str) -> Match:
    if re.fullmatch(r"[1-9][0-9]{0,9}", said):
        return Match(pmid=said)
    if said.startswith("AMBIGUOUS"):
        candidates = tuple(re.findall(r"\b[1-9][0-9]{0,9}\b", "" if "citation" in said else said))
        stated = re.search(r"[0-9]+", said)
        return Match(candidates=candidates, ambiguous=len(candidates) or (int(stated[0]) if stated else 2))
    return Match(note=re.sub(r"[^\w;, ]", " ", said)[:80])
