"""Large libraries, imported in another thread while nobody waits: what pools studies, and what draws."""

from __future__ import annotations

import importlib
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress

from kb.synthesis.variance import estimators

_PARTS = (
    "matplotlib.figure",
    "matplotlib.backends.backend_svg",
    "scipy.special",
    "scipy.spatial",
    "scipy.stats.distributions",
    "scipy.stats",
    "pandas.core.api",
    "pandas",
    "sympy.core",
    "sympy.polys",
    "sympy",
    "pymare",
)
"""In this order, so that no single import takes long: between two of them a person's choice goes first."""
_TURN, _QUIET_TURN = 0.0005, 0.02
"""Seconds after which a thread that computes lets another go on, and between two looks whether it is quiet."""


class Large:
    """The import of the libraries, which takes seconds.

    Parameters
    ----------
    quiet
        Whether nobody waits for anything just now.
    """

    def __init__(self, quiet: Callable[[], bool]) -> None:
        self._quiet = quiet
        self._thread: threading.Thread | None = None

    @property
    def there(self) -> bool:
        """Whether everything is imported, or nothing more will be."""
        return _PARTS[-1] in sys.modules and not self.running

    @property
    def running(self) -> bool:
        """Whether it is under way."""
        return self._thread is not None and self._thread.is_alive()

    @property
    def over(self) -> bool:
        """Whether it ended, with or without success: what is missing then says so where it is used."""
        return self.there or (self._thread is not None and not self.running)

    def begin(self) -> None:
        """Start it, once."""
        if self._thread is None and not self.there:
            self._thread = threading.Thread(target=self._load, name="kb-import", daemon=True)
            self._thread.start()

    def _load(self) -> None:
        turn = sys.getswitchinterval()
        sys.setswitchinterval(_TURN)
        try:
            for part in _PARTS:
                while not self._quiet():
                    time.sleep(_QUIET_TURN)
                with suppress(ImportError):
                    estimators() if part == "pymare" else importlib.import_module(part)
        finally:
            sys.setswitchinterval(turn)
