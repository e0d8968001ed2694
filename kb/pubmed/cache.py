"""The user's cache of full answers: one gzip file per PMID, outside every repository, safe against kills."""

from __future__ import annotations

import contextlib
import datetime as dt
import gzip
import hashlib
import heapq
import io
import json
import os
import re
import tempfile
import time
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from kb.problems import KbError

if TYPE_CHECKING:
    from collections.abc import Iterator

PMID = re.compile(r"[1-9][0-9]{0,9}")
_APP = "kb-evidence"
_VERSION = 1
_LONGEST = 64_000_000  # bytes of one record; the longest in PubMed is about a tenth
_HEAD = 4096
_STALE = 3600.0  # seconds after which a draft belongs to nobody alive
_DRAFT = ".draft-"


class CacheError(KbError):
    """The cache folder cannot be used."""

    def __init__(self, root: Path, reason: str) -> None:
        self.root, self.reason = root, reason
        super().__init__(f"the cache {root} cannot be used ({reason}): set KB_CACHE to another folder")


@dataclass(frozen=True, slots=True)
class Entry:
    """One full answer.

    Parameters
    ----------
    pmid
        The PMID that was asked for.
    holds
        The PMID of the record; another one when the record was merged.
    fetched
        When, UTC.
    sha256
        Hash of ``xml``.
    source
        Where it came from, without email, tool and key.
    xml
        The record, as a PubmedArticleSet of one.
    """

    pmid: str
    holds: str
    fetched: dt.datetime
    sha256: str
    source: str
    xml: bytes


def cache_root() -> Path:
    """``KB_CACHE``, or the user's cache folder.

    Raises
    ------
    CacheError
        When it lies in a repository of evidence: full answers hold abstracts, which are not ours to publish.
    """
    given = os.environ.get("KB_CACHE", "").strip()
    root = Path(given).expanduser().absolute() if given else platformdirs.user_cache_path(_APP, appauthor=False)
    for folder in (root, *root.resolve().parents):
        if (folder / "evidence" / "bibliography.bib").exists():
            raise CacheError(root, "it lies in a repository of evidence, where abstracts must not be")
    return root


class Cache:
    """Full answers by PMID.

    Parameters
    ----------
    root
        The folder; `cache_root` when left out.

    Notes
    -----
    A file is written beside its place, synced, and renamed, so a reader sees all of it or nothing. What a reader
    cannot verify (its hash, its PMID) it treats as missing; the next fetch replaces it.
    """

    def __init__(self, root: Path | None = None) -> None:
        self.root = cache_root() if root is None else root
        self.folder = self.root / "pubmed"

    def put(self, pmid: str, xml: bytes, *, source: str, holds: str = "", now: dt.datetime | None = None) -> Entry:
        """Keep the answer for a PMID.

        Raises
        ------
        CacheError
            When it cannot be written; what was there before is untouched.
        """
        fetched = (now or dt.datetime.now(dt.UTC)).astimezone(dt.UTC).replace(microsecond=0)
        entry = Entry(pmid, holds or pmid, fetched, hashlib.sha256(xml).hexdigest(), source, xml)
        head = {
            "v": _VERSION,
            "pmid": pmid,
            "holds": entry.holds,
            "fetched": fetched.isoformat(),
            "sha256": entry.sha256,
            "source": source,
        }
        data = gzip.compress(json.dumps(head).encode() + b"\n" + xml, compresslevel=6, mtime=0)
        path = self._path(pmid)
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle, name = tempfile.mkstemp(dir=path.parent, prefix=_DRAFT)
        except OSError as error:
            raise CacheError(self.root, error.strerror or type(error).__name__) from error
        draft = Path(name)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            draft.replace(path)
        except OSError as error:
            with contextlib.suppress(OSError):
                draft.unlink(missing_ok=True)
            raise CacheError(self.root, error.strerror or type(error).__name__) from error
        return entry

    def get(self, pmid: str, *, newer_than: dt.datetime | None = None) -> Entry | None:
        """The answer kept for a PMID, or None when there is none that is whole (and new enough)."""
        try:
            with gzip.open(self._path(pmid), "rb") as stream:
                data = stream.read(_LONGEST + 1)
        except (OSError, EOFError, zlib.error):
            return None
        head, _, xml = data.partition(b"\n")
        entry = _entry(head, xml)
        if entry is None or entry.pmid != pmid or len(data) > _LONGEST:
            return None
        if hashlib.sha256(xml).hexdigest() != entry.sha256:
            return None
        return entry if newer_than is None or entry.fetched >= newer_than else None

    def pmids(self, *, limit: int = 1000, after: str = "0") -> tuple[str, ...]:
        """At most `limit` PMIDs above `after`, in order; ask again with the last one for more.

        Examples
        --------
        >>> import tempfile
        >>> cache = Cache(Path(tempfile.mkdtemp()))
        >>> for pmid in ("9", "10", "200"):
        ...     _ = cache.put(pmid, b"<a/>", source="example")
        >>> cache.pmids(limit=2), cache.pmids(after="10")
        (('9', '10'), ('200',))
        """
        numbers = (int(path.name.removesuffix(".gz")) for path in self._files() if not path.name.startswith("."))
        return tuple(str(n) for n in heapq.nsmallest(limit, (n for n in numbers if n > int(after))))

    def purge(self, older_than: dt.timedelta) -> int:
        """Remove answers fetched longer ago than this, broken files and what killed writers left; say how many."""
        oldest, gone = dt.datetime.now(dt.UTC) - older_than, 0
        for path in self._files():
            with contextlib.suppress(OSError):
                draft = path.name.startswith(_DRAFT)
                if draft and time.time() - path.stat().st_mtime < _STALE:
                    continue  # somebody may be writing it
                fetched = None if draft else _fetched(path)
                if fetched is None or fetched < oldest:
                    path.unlink()
                    gone += 1
        return gone

    def _path(self, pmid: str) -> Path:
        if not PMID.fullmatch(pmid):
            message = f"not a PMID: {pmid[:20]!r}"
            raise ValueError(message)
        return self.folder / pmid.zfill(2)[-2:] / f"{pmid}.gz"

    def _files(self) -> Iterator[Path]:
        """Every file of the cache; folders and files that are not ours are left out."""
        for shard in sorted(self.folder.glob("[0-9][0-9]")):
            with contextlib.suppress(OSError), os.scandir(shard) as found:
                for item in found:
                    if item.name.startswith(_DRAFT) or re.fullmatch(rf"{PMID.pattern}\.gz", item.name):
                        yield Path(item.path)


def _entry(head: bytes, xml: bytes) -> Entry | None:
    """The entry that a first line describes, or None when it is not one."""
    try:
        said = json.loads(head)
        when = dt.datetime.fromisoformat(said["fetched"])
        texts = [said[name] for name in ("pmid", "holds", "sha256", "source")]
    except (ValueError, KeyError, TypeError):
        return None
    if said.get("v") != _VERSION or when.tzinfo is None or not all(isinstance(text, str) for text in texts):
        return None
    pmid, holds, sha256, source = texts
    return Entry(pmid, holds, when, sha256, source, xml)


def _fetched(path: Path) -> dt.datetime | None:
    """When a file was fetched, from its first line alone; None when it is broken."""
    try:
        with gzip.open(path, "rb") as stream, io.BufferedReader(stream) as lines:
            entry = _entry(lines.readline(_HEAD), b"")
    except (OSError, EOFError, zlib.error):
        return None
    return entry.fetched if entry else None
