"""The library: bibliographic records by identifier, place, name, title and, for studies of the base, by details."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from rapidfuzz import fuzz

from kb.citations.find_model import Details, Printed
from kb.citations.journal_names import journal_of_host, same_journal_name
from kb.citations.library_fit import Fit, first_page, fit, volume_key
from kb.citations.library_names import author_fit, family, index_keys, listed
from kb.citations.library_records import merged, records_of
from kb.citations.resolution import Record
from kb.pubmed.names import begins_alike, fold, same_title

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kb.citations.library_details import Profiles
    from kb.model import Corpus, Study
    from kb.pubmed.snapshot import Entry

_HINT = 75.0
"""Ratio of folded titles from which on a title is a hint."""
_MATCH = 95.0
_RARE_WORDS = 6
_LOOKED_AT = 400
"""Records that one rare word may bring in; a word of more titles tells nothing by itself."""
_FIT_AT_MOST = 500
"""Records of one name and year that are compared."""
_IDENTIFIERS = ("pmid", "pmcid", "doi", "pii")


class Library:
    """Records, ready to be found.

    Parameters
    ----------
    records
        In any order; of two with one id the first counts.

    Examples
    --------
    >>> library = Library(
    ...     [Record("lee2020", "lee2020", "Rest for knees", ("Lee, A.",), ("J Rest",), (2020,), pmid="7")]
    ... )
    >>> (
    ...     library.identified("pmid", "007").id,
    ...     [record.id for record in library.named(Printed(names=("Lee",), year=2021))],
    ... )
    ('lee2020', ['lee2020'])
    """

    def __init__(self, records: Iterable[Record]) -> None:
        self.records: list[Record] = []
        self._ids: dict[str, Record] = {}
        self._identified: dict[tuple[str, str], int] = {}
        self._places: dict[str, array[int]] = {}
        self._firsts: dict[str, array[int]] = {}
        self._authors: dict[str, array[int]] = {}
        self._words: dict[str, array[int]] = {}
        self._titles: list[str] = []
        self._corpus: Corpus | None = None
        self._profiles: Profiles | None = None
        for record in records:
            if record.id not in self._ids:
                self._add(record)

    @classmethod
    def of(cls, corpus: Corpus, entries: Mapping[str, Entry]) -> Library:
        """The library of a base.

        Parameters
        ----------
        corpus
            Bibliography and studies.
        entries
            The PubMed snapshot by PMID.
        """
        library = cls(records_of(corpus, entries))
        library._corpus = corpus
        return library

    def plus(self, records: Iterable[Record]) -> Library:
        """A library with more records; one of a paper that is here already takes its place and keeps its key."""
        replaced: dict[str, Record] = {}
        more: list[Record] = []
        for record in records:
            here = self._of_same_paper(record)
            if here is None:
                more.append(record)
            else:
                replaced[here.id] = merged(record, replaced.get(here.id, here))
        library = Library([*(replaced.get(record.id, record) for record in self.records), *more])
        library._corpus = self._corpus
        return library

    def record(self, identifier: str) -> Record | None:
        """The record of a key or id."""
        return self._ids.get(identifier)

    def study(self, record: Record) -> Study | None:
        """The study of the base that a record belongs to."""
        return self._corpus.studies.get(record.key) if self._corpus is not None and record.key else None

    # --- finding --------------------------------------------------------------------------------------------------

    def identified(self, kind: str, value: str) -> Record | None:
        """The record that carries a PMID, PMCID, DOI or PII; letter case, zeros and hyphens of a PII do not matter."""
        found = self._identified.get((kind, _folded_id(kind, value)))
        return None if found is None else self.records[found]

    def placed(self, journal: str, volume: str, page: str) -> Record | None:
        """The one record at a place in a journal.

        Parameters
        ----------
        journal
            Name of the journal, or the host of its site.
        volume, page
            Volume and first page.
        """
        name = journal_of_host(journal) or journal
        first = first_page(page)
        if first is None:
            return None
        hits = [self.records[i] for i in self._places.get(f"{volume_key(volume)}:{first}", ())]
        fitting = [record for record in hits if same_journal_name(name, record.journals)]
        return fitting[0] if len(fitting) == 1 else None

    def named(self, printed: Printed, journals: Sequence[str] = ()) -> list[Record]:
        """Records of the printed first author, the printed year and the years beside it; best first.

        Of several printed names the first two may stand in any order among the authors. A record whose authors nobody
        saw is found by its key. Without a year there are none.
        """
        return [record for record, _ in self.fitting(printed, journals)]

    def fitting(self, printed: Printed, journals: Sequence[str] = ()) -> list[tuple[Record, Fit]]:
        """As `named`, each record with how it fits; none when there are too many to look at."""
        if not printed.names or printed.year is None:
            return []
        found: dict[int, None] = {}
        for year in (printed.year, printed.year - 1, printed.year + 1):
            found |= dict.fromkeys(self._of_author(self._firsts, printed.names[0], year))
            if len(printed.names) > 1:
                second = set(self._of_author(self._authors, printed.names[1], year))
                found |= dict.fromkeys(i for i in self._of_author(self._authors, printed.names[0], year) if i in second)
        if len(found) > _FIT_AT_MOST:
            found = {i: None for i in found if same_journal_name(printed.journal, self.records[i].journals)}
        if len(found) > _FIT_AT_MOST:
            return []
        fits = [(self.records[i], fit(printed, self.records[i], journals)) for i in found]
        fits = [hit for hit in fits if author_fit(printed.names[:1], hit[0].authors).any is not False]
        return sorted(fits, key=lambda hit: (hit[1].authors.first is not True, -hit[1].score, hit[0].id))

    @staticmethod
    def _of_author(index: dict[str, array[int]], name: str, year: int) -> Iterator[int]:
        words = family(name).split()
        for key in dict.fromkeys((words[-1], "".join(words))) if words else ():
            yield from index.get(f"{key}{year}", ())

    def titled(self, title: str) -> list[tuple[Record, float]]:
        """Records whose title is like one, with the rapidfuzz ratio; 95 and more only where it is the same title."""
        folded = fold(title)
        if len(folded) < 10:
            return []
        known = [(self._words[word], word) for word in set(folded.split()) if word in self._words]
        known.sort(key=lambda pair: (len(pair[0]), pair[1]))
        counts: dict[int, int] = defaultdict(int)
        for places, _ in known[:_RARE_WORDS]:
            for index in places[:_LOOKED_AT]:
                counts[index] += 1
        best = sorted(counts, key=lambda index: (-counts[index], index))[:_LOOKED_AT]
        found = []
        for index in best:
            ratio = fuzz.ratio(folded, self._titles[index], score_cutoff=_HINT)
            record = self.records[index]
            if ratio >= _MATCH and not same_title(title, record.title):
                ratio = _MATCH - 1
            elif ratio < _MATCH and begins_alike(title, record.title):
                ratio = _MATCH
            if ratio:
                found.append((record, ratio))
        return sorted(found, key=lambda hit: (-hit[1], hit[0].id))

    def described(
        self,
        details: Details,
        conditions: Iterable[str] = (),
        interventions: Iterable[str] = (),
        words: Iterable[str] = (),
        among: Sequence[Record] | None = None,
    ) -> list[tuple[Record, float, str]]:
        """Studies of the base that a mention may tell of (see :mod:`kb.citations.library_details`)."""
        profiles = self._details()
        return profiles.described(details, conditions, interventions, words, among) if profiles else []

    def terms_in(self, text: str) -> tuple[set[str], set[str], set[str]]:
        """Conditions and interventions that a text names, and its words; what `described` wants."""
        from kb.citations.library_terms import words_of

        profiles = self._details()
        if profiles is None:
            return set(), set(), set()
        words = words_of(text)
        return profiles.conditions.found(words), profiles.interventions.found(words), set(words)

    # --- building -------------------------------------------------------------------------------------------------

    def _details(self) -> Profiles | None:
        if self._profiles is None and self._corpus is not None:
            from kb.citations.library_details import Profiles

            keyed = {record.key: record for record in self.records if record.key}
            self._profiles = Profiles(self._corpus, keyed)
        return self._profiles

    def _add(self, record: Record) -> None:
        index = len(self.records)
        self.records.append(record)
        self._ids[record.id] = record
        for kind in _IDENTIFIERS:
            value = getattr(record, kind)
            if value:
                self._identified.setdefault((kind, _folded_id(kind, value)), index)
        if record.volume and (page := first_page(record.pages)):
            self._places.setdefault(f"{volume_key(record.volume)}:{page}", array("I")).append(index)
        authors = listed(record.authors)
        firsts = set(index_keys(authors[0])) if authors else set()
        if not authors and record.key:
            firsts = {record.key.rstrip("abcdefgh").rstrip("0123456789")}
        others = {key for name in authors for key in index_keys(name)} if len(authors) > 1 else set()
        for year in record.years:
            for key in firsts:
                self._firsts.setdefault(f"{key}{year}", array("I")).append(index)
            for key in others:
                self._authors.setdefault(f"{key}{year}", array("I")).append(index)
        folded = fold(record.title or "")
        self._titles.append(folded)
        for word in set(folded.split()):
            self._words.setdefault(word, array("I")).append(index)

    def _of_same_paper(self, record: Record) -> Record | None:
        for kind in _IDENTIFIERS:
            value = getattr(record, kind)
            if value and (here := self.identified(kind, value)) is not None:
                return here
        for here, ratio in self.titled(record.title or ""):
            if ratio < _MATCH or not same_title(record.title, here.title):
                return None
            clash = any(
                _folded_id(kind, getattr(record, kind) or "") != _folded_id(kind, getattr(here, kind) or "")
                for kind in _IDENTIFIERS
                if getattr(record, kind) and getattr(here, kind)
            )
            near = not here.years or not record.years or min(abs(a - b) for a in here.years for b in record.years) <= 1
            if not clash and near and author_fit(here.authors[:1], record.authors).first is not False:
                return here
        return None


def _folded_id(kind: str, value: str) -> str:
    value = value.strip().casefold()
    if kind == "pii":
        return "".join(c for c in value if c.isalnum())
    return value.lstrip("0") if kind == "pmid" else value
