"""The client asks in batches, within the rate, and never twice for what it has."""

import dataclasses
import datetime as dt
import json
import multiprocessing
import socket
import threading
import time
import warnings
from typing import Any

import pytest
from Bio import Entrez as _BioEntrez

from kb.pubmed import entrez
from kb.pubmed.answers import split_records
from kb.pubmed.cache import Cache
from kb.pubmed.citmatch import Citation, Match
from kb.pubmed.client import Entrez, match_ids
from kb.pubmed.config import Patience, Secret, Settings
from kb.pubmed.errors import EntrezError, OfflineError
from kb.pubmed.rate import Limiter

BioEntrez: Any = _BioEntrez
THOUSAND = [str(number) for number in range(1001, 2001)]


def calls(server):
    return [entry["call"] for entry in server.log]


def gather(batches):
    records: dict[str, bytes] = {}
    merged: dict[str, str] = {}
    missing: list[str] = []
    for batch in batches:
        records |= batch.records
        merged |= batch.merged
        missing += batch.missing
    return records, merged, missing


# the six calls


def test_esearch(records, serve, connect):
    found = connect(serve(records)).esearch("running[mh] NOT abcXYZ", retmax=1)
    assert (found.count, found.ids) == (2, ("39198038",))
    assert found.translation == '"running"[MeSH Terms] NOT "abcXYZ"[All Fields]'
    assert found.not_found == ("abcXYZ",)
    assert found.history.count == 2


def test_esearch_with_dates(records, serve, connect):
    client = connect(serve(records))
    assert client.esearch("running[mh]", maxdate="2000").ids == ("2014248",)
    assert client.esearch("running[mh]", mindate="2000", datetype="edat").ids == ("39198038",)
    assert client.esearch("nothing").warnings == ("No items found.",)


def test_history_is_paged(many, serve, connect):
    server = serve(many)
    client = connect(server)
    found = client.esearch("Study[ti]", retmax=0)
    assert (found.count, found.ids) == (1000, ())
    pages = list(client.efetch_history(found.history))
    assert [len(split_records(page)) for page in pages] == [200] * 5
    assert sum(len(page) for page in client.esummary_history(found.history, size=500)) == 1000
    assert calls(server) == ["esearch"] + ["efetch"] * 5 + ["esummary"] * 2


def test_epost(records, serve, connect):
    client = connect(serve(records))
    history = client.epost(["39198038", "11111111"])
    assert (history.query_key, history.count) == ("1", 2)
    assert [p for page in client.efetch_history(history) for p, _ in split_records(page)] == ["39198038", "11111111"]


def test_esummary(records, serve, connect):
    said = connect(serve(records)).esummary(["39198038", "5"])
    assert list(said) == ["39198038"]
    assert said["39198038"]["fulljournalname"] == "Physical therapy in sport"


@pytest.mark.parametrize(
    ("linkname", "expected"),
    [
        ("pubmed_pubmed_refs", {"39198038": ("2014248", "11111111"), "2014248": ()}),
        ("pubmed_pubmed_citedin", {"39198038": (), "2014248": ("39198038",)}),
    ],
)
def test_elink_keeps_ids_apart(records, serve, connect, linkname, expected):
    assert connect(serve(records)).elink(["39198038", "2014248"], linkname) == expected


def test_ecitmatch(records, serve, connect):
    server = serve(records)
    said = connect(server).ecitmatch(
        [
            Citation("mann1991", "proc natl acad sci u s a", "1991", "88", "3248", "mann bj"),
            Citation("gone", "", "1999", "1", "1"),
            Citation("a|b", "Phys Ther Sport", "2024", "69", "91", "Lee"),
            Citation("two", "Phys Ther Sport", author="Lee SH"),
            Citation("journal", "No such journal", "2024", "1", "1"),
            Citation("gone too", "", "1998", "2", "2"),
        ]
    )
    assert said == {
        "mann1991": Match(pmid="2014248"),
        "gone": Match(),
        "a|b": Match(pmid="39198038"),
        "two": Match(candidates=("39198038", "11111111"), ambiguous=2),
        "journal": Match(note="NOT_FOUND;INVALID_JOURNAL"),
        "gone too": Match(),
    }
    assert calls(server) == ["ecitmatch"] * 2


def test_ecitmatch_refuses_the_same_key_twice(connect):
    with pytest.raises(ValueError, match="same key"):
        connect("http://127.0.0.1:9/").ecitmatch([Citation("a"), Citation("a")])


@pytest.mark.parametrize("pmid", ["", "0", "PMC1", "12 13", "1,2", "1&retmode=text"])
def test_only_pmids_are_sent(connect, pmid):
    with pytest.raises(ValueError, match="not a PMID"):
        connect("http://127.0.0.1:9/").efetch([pmid])


# fetching


def test_a_thousand_ids_need_five_requests_and_then_none(many, serve, connect):
    server = serve(many)
    client = connect(server)
    seen = []
    records, merged, missing = gather(client.fetch(THOUSAND, progress=lambda done, total: seen.append((done, total))))
    assert list(records) == THOUSAND
    assert (merged, missing) == ({}, [])
    assert seen == [(done, 1000) for done in (0, 200, 400, 600, 800, 1000)]
    assert [(e["call"], e["method"], e["ids"]) for e in server.log] == [("efetch", "POST", 200)] * 5
    again, _, _ = gather(client.fetch(THOUSAND))
    assert again == records
    assert len(server.log) == 5


