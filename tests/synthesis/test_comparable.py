"""What may stand in one pool: each rule by a made-up corpus, the traps of the base by the base itself."""

from __future__ import annotations

import math
from typing import Any

import pytest

from kb.synthesis.comparable import compare
from kb.synthesis.comparison import Comparison, Question
from kb.synthesis.findings import read
from kb.synthesis.network import network
from kb.synthesis.overlap import contained, overlap, pairwise
from kb.synthesis.reports import registrations
from kb.synthesis.scale import Comparator, Window, instrument_of, unit_of, weeks_of, window_asked, window_of
from tests.synthesis.builder import OUTCOMES, corpus, finding, graph_of, study


def ask(*studies: Any, outcome: str = "pain", intervention: str = "loading", **more: Any) -> Comparison:
    made = corpus(*studies)
    options = {name: more.pop(name) for name in ("retracted", "registrations") if name in more}
    return compare(made, graph_of(made), Question("tendon-pain", intervention, outcome, **more), **options)


def md(identifier: str = "f01", estimate: float = -1.0, **more: Any) -> Any:
    given: dict[str, Any] = {"estimate": estimate, "ci_low": estimate - 0.5, "ci_high": estimate + 0.5}
    return finding(identifier, **{**given, **more})


def reasons(found: Comparison) -> str:
    return " | ".join(f"{e.study}.{e.finding}: {e.reason}" for e in found.excluded)


def keys(found: Comparison) -> list[list[str]]:
    return [[row.study for row in group.rows] for group in found.groups]


# --- what goes together --------------------------------------------------------------------------------------------


def test_like_findings_are_pooled_and_the_better_side_is_said():
    found = ask(study("one2001", md()), study("two2002", md(estimate=-2.0)))
    assert keys(found) == [["one2001", "two2002"]]
    group = found.groups[0]
    assert (group.measure, group.unit, group.better) == ("MD", "points (0-10)", "below")
    assert group.direction == "values below 0 favour the intervention"
    assert group.pooled(method="EE").estimate == pytest.approx(-1.5)
    assert any("Handbook" in note for note in group.notes)


def test_pain_by_vas_and_nrs_are_one_scale_but_two_questionnaires_are_not():
    vas, nrs = md(), md(outcomes=("pain-nrs",))
    assert keys(ask(study("one2001", vas), study("two2002", nrs))) == [["one2001", "two2002"]]
    a = md(estimate=5.0, outcomes=("score-a",), unit="points")
    b = md(estimate=-5.0, outcomes=("score-b",), unit="points")
    found = ask(study("one2001", a), study("two2002", b), outcome="function")
    assert all(group.k == 1 for group in found.groups)
    assert "another scale" in reasons(found)


def test_different_instruments_are_standardised_and_aligned_where_sizes_are_known():
    arms_a = [{"name": "loading", "n": 30, "value": 60, "sd": 10}, {"name": "control", "n": 30, "value": 55, "sd": 10}]
    arms_b = [{"name": "loading", "n": 30, "value": 40, "sd": 10}, {"name": "control", "n": 30, "value": 45, "sd": 10}]
    one = finding(measure="mean", unit="points", outcomes=("score-a",), arm_statistic="mean", arms=arms_a)
    two = finding(measure="mean", unit="points", outcomes=("score-b",), arm_statistic="mean", arms=arms_b)
    found = ask(study("one2001", one), study("two2002", two), outcome="function")
    assert keys(found) == [["one2001", "two2002"]]
    group = found.groups[0]
    assert (group.measure, group.better) == ("SMD", "above")
    first, second = (row.effect for row in group.rows)
    assert first.estimate == pytest.approx(second.estimate)
    assert first.estimate > 0
    assert any("sign changed" in words for words in second.how)
    assert second.n1 == 30


# --- what does not -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        {"timepoint": "12 months"},
        {"timepoint": "6 months"},
        {"comparators": ("placebo",)},
        {"comparators": ("ice",)},
        {"interventions": ("loading", "ice"), "comparators": ("ice",)},
        {"measure": "RR", "estimate": 0.5, "ci_low": 0.25, "ci_high": 1.0},
    ],
)
def test_other_windows_comparators_and_kinds_of_effect_are_other_groups(change):
    found = ask(study("one2001", md()), study("two2002", md(**change)))
    assert sorted(keys(found)) == [["one2001"], ["two2002"]]


