"""The links of a citation: whose record an identifier is, and whether the text speaks against it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from kb.citations.find_model import CitationKind, FoundCitation
from kb.citations.journal_names import same_journal_name
from kb.citations.library_fit import Fit, fit, year_gap
from kb.citations.links import STUDY_KINDS, Target
from kb.citations.resolution import By, Linked, LinkState, Record

if TYPE_CHECKING:
    from kb.citations.library import Library
    from kb.citations.online import Looked

_VERSION = re.compile(r"\.pub\d{1,2}$", re.IGNORECASE)  # of a Cochrane review


class Voice(StrEnum):
    """What a text says of the record of its link."""

    AGREES = "agrees"
    DOUBTS = "doubts"
    """Other authors, but year and journal agree: their names may be wrong, or the link."""
    OTHER = "other"
    """The text names another paper."""


@dataclass(frozen=True, slots=True)
class Read:
    """A link of a citation with its record and what the text says of it."""

    linked: Linked
    by: By
    voice: Voice | None = None


def is_research(target: Target) -> bool:
    """Whether a link is one that a resolution tells of."""
    return target.kind in STUDY_KINDS or target.identifier is not None


def read_links(citation: FoundCitation, library: Library, looked: Looked | None) -> list[Read]:
    """Every link of a citation to research, in order."""
    found = []
    for target in citation.targets:
        if is_research(target):
            linked, by = _linked(target, library, looked)
            voice = None if linked.record is None else voice_on(citation, linked.record)
            found.append(Read(linked, by, voice))
    return found


def _linked(target: Target, library: Library, looked: Looked | None) -> tuple[Linked, By]:
    identifier = target.identifier
    if identifier is not None:
        record = library.identified(identifier.kind, identifier.value)
        if record is None and looked is not None:
            record = looked.record(identifier)
            record = (
                library.identified("pmid", record.pmid or "") or record if record else None
            )  # a PMID that was merged
        if record is not None:
            return Linked(target, LinkState.KNOWN, record), By.IDENTIFIER
        return Linked(target, looked.state(identifier) if looked else LinkState.UNKNOWN), By.IDENTIFIER
    if target.volume and target.first_page:
        record = library.placed(target.host, target.volume, target.first_page)
        if record is not None:
            return Linked(target, LinkState.KNOWN, record), By.PLACE
    return Linked(target, LinkState.UNKNOWN), By.PLACE


def voice_on(citation: FoundCitation, record: Record) -> Voice:
    """What the text of a citation says of a record that it links to."""
    one = fit(citation.printed, record)
    if citation.printed.names:
        return _named_voice(one)
    printed, details = citation.printed, citation.details
    told = [printed.journal] if printed.journal else list(details.journals)
    gap = year_gap(printed.year or details.year, record.years)
    other_journal = bool(told) and all(same_journal_name(name, record.journals) is False for name in told)
    if one.title is True or not (gap is not None and gap > 1 and other_journal):
        if citation.kind is CitationKind.REFERENCE and one.title is False and one.journal is not True:
            return Voice.OTHER
        return Voice.AGREES
    return Voice.OTHER


def _named_voice(one: Fit) -> Voice:
    year_near = one.year is not None and one.year <= 1
    year_far = one.year is not None and one.year > 1
    if one.title is True or (one.place and year_near):
        return Voice.AGREES
    if year_far and one.journal is False:
        return Voice.OTHER
    if one.authors.any is None:
        return Voice.OTHER if one.title is False else Voice.AGREES
    if not one.authors.any:
        return Voice.DOUBTS if year_near and one.journal and one.title is None else Voice.OTHER
    if one.title is False:
        return Voice.OTHER
    if one.authors.first is False and (year_far or one.journal is False):
        return Voice.OTHER
    return Voice.AGREES


def conflicts(record: Record, reads: list[Read]) -> bool:
    """Whether a link carries an identifier of a kind that the record has, and it is another; versions do not count."""
    for read in reads:
        identifier = read.linked.target.identifier
        own = getattr(record, identifier.kind) if identifier is not None else None
        if identifier is None or not own or (read.linked.record and read.linked.record.id == record.id):
            continue
        ours, theirs = (_VERSION.sub("", value.casefold()) for value in (own, identifier.value))
        if identifier.kind == "pii":
            ours, theirs = ("".join(c for c in value if c.isalnum()) for value in (ours, theirs))
        if ours != theirs:
            return True
    return False
