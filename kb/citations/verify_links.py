"""Rules ``bad-link``, ``no-link`` and ``unresolved``."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from kb.citations.find import link_targets
from kb.citations.find_model import CitationKind, FoundCitation
from kb.citations.fix import address_of, corrected
from kb.citations.flag import Flag, Severity
from kb.citations.links import LinkKind, Target
from kb.citations.resolution import Confidence, LinkState
from kb.citations.verify_agree import basis_of
from kb.citations.verify_case import Case, Facts, named, own_id, same_id, same_record, shown_id
from kb.citations.verify_names import Who, fit_authors

if TYPE_CHECKING:
    from kb.citations.read.blocks import PostText
    from kb.citations.resolution import Linked, Record

_NAMED = frozenset(
    {CitationKind.PARENTHETICAL, CitationKind.PROSE, CitationKind.NUMBERED, CitationKind.REFERENCE, CitationKind.LINK}
)
_FROM_CHAT = "chat program (utm_source)"
_UTM = re.compile(r"[?&]utm_source=[^&#]*")
_PAGE = re.compile(
    r"[/.?#]|.*\.(?:html?|md|markdown|php|aspx?|pdf|docx?|txt|jpe?g|png|gif|svg|webp)(?:[?#]|$)", re.IGNORECASE
)
_CANDIDATES = 3


# --- bad-link --------------------------------------------------------------------------------------------------


def bad_link_flags(case: Case) -> Iterator[Flag]:
    """Findings on the links of a citation that lead nowhere."""
    record = case.certain
    for target in case.citation.targets:
        flag = _bad(target, cited=True, shown=case.citation.text)
        if flag is None:
            continue
        fix = flag.fix
        if fix is None and record is not None and address_of(case.citation, record):
            fix = corrected(case.citation, record)
        key, source = (record.key, record.source) if record is not None else (None, None)
        yield Flag(flag.rule, flag.severity, flag.message, flag.found, None, fix, key, source)


def verify_links(
    post: PostText,
    facts: Facts,  # noqa: ARG001 - the shape of verify
    citations: Sequence[FoundCitation] = (),
) -> list[tuple[int, Flag]]:
    """Findings on every link of a post, each with its line; ``found`` is the link as written.

    Parameters
    ----------
    post
        The post as read.
    facts
        As for :func:`kb.citations.verify.verify`.
    citations
        Those of the post: their links are looked at with them, and are left out here.

    Examples
    --------
    >>> from kb.citations.read import read_bytes
    >>> post = read_bytes(b"Call [us](tel:42454) or see [this](https://claude.ai/chat/1).").posts[0]
    >>> [(line, flag.rule, flag.found) for line, flag in verify_links(post, Facts())]
    [(1, 'bad-link', 'tel:42454'), (1, 'bad-link', 'https://claude.ai/chat/1')]
    """
    taken = Counter((citation.block, target.href) for citation in citations for target in citation.targets)
    found: list[tuple[int, Flag]] = []
    seen: Counter[int] = Counter()
    for index, block, target in link_targets(post):
        link = block.links[seen[index]]
        seen[index] += 1
        if taken[index, target.href] > 0:
            taken[index, target.href] -= 1
            continue
        flag = _bad(target, cited=False, shown=block.text[link.start : link.end])
        if flag is not None:
            found.append((block.line_at(link.start), flag))
    return found


def _bad(target: Target, *, cited: bool, shown: str) -> Flag | None:
    """What is wrong with a link by its address alone."""
    href = target.href
    short = href if len(href) <= 100 else f"{href[:97]}..."
    if target.kind is LinkKind.RELATIVE:
        if cited:
            message = f"The link '{short}' of this citation is relative: it leads to the site itself, not to a study."
            return Flag("bad-link", Severity.ERROR, message, href)
        if _PAGE.match(href.strip()):
            return None
        message = f"The link '{short}' is relative: it leads to a page beside this one, which may not be meant."
        return Flag("bad-link", Severity.WARNING, message, href)
    if target.kind is LinkKind.DOCUMENT and cited:
        message = (
            f"The link '{short}' of this citation leads to a private document on {target.host}, which is no source."
        )
        return Flag("bad-link", Severity.WARNING, message, href)
    if target.problem is None:
        return None
    if target.problem.endswith(_FROM_CHAT):
        fix = _UTM.sub("", href) if "?" not in _UTM.sub("", href) and "&" not in href else None
        return Flag("bad-link", Severity.WARNING, f"The link '{short}' {target.problem}.", href, None, fix)
    if "no https://" in target.problem and href.strip(" /") in shown:
        return None  # an address written out in plain text, not a link of a page
    fix = f"https://{href.strip()}" if "no https://" in target.problem else None
    number = " and is no telephone number" if target.kind is LinkKind.TELEPHONE else ""
    return Flag("bad-link", Severity.ERROR, f"The link '{short}' {target.problem}{number}.", href, None, fix)


# --- no-link ---------------------------------------------------------------------------------------------------


def unlinked(post: Sequence[Case]) -> frozenset[int]:
    """Indices of the citations by name that need a link: the first of each study that has none in the post."""
    linked = [case for case in post if any(_leads_out(case, target) for target in case.citation.targets)]
    indices = {case.index for case in linked}
    keys = {case.citation.key for case in linked if case.citation.key}
    ids = {record.id for case in linked for record in _meant(case)}
    found: set[int] = set()
    for case in post:
        citation = case.citation
        if citation.kind not in _NAMED or not _is_named(citation):
            continue
        if case.index in indices or citation.entry is not None or citation.key in keys:
            continue
        record = case.resolution.record
        own = {record.id} if record is not None and case.resolution.confidence is not Confidence.UNKNOWN else set()
        if own & ids:
            continue
        found.add(case.index)
        keys |= {citation.key} if citation.key else set()
        ids |= own
    return frozenset(found)


def linked_by_name(post: Sequence[Case]) -> frozenset[int]:
    """Indices of names without a year whose study is linked elsewhere in the post: "Lee updated his review (2021)"."""
    linked = {link.record.id: link.record for case in post for link in case.resolution.links if link.record is not None}
    found = set()
    for case in post:
        printed = case.citation.printed
        if not printed.names or printed.year is not None or case.citation.targets:
            continue
        if any(fit_authors(printed, record.authors).who is Who.SAME for record in linked.values()):
            found.add(case.index)
    return frozenset(found)


def _leads_out(case: Case, target: Target) -> bool:
    """Whether a link leads to what others may open: not the site itself, nor somebody's own document."""
    return not case.is_own(target) and target.kind is not LinkKind.DOCUMENT


