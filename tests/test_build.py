"""The main job: what is built again, what stays, and what happens when something goes wrong."""

import errno
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner
from filelock import FileLock

from kb import build as builds
from kb import drift, site
from kb.build import BuildError, build
from kb.cli import main
from kb.notebooks import Job, NotebooksFailedError, stale
from kb.notebooks.host import can_fork
from kb.notebooks.progress import Reporter
from kb.problems import EvidenceError, KbError
from tests.test_notebooks import write_template

JOBS = [Job("overview", "overview.ipynb")]
JOBS += [Job("condition", f"condition/{name}.ipynb", {"condition": name}) for name in ("gout", "stroke")]
JOBS += [Job("post", "post/one.ipynb", {"post": "one"})]


@pytest.fixture
def templates(tmp_path, monkeypatch):
    folder = tmp_path / "templates"
    folder.mkdir()
    monkeypatch.setenv("KB_TEMPLATES", str(folder))
    write_template(folder, "overview", "'overview'", parameters="")
    write_template(folder, "condition", "condition", parameters='condition = ""')
    write_template(folder, "post", "post", parameters='post = ""')
    return folder


@pytest.fixture
def quick(templates, monkeypatch):
    """A plan of four notebooks, and a site that takes no time."""

    def make_site(notebooks, folder, base, cache, jobs, data):
        cache.mkdir(parents=True, exist_ok=True)
        folder.mkdir()
        names = sorted(path.relative_to(notebooks).as_posix() for path in notebooks.rglob("*.ipynb"))
        (folder / "index.html").write_text("\n".join(names))
        return 1 + len(names)

    for module in (builds, stale):  # the tests hold also while somebody works on the code
        monkeypatch.setattr(module, "digest_code", lambda: "code")
    for module in (site, drift):
        monkeypatch.setattr(module, "digest", lambda: "code")
    monkeypatch.setattr(builds, "plan", lambda _: list(JOBS))
    monkeypatch.setattr(site, "prepare", lambda *_: None)
    monkeypatch.setattr(site, "make_site", make_site)
    return templates


def run(evidence, folder, **options):
    """Build quietly."""
    return build(evidence, folder, progress=Reporter(), **options)


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, the times of the manifest left out."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            name, content = path.relative_to(folder).as_posix(), path.read_bytes()
            if name.endswith("manifest.json"):
                manifest = json.loads(content)
                content = json.dumps(
                    {k: v for k, v in manifest.items() if k not in {"built", "seconds", "took"}}
                ).encode()
            found[name] = content
    return found


def releases(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "releases").iterdir())


# what is built again


def test_unchanged_is_not_built_again(quick, small, tmp_path):
    first = run(small, tmp_path / "b")
    assert (first.notebooks, first.run) == (4, 4)
    before = tree(tmp_path / "b" / "releases")
    again = run(small, tmp_path / "b")
    assert (again.notebooks, again.run, again.pages) == (4, 0, first.pages)
    assert again.seconds < 1
    assert tree(tmp_path / "b" / "releases") == before
    assert "no notebook changed" in str(again)


def test_force_runs_all_again_and_the_result_is_the_same(quick, small, tmp_path):
    run(small, tmp_path / "b")
    assert run(small, tmp_path / "b", force=True).run == 4
    assert tree(tmp_path / "b" / "releases" / "000001") == tree(tmp_path / "b" / "releases" / "000002")


def test_two_folders_of_the_same_evidence_are_the_same(quick, small, tmp_path):
    run(small, tmp_path / "b")
    run(Path(shutil.copytree(small, tmp_path / "elsewhere" / "evidence")), tmp_path / "c")
    assert tree(tmp_path / "b" / "current") == tree(tmp_path / "c" / "current")


def test_only_what_changed_is_run(quick, small, tmp_path):
    run(small, tmp_path / "b")
    write_template(quick, "post", "post * 2", parameters='post = ""')
    assert run(small, tmp_path / "b").run == 1
    assert "oneone" in (tmp_path / "b" / "notebooks" / "post" / "one.ipynb").read_text()


def test_the_last_two_builds_are_kept(quick, small, tmp_path):
    for _ in range(3):
        run(small, tmp_path / "b", force=True)
    assert releases(tmp_path / "b") == ["000002", "000003"]
    assert (tmp_path / "b" / "site").resolve().parent.name == "000003"


