"""Mentions of research without authors: "a 2009 study found", "research shows that"; and what only looks like one."""

from __future__ import annotations

import re
from dataclasses import dataclass

_NOUN = re.compile(
    r"\b(?:"
    r"(?P<design>(?:systematic |scoping |umbrella |narrative |literature |critical |evidence |Cochrane "
    r"(?:systematic )?)reviews?"
    r"|meta[- ,]{1,3}analys[ie]s|meta-regressions?"
    r"|(?:randomi[sz]ed|controlled|clinical|crossover|multicent(?:er|re)|double-blind|pilot|feasibility)"
    r"(?:[ -](?:randomi[sz]ed|controlled|clinical|pilot|crossover)){0,3} (?:trials?|stud(?:y|ies))|RCTs?"
    r"|(?:prospective|retrospective|cohort|cross-sectional|case-control|longitudinal|observational|biomechanical"
    r"|cadaver(?:ic)?"
    r"|laboratory|imaging|epidemiological)(?: (?:cohort|research|case-control|observational))? (?:stud(?:y|ies)"
    r"|analys[ie]s)"
    r"|case series|consensus statements?|position (?:statement|stand)s?"
    r"|(?:clinical practice |practice |evidence-based |consensus |clinical )guidelines?|pooled analys[ie]s|cohort"
    r"|(?:mathematical|biomechanical|computational|simulation|finite[- ]element|mathematical biomechanical) models?)"
    r"|(?P<study>stud(?:y|ies)|trials?|paper|papers|experiments?|survey|surveys|guidelines?|articles?|analysis"
    r"|reviews?)"
    r"|(?P<mass>research|evidence|science|literature|data|researchers|scientists|investigators)"
    r")\b",
    re.IGNORECASE,
)
_VERB = re.compile(
    r"\b(?:f(?:ound|inds?)|show(?:s|ed|n|ing)?|suggest(?:s|ed|ing)?|indicat(?:es?|ed|ing)|confirm(?:s|ed|ing)?|"
    r"demonstrat(?:es?|ed|ing)|report(?:s|ed|ing)?|conclud(?:es?|ed|ing)|reveal(?:s|ed|ing)?|prov(?:es?|ed|en)|"
    r"support(?:s|ed|ing)?|analy[sz](?:es?|ed|ing)|compar(?:es?|ed|ing)|follow(?:s|ed)|examin(?:es?|ed|ing)|"
    r"evaluat(?:es?|ed|ing)|investigat(?:es?|ed|ing)|observ(?:es?|ed)|establish(?:es|ed)|recommend(?:s|ed|ing)?|"
    r"calculat(?:es?|ed)|synthesi[sz](?:es?|ed|ing)|estimat(?:es?|ed)|link(?:s|ed|ing)|identif(?:y|ies|ied)|"
    r"highlight(?:s|ed)?|point(?:s|ed)? to|tells? us|document(?:s|ed)?|determin(?:es?|ed)|measur(?:es|ed)"
    r"|track(?:s|ed)|"
    r"concur(?:s|red)?|backs?|agrees?|is clear|are clear|is consistent|says?|notes?|noted|states?|stated"
    r"|advis(?:es?|ed)|"
    r"pool(?:s|ed|ing)|includ(?:es?|ed|ing)|cover(?:s|ed|ing)|review(?:s|ed|ing)|assess(?:es|ed|ing)|tested"
    r"|look(?:ed|s) at|"
    r"looking at|exist(?:s|ed)?|endorse[sd]?|favor(?:s|ed)|associat(?:es|ed|ing)|improved|reduced|had|produced"
    r"|resulted|"
    r"has been|have been|was|were|ha(?:s|ve) (?:also |now |consistently )?\w+ed)\b"
)
_STRONG = re.compile(
    r"\b(?:f(?:ound|inds?)|show(?:s|ed|n|ing)?|suggest(?:s|ed|ing)?|indicat(?:es?|ed|ing)|confirm(?:s|ed|ing)?|"
    r"demonstrat(?:es?|ed|ing)|report(?:s|ed)|conclud(?:es?|ed|ing)|reveal(?:s|ed|ing)?|prov(?:es|ed|en)|"
    r"support(?:s|ed|ing)?|recommend(?:s|ed|ing)?|highlight(?:s|ed)?|point(?:s|ed)? to|tells? us|link(?:s|ed|ing)|"
    r"establish(?:es|ed)|identif(?:ies|ied)|is (?:very |quite |pretty )?clear|are clear|is consistent|says|backs"
    r"|agrees?|documents?)\b"
)
_FIRM = re.compile(
    r"\b(?:found|shows?|showed|shown|suggests?|suggested|indicates?|indicated|confirms?|confirmed|demonstrates?"
    r"|demonstrated|"
    r"reports?|reported|concludes?|concluded|reveals?|revealed|analy[sz](?:ed|es|ing)|compar(?:ed|es|ing)"
    r"|followed|examin(?:ed|es)|"
    r"evaluat(?:ed|es)|investigat(?:ed|es)|synthesi[sz]ed|recommends?|recommended|establishe[sd]|calculated|identified|"
    r"estimated|observed|determined|reviewed|tracked|covering|covered|assessed|tested|looked at|improved|reduced"
    r"|linked|"
    r"published|measured|noted|pooled|included|supports?|supported|advises|states|endorses|produced|had)\b"
)
_BACKING = re.compile(
    r"\b(?:according to|supported by|backed (?:up )?by|based on|shown (?:in|by)|grounded in|proven (?:in|by)|as "
    r"(?:per|shown in|seen in)"
    r"|guided by|consistent with|in line with|from|per|following|follows|with|in|by|cited in|reported in"
    r"|documented in|using|through)"
    r"\s(?:(?:the|a|an|recent|current|latest|new|strong|solid|large|growing|body|of|high-quality|multiple|several"
    r"|many|numerous|"
    r"clinical|scientific|published|peer-reviewed|evidence-based|\d{4})\s){0,6}$",
    re.IGNORECASE,
)
_YEAR_IN = re.compile(r"(?:19[5-9]|20[0-4])\d$")
_YEAR_BEHIND = re.compile(
    r"^(?:\s[\w-]{1,30}){0,4}?\s(?:published\s|conducted\s|done\s)?(?:in|from|of|since)\s(?:early |late "
    r")?((?:19[5-9]|20[0-4])\d)(?![\d-])"
    r"|^\s?[,(]\s?((?:19[5-9]|20[0-4])\d)[),]"
)
_MODIFIER = re.compile(r"[A-Za-z][\w'’/-]{0,30}$|\d{1,5}$")
_ONE = frozenset(["a", "an", "one", "another", "single", "separate", "this"])
_FIRST = frozenset(["first", "landmark", "largest", "seminal", "pivotal", "separate", "second", "third"])
_STOP = frozenset(
    str.split(
        "in of for by with to at from and or but that which who is are was were be been our your their my his her "
        "we you they it so also however thus that as on into if when while because not no than can may should will "
        "would do does did after before during has have had having where including covering given"
    )
)
_NOT_THIS = re.compile(
    r"\b(?:case|home|self|market|your|our|own|bible|nature|field|internet|online|google|yelp|customer|client"
    r"|patient|product|"
    r"star|peer|chart|record|business|free|time|jury|sleep|gait|movement|video|motion|running|form|stride|root[- "
    r"]cause|"
    r"performance|swing|blood|training|app|watch|tracker|posture|functional|biomechanical|community|safety|school"
    r"|unpublished"
    r"|study|price|background|bike|shoe|code|program)\s$",
    re.IGNORECASE,
)
_NOT_BEHIND = re.compile(
    r"^(?:\s(?:and error|hall|abroad|group(?!s? of)|period|session|guide|skills|room|run|lawyer|page|site|your"
    r"|our|my|their|his|"
    r"us|the (?:menu|options|exercises|plan)|team|lab|coordinator|assistant|for (?:an? )?exams?|plan|on (?:Google"
    r"|Yelp|Facebook)|"
    r"of your|of the (?:movement|problem|body)|entry|point|points|plans?)\b|-)",
    re.IGNORECASE,
)
_NUMBER_WORDS = frozenset(
    str.split("two three four five six seven eight nine ten eleven twelve several many multiple numerous")
)
_WINDOW = 260


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase for research in a sentence; ``specific`` when it means one study, ``back`` when one named before."""

    start: int
    end: int
    specific: bool
    back: bool = False


def phrases_in(text: str) -> list[Phrase]:
    """Phrases for research in a sentence, in order; at most one general one.

    Examples
    --------
    >>> [(text[p.start : p.end], p.specific) for text in ("A 2009 study found rest.",) for p in phrases_in(text)]
    [('A 2009 study', True)]
    >>> [
    ...     (text[p.start : p.end], p.specific)
    ...     for text in ("So research shows that rest helps.",)
    ...     for p in phrases_in(text)
    ... ]
    [('research', False)]
    >>> phrases_in("We review your training and study your gait. In 2026 we opened. Read our 500 reviews.")
    []
    """
    text = text[:4000]
    found: list[Phrase] = []
    for noun in _NOUN.finditer(text):
        if found and noun.start() < found[-1].end:
            continue
        if (phrase := _phrase(text, noun)) is not None:
            if found and found[-1].back and noun["mass"]:
                continue
            if found and (phrase.start < found[-1].end or not (phrase.specific or phrase.back)):
                continue
            if found and text[found[-1].end : phrase.start].strip(" ,") in {
                "and",
                "&",
                "and a",
                "with",
                "with a",
                "or",
            }:
                found[-1] = Phrase(found[-1].start, phrase.end, specific=True, back=found[-1].back)
                continue
            found.append(phrase)
    if any(phrase.specific for phrase in found):
        found = [phrase for phrase in found if phrase.specific or phrase.back]
    return found


def _phrase(text: str, noun: re.Match[str]) -> Phrase | None:  # noqa: C901, PLR0911 - a list of decisions
    before, behind = text[max(0, noun.start() - _WINDOW) : noun.start()], text[noun.end() : noun.end() + _WINDOW]
    if _NOT_BEHIND.match(behind) or (noun["design"] is None and _NOT_THIS.search(before)):
        return None
    start, words = _modifiers(before, noun.start())
    low = [word.lower() for word in words]
    year = any(_YEAR_IN.match(word) for word in words)
    behind_year = _YEAR_BEHIND.match(behind)
    head = noun[0].lower()
    plural = head.endswith("s") and not head.endswith(("analysis", "series"))
    counted = any(word.isdigit() and not _YEAR_IN.match(word) for word in words) or not _NUMBER_WORDS.isdisjoint(low)
    if counted and re.search(
        r"\b(?:of|across|from|analy[sz]ed|included|covering|pooled|in|included|reviewed)\s$", text[:start]
    ):
        return None  # "a review of 18 trials": a count of that review
    verb = _VERB.search(behind.split(". ")[0])
    firm = _FIRM.search(behind.split(". ")[0])
    dated = year or behind_year is not None
    definite = bool(low) and low[0] in {"the", "this", "that", "these", "those", "its"}
    if noun["mass"]:
        return _mass(text, noun, start, behind, dated=dated, definite=definite)
    if noun["study"] and head in {
        "review",
        "reviews",
        "analysis",
        "trial",
        "article",
        "articles",
        "guideline",
        "guidelines",
    }:
        known = dated or "recent" in low or "published" in low or "landmark" in low or (firm and "published" in firm[0])
        singular = not plural and low and low[0] in _ONE and firm is not None and firm.start() < 120
        if not (known or singular or definite or _behind_backing(before, start, text)):
            return None
    one = bool(low) and (low[0] in _ONE or not _FIRST.isdisjoint(low)) and not plural
    cochrane = "cochrane" in noun[0].lower()
    if dated and not (plural and not year):
        if verb or year or _behind_backing(before, start, text):
            return Phrase(start, noun.end(), specific=True)
        return None
    if one and low[0] != "this" and firm:
        return Phrase(start, noun.end(), specific=True)
    if (cochrane or (definite and not _FIRST.isdisjoint(low))) and firm:
        return Phrase(start, noun.end(), specific=True)
    if definite or "this" in low:
        return Phrase(start, noun.end(), specific=False, back=True) if firm else None
    strong = _STRONG.search(behind[:130])
    if strong and not re.search(r"[;:]|\b(?:we|you|I|your|our)\b", behind[: strong.start()]):
        return Phrase(start, noun.end(), specific=False)
    if _behind_backing(before, start, text) and (noun["design"] or counted):
        return Phrase(start, noun.end(), specific=False)
    return None


def _mass(text: str, noun: re.Match[str], start: int, behind: str, *, dated: bool, definite: bool) -> Phrase | None:
    """Research, evidence, science, literature, data: only with a verb that reports, or where something rests on it."""
    people = noun[0].lower() in {"researchers", "scientists", "investigators"}
    strong = _STRONG.search(behind[:150])
    if strong and re.search(r"[;:]|\b(?:we|you|I|your|our)\b", behind[: strong.start()]):
        strong = None
    if dated and (strong or _VERB.search(behind) or text[:start].rstrip().lower().endswith("based on")):
        return Phrase(start, noun.end(), specific=True)
    if people:
        return Phrase(start, noun.end(), specific=False, back=definite) if strong else None
    if re.match(r"\s(?:published|appearing) in\s(?:the\s)?[A-Z]", behind):
        return Phrase(start, noun.end(), specific=True)
    if strong and (strong.start() < 60 or re.match(r"\s(?:published|in|on|from|using|by|with|of|that)\b", behind)):
        return Phrase(start, noun.end(), specific=False)
    before = text[max(0, start - 90) : start]
    backing = re.search(
        r"\b(?:according to|supported by|backed by|shown in|proven by)\s(?:\w+\s){0,6}$", before, re.IGNORECASE
    )
    return Phrase(start, noun.end(), specific=False) if backing else None


def _behind_backing(before: str, start: int, text: str) -> bool:
    return bool(_BACKING.search(text[max(0, start - 120) : start])) or bool(_BACKING.search(before[-120:]))


def _modifiers(before: str, end: int) -> tuple[int, list[str]]:
    """Words before a noun that belong to it, as far back as its article; where they start, and the words."""
    words: list[str] = []
    start = end
    rest = before
    for _ in range(9):
        stripped = rest.rstrip(" ")
        found = _MODIFIER.search(stripped[-40:])
        if not found or len(rest) == len(stripped):
            break
        word = found[0]
        low = word.lower()
        if low in _STOP or (low.endswith(("ing", "ed", "s")) and _VERB.fullmatch(low)):
            break
        words.insert(0, word)
        start = end - (len(before) - (len(stripped) - len(word)))
        rest = stripped[: len(stripped) - len(word)]
        if low in _ONE or low in {"the", "these", "those", "that", "its"}:
            break
    return start, words
