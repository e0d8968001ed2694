"""Rule ``wrong-identifier``, and the links that are another version of the paper rather than another paper."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from kb.citations.fix import corrected
from kb.citations.flag import Basis, Flag, Severity
from kb.citations.links import LinkKind, Target
from kb.citations.resolution import By, Confidence, Linked, LinkState, Record
from kb.citations.verify_agree import (
    Agreement,
    Pages,
    Titles,
    Years,
    agreement,
    compare_pages,
    is_other_paper,
    names_surely,
)
from kb.citations.verify_case import Case, named, own_id, record_of, same_id, same_record, shown_id
from kb.citations.verify_names import Who
from kb.citations.verify_topic import is_about, mistyped
from kb.model import Design

if TYPE_CHECKING:
    from kb.pubmed.identify import Identified

RULE = "wrong-identifier"
_PREPRINT = re.compile(
    r"10\.(?:1101|21203|2139|31219|31222|31234|31235|31236|51224|20944|22541|48550|64898|36227|26434|21428|32388|5281)/",
    re.IGNORECASE,
)
_COCHRANE = re.compile(r"10\.1002/14651858\.([A-Z]{2}\d{6})(?:\.pub(\d+))?$", re.IGNORECASE)
REVIEWS = frozenset(
    {
        Design.META_ANALYSIS,
        Design.SYSTEMATIC_REVIEW,
        Design.NETWORK_META_ANALYSIS,
        Design.UMBRELLA_REVIEW,
        Design.SCOPING_REVIEW,
        Design.NARRATIVE_REVIEW,
        Design.GUIDELINE,
        Design.COMMENTARY,
    }
)


def identifier_flags(case: Case) -> Iterator[tuple[int, Flag]]:
    """Findings on the links of a citation to research, each with the index of the link in its resolution."""
    if case.elsewhere:
        return
    for index, link in enumerate(case.resolution.links):
        flag = _flag(case, link)
        if flag is not None:
            yield index, flag


def _flag(case: Case, link: Linked) -> Flag | None:
    by_record = _by_own_record(case, link) if link.record is not None else None
    if by_record is not None:
        return by_record
    meant, basis = _meant(case, link)
    if meant is None or same_record(link.record, meant):
        return _absent(case, link, None)
    differs = _differs(link, meant)
    if differs is None:
        return _absent(case, link, meant)
    if link.record is not None and basis is Basis.RULE:
        return None  # the link's own record fits what is printed, so the name was not that certain
    version = _version(case, link, meant)
    if version is not None or (basis is Basis.RULE and not _only_one(case, link, meant)):
        return version or _absent(case, link, meant)
    return _other(case, link, meant, differs, basis)


# --- (a), (c): the link's own record is at hand ------------------------------------------------------------------


def _by_own_record(case: Case, link: Linked) -> Flag | None:
    record = link.record
    if record is None:
        return None
    found = agreement(case, record)
    meant = _named_other(case, link)
    if _is_registration(case, link, found) or not (is_other_paper(found) or _names_another(case, found, meant)):
        return None
    if meant is not None and (version := _version(case, link, meant)) is not None:
        return version
    printed = _as_printed(case)
    source = record.source
    if meant is None:
        message = f"The link is {shown_id(link.target)}, which is {named(record)}, but the text names {printed}."
        return Flag(RULE, Severity.ERROR, message, _found(link, record), printed, None, None, source)
    right = _address_words(meant)
    message = (
        f"The link is {shown_id(link.target)}, which is {named(record)}, but the text names {printed}"
        f"{', probably' if case.resolution.confidence is Confidence.PROBABLE else ', that is'} {named(meant)}{right}."
    )
    fix = corrected(case.citation, meant)
    return Flag(RULE, Severity.ERROR, message, _found(link, record), _expected(link, meant), fix, meant.key, source)


def _names_another(case: Case, found: Agreement, meant: Record | None) -> bool:
    """Whether the text names another study of the base that fits better than the link's own record."""
    if meant is None or found.title is Titles.SAME:
        return False
    other = agreement(case, meant)
    better = other.authors.who is Who.SAME and other.year is Years.SAME and other.journal is not False
    if case.resolution.confidence is Confidence.CERTAIN:
        apart = (
            found.authors.who in {Who.OTHER, Who.NOT_FIRST}
            or found.year is Years.OFF
            or (found.journal is False and other.journal is True)
            or (found.title is Titles.OTHER and other.title is Titles.SAME)
            or (other.place and not found.place and found.volume is False)
        )
        return better and apart
    who = found.authors.who
    first = who is Who.OTHER or (who is Who.NOT_FIRST and found.year is not Years.SAME)
    return better and found.journal is not True and (first or found.year is Years.OFF)


