"""A question of the base -> results, the best of each comparison first, with certainty, words, and who disagrees."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from kb.answers.maker import Maker, of_trials
from kb.answers.result import Answer, Dissent, Result, Side
from kb.graph import narrower, node
from kb.model import Corpus, Finding
from kb.synthesis.comparable import compare
from kb.synthesis.comparison import Comparison, Excluded, Question
from kb.synthesis.scale import Comparator, Window, weeks_of

if TYPE_CHECKING:
    from kb.graph import Graph

__all__ = ["Answer", "Dissent", "Result", "Side", "answer", "compared", "of_trials"]

_BOTH = "both groups got it: the difference is due to what was added"
_SUBGROUP = re.compile(r"\bsub-?groups?\b", re.IGNORECASE)
_ORDER = [
    Comparator.PLACEBO,
    Comparator.NO_TREATMENT,
    Comparator.ADD_ON,
    Comparator.ACTIVE,
    Comparator.MIXED,
]


def compared(
    corpus: Corpus,
    graph: Graph,
    question: Question,
    *,
    retracted: Collection[str] = (),
    registrations: Mapping[str, Collection[str]] | None = None,
) -> Comparison:
    """The comparison of a question, without what tells of something else.

    Where what was asked for was given to both groups, the difference between them is due to what was added: exercise
    with shockwave against exercise answers what shockwave adds, not what exercise does. A subgroup of a trial, such as
    those who trained most, was not made by chance and does not stand for the trial.
    """
    made = compare(corpus, graph, question, retracted=retracted, registrations=registrations)
    asked = {name.split(":", 1)[1] for name in narrower(graph, node("intervention", question.intervention))}
    groups, out = [], list(made.excluded)
    for group in made.groups:
        reasons = {row.study: _aside(row.printed, asked) for row in group.rows}
        rows = tuple(row for row in group.rows if not reasons[row.study])
        out += [
            Excluded(row.study, row.printed.id, row.label, reasons[row.study])
            for row in group.rows
            if reasons[row.study]
        ]
        if rows:
            groups.append(replace(group, rows=rows))
    reviews = [
        review if _tells(review.printed, asked) else replace(review, effect=None, reason=_BOTH)
        for review in made.reviews
    ]
    return replace(made, groups=tuple(groups), reviews=tuple(reviews), excluded=tuple(out))


def _aside(finding: Finding, asked: Collection[str]) -> str:
    """Why a finding of a primary study tells of something else; empty where it does not."""
    if not _tells(finding, asked):
        return _BOTH
    return "a subgroup of the study" if _SUBGROUP.search(finding.as_reported) else ""


def _tells(finding: Finding, asked: Collection[str]) -> bool:
    """Whether what was asked for stands on one side only, or in another form on the other."""
    ours, theirs = {*finding.interventions}, {*finding.comparators}
    if not (ours & {*asked} and theirs & {*asked}):
        return True
    return bool((ours - theirs) & {*asked})


def answer(
    corpus: Corpus,
    graph: Graph,
    question: Question,
    *,
    retracted: Collection[str] = (),
    registrations: Mapping[str, Collection[str]] | None = None,
) -> Answer:
    """The answer to a question; see :func:`kb.synthesis.comparable.compare` for what may be pooled."""
    comparison = compared(corpus, graph, question, retracted=retracted, registrations=registrations)
    maker = Maker(corpus, graph, question)
    results = [maker.of_group(group) for group in comparison.groups]
    # What a review shows of one trial's arms is that trial's result: only its own estimates are its answer.
    printed = [r for r in comparison.reviews if r.effect is not None and r.printed.estimate is not None]
    results += [maker.of_review(review) for review in printed]
    results.sort(key=_rank)
    answered = Answer(question, tuple(results), comparison, ())
    return replace(answered, dissent=tuple(maker.dissent(comparison, answered)))


def _rank(result: Result) -> tuple[int, str, int, int, int, str, float]:
    """Comparator and window, then reviews of more studies than we hold, pools, single studies; the newest review."""
    place = _ORDER.index(result.comparator) if result.comparator in _ORDER else len(_ORDER)
    kinds = {"review": 0 if result.k != 1 else 2, "pool": 1, "study": 3}
    newest = -max((int(found[0]) for key in result.studies if (found := re.search(r"\d{4}", key))), default=0)
    window = list(Window).index(result.window)
    week = weeks_of(result.when) or 0
    return place, result.compared_with, window, kinds[result.kind], newest, result.studies[0], week
