"""changes.yaml and redirects.yaml: what is read, what is refused and where."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

import kb
from kb.store import load, validate
from tests.conftest import EVIDENCE

CHANGES = """\
- date: 2026-02-01
  text: A later reading mended the direction.
  about: [study/zhang2024, condition/lateral-epicondylitis]
- date: 2026-01-15
  text: The base begins.
"""
REDIRECTS = """\
# moved
condition/tennis-elbow: condition/lateral-epicondylitis
study/zang2024: study/zhang2024
"""


def test_both_files_are_optional(small: Path) -> None:
    corpus = load(small)
    assert corpus.changes == ()
    assert dict(corpus.redirects) == {}


def test_they_are_read_as_written(small: Path) -> None:
    (small / "changes.yaml").write_text(CHANGES)
    (small / "redirects.yaml").write_text(REDIRECTS)
    corpus = kb.open(small).corpus
    assert [change.date for change in corpus.changes] == [dt.date(2026, 2, 1), dt.date(2026, 1, 15)]
    assert corpus.changes[0].about == ("study/zhang2024", "condition/lateral-epicondylitis")
    assert corpus.changes[1].about == ()
    assert corpus.redirects["condition/tennis-elbow"] == "condition/lateral-epicondylitis"


def test_an_empty_mapping_or_file_of_redirects_is_none(small: Path) -> None:
    for text in ("{}\n", "# none yet\n"):
        (small / "redirects.yaml").write_text(text)
        assert dict(load(small).redirects) == {}


BROKEN = [
    ("changes.yaml", "study/zhang2024", "study/zhang2042", "unknown-id", "Did you mean 'zhang2024'?", 3),
    ("changes.yaml", "condition/lateral-epi", "condition/lateral_epi", "malformed", "noun/id", 3),
    ("changes.yaml", "condition/lateral-epicondylitis", "post/no-such-page", "unknown-id", "no post", 3),
    ("changes.yaml", "date: 2026-02-01", "date: 2026-01-01", "order", "newest change first", 4),
    ("changes.yaml", "date: 2026-02-01", "date: soon", "wrong-type", "date", 1),
    ("changes.yaml", "  text: The base begins.\n", "", "missing-field", "text", 4),
    ("changes.yaml", "about: [", "abuot: [", "unknown-field", "Did you mean 'about'?", 3),
    ("redirects.yaml", ": study/zhang2024", ": study/zhang2042", "unknown-id", "Did you mean 'zhang2024'?", 3),
    ("redirects.yaml", "study/zang2024:", "study/buist2008:", "redirect-hides", "still exists", 3),
    ("redirects.yaml", ": study/zhang2024", ": condition/tennis-elbow", "redirect-chain", "lateral-epicondylitis", 3),
    ("redirects.yaml", "study/zang2024:", "population/zang2024:", "no-page", "population", 3),
    ("redirects.yaml", "study/zang2024:", "study/../zang:", "malformed", "noun/id", 3),
    ("redirects.yaml", "study/zang2024:", "condition/tennis-elbow:", "yaml-syntax", "twice", 3),
    ("redirects.yaml", REDIRECTS, "- a\n", "wrong-type", "mapping", 1),
    ("changes.yaml", CHANGES, "date: 2026-01-01\n", "wrong-type", "list", 1),
]


@pytest.mark.parametrize(("file", "old", "new", "rule", "says", "line"), BROKEN)
def test_what_is_wrong_is_said_with_its_line(
    small: Path, file: str, old: str, new: str, rule: str, says: str, line: int
) -> None:
    texts = {"changes.yaml": CHANGES, "redirects.yaml": REDIRECTS}
    for name, text in texts.items():
        (small / name).write_text(text.replace(old, new, 1) if name == file else text)
    problems = [p for p in validate(small)[1] if p.path == file]
    assert [(p.rule, p.line) for p in problems] == [(rule, line)]
    assert says in f"{problems[0].message} {problems[0].advice}"


def test_a_comparison_names_three_terms(small: Path) -> None:
    about = "comparison/lateral-epicondylitis--shockwave--prtee"
    (small / "changes.yaml").write_text(f"- date: 2026-01-15\n  text: Its answer changed.\n  about: [{about}]\n")
    assert load(small).changes[0].about == (about,)
    (small / "changes.yaml").write_text(f"- date: 2026-01-15\n  text: Its answer changed.\n  about: [{about}e]\n")
    assert [p.rule for p in validate(small)[1]] == ["unknown-id"]


def test_the_base_tells_when_it_began() -> None:
    changes = load(EVIDENCE).changes
    assert changes
    assert changes[-1].date == dt.date(2026, 11, 21)
