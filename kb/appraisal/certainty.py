"""Certainty of a body of evidence by GRADE, with explicit rules: each step has its reason and its numbers.

GRADE leaves judgement to people. What stands here are rules of thumb that GRADE itself names, applied the same way
everywhere, so that a reader can see and overrule each one. Sources, by the number used in the steps:

1. Schünemann H, Brożek J, Guyatt G, Oxman A, editors. GRADE handbook. The GRADE Working Group; 2013.
2. Guyatt GH et al. GRADE guidelines 4: study limitations (risk of bias). J Clin Epidemiol. 2011;64(4):407-415.
3. Guyatt GH et al. GRADE guidelines 5: publication bias. J Clin Epidemiol. 2011;64(12):1277-1282.
4. Guyatt GH et al. GRADE guidelines 6: imprecision. J Clin Epidemiol. 2011;64(12):1283-1293.
5. Guyatt GH et al. GRADE guidelines 7: inconsistency. J Clin Epidemiol. 2011;64(12):1294-1302.
6. Guyatt GH et al. GRADE guidelines 8: indirectness. J Clin Epidemiol. 2011;64(12):1303-1310.
7. Guyatt GH et al. GRADE guidelines 9: rating up. J Clin Epidemiol. 2011;64(12):1311-1316.

Two rules are stricter than GRADE's numbers, and said wherever they speak: fewer than 100 participants count as two
levels of imprecision, and where nobody judged the risk of bias of the studies that carry half of the weight, the
certainty goes down by one until somebody does. Unknown is never low risk.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from kb.model import CertaintyLevel, GradedCertainty, Measure

LEVELS = (CertaintyLevel.VERY_LOW, CertaintyLevel.LOW, CertaintyLevel.MODERATE, CertaintyLevel.HIGH)
"""From the lowest to the highest."""
ENOUGH_PEOPLE = 400
"""Participants from which on a continuous outcome has its optimal information size, as a rule of thumb [4]."""
FEW_PEOPLE = 100
"""Participants below which imprecision is very serious: a house rule, since GRADE names no number for two levels."""
ENOUGH_EVENTS = 300
"""Events, the same for a yes-or-no outcome [4]."""
SUBSTANTIAL = 50.0
"""I2 in percent from which on inconsistency may be substantial (Cochrane Handbook 6.5, section 10.10.2)."""
CONSIDERABLE = 75.0
FEW_FOR_EGGER = 10
"""Studies below which asymmetry of a funnel is not tested (Cochrane Handbook 6.5, section 13.3.5.4)."""
ASYMMETRY = 0.10
"""p of Egger's test below which asymmetry counts (Egger 1997, BMJ 315:629)."""
LARGE, VERY_LARGE = 2.0, 5.0
"""Relative risks (or their inverse) of a large and a very large effect [7]."""


class Bias(StrEnum):
    """Risk of bias of a study as somebody judged it, on the scale that certainty needs."""

    LOW = "low"
    SOME = "some"
    HIGH = "high"
    CRITICAL = "critical"


class Domain(StrEnum):
    """What moves certainty."""

    START = "start"
    RISK_OF_BIAS = "risk of bias"
    INCONSISTENCY = "inconsistency"
    INDIRECTNESS = "indirectness"
    IMPRECISION = "imprecision"
    PUBLICATION_BIAS = "publication bias"
    LARGE_EFFECT = "large effect"
    DOSE_RESPONSE = "dose-response"


@dataclass(frozen=True, slots=True)
class Body:
    """A body of evidence on one question, as far as certainty needs it.

    Parameters
    ----------
    randomized
        Whether it consists of randomized trials; mixed bodies are not rated together.
    measure
        Of the estimate; ratios are on the natural scale here, not as logarithms.
    k, n, events
        Studies, participants and (for yes-or-no outcomes) events; None is unknown.
    estimate, ci_low, ci_high
        In ``unit``, on the scale of the measure.
    mcid
        Smallest important difference on the same scale, positive; for an SMD nothing has to be given.
    estimates, weights
        Of the single studies, in the same order; weights add up to 1.
    i2, prediction_low, prediction_high, egger_p
        Of the pool; None where they do not exist.
    bias
        Judgement by study; a study that nobody judged is None.
    indirect
        Ways in which the studies differ from the question, each in words: another population, a surrogate outcome.
    dose_response
        Whether a dose-response gradient was shown.
    """

    randomized: bool
    measure: Measure
    k: int
    n: int | None = None
    events: int | None = None
    estimate: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    mcid: float | None = None
    estimates: tuple[float, ...] = ()
    weights: tuple[float, ...] = ()
    i2: float | None = None
    prediction_low: float | None = None
    prediction_high: float | None = None
    egger_p: float | None = None
    bias: Mapping[str, Bias | None] = field(default_factory=dict)
    indirect: tuple[str, ...] = ()
    dose_response: bool = False

    @property
    def null(self) -> float:
        """The value that means no effect."""
        value = self.measure.null_value
        return 0.0 if value is None else value


@dataclass(frozen=True, slots=True)
class Step:
    """One domain: how many levels it moves certainty (0 for none), why, and the rule's source."""

    domain: Domain
    change: int
    reason: str
    source: str


