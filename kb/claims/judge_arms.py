"""Numbers that the study gives for another arm, or for another group of people, than the statement tells them for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kb import timepoint
from kb.claims import wording
from kb.claims.judge_case import Closeness, Point, ids, words
from kb.claims.judge_fair import is_control
from kb.claims.judge_numbers import spoken
from kb.claims.judge_pairs import intervention_is_lower, ordered
from kb.claims.judge_pico import named_any
from kb.claims.judge_values import fits
from kb.claims.says import Bound, NumberRole
from kb.model import Measure

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kb.claims.judge_case import Case
    from kb.claims.says import SaidNumber
    from kb.model import Arm, Finding

_ROLES = frozenset({NumberRole.PERCENT, NumberRole.EFFECT, NumberRole.OTHER, NumberRole.DURATION})
_BOTH = re.compile(
    r"\b(?:against|compared|versus|vs|than|control\w{0,2}|placebo|sham|both|each|either|while|whereas|but|from)\b",
    re.IGNORECASE,
)
"""Words of a sentence that may tell the other arm's number, too."""
_SEXES = {"men": re.compile(r"\b(?:men|males?|boys)\b"), "women": re.compile(r"\b(?:women|females?|girls)\b")}
_SEX_NUMBER = re.compile(r"\b(women|men|females|males)\b:? (\d{1,4}(?:\.\d{1,2})?)(?![\d.]*/)")
_ALL = re.compile(r"\b(?:all|across|overall|whole|entire|in total|altogether)\b", re.IGNORECASE)


def arms(case: Case) -> Iterator[Point]:
    """Every number that stands in the study for one arm or group only."""
    for number in case.says.numbers:
        if number.role not in _ROLES or number.bound is not Bound.EXACT or number.high is not None:
            continue
        message, findings = _of_arm(case, number) or _of_sex(case, number) or _of_part(case, number) or ("", [])
        if findings:
            flag = case.flag("other-arm", message, found=spoken(number), findings=findings, fix=False)
            yield Point(("other-arm", number.start), flag)


# --- arms of a trial --------------------------------------------------------------------------------------------


def _of_arm(case: Case, number: SaidNumber) -> tuple[str, list[Finding]] | None:
    """The statement tells of one arm's treatment only, and the number is the other arm's."""
    told = [said for said in case.says.interventions if not is_control(case, said.id)]
    if not told or number.measure is not None or _BOTH.search(case.says.text):
        return None
    findings = case.in_time(case.on_outcome([f for f in case.study.findings if case.on_condition(f)]))
    moved = []
    for finding in findings:
        both = _sides(case, finding)
        if both is None:
            continue
        place = _told_side(case, ids(told), finding)
        if place is None:
            continue
        mine, other = both[place], both[1 - place]
        if any(_is_value(one, mine, finding) for one in case.says.numbers if one.role in _ROLES):
            return None  # the told arm's own number is told, and this one beside it
        if _is_value(number, other, finding) and not named_any(case, _added(finding)[1 - place]):
            moved.append((finding, mine, other))
    if not moved:
        return None
    finding, mine, other = moved[0]
    message = (
        f"The statement tells {spoken(number)} of {words(told)}; {case.label} gives that for '{other.name}', and"
        f" {mine.value:g} for '{mine.name}'."
    )
    return message, [one for one, _, _ in moved]


def _is_value(number: SaidNumber, arm: Arm, finding: Finding) -> bool:
    if arm.value is None:
        return False
    if number.role is NumberRole.DURATION:
        known = timepoint.WEEKS_PER.get((finding.unit or "").rstrip("s"))
        told = timepoint.WEEKS_PER.get(number.unit.rstrip("s"))
        return known is not None and told is not None and abs(number.value * told - arm.value * known) <= 0.5 * told
    return fits(number, arm.value)


def _added(finding: Finding) -> tuple[set[str], set[str]]:
    """What only the one and only the other side got."""
    mine, theirs = set(finding.interventions), set(finding.comparators)
    return mine - theirs, theirs - mine


def _told_side(case: Case, told: Sequence[str], finding: Finding) -> int | None:
    """0 when only what the intervention's side got is told, 1 when only what the other side got."""
    added, rest = _added(finding)
    near = [case.terms.nearest("intervention", told, side) < Closeness.OTHER for side in (added, finding.comparators)]
    if near[0] is near[1] or (near[0] and rest and case.terms.nearest("intervention", told, rest) < Closeness.OTHER):
        return None
    return 0 if near[0] else 1


