"""PMIDs of studies that have none: by DOI and PMCID, then by citation, then by title; what is doubtful is not taken."""

from __future__ import annotations

import functools
import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from kb.cite import initials, surname
from kb.pubmed import names
from kb.pubmed.citmatch import Citation
from kb.pubmed.difference import dois, is_another
from kb.pubmed.errors import EntrezError, OfflineError
from kb.pubmed.xml import PubMedXmlError, parse_all

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Mapping

    from kb.model import Reference
    from kb.pubmed.client import Batch, Entrez
    from kb.pubmed.record import Record

    Tell = Callable[[int], object]

By = Literal["DOI", "PMCID", "citation", "title"]

_DOIS = 50  # in one query
_HITS = 20  # records of a title search that are looked at
_WORDS = 6  # of a title that are asked for
_SPELLINGS = re.compile(r"i[sz](?:e|ing|ation)|our|ae|oe|tre\b|fib|pro?gram")  # words with two spellings, not asked for


@dataclass(frozen=True, slots=True)
class Found:
    """The PMID of a study, by what it was found, and its record."""

    key: str
    pmid: str
    by: By
    record: Record


@dataclass(frozen=True, slots=True)
class Completion:
    """What a search for PMIDs ended with.

    Parameters
    ----------
    found
        By study.
    doubts
        By study without a PMID: what was found and why it was not taken, one clause each; empty when nothing was
        found.
    failures
        Requests that failed; the studies concerned are in neither.
    """

    found: dict[str, Found]
    doubts: dict[str, tuple[str, ...]]
    failures: tuple[EntrezError, ...] = ()


@dataclass(slots=True)
class _Search:
    """What is known so far."""

    entrez: Entrez
    left: dict[str, Reference]
    newer_than: dt.datetime | None = None
    found: dict[str, Found] = field(default_factory=dict)
    doubts: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    records: dict[str, Record] = field(default_factory=dict)
    failures: list[EntrezError] = field(default_factory=list)
    unasked: set[str] = field(default_factory=set)

    def fetch(self, pmids: Iterable[str]) -> None:
        """Get the records of candidates, each once."""
        wanted = [pmid for pmid in dict.fromkeys(pmids) if pmid not in self.records]
        for batch in self.entrez.fetch(wanted, newer_than=self.newer_than) if wanted else ():
            self.records |= read_batch(batch)[0]

    def take(self, key: str, pmid: str, by: By) -> None:
        """Settle a study."""
        record = self.records[pmid]
        self.found[key] = Found(key, record.pmid, by, record)
        del self.left[key]


def complete(
    entrez: Entrez,
    references: Mapping[str, Reference],
    *,
    newer_than: dt.datetime | None = None,
    progress: Callable[[str, int, int], object] | None = None,
) -> Completion:
    """Look for the PMIDs of references, whatever PMID they carry.

    Parameters
    ----------
    entrez
        PubMed.
    references
        By key.
    newer_than
        Records of the cache that are older are asked for again.
    progress
        Is called with what is done, how many studies are, and how many there are.

    Notes
    -----
    A PMID is taken when the record carries the DOI or PMCID and is not evidently another paper; when a citation leads
    to one record that agrees in what is known of title and first author; or when a title search leads to one record
    that agrees in title (see `kb.pubmed.names.same_title`) and first author and, within a year, in year.
    A step that failed is noted and the next one tried, except when PubMed cannot be reached.
    """
    search = _Search(entrez, dict(references), newer_than)
    steps: tuple[tuple[str, Callable[[_Search, Tell], None]], ...] = (
        ("Looking up DOIs and PMCIDs", _by_id),
        ("Matching citations", _by_citation),
        ("Searching titles", _by_title),
    )
    for what, step in steps:
        if not search.left:
            break
        tell = functools.partial(_tell, progress, what, len(references))
        tell(len(search.found))
        try:
            step(search, tell)
        except EntrezError as error:
            search.failures.append(error)
            search.unasked |= set(search.left)
            if isinstance(error, OfflineError):
                break
    doubts = {key: tuple(search.doubts[key]) for key in search.left if key not in search.unasked or search.doubts[key]}
    return Completion(search.found, doubts, tuple(search.failures))


def _tell(progress: Callable[[str, int, int], object] | None, what: str, total: int, done: int) -> None:
    if progress:
        progress(what, done, total)


def read_batch(batch: Batch) -> tuple[dict[str, Record], dict[str, PubMedXmlError]]:
    """Records of a batch by the PMID asked for, and what was wrong with those that cannot be read."""
    records: dict[str, Record] = {}
    broken: dict[str, PubMedXmlError] = {}
    for pmid, xml in batch.records.items():
        try:
            records[pmid] = parse_all(xml).records[0]
        except PubMedXmlError as error:
            broken[pmid] = error
    return records, broken


