"""FHIR R5, validated by fhir.resources."""

from __future__ import annotations

import json

import pytest
from fhir.resources import get_fhir_model_class
from fhir.resources.bundle import Bundle

from kb.exports import render

STATISTICS = {"0000457", "0000100", "0000424", "C93152", "C16932", "C93150", "rate-ratio", "C53319", "C28007", "C25463",
              "descriptive"}  # fmt: skip


@pytest.fixture(scope="module")
def bundle(base, data) -> dict:
    return json.loads(render(base, "fhir"))


def of(bundle: dict, kind: str) -> dict[str, dict]:
    found = [entry["resource"] for entry in bundle["entry"] if entry["resource"]["resourceType"] == kind]
    return {resource["url"]: resource for resource in found}


def test_the_bundle_is_valid(bundle):
    assert len(Bundle.model_validate(bundle).entry or ()) == len(bundle["entry"])
    broken = json.loads(json.dumps(bundle["entry"][0]["resource"]))
    broken["citedArtifact"]["journal"] = "x"
    with pytest.raises(ValueError, match="Extra inputs"):
        get_fhir_model_class("Citation").model_validate(broken)


def test_every_reference_leads_to_an_entry(bundle):
    ids = [entry["fullUrl"] for entry in bundle["entry"]]
    assert len(ids) == len(set(ids))

    def references(value):
        if isinstance(value, dict):
            if isinstance(value.get("reference"), str):
                yield value["reference"]
            for item in value.values():
                yield from references(item)
        elif isinstance(value, list):
            for item in value:
                yield from references(item)

    assert set(references(bundle)) <= set(ids)


def test_a_finding_is_an_evidence_with_its_interval(bundle):
    found = of(bundle, "Evidence")["urn:kb-evidence:finding:zhang2024.f01"]
    statistic = found["statistic"][0]
    assert statistic["statisticType"]["coding"][0]["code"] == "0000457"
    assert statistic["quantity"] == {"value": 1.14, "unit": "VAS points (0-10)"}
    interval = statistic["attributeEstimate"][0]
    assert (interval["level"], interval["range"]["low"]["value"], interval["range"]["high"]["value"]) == (
        0.95,
        0.8,
        1.48,
    )
    roles = [variable["variableRole"]["coding"][0]["code"] for variable in found["variableDefinition"]]
    assert roles == ["population", "population", "exposure", "referenceExposure", "measuredVariable"]


def test_numbers_are_those_of_the_base_and_unknown_is_absent(bundle, base):
    evidence = of(bundle, "Evidence")
    for key, study in base.corpus.studies.items():
        for finding in study.findings:
            statistic = evidence[f"urn:kb-evidence:finding:{key}.{finding.id}"]["statistic"][0]
            assert statistic.get("quantity", {}).get("value") == finding.estimate
            assert ("certainty" in evidence[f"urn:kb-evidence:finding:{key}.{finding.id}"]) is bool(finding.certainty)
            ranges = [a["range"] for a in statistic.get("attributeEstimate", []) if "range" in a]
            low, high = finding.ci_low, finding.ci_high
            assert bool(ranges) is (low is not None or high is not None)
            if ranges:
                assert ranges[0].get("low", {}).get("value") == low
                assert ranges[0].get("high", {}).get("value") == high


def test_codes_are_hl7s(bundle):
    for resource in of(bundle, "Evidence").values():
        for statistic in resource["statistic"]:
            for coding in statistic.get("statisticType", {}).get("coding", []):
                assert coding["system"] == "http://terminology.hl7.org/CodeSystem/statistic-type"
                assert coding["code"] in STATISTICS


def test_certainty_says_who_rated_it(bundle, data):
    raters = set()
    for resource in of(bundle, "Evidence").values():
        for certainty in resource.get("certainty", []):
            assert certainty["rating"]["coding"][0]["code"] in {"high", "moderate", "low", "very-low"}
            raters.add(certainty["rater"])
    assert "computed by rule; not reviewed by a person" in raters
    assert "graded by the authors of the review or guideline" in raters
    unrated = [row["id"] for row in data["answers"].dicts() if row["certainty"] is None]
    assert unrated
    for name in unrated:
        assert "certainty" not in of(bundle, "Evidence")[f"urn:kb-evidence:answer:{name}"]


def test_everything_is_marked_experimental(bundle):
    assert all(entry["resource"]["experimental"] is True for entry in bundle["entry"])
    assert bundle["meta"]["tag"][0]["code"] == "experimental"
