"""Linked data: rdflib reads it without a network, and the shapes tell good from bad."""

from __future__ import annotations

import json

import pytest
import rdflib
from pyshacl import validate
from rdflib.namespace import RDF, SKOS

from kb.exports import render

KB = rdflib.Namespace("urn:kb-evidence:vocab:")
SCHEMA = rdflib.Namespace("https://schema.org/")
PROV = rdflib.Namespace("http://www.w3.org/ns/prov#")


def thing(kind: str, identifier: str) -> rdflib.URIRef:
    return rdflib.URIRef(f"urn:kb-evidence:{kind}:{identifier}")


@pytest.fixture(scope="module")
def graph(base, data) -> rdflib.Graph:
    return rdflib.Graph().parse(data=render(base, "jsonld"), format="json-ld")


@pytest.fixture(scope="module")
def shapes(base) -> rdflib.Graph:
    return rdflib.Graph().parse(data=render(base, "shacl"), format="turtle")


def test_the_base_conforms(graph, shapes):
    conforms, _, told = validate(graph, shacl_graph=shapes, inference="none")
    assert conforms, told[:2000]


BREAKS = [
    (thing("finding", "zhang2024.f01"), KB.measure, rdflib.Literal("guess")),
    (thing("finding", "zhang2024.f02"), KB.study, None),
    (thing("finding", "zhang2024.f03"), KB.outcome, thing("condition", "lateral-epicondylitis")),
    (thing("finding", "zhang2024.f04"), KB.estimate, rdflib.Literal("about one")),
    (thing("finding", "zhang2024.f05"), KB.ciHigh, rdflib.Literal("-9.1", datatype=rdflib.XSD.decimal)),
    (thing("finding", "zhang2024.f06"), PROV.wasDerivedFrom, thing("source", "nobody.s1")),
    (thing("study", "buist2008"), KB.design, rdflib.Literal("wishful-thinking")),
    (thing("study", "lauersen2014"), KB.retracted, None),
    (thing("claim", "running-injuries-page.c01"), KB.verdict, None),
    (thing("condition", "lateral-epicondylitis"), SKOS.prefLabel, None),
    (rdflib.URIRef("urn:kb-evidence:dataset"), SCHEMA.license, None),
]
"""What is taken out of the base, or put in its place; each must be found where it is."""


def test_each_thing_that_is_broken_is_found(graph, shapes):
    broken = rdflib.Graph()
    for triple in graph:
        broken.add(triple)
    for subject, predicate, value in BREAKS:
        assert (subject, predicate, None) in broken
        broken.remove((subject, predicate, None))
        if value is not None:
            broken.add((subject, predicate, value))
    conforms, report, _ = validate(broken, shacl_graph=shapes, inference="none")
    assert not conforms
    sh = rdflib.Namespace("http://www.w3.org/ns/shacl#")
    found = {
        (report.value(result, sh.focusNode), report.value(result, sh.resultPath))
        for result in report.subjects(RDF.type, sh.ValidationResult)
    }
    lower = {(s, KB.ciLow if p == KB.ciHigh else p) for s, p, _ in BREAKS}  # the rule stands at the lower end
    assert found == lower


def test_every_thing_is_there_with_its_numbers(graph, base):
    assert len(set(graph.subjects(RDF.type, KB.Study))) == len(base.corpus.studies)
    assert len(set(graph.subjects(RDF.type, KB.Finding))) == sum(len(s.findings) for s in base.corpus.studies.values())
    for key, study in base.corpus.studies.items():
        for finding in study.findings:
            got = graph.value(thing("finding", f"{key}.{finding.id}"), KB.estimate)
            assert (None if got is None else float(got)) == finding.estimate
    concepts = set(graph.subjects(RDF.type, SKOS.Concept))
    assert len(concepts) == sum(
        len(base.corpus.vocabulary(n)) for n in ("conditions", "interventions", "outcomes", "populations")
    )
    for condition in base.corpus.conditions.values():
        there = thing("condition", condition.id)
        assert {str(label) for label in graph.objects(there, SKOS.altLabel)} == set(condition.synonyms)
        assert set(graph.objects(there, SKOS.broader)) == {thing("condition", name) for name in condition.broader}


def test_every_number_names_where_it_was_read(graph, base):
    for key, study in base.corpus.studies.items():
        for finding in study.findings:
            got = set(graph.objects(thing("finding", f"{key}.{finding.id}"), PROV.wasDerivedFrom))
            assert got == {thing("source", f"{key}.{source}") for source in finding.read_in}


def test_nothing_is_fetched(base, data):
    document = json.loads(render(base, "jsonld"))
    assert isinstance(document["@context"], dict)  # inline: a string would be fetched
    for value in document["@context"].values():
        assert not isinstance(value, dict) or "@import" not in value
    assert "ClaimReview" not in json.dumps(document)  # only for what a named person reviewed


def test_no_name_is_left_to_chance(graph):
    """Every predicate is of a vocabulary that the document names; ours are all described by the shapes or plain."""
    spaces = ("urn:kb-evidence:vocab:", "https://schema.org/", "http://www.w3.org/", "http://purl.org/")
    assert all(str(predicate).startswith(spaces) for predicate in set(graph.predicates()))
