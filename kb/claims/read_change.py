"""Whether a percentage or a fraction is a change, and which way: "cut by half", "30 % fewer", "an increase of 10 %"."""

from __future__ import annotations

import re

from kb.claims.read_number_words import FEWER, MORE, PEOPLE

_WINDOW = 90
_FEWER = re.compile(rf"\b{FEWER}", re.IGNORECASE)
_MORE = re.compile(rf"\b{MORE}", re.IGNORECASE)
_BOUND = (
    r"(?:(?:about|over|more|less|than|up|to|only|nearly|almost|around|approximately|at|least|just|an?|roughly|some|as"
    r"|much)\s)"
)
_BEHIND = re.compile(
    r"[\s-](?:(?!(?:of|the|to|in|and|or|by|with|a|than|rule|had|has|have|were|was|got|saw|suffered)\b)"
    r"[a-z-]{2,20}\s){0,3}?"
    rf"(?:(?P<fewer>{FEWER})|(?P<more>{MORE}))",
    re.IGNORECASE,
)
_BY = re.compile(rf"\b(?:by|of)\s{_BOUND}{{0,4}}$|:\s$", re.IGNORECASE)
_TO = re.compile(
    r"\b(?<!up )(?:to|from)\s(?:(?:about|over|less|than|only|nearly|almost|around|just|an?|under|below)\s){0,3}$",
    re.IGNORECASE,
)
_NOT_DIRECT = re.compile(
    r"\b(?:of|(?<!up )to|in|from|at|with|for|and|or|(?<!more )(?<!less )than|is"
    r"|was|were|are|had|have|has|that|found|by|on|it|they|who)\s"
    rf"{_BOUND}{{0,4}}$",
    re.IGNORECASE,
)
_CLAUSE = re.compile(
    r"[;()]|,\s(?!\d)|\b(?:while|whereas|but|compared|versus|vs|because|if|when|which|who)\b", re.IGNORECASE
)
_OF_PEOPLE = re.compile(
    rf"\sof\s(?:(?:the|all|those|our|these)\s)?(?:[a-z-]{{2,20}}\s){{0,2}}?(?:{PEOPLE}|controls)\b", re.IGNORECASE
)
"""Behind a share: "cut injuries: 14% of the trained runners were injured" gives a share, not the size of the cut."""
_PAIR = re.compile(r"\s(?:\w+\s){0,4}?(?:against|versus|vs\.?|compared (?:with|to))\s(?:\w+\s){0,3}?\d", re.IGNORECASE)
"""Behind the first of two shares: "fewer recovered: 83% against 96%" gives both, not the size of the change."""
_EXPOSURE = re.compile(
    r"\b(?:mileage|volume|distances?|cadence|step rate|step frequency|strides?|pace|intensity|workload"
    r"|(?:training|running|acute|chronic|weekly) loads?|(?:body ?)?weight|resistance|speed|steps per minute|long runs?"
    r"|incline|hours|heart rate|effort)\b|\b(?:per|each|a|every|to)[\s-]week\b",
    re.IGNORECASE,
)
_OUTCOME = re.compile(
    r"\b(?:risks?|injur\w*|pain|odds|likel\w*|chances?|symptoms?|recurrences?|(?<!step )rates?|strength|function"
    r"|costs?)\b",
    re.IGNORECASE,
)


def sign_of_change(text: str, start: int, end: int) -> int | None:
    """-1 or 1 for a number at ``start:end`` that is a change, 0 for the change of an exposure, None for none.

    Examples
    --------
    >>> def sign(text):
    ...     start = text.index("50")
    ...     return sign_of_change(text, start, start + 3)
    >>> [sign(text) for text in ("It cut pain by up to 50%.", "A 50% higher risk.", "Pain fell to 50%.")]
    [-1, 1, None]
    >>> [sign(text) for text in ("Raise mileage by 50%.", "It prevents 50% of sprains.", "Some 50% of them improved.")]
    [0, -1, None]
    """
    before = _clause_before(text[max(0, start - _WINDOW) : start])
    behind = text[end : end + _WINDOW]
    if cut := _CLAUSE.search(behind):
        behind = behind[: cut.start()]
    if before.rstrip().endswith(":") and (_OF_PEOPLE.match(behind) or _PAIR.match(text, end)):
        return None
    if head := _BEHIND.match(behind):
        return 0 if _exposed(behind) else -1 if head["fewer"] else 1
    verb = _last(before)
    if verb is None or _TO.search(before):
        return None
    between = before[verb[1] :]
    if not (_BY.search(before) or (len(between.split()) < 8 and not _NOT_DIRECT.search(before))):
        return None
    if (_EXPOSURE.search(between) and not _OUTCOME.search(between)) or _exposed(behind[:30]):
        return 0
    return verb[0]


def _clause_before(before: str) -> str:
    cut = 0
    for match in _CLAUSE.finditer(before):
        if match[0] != "(" or match.end() < len(before) - 12:
            cut = match.end()
    return before[cut:]


def _exposed(behind: str) -> bool:
    return _EXPOSURE.search(behind[:45]) is not None and _OUTCOME.search(behind[:45]) is None


def _last(before: str) -> tuple[int, int] | None:
    """Sign and end of the last word that says which way."""
    found = [(match.end(), -1) for match in _FEWER.finditer(before)] + [
        (match.end(), 1) for match in _MORE.finditer(before)
    ]
    end, sign = max(found, default=(0, 0))
    return (sign, end) if sign else None
