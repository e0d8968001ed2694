"""What the posts say about a view, what is new, and what disagrees, as plain data."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from kb import graph as graphs
from kb.model import Bearing
from kb.notebook.claims import claim_of
from kb.notebook.explorer.answered import Answered, dissent_data, study_data
from kb.notebook.explorer.kept import kept
from kb.notebook.explorer.select import Selection, below, claims_in
from kb.notebook.html import count, tally
from kb.notebook.sections import NOT_REVIEWED, design_words, verdict_words
from kb.pubmed import candidates

if TYPE_CHECKING:
    from kb.base import Base
    from kb.graph import Contradiction
    from kb.model import Change, Claim
    from kb.pubmed.candidates import Candidate, Watch
    from kb.pubmed.queries import Cell

_WORST_FIRST = (
    Bearing.MISATTRIBUTED,
    Bearing.NOT_SUPPORTED,
    Bearing.OVERSTATED,
    Bearing.UNCLEAR,
    Bearing.PARTLY,
    Bearing.SUPPORTED,
)
_NEWEST = 6
_WAITING = 10
_CHANGES = 8


# --- posts -----------------------------------------------------------------------------------------------------------


def posts(base: Base, found: Selection) -> dict[str, Any]:
    """Claims about the view with their verdicts, the worst first, and who says so.

    Examples
    --------
    >>> import kb
    >>> from kb.notebook.explorer.select import select
    >>> from kb.notebook.explorer.view import View
    >>> base = kb.open()
    >>> told = posts(base, select(base, View(condition="athletic-pubalgia", outcome="pain")))
    >>> told["words"], told["claims"]
    ('No post makes a claim about this.', [])
    """
    made = claims_in(base, found)
    made.sort(key=lambda item: (_WORST_FIRST.index(item[2].verdict.bearing), item[0]))
    if not made:
        return {"words": "No post makes a claim about this.", "claims": []}
    verdicts = tally(Counter(verdict_words(claim.verdict.bearing) for _, _, claim in made))
    counted = f"{count(len(made), 'claim')} in {count(len(found.posts), 'post')}: {verdicts}."
    reviewed = all(claim.verdict.reviewed_by for _, _, claim in made)
    return {
        "words": counted if reviewed else f"{counted} {NOT_REVIEWED}",
        "claims": [_claim(base, name, slug, claim) for name, slug, claim in made],
    }


def _claim(base: Base, name: str, slug: str, claim: Claim) -> dict[str, Any]:
    verdict = claim.verdict
    return {
        "id": name,
        "statement": claim.statement,
        "post": base.corpus.posts[slug].title,
        "url": base.corpus.posts[slug].url,
        "verdict": verdict_words(verdict.bearing),
        "kind": verdict.bearing.value,
        "reason": verdict.reason,
        "who": f"reviewed by {verdict.reviewed_by}" if verdict.reviewed_by else _unreviewed(verdict.basis),
        "studies": [
            {
                **(study_data(base, item.study) if item.study else {"label": "no study in the base", "url": None}),
                "words": f"{item.relation.value.replace('-', ' ')}: {item.reason}",
            }
            for item in claim.evidence
        ],
    }


def _unreviewed(basis: str) -> str:
    """On what a verdict rests, and that nobody reviewed it.

    Examples
    --------
    >>> _unreviewed("curated from reviews"), _unreviewed("curated; not yet reviewed by a clinician")
    ('curated from reviews; not reviewed', 'curated; not yet reviewed by a clinician')
    """
    said = "not reviewed" in basis or "not yet reviewed" in basis
    return basis if said else f"{basis}; not reviewed"


# --- news ------------------------------------------------------------------------------------------------------------


def news(base: Base, found: Selection) -> dict[str, Any]:
    """Notices about the studies of a view, its newest studies, and what the watch on PubMed found for it."""
    keys = (*found.gone, *found.studies)
    return {
        "notices": [
            {"study": study_data(base, key), "words": str(notice)}
            for key in keys
            for notice in base.notices.get(key, ())
        ],
        "known": _looked_up(base, keys),
        "newest": [_new_study(base, key, year) for key, year in _by_year(base, found.studies)[:_NEWEST]],
        "changes": [
            {"date": change.date.isoformat(), "words": change.text} for change in _changes(base, found)[:_CHANGES]
        ],
        **_watched(base, found),
    }


def _changes(base: Base, found: Selection) -> list[Change]:
    """Changes of the base that are about something in the view, the newest first."""
    view = found.view
    if not view.as_dict():
        return list(base.corpus.changes)
    about = {f"{noun}/{term}" for noun, top in view.terms.items() for term in below(base, noun, top)}
    about |= {f"study/{key}" for key in (*found.studies, *found.gone)}
    about |= {f"post/{slug}" for slug in found.posts}
    return [change for change in base.corpus.changes if about & {*change.about}]


def _looked_up(base: Base, keys: Iterable[str]) -> str:
    """How many of the studies PubMed was asked about: of the others a retraction would not be known."""
    pmids = [r.pmid if (r := base.corpus.references.get(key)) else None for key in keys]
    if not pmids:
        return ""
    fetched = sum(1 for pmid in pmids if pmid and pmid in base.snapshot and base.snapshot[pmid].source == "pubmed")
    if fetched == len(pmids):
        return "All of these studies were looked up in PubMed."
    if not fetched:
        return "None of these studies was looked up in PubMed yet: a retraction or correction would not be known here."
    verb = "was" if fetched == 1 else "were"
    told = f"{fetched} of {count(len(pmids), 'study', 'studies')} {verb} looked up in PubMed"
    return f"{told}: a retraction or correction of the others would not be known here."


def _by_year(base: Base, keys: Iterable[str]) -> list[tuple[str, int]]:
    known = [(key, r.year) for key in keys if (r := base.corpus.references.get(key)) and r.year]
    return sorted(known, key=lambda item: (-item[1], item[0]))


def _new_study(base: Base, key: str, year: int) -> dict[str, Any]:
    reference = base.corpus.references[key]
    return {
        "study": study_data(base, key),
        "year": year,
        "title": reference.title or "[title unknown]",
        "design": design_words(base.corpus.studies[key]),
    }


@lru_cache(maxsize=2)
def _watches(base: Base) -> dict[Cell, Watch]:
    return candidates.load_all(base.root)[0]


def _watched(base: Base, found: Selection) -> dict[str, Any]:
    """Candidates that wait for a decision, of the cells that a view is about."""
    view = found.view
    conditions = below(base, "condition", view.condition) if view.condition else None
    interventions = below(base, "intervention", view.intervention) if view.intervention else None
    here = [
        watch
        for (condition, intervention), watch in _watches(base).items()
        if (conditions is None or condition in conditions) and (interventions is None or intervention in interventions)
    ]
    waiting = {c.pmid: c for watch in here for c in watch.candidates if c.state == "new"}
    return {
        "watch": _watch_words(here, len(waiting)),
        "waiting": [_candidate(one) for one in sorted(waiting.values(), key=lambda c: (c.found, c.pmid), reverse=True)][
            :_WAITING
        ],
    }


def _watch_words(watches: list[Watch], waiting: int) -> str:
    looked = max((watch.looked for watch in watches if watch.looked), default=None)
    if looked is None:
        return "PubMed has not been watched for this yet (kb pubmed watch)."
    found = f"{count(waiting, 'new record')} {'waits' if waiting == 1 else 'wait'} for a decision"
    return f"Last search of PubMed: {looked}. {found}."


def _candidate(one: Candidate) -> dict[str, Any]:
    told = ", ".join(str(part) for part in (one.journal, one.year) if part)
    return {
        "label": one.title or "[title unknown]",
        "url": f"https://pubmed.ncbi.nlm.nih.gov/{one.pmid}/",
        "words": f"{told or 'journal unknown'}; found {one.found}",
    }


# --- disagreement ----------------------------------------------------------------------------------------------------


def disagreements(base: Base, found: Selection, answered: Answered) -> dict[str, Any]:
    """Findings against the best estimate of their comparison, and what contradicts the claims of the posts."""
    judged: list[dict[str, Any]] = []
    ruled: list[dict[str, Any]] = []
    for name in found.claims:
        opposed = [item for item in contradicting(base, name) if item.study not in base.retracted]
        slug, claim = claim_of(base, name)
        for kind, some in ((judged, True), (ruled, False)):
            items = [item for item in opposed if item.judged is some]
            if items:
                kind.append(
                    {
                        "statement": claim.statement,
                        "post": base.corpus.posts[slug].title,
                        "studies": [{**study_data(base, item.study), "words": item.reason} for item in items],
                    }
                )
    dissent = [dissent_data(base, question, item) for question, item in answered.dissent]
    return {"dissent": dissent, "judged": judged, "ruled": ruled}


def contradicting(base: Base, claim: str) -> tuple[Contradiction, ...]:
    """What stands against a claim; kept."""
    known = against(base)
    if claim not in known:
        known[claim] = tuple(graphs.contradicting(kept(base).graph, claim))
    return known[claim]


def look_ahead(base: Base, seconds: float) -> bool:
    """Look for a while at claims that no view asked for yet; whether all were looked at."""
    end = time.perf_counter() + seconds
    known = against(base)
    for slug, post in base.corpus.posts.items():
        for claim in post.claims:
            if (name := f"{slug}.{claim.id}") not in known:
                if time.perf_counter() >= end:
                    return False
                contradicting(base, name)
    return True


@lru_cache(maxsize=2)
def against(base: Base) -> dict[str, tuple[Contradiction, ...]]:  # noqa: ARG001 - one a base
    """What stands against the claims that were looked at so far."""
    return {}
