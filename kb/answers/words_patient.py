"""The statement for a patient, in short sentences; see :mod:`kb.answers.words` for its rules.

First what was studied and in whom, then the result, then numbers of people. No advice and no promise.
"""

from __future__ import annotations

from kb.answers.size import Size
from kb.answers.words_outcomes import FEWER, SHORTEN, Phrase, event, plain_outcome_phrase
from kb.answers.words_terms import CONTROLS, inside, is_onset, named, when, whom
from kb.answers.words_told import (
    Case,
    Told,
    alone,
    below_what_matters,
    capital,
    case_of,
    exposed,
    linked,
    observational,
    verb,
)
from kb.model import CertaintyLevel

LONG = 24
"""Letters of a name that may stand twice in a statement."""
OTHER = 26
"""The same for what it was compared with."""
LONGER = 70
"""Letters of the people and the name together, from which on two treatments are "the first" and "the other"."""
FULL = 80
"""Letters from which on the first sentence is told in two."""
SHORT = 4
"""Words of an outcome after which "a little" may stand."""
_COUNTS = ("", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten")
_LITTLE = {Size.SMALL: "a little ", Size.LARGE: "much "}
_SLIGHTLY = {Size.SMALL: "slightly ", Size.LARGE: "greatly "}
_BY = {Size.SMALL: " a little", Size.LARGE: " a lot"}
_FEWER = {Size.SMALL: "slightly fewer", Size.LARGE: "far fewer"}
_MORE = {Size.SMALL: "slightly more", Size.LARGE: "many more"}
_UNRATED = "No one has rated how sure this is."
_LIKELY = {CertaintyLevel.HIGH: "would be", CertaintyLevel.MODERATE: "would probably be", CertaintyLevel.LOW: "may be"}


def patient(told: Told) -> str:
    """Two or three short sentences.

    Examples
    --------
    >>> told = Told(
    ...     "Calf stretching", "Calf stretching", "Usual care", "Usual care", "Pain", "Pain", "Plantar fasciitis",
    ...     "Heel pain under the foot", "Adults", "intervention", False, Size.SMALL, CertaintyLevel.LOW, None,
    ...     "short term (up to 3 months)", 1, 80, "randomized controlled trial", "lower",
    ... )  # fmt: skip
    >>> print(patient(told))
    One study looked at 80 adults with heel pain under the foot. It compared calf stretching with usual care. In the
    first 3 months, calf stretching may reduce pain a little.
    """
    ill = inside(told.condition_plain) if told.condition_plain else None
    outcome = plain_outcome_phrase(told.outcome_plain, told.outcome_better, ill)
    if told.k == 0:
        return _none(told, outcome)
    case = case_of(told)
    parts = [_studied(told)]
    if told.level is CertaintyLevel.VERY_LOW:
        parts.append(f"We are very unsure if {_this(told)} {_makes(told)} a difference to {outcome.definite}.")
        parts.append("The studies so far cannot tell us.")
    elif told.level is None or alone(told):
        parts += _found(told, outcome, case)
    else:
        result = _result(told, told.level, outcome, case)
        parts.append(f"{capital(result)}." if case is Case.UNTOLD else _timed(told, result))
        parts += _after(told, case)
    numbers = _numbers(told, case)
    return " ".join([*parts, *numbers, *_closing(told, case, bool(numbers))])


def _full(told: Told) -> str:
    return named(told.intervention_plain, plain=True)


def _is_long(told: Told) -> bool:
    """Whether the name is too long to be said twice; it is "this" from then on."""
    return len(_full(told)) > LONG


def _this(told: Told) -> str:
    if _is_longer(told):
        return "the first choice"
    return "this" if _is_long(told) else _full(told)


def _is_longer(told: Told) -> bool:
    """Whether even two sentences would not hold the people and both treatments."""
    return _is_long(told) and _compared(told) and len(_people(told)) + len(_full(told)) > LONGER


def _compared(told: Told) -> bool:
    """Whether the first sentence names two treatments."""
    return told.comparator_plain is not None and not exposed(told) and not alone(told)


def _that(told: Told) -> str | None:
    return named(told.comparator_plain, plain=True) if told.comparator_plain else None


def _makes(told: Told) -> str:
    return verb(CertaintyLevel.HIGH, "make", _this(told))


def _other(told: Told) -> str | None:
    """The comparator once more; a long name is not said twice."""
    that = _that(told)
    return "the other choice" if that and len(that) > OTHER else that


def _people(told: Told) -> str:
    return whom(told.people, told.condition_plain, onset=is_onset(told.outcome))


def _studied(told: Told) -> str:
    """What was studied, and in whom; in two sentences when it is much."""
    what, full, that = _source(told), _full(told), _that(told)
    people = f" of {told.n:,} {_people(told)}" if told.n and told.n > 1 else f" in {_people(told)}"
    if that is None or not _compared(told):
        return f"{what}{people} looked at {full}."
    seen = people.removeprefix(" of").removeprefix(" in")
    if _is_longer(told):
        return f"{what} looked at{seen}. The first choice was {full}. The other was {that}."
    whole = f"{what}{people} compared {full} with {that}."
    if _is_long(told):
        return f"{what}{people} looked at {full}. {_pronoun(what)} compared this with {that}."
    if len(whole) > FULL:
        return f"{what} looked at{seen}. {_pronoun(what)} compared {full} with {that}."
    return whole


def _source(told: Told) -> str:
    """How many studies, or which review."""
    many = "" if told.k is None else _COUNTS[told.k] if told.k < len(_COUNTS) else f"{told.k:,}"
    several = many not in {"", "One"}
    if told.designs and all("review" in design or "meta" in design for design in told.designs.split(",")):
        return f"A review of {many.lower()} studies" if several else "One review"
    if "guideline" in told.designs and "," not in told.designs:
        return "A guideline"
    return f"{many} studies" if several else "One study" if many else "Studies"


def _they(told: Told) -> str:
    source = _source(told)
    if source.endswith(("studies", "Studies")) and not source.startswith("A "):
        return "the studies do"
    return f"the {'study' if source.endswith('study') else 'guideline' if 'guideline' in source else 'review'} does"


def _pronoun(source: str) -> str:
    return "They" if source.endswith(("studies", "Studies")) and not source.startswith("A ") else "It"


def _timed(told: Told, text: str) -> str:
    at = when(told.window, plain=True)
    if not at or at.startswith("("):
        return f"{capital(text)}{f' {at}' if at else ''}."
    return f"{capital(at)}, {text}."


def _result(told: Told, level: CertaintyLevel, outcome: Phrase, case: Case) -> str:
    this = _this(told)
    if linked(told):
        return f"{this} and {outcome.definite} may go together"
    if case is Case.UNTOLD:
        return f"{_they(told)} not show if {this} {_makes(told)} a difference to {outcome.definite}"
    if observational(told):
        return _link(told, level, outcome, case)
    if case is Case.OPEN:
        return f"{this} may make little or no difference to {outcome.definite}"
    if case is Case.SAME:
        return f"{this} {verb(level, 'make', this)} little or no difference to {outcome.definite}"
    if case is Case.CHANGED:
        return f"{this} {_sized(told, verb(level, 'change', this), outcome)}"
    return _directed(told, level, outcome, case)


def _link(told: Told, level: CertaintyLevel, outcome: Phrase, case: Case) -> str:
    """An association, where nobody was assigned to anything."""
    this = _this(told)
    if case is Case.OPEN:
        return f"{this} may have little or no link to {outcome.definite}"
    if case is Case.SAME:
        return f"{this} {verb(level, 'have', this)} little or no link to {outcome.definite}"
    if case is Case.CHANGED:
        return f"{this} {verb(level, 'go', this)} along with a difference in {outcome.definite}"
    return f"{this} {verb(level, 'go', this)} along with {_linked(told, outcome, case)}"


def _directed(told: Told, level: CertaintyLevel, outcome: Phrase, case: Case) -> str:
    """Which of two is better; a treatment against a control is told by its verb."""
    this, that = _this(told), _other(told)
    than = f" than {that}" if that else ""
    if outcome.people is not None:
        how = _how_many(told, case)
        done = verb(level, outcome.people[0], "people")
        return f"{how} people {done} with {this}{f' than with {that}' if that else ''}"
    if outcome.style is FEWER:
        return f"{this} {verb(level, 'lead', this)} to {_how_many(told, case)} {outcome.text}{than}"
    if outcome.style is SHORTEN:
        size = {Size.SMALL: "slightly ", Size.LARGE: "much "}.get(told.size, "")
        time = outcome.against(f"{size}{outcome.style.good if case is Case.BETTER else outcome.style.bad}")
        return f"{this} {verb(level, 'lead', this)} to {time}{than}"
    if case is Case.BETTER and (that is None or CONTROLS.match(told.comparator_plain or "")):
        done = verb(level, outcome.style.verb, this)
        return f"{this} {_sized(told, done, outcome)}"
    side = "better" if case is Case.BETTER else "worse"
    return f"{this} {verb(level, 'be', this)} {_LITTLE.get(told.size, '')}{side} for {outcome.definite}{than}"


def _sized(told: Told, done: str, outcome: Phrase) -> str:
    """A verb with its object and how much: "may reduce pain a little", "may slightly improve how far ..."."""
    if not outcome.clause and len(outcome.text.split()) <= SHORT:
        return f"{done} {outcome.definite}{_BY.get(told.size, '')}"
    *first, last = done.split(" ")
    return " ".join([*first, f"{_SLIGHTLY.get(told.size, '')}{last}", outcome.definite])


def _how_many(told: Told, case: Case) -> str:
    """More or fewer, seen from what is better."""
    good_is_more = told.outcome_better == "higher"
    more = good_is_more is (case is Case.BETTER)
    return _MORE.get(told.size, "more") if more else _FEWER.get(told.size, "fewer")


def _linked(told: Told, outcome: Phrase, case: Case) -> str:
    if outcome.people is not None:
        return f"{_how_many(told, case)} people who {outcome.people[0]}"
    if outcome.style is FEWER:
        return f"{_how_many(told, case)} {outcome.text}"
    size = _LITTLE.get(told.size, "")
    if outcome.clause:
        side = "better" if case is Case.BETTER else "worse"
        return f"a {size.removeprefix('a ')}{side} result for {outcome.text}"
    adjective = outcome.style.good if case is Case.BETTER else outcome.style.bad
    return outcome.against(f"{size.removeprefix('a ') if outcome.count else size}{adjective}")


def _found(told: Told, outcome: Phrase, case: Case) -> list[str]:
    """What was found, in the past tense."""
    this, that = _this(told), _other(told)
    before = " than before" if alone(told) else ""
    pair = before or f" with {this}{f' than with {that}' if that else ''}"
    if linked(told):
        text = f"{this} and {outcome.definite} went together"
    elif case is Case.UNTOLD:
        text = f"it did not become clear if {this} made a difference to {outcome.definite}"
    elif case is Case.SAME:
        text = f"there was little or no difference in {outcome.definite}"
    elif case is Case.OPEN:
        text = f"there was no clear difference in {outcome.definite}"
    elif case is Case.CHANGED:
        text = f"there was a difference in {outcome.definite}"
    elif outcome.people is not None:
        text = f"{_how_many(told, case)} people {outcome.people[1]}{pair}"
    elif outcome.style is FEWER:
        text = f"there were {_how_many(told, case)} {outcome.text}{pair}"
    else:
        size = _LITTLE.get(told.size, "")
        if outcome.clause:
            text = f"the result for {outcome.text} was {size}{'better' if case is Case.BETTER else 'worse'}{pair}"
        else:
            adjective = outcome.style.good if case is Case.BETTER else outcome.style.bad
            text = f"{outcome.definite} {'were' if outcome.plural else 'was'} {size}{adjective}{pair}"
    causes = ["This does not prove that one causes the other."] if linked(told) else []
    return [_timed(told, text), *causes, *(["There was no other group to compare with."] if alone(told) else [])]


def _after(told: Told, case: Case) -> list[str]:
    if observational(told):
        if case is Case.OPEN:
            return ["But there could still be one."]
        return [] if case in {Case.SAME, Case.UNTOLD} else ["This does not prove that one causes the other."]
    if case is not Case.OPEN:
        return []
    if told.outcome_better is None:
        return ["But it could still change it either way."]
    if CONTROLS.match(told.comparator_plain or "") or told.comparator_plain is None:
        return ["But it could still help or do harm."]
    return ["But it could still be better or worse."]


def _numbers(told: Told, case: Case) -> list[str]:
    """How many people of 100, or of 1000 where it happens to few; not without a level, where they would sound sure."""
    absolute, likely = told.absolute, _LIKELY.get(told.level) if told.level else None
    if absolute is None or likely is None or alone(told) or observational(told):
        return []
    if case in {Case.UNTOLD, Case.CHANGED}:
        return []
    of = 1000 if min(absolute.without, absolute.with_it) < 10 else 100
    without, with_it = (round(value * of / 1000) for value in (absolute.without, absolute.with_it))
    that = _other(told)
    what = event(told.outcome_plain)
    base = f"About {without} of {of:,} people {what or 'had this'} {f'with {that}' if that else 'without it'}."
    if case is Case.OPEN:
        likely = "may be"
    span = ""
    if absolute.low is not None and absolute.high is not None:
        low, high = (round(value * of / 1000) for value in sorted((absolute.low, absolute.high)))
        span = f", but could be {low} to {high}" if low != high else ""
    return [base, f"With {_this(told)} it {likely} about {with_it}{span}."]


def _closing(told: Told, case: Case, counted: bool) -> list[str]:
    """What is not known, or too small to matter."""
    small = below_what_matters(told) and told.level is not CertaintyLevel.VERY_LOW and not counted
    if small and not observational(told):
        return ["Any difference may be too small to matter."] if told.level else ["Any difference was small.", _UNRATED]
    if told.level is None:
        return [_UNRATED]
    shown = case in {Case.BETTER, Case.WORSE, Case.CHANGED} and told.level is not CertaintyLevel.VERY_LOW
    if shown and told.size is Size.UNKNOWN and not counted:
        return ["It is not clear how big the difference is."]
    return []


def _none(told: Told, outcome: Phrase) -> str:
    people, full, that = _people(told), _full(told), _that(told)
    if that is None or not _compared(told):
        tested, unknown = f"looked at {full}", f"if it makes a difference to {outcome.definite}"
    else:
        tested, unknown = f"compared {full} with {that}", f"{_which(told, outcome)}"
    first = f"We have no study that {tested} in {people}."
    if len(first) > FULL + LONG:
        first = f"This is about {people}. We have no study that {tested}."
    return f"{first} So we do not know {unknown}."


def _which(told: Told, outcome: Phrase) -> str:
    if told.outcome_better is None:
        return f"how they change {outcome.definite}"
    if outcome.people is not None:
        return f"if {_how_many(told, Case.BETTER)} people {outcome.people[0]} with one or the other"
    if outcome.style is FEWER:
        return f"which leads to {_how_many(told, Case.BETTER)} {outcome.text}"
    return f"which is better for {outcome.definite}"
