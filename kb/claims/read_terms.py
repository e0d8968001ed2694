"""The terms of the vocabularies that a text names: the longest name wins, plural, hyphen and word order aside."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.claims import read_context as context
from kb.claims.read_forms import ABBREVIATION, MORE_FORMS, NO_NAMES, forms_of, stem
from kb.claims.says import Said

if TYPE_CHECKING:
    from kb.model import Corpus

VOCABULARIES = ("populations", "conditions", "interventions", "outcomes")

_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]{1,3}(?![^\W_]))?|[,;/&]")
_SKIPPED = frozenset(("the", "a", "an", "of", "your", "their", "our", "its", "his", "her", "my", "these", "those"))
_JOINED = frozenset(
    (("shock", "wave"), ("knee", "cap"), ("foot", "strike"), ("fore", "foot"), ("rear", "foot"), ("x", "ray"))
)
_HEADS = frozenset(("exercise", "program", "strengthening", "training", "work"))
"""Words that end names of the same thing: hip in "hip and core training" is hip strengthening."""
_AND = frozenset(("and", "or", ",", "&", "/"))
_CHANGED = re.compile(
    r"\b(?:reduc|decreas|lower|reliev|relief|eas(?:e[sd]?|ing)\b|improv|less(?:en)?\b|worsen|alleviat|diminish"
    r"|cuts?\b|increas|rais(?:e|es|ed)\b|provok|intensif|aggravat)",
    re.IGNORECASE,
)
_INJURED = re.compile(r"\b(?:injury|injuries|injured|injures)\b", re.IGNORECASE)
_BEFORE = 45
_EXERCISE = re.compile(
    r"(?:^|[.;:,]\s|\b(?:that|and|where|adding)\s)(?P<what>[Ee]xercises?)\s(?:\w{1,12}ly\s|also\s|did\s(?:not\s)?|does\s(?:not\s)?)?"
    r"(?:reduc|help|eas|improv|reliev|beat|outperform|lower|work(?:s|ed)\b|was\s(?:more|better|superior|no)|cut)"
)

Found = tuple[tuple[Said, ...], tuple[Said, ...], tuple[Said, ...], tuple[Said, ...]]


@dataclass(frozen=True, slots=True)
class _Token:
    word: str
    start: int
    end: int
    capitals: bool


@dataclass(frozen=True, slots=True)
class _Name:
    vocabulary: str
    id: str
    capitals: bool
    """An abbreviation such as PASS, which is a name in capitals only."""


@dataclass(frozen=True, slots=True)
class _Hit:
    first: int
    last: int
    names: tuple[_Name, ...]
    borrowed: bool = False
    """The head word is another name's: hip in "hip and core strengthening"."""


class TermIndex:
    """Every name of every term, by its words."""

    def __init__(self, corpus: Corpus) -> None:
        self._names: dict[tuple[str, ...], list[_Name]] = {}
        self._lengths: dict[str, int] = {}
        for vocabulary in VOCABULARIES:
            for term in corpus.vocabulary(vocabulary).values():
                given = (term.label, term.patient_label, *term.synonyms, *MORE_FORMS.get((vocabulary, term.id), ()))
                for text in dict.fromkeys(given):
                    self._add(vocabulary, term.id, text)
        self._outcomes = frozenset(corpus.outcomes)
        self._injuries = _below(corpus, "injury-incidence")
        self._exercises = _exercises(corpus)

    def _add(self, vocabulary: str, identifier: str, text: str) -> None:
        capitals = ABBREVIATION.fullmatch(text) is not None
        for form in forms_of(text):
            words = tuple(token.word for token in _tokens(form))
            if not words or (vocabulary, " ".join(words)) in NO_NAMES or ("", " ".join(words)) in NO_NAMES:
                continue
            names = self._names.setdefault(words, [])
            name = _Name(vocabulary, identifier, capitals)
            if not any((one.vocabulary, one.id) == (vocabulary, identifier) for one in names):
                names.append(name)
            self._lengths[words[0]] = max(len(words), self._lengths.get(words[0], 0))

    def find(self, text: str) -> Found:
        """Terms of the four vocabularies in a text, in order, each with the words it was recognised by."""
        bare = context.without_names(text)
        title = context.is_title(bare)
        tokens = list(_tokens(bare))
        found: dict[str, dict[str, Said]] = {vocabulary: {} for vocabulary in VOCABULARIES}
        for hit in sorted(self._hits(tokens), key=lambda one: (one.first, one.last)):
            start, end = tokens[hit.first].start, tokens[hit.last].end
            for vocabulary, identifier in self._told(bare, hit.names, start, end, title=title):
                found[vocabulary].setdefault(identifier, Said(identifier, text[start:end], start, end))
        if not found["interventions"].keys() & self._exercises and (said := _exercise(bare)):
            found["interventions"].setdefault(said.id, said)
        for said in (*_pain(bare, found), *_share(bare)):
            if said.id in self._outcomes:
                found["outcomes"].setdefault(said.id, said)
        if "injury-incidence" in self._outcomes and self._injuries.isdisjoint(found["outcomes"]) and not title:
            found["outcomes"] |= {said.id: said for said in _injured(bare)}
        populations, conditions, interventions, outcomes = (
            tuple(sorted(found[vocabulary].values(), key=lambda one: (one.start, one.end)))
            for vocabulary in VOCABULARIES
        )
        return populations, conditions, interventions, outcomes

    def _told(
        self, text: str, names: tuple[_Name, ...], start: int, end: int, *, title: bool
    ) -> Iterator[tuple[str, str]]:
        """The names of a place that the words around it leave standing."""
        vocabularies = {name.vocabulary for name in names}
        if (
            not title
            and not vocabularies & {"conditions", "populations"}
            and context.is_proper(text, start, text[start:end])
        ):
            return
        both = {"interventions", "outcomes"} <= vocabularies
        outcome = both and context.is_outcome(text, start, end)
        for name in names:
            if name.vocabulary == "interventions":
                if name.id in context.USES and context.is_use(text, start):
                    if context.USES[name.id] in self._outcomes:
                        yield "outcomes", context.USES[name.id]
                elif not (outcome or context.has_failed(text, start) or text[start:end].lower() in context.BARE):
                    yield name.vocabulary, name.id
            elif name.vocabulary == "outcomes":
                if title or ((outcome or not both) and self._is_measured(name.id, text, start, end)):
                    yield name.vocabulary, name.id
            else:
                yield name.vocabulary, name.id

    def _is_measured(self, identifier: str, text: str, start: int, end: int) -> bool:
        if identifier in self._injuries:
            return context.is_incidence(text, start, end)
        return context.is_measured(identifier, text, start, end)

    def _hits(self, tokens: list[_Token]) -> Iterator[_Hit]:
        position = floor = 0
        while position < len(tokens):
            hit = self._longest(tokens, position)
            if hit is None:
                position += 1
                continue
            yield hit
            yield from self._elliptic(tokens, hit, floor)
            position = floor = hit.last + 1

    def _longest(self, tokens: list[_Token], position: int) -> _Hit | None:
        longest = min(self._lengths.get(tokens[position].word, 0), len(tokens) - position)
        for length in range(longest, 0, -1):
            last = position + length - 1
            words = tuple(token.word for token in tokens[position : last + 1])
            names = self._fitting(words, tokens[position])
            if names:
                return _Hit(position, last, names)
        return None

    def _fitting(self, words: tuple[str, ...], token: _Token) -> tuple[_Name, ...]:
        return tuple(name for name in self._names.get(words, ()) if token.capitals or not name.capitals)

    def _elliptic(self, tokens: list[_Token], hit: _Hit, floor: int) -> Iterator[_Hit]:
        """Names that share the end of a name: hip in "hip and core strengthening"; three at most."""
        words = [token.word for token in tokens[hit.first : hit.last + 1]]
        position = hit.first
        for _ in range(3):
            while position > 0 and hit.first - position < 6 and tokens[position - 1].word in _AND:
                position -= 1
            if position in {hit.first, 0} or len(words) < 2:
                return
            found = self._with_end_of(tokens, position - 1, words)
            if found is None or found.first < floor:
                return
            yield found
            position = found.first

    def _with_end_of(self, tokens: list[_Token], last: int, words: list[str]) -> _Hit | None:
        for width in (2, 1):
            first = last - width + 1
            if first < 0:
                continue
            own = [token.word for token in tokens[first : last + 1]]
            for kept in range(1, len(words)):
                for end in _ends(words[kept:]):
                    if names := self._fitting((*own, *end), tokens[first]):
                        return _Hit(first, last, names, borrowed=True)
        return None


