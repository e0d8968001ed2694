"""Every problem has its line, also where the parser does not tell it; a file that nobody reads is named."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from kb.store.yamlfile import read
from kb.validation import validate

STUDY = "studies/zhang2024.yaml"


@pytest.mark.parametrize(
    ("file", "old", "new", "rule", "says"),
    [
        (STUDY, "n_studies: 6", "n_studies: 2024-02-30", "yaml-syntax", "day is out of range"),
        (STUDY, "n_studies: 6", "n_studies: \x00", "yaml-syntax", "control characters"),
        (STUDY, "n_studies: 6", "n_studies: é\x07", "yaml-syntax", "control characters"),
        (STUDY, "n_studies: 6", "\tn_studies: 6", "yaml-syntax", "tab"),
        ("bibliography.bib", "  volume = {16},", "  volume = {16},\n  volume = {17},", "duplicate-field", "twice"),
    ],
)
def test_the_line_is_told(small: Path, file: str, old: str, new: str, rule: str, says: str) -> None:
    path = small / file
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))
    found = [problem for problem in validate(small)[1] if problem.path == file]
    assert [problem.rule for problem in found] == [rule]
    assert says in found[0].message
    assert found[0].advice
    assert ("Indent with spaces" in found[0].advice) == (says == "tab")
    assert path.read_text().split("\n")[found[0].line - 1] == new.rsplit("\n", maxsplit=1)[-1]


def test_numbers_and_days_are_read_as_before(small: Path) -> None:
    path = small / STUDY
    path.write_text(path.read_text().replace("n_studies: 6", "n_studies: 0x10"))
    corpus, problems = validate(small)
    assert problems == []
    assert corpus is not None
    assert corpus.studies["zhang2024"].n_studies == 16


@pytest.mark.parametrize(("name", "near"), [("certanty.yaml", "certainty.yaml"), ("zzz.yml", "bibliography.bib")])
def test_a_file_that_nobody_reads_is_a_warning(small: Path, name: str, near: str) -> None:
    (small / name).write_text("[]\n")
    (small / "README.md").write_text("What this is.\n")
    found = validate(small)[1]
    assert [(problem.path, problem.rule, problem.severity) for problem in found] == [(name, "stray-file", "warning")]
    assert near in found[0].advice


def test_a_field_called_on_is_that(tmp_path: Path) -> None:
    """YAML 1.1 would read it as true."""
    path = tmp_path / "certainty.yaml"
    path.write_text("on: 2026-11-22\nby: no\nopen: true\n")
    assert read(path, path.name) == ({"on": dt.date(2026, 11, 22), "by": "no", "open": True}, [])
