"""Rules ``secondary-source`` and ``no-source``: what stands between a statement and the study it tells of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.citations.find_model import CitationKind
from kb.citations.fix import corrected, parenthesis
from kb.citations.flag import Basis, Flag, Severity
from kb.citations.links import STUDY_KINDS, LinkKind
from kb.citations.resolution import Confidence, Record
from kb.citations.verify_agree import agreement, basis_of
from kb.citations.verify_case import Case, named, record_of, same_record, shown_id
from kb.citations.verify_identifier import REVIEWS
from kb.citations.verify_names import Who
from kb.model import Design

if TYPE_CHECKING:
    from kb.citations.links import Target
    from kb.citations.resolution import Linked

_MENTIONS = frozenset({CitationKind.NAMELESS, CitationKind.GENERAL})
_EFFECT_UNITS = frozenset({"%", "times", "time", "fold"})
_LIKELY_RESEARCH = re.compile(
    r"journal|\bojs\b|/doi/|\.edu\b|\.ac\.|\.gov\b|/pdf|\.pdf|handle/|thesis|dissertation|repositor"
)


@dataclass(frozen=True, slots=True)
class Sourced:
    """Where a post has its sources: the first line of a linked citation by study, and by year and design told."""

    studies: Mapping[str, int]
    told: Mapping[tuple[int, str], int]


def sourced(post: Sequence[Case]) -> Sourced:
    """The linked citations of a post, for mentions that look back at them."""
    studies: dict[str, int] = {}
    told: dict[tuple[int, str], int] = {}
    for case in post:
        links = [target for target in case.citation.targets if target.kind in STUDY_KINDS]
        if not links:
            continue
        line = case.citation.line
        details = case.citation.details
        for design in details.designs if details.year else ():
            told.setdefault((details.year or 0, design), line)
        for record in (case.resolution.record, *(link.record for link in case.resolution.links)):
            if record is not None:
                studies.setdefault(record.id, line)
    return Sourced(studies, told)


# --- secondary-source ------------------------------------------------------------------------------------------


def secondary_flags(case: Case) -> Iterator[Flag]:
    """Findings on links that tell of a study instead of being it."""
    own = [target for target in case.citation.targets if target.kind in STUDY_KINDS]
    if not own:
        for target in case.citation.targets:
            flag = _page(case, target)
            if flag is not None:
                yield flag
                break
    for link in case.resolution.links:
        flag = _protocol(case, link) or _review(case, link)
        if flag is not None:
            yield flag


def _page(case: Case, target: Target) -> Flag | None:
    """A news page, or another page of the web, in place of the study."""
    if target.kind not in {LinkKind.NEWS, LinkKind.WEB} or case.is_own(target) or target.identifier is not None:
        return None
    news = target.kind is LinkKind.NEWS
    record = case.resolution.record if case.resolution.confidence is not Confidence.UNKNOWN else None
    if not news and (case.certain is None or _LIKELY_RESEARCH.search(target.href.lower())):
        return None
    if case.citation.kind is CitationKind.GENERAL and not news:
        return None
    what = "a news page" if news else "a page"
    severity = Severity.WARNING if news and case.citation.kind is not CitationKind.GENERAL else Severity.NOTE
    lead = f"The link leads to {what} on {target.host}, not to the study itself"
    if record is None:
        return Flag("secondary-source", severity, f"{lead}.", target.href, None)
    sure = case.resolution.confidence is Confidence.CERTAIN
    where = f", {record.preferred_url}" if record.preferred_url else ""
    message = f"{lead}, which is {'' if sure else 'probably '}{named(record)}{where}."
    fix = corrected(case.citation, record) if record.preferred_url else None
    return Flag(
        "secondary-source",
        severity,
        message,
        target.href,
        record.preferred_url,
        fix,
        record.key,
        record.source,
        basis_of(case),
    )


def _protocol(case: Case, link: Linked) -> Flag | None:
    """A registration or protocol in place of the results."""
    study = case.facts.studies.get(link.record.key or "") if link.record else None
    protocol = study is not None and study.design is Design.PROTOCOL
    if protocol and link.record is not None and agreement(case, link.record).authors.who is Who.OTHER:
        return None  # of another study
    if not protocol and link.target.kind is not LinkKind.REGISTRY:
        return None
    meant = case.certain
    if meant is None or same_record(meant, link.record):
        if re.search(r"protocol|regist|planned|underway|ongoing", case.told):
            return None
        what = f"{named(link.record)}, a protocol" if link.record and protocol else "a registration"
        message = f"The link leads to {what}: it plans a study and has no results."
        key = study.key if study else None
        return Flag("secondary-source", Severity.NOTE, message, shown_id(link.target), None, None, key)
    message = f"The link leads to a protocol or registration, not to the results, {named(meant)}."
    fix = corrected(case.citation, meant)
    found, right = shown_id(link.target), meant.preferred_url
    return Flag("secondary-source", Severity.NOTE, message, found, right, fix, meant.key, meant.source, basis_of(case))


def _review(case: Case, link: Linked) -> Flag | None:
    """A review that is linked for the result of a primary study, as curated."""
    curated = case.curated
    if curated is None or curated.study is None or link.record is None or case.citation.printed.names:
        return None
    if (curated.as_published.link or "").strip() != link.target.href.strip():
        return None
    meant = record_of(curated.study, case)
    own, linked = case.facts.studies.get(curated.study), case.facts.studies.get(link.record.key or "")
    if meant is None or own is None or linked is None or same_record(meant, link.record):
        return None
    if own.design in REVIEWS or linked.design not in REVIEWS:
        return None
    message = f"The link is {named(link.record)}, a review; the result told is of {named(meant)}."
    found, right = shown_id(link.target), meant.preferred_url
    fix = corrected(case.citation, meant)
    return Flag(
        "secondary-source", Severity.WARNING, message, found, right, fix, meant.key, meant.source, Basis.CURATED
    )


# --- no-source -------------------------------------------------------------------------------------------------


def no_source_flags(case: Case, post: Sourced) -> Iterator[Flag]:
    """A finding on a mention of research without name and link."""
    citation = case.citation
    if citation.kind not in _MENTIONS or citation.printed.names or citation.entry is not None:
        return
    if any(not case.is_own(target) for target in citation.targets):
        return
    words = citation.text if len(citation.text) <= 80 else f"{citation.text[:77]}..."
    record, confidence = case.resolution.record, case.resolution.confidence
    if record is not None and confidence is not Confidence.UNKNOWN:
        yield _known(case, record, words, post)
        return
    back = _looks_back(case, post)
    if back is not None:
        message = f"'{words}' has no source here; it may be the study linked {_in_line(back)}."
        yield Flag("no-source", Severity.NOTE, message, words)
        return
    severity = Severity.WARNING if _tells_a_study(case) else Severity.NOTE
    message = "The text speaks of research without naming or linking it."
    if citation.kind is CitationKind.NAMELESS:
        message = f"'{words}' tells of a study, but neither names nor links it."
    yield Flag("no-source", severity, message, words)


def _in_line(line: int) -> str:
    """Where in the post; a post that was not read from a file has no lines."""
    return f"in line {line}" if line else "elsewhere in this post"


def _known(case: Case, record: Record, words: str, post: Sourced) -> Flag:
    sure = case.resolution.confidence is Confidence.CERTAIN
    line = post.studies.get(record.id)
    is_it = "it is" if sure and basis_of(case) is not Basis.RULE else "it is probably"
    severity = Severity.WARNING if _tells_a_study(case) and line is None else Severity.NOTE
    where = f", linked {_in_line(line)}" if line is not None else ""
    message = f"'{words}' has no source; {is_it} {named(record)}{where}."
    fix = parenthesis(record)
    return Flag("no-source", severity, message, words, named(record), fix, record.key, record.source, basis_of(case))


def _looks_back(case: Case, post: Sourced) -> int | None:
    """Line of a linked citation with the same year and a design in common, above this one."""
    details = case.citation.details
    if case.citation.kind is not CitationKind.NAMELESS or details.year is None:
        return None
    lines = (post.told.get((details.year, design)) for design in details.designs)
    return next((line for line in lines if line is not None and line <= case.citation.line), None)


def _tells_a_study(case: Case) -> bool:
    """Whether the words tell the year or design of one study, or a number of it."""
    details = case.citation.details
    numbers = bool(details.counts) or any(q.unit in _EFFECT_UNITS for q in details.quantities)
    if case.citation.kind is CitationKind.GENERAL:
        return numbers
    return numbers or bool(details.designs) or details.year is not None
