"""A check as plain data, in the shape of :mod:`kb.checking.schema`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kb.checking.words import dump_json

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kb.checking.corrected import Corrected
    from kb.checking.result import (
        CheckedCitation,
        CheckedFile,
        CheckedLink,
        CheckedPost,
        CheckedStatement,
        CheckResult,
        Finding,
    )
    from kb.checking.summary import Summary
    from kb.checking.suppress import Suppression
    from kb.citations.resolution import Linked

VERSION = 1
_PRINTED = ("authors", "year", "title", "journal", "volume", "pages", "link")


def to_text(result: CheckResult, corrected: Iterable[Corrected] = ()) -> str:
    """The JSON that ``kb check --format json`` prints."""
    return dump_json(to_data(result, corrected)) + "\n"


def to_data(result: CheckResult, corrected: Iterable[Corrected] = ()) -> dict[str, Any]:
    """The whole result.

    Parameters
    ----------
    corrected
        The changes, which need the bytes of the files (see :func:`kb.checking.corrected.correct`).
    """
    from kb.checking.corrected import to_data as changes

    return {
        "version": VERSION,
        "files": [_file(file) for file in result.files],
        "summary": summary_data(result.summary),
        "unused_suppressions": [_suppression(entry) for entry in result.unused],
        "expired_suppressions": [_suppression(entry) for entry in result.expired],
        "notes": list(result.notes),
        "changes": changes(corrected),
    }


def summary_data(summary: Summary) -> dict[str, Any]:
    """The counts."""
    return {
        "files": summary.files,
        "posts": summary.posts,
        "citations": summary.citations,
        "statements": summary.statements,
        "studies": summary.studies,
        "resolved": {"certain": summary.certain, "probable": summary.probable, "unknown": summary.unknown},
        "links": {"right": summary.links_right, "wrong": summary.links_wrong, "unknown": summary.links_unknown},
        "severities": {"error": summary.errors, "warning": summary.warnings, "note": summary.notes},
        "suppressed": summary.suppressed,
        "rules": dict(summary.rules),
        "fix_first": [todo._asdict() for todo in summary.first],
        "unread": [unread._asdict() for unread in summary.unread],
    }


def _file(file: CheckedFile) -> dict[str, Any]:
    problems = [
        {"rule": p.rule, "line": p.line, "message": p.message, "advice": p.advice, "severity": p.severity}
        for p in file.problems
    ]
    return {
        "path": file.path,
        "format": file.format or None,
        "error": file.error,
        "problems": problems,
        "posts": [_post(post) for post in file.posts],
    }


def _post(post: CheckedPost) -> dict[str, Any]:
    return {
        "title": post.title,
        "url": post.url,
        "date": post.date,
        "slug": post.slug,
        "citations": [_citation(citation) for citation in post.citations],
        "links": [_link(link) for link in post.links],
        "statements": [_statement(statement) for statement in post.statements],
    }


def _citation(citation: CheckedCitation) -> dict[str, Any]:
    resolution, printed = citation.resolution, citation.as_published
    record = resolution.record
    return {
        "kind": citation.kind,
        "text": citation.text,
        "link": printed.link,
        "line": citation.place.line,
        "locator": citation.place.locator,
        "study": citation.study,
        "record": record.id if record else None,
        "confidence": citation.confidence.value,
        "by": resolution.by.value if resolution.by else None,
        "reason": resolution.reason or None,
        "candidates": [candidate.id for candidate in resolution.candidates],
        "as_published": {name: getattr(printed, name) for name in _PRINTED},
        "links": [_linked(linked) for linked in resolution.links],
        "findings": [_finding(finding) for finding in citation.findings],
    }


def _linked(linked: Linked) -> dict[str, Any]:
    return {
        "href": linked.target.href,
        "kind": linked.target.kind.value,
        "identifier": linked.target.key,
        "state": linked.state.value,
        "record": linked.record.id if linked.record else None,
    }


def _link(link: CheckedLink) -> dict[str, Any]:
    return {
        "href": link.href,
        "kind": link.kind,
        "text": link.text,
        "line": link.place.line,
        "locator": link.place.locator,
        "findings": [_finding(finding) for finding in link.findings],
    }


def _statement(statement: CheckedStatement) -> dict[str, Any]:
    return {
        "text_sha256": statement.place.locator,
        "line": statement.place.line,
        "studies": list(statement.studies),
        "claims": list(statement.claims),
        "findings": [_finding(finding) for finding in statement.findings],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "message": finding.message,
        "found": finding.found,
        "expected": finding.expected,
        "fix": finding.fix,
        "study": finding.study,
        "source": finding.source,
        "basis": finding.basis.value,
        "line": finding.line,
        "link": finding.link,
        "locator": finding.locator,
        "suppressed": _suppression(finding.suppressed) if finding.suppressed else None,
    }


def _suppression(entry: Suppression) -> dict[str, Any]:
    return {
        "rule": entry.rule,
        "reason": entry.reason,
        "until": entry.until.isoformat() if entry.until else None,
        "path": entry.path,
        "line": entry.line,
    }
