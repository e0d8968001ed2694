"""Each style against published examples of its manual."""

from __future__ import annotations

import pytest

from kb.cite import listing
from tests.cite.golden_examples import Example, examples

ALL = [example for style in ("vancouver", "ama", "apa") for example in examples(style)]


@pytest.mark.parametrize("example", ALL, ids=lambda example: f"{example.style}: {example.case}")
def test_the_reference_is_the_published_one(example: Example) -> None:
    listed = listing([example.reference], example.style, marks={example.reference.key: example.marks})
    assert listed.entries[0].text == example.ours


def test_what_differs_from_the_manual_has_a_reason_and_differs() -> None:
    for example in ALL:
        assert (example.ours != example.expected) == (example.deviation is not None), example.case
    assert sum(example.deviation is not None for example in ALL) <= 6


@pytest.mark.parametrize("style", ["vancouver", "ama", "apa"])
def test_there_are_enough_examples(style: str) -> None:
    assert len(examples(style)) >= 12
