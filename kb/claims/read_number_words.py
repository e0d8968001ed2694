"""Words around numbers: measures, units, bounds, what is counted, what goes up or down."""

from __future__ import annotations

import re

from kb.claims.says import Bound

SMALL = {
    word: float(value)
    for value, word in enumerate(
        str.split(
            "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
            "seventeen eighteen nineteen twenty"
        ),
        start=1,
    )
} | {"thirty": 30.0, "forty": 40.0, "fifty": 50.0, "sixty": 60.0, "seventy": 70.0, "eighty": 80.0, "ninety": 90.0}
"""Numbers in words: one to twenty and the tens."""

FIGURE = r"(?:\d{1,3}(?:,\d{3}){1,3}(?:\.\d{1,4})?|\d{1,9}(?:\.\d{1,4})?|\.\d{1,4})"
_ONES = "one|two|three|four|five|six|seven|eight|nine"
_TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
_TEENS = "ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen"
NUMBER = rf"(?:{FIGURE}|(?:(?:{_TENS})(?:-(?:{_ONES}))?|{_TEENS}|{_ONES})(?=fold|[^a-z]|$))"

PARTS = {"half": 1 / 2, "third": 1 / 3, "quarter": 1 / 4, "fourth": 1 / 4, "fifth": 1 / 5, "tenth": 1 / 10}
MULTIPLES = {"twice": 100, "doubl": 100, "tripl": 200, "thric": 200, "quadr": 300}

STUDIES = r"stud(?:y|ies)|trials?|RCTs?|articles|papers|cohorts|publications|(?:systematic )?reviews"
PEOPLE = (
    r"participants?|patients?|people|persons?|individuals|adults|athletes|runners|subjects|men|women|females|males"
    r"|children|adolescents|players|volunteers|recruits|soldiers|students|workers|cyclists|marathoners|swimmers"
    r"|golfers|climbers|cadavers|beneficiaries"
)
DURATIONS = {"d": "days", "w": "weeks", "mo": "months", "y": "years"}
SHORT_TIMES = ("hour", "hr", "min", "sec", "ms", "milli")
UNITS = (
    r"%|percent(?:age points?)?|per ?cent|weeks?|wks?|months?|years?|yrs?|days?|hours?|hrs?|minutes?|mins?"
    r"|seconds?|secs?|degrees?|°|points?|mm|cm|km|miles?|meters?|metres?|kg|lbs?|pounds?|newtons?|Hz|ms|milliseconds?"
    r"|bpm|spm|steps per minute|steps|sessions?|visits?|reps?|repetitions?|sets?|bars?|mJ/mm2|J/cm2|shocks|impulses"
    r"|grams?|g|mph|calories"
)

_MEASURES = {
    "RR": r"\bRR|(?i:\brisk ratio|\brelative risk)",
    "OR": r"\bOR(?=[\s,(]{0,2}(?:of|=|:|\d))|(?i:\bodds ratio)",
    "HR": r"\bHR|(?i:\bhazards? ratio)",
    "IRR": r"\bIRR|(?i:\b(?:incidence )?rate ratio)",
    "PR": r"\bPR|(?i:\bprevalence(?: rate)? ratio)",
    "RD": r"\bRD|(?i:\b(?:absolute )?risk difference)",
    "SMD": (
        r"\bSMD|(?i:\bstandardi[sz]ed mean difference|\beffect size|\bcohen['’]?s d\b|\bhedges['’]? ?g\b"
        r"|\bhedges['’]s g\b)|\bd(?=\s?=)"
    ),
    "MD": r"\bW?MD|(?i:\b(?:weighted |between-group )?mean difference)",
    "NNT": r"\bNNT|(?i:\bnumber needed to treat)",
    "AUC": r"\bAUC|(?i:\barea under the curve)",
    "r": r"\br(?=\s?=)|(?i:\bcorrelation coefficient)",
}
_LINK = r"of|was|were|is|for|=|:|≈|~|about|approximately|around|only|just|over|up to|nearly|more than|less than"
MEASURE = re.compile(
    "(?:"
    + "|".join(f"(?P<{name}>{words})" for name, words in _MEASURES.items())
    + rf")s?(?:\s\([A-Za-z]{{1,6}}\)|\s?[,(\[])?"
    r"(?:\s(?:for|of|in|with|among|between)\s[a-z][^.;:()\d]{2,110}?\s(?:was|were|is|are)\b)?"
    rf"\s?(?:(?:{_LINK})\s?){{0,3}}"
    r"(?P<value>[-−]?(?:\d{1,3}(?:,\d{3}){1,2}|\d{1,4}(?:\.\d{1,4})?|\.\d{1,4}))(?P<unit>\s(?:percentage\s)?points?|\sdegrees)?(?![\d%]|\s?%|\.\d)"
    r"(?:\s?(?:-|–|—|to)\s?(?P<high>[-−]?\d{1,4}(?:\.\d{1,4})?))?"
)
"""A measure with its number behind it."""

