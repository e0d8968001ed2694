"""`kb pubmed status`: the chain from a notice to the posts, and what is old, missing or incomplete."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

import kb
from kb import surveillance
from kb.cli.common import Group
from kb.cli.surveillance import status
from kb.pubmed import notice_files, snapshot
from kb.pubmed.record import Link
from tests.pubmed.test_notices import IN, plant, row, watch_file

TODAY = dt.date(2026, 6, 1)


@click.group(cls=Group)
def main() -> None:
    """Stand in for `kb pubmed`."""


main.add_command(status)


def run(*arguments: str | Path, evidence: Path) -> Result:
    given = ["status", *map(str, arguments), "--evidence", str(evidence)]
    result = CliRunner().invoke(main, given)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def test_records_are_counted_by_where_they_came_from(small):
    references = kb.open(small).corpus.references
    fetched, curated = (snapshot.curated(references[key]) for key in ("lauersen2014", "buist2008"))
    snapshot.save(small, snapshot.Entry(fetched, "pubmed", dt.date(2025, 12, 2)))
    snapshot.save(small, snapshot.Entry(curated, "curated", TODAY))
    found = surveillance.status(kb.open(small), older_than=180, today=TODAY)
    assert (found.fetched, found.curated) == (("24100287",), ("17940147",))
    assert found.old == (("24100287", dt.date(2025, 12, 2)),)
    assert surveillance.status(kb.open(small), older_than=181, today=TODAY).old == ()
    assert (found.missing, found.without_pmid) == ((), ("zhang2024",))
    text = surveillance.to_text(found)
    assert "older than 180 days: 1; to do: kb pubmed refresh" in text
    assert "curated, never fetched (PMIDs): 1" in text
    assert "2 studies were never looked up in PubMed" in text


def test_a_study_without_a_record_is_missing(small):
    found = surveillance.status(kb.open(small), today=TODAY)
    assert found.missing == ("buist2008", "lauersen2014")
    assert found.incomplete == ()


def test_nothing_to_look_at_exits_0(small):
    result = run(evidence=small)
    assert result.exit_code == 0
    assert "No notice about a study of the base" in result.stdout


@pytest.mark.parametrize(
    ("link", "code"),
    [
        ("RetractionIn", 1),
        ("RetractedandRepublishedIn", 1),
        ("PartialRetractionIn", 1),
        ("ExpressionOfConcernIn", 1),
        ("RetractionOf", 1),
        ("ErratumIn", 0),
        ("UpdateIn", 0),
        ("RetractedandRepublishedFrom", 0),
    ],
)
def test_the_exit_status_says_whether_somebody_must_look(small, link, code):
    plant(small, "lauersen2014", Link(link, "9", IN))
    result = run(evidence=small)
    assert result.exit_code == code
    assert "lauersen2014: " in result.stdout
    assert ("look at what rests on it: lauersen2014" in result.stderr) == bool(code)
    data = json.loads(run("--format", "json", evidence=small).stdout)
    assert data["alarms"] == (["lauersen2014"] if code else [])
    assert [study["study"] for study in data["studies"]] == ["lauersen2014"]


def test_the_chain_is_shown_as_text_and_json(small):
    plant(small, "lauersen2014", Link("RetractionIn", "9", IN))
    text = run(evidence=small).stdout
    for part in (
        "lauersen2014: RETRACTED (2021-03-05, PMID 9)",
        "It is left out of every table and summary.",
        "1 claim rests on it:",
        "running-injuries-page.c01: ",
        "1 post to look at again:",
        "    running-injuries-page",
        "intervention/strengthening-exercise",
    ):
        assert part in text, part
    (study,) = json.loads(run("--format", "json", evidence=small).stdout)["studies"]
    assert study["claims"][0]["id"] == "running-injuries-page.c01"
    assert study["posts"] == ["running-injuries-page"]
    assert study["notices"][0] | {"source": ""} == {
        "kind": "retracted",
        "date": "2021-03-05",
        "pmid": "9",
        "doi": "10.1000/n9",
        "printed": IN,
        "source": "",
        "note": None,
    }
    assert study["notices"][0]["source"] == "PubMed record 24100287, fetched 2026-03-01"


def test_the_notebooks_of_a_chain_are_those_that_a_build_makes(base):
    from kb.notebooks.plan import plan

    made = {job.name for job in plan(base)}
    for key in base.corpus.studies:
        assert set(surveillance.notebooks(base.corpus, base.graph, key)) <= made, key


def test_every_page_with_a_study_in_its_table_is_named(base):
    pages = {key: set(surveillance.notebooks(base.corpus, base.graph, key)) for key in base.corpus.studies}
    for noun, terms in (("condition", base.corpus.conditions), ("intervention", base.corpus.interventions)):
        for identifier, term in terms.items():
            if getattr(term, "kind", "") == "control":
                continue
            for key in base.bearing_on(**{noun: identifier}).studies:
                assert f"{noun}/{identifier}" in pages[key]


def test_comments_are_listed_only_when_asked_for(small):
    plant(small, "lauersen2014", Link("CommentIn", "9", IN))
    assert "commented on" not in run(evidence=small).stdout
    result = run("--comments", evidence=small)
    assert "commented on (2021-03-05, PMID 9)" in result.stdout
    assert result.exit_code == 0


def test_retraction_watch_is_heeded_at_once_and_kept_on_demand(small, tmp_path):
    path = watch_file(tmp_path, row(1, doi="10.1111/os.14212"), row(2, doi="10.1/none"))
    before = sorted(small.rglob("*"))
    result = run("--retraction-watch", path, evidence=small)
    assert result.exit_code == 1
    assert "zhang2024: RETRACTED (2023-08-16, doi:10.1000/notice)" in result.stdout
    assert "2 notices, 1 about 1 of our studies" in result.stderr
    assert "only after --keep" in result.stderr
    assert sorted(small.rglob("*")) == before
    assert kb.open(small).retracted == frozenset()

    assert "1 written to" in run("--retraction-watch", path, "--keep", evidence=small).stderr
    text = (small / notice_files.FILE).read_text()
    assert "Retraction Watch record 1" in text
    assert kb.open(small).retracted == {"zhang2024"}
    again = run("--retraction-watch", path, "--keep", evidence=small)
    assert "written" not in again.stderr
    assert (small / notice_files.FILE).read_text() == text
    assert again.stdout.count("zhang2024: RETRACTED") == 1
    assert run(evidence=small).exit_code == 1


def test_what_a_person_wrote_in_notices_stays_when_the_file_adds_to_it(small, tmp_path):
    (small / "notices.yaml").write_text(
        "- {study: buist2008, kind: corrected, date: '2009', source: the publisher's page}\n"
    )
    run("--retraction-watch", watch_file(tmp_path, row(1, pmid="24100287")), "--keep", evidence=small)
    kept, problems = notice_files.load_kept(small)
    assert not problems
    assert set(kept) == {"buist2008", "lauersen2014"}
    assert kept["buist2008"][0].source == "the publisher's page"


def test_a_wrong_file_exits_2_and_writes_nothing(small, tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("a,b\n")
    result = run("--retraction-watch", path, "--keep", evidence=small)
    assert result.exit_code == 2
    assert "is not" in result.stderr or "has no column" in result.stderr
    assert not (small / "notices.yaml").exists()
    assert run("--keep", evidence=small).exit_code == 2


def test_evidence_that_is_not_there_is_wrong_usage(tmp_path):
    assert run(evidence=tmp_path / "nowhere").exit_code == 2
