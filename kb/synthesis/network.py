"""Which interventions were compared with which in a condition: nodes and edges of a picture, and its words.

Only primary comparative studies count, each once an edge. Nothing is estimated here.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.graph import bearing_on, narrower, node
from kb.model import Corpus, Finding
from kb.synthesis.comparable import OTHER_COMPARATIVE, RANDOMISED
from kb.synthesis.findings import several_groups

if TYPE_CHECKING:
    from kb.graph import Graph

_NO_NODE = {"own-baseline", "uninvolved-side", "pain-free-controls", "sedentary-controls", "lower-exposure"}


@dataclass(frozen=True, slots=True)
class Node:
    """A treatment, or several given together, and how many studies compared it; ``id`` joins its terms with ``+``."""

    id: str
    terms: tuple[str, ...]
    label: str
    studies: int
    control: bool


@dataclass(frozen=True, slots=True)
class Edge:
    """Two treatments that were compared, and in which studies."""

    one: str
    two: str
    studies: tuple[str, ...]
    randomised: int

    @property
    def k(self) -> int:
        """Number of studies."""
        return len(self.studies)


@dataclass(frozen=True, slots=True)
class Network:
    """Comparisons in a condition; ``parts`` are the ids of the nodes that hang together, the largest part first."""

    condition: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    parts: tuple[tuple[str, ...], ...]

    @property
    def connected(self) -> bool:
        """Whether every treatment can be reached from every other."""
        return len(self.parts) == 1

    @property
    def words(self) -> str:
        """The network in one sentence."""
        if not self.edges:
            return "No comparison of treatments is recorded."
        studies = len({study for edge in self.edges for study in edge.studies})
        shape = "all connected" if self.connected else f"in {len(self.parts)} parts that no study connects"
        treatments = f"{len(self.nodes)} treatments"
        by = f"{studies} {'study' if studies == 1 else 'studies'}"
        return f"{treatments} in {len(self.edges)} comparisons by {by}, {shape}."


def network(
    corpus: Corpus, graph: Graph, condition: str, *, outcome: str | None = None, retracted: Collection[str] = ()
) -> Network:
    """The comparisons of a condition, narrower terms included.

    Parameters
    ----------
    corpus, graph
        The evidence and its graph.
    condition
        Its id.
    outcome
        Only comparisons for this outcome, narrower terms included.
    retracted
        Keys of studies that stay out.
    """
    conditions = _below(graph, "condition", condition)
    outcomes = _below(graph, "outcome", outcome) if outcome else None
    edges: dict[tuple[str, str], dict[str, bool]] = {}
    for key in bearing_on(graph, condition=condition, outcome=outcome).studies:
        study = corpus.studies[key]
        if study.design not in RANDOMISED | OTHER_COMPARATIVE or study.key in retracted:
            continue
        for finding in study.findings:
            if not conditions & set(finding.conditions) or (outcomes and not outcomes & set(finding.outcomes)):
                continue
            sides = None if several_groups(study, finding) else _sides(finding, corpus)
            if sides:
                edges.setdefault(sides, {})[study.key] = study.design in RANDOMISED
    made = tuple(
        Edge(one, two, tuple(sorted(studies)), sum(studies.values())) for (one, two), studies in sorted(edges.items())
    )
    names = sorted({name for edge in made for name in (edge.one, edge.two)})
    return Network(condition, tuple(_node(name, made, corpus) for name in names), made, _parts(names, made))


def _below(graph: Graph, kind: str, identifier: str) -> set[str]:
    return {name.split(":", 1)[1] for name in narrower(graph, node(kind, identifier))}


def _sides(finding: Finding, corpus: Corpus) -> tuple[str, str] | None:
    """Ids of the two treatments, in order of the alphabet; None where the finding compares no two treatments."""
    if not finding.interventions or not finding.comparators:
        return None
    kinds = {corpus.interventions[t].kind.value for t in finding.interventions if t in corpus.interventions}
    if kinds & {"exposure", "test"} or set(finding.comparators) & (_NO_NODE | {"mixed-comparators"}):
        return None
    one, two = sorted(("+".join(sorted(finding.interventions)), "+".join(sorted(finding.comparators))))
    return (one, two) if one != two else None


def _node(name: str, edges: tuple[Edge, ...], corpus: Corpus) -> Node:
    terms = tuple(name.split("+"))
    known = [corpus.interventions.get(term) for term in terms]
    label = " + ".join(term.label if term else raw for term, raw in zip(known, terms, strict=True))
    studies = {study for edge in edges if name in (edge.one, edge.two) for study in edge.studies}
    return Node(
        name, terms, label, len(studies), all(term is not None and term.kind.value == "control" for term in known)
    )


def _parts(names: list[str], edges: tuple[Edge, ...]) -> tuple[tuple[str, ...], ...]:
    linked: dict[str, set[str]] = {name: set() for name in names}
    for edge in edges:
        linked[edge.one].add(edge.two)
        linked[edge.two].add(edge.one)
    parts, seen = [], set[str]()
    for name in names:
        if name in seen:
            continue
        part, waiting = {name}, [name]
        while waiting:
            for other in linked[waiting.pop()] - part:
                part.add(other)
                waiting.append(other)
        seen |= part
        parts.append(tuple(sorted(part)))
    return tuple(sorted(parts, key=lambda part: (-len(part), part)))
