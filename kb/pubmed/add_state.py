"""What the base holds already, as far as a new study has to know, and whether a publication is there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeVar

from kb.model import Condition, Intervention, Reference, Term
from kb.problems import EvidenceError, Problem
from kb.pubmed import names, snapshot
from kb.pubmed.difference import dois
from kb.pubmed.importers.candidate import clean, clean_title
from kb.store import bibtex, yamlfile
from kb.store.schema import problems_of

if TYPE_CHECKING:
    from pathlib import Path

    from kb.pubmed.importers import Candidate
    from kb.pubmed.record import Author, Record

T = TypeVar("T", bound=Term)

_IDENTIFIERS = ("pmid", "doi", "pmcid")
_UPDATES = ("UpdateOf", "UpdateIn")

_DOI = re.compile(r"10\.[0-9]{4,9}/\S+")
_NEAR = 88.0
"""rapidfuzz ratio, 0 to 100, of folded titles from which on a person is told of a study that may be the same."""
_PREPRINT_DOI = re.compile(
    r"10\.(?:1101/(?:19|20)|1101/[0-9]{6}|21203/rs\.|31236/|31219/|31234/|20944/preprints|2139/ssrn|48550/|26434/|"
    r"22541/au\.|36227/techrxiv|2196/preprints|51224/|64898/)",
    re.IGNORECASE,
)
_PREPRINT_SERVERS = {
    "medrxiv", "biorxiv", "sportrxiv", "arxiv", "researchsquare", "ressq", "ssrn", "ssrnelectronicjournal", "preprints",
    "preprintsorg", "osfpreprints", "psyarxiv", "jmirpreprints", "authorea", "f1000preprints",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Twin:
    """A study of the base that is the same publication, or its preprint, or whose preprint the new one is.

    ``why`` follows "is already there as KEY" for the same one, and "is" for the others.
    """

    key: str
    kind: Literal["same", "preprint", "preprint-there"]
    why: str
    advice: str = ""


@dataclass(slots=True)
class State:
    """What the base holds.

    Parameters
    ----------
    references
        The bibliography by key.
    study_keys
        Keys that have a file.
    entries
        The snapshot by PMID.
    conditions, interventions
        Terms that can be proposed.
    """

    references: dict[str, Reference]
    study_keys: set[str]
    entries: dict[str, snapshot.Entry]
    conditions: Mapping[str, Condition]
    interventions: Mapping[str, Intervention]
    _by_id: dict[tuple[str, str], str] = field(default_factory=dict, init=False)
    _by_author: dict[str, list[str]] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        for reference in self.references.values():
            self._index(reference)

    def _index(self, reference: Reference) -> None:
        for kind in _IDENTIFIERS:
            if value := getattr(reference, kind):
                self._by_id.setdefault((kind, value.casefold()), reference.key)
        self._by_author.setdefault(_author_word(reference), []).append(reference.key)

    @property
    def taken(self) -> set[str]:
        """Keys that a new study cannot have."""
        return self.study_keys | set(self.references)

    def by_id(self, kind: str, value: str) -> str | None:
        """The study with an identifier."""
        return self._by_id.get((kind, value.casefold()))

    def alike(self, reference: Reference) -> list[Reference]:
        """Other studies that may have the same first author."""
        keys = self._by_author.get(_author_word(reference), [])
        return [self.references[key] for key in keys if key != reference.key]

    def linked(self, reference: Reference, record: Record | None) -> dict[str, str]:
        """Studies that PubMed calls an update of this one, or this one of them, with its word for it."""
        found: dict[str, str] = {}
        for link in record.linked(*_UPDATES) if record else ():
            if link.pmid and (key := self.by_id("pmid", link.pmid)) and key != reference.key:
                found[key] = link.type
        for pmid, entry in self.entries.items() if reference.pmid else ():
            for link in entry.record.linked(*_UPDATES):
                if link.pmid == reference.pmid and (key := self.by_id("pmid", pmid)) and key != reference.key:
                    found.setdefault(key, next(kind for kind in _UPDATES if kind != link.type))
        return found

    def take(self, reference: Reference, entry: snapshot.Entry | None) -> None:
        """Hold a study that is about to be written, so that the next one is compared with it."""
        if reference.key not in self.references:
            self.references[reference.key] = reference
            self._index(reference)
        self.study_keys.add(reference.key)
        if entry:
            self.entries[entry.record.pmid] = entry

    def hints(self, reference: Reference, record: Record | None) -> Iterator[str]:
        """What a person should look at: a study with nearly the same title, an older or newer version."""
        for other in self.alike(reference):
            if not (other.title and reference.title) or _same_first(other, reference) is not True:
                continue
            if (alike := names.likeness(other.title, reference.title)) >= _NEAR:
                yield f"its title is {alike:.0f}% that of {other.key}, by the same first author: is it another paper?"
        for key, kind in self.linked(reference, record).items():
            yield f"it {'is a newer version of' if kind == 'UpdateOf' else 'was updated by'} {key}"


def load_state(root: Path) -> State:
    """What the base holds; studies are not opened, so that it is quick.

    Raises
    ------
    EvidenceError
        When the folder or its bibliography cannot be read: nobody could say then what is there already.
    """
    if not root.is_dir():
        found = "is not a folder" if root.exists() else "does not exist"
        problem = Problem(str(root), 0, "missing-folder", found, "Name the evidence folder with --evidence.")
        raise EvidenceError(root, [problem])
    references, _, problems = bibtex.read(root / bibtex.FILE)
    if problems:
        raise EvidenceError(root, problems)
    entries, _ = snapshot.load(root)  # a broken record is for `kb validate`
    keys = {path.stem for path in (root / "studies").glob("*.yaml")}
    conditions = _terms(root, "conditions", Condition)
    return State(references, keys, entries, conditions, _terms(root, "interventions", Intervention))


def _terms(root: Path, name: str, noun: type[T]) -> dict[str, T]:
    """Terms of a vocabulary; those that cannot be read are not proposed."""
    data, problems = yamlfile.read(root / "vocabulary" / f"{name}.yaml", name)
    terms = [problems_of(noun, item)[0] for item in data] if not problems and isinstance(data, list) else []
    return {term.id: term for term in terms if term}


def find_twin(state: State, reference: Reference, record: Record | None, candidate: Candidate | None) -> Twin | None:
    """The study of the base that a publication is, or is a preprint of; None when it is new.

    It is the same when PMID, DOI or PMCID are; or when title and first author are the same and the year is, or is one
    off without two DOIs that differ (an article online in December has another year than its issue).
    """
    for name in _IDENTIFIERS:
        value = getattr(reference, name)
        if value and (key := state.by_id(name, value)):
            return Twin(key, "same", f"same {name.upper()} {value}")
    for doi in dois(record) if record else ():
        if key := state.by_id("doi", doi):
            return Twin(key, "same", f"same DOI {doi}")
    types = {term.name for term in record.publication_types} if record else set()
    types |= set(candidate.publication_types) if candidate else set()
    is_preprint = "Preprint" in types or _looks_preprint(reference)
    linked = state.linked(reference, record)
    titled = [r for r in state.alike(reference) if names.same_title(r.title, reference.title)]
    titled = [r for r in titled if _same_first(r, reference)]
    for other in (*(state.references[key] for key in linked), *titled):
        if is_preprint != (_looks_preprint(other) or _entry_says_preprint(state, other)):
            how = "PubMed links the two" if other.key in linked else "same title and first author"
            return _preprint(other.key, how) if is_preprint else _published(other.key, how)
    same = next((r for r in titled if _same_year(r, reference)), None)
    if same:
        shown = f"same title, first author and year {same.year or 'unknown'}"
        return Twin(same.key, "same", shown)
    return None


def _preprint(key: str, how: str) -> Twin:
    advice = f"Nothing was added: {key} is the published article, and counting both would count the patients twice."
    return Twin(key, "preprint", f"a preprint of {key} ({how})", advice)


def _published(key: str, how: str) -> Twin:
    advice = (
        f"Nothing was added, so that the patients are not counted twice: give {key} the new PMID, DOI, journal and "
        "year in bibliography.bib, and read its numbers again."
    )
    return Twin(key, "preprint-there", f"the published article of {key}, which is its preprint ({how})", advice)


def _entry_says_preprint(state: State, reference: Reference) -> bool:
    entry = state.entries.get(reference.pmid or "")
    return entry is not None and any(term.name == "Preprint" for term in entry.record.publication_types)


def _looks_preprint(reference: Reference) -> bool:
    journals = (reference.journal, reference.shortjournal)
    folded = {names.solid(re.sub(r"[:(\[].*", "", name)) for name in journals if name}
    return bool(folded & _PREPRINT_SERVERS) or bool(_PREPRINT_DOI.match(reference.doi or ""))


def _same_year(one: Reference, other: Reference) -> bool:
    if one.year is None or other.year is None or one.year == other.year:
        return True
    differ = one.doi and other.doi and one.doi.casefold() != other.doi.casefold()
    return abs(one.year - other.year) == 1 and not differ


def _same_first(one: Reference, other: Reference) -> bool | None:
    return names.same_first_author(one.author, _authors(other))


def _author_word(reference: Reference) -> str:
    """What two spellings of a first author share: the last word of the family name; nothing for a group."""
    first = next(iter(reference.author), "")
    words = [] if first.startswith("{") else names.family_name(first).split()
    return re.sub(r"([aou])e", r"\1", words[-1]) if words else ""


def _authors(reference: Reference) -> tuple[Author, ...]:
    return snapshot.curated(reference.model_copy(update={"pmid": reference.pmid or "1"})).authors


def record_reference(record: Record) -> Reference:
    """The bibliographic identity that PubMed's record gives; its key is still to be made.

    Examples
    --------
    >>> from kb.pubmed.record import Author, Journal, PartialDate, Record
    >>> lee = Author("Lee", initials="SH")
    >>> record = Record(
    ...     "7", title="Rest.", authors=(lee,), journal=Journal("J Ex"), issue_date=PartialDate(2020), pages="1-9"
    ... )
    >>> reference = record_reference(record)
    >>> reference.title, reference.author, reference.year, reference.pages
    ('Rest', ('Lee, S. H.',), 2020, '1-9')
    """
    journal = record.journal
    authors = tuple(name for author in names.bibtex_names(record.authors) if (name := _safe_name(author)))
    title = names.bare_title(record.title) or names.bare_title(record.vernacular_title)
    book = record.book.title if record.book and record.book.title != record.title else None
    pages = record.pages or record.article_number
    doi = record.doi if record.doi and record.doi_valid is not False and _DOI.fullmatch(record.doi) else None
    return Reference(
        key=_UNNAMED,
        entry_type="article" if journal else "misc",
        title=clean(title),
        author=(*authors, "others") if authors and record.authors_complete is False else authors,
        journal=clean(journal.title if journal else book),
        shortjournal=clean(journal.iso_abbreviation or journal.medline_abbreviation) if journal else None,
        year=record.year,
        volume=clean(record.volume),
        number=clean(record.issue),
        pages=clean(names.full_pages(pages)) if pages else None,
        doi=clean(doi),
        pmid=record.pmid,
        pmcid=record.pmcid,
    )


_UNNAMED = "unnamed1000"
"""Stands where the key will be."""


def _safe_name(name: str) -> str:
    """A name in which BibTeX cannot see the border of two."""
    return name if name.startswith("{") or " and " not in name else f"{{{name}}}"


def candidate_reference(candidate: Candidate) -> Reference:
    """The bibliographic identity that a file gives; its key is still to be made."""
    return Reference(
        key=_UNNAMED,
        entry_type="article" if candidate.is_article and candidate.journal else "misc",
        title=clean_title(candidate.title),
        author=tuple(_safe_name(name) for name in candidate.authors),
        journal=candidate.journal,
        shortjournal=candidate.shortjournal,
        year=candidate.year,
        volume=candidate.volume,
        number=candidate.number,
        pages=candidate.pages,
        doi=candidate.doi if candidate.doi and _DOI.fullmatch(candidate.doi) else None,
        pmid=candidate.pmid,
        pmcid=candidate.pmcid,
    )
