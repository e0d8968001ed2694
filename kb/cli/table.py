"""``kb table``."""

from __future__ import annotations

from pathlib import Path

import click

from kb.cli.common import EVIDENCE, formats, open_base_at


@click.command()
@click.option("--condition", help="Condition, narrower ones included.")
@click.option("--intervention", help="Intervention or comparator, narrower ones included.")
@click.option("--outcome", help="Outcome, narrower ones included.")
@click.option("--population", help="Population, narrower ones included.")
@click.option("--post", help="Only studies that this post cites or rests on.")
@click.option("--claims", is_flag=True, help="With --post: what it claims against what was found.")
@EVIDENCE
@formats("md", "csv", "json")
def table(
    condition: str | None,
    intervention: str | None,
    outcome: str | None,
    population: str | None,
    post: str | None,
    claims: bool,
    evidence: Path | None,
    format_: str,
) -> None:
    """Make an evidence table, a row a finding, to paste or to read."""
    from kb.tables import FORMATS, claims_table

    if claims and not post:
        message = "--claims needs --post"
        raise click.UsageError(message)
    if not any((condition, intervention, outcome, population, post)):
        message = "name at least one of --condition, --intervention, --outcome, --population, --post"
        raise click.UsageError(message)
    base = open_base_at(evidence)
    if claims and post:
        made = claims_table(base.corpus, base.resolve(post, "post").id, base.notices)
    else:
        made = base.table(
            condition=condition, intervention=intervention, outcome=outcome, population=population, post=post
        )
    click.echo(FORMATS[format_](made), nl=False)