def test_only_leaves_the_rest_as_it_was(quick, small, tmp_path):
    run(small, tmp_path / "b")
    write_template(quick, "condition", "condition * 2", parameters='condition = ""')
    write_template(quick, "post", "post * 2", parameters='post = ""')
    made = run(small, tmp_path / "b", only=["post/*"])
    assert (made.run, made.notebooks) == (1, 4)
    assert "goutgout" not in (tmp_path / "b" / "notebooks" / "condition" / "gout.ipynb").read_text()
    assert run(small, tmp_path / "b").run == 2, "what was left stale is run by the next whole build"
    with pytest.raises(KbError, match=r"no notebook 'condition/guot': did you mean 'condition/gout'"):
        run(small, tmp_path / "b", only=["condition/guot"])


def test_only_from_nothing_builds_only_that(quick, small, tmp_path):
    assert run(small, tmp_path / "b", only=["stroke"]).notebooks == 1
    assert run(small, tmp_path / "b").run == 3


def test_what_left_the_plan_is_gone(quick, small, tmp_path, monkeypatch):
    run(small, tmp_path / "b")
    monkeypatch.setattr(builds, "plan", lambda _: JOBS[:2])
    assert run(small, tmp_path / "b", force=True).notebooks == 2
    assert not (tmp_path / "b" / "notebooks" / "post").exists()


@pytest.mark.parametrize("harm", ["cut", "gone"])
def test_a_damaged_notebook_is_run_again(quick, small, tmp_path, harm):
    run(small, tmp_path / "b")
    path = tmp_path / "b" / "notebooks" / "post" / "one.ipynb"
    if harm == "cut":
        path.write_bytes(path.read_bytes()[:50])
    else:
        path.unlink()
    assert run(small, tmp_path / "b").run == 1
    assert json.loads(path.read_text())["cells"]


def test_a_damaged_site_is_made_again(quick, small, tmp_path):
    run(small, tmp_path / "b")
    (tmp_path / "b" / "site" / "index.html").write_text("")
    run(small, tmp_path / "b")
    assert (tmp_path / "b" / "site" / "index.html").read_text()


def test_evidence_that_changes_meanwhile_makes_the_result_stale(quick, small, tmp_path, monkeypatch):
    make_site = site.make_site

    def meanwhile(*given):
        study = next((small / "studies").glob("*.yaml"))
        study.write_text(study.read_text() + "\n# a note\n")
        return make_site(*given)

    monkeypatch.setattr(site, "make_site", meanwhile)
    run(small, tmp_path / "b")
    monkeypatch.setattr(site, "make_site", make_site)
    assert run(small, tmp_path / "b").run == 4
    assert run(small, tmp_path / "b").run == 0


def test_serial_gives_the_same(quick, small, tmp_path):
    run(small, tmp_path / "b", only=["stroke"])
    run(small, tmp_path / "c", only=["stroke"], executor="serial")
    assert tree(tmp_path / "b" / "current") == tree(tmp_path / "c" / "current")


# what each notebook says, and whether that was accepted


def statements(folder: Path, name: str) -> list[str]:
    facts = json.loads((folder / "facts" / f"{name}.json").read_text())
    return [text for part in facts["parts"] for text in part.get("statements", ())]


def test_each_notebook_leaves_its_facts(quick, small, tmp_path):
    made = run(small, tmp_path / "b")
    assert statements(tmp_path / "b", "post/one") == ["'one'"]
    assert sorted(path.relative_to(made.facts).as_posix() for path in made.facts.rglob("*.json")) == [
        "condition/gout.json", "condition/stroke.json", "overview.json", "post/one.json",
    ]  # fmt: skip
    write_template(quick, "post", "post * 2", parameters='post = ""')
    assert run(small, tmp_path / "b").run == 1
    assert statements(tmp_path / "b", "post/one") == ["'oneone'"]
    assert statements(tmp_path / "b", "condition/gout") == ["'gout'"]


def test_damaged_facts_are_made_again(quick, small, tmp_path):
    run(small, tmp_path / "b")
    (tmp_path / "b" / "facts" / "post" / "one.json").write_text("{}")
    assert run(small, tmp_path / "b").run == 0
    assert statements(tmp_path / "b", "post/one") == ["'one'"]


def kb_build(evidence: Path, folder: Path, *options: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["build", "--evidence", str(evidence), "--build", str(folder), *options])
    return done.exit_code, done.stdout


