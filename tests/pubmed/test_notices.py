"""Retractions, concerns and corrections: read, told apart, undone, and marked wherever a study appears."""

from __future__ import annotations

import codecs
import datetime as dt
from pathlib import Path

import pytest
from msgspec.structs import replace

import kb
from kb import surveillance
from kb.naming import Thing
from kb.problems import EvidenceError
from kb.pubmed import notice_files, retraction_watch, snapshot
from kb.pubmed.notices import ALARMS, EXCLUDED, Kind, Notice, mark, of_record, settle
from kb.pubmed.record import Link, Record, Term
from kb.show import page, to_text
from kb.store import save_bibliography
from kb.tables import claims_table, to_markdown
from kb.validation import validate

IN = "J Ex. 2021 Mar 5;2(1):3. doi: 10.1000/n9."
HEADER = (
    "Record ID,Title,Subject,Institution,Journal,Publisher,Country,Author,URLS,ArticleType,RetractionDate,"
    "RetractionDOI,RetractionPubMedID,OriginalPaperDate,OriginalPaperDOI,OriginalPaperPubMedID,RetractionNature,"
    "Reason,Paywalled,Notes,"
)


def plant(root: Path, key: str, *links: Link, types: tuple[str, ...] = ()) -> str:
    """Put a fetched record with these links and publication types into a copy of the evidence; its PMID."""
    reference = kb.open(root).corpus.references[key]
    record = replace(snapshot.curated(reference), publication_types=tuple(map(Term, types)), links=links)
    snapshot.save(root, snapshot.Entry(record, "pubmed", dt.date(2026, 3, 1)))
    return record.pmid


def row(number: int = 1, **cells: object) -> str:
    """A row of the Retraction Watch data; cells by their name without punctuation."""
    plain = {
        "date": "8/16/2023 0:00",
        "notice_doi": "10.1000/notice",
        "notice_pmid": "0",
        "doi": "unavailable",
        "pmid": "0",
        "nature": "Retraction",
        "reason": "+Error in Data;+Investigation by Journal/Publisher;",
    } | cells
    return (
        f'{number},"A title, with comma",,,J,P,,"A;B",,Research Article;,{plain["date"]},{plain["notice_doi"]},'
        f"{plain['notice_pmid']},1/1/2014 0:00,{plain['doi']},{plain['pmid']},{plain['nature']},{plain['reason']},No,,"
    )


def watch_file(folder: Path, *rows: str, header: str = HEADER, encoding: str = "utf-8") -> Path:
    path = folder / "retraction_watch.csv"
    path.write_bytes("\r\n".join([header, *rows, ""]).encode(encoding))
    return path


@pytest.mark.parametrize(
    ("types", "links", "kinds"),
    [
        ((), (), []),
        (("Retracted Publication",), (), ["retracted"]),
        (("Retracted Publication",), (Link("RetractionIn", "9", IN),), ["retracted"]),
        ((), (Link("RetractionIn", "9", IN),), ["retracted"]),
        (("Retracted Publication",), (Link("RetractedandRepublishedIn", "9", IN),), ["retracted-and-replaced"]),
        (("Retracted Publication",), (Link("PartialRetractionIn", "9", IN),), ["partly-retracted"]),
        (
            ("Retracted Publication",),
            (Link("RetractionIn", "9", "Partial retraction in: " + IN),),
            ["partly-retracted"],
        ),
        ((), (Link("ExpressionOfConcernIn", "9", IN),), ["expression-of-concern"]),
        ((), (Link("ErratumIn", "9", IN), Link("ErratumIn", "10", IN)), ["corrected", "corrected"]),
        ((), (Link("CorrectedandRepublishedIn", "9", IN),), ["corrected-and-republished"]),
        ((), (Link("UpdateIn", "9", IN), Link("UpdateOf", "5", IN)), ["updated"]),
        ((), (Link("RepublishedIn", "9", IN),), ["republished"]),
        ((), (Link("RetractedandRepublishedFrom", "9", IN),), ["replaces-a-retracted-version"]),
        (("Retraction of Publication",), (Link("RetractionOf", "9", IN),), ["is-a-retraction-notice"]),
        (("Retraction Notice",), (), ["is-a-retraction-notice"]),
        (("Expression of Concern",), (Link("ExpressionOfConcernFor", "9", IN),), ["is-an-expression-of-concern"]),
        (("Published Erratum",), (Link("ErratumFor", "9", IN),), ["is-an-erratum"]),
        ((), (Link("CommentIn", "9", IN), Link("Cites", "8")), []),
        (
            ("Retracted Publication",),
            (Link("ErratumIn", "7", IN), Link("RetractionIn", "9", IN), Link("ExpressionOfConcernIn", "8", IN)),
            ["retracted", "expression-of-concern", "corrected"],
        ),
    ],
)
def test_each_state_of_a_record_stays_its_own(types, links, kinds):
    record = Record("1", publication_types=tuple(map(Term, types)), links=links)
    found = of_record(record)
    assert [notice.kind.value for notice in found] == kinds
    assert all((notice.date, notice.pmid or "0") > ("2021-03-04", "") for notice in found if notice.printed)