def test_a_record_of_its_own_is_byte_for_byte_what_came(records, serve, connect):
    (batch,) = connect(serve(records)).fetch(["39198038", "2014248"])
    for pmid, xml in batch.records.items():
        inner = xml.split(b"\n", 2)[2].removesuffix(b"\n</PubmedArticleSet>\n")
        assert inner in batch.raw
        assert inner in (records / f"{pmid}.xml").read_bytes()
        assert [p for p, _ in split_records(xml)] == [pmid]


def test_old_answers_are_asked_for_again(records, serve, connect):
    server = serve(records)
    client = connect(server)
    gather(client.fetch(["39198038"]))
    gather(client.fetch(["39198038"], newer_than=dt.datetime.now(dt.UTC) - dt.timedelta(days=1)))
    assert len(server.log) == 1
    gather(client.fetch(["39198038"], newer_than=dt.datetime.now(dt.UTC) + dt.timedelta(days=1)))
    assert len(server.log) == 2


def test_a_broken_cache_file_is_asked_for_again(records, serve, connect):
    server = serve(records)
    client = connect(server)
    gather(client.fetch(["39198038", "2014248"]))
    (client.cache.folder / "48" / "2014248.gz").write_bytes(b"half")
    assert list(gather(client.fetch(["39198038", "2014248"]))[0]) == ["39198038", "2014248"]
    assert [entry["ids"] for entry in server.log] == [2, 1]


def test_an_interrupted_run_keeps_what_came(many, serve, connect):
    server = serve(many, "400@4")
    client = connect(server)
    with pytest.raises(EntrezError, match="HTTP 400"):
        gather(client.fetch(THOUSAND))
    assert len(client.cache.pmids()) == 600
    assert list(gather(client.fetch(THOUSAND))[0]) == THOUSAND
    assert [entry["ids"] for entry in server.log] == [200] * 6


def test_deleted_ids_are_asked_for_once_more_together(many, serve, connect):
    server = serve(many, "deleted=1003", "deleted=1500")
    records, merged, missing = gather(connect(server).fetch(THOUSAND))
    assert (len(records), merged, missing) == (998, {}, ["1003", "1500"])
    assert [entry["ids"] for entry in server.log] == [200] * 5 + [2]


def test_fewer_records_than_asked_are_completed(many, serve, connect):
    server = serve(many, "fewer=30@2")
    client = connect(server)
    seen = []
    records, _, missing = gather(client.fetch(THOUSAND, progress=lambda done, _: seen.append(done)))
    assert (set(records), missing) == (set(THOUSAND), [])
    assert seen == [0, 200, 370, 570, 770, 970, 1000]
    assert [entry["ids"] for entry in server.log] == [200] * 5 + [30]


def test_a_merged_id_brings_the_record_of_the_other(records, serve, connect):
    server = serve(records, "merged=2014248:11111111")
    client = connect(server)
    found, merged, missing = gather(client.fetch(["39198038", "2014248"]))
    assert (merged, missing) == ({"2014248": "11111111"}, [])
    assert found["2014248"] == client.cache.get("2014248").xml
    assert client.cache.get("2014248").holds == "11111111"
    assert gather(client.fetch(["39198038", "2014248"]))[:2] == (found, merged)
    assert len(server.log) == 1


def test_a_merged_id_whose_other_is_asked_for_as_well(records, serve, connect):
    client = connect(serve(records, "merged=2014248:11111111"))
    found, merged, missing = gather(client.fetch(["2014248", "39198038", "11111111"]))
    assert set(found) == {"2014248", "39198038", "11111111"}
    assert (merged, missing) == ({"2014248": "11111111"}, [])


def test_all_ids_unknown(records, serve, connect):
    assert gather(connect(serve(records)).fetch(["7", "8"])) == ({}, {}, ["7", "8"])


@pytest.mark.parametrize(
    ("asked", "got", "merged", "lost"),
    [
        ("12345", "12345", {}, ""),
        ("12345", "1239", {}, "45"),  # two are lost and a stranger came: nobody knows whose place it has
        ("12345", "19345", {"2": "9"}, ""),
        ("12345", "1345", {}, "2"),
        ("12345", "54319", {}, "2"),  # another order: places say nothing
        ("12345", "15345", {"2": "5"}, ""),
        ("1", "9", {"1": "9"}, ""),
        ("12", "", {}, "12"),
    ],
)
def test_strangers_are_told_by_their_place(asked, got, merged, lost):
    assert match_ids(tuple(asked), list(got)) == (merged, tuple(lost))


# the hook under Bio.Entrez


