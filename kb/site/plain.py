"""Pages that are the same for every base: about and disclaimer, the search, and what stands where nothing is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kb.exports.about import CAUTION, DESCRIPTION, LICENCE_TITLE
from kb.site.page import Page

if TYPE_CHECKING:
    from kb.base import Base


def plain_pages(base: Base) -> Iterator[Page]:
    """About, search, and the page for an address that does not exist."""
    claims = [claim for post in base.corpus.posts.values() for claim in post.claims]
    reviewed = [claim.verdict.reviewed_by for claim in claims if claim.verdict.reviewed_by]
    yield Page(
        name="about",
        title="About",
        description="Not medical advice: who curates this evidence, what was reviewed, its licence, and how to report "
        "an error.",
        template="about.html",
        extra={
            "what": DESCRIPTION,
            "caution": CAUTION,
            "claims": len(claims),
            "reviewed": len(reviewed),
            "reviewers": sorted(set(reviewed)),
            "licence_title": LICENCE_TITLE,
        },
    )
    yield Page(
        name="search",
        title="Search",
        description="Search conditions, treatments, comparisons, studies, authors and posts, by any of their names and "
        "by the words on their pages.",
        template="search.html",
    )
    yield Page(
        name="404",
        title="There is no such page",
        description="The address leads to no page of this site.",
        template="missing.html",
    )
