"""The studies that the project is judged by read on the pages as in their abstracts, and nothing is told stronger."""

from __future__ import annotations

import re
from typing import NamedTuple

import pytest

import kb
from kb import notebook as nb
from kb.answers.answer import Answer, Result
from kb.answers.questions import bearing_of
from kb.answers.rows import favours_words
from kb.notebook.comparison_page import ComparisonPage
from kb.notebook.html import plain, standalone
from kb.synthesis.comparison import Question
from tests.conftest import EVIDENCE


class Printed(NamedTuple):
    """A result as its abstract has it, and the side that it favours."""

    study: str
    asked: tuple[str, str, str]
    estimate: float
    low: float
    high: float
    when: str
    favours: str
    people: str


ELBOW = ("lateral-epicondylitis", "shockwave")
RUNNERS = "running-related-injury"
TENNIS = "chronic lateral epicondylitis"
RESULTS = [
    Printed("zhang2024", (*ELBOW, "pain-vas"), 1.14, 0.8, 1.48, "1 month", "corticosteroid injection", TENNIS),
    Printed("zhang2024", (*ELBOW, "pain-vas"), -1.15, -1.51, -0.8, "3 months", "extracorporeal shockwave", TENNIS),
    Printed("zhang2024", (*ELBOW, "pain-vas"), -1.81, -2.52, -1.1, "final follow-up", "extracorporeal", TENNIS),
    Printed("zhang2024", (*ELBOW, "prtee"), 8.64, 4.7, 12.58, "1 month", "corticosteroid injection", TENNIS),
    Printed("zhang2024", (*ELBOW, "prtee"), -9.5, -14.05, -4.95, "3 months", "extracorporeal shockwave", TENNIS),
    Printed("zhang2024", (*ELBOW, "grip-strength"), -4.01, -5.57, -2.44, "1 month", "corticosteroid", TENNIS),
    Printed("zhang2024", (*ELBOW, "grip-strength"), 2.04, 0.9, 3.18, "3 months", "extracorporeal", TENNIS),
    Printed(
        "lauersen2014", ("sports-injury", "strengthening-exercise", "injury-incidence"), 0.315, 0.207, 0.48,
        "timepoint not said", "strengthening exercise", "not specific to runners",
    ),
    Printed(
        "lauersen2014", ("sports-injury", "stretching", "injury-incidence"), 0.963, 0.846, 1.095,
        "timepoint not said", "unclear", "not specific to runners",
    ),
    Printed(
        "lauersen2014", ("overuse-injury", "injury-prevention-program", "overuse-injury-incidence"),
        0.527, 0.373, 0.746, "timepoint not said", "injury prevention program", "not specific to runners",
    ),
    Printed(
        "nascimento2018", ("patellofemoral-pain", "hip-strengthening", "pain-intensity"), -3.3, -5.6, -1.1,
        "end of training", "hip strengthening plus knee strengthening", "patellofemoral pain",
    ),
    Printed(
        "nascimento2018", ("patellofemoral-pain", "hip-strengthening", "pain-intensity"), -1.5, -2.3, -0.8,
        "end of training", "hip strengthening plus knee strengthening", "patellofemoral pain",
    ),
    Printed(
        "nascimento2018", ("patellofemoral-pain", "hip-strengthening", "function"), 1.4, 0.03, 2.8,
        "end of training", "hip strengthening plus knee strengthening", "patellofemoral pain",
    ),
    Printed(
        "thomas2022", ("knee-osteoarthritis", "hip-abductor-strengthening", "pain-vas"), -0.6, -0.88, -0.33,
        "post-intervention", "hip abductor strengthening", "knee osteoarthritis",
    ),
    Printed(
        "thomas2022", ("knee-osteoarthritis", "hip-abductor-strengthening", "womac-function"), -0.75, -1.05, -0.45,
        "post-intervention", "hip abductor strengthening", "knee osteoarthritis",
    ),
    Printed(
        "pringels2025", ("insertional-achilles-tendinopathy", "low-compression-tendon-loading", "visa-a"),
        12.9, 6.2, 19.6, "12 weeks", "low tendon compression rehabilitation", "sport-active adults",
    ),
    Printed(
        "pringels2025", ("insertional-achilles-tendinopathy", "low-compression-tendon-loading", "visa-a"),
        10.4, 3.7, 17.1, "24 weeks", "low tendon compression rehabilitation", "sport-active adults",
    ),
    Printed(
        "toresdahl2020", (RUNNERS, "hip-abductor-strengthening", "overuse-injury-incidence"), 0.97, 0.57, 1.63,
        "12 weeks / race", "unclear", "first-time New York City Marathon runners",
    ),
    Printed(
        "leppanen2024", (RUNNERS, "hip-strengthening", "lower-limb-injury-incidence"), 0.66, 0.45, 0.97,
        "24 weeks", "hip strengthening plus core strengthening", "novice recreational runners",
    ),
    Printed(
        "leppanen2024", (RUNNERS, "hip-strengthening", "overuse-injury-incidence"), 0.61, 0.39, 0.96,
        "24 weeks", "hip strengthening plus core strengthening", "novice recreational runners",
    ),
    Printed(
        "leppanen2024", (RUNNERS, "hip-strengthening", "substantial-injury"), 0.48, 0.27, 0.9,
        "24 weeks", "hip strengthening plus core strengthening", "novice recreational runners",
    ),
    Printed(
        "leppanen2024", (RUNNERS, "foot-ankle-strengthening", "acute-injury-incidence"), 3.6, 1.2, 10.86,
        "24 weeks", "static stretching", "novice recreational runners",
    ),
]  # fmt: skip


