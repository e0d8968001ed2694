"""``kb build --check`` and ``--accept``: what moved on the pages, and taking it."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kb.cli.common import FOUND_PROBLEMS

if TYPE_CHECKING:
    from kb.build import Built

_FILE = click.Path(dir_okay=False, path_type=Path)


def drift_options(command: Callable[..., tuple[Path, Built]]) -> Callable[..., None]:
    """Give a command that builds, and returns its evidence folder and what it built, the options of drift."""

    @click.option("--check", is_flag=True, help="Compare with the accepted facts; exit 1 when anything moved.")
    @click.option("--accept", is_flag=True, help="Take what moved into the accepted facts, in facts/ of the evidence.")
    @click.option("--report", type=_FILE, metavar="FILE.md", help="With --check or --accept: a report as Markdown.")
    @click.option("--junit", type=_FILE, metavar="FILE.xml", help="With --check or --accept: a report as JUnit XML.")
    @functools.wraps(command)
    def with_drift(
        *,
        check: bool,
        accept: bool,
        report: Path | None,
        junit: Path | None,
        only: tuple[str, ...],
        **options: Any,  # noqa: ANN401 - what the command takes
    ) -> None:
        if check and accept:
            message = "choose --check or --accept: --accept says what moved, too"
            raise click.UsageError(message)
        if (report or junit) and not (check or accept):
            message = "--report and --junit need --check or --accept"
            raise click.UsageError(message)
        if only and (check or accept):
            message = "--check and --accept compare all pages: leave out --only"
            raise click.UsageError(message)
        root, made = command(only=only, **options)
        if made.failures:
            click.echo(f"kb: {made.trouble()}", err=True)
        if check or accept:
            _compare(root, made, accept=accept, report=report, junit=junit)
        if made.failures:
            sys.exit(FOUND_PROBLEMS)

    return with_drift


def _compare(root: Path, made: Built, *, accept: bool, report: Path | None, junit: Path | None) -> None:
    """Say what moved between the accepted facts and a build; take it, or end with exit status 1."""
    from kb import drift
    from kb.base import open_base
    from kb.problems import KbError
    from kb.store.writer import write_text

    now = drift.of_build(open_base(root), made.facts)
    try:
        before = drift.load(root)
    except drift.AcceptedError as error:
        if not accept:
            raise
        click.echo(f"kb: {error}", err=True)
        before = None
    found = drift.drift(before, now, [failure.notebook.removesuffix(".ipynb") for failure in made.failures])
    click.echo(drift.to_text(found), nl=False)
    if report is not None:
        write_text(report, drift.to_markdown(found))
    if junit is not None:
        write_text(junit, drift.to_junit(found))
    if accept:
        if made.failures:
            click.echo("kb: nothing was accepted: mend the notebooks that failed, then kb build --accept", err=True)
            return
        if not made.complete:
            message = "the evidence, the templates or kb changed while the build ran: run kb build --accept again"
            raise KbError(message)
        files = drift.save(root, now)
        told = f"{files} file{'' if files == 1 else 's'} changed in {root / drift.FOLDER}"
        click.echo(f"Accepted: {told}; commit them with what caused it." if files else "Nothing to accept.")
    elif found:
        sys.exit(FOUND_PROBLEMS)
