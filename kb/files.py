"""Files: written whole or not at all, and the same bytes for the same content."""

from __future__ import annotations

import io
import os
import re
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

from kb.problems import KbError

_TIME = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


class WriteError(KbError):
    """A file could not be written; what stood there before is untouched."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path = path
        super().__init__(f"{path} could not be written ({reason}); the old file, if any, is as it was")


def put(path: Path, content: bytes) -> Path:
    """Write a file so that a reader sees the old or the new content, never half of it; missing folders are made.

    A link stays a link, and a file that is replaced keeps its permissions.

    Raises
    ------
    OSError
        When the folder or the file cannot be written.
    """
    target = path.resolve() if path.is_symlink() else path
    target.parent.mkdir(parents=True, exist_ok=True)
    mode = target.stat().st_mode & 0o777 if target.is_file() else 0o644
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    draft = Path(temporary)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        draft.chmod(mode)
        draft.replace(target)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    return path


def refuse(path: Path) -> None:
    """Raise a :class:`WriteError` where something stands that is not an ordinary file."""
    if path.exists() and not path.is_file():
        raise WriteError(path, "it is not an ordinary file: name another")


def write_whole(path: Path, content: bytes) -> Path:
    """Write a file as :func:`put` does.

    Raises
    ------
    WriteError
        When it cannot be written, or something stands there that is not an ordinary file.
    """
    refuse(path)
    try:
        return put(path, content)
    except OSError as error:
        raise WriteError(path, error.strerror or str(error)) from error


def same_bytes(package: bytes, changed: Mapping[str, Callable[[bytes], bytes]] | None = None) -> bytes:
    """A zip package (DOCX, XLSX) without the times at which its parts were written.

    Parameters
    ----------
    package
        The file as a library made it.
    changed
        What becomes of a part, by its name.
    """
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(package)) as old,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as new,
    ):
        for name in old.namelist():
            data = old.read(name)
            if name == "docProps/core.xml":
                data = _TIME.sub(b"1980-01-01T00:00:00Z", data)
            if changed and name in changed:
                data = changed[name](data)
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, data)
    return stream.getvalue()