def test_check_and_accept(quick, small, tmp_path, monkeypatch):
    folder, report, junit = tmp_path / "b", tmp_path / "drift.md", tmp_path / "drift.xml"
    status, said = kb_build(small, folder, "--check")
    assert (status, "No facts were accepted yet, so nothing can be compared" in said) == (0, True)
    assert not (small / "facts").exists(), "a check changes nothing"
    status, said = kb_build(small, folder, "--accept")
    assert (status, "Accepted: 8 files changed" in said) == (0, True)
    status, said = kb_build(small, folder, "--check")
    assert (status, "No drift: 4 pages say what was accepted." in said) == (0, True)

    write_template(quick, "condition", "condition + ' 2'", parameters='condition = ""')
    options = ("--check", "--report", str(report), "--junit", str(junit))
    status, said = kb_build(small, folder, *options)
    assert status == 1
    assert "Drift on 2 of 4 pages: 2 changed; figure data unchanged." in said
    assert "The evidence did not change: the program, its templates or its libraries did." in said
    assert "condition/gout: 'gout' -> 'gout 2'" in said
    assert report.read_text().startswith("### Drift of the notebooks")
    assert 'failures="2"' in junit.read_text()
    assert kb_build(small, folder, "--accept")[0] == 0

    monkeypatch.setattr(builds, "plan", lambda _: JOBS[:-1])
    status, said = kb_build(small, folder, "--check", "--force")
    assert (status, "1 vanished page: post/one" in said) == (1, True)


def test_accepting_makes_no_notebook_stale(quick, small, tmp_path):
    kb_build(small, tmp_path / "b", "--accept")
    made = run(small, tmp_path / "b")
    assert made.run == 0


@pytest.mark.parametrize("options", [("--check", "--accept"), ("--report", "x.md"), ("--check", "--only", "post/*")])
def test_options_of_drift_that_do_not_fit(options, small, tmp_path):
    assert kb_build(small, tmp_path / "b", *options)[0] == 2
    assert not (tmp_path / "b").exists()


def test_nothing_is_accepted_of_a_build_that_something_changed_under(quick, small, tmp_path, monkeypatch):
    make_site = site.make_site

    def meanwhile(*given):
        study = next((small / "studies").glob("*.yaml"))
        study.write_text(study.read_text() + "\n# a note\n")
        return make_site(*given)

    monkeypatch.setattr(site, "make_site", meanwhile)
    done = CliRunner().invoke(main, ["build", "--evidence", str(small), "--build", str(tmp_path / "b"), "--accept"])
    assert done.exit_code == 2
    assert "changed while the build ran" in done.stderr
    assert not (small / "facts").exists()


# what goes wrong: a clear message, and the last good build stands


def stands(folder: Path, before: dict[str, bytes]) -> None:
    assert tree(folder / "current") == before
    assert not [name for name in releases(folder) if name.startswith(".")]


@pytest.fixture
def built(quick, small, tmp_path):
    run(small, tmp_path / "b")
    return tmp_path / "b", tree(tmp_path / "b" / "current")


def test_a_failing_notebook_stays_as_it_was_and_the_rest_is_built(quick, small, built):
    folder, before = built
    write_template(quick, "post", "1 / 0", parameters='post = ""')
    write_template(quick, "condition", "condition * 2", parameters='condition = ""')
    made = run(small, folder)
    assert (made.run, made.notebooks, made.complete) == (2, 4, False)
    assert re.search(r"post/one.ipynb \(template post, cell 2: 1 / 0\)\n    ZeroDivisionError", made.trouble())
    assert "its page stands as it was last built" in made.trouble()
    assert made.missing == ()
    assert statements(folder, "condition/gout") == ["'goutgout'"]
    after = tree(folder / "current")
    for name in ("notebooks/post/one.ipynb", "facts/post/one.json"):
        assert after[name] == before[name]
    assert "cell 2: 1 / 0" in json.loads(after["manifest.json"])["failed"]["post/one.ipynb"]


def test_the_next_build_tries_again_what_failed(quick, small, built):
    folder, before = built
    template = (quick / "post.ipynb").read_text()
    write_template(quick, "post", "1 / 0", parameters='post = ""')
    for _ in range(2):
        assert [failure.notebook for failure in run(small, folder).failures] == ["post/one.ipynb"]
    (quick / "post.ipynb").write_text(template)
    made = run(small, folder)
    assert (made.run, made.complete, made.failures) == (1, True, ())
    stands(folder, before)
    assert run(small, folder).run == 0


def test_a_failing_notebook_that_never_was_is_missing(quick, small, tmp_path):
    write_template(quick, "post", "1 / 0", parameters='post = ""')
    made = run(small, tmp_path / "b")
    assert (made.run, made.notebooks, made.missing) == (3, 3, ("post/one.ipynb",))
    assert "there is no such page until it can be made" in made.trouble()
    assert (tmp_path / "b" / "site" / "index.html").read_text().split() == [
        "condition/gout.ipynb", "condition/stroke.ipynb", "overview.ipynb",
    ]  # fmt: skip