def _named_other(case: Case, link: Linked) -> Record | None:
    """The study that the text means, when it is not the link's."""
    meant = case.resolution.record
    if meant is None or case.resolution.confidence is Confidence.UNKNOWN or same_record(meant, link.record):
        return None
    return meant


def _as_printed(case: Case) -> str:
    """What the text names, in its own words."""
    printed = case.citation.printed
    if printed.names:
        who = printed.authors or ", ".join(printed.names) + (" et al." if printed.et_al else "")
        if len(printed.names) > 3:
            who = f"{printed.names[0]} et al."
        parts = [who, str(case.year) if case.year else None, case.journal]
    elif printed.title:
        parts = [f"'{printed.title}'"]
    else:
        what = "a paper" if not case.journal else f"a paper in {case.journal}"
        parts = [f"{what} of {case.year}" if case.year else what]
    return ", ".join(part for part in parts if part)


# --- (b), (d): only the identifiers can be compared ----------------------------------------------------------------


def _meant(case: Case, link: Linked) -> tuple[Record | None, Basis]:
    """The study that the text means for certain, and who says so."""
    if (record := case.certain) is not None and _named_surely(case, link, record):
        return record, Basis.RULE
    curated = case.curated
    if curated is not None and curated.study and (curated.as_published.link or "").strip() == link.target.href.strip():
        return record_of(curated.study, case), Basis.CURATED
    return None, Basis.RULE


def _named_surely(case: Case, link: Linked, record: Record) -> bool:
    """Whether author, year and a third fact of the text, its title or another link of it say that it is this paper."""
    by = case.resolution.by
    if by is By.DETAILS:
        return False
    if by in {By.IDENTIFIER, By.PLACE}:
        return any(other is not link and same_record(other.record, record) for other in case.resolution.links)
    return names_surely(case, record)


def _only_one(case: Case, link: Linked, record: Record) -> bool:
    """Whether the text can mean no second paper of that author, journal and year: by its title, place or subject."""
    found = agreement(case, record)
    given = link.target.identifier
    if found.title is Titles.SAME or found.place or given is None or link.record is not None:
        return True  # without an identifier a volume is compared: one of another year holds no paper of this one
    if any(other is not link and same_record(other.record, record) for other in case.resolution.links):
        return True
    own = own_id(record, given.kind)
    slip = own is not None and given.kind != "doi" and mistyped(given.value, own)
    return slip or is_about(case, record)


def _differs(link: Linked, meant: Record) -> str | None:
    """The study's own identifier of the link's kind where it differs; None where it does not or nothing is known."""
    target = link.target
    if target.identifier is None:
        return _other_place(target, meant)
    kind, given = target.identifier.kind, target.identifier.value
    own = own_id(meant, kind)
    if own is None or same_id(kind, own, given):
        return None
    if kind == "doi" and (own.casefold().startswith(given.casefold()) or given.casefold().startswith(own.casefold())):
        return None  # a supplement, a figure, an address cut short
    return str(replace(target.identifier, value=own))


def _other_place(target: Target, meant: Record) -> str | None:
    if target.kind is not LinkKind.PUBLISHER or not (target.volume and target.first_page):
        return None
    if not (meant.volume and meant.pages and meant.volume.isdigit()):
        return None
    same_volume = target.volume.lstrip("0") == meant.volume.lstrip("0")
    pages = compare_pages(target.first_page, meant.pages)
    if pages is Pages.UNKNOWN or (same_volume and pages is Pages.SAME):
        return None
    return f"volume {meant.volume}, page {meant.pages.split('-')[0]}"


