"""Family names as citations print them against the authors of a record."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz

from kb.pubmed.names import SAME_TITLE, family_name, fold

_UMLAUT = re.compile(r"([aou])e")
_GROUP = re.compile(
    r"\b(?:Associations?|Society|Group|College|Academy|Committee|Organi[sz]ation|Collaboration|Institutes?|Network|Team"
    r"|Federation|Foundation|Council|Cochrane|Consortium|Panel|Investigators|Department|Cent(?:er|re)s?|Board|Union)\b"
)
_MOST = 40
"""Authors of one record that are indexed; papers of whole consortia list hundreds."""

COMMON = frozenset(
    str.split(
        "wang li zhang chen liu yang huang wu zhou xu zhao sun lin zhu guo ma he hu lu luo kim lee park choi jung "
        "jeong tanaka suzuki sato nguyen tran singh kumar sharma khan ali ahmed smith johnson williams brown jones "
        "davis miller wilson anderson taylor thomas moore martin jackson thompson white clark lewis hall young "
        "muller schmidt silva santos garcia fernandez gonzalez rodriguez lopez martinez perez rossi hansen nielsen"
    )
)
"""Family names so frequent that two papers of one year and journal may well carry them."""


@lru_cache(maxsize=100_000)
def family(name: str) -> str:
    """The folded family name of a printed or BibTeX name, in words, umlauts as plain vowels.

    Examples
    --------
    >>> family("Müller, K."), family("Mueller"), family("van der Berg"), family("{The Rest Group}")
    ('muller', 'muller', 'van der berg', 'the rest group')
    """
    return _UMLAUT.sub(r"\1", family_name(name.strip("{} ")) if not name.startswith("{") else fold(name))


@lru_cache(maxsize=200_000)
def same_family(ours: str, theirs: str) -> bool:
    """Whether two names are of one family or group; particles may be missing.

    Examples
    --------
    >>> same_family("de Souza Júnior", "Souza Junior, A."), same_family("Lee", "Bradlee, S.")
    (True, False)
    >>> same_family("The Knee Group", "{Knee Group}")
    True
    """
    a, b = family(ours), family(theirs)
    if not a or not b:
        return False
    if ours.startswith("{") or theirs.startswith("{"):
        one, two = (re.sub(r"^the ", "", text) for text in (a, b))
        return fuzz.ratio(one, two) >= SAME_TITLE or _initials(one) == two or one == _initials(two)
    one_words, two_words = sorted((a.split(), b.split()), key=len)
    return a.replace(" ", "") == b.replace(" ", "") or two_words[-len(one_words) :] == one_words


def _initials(words: str) -> str:
    return "".join(word[0] for word in words.split() if word not in {"of", "for", "the", "and"})


def is_group(name: str) -> bool:
    """Whether a printed name is that of a society or an organisation rather than a person's.

    Examples
    --------
    >>> is_group("American Rest Association"), is_group("WHO"), is_group("van der Berg"), is_group("Lee")
    (True, True, False, False)
    """
    return bool(_GROUP.search(name)) or (3 <= len(name) <= 6 and name.isalpha() and name.isupper())


def index_keys(name: str) -> Iterator[str]:
    """Words under which an author is found: the last one of the family name, and the whole without blanks.

    Examples
    --------
    >>> sorted(index_keys("van der Berg, A."))
    ['berg', 'vanderberg']
    """
    words = family(name).split()
    if words:
        yield words[-1]
        if len(words) > 1:
            yield "".join(words)


def listed(authors: Sequence[str]) -> Sequence[str]:
    """Authors without the word ``others``, the first of a consortium only."""
    known = authors[:-1] if authors and authors[-1] == "others" else authors
    return known if len(known) <= _MOST else [*known[: _MOST - 1], known[-1]]


@dataclass(frozen=True, slots=True)
class AuthorFit:
    """How printed names stand to the authors of a record.

    Parameters
    ----------
    first
        Whether the first printed name is the first author; None when either is unknown.
    named
        How many of the printed names are among the authors.
    missing
        Printed names that are not, empty when the record's list is cut or unknown.
    """

    first: bool | None
    named: int
    missing: tuple[str, ...]

    @property
    def any(self) -> bool | None:
        """Whether any printed name is among the authors; None when that is unknown."""
        return None if self.first is None else self.named > 0


def author_fit(names: Sequence[str], authors: Sequence[str]) -> AuthorFit:
    """How printed names fit the authors of a record.

    Examples
    --------
    >>> author_fit(("Wu", "Lee"), ("Lee, A.", "Wu, B.", "Roy, C."))
    AuthorFit(first=False, named=2, missing=())
    >>> author_fit(("Lee", "Sand"), ("Lee, A.", "others"))
    AuthorFit(first=True, named=1, missing=())
    """
    known = listed(authors)
    if not names or not known:
        return AuthorFit(None, 0, ())
    inside = [any(same_family(name, author) for author in known) for name in names]
    if not any(inside) and is_group(names[0]) and not any(author.startswith("{") for author in known):
        return AuthorFit(None, 0, ())  # people write for societies: neither is wrong
    cut = len(known) < len(authors)
    missing = () if cut else tuple(name for name, there in zip(names, inside, strict=True) if not there)
    return AuthorFit(same_family(names[0], known[0]), sum(inside), missing)
