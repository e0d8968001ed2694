"""What a statement is made of, and which kind of statement it is: effect, none, open, or not to be told."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Literal

from kb.answers.size import Size
from kb.answers.words_terms import BASELINE, OUTSIDE, is_plural
from kb.model import CertaintyLevel

_OBSERVATIONAL = frozenset(
    {
        "case series",
        "case-control study",
        "cross-sectional study",
        "prospective cohort",
        "prospective cohort study",
        "retrospective cohort",
        "retrospective cohort study",
    }
)


@dataclass(frozen=True, slots=True)
class Absolute:
    """People per 1000 with the outcome, without and with the intervention; the interval belongs to ``with_it``."""

    without: float
    with_it: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of one estimate; labels are those of the vocabulary, ``_plain`` ones those for patients.

    Parameters
    ----------
    comparator
        Alternatives joined by " or "; None when unknown.
    people
        Who was studied, plain labels joined by commas; None when unknown.
    better
        Side that the estimate favours; ``neither`` for a trivial effect, or an interval within trivial differences.
    crosses
        Whether the interval includes no effect; None without an interval.
    level, basis
        Certainty and who says so ("by rule, not reviewed", or all of :attr:`kb.appraisal.certainty.Certainty.words`).
    window
        Follow-up ("short term (up to 3 months)"); None when unknown.
    k, n
        Studies and people, None where nobody counted them; of a review, the studies in it.
    designs
        Words of the designs, singular, joined by commas.
    outcome_better
        Which direction of the outcome is better for people, ``higher`` or ``lower``; None where neither is.
    """

    intervention: str
    intervention_plain: str
    comparator: str | None
    comparator_plain: str | None
    outcome: str
    outcome_plain: str
    condition: str | None
    condition_plain: str | None
    people: str | None
    better: Literal["intervention", "comparator", "neither", "unknown"]
    crosses: bool | None
    size: Size
    level: CertaintyLevel | None
    basis: str | None
    window: str | None
    k: int | None
    n: int | None
    designs: str
    outcome_better: str | None
    absolute: Absolute | None = None


class Case(Enum):
    """Kinds of statements."""

    BETTER = "the intervention is better"
    WORSE = "the comparator is better"
    CHANGED = "different, and no direction is better"
    SAME = "little to no difference"
    OPEN = "the interval includes no effect"
    UNTOLD = "the direction is not known"


def case_of(told: Told) -> Case:
    """The kind of statement that the numbers allow.

    An interval that includes no effect goes before every direction; a direction that nobody knows is not made up.
    """
    if told.better == "neither" or told.size is Size.TRIVIAL:
        return Case.SAME
    if told.crosses:
        return Case.OPEN
    if told.outcome_better is None:
        seen = told.crosses is False or told.better != "unknown"
        return Case.CHANGED if seen else Case.UNTOLD
    return {"intervention": Case.BETTER, "comparator": Case.WORSE}.get(told.better, Case.UNTOLD)


def linked(told: Told) -> bool:
    """Whether two things went together beyond chance, and no side is compared: which is better was never asked."""
    return case_of(told) is Case.UNTOLD and told.crosses is False and told.comparator is None


def alone(told: Told) -> bool:
    """Whether people were compared with themselves before."""
    return (told.comparator or "").casefold() in BASELINE


def exposed(told: Told) -> bool:
    """Whether the comparator is people without it, not another treatment."""
    return (told.comparator or "").casefold() in {*OUTSIDE, "reference group with less exposure"}


def below_what_matters(told: Told) -> bool:
    """Whether one side is better beyond chance, by less than matters."""
    return told.size is Size.TRIVIAL and told.crosses is False and told.better in {"intervention", "comparator"}


def observational(told: Told) -> bool:
    """Whether nobody was assigned to anything, so that the studies tell of an association only."""
    if exposed(told):
        return True
    designs = {design.strip() for design in told.designs.split(",") if design.strip()}
    return bool(designs) and designs <= _OBSERVATIONAL


def verb(level: CertaintyLevel, base: str, subject: str) -> str:
    """A verb as strong as the certainty allows.

    Examples
    --------
    >>> [verb(level, "reduce", "ice") for level in CertaintyLevel][:3]
    ['reduces', 'probably reduces', 'may reduce']
    >>> verb(CertaintyLevel.MODERATE, "be", "foot orthoses")
    'are probably'
    """
    if level is CertaintyLevel.HIGH or level is CertaintyLevel.MODERATE:
        several = is_plural(subject)
        likely = level is CertaintyLevel.MODERATE
        if base == "be":
            return ("are" if several else "is") + (" probably" if likely else "")
        first, space, rest = base.partition(" ")
        return ("probably " if likely else "") + (base if several else f"{_third(first)}{space}{rest}")
    return f"may {base}"


def _third(base: str) -> str:
    if base == "have":
        return "has"
    return f"{base}es" if base.endswith(("ss", "sh", "ch", "x", "o")) else f"{base}s"


def capital(sentence: str) -> str:
    """A sentence with its first letter in upper case."""
    return sentence[:1].upper() + sentence[1:]