def _answer(base: kb.Base, asked: tuple[str, str, str]) -> Answer:
    condition, intervention, outcome = asked
    return base.answer(condition=condition, intervention=intervention, outcome=outcome)


def _page(asked: tuple[str, str, str]) -> ComparisonPage:
    return nb.comparison(*asked, evidence=str(EVIDENCE))


def _number(value: float) -> str:
    return f"{value:g}"


@pytest.mark.parametrize("printed", RESULTS, ids=lambda p: f"{p.study} {p.asked[2]} {p.when}")
def test_a_study_reads_as_its_abstract(base: kb.Base, printed: Printed) -> None:
    found = _answer(base, printed.asked)
    fits = [
        result
        for result in found.results
        if printed.study in result.studies and result.estimate == pytest.approx(printed.estimate, rel=0.005)
    ]
    assert fits, [(result.studies, result.numbers) for result in found.results]
    result = fits[0]
    assert (result.ci_low, result.ci_high) == pytest.approx((printed.low, printed.high), rel=0.01)
    assert result.when == printed.when
    assert printed.favours in favours_words(result)
    shown = plain(_page(printed.asked).table().html)
    for value in (printed.estimate, printed.low, printed.high):
        assert re.search(rf"(?<![\d.]){re.escape(_number(value))}(?![\d.])", shown), value
    answer = plain(_page(printed.asked).answer().html)
    assert printed.people in (answer if result in found.leads else shown)


def test_what_cannot_be_compared_is_shown_with_its_numbers_and_the_reason(base: kb.Base) -> None:
    asked = ("running-related-injury", "ten-percent-rule", "running-injury-incidence")
    assert not _answer(base, asked).results
    page = _page(asked)
    for block in (page.answer(), page.left_out()):
        shown = plain(block.html)
        assert "Buist et al. 2008" in shown
        assert "20.8%" in shown
        assert "20.3%" in shown
        assert "8 or 13 weeks" in shown
        assert "no difference" in shown.lower()
    assert "its percentages are not those of a whole number of people" in plain(page.left_out().html)
    assert "Buist et al. 2008" in page.figure_forest().words
    assert "No comparable estimate in the base" in page.answer().words


