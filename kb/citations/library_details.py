"""Studies of the base by what a mention tells of them: design, year, journal, counts, numbers and subject."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.citations.find_model import Count, Details
from kb.citations.journal_names import same_journal_name
from kb.citations.library_fit import year_gap
from kb.citations.library_terms import Terms, words_of
from kb.model.kinds import Design

if TYPE_CHECKING:
    from kb.citations.resolution import Record
    from kb.model import Corpus, Study

_NUMBER = re.compile(r"(?<![\w.,])\d{1,3}(?:,\d{3}){1,3}(?![\w,])|(?<![\w.,])\d{1,7}(?:\.\d{1,4})?(?!\w)")
_REVIEWS = {
    Design.META_ANALYSIS,
    Design.NETWORK_META_ANALYSIS,
    Design.UMBRELLA_REVIEW,
    Design.SYSTEMATIC_REVIEW,
    Design.SCOPING_REVIEW,
    Design.NARRATIVE_REVIEW,
    Design.GUIDELINE,
}
_TRIALS = {Design.RANDOMIZED_TRIAL, Design.CLUSTER_RANDOMIZED_TRIAL, Design.CONTROLLED_TRIAL}
_REVIEW_WORDS = {design.value for design in _REVIEWS}
_TRIAL_WORDS = {design.value for design in _TRIALS}
_ALIKE = {
    "cohort": {Design.PROSPECTIVE_COHORT, Design.RETROSPECTIVE_COHORT},
    "systematic-review": {Design.META_ANALYSIS, Design.UMBRELLA_REVIEW, Design.NETWORK_META_ANALYSIS},
    "systematic-review-with-meta-analysis": {Design.NETWORK_META_ANALYSIS, Design.SYSTEMATIC_REVIEW},
    "laboratory-study": {Design.CROSS_SECTIONAL, Design.CASE_CONTROL, Design.MODELLING},
    "narrative-review": {Design.SYSTEMATIC_REVIEW},
}
_ROUGHLY = 0.1
"""Share by which a told count of participants may be rounded."""
_COMMON_WORD = 0.25
"""Share of the studies in which a word may stand and still tell them apart."""


@dataclass(frozen=True, slots=True)
class _Profile:
    record: Record
    design: Design
    n_participants: int | None
    n_studies: int | None
    numbers: frozenset[float]
    conditions: frozenset[str]
    interventions: frozenset[str]
    words: frozenset[str]


class Profiles:
    """What every study of a corpus may be told by.

    Parameters
    ----------
    corpus
        The studies and the vocabulary.
    records
        Their bibliographic records by key.
    """

    def __init__(self, corpus: Corpus, records: dict[str, Record]) -> None:
        self.conditions = Terms(corpus.conditions)
        self.interventions = Terms(corpus.interventions)
        self._profiles = [_profile(study, records[key]) for key, study in corpus.studies.items() if key in records]
        self._of = {profile.record.id: profile for profile in self._profiles}
        total = len(self._profiles)
        numbers = Counter(number for profile in self._profiles for number in profile.numbers)
        words = Counter(word for profile in self._profiles for word in profile.words)
        self._number_weight = {number: _number_weight(number, df, total) for number, df in numbers.items()}
        self._word_weight = {word: math.log(total / df) for word, df in words.items() if df <= _COMMON_WORD * total + 1}

    def described(
        self,
        details: Details,
        conditions: Iterable[str],
        interventions: Iterable[str],
        words: Iterable[str],
        among: Sequence[Record] | None = None,
    ) -> list[tuple[Record, float, str]]:
        """Studies that nothing told speaks against, best first, each with its score and what agreed in words.

        Parameters
        ----------
        details
            Design, year, journals, counts and numbers told.
        conditions, interventions
            Ids of the terms named.
        words
            Folded words of the statement, without plurals.
        among
            Only these records, when given.
        """
        profiles = (
            self._profiles if among is None else [self._of[record.id] for record in among if record.id in self._of]
        )
        told = (frozenset(conditions), frozenset(interventions), frozenset(words))
        found = []
        for profile in profiles:
            parts = self._parts(profile, details, *told)
            if parts is not None and (score := sum(parts.values())) > 0:
                words_told = ", ".join(name for name, value in parts.items() if value > 0)
                found.append((profile.record, round(score, 2), words_told))
        return sorted(found, key=lambda hit: (-hit[1], hit[0].id))

    def _parts(
        self,
        profile: _Profile,
        details: Details,
        conditions: frozenset[str],
        interventions: frozenset[str],
        words: frozenset[str],
    ) -> dict[str, float] | None:
        """Score by fact; None when one contradicts."""
        gap = year_gap(details.year, profile.record.years)
        journal = _journal(details.journals, profile.record.journals)
        if (gap is not None and gap > 1) or journal is False:
            return None
        design = _design(details.designs, profile.design)
        counts = _counts(details.counts, profile)
        if design is None or counts is None:
            return None
        near = self.conditions.nearness(conditions, profile.conditions)
        subject = -1.0 if conditions and profile.conditions and not near else 1.5 * near
        return {
            "year": 2.0 if gap == 0 else 0.0,
            "year but for one": 0.5 if gap == 1 else 0.0,
            "year unknown": -1.0 if details.year and not profile.record.years else 0.0,
            "journal": 2.5 if journal else 0.0,
            "design": design,
            "counts": counts if counts >= 1 else 0.0,
            "about the count": counts if counts < 1 else 0.0,
            "numbers": self._numbers(details, profile),
            "condition": subject,
            "intervention": 1.2 * self.interventions.nearness(interventions, profile.interventions),
            "words": min(2.5, sum(self._word_weight.get(word, 0.0) for word in words & profile.words) / 7),
        }

    def _numbers(self, details: Details, profile: _Profile) -> float:
        told = {abs(quantity.value) for quantity in details.quantities if quantity.value != details.year}
        return min(4.0, sum(self._number_weight[number] for number in told & profile.numbers))


def _number_weight(number: float, df: int, total: int) -> float:
    """Rare numbers tell more, small whole ones next to nothing."""
    weight = min(1.5, math.log((total + 1) / df) / 2.5)
    return weight * (0.25 if number == int(number) and number <= 12 else 0.6 if number == int(number) else 1.0)


def _journal(told: Sequence[str], journals: tuple[str, ...]) -> bool | None:
    """Whether a told journal is the record's; False only when every one is another."""
    verdicts = [same_journal_name(name, journals) for name in told]
    if any(verdict is True for verdict in verdicts):
        return True
    return False if verdicts and all(verdict is False for verdict in verdicts) else None


