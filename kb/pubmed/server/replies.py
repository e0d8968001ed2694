"""The six calls: parameters in, NCBI's answer out."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from kb.pubmed.server.query import QueryError, Test, date_test, read_query
from kb.pubmed.server.records import Folder, Record, fold

XML = '<?xml version="1.0" encoding="UTF-8" ?>\n'
_DTD = "https://eutils.ncbi.nlm.nih.gov/eutils/dtd"
_SET = (
    b'<?xml version="1.0" ?>\n<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2025//EN" '
    b'"https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd">\n<PubmedArticleSet>\n'
)
_FIRST = 9_999  # records of a search that PubMed hands out

Parameters = Mapping[str, list[str]]


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer before any fault."""

    body: bytes
    status: int = 200
    kind: str = "text/xml; charset=UTF-8"


@dataclass(slots=True)
class Changes:
    """What faults do to the records of one request."""

    fewer: int = 0
    merged: dict[str, str] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)


class Replies:
    """Answers from a folder, with the history of this server."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self._history: dict[str, list[list[str]]] = {}

    def reply(self, call: str, given: Parameters, changes: Changes) -> Reply:
        """Answer a call."""
        calls: dict[str, Callable[[Parameters, Changes], Reply]] = {
            "efetch": self._efetch,
            "esearch": self._esearch,
            "epost": self._epost,
            "esummary": self._esummary,
            "elink": self._elink,
            "ecitmatch": self._ecitmatch,
        }
        db = _one(given, "db", "pubmed") if call != "elink" else _one(given, "dbfrom", "pubmed")
        if db != "pubmed" and (call, db) != ("elink", "pmc"):
            return _error(call, f"Invalid db name specified: {db}", status=400)
        return calls[call](given, changes)

    def _records(self, changes: Changes) -> dict[str, Record]:
        return {pmid: r for pmid, r in self.folder.records().items() if pmid not in changes.deleted}

    def _ids(self, given: Parameters) -> list[str] | None:
        """The ids a request means: its own, or a page of a set in the history; None when there is no such set."""
        if "WebEnv" not in given and "webenv" not in given:
            return [i.strip() for value in given.get("id", []) for i in value.split(",") if i.strip()]
        sets = self._history.get(_one(given, "WebEnv", _one(given, "webenv", "")), [])
        key = _one(given, "query_key", "1")
        if not key.isdigit() or not 0 < int(key) <= len(sets):
            return None
        start, most = int(_one(given, "retstart", "0")), int(_one(given, "retmax", "10000"))
        return sets[int(key) - 1][start : start + most]

    def _keep(self, ids: list[str], webenv: str = "") -> tuple[str, int]:
        webenv = webenv if webenv in self._history else f"MCID_{secrets.token_hex(16)}"
        self._history.setdefault(webenv, []).append(ids)
        return webenv, len(self._history[webenv])

    def _efetch(self, given: Parameters, changes: Changes) -> Reply:
        if _one(given, "retmode", "xml") != "xml" or _one(given, "rettype", "xml") not in {"xml", "abstract", "full"}:
            return _error("efetch", "This local server answers retmode=xml only", status=400)
        ids = self._ids(given)
        if ids is None:
            return _error("efetch", f"Unable to obtain query #{_one(given, 'query_key', '1')}")
        numbers = [i for i in ids if i.isdigit() and int(i)]
        if not numbers:
            text = "ID list is empty! Possibly it has no correct IDs." if ids else "Supplied id parameter is empty."
            return _error("efetch", text, status=400 if ids else 200)
        records = self._records(changes)
        merged = self.folder.merged() | changes.merged
        found = [records[merged.get(i, i)].xml for i in numbers if merged.get(i, i) in records]
        found = found[: len(found) - changes.fewer] if changes.fewer else found
        return Reply(_SET + b"\n".join(found) + b"</PubmedArticleSet>\n")

    def _esearch(self, given: Parameters, changes: Changes) -> Reply:
        start, most = int(_one(given, "retstart", "0")), int(_one(given, "retmax", "20"))
        if start >= _FIRST:
            return _error(
                "esearch",
                "Search Backend failed: Exception:\n'retstart' cannot be larger than 9998. For PubMed, ESearch can "
                "only retrieve the first 9,999 records matching the query.",
            )
        records = list(self._records(changes).values())
        term = _one(given, "term", "")
        if not term.strip():
            return _error("esearch", "Empty term and query_key - nothing todo")
        try:
            query = read_query(term, records)
            limits = _limits(given)
        except QueryError:
            return _error("esearch", "Search Backend failed: could not parse the query")
        found = [r.pmid for r in records if query.test(r) and all(t(r) for t in limits)]
        page = found[start : min(start + most, _FIRST)]
        kept = ""
        if _one(given, "usehistory", "n") == "y":
            webenv, key = self._keep(found[:_FIRST], _one(given, "WebEnv", ""))
            kept = f"<QueryKey>{key}</QueryKey><WebEnv>{webenv}</WebEnv>"
        faults = "".join(f"<PhraseNotFound>{escape(p)}</PhraseNotFound>" for p in query.phrases_not_found)
        faults += "".join(f"<FieldNotFound>{escape(f)}</FieldNotFound>" for f in query.fields_not_found)
        ids = "".join(f"<Id>{i}</Id>\n" for i in page)
        body = (
            f"<Count>{len(found)}</Count><RetMax>{len(page)}</RetMax><RetStart>{start}</RetStart>{kept}"
            + (f"<IdList>\n{ids}</IdList>" if ids else "<IdList/>")
            + f"<TranslationSet/><QueryTranslation>{escape(query.translation)}</QueryTranslation>"
            + (f"<ErrorList>{faults}</ErrorList>" if faults else "")
            + ("" if found else "<WarningList><OutputMessage>No items found.</OutputMessage></WarningList>")
        )
        return _xml("eSearchResult", "esearch 20060628", "20060628/esearch.dtd", body)

    def _epost(self, given: Parameters, changes: Changes) -> Reply:
        del changes
        ids = [i.strip() for value in given.get("id", []) for i in value.split(",") if i.strip()]
        good = [i for i in ids if i.isdigit() and int(i)]
        bad = "".join(f"<Id>{escape(i)}</Id>" for i in ids if i not in good)
        if not good:
            return _error("epost", "IDs contain invalid characters which was treated as delimiters.")
        webenv, key = self._keep(good, _one(given, "WebEnv", ""))
        invalid = f"<InvalidIdList>{bad}</InvalidIdList>" if bad else ""
        body = f"{invalid}<QueryKey>{key}</QueryKey><WebEnv>{webenv}</WebEnv>"
        return _xml("ePostResult", "epost 20090526", "20090526/epost.dtd", body)

    def _esummary(self, given: Parameters, changes: Changes) -> Reply:
        if _one(given, "retmode", "xml") != "json":
            return _error("esummary", "This local server answers retmode=json only", status=400)
        ids = self._ids(given)
        if not ids:
            text = "Unable to obtain query #1" if ids is None else "Empty id list - nothing todo"
            return _json({"header": {"type": "esummary", "version": "0.3"}, "esummaryresult": [text]})
        records = self._records(changes)
        unknown = {"error": "cannot get document summary"}
        summaries = {i: _summary(records[i]) if i in records else {"uid": i, **unknown} for i in ids}
        result = {"uids": list(summaries), **summaries}
        return _json({"header": {"type": "esummary", "version": "0.3"}, "result": result})

    def _elink(self, given: Parameters, changes: Changes) -> Reply:
        records, name = self._records(changes), _one(given, "linkname", "pubmed_pubmed")
        base = name.partition("_")[0]
        groups = [[i.strip() for i in value.split(",")] for value in given.get("id", [])]
        sets = []
        for group in groups:
            linked = dict.fromkeys(other for pmid in group for other in _linked(records, pmid, name))
            ids = "".join(f"<Id>{escape(i)}</Id>" for i in group)
            links = "".join(f"<Link><Id>{i}</Id></Link>" for i in linked)
            found = f"<LinkSetDb><DbTo>pubmed</DbTo><LinkName>{escape(name)}</LinkName>{links}</LinkSetDb>"
            sets.append(f"<LinkSet><DbFrom>{base}</DbFrom><IdList>{ids}</IdList>{found if links else ''}</LinkSet>")
        return _xml("eLinkResult", "elink 20101123", "20101123/elink.dtd", "".join(sets))

    def _ecitmatch(self, given: Parameters, changes: Changes) -> Reply:
        records = list(self._records(changes).values())
        rows = []
        for line in _one(given, "bdata", "").replace("\n", "\r").split("\r"):
            if not line.strip():
                continue
            parts = ([part.strip() for part in line.split("|")] + [""] * 6)[:6]
            said = _cited(records, *parts[:5])
            if said.startswith("NOT_FOUND") and not parts[0]:
                break  # NCBI stops here, and answers none of the lines that follow
            rows.append("|".join([*parts, said]))
        return Reply("".join(f"{row}\n" for row in rows).encode(), kind="text/plain; charset=UTF-8")


def _cited(records: list[Record], journal: str, year: str, volume: str, page: str, author: str) -> str:
    there = [r for r in records if not journal or fold(journal) in r.fields["ta"]]
    if not there:
        return "NOT_FOUND;INVALID_JOURNAL"
    if not page and not author and not volume:
        return "NOT_FOUND"
    found = [
        r.pmid
        for r in there
        if (not year or str(r.dates["pdat"][0]) == year)
        and (not volume or r.volume == volume)
        and (not page or r.pages.partition("-")[0] == page.partition("-")[0])
        and (not author or any(a.startswith(fold(author)) for a in r.fields["au"]))
    ]
    if len(found) > 3:
        return f"AMBIGUOUS ({len(found)} citations)"
    return (found[0] if len(found) == 1 else f"AMBIGUOUS {','.join(found)}") if found else "NOT_FOUND"


def _linked(records: dict[str, Record], pmid: str, name: str) -> list[str]:
    if name == "pmc_pubmed":
        return [r.pmid for r in records.values() if r.ids.get("pmc") == f"PMC{pmid}"]
    one = records.get(pmid)
    if one is None:
        return []
    if name == "pubmed_pubmed_refs":
        return list(one.cites)
    if name == "pubmed_pubmed_citedin":
        return [r.pmid for r in records.values() if pmid in r.cites]
    alike = {r.pmid: len(set(r.fields["mh"]) & set(one.fields["mh"])) for r in records.values()}
    return sorted((p for p, n in alike.items() if n), key=lambda p: (p != pmid, -alike[p]))


def _limits(given: Parameters) -> list[Test]:
    since, until = _one(given, "mindate", ""), _one(given, "maxdate", "")
    kind = _one(given, "datetype", "pdat")
    return [date_test(kind if kind != "pubmed" else "pdat", since, until)] if since and until else []


def _summary(record: Record) -> dict[str, object]:
    ids = {"pubmed": record.pmid} | record.ids
    return {
        "uid": record.pmid,
        "pubdate": record.pubdate,
        "epubdate": "",
        "source": record.iso,
        "authors": [{"name": name, "authtype": "Author", "clusterid": ""} for name in record.authors]
        + [{"name": name, "authtype": "CollectiveName", "clusterid": ""} for name in record.collective],
        "lastauthor": record.authors[-1] if record.authors else "",
        "title": record.title,
        "volume": record.volume,
        "issue": record.issue,
        "pages": record.pages,
        "lang": list(record.languages),
        "issn": record.issns[0] if record.issns else "",
        "pubtype": list(record.types),
        "articleids": [{"idtype": kind, "idtypen": 0, "value": value} for kind, value in ids.items()],
        "fulljournalname": record.journal,
        "sortpubdate": "{:04d}/{:02d}/{:02d} 00:00".format(*(part or 1 for part in record.dates["pdat"])),
    }


def _one(given: Parameters, name: str, missing: str) -> str:
    return given.get(name, [missing])[0]


def _json(said: object) -> Reply:
    return Reply(json.dumps(said).encode(), kind="application/json; charset=UTF-8")


def _xml(root: str, title: str, dtd: str, body: str, status: int = 200) -> Reply:
    head = f'{XML}<!DOCTYPE {root} PUBLIC "-//NLM//DTD {title}//EN" "{_DTD}/{dtd}">\n'
    return Reply(f"{head}<{root}>{body}</{root}>\n".encode(), status)


def _error(call: str, text: str, status: int = 200) -> Reply:
    root = f"e{call[1:].capitalize()}Result"
    return _xml(root, f"{call} 20131226", f"20131226/{call}.dtd", f"\n\t<ERROR>{escape(text)}</ERROR>\n", status)
