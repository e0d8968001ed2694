"""The Retraction Watch data -> notices about studies of the base.

The file is Crossref's ``retraction_watch.csv``; its columns are described at
https://www.crossref.org/documentation/retrieve-metadata/retraction-watch/. One row is a notice, dates as
month/day/year, ids of the article and of the notice, ``0`` or ``unavailable`` where there is none. A person downloads
it; nothing here goes to the network.
"""

from __future__ import annotations

import codecs
import csv
import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, TextIO

from kb.problems import KbError, Problem
from kb.pubmed.notices import Kind, Notice

if TYPE_CHECKING:
    from pathlib import Path

    from kb.model import Reference

COLUMNS = (
    "Record ID", "RetractionDate", "RetractionDOI", "RetractionPubMedID", "OriginalPaperDOI", "OriginalPaperPubMedID",
    "RetractionNature", "Reason",
)  # fmt: skip
"""Those that are needed; the others may be missing."""

_NATURES = {
    "retraction": Kind.RETRACTED,
    "expression of concern": Kind.CONCERN,
    "correction": Kind.CORRECTED,
    "reinstatement": Kind.REINSTATED,
}
_NOTICE_ITSELF = {Kind.RETRACTED: Kind.IS_RETRACTION, Kind.CONCERN: Kind.IS_CONCERN, Kind.CORRECTED: Kind.IS_ERRATUM}
_REPLACED = re.compile(r"retract(?:ed)? and replace", re.IGNORECASE)
_DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?:\s.*)?|(\d{4})-(\d{2})-(\d{2})(?:[\sT].*)?")
_SHOWN = 20
_LONGEST = 1_000_000  # characters of one field


class RetractionWatchError(KbError):
    """The file is not the Retraction Watch data."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path, self.reason = path, reason
        advice = "Give the CSV file that Crossref offers as the Retraction Watch data."
        super().__init__(f"{path} {reason}. {advice}")


@dataclass(slots=True)
class Reading:
    """What a file says of the studies of the base.

    Parameters
    ----------
    rows
        How many notices the file holds.
    notices
        Those about studies of the base, by key, not yet settled.
    problems
        Rows that could not be read; their path is the file's name, their line the one where the row ends.
    """

    rows: int = 0
    notices: dict[str, list[Notice]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


class _Ids(NamedTuple):
    """The key of a study by its PMID and by its DOI."""

    pmids: Mapping[str, str]
    dois: Mapping[str, str]

    def keys(self, pmid: str | None, doi: str | None) -> dict[str, bool]:
        """Studies that a row means, and whether both ids, where given, agree."""
        by_pmid, by_doi = self.pmids.get(pmid or ""), self.dois.get(doi or "")
        found = dict.fromkeys(key for key in (by_pmid, by_doi) if key)
        return {key: len(found) == 1 for key in found}


def read(path: Path, references: Mapping[str, Reference]) -> Reading:
    """Notices about studies of the base, row by row, whatever the size of the file.

    UTF-8 (with or without a byte order mark), UTF-16, or else Windows-1252, which is said. A row that is cut off, has
    too many cells, an unknown nature or an unreadable date is said, not skipped silently.

    Raises
    ------
    RetractionWatchError
        When it cannot be read or lacks a column.
    """
    ids = _Ids(
        {reference.pmid: key for key, reference in references.items() if reference.pmid},
        {reference.doi.casefold(): key for key, reference in references.items() if reference.doi},
    )
    reading = Reading()
    try:
        encoding = _encoding(path)
        if encoding == "cp1252":
            what = "is not UTF-8; it was read as Windows-1252"
            reading.problems.append(_problem(path, 0, "encoding", what, "Names may be garbled; ids and dates are not."))
        with path.open(encoding=encoding, errors="replace", newline="") as stream:
            for line, row in _rows(path, stream, reading):
                reading.rows += 1
                _take(path, line, row, ids, reading)
    except OSError as error:
        raise RetractionWatchError(path, f"cannot be read ({error.strerror})") from error
    hidden = len(reading.problems) - _SHOWN
    if hidden > 0:
        what = f"{hidden} more rows could not be read"
        reading.problems = [*reading.problems[:_SHOWN], _problem(path, 0, "rows", what, "Download the file again.")]
    return reading


def _problem(path: Path, line: int, rule: str, message: str, advice: str) -> Problem:
    return Problem(path.name, line, rule, message, advice, "warning")


def _encoding(path: Path) -> str:
    """The encoding of a file, found without holding it."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as stream:
        start = stream.read(4)
        if start[:2] in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}:
            return "utf-16"
        if start[:2] in {b"\x1f\x8b", b"PK"}:
            raise RetractionWatchError(path, "is packed; unpack it first")
        stream.seek(0)
        try:
            while block := stream.read(1 << 20):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8-sig"


