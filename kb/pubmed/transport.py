"""One request to Entrez: the only module that opens connections, with limits, back-off, and no secret left behind."""

from __future__ import annotations

import email.utils
import errno
import functools
import http.client
import logging
import random
import re
import socket
import ssl
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from kb.pubmed import answers
from kb.pubmed.config import Settings, is_loopback
from kb.pubmed.errors import EntrezError, OfflineError

if TYPE_CHECKING:
    from kb.pubmed.rate import Limiter

log = logging.getLogger("kb.pubmed")

_LONGEST = 256_000_000  # bytes of an answer; 200 records have about 4,000,000
_LONGEST_ERROR = 65_536
_OURS = {"email", "tool", "api_key"}
_AGAIN = {408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524}
_NO_ROUTE = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN, errno.EADDRNOTAVAIL}


@dataclass(frozen=True, slots=True)
class Call:
    """A request as Bio.Entrez built it, without who asks.

    Parameters
    ----------
    name
        The E-utility, e.g. ``efetch``.
    page
        Its file at the server, e.g. ``efetch.fcgi``.
    pairs
        The parameters.
    post
        Whether it is sent by POST.
    ids
        How many ids it asks for.
    expects
        Root element of the answer, or ``json`` or ``text``.
    """

    name: str
    page: str
    pairs: tuple[tuple[str, str], ...]
    post: bool
    ids: int
    expects: str


@dataclass(frozen=True, slots=True)
class _Outcome:
    """How one attempt ended; `reason` is empty when the answer is good."""

    body: bytes = b""
    reason: str = ""
    status: int | None = None
    again: bool = False
    reached: bool = True
    route: bool = True
    wait: float | None = None
    advice: str = ""


def read_request(request: urllib.request.Request, *, ids: int, expects: str) -> Call:
    """The call in a request of Bio.Entrez; its email, tool and key are placeholders and are left out."""
    parts = urllib.parse.urlsplit(request.full_url)
    data = request.data
    sent = data.decode() if isinstance(data, bytes) else parts.query
    pairs = urllib.parse.parse_qsl(sent, keep_blank_values=True)
    page = parts.path.rsplit("/", 1)[-1]
    kept = tuple((name, value) for name, value in pairs if name not in _OURS)
    return Call(page.split(".")[0], page, kept, isinstance(data, bytes), ids, expects)


def source_of(settings: Settings, pmid: str) -> str:
    """Where the record of a PMID comes from, as the cache says it."""
    return f"{settings.base_url}efetch.fcgi?db=pubmed&id={pmid}&retmode=xml"


def send(call: Call, settings: Settings, limiter: Limiter) -> bytes:
    """Send a call and return its answer, which is whole and of the kind expected.

    Raises
    ------
    OfflineError
        When nothing can be reached, or nothing may be asked.
    EntrezError
        When it failed for good.
    """
    patience = settings.patience
    if settings.offline:
        raise OfflineError(call.name, "KB_ENTREZ_OFFLINE is set", ids=call.ids)
    end = time.monotonic() + patience.deadline
    reached, attempt = False, 0
    while True:
        attempt += 1
        outcome = _attempt(call, settings, limiter, end)
        reached = reached or outcome.reached
        if not outcome.reason:
            return outcome.body
        pause = _pause(outcome, attempt, settings)
        last = attempt >= patience.attempts or time.monotonic() + pause >= end
        log.info("%s attempt %d: %s%s", call.name, attempt, outcome.reason, "" if last else f"; again in {pause:.1f} s")
        if not outcome.route or (last and not reached):
            raise OfflineError(call.name, outcome.reason, ids=call.ids, attempts=attempt)
        if last or not outcome.again:
            advice = outcome.advice or ("Try again later; what came so far is kept." if outcome.again else "")
            raise EntrezError(
                call.name, outcome.reason, ids=call.ids, status=outcome.status, attempts=attempt, advice=advice
            )
        if outcome.status == 429:
            limiter.hold(pause)
        time.sleep(pause)


def _pause(outcome: _Outcome, attempt: int, settings: Settings) -> float:
    """Seconds before the next attempt: full jitter, and at least what the server asks for, within reason."""
    patience = settings.patience
    drawn = random.uniform(0, min(patience.cap, patience.base * 2**attempt))  # noqa: S311 - jitter
    return max(drawn, min(outcome.wait or 0.0, patience.longest_retry_after))


