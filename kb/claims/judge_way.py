"""Which way a statement points: a benefit, harm, a change, or none of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kb.claims.judge_than import told_by_change, told_by_than
from kb.claims.read_wording import is_negated
from kb.model import Better, ClaimDirection

if TYPE_CHECKING:
    from kb.claims.judge_case import Case

_GOOD = re.compile(
    r"\b(?:superior|better|outperform\w{0,4}|more effective|beats?|w(?:ins?|on) over|ahead|sooner|faster|quicker"
    r"|greater (?:improvements?|reductions?|gains?|relief)"
    r"|(?:improve[sd]?|help(?:s|ed)?)\b[^.;]{1,60}\b(?:than|versus|compared))\b",
    re.IGNORECASE,
)
_BAD = re.compile(r"\b(?:worse|inferior|poorer|less effective)\b", re.IGNORECASE)
_LOW = re.compile(r"\b(?:lower|less|fewer|reduced|shorter|smaller)\b", re.IGNORECASE)
_EASES = re.compile(r"\b(?:reduces|lowers|lowered|eases|eased|relieves|relieved)\b", re.IGNORECASE)
"""Verbs that say which way where no comparing word does: "reduces heel pain more than advice"."""
_HIGH = re.compile(r"\b(?:higher|longer|larger|more (?:frequent|often|common))\b", re.IGNORECASE)
_NOT = re.compile(r"\b(?:no|not|nor|never|similar|comparable|equal\w{0,2}|same|neither|weaker)\b|n't\b", re.IGNORECASE)
NO_DIFFERENCE = re.compile(r"(?:\b(?:not|no|nor)|n't)\s+(?:\w{1,15}\s+){0,2}differ", re.IGNORECASE)
_GAINED = re.compile(
    r"\b(?:improvements?|gains?|recovery|relief|reductions?)\s[^.;]{0,120}?\b(?:was|were)\s"
    r"(?:(?P<less>smaller|less|lower|poorer|slower)|(?:larger|greater|bigger|faster|more))\b",
    re.IGNORECASE,
)
"""How large a gain was, whichever way its outcome counts."""
_CHANGE = re.compile(
    r"\b(?:reduce[sd]?|reducing|lower(?:s|ed)|decrease[sd]?|increase[sd]?|improve[sd]?|change[sd]|alter(?:s|ed)|correct(?:s|ed)"
    r"|normali[sz]e[sd])\s(?:[\w'’]{1,15}\s){0,2}$",
    re.IGNORECASE,
)
"""Before an outcome that the statement says is changed: "reduces hip adduction"."""
_UNFOUND = re.compile(
    r"(?:\b(?:did|does|do|could|can|has|have|was|were|is|are)\s(?:not|never)|n['’]t|\bfail(?:s|ed)?\sto|\bunable\sto|\bcannot)"
    r"\s(?:\w+ly\s)?(?:be\s)?(?:find|found|show|shown|see|seen|detect|detected|observe|observed|confirm|confirmed"
    r"|support|demonstrate|demonstrated|establish|established|conclude)\b"
    r"|\b(?:no|little|hardly any|without)\s(?:\w+\s){0,2}(?:evidence|proof|signs?|indication|support)\b",
    re.IGNORECASE,
)
"""What follows was not found: "did not find that tape was better than advice"."""
_TURNABLE = {None, ClaimDirection.BENEFIT, ClaimDirection.HARM, ClaimDirection.COMPARISON}
"""Kinds of statement that a change with its sign tells more exactly."""


def told_direction(case: Case) -> ClaimDirection | None:
    """The told direction; a comparison that says which side is better tells a benefit of that side, or harm."""
    told, text = case.says.direction, case.says.text
    if NO_DIFFERENCE.search(text) or _UNFOUND.search(text):
        return None
    if told is None and _is_changed(case):
        return ClaimDirection.CAUSE
    exact = told_by_than(case) or (told_by_change(case) if told in _TURNABLE else None)
    if exact is not None or told is not ClaimDirection.COMPARISON:
        return exact or told
    return _by_words(case, text)


def _by_words(case: Case, text: str) -> ClaimDirection | None:
    """What a comparison without a plain "than" tells, by the words for better, worse, less and more in it."""
    if gained := _GAINED.search(text):
        return None if _NOT.search(text) else ClaimDirection.HARM if gained["less"] else ClaimDirection.BENEFIT
    signs = {pattern for pattern in (_GOOD, _BAD, _LOW, _HIGH) if pattern.search(text)}
    signs = signs or ({_LOW} if _EASES.search(text) else signs)
    if len(signs) != 1 or _NOT.search(text):
        return None
    (sign,) = signs
    wanted = {_LOW: Better.LOWER, _HIGH: Better.HIGHER}.get(sign)
    if wanted is None:
        return ClaimDirection.BENEFIT if sign is _GOOD else ClaimDirection.HARM
    better = {case.corpus.outcomes[x].better for x in case.outcomes if x in case.corpus.outcomes}
    if not better and "injur" in text.casefold():
        better = {Better.LOWER}
    if len(better) != 1 or None in better:
        return None
    return ClaimDirection.BENEFIT if wanted in better else ClaimDirection.HARM


def _is_changed(case: Case) -> bool:
    """Whether a told outcome is what some verb changes."""
    text = case.says.text
    for said in case.says.outcomes:
        verb = _CHANGE.search(text[max(0, said.start - 60) : said.start])
        if verb and not is_negated(text, max(0, said.start - 60) + verb.start()):
            return True
    return False
