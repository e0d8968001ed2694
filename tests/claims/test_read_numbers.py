"""Numbers of a statement: what each is, its sign, bound, unit and measure; and the weeks an effect is told at."""

from __future__ import annotations

import pytest

from kb.claims.read_numbers import numbers_in
from kb.claims.read_times import weeks_in
from kb.claims.says import Bound, NumberRole


def roles(text: str) -> list[tuple[str, float]]:
    return [(n.role.value, round(n.value, 1)) for n in numbers_in(text) if n.role is not NumberRole.OTHER]


@pytest.mark.parametrize(
    ("text", "value", "bound"),
    [
        ("Strength work cut injuries by more than 50 percent.", -50, Bound.MORE_THAN),
        ("It cut injuries nearly in half.", -50, Bound.ABOUT),
        ("Lifters had half the risk of injury.", -50, Bound.EXACT),
        ("It lowered the rate to less than a third.", -66.7, Bound.MORE_THAN),
        ("Rates fell by two thirds.", -66.7, Bound.EXACT),
        ("Novices are twice as likely to be hurt.", 100, Bound.EXACT),
        ("Elites are 3 times more likely to be hurt.", 200, Bound.EXACT),
        ("There was a tenfold higher risk.", 900, Bound.EXACT),
        ("The risk doubled.", 100, Bound.EXACT),
        ("Sprains were almost halved.", -50, Bound.ABOUT),
        ("Drills prevent up to 45% of strains.", -45, Bound.UP_TO),
        ("Pain reductions of 30% were seen.", -30, Bound.EXACT),
        ("There were 15 percent fewer visits.", -15, Bound.EXACT),
        ("They had a 12% improvement in function.", 12, Bound.EXACT),
        ("Costs were about 40% lower.", -40, Bound.ABOUT),
        ("Hip strength rose 35%.", 35, Bound.EXACT),
    ],
)
def test_changes(text: str, value: float, bound: Bound) -> None:
    (number,) = numbers_in(text)
    assert (number.role, round(number.value, 1), number.unit, number.bound) == (NumberRole.CHANGE, value, "%", bound)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Some 18% of injuries are here.", 18),
        ("Two thirds of runners get hurt.", 66.7),
        ("One in five runners gets hurt.", 20),
        ("8 out of 10 patients got better.", 80),
        ("Pain fell to 40%.", 40),
        ("A success rate of 78% was seen.", 78),
    ],
)
def test_shares(text: str, value: float) -> None:
    assert roles(text) == [("percent", value)]


@pytest.mark.parametrize(
    "text",
    [
        "Raise your cadence by 5-10%.",
        "Add no more than 10% per week.",
        "Do not increase weekly mileage by more than 10%.",
        "A study of 2019 and one from 2020.",
        "Runners over 40 and people aged 18 to 45.",
        "A 34-year-old runner.",
        "Pain of 5/10, on a 10-point scale.",
        "Grade 2 in phase 3.",
        "Three sets of 10 reps, twice a week.",
        "Two studies found it.",
        "Half an hour before a half marathon.",
        "See https://example.org/2020/123 (Lee et al., 2020, 12 patients).",
    ],
)
def test_numbers_that_nothing_is_compared_with(text: str) -> None:
    assert roles(text) == []


def test_counts() -> None:
    text = "A 2031 review of 14 randomized trials with over 1,210 healthy adult patients pooled seven studies."
    assert [(n.role.value, n.value, n.bound.value) for n in numbers_in(text)] == [
        ("studies", 14, "exact"),
        ("participants", 1210, "more-than"),
        ("studies", 7, "exact"),
    ]
    assert roles("Thirty-two runners ran; (n = 1,204).") == [("participants", 32), ("participants", 1204)]
    assert roles("11 of 14 athletes came back.") == [("participants", 14)]


def test_effects_with_their_measure() -> None:
    text = (
        "RR 0.53 (95% CI 0.4 to 0.7, p < 0.001), odds ratio of 2.3, hazard ratio 1.4, SMD = -0.62, effect sizes 0.41 "
        "and 1.2, mean difference of 8.6 points, NNT 4."
    )
    numbers = numbers_in(text)
    told = [(n.measure, n.value) for n in numbers if n.role is NumberRole.EFFECT]
    assert told == [
        ("RR", 0.53),
        ("OR", 2.3),
        ("HR", 1.4),
        ("SMD", -0.62),
        ("SMD", 0.41),
        ("SMD", 1.2),
        ("MD", 8.6),
        ("NNT", 4.0),
    ]
    assert [n.value for n in numbers if n.role is NumberRole.OTHER] == [0.4, 0.7]
    (p,) = (n for n in numbers if n.role is NumberRole.P_VALUE)
    assert (p.value, p.bound) == (0.001, Bound.LESS_THAN)


def test_points_are_an_effect_when_they_differ() -> None:
    assert roles("Scores rose by 21 points.") == []
    assert roles("Scores improved by 21 points.") == [("effect", 21)]
    assert roles("They cost $1,210 less.") == [("effect", 1210)]
    assert roles("Pain fell from 7.2 to 2.1.") == []


def test_ranges() -> None:
    (number,) = numbers_in("Pain fell by 20-90%.")
    assert (number.value, number.high) == (-20, -90)
    (number,) = numbers_in("Between 18 and 25% of injuries are here.")
    assert (number.role, number.value, number.high) == (NumberRole.PERCENT, 18, 25)


def test_a_second_change_needs_no_verb() -> None:
    assert roles("Pain dropped 30% at one month and 45% at six months.") == [
        ("change", -30),
        ("duration", 1),
        ("change", -45),
        ("duration", 6),
    ]


def test_places_are_those_of_the_text() -> None:
    text = "In 34 runners (Lee et al., 2020), pain fell 30%, RR 0.5 (95% CI 0.1 to 0.9), and half of them ran."
    for number in numbers_in(text):
        assert number.words == text[number.start : number.end]


@pytest.mark.parametrize(
    ("text", "weeks"),
    [
        ("Pain was less at 12 weeks.", [12]),
        ("Pain was less at 3, 6 and 12 months.", [13.0, 26.1, 52.2]),
        ("Pain was less after 12 weeks.", [12]),
        ("Pain was less at two-year follow-up.", [104.4]),
        ("Pain was less at the 2-year follow-up.", [104.4]),
        ("It was better six weeks later.", [6]),
        ("Gains were maintained for at least six months.", [26.1]),
        ("Costs were 40% lower over two years.", [104.4]),
        ("By week 12 they ran.", [12]),
        ("Pain for 6 months.", []),
        ("They trained three times a week for 6 weeks.", []),
        ("After 3 months of pain they came.", []),
        ("A 6-week program was done.", []),
        ("Start to run after 4 weeks.", []),
        ("People of 40 years were asked.", []),
        ("Within 14 days they had seen us.", []),
    ],
)
def test_weeks(text: str, weeks: list[float]) -> None:
    assert [round(week, 1) for week in weeks_in(text)] == weeks
