"""A finding as one sentence: true to it, fit to paste, or none."""

from __future__ import annotations

import re
from typing import Any

import pytest

import kb
from kb.claims import wording
from kb.claims.wording_when import when
from kb.model import Arm, ArmStatistic, Design, Direction, Measure, Reference
from tests.claims.judging import finding, study, with_studies


def told(base: kb.Base, found: dict[str, Any] | None = None, **known: Any) -> str:
    one = study("fox2020", finding(**(found or {})), **known)
    text = wording.statement(one, one.findings[0], with_studies(base.corpus, one))
    assert text is not None
    return text


def real(base: kb.Base, name: str) -> str | None:
    """The sentence of a finding of the real base, named as in ``thomas2022.f01``."""
    key, _, identifier = name.partition(".")
    one = base.corpus.studies[key]
    return wording.statement(one, next(f for f in one.findings if f.id == identifier), base.corpus)


def test_a_trial(base: kb.Base) -> None:
    assert told(base) == (
        "In one randomized trial of adults with plantar fasciitis (80 people randomized), pain (visual analogue scale)"
        " at 12 weeks was lower with focused shockwave therapy than with sham shockwave"
        " (MD -1.5 points (0-10), 95% CI -2 to -1)"
    )


def test_the_comparator_may_be_better(base: kb.Base) -> None:
    worse = {"direction": Direction.COMPARATOR, "estimate": 1.5, "ci_low": 1.0, "ci_high": 2.0}
    assert "was higher with focused shockwave therapy than with sham shockwave" in told(base, worse)


def test_a_sign_that_runs_the_other_way_is_explained(base: kb.Base) -> None:
    turned = {"estimate": 1.5, "ci_low": 1.0, "ci_high": 2.0}
    assert told(base, turned).endswith("a positive value favors focused shockwave therapy)")


@pytest.mark.parametrize("found", [{"direction": Direction.NO_DIFFERENCE, "ci_high": 0.5}, {"ci_high": 0.2}])
def test_no_difference_is_not_an_effect(base: kb.Base, found: dict[str, Any]) -> None:
    text = told(base, found)
    assert "did not differ clearly between focused shockwave therapy and sham shockwave" in text
    assert " lower " not in text


def test_an_observational_comparison_is_an_association(base: kb.Base) -> None:
    text = told(base, design=Design.RETROSPECTIVE_COHORT)
    assert "focused shockwave therapy was associated with lower pain" in text


def test_a_change_within_a_group_is_named_as_one(base: kb.Base) -> None:
    text = told(base, {"direction": Direction.IMPROVEMENT, "comparators": ("own-baseline",)})
    assert "changed with focused shockwave therapy at 12 weeks" in text
    assert text.endswith("which is a change within one group and not a comparison")
    assert "better" not in text


def test_a_pooled_result_never_takes_the_counts_of_the_whole_review(base: kb.Base) -> None:
    known: dict[str, Any] = {"design": Design.META_ANALYSIS, "n_studies": 7, "n_participants": 1250}
    text = told(base, {"note": "3 trials pooled"}, **known)
    assert text.startswith("In a meta-analysis of adults with plantar fasciitis,")
    assert text.endswith("3 trials)")
    assert "1,250" not in text
    assert told(base, **known).startswith("In a meta-analysis (7 studies in all) of adults with plantar fasciitis,")


def test_the_arms_of_the_finding_are_counted_not_the_trial(base: kb.Base) -> None:
    arms = (Arm(name="shockwave", n=30), Arm(name="sham", n=30))
    assert "(60 of 80 participants compared)" in told(base, {"arms": arms})
    whole = (Arm(name="shockwave", n=40), Arm(name="sham", n=40))
    assert told(base, {"arms": whole}).startswith("In one randomized trial of 80 adults with")


def test_the_onset_of_a_condition_is_not_had_at_the_start(base: kb.Base) -> None:
    found: dict[str, Any] = {
        "outcomes": ("injury-incidence",),
        "conditions": ("running-related-injury",),
        "populations": ("runners",),
    }
    ratio: dict[str, Any] = {
        "measure": Measure.RISK_RATIO,
        "unit": None,
        "estimate": 0.8,
        "ci_low": 0.7,
        "ci_high": 0.9,
    }
    text = told(base, {**found, **ratio, "as_reported": "injury"}, populations=("runners", "adults"))
    assert text.startswith("In one randomized trial of runners (80 people randomized), injury over 12 weeks was less")


