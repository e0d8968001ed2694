"""The clinic's own posts, where they are at hand: every curated locator and citation is found."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

import kb
from kb.citations.find import find
from kb.citations.find_model import CitationKind, FoundCitation
from kb.citations.find_sentences import sentences_of
from kb.citations.read import PostText, read, render

INPUT = Path(__file__).parent.parent.parent.parent / "shared" / "input"
EXPORT = INPUT / "blog-export.rss.xml"
pytestmark = pytest.mark.skipif(not EXPORT.exists(), reason="the posts are not part of the repository")


def texts() -> dict[str, Path]:
    files = {path.stem: path for path in (INPUT / "posts").glob("*.txt")}
    return {**files, "running-injuries-page": INPUT / "running-injuries-page.txt"}


@pytest.fixture(scope="module")
def exported() -> dict[str, PostText]:
    return {str(post.slug): post for post in read(EXPORT).posts}


def locators(post: PostText) -> dict[str, int]:
    return {s.locator: block.line for block in post.blocks for s in sentences_of(block)}


def test_curated_locators_are_found_in_export_and_text(base: kb.Base, exported: dict[str, PostText]) -> None:
    for slug, path in texts().items():
        post = base.corpus.posts[slug]
        wanted = {citation.locator.sha256 for citation in post.citations} | {
            claim.locator.sha256 for claim in post.claims
        }
        assert wanted <= set(locators(read(path).posts[0])), slug
        if slug in exported:
            assert wanted <= set(locators(exported[slug])), slug


def test_lines_of_the_export_are_those_of_the_text(exported: dict[str, PostText]) -> None:
    for slug, post in exported.items():
        text = read(texts()[slug]).posts[0]
        assert (post.title, post.url, post.date) == (text.title, text.url, text.date)
        ours, theirs = locators(post), locators(text)
        assert ours.keys() == theirs.keys()
        assert sum(ours[key] != theirs[key] for key in ours) <= 1
        assert len(render(post).split("\n")) <= post.blocks[-1].line


def test_curated_citations_are_found(base: kb.Base, exported: dict[str, PostText]) -> None:
    missed, links = [], []
    total = 0
    for slug, path in texts().items():
        found = find(exported[slug] if slug in exported else read(path).posts[0])
        taken: list[FoundCitation] = []
        for citation in base.corpus.posts[slug].citations:
            total += 1
            candidates = [one for one in found if one.locator == citation.locator.sha256 and one not in taken]
            candidates.sort(key=lambda one: _likeness(one, citation.as_published), reverse=True)
            if not candidates:
                missed.append((slug, citation.id))
                continue
            taken.append(candidates[0])
            published = candidates[0].as_published
            if citation.as_published.link != published.link or citation.as_published.year != published.year:
                links.append((slug, citation.id))
    assert total > 80
    assert len(missed) <= total * 0.03, missed
    assert len(links) <= total * 0.03, links


def _likeness(found: FoundCitation, wanted: object) -> int:
    published = found.as_published
    return sum(getattr(wanted, name) == getattr(published, name) for name in ("authors", "year", "link", "journal"))


def test_nothing_else_is_taken_for_a_study(base: kb.Base, exported: dict[str, PostText]) -> None:
    for slug, post in exported.items():
        named = [one for one in find(post) if one.kind is not CitationKind.GENERAL]
        assert len(named) <= len(base.corpus.posts[slug].citations) + 1, slug


def test_the_export_takes_less_than_half_a_second() -> None:
    best = 9.0
    for _ in range(3):
        start = time.process_time()
        for post in read(EXPORT).posts:
            find(post)
        best = min(best, time.process_time() - start)
    assert best < 0.5
