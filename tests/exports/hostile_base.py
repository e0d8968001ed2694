"""A base in memory whose every free text is one that a test gives."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import kb
from kb.model import Corpus, Noun, Topics
from kb.pubmed.notices import Kind, Notice
from kb.pubmed.snapshot import Entry, curated

STUDY = "zhang2024"
POST = "running-injuries-page"
SAFE = {
    "id", "key", "slug", "study", "citation", "finding", "populations", "conditions", "interventions", "comparators",
    "outcomes", "terms", "read_in", "broader", "supports", "kind", "entry_type", "sha256", "tool", "domain", "icd10cm",
    "which_is_right", "pubstate", "date", "urldate",
}  # fmt: skip
"""Fields whose form the model holds fast: ids, keys, dates."""

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


SIDES = ("general-patients", "lateral-epicondylitis", "shockwave", "corticosteroid-injection", "pain-vas")
"""Terms that the studies keep: a population, a condition, the two sides of a comparison, an outcome."""


def key_of(number: int) -> str:
    """Key of the study that holds a text."""
    return f"zhang{1000 + number}"


def slug_of(number: int) -> str:
    """Id of the condition and the post that hold a text."""
    return f"hostile-{number}"


def poisoned(base: kb.Base, texts: Sequence[str]) -> kb.Base:
    """For each text a study with its reference, a condition and a post that have it in every free text field."""
    corpus = base.corpus
    conditions = {k: corpus.conditions[k].model_copy(update={"broader": ()}) for k in ("lateral-epicondylitis",)}
    studies: dict[str, Any] = {}
    references: dict[str, Any] = {}
    posts: dict[str, Any] = {}
    claim = next(c for p in corpus.posts.values() for c in p.claims if len(c.evidence) == 1)
    citation = next(c for p in corpus.posts.values() for c in p.citations)
    topics = Topics(conditions=("lateral-epicondylitis",), interventions=("shockwave",))
    for number, text in enumerate(texts):
        key, slug = key_of(number), slug_of(number)
        findings = tuple(_placed(finding) for finding in corpus.studies[STUDY].findings[:2])
        study = corpus.studies[STUDY].model_copy(
            update={"key": key, "findings": findings, "populations": (SIDES[0],), "risk_of_bias": ()}
        )
        told = tuple(item.model_copy(update={"terms": (SIDES[1], slug)}) for item in study.conditions)
        done = tuple(item.model_copy(update={"terms": (SIDES[2],)}) for item in study.interventions)
        studies[key] = _poison(study.model_copy(update={"conditions": told, "interventions": done}), text)
        references[key] = _poison(corpus.references[STUDY].model_copy(update={"key": key}), text)
        term = corpus.conditions["lateral-epicondylitis"].model_copy(update={"id": slug, "broader": ()})
        conditions[slug] = _poison(term, text)
        items = tuple(i.model_copy(update={"study": key, "citation": None}) for i in claim.evidence)
        claims = (_placed(claim).model_copy(update={"evidence": items}),)
        cited = (citation.model_copy(update={"study": key}),)
        post = corpus.posts[POST].model_copy(
            update={"slug": slug, "claims": claims, "citations": cited, "topics": topics}
        )
        posts[slug] = _poison(post, text)

    def some(name: str) -> dict[str, Any]:
        kept = {key: term for key, term in corpus.vocabulary(name).items() if key in SIDES}
        return {key: term.model_copy(update={"broader": ()}) for key, term in kept.items()}

    changed = replace(
        corpus,
        conditions=conditions,
        interventions=some("interventions"),
        outcomes=some("outcomes"),
        populations=some("populations"),
        studies=studies,
        references=references,
        posts=posts,
        certainty=(),
        changes=(),
        redirects={},
    )
    return _InMemory(base.root, changed, texts)


class _InMemory(kb.Base):
    """A base whose snapshot and notices are in memory too."""

    def __init__(self, root: Path, corpus: Corpus, texts: Sequence[str]) -> None:
        super().__init__(root, corpus)
        self._texts = texts

    @cached_property
    def snapshot(self):
        made = {}
        for number, text in enumerate(self._texts):
            reference = self.corpus.references[key_of(number)].model_copy(update={"pmid": str(number + 1)})
            made[reference.pmid] = Entry(curated(reference, [text], [text]), "curated", dt.date(2020, 1, 2))
        return made

    @cached_property
    def notices(self):
        return {
            key_of(number): (Notice(Kind.CORRECTED, "2021", printed=text, source=text, note=text),)
            for number, text in enumerate(self._texts)
        }


def _placed(noun: Noun) -> Any:
    """A finding or claim about the few terms that there are."""
    return noun.model_copy(
        update={
            "populations": (SIDES[0],),
            "conditions": (SIDES[1],),
            "interventions": (SIDES[2],),
            "comparators": (SIDES[3],),
            "outcomes": (SIDES[4],),
        }
    )


def _poison(noun: Noun, text: str) -> Any:
    update: dict[str, object] = {}
    for name in type(noun).model_fields:
        value = getattr(noun, name)
        if isinstance(value, Noun):
            update[name] = _poison(value, text)
        elif isinstance(value, tuple) and any(isinstance(item, Noun) for item in value):
            update[name] = tuple(_poison(item, text) for item in value)
        elif name in SAFE:
            continue
        elif type(value) is str or (value is None and name in ("note", "title", "journal", "conclusion", "doi")):
            # An address is read from files that cannot hold half a pair.
            update[name] = text.encode("utf-8", "replace").decode() if name in ("doi", "url") else text
        elif isinstance(value, tuple) and value and all(type(item) is str for item in value):
            update[name] = (text, *value[1:])
    return noun.model_copy(update=update)