@dataclass(frozen=True, slots=True)
class Overrule:
    """A person's level in place of the rules', with the reason; both are shown."""

    level: CertaintyLevel
    by: str
    on: dt.date
    reason: str


@dataclass(frozen=True, slots=True)
class Certainty:
    """How sure one may be, and who says so.

    Parameters
    ----------
    level
        What counts: a person's, else the authors', else the rules'.
    computed
        What the rules say; None where they had nothing to rate.
    steps
        From the start on, one for each domain that was looked at.
    basis
        ``rules``, ``authors`` (of a review or guideline), or ``person``.
    """

    level: CertaintyLevel | None
    computed: CertaintyLevel | None
    steps: tuple[Step, ...]
    basis: str
    overrule: Overrule | None = None

    @property
    def words(self) -> str:
        """The level and who says so.

        Examples
        --------
        >>> rate(Body(True, Measure.MD, 0)).words
        'not rated'
        """
        if self.level is None:
            return "not rated"
        shown = self.level.value.replace("-", " ")
        if self.overrule is not None:
            rules = f"; the rules say {self.computed.value.replace('-', ' ')}" if self.computed else ""
            return f"{shown} certainty (judged by {self.overrule.by} on {self.overrule.on.isoformat()}{rules})"
        return f"{shown} certainty ({'graded by its authors' if self.basis == 'authors' else 'by rule, not reviewed'})"


def rate(body: Body, *, overrule: Overrule | None = None) -> Certainty:
    """Certainty of a body of evidence.

    Examples
    --------
    >>> body = Body(True, Measure.MD, 2, n=90, estimate=-5, ci_low=-12, ci_high=2, bias={"a": Bias.LOW, "b": Bias.LOW})
    >>> found = rate(body)
    >>> found.level.value, [(step.domain.value, step.change) for step in found.steps if step.change]
    ('low', [('imprecision', -2)])
    """
    if body.k == 0:
        return Certainty(overrule.level if overrule else None, None, (), "person" if overrule else "rules", overrule)
    downs = [_bias(body), _inconsistency(body), _indirectness(body), _imprecision(body), _publication(body)]
    ups = [] if body.randomized or any(step.change for step in downs) else [*_large(body), *_dose(body)]
    start = 3 if body.randomized else 1
    first = Step(Domain.START, 0, "randomized trials start high" if body.randomized else "other designs start low", "1")
    steps = (first, *downs, *ups)
    computed = LEVELS[min(3, max(0, start + sum(step.change for step in steps)))]
    if overrule:
        return Certainty(overrule.level, computed, steps, "person", overrule)
    return Certainty(computed, computed, steps, "rules")


def graded(by_authors: GradedCertainty, *, overrule: Overrule | None = None) -> Certainty:
    """Certainty as the authors of a review or guideline graded it; the lower end of a span counts.

    Examples
    --------
    >>> graded(GradedCertainty(level=CertaintyLevel.MODERATE, reason="inconsistency")).words
    'moderate certainty (graded by its authors)'
    """
    level = by_authors.lowest or by_authors.level
    told = f"{by_authors.level.value}{f' down to {by_authors.lowest.value}' if by_authors.lowest else ''}"
    reason = f"the authors graded it {told.replace('-', ' ')}{f': {by_authors.reason}' if by_authors.reason else ''}"
    made = Certainty(level, level, (Step(Domain.START, 0, reason, "the study itself"),), "authors")
    return replace(made, level=overrule.level, basis="person", overrule=overrule) if overrule else made


# --- down ------------------------------------------------------------------------------------------------------


def _bias(body: Body) -> Step:
    """Down by one when at least half of the weight is at high risk (or unknown), by two when critical."""
    names = list(body.bias)
    weights = dict(zip(names, body.weights, strict=False)) if len(body.weights) == len(names) else {}
    share = {name: weights.get(name, 1 / len(names)) for name in names}

    def carried(*kinds: Bias | None) -> float:
        return sum(share[name] for name in names if body.bias[name] in kinds)

    if not names or carried(None) >= 0.5:
        known = sum(1 for name in names if body.bias[name] is not None)
        reason = f"risk of bias was assessed for {known} of {body.k} only" if known else "risk of bias was not assessed"
        return Step(Domain.RISK_OF_BIAS, -1, f"{reason}; counted as a concern until somebody judges it", "house rule")
    if carried(Bias.CRITICAL) >= 0.5:
        return Step(Domain.RISK_OF_BIAS, -2, f"{carried(Bias.CRITICAL):.0%} of the weight at critical risk", "2")
    high = carried(Bias.HIGH, Bias.CRITICAL)
    if high >= 0.5:
        return Step(Domain.RISK_OF_BIAS, -1, f"{high:.0%} of the weight at high risk of bias", "2")
    return Step(Domain.RISK_OF_BIAS, 0, f"{high:.0%} of the weight at high risk of bias", "2")


