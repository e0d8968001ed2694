"""NCBI's limit on requests a second, kept by all threads and processes of one user on one machine together."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import secrets
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from filelock import FileLock, Timeout

if TYPE_CHECKING:
    from collections.abc import Callable

WINDOW = 1.0  # seconds in which NCBI counts
_MARGIN = 0.01  # seconds: clocks are read at both ends
_LEASE = 300.0  # seconds after which a request that was never given back counts as done
_POLL = 0.02  # seconds between looks while others' requests are under way
_LOCK_LIMIT = 20.0  # seconds to wait for the lock, which is held for about a millisecond

_LONGEST_HOLD = 60.0  # seconds

T = TypeVar("T")

log = logging.getLogger("kb.pubmed")


@dataclass(slots=True)
class _Slot:
    """One request: who sends it, when it began, and when it had certainly arrived (None while under way)."""

    id: str
    pid: int
    began: float
    done: float | None


@dataclass(slots=True)
class _State:
    slots: list[_Slot]
    hold: float = 0.0


class Limiter:
    """At most `per_second` requests in any second.

    Parameters
    ----------
    folder
        Where the shared schedule lies; None keeps it to this process.
    scope
        What is limited: the base URL, and the key when there is one. Only a hash of it is written.
    per_second
        The limit.

    Notes
    -----
    When a request arrives at the server is not known here, only that it is between the moment it was sent and the
    moment the answer began. A request may be sent when fewer than `per_second` others are under way or were answered
    less than a second ago: then no second at the server holds more, whatever the network does. Times are those of
    the monotonic clock, which all processes of a machine share and nobody can set. A process that was killed gives
    its slots back when the next one looks; a schedule that cannot be read counts as full.
    """

    def __init__(self, folder: Path | None, scope: str, per_second: int) -> None:
        self.per_second = per_second
        self.note = ""
        self._local = _State([])
        self._thread_lock = threading.Lock()
        self._path: Path | None = None
        if folder is not None:
            self._path = folder / f"{hashlib.sha256(scope.encode()).hexdigest()[:20]}.json"
            try:
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            except OSError as error:
                self._fall_back(error)
            else:
                self._update(lambda _: None)

    def acquire(self, limit: float = 120.0) -> str | None:
        """Wait for a slot and return its id for `release`, or None when `limit` seconds did not suffice."""
        end = time.monotonic() + limit
        slot = _Slot(f"{os.getpid()}-{secrets.token_hex(6)}", os.getpid(), 0.0, None)
        while True:
            wait = self._try(slot)
            if wait <= 0:
                return slot.id
            if time.monotonic() + wait > end:
                return None
            time.sleep(wait)

    def release(self, slot: str) -> None:
        """Say that the answer to a request began, or that it failed: a second later its slot is free."""

        def give_back(state: _State) -> None:
            for each in state.slots:
                if each.id == slot:
                    each.done = time.monotonic()

        self._update(give_back)

    def hold(self, seconds: float) -> None:
        """Send nothing for a while, from no process: the server said that it was too much."""

        def stop(state: _State) -> None:
            state.hold = max(state.hold, time.monotonic() + min(seconds, _LONGEST_HOLD))

        self._update(stop)

    def _try(self, slot: _Slot) -> float:
        """Take a slot and return 0, or return how long to wait before the next look."""

        def take(state: _State) -> float:
            now = time.monotonic()
            _tidy(state, now)
            if state.hold > now:
                return state.hold - now
            if len(state.slots) < self.per_second:
                slot.began = now
                state.slots.append(slot)
                return 0.0
            free = [s.done + WINDOW + _MARGIN - now for s in state.slots if s.done is not None]
            soonest = max(min(free, default=_POLL), 0.001)
            return min(soonest, _POLL) if len(free) < len(state.slots) else soonest

        return self._update(take)

    def _update(self, change: Callable[[_State], T]) -> T:
        """Change the schedule, locked against other threads and processes."""
        with self._thread_lock:
            if self._path is not None:
                try:
                    with FileLock(self._path.with_suffix(".lock")).acquire(timeout=_LOCK_LIMIT, poll_interval=0.005):
                        state = _read(self._path, self.per_second)
                        result = change(state)
                        _write(self._path, state)
                        return result
                except (OSError, NotImplementedError, Timeout) as error:
                    self._fall_back(error)
            return change(self._local)

    def _fall_back(self, error: Exception) -> None:
        """Keep the limit for this process alone, from a full schedule on, and say so once."""
        reason = error.strerror if isinstance(error, OSError) else ""
        self.note = (
            f"The limit of {self.per_second} requests a second is kept for this process only: its schedule "
            f"{self._path} cannot be used ({reason or type(error).__name__}). Set KB_CACHE to a folder of your own."
        )
        log.warning("%s", self.note)
        self._path = None
        self._local = _full(self.per_second)


def _tidy(state: _State, now: float) -> None:
    """Drop slots that are free again, and give back those of processes that are gone."""
    kept = []
    for slot in state.slots:
        if slot.began > now or now - slot.began > _LEASE:  # before a restart, or lost
            slot.began, slot.done = now, min(slot.done or now, now)
        elif slot.done is None and not _alive(slot.pid):
            slot.done = now
        if slot.done is not None:
            slot.done = min(slot.done, now)
        if slot.done is None or now - slot.done < WINDOW + _MARGIN:
            kept.append(slot)
    state.slots = kept
    if state.hold > now + _LONGEST_HOLD:  # before a restart
        state.hold = now + WINDOW


def _alive(pid: int) -> bool:
    if os.name != "posix":
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _full(per_second: int) -> _State:
    now = time.monotonic()
    return _State([_Slot("unknown", os.getpid(), now, now) for _ in range(per_second)])


def _read(path: Path, per_second: int) -> _State:
    """The schedule; full when what is there cannot be read, for then nobody knows."""
    try:
        said = json.loads(path.read_bytes())
        slots = [_Slot(str(i), int(p), float(b), None if d is None else float(d)) for i, p, b, d in said["slots"]]
        return _State(slots[-1000:], float(said["hold"]))
    except FileNotFoundError:
        return _State([])
    except (ValueError, KeyError, TypeError):
        return _full(per_second)


def _write(path: Path, state: _State) -> None:
    """Write the schedule in its place: readers hold the lock, and half of it counts as full."""
    slots = [[s.id, s.pid, s.began, s.done] for s in state.slots]
    path.write_bytes(json.dumps({"slots": slots, "hold": state.hold}).encode())
