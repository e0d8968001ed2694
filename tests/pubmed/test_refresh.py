"""A refresh: what is fetched and kept, what is shown, what is accepted, and what no fault and no kill can change."""

import datetime as dt
import json
import os
import shutil
import signal
import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from kb import store
from kb.cli.common import Group
from kb.cli.refresh import refresh as command
from kb.model import Design, Reference, Study, Verification
from kb.problems import EvidenceError, KbError, UnknownIdError
from kb.pubmed import complete, snapshot
from kb.pubmed.cache import Cache
from kb.pubmed.client import Entrez
from kb.pubmed.config import Secret, Settings
from kb.pubmed.rate import Limiter
from kb.pubmed.refresh import ALL, refresh
from kb.pubmed.server import write_record
from kb.pubmed.snapshot import Entry
from kb.pubmed.transport import source_of
from kb.pubmed.xml import PubMedXmlError, parse_all
from kb.store.bibtex import render

NOW = dt.datetime(2030, 5, 17, 12, tzinfo=dt.UTC)
READ = dt.date(2026, 1, 2)
BUIST, LAUERSEN = "17940147", "24100287"


def server_record(reference, **changes):
    """What PubMed would hold of a reference."""
    fields = {
        "pmid": reference.pmid,
        "title": f"{reference.title}.",
        "authors": tuple(_pubmed_name(name) for name in reference.author),
        "journal": reference.journal,
        "iso": reference.shortjournal,
        "year": reference.year,
        "volume": reference.volume,
        "issue": reference.number,
        "pages": reference.pages,
        "doi": reference.doi,
    }
    return fields | changes


def _pubmed_name(name):
    family, given = name.split(", ")
    return f"{family} {given.replace('.', '').replace(' ', '')}"


@pytest.fixture
def references(small):
    return store.load(small).references


@pytest.fixture
def pubmed(tmp_path, small, references):
    """Records that agree with the three studies, and curated entries for the two that have a PMID."""
    folder = tmp_path / "found"
    for reference in references.values():
        write_record(folder, server_record(reference, pmid=reference.pmid or "39334567"))
        if reference.pmid:
            snapshot.save(small, Entry(snapshot.curated(reference, ["Journal Article"], ["Running"]), "curated", READ))
    return folder


def files(root):
    """Every file of the evidence but drafts, by path."""
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and not path.name.startswith(".")
    }


# --- fetching --------------------------------------------------------------------------------------------------


def test_curated_entries_are_replaced_by_what_pubmed_says(small, pubmed, serve, connect):
    before = files(small)
    made = refresh(small, connect(serve(pubmed), cache=False), keys=["buist2008", "lauersen2014"], now=NOW)
    assert (set(made.fetched), made.waiting, made.status) == ({BUIST, LAUERSEN}, (), 0)
    entries, problems = snapshot.load(small)
    assert problems == []
    assert {(e.source, e.date) for e in entries.values()} == {("pubmed", NOW.date())}
    assert all(len(entry.record.sha256) == 64 for entry in entries.values())
    assert made.sources == {("pubmed", NOW.date()): 2}
    after = files(small)
    assert {name for name in after if after[name] != before.get(name)} == {
        f"pubmed/{BUIST}.yaml",
        f"pubmed/{LAUERSEN}.yaml",
    }


def test_the_date_is_the_day_on_which_it_was_fetched_not_the_day_of_the_run(small, pubmed, serve, connect):
    client = connect(serve(pubmed))
    xml = next(iter(client.fetch([BUIST]))).records[BUIST]
    client.cache.put(BUIST, xml, source=source_of(client.settings, BUIST), now=NOW - dt.timedelta(days=5))
    refresh(small, client, keys=["buist2008"], now=NOW)
    assert snapshot.load(small)[0][BUIST].date == NOW.date() - dt.timedelta(days=5)


