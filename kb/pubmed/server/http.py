"""The server itself: loopback only, one thread a request, the rate limit, faults, and a log of every request."""

from __future__ import annotations

import contextlib
import email.utils
import json
import re
import threading
import time
import urllib.parse
from collections import defaultdict, deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kb.pubmed.server.faults import Fault, FaultError, parse_fault
from kb.pubmed.server.records import Folder, FolderError
from kb.pubmed.server.replies import XML, Changes, Replies, Reply

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Self

_PAGE = re.compile(r".*/(efetch|esearch|epost|esummary|elink)\.fcgi|.*/(ecitmatch)\.cgi")
_LARGEST = 10_000_000  # bytes of a request
_ERRORS = {400: "Bad Request", 403: "Forbidden", 500: "Internal Server Error", 502: "Bad Gateway"}
_HTML = b"<!DOCTYPE html>\n<html><head><title>NCBI</title></head><body><h1>Sorry</h1>Try again later.</body></html>\n"
_BOMB = (
    b'<?xml version="1.0"?>\n<!DOCTYPE PubmedArticleSet [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c SYSTEM "file:///etc/passwd">]>\n<PubmedArticleSet>&b;&c;</PubmedArticleSet>\n'
)


class Server:
    """An E-utilities server on 127.0.0.1; use it in a ``with`` statement or call `start` and `stop`.

    Parameters
    ----------
    folder
        Records, one XML file per PMID; ``merged.txt`` may name PMIDs that became another.
    port
        0 takes a free one.
    faults
        What goes wrong, as text or `Fault`.
    limit, limit_with_key
        Requests a second that it bears, without and with a key; 0 for any number.
    log
        A file that gets one JSON line a request.

    Raises
    ------
    FolderError
        When a file of the folder is not a PubMed record.
    FaultError
        For a fault that nobody knows.

    Notes
    -----
    The rate is counted per key, or for all without one together. ``POST /control/faults`` with one fault a line
    replaces the faults and counts requests anew, ``GET /control/log`` gives the log.
    """

    def __init__(
        self,
        folder: Path,
        *,
        port: int = 0,
        faults: Iterable[str | Fault] = (),
        limit: int = 3,
        limit_with_key: int = 10,
        log: Path | None = None,
    ) -> None:
        self.replies = Replies(Folder(folder))
        self.replies.folder.records()
        self.limits = (limit, limit_with_key)
        self._file = log
        self._lock = threading.Lock()
        self._log: list[dict[str, Any]] = []
        self._recent: dict[str, deque[float]] = defaultdict(deque)
        self.set_faults(faults)
        handler = type("Handler", (_Handler,), {"owner": self})
        self._http = _Http(("127.0.0.1", port), handler)
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def url(self) -> str:
        """What ``KB_ENTREZ_URL`` must be."""
        return f"http://127.0.0.1:{self._http.server_address[1]}/entrez/eutils/"

    @property
    def log(self) -> list[dict[str, Any]]:
        """Every request so far, in the order of arrival."""
        with self._lock:
            return sorted(self._log, key=lambda entry: float(entry["mono"]))

    def set_faults(self, faults: Iterable[str | Fault]) -> None:
        """Replace the faults and count requests from 1 again."""
        read = [parse_fault(fault) if isinstance(fault, str) else fault for fault in faults]
        with self._lock:
            self._faults, self._number, self._of_call = read, 0, defaultdict[str, int](int)

    def start(self) -> Self:
        """Serve from a thread of its own."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop and free the port."""
        self._http.shutdown()
        self._http.server_close()
        self._thread.join(5)

    __enter__ = start

    def __exit__(self, *error: object) -> None:
        self.stop()

    def arrive(self, call: str, key: str, now: float) -> tuple[int, int, list[Fault]]:
        """Count a request; return how many came within a second, the limit, and the faults that strike it."""
        with self._lock:
            self._number += 1
            self._of_call[call] += 1
            recent = self._recent[key]
            while recent and now - recent[0] >= 1.0:
                recent.popleft()
            recent.append(now)
            struck = [f for f in self._faults if f.strikes(call, self._number, self._of_call[call])]
            return len(recent), self.limits[1 if key else 0], struck

    def note(self, entry: dict[str, Any]) -> None:
        """Add a request to the log when it arrives; its status comes later."""
        with self._lock:
            self._log.append(entry)

    def write(self, entry: dict[str, Any]) -> None:
        """Add a request to the file when its answer is ready."""
        if self._file:
            with self._lock, self._file.open("a", encoding="utf-8") as stream:
                stream.write(json.dumps(entry) + "\n")


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: clients of this server are meant to go away in the middle."""


class _Handler(BaseHTTPRequestHandler):
    owner: Server
    protocol_version = "HTTP/1.1"
    server_version = "kb-eutils"
    timeout = 30

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the library's
        """Say nothing: requests hold keys."""

    def do_GET(self) -> None:
        arrived = time.monotonic()
        path, _, query = self.path.partition("?")
        if path == "/control/log":
            self._send(Reply(json.dumps(self.owner.log).encode(), kind="application/json"))
            return
        self._serve(path, query, arrived)

    def do_POST(self) -> None:
        arrived = time.monotonic()
        length = self.headers.get("Content-Length", "0")
        if not length.isdigit() or int(length) > _LARGEST:
            self._send(Reply(b"too large\n", 413, "text/plain"))
            return
        body = self.rfile.read(int(length)).decode("utf-8", "replace")
        if self.path == "/control/faults":
            try:
                self.owner.set_faults(line for line in body.splitlines() if line.strip())
            except FaultError as error:
                self._send(Reply(f"{error}\n".encode(), 400, "text/plain"))
                return
            self._send(Reply(b"ok\n", kind="text/plain"))
            return
        path, _, query = self.path.partition("?")
        self._serve(path, "&".join(filter(None, (query, body))), arrived)

    def _serve(self, path: str, query: str, arrived: float) -> None:
        """Answer an E-utility, with the faults that strike it, and log it whatever happens."""
        given = urllib.parse.parse_qs(query, keep_blank_values=True)
        found = _PAGE.fullmatch(path)
        call = (found[1] or found[2]) if found else ""
        key = given.get("api_key", [""])[0]
        ids = sum(len([i for i in v.split(",") if i.strip()]) for v in given.get("id", []))
        ids += len([line for v in given.get("bdata", []) for line in v.split("\r") if line.strip()])
        count, limit, faults = self.owner.arrive(call, key, arrived)
        self._faults = faults
        self._struck = {fault.kind: fault for fault in faults}
        self._headers = {"X-RateLimit-Limit": str(limit), "X-RateLimit-Remaining": str(max(0, limit - count))}
        entry = {
            "mono": arrived,
            "wall": time.time(),
            "call": call or "?",
            "method": self.command,
            "ids": ids,
            "key": bool(key),
            "email": bool(given.get("email", [""])[0]),
            "faults": [fault.kind for fault in faults],
            "status": None,
        }
        self.owner.note(entry)
        reply = self._reply(call, key, given, count, limit)
        entry["status"] = reply.status
        self.owner.write(entry)
        with contextlib.suppress(OSError):
            self._send(reply)

    def _reply(self, call: str, key: str, given: dict[str, list[str]], count: int, limit: int) -> Reply:
        if not call:
            return Reply(b"404 Not Found\n", 404, "text/plain")
        if (limit and count > limit) or "429" in self._struck:
            self._headers["Retry-After"] = self._struck["429"].after if "429" in self._struck else "1"
            said = {"error": "API rate limit exceeded", "api-key": key or "127.0.0.1", "count": str(count)}
            return Reply(json.dumps(said | {"limit": str(limit)}).encode(), 429, "application/json")
        if "slow" in self._struck:
            time.sleep(self._struck["slow"].seconds())
        changes = Changes()
        for fault in self._faults:
            kind = fault.kind
            if kind == "fewer":
                changes.fewer = int(fault.value or 1)
            elif kind == "merged":
                changes.merged.update([fault.value.split(":", 1)])  # type: ignore[list-item]
                changes.deleted.add(fault.value.split(":")[0])
            elif kind == "deleted":
                changes.deleted.add(fault.value)
        instead = self._instead(call)
        try:
            return instead or self.owner.replies.reply(call, given, changes)
        except (FolderError, ValueError) as error:
            return Reply(f"{error}\n".encode(), 500, "text/plain")

    def _instead(self, call: str) -> Reply | None:
        """The answer of a fault that replaces the right one."""
        root = f"e{call[1:].capitalize()}Result"
        for kind, fault in self._struck.items():
            if fault.after:
                date = fault.after.startswith("date:")
                when = time.time() + float(fault.after.removeprefix("date:"))
                self._headers["Retry-After"] = email.utils.formatdate(when, usegmt=True) if date else fault.after
            if kind in {"500", "502", "503", "403"}:
                return Reply(_HTML, int(kind), "text/html")
            if kind == "400":
                text = "Cannot process request: <b>bad</b> parameter"
                return Reply(f"{XML}<{root}>\n\t<ERROR>{text}</ERROR>\n</{root}>\n".encode(), 400)
            if kind == "redirect":
                self._headers["Location"] = "http://192.0.2.1/elsewhere"
                return Reply(b"", 302, "text/plain")
            if kind == "backend":
                text = "Search Backend failed: Unable to open connection to #PMQuerySrv?dbaf=pubmed"
                return Reply(f"{XML}<{root}>\n\t<ERROR>{text}</ERROR>\n</{root}>\n".encode())
            if kind == "proxy":
                text = (
                    "Error: CEFetchPApplication::proxy_stream(): Failed to connect to PubOne service. Try again later."
                )
                return Reply(f"{XML}<{root}>\n\t<ERROR>{text}</ERROR>\n</{root}>\n".encode(), 400)
            fixed = {"html": (_HTML, "text/html"), "empty": (b"", "text/xml"), "entities": (_BOMB, "text/xml")}
            if kind in fixed:
                return Reply(fixed[kind][0], kind=fixed[kind][1])
        return None

    def _send(self, reply: Reply) -> None:
        """Send an answer, or what a fault leaves of it."""
        struck: dict[str, Fault] = getattr(self, "_struck", {})
        body, cut = reply.body, len(reply.body) // 2
        self.close_connection = True
        if "reset" in struck:
            return
        if "malformed" in struck:
            last = max(body.rfind(b"<"), body.rfind(b"}"))
            body = body[:last] + b"<broken & " + body[last:]
        if "encoding" in struck:
            body = body[:cut] + b"\xff\xfe\xe9" + body[cut:]
        self.send_response(reply.status, _ERRORS.get(reply.status))
        self.send_header("Content-Type", reply.kind)
        self.send_header("Connection", "close")
        for name, value in getattr(self, "_headers", {}).items():
            self.send_header(name, value)
        chunked = "chunked" in struck
        if chunked:
            self.send_header("Transfer-Encoding", "chunked")
        elif "short" not in struck:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if "cut" in struck or "short" in struck:
            body = body[:cut]
        pieces = 20 if "drip" in struck or chunked else 1
        size = max(1, -(-len(body) // pieces))
        for start in range(0, len(body), size):
            piece = body[start : start + size]
            self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece) if chunked else piece)
            self.wfile.flush()
            if "drip" in struck:
                time.sleep(struck["drip"].seconds() / pieces)
        if chunked and "cut" not in struck:
            self.wfile.write(b"0\r\n\r\n")
