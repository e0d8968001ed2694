"""What PubMed says of a study against what people wrote down: field by field, and what kind of difference it is."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from kb.model import Design, Reference
from kb.pubmed import names
from kb.pubmed.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

Kind = Literal["new", "changed", "typographic", "another-paper", "conflict", "missing", "hint"]
Value = str | int | tuple[str, ...]

FIELDS = ("pmid", "title", "author", "journal", "shortjournal", "year", "volume", "number", "pages", "doi", "pmcid")
"""Fields of the bibliography that PubMed knows, in the order in which they are shown."""

_OTHER_TITLE = 75.0
"""rapidfuzz ratio, 0 to 100, of folded titles below which the title alone tells papers apart."""

_IDENTIFIERS = ("pmid", "doi", "pmcid")
_NO_MORE = {"Published Erratum", "Retraction of Publication", "Retraction Notice", "Expression of Concern"}

_REVIEWS = {Design.META_ANALYSIS, Design.NETWORK_META_ANALYSIS, Design.UMBRELLA_REVIEW}
_TRIALS = {Design.RANDOMIZED_TRIAL, Design.CLUSTER_RANDOMIZED_TRIAL}
_DESIGNS: dict[str, set[Design]] = {  # publication type (MeSH) -> designs that it allows
    "Randomized Controlled Trial": _TRIALS,
    "Clinical Trial Protocol": {Design.PROTOCOL},
    "Network Meta-Analysis": {Design.NETWORK_META_ANALYSIS, Design.UMBRELLA_REVIEW},
    "Meta-Analysis": _REVIEWS,
    "Systematic Review": {*_REVIEWS, Design.SYSTEMATIC_REVIEW, Design.SCOPING_REVIEW, Design.GUIDELINE},
    "Scoping Review": {Design.SCOPING_REVIEW},
    "Practice Guideline": {Design.GUIDELINE},
    "Case Reports": {Design.CASE_SERIES},
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of one study in which PubMed says something else.

    Parameters
    ----------
    key, field
        The study, and the field of the bibliography; ``publication_types`` is a hint and no such field.
    curated, pubmed
        Both values as text; None is unknown.
    kind
        ``new``: nobody knew it here. ``changed``: another value. ``typographic``: the same but for case, dashes,
        punctuation, or short for long page numbers. ``another-paper``: the PMID is evidently that of another paper.
        ``conflict``: the value already belongs to another study. ``missing``: PubMed has no such PMID.
        ``hint``: worth a look, nothing to accept.
    note
        Why they differ, where that is known.
    proposed
        What accepting writes; None when there is nothing to accept.
    """

    key: str
    field: str
    curated: str | None
    pubmed: str | None
    kind: Kind
    note: str = ""
    proposed: Value | None = None

    @property
    def name(self) -> str:
        """``KEY.field``, as a person names it to accept it."""
        return f"{self.key}.{self.field}"

    @property
    def awaits(self) -> bool:
        """Whether a person has to decide; typographic differences and hints can stay as they are."""
        return self.kind not in {"typographic", "hint"}


def compare(reference: Reference, record: Record, design: Design | None = None) -> tuple[Difference, ...]:
    """Every field in which a record differs from a reference; what PubMed does not say is no difference.

    Examples
    --------
    >>> reference = Reference(key="lee2020", entry_type="article", title="Rest, and more", pages="123-129", pmid="7")
    >>> record = Record("7", title="Rest and more.", pages="123-9", volume="4")
    >>> [(d.field, d.curated, d.pubmed, d.kind) for d in compare(reference, record)]
    [('title', 'Rest, and more', 'Rest and more', 'typographic'), ('volume', None, '4', 'new'),
     ('pages', '123-129', '123-9', 'typographic')]
    """
    found = [
        *_pmid(reference, record),
        *_title(reference, record),
        *_author(reference, record),
        *_journal(reference, record),
        *_year(reference, record),
        *_plain(reference, "volume", record.volume),
        *_plain(reference, "number", record.issue),
        *_pages(reference, record),
        *_doi(reference, record),
        *_plain(reference, "pmcid", record.pmcid),
    ]
    if is_another(reference, record):
        found = [d if d.kind == "typographic" else dataclasses.replace(d, kind="another-paper") for d in found]
    return (*found, *_types(reference.key, record, design))


