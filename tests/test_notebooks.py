"""Templates and their parameters, one notebook, many notebooks, the two engines."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import get_args

import pytest

import kb
from kb.notebooks import (
    Job,
    NotebookFailedError,
    NotebooksFailedError,
    ParameterError,
    check,
    declared,
    plan,
    run_all,
    run_notebook,
    run_one,
    select,
)
from kb.notebooks.host import can_fork
from kb.notebooks.limits import Limits
from kb.notebooks.pool import Engine
from kb.notebooks.progress import Lines, Reporter
from kb.notebooks.stale import ingredients
from kb.problems import KbError

ROOT = Path(__file__).parent.parent
forking = pytest.mark.skipif(not can_fork(), reason="this platform cannot fork safely; it uses kernels")


def write_template(folder: Path, name: str, *cells: str, parameters: str = 'word = "a"\nnumber = 1\n') -> None:
    sources = [("parameters", ["parameters"], parameters), *((f"c{n}", [], code) for n, code in enumerate(cells))]
    notebook = {
        "cells": [
            {
                "cell_type": "code", "id": identifier, "metadata": {"tags": tags} if tags else {}, "source": source,
                "execution_count": None, "outputs": [],
            }
            for identifier, tags, source in sources
        ],
        "metadata": {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }  # fmt: skip
    (folder / f"{name}.ipynb").write_text(json.dumps(notebook))


@pytest.fixture
def templates(tmp_path, monkeypatch):
    folder = tmp_path / "templates"
    folder.mkdir()
    monkeypatch.setenv("KB_TEMPLATES", str(folder))
    return folder


class Recorder(Reporter):
    def __init__(self):
        self.said, self.names = [], []

    def say(self, message):
        self.said.append(message)

    def done(self, name):
        self.names.append(name)


# which notebooks there are


def test_plan_has_every_term_and_post_but_no_control(base):
    names = {job.name for job in plan(base) if job.template != "comparison"}
    kinds = {t.id: t.kind.value for t in base.corpus.interventions.values()}
    wanted = {f"intervention/{i}" for i, kind in kinds.items() if kind != "control"}
    wanted |= {f"condition/{i}" for i in base.corpus.conditions} | {f"post/{i}" for i in base.corpus.posts}
    assert names == wanted | {"overview", "audit"}
    assert "control" in kinds.values()


def test_plan_fits_the_templates_of_the_repository(base):
    for job in plan(base):
        check(ROOT / "notebooks" / f"{job.template}.ipynb", job.parameters)


def test_templates_have_no_outputs():
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        assert not any(cell.get("outputs") or cell.get("execution_count") for cell in cells), path


def test_select_by_pattern_id_and_file(base):
    jobs = plan(base)
    assert {job.template for job in select(jobs, ["post/*"])} == {"post"}
    for given in ("lateral-epicondylitis", "condition/lateral-epicondylitis", "condition/lateral-epicondylitis.ipynb"):
        assert [job.name for job in select(jobs, [given])] == ["condition/lateral-epicondylitis"]
    with pytest.raises(KbError, match=r"did you mean .*lateral-epicondylitis"):
        select(jobs, ["condition/lateral-epicondilitis"])


# parameters


def test_declared_parameters(templates):
    write_template(templates, "one", parameters='a = ""\nb: float = 1.5  # metres\nc = [1, 2]\nd = None\n')
    assert {name: p.type for name, p in declared("one").items()} == {"a": "str", "b": "float", "c": "list", "d": "any"}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"wrod": "b"}, "no parameter 'wrod': did you mean 'word'"),
        ({"xyz": 1}, "no parameter 'xyz': it has: word, number"),
        ({"number": "2"}, "'number' of template 'one' takes int, got str: '2'"),
        ({"number": True}, "takes int, got bool"),
    ],
)
def test_wrong_parameters_are_refused_before_anything_runs(templates, tmp_path, given, message):
    write_template(templates, "one", "1")
    with pytest.raises(ParameterError, match=message):
        run_one(Job("one", "one.ipynb", given), tmp_path / "out")
    with pytest.raises(ParameterError, match=message):
        run_all([Job("one", "one.ipynb", given)], tmp_path / "out", evidence=tmp_path)
    assert not (tmp_path / "out").exists()


def test_unknown_template_lists_those_there_are(templates):
    write_template(templates, "one")
    with pytest.raises(KbError, match=r"no template .*two.ipynb; there are: one"):
        declared("two")


def test_parameters_cell_with_code_is_refused(templates):
    write_template(templates, "one", parameters="a = open('x')")
    with pytest.raises(KbError, match="may only assign plain values"):
        declared("one")


# both engines

SHOWS = (
    (
        "from IPython.display import HTML, Markdown, display, update_display, clear_output\nimport os, sys\n"
        "display(Markdown('# Title'))\nHTML('<b>bold</b>')"
    ),
    "print('one'); print('two')\ndisplay({'text/plain': 'three'}, raw=True)\nprint('four')",
    "word, number",
    "number;",
    "object()",
    "handle = display('before', display_id='x')",
    "update_display('after', display_id='x')",
    "print('gone'); clear_output(); print('stays')",
    "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.title('figure')",
    "import asyncio\nawait asyncio.sleep(0)\n'awaited'",
    "_ = 1\nsum(hash(w) for w in ('a', 'b'))",
    "__name__, os.environ['OMP_NUM_THREADS'], os.environ['KB_EVIDENCE'] != ''",
    "",
)


@forking
@pytest.mark.slow
def test_both_engines_give_the_same_bytes_twice(templates, tmp_path):
    write_template(templates, "one", *SHOWS)
    jobs = [Job("one", f"{n}.ipynb", {"word": f"w{n}"}) for n in range(2)]
    texts = {}
    runs: list[tuple[Engine, int]] = [("kernel", 1), ("warm", 1), ("warm", 2)]
    for engine, turn in runs:
        folder = tmp_path / f"{engine}{turn}"
        run_all(jobs, folder, evidence=tmp_path, workers=2, engine=engine)
        texts[engine, turn] = [(folder / job.output).read_text() for job in jobs]
    assert texts["warm", 1] == texts["warm", 2]
    assert texts["warm", 1] == texts["kernel", 1]
    notebook = json.loads(texts["warm", 1][0])
    assert "w0" in texts["warm", 1][0]
    assert "after" in texts["warm", 1][0]
    assert "image/png" in texts["warm", 1][0]
    assert str(tmp_path) not in texts["warm", 1][0]
    assert "0x7" not in texts["warm", 1][0]
    assert notebook["cells"][1]["id"] == "injected-parameters"
    assert "papermill" not in notebook["metadata"]


@forking
@pytest.mark.slow
def test_both_engines_give_the_same_pages_of_the_base(base, tmp_path):
    jobs = select(plan(base), ["overview", "condition/lateral-epicondylitis", "intervention/shockwave"])
    jobs += [job for job in plan(base) if job.template == "post"][:1]
    for engine in get_args(Engine):
        run_all(jobs, tmp_path / engine, evidence=base.root, engine=engine)
    for job in jobs:
        warm, kernel = ((tmp_path / engine / job.output).read_bytes() for engine in ("warm", "kernel"))
        assert warm == kernel, job.name


@pytest.mark.parametrize("engine", ["kernel", pytest.param("warm", marks=forking)])
def test_a_failure_names_notebook_cell_line_and_error(templates, tmp_path, engine):
    write_template(templates, "one", "1", "\ndef divide():\n    return 1 / 0\ndivide()")
    with pytest.raises(NotebooksFailedError) as caught:
        run_all([Job("one", "a/b.ipynb", {"number": 2})], tmp_path / "out", evidence=tmp_path, engine=engine)
    failure = caught.value.failures[0]
    assert (failure.notebook, failure.template, failure.cell, failure.line) == ("a/b.ipynb", "one", 3, "def divide():")
    assert (failure.error, failure.message) == ("ZeroDivisionError", "division by zero")
    assert "a/b.ipynb (template one, cell 3: def divide():)" in str(caught.value)
    assert not (tmp_path / "out" / "a" / "b.ipynb").exists()


@forking
def test_failures_are_all_named_and_the_others_are_run(templates, tmp_path):
    write_template(templates, "good", "1")
    write_template(templates, "bad", "raise ValueError(word)")
    jobs = [Job("bad", f"bad{n}.ipynb", {"word": str(n)}) for n in range(2)]
    jobs += [Job("good", f"good{n}.ipynb") for n in range(4)]
    with pytest.raises(NotebooksFailedError) as caught:
        run_all(jobs, tmp_path / "out", evidence=tmp_path, workers=2)
    assert [failure.notebook for failure in caught.value.failures] == ["bad0.ipynb", "bad1.ipynb"]
    assert caught.value.skipped == 0
    assert len(list((tmp_path / "out").glob("good*.ipynb"))) == 4


@forking
def test_after_many_failures_no_further_notebook_starts(templates, tmp_path, monkeypatch):
    monkeypatch.setattr("kb.notebooks.pool.MANY", 3)
    write_template(templates, "bad", "import time; time.sleep(.1)\nraise ValueError(word)")
    jobs = [Job("bad", f"bad{n}.ipynb", {"word": str(n)}) for n in range(12)]
    with pytest.raises(NotebooksFailedError, match=r"after that many failures, \d+ more were not run") as caught:
        run_all(jobs, tmp_path / "out", evidence=tmp_path, workers=2)
    assert len(caught.value.failures) + caught.value.skipped == 12
    assert caught.value.skipped >= 7


@forking
def test_nothing_leaks_from_one_notebook_to_the_next(templates, tmp_path):
    write_template(
        templates,
        "one",
        "import kb\nbefore = getattr(kb, 'leak', 0)\nkb.leak = 1\nbefore",
        "1 if 'x' in dir() else 0\nx = 1",
    )
    run_all([Job("one", f"{n}.ipynb") for n in range(4)], tmp_path / "out", evidence=tmp_path, workers=1)
    assert len({(tmp_path / "out" / f"{n}.ipynb").read_bytes() for n in range(4)}) == 1


@forking
@pytest.mark.parametrize("code", ["import os; os._exit(3)", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"])
def test_a_process_that_ends_by_itself_is_named(templates, tmp_path, code):
    write_template(templates, "one", "1", code)
    with pytest.raises(NotebooksFailedError, match="ended by itself") as caught:
        run_all([Job("one", "one.ipynb")], tmp_path / "out", evidence=tmp_path)
    assert caught.value.failures[0].cell == 3


@forking
def test_a_cell_that_never_ends_is_stopped_and_its_children_with_it(templates, tmp_path):
    write_template(templates, "one", "import subprocess; subprocess.run(['sleep', '4321'])")
    with pytest.raises(NotebooksFailedError, match="ran for more than 1 s") as caught:
        run_all([Job("one", "one.ipynb")], tmp_path / "out", evidence=tmp_path, limits=Limits(seconds=1))
    assert caught.value.failures[0].cell == 2
    assert not running("sleep 4321")


def test_a_dead_kernel_is_named(templates, tmp_path):
    write_template(templates, "one", "1", "import os; os._exit(3)")
    with pytest.raises(NotebookFailedError, match="the kernel ended while the cell ran") as caught:
        run_one(Job("one", "one.ipynb"), tmp_path / "out")
    assert caught.value.failure.cell == 3


def running(words: str) -> list[str]:
    """Command lines of processes that hold these words."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if words in line:
            found.append(line)
    return found