def _rows(path: Path, stream: TextIO, reading: Reading) -> Iterator[tuple[int, dict[str, str]]]:
    """Line and cells of each whole row."""
    before = csv.field_size_limit(_LONGEST)
    try:
        first = stream.readline()
        delimiter = max(",;\t", key=first.count)
        header = [name.strip() for name in next(csv.reader([first], delimiter=delimiter), [])]
        missing = [name for name in COLUMNS if name not in header]
        if missing:
            raise RetractionWatchError(path, f"has no column {', '.join(missing[:4])}")
        needed = max(header.index(name) for name in COLUMNS) + 1
        rows = csv.reader((text.replace("\0", "") for text in stream), delimiter=delimiter)
        while True:
            try:
                row = next(rows)
            except StopIteration:
                return
            except csv.Error as error:
                what = f"a row cannot be read ({error})"
                reading.problems.append(_problem(path, rows.line_num + 1, "row", what, "Look for a stray quote."))
                continue
            if not any(cell.strip() for cell in row):
                continue
            line = rows.line_num + 1
            if len(row) < needed or any(cell.strip() for cell in row[len(header) :]):
                what = f"a row of {len(row)} cells where {len(header)} are expected"
                reading.problems.append(_problem(path, line, "row", what, "Its notice does not count; mend the row."))
                continue
            yield line, dict(zip(header, row, strict=False))
    finally:
        csv.field_size_limit(before)


def _take(path: Path, line: int, row: Mapping[str, str], ids: _Ids, reading: Reading) -> None:
    nature = row["RetractionNature"].strip()
    kind = _NATURES.get(nature.casefold())
    pmid, doi = clean_pmid(row["OriginalPaperPubMedID"]), clean_doi(row["OriginalPaperDOI"])
    notice_pmid, notice_doi = clean_pmid(row["RetractionPubMedID"]), clean_doi(row["RetractionDOI"])
    if notice_pmid == pmid:
        notice_pmid = None  # the notice took the place of the article
    meant = ids.keys(pmid, doi)
    itself = {} if notice_doi == doi else ids.keys(notice_pmid, notice_doi)
    itself = {key: agree for key, agree in itself.items() if key not in meant}
    if kind is None:
        about = f" (study {', '.join(meant)})" if meant else ""
        what = f"the nature of a notice is '{nature[:40]}'{about}"
        advice = f"Known are {', '.join(_NATURES)}; its notice does not count."
        reading.problems.append(_problem(path, line, "nature", what, advice))
        return
    if not meant and not itself:
        return
    date = clean_date(row["RetractionDate"])
    if date is None:
        what = f"the date of a notice about {', '.join(meant or itself)} is '{row['RetractionDate'].strip()[:40]}'"
        reading.problems.append(_problem(path, line, "date", what, "It counts as unknown."))
    reason = " ".join(re.sub(r"[+;]+", "; ", row["Reason"]).strip("; ").replace(" ;", ";").split())
    source = f"Retraction Watch record {row['Record ID'].strip() or 'without a number'}"
    if kind is Kind.RETRACTED and _REPLACED.search(reason):
        kind = Kind.REPLACED
    for key, agree in meant.items():
        note = None if agree else "The row's PMID and DOI belong to different studies of the base: look which is meant."
        notice = Notice(kind, date, notice_pmid, notice_doi, reason or None, source, note)
        reading.notices.setdefault(key, []).append(notice)
    for key in itself:
        own = _NOTICE_ITSELF.get(Kind.RETRACTED if kind is Kind.REPLACED else kind)
        if own:
            reading.notices.setdefault(key, []).append(Notice(own, date, pmid, doi, reason or None, source))


def clean_pmid(text: str) -> str | None:
    """A PMID, or None for what the file writes where there is none.

    Examples
    --------
    >>> [clean_pmid(text) for text in ("39198038", " 39198038.0", "0", "", "unavailable")]
    ['39198038', '39198038', None, None, None]
    """
    digits = text.strip().removesuffix(".0").lstrip("0")
    return digits if digits.isascii() and digits.isdigit() and len(digits) <= 8 else None


def clean_doi(text: str) -> str | None:
    """A DOI in lower case, or None for what the file writes where there is none.

    Examples
    --------
    >>> [clean_doi(text) for text in ("10.1000/ABC", "https://doi.org/10.1000/abc", "Unavailable", "0")]
    ['10.1000/abc', '10.1000/abc', None, None]
    """
    found = re.search(r"10\.\d{4,9}/\S+", text.casefold())
    return found[0] if found else None


def clean_date(text: str) -> str | None:
    """A day as ISO 8601; the file writes month/day/year and midnight.

    Examples
    --------
    >>> clean_date("8/16/2023 0:00"), clean_date("2023-08-16"), clean_date("16/8/2023"), clean_date("")
    ('2023-08-16', '2023-08-16', None, None)
    """
    found = _DAY.fullmatch(text.strip())
    if not found:
        return None
    year, month, day = (found[3], found[1], found[2]) if found[3] else (found[4], found[5], found[6])
    try:
        return dt.date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return None


def merge(*sources: Mapping[str, Iterable[Notice]]) -> dict[str, list[Notice]]:
    """Notices of several sources by key, each source in its order."""
    merged: dict[str, list[Notice]] = {}
    for source in sources:
        for key, some in source.items():
            merged.setdefault(key, []).extend(some)
    return merged
