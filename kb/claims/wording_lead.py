"""How a sentence begins: in what kind of study, of how many, on whom."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kb.claims.wording_numbers import REVIEWS, pooled
from kb.claims.wording_terms import NOT_PEOPLE, above, article, is_event, lower, narrowest, people
from kb.model import Design, InterventionKind

if TYPE_CHECKING:
    from kb.model import Corpus, Finding, Study

TRIALS = frozenset({Design.RANDOMIZED_TRIAL, Design.CLUSTER_RANDOMIZED_TRIAL, Design.CONTROLLED_TRIAL})
"""Designs with groups that were given something."""
OBSERVATIONAL = frozenset(
    {
        Design.PROSPECTIVE_COHORT,
        Design.RETROSPECTIVE_COHORT,
        Design.CASE_CONTROL,
        Design.CROSS_SECTIONAL,
        Design.CASE_SERIES,
    }
)
"""Designs that show that things go together, not that one brings about the other."""
_DESIGNS = {
    Design.RANDOMIZED_TRIAL: "randomized trial",
    Design.CLUSTER_RANDOMIZED_TRIAL: "cluster-randomized trial",
    Design.CONTROLLED_TRIAL: "nonrandomized controlled trial",
    Design.BEFORE_AFTER: "before-after study",
    Design.CASE_CONTROL: "case-control study",
    Design.META_ANALYSIS: "meta-analysis",
    Design.PROSPECTIVE_COHORT: "prospective cohort study",
    Design.RETROSPECTIVE_COHORT: "retrospective cohort study",
    Design.UNKNOWN: "study",
}
_NO_COMPLAINT = frozenset(
    {
        "abnormal-running-mechanics", "acute-injury", "age-related-strength-loss", "aging", "overuse-injury",
        "postoperative-recovery", "running-related-injury", "sarcopenia", "soft-tissue-injury", "sports-injury",
        "delayed-onset-muscle-soreness", "end-stage-osteoarthritis",
    }
)  # fmt: skip
"""What studies are about, but what their people do not come with."""
_UNAFFECTED = frozenset({"people-at-risk", "people-without-symptoms", "healthy-adults", "general-population"})
_UNSURE_NUMBER = re.compile(r"\b(?:reached|records|planned|protocol|shoulders|tendons|knees|feet)\b", re.IGNORECASE)
_READING = frozenset({Design.GUIDELINE, Design.NARRATIVE_REVIEW, Design.SCOPING_REVIEW, Design.COMMENTARY})
_UNCONTROLLED = frozenset({Design.CASE_SERIES, Design.BEFORE_AFTER})
_GIVEN = frozenset({InterventionKind.TREATMENT, InterventionKind.SERVICE, InterventionKind.TRAINING_ADVICE})


def design(study: Study) -> str:
    """The design as a sentence names it.

    Examples
    --------
    >>> import kb
    >>> design(kb.open().corpus.studies["coombes2013"])
    'randomized trial'
    """
    return _DESIGNS.get(study.design, study.design.words)


def lead(study: Study, finding: Finding, corpus: Corpus) -> str:
    """The first words: ``In one randomized trial of 165 adults with lateral epicondylitis``.

    A count is only given for what it counts: randomized people by the arms of the finding, and never the studies or
    participants of a whole review as those of one result.

    Examples
    --------
    >>> import kb
    >>> corpus = kb.open().corpus
    >>> study = corpus.studies["charles2023"]
    >>> lead(study, study.findings[0], corpus)
    'In a meta-analysis (63 studies in all) of patients with Achilles tendinopathy'
    """
    kind = design(study)
    whom = _whom(study, finding, corpus)
    if study.design in REVIEWS:
        count = study.n_studies if study.n_studies is not None and pooled(finding) is None else None
        size = f" ({count:,} studies in all)" if count is not None and count > 1 else ""
        return f"In {article(kind)} {kind}{size} {whom}".rstrip()
    return _single(study, finding, kind, whom).rstrip()


def _single(study: Study, finding: Finding, kind: str, whom: str) -> str:
    total = study.n_participants
    if (
        total is None
        or total < 2
        or _UNSURE_NUMBER.search(study.population or "")
        or set(study.populations) & NOT_PEOPLE
    ):
        return f"In {article(kind)} {kind} {whom}"
    one = "one" if study.design in TRIALS else article(kind)
    compared = _compared(finding)
    if study.design in TRIALS:
        if compared == total and whom.startswith("of "):
            return f"In {one} {kind} of {total:,} {whom.removeprefix('of ')}"
        if compared is not None and compared < total:
            return f"In {one} {kind} {whom} ({compared:,} of {total:,} participants compared)"
        randomized = study.design is not Design.CONTROLLED_TRIAL
        return f"In {one} {kind} {whom} ({total:,} {'people randomized' if randomized else 'participants'})"
    return f"In {article(kind)} {kind} {whom} ({total:,} participants in all)"


def _compared(finding: Finding) -> int | None:
    """People in the two arms of the finding; None where it does not tell."""
    sizes = [arm.n for arm in finding.arms]
    return sum(n for n in sizes if n) if len(sizes) == 2 and None not in sizes else None


def _whom(study: Study, finding: Finding, corpus: Corpus) -> str:
    populations = set(finding.populations or study.populations)
    if populations & NOT_PEOPLE or set(study.populations) & NOT_PEOPLE:
        return "in cadavers" if populations == {"cadavers"} else ""
    who = people(study, corpus, finding)
    conditions = [one for one in narrowest(corpus.conditions, finding.conditions) if one not in _NO_COMPLAINT]
    bare = "" if who == "people" else f"of {who}"
    onset = any(is_onset(one, corpus) for one in study.findings if set(one.conditions) & set(finding.conditions))
    if len(conditions) not in {1, 2} or is_onset(finding, corpus) or populations & _UNAFFECTED:
        return bare
    told = " and ".join(lower(corpus.conditions[one].label) for one in conditions)
    if len(conditions) > 1 or study.design in _READING:
        return f"on {told}" if who in {"people", "patients", "adults"} else f"on {told} in {who}"
    if (onset and study.design not in REVIEWS) or not _all_affected(study, finding, corpus):
        return f"on {told}" if who in {"people", "patients", "adults"} else f"on {told} in {who}"
    after = " after earlier treatment had failed" if "patients-after-failed-care" in populations else ""
    return f"of {who} with {told}{after}"


def is_onset(finding: Finding, corpus: Corpus) -> bool:
    """Whether the outcome is that people get or have the condition, so that they did not all come with it."""
    kept = {"reinjury", "recurrence", "new-or-worsening-pain"}
    return any(
        outcome not in kept and is_event(corpus, outcome) is False and _is_occurrence(outcome, corpus)
        for outcome in finding.outcomes
    )


def _is_occurrence(outcome: str, corpus: Corpus) -> bool:
    return "occurrence" in {outcome, *above(corpus.outcomes, outcome)}


def _all_affected(study: Study, finding: Finding, corpus: Corpus) -> bool:
    """Whether everybody had the condition: those who were treated had, those compared with the healthy had not."""
    if study.design in TRIALS | REVIEWS:
        return bool(finding.interventions)
    kinds = {corpus.interventions[one].kind for one in finding.interventions if one in corpus.interventions}
    if not kinds or not kinds <= _GIVEN:
        return False
    healthy = re.search(r"\b(?:healthy|uninjured|pain-free|asymptomatic)\b", study.comparator or "")
    return not healthy and (bool(finding.comparators) or study.design in _UNCONTROLLED)
