"""The timepoints a statement tells an effect at, in weeks: "at 3 and 6 months", "after 12 weeks", "1-year follow-up".

How long the pain has lasted, and how long a treatment is given, are no timepoints.
"""

from __future__ import annotations

import re

from kb.claims.read_number_words import NUMBER, value_of
from kb.timepoint import WEEKS_PER

_UNIT = r"(?P<unit>days?|weeks?|wks?|months?|years?|yrs?)\b"
_LIST = rf"(?P<list>(?:{NUMBER}|an?)(?:\s?,\s{NUMBER}){{0,4}}(?:,?\s(?:and|or|&)\s{NUMBER})?)"
_AT = re.compile(
    rf"\b(?P<how>at|after|by)\s(?:the\s|about\s|around\s|approximately\s|only\s|just\s|least\s|both\s"
    rf"|a mean of\s){{0,2}}{_LIST}"
    rf"[\s-](?!to\b){_UNIT}",
    re.IGNORECASE,
)
_WEEK = re.compile(rf"\b(?:at|by|after)\s(?P<unit>week|month|year|day)\s(?P<list>{NUMBER})(?![-–\w])", re.IGNORECASE)
_FOLLOW_UP = re.compile(
    rf"(?<![\w.,–-]){_LIST}[\s-]{_UNIT}(?:[\s-]follow[\s-]?ups?\b|\s(?:later|post[- ]?(?:treatment|intervention"
    rf"|injection)"
    r"|after (?:treatment|the (?:treatment|injection|intervention|program)|discharge))\b)",
    re.IGNORECASE,
)
_AFTER = re.compile(
    rf"(?<![\w.,–-]){_LIST}[\s-]{_UNIT}\s(?:after|following)\s(?!(?:that|which|birth|giving|starting|onset|the (?:onset"
    r"|start))\b)",
    re.IGNORECASE,
)
"""Counted from the treatment or the injury: "two years after shockwave"."""
_RANGE = re.compile(
    rf"\b(?:at|within)\s(?:about\s|around\s)?(?P<list>{NUMBER}\s?(?:-|–|to)\s?{NUMBER})[\s-]{_UNIT}", re.IGNORECASE
)
_LASTED = re.compile(
    rf"\b(?:persist\w*|maintain\w*|last(?:s|ed|ing)?|sustained|hold|held|followed)\s(?:\w+\s){{0,2}}?(?:for|over|at)\s"
    rf"(?:at\sleast\s|about\s|up\sto\s|over\s)?{_LIST}[\s-]{_UNIT}",
    re.IGNORECASE,
)
_OVER = re.compile(
    rf"\b(?:lower|less|fewer|higher|more|greater)\s(?:\w+\s){{0,2}}?over\s(?:the\s(?:next"
    rf"|following)\s)?{_LIST}[\s-]{_UNIT}",
    re.IGNORECASE,
)
_NOT_BEHIND = re.compile(
    r"\s(?:old|of (?:age|pain|symptoms?|rest|waiting|immobili[sz]ation|conservative|failed|no |life)|per\b|a week"
    r"|postpartum|ago|apart"
    r"|between|without|off\b|or (?:more|longer)\b|into\b|plus\b)|-old|\s?[-–]\s?\d|\s(?:to|or)\s(?:\d|\w+ (?:weeks"
    r"|months))|\+",
    re.IGNORECASE,
)
_NOT_BEFORE = re.compile(
    r"\b(?:start(?:s|ed|ing)?|begin(?:s|ning)?|began|begun|initiat\w+|return\w*|resum\w+|wait\w*|progress(?:es|ing)?"
    r"|age[ds]?"
    r"|retire\w*|schedule\w*|introduc\w+|stop\w*|if|cleared|clearance|run(?:ning)? again)\b[^.;:]{0,40}$",
    re.IGNORECASE,
)


def weeks_in(text: str) -> tuple[float, ...]:
    """Timepoints that an effect is told at, in weeks, in order.

    Examples
    --------
    >>> weeks_in("Pain was less at 4 and 12 weeks and after one week, in people with pain for 6 months.")
    (4.0, 12.0, 1.0)
    >>> weeks_in("Three sessions a week for 6 weeks, from week 2; you can begin to run after 3 weeks.")
    ()
    >>> [round(week, 1) for week in weeks_in("At 1-year follow-up, or six months later, it had not lasted.")]
    [52.2, 26.1]
    """
    found: dict[int, tuple[float, ...]] = {}
    for pattern in (_AT, _WEEK, _FOLLOW_UP, _AFTER, _RANGE, _LASTED, _OVER):
        for match in pattern.finditer(text):
            start = match.start("list")
            told = pattern not in {_AT, _WEEK, _AFTER, _RANGE} or not _NOT_BEFORE.search(
                text[max(0, match.start() - 60) : match.start()]
            )
            if told and start not in found and not _NOT_BEHIND.match(text[match.end() : match.end() + 30]):
                found[start] = _weeks(match["list"], match["unit"])
    return tuple(dict.fromkeys(week for start in sorted(found) for week in found[start]))


def _weeks(words: str, unit: str) -> tuple[float, ...]:
    low = unit.lower()
    per = WEEKS_PER[next(name for name in WEEKS_PER if name[0] == low[0])]
    numbers = re.split(r"\s?,\s(?:and\s|or\s|&\s)?|\s(?:and|or|&)\s|\sto\s|(?<=\d)\s?[-–]\s?(?=\d)", words)
    return tuple((1.0 if one.lower() in {"a", "an"} else value_of(one)) * per for one in numbers if one)
