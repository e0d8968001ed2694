"""A folder of PubMed records, one XML file per PMID, and what searches need to know of each."""

from __future__ import annotations

import re
import threading
import unicodedata
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from kb.problems import KbError

MERGED = "merged.txt"  # lines `OLD NEW`
_ELEMENT = re.compile(rb"<(Pubmed(?:Book)?Article)[\s>].*</\1>", re.DOTALL)
_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {name: number for number, name in enumerate(_NAMES, 1)}

Day = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Record:
    """What the server knows of a record; `fields` are folded words by search field."""

    pmid: str
    xml: bytes = field(repr=False)
    title: str
    authors: tuple[str, ...]
    collective: tuple[str, ...]
    journal: str
    iso: str
    issns: tuple[str, ...]
    volume: str
    issue: str
    pages: str
    pubdate: str
    languages: tuple[str, ...]
    types: tuple[str, ...]
    ids: dict[str, str]
    cites: tuple[str, ...]
    dates: dict[str, Day]
    fields: dict[str, tuple[str, ...]] = field(repr=False)


def fold(text: str) -> str:
    """Lower-case words without accents and punctuation, one blank between.

    Examples
    --------
    >>> fold("Müller–Lyer: the <Illusion>")
    'muller lyer the illusion'
    """
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(re.findall(r"[^\W_]+", plain.lower()))


class FolderError(KbError):
    """A file of the folder is not a record."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path, self.reason = path, reason
        super().__init__(f"{path} is not a PubMed record ({reason})")


class Folder:
    """The records of a folder; files that change while the server runs are read again."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._known: dict[str, tuple[tuple[int, int], Record]] = {}

    def records(self) -> dict[str, Record]:
        """All records by PMID, newest first."""
        with self._lock:
            known = {}
            for path in self.path.glob("*.xml"):
                stat = path.stat()
                stamp = (stat.st_mtime_ns, stat.st_size)
                before = self._known.get(path.name)
                known[path.name] = before if before and before[0] == stamp else (stamp, _read(path))
            self._known = known
            found = [record for _, record in known.values()]
        return {record.pmid: record for record in sorted(found, key=lambda r: -int(r.pmid))}

    def merged(self) -> dict[str, str]:
        """PMIDs that became another, from ``merged.txt``."""
        path = self.path / MERGED
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        pairs = [line.split() for line in lines]
        return {pair[0]: pair[1] for pair in pairs if len(pair) == 2}


def _read(path: Path) -> Record:
    try:
        record = read_record(path.read_bytes())
    except ET.ParseError as error:
        raise FolderError(path, str(error)) from error
    if not record.pmid.isdigit():
        raise FolderError(path, "it has no PMID")
    return record


def read_record(data: bytes) -> Record:
    """A record from a file that holds a PubmedArticle or PubmedBookArticle, alone or in a set."""
    found = _ELEMENT.search(data)
    xml = found[0] if found else data
    root = ET.fromstring(xml)  # noqa: S314 - the folder belongs to whoever starts the server

    def texts(path: str) -> tuple[str, ...]:
        return tuple("".join(e.itertext()).strip() for e in root.iterfind(path))

    def first(*paths: str) -> str:
        return next((text for path in paths for text in texts(path) if text), "")

    people = [(a.findtext("LastName") or "", a.findtext("Initials") or "") for a in root.iter("Author")]
    ids = {e.get("IdType", ""): e.text or "" for e in root.iterfind("PubmedData/ArticleIdList/ArticleId")}
    ids |= {e.get("EIdType", ""): e.text or "" for e in root.iter("ELocationID") if e.get("EIdType") not in ids}
    pubdate = root.find(".//JournalIssue/PubDate")
    pubdate = root.find(".//Book/PubDate") if pubdate is None else pubdate
    history = {e.get("PubStatus"): _day(e) for e in root.iter("PubMedPubDate")}
    pdat = _day(pubdate)
    title, abstract = first(".//ArticleTitle", ".//BookTitle"), " ".join(texts(".//AbstractText"))
    mesh = texts(".//MeshHeading/DescriptorName")
    major = tuple(e.text or "" for e in root.iter("DescriptorName") if e.get("MajorTopicYN") == "Y")
    authors = tuple(f"{last} {initials}".strip() for last, initials in people if last)
    collective = texts(".//CollectiveName")
    journal, iso = first(".//Journal/Title", ".//BookTitle"), first(".//ISOAbbreviation", ".//MedlineTA")
    issns = (*texts(".//Journal/ISSN"), *texts(".//ISSNLinking"))
    pmid = first(".//MedlineCitation/PMID", ".//BookDocument/PMID")
    types, languages = texts(".//PublicationType"), texts(".//Language")
    listed = {"pmid": [pmid], "doi": [ids.get("doi", "")], "aid": list(ids.values()), "ti": [title]}
    listed |= {"tiab": [title, abstract, *texts(".//Keyword")], "au": [*authors, *collective], "1au": list(authors[:1])}
    listed |= {"ta": [journal, iso, first(".//MedlineTA"), *issns], "mh": list(mesh), "majr": list(major)}
    listed |= {"pt": list(types), "la": list(languages), "vi": [first(".//JournalIssue/Volume")]}
    listed |= {"ip": [first(".//JournalIssue/Issue")], "pg": [first(".//MedlinePgn").split("-")[0]]}
    listed["all"] = [text for values in listed.values() for text in values]
    return Record(
        pmid=pmid,
        xml=xml,
        title=title,
        authors=authors,
        collective=collective,
        journal=journal,
        iso=iso,
        issns=issns,
        volume=first(".//JournalIssue/Volume"),
        issue=first(".//JournalIssue/Issue"),
        pages=first(".//MedlinePgn"),
        pubdate=" ".join("".join(pubdate.itertext()).split()) if pubdate is not None else "",
        languages=languages,
        types=types,
        ids=ids,
        cites=tuple(e.text or "" for e in root.iterfind(".//Reference//ArticleId") if e.get("IdType") == "pubmed"),
        dates={
            "pdat": pdat,
            "edat": history.get("entrez", pdat),
            "crdt": history.get("entrez", pdat),
            "mdat": _day(root.find(".//DateRevised")) if root.find(".//DateRevised") is not None else pdat,
        },
        fields={name: tuple(filter(None, map(fold, values))) for name, values in listed.items()},
    )


