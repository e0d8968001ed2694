"""The graph of the base as GraphML for Gephi, Cytoscape, yEd, igraph and networkx.

Attributes are single values with a type; what is unknown has no attribute. Every edge has an id of its own, so that
no reader merges two edges between the same nodes; ``type`` says what it is, ``label`` (Gephi) and ``interaction``
(Cytoscape) repeat it. Control characters, which XML cannot hold, become U+FFFD.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from kb.exports.shared import xml_text

if TYPE_CHECKING:
    import networkx as nx

    from kb.exports.data import Data

_NODES: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    "study": (
        "studies",
        "label",
        (
            "title", "journal", "year", "design", "n_participants", "n_studies", "doi", "pmid", "conclusion",
            "n_findings", "notice", "retracted", "verification",
        ),
    ),
    "finding": (
        "findings",
        "as_reported",
        (
            "timepoint", "weeks", "measure", "estimate", "ci_low", "ci_high", "ci_level", "unit", "p", "direction",
            "certainty", "retracted",
        ),
    ),
    "condition": ("conditions", "label", ("patient_label", "mesh")),
    "intervention": ("interventions", "label", ("patient_label", "mesh")),
    "outcome": ("outcomes", "label", ("patient_label", "mesh", "better", "surrogate")),
    "population": ("populations", "label", ("patient_label", "mesh")),
    "post": ("posts", "title", ("url", "date")),
    "claim": ("claims", "statement", ("direction", "wording", "verdict", "reason", "basis", "reviewed_by")),
    "citation": ("citations", "id", ("authors", "year", "title", "journal", "link")),
}  # fmt: skip
"""Kind of node -> table, column of the label, columns that become attributes."""
_EDGES = ("relation", "bearing", "cited", "reason")


def graphml(data: Data) -> bytes:
    """The whole graph."""
    import networkx as nx

    made = io.BytesIO()
    nx.write_graphml_lxml(plain_graph(data), made, encoding="utf-8", prettyprint=True)
    return made.getvalue()


def plain_graph(data: Data) -> nx.MultiDiGraph[str]:
    """The graph with what GraphML can hold: nodes and edges in order, single values only."""
    import networkx as nx

    graph = data.base.graph
    made: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    made.graph.update(
        {name: xml_text(line) for name, line in zip(("title", "version", "date", "licence"), data.about.lines)}  # noqa: B905
    )
    attributes = dict(_attributes(data))
    for name in sorted(graph):
        made.add_node(name, **attributes.get(name, {"label": xml_text(name)}))
    edges = sorted(graph.edges(keys=True), key=lambda edge: (edge[0], edge[1], edge[2]))
    for number, (start, end, kind) in enumerate(edges):
        told = graph.edges[start, end, kind]
        more = {name: told[name] for name in _EDGES if told.get(name) is not None}
        named = {"type": kind, "label": kind.replace("_", " "), "interaction": kind}
        made.add_edge(start, end, key=f"e{number}", **named, **_single(more))
    return made


def _attributes(data: Data) -> Iterator[tuple[str, dict[str, Any]]]:
    for kind, (table, label, columns) in _NODES.items():
        rows = data[table]
        key = rows.resource.key[0]
        for row in rows.dicts():
            told = {name: row[name] for name in columns if row[name] not in (None, "")}
            shown = xml_text(str(row[label] or row[key]))
            yield f"{kind}:{row[key]}", {"label": shown, "kind": kind, "id_in_kb": row[key], **_single(told)}


def _single(values: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, (bool, int, float)):
            made[name] = value
        else:
            made[name] = xml_text(str(getattr(value, "value", value)))
    return made
