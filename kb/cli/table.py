"""``kb table``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kb.cli.common import EVIDENCE, open_base_at, wrote

if TYPE_CHECKING:
    from kb.tables.as_docx import Page

_FORMATS = ("md", "html", "csv", "xlsx", "docx", "latex", "json")
_KINDS = ("evidence", "characteristics", "summary", "claims", "new")


@click.command(short_help="A table to paste: findings, certainty, claims, what is new.")
@click.option(
    "--kind",
    type=click.Choice(_KINDS),
    help="evidence: a row a finding. characteristics: a row a study. summary: of findings, with certainty (GRADE). "
    "claims: what a post claims against what was found. new: what is new. "
    "[default: characteristics for --post alone, else evidence]",
)
@click.option("--condition", help="Condition, narrower ones included.")
@click.option("--intervention", help="Intervention or comparator, narrower ones included.")
@click.option("--outcome", help="Outcome, narrower ones included.")
@click.option("--population", help="Population, narrower ones included.")
@click.option("--comparator", help="For --kind summary: only estimates against it.")
@click.option("--post", help="The table for one post: only studies that it cites or rests on.")
@click.option(
    "--style", default="vancouver", show_default=True, help="Of the references: vancouver, ama, apa, a .csl file."
)
@click.option("--page", type=click.Choice(["a4", "letter"]), default="a4", show_default=True, help="Page of DOCX.")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write this file.")
@click.option("--format", "format_", type=click.Choice(_FORMATS), help="[default: by the file's name, else md]")
@EVIDENCE
def table(
    kind: str | None,
    style: str,
    page: Page,
    output: Path | None,
    format_: str | None,
    evidence: Path | None,
    **asked: str | None,
) -> None:
    """Make a table to paste: of findings, studies, certainty, claims or what is new."""
    from kb.files import write_whole
    from kb.tables.formats import format_of, render

    chosen = _kind(kind, asked)
    made_as = format_ or (format_of(output) if output else "md")
    if output is None and made_as in {"xlsx", "docx"} and _to_a_terminal():
        message = f"{made_as} is not text: give a file to write, e.g. -o table.{made_as}"
        raise click.UsageError(message)
    made = open_base_at(evidence).table(chosen, style=style, **asked)
    data = render(made, made_as, page=page)
    if output is None:
        click.echo(data, nl=False)
        return
    write_whole(output, data)
    wrote(output, len(made.body), "row")


def _to_a_terminal() -> bool:
    return sys.stdout.isatty()


def _kind(kind: str | None, asked: dict[str, str | None]) -> str:
    """The kind that was asked for, or the one that a writer most likely wants."""
    given = {name for name, value in asked.items() if value is not None}
    if not given and kind != "new":
        message = "name at least one of --condition, --intervention, --outcome, --population, --post"
        raise click.UsageError(message)
    if kind == "claims" and given != {"post"}:
        message = "--kind claims needs --post and nothing beside it"
        raise click.UsageError(message)
    if kind is None:
        return "characteristics" if given == {"post"} else "summary" if "comparator" in given else "evidence"
    if "comparator" in given and kind != "summary":
        message = "--comparator goes with --kind summary"
        raise click.UsageError(message)
    return kind
