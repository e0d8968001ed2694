"""What became of a study after it was published: retracted, replaced, in doubt, corrected, updated.

Notices come from the snapshot (publication types, and the links that PubMed calls comments and corrections) and from
``evidence/notices.yaml``, where what :mod:`kb.pubmed.retraction_watch` found is kept (both read by
:mod:`kb.pubmed.notice_files`). Each says where it was read.

PubMed's words: RefType of the NLM DTD of 2025-01-01; publication types of MeSH, where *Retracted Publication* marks
the article, "in whole or in part", and *Retraction of Publication* (also *Retraction Notice*) the notice.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kb.pubmed.record import Record


class Kind(StrEnum):
    """What a notice does to a study; ``is-...`` when the record cited as a study is itself a notice."""

    RETRACTED = "retracted"
    REPLACED = "retracted-and-replaced"
    PARTLY_RETRACTED = "partly-retracted"
    CONCERN = "expression-of-concern"
    CORRECTED = "corrected"
    CORRECTED_AND_REPUBLISHED = "corrected-and-republished"
    UPDATED = "updated"
    REPUBLISHED = "republished"
    REINSTATED = "reinstated"
    REPLACEMENT = "replaces-a-retracted-version"
    IS_RETRACTION = "is-a-retraction-notice"
    IS_CONCERN = "is-an-expression-of-concern"
    IS_ERRATUM = "is-an-erratum"
    COMMENT = "comment"

    @property
    def words(self) -> str:
        """The kind as a reader sees it; capitals where a reader must not miss it."""
        return _WORDS[self]


_WORDS = {
    Kind.RETRACTED: "RETRACTED",
    Kind.REPLACED: "RETRACTED AND REPLACED",
    Kind.PARTLY_RETRACTED: "PARTLY RETRACTED",
    Kind.CONCERN: "EXPRESSION OF CONCERN",
    Kind.CORRECTED: "corrected",
    Kind.CORRECTED_AND_REPUBLISHED: "corrected and republished",
    Kind.UPDATED: "updated by a newer version",
    Kind.REPUBLISHED: "republished",
    Kind.REINSTATED: "reinstated after a retraction",
    Kind.REPLACEMENT: "replaces a retracted version",
    Kind.IS_RETRACTION: "IS A RETRACTION NOTICE, NOT A STUDY",
    Kind.IS_CONCERN: "IS AN EXPRESSION OF CONCERN, NOT A STUDY",
    Kind.IS_ERRATUM: "is an erratum, not a study",
    Kind.COMMENT: "commented on",
}

RETRACTIONS = frozenset({Kind.RETRACTED, Kind.REPLACED, Kind.PARTLY_RETRACTED})
"""What a reinstatement undoes."""
EXCLUDED = frozenset({Kind.RETRACTED, Kind.REPLACED, Kind.IS_RETRACTION})
"""A study with one of these leaves every table, summary and pool."""
ALARMS = EXCLUDED | {Kind.PARTLY_RETRACTED, Kind.CONCERN, Kind.IS_CONCERN}
"""Somebody must look before the study is used again."""

_LINKS = {
    "RetractionIn": Kind.RETRACTED,
    "PartialRetractionIn": Kind.PARTLY_RETRACTED,  # of DTDs before 2019
    "RetractedandRepublishedIn": Kind.REPLACED,
    "ExpressionOfConcernIn": Kind.CONCERN,
    "ErratumIn": Kind.CORRECTED,
    "CorrectedandRepublishedIn": Kind.CORRECTED_AND_REPUBLISHED,
    "UpdateIn": Kind.UPDATED,
    "RepublishedIn": Kind.REPUBLISHED,
    "RetractedandRepublishedFrom": Kind.REPLACEMENT,
    "RetractionOf": Kind.IS_RETRACTION,
    "PartialRetractionOf": Kind.IS_RETRACTION,
    "ExpressionOfConcernFor": Kind.IS_CONCERN,
    "ErratumFor": Kind.IS_ERRATUM,
    "CommentIn": Kind.COMMENT,
}
_TYPES = {
    "retracted publication": Kind.RETRACTED,
    "retraction of publication": Kind.IS_RETRACTION,
    "retraction notice": Kind.IS_RETRACTION,
    "expression of concern": Kind.IS_CONCERN,
    "published erratum": Kind.IS_ERRATUM,
}
_PLAIN = {Kind.RETRACTED: RETRACTIONS}
"""A publication type without a link adds nothing where a link of one of these kinds says more."""

_MONTHS = {
    name: number
    for number, name in enumerate(
        ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"), start=1
    )
}
_PRINTED_DATE = re.compile(
    r"(?<![(\d])((?:19|20)\d\d)(?:[ -]([A-Z][a-z]{2})[a-z]*(?: (\d{1,2})(?!\d))?)?(?=[\s;:.,-]|$)"
)
_PRINTED_DOI = re.compile(r"\bdoi:\s*(10\.\d{4,9}/\S+?)[.,;]?(?:\s|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice about a study.

    Parameters
    ----------
    kind
        What it does to the study.
    date
        ISO date of the notice as far as it is known, e.g. ``2021-03``.
    pmid, doi
        Of the notice, or of the newer version.
    printed
        The notice as cited, or the reason, as the source has it.
    source
        Where it was read.
    note
        What a reader should know beside it.

    Examples
    --------
    >>> print(Notice(Kind.RETRACTED, "2021-03", pmid="33000000"))
    RETRACTED (2021-03, PMID 33000000)
    """

    kind: Kind
    date: str | None = None
    pmid: str | None = None
    doi: str | None = None
    printed: str | None = None
    source: str = ""
    note: str | None = None

    def __str__(self) -> str:
        """The mark that stands beside the study."""
        name = f"PMID {self.pmid}" if self.pmid else f"doi:{self.doi}" if self.doi else ""
        return f"{self.kind.words} ({', '.join(part for part in (self.date or 'date unknown', name) if part)})"


