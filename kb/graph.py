"""model -> NetworkX graph, and the questions asked of it.

Nodes are strings ``kind:id`` with attributes ``kind``, ``id`` and ``label``. Edges are typed by their key:

==================  ============================================  =========================================
edge                from -> to                                    attributes
==================  ============================================  =========================================
broader             term -> broader term (SKOS)
reports             study -> finding
about               study -> condition, intervention, population
population,         finding or claim -> term
condition,
intervention,
comparator, outcome
names               post -> condition, intervention
contains            post -> citation, claim
cites               citation -> study
rests_on            claim -> study                                relation, bearing, cited, reason
==================  ============================================  =========================================
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from functools import update_wrapper
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

import networkx as nx

from kb.model import VOCABULARIES, ClaimDirection, Direction, Relation

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from kb.model import Claim, Corpus, Finding, Study

    Graph = nx.MultiDiGraph[str]

ROLES = {
    "population": "populations",
    "condition": "conditions",
    "intervention": "interventions",
    "comparator": "comparators",
    "outcome": "outcomes",
}
"""Edge type of a PICO role -> field of a finding or claim; comparators are terms of the interventions."""

_AGAINST = {
    ClaimDirection.BENEFIT: {Direction.COMPARATOR, Direction.NO_DIFFERENCE},
    ClaimDirection.HARM: {Direction.INTERVENTION, Direction.NO_DIFFERENCE},
    ClaimDirection.NO_EFFECT: {Direction.INTERVENTION, Direction.COMPARATOR, Direction.ASSOCIATION},
    ClaimDirection.CAUSE: {Direction.NO_ASSOCIATION, Direction.NO_DIFFERENCE},
    ClaimDirection.ASSOCIATION: {Direction.NO_ASSOCIATION, Direction.NO_DIFFERENCE},
    ClaimDirection.COMPARISON: {Direction.COMPARATOR, Direction.NO_DIFFERENCE},
}
"""Directions of a finding that run against each kind of claim; a description has none."""


def node(kind: str, identifier: str) -> str:
    """Name of a node.

    Examples
    --------
    >>> node("study", "zhang2024")
    'study:zhang2024'
    """
    return f"{kind}:{identifier}"


def build(corpus: Corpus) -> Graph:
    """The graph of a corpus.

    Linear in the size of the corpus. An id that does not exist gets no edge: a graph can be looked at while
    the evidence is being mended.
    """
    graph: Graph = nx.MultiDiGraph()
    for name in VOCABULARIES:
        kind = name.removesuffix("s")
        for term in corpus.vocabulary(name).values():
            _add(graph, kind, term.id, term.label)
    for name in VOCABULARIES:
        kind = name.removesuffix("s")
        for term in corpus.vocabulary(name).values():
            _link(graph, node(kind, term.id), "broader", kind, term.broader)
    for study in corpus.studies.values():
        _add_study(graph, study)
    for post in corpus.posts.values():
        here = _add(graph, "post", post.slug, post.title)
        _link(graph, here, "names", "condition", post.topics.conditions)
        _link(graph, here, "names", "intervention", post.topics.interventions)
        for citation in post.citations:
            there = _add(graph, "citation", f"{post.slug}.{citation.id}", citation.study or "unresolved")
            graph.add_edge(here, there, key="contains")
            if citation.study:
                _link(graph, there, "cites", "study", [citation.study])
        for claim in post.claims:
            there = _add(graph, "claim", f"{post.slug}.{claim.id}", claim.statement)
            graph.nodes[there]["direction"] = claim.direction
            graph.add_edge(here, there, key="contains")
            _link_pico(graph, there, claim)
            for evidence in claim.evidence:
                if evidence.study and node("study", evidence.study) in graph:
                    graph.add_edge(
                        there,
                        node("study", evidence.study),
                        key="rests_on",
                        relation=evidence.relation,
                        bearing=evidence.bearing,
                        cited=evidence.citation is not None,
                        reason=evidence.reason,
                    )
    return graph


def _add(graph: Graph, kind: str, identifier: str, label: str) -> str:
    name = node(kind, identifier)
    graph.add_node(name, kind=kind, id=identifier, label=label)
    return name


def _add_study(graph: Graph, study: Study) -> None:
    here = _add(graph, "study", study.key, study.key)
    _link(graph, here, "about", "condition", study.condition_ids)
    _link(graph, here, "about", "intervention", study.intervention_ids)
    _link(graph, here, "about", "population", study.populations)
    for finding in study.findings:
        there = _add(graph, "finding", f"{study.key}.{finding.id}", finding.as_reported)
        graph.nodes[there]["direction"] = finding.direction
        graph.add_edge(here, there, key="reports")
        _link_pico(graph, there, finding)


def _link_pico(graph: Graph, here: str, thing: Finding | Claim) -> None:
    for role, field in ROLES.items():
        _link(graph, here, role, "intervention" if role == "comparator" else role, getattr(thing, field))


def _link(graph: Graph, here: str, edge: str, kind: str, identifiers: Iterable[str]) -> None:
    for identifier in identifiers:
        there = node(kind, identifier)
        if there in graph:
            graph.add_edge(here, there, key=edge)


# --- questions ------------------------------------------------------------------------------------------------

_Given = ParamSpec("_Given")
_Answer = TypeVar("_Answer")


def _question(answer: Callable[Concatenate[Graph, _Given], _Answer]) -> Callable[Concatenate[Graph, _Given], _Answer]:
    """A function whose answer a graph may write down, if it keeps a record (see :mod:`kb.notebooks.reads`)."""

    def ask(graph: Graph, /, *given: _Given.args, **named: _Given.kwargs) -> _Answer:
        keeper: Any = getattr(graph, "asked", None)
        if keeper is None:
            return answer(graph, *given, **named)
        kept: _Answer = keeper(answer, given, named)
        return kept

    update_wrapper(ask, answer)
    return ask


@dataclass(frozen=True, slots=True)
class Answer:
    """What bears on a question: ids of findings, studies, claims and posts, each sorted."""

    findings: tuple[str, ...]
    studies: tuple[str, ...]
    claims: tuple[str, ...]
    posts: tuple[str, ...]


@_question
def narrower(graph: Graph, name: str) -> set[str]:
    """The term node and everything below it."""
    return _closure(graph, name, up=False)


@_question
def broader(graph: Graph, name: str) -> set[str]:
    """The term node and everything above it."""
    return _closure(graph, name, up=True)


def _closure(graph: Graph, name: str, *, up: bool) -> set[str]:
    found, waiting = {name}, [name]
    while waiting:
        here = waiting.pop()
        for other in _linked(graph, here, "broader", back=not up):
            if other not in found:
                found.add(other)
                waiting.append(other)
    return found


def _linked(graph: Graph, name: str, edge: str, *, back: bool = False) -> Iterator[str]:
    """Nodes that an edge of this type leads to (or comes from)."""
    neighbours = graph.pred[name] if back else graph.succ[name]
    return (other for other, keys in neighbours.items() if edge in keys)


@_question
def bearing_on(
    graph: Graph,
    *,
    condition: str | None = None,
    intervention: str | None = None,
    outcome: str | None = None,
    population: str | None = None,
) -> Answer:
    """What bears on a combination of terms, narrower terms included.

    A finding counts when it carries every term that is asked for; an intervention counts on either side of
    the comparison. A study without any finding counts when the study as a whole is about the terms (an outcome
    is only known of findings). Claims are those about all the terms.

    Parameters
    ----------
    graph
        From :func:`build`.
    condition, intervention, outcome, population
        Ids of terms; None means any.
    """
    asked = {"condition": condition, "intervention": intervention, "outcome": outcome, "population": population}
    terms = {kind: narrower(graph, node(kind, value)) for kind, value in asked.items() if value is not None}
    if not terms:
        everything = {kind: _of_kind(graph, kind) for kind in ("finding", "study", "claim", "post")}
        return Answer(*(tuple(sorted(ids)) for ids in everything.values()))
    carriers = [_carriers(graph, kind, names) for kind, names in terms.items()]
    common = set.intersection(*carriers)
    findings = {name for name in common if name.startswith("finding:")}
    claims = {name for name in common if name.startswith("claim:")}
    studies = {study for name in findings for study in _linked(graph, name, "reports", back=True)}
    if outcome is None:
        about = [{s for name in names for s in _linked(graph, name, "about", back=True)} for names in terms.values()]
        studies |= {s for s in set.intersection(*about) if not any(_linked(graph, s, "reports"))}
    posts = {post for name in claims for post in _linked(graph, name, "contains", back=True)}
    return Answer(*(_ids(names) for names in (findings, studies, claims, posts)))


def _carriers(graph: Graph, kind: str, names: set[str]) -> set[str]:
    roles = ("intervention", "comparator") if kind == "intervention" else (kind,)
    return {other for name in names for other, keys in graph.pred[name].items() if any(role in keys for role in roles)}


def _of_kind(graph: Graph, kind: str) -> set[str]:
    return {data["id"] for _, data in graph.nodes(data=True) if data["kind"] == kind}


def _ids(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(name.split(":", 1)[1] for name in names))


@_question
def resting_on(graph: Graph, study: str) -> Answer:
    """Claims that rest on a study and posts that cite it or make such a claim; its findings."""
    here = node("study", study)
    claims = set(_linked(graph, here, "rests_on", back=True))
    citations = set(_linked(graph, here, "cites", back=True))
    posts = {post for name in claims | citations for post in _linked(graph, name, "contains", back=True)}
    return Answer(_ids(_linked(graph, here, "reports")), (study,), _ids(claims), _ids(posts))


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Something that stands against a claim, and who or what says so.

    ``judged`` is True for a curator's judgement of a study, False for a finding whose direction runs against
    the claim by rule.
    """

    study: str
    finding: str | None
    judged: bool
    reason: str