# --- DOI and PMCID ---------------------------------------------------------------------------------------------


def _by_id(search: _Search, tell: Tell) -> None:
    by_doi = {r.doi.casefold(): key for key, r in search.left.items() if r.doi}
    by_pmcid = {r.pmcid: key for key, r in search.left.items() if r.pmcid}
    candidates: list[str] = []
    wanted = [doi for doi in by_doi if not re.search(r'["\[\]\s]', doi)]
    for start in range(0, len(wanted), _DOIS):
        some = wanted[start : start + _DOIS]
        answer = search.entrez.esearch(" OR ".join(f'"{doi}"[doi]' for doi in some))
        if answer.count > 2 * len(some):  # PubMed took one apart and matched its pieces
            for doi in some:
                alone = search.entrez.esearch(f'"{doi}"[doi]', retmax=_HITS)
                candidates += alone.ids
        candidates += answer.ids
    if by_pmcid:
        numbers = [pmcid.removeprefix("PMC") for pmcid in by_pmcid]
        for pmids in search.entrez.elink(numbers, "pmc_pubmed").values():
            candidates += pmids
    search.fetch(candidates)
    hits: dict[str, dict[By, set[str]]] = defaultdict(lambda: {"DOI": set(), "PMCID": set()})
    for record in list(search.records.values()):
        for doi in dois(record):
            if key := by_doi.get(doi.casefold()):
                hits[key]["DOI"].add(record.pmid)
        if key := by_pmcid.get(record.pmcid or ""):
            hits[key]["PMCID"].add(record.pmid)
    for key, hit in hits.items():
        _judge_ids(search, key, hit)
    tell(len(search.found))


def _judge_ids(search: _Search, key: str, hit: dict[By, set[str]]) -> None:
    pmids = sorted(set().union(*hit.values()), key=int)
    if len(pmids) > 1:
        said = " and ".join(f"the {by} to PMID {', '.join(sorted(found))}" for by, found in hit.items() if found)
        search.doubts[key].append(f"{said} lead to different papers")
        return
    (pmid,) = pmids
    by: By = "DOI" if hit["DOI"] else "PMCID"
    record = search.records[pmid]
    if is_another(search.left[key], record):
        search.doubts[key].append(f"the {by} is that of another paper, {described(record)}")
    else:
        search.take(key, pmid, by)


# --- citation --------------------------------------------------------------------------------------------------


def _by_citation(search: _Search, tell: Tell) -> None:
    citations = [c for key, r in search.left.items() if (c := _citation(key, r))]
    if not citations:
        return
    matches = search.entrez.ecitmatch(citations)
    candidates = {key: (m.pmid,) if m.pmid else m.candidates for key, m in matches.items()}
    search.fetch(pmid for pmids in candidates.values() for pmid in pmids)
    for key, pmids in candidates.items():
        reference = search.left[key]
        records = [search.records[pmid] for pmid in pmids if pmid in search.records]
        agreeing = [r for r in records if _agreement(reference, r, strict=False) == ""]
        if len(agreeing) == 1:
            search.take(key, next(p for p in pmids if search.records.get(p) is agreeing[0]), "citation")
        elif len(agreeing) > 1:
            search.doubts[key].append(f"the citation may be PMID {' or '.join(r.pmid for r in agreeing)}")
        else:
            search.doubts[key] += [
                f"its journal, year, volume and page lead to {described(r)}, {_agreement(reference, r, strict=False)}"
                for r in records[:3]
            ]
    tell(len(search.found))


def _citation(key: str, reference: Reference) -> Citation | None:
    """What ecitmatch can work with: a journal and year, and a volume or page."""
    journal = reference.shortjournal or reference.journal
    page = re.match(r"\w+", reference.pages or "")
    if not journal or not reference.year or not (reference.volume or page):
        return None
    first = next((name for name in reference.author if name != "others"), "")
    author = "" if first.startswith("{") else f"{surname(first)} {initials(first)}".strip()
    return Citation(key, journal, str(reference.year), reference.volume or "", page[0] if page else "", author)


# --- title -----------------------------------------------------------------------------------------------------


def _by_title(search: _Search, tell: Tell) -> None:
    queries = {key: title_queries(reference) for key, reference in search.left.items()}
    for key, asked in queries.items():
        if not asked and search.left[key].title:
            search.doubts[key].append("its title is not looked for, because the first author is unknown")
    _title_round(search, {key: asked[0] for key, asked in queries.items() if asked}, tell)
    _title_round(search, {key: queries[key][1] for key in search.left if len(queries[key]) > 1}, tell)


