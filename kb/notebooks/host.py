"""A process that runs notebooks for :mod:`kb.notebooks.pool`.

``python -m kb.notebooks.host ENGINE fork|inline EVIDENCE`` reads one JSON object a line from standard input
(``number``, ``job``, ``folder``, ``timeout``) and answers each on standard output with ``number`` and ``failure`` (null
when all is well). With ``fork`` every notebook runs in a fork of its own, several at a time: nothing leaks from one to
the next, and one that hangs, dies or leaves children behind is swept away whole. With ``inline`` (where forking is
impossible) they run here, one after the other, in kernels.

When standard input closes, which also happens when the process that started the host is killed, everything ends.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import io
import json
import os
import selectors
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from kb.notebooks.plan import Job
from kb.notebooks.run import Failure, NotebookFailedError, failed_outside, plain, run_one
from kb.problems import KbError

if TYPE_CHECKING:
    from kb.base import Base

_GRACE = 3.0
"""Seconds that a notebook has to stop its kernel before it is killed."""


def can_fork() -> bool:
    """Whether notebooks can run in forks; macOS can fork, but its system libraries do not survive it."""
    return hasattr(os, "fork") and sys.platform != "darwin"


@dataclass(slots=True)
class _Child:
    """A fork that runs a notebook."""

    number: int
    job: Job
    pipe: int
    deadline: float
    timeout: float


class Host:
    """Runs notebooks in forks until its input closes."""

    def __init__(self, engine: str, evidence: Path, answers: int) -> None:
        self.engine, self.evidence, self.answers = engine, evidence, answers
        self.children: dict[int, _Child] = {}
        self.open = True

    def serve(self) -> None:
        """Fork for every request, report every end."""
        wake, woken = os.pipe()
        for end in (wake, woken):
            os.set_blocking(end, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGTERM, lambda *_: self._stop())
        signal.set_wakeup_fd(woken, warn_on_full_buffer=False)
        selector = selectors.DefaultSelector()
        selector.register(wake, selectors.EVENT_READ)
        selector.register(0, selectors.EVENT_READ)
        rest = b""
        while self.open:
            for key, _ in selector.select(self._patience()):
                if key.fd == wake:
                    with contextlib.suppress(BlockingIOError):
                        os.read(wake, 4096)
                    continue
                received = os.read(0, 65536)
                if not received:
                    self.open = False
                *lines, rest = (rest + received).split(b"\n")
                for line in lines:
                    self._fork(json.loads(line))
            self._reap()
        self._end()

    def _stop(self) -> None:
        self.open = False

    def _patience(self) -> float | None:
        if not self.children:
            return None
        return max(0.0, min(child.deadline for child in self.children.values()) - time.monotonic())

    def _fork(self, request: dict[str, Any]) -> None:
        job, timeout = Job(**request["job"]), float(request["timeout"])
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(reading)
            self._run(job, Path(request["folder"]), writing)
        os.close(writing)
        self.children[pid] = _Child(request["number"], job, reading, time.monotonic() + timeout, timeout)

    def _run(self, job: Job, folder: Path, pipe: int) -> NoReturn:
        """Run a notebook in the fork and leave: the cells' numbers, then the failure, go through the pipe."""
        status = 1
        try:
            os.setpgid(0, 0)
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
            _die_with_parent()
            failure = _attempt(
                job, folder, self.evidence, self.engine, None, lambda index: os.write(pipe, b"%d\n" % index)
            )
            os.write(pipe, (json.dumps(failure) + "\n").encode())
            status = 0
        finally:
            os._exit(status)

    def _reap(self) -> None:
        now = time.monotonic()
        for pid, child in list(self.children.items()):
            late = now >= child.deadline
            if late:
                self._kill(pid, child)
            done, status = os.waitpid(pid, 0 if late else os.WNOHANG)
            if not done:
                continue
            _kill_group(pid, signal.SIGKILL)
            del self.children[pid]
            said = os.read(child.pipe, 1 << 20).decode().split("\n")[:-1]
            os.close(child.pipe)
            self._answer(child, said, status, late=late)

    def _kill(self, pid: int, child: _Child) -> None:
        """End a fork, its kernel included: ask first, so that the kernel is stopped with it."""
        child.deadline = float("inf")
        if self.engine == "kernel":
            _kill_group(pid, signal.SIGTERM)
            patience = time.monotonic() + _GRACE
            while time.monotonic() < patience and not os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
                time.sleep(0.02)
        _kill_group(pid, signal.SIGKILL)

    def _answer(self, child: _Child, said: list[str], status: int, *, late: bool) -> None:
        if said and not said[-1].isdigit():
            failure = json.loads(said[-1])
        else:
            cell = int(said[-1]) if said else None
            code = os.waitstatus_to_exitcode(status)
            why = f"exit status {code}" if code >= 0 else f"ended by {signal.Signals(-code).name}"
            ended = failed_outside(child.job, cell, "ProcessEnded", f"the notebook's process ended by itself ({why})")
            slow = failed_outside(
                child.job, cell, "TimeoutError", f"the notebook ran for more than {child.timeout:g} s and was stopped"
            )
            failure = plain(slow if late else ended)
        _say(self.answers, child.number, failure)

    def _end(self) -> None:
        for pid in self.children:
            _kill_group(pid, signal.SIGTERM if self.engine == "kernel" else signal.SIGKILL)
        patience = time.monotonic() + _GRACE
        for pid in self.children:
            while time.monotonic() < patience and os.waitpid(pid, os.WNOHANG) == (0, 0):
                time.sleep(0.02)
            _kill_group(pid, signal.SIGKILL)


