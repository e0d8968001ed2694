"""What kind of statement a sentence makes: benefit, harm, no effect, cause, association, comparison, description."""

from __future__ import annotations

import re

from kb.claims.read_wording import any_of, is_negated
from kb.model import ClaimDirection

_DO = r"(?:reduc|prevent|improv|chang|affect|lower|decreas|benefi|protect|speed|reliev|work\b|help|cause|make a|lead)"
_NO_EFFECT = re.compile(
    r"\badd(?:s|ed)? (?:nothing|little|no (?:\w+ )?(?:benefit|effect|advantage))\b"
    r"|(?:\b(?:not|never|neither|nor|cannot|fail(?:s|ed)? to)|n['’]t) (?!only|just|yet|simply)(?:[a-z]+ ){0,2}?"
    rf"(?:{_DO}|(?:more |significantly )?(?:effective|better|superior)|significant(?:ly)? (?:{_DO}|better|differ"
    rf"|effect)"
    r"|(?:been )?supported|support)\w*"
    r"|\bno (?!reported|serious|adverse|side)(?:[a-z]+ ){0,2}?(?:effect|difference|benefit|improvement|reduction"
    r"|advantage"
    r"|change|impact|evidence|association|link|relationship|correlation)s?\b(?! events)"
    r"|\bno (?:better|more effective)\b|\bineffective\b|\b(?:little|minimal) (?:to no )?(?:effect|benefit|impact"
    r"|evidence)\b",
    re.IGNORECASE,
)
_ADVERSE = re.compile(r"\bno (?:\w+ )?(?:adverse|side|negative|serious|significant side|long-term)", re.IGNORECASE)
_COMPARATIVE = (
    r"(?:better|faster|sooner|quicker|greater|fewer"
    r"|less|lower|higher|larger|longer|shorter|smaller|more(?: \w+)?|stronger|worse"
    "|weaker|bigger|slower)"
)
_NUMBER_BEHIND = (
    r"(?!\s?(?:\d|an?\b|one\b|two\b|half\b|three\b|ever\b|just\b|any\b|you\b|fifty\b|twice\b|previously\b|expected\b))"
)
_COMPARED = any_of(
    rf"{_COMPARATIVE} [^.;,]{{0,60}}?than{_NUMBER_BEHIND}",
    "(?:superior|inferior|equivalent|comparable|similar) (?:[a-z]+ ){0,4}?to",
    "superior",
    "outperform(?:s|ed|ing)?",
    "beats?(?! (?:a|any|the|your) )",
    "w(?:ins?|on) over",
    "(?:well |still |clearly |far ){1,2}ahead(?: of)?",
    "(?:just )?as (?:effective|well|good|fast|quickly|important|much) as",
    r"(?:similar|comparable|equivalent|the same) (?:[a-z]+ ){0,2}?(?:outcomes?|results?|improvements?|effects?)",
    "versus",
    "vs",
    "compared (?:to|with)",
    "matters? more",
)
_CONTROL = any_of(
    r"(?:than|to|compared with|versus|vs\.?|over) (?:[a-z]+ ){0,2}?(?:placebo|sham|no treatment|doing nothing"
    r"|no exercise|baseline)"
)
_WORSE = any_of(
    "worse",
    "poorer",
    "inferior",
    "less (?:effective|often|frequent|likely|improvement|relief|benefit)",
    "smaller",
    "higher",
    "(?:more|longer) (?:frequent|often|common|time|to)",
    "slower",
)
"""Words of a comparison by which the one that is not the placebo may have done worse."""
_PEOPLE = "(?:those|people|patients|women|men|runners|individuals|athletes|adults)"
_OTHERS = any_of(
    r"(?:compared (?:to|with)|than|versus|vs\.?) (?:[a-z]+ ){0,2}?(?:healthy|uninjured|pain-free (?:people|controls"
    r"|runners|individuals|participants|adults)|asymptomatic|controls"
    r"|non-?injured|sedentary|inactive|non-?runners|untrained)",
    rf"(?:compared (?:to|with)|than) (?:[a-z]+ ){{0,1}}?{_PEOPLE} (?:who|with|without|whose)",
)
_ASSOCIATED = any_of(
    "associat(?:ed|ions?|es) (?:with|between|of)",
    "linked (?:to|with)",
    "links? between",
    "correlat(?:ed?|es|ions?)",
    "risk factors?",
    "predict(?:s|ed|ors?|ive)?",
    "tied to",
    "relationship between",
    r"at (?:\w+ ){0,2}(?:higher|greater|increased|elevated|lower|reduced) (?:\w+ )?risk",
    "(?:more|less|as) likely",
    r"(?:higher|greater|increased|elevated) (?:[a-z]+ ){0,2}?(?:risk|(?<!step )(?<!heart )rates?|incidence|odds)",
    r"(?:raises?|raised|increases?|increased|increasing) (?:[a-z]+ ){0,2}?risk",
    r"(?:risks?|rates?|injur\w{1,4}|pain) (?:rises?|rose|climb(?:s|ed)?|grows?|grew|falls?|fell|increases?|increased)"
    " with",
)
_GOOD_NEXT = (
    r"(?!(?: \w+){0,4}? (?:improv|reduc|better|less|lower|faster|relief|decreas|greater|comparable|fewer|success"
    "|lasting))"
)
_BAD = (
    r"(?:pain|injur\w+|stress|weakness|compression|overload\w*|strain|imbalance|friction|tension|loads?|pressure"
    "|forces?|irritation)"
)
_CAUSE = any_of(
    "caus(?:e|es|ed|ing)",
    "culprits?",
    "driven by",
    "drives",
    "(?:primary|main|real|true) drivers?",
    "due to",
    "because of",
    "(?:stems?|stemming|results?|resulting|comes?|arises?|develops?) from",
    "happens when",
    "develops? when",
    "contribut(?:e|es|ed|ing|ors?)",
    "triggers?",
    "mechanisms?",
    rf"(?:leads? to|creat(?:es?|ing)|produc(?:es?|ing)|plac(?:es?|ing)|puts?){_GOOD_NEXT} (?:[a-z]+ ){{0,4}}?{_BAD}",
    "forc(?:es|ing) (?:[a-z]+ ){1,4}to",
    "overload(?:s|ing)",
    "compensat(?:es?|ing|ions?)",
)
_GOT = "had|have|has|got|get|suffer(?:s|ed)?|sustain(?:s|ed)?|saw|pick(?:s|ed)? up"
_HARM = any_of(
    "worsen(?:s|ed|ing)?",
    r"(?:increas|rais|provok|intensif)(?:e|es|ed|ies|ied) (?:[a-z-]+ ){0,2}?pain",
    "harm(?:s|ful|ed)?",
    "aggravat(?:es?|ed|ing)",
    r"(?:delay|slow)(?:s|ed|ing)? (?:[a-z]+ ){0,2}?(?:healing|recovery)",
    "interfer(?:es?|ed|ing)",
    "impair(?:s|ed|ing)?",
    "damag(?:es|ed|ing)",
    "weaken(?:s|ed|ing)",
    "dangerous",
    "counterproductive",
    "backfires?",
    r"(?:increased?|increases|higher|greater) (?:[a-z]+ ){0,3}?(?:ruptures?|side effects|adverse \w+)",
    rf"(?:{_GOT}) (?:[a-z]+ ){{0,2}}?more (?:[a-z]+ ){{0,2}}?injuries",
    r"(?:fewer|less) (?:[a-z]+ ){0,4}?(?:recover(?:ed|y|ies)|improve(?:d|ments?)|healed|success\w*|returned)",
    r"(?:lower|reduc|decreas|cut|diminish|halv)\w* (?:[a-z]+ ){0,3}?(?:chances?|odds|likelihood|probability|rates?)"
    r" (?:of|for) (?:[a-z]+ ){0,3}?(?:recover\w*|success\w*|heal\w*|improvements?|return\w*|cures?)",
    "poorer (?:outcomes?|results?)",
    "worse (?:outcomes?|results?)",
)
_LESS = (
    "(?:reduc|lower|decreas|cut|eas|reliev|lessen|prevent|minimi[sz]|alleviat|halv|shorten|speed)"
    "(?:e|es|ed|ing|s|ting|t)?(?: up)?"
)
_WHAT = (
    r"(?:pain|injur\w+|risk|symptoms?|disability|recurrences?|re-?injur\w+|stress|strain|loads?|loading|inflammation"
    r"|soreness|stiffness"
    r"|costs?|need|rates?|likelihood|impact|time|incidence|tension|chances?|odds|forces?|use|visits|recovery|healing)"
)
_GAIN = "(?:outcomes?|results?|function|recovery|healing|return|performance|strength|flexibility)"
_BENEFIT = any_of(
    rf"{_LESS} (?:[\w'’-]+ ){{0,6}}?{_WHAT}",
    rf"{_WHAT} (?:[a-z]+ ){{0,3}}?(?:reductions?|relief|reduced|improved|prevention|decreased|dropped|fell|prevented"
    rf"|halved)",
    "reductions? in",
    r"improv(?:e|es|ed|ing|ements?)(?! their)",
    "enhanc(?:e|es|ed|ing)",
    "restor(?:e|es|ed|ing)",
    "effective(?:ly|ness)?",
    "help(?:s|ed|ful)?",
    "works",
    "benefit(?:s|ed)?",
    "beneficial",
    rf"(?:better|faster|quicker|superior|stronger) (?:[\w-]+ ){{0,2}}?{_GAIN}",
    "accelerat(?:es?|ed|ing)",
    "recommend(?:s|ed|ing|ations?)?",
    "protect(?:s|ive|ed|ing)?",
    "prevent(?:s|ed|ing)?",
    r"(?:strong|strongest|good|well-established|solid|robust) (?:[a-z-]+ ){0,3}?(?:evidence|support|options?"
    r"|adjuncts?)",
    "(?:treatment|first-line|initial|viable) (?:treatment )?options?",
    "supports? (?:the |using|its |their )",
    "resolv(?:e|es|ed|ing)",
    "successful(?:ly)?",
    "promising",
    r"(?:gains?|increases?|increased) in (?:[a-z]+ ){0,2}?(?:strength|flexibility|function)",
    r"(?:strength|flexibility|function) (?:increases?|increased|gains?)",
    r"increas(?:es?|ed|ing) (?:[a-z]+ ){0,3}?(?:strength|flexibility|capacity|function|range|performance|endurance"
    r"|collagen)",
    "(?:promot|stimulat|facilitat)(?:es?|ed|ing)",
    "return(?:ed)? to (?:running|sport|activity|play)",
    "recover(?:ed|s)?",
    r"fewer (?:[a-z]+ ){0,2}injuries",
    "free (?:of|from) (?:injury|injuries|pain)",
    "less pain",
    "(?:eases|eased|relieves|relieved|cures|cured|heals|healed)",
)
_DESCRIBED = any_of(
    "accounts? for",
    "ma(?:ke|kes|king) up",
    "prevalence",
    r"(?:\d\s?%|percent|half|thirds?|quarter|majority) of",
    "most common",
    "affects?",
    r"tak(?:es?|ing) (?:\w+ ){0,3}?(?:weeks|months|days|years)",
    r"requires? (?:\w+ ){0,3}?(?:weeks|months|days)",
    "lifetime",
    "occurs?",
    "weeks (?:minimum|of)",
    "represents?",
    "defined as",
    "rang(?:es?|ing) from",
)