@pytest.mark.parametrize(("age", "asked"), [(0, False), (29, False), (30, True), (400, True)])
def test_what_is_old_is_asked_for_again(small, pubmed, serve, connect, references, age, asked):
    server = serve(pubmed)
    day = NOW - dt.timedelta(days=age)
    refresh(small, connect(server, cache=False), keys=["buist2008"], now=day)
    write_record(pubmed, server_record(references["buist2008"], volume="37"))
    asked_before = len(server.log)
    made = refresh(small, connect(server, cache=False), keys=["buist2008"], now=NOW)
    assert len(server.log) - asked_before == int(asked)
    assert (made.fetched, made.fresh) == (((BUIST,), ()) if asked else ((), (BUIST,)))
    assert [d.field for d in made.waiting] == ["volume"] * asked
    assert refresh(small, connect(server, cache=False), keys=["buist2008"], now=NOW, force=True).fetched == (BUIST,)


def test_differences_are_shown_again_until_they_are_settled(small, pubmed, serve, connect, references):
    write_record(pubmed, server_record(references["buist2008"], volume="37", pages="33-9"))
    server = serve(pubmed)
    first = refresh(small, connect(server), keys=["buist2008"])
    made = refresh(small, connect(server), keys=["buist2008"])
    assert (first.waiting, first.status, made.status) == (made.waiting, 1, 1)
    assert [(d.field, d.kind, d.curated, d.pubmed) for d in made.waiting] == [
        ("volume", "changed", "36", "37"),
        ("pages", "typographic", "33-39", "33-9"),
    ]
    assert [d.field for d in made.awaiting] == ["volume"]
    assert len(server.log) == 1


def test_typography_alone_awaits_no_decision(small, pubmed, serve, connect, references):
    write_record(pubmed, server_record(references["buist2008"], pages="33-9"))
    made = refresh(small, connect(serve(pubmed)), keys=["buist2008"])
    assert ([d.kind for d in made.waiting], made.status) == (["typographic"], 0)


def test_a_design_hint_awaits_no_decision(small, pubmed, serve, connect, references):
    write_record(pubmed, server_record(references["buist2008"], types=("Meta-Analysis",)))
    made = refresh(small, connect(serve(pubmed)), keys=["buist2008"])
    assert ([(d.field, d.kind) for d in made.waiting], made.status) == ([("publication_types", "hint")], 0)


# --- studies without, or with a wrong, PMID --------------------------------------------------------------------


def test_a_pmid_that_was_found_is_only_shown(small, pubmed, serve, connect):
    before = files(small)
    made = refresh(small, connect(serve(pubmed)), keys=["zhang2024"])
    assert made.found == {"zhang2024": ("39334567", "DOI")}
    (difference,) = made.waiting
    assert (difference.name, difference.curated, difference.pubmed) == ("zhang2024.pmid", None, "39334567")
    assert (difference.kind, difference.note, made.status) == ("new", "found by its DOI", 1)
    assert files(small) == before


def test_accepting_it_writes_it_and_its_record(small, pubmed, serve, connect, references):
    made = refresh(small, connect(serve(pubmed)), accept=["zhang2024"])
    assert ([d.name for d in made.accepted], made.waiting, made.status) == (["zhang2024.pmid"], (), 0)
    now = store.load(small).references
    assert now == references | {"zhang2024": references["zhang2024"].model_copy(update={"pmid": "39334567"})}
    assert snapshot.load(small)[0]["39334567"].source == "pubmed"
    again = refresh(small, connect(serve(pubmed)))
    assert (again.fetched, again.waiting, again.found, again.status) == ((), (), {}, 0)


def test_no_search_asks_nothing(small, pubmed, serve, connect):
    server = serve(pubmed)
    made = refresh(small, connect(server), keys=["zhang2024"], search=False)
    assert (made.status, server.log) == (0, [])


def test_a_merged_pmid_is_said_and_the_old_entry_kept(small, pubmed, serve, connect, references):
    (pubmed / f"{BUIST}.xml").unlink()
    write_record(pubmed, server_record(references["buist2008"], pmid="30000001"))
    (pubmed / "merged.txt").write_text(f"{BUIST} 30000001\n")
    before = files(small)
    made = refresh(small, connect(serve(pubmed)), keys=["buist2008"])
    (difference,) = made.waiting
    assert (difference.field, difference.kind, difference.pubmed) == ("pmid", "changed", "30000001")
    assert "merged" in difference.note
    assert (files(small), made.status) == (before, 1)
    made = refresh(small, connect(serve(pubmed)), keys=["buist2008"], accept=[ALL])
    assert store.load(small).references["buist2008"].pmid == "30000001"
    assert files(small)[f"pubmed/{BUIST}.yaml"] == before[f"pubmed/{BUIST}.yaml"]
    assert snapshot.load(small)[0]["30000001"].record.pmid == "30000001"


