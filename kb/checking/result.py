"""What a check found, as objects: files, posts, citations, links, statements, findings, and the sum of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from kb.citations.flag import Basis, Flag, Rule, Severity
from kb.citations.read import PostText
from kb.citations.resolution import Confidence, Resolution
from kb.model import AsPublished
from kb.problems import Problem

if TYPE_CHECKING:
    import pandas as pd

    from kb.checking.summary import Summary
    from kb.checking.suppress import Suppression

LINES_OF_FILE = frozenset({"markdown", "text"})
"""Formats whose line numbers are those of the file; in all others they count the lines of the post's text."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, doubtful or good to know, and where.

    Parameters
    ----------
    path
        File, as it was given.
    post
        Title of the post, else its address, else empty.
    line
        1-based line: of the file for Markdown and plain text, else of the text of the post.
    rule, severity, message, found, expected, fix, study, source, basis
        See :class:`kb.citations.flag.Flag`.
    locator
        Hash of the sentence (see :mod:`kb.text`): the same when the sentence moves, another when a word changes.
    link
        The link it is about, or the first link of the citation.
    suppressed
        The entry that suppresses it; None when the finding stands.
    """

    path: str
    post: str
    line: int
    rule: str
    severity: Severity
    message: str
    found: str | None = None
    expected: str | None = None
    fix: str | None = None
    study: str | None = None
    source: str | None = None
    basis: Basis = Basis.RULE
    locator: str | None = None
    link: str | None = None
    suppressed: Suppression | None = None

    @property
    def stands(self) -> bool:
        """Whether nobody suppressed it."""
        return self.suppressed is None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a part of a post stands.

    Parameters
    ----------
    block
        Index of its block.
    start, end
        Its characters in the text of the block.
    line
        See :class:`Finding`.
    locator
        Hash of its sentence.
    context
        Characters of the block around it that a reader needs to see: its sentence, or the statement.
    """

    block: int
    start: int
    end: int
    line: int
    locator: str | None
    context: tuple[int, int]


@dataclass(frozen=True, slots=True)
class CheckedCitation:
    """A place where a post points at research, what it means, and what is wrong with it.

    Parameters
    ----------
    kind
        How it points: ``link``, ``parenthetical``, ``prose``, ``numbered``, ``reference``, ``nameless``, ``general``.
    text
        As it stands.
    as_published
        What is printed.
    resolution
        The study it means, how sure that is, and what is known of its links.
    """

    place: Place
    kind: str
    text: str
    as_published: AsPublished
    resolution: Resolution
    findings: tuple[Finding, ...] = ()

    @property
    def study(self) -> str | None:
        """Key of the study when it is one of the base."""
        return self.resolution.record.key if self.resolution.record else None

    @property
    def confidence(self) -> Confidence:
        """How sure it is that the study is meant."""
        return self.resolution.confidence


@dataclass(frozen=True, slots=True)
class CheckedLink:
    """A link that is wrong by itself, whatever it is given for."""

    place: Place
    href: str
    kind: str
    text: str
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckedStatement:
    """What a post says about studies: the sentences that a citation is given for, or one with a curated claim.

    Parameters
    ----------
    text
        The sentences as they stand; not part of the JSON, which has their hash.
    studies
        Keys of the studies it is compared with.
    claims
        Ids of the curated claims of the same sentence, such as ``some-post.c01``.
    """

    place: Place
    text: str
    studies: tuple[str, ...]
    claims: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


Part = CheckedCitation | CheckedLink | CheckedStatement


