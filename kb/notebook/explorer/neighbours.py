"""What stands around one thing of the graph, to click through."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from kb import graph as graphs
from kb.model import InterventionKind, Relation
from kb.notebook.claims import claim_of
from kb.notebook.explorer.select import select
from kb.notebook.explorer.view import TERMS, View, view_of
from kb.notebook.html import count
from kb.notebook.sections import study_url, verdict_words
from kb.problems import KbError
from kb.tables import study_label

if TYPE_CHECKING:
    from kb.base import Base
    from kb.model import Claim

KINDS = ("condition", "intervention", "outcome", "population", "study", "post", "claim")
_HEADS = {"study": "studies"}
_MOST = 24
"""Nodes of a kind that are listed; of more, their number is said."""
_RELATIONS = {Relation.CONTRADICTS: "contradicts it"}

_Node = dict[str, Any]


def neighbours(base: Base, noun: str, identifier: str) -> dict[str, Any]:
    """The neighbourhood of a thing as plain data: the centre, and what touches it by kind, the closest first.

    Parameters
    ----------
    base
        The evidence.
    noun, identifier
        A term, study, post or claim.

    Raises
    ------
    KbError
        When there is no such thing.

    Examples
    --------
    >>> import kb
    >>> around = neighbours(kb.open(), "study", "zhang2024")
    >>> [group["kind"] for group in around["groups"]][:2], around["centre"]["choose"]
    (['condition', 'intervention'], {'noun': 'study', 'id': 'zhang2024'})
    """
    if noun not in KINDS:
        raise KbError(f"nothing is known around a '{noun}'; there are: {', '.join(KINDS)}")
    found = base.resolve(identifier, noun)
    makers = {"study": _study, "post": _post, "claim": _claim}
    nodes = list(makers[noun](base, found.id)) if noun in makers else list(_term(base, noun, found.id))
    groups = []
    for kind in KINDS:
        here = [node for node in nodes if node["noun"] == kind]
        if here:
            more = max(0, len(here) - _MOST)
            groups.append({"kind": kind, "label": _HEADS.get(kind, f"{kind}s"), "nodes": here[:_MOST], "more": more})
    return {"centre": {**_node(base, noun, found.id, ""), "choose": _choose(noun, found.id)}, "groups": groups}


def centre_of(view: View) -> tuple[str, str] | None:
    """What the graph of a view starts at; None where nothing is chosen that could be a centre."""
    names = ("study", "post", *TERMS)
    return next(((name, value) for name in names if (value := getattr(view, name)) is not None), None)


def _choose(noun: str, identifier: str) -> dict[str, str]:
    """The filter that a node stands for; of a claim, its post."""
    if noun == "claim":
        return {"noun": "post", "id": identifier.rpartition(".")[0]}
    return {"noun": noun, "id": identifier}


def _node(base: Base, noun: str, identifier: str, words: str) -> _Node:
    corpus = base.corpus
    url = study_url(corpus, identifier) if noun == "study" else None
    if noun == "study":
        label = study_label(corpus, identifier, base.notices)
    elif noun == "post":
        label = corpus.posts[identifier].title
    elif noun == "claim":
        label = claim_of(base, identifier)[1].statement
    else:
        label = corpus.vocabulary(f"{noun}s")[identifier].label
    return {"noun": noun, "id": identifier, "label": label, "words": words, "url": url}


def _nodes(base: Base, noun: str, ids: Iterable[str], words: str = "") -> Iterator[_Node]:
    known = base.corpus.vocabulary(f"{noun}s") if noun in TERMS else None
    for identifier in dict.fromkeys(ids):
        if known is None or (
            identifier in known and getattr(known[identifier], "kind", None) is not InterventionKind.CONTROL
        ):
            yield _node(base, noun, identifier, words)


def _term(base: Base, noun: str, identifier: str) -> Iterator[_Node]:
    """Terms that share studies with it, the next broader and narrower ones, its studies, posts and claims."""
    found = select(base, view_of(base, {noun: identifier}))
    yield from _family(base, noun, identifier)
    for other in TERMS:
        if other == noun:
            continue
        shared = Counter(i for key in found.studies for i in _named(base, key, other, found.finding_set))
        for i, studies in sorted(shared.items(), key=lambda item: (-item[1], item[0])):
            yield from _nodes(base, other, [i], count(studies, "study", "studies"))
    yield from _nodes(base, "study", _newest(base, found.studies))
    naming = graphs.naming(base.graph, noun, identifier) if noun in {"condition", "intervention"} else ()
    yield from _nodes(base, "post", (*found.posts, *naming))
    for claim in found.claims:
        yield from _nodes(base, "claim", [claim], _verdict(claim_of(base, claim)[1]))


def _family(base: Base, noun: str, identifier: str) -> Iterator[_Node]:
    here = graphs.node(noun, identifier)
    above = sorted(o.split(":", 1)[1] for o, keys in base.graph.succ[here].items() if "broader" in keys)
    under = sorted(o.split(":", 1)[1] for o, keys in base.graph.pred[here].items() if "broader" in keys)
    yield from _nodes(base, noun, above, "broader")
    yield from _nodes(base, noun, under, "narrower")


def _named(base: Base, key: str, noun: str, wanted: Collection[str]) -> set[str]:
    """Terms that the findings of a study name, or the study where it has none."""
    study = base.corpus.studies[key]
    if not study.findings:
        of_study = {
            "condition": study.condition_ids,
            "intervention": study.intervention_ids,
            "population": study.populations,
        }
        return set(of_study.get(noun, ()))
    here = [finding for finding in study.findings if f"{key}.{finding.id}" in wanted]
    return {i for finding in here for i in getattr(finding, f"{noun}s")}


def _newest(base: Base, keys: Iterable[str]) -> list[str]:
    years = {key: (r.year or 0) if (r := base.corpus.references.get(key)) else 0 for key in keys}
    return sorted(years, key=lambda key: (-years[key], key))


def _study(base: Base, key: str) -> Iterator[_Node]:
    every = {f"{key}.{finding.id}" for finding in base.corpus.studies[key].findings}
    for noun in TERMS:
        yield from _nodes(base, noun, sorted(_named(base, key, noun, every)))
    resting = graphs.resting_on(base.graph, key)
    yield from _nodes(base, "post", resting.posts)
    for name in resting.claims:
        claim = claim_of(base, name)[1]
        told = next((_RELATIONS[e.relation] for e in claim.evidence if e.study == key and e.relation in _RELATIONS), "")
        yield from _nodes(base, "claim", [name], ", ".join(filter(None, (_verdict(claim), told))))


def _post(base: Base, slug: str) -> Iterator[_Node]:
    post = base.corpus.posts[slug]
    yield from _nodes(base, "condition", post.topics.conditions)
    yield from _nodes(base, "intervention", post.topics.interventions)
    cited = [c.study for c in post.citations if c.study]
    judged = [e.study for claim in post.claims for e in claim.evidence if e.study]
    yield from _nodes(base, "study", cited, "cited")
    yield from _nodes(base, "study", [key for key in judged if key not in set(cited)], "not cited")
    for claim in post.claims:
        yield from _nodes(base, "claim", [f"{slug}.{claim.id}"], _verdict(claim))


def _claim(base: Base, identifier: str) -> Iterator[_Node]:
    slug, claim = claim_of(base, identifier)
    for noun in TERMS:
        ids = getattr(claim, f"{noun}s")
        yield from _nodes(base, noun, (*ids, *claim.comparators) if noun == "intervention" else ids)
    for item in claim.evidence:
        if item.study:
            yield from _nodes(base, "study", [item.study], item.relation.value.replace("-", " "))
    yield from _nodes(base, "post", [slug], "makes this claim")


def _verdict(claim: Claim) -> str:
    return verdict_words(claim.verdict.bearing)