def test_a_missing_pmid_is_said_and_the_old_entry_kept(small, pubmed, serve, connect):
    (pubmed / f"{BUIST}.xml").unlink()
    before = files(small)
    for accept in ((), (ALL,), ("buist2008",)):
        made = refresh(small, connect(serve(pubmed)), keys=["buist2008"], accept=accept)
        assert [(d.field, d.kind, d.curated, d.pubmed) for d in made.waiting] == [("pmid", "missing", BUIST, None)]
        assert (files(small), made.status) == (before, 1)


def test_a_missing_pmid_whose_paper_is_found_elsewhere(small, pubmed, serve, connect, references):
    (pubmed / f"{BUIST}.xml").unlink()
    write_record(pubmed, server_record(references["buist2008"], pmid="30000001"))
    made = refresh(small, connect(serve(pubmed)), keys=["buist2008"])
    (difference,) = made.waiting
    assert (difference.field, difference.kind, difference.pubmed) == ("pmid", "changed", "30000001")
    assert difference.note == f"PubMed has no {BUIST}; 30000001 was found by its DOI"


OTHER = {"title": "Vitamin D in cattle.", "authors": ("Muller X",), "doi": "10.1000/cattle", "volume": "99"}


def test_another_paper_is_never_accepted_with_all_the_others(small, pubmed, serve, connect, references):
    write_record(pubmed, server_record(references["buist2008"], **OTHER))
    write_record(pubmed, server_record(references["lauersen2014"], volume="49"))
    before = files(small)
    made = refresh(small, connect(serve(pubmed)), keys=["buist2008"])
    assert {d.field for d in made.waiting} == {"title", "author", "volume", "doi"}
    assert {d.kind for d in made.waiting} == {"another-paper"}
    assert (files(small), made.status) == (before, 1)
    made = refresh(small, connect(serve(pubmed)), keys=["buist2008", "lauersen2014"], accept=[ALL])
    assert [d.name for d in made.accepted] == ["lauersen2014.volume"]
    assert {d.key for d in made.waiting} == {"buist2008"}
    assert files(small)[f"pubmed/{BUIST}.yaml"] == before[f"pubmed/{BUIST}.yaml"]
    made = refresh(small, connect(serve(pubmed)), keys=["buist2008"], accept=["buist2008"])
    assert len(made.accepted) == 4
    assert store.load(small).references["buist2008"].title == "Vitamin D in cattle"
    assert snapshot.load(small)[0][BUIST].source == "pubmed"


def test_another_paper_whose_own_is_found(small, pubmed, serve, connect, references):
    write_record(pubmed, server_record(references["buist2008"], **OTHER))
    write_record(pubmed, server_record(references["buist2008"], pmid="30000001", volume="37"))
    made = refresh(small, connect(serve(pubmed)), keys=["buist2008"], accept=[ALL])
    assert [(d.field, d.kind, d.pubmed) for d in made.waiting] == [("pmid", "another-paper", "30000001")]
    assert "Vitamin D in cattle" in made.waiting[0].note
    assert [d.name for d in made.accepted] == ["buist2008.volume"]
    refresh(small, connect(serve(pubmed)), keys=["buist2008"], accept=["buist2008"])
    assert store.load(small).references["buist2008"].pmid == "30000001"
    assert snapshot.load(small)[0]["30000001"].record.doi == references["buist2008"].doi


