"""Which entry of ``evidence/posts`` a checked post is: by address, else by title, else by sentences in common."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from kb.citations.find_sentences import sentences_of

if TYPE_CHECKING:
    from kb.citations.find_model import Sentence
    from kb.citations.read import PostText
    from kb.model import Post

_SAMPLE = 300
"""Sentences from which on a text without any that was curated is taken for another one."""
_SHARE = 3
"""A text is a page when it holds one in so many of the sentences that were curated from the page, and at least two."""


class Known(NamedTuple):
    """A sentence of a checked post that was curated, with the index of its block."""

    block: int
    sentence: Sentence
    locator: str


class Published:
    """The curated posts, by address, title and sentence."""

    def __init__(self, posts: Mapping[str, Post]) -> None:
        self.posts = posts
        self._by_address = _unique((address(post.url), slug) for slug, post in posts.items() if post.url)
        self._by_title = _unique((folded(post.title), slug) for slug, post in posts.items())
        self._slugs: defaultdict[str, set[str]] = defaultdict(set)
        self._held: dict[str, int] = {}
        for slug, post in posts.items():
            locators = {c.locator.sha256 for c in post.citations} | {c.locator.sha256 for c in post.claims}
            self._held[slug] = len(locators)
            for locator in locators:
                self._slugs[locator].add(slug)

    def match(self, post: PostText) -> tuple[Post | None, tuple[Known, ...]]:
        """The entry that a post is, and its sentences that were curated; None and none when it is no published post."""
        slug = self._by_address.get(address(post.url)) if post.url else None
        if slug is None and post.title:
            slug = self._by_title.get(folded(post.title))
        known: list[Known] = []
        for number, one in enumerate(self._sentences(post)):
            if number == _SAMPLE and not known and slug is None:
                break  # no page that was curated begins like this
            if one.locator in self._slugs:
                known.append(one)
        slug = slug or self._by_sentences(known)
        if slug is None:
            return None, ()
        return self.posts[slug], tuple(one for one in known if slug in self._slugs[one.locator])

    @staticmethod
    def _sentences(post: PostText) -> Iterator[Known]:
        for index, block in enumerate(post.blocks):
            for sentence in sentences_of(block):
                yield Known(index, sentence, sentence.locator)

    def _by_sentences(self, known: Iterable[Known]) -> str | None:
        common: defaultdict[str, set[str]] = defaultdict(set)
        for one in known:
            for slug in self._slugs[one.locator]:
                common[slug].add(one.locator)
        enough = [s for s, held in common.items() if len(held) >= max(2, self._held[s] / _SHARE)]
        return max(enough, key=lambda slug: (len(common[slug]), slug), default=None)


def _unique(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Pairs as a mapping without the names that two posts have."""
    found: dict[str, str | None] = {}
    for name, slug in pairs:
        found[name] = None if name in found else slug
    return {name: slug for name, slug in found.items() if name and slug is not None}


def address(url: str) -> str:
    """Host and path of an address, as two addresses are compared.

    Examples
    --------
    >>> address("HTTPS://www.Example.org/Blog/rest/?utm_source=x")
    'example.org/blog/rest'
    """
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return ""
    return (parts.netloc.removeprefix("www.") + parts.path).casefold().removeprefix("www.").rstrip("/")


def folded(title: str) -> str:
    """A title as two titles are compared: its words, in lower case, without marks.

    Examples
    --------
    >>> folded("Why Rest Doesn’t Help: Runner's Knee") == folded("Why rest doesn't help - runner’s knee")
    True
    """
    bare = unicodedata.normalize("NFKD", title).casefold().replace("’", "").replace("'", "")
    return " ".join(re.findall(r"\w+", "".join(ch for ch in bare if not unicodedata.combining(ch))))
