"""``kb check``: every wrong citation and overstated claim of a draft, page or export, with the fix."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kb.cli.common import EVIDENCE, FOUND_PROBLEMS, USAGE, formats

if TYPE_CHECKING:
    from kb.checking.result import CheckResult


@click.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@formats("text", "json", "html", "sarif", "github")
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
    evidence: Path | None,
) -> None:
    """Check the citations and claims of drafts, pages and exports against the base.

    FILE is an RSS, WordPress or Atom export, HTML, Markdown, DOCX or plain text; `-` reads standard input. Nothing in
    a file is run, fetched or opened.

    Exit status: 0 nothing at or above --fail-on stands, 1 something does, 2 a file could not be read (the others are
    still reported) or wrong usage.
    """
    from kb.base import check as check_files
    from kb.problems import EvidenceError

    try:
        result = check_files(
            files, evidence=evidence, online=online, ignore=ignore, only=only, suppressions=suppressions
        )
    except EvidenceError as error:  # nothing was checked, which must not look like a finding
        click.echo(f"kb: {error}", err=True)
        sys.exit(USAGE)
    _echo_problems(result)
    _write(_rendered(result, format_, to_terminal=output is None), output)
    if output is not None:
        for line in result.summary.lines:
            click.echo(line, err=True)
    if result.summary.unread:
        sys.exit(USAGE)
    if result.fails(fail_on):
        sys.exit(FOUND_PROBLEMS)


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
    module = import_module(f"kb.checking.{'as_json' if format_ == 'json' else format_}")
    text: str = module.to_text(result)
    return text


def _write(text: str, output: Path | None) -> None:
    """Print the report, or write it as UTF-8 whatever the system's encoding is."""
    data = text.encode("utf-8", "replace")
    if output is None:
        click.echo(data, nl=False)
    else:
        output.write_bytes(data)
