"""Tools as data, levels by question, signals that need no judgement."""

import pytest

from kb.appraisal.level import Question, level
from kb.appraisal.signals import signals
from kb.appraisal.tools import load, overall, problems, tool_for
from kb.model import Design, DomainJudgement, RiskOfBias, Verification


def judged(tool, words, **more):
    domains = tuple(
        DomainJudgement(domain=domain.id, judgement=word)
        for domain, word in zip(load()[tool].domains, words, strict=False)
    )
    return RiskOfBias(tool=tool, by="A. Lee", domains=domains, **more)


def test_every_tool_is_complete():
    assert {"rob-2", "robins-i", "pedro", "amstar-2", "agree-ii", "jbi-case-series", "jbi-cross-sectional"} <= set(
        load()
    )
    for tool in load().values():
        assert tool.version
        assert tool.source
        assert tool.fits
        assert len({domain.id for domain in tool.domains}) == len(tool.domains)
        assert tool.judgements or tool.scaled
        symbols = [judgement.symbol for judgement in tool.judgements]
        assert len(set(symbols)) == len(symbols), "lights differ by their symbol, not only by colour"


@pytest.mark.parametrize(
    ("tool", "domains"), [("rob-2", 5), ("robins-i", 7), ("pedro", 11), ("amstar-2", 16), ("agree-ii", 6)]
)
def test_tools_have_the_published_number_of_domains(tool, domains):
    assert len(load()[tool].domains) == domains


def test_designs_get_the_tool_made_for_them():
    wanted = {
        Design.RANDOMIZED_TRIAL: "rob-2",
        Design.CLUSTER_RANDOMIZED_TRIAL: "rob-2-crt",
        Design.PROSPECTIVE_COHORT: "robins-i",
        Design.META_ANALYSIS: "amstar-2",
    }
    assert {design: getattr(tool_for(design), "id", None) for design in wanted} == wanted
    assert tool_for(Design.LABORATORY) is None


def test_the_worst_domain_makes_the_whole_only_when_all_were_judged():
    assert overall(judged("rob-2", ["low", "low", "some-concerns", "low", "low"])) == "some-concerns"
    assert overall(judged("rob-2", ["low", "low", "high", "low", "low"])) == "high"
    assert overall(judged("rob-2", ["low", "low"])) is None
    assert overall(judged("robins-i", ["low"] * 6 + ["no-information"])) is None


@pytest.mark.parametrize(
    ("weak", "whole"),
    [((), "high"), (("pico",), "high"), (("pico", "conflicts"), "moderate"), (("protocol",), "low"),
     (("protocol", "search"), "critically-low")],
)  # fmt: skip
def test_amstar_2_counts_critical_weaknesses(weak, whole):
    words = ["no" if domain.id in weak else "yes" for domain in load()["amstar-2"].domains]
    assert overall(judged("amstar-2", words)) == whole


def test_an_appraisal_that_leaves_its_tool_is_told(base):
    trial = base.corpus.studies["buist2008"]
    told = "\n".join(
        problems(
            judged("rob-2", ["fine"], overall="bad", score=7, finding="f99", read_in=("s99",)),
            trial,
        )
    )
    for words in ("'fine'", "'bad'", "score of 7", "f99", "s99"):
        assert words in told
    assert "made for" in problems(judged("agree-ii", []), trial)[0]
    assert "no tool 'robot'" in problems(RiskOfBias(tool="robot", by="A. Lee"), trial)[0]
    assert problems(judged("rob-2", ["low"] * 5), trial) == []


def test_the_same_design_has_another_level_for_another_question():
    assert level(Design.RANDOMIZED_TRIAL, Question.TREATMENT).level == 2
    assert level(Design.RANDOMIZED_TRIAL, Question.PROGNOSIS).level == 3
    assert level(Design.CROSS_SECTIONAL, Question.PREVALENCE).level == 3
    assert level(Design.CROSS_SECTIONAL, Question.TREATMENT).level is None
    assert level(Design.LABORATORY, Question.TREATMENT).level == 5


def test_a_review_has_level_one_only_when_it_is_known_to_be_of_trials():
    assert level(Design.META_ANALYSIS, Question.TREATMENT, of_trials=True).level == 1
    assert level(Design.META_ANALYSIS, Question.TREATMENT).level is None
    assert level(Design.META_ANALYSIS, Question.TREATMENT, of_trials=False).level is None


def test_every_design_has_an_answer_to_every_question():
    for design in Design:
        for question in Question:
            found = level(design, question)
            assert found.reason
            assert found.level is None or 1 <= found.level <= 5


def test_signals_say_unknown_where_nobody_saw_it(base):
    for study in base.corpus.studies.values():
        told = {signal.id: signal for signal in signals(study)}
        assert list(told) == ["size", "design", "interval", "registration", "funding", "reading"]
        if study.n_participants is None:
            assert told["size"].concern is None
        if study.registration is None:
            assert told["registration"].concern is None
        assert (told["reading"].concern is False) == (study.verification is Verification.VERIFIED)
