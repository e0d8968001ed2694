"""GraphML, read with networkx and, as plain XML, with lxml."""

from __future__ import annotations

import io
import re

import networkx as nx
import pytest
from lxml import etree

from kb.exports import render

NS = {"g": "http://graphml.graphdrawing.org/xmlns"}


@pytest.fixture(scope="module")
def made(base, data) -> bytes:
    return render(base, "graphml")


def test_every_node_and_edge_comes_back(made, base):
    graph = nx.read_graphml(io.BytesIO(made), force_multigraph=True)
    assert set(graph) == set(base.graph)
    ours = sorted((start, end, kind) for start, end, kind in base.graph.edges(keys=True))
    assert sorted((start, end, told["type"]) for start, end, told in graph.edges(data=True)) == ours


def test_attributes_are_those_of_the_base(made, base):
    graph = nx.read_graphml(io.BytesIO(made), force_multigraph=True)
    for key, study in base.corpus.studies.items():
        node = graph.nodes[f"study:{key}"]
        assert node["design"] == study.design.value
        assert node.get("n_participants") == study.n_participants
        assert node["retracted"] is False
        for finding in study.findings:
            node = graph.nodes[f"finding:{key}.{finding.id}"]
            assert node.get("estimate") == finding.estimate
            assert type(node.get("estimate", 0.0)) is float
    for name, told in graph.nodes(data=True):
        assert told["label"], name
        assert "None" not in told.values(), name


def test_edges_have_ids_of_their_own_and_a_label(made):
    tree = etree.fromstring(made)
    ids = tree.xpath("//g:edge/@id", namespaces=NS)
    assert len(ids) == len(set(ids)) == len(tree.xpath("//g:edge", namespaces=NS))
    keys = {k.get("attr.name"): k.get("id") for k in tree.xpath("//g:key[@for='edge']", namespaces=NS)}
    for name in ("label", "type", "interaction"):
        assert len(tree.xpath(f"//g:edge/g:data[@key='{keys[name]}']", namespaces=NS)) == len(ids)


def test_types_are_those_that_gephi_and_cytoscape_know(made):
    tree = etree.fromstring(made)
    assert set(tree.xpath("//g:key/@attr.type", namespaces=NS)) <= {"string", "boolean", "long", "int", "double"}
    declared = [(key.get("for"), key.get("attr.name")) for key in tree.xpath("//g:key", namespaces=NS)]
    assert len(declared) == len(set(declared))  # one name, one type


def test_it_keeps_the_rules_of_its_schema(made):
    """What graphml-structure.xsd and graphml-attributes.xsd demand of names, of their use and of the order of parts."""
    tree = etree.fromstring(made)
    token = re.compile(r"[-.:\w]+")
    named = [tree.xpath(f"//g:{kind}/@{name}", namespaces=NS) for kind, name in _NAMES]
    assert [value for values in named for value in values if not token.fullmatch(value)] == []
    nodes, keys = (set(tree.xpath(f"//g:{kind}/@id", namespaces=NS)) for kind in ("node", "key"))
    assert len(nodes) == len(tree.xpath("//g:node", namespaces=NS))
    assert {*named[-2], *named[-1]} <= nodes
    uses = {(key.get("id"), key.get("for")) for key in tree.findall("g:key", NS)}
    assert len(uses) == len(keys)
    whole = [(part, part.getparent()) for part in tree.iter(f"{{{NS['g']}}}data")]
    used = {(part.get("key"), etree.QName(owner).localname) for part, owner in whole if owner is not None}
    assert used <= uses
    order = [etree.QName(part).localname for part in tree]
    assert order == ["key"] * len(keys) + ["graph"]


_NAMES = (("key", "id"), ("key", "attr.name"), ("node", "id"), ("edge", "id"), ("edge", "source"), ("edge", "target"))


def test_igraph_reads_the_same(made, tmp_path):
    igraph = pytest.importorskip("igraph", reason="igraph is not installed")
    path = tmp_path / "a.graphml"
    path.write_bytes(made)
    graph = igraph.Graph.Read_GraphML(str(path))
    again = nx.read_graphml(io.BytesIO(made), force_multigraph=True)
    assert (graph.vcount(), graph.ecount()) == (len(again), again.number_of_edges())
