"""The limit on requests holds for threads and processes together, through kills, clocks and broken files."""

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time

import pytest
from filelock import FileLock

from kb.pubmed import rate
from kb.pubmed.rate import Limiter


def most_in_a_second(times):
    """Return the largest number of times in any window of one second."""
    times = sorted(times)
    most = first = 0
    for last, now in enumerate(times):
        while now - times[first] >= 1.0:
            first += 1
        most = max(most, last - first + 1)
    return most


def take(limiter):
    """Wait for a slot."""
    slot = limiter.acquire()
    assert slot
    return slot


def state_file(folder):
    (path,) = folder.glob("*.json")
    return path


def work(folder, scope, per_second, count, latency, queue):
    def one():
        slot = take(limiter)
        sent = time.monotonic()
        time.sleep(latency)
        limiter.release(slot)
        queue.put(sent)

    limiter = Limiter(folder, scope, per_second)
    threads = [threading.Thread(target=lambda: [one() for _ in range(count)]) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.parametrize(("per_second", "count"), [(3, 2), (10, 6)])
def test_processes_and_threads_share_one_limit(tmp_path, per_second, count):
    context = multiprocessing.get_context("spawn")
    queue = context.Queue()
    processes = [context.Process(target=work, args=(tmp_path, "a", per_second, count, 0.01, queue)) for _ in range(3)]
    for process in processes:
        process.start()
    times = [queue.get(timeout=60) for _ in range(3 * 2 * count)]
    for process in processes:
        process.join(10)
    assert most_in_a_second(times) <= per_second
    needed = len(times) / per_second - 1
    assert max(times) - min(times) < needed * 1.5 + 1  # and little time is lost


def test_requests_under_way_count(tmp_path):
    limiter = Limiter(tmp_path, "a", 2)
    slots = [take(limiter), take(limiter)]
    assert limiter.acquire(limit=1.3) is None
    limiter.release(slots[0])
    began = time.monotonic()
    assert limiter.acquire(limit=5)
    assert 0.95 < time.monotonic() - began < 1.5


def test_other_places_and_keys_have_their_own_limit(tmp_path):
    assert Limiter(tmp_path, "a", 1).acquire(limit=0)
    assert Limiter(tmp_path, "b\nkey", 1).acquire(limit=0)
    assert Limiter(tmp_path, "a", 1).acquire(limit=0.1) is None
    assert "key" not in "".join(path.name + path.read_text() for path in tmp_path.glob("*.json"))


TAKE = """
import sys, time
from pathlib import Path
from filelock import FileLock
from kb.pubmed.rate import Limiter
limiter = Limiter(Path(sys.argv[1]), "a", 2)
limiter.acquire(); limiter.acquire()
lock = FileLock(next(Path(sys.argv[1]).glob("*.json")).with_suffix(".lock"))
if sys.argv[2] == "lock":
    lock.acquire()
print("ready", flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("hold", ["slots", "lock"])
def test_a_killed_process_gives_back_slots_and_lock(tmp_path, hold):
    command = [sys.executable, "-c", TAKE, str(tmp_path), hold]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        os.kill(process.pid, signal.SIGKILL)
    limiter = Limiter(tmp_path, "a", 2)
    began = time.monotonic()
    assert limiter.acquire(limit=10)
    assert 0.9 < time.monotonic() - began < 2
    assert limiter.note == ""


@pytest.mark.parametrize("text", ["", "{", "[]", '{"slots": 1, "hold": 0}', '{"slots": [["a"]], "hold": 0}', "\xff"])
def test_a_broken_schedule_counts_as_full_for_a_second(tmp_path, text):
    limiter = Limiter(tmp_path, "a", 2)
    state_file(tmp_path).write_text(text, encoding="latin-1")
    began = time.monotonic()
    assert limiter.acquire(limit=5)
    assert 0.9 < time.monotonic() - began < 2


def test_stamps_of_before_a_restart_do_not_block(tmp_path):
    limiter = Limiter(tmp_path, "a", 1)
    future = time.monotonic() + 1e6
    slots = [["old", 1, future, None], ["older", 1, future, future]]
    state_file(tmp_path).write_text(json.dumps({"slots": slots, "hold": future}))
    began = time.monotonic()
    assert limiter.acquire(limit=5)
    assert time.monotonic() - began < 2.5


def test_the_wall_clock_does_not_matter(tmp_path, monkeypatch):
    limiter = Limiter(tmp_path, "a", 1)
    limiter.release(take(limiter))
    monkeypatch.setattr(time, "time", lambda: 4e9)
    began = time.monotonic()
    assert limiter.acquire(limit=5)
    assert time.monotonic() - began > 0.9


def test_a_hold_stops_everybody(tmp_path):
    Limiter(tmp_path, "a", 3).hold(0.6)
    began = time.monotonic()
    assert Limiter(tmp_path, "a", 3).acquire(limit=5)
    assert 0.5 < time.monotonic() - began < 1.2


def test_a_folder_that_cannot_be_used_falls_back_with_a_note(tmp_path, caplog):
    (tmp_path / "file").write_text("")
    limiter = Limiter(tmp_path / "file" / "rate", "a", 2)
    assert "kept for this process only" in limiter.note
    assert "Not a directory" in limiter.note
    assert limiter.note in caplog.text
    times = []
    for _ in range(5):
        limiter.release(take(limiter))
        times.append(time.monotonic())
    assert most_in_a_second(times) <= 2


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_of_another_user_falls_back_with_a_note(tmp_path):
    tmp_path.chmod(0o500)
    assert "Permission denied" in Limiter(tmp_path, "a", 2).note
    tmp_path.chmod(0o700)


def test_a_refusal_in_the_middle_falls_back(tmp_path, monkeypatch):
    limiter = Limiter(tmp_path, "a", 2)

    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(rate, "_write", refuse)
    assert limiter.acquire(limit=5)
    assert "Permission denied" in limiter.note


def test_a_lock_that_is_never_freed_falls_back(tmp_path, monkeypatch):
    limiter = Limiter(tmp_path, "a", 2)
    monkeypatch.setattr(rate, "_LOCK_LIMIT", 0.2)
    with FileLock(state_file(tmp_path).with_suffix(".lock")):
        assert limiter.acquire(limit=5)
    assert "Timeout" in limiter.note
