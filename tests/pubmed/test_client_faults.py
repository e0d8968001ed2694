"""The table of faults: what the server does, what the client says, and that nothing broken is kept."""

import dataclasses
import re
import shutil
import ssl
import subprocess
import time

import pytest

from kb.pubmed import transport
from kb.pubmed.answers import split_records
from kb.pubmed.citmatch import Citation
from kb.pubmed.errors import EntrezError, OfflineError
from kb.pubmed.server.http import _Handler
from kb.pubmed.server.replies import Reply
from kb.pubmed.transport import retry_after
from tests.pubmed.conftest import QUICK

IDS = ["39198038", "2014248", "11111111"]

# fault at every request; requests made; what the EntrezError says; its HTTP status
TABLE = [
    ("slow=1.5", 3, "no answer in time", None),
    ("drip=12", 1, "the answer took too long", 200),
    ("cut", 3, r"the answer is cut off \([0-9,]+ of [0-9,]+ bytes\)", 200),
    ("short", 3, "the answer is cut off", 200),
    ("reset", 3, "the connection was closed early", None),
    ("500", 3, "HTTP 500", 500),
    ("502", 3, "HTTP 502", 502),
    ("503", 3, "HTTP 503", 503),
    ("503;0.01", 3, "HTTP 503", 503),
    ("429;0.01", 3, "HTTP 429, API rate limit exceeded", 429),
    ("400", 1, "HTTP 400, Cannot process request: bad parameter. Check the ids and the query.", 400),
    ("403", 1, "HTTP 403. Check KB_ENTREZ_API_KEY", 403),
    ("redirect", 1, "HTTP 302. Set KB_ENTREZ_URL to where it moved", 302),
    ("html", 3, "a web page came instead of XML", 200),
    ("malformed", 3, r"broken XML \(not well-formed \(invalid token\), line [0-9]+\)", 200),
    ("entities", 1, "declares or uses entities", 200),
    ("encoding", 3, r"broken XML \(not well-formed", 200),
    ("empty", 3, "the answer is cut off", 200),
    ("backend", 3, "Search Backend failed: Unable to open connection", 200),
    ("proxy", 3, r"HTTP 400, Error: CEFetchPApplication::proxy_stream\(\): Failed to connect", 400),
]


@pytest.mark.parametrize(("fault", "requests", "said", "status"), TABLE, ids=[row[0] for row in TABLE])
def test_a_lasting_fault_ends_with_a_clear_error(records, serve, connect, fault, requests, said, status):
    server = serve(records, fault)
    deadline = 2 if fault.startswith("drip") else 8
    client = connect(server, patience=dataclasses.replace(QUICK, deadline=deadline))
    began = time.monotonic()
    with pytest.raises(EntrezError, match=said) as raised:
        list(client.fetch(IDS))
    assert not isinstance(raised.value, OfflineError)
    assert time.monotonic() - began < 10
    assert (raised.value.call, raised.value.ids, raised.value.status) == ("efetch", 3, status)
    assert raised.value.attempts == requests
    assert len(server.log) == requests
    assert ("Try again later" in str(raised.value)) is (requests > 1)
    assert client.cache.pmids() == ()


PASSING = [row[0] for row in TABLE if row[1] > 1]  # and the faults that asking again does not help are not tried


@pytest.mark.parametrize("fault", PASSING)
def test_a_fault_that_passes_is_not_noticed(records, serve, connect, fault):
    server = serve(records, f"{fault}@1-2")
    client = connect(server)
    (batch,) = client.fetch(IDS)
    assert list(batch.records) == IDS
    assert len(server.log) == 3
    assert sorted(client.cache.pmids()) == sorted(IDS)
    assert all(split_records(client.cache.get(pmid).xml)[0][0] == pmid for pmid in IDS)


@pytest.mark.parametrize("fault", ["400", "403", "entities", "html", "cut", "malformed"])
def test_what_was_kept_stays_through_a_fault(records, serve, connect, fault):
    server = serve(records)
    client = connect(server)
    list(client.fetch(IDS[:1]))
    before = client.cache.get(IDS[0])
    server.set_faults([fault])
    with pytest.raises(EntrezError):
        list(client.fetch(IDS))
    assert client.cache.get(IDS[0]) == before
    server.set_faults([])
    assert {pmid for batch in client.fetch(IDS) for pmid in batch.records} == set(IDS)


CITATION = Citation("a", "Phys Ther Sport", "2024", "69", "91")
CALLS = {
    "esearch": lambda client: client.esearch("running"),
    "epost": lambda client: client.epost(IDS),
    "esummary": lambda client: client.esummary(IDS),
    "elink": lambda client: client.elink(IDS),
    "ecitmatch": lambda client: client.ecitmatch([CITATION]),
}