def _sides(case: Case, finding: Finding) -> tuple[Arm, Arm] | None:
    """The arms as intervention and comparator; None when their names do not tell, or one has no value."""
    if len(finding.arms) != 2 or any(arm.value is None for arm in finding.arms):
        return None
    if finding.arms[0].value == finding.arms[1].value:
        return None
    order = ordered(case, finding)
    if order is not None:
        return order
    lower = intervention_is_lower(case, finding)
    if lower is None:
        return None
    first, second = sorted(finding.arms, key=lambda arm: arm.value or 0.0)
    return (first, second) if lower else (second, first)


# --- groups of people --------------------------------------------------------------------------------------------


def _of_sex(case: Case, number: SaidNumber) -> tuple[str, list[Finding]] | None:
    """Men are told, and the number is the women's; or the other way round."""
    told = {said.id for said in case.says.populations} & _SEXES.keys()
    if len(told) != 1:
        return None
    mine = told.pop()
    other = "women" if mine == "men" else "men"
    found = [f for f in case.study.findings if case.on_condition(f) and _sex_of(f, number) == {other}]
    if not found or any(mine in _sex_of(f, number) or not _sex_of(f, number) for f in _with(case, number)):
        return None
    about = set(found[0].outcomes)
    if not any(_names(mine, f) and about & set(f.outcomes) for f in case.study.findings):
        return None
    message = f"The statement tells {spoken(number)} of {mine}; {case.label} gives that for {other}."
    return message, found


def _names(sex: str, finding: Finding) -> bool:
    return _SEXES[sex].search(f"{finding.as_reported} {finding.note or ''}".casefold()) is not None


def _sex_of(finding: Finding, number: SaidNumber) -> set[str]:
    """The sexes that a finding gives the number for; both or none where it does not tell them apart."""
    noted = [(sex, float(value)) for sex, value in _SEX_NUMBER.findall((finding.note or "").casefold())]
    here = {"women" if sex.startswith(("w", "f")) else "men" for sex, value in noted if fits(number, value)}
    if here or not _is_own(finding, number):
        return here
    return {sex for sex, pattern in _SEXES.items() if pattern.search(finding.as_reported.casefold())}


def _is_own(finding: Finding, number: SaidNumber) -> bool:
    """Whether the number is the finding's own estimate, of the told measure."""
    if finding.estimate is None or not fits(number, finding.estimate):
        return False
    if number.role is NumberRole.PERCENT:
        return finding.measure is Measure.PERCENT
    return number.measure is not None and finding.measure == number.measure


def _with(case: Case, number: SaidNumber) -> list[Finding]:
    return [f for f in case.study.findings if _is_own(f, number) and case.on_condition(f)]


def _of_part(case: Case, number: SaidNumber) -> tuple[str, list[Finding]] | None:
    """Everybody is told, and the number is that of a part, which the study names behind a comma."""
    if not (_ALL.search(case.says.text) or _is_whole(case)):
        return None
    own = _with(case, number)
    if len(own) != 1 or ", " not in own[0].as_reported:
        return None
    part = own[0].as_reported.split(", ", 1)[1]
    telling = re.findall(r"[a-z]{4,}", part.casefold())
    text = case.says.text.casefold()
    whole = [
        finding
        for finding in case.study.findings
        if finding is not own[0]
        and (finding.measure, finding.outcomes, finding.conditions, finding.interventions)
        == (own[0].measure, own[0].outcomes, own[0].conditions, own[0].interventions)
        and finding.estimate is not None
        and ", " not in finding.as_reported
    ]
    if len(whole) != 1 or not telling or any(word in text for word in telling):
        return None
    value = wording.estimate(whole[0])
    message = (
        f"The statement tells {spoken(number)} of everybody; {case.label} gives that for a part ({part}), and {value}"
        " for all."
    )
    return message, [whole[0], own[0]]


def _is_whole(case: Case) -> bool:
    """Whether the statement gives the number of everybody in the study."""
    everybody = case.study.n_participants
    return any(n.role is NumberRole.PARTICIPANTS and n.value == everybody for n in case.says.numbers)
