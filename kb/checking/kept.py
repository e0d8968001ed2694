"""The citations that ``evidence/posts`` keeps of a published post, as if they had just been found in its text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kb.citations.find_model import CitationKind, Details, FoundCitation, Printed, Sentence
from kb.citations.find_names import names_before
from kb.citations.links import classify

if TYPE_CHECKING:
    from kb.model import AsPublished, Citation, Post

_VOLUME = re.compile(r"(?P<volume>[^()\s]+)\s?(?:\((?P<issue>[^()]+)\))?")


def kept(post: Post) -> list[FoundCitation]:
    """The curated citations of a post, in its order, without its words: only hashes of its sentences are kept.

    Examples
    --------
    >>> import kb
    >>> post = kb.open().corpus.posts["why-tennis-elbow-keeps-coming-back-and-what-to-do-about-it"]
    >>> kept(post)[1].printed.key, kept(post)[1].targets[0].key
    ('zhang2024', 'pmid:39198038')
    """
    return [_found(number, citation) for number, citation in enumerate(post.citations)]


def _found(number: int, citation: Citation) -> FoundCitation:
    item = citation.as_published
    printed = _printed(item)
    if item.pages:
        kind = CitationKind.REFERENCE
    elif printed.names:
        kind = CitationKind.PARENTHETICAL
    else:
        kind = CitationKind.LINK if item.link else CitationKind.NAMELESS
    shown = _shown(item)
    return FoundCitation(
        kind=kind,
        block=number,
        start=0,
        end=len(shown),
        text=shown,
        line=0,
        sentence=Sentence("", 0, 0, 0, citation.locator.sha256),
        targets=(classify(item.link),) if item.link else (),
        printed=printed,
        details=Details(year=item.year, journals=(item.journal,) if item.journal else ()),
        key=printed.key,
    )


def _shown(item: AsPublished) -> str:
    """What the post prints, as far as it is kept; a mention without a name is told as one."""
    if item.authors or item.title:
        return ", ".join(str(part) for part in (item.authors, item.year, item.title, item.journal) if part)
    return f"a study{f' of {item.year}' if item.year else ''}{f' in {item.journal}' if item.journal else ''}"


def _printed(item: AsPublished) -> Printed:
    names = names_before(item.authors, len(item.authors)) if item.authors else None
    place = _VOLUME.fullmatch(item.volume.strip()) if item.volume else None
    return Printed(
        authors=item.authors,
        names=names.names if names else (),
        et_al=names.et_al if names else False,
        year=item.year,
        title=item.title,
        journal=item.journal,
        volume=place["volume"] if place else item.volume,
        issue=place["issue"] if place else None,
        pages=item.pages,
    )
