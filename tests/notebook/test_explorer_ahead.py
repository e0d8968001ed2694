"""What is worked out ahead: the same as in the kernel, or nothing; and a kernel that stays free meanwhile."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import kb
from kb.model import Study
from kb.notebook.explorer import ahead, large, widget
from kb.notebook.explorer.ahead import Ahead, at_work, begin, drawings, fetch, folder, keep, prepare
from kb.notebook.explorer.kept import kept
from kb.notebook.explorer.large import Large
from kb.notebook.explorer.session import Session
from kb.notebook.explorer.widget import Explorer
from kb.store import load, save_study

PATIENCE = 60.0


@pytest.fixture(autouse=True)
def build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "build"
    monkeypatch.setenv("KB_BUILD", str(folder))
    return folder


def until(done: Callable[[], bool]) -> bool:
    end = time.monotonic() + PATIENCE
    while not done() and time.monotonic() < end:
        time.sleep(0.05)
    return done()


def skip_if_edited(code: str) -> None:
    """What another process keeps is another's as soon as somebody edits a file of `kb`."""
    ahead._code.cache_clear()
    if ahead._code() != code:
        pytest.skip("the code of kb changed while the test ran")


def answer_of(base: kb.Base) -> object:
    session = Session(base)
    assert session.ready(PATIENCE)
    return session.answer()


def test_what_is_fetched_is_what_would_be_worked_out(small: Path) -> None:
    keep(kb.open(small))
    fresh, other = kb.open(small), kb.open(small)
    assert not kept(fresh).known
    assert fetch(fresh)
    assert set(kept(fresh).known) == set(kept(fresh).every)
    assert kept(fresh).known == {question: kept(other).answer(question) for question in kept(other).every}
    assert answer_of(fresh) == answer_of(other)
    assert Session(fresh).finished


def test_all_answers_of_the_base_come_back_equal(base: kb.Base) -> None:
    keep(base)
    fresh = kb.open(base.root)
    assert fetch(fresh)
    assert kept(fresh).known == kept(base).known