def test_two_controls_of_one_class_are_one_group_and_two_treatments_are_two():
    usual, none = md(comparators=("usual-care",)), md(comparators=("no-treatment",))
    assert keys(ask(study("one2001", usual), study("two2002", none))) == [["one2001", "two2002"]]
    ice, laser = md(comparators=("ice",)), md(comparators=("laser",))
    assert sorted(keys(ask(study("one2001", ice), study("two2002", laser)))) == [["one2001"], ["two2002"]]


def test_ratios_of_different_kinds_and_events_are_not_pooled():
    def ratio(measure: str, outcome: str = "injury") -> Any:
        return finding(measure=measure, unit=None, outcomes=(outcome,), estimate=0.5, ci_low=0.25, ci_high=1.0)

    found = ask(
        study("one2001", ratio("RR")), study("two2002", ratio("OR")), study("three2003", ratio("HR")), outcome="injury"
    )
    assert sorted(keys(found)) == [["one2001"], ["three2003"], ["two2002"]]


def test_counts_join_the_ratio_that_the_others_print():
    arms = [{"name": "loading", "n": 40, "value": 5}, {"name": "control", "n": 40, "value": 10}]
    counts = finding(measure="count", unit=None, outcomes=("injury",), arm_statistic="events", arms=arms)
    printed = finding(measure="OR", unit=None, outcomes=("injury",), estimate=0.5, ci_low=0.25, ci_high=1.0)
    found = ask(study("one2001", counts), study("two2002", printed), outcome="injury")
    assert [group.measure for group in found.groups] == ["OR"]
    assert found.groups[0].rows[0].effect.estimate == pytest.approx(math.log(5 * 30 / (10 * 35)))


def test_randomised_and_other_designs_are_apart_and_randomised_come_first():
    cohort = study("one2001", md(), design="prospective-cohort")
    found = ask(cohort, study("two2002", md()))
    assert keys(found) == [["two2002"], ["one2001"]]
    assert [group.randomised for group in found.groups] == [True, False]


def test_designs_without_groups_stay_out():
    found = ask(study("one2001", md(), design="case-series"))
    assert found.groups == ()
    assert "case series: not a comparison" in reasons(found)


def test_reviews_are_beside_and_never_in_a_group():
    review = study("one2001", md(direction="favours-intervention"), design="systematic-review-with-meta-analysis")
    found = ask(review, study("two2002", md()))
    assert keys(found) == [["two2002"]]
    assert [(r.study, r.printed.estimate, r.direction.value) for r in found.reviews] == [
        ("one2001", -1.0, "favours-intervention")
    ]


def test_retracted_studies_stay_out_with_the_reason():
    found = ask(study("one2001", md()), study("two2002", md()), retracted={"one2001"})
    assert keys(found) == [["two2002"]]
    assert "one2001.f01: the study was retracted" in reasons(found)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"comparators": ("own-baseline",)}, "own baseline"),
        ({"comparators": ("mixed-comparators",)}, "several kinds of comparators"),
        ({"comparators": ()}, "no comparator is recorded"),
        ({"comparators": ("loading",)}, "on both sides"),
        ({"ci_low": None, "ci_high": None, "p": "<0.001"}, "only known to be below 0.001"),
        ({"ci_low": None, "ci_high": None}, "p is not known exactly"),
        ({"ci_low": -1.1, "ci_high": 3.0}, "not symmetric"),
        ({"direction": "favours-comparator"}, "contradict each other"),
        ({"as_reported": "improvement of pain"}, "improvements were compared"),
        ({"measure": "r", "estimate": 0.4, "ci_low": 0.1, "ci_high": 0.6}, "not an effect that is pooled"),
    ],
)
def test_doubt_leaves_a_finding_out(change, reason):
    found = ask(study("one2001", md(**change)))
    assert found.groups == ()
    assert reason in reasons(found)


