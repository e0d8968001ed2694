"""The evidence against what it was curated from, where those folders are present."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

import kb
from kb.text import locate, sentences
from tests.conftest import EVIDENCE, SHARED

FACTS = SHARED / "facts"
INPUT = SHARED / "input"

needs_facts = pytest.mark.skipif(not FACTS.is_dir(), reason="the raw facts are not beside this checkout")
needs_input = pytest.mark.skipif(not INPUT.is_dir(), reason="the published posts are not beside this checkout")


def _facts() -> dict[str, dict[str, Any]]:
    return {study["key"]: study for study in json.loads((FACTS / "studies.json").read_text())}


CORRECTED = {
    "denninger2018.f01": {"estimate", "ci_low", "ci_high"},  # printed as a saving; sign turned, said in the note
    "noehren2014.f01": {"estimate"},  # the number printed is the mean or the difference: not said which
    "riel2023.f01": {"estimate", "ci_low", "ci_high"},  # sign turned after the second reading, said in the note
    "riel2023.f02": {"estimate", "ci_low", "ci_high"},
    "riel2023.f05": {"estimate"},
}
"""Numbers that differ from the raw facts, each explained in the finding's note."""


@needs_facts
def test_every_study_and_every_result_is_carried(base: kb.Base) -> None:
    facts = _facts()
    assert set(facts) == set(base.corpus.studies)
    carried = 0
    for key, fact in facts.items():
        study = base.corpus.studies[key]
        assert len(study.findings) + len(study.left_out) >= len(fact["outcomes"]), key
        carried += len(fact["outcomes"])
        assert {entry.text for entry in study.conditions} == set(fact["conditions"]), key
        assert {entry.text for entry in study.interventions} == set(fact["interventions"]), key
    assert carried == 679


@needs_facts
def test_no_number_changed_on_the_way_unless_the_note_says_why(base: kb.Base) -> None:
    changed: dict[str, set[str]] = {}
    for key, fact in _facts().items():
        for finding, outcome in zip(base.corpus.studies[key].findings, fact["outcomes"], strict=False):
            for name in ("estimate", "ci_low", "ci_high"):
                if getattr(finding, name) != outcome[name]:
                    changed.setdefault(f"{key}.{finding.id}", set()).add(name)
                    assert finding.note
            values = [arm.get("mean") for arm in outcome["arms"] or [] if arm.get("mean") is not None]
            ours = [arm.value for arm in finding.arms if arm.value is not None]
            assert ours[: len(values)] == values or set(values) <= set(ours), f"{key}.{finding.id}"
    assert changed == CORRECTED


@needs_facts
def test_identifiers_are_those_of_the_facts(base: kb.Base) -> None:
    for key, fact in _facts().items():
        reference = base.corpus.references[key]
        assert (reference.pmid, reference.doi, reference.pmcid) == (fact["pmid"], fact["doi"], fact["pmcid"]), key
        assert reference.year == fact["year"], key


@needs_facts
def test_every_statement_of_the_claims_is_judged(base: kb.Base) -> None:
    for place in json.loads((FACTS / "claims.json").read_text()):
        post = base.corpus.posts[place["post"]]
        judged = {e.study for claim in post.claims for e in claim.evidence}
        assert {s["study"] for s in place["statements"] if s["study"]} <= judged, place["post"]


def _text(slug: str) -> str:
    path = INPUT / "posts" / f"{slug}.txt"
    return (path if path.exists() else INPUT / f"{slug}.txt").read_text()


@needs_input
def test_every_locator_is_a_sentence_of_its_post(base: kb.Base) -> None:
    for slug, post in base.corpus.posts.items():
        hashes = {locate(sentence) for _, sentence in sentences(_text(slug))}
        located = [(claim.id, claim.locator) for claim in post.claims]
        located += [(citation.id, citation.locator) for citation in post.citations]
        for identifier, locator in located:
            assert locator.sha256 in hashes, f"{slug}.{identifier}"


@needs_input
def test_no_sentence_of_a_post_is_stored(base: kb.Base) -> None:
    """No twelve words in a row of a post in what we say ourselves; titles and citations stand as published."""
    length = 12
    published: set[str] = set()
    for path in INPUT.rglob("*.txt"):
        published.update(_runs(re.sub(r"\]\([^)]*\)", " ", path.read_text()), length))
    for post in base.corpus.posts.values():
        for claim in post.claims:
            for text in (claim.statement, claim.verdict.reason, *(e.reason for e in claim.evidence)):
                assert not published & set(_runs(text, length)), text
    for study in base.corpus.studies.values():
        for text in (study.conclusion or "", *study.limitations, *(finding.note or "" for finding in study.findings)):
            assert not published & set(_runs(text, length)), text


def _runs(text: str, length: int) -> list[str]:
    words = re.findall(r"[a-z0-9']+", text.lower())
    return [" ".join(words[i : i + length]) for i in range(len(words) - length + 1)]


def test_every_term_of_a_post_without_a_study_is_an_empty_cell_not_a_gap(base: kb.Base) -> None:
    named = {term for post in base.corpus.posts.values() for term in post.topics.interventions}
    studied = {term for study in base.corpus.studies.values() for term in study.intervention_ids}
    without = named - studied
    assert {"cupping", "neural-mobilization"} <= without
    assert without <= set(base.corpus.interventions)


@pytest.mark.parametrize(
    ("term", "parents"),
    [
        ("insertional-achilles-tendinopathy", ["achilles-tendinopathy"]),
        ("midportion-achilles-tendinopathy", ["achilles-tendinopathy"]),
        ("focused-shockwave", ["shockwave"]),
        ("radial-shockwave", ["shockwave"]),
        ("hip-abductor-strengthening", ["hip-strengthening", "strengthening-exercise", "exercise-therapy"]),
    ],
)
def test_the_hierarchy_a_physical_therapist_expects(base: kb.Base, term: str, parents: list[str]) -> None:
    from kb.graph import broader, node

    kind = base.resolve(term).noun
    above = broader(base.graph, node(kind, term))
    assert {node(kind, parent) for parent in parents} <= above


def test_no_tool_speaks_in_the_evidence() -> None:
    words = re.compile(r"find_string|read_file|GitHub text|stored (copy|page|text|excerpt)|corpus:", re.IGNORECASE)
    for path in Path(EVIDENCE).rglob("*.*"):
        assert not words.search(path.read_text()), path
