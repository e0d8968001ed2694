"""Conditions, interventions and populations that a text names, by the labels and synonyms of the vocabulary."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from kb.pubmed.names import fold

if TYPE_CHECKING:
    from kb.model import Term

_LONGEST = 8
"""Words of the longest name that is looked for."""


def stem(word: str) -> str:
    """A word without its plural.

    Examples
    --------
    >>> stem("knees"), stem("therapies"), stem("stress")
    ('knee', 'therapy', 'stress')
    """
    if word.endswith("ies") and len(word) > 5:
        return word[:-3] + "y"
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "is", "us")) and len(word) > 3 else word


def words_of(text: str) -> list[str]:
    """Folded words of a text without plurals."""
    return [stem(word) for word in fold(text).split()]


class Terms:
    """The names of one vocabulary, ready to be found in texts.

    Parameters
    ----------
    terms
        Terms by id.
    """

    def __init__(self, terms: Mapping[str, Term]) -> None:
        self._names: dict[str, set[str]] = defaultdict(set)
        for term in terms.values():
            for name in (term.label, term.patient_label, *term.synonyms, term.id.replace("-", " ")):
                words = words_of(name)
                if 0 < len(words) <= _LONGEST:
                    self._names[" ".join(words)].add(term.id)
        self._longest = max((name.count(" ") + 1 for name in self._names), default=0)
        parents = {term.id: tuple(term.broader) for term in terms.values()}
        self._above = {name: _all_above(name, parents) for name in parents}

    def found(self, words: list[str]) -> set[str]:
        """Ids of the terms named, the longest name at each place."""
        found: set[str] = set()
        at = 0
        while at < len(words):
            for length in range(min(self._longest, len(words) - at), 0, -1):
                ids = self._names.get(" ".join(words[at : at + length]))
                if ids:
                    found |= ids
                    at += length - 1
                    break
            at += 1
        return found

    def above(self, term: str) -> frozenset[str]:
        """The term itself and everything broader."""
        return self._above.get(term, frozenset((term,)))

    def nearness(self, told: Iterable[str], own: Iterable[str]) -> float:
        """1 when a told term is one of the study's or broader, 0.6 when it is narrower, else 0."""
        told, own = set(told), set(own)
        broad = {up for term in own for up in self.above(term)}
        if told & broad:
            return 1.0
        return 0.6 if own & {up for term in told for up in self.above(term)} else 0.0


def _all_above(term: str, parents: Mapping[str, tuple[str, ...]]) -> frozenset[str]:
    found, todo = set(), [term]
    while todo:
        one = todo.pop()
        if one not in found:
            found.add(one)
            todo += parents.get(one, ())
    return frozenset(found)
