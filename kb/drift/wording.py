"""How two texts differ, in few words, and whether wording is all that differs."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from functools import lru_cache

_NUMBERS = re.compile(r"[<>≤≥=±≈~]|[-−–]?\d+(?:[.,:/]\d+)*%?")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_SIGNALS = frozenset(
    """
    no not none nor nothing never without neither cannot unlike unknown unclear unsure untested missing gone
    favour favours favor favors favouring better worse best worst same equal similar
    more less most least higher lower greater smaller larger longer shorter faster slower above below
    increase increases increased decrease decreases decreased reduce reduces reduced improve improves improved
    difference differences differ differs effect effects effective ineffective benefit benefits harm harms harmful
    significant insignificant association associated intervention comparator control placebo sham
    high moderate low very certainty certain uncertain risk bias concern concerns serious
    supported supports support partly overstated misattributed contradicts contradict contradicted qualifies address
    retracted retraction corrected correction expression verified unverified reviewed judged
    may might could probably likely unlikely possibly suggests shows proves must should recommended against
    all any some few many every each only always often rarely half twice double
    one two three four five six seven eight nine ten first second third
    """.split()  # noqa: SIM905 - reads better than a list of literals
)
"""Words that carry a result, a certainty, a verdict or a quantity."""
_CLOSE = 2
"""Words between two differences that are shown as one."""
_MOST_WORDS = 600
_LONGEST = 240


def wording_only(old: str, new: str) -> bool:
    """Whether the same is said in other words: no number, name, result, certainty, verdict or negation differs.

    Examples
    --------
    >>> wording_only("Pain fell with exercise.", "Pain dropped with exercise.")
    True
    >>> wording_only("Pain fell by 2.", "Pain fell by 3."), wording_only("It may help.", "It does help.")
    (False, False)
    """
    return _signals(old) == _signals(new)


def _signals(text: str) -> list[str]:
    """What carries meaning: numbers with their signs, words of results, and names; in order."""
    found = [(match.start(), match[0].replace("−", "-").replace("–", "-")) for match in _NUMBERS.finditer(text)]
    for match in _WORD.finditer(text):
        word = match[0]
        folded = word.casefold()
        named = not word.islower() and match.start() > 0 and text[match.start() - 2 : match.start()] not in {". ", ": "}
        if folded in _SIGNALS or folded.endswith("n't") or named:
            found.append((match.start(), folded))
    return [token for _, token in sorted(found)]


@lru_cache(maxsize=8192)  # many pages hold the same text
def moved_words(old: str, new: str, before_it: int = 3, after_it: int = 3) -> str:
    """The places where two texts differ, with some words before and after each.

    Examples
    --------
    >>> moved_words("MD 8.64 (6 to 11) points; p < 0.001", "MD 9.64 (6 to 11) points; p < 0.001", 3, 0)
    'MD 8.64 -> 9.64'
    >>> moved_words("yes", "no"), moved_words("", "low")
    ('yes -> no', 'nothing -> low')
    """
    before, after = old.split(), new.split()
    if len(before) > _MOST_WORDS or len(after) > _MOST_WORDS:
        places = [_trimmed(before, after)]
    else:
        places = _places(before, after)
    told = []
    for number, (a, b, c, d) in enumerate(places):
        start = max(a - before_it, places[number - 1][1] if number else 0)
        end = min(b + after_it, places[number + 1][0] if number + 1 < len(places) else len(before))
        moved = f"{' '.join(before[a:b]) or 'nothing'} -> {' '.join(after[c:d]) or 'nothing'}"
        words = [*(["…"] if start and not number else []), *before[start:a], moved, *before[b:end]]
        told.append(" ".join([*words, *(["…"] if after_it and end < len(before) else [])]))
    return _cut("; ".join(told[:3]) + (f"; and {len(told) - 3} more places" if len(told) > 3 else ""))


def _places(before: list[str], after: list[str]) -> list[tuple[int, int, int, int]]:
    """Where words differ; differences that are close to each other are one."""
    places: list[tuple[int, int, int, int]] = []
    for tag, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        if places and a - places[-1][1] <= _CLOSE:
            first = places.pop()
            places.append((first[0], b, first[2], d))
        else:
            places.append((a, b, c, d))
    return places


def _trimmed(before: list[str], after: list[str]) -> tuple[int, int, int, int]:
    """What is left between the words that both begin and end with."""
    head = 0
    while head < min(len(before), len(after)) and before[head] == after[head]:
        head += 1
    tail = 0
    while tail < min(len(before), len(after)) - head and before[-1 - tail] == after[-1 - tail]:
        tail += 1
    return head, len(before) - tail, head, len(after) - tail


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1].rstrip()}…"


def brief(text: str, longest: int = 160) -> str:
    """A text that fits a line."""
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"
