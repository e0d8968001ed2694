"""What the search box offers while somebody types."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from rapidfuzz import fuzz, process

from kb.model import InterventionKind
from kb.pubmed.names import fold

if TYPE_CHECKING:
    from kb.base import Base

_TERMS = ("condition", "intervention", "outcome", "population")
_NEAR = 72
"""rapidfuzz ratio, 0 to 100, from which on a misspelt name is offered."""


@dataclass(frozen=True, slots=True)
class Name:
    """Something that a person may type, and what it means; ``rank`` orders what fits equally well."""

    noun: str
    id: str
    label: str
    name: str
    folded: str
    rank: int


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One line of the list: what it is, what it is called, and the other name by which it was found."""

    noun: str
    id: str
    label: str
    through: str = ""


@lru_cache(maxsize=2)
def names(base: Base) -> tuple[Name, ...]:
    """Every name of the base: labels, words for patients and synonyms of terms, studies, posts."""
    return tuple(_names(base))


def _names(base: Base) -> Iterator[Name]:
    from kb.tables import study_label

    corpus = base.corpus
    for rank, noun in enumerate(_TERMS):
        for term in corpus.vocabulary(f"{noun}s").values():
            if getattr(term, "kind", None) is InterventionKind.CONTROL:
                continue
            for name in dict.fromkeys((term.label, term.patient_label, *term.synonyms)):
                yield Name(noun, term.id, term.label, name, fold(name), rank)
    for key in sorted(corpus.studies):
        reference = corpus.references.get(key)
        label = study_label(corpus, key, base.notices)
        title = f"{label}: {reference.title}" if reference and reference.title else label
        authors = " ".join(reference.author) if reference else ""
        yield Name("study", key, title, title, fold(f"{title} {key} {authors}"), 5)
    for slug, post in sorted(corpus.posts.items()):
        yield Name("post", slug, post.title, post.title, fold(post.title), 4)


def suggest(base: Base, words: str, limit: int = 12) -> list[Suggestion]:
    """What fits the words, best first, each thing once; near misses where nothing fits.

    Every word must begin a word of the name; a name that is typed whole comes first, then one that begins so.

    Parameters
    ----------
    base
        The evidence.
    words
        What was typed so far.
    limit
        How many at most.

    Examples
    --------
    >>> import kb
    >>> base = kb.open()
    >>> suggest(base, "tennis el")[0]
    Suggestion(noun='condition', id='lateral-epicondylitis', label='Lateral epicondylitis', through='Tennis elbow')
    >>> suggest(base, "tenis elbow")[0].id
    'lateral-epicondylitis'
    """
    typed = fold(words)
    if not typed:
        return []
    tokens = typed.split()
    places = [
        ((place, name.rank, len(name.folded), name.label, name.id, name.name), name)
        for name in names(base)
        if (place := _place(typed, tokens, name.folded)) is not None
    ]
    fitting = sorted(places, key=lambda item: item[0])
    return _once((name for _, name in fitting), limit) or _once(_near(base, typed), min(limit, 5))


def _place(typed: str, tokens: list[str], name: str) -> int | None:
    """How well a name fits: 0 is the whole name, None not at all."""
    if name == typed:
        return 0
    if name.startswith(typed):
        return 1
    padded = f" {name}"
    return 2 if all(f" {token}" in padded for token in tokens) else None


def _near(base: Base, typed: str) -> list[Name]:
    known = names(base)
    found = process.extract(typed, [n.folded for n in known], scorer=fuzz.ratio, limit=8, score_cutoff=_NEAR)
    return [known[index] for _, _, index in found]


def _once(found: Iterable[Name], limit: int) -> list[Suggestion]:
    made: dict[tuple[str, str], Suggestion] = {}
    for name in found:
        through = "" if name.name.casefold() == name.label.casefold() else name.name
        made.setdefault((name.noun, name.id), Suggestion(name.noun, name.id, name.label, through))
        if len(made) == limit:
            break
    return list(made.values())
