"""What a writer would change in a citation: the old words, the new ones, the link, and whether that is certain.

Certain is a finding that is an error, of a rule or a person's review, on a citation whose study is known for certain,
and whose right side is a known record: year, journal, volume, pages, a link to another paper, a link that leads
nowhere. Which paper is meant, when title, authors or two facts speak against the link, is the writer's to say; so are
warnings, and whatever only a curated entry that nobody reviewed says. The words of a statement are never changed.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.citations.flag import Basis, Severity
from kb.citations.links import classify
from kb.citations.resolution import By, Confidence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kb.checking.result import CheckedCitation, CheckedPost, Finding, Part
    from kb.citations.links import Target
    from kb.citations.resolution import Record

FACTS = frozenset({"wrong-year", "wrong-journal", "wrong-volume", "wrong-pages"})
_WHOSE = frozenset({"wrong-authors", "wrong-title"})
LINKS = frozenset({"wrong-identifier", "bad-link"})
_FIX_LINK = re.compile(r"\[([^\]]*)\]\((https?://[^\s)]+)\)")


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a citation.

    Parameters
    ----------
    path, post
        File and title of the post.
    line, column
        1-based place of the old words in the file; in formats without lines of the file, and where the words were not
        found, the line is that of the finding and the column is None.
    start, end
        Characters of the file's text that are replaced; None when nothing is.
    locator
        Hash of the sentence.
    old, new
        The words, or the address; ``new`` is None where only the writer can know.
    link
        The study's address.
    rule, basis, study, source, message
        Of the finding.
    applied
        Whether the corrected file has it.
    why
        Why it was left to decide; empty when it was applied.
    """

    path: str
    post: str
    line: int
    column: int | None
    start: int | None
    end: int | None
    locator: str | None
    old: str
    new: str | None
    link: str | None
    rule: str
    basis: str
    study: str | None
    source: str | None
    message: str
    applied: bool
    why: str = ""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a finding asks for, before anybody looked where it stands in the source.

    ``old`` and ``new`` are words of the citation, or an address when ``is_link``; ``hint`` narrows words down that are
    only a number. ``why`` says why it is left to the writer; then nothing is looked for.
    """

    part: Part
    finding: Finding
    old: str
    new: str | None
    link: str | None
    is_link: bool = False
    hint: str = ""
    why: str = ""


def wishes(post: CheckedPost) -> Iterator[Wish]:
    """What the findings on the citations and links of a post ask for, in the order of the text."""
    from kb.checking.result import CheckedCitation, CheckedStatement

    found = [(part, finding) for part, finding in post.findings()]
    facts = Counter(id(part) for part, finding in found if finding.stands and finding.rule in FACTS | _WHOSE)
    for part, finding in found:
        if not finding.stands or isinstance(part, CheckedStatement):
            continue
        if isinstance(part, CheckedCitation):
            yield from _of_citation(part, finding, facts[id(part)])
        elif finding.severity is Severity.ERROR or finding.fix:
            why = "Only the writer knows where this link should lead."
            yield Wish(part, finding, part.href or part.text, finding.fix, None, is_link=True, why=why)


def _of_citation(part: CheckedCitation, finding: Finding, differing: int) -> Iterator[Wish]:
    if finding.severity is not Severity.ERROR and not finding.fix:
        return  # nothing to put there: the report tells it
    record = part.resolution.record
    link = record.preferred_url if record is not None else None
    why = _undecided(part, finding, differing)
    if why:
        yield Wish(part, finding, part.text, _plain_fix(finding), link or _fix_address(finding), why=why)
    elif finding.rule in FACTS and finding.found and finding.expected:
        yield Wish(part, finding, finding.found, finding.expected, link, hint=finding.rule)
    elif record is not None:
        yield from _link_wishes(part, finding, record)


def _undecided(part: CheckedCitation, finding: Finding, differing: int) -> str:
    """Why a finding is left to the writer; empty when its change is certain.

    ``differing`` is the number of facts in which the citation differs from its study. Where only the link tells which
    study that is, more than one may mean that the link is what is wrong.
    """
    if finding.rule not in FACTS | LINKS:
        return {
            "wrong-authors": "Another paper may be meant: look which one, then change the authors or the link.",
            "wrong-title": "Another paper may be meant: look which one, then change the title or the link.",
            "wrong-design": "These are words of the statement, which no patch changes.",
        }.get(finding.rule, "A person should look at this.")
    if finding.severity is not Severity.ERROR:
        return "It is not certain that this is wrong."
    if finding.basis is Basis.CURATED:
        return "Which study is meant was curated and not reviewed by a person."
    if part.confidence is not Confidence.CERTAIN or part.resolution.record is None or finding.source is None:
        return "Which study is meant is not certain."
    only_linked = part.resolution.by is By.IDENTIFIER and not part.as_published.title
    if finding.rule in FACTS and only_linked and differing > 1:
        return "More than one thing differs from the linked paper: look whether the link or the text is wrong."
    if finding.rule in FACTS and not (finding.found and finding.expected):
        return "The right side is not known."
    return ""


def _plain_fix(finding: Finding) -> str | None:
    """The fix without the Markdown of its link, which stands apart."""
    return _FIX_LINK.sub(r"\1", finding.fix) if finding.fix else None


def _fix_address(finding: Finding) -> str | None:
    found = _FIX_LINK.search(finding.fix or "")
    return found[2] if found else None


def _link_wishes(part: CheckedCitation, finding: Finding, record: Record) -> Iterator[Wish]:
    if finding.rule == "bad-link":
        target = classify(finding.found or "")
        new = record.preferred_url
        if not target.href or new is None:
            why = "The link has no address to replace." if new else "No address of the study is known."
            yield Wish(part, finding, part.text, _plain_fix(finding), new, why=why)
        else:
            yield Wish(part, finding, target.href, new, new, is_link=True)
        return
    from kb.citations.verify_case import shown_id

    found = finding.found or ""
    wrong = [
        linked.target
        for linked in part.resolution.links
        if found == shown_id(linked.target) or found.startswith(f"{shown_id(linked.target)} (")
    ]
    if not wrong:
        yield Wish(part, finding, part.text, _plain_fix(finding), record.preferred_url, why="The link was not found.")
    for target in dict.fromkeys(wrong):
        yield _new_address(part, finding, target, record)


def _new_address(part: CheckedCitation, finding: Finding, target: Target, record: Record) -> Wish:
    """The same kind of identifier where the study has it, else the address to paste; never an address for a number."""
    given = target.identifier
    own = None
    if given is not None:
        own = {"pmid": record.pmid, "pmcid": record.pmcid, "doi": record.doi}.get(given.kind)
    is_address = target.href.startswith("http")
    if not is_address and given is not None:
        why = "" if own else "The study has no identifier of this kind."
        return Wish(part, finding, given.value, own, record.preferred_url, why=why)
    new = {
        "pmid": f"https://pubmed.ncbi.nlm.nih.gov/{own}/",
        "pmcid": f"https://pmc.ncbi.nlm.nih.gov/articles/{own}/",
        "doi": f"https://doi.org/{own}",
    }.get(given.kind if given is not None and own else "", record.preferred_url)
    why = "" if new else "No address of the study is known."
    return Wish(part, finding, target.href, new, new, is_link=True, why=why)
