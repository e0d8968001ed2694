"""Labels of the vocabulary as parts of a sentence: capitals, articles and number, people and follow-up."""

from __future__ import annotations

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_NAMES = frozenset({"Achilles", "Kinesio", "Medicare", "Nirschl", "Nordic", "Ober", "Oswestry", "Parkinson"})
_AFTER = re.compile(
    r" (?:of|with|plus|for|to|in|on|at|by|from|such|that|who|during|after|before|between|without|as|when|through|your"
    r"|you|too|behind|off|under|until|moving|rolling|falling|switching|pulling|out|instead|compared|much|the)\b| \("
)
"""What ends the head of a noun phrase; linear, a plain list of words."""
GERUNDS = _words(
    "adding being building changing checking choosing doing eating feeling finding following getting keeping "
    "landing leaning learning matching measuring relearning seeing sorting starting sticking strengthening "
    "stretching taking using waiting warming watching"
)
"""First words of an activity, which takes a singular verb whatever it is done with."""
CLAUSE = re.compile(r"(?:how|what|whether|which|when)\b", re.IGNORECASE)
_ONE = frozenset({"biceps", "ergonomics", "kinematics", "previous"})
_PLURALS = frozenset(
    {
        "calf tightness and limited ankle mobility",
        "explanation and advice",
        "function and disability",
        "hamstrings pulling while the knee straightens",
        "heat, cold or current",
        "hip adduction and internal rotation during movement",
        "iliotibial band strain and compression",
        "muscle imbalance and asymmetry",
        "muscles switching on late or too little",
        "nutrition and energy availability",
        "protection, rest, ice, compression and elevation",
        "relative rest and activity modification",
        "rest, ice, compression and elevation",
        "running and sport participation",
        "strain and pressure of the it band",
        "balance and postural control",
        "lean mass and muscle size",
        "tendon stiffness and modulus",
        "range of motion and flexibility",
        "calves",
        "criteria",
        "feet",
        "people",
        "women",
        "men",
    }
)
_COUNTABLE = _words(
    "ankle back band blade bone brace bursa class condition core crack cuff deposit exam flexor fracture hamstring "
    "hernia injection injury joint kneecap ligament meniscus muscle nerve pelvis placebo plan problem program raise "
    "rim scan shot tendon test x-ray"
)
"""Heads of plain labels that need an article."""
_NO_ARTICLE = re.compile(r"(?:an?|the|no|your|one|several|this|usual)\b", re.IGNORECASE)
_PLAIN = {
    "easy days easy, hard days hard": "keeping easy days easy and hard days hard",
    "foot rolling inward": "feet that roll inward",
    "getting older": "aging",
    "hamstrings pulling while the knee straightens": "hamstrings that pull while the knee straightens",
    "hip dropping on the other side": "a hip that drops on the other side",
    "knee falling inward": "knees that fall inward",
    "muscles switching on late or too little": "muscles that switch on late or too little",
    "one run much longer than usual": "one run that is much longer than usual",
    "placebo": "a placebo (a pretend treatment)",
    "pretend shockwave": "pretend shockwave therapy",
    "running hills": "running on hills",
    "sham treatment": "a pretend treatment",
    "several comparisons pooled": "other kinds of care",
    "several physical therapy treatments combined": "a mix of physical therapy treatments",
    "thigh moving inward": "thighs that move inward",
    "how many visits and weeks": "the number of visits and weeks",
    "weak front of the thigh": "a weak front of the thigh",
    "yourself before": "how they were before",
}
_CLINICAL = {
    "inactive comparison group": "inactive people",
    "lower exposure": "lower exposure",
    "mixed comparators": "other care",
    "own baseline": "baseline",
    "reference group with less exposure": "lower exposure",
    "protection, rest, ice, compression, elevation": "protection, rest, ice, compression and elevation",
    "uninjured comparison group": "uninjured people",
    "uninvolved side": "the uninvolved side",
    "wait and see": "a wait-and-see approach",
}
WITH = frozenset(
    {
        "exercise with tolerable pain allowed",
        "people with less of the exposure",
        "reference group with less exposure",
        "stretching with movement",
        "tendon exercise with deep ankle bending",
        "treatment with devices, heat, cold or current",
        "warming up with movement",
    }
)
"""Labels of one term with the word in them; in every other one it joins what one group got."""
_CLINICAL_COUNTABLE = _words("class plan program protocol ratio schedule spike system")
BASELINE = frozenset({"own baseline", "yourself before"})
"""Comparators that are no comparison group."""
OUTSIDE = frozenset(
    {
        "inactive comparison group",
        "uninjured comparison group",
        "uninvolved side",
    }
)
"""Comparators that nobody was assigned to."""
CONTROLS = re.compile(
    r"(?:placebo|sham|pretend|no|usual (?:care|treatment|training)|wait(?:ing)?|the same treatment without)\b",
    re.IGNORECASE,
)
"""Comparators against which an effect may be told by its verb; against a treatment it is "better for"."""


