"""The published corpus, checked from what ``evidence/posts`` keeps of it: citations as published and reviewed claims.

The posts' texts are not in the repository, so rules that read sentences cannot run here; the curated verdicts stand for
them. Citations are resolved and verified like those of a draft.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb.checking.check import resolved
from kb.checking.draft import Draft
from kb.checking.kept import kept
from kb.checking.options import Options
from kb.checking.parts import checked_posts
from kb.checking.published import Known
from kb.checking.result import CheckedFile, CheckResult
from kb.citations.find_model import Sentence
from kb.citations.read import Block, BlockKind, PostText
from kb.citations.read.blocks import Link

if TYPE_CHECKING:
    from kb.checking.check import Evidence
    from kb.model import Post

PATH = "evidence/posts"


def audit(evidence: Evidence, options: Options | None = None) -> CheckResult:
    """Check every post of the base; posts are in the order of their slugs.

    Line numbers are 0: a post's text is not at hand. The text of a statement is the claim in our own words.
    """
    options = options or Options()
    drafts = [_draft(post) for _, post in sorted(evidence.corpus.posts.items())]
    notes = resolved(evidence, drafts, options)
    posts = tuple(checked_posts(evidence, drafts, options))
    return CheckResult((CheckedFile(PATH, "curated", posts),), notes=notes)


def _draft(post: Post) -> Draft:
    found = kept(post)
    blocks = [_block(citation.text, citation.as_published.link) for citation in found]
    known = []
    for locator in dict.fromkeys(claim.locator.sha256 for claim in post.claims):
        told = " ".join(claim.statement for claim in post.claims if claim.locator.sha256 == locator)
        known.append(Known(len(blocks), Sentence(told, 0, len(told), 0, locator), locator))
        blocks.append(_block(told, None))
    date = post.date.isoformat() if post.date else None
    text = PostText(post.title, post.url, date, post.slug, tuple(blocks))
    return Draft(PATH, text, post, tuple(known), found)


def _block(text: str, link: str | None) -> Block:
    links = (Link(link, 0, len(text)),) if link else ()
    return Block(BlockKind.PARAGRAPH, text, 0, links)
