"""The refusal of an answer that is no sound PubMed XML: what, where, and what to do."""

from __future__ import annotations

from typing import Literal

from kb.problems import KbError

Kind = Literal[
    "doctype",  # declares something itself
    "empty",
    "encoding",
    "entity",
    "gzip",
    "html",
    "json",
    "malformed",
    "ncbi-error",
    "no-pmid",
    "not-pubmed",
    "not-xml",
    "too-deep",
    "too-large",
    "truncated",
    "unreadable",
]

ADVICE: dict[str, str] = {
    "doctype": "PubMed's DOCTYPE declares nothing itself: do not trust this answer, and check where it came from.",
    "empty": "Ask again; when it stays empty, look at the address and the proxy.",
    "encoding": "PubMed sends UTF-8: fetch it again without converting it.",
    "entity": "PubMed writes characters, not entities: do not trust this answer, and check where it came from.",
    "gzip": "Fetch the file again and compare it with its .md5.",
    "html": "A proxy, a login page or an outage answered instead of PubMed: look at the address and ask again later.",
    "json": "Ask for retmode=xml; when it is an error of NCBI, do what it says.",
    "malformed": "Fetch it again; when it stays broken, report it to NLM with the PMID.",
    "ncbi-error": "Do what NCBI says, then ask again.",
    "no-pmid": "Fetch it again; without a PMID a record cannot be kept.",
    "not-pubmed": "Ask for db=pubmed and retmode=xml.",
    "not-xml": "Ask for retmode=xml and look at the address.",
    "too-deep": "No PubMed record is nested like this: do not trust this answer.",
    "too-large": "No PubMed record is this large: do not trust this answer.",
    "truncated": "The answer was cut off: fetch it again.",
    "unreadable": "Check the name and the permissions of the file.",
}


class PubMedXmlError(KbError):
    """An answer was refused; nothing of the record at the break was handed out.

    Parameters
    ----------
    source
        Name of the file, or what was given.
    kind
        Short id, one of `ADVICE`.
    what
        What was found, in one sentence.
    byte
        Offset in the unpacked text as UTF-8, or None when unknown.
    line
        1-based line of it, or None when unknown.
    pmid
        PMID of the record at the break, when it could be read.

    Examples
    --------
    >>> print(PubMedXmlError("pubmed25n0001.xml.gz", "truncated", "ends inside PubmedArticle", 512, 17))
    pubmed25n0001.xml.gz:17: ends inside PubmedArticle (byte 512) [truncated] The answer was cut off: fetch it again.
    """

    def __init__(
        self,
        source: str,
        kind: Kind,
        what: str,
        byte: int | None = None,
        line: int | None = None,
        pmid: str | None = None,
    ) -> None:
        self.source, self.kind, self.what = source, kind, what
        self.byte, self.line, self.pmid = byte, line, pmid
        self.advice = ADVICE[kind]
        super().__init__(source, kind, what, byte, line, pmid)

    def __str__(self) -> str:
        """One line in the form that editors and CI logs turn into a link."""
        where = f"{self.source}:{self.line}" if self.line else self.source
        at = f" (byte {self.byte:,})" if self.byte is not None else ""
        of = f" in PMID {self.pmid}" if self.pmid else ""
        return f"{where}: {self.what}{of}{at} [{self.kind}] {self.advice}"
