"""``kb check``: every wrong citation and overstated claim of a draft, page or export, with the fix."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kb.cli.common import EVIDENCE, FOUND_PROBLEMS, USAGE, formats

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kb.base import Base
    from kb.checking.check import Source
    from kb.checking.corrected import Corrected
    from kb.checking.result import CheckResult

_LARGEST = 64 << 20
"""Bytes of a file from which on it is read by the check alone: no corrected file is made of it."""


@click.command(short_help="Wrong citations and overstated claims of a draft, with the fix.")
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@formats("text", "json", "html", "sarif", "github", "patch")
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "note", "never"]),
    default="error",
    show_default=True,
    help="Exit with status 1 when a finding of this severity or a worse one stands.",
)
@click.option("--online", is_flag=True, help="Ask PubMed for links and studies that the base does not know.")
@click.option("--ignore", multiple=True, metavar="RULE", help="Leave out the findings of a rule; repeatable.")
@click.option("--only", multiple=True, metavar="RULE", help="Only the findings of a rule; repeatable.")
@click.option(
    "--suppressions",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Findings that stay as they are, with reasons. [default: kb-check.yaml beside the evidence]",
)
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write the report here."
)
@click.option(
    "--corrected",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="OUT",
    help="Write FILE with its certain changes here.",
)
@click.option("--in-place", is_flag=True, help="Write the certain changes into FILE itself.")
@click.option(
    "--style",
    default="vancouver",
    show_default=True,
    metavar="STYLE",
    help="Of the references of --format patch: vancouver, ama, apa, or a .csl file.",
)
@EVIDENCE
def check(  # noqa: PLR0913 - a parameter an option
    *,
    files: tuple[str, ...],
    format_: str,
    fail_on: str,
    online: bool,
    ignore: tuple[str, ...],
    only: tuple[str, ...],
    suppressions: Path | None,
    output: Path | None,
    corrected: Path | None,
    in_place: bool,
    style: str,
    evidence: Path | None,
) -> None:
    """Check the citations and claims of drafts, pages and exports against the base.

    FILE is an RSS, WordPress or Atom export, HTML, Markdown, DOCX or plain text; `-` reads standard input. Nothing in
    a file is run, fetched or opened.

    Exit status: 0 nothing at or above --fail-on stands, 1 something does, 2 a file could not be read (the others are
    still reported) or wrong usage.
    """
    from kb.base import open_base
    from kb.problems import EvidenceError

    if "" in files:
        message = "a FILE is empty: was a variable not set?"
        raise click.UsageError(message)
    target = _target(files, corrected, in_place=in_place)
    given = read_all(files) if target is not None or format_ in {"json", "patch"} else list(files)
    try:
        base = open_base(evidence)
        result = base.check(given, online=online, ignore=ignore, only=only, suppressions=suppressions)
    except EvidenceError as error:  # nothing was checked, which must not look like a finding
        click.echo(f"kb: {error}", err=True)
        sys.exit(USAGE)
    changed = _changed(result, given)
    _echo_problems(result)
    if target is not None:
        _write_corrected(changed, target)
    if format_ == "json":
        from kb.checking import as_json

        text = as_json.to_text(result, changed)
    elif format_ == "patch":
        text = _patch(base, result, changed, style, to_terminal=output is None)
    else:
        text = _rendered(result, format_, to_terminal=output is None)
    _write(text, output)
    if output is not None:
        for line in result.summary.lines:
            click.echo(line, err=True)
    if result.summary.unread:
        sys.exit(USAGE)
    if result.fails(fail_on):
        sys.exit(FOUND_PROBLEMS)


def _target(files: Sequence[str], corrected: Path | None, *, in_place: bool) -> Path | None:
    """Where the corrected file goes; None when none was asked for."""
    if corrected is None and not in_place:
        return None
    if corrected is not None and in_place:
        message = "--corrected and --in-place are two ways: give one"
        raise click.UsageError(message)
    if len(files) != 1:
        message = "a corrected file is made of one FILE at a time"
        raise click.UsageError(message)
    if in_place and files[0] == "-":
        message = "standard input has no place: give --corrected OUT"
        raise click.UsageError(message)
    if corrected is not None and files[0] != "-" and corrected.resolve() == Path(files[0]).resolve():
        message = f"{corrected} is the file itself: give --in-place if that is meant"
        raise click.UsageError(message)
    return corrected if corrected is not None else Path(files[0])


def read_all(files: Sequence[str]) -> list[Source]:
    """The files with their bytes, so that what is corrected is what was checked; what cannot be read stays a path."""
    given: list[Source] = []
    for name in dict.fromkeys(files):
        try:
            data = sys.stdin.buffer.read() if name == "-" else _bytes(Path(name))
        except (OSError, ValueError):  # the check says why
            data = None
        given.append(name if data is None else (name, data))
    return given


def _bytes(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() and path.stat().st_size <= _LARGEST else None


def _changed(result: CheckResult, given: Sequence[Source]) -> tuple[Corrected, ...]:
    """The changes of the files whose bytes are at hand."""
    data = {source[0]: source[1] for source in given if isinstance(source, tuple)}
    if not data:
        return ()
    from kb.checking.corrected import correct

    return correct(result, data)


def _write_corrected(changed: Sequence[Corrected], target: Path) -> None:
    """Write the corrected file, or say why there is none."""
    from kb.files import write_whole
    from kb.problems import KbError

    if not changed:  # the file could not be read, which is told
        return
    one = changed[0]
    if one.data is None:
        raise KbError(f"{one.path}: {one.why_not} No corrected file was written; see --format patch.")
    write_whole(target, one.data)
    applied, left = len(one.applied), len(one.undecided)
    click.echo(f"{target}: {applied} change{'' if applied == 1 else 's'} made, {left} to decide", err=True)


def _patch(base: Base, result: CheckResult, changed: Sequence[Corrected], style: str, *, to_terminal: bool) -> str:
    from kb.checking.corrected_patch import cited, for_terminal, to_text

    text = to_text(changed, base.cite(cited(result), style=style))
    return for_terminal(text) if to_terminal and sys.stdout.isatty() else text


def _echo_problems(result: CheckResult) -> None:
    from kb.checking.text import problems

    for line in problems(result):
        click.echo(f"kb: {line}", err=True)


def _rendered(result: CheckResult, format_: str, *, to_terminal: bool) -> str:
    """The report in a format; each is imported when it is chosen."""
    from importlib import import_module

    if format_ == "text" and to_terminal and sys.stdout.isatty():
        import os
        from shutil import get_terminal_size

        from kb.checking.text import terminal, to_text

        return to_text(result, terminal(get_terminal_size().columns, colour="NO_COLOR" not in os.environ))
    module = import_module(f"kb.checking.{format_}")
    text: str = module.to_text(result)
    return text


def _write(text: str, output: Path | None) -> None:
    """Print the report, or write it as UTF-8 whatever the system's encoding is."""
    data = text.encode("utf-8", "replace")
    if output is None:
        click.echo(data, nl=False)
    else:
        from kb.files import write_whole

        write_whole(output, data)
