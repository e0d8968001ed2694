"""Author and year: in running text, and as APA's citations, with the letters and names that tell works apart."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.cite.names import OTHERS, Name, people, surname
from kb.cite.style_apa import year_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kb.model import Reference

LETTERS = "abcdefghijklmnopqrstuvwxyz"


def author_year(reference: Reference | None, key: str) -> str:
    """Author and year as running text names a study; the key where nobody saw the authors.

    Examples
    --------
    >>> from kb.model import Reference
    >>> author_year(Reference(key="lee2020", entry_type="article", author=("Lee, A.", "Wu, B."), year=2020), "lee2020")
    'Lee and Wu 2020'
    >>> author_year(None, "lee2020")
    'lee2020'
    """
    if reference is None or not reference.author or reference.year is None:
        return key
    names = [surname(author) for author in reference.author]
    if len(names) == 1:
        who = names[0]
    elif len(names) == 2 and names[1] != OTHERS:
        who = f"{names[0]} and {names[1]}"
    else:
        who = f"{names[0]} et al."
    return f"{who} {reference.year}"


@dataclass(frozen=True, slots=True)
class InText:
    """How a text cites one work.

    Parameters
    ----------
    names
        The names shown, in order.
    more
        Whether ``et al.`` stands behind them.
    year
        With its letter.
    """

    names: tuple[str, ...]
    more: bool
    year: str

    def who(self, ampersand: str) -> str:
        """The names as a phrase.

        Examples
        --------
        >>> InText(("Lee", "Wu"), False, "2020").who("&"), InText(("Lee", "Wu"), True, "2020").who("and")
        ('Lee & Wu', 'Lee, Wu, et al.')
        """
        names = self.names
        if self.more:
            return f"{names[0]} et al." if len(names) == 1 else f"{', '.join(names)}, et al."
        if len(names) < 3:
            return f" {ampersand} ".join(names)
        return f"{', '.join(names[:-1])}, {ampersand} {names[-1]}"

    @property
    def parenthetical(self) -> str:
        """Within parentheses, without them: ``Lee & Wu, 2020a``."""
        return f"{self.who('&')}, {self.year}"

    @property
    def narrative(self) -> str:
        """As part of a sentence: ``Lee and Wu (2020a)``."""
        return f"{self.who('and')} ({self.year})"


def suffixes(references: Sequence[Reference]) -> dict[str, str]:
    """The letters behind the years of works of the same authors and year, by the order of their titles (APA 9.47).

    Examples
    --------
    >>> from kb.model import Reference
    >>> lee = [
    ...     Reference(key=f"lee2020{x}", entry_type="article", author=("Lee, A.",), year=2020, title=t)
    ...     for x, t in (("a", "The sleep"), ("b", "Rest"))
    ... ]
    >>> suffixes(lee)
    {'lee2020b': 'a', 'lee2020a': 'b'}
    """
    same: dict[tuple[object, ...], list[Reference]] = defaultdict(list)
    for reference in references:
        if reference.author and year_of(reference) != "[year unknown]":
            same[(*_author_keys(reference), year_of(reference))].append(reference)
    found: dict[str, str] = {}
    for some in same.values():
        if len(some) > 1:
            in_order = sorted(some, key=lambda r: (title_key(r), r.key))
            found |= {reference.key: _letters(place) for place, reference in enumerate(in_order)}
    return found


def _letters(place: int) -> str:
    """Letters a to z, then aa, ab, ...

    Examples
    --------
    >>> _letters(0), _letters(25), _letters(26)
    ('a', 'z', 'aa')
    """
    high, low = divmod(place, len(LETTERS))
    return (LETTERS[high - 1] if high else "") + LETTERS[low]


def in_text(references: Sequence[Reference], letters: Mapping[str, str]) -> dict[str, InText]:
    """APA's citations of works that one text cites (8.17 to 8.20).

    Three and more authors are ``et al.``; where two such works would look the same, as many names as tell them apart
    are shown, and ``et al.`` never stands for one author. Different first authors of the same surname get initials. A
    work without known authors is cited by its title in quotation marks.

    Examples
    --------
    >>> from kb.model import Reference
    >>> def work(key, *authors):
    ...     return Reference(key=key, entry_type="article", author=authors, year=2020)
    >>> some = [
    ...     work("lee2020", "Lee, A.", "Wu, B.", "Xu, C."),
    ...     work("lee2020a", "Lee, A.", "Yi, B.", "Zu, C.", "Ä, D."),
    ... ]
    >>> {key: cited.parenthetical for key, cited in in_text(some, {}).items()}
    {'lee2020': 'Lee, Wu, & Xu, 2020', 'lee2020a': 'Lee, Yi, et al., 2020'}
    """
    with_initials = _ambiguous_surnames(references)
    shown = {reference.key: _fewest(reference) for reference in references}
    names = {reference.key: _names(reference, with_initials) for reference in references}
    clashing = True
    while clashing:
        clashing = False
        looks: dict[tuple[object, ...], list[Reference]] = defaultdict(list)
        for reference in references:
            key = reference.key
            looks[(*names[key][: shown[key]], shown[key] < _count(reference), year_of(reference))].append(reference)
        for some in looks.values():
            if len({_author_keys(reference) for reference in some}) > 1:
                for reference in some:
                    if shown[reference.key] < len(names[reference.key]):
                        shown[reference.key] = _more(reference, shown[reference.key])
                        clashing = True
    return {
        reference.key: InText(
            tuple(names[reference.key][: shown[reference.key]]),
            shown[reference.key] < _count(reference),
            _year(reference, letters),
        )
        for reference in references
    }


def _year(reference: Reference, letters: Mapping[str, str]) -> str:
    letter, year = letters.get(reference.key, ""), year_of(reference)
    return f"{year}-{letter}" if letter and year == "in press" else f"{year}{letter}"


def _count(reference: Reference) -> int:
    """Authors; ``others`` counts as two, because et al. stands for them whatever is shown."""
    return max(1, sum(2 if author == OTHERS else 1 for author in reference.author))


def _fewest(reference: Reference) -> int:
    return _count(reference) if _count(reference) < 3 else 1


def _more(reference: Reference, shown: int) -> int:
    """One name more; two where a single one would be left for et al."""
    wanted = shown + 1
    return wanted + 1 if _count(reference) - wanted == 1 else wanted


def _names(reference: Reference, with_initials: frozenset[str]) -> list[str]:
    names, _ = people(reference.author)
    if not names:
        return [f"“{reference.title}”" if reference.title else "[authors unknown]"]
    first = names[0]
    given = " ".join(f"{letters}." for letters in first.initials).replace("-", ".-")
    lead = f"{given} {first.family}" if given and folded(first.family) in with_initials else first.family
    return [lead, *(name.family for name in names[1:])]


def _ambiguous_surnames(references: Sequence[Reference]) -> frozenset[str]:
    """Surnames of first authors that belong to several people, as far as their initials tell."""
    seen: dict[str, set[str]] = defaultdict(set)
    for reference in references:
        names, _ = people(reference.author)
        if names and not names[0].is_group and names[0].initials:
            seen[folded(names[0].family)].add("".join(names[0].initials))
    return frozenset(family for family, given in seen.items() if _differ(given))


def _differ(given: set[str]) -> bool:
    """Whether some initials cannot be those of one person; ``J`` may be ``JM``."""
    longest = max(given, key=len)
    return any(not longest.startswith(letters) for letters in given)


def _author_keys(reference: Reference) -> tuple[tuple[str, str], ...]:
    names, more = people(reference.author)
    keys = tuple((folded(name.family), _given_key(name)) for name in names)
    return (*keys, ("others", "")) if more else keys


def _given_key(name: Name) -> str:
    return "".join(name.initials).casefold()


def folded(text: str) -> str:
    """A text as it is alphabetised, letter by letter: no marks, blanks or signs.

    Examples
    --------
    >>> folded("Ó Brien-Lee")
    'obrienlee'
    """
    plain = unicodedata.normalize("NFKD", text.replace("ø", "o").replace("Ø", "O")).casefold()
    return "".join(character for character in plain if character.isalnum())


def title_key(reference: Reference) -> str:
    """A title as it is alphabetised: without *A*, *An* or *The* at its start."""
    return folded(re.sub(r"^(?:an?|the)\s+", "", reference.title or "", flags=re.IGNORECASE))


def alphabetical(references: Sequence[Reference]) -> list[Reference]:
    """References in the order of an APA list: by authors, fewer before more, then year, then title (9.44 to 9.49).

    Without known authors the title stands in their place.
    """

    def key(reference: Reference) -> tuple[object, ...]:
        names, _ = people(reference.author)
        who = tuple((folded(name.family), _given_key(name)) for name in names) or ((title_key(reference), ""),)
        year = reference.year if reference.pubstate != "inpress" else None
        # Works without a known date come first, those in press last.
        rank = (2, 0) if reference.pubstate == "inpress" else (0, 0) if year is None else (1, year)
        return (who, rank, title_key(reference), reference.key)

    return sorted(references, key=key)
