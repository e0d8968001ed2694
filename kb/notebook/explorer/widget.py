"""The explorer in a browser: the view and what is shown for it as traits, small questions as messages."""

from __future__ import annotations

import asyncio
import importlib
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from kb.notebook.explorer.saving import Saved, save_later
from kb.notebook.explorer.session import PATIENCE, Session

if TYPE_CHECKING:
    from kb.base import Base

ASSETS = Path(__file__).parent / "assets"
PARTS = ("dom", "search", "filters", "answer", "table", "graph", "told", "save", "widget")
"""Files of the script, in order; the browser gets them as one module."""
_STEP, _PAUSE = 0.02, 0.005
"""Seconds of work while nobody waits, and between two of them."""


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
        self._importing = _import_ahead() if self._loop else None
        self._working = False
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
        with self.hold_sync():
            ready = self._loop is None or session.ready(PATIENCE, pooling=not self._imports())
            self.answer = session.answer() if ready else session.pending()
            self.page = session.page()
        if self._loop is not None and not self._working and not session.finished:
            self._working = True
            self._loop.call_later(_PAUSE, self._step)

    def _imports(self) -> bool:
        """Whether what pools is still being imported in the other thread."""
        return self._importing is not None and self._importing.is_alive()

    def _step(self) -> None:
        """Work a little while nobody waits; what the view waits for comes first and is shown at once."""
        session, pooling = self._session, not self._imports()
        ready = session.ready(_STEP, pooling=pooling)
        finished = session.work(_STEP, pooling=pooling)
        waits = self.answer.get("pending", False)
        if (waits and ready) or (finished and self.answer.get("certainty") is None):
            self.answer = session.answer()
        if finished:
            self._working = False
        elif self._loop is not None:
            self._loop.call_later(_PAUSE if pooling else _STEP, self._step)

    # --- small questions -----------------------------------------------------------------------------------------

    def _asked(self, _: object, content: Mapping[str, Any], __: object) -> None:
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


def _import_ahead() -> threading.Thread:
    """Import what pools, which takes seconds, while the page is drawn."""

    def load() -> None:
        with suppress(ImportError):
            importlib.import_module("pymare")

    thread = threading.Thread(target=load, name="kb-import", daemon=True)
    thread.start()
    return thread