def inside(label: str) -> str:
    """A label inside a sentence: names, abbreviations and titles keep their capitals.

    Examples
    --------
    >>> [
    ...     inside(label)
    ...     for label in ("Pain (VAS)", "Achilles pain", "Foot and Ankle Outcome Score", "X-ray", "MRI scan")
    ... ]
    ['pain (VAS)', 'Achilles pain', 'Foot and Ankle Outcome Score', 'X-ray', 'MRI scan']
    """
    first, *rest = label.split(" ")
    name = re.split(r"['’-]", first, maxsplit=1)[0]
    if name in _NAMES or sum(letter.isupper() for letter in first) > 1 or label.startswith("X-"):
        return label
    if any(
        word[:1].isupper() and not word.isupper() and word.strip(",") not in _NAMES | {"Y-balance"} for word in rest
    ):
        return label
    return label[:1].lower() + label[1:]


def named(label: str, *, plain: bool = False) -> str:
    """An intervention or comparator as a noun phrase; alternatives joined by "or" are lowered one by one.

    What one group got together is joined by "plus": "better with taping with exercise than with ..." is not understood.

    Examples
    --------
    >>> named("Placebo injection or No treatment or Usual care", plain=True)
    'a placebo injection, no treatment or usual care'
    >>> named("Taping with heel pads and home exercise program"), named("Stretching with movement", plain=True)
    ('taping plus heel pads and a home exercise program', 'stretching with movement')
    """
    known = (_PLAIN if plain else _CLINICAL).get(label.casefold())
    if known:
        return known
    first, *rest = re.split(r" or (?=[A-Z])", label)
    if rest:
        *most, last = (named(part, plain=plain) for part in (first, *rest))
        return f"{', '.join(most)} or {last}"
    countable = _COUNTABLE if plain else _CLINICAL_COUNTABLE
    first, others = _together(label)
    if not others:
        return with_article(inside(label), countable)
    parts = (with_article(part, countable) if " " in part.strip() else part for part in _SPLIT_LIST.split(others))
    return f"{named(first, plain=plain)} plus {''.join(parts)}"


_SPLIT_LIST = re.compile(r"(, | and )")


def _together(label: str) -> tuple[str, str]:
    """What one group got: the first treatment, and the others; of one treatment nothing else."""
    one = next((own for own in WITH if label.casefold().startswith(own)), "")
    first, *others = re.split(r"(?<!compared) with ", label[len(one) :], maxsplit=1)
    return label[: len(one)] + first, "".join(others)


def head(label: str) -> str:
    """The part of a label that carries its number and article."""
    return _AFTER.split(label, maxsplit=1)[0]


def with_article(label: str, countable: frozenset[str] = _COUNTABLE) -> str:
    """A label with the article that its head needs.

    Examples
    --------
    >>> [with_article(x) for x in ("torn meniscus", "tennis elbow", "injection of your own blood", "weak hips")]
    ['a torn meniscus', 'tennis elbow', 'an injection of your own blood', 'weak hips']
    """
    core = head(label).casefold()
    last = core.rsplit(" ", 1)[-1]
    if last not in countable or _NO_ARTICLE.match(label) or core.split(" ", 1)[0] in GERUNDS:
        return label
    vowel = (label[:1].lower() in "aeiou" and not label.startswith("us")) or re.match(r"(?:MRI|X-)", label)
    return f"{'an' if vowel else 'a'} {label}"


