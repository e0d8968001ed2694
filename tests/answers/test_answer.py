"""A question of the base: what is pooled, what stands beside, how sure, and who disagrees."""

import datetime as dt
from dataclasses import replace

import pytest

from kb.answers import report
from kb.answers.answer import answer
from kb.answers.picture import forests
from kb.answers.size import Size
from kb.figures import forest_words
from kb.model import CertaintyLevel, CertaintyReview, Design
from kb.problems import KbError
from kb.synthesis.comparison import Question
from kb.synthesis.scale import Window


@pytest.fixture(scope="module")
def elbow(base):
    return base.answer(condition="tennis elbow", intervention="shockwave", outcome="prtee")


def test_early_steroid_benefit_and_later_shockwave_benefit_are_both_told(base):
    found = base.answer(condition="tennis elbow", intervention="shockwave", outcome="pain-vas")
    steroid = [r for r in found.results if r.compared_with == "Corticosteroid injection"]
    sides = {r.review.printed.timepoint: r.favours for r in steroid if r.review}
    assert sides["1 month"] == "comparator"
    assert sides["3 months"] == "intervention"


def test_numbers_of_a_review_are_as_printed(elbow):
    first = next(r for r in elbow.results if r.review and r.review.printed.timepoint == "1 month")
    assert (first.estimate, first.ci_low, first.ci_high) == (8.64, 4.7, 12.58)
    assert (first.studies, first.window, first.favours, first.crosses) == (
        ("zhang2024",), Window.SHORT, "comparator", False,
    )  # fmt: skip
    assert first.numbers.startswith("MD 8.64 (95% CI 4.7 to 12.58)")


def test_reviews_are_never_pooled_with_studies(base):
    reviews = {Design.META_ANALYSIS, Design.SYSTEMATIC_REVIEW, Design.NETWORK_META_ANALYSIS, Design.GUIDELINE}
    found = base.answer(condition="achilles-tendinopathy", intervention="shockwave", outcome="visa-a")
    assert {r.kind for r in found.results} >= {"review", "study"}
    for result in found.results:
        designs = {base.corpus.studies[key].design for key in result.studies}
        assert (result.kind == "review") == bool(designs & reviews)
        if result.kind == "review":
            assert result.pooled is None


def test_a_result_of_one_trial_within_a_review_is_not_the_reviews_answer(base):
    found = base.answer(condition="knee-osteoarthritis", intervention="hip-abductor-strengthening", outcome="pain")
    assert [r.review.printed.id for r in found.results if r.review] == ["f01"]
    only = found.results[0]
    assert (only.estimate, only.ci_low, only.ci_high, only.measure) == (-0.6, -0.88, -0.33, "SMD")


def test_two_trials_are_pooled_and_one_is_shown_as_one(base):
    found = base.answer(condition="achilles-tendinopathy", intervention="shockwave", outcome="visa-a")
    pools = [r for r in found.results if r.kind == "pool"]
    assert pools
    assert all(r.k == len(r.studies) > 1 for r in pools)
    assert all(r.pooled.tau2 is None for r in found.results if r.kind == "study")


def test_authors_own_grade_counts_for_a_review(base):
    found = base.answer(condition="chronic-low-back-pain", intervention="exercise-therapy", outcome="pain")
    graded = [r for r in found.results if r.review and r.review.printed.certainty]
    assert graded
    for result in graded:
        own = result.review.printed.certainty
        assert result.certainty.level is (own.lowest or own.level)
        assert result.certainty.basis == "authors"


def test_a_person_overrules_by_the_evidence_and_the_rules_stay_visible(base, elbow):
    said = CertaintyReview(
        condition="lateral-epicondylitis", intervention="shockwave", outcome="prtee", level=CertaintyLevel.VERY_LOW,
        by="A. Reviewer", on=dt.date(2026, 11, 2), reason="scale differs",
    )  # fmt: skip
    corpus = replace(base.corpus, certainty=(said,))
    found = answer(corpus, base.graph, elbow.question)
    assert {r.certainty.level for r in found.results} == {CertaintyLevel.VERY_LOW}
    assert {r.certainty.computed for r in found.results} == {r.certainty.level for r in elbow.results}
    assert "A. Reviewer" in found.results[0].certainty.words


def test_a_retracted_study_answers_nothing(base, elbow):
    found = answer(base.corpus, base.graph, elbow.question, retracted={"zhang2024"})
    assert "zhang2024" not in {key for r in found.results for key in r.studies}


def test_nothing_studied_is_said(base):
    found = base.answer(condition="tennis elbow", intervention="cupping", outcome="prtee")
    assert found.results == ()
    assert "No comparable estimate" in report.to_text(base.corpus, found)
    data = report.to_data(base.corpus, found)
    assert (data["k"], data["estimate"], data["results"]) == (0, None, [])


def test_dissent_names_studies_that_point_another_way(base):
    found = base.answer(condition="tennis elbow", intervention="shockwave", outcome="pain")
    assert {"buchbinder2005"} <= {item.study for item in found.dissent}


def test_an_unknown_timepoint_is_refused(base):
    with pytest.raises(KbError, match="timepoint"):
        base.answer(condition="tennis elbow", intervention="shockwave", outcome="pain", timepoint="soon")


def test_json_has_the_promised_names_and_says_where_each_number_is_from(base, elbow):
    data = report.to_data(base.corpus, elbow)
    for name in ("k", "estimate", "se", "ci_low", "ci_high", "tau2", "i2", "q", "q_p", "prediction_low",
                 "prediction_high", "method", "measure", "studies"):  # fmt: skip
        assert name in data
    for result in data["results"]:
        assert result["studies"]
        assert result["certainty"]["words"]
        assert result["clinician"]
        assert result["patient"]


def test_every_result_stands_in_a_forest_plot(base, elbow):
    made = forests(base.corpus, elbow)
    told = " ".join(forest_words(forest) for forest in made)
    for result in elbow.results:
        assert f"{result.estimate:.1f}" in told


def test_markdown_holds_no_markup_of_the_evidence(base, elbow):
    text = report.to_markdown(base.corpus, elbow)
    assert "<" not in text.replace("\\<", "")


def test_the_same_question_gives_the_same_answer(base, elbow):
    again = base.answer(condition="lateral-epicondylitis", intervention="shockwave", outcome="prtee")
    assert report.to_data(base.corpus, again) == report.to_data(base.corpus, elbow)
    assert isinstance(again.question, Question)


def test_a_threshold_of_function_says_nothing_of_a_scale_that_measures_it(base):
    """Ten points are recorded for function, from trials of back pain; the PRTEE and the VISA-A have none."""
    assert base.corpus.outcomes["function"].mcid
    for condition in ("tennis elbow", "achilles-tendinopathy"):
        found = base.answer(condition=condition, intervention="shockwave", outcome="function")
        points = [result for result in found.results if result.measure == "MD"]
        assert points
        assert all(result.size is Size.UNKNOWN for result in points)
        assert all("little to no difference" not in result.clinician for result in points if not result.crosses)
    pain = base.answer(condition="tennis elbow", intervention="corticosteroid-injection", outcome="pain-intensity")
    assert {result.size for result in pain.results if result.measure == "MD"} >= {Size.TRIVIAL, Size.MODERATE}
