"""The local server answers as NCBI does: six calls, the rate limit, the log, the command line."""

import json
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request

import pytest

from kb.pubmed.server import parse_fault
from kb.pubmed.server.faults import FaultError


def get(server, page, **parameters):
    query = urllib.parse.urlencode(parameters, doseq=True, safe="|")
    try:
        with urllib.request.urlopen(f"{server.url}{page}?{query}", timeout=5) as answer:
            return answer.status, dict(answer.headers), answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, dict(error.headers), error.read().decode()


@pytest.fixture
def server(records, serve):
    return serve(records)


@pytest.mark.parametrize(
    ("term", "found"),
    [
        ("39198038[pmid]", ["39198038"]),
        ("39198038[uid] OR 2014248[uid]", ["39198038", "2014248"]),
        ('"10.1016/j.ptsp.2024.08.001"[doi]', ["39198038"]),
        ("10.1000/xyz-1[aid]", ["11111111"]),
        ("iliotibial[ti]", ["39198038", "2014248"]),
        ("iliotibial band[ti]", ["39198038", "2014248"]),
        ('"band syndrome"[ti]', ["39198038"]),
        ("strengthening[tiab]", ["39198038"]),
        ("strengthening[ti]", []),
        ("Nunez R[au]", ["39198038"]),
        ("Lee[au] AND 2010[dp]", ["11111111"]),
        ("Lee SH[1au] NOT tendinopathy", ["39198038"]),
        ("Phys Ther Sport[ta]", ["39198038", "11111111"]),
        ("2000:2015[dp]", ["11111111"]),
        ('("2024/09/01"[Date - Publication] : "3000"[Date - Publication])', ["39198038"]),
        ("Running[mh] AND (1991[dp] OR 2024[dp])", ["39198038", "2014248"]),
        ("randomized controlled trial[pt]", ["39198038"]),
        ("tendin*", ["11111111"]),
        ("running iliotibial", ["39198038", "2014248"]),
        ("Achilles AND running", []),
        ("3248[pg] AND 88[vi]", ["2014248"]),
    ],
)
def test_search_finds(server, term, found):
    said = get(server, "esearch.fcgi", db="pubmed", term=term)[2]
    assert [line[4:-5] for line in said.splitlines() if line.startswith("<Id>")] == found
    assert f"<Count>{len(found)}</Count>" in said


def test_search_says_what_it_understood_and_what_it_does_not_know(server):
    said = get(server, "esearch.fcgi", db="pubmed", term="running[ti] AND abcXYZ[nope]")[2]
    assert '<QueryTranslation>"running"[Title] AND "abcXYZ"[All Fields]</QueryTranslation>' in said
    assert "<PhraseNotFound>abcXYZ</PhraseNotFound><FieldNotFound>nope</FieldNotFound>" in said
    assert "<OutputMessage>No items found.</OutputMessage>" in said


@pytest.mark.parametrize("term", ["((", "a)", "AND", "2020:[dp]", "[ti]"])
def test_search_refuses_what_it_cannot_read(server, term):
    assert "<ERROR>Search Backend failed" in get(server, "esearch.fcgi", term=term)[2]


def test_search_limits_dates_and_pages(server):
    dates = {"mindate": "1990", "maxdate": "2012", "datetype": "pdat"}
    said = get(server, "esearch.fcgi", term="1990:3000[dp]", retstart=1, retmax=1, **dates)[2]
    assert "<Count>2</Count><RetMax>1</RetMax><RetStart>1</RetStart>" in said
    assert "<Id>2014248</Id>" in said
    assert "cannot be larger than 9998" in get(server, "esearch.fcgi", term="a", retstart=9999)[2]


def test_fetch_gives_the_files_as_they_are(server, records):
    (records / "merged.txt").write_text("77 2014248\n")
    status, headers, said = get(server, "efetch.fcgi", db="pubmed", id="39198038,5,77", retmode="xml")
    assert (status, headers["Content-Type"]) == (200, "text/xml; charset=UTF-8")
    assert said.count("<PubmedArticle>") == 2
    assert ">39198038</PMID>" in said
    assert ">2014248</PMID>" in said
    status, _, said = get(server, "efetch.fcgi", id="abc")
    assert status == 400
    assert "<eFetchResult>\n\t<ERROR>ID list is empty! Possibly it has no correct IDs.</ERROR>\n</eFetchResult>" in said


def test_a_changed_file_is_read_again(server, records):
    path = records / "11111111.xml"
    path.write_text(path.read_text().replace("Shockwave", "Retracted: Shockwave"))
    assert "<Count>1</Count>" in get(server, "esearch.fcgi", term="retracted[ti]")[2]


def test_an_unknown_history_is_said_as_ncbi_says_it(server):
    said = get(server, "efetch.fcgi", WebEnv="MCID_none", query_key="1")[2]
    assert "<ERROR>Unable to obtain query #1</ERROR>" in said


def test_summaries_name_what_is_unknown(server):
    said = json.loads(get(server, "esummary.fcgi", id="39198038,5", retmode="json")[2])["result"]
    assert said["uids"] == ["39198038", "5"]
    assert said["39198038"]["authors"][0]["name"] == "Lee SH"
    assert said["5"] == {"uid": "5", "error": "cannot get document summary"}


