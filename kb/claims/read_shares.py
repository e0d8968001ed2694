"""Fractions and multiples in words: "two thirds of", "cut in half", "twice as likely", "doubled", "3-fold"."""

from __future__ import annotations

import re

from kb.claims.read_change import sign_of_change
from kb.claims.read_number_words import MULTIPLES, NUMBER, PARTS, PEOPLE, SMALL, bound_at, value_of
from kb.claims.says import Bound, NumberRole, SaidNumber

_PART = re.compile(
    rf"\b(?:(?P<many>one|two|three|four|a)[\s-])?(?P<part>{'|'.join(PARTS)})s?\b(?![\s-](?:marathon|hour|mile|year"
    rf"|day))",
    re.IGNORECASE,
)
_SHARE_BEHIND = re.compile(rf"\s(?:of\b|(?:the|all)\s(?:\w+\s)?(?:{PEOPLE})\b)", re.IGNORECASE)
_LESS_BEHIND = re.compile(
    r"\s(?:as\s(?:likely|many|much|often|high)|(?:the|your|their)\s(?:\w+\s)?(?:risk|rate|odds|chance|likelihood"
    r"|number))\b",
    re.IGNORECASE,
)
_AVOIDED = re.compile(
    r"\b(?:prevent\w{0,3}|avoid\w{0,3}|avert\w{0,3})\s(?:(?:more|less|than|over|about|nearly|almost|up|to|at|least|around"
    r"|roughly)\s){0,3}$",
    re.IGNORECASE,
)
_TO = re.compile(r"\bto\s(?:(?:less|only|just|under|about|almost|nearly|below|than|around|a)\s){0,3}$", re.IGNORECASE)
_MULTIPLE = re.compile(
    r"\b(?P<more>twice|thrice|double(?:[sd])?|doubling|triple(?:[sd])?|tripling|quadruple(?:[sd])?)\b"
    r"|\b(?P<less>halv(?:e[sd]?|ing)"
    r"|(?:cuts?|cutting|sliced?|reduced?|drops?|dropped) (?:\w+ ){0,5}?in half)\b",
    re.IGNORECASE,
)
_MULTIPLE_BEHIND = re.compile(
    r"\s(?:as\s(?:likely|many|much|often|high|common|effective|fast|great)|(?:the|your|their|its)\s(?:\w+\s){0,3}?"
    r"(?:risk|rate|odds|chance|likelihood|number|injur\w+|improvement|benefit|pain|costs?)s?|(?:injury\s)?(?:risk"
    r"|rates?|odds)\b)",
    re.IGNORECASE,
)
_EXPOSURE = re.compile(r"\b(?:mileage|volume|distance|load|pace|cadence|weight|intensity|runs?|speed)\b", re.IGNORECASE)
_FOLD = re.compile(
    rf"(?<![\w.,])(?P<number>{NUMBER})(?:\s?(?:-|–|to)\s?(?P<second>{NUMBER}))?[\s-]?"
    r"(?:fold\b|times\s(?:as\s(?:likely|many|much|often|high|common|great)|(?:more|higher|greater|likelier)\b"
    r"|the\s(?:\w+\s)?(?:risk|rate|odds)|(?P<less>lower|less|fewer)\b))",
    re.IGNORECASE,
)
_ONE_IN = re.compile(
    rf"(?<![\w.,])(?P<one>{NUMBER})\s(?:(?:out )?of every|in every|in"
    rf"|out of)\s(?P<all>{NUMBER})(?:\s(?:\w+\s){{0,2}}?(?:{PEOPLE})\b"
    r"|(?=\s(?:develop(?:s|ed)?|had|got|get|gets|recovered|returned|relapsed|were|was|suffered|reported|dropped)\b))",
    re.IGNORECASE,
)


