"""What a sentence tells of a study besides its name: design, year, journal, counts, numbers with their units."""

from __future__ import annotations

import re

from kb.citations.find_journals import journals_in
from kb.citations.find_model import Count, Details, Quantity

_SMALL = {
    name: value
    for value, name in enumerate(
        str.split(
            "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
            "seventeen eighteen nineteen twenty"
        ),
        start=2,
    )
}
_DESIGNS = {
    "umbrella-review": r"umbrella review|overview of (?:systematic )?reviews",
    "network-meta-analysis": r"network meta[- ,]{1,3}analys[ie]s",
    "systematic-review-with-meta-analysis": (
        r"systematic (?:literature )?reviews?(?: (?:and|with"
        r"|&)(?: an?)?)?[ ,]{0,2}meta[- ,]{1,3}analys[ie]s|meta[- ,]{1,3}analys[ie]s"
    ),
    "scoping-review": r"scoping reviews?",
    "systematic-review": r"(?:systematic (?:literature )?|Cochrane )reviews?|systematically reviewed",
    "narrative-review": r"(?:narrative|literature|clinical|critical|current concepts) reviews?",
    "clinical-practice-guideline": r"(?:clinical practice |practice |clinical )guidelines?|consensus statement",
    "cluster-randomized-controlled-trial": r"cluster[- ]randomi[sz]ed",
    "randomized-controlled-trial": (
        r"randomi[sz]ed(?:[- ]?controlled)?(?: clinical| pilot)? (?:trials?|stud(?:y|ies))|\bRCTs?\b"
        r"|randomi[sz]ed controlled"
    ),
    "prospective-cohort": r"prospective(?:ly)?(?: \w+)? (?:cohort|stud(?:y|ies))|\bfollowed \d",
    "retrospective-cohort": r"retrospective(?:ly)?(?: \w+)? (?:cohort|stud(?:y|ies)|analysis|review)",
    "cohort": r"\bcohort(?: stud(?:y|ies))?",
    "case-control-study": r"case[- ]control",
    "cross-sectional-study": r"cross[- ]sectional",
    "case-series": r"case (?:series|reports?)",
    "laboratory-study": (
        r"cadaver(?:ic)?\b|in vitro|ultrasound research|motion capture|electromyograph\w+|\bEMG\b"
        r"|biomechanical (?:\w+ )?stud(?:y|ies)"
    ),
    "modelling-study": (
        r"(?:mathematical|computational|musculoskeletal|finite[- ]element|simulation)(?: \w+)? model\w*"
        r"|modell?ing study"
    ),
}
_DESIGN = tuple((re.compile(rf"(?:{pattern})", re.IGNORECASE), name) for name, pattern in _DESIGNS.items())
_YEAR = re.compile(
    r"(?<![\d$€£.,-])((?:19[5-9]|20[0-4])\d)(?![\d%,-]|\.\d|\s?(?:m\b|participants|patients|people|runners|steps"
    r"|pounds))"
)
_NUMBER = r"(?:\d{1,3}(?:,\d{3}){1,3}|\d{1,6}(?:\.\d{1,4})?)"
_OF = (
    r"(?P<studies>stud(?:y|ies)|trials?|RCTs?|reviews?|articles|papers|cohorts)"
    r"|(?P<people>participants?|patients?|people|persons|individuals|adults|athletes|runners|subjects|men|women"
    r"|females|"
    r"males|children|adolescents|players|cases|limbs|knees|volunteers|controls|healthy (?:adults|controls|individuals)|"
    r"recruits|soldiers|students|workers|cadavers|shoulders|tendons|elbows)"
)
_COUNT = re.compile(
    rf"(?<![\w.,])(?P<number>{_NUMBER}|{'|'.join(_SMALL)})\s(?:(?!weeks?|months?|days?|years?|sessions?|sets|or"
    rf"|to|and\b)"
    rf"[a-zA-Z-]{{2,22}}\s){{0,4}}?(?:{_OF})\b",
    re.IGNORECASE,
)
_N_EQUALS = re.compile(r"\b[Nn]\s?=\s?(\d{1,3}(?:,\d{3})+|\d{1,7})\b")
_UNIT = (
    r"%|percent(?:age points?)?|per ?cent|weeks?|months?|years?|days?|hours?|minutes?|seconds?|degrees?|°|points?"
    r"|times|fold|"
    r"mm|cm|km|miles?|meters?|metres?|kg|lbs?|pounds?|newtons?|N|Hz|bpm|steps(?: per minute)?|sessions?|reps"
    r"|repetitions|"
    r"bars?|mJ/mm2|J/cm2|shocks|impulses"
)
_QUANTITY = re.compile(
    rf"(?<![\w.,/-])(?P<sign>[-−])?(?P<number>{_NUMBER})(?:\s?(?:-|–|—"
    rf"|to)\s?(?P<second>{_NUMBER}))?[\s-]?(?P<unit>{_UNIT})?(?![\w])",
)


def details_of(text: str, emphasis: tuple[str, ...] = ()) -> Details:
    """Details of a study in a sentence.

    Parameters
    ----------
    text
        The sentence.
    emphasis
        Its slanted words, among which a journal may be.

    Examples
    --------
    >>> found = details_of(
    ...     "A 2031 systematic review in the Journal of Rest analyzed 14 trials with 673 patients (12.5%)."
    ... )
    >>> found.designs, found.year, found.journals
    (('systematic-review',), 2031, ('Journal of Rest',))
    >>> [(c.value, c.of) for c in found.counts], [(q.value, q.unit) for q in found.quantities]
    ([(14, 'studies'), (673, 'participants')], [(12.5, '%')])
    """
    text = text[:3000]
    designs: list[str] = []
    rest = text
    for pattern, name in _DESIGN:
        if (found := pattern.search(rest)) is not None:
            designs.append(name)
            rest = rest[: found.start()] + " " * (found.end() - found.start()) + rest[found.end() :]
    year = _YEAR.search(text)
    counts = tuple(dict.fromkeys(_counts(text)))
    taken = {str(count.value) for count in counts} | ({year[1]} if year else set())
    return Details(
        designs=tuple(designs),
        year=int(year[1]) if year else None,
        journals=journals_in(text, emphasis),
        counts=counts,
        quantities=tuple(q for q in _quantities(text) if q.unit or q.text.replace(",", "") not in taken),
    )


def _counts(text: str) -> list[Count]:
    found = []
    for match in _COUNT.finditer(text):
        word = match["number"].lower()
        value = _SMALL[word] if word in _SMALL else float(word.replace(",", ""))
        if value == int(value) and not (1900 <= value <= 2049 and "," not in word):
            found.append(Count(int(value), "studies" if match["studies"] else "participants"))
    found += [Count(int(match[1].replace(",", "")), "participants") for match in _N_EQUALS.finditer(text)]
    return found


def _quantities(text: str) -> list[Quantity]:
    found = []
    for match in _QUANTITY.finditer(text):
        unit = (match["unit"] or "").strip().lower()
        unit = "%" if unit in {"percent", "per cent"} else unit.rstrip("s") if len(unit) > 2 else unit
        sign = -1 if match["sign"] else 1
        numbers = filter(None, (match["number"], match["second"]))
        found += [Quantity(number, sign * float(number.replace(",", "")), unit) for number in numbers]
    return found
