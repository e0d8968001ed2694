"""A check as SARIF 2.1.0 (OASIS), for code scanning and editors."""

from __future__ import annotations

import hashlib
from collections import Counter
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from kb.checking.text import sentence
from kb.checking.words import dump_json, plain

if TYPE_CHECKING:
    from kb.checking.result import CheckedFile, CheckedPost, CheckResult, Finding
    from kb.citations.flag import Rule

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
FINGERPRINT = "kbCheck/v1"


def to_text(result: CheckResult) -> str:
    """The log that ``kb check --format sarif`` prints."""
    return dump_json(to_data(result)) + "\n"


def to_data(result: CheckResult) -> dict[str, Any]:
    """The log, one run."""
    used = dict.fromkeys(finding.rule for finding in result.findings(suppressed=True))
    known = {rule.id: rule for rule in result.rules}
    rules = [*known, *(rule for rule in used if rule not in known)]
    places = {rule: index for index, rule in enumerate(rules)}
    seen: Counter[str] = Counter()
    results = [_result(file, post, finding, places, seen) for file, post, _, finding in result.walk()]
    run = {
        "tool": {
            "driver": {
                "name": "kb check",
                "version": _version(),
                "rules": [_rule(rule, known.get(rule)) for rule in rules],
            }
        },
        "invocations": [
            {
                "executionSuccessful": not any(file.error for file in result.files),
                "toolExecutionNotifications": [_notification(file) for file in result.files if file.error],
            }
        ],
        "results": results,
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _version() -> str:
    try:
        return version("kb-evidence")
    except PackageNotFoundError:
        return "0"


def _rule(name: str, rule: Rule | None) -> dict[str, Any]:
    title = rule.title if rule else name
    about = rule.about if rule else name
    return {
        "id": name,
        "name": "".join(word.capitalize() for word in name.split("-")),
        "shortDescription": {"text": title},
        "fullDescription": {"text": about},
        "help": {"text": about},
        "defaultConfiguration": {"level": rule.severity.value if rule else "warning"},
    }


def _result(
    file: CheckedFile, post: CheckedPost, finding: Finding, places: dict[str, int], seen: Counter[str]
) -> dict[str, Any]:
    said = sentence(finding) + (f"\n\nFix: {plain(finding.fix)}" if finding.fix else "")
    entry = finding.suppressed
    return {
        "ruleId": finding.rule,
        "ruleIndex": places[finding.rule],
        "level": finding.severity.value,
        "message": {"text": said},
        "locations": [_location(file, post, finding)],
        "partialFingerprints": {FINGERPRINT: _fingerprint(finding, seen)},
        **({"suppressions": [{"kind": "external", "justification": plain(entry.reason)}]} if entry else {}),
        "properties": {
            name: value
            for name, value in (
                ("found", finding.found),
                ("expected", finding.expected),
                ("study", finding.study),
                ("source", finding.source),
                ("basis", finding.basis.value),
                ("line", finding.line),
            )
            if value is not None
        },
    }


def _location(file: CheckedFile, post: CheckedPost, finding: Finding) -> dict[str, Any]:
    """The line only where it is one of the file: elsewhere it counts those of the post's text."""
    physical: dict[str, Any] = {"artifactLocation": {"uri": uri(file.path)}}
    if file.has_lines:
        physical["region"] = {"startLine": max(1, finding.line)}
    title = plain(post.title or post.url or "")
    return {"physicalLocation": physical, **({"logicalLocations": [{"name": title}]} if title else {})}


def _notification(file: CheckedFile) -> dict[str, Any]:
    location = {"physicalLocation": {"artifactLocation": {"uri": uri(file.path)}}}
    return {"level": "error", "message": {"text": plain(file.error or "")}, "locations": [location]}


def uri(path: str) -> str:
    """A path as a URI reference, relative where the path is.

    Examples
    --------
    >>> uri("my drafts/rest: 50%.md"), uri("-")
    ('my%20drafts/rest%3A%2050%25.md', 'stdin')
    """
    if path == "-":
        return "stdin"
    given = Path(path)
    quoted = quote(given.as_posix().encode("utf-8", "surrogatepass"))
    return f"file://{quoted}" if given.is_absolute() else quoted


def _fingerprint(finding: Finding, seen: Counter[str]) -> str:
    """The same as long as sentence, rule and study are the same, wherever they stand; a rank tells equals apart."""
    about = finding.study or finding.link or ""
    key = hashlib.sha256(f"{finding.locator}|{finding.rule}|{about}".encode("utf-8", "replace")).hexdigest()[:32]
    seen[key] += 1
    return f"{key}:{seen[key]}"
