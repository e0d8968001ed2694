"""Two arms told with a number each: which number stands with which arm, and whether the study has them that way."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from kb.claims import wording
from kb.claims.judge_case import Closeness, Point
from kb.claims.judge_fair import is_control
from kb.claims.judge_numbers import anywhere, differs
from kb.claims.judge_values import arm_values, fits
from kb.claims.says import Bound, NumberRole
from kb.model import Better, Direction, Verification

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kb.citations.flag import Flag
    from kb.claims.judge_case import Case
    from kb.claims.says import SaidNumber
    from kb.model import Arm, Finding

_LONGEST = 3000
"""Characters of a statement that are looked at: numbers are read no further."""
_ROLES = frozenset({NumberRole.PERCENT, NumberRole.OTHER, NumberRole.DURATION, NumberRole.EFFECT})
_CONTROLS = re.compile(
    r"\b(?:controls?|comparison (?:group|arm)|placebo|sham|untreated|untrained"
    r"|without (?:it|the)|usual|not do(?:ing)? it|conventional(?! (?:wisdom|care))|the others?|other group"
    r"|who did(?: not|n't)|loading alone|training alone)\b",
    re.IGNORECASE,
)
_TREATED = re.compile(
    r"\b(?:(?:intervention|treatment|treated|experimental|exercise|exercising|training|trained|program(?:me)?) ?"
    r"(?:group|arm|runners|players|athletes|people|patients|women|men)|combined (?:group|arm)"
    r"|combination|(?:re)?trained|treated|who (?:did|got|used|received|trained)(?! not\b|n't))\b",
    re.IGNORECASE,
)
_GROUP = re.compile(
    r"\s(?:[a-z-]{2,15}\s){0,2}?(?:groups?|arms?|protocol|players|runners|athletes|patients|people|ones?)\b",
    re.IGNORECASE,
)
_GIVEN = re.compile(r"\b(?:with|after|given|got|from|without)\s(?:the\s|an?\s)?$", re.IGNORECASE)
_INSTEAD = re.compile(r"\s(?:instead of|rather than)\s(?:only |just |the |about )?$", re.IGNORECASE)
_STOP = re.compile(r"[.;:!?](?=\s|$)|\b(?:although|because|whether)\b")
_NOTED = re.compile(
    r"(?<![\d.-])(\d{1,4}(?:\.\d{1,2})?)\s?%?(?: \([^()]{1,30}\))? (?:vs|versus) (\d{1,4}(?:\.\d{1,2})?)(?![\d.-])"
)
_CONTROL_ARM = re.compile(
    r"\b(?:controls?|standard|usual|sham|placebo|observation|waiting|wait and see|no \w+|untreated"
    r"|conventional)\b|alone$",
    re.IGNORECASE,
)
_OF_THEM = re.compile(
    r"\s(?:of|in|with|after|among|for|on)\s(?:(?:the|those|all|people|patients|given|who|did|got|in)\s){0,3}",
    re.IGNORECASE,
)
"""Between a share and the people that it is of: "33% of the taping group"."""
_CONTRAST = re.compile(
    r"[^.;:]{0,90}?\b(?:against|versus|vs|compared|than|while|whereas|and|but|to)\b[^.;:]{0,60}|\s?(?:/|–)\s?",
    re.IGNORECASE,
)
"""Between the numbers of two arms."""
_AGAINST = re.compile(
    r"[^.;:,]{0,70}?,?\s(?:against|versus|vs\.?|compared (?:with|to)|rather than)\s[^.;:,]{0,30}"
    r"|\s(?:[\w-]+\s){0,3}?and\s(?:(?:in|with|of|for)\s)?|\s?(?:/|–)\s?",
    re.IGNORECASE,
)
"""Between two shares that can be those of two arms only."""


_HALVES = frozenset({NumberRole.PERCENT, NumberRole.OTHER})


@dataclass(frozen=True, slots=True)
class _Told:
    """A number and the side, 0 for the intervention's and 1 for the comparator's, that it stands with."""

    number: SaidNumber
    side: int


def pairs(case: Case) -> Iterator[Point]:
    """A pair of numbers that the study gives the other way round, while no finding has it the told way."""
    for one, two in _told(case):
        found = [f for f in case.study.findings if case.on_condition(f)]
        swapped = [f for f in found if _stands(case, f, one, two, swapped=True)]
        if swapped and not any(_stands(case, f, one, two, swapped=False) for f in found):
            yield Point(("other-arm", one.start), _swapped(case, one, two, swapped))
            return


def _told(case: Case) -> Iterator[tuple[SaidNumber, SaidNumber]]:
    bounds = {Bound.EXACT, Bound.ABOUT}
    numbers = [n for n in case.says.numbers if n.role in _ROLES and n.bound in bounds and n.high is None]
    yield from pairwise(numbers)


def half(case: Case) -> Iterator[Point]:
    """A pair of shares of which one is an arm's, while the other one is nothing that the study gives."""
    if case.study.verification is not Verification.VERIFIED:
        return
    for one, two in _told(case):
        if not (one.role is two.role in _HALVES and _AGAINST.fullmatch(case.says.text[one.end : two.start])):
            continue
        for right, wrong in ((one, two), (two, one)):
            found = [f for f in case.study.findings if case.on_condition(f) and _has_half(f, right)]
            if len(found) == 1 and case.on_side(found[0]) and not anywhere(case, wrong, strict=True):
                yield Point(("number-differs", wrong.start), differs(case, wrong, found))
                return


