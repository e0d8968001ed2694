"""Units of differences, timepoint windows and comparator classes: what may stand in one pool."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from kb.model import Intervention, Outcome
from kb.model.kinds import InterventionKind
from kb.timepoint import WEEKS_PER, weeks

# --- units ---------------------------------------------------------------------------------------------------------

_RANGE = re.compile(r"(?<![\d.])(\d{1,4})\s{0,2}(?:-|–|to)\s{0,2}(\d{1,4})(?![\d.])")


@dataclass(frozen=True, slots=True)
class Unit:
    """The unit of a difference: a score with its range, or a named unit; neither where it is unknown."""

    low: float | None = None
    high: float | None = None
    name: str | None = None

    @property
    def known(self) -> bool:
        """Whether anything is known of the unit."""
        return self.name is not None or self.high is not None

    @property
    def words(self) -> str:
        """The unit as a reader sees it."""
        if self.high is not None:
            return f"points ({self.low:g}-{self.high:g})"
        return self.name or "unknown unit"


def unit_of(text: str | None, outcome: Outcome | None) -> Unit:
    """The unit of a finding; a score without a printed range has the range of its instrument.

    Examples
    --------
    >>> unit_of("VAS points (0-10)", None) == unit_of("0-10", None)
    True
    >>> unit_of("mean days", None).words
    'days'
    """
    own = text or (outcome.unit if outcome and outcome.unit and "points" not in outcome.unit else None)
    if own is None:
        return Unit()
    match = _RANGE.search(own)
    if match is None and outcome and outcome.unit and "point" in own.lower():
        match = _RANGE.search(outcome.unit)
    if match:
        return Unit(float(match[1]), float(match[2]))
    return Unit(name=own.lower().removeprefix("mean ").strip())


def instrument_of(outcome: str, vocabulary: Mapping[str, Outcome]) -> str:
    """The widest term that is measured on the scale of an outcome: pain by VAS and by NRS are both pain intensity.

    Only a broader term with the very unit of the outcome counts; two questionnaires of 0 to 100 under a term without
    a unit remain two instruments.
    """
    here = vocabulary.get(outcome)
    while here and here.unit:
        same = [vocabulary[b] for b in here.broader if b in vocabulary and vocabulary[b].unit == here.unit]
        if len(same) != 1:
            break
        here = same[0]
    return here.id if here else outcome


# --- time ----------------------------------------------------------------------------------------------------------


class Window(StrEnum):
    """Follow-up, counted from the start of treatment, in the classes of Cochrane's Back and Neck group.

    Short up to 3 months, medium to under 12 months, long from 12 months on (van Tulder et al. 2003, Spine 28:1290-9;
    Furlan et al. 2015, Spine 40:1660-73). They leave 3 months itself open; most trials here call it short term.
    """

    SHORT = "short"
    MEDIUM = "medium"
    LONG = "long"
    UNKNOWN = "not said"

    @property
    def words(self) -> str:
        """The window as a reader sees it."""
        return {
            "short": "short term (up to 3 months)",
            "medium": "medium term (over 3, under 12 months)",
            "long": "long term (12 months or more)",
            "not said": "timepoint not said",
        }[self.value]


_MONTH = WEEKS_PER["month"]
_NAMED = {
    "short": Window.SHORT,
    "mid": Window.MEDIUM,
    "medium": Window.MEDIUM,
    "intermediate": Window.MEDIUM,
    "long": Window.LONG,
}
_TERM = re.compile(r"\bterm\b", re.IGNORECASE)
_LENGTH = re.compile(r"\b(short|mid|medium|intermediate|long)\b", re.IGNORECASE)
_SPAN = re.compile(
    r"(?:(?:up )?to |under )?(?:(\d{1,3})\s?(?:-|–|to)\s?)?(\d{1,3})[ -](day|week|month|year)s?"
    r"(?: / [a-z]+| \(.*\))?",
    re.IGNORECASE,
)
_NTH = re.compile(r"(week|month|year) (\d{1,3})", re.IGNORECASE)


def window_of_weeks(count: float) -> Window:
    """The window of a duration in weeks.

    Examples
    --------
    >>> window_of_weeks(13), window_of_weeks(16), window_of_weeks(52)
    (<Window.SHORT: 'short'>, <Window.MEDIUM: 'medium'>, <Window.LONG: 'long'>)
    """
    # A week of grace: 13 weeks are 3 months and 52 weeks are 12 months, though not to the day.
    if count <= 3 * _MONTH + 0.5:
        return Window.SHORT
    return Window.MEDIUM if count < 12 * _MONTH - 1 else Window.LONG


def weeks_of(timepoint: str | None) -> float | None:
    """Weeks of one point in time; the end of a span that lies in one window; None for several or no durations."""
    text = (timepoint or "").strip()
    plain = weeks(text)
    if plain is not None:
        return plain
    nth = _NTH.fullmatch(text)
    if nth:
        return float(nth[2]) * WEEKS_PER[nth[1].lower()]
    span = _SPAN.fullmatch(text)
    if not span:
        return None
    unit = WEEKS_PER[span[3].lower()]
    last = float(span[2]) * unit
    if span[1] is not None and window_of_weeks(float(span[1]) * unit) is not window_of_weeks(last):
        return None
    return last


def window_of(timepoint: str | None) -> Window:
    """The window of a printed timepoint.

    Examples
    --------
    >>> [window_of(t).value for t in ("12 weeks", "1 year", "short term", "week 2", "4-12 weeks", "1 and 6 months")]
    ['short', 'long', 'short', 'short', 'short', 'not said']
    """
    count = weeks_of(timepoint)
    if count is not None:
        return window_of_weeks(count)
    text = timepoint or ""
    named = {_NAMED[word.lower()] for word in _LENGTH.findall(text)} if _TERM.search(text) else set()
    return named.pop() if len(named) == 1 else Window.UNKNOWN


def window_asked(text: str) -> Window:
    """The window that somebody asks for: by its name, or by a duration that lies in it.

    Examples
    --------
    >>> window_asked("Long"), window_asked("6 months")
    (<Window.LONG: 'long'>, <Window.MEDIUM: 'medium'>)
    """
    named = _NAMED.get(text.strip().lower())
    found = named or window_of(text)
    if found is Window.UNKNOWN:
        raise ValueError(f"no timepoint {text!r}: use short, medium, long, or a duration such as '3 months'")
    return found


# --- comparators ---------------------------------------------------------------------------------------------------


class Comparator(StrEnum):
    """What an intervention was compared with; classes are never pooled with each other."""

    PLACEBO = "placebo or sham"
    NO_TREATMENT = "no or usual treatment"
    ADD_ON = "the same treatment without it"
    ACTIVE = "another treatment"
    MIXED = "mixed comparators"
    BASELINE = "own baseline"
    NOT_TREATED = "people or sides outside the trial"
    NONE = "no comparator named"


_BASELINE = {"own-baseline"}
_OUTSIDE = {"pain-free-controls", "sedentary-controls", "uninvolved-side", "lower-exposure"}


def comparator_class(
    interventions: Collection[str], comparators: Collection[str], vocabulary: Mapping[str, Intervention]
) -> Comparator:
    """The class of a comparison; of several comparators all must be of one class.

    Examples
    --------
    >>> comparator_class(["shockwave", "stretching"], ["stretching"], {})
    <Comparator.ADD_ON: 'the same treatment without it'>
    """
    if not comparators:
        return Comparator.NONE
    if set(comparators) < set(interventions):
        return Comparator.ADD_ON
    classes = {_class_of(term, vocabulary) for term in comparators if term not in interventions}
    if not classes:
        return Comparator.ACTIVE  # a treatment against itself, in another dose
    return classes.pop() if len(classes) == 1 else Comparator.MIXED


def _class_of(term: str, vocabulary: Mapping[str, Intervention]) -> Comparator:
    if term == "mixed-comparators":
        return Comparator.MIXED
    if term in _BASELINE:
        return Comparator.BASELINE
    if term in _OUTSIDE:
        return Comparator.NOT_TREATED
    if "placebo" in _above(term, vocabulary):
        return Comparator.PLACEBO
    known = vocabulary.get(term)
    return Comparator.NO_TREATMENT if known and known.kind is InterventionKind.CONTROL else Comparator.ACTIVE


def _above(term: str, vocabulary: Mapping[str, Intervention]) -> set[str]:
    found, waiting = {term}, [term]
    while waiting:
        here = vocabulary.get(waiting.pop())
        for other in here.broader if here else ():
            if other not in found:
                found.add(other)
                waiting.append(other)
    return found
