"""What each kind of table shows, and that it shows no more than the base holds."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

import kb
from kb.graph import narrower, node
from kb.problems import KbError, UnknownIdError
from kb.pubmed.candidates import Candidate, Watch, save
from kb.pubmed.notices import Kind, Notice
from kb.tables.claims import claims_table
from kb.tables.ending import Given, dated
from kb.tables.evidence import evidence_table
from kb.tables.make import KINDS
from kb.tables.news import news_table

POST = "why-tennis-elbow-keeps-coming-back-and-what-to-do-about-it"
TERMS: Any = {"condition": "tennis elbow", "intervention": "shockwave"}
RETRACTED: Any = {"zhang2024": (Notice(Kind.RETRACTED, "2025-02", pmid="9"),)}


def _asked(kind: str) -> Any:
    return {"post": POST} if kind == "claims" else TERMS


@pytest.mark.parametrize("kind", KINDS)
def test_every_mark_has_its_footnote_or_source(base: kb.Base, kind: str) -> None:
    table = base.table(kind, **_asked(kind))
    marks = [mark for row in table.body for cell in row for mark in cell.marks]
    known = {note.mark for note in table.footnotes} | {str(source.number) for source in table.sources}
    assert marks
    assert set(marks) <= known
    assert {note.mark for note in table.footnotes} <= set(marks)
    assert [source.number for source in table.sources] == list(range(1, len(table.sources) + 1))
    assert {source.key for source in table.sources} == set(table.keys)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "claims"])
def test_a_style_of_authors_and_years_points_by_them(base: kb.Base, kind: str) -> None:
    table = base.table(kind, style="apa", **TERMS)
    assert not any(mark.isdigit() for row in table.body for cell in row for mark in cell.marks)
    assert {source.number for source in table.sources} == {None}
    assert [source.text for source in table.sources] == sorted((s.text for s in table.sources), key=str.casefold)


def test_an_unknown_style_is_said(base: kb.Base) -> None:
    with pytest.raises(KbError, match="no style 'mla'"):
        base.table(style="mla", **TERMS)


# --- the date of the evidence ---------------------------------------------------------------------------------------


def test_the_date_is_the_newest_reading_and_never_today(base: kb.Base) -> None:
    read = {"zhang2024": dt.date(2024, 5, 1), "buchbinder2005": dt.date(2023, 1, 2)}
    date, words = dated(base.corpus, ["zhang2024", "buchbinder2005", "majidi2024"], Given(read=read))
    assert date == "2024-05-01"
    assert "no day is recorded for 1 of 3 studies" in words
    assert "Newest study: 2024." in words
    assert dated(base.corpus, ["majidi2024"], Given(read=read))[0] is None
    assert dated(base.corpus, [], Given())[1] == "Date of evidence: unknown."


def test_the_date_of_a_table_is_that_of_its_own_studies(base: kb.Base) -> None:
    table = base.table("characteristics", post=POST)
    references = base.corpus.references
    days = [base.snapshot[p].date for key in table.keys if (p := references[key].pmid) and p in base.snapshot]
    assert table.date == max(days).isoformat()
    assert table.told[-1].startswith(f"Date of evidence: {table.date}")


# --- retracted studies ----------------------------------------------------------------------------------------------


def test_a_retracted_study_leaves_the_tables_and_is_named(base: kb.Base) -> None:
    asked: Any = {"condition": "lateral-epicondylitis", "intervention": "shockwave"}
    given = Given(notices=RETRACTED)
    table = evidence_table(base.corpus, base.graph, given=given, **asked)
    assert "zhang2024" not in table.keys
    assert all("Zhang et al. 2024" not in row["study"] for row in table.rows)
    assert "1 retracted study left out: Zhang et al. 2024 [RETRACTED (2025-02, PMID 9)]." in table.notes
    news = news_table(base.corpus, base.graph, given=given, **asked)
    notices = [row for row in news.rows if row["what"] == "notice: RETRACTED"]
    assert [(row["date"], row["detail"]) for row in notices] == [
        ("2025-02", "RETRACTED (2025-02, PMID 9); left out of every table")
    ]
    assert "zhang2024" not in news.keys


def test_a_claim_keeps_a_retracted_study_and_marks_it(base: kb.Base) -> None:
    table = claims_table(base.corpus, POST, RETRACTED)
    assert any("Zhang et al. 2024 [RETRACTED" in row["study"] for row in table.rows)
    assert any("must be made again: Zhang et al. 2024" in note for note in table.notes)
    assert any(text.endswith("RETRACTED (2025-02, PMID 9).") for text in table.references)


def test_a_retracted_study_leaves_the_summary(base: kb.Base) -> None:
    from kb.answers.questions import Questions
    from kb.tables.summary import summary_table

    questions = Questions(base.corpus, base.graph, {"zhang2024"})
    table = summary_table(
        questions, condition="lateral-epicondylitis", intervention="shockwave", given=Given(notices=RETRACTED)
    )
    assert table.body
    assert "zhang2024" not in table.keys
    assert any(note.startswith("1 retracted study left out: Zhang") for note in table.notes)


# --- characteristics ------------------------------------------------------------------------------------------------


def test_characteristics_have_a_row_a_study_and_what_nobody_read_is_unknown(base: kb.Base) -> None:
    table = base.table("characteristics", post=POST)
    assert len(table.body) == len(table.keys) == len(set(table.keys))
    for row, cells, key in zip(table.rows, table.body, table.keys, strict=True):
        study = base.corpus.studies[key]
        held = dict(zip((column.id for column in table.columns), cells, strict=True))
        assert held["participants"].value == study.n_participants
        assert row["participants"] == ("unknown" if study.n_participants is None else f"{study.n_participants:,}")
        assert row["result"] == (study.conclusion or "unknown")
        assert row["funding"] == (study.funding_or_conflicts or "unknown")
    years = [base.corpus.references[key].year or 0 for key in table.keys]
    assert years == sorted(years, reverse=True)


def test_a_level_has_its_reason_as_a_footnote(base: kb.Base) -> None:
    table = base.table("characteristics", post=POST)
    notes = {note.mark: note.text for note in table.footnotes}
    place = [column.id for column in table.columns].index("level")
    told = {(row[place].text, notes[row[place].marks[0]]) for row in table.body}
    assert ("2 (treatment)", "A randomized trial.") in told
    assert all(text.startswith("no level") or text[0] in "12345" for text, _ in told)


# --- summary of findings --------------------------------------------------------------------------------------------


def test_the_summary_is_what_the_answers_say(base: kb.Base) -> None:
    table = base.table("summary", outcome="prtee", **TERMS)
    answer = base.answer(outcome="prtee", **TERMS)
    assert [(row["effect"], row["when"] if "when" in row else row["timepoint"]) for row in table.rows] == [
        (result.numbers, result.when) for result in answer.leads
    ]
    for row, result in zip(table.rows, answer.leads, strict=True):
        assert row["words"] == result.patient
        assert row["certainty"] == result.certainty.words.replace(" certainty", "", 1)
        assert row["studies"] == str(result.k)


def test_each_reason_of_the_certainty_is_a_footnote(base: kb.Base) -> None:
    table = base.table("summary", outcome="prtee", **TERMS)
    (lead, *_) = base.answer(outcome="prtee", **TERMS).leads
    notes = {note.mark: note.text for note in table.footnotes}
    place = [column.id for column in table.columns].index("certainty")
    told = [notes[mark] for mark in table.body[0][place].marks]
    moved = [step for step in lead.certainty.steps if step.change]
    assert len(told) == len(moved) > 0
    for text, step in zip(told, moved, strict=True):
        assert text.casefold().startswith(step.domain.value)
        assert "one level down" in text or "2 levels down" in text


def test_an_absolute_effect_is_never_made_up(base: kb.Base) -> None:
    table = base.table("summary", **TERMS)
    seen = {row["effect"].split(" ")[0]: row["absolute"] for row in table.rows}
    assert seen["RR"] == "unknown: no baseline risk recorded"
    assert seen["SMD"] == "unknown: a standardized difference has no unit"
    assert seen["MD"] == "the mean difference itself"


def test_a_summary_by_comparator_and_population(base: kb.Base) -> None:
    every = base.table("summary", **TERMS)
    steroid = base.table("summary", comparator="corticosteroid injection", **TERMS)
    assert 0 < len(steroid.body) < len(every.body)
    assert all("corticosteroid injection" in row["comparison"].casefold() for row in steroid.rows)
    runners = base.table("summary", population="runners")
    assert runners.body
    people = {name.split(":", 1)[1] for name in narrower(base.graph, node("population", "runners"))}
    for key in runners.keys:
        assert set(base.corpus.studies[key].populations) & people


def test_the_summary_of_a_post_rests_on_its_studies(base: kb.Base) -> None:
    from kb.tables.ending import studies_of

    table = base.table("summary", post=POST)
    own = studies_of(base.corpus, POST)
    sources = {str(source.number): source.key for source in table.sources}
    place = [column.id for column in table.columns].index("source")
    assert table.body
    assert all({sources[mark] for mark in row[place].marks} & own for row in table.body)


# --- claims, news ---------------------------------------------------------------------------------------------------


def test_claims_have_a_row_for_each_study_that_bears_on_them(base: kb.Base) -> None:
    table = base.table("claims", post=POST)
    claims = base.corpus.posts[POST].claims
    assert [row["claim"] for row in table.rows] == [c.statement for c in claims for _ in c.evidence]
    assert [row["reason"] for row in table.rows] == [" ".join(e.reason.split()) for c in claims for e in c.evidence]


def test_a_reviewed_verdict_says_by_whom(base: kb.Base) -> None:
    from dataclasses import replace

    post = base.corpus.posts[POST]
    claim = post.claims[0]
    verdict = claim.verdict.model_copy(update={"reviewed_by": "A. Reviewer", "reviewed_on": dt.date(2026, 1, 2)})
    claims = (claim.model_copy(update={"verdict": verdict}), *post.claims[1:])
    corpus = replace(base.corpus, posts={POST: post.model_copy(update={"claims": claims})})
    notes = claims_table(corpus, POST).notes
    assert any(note.endswith("reviewed by A. Reviewer on 2026-01-02.") for note in notes)
    assert len(notes) == 2


def test_what_is_new_has_publications_changes_and_found_literature(small) -> None:
    found = Candidate("41", "A trial <b>", "J Rest", 2026, ("Randomized Controlled Trial",), dt.date(2026, 3, 4))
    refused = Candidate("42", "Off topic", None, None, (), dt.date(2026, 3, 5), "rejected", "no", "rule", None)
    cell = ("lateral-epicondylitis", "shockwave")
    save(small, Watch(cell, looked=dt.date(2026, 3, 5), candidates=(found, refused)))
    (small / "changes.yaml").write_text(
        "- date: 2026-02-01\n  text: A number was mended.\n  about: [study/zhang2024]\n"
        "- date: 2026-01-01\n  text: The base begins.\n  about: []\n"
    )
    base = kb.open(small)
    table = base.table("new", **TERMS)
    assert [(row["date"], row["what"]) for row in table.rows] == [
        ("2026-03-04", "literature: found, not read yet"),
        ("2026-02-01", "change of the base"),
        ("2024", "publication"),
    ]
    assert "1 search for new literature, the last on 2026-03-05." in table.notes
    assert "Off topic" not in str(table.body)
    whole = base.table("new")
    assert "The base begins." in {row["title"] for row in whole.rows}
    assert not {"41"} & {row["detail"] for row in base.table("new", condition="knee-pain").rows}


def test_without_a_search_that_is_said(base: kb.Base) -> None:
    if (base.root / "watch").exists():
        pytest.skip("this base has searched")
    assert "No search for new literature has been made yet." in base.table("new").notes


# --- what cannot be asked -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "asked", "message"),
    [
        ("pictures", {}, "no kind of table 'pictures'"),
        ("claims", {}, "about one post"),
        ("claims", {"post": POST, "outcome": "pain"}, "takes no outcome"),
        ("evidence", {"comparator": "placebo"}, "takes no comparator"),
        ("summary", {"condition": "no such thing"}, "no condition 'no such thing'"),
    ],
)
def test_what_makes_no_table_is_said(base: kb.Base, kind: str, asked: Any, message: str) -> None:
    with pytest.raises((KbError, UnknownIdError), match=message):
        base.table(kind, **asked)
