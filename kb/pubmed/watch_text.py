"""What a watch found, in words and as plain data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt

    from kb.pubmed.offers import Offer
    from kb.pubmed.watch import Searched


def summary(searched: Sequence[Searched]) -> str:
    """What a run found, in a few lines."""
    tried = [one for one in searched if not one.skipped]
    done, failed = len(searched) - len(tried), sum(1 for one in tried if one.error)
    news = sum(1 for one in tried for candidate in one.new if candidate.state == "new")
    ruled = sum(len(one.new) for one in tried) - news
    waiting = [one for one in tried if one.waiting]
    days = {one.plan.since for one in tried if not one.error}
    since = f" since {min(days)}" if days else ""
    parts = []
    if tried:
        of = f" of {len(searched)}" if done or failed else ""
        number = len(tried) - failed
        named = f"{number}{of} {'search' if number == 1 and not of else 'searches'}"
        parts.append(f"{named}{since}: {news or 'no'} new candidate{'s' * (news != 1)}")
    if done:
        parts.append(f"{done} {'was' if done == 1 else 'were'} searched today already (--again searches once more)")
    parts += [f"{failed} failed: run it again later, what was found is kept"] if failed else []
    parts += [f"{ruled} rejected by rule: retracted, or itself a notice"] if ruled else []
    if waiting:
        total, widest = sum(one.waiting for one in waiting), max(waiting, key=lambda one: one.waiting)
        parts.append(
            f"{total} more wait for the next search (--again --limit), most of them {widest.waiting} of "
            f"{' x '.join(widest.plan.cell)}: narrow its query if that is too many"
        )
    return "\n".join(parts) + "\n"


def offer_text(number: int, offer: Offer) -> str:
    """A candidate in three lines for a person who decides."""
    one = offer.candidate
    where = "; ".join(f"{c} x {i}" for c, i in offer.cells[:3])
    more = f" and {len(offer.cells) - 3} more" if len(offer.cells) > 3 else ""
    lines = [
        f"{number:3}. PMID {one.pmid}  {one.year or 'year unknown'}  {offer.design}",
        f"     {one.title or '[title unknown]'} {one.journal or ''}".rstrip(),
        f"     {where}{more}; found {one.found}",
    ]
    if one.state != "new":
        lines.append(f"     {one.state} by {one.who} on {one.when}" + (f": {one.why}" if one.why else ""))
    return "\n".join(lines)


def offer_data(number: int, offer: Offer) -> dict[str, object]:
    """A candidate as plain data for JSON."""
    one = offer.candidate
    return {
        "rank": number,
        "score": offer.score,
        "design": offer.design,
        "pmid": one.pmid,
        "title": one.title,
        "journal": one.journal,
        "year": one.year,
        "publication_types": one.publication_types,
        "found": one.found,
        "state": one.state,
        "why": one.why,
        "who": one.who,
        "when": one.when,
        "cells": [{"condition": c, "intervention": i} for c, i in offer.cells],
    }


def searched_data(one: Searched) -> dict[str, object]:
    """A search as plain data for JSON."""
    since: dt.date = one.plan.since
    return {
        "condition": one.plan.cell[0],
        "intervention": one.plan.cell[1],
        "query": one.plan.text,
        "edited": one.plan.edited,
        "since": since,
        "first_search": one.plan.first_time,
        "searched": one.error is None and not one.skipped,
        "found": one.found,
        "new": [candidate.pmid for candidate in one.new],
        "waiting": one.waiting,
        "error": one.error,
    }
