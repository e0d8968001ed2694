"""A check in lines for a terminal or a pipe: a finding a line, grouped by post, and the summary."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.checking.words import plain, shorten, wrapped
from kb.citations.find_model import tidy

if TYPE_CHECKING:
    from kb.checking.result import CheckedFile, CheckedPost, CheckResult, Finding

_LABEL = 7
VERDICTS = frozenset({"not-supported", "misattributed", "overstated", "partly-supported"})
"""Rules of the curated verdicts: what they found is the claim in our own words."""
_TITLE = 200
_QUOTE = 240
Style = Callable[[str, str], str]
"""Text and a name (``error``, ``warning``, ``note``, ``title``, ``dim``) -> text, perhaps in colour."""


def _bare(text: str, name: str) -> str:
    del name
    return text


@dataclass(frozen=True, slots=True)
class Layout:
    """How lines are drawn.

    Parameters
    ----------
    width
        Columns to wrap at; None leaves a finding on one line.
    style
        Adds colour.
    quotes
        Whether the sentences are quoted above their findings.
    """

    width: int | None = None
    style: Style = _bare
    quotes: bool = False


def to_text(result: CheckResult, layout: Layout | None = None) -> str:
    """The report."""
    return "".join(f"{line}\n" for line in lines(result, layout or Layout()))


def lines(result: CheckResult, layout: Layout) -> Iterator[str]:
    """Lines of the report; nothing of a checked file in them commands a terminal."""
    for file in result.files:
        for post in file.posts:
            yield from _post(file, post, layout)
    for said in suppression_lines(result):
        yield wrapped(plain(said), layout.width, "  ", first="")
    for note in result.notes:
        yield wrapped(plain(note), layout.width, "  ", first="")
    for sentence in result.summary.lines:
        yield wrapped(sentence, layout.width, "  ", first="")


def suppression_lines(result: CheckResult) -> Iterator[str]:
    """What is to be said of entries that suppress nothing."""
    for entry in result.unused:
        yield f"{entry.path}:{entry.line}: this entry suppresses nothing here: no {entry.rule} fits it."
    for entry in result.expired:
        yield f"{entry.path}:{entry.line}: this entry holds no longer; it was valid until {entry.until}."


def _post(file: CheckedFile, post: CheckedPost, layout: Layout) -> Iterator[str]:
    found = list(post.findings())
    if not found:
        return
    yield layout.style(wrapped(heading(file, post), layout.width, "  ", first=""), "title")
    width = max(len(str(finding.line)) for _, finding in found)
    quoted: tuple[int, str | None] | None = None
    fix: tuple[str | None, str | None] = (None, None)
    for part, finding in found:
        place = part.place
        if layout.quotes and quoted != (place.block, place.locator):
            quoted = (place.block, place.locator)
            start, end = place.context
            said = shorten(tidy(plain(post.text.blocks[place.block].text[start:end])), _QUOTE)
            yield layout.style(wrapped(f'"{said}"', layout.width, " " * (4 + width), first=" " * (4 + width)), "dim")
        again = finding.fix is not None and fix == (place.locator, finding.fix)
        fix = (place.locator, finding.fix) if finding.fix else fix
        yield from _finding(finding, width, layout, again=again)
    yield ""


def heading(file: CheckedFile, post: CheckedPost) -> str:
    """File, title and date of a post."""
    name = "standard input" if file.path == "-" else plain(file.path)
    title = shorten(plain(post.title or post.url or ""), _TITLE)
    date = f" ({shorten(plain(post.date), 40)})" if post.date else ""
    return f"{name}: {title}{date}" if title else f"{name}{date}"


def _finding(finding: Finding, width: int, layout: Layout, *, again: bool) -> Iterator[str]:
    label = "ignored" if finding.suppressed else finding.severity.value
    indent = " " * (2 + width + 2 + _LABEL + 2)
    first = f"  {finding.line:>{width}}  {label:<{_LABEL}}  "
    text = f"{sentence(finding)} [{finding.rule}]"
    yield _painted(wrapped(text, layout.width, indent, first=first), label, first, layout)
    if finding.suppressed:
        told = f"suppressed: {plain(finding.suppressed.reason)}"
        yield layout.style(wrapped(told, layout.width, indent + "  ", first=indent), "dim")
        return
    if finding.fix:
        told = "fix: the same" if again else f"fix: {plain(finding.fix)}"
        yield indent + told  # never broken into lines: it is there to be copied


def sentence(finding: Finding) -> str:
    """The message with the claim it judges, and who says so where it is no rule."""
    judged = f"Claim: {plain(finding.found)} Verdict: " if finding.rule in VERDICTS and finding.found else ""
    return judged + plain(finding.message) + basis(finding)


def basis(finding: Finding) -> str:
    """Who says so, where it is no rule."""
    return {"curated": " (curated, not reviewed)", "reviewed": " (reviewed)"}.get(finding.basis.value, "")


def _painted(text: str, label: str, first: str, layout: Layout) -> str:
    start = first.index(label)
    name = "dim" if label == "ignored" else label
    return text[:start] + layout.style(label, name) + text[start + len(label) :]


def problems(result: CheckResult) -> Iterator[str]:
    """Lines for standard error: files that could not be read, or not well."""
    for file in result.files:
        if file.error is not None:
            yield plain(file.error)
        for problem in file.problems:
            yield plain(f"{file.path}: {problem.severity}: {file_problem(problem.message)} {problem.advice}")


def file_problem(message: str) -> str:
    """The message of a problem as a sentence."""
    return message if message.endswith(".") else f"{message}."


def terminal(width: int, *, colour: bool) -> Layout:
    """Layout for a person: at most 100 columns, each sentence above its findings."""
    return Layout(min(width, 100), _coloured if colour else _bare, quotes=True)


def _coloured(text: str, name: str) -> str:
    import click

    styles: dict[str, dict[str, object]] = {
        "error": {"fg": "red", "bold": True},
        "warning": {"fg": "yellow"},
        "note": {"fg": "cyan"},
        "title": {"bold": True},
        "dim": {"dim": True},
    }
    return click.style(text, **styles[name])  # type: ignore[arg-type]
