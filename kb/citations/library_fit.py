"""Fact by fact, whether what a text prints of a study agrees with a record."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz

from kb.citations.find_model import Printed
from kb.citations.journal_names import same_journal_name
from kb.citations.library_names import AuthorFit, author_fit
from kb.citations.resolution import Record
from kb.pubmed.names import RETRACTED, begins_alike, fold, same_title, solid

_OTHER_TITLE = 75.0
"""Ratio of folded titles below which they are of two papers; above, one may have been misquoted."""
_BEGIN = 20
"""Letters that two titles share at least when one is the other without its subtitle."""
_FIRST = re.compile(r"[A-Za-z]{0,4}\d{1,9}")
_VOLUME = re.compile(r"[A-Za-z]{0,6}\s?(\d{1,5})")


@dataclass(frozen=True, slots=True)
class Fit:
    """What agrees (True), disagrees (False) or cannot be compared (None).

    Parameters
    ----------
    authors
        See :class:`kb.citations.library_names.AuthorFit`.
    year
        Years between the printed year and the nearest of the record's; None when either is unknown.
    journal, title, volume, pages
        One fact each; a title that is only somewhat alike is None, pages are compared by the first one.
    """

    authors: AuthorFit
    year: int | None
    journal: bool | None
    title: bool | None
    volume: bool | None
    pages: bool | None

    @property
    def third(self) -> bool:
        """Whether a fact besides name and year agrees, and none of title and journal disagrees."""
        agrees = self.title or self.journal or (self.volume and self.pages is not False) or self.pages
        return bool(agrees) and self.title is not False and self.journal is not False

    @property
    def place(self) -> bool:
        """Whether journal and volume or pages agree: hardly another paper of that year stands there."""
        return bool(self.journal and (self.pages or (self.volume and self.pages is None)) and self.volume is not False)

    @property
    def score(self) -> float:
        """The higher the better; only to rank records that fit one citation."""
        year = {0: 2.0, 1: 1.0, None: 0.5}.get(self.year, -2.0)
        facts = ((self.title, 6.0), (self.pages, 3.0), (self.journal, 2.5), (self.volume, 1.5))
        return (
            year
            + sum(weight * (1 if fact else -1) for fact, weight in facts if fact is not None)
            + self.authors.named
            + (1.5 if self.authors.first else 0)
            - 2 * len(self.authors.missing)
        )

    @property
    def words(self) -> str:
        """What agrees, in words.

        Examples
        --------
        >>> fit(
        ...     Printed(names=("Lee",), year=2020), Record("lee2020", "lee2020", authors=("Lee, A.",), years=(2020,))
        ... ).words
        'first author and year'
        """
        named = "first author" if self.authors.first else "a named author" if self.authors.any else ""
        named = f"{self.authors.named} authors" if self.authors.named > 1 else named
        year = "year" if self.year == 0 else "year but for one" if self.year == 1 else ""
        facts = (("title", self.title), ("journal", self.journal), ("volume", self.volume), ("pages", self.pages))
        parts = [part for part in (named, year, *(name for name, fact in facts if fact)) if part]
        return " and ".join(filter(None, (", ".join(parts[:-1]), *parts[-1:])))


def fit(printed: Printed, record: Record, journals: Sequence[str] = ()) -> Fit:
    """How a citation fits a record.

    Parameters
    ----------
    printed
        What the text prints.
    record
        The record.
    journals
        Journals that the sentence names besides; they can speak for the record, never against it.
    """
    journal = same_journal_name(printed.journal, record.journals)
    if journal is None and printed.journal is None and any(same_journal_name(j, record.journals) for j in journals):
        journal = True
    return Fit(
        authors=author_fit(printed.names, record.authors),
        year=year_gap(printed.year, record.years),
        journal=journal,
        title=title_fit(printed.title, record.title),
        volume=_same_volume(printed.volume, record.volume),
        pages=same_first_page(printed.pages, record.pages),
    )


def year_gap(year: int | None, years: Sequence[int]) -> int | None:
    """Years between a year and the nearest of others; None when either is unknown.

    Examples
    --------
    >>> year_gap(2020, (2022, 2021)), year_gap(None, (2022,))
    (1, None)
    """
    return min(abs(year - other) for other in years) if year is not None and years else None


def title_fit(printed: str | None, title: str | None) -> bool | None:
    """Whether a printed title is a record's; None when unknown or only somewhat alike.

    Examples
    --------
    >>> title_fit("Rest for sore knees after long runs", "Rest for sore knees after long runs: a randomised trial")
    True
    """
    if not printed or not title:
        return None
    ours, theirs = _folded(printed), _folded(title)
    ratio = fuzz.ratio(ours, theirs)
    if ratio < _OTHER_TITLE and not (ours.startswith(theirs[:_BEGIN]) or theirs.startswith(ours[:_BEGIN])):
        return False
    if same_title(printed, title) or begins_alike(printed, title):
        return True
    return None if ratio >= _OTHER_TITLE else False


@lru_cache(maxsize=4096)
def _folded(title: str) -> str:
    return fold(RETRACTED.sub("", title))


def first_page(pages: str | None) -> str | None:
    """The first page or the article's number, folded; None without one.

    Examples
    --------
    >>> first_page("CPG1-CPG32"), first_page("e012345"), first_page("045-51")
    ('cpg1', 'e012345', '45')
    """
    found = _FIRST.search(pages or "")
    return solid(found[0]).lstrip("0") if found else None


def same_first_page(ours: str | None, theirs: str | None) -> bool | None:
    """Whether two ranges begin with the same page; letters before it count only when both have them.

    Examples
    --------
    >>> same_first_page("123-9", "123-129"), same_first_page("12", "e12"), same_first_page("12", None)
    (True, True, None)
    """
    a, b = first_page(ours), first_page(theirs)
    if not a or not b:
        whole = solid(ours or ""), solid(theirs or "")
        return True if all(whole) and whole[0] == whole[1] else None
    return a == b or (a.isdigit() != b.isdigit() and re.sub(r"\D", "", a) == re.sub(r"\D", "", b))


def _same_volume(ours: str | None, theirs: str | None) -> bool | None:
    if not ours or not theirs:
        return None
    return volume_key(ours) == volume_key(theirs)


def volume_key(volume: str) -> str:
    """A volume as it is compared: its number without words or zeros.

    Examples
    --------
    >>> volume_key("Vol. 048"), volume_key("12 Suppl 1")
    ('48', '12')
    """
    found = _VOLUME.match(fold(volume))
    return found[1].lstrip("0") if found else solid(volume)
