"""A real server for tests: started on a free port in a home of its own, stopped with everything that it started."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

PATIENCE = 60.0
"""Seconds that a server may take to listen, and a page to be made, on a machine that does much else."""
TOKEN = "a-test"


@dataclass
class Server:
    """A server that listens."""

    url: str
    log: Path
    home: Path
    build: Path


@dataclass
class Watched:
    """A page of a browser, with what it asked for and what went wrong in it."""

    page: Any
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def hosts(self) -> set[str]:
        """Whom it asked; addresses within the page (blob:, data:) ask nobody."""
        return {urlsplit(url).netloc for url in self.requests if urlsplit(url).scheme not in {"blob", "data"}}


def watch(page: Any) -> Watched:
    """Write down the requests and errors of a page."""
    watched = Watched(page)
    page.on("request", lambda request: watched.requests.append(request.url))
    page.on("websocket", lambda socket_: watched.requests.append(socket_.url))
    page.on("pageerror", lambda error: watched.errors.append(str(error)))
    page.on("dialog", lambda dialog: watched.errors.append(f"dialog: {dialog.message}"))
    return watched


def home_of(folder: Path) -> dict[str, str]:
    """Environment of somebody who never used Jupyter."""
    places = {"CONFIG_DIR": "config", "DATA_DIR": "data", "RUNTIME_DIR": "runtime"}
    settings = {f"JUPYTER_{name}": str(folder / place) for name, place in places.items()}
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "KB_"))},
        **settings,
        "HOME": str(folder),
        "IPYTHONDIR": str(folder / "ipython"),
        "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces"),
        "JUPYTER_PLATFORM_DIRS": "0",
        "PYTHONWARNINGS": "ignore",
    }


def free_port() -> int:
    """A port that nobody listened at a moment ago."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def serving(
    command: Sequence[str], port: int, *, environment: Mapping[str, str], folder: Path, cwd: Path
) -> Iterator[Path]:
    """Run a server until the block ends; gives its log."""
    log = folder / "server.log"
    with log.open("wb") as stream:
        process = subprocess.Popen(
            list(command),
            env=dict(environment),
            cwd=cwd,
            stdout=stream,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    try:
        _await(process, port, log)
        yield log
    finally:
        _stop(process)


def _await(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"no server at port {port}:\n{log.read_text()}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End the server, which ends its kernels; then whatever is left of its group."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            break
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            continue
    process.wait(timeout=15)