def test_what_the_words_cannot_take_up_makes_no_sentence(base: kb.Base) -> None:
    one = study("fox2020", finding(as_reported="pain at rest, high-compliance subgroup vs control"))
    assert wording.sentence(one, one.findings[0], with_studies(base.corpus, one)) is None
    lost = study("fox2020", finding(timepoint="day of the last visit but one"))
    assert wording.sentence(lost, lost.findings[0], with_studies(base.corpus, lost)) is None


def test_values_of_groups_have_units(base: kb.Base) -> None:
    bare = {"estimate": None, "ci_low": None, "ci_high": None, "measure": Measure.MEAN}
    arms = (Arm(name="shockwave", n=40, value=2.0), Arm(name="sham", n=40, value=4.0))
    found: dict[str, Any] = {**bare, "arms": arms, "arm_statistic": ArmStatistic.MEAN}
    assert "(shockwave: mean 2 points; sham: mean 4 points)" in told(base, {**found, "unit": "points"})
    assert told(base, {**found, "unit": None}).endswith("sham shockwave")


# --- real findings that once made an untrue or unfit sentence -----------------------------------------------------


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("rathleff2015.f01", "than with shoe inserts plus plantar-specific stretching (MD -29"),
        ("malisoux2015.f01", "shoe rotation was associated with less frequent running injury over 22 weeks (several"),
        ("impellizzeri2021b.f01", "(RR 0.56, 95% CI 0.2 to 1.52; 5 RCTs)"),
        ("impellizzeri2021b.f02", "(RR 0.59, 95% CI 0.27 to 1.29; 6 RCTs)"),
        ("charles2023.f01", "In a meta-analysis (63 studies in all) of patients with Achilles tendinopathy, pain and"),
        ("newman2017.f01", "of physically active people with medial tibial stress syndrome (28 people randomized)"),
        ("lagas2020.f05", "compression stockings were not clearly associated with Achilles tendinopathy"),
        ("yates2004.f01", "the incidence of medial tibial stress syndrome was 35% over 10 weeks"),
        ("yates2004.f02", "was more frequent in women than in men over 10 weeks (RR 2.03; p = 0.012)"),
        ("sharma2014.f01", "medial tibial stress syndrome over 26 weeks was less frequent with"),
        ("lee2021.f04", "with dynamic hamstring stretching plus strengthening than with static hamstring stretching"),
        ("rompe2010.f01", "of patients with medial tibial stress syndrome after earlier treatment had failed (94"),
        ("gomezgarcia2017.f01", "with shockwave therapy plus exercise than with exercise alone (ESWT + exercise: mean"),
        ("taddei2020.f01", "was more frequent with placebo exercise than with foot and ankle strengthening (HR 2.42"),
        ("morrissey2021.f01", "SMD 0.47, 95% CI 0.05 to 0.88; a positive value favors taping)"),
        ("hayden2021.f02", "a negative value favors exercise therapy; 38 studies)"),
        ("thomas2022.f02", "WOMAC function after the intervention was better with hip abductor strengthening than in"),
        ("riel2023.f01", "pain on the Foot Health Status Questionnaire at 12 weeks was better with advice plus"),
        ("zhang2024.f01", "improvement in pain (visual analogue scale) at 1 month was smaller with extracorporeal"),
        ("marrache2022.f03", "less frequent emergency department visits than no early physical therapy over 30 days"),
        ("lauersen2018.f01", "(6 studies in all) of athletes, injury was less frequent"),
        ("pringels2025.f02", "at 24 weeks was greater with low tendon compression rehabilitation plus a heel lift"),
    ],
)
def test_real_findings_are_told_as_they_are(base: kb.Base, name: str, words: str) -> None:
    text = real(base, name)
    assert text is not None
    assert words in text


@pytest.mark.parametrize(
    "name",
    [
        "bayer2017.f01",  # means of nobody knows what
        "desai2023.f02",  # a subgroup chosen by how well it took part
        "desouzajunior2024.f04",  # two arms in one list of terms
        "esculier2018.f01",  # three arms
        "horn2018.f05",  # "late" is not the study's "delayed"
        "korakakis2018.f20",  # a ratio that cannot be used
        "majidi2024.f05",  # an interval that contradicts its estimate
        "majidi2024.f16",  # a subgroup by dose
        "milewski2014.f02",  # "age" does not say per what
        "moen2012b.f01",  # three arms
        "rompe2007.f05",  # two arms in one list of terms
        "shiri2006.f04",  # former smoking is not smoking
    ],
)
def test_real_findings_without_a_true_sentence_have_none(base: kb.Base, name: str) -> None:
    assert real(base, name) is None


