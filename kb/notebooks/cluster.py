"""The notebooks of a plan on an existing Dask cluster, for those who have thousands.

Each notebook is one task. It carries the plan's item and the paths of the evidence and of the template, which the
workers see on a file system that they share with this machine; the executed notebook comes back as bytes and is
written here, whole or not at all. A worker runs notebooks as this machine would, in forks of a warm process of its own
(:mod:`kb.notebooks.host`), with the same limits. When a worker is lost, Dask gives its tasks to others; what it had
half done is gone with it.

Dask is imported here only, when it is chosen: ``pip install kb-evidence[cluster]``.
"""

from __future__ import annotations

import queue
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from kb.files import put
from kb.notebooks.host import can_fork
from kb.notebooks.limits import Limits
from kb.notebooks.plan import Job
from kb.notebooks.pool import Engine, Host, Outcome, Ran, check_all
from kb.notebooks.run import Failure, plain
from kb.notebooks.stale import digest_code, digest_evidence, digest_of
from kb.notebooks.template import template_path
from kb.problems import KbError

if TYPE_CHECKING:
    from kb.notebooks.progress import Reporter

Untyped: TypeAlias = Any
"""What Dask hands over; it has no types."""

CONNECT = 10.0
"""Seconds that a scheduler has to answer."""
WORKERS = 60.0
"""Seconds to wait for a first worker, or for another one when all are lost."""
_LOOK = 2.0


class ClusterError(KbError):
    """The cluster cannot be used as it is."""


def run_on_cluster(
    jobs: Sequence[Job],
    folder: Path,
    *,
    evidence: Path,
    scheduler: str,
    progress: Reporter,
    engine: Engine,
    limits: Limits,
) -> Ran:
    """Run notebooks on a Dask cluster; as :meth:`kb.notebooks.pool.Crew.run` runs them here.

    Raises
    ------
    ClusterError
        When Dask is not installed, no scheduler answers, there is no worker, or the workers see something else than
        this machine.
    """
    check_all(jobs)
    if not jobs:
        return Ran({}, {})
    client = _connect(scheduler)
    outcome = Outcome(jobs, progress)
    progress.start(len(jobs))
    futures: list[Untyped] = []
    try:
        templates = sorted({str(template_path(job.template)) for job in jobs})
        world = seen(evidence, templates)
        asked = {
            "evidence": str(evidence.resolve()),
            "templates": templates,
            "world": world,
            "engine": engine,
            "limits": asdict(limits),
        }
        run = digest_of(world, str(time.time_ns()))[:12]
        for number, job in enumerate(jobs):
            sent = asdict(replace(job, template=str(template_path(job.template))))
            futures.append(client.submit(on_worker, number, sent, asked, key=f"kb-{run}-{job.output}", pure=False))
        with client.as_current():
            return _collect(client, futures, folder, outcome)
    finally:
        progress.stop()
        client.cancel(futures)
        client.close()


def _distributed() -> Untyped:
    """The library, which is not always there."""
    try:
        return import_module("distributed")
    except ImportError as error:
        raise ClusterError("Dask is not installed: pip install kb-evidence[cluster]") from error