def test_a_pmid_of_two_studies_is_a_conflict(small, pubmed, serve, connect, references):
    (pubmed / "39334567.xml").unlink()
    write_record(pubmed, server_record(references["zhang2024"], pmid=BUIST))
    made = refresh(small, connect(serve(pubmed)), accept=[ALL, "zhang2024"])
    (difference,) = [d for d in made.waiting if d.name == "zhang2024.pmid"]
    assert (difference.kind, difference.note) == ("conflict", f"{BUIST} is also that of buist2008")
    assert made.refused == (f"zhang2024.pmid: {BUIST} is also that of buist2008",)
    assert store.load(small).references["zhang2024"].pmid is None


# --- accepting -------------------------------------------------------------------------------------------------


ACCEPT = [
    ([ALL], {"volume": "37", "pmcid": "PMC5"}),
    (["buist2008"], {"volume": "37", "pmcid": "PMC5"}),
    (["buist2008.volume"], {"volume": "37"}),
    (["buist2008.title", "buist2008.pmcid"], {"title": "NO EFFECT", "pmcid": "PMC5"}),
    (["lauersen2014"], {}),
    ([], {}),
]


@pytest.mark.parametrize(("accept", "changes"), ACCEPT)
def test_accept_takes_what_was_named_and_nothing_else(small, pubmed, serve, connect, references, accept, changes):
    buist = references["buist2008"]
    title = buist.title.replace("No effect", "NO EFFECT")
    changes = {name: title if name == "title" else value for name, value in changes.items()}
    write_record(pubmed, server_record(buist, volume="37", pmc="PMC5", title=f"{title}."))
    before = files(small)
    made = refresh(small, connect(serve(pubmed)), keys=["buist2008", "lauersen2014"], accept=accept)
    assert {d.field for d in made.accepted} == set(changes)
    assert {d.field for d in made.waiting} == {"volume", "pmcid", "title"} - set(changes)
    after = references | {"buist2008": buist.model_copy(update=changes)}
    assert files(small)["bibliography.bib"].decode() == render(after.values())
    if not changes:
        assert files(small)["bibliography.bib"] == before["bibliography.bib"]
    assert {name: text for name, text in files(small).items() if name.startswith("studies/")}.items() <= before.items()


def test_an_edit_made_meanwhile_is_not_overwritten(small, pubmed, serve, connect, references):
    buist = references["buist2008"]
    write_record(pubmed, server_record(buist, volume="37", issue="2"))
    client = connect(serve(pubmed))
    fetch = client.fetch

    def fetch_while_somebody_edits(*args, **options):
        yield from fetch(*args, **options)
        edited = buist.model_copy(update={"volume": "40", "pages": "1-2"})
        store.save_bibliography(small, (references | {"buist2008": edited}).values())

    client.fetch = fetch_while_somebody_edits
    made = refresh(small, client, keys=["buist2008"], accept=[ALL])
    now = store.load(small).references["buist2008"]
    assert (now.volume, now.number, now.pages) == ("40", "2", "1-2")
    assert made.status == 1
    assert made.refused == ("buist2008.volume: it was changed here while PubMed was asked; look at it again",)


def test_words_between_the_entries_are_not_lost(small, pubmed, serve, connect, references):
    write_record(pubmed, server_record(references["buist2008"], volume="37"))
    path = small / "bibliography.bib"
    path.write_text(path.read_text().replace("@article{lauersen", "% ask Kim about the next\n\n@article{lauersen"))
    before = path.read_bytes()
    made = refresh(small, connect(serve(pubmed)), keys=["buist2008"], accept=[ALL])
    assert "stands outside the entries" in made.refused[0]
    assert (path.read_bytes(), made.accepted, made.status) == (before, (), 1)


@pytest.mark.parametrize("title", ["No effect of a graded } program", "No effect { of a graded", "No effect \\{ of"])
def test_a_value_that_bibtex_cannot_hold_is_refused(small, pubmed, serve, connect, references, title):
    write_record(pubmed, server_record(references["buist2008"], title=title))
    before = files(small)["bibliography.bib"]
    made = refresh(small, connect(serve(pubmed)), keys=["buist2008"], accept=["buist2008"])
    assert "cannot be written as BibTeX" in made.refused[0]
    assert (files(small)["bibliography.bib"], made.accepted) == (before, ())


