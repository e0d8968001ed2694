"""A reference as a CSL-JSON item (schema of CSL 1.0.2), for styles that people bring and for reference managers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kb.cite.names import Name, people
from kb.cite.parts import WorkKind, article_number, date_parts, full_range, issued, kind_of

if TYPE_CHECKING:
    from kb.model import Reference

CslItem = dict[str, Any]

_TYPES = {
    WorkKind.ARTICLE: "article-journal",
    WorkKind.BOOK: "book",
    WorkKind.CHAPTER: "chapter",
    WorkKind.CONFERENCE: "paper-conference",
    WorkKind.REPORT: "report",
    WorkKind.WEBPAGE: "webpage",
    WorkKind.PREPRINT: "article",
    WorkKind.THESIS: "thesis",
    WorkKind.UNKNOWN: "document",
}
_STATUS = {"prepublished": "advance online publication", "inpress": "in press"}
MORE_AUTHORS = "The reference names further authors without listing them (et al.)."
"""CSL-JSON has no 'and others': the note says it."""


def csl_item(reference: Reference) -> CslItem:
    """The reference as a CSL-JSON item; what nobody saw is left out, never guessed.

    An article number stands as ``page``, where reference managers and most styles look for it, and as ``number``, where
    CSL 1.0.2 wants it. The particle of a name is ``non-dropping-particle``; a group is ``literal``. A title has no stop
    at its end because styles add one. Further authors whom nobody recorded are told in ``note``.

    Parameters
    ----------
    reference
        Of any entry type.

    Returns
    -------
    dict
        Plain data with ``id``, ``type`` and what is known, in a fixed order.

    Examples
    --------
    >>> from kb.model import Reference
    >>> item = csl_item(
    ...     Reference(
    ...         key="lee2020",
    ...         entry_type="article",
    ...         title="Rest.",
    ...         author=("van der Lee, Jr, A. B.", "{Rest Group}"),
    ...         journal="Journal of Rest",
    ...         shortjournal="J Rest",
    ...         year=2020,
    ...         pages="e12",
    ...     )
    ... )
    >>> item["author"][0]
    {'family': 'Lee', 'given': 'A. B.', 'non-dropping-particle': 'van der', 'suffix': 'Jr'}
    >>> item["author"][1], item["issued"], item["title"], item["number"]
    ({'literal': 'Rest Group'}, {'date-parts': [[2020]]}, 'Rest', 'e12')
    """
    kind = kind_of(reference)
    authors, more = people(reference.author)
    editors, _ = people(reference.editor)
    number = article_number(reference)
    date = issued(reference)
    accessed = date_parts(reference.urldate)
    values: CslItem = {
        "id": reference.key,
        "type": _TYPES[kind],
        "title": _title(reference.title),
        "author": [_person(name) for name in authors],
        "editor": [_person(name) for name in editors],
        "container-title": reference.booktitle or reference.journal or reference.shortjournal,
        "container-title-short": reference.shortjournal,
        "issued": {"date-parts": [list(date)]} if date else None,
        "volume": reference.volume,
        "issue": reference.number if kind is WorkKind.ARTICLE else None,
        "page": number or _pages(reference.pages),
        "number": number or (reference.number if kind is WorkKind.REPORT else reference.eprint),
        "edition": reference.edition,
        "publisher": _publisher(reference, kind),
        "publisher-place": reference.address,
        "status": _STATUS.get(reference.pubstate or ""),
        "language": reference.language,
        "ISSN": reference.issn,
        "ISBN": reference.isbn,
        "DOI": reference.doi,
        "PMID": reference.pmid,
        "PMCID": reference.pmcid,
        "URL": reference.url,
        "accessed": {"date-parts": [list(accessed)]} if accessed else None,
        "note": MORE_AUTHORS if more else None,
    }
    return {name: value for name, value in values.items() if value not in (None, [])}


def _title(title: str | None) -> str | None:
    if title is None or title.endswith("..."):
        return title
    return title.rstrip().removesuffix(".")


def _pages(pages: str | None) -> str | None:
    if pages is None or "," in pages:
        return pages
    first, last = full_range(pages)
    return first if first == last else f"{first}-{last}"


def _publisher(reference: Reference, kind: WorkKind) -> str | None:
    if kind is WorkKind.PREPRINT:
        return reference.eprinttype or reference.publisher
    return reference.publisher or reference.institution


def _person(name: Name) -> dict[str, str]:
    if name.is_group:
        return {"literal": name.family}
    family = name.family.removeprefix(name.particle).strip() or name.family
    values = {
        "family": family,
        "given": name.given,
        "non-dropping-particle": name.particle,
        "suffix": name.suffix,
    }
    return {key: value for key, value in values.items() if value}
