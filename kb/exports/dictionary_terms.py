"""The data dictionary of the vocabulary."""

from __future__ import annotations

from kb.exports.fields import Field, Resource, flag, number, text
from kb.model import Better, InterventionKind


def _term(name: str, one: str, *more: Field, icd: bool = False) -> Resource:
    codes = (
        (text("icd10cm", "Codes of ICD-10-CM, only where certain.", many=True, standard="ICD-10-CM"),) if icd else ()
    )
    return Resource(
        name,
        name.capitalize(),
        f"One row a controlled {one}.",
        ("id",),
        (
            text("id", "Stable id.", required=True, standard="SKOS notation"),
            text("label", "Name among professionals.", required=True, standard="SKOS prefLabel"),
            text("patient_label", "Name in words for patients.", required=True),
            text("synonyms", "Other names.", many=True, standard="SKOS altLabel"),
            text("broader", "The next broader terms.", many=True, refers=name, standard="SKOS broader"),
            text("mesh", "Heading of the MeSH descriptor, only where certain.", standard="MeSH descriptor name"),
            text("scope_note", "What the term covers.", standard="SKOS scopeNote"),
            *codes,
            *more,
        ),
        "label",
        ("label", "patient_label", "synonyms", "scope_note"),
    )


TERMS = (
    _term("conditions", "health condition", icd=True),
    _term(
        "interventions",
        "treatment, training advice, exposure, test, service or control condition",
        text("kind", "What the intervention is.", values=InterventionKind, required=True),
    ),
    _term(
        "outcomes",
        "outcome: something that was measured",
        text("better", "Which direction is better for the patient.", values=Better),
        text("unit", "Unit in which the outcome is usually told."),
        flag("surrogate", "Only stands for what patients feel: mechanics, imaging, strength."),
    ),
    _term("populations", "population: who was studied, apart from the condition"),
    Resource(
        "mcids",
        "Smallest important differences",
        "One row a minimal clinically important difference of an outcome, and where it was read.",
        ("outcome", "number"),
        (
            text("outcome", "The outcome.", refers="outcomes", required=True),
            Field("number", "integer", "Position within the outcome, from 1.", required=True),
            number("value", "The smallest difference that matters to patients.", "see unit", required=True),
            text("unit", "Unit of the value.", required=True),
            text("source", "Where it was read.", required=True),
        ),
    ),
)