Notices = dict[str, tuple[Notice, ...]]
"""What is in force, by key of the study."""


def of_record(record: Record, source: str = "", *, comments: bool = False) -> tuple[Notice, ...]:
    """Notices in a PubMed record, in the order of :class:`Kind`.

    Parameters
    ----------
    record
        The study's.
    source
        Where the record came from.
    comments
        Also list comments on the study.

    Examples
    --------
    >>> from kb.pubmed.record import Link, Record, Term
    >>> retraction = Link("RetractionIn", "9", "J Sport Phys. 2021 Mar 5;2(1):3. doi: 10.1000/r9.")
    >>> record = Record("1", publication_types=(Term("Retracted Publication"),), links=(retraction,))
    >>> [str(notice) for notice in of_record(record)]
    ['RETRACTED (2021-03-05, PMID 9)']
    """
    found: list[Notice] = []
    for link in record.links:
        kind = _LINKS.get(link.type)
        if kind is None or (kind is Kind.COMMENT and not comments):
            continue
        printed = link.source or ""
        if kind is Kind.RETRACTED and re.search(r"\bpartial", f"{printed} {link.note or ''}", re.IGNORECASE):
            kind = Kind.PARTLY_RETRACTED
        doi = _PRINTED_DOI.search(printed)
        found.append(
            Notice(kind, printed_date(printed), link.pmid, doi[1] if doi else None, link.source, source, link.note)
        )
    for term in record.publication_types:
        kind = _TYPES.get(term.name.casefold())
        if kind and not any(notice.kind in _PLAIN.get(kind, {kind}) for notice in found):
            found.append(Notice(kind, source=source, note=f"Publication type '{term.name}', without a link."))
    return settle(found)


def printed_date(citation: str) -> str | None:
    """Date in a citation as PubMed prints it, as far as it goes.

    Examples
    --------
    >>> printed_date("J Appl Physiol (1985). 2015 Jan 1;118(1):1"), printed_date("Lancet. 2010 Feb;375:445")
    ('2015-01-01', '2010-02')
    >>> printed_date("BMJ. 2008;336:1. doi: 10.1136/bmj.2007"), printed_date("In press")
    ('2008', None)
    """
    found = _PRINTED_DATE.search(citation)
    if not found:
        return None
    month = _MONTHS.get(found[2] or "")
    if month is None:
        return found[1]
    return f"{found[1]}-{month:02}" + (f"-{int(found[3]):02}" if found[3] else "")


