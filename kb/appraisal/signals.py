"""What can be told of a study without judgement: size, design, interval, registration, funding."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kb.appraisal.certainty import ENOUGH_PEOPLE
from kb.model import Design, Finding, Study, Verification

_OBSERVATIONAL = {
    Design.PROSPECTIVE_COHORT,
    Design.RETROSPECTIVE_COHORT,
    Design.CASE_CONTROL,
    Design.CROSS_SECTIONAL,
    Design.CASE_SERIES,
}
_NO_PATIENTS = {Design.LABORATORY, Design.MODELLING}
_NO_RESULTS = {Design.PROTOCOL, Design.COMMENTARY, Design.NARRATIVE_REVIEW}


@dataclass(frozen=True, slots=True)
class Signal:
    """One thing about a study that can be computed.

    Parameters
    ----------
    id
        ``size``, ``design``, ``interval``, ``registration``, ``funding`` or ``reading``.
    words
        What is known, or that it is unknown.
    concern
        Whether it is a reason for care; None when unknown.
    """

    id: str
    words: str
    concern: bool | None


def signals(study: Study) -> tuple[Signal, ...]:
    """The signals of a study, always all of them, in the same order.

    Examples
    --------
    >>> import kb
    >>> for signal in signals(kb.open().corpus.studies["buist2008"])[:2]:
    ...     print(signal.id, signal.words, signal.concern)
    size 532 participants False
    design randomized controlled trial False
    """
    return (*_size(study), _design(study), _intervals(study), _registration(study), _funding(study), _reading(study))


def _size(study: Study) -> Iterator[Signal]:
    n, reviewed = study.n_participants, study.n_studies
    told = [f"{reviewed} studies"] if reviewed is not None else []
    told += [f"{n:,} participants"] if n is not None else []
    small = None if n is None else n < ENOUGH_PEOPLE
    few = f", fewer than {ENOUGH_PEOPLE}" if small else ""
    yield Signal("size", f"{', '.join(told)}{few}" if told else "sample size unknown", small)


def _design(study: Study) -> Signal:
    words = study.design.words
    if study.design is Design.UNKNOWN:
        return Signal("design", "design unknown", None)
    if study.design in _NO_PATIENTS:
        return Signal("design", f"{words}: no patients' outcomes", True)
    if study.design in _NO_RESULTS:
        return Signal("design", f"{words}: no results of its own from a systematic search", True)
    if study.design in _OBSERVATIONAL:
        return Signal("design", f"{words}: shows associations, not causes", True)
    if study.design is Design.BEFORE_AFTER:
        return Signal("design", f"{words}: no control group", True)
    return Signal("design", words, False)


def crosses_no_effect(finding: Finding) -> bool | None:
    """Whether the interval holds the value that means no effect; None when there is no such interval."""
    null = finding.measure.null_value
    if null is None or finding.ci_low is None or finding.ci_high is None:
        return None
    return finding.ci_low <= null <= finding.ci_high


def _intervals(study: Study) -> Signal:
    known = [crosses for finding in study.findings if (crosses := crosses_no_effect(finding)) is not None]
    if not known:
        return Signal("interval", "no interval of an effect is known", None)
    told = f"{sum(known)} of {len(known)} intervals include no effect"
    return Signal("interval", told, any(known))


def _registration(study: Study) -> Signal:
    if study.registration is None:
        return Signal("registration", "registration unknown", None)
    return Signal("registration", f"registered: {study.registration}", False)


def _funding(study: Study) -> Signal:
    told = study.funding_or_conflicts
    return Signal("funding", told or "funding and conflicts of interest unknown", None)


def _reading(study: Study) -> Signal:
    if study.verification is Verification.VERIFIED:
        return Signal("reading", "read as abstract or open page, and checked", False)
    return Signal("reading", f"{study.verification.value}: not all of it was seen", True)