def _connect(scheduler: str) -> Untyped:
    distributed = _distributed()
    try:
        client: Untyped = distributed.Client(scheduler, timeout=CONNECT, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise ClusterError(
            f"no Dask scheduler answers at {scheduler}: start one (dask scheduler), or give --scheduler its address"
        ) from error
    try:
        client.wait_for_workers(1, timeout=WORKERS)
    except TimeoutError as error:
        client.close()
        raise ClusterError(f"the Dask cluster at {scheduler} has no worker: start some (dask worker)") from error
    return client


def _collect(client: Untyped, futures: list[Untyped], folder: Path, outcome: Outcome) -> Ran:
    """Write what comes back, until all is there or it is hopeless."""
    wait = _distributed().wait
    waiting = {future: number for number, future in enumerate(futures)}
    alone_since: float | None = None
    while waiting and not outcome.hopeless:
        try:
            done = wait(list(waiting), timeout=_LOOK, return_when="FIRST_COMPLETED").done
        except TimeoutError:
            done = set()
        for future in done:
            _take(future, waiting.pop(future), folder, outcome)
        if done or client.scheduler_info()["workers"]:
            alone_since = None
        elif alone_since is None:
            alone_since = time.monotonic()
        elif time.monotonic() - alone_since > WORKERS:
            raise ClusterError(f"all workers of the Dask cluster are lost; {len(waiting)} notebooks were not run")
    return outcome.result(len(waiting))


def _take(future: Untyped, number: int, folder: Path, outcome: Outcome) -> None:
    job = outcome.jobs[number]
    if future.status == "cancelled":
        raise ClusterError("the Dask scheduler was lost; what was built before stands")
    error = future.exception()
    if isinstance(error, _distributed().KilledWorker):
        lost = Failure(
            job.output, job.template, None, "", "WorkerLost", f"its worker was lost again and again: {error}"
        )
        outcome.take({"number": number, "failure": plain(lost), "reads": []})
    elif isinstance(error, KbError):
        raise ClusterError(str(error))
    elif error is not None:
        failed = Failure(job.output, job.template, None, "", type(error).__name__, str(error))
        outcome.take({"number": number, "failure": plain(failed), "reads": []})
    else:
        answer = future.result()
        if answer["failure"] is None:
            put(folder / job.output, answer["notebook"])
        elif "errno" not in answer["failure"]:
            answer["failure"]["template"] = job.template
        outcome.take(answer)


# --- on a worker --------------------------------------------------------------------------------------------------


def seen(evidence: Path, templates: Sequence[str]) -> str:
    """Checksum of what a machine sees of the evidence, the templates and kb."""
    texts = [template_path(template).read_text(encoding="utf-8") for template in templates]
    return digest_of(digest_evidence(evidence), digest_code(), *texts)


class _Warm:
    """The warm process of a worker."""

    def __init__(self, engine: str, evidence: Path) -> None:
        self._answers: queue.Queue[tuple[Host, dict[str, Any] | None]] = queue.Queue()
        self._host = Host(engine, evidence, 1, self._answers)
        self._lock = threading.Lock()
        self._waiting: dict[int, queue.Queue[dict[str, Any] | None]] = {}
        self._count = 0
        self.dead = False
        threading.Thread(target=self._pass_on, daemon=True).start()

    def _pass_on(self) -> None:
        while True:
            _, answer = self._answers.get()
            with self._lock:
                if answer is None:
                    self.dead = True
                    for waiting in self._waiting.values():
                        waiting.put(None)
                    return
                self._waiting.pop(answer["number"]).put(answer)

    def run(self, job: Job, folder: Path, limits: Limits) -> dict[str, Any]:
        """Run a notebook; several threads may ask at a time."""
        mine: queue.Queue[dict[str, Any] | None] = queue.Queue()
        with self._lock:
            if self.dead:
                mine.put(None)
            else:
                self._count += 1
                self._waiting[self._count] = mine
                self._host.send(self._count, job, folder, limits)
        answer = mine.get()
        if answer is None:
            message = f"the process that runs the notebooks ended by itself: {self._host.last_words()}"
            raise RuntimeError(message)
        return answer


_WARM: dict[tuple[str, str, str], _Warm] = {}
_START = threading.Lock()


def on_worker(number: int, job: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
    """Run one notebook on a worker; the answer of the host, with the notebook's bytes."""
    evidence, engine = Path(asked["evidence"]), asked["engine"]
    item = Job(**job)
    with _START:
        key = (engine, str(evidence), asked["world"])
        if key not in _WARM or _WARM[key].dead:
            if not evidence.is_dir() or not Path(item.template).is_file():
                raise KbError(f"a worker does not see {evidence}: workers must share the file system of this machine")
            if seen(evidence, asked["templates"]) != asked["world"]:
                raise KbError(f"a worker sees other evidence in {evidence}, or has another version of kb than this one")
            _WARM[key] = _Warm(engine if can_fork() else "kernel", evidence)
    with tempfile.TemporaryDirectory(prefix="kb-worker-") as folder:
        answer = _WARM[key].run(item, Path(folder), Limits(**asked["limits"]))
        content = None if answer["failure"] is not None else (Path(folder) / item.output).read_bytes()
    return {**answer, "number": number, "notebook": content}