def test_comments_are_listed_when_asked_for():
    record = Record("1", links=(Link("CommentIn", "9", IN),))
    assert [str(notice) for notice in of_record(record, comments=True)] == ["commented on (2021-03-05, PMID 9)"]


def test_every_link_type_of_the_dtd_is_known_or_deliberately_left():
    left = {"AssociatedDataset", "AssociatedPublication", "CommentOn", "CorrectedandRepublishedFrom", "RepublishedFrom",
            "UpdateOf", "SummaryForPatientsIn", "OriginalReportIn", "ReprintIn", "ReprintOf", "Cites"}  # fmt: skip
    dtd = {"CommentIn", "CorrectedandRepublishedIn", "ErratumIn", "ErratumFor", "ExpressionOfConcernIn",
           "ExpressionOfConcernFor", "RepublishedIn", "RetractedandRepublishedIn", "RetractedandRepublishedFrom",
           "RetractionIn", "RetractionOf", "UpdateIn"}  # fmt: skip
    for kind in dtd | left:
        found = of_record(Record("1", links=(Link(kind, "9", IN),)), comments=True)
        assert bool(found) == (kind in dtd), kind


RETRACTED = Notice(Kind.RETRACTED, "2019-05-02", pmid="9", source="PubMed record 1")
GONE = "RETRACTED (2019-05-02, PMID 9)"
BACK = "reinstated after a retraction"


@pytest.mark.parametrize(
    ("notices", "left"),
    [
        ([RETRACTED, Notice(Kind.RETRACTED, "2019", doi="10.1/x", source="RW")], [GONE]),
        ([RETRACTED, Notice(Kind.RETRACTED, "2021-01-01", pmid="10")], [GONE, "RETRACTED (2021-01-01, PMID 10)"]),
        ([RETRACTED, Notice(Kind.REINSTATED, "2019-05-02")], [f"{BACK} (2019-05-02)"]),
        ([RETRACTED, Notice(Kind.REINSTATED, "2019-05-01")], [GONE, f"{BACK} (2019-05-01)"]),
        ([RETRACTED, Notice(Kind.REINSTATED, None)], [GONE, f"{BACK} (date unknown)"]),
        (
            [Notice(Kind.RETRACTED), Notice(Kind.REINSTATED, "2020-01-01")],
            ["RETRACTED (date unknown)", f"{BACK} (2020-01-01)"],
        ),
        (
            [Notice(Kind.RETRACTED, "2020"), Notice(Kind.REINSTATED, "2020-06-01")],
            ["RETRACTED (2020)", f"{BACK} (2020-06-01)"],
        ),
        (
            [RETRACTED, Notice(Kind.CORRECTED, "2020"), Notice(Kind.CONCERN, "2021")],
            [GONE, "EXPRESSION OF CONCERN (2021)", "corrected (2020)"],
        ),
        (
            [Notice(Kind.CONCERN, "2018"), Notice(Kind.REINSTATED, "2020-01-01")],
            ["EXPRESSION OF CONCERN (2018)", f"{BACK} (2020-01-01)"],
        ),
    ],
)
def test_one_notice_of_two_sources_counts_once_and_only_a_later_reinstatement_undoes(notices, left):
    for some in (notices, notices[::-1]):
        assert [str(notice) for notice in settle(some)] == left


