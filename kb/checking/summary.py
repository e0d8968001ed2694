"""The sum of a check: counts, how many links to papers lead to the right one, what to fix first."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from kb.checking.words import count
from kb.citations.flag import Severity
from kb.citations.links import STUDY_KINDS
from kb.citations.resolution import Confidence, LinkState

if TYPE_CHECKING:
    from kb.checking.result import CheckedCitation, CheckResult
    from kb.citations.resolution import Linked

WRONG_LINK = "wrong-identifier"
FIRST = (
    "retracted",
    WRONG_LINK,
    "misattributed",
    "direction-reversed",
    "not-supported",
    "number-differs",
    "other-condition",
    "wrong-title",
    "wrong-authors",
    "wrong-design",
    "wrong-year",
    "wrong-journal",
    "wrong-volume",
    "wrong-pages",
    "bad-link",
)
"""Rules in the order in which their errors are to be fixed: what misleads a reader most comes first."""


class Unread(NamedTuple):
    """A file that could not be read, and why."""

    path: str
    message: str


class Todo(NamedTuple):
    """A rule with errors, how many, and the first of them."""

    rule: str
    number: int
    path: str
    post: str
    line: int


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts of a check; findings that are suppressed are only in ``suppressed``.

    Parameters
    ----------
    files, posts, citations, statements
        How many were looked at.
    studies
        How many different studies the citations mean for certain.
    certain, probable, unknown
        Citations by how sure it is what they mean; mentions of research at large are no part of it.
    links_right, links_wrong, links_unknown
        Links to papers: right ones lead to the paper that the text names, wrong ones to another, of unknown ones the
        record is not at hand or the text names nothing to compare it with.
    errors, warnings, notes, suppressed
        Findings.
    rules
        Findings by rule, the most frequent first.
    first
        What to fix first.
    unread
        Files that could not be read.
    """

    files: int
    posts: int
    citations: int
    statements: int
    studies: int
    certain: int
    probable: int
    unknown: int
    links_right: int
    links_wrong: int
    links_unknown: int
    errors: int
    warnings: int
    notes: int
    suppressed: int
    rules: tuple[tuple[str, int], ...]
    first: tuple[Todo, ...]
    unread: tuple[Unread, ...]

    @property
    def links(self) -> int:
        """Links to papers."""
        return self.links_right + self.links_wrong + self.links_unknown

    @property
    def lines(self) -> tuple[str, ...]:
        """The summary in sentences for a writer."""
        return tuple(_lines(self))


def summarize(result: CheckResult) -> Summary:
    """Count; see :class:`Summary`."""
    posts = [post for file in result.files for post in file.posts]
    citations = [citation for post in posts for citation in post.citations]
    named = [citation for citation in citations if citation.kind != "general"]
    sure = Counter(citation.confidence for citation in named)
    links = Counter(state for citation in citations for state in link_states(citation))
    standing = list(result.findings())
    severities = Counter(finding.severity for finding in standing)
    rules = Counter(finding.rule for finding in standing)
    records = [c.resolution.record for c in named if c.confidence is Confidence.CERTAIN]
    return Summary(
        files=len(result.files),
        posts=len(posts),
        citations=len(citations),
        statements=sum(len(post.statements) for post in posts),
        studies=len({record.id for record in records if record is not None}),
        certain=sure[Confidence.CERTAIN],
        probable=sure[Confidence.PROBABLE],
        unknown=sure[Confidence.UNKNOWN],
        links_right=links["right"],
        links_wrong=links["wrong"],
        links_unknown=links["unknown"],
        errors=severities[Severity.ERROR],
        warnings=severities[Severity.WARNING],
        notes=severities[Severity.NOTE],
        suppressed=sum(1 for finding in result.findings(suppressed=True) if not finding.stands),
        rules=tuple(sorted(rules.items(), key=lambda item: (-item[1], item[0]))),
        first=_first(result),
        unread=tuple(Unread(file.path, file.error) for file in result.files if file.error is not None),
    )


def link_states(citation: CheckedCitation) -> list[str]:
    """For each link to a paper ``right``, ``wrong`` or ``unknown``; see :class:`Summary`."""
    linked = [one for one in citation.resolution.links if one.target.kind in STUDY_KINDS]
    wrong = [finding for finding in citation.findings if finding.rule == WRONG_LINK]
    if not linked:
        return []
    told = " ".join(f"{finding.found} {finding.message}" for finding in wrong)
    bad = {index for index, one in enumerate(linked) if wrong and _named(one, told)} or ({0} if wrong else set())
    return ["wrong" if index in bad else _state(one, citation) for index, one in enumerate(linked)]


def _named(linked: Linked, told: str) -> bool:
    identifier = linked.target.identifier
    return linked.target.href in told or (identifier is not None and identifier.value in told)


def _state(linked: Linked, citation: CheckedCitation) -> str:
    """A link is right when its own record is at hand and the text prints something that it was compared with."""
    printed = citation.as_published
    compared = printed.authors or printed.title or (printed.year and printed.journal)
    return "right" if linked.state is LinkState.KNOWN and compared else "unknown"


def _first(result: CheckResult) -> tuple[Todo, ...]:
    found: dict[str, Todo] = {}
    for finding in result.findings():
        if finding.severity is Severity.ERROR:
            old = found.get(finding.rule)
            first = old or Todo(finding.rule, 0, finding.path, finding.post, finding.line)
            found[finding.rule] = first._replace(number=first.number + 1)
    ranks = {rule: rank for rank, rule in enumerate(FIRST)}
    return tuple(sorted(found.values(), key=lambda todo: (ranks.get(todo.rule, len(FIRST)), todo.rule)))


def _lines(summary: Summary) -> list[str]:
    lines = []
    if summary.posts or not summary.unread:
        looked = f"{count(summary.posts, 'post')}, {count(summary.citations, 'citation')}"
        lines.append(f"{looked}: {_findings(summary)}." if summary.citations else f"{looked}: no citation found.")
    if summary.citations:
        lines.append(
            f"Citations of a study: {summary.certain:,} matched for certain"
            f" ({count(summary.studies, 'study', 'studies')}), {summary.probable:,} probably, {summary.unknown:,} not."
        )
    if summary.links:
        lines.append(f"Links to papers: {_links(summary)}.")
    if summary.first:
        todo = ", ".join(f"{item.rule} ({item.number})" for item in summary.first)
        lines.append(f"Fix first: {todo}.")
    if summary.unread:
        lines.append(f"{count(len(summary.unread), 'file')} could not be read.")
    return lines


def _links(summary: Summary) -> str:
    compared, wrong = summary.links_right + summary.links_wrong, summary.links_wrong
    told = f"{compared:,} of {summary.links:,} could be compared with the text"
    if not compared:
        return told
    return f"{told}; {f'{wrong:,}' if wrong else 'none'} {'leads' if wrong < 2 else 'lead'} to another paper"


def _findings(summary: Summary) -> str:
    numbers = (
        count(summary.errors, "error"),
        count(summary.warnings, "warning"),
        count(summary.notes, "note"),
    )
    total = summary.errors + summary.warnings + summary.notes
    hidden = f", {summary.suppressed} suppressed" if summary.suppressed else ""
    return (", ".join(numbers) if total else "nothing to report") + hidden
