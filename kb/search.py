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

    Things that hold every word come before things that hold some. Labels and synonyms weigh most, then titles
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
    tokens = list(dict.fromkeys(t for t in re.findall(r"\w+", words.casefold()) if t not in _STOP))
    if not tokens:
        return []
    connection = sqlite3.connect(":memory:")
    try:
        connection.execute(
            "CREATE VIRTUAL TABLE thing USING fts5(noun UNINDEXED, id UNINDEXED, title UNINDEXED, names, heading, body,"
            " tokenize='porter unicode61 remove_diacritics 2', prefix='3')"
        )
        connection.executemany("INSERT INTO thing VALUES (?, ?, ?, ?, ?, ?)", _documents(corpus))
        found: dict[tuple[str, str], Hit] = {}
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
