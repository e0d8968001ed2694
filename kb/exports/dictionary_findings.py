"""The data dictionary of findings, arms and certainty."""

from __future__ import annotations

from kb.exports.fields import Field, Resource, count, day, flag, number, text
from kb.model import ArmStatistic, CertaintyLevel, Direction, Measure


def pico() -> tuple[Field, ...]:
    """The controlled terms of a finding or claim."""
    return (
        text("populations", "Controlled populations.", many=True, refers="populations", standard="PICO"),
        text("conditions", "Controlled conditions.", many=True, refers="conditions", standard="PICO"),
        text("interventions", "Controlled interventions.", many=True, refers="interventions", standard="PICO"),
        text("comparators", "Controlled comparators; terms of the interventions.", many=True, refers="interventions",
             standard="PICO"),
        text("outcomes", "Controlled outcomes.", many=True, refers="outcomes", standard="PICO"),
    )  # fmt: skip


FINDINGS = Resource(
    "findings",
    "Findings",
    "One row a result of a study: population, intervention, comparator, outcome, timepoint and effect.",
    ("id",),
    (
        text("id", "Study and number of the finding.", required=True),
        text("study", "The study.", refers="studies", required=True),
        text("notice", "Alarms about the study, e.g. a retraction; empty when none.", required=True),
        flag("retracted", "The study is left out of every summary: leave the finding out too."),
        text("as_reported", "The result in few words, near those of the study.", required=True),
        *pico(),
        text("timepoint", "When it was measured, as printed."),
        text("measure", "What the estimate is.", values=Measure, required=True),
        text("unit", "Unit of estimate and interval; empty is unknown or none."),
        number("estimate", "The effect on the scale of the measure; ratios are not logarithms.", "see unit"),
        number("ci_low", "Lower end of the confidence interval.", "see unit"),
        number("ci_high", "Upper end of the confidence interval.", "see unit"),
        number("ci_level", "Level of the confidence interval.", "percent", required=True),
        text("p", "p value as printed."),
        text("arm_statistic", "What the values of the arms are.", values=ArmStatistic),
        text("direction", "Which way the finding points.", values=Direction, required=True),
        text("certainty", "Certainty that the authors of a review gave it themselves.", values=CertaintyLevel,
             standard="GRADE"),
        text("certainty_lowest", "Lower end where the authors give a span.", values=CertaintyLevel, standard="GRADE"),
        text("certainty_reason", "Their reason."),
        text("as_printed", "What looks wrong in the numbers and really stands so in the source; never pooled."),
        text("note", "What a reader of the number should know."),
        number("weeks", "The timepoint in weeks, where it is a plain duration.", "weeks"),
        count("n_arms", "Arms of the finding in this base.", "arms", required=True),
        text("read_in", "Where the number was read: addresses or descriptions.", many=True),
        text("sources", "Where the number was read.", many=True, refers="sources"),
    ),
    "as_reported",
    ("as_reported", "note"),
)  # fmt: skip

ARMS = Resource(
    "arms",
    "Arms",
    "One row a group of a finding.",
    ("finding", "arm"),
    (
        text("finding", "The finding.", refers="findings", required=True),
        Field("arm", "integer", "Position within the finding, from 1.", required=True),
        text("statistic", "What the value is.", values=ArmStatistic),
        text("name", "Name of the group.", required=True),
        count("n", "People in the group.", "participants"),
        number("value", "The statistic of the group.", "see unit"),
        number("sd", "Standard deviation.", "see unit"),
        number("ci_low", "Lower end of the confidence interval.", "see unit"),
        number("ci_high", "Upper end of the confidence interval.", "see unit"),
        text("range", "Range as printed."),
        text("unit", "Unit of the value."),
    ),
    "name",
)

CERTAINTY = Resource(
    "certainty_reviews",
    "Certainty judged by people",
    "One row a person's certainty for a question, which overrules the rules.",
    ("number",),
    (
        Field("number", "integer", "Position in the file, from 1.", required=True),
        text("condition", "The condition asked about.", refers="conditions", required=True),
        text("intervention", "The intervention asked about.", refers="interventions", required=True),
        text("outcome", "The outcome asked about.", refers="outcomes", required=True),
        text("comparator", "The comparator; empty for all.", refers="interventions"),
        text("level", "The certainty.", values=CertaintyLevel, required=True, standard="GRADE"),
        text("by", "Who judged.", required=True),
        day("on", "When.", required=True),
        text("reason", "Why.", required=True),
    ),
)
