"""Facts are extracted from each notebook while the next ones run."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self

from kb import drift
from kb.notebooks.progress import Reporter
from kb.notebooks.run import Failure


class Gathering(Reporter):
    """Passes on what happens, and extracts the facts of each notebook as soon as it is there.

    Parameters
    ----------
    reporter
        Is told what happens.
    staging
        Folder of the build: ``notebooks`` below it are read, ``facts`` below it are written.
    """

    def __init__(self, reporter: Reporter, staging: Path) -> None:
        self._reporter, self._staging = reporter, staging
        self._worker = ThreadPoolExecutor(1)
        self._asked: list[Future[Path]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._worker.shutdown(cancel_futures=error is not None)
        if error is None:
            for asked in self._asked:
                asked.result()

    def say(self, message: str) -> None:
        """Pass it on."""
        self._reporter.say(message)

    def start(self, total: int) -> None:
        """Pass it on."""
        self._reporter.start(total)

    def done(self, name: str) -> None:
        """Extract its facts, and pass it on."""
        notebook, facts = self._staging / "notebooks" / f"{name}.ipynb", self._staging / "facts" / f"{name}.json"
        self._asked.append(self._worker.submit(drift.write_facts, notebook, facts))
        self._reporter.done(name)

    def failed(self, failure: Failure) -> None:
        """Pass it on."""
        self._reporter.failed(failure)

    def stop(self) -> None:
        """Pass it on."""
        self._reporter.stop()
