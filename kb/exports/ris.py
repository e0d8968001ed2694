"""References as RIS for Zotero, EndNote, JabRef and Mendeley, written with rispy.

RIS has no tag for PMID and PMCID: they stand in ``AN`` with ``DB`` PubMed and in ``C2``, and once more in ``M2``, which
Zotero puts into "Extra". A value is one line. ``AU`` cannot tell a group from a person: a group's name has no comma
unless it has one itself. Further authors whom nobody recorded are told in ``N1``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from kb.cite.names import Name, people
from kb.cite.parts import WorkKind, kind_of
from kb.exports.shared import keywords, notes, one_line
from kb.model import Reference

if TYPE_CHECKING:
    from kb.exports.data import Data

_TYPES = {
    WorkKind.ARTICLE: "JOUR",
    WorkKind.BOOK: "BOOK",
    WorkKind.CHAPTER: "CHAP",
    WorkKind.CONFERENCE: "CONF",
    WorkKind.REPORT: "RPRT",
    WorkKind.WEBPAGE: "ELEC",
    WorkKind.PREPRINT: "UNPB",
    WorkKind.THESIS: "THES",
    WorkKind.UNKNOWN: "GEN",
}
_RANGE = re.compile(r"([^\s,-]+)-([^\s,-]+)")
_MORE = "Further authors are not named here (et al.)."


def ris(data: Data) -> str:
    """All references, sorted by key."""
    import rispy

    class Writer(rispy.RisWriter):  # type: ignore[misc] # published without types
        """RIS without a number before each reference."""

        def set_header(self, count: int) -> str:
            """Nothing."""
            del count
            return ""

    references = data.base.corpus.references
    entries = [_entry(data, references[key]) for key in sorted(references)]
    return str(rispy.dumps(entries, implementation=Writer)) + "\n"


def _entry(data: Data, reference: Reference) -> dict[str, Any]:
    kind = kind_of(reference)
    authors, more = people(reference.author)
    editors, _ = people(reference.editor)
    first, last = _pages(reference.pages)
    extra = [
        f"{name}: {value}"
        for name, value in (
            ("PMID", reference.pmid),
            ("PMCID", reference.pmcid),
            ("Status", reference.pubstate),
            (reference.eprinttype or "eprint", reference.eprint),
        )
        if value
    ]
    values: dict[str, Any] = {
        "type_of_reference": _TYPES[kind],
        "id": reference.key,
        "title": reference.title,
        "authors": [_name(name) for name in authors],
        "secondary_authors": [_name(name) for name in editors],
        "secondary_title": reference.booktitle or reference.journal,
        "alternate_title1": reference.shortjournal,
        "year": reference.year,
        "date": reference.date.replace("-", "/") if reference.date else None,
        "volume": reference.volume,
        "number": reference.number,
        "start_page": first,
        "end_page": last,
        "edition": reference.edition,
        "publisher": reference.publisher or reference.institution,
        "place_published": reference.address,
        "language": reference.language,
        "issn": reference.issn or reference.isbn,
        "doi": reference.doi,
        "urls": [reference.url] if reference.url else [],
        "access_date": reference.urldate.replace("-", "/") if reference.urldate else None,
        "name_of_database": "PubMed" if reference.pmid else None,
        "accession_number": reference.pmid,
        "custom2": reference.pmcid,
        "keywords": keywords(data, reference.key),
        "notes": [*notes(data, reference.key), *([_MORE] if more else [])],
        "unknown_tag": {"M2": [one_line(line) for line in extra]},
    }
    return {name: _clean(value) for name, value in values.items() if value not in (None, [], "")}


def _clean(value: object) -> object:
    if isinstance(value, list):
        return [one_line(str(item)) for item in value]
    return value if isinstance(value, dict) else one_line(str(value))


def _name(name: Name) -> str:
    """``Family, Given, Suffix``, as the format has it; a group as it is."""
    parts = (name.family, name.given, name.suffix) if name.given or name.suffix else (name.family,)
    return ", ".join(parts).removesuffix(", ")


def _pages(pages: str | None) -> tuple[str | None, str | None]:
    found = _RANGE.fullmatch(pages or "")
    return (found[1], found[2]) if found else (pages, None)
