"""Faults on demand: what goes wrong, at which requests, for which call."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kb.problems import KbError

KINDS = {
    "slow": "waits N seconds (2) before it answers",
    "drip": "sends the answer in small pieces over N seconds (2)",
    "cut": "closes the connection in the middle of the answer",
    "chunked": "sends the answer in chunks, as NCBI does with long ones; with cut, ends before the last",
    "short": "ends the answer in the middle without saying how long it should be",
    "reset": "closes the connection without an answer",
    "500": "answers HTTP 500; ;N adds Retry-After in seconds, ;date:N as a date",
    "502": "answers HTTP 502",
    "503": "answers HTTP 503",
    "429": "answers HTTP 429 with NCBI's body",
    "400": "answers HTTP 400 with NCBI's body",
    "403": "answers HTTP 403",
    "redirect": "answers HTTP 302 to another host",
    "html": "answers a web page with status 200",
    "malformed": "answers broken XML or JSON",
    "entities": "answers XML with an entity bomb",
    "encoding": "answers bytes that are not UTF-8",
    "empty": "answers nothing with status 200",
    "backend": "answers an <ERROR> of the backend with status 200",
    "proxy": "answers an <ERROR> of the backend with status 400, as efetch does",
    "fewer": "leaves out the last N records (1)",
    "merged": "OLD:NEW answers the record of another PMID",
    "deleted": "PMID leaves a record out",
}
_SPEC = re.compile(
    r"(?P<kind>[a-z0-9]+)(?:=(?P<value>[^@/;]+))?(?:;(?P<after>(?:date:)?[0-9.]+))?"
    r"(?:/(?P<call>[a-z]+))?(?:@(?P<first>[0-9]+)(?P<range>-(?P<last>[0-9]*))?)?"
)


class FaultError(KbError):
    """A fault that nobody knows."""

    def __init__(self, spec: str) -> None:
        known = "\n".join(f"  {kind:10} {what}" for kind, what in KINDS.items())
        shape = "KIND[=VALUE][;RETRY-AFTER][/CALL][@FIRST[-LAST]]"
        super().__init__(f"'{spec}' is not a fault: write {shape}, where KIND is\n{known}")


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault.

    Parameters
    ----------
    kind, value
        What happens.
    after
        Retry-After of an error, e.g. ``2`` or ``date:2``.
    call
        The E-utility that it happens to; empty for all.
    first, last
        The requests that it happens to, counted from 1 per call when one is named, else over all.
    """

    kind: str
    value: str = ""
    after: str = ""
    call: str = ""
    first: int = 1
    last: int | None = None

    def strikes(self, call: str, number: int, number_of_call: int) -> bool:
        """Whether it happens to this request."""
        at = number_of_call if self.call else number
        return self.call in {"", call} and self.first <= at and (self.last is None or at <= self.last)

    def seconds(self) -> float:
        """The value as seconds."""
        return float(self.value or 2)


def parse_fault(spec: str) -> Fault:
    """A fault from its short form.

    Raises
    ------
    FaultError
        For one that nobody knows; it lists all.

    Examples
    --------
    >>> parse_fault("503;2@1-3")
    Fault(kind='503', value='', after='2', call='', first=1, last=3)
    >>> parse_fault("merged=12:34").value, parse_fault("html/esearch@2").last
    ('12:34', 2)
    """
    found = _SPEC.fullmatch(spec.strip())
    if not found or found["kind"] not in KINDS:
        raise FaultError(spec)
    first = int(found["first"] or 1)
    last = None if not found["first"] or found["range"] == "-" else int(found["last"] or first)
    return Fault(found["kind"], found["value"] or "", found["after"] or "", found["call"] or "", first, last)