def _die_with_parent() -> None:
    """Ask Linux to kill this process when the host is killed; elsewhere do nothing."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(1, int(signal.SIGKILL))


def _kill_group(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)


def _attempt(
    job: Job,
    folder: Path,
    evidence: Path,
    engine: str,
    timeout: float | None,
    on_cell: Callable[[int], object] | None = None,
) -> dict[str, Any] | None:
    """Run a notebook; whatever goes wrong becomes a failure as JSON can hold it."""
    try:
        run_one(job, folder, evidence=evidence, engine=engine, timeout=timeout, on_cell=on_cell)
    except NotebookFailedError as error:
        return plain(error.failure)
    except KbError as error:
        return plain(Failure(job.output, job.template, None, "", type(error).__name__, str(error)))
    except OSError as error:
        said = {"errno": error.errno, "path": str(error.filename or folder)}
        return plain(Failure(job.output, job.template, None, "", "OSError", f"{error.strerror}: {said['path']}")) | said
    except Exception as error:  # noqa: BLE001 - an answer is owed for every notebook
        return plain(failed_outside(job, None, type(error).__name__, str(error)))
    return None


def _say(answers: int, number: int, failure: dict[str, Any] | None) -> None:
    with contextlib.suppress(BrokenPipeError):
        os.write(answers, (json.dumps({"number": number, "failure": failure}) + "\n").encode())


def _warm_up(evidence: Path) -> None:
    """Import and load what every notebook needs, so that forks start with it."""
    import matplotlib.figure
    import nbclient  # noqa: F401
    import papermill.execute  # noqa: F401

    from kb import notebook  # noqa: F401 - what templates import
    from kb.base import open_base
    from kb.notebooks import engine

    engine.register("warm")
    engine.warm_shell()
    matplotlib.figure.Figure().savefig(io.BytesIO(), format="svg")  # finds the fonts
    with contextlib.suppress(KbError):  # the notebooks will say so
        _share(open_base(evidence))
    gc.collect()
    gc.freeze()


def _share(base: Base) -> None:
    """Let ``kb.open()`` return this base for its own folder, in this process and its forks; loading takes a while."""
    load = sys.modules["kb.base"].open_base

    def open_base(evidence: str | os.PathLike[str] | None = None) -> Base:
        own = evidence is None or Path(evidence).resolve() == base.root.resolve()
        opened: Base = base if own else load(evidence)
        return opened

    for name in ("graph", "studies", "findings", "arms", "claims", "evidence", "citations", "posts"):
        getattr(base, name)
    for module in list(sys.modules.values()):
        if module.__name__.partition(".")[0] == "kb" and getattr(module, "open_base", None) is load:
            setattr(module, "open_base", open_base)  # noqa: B010 - mypy would not let a function be replaced


def main(engine: str, style: str, evidence: Path) -> None:
    """Serve until standard input closes."""
    answers = os.dup(1)
    os.dup2(2, 1)
    if style == "inline":
        for line in sys.stdin:
            request = json.loads(line)
            failure = _attempt(
                Job(**request["job"]), Path(request["folder"]), evidence, engine, float(request["timeout"])
            )
            _say(answers, request["number"], failure)
        return
    if engine == "warm":
        _warm_up(evidence)
    Host(engine, evidence, answers).serve()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