def _has_half(finding: Finding, number: SaidNumber) -> bool:
    """Whether a number is one of two shares that a finding gives, and not by chance: it shows two figures or more."""
    values = [*arm_values(finding)]
    shown = len(f"{number.value:g}".replace(".", "").strip("0")) > 1
    kind = finding.arm_statistic == "percent" or (number.role is NumberRole.OTHER and number.value % 1 != 0)
    return shown and kind and len(values) == 2 and any(fits(number, v) for v in values)


def _swapped(case: Case, one: SaidNumber, two: SaidNumber, findings: Sequence[Finding]) -> Flag:
    finding = findings[0]
    fitting = [pair for pair in _values(case, finding) if _fits_both(one, two, pair)]
    names = [wording.named(case.corpus.interventions, side) for side in (finding.interventions, finding.comparators)]
    mine, other = fitting[0]
    said = f"{one.words or f'{one.value:g}'} and {two.words or f'{two.value:g}'}"
    message = (
        f"The statement has {said} the other way round; {case.label} found {mine:g} with {names[0]} and {other:g} with"
        f" {names[1]}."
    )
    return case.flag("other-arm", message, found=said, findings=findings)


def _stands(case: Case, finding: Finding, one: SaidNumber, two: SaidNumber, *, swapped: bool) -> bool:
    """Whether a finding has both numbers, on the told sides or on the other ones."""
    fitting = [
        (mine, other) for mine, other in _values(case, finding) if mine != other and _fits_both(one, two, (mine, other))
    ]
    if not fitting:
        return False
    told = _sides(case, finding, one, two)
    if told is None:
        return not swapped  # it is open which number stands with which arm
    values = fitting[0] if not swapped else fitting[0][::-1]
    return all(fits(each.number, values[each.side]) for each in told)


def _fits_both(one: SaidNumber, two: SaidNumber, pair: tuple[float, float]) -> bool:
    """Whether both numbers are those of a pair, in whichever order."""
    mine, other = pair
    return (fits(one, mine) and fits(two, other)) or (fits(one, other) and fits(two, mine))


def _values(case: Case, finding: Finding) -> list[tuple[float, float]]:
    """Pairs of values of the intervention's and the comparator's side, as far as it is known which is which."""
    order = ordered(case, finding)
    arms = [arm.value for arm in finding.arms if arm.value is not None]
    known = [(order[0].value or 0.0, order[1].value or 0.0)] if order is not None else []
    found = [(arms[0], arms[1])] if len(arms) == 2 and not known else []
    found += [(float(one), float(two)) for one, two in _NOTED.findall(finding.note or "")]
    lower = intervention_is_lower(case, finding)
    if lower is None:
        return known
    return known + [(min(pair), max(pair)) if lower else (max(pair), min(pair)) for pair in found]


def ordered(case: Case, finding: Finding) -> tuple[Arm, Arm] | None:
    """The arms as intervention and comparator, by their names; None when the names do not tell."""
    if len(finding.arms) != 2 or any(arm.value is None for arm in finding.arms):
        return None
    mine, theirs = {*finding.interventions}, {*finding.comparators}
    added, rest = mine - theirs, theirs - mine
    here = [holds(case, arm.name, added) for arm in finding.arms]
    there = [holds(case, arm.name, rest) for arm in finding.arms]
    if here[0] is not here[1] and (there[0] is there[1] or here[0] is there[1]):
        return finding.arms if here[0] else finding.arms[::-1]
    plain = [_CONTROL_ARM.search(arm.name) is not None for arm in finding.arms]
    if plain[0] is plain[1] or any(is_control(case, x) for x in added):
        return None
    return finding.arms if plain[1] else finding.arms[::-1]


def holds(case: Case, name: str, identifiers: set[str]) -> bool:
    """Whether an arm's name holds a name of one of some interventions, or of what stands right above it."""
    low = name.casefold()
    known = case.corpus.interventions
    own = [known[x] for x in identifiers if x in known]
    terms = [*own, *(known[x] for term in own for x in term.broader if x in known and len(known[x].broader) > 0)]
    return any(one.casefold() in low for term in terms for one in (term.label, *term.synonyms))


