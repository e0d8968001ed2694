"""``kb.open()`` in a notebook's process: a base that writes down what is read of it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from kb.base import default_evidence
from kb.notebooks.reads import EVERYTHING, Reads, answering, watch_files
from kb.notebooks.recorded import recorded

if TYPE_CHECKING:
    from kb.base import Base

STARTUP = "from kb.notebooks.opened import write_down as _; _({path!r}); del _\n"
"""What a kernel runs first, so that it writes down what its notebook reads."""
_BEGIN = "# what the notebook read"


def replace_open(root: Path, opened: Callable[[], Base]) -> None:
    """Let ``kb.open()`` return ``opened()`` for its own folder, in this process and its forks."""
    load = sys.modules["kb.base"].open_base
    resolved = root.resolve()

    def open_base(evidence: str | os.PathLike[str] | None = None) -> Base:
        if Path(evidence if evidence is not None else default_evidence()).resolve() == resolved:
            return opened()
        base: Base = load(evidence)
        return base

    for module in list(sys.modules.values()):
        if module.__name__.partition(".")[0] == "kb" and getattr(module, "open_base", None) is load:
            setattr(module, "open_base", open_base)  # noqa: B010 - mypy would not let a function be replaced


class _Written(Reads):
    """Names go to a file as soon as they are known: kernels are killed at the end."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.write(self._file, f"{_BEGIN}\n".encode())

    def note(self, *parts: str) -> None:
        before = len(self.names)
        super().note(*parts)
        if len(self.names) != before:
            os.write(self._file, ("/".join(parts).replace("\n", " ") + "\n").encode())


def write_down(path: str) -> None:
    """From now on, write what this process reads of its evidence to a file."""
    load = sys.modules["kb.base"].open_base
    root, reads = default_evidence(), _Written(path)
    made: list[Base] = []

    def opened() -> Base:
        if not made:
            with answering():
                made.append(recorded(load(root), reads))
        return made[0]

    replace_open(root, opened)
    watch_files(root, reads)


def written(path: Path) -> frozenset[str]:
    """What :func:`write_down` wrote; everything when it did not come to that."""
    try:
        begin, *names = path.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return frozenset((EVERYTHING,))
    return frozenset(names) if begin == _BEGIN else frozenset((EVERYTHING,))