@dataclass(frozen=True, slots=True)
class CheckedPost:
    """A post, page or draft.

    Parameters
    ----------
    title, url, date
        As the file has them.
    slug
        The entry of ``evidence/posts`` that is this post, if one is: its curated citations and verdicts were used.
    text
        The post as it was read.
    """

    title: str | None
    url: str | None
    date: str | None
    slug: str | None
    text: PostText = field(repr=False)
    citations: tuple[CheckedCitation, ...] = ()
    links: tuple[CheckedLink, ...] = ()
    statements: tuple[CheckedStatement, ...] = ()

    @property
    def parts(self) -> tuple[Part, ...]:
        """Citations, links and statements in the order of the text."""
        some: tuple[Part, ...] = (*self.statements, *self.citations, *self.links)
        return tuple(sorted(some, key=lambda part: (part.place.block, part.place.start, -part.place.end)))

    def findings(self) -> Iterator[tuple[Part, Finding]]:
        """Findings in the order of the text; those of one part as :func:`order` says."""
        for part in self.parts:
            for finding in part.findings:
                yield part, finding


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """A file: its posts, or why it could not be read.

    Parameters
    ----------
    path
        As it was given; ``-`` is standard input.
    format
        ``rss``, ``wordpress``, ``atom``, ``html``, ``markdown``, ``docx`` or ``text``; empty when it was not read.
    problems
        What could not be read well, such as its encoding.
    error
        Why it could not be read, and what to do; None when it was.
    """

    path: str
    format: str = ""
    posts: tuple[CheckedPost, ...] = ()
    problems: tuple[Problem, ...] = ()
    error: str | None = None

    @property
    def has_lines(self) -> bool:
        """Whether line numbers are those of the file."""
        return self.format in LINES_OF_FILE


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What a check of some files found.

    Files are in the order given, posts in that of their file, findings in that of the text.

    Parameters
    ----------
    files
        What was checked, and what could not be read.
    rules
        Every rule that was applied, by id.
    unused, expired
        Suppressions that match nothing in these files, and those whose last day has passed.
    notes
        What the person should know of the check itself: PubMed did not answer, ...
    """

    files: tuple[CheckedFile, ...]
    rules: tuple[Rule, ...] = ()
    unused: tuple[Suppression, ...] = ()
    expired: tuple[Suppression, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def summary(self) -> Summary:
        """Counts of all that was found."""
        from kb.checking.summary import summarize

        return summarize(self)

    def walk(self) -> Iterator[tuple[CheckedFile, CheckedPost, Part, Finding]]:
        """Every finding with its file, its post and the part of the post it is about."""
        for file in self.files:
            for post in file.posts:
                for part, finding in post.findings():
                    yield file, post, part, finding

    def findings(self, *, suppressed: bool = False) -> Iterator[Finding]:
        """Findings that stand; with ``suppressed`` the others, too."""
        for _, _, _, finding in self.walk():
            if suppressed or finding.stands:
                yield finding

    def fails(self, level: Severity | str | None = Severity.ERROR) -> bool:
        """Whether a finding at or above a severity stands; ``never`` and None never fail."""
        if level is None or level == "never":
            return False
        most = Severity(level).rank
        return any(finding.severity.rank <= most for finding in self.findings())

    def to_json(self) -> dict[str, Any]:
        """Plain data of the documented schema (:mod:`kb.checking.schema`)."""
        from kb.checking.as_json import to_data

        return to_data(self)

    def frame(self) -> pd.DataFrame:
        """Findings, one a row, suppressed ones marked."""
        from kb.checking.table import frame

        return frame(self)


def order(findings: list[Finding]) -> tuple[Finding, ...]:
    """Findings of one part: curated ones before those of rules, errors first, by rule, study and message; each once."""
    return tuple(sorted(dict.fromkeys(findings), key=_rank))


def _rank(finding: Finding) -> tuple[bool, int, str, str, str]:
    by_rule = finding.basis is Basis.RULE
    return by_rule, finding.severity.rank, finding.rule, finding.study or "", finding.message


def finding_of(flag: Flag, path: str, post: str, place: Place, link: str | None = None) -> Finding:
    """A flag with its place."""
    return Finding(
        path=path,
        post=post,
        line=place.line,
        rule=flag.rule,
        severity=flag.severity,
        message=flag.message,
        found=flag.found,
        expected=flag.expected,
        fix=flag.fix,
        study=flag.study,
        source=flag.source,
        basis=flag.basis,
        locator=place.locator,
        link=link,
    )


def with_findings(post: CheckedPost, change: Any) -> CheckedPost:  # noqa: ANN401 - a function from findings to findings
    """The post with the findings of each part changed."""

    def changed(parts: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(replace(part, findings=change(part.findings)) if part.findings else part for part in parts)

    return replace(
        post, citations=changed(post.citations), links=changed(post.links), statements=changed(post.statements)
    )