def test_a_reinstatement_names_what_it_undoes_and_two_sources_are_named():
    (back,) = settle([RETRACTED, Notice(Kind.REINSTATED, "2020-01-01", source="RW 2")])
    assert back.note == "Undoes: RETRACTED (2019-05-02, PMID 9) [PubMed record 1]."
    (both,) = settle([RETRACTED, Notice(Kind.RETRACTED, "2019", source="RW 3")])
    assert both.source == "PubMed record 1; RW 3"


def test_what_is_left_out_calls_for_somebody():
    assert EXCLUDED < ALARMS
    assert Kind.CORRECTED not in ALARMS
    assert Kind.UPDATED not in ALARMS


# --- a planted retraction, followed ----------------------------------------------------------------------------------


def test_a_planted_retraction_is_followed_to_the_posts_and_leaves_the_tables(small):
    before = kb.open(small)
    whole = before.table(post="running-injuries-page")
    plant(small, "lauersen2014", Link("RetractionIn", "9", IN), types=("Retracted Publication",))
    base = kb.open(small)
    said = "RETRACTED (2021-03-05, PMID 9)"
    assert base.retracted == {"lauersen2014"}
    assert base.notice_mark("lauersen2014") == said

    made = base.table(post="running-injuries-page")
    assert set(whole.keys) - set(made.keys) == {"lauersen2014"}
    assert f"1 retracted study left out: Lauersen et al. 2014 [{said}]." in made.notes
    assert all("Lauersen" not in row["study"] for row in made.rows)
    assert all("Lauersen" not in reference for reference in made.references)
    assert f"{len(made.keys)} studies" in made.notes[0]

    claims = claims_table(base.corpus, "running-injuries-page", base.notices)
    assert [r["study"] for r in claims.rows if "Lauersen" in r["study"]] == [f"Lauersen et al. 2014 [{said}]"]
    assert any(reference.endswith(f"{said}.") for reference in claims.references)
    assert "must be made again: Lauersen et al. 2014." in to_markdown(claims)

    assert base.studies.loc["lauersen2014", "notice"] == said
    assert said in str(base.studies.loc["lauersen2014", "label"])
    assert str(base.studies.loc["lauersen2014", "reference"]).endswith(f"{said}.")
    assert base.studies["retracted"].sum() == 1
    assert set(base.findings.loc[base.findings["retracted"], "study"]) == {"lauersen2014"}
    assert set(base.evidence.loc[base.evidence["retracted"], "study"]) == {"lauersen2014"}

    assert "lauersen2014" in base.bearing_on(intervention="strengthening-exercise").studies  # still found
    assert next(hit for hit in base.search("lauersen") if hit.id == "lauersen2014").title.startswith(f"{said}: ")
    pages = {
        ("study", "lauersen2014"): 3,
        ("finding", "lauersen2014.f01"): 1,
        ("claim", "running-injuries-page.c01"): 1,
        ("intervention", "strengthening-exercise"): 2,
    }
    for (noun, identifier), times in pages.items():
        assert to_text(page(base, Thing(noun, identifier))).count(said) >= times, identifier

    _, problems = validate(small)
    (problem,) = [p for p in problems if p.rule == "retracted-study"]
    assert (problem.path, problem.severity) == ("studies/lauersen2014.yaml", "warning")

    (chain,) = surveillance.status(base).chains
    assert (chain.study, chain.left_out, chain.alarm) == ("lauersen2014", True, True)
    assert [claim for claim, _, _ in chain.claims] == ["running-injuries-page.c01"]
    assert chain.posts == ("running-injuries-page",)
    assert {"post/running-injuries-page", "intervention/strengthening-exercise", "overview"} <= set(chain.notebooks)


def test_a_study_in_doubt_stays_in_the_table_and_is_marked(small):
    plant(small, "lauersen2014", Link("ExpressionOfConcernIn", "9", IN), Link("ErratumIn", "8", "J Ex. 2015;1:1"))
    base = kb.open(small)
    made = base.table(post="running-injuries-page")
    assert base.retracted == frozenset()
    assert "Lauersen et al. 2014 [EXPRESSION OF CONCERN (2021-03-05, PMID 9)]" in {row["study"] for row in made.rows}
    assert any(r.endswith("(2021-03-05, PMID 9); corrected (2015, PMID 8).") for r in made.references)
    assert [p.rule for p in validate(small)[1]] == ["study-in-doubt"]


