"""``kb export``."""

from __future__ import annotations

from pathlib import Path

import click

from kb.cli.common import EVIDENCE, open_base_at

_NAMES = (
    "bibtex", "ris", "csljson", "graphml", "jsonld", "shacl", "fhir", "sqlite", "datasette", "parquet", "xlsx",
    "dictionary", "dictionary-md",
)  # fmt: skip
"""As in kb.exports.FORMATS, which is loaded when a format was chosen; a test holds the two equal."""


@click.command(short_help="The whole base for other tools: SQLite, FHIR, BibTeX ...")
@click.argument("format_", metavar="FORMAT", type=click.Choice([*_NAMES, "all"]))
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="File to write, or the folder of 'all'. [default: stdout]"
)
@click.option("--answers/--no-answers", default=True, help="Work out what the findings add up to. [default: yes]")
@EVIDENCE
def export(format_: str, output: Path | None, answers: bool, evidence: Path | None) -> None:
    """Write the whole base for another tool.

    FORMAT is bibtex, ris or csljson (references), graphml, jsonld (with shacl), fhir, sqlite (with datasette),
    parquet, xlsx, dictionary (dictionary-md to read), or all, which writes every one into a folder.
    """
    from kb.exports import FORMATS, export_all, render
    from kb.exports import export as write

    if format_ == "all" and output is None:
        message = "'all' needs -o FOLDER"
        raise click.UsageError(message)
    if output is None and not FORMATS[format_].is_text:
        message = f"{format_} is no text: name a file with -o, e.g. -o {FORMATS[format_].file}"
        raise click.UsageError(message)
    base = open_base_at(evidence)
    if format_ == "all" and output is not None:
        for path in export_all(base, output, answers=answers):
            click.echo(path)
    elif output is not None:
        click.echo(write(base, format_, output, answers=answers))
    else:
        click.echo(render(base, format_, answers=answers), nl=False)
