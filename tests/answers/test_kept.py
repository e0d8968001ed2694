"""Answers that are kept: taken over only where nothing changed that they are made of."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kb import graph as graphs
from kb.answers.answer import answer
from kb.answers.kept import Marks, answer_all, written
from kb.answers.questions import Questions
from kb.base import Base
from kb.model import CertaintyLevel, CertaintyReview, Corpus
from kb.synthesis.comparison import Question


def questions_of(corpus: Corpus, registrations: Any = None) -> Questions:
    return Questions(corpus, graphs.build(corpus), frozenset(), registrations)


def with_study(corpus: Corpus, key: str, **changed: Any) -> Corpus:
    study = corpus.studies[key].model_copy(update=changed)
    return replace(corpus, studies={**corpus.studies, key: study})


def with_number(corpus: Corpus, key: str, number: int, estimate: float) -> Corpus:
    findings = list(corpus.studies[key].findings)
    findings[number] = findings[number].model_copy(update={"estimate": estimate})
    return with_study(corpus, key, findings=tuple(findings))


@pytest.fixture(scope="module")
def kept(base: Base, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("kept") / "answers"
    questions = questions_of(base.corpus)
    assert answer_all(questions, path, "code") == len(questions.about()) > 700
    return path


def test_answers_come_back_as_they_were(base: Base, kept: Path) -> None:
    fresh, again = questions_of(base.corpus), questions_of(base.corpus)
    assert answer_all(again, kept, "code") == 0
    some = random.Random(1).sample(fresh.about(), 150)
    assert all(again.known[question] == fresh.answer(question) for question in some)
    assert again.pages == fresh.pages


def test_an_answer_is_made_of_nothing_but_the_studies_that_its_mark_names(base: Base) -> None:
    """Taken away everything else, each question has the same answer: this is what the marks rest on."""
    questions = questions_of(base.corpus)
    carriers = Marks(questions, "code")._carriers
    for question in random.Random(2).sample(questions.about(), 120):
        terms = [("condition", question.condition), ("intervention", question.intervention)]
        keys = set.intersection(*(carriers[term] for term in [*terms, ("outcome", question.outcome)]))
        assert keys, question
        some = {key: study for key, study in base.corpus.studies.items() if key in keys}
        references = {key: base.corpus.references[key] for key in some}
        alone = replace(base.corpus, studies=some, references=references, posts={}, changes=())
        assert answer(alone, graphs.build(alone), question) == questions.answer(question), question


@pytest.mark.parametrize(("key", "number"), [("zhang2024", 2), ("lauersen2014", 0)])
def test_one_changed_number_changes_the_answers_that_it_should(base: Base, kept: Path, key: str, number: int) -> None:
    before = questions_of(base.corpus)
    answer_all(before, kept, "code")
    estimate = (base.corpus.studies[key].findings[number].estimate or 1.0) * 1.1
    corpus = with_number(base.corpus, key, number, estimate)
    fresh, again = questions_of(corpus), questions_of(corpus)
    path = kept.with_name(f"{key}-answers")
    path.write_bytes(kept.read_bytes())
    new = answer_all(again, path, "code")
    assert 0 < new < len(again.about()) / 2
    changed = [question for question in fresh.about() if fresh.answer(question) != before.known[question]]
    assert 0 < len(changed) <= new
    assert all(again.known[question] == fresh.answer(question) for question in fresh.about())


def some_question(questions: Questions) -> Question:
    return next(q for q in questions.about() if questions.answer(q).results)


@pytest.mark.parametrize("what", ["code", "vocabulary", "certainty", "reference", "registration", "retracted"])
def test_a_mark_covers(base: Base, what: str) -> None:
    questions = questions_of(base.corpus)
    question = some_question(questions)
    key = questions.answer(question).results[0].studies[0]
    corpus, code, registrations, gone = base.corpus, "code", None, frozenset[str]()
    if what == "code":
        code = "other code"
    elif what == "vocabulary":
        term = corpus.outcomes[question.outcome].model_copy(update={"label": "something else"})
        corpus = replace(corpus, outcomes={**corpus.outcomes, question.outcome: term})
    elif what == "certainty":
        review = CertaintyReview(
            condition=question.condition, intervention=question.intervention, outcome=question.outcome,
            level=CertaintyLevel.HIGH, by="A. Reviewer", on=dt.date(2026, 1, 1), reason="made up",
        )  # fmt: skip
        corpus = replace(corpus, certainty=(*corpus.certainty, review))
    elif what == "reference":
        reference = corpus.references[key].model_copy(update={"year": 1899})
        corpus = replace(corpus, references={**corpus.references, key: reference})
    elif what == "registration":
        registrations = {key: frozenset({"NCT00000000"})}
    else:
        gone = frozenset({key})
    other = Questions(corpus, questions.graph, gone, registrations)
    assert Marks(other, code).of(question) != Marks(questions, "code").of(question)


def test_other_studies_and_posts_leave_a_mark_as_it_is(base: Base) -> None:
    questions = questions_of(base.corpus)
    question = some_question(questions)
    mark = Marks(questions, "code").of(question)
    bearing = {study for result in questions.answer(question).results for study in result.studies}
    other = next(
        key
        for key, study in base.corpus.studies.items()
        if key not in bearing and question.condition not in study.condition_ids and study.findings
    )
    changed = replace(with_study(base.corpus, other, n_participants=1), posts={})
    assert Marks(questions_of(changed), "code").of(question) == mark


@pytest.mark.parametrize("harm", [b"", b"nothing of ours", b"half"])
def test_a_file_that_was_changed_counts_as_none(base: Base, kept: Path, tmp_path: Path, harm: bytes) -> None:
    path = tmp_path / "answers"
    content = kept.read_bytes()
    path.write_bytes(content[: len(content) // 2] if harm == b"half" else harm)
    questions = questions_of(base.corpus)
    assert answer_all(questions, path, "code") == len(questions.about())
    assert path.read_bytes() == content


def test_where_nothing_can_be_written_all_is_answered(base: Base, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    questions = questions_of(base.corpus)
    assert answer_all(questions, tmp_path / "file" / "answers", "code") == len(questions.known)


def test_equal_answers_are_written_alike(base: Base) -> None:
    questions = questions_of(base.corpus)
    question = some_question(questions)
    assert written(questions.answer(question)) == written(questions_of(base.corpus).answer(question))
