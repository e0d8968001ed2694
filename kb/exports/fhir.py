"""FHIR R5: a Bundle of Citation, EvidenceVariable and Evidence. Experimental: these resources still change.

A Citation for each study, an EvidenceVariable for each term that a finding uses, an Evidence for each finding and for
each answer of the base. What is unknown is left out, never invented. Statistics that have a code of HL7's
``statistic-type`` carry it; others, such as a percentage of unknown denominator, are told in text. Certainty is given
only where the authors of a review, a rule or a person rated it, and ``rater`` and ``note`` say who.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from kb.exports.about import CAUTION, LICENCE_TITLE, LICENCE_URL, NAMESPACE
from kb.exports.fhir_codes import (
    CI,
    P_VALUE,
    RATINGS,
    ROLES,
    STANDARD_DEVIATION,
    coded,
    statistic_type,
    told,
)
from kb.exports.shared import encodable, xml_text

if TYPE_CHECKING:
    from kb.exports.data import Data

Resource = dict[str, Any]
_VARIABLES = {"conditions": "condition", "interventions": "intervention", "outcomes": "outcome",
              "populations": "population"}  # fmt: skip
_PICO = {
    "populations": ("population", "population"),
    "conditions": ("condition", "population"),
    "interventions": ("intervention", "exposure"),
    "comparators": ("intervention", "referenceExposure"),
    "outcomes": ("outcome", "measuredVariable"),
}
_WHO = {
    "rules": "computed by rule; not reviewed by a person",
    "authors": "graded by the authors of the review or guideline",
    "person": "judged by a person",
}
_UNREVIEWED = "Read and curated from sources by the maintainers; not reviewed by a clinician."


def fhir(data: Data) -> str:
    """The Bundle as JSON."""
    made = [*_citations(data), *_variables(data), *_findings(data), *_answers(data)]
    about = data.about
    bundle = {
        "resourceType": "Bundle",
        "meta": {"tag": [{"system": f"{NAMESPACE}tag", "code": "experimental", "display": CAUTION}]},
        "identifier": {"system": "urn:ietf:rfc:3986", "value": f"{NAMESPACE}bundle:{about.digest}"},
        "type": "collection",
        "entry": [{"fullUrl": full, "resource": _common(data, resource)} for full, resource in made],
    }
    return encodable(json.dumps(_clean(bundle), ensure_ascii=False, indent=1, default=_number)) + "\n"


def reference(kind: str, identifier: str) -> str:
    """Address of a resource within the bundle: the same for the same id.

    Examples
    --------
    >>> reference("study", "zhang2024") == reference("study", "zhang2024")
    True
    """
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{NAMESPACE}{kind}:{identifier}')}"


def _common(data: Data, resource: Resource) -> Resource:
    """What every resource says: version, status, that it is experimental, licence."""
    kind, rest = resource.pop("resourceType"), resource
    common = {
        "version": data.about.version,
        "status": "active",
        "experimental": True,
        "date": data.about.date.isoformat() if data.about.date else None,
        "publisher": "The kb-evidence authors",
        "copyright": f"{LICENCE_TITLE}, {LICENCE_URL}",
    }
    return {"resourceType": kind, **common, **rest}


def _number(value: object) -> float | int:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    message = f"{value!r} is no number"
    raise TypeError(message)


def _clean(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """Without what is unknown or empty, and without characters that FHIR strings may not hold."""
    if isinstance(value, Mapping):
        items = ((name, _clean(item)) for name, item in value.items())
        return {name: item for name, item in items if item not in (None, "", [], {})}
    if isinstance(value, (list, tuple)):
        return [item for item in map(_clean, value) if item not in (None, "", [], {})]
    return xml_text(value).strip() if isinstance(value, str) else value


def _identifier(kind: str, identifier: str) -> list[Resource]:
    return [{"system": f"{NAMESPACE}{kind}", "value": identifier}]


def _citations(data: Data) -> Iterator[tuple[str, Resource]]:
    references = data.base.corpus.references
    for row in data["studies"].dicts():
        found = references.get(row["key"])
        artifact: Resource = {
            "identifier": [
                {"system": "https://doi.org", "value": row["doi"]} if row["doi"] else None,
                {"system": "https://pubmed.ncbi.nlm.nih.gov", "value": row["pmid"]} if row["pmid"] else None,
                {"system": "https://pmc.ncbi.nlm.nih.gov", "value": row["pmcid"]} if row["pmcid"] else None,
            ],
            "title": [{"text": row["title"]}] if row["title"] else None,
            "publicationForm": [_form(row, found)] if found else None,
            "classification": [{"type": told("study design"), "classifier": [told(row["design"])]}],
            "currentState": [told(row["notice"])] if row["notice"] else None,
            "note": [{"text": row["notice"]}] if row["notice"] else None,
        }
        if row["authors"] and found:
            names = "; ".join(name for name in found.author if name != "others")
            summary = {"type": told("author string"), "value": names.replace("{", "").replace("}", "")}
            artifact["contributorship"] = {"complete": "others" not in found.author, "summary": [summary]}
        yield (
            reference("study", row["key"]),
            {
                "resourceType": "Citation",
                "url": f"{NAMESPACE}study:{row['key']}",
                "identifier": _identifier("study", row["key"]),
                "title": row["label"],
                "summary": [{"style": told("Vancouver"), "text": row["reference"]}] if row["reference"] else None,
                "citedArtifact": artifact,
            },
        )


def _form(row: Mapping[str, Any], found: Any) -> Resource:  # noqa: ANN401 - kb.model.Reference
    return {
        "publishedIn": {"type": told("Periodical"), "title": row["journal"]} if row["journal"] else None,
        "volume": found.volume,
        "issue": found.number,
        "pageString": found.pages,
        "articleDate": f"{row['year']:04}" if row["year"] else None,
    }


def _variables(data: Data) -> Iterator[tuple[str, Resource]]:
    """The terms that findings and answers use, each once."""
    used: dict[str, set[str]] = {name: set() for name in _VARIABLES}
    for column, (kind, _) in _PICO.items():
        for terms in data["findings"].columns[column]:
            used[f"{kind}s"] |= set(terms or ())
    for name in ("condition", "intervention", "outcome"):
        used[f"{name}s"] |= set(data["answers"].columns[name])
    for table, kind in _VARIABLES.items():
        for row in data[table].dicts():
            if row["id"] in used[table]:
                yield reference(kind, row["id"]), _variable(kind, row)


def _variable(kind: str, row: Mapping[str, Any]) -> Resource:
    codes = [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": code} for code in row.get("icd10cm") or ()]
    codes += [{"system": "http://id.nlm.nih.gov/mesh", "display": row["mesh"]}] if row["mesh"] else []
    return {
        "resourceType": "EvidenceVariable",
        "url": f"{NAMESPACE}{kind}:{row['id']}",
        "identifier": _identifier(kind, row["id"]),
        "title": row["label"],
        "shortTitle": row["patient_label"],
        "description": row["scope_note"],
        "note": [{"text": f"Also called: {'; '.join(row['synonyms'])}"}] if row["synonyms"] else None,
        "actual": False,
        "characteristic": [{"definitionCodeableConcept": {"coding": codes, "text": row["label"]}}],
    }


def _definitions(terms: Iterable[tuple[str, str, str]]) -> list[Resource]:
    """Variables of an Evidence: kind, id and role of each."""
    return [
        {"variableRole": ROLES[role], "observed": {"reference": reference(kind, identifier)}}
        for kind, identifier, role in terms
    ]


def _quantity(value: float | None, unit: str | None) -> Resource | None:
    return None if value is None else {"value": Decimal(repr(value)), "unit": unit}


def _statistic(row: Mapping[str, Any], level: float) -> Resource:
    attributes = []
    if row["ci_low"] is not None or row["ci_high"] is not None:
        limits = {"low": _quantity(row["ci_low"], row["unit"]), "high": _quantity(row["ci_high"], row["unit"])}
        attributes.append({"type": CI, "level": Decimal(repr(level)) / 100, "range": limits})
    if row.get("p"):
        attributes.append({"type": P_VALUE, "description": f"p {row['p']}"})
    return {
        "statisticType": statistic_type(row["measure"]),
        "quantity": _quantity(row["estimate"], row["unit"]),
        "attributeEstimate": attributes,
    }


def _findings(data: Data) -> Iterator[tuple[str, Resource]]:
    arms: dict[str, list[Mapping[str, Any]]] = {}
    for arm in data["arms"].dicts():
        arms.setdefault(arm["finding"], []).append(arm)
    studies = {row["key"]: row for row in data["studies"].dicts()}
    for row in data["findings"].dicts():
        study = studies[row["study"]]
        terms = [(kind, term, role) for column, (kind, role) in _PICO.items() for term in row[column] or ()]
        main = _statistic(row, row["ci_level"])
        main["description"] = row["direction"].replace("-", " ")
        if study["n_participants"] is not None or study["n_studies"] is not None:
            main["sampleSize"] = {
                "description": "of the whole study",
                "numberOfStudies": study["n_studies"],
                "numberOfParticipants": study["n_participants"],
            }
        notes = (
            row["notice"],
            row["note"],
            row["as_printed"],
            *(f"Read in: {place}" for place in row["read_in"] or ()),
        )
        yield (
            reference("finding", row["id"]),
            {
                "resourceType": "Evidence",
                "url": f"{NAMESPACE}finding:{row['id']}",
                "identifier": _identifier("finding", row["id"]),
                "title": row["as_reported"],
                "citeAsReference": {"reference": reference("study", row["study"])},
                "description": f"Timepoint: {row['timepoint']}" if row["timepoint"] else None,
                "note": [{"text": note} for note in (*notes, _UNREVIEWED) if note],
                "variableDefinition": _definitions(terms),
                "studyDesign": [told(study["design"])],
                "statistic": [main, *(_arm(arm) for arm in arms.get(row["id"], ()))],
                "certainty": _graded(row),
            },
        )


def _arm(arm: Mapping[str, Any]) -> Resource:
    is_count = arm["statistic"] == "events" and arm["value"] is not None and float(arm["value"]).is_integer()
    attributes = []
    if arm["sd"] is not None:
        attributes.append({"type": STANDARD_DEVIATION, "quantity": _quantity(arm["sd"], arm["unit"])})
    return {
        "description": arm["name"],
        "statisticType": statistic_type(arm["statistic"]) if arm["statistic"] else None,
        "numberOfEvents": int(arm["value"]) if is_count and arm["value"] >= 0 else None,
        "quantity": None if is_count else _quantity(arm["value"], arm["unit"]),
        "sampleSize": {"numberOfParticipants": arm["n"]} if arm["n"] is not None else None,
        "attributeEstimate": attributes,
    }


def _graded(row: Mapping[str, Any]) -> list[Resource]:
    if not row["certainty"]:
        return []
    lowest = f", at its lowest {row['certainty_lowest']}" if row["certainty_lowest"] else ""
    return [
        {
            "description": f"{row['certainty']}{lowest}",
            "type": coded("certainty-type", "Overall", "Overall certainty"),
            "rating": RATINGS[row["certainty"]],
            "rater": _WHO["authors"],
            "note": [{"text": row["certainty_reason"]}] if row["certainty_reason"] else None,
        }
    ]


def _answers(data: Data) -> Iterator[tuple[str, Resource]]:
    for row in data["answers"].dicts():
        terms = (
            ("condition", row["condition"], "population"),
            ("intervention", row["intervention"], "exposure"),
            ("outcome", row["outcome"], "measuredVariable"),
        )
        compared = {"description": row["compared_with"], "variableRole": ROLES["referenceExposure"]}
        main = _statistic(row, 95)
        if row["k"] is not None or row["n"] is not None:
            main["sampleSize"] = {"numberOfStudies": row["k"], "numberOfParticipants": row["n"]}
        rests = [{"type": "derived-from", "resourceReference": {"reference": reference("finding", finding)}}
                 for finding in row["findings"]]  # fmt: skip
        yield (
            reference("answer", row["id"]),
            {
                "resourceType": "Evidence",
                "url": f"{NAMESPACE}answer:{row['id']}",
                "identifier": _identifier("answer", row["id"]),
                "title": row["words"],
                "assertion": row["words"],
                "description": f"Timepoint: {row['timepoint']}. Made by rules from the findings; not reviewed.",
                "relatedArtifact": rests,
                "variableDefinition": [*_definitions(terms), compared],
                "statistic": [main],
                "certainty": [_rated(row)] if row["certainty"] else [],
            },
        )


def _rated(row: Mapping[str, Any]) -> Resource:
    return {
        "type": coded("certainty-type", "Overall", "Overall certainty"),
        "rating": RATINGS[row["certainty"]],
        "rater": _WHO[row["certainty_basis"]],
        "note": [{"text": reason} for reason in row["certainty_reasons"]],
    }
