"""One notebook: from template and parameters to a clean, executed notebook."""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kb.files import put
from kb.notebooks.clean import Node, clean
from kb.notebooks.plan import Job
from kb.notebooks.template import check, read_notebook, template_path
from kb.problems import KbError

if TYPE_CHECKING:
    from kb.notebooks.engine import Progress
    from kb.notebooks.reads import Reads

ANSI = re.compile(r"\x1b\[[0-9;]*m")
_FRAME = re.compile(r"File (\S+?):(\d+), in ([\w.<>]+)")
_LONGEST = 4000
"""Characters of an error message that are kept."""

ENVIRONMENT = {
    **dict.fromkeys(
        ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"),
        "1",
    ),
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "PYTHONHASHSEED": "0",
    "PYTHONUTF8": "1",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    "TZ": "UTC",
}
"""Environment in which notebooks run: one thread each, nothing that differs between two runs."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Where and why a notebook failed.

    Parameters
    ----------
    notebook
        Output path, e.g. ``condition/hamstring-strain.ipynb``.
    template
        Name of the template.
    cell
        Number of the cell in the template, from 1; None when it is not a cell that failed.
    line
        First line of the cell.
    error
        Type of the error, e.g. ``ValueError``.
    message
        What the error says.
    where
        Deepest place in the traceback, ``file:line in function``; empty when unknown.
    """

    notebook: str
    template: str
    cell: int | None
    line: str
    error: str
    message: str
    where: str = ""

    def __str__(self) -> str:
        """Name the notebook, the cell, its first line, the error and where it was raised."""
        cell = f", cell {self.cell}: {self.line}" if self.cell else ""
        where = f"\n    raised at {self.where}" if self.where else ""
        message = self.message.strip().replace("\n", "\n    ")
        return f"{self.notebook} (template {self.template}{cell})\n    {self.error}: {message}{where}"


class NotebookFailedError(KbError):
    """A notebook failed; ``failure`` says where and why."""

    def __init__(self, failure: Failure) -> None:
        self.failure = failure
        super().__init__(f"the notebook failed: {failure}")


def run_one(
    job: Job,
    folder: Path,
    *,
    evidence: Path | None = None,
    engine: str = "kernel",
    timeout: float | None = None,
    progress: Progress | None = None,
    reads: Reads | None = None,
) -> Path:
    """Run one notebook and write it, clean, below a folder; the file appears whole or not at all.

    Parameters
    ----------
    job
        What to run.
    folder
        Folder that the job's output path is relative to.
    evidence
        Evidence folder; None means that the notebook finds it by itself.
    engine
        ``kernel``: a Jupyter kernel of its own. ``warm``: in this process, which must be thrown away afterwards.
    timeout
        Seconds that one cell may take; None means no limit. The warm engine leaves time to its host process.
    progress
        Follows the run (see :class:`kb.notebooks.engine.Progress`).
    reads
        With an engine of kernels: gets the names of what the notebook read of the evidence.

    Raises
    ------
    ParameterError
        When a parameter does not fit the template.
    NotebookFailedError
        When a cell raised, or the kernel died.
    """
    template = template_path(job.template)
    check(template, job.parameters)
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill import execute_notebook
    from papermill.exceptions import PapermillExecutionError

    from kb.notebooks import engine as engines

    progress = progress or engines.Progress()
    with _environment(evidence) as written, _noted(reads, written):
        try:
            notebook = execute_notebook(
                str(template),
                None,
                parameters=job.parameters,
                engine_name=engines.register(engine),
                kernel_name="python3",
                progress_bar=False,
                request_save_on_cell_execute=False,
                execution_timeout=timeout,
                kb_progress=progress,
            )
        except PapermillExecutionError as error:
            failure = _failure(job, error.cell_index, error.ename, error.evalue, "\n".join(error.traceback or ()))
            raise NotebookFailedError(failure) from None
        except CellTimeoutError:
            raise NotebookFailedError(
                _failure(job, progress.cell, "TimeoutError", f"the cell ran for more than {timeout:g} s")
            ) from None
        except DeadKernelError:
            raise NotebookFailedError(
                _failure(job, progress.cell, "DeadKernelError", "the kernel ended while the cell ran")
            ) from None
    return write_notebook(clean(notebook), folder / job.output)


def write_notebook(notebook: Node, path: Path) -> Path:
    """Write a notebook; it appears whole or not at all."""
    import nbformat

    writes: Node = nbformat.writes
    text: str = writes(notebook)
    return put(path, (text if text.endswith("\n") else text + "\n").encode())


def failed_outside(job: Job, index: int | None, error: str, message: str) -> Failure:
    """The failure of a notebook whose process ended without a word; ``index`` is the last cell that started."""
    return _failure(job, index, error, message)


def plain(failure: Failure) -> dict[str, Any]:
    """The failure as JSON can hold it."""
    return asdict(failure)


def _failure(job: Job, index: int | None, error: str, message: str, traceback: str = "") -> Failure:
    cells = read_notebook(template_path(job.template))["cells"]
    tagged = [n for n, cell in enumerate(cells) if "parameters" in cell.get("metadata", {}).get("tags", ())]
    injected = tagged[0] + 1 if job.parameters and tagged else None
    number, line = None, ""
    if index is not None:
        if injected is not None and index == injected:
            line = "(the parameters)"
        position = index - (injected is not None and index >= injected)
        number = position + 1
        if not line and position < len(cells):
            line = next(iter("".join(cells[position]["source"]).strip().splitlines()), "")
    frames = _FRAME.findall(ANSI.sub("", traceback))
    where = "{} line {} in {}".format(_short(frames[-1][0]), *frames[-1][1:]) if frames else ""
    return Failure(job.output, job.template, number, line, error, ANSI.sub("", message)[:_LONGEST], where)


def _short(path: str) -> str:
    """The part of a path that does not depend on the machine."""
    for folder in ("site-packages/", str(Path(__file__).resolve().parents[2]) + "/"):
        if folder in path:
            return path.rpartition(folder)[2]
    return Path(path).name


@contextlib.contextmanager
def _noted(reads: Reads | None, path: Path) -> Iterator[None]:
    """Let kernels write down what they read, and take it over."""
    if reads is None:
        yield
        return
    from kb.notebooks.opened import STARTUP, written

    startup = path.parent / "profile_default" / "startup" / "00-kb.py"
    startup.parent.mkdir(parents=True)
    startup.write_text(STARTUP.format(path=str(path)), encoding="utf-8")
    yield
    reads.names |= written(path)


@contextlib.contextmanager
def _environment(evidence: Path | None) -> Iterator[Path]:
    """Set what notebooks rely on, and put the old values back; yields the place for what a kernel writes down."""
    wanted = dict(ENVIRONMENT)
    if evidence is not None:
        wanted["KB_EVIDENCE"] = str(evidence.absolute())
    before = {key: os.environ.get(key) for key in (*wanted, "IPYTHONDIR")}
    with tempfile.TemporaryDirectory(prefix="kb-ipython-", ignore_cleanup_errors=True) as folder:
        os.environ.update(wanted, IPYTHONDIR=folder)
        try:
            yield Path(folder, "reads")
        finally:
            for key, value in before.items():
                if value is None:
                    os.environ.pop(key, None)
                else:
                    os.environ[key] = value
