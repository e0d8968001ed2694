"""Save a view as a report: the notebook ``report`` is run for it, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kb.notebook.explorer.view import file_name

if TYPE_CHECKING:
    from kb.base import Base
    from kb.notebook.explorer.view import View

_LONGEST = 600
"""Seconds after which a report is given up."""
_LARGEST = 20_000_000
"""Bytes up to which a report is handed to the browser to be downloaded."""


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of a report: the notebook, or why there is none, in words."""

    path: Path | None
    error: str = ""

    def data(self) -> dict[str, Any]:
        """For the page: where it landed, and the notebook itself to download."""
        if self.path is None:
            return {"error": self.error}
        notebook = self.path.read_text(encoding="utf-8") if self.path.stat().st_size <= _LARGEST else None
        return {
            "path": str(self.path),
            "home": str(Path.home()),
            "name": self.path.name,
            "folder": str(self.path.parent),
            "notebook": notebook,
        }


def folder_of(base: Base) -> Path:
    """Where reports go: ``runs`` in the build folder, as with ``kb run``."""
    build = os.environ.get("KB_BUILD")
    return (Path(build) if build else base.root.absolute().parent / "build").absolute() / "runs"


def command_of(base: Base, view: View, target: Path) -> list[str]:
    """The command that makes the report on a view.

    Examples
    --------
    >>> import kb
    >>> from kb.notebook.explorer.view import View
    >>> command_of(kb.open(), View(condition="gout", years_from=2015), Path("r.ipynb"))[4:10]
    ['report', '-p', 'condition', 'gout', '-p', 'years_from']
    """
    given = [word for name, value in view.as_dict().items() for word in ("-p", name, str(value))]
    root = str(base.root.absolute())
    kb = [sys.executable, "-c", "from kb.cli import main; main()"]
    return [*kb, "run", "report", *given, "--evidence", root, "--output", str(target)]


def save(base: Base, view: View) -> Saved:
    """Make the report on a view and wait for it."""
    target = folder_of(base) / file_name(view)
    try:
        done = subprocess.run(  # noqa: S603 - our own command, no shell
            command_of(base, view, target), capture_output=True, text=True, check=False, timeout=_LONGEST
        )
    except subprocess.TimeoutExpired:
        return Saved(None, f"The report was given up after {_LONGEST // 60} minutes.")
    except OSError as error:
        return Saved(None, f"The report could not be started: {error}.")
    if done.returncode == 0 and target.is_file():
        return Saved(target)
    said = done.stderr.strip() or done.stdout.strip() or f"kb run ended with {done.returncode} and said nothing"
    return Saved(None, said.removeprefix("kb: "))


def save_later(base: Base, view: View, then: Callable[[Saved], None]) -> threading.Thread:
    """Make the report in another thread; ``then`` is called in that thread when it is done."""
    thread = threading.Thread(target=lambda: then(save(base, view)), name="kb-report", daemon=True)
    thread.start()
    return thread