INTERRUPTED = """
import signal, sys

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may have had it ignored
from pathlib import Path
from typing import get_args
from kb.notebooks import Job, run_all
from kb.notebooks.progress import Lines
jobs = [Job("one", f"{n}.ipynb") for n in range(4)]
try:
    run_all(jobs, Path(sys.argv[1]), evidence=Path(sys.argv[1]), workers=2, engine=sys.argv[2], progress=Lines())
except KeyboardInterrupt:
    print("interrupted")
"""


@forking
@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL], ids=["interrupted", "killed"])
@pytest.mark.parametrize("engine", ["warm", "kernel"])
def test_nothing_stays_behind(templates, tmp_path, engine, number):
    marker = f"kb-marker-{engine}-{int(number)}-{os.getpid()}"
    started = tmp_path / "started"
    code = f"import subprocess, pathlib\npathlib.Path({str(started)!r}).touch()\n"
    write_template(templates, "one", code + f"subprocess.run(['sh', '-c', 'sleep 60; : {marker}'])")
    process = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED, str(tmp_path), engine], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        cwd=ROOT,
    )  # fmt: skip
    until(started.exists)
    process.send_signal(number)
    said = process.communicate(timeout=20)[0].decode()
    assert said.strip() == ("interrupted" if number == signal.SIGINT else "")
    until(lambda: not running(f"kb.notebooks.host {engine} fork {tmp_path}"))
    if engine == "warm":
        until(lambda: not running(marker))
    until(lambda: not [line for line in running("ipykernel") if f"{process.pid}" in line])
    assert not list(tmp_path.glob("*.ipynb"))


