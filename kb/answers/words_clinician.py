"""The statement for a clinician; see :mod:`kb.answers.words` for its rules."""

from __future__ import annotations

from kb.answers.size import Size
from kb.answers.words_outcomes import CHANGE, Phrase, outcome_phrase
from kb.answers.words_terms import OUTSIDE, head, inside, is_onset, named, when
from kb.answers.words_told import Case, Told, alone, below_what_matters, capital, case_of, linked, observational, verb
from kb.model import CertaintyLevel

_ADVERBS = {Size.SMALL: "slightly ", Size.LARGE: "much "}
_COUNTED = {Size.SMALL: "slightly ", Size.LARGE: "many "}


def clinician(told: Told) -> str:
    """One statement with its certainty, and what is missing to judge it; the numbers stand beside it elsewhere.

    Examples
    --------
    >>> told = Told(
    ...     "Calf stretching", "Calf stretching", "Usual care", "Usual care", "Pain", "Pain", "Plantar fasciitis",
    ...     "Heel pain", None, "intervention", False, Size.SMALL, CertaintyLevel.LOW, "by rule, not reviewed",
    ...     "12 weeks", 1, 80, "randomized controlled trial", "lower",
    ... )  # fmt: skip
    >>> print(clinician(told))
    In plantar fasciitis, calf stretching may reduce pain slightly compared with usual care at 12 weeks. Low certainty
    (by rule, not reviewed).
    """
    outcome = _outcome(told)
    if told.k == 0:
        return _none(told, outcome)
    case = case_of(told)
    if told.level is CertaintyLevel.VERY_LOW:
        core = _very_uncertain(told, outcome)
    elif told.level is None or alone(told):
        core = _found(told, outcome, case)
    elif case is Case.UNTOLD:
        core = _untold(told, outcome)
    elif observational(told):
        core = _association(told, told.level, outcome, case)
    else:
        core = _effect(told, told.level, outcome, case)
    lead = _lead(told, outcome)
    return " ".join([f"{capital(lead + core)}.", *_missing(told, case), _sure(told)])


def _outcome(told: Told) -> Phrase:
    ill = inside(told.condition) if told.condition else None
    return outcome_phrase(told.outcome, told.outcome_better, ill)


def _lead(told: Told, outcome: Phrase) -> str:
    """The condition, unless the outcome is that it begins."""
    if told.condition is None:
        return ""
    ill = inside(told.condition)
    if is_onset(told.outcome):
        return "" if ill.casefold() in outcome.text.casefold() else f"For {ill}, "
    return f"In {_many(ill)}, "


def _many(ill: str) -> str:
    """A condition that is counted is told as many: "in musculoskeletal disorders"."""
    if ill.endswith("injury"):
        return f"{ill[:-1]}ies"
    return f"{ill}s" if ill.endswith(("disorder", "fracture", "tear")) else ill


def _effect(told: Told, level: CertaintyLevel, outcome: Phrase, case: Case) -> str:
    this = named(told.intervention)
    if case is Case.SAME:
        return f"{this} {verb(level, 'result', this)} in little to no difference in {_tail(told, outcome.definite)}"
    if case is Case.OPEN:
        return (
            f"{this} may make little or no difference to {_tail(told, outcome.definite)}, and {_either(told)} "
            "cannot be ruled out"
        )
    if case is Case.WORSE:
        return f"{this} {verb(level, 'result', this)} in {_tail(told, _against(told, outcome, case))}"
    style = CHANGE if case is Case.CHANGED else outcome.style
    if told.size is Size.LARGE:
        changed = f"a large {style.noun} {outcome.definite}"
        return f"{this} {verb(level, 'result', this)} in {_tail(told, changed)}"
    slightly = " slightly" if told.size is Size.SMALL else ""
    return f"{this} {verb(level, style.verb, this)} {_tail(told, outcome.definite + slightly)}"


def _association(told: Told, level: CertaintyLevel, outcome: Phrase, case: Case) -> str:
    this = named(told.intervention)
    if case is Case.OPEN:
        return (
            f"{this} may be associated with little or no difference in {_tail(told, outcome.definite)}, and a "
            "difference in either direction cannot be ruled out"
        )
    result = f"little to no difference in {outcome.definite}" if case is Case.SAME else _against(told, outcome, case)
    return f"{this} {verb(level, 'be', this)} associated with {_tail(told, result)}"


def _found(told: Told, outcome: Phrase, case: Case) -> str:
    """What was found, in the past tense."""
    this, that = named(told.intervention), named(told.comparator) if told.comparator else None
    source, at = _source(told), _space(when(told.window))
    pair = f"between {this} and {that}" if that and not alone(told) else f"with {this}"
    if linked(told):
        return f"{source} found an association of {this} with {outcome.definite}{at}"
    if case is Case.UNTOLD:
        return f"{source} did not show which way {outcome.definite} differed {pair}{at}"
    ending = ", without a comparison group" if alone(told) else ""
    if case is Case.SAME:
        result = f"little to no difference in {outcome.definite} {pair}{at}{ending}"
    elif case is Case.OPEN:
        result = f"no clear difference in {outcome.definite} {pair}{at}{ending}; the interval includes no effect"
    elif case is Case.CHANGED:
        result = f"{_against(told, outcome, case)} {pair}{at}{ending}"
    else:
        than = " than at baseline" if alone(told) else f" than {_beside(told)} {that}" if that else ""
        result = f"{_against(told, outcome, case)} with {this}{than}{at}{ending}"
    return f"{source} found {result}"


