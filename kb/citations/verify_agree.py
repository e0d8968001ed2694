"""How the facts that a text prints agree with a record, each by itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from kb.citations.find_model import CitationKind
from kb.citations.flag import Basis
from kb.citations.journal_names import same_journal_name
from kb.citations.resolution import By
from kb.citations.verify_names import AuthorFit, Who, fit_authors
from kb.pubmed.names import begins_alike, fold, full_pages, likeness, same_title

if TYPE_CHECKING:
    from kb.citations.resolution import Record
    from kb.citations.verify_case import Case

_NEAR_TITLE = 85.0
"""Ratio of folded titles from which on one is a slip of the other rather than another title."""
_LONGEST_TITLE = 1000  # characters
_LONGEST_PAGES = 60
_SHORT_TITLE = 4  # words from which on a title within a longer one is told apart from a catchword


class Years(StrEnum):
    """A printed year against a record's."""

    SAME = "same"
    NEAR = "near"
    """One off, and electronic publication may explain it."""
    OFF_BY_ONE = "off-by-one"
    """One off, though both years are known."""
    OFF = "off"
    UNKNOWN = "unknown"


class Titles(StrEnum):
    """A printed title against a record's."""

    SAME = "same"
    NEAR = "near"
    OTHER = "other"
    UNKNOWN = "unknown"


class Pages(StrEnum):
    """Printed pages against a record's."""

    SAME = "same"
    LAST = "last"
    """Only the last page differs."""
    OTHER = "other"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Agreement:
    """Every printed fact against a record; ``journal`` and ``volume`` are None where nothing can be said."""

    authors: AuthorFit
    year: Years
    journal: bool | None
    title: Titles
    volume: bool | None
    pages: Pages

    @property
    def place(self) -> bool:
        """Whether volume and first page agree."""
        return self.volume is True and self.pages in {Pages.SAME, Pages.LAST}


def agreement(case: Case, record: Record) -> Agreement:
    """The facts of a citation against a record."""
    printed = case.citation.printed
    whole = case.citation.kind is CitationKind.REFERENCE
    text = case.told if case.alone and not whole else case.citation.text
    title = compare_titles(printed.title, record.title, whole=whole)
    journal = same_journal_name(case.journal, record.journals)
    if title is not Titles.UNKNOWN and _title_stands_in(record.title, text):
        title = Titles.SAME
    if journal is False and any(_journal_stands_in(name, text) for name in record.journals):
        journal = True
    return Agreement(
        fit_authors(printed, record.authors or _first_in_key(record)),
        compare_years(case.year, record),
        journal,
        title,
        compare_volumes(printed.volume, record),
        compare_pages(printed.pages, record.pages),
    )


def _first_in_key(record: Record) -> tuple[str, ...]:
    """The first author as the key of a study has it, where nobody wrote the authors down."""
    found = re.fullmatch(r"([a-z]{3,40})(?:19|20)\d\d[a-z]?", record.key or "")
    return (found[1].capitalize(), "others") if found else ()


def _title_stands_in(title: str | None, text: str) -> bool:
    """Whether a title of some words stands in a text, however that was taken apart."""
    words = fold(title or "")
    return len(words.split()) >= _SHORT_TITLE and f" {words} " in f" {fold(text)} "


def _journal_stands_in(name: str, text: str) -> bool:
    """Whether a journal of two words and more stands in a text with capitals, as no plain words do."""
    words = fold(re.sub(r"\([^)]*\)", " ", name)).split()
    if len(words) < 2 or f" {' '.join(words)} " not in f" {fold(text)} ":
        return False
    for found in re.finditer(rf"\b{words[0]}\W[^;?!]{{0,120}}?\b{words[-1]}\b", text, re.IGNORECASE):
        if found[0][0].isupper() and found[0].split()[-1][0].isupper():
            return True
    return False


def compare_years(year: int | None, record: Record) -> Years:
    """A printed year against the record's years.

    Examples
    --------
    >>> from kb.citations.resolution import Record
    >>> known = Record("x", None, years=(2018, 2017), electronic=True)
    >>> [compare_years(year, known).value for year in (2017, 2018, 2019, 2021)]
    ['same', 'same', 'off-by-one', 'off']
    >>> compare_years(2017, Record("x", None, years=(2018,))).value
    'near'
    """
    if year is None or not record.years:
        return Years.UNKNOWN
    if min(record.years) <= year <= max(record.years):
        return Years.SAME
    if min(abs(year - own) for own in record.years) > 1:
        return Years.OFF
    return Years.OFF_BY_ONE if record.electronic and len(record.years) > 1 else Years.NEAR