def _ends(words: list[str]) -> Iterator[tuple[str, ...]]:
    """The end of a name, and what else it may be called."""
    yield tuple(words)
    if len(words) == 1 and words[0] in _HEADS:
        yield from ((head,) for head in sorted(_HEADS) if head != words[0])


def _tokens(text: str) -> Iterator[_Token]:
    waiting: _Token | None = None
    for match in _TOKEN.finditer(text):
        word = stem(match[0])
        if word in _SKIPPED:
            continue
        raw = match[0]
        capitals = raw[:2].isupper() and (raw.isupper() or raw[:-1].isupper())
        token = _Token(word, match.start(), match.end(), capitals)
        if waiting is not None and (waiting.word, word) in _JOINED:
            waiting = _Token(waiting.word + word, waiting.start, token.end, capitals=False)
            continue
        if waiting is not None:
            yield waiting
        waiting = token
    if waiting is not None:
        yield waiting


def _below(corpus: Corpus, top: str) -> frozenset[str]:
    """An outcome and all that are narrower."""
    found = {top}
    for _ in range(8):
        found |= {one.id for one in corpus.outcomes.values() if not found.isdisjoint(one.broader)}
    return frozenset(found)


def _exercises(corpus: Corpus) -> frozenset[str]:
    """Exercise therapy and everything that is narrower; without that term every intervention."""
    if "exercise-therapy" not in corpus.interventions:
        return frozenset(corpus.interventions)
    found = {"exercise-therapy"}
    for _ in range(8):
        found |= {one.id for one in corpus.interventions.values() if not found.isdisjoint(one.broader)}
    return frozenset(found)


def _exercise(text: str) -> Said | None:
    """Exercise told to do something, as the subject of its sentence: "Exercise eases heel pain more than advice"."""
    match = _EXERCISE.search(text)
    return Said("exercise-therapy", match["what"], *match.span("what")) if match else None


def _pain(text: str, found: dict[str, dict[str, Said]]) -> Iterator[Said]:
    """Pain as the outcome in "reduces knee pain", where the condition's name has taken the word."""
    for said in found["conditions"].values():
        if said.words.lower().endswith("pain") and _CHANGED.search(text[max(0, said.start - _BEFORE) : said.start]):
            yield Said("pain", said.words[-4:], said.end - 4, said.end)


def _injured(text: str) -> Iterator[Said]:
    """Injuries of any kind that are told to happen more or less often: "lowers the risk of knee injuries"."""
    for match in _INJURED.finditer(text):
        if match[0].lower() == "injures" or context.is_incidence(text, *match.span()):
            yield Said("injury-incidence", match[0], *match.span())
            return


def _share(text: str) -> Iterator[Said]:
    if place := context.share_of_injuries(text):
        yield Said("injury-distribution", text[slice(*place)], *place)
