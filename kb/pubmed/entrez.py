"""Bio.Entrez with our transport under it: the hook, in place only while one of our calls is under way."""

from __future__ import annotations

import io
import threading
from contextlib import contextmanager
from email.message import Message
from typing import TYPE_CHECKING, Any

from kb.pubmed import transport

if TYPE_CHECKING:
    import urllib.request
    from collections.abc import Callable, Iterator

    from kb.pubmed.config import Settings
    from kb.pubmed.rate import Limiter

# Bio.Entrez asks for them and warns without; who really asks is added where the request is sent, and nowhere else.
_PLACEHOLDERS = {"email": "-", "tool": "-"}

_lock = threading.Lock()
_users = 0
_before: Any = None
_ours = threading.local()


class _Handle(io.BytesIO):
    """What Bio.Entrez wants of an answer: bytes, headers that make it leave them alone, and a URL that says nothing."""

    url = ""

    def __init__(self, body: bytes) -> None:
        super().__init__(body)
        self.headers = Message()
        self.headers["Content-Type"] = "application/octet-stream"


def _urlopen(request: urllib.request.Request, *args: object, **options: object) -> object:
    """Stand in for urlopen: our calls go to our transport, those of anybody else where they went before."""
    handler: Callable[[urllib.request.Request], _Handle] | None = getattr(_ours, "handler", None)
    return handler(request) if handler else _before(request, *args, **options)


@contextmanager
def _hook() -> Iterator[Any]:
    """Bio.Entrez with the hook; the last one to leave puts everything back."""
    global _users, _before  # noqa: PLW0603 - Bio.Entrez keeps its state in globals, and so must what replaces it
    from Bio import Entrez

    entrez: Any = Entrez
    with _lock:
        if _users == 0:
            _before, entrez.urlopen = entrez.urlopen, _urlopen
        _users += 1
    try:
        yield entrez
    finally:
        with _lock:
            _users -= 1
            if _users == 0:
                entrez.urlopen, _before = _before, None


def ask(
    utility: str, settings: Settings, limiter: Limiter, *, ids: int = 0, expects: str, **parameters: object
) -> bytes:
    """Call a function of Bio.Entrez and return the bytes of the answer.

    Parameters
    ----------
    utility
        Name of the function, e.g. ``efetch``.
    settings, limiter
        How and how fast to ask.
    ids
        How many ids it asks for.
    expects
        Root element of the answer, or ``json`` or ``text``.
    parameters
        What Bio.Entrez is given.

    Raises
    ------
    EntrezError
        When it failed for good; OfflineError when nothing can be reached.

    Notes
    -----
    Bio.Entrez retries on urllib's exceptions only; ours raises none of them, so its ``max_tries`` does not matter.
    Its pause between requests is switched off, for the limiter knows the other threads and processes as well.
    """

    def handler(request: urllib.request.Request) -> _Handle:
        call = transport.read_request(request, ids=ids, expects=expects)
        return _Handle(transport.send(call, settings, limiter))

    given = {name: value for name, value in parameters.items() if value is not None}
    with _hook() as entrez:
        entrez._open.previous = 0.0  # noqa: SLF001
        _ours.handler = handler
        try:
            with getattr(entrez, utility)(**given, **_PLACEHOLDERS) as handle:
                body: bytes = handle.read()
        finally:
            _ours.handler = None
    return body