def test_a_value_that_breaks_a_rule_is_refused(small, pubmed, serve, connect, references):
    write_record(pubmed, server_record(references["buist2008"], year=2099))
    made = refresh(small, connect(serve(pubmed)), keys=["buist2008"], accept=[ALL])
    assert "the year is 2099" in made.refused[0]
    assert store.load(small).references == references


def test_wrong_names_are_refused_before_anything_is_asked(small, pubmed, serve, connect):
    server = serve(pubmed)
    with pytest.raises(UnknownIdError, match="did you mean 'buist2008'"):
        refresh(small, connect(server), keys=["buist2007"])
    with pytest.raises(UnknownIdError, match="no study 'lauersen2014'"):
        refresh(small, connect(server), keys=["buist2008"], accept=["lauersen2014"])
    with pytest.raises(KbError, match="'design' is no field that can be accepted"):
        refresh(small, connect(server), accept=["buist2008.design"])
    (small / "bibliography.bib").write_text("@article{a")
    with pytest.raises(EvidenceError):
        refresh(small, connect(server))
    assert server.log == []


def test_a_broken_file_of_the_snapshot_is_left_to_its_owner(small, pubmed, serve, connect):
    path = small / "pubmed" / f"{BUIST}.yaml"
    path.write_text("<<<<<<< HEAD\nsource: curated\n")
    before = path.read_bytes()
    made = refresh(small, connect(serve(pubmed)))
    assert [problem.path for problem in made.problems] == [f"pubmed/{BUIST}.yaml"]
    assert (path.read_bytes(), made.fetched, made.status) == (before, (LAUERSEN,), 1)


# --- faults ----------------------------------------------------------------------------------------------------

FAULTS = [
    ("500", 2),
    ("502", 2),
    ("503;0.01", 2),
    ("429;0.01", 2),
    ("400", 2),
    ("403", 2),
    ("redirect", 2),
    ("html", 2),
    ("cut", 2),
    ("short", 2),
    ("reset", 2),
    ("malformed", 2),
    ("entities", 2),
    ("encoding", 2),
    ("empty", 2),
    ("backend", 2),
    ("proxy", 2),
    ("500/efetch", 2),
    ("malformed/esearch", 1),
    ("html/ecitmatch", 1),
    ("fewer=2", 1),
    (f"deleted={BUIST}", 1),
    (f"merged={BUIST}:{LAUERSEN}", 1),
    (f"merged={BUIST}:39334567", 1),
    ("html@1-2", 1),
    ("cut@1", 1),
    ("429;0.01@1-2", 1),
    ("500/efetch@1-2", 1),
]


@pytest.mark.parametrize(("fault", "status"), FAULTS, ids=[fault for fault, _ in FAULTS])
def test_no_fault_changes_a_curated_fact(small, pubmed, serve, connect, references, fault, status):
    before = files(small)
    made = refresh(small, connect(serve(pubmed, fault)))
    assert made.status == status
    after = files(small)
    assert after.keys() == before.keys()
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {f"pubmed/{pmid}.yaml" for pmid in made.fetched}
    entries, problems = snapshot.load(small)
    assert problems == []
    for pmid in made.fetched:
        assert (entries[pmid].record.title or "").rstrip(".") in {
            r.title for r in references.values() if r.pmid == pmid
        }
    if status == 2:
        assert changed == set()
        assert made.failures
    passed = refresh(small, connect(serve(pubmed), cache=False))
    assert ({e.source for e in snapshot.load(small)[0].values()}, passed.failures) == ({"pubmed"}, ())
    assert store.load(small).references == references


def test_a_record_that_cannot_be_read_does_not_stop_the_others(small, pubmed, serve, connect, monkeypatch):
    def parse(xml):
        if BUIST.encode() in xml:
            raise PubMedXmlError("PubMed answer", "malformed", "is broken")
        return parse_all(xml)

    monkeypatch.setattr(complete, "parse_all", parse)
    before = files(small)
    made = refresh(small, connect(serve(pubmed)), search=False)
    assert (made.fetched, made.status) == ((LAUERSEN,), 1)
    assert [p.rule for p in made.problems] == ["unreadable-answer"]
    assert files(small)[f"pubmed/{BUIST}.yaml"] == before[f"pubmed/{BUIST}.yaml"]