def test_unknown_timepoints_are_not_pooled_with_each_other():
    found = ask(study("one2001", md(timepoint=None)), study("two2002", md(timepoint="1 and 6 months")))
    assert found.groups == ()
    assert reasons(found).count("timepoint is not said") == 2


def test_an_asked_window_and_comparator_choose():
    late, early, open_ = md(timepoint="1 year"), md(), md(timepoint=None)
    some = (study("one2001", late), study("two2002", early), study("three2003", open_))
    found = ask(*some, window=window_asked("12 months"))
    assert keys(found) == [["one2001"]]
    assert reasons(found) == "three2003.f01: its timepoint is not said or covers several windows"
    found = ask(study("one2001", md(comparators=("sham-laser",))), study("two2002", md()), comparator="placebo")
    assert keys(found) == [["one2001"]]
    with pytest.raises(ValueError, match="use short, medium, long"):
        window_asked("soon")


def test_a_cluster_trial_is_not_taken_from_its_counts():
    arms = [{"name": "loading", "n": 40, "value": 5}, {"name": "control", "n": 40, "value": 10}]
    counts = finding(measure="count", unit=None, outcomes=("injury",), arm_statistic="events", arms=arms)
    found = ask(study("one2001", counts, design="cluster-randomized-controlled-trial"), outcome="injury")
    assert found.groups == ()
    assert "clusters" in reasons(found)


def test_one_result_a_study_the_longest_in_the_window():
    found = ask(study("one2001", md("f01", timepoint="4 weeks"), md("f02", timepoint="12 weeks")))
    assert [row.printed.id for row in found.groups[0].rows] == ["f02"]
    assert "one2001.f01: another result of the same study is used (f02)" in reasons(found)


def test_groups_of_one_trial_told_together_are_no_treatment():
    together = md("f03", interventions=("loading", "laser"))
    found = ask(study("one2001", md("f01"), md("f02", interventions=("laser",)), together))
    assert "one2001.f03: tells of several groups" in reasons(found)


# --- two reports of one trial --------------------------------------------------------------------------------------


def test_two_reports_by_registration_count_once():
    given = {"one2001": {"NCT00000001"}, "two2002": {"NCT00000001"}}
    found = ask(study("one2001", md()), study("two2002", md()), registrations=given)
    assert keys(found) == [["two2002"]]
    assert "same registration NCT00000001" in reasons(found)


def test_two_reports_by_the_curators_words_count_once():
    found = ask(study("one2001", md()), study("two2002", md(), population="Same trial as one2001"))
    assert keys(found) == [["two2002"]]
    assert "the curator says so" in reasons(found)


def test_same_author_condition_and_number_is_probably_one_trial():
    found = ask(study("one2001", md(), n_participants=75), study("one2002", md(), n_participants=75))
    assert keys(found) == [["one2002"]]
    assert "probably" in reasons(found)
    apart = ask(study("one2001", md(), n_participants=75), study("one2002", md(), n_participants=50))
    assert keys(apart) == [["one2001", "one2002"]]


# --- orientation ---------------------------------------------------------------------------------------------------


def test_the_asked_intervention_on_the_other_side_is_turned():
    turned = md(interventions=("laser",), comparators=("loading",), direction="favours-intervention")
    found = ask(study("one2001", turned))
    effect = found.groups[0].rows[0].effect
    assert effect.estimate == pytest.approx(1.0)
    assert found.groups[0].comparators == ("laser",)
    assert any("sides exchanged" in words for words in effect.how)


def test_groups_listed_in_either_order_give_the_same_effect():
    loading, control = {"name": "loading", "n": 40, "value": 5}, {"name": "control", "n": 40, "value": 10}
    results = []
    for arms in ([loading, control], [control, loading]):
        counts = finding(measure="count", unit=None, outcomes=("injury",), arm_statistic="events", arms=arms)
        results.append(ask(study("one2001", counts), outcome="injury").groups[0].rows[0].effect.estimate)
    assert results[0] == results[1] == pytest.approx(math.log(0.5))


