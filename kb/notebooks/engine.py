"""Papermill engines: ``kernel`` starts a Jupyter kernel (the reference), ``warm`` runs the cells in this process.

The warm engine is for a process that was forked for one notebook and is thrown away afterwards (see
:mod:`kb.notebooks.host`); the fork starts with everything imported, which is what makes it fast. What a cell shows
(streams, displays, results, errors) is collected into the outputs that a kernel's client would have recorded; text
that child processes write to the terminal comes after the other outputs of the cell. What it does not do: widgets that
talk back.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn, TypeAlias

import nbformat.v4
from ipykernel import jsonutil
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from papermill.engines import Engine, NBClientEngine, papermill_engines
from traitlets import Any as AnyTrait
from traitlets import Type
from traitlets.config import Config

from kb.notebooks.streams import Caught

Untyped: TypeAlias = Any
"""What papermill, nbformat and IPython hand over; they have no types."""

_new_output: Untyped = nbformat.v4.new_output
_from_dict: Untyped = nbformat.from_dict
_encode_images: Untyped = jsonutil.encode_images
_json_clean: Untyped = jsonutil.json_clean


@dataclass(slots=True)
class Progress:
    """Which cell a run has come to; ``cell`` is its index, None before the first.

    The warm engine calls ``exceeded`` when the cells have shown more than ``output`` bytes; it must not return.
    """

    call: Callable[[int], object] | None = None
    cell: int | None = None
    output: int = sys.maxsize
    exceeded: Callable[[], NoReturn] | None = None

    def stop(self) -> None:
        """Too much was shown."""
        if self.exceeded is not None:
            self.exceeded()
        message = f"the cells show more than {self.output} bytes"
        raise RuntimeError(message)

    def follow(self, manager: Untyped) -> None:
        """Be told by a papermill execution manager whenever a cell starts."""
        start = manager.cell_start

        def cell_start(cell: Untyped, cell_index: int | None = None, **rest: Untyped) -> None:
            self.cell = cell_index
            if self.call is not None and cell_index is not None:
                self.call(cell_index)
            start(cell, cell_index, **rest)

        manager.cell_start = cell_start


def register(name: str) -> str:
    """Make an engine of ours known to papermill; returns the name it has there."""
    engine = {"kernel": KernelEngine, "warm": WarmEngine}[name]
    papermill_engines.register(f"kb-{name}", engine)
    return f"kb-{name}"


class KernelEngine(NBClientEngine):  # type: ignore[misc]
    """A Jupyter kernel for each notebook, over TCP on this machine; killed at the end rather than asked to stop.

    It would warn each time that others on this machine could listen; what it shows ends in a file anyway.
    """

    @classmethod
    def execute_managed_notebook(cls, nb_man: Untyped, kernel_name: str, **options: Untyped) -> Untyped:
        """Run all cells; papermill calls this."""
        options.pop("kb_progress").follow(nb_man)
        quiet = ["--log-level=ERROR"]
        return super().execute_managed_notebook(
            nb_man, kernel_name, shutdown_kernel="immediate", extra_arguments=quiet, **options
        )


class WarmEngine(Engine):  # type: ignore[misc]
    """The cells run in this process, in an IPython shell whose output is collected."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: Untyped, kernel_name: str, **options: Untyped) -> None:  # noqa: ARG003
        """Run all cells up to the first that raises; papermill calls this."""
        progress: Progress = options["kb_progress"]
        progress.follow(nb_man)
        shell, pid = warm_shell(), os.getpid()
        shell.outputs.left, shell.outputs.exceeded = progress.output, progress.stop
        streams = sys.stdout, sys.stderr
        try:
            with Caught(progress.output, progress.stop) as caught:
                for index, cell in enumerate(nb_man.nb.cells):
                    tags = cell.metadata.get("tags", [])
                    if cell.cell_type != "code" or not cell.source.strip() or "skip-execution" in tags:
                        continue
                    nb_man.cell_start(cell, index)
                    succeeded = shell.run_captured(cell, caught)
                    if os.getpid() != pid:  # the cell forked, and this is the fork
                        os._exit(0)
                    if not succeeded and "raises-exception" not in tags:
                        nb_man.cell_exception(cell, cell_index=index)
                    nb_man.cell_complete(cell, cell_index=index)
                    if not succeeded and "raises-exception" not in tags:
                        break
        finally:
            sys.stdout, sys.stderr = streams


