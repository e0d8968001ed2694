"""The files around the code agree with each other: dependencies, locks, versions, targets, notebooks."""

import json
import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tools.environment import Environment

ROOT = Path(__file__).resolve().parent.parent
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCKS = ("run", "dev")
CONDA_NAMES = {"matplotlib": "matplotlib-base", "isal": "python-isal", "playwright": "playwright-python"}
CONDA_ONLY = {"pip", "python"}


def declared(*, dev: bool) -> list[Requirement]:
    """Return what pyproject.toml asks for."""
    groups = PYPROJECT["dependency-groups"]
    lines = [*PYPROJECT["project"]["dependencies"], *groups["build"], *(groups["dev"] if dev else [])]
    return [Requirement(line) for line in lines]


def locked(extent: str) -> dict[str, set[str]]:
    """Return the versions of each package in a lock; markers may choose among several."""
    versions: dict[str, set[str]] = {}
    text = (ROOT / "requirements" / f"{extent}.txt").read_text(encoding="utf-8")
    for name, version in re.findall(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", text, re.MULTILINE):
        versions.setdefault(canonicalize_name(name), set()).add(version)
    return versions


def repository_files() -> list[Path]:
    """Return the files that are or would be committed."""
    if not (ROOT / ".git").exists() or shutil.which("git") is None:
        pytest.skip("needs git and a clone: the list of committed files comes from it")
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


# dependencies


def test_environment_file_is_in_step_with_pyproject():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    lines = [line for line in environment["dependencies"] if isinstance(line, str)]
    lines += next(entry["pip"] for entry in environment["dependencies"] if isinstance(entry, dict))
    conda = {re.split(r"[<>=]", line)[0]: line for line in lines}
    expected = {"python": f"python{PYPROJECT['project']['requires-python']}", "pip": "pip"}
    for requirement in declared(dev=True):
        name = CONDA_NAMES.get(requirement.name, requirement.name)
        expected[name] = f"{name}{requirement.specifier}"
    assert conda == expected
    assert environment["channels"] == ["conda-forge", "nodefaults"]


def test_build_group_is_the_build_backend():
    assert PYPROJECT["dependency-groups"]["build"] == PYPROJECT["build-system"]["requires"]


@pytest.mark.parametrize("extent", LOCKS)
def test_lock_holds_every_declared_package_at_an_allowed_version(extent):
    lock = locked(extent)
    wrong = [
        f"{requirement}: locked at {versions or 'nothing'}; run `make lock`"
        for requirement in declared(dev=extent == "dev")
        if not (versions := lock.get(canonicalize_name(requirement.name), set()))
        or not all(requirement.specifier.contains(version) for version in versions)
    ]
    assert not wrong


@pytest.mark.parametrize("extent", LOCKS)
def test_lock_hashes_everything_and_names_no_host(extent):
    text = (ROOT / "requirements" / f"{extent}.txt").read_text(encoding="utf-8")
    code = re.sub(r"(?m)^\s*#.*$\n?", "", text).replace("\\\n", " ")
    entry = re.compile(r"[A-Za-z0-9._-]+==[^\s;]+( ; [^-]+?)?( +--hash=sha256:[0-9a-f]{64})+")
    assert [line for line in code.splitlines() if not entry.fullmatch(line.rstrip())] == []
    for banned in ("://", "--index", "--extra-index", "--find-links", "--trusted-host", "file:", " @ "):
        assert banned not in text


def test_development_lock_contains_the_run_lock():
    run, dev = locked("run"), locked("dev")
    assert {name: dev.get(name) for name in run} == run


# versions and licences


def test_versions_agree():
    version = PYPROJECT["project"]["version"]
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    released = re.findall(r"^## \[(\d[^\]]*)\]", changelog, re.MULTILINE)
    coming = re.findall(r"^The next version is (\S+)\.$", changelog, re.MULTILINE)
    assert citation["version"] == version
    assert version in [*coming, *released[:1]]
    assert sorted(map(Version, released), reverse=True) == [Version(each) for each in released]


def test_citation_file_is_complete():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["cff-version"] == "1.2.0"
    assert {"message", "title", "authors", "version", "license", "type"} <= citation.keys()
    assert " AND ".join(citation["license"]) == PYPROJECT["project"]["license"]


def test_licences_are_there_in_full():
    assert "Redistribution and use in source and binary forms" in (ROOT / "LICENSE").read_text(encoding="utf-8")
    evidence = (ROOT / "LICENSES" / "CC-BY-4.0.txt").read_text(encoding="utf-8")
    assert [f"Section {n} –" in evidence for n in range(1, 9)] == [True] * 8


# commands


def test_every_make_target_is_documented():
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = re.findall(r"^([a-z][a-z-]*):", text, re.MULTILINE)
    documented = re.findall(r"^([a-z][a-z-]*):.*## \S", text, re.MULTILINE)
    phony = re.findall(r"^\.PHONY: (.*)$", text, re.MULTILINE)[0].split()
    assert targets == documented
    assert sorted(phony) == sorted(targets)


def test_make_alone_lists_the_targets():
    if shutil.which("make") is None:
        pytest.skip("make is not installed")
    alone = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    done = subprocess.run(["make"], cwd=ROOT, env=alone, capture_output=True, text=True, check=True)
    assert [line.split()[1] for line in done.stdout.splitlines()][:3] == ["help", "build", "test"]


def test_missing_python_is_said_in_a_sentence(tmp_path):
    shell = shutil.which("sh")
    assert shell is not None
    script = str(ROOT / "tools" / "environment.sh")
    done = subprocess.run(
        [shell, script, "run"], env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Python 3.11 or newer was not found: install it")


@pytest.mark.parametrize("name", [".ci/run", "tools/environment.sh"])
def test_scripts_run_and_parse(name):
    assert os.access(ROOT / name, os.X_OK)
    subprocess.run(["bash", "-n", str(ROOT / name)], check=True)


def test_workflow_pins_actions_and_asks_for_least_permissions():
    text = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    workflow = yaml.safe_load(text)
    assert workflow["permissions"] == {"contents": "read"}
    assert all(re.fullmatch(r"\S+@[0-9a-f]{40} # v[\d.]+", use) for use in re.findall(r"uses: (.+)", text))
    steps = [step["run"] for step in workflow["jobs"]["check"]["steps"] if "run" in step]
    assert steps == ["make test", "make build", "make drift"]
    assert [line for line in (ROOT / ".ci" / "run").read_text().splitlines() if line.startswith("make")] == steps


# the environment


def make_environment(root: Path) -> Environment:
    """Return an environment that passes for whole: its python answers every question with success."""
    environment = Environment(root)
    environment.python.parent.mkdir(parents=True)
    environment.python.write_text("#!/bin/sh\nexit 0\n")
    environment.python.chmod(0o755)
    environment.home.write_text(str(root), encoding="utf-8")
    return environment


def test_whole_environment_is_kept(tmp_path):
    assert make_environment(tmp_path).is_whole()


def test_missing_environment_is_not_whole(tmp_path):
    assert not Environment(tmp_path).is_whole()


def test_interrupted_installation_is_not_whole(tmp_path):
    environment = make_environment(tmp_path)
    environment.unfinished.touch()
    assert not environment.is_whole()


def test_environment_whose_python_is_gone_is_not_whole(tmp_path):
    environment = make_environment(tmp_path)
    environment.python.unlink()
    environment.python.symlink_to(tmp_path / "gone")
    assert not environment.is_whole()


def test_moved_environment_is_not_whole(tmp_path):
    make_environment(tmp_path / "old")
    (tmp_path / "old").rename(tmp_path / "new")
    assert not Environment(tmp_path / "new").is_whole()


def test_changed_lock_installs_again(tmp_path):
    environment = make_environment(tmp_path)
    (tmp_path / "pyproject.toml").touch()
    lock = tmp_path / "lock.txt"
    lock.write_text("a==1\n")
    environment.stamp("run").write_text(environment.digest(lock), encoding="utf-8")
    assert environment.holds("run", environment.digest(lock))
    lock.write_text("a==2\n")
    assert not environment.holds("run", environment.digest(lock))


# what must not be committed


def test_no_committed_notebook_has_outputs():
    wrong = [
        f"{path.relative_to(ROOT)}, cell {index}: clear its output before committing"
        for path in sorted((ROOT / "notebooks").rglob("*.ipynb"))
        if ".ipynb_checkpoints" not in path.parts
        for index, cell in enumerate(json.loads(path.read_text(encoding="utf-8"))["cells"])
        if cell.get("outputs") or cell.get("execution_count") is not None
    ]
    assert not wrong


def test_no_file_names_a_path_of_one_machine():
    home = re.compile(r"(?<![\w.~$}/-])/(?:home|Users)/\w|[A-Z]:\\Users\\\w")
    own = {str(ROOT), str(Path.home())} - {"/"}
    wrong = []
    for path in repository_files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(text.splitlines(), 1):
            if home.search(line) or any(re.search(rf"(?<!\w){re.escape(place)}(?:/|\b)", line) for place in own):
                wrong.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}")
    assert not wrong
