"""The clinic's own posts, where they are at hand: what is read agrees with the curated claims."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

import kb
from kb.citations.find_sentences import sentences_of
from kb.citations.read import read
from kb.claims.read import Reader
from kb.claims.says import Said
from kb.model import Claim, Term

INPUT = Path(__file__).parent.parent.parent.parent / "shared" / "input"
pytestmark = pytest.mark.skipif(not INPUT.exists(), reason="the posts are not part of the repository")

AGREE = {"populations": 0.9, "conditions": 0.95, "interventions": 0.9, "outcomes": 0.83}
"""Least share of the terms read that a curated claim of the sentence holds, itself or a broader or narrower one."""


def statements(base: kb.Base) -> Iterator[tuple[str, list[Claim]]]:
    files = [*(INPUT / "posts").glob("*.txt"), INPUT / "running-injuries-page.txt"]
    for path in files:
        texts = {s.locator: s.text for block in read(path).posts[0].blocks for s in sentences_of(block)}
        claims: dict[str, list[Claim]] = {}
        for claim in base.corpus.posts[path.stem].claims:
            claims.setdefault(claim.locator.sha256, []).append(claim)
        yield from ((texts[locator], found) for locator, found in claims.items())


def above(terms: Mapping[str, Term], identifier: str) -> set[str]:
    found = {identifier}
    for one in terms[identifier].broader:
        found |= above(terms, one)
    return found


def test_what_is_read_agrees_with_the_curated_claims(base: kb.Base) -> None:
    reader = Reader(base.corpus)
    right: Counter[str] = Counter()
    read_: Counter[str] = Counter()
    for text, claims in statements(base):
        says = reader.read(text)
        for field in AGREE:
            terms = base.corpus.vocabulary(field)
            wanted = {one for claim in claims for one in getattr(claim, field)}
            wanted |= {one for claim in claims for one in claim.comparators} if field == "interventions" else set()
            told: tuple[Said, ...] = getattr(says, field)
            read_[field] += len(told)
            right[field] += sum(
                any(one.id in above(terms, other) or other in above(terms, one.id) for other in wanted) for one in told
            )
        directions = {claim.direction for claim in claims}
        read_["direction"] += says.direction is not None
        right["direction"] += says.direction in directions
        read_["wording"] += 1
        right["wording"] += says.wording in {claim.wording for claim in claims}
    for field, least in (AGREE | {"direction": 0.85, "wording": 0.9}).items():
        assert right[field] >= least * read_[field], (field, right[field], read_[field])
    assert read_["interventions"] > 200 and read_["outcomes"] > 160  # noqa: PT018 - it does read