def _design(told: Sequence[str], own: Design) -> float | None:
    """How well told designs fit; None when a review is told of a primary study, or the other way round."""
    if not told or own is Design.UNKNOWN:
        return 0.0
    if own.value in told:
        return 1.5
    if any(own in _ALIKE.get(name, ()) for name in told):
        return 1.0
    review, trial = bool(_REVIEW_WORDS & set(told)), bool(_TRIAL_WORDS & set(told))
    if (review and not trial and own not in _REVIEWS) or (trial and not review and own in _REVIEWS):
        return None
    return -1.5 if trial and own not in _TRIALS else -0.5


def _counts(told: Sequence[Count], profile: _Profile) -> float | None:
    """How well told counts fit; None when one differs from the study's and is found nowhere in it."""
    score = 0.0
    for count in told:
        own = profile.n_studies if count.of == "studies" else profile.n_participants
        if own == count.value:
            score += 3.0
        elif float(count.value) in profile.numbers:
            score += 1.0
        elif own is not None:
            if count.of == "studies" or abs(own - count.value) > _ROUGHLY * max(own, count.value):
                return None
            score += 0.5
    return min(score, 6.0)


def _profile(study: Study, record: Record) -> _Profile:
    texts = [record.title or "", study.population or "", study.design_detail or ""]
    texts += [entry.text for entry in (*study.conditions, *study.interventions)]
    findings = [*study.findings]
    told = [
        study.conclusion or "",
        study.follow_up or "",
        *(f.as_reported for f in findings),
        *(n.text for n in study.notes),
    ]
    return _Profile(
        record=record,
        design=study.design,
        n_participants=study.n_participants,
        n_studies=study.n_studies,
        numbers=frozenset(_numbers_of(study)) | frozenset(_numbers_in([*told, study.population or ""])),
        conditions=frozenset((*study.condition_ids, *(c for f in findings for c in f.conditions))),
        interventions=frozenset((*study.intervention_ids, *(i for f in findings for i in f.interventions))),
        words=frozenset(word for text in texts for word in words_of(text) if len(word) > 3),
    )


def _numbers_of(study: Study) -> Iterator[float]:
    for finding in study.findings:
        for value in (finding.estimate, finding.ci_low, finding.ci_high):
            if value is not None:
                yield abs(float(value))
        for arm in finding.arms:
            yield from (abs(float(value)) for value in (arm.value, arm.n, arm.sd) if value is not None)


def _numbers_in(texts: Iterable[str]) -> Iterator[float]:
    for text in texts:
        yield from (float(found[0].replace(",", "")) for found in _NUMBER.finditer(text))