def _title_round(search: _Search, queries: Mapping[str, str], tell: Tell) -> None:
    """Ask one query a study; judge what was found even when the last of them failed."""
    candidates: dict[str, tuple[str, ...]] = {}
    failure: EntrezError | None = None
    for key, query in queries.items():
        try:
            candidates[key] = search.entrez.esearch(query, retmax=_HITS).ids
        except EntrezError as error:
            failure = error
            break
        tell(len(search.found) + len(candidates))
    search.fetch(pmid for pmids in candidates.values() for pmid in pmids)
    for key, pmids in candidates.items():
        _judge_titles(search, key, [p for p in dict.fromkeys(pmids) if p in search.records])
    if failure:
        raise failure


def _judge_titles(search: _Search, key: str, pmids: list[str]) -> None:
    reference = search.left[key]
    agreeing = [p for p in pmids if _agreement(reference, search.records[p], strict=True) == ""]
    if len(agreeing) > 1:  # a preprint or a letter of the same name
        here = [p for p in agreeing if _same_journal(reference, search.records[p])]
        agreeing = here if len(here) == 1 else agreeing
    if len(agreeing) == 1:
        search.take(key, agreeing[0], "title")
        return
    if agreeing:
        said = [f"title and first author are those of PMID {' and '.join(agreeing)}"]
    else:
        near = [search.records[p] for p in pmids if _near(reference, search.records[p])]
        said = [f"a title search finds {described(r)}, {_agreement(reference, r, strict=True)}" for r in near[:3]]
    search.doubts[key] += [each for each in said if each not in search.doubts[key]]


def title_queries(reference: Reference) -> tuple[str, ...]:
    """Queries for a title, narrow first; none without title or first author.

    Examples
    --------
    >>> from kb.model import Reference
    >>> title = "Calf raises for runners: a randomised trial"
    >>> title_queries(Reference(key="okafor2031", entry_type="article", title=title, author=("Okafor, A.",), year=2031))
    ('runners[ti] AND trial[ti] AND calf[ti]',
     'okafor[1au] AND (runners[ti] OR trial[ti] OR calf[ti]) AND 2030:2032[dp]')
    """
    first = next((name for name in reference.author if name != "others"), None)
    folded = names.fold(names.RETRACTED.sub("", reference.title or ""))
    words = [w for w in dict.fromkeys(folded.split()) if len(w) > 3 and not _SPELLINGS.search(w)]
    words.sort(key=len, reverse=True)
    if first is None or not words:
        return ()
    narrow = " AND ".join(f"{word}[ti]" for word in words[:_WORDS])
    if first.startswith("{"):
        return (narrow,)
    wide = f"{names.family_name(first)}[1au] AND ({' OR '.join(f'{word}[ti]' for word in words[:3])})"
    if reference.year:
        wide += f" AND {reference.year - 1}:{reference.year + 1}[dp]"
    return narrow, wide


def _agreement(reference: Reference, record: Record, *, strict: bool) -> str:
    """Why a record is not that of a reference; empty when it is. Strict: title and first author have to be known."""
    title = names.same_title(reference.title, record.title)
    author = names.same_first_author(reference.author, record.authors)
    if title is False or (strict and title is None):
        return "which has another title"
    if author is False or (strict and author is None):
        return "which has another first author" if author is False else "whose first author cannot be compared"
    if title is None and author is None:
        return "which cannot be compared, for title and first author are unknown here"
    if not _same_year(reference, record):
        return f"which is of {record.year}"
    return ""


def _same_year(reference: Reference, record: Record) -> bool:
    """Within a year of the issue or of the electronic article, or unknown."""
    dates = [date.year for date in (record.issue_date, record.electronic_date) if date and date.year]
    return reference.year is None or not dates or any(abs(reference.year - year) <= 1 for year in dates)


def _same_journal(reference: Reference, record: Record) -> bool:
    journal = record.journal
    if journal is None:
        return False
    short = names.solid(reference.shortjournal or "")
    known = {names.solid(a) for a in (journal.iso_abbreviation, journal.medline_abbreviation) if a}
    return names.same_journal(reference.journal, journal.title) or (bool(short) and short in known)


def _near(reference: Reference, record: Record) -> bool:
    """Whether a person should be told of a record that was not taken."""
    return bool(names.same_title(reference.title, record.title)) or (
        names.same_first_author(reference.author, record.authors) is True
        and names.likeness(reference.title or "", record.title or "") >= _NEAR_TITLE
    )


_NEAR_TITLE = 80.0
"""rapidfuzz ratio of folded titles, 0 to 100, from which on a record that was not taken is named."""


def described(record: Record) -> str:
    """A record in a clause: PMID, first author, year, the beginning of its title."""
    title = names.bare_title(record.title) or "[no title]"
    first = str(record.authors[0]) if record.authors else "no author"
    return f"PMID {record.pmid} ({first}, {record.year or 'no year'}: {title[:70]}{'…' if len(title) > 70 else ''})"