def settle(notices: Iterable[Notice]) -> tuple[Notice, ...]:
    """What is in force: each notice once, however many sources tell of it, and nothing that was undone.

    A reinstatement undoes the retractions that are not dated after it; a correction or a concern undoes nothing. A
    retraction of unknown date, or of the same year where only the year is known, is not undone: somebody must look.

    Examples
    --------
    >>> gone = Notice(Kind.RETRACTED, "2019-05-02", doi="10.1000/r")
    >>> [str(notice) for notice in settle([gone, Notice(Kind.REINSTATED, "2020-01-01")])]
    ['reinstated after a retraction (2020-01-01)']
    >>> [notice.kind.value for notice in settle([Notice(Kind.RETRACTED, "2021"), Notice(Kind.REINSTATED, "2020")])]
    ['retracted', 'reinstated']
    """
    merged: list[Notice] = []
    for notice in sorted(notices, key=lambda n: (n.pmid is None, n.doi is None, n.date is None)):
        for place, other in enumerate(merged):
            if _same(notice, other):
                merged[place] = _joined(other, notice)
                break
        else:
            merged.append(notice)
    back = [n.date for n in merged if n.kind is Kind.REINSTATED and n.date]
    undone = [n for n in merged if n.kind in RETRACTIONS and any(_not_after(n.date, day) for day in back)]
    order = list(Kind)
    left = [n for n in merged if n not in undone]
    said = ", ".join(f"{n} [{n.source}]" for n in undone)
    left = [replace(n, note=f"Undoes: {said}.") if said and n.kind is Kind.REINSTATED else n for n in left]
    return tuple(sorted(left, key=lambda n: (order.index(n.kind), n.date or "", n.pmid or "", n.doi or "")))


def _same(one: Notice, other: Notice) -> bool:
    """Whether two sources tell of one notice: same id, or nothing known of one of them but its kind."""
    if one.kind is not other.kind:
        return False
    if one.pmid and other.pmid:
        return one.pmid == other.pmid
    if one.doi and other.doi:
        return one.doi.casefold() == other.doi.casefold()
    if one.kind in RETRACTIONS | {Kind.IS_RETRACTION}:
        dates = sorted((one.date or "", other.date or ""), key=len)
        return dates[1].startswith(dates[0])
    return one.date is not None and one.date == other.date


def _joined(one: Notice, other: Notice) -> Notice:
    dates = sorted((date for date in (one.date, other.date) if date), key=len)
    return Notice(
        one.kind,
        dates[-1] if dates else None,
        one.pmid or other.pmid,
        one.doi or other.doi,
        one.printed or other.printed,
        "; ".join(dict.fromkeys(source for source in (one.source, other.source) if source)),
        one.note if other.note is None else other.note if one.note is None else f"{one.note} {other.note}",
    )


def _not_after(date: str | None, day: str) -> bool:
    """Whether a date is surely not after another; both may be partial."""
    if date is None:
        return False
    known = min(len(date), len(day))
    return date[:known] < day[:known] or (date == day) or (len(date) == 10 == len(day) and date <= day)


def excluded(notices: Mapping[str, Iterable[Notice]]) -> frozenset[str]:
    """Keys of the studies that leave every table, summary and pool."""
    return frozenset(key for key, some in notices.items() if any(notice.kind in EXCLUDED for notice in some))


def alarms(notices: Mapping[str, Iterable[Notice]]) -> frozenset[str]:
    """Keys of the studies that somebody must look at."""
    return frozenset(key for key, some in notices.items() if any(notice.kind in ALARMS for notice in some))


def mark(notices: Iterable[Notice], *, every: bool = False) -> str:
    """The marks of a study in words; empty when there is nothing to say.

    Parameters
    ----------
    notices
        Of one study.
    every
        Also what calls for no alarm, such as a correction.

    Examples
    --------
    >>> some = (Notice(Kind.CONCERN, "2021", pmid="9"), Notice(Kind.CORRECTED, "2020", pmid="8"))
    >>> mark(some)
    'EXPRESSION OF CONCERN (2021, PMID 9)'
    >>> mark(some, every=True)
    'EXPRESSION OF CONCERN (2021, PMID 9); corrected (2020, PMID 8)'
    """
    return "; ".join(str(notice) for notice in notices if every or notice.kind in ALARMS)


def marked(text: str, notices: Iterable[Notice]) -> str:
    """A reference, or another text, with the marks of the study and what else is known of it behind it.

    Examples
    --------
    >>> marked("Lee A. Rest. 2020.", [Notice(Kind.RETRACTED, "2021", pmid="9")])
    'Lee A. Rest. 2020. RETRACTED (2021, PMID 9).'
    >>> marked("Lee A. Rest. 2020.", [])
    'Lee A. Rest. 2020.'
    """
    said = mark(notices, every=True)
    return f"{text} {said[0].upper()}{said[1:]}." if said else text