_BEFORE = {
    Bound.UP_TO: (
        r"\bno more than|\bat most|\bup to|\bas (?:much|many|high|long) as|\bmaximum of|\bnot more than|≤"
        r"|\bno (?:greater|higher) than"
    ),
    Bound.MORE_THAN: (
        r"\bno (?:less|fewer) than|\bmore than|\bover|\bexceed(?:s|ed|ing)|\bat least|\bgreater than|\bupwards? of"
        r"|\bmin(?:imum)? of|>|≥|\bhigher than|\babove|\bbeyond|\blonger than"
    ),
    Bound.LESS_THAN: r"\bless than|\bunder|\bbelow|\bfewer than|<|\blower than|\bshorter than",
    Bound.ABOUT: (
        r"\babout|\baround|\bapproximately|\broughly|\bnearly|\balmost|\bsome|\bapprox\.?|\bclose to|~|≈|\bestimated"
        r""
    ),
}
_BEHIND = {
    Bound.MORE_THAN: r"\+|or (?:more|greater|higher)\b|and over\b|minimum\b|plus\b",
    Bound.LESS_THAN: r"or (?:less|fewer)\b",
    Bound.UP_TO: r"at most\b|maximum\b|max\b",
    Bound.ABOUT: r"or so\b",
}
_BOUNDS_BEFORE = tuple(
    (re.compile(rf"(?:{words})\s?(?:an?\s)?$", re.IGNORECASE), bound) for bound, words in _BEFORE.items()
)
_BOUNDS_BEHIND = tuple((re.compile(rf"\s?(?:{words})", re.IGNORECASE), bound) for bound, words in _BEHIND.items())

FEWER = (
    r"(?:reduc(?:e[sd]?|ing|tions?)|lower(?!\s(?:limb|leg|extremit|back\b(?!-)|body))(?:s|ed|ing)?|decreas(?:e[sd]?|ing)|cut(?:s|ting)?|less(?:en(?:s|ed|ing)?)?"
    r"|fewer"
    r"|drop(?:s|ped|ping)?|declin(?:e[sd]?|ing)|f[ae]ll(?:s|ing)?|shrank|slash(?:es|ed|ing)?|diminish(?:es|ed|ing)?"
    r"|prevent(?:s|ed|ing)?|smaller|shorter|weaker|slower|relief|reliev(?:e[sd]?|ing)|loss|lost|loses)\b"
)
MORE = (
    r"(?:increas(?:e[sd]?|ing)|rais(?:e[sd]?|ing)|rise[sn]?|rose|higher|greater|more(?!\sthan)|gr[eo]w(?:s|ing)?"
    r"|improv(?:e[sd]?|ing|ements?)|boost(?:s|ed|ing)?|gain(?:s|ed|ing)?|faster|stronger|better|longer|larger|likelier"
    r"|elevat(?:es?|ed|ing)|jump(?:s|ed)?|enhanc(?:e[sd]?|ing))\b"
)


def bound_at(text: str, start: int, end: int) -> Bound:
    """How the number at ``start:end`` is hedged.

    Examples
    --------
    >>> [bound_at(text, 10, 12).value for text in ("more than 50 %", "all in all 50 %", "there are 50 or so")]
    ['more-than', 'exact', 'about']
    """
    before, behind = text[max(0, start - 24) : start], text[end : end + 14]
    for pattern, bound in _BOUNDS_BEFORE:
        if pattern.search(before):
            return bound
    for pattern, bound in _BOUNDS_BEHIND:
        if pattern.match(behind):
            return bound
    return Bound.EXACT


def value_of(words: str) -> float:
    """Value of a number in figures or words.

    Examples
    --------
    >>> value_of("1,093"), value_of("twelve"), value_of("thirty-two"), value_of("−0.5")
    (1093.0, 12.0, 32.0, -0.5)
    """
    low = words.lower().replace(",", "").replace("−", "-")
    if low[0].isalpha():
        return sum(SMALL[part] for part in low.split("-"))
    return float(low)


def unit_of(words: str) -> str:
    """One form for a unit: ``%``, ``weeks``, ``points``.

    Examples
    --------
    >>> [unit_of(words) for words in ("percent", "wk", "Month", "yrs", "degrees", "°", "day", "lb", "")]
    ['%', 'weeks', 'months', 'years', 'degrees', 'degrees', 'days', 'pounds', '']
    """
    low = words.strip().lower()
    if low.startswith(("percentage", "points", "point")):
        return "points"
    if low in {"%", "percent", "per cent"}:
        return "%"
    if low.startswith(("day", "w", "mo", "y")):
        return DURATIONS[low[:2] if low[:2] == "mo" else low[0]]
    return {"°": "degrees", "degree": "degrees", "lb": "pounds", "lbs": "pounds", "pound": "pounds"}.get(low, low)
