"""The explorer in a browser: the view and what is shown for it as traits, small questions as messages."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from kb.notebook.explorer.ahead import Ahead, drawings
from kb.notebook.explorer.large import Large
from kb.notebook.explorer.saving import Saved, save_later
from kb.notebook.explorer.session import PATIENCE, Session

if TYPE_CHECKING:
    from kb.base import Base

ASSETS = Path(__file__).parent / "assets"
PARTS = ("dom", "search", "filters", "answer", "table", "graph", "told", "save", "widget")
"""Files of the script, in order; the browser gets them as one module."""
_STEP, _PAUSE, _LOOK = 0.02, 0.005, 0.1
"""Seconds of work while nobody waits, between two of them, and between two looks at what the other process made."""
_QUIET = 1.0
"""Seconds after a choice or a question in which the kernel is kept free for the next."""


def script() -> str:
    """The script of the page, as one module."""
    return "\n".join((ASSETS / f"{part}.js").read_text(encoding="utf-8") for part in PARTS)


def style() -> str:
    """The style of the page."""
    return (ASSETS / "explorer.css").read_text(encoding="utf-8")


class Explorer(anywidget.AnyWidget):
    """Choose, read, sort, follow and save, without code.

    ``view`` may be read and set, e.g. ``explorer.view = {"condition": "tennis elbow", "years_from": 2015}``; ``page``
    and ``answer`` follow it. Everything goes through the kernel's connection: no server is asked for anything.

    Parameters
    ----------
    base
        The evidence.

    Raises
    ------
    KbError
        When ``view`` is set to something that does not exist; it names the nearest.
    """

    _esm = script()
    _css = style()
    view = traitlets.Dict().tag(sync=True)
    page = traitlets.Dict().tag(sync=True)
    answer = traitlets.Dict().tag(sync=True)
    saved = traitlets.Dict().tag(sync=True)
    narrow = traitlets.Bool(default_value=False).tag(sync=True)

    def __init__(self, base: Base, **more: Any) -> None:  # noqa: ANN401 - as ipywidgets takes it
        self._session = Session(base)
        self._loop = _running_loop()
        self._ahead = Ahead(base) if self._loop else None
        self._large = Large(lambda: time.monotonic() - self._used > _QUIET)
        self._used = time.monotonic()
        self._working = False
        if self._loop:
            self._session.drawings = drawings(base)
        super().__init__(**more)
        self.on_msg(self._asked)
        self._show()

    # --- what is shown -------------------------------------------------------------------------------------------

    @traitlets.validate("view")
    def _checked(self, proposal: Mapping[str, Any]) -> dict[str, str | int]:
        self._session.choose(proposal["value"])
        return self._session.view.as_dict()

    @traitlets.observe("view")
    def _viewed(self, _: object) -> None:
        self._show()

    @traitlets.observe("narrow")
    def _resized(self, change: Mapping[str, Any]) -> None:
        self._session.narrow = bool(change["new"])
        if not self.answer.get("pending", True):
            self.answer = self._session.answer()

    def _show(self) -> None:
        session = self._session
        self._used = time.monotonic()
        with self.hold_sync():
            ready = self._loop is None or session.ready(PATIENCE, pooling=self._pools())
            self.answer = session.answer() if ready else session.pending()
            self.page = session.page()
        self._used = time.monotonic()
        if self._loop is not None and not self._working and not self._finished():
            self._working = True
            self._loop.call_later(_PAUSE, self._step)

    def _pools(self) -> bool:
        """Whether what pools studies may be used: importing it here would keep everybody waiting for seconds."""
        return self._loop is None or self._large.over

    def _finished(self) -> bool:
        return self._session.finished and self._large.over

    def _step(self) -> None:
        """Go on a little with what the view waits for, which is shown at once, then with what others may need.

        While another process works on the latter, this one only looks what it made.
        """
        session = self._session
        expected = self._ahead is not None and self._ahead.look()
        ready = session.ready(_STEP, pooling=self._pools())
        finished = session.finished if expected else session.work(_STEP, pooling=self._pools())
        waits = self.answer.get("pending", False)
        if (waits and ready) or (finished and self.answer.get("certainty") is None):
            self.answer = session.answer()
        if finished or not expected:
            self._large.begin()
        self._working = not self._finished()
        if self._working and self._loop is not None:
            idle = expected or finished or self._large.running
            self._loop.call_later(_LOOK if idle and ready else _PAUSE, self._step)

    # --- small questions -----------------------------------------------------------------------------------------

    def _asked(self, _: object, content: Mapping[str, Any], __: object) -> None:
        self._used = time.monotonic()
        kind = content.get("ask")
        reply: dict[str, Any]
        if kind == "add":
            reply = self._add(content)
        elif kind == "save":
            reply = self._save()
        else:
            reply = self._session.reply(content)
        self.send({"id": content.get("id"), **reply})

    def _add(self, content: Mapping[str, Any]) -> dict[str, Any]:
        told, view = self._session.added(str(content.get("noun")), str(content.get("thing")))
        if view is not None:
            self.view = view.as_dict()
        return {"said": told}

    def _save(self) -> dict[str, Any]:
        if self.saved.get("running"):
            return {"said": "A report is being made already."}
        view = self._session.view
        self.saved = {"running": True, "view": view.as_dict()}
        save_later(self._session.base, view, self._hand_over(lambda done: self._was_saved(done, view.as_dict())))
        return {"said": "The report is being made."}

    def _was_saved(self, done: Saved, view: dict[str, str | int]) -> None:
        self.saved = {"running": False, "view": view, **done.data()}

    def _hand_over(self, then: Callable[[Saved], None]) -> Callable[[Saved], None]:
        """The same, called in the thread of the kernel where there is one."""
        loop = self._loop
        if loop is None:
            return then
        return lambda done: None if loop.is_closed() else _scheduled(loop, then, done)


def _scheduled(loop: asyncio.AbstractEventLoop, then: Callable[[Saved], None], done: Saved) -> None:
    loop.call_soon_threadsafe(then, done)


def _running_loop() -> asyncio.AbstractEventLoop | None:
    """The loop that serves the browser; None in a plain script, where everything is worked out at once."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
