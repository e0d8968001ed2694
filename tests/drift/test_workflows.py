"""The workflows: pinned, with the least rights, without holes that a linter finds; and docs/ci.md gives the same."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.conftest import ROOT

FILES = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
DOCS = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
COPIES = re.findall(r"^`\.github/workflows/(\w+)\.yml`:\n\n```yaml\n(.*?)^```$", DOCS, re.MULTILINE | re.DOTALL)
ALL = [*((path.stem, path.read_text(encoding="utf-8")) for path in FILES), *((f"{n} of docs", t) for n, t in COPIES)]
WRITING = {"comment": {"pull-requests": "write"}, "propose": {"contents": "write", "pull-requests": "write"}}
each = pytest.mark.parametrize(("name", "text"), ALL, ids=[name for name, _ in ALL])


def steps(text):
    return [step for job in yaml.safe_load(text)["jobs"].values() for step in job["steps"]]


@each
def test_actions_are_pinned(name, text):
    uses = re.findall(r"uses: (.+)", text)
    assert uses
    assert all(re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v[\d.]+", use) for use in uses)
    assert all(
        step["with"]["persist-credentials"] is False for step in steps(text) if "checkout" in step.get("uses", "")
    )


@each
def test_least_rights(name, text):
    workflow = yaml.safe_load(text)
    assert workflow["permissions"] == {"contents": "read"}
    for job, told in workflow["jobs"].items():
        assert told.get("permissions") == WRITING.get(job)
        assert "timeout-minutes" in told
    assert "pull_request_target" not in text


@each
def test_no_expression_is_part_of_a_script(name, text):
    assert not [step["run"] for step in steps(text) if "${{" in step.get("run", "")]


@each
def test_scripts_parse(name, text):
    for step in steps(text):
        if "run" in step:
            subprocess.run(["bash", "-n"], input=step["run"], text=True, check=True)


def test_jobs_that_may_write_run_nothing_of_the_repository():
    for _, text in ALL:
        for job, told in yaml.safe_load(text)["jobs"].items():
            if job in WRITING:
                scripts = "\n".join(step.get("run", "") for step in told["steps"])
                assert not re.search(r"^\s*(kb|make|sh|python|pip)\b", scripts, re.MULTILINE)


def essence(text):
    """A workflow without how kb is installed, which is what differs elsewhere."""
    workflow = yaml.safe_load(text)
    for job in workflow["jobs"].values():
        job["steps"] = [
            step
            for step in job["steps"]
            if "setup-python" not in step.get("uses", "")
            and step.get("name") != "Make the environment"
            and step.get("with", {}).get("path") != ".kb"
        ]
    return workflow


def test_the_documented_copies_do_the_same():
    assert [name for name, _ in COPIES] == ["evidence", "refresh"]
    for name, text in COPIES:
        assert essence(text) == essence((ROOT / ".github" / "workflows" / f"{name}.yml").read_text(encoding="utf-8"))
        assert "make " not in text
        assert "tools/" not in text


def zizmor():
    found = shutil.which("zizmor", path=str(Path(sys.executable).parent)) or shutil.which("zizmor")
    if found is None:
        pytest.skip("zizmor is not installed: it is a development dependency")
    return [found, "--offline", "--no-progress", "--persona=pedantic", "--color=never"]


@each
def test_the_linter_finds_nothing(name, text, tmp_path):
    (tmp_path / "workflow.yml").write_text(text.replace("ref: COMMIT", f"ref: {'0' * 40}"))
    done = subprocess.run([*zizmor(), str(tmp_path / "workflow.yml")], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_linter_finds_a_planted_injection(tmp_path):
    text = FILES[0].read_text().replace("run: make test", 'run: echo "${{ github.event.pull_request.title }}"')
    (tmp_path / "workflow.yml").write_text(text)
    done = subprocess.run([*zizmor(), str(tmp_path / "workflow.yml")], capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "template-injection" in done.stdout
