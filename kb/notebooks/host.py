"""A process that runs notebooks for :mod:`kb.notebooks.pool`.

``python -m kb.notebooks.host ENGINE fork|inline EVIDENCE`` reads one JSON object a line from standard input
(``number``, ``job``, ``folder``, ``limits``) and answers each on standard output with ``number``, ``failure`` (null
when all is well), ``reads`` (names of what it read, see :mod:`kb.notebooks.reads`) and ``seconds``. Before the first,
``base`` may name a file with the base, loaded and pickled by the process that started this one.

With ``fork`` every notebook runs in a fork of its own, several at a time: nothing leaks from one to the next, and one
that hangs, dies, takes too much or leaves processes behind is swept away whole. With ``inline`` (where forking is
impossible) they run here, one after the other, in kernels.

When standard input closes, which also happens when the process that started the host is killed, everything ends.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kb.notebooks.child import NAME, attempt, load, run_child, warm_up
from kb.notebooks.limits import (
    Limits,
    adopt_orphans,
    children,
    command,
    descendants,
    environment_of,
    resident,
    size_words,
)
from kb.notebooks.plan import Job
from kb.notebooks.reads import Reads
from kb.notebooks.run import failed_outside, plain

_GRACE = 3.0
"""Seconds that a notebook has to stop its kernel before it is killed."""
_FAREWELL = 0.5
"""Seconds that processes started by a notebook have to end after it."""
_LOOK = 0.2
"""Seconds between two looks at what notebooks use."""


def can_fork() -> bool:
    """Whether notebooks can run in forks; macOS can fork, but its system libraries do not survive it."""
    return hasattr(os, "fork") and sys.platform != "darwin"


@dataclass(slots=True)
class _Child:
    """A fork that runs a notebook."""

    number: int
    job: Job
    folder: Path
    pipe: int
    deadline: float
    limits: Limits
    loaded: int
    """Bytes that it had in memory when it began; they are the host's."""
    began: float = field(default_factory=time.monotonic)
    said: bytearray = field(default_factory=bytearray)
    stopped: tuple[str, str] | None = None
    """Error and message, when the host ended it."""