def _attempt(call: Call, settings: Settings, limiter: Limiter, end: float) -> _Outcome:
    """One attempt within the rate; whatever goes wrong is in the outcome, so no exception keeps the request alive."""
    slot = limiter.acquire(max(0.0, end - time.monotonic()))
    if slot is None:
        return _Outcome(reason="the time limit passed before a request was allowed", again=False)
    release = functools.partial(limiter.release, slot)
    began = time.monotonic()
    try:
        outcome = _exchange(call, settings, end, release)
    except (OSError, http.client.HTTPException) as error:
        outcome = _failure(error, settings.host)
    finally:
        release()
    if outcome.reason == "":
        outcome = _judge(call, outcome, settings)
    if outcome.reason:
        outcome = replace(outcome, body=b"")  # NCBI's 429 repeats the key
    log.debug("%s ids=%d status=%s %.2f s", call.name, call.ids, outcome.status, time.monotonic() - began)
    return outcome


def _exchange(call: Call, settings: Settings, end: float, began_to_answer: functools.partial[None]) -> _Outcome:
    """Send the bytes and read the answer."""
    pairs = [*call.pairs]
    for name, secret in (("tool", settings.tool), ("email", settings.email), ("api_key", settings.api_key)):
        if secret:
            pairs.append((name, secret.reveal()))
    query = urllib.parse.urlencode(pairs, safe="|")
    url = settings.base_url + call.page
    patience = settings.patience
    left = max(0.1, end - time.monotonic())
    request = urllib.request.Request(  # noqa: S310 - the scheme was checked with the settings
        url if call.post else f"{url}?{query}", data=query.encode() if call.post else None
    )
    request.add_header("User-Agent", "kb-evidence")
    with _opener(settings.host, min(patience.read, left)).open(request, timeout=min(patience.connect, left)) as answer:
        began_to_answer()
        longest = _LONGEST if answer.status == 200 else _LONGEST_ERROR
        chunks, size, late = [], 0, False
        while chunk := answer.read1(1 << 18):
            chunks.append(chunk)
            size += len(chunk)
            late = time.monotonic() > end
            if late or size > longest:
                break
        outcome = _Outcome(b"".join(chunks), status=answer.status, wait=retry_after(answer.headers.get("Retry-After")))
        stated = answer.headers.get("Content-Length", "")
    if answer.status == 200 and stated.isdigit() and size < min(int(stated), longest) and not late:
        return replace(outcome, reason=f"the answer is cut off ({size:,} of {int(stated):,} bytes)", again=True)
    if answer.status == 200 and size > longest:
        return replace(outcome, reason=f"an answer of more than {longest:,} bytes", again=False)
    if late and outcome.status == 200:
        return replace(outcome, reason="the answer took too long", again=False)
    return outcome


def _failure(error: Exception, host: str) -> _Outcome:
    """What an exception of the network means; the exception itself is dropped, for it may know the URL."""
    cause: object = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(cause, socket.gaierror):
        return _Outcome(reason=f"no address is known for {host}", reached=False, route=False)
    if isinstance(cause, ssl.SSLCertVerificationError):
        advice = "Check the clock of this machine and the certificates of its proxy."
        return _Outcome(reason=f"the certificate of {host} is not trusted", advice=advice)
    if isinstance(cause, TimeoutError):
        late = isinstance(error, urllib.error.URLError)
        return _Outcome(reason="no connection in time" if late else "no answer in time", again=True, reached=not late)
    if isinstance(cause, ConnectionRefusedError):
        return _Outcome(reason=f"nothing answers at {host}", again=True, reached=False)
    if isinstance(cause, OSError) and cause.errno in _NO_ROUTE:
        return _Outcome(reason=f"there is no way to {host}", reached=False, route=False)
    reason = f"the connection failed ({type(cause).__name__})"
    if isinstance(cause, http.client.IncompleteRead):
        reason = "the answer is cut off"
    elif isinstance(cause, ConnectionError):
        reason = "the connection was closed early"
    elif isinstance(cause, http.client.HTTPException):
        reason = f"not an answer of a web server ({type(cause).__name__})"
    return _Outcome(reason=reason, again=True)


