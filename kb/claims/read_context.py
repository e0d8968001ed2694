"""What the words around a name make of it: a journal's name is no treatment, "tolerable pain" no outcome.

A name that is an exposure as well as an outcome ("hip drop", "cadence") is an outcome where it changes or is found to
differ, else an exposure.
"""

from __future__ import annotations

import re

from kb.citations.find_journals import journals_in

_CITED = re.compile(r"\([^()]{0,200}(?:\bet al\b|\b(?:19[5-9]|20[0-4])\d\b)[^()]{0,200}\)")
_INSTITUTE = re.compile(
    r"\b(?:[A-Z][\w&]{1,20} ){0,5}(?:Academy|Association|College|Society|Institute|Board|Department|School|University"
    r"|Federation"
    r"|Doctors?|Centers?)(?: (?:of|for|in|on|and|the) (?:[A-Z][\w&]{1,20}[ ,]{0,2}){1,5})?"
    r"|\b[Dd]octors? of [Pp]hysical [Tt]herapy"
    r"|\b(?:DPT|APTA|AOPT)\b"
)
_CHANGED = (
    r"(?:reduc|decreas|lower|reliev|relief|eas(?:e[sd]?|ing)\b|improv|less(?:en)?\b|worsen|increas|alleviat|cut|drop"
    r"|diminish"
    r"|resol|chang|effects?\b|better|greater|higher|more\b|gain|restor|affect|alter|enhanc|prevent|protect|minimi[sz])"
)
_CHANGED_BEFORE = re.compile(rf"\b{_CHANGED}\w*[^.;:()]{{0,36}}$", re.IGNORECASE)
_CHANGED_BEHIND = re.compile(
    r"\s(?:[a-z]+\s)?(?:improvements?|increases?|reductions?|decreases?|gains?|differences?|deficits?|scores?"
    r"|improved|increased"
    r"|decreased|fell|rose|(?:was|were|is|are)\s(?:[a-z]+\s)?(?:reduced|improved|increased|lower|higher|greater"
    r"|better))\b",
    re.IGNORECASE,
)
_FOUND_BEFORE = re.compile(
    r"\b(?:show(?:s|ed|n)?|exhibit\w*|demonstrat\w*|display\w*|measur\w*|ha[ds]|have|found|differences? in"
    r"|deficits? in|outcomes?)\b"
    r"[^.;:()]{0,30}$",
    re.IGNORECASE,
)
_RISK = re.compile(
    r"\b(?:risk|rates?|incidence|odds|likelihood|chances?|prevent\w*|prevention|reduc\w*|fewer|lower\w*|increas\w*"
    r"|higher|more|less|cut\w*"
    r"|halv\w*|decreas\w*|protect\w*|avoid\w*|predict\w*|develop\w*|sustain\w*|likely|number of|new"
    r"|suffer\w*)\b[^.;:()]{0,50}$",
    re.IGNORECASE,
)
_RISK_BEHIND = re.compile(
    r"[\s-](?:\w+\s)?(?:risk|rates?|incidence|odds|likelihood|prevention|fell|dropped|were (?:reduced|halved))\b",
    re.IGNORECASE,
)
_RISK_WORD = re.compile(
    r"free of|free from|-free|pick\w* up|injured|injures|risk|prevent|fewer|rate|incidence|odds|likelihood|chance",
    re.IGNORECASE,
)
_SHARE = re.compile(
    r"(?:\d\s?%|percent|per cent|half|thirds?|majority|share|proportion) of (?:all |the )?(?:[a-z-]+ ){0,2}injuries\b"
    r"|\bmost common (?:[a-z-]+ ){0,3}injur(?:y|ies)\b",
    re.IGNORECASE,
)
_AVOIDED = re.compile(
    r"\b(?:prevent\w{0,3}|avoid\w{0,3}|avert\w{0,3})\s(?:[a-z]+\s){0,4}?[\d.]{0,6}\s?$", re.IGNORECASE
)
"""Before a share of injuries: "prevents half of all sprains" is about how often they occur."""
_PAINED = re.compile(
    r"\b(?:without|no|with|tolerable|in|the|your|their|this|that|my|severe|chronic|of|have|has|had|is|through|into"
    r"|any|despite|tendon|for|treat"
    r"|treats|address|until|when|if|a)\s$",
    re.IGNORECASE,
)
_PAIN_COMPOUND = re.compile(
    r"[\s-](?:free|threshold|neuroscience|education|science|clinics?|medications?|management|killers?|specialists?"
    r"|monitoring"
    r"|comes|starts|is (?:on|at|coming|caused|usually))\b",
    re.IGNORECASE,
)
_CAME_BACK = re.compile(r"\s(?:to|from|for|(?:in|after) [\w-]{1,10} (?:days?|weeks?|months?|years?))\b", re.IGNORECASE)
"""Behind "come back" where a runner does, not a complaint."""
_HEALING = re.compile(r"\s(?:timelines?|stages?|phases?|process(?:es)?|times?lines?)\b", re.IGNORECASE)
_POOR = re.compile(
    r"\b(?:inadequate|insufficient|poor|adequate|proper|enough|between|incomplete|your|a|full|for|of|the)\s$",
    re.IGNORECASE,
)
_USED = re.compile(
    r"\b(?:use of|need for|needed|fewer|rates? of|spen[dt]\w* (?:less |more |\w+ )?on|utili[sz]ation of|reliance on"
    r"|likelihood of|unnecessary"
    r"|(?:lower|less|reduced) (?:use of )?)\s?(?:[^.;:()]{0,60}?[,\s])?$",
    re.IGNORECASE,
)
_FAILED = re.compile(
    r"\b(?:not (?:\w+ )?(?:respond\w*|improv\w*|benefit\w*) (?:\w+ )?(?:to|with|from)|unresponsive to|fail(?:ed"
    r"|ure of|s)?(?! to)|despite|resistant to)"
    r"\s[^.;:,()]{0,60}$",
    re.IGNORECASE,
)
USES = {
    "surgery": "surgery-use",
    "diagnostic-imaging": "imaging-use",
    "mri": "imaging-use",
    "injection-therapy": "injection-use",
    "medication": "healthcare-use",
    "surgical-treatment": "surgery-use",
}
"""Treatments and tests whose use is the outcome in "less need for surgery"."""

