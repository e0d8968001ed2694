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


def _one(constraints: str) -> str:
    """Exactly one value."""
    return f"sh:minCount 1 ; sh:maxCount 1 ; {constraints}"


def _maybe(constraints: str) -> str:
    """One value, or none where it is unknown."""
    return f"sh:maxCount 1 ; {constraints}"


def _of(kind: str) -> str:
    return f"sh:nodeKind sh:IRI ; sh:class {kind}"


def _in(values: type[StrEnum] | Iterable[str]) -> str:
    return f"sh:in ( {' '.join(_quoted(str(getattr(value, 'value', value))) for value in values)} )"


def _quoted(text: str) -> str:
    return f'"{text}"'


_IRI = "sh:nodeKind sh:IRI"
_TEXT = _one("sh:datatype xsd:string")
_NUMBER = _maybe("sh:datatype xsd:decimal")
_FLAG = _one("sh:datatype xsd:boolean")
_STUDY = _of("kb:Study")
_PICO = (
    ("kb:population", _of("kb:Population"), "Who was studied."),
    ("kb:condition", _of("kb:Condition"), "The health condition."),
    ("kb:intervention", _of("kb:Intervention"), "What was done."),
    ("kb:comparator", _of("kb:Intervention"), "What it was compared with."),
)
_EFFECT = (
    ("kb:estimate", _NUMBER, "The effect on the scale of the measure; ratios are no logarithms."),
    ("kb:ciLow", f"{_NUMBER} ; sh:lessThanOrEquals kb:ciHigh", "Lower end of the interval."),
    ("kb:ciHigh", _NUMBER, "Upper end of the interval."),
    ("kb:unit", _maybe("sh:datatype xsd:string"), "Unit of estimate and interval; absent is unknown or none."),
)
_TERM = (
    ("skos:prefLabel", _one("sh:datatype <http://www.w3.org/1999/02/22-rdf-syntax-ns#langString>"), "Name."),
    ("skos:notation", _TEXT, "Stable id."),
    ("skos:inScheme", _one(_of("skos:ConceptScheme")), "Its vocabulary."),
    ("skos:broader", "sh:nodeKind sh:IRI ; sh:class skos:Concept", "The next broader term."),
    ("kb:patientLabel", "sh:minCount 1 ; sh:maxCount 1", "Name in words for patients."),
)
_SHAPES: tuple[tuple[str, str, tuple[tuple[str, str, str], ...]], ...] = (
    ("schema:Dataset", "The base itself.", (
        ("schema:license", _one(f"sh:hasValue <{LICENCE_URL}>"), "Licence."),
        ("schema:version", _TEXT, "Version of package and evidence."),
    )),
    *((f"kb:{kind}", f"A controlled {kind.lower()}.", _TERM) for kind in ("Condition", "Intervention", "Population")),
    ("kb:Outcome", "A controlled outcome.", (
        *_TERM,
        ("kb:better", _maybe(_in(Better)), "Which direction is better for the patient."),
        ("kb:surrogate", _FLAG, "Only stands for what patients feel."),
    )),
    ("kb:Study", "A publication.", (
        ("schema:identifier", _TEXT, "Bibliography key."),
        ("kb:design", _one(_in(Design)), "Study design."),
        ("kb:verification", _one(_in(Verification)), "How much of it the curator saw."),
        ("kb:retracted", _FLAG, "Left out of every summary."),
        ("kb:participants", _maybe("sh:datatype xsd:integer ; sh:minInclusive 0"), "People studied."),
        ("bibo:pmid", _maybe('sh:pattern "^[0-9]+$"'), "Id in PubMed."),
        ("schema:about", "sh:nodeKind sh:IRI ; sh:class skos:Concept", "Its terms."),
    )),
    ("kb:Finding", "A result of a study as PICO with its effect.", (
        ("kb:study", _one(_STUDY), "The study."),
        *_PICO,
        ("kb:outcome", f"sh:minCount 1 ; {_of('kb:Outcome')}", "What was measured."),
        ("kb:measure", _one(_in(Measure)), "What the estimate is."),
        *_EFFECT,
        ("kb:direction", _one(_in(Direction)), "Which way it points."),
        ("kb:certaintyByAuthors", _maybe(_in(CertaintyLevel)), "GRADE certainty given by a review."),
        ("kb:retracted", _FLAG, "Its study is retracted."),
        ("prov:hadPrimarySource", _one(_STUDY), "The study it is a result of."),
        ("prov:wasDerivedFrom", "sh:nodeKind sh:IRI ; sh:class prov:Entity", "The page where it was read."),
    )),
    ("kb:Arm", "A group of a finding.", (
        ("kb:finding", _one(_of("kb:Finding")), "The finding."),
        ("schema:name", _TEXT, "Name of the group."),
        ("kb:value", _NUMBER, "Its statistic."),
        ("kb:sd", f"{_NUMBER} ; sh:minInclusive 0.0", "Standard deviation."),
    )),
    ("schema:Claim", "A statement of a post in our own words, with its verdict.", (
        ("schema:text", _TEXT, "The statement."),
        ("schema:appearance", _one(_IRI), "The post."),
        *_PICO,
        ("kb:outcome", _of("kb:Outcome"), "The outcome."),
        ("kb:claimDirection", _one(_in(ClaimDirection)), "What kind of statement it is."),
        ("kb:wording", _one(_in(Wording)), "How sure the post sounds."),
        ("kb:verdict", _one(_in(Bearing)), "How it stands to its studies."),
        ("kb:verdictBasis", _TEXT, "Who or what made the verdict."),
    )),
    ("kb:Citation", "A place where a post points at a study, as published.", (
        ("kb:post", _one(_IRI), "The post."),
        ("kb:study", _maybe(_STUDY), "The study that is meant."),
    )),
    ("kb:EvidenceForClaim", "How a study bears on a claim.", (
        ("kb:claim", _one(_of("schema:Claim")), "The claim."),
        ("kb:study", _maybe(_STUDY), "The study."),
        ("kb:bearing", _one(_in(Bearing)), "How the claim stands to it."),
        ("kb:relation", _one(_in(Relation)), "What it does to the claim."),
    )),
    ("kb:Answer", "The best estimate for a question, made by rules.", (
        ("kb:condition", _one(_of("kb:Condition")), "The condition."),
        ("kb:intervention", _one(_of("kb:Intervention")), "The intervention."),
        ("kb:outcome", _one(_of("kb:Outcome")), "The outcome."),
        *_EFFECT,
        ("kb:certainty", _maybe(_in(CertaintyLevel)), "GRADE certainty; absent is not rated."),
        ("kb:certaintyBasis", _one(_in(("rules", "authors", "person"))), "Who says so."),
        ("kb:finding", f"sh:minCount 1 ; {_of('kb:Finding')}", "What it rests on."),
    )),
)  # fmt: skip
"""Class, what it is, and its properties: path, constraints, meaning."""


def shapes(_data: object = None) -> str:
    """The shapes as Turtle; they are the same for every base."""
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