def compare_titles(printed: str | None, recorded: str | None, *, whole: bool) -> Titles:
    """A printed title against the record's.

    Parameters
    ----------
    printed, recorded
        The titles.
    whole
        Whether the printed words are surely a title, as in a reference; the words of a link may be none.

    Examples
    --------
    >>> compare_titles("Rest for sore tendons", "Rest for sore tendons: a randomised trial", whole=True).value
    'same'
    >>> compare_titles("Rest for sore knees of men", "Swimming in cold rivers after dark", whole=True).value
    'other'
    """
    if not printed or not recorded or max(len(printed), len(recorded)) > _LONGEST_TITLE:
        return Titles.UNKNOWN
    one, two = fold(printed), fold(recorded)
    short, long = sorted((one, two), key=len)
    if same_title(printed, recorded) or begins_alike(printed, recorded):
        return Titles.SAME
    if len(short.split()) >= _SHORT_TITLE and f" {short} " in f" {long} ":
        return Titles.SAME
    if not whole or not one or not two or recorded.startswith("["):  # a translated title is no one's words
        return Titles.UNKNOWN
    head = long[: len(short)]
    return Titles.NEAR if max(likeness(one, two), likeness(short, head)) >= _NEAR_TITLE else Titles.OTHER


def compare_volumes(printed: str | None, record: Record) -> bool | None:
    """A printed volume against the record's; None where they are not of one form.

    Examples
    --------
    >>> from kb.citations.resolution import Record
    >>> [compare_volumes(volume, Record("x", None, volume="45")) for volume in ("45", "46", "XII", "45 Suppl 1")]
    [True, False, None, True]
    """
    one, two = (re.match(r"\D{0,6}(\d{1,5})", text or "") for text in (printed, record.volume))
    if one is None or two is None:
        return None
    ours, theirs = int(one[1]), int(two[1])
    if ours == theirs:
        return True
    years = {*record.years, *(year + 1 for year in record.years)}
    return None if ours in years or theirs in years else False  # some journals count years, some volumes, or both


_ARTICLE = 5  # digits from which on a number is an article's rather than a page


def compare_pages(printed: str | None, recorded: str | None) -> Pages:
    """Printed pages against the record's: shortened ranges, first pages, prefixes and article numbers are forms.

    Examples
    --------
    >>> pairs = (("154-63", "154-163"), ("154", "154-163"), ("CPG1-60", "CPG1-CPG60"), ("1-14", "e0295645"))
    >>> [compare_pages(*pair).value for pair in pairs]
    ['same', 'same', 'same', 'unknown']
    >>> [compare_pages(*pair).value for pair in (("155-163", "154-163"), ("154-164", "154-163"))]
    ['other', 'last']
    """
    if not printed or not recorded or max(len(printed), len(recorded)) > _LONGEST_PAGES:
        return Pages.UNKNOWN
    (one, last), (two, end) = _first_last(printed), _first_last(recorded)
    if not one or not two:
        return Pages.UNKNOWN
    if one == two:
        return Pages.SAME if not last or not end or last == end else Pages.LAST
    if _is_article(printed, one, last) != _is_article(recorded, two, end):
        return Pages.UNKNOWN  # an article number here, the pages of its PDF there
    return Pages.OTHER


def _first_last(pages: str) -> tuple[str, str]:
    """Digits of the first and last page, without prefix and leading zeros."""
    numbers = re.findall(r"\d+", full_pages(re.split("[;,]", pages, maxsplit=1)[0].strip()))
    bare = [number.lstrip("0") for number in numbers]
    return (bare[0] if bare else "", bare[1] if len(bare) > 1 else "")


def _is_article(pages: str, first: str, last: str) -> bool:
    return not last and (len(first) >= _ARTICLE or re.match(r"\s?(?:e|article|art)\.?\s?\d", pages.lower()) is not None)


def names_surely(case: Case, record: Record) -> bool:
    """Whether author, year and a third fact of the text, or its title, say by themselves that it is this paper."""
    found = agreement(case, record)
    if found.title is Titles.SAME:
        return found.authors.who is not Who.OTHER
    told = case.citation.details.journals if case.alone else ()
    third = found.journal is True or found.place or any(same_journal_name(name, record.journals) for name in told)
    return third and found.authors.who is Who.SAME and found.year in {Years.SAME, Years.NEAR}


def basis_of(case: Case) -> Basis:
    """Who says which study the text means: curated only where the text does not say so itself."""
    record = case.resolution.record
    curated = case.resolution.by is By.CURATED and record is not None
    return Basis.CURATED if curated and record is not None and not names_surely(case, record) else Basis.RULE


def is_other_paper(found: Agreement) -> bool:
    """Whether a record is surely not the paper that the text tells of, rather than told with a slip.

    Title, or volume and page, make it the paper. Other authors make it another unless journal and year agree (then
    the authors are wrong); otherwise two facts must speak against it.
    """
    who = found.authors.who
    if found.title in {Titles.SAME, Titles.NEAR} or (found.place and found.journal is not False):
        return False
    off = found.year in {Years.OFF, Years.OFF_BY_ONE}
    far = found.year is Years.OFF
    elsewhere = found.volume is False and found.pages is Pages.OTHER
    if who is Who.OTHER:
        told = found.journal is True and not off
        if told:
            return found.title is Titles.OTHER and not found.place
        return found.authors.complete or off or found.journal is False
    if who is Who.EXTRA and far and found.journal is not True:
        return True  # of the same first author with others, years apart
    if found.title is Titles.OTHER:
        return found.journal is False or far or elsewhere
    return far and found.journal is False