def _other(case: Case, link: Linked, meant: Record, own: str, basis: Basis) -> Flag | None:
    if basis is Basis.CURATED and _cites_review(case, link, meant):
        return None  # secondary-source says so
    unknown = "" if link.record is not None else " The link's own record is not at hand."
    if link.state is LinkState.ABSENT:
        unknown = f" PubMed has no record of {shown_id(link.target)}."
    whose = f"{named(meant)} is {own}"
    told = "the text's study, as curated, is" if basis is Basis.CURATED and not case.citation.printed.names else ""
    message = f"The link is {shown_id(link.target)}, but {f'{told} {named(meant)}, {own}' if told else whose}.{unknown}"
    fix = corrected(case.citation, meant)
    found = _found(link, link.record)
    return Flag(RULE, Severity.ERROR, message, found, own, fix, meant.key, meant.source, basis)


def _cites_review(case: Case, link: Linked, meant: Record) -> bool:
    """Whether the link is a known review, linked for the result of a primary study."""
    study = case.facts.studies.get(link.record.key or "") if link.record else None
    own = case.facts.studies.get(meant.key or "")
    if study is None or own is None or case.citation.printed.names:
        return False
    return study.design in REVIEWS and own.design not in REVIEWS


def _absent(case: Case, link: Linked, meant: Record | None) -> Flag | None:
    """A PMID that PubMed does not know."""
    found = link.target.identifier
    if link.state is not LinkState.ABSENT or found is None or found.kind != "pmid":
        return None
    fix = corrected(case.citation, meant) if meant is not None else None
    message = f"The link is {found}, but PubMed has no such record."
    if meant is not None and meant.preferred_url:
        message += f" {named(meant)} is at {meant.preferred_url}."
    key = meant.key if meant else None
    return Flag(RULE, Severity.ERROR, message, str(found), None, fix, key, "PubMed")


# --- versions ------------------------------------------------------------------------------------------------------


def _version(case: Case, link: Linked, meant: Record) -> Flag | None:
    """A note when the link is a preprint or another version of the paper that the text means."""
    given = link.target.identifier
    if given is None or given.kind != "doi":
        return None
    fix = corrected(case.citation, meant)
    if _PREPRINT.match(given.value):
        if not meant.doi or _PREPRINT.match(meant.doi):
            return None
        message = f"The link, {given}, is a preprint; {named(meant)} is the published article."
        return Flag("superseded", Severity.NOTE, message, str(given), f"DOI {meant.doi}", fix, meant.key, meant.source)
    one, two = _COCHRANE.match(given.value), _COCHRANE.match(meant.doi or "")
    if one is None or two is None or one[1].upper() != two[1].upper():
        return None
    ours, theirs = int(one[2] or 1), int(two[2] or 1)
    message = f"The link is version {ours} of this Cochrane review; the text names version {theirs}, {named(meant)}."
    severity = Severity.WARNING if ours < theirs else Severity.NOTE
    return Flag("superseded", severity, message, str(given), f"DOI {meant.doi}", fix, meant.key, meant.source)


# --- words ---------------------------------------------------------------------------------------------------------


def _is_registration(case: Case, link: Linked, found: Agreement) -> bool:
    """Whether the link is the protocol of the study: that is a secondary source, not another paper."""
    study = case.facts.studies.get(link.record.key or "") if link.record else None
    own = study is not None and study.design is Design.PROTOCOL and found.authors.who is not Who.OTHER
    return link.target.kind is LinkKind.REGISTRY or own


def _found(link: Linked, record: Record | None) -> str:
    return f"{shown_id(link.target)} ({named(record)})" if record is not None else shown_id(link.target)


def _expected(link: Linked, meant: Record) -> str:
    given: Identified | None = link.target.identifier
    own = own_id(meant, given.kind) if given is not None else None
    if given is not None and own:
        return str(replace(given, value=own))
    return meant.preferred_url or named(meant)


def _address_words(meant: Record) -> str:
    return f", {meant.preferred_url}" if meant.preferred_url else ""