def is_another(reference: Reference, record: Record) -> bool:
    """Whether a record is evidently another paper: what is known of title and first author disagrees.

    A first author who stands elsewhere in PubMed's list does not disagree, nor does a title without its subtitle.

    Examples
    --------
    >>> reference = Reference(key="lee2020", entry_type="article", title="Rest", author=("Lee, A.",))
    >>> is_another(reference, Record("7", title="Load.")), is_another(reference, Record("7", title="REST"))
    (True, False)
    """
    author = names.same_first_author(reference.author, record.authors)
    title = names.same_title(reference.title, record.title)
    if title is False and names.begins_alike(reference.title, record.title):
        title = True  # one of the two lacks its subtitle
    if author is None and title is False:
        return names.likeness(reference.title or "", record.title or "") < _OTHER_TITLE
    return author is False and title is not True and not names.is_among(reference.author[0], record.authors)


def missing(reference: Reference, note: str) -> Difference:
    """The PMID of a reference is not in PubMed."""
    return Difference(reference.key, "pmid", reference.pmid, None, "missing", note)


def mark_conflicts(differences: Iterable[Difference], references: Mapping[str, Reference]) -> tuple[Difference, ...]:
    """The same differences; an identifier that belongs, or would belong, to two studies is a conflict."""
    differences = tuple(differences)
    owners: dict[tuple[str, str], set[str]] = defaultdict(set)
    claims = [(r.key, name, getattr(r, name)) for r in references.values() for name in _IDENTIFIERS]
    claims += [(d.key, d.field, d.proposed) for d in differences if d.field in _IDENTIFIERS]
    for key, name, value in claims:
        if value:
            owners[name, value.casefold()].add(key)

    def marked(difference: Difference) -> Difference:
        value = difference.proposed
        owner = owners[difference.field, value.casefold()] if isinstance(value, str) else set()
        others = sorted(owner - {difference.key})
        if not others:
            return difference
        note = f"{difference.pubmed} is also that of {', '.join(others)}"
        return dataclasses.replace(difference, kind="conflict", note=note, proposed=None)

    return tuple(marked(difference) for difference in differences)


# --- fields ----------------------------------------------------------------------------------------------------


def _difference(
    reference: Reference, field: str, shown: str | None, proposed: Value | None, *, same: bool, note: str = ""
) -> Iterator[Difference]:
    """The difference of a field, if there is one; ``same`` when only typography differs."""
    value = getattr(reference, field)
    curated = " and ".join(value) or None if isinstance(value, tuple) else None if value is None else str(value)
    if shown is None or curated == shown:
        return
    kind: Kind = "new" if curated is None else "typographic" if same else "changed"
    yield Difference(reference.key, field, curated, shown, kind, note, proposed)


def _plain(reference: Reference, field: str, value: str | None) -> Iterator[Difference]:
    here = getattr(reference, field)
    return _difference(reference, field, value, value, same=names.solid(here or "") == names.solid(value or ""))


def _pmid(reference: Reference, record: Record) -> Iterator[Difference]:
    note = f"PubMed answers {reference.pmid} with {record.pmid}: the two were merged" if reference.pmid else ""
    return _difference(reference, "pmid", record.pmid, record.pmid, same=False, note=note)


def _title(reference: Reference, record: Record) -> Iterator[Difference]:
    title = names.bare_title(record.title)
    notes = ["PubMed translated it"] if record.title_translated else []
    if title and names.RETRACTED.match(title) and not names.RETRACTED.match(reference.title or ""):
        notes.append("PubMed marks it in the title")
    if _NO_MORE & {term.name for term in record.publication_types}:
        notes.append("PubMed's record is a notice, not the paper itself")
    same = names.solid(reference.title or "") == names.solid(title or "")
    return _difference(reference, "title", title, title, same=same, note="; ".join(notes))


