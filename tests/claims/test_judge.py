"""The judge: when rules keep silent, several studies, how sure a study is, contrary evidence, the real base."""

from __future__ import annotations

from typing import Any

import pytest

import kb
from kb import graph as graphs
from kb.citations.flag import Basis, Severity
from kb.citations.resolution import Confidence
from kb.claims.judge import Judge
from kb.claims.read import Reader
from kb.claims.rules import RULES
from kb.claims.says import Bound, NumberRole, Says
from kb.claims.wording import sentence
from kb.model import ClaimDirection, Corpus, Design, Direction, Study
from kb.pubmed.notices import Kind, Notice
from tests.claims.judging import finding, judged, number, rules, says, study, with_studies

HELPS = "Focused shockwave eases pain in plantar fasciitis."
PARTS = {
    "conditions": {"plantar-fasciitis": "plantar fasciitis"},
    "interventions": {"focused-shockwave": "Focused shockwave"},
    "outcomes": {"pain": "pain"},
}


def helps(**known: Any) -> Says:
    return says(HELPS, **{**PARTS, **known})


def null(key: str, **known: Any) -> Study:
    one = finding(direction=Direction.NO_DIFFERENCE, estimate=-0.2, ci_low=-0.9, ci_high=0.5)
    return study(key, one, **known)


@pytest.fixture(scope="module")
def corpus(base: kb.Base) -> Corpus:
    return base.corpus


def test_a_statement_that_says_what_the_study_found_raises_nothing(corpus: Corpus) -> None:
    assert judged(corpus, helps(), [study()]) == []


def test_no_study_of_the_base_no_flag(corpus: Corpus) -> None:
    known = with_studies(corpus, study())
    judge = Judge(known, graphs.build(known), {})
    wrong = helps(direction=ClaimDirection.HARM)
    assert judge.statement(wrong, []) == []
    assert judge.statement(wrong, [("nobody1999", Confidence.CERTAIN)]) == []
    assert judge.statement(wrong, [("fox2020", Confidence.UNKNOWN)]) == []
    assert rules(judge.statement(wrong, [("fox2020", Confidence.CERTAIN)])) == ["direction-reversed"]


def test_a_flag_shows_both_sides_with_the_finding_and_a_sentence_to_paste(corpus: Corpus) -> None:
    (flag,) = judged(corpus, helps(), [null("fox2020")])
    assert (flag.rule, flag.severity, flag.basis) == ("no-clear-effect", Severity.WARNING, Basis.RULE)
    assert (flag.study, flag.source, flag.found) == ("fox2020", "fox2020.f01", "Focused shockwave")
    assert flag.expected is not None
    assert "95% CI -0.9 to 0.5" in flag.expected
    assert flag.fix is not None
    assert "did not differ clearly" in flag.fix


def test_a_probable_study_makes_notes_that_say_so(corpus: Corpus) -> None:
    (flag,) = judged(corpus, helps(direction=ClaimDirection.HARM), [study()], sure=Confidence.PROBABLE)
    assert flag.rule == "direction-reversed"
    assert flag.severity is Severity.NOTE
    assert "probably" in flag.message


def test_one_study_of_several_that_agrees_is_enough(corpus: Corpus) -> None:
    assert rules(judged(corpus, helps(), [null("fox2020"), study("owl2021")])) == []
    both = [null("fox2020"), null("owl2021")]
    assert rules(judged(corpus, helps(), both)) == ["no-clear-effect"]


def test_a_number_must_stand_in_one_of_the_studies(corpus: Corpus) -> None:
    told = helps(numbers=(number(NumberRole.PARTICIPANTS, 120),))
    small, large, open_ = study("fox2020"), study("owl2021", n_participants=120), study("elk2022", n_participants=None)
    assert rules(judged(corpus, told, [small])) == ["number-differs"]
    assert rules(judged(corpus, told, [small, large])) == []
    assert rules(judged(corpus, told, [small, open_])) == ["number-differs"], "who cannot speak does not agree"


def test_a_retracted_study_is_not_judged_by(corpus: Corpus) -> None:
    gone = {"fox2020": (Notice(Kind.RETRACTED, "2021"),)}
    assert judged(corpus, helps(direction=ClaimDirection.HARM), [study()], notices=gone) == []


def test_the_subject_fills_in_and_raises_nothing(corpus: Corpus) -> None:
    bare = says("Focused shockwave eases pain.", interventions=PARTS["interventions"], outcomes=PARTS["outcomes"])
    elbow = says("Tennis elbow", conditions={"lateral-epicondylitis": "Tennis elbow"})
    assert judged(corpus, bare, [study()], subject=elbow) == []
    mixed = study(
        "fox2020",
        finding(1, direction=Direction.NO_DIFFERENCE, estimate=None, ci_low=None, ci_high=None),
        finding(2, conditions=("lateral-epicondylitis",)),
    )
    heel = says("Heel pain", conditions={"plantar-fasciitis": "Heel pain"})
    assert rules(judged(corpus, bare, [mixed])) == []
    assert rules(judged(corpus, bare, [mixed], subject=elbow)) == []
    assert rules(judged(corpus, bare, [mixed], subject=heel)) == ["no-clear-effect"]


