"""How sure a statement sounds, and which of its words make it sound proven, causal or held back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kb.model import Wording


def any_of(*alternatives: str) -> re.Pattern[str]:
    """Whole words, capitals aside, of any of some patterns.

    Examples
    --------
    >>> any_of("may", "can").findall("It may, they Can, we scan.")
    ['may', 'Can']
    """
    return re.compile(rf"\b(?:{'|'.join(alternatives)})(?!\w)", re.IGNORECASE)


_NOT = re.compile(
    r"(?:\b(?:not|never|no(?! (?:more|less|fewer|longer|later|sooner) than)|cannot|without|neither|nor"
    r"|hardly|rarely|nothing|none|lack of|rather than|instead of"
    r"|fail(?:s|ed)? to|(?<!too )(?<!so )little|no longer|far from|if|whether)|n['’]t)\b(?P<between>[^.;:,—–]{0,28})$",
    re.IGNORECASE,
)
_LACKING = re.compile(
    r"\b(?:lack of|instead of|rather than)\s(?!(?:evidence|proof|support|data|research|any)\b)[a-z-]{2,20}"
    r"(?:\s(?:and\s)?[a-z-]{2,20})?\s$",
    re.IGNORECASE,
)
"""A subject with something left out, "lack of sleep", "intensity instead of volume": what it does is not denied."""
_NEW_START = re.compile(r"\b(?:only|just|but|and)\b", re.IGNORECASE)
_FIELD = r"(?:research|science|evidence|data|literature|verdict)"
_CERTAIN = any_of(
    r"prov(?:es?|ed|en|ing)(?! (?:to be )?(?:helpful|difficult|useful|challenging|tricky|hard|track|way|ways"
    r"|methods?)\b)",
    "definitive(?:ly)?",
    "conclusive(?:ly)?",
    "guarantee[sd]?",
    "undeniabl[ey]",
    "unquestionabl[ey]",
    "undoubtedly",
    "indisputabl[ey]",
    "irrefutabl[ey]",
    "unequivocal(?:ly)?",
    "certainly",
    "invariably",
    "(?:there is |without |beyond )?(?:a |any |no )?doubt(?! that it)",
    "(?:no|without|beyond) question",
    r"(?<!almost )(?<!nearly )(?<!should )(?<!must )always",
    "never fails?",
    rf"{_FIELD} (?:is|are) (?:(?:now|very|quite|pretty|really|abundantly|crystal|overwhelmingly) )?"
    "(?:clear|overwhelming|settled|unanimous|undisputed|conclusive)",
    f"(?:overwhelming|indisputable|incontrovertible|irrefutable) {_FIELD}",
    "we know for (?:sure|certain)",
    "established fact",
    r"100\s?(?:%|percent) (?:effective|safe|success\w*)",
    "completely (?:prevents?|eliminates?|cures?)",
    "cures",
)
_CHANGES = "(?:reduces|lowers|cuts|halves|decreases|raises|increases|doubles|triples)"
_OWN = (
    r"(?!(?:by|to|in|for|with|and|or|than|of|while|when|because|not|no|if|as|from|that|is|are|was|were)\b)"
    r"[a-z'’-]{2,20}"
)
"""A word inside one noun phrase: "the", "your", "overall", "running"."""
_OCCURRING = "(?:risks?|odds|chances?|likelihood|incidence|injury rates?|rates? of (?:\\w+ )?injur(?:y|ies))"
_CAUSAL = any_of(
    r"caus(?:es|ed|ing)(?! of\b)(?: by)?",
    r"(?:can|will|often|directly|actually|(?:known|shown|found|proven) to) cause(?! of\b)",
    # The verb of a plural: "weak hips cause pain", not "a common cause of pain".
    r"(?<=[a-z]s )(?<!\bthis )(?<!\bits )(?<!\bas )(?<!\bis )(?<!serious )(?<!previous )(?<!obvious )(?<!various )cause"
    r"(?= (?!of\b|for\b|and\b|or\b|in\b|is\b|was\b|to\b|remains\b))",
    r"(?<=\bfeet )cause(?= (?!of\b|for\b))",
    r"(?:is|are|was|were) (?:the|a|one of the) (?:\w+ ){0,3}(?:causes?|drivers?|culprits?)",
    "(?:primary|main|real|root|underlying|true|leading) (?:causes?|drivers?|culprits?)",
    "(?:leads?|leading|led) (?:directly )?to",
    "result(?:s|ed|ing)? (?:directly )?(?:in|from)",
    "because of",
    "due to",
    "driven by",
    "drives",
    r"prevent(?:s|ed|ing)?(?! (?:\w+ ){1,3}from\b)",
    "stem(?:s|med|ming)? from",
    "(?:arises?|comes?) from",
    "brought on by",
    "trigger(?:s|ed|ing)",
    r"responsible for(?! (?:(?:up|to|about|over|nearly|roughly|more|than) ){0,3}\d)",
    "contribut(?:es?|ed|ing) (?:\\w+ )?to",
    "produc(?:es|ed|ing)",
    "creat(?:es|ed|ing)",
    "attribut(?:ed|able) to",
    rf"(?:{_CHANGES}|(?:can|will) (?:reduce|lower|cut|raise|increase)) (?:{_OWN} ){{0,3}}?{_OCCURRING}",
    rf"(?:reduced|lowered|halved|raised|cut) (?:the|your|their|our|its) (?:{_OWN} ){{0,2}}?{_OCCURRING}",
    rf"{_CHANGES} (?:{_OWN} ){{0,3}}?injur(?:y|ies)",
    r"protects?(?! (?:your|our|their) (?:privacy|data))",
    "protected (?:them|runners|athletes|players|people|women|men)? ?(?:from|against)",
)
_TENTATIVE = any_of(
    "may",
    "might",
    "could",
    "possibly",
    "it is possible that",
    "perhaps",
    "preliminary",
    "(?:early|limited|weak|little|low[- ]certainty|low[- ]quality|insufficient) evidence",
    r"in (?:one|a) (?:small|pilot|single) (?:\w+ ){0,2}(?:study|trial)",
    r"(?:small|pilot) (?:\w+ ){0,2}(?:study|trial)",
    "uncertain",
    "unclear",
    "not (?:yet )?(?:clear|certain|conclusive|known)",
    "more (?:research|studies) (?:is|are|needed)",
    "mixed (?:evidence|results|findings)",
    "inconclusive",
    "hypothesi[sz]ed?",
    "in theory",
    "theoretically",
    "conflicting",
    "remains to be",
    "some (?:evidence|research|studies)",
)
_WHO = "(?:people|patients|runners|athletes|cases)"
_LIKELY = any_of(
    "can",
    "suggest(?:s|ed|ing)?",
    "appear(?:s|ed)?(?: to)?",
    "seem(?:s|ed)?(?: to)?",
    "(?<!more )(?<!less )(?<!as )(?<!most )likely(?: to)?",
    "probabl[ey]",
    "tend(?:s|ed)? to",
    "typically",
    "usually",
    "often",
    "generally",
    "commonly",
    "frequently",
    "(?:almost|nearly) always",
    "in (?:many|most|some) cases",
    "for (?:many|most|some)",
    f"(?:many|some) {_WHO}",
    f"most (?:often|{_WHO})(?! (?:don|do not))",
    "sometimes",
    "on average",
    "indicat(?:es?|ed|ing)",
    "potentially",
    "moderate evidence",
    "as a (?:general )?rule",
    "rule of thumb",
    "emerging",
    "growing (?:body of )?(?:evidence|research)",
)
_MODAL = re.compile(r"\b(?:may|might|could)\s(?:\w{1,14}\s)?$", re.IGNORECASE)
_CAN_NOT = re.compile(r"\s(?:not|n['’]t)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Sound:
    """How a statement sounds."""

    wording: Wording
    certain: tuple[str, ...]
    causal: tuple[str, ...]
    hedged: tuple[str, ...]


def sound_of(text: str) -> Sound:
    """How sure a statement sounds, and the words that make it so; a negated word does not count.

    Examples
    --------
    >>> sound = sound_of("The research is clear: weak hips lead to knee pain, and this is proven.")
    >>> sound.wording.value, sound.certain, sound.causal
    ('certain', ('research is clear', 'proven'), ('lead to',))
    >>> sound_of("It does not cause pain and may not be proven.").causal
    ()
    >>> sound_of("In one small trial it could help.").hedged
    ('In one small trial', 'could')
    """
    tentative = tuple(_words(_TENTATIVE, text))
    likely = tuple(_words(_LIKELY, text))
    wording = Wording.TENTATIVE if tentative else Wording.LIKELY if likely else Wording.CERTAIN
    certain = tuple(word for word in _unnegated(_CERTAIN, text) if not _advice(word, text))
    return Sound(wording, certain, tuple(_unnegated(_CAUSAL, text)), (*tentative, *likely))


def _advice(word: str, text: str) -> bool:
    """An "Always" that opens a sentence tells what to do, and a doubt is one unless it is denied."""
    if word == "Always":
        return True
    return "doubt" in word.lower() and not re.search(r"\b(?:no|without|beyond)\b[^.]{0,9}doubt", text, re.IGNORECASE)


def _words(pattern: re.Pattern[str], text: str) -> Iterator[str]:
    for match in pattern.finditer(text):
        if not (match[0].lower() == "can" and _CAN_NOT.match(text, match.end())):
            yield match[0]


def _unnegated(pattern: re.Pattern[str], text: str) -> Iterator[str]:
    """Words that stand: neither denied nor held back, as in "may lead to"."""
    for match in pattern.finditer(text):
        if not is_negated(text, match.start()) and not _MODAL.search(text[max(0, match.start() - 30) : match.start()]):
            yield match[0]


def is_negated(text: str, start: int) -> bool:
    """Whether a negation reaches the word at ``start``: it stands in the same clause, a few words before.

    Examples
    --------
    >>> text = "It doesn't reduce pain, it reduces load."
    >>> is_negated(text, text.index("reduce pain")), is_negated(text, text.index("reduces"))
    (True, False)
    """
    before = text[max(0, start - 40) : start]
    found = _NOT.search(before)
    return found is not None and _NEW_START.search(found["between"]) is None and _LACKING.search(before) is None
