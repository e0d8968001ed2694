"""Notebooks on a real Dask cluster of worker processes, one of which is killed while it works."""

import os
import signal
import threading
from pathlib import Path

import pytest

from kb.build import BuildError, build
from kb.notebooks import Job, NotebooksFailedError, run_all
from kb.notebooks import cluster as clusters
from kb.notebooks.cluster import ClusterError
from kb.notebooks.host import can_fork
from tests.test_notebooks import Recorder, running, templates, until, write_template

__all__ = ["templates"]

distributed = pytest.importorskip("distributed", reason="the extra 'cluster' is not installed")
pytestmark = [pytest.mark.slow, pytest.mark.skipif(not can_fork(), reason="the workers fork")]


@pytest.fixture
def cluster(templates):
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=2, processes=True, host="127.0.0.1", dashboard_address=None
    ) as made:
        yield made


def test_a_killed_worker_is_survived_and_nothing_half_written_lands(cluster, templates, small, tmp_path):
    begun = tmp_path / "begun"
    begun.mkdir()
    write_template(
        templates,
        "one",
        f"import os, pathlib, time, uuid\nbegun = pathlib.Path({str(begun)!r})",
        "(begun / f'{word}-{uuid.uuid4().hex}-{os.getppid()}').touch()",
        "time.sleep(3)",
        "import kb\nsorted(kb.open().corpus.studies), word",
    )
    jobs = [Job("one", f"a/{n}.ipynb", {"word": f"w{n}"}) for n in range(8)]

    def kill():
        """Kill the worker that was the first to begin a notebook, while it works on it."""
        until(lambda: list(begun.iterdir()), 90)
        host = next(begun.iterdir()).name.rpartition("-")[2]
        status = Path(f"/proc/{host}/status").read_text()
        os.kill(int(status.partition("PPid:")[2].split()[0]), signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    recorder = Recorder()
    out = tmp_path / "out"
    reads = run_all(jobs, out, evidence=small, scheduler=cluster.scheduler_address, progress=recorder)
    killer.join()
    assert sorted(recorder.names) == [job.name for job in jobs]
    assert sorted(path.name for path in (out / "a").iterdir()) == [f"{n}.ipynb" for n in range(8)], "nothing else lands"
    assert len(list(begun.iterdir())) > len(jobs), "what the killed worker had begun was run again"
    here = tmp_path / "here"
    assert run_all(jobs[:2], here, evidence=small) == {job.output: reads[job.output] for job in jobs[:2]}
    for job in jobs[:2]:
        assert (here / job.output).read_bytes() == (out / job.output).read_bytes()
    cluster.close()
    until(lambda: not running(f"kb.notebooks.host warm fork {small}"))


def test_failures_name_the_notebook_and_the_others_are_run(cluster, templates, small, tmp_path):
    write_template(templates, "good", "word")
    write_template(templates, "bad", "1", "raise ValueError(word)")
    jobs = [Job("good", "good.ipynb"), Job("bad", "bad.ipynb", {"word": "wrong"})]
    with pytest.raises(NotebooksFailedError, match=r"bad.ipynb \(template bad, cell 3: raise ValueError\(word\)\)"):
        run_all(jobs, tmp_path / "out", evidence=small, scheduler=cluster.scheduler_address)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["good.ipynb"]


def test_workers_that_see_other_evidence_are_refused(cluster, templates, small, tmp_path, monkeypatch):
    write_template(templates, "good", "word")
    monkeypatch.setattr(clusters, "seen", lambda *_: "something else")
    with pytest.raises(ClusterError, match=r"sees other evidence in .*, or has another version of kb"):
        run_all([Job("good", "g.ipynb")], tmp_path / "out", evidence=small, scheduler=cluster.scheduler_address)
    assert not (tmp_path / "out").exists()


def test_without_a_scheduler_or_worker_it_is_said(templates, small, tmp_path, monkeypatch):
    write_template(templates, "good", "word")
    monkeypatch.setattr(clusters, "CONNECT", 0.5)
    monkeypatch.setattr(clusters, "WORKERS", 0.5)
    jobs = [Job("good", "g.ipynb")]
    with pytest.raises(ClusterError, match=r"no Dask scheduler answers at tcp://127.0.0.1:9: start one"):
        run_all(jobs, tmp_path, evidence=small, scheduler="tcp://127.0.0.1:9")
    with (
        distributed.LocalCluster(n_workers=0, host="127.0.0.1", dashboard_address=None) as empty,
        pytest.raises(ClusterError, match="has no worker: start some"),
    ):
        run_all(jobs, tmp_path, evidence=small, scheduler=empty.scheduler_address)
    with pytest.raises(BuildError, match="needs the address of a scheduler"):
        build(small, tmp_path / "b", executor="dask")