def shares_in(text: str, found: list[SaidNumber]) -> str:
    """Add the fractions and multiples of a text to ``found``; the text with blanks in their place.

    Examples
    --------
    >>> found = []
    >>> _ = shares_in("Falls were almost halved; two thirds of runners are twice as likely to return.", found)
    >>> [(one.role.value, round(one.value, 1), one.bound.value) for one in found]
    [('percent', 66.7, 'exact'), ('change', -50.0, 'about'), ('change', 100.0, 'exact')]
    """
    for pattern, read in ((_ONE_IN, _one_in), (_FOLD, _fold), (_PART, _part), (_MULTIPLE, _multiple)):
        pieces, position = [], 0
        for match in pattern.finditer(text):
            number = read(text, match)
            if number is None:
                continue
            found.append(number)
            pieces += [text[position : match.start()], " " * len(match[0])]
            position = match.end()
        text = "".join([*pieces, text[position:]])
    return text


def _number(text: str, match: re.Match[str], role: NumberRole, value: float, bound: Bound | None = None) -> SaidNumber:
    bound = bound or bound_at(text, match.start(), match.end())
    return SaidNumber(role, round(value, 2), "%", bound, match.start(), match.end(), words=match[0])


def _one_in(text: str, match: re.Match[str]) -> SaidNumber | None:
    one, every = value_of(match["one"]), value_of(match["all"])
    told = " in " in match[0].lower() or "every" in match[0].lower() or every in {10.0, 100.0}
    if not told or not 0 < one <= every or (every > 100 and one > 1):
        return None
    return _number(text, match, NumberRole.PERCENT, 100 * one / every)


def _fold(text: str, match: re.Match[str]) -> SaidNumber | None:
    times = value_of(match["number"])
    if match["less"]:
        return _number(text, match, NumberRole.CHANGE, 100 / times - 100) if times > 1 else None
    number = _number(text, match, NumberRole.CHANGE, 100 * times - 100)
    high = 100 * value_of(match["second"]) - 100 if match["second"] else None
    return SaidNumber(number.role, number.value, "%", number.bound, number.start, number.end, high, words=match[0])


def _part(text: str, match: re.Match[str]) -> SaidNumber | None:
    part = match["part"].lower()
    many = (match["many"] or "a").lower()
    value = 100 * PARTS[part] * SMALL.get(many, 1.0)
    if value >= 100:
        return None
    behind = text[match.end() : match.end() + 40]
    if part == "half" and _LESS_BEHIND.match(behind):
        return _number(text, match, NumberRole.CHANGE, -value)
    before = text[max(0, match.start() - 40) : match.start()]
    bound = bound_at(text, match.start(), match.end())
    if _TO.search(before) and re.search(
        r"\b(?:reduc|lower|cut|drop|f[ae]ll|decreas)", text[max(0, match.start() - 90) : match.start()], re.IGNORECASE
    ):
        turned = {Bound.LESS_THAN: Bound.MORE_THAN, Bound.MORE_THAN: Bound.LESS_THAN}.get(bound, bound)
        return _number(text, match, NumberRole.CHANGE, value - 100, turned)
    if re.search(r"\bby\s(?:[a-z]+\s){0,3}$", before, re.IGNORECASE) and (
        sign := sign_of_change(text, match.start(), match.end())
    ):
        return _number(text, match, NumberRole.CHANGE, sign * value)
    if _AVOIDED.search(before):  # "prevents half of all sprains" tells a change, not which share they are
        return _number(text, match, NumberRole.CHANGE, -value)
    if _SHARE_BEHIND.match(behind) and (part == "half" or match["many"]):
        return _number(text, match, NumberRole.PERCENT, value)
    return None


def _multiple(text: str, match: re.Match[str]) -> SaidNumber | None:
    behind = text[match.end() : match.end() + 50]
    if match["less"]:
        about = re.search(r"\b(?:nearly|almost|about|roughly) in half", match[0], re.IGNORECASE)
        return _number(text, match, NumberRole.CHANGE, -50.0, Bound.ABOUT if about else None)
    word = match[0].lower()
    if word in {"twice", "thrice", "double", "triple", "quadruple"} and not _MULTIPLE_BEHIND.match(behind):
        return None
    if _EXPOSURE.search(behind[:30]) and not re.search(r"risk|injur|odds", behind[:30], re.IGNORECASE):
        return None
    return _number(text, match, NumberRole.CHANGE, float(MULTIPLES[word[:5]]))