@_question
def contradicting(graph: Graph, claim: str) -> list[Contradiction]:
    """What contradicts a claim: studies judged so, then findings of the same PICO that point the other way.

    A finding is of the same PICO when it shares a condition, an intervention and an outcome with the claim,
    narrower terms included, wherever the claim names any. A claim that names neither an intervention nor an
    outcome is too wide for the rule and gets judgements only.
    """
    here = node("claim", claim)
    answer = [
        Contradiction(graph.nodes[study]["id"], None, judged=True, reason=data["reason"])
        for study in _linked(graph, here, "rests_on")
        for data in [graph.edges[here, study, "rests_on"]]
        if data["relation"] is Relation.CONTRADICTS
    ]
    judged = {c.study for c in answer}
    against = _AGAINST.get(graph.nodes[here]["direction"], set())
    for finding in sorted(_same_pico(graph, here)):
        direction = graph.nodes[finding]["direction"]
        study = next(_linked(graph, finding, "reports", back=True)).split(":", 1)[1]
        if direction in against and study not in judged:
            reason = f"{graph.nodes[finding]['label']}: {direction.replace('-', ' ')}"
            answer.append(Contradiction(study, graph.nodes[finding]["id"], judged=False, reason=reason))
    return answer


def _same_pico(graph: Graph, claim: str) -> set[str]:
    named = {role: list(_linked(graph, claim, role)) for role in ("condition", "intervention", "outcome")}
    if not (named["intervention"] and named["outcome"]):
        return set()
    matches: list[set[str]] = []
    for role, names in named.items():
        if names:
            below = {name for term in names for name in narrower(graph, term)}
            matches.append({other for name in below for other in _linked(graph, name, role, back=True)})
    return {name for name in set.intersection(*matches) if name.startswith("finding:")}