def _inconsistency(body: Body) -> Step:
    """Down by one for substantial I2 with estimates or a prediction interval on both sides of no effect."""
    if body.k == 1:
        return Step(Domain.INCONSISTENCY, 0, "one study: nothing to compare it with", "5")
    if body.i2 is None:
        return Step(Domain.INCONSISTENCY, 0, "heterogeneity is unknown", "5")
    sides = {estimate > body.null for estimate in body.estimates if estimate != body.null}
    both = len(sides) == 2
    crosses = (
        body.prediction_low is not None
        and body.prediction_high is not None
        and body.prediction_low < body.null < body.prediction_high
        and not _crosses(body)
    )
    told = f"I2 {body.i2:.0f} %"
    if body.i2 >= CONSIDERABLE or (body.i2 >= SUBSTANTIAL and (both or crosses)):
        why = "studies point both ways" if both else "a new study may find no effect" if crosses else "considerable"
        return Step(Domain.INCONSISTENCY, -1, f"{told}: {why}", "5")
    return Step(Domain.INCONSISTENCY, 0, told, "5")


def _indirectness(body: Body) -> Step:
    """Down by one for one difference from the question, by two for more."""
    if not body.indirect:
        return Step(Domain.INDIRECTNESS, 0, "population, intervention and outcome are those of the question", "6")
    return Step(Domain.INDIRECTNESS, -min(2, len(body.indirect)), "; ".join(body.indirect), "6")


def _imprecision(body: Body) -> Step:
    """Down for too few people or events, and for an interval that holds both an important effect and none."""
    if body.ci_low is None or body.ci_high is None:
        return Step(Domain.IMPRECISION, -1, "no interval is known", "4")
    small = _too_small(body)
    wide = _crosses(body)
    interval = f"interval {body.ci_low:.3g} to {body.ci_high:.3g}"
    important = _important(body)
    if wide and important is not None:
        low, high = important
        if body.ci_low < low and body.ci_high > high:
            return Step(Domain.IMPRECISION, -2, f"{interval} holds important benefit and important harm", "4")
    if wide and small:
        return Step(Domain.IMPRECISION, -2, f"{interval} includes no effect; {small}", "4")
    if wide:
        inside = important is not None and important[0] <= body.ci_low and body.ci_high <= important[1]
        if inside:
            return Step(Domain.IMPRECISION, 0, f"{interval} excludes an important difference", "4")
        return Step(Domain.IMPRECISION, -1, f"{interval} includes no effect and an effect that may matter", "4")
    if body.n is not None and body.n < FEW_PEOPLE:
        return Step(Domain.IMPRECISION, -2, f"{interval}; {body.n} participants, fewer than {FEW_PEOPLE}", "house rule")
    return Step(Domain.IMPRECISION, -1 if small else 0, f"{interval}{f'; {small}' if small else ''}", "4")


def _too_small(body: Body) -> str:
    if body.events is not None and body.events < ENOUGH_EVENTS:
        return f"{body.events} events, fewer than {ENOUGH_EVENTS}"
    if body.events is None and body.n is None:
        return "number of participants unknown"
    if body.n is not None and body.n < ENOUGH_PEOPLE:
        return f"{body.n} participants, fewer than {ENOUGH_PEOPLE}"
    return ""


def _important(body: Body) -> tuple[float, float] | None:
    """Limits between which an effect is too small to matter: the MCID, 0.2 for an SMD, 0.75 and 1.25 for a ratio."""
    if body.mcid:
        return body.null - body.mcid, body.null + body.mcid
    if body.measure is Measure.SMD:
        return -0.2, 0.2
    return (0.75, 1.25) if body.null == 1.0 else None


def _crosses(body: Body) -> bool:
    return body.ci_low is not None and body.ci_high is not None and body.ci_low <= body.null <= body.ci_high


def _publication(body: Body) -> Step:
    """Down by one for an asymmetric funnel of ten studies or more."""
    if body.k < FEW_FOR_EGGER:
        return Step(Domain.PUBLICATION_BIAS, 0, f"{body.k} of the {FEW_FOR_EGGER} studies that a test needs", "3")
    if body.egger_p is None:
        return Step(Domain.PUBLICATION_BIAS, 0, "not tested: its studies are not at hand", "3")
    told = f"Egger's test p = {body.egger_p:.3f}"
    return Step(Domain.PUBLICATION_BIAS, -1 if body.egger_p < ASYMMETRY else 0, told, "3")


# --- up --------------------------------------------------------------------------------------------------------


def _large(body: Body) -> list[Step]:
    ratios = {Measure.RISK_RATIO, Measure.RATE_RATIO, Measure.HAZARD_RATIO, Measure.PREVALENCE_RATIO}
    if body.measure not in ratios or not body.estimate or body.estimate <= 0 or _crosses(body):
        return []
    times = math.exp(abs(math.log(body.estimate)))
    if times < LARGE:
        return []
    return [Step(Domain.LARGE_EFFECT, 2 if times >= VERY_LARGE else 1, f"{body.measure} {body.estimate:.3g}", "7")]


def _dose(body: Body) -> list[Step]:
    return [Step(Domain.DOSE_RESPONSE, 1, "more exposure, more effect", "7")] if body.dose_response else []
