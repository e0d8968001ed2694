"""The ``kb`` command as a person and a script meet it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kb.cli import NOUNS, main
from tests.conftest import EVIDENCE


def kb(*arguments: str, evidence: Path | None = EVIDENCE) -> Result:
    """Run the command in this process; whatever it raises beyond an exit is a bug."""
    where = ["--evidence", str(evidence)] if evidence else []
    result = CliRunner().invoke(main, [*arguments, *where])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def test_validate_is_silent_but_for_a_summary_when_all_is_well() -> None:
    result = kb("validate")
    assert result.exit_code == 0
    assert result.stdout.count("\n") == 1
    assert "213 studies" in result.stdout
    assert json.loads(kb("validate", "--format", "json").stdout) == []


def test_validate_exits_1_and_lists_problems_as_text_and_json(small: Path) -> None:
    path = small / "studies" / "zhang2024.yaml"
    path.write_text(path.read_text().replace("terms: [shockwave]", "terms: [wave]"))
    result = kb("validate", evidence=small)
    assert result.exit_code == 1
    assert result.stdout.startswith("studies/zhang2024.yaml:13: error: no intervention 'wave' [unknown-term]")
    problems = json.loads(kb("validate", "--format", "json", evidence=small).stdout)
    assert [(p["path"], p["line"], p["rule"]) for p in problems] == [("studies/zhang2024.yaml", 13, "unknown-term")]


@pytest.mark.parametrize("noun", NOUNS)
def test_list_prints_every_noun_as_text_csv_and_json(noun: str) -> None:
    rows = json.loads(kb("list", noun, "--format", "json").stdout)
    assert rows
    assert len(kb("list", noun).stdout.splitlines()) == len(rows) + 1
    assert kb("list", noun, "--format", "csv").stdout.splitlines()[0] == ",".join(rows[0])


def test_list_studies_has_every_key_of_the_folder() -> None:
    keys = [row["key"] for row in json.loads(kb("list", "studies", "--format", "json").stdout)]
    assert len(keys) == 213
    assert keys == sorted(path.stem for path in (EVIDENCE / "studies").iterdir())


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("iliotibial-band-syndrome", "IT band syndrome"),
        ("zhang2024", "MD 1.14 (0.8 to 1.48) VAS points (0-10)"),
        ("shockwave", "Extracorporeal"),
        ("running-injuries-page", "Claims"),
        ("running-injuries-page.c01", "Verdict: "),
    ],
)
def test_show_prints_a_page(given: str, says: str) -> None:
    result = kb("show", given)
    assert result.exit_code == 0
    assert says in result.stdout
    data = json.loads(kb("show", given, "--format", "json").stdout)
    assert {"noun", "id", "title", "lead", "sections"} == set(data)


def test_an_unknown_id_exits_2_on_standard_error() -> None:
    result = kb("show", "itb")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "kb: no condition 'itb': did you mean 'iliotibial-band-syndrome'?\n"


def test_search_finds_and_says_when_it_does_not() -> None:
    assert "zhang2024" in kb("search", "shockwave", "tennis", "elbow").stdout
    assert len(json.loads(kb("search", "pain", "--limit", "3", "--format", "json").stdout)) == 3
    nothing = kb("search", "zzzzqqq")
    assert (nothing.exit_code, nothing.stdout) == (0, "")
    assert "Nothing in the base" in nothing.stderr


def test_table_in_three_formats_and_usage_errors() -> None:
    asked = ("table", "--condition", "tennis elbow", "--intervention", "ESWT")
    assert kb(*asked).stdout.startswith("## Evidence: Lateral epicondylitis")
    assert kb(*asked, "--format", "csv").stdout.startswith("study,design,")
    assert json.loads(kb(*asked, "--format", "json").stdout)["keys"]
    assert kb("table").exit_code == 2
    assert kb("table", "--kind", "claims", "--condition", "itbs").exit_code == 2
    assert kb("table", "--condition", "no such thing").exit_code == 2
    assert "## Claims" in kb("table", "--kind", "claims", "--post", "running-injuries-page").stdout


@pytest.mark.parametrize("command", ["list", "show", "search", "table", "build"])
def test_evidence_that_is_not_there_is_wrong_usage(command: str, tmp_path: Path) -> None:
    rest = {"list": ["studies"], "show": ["x"], "search": ["x"], "table": ["--post", "x"], "build": []}[command]
    if command == "build":
        rest = ["--build", str(tmp_path / "build")]
    result = kb(command, *rest, evidence=tmp_path / "nowhere")
    assert result.exit_code == 2
    assert "does not exist" in result.stderr
    (tmp_path / "empty").mkdir()
    empty = kb(command, *rest, evidence=tmp_path / "empty")
    assert empty.exit_code == 1
    assert "vocabulary/outcomes.yaml: error: does not exist" in empty.stderr


def test_help_is_written_for_every_command_and_option() -> None:
    for name, command in main.commands.items():
        assert command.help, name
        for parameter in command.params:
            if parameter.param_type_name == "option":
                assert getattr(parameter, "help", None), f"{name} {parameter.name}"
        assert CliRunner().invoke(main, [name, "--help"]).exit_code == 0