def test_groups_that_cannot_be_told_apart_stay_out():
    arms = [{"name": "group A", "n": 40, "value": 5}, {"name": "group B", "n": 40, "value": 10}]
    counts = finding(measure="count", unit=None, outcomes=("injury",), arm_statistic="events", arms=arms)
    found = ask(study("one2001", counts), outcome="injury")
    assert "cannot be told apart" in reasons(found)


def test_names_and_direction_that_disagree_stay_out():
    arms = [{"name": "loading", "n": 40, "value": 15}, {"name": "control", "n": 40, "value": 10}]
    counts = finding(
        measure="count", unit=None, outcomes=("injury",), arm_statistic="events", arms=arms,
        direction="favours-intervention",
    )  # fmt: skip
    assert "disagree" in reasons(ask(study("one2001", counts), outcome="injury"))


def test_an_outcome_without_a_better_side_says_so():
    cadence = md(outcomes=("cadence",), unit="steps/min", estimate=8.0)
    group = ask(study("one2001", cadence), outcome="cadence").groups[0]
    assert group.better is None
    assert "neither direction" in group.direction


# --- scales --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "window"),
    [
        ("3 months", Window.SHORT),
        ("13 weeks", Window.SHORT),
        ("week 2", Window.SHORT),
        ("16 weeks", Window.MEDIUM),
        ("24 weeks", Window.MEDIUM),
        ("52 weeks", Window.LONG),
        ("1 year", Window.LONG),
        ("short term", Window.SHORT),
        ("short term (up to 6 weeks)", Window.SHORT),
        ("long term", Window.LONG),
        ("short, mid and long term", Window.UNKNOWN),
        ("short to long term", Window.UNKNOWN),
        ("6, 12 and 18 weeks (adjusted)", Window.UNKNOWN),
        ("2-8 weeks", Window.SHORT),
        ("4-26 weeks", Window.UNKNOWN),
        ("to 24 weeks", Window.MEDIUM),
        ("over 20 weeks", Window.UNKNOWN),
        ("pooled over follow-ups", Window.UNKNOWN),
        ("12 months or more", Window.UNKNOWN),
        (None, Window.UNKNOWN),
    ],
)
def test_windows(text, window):
    assert window_of(text) is window


def test_weeks_of_a_span_are_its_end():
    assert weeks_of("4-12 weeks") == 12
    assert weeks_of("4-26 weeks") is None


def test_units():
    vocabulary = {o.id: o for o in OUTCOMES}
    assert unit_of("points", vocabulary["score-a"]).words == "points (0-100)"
    assert unit_of(None, vocabulary["pain-vas"]).known is False
    assert unit_of("points on 0-100", vocabulary["pain-vas"]) != unit_of("0-10", vocabulary["pain-vas"])
    assert instrument_of("pain-nrs", vocabulary) == "pain-intensity"
    assert instrument_of("score-a", vocabulary) == "score-a"


# --- network and overlap -------------------------------------------------------------------------------------------


def test_network_counts_studies_once_and_finds_its_parts():
    one = study("one2001", md("f01"), md("f02", timepoint="1 year"))
    two = study("two2002", md(interventions=("laser",), comparators=("ice",)))
    three = study(
        "three2003", md(interventions=("no-treatment",), comparators=("loading",)), design="prospective-cohort"
    )
    review = study("four2004", md(interventions=("ice",)), design="systematic-review")
    made = corpus(one, two, three, review)
    found = network(made, graph_of(made), "tendon-pain")
    assert [(e.one, e.two, e.k, e.randomised) for e in found.edges] == [
        ("ice", "laser", 1, 1),
        ("loading", "no-treatment", 2, 1),
    ]
    assert found.parts == (("ice", "laser"), ("loading", "no-treatment"))
    assert not found.connected
    assert found.words == "4 treatments in 2 comparisons by 3 studies, in 2 parts that no study connects."
    assert [n.control for n in found.nodes] == [False, False, False, True]
    assert network(made, graph_of(made), "tendon-pain", outcome="function").edges == ()