def test_early_cortisone_and_later_shockwave_are_both_on_the_page_of_tennis_elbow() -> None:
    page = nb.condition("lateral-epicondylitis", str(EVIDENCE))
    first, *_ = page.answers().html.split("further estimate")
    shown = plain(first)
    assert (
        "MD 1.14 (95% CI 0.8 to 1.48) VAS points (0-10) Zhang et al. 2024 (review of 6 studies) 1 month corti" in shown
    )
    assert (
        "MD -1.15 (95% CI -1.51 to -0.8) VAS points (0-10) Zhang et al. 2024 (review of 6 studies) 3 months extra"
        in shown
    )


def test_every_finding_on_a_question_is_on_its_page(base: kb.Base) -> None:
    for asked in (
        ("lateral-epicondylitis", "shockwave", "pain"),
        ("knee-osteoarthritis", "strengthening-exercise", "pain-vas"),
    ):
        page = _page(asked)
        comparison = page.found.comparison
        bearing = {(review.study, review.printed.id) for review in comparison.reviews}
        bearing |= {(out.study, out.finding) for out in comparison.excluded}
        told = {item for result in page.found.results for item in result.findings}
        rows = page.left_out().html.count('<tr role="row">') - 1
        assert rows == len(bearing - told) >= 1


# never a word stronger than the certainty


@pytest.mark.parametrize("noun", ["condition", "intervention"])
def test_no_side_is_named_where_the_interval_includes_no_effect(base: kb.Base, noun: str) -> None:
    from kb.notebook.answers import rows_of

    rows = rows_of(base, **{f"{noun}s": list(base.corpus.vocabulary(f"{noun}s"))})
    assert len(rows) > 100
    for row in rows:
        result = row.result
        if result.crosses:
            assert favours_words(result) == "unclear: the interval includes no effect"
        if result.certainty.level is None:
            assert not re.search(r"\b(?:may|probably)\b", result.clinician), result.clinician
        elif result.certainty.level.value == "very-low":
            assert "very uncertain" in result.clinician
        elif result.certainty.level.value == "low":
            assert "may" in result.clinician or "did not show" in result.clinician, result.clinician


def test_what_both_groups_got_is_not_told_to_work(base: kb.Base) -> None:
    # Loading with shockwave against loading alone tells what shockwave adds.
    added = _answer(base, ("midportion-achilles-tendinopathy", "shockwave", "visa-a"))
    assert any(result.studies == ("rompe2009",) for result in added.results)
    both = _answer(base, ("midportion-achilles-tendinopathy", "eccentric-exercise", "visa-a"))
    assert not any(result.studies == ("rompe2009",) for result in both.results)
    assert any("both groups got it" in out.reason for out in both.comparison.excluded if out.study == "rompe2009")


def test_several_treatments_together_are_named_together(base: kb.Base) -> None:
    found = _answer(base, ("patellofemoral-pain", "hip-strengthening", "pain-intensity"))
    told = [result for result in found.results if result.studies == ("nascimento2018",)]
    assert {result.treatment for result in told} == {"Hip strengthening with knee strengthening"}
    assert all("hip strengthening plus knee strengthening" in result.clinician for result in told)


def _lead(found: Answer, when: str) -> Result:
    return next(result for result in found.leads if result.when == when)


def test_timepoints_of_one_review_lead_each_and_do_not_disagree(base: kb.Base) -> None:
    found = _answer(base, (*ELBOW, "pain-vas"))
    assert _lead(found, "1 month").favours == "comparator"
    assert _lead(found, "3 months").favours == "intervention"
    assert not [item for item in found.dissent if item.study == "zhang2024"]


def test_a_subgroup_does_not_stand_for_its_trial(base: kb.Base) -> None:
    found = _answer(base, (RUNNERS, "strengthening-exercise", "running-injury-incidence"))
    assert not any("desai2023" in result.studies for result in found.results)
    page = plain(_page((RUNNERS, "strengthening-exercise", "running-injury-incidence")).left_out().html)
    assert "high-compliance subgroup" in page
    assert "a subgroup of the study" in page


