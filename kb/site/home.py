"""The first page: the search, what there is, a door for each of three people, and what is new."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from kb import graph as graphs
from kb.notebook.html import escape, link
from kb.site.news import label_of, newest
from kb.site.page import Page

if TYPE_CHECKING:
    from kb.base import Base

_MOST = 8
_NEW = 3


def home_page(base: Base, names: Collection[str]) -> Page:
    """The first page; of conditions and treatments it names only the most studied ones."""
    corpus = base.corpus
    standing = [study for key, study in corpus.studies.items() if key not in base.retracted]
    claims = [claim for post in corpus.posts.values() for claim in post.claims]
    reviewed = sum(1 for claim in claims if claim.verdict.reviewed_by)
    numbers = (
        (len(standing), "studies", "pages.html#studies"),
        (sum(len(study.findings) for study in standing), "findings", "data.html"),
        (
            len([name for name in names if name.startswith("comparison/")]),
            "questions answered",
            "pages.html#comparisons",
        ),
        (len(claims), f"claims, {reviewed} reviewed by a clinician", "audit.html"),
    )
    return Page(
        name="index",
        title="Evidence for physical therapy",
        description="Find what was studied of a condition or a treatment, how sure one may be, the numbers, and the "
        "studies that disagree.",
        template="home.html",
        extra={
            "numbers": [
                (f"{number:,}", words, target if target.partition(".html")[0] in names else "")
                for number, words, target in numbers
            ],
            "conditions": _most_studied(base, "condition", names),
            "posts": len([name for name in names if name.startswith("post/")]),
            "changes": [_change(base, index, names) for index in range(min(_NEW, len(corpus.changes)))],
            "publications": [
                {
                    "label": label_of(base, f"study/{key}"),
                    "title": corpus.references[key].title,
                    "page": _if(f"study/{key}", names),
                }
                for key in newest(base)[:_NEW]
            ],
        },
    )


def _if(page: str, names: Collection[str]) -> str:
    return page if page in names else ""


def _change(base: Base, index: int, names: Collection[str]) -> dict[str, str]:
    change = base.corpus.changes[index]
    about = ", ".join(link(f"{page}.html" if page in names else None, label_of(base, page)) for page in change.about)
    return {"day": change.date.isoformat(), "html": escape(change.text) + (f" About: {about}." if about else "")}


def _most_studied(base: Base, noun: str, names: Collection[str]) -> list[tuple[str, str, int]]:
    """Page, label and number of studies of the terms without narrower ones that have the most."""
    terms = base.corpus.vocabulary(f"{noun}s")
    broad = {parent for term in terms.values() for parent in term.broader}
    fine = [i for i in terms if i not in broad and f"{noun}/{i}" in names]
    held = {i: len(graphs.bearing_on(base.standing, **{noun: i}).studies) for i in fine}
    ranked = sorted((i for i in fine if held[i]), key=lambda i: (-held[i], terms[i].label))[:_MOST]
    return [(f"{noun}/{i}", terms[i].label, held[i]) for i in ranked]
