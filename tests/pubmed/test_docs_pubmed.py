"""What docs/pubmed.md says is true: its transcripts are run in order, and what it names is there."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import click
import pytest

from kb.cli import main
from kb.pubmed.config import Settings
from kb.pubmed.server.faults import KINDS
from kb.store import load, validate
from tests.conftest import EVIDENCE, ROOT
from tests.pubmed import demonstration
from tests.pubmed.test_refresh import FAULTS

TEXT = (ROOT / "docs" / "pubmed.md").read_text(encoding="utf-8")
PORT = "8042"
PUBMED: dict[str, click.Command] = vars(main.commands["pubmed"])["commands"]
MARK = "@@ end of command"


def transcripts(text: str) -> list[tuple[str, str]]:
    """Every command of the console blocks in order, and the output that is shown."""
    pairs: list[tuple[str, str]] = []
    for block in re.findall(r"^```console\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
        pairs += re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE)
    return pairs


def agrees(shown: str, printed: str) -> bool:
    """Whether a command printed what is shown; `...` stands for any text."""
    pattern = ".*".join(re.escape(part) for part in shown.rstrip("\n").split("..."))
    return re.fullmatch(pattern, printed.rstrip("\n"), re.DOTALL) is not None


def script(commands: list[str], output: Path) -> str:
    """The commands as one shell session, with a mark after the output of each; `$?` is that of the command."""
    lines = []
    for command in commands:
        lines.append(command)
        if command.endswith(" &"):
            wait = "until grep -q KB_ENTREZ_URL= {}; do kill -0 $! || exit 1; sleep 0.05; done"
            lines.append(wait.format(shlex.quote(str(output))))
        lines.append(f"s=$?; echo {shlex.quote(MARK)}; (exit $s)")
    return "\n".join(lines) + "\n"


def free_port() -> str:
    with socket.socket() as one:  # loopback only
        one.bind(("127.0.0.1", 0))
        return str(one.getsockname()[1])


def session(commands: list[str], folder: Path) -> list[str]:
    """What each command prints, run one after the other by one shell that starts in the folder of the project."""
    output = folder / "output.txt"
    env = {name: value for name, value in os.environ.items() if not name.startswith(("KB_", "NCBI_", "XDG_"))}
    for name in ("home", "tmp"):
        (folder / name).mkdir()
    env |= {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{env['PATH']}",
        "HOME": str(folder / "home"),
        "TMPDIR": str(folder / "tmp"),
        "LC_ALL": "C.UTF-8",
        # Until the documentation sets them, nothing is reached and nothing of the project is written.
        "KB_EVIDENCE": str(folder / "none"),
        "KB_ENTREZ_URL": "http://127.0.0.1:9/",
        "KB_CACHE": str(folder / "cache"),
    }
    stop = "trap 'kill $(jobs -p) 2>/dev/null' EXIT\n"
    with output.open("wb") as stream:
        subprocess.run(
            [shutil.which("bash") or "sh", "-c", stop + script(commands, output)],
            cwd=ROOT,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            timeout=180,
            check=False,
        )
    printed = output.read_text(encoding="utf-8").split(f"{MARK}\n")
    return [re.sub(r"^.*\bTerminated\b.*\n", "", part, flags=re.MULTILINE) for part in printed[:-1]]


def state(folder: Path) -> dict[str, tuple[int, int]]:
    return {str(p): (p.stat().st_mtime_ns, p.stat().st_size) for p in sorted(folder.rglob("*"))}


def test_the_transcripts_are_what_the_commands_print(tmp_path):
    pairs, port, before = transcripts(TEXT), free_port(), state(EVIDENCE)
    assert len(pairs) > 25
    printed = session([command.replace(PORT, port) for command, _ in pairs], tmp_path)
    wrong = [
        f"$ {command}\n--- documented\n{shown}--- printed\n{told}"
        for (command, shown), told in zip(pairs, printed, strict=False)
        if not agrees(shown, told)
    ]
    assert not wrong, "\n\n".join(wrong)
    assert len(printed) == len(pairs), f"the session ended at $ {pairs[len(printed)][0]}"
    assert state(EVIDENCE) == before


def test_the_session_shows_what_the_issue_asks_for():
    commands = "\n".join(command for command, _ in transcripts(TEXT))
    for wanted in ("kb add 39198038", "kb pubmed refresh", "kb pubmed status", "kb pubmed watch", "kb.pubmed.server"):
        assert wanted in commands


def test_wrong_documentation_is_noticed(tmp_path):
    pairs = transcripts("```console\n$ echo a b c\na ... c\n$ echo $?\n0\n$ false\n$ echo $?\n0\n$ echo x\n```\n")
    printed = session([command for command, _ in pairs], tmp_path)
    assert [agrees(shown, told) for (_, shown), told in zip(pairs, printed, strict=True)] == [
        True, True, True, False, False,
    ]  # fmt: skip


# --- what is named -------------------------------------------------------------------------------------------------


def named() -> list[str]:
    """Every `kb` command line in the text: in transcripts, and in backquotes."""
    prose = re.sub(r"^```.*?^```", "", TEXT, flags=re.DOTALL | re.MULTILINE)
    lines = [command for command, _ in transcripts(TEXT)] + re.findall(r"`([^`\n]+)`", prose)
    return sorted({found[1] for line in lines if (found := re.match(r"(?:\w+=\S+ )*(kb .*)", line))})


@pytest.mark.parametrize("line", named())
def test_every_command_and_option_named_exists(line):
    words = shlex.split(line)[1:]
    command: click.Command = main
    while isinstance(command, click.Group):
        assert words, line
        assert words[0] in command.commands, line
        command = command.commands[words.pop(0)]
    known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    assert {word.partition("=")[0] for word in words if word.startswith("--")} <= known


def test_every_option_named_alone_exists():
    commands = [main.commands["add"], *PUBMED.values()]
    known = {option for one in commands for p in one.params for option in (*p.opts, *p.secondary_opts)}
    known |= {"--fault"}  # of the server
    assert set(re.findall(r"`(--[a-z-]+)", TEXT)) <= known


def test_every_subcommand_is_documented():
    for name in PUBMED:
        assert f"kb pubmed {name}" in TEXT


def test_settings_named_are_those_that_are_read():
    source = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "kb").rglob("*.py"))
    parts = {"KB_ENTREZ_TIMEOUT", "KB_ENTREZ_DEADLINE", "KB_ENTREZ_ATTEMPTS"}  # put together where they are read
    for name in set(re.findall(r"\b(?:KB|NCBI)_[A-Z_]+\b", TEXT)) - parts:
        assert f'"{name}"' in source or name in source, name
    patience = Settings().patience
    assert f"({patience.read:.0f}), for a call with all its attempts ({patience.deadline:.0f})" in TEXT
    assert f"how many ({patience.attempts})" in TEXT


def test_the_fault_table_is_that_of_the_tests():
    rows = re.findall(r"^\| ([^|]*`[^|]*) \| [^|]+ \| ([0-2]) \|$", TEXT, re.MULTILINE)
    documented = {kind: int(status) for faults, status in rows for kind in re.findall(r"`([^`]+)`", faults)}
    assert set(documented) == set(KINDS)
    tested = {re.split(r"[=;]", fault)[0]: status for fault, status in FAULTS if "/" not in fault and "@" not in fault}
    assert {kind: documented[kind] for kind in tested} == tested


# --- the demonstration itself ----------------------------------------------------------------------------------------


def test_the_demonstration_is_valid_evidence_and_says_that_it_is_invented(tmp_path):
    demonstration.write_all(tmp_path)
    for name in ("evidence", "without"):
        corpus, problems = validate(tmp_path / name)
        assert corpus is not None
        assert {problem.rule for problem in problems} <= {"unused-study"}
    assert demonstration.ZHANG not in load(tmp_path / "without").references
    assert "invented" in load(tmp_path / "evidence").studies[demonstration.INVENTED].to_check[0]
    assert "did not come from PubMed" in TEXT


def test_no_real_paper_is_called_retracted(tmp_path):
    demonstration.write_all(tmp_path)
    marked = {p.stem for p in (tmp_path / "records").glob("*.xml") if "Retract" in p.read_text(encoding="utf-8")}
    real = {reference.pmid for reference in load(EVIDENCE).references.values()}
    assert marked
    assert not marked & real
    assert all(pmid.startswith("990000") for pmid in marked)
