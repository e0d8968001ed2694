"""Email, tool and key reach the server and nothing else: no error, log, cache, repr or URL."""

import gzip
import io
import logging
import traceback
import urllib.parse

import pytest
from rich.console import Console
from rich.traceback import Traceback

from kb.pubmed.errors import EntrezError
from kb.pubmed.server.http import _Handler
from kb.pubmed.server.replies import Reply
from tests.pubmed.conftest import EMAIL, KEY, TOOL

FAULTS = ["slow=1.5", "cut", "short", "reset", "500", "429;0.01", "400", "403", "redirect", "html", "malformed"]
FAULTS += ["entities", "encoding", "empty", "backend", "proxy"]
FORMS = [
    form
    for text in (KEY, EMAIL, TOOL)
    for form in (text, urllib.parse.quote(text), urllib.parse.quote_plus(text), repr(text.encode()))
]


def leaks(text):
    return [form for form in FORMS if form in text]


def everything(error):
    """All that tools print of an exception: its chain, its fields, the variables of every frame."""
    shown = traceback.TracebackException.from_exception(error, capture_locals=True, compact=False)
    seen, todo = [], [error]
    while todo:
        each = todo.pop()
        seen += [repr(each), str(each), str(vars(each)), str(each.args)]
        todo += [other for other in (each.__cause__, each.__context__) if other is not None]
    page = io.StringIO()
    Console(file=page, width=400).print(
        Traceback.from_exception(type(error), error, error.__traceback__, show_locals=True, locals_max_string=100_000)
    )
    frames = traceback.walk_tb(error.__traceback__)
    ours = [frame.f_locals for frame, _ in frames if "/tests/" not in frame.f_code.co_filename]
    return "\n".join([*shown.format(), *seen, page.getvalue().replace("\n", ""), repr(ours)])


@pytest.mark.parametrize("fault", FAULTS)
def test_no_error_shows_a_secret(records, serve, connect, caplog, fault):
    caplog.set_level(logging.DEBUG)
    server = serve(records, fault)
    client = connect(server)
    with pytest.raises(EntrezError) as raised:
        list(client.fetch(["39198038"]))
    assert server.log[0]["key"]
    assert server.log[0]["email"]
    error = raised.value
    raised.value.__traceback__ = strip_tests(error.__traceback__)
    assert leaks(everything(error)) == []
    assert leaks(caplog.text) == []
    assert error.__context__ is None
    assert error.__cause__ is None


def strip_tests(tb):
    """Leave out the frames of this test, whose own variables hold the secrets."""
    while tb is not None and "/tests/" in tb.tb_frame.f_code.co_filename:
        tb = tb.tb_next
    return tb


def test_offline_shows_no_secret(connect, caplog):
    caplog.set_level(logging.DEBUG)
    with pytest.raises(EntrezError) as raised:
        connect("http://127.0.0.1:9/").esearch("x")
    raised.value.__traceback__ = strip_tests(raised.value.__traceback__)
    assert leaks(everything(raised.value) + caplog.text) == []
    assert raised.value.__context__ is None


def test_what_the_server_repeats_is_redacted(records, serve, connect, monkeypatch):
    said = f"<eSearchResult><ERROR>bad key {KEY} of {EMAIL}, {urllib.parse.quote(EMAIL)}</ERROR></eSearchResult>"
    monkeypatch.setattr(_Handler, "_instead", lambda *_: Reply(said.encode(), 400))
    with pytest.raises(EntrezError, match=r"bad key \*\*\* of \*\*\*, \*\*\*") as raised:
        connect(serve(records)).esearch("x")
    raised.value.__traceback__ = strip_tests(raised.value.__traceback__)
    assert leaks(everything(raised.value)) == []


def test_no_repr_and_no_file_of_the_cache_shows_a_secret(records, serve, connect, caplog, tmp_path):
    caplog.set_level(logging.DEBUG)
    client = connect(serve(records))
    (batch,) = client.fetch(["39198038"])
    shown = [client, client.settings, batch, client.limiter, vars(client), client.notes]
    assert leaks(" ".join(map(repr, shown)) + caplog.text) == []
    entry = client.cache.get("39198038")
    assert entry.source.startswith("http://127.0.0.1:")
    assert entry.source.endswith("efetch.fcgi?db=pubmed&id=39198038&retmode=xml")
    for path in (tmp_path / "cache").rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            text = gzip.decompress(data) if path.suffix == ".gz" else data
            assert leaks(text.decode()) == []
