"""RIS, as Zotero, JabRef, EndNote and publishers write it, read with rispy."""

from __future__ import annotations

import re
from typing import Any

import rispy

from kb.problems import Problem
from kb.pubmed.importers.candidate import (
    Candidate,
    checked_ids,
    clean,
    clean_title,
    ids_in,
    ids_of_address,
    named,
    pages_of,
    year_of,
)

_TAG = re.compile(r"([A-Z][A-Z0-9]) {1,2}-(?: |$)(.*)")
_ARTICLES = {"JOUR", "EJOUR", "INPR", "MGZN", "ABST", "JFULL"}


def read_ris(text: str, shown: str) -> tuple[list[Candidate], list[Problem]]:
    r"""The entries of a RIS file, and what could not be read of it.

    Notes
    -----
    rispy drops an entry that is not closed by ``ER``, keeps blank lines as values and stumbles over text before the
    first tag of an entry; the lines are put straight before it sees them.

    Examples
    --------
    >>> ris = "TY  - JOUR\nAU  - Lee, Sang\nTI  - Rest\nPY  - 2020\nDB  - PubMed\nAN  - 7\nER  - \n"
    >>> [(c.pmid, c.authors, c.where) for c in read_ris(ris, "a.ris")[0]]
    [('7', ('Lee, S.',), 'a.ris, entry 1')]
    """
    straight, lines, problems = _straightened(text, shown)
    entries: list[dict[str, Any]] = rispy.loads("\n".join(straight), delimiter_tags_mapping={}, enforce_list_tags=False)
    if len(entries) != len(lines):
        found = f"{len(lines)} entries begin, and {len(entries)} could be read"
        problems.append(Problem(shown, 0, "ris", found, "Export the file again."))
        return [], problems
    return [_candidate(entry, f"{shown}, entry {n}") for n, entry in enumerate(entries, 1)], problems


def _straightened(text: str, shown: str) -> tuple[list[str], list[int], list[Problem]]:
    """Lines as rispy likes them, the line of each entry, and entries that were not closed."""
    straight: list[str] = []
    starts: list[int] = []
    problems: list[Problem] = []
    inside = False
    for number, line in enumerate(text.splitlines(), 1):
        found = _TAG.fullmatch(line.strip("\ufeff").rstrip())
        tag = found[1] if found else ""
        if tag == "TY":
            if inside:
                straight.append("ER  - ")
                problems.append(_unclosed(shown, starts[-1]))
            starts.append(number)
            inside = True
        if not inside or not line.strip() or (not found and straight and straight[-1].startswith("TY")):
            continue
        straight.append(f"{tag}  - {found[2].strip()}" if found else f"      {line.strip()}")
        inside = tag != "ER"
    if inside:
        straight.append("ER  - ")
        problems.append(_unclosed(shown, starts[-1]))
    return straight, starts, problems


def _unclosed(shown: str, line: int) -> Problem:
    advice = "It was read as far as it goes; is the file whole?"
    return Problem(shown, line, "ris", "the entry that begins here has no ER line", advice, "warning")


def _candidate(entry: dict[str, Any], where: str) -> Candidate:
    unknown: dict[str, list[str]] = entry.get("unknown_tag", {})

    def all_of(*names: str) -> list[str]:
        values: list[str] = []
        for name in names:
            value = entry.get(name, unknown.get(name, []))
            values += [v for v in (value if isinstance(value, list) else [value]) if isinstance(v, str) and v]
        return values

    def first(*names: str) -> str | None:
        return next(iter(all_of(*names)), None)

    database = " ".join(all_of("name_of_database", "database_provider")).lower()
    is_pubmed = any(word in database for word in ("pubmed", "medline", "nlm"))
    extra = ids_in(*all_of("M2", "notes", "note"))
    address = ids_of_address(tuple(url.strip() for value in all_of("urls") for url in re.split(r";\s+|\s", value)))
    accession = first("accession_number") if is_pubmed else None
    pmc = next((v for v in all_of("custom2") if re.fullmatch(r"\s*(?:PMC)?[0-9]+\s*", v, re.IGNORECASE)), None)
    ids, notes = checked_ids(
        {
            "pmid": accession or extra.get("pmid") or address.get("pmid"),
            "doi": first("doi") or extra.get("doi") or address.get("doi"),
            "pmcid": pmc or extra.get("pmcid") or address.get("pmcid"),
        }
    )
    begin, end = first("start_page"), first("end_page")
    pages = f"{begin}-{end}" if begin and end and end not in {begin, *begin.split("-")} else begin
    kind = str(entry.get("type_of_reference", "")).strip().upper()
    return Candidate(
        where,
        title=clean_title(first("primary_title", "title")),
        authors=tuple(name for text in all_of("authors", "first_authors") if (name := named(text))),
        journal=clean(first("alternate_title3", "journal_name", "secondary_title")),
        shortjournal=clean(first("alternate_title2", "alternate_title1")),
        year=year_of(first("year"), first("publication_year"), first("date")),
        volume=clean(first("volume")),
        number=clean(first("number")),
        pages=pages_of(pages),
        is_article=kind in _ARTICLES,
        notes=notes,
        doi=ids.get("doi"),
        pmid=ids.get("pmid"),
        pmcid=ids.get("pmcid"),
    )
