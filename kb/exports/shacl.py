"""SHACL shapes of the JSON-LD export, in Turtle: what every document must hold, and what our own words mean."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from kb.exports.about import LICENCE_URL
from kb.exports.jsonld import VOCAB
from kb.model import (
    Bearing,
    Better,
    CertaintyLevel,
    ClaimDirection,
    Design,
    Direction,
    Measure,
    Relation,
    Verification,
    Wording,
)

_HEAD = f"""\
# Shapes of the kb-evidence linked data. Licence: {LICENCE_URL}
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix schema: <https://schema.org/> .
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix bibo: <http://purl.org/ontology/bibo/> .
@prefix kb: <{VOCAB}> .
"""
_TEXT = "sh:datatype xsd:string"
_DECIMAL = "sh:datatype xsd:decimal"
_ONE = "sh:minCount 1 ; sh:maxCount 1"
_UP_TO_ONE = "sh:maxCount 1"


def _of(kind: str) -> str:
    return f"sh:nodeKind sh:IRI ; sh:class {kind}"


def _in(values: type[StrEnum] | Iterable[str]) -> str:
    return f"sh:in ( {' '.join(_quoted(str(getattr(value, 'value', value))) for value in values)} )"


def _quoted(text: str) -> str:
    return f'"{text}"'


_PICO = (
    ("kb:population", _of("kb:Population"), "Who was studied."),
    ("kb:condition", _of("kb:Condition"), "The health condition."),
    ("kb:intervention", _of("kb:Intervention"), "What was done."),
    ("kb:comparator", _of("kb:Intervention"), "What it was compared with."),
)
_EFFECT = (
    ("kb:estimate", f"{_UP_TO_ONE} ; {_DECIMAL}", "The effect on the scale of the measure; ratios are no logarithms."),
    ("kb:ciLow", f"{_UP_TO_ONE} ; {_DECIMAL} ; sh:lessThanOrEquals kb:ciHigh", "Lower end of the interval."),
    ("kb:ciHigh", f"{_UP_TO_ONE} ; {_DECIMAL}", "Upper end of the interval."),
    ("kb:unit", f"{_UP_TO_ONE} ; {_TEXT}", "Unit of estimate and interval; absent is unknown or none."),
)
_TERM = (
    ("skos:prefLabel", f"{_ONE} ; sh:datatype <http://www.w3.org/1999/02/22-rdf-syntax-ns#langString>", "Name."),
    ("skos:notation", f"{_ONE} ; {_TEXT}", "Stable id."),
    ("skos:inScheme", f"{_ONE} ; {_of('skos:ConceptScheme')}", "Its vocabulary."),
    ("skos:broader", "sh:nodeKind sh:IRI ; sh:class skos:Concept", "The next broader term."),
    ("kb:patientLabel", _ONE, "Name in words for patients."),
)
_SHAPES: tuple[tuple[str, str, tuple[tuple[str, str, str], ...]], ...] = (
    ("schema:Dataset", "The base itself.", (
        ("schema:license", f"{_ONE} ; sh:hasValue <{LICENCE_URL}>", "Licence."),
        ("schema:version", f"{_ONE} ; {_TEXT}", "Version of package and evidence."),
    )),
    *((f"kb:{kind}", f"A controlled {kind.lower()}.", _TERM) for kind in ("Condition", "Intervention", "Population")),
    ("kb:Outcome", "A controlled outcome.", (
        *_TERM,
        ("kb:better", f"{_UP_TO_ONE} ; {_in(Better)}", "Which direction is better for the patient."),
        ("kb:surrogate", f"{_ONE} ; sh:datatype xsd:boolean", "Only stands for what patients feel."),
    )),
    ("kb:Study", "A publication.", (
        ("schema:identifier", f"{_ONE} ; {_TEXT}", "Bibliography key."),
        ("kb:design", f"{_ONE} ; {_in(Design)}", "Study design."),
        ("kb:verification", f"{_ONE} ; {_in(Verification)}", "How much of it the curator saw."),
        ("kb:retracted", f"{_ONE} ; sh:datatype xsd:boolean", "Left out of every summary."),
        ("kb:participants", f"{_UP_TO_ONE} ; sh:datatype xsd:integer ; sh:minInclusive 0", "People studied."),
        ("bibo:pmid", f"{_UP_TO_ONE} ; sh:pattern \"^[0-9]+$\"", "Id in PubMed."),
        ("schema:about", "sh:nodeKind sh:IRI ; sh:class skos:Concept", "Its terms."),
    )),
    ("kb:Finding", "A result of a study as PICO with its effect.", (
        ("kb:study", f"{_ONE} ; {_of('kb:Study')}", "The study."),
        *_PICO,
        ("kb:outcome", f"sh:minCount 1 ; {_of('kb:Outcome')}", "What was measured."),
        ("kb:measure", f"{_ONE} ; {_in(Measure)}", "What the estimate is."),
        *_EFFECT,
        ("kb:direction", f"{_ONE} ; {_in(Direction)}", "Which way it points."),
        ("kb:certaintyByAuthors", f"{_UP_TO_ONE} ; {_in(CertaintyLevel)}", "GRADE certainty given by a review."),
        ("kb:retracted", f"{_ONE} ; sh:datatype xsd:boolean", "Its study is retracted."),
        ("prov:hadPrimarySource", f"{_ONE} ; {_of('kb:Study')}", "The study it is a result of."),
        ("prov:wasDerivedFrom", "sh:nodeKind sh:IRI ; sh:class prov:Entity", "The page where it was read."),
    )),
    ("kb:Arm", "A group of a finding.", (
        ("kb:finding", f"{_ONE} ; {_of('kb:Finding')}", "The finding."),
        ("schema:name", f"{_ONE} ; {_TEXT}", "Name of the group."),
        ("kb:value", f"{_UP_TO_ONE} ; {_DECIMAL}", "Its statistic."),
        ("kb:sd", f"{_UP_TO_ONE} ; {_DECIMAL} ; sh:minInclusive 0.0", "Standard deviation."),
    )),
    ("schema:Claim", "A statement of a post in our own words, with its verdict.", (
        ("schema:text", f"{_ONE} ; {_TEXT}", "The statement."),
        ("schema:appearance", f"{_ONE} ; sh:nodeKind sh:IRI", "The post."),
        *_PICO,
        ("kb:outcome", _of("kb:Outcome"), "The outcome."),
        ("kb:claimDirection", f"{_ONE} ; {_in(ClaimDirection)}", "What kind of statement it is."),
        ("kb:wording", f"{_ONE} ; {_in(Wording)}", "How sure the post sounds."),
        ("kb:verdict", f"{_ONE} ; {_in(Bearing)}", "How it stands to its studies."),
        ("kb:verdictBasis", f"{_ONE} ; {_TEXT}", "Who or what made the verdict."),
    )),
    ("kb:Citation", "A place where a post points at a study, as published.", (
        ("kb:post", f"{_ONE} ; sh:nodeKind sh:IRI", "The post."),
        ("kb:study", f"{_UP_TO_ONE} ; {_of('kb:Study')}", "The study that is meant."),
    )),
    ("kb:EvidenceForClaim", "How a study bears on a claim.", (
        ("kb:claim", f"{_ONE} ; {_of('schema:Claim')}", "The claim."),
        ("kb:study", f"{_UP_TO_ONE} ; {_of('kb:Study')}", "The study."),
        ("kb:bearing", f"{_ONE} ; {_in(Bearing)}", "How the claim stands to it."),
        ("kb:relation", f"{_ONE} ; {_in(Relation)}", "What it does to the claim."),
    )),
    ("kb:Answer", "The best estimate for a question, made by rules.", (
        ("kb:condition", f"{_ONE} ; {_of('kb:Condition')}", "The condition."),
        ("kb:intervention", f"{_ONE} ; {_of('kb:Intervention')}", "The intervention."),
        ("kb:outcome", f"{_ONE} ; {_of('kb:Outcome')}", "The outcome."),
        *_EFFECT,
        ("kb:certainty", f"{_UP_TO_ONE} ; {_in(CertaintyLevel)}", "GRADE certainty; absent is not rated."),
        ("kb:certaintyBasis", f"{_ONE} ; {_in(('rules', 'authors', 'person'))}", "Who says so."),
        ("kb:finding", f"sh:minCount 1 ; {_of('kb:Finding')}", "What it rests on."),
    )),
)  # fmt: skip
"""Class, what it is, and its properties: path, constraints, meaning."""


def shapes() -> str:
    """The shapes as Turtle."""
    parts = [_HEAD]
    for target, meaning, properties in _SHAPES:
        name = target.split(":")[1]
        parts.append(
            f"kb:{name}Shape a sh:NodeShape ;\n  sh:targetClass {target} ;\n  rdfs:comment {_quoted(meaning)} ;"
        )
        lines = [
            f"  sh:property [ sh:path {path} ; {constraints} ; sh:description {_quoted(what)} ]"
            for path, constraints, what in properties
        ]
        parts.append(" ;\n".join(lines) + " .\n")
    return "\n".join(parts)


def shapes_of(_data: object) -> str:
    """The shapes; they are the same for every base."""
    return shapes()