def test_corrected_covered_area():
    # three reviews of 8 primary studies with 14 inclusions: (14 - 8) / (8 * 3 - 8)
    made = {"a": set("12345"), "b": set("1234"), "c": set("12678")}
    found = overlap(made)
    assert (found.reviews, found.primaries, found.occurrences) == (3, 8, 14)
    assert found.cca == pytest.approx(37.5)
    assert overlap({"a": set("123")}).cca is None
    assert overlap({"a": set("123"), "b": set("123")}).cca == pytest.approx(100)
    assert pairwise(made)[("a", "c")].cca == pytest.approx(100 * 2 / 8)
    assert contained(made, ["1", "7"]) == {"a": {"1"}, "b": {"1"}, "c": {"1", "7"}}


# --- the base ------------------------------------------------------------------------------------------------------


def of_base(base: Any, condition: str, intervention: str, outcome: str) -> Comparison:
    return compare(
        base.corpus, base.graph, Question(condition, intervention, outcome), retracted=base.retracted,
        registrations=registrations(base.corpus.references, base.snapshot),
    )  # fmt: skip


def test_the_interval_that_a_second_reader_barred_is_not_pooled(base):
    found = of_base(base, "running-related-injury", "foot-ankle-strengthening", "injury-incidence")
    assert not any(row.study == "taddei2020" for group in found.groups for row in group.rows)
    assert any(e.study == "taddei2020" and "pooling" in e.reason for e in found.excluded)


def test_the_inverted_ratio_of_recurrence_is_turned(base):
    trial = base.corpus.studies["coombes2013"]
    recurrence = next(f for f in trial.findings if f.id == "f02")
    found: Any = read(trial, recurrence, base.corpus, {"corticosteroid-injection"})
    assert found.turned
    assert math.exp(found.effect.estimate) == pytest.approx(1 / 0.23)
    assert (found.better, found.effect.estimate > 0) == ("below", True)
    # a 99 % interval: its standard error is not 1.3 times too large
    assert found.effect.se == pytest.approx(math.log(0.51 / 0.1) / (2 * 2.575829), rel=1e-6)


def test_early_and_late_results_against_corticosteroid_are_both_there(base):
    found = of_base(base, "lateral-epicondylitis", "shockwave", "pain")
    zhang = {r.printed.timepoint: r for r in found.reviews if r.study == "zhang2024"}
    assert (zhang["1 month"].printed.estimate, zhang["1 month"].direction.value) == (1.14, "favours-comparator")
    assert (zhang["3 months"].printed.estimate, zhang["3 months"].direction.value) == (-1.15, "favours-intervention")
    late = zhang["3 months"].effect
    assert late is not None
    assert (late.ci_low, late.ci_high) == (-1.51, -0.8)


def test_leppanen_reads_as_printed(base):
    found = of_base(base, "running-related-injury", "hip-strengthening", "lower-limb-injury-incidence")
    pools: Any = {g.rows[0].study: g.pooled() for g in found.groups}
    shown = pools["leppanen2024"]
    assert [round(shown.back(x), 2) for x in (shown.estimate, shown.ci_low, shown.ci_high)] == [0.66, 0.45, 0.97]


def test_percentages_that_fit_no_count_are_not_rebuilt(base):
    found = of_base(base, "running-related-injury", "ten-percent-rule", "running-injury-incidence")
    assert any(e.study == "buist2008" and "whole number" in e.reason for e in found.excluded)


def test_every_group_of_the_base_pools_and_has_one_kind_of_everything(base):
    pairs = {
        (c, i, o)
        for s in base.corpus.studies.values()
        for f in s.findings
        for c in f.conditions
        for i in f.interventions
        for o in f.outcomes
        if f.comparators
    }
    seen = 0
    for question in sorted(pairs)[::7]:
        for group in of_base(base, *question).groups:
            seen += 1
            assert len({row.study for row in group.rows}) == group.k
            assert len({row.effect.measure for row in group.rows}) == 1
            assert group.comparator not in {Comparator.MIXED, Comparator.BASELINE, Comparator.NONE}
            pooled: Any = group.pooled()
            assert pooled.k == group.k
            assert pooled.ci_low <= pooled.estimate <= pooled.ci_high
    assert seen > 10
