"""``kb synthesize``: the pooled effect of a question of the base, or of a file of effects."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kb.cli.common import EVIDENCE, open_base_at

if TYPE_CHECKING:
    from kb.synthesis.data import DataSet
    from kb.synthesis.pool import Pooled


_FORMATS = ("text", "json", "md", "html", "svg")


@click.command(short_help="Best estimates for a question, how sure, and who disagrees.")
@click.option("--condition", help="Condition, narrower ones included.")
@click.option("--intervention", help="Intervention, narrower ones included.")
@click.option("--outcome", help="Outcome, narrower ones included.")
@click.option("--comparator", help="Only against this one. [default: all, each by itself]")
@click.option("--timepoint", help="short, medium, long, or e.g. '12 weeks'. [default: all, each by itself]")
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    help="A CSV file instead: yi with vi or sei, estimates with intervals, or arm statistics.",
)
@click.option("--measure", help="With --data: what to compute (MD, SMD, RR, OR, RD, ...), or what yi is.")
@click.option("--method", default="REML", show_default=True, help="With --data: REML, DL or EE (common effect).")
@click.option("--hksj/--no-hksj", default=True, show_default=True, help="With --data: Hartung-Knapp interval.")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file.")
@EVIDENCE
@click.option("--format", "format_", type=click.Choice(_FORMATS), help="[default: by the file's name, else text]")
def synthesize(
    data: Path | None,
    measure: str | None,
    method: str,
    hksj: bool,
    output: Path | None,
    evidence: Path | None,
    format_: str | None,
    **question: str | None,
) -> None:
    """Answer a question with numbers: the best estimates, how sure they are and why, who disagrees.

    Of the base: `kb synthesize --condition "tennis elbow" --intervention shockwave --outcome pain`. Of your own data:
    `kb synthesize --data trials.csv --measure RR`.
    """
    asked = {name: value for name, value in question.items() if value is not None}
    ending = output.suffix[1:].lower() if output is not None else ""
    made_as = format_ or (ending if ending in _FORMATS else "text")
    if data is not None:
        if asked:
            raise click.UsageError(f"--data stands alone: leave out --{next(iter(asked))}")
        made = _of_data(data, measure, method, made_as, hksj=hksj)
    else:
        missing = [f"--{name}" for name in ("condition", "intervention", "outcome") if name not in asked]
        if missing:
            raise click.UsageError(f"give {', '.join(missing)}, or --data FILE")
        made = _of_base(evidence, asked, made_as)
    if output is not None:
        from kb.files import write_whole

        write_whole(output, made.encode("utf-8", "replace"))
    else:
        click.echo(made.encode("utf-8", "replace"), nl=False)


def _of_data(path: Path, measure: str | None, method: str, format_: str, *, hksj: bool) -> str:
    from kb.synthesis import data
    from kb.synthesis.pool import method_of, pool

    try:
        chosen = method_of(method)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    found = data.read(path, measure)
    pooled = pool(found.effects, method=chosen, hksj=hksj)
    return _rendered_data(found, pooled, format_)


def _rendered_data(found: DataSet, pooled: Pooled, format_: str) -> str:
    from kb.answers import picture, report

    if format_ == "json":
        return _json({**pooled.as_dict(), "file": found.path, "layout": found.layout, "left_out": found.left_out})
    if format_ in {"text", "md"}:
        return report.data_text(found, pooled, markdown=format_ == "md")
    from kb import figures

    forest = picture.forest_of_pool(Path(found.path).name, pooled)
    drawn = figures.draw_forest(forest, figures.WIDE)
    if format_ == "svg":
        return drawn
    from kb.notebook.html import standalone

    return standalone(forest.title, [drawn, *(f"<p>{line}</p>" for line in _escaped(report.pool_lines(pooled)))])


def _escaped(lines: Any) -> list[str]:  # noqa: ANN401 - an iterable of text
    from kb.notebook.html import escape

    return [escape(line) for line in lines]


def _of_base(evidence: Path | None, asked: dict[str, Any], format_: str) -> str:
    from kb.answers import picture, report

    base = open_base_at(evidence)
    found = base.answer(**asked)
    if format_ == "json":
        return _json(report.to_data(base.corpus, found))
    if format_ == "text":
        return report.to_text(base.corpus, found)
    if format_ == "md":
        return report.to_markdown(base.corpus, found)
    if format_ == "html":
        from kb.notebook.comparison_page import ComparisonPage
        from kb.notebook.html import standalone

        page = ComparisonPage(base, found.question, up=None)
        return standalone(page.title().text, [block.html for block in page.blocks()])
    from kb import figures

    made = picture.forests(base.corpus, found)
    if not made:
        click.echo("kb: no comparable estimate in the base: nothing to draw", err=True)
        sys.exit(1)
    return figures.draw_forest(made[0], figures.WIDE)


def _json(data: dict[str, Any]) -> str:
    import json

    return json.dumps(data, ensure_ascii=False, indent=2, default=str) + "\n"
