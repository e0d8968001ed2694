"""What processes that a cell starts write to the terminal: caught, and shown with the cell."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

_MARK = b"\0kb-end-of-cell\0"
_PATIENCE = 5.0


class Caught:
    """Catches the file descriptors 1 and 2 of this process; what Python's own streams print does not pass here.

    Parameters
    ----------
    exceeded
        Called, from another thread, as soon as more than ``limit`` bytes came.
    """

    def __init__(self, limit: int, exceeded: Callable[[], object]) -> None:
        self._pipes = {"stdout": _Pipe(1, limit, exceeded), "stderr": _Pipe(2, limit, exceeded)}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for pipe in self._pipes.values():
            pipe.close()

    def take(self) -> dict[str, str]:
        """What came since the last call, by stream; only those to which something was written."""
        found = {name: pipe.take() for name, pipe in self._pipes.items()}
        return {name: text for name, text in found.items() if text}


class _Pipe:
    """One file descriptor, led into a pipe that a thread empties."""

    def __init__(self, descriptor: int, limit: int, exceeded: Callable[[], object]) -> None:
        self._descriptor, self._limit, self._exceeded = descriptor, limit, exceeded
        self._before = os.dup(descriptor)
        self._reading, writing = os.pipe()
        os.dup2(writing, descriptor)
        os.close(writing)
        self._text = bytearray()
        self._marked = threading.Event()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        total = 0
        while True:
            try:
                piece = os.read(self._reading, 1 << 16)
            except OSError:
                return
            if not piece:
                return
            total += len(piece)
            self._text += piece
            if total > self._limit:
                self._exceeded()
            if self._text.endswith(_MARK):
                del self._text[-len(_MARK) :]
                self._marked.set()

    def take(self) -> str:
        self._marked.clear()
        os.write(self._descriptor, _MARK)
        self._marked.wait(_PATIENCE)
        text = bytes(self._text).replace(_MARK, b"").decode(errors="replace")
        self._text.clear()
        return text

    def close(self) -> None:
        os.dup2(self._before, self._descriptor)
        os.close(self._before)