def is_plural(label: str) -> bool:
    """Whether a noun phrase takes a plural verb.

    Examples
    --------
    >>> [is_plural(x) for x in ("foot orthoses", "exercises at home", "using pain as a guide", "iontophoresis")]
    [True, True, False, False]
    """
    folded = label.casefold()
    if folded in _PLURALS:
        return True
    first = folded.split(" ", 1)[0]
    if first in GERUNDS or CLAUSE.match(folded) or first in {"a", "an", "one"}:
        return False
    if " or " in folded:
        folded = folded.rsplit(" or ", 1)[1]
    last = head(folded).rsplit(" ", 1)[-1].strip(",")
    if last in _PLURALS:
        return True
    return last.endswith("s") and not last.endswith(("ss", "us", "is", "'s")) and last not in _ONE


_INCIDENCE = re.compile(
    r"\b(?:injury|incidence|injuries|prevalence|occurrence|new cases|how often it happens|ever get it|have it)\b",
    re.IGNORECASE,
)


_AGAIN = frozenset({"re-injury"})


def is_onset(outcome: str) -> bool:
    """Whether the outcome is that a condition begins, so that people did not have it."""
    return outcome.casefold() not in _AGAIN and bool(_INCIDENCE.search(outcome))


_GENERIC = frozenset({"adults", "patients in general", "papers that discuss other papers", "people in the community"})
_UNTOUCHED = re.compile(
    r"\b(?:healthy|health professionals|no complaints|likely to develop|without|cells|donated|animals|simulations)\b",
    re.IGNORECASE,
)
_SPLIT = re.compile(r" (?=(?:who|whose|waiting|likely)\b)")


_WHO = {
    "athletes who compete": "competing athletes",
    "patients of a hospital or specialist clinic": "hospital and clinic patients",
    "women who run": "female runners",
}


def whom(people: str | None, condition: str | None, *, onset: bool) -> str:
    """Who was studied, as far as it is known: one or two groups, with the condition unless it is what began.

    Examples
    --------
    >>> whom("Adults, Athletes who compete", "Tennis elbow", onset=False)
    'competing athletes with tennis elbow'
    """
    told = [part.strip() for part in (people or "").split(",") if part.strip()]
    told = [part for part in told if part.casefold() != "not a study of living people"]
    telling = [part for part in told if part.casefold() not in _GENERIC]
    if not telling:
        telling = ["adults"] if any(part.casefold() == "adults" for part in told) else []
    groups = [_WHO.get(part.casefold(), inside(part)) for part in telling] if len(telling) <= 2 else []
    text = " and ".join(groups) or "people"
    if condition is None or onset or _UNTOUCHED.search(text):
        return text
    ill = condition_phrase(condition)
    if "waiting for a new" in text:
        ill = ill.removesuffix(" that needs a new joint")
    if len(groups) == 1:
        first, *rest = _SPLIT.split(text, maxsplit=1)
        return " ".join([f"{first} {ill}", *rest])
    return f"{text} {ill}"


_STATES = {
    "getting older": "who are getting older",
    "getting weaker with age": "who get weaker with age",
    "training more than the body can recover from": "who train more than the body can recover from",
    "rehabilitation after surgery": "after surgery",
    "stroke": "after a stroke",
    "pain that does not go away": "with pain that does not go away",
}


def condition_phrase(condition: str) -> str:
    """A condition after the people who have it: "with a torn meniscus"."""
    return _STATES.get(condition.casefold()) or f"with {with_article(inside(condition))}"


_WINDOWS = (
    ("up to 3 months", "in the short term (up to 3 months)", "in the first 3 months"),
    ("over 3, under 12 months", "in the medium term (over 3, under 12 months)", "after 3 to 12 months"),
    ("12 months or more", "in the long term (12 months or more)", "after a year or more"),
)


def when(window: str | None, *, plain: bool = False) -> str:
    """A follow-up as part of a sentence; empty when it is not known.

    Examples
    --------
    >>> when("short term (up to 3 months)", plain=True), when("12 weeks"), when(None)
    ('in the first 3 months', 'at 12 weeks', '')
    """
    text = (window or "").strip()
    if not text or text == "timepoint not said":
        return ""
    for key, clinical, easy in _WINDOWS:
        if key in text:
            return easy if plain else clinical
    if plain:
        text = text.split(" (", 1)[0]
    if text.casefold() in {"post-intervention", "post-treatment"}:
        return "after the treatment"
    if text[:1].isdigit():
        return f"{'after' if plain else 'at'} {text}"
    if text.casefold().startswith(("at ", "after ", "end of ")):
        return f"at the {text}" if text.casefold().startswith("end") else text
    return f", {text}" if "(" in text else f"({text})"
