"""One notebook in a fork of a warm process: what the fork does from its first to its last moment."""

from __future__ import annotations

import contextlib
import gc
import io
import json
import os
import pickle
import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from kb.notebooks.kept import quicken
from kb.notebooks.limits import Limits, die_with_parent, limit_data, size_words
from kb.notebooks.opened import replace_open
from kb.notebooks.plan import Job
from kb.notebooks.reads import EVERYTHING, Reads, watch_files
from kb.notebooks.recorded import prepare, recorded
from kb.notebooks.run import Failure, NotebookFailedError, failed_outside, plain, run_one
from kb.problems import KbError

if TYPE_CHECKING:
    from kb.base import Base
    from kb.notebooks.engine import Progress

NAME = "KB_NOTEBOOK"
"""Environment variable that names the notebook; what it leaves behind is known by it."""


@dataclass(slots=True)
class _Shared:
    """The base that a warm process has loaded, and what ``kb.open()`` returns for its folder."""

    base: Base | None = None
    opened: Base | None = None


_SHARED = _Shared()


def warm_up() -> None:
    """Import what notebooks need, so that forks start with it; nothing is garbage before :func:`load` has ended."""
    gc.disable()
    import matplotlib.figure

    with _without("rfc3987_syntax"):  # a grammar that takes a second, for formats that no notebook has
        import nbclient  # noqa: F401
        import nbformat.v4
        import papermill.execute  # noqa: F401

    from kb import notebook  # noqa: F401 - what templates import
    from kb.notebooks import engine

    engine.register("warm")
    engine.warm_shell()
    empty: Any = nbformat.v4.new_notebook  # has no types
    nbformat.validate(empty())  # compiles the schema
    figure = matplotlib.figure.Figure()
    figure.text(0, 0, "0.5 to 1")
    figure.savefig(io.BytesIO(), format="svg")  # finds and reads the fonts


@contextlib.contextmanager
def _without(module: str) -> Iterator[None]:
    """Import meanwhile as if a module that is not necessary were not there."""
    if module in sys.modules:
        yield
        return
    sys.modules[module] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[module]


def load(evidence: Path, made: Path | None) -> None:
    """Load what every notebook reads: the base from a file that our parent made, or from the evidence itself."""
    from kb.base import open_base

    with contextlib.suppress(KbError):  # the notebooks will say so
        _share(quicken(open_base(evidence)) if made is None else pickle.loads(made.read_bytes()))  # noqa: S301
    gc.enable()
    gc.collect()
    gc.freeze()


def _share(base: Base) -> None:
    """Let ``kb.open()`` return this base for its own folder, in this process and its forks; loading takes a while."""

    def opened() -> Base:
        return _SHARED.opened or base

    prepare(base)
    _SHARED.base = _SHARED.opened = base
    replace_open(base.root, opened)


def run_child(job: Job, folder: Path, evidence: Path, engine: str, limits: Limits, pipe: int, answers: int) -> NoReturn:
    """Run a notebook and leave: numbers of the cells, then what came of it, go through the pipe as lines."""
    status = 1
    try:
        pid = os.getpid()
        _detach(answers)
        os.environ[NAME] = job.output
        limit_data(limits.memory)
        reads = _record(evidence) if engine == "warm" else Reads()
        progress = _progress(job, limits, pipe)
        failure = attempt(job, folder, evidence, engine, reads, progress)
        if os.getpid() == pid:
            tell(pipe, {"failure": explain_memory(failure, limits), "reads": sorted(reads.names)})
            status = 0
    finally:
        os._exit(status)


def _detach(answers: int) -> None:
    """Have a session of its own, and nothing of the host's that a cell could disturb."""
    os.setsid()
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    die_with_parent()
    os.close(answers)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)


def _record(evidence: Path) -> Reads:
    """From now on, ``kb.open()`` returns a base that writes down what is read of it."""
    reads = Reads()
    if _SHARED.base is None:
        reads.note(EVERYTHING)
    else:
        _SHARED.opened = recorded(_SHARED.base, reads)
    watch_files(evidence, reads)
    return reads


def _progress(job: Job, limits: Limits, pipe: int) -> Progress:
    from kb.notebooks.engine import Progress

    def exceeded() -> NoReturn:
        message = f"the notebook shows more than the limit of {size_words(limits.output)} and was stopped"
        tell(pipe, {"failure": plain(failed_outside(job, progress.cell, "OutputLimitError", message)), "reads": []})
        os._exit(0)

    progress = Progress(lambda index: tell(pipe, index), None, limits.output, exceeded)
    return progress


def tell(pipe: int, said: object) -> None:
    """Write a line of JSON, all of it."""
    rest = memoryview((json.dumps(said) + "\n").encode())
    while rest:
        rest = rest[os.write(pipe, rest) :]


def explain_memory(failure: dict[str, Any] | None, limits: Limits) -> dict[str, Any] | None:
    """Say what the limit is where a cell got no more memory."""
    if failure is None or failure["error"] not in {"MemoryError", "_ArrayMemoryError", "ArrayMemoryError"}:
        return failure
    message = f"the notebook asks for more memory than the limit of {size_words(limits.memory)}"
    return {**failure, "error": "MemoryLimitError", "message": f"{message}. {failure['message']}".strip()}


def attempt(
    job: Job,
    folder: Path,
    evidence: Path,
    engine: str,
    reads: Reads,
    progress: Progress | None = None,
    timeout: float | None = None,
) -> dict[str, Any] | None:
    """Run a notebook; whatever goes wrong becomes a failure as JSON can hold it.

    The arguments are those of :func:`kb.notebooks.run.run_one`.
    """
    try:
        run_one(
            job,
            folder,
            evidence=evidence,
            engine=engine,
            timeout=timeout,
            progress=progress,
            reads=None if engine == "warm" else reads,
        )
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