def _day(element: ET.Element | None) -> Day:
    """Year, month and day; 0 for what is not said."""
    if element is None:
        return (0, 0, 0)
    loose = (element.findtext("MedlineDate") or "").replace("-", " ").split()
    year = element.findtext("Year") or next((w for w in loose if re.fullmatch(r"[12][0-9]{3}", w)), "0")
    month = (element.findtext("Month") or next((w for w in loose if w[:3].lower() in _MONTHS), "0")).lower()
    day = element.findtext("Day") or "0"
    number = int(month) if month.isdigit() else _MONTHS.get(month[:3], 0)
    return (int(year), number, int(day) if day.isdigit() else 0)


def write_record(folder: Path, fields: Mapping[str, Any]) -> Path:
    """Write a small synthetic record for a test and return its path.

    Parameters
    ----------
    folder
        Where; the file is named by the PMID.
    fields
        ``pmid`` and any of ``title``, ``abstract``, ``authors`` ("Lee SH"), ``journal``, ``iso``, ``year``, ``month``,
        ``volume``, ``issue``, ``pages``, ``doi``, ``pmc``, ``mesh``, ``types``, ``cites`` (PMIDs), and
        ``corrections`` ((RefType, PMID) pairs).

    Examples
    --------
    >>> import tempfile
    >>> read_record(write_record(Path(tempfile.mkdtemp()), {"pmid": "12", "title": "Hip"}).read_bytes()).title
    'Hip'
    """

    def tag(name: str, value: object, attributes: str = "") -> str:
        return f"<{name}{attributes}>{escape(str(value))}</{name}>" if value else ""

    def many(name: str, values: Sequence[str], wrap: str = "") -> str:
        inner = "".join(values)
        return f"<{name}{wrap}>{inner}</{name}>" if inner else ""

    get, pmid = fields.get, str(fields["pmid"])
    authors = [
        f"<Author>{tag('LastName', name.rpartition(' ')[0])}{tag('Initials', name.rpartition(' ')[2])}</Author>"
        for name in get("authors", ())
    ]
    mesh = [f'<MeshHeading><DescriptorName MajorTopicYN="N">{escape(m)}</DescriptorName></MeshHeading>'
            for m in get("mesh", ())]  # fmt: skip
    notes = [f'<CommentsCorrections RefType="{kind}"><RefSource>Synthetic</RefSource>{tag("PMID", other)}'
             "</CommentsCorrections>" for kind, other in get("corrections", ())]  # fmt: skip
    cites = [f"<Reference><ArticleIdList>{tag('ArticleId', c, _ID.format('pubmed'))}</ArticleIdList></Reference>"
             for c in get("cites", ())]  # fmt: skip
    ids = [tag("ArticleId", pmid, _ID.format("pubmed")), tag("ArticleId", get("doi"), _ID.format("doi")),
           tag("ArticleId", get("pmc"), _ID.format("pmc"))]  # fmt: skip
    date = tag("Year", get("year", 2020)) + tag("Month", get("month"))
    issue = tag("Volume", get("volume")) + tag("Issue", get("issue")) + f"<PubDate>{date}</PubDate>"
    journal = f"<JournalIssue>{issue}</JournalIssue>{tag('Title', get('journal'))}{tag('ISOAbbreviation', get('iso'))}"
    article = (
        f"<Journal>{journal}</Journal>{tag('ArticleTitle', get('title', f'Record {pmid}.'))}"
        f"{many('Pagination', [tag('MedlinePgn', get('pages'))])}"
        f"{many('Abstract', [tag('AbstractText', get('abstract'))])}{many('AuthorList', authors)}"
        f"<Language>eng</Language>"
        f"{many('PublicationTypeList', [tag('PublicationType', t) for t in get('types', ('Journal Article',))])}"
    )
    citation = (
        f'<PMID Version="1">{pmid}</PMID><Article PubModel="Print">{article}</Article>'
        f"<MedlineJournalInfo>{tag('MedlineTA', get('iso'))}</MedlineJournalInfo>"
        f"{many('CommentsCorrectionsList', notes)}{many('MeshHeadingList', mesh)}"
    )
    data = f"<ArticleIdList>{''.join(ids)}</ArticleIdList>{many('ReferenceList', cites)}"
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<PubmedArticleSet>\n<PubmedArticle>'
        f'<MedlineCitation Status="MEDLINE" Owner="NLM">{citation}</MedlineCitation>'
        f"<PubmedData>{data}</PubmedData></PubmedArticle>\n</PubmedArticleSet>\n"
    )
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{pmid}.xml"
    path.write_text(body, encoding="utf-8")
    return path


_ID = ' IdType="{}"'
