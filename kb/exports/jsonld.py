"""The base as JSON-LD: linked data with its context inside, so that nothing is fetched to read it.

Vocabularies: schema.org for publications, posts and claims, SKOS for terms, BIBO for PubMed ids, Dublin Core for
licence and citation, PROV for where a number was read. What these have no word for (PICO roles, effects, verdicts)
stands in a vocabulary of our own, ``urn:kb-evidence:vocab:``, which the SHACL shapes (:mod:`kb.exports.shacl`) define.
Numbers are ``xsd:decimal`` with the digits of the base. A MeSH heading is a ``schema:MedicalCode`` with its name: the
base holds headings, not MeSH ids, so nothing is said to be ``skos:exactMatch``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from kb.cite.names import people
from kb.exports.about import CAUTION, DESCRIPTION, LICENCE_URL, NAMESPACE, TITLE
from kb.exports.shared import encodable

if TYPE_CHECKING:
    from kb.exports.data import Data

Node = dict[str, Any]

VOCAB = f"{NAMESPACE}vocab:"
_IDS = ("study", "population", "condition", "intervention", "comparator", "outcome", "post", "finding", "claim")
_DECIMALS = ("estimate", "ciLow", "ciHigh", "ciLevel", "value", "sd", "weeks", "i2")
CONTEXT: Mapping[str, Any] = {
    "@vocab": VOCAB,
    "schema": "https://schema.org/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "dcterms": "http://purl.org/dc/terms/",
    "bibo": "http://purl.org/ontology/bibo/",
    "prov": "http://www.w3.org/ns/prov#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "id": "@id",
    "type": "@type",
    **{name: {"@id": f"{VOCAB}{name}", "@type": "@id"} for name in _IDS},
    **{name: {"@id": f"{VOCAB}{name}", "@type": "xsd:decimal"} for name in _DECIMALS},
    "schema:about": {"@type": "@id"},
    "schema:sameAs": {"@type": "@id"},
    "schema:appearance": {"@type": "@id"},
    "schema:citation": {"@type": "@id"},
    "schema:license": {"@type": "@id"},
    "schema:author": {"@container": "@list"},
    "schema:datePublished": {"@type": "xsd:gYear"},
    "schema:dateModified": {"@type": "xsd:date"},
    "schema:url": {"@type": "xsd:anyURI"},
    "skos:broader": {"@type": "@id"},
    "skos:inScheme": {"@type": "@id"},
    "prov:wasDerivedFrom": {"@type": "@id"},
    "prov:hadPrimarySource": {"@type": "@id"},
}
_PICO = {
    "populations": "population",
    "conditions": "condition",
    "interventions": "intervention",
    "comparators": "comparator",
    "outcomes": "outcome",
}
_ROLES = {"population": "population", "condition": "condition", "intervention": "intervention",
          "comparator": "intervention", "outcome": "outcome"}  # fmt: skip
_KINDS = ("condition", "intervention", "outcome", "population")


def jsonld(data: Data) -> str:
    """The whole base as one JSON-LD document."""
    graph = [_dataset(data), *_terms(data), *_sources(data), *_studies(data), *_findings(data), *_arms(data)]
    graph += [*_posts(data), *_claims(data), *_evidence(data), *_answers(data)]
    document = {"@context": CONTEXT, "@graph": [_known(node) for node in graph]}
    return encodable(json.dumps(document, ensure_ascii=False, indent=1)) + "\n"


def urn(kind: str, identifier: str) -> str:
    """Name of a thing.

    Examples
    --------
    >>> urn("study", "zhang2024")
    'urn:kb-evidence:study:zhang2024'
    """
    return f"{NAMESPACE}{kind}:{quote(encodable(identifier), safe='.-_')}"


def _known(node: Mapping[str, Any]) -> Node:
    """A node without what is unknown or empty."""
    return {name: value for name, value in node.items() if value not in (None, "", [], ())}


def _urns(kind: str, identifiers: Iterable[str] | None) -> list[str]:
    return [urn(kind, identifier) for identifier in identifiers or ()]


def _decimal(value: float | None) -> str | None:
    """Digits without an exponent, as xsd:decimal writes them."""
    return None if value is None else format(Decimal(repr(value)), "f")


def _english(text: str | None) -> Node | None:
    return {"@value": text, "@language": "en"} if text else None


def _dataset(data: Data) -> Node:
    told = data.about
    return {
        "id": f"{NAMESPACE}dataset",
        "type": "schema:Dataset",
        "schema:name": TITLE,
        "schema:description": f"{DESCRIPTION} {CAUTION}",
        "schema:version": told.version,
        "schema:license": LICENCE_URL,
        "schema:dateModified": told.date.isoformat() if told.date else None,
        "dcterms:bibliographicCitation": told.citation,
    }


def _terms(data: Data) -> Iterator[Node]:
    for kind in _KINDS:
        scheme = urn("scheme", f"{kind}s")
        yield {"id": scheme, "type": "skos:ConceptScheme", "dcterms:title": f"{kind.capitalize()}s"}
        for row in data[f"{kind}s"].dicts():
            codes = [{"type": "schema:MedicalCode", "schema:codingSystem": "MeSH", "schema:name": row["mesh"]}]
            codes = codes if row["mesh"] else []
            codes += [
                {"type": "schema:MedicalCode", "schema:codingSystem": "ICD-10-CM", "schema:codeValue": code}
                for code in row.get("icd10cm") or ()
            ]
            yield {
                "id": urn(kind, row["id"]),
                "type": ["skos:Concept", kind.capitalize()],
                "skos:notation": row["id"],
                "skos:prefLabel": _english(row["label"]),
                "skos:altLabel": [_english(name) for name in row["synonyms"] or ()],
                "patientLabel": _english(row["patient_label"]),
                "skos:scopeNote": _english(row["scope_note"]),
                "skos:inScheme": scheme,
                "skos:broader": _urns(kind, row["broader"]),
                "schema:code": codes,
                "interventionKind": row.get("kind"),
                "better": row.get("better"),
                "unit": row.get("unit"),
                "surrogate": row.get("surrogate"),
            }


def _sources(data: Data) -> Iterator[Node]:
    for row in data["sources"].dicts():
        yield {
            "id": urn("source", row["id"]),
            "type": "prov:Entity",
            "schema:url": row["url"],
            "schema:description": row["note"],
        }


def _studies(data: Data) -> Iterator[Node]:
    references = data.base.corpus.references
    for row in data["studies"].dicts():
        reference = references.get(row["key"])
        authors, more = people(reference.author if reference else ())
        yield {
            "id": urn("study", row["key"]),
            "type": ["Study", "schema:MedicalScholarlyArticle"],
            "schema:identifier": row["key"],
            "schema:name": row["title"],
            "schema:author": [
                {"type": "schema:Organization", "schema:name": name.family}
                if name.is_group
                else _known(
                    {
                        "type": "schema:Person",
                        "schema:familyName": name.family,
                        "schema:givenName": name.given,
                        "schema:honorificSuffix": name.suffix,
                    }
                )
                for name in authors
            ],
            "moreAuthors": True if more else None,
            "schema:isPartOf": {"type": "schema:Periodical", "schema:name": row["journal"]} if row["journal"] else None,
            "schema:datePublished": f"{row['year']:04}" if row["year"] else None,
            "schema:sameAs": _addresses(row),
            "bibo:doi": row["doi"],
            "bibo:pmid": row["pmid"],
            "pmcid": row["pmcid"],
            "dcterms:bibliographicCitation": row["reference"],
            "schema:about": [
                *_urns("condition", row["conditions"]),
                *_urns("intervention", row["interventions"]),
                *_urns("population", row["populations"]),
            ],
            "design": row["design"],
            "participants": row["n_participants"],
            "studiesIncluded": row["n_studies"],
            "conclusion": row["conclusion"],
            "notice": row["notice"],
            "retracted": row["retracted"],
            "verification": row["verification"],
        }


def _addresses(row: Mapping[str, Any]) -> list[str]:
    made = []
    if row["doi"]:
        made.append(f"https://doi.org/{quote(encodable(row['doi']), safe='/:;().-_')}")
    if row["pmid"]:
        made.append(f"https://pubmed.ncbi.nlm.nih.gov/{quote(encodable(row['pmid']), safe='')}/")
    return made


def _pico(row: Mapping[str, Any]) -> Node:
    return {name: _urns(_ROLES[name], row[column]) for column, name in _PICO.items()}


def _effect(row: Mapping[str, Any]) -> Node:
    return {
        "measure": row["measure"],
        "unit": row["unit"],
        "estimate": _decimal(row["estimate"]),
        "ciLow": _decimal(row["ci_low"]),
        "ciHigh": _decimal(row["ci_high"]),
    }


def _findings(data: Data) -> Iterator[Node]:
    for row in data["findings"].dicts():
        yield {
            "id": urn("finding", row["id"]),
            "type": "Finding",
            "study": urn("study", row["study"]),
            "schema:description": row["as_reported"],
            **_pico(row),
            **_effect(row),
            "ciLevel": _decimal(row["ci_level"]) if row["ci_low"] is not None or row["ci_high"] is not None else None,
            "p": row["p"],
            "timepoint": row["timepoint"],
            "weeks": _decimal(row["weeks"]),
            "direction": row["direction"],
            "certaintyByAuthors": row["certainty"],
            "asPrinted": row["as_printed"],
            "retracted": row["retracted"],
            "skos:note": row["note"],
            "prov:hadPrimarySource": urn("study", row["study"]),
            "prov:wasDerivedFrom": _urns("source", row["sources"]),
        }


def _arms(data: Data) -> Iterator[Node]:
    for row in data["arms"].dicts():
        yield {
            "id": urn("arm", f"{row['finding']}.a{row['arm']}"),
            "type": "Arm",
            "finding": urn("finding", row["finding"]),
            "schema:position": row["arm"],
            "schema:name": row["name"],
            "participants": row["n"],
            "statistic": row["statistic"],
            "value": _decimal(row["value"]),
            "sd": _decimal(row["sd"]),
            "unit": row["unit"],
        }


def _posts(data: Data) -> Iterator[Node]:
    for row in data["posts"].dicts():
        yield {
            "id": urn("post", row["slug"]),
            "type": "schema:BlogPosting" if row["kind"] == "post" else "schema:WebPage",
            "schema:identifier": row["slug"],
            "schema:headline": row["title"],
            "schema:url": row["url"],
            "schema:dateCreated": row["date"].isoformat() if row["date"] else None,
            "schema:about": [*_urns("condition", row["conditions"]), *_urns("intervention", row["interventions"])],
        }
    for row in data["citations"].dicts():
        yield {
            "id": urn("citation", row["id"]),
            "type": "Citation",
            "post": urn("post", row["post"]),
            "study": urn("study", row["study"]) if row["study"] else None,
            "authorsAsPrinted": row["authors"],
            "yearAsPrinted": row["year"],
            "titleAsPrinted": row["title"],
            "journalAsPrinted": row["journal"],
            "linkAsPrinted": row["link"],
        }


def _claims(data: Data) -> Iterator[Node]:
    for row in data["claims"].dicts():
        yield {
            "id": urn("claim", row["id"]),
            "type": "schema:Claim",
            "schema:text": row["statement"],
            "schema:appearance": urn("post", row["post"]),
            **_pico(row),
            "claimDirection": row["direction"],
            "magnitude": row["magnitude"],
            "wording": row["wording"],
            "verdict": row["verdict"],
            "verdictReason": row["reason"],
            "verdictBasis": row["basis"],
            "reviewedBy": row["reviewed_by"],
            "reviewedOn": row["reviewed_on"].isoformat() if row["reviewed_on"] else None,
        }


def _evidence(data: Data) -> Iterator[Node]:
    for row in data["evidence"].dicts():
        yield {
            "id": urn("evidence", f"{row['claim']}.e{row['number']}"),
            "type": "EvidenceForClaim",
            "claim": urn("claim", row["claim"]),
            "study": urn("study", row["study"]) if row["study"] else None,
            "bearing": row["bearing"],
            "relation": row["relation"],
            "skos:note": row["reason"],
            "retracted": row["retracted"],
        }


def _answers(data: Data) -> Iterator[Node]:
    for row in data["answers"].dicts():
        yield {
            "id": urn("answer", row["id"]),
            "type": "Answer",
            **{role: urn(role, row[role]) for role in ("condition", "intervention", "outcome")},
            "comparedWith": row["compared_with"],
            "comparatorClass": row["comparator"],
            "followUp": row["follow_up"],
            "timepoint": row["timepoint"],
            **_effect(row),
            "i2": _decimal(row["i2"]),
            "favours": row["favours"],
            "effectSize": row["size"],
            "participants": row["n"],
            "studiesIncluded": row["k"],
            "certainty": row["certainty"],
            "certaintyBasis": row["certainty_basis"],
            "schema:text": row["words"],
            "finding": _urns("finding", row["findings"]),
        }