def test_offline_uses_the_snapshot(small, pubmed, serve, connect, references):
    write_record(pubmed, server_record(references["buist2008"], volume="37"))
    server = serve(pubmed)
    refresh(small, connect(server))
    before = files(small)
    made = refresh(small, connect(server, offline=True), force=True)
    assert (files(small), made.fetched, made.status) == (before, (), 2)
    assert [d.name for d in made.waiting] == ["buist2008.volume"]
    made = refresh(small, connect(server, offline=True), accept=["buist2008"])
    assert ([d.name for d in made.accepted], made.status) == (["buist2008.volume"], 1)


# --- many ------------------------------------------------------------------------------------------------------


def many_studies(root, records, number):
    """Evidence of many studies, with PMIDs 1001 and on, and their records."""
    for name in ("conditions", "interventions", "outcomes", "populations"):
        store.save_terms(root, name, [])
    made = []
    empty = dict.fromkeys(("n_participants", "n_studies", "population", "comparator", "follow_up", "conclusion"))
    empty |= {"funding_or_conflicts": None, "populations": (), "conditions": (), "interventions": ()}
    study = Study(key="zzz2000", design=Design.UNKNOWN, verification=Verification.UNVERIFIED, **empty)
    text = store.save_study(root, study).read_text()
    (root / "studies" / "zzz2000.yaml").unlink()
    for n in range(number):
        key = f"a{chr(97 + n // 676)}{chr(97 + n // 26 % 26)}{chr(97 + n % 26)}2020"
        fields = {"title": f"Study {1001 + n}", "author": ("Lee, S. H.",), "year": 2020, "pmid": str(1001 + n)}
        made.append(Reference(key=key, entry_type="article", **fields))
        (root / "studies" / f"{key}.yaml").write_text(text.replace("zzz2000", key))
        write_record(records, {"pmid": 1001 + n, "title": f"Study {1001 + n}.", "authors": ("Lee SH",), "year": 2020})
    store.save_bibliography(root, made)


@pytest.fixture
def thousand(tmp_path, monkeypatch):
    """Evidence and records of 1,000 studies; nothing is synced to the disk, which takes most of the time."""
    monkeypatch.setattr(os, "fsync", lambda _: None)
    many_studies(tmp_path / "evidence", tmp_path / "found", 1000)
    return tmp_path / "evidence", tmp_path / "found"


def busiest(log, window=1.0):
    times = [entry["mono"] for entry in log]
    return max(sum(1 for other in times if 0 <= other - begin < window) for begin in times)


@pytest.mark.slow
def test_a_thousand_ids_take_five_requests_within_the_rate(thousand, serve, tmp_path):
    root, records = thousand
    server = serve(records, limit=3)
    settings = Settings(Secret("a@b.example"), base_url=server.url)
    client = Entrez(settings, cache=Cache(tmp_path / "c"), limiter=Limiter(tmp_path / "rate", "x", 3))
    told = []
    made = refresh(root, client, progress=lambda *what: told.append(what))
    assert (len(made.fetched), made.status) == (1000, 0)
    assert [(entry["call"], entry["ids"], entry["status"]) for entry in server.log] == [("efetch", 200, 200)] * 5
    assert busiest(server.log) <= 3
    assert [done for _, done, _ in told] == [0, 200, 400, 600, 800, 1000]
    again = refresh(root, client)
    assert (again.fetched, len(again.fresh), len(server.log)) == ((), 1000, 5)
    for path in (root / "pubmed").iterdir():
        path.unlink()
    refresh(root, client)
    assert len(server.log) == 5  # all of it was in the cache


@pytest.mark.slow
def test_a_batch_that_fails_does_not_take_the_next_along(thousand, serve, connect):
    root, records = thousand
    server = serve(records, "html@2-4")
    made = refresh(root, connect(server))
    assert (len(made.fetched), len(made.failures), made.status) == (800, 1, 1)
    assert len(server.log) == 1 + 3 + 3
    asked = len(server.log)
    made = refresh(root, connect(server))
    assert (len(made.fetched), made.status, len(server.log) - asked) == (200, 0, 1)


