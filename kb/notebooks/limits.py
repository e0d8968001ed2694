"""What one notebook may use: time, memory, output; and how much it does use, as Linux tells."""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_MIB = 1 << 20
_NAMES = {"seconds": "KB_NOTEBOOK_SECONDS", "memory": "KB_NOTEBOOK_MIB", "output": "KB_NOTEBOOK_OUTPUT_MIB"}
_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36


@dataclass(frozen=True, slots=True)
class Limits:
    """What one notebook may use.

    Parameters
    ----------
    seconds
        Time from start to end.
    memory
        Bytes beyond what a warm process has loaded, all of its processes together.
    output
        Bytes that its cells may show together.
    """

    seconds: float = 300.0
    memory: int = 2048 * _MIB
    output: int = 64 * _MIB

    @staticmethod
    def usual() -> Limits:
        """The limits of this machine: ``KB_NOTEBOOK_SECONDS``, ``KB_NOTEBOOK_MIB`` and ``KB_NOTEBOOK_OUTPUT_MIB``.

        Examples
        --------
        >>> Limits.usual().output >> 20
        64
        """
        given: dict[str, float] = {}
        for name, variable in _NAMES.items():
            with contextlib.suppress(KeyError, ValueError):
                given[name] = float(os.environ[variable])
        usual = Limits()
        return Limits(
            given.get("seconds", usual.seconds),
            int(given["memory"] * _MIB) if "memory" in given else usual.memory,
            int(given["output"] * _MIB) if "output" in given else usual.output,
        )


def size_words(size: int) -> str:
    """A size as a person reads it.

    Examples
    --------
    >>> size_words(2048 << 20), size_words(64 << 20), size_words(1000)
    ('2 GiB', '64 MiB', '1000 bytes')
    """
    for unit, name in ((1 << 30, "GiB"), (_MIB, "MiB")):
        if size >= unit:
            return f"{size / unit:.3g} {name}"
    return f"{size} bytes"


def limit_data(more: int) -> None:
    """Let this process and those it starts have so much more private memory; Linux only, elsewhere nothing.

    ``RLIMIT_AS`` would count address space that threads reserve and never use. A cell that asks for too much gets a
    ``MemoryError`` at the place where it asks.
    """
    if sys.platform != "linux":
        return
    import resource

    now = _status(os.getpid(), "VmData")
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        wanted = now + more
        if now and (hard == resource.RLIM_INFINITY or wanted < hard):
            resource.setrlimit(resource.RLIMIT_DATA, (wanted, hard))


def resident(pid: int) -> int:
    """Bytes that a process has in memory; 0 when it is gone or nothing is known."""
    return _status(pid, "VmRSS")


def _status(pid: int, field: str) -> int:
    with contextlib.suppress(OSError, ValueError, IndexError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith(field + ":"):
                return int(line.split()[1]) * 1024
    return 0


def children(pid: int) -> list[int]:
    """Direct children of a process; none where the system does not tell."""
    found: list[int] = []
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            with contextlib.suppress(OSError, ValueError):
                found += map(int, (task / "children").read_text().split())
    return found


def descendants(pid: int) -> Iterator[int]:
    """All processes below a process."""
    for child in children(pid):
        yield child
        yield from descendants(child)


def command(pid: int) -> str:
    """The command line of a process, shortened."""
    with contextlib.suppress(OSError):
        words = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        return f"{words[:57]}..." if len(words) > 60 else words
    return ""


def environment_of(pid: int, name: str) -> str:
    """A variable of the environment that a process was started with; empty when unknown."""
    with contextlib.suppress(OSError):
        start = f"{name}=".encode()
        for item in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0"):
            if item.startswith(start):
                return item[len(start) :].decode(errors="replace")
    return ""


def die_with_parent() -> None:
    """Ask Linux to kill this process when its parent is killed; elsewhere do nothing."""
    _prctl(_PR_SET_PDEATHSIG, 9)


def adopt_orphans() -> None:
    """Ask Linux to give this process the orphans among its descendants; elsewhere do nothing."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(option, value, 0, 0, 0)
