"""Style, types and imports hold, and the configuration that checks them reports what it should."""

import importlib.util
import os
import re
import socket
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from pytest_socket import SocketConnectBlockedError

ROOT = Path(__file__).resolve().parent.parent
PYPROJECT = ROOT / "pyproject.toml"
CONFIGURATION = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["tool"]
SOURCES = ("kb", "tests", "tools")


def run(*command: str, cwd: Path = ROOT, stdin: str = "", path: Path | None = None) -> tuple[int, str]:
    """Run a tool of this environment; return its exit status and all it said, without colour."""
    for name in ("ruff", "lint-imports"):
        if command[0] == name:
            command = (str(Path(sys.executable).parent / name), *command[1:])
    env = {key: value for key, value in os.environ.items() if key not in {"FORCE_COLOR", "PYTHONPATH"}}
    env |= {"NO_COLOR": "1", "COLUMNS": "200"} | ({"PYTHONPATH": str(path)} if path else {})
    done = subprocess.run(command, cwd=cwd, env=env, input=stdin, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def require(status: int, said: str, advice: str) -> None:
    """Fail with what the tool said instead of a stack trace."""
    if status:
        pytest.fail(f"{said.strip()}\n\n{advice}", pytrace=False)


# the code


def test_style():
    require(*run("ruff", "check", "--output-format", "concise", *SOURCES), advice="Try `make format`.")


def test_format():
    require(*run("ruff", "format", "--check", "--output-format", "concise", *SOURCES), advice="Run `make format`.")


@pytest.mark.slow
def test_types():
    require(*run(sys.executable, "-m", "mypy"), advice="`make types` shows the same.")


def test_imports_go_one_way():
    status, said = run("lint-imports", "--no-cache")
    said = re.sub(r"(?m)^.*[╔║╚].*\n", "", said)  # its banner
    require(status, said, advice="The layers are in pyproject.toml, highest first.")


# the configuration of ruff


def test_ruff_reads_the_whole_configuration():
    status, said = run("ruff", "check", "--stdin-filename", "kb/example.py", "-", stdin='"""Do nothing."""\n')
    assert (status, said.strip()) == (0, "All checks passed!")


CAUGHT = {
    "A001": "list = 1",
    "ANN201": "def f():\n    return 1",
    "B006": "def f(a: list[int] = []) -> None:\n    a.append(1)",
    "BLE001": "try:\n    a = 1\nexcept Exception:\n    a = 2",
    "D103": "def f() -> None:\n    pass",
    "DTZ005": "import datetime\n\nNOW = datetime.datetime.now()",
    "E501": f"A = {'1' * 120}",
    "F401": "import json",
    "N802": "def aB() -> None:\n    pass",
    "PTH123": "A = open('a')",
    "RET505": "def f(a: int) -> int:\n    if a:\n        return 1\n    else:\n        return 2",
    "S602": "import subprocess\n\nsubprocess.run('ls *', shell=True)",
    "SIM102": "def f(a: int, b: int) -> None:\n    if a:\n        if b:\n            f(b, a)",
    "T201": "print(1)",
    "TID252": "from . import store",
    "UP006": "from typing import List\n\nA: List[int] = []",
}


@pytest.mark.parametrize("rule", CAUGHT)
def test_ruff_reports(rule):
    status, said = run(
        "ruff", "check", "--output-format", "concise", "--stdin-filename", "kb/example.py", "-", stdin=CAUGHT[rule]
    )
    assert status == 1
    assert re.search(rf"\b{rule}\b", said), said


BANS = CONFIGURATION["ruff"]["lint"]["flake8-tidy-imports"]["banned-api"]


@pytest.mark.parametrize("name", BANS)
def test_ruff_bans_and_names_the_replacement(name):
    use = f'"""Use it."""\nimport {name}\n' if importlib_finds(name) else use_of(name)
    status, said = run("ruff", "check", "--select", "TID251", "--stdin-filename", "kb/example.py", "-", stdin=use)
    assert status == 1
    assert BANS[name]["msg"] in said


def importlib_finds(name: str) -> bool:
    """Return whether `name` is a module rather than something in one."""
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False


def use_of(name: str) -> str:
    """Return code that uses something of a module."""
    module, _, attribute = name.rpartition(".")
    return f"from {module} import {attribute}\n"


@pytest.mark.parametrize("name", ["kb/store/yamlfile.py", "tests/test_example.py"])
def test_ruff_lets_the_store_and_the_tests_read_yaml(name):
    status, said = run("ruff", "check", "--select", "TID251", "--stdin-filename", name, "-", stdin="import yaml\n")
    assert status == 0, said


# the configuration of mypy


@pytest.mark.slow
def test_mypy_is_strict_and_knows_pydantic(tmp_path):
    example = tmp_path / "example.py"
    example.write_text(
        "from pydantic import BaseModel\n"
        "class Study(BaseModel):\n"
        "    key: str\n"
        "Study(kye='lee2020')\n"
        "def untyped(a):\n"
        "    return a\n"
        "def bare(a: list) -> None: ...\n"
        "A: int = 'one'\n"
        "B: int = 1  # type: ignore\n"
    )
    cache = ("--cache-dir", str(tmp_path / "cache"))
    status, said = run(sys.executable, "-m", "mypy", "--config-file", str(PYPROJECT), *cache, str(example))
    assert status == 1
    codes = {"call-arg", "no-untyped-def", "type-arg", "assignment", "unused-ignore"}
    assert codes <= set(re.findall(r"\[([a-z-]+)\]", said)), said


# the import contracts

LAYERS = next(each for each in CONFIGURATION["importlinter"]["contracts"] if each["id"] == "layers")["layers"]
MODULES = [name for layer in LAYERS for name in re.findall(r"\w+", layer)]


def lint(folder: Path, imports: dict[str, str]) -> tuple[int, str]:
    """Check an invented package `kb` of empty modules, some with one line of code, against our contracts."""
    package = folder / "kb"
    package.mkdir()
    for name in ["__init__", *MODULES, *imports]:
        (package / f"{name}.py").write_text(imports.get(name, ""))
    return run("lint-imports", "--no-cache", "--config", str(PYPROJECT), cwd=folder, path=folder)


def test_contracts_accept_the_allowed_direction(tmp_path):
    status, said = lint(tmp_path, {"cli": "import kb.base", "base": "import kb.store", "store": "import yaml, pybtex"})
    assert status == 0, said


@pytest.mark.parametrize(
    ("module", "code", "contract"),
    [
        ("model", "import kb.store", "Imports go one way"),
        ("store", "import kb.cli", "Imports go one way"),
        ("figures", "import kb.tables", "Imports go one way"),
        ("problems", "def f():\n    import kb.model", "Imports go one way"),
        ("stray", "", "Imports go one way"),
        ("graph", "import yaml", "Only kb.store reads YAML and BibTeX"),
        ("show", "from pybtex.database import parse_file", "Only kb.store reads YAML and BibTeX"),
        ("model", "import json", "kb.model reads and writes nothing"),
        ("model", "from pathlib import Path", "kb.model reads and writes nothing"),
    ],
)
def test_contracts_report(tmp_path, module, code, contract):
    status, said = lint(tmp_path, {module: code})
    assert status == 1
    assert re.search(rf"{re.escape(contract)} BROKEN", said) or module == "stray", said
    assert f"kb.{module}" in said or "stray" in said, said


# the configuration of pytest


@pytest.mark.filterwarnings("ignore:A test tried to use")
def test_connections_beyond_this_machine_are_blocked():
    with pytest.raises(SocketConnectBlockedError):
        socket.create_connection(("192.0.2.1", 80), timeout=0.1)


def test_connections_within_this_machine_are_open():
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname(), timeout=5).close()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import pytest\n@pytest.mark.slwo\ndef test_a(): pass\n", "'slwo' not found in `markers`"),
        ("import warnings\ndef test_a(): warnings.warn('careful')\n", "UserWarning: careful"),
        ("def a():\n    '''\n    >>> 1 + 1\n    3\n    '''\n", "Expected:"),
        ("import pytest\n@pytest.mark.xfail\ndef test_a(): pass\n", "[XPASS(strict)]"),
    ],
    ids=["marker", "warning", "doctest", "xfail"],
)
def test_pytest_reports(tmp_path, code, expected):
    example = tmp_path / "test_example.py"
    example.write_text(code)
    options = ("-p", "no:cacheprovider", "-p", "no:xdist", "-c", str(PYPROJECT), "--rootdir", str(tmp_path))
    status, said = run(sys.executable, "-m", "pytest", *options, str(example))
    assert status != 0
    assert expected in said
