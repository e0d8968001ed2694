"""Level of evidence by the Oxford Centre for Evidence-Based Medicine's table of 2011: the question decides.

OCEBM Levels of Evidence Working Group. The Oxford Levels of Evidence 2. Oxford Centre for Evidence-Based Medicine;
2011. The table ranks designs, 1 the highest, 5 the lowest, for each question; it leaves grading down (quality,
imprecision, indirectness, inconsistency, very small effect) and up (large effect) to a judgement, which is not made
here: a level says what a design can show, not how well a study did.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kb.model import ClaimDirection, Design, InterventionKind

SOURCE = "OCEBM Levels of Evidence (2011)"


class Question(StrEnum):
    """What is asked: the table has a row for each."""

    TREATMENT = "treatment"
    """Does this intervention help?"""
    PROGNOSIS = "prognosis"
    """What will happen if we do not add a therapy; who gets it?"""
    PREVALENCE = "prevalence"
    """How common is it?"""
    HARM = "harm"
    """What are the common harms?"""
    DIAGNOSIS = "diagnosis"
    """Is this test accurate?"""


@dataclass(frozen=True, slots=True)
class Level:
    """A level from 1 to 5; None where the table has no place for the design, with the reason in words."""

    level: int | None
    question: Question
    reason: str
    source: str = SOURCE

    def __str__(self) -> str:
        shown = "no level" if self.level is None else f"level {self.level}"
        return f"{shown} for a question of {self.question.value} ({self.reason})"


_REVIEWS = {Design.SYSTEMATIC_REVIEW, Design.META_ANALYSIS, Design.NETWORK_META_ANALYSIS, Design.UMBRELLA_REVIEW}
_TRIALS = {Design.RANDOMIZED_TRIAL, Design.CLUSTER_RANDOMIZED_TRIAL}
_COHORTS = {Design.PROSPECTIVE_COHORT, Design.RETROSPECTIVE_COHORT}
_MECHANISM = {Design.LABORATORY, Design.MODELLING}
_NO_PLACE = {
    Design.GUIDELINE: "a guideline is ranked by the studies it rests on",
    Design.NARRATIVE_REVIEW: "a review without a systematic search has no place in the table",
    Design.SCOPING_REVIEW: "a scoping review maps studies and has no place in the table",
    Design.PROTOCOL: "a protocol has no results",
    Design.COMMENTARY: "a commentary has no results of its own",
    Design.UNKNOWN: "the design is unknown",
}

_ROWS: dict[Question, dict[Design, tuple[int, str]]] = {
    Question.TREATMENT: {
        **dict.fromkeys(_TRIALS, (2, "a randomized trial")),
        Design.CONTROLLED_TRIAL: (3, "a controlled study without randomization"),
        **dict.fromkeys(_COHORTS, (3, "a cohort or follow-up study")),
        Design.CASE_CONTROL: (4, "a case-control study"),
        Design.CASE_SERIES: (4, "a case series"),
        Design.BEFORE_AFTER: (4, "patients before and after, without controls"),
    },
    Question.PROGNOSIS: {
        Design.PROSPECTIVE_COHORT: (3, "a cohort; level 2 if it began when the condition did"),
        Design.RETROSPECTIVE_COHORT: (3, "a cohort"),
        **dict.fromkeys(_TRIALS, (3, "a cohort within a trial")),
        Design.CONTROLLED_TRIAL: (3, "a cohort within a controlled study"),
        Design.CASE_CONTROL: (4, "a case-control study"),
        Design.CASE_SERIES: (4, "a case series"),
        Design.BEFORE_AFTER: (4, "a case series"),
    },
    Question.PREVALENCE: {
        Design.CROSS_SECTIONAL: (3, "a survey; level 1 if local, current and a random sample"),
        **dict.fromkeys(_COHORTS, (3, "a sample that was not drawn at random")),
        Design.CASE_SERIES: (4, "a case series"),
    },
    Question.HARM: {
        **dict.fromkeys(_TRIALS, (2, "a randomized trial")),
        Design.CONTROLLED_TRIAL: (3, "a controlled study without randomization"),
        **dict.fromkeys(_COHORTS, (3, "a cohort or follow-up study, if large enough to rule out a common harm")),
        Design.CASE_CONTROL: (4, "a case-control study"),
        Design.CASE_SERIES: (4, "a case series"),
        Design.BEFORE_AFTER: (4, "patients before and after, without controls"),
    },
    Question.DIAGNOSIS: {
        Design.CROSS_SECTIONAL: (2, "a cross-sectional study, if the reference standard was applied to all, blinded"),
        **dict.fromkeys(_COHORTS, (3, "not known to be consecutive patients")),
        Design.CASE_CONTROL: (4, "a case-control study"),
    },
}
_REVIEWED: dict[Question, str] = {
    Question.TREATMENT: "randomized trials",
    Question.PROGNOSIS: "inception cohorts",
    Question.PREVALENCE: "surveys",
    Question.HARM: "randomized trials",
    Question.DIAGNOSIS: "cross-sectional studies",
}


def level(design: Design, question: Question, *, of_trials: bool | None = None) -> Level:
    """Level of a design for a question.

    Parameters
    ----------
    design
        Design of the study.
    question
        What is asked of it.
    of_trials
        For a review: whether it pools or describes the studies that level 1 asks for (randomized trials for a
        treatment); None when that is unknown, and then the level is unknown too.

    Examples
    --------
    >>> (
    ...     level(Design.RANDOMIZED_TRIAL, Question.TREATMENT).level,
    ...     level(Design.RANDOMIZED_TRIAL, Question.PROGNOSIS).level,
    ... )
    (2, 3)
    >>> print(level(Design.META_ANALYSIS, Question.TREATMENT))
    no level for a question of treatment (level 1 if a review of randomized trials; what it reviews is not recorded)
    """
    if design in _REVIEWS:
        needed = _REVIEWED[question]
        if of_trials is None:
            return Level(None, question, f"level 1 if a review of {needed}; what it reviews is not recorded")
        if of_trials:
            return Level(1, question, f"a systematic review of {needed}")
        return Level(None, question, f"a review of other studies than {needed} is ranked by those")
    if design in _NO_PLACE:
        return Level(None, question, _NO_PLACE[design])
    if design in _MECHANISM:
        return Level(5, question, "mechanism, not patients' outcomes")
    found = _ROWS[question].get(design)
    if found is None:
        return Level(None, question, f"a {design.words} does not answer it")
    return Level(found[0], question, found[1])


def question_of(kind: InterventionKind | None, direction: ClaimDirection | None = None) -> Question:
    """The question that a finding about such an intervention, or a claim of that direction, answers.

    Without an intervention it is how common something is; an exposure is a question of prognosis (who gets it), as
    OCEBM files risk factors.

    Examples
    --------
    >>> question_of(InterventionKind.EXPOSURE).value, question_of(None).value
    ('prognosis', 'prevalence')
    >>> question_of(InterventionKind.TREATMENT, ClaimDirection.HARM).value
    'harm'
    """
    if kind is None:
        return Question.PREVALENCE
    if kind is InterventionKind.TEST:
        return Question.DIAGNOSIS
    if kind is InterventionKind.EXPOSURE:
        return Question.PROGNOSIS
    return Question.HARM if direction is ClaimDirection.HARM else Question.TREATMENT
