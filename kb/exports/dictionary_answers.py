"""The data dictionary of the answers: what the base concludes from its findings."""

from __future__ import annotations

from kb.answers.size import Size
from kb.exports.fields import Resource, count, flag, number, text
from kb.model import CertaintyLevel
from kb.synthesis.scale import Comparator, Window

ANSWERS = Resource(
    "answers",
    "Answers",
    "One row the best estimate for a condition, intervention, outcome, comparator and time, made by rules from the "
    "findings of this base, with its certainty. Retracted studies are left out.",
    ("id",),
    (
        text("id", "Condition, intervention, outcome and number of the estimate.", required=True),
        text("condition", "The condition asked about.", refers="conditions", required=True),
        text("intervention", "The intervention asked about.", refers="interventions", required=True),
        text("outcome", "The outcome asked about.", refers="outcomes", required=True),
        flag("surrogate", "The outcome only stands for what patients feel."),
        text("kind", "A pool of studies, one study, or what a review found.", values=("pool", "study", "review"),
             required=True),
        text("treatment", "What was studied, by name.", required=True),
        text("comparator", "Class of the comparator.", values=Comparator, required=True),
        text("compared_with", "Name of the comparator.", required=True),
        text("follow_up", "Class of the follow-up: short to 3 months, medium to under 12, long from 12 months on.",
             values=Window, required=True, standard="Cochrane Back and Neck"),
        text("timepoint", "Timepoint as printed, or the class in words.", required=True),
        text("measure", "What the estimate is; GEN is a generic difference.", required=True),
        text("unit", "Unit of estimate and interval; empty is unknown or none."),
        number("estimate", "The effect; ratios are not logarithms.", "see unit"),
        number("ci_low", "Lower end of the confidence interval.", "see unit"),
        number("ci_high", "Upper end of the confidence interval.", "see unit"),
        number("i2", "Heterogeneity of a pool.", "percent", standard="I2 of Higgins and Thompson 2002"),
        text("better", "Side of no effect on which the intervention is better.", values=("above", "below")),
        text("favours", "Side that the estimate favours.",
             values=("intervention", "comparator", "neither", "unknown"), required=True),
        text("includes_no_effect", "Whether the interval includes no effect.", values=("yes", "no", "unknown"),
             required=True),
        text("size", "How large the effect is.", values=Size, required=True, standard="after GRADE"),
        count("k", "Studies behind it; of a review those that it holds.", "studies"),
        count("n", "People behind it.", "participants"),
        text("studies", "The studies.", many=True, refers="studies"),
        text("findings", "The findings.", many=True, refers="findings"),
        text("certainty", "How sure one may be; empty is not rated.", values=CertaintyLevel, standard="GRADE"),
        text("certainty_basis", "Who says so: a rule that nobody reviewed, the authors of a review, or a person.",
             values=("rules", "authors", "person"), required=True),
        text("certainty_by_rule", "What the rules say, also where a person overruled them.", values=CertaintyLevel,
             standard="GRADE"),
        text("certainty_reasons", "Each step with its reason.", many=True, standard="GRADE"),
        text("words", "The answer in a sentence for clinicians.", required=True),
        text("patient_words", "The answer in a sentence for patients.", required=True),
    ),
    "words",
    ("words", "patient_words"),
)  # fmt: skip
