"""Words of cause and certainty against the design and the results."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kb.claims import wording
from kb.claims.judge_case import Point
from kb.claims.judge_direction import is_null
from kb.claims.wording import OBSERVATIONAL, TRIALS
from kb.model import Design, Direction, Wording

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kb.claims.judge_case import Case

SMALL = 60
"""Participants below which one study is small: about 30 a group detect only large effects (SMD 0.75 at 80 % power)."""
IMPRECISE = 400
"""Participants below which GRADE counts a result as imprecise (its rule of thumb for continuous outcomes)."""
FEW = 3
"""Pooled studies up to which a meta-analysis rests on few: one more may turn it."""
_POOLED = re.compile(r"\b(\d{1,3}) (?:trials|studies|RCTs) pooled")
_FINAL = re.compile(r"prov|definitiv|conclusiv|guarantee|settled|once and for all", re.IGNORECASE)
"""Words that one study does not carry while it is imprecise."""
_LOW = (OBSERVATIONAL - {Design.PROSPECTIVE_COHORT, Design.RETROSPECTIVE_COHORT}) | {
    Design.BEFORE_AFTER, Design.LABORATORY, Design.MODELLING, Design.NARRATIVE_REVIEW, Design.COMMENTARY,
}  # fmt: skip
_UNSURE = re.compile(
    r"\b(?:uncertain\w{0,2}|inconclusive|insufficient|conflicting|unclear|limited evidence|weak evidence"
    r"|(?:very )?low[- ](?:certainty|quality)|low to moderate|little evidence|mixed (?:results|evidence)|not certain"
    r"|scarce|sparse)\b",
    re.IGNORECASE,
)
_SIDES = {Direction.INTERVENTION, Direction.COMPARATOR, Direction.NO_DIFFERENCE}


def causal(case: Case) -> Iterator[Point]:
    """Causal words on a design that shows association."""
    says = case.says
    if not says.causal_words or says.wording is Wording.TENTATIVE:
        return
    if not (says.outcomes or says.conditions or says.interventions):
        return
    if case.study.design not in OBSERVATIONAL:
        yield Point("causal-wording")
        return
    words = ", ".join(f"'{word}'" for word in says.causal_words)
    kind = wording.design(case.study)
    message = (
        f"The statement says {words}; {case.label} is a {kind}, which shows what goes together, not what causes what."
    )
    findings = [finding for finding in case.matched() if not is_null(finding)]
    flag = case.flag(
        "causal-wording", message, found=words, findings=findings, expected=f"'was associated with' ({kind})"
    )
    yield Point("causal-wording", flag)


def certain(case: Case) -> Iterator[Point]:
    """Words of certainty on evidence that is not."""
    says = case.says
    if not says.certain_words:
        return
    weakness = _weakness(case)
    if weakness is None:
        yield Point("too-certain")
        return
    words = ", ".join(f"'{word}'" for word in says.certain_words)
    message = f"The statement says {words}; {case.label} does not carry that: {weakness}."
    flag = case.flag("too-certain", message, found=words, findings=case.matched()[:1], expected=weakness)
    yield Point("too-certain", flag)


def _weakness(case: Case) -> str | None:
    """The first concrete weakness, with its number or the authors' word."""
    study = case.study
    count = study.n_participants
    matched = case.matched()
    if study.design in _LOW:
        sample = f" of {count:,} people" if count is not None else ""
        return f"one {wording.design(study)}{sample}"
    if study.design in TRIALS | OBSERVATIONAL and count is not None and count < SMALL:
        return f"one {wording.design(study)} of {count:,} people"
    open_ones = [finding for finding in matched if wording.crosses(finding)]
    if open_ones and len(open_ones) == len([f for f in matched if f.estimate is not None]):
        return f"the interval crosses no effect ({wording.estimate(open_ones[0])})"
    pooled = [int(found[1]) for f in matched if (found := _POOLED.search(f.note or ""))]
    if pooled and max(pooled) <= FEW:
        return f"only {max(pooled)} studies were pooled"
    seen = {finding.direction for finding in matched} & _SIDES
    if len(seen) > 1:
        pros = sum(finding.direction is Direction.INTERVENTION for finding in matched)
        return f"its findings disagree ({pros} of {len(matched)} comparable ones favor the intervention)"
    unsure = _UNSURE.search(study.conclusion or "")
    if unsure:
        return f"its conclusion says '{unsure[0].casefold()}'"
    few = count is not None and count < IMPRECISE
    if few and study.design in TRIALS | OBSERVATIONAL and any(_FINAL.match(word) for word in case.says.certain_words):
        return f"one {wording.design(study)} of {count:,} people"
    return None
