"""What the explorer will need, worked out ahead in another process and kept on disk: answers and forest plots.

Working out every answer of a base and importing what pools takes seconds, in which a kernel would answer nobody. So
:func:`begin` starts a process of low priority that does it (``kb lab`` does so before JupyterLab listens), and
:func:`fetch` takes over what it kept. What is kept counts only for the very evidence and code it was made from; where
there is nothing, everything is worked out in the kernel as it is needed.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache, lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import TypeAdapter

import kb as package
from kb.answers.kept import answer_all, take_over
from kb.figures.drawn import keeping
from kb.files import put
from kb.graph import Contradiction
from kb.notebook.explorer import told
from kb.notebook.explorer.kept import kept

if TYPE_CHECKING:
    from kb.base import Base

_LIBRARIES = ("matplotlib", "networkx", "numpy", "pydantic", "pydantic-core", "pymare", "scipy")
_ENDINGS = {".py", ".json", ".csv", ".txt"}
_MOST = 2000
"""Drawings from which on those of older evidence are removed."""
_POLITE = 15
"""How far everything else goes before (0 to 19)."""


# --- where -----------------------------------------------------------------------------------------------------------


def build_folder(base: Base) -> Path:
    """The build folder: ``KB_BUILD``, or ``build`` beside the evidence."""
    build = os.environ.get("KB_BUILD")
    return (Path(build) if build else base.root.absolute().parent / "build").absolute()


def _lock(build: Path) -> Path:
    return build / "lab" / ".ahead" / "lock"


def folder(base: Base) -> Path:
    """Where things are kept for the code as it is now; anything may be deleted from it at any time."""
    return _lock(build_folder(base)).parent / _code()


def drawings(base: Base) -> Path:
    """Where forest plots are kept, for :func:`kb.figures.drawn.keeping`."""
    return folder(base) / "drawings"


@lru_cache(maxsize=1)
def _code() -> str:
    """Checksum of the code of kb and of the versions of what it computes and draws with."""
    total = hashlib.sha256(repr(sys.version_info[:3]).encode())
    for name in _LIBRARIES:
        with suppress(PackageNotFoundError):
            total.update(f"{name} {version(name)}\n".encode())
    root = Path(package.__file__).parent
    for path in sorted(path for path in root.rglob("*") if path.suffix in _ENDINGS):
        total.update(path.relative_to(root).as_posix().encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()[:16]


def _answers(base: Base) -> Path:
    """The file of the answers (see :mod:`kb.answers.kept`)."""
    return folder(base) / "answers"


@lru_cache(maxsize=2)
def _against(base: Base) -> Path:
    """The file of what stands against claims, named by the evidence as it was loaded (the files may have changed).

    It is written last: where it is, all is there.
    """
    total = hashlib.sha256()
    corpus = base.corpus
    for noun in ("conditions", "interventions", "outcomes", "populations", "references", "studies", "posts"):
        for key, thing in getattr(corpus, noun).items():
            total.update(f"{noun}/{key} {thing.model_dump_json()}\n".encode())
    registered = sorted((key, sorted(ids)) for key, ids in (base.questions.registrations or {}).items())
    reviews = [review.model_dump_json() for review in corpus.certainty]
    total.update(repr((sorted(base.retracted), registered, reviews)).encode())
    return folder(base) / f"against-{total.hexdigest()[:24]}"


# --- writing and reading ---------------------------------------------------------------------------------------------


@cache
def _shape() -> TypeAdapter[dict[str, tuple[Contradiction, ...]]]:
    return TypeAdapter(dict[str, tuple[Contradiction, ...]])


def keep(base: Base) -> None:
    """Write down every answer of a base and what stands against the claims; they are worked out where they are not.

    Raises
    ------
    OSError
        When that cannot be written.
    """
    answer_all(kept(base), _answers(base), _code())
    told.look_ahead(base, float("inf"))
    content = _shape().dump_json(told.against(base))
    put(_against(base), hashlib.sha256(content).hexdigest().encode() + b"\n" + content)


def fetch(base: Base) -> bool:
    """Take over what is kept for this evidence and code; whether that is all of it."""
    missing = take_over(kept(base), _answers(base), _code())
    try:
        mark, _, content = _against(base).read_bytes().partition(b"\n")
        if hashlib.sha256(content).hexdigest().encode() != mark:
            return False
        told.against(base).update(_shape().validate_json(content))
    except (OSError, ValueError):
        return False
    return not missing


# --- the other process -----------------------------------------------------------------------------------------------


class Ahead:
    """The other process, seen from a kernel.

    Parameters
    ----------
    base
        The evidence: what is kept for it is taken over, and the process is started where nothing is.
    """

    def __init__(self, base: Base) -> None:
        self._base = base
        self.fetched = fetch(base)
        self._process = None if self.fetched or at_work(base) else begin(base.root, build_folder(base))

    def look(self) -> bool:
        """Whether answers are still to be expected from it; what came meanwhile is taken over."""
        if self.fetched:
            return False
        running = (self._process is not None and self._process.poll() is None) or at_work(self._base)
        if _against(self._base).exists() or not running:  # asked in this order: it may have ended just now
            self.fetched = fetch(self._base)
            return False
        return True


def begin(evidence: Path, build: Path) -> subprocess.Popen[bytes] | None:
    """Start the process, which ends with the one that started it; None where it cannot be started."""
    command = [sys.executable, "-c", f"from {__name__} import main; main()", str(evidence), str(os.getpid())]
    nothing = subprocess.DEVNULL
    with suppress(OSError):
        return subprocess.Popen(  # noqa: S603 - our own command, no shell
            command,
            env={**os.environ, "KB_BUILD": str(build)},
            stdin=nothing,
            stdout=nothing,
            stderr=nothing,
            start_new_session=True,
        )
    return None


@contextmanager
def _alone(path: Path, *, wait: Callable[[], bool]) -> Iterator[bool]:
    """Hold a lock, which the system gives back however this ends; whether it was had before ``wait`` said no."""
    try:
        import fcntl
    except ImportError:  # a system without: two may do the same work
        yield True
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as stream:
        while True:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError:
                if not wait():
                    yield False
                    return
        yield True


def at_work(base: Base) -> bool:
    """Whether such a process is at work for this build folder."""
    try:
        with _alone(_lock(build_folder(base)), wait=lambda: False) as free:
            return not free
    except OSError:
        return False


def prepare(base: Base, go_on: Callable[[], bool]) -> None:
    """Keep all answers, then all forest plots, for wide and for narrow pages; what was kept for other code goes."""
    here, against = folder(base), _against(base)
    for other in here.parent.glob("*/"):
        if other != here:
            shutil.rmtree(other, ignore_errors=True)
    for other in here.glob("against-*"):
        if other.stem != against.stem:
            other.unlink()
    if not fetch(base):
        keep(base)
    _draw(base, go_on)


def _draw(base: Base, go_on: Callable[[], bool]) -> None:
    from kb.notebook.explorer.session import Session

    done = _against(base).with_suffix(".drawn")
    if done.exists():
        return
    if sum(1 for _ in drawings(base).glob("*/*")) > _MOST:
        shutil.rmtree(drawings(base))
    with keeping(drawings(base)):
        for narrow in (False, True):
            session = Session(base, narrow=narrow)
            for place in range(session.figures):
                if not go_on():
                    return
                session.forests(place, 1)
    put(done, b"")


def main() -> None:
    """Work ahead for the evidence folder that the command names, for as long as the process that it names is there."""
    evidence, parent = sys.argv[1], int(sys.argv[2])

    def go_on() -> bool:
        return os.name != "posix" or os.getppid() == parent

    def wait() -> bool:
        time.sleep(0.2)
        return go_on()

    with suppress(AttributeError, OSError):
        os.nice(_POLITE)
    from kb.base import open_base
    from kb.problems import KbError

    # Nobody reads what it would say: the kernel says what is wrong with the evidence.
    with suppress(KbError, OSError), _alone(_lock(Path(os.environ["KB_BUILD"])), wait=wait) as mine:
        if mine and go_on():
            prepare(open_base(evidence), go_on)