def test_bio_entrez_is_left_as_it_was(records, serve, connect):
    before = {name: getattr(BioEntrez, name) for name in ("urlopen", "email", "tool", "api_key", "max_tries")}
    client = connect(serve(records, "400@2"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        client.esearch("running")
    with pytest.raises(EntrezError):
        client.esearch("running")
    assert {name: getattr(BioEntrez, name) for name in before} == before


def test_requests_of_others_go_where_they_went(monkeypatch, records, serve, connect):
    class TheirsError(Exception):
        pass

    def urlopen(request):
        raise TheirsError

    monkeypatch.setattr(BioEntrez, "urlopen", urlopen)
    server = serve(records, "slow=0.5")
    ours = threading.Thread(target=connect(server).esearch, args=("running",))
    ours.start()
    while BioEntrez.urlopen is urlopen:
        time.sleep(0.01)
    with pytest.raises(TheirsError):
        BioEntrez.esearch(db="pubmed", term="x", email="a@b.example")
    ours.join()
    assert BioEntrez.urlopen is urlopen


def test_threads_ask_at_the_same_time_and_get_their_own(records, serve, connect):
    server = serve(records, "slow=0.4")
    client, found = connect(server), {}

    def ask(pmid):
        found[pmid] = [p for p, _ in split_records(client.efetch([pmid]))]

    threads = [threading.Thread(target=ask, args=(p,)) for p in ("39198038", "2014248", "11111111") * 3]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert time.monotonic() - began < 2
    assert found == {pmid: [pmid] for pmid in ("39198038", "2014248", "11111111")}
    assert entrez._users == 0


# the rate, read from the server's log


def fetch_all(url, root, key, threads, share):
    settings = Settings(Secret("me@x.example"), api_key=Secret(key) if key else None, base_url=url)
    client = Entrez(settings, cache=Cache(root))

    def one(ids):
        for _ in client.fetch(ids):
            pass

    workers = [threading.Thread(target=one, args=(share[n::threads],)) for n in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


@pytest.mark.slow
@pytest.mark.parametrize(("key", "limit", "share"), [("", 3, 750), ("a-key", 10, 1000)])
def test_four_processes_of_three_threads_stay_below_the_limit(many, serve, tmp_path, key, limit, share):
    server = serve(many, limit=3, limit_with_key=10)
    context = multiprocessing.get_context("spawn")
    parts = [THOUSAND[n:share:4] for n in range(4)]
    parts = [[*part[:100], *part] for part in parts]
    processes = [context.Process(target=fetch_all, args=(server.url, tmp_path, key, 3, part)) for part in parts]
    for process in processes:
        process.start()
    for process in processes:
        process.join(90)
    assert [process.exitcode for process in processes] == [0] * 4
    times = [entry["mono"] for entry in server.log]
    most = max(sum(1 for other in times if 0 <= other - time_ < 1.0) for time_ in times)
    assert {entry["status"] for entry in server.log} == {200}
    assert {entry["key"] for entry in server.log} == {bool(key)}
    assert most <= limit
    assert len(times) == 12
    assert len(Cache(tmp_path).pmids()) == share


# offline


def test_offline_by_setting_is_one_sentence_and_no_request(records, serve, connect):
    server = serve(records)
    client = connect(server, offline=True)
    for ask in (lambda: client.efetch(["1"]), lambda: client.esearch("x"), lambda: client.ecitmatch([Citation("a")])):
        with pytest.raises(
            OfflineError, match=r"^PubMed cannot be asked \(KB_ENTREZ_OFFLINE is set\), so the [^.]*\.$"
        ):
            ask()
    assert server.log == []


def test_offline_still_gives_what_the_cache_holds(records, serve, connect):
    server = serve(records)
    gather(connect(server).fetch(["39198038"]))
    client = connect(server, offline=True)
    assert list(gather(client.fetch(["39198038"]))[0]) == ["39198038"]


def test_no_name_is_offline_at_once(connect, monkeypatch):
    def unknown(*_, **__):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(OfflineError, match=r"no address is known for eutils\.nowhere\.example") as error:
        connect("https://eutils.nowhere.example/").efetch(["1"])
    assert error.value.attempts == 1


def test_nothing_there_is_offline_after_some_attempts(connect):
    with pytest.raises(OfflineError, match=r"nothing answers at 127\.0\.0\.1") as error:
        connect("http://127.0.0.1:9/").efetch(["1"])
    assert error.value.attempts == 3


def test_the_total_deadline_ends_it(records, serve, connect):
    patience = Patience(connect=1, read=1, deadline=1.5, attempts=99, base=0.2, cap=0.4)
    began = time.monotonic()
    with pytest.raises(EntrezError, match=r"HTTP 503|no answer in time|limit passed"):
        connect(serve(records, "503"), patience=patience).efetch(["39198038"])
    assert time.monotonic() - began < 2.5


def test_the_limit_shared_by_default_lies_in_the_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("KB_CACHE", str(tmp_path / "c"))
    client = Entrez(Settings(api_key=Secret("s3cr3tkey"), base_url="http://127.0.0.1:9/"))
    (path,) = (tmp_path / "c" / "rate").glob("*.json")
    assert json.loads(path.read_text()) == {"slots": [], "hold": 0.0}
    assert client.limiter.per_second == 10
    assert isinstance(Entrez(dataclasses.replace(client.settings, api_key=None)).limiter, Limiter)
