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
from kb.notebooks.limits import Limits
from kb.notebooks.plan import Job
from kb.notebooks.progress import Reporter
from kb.notebooks.run import ENVIRONMENT, Failure
from kb.notebooks.template import check
from kb.problems import KbError

Engine = Literal["warm", "kernel"]
MANY = 20
"""Failures after which no further notebook starts: then it is not the notebooks that are wrong."""


class NotebooksFailedError(KbError):
    """Notebooks failed; ``failures`` says which, where and why, ``skipped`` how many were not run any more."""

    exit_status = 1

    def __init__(self, failures: Iterable[Failure], skipped: int = 0) -> None:
        self.failures, self.skipped = tuple(failures), skipped
        number = len(self.failures)
        said = "\n".join(f"  {failure}" for failure in self.failures)
        rest = f"\nafter that many failures, {skipped} more were not run" if skipped else ""
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
    limits: Limits | None = None,
    scheduler: str | None = None,
) -> dict[str, frozenset[str]]:
    """Run notebooks in parallel; each appears below the folder, whole, when it is done.

    A notebook that fails does not keep the others from running; all failures are named at the end. However this
    function is left, no process of it stays behind.

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
    limits
        What one notebook may use; None means :meth:`kb.notebooks.limits.Limits.usual`.
    scheduler
        Address of a Dask scheduler: the notebooks run there (see :mod:`kb.notebooks.cluster`); None means here.

    Returns
    -------
    dict
        What each notebook read of the evidence, by output path (see :mod:`kb.notebooks.reads`).

    Raises
    ------
    ParameterError
        When parameters do not fit a template; before anything runs.
    NotebooksFailedError
        When notebooks failed.
    OSError
        When a notebook could not be written, e.g. on a full disk.
    """
    check_all(jobs)
    reporter = progress or Reporter()
    if scheduler is not None:
        from kb.notebooks.cluster import run_on_cluster

        return run_on_cluster(
            jobs,
            folder,
            evidence=evidence,
            scheduler=scheduler,
            progress=reporter,
            engine=engine,
            limits=limits or Limits.usual(),
        )
    if engine == "warm" and not can_fork():
        reporter.say("this platform cannot fork safely: ordinary kernels are used, which takes longer")
        engine = "kernel"
    at_once = min(workers or processors(), len(jobs))
    if not at_once:
        return {}
    slots = [at_once] if can_fork() else [1] * at_once
    with contextlib.ExitStack() as stack:
        answers: queue.Queue[tuple[Host, dict[str, Any] | None]] = queue.Queue()
        hosts = [stack.enter_context(Host(engine, evidence, each, answers)) for each in slots]
        return _drive(jobs, folder, hosts, answers, reporter, limits or Limits.usual())


def check_all(jobs: Iterable[Job]) -> None:
    """Check the parameters of jobs against their templates, before anything runs."""
    for job in {(job.template, *job.parameters): job for job in jobs}.values():
        check(job.template, job.parameters)


def processors() -> int:
    """Processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Outcome:
    """What came of the notebooks so far."""

    def __init__(self, jobs: Sequence[Job], reporter: Reporter) -> None:
        self.jobs, self.reporter = jobs, reporter
        self.reads: dict[str, frozenset[str]] = {}
        self.failures: list[Failure] = []
        self.trouble: OSError | None = None

    @property
    def hopeless(self) -> bool:
        """Whether no further notebook should start."""
        return self.trouble is not None or len(self.failures) >= MANY

    def take(self, answer: dict[str, Any]) -> None:
        """Take an answer of a host."""
        job, failure = self.jobs[answer["number"]], answer["failure"]
        if failure is None:
            self.reads[job.output] = frozenset(answer["reads"])
            self.reporter.done(job.name)
        elif "errno" in failure:
            self.trouble = OSError(failure["errno"], os.strerror(failure["errno"]), failure["path"])
        else:
            self.failures.append(Failure(**failure))
            self.reporter.failed(self.failures[-1])

    def result(self, skipped: int) -> dict[str, frozenset[str]]:
        """What each notebook read; raises when something went wrong."""
        if self.trouble is not None:
            raise self.trouble
        if self.failures:
            raise NotebooksFailedError(sorted(self.failures, key=lambda f: f.notebook), skipped)
        return self.reads


def _drive(
    jobs: Sequence[Job],
    folder: Path,
    hosts: Sequence[Host],
    answers: queue.Queue[tuple[Host, dict[str, Any] | None]],
    reporter: Reporter,
    limits: Limits,
) -> dict[str, frozenset[str]]:
    waiting = list(enumerate(jobs))[::-1]
    outcome = Outcome(jobs, reporter)
    running = 0
    reporter.start(len(jobs))
    try:
        while True:
            for host in hosts:
                while waiting and host.free and not outcome.hopeless:
                    host.send(*waiting.pop(), folder, limits)
                    running += 1
            if not running:
                break
            host, answer = answers.get()
            if answer is None:
                raise HostDiedError(f"the process that runs the notebooks ended by itself:\n{host.last_words()}")
            host.free += 1
            running -= 1
            outcome.take(answer)
    finally:
        reporter.stop()
    return outcome.result(len(waiting))


class Host:
    """A host process and its free slots."""

    def __init__(
        self, engine: str, evidence: Path, slots: int, answers: queue.Queue[tuple[Host, dict[str, Any] | None]]
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

    def send(self, number: int, job: Job, folder: Path, limits: Limits) -> None:
        """Ask for a notebook; the answer comes with its number."""
        assert self._process.stdin is not None  # noqa: S101
        self.free -= 1
        request = {"number": number, "job": asdict(job), "folder": str(folder), "limits": asdict(limits)}
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