def test_a_study_that_is_a_retraction_notice_is_left_out_and_said(small):
    plant(small, "buist2008", Link("RetractionOf", "7", IN), types=("Retraction of Publication",))
    base = kb.open(small)
    assert base.retracted == {"buist2008"}
    text = to_text(page(base, Thing("study", "buist2008")))
    assert "IS A RETRACTION NOTICE, NOT A STUDY (2021-03-05, PMID 7)" in text


def test_without_notices_nothing_is_marked(base):
    assert base.notices == {}
    assert set(base.studies["notice"]) == {""}
    assert not base.studies["retracted"].any()


def test_a_record_that_cannot_be_read_is_not_taken_for_a_clean_one(small):
    pmid = plant(small, "lauersen2014", Link("RetractionIn", "9", IN))
    path = small / "pubmed" / f"{pmid}.yaml"
    path.write_text(path.read_text().replace("type: RetractionIn", "type: [RetractionIn]"))
    with pytest.raises(EvidenceError):
        _ = kb.open(small).notices
    assert [p.rule for p in validate(small)[1]] == ["pubmed-record"]
    path.write_text("source: pubmed\n- Retract")
    with pytest.raises(EvidenceError):
        _ = kb.open(small).notices


# --- notices.yaml ----------------------------------------------------------------------------------------------------


def test_kept_notices_are_read_back_as_written(small):
    some = {"zhang2024": (Notice(Kind.RETRACTED, "2025-01-02", None, "10.1/x", "Error; Data", "RW 1", "look"),)}
    notice_files.save_kept(small, some)
    assert notice_files.load_kept(small) == (some, [])
    assert kb.open(small).retracted == {"zhang2024"}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("- study: zhang2024\n  kind: retracted\n  source: RW\n- study: zhang2024\n  kind: gone\n  source: RW\n", 4),
        ("- study: zhang2024\n  kind: retracted\n", 1),
        ("- study: zhang2024\n  kind: retracted\n  source: RW\n  pmid: 12\n", 1),
        ("- study: zhang2024\n  kind: retracted\n  source: RW\n  colour: red\n", 1),
        ("- 5\n", 1),
        ("a: b\n", 1),
        ("- [", 2),
    ],
)
def test_a_wrong_notice_is_said_with_its_line(small, text, line):
    (small / "notices.yaml").write_text(text)
    _, problems = validate(small)
    assert [(p.path, p.line) for p in problems if p.severity == "error"] == [("notices.yaml", line)]
    assert str(problems[0]).count("\n") == 0


def test_a_date_without_quotes_and_a_stray_study_are_understood(small):
    text = "- study: {}\n  kind: corrected\n  date: 2016-08-26\n  source: the publisher's page\n"
    (small / "notices.yaml").write_text(text.format("zhang2024") + text.format("nobody2020"))
    assert str(kb.open(small).notices["zhang2024"][0]) == "corrected (2016-08-26)"
    assert [p.rule for p in validate(small)[1]] == ["stray-notice"]


# --- Retraction Watch ------------------------------------------------------------------------------------------------


def read(path: Path, small: Path) -> tuple[dict[str, list[str]], list[str], int]:
    reading = retraction_watch.read(path, kb.open(small).corpus.references)
    return (
        {key: [str(notice) for notice in some] for key, some in reading.notices.items()},
        [problem.rule for problem in reading.problems],
        reading.rows,
    )


def test_rows_find_studies_by_pmid_or_doi_whatever_their_case(small, tmp_path):
    rows = [
        row(1, pmid="24100287", notice_pmid="9"),
        row(2, doi="10.1111/OS.14212", nature="Expression of Concern"),
        row(3, doi="https://doi.org/10.1177/0363546507307505", nature="Correction", notice_doi="unavailable"),
        row(4, pmid="1", doi="10.1/other"),
        row(5, pmid="24100287", reason="+Retract and Replace;"),
    ]
    found, problems, count = read(watch_file(tmp_path, *rows), small)
    assert found == {
        "lauersen2014": [
            "RETRACTED (2023-08-16, PMID 9)",
            "RETRACTED AND REPLACED (2023-08-16, doi:10.1000/notice)",
        ],
        "zhang2024": ["EXPRESSION OF CONCERN (2023-08-16, doi:10.1000/notice)"],
        "buist2008": ["corrected (2023-08-16)"],
    }
    assert (problems, count) == ([], 5)


