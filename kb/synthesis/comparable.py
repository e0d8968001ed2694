"""A question -> groups of findings that may be pooled; every other finding with the reason why it stays out.

What is never in one group: outcomes of different families, comparators of different classes, timepoint windows,
ratios of different kinds or ratios and differences, units that cannot be brought together, randomised and other
designs, primary studies and reviews, two results of one trial. Doubt leaves a finding out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from kb.graph import bearing_on, narrower, node
from kb.model import Corpus, Design, Finding, Study
from kb.synthesis.comparison import Candidate, Comparison, Group, Question, Review, Sorter
from kb.synthesis.effects import Missing
from kb.synthesis.findings import read, several_groups
from kb.synthesis.grouping import grouped
from kb.synthesis.scale import Comparator, Window, comparator_class, instrument_of, window_of

if TYPE_CHECKING:
    from kb.graph import Graph

RANDOMISED = {Design.RANDOMIZED_TRIAL, Design.CLUSTER_RANDOMIZED_TRIAL}
OTHER_COMPARATIVE = {Design.CONTROLLED_TRIAL, Design.PROSPECTIVE_COHORT, Design.RETROSPECTIVE_COHORT}
REVIEWS = {
    Design.META_ANALYSIS,
    Design.SYSTEMATIC_REVIEW,
    Design.NETWORK_META_ANALYSIS,
    Design.UMBRELLA_REVIEW,
    Design.SCOPING_REVIEW,
    Design.NARRATIVE_REVIEW,
    Design.GUIDELINE,
}
NOT_POOLED = {
    Comparator.MIXED: "compared with several kinds of comparators at once",
    Comparator.BASELINE: "compared with people's own baseline, not with another group",
    Comparator.NOT_TREATED: "compared with people or sides that were not in a trial",
    Comparator.NONE: "no comparator is recorded",
}


def compare(
    corpus: Corpus,
    graph: Graph,
    question: Question,
    *,
    retracted: Collection[str] = (),
    registrations: Mapping[str, Collection[str]] | None = None,
) -> Comparison:
    """Groups of findings that answer a question.

    Parameters
    ----------
    corpus, graph
        The evidence and its graph.
    question
        What is asked.
    retracted
        Keys of studies that were retracted (``Base.retracted``): they stay out.
    registrations
        Numbers of trial registries by key of the study, where known; two reports of one number are one trial.
    """
    terms = {
        kind: {name.split(":", 1)[1] for name in narrower(graph, node(kind, value))}
        for kind, value in (
            ("condition", question.condition),
            ("intervention", question.intervention),
            ("outcome", question.outcome),
        )
    }
    wanted = question.comparator and {
        name.split(":", 1)[1] for name in narrower(graph, node("intervention", question.comparator))
    }
    sorter = Sorter(corpus)
    reviews: list[Review] = []
    candidates: list[Candidate] = []
    for study, finding in _bearing(corpus, graph, question, retracted):
        if wanted and not _with_comparator(finding, terms["intervention"], wanted):
            continue
        window = window_of(finding.timepoint)
        if question.window not in {None, window} and window is not Window.UNKNOWN:
            continue
        if study.key in retracted:
            sorter.out(study, finding, "the study was retracted")
        elif study.design in REVIEWS:
            found = read(study, finding, corpus, terms["intervention"], _outcome(finding, question, terms["outcome"]))
            effect, why = (None, found.reason) if isinstance(found, Missing) else (found.effect, "")
            side = finding.direction_for(terms["intervention"])
            reviews.append(Review(study.key, sorter.label(study), study.design, side, finding, effect, why))
        elif question.window not in {None, window}:
            sorter.out(study, finding, "its timepoint is not said or covers several windows")
        else:
            outcome = _outcome(finding, question, terms["outcome"])
            candidate = _candidate(sorter, study, finding, terms["intervention"], outcome, window)
            if candidate is not None:
                candidates.append(candidate)
    groups: list[Group] = []
    for key in dict.fromkeys(candidate.key for candidate in candidates):
        some = [candidate for candidate in candidates if candidate.key == key]
        groups += grouped(sorter, some, question, registrations or {})
    groups.sort(key=lambda group: (not group.randomised, -group.k, list(Window).index(group.window)))
    return Comparison(question, tuple(groups), tuple(reviews), tuple(sorter.excluded))


def _bearing(
    corpus: Corpus, graph: Graph, question: Question, retracted: Collection[str]
) -> Iterable[tuple[Study, Finding]]:
    """Findings that carry the condition, the outcome, and the intervention on either side; in order of the keys.

    The graph knows them without a look at every study; one without retracted studies is completed.
    """
    asked = {"condition": question.condition, "intervention": question.intervention, "outcome": question.outcome}
    found = set(bearing_on(graph, **asked).findings)
    terms = {kind: {name.split(":", 1)[1] for name in narrower(graph, node(kind, asked[kind]))} for kind in asked}
    gone = [key for key in retracted if key in corpus.studies]
    for key in sorted({identifier.partition(".")[0] for identifier in found}.union(gone)):
        study = corpus.studies[key]
        for finding in study.findings:
            if f"{key}.{finding.id}" in found or (key in retracted and _carries(finding, terms)):
                yield study, finding


def _carries(finding: Finding, terms: Mapping[str, set[str]]) -> bool:
    sides = {*finding.interventions, *finding.comparators}
    return not (
        terms["condition"].isdisjoint(finding.conditions)
        or terms["outcome"].isdisjoint(finding.outcomes)
        or terms["intervention"].isdisjoint(sides)
    )


def _outcome(finding: Finding, question: Question, asked: Collection[str]) -> str:
    """The outcome of a finding that was asked for."""
    return question.outcome if question.outcome in finding.outcomes else next(o for o in finding.outcomes if o in asked)


def _with_comparator(finding: Finding, asked: Collection[str], wanted: Collection[str]) -> bool:
    """Whether the other side of the asked intervention is the wanted comparator."""
    ours, theirs = set(finding.interventions), set(finding.comparators)
    if theirs & set(asked) and not ours & set(asked):
        ours, theirs = theirs, ours
    return bool((theirs - ours or theirs) & set(wanted))


def _candidate(
    sorter: Sorter, study: Study, finding: Finding, asked: Collection[str], outcome: str, window: Window
) -> Candidate | None:
    vocabulary = sorter.corpus.interventions
    if study.design not in RANDOMISED | OTHER_COMPARATIVE:
        sorter.out(study, finding, f"{study.design.words}: not a comparison of treatments in groups")
        return None
    if several_groups(study, finding):
        sorter.out(study, finding, "tells of several groups of the study at once")
        return None
    ours, theirs = finding.interventions, finding.comparators
    if set(theirs) & set(asked) and not set(ours) & set(asked):
        ours, theirs = theirs, ours
    kind = comparator_class(ours, theirs, vocabulary)
    reason = NOT_POOLED.get(kind)
    if reason:
        sorter.out(study, finding, reason)
        return None
    found = read(study, finding, sorter.corpus, asked, outcome)
    if isinstance(found, Missing):
        sorter.out(study, finding, found.reason)
        return None
    if study.design is Design.CLUSTER_RANDOMIZED_TRIAL and any("from counts" in words for words in found.effect.how):
        reason = "a cluster-randomised trial whose counts do not allow for its clusters (Handbook 23.1)"
        sorter.out(study, finding, reason)
        return None
    # Active comparators differ from one another; controls of one class are alike.
    named = tuple(sorted(theirs)) if kind is Comparator.ACTIVE else ()
    instrument = instrument_of(outcome, sorter.corpus.outcomes)
    return Candidate(study, finding, found, outcome, instrument, (window, kind, named, study.design in RANDOMISED))