def test_when_no_notebook_can_be_made_nothing_is_put_in_place(quick, small, tmp_path):
    for name in ("overview", "condition", "post"):
        write_template(quick, name, "1 / 0", parameters=f'{name} = ""')
    with pytest.raises(NotebooksFailedError, match="4 notebooks failed; what was built before stands"):
        run(small, tmp_path / "b")
    assert releases(tmp_path / "b") == []
    assert not (tmp_path / "b" / "site").exists()


def test_when_most_fail_the_rest_is_not_tried(quick, small, built, monkeypatch):
    folder, before = built
    monkeypatch.setattr("kb.notebooks.pool.MANY", 2)
    write_template(quick, "condition", "1 / 0", parameters='condition = ""')
    write_template(quick, "post", "1 / 0", parameters='post = ""')
    with pytest.raises(NotebooksFailedError, match="after that many failures, 1 more were not run"):
        run(small, folder, jobs=1)
    stands(folder, before)


LIMITED = {"KB_NOTEBOOK_SECONDS": "4", "KB_NOTEBOOK_MIB": "300", "KB_NOTEBOOK_OUTPUT_MIB": "1"}
HARMFUL = {
    "loops": ("while True: pass", "TimeoutError: the notebook ran for more than 4 s"),
    "eats": ("x = bytearray(1 << 30)", "MemoryLimitError"),
    "exits": ("import os; os._exit(1)", "ended by itself"),
    "prints": ("while True: print('x' * 100000)", "OutputLimitError"),
    "leaves": ("import subprocess; subprocess.Popen(['sleep', '4321']); None", "LeftoverProcess"),
}


@pytest.mark.slow
@pytest.mark.skipif(not can_fork(), reason="limits need a fork for each notebook")
def test_harmful_notebooks_fail_and_the_rest_is_built(quick, small, tmp_path, monkeypatch):
    for name, value in LIMITED.items():
        monkeypatch.setenv(name, value)
    for name, (code, _) in HARMFUL.items():
        write_template(quick, name, code, parameters="")
    monkeypatch.setattr(builds, "plan", lambda _: [*JOBS, *(Job(name, f"{name}.ipynb") for name in HARMFUL)])
    made = run(small, tmp_path / "b")
    assert (made.run, made.notebooks) == (4, 4)
    told = {failure.notebook.removesuffix(".ipynb"): str(failure) for failure in made.failures}
    assert told.keys() == HARMFUL.keys()
    for name, (_, message) in HARMFUL.items():
        assert message in told[name]


def test_drift_of_a_build_in_which_a_notebook_failed(quick, small, tmp_path):
    folder, report, junit = tmp_path / "b", tmp_path / "drift.md", tmp_path / "drift.xml"
    assert kb_build(small, folder, "--accept")[0] == 0
    write_template(quick, "post", "1 / 0", parameters='post = ""')
    status, said = kb_build(small, folder, "--check", "--report", str(report), "--junit", str(junit))
    assert status == 1
    assert "No drift: 3 pages say what was accepted. Not compared, because they failed: post/one." in said
    assert report.read_text().startswith("### Notebooks failed")
    assert 'errors="1"' in junit.read_text()
    accepted = tree(small / "facts")
    assert kb_build(small, folder, "--accept")[0] == 1
    assert tree(small / "facts") == accepted


def test_a_failed_notebook_is_told_on_the_command_line(quick, small, tmp_path):
    write_template(quick, "post", "1 / 0", parameters='post = ""')
    done = CliRunner().invoke(main, ["build", "--evidence", str(small), "--build", str(tmp_path / "b")])
    assert done.exit_code == 1
    assert "kb: 1 notebook failed, the rest is built; the next build tries again:" in done.stderr


def test_a_failing_site(quick, small, built, monkeypatch):
    def make_site(*given):
        raise site.SiteError("Sphinx could not make the site")

    folder, before = built
    monkeypatch.setattr(site, "make_site", make_site)
    with pytest.raises(KbError, match="Sphinx"):
        run(small, folder, force=True)
    stands(folder, before)


def test_wrong_evidence_lists_the_problems(quick, small, built):
    folder, before = built
    path = next((small / "studies").glob("*.yaml"))
    path.write_text(path.read_text().replace("design: ", "design: un"))
    with pytest.raises(EvidenceError, match=path.name):
        run(small, folder)
    stands(folder, before)


