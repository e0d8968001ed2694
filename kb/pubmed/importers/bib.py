"""BibTeX and biblatex, as JabRef and Zotero write it, read through `kb.store.foreign`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb.pubmed.importers.candidate import (
    Candidate,
    checked_ids,
    clean,
    clean_title,
    group,
    ids_in,
    ids_of_address,
    pages_of,
    person,
    year_of,
)
from kb.store.foreign import ForeignEntry, Name, read_foreign

if TYPE_CHECKING:
    from kb.problems import Problem


def read_bib(text: str, shown: str) -> tuple[list[Candidate], list[Problem]]:
    r"""The entries of a BibTeX file, and what could not be read of it.

    Examples
    --------
    >>> bib = r"@article{x, author = {N{\'u}{\~n}ez, Rodrigo}, title = {Rest}, journaltitle = {J Ex}, date = {2020-05}}"
    >>> [(c.authors, c.journal, c.year) for c in read_bib(bib, "a.bib")[0]]
    [(('Núñez, R.',), 'J Ex', 2020)]
    """
    entries, problems = read_foreign(text, shown)
    return [_candidate(entry, f"{shown}, entry '{entry.key}'") for entry in entries], problems


def _candidate(entry: ForeignEntry, where: str) -> Candidate:
    def first(*names: str) -> str | None:
        return next((entry.fields[name] for name in names if entry.fields.get(name)), None)

    extra = ids_in(first("note"), first("annote"), first("annotation"))
    address = ids_of_address((first("url") or "",))
    eprint = first("eprint") if (first("eprinttype", "archiveprefix") or "").lower() == "pubmed" else None
    ids, notes = checked_ids(
        {
            "pmid": first("pmid") or eprint or extra.get("pmid") or address.get("pmid"),
            "doi": first("doi") or extra.get("doi") or address.get("doi"),
            "pmcid": first("pmcid", "pmc") or extra.get("pmcid") or address.get("pmcid"),
        }
    )
    title, subtitle = first("title"), first("subtitle")
    return Candidate(
        where,
        title=clean_title(f"{title}: {subtitle}" if title and subtitle else title),
        authors=tuple(name for author in entry.authors if (name := _author(author))),
        journal=clean(first("journaltitle", "journal", "booktitle")),
        shortjournal=clean(first("shortjournal", "journalabbr")),
        year=year_of(first("year"), first("date")),
        volume=clean(first("volume")),
        number=clean(first("number", "issue")),
        pages=pages_of(first("pages", "eid", "articleno")),
        is_article=entry.entry_type in {"article", "suppperiodical"},
        notes=notes,
        doi=ids.get("doi"),
        pmid=ids.get("pmid"),
        pmcid=ids.get("pmcid"),
    )


def _author(name: Name) -> str | None:
    if name.family.casefold() == "others" and not name.given:
        return "others"
    return group(name.family) if name.is_group else person(name.family, name.given, name.suffix)