@pytest.mark.slow
def test_two_failures_in_a_row_are_enough(thousand, serve, connect):
    root, records = thousand
    server = serve(records, "html@2-")
    made = refresh(root, connect(server))
    assert (len(made.fetched), len(made.failures), made.status) == (200, 2, 1)
    assert len(server.log) == 1 + 3 + 3


# --- kills -----------------------------------------------------------------------------------------------------

RUN = """
import os, pathlib, signal, sys
from kb.pubmed.cache import Cache
from kb.pubmed.client import Entrez
from kb.pubmed.config import Settings
from kb.pubmed.rate import Limiter
from kb.pubmed.refresh import refresh

root, url, cache, when, what, accept = sys.argv[1:7]
left = int(what)

def killing(function):
    def wrapped(self, *args):
        global left
        done = None if when == "before" else function(self, *args)
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return function(self, *args) if when == "before" else done
    return wrapped

pathlib.Path.replace = killing(pathlib.Path.replace)
os.fsync = lambda _: None  # a kill loses nothing of what was written, unlike a power cut
client = Entrez(Settings(base_url=url), cache=Cache(pathlib.Path(cache)), limiter=Limiter(None, "", 1000))
made = refresh(pathlib.Path(root), client, accept=[accept] if accept else [])
sys.exit(made.status)
"""


def run(root, server, cache, when="never", what=0, accept=""):
    command = [sys.executable, "-c", RUN, str(root), server.url, str(cache), when, str(what), accept]
    return subprocess.run(command, check=False, timeout=60).returncode


# Each record is renamed into its place twice, in the cache and in the snapshot: a batch of 200 is 400 renamings.
KILLS = [("before", 1), ("after", 120), ("before", 201), ("after", 333), ("after", 400), ("after", 415)]


@pytest.mark.slow
def test_a_kill_at_any_moment_and_a_new_run_end_the_same(tmp_path, serve):
    """The moments are counted in files renamed into their place, so that they are the same in every run."""
    many_studies(tmp_path / "e", tmp_path / "found", 210)
    for number in range(len(KILLS)):
        shutil.copytree(tmp_path / "e", tmp_path / f"e{number}")
    server = serve(tmp_path / "found")
    assert run(tmp_path / "e", server, tmp_path / "c") == 0
    expected = files(tmp_path / "e")
    assert len(expected) == 2 * 210 + 5
    for number, (when, what) in enumerate(KILLS):
        root, cache = tmp_path / f"e{number}", tmp_path / f"c{number}"
        assert run(root, server, cache, when, what) == -signal.SIGKILL
        entries, problems = snapshot.load(root)
        assert (problems, len(entries) < 210) == ([], True)
        kept = len(Cache(cache).pmids())
        asked = len(server.log)
        assert run(root, server, cache) == 0
        assert files(root) == expected
        assert sum(entry["ids"] for entry in server.log[asked:]) == 210 - kept


@pytest.mark.slow
@pytest.mark.parametrize("what", [1, 2, 3, 4, 5, 6])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_kill_while_accepting_loses_nothing(small, pubmed, serve, tmp_path, references, when, what):
    """Renamed are the answers of the cache (3), two records, the accepted record, the bibliography."""
    server = serve(pubmed)
    code = run(small, server, tmp_path / "c", when, what, "zhang2024")
    assert code == -signal.SIGKILL
    assert snapshot.load(small)[1] == []
    there = store.load(small).references
    accepted = references | {"zhang2024": references["zhang2024"].model_copy(update={"pmid": "39334567"})}
    assert there in (references, accepted)
    run(small, server, tmp_path / "c", accept="zhang2024")
    assert store.load(small).references == accepted
    assert set(snapshot.load(small)[0]) == {BUIST, LAUERSEN, "39334567"}


def test_drafts_of_a_killed_run_are_cleared_away_and_those_of_a_living_one_are_not(small, pubmed, serve, connect):
    old, new = small / "pubmed" / ".1.yaml.abc", small / "pubmed" / ".2.yaml.abc"
    for path in (old, new):
        path.write_text("half")
    os.utime(old, (0, 0))
    refresh(small, connect(serve(pubmed)))
    assert (old.exists(), new.exists()) == (False, True)


