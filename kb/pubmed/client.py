"""What is asked of PubMed: the six E-utilities in batches, and records fetched so that nothing is asked twice."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kb.pubmed import answers, citmatch
from kb.pubmed.cache import PMID, Cache, Entry, cache_root
from kb.pubmed.config import Settings, load_settings
from kb.pubmed.entrez import ask
from kb.pubmed.errors import EntrezError
from kb.pubmed.rate import Limiter
from kb.pubmed.transport import source_of

if TYPE_CHECKING:
    import datetime as dt
    import xml.etree.ElementTree as ET

BATCH = 200  # ids in one request
MOST = 9_999  # records of a search that PubMed hands out
_LINK_BATCH = 50  # ids of one elink request, which are not joined

Progress = Callable[[int, int], object]


@dataclass(frozen=True, slots=True)
class History:
    """A set of records kept at the server for some hours."""

    webenv: str
    query_key: str
    count: int


@dataclass(frozen=True, slots=True)
class Search:
    """What a query found.

    Parameters
    ----------
    count
        How many records there are.
    ids
        The PMIDs asked for, best or newest first.
    history
        The whole set at the server.
    translation
        The query as PubMed understood it.
    not_found
        Words and fields of the query that PubMed does not know.
    warnings
        What else it said.
    """

    count: int
    ids: tuple[str, ...]
    history: History | None
    translation: str
    not_found: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Batch:
    """Records that came together.

    Parameters
    ----------
    asked
        The PMIDs that were asked for.
    records
        Each record by the PMID asked for, as an efetch answer of its own.
    raw
        The answer as it came; empty when it came from the cache.
    merged
        PMIDs that PubMed answered with the record of another PMID.
    unanswered
        PMIDs without an answer, which are asked for once more at the end.
    missing
        PMIDs that stayed without an answer: deleted, or never given out.
    """

    asked: tuple[str, ...]
    records: dict[str, bytes] = field(repr=False)
    raw: bytes = field(default=b"", repr=False)
    merged: dict[str, str] = field(default_factory=dict)
    unanswered: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


class Entrez:
    """PubMed, asked politely. One client may be used by many threads.

    Parameters
    ----------
    settings
        How to ask; from the environment and the user's file when left out.
    cache
        Where full answers are kept; the user's cache when left out, None for nowhere.
    limiter
        The limit on requests; shared by all processes of this user when left out.
    """

    def __init__(
        self, settings: Settings | None = None, *, cache: Cache | str | None = "user", limiter: Limiter | None = None
    ) -> None:
        self.settings = load_settings() if settings is None else settings
        self.cache = Cache() if isinstance(cache, str) else cache
        if limiter is None:
            key = self.settings.api_key.reveal() if self.settings.api_key else ""
            root = self.cache.root if self.cache else cache_root()
            limiter = Limiter(root / "rate", f"{self.settings.base_url}\n{key}", self.settings.per_second)
        self.limiter = limiter

    @property
    def notes(self) -> tuple[str, ...]:
        """What the person should know, one sentence each."""
        return self.settings.notes + ((self.limiter.note,) if self.limiter.note else ())

    def kept(self, pmid: str, *, newer_than: dt.datetime | None = None) -> Entry | None:
        """The full answer that the cache holds from this server; another server's answer does not count."""
        entry = self.cache.get(pmid, newer_than=newer_than) if self.cache else None
        return entry if entry and entry.source == source_of(self.settings, pmid) else None

    def fetch(
        self, ids: Iterable[str], *, newer_than: dt.datetime | None = None, progress: Progress | None = None
    ) -> Iterator[Batch]:
        """Records of these PMIDs, first what the cache holds, then what PubMed says, in batches as they come.

        Parameters
        ----------
        ids
            PMIDs; one given twice is asked for once.
        newer_than
            Answers of the cache that are older are asked for again.
        progress
            Is called with how many PMIDs are done and how many there are.

        Raises
        ------
        EntrezError
            When a batch failed for good; what came before is in the cache, and a new run asks only for the rest.
        """
        wanted = _checked(ids)
        ask_for: list[str] = []
        done = 0

        def tell(more: int) -> None:
            nonlocal done
            done += more
            if progress:
                progress(done, len(wanted))

        tell(0)
        for some in _batches(wanted):
            known = _batch_of([entry for pmid in some if (entry := self.kept(pmid, newer_than=newer_than))])
            ask_for += [pmid for pmid in some if pmid not in known.records]
            if known.records:
                tell(len(known.records))
                yield known
        again: list[str] = []
        for some in _batches(ask_for):
            batch = self._fetch_batch(some)
            again += batch.unanswered
            tell(len(some) - len(batch.unanswered))
            yield batch
        for some in _batches(again):
            batch = self._fetch_batch(some, last=True)
            tell(len(some))
            yield batch

    def efetch(self, ids: Iterable[str]) -> bytes:
        """The records of at most 200 PMIDs as PubMed XML; those that PubMed does not know are not in it."""
        some = _checked(ids)
        if not some:
            return answers.EMPTY
        return self._ask("efetch", "PubmedArticleSet", ids=len(some), db="pubmed", id=",".join(some), retmode="xml")

    def esearch(
        self,
        term: str,
        *,
        retmax: int = BATCH,
        retstart: int = 0,
        mindate: str | None = None,
        maxdate: str | None = None,
        datetype: str | None = None,
        sort: str | None = None,
    ) -> Search:
        """PMIDs that a query finds, and the whole set in the history of the server.

        Parameters
        ----------
        term
            A query in PubMed's language.
        retmax, retstart
            How many PMIDs, from which on; PubMed hands out the first 9,999.
        mindate, maxdate, datetype
            ``YYYY``, ``YYYY/MM`` or ``YYYY/MM/DD``, and ``pdat``, ``edat``, ``mdat`` or ``crdt``.
        sort
            ``relevance``, ``pub_date``, ``Author`` or ``JournalName``; newest first when left out.
        """
        if (mindate is None) != (maxdate is None):
            mindate, maxdate = mindate or "1000", maxdate or "3000"  # Entrez wants both
        dates = {"mindate": mindate, "maxdate": maxdate, "datetype": datetype or ("pdat" if mindate else None)}
        page = {"retstart": retstart, "retmax": max(0, min(retmax, MOST - retstart)), "usehistory": "y", "sort": sort}
        root = self._xml("esearch", "eSearchResult", 0, {"db": "pubmed", "term": term} | page | dates)
        count, webenv, key = (root.findtext(name) or "" for name in ("Count", "WebEnv", "QueryKey"))
        if not count.isdigit():
            raise EntrezError("esearch", "the answer has no count")
        unknown = [e.text or "" for e in root.iterfind("ErrorList/*")]
        unknown += [e.text or "" for e in root.iterfind("WarningList/QuotedPhraseNotFound")]
        return Search(
            count=int(count),
            ids=tuple(e.text or "" for e in root.iterfind("IdList/Id")),
            history=History(webenv, key, int(count)) if webenv and key else None,
            translation=root.findtext("QueryTranslation") or "",
            not_found=tuple(unknown),
            warnings=tuple(e.text or "" for e in root.iterfind("WarningList/OutputMessage")),
        )

    def epost(self, ids: Iterable[str]) -> History:
        """Put PMIDs into the history of the server."""
        some = _checked(ids)
        root = self._xml("epost", "ePostResult", len(some), {"db": "pubmed", "id": ",".join(some)})
        webenv, key = root.findtext("WebEnv"), root.findtext("QueryKey")
        if not webenv or not key:
            raise EntrezError("epost", "the answer names no history", ids=len(some))
        return History(webenv, key, len(some) - len(root.findall("InvalidIdList/Id")))

    def efetch_history(self, history: History, *, size: int = BATCH) -> Iterator[bytes]:
        """Records of a set in the history of the server, page by page."""
        for start in range(0, min(history.count, MOST), size):
            yield self._ask("efetch", "PubmedArticleSet", ids=size, retmode="xml", **_page(history, start, size))

    def esummary(self, ids: Iterable[str]) -> dict[str, dict[str, Any]]:
        """Summaries (version 2.0) by PMID; a PMID that PubMed does not know is not in it."""
        found: dict[str, dict[str, Any]] = {}
        for some in _batches(_checked(ids)):
            body = self._ask("esummary", "json", ids=len(some), db="pubmed", id=",".join(some), retmode="json")
            found |= _summaries(body)
        return found

    def esummary_history(self, history: History, *, size: int = BATCH) -> Iterator[dict[str, dict[str, Any]]]:
        """Summaries of a set in the history of the server, page by page."""
        for start in range(0, min(history.count, MOST), size):
            yield _summaries(self._ask("esummary", "json", ids=size, retmode="json", **_page(history, start, size)))

    def elink(self, ids: Iterable[str], linkname: str = "pubmed_pubmed_refs") -> dict[str, tuple[str, ...]]:
        """PMIDs that each id is linked to; by default those that a PMID cites.

        Parameters
        ----------
        ids
            PMIDs; for ``pmc_pubmed`` the digits of PMCIDs.
        linkname
            ``pubmed_pubmed_refs`` (cites), ``pubmed_pubmed_citedin`` (is cited by), ``pubmed_pubmed`` (is like) or
            ``pmc_pubmed`` (the PMID of an article in PubMed Central).
        """
        found: dict[str, tuple[str, ...]] = {}
        for some in _batches(_checked(ids), _LINK_BATCH):
            database = linkname.partition("_")[0]
            where = {"id": list(some), "dbfrom": database, "db": "pubmed", "linkname": linkname, "cmd": "neighbor"}
            root = self._xml("elink", "eLinkResult", len(some), where)
            for links in root.iterfind("LinkSet"):
                of = links.findtext("IdList/Id") or ""
                sets = [s for s in links.iterfind("LinkSetDb") if s.findtext("LinkName") == linkname]
                found[of] = tuple(e.text or "" for s in sets for e in s.iterfind("Link/Id"))
        return found

    def ecitmatch(self, citations: Iterable[citmatch.Citation]) -> dict[str, citmatch.Match]:
        """PMIDs of citations by their key: found, not found, or ambiguous.

        Notes
        -----
        Entrez answers some lines not at all, and none after a line without a journal that it cannot place. What is
        left unanswered is asked again without the line that stopped it; our keys never travel.
        """
        todo = [(f"kb{number}", citation) for number, citation in enumerate(citations)]
        if len({citation.key for _, citation in todo}) < len(todo):
            message = "two citations have the same key"
            raise ValueError(message)
        found: dict[str, citmatch.Match] = {}
        while todo:
            some = todo[:BATCH]
            lines = [citmatch.line(citation, token) for token, citation in some]
            text = self._ask("ecitmatch", "text", ids=len(some), db="pubmed", bdata="\r".join(lines) + "\r")
            said = citmatch.read(text, {token for token, _ in some})
            left = [pair for pair in some if pair[0] not in said]
            for token, citation in some:
                if token in said:
                    found[citation.key] = said[token]
            if left:
                found[left[0][1].key] = citmatch.Match()
            todo = left[1:] + todo[BATCH:]
        return found

    def _fetch_batch(self, some: tuple[str, ...], *, last: bool = False) -> Batch:
        """One efetch, into the cache."""
        raw = self.efetch(some)
        try:
            got = answers.split_records(raw)
        except answers.AnswerError as error:
            raise EntrezError("efetch", error.reason, ids=len(some)) from None
        merged, lost = match_ids(some, [pmid for pmid, _ in got])
        by_pmid = dict(got)
        for pmid in lost if len(some) > 1 and len(by_pmid.keys() - set(some) - set(merged.values())) else ():
            alone = answers.split_records(self.efetch([pmid]))  # which of the strangers it became, only it can say
            if len(alone) == 1:
                by_pmid |= dict(alone)
                merged[pmid] = alone[0][0]
        merged = {old: new for old, new in merged.items() if old != new}
        records = {p: by_pmid[merged.get(p, p)] for p in some if merged.get(p, p) in by_pmid}
        if self.cache:
            for pmid, xml in records.items():
                holds = merged.get(pmid, pmid)
                self.cache.put(pmid, xml, source=source_of(self.settings, pmid), holds=holds)
        rest = tuple(pmid for pmid in some if pmid not in records)
        return Batch(some, records, raw, merged, () if last else rest, rest if last else ())

    def _ask(self, utility: str, expects: str, *, ids: int = 0, **parameters: object) -> bytes:
        return ask(utility, self.settings, self.limiter, ids=ids, expects=expects, **parameters)

    def _xml(self, utility: str, expects: str, ids: int, parameters: Mapping[str, object]) -> ET.Element:
        return answers.parse_xml(self._ask(utility, expects, ids=ids, **parameters))


