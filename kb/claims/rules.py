"""The rules about claims: what each compares with what, and when it keeps silent.

A rule that reads sentences is a warning at most, but for another condition: on drafts it had not seen it was wrong too
often to call a writer's number surely wrong (docs/check.md has the figures). One that was wrong there more often than
one time in ten is a note, as are the shares, amounts and directions that no plain comparison tells. Errors are left to
people's verdicts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb.citations.flag import Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping

_RULES = (
    Rule(
        "number-differs",
        Severity.WARNING,
        "Number differs from the study's",
        "A count of participants or studies, or the size of an effect, is not what the study gives. A number agrees"
        " when any finding, interval, arm or note of the study gives it, also rounded, with the other sign, or as a"
        " percentage of a ratio (RR 0.53 is 47 % less). Shares, points, money and average times count, too, as a note."
        " Silent when nothing comparable was read in the study; a note when only a part of the study was seen.",
    ),
    Rule(
        "other-population",
        Severity.WARNING,
        "Other people than studied",
        "The statement names a population, and none in the study is that one, a part of it, or a wider one of the same"
        " branch. Silent about adults, people and patients, and when it is not known who was studied.",
    ),
    Rule(
        "other-condition",
        Severity.ERROR,
        "Other condition than studied",
        "The statement's condition is neither the study's nor wider or narrower. Silent about umbrella terms such as"
        " overuse injury, and when it is not known which condition was studied.",
    ),
    Rule(
        "other-intervention",
        Severity.WARNING,
        "Other intervention than studied",
        "The statement's intervention is on neither side of the study's comparisons, nor wider or narrower; or the"
        " study tested it only together with another one that the statement leaves out.",
    ),
    Rule(
        "other-outcome",
        Severity.NOTE,
        "Other outcome than measured",
        "The statement is about what people feel or what happens to them (injury, pain, recovery), and the study"
        " measured only something else, such as mechanics or strength. Silent about reviews without a fixed set of"
        " outcomes.",
    ),
    Rule(
        "other-timepoint",
        Severity.WARNING,
        "Other timepoint than measured",
        "An effect is told at a time at which the study did not report that outcome, or a result known by its number at"
        " another time than its own. Silent when a time of the study is unknown or within a third of the told one.",
    ),
    Rule(
        "other-arm",
        Severity.NOTE,
        "Result of another arm or subgroup",
        "The number or result stands in the study for another intervention, arm or group of people than the statement"
        " tells it for, or the numbers of two arms stand the other way round. Silent when it is open which number"
        " stands with which arm.",
    ),
    Rule(
        "direction-reversed",
        Severity.WARNING,
        "The study points the other way",
        "Every comparable finding that points anywhere points against the statement: the comparator did better where a"
        " benefit is told, or a clear difference was found where none is told. A note where no comparison (more, less"
        " than) and no size of a change tells the direction.",
    ),
    Rule(
        "no-clear-effect",
        Severity.WARNING,
        "No clear effect in the study",
        "An effect is told, and every comparable finding, or the one whose number the statement gives, has an interval"
        " that crosses no effect or is recorded as no difference or no association. Where none is on the very outcome,"
        " those on an outcome of the same kind count, when all of them are so. Against another treatment only when the"
        " statement names it or the study calls it its control.",
    ),
    Rule(
        "causal-wording",
        Severity.WARNING,
        "Causal words on an observational design",
        "Words of cause and effect rest on a cohort, case-control, cross-sectional or case-series study, which shows"
        " that things go together. Silent when the statement holds itself back.",
    ),
    Rule(
        "too-certain",
        Severity.WARNING,
        "More certain than the study",
        "Words of certainty rest on a single small or low-level study, an interval that crosses no effect, an uncertain"
        " conclusion of the authors, or findings that disagree. The weakness is named with its number.",
    ),
    Rule(
        "one-sided",
        Severity.WARNING,
        "The other side is left out",
        "A benefit is told, and in the same comparison the study found the other side better at another time or for"
        " another outcome. Silent when the statement tells the other side, sets one time against another, or gives one"
        " result with its interval.",
    ),
    Rule(
        "contrary-evidence",
        Severity.NOTE,
        "Other studies point the other way",
        "Studies of the base on the same condition, intervention and outcome point the other way, and the post cites"
        " none of them. Retracted studies do not count.",
    ),
    Rule(
        "not-supported",
        Severity.ERROR,
        "Not supported (curated)",
        "The entry of this sentence in evidence/posts says that the study does not support it.",
    ),
    Rule(
        "misattributed",
        Severity.ERROR,
        "Misattributed (curated)",
        "The entry of this sentence in evidence/posts says that it belongs to another source than the one cited.",
    ),
    Rule(
        "overstated",
        Severity.WARNING,
        "Overstated (curated)",
        "The entry of this sentence in evidence/posts says that it goes further than the study.",
    ),
    Rule(
        "partly-supported",
        Severity.NOTE,
        "Partly supported (curated)",
        "The entry of this sentence in evidence/posts says that the study supports a part of it, or under conditions.",
    ),
)

RULES: Mapping[str, Rule] = {rule.id: rule for rule in _RULES}
"""Every rule about claims by its id, those of the curated verdicts last."""