def test_a_reinstated_study_of_the_file_counts_again(small, tmp_path):
    rows = [row(1, pmid="24100287", date="1/2/2019 0:00"), row(2, pmid="24100287", nature="Reinstatement")]
    reading = retraction_watch.read(watch_file(tmp_path, *rows), kb.open(small).corpus.references)
    assert [notice.kind for notice in settle(reading.notices["lauersen2014"])] == [Kind.REINSTATED]


def test_a_study_that_is_itself_the_notice_is_found(small, tmp_path):
    path = watch_file(tmp_path, row(1, pmid="777", notice_pmid="24100287"))
    assert read(path, small)[0] == {"lauersen2014": ["IS A RETRACTION NOTICE, NOT A STUDY (2023-08-16, PMID 777)"]}
    same = watch_file(tmp_path, row(1, pmid="24100287", notice_pmid="24100287"))
    assert read(same, small)[0] == {"lauersen2014": ["RETRACTED (2023-08-16, doi:10.1000/notice)"]}


def test_ids_of_two_studies_in_one_row_are_said(small, tmp_path):
    path = watch_file(tmp_path, row(1, pmid="24100287", doi="10.1177/0363546507307505"))
    reading = retraction_watch.read(path, kb.open(small).corpus.references)
    assert set(reading.notices) == {"lauersen2014", "buist2008"}
    assert all("different studies" in (some[0].note or "") for some in reading.notices.values())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings(small, tmp_path, encoding):
    path = watch_file(tmp_path, row(1, pmid="24100287", reason="+Naïve—Data;"), encoding=encoding)
    reading = retraction_watch.read(path, kb.open(small).corpus.references)
    assert reading.notices["lauersen2014"][0].printed == "Naïve—Data"
    assert [p.rule for p in reading.problems] == (["encoding"] if encoding == "cp1252" else [])


def test_rows_that_cannot_be_read_are_said_and_do_not_hide_the_others(small, tmp_path):
    rows = [
        "1,cut off",
        row(2, pmid="24100287", nature="Withdrawal"),
        row(3, pmid="24100287", date="31/12/2020"),
        row(4) + "x,y",
        "",
        "5,\0" + row(5, doi="10.1111/os.14212")[2:],
        '6,"' + "x" * 1_100_000,
        row(7, pmid="17940147"),
    ]
    found, problems, _ = read(watch_file(tmp_path, *rows), small)
    assert found["lauersen2014"] == ["RETRACTED (date unknown, doi:10.1000/notice)"]
    assert "zhang2024" in found
    assert problems[:4] == ["row", "nature", "date", "row"]
    assert problems[-1] == "row"


def test_many_broken_rows_are_counted_not_all_shown(small, tmp_path):
    _, problems, count = read(watch_file(tmp_path, *["1,2"] * 50, row(1, pmid="24100287")), small)
    assert (len(problems), problems[-1], count) == (21, "rows", 1)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "has no column"),
        (b"key,title\n1,2\n", "has no column Record ID"),
        (b"<html>Sign in</html>", "has no column"),
        (b"\x1f\x8b\x08\x00", "is packed"),
        (codecs.BOM_UTF16_LE, "has no column"),
    ],
)
def test_a_file_that_is_something_else_is_refused_with_a_sentence(small, tmp_path, content, says):
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    with pytest.raises(retraction_watch.RetractionWatchError, match=says):
        read(path, small)


def test_a_file_saved_by_a_spreadsheet_with_semicolons_is_read(small, tmp_path):
    cells = dict.fromkeys(retraction_watch.COLUMNS, "")
    cells |= {"Record ID": "1", "RetractionDate": "8/16/2023", "OriginalPaperPubMedID": "24100287"}
    cells |= {"RetractionNature": "Retraction"}
    path = watch_file(tmp_path, ";".join(cells.values()), header=";".join(cells))
    assert read(path, small)[0] == {"lauersen2014": ["RETRACTED (2023-08-16)"]}


def test_marks_are_empty_for_nothing():
    assert mark(()) == ""


def test_an_unused_bibliography_entry_with_a_notice_does_no_harm(small):
    references = [*kb.open(small).corpus.references.values()]
    save_bibliography(small, references)
    assert kb.open(small).notices == {}