def until(condition, seconds=15):
    """Wait for something."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


# staleness


def test_ingredients_change_with_what_a_notebook_is_made_from(templates, small):
    write_template(templates, "one", "1")
    write_template(templates, "two", "1")
    jobs = [Job("one", "a.ipynb", {"word": "x"}), Job("one", "b.ipynb", {"word": "y"}), Job("two", "c.ipynb")]
    opened = kb.open(small)
    before = ingredients(jobs, opened)
    assert len(set(before.values())) == 3
    assert ingredients(jobs, opened) == before
    write_template(templates, "one", "2")
    after = ingredients(jobs, opened)
    assert [after[name] != before[name] for name in ("a.ipynb", "b.ipynb", "c.ipynb")] == [True, True, False]
    study = next((small / "studies").glob("*.yaml"))
    study.write_text(study.read_text() + "\n# a note\n")
    assert ingredients(jobs, kb.open(small))["c.ipynb"] != after["c.ipynb"], "without a record, every file counts"


# one notebook, as a person asks for it


def test_run_notebook_completes_ids_and_reads_text(templates, small, tmp_path):
    write_template(templates, "one", "condition, number", parameters='evidence = ""\ncondition = ""\nnumber = 1\n')
    made = run_notebook("one", {"condition": "tennis elbow", "number": "7"}, evidence=small, build_dir=tmp_path / "b")
    assert made == tmp_path / "b" / "runs" / "one-lateral-epicondylitis-7.ipynb"
    assert "('lateral-epicondylitis', 7)" in made.read_text()
    made = run_notebook("one", {}, evidence=small, output=tmp_path / "here.ipynb")
    assert made == tmp_path / "here.ipynb"


# what a person sees


def test_plain_lines(capsys):
    lines = Lines()
    lines.start(2)
    lines.done("a")
    lines.done("b")
    lines.stop()
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.splitlines() == ["running 2 notebooks", "2 of 2 notebooks done"]


def test_without_fork_kernels_are_used_and_it_is_said(templates, tmp_path, monkeypatch):
    write_template(templates, "one", "word")
    monkeypatch.setattr("kb.notebooks.pool.can_fork", lambda: False)
    recorder = Recorder()
    jobs = [Job("one", f"{n}.ipynb", {"word": "fork-free"}) for n in range(2)]
    run_all(jobs, tmp_path / "out", evidence=tmp_path, workers=2, progress=recorder)
    assert "cannot fork" in recorder.said[0]
    assert sorted(recorder.names) == ["0", "1"]
    assert "fork-free" in (tmp_path / "out" / "1.ipynb").read_text()