@_question
def cells(
    graph: Graph, conditions: Collection[str] | None = None, interventions: Collection[str] | None = None
) -> dict[tuple[str, str], set[str]]:
    """Studies in every condition x intervention cell that has any, narrower terms counted in the broader ones.

    Cells come from findings (either side of the comparison) and, for studies without findings, from the study.

    Parameters
    ----------
    graph
        From :func:`build`.
    conditions, interventions
        Ids whose cells are wanted; None means every one.
    """
    above: dict[str, set[str]] = {}

    def widen(names: Iterable[str]) -> set[str]:
        wide: set[str] = set()
        for name in names:
            if name not in above:
                above[name] = broader(graph, name)
            wide |= above[name]
        return wide

    table: dict[tuple[str, str], set[str]] = {}
    for study, data in graph.nodes(data=True):
        if data["kind"] != "study":
            continue
        carriers = list(_linked(graph, study, "reports"))
        roles = ("intervention", "comparator") if carriers else ("about",)
        for carrier in carriers or [study]:
            role = "condition" if carriers else "about"
            about = widen(n for n in _linked(graph, carrier, role) if n.startswith("condition:"))
            given = widen(n for r in roles for n in _linked(graph, carrier, r) if n.startswith("intervention:"))
            for condition in about:
                for intervention in given:
                    cell = (condition.split(":", 1)[1], intervention.split(":", 1)[1])
                    table.setdefault(cell, set()).add(data["id"])
    return {
        cell: keys
        for cell, keys in table.items()
        if (conditions is None or cell[0] in conditions) and (interventions is None or cell[1] in interventions)
    }


