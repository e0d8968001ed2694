"""Whether the authors that a text prints are those of a record."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

from rapidfuzz import fuzz

from kb.citations.library_names import family
from kb.cite import surname
from kb.pubmed.names import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kb.citations.find_model import Printed

_PARTICLES = frozenset(
    str.split("van von der den de del della di da das do dos du la le el al ben bin ibn ter ten te t zu zum zur st y e")
)
_SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "2nd", "3rd", "phd", "md", "dpt", "dr", "prof"})
_GROUP = re.compile(
    r"\b(?:association|society|societies|academy|groups?|college|committee|organi[sz]ation|institutes?|network|council|"
    r"consortium|team|panel|collaborat\w+|cochrane|clinic|university|hospital|cent(?:er|re)s?|task force|federation|"
    r"foundation|department|ministry|agency|board|investigators|guidelines?|therapists?|researchers)\b",
    re.IGNORECASE,
)
_SPELLING = 80.0
"""Ratio from which on another name of five letters and more may be a slip of the pen: Nielson/Nielsen 86."""
_SHORTEST = 5
_LONGEST_NAME = 100
_MOST = 40
"""Printed authors that are looked at; nobody prints more by hand."""
_WHOLE_GROUP = 4  # words from which on a name is a body, not a person


class Who(StrEnum):
    """How printed authors stand to a record's."""

    SAME = "same"
    SPELLING = "spelling"
    """The first author is spelt a little differently."""
    NOT_FIRST = "not-first"
    """The first printed author is an author, or another printed one is, but the record begins with another."""
    EXTRA = "extra"
    """The first author fits, another printed one is not among the authors."""
    OTHER = "other"
    """None of the printed authors is among the record's."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class AuthorFit:
    """Verdict, the printed names that the record does not have, and whether the record lists all its authors."""

    who: Who
    strangers: tuple[str, ...] = ()
    complete: bool = False


def is_group(name: str) -> bool:
    """Whether a printed author is a body rather than a person.

    Examples
    --------
    >>> is_group("American Physical Therapy Association"), is_group("APTA"), is_group("van der Worp")
    (True, True, False)
    """
    bare = name.strip(" .{}")
    return (
        bool(_GROUP.search(bare))
        or len(bare.split()) >= _WHOLE_GROUP
        or re.fullmatch(r"[A-Z]{3,8}(?:/[A-Z]{2,8})*", bare) is not None
    )


def may_be_one(printed: str, recorded: str) -> bool:
    """Whether two family names may be of one person: particles, one half of a double name, accents do not count.

    More lenient than the names that studies are found by: what may be right is not told to be wrong.

    Examples
    --------
    >>> may_be_one("Núñez", "Nunez-Cortes"), may_be_one("Souza Junior", "de Souza Júnior")
    (True, True)
    >>> may_be_one("A. B. Mueller", "Müller"), may_be_one("Lee", "Bradlee")
    (True, False)
    """
    one, two = _core(printed), _core(recorded)
    if not one or not two:
        return False
    if "".join(one) == "".join(two) or fold(printed).replace(" ", "") == fold(recorded).replace(" ", ""):
        return True
    short, long = sorted((one, two), key=len)
    return any(long[i : i + len(short)] == short for i in range(len(long) - len(short) + 1))


@lru_cache(maxsize=20_000)
def _core(name: str) -> tuple[str, ...]:
    """Folded words of a family name that tell persons apart."""
    name = name[:_LONGEST_NAME]
    bare = " ".join(word for word in re.split(r"[\s.]+", name) if not re.fullmatch(r"(?:[A-Z]-?){1,2}", word)) or name
    words = family(bare.replace(",", " ")).split()
    return tuple(word for word in words if word not in _PARTICLES | _SUFFIXES) or tuple(words)


def nearly(printed: str, recorded: str) -> bool:
    """Whether one family name may be a misspelling of the other.

    Examples
    --------
    >>> nearly("Nielson", "Nielsen"), nearly("Wu", "Xu")
    (True, False)
    """
    one, two = "".join(_core(printed)), "".join(_core(recorded))
    return min(len(one), len(two)) >= _SHORTEST and fuzz.ratio(one, two) >= _SPELLING


def fit_authors(printed: Printed, authors: Sequence[str]) -> AuthorFit:
    """How printed authors stand to a record's list.

    A list that ends in ``others`` is cut: a name that is not in it may still be an author's.

    Examples
    --------
    >>> from kb.citations.find_model import Printed
    >>> authors = ("Rhim, H. C.", "Shin, J.", "Tenforde, A. S.")
    >>> fit_authors(Printed(names=("Rhim", "Tenforde"), et_al=True), authors).who.value
    'same'
    >>> fit_authors(Printed(names=("Horn",), et_al=True), authors).who.value
    'other'
    """
    people = [surname(author) for author in authors if author != "others"]
    names = printed.names[:_MOST]
    if not printed.names or not people or authors[0] == "others" or is_group(printed.names[0]):
        return AuthorFit(Who.UNKNOWN)
    complete = "others" not in authors and not any(author.startswith("{") for author in authors)
    first = printed.names[0]
    strangers = tuple(
        name for name in names if not is_group(name) and not any(may_be_one(name, p) or nearly(name, p) for p in people)
    )
    if may_be_one(first, people[0]):
        return AuthorFit(Who.EXTRA if strangers and complete else Who.SAME, strangers, complete)
    if authors[0].startswith("{"):
        return AuthorFit(Who.UNKNOWN, strangers, complete)
    if nearly(first, people[0]):
        return AuthorFit(Who.SPELLING, strangers, complete)
    if re.fullmatch(r"[A-Z]{1,3}", first):
        return AuthorFit(Who.UNKNOWN, strangers, complete)  # initials that were taken for a name
    among = any(may_be_one(name, person) for name in names for person in people)
    return AuthorFit(Who.NOT_FIRST if among else Who.OTHER, strangers, complete)
