"""What a person sees while notebooks run: a bar on a terminal, plain lines elsewhere; always on standard error."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from kb.notebooks.run import Failure

_EVERY = 5.0
"""Seconds between two plain lines."""


class Reporter:
    """Is told what happens and says nothing; the base of those that do."""

    def say(self, message: str) -> None:
        """Something that a person should know."""

    def start(self, total: int) -> None:
        """So many notebooks are to be run."""

    def done(self, name: str) -> None:
        """A notebook is done."""

    def failed(self, failure: Failure) -> None:
        """A notebook failed."""

    def stop(self) -> None:
        """Nothing runs any more."""


class Lines(Reporter):
    """Plain lines: at the start, every few seconds, at the end."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._total = self._count = 0
        self._spoken = 0.0

    def say(self, message: str) -> None:
        """Write the message."""
        self._stream.write(f"{message}\n")
        self._stream.flush()

    def start(self, total: int) -> None:
        """Write how many."""
        self._total, self._count, self._spoken = total, 0, time.monotonic()
        self.say(f"running {total} notebook{'' if total == 1 else 's'}")

    def done(self, name: str) -> None:  # noqa: ARG002 - a line for every notebook would hide the rest
        """Count, and write now and then."""
        self._count += 1
        if time.monotonic() - self._spoken >= _EVERY or self._count == self._total:
            self._spoken = time.monotonic()
            self.say(f"{self._count} of {self._total} notebooks done")

    def failed(self, failure: Failure) -> None:
        """Write which."""
        self.say(f"failed: {failure.notebook}")


class Bar(Reporter):
    """A progress bar."""

    def __init__(self) -> None:
        self._bar: Progress | None = None
        self._task: TaskID | None = None

    def say(self, message: str) -> None:
        """Write the message above the bar."""
        if self._bar is not None:
            self._bar.console.print(message, highlight=False, markup=False)
        else:
            sys.stderr.write(f"{message}\n")

    def start(self, total: int) -> None:
        """Show the bar."""
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (TextColumn("notebooks"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        self._bar = Progress(*columns, TextColumn("{task.description}"), console=Console(stderr=True))
        self._task = self._bar.add_task("", total=total)
        self._bar.start()

    def done(self, name: str) -> None:
        """Move the bar and name the notebook."""
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, advance=1, description=name)

    def failed(self, failure: Failure) -> None:
        """Write which."""
        self.say(f"failed: {failure.notebook}")

    def stop(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None


def reporter() -> Reporter:
    """A bar when standard error is a terminal, else plain lines."""
    return Bar() if sys.stderr.isatty() else Lines()
