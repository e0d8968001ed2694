"""Many notebooks at once: requests to host processes (:mod:`kb.notebooks.host`), answers back."""

from __future__ import annotations

import contextlib
import json
import os
import pickle
import queue
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

from kb.notebooks.host import can_fork
from kb.notebooks.limits import Limits
from kb.notebooks.plan import Job
from kb.notebooks.progress import Reporter
from kb.notebooks.run import ENVIRONMENT, Failure
from kb.notebooks.template import check
from kb.problems import KbError

if TYPE_CHECKING:
    from kb.base import Base

Engine = Literal["warm", "kernel"]
MANY = 20
"""Failures after which no further notebook starts, when most fail: then it is not the notebooks that are wrong."""


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


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of some notebooks.

    Parameters
    ----------
    reads
        What each read of the evidence, by output path (see :mod:`kb.notebooks.reads`); those that failed are missing.
    seconds
        Time that each took, by output path.
    failures
        Those that failed, by output path.
    skipped
        How many were not run any more after many failures.
    """

    reads: Mapping[str, frozenset[str]]
    seconds: Mapping[str, float]
    failures: tuple[Failure, ...] = ()
    skipped: int = 0

    def whole(self) -> Ran:
        """Raise an error when something failed."""
        if self.failures:
            raise NotebooksFailedError(self.failures, self.skipped)
        return self


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
) -> Mapping[str, frozenset[str]]:
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
    with Crew(engine, evidence, min(workers or processors(), len(jobs)), scheduler=scheduler) as crew:
        return crew.run(jobs, folder, progress or Reporter(), limits).whole().reads


class Crew:
    """What runs notebooks: host processes of this machine, or a cluster.

    As a context manager: on Linux a host is started at once and gets ready while its owner still finds out what there
    is to run; at the end no process stays behind.

    Parameters
    ----------
    engine, evidence, workers, scheduler
        As :func:`run_all` takes them.
    """

    def __init__(self, engine: Engine, evidence: Path, workers: int, *, scheduler: str | None = None) -> None:
        self._asked, self._evidence, self._workers = engine, evidence, workers
        self._scheduler = scheduler
        self._engine: Engine = engine if can_fork() else "kernel"
        self._stack = contextlib.ExitStack()
        self._answers: queue.Queue[tuple[Host, dict[str, Any] | None]] = queue.Queue()
        self._hosts: list[Host] = []

    def __enter__(self) -> Self:
        if self._scheduler is None and can_fork() and self._workers:
            self._start(self._workers)
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.__exit__(None, None, None)

    def _start(self, slots: int) -> None:
        host = Host(self._engine, self._evidence, slots, self._answers)
        self._hosts.append(self._stack.enter_context(host))

    def hand_over(self, base: Base) -> None:
        """Give the hosts a base that is loaded already, so that they need not load it again."""
        if self._engine == "warm":
            for host in self._hosts:
                host.hand_over(base)

    def run(self, jobs: Sequence[Job], folder: Path, progress: Reporter, limits: Limits | None = None) -> Ran:
        """Run notebooks; arguments and errors are those of :func:`run_all`, but failures are returned."""
        check_all(jobs)
        limits = limits or Limits.usual()
        if self._scheduler is not None:
            from kb.notebooks.cluster import run_on_cluster

            return run_on_cluster(
                jobs, folder, evidence=self._evidence, scheduler=self._scheduler, progress=progress,
                engine=self._asked, limits=limits,
            )  # fmt: skip
        if self._engine != self._asked:
            progress.say("this platform cannot fork safely: ordinary kernels are used, which takes longer")
        if not jobs:
            return Ran({}, {})
        if not self._hosts:
            for _ in range(min(self._workers, len(jobs))):
                self._start(1)
        return _drive(jobs, folder, self._hosts, self._answers, progress, limits)


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
        self.seconds: dict[str, float] = {}
        self.failures: list[Failure] = []
        self.trouble: OSError | None = None

    @property
    def hopeless(self) -> bool:
        """Whether no further notebook should start."""
        return self.trouble is not None or len(self.failures) >= max(MANY, len(self.reads))

    def take(self, answer: dict[str, Any]) -> None:
        """Take an answer of a host."""
        job, failure = self.jobs[answer["number"]], answer["failure"]
        if failure is None:
            self.reads[job.output] = frozenset(answer["reads"])
            self.seconds[job.output] = answer["seconds"]
            self.reporter.done(job.name)
        elif "errno" in failure:
            self.trouble = OSError(failure["errno"], os.strerror(failure["errno"]), failure["path"])
        else:
            self.failures.append(Failure(**failure))
            self.reporter.failed(self.failures[-1])

    def result(self, skipped: int) -> Ran:
        """All of it; raises when the system refused something."""
        if self.trouble is not None:
            raise self.trouble
        failures = tuple(sorted(self.failures, key=lambda failure: failure.notebook))
        return Ran(self.reads, self.seconds, failures, skipped)


def _drive(
    jobs: Sequence[Job],
    folder: Path,
    hosts: Sequence[Host],
    answers: queue.Queue[tuple[Host, dict[str, Any] | None]],
    reporter: Reporter,
    limits: Limits,
) -> Ran:
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
        self,
        engine: str,
        evidence: Path,
        slots: int,
        answers: queue.Queue[tuple[Host, dict[str, Any] | None]],
    ) -> None:
        self.free = slots
        self._used = False
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
        if "PYTHONDONTWRITEBYTECODE" in environment and sys.prefix != sys.base_prefix:
            # Nothing beside the sources, then; but compiling every library for each host takes five seconds.
            del environment["PYTHONDONTWRITEBYTECODE"]
            environment["PYTHONPYCACHEPREFIX"] = str(Path(sys.prefix, ".kb-bytecode"))
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
        if not self._used:  # it may still be getting ready for what did not come
            self._process.kill()
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
        self.free -= 1
        self._used = True
        self._ask({"number": number, "job": asdict(job), "folder": str(folder), "limits": asdict(limits)})

    def hand_over(self, base: Base) -> None:
        """Give it a base that is loaded already."""
        made = Path(self._temporary.name, "base.pickle")
        made.write_bytes(pickle.dumps(base, protocol=pickle.HIGHEST_PROTOCOL))
        self._ask({"base": str(made)})

    def _ask(self, request: dict[str, Any]) -> None:
        assert self._process.stdin is not None  # noqa: S101
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
