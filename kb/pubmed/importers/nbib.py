"""NBIB, PubMed's own MEDLINE format, read with Bio.Medline."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from kb.problems import Problem
from kb.pubmed.importers.candidate import (
    Candidate,
    checked_ids,
    clean,
    clean_title,
    group,
    named,
    pages_of,
    year_of,
)
from kb.pubmed.record import Link

_FIELD = re.compile(r"[A-Z]{2,4} {0,2}- ?")
_ID = re.compile(r"(\S+) \[(doi|pii)\]")
# Fields of comments and corrections that matter here, and PubMed's RefType of each.
_LINKS = {
    "RIN": "RetractionIn",
    "ROF": "RetractionOf",
    "PRIN": "PartialRetractionIn",
    "RRI": "RetractedandRepublishedIn",
    "CRI": "CorrectedandRepublishedIn",
    "ECI": "ExpressionOfConcernIn",
    "EIN": "ErratumIn",
    "EFR": "ErratumFor",
    "UIN": "UpdateIn",
    "UOF": "UpdateOf",
}


def read_nbib(text: str, shown: str) -> tuple[list[Candidate], list[Problem]]:
    r"""The records of an NBIB file.

    Notes
    -----
    Bio.Medline breaks a continued line of most fields in two and stumbles over one at the start; lines are joined
    before it sees them.

    Examples
    --------
    >>> nbib = "PMID- 7\nDP  - 2020 May\nTI  - Rest is\n      best.\nAU  - Lee SH\nMH  - *Running/injuries\n"
    >>> [(c.pmid, c.title, c.authors, c.mesh) for c in read_nbib(nbib, "a.nbib")[0]]
    [('7', 'Rest is best', ('Lee, S. H.',), ('Running',))]
    """
    from Bio import Medline

    medline: Any = Medline  # published without types
    records: list[dict[str, Any]] = list(medline.parse(_joined(text)))
    return [_candidate(record, f"{shown}, entry {n}") for n, record in enumerate(records, 1)], []


def _joined(text: str) -> Iterator[str]:
    """Lines with their continuations, one blank line before each record."""
    waiting = ""
    for line in text.splitlines():
        if line.startswith("      ") and line.strip() and waiting:
            waiting += f" {line.strip()}"
        elif _FIELD.match(line):
            if waiting:
                yield f"{waiting}\n"
            if line.startswith("PMID"):
                yield "\n"
            waiting = line.rstrip()
    if waiting:
        yield f"{waiting}\n"


def _candidate(record: dict[str, Any], where: str) -> Candidate:
    def all_of(name: str) -> tuple[str, ...]:
        value = record.get(name, ())
        return (value,) if isinstance(value, str) else tuple(value)

    def first(name: str) -> str | None:
        return next(iter(all_of(name)), None)

    numbers = [found for name in ("AID", "LID") for value in all_of(name) for found in _ID.findall(value)]
    doi = next((value for value, kind in numbers if kind == "doi"), None)
    ids, notes = checked_ids({"pmid": first("PMID"), "doi": doi, "pmcid": first("PMC")})
    people = [named(author) for author in all_of("AU")]
    groups = [group(name) for name in all_of("CN")]
    return Candidate(
        where,
        title=clean_title(first("TI")) or clean_title(first("BTI")),
        authors=tuple(name for name in (*people, *groups) if name),
        journal=clean(first("JT")),
        shortjournal=clean(first("TA")),
        year=year_of(first("DP"), first("DEP")),
        volume=clean(first("VI")),
        number=clean(first("IP")),
        pages=pages_of(first("PG")),
        is_article=bool(first("JT") or first("TA")),
        publication_types=tuple(name for text in all_of("PT") if (name := clean(text))),
        mesh=tuple(dict.fromkeys(text.split("/")[0].strip("* ") for text in all_of("MH"))),
        links=tuple(_link(kind, text) for name, kind in _LINKS.items() for text in all_of(name)),
        notes=notes,
        doi=ids.get("doi"),
        pmid=ids.get("pmid"),
        pmcid=ids.get("pmcid"),
    )


def _link(kind: str, text: str) -> Link:
    found = re.search(r"PMID:\s*([0-9]+)", text)
    return Link(kind, found[1] if found else None, clean(re.sub(r"\.?\s*PMID:.*", ".", text)))
