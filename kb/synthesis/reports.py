"""Which publications report one trial, as far as can be told without reading them again."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from kb.cite import surname
from kb.model import Reference, Study
from kb.pubmed.snapshot import Entry

_REGISTERED = re.compile(r"\b(NCT\d{8}|ISRCTN\d{8}|ACTRN\d{14}|NTR\d{3,5}|DRKS\d{8}|ChiCTR[\w-]{6,20}|RBR-\w{5,8})\b")
_SAME = re.compile(r"\bsame (?:trial|cohort|study|participants|sample) as ([a-z]{2,40}\d{4}[a-z]?)\b", re.IGNORECASE)


def registrations(references: Mapping[str, Reference], snapshot: Mapping[str, Entry]) -> dict[str, frozenset[str]]:
    """Trial registry numbers that PubMed lists, by key of the study; for :func:`kb.synthesis.comparable.compare`."""
    found = {}
    for key, reference in references.items():
        entry = snapshot.get(reference.pmid or "")
        numbers = frozenset(trial.number for trial in entry.record.trials if trial.number) if entry else frozenset()
        if numbers:
            found[key] = numbers
    return found


def registered(study: Study) -> frozenset[str]:
    """Trial registry numbers that are written in a study's notes, limitations and sources.

    A note can name another trial's number; taking two studies for one trial is then the safer error.
    """
    texts = [study.population or "", *study.limitations, *(note.text for note in study.notes)]
    for source in study.sources:
        texts += [source.url or "", source.note or "", *source.supports]
    return frozenset(number for text in texts for number in _REGISTERED.findall(text))


def same_trial(
    one: Study,
    two: Study,
    references: Mapping[str, Reference],
    registrations: Mapping[str, Collection[str]],
) -> str | None:
    """Why two studies are, or may be, reports of one trial; None where nothing says so.

    Certain: a shared registration, or a curator's words. Probable, and treated alike because counting people twice
    is the worse error: the same first author, number of participants and condition.
    """
    for here, there in ((one, two), (two, one)):
        texts = [here.population or "", here.design_detail or "", *here.limitations, *(n.text for n in here.notes)]
        if any(there.key == name.lower() for text in texts for name in _SAME.findall(text)):
            return "the curator says so"
    shared = set(registrations.get(one.key, ())) & set(registrations.get(two.key, ()))
    shared |= registered(one) & registered(two)
    if shared:
        return f"same registration {min(shared)}"
    if (
        one.n_participants is not None
        and one.n_participants == two.n_participants
        and set(one.condition_ids) & set(two.condition_ids)
        and _first_author(one, references)
        and _first_author(one, references) == _first_author(two, references)
    ):
        return f"probably, by the same first author, condition and number of people ({one.n_participants})"
    return None


def _first_author(study: Study, references: Mapping[str, Reference]) -> str | None:
    reference = references.get(study.key)
    return surname(reference.author[0]).casefold() if reference and reference.author else None