def match_ids(asked: tuple[str, ...], got: list[str]) -> tuple[dict[str, str], tuple[str, ...]]:
    """Which PMID was answered with the record of another, and which not at all.

    A stranger counts as the successor of the PMID in whose place it stands, when the other records stand in theirs.

    Examples
    --------
    >>> match_ids(("1", "2", "3"), ["1", "9", "3"])
    ({'2': '9'}, ())
    >>> match_ids(("1", "2", "3"), ["1", "3"])
    ({}, ('2',))
    >>> match_ids(("1", "2", "3"), ["3", "9", "1"])
    ({}, ('2',))
    """
    wanted, there = set(asked), set(got)
    merged: dict[str, str] = {}
    steps = difflib.SequenceMatcher(None, asked, got, autojunk=False).get_opcodes()
    in_place = {p for kind, a, b, _, _ in steps if kind == "equal" for p in asked[a:b]}
    if in_place == wanted & there:
        for kind, a, b, c, d in steps:
            if kind == "replace" and b - a == d - c:
                merged |= dict(zip(asked[a:b], got[c:d], strict=True))
    return merged, tuple(p for p in asked if p not in there and p not in merged)


def _batch_of(whole: list[Entry]) -> Batch:
    merged = {entry.pmid: entry.holds for entry in whole if entry.holds != entry.pmid}
    return Batch(tuple(entry.pmid for entry in whole), {entry.pmid: entry.xml for entry in whole}, merged=merged)


def _summaries(body: bytes) -> dict[str, dict[str, Any]]:
    result = answers.parse_json(body).get("result")
    entries = result.items() if isinstance(result, dict) else ()
    return {pmid: entry for pmid, entry in entries if isinstance(entry, dict) and "error" not in entry}


def _page(history: History, start: int, size: int) -> dict[str, object]:
    where = {"WebEnv": history.webenv, "query_key": history.query_key}
    return {"db": "pubmed", "retstart": start, "retmax": size, **where}


def _checked(ids: Iterable[str]) -> tuple[str, ...]:
    """PMIDs, each once.

    Raises
    ------
    ValueError
        For something that is not a PMID.
    """
    some = tuple(dict.fromkeys(ids))
    for pmid in some:
        if not PMID.fullmatch(pmid):
            message = f"not a PMID: {pmid[:20]!r}"
            raise ValueError(message)
    return some


def _batches(ids: Iterable[str], size: int = BATCH) -> Iterator[tuple[str, ...]]:
    some = tuple(ids)
    for start in range(0, len(some), size):
        yield some[start : start + size]
