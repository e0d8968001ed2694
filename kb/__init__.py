"""Research evidence for physical therapy: ``base = kb.open()``, then ``base.studies``, ``base.graph``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kb.base import Base, check
    from kb.base import open_base as open  # noqa: A004 - kb.open() is the documented name
    from kb.problems import EvidenceError, KbError, Problem, UnknownIdError

__all__ = ["Base", "EvidenceError", "KbError", "Problem", "UnknownIdError", "check", "open"]

_HOME = {
    "Base": ("kb.base", "Base"),
    "check": ("kb.base", "check"),
    "open": ("kb.base", "open_base"),
    **{name: ("kb.problems", name) for name in ("EvidenceError", "KbError", "Problem", "UnknownIdError")},
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - any public name
    """Import a public name when it is first used, so that ``kb --help`` is instant."""
    from importlib import import_module

    if name not in _HOME:
        message = f"module 'kb' has no attribute {name!r}"
        raise AttributeError(message)
    module, attribute = _HOME[name]
    return getattr(import_module(module), attribute)
