"""Rules on what became of a study: ``retracted``, ``concern``, ``corrected``, ``superseded``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from kb.citations.flag import Flag, Severity
from kb.citations.resolution import Confidence, Record
from kb.citations.verify_case import Case, known_links, named, probably, same_record
from kb.model import Design
from kb.pubmed.names import RETRACTED, fold
from kb.pubmed.notices import Kind, Notice

if TYPE_CHECKING:
    from kb.model import Reference

_RULES = {
    Kind.RETRACTED: ("retracted", Severity.ERROR, "was retracted"),
    Kind.REPLACED: ("retracted", Severity.ERROR, "was retracted and replaced by another version"),
    Kind.PARTLY_RETRACTED: ("retracted", Severity.ERROR, "was retracted in part"),
    Kind.IS_RETRACTION: ("retracted", Severity.ERROR, "is a retraction notice, not a study"),
    Kind.CONCERN: ("concern", Severity.WARNING, "has an expression of concern"),
    Kind.IS_CONCERN: ("concern", Severity.WARNING, "is an expression of concern, not a study"),
    Kind.CORRECTED: ("corrected", Severity.NOTE, "was corrected"),
    Kind.CORRECTED_AND_REPUBLISHED: ("corrected", Severity.NOTE, "was corrected and republished"),
    Kind.REPUBLISHED: ("corrected", Severity.NOTE, "was republished"),
    Kind.REINSTATED: ("corrected", Severity.NOTE, "was retracted once and reinstated"),
    Kind.IS_ERRATUM: ("corrected", Severity.WARNING, "is an erratum, not the study itself"),
    Kind.UPDATED: ("superseded", Severity.WARNING, "was updated by a newer version"),
}
_COCHRANE = re.compile(r"10\.1002/14651858\.([A-Z]{2}\d{6})(?:\.pub(\d+))?$", re.IGNORECASE)
_REVISION = re.compile(r"[\s:,.–-]{0,4}\brevision\b.{0,3}(?:(?:19|20)\d\d)?.*$|\b(?:19|20)\d\d\b", re.IGNORECASE)


def notice_flags(case: Case) -> Iterator[Flag]:
    """Findings on the studies that a citation means, and on the papers that its links lead to."""
    seen: list[Record] = []
    for record, sure in _records(case):
        if any(same_record(record, other) for other in seen):
            continue
        seen.append(record)
        for flag in _of(case, record):
            if sure:
                yield flag
            else:
                yield replace(flag, severity=Severity.NOTE, message=probably(record, flag.message))


def _records(case: Case) -> Iterator[tuple[Record, bool]]:
    for link in known_links(case):
        if link.record is not None:
            yield link.record, True
    if case.resolution.record is not None and case.resolution.confidence is not Confidence.UNKNOWN:
        yield case.resolution.record, case.resolution.confidence is Confidence.CERTAIN


def _of(case: Case, record: Record) -> Iterator[Flag]:
    notices = case.facts.notices.get(record.key or record.id) or case.facts.notices.get(record.id) or ()
    told: set[str] = set()
    for notice in notices:
        if notice.kind not in _RULES:
            continue
        rule, severity, words = _RULES[notice.kind]
        told.add(rule)
        where = _where(notice)
        message = f"{named(record)} {words}{where}."
        fix = f"https://pubmed.ncbi.nlm.nih.gov/{notice.pmid}/" if rule == "superseded" and notice.pmid else None
        yield Flag(rule, severity, message, named(record), None, fix, record.key, notice.source or record.source)
    if "retracted" not in told and record.title and RETRACTED.match(record.title):
        message = f"{named(record)} is marked as retracted in its title."
        yield Flag("retracted", Severity.ERROR, message, named(record), None, None, record.key, record.source)
    if "superseded" not in told and (newer := _newer(case, record)) is not None:
        yield newer


def _where(notice: Notice) -> str:
    name = f"PMID {notice.pmid}" if notice.pmid else f"doi:{notice.doi}" if notice.doi else None
    known = ", ".join(part for part in (notice.date, name) if part)
    return f" ({known})" if known else ""


def _newer(case: Case, record: Record) -> Flag | None:
    """A newer version of a Cochrane review or guideline in the base."""
    study = case.facts.studies.get(record.key or "")
    guideline = study is not None and study.design is Design.GUIDELINE
    if not guideline and not _COCHRANE.match(record.doi or ""):
        return None
    for key, reference in case.facts.references.items():
        if key == record.key or not _is_newer(case, reference, record):
            continue
        url = f"https://pubmed.ncbi.nlm.nih.gov/{reference.pmid}/" if reference.pmid else None
        url = url or (f"https://doi.org/{reference.doi}" if reference.doi else None)
        message = f"There is a newer version of {named(record)}: '{reference.title}' ({reference.year}), '{key}' here."
        sides = (named(record), f"{key} ({reference.year})")
        return Flag("superseded", Severity.WARNING, message, *sides, url, record.key, "bibliography.bib")
    return None


def _is_newer(case: Case, other: Reference, record: Record) -> bool:
    one, two = _COCHRANE.match(record.doi or ""), _COCHRANE.match(other.doi or "")
    if one is not None and two is not None:
        return one[1].upper() == two[1].upper() and int(one[2] or 1) < int(two[2] or 1)
    if not record.years or not other.year:
        return False
    theirs = case.facts.studies.get(other.key)
    if theirs is None or theirs.design is not Design.GUIDELINE or other.year <= max(record.years):
        return False
    ours, newer = (fold(_REVISION.sub("", title or "")) for title in (record.title, other.title))
    return len(ours) > 15 and ours == newer
