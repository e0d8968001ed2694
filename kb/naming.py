"""What a person means by a name: an id, the start of one, a label or a synonym."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from rapidfuzz import fuzz, process

from kb.model import VOCABULARIES, Corpus
from kb.problems import UnknownIdError

NOUNS = ("study", "condition", "intervention", "outcome", "population", "post", "claim", "finding", "citation")
_NEAR = 70
"""rapidfuzz ratio, 0 to 100, from which on a name is offered as a near miss."""


class Thing(NamedTuple):
    """A noun and an id."""

    noun: str
    id: str


class Names:
    """The names of everything in a corpus."""

    def __init__(self, corpus: Corpus) -> None:
        self.of: dict[Thing, frozenset[str]] = dict(_named(corpus))

    def meant(self, given: str, noun: str | None = None) -> Thing:
        """The thing that is meant; with a noun, only such things are.

        Raises
        ------
        UnknownIdError
            When nothing or more than one thing fits; it names the nearest.
        """
        wanted = _folded(given)
        things = [thing for thing in self.of if noun is None or thing.noun == noun]
        exact = [t for t in things if wanted == t.id or wanted in self.of[t]]
        if exact:
            # The same word may name a condition and an exposure: the noun that comes first in NOUNS is meant.
            return min(exact, key=lambda t: NOUNS.index(t.noun))
        inner = "." in wanted
        starts = [t for t in things if wanted and t.id.startswith(wanted) and ("." in t.id) == inner]
        if len(starts) == 1:
            return starts[0]
        near = self._near(wanted, [t for t in things if ("." in t.id) == inner])
        shown = noun or (near[0].noun if near else "study, term, claim or post")
        raise UnknownIdError(shown, given, [t.id for t in near if noun or t.noun == near[0].noun][:3])

    def _near(self, wanted: str, things: list[Thing]) -> list[Thing]:
        scored: dict[Thing, float] = {}
        names = {(t, name): name for t in things for name in (t.id, *self.of[t])}
        for _, score, (thing, _) in process.extract(wanted, names, scorer=fuzz.ratio, score_cutoff=_NEAR, limit=30):
            scored[thing] = max(score, scored.get(thing, 0))
        for thing in things:
            if wanted and thing.id.startswith(wanted):
                # The start of a key is surely meant as one; the start of a term is often an abbreviation.
                scored[thing] = 99 if thing.noun == "study" else max(_NEAR, scored.get(thing, 0))
        return sorted(scored, key=lambda t: (-scored[t], NOUNS.index(t.noun), t.id))


def _named(corpus: Corpus) -> Iterator[tuple[Thing, frozenset[str]]]:
    """Everything, with what else it is called; ids are names of their own."""
    for vocabulary in VOCABULARIES:
        for term in corpus.vocabulary(vocabulary).values():
            words = (term.label, term.patient_label, *term.synonyms)
            yield Thing(vocabulary.removesuffix("s"), term.id), frozenset(map(_folded, words))
    for key, study in corpus.studies.items():
        yield Thing("study", key), frozenset()
        yield from ((Thing("finding", f"{key}.{f.id}"), frozenset()) for f in study.findings)
    for slug, post in corpus.posts.items():
        yield Thing("post", slug), frozenset((_folded(post.title),))
        yield from ((Thing("claim", f"{slug}.{c.id}"), frozenset()) for c in post.claims)
        yield from ((Thing("citation", f"{slug}.{c.id}"), frozenset()) for c in post.citations)


def _folded(name: str) -> str:
    """A name as it is compared: lower case, no apostrophe."""
    return name.strip().casefold().replace("'", "").replace("’", "")