def _judge(call: Call, outcome: _Outcome, settings: Settings) -> _Outcome:
    """Whether an answer that arrived is one."""
    said = _plain(settings.redact(answers.error_text(outcome.body)))
    status = outcome.status or 0
    if status != 200:
        return _judge_status(call, outcome, said)
    try:
        if call.expects == "json":
            parsed = answers.parse_json(outcome.body)
            if "result" not in parsed and not said:
                listed = parsed.get("esummaryresult")
                said = _plain(settings.redact(str(listed[0]))) if isinstance(listed, list) and listed else "no result"
            said = "" if "result" in parsed else said
        elif call.expects == "text":
            if answers.is_html(outcome.body) or outcome.body.lstrip()[:1] in (b"<", b"{"):
                return replace(outcome, reason=said or "a web page came instead of text", again=True)
            said = ""
        else:
            said = _judge_xml(call, outcome.body, said)
    except answers.AnswerError as error:
        if said and outcome.body.lstrip()[:1] == b"{":
            return replace(outcome, reason=said, again=answers.is_passing(said))
        return replace(outcome, reason=_plain(settings.redact(error.reason)), again=error.again)
    if call.ids and answers.NO_IDS.search(said):
        return replace(outcome, body=answers.EMPTY if call.expects != "json" else b'{"result": {"uids": []}}')
    return replace(outcome, reason=said, again=bool(said) and answers.is_passing(said))


def _judge_xml(call: Call, body: bytes, said: str) -> str:
    seen = answers.inspect_xml(body)
    if seen.error is not None:
        return said or "Entrez reported an error without a text"
    if seen.root != call.expects:
        reason = f"the answer is a <{_plain(seen.root)}>, not a <{call.expects}>"
        raise answers.AnswerError(reason)
    return ""


def _judge_status(call: Call, outcome: _Outcome, said: str) -> _Outcome:
    status = outcome.status or 0
    reason = f"HTTP {status}" + (f", {said}" if said else "")
    if status == 400 and call.name == "efetch" and answers.NO_IDS.search(said):
        return replace(outcome, body=answers.EMPTY, status=200)
    if status in _AGAIN or (status < 500 and said and answers.is_passing(said)):
        return replace(outcome, reason=reason, again=True)
    advice = "Check the ids and the query."
    if 300 <= status < 400:
        advice = (
            "Set KB_ENTREZ_URL to where it moved; redirections are not followed, for they would take the key along."
        )
    elif status in {401, 403, 407}:
        advice = "Check KB_ENTREZ_API_KEY, or whether NCBI blocked this address."
    elif status in {404, 405}:
        advice = "Check KB_ENTREZ_URL."
    elif status >= 500:
        return replace(outcome, reason=reason, again=True)
    return replace(outcome, reason=reason, advice=advice)


def _plain(text: str) -> str:
    """Somebody else's text on one short line, without markup and control characters."""
    text = re.sub(r"<[^<>]*>|&lt;.*?&gt;", " ", text)
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:200].rstrip(". ")


def retry_after(value: str | None) -> float | None:
    """Seconds to wait by a Retry-After header, in seconds or as a date; None when it says nothing.

    Examples
    --------
    >>> retry_after("7"), retry_after("Wed, 21 Oct 2015 07:28:00 GMT"), retry_after("soon")
    (7.0, 0.0, None)
    """
    if not value:
        return None
    if re.fullmatch(r"\s*[0-9]{1,9}(\.[0-9]+)?\s*", value):
        return float(value)
    try:
        when = email.utils.parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError):
        return None
    return max(0.0, when.timestamp() - time.time())


@functools.cache
def _trusted() -> ssl.SSLContext:
    return ssl.create_default_context()


class _Connection(http.client.HTTPConnection):
    read_limit: float = 60.0

    def connect(self) -> None:
        super().connect()
        self.sock.settimeout(self.read_limit)


class _SecureConnection(http.client.HTTPSConnection):
    read_limit: float = 60.0

    def connect(self) -> None:
        super().connect()
        self.sock.settimeout(self.read_limit)


class _Handler(urllib.request.HTTPHandler, urllib.request.HTTPSHandler):
    """Both schemes, with one time limit for the connection and another for each wait."""

    def __init__(self, read_limit: float) -> None:
        urllib.request.HTTPHandler.__init__(self)
        self._read_limit = read_limit

    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(self._plain, req)

    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(self._secure, req)

    def _plain(self, host: str, **options: Any) -> _Connection:  # noqa: ANN401 - urllib's own options
        connection = _Connection(host, **options)
        connection.read_limit = self._read_limit
        return connection

    def _secure(self, host: str, **options: Any) -> _SecureConnection:  # noqa: ANN401
        connection = _SecureConnection(host, context=_trusted(), **options)
        connection.read_limit = self._read_limit
        return connection

    http_request = https_request = urllib.request.HTTPHandler.do_request_


def _opener(host: str, read_limit: float) -> urllib.request.OpenerDirector:
    """An opener that follows no redirection, raises for no status, and takes no proxy to this machine."""
    opener = urllib.request.OpenerDirector()
    opener.add_handler(urllib.request.ProxyHandler({} if is_loopback(host) else None))
    opener.add_handler(_Handler(read_limit))
    return opener