def test_citmatch_answers_one_line_each_and_stops_after_a_miss_without_journal(server):
    lines = [
        "proc natl acad sci u s a|1991|88|3248|mann bj|Art1|",
        "no journal|1991|88|3248||Art2|",
        "phys ther sport||||lee sh|Art3|",
        "phys ther sport|1999|1|1||Art4|",
        "|1999|1|1||Art5|",
        "proc natl acad sci u s a|1991|88|3248|mann bj|Art6|",
    ]
    said = get(server, "ecitmatch.cgi", db="pubmed", retmode="xml", bdata="\r".join(lines))[2]
    assert said.splitlines() == [
        f"{lines[0]}2014248",
        f"{lines[1]}NOT_FOUND;INVALID_JOURNAL",
        f"{lines[2]}AMBIGUOUS 39198038,11111111",
        f"{lines[3]}NOT_FOUND",
    ]


def test_too_many_requests_are_refused_as_ncbi_does(records, serve):
    server = serve(records, limit=3, limit_with_key=10)
    answers = [get(server, "esummary.fcgi", id="1", retmode="json") for _ in range(4)]
    assert [status for status, _, _ in answers] == [200, 200, 200, 429]
    _, headers, body = answers[-1]
    assert json.loads(body) == {
        "error": "API rate limit exceeded",
        "api-key": "127.0.0.1",
        "count": "4",
        "limit": "3",
    }
    assert (headers["X-RateLimit-Limit"], headers["X-RateLimit-Remaining"]) == ("3", "0")
    with_key = [get(server, "esummary.fcgi", id="1", retmode="json", api_key="k") for _ in range(11)]
    assert [status for status, _, _ in with_key] == [200] * 10 + [429]


def test_the_log_knows_of_a_key_but_not_the_key(records, serve, tmp_path):
    server = serve(records, log=tmp_path / "log.jsonl")
    get(server, "efetch.fcgi", id="1,2", api_key="s3cr3tkey", email="me@x.example")
    (entry,) = map(json.loads, (tmp_path / "log.jsonl").read_text().splitlines())
    assert entry == server.log[0]
    shown = {name: entry[name] for name in ("call", "method", "ids", "status", "key", "email", "faults")}
    assert shown == {
        "call": "efetch", "method": "GET", "ids": 2, "status": 200, "key": True, "email": True, "faults": [],
    }  # fmt: skip
    assert "s3cr3tkey" not in str(entry)


def test_faults_strike_the_requests_they_name(server):
    assert parse_fault("503@2-3").strikes("efetch", 3, 1)
    assert not parse_fault("503@2-3").strikes("efetch", 4, 1)
    assert parse_fault("html/esearch@1").strikes("esearch", 9, 1)
    assert not parse_fault("html/esearch@1").strikes("efetch", 1, 1)
    control = server.url.replace("entrez/eutils/", "control/faults")
    with urllib.request.urlopen(urllib.request.Request(control, data=b"502@2\n"), timeout=5) as answer:
        assert answer.read() == b"ok\n"
    assert [get(server, "esearch.fcgi", term="a")[0] for _ in range(3)] == [200, 502, 200]
    with urllib.request.urlopen(server.url.replace("entrez/eutils/", "control/log"), timeout=5) as answer:
        assert [entry["status"] for entry in json.load(answer)] == [200, 502, 200]


@pytest.mark.parametrize("spec", ["nonsense", "503@", "slow=1@x"])
def test_an_unknown_fault_lists_the_known_ones(spec):
    with pytest.raises(FaultError, match="leaves a record out"):
        parse_fault(spec)


def test_the_command_serves_until_interrupted(records, tmp_path):
    command = [sys.executable, "-m", "kb.pubmed.server", str(records), "--fault", "503@1", "--log", str(tmp_path / "l")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        url = process.stdout.readline().strip().removeprefix("KB_ENTREZ_URL=")
        with pytest.raises(urllib.error.HTTPError) as error:
            urllib.request.urlopen(f"{url}esearch.fcgi?term=a", timeout=5)
        error.value.close()
        with urllib.request.urlopen(f"{url}esearch.fcgi?term=running", timeout=5) as answer:
            assert b"<Count>2</Count>" in answer.read()
        process.terminate()
    assert len((tmp_path / "l").read_text().splitlines()) == 2


def test_normal_commands_do_not_load_the_server():
    code = "import sys, kb.pubmed.client, kb.cli; assert not [m for m in sys.modules if 'pubmed.server' in m]"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_file_that_is_no_record_is_named(records, serve, tmp_path):
    server = serve(records)
    (records / "5.xml").write_text("<PubmedArticle><half")
    status, _, said = get(server, "esearch.fcgi", term="running")
    assert status == 500
    assert "5.xml is not a PubMed record" in said
    command = [sys.executable, "-m", "kb.pubmed.server", str(records)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=20)
    assert (done.returncode, "5.xml is not a PubMed record" in done.stderr) == (2, True)
