"""The vocabulary: conditions, interventions, outcomes, populations."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StrictBool, StrictStr

from kb.model.kinds import Better, InterventionKind
from kb.model.noun import Id, Noun, Number, Text


class Term(Noun):
    """One controlled term (SKOS prefLabel, altLabel, broader, scopeNote)."""

    id: Id
    label: Text
    patient_label: Text
    synonyms: tuple[Text, ...]
    broader: tuple[Id, ...]
    mesh: Text | None
    scope_note: Text | None = None


class Condition(Term):
    """A health condition; ICD-10-CM codes only where certain."""

    icd10cm: tuple[Annotated[StrictStr, Field(pattern=r"^[A-Z][0-9][0-9A-Z](\.[0-9A-Z]{1,4})?$")], ...] | None


class Intervention(Term):
    """A treatment, training advice, exposure, test, service or control condition."""

    kind: InterventionKind


class Mcid(Noun):
    """Minimal clinically important difference, in the outcome's unit, and where it was read."""

    value: Number
    unit: Text
    source: Text


class Outcome(Term):
    """Something that was measured.

    ``surrogate`` marks what a patient does not feel (mechanics, imaging, strength).
    """

    better: Better | None
    unit: Text | None
    mcid: tuple[Mcid, ...] = ()
    surrogate: StrictBool


class Population(Term):
    """Who was studied, apart from the condition."""
