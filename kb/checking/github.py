"""A check as annotations of GitHub Actions: one workflow command a finding."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kb.checking.text import heading, sentence
from kb.checking.words import plain, shorten

if TYPE_CHECKING:
    from kb.checking.result import CheckedFile, CheckedPost, CheckResult, Finding

_COMMAND = {"error": "error", "warning": "warning", "note": "notice"}
_LONGEST = 4000


def to_text(result: CheckResult) -> str:
    """The commands, and the summary in lines that are none.

    A file of which line numbers are not known, such as an export, is annotated as a whole and the line of the post is
    said in words.
    """
    said = [*_unread(result), *_findings(result), *(plain(line) for line in result.summary.lines)]
    return "".join(f"{line}\n" for line in said)


def _unread(result: CheckResult) -> Iterator[str]:
    for file in result.files:
        if file.error is not None:
            yield command("error", plain(file.error), file=file.path, title="kb check: not read")


def _findings(result: CheckResult) -> Iterator[str]:
    for file, post, _, finding in result.walk():
        if finding.stands:
            yield _annotation(file, post, finding)


def _annotation(file: CheckedFile, post: CheckedPost, finding: Finding) -> str:
    words = sentence(finding)
    if not file.has_lines:
        words = f"{heading(file, post)}, line {finding.line} of the text: {words}"
    if finding.fix:
        words += f"\nFix: {plain(finding.fix)}"
    line = {"line": str(max(1, finding.line))} if file.has_lines else {}
    return command(
        _COMMAND[finding.severity.value], shorten(words, _LONGEST), file=file.path, **line, title=f"kb {finding.rule}"
    )


def command(name: str, message: str, **properties: str) -> str:
    r"""A workflow command whose parts cannot end it or begin another.

    Examples
    --------
    >>> command("error", "50 %\n::stop-commands::x", file="a,b:c.md", line="3")
    '::error file=a%2Cb%3Ac.md,line=3::50 %25%0A::stop-commands::x'
    """
    given = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{name} {given}::{_data(message)}"


def _data(text: str) -> str:
    kept = "\n".join(plain(line) for line in text.split("\n"))
    return kept.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(plain(text)).replace(":", "%3A").replace(",", "%2C")