def _beside(told: Told) -> str:
    return "in" if (told.comparator or "").casefold() in OUTSIDE else "with"


def _untold(told: Told, outcome: Phrase) -> str:
    if linked(told):
        return f"{_source(told)} found an association of {named(told.intervention)} with {outcome.definite}"
    what = f"which way {named(told.intervention)} {verb(CertaintyLevel.HIGH, 'affect', told.intervention)}"
    return f"{_source(told)} did not show {what} {_tail(told, outcome.definite)}"


def _very_uncertain(told: Told, outcome: Phrase) -> str:
    link = "association of" if observational(told) else "effect of"
    joint = "with" if observational(told) else "on"
    text = f"{named(told.intervention)} {joint} {_tail(told, outcome.definite)}"
    return f"the evidence is very uncertain about the {link} {text}{' (no comparison group)' if alone(told) else ''}"


def _none(told: Told, outcome: Phrase) -> str:
    this = named(told.intervention)
    ill = f" in {_many(inside(told.condition))}" if told.condition and not is_onset(told.outcome) else ""
    if told.comparator:
        return f"No study of the base compared {this} with {named(told.comparator)} for {outcome.definite}{ill}."
    return f"No study of the base tested {this} for {outcome.definite}{ill}."


def _against(told: Told, outcome: Phrase, case: Case) -> str:
    """The outcome with its adjective: "a slightly higher risk of injury"."""
    if case is Case.CHANGED:
        size = {Size.SMALL: "slight ", Size.LARGE: "large "}.get(told.size, "")
        return f"a {size}difference in {outcome.definite}"
    style = outcome.style
    adjective = style.good if case is Case.BETTER else style.bad
    counted = adjective == "more"
    size = (_COUNTED if counted else _ADVERBS).get(told.size, "")
    if adjective == "fewer" and told.size is Size.LARGE:
        size = "far "
    return outcome.against(f"{size}{adjective}")


def _tail(told: Told, text: str) -> str:
    """Followed by what it was compared with, and when."""
    against = f" compared with {named(told.comparator)}" if told.comparator else ""
    return f"{text}{against}{_space(when(told.window))}"


def _either(told: Told) -> str:
    return "a benefit or a harm" if told.outcome_better else "a difference in either direction"


def _source(told: Told) -> str:
    """One randomized trial (n = 102), 3 studies."""
    designs = [design.strip() for design in told.designs.split(",") if design.strip()]
    people = f" (n = {told.n:,})" if told.n else ""
    several = told.k is not None and told.k > 1
    if len(designs) == 1 and ("review" in designs[0] or "meta-analysis" in designs[0]):
        article = "an" if designs[0].startswith("u") else "a"
        return f"{article} {designs[0]}{f' of {told.k} studies' if several else ''}{people}"
    if len(designs) == 1:
        many = f"{told.k} " if several else "one " if told.k == 1 else ""
        return f"{many}{designs[0] if told.k == 1 else _plural(designs[0])}{people}"
    mixed = f" ({', '.join(designs)})" if designs else ""
    return f"{f'{told.k} studies' if several else 'one study' if told.k == 1 else 'studies'}{mixed}{people}"


def _plural(design: str) -> str:
    first = head(design)
    ends = "" if first.endswith("series") else "ies" if first.endswith("y") else "s"
    return f"{first[:-1] if ends == 'ies' else first}{ends}{design[len(first) :]}"


def _missing(told: Told, case: Case) -> list[str]:
    """What has to be said beside the effect: too small to matter, or not to be judged."""
    if below_what_matters(told) and told.level is not CertaintyLevel.VERY_LOW:
        side = named(told.intervention) if told.better == "intervention" else named(told.comparator or "the comparator")
        return [f"The estimate favours {side} by less than is taken to matter."]
    if case not in {Case.BETTER, Case.WORSE, Case.CHANGED} or told.level in {None, CertaintyLevel.VERY_LOW}:
        return []
    said = ["No interval is known."] if told.crosses is None else []
    if told.size is Size.UNKNOWN:
        said.append("Whether the difference is large enough to matter could not be judged.")
    return said


def _sure(told: Told) -> str:
    if told.level is None:
        return "Certainty not rated."
    basis = (told.basis or "").strip().rstrip(".")
    if "certainty" in basis:
        return f"{capital(basis)}."
    level = capital(told.level.value.replace("-", " "))
    return f"{level} certainty ({basis})." if basis else f"{level} certainty."


def _space(text: str) -> str:
    return f" {text}" if text and not text.startswith(",") else text
