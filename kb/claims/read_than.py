"""Comparatives with a "than" or an association: "less frequent with tape than without", "linked to fewer injuries"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from kb.claims.read_wording import is_negated


class Sign(StrEnum):
    """Which way a comparative points: the outcome goes up or down, or the result is good or bad."""

    UP = "up"
    DOWN = "down"
    GOOD = "good"
    BAD = "bad"


_QUANTITY = (
    r"(?!\s(?:\d|half\b|an?\s|one\b|two\b|three\b|four\b|five\b|ten\b|twice\b|usual(?!\s\w)|ever\b|expected\b"
    r"|before\b))"
)
_IN = r"(?:[^.;:]|\.\d)"
"""Inside a clause; the point of a decimal ends none."""
_WORD = (
    r"\b(?P<word>more|less|fewer|higher|lower(?!\s(?:limb|leg|extremit|back\b(?!-)|body))|greater|smaller|larger|bigger|longer"
    r"|shorter|better|worse|poorer|superior|faster|slower|sooner|quicker|stronger|weaker)\b"
)
_COMPARATIVE = re.compile(_WORD, re.IGNORECASE)
_THAN = re.compile(rf"{_IN}{{0,110}}?\bthan\b{_QUANTITY}", re.IGNORECASE)
_LINKED = re.compile(
    r"\b(?:associated|linked|connected|tied|came|comes|went|goes|go)\s(?:with|to)\s(?:an?\s|the\s)?(?:\w+ly\s|\d+\s?%\s)?$",
    re.IGNORECASE,
)
"""Before a comparative that needs no "than": "associated with fewer injuries"."""
_MORE_THAN = re.compile(r"\s(?:than\s(?:\d|half\b|an?\s|one\b|two\b|three\b|ten\b))", re.IGNORECASE)
_CLAUSE = re.compile(
    r",\s(?!\d)|\b(?:while|whereas|but|although|though|because|if|when|that|which|who)\b", re.IGNORECASE
)
_ASIDE = re.compile(r"\([^()]{0,300}\)")
_GAIN = r"(?:improve\w*|gain(?:s|ed)?|relief|recover\w*|benefi\w+|success\w*|effective\w*|help\w*|useful|progress\w*)"
_LOSS = r"(?:reduc\w+|drop(?:s|ped)?|decreas\w+|declin\w+|falls?|fell|cuts?)"
_GAINED = re.compile(rf"\b{_GAIN}\b", re.IGNORECASE)
_LOST = re.compile(rf"\b{_LOSS}\b", re.IGNORECASE)
_SUBJECT = re.compile(
    r"\b(?:(?P<gain>improvements?|gains?|relief|recovery|benefits?)|(?P<loss>reductions?|decreases?|drops?|declines?|falls?))"
    r"\b(?:\s(?:in|of|from|at)\b(?:[^.;:,]|[.,]\d){0,80})?\s(?:was|were|is|are)\s(?:\w+\s){0,2}$",
    re.IGNORECASE,
)
_VERB = re.compile(
    r"\b(?:(?P<gain>improv\w+|recover\w+|gained|progressed|benefit\w+|help\w+|eas(?:e[sd]?|ing)|reliev\w+|alleviat\w+"
    r"|restor\w+)|(?P<loss>reduc\w+|lower(?:s|ed|ing)|decreas\w+|dropp?\w*|declin\w+|fell|falls?|cuts?|shr[aiu]nk\w*"
    r"|prevent\w*|lessen\w*))\b(?:[^.;:,]|[.,]\d){0,60}$",
    re.IGNORECASE,
)
"""The verb that a bare "more" belongs to: "improved more with taping", "reduced pain more than advice"."""
_ALONE = re.compile(r"\s(?:$|(?:with|after|in|for|when|at|on|under|by|from|over|during)\b)", re.IGNORECASE)
_UP = frozenset({"more", "higher", "greater", "larger", "bigger", "longer", "slower"})
_GOOD = frozenset({"better", "superior", "faster", "sooner", "quicker", "stronger"})
_BAD = frozenset({"worse", "poorer", "weaker"})
_WORTH = {Sign.UP: Sign.GOOD, Sign.DOWN: Sign.BAD}
_TURNED = {Sign.UP: Sign.DOWN, Sign.DOWN: Sign.UP}


@dataclass(frozen=True, slots=True)
class Comparative:
    """A comparative and where it stands; ``than`` is where its "than" begins, or its clause ends where it has none."""

    sign: Sign
    start: int
    than: int


def without_asides(text: str) -> str:
    """The text with blanks for what stands in parentheses.

    Examples
    --------
    >>> without_asides("Pain (at rest) fell.")
    'Pain           fell.'
    """
    return _ASIDE.sub(lambda match: " " * len(match[0]), text)


def comparative(text: str) -> Comparative | None:
    """The comparative of a text that governs a "than"; None for none, for several, and for a denied one.

    Examples
    --------
    >>> [
    ...     found.sign.value if (found := comparative(text)) else None
    ...     for text in (
    ...         "Success was less frequent with rest than with loading.",
    ...         "Loading was more effective than rest.",
    ...         "Improvement in pain was smaller with rest than with loading.",
    ...         "Loading gave a greater reduction in pain than rest.",
    ...         "Pain was not lower with loading than with rest.",
    ...         "It cut pain by more than 30 %.",
    ...     )
    ... ]
    ['down', 'good', 'bad', 'down', None, None]
    """
    plain = without_asides(text)
    words = [match for match in _COMPARATIVE.finditer(plain) if not _MORE_THAN.match(plain, match.end())]
    if len(words) != 1:
        return None
    word = words[0]
    than = _THAN.match(plain, word.end())
    if is_negated(plain, word.start()) or not (than or _LINKED.search(plain[: word.start()])):
        return None
    end = than.end() - len("than") if than else _end_of_clause(plain, word.end())
    between = plain[word.end() : end]
    if than and _CLAUSE.search(between):
        return None
    sign = _sign(word["word"].casefold(), plain[: word.start()], between)
    return Comparative(sign, word.start(), end)


def _end_of_clause(text: str, start: int) -> int:
    stop = re.compile(r"[.;:](?=\s|$)|" + _CLAUSE.pattern, re.IGNORECASE).search(text, start)
    return stop.start() if stop else len(text)


def _sign(word: str, before: str, between: str) -> Sign:
    if word in _GOOD or word in _BAD:
        return Sign.GOOD if word in _GOOD else Sign.BAD
    sign = Sign.UP if word in _UP else Sign.DOWN
    if word == "slower":
        return Sign.BAD
    if word in {"shorter", "longer"}:
        return sign
    verb = _VERB.search(before) if word in {"more", "less"} and _ALONE.match(between) else None
    subject = verb or _SUBJECT.search(before)
    if (subject and subject["gain"]) or _GAINED.search(between):
        return _WORTH[sign]
    if (subject and subject["loss"]) or _LOST.search(between):
        return _TURNED[sign]
    return sign
