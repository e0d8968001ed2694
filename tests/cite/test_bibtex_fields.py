"""The fields of books, reports, web pages and preprints: written, read back the same, checked."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.model import Reference
from kb.store import bibtex
from tests.cite.golden_examples import examples
from tests.conftest import EVIDENCE

ALL = [example.reference for style in ("vancouver", "ama", "apa") for example in examples(style)]


@pytest.mark.parametrize("reference", ALL, ids=lambda reference: (reference.title or "")[:40])
def test_a_reference_is_read_back_as_it_was_written(reference: Reference, tmp_path: Path) -> None:
    path = tmp_path / "bibliography.bib"
    path.write_text(bibtex.render([reference]), encoding="utf-8")
    references, _, problems = bibtex.read(path)
    assert problems == []
    assert references == {reference.key: reference}


def test_the_bibliography_is_written_byte_for_byte() -> None:
    path = EVIDENCE / "bibliography.bib"
    references, _, problems = bibtex.read(path)
    assert problems == []
    assert bibtex.render(references.values()) == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("field", ["date = {2020-13}", "urldate = {May 2020}", "pubstate = {soon}", "colour = {red}"])
def test_a_wrong_value_is_told_with_its_line(field: str, tmp_path: Path) -> None:
    path = tmp_path / "bibliography.bib"
    path.write_text(f"@book{{lee2020,\n  title = {{Rest}},\n  {field},\n}}\n")
    _, _, problems = bibtex.read(path)
    assert [problem.line for problem in problems] == [3]
