"""Office files: ZIP packages that are the same bytes for the same content."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Mapping

_TIME = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def same_bytes(package: bytes, changed: Mapping[str, Callable[[bytes], bytes]] | None = None) -> bytes:
    """A package without the times at which its parts were written.

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