# --- the command -----------------------------------------------------------------------------------------------


@pytest.fixture
def kb(small, tmp_path_factory, monkeypatch):
    """Run the command against a server."""

    @click.group(cls=Group)
    def main():
        pass

    main.add_command(command)
    cache = tmp_path_factory.mktemp("cache")

    def invoke(server, *arguments):
        monkeypatch.setenv("KB_ENTREZ_URL", server if isinstance(server, str) else server.url)
        monkeypatch.setenv("KB_ENTREZ_API_KEY", "0123456789abcdef")
        monkeypatch.setenv("KB_ENTREZ_ATTEMPTS", "1")
        monkeypatch.setenv("KB_CACHE", str(cache))
        return CliRunner().invoke(main, ["refresh", "--evidence", str(small), *arguments])

    return invoke


def test_command_text(kb, pubmed, serve, references):
    write_record(pubmed, server_record(references["buist2008"], volume="37", pages="33-9"))
    ran = kb(serve(pubmed))
    assert ran.exit_code == 1
    assert ran.stdout.splitlines() == [
        "buist2008",
        "  volume (differs): 36 | PubMed: 37",
        "zhang2024",
        "  pmid (not known here): unknown | PubMed: 39334567",
        "      found by its DOI",
        "",
        "3 studies: 2 fetched, 0 new enough, 1 PMID found.",
        "2 differences in 2 studies await a decision: --accept takes all, --accept KEY those of a study.",
        "1 of typography not shown: --typographic shows them.",
    ]
    assert ran.stderr == ""
    assert "33-39 | PubMed: 33-9" in kb(serve(pubmed), "--typographic").stdout
    ran = kb(serve(pubmed), "--accept", "zhang2024", "buist2008", "zhang2024")
    assert ran.stdout.startswith("Accepted, now in bibliography.bib:\nzhang2024\n  pmid")
    assert ran.exit_code == 1
    ran = kb(serve(pubmed), "--accept")
    assert "buist2008" in ran.stdout.partition("\n\n")[0]
    ran = kb(serve(pubmed))
    assert ran.exit_code == 0
    assert ran.stdout.splitlines() == [
        "3 studies: 0 fetched, 3 new enough.",
        "No difference awaits a decision.",
        "1 of typography not shown: --typographic shows them.",
    ]
    assert "zhang2024: nothing to accept" in kb(serve(pubmed), "--accept", "zhang2024").stderr


def test_command_json(kb, pubmed, serve, references):
    write_record(pubmed, server_record(references["buist2008"], volume="37"))
    ran = kb(serve(pubmed), "--format", "json", "buist2008")
    said = json.loads(ran.stdout)
    assert (said["status"], said["fetched"], said["failures"]) == (1, [BUIST], [])
    assert said["differences"] == [
        {
            "key": "buist2008",
            "field": "volume",
            "curated": "36",
            "pubmed": "37",
            "kind": "changed",
            "note": "",
            "awaits": True,
        }
    ]
    assert [row["source"] for row in said["snapshot"]] == ["pubmed"]


def test_command_offline_is_one_sentence_and_no_traceback(kb, pubmed):
    ran = kb("http://127.0.0.1:9/")
    assert ran.exit_code == 2
    assert ran.stderr == (
        "kb: PubMed could not be reached (nothing answers at 127.0.0.1), the snapshot is used: "
        "2 records curated, 2026-01-02.\n"
    )
    assert "as far as the snapshot goes" in ran.stdout


def test_command_says_what_failed(kb, pubmed, serve):
    ran = kb(serve(pubmed, "html"))
    assert ran.exit_code == 2
    assert "kb: PubMed efetch of 2 ids failed: a web page came instead of XML." in ran.stderr
    ran = kb(serve(pubmed), "nobody2000")
    assert (ran.exit_code, ran.stderr) == (2, "kb: no study 'nobody2000': `kb list studies` shows them all\n")
