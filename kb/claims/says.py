"""What a statement says, read as PICO, numbers, direction and certainty; nothing of its words is kept elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kb.model import ClaimDirection, Wording


class NumberRole(StrEnum):
    """What a number in a statement is."""

    PARTICIPANTS = "participants"
    STUDIES = "studies"
    EFFECT = "effect"
    """An estimate with its measure: RR 0.53, SMD 0.6, a mean difference of 8.6 points."""
    CHANGE = "change"
    """A relative change in percent: "cut injuries by 50 %", "twice as likely" (100 % more)."""
    PERCENT = "percent"
    """A share: 18 % of injuries."""
    P_VALUE = "p-value"
    DURATION = "duration"
    OTHER = "other"


class Bound(StrEnum):
    """How a number is hedged."""

    EXACT = "exact"
    ABOUT = "about"
    MORE_THAN = "more-than"
    LESS_THAN = "less-than"
    UP_TO = "up-to"


@dataclass(frozen=True, slots=True)
class Said:
    """A term of a vocabulary that a statement names, and the words it was recognised by, at ``start:end``."""

    id: str
    words: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class SaidNumber:
    """A number of a statement.

    ``value`` (and ``high`` for a range) in ``unit`` (``%``, ``weeks``, ``points``, ... or empty); a CHANGE is signed:
    -50 is half less. ``measure`` is the name of the measure as in :class:`kb.model.Measure` when the text names one.
    """

    role: NumberRole
    value: float
    unit: str
    bound: Bound
    start: int
    end: int
    high: float | None = None
    measure: str | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class Says:
    """What a statement says.

    Parameters
    ----------
    text
        The statement as it stands: one or more sentences.
    populations, conditions, interventions, outcomes
        Controlled terms it names, in order, the most specific where one contains the other.
    numbers
        Its numbers, in order.
    weeks
        Timepoints or durations of follow-up that an effect is told at, in weeks.
    direction
        What kind of statement it is; None when it cannot be told.
    wording
        How sure it sounds.
    certain_words, causal_words
        The words that make it sound certain ("proves") or causal ("causes", "leads to"), as they stand.
    hedged
        Words that hold it back ("may", "in one small trial").
    """

    text: str
    populations: tuple[Said, ...] = ()
    conditions: tuple[Said, ...] = ()
    interventions: tuple[Said, ...] = ()
    outcomes: tuple[Said, ...] = ()
    numbers: tuple[SaidNumber, ...] = ()
    weeks: tuple[float, ...] = ()
    direction: ClaimDirection | None = None
    wording: Wording = Wording.CERTAIN
    certain_words: tuple[str, ...] = ()
    causal_words: tuple[str, ...] = ()
    hedged: tuple[str, ...] = ()
