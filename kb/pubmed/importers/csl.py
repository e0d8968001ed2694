"""CSL-JSON, as Zotero, JabRef, pandoc and Crossref write it."""

from __future__ import annotations

import json
from typing import Any

from kb.problems import Problem
from kb.pubmed.importers.candidate import (
    Candidate,
    checked_ids,
    clean,
    clean_title,
    group,
    ids_in,
    ids_of_address,
    named,
    pages_of,
    person,
    year_of,
)

_ARTICLES = {"article-journal", "article-magazine", "journal-article", "article"}


def read_csl(text: str, shown: str) -> tuple[list[Candidate], list[Problem]]:
    """The items of a CSL-JSON file, and what could not be read of it.

    Examples
    --------
    >>> csl = '[{"type": "article-journal", "title": "Rest", "PMID": "7", "issued": {"date-parts": [[2020, 5]]}}]'
    >>> [(c.title, c.pmid, c.year) for c in read_csl(csl, "a.json")[0]]
    [('Rest', '7', 2020)]
    """
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 0)
        found = f"is not valid JSON: {getattr(error, 'msg', 'nested too deep')}"
        return [], [Problem(shown, line, "csl-json", found, "Export the file again.")]
    if isinstance(data, dict):
        data = data.get("items") or data.get("references") or data.get("message") or data
    items = data if isinstance(data, list) else [data]
    candidates, problems = [], []
    for number, item in enumerate(items, 1):
        if isinstance(item, dict) and ("title" in item or "DOI" in item or "PMID" in item):
            candidates.append(_candidate(item, f"{shown}, entry {number}"))
        else:
            found = f"entry {number} is no CSL item: it has no title, DOI or PMID"
            problems.append(Problem(shown, 0, "csl-json", found, "Choose 'CSL JSON' when exporting."))
    return candidates, problems


def _candidate(item: dict[str, Any], where: str) -> Candidate:
    def first(*names: str) -> object:
        values = (item.get(name) for name in names)
        flat = (value[0] if isinstance(value, list) and value else value for value in values)  # as Crossref has it
        return next((value for value in flat if value not in (None, "", [])), None)

    custom = item.get("custom")
    custom = custom if isinstance(custom, dict) else {}
    extra = ids_in(first("note"))
    address = ids_of_address((str(first("URL") or ""),))
    ids, notes = checked_ids(
        {
            "pmid": first("PMID") or custom.get("PMID") or extra.get("pmid") or address.get("pmid"),
            "doi": first("DOI") or extra.get("doi") or address.get("doi"),
            "pmcid": first("PMCID") or custom.get("PMCID") or extra.get("pmcid") or address.get("pmcid"),
        }
    )
    authors = item.get("author")
    return Candidate(
        where,
        title=clean_title(first("title")),
        authors=tuple(name for a in authors if (name := _author(a))) if isinstance(authors, list) else (),
        journal=clean(first("container-title")),
        shortjournal=clean(first("container-title-short", "journalAbbreviation", "short-container-title")),
        year=_year(item),
        volume=clean(first("volume")),
        number=clean(first("issue", "number")),
        pages=pages_of(first("page", "article-number", "number-of-article")),
        is_article=str(item.get("type", "")) in _ARTICLES,
        notes=notes,
        doi=ids.get("doi"),
        pmid=ids.get("pmid"),
        pmcid=ids.get("pmcid"),
    )


def _author(author: object) -> str | None:
    if isinstance(author, str):
        return named(author)
    if not isinstance(author, dict):
        return None
    if author.get("literal") or (author.get("name") and not author.get("family")):
        return group(author.get("literal") or author.get("name"))
    particles = (author.get("dropping-particle"), author.get("non-dropping-particle"), author.get("family"))
    family = " ".join(str(part) for part in particles if part)
    return person(family, author.get("given"), author.get("suffix"))


def _year(item: dict[str, Any]) -> int | None:
    for name in ("issued", "published-print", "published", "published-online"):
        date = item.get(name)
        if isinstance(date, dict):
            parts = date.get("date-parts")
            start = parts[0] if isinstance(parts, list) and parts and isinstance(parts[0], list) else []
            if found := year_of(*start[:1], date.get("raw"), date.get("literal")):
                return found
        elif found := year_of(date):
            return found
    return None