def test_an_empty_evidence_folder(quick, built, tmp_path):
    folder, before = built
    (tmp_path / "empty").mkdir()
    for evidence in (tmp_path / "empty", tmp_path / "nowhere"):
        with pytest.raises(KbError, match=str(evidence)):
            run(evidence, folder)
    stands(folder, before)


def test_a_full_disk(quick, small, built, monkeypatch):
    def make_site(*given):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    folder, before = built
    monkeypatch.setattr(site, "make_site", make_site)
    with pytest.raises(BuildError, match=r"no space left .* the last good build stands; make room"):
        run(small, folder, force=True)
    stands(folder, before)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a limit that only POSIX has")
def test_a_full_disk_while_notebooks_are_written(quick, small, built):
    """No file may grow beyond a few bytes in the notebooks' processes: they say so, and nothing is torn."""
    folder, before = built
    code = "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
    code += "resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100)); 1"
    write_template(quick, "post", code, parameters='post = ""')
    with pytest.raises(BuildError, match=r"File too large: .*; nothing was changed, the last good build stands"):
        run(small, folder)
    stands(folder, before)


@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may write anywhere")
def test_no_permission(quick, small, tmp_path):
    folder = tmp_path / "b"
    folder.mkdir(mode=0o500)
    with pytest.raises(BuildError, match="no permission to write"):
        run(small, folder)


def test_no_permission_is_said(quick, small, built, monkeypatch):
    folder, before = built
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(BuildError, match=f"no permission to write {folder}"):
        run(small, folder)
    monkeypatch.undo()
    stands(folder, before)


def test_the_build_folder_is_a_file(quick, small, tmp_path):
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(BuildError, match="is a file, or lies below one"):
            run(small, folder)


def test_the_build_folder_lies_in_the_evidence(quick, small):
    for folder in (small, small / "build"):
        with pytest.raises(BuildError, match="lies in the evidence folder"):
            run(small, folder)


def test_somebody_elses_folder_is_not_overwritten(quick, small, tmp_path):
    (tmp_path / "b" / "site").mkdir(parents=True)
    (tmp_path / "b" / "site" / "thesis.txt").write_text("precious")
    with pytest.raises(BuildError, match="was not made by a build"):
        run(small, tmp_path / "b")
    assert (tmp_path / "b" / "site" / "thesis.txt").read_text() == "precious"


def test_two_builds_at_once(quick, small, built):
    folder, before = built
    with FileLock(folder / ".lock"), pytest.raises(BuildError, match="another build is using"):
        run(small, folder)
    stands(folder, before)


KILLED = """
import sys
from kb import build as builds
from kb.notebooks import Job
builds.digest_code = builds.ingredients.__globals__["digest_code"] = lambda: "code"
builds.plan = lambda base: [Job("condition", f"condition/{n}.ipynb", {"condition": n}) for n in ("gout", "stroke")]
builds.build(sys.argv[1], sys.argv[2])
"""


@pytest.mark.slow
def test_a_killed_build_is_repaired_by_the_next(quick, small, built, tmp_path):
    folder, before = built
    started = tmp_path / "started"
    code = f"import pathlib, time; pathlib.Path({str(started)!r}).touch(); time.sleep(60)"
    write_template(quick, "condition", code, parameters='condition = ""')
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(small), str(folder)],
        stderr=subprocess.DEVNULL,
        cwd=Path(__file__).parent.parent,
    )
    for _ in range(300):
        if started.exists():
            break
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert [name for name in releases(folder) if name.startswith(".new-")]
    assert tree(folder / "current") == before
    write_template(quick, "condition", "condition", parameters='condition = ""')
    assert run(small, folder).run == 0
    stands(folder, before)


def test_a_build_killed_before_it_was_put_in_place(quick, small, built):
    folder, before = built
    shutil.copytree(folder / "releases" / "000001", folder / "releases" / "000002")
    run(small, folder, force=True)
    assert (folder / "current").resolve().name == "000003"
    stands(folder, before)


def test_without_symbolic_links_copies_are_exchanged(quick, small, tmp_path, monkeypatch):
    def refuse(*given, **options):
        raise NotImplementedError

    monkeypatch.setattr(Path, "symlink_to", refuse)
    folder = tmp_path / "b"
    for word in ("post", "post * 2"):
        write_template(quick, "post", word, parameters='post = ""')
        run(small, folder)
        assert not (folder / "site").is_symlink()
        name = "notebooks/post/one.ipynb"
        assert (folder / name).read_bytes() == (folder / "releases" / releases(folder)[-1] / name).read_bytes()
    assert run(small, folder).run == 0
    assert not [path for path in folder.iterdir() if path.name.endswith(".new")]