class Host:
    """Runs notebooks in forks until its input closes."""

    def __init__(self, engine: str, evidence: Path, answers: int) -> None:
        self.engine, self.evidence, self.answers = engine, evidence, answers
        self.children: dict[int, _Child] = {}
        self.open, self.loaded = True, engine != "warm"
        self.selector = selectors.DefaultSelector()

    def serve(self) -> None:
        """Fork for every request, report every end."""
        adopt_orphans()
        wake, woken = os.pipe()
        for end in (wake, woken):
            os.set_blocking(end, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGTERM, lambda *_: self._stop())
        signal.set_wakeup_fd(woken, warn_on_full_buffer=False)
        for end in (wake, 0):
            self.selector.register(end, selectors.EVENT_READ)
        rest = b""
        looked = 0.0
        while self.open:
            for key, _ in self.selector.select(_LOOK if self.children else None):
                if key.fd == wake:
                    with contextlib.suppress(BlockingIOError):
                        os.read(wake, 4096)
                elif key.fd == 0:
                    received = os.read(0, 65536)
                    self.open = self.open and bool(received)
                    *lines, rest = (rest + received).split(b"\n")
                    for line in lines:
                        self._take(json.loads(line))
                else:
                    self._listen(key.data)
            if time.monotonic() - looked >= _LOOK:
                looked = time.monotonic()
                self._look()
            self._reap()
        self._end()

    def _stop(self) -> None:
        self.open = False

    def _take(self, request: dict[str, Any]) -> None:
        """Load the base, or run a notebook; when it comes to that without a base, open it."""
        if not self.loaded and request.keys() & {"base", "job"}:
            self.loaded = True
            load(self.evidence, Path(request["base"]) if "base" in request else None)
        if "job" in request:
            self._fork(request)

    def _fork(self, request: dict[str, Any]) -> None:
        job, limits = Job(**request["job"]), Limits(**request["limits"])
        folder = Path(request["folder"])
        reading, writing = os.pipe()
        loaded = resident(os.getpid())
        pid = os.fork()
        if pid == 0:
            os.close(reading)
            run_child(job, folder, self.evidence, self.engine, limits, writing, self.answers)
        os.close(writing)
        child = _Child(request["number"], job, folder, reading, time.monotonic() + limits.seconds, limits, loaded)
        os.set_blocking(reading, False)
        self.selector.register(reading, selectors.EVENT_READ, child)
        self.children[pid] = child

    def _listen(self, child: _Child) -> bool:
        """Take what a fork says; whether there may be more."""
        try:
            received = os.read(child.pipe, 1 << 20)
        except BlockingIOError:
            return False
        child.said += received
        if not received:
            with contextlib.suppress(KeyError):
                self.selector.unregister(child.pipe)
        return bool(received)

    def _look(self) -> None:
        """End forks that take too long or too much."""
        now = time.monotonic()
        for pid, child in self.children.items():
            if child.stopped is not None:
                continue
            if now >= child.deadline:
                message = f"the notebook ran for more than {child.limits.seconds:g} s and was stopped"
                child.stopped = ("TimeoutError", message)
            elif self._taken(pid, child) > child.limits.memory:
                message = f"the notebook took more memory than the limit of {size_words(child.limits.memory)}"
                child.stopped = ("MemoryLimitError", f"{message} and was stopped")
            if child.stopped is not None:
                self._kill(pid)

    def _taken(self, pid: int, child: _Child) -> int:
        """Bytes of a fork and everything that it started, without what it shares with the host."""
        own = max(0, resident(pid) - child.loaded)
        # a fork of the fork begins with the same pages, which are counted once
        return own + sum(max(0, resident(other) - child.loaded) for other in descendants(pid))

    def _kill(self, pid: int) -> None:
        """End a fork, its kernel included: ask first, so that the kernel is stopped with it."""
        if self.engine == "kernel":
            _kill_group(pid, signal.SIGTERM)
            patience = time.monotonic() + _GRACE
            while time.monotonic() < patience and not os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
                time.sleep(0.02)
        _kill_group(pid, signal.SIGKILL)

    def _reap(self) -> None:
        for pid, child in list(self.children.items()):
            done, status = os.waitpid(pid, 0 if child.stopped is not None else os.WNOHANG)
            if not done:
                continue
            del self.children[pid]
            left = self._sweep(pid, patient=child.stopped is None)
            while self._listen(child):
                pass
            with contextlib.suppress(KeyError):
                self.selector.unregister(child.pipe)
            os.close(child.pipe)
            self._answer(child, status, left)
        if not self.children:
            _bury(())

    def _sweep(self, pid: int, *, patient: bool) -> list[str]:
        """End whatever a fork has left behind; command lines of what did not end by itself."""
        until = time.monotonic() + (_FAREWELL if patient else 0.0)
        while (left := self._left(pid)) and time.monotonic() < until:
            time.sleep(0.02)
            _bury(self.children)
        named = sorted(filter(None, {command(other) for other in left}))
        _kill_group(pid, signal.SIGKILL)
        while left:
            for other in left:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(other, signal.SIGKILL)
            time.sleep(0.005)
            _bury(self.children)
            left = self._left(pid)
        return named if patient else []

    def _left(self, pid: int) -> list[int]:
        """Processes that are ours by now and belong to no notebook that still runs."""
        running = {child.job.output for child in self.children.values()}
        orphans = [other for other in children(os.getpid()) if other not in self.children]
        ours = [o for o in orphans if _group(o) == pid or environment_of(o, NAME) not in running]
        return [o for orphan in ours for o in (orphan, *descendants(orphan)) if command(o)]

    def _answer(self, child: _Child, status: int, left: list[str]) -> None:
        lines: list[Any] = [json.loads(line) for line in child.said.split(b"\n")[:-1]]
        cell = next((line for line in reversed(lines) if isinstance(line, int)), None)
        answer: dict[str, Any] | None = lines[-1] if lines and isinstance(lines[-1], dict) else None
        failure: dict[str, Any] | None
        if child.stopped is not None:
            failure = plain(failed_outside(child.job, cell, *child.stopped))
        elif answer is None:
            code = os.waitstatus_to_exitcode(status)
            why = f"exit status {code}" if code >= 0 else f"ended by {signal.Signals(-code).name}"
            message = f"the notebook's process ended by itself ({why})"
            failure = plain(failed_outside(child.job, cell, "ProcessEnded", message))
        else:
            failure = answer["failure"]
        if failure is None and left:
            message = f"the notebook left processes running, which were ended: {'; '.join(left[:3])}"
            failure = plain(failed_outside(child.job, None, "LeftoverProcess", message))
        if failure is not None:
            with contextlib.suppress(OSError):
                (child.folder / child.job.output).unlink(missing_ok=True)
        reads = answer["reads"] if answer and failure is None else []
        _say(self.answers, child.number, failure, reads, time.monotonic() - child.began)

    def _end(self) -> None:
        for pid in self.children:
            _kill_group(pid, signal.SIGTERM if self.engine == "kernel" else signal.SIGKILL)
        patience = time.monotonic() + _GRACE
        for pid in list(self.children):
            while time.monotonic() < patience and os.waitpid(pid, os.WNOHANG) == (0, 0):
                time.sleep(0.02)
            _kill_group(pid, signal.SIGKILL)
            del self.children[pid]
            self._sweep(pid, patient=False)


def _bury(running: Iterable[int]) -> None:
    """Take note of the end of adopted processes, or they stay in the table of processes."""
    known = set(running)
    for pid in children(os.getpid()):
        if pid not in known:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)


def _group(pid: int) -> int | None:
    with contextlib.suppress(ProcessLookupError):
        return os.getpgid(pid)
    return None


def _kill_group(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)


def _say(answers: int, number: int, failure: dict[str, Any] | None, reads: list[str], seconds: float) -> None:
    said = {"number": number, "failure": failure, "reads": reads, "seconds": round(seconds, 2)}
    rest = memoryview((json.dumps(said) + "\n").encode())
    with contextlib.suppress(BrokenPipeError):
        while rest:
            rest = rest[os.write(answers, rest) :]


def main(engine: str, style: str, evidence: Path) -> None:
    """Serve until standard input closes."""
    answers = os.dup(1)
    os.dup2(2, 1)
    if style == "inline":
        for line in sys.stdin:
            request = json.loads(line)
            if "job" not in request:
                continue
            job, limits = Job(**request["job"]), Limits(**request["limits"])
            reads, began = Reads(), time.monotonic()
            failure = attempt(job, Path(request["folder"]), evidence, engine, reads, timeout=limits.seconds)
            _say(answers, request["number"], failure, sorted(reads.names), time.monotonic() - began)
        return
    if engine == "warm":
        warm_up()
    Host(engine, evidence, answers).serve()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
