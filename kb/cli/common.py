"""What the commands share: options, error messages, printing."""

from __future__ import annotations

import io
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from kb.problems import KbError, UnknownIdError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from kb.base import Base

Command = TypeVar("Command", bound="Callable[..., Any]")

FOUND_PROBLEMS = 1
USAGE = 2
STOPPED = 130
"""Exit status after Ctrl-C: 128 and the number of the signal, as in every shell."""

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
    """Turns the library's errors into one message and an exit status, without a traceback.

    ``sections`` names the commands under headings, in the order in which help shows them.
    """

    sections: Mapping[str, Sequence[str]] = {}

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands, for whom they are."""
        del ctx
        widest = max(map(len, self.commands))
        for heading, names in self.sections.items():
            with formatter.section(heading):
                formatter.write_dl([(name.ljust(widest), self.commands[name].get_short_help_str(99)) for name in names])

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's own signature
        """Run the command; see the class."""
        _mend_streams()
        try:
            return super().invoke(ctx)
        except KbError as error:
            click.echo(f"kb: {error}{_where_to_look(error)}", err=True)
            ctx.exit(error.exit_status)
        except BrokenPipeError:
            # The reader of our output has seen enough (`kb list studies | head`).
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(0)
        except OSError as error:
            place = f": {error.filename}" if error.filename else ", while something was read or written"
            click.echo(f"kb: {error.strerror or error}{place}", err=True)
            ctx.exit(USAGE)
        except RuntimeError as error:
            if "Symlink loop" not in str(error):  # what pathlib says of a link that leads to itself
                raise
            click.echo(f"kb: a link leads to itself: {error}", err=True)
            ctx.exit(USAGE)
        except KeyboardInterrupt:
            # click's own answer is 1, which means here that problems were found.
            click.echo("kb: stopped", err=True)
            ctx.exit(STOPPED)


def _mend_streams() -> None:
    """Nothing fails because a stream is closed, or because it lacks a letter that a study's title has."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 - for as long as the command runs
        elif mode == "w" and isinstance(stream, io.TextIOWrapper) and stream.errors == "strict":
            stream.reconfigure(errors="replace")


_LISTS = {
    "study": "studies", "finding": "findings", "condition": "conditions", "intervention": "interventions",
    "outcome": "outcomes", "population": "populations", "post": "posts", "claim": "claims", "citation": "citations",
}  # fmt: skip


def _where_to_look(error: KbError) -> str:
    """The command that shows what there is, for a name that is near to none."""
    if not isinstance(error, UnknownIdError) or error.near:
        return ""
    if error.noun in _LISTS:
        return f": `kb list {_LISTS[error.noun]}` shows them all"
    return ": `kb search WORDS` looks for it" if error.given.strip() else ""


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
    """Print indented JSON, as UTF-8 whatever the system's encoding is."""
    click.echo(json.dumps(data, ensure_ascii=False, indent=2, default=str).encode("utf-8", "replace"))


def joined(value: object) -> object:
    """A tuple as one CSV cell; anything else as it is."""
    return "; ".join(map(str, value)) if isinstance(value, tuple) else value


def echo_rows(columns: Sequence[str], rows: Iterable[dict[str, object]]) -> None:
    """Print rows: a table for a person, tab-separated lines for a pipe."""
    cells = [[_cell(row.get(column)) for column in columns] for row in rows]
    if sys.stdout.isatty():
        from kb.cli.screen import draw_rows

        draw_rows(columns, cells)
        return
    click.echo("\t".join(columns))
    for row in cells:
        click.echo("\t".join(row))


def _cell(value: object) -> str:
    if value is None:
        return "unknown"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return " ".join(str(value).split())


def counted(number: int, what: str) -> str:
    """A number of things.

    Examples
    --------
    >>> counted(1, "study"), counted(2, "study"), counted(0, "row")
    ('1 study', '2 studies', '0 rows')
    """
    many = f"{what[:-1]}ies" if what.endswith("y") else f"{what}s"
    return f"{number} {what if number == 1 else many}"


def wrote(path: Path, number: int, what: str) -> None:
    """Say on standard error what was written where."""
    click.echo(f"{path}: {counted(number, what)}", err=True)