def test_a_condition_that_is_studied_is_not_had(base: kb.Base) -> None:
    for key, one in base.corpus.studies.items():
        for result in one.findings:
            text = wording.statement(one, result, base.corpus) or ""
            assert not re.search(
                r"(?<!associated) with (?:aging|sarcopenia|running-related injury|sports injury)", text
            ), (key, text)


def test_levels_units_and_unknowns(base: kb.Base) -> None:
    bare = {"measure": Measure.P_VALUE, "estimate": None, "ci_low": None, "ci_high": None, "p": "<0.001"}
    assert told(base, {**bare, "timepoint": None}, n_participants=None) == (
        "In a randomized trial of adults with plantar fasciitis, pain (visual analogue scale) was lower with focused"
        " shockwave therapy than with sham shockwave (p < 0.001)"
    )
    assert "significant" not in told(base, {**bare, "p": "significant group by time"})
    assert "(MD -1.5 points (0-10), 99% CI -2 to -1)" in told(base, {"ci_level": 99})


def test_every_sentence_of_the_base_is_fit_to_paste(base: kb.Base) -> None:
    total = 0
    for key, one in base.corpus.studies.items():
        for result in one.findings:
            text = wording.statement(one, result, base.corpus)
            if text is None:
                continue
            total += 1
            assert text.startswith(("In a", "In one")), text
            assert not re.search(r"\bNone\b|  |own baseline|named condition|this was reported| vs$", text), text
            assert text.count("(") == text.count(")"), text
            assert key not in text
            cited = wording.citation(base.corpus.references[key])
            assert wording.sentence(one, result, base.corpus) == (f"{text} {cited}." if cited else f"{text}.")
            if wording.crosses(result) or result.direction in {Direction.NO_DIFFERENCE, Direction.NO_ASSOCIATION}:
                assert "clearly" in text, text
            if one.n_participants and one.design in {Design.META_ANALYSIS, Design.SYSTEMATIC_REVIEW}:
                assert f"{one.n_participants:,}" not in text, text
            assert "causes" not in text
    assert total > 320


def test_a_sentence_ends_with_its_citation(base: kb.Base) -> None:
    one = base.corpus.studies["rathleff2015"]
    text = wording.sentence(one, one.findings[0], base.corpus)
    assert text is not None
    assert re.search(r" \(Rathleff et al\., 2015, [^()\[\]]+\. \[View on PubMed\]\(https://pubmed[^)]+\)\)\.$", text)


def test_a_study_without_known_authors_is_named_by_its_short_title() -> None:
    known = {"key": "nobody2001", "entry_type": "article", "title": "Rest for tendons: a trial", "year": 2001}
    assert wording.study_name(Reference(**known), "nobody2001") == '"Rest for tendons" (2001)'
    assert wording.citation(Reference(**known, pmid="7")).startswith('("Rest for tendons", 2001. [View on PubMed](')
    assert wording.citation(Reference(key="nobody2001", entry_type="misc")) == ""


@pytest.mark.parametrize(
    ("timepoint", "words"),
    [
        ("24 weeks", " at 24 weeks"),
        ("4, 8, 20 weeks", " at 4, 8, 20 weeks"),
        ("long term", " in the long term"),
        ("to 24 months", " up to 24 months"),
        ("6 months (same figures at 12 months)", " at 6 months"),
        ("2012", " in 2012"),
        (None, ""),
    ],
)
def test_times_are_prose(timepoint: str | None, words: str) -> None:
    assert when(timepoint) == words


def test_names_keep_their_capitals(base: kb.Base) -> None:
    conditions = base.corpus.conditions
    assert wording.named(conditions, ["midportion-achilles-tendinopathy"]) == "midportion Achilles tendinopathy"
    assert wording.named(conditions, ["plantar-fasciitis", "ankle-sprain", "neck-pain"]).count(" and ") == 1
    assert wording.named(conditions, ["nothing-known"]) == ""