BARE = frozenset(("imaging", "injection", "injections", "scan", "scans"))
"""Words that are too broad for a treatment or test, and yet tell its use."""

_OPENERS = frozenset(
    ("with", "without", "after", "before", "for", "both", "does", "do", "can", "when", "if", "while", "adding")
)
"""Words that open a sentence before a name in capitals, and are no part of it: "With Nordic curls"."""
_CAPITALISED = re.compile(r"\b[A-Z][a-z]+")
_WORD = re.compile(r"\b[A-Za-z]{4,}")


def without_names(text: str) -> str:
    """The text with blanks for journals, institutes and citations in parentheses.

    Examples
    --------
    >>> without_names("A trial in the Journal of Sports Medicine (Lee et al., 2020) found it.")
    'A trial in the                                               found it.'
    """
    for pattern in (_CITED, _INSTITUTE):
        text = pattern.sub(lambda match: " " * len(match[0]), text)
    for name in journals_in(text):
        text = text.replace(name, " " * len(name))
    return text


def is_title(text: str) -> bool:
    """Whether a text has most of its words in capitals, as headings have.

    Examples
    --------
    >>> is_title("Why Your Knees Hurt on Long Runs"), is_title("Why your knees hurt on long runs")
    (True, False)
    """
    return 2 * len(_CAPITALISED.findall(text)) > len(_WORD.findall(text))


def is_proper(text: str, start: int, words: str) -> bool:
    """Whether a name is part of a proper name: it and the word before it stand in capitals within a sentence."""
    if not (words[:1].isupper() and words[1:2].islower()):
        return False
    before = re.search(r"([\w'’]+)\s$", text[max(0, start - 30) : start])
    if before is None or before[1].casefold() in _OPENERS:
        return False
    return before[1][:1].isupper() and before[1][1:2].islower()


def is_use(text: str, start: int) -> bool:
    """Whether the use of a treatment is told, as in "less need for surgery".

    Examples
    --------
    >>> is_use("less need for surgery", 14), is_use("after surgery", 6)
    (True, False)
    """
    return _USED.search(text[max(0, start - 90) : start]) is not None


def has_failed(text: str, start: int) -> bool:
    """Whether a treatment is only told as tried before.

    Examples
    --------
    >>> has_failed("Pain that has not responded to rest may need", 31)
    True
    """
    return _FAILED.search(text[max(0, start - 110) : start]) is not None


def is_outcome(text: str, start: int, end: int) -> bool:
    """Whether a name that is an exposure, too, is told as an outcome.

    Examples
    --------
    >>> is_outcome("It improved hip drop.", 12, 20), is_outcome("Hip drop is linked with pain.", 0, 8)
    (True, False)
    """
    before, behind = text[max(0, start - 60) : start], text[end : end + 40]
    return bool(_CHANGED_BEFORE.search(before) or _FOUND_BEFORE.search(before) or _CHANGED_BEHIND.match(behind))


def is_incidence(text: str, start: int, end: int) -> bool:
    """Whether injuries are told as what happens more or less often, not as what is treated.

    Examples
    --------
    >>> is_incidence("It prevents running injuries.", 12, 28), is_incidence("A tenth of running injuries", 11, 27)
    (True, False)
    """
    if _RISK_WORD.search(text[start:end]) or _RISK_BEHIND.match(text[end : end + 30]):
        return True
    first = max(0, start - 70)
    shared = share_of_injuries(text[first:end], max(0, start - 30) - first)
    return _RISK.search(text[first:start]) is not None and shared is None


def share_of_injuries(text: str, least: int = 0) -> tuple[int, int] | None:
    """Where a text tells, from a place on, which share of injuries something is; a share that is prevented is none.

    Examples
    --------
    >>> share_of_injuries("Here 20 % of injuries are sprains."), share_of_injuries("It prevents 20 % of injuries.")
    ((6, 21), None)
    """
    for found in _SHARE.finditer(text, min(least, len(text))):
        if not _AVOIDED.search(text[max(0, found.start() - 50) : found.start()]):
            return found.span()
    return None


def is_measured(identifier: str, text: str, start: int, end: int) -> bool:
    """Whether a word such as pain or recovery is told as an outcome.

    Examples
    --------
    >>> is_measured("pain", "It reduces the pain", 15, 19), is_measured("pain", "exercise with pain", 14, 18)
    (True, False)
    """
    before, behind = text[max(0, start - 60) : start], text[end : end + 30]
    if identifier == "pain" and text[start:end].lower() == "pain":
        if _PAIN_COMPOUND.match(behind):
            return False
        return not _PAINED.search(before) or _CHANGED_BEFORE.search(before) is not None
    if identifier == "recurrence":
        return not (text[start:end].lower().startswith(("come", "came")) and _CAME_BACK.match(behind))
    if identifier == "tissue-healing":
        return not _HEALING.match(behind)
    if identifier == "recovery" and text[start:end].lower() == "recovery":
        return not _POOR.search(before)
    return True