def test_other_evidence_and_other_code_have_other_answers(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(kb.open(small))
    study: Study = load(small).studies["zhang2024"]
    finding = study.findings[0].model_copy(update={"timepoint": "7 weeks"})
    save_study(small, study.model_copy(update={"findings": (finding, *study.findings[1:])}))
    assert not fetch(kb.open(small))
    save_study(small, study)
    assert fetch(kb.open(small))
    monkeypatch.setattr(ahead, "_code", lambda: "other")
    assert not fetch(kb.open(small))


@pytest.mark.parametrize("name", ["answers", "against-*"])
@pytest.mark.parametrize("left", [0, 40, -1])
def test_half_a_file_counts_as_none(small: Path, name: str, left: int) -> None:
    base = kb.open(small)
    keep(base)
    (path,) = folder(base).glob(name)
    path.write_bytes(path.read_bytes()[:left])
    fresh = kb.open(small)
    assert not fetch(fresh)
    assert bool(kept(fresh).known) == (name != "answers")


def test_a_changed_number_in_the_file_counts_as_none(small: Path) -> None:
    base = kb.open(small)
    keep(base)
    path = folder(base) / "answers"
    content = path.read_bytes()
    assert b'"level":95.0' in content
    path.write_bytes(content.replace(b'"level":95.0', b'"level":90.0', 1))
    assert not fetch(kb.open(small))


def test_what_was_kept_for_other_code_and_evidence_goes(small: Path) -> None:
    base = kb.open(small)
    old = folder(base).with_name("0123456789abcdef")
    old.mkdir(parents=True)
    folder(base).mkdir()
    (folder(base) / "against-0").write_bytes(b"")
    prepare(base, lambda: True)
    assert not old.exists()
    names = {path.name for path in folder(base).glob("against-*")}
    assert len(names) == 2
    assert {name.partition(".")[2] for name in names} == {"", "drawn"}


def test_figures_are_drawn_ahead_for_both_widths_and_are_the_same(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    base = kb.open(small)
    prepare(base, lambda: True)
    sessions = [Session(kb.open(small), narrow=narrow) for narrow in (False, True)]
    drawn = [session.forests(0, 20) for session in sessions]
    assert drawn[0]
    assert drawn[0] != drawn[1]
    monkeypatch.setattr("kb.figures.canvas.Canvas.svg", lambda *_: pytest.fail("drawn again"))
    again = [Session(kb.open(small), narrow=narrow, drawings=drawings(base)) for narrow in (False, True)]
    assert [session.forests(0, 20) for session in again] == drawn


def test_who_is_told_to_stop_stops(small: Path) -> None:
    base = kb.open(small)
    prepare(base, lambda: False)
    assert fetch(kb.open(small))
    assert not list(drawings(base).glob("*/*"))
    assert not list(folder(base).glob("*.drawn"))


def test_the_other_process_keeps_what_a_kernel_fetches(small: Path, build: Path) -> None:
    process, code = begin(small, build), ahead._code()
    assert process is not None
    base = kb.open(small)
    assert process.wait(PATIENCE) == 0
    assert not at_work(base)
    skip_if_edited(code)
    assert Ahead(base).fetched
    assert list(folder(base).glob("*.drawn"))


def test_a_kernel_waits_for_the_other_process_and_no_longer(small: Path) -> None:
    base = kb.open(small)
    other, code = Ahead(base), ahead._code()
    assert other.look()
    assert until(lambda: not other.look())
    assert until(lambda: not at_work(base))
    assert other._process is not None
    assert other._process.wait(PATIENCE) == 0
    skip_if_edited(code)
    assert other.fetched
    assert Session(base).finished


def test_a_process_that_fails_is_not_waited_for(small: Path, tmp_path: Path) -> None:
    base = kb.open(small)
    shutil.move(small, tmp_path / "elsewhere")
    other = Ahead(base)
    assert until(lambda: not other.look())
    assert not other.fetched


def test_the_process_ends_with_the_one_that_asked_for_it(small: Path, build: Path) -> None:
    code = "import sys; from pathlib import Path; from kb.notebook.explorer.ahead import begin; "
    code += "print(begin(Path(sys.argv[1]), Path(sys.argv[2])).pid)"
    asked = subprocess.run([sys.executable, "-c", code, str(small), str(build)], capture_output=True, check=True)
    number = int(asked.stdout)
    assert until(lambda: not Path(f"/proc/{number}").exists()) or not Path("/proc").exists()
    assert not list(build.rglob("*.drawn"))


# --- in a kernel -----------------------------------------------------------------------------------------------------


async def settle(explorer: Explorer) -> None:
    """Wait until everything is known."""
    done = asyncio.Event()

    def look(change: dict[str, Any]) -> None:
        if change["new"]["certainty"] is not None:
            done.set()

    explorer.observe(look, "answer")
    if explorer.answer["certainty"] is None:
        await asyncio.wait_for(done.wait(), PATIENCE)


def test_a_kernel_answers_at_once_with_what_was_worked_out(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(kb.open(small))
    monkeypatch.setattr(ahead, "begin", lambda *_: pytest.fail("there is nothing to work out"))
    monkeypatch.setattr("kb.answers.questions.answer", lambda *_, **__: pytest.fail("worked out again"))

    async def opened() -> Explorer:
        return Explorer(kb.open(small))

    explorer = asyncio.run(opened())
    assert not explorer.answer["pending"]
    assert explorer.answer["certainty"] is not None


@pytest.mark.parametrize("process", [True, False])
def test_without_it_a_kernel_says_that_it_is_working_then_shows_everything(
    small: Path, monkeypatch: pytest.MonkeyPatch, *, process: bool
) -> None:
    if not process:
        monkeypatch.setattr(ahead, "begin", lambda *_: None)
    monkeypatch.setattr(widget, "PATIENCE", -1)
    seen = []

    async def opened() -> Explorer:
        explorer = Explorer(kb.open(small))
        seen.append(dict(explorer.answer))
        explorer.observe(lambda change: seen.append(dict(change["new"])), "answer")
        await settle(explorer)
        return explorer

    explorer = asyncio.run(opened())
    assert seen[0]["pending"]
    assert "headlines" not in seen[0]
    whole = answer_of(kb.open(small))
    assert explorer.answer == whole
    for answer in seen[1:]:  # nothing in between passes for the whole
        assert {**answer, "certainty": explorer.answer["certainty"]} == whole


def test_large_libraries_come_when_it_is_quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    imported: list[str] = []
    quiet = [False]
    turn = sys.getswitchinterval()
    monkeypatch.setattr(large, "_PARTS", ("kb_no_such_a", "kb_no_such_b"))

    def take(name: str) -> None:
        imported.append(name)
        raise ImportError(name)

    monkeypatch.setattr("kb.notebook.explorer.large.importlib.import_module", take)
    libraries = Large(lambda: quiet[0])
    assert not libraries.over
    libraries.begin()
    time.sleep(0.1)
    assert (imported, libraries.running) == ([], True)
    quiet[0] = True
    assert until(lambda: libraries.over)
    assert imported == ["kb_no_such_a", "kb_no_such_b"]
    assert not libraries.there
    assert sys.getswitchinterval() == turn
