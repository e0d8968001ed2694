"""kb.open(), ids, frames, search."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import kb
from tests.conftest import EVIDENCE, ROOT


@pytest.mark.parametrize(
    ("given", "noun", "id_"),
    [
        ("zhang2024", "study", "zhang2024"),
        ("zhang", "study", "zhang2024"),
        ("ZHANG2024", "study", "zhang2024"),
        ("tennis elbow", "condition", "lateral-epicondylitis"),
        ("ITBS", "condition", "iliotibial-band-syndrome"),
        ("Runners knee", "condition", "patellofemoral-pain"),
        ("lateral-epi", "condition", "lateral-epicondylitis"),
        ("ESWT", "intervention", "shockwave"),
        ("zhang2024.f01", "finding", "zhang2024.f01"),
        ("running-injuries-page.c01", "claim", "running-injuries-page.c01"),
        ("running-injuries-page", "post", "running-injuries-page"),
    ],
)
def test_ids_are_completed(base: kb.Base, given: str, noun: str, id_: str) -> None:
    assert base.resolve(given) == (noun, id_)


@pytest.mark.parametrize(
    ("given", "noun", "message"),
    [
        ("itb", None, "no condition 'itb': did you mean 'iliotibial-band-syndrome'?"),
        ("itb", "condition", "no condition 'itb': did you mean 'iliotibial-band-syndrome'?"),
        ("zhang2042", None, "no study 'zhang2042': did you mean 'zhang2024'"),
        ("tennis elbow", "intervention", "no intervention 'tennis elbow'"),
        ("frobnicate", None, "no study, term, claim or post 'frobnicate'"),
        ("", None, "no study, term, claim or post ''"),
        ("moen", None, "'moen2009'"),
    ],
)
def test_near_misses_are_suggested(base: kb.Base, given: str, noun: str | None, message: str) -> None:
    with pytest.raises(kb.UnknownIdError) as error:
        base.resolve(given, noun)
    assert message in str(error.value)


def test_frames_are_tidy_and_unknown_is_missing(base: kb.Base) -> None:
    assert base.studies.index.is_unique
    assert base.findings.index.is_unique
    assert len(base.studies) == 213
    zhang = base.findings[["estimate", "ci_low", "ci_high", "timepoint"]].loc["zhang2024.f01"]
    assert list(zhang) == [1.14, 0.8, 1.48, "1 month"]
    assert base.findings["direction"]["zhang2024.f01"] == "favours-comparator"
    estimates = base.findings["estimate"]
    assert pd.isna(estimates["zhang2024.f08"])
    assert estimates.mean() == pytest.approx(estimates.dropna().mean())
    assert str(base.studies["n_participants"].dtype) == "Int64"
    assert set(base.arms["finding"]) <= set(base.findings.index)
    assert set(base.evidence["claim"]) <= set(base.claims.index)
    assert set(base.citations["study"].dropna()) <= set(base.studies.index)


def test_incomplete_references_say_what_is_missing(base: kb.Base) -> None:
    assert base.studies.loc["kvalvaag2017", "missing"] == ("title", "author", "journal", "year", "pmid or doi")
    assert base.studies.loc["zhang2024", "missing"] == ()


def test_search_ranks_what_fits_best_first(base: kb.Base) -> None:
    hits = base.search("shockwave tennis elbow")
    assert [hit.id for hit in hits[:2]] == ["lateral-epicondylitis", "shockwave"]
    assert [hit.noun for hit in hits[2:6]] == ["study"] * 4
    assert {"karanasios2021", "staples2008", "buchbinder2005"} <= {hit.id for hit in hits[:12]}
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert [hit.id for hit in hits] == [hit.id for hit in base.search("SHOCKWAVE, tennis-elbow?!")]


@pytest.mark.parametrize(
    ("words", "noun", "id_"),
    [
        ("itbs", "condition", "iliotibial-band-syndrome"),
        ("runner's knee", "condition", "patellofemoral-pain"),
        ("runners knee", "condition", "patellofemoral-pain"),
        ("lauersen", "study", "lauersen2014"),
        ("Núñez-Cortés", "study", "nunezcortes2024"),
        ("nunez cortes pain education", "study", "nunezcortes2024"),
        ("ten percent rule", "intervention", "ten-percent-rule"),
    ],
)
def test_search_finds_names_synonyms_and_authors(base: kb.Base, words: str, noun: str, id_: str) -> None:
    assert (noun, id_) in [(hit.noun, hit.id) for hit in base.search(words, 5)]


@pytest.mark.parametrize("words", ["", "the of", '"', "a* OR (", "NEAR(", "zzzzqqq", "'; drop table thing; --"])
def test_search_survives_any_words(base: kb.Base, words: str) -> None:
    assert isinstance(base.search(words), list)


def test_an_evidence_folder_is_found_from_below_and_by_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("KB_EVIDENCE", raising=False)
    monkeypatch.chdir(ROOT / "kb" / "store")
    assert kb.open().root == EVIDENCE
    monkeypatch.chdir(tmp_path)
    with pytest.raises(kb.EvidenceError, match="does not exist"):
        kb.open()
    monkeypatch.setenv("KB_EVIDENCE", str(EVIDENCE))
    assert kb.open().root == EVIDENCE


def test_help_and_show_do_not_load_pandas_or_papermill() -> None:
    code = (
        "import sys\nfrom kb.cli import main\n"
        "try: main(sys.argv[1:])\nexcept SystemExit: pass\n"
        "print(sorted({'pandas', 'papermill', 'matplotlib', 'nbformat', 'scipy'} & set(sys.modules)))"
    )
    for arguments in (["--help"], ["build", "--help"], ["show", "zhang2024"], ["validate"], ["search", "itbs"]):
        done = subprocess.run(
            [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True, cwd=ROOT
        )
        assert done.stdout.splitlines()[-1] == "[]", arguments
