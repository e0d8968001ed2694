"""What the system refuses to a build, in a sentence that a person can act on."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kb.problems import KbError


class BuildError(KbError):
    """The build folder cannot be used as it is, or another build is using it."""


@contextmanager
def explained(folder: Path) -> Iterator[None]:
    """Say in a sentence what the system refused."""
    try:
        yield
    except OSError as error:
        safe = "nothing was changed, the last good build stands"
        if error.errno in {errno.EEXIST, errno.ENOTDIR} and not folder.is_dir():
            raise BuildError(f"{folder} is a file, or lies below one: choose another build folder") from error
        if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
            raise BuildError(f"no permission to write {error.filename or folder}: {safe}") from error
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise BuildError(f"no space left for {folder}: {safe}; make room and build again") from error
        raise BuildError(f"{error.strerror or error}: {error.filename or folder}; {safe}") from error
