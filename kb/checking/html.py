"""A check as one HTML file for a writer: the sentence and its problems side by side; no script, nothing fetched.

Every word of a checked file is escaped and nothing of it becomes a link, an attribute or a style. The content
security policy of the file allows its own style sheet, by hash, and nothing else.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Iterator
from html import escape as _escape
from importlib.resources import files
from itertools import groupby
from typing import TYPE_CHECKING

from kb.checking.text import VERDICTS, basis, file_problem, heading, suppression_lines
from kb.checking.words import count, plain, shorten
from kb.citations.find_model import tidy

if TYPE_CHECKING:
    from kb.checking.result import CheckedFile, CheckedPost, CheckResult, Finding, Part

_ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]{4,200}(?::\d{1,5})?(?:/[^\s<>\"'()\[\]]{0,500})?")
_SEVERITIES = ("error", "warning", "note")
_NAMES = {"error": "Error", "warning": "Warning", "note": "Note"}
_LONGEST = 3000


def to_text(result: CheckResult) -> str:
    """The file."""
    style = _style()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    body = "\n".join([_head(result), *_filters(result), f"<main>\n{''.join(_posts(result))}</main>"])
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n<meta name="color-scheme" content="light dark">\n'
        f"<title>kb check</title>\n<style>{style}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def _style() -> str:
    return files("kb.checking").joinpath("report.css").read_text(encoding="utf-8")


def escape(text: str) -> str:
    r"""Text of a file for HTML: no markup, no controls, quotes included.

    Examples
    --------
    >>> escape("<b onclick='x'>\x1b[31m")
    '&lt;b onclick=&#x27;x&#x27;&gt;[31m'
    """
    return _escape(plain(text), quote=True)


# --- head -----------------------------------------------------------------------------------------------------------


def _head(result: CheckResult) -> str:
    summary = result.summary
    titles = _titles(result)
    parts = ["<header>", "<h1>Citations and claims</h1>"]
    parts += [f"<p>{escape(line)}</p>" for line in summary.lines if not line.startswith("Fix first")]
    if summary.first:
        items = "".join(
            f"<li>{escape(titles.get(todo.rule, todo.rule))}: {count(todo.number, 'error')}</li>"
            for todo in summary.first
        )
        parts.append(f"<h2>Fix first</h2>\n<ol>{items}</ol>")
    told = [file.error for file in result.files if file.error]
    told += [f"{file.path} {file_problem(p.message)} {p.advice}" for file in result.files for p in file.problems]
    told += [*suppression_lines(result), *result.notes]
    if told:
        parts.append("<ul class=notes>" + "".join(f"<li>{escape(line)}</li>" for line in told) + "</ul>")
    parts.append(_contents(result))
    return "\n".join([*(part for part in parts if part), "</header>"])


def _titles(result: CheckResult) -> dict[str, str]:
    """Rules in words."""
    return {rule.id: rule.title for rule in result.rules}


def _contents(result: CheckResult) -> str:
    """A list of the posts when there are several."""
    posts = [post for _, post in _with_findings(result)]
    if len(posts) < 2:
        return ""
    items = "".join(
        f'<li><a href="#p{number}">{escape(shorten(post.title or post.url or "without a title", 120))}</a>'
        f" <small>{_numbers(post)}</small></li>"
        for number, post in enumerate(posts, start=1)
    )
    return f"<details open><summary>{count(len(posts), 'post')} with findings</summary>\n<ol>{items}</ol></details>"


def _numbers(post: CheckedPost) -> str:
    found = [finding for _, finding in post.findings()]
    told = [
        count(number, name)
        for name in _SEVERITIES
        if (number := sum(finding.stands and finding.severity.value == name for finding in found))
    ]
    if hidden := sum(not finding.stands for finding in found):
        told.append(f"{hidden} suppressed")
    return ", ".join(told)


def _filters(result: CheckResult) -> Iterator[str]:
    """Check boxes before the posts: the style sheet hides what is not ticked."""
    findings = list(result.findings(suppressed=True))
    numbers = {name: sum(f.stands and f.severity.value == name for f in findings) for name in _SEVERITIES}
    numbers["suppressed"] = sum(not finding.stands for finding in findings)
    shown = {**_NAMES, "suppressed": "Suppressed"}
    if not findings:
        return
    yield '<p class="show">Show</p>'
    for name, number in numbers.items():
        box = f'<input type="checkbox" id="show-{name}" checked><label for="show-{name}">{shown[name]} {number}</label>'
        yield box if number else ""


# --- posts ----------------------------------------------------------------------------------------------------------


def _with_findings(result: CheckResult) -> list[tuple[CheckedFile, CheckedPost]]:
    return [(file, post) for file in result.files for post in file.posts if next(post.findings(), None)]


def _posts(result: CheckResult) -> Iterator[str]:
    titles = _titles(result)
    for number, (file, post) in enumerate(_with_findings(result), start=1):
        rows = list(_rows(post))
        kinds = {kind for row in rows for kind in _kinds(finding for _, found in row for finding in found)}
        yield f'<section id="p{number}" class="{_group(kinds)}">\n<h2>{escape(post.title or "Without a title")}</h2>\n'
        where = heading(file, post) if not post.title else f"{file.path} {f'({post.date})' if post.date else ''}"
        yield f'<p class="where">{escape(where)}{f"<br>{escape(post.url)}" if post.url else ""}</p>\n'
        for row in rows:
            yield _row(post, row, titles, numbered=file.has_lines)
        yield "</section>\n"


Row = list[tuple["Part", tuple["Finding", ...]]]


def _rows(post: CheckedPost) -> Iterator[Row]:
    """Parts with findings, those of one sentence together."""
    parts = [part for part in post.parts if part.findings]
    for _, group in groupby(parts, key=lambda part: (part.place.block, part.place.locator)):
        yield [(part, part.findings) for part in group]


def _kinds(findings: Iterable[Finding]) -> set[str]:
    return {finding.severity.value if finding.stands else "suppressed" for finding in findings}


def _group(kinds: set[str]) -> str:
    """The class by which a row is hidden when none of its kinds is shown, e.g. ``of-error-note``."""
    return "of-" + "-".join(name for name in (*_SEVERITIES, "suppressed") if name in kinds)


def _row(post: CheckedPost, row: Row, titles: dict[str, str], *, numbered: bool) -> str:
    findings = [finding for _, found in row for finding in found]
    line = findings[0].line
    cards = "\n".join(_card(finding, titles) for finding in findings)
    return (
        f'<article class="{_group(_kinds(findings))}">\n'
        f'<div class="said"><small>line {line}{"" if numbered else " of the text"}</small>\n'
        f"<blockquote>{_marked(post, [part for part, _ in row])}</blockquote></div>\n"
        f'<div class="found">\n{cards}\n</div>\n</article>\n'
    )


def _marked(post: CheckedPost, parts: list[Part]) -> str:
    """The sentences, with the citations that the findings are about marked."""
    from kb.checking.result import CheckedStatement

    text = post.text.blocks[parts[0].place.block].text
    begin = min(part.place.context[0] for part in parts)
    end = max(part.place.context[1] for part in parts)
    cut = end - begin > _LONGEST
    end = min(end, begin + _LONGEST)
    shown, position = [], begin
    spans = sorted({(p.place.start, p.place.end) for p in parts if not isinstance(p, CheckedStatement)})
    for start, stop in spans:
        if position <= start < stop <= end:
            shown += [escape_part(text[position:start]), f"<mark>{escape_part(text[start:stop])}</mark>"]
            position = stop
    return "".join([*shown, escape_part(text[position:end])]) + (" ..." if cut else "")


def escape_part(text: str) -> str:
    """As :func:`escape`, blanks at both ends kept."""
    inner = escape(tidy(text))
    return f"{' ' if text[:1].isspace() else ''}{inner}{' ' if text[-1:].isspace() and inner else ''}"


# --- findings -------------------------------------------------------------------------------------------------------


def _card(finding: Finding, titles: dict[str, str]) -> str:
    kind = finding.severity.value if finding.stands else "suppressed"
    badge = _NAMES[finding.severity.value] if finding.stands else "Suppressed"
    title = f"{escape(titles[finding.rule])} " if finding.rule in titles else ""
    parts = [
        f'<div class="card {kind}">',
        f'<p><strong class="badge">{badge}</strong> {title}<code>{escape(finding.rule)}</code></p>',
        f"<p>{escape(finding.message + basis(finding))}</p>",
        _sides(finding),
    ]
    if finding.suppressed:
        until = f" (until {finding.suppressed.until})" if finding.suppressed.until else ""
        parts.append(f"<p>Left as it is: {escape(finding.suppressed.reason)}{until}</p>")
    elif finding.fix:
        label = "Paste this" if is_citation(finding) else "Possible wording"
        parts.append(f'<p class="label">{label}</p>\n<pre>{_lines(finding.fix)}</pre>')
        parts.append(_addresses(finding.fix))
    if finding.source:
        parts.append(f'<p class="source">Source: {escape(finding.source)}</p>')
    if finding.stands:
        parts.append(_leave(finding))
    return "\n".join([*(part for part in parts if part), "</div>"])


def is_citation(finding: Finding) -> bool:
    """Whether it is about a citation or link, so that its fix takes the place of what stands there."""
    from kb.citations.rules import RULES

    return finding.rule in RULES


def _sides(finding: Finding) -> str:
    judged = finding.rule in VERDICTS
    told = not is_citation(finding) and finding.expected is not None and finding.expected in finding.message
    right = None if told else finding.expected
    pairs = [("Claim" if judged else "Here", finding.found), ("Study" if judged else "Right", right)]
    rows = "".join(f"<dt>{name}</dt><dd>{escape(value)}</dd>" for name, value in pairs if value)
    return f"<dl>{rows}</dl>" if rows else ""


def _addresses(fix: str) -> str:
    """Addresses of a fix as links to open; only http and https."""
    found = dict.fromkeys(match[0].rstrip(".,;:") for match in _ADDRESS.finditer(plain(fix)))
    attributes = 'rel="noopener noreferrer nofollow"'
    links = " ".join(
        f'<a href="{_escape(address, quote=True)}" {attributes}>{escape(shorten(address, 90))}</a>' for address in found
    )
    return f'<p class="open">Open: {links}</p>' if links else ""


def _leave(finding: Finding) -> str:
    """The entry that suppresses it, to paste."""
    lines = [f"- rule: {finding.rule}"]
    if finding.locator:
        lines.append(f"  locator: {finding.locator[:16]}")
    if finding.study:
        lines.append(f"  study: {finding.study}")
    lines.append("  reason: ")
    shown = _lines("\n".join(lines))
    return f"<details><summary>Leave it as it is</summary><p>In kb-check.yaml:</p><pre>{shown}</pre></details>"


def _lines(text: str) -> str:
    """Lines for a block that keeps them, their indents kept."""
    return "\n".join(" " * (len(line) - len(line.lstrip(" "))) + escape(line) for line in text.split("\n"))
