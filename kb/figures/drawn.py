"""Drawings that are kept: the same data drawn by the same code are the same bytes, so they need not be drawn again.

Drawing is most of what a page takes. One changed number changes one panel of a page that has thirty, and the same panel
stands on several pages. :func:`keeping` names a folder, whose owner (:mod:`kb.build`) sees to it that other code gets
another one; without it every drawing is made.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec

FOLDER = "KB_DRAWINGS"
_DIGEST = 32
"""Bytes of a SHA-256, which stand before what is kept."""

Given = ParamSpec("Given")


class _UnplainError(TypeError):
    """Something that cannot be written down in full."""


def drawn(draw: Callable[Given, str]) -> Callable[Given, str]:
    """Keep what a function draws, where there is a folder for it and what it draws can be written down in full."""

    @wraps(draw)
    def kept(*given: Given.args, **named: Given.kwargs) -> str:
        folder = os.environ.get(FOLDER)
        if not folder:
            return draw(*given, **named)
        try:
            told = repr((draw.__module__, draw.__qualname__, _plain(given), _plain(named)))
        except _UnplainError:
            return draw(*given, **named)
        name = hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()
        path = Path(folder, name[:2], name)
        content = _read(path)
        if content is None:
            content = draw(*given, **named)
            _write(path, content)
        return content

    return kept


@contextlib.contextmanager
def keeping(folder: Path) -> Iterator[None]:
    """Meanwhile, keep drawings in a folder, here and in the processes that are started."""
    before = os.environ.get(FOLDER)
    os.environ[FOLDER] = str(folder)
    try:
        yield
    finally:
        if before is None:
            del os.environ[FOLDER]
        else:
            os.environ[FOLDER] = before


def _plain(value: Any) -> Any:  # noqa: ANN401 - any data
    """A value whose ``repr`` says all of it.

    Examples
    --------
    >>> _plain((1, {"a": None}))
    ('tuple', (1, ('mapping', (('a', None),))))
    """
    if isinstance(value, Enum):
        return type(value).__name__, value.name
    if value is None or isinstance(value, str | int | float):
        return value
    if is_dataclass(value) and not isinstance(value, type):
        return type(value).__name__, tuple(_plain(getattr(value, field.name)) for field in fields(value))
    if type(value) in {tuple, list}:
        return type(value).__name__, tuple(map(_plain, value))
    if isinstance(value, Mapping):  # its order may be that of the drawing
        return "mapping", tuple((_plain(key), _plain(item)) for key, item in value.items())
    raise _UnplainError(type(value).__name__)


def _read(path: Path) -> str | None:
    """What is kept; None where there is nothing, or not what was written."""
    try:
        kept = path.read_bytes()
        if hashlib.sha256(kept[_DIGEST:]).digest() != kept[:_DIGEST]:
            return None
        return zlib.decompress(kept[_DIGEST:]).decode()
    except (OSError, ValueError, zlib.error):
        return None


def _write(path: Path, content: str) -> None:
    """Keep a drawing; where that is impossible it is drawn again the next time."""
    packed = zlib.compress(content.encode(), 1)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            fresh.write_bytes(hashlib.sha256(packed).digest() + packed)
            fresh.replace(path)
        except OSError:
            fresh.unlink(missing_ok=True)
            raise
