"""`kb pubmed watch`: queries, candidates that are never offered twice, decisions that survive, faults and kills."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

import kb
from kb.cli.common import Group
from kb.cli.surveillance import watch
from kb.model import InterventionKind
from kb.problems import EvidenceError
from kb.pubmed import queries
from kb.pubmed.candidates import CandidateError, Decision, Watch, decide, fingerprint, load, load_all, path_of, save
from kb.pubmed.errors import OfflineError
from kb.pubmed.offers import design_of, offers
from kb.pubmed.server import write_record
from kb.pubmed.server.query import read_query
from kb.pubmed.watch import How, Searched, plan, search
from kb.validation import validate

CELL = ("lateral-epicondylitis", "shockwave")
BROAD = ("elbow-tendinopathy", "shockwave")
TODAY = dt.date(2026, 11, 21)
HOW = How(today=TODAY)
RECORDS = {
    41000001: ("Shockwave therapy for tennis elbow: a systematic review.", "Systematic Review"),
    41000002: ("Tendon pain and ESWT: a randomized controlled trial.", "Randomized Controlled Trial"),
    41000003: ("Shock wave therapy in tennis elbow: a randomized trial.", "Randomized Controlled Trial"),
    41000004: ("Something else in 40 people.", "Journal Article"),
}


@click.group(cls=Group)
def main() -> None:
    """Stand in for `kb pubmed`."""


main.add_command(watch)


def record(folder: Path, pmid: int, title: str, *types: str, **more: object) -> None:
    abstract = "People with tennis elbow had shockwave therapy and were randomly assigned."
    fields = {"pmid": pmid, "title": title, "types": ("Journal Article", *types), "year": 2026, "month": "Oct"}
    write_record(folder, fields | {"iso": "J Ex", "abstract": abstract} | more)


@pytest.fixture
def folder(tmp_path):
    """Four records that came to PubMed in October 2026."""
    place = tmp_path / "literature"
    for pmid, (title, kind) in RECORDS.items():
        record(place, pmid, title, kind)
    return place


class Look:
    """Search cells of the small evidence; returns what was searched."""

    def __init__(self, small, server, connect):
        self.small, self.server, self.connect = small, server, connect

    def __call__(self, *cells, how=HOW, client=None) -> list[Searched]:
        corpus = kb.open(self.small).corpus
        return search(self.small, corpus, cells or (CELL,), client or self.connect(self.server), how)

    @property
    def log(self):
        return self.server.log


@pytest.fixture
def look(small, folder, serve, connect):
    """Search against a server that has the folder."""
    return Look(small, serve(folder), connect)


def offered(small: Path, *states: str) -> list[str]:
    return [offer.candidate.pmid for offer in offers(small, kb.open(small).corpus, states=states or ("new",))]


def files(small: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (small / "watch").glob("*")}


# --- queries ---------------------------------------------------------------------------------------------------------


def test_a_query_holds_mesh_names_narrower_terms_and_a_filter(base):
    condition, intervention, design = queries.build(base.corpus, *BROAD)
    assert '"Elbow Tendinopathy"[mh]' in condition
    assert '"Tennis Elbow"[mh]' in condition  # narrower
    assert '"tennis elbow"[tiab]' in condition
    assert '"Radial shockwave therapy"[tiab]' in intervention
    assert "randomized controlled trial[pt]" in design
    assert "systematic[sb]" in design
    assert "practice guideline[pt]" in design
    assert "relative risk[tw]" not in design


def test_exposures_and_tests_get_their_own_filter(base):
    kinds = {term.kind: term.id for term in base.corpus.interventions.values()}
    assert "cohort studies" in queries.build(base.corpus, "knee-pain", kinds[InterventionKind.EXPOSURE])[2]
    assert "specificity[tiab]" in queries.build(base.corpus, "knee-pain", kinds[InterventionKind.TEST])[2]


def test_every_query_of_interest_can_be_read_and_no_name_breaks_it(base):
    cells = queries.interest(base.corpus)
    assert len(cells) > 300
    for cell in cells:
        lines = queries.build(base.corpus, *cell)
        query = read_query(" ".join(lines), [])
        assert set(query.fields_not_found) <= {"sb", "mesh:noexp"}, (
            cell
        )  # fields of PubMed that the local server does not have
        assert "()" not in lines[0] + lines[1]


def test_names_too_short_to_mean_one_thing_are_left_out_unless_alone(base):
    searched = " ".join(line for cell in queries.interest(base.corpus) for line in queries.build(base.corpus, *cell))
    assert '"PT"[tiab]' not in searched
    assert '"OA"[tiab]' not in searched


def test_cells_of_interest_are_those_of_findings_and_claims_without_controls(small):
    corpus = kb.open(small).corpus
    cells = queries.choose(corpus)
    assert CELL in cells
    assert all(corpus.interventions[i].kind is not InterventionKind.CONTROL for _, i in cells)
    assert queries.choose(corpus, "elbow-tendinopathy") == [CELL]  # narrower included
    assert queries.choose(corpus, *BROAD) == [BROAD]
    assert len(queries.choose(corpus, "lateral-epicondylitis", every=True)) > 100


# --- searching -------------------------------------------------------------------------------------------------------


def test_what_is_new_is_kept_as_facts_and_ranked_by_design_and_closeness(small, look):
    (found,) = look()
    assert (found.found, len(found.new), found.waiting, found.error) == (4, 4, 0, None)
    assert offered(small) == ["41000001", "41000003", "41000002", "41000004"]
    text = path_of(small, CELL).read_text()
    assert "People with tennis elbow" not in text  # no abstract
    best = offers(small, kb.open(small).corpus)[0]
    assert (best.design, best.score, best.cells) == ("systematic review", 8, (CELL,))
    kept = best.candidate
    assert (kept.title, kept.journal, kept.year) == (RECORDS[41000001][0], "J Ex", 2026)
    assert (kept.publication_types, kept.found) == (("Journal Article", "Systematic Review"), TODAY)


def test_nothing_is_offered_twice(small, look, folder):
    look()
    decide(small, "41000004", Decision("rejected", "not about it", "A. Okafor", TODAY))
    decide(small, "41000002", Decision("accepted", None, "A. Okafor", TODAY))
    for day in range(1, 4):
        (again,) = look(how=How(today=TODAY + dt.timedelta(days=day)))
        assert again.new == ()
    (again,) = look(how=How(since=dt.date(2020, 1, 1), today=TODAY, again=True))
    assert (again.found, again.new) == (4, ())
    record(folder, 41000009, "Tennis elbow and ESWT.", "Randomized Controlled Trial", month="Nov")
    (again,) = look(how=How(today=TODAY + dt.timedelta(days=5)))
    assert [c.pmid for c in again.new] == ["41000009"]
    assert set(offered(small)) == {"41000001", "41000003", "41000009"}
    assert offered(small, "rejected") == ["41000004"]


def test_a_candidate_of_two_cells_is_offered_once_and_names_both(small, look):
    first, second = look(BROAD, CELL)
    assert (len(first.new), len(second.new)) == (4, 0)
    some = offers(small, kb.open(small).corpus, [CELL])
    assert len(some) == 4
    assert some[0].cells == (BROAD, CELL)
    assert load(small, CELL)[0].candidates == ()


def test_what_the_base_has_is_not_offered_by_pmid_or_doi(small, look, folder):
    record(folder, 24100287, "Shockwave in tennis elbow.")
    record(folder, 41000010, "Shockwave in tennis elbow, again.", doi="10.1111/OS.14212")
    (found,) = look()
    assert found.found == 6
    assert not {"24100287", "41000010"} & set(offered(small))
    look(how=How(today=TODAY + dt.timedelta(days=1)))
    assert sum(entry["ids"] for entry in look.log if entry["call"] == "efetch") == 5  # the double was asked for once


def test_a_retracted_candidate_is_rejected_by_rule_with_the_reason(small, look, folder):
    record(folder, 41000011, "ESWT.", "Retracted Publication", corrections=(("RetractionIn", "41000012"),))
    look()
    assert "41000011" not in offered(small)
    (kept,) = [c for c in load(small, CELL)[0].candidates if c.pmid == "41000011"]
    assert (kept.state, kept.who, kept.when) == ("rejected", "rule: notices", TODAY)
    assert kept.why == "RETRACTED (date unknown, PMID 41000012)"


def test_a_search_goes_on_from_the_last_with_an_overlap(small, look, folder):
    corpus = kb.open(small).corpus
    assert plan(corpus, Watch(CELL), TODAY).since == TODAY - dt.timedelta(days=365)
    look()
    state = load(small, CELL)[0]
    assert (state.first, state.last, state.looked) == (dt.date(2025, 11, 21), TODAY, TODAY)
    later = plan(corpus, state, TODAY + dt.timedelta(days=100))
    assert (later.since, later.first_time, later.done) == (TODAY - dt.timedelta(days=30), False, False)
    changed = plan(corpus, dataclasses.replace(state, query=("other[tiab]",)), TODAY)
    assert (changed.since, changed.done, changed.edited) == (state.first, False, True)
    record(folder, 31000001, "Tennis elbow and ESWT, long ago.", year=2019)
    assert look(how=How(today=TODAY + dt.timedelta(days=1)))[0].found == 4


def test_the_same_query_is_asked_once_a_day(small, look):
    look()
    asked = len(look.log)
    before = files(small)
    (found,) = look()
    assert found.skipped
    assert len(look.log) == asked
    assert files(small) == before
    assert not look(how=How(today=TODAY, again=True))[0].skipped


def test_more_than_the_limit_waits_and_is_not_lost(small, look):
    (first,) = look(how=How(today=TODAY, limit=3))
    assert (len(first.new), first.waiting) == (3, 1)
    assert load(small, CELL)[0].last is None
    (second,) = look(how=How(today=TODAY + dt.timedelta(days=60), limit=3))
    assert (len(second.new), second.waiting) == (1, 0)
    assert len(offered(small)) == 4
    assert load(small, CELL)[0].last == TODAY + dt.timedelta(days=60)


def test_many_records_are_asked_for_in_batches(small, look, folder):
    for pmid in range(42000001, 42000251):
        record(folder, pmid, "ESWT.")
    look(how=How(today=TODAY, limit=1000))
    assert [entry["call"] for entry in look.log] == ["esearch", "efetch", "efetch"]


def test_an_edited_query_survives_and_is_used(small, look):
    look()
    path = path_of(small, CELL)
    path.write_text(path.read_text().replace("query: null", "query: '\"Something else\"[ti]'"))
    (found,) = look()
    assert (found.plan.edited, found.plan.text, found.found) == (True, '"Something else"[ti]', 1)
    look(how=How(today=TODAY + dt.timedelta(days=1)))
    decide(small, "41000001", Decision("rejected", "no", "me", TODAY))
    assert load(small, CELL)[0].query == ('"Something else"[ti]',)
    save(small, dataclasses.replace(load(small, CELL)[0], query=()))
    assert not look()[0].plan.edited


def test_what_pubmed_does_not_know_of_an_edited_query_is_said(small, look):
    save(small, Watch(CELL, query=('"tennis elbow"[tiab] AND "zzqq"[tiab]',)))
    assert look()[0].unknown == ("zzqq",)


def test_a_decision_made_during_a_search_is_not_lost(small, look, connect):
    look()

    client = connect(look.server)
    ask = client.esearch

    def meanwhile(*arguments, **options):
        decide(small, "41000001", Decision("rejected", "meanwhile", "me", TODAY))
        return ask(*arguments, **options)

    client.esearch = meanwhile
    look(how=How(today=TODAY + dt.timedelta(days=1)), client=client)
    assert offered(small, "rejected") == ["41000001"]


# --- faults ----------------------------------------------------------------------------------------------------------

FAULTS = ["500", "503", "html", "malformed", "cut", "short", "empty", "reset", "backend", "entities", "encoding", "400"]


@pytest.mark.parametrize("call", ["esearch", "efetch"])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_leaves_the_files_as_they_were_and_is_said(small, look, folder, serve, connect, fault, call):
    look()
    before = files(small)
    record(folder, 41000009, "Tennis elbow and ESWT.")
    server = serve(folder, f"{fault}/{call}")
    (found,) = look(how=How(today=TODAY + dt.timedelta(days=1)), client=connect(server))
    assert found.error
    assert "Traceback" not in found.error
    assert files(small) == before
    (found,) = look(how=How(today=TODAY + dt.timedelta(days=1)))
    assert [c.pmid for c in found.new] == ["41000009"]


def test_after_three_failures_the_rest_is_left(small, look, folder, serve, connect):
    server = serve(folder, "500/esearch")
    cells = queries.interest(kb.open(small).corpus)[:5]
    found = look(*cells, client=connect(server))
    assert len(found) == 5
    assert all(one.error for one in found)
    assert "not tried" in (found[-1].error or "")
    assert not (small / "watch").exists()


def test_one_failure_does_not_keep_the_others_from_being_searched(small, look, folder, serve, connect):
    server = serve(folder, "400/esearch@1")
    first, second = look(BROAD, CELL, client=connect(server))
    assert first.error
    assert len(second.new) == 4


def test_a_deleted_or_merged_pmid_is_no_candidate(small, look, folder, serve, connect):
    record(folder, 41000099, "ESWT.", year=2019)
    server = serve(folder, "deleted=41000004/efetch", "merged=41000002:41000099/efetch")
    (found,) = look(client=connect(server))
    assert {c.pmid for c in found.new} == {"41000001", "41000003", "41000099"}
    assert "41000002" in load(small, CELL)[0].seen


def test_offline_is_one_sentence_and_nothing_changes(small, look, connect):
    look()
    before = files(small)
    with pytest.raises(OfflineError):
        look(how=How(today=TODAY, again=True), client=connect(look.server, offline=True))
    assert files(small) == before


SEARCH = """
import datetime as dt, sys
from pathlib import Path
import kb
from kb.pubmed import queries
from kb.pubmed.client import Entrez
from kb.pubmed.watch import How, search
root = Path(sys.argv[1])
corpus = kb.open(root).corpus
print("ready", flush=True)
search(root, corpus, queries.interest(corpus), Entrez(), How(today=dt.date(2026, 11, 21)))
"""


@pytest.mark.slow
def test_kills_and_a_new_run_end_the_same(small, folder, serve, tmp_path, tmp_path_factory):
    server = serve(folder, "slow=0.02")
    env = os.environ | {"KB_ENTREZ_URL": server.url, "KB_ENTREZ_EMAIL": "a@b.example", "KB_ENTREZ_API_KEY": "key"}
    whole = Path(shutil.copytree(small, tmp_path / "whole" / "evidence"))
    chance = random.Random(7)

    def start(root: Path, cache: str) -> subprocess.Popen[str]:
        mine = env | {"KB_CACHE": str(tmp_path_factory.mktemp(cache))}
        return subprocess.Popen([sys.executable, "-c", SEARCH, str(root)], env=mine, stdout=subprocess.PIPE, text=True)

    for root, kills in ((whole, 0), (small, 3)):
        for _ in range(kills):
            with start(root, "killed") as process:
                assert process.stdout
                process.stdout.readline()
                time.sleep(chance.uniform(0.0, 0.4))
                os.kill(process.pid, signal.SIGKILL)
            assert not load_all(root)[1]
        with start(root, "whole") as process:
            assert process.wait(60) == 0
    assert {name: text for name, text in files(small).items() if not name.startswith(".")} == files(whole)


# --- files -----------------------------------------------------------------------------------------------------------


def test_the_state_is_read_back_as_written_and_the_same_is_not_written_again(small, look):
    look()
    state, problems = load(small, CELL)
    assert not problems
    stamp = path_of(small, CELL).stat().st_mtime_ns
    save(small, state)
    assert path_of(small, CELL).stat().st_mtime_ns == stamp
    assert load_all(small) == ({CELL: state}, [])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("state: new", "state: maybe"),
        ("pmid: '41000001'", "pmid: x"),
        ("condition: lateral-epicondylitis", "condition: knee-pain"),
        ("last: 2026-11-21", "last: yesterday"),
        ("seen: []", "seen: [none]"),
        ("\nquery: null", "\nquery: {a: b}"),
        ("\nquery: null", "\nquerry: null"),
        ("candidates:", "candidates: ["),
    ],
)
def test_a_broken_state_stops_everything_before_anything_is_asked_or_changed(small, look, old, new):
    look()
    path = path_of(small, CELL)
    path.write_text(path.read_text().replace(old, new, 1))
    before, asked = files(small), len(look.log)
    for action in (look, lambda: offers(small, kb.open(small).corpus)):
        with pytest.raises(EvidenceError, match="watch/lateral-epicondylitis__shockwave"):
            action()
    assert (files(small), len(look.log)) == (before, asked)
    assert [p.path for p in validate(small)[1]] == ["watch/lateral-epicondylitis__shockwave.yaml"]


def test_a_decision_needs_a_candidate(small):
    with pytest.raises(CandidateError, match="PMID 5 is no candidate"):
        decide(small, "5", Decision("rejected", "x", "me"))


def test_a_fingerprint_does_not_see_line_ends():
    assert fingerprint(["a", "b"]) == fingerprint([" a  b "]) != fingerprint(["ab"])


@pytest.mark.parametrize(
    ("title", "types", "expected"),
    [
        ("x", ["Practice Guideline"], ("guideline", 4)),
        ("x", ["Clinical Trial Protocol", "Randomized Controlled Trial"], ("protocol", 0)),
        ("X: protocol of a randomised trial", ["Journal Article"], ("protocol, by its title", 0)),
        ("X: a cohort study", ["Journal Article"], ("observational study, by its title", 2)),
        ("x", ["Journal Article", "Letter"], ("comment", 0)),
        (None, [], ("other", 1)),
    ],
)
def test_designs_of_candidates(title, types, expected):
    assert design_of(title, types) == expected


# --- the command -----------------------------------------------------------------------------------------------------


@pytest.fixture
def command(small, folder, serve, tmp_path_factory, monkeypatch):
    """Run `kb pubmed watch` against a server."""
    server = serve(folder)
    for name, value in {"URL": server.url, "EMAIL": "a@b.example", "TIMEOUT": "2", "ATTEMPTS": "1"}.items():
        monkeypatch.setenv(f"KB_ENTREZ_{name}", value)
    monkeypatch.setenv("KB_ENTREZ_API_KEY", "key-of-the-test")
    monkeypatch.setenv("KB_CACHE", str(tmp_path_factory.mktemp("cache")))
    monkeypatch.setenv("KB_REVIEWER", "A. Okafor")

    def run(*arguments: str, fault: str = "") -> Result:
        if fault:
            monkeypatch.setenv("KB_ENTREZ_URL", serve(folder, fault).url)
            monkeypatch.setenv("KB_CACHE", str(tmp_path_factory.mktemp("empty")))
        result = CliRunner().invoke(main, ["watch", *arguments, "--evidence", str(small)])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    return run


ONE = ("--condition", "tennis elbow", "--intervention", "ESWT")


def test_a_search_prints_what_a_person_needs_to_decide(command):
    result = command(*ONE, "--since", "2026-01-01")
    assert result.exit_code == 0
    assert "1 search since 2026-01-01: 4 new candidates" in result.stdout
    assert "  1. PMID 41000001  2026  systematic review\n" in result.stdout
    assert "lateral-epicondylitis x shockwave; found " in result.stdout
    assert "--reject PMID --why" in result.stdout
    assert command(*ONE, "--top", "1", "--list").stdout.count("PMID 41") == 1
    data = json.loads(command(*ONE, "--list", "--format", "json").stdout)
    assert data["candidates"][0]["pmid"] == "41000001"
    assert data["candidates"][0]["cells"] == [{"condition": CELL[0], "intervention": CELL[1]}]
    assert "searched today already" in command(*ONE).stdout


def test_rejecting_keeps_who_when_and_why(command, small):
    command(*ONE, "--since", "2026-01-01")
    assert command("--reject", "41000004").exit_code == 2
    result = command("--reject", "41000004", "--why", "about knees")
    assert (result.exit_code, "rejected 41000004" in result.stdout) == (0, True)
    shown = command("--list", "--state", "rejected").stdout
    assert "rejected by A. Okafor on " in shown
    assert ": about knees" in shown
    assert "41000004" not in command("--list").stdout
    before = files(small)
    result = command("--reject", "41000001", "--reject", "5", "--why", "x")
    assert (result.exit_code, files(small)) == (2, before)
    assert result.stderr == "kb: PMID 5 is no candidate of a watch: `kb pubmed watch --list` shows them\n"


def test_accepting_is_kb_add(command, small, folder):
    record(folder, 41000003, RECORDS[41000003][0], "Randomized Controlled Trial", authors=("Okafor AB",))
    command(*ONE, "--since", "2026-01-01")
    result = command("--accept", "41000003")
    assert result.exit_code == 0
    assert "accepted 41000003 (A. Okafor): added as okafor2026: fill in " in result.stdout
    (kept,) = [c for c in load(small, CELL)[0].candidates if c.pmid == "41000003"]
    assert (kept.state, kept.who) == ("accepted", "A. Okafor")
    assert "okafor2026" in (small / "bibliography.bib").read_text()
    assert (small / "studies" / "okafor2026.yaml").exists()


def test_what_cannot_be_added_is_not_accepted(command, small):
    command(*ONE, "--since", "2026-01-01")
    bibliography = (small / "bibliography.bib").read_bytes()
    result = command("--accept", "41000003", fault="500/efetch")
    assert result.exit_code == 2
    assert result.stderr.startswith("kb: PMID 41000003 was not accepted: ")
    assert load(small, CELL)[0].candidates[0].state == "new"
    assert "41000003" in offered(small)
    assert (small / "bibliography.bib").read_bytes() == bibliography


def test_the_query_is_shown_set_and_built_again(command, small):
    shown = command(*ONE, "--show-query").stdout
    assert "built from the vocabulary" in shown
    assert '"Tennis Elbow"[mh]' in shown
    assert not (small / "watch").exists()
    assert command("--condition", "tennis elbow", "--set-query", "x[ti]").exit_code == 2
    assert "query kept" in command(*ONE, "--set-query", "else[ti]").stdout
    assert "edited by hand" in command(*ONE, "--show-query").stdout
    data = json.loads(command(*ONE, "--format", "json", "--since", "2026-01-01").stdout)
    assert (data["searches"][0]["query"], data["searches"][0]["edited"]) == ("else[ti]", True)
    assert [one["pmid"] for one in data["candidates"]] == ["41000004"]
    command(*ONE, "--set-query", "")
    assert json.loads(command(*ONE, "--show-query", "--format", "json").stdout)[0]["edited"] is False


def test_the_query_can_be_edited_in_an_editor(command, small, tmp_path, monkeypatch):
    editor = tmp_path / "editor.sh"
    editor.write_text("#!/bin/sh\nsed -i 's/Tennis Elbow/Elbow Joint/' \"$1\"\ntouch -d '+5 seconds' \"$1\"\n")
    editor.chmod(0o755)
    monkeypatch.setenv("VISUAL", str(editor))
    assert "query kept" in command(*ONE, "--edit-query").stdout
    assert '"Elbow Joint"[mh]' in command(*ONE, "--show-query").stdout
    monkeypatch.setenv("VISUAL", "true")
    before = files(small)
    assert "as it was" in command(*ONE, "--edit-query").stderr
    assert files(small) == before


def test_offline_says_so_once_exits_2_and_still_lists_what_is_known(command, monkeypatch):
    command(*ONE, "--since", "2026-01-01")
    monkeypatch.setenv("KB_ENTREZ_OFFLINE", "1")
    result = command(*ONE, "--again")
    assert result.exit_code == 2
    assert result.stderr.count("PubMed cannot be asked") == 1
    assert "PMID 41000001" in result.stdout
    data = json.loads(command(*ONE, "--again", "--format", "json").stdout)
    assert "cannot be asked" in data["error"]
    assert len(data["candidates"]) == 4


@pytest.mark.parametrize(("fault", "code"), [("500/esearch", 2), ("html/esearch", 2), ("400/esearch@1", 1)])
def test_the_exit_status_says_whether_all_or_some_searches_failed(command, small, fault, code):
    assert len(queries.choose(kb.open(small).corpus)) > 1
    result = command(fault=fault)
    assert result.exit_code == code
    assert "Traceback" not in result.output
    assert "kb: " in result.stderr
    assert "failed: run it again later" in result.stdout


def test_ids_that_nobody_knows_exit_2(command):
    assert command("--condition", "no such thing").exit_code == 2
