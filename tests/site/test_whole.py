"""The site of the real base: whole, small enough, and every number traced to the evidence."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import kb
from tests.conftest import EVIDENCE, ROOT
from tests.site.reading import Reader, local_problems

pytestmark = pytest.mark.slow

LARGEST = 300_000
NUMBER = re.compile(r"(?<![\w.])[-−]?\d+(?:[.,]\d+)*")
PICTURES = re.compile(r"<svg\b.*?</svg>|data:image/[^\"']*", re.DOTALL)


def numbers(text: str) -> set[float]:
    """Sizes of the numbers in a text."""
    return {abs(float(found.replace(",", "").replace("−", "-"))) for found in NUMBER.findall(text)}


def size_without_pictures(path: Path) -> int:
    return len(PICTURES.sub("", path.read_text(encoding="utf-8")).encode())


def test_no_link_or_anchor_is_broken_and_nothing_comes_from_elsewhere(whole_site: Path) -> None:
    assert local_problems(whole_site) == []


def test_the_largest_page_is_small_enough(whole_site: Path) -> None:
    too_large = {
        path.relative_to(whole_site).as_posix(): size
        for path in whole_site.rglob("*.html")
        if (size := size_without_pictures(path)) > LARGEST
    }
    assert too_large == {}


def test_every_page_says_what_it_answers(whole_site: Path) -> None:
    titles, told = [], []
    for path in whole_site.rglob("*.html"):
        read = Reader.of(path)
        titles.append(read.title)
        told.append(read.meta("description") or "")
        assert read.elements.count(("main", {"id": "content", "tabindex": "-1"})) == 1, path
        assert [tag for tag, _ in read.elements].count("h1") == 1, path
    assert all(titles)
    assert sorted(titles) == sorted(set(titles))
    assert all(told)
    assert sorted(told) == sorted(set(told))


def test_readers_see_names_and_not_the_base_s_own_words(base: kb.Base, whole_site: Path) -> None:
    """Pages on which a person looks for something: studies by their names, rules without the names of files."""
    named = {key for key, one in base.corpus.references.items() if one.author or one.journal or one.title}
    assert [key for key in named if not base.corpus.references[key].author]
    for name in ("index", "news", "pages", "audit", "method"):
        words = set(re.findall(r"\b[a-z]+\d{4}[a-z]?\b", Reader.of(whole_site / f"{name}.html").text))
        assert not words & named, name
    assert "evidence/posts" not in Reader.of(whole_site / "method.html").text


def test_every_study_condition_and_download_is_there(base: kb.Base, whole_site: Path) -> None:
    assert {path.stem for path in (whole_site / "study").glob("*.html")} == set(base.corpus.studies)
    hrefs = Reader.of(whole_site / "data.html").hrefs()
    files = {href for href in hrefs if href.startswith("data/")}
    assert len(files) > 8
    assert all((whole_site / name).stat().st_size > 0 for name in files)


def traces_of(site: Path) -> list[tuple[str, tuple[str, ...], str, bool]]:
    found = []
    for path in sorted(site.rglob("*.html")):
        name = path.relative_to(site).as_posix()
        found += [(name, trace.findings, trace.text, trace.derived) for trace in Reader.of(path).traces]
    return found


def test_every_number_leads_to_its_finding(base: kb.Base, whole_site: Path) -> None:
    """From the number on a page to the finding on the page of its study, and to what the evidence says."""
    traces = traces_of(whole_site)
    kinds = {name.partition("/")[0] for name, *_ in traces}
    assert {"condition", "intervention", "comparison", "study"} <= kinds
    wrong = []
    for page, findings, text, derived in traces:
        told: set[float] = set()
        for identifier in findings:
            key, _, finding = identifier.partition(".")
            study = base.corpus.studies[key]
            recorded = next((one for one in study.findings if one.id == finding), None)
            if recorded is None or finding not in Reader.of(whole_site / "study" / f"{key}.html").ids:
                wrong.append(f"{page}: {identifier} leads nowhere")
                continue
            told |= numbers(json.dumps(recorded.model_dump(mode="json"), ensure_ascii=False))
            told |= {size for i in recorded.outcomes for size in numbers(str(base.corpus.outcomes[i].unit))}
        unknown = numbers(text) - told
        if unknown and not derived:
            wrong.append(f"{page}: {findings} has no {sorted(unknown)} ({text})")
    assert wrong == []


def test_a_number_is_the_one_that_stands_in_the_file(whole_site: Path) -> None:
    """One sample by hand: the number on the page of tennis elbow is the number in the study's file."""
    page = Reader.of(whole_site / "condition" / "lateral-epicondylitis.html")
    trace = next(one for one in page.traces if one.findings == ("zhang2024.f03",))
    file = (EVIDENCE / "studies" / "zhang2024.yaml").read_text()
    finding = file[file.index("- id: f03") : file.index("- id: f04")]
    for number in ("8.64", "4.7", "12.58"):
        assert number in trace.text
        assert re.search(rf": {re.escape(number)}$", finding, re.MULTILINE)


def test_names_of_terms_are_found_by_the_search(whole_site: Path) -> None:
    text = (whole_site / "_static" / "search-pages.js").read_text()
    rows = {row[0]: row for row in json.loads(text.removeprefix("window.kbPages=").rstrip(";\n"))}
    assert "tennis elbow" in " ".join(rows["condition/lateral-epicondylitis"][3]).lower()
    assert rows["study/zhang2024"][2] == "Study"


@pytest.fixture(scope="session")
def built_site() -> Path:
    """The site that ``make build`` made, where it is that of the evidence and code as they are now."""
    from kb import build

    manifest = ROOT / "build" / "current" / "manifest.json"
    if not manifest.is_file():
        pytest.skip("nothing was built: run make build first")
    if json.loads(manifest.read_text())["world"] != build._world(EVIDENCE):
        pytest.skip("what was built is older than evidence or code: run make build first")
    return ROOT / "build" / "current" / "site"


def test_the_built_site_holds_too(base: kb.Base, built_site: Path) -> None:
    """Every page of the last build, not only a sample."""
    test_no_link_or_anchor_is_broken_and_nothing_comes_from_elsewhere(built_site)
    test_the_largest_page_is_small_enough(built_site)
    test_every_page_says_what_it_answers(built_site)
    test_every_number_leads_to_its_finding(base, built_site)
