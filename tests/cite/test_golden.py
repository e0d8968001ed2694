"""Each style against published examples of its manual."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.cite import listing
from tests.cite.golden_examples import Example, examples

ROOT = Path(__file__).parents[2]
ALL = [example for style in ("vancouver", "ama", "apa") for example in examples(style)]


@pytest.mark.parametrize("example", ALL, ids=lambda example: f"{example.style}: {example.case}")
def test_the_reference_is_the_published_one(example: Example) -> None:
    listed = listing([example.reference], example.style, marks={example.reference.key: example.marks})
    assert listed.entries[0].text == example.ours


def test_what_differs_from_the_manual_has_a_reason_and_differs() -> None:
    for example in ALL:
        assert (example.ours != example.expected) == (example.deviation is not None), example.case
    assert sum(example.deviation is not None for example in ALL) <= 6


def test_each_example_says_where_it_was_read_or_that_no_copy_was_found() -> None:
    assert [e.case for e in ALL if (e.read_at is None) == (e.not_found is None)] == []
    missing = sum(e.not_found is not None for e in ALL)
    told = (ROOT / "docs" / "references.md").read_text(encoding="utf-8")
    assert f"Of {len(ALL)} examples, {missing} " in told


@pytest.mark.parametrize("style", ["vancouver", "ama", "apa"])
def test_there_are_enough_examples(style: str) -> None:
    assert len(examples(style)) >= 12
