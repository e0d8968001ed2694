"""The numbers of a statement and what each of them is: a count, an effect, a change, a share, a duration.

A number is read as an effect only when the words next to it say so; what is unsure is OTHER, which nothing is compared
with.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import replace

from kb.claims.read_change import sign_of_change
from kb.claims.read_number_words import (
    FIGURE,
    MEASURE,
    NUMBER,
    PEOPLE,
    STUDIES,
    UNITS,
    bound_at,
    unit_of,
    value_of,
)
from kb.claims.read_shares import shares_in
from kb.claims.says import Bound, NumberRole, SaidNumber

_NUMBER = re.compile(
    rf"(?<![\w.,/+])(?P<money>[$€£]\s?)?(?P<sign>[-−](?=[\d.]))?(?P<first>{NUMBER})(?P<own>\s?%)?"
    rf"(?:\s?(?:-|–|—|to)\s?(?:[$€£]\s?)?(?P<second>{NUMBER}))?(?!\d|[/:.,]\d)",
    re.IGNORECASE,
)
_BETWEEN = re.compile(rf"\s?%?\sand\s(?P<second>{NUMBER})(?![\d/:])", re.IGNORECASE)
_UNIT = re.compile(rf"[\s-]{{0,2}}(?P<unit>{UNITS})(?!\w)", re.IGNORECASE)
_SCALE_POINTS = re.compile(r"\s(?:[A-Z][\w-]{1,14}\s){1,2}(?P<unit>points?)(?!\w)")
"""Points of a scale that is named between: "4 VISA-A points"."""
_MORE_POINTS = re.compile(r"\s(?:more|fewer|less|extra|additional)\s(?P<unit>points?|degrees?)(?!\w)", re.IGNORECASE)
_YEAR = re.compile(r"(?:19[5-9]|20[0-4])\d")
_HIDDEN = re.compile(
    r"\([^()]{0,200}(?:\bet al\b|\b(?:19[5-9]|20[0-4])\d\b)[^()]{0,200}\)|https?://\S{1,500}|\bdoi:?\s?\S{1,200}"
    r"|\b10\.\d{4,9}/\S{1,200}|\b(?:VO2|COVID-19|[Tt]ype [12]|T\d{1,2}|L[1-5]|S1|C[1-8])\b|\b80/20\b|\b24/7\b"
)
_INTERVAL = re.compile(
    r"(?:\b9[059]\s?%\s?)?\b(?:CI|CrI|[cC](?:onfidence|redible) intervals?|IQR|interquartile range|SD|SE)\b"
    r"[\s:=,(\[]{0,3}(?:of\s|was\s|from\s|is\s)?[-−]?[\d.]{1,9}\s?%?(?:\s?(?:-|–|—|to|,|;|and)\s?[-−]?[\d.]{1,9})?%?"
    r"|[±]\s?[\d.]{1,9}|\b9[059]\s?% (?:CI|confidence)"
)
_P = re.compile(
    r"\b[pP](?:[- ]?values?)?\s?(?:of\s|was\s)?(?P<sign>[<>=≤≥]|less than|below)?\s?(?P<value>0?\.\d{1,6})(?!\d)"
)
_N = re.compile(rf"\b[nN]\s?=\s?(?P<value>{FIGURE})")
_LABEL = re.compile(
    r"\b(?:grade|phase|stage|type|level|step|weeks?|days?|months?|fig(?:ure|\.)?|table|tip|part|chapter|zone|no\."
    r"|number"
    r"|vol(?:\.|ume)|pp?\.|pages?|mile|version|top|question|session|class|cluster|#)[\s-]?$",
    re.IGNORECASE,
)
_AGE_BEFORE = re.compile(
    rf"(?:\b(?:aged?|ages|older than|younger than|past|turn(?:ed|ing)?)|\b(?:{PEOPLE}|those|anyone"
    rf"|everyone) (?:who are )?"
    r"(?:over|under|above|past))\s(?:the age of\s|of\s|between\s|over\s|under\s)?$",
    re.IGNORECASE,
)
_AGE_BEHIND = re.compile(r"[\s-]{0,2}(?:years?|yrs?)[\s-](?:old|of age)|[\s-]?year-olds?", re.IGNORECASE)
_SCALE = re.compile(
    rf"\s?out of (?:10|100|ten)\b(?!\s(?:\w+\s)?(?:{PEOPLE}))|[\s-](?:point|level|item)[\s-](?:\w+\s){{0,2}}"
    r"(?:scale|rating|score|test|questionnaire)",
    re.IGNORECASE,
)
_COUNT = re.compile(
    r"\s(?:(?!(?:weeks?|months?|days?|years?|sessions?|sets|or|to|and|of|in|with|times|percent|points?|the|found"
    r"|showed|shows|that|who|which|by|had|were|was)\b)"
    rf"[a-z][a-z-]{{1,25}},?\s){{0,5}}?(?:(?P<studies>{STUDIES})|(?P<people>{PEOPLE}))(?!\w)",
    re.IGNORECASE,
)
_PEOPLE = re.compile(
    rf"\s(?:(?:healthy|adult|male|female|novice|recreational|elite|older) )?(?:{PEOPLE})\b", re.IGNORECASE
)
_JOINED = re.compile(r"[^.;,:()]{0,30}\band\s(?:(?:by|about|over|nearly|more|than|up|to|roughly)\s){0,3}")
_A_WEEK = re.compile(r"\s(?:per|an?|each|every)\s(?:week|month|year|decade|day)\b", re.IGNORECASE)
_AND_STUDIES = re.compile(
    r"\s(?:studies|trials|RCTs)\s(?:with|of|involving|and|including|on|in|comprising)\s", re.IGNORECASE
)
_POOLED = re.compile(
    r"(?:\b(?:of|across|from|analy[sz](?:ed|es|ing)|includ(?:ed|es|ing)|pool(?:ed|s|ing)|review(?:ed|ing)|cover(?:ed"
    r"|s|ing)"
    r"|synthesi[sz](?:ed|es|ing)|with|involving|examin(?:ed|es|ing)|combin(?:ed|es|ing)|compris(?:ed|es|ing)"
    r"|evaluat(?:ed|es|ing)|identified|looked at|looking at|summari[sz](?:ed|es|ing)|assess(?:ed|es|ing))|[(])\s?"
    r"(?:data from\s|(?:the )?results of\s|a total of\s|over\s|more than\s|nearly\s|about\s|the\s|at least\s){0,2}$",
    re.IGNORECASE,
)
_LIST = re.compile(
    rf"(?:\s?,\s{NUMBER}){{0,4}},?\s(?:and|or|&)\s{NUMBER}[\s-](?P<unit>days?|weeks?|months?|years?)\b", re.IGNORECASE
)
_OVER = re.compile(r"\bover\s(?:an?\s|the\s)?$", re.IGNORECASE)
_TIMES = re.compile(r"[\s-]?(?:times?|x)\b", re.IGNORECASE)
_DIFFERENCE = re.compile(
    r"\s(?:\w+\s){0,2}?(?:less|lower|fewer|more|higher|greater|saved|longer|shorter|better|worse|ahead|behind)\b",
    re.IGNORECASE,
)
_DIFFERED = re.compile(
    r"\b(?:(?:reductions?|improvements?|increases?|gains?|differences?)\s(?:of|averag\w+)|sav(?:ed?|es|ing|ings)"
    r"|(?:(?:reduc|increas|improv|decreas|lower|differ|outperform|better|ahead|superior)\w*|\bbeats?\b|\bfell|\bdropped"
    r"|\bcuts?)[^.;:]{0,70}\bby)\s(?:\w+\s){0,3}?$",
    re.IGNORECASE,
)
_SCORE_UNITS = frozenset(("points", "degrees", "mm", "cm", "kg", "ms", "newtons", "spm"))


def numbers_in(text: str) -> tuple[SaidNumber, ...]:
    """Numbers of a statement, in order; years, links and citations in parentheses are none.

    Examples
    --------
    >>> found = numbers_in("In 12 trials of 1,210 patients, it cut pain by up to 50% (RR 0.53, 95% CI 0.4 to 0.7).")
    >>> [(n.role.value, n.value, n.bound.value, n.measure) for n in found]  # doctest: +NORMALIZE_WHITESPACE
    [('studies', 12.0, 'exact', None), ('participants', 1210.0, 'exact', None), ('change', -50.0, 'up-to', None),
     ('effect', 0.53, 'exact', 'RR'), ('other', 0.4, 'exact', None), ('other', 0.7, 'exact', None)]
    """
    found: list[SaidNumber] = []
    for pattern, read in _SPECIAL:
        text = _taken(text, pattern, read, found)
    text = shares_in(text, found)
    taken = [one for one in found if one.role is NumberRole.EFFECT]
    position = 0
    for match in _NUMBER.finditer(text):
        if match.start() >= position and not any(one.start <= match.start() < one.end for one in taken):
            number, position = _read(text, match)
            found += [number] if number is not None else []
    return tuple(_joined(text, sorted(found, key=lambda one: (one.start, one.end))))


def _joined(text: str, numbers: list[SaidNumber]) -> Iterable[SaidNumber]:
    """A second change as in "fell 30% at one month and 45% at two", which has no verb of its own."""
    last: SaidNumber | None = None
    for number in numbers:
        joined = number
        if last is not None and number.role is NumberRole.PERCENT and number.high is None:
            between = text[last.end : number.start]
            if _JOINED.fullmatch(between) and not text[number.end :].startswith(" of "):
                joined = replace(number, role=NumberRole.CHANGE, value=math.copysign(number.value, last.value))
        if joined.role is not NumberRole.DURATION:
            last = joined if joined.role is NumberRole.CHANGE else None
        yield joined


Reader = Callable[[str, "re.Match[str]"], Iterable[SaidNumber]]


def _taken(text: str, pattern: re.Pattern[str], read: Reader, found: list[SaidNumber]) -> str:
    """The text with blanks where a pattern fits, so that nothing else reads those numbers."""
    pieces, position = [], 0
    for match in pattern.finditer(text):
        found += read(text, match)
        pieces += [text[position : match.start()], " " * len(match[0])]
        position = match.end()
    return "".join([*pieces, text[position:]])


def _nothing(_text: str, _match: re.Match[str]) -> Iterable[SaidNumber]:
    return ()


def _interval(_text: str, match: re.Match[str]) -> Iterable[SaidNumber]:
    """Ends of an interval, without the 95 in front of it."""
    words = re.sub(r"^9[059]\s?%", lambda level: " " * len(level[0]), match[0])
    for number in re.finditer(r"[-−]?(?:\d{1,4}(?:\.\d{1,6})?|\.\d{1,6})", words):
        start = match.start() + number.start()
        glued = number.start() and words[number.start() - 1].isdigit()
        value = value_of(number[0].lstrip("-−") if glued else number[0])
        yield SaidNumber(NumberRole.OTHER, value, "", Bound.EXACT, start, start + len(number[0]), words=number[0])


def _p_value(_text: str, match: re.Match[str]) -> Iterable[SaidNumber]:
    sign = (match["sign"] or "=").lower()
    bound = (
        Bound.LESS_THAN
        if sign in {"<", "≤", "less than", "below"}
        else Bound.MORE_THAN
        if sign in ">≥"
        else Bound.EXACT
    )
    yield SaidNumber(
        NumberRole.P_VALUE, float(match["value"]), "", bound, *match.span(), measure="p-value", words=match[0]
    )


def _n_equals(_text: str, match: re.Match[str]) -> Iterable[SaidNumber]:
    yield SaidNumber(NumberRole.PARTICIPANTS, value_of(match["value"]), "", Bound.EXACT, *match.span(), words=match[0])


def _effect(text: str, match: re.Match[str]) -> Iterable[SaidNumber]:
    measure = next(name for name in _MEASURE_NAMES if match[name])
    start, end = match.start("value"), match.end("high") if match["high"] else match.end("value")
    high = value_of(match["high"]) if match["high"] else None
    bound = bound_at(text, start, end)
    value = value_of(match["value"])
    unit = unit_of(match["unit"] or "")
    yield SaidNumber(NumberRole.EFFECT, value, unit, bound, start, end, high, measure, text[start:end])
    for more in re.finditer(
        r"(?:\s?,\s?(?:and\s)?|\s(?:and|or)\s)([-−]?(?:\d{1,3})?\.\d{1,4})(?!\d|\s?%|\s?(?:to|-|–)\s?[-−]?[\d.])",
        text[end : end + 40],
    ):
        if more.start() == 0:
            first, last = end + more.start(1), end + more.end(1)
            yield SaidNumber(NumberRole.EFFECT, value_of(more[1]), "", Bound.EXACT, first, last, None, measure, more[1])


_MEASURE_NAMES = ("RR", "OR", "HR", "IRR", "PR", "RD", "SMD", "MD", "NNT", "AUC", "r")
_SPECIAL: tuple[tuple[re.Pattern[str], Reader], ...] = (
    (_HIDDEN, _nothing),
    (_INTERVAL, _interval),
    (_P, _p_value),
    (_N, _n_equals),
    (MEASURE, _effect),
)


def _read(text: str, match: re.Match[str]) -> tuple[SaidNumber | None, int]:
    """The number at a match, None when it is none, and where to read on."""
    end, second = match.end(), match["second"]
    spanned = second is None and text[max(0, match.start() - 9) : match.start()].lower().endswith("between ")
    if spanned and (other := _BETWEEN.match(text, end)):
        end, second = other.end(), other["second"]
    figures = not match["first"][0].isalpha()
    if _is_year(text, match, end):
        return None, end
    unit = _UNIT.match(text, end) or _SCALE_POINTS.match(text, end) or _MORE_POINTS.match(text, end)
    name = "%" if match["own"] and not (unit and unit["unit"] != "%") else unit_of(unit["unit"]) if unit else ""
    behind = unit.end() if unit else end
    role, value = _role(text, match, name, end, behind)
    if role is NumberRole.OTHER and not figures:
        return None, end
    high = value_of(second) if second else None
    if role is NumberRole.DURATION and not name:
        listed = _LIST.match(text, end)
        name = unit_of(listed["unit"]) if listed else ""
    if role is NumberRole.CHANGE and value < 0 and high is not None:
        high = -high
    unit_name = "$" if match["money"] else name
    bound = bound_at(text, match.start(), behind)
    if role is NumberRole.DURATION and _OVER.search(text[max(0, match.start() - 12) : match.start()]):
        bound = Bound.EXACT
    number = SaidNumber(role, value, unit_name, bound, match.start(), behind, high, None, text[match.start() : behind])
    return number, max(end, behind)


def _is_year(text: str, match: re.Match[str], end: int) -> bool:
    if not _YEAR.fullmatch(match["first"]) or match["money"] or match["own"]:
        return False
    return not (_UNIT.match(text, end) or _PEOPLE.match(text, end))


def _role(text: str, match: re.Match[str], unit: str, end: int, behind: int) -> tuple[NumberRole, float]:
    value = value_of((match["sign"] or "") + match["first"])
    start = match.start()
    before = text[max(0, start - 80) : start]
    if _is_label(text, before, unit, end):
        return NumberRole.OTHER, value
    if unit == "%":
        if _A_WEEK.match(text, behind):
            return NumberRole.OTHER, value
        sign = sign_of_change(text, start, behind)
        if sign is None:
            return NumberRole.PERCENT, value
        return (NumberRole.CHANGE, sign * abs(value)) if sign else (NumberRole.OTHER, value)
    if unit in {"weeks", "months", "years", "days"} or (not unit and _LIST.match(text, end)):
        return NumberRole.DURATION, value
    if match["money"] or unit in _SCORE_UNITS:
        told = _DIFFERENCE.match(text, end) or _DIFFERENCE.match(text, behind) or _DIFFERED.search(before)
        return (NumberRole.EFFECT if told else NumberRole.OTHER), value
    if unit or _TIMES.match(text, end) or value != int(value):
        return NumberRole.OTHER, value
    return _counted(text, before, end), value


def _is_label(text: str, before: str, unit: str, end: int) -> bool:
    labelled = _LABEL.search(before) is not None and not unit
    aged = _AGE_BEFORE.search(before) is not None or _AGE_BEHIND.match(text, end) is not None
    return labelled or aged or _SCALE.match(text, end) is not None


def _counted(text: str, before: str, end: int) -> NumberRole:
    counted = _COUNT.match(text, end)
    if counted is None:
        return NumberRole.OTHER
    if counted["people"]:
        return NumberRole.PARTICIPANTS
    pooled = _POOLED.search(before) or _AND_STUDIES.search(text[end : counted.end() + 14])
    return NumberRole.STUDIES if pooled else NumberRole.OTHER
