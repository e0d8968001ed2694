"""``kb cite``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kb.cli.common import EVIDENCE, formats, open_base_at, wrote

if TYPE_CHECKING:
    from kb.cite import ReferenceList


@click.command(short_help="References to paste: Vancouver, AMA, APA, any CSL style.")
@click.argument("keys", metavar="KEY...", nargs=-1)
@click.option("--post", metavar="SLUG", help="The references of a post, in the order in which it cites them.")
@click.option(
    "--style", default="vancouver", show_default=True, metavar="STYLE", help="vancouver, ama, apa, or a .csl file."
)
@formats("text", "html", "md", "docx", "json")
@click.option("--in-text", is_flag=True, help="How the text cites each study, before the list.")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write the list here; needed for docx.",
)
@EVIDENCE
def cite(
    keys: tuple[str, ...],
    post: str | None,
    style: str,
    format_: str,
    in_text: bool,
    output: Path | None,
    evidence: Path | None,
) -> None:
    """Write references to paste: Vancouver, AMA 11, APA 7 or any CSL style; retracted studies are marked.

    Numbered styles list the studies in the order given, APA by author. A study that is given twice is listed once.
    """
    if not keys and not post:
        message = "name at least one study, or a post with --post"
        raise click.UsageError(message)
    if format_ == "docx" and output is None:
        message = "--format docx needs -o FILE"
        raise click.UsageError(message)
    if format_ == "docx" and in_text:
        message = "--in-text goes with text, html, md and json"
        raise click.UsageError(message)
    listed = open_base_at(evidence).cite(keys, post=post, style=style)
    for entry in listed.entries:
        for mark in entry.marks:
            click.echo(f"kb: {entry.key}: {mark.kind.replace('-', ' ')}, as its reference says", err=True)
    made = listed.render(format_)
    if in_text:
        made = f"{_marks(listed, format_)}{made if isinstance(made, str) else ''}"
    data = made if isinstance(made, bytes) else made.encode("utf-8", "replace")
    if output is None:
        click.echo(data, nl=False)
    else:
        from kb.files import write_whole

        write_whole(output, data)
        wrote(output, len(listed.entries), "reference")


def _marks(listed: ReferenceList, format_: str) -> str:
    """How the text cites each; nothing in JSON, whose references carry it."""
    from kb.cite import written

    makers = {"text": written.marks_text, "html": written.marks_html, "md": written.marks_markdown}
    return f"{makers[format_](listed)}\n" if format_ in makers else ""
