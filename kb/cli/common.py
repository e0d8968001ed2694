"""What the commands share: options, error messages, printing."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from kb.problems import KbError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from kb.base import Base

Command = TypeVar("Command", bound="Callable[..., Any]")

FOUND_PROBLEMS = 1
USAGE = 2

EVIDENCE = click.option(
    "--evidence",
    type=click.Path(path_type=Path),
    envvar="KB_EVIDENCE",
    help="Evidence folder. [default: the nearest 'evidence' folder]",
)
BUILD = click.option(
    "--build",
    "build_dir",
    type=click.Path(path_type=Path),
    envvar="KB_BUILD",
    help="Folder for everything generated. [default: 'build' beside the evidence]",
)


class Group(click.Group):
    """Turns the library's errors into one message and an exit status, without a traceback."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's own signature
        """Run the command; see the class."""
        try:
            return super().invoke(ctx)
        except KbError as error:
            click.echo(f"kb: {error}", err=True)
            ctx.exit(error.exit_status)
        except BrokenPipeError:
            # The reader of our output has seen enough (`kb list studies | head`).
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(0)
        except OSError as error:
            click.echo(f"kb: {error.strerror or error}{f': {error.filename}' if error.filename else ''}", err=True)
            ctx.exit(USAGE)


def formats(*choices: str) -> Callable[[Command], Command]:
    """The ``--format`` option, first choice as default; its value arrives as ``format_``."""
    return click.option(
        "--format", "format_", type=click.Choice(choices), default=choices[0], show_default=True, help="Output format."
    )


def open_base_at(evidence: Path | None) -> Base:
    """The base of ``--evidence``, or the one found from here."""
    from kb.base import open_base

    return open_base(evidence)


def echo_json(data: object) -> None:
    """Print indented JSON."""
    click.echo(json.dumps(data, ensure_ascii=False, indent=2, default=str))


def joined(value: object) -> object:
    """A tuple as one CSV cell; anything else as it is."""
    return "; ".join(map(str, value)) if isinstance(value, tuple) else value


def echo_rows(columns: Sequence[str], rows: Iterable[dict[str, object]]) -> None:
    """Print rows: a table for a person, tab-separated lines for a pipe."""
    cells = [[_cell(row.get(column)) for column in columns] for row in rows]
    if not sys.stdout.isatty():
        click.echo("\t".join(columns))
        for row in cells:
            click.echo("\t".join(row))
        return
    from rich.console import Console
    from rich.table import Table as RichTable
    from rich.text import Text

    drawn = RichTable(box=None, header_style="bold", pad_edge=False)
    for number, column in enumerate(columns):
        drawn.add_column(column.replace("_", " "), overflow="fold", no_wrap=number == 0)
    for row in cells:
        drawn.add_row(*(Text(cell) for cell in row))
    Console().print(drawn)


def _cell(value: object) -> str:
    if value is None:
        return "unknown"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return " ".join(str(value).split())


def draw_page(page: Any) -> None:  # noqa: ANN401 - kb.show.Page, loaded when used
    """Draw the page of one thing for a person."""
    from rich.console import Console
    from rich.padding import Padding
    from rich.text import Text

    console = Console(width=min(100, Console().width), highlight=False)
    console.print(Text(page.title, style="bold"))
    console.print(Text(f"{page.noun} {page.id}\n", style="dim"))
    for line in page.lead:
        name, colon, rest = line.partition(": ")
        console.print(Text.assemble((name + colon, "bold") if colon and len(name) < 24 else name + colon, rest))
    for section in page.sections:
        console.print(Text(f"\n{section.heading}", style="bold underline"))
        for line in section.lines:
            console.print(Padding(Text.assemble("• ", line), (0, 0, 0, 1)))