class _Outputs:
    """Outputs of the cell that runs, and how many bytes the notebook may still show."""

    def __init__(self) -> None:
        self.current: list[Untyped] = []
        self.named: dict[str, list[Untyped]] = {}
        self.clear_next = False
        self.left = sys.maxsize
        self.exceeded: Callable[[], object] = lambda: None
        self._stream: tuple[str, list[str]] | None = None

    def start(self, outputs: list[Untyped]) -> None:
        """The outputs of a cell go here from now on."""
        self.current, self.clear_next, self._stream = outputs, False, None

    def finish(self) -> None:
        """Put text that was written piece by piece in its place."""
        if self._stream is not None:
            name, pieces = self._stream
            self.current.append(_new_output("stream", name=name, text="".join(pieces)))
            self._stream = None

    def add(self, output: Untyped) -> None:
        """Add an output that is no text of a stream."""
        self._ready()
        self.finish()
        self.current.append(output)

    def text(self, name: str, text: str) -> None:
        """Add text of a stream; pieces are joined, or a million prints would be a million outputs."""
        self._count(len(text))
        self._ready()
        if self._stream is not None and self._stream[0] != name:
            self.finish()
        if self._stream is None:
            self._stream = (name, [])
        self._stream[1].append(text)

    def _ready(self) -> None:
        if self.clear_next:
            self.current.clear()
            self.clear_next, self._stream = False, None

    def _count(self, size: int) -> None:
        self.left -= size
        if self.left < 0:
            self.exceeded()

    def count(self, data: Untyped) -> None:
        """Count the size of a display."""
        self._count(sum(len(value) if isinstance(value, str) else len(repr(value)) for value in data.values()))

    def display(self, data: Untyped, metadata: Untyped, transient: Untyped, *, update: bool) -> None:
        data, metadata = _from_dict((_plain(data), _json_clean(metadata or {})))
        self.count(data)
        identifier = (transient or {}).get("display_id")
        if update:
            for shown in self.named.get(str(identifier), ()):
                shown["data"], shown["metadata"] = data, metadata
            return
        output = _new_output("display_data", data=data, metadata=metadata)
        if identifier is not None:
            self.named.setdefault(str(identifier), []).append(output)
        self.add(output)

    def clear(self, *, wait: bool) -> None:
        self.clear_next = wait
        if not wait:
            self.current.clear()
            self._stream = None


def _plain(data: Untyped) -> Untyped:
    return _json_clean(_encode_images(data))


class _Stream(io.TextIOBase):
    """Standard output or error of a cell."""

    encoding = "utf-8"

    def __init__(self, name: str, outputs: _Outputs) -> None:
        self._name, self._outputs = name, outputs

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if text:
            self._outputs.text(self._name, text)
        return len(text)


class _Publisher(DisplayPublisher):
    """What ``display()`` shows."""

    outputs = AnyTrait()

    def publish(
        self,
        data: Untyped,
        metadata: Untyped = None,
        source: Untyped = None,  # noqa: ARG002 - IPython's signature
        *,
        transient: Untyped = None,
        update: bool = False,
        **_rest: Untyped,
    ) -> None:
        self.outputs.display(data, metadata, transient, update=update)

    def clear_output(self, wait: bool = False) -> None:  # noqa: FBT001, FBT002, RUF100 - IPython's signature
        self.outputs.clear(wait=wait)


class _Hook(DisplayHook):
    """What the last expression of a cell shows."""

    outputs = AnyTrait()
    output: Untyped = None

    def start_displayhook(self) -> None:
        self.output = None

    def write_output_prompt(self) -> None:
        """Show no prompt."""

    def write_format_data(self, format_dict: Untyped, md_dict: Untyped = None) -> None:
        data, metadata = _from_dict((_plain(format_dict), _json_clean(md_dict or {})))
        self.outputs.count(data)
        self.output = _new_output("execute_result", data=data, metadata=metadata, execution_count=self.prompt_count)

    def finish_displayhook(self) -> None:
        if self.output is not None and self.output["data"]:
            self.outputs.add(self.output)
        self.output = None


class _Shell(InteractiveShell):
    """An IPython shell without terminal, history or user configuration."""

    display_pub_class = Type(_Publisher)
    displayhook_class = Type(_Hook)

    def __init__(self, **options: Untyped) -> None:
        self.outputs = _Outputs()
        start: Untyped = super().__init__
        start(**options)
        shown: Untyped
        for shown in (self.display_pub, self.displayhook):
            shown.outputs = self.outputs

    def enable_gui(self, gui: Untyped = None) -> None:
        """Have no event loop."""

    def _showtraceback(self, etype: Untyped, evalue: Untyped, stb: Untyped) -> None:
        lines = stb if isinstance(stb, list) else [str(stb)]
        self.outputs.add(_new_output("error", ename=str(etype.__name__), evalue=str(evalue), traceback=lines))

    def run_captured(self, cell: Untyped, caught: Caught) -> bool:
        """Run a cell, put its outputs and count into it, and say whether it succeeded."""
        cell["outputs"] = []
        self.outputs.start(cell["outputs"])
        sys.stdout, sys.stderr = _Stream("stdout", self.outputs), _Stream("stderr", self.outputs)
        count = self.execution_count
        run: Untyped = self.run_cell
        result = run(cell["source"], store_history=True)
        for name, text in caught.take().items():
            self.outputs.text(name, text)
        self.outputs.finish()
        cell["execution_count"] = count
        return bool(result.success)


def warm_shell() -> _Shell:
    """The shell of this process; made on the first call, so that a host can make it before it forks."""
    if not (InteractiveShell.initialized() and isinstance(InteractiveShell.instance(), _Shell)):
        InteractiveShell.clear_instance()
        config = Config()
        config.HistoryManager.enabled = False
        config.InteractiveShell.colors = "nocolor"
        _Shell.instance(config=config)
    return _Shell.instance()
