"""A post on its way through the check: what was read, what was found, which curated entry it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from kb.citations.find import find
from kb.citations.read import BlockKind
from kb.citations.resolution import Confidence

if TYPE_CHECKING:
    from kb.checking.published import Known, Published
    from kb.citations.find_model import FoundCitation
    from kb.citations.read import Document, PostText
    from kb.citations.resolution import Resolution
    from kb.model import Citation, Post
    from kb.pubmed.notices import Notice


@dataclass
class Draft:
    """A post, the curated entry that it is (None for a draft), its curated sentences, and its citations.

    ``notices`` are those that PubMed told of what it was asked for, by PMID.
    """

    path: str
    text: PostText
    entry: Post | None
    known: tuple[Known, ...]
    found: list[FoundCitation]
    resolutions: list[Resolution] = field(default_factory=list)
    notices: Mapping[str, tuple[Notice, ...]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """How findings name it."""
        return self.text.title or self.text.url or ""

    @cached_property
    def mentioned(self) -> frozenset[str]:
        """Studies of the base that the post cites anywhere."""
        sure = (one.record for one in self.resolutions if one.confidence is not Confidence.UNKNOWN)
        return frozenset(record.key for record in sure if record is not None and record.key)

    @cached_property
    def headings(self) -> tuple[str, ...]:
        """For each block the nearest heading above, or itself."""
        headings, nearest = [], ""
        for block in self.text.blocks:
            nearest = block.text if block.kind is BlockKind.HEADING else nearest
            headings.append(nearest)
        return tuple(headings)

    @cached_property
    def curated(self) -> Mapping[str, Sequence[Citation]]:
        """Curated citations by the locator of their sentence."""
        kept: defaultdict[str, list[Citation]] = defaultdict(list)
        for citation in self.entry.citations if self.entry else ():
            kept[citation.locator.sha256].append(citation)
        return dict(kept)


def drafts_of(document: Document, published: Published) -> list[Draft]:
    """The posts of a file with what was found in them."""
    drafts = []
    for post in document.posts:
        entry, known = published.match(post)
        drafts.append(Draft(document.path, post, entry, known, find(post)))
    return drafts