def _is_named(citation: FoundCitation) -> bool:
    printed = citation.printed
    return bool(printed.names or printed.title or citation.label or (printed.journal and printed.year))


def _meant(case: Case) -> list[Record]:
    record = case.resolution.record
    return [record] if record is not None and case.resolution.confidence is Confidence.CERTAIN else []


def no_link_flag(case: Case) -> Flag:
    """The finding for a citation without a link."""
    words = _words(case)
    record = case.resolution.record if case.resolution.confidence is not Confidence.UNKNOWN else None
    if record is None or record.preferred_url is None:
        return Flag("no-link", Severity.NOTE, f"{words} has no link.", words)
    sure = case.resolution.confidence is Confidence.CERTAIN
    it_is = f"{named(record)} is at" if sure else f"it is probably {named(record)},"
    message = f"{words} has no link; {it_is} {record.preferred_url}."
    fix = corrected(case.citation, record)
    return Flag(
        "no-link", Severity.NOTE, message, words, record.preferred_url, fix, record.key, record.source, basis_of(case)
    )


def _words(case: Case) -> str:
    text = case.citation.text
    text = text[1:-1] if text.startswith("(") and text.endswith(")") else text
    return text if len(text) <= 100 else f"{text[:97]}..."


# --- unresolved ------------------------------------------------------------------------------------------------


def unresolved_flags(case: Case, wrong: frozenset[int], seen: set[str]) -> Iterator[Flag]:
    """Notes on links whose record is not at hand, and on names that are not in the base; each once in a post.

    Parameters
    ----------
    case
        The citation.
    wrong
        Indices of its links on which a finding was made.
    seen
        What was told already in this post.
    """
    told = False
    for index, link in enumerate(case.resolution.links):
        if index in wrong or link.record is not None or link.target.problem or _is_own_id(case, link):
            continue
        if case.certain is not None and link.target.identifier is None and not link.target.first_page:
            continue  # a copy elsewhere of a study that is known
        told = True
        if link.target.href not in seen:
            seen.add(link.target.href)
            yield _unknown_link(case, link)
    if told or case.citation.kind not in _NAMED or case.resolution.confidence is not Confidence.UNKNOWN:
        return
    if case.resolution.record is not None or case.citation.entry is not None or wrong:
        return
    key = case.citation.key or case.citation.text
    if key in seen or any(link.record is not None for link in case.resolution.links):
        return
    if not (case.citation.printed.names or case.citation.printed.title or case.citation.targets):
        return
    seen.add(key)
    yield _unknown_name(case)


def _is_own_id(case: Case, link: Linked) -> bool:
    found, record = link.target.identifier, case.certain
    return found is not None and record is not None and same_id(found.kind, found.value, own_id(record, found.kind))


def _unknown_link(case: Case, link: Linked) -> Flag:
    shown = shown_id(link.target)
    record = case.certain
    if link.target.identifier is None and not link.target.first_page:
        message = f"The link to {link.target.host} names no PMID or DOI: what it leads to was not checked."
        return Flag("unresolved", Severity.NOTE, message, link.target.href)
    if link.state is LinkState.UNANSWERED:
        message = f"PubMed did not answer, so the link, {shown}, was not checked: try again later."
    elif link.state is LinkState.ABSENT:
        message = f"PubMed has no record of {shown}; that alone does not make it wrong: open it once."
    else:
        ask = "PubMed had no answer: open it once." if case.facts.online else "kb check --online asks PubMed."
        of = f" is {named(record)}" if record is not None else ""
        message = f"No record of {shown} is at hand, so whether it{of or ' is the paper named'} was not checked: {ask}"
    key, source = (record.key, record.source) if record is not None else (None, None)
    return Flag("unresolved", Severity.NOTE, message, shown, None, None, key, source)


def _unknown_name(case: Case) -> Flag:
    words = _words(case)
    candidates: list[Record] = []
    for record in case.resolution.candidates:
        if not any(same_record(record, other) for other in candidates):
            candidates.append(record)
    if len(candidates) == 1:
        message = f"{words} was not found as printed; the nearest at hand is {named(candidates[0])}."
    elif candidates:
        which = "; ".join(named(record) for record in candidates[:_CANDIDATES])
        message = f"{words} fits several studies and was not checked: {which}. A link to one of them tells which."
    else:
        then = "" if case.facts.online else ", or ask PubMed with kb check --online"
        message = f"{words} is not in the base and was not checked: add it with kb add{then}."
    return Flag("unresolved", Severity.NOTE, message, words)