@_question
def studied(graph: Graph, kind: str, identifiers: Collection[str]) -> set[str]:
    """Those of some conditions or interventions that have a cell with a study."""
    axis = ("condition", "intervention").index(kind)
    return {cell[axis] for cell in cells(graph)} & set(identifiers)


@_question
def naming(graph: Graph, kind: str, identifier: str) -> tuple[str, ...]:
    """Posts that name a condition or an intervention, narrower ones included, in the order of the graph."""
    found = {p for name in narrower(graph, node(kind, identifier)) for p in _linked(graph, name, "names", back=True)}
    return tuple(data["id"] for name, data in graph.nodes(data=True) if name in found)


def empty_cells(
    graph: Graph, conditions: Iterable[str] | None = None, interventions: Iterable[str] | None = None
) -> Iterator[tuple[str, str]]:
    """Yield the (condition, intervention) pairs that no study of the base is about.

    Parameters
    ----------
    graph
        From :func:`build`.
    conditions, interventions
        Ids to look at; None means every term of the vocabulary.
    """
    filled = cells(graph)
    rows = sorted(_of_kind(graph, "condition")) if conditions is None else list(conditions)
    columns = sorted(_of_kind(graph, "intervention")) if interventions is None else list(interventions)
    return ((row, column) for row in rows for column in columns if (row, column) not in filled)


@_question
def touching(graph: Graph, name: str, steps: int, limit: int | None = None) -> dict[str, int]:
    """Nodes within ``steps`` edges of a node, whatever their direction, with their distance.

    A breadth-first walk that looks only at what it reaches; ``networkx.ego_graph(undirected=True)`` would copy
    the whole graph first. ``limit`` stops it after that many nodes.
    """
    distance = {name: 0}
    waiting = deque([name])
    while waiting:
        here = waiting.popleft()
        if distance[here] == steps:
            continue
        for other in sorted({*graph.succ[here], *graph.pred[here]}):
            if other not in distance:
                if limit is not None and len(distance) >= limit:
                    return distance
                distance[other] = distance[here] + 1
                waiting.append(other)
    return distance


def subgraph(graph: Graph, names: Iterable[str]) -> Graph:
    """The graph between some nodes, as a copy."""
    return graph.subgraph(names).copy()
