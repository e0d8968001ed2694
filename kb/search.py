"""Ranked search over everything a person might type, with SQLite's full-text index (BM25)."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.cite import author_year

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kb.model import Corpus

_WEIGHTS = (0.0, 0.0, 0.0, 10.0, 6.0, 1.0)
"""Of noun, id, title (shown, not searched), names, title words, body."""

_STOP = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "by",
        "can",
        "do",
        "does",
        "for",
        "from",
        "in",
        "is",
        "it",
        "of",
        "on",
        "or",
        "the",
        "to",
        "vs",
        "what",
        "with",
    ]
)


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that was found."""

    noun: str
    id: str
    title: str
    score: float


def search(corpus: Corpus, words: str, limit: int = 20) -> list[Hit]:
    """What best fits the words, best first.

    A condition or intervention that the words name comes first, then things that hold every word, then things
    that hold some. Labels and synonyms weigh most, then titles
    and authors, then conclusions, findings and claims (BM25 of SQLite's FTS5, Porter stemming).

    Parameters
    ----------
    corpus
        The evidence.
    words
        What a person typed; word order does not count.
    limit
        How many at most.
    """
    tokens = list(dict.fromkeys(token for token in _tokens(words) if token not in _STOP))
    if not tokens:
        return []
    connection = sqlite3.connect(":memory:")
    try:
        connection.execute(
            "CREATE VIRTUAL TABLE thing USING fts5(noun UNINDEXED, id UNINDEXED, title UNINDEXED, names, heading, body,"
            " tokenize='porter unicode61 remove_diacritics 2', prefix='3')"
        )
        connection.executemany("INSERT INTO thing VALUES (?, ?, ?, ?, ?, ?)", _documents(corpus))
        found = {(hit.noun, hit.id): hit for hit in _named(corpus, tokens)}
        for joint in (" AND ", " OR "):
            query = joint.join(f'"{token}"*' if len(token) > 2 else f'"{token}"' for token in tokens)
            for noun, identifier, title, rank in connection.execute(
                "SELECT noun, id, title, bm25(thing, ?, ?, ?, ?, ?, ?) AS rank FROM thing WHERE thing MATCH ?"
                " ORDER BY rank, noun, id LIMIT ?",
                (*_WEIGHTS, query, limit),
            ):
                found.setdefault((noun, identifier), Hit(noun, identifier, title, round(-rank, 3)))
        return list(found.values())[:limit]
    finally:
        connection.close()


def _tokens(text: str) -> list[str]:
    """Words in lower case; an apostrophe joins, so that "runner's knee" and "runners knee" are one name."""
    return re.findall(r"\w+", text.casefold().replace("'", "").replace("’", ""))


def _named(corpus: Corpus, tokens: list[str]) -> list[Hit]:
    """Terms whose whole name stands in the words, longest name first; a name inside a longer one does not count."""
    matches: list[tuple[int, int, str, str, str]] = []
    for noun in ("condition", "intervention", "outcome"):
        for term in corpus.vocabulary(f"{noun}s").values():
            spans = [
                (start, len(name))
                for words in (term.id, term.label, term.patient_label, *term.synonyms)
                if (name := _tokens(words))
                for start in range(len(tokens) - len(name) + 1)
                if tokens[start : start + len(name)] == name
            ]
            if spans:
                start, length = max(spans, key=lambda span: span[1])
                matches.append((start, length, noun, term.id, term.label))
    whole = [
        match
        for match in matches
        if not any(o[1] > match[1] and o[0] <= match[0] and o[0] + o[1] >= match[0] + match[1] for o in matches)
    ]
    whole.sort(key=lambda match: (-match[1], match[0]))
    return [Hit(noun, identifier, label, 100.0 * length) for _, length, noun, identifier, label in whole]


def _documents(corpus: Corpus) -> Iterator[tuple[str, str, str, str, str, str]]:
    for noun in ("condition", "intervention", "outcome", "population"):
        for term in corpus.vocabulary(f"{noun}s").values():
            names = " | ".join((term.id, term.label, term.patient_label, *term.synonyms))
            yield noun, term.id, term.label, names, term.mesh or "", term.scope_note or ""

    def words(vocabulary: str, ids: tuple[str, ...]) -> str:
        terms = corpus.vocabulary(vocabulary)
        return " | ".join(
            " ".join((terms[i].label, terms[i].patient_label, *terms[i].synonyms)) for i in ids if i in terms
        )

    for key, study in corpus.studies.items():
        reference = corpus.references.get(key)
        title = (reference.title if reference else None) or "[title unknown]"
        heading = " ".join(
            (title, *(reference.author if reference else ()), reference.journal or "" if reference else "")
        )
        about = f"{words('conditions', study.condition_ids)} {words('interventions', study.intervention_ids)}"
        body = " ".join((study.conclusion or "", study.population or "", *(f.as_reported for f in study.findings)))
        yield "study", key, f"{author_year(reference, key)}: {title}", key, f"{heading} {about}", body
    for slug, post in corpus.posts.items():
        about = f"{words('conditions', post.topics.conditions)} {words('interventions', post.topics.interventions)}"
        yield "post", slug, post.title, slug.replace("-", " "), post.title, about
        for claim in post.claims:
            about = f"{words('conditions', claim.conditions)} {words('interventions', claim.interventions)}"
            yield "claim", f"{slug}.{claim.id}", claim.statement, "", claim.statement, about
