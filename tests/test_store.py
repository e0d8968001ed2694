"""kb.store: what is read, what is refused and where, what is written."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

import pytest

import kb
from kb.files import WriteError
from kb.problems import Problem
from kb.pubmed import snapshot
from kb.store import load, save_bibliography, save_post, save_study, save_terms, validate
from kb.store.writer import write_text
from tests.conftest import EVIDENCE, KEYS


def test_the_evidence_of_this_repository_is_valid() -> None:
    corpus, problems = validate(EVIDENCE)
    assert problems == []
    assert corpus is not None
    assert len(corpus.studies) == 213
    assert len(corpus.posts) == 21


def test_writing_what_was_read_changes_no_byte(tmp_path: Path) -> None:
    corpus = load(EVIDENCE)
    for name in ("conditions", "interventions", "outcomes", "populations"):
        save_terms(tmp_path, name, corpus.vocabulary(name).values())
    save_bibliography(tmp_path, corpus.references.values())
    for study in corpus.studies.values():
        save_study(tmp_path, study)
    for post in corpus.posts.values():
        save_post(tmp_path, post)
    for entry in snapshot.load(EVIDENCE)[0].values():
        snapshot.save(tmp_path, entry)
    ours = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    theirs = {path.relative_to(EVIDENCE): path.read_bytes() for path in EVIDENCE.rglob("*") if path.is_file()}
    theirs = {path: content for path, content in theirs.items() if path.parts[0] != "facts"}  # made of the pages
    for by_hand in ("changes.yaml", "redirects.yaml"):
        theirs.pop(Path(by_hand), None)
    assert ours.keys() == theirs.keys()
    assert [str(path) for path in ours if ours[path] != theirs[path]] == []


class Break(NamedTuple):
    """One way to break the small folder: in ``file`` replace ``old`` by ``new``; what must then be said, and where."""

    file: str
    old: str
    new: str
    rule: str
    says: str
    at: str | None = None
    """Text that stands on the line named; None: the line of ``new``."""


ZHANG, BUIST, LAUERSEN = (f"studies/{key}.yaml" for key in KEYS)
BIB = "bibliography.bib"
PAGE = "posts/running-injuries-page.yaml"
FAVOURS = "direction: favours-comparator"

BREAKS = [
    Break(ZHANG, "terms: [shockwave]", "terms: [shockwav]", "unknown-term", "Did you mean 'shockwave'?"),
    Break(ZHANG, "outcomes: [prtee]", "outcomes: [zzz]", "unknown-term", "vocabulary/outcomes.yaml"),
    Break(ZHANG, "estimate: 1.14", "estimate: 1.84", "interval-without-estimate", "0.8 to 1.48"),
    Break(ZHANG, "ci_low: 0.8\n", "ci_low: 1.9\n", "reversed-interval", "Swap"),
    Break(ZHANG, "estimate: 1.14", "estimate: '1.14'", "wrong-type", "valid number"),
    Break(ZHANG, FAVOURS, "direction: null", "no-direction", "without direction"),
    Break(ZHANG, f"  {FAVOURS}\n", "", "no-direction", "without direction", "id: f01"),
    Break(ZHANG, FAVOURS, "direction: favors-comparator", "unknown-value", "favours-comparator"),
    Break(ZHANG, "comparator: local", "comparater: local", "unknown-field", "Did you mean 'comparator'?"),
    Break(ZHANG, "n_studies: 6", "n_studies: six", "wrong-type", "valid integer"),
    Break(ZHANG, "n_studies: 6", "n_studies: 6\nn_studies: 7", "yaml-syntax", "twice", "n_studies: 7"),
    Break(ZHANG, "key: zhang2024", "key: zhang2023", "wrong-name", "zhang2023.yaml"),
    Break(ZHANG, "read_in: [s1, s2]", "read_in: [s1, s99]", "unknown-source", "s99"),
    Break(ZHANG, "- id: f02", "- id: f01", "duplicate-id", "more than once", "- id: f01"),
    Break(ZHANG, "follow_up: ", "follow_up: [", "yaml-syntax", "not valid YAML", "conclusion: Steroid"),
    Break(LAUERSEN, "estimate: 0.315", "estimate: -0.315", "interval-without-estimate", "0.207"),
    Break(LAUERSEN, "ci_low: 0.207", "ci_low: -0.207", "negative-ratio", "never negative"),
    Break(BUIST, "value: 20.8", "value: 208", "percent-range", "208 percent"),
    Break(BUIST, "  arm_statistic: percent\n", "", "no-arm-statistic", "arm_statistic", "  arms:"),
    Break(BIB, "pmid = {17940147}", "pmid = {1794O147}", "invalid-pmid", "1 to 8 digits", "@article{buist2008"),
    Break(BIB, "doi = {10.1111/os.14212}", "doi = {doi:10.1111/os.14212}", "invalid-doi", "without", "@article{zha"),
    Break(BIB, "year = {2024}", "year = {24}", "invalid-year", "24", "@article{zhang2024"),
    Break(BIB, "year = {2024}", "yaer = {2024}", "unknown-field", "Did you mean 'year'?"),
    Break(BIB, "volume = {16},", "volume = {16,", "bibtex-syntax", "do not match"),
    Break(BIB, "@article{zhang2024,", "@article{lauersen2014,", "duplicate-key", "lauersen2014"),
    Break(BIB, "@article{zhang2024,", "@article{zhang2025,", "no-study", "studies/zhang2025.yaml"),
    Break(PAGE, "study: zhang2024", "study: zhang2042", "unknown-key", "Did you mean 'zhang2024'?"),
    Break(PAGE, "wording: ", "wording: very-", "unknown-value", "certain"),
    Break(PAGE, "sha256: ", "sha256: x", "malformed", "64 hexadecimal"),
    Break("vocabulary/conditions.yaml", "- id: sciatica", "- id: Sciatica nerve", "malformed", "hyphens"),
    Break("vocabulary/outcomes.yaml", "better: lower", "better: down", "unknown-value", "'down'"),
]  # fmt: skip


@pytest.mark.parametrize("case", BREAKS, ids=lambda case: f"{case.file}:{case.rule}:{case.new[:20]}")
def test_a_broken_file_is_named_with_its_line_and_what_to_do(small: Path, case: Break) -> None:
    path = small / case.file
    text = path.read_text()
    assert case.old in text
    path.write_text(text.replace(case.old, case.new, 1))
    _, problems = validate(small)
    found = [p for p in problems if p.rule == case.rule and case.says in f"{p.message} {p.advice}"]
    assert found, [str(p) for p in problems]
    assert found[0].path == case.file
    assert found[0].advice
    line = path.read_text().splitlines()[found[0].line - 1]
    assert (case.at or case.new.splitlines()[0]).strip() in line
    with pytest.raises(kb.EvidenceError, match=case.rule):
        load(small)


def _rules(root: Path) -> set[str]:
    return {problem.rule for problem in validate(root)[1]}


def test_every_problem_is_reported_at_once(small: Path) -> None:
    for file, old, new in (
        ("studies/zhang2024.yaml", "terms: [shockwave]", "terms: [wave]"),
        ("studies/buist2008.yaml", "value: 20.8", "value: 208"),
        ("bibliography.bib", "pmid = {17940147}", "pmid = {0}"),
    ):
        path = small / file
        path.write_text(path.read_text().replace(old, new, 1))
    assert _rules(small) == {"unknown-term", "percent-range", "invalid-pmid"}


def test_a_file_that_breaks_the_schema_is_still_checked_by_the_rules(small: Path) -> None:
    path = small / "studies" / "zhang2024.yaml"
    text = path.read_text().replace("direction: favours-comparator", "direction: null", 1)
    text = text.replace("n_studies: 6", "n_studies: six").replace("terms: [shockwave]", "terms: [wave]")
    path.write_text(text.replace("estimate: -1.15", "estimate: 9.0").replace("comparator: local", "komparator: local"))
    found = [(p.rule, p.path) for p in validate(small)[1]]
    rules = {
        "no-direction",
        "wrong-type",
        "unknown-term",
        "interval-without-estimate",
        "unknown-field",
        "missing-field",
    }
    assert {rule for rule, _ in found} == rules
    assert {path for _, path in found} == {"studies/zhang2024.yaml"}
    with pytest.raises(kb.EvidenceError):
        load(small)


def test_a_broken_study_does_not_make_others_look_wrong(small: Path) -> None:
    (small / "studies" / "zhang2024.yaml").write_text("key: [")
    problems = validate(small)[1]
    assert [(p.path, p.rule) for p in problems] == [("studies/zhang2024.yaml", "yaml-syntax")]


def test_a_study_that_nothing_uses_is_a_problem(small: Path) -> None:
    path = small / "posts" / "running-injuries-page.yaml"
    path.write_text(path.read_text().replace("study: buist2008", "study: zhang2024"))
    assert str(validate(small)[1][0]).startswith("studies/buist2008.yaml:1: warning: no post cites it")


def test_circle_of_broader_terms(small: Path) -> None:
    path = small / "vocabulary" / "conditions.yaml"
    lines = path.read_text().splitlines()
    start = lines.index("- id: tendinopathy")
    at = next(i for i in range(start, start + 12) if lines[i].startswith("  broader:"))
    lines[at] = "  broader: [midportion-achilles-tendinopathy]"
    path.write_text("\n".join(lines))
    problem = next(p for p in validate(small)[1] if p.rule == "broader-circle")
    assert "achilles-tendinopathy" in problem.message
    assert problem.line


def test_same_identifier_twice(small: Path) -> None:
    path = small / "bibliography.bib"
    path.write_text(path.read_text().replace("pmid = {24100287}", "pmid = {17940147}"))
    assert "duplicate-identifier" in _rules(small)


def test_missing_pieces(small: Path) -> None:
    (small / "studies" / "zhang2024.yaml").unlink()
    assert {"no-study", "unknown-key"} <= _rules(small)
    (small / "bibliography.bib").unlink()
    assert "missing-file" in _rules(small)
    (small / "vocabulary" / "outcomes.yaml").unlink()
    assert "missing-file" in _rules(small)


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"\xff\xfe\x00bad", "encoding"),
        (b"", "wrong-type"),
        (b"- a list\n", "wrong-type"),
        (b"just words", "wrong-type"),
        (b"a: &x [1]\nb: *y\n", "yaml-syntax"),
        (b"a: !!python/object:os.system 1\n", "yaml-syntax"),
        (b"{" * 20_000, "yaml-syntax"),
        (b"[" * 5_000 + b"]" * 5_000, "wrong-type"),
        (b"key: 2001-02-30\n", "yaml-syntax"),
        (b"\x00\x01", "yaml-syntax"),
    ],
    ids=["encoding", "empty", "list", "words", "alias", "python", "open", "deep", "no-such-day", "control"],
)
def test_what_is_no_study_at_all_gets_a_sentence(small: Path, content: bytes, rule: str) -> None:
    (small / "studies" / "odd2020.yaml").write_bytes(content)
    found = [p for p in validate(small)[1] if p.path == "studies/odd2020.yaml"]
    assert [p.rule for p in found][:1] == [rule]


def test_folder_that_is_not_there_or_empty_or_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "empty").mkdir()
    assert validate(tmp_path / "none")[1][0].rule == "missing-folder"
    assert validate(tmp_path / "file")[1][0].rule == "missing-folder"
    assert {p.rule for p in validate(tmp_path / "empty")[1]} == {"missing-file"}
    for name in ("none", "file", "empty"):
        with pytest.raises(kb.EvidenceError):
            load(tmp_path / name)


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_text(tmp_path / "a.yaml", "old\n")

    def full(_fd: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(WriteError, match="No space left"):
        write_text(path, "new\n")
    assert path.read_text() == "old\n"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_in_the_way_is_said(tmp_path: Path) -> None:
    (tmp_path / "studies").write_text("a file")
    with pytest.raises(WriteError, match="could not be written"):
        write_text(tmp_path / "studies" / "a.yaml", "x")


def test_unbalanced_braces_cannot_be_written(tmp_path: Path) -> None:
    reference = load(EVIDENCE).references[KEYS[0]].model_copy(update={"title": "a } b"})
    with pytest.raises(ValueError, match="unbalanced"):
        save_bibliography(tmp_path, [reference])
    assert not (tmp_path / "bibliography.bib").exists()


def test_large_folders_are_read_by_several_processes_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    alone = load(EVIDENCE)
    monkeypatch.setattr("kb.store.yamlfile._MANY", 50)
    assert load(EVIDENCE) == alone


def test_problem_prints_as_a_link() -> None:
    assert str(Problem("a.yaml", 3, "rule", "what", "do", "warning")) == "a.yaml:3: warning: what [rule] do"
