"""A cell that takes too long or too much, or leaves something behind: that notebook fails, the others are built."""

import sys
from pathlib import Path
from typing import Any

import pytest

from kb.notebooks import Job, NotebooksFailedError, run_all
from kb.notebooks.host import can_fork
from kb.notebooks.limits import Limits, size_words
from tests.test_notebooks import running, templates, until, write_template

__all__ = ["templates"]

pytestmark = [
    pytest.mark.skipif(not can_fork(), reason="this platform cannot fork safely; it uses kernels"),
    pytest.mark.skipif(sys.platform != "linux", reason="limits are kept with what Linux tells"),
]
MIB = 1 << 20
SMALL = Limits(seconds=20, memory=300 * MIB, output=2 * MIB)
CHILD = "import subprocess, sys\n"

HARMFUL = {
    "time": ("while True: pass", "ran for more than 2 s and was stopped"),
    "allocates": ("x = bytearray(900 << 20)", "asks for more memory than the limit of 300 MiB"),
    "grows": ("x = []\nwhile True: x.append(bytearray(1 << 20))", "more memory than the limit of 300 MiB"),
    "child-grows": (
        CHILD + "subprocess.run([sys.executable, '-c', 'import mmap, time\\nx = mmap.mmap(-1, 700 << 20)\\n"
        "for i in range(0, len(x), 4096): x[i] = 1\\ntime.sleep(60)'])",
        "took more memory than the limit of 300 MiB and was stopped",
    ),
    "prints": ("while True: print('x' * 1000)", "shows more than the limit of 2 MiB and was stopped"),
    "prints-stubbornly": (
        "while True:\n    try:\n        print('x' * 1000)\n    except BaseException: pass",
        "shows more than the limit of 2 MiB",
    ),
    "displays": ("'x' * (3 << 20)", "shows more than the limit of 2 MiB"),
    "child-prints": (CHILD + "subprocess.run(['yes'])", "shows more than the limit of 2 MiB"),
    "exits": ("import os; os._exit(0)", r"ended by itself \(exit status 0\)"),
    "leaves-child": (CHILD + "p = subprocess.Popen(['sleep', '7531'])", "left processes running.*: sleep 7531"),
    "leaves-daemon": (
        CHILD + "subprocess.run('setsid sleep 7532 > /dev/null 2>&1 &', shell=True)",
        "left processes running.*: sleep 7532",
    ),
}


@pytest.mark.slow
def test_each_limit_is_named_with_notebook_and_cell_and_the_others_are_built(templates, tmp_path):
    jobs = []
    for name, (code, _) in HARMFUL.items():
        write_template(templates, name, "1", code)
        jobs += [Job(name, f"{name}.ipynb"), Job("good", f"good-{name}.ipynb")]
    write_template(templates, "good", "'well'")
    limited = [job for job in jobs if job.template == "time"]
    others = [job for job in jobs if job.template != "time"]
    failures: dict[str, Any] = {}
    for some, limits in ((limited, Limits(seconds=2)), (others, SMALL)):
        with pytest.raises(NotebooksFailedError) as caught:
            run_all(some, tmp_path / "out", evidence=tmp_path, workers=3, limits=limits)
        failures |= {failure.template: failure for failure in caught.value.failures}
    assert set(failures) == set(HARMFUL)
    for name, (code, message) in HARMFUL.items():
        failure = failures[name]
        with pytest.raises(AssertionError, match=message):
            raise AssertionError(failure.message)
        assert failure.notebook == f"{name}.ipynb"
        if not name.startswith("leaves"):
            assert (failure.cell, failure.line) == (3, code.splitlines()[0])
        assert not (tmp_path / "out" / f"{name}.ipynb").exists()
        assert (tmp_path / "out" / f"good-{name}.ipynb").exists()
    for words in ("sleep 7531", "sleep 7532", "yes"):
        until(lambda words=words: not [line for line in running(words) if line.strip().startswith(words)])


def test_what_child_processes_print_stands_with_the_cell(templates, tmp_path):
    write_template(
        templates,
        "one",
        "import os, subprocess\nsubprocess.run(['echo', 'from a child'])\nprint('from the cell')\nNone",
        "os.write(2, b'an error\\n')\nNone",
    )
    run_all([Job("one", "one.ipynb")], tmp_path, evidence=tmp_path)
    text = (tmp_path / "one.ipynb").read_text()
    assert "from a child" in text
    assert "an error" in text
    assert text.index("from the cell") < text.index("from a child") < text.index("an error")


def test_a_cell_cannot_take_the_hosts_input_nor_fork_the_run(templates, tmp_path):
    write_template(
        templates,
        "one",
        "import os, sys, subprocess\nsubprocess.run(['cat'], capture_output=True).stdout",
        "pid = os.fork()\n'parent' if pid else 'fork'",
        "_ = os.waitpid(pid, 0)",
    )
    jobs = [Job("one", f"{n}.ipynb") for n in range(6)]
    run_all(jobs, tmp_path, evidence=tmp_path, workers=2)
    for job in jobs:
        assert "'parent'" in (tmp_path / job.output).read_text()


def test_limits_of_a_machine(monkeypatch):
    monkeypatch.setenv("KB_NOTEBOOK_SECONDS", "7.5")
    monkeypatch.setenv("KB_NOTEBOOK_MIB", "100")
    monkeypatch.setenv("KB_NOTEBOOK_OUTPUT_MIB", "much")
    assert Limits.usual() == Limits(7.5, 100 * MIB, Limits().output)
    assert size_words(1536 * MIB) == "1.5 GiB"
    assert Path("/proc").exists()