def forget(said):
    """Leave out where the history is, which differs each time."""
    return re.sub(r"MCID_\w+|query_key='\d'", "", str(said))


@pytest.mark.parametrize("fault", ["cut", "reset", "503", "429;0.01", "html", "slow=1.5"])
@pytest.mark.parametrize("call", CALLS)
def test_every_call_survives_what_passes(records, serve, connect, call, fault):
    server = serve(records, f"{fault}@1")
    client = connect(server)
    assert forget(CALLS[call](client)) == forget(CALLS[call](client))
    assert [entry["faults"] for entry in server.log] == [[fault.split("=")[0].split(";")[0]], [], []]


@pytest.mark.parametrize("fault", ["short", "malformed", "encoding", "empty", "backend", "entities"])
@pytest.mark.parametrize("call", ["esearch", "epost", "esummary", "elink"])
def test_every_call_refuses_what_is_not_whole(records, serve, connect, call, fault):
    with pytest.raises(EntrezError):
        CALLS[call](connect(serve(records, fault)))


@pytest.mark.parametrize(
    ("after", "least", "most"), [("1", 0.95, 3), ("date:2", 0.9, 3.5), ("3600", 1.1, 3), ("0", 0, 0.9)]
)
def test_retry_after_is_kept_and_capped(records, serve, connect, after, least, most):
    server = serve(records, f"503;{after}@1")
    began = time.monotonic()
    connect(server).efetch(["39198038"])
    assert least <= time.monotonic() - began < most


@pytest.mark.parametrize("value", ["", None, "soon", "-1", "1e9", "Wed, 99 Foo", "nan", "9" * 30])
def test_a_senseless_retry_after_is_ignored(value):
    assert retry_after(value) is None


def test_a_query_that_cannot_be_read_is_an_error(records, serve, connect):
    with pytest.raises(EntrezError, match="Search Backend failed: could not parse the query"):
        connect(serve(records)).esearch("((")


def test_an_expired_history_is_an_error_at_once(records, serve, connect):
    server = serve(records)
    client = connect(server)
    history = client.epost(IDS)
    server.replies._history.clear()
    with pytest.raises(EntrezError, match="Unable to obtain query #1"):
        list(client.efetch_history(history))
    with pytest.raises(EntrezError, match="Unable to obtain query #1"):
        list(client.esummary_history(history))
    assert len(server.log) == 3


def test_what_the_server_says_cannot_steer_the_terminal(records, serve, connect, monkeypatch):
    server = serve(records)
    said = b"<eSearchResult><ERROR>\x1b[31mred\x07 &lt;b&gt;x" + b"y" * 5000 + b"</ERROR></eSearchResult>"
    monkeypatch.setattr(_Handler, "_instead", lambda *_: Reply(said, 400))
    with pytest.raises(EntrezError) as error:
        connect(server).esearch("x")
    assert str(error.value).isprintable()
    assert len(str(error.value)) < 400


def test_answers_in_chunks_are_put_together_and_cut_ones_noticed(records, serve, connect):
    server = serve(records, "chunked@1-3", "cut@2")
    client = connect(server)
    (batch,) = client.fetch(IDS[:1])
    assert list(batch.records) == IDS[:1]
    (batch,) = client.fetch(IDS[1:])
    assert list(batch.records) == IDS[1:]
    assert [entry["faults"] for entry in server.log] == [["chunked"], ["chunked", "cut"], ["chunked"]]


def test_an_answer_about_the_rate_with_status_200_is_asked_again(records, serve, connect, monkeypatch):
    said = iter([Reply(b'{"error":"API rate limit exceeded","api-key":"1.2.3.4","count":"4","limit":"3"}')] * 2)
    monkeypatch.setattr(_Handler, "_instead", lambda *_: next(said, None))
    client = connect(serve(records))
    assert list(client.esummary(IDS)) == IDS
    said = iter([Reply(b'{"error":"error forwarding request","type":"ip","status":"ok"}')])
    assert client.esearch("running").count == 2


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl to make a certificate")
def test_https_is_verified(records, serve, connect, tmp_path, monkeypatch):
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    name = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    make += ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run([*make, *name], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server = serve(records)
    server._http.socket = context.wrap_socket(server._http.socket, server_side=True)
    client = connect(server.url.replace("http:", "https:"))
    transport._trusted.cache_clear()
    with pytest.raises(EntrezError, match=r"the certificate of 127\.0\.0\.1 is not trusted\. Check") as error:
        client.efetch(IDS)
    assert error.value.attempts == 1
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    transport._trusted.cache_clear()
    assert len(split_records(client.efetch(IDS))) == 3
    transport._trusted.cache_clear()