_ORDER = (
    (_OTHERS, ClaimDirection.ASSOCIATION),
    (_ASSOCIATED, ClaimDirection.ASSOCIATION),
    (_COMPARED, ClaimDirection.COMPARISON),
    (_CAUSE, ClaimDirection.CAUSE),
    (_HARM, ClaimDirection.HARM),
    (_BENEFIT, ClaimDirection.BENEFIT),
    (_DESCRIBED, ClaimDirection.DESCRIPTION),
)


def direction_of(text: str) -> ClaimDirection | None:
    """What kind of statement a text makes; None when its words do not tell.

    Examples
    --------
    >>> [
    ...     str(direction_of(text))
    ...     for text in (
    ...         "Taping doesn't reduce pain.",
    ...         "Running was better than walking.",
    ...         "Weak hips are associated with injury.",
    ...         "Tape relieves knee pain.",
    ...         "Our door is green.",
    ...     )
    ... ]
    ['no-effect', 'comparison', 'association', 'benefit', 'None']
    """
    denied = _NO_EFFECT.search(text)
    if denied and not _ADVERSE.match(text, denied.start()):
        return ClaimDirection.NO_EFFECT
    for pattern, direction in _ORDER:
        if any(not is_negated(text, match.start()) for match in pattern.finditer(text)):
            placebo = direction is ClaimDirection.COMPARISON and _CONTROL.search(text) and not _WORSE.search(text)
            return ClaimDirection.BENEFIT if placebo else direction
    return None