def intervention_is_lower(case: Case, finding: Finding) -> bool | None:
    """Whether the intervention's value is the lower one, by the direction of the finding and what is better."""
    known = {case.corpus.outcomes[x].better for x in finding.outcomes if x in case.corpus.outcomes}
    if len(known) != 1 or finding.direction not in {Direction.INTERVENTION, Direction.COMPARATOR}:
        return None
    better = known.pop()
    if better is None:
        return None
    return (better is Better.LOWER) is (finding.direction is Direction.INTERVENTION)


# --- which arm a number stands with --------------------------------------------------------------------------------


def _sides(case: Case, finding: Finding, one: SaidNumber, two: SaidNumber) -> tuple[_Told, _Told] | None:
    """The sides of two numbers by the names that stand around them; None when that is open."""
    text = case.says.text[:_LONGEST]
    start = max((stop.end() for stop in _STOP.finditer(text, 0, one.start)), default=0)
    stop = _STOP.search(text, two.end)
    end = stop.start() if stop else len(text)
    names = _names(case, finding)
    before = [side for place, side in names if start <= place < one.start]
    between = {side for place, side in names if one.end <= place < two.start}
    behind = [side for place, side in names if two.end <= place < min(end, two.end + 70)]
    if not between and before and _INSTEAD.search(text[one.end : two.start]):
        return _pair(one, two, before[-1]) if len({*before}) == 1 else None
    if len(between) == 1:
        first = min(place for place, _ in names if one.end <= place)
        if _OF_THEM.fullmatch(text[one.end : first]) and _CONTRAST.fullmatch(text[first : two.start]):
            return _pair(one, two, next(iter(between)))
        return _around(one, two, before, between.pop(), behind)
    if not between and before and behind and before[-1] != behind[0]:
        return _pair(one, two, before[-1])
    return None


def _around(
    one: SaidNumber, two: SaidNumber, before: Sequence[int], middle: int, behind: Sequence[int]
) -> tuple[_Told, _Told] | None:
    """One name between the numbers: it is the first one's when the other name follows, else the second one's."""
    after = bool(behind) and behind[0] != middle
    ahead = bool(before) and before[-1] != middle
    if after is ahead:
        return None
    return _pair(one, two, middle if after else 1 - middle)


def _pair(one: SaidNumber, two: SaidNumber, first: int) -> tuple[_Told, _Told]:
    return _Told(one, first), _Told(two, 1 - first)


def _names(case: Case, finding: Finding) -> list[tuple[int, int]]:
    """Places at which a side of the finding is named, in order; names of both sides do not tell."""
    sides = {*finding.interventions} - {*finding.comparators}, {*finding.comparators} - {*finding.interventions}
    found: dict[int, int] = {}
    covered: list[tuple[int, int]] = []
    for said in case.says.interventions:
        near = [case.terms.nearest("intervention", [said.id], side) < Closeness.OTHER for side in sides]
        covered.append((said.start, said.end))
        if near[0] is not near[1]:
            found[said.start] = 0 if near[0] else 1
    nothing = [not side or all(is_control(case, x) for x in side) for side in sides]
    control = next((place for place in (1, 0) if nothing[place] and not nothing[1 - place]), 1)
    for pattern, side in ((_CONTROLS, control), (_TREATED, 1 - control)):
        for match in pattern.finditer(case.says.text[:_LONGEST]):
            if not any(start <= match.start() < end for start, end in covered):
                found[match.start()] = side
                covered.append(match.span())
    for place, side in _by_words(case, sides):
        if not any(start <= place < end for start, end in covered):
            found.setdefault(place, side)
    return sorted(found.items())


def _by_words(case: Case, sides: tuple[set[str], set[str]]) -> Iterator[tuple[int, int]]:
    """Telling words of the names of one side only: Nordic in "the Nordic group", injection in "the injection group"."""
    words = [_telling(case, side) for side in sides]
    for match in re.finditer(r"[A-Za-z]{5,}", case.says.text[:_LONGEST]):
        low = match[0].casefold()
        before = case.says.text[max(0, match.start() - 16) : match.start()]
        if not (_GROUP.match(case.says.text, match.end()) or _GIVEN.search(before)):
            continue
        if (low in words[0]) is not (low in words[1]):
            yield match.start(), 0 if low in words[0] else 1


def _telling(case: Case, side: set[str]) -> set[str]:
    known = case.corpus.interventions
    names = [name for x in side if x in known for name in (known[x].label, *known[x].synonyms)]
    found = {word for name in names for word in re.findall(r"[a-z]{5,}", name.casefold())}
    return found - {"exercise", "training", "group", "therapy", "treatment", "program", "programme", "protocol"}
