"""Many notebooks at once: requests to host processes (:mod:`kb.notebooks.host`), answers back."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal, Self

from kb.notebooks.host import can_fork
from kb.notebooks.plan import Job
from kb.notebooks.progress import Reporter
from kb.notebooks.run import ENVIRONMENT, Failure
from kb.notebooks.template import check
from kb.problems import KbError

Engine = Literal["warm", "kernel"]
TIMEOUT = 300.0
"""Seconds that a notebook may take."""


class NotebooksFailedError(KbError):
    """Notebooks failed; ``failures`` says which, where and why, ``skipped`` how many were not run any more."""

    exit_status = 1

    def __init__(self, failures: Iterable[Failure], skipped: int = 0) -> None:
        self.failures, self.skipped = tuple(failures), skipped
        number = len(self.failures)
        said = "\n".join(f"  {failure}" for failure in self.failures)
        rest = f"\n{skipped} more were not run any more" if skipped else ""
        super().__init__(
            f"{number} notebook{'' if number == 1 else 's'} failed; what was built before stands:\n{said}{rest}"
        )


class HostDiedError(KbError):
    """A host process ended before its notebooks were done; the last lines it wrote say why."""


def run_all(
    jobs: Sequence[Job],
    folder: Path,
    *,
    evidence: Path,
    workers: int | None = None,
    progress: Reporter | None = None,
    engine: Engine = "warm",
    timeout: float = TIMEOUT,
) -> None:
    """Run notebooks in parallel; each appears below the folder, whole, when it is done.

    After the first failure no further notebook starts; those that run are waited for, and all failures are named.
    However this function is left, no process of it stays behind.

    Parameters
    ----------
    jobs
        What to run.
    folder
        Where the executed notebooks go.
    evidence
        Evidence folder.
    workers
        Notebooks at a time; None means one a processor.
    progress
        Is told what happens; None means that nobody is.
    engine
        ``warm`` (forks of a process that has everything loaded) or ``kernel`` (a Jupyter kernel each). Where forking
        is impossible, kernels are used, and the progress says so.
    timeout
        Seconds that one notebook may take.

    Raises
    ------
    ParameterError
        When parameters do not fit a template; before anything runs.
    NotebooksFailedError
        When notebooks failed.
    OSError
        When a notebook could not be written, e.g. on a full disk.
    """
    for job in {(job.template, *job.parameters): job for job in jobs}.values():
        check(job.template, job.parameters)
    reporter = progress or Reporter()
    if engine == "warm" and not can_fork():
        reporter.say("this platform cannot fork safely: ordinary kernels are used, which takes longer")
        engine = "kernel"
    at_once = min(workers or processors(), len(jobs))
    if not at_once:
        return
    slots = [at_once] if can_fork() else [1] * at_once
    with contextlib.ExitStack() as stack:
        answers: queue.Queue[tuple[_Host, dict[str, Any] | None]] = queue.Queue()
        hosts = [stack.enter_context(_Host(engine, evidence, each, answers)) for each in slots]
        _drive(jobs, folder, hosts, answers, reporter, timeout)


def processors() -> int:
    """Processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _drive(
    jobs: Sequence[Job],
    folder: Path,
    hosts: Sequence[_Host],
    answers: queue.Queue[tuple[_Host, dict[str, Any] | None]],
    reporter: Reporter,
    timeout: float,
) -> None:
    waiting = list(enumerate(jobs))[::-1]
    failures: list[Failure] = []
    running = 0
    trouble: OSError | None = None
    reporter.start(len(jobs))
    try:
        while True:
            for host in hosts:
                while waiting and not failures and trouble is None and host.free:
                    number, job = waiting.pop()
                    host.send({"number": number, "job": asdict(job), "folder": str(folder), "timeout": timeout})
                    running += 1
            if not running:
                break
            host, answer = answers.get()
            if answer is None:
                raise HostDiedError(f"the process that runs the notebooks ended by itself:\n{host.last_words()}")
            host.free += 1
            running -= 1
            failure = answer["failure"]
            if failure is None:
                reporter.done(jobs[answer["number"]].name)
            elif "errno" in failure:
                trouble = OSError(failure["errno"], os.strerror(failure["errno"]), failure["path"])
            else:
                failures.append(Failure(**failure))
                reporter.failed(failures[-1])
    finally:
        reporter.stop()
    if trouble is not None:
        raise trouble
    if failures:
        raise NotebooksFailedError(sorted(failures, key=lambda f: f.notebook), len(waiting))


class _Host:
    """A host process and its free slots."""

    def __init__(
        self, engine: str, evidence: Path, slots: int, answers: queue.Queue[tuple[_Host, dict[str, Any] | None]]
    ) -> None:
        self.free = slots
        self._answers = answers
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - closed in __exit__
        self._temporary = tempfile.TemporaryDirectory(prefix="kb-host-", ignore_cleanup_errors=True)
        root = str(Path(__file__).resolve().parents[2])
        path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
        environment = {
            **os.environ,
            **ENVIRONMENT,
            "KB_EVIDENCE": str(evidence.absolute()),
            "IPYTHONDIR": self._temporary.name,
            "PYTHONPATH": path,
        }
        style = "fork" if can_fork() else "inline"
        self._process = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-m", "kb.notebooks.host", engine, style, str(evidence.absolute())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            env=environment,
            start_new_session=True,  # Ctrl-C reaches us, and we end the host in good order
        )
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None  # noqa: S101 - we asked for pipes
        assert self._process.stdout is not None  # noqa: S101
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._thread.join(timeout=5)
        self._process.stdout.close()
        self._log.close()
        self._temporary.cleanup()

    def send(self, request: dict[str, Any]) -> None:
        """Ask for a notebook."""
        assert self._process.stdin is not None  # noqa: S101
        self.free -= 1
        with contextlib.suppress(BrokenPipeError):  # then the listener reports the end
            self._process.stdin.write((json.dumps(request) + "\n").encode())
            self._process.stdin.flush()

    def last_words(self) -> str:
        """The end of what the host wrote to standard error."""
        self._log.seek(0)
        return self._log.read().decode(errors="replace")[-2000:].strip()

    def _listen(self) -> None:
        assert self._process.stdout is not None  # noqa: S101
        for line in self._process.stdout:
            self._answers.put((self, json.loads(line)))
        self._answers.put((self, None))
