"""Rule ``wrong-design``: what a text calls a study against the design that was curated for it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from kb.citations.find_model import CitationKind
from kb.citations.flag import Flag, Severity
from kb.citations.verify_case import Case, named
from kb.model import Design, Verification

if TYPE_CHECKING:
    from kb.citations.verify_facts import Subject

D = Design
_REVIEWS = frozenset({D.META_ANALYSIS, D.SYSTEMATIC_REVIEW, D.NETWORK_META_ANALYSIS, D.UMBRELLA_REVIEW})
_UNSYSTEMATIC = frozenset({D.NARRATIVE_REVIEW, D.COMMENTARY})
_OBSERVED = frozenset(
    {D.PROSPECTIVE_COHORT, D.RETROSPECTIVE_COHORT, D.CASE_CONTROL, D.CROSS_SECTIONAL, D.CASE_SERIES, D.BEFORE_AFTER}
)
_TRIALS = frozenset({D.RANDOMIZED_TRIAL, D.CLUSTER_RANDOMIZED_TRIAL})
_PRIMARY = _OBSERVED | _TRIALS | {D.CONTROLLED_TRIAL, D.PROTOCOL}
_ALL_REVIEWS = _REVIEWS | _UNSYSTEMATIC | {D.SCOPING_REVIEW}

# What is said, the designs that contradict it, and those for which it is an error. What is not listed fits or is
# broader: guidelines rest on systematic reviews, laboratory studies may be randomised.
_CLAIMS: tuple[tuple[str, str, frozenset[Design], frozenset[Design]], ...] = (
    (
        "umbrella review",
        r"umbrella review|overview of (?:systematic )?reviews",
        (_ALL_REVIEWS - {D.UMBRELLA_REVIEW}) | _PRIMARY,
        _UNSYSTEMATIC,
    ),
    (
        "meta-analysis",
        r"meta[- ,]{1,3}analysis",
        _PRIMARY | _UNSYSTEMATIC | {D.SYSTEMATIC_REVIEW, D.SCOPING_REVIEW},
        _UNSYSTEMATIC,
    ),
    (
        "systematic review",
        r"(?:systematic (?:literature )?|cochrane )review",
        _PRIMARY | _UNSYSTEMATIC | {D.SCOPING_REVIEW, D.LABORATORY, D.MODELLING},
        _UNSYSTEMATIC,
    ),
    ("scoping review", r"scoping review", (_ALL_REVIEWS - {D.SCOPING_REVIEW}) | _PRIMARY, frozenset()),
    ("narrative review", r"narrative review", _REVIEWS | _PRIMARY, frozenset()),
    (
        "randomised trial",
        r"(?:cluster[- ])?randomi[sz]ed(?:[-, ]{1,2}(?:clinical|pilot|crossover|controlled)){0,3} (?:trial|study)|rct",
        _OBSERVED | _ALL_REVIEWS | {D.CONTROLLED_TRIAL, D.MODELLING},
        _OBSERVED,
    ),
    (
        "prospective cohort study",
        r"prospective (?:\w+ )?(?:cohort|study)",
        frozenset({D.RETROSPECTIVE_COHORT, D.CASE_CONTROL, D.CROSS_SECTIONAL}) | _ALL_REVIEWS,
        frozenset(),
    ),
    (
        "retrospective study",
        r"retrospective (?:\w+ )?(?:cohort|study|analysis|review)",
        frozenset({D.PROSPECTIVE_COHORT}) | _TRIALS | _ALL_REVIEWS,
        frozenset(),
    ),
    ("cohort study", r"cohort study", frozenset({D.CROSS_SECTIONAL}) | _ALL_REVIEWS | _TRIALS, frozenset()),
    ("case-control study", r"case[- ]control study", _ALL_REVIEWS | _TRIALS, frozenset()),
    (
        "cross-sectional study",
        r"cross[- ]sectional (?:study|survey|analysis)",
        frozenset({D.PROSPECTIVE_COHORT, D.CASE_SERIES}) | _ALL_REVIEWS | _TRIALS,
        frozenset(),
    ),
    ("case report or series", r"case (?:series|report)", _ALL_REVIEWS | _TRIALS | {D.PROSPECTIVE_COHORT}, frozenset()),
    (
        "clinical practice guideline",
        r"(?:clinical practice|practice|clinical) guideline",
        _PRIMARY | _REVIEWS,
        frozenset(),
    ),
)
_LEAD = (
    r"\b(?:an?|the|one|this|that|another|their|his|her|its|first|recent|major|landmark|(?:19|20)\d\d)\s"
    r"(?:[\w’'-]{1,20},?\s){0,4}?"
)
_PATTERNS = tuple(
    (name, re.compile(rf"{_LEAD}(?P<said>{said})(?![\w-])", re.IGNORECASE), against, worst)
    for name, said, against, worst in _CLAIMS
)
_ABOUT_OTHERS = re.compile(
    r"\b(?:of|including|includes?|included|than|unlike|from|until|need(?:s|ed)?|calls? for|lack of|no|without|into|not"
    r"|previous|earlier|another|future|larger|pooled|secondary analysis of|protocol for)\s(?:an?\s|the\s)?$",
    re.IGNORECASE,
)


def design_flags(case: Case, what: Subject) -> Iterator[Flag]:
    """A finding when the text calls the study what it is not; only for a study that stands alone in its statement."""
    study = case.facts.studies.get(what.record.key or "")
    if study is None or not what.sure or not case.alone or study.verification is Verification.UNVERIFIED:
        return
    if case.citation.kind is CitationKind.REFERENCE:
        return  # the words of a title
    said = told_designs(case.told)
    pooled = [claim for claim in said if claim[0] == "meta-analysis" and study.design is D.SYSTEMATIC_REVIEW]
    if not said or (not pooled and any(study.design not in against for _, _, against, _ in said)):
        return  # one of the words fits: the other tells of the studies that it reviewed, or of a comparison
    name, words, _, worst = next((claim for claim in (*pooled, *said) if study.design in claim[3]), (*pooled, *said)[0])
    severity = Severity.ERROR if study.design in worst else Severity.WARNING
    own = study.design.words
    message = f"The text says '{words}'; {named(what.record)} is a {own}." + (
        "" if name != "meta-analysis" or study.design is not D.SYSTEMATIC_REVIEW else " It does not pool its studies."
    )
    message = message.replace(" is a uncontrolled", " is an uncontrolled").replace(" is a umbrella", " is an umbrella")
    source = f"studies/{study.key}.yaml (curated)"
    yield Flag("wrong-design", severity, message, words, own, own, study.key, source, what.basis)


def told_designs(text: str) -> list[tuple[str, str, frozenset[Design], frozenset[Design]]]:
    """What a text calls a study: name, its words, the designs that contradict it, and for which it is an error.

    Examples
    --------
    >>> [(name, words) for name, words, *_ in told_designs("A 2021 systematic review of randomized trials says so.")]
    [('systematic review', 'systematic review')]
    >>> told_designs("Systematic reviews say so, and so does a large study.")
    []
    """
    text = text[:3000]
    found = []
    spans: list[tuple[int, int]] = []
    for name, pattern, against, worst in _PATTERNS:
        for match in pattern.finditer(text):
            before = text[: match.start()]
            within = text[match.start() : match.start("said")]
            if _ABOUT_OTHERS.search(before) or _ABOUT_OTHERS.search(within):
                continue
            start, end = match.span("said")
            if not any(start < high and low < end for low, high in spans):  # "cohort study" of a retrospective one
                found.append((name, match["said"], against, worst))
                spans.append((start, end))
            break
    return found
