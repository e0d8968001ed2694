"""Whether sentences are about a study: what tells two papers of one author, journal and year apart."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rapidfuzz.distance import DamerauLevenshtein

from kb.pubmed.names import fold

if TYPE_CHECKING:
    from kb.citations.find_model import FoundCitation
    from kb.citations.resolution import Record
    from kb.citations.verify_case import Case

_STEM = 6
"""Letters by which words are compared: "tendinopathy" and "tendinopathies", "strengthening" and "strength"."""
_SHORTEST = 5
_GENERAL = frozenset(
    word[:_STEM]
    for word in str.split(
        "about after analysis association based before between causes clinical cohort compared comparison control "
        "controlled could design different during effect effects effective evidence factors follow found group groups "
        "improve improved increase influence journal literature meta months might other outcome outcomes paper "
        "patient patients people prospective randomised randomized reduce reduced related report reported research "
        "result results review shows showed significant studied studies study suggest systematic their there therapy "
        "these those through treatment treated trial trials under using versus weeks which while without years "
        "pubmed https"
    )
)
"""Words that papers on anything share."""


def is_about(case: Case, record: Record) -> bool:
    """Whether the sentences share a telling word with the study's title, or with what it was in and tested.

    A name, a journal and a year may be those of two papers; a shared subject makes it the one of the base.
    """
    told = _outside(case.citation)
    study = case.facts.studies.get(record.key or "")
    words = [record.title or ""]
    if study is not None:
        words += [entry.text for entry in (*study.conditions, *study.interventions)]
        words += [term.replace("-", " ") for term in (*study.condition_ids, *study.intervention_ids)]
        words += [finding.as_reported for finding in study.findings]
    return bool(_stems(told) & _stems(" ".join(words)))


def _outside(citation: FoundCitation) -> str:
    """The sentences without the citation itself."""
    kept = []
    for sentence in citation.statement:
        start, end = citation.start - sentence.start, citation.end - sentence.start
        kept += [sentence.text[: max(0, start)], sentence.text[max(0, end) :]]
    return " ".join(kept)


def _stems(text: str) -> set[str]:
    found = {word[:_STEM] for word in fold(text).split() if len(word) >= _SHORTEST and not re.search(r"\d", word)}
    return found - _GENERAL


def mistyped(given: str, own: str) -> bool:
    """Whether one identifier is the other with a digit wrong or two exchanged.

    Examples
    --------
    >>> mistyped("14555673", "14555676"), mistyped("14555667", "14555676"), mistyped("21445722", "21617894")
    (True, True, False)
    """
    return len(given) == len(own) and DamerauLevenshtein.distance(given.casefold(), own.casefold()) == 1
