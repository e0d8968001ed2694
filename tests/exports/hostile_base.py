"""A small base in memory whose every free text is a given one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property

import kb
from kb.model import VOCABULARIES, Noun
from kb.pubmed.notices import Kind, Notice
from kb.pubmed.snapshot import Entry, curated

KEYS = ("zhang2024", "buist2008")
POST = "running-injuries-page"
SAFE = {
    "id", "key", "slug", "study", "citation", "finding", "populations", "conditions", "interventions", "comparators",
    "outcomes", "terms", "read_in", "broader", "supports", "kind", "entry_type", "sha256", "tool", "domain", "icd10cm",
    "which_is_right", "pubstate", "date", "urldate",
}  # fmt: skip
"""Fields whose form the model holds fast: ids, keys, dates."""
TERMS = {"populations", "conditions", "interventions", "comparators", "outcomes", "terms"}

STRINGS = (
    "<script>alert(1)</script>",
    "</script><!-- --><![CDATA[ x ]]> & &amp; &lt;b&gt;",
    "\"quoted\" 'single' `back` \\ slash",
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-1",
    "@SUM(1)",
    "#REF!",
    "_x0041_ and _x000D_",
    "Robert'); DROP TABLE studies;--",
    "{balanced {braces}} 5 % of $9 #1 a_b c^d ~e -- ``x''",
    "half { a brace",
    "half } a brace",
    "line one\nline two\r\nER  - \nTY  - JOUR",
    "control \x00 \x01 \x08 \x0b \x1b \x7f end",
    "half a pair \ud800 end",
    "not a character \uffff end",
    "right \u202e to left \u200b zero \u2028 line \x85 next",
    "astral 𝛃 𝒙 emoji 🏃‍♀️ combining é",
    "javascript:alert(1)",
    "{{ template }} ${x} <%= x %>",
    "a, b; c and d",
    "x" * 40_000,
)
"""What breaks writers; invented."""


def poisoned(base: kb.Base, text: str) -> kb.Base:
    """Two studies, their terms and one post, with ``text`` for every free text; nothing is validated."""
    corpus = base.corpus
    studies = {key: _poison(corpus.studies[key], text) for key in KEYS}
    post = corpus.posts[POST]
    claims = [claim for claim in post.claims if any(item.study in KEYS for item in claim.evidence)][:1] or post.claims[
        :1
    ]
    claims = [
        claim.model_copy(
            update={
                "evidence": tuple(i.model_copy(update={"study": KEYS[0], "citation": None}) for i in claim.evidence)
            }
        )
        for claim in claims
    ]
    citations = [citation.model_copy(update={"study": KEYS[0]}) for citation in post.citations[:1]]
    topics = post.topics.model_copy(update={"conditions": post.topics.conditions[:2], "interventions": ()})
    post = post.model_copy(update={"claims": tuple(claims), "citations": tuple(citations), "topics": topics})
    references = {key: _poison(corpus.references[key], text) for key in KEYS}
    used = _used((*studies.values(), post))
    vocabulary = {
        name: {
            key: _poison(term.model_copy(update={"broader": tuple(b for b in term.broader if b in used)}), text)
            for key, term in corpus.vocabulary(name).items()
            if key in used
        }
        for name in VOCABULARIES
    }
    changed = replace(
        corpus,
        **vocabulary,
        studies=studies,
        references=references,
        posts={POST: _poison(post, text)},
        certainty=(),
        changes=(),
        redirects={},
    )
    return _InMemory(base.root, changed, text)


class _InMemory(kb.Base):
    """A base whose snapshot and notices are in memory too."""

    def __init__(self, root, corpus, text: str) -> None:
        super().__init__(root, corpus)
        self._text = text

    @cached_property
    def snapshot(self):
        reference = self.corpus.references[KEYS[1]].model_copy(update={"pmid": "7"})
        return {"7": Entry(curated(reference, [self._text], [self._text]), "curated", dt.date(2020, 1, 2))}

    @cached_property
    def notices(self):
        return {KEYS[1]: (Notice(Kind.CORRECTED, "2021", printed=self._text, source=self._text, note=self._text),)}


def _used(nouns: Iterable[Noun]) -> set[str]:
    """Ids of the terms that studies and posts name, and of some more."""
    found: set[str] = {"lateral-epicondylitis", "shockwave", "pain", "runners"}
    for noun in nouns:
        for name in type(noun).model_fields:
            value = getattr(noun, name)
            if isinstance(value, Noun):
                found |= _used([value])
            elif isinstance(value, tuple) and any(isinstance(item, Noun) for item in value):
                found |= _used(value)
            elif isinstance(value, tuple) and name in TERMS:
                found |= set(value)
    return found


def _poison(noun: Noun, text: str):
    update = {}
    for name in type(noun).model_fields:
        value = getattr(noun, name)
        if isinstance(value, Noun):
            update[name] = _poison(value, text)
        elif isinstance(value, tuple) and any(isinstance(item, Noun) for item in value):
            update[name] = tuple(_poison(item, text) for item in value)
        elif name in SAFE:
            continue
        elif type(value) is str or (value is None and name in ("note", "title", "journal", "conclusion")):
            update[name] = text
        elif isinstance(value, tuple) and value and all(type(item) is str for item in value):
            update[name] = (text, *value[1:])
    return noun.model_copy(update=update)