# pages


def test_a_page_by_itself_is_whole_and_needs_no_network() -> None:
    page = _page((*ELBOW, "pain-vas"))
    made = standalone(page.title().text, [block.html for block in page.blocks()])
    assert made.count("<h1>") == 1
    assert made.count("<style>") == 2
    assert "prefers-color-scheme:dark" in made
    assert 'name="viewport"' in made
    assert not re.search(r'(?:src|href)="(?!https://(?:pubmed|doi)|\.\./|#)', made)
    headings = re.findall(r"<h2>(.*?)</h2>", made)
    assert headings == [head for head, _ in page.sections()]
    assert len(set(headings)) == len(headings)


def test_the_reasons_add_up_to_the_certainty() -> None:
    page = _page(("sports-injury", "strengthening-exercise", "injury-incidence"))
    shown = plain(page.reasons().html)
    assert "risk of bias −1" in shown
    assert "house rule" in shown
    assert "GRADE guidelines 6, imprecision" in shown


def test_what_nobody_judged_is_not_assessed_and_a_score_has_its_source() -> None:
    shown = plain(_page(("midportion-achilles-tendinopathy", "shockwave", "visa-a")).risk_of_bias().html)
    assert "Rompe et al. 2009: 8 of 10, judged by" in shown
    assert "Not assessed for" in shown
    assert "not that the risk is low" in shown


def test_pages_are_few_and_each_has_two_studies_and_an_estimate(base: kb.Base) -> None:
    pages = base.questions.pages
    assert 60 <= len(pages) <= 150
    seen: dict[object, str] = {}
    for question, name in pages.items():
        assert name == f"comparison/{question.condition}--{question.intervention}--{question.outcome}"
        bearing = base.bearing_on(condition=question.condition, intervention=question.intervention).studies
        assert len(bearing) >= 2, name
        found = base.questions.answer(question)
        assert found.results, name
        bears = bearing_of(found.comparison)
        assert bears not in seen, (name, seen[bears])
        seen[bears] = name


def test_a_question_without_a_page_of_its_own_leads_to_the_one_with_the_same_answer(base: kb.Base) -> None:
    questions = base.questions
    asked = next(q for q in questions.about() if (p := questions.page_of(q)) is not None and p != q)
    page = questions.page_of(asked)
    assert page is not None

    def numbers(question: Question) -> set[tuple[str, str]]:
        return {item for result in questions.answer(question).results for item in result.findings}

    assert numbers(asked) == numbers(page)
    assert questions.page_of(page) == page


def test_a_treatment_that_stands_where_the_comparator_does_has_its_page(base: kb.Base) -> None:
    # The trial is recorded as placebo against cortisone; nobody asks what placebo does.
    asked = Question("lateral-epicondylitis", "corticosteroid-injection", "recurrence")
    assert asked in base.questions.pages
    (lead,) = base.questions.answer(asked).leads
    assert favours_words(lead) == "placebo injection"


def test_the_map_knows_no_more_than_the_answers(base: kb.Base) -> None:
    from kb.figures import Pull
    from kb.notebook.answers import map_cells
    from kb.notebook.overview_page import OverviewPage

    cells = OverviewPage(base).cells
    made = {
        (cell.row, cell.column): cell
        for cell in map_cells(base, cells, ["lateral-epicondylitis", "meniscal-tear"], ["shockwave", "surgery"])
    }
    assert set(made) == {("lateral-epicondylitis", "shockwave"), ("meniscal-tear", "surgery")}
    elbow = made["lateral-epicondylitis", "shockwave"]
    assert (elbow.certainty.value if elbow.certainty else None, elbow.pull) == ("low", Pull.MIXED)
    assert made["meniscal-tear", "surgery"].pull is Pull.UNKNOWN
