"""Codes of HL7 that the FHIR export uses (terminology.hl7.org, value sets of R5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kb.model import ArmStatistic, CertaintyLevel, Measure

_SYSTEM = "http://terminology.hl7.org/CodeSystem"


def coded(system: str, code: str, display: str) -> dict[str, Any]:
    """A CodeableConcept with one code."""
    return {"coding": [{"system": f"{_SYSTEM}/{system}", "code": code, "display": display}], "text": display}


def told(text: str) -> dict[str, Any]:
    """A CodeableConcept in words alone."""
    return {"text": text}


_STATISTICS: Mapping[str, tuple[str, str]] = {
    Measure.MD: ("0000457", "Mean Difference"),
    Measure.SMD: ("0000100", "Standardized Mean Difference"),
    Measure.RISK_DIFFERENCE: ("0000424", "Risk Difference"),
    Measure.RISK_RATIO: ("C93152", "Relative Risk"),
    Measure.ODDS_RATIO: ("C16932", "Odds Ratio"),
    Measure.HAZARD_RATIO: ("C93150", "Hazard Ratio"),
    Measure.RATE_RATIO: ("rate-ratio", "Incidence Rate Ratio"),
    Measure.MEAN: ("C53319", "Mean"),
    Measure.MEDIAN: ("C28007", "Median"),
    Measure.COUNT: ("C25463", "Count"),
    Measure.NARRATIVE: ("descriptive", "Descriptive"),
    ArmStatistic.EVENTS: ("C25463", "Count"),
}
"""What means exactly the same; a percentage, a correlation of unknown kind and the like have no code."""

CI = coded("attribute-estimate-type", "C53324", "Confidence interval")
P_VALUE = coded("attribute-estimate-type", "C44185", "P-value")
STANDARD_DEVIATION = coded("attribute-estimate-type", "C53322", "Standard deviation")
RATINGS: Mapping[str, dict[str, Any]] = {
    CertaintyLevel.HIGH: coded("certainty-rating", "high", "High quality"),
    CertaintyLevel.MODERATE: coded("certainty-rating", "moderate", "Moderate quality"),
    CertaintyLevel.LOW: coded("certainty-rating", "low", "Low quality"),
    CertaintyLevel.VERY_LOW: coded("certainty-rating", "very-low", "Very low quality"),
}
ROLES: Mapping[str, dict[str, Any]] = {
    "population": coded("variable-role", "population", "population"),
    "exposure": coded("variable-role", "exposure", "exposure"),
    "referenceExposure": coded("variable-role", "referenceExposure", "reference exposure"),
    "measuredVariable": coded("variable-role", "measuredVariable", "measured variable"),
}


def statistic_type(measure: str) -> dict[str, Any]:
    """The type of a statistic, with a code where HL7 has one.

    Examples
    --------
    >>> statistic_type("MD")["coding"][0]["code"], statistic_type("percent")
    ('0000457', {'text': 'percent'})
    """
    known = _STATISTICS.get(measure)
    return coded("statistic-type", *known) if known else told(measure)
