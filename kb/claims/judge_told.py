"""Which findings a statement tells: those whose own numbers it gives.

A number says more surely than words which of a study's results is meant: who tells "9.4 points" of a study with one
difference of 9.4 points tells that finding, whatever else the study found for the same outcome at other times.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kb import timepoint
from kb.claims.judge_case import Closeness, durations
from kb.claims.judge_values import RATIOS, arm_values, fits, is_amount
from kb.claims.says import Bound, NumberRole
from kb.model import Measure

if TYPE_CHECKING:
    from kb.claims.judge_case import Case
    from kb.claims.says import SaidNumber
    from kb.model import Finding

_TURNED = re.compile(r"\b(day|week|month|year) (\d{1,3})\b", re.IGNORECASE)
_DIFFERENCES = frozenset({Measure.MD, Measure.RISK_DIFFERENCE})
_ARM_ROLES = frozenset({NumberRole.PERCENT, NumberRole.OTHER, NumberRole.EFFECT})


def told_findings(case: Case) -> tuple[Finding, ...]:
    """Findings with a number that the statement tells: their estimate, or the values of both their arms.

    Those on the told condition and interventions, and on the told outcome where one of them is; none when the
    statement gives no number that tells findings apart.
    """
    if "told" not in case.memory:
        found = [f for f in case.study.findings if case.on_condition(f) and case.on_side(f) and _is_told(case, f)]
        outcomes = case.outcomes
        near = [f for f in found if case.terms.nearest("outcome", outcomes, f.outcomes) < Closeness.OTHER]
        case.memory["told"] = tuple(near or found)
    return case.memory["told"]


def _is_told(case: Case, finding: Finding) -> bool:
    if any(_is_estimate(number, finding) for number in case.says.numbers):
        return True
    numbers = [n for n in case.says.numbers if n.role in _ARM_ROLES and n.bound in {Bound.EXACT, Bound.ABOUT}]
    values = [abs(end) for n in numbers for end in (n.value, n.high) if end is not None]
    arms = list(arm_values(finding))
    return any(
        _shown(one) > 1 and any(_near(value, one) for value in values) and any(_near(value, other) for value in values)
        for place, one in enumerate(arms)
        for other in (*arms[:place], *arms[place + 1 :])
        if round(one, 1) != round(other, 1)
    )


def _near(told: float, known: float) -> bool:
    """The value itself, or rounded to the places told."""
    return abs(told - abs(known)) <= (0.5 if told == int(told) else 0.051) and (told >= 3 or round(told, 1) == told)


def _shown(value: float) -> int:
    """Figures that a value shows: 2 for 24 and 4.8, 1 for 5."""
    return len(f"{abs(value):g}".replace(".", "").strip("0"))


def _is_estimate(number: SaidNumber, finding: Finding) -> bool:
    """Whether a number is this finding's estimate, and one that is not read off by chance."""
    known = finding.estimate
    if known is None or number.high is not None or number.bound is Bound.UP_TO:
        return False
    if number.role is NumberRole.EFFECT and number.measure is not None:
        return number.measure == finding.measure and fits(number, known)
    if finding.measure in _DIFFERENCES:
        amount = number.role is NumberRole.EFFECT or (number.role is NumberRole.OTHER and number.unit == "points")
        return amount and is_amount(finding, number.unit) and fits(number, known)
    if number.role is NumberRole.CHANGE and finding.measure in RATIOS and number.bound is Bound.EXACT:
        return fits(number, 100 * (1 - known))
    return False


def weeks_of(finding: Finding) -> tuple[float, ...]:
    """The times of a finding in weeks; none when its words name none.

    Examples
    --------
    >>> import kb
    >>> [weeks_of(finding) for finding in kb.open().corpus.studies["bleakley2010"].findings[:2]]
    [(1.0,), (2.0,)]
    """
    words = finding.timepoint or ""
    turned = [float(number) * timepoint.WEEKS_PER[unit.lower()] for unit, number in _TURNED.findall(words)]
    return (*durations(words), *turned)
