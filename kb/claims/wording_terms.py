"""Terms of the vocabulary as running text writes them: names, people, outcomes and what it is to do better."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from kb.model import Corpus, Finding, Outcome, Study, Term

_NAMES = ("Achilles", "Harris", "Medicare", "Nirschl", "Nordic", "Ober", "Oswestry", "Parkinson")
_GENERIC = frozenset({"adults", "adolescents", "middle-aged-adults", "older-adults", "general-patients"})
"""Populations that only give an age, or that somebody is a patient."""
NOT_PEOPLE = frozenset(
    {"literature-only", "no-living-people", "computer-models", "animals", "cell-cultures", "cadavers"}
)
_BESIDE = frozenset({"people-without-symptoms", "people-at-risk"})
"""Populations that say something further of people who have another name already."""
_PATIENTS = frozenset({"emergency-patients", "patients-after-failed-care", "specialist-patients", "surgical-patients"})
"""Kinds of patients whose label does not stand well before "with": they are named patients."""
_PEOPLE = {
    "general-population": "people from the general population",
    "joint-replacement-candidates": "people awaiting joint replacement",
}
_TOO_WIDE = frozenset({"physically-active-people", "no-living-people", "adults", "general-patients"})

_PHRASES = {
    "acceptable-symptom-state": "an acceptable symptom state",
    "akps": "the Anterior Knee Pain Scale score",
    "ases": "the ASES shoulder score",
    "balance": "balance",
    "constant-murley": "the Constant-Murley score",
    "fhsq-pain": "pain on the Foot Health Status Questionnaire",
    "foot-function-index": "the Foot Function Index",
    "function": "function",
    "global-rating-of-change": "the global rating of change",
    "harris-hip-score": "the Harris Hip Score",
    "ikdc": "the IKDC knee score",
    "imaging-use": "imaging",
    "injection-use": "injection",
    "injury-incidence": "injury",
    "kos-adls": "the Knee Outcome Survey score",
    "mcgill-pain-questionnaire": "the McGill Pain Questionnaire",
    "lean-mass": "muscle size or lean mass",
    "lefs": "the Lower Extremity Functional Scale score",
    "loading-rate": "vertical loading rate",
    "ndi": "the Neck Disability Index",
    "nirschl-phase-rating": "the Nirschl phase rating",
    "odi": "the Oswestry Disability Index",
    "pain-nrs": "pain (numeric rating scale)",
    "pain-vas": "pain (visual analogue scale)",
    "prtee": "the Patient-Rated Tennis Elbow Evaluation score",
    "reinjury": "reinjury",
    "roles-maudsley": "the Roles and Maudsley score",
    "shoulder-range-of-motion": "shoulder range of motion",
    "soft-tissue-stiffness": "soft-tissue stiffness",
    "spadi": "the Shoulder Pain and Disability Index",
    "specialist-visits": "physician or emergency visits",
    "spine-disability": "disability",
    "substantial-injury": "substantial injury",
    "surgery-use": "surgery",
    "therapy-visits": "the number of physical therapy visits",
    "treatment-dropout": "dropout",
    "ucla-shoulder": "the UCLA shoulder score",
    "vas-foot-ankle": "the VAS Foot and Ankle score",
    "visa-a": "the VISA-A score",
    "visa-p": "the VISA-P score",
    "womac": "the WOMAC score",
}
"""Outcomes whose label is no prose."""
UNTOLD = frozenset(
    {
        "age-related-decline", "evidence-quality", "guideline-recommendation", "injury-cause", "injury-distribution",
        "care-process", "patient-expectation", "test-accuracy", "prediction-accuracy", "patient-success-criteria",
        "treatment-dose",
    }
)  # fmt: skip
"""Outcomes that are no measurement of a patient: nothing is said of them but what they are next to."""
_BAD_EVENTS = frozenset(
    {
        "occurrence", "adverse-events", "treatment-dropout", "surgery-use", "imaging-use", "injection-use",
        "opioid-use", "specialist-visits", "new-or-worsening-pain",
    }
)  # fmt: skip
_GOOD_EVENTS = frozenset({"treatment-success", "return-to-activity", "race-completion"})
_SCORES = frozenset({"global-rating-of-change", "roles-maudsley", "time-to-return-to-sport", "pain-free-running-test"})
"""Outcomes below events that have values, not frequencies."""
_TIMES = frozenset({"time-to-recovery", "time-to-return-to-sport", "race-time", "length-of-stay"})
_LOOSE = frozenset(
    {
        "fhsq-pain", "foot-function-index", "function", "joint-instability", "performance", "physical-performance-test",
        "prtee", "recovery", "satisfaction", "womac", "womac-function",
    }
)  # fmt: skip
"""Outcomes where higher or lower would mislead, for their scales run either way: one says better or worse."""
_SINGULAR = frozenset({"index", "score", "scale", "questionnaire", "evaluation", "time", "living", "ankle"})
_NAMED_BY_CONDITION = frozenset({"condition-incidence", "prevalence", "lifetime-cumulative-incidence"})
_GENERAL_INJURY = frozenset(
    {"running-related-injury", "sports-injury", "overuse-injury", "acute-injury", "soft-tissue-injury"}
)


def named(terms: Mapping[str, Term], ids: Iterable[str], joint: str = " and ") -> str:
    """Names of terms as running text writes them; a term that another one is narrower than is left out.

    Examples
    --------
    >>> import kb
    >>> named(kb.open().corpus.conditions, ["tendinopathy", "achilles-tendinopathy", "ankle-sprain"])
    'Achilles tendinopathy and ankle sprain'
    """
    return listed([lower(terms[identifier].label) for identifier in narrowest(terms, ids)], joint)


def narrowest(terms: Mapping[str, Term], ids: Iterable[str]) -> list[str]:
    """Known terms without those that another one is narrower than."""
    wanted = [identifier for identifier in dict.fromkeys(ids) if identifier in terms]
    wide = {wider for identifier in wanted for wider in above(terms, identifier)}
    return [identifier for identifier in wanted if identifier not in wide]


def listed(words: Sequence[str], joint: str = " and ") -> str:
    """Words as a list of running text.

    Examples
    --------
    >>> listed(["a", "b", "c"]), listed(["a", "b"], " or ")
    ('a, b and c', 'a or b')
    """
    if joint in {" and ", " or "} and len(words) > 2:
        return f"{', '.join(words[:-1])}{joint}{words[-1]}"
    return joint.join(words)


def above(terms: Mapping[str, Term], identifier: str) -> set[str]:
    """Every wider term of one."""
    found: set[str] = set()
    waiting = list(terms[identifier].broader) if identifier in terms else []
    while waiting:
        here = waiting.pop()
        if here not in found:
            found.add(here)
            waiting.extend(terms[here].broader if here in terms else ())
    return found


def lower(label: str) -> str:
    """A label inside a sentence: names, abbreviations and titles of scales keep their capitals."""
    first, *rest = label.split(" ")
    capitals = sum(letter.isupper() for letter in first) > 1 or any(w[:1].isupper() and w not in _NAMES for w in rest)
    return label if first in _NAMES or capitals else f"{label[:1].lower()}{label[1:]}"


def article(words: str) -> str:
    """The indefinite article before words.

    Examples
    --------
    >>> article("umbrella review"), article("uncontrolled study"), article("cohort study")
    ('an', 'an', 'a')
    """
    return "an" if words[:1] in "aeiou" and not words.startswith(("unit", "univ", "one")) else "a"


def is_plural(words: str) -> bool:
    """Whether a verb after these words stands in the plural.

    Examples
    --------
    >>> is_plural("compression stockings"), is_plural("plantar fasciitis"), is_plural("share of injuries")
    (True, False, False)
    """
    head = words
    for link in (" of ", " in ", " for ", " to ", " on ", " with ", " at ", " after ", " during ", " or ", " (", ", "):
        head = head.split(link, 1)[0]
    last = head.rsplit(" ", 1)[-1].casefold()
    if " and " in head and last not in _SINGULAR:
        return True
    return last.endswith("s") and not last.endswith(("ss", "is", "us"))


def people(study: Study, corpus: Corpus, finding: Finding | None = None) -> str:
    """Who was studied, in a word or two that is true of all of them; ``people`` when nothing narrower is.

    Of several populations nobody knows whether each person is all of them, so what they have in common is told.
    """
    given = (finding.populations if finding else ()) or study.populations
    known = [identifier for identifier in given if identifier in corpus.populations]
    plain = "adults" if "adults" in known else ("patients" if "general-patients" in known else "people")
    if NOT_PEOPLE & set(known) or {"adults", "adolescents"} <= set(known):
        return "patients" if "general-patients" in known else "people"
    if {"general-population", "general-patients"} <= set(known):
        return "people"
    telling = [identifier for identifier in known if identifier not in _GENERIC | _BESIDE]
    # The widest are true of all: athletes of whom some are adolescents are athletes.
    wide = [x for x in telling if not above(corpus.populations, x) & set(telling)]
    if len(wide) == 1:
        return _people_label(corpus, wide[0])
    if wide and all("general-patients" in above(corpus.populations, one) for one in wide):
        return "patients"
    shared = set.intersection(*(above(corpus.populations, one) for one in wide)) - _TOO_WIDE if wide else set()
    nearest = sorted(shared, key=lambda one: (-len(above(corpus.populations, one)), one))
    sexes = [one for one in wide if one in {"men", "women"}]
    if not nearest and len(sexes) == 1:
        return sexes[0]
    return _people_label(corpus, nearest[0]) if nearest else plain


def _people_label(corpus: Corpus, identifier: str) -> str:
    if identifier in _PATIENTS:
        return "patients"
    return _PEOPLE.get(identifier, lower(corpus.populations[identifier].label))


def event_or_outcome(corpus: Corpus, finding: Finding, identifier: str) -> str | None:
    """An outcome in words; an onset is told by its condition. None where it has no words."""
    if identifier in UNTOLD:
        return None
    onset = identifier in _NAMED_BY_CONDITION
    conditions = narrowest(corpus.conditions, finding.conditions)
    if onset or (identifier == "lower-limb-injury-incidence" and not set(conditions) & _GENERAL_INJURY):
        return lower(corpus.conditions[conditions[0]].label) if len(conditions) == 1 else None
    return _PHRASES.get(identifier, lower(corpus.outcomes[identifier].label))


def is_event(corpus: Corpus, identifier: str) -> bool | None:
    """True for an event that is wanted, False for one that is not, None for what is no event.

    Examples
    --------
    >>> import kb
    >>> corpus = kb.open().corpus
    >>> is_event(corpus, "complete-recovery"), is_event(corpus, "reinjury"), is_event(corpus, "pain")
    (True, False, None)
    """
    wider = {identifier, *above(corpus.outcomes, identifier)}
    if identifier in _SCORES:
        return None
    if wider & _BAD_EVENTS:
        return False
    return True if wider & _GOOD_EVENTS else None


def better_worse(corpus: Corpus, identifier: str) -> tuple[str, str, int] | None:
    """Words for doing better and worse, and the sign that a difference has where it is better; None where unknown.

    Examples
    --------
    >>> import kb
    >>> corpus = kb.open().corpus
    >>> better_worse(corpus, "pain"), better_worse(corpus, "visa-a")
    (('lower', 'higher', -1), ('higher', 'lower', 1))
    """
    outcome: Outcome = corpus.outcomes[identifier]
    event = is_event(corpus, identifier)
    if event is not None:
        return ("more frequent", "less frequent", 1) if event else ("less frequent", "more frequent", -1)
    if outcome.better is None:
        return None
    sign = 1 if outcome.better.value == "higher" else -1
    if identifier in _TIMES:
        return ("shorter", "longer", -1)
    if identifier in _LOOSE or {"balance", "psychosocial-outcome"} & {identifier, *above(corpus.outcomes, identifier)}:
        return ("better", "worse", sign)
    return ("higher", "lower", 1) if sign > 0 else ("lower", "higher", -1)
