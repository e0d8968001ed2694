"""Shared fixtures: the real base, and a small evidence folder that a test may break."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import kb
from kb.model import Claim, Post, Study, Topics
from kb.store import load, save_bibliography, save_post, save_study

ROOT = Path(__file__).parent.parent
EVIDENCE = ROOT / "evidence"
SHARED = ROOT.parent / "shared"

KEYS = ("zhang2024", "buist2008", "lauersen2014")


@pytest.fixture(scope="session")
def base() -> kb.Base:
    """The base of this repository; read only."""
    return kb.open(EVIDENCE)


@pytest.fixture(scope="session")
def _small_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("small") / "evidence"
    shutil.copytree(EVIDENCE / "vocabulary", root / "vocabulary")
    corpus = load(EVIDENCE)
    studies: list[Study] = [corpus.studies[key] for key in KEYS]
    for study in studies:
        save_study(root, study)
    save_bibliography(root, [corpus.references[key] for key in KEYS])
    page = corpus.posts["running-injuries-page"]
    claim: Claim = next(c for c in page.claims if any(e.study == "lauersen2014" for e in c.evidence))
    evidence = tuple(
        next(e for e in claim.evidence if e.study == "lauersen2014").model_copy(update={"study": key, "citation": None})
        for key in KEYS
    )
    claim = claim.model_copy(update={"id": "c01", "evidence": evidence})
    topics = Topics(conditions=("running-related-injury",), interventions=("strengthening-exercise",))
    post = Post(**{**dict(page), "topics": topics, "citations": (), "claims": (claim,)})
    save_post(root, post)
    return root


@pytest.fixture
def small(_small_template: Path, tmp_path: Path) -> Path:
    """A valid evidence folder of three studies and one post, a fresh copy."""
    return Path(shutil.copytree(_small_template, tmp_path / "evidence"))
