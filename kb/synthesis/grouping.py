"""Findings of one window, comparator class and kind of design -> groups on one scale, a study once and a trial once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from kb.synthesis.comparison import Candidate, Group, Question, Row, Sorter
from kb.synthesis.effects import DIFFERENCES, Missing, standardized
from kb.synthesis.findings import events_as
from kb.synthesis.reports import same_trial
from kb.synthesis.scale import Unit, Window, weeks_of


def grouped(
    sorter: Sorter,
    candidates: Sequence[Candidate],
    question: Question,
    registrations: Mapping[str, Collection[str]],
) -> list[Group]:
    """Candidates of one key as groups; what falls out is told to the sorter."""
    window = candidates[0].key[0]
    differences = [c for c in candidates if c.reading.effect.measure in DIFFERENCES - {"RD"}]
    ratios = [c for c in candidates if c not in differences]
    groups = []
    for some, unit in (*_difference_sets(sorter, differences), *((s, None) for s in _ratio_sets(ratios))):
        if window is Window.UNKNOWN and len({c.study.key for c in some}) > 1:
            for candidate in some:
                sorter.out(candidate.study, candidate.finding, "its timepoint is not said or covers several windows")
            continue
        kept = _one_a_study(sorter, some, question)
        kept = _one_a_trial(sorter, kept, registrations)
        groups.append(_group(sorter, kept, unit))
    return groups


def _difference_sets(sorter: Sorter, candidates: Sequence[Candidate]) -> list[tuple[list[Candidate], Unit | None]]:
    """Mean differences of one unit, or, where units differ, standardised ones."""
    if not candidates:
        return []
    scales = Counter(c.scale for c in candidates if c.reading.effect.measure == "MD")
    if len(scales) == 1 and len(candidates) == sum(scales.values()):
        return [(list(candidates), candidates[0].reading.unit)]
    converted: list[Candidate] = []
    failed: list[tuple[Candidate, str]] = []
    for candidate in candidates:
        found = standardized(candidate.reading.effect)
        if isinstance(found, Missing):
            failed.append((candidate, found.reason))
        else:
            converted.append(replace(candidate, reading=replace(candidate.reading, effect=found)))
    in_one_unit, unit = _largest(candidates)
    if len({c.study.key for c in in_one_unit}) >= max(1, len({c.study.key for c in converted})):
        for candidate in candidates:
            if candidate not in in_one_unit:
                words = f"{candidate.instrument}, {candidate.reading.unit.words}"
                sorter.out(candidate.study, candidate.finding, f"on another scale ({words}) than the other studies")
        return [(in_one_unit, unit)]
    for candidate, reason in failed:
        sorter.out(candidate.study, candidate.finding, f"on another scale than the other studies, and {reason}")
    return [(_aligned(sorter, converted), None)]


def _largest(candidates: Sequence[Candidate]) -> tuple[list[Candidate], Unit]:
    """The mean differences of the scale that most studies use; a unit that nobody knows is not shared."""
    best: list[Candidate] = []
    differences = [c for c in candidates if c.reading.effect.measure == "MD"]
    for scale in dict.fromkeys(c.scale for c in differences):
        some = [c for c in differences if c.scale == scale]
        some = some if scale[1].known else some[:1]
        if len({c.study.key for c in some}) > len({c.study.key for c in best}):
            best = some
    return best, best[0].reading.unit if best else Unit()


def _aligned(sorter: Sorter, candidates: Sequence[Candidate]) -> list[Candidate]:
    """Standardised differences with one better side: where instruments differ, above 0 is better."""
    sides = {c.reading.better for c in candidates}
    if len(sides) == 1:
        return list(candidates)
    kept = []
    for candidate in candidates:
        reading = candidate.reading
        if reading.better is None:
            sorter.out(candidate.study, candidate.finding, "neither direction of its outcome is recorded as better")
        elif reading.better == "below":
            sign = "sign changed: lower is better on this instrument, above 0 is better here"
            effect = reading.effect.turned(sign)
            effect = replace(effect, n1=reading.effect.n1, n2=reading.effect.n2)
            kept.append(replace(candidate, reading=replace(reading, effect=effect, better="above")))
        else:
            kept.append(candidate)
    return kept


def _ratio_sets(candidates: Sequence[Candidate]) -> list[list[Candidate]]:
    """Ratios of one kind each; plain counts join the kind that most studies print."""
    printed = Counter(
        c.reading.effect.measure for c in candidates if not any("from counts" in w for w in c.reading.effect.how)
    )
    common = [measure for measure, _ in printed.most_common() if measure in {"RR", "OR"}]
    joined = []
    for candidate in candidates:
        reading = candidate.reading
        computed = any("from counts" in words for words in reading.effect.how)
        if computed and common and reading.effect.measure != common[0]:
            effect = events_as(reading, common[0])
            if not isinstance(effect, Missing):
                reading = replace(reading, effect=effect)
        joined.append(replace(candidate, reading=reading))
    kinds = dict.fromkeys((c.reading.effect.measure, c.reading.better) for c in joined)
    sets = [[c for c in joined if (c.reading.effect.measure, c.reading.better) == kind] for kind in kinds]
    return [one for some in sets for one in _by_outcome(some)]


def _by_outcome(candidates: Sequence[Candidate]) -> list[list[Candidate]]:
    """Events of one outcome each: healing and improving are different events, though both belong to recovery."""
    outcomes = dict.fromkeys(c.outcome for c in candidates)
    return [[c for c in candidates if c.outcome == outcome] for outcome in outcomes]


def _one_a_study(sorter: Sorter, candidates: Sequence[Candidate], question: Question) -> list[Candidate]:
    """One finding a study: the asked outcome itself, else the longest follow-up in the window, else the first."""

    def order(candidate: Candidate) -> tuple[bool, float]:
        return (question.outcome != candidate.outcome, -(weeks_of(candidate.finding.timepoint) or 0))

    kept = []
    for key in dict.fromkeys(c.study.key for c in candidates):
        first, *others = sorted((c for c in candidates if c.study.key == key), key=order)
        kept.append(first)
        for other in others:
            reason = f"another result of the same study is used ({first.finding.id}): one result a study"
            sorter.out(other.study, other.finding, reason)
    return kept


def _one_a_trial(
    sorter: Sorter, candidates: Sequence[Candidate], registrations: Mapping[str, Collection[str]]
) -> list[Candidate]:
    """One report a trial; the later publication stays because it has the longer follow-up."""
    references = sorter.corpus.references

    def year(candidate: Candidate) -> int:
        reference = references.get(candidate.study.key)
        return (reference.year if reference else None) or 0

    kept: list[Candidate] = []
    for candidate in sorted(candidates, key=lambda c: (-year(c), c.study.key)):
        for other in kept:
            why = same_trial(candidate.study, other.study, references, registrations)
            if why:
                label = sorter.label(other.study)
                sorter.out(candidate.study, candidate.finding, f"another report of the trial of {label}: {why}")
                break
        else:
            kept.append(candidate)
    return sorted(kept, key=lambda c: (year(c), c.study.key))


def _group(sorter: Sorter, candidates: Sequence[Candidate], unit: Unit | None) -> Group:
    window, kind, named, randomised = candidates[0].key
    measure, better = candidates[0].reading.effect.measure, candidates[0].reading.better
    rows = tuple(
        Row(
            c.study.key,
            sorter.label(c.study),
            replace(c.reading.effect, label=sorter.label(c.study)),
            c.study.design,
            c.study.n_participants,
            c.outcome,
            c.finding,
        )
        for c in candidates
    )
    null = "0" if measure in DIFFERENCES else "1"
    said = "neither direction of the outcome is recorded as better"
    direction = f"values {better} {null} favour the intervention" if better else said
    notes = [f"{row.label}: {words}" for row in rows for words in row.effect.how]
    if len({frozenset(c.finding.conditions) for c in candidates}) > 1:
        notes.insert(0, "The studies are of different conditions under the one asked for.")
    scale = unit.words if unit else None
    return Group(measure, window, kind, named, randomised, scale, better, direction, rows, tuple(notes))