def test_errors_come_first(corpus: Corpus) -> None:
    told = helps(numbers=(number(NumberRole.PARTICIPANTS, 500),), certain_words=("proves",))
    flags = judged(corpus, told, [null("fox2020")])
    assert [flag.severity for flag in flags] == sorted((f.severity for f in flags), key=lambda s: s.rank)
    assert flags[0].rule == "number-differs"


# --- contrary evidence ---------------------------------------------------------------------------------------


def test_contrary_studies_are_named_unless_the_post_mentions_them(corpus: Corpus) -> None:
    other = null("owl2021")
    (flag,) = judged(corpus, helps(), [study()], others=[other])
    assert (flag.rule, flag.severity, flag.study) == ("contrary-evidence", Severity.NOTE, "owl2021")
    assert flag.source == "owl2021.f01"
    assert judged(corpus, helps(), [study()], others=[other], mentioned={"owl2021"}) == []
    gone = {"owl2021": (Notice(Kind.RETRACTED, "2021"),)}
    assert judged(corpus, helps(), [study()], others=[other], notices=gone) == []


@pytest.mark.parametrize(
    "known",
    [
        {"conditions": ("lateral-epicondylitis",)},
        {"outcomes": ("grip-strength",)},
        {"comparators": ("eccentric-exercise",)},
        {"comparators": ("own-baseline",)},
        {"interventions": ("radial-shockwave",)},
        {"interventions": ("focused-shockwave", "stretching"), "comparators": ("focused-shockwave", "no-treatment")},
    ],
)
def test_other_questions_are_not_contrary(corpus: Corpus, known: dict[str, Any]) -> None:
    other = study("owl2021", finding(direction=Direction.NO_DIFFERENCE, **known))
    assert judged(corpus, helps(), [study()], others=[other]) == []


def test_a_study_with_results_both_ways_is_not_contrary(corpus: Corpus) -> None:
    mixed = study("owl2021", finding(1, direction=Direction.NO_DIFFERENCE), finding(2, outcomes=("first-step-pain",)))
    assert judged(corpus, helps(), [study()], others=[mixed]) == []


def test_many_contrary_studies_are_counted_not_listed(corpus: Corpus) -> None:
    others = [null(f"owl20{year}", n_participants=year) for year in range(10, 16)]
    (flag,) = judged(corpus, helps(), [study()], others=others)
    assert "and 3 more" in flag.message
    assert flag.study == "owl2015", "the largest first"


# --- the real base -------------------------------------------------------------------------------------------


def test_every_finding_told_by_our_own_wording_raises_no_alarm(base: kb.Base) -> None:
    """Sentences built from the findings are true: an alarm about one is a false alarm."""
    reader, judge = Reader(base.corpus), Judge(base.corpus, base.graph, base.notices)
    false = []
    told = 0
    for one in base.corpus.studies.values():
        for result in one.findings:
            text = sentence(one, result, base.corpus)
            if text is None:
                continue  # no sentence can be made of it
            flags = judge.statement(reader.read(text), [(one.key, Confidence.CERTAIN)])
            told += 1
            false += [(one.key, result.id, f.rule, text) for f in flags if f.rule != "contrary-evidence"]
    assert told > 300
    assert false == []


def test_the_pooled_overuse_result_is_not_of_strength_training_in_runners(base: kb.Base) -> None:
    text = "Runners who lift weights have over half fewer overuse injuries."
    told = says(
        text,
        populations={"runners": "Runners"},
        interventions={"strengthening-exercise": "lift weights"},
        outcomes={"overuse-injury-incidence": "overuse injuries"},
        numbers=(number(NumberRole.CHANGE, -50, Bound.MORE_THAN, words="over half"),),
    )
    judge = Judge(base.corpus, base.graph, base.notices)
    flags = judge.statement(told, [("lauersen2014", Confidence.CERTAIN)])
    found = {flag.rule: flag for flag in flags}
    assert {"number-differs", "other-population", "other-arm"} <= set(found)
    assert "47% less" in found["number-differs"].message
    assert found["number-differs"].source == "lauersen2014.f06"


def test_an_association_study_does_not_show_a_cause(base: kb.Base) -> None:
    text = "Smoking causes golfer's elbow."
    told = says(
        text,
        conditions={"medial-epicondylitis": "golfer's elbow"},
        interventions={"smoking": "Smoking"},
        direction=ClaimDirection.CAUSE,
        causal_words=("causes",),
    )
    judge = Judge(base.corpus, base.graph, base.notices)
    assert "causal-wording" in rules(judge.statement(told, [("shiri2006", Confidence.CERTAIN)]))


def test_every_rule_has_words() -> None:
    assert all(rule.id == key and rule.title and rule.about.endswith(".") for key, rule in RULES.items())
    assert len({rule.title for rule in RULES.values()}) == len(RULES)


def test_hostile_statements_take_no_time_to_speak_of(corpus: Corpus) -> None:
    text = "than with " * 20_000 + "not better and improved " * 20_000
    told = Says(text, interventions=helps().interventions, direction=ClaimDirection.COMPARISON)
    assert judged(corpus, told, [study(design=Design.META_ANALYSIS, n_studies=3)]) == []