def _author(reference: Reference, record: Record) -> Iterator[Difference]:
    theirs = names.bibtex_names(record.authors)
    if not theirs:
        return iter(())
    ours = tuple(name for name in reference.author if name != "others")
    cut = "others" in reference.author
    partial = record.authors_complete is False
    folded, wanted = [names.folded_name(n) for n in ours], [names.folded_name(n) for n in theirs]
    if partial and folded[: len(wanted)] == wanted:
        return iter(())  # PubMed's own list is cut, and as far as it goes they agree
    proposed = (*theirs, "others") if partial else theirs
    shown = " and ".join(proposed)
    note = "" if not ours or folded == wanted else names.author_note(ours, theirs)
    if cut and len(theirs) > len(ours) and folded == wanted[: len(ours)]:
        note = f"the list here ends after {len(ours)}, PubMed's goes on to {len(theirs)}"
    return _difference(reference, "author", shown, proposed, same=folded == wanted and cut == partial, note=note)


def _journal(reference: Reference, record: Record) -> Iterator[Difference]:
    journal = record.journal
    if journal is None:
        return
    abbreviations = [a for a in (journal.iso_abbreviation, journal.medline_abbreviation) if a]
    known = names.solid(reference.shortjournal or "")
    by_short = bool(known) and known in {names.solid(a) for a in abbreviations}
    title = journal.title
    same = names.same_journal(reference.journal, title) or by_short
    note = "another form of the same name" if same else ""
    yield from _difference(reference, "journal", title, title, same=same, note=note if reference.journal else "")
    short = abbreviations[0] if abbreviations else None
    if reference.shortjournal not in abbreviations:
        yield from _difference(reference, "shortjournal", short, short, same=by_short)


def _year(reference: Reference, record: Record) -> Iterator[Difference]:
    year, here, issue = record.year, reference.year, record.issue_date
    if year is None or (here is not None and issue and here == issue.end_year):
        return
    online = record.electronic_date.year if record.electronic_date else None
    notes = []
    if here is not None and here == online:
        notes.append(f"{online} is when it appeared online, {year} the year of its issue, by which it is cited")
    if here is not None and here != year and str(here) in reference.key:
        notes.append(f"the key carries {here}")
    yield from _difference(reference, "year", str(year), year, same=False, note="; ".join(notes))


def _pages(reference: Reference, record: Record) -> Iterator[Difference]:
    shown = record.pages or record.article_number
    if shown is None:
        return iter(())
    full = names.full_pages(shown)
    here = reference.pages
    if here in {shown, full}:
        same_but_short = here != shown
        return _difference(reference, "pages", shown, full, same=True) if same_but_short else iter(())
    same = here is not None and names.solid(names.full_pages(here)) == names.solid(full)
    return _difference(reference, "pages", full if here is None else shown, full, same=same)


def _doi(reference: Reference, record: Record) -> Iterator[Difference]:
    known = dois(record)
    if record.doi is None or record.doi_valid is False or (reference.doi or "") in known:
        return iter(())
    here = (reference.doi or "").casefold()
    return _difference(reference, "doi", record.doi, record.doi, same=here in {doi.casefold() for doi in known})


def dois(record: Record) -> set[str]:
    """Every DOI that a record carries and that PubMed does not call wrong."""
    listed = {item.value.strip() for item in record.ids if item.type == "doi"}
    listed |= {place.value.strip() for place in record.elocations if place.type == "doi" and place.valid}
    return listed | ({record.doi} if record.doi and record.doi_valid is not False else set())


def _types(key: str, record: Record, design: Design | None) -> Iterator[Difference]:
    """The design that somebody chose against what PubMed's publication types allow."""
    if design is None or design is Design.UNKNOWN:
        return
    types = [term.name for term in record.publication_types]
    known = [kind for kind in types if kind in _DESIGNS]
    if known and not any(design in _DESIGNS[kind] for kind in known):
        note = f"the study file says {design.words}"
        yield Difference(key, "publication_types", design.value, "; ".join(types), "hint", note)
