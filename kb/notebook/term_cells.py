"""Conditions by interventions on the page of one of them: which pairs were studied, and which are only named."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb import graph as graphs
from kb.notebook import claims, sections
from kb.notebook.html import Block, block, count, details, figure, note, paragraph

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kb.notebook.term_page import TermPage

_ROWS, _COLUMNS, _EMPTY = 18, 7, 10
_FEW = 12
"""Items up to which a list is open when the page is."""


def sides(page: TermPage, cell: tuple[str, str]) -> tuple[str, str]:
    """A cell as the page sees it: its own term first."""
    return cell if page.noun == "condition" else (cell[1], cell[0])


def shown(page: TermPage, other: str) -> bool:
    """Whether a term of the other kind is named: controls are not."""
    term = page.base.corpus.vocabulary(f"{page.other}s")[other]
    return getattr(term, "kind", None) != "control"


def _links(page: TermPage, ids: Iterable[str]) -> str:
    return ", ".join(sections.term_link(page.base, page.other, i, page.up) for i in ids)


def studied_map(page: TermPage) -> Block:
    """Which cells hold studies, and which are named by the posts but empty."""
    from kb import figures

    mine = [page.id, *_most_studied(page, page.narrower)][:_COLUMNS]
    filled = {
        there: keys for cell, keys in page.cells.items() for here, there in [sides(page, cell)] if here == page.id
    }
    own = {i: len(keys) for i, keys in filled.items() if shown(page, i) and not _same_below(page, i, filled)}
    rows = sorted(own, key=lambda i: (-own[i], i))[:_ROWS]
    empty = named_without_study(page)[:_EMPTY]
    if not rows:
        return block(paragraph("No study to map."), words="No study to map.", printed=False)
    pair = (mine, rows + empty) if page.noun == "condition" else (rows + empty, mine)
    data = figures.compute_map(page.base.corpus, page.cells, *pair, by=page.other)
    left = len(own) - len(rows)
    words = figures.map_words(data) + (f" {left} further {page.other}s with studies are not drawn." if left else "")
    told = f"{words} {sections.HOW_TO_READ_A_MAP} A broader term with the same studies as a narrower one is left out."
    return block(figure(figures.draw_map(data), figures.draw_map(data, 640), told), words=words, printed=False)


def _same_below(page: TermPage, other: str, filled: dict[str, set[str]]) -> bool:
    """Whether a narrower term holds the same studies, so that the broader one says nothing more."""
    below = graphs.narrower(page.base.standing, graphs.node(page.other, other))
    names = (name.split(":", 1)[1] for name in below)
    return any(name != other and filled.get(name) == filled[other] for name in names)


def _most_studied(page: TermPage, ids: Iterable[str]) -> list[str]:
    standing = page.base.standing
    return sorted(ids, key=lambda i: (-len(graphs.bearing_on(standing, **{page.noun: i}).studies), i))


# --- pairs without a study -------------------------------------------------------------------------------------------


def gaps(page: TermPage) -> Block:
    """What the posts name together with the term but no study of the base is about."""
    named = named_without_study(page)
    if not named:
        return block(paragraph("None."), words="No empty cell", printed=False)
    claimed = _claimed(page)
    anywhere = graphs.studied(page.base.standing, page.other, set(named))
    groups = {
        "A post makes a claim about this pair, and no study in the base is about it": [
            i for i in named if i in claimed
        ],
        "Named in the same post, studied in the base only elsewhere": [
            i for i in named if i not in claimed and i in anywhere
        ],
        "Named in the same post, without any study in the base": [
            i for i in named if i not in claimed and i not in anywhere
        ],
    }
    parts = [
        details(f"{head} ({len(ids)})", paragraph(f"{_links(page, ids)}."), opened=len(ids) <= _FEW)
        for head, ids in groups.items()
        if ids
    ]
    return block(
        *parts,
        note("That the base holds no such study does not mean that none exists, nor that the treatment does not work."),
        words=f"{count(len(named), 'pair')} without a study",
        printed=False,
    )


def _claimed(page: TermPage) -> set[str]:
    return {
        i
        for identifier in page.scope.claims
        for i in getattr(claims.claim_of(page.base, identifier)[1], f"{page.other}s")
    }


def named_without_study(page: TermPage) -> list[str]:
    """Terms of the other kind that posts name together with the page's, and no study is about; claimed ones first."""
    claimed = _claimed(page)
    named = set(claimed)
    for slug in page.naming:
        named |= set(getattr(page.base.corpus.posts[slug].topics, f"{page.other}s"))
    others = page.base.corpus.vocabulary(f"{page.other}s")
    cell = (lambda i: (page.id, i)) if page.noun == "condition" else (lambda i: (i, page.id))
    missing = [i for i in named if cell(i) not in page.cells and shown(page, i)]
    return sorted(missing, key=lambda i: (i not in claimed, others[i].label.casefold()))
