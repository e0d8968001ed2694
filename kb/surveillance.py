"""What must be looked at again: each notice followed to claims, posts and notebooks, and what is old or incomplete."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb import graph as graphs
from kb.cite import author_year
from kb.model import InterventionKind
from kb.pubmed.notices import ALARMS, EXCLUDED

if TYPE_CHECKING:
    from kb.base import Base
    from kb.graph import Graph
    from kb.model import Corpus, Reference
    from kb.pubmed.notices import Notice
    from kb.pubmed.snapshot import Entry

OLD = 180
"""Days after which a record counts as old."""


@dataclass(frozen=True, slots=True)
class Chain:
    """A study with notices, and everything that rests on it.

    Parameters
    ----------
    study, label, title
        Its key, author and year, and title.
    notices
        What became of it.
    left_out
        Whether tables and summaries leave it out.
    alarm
        Whether somebody must look before it is used again.
    claims
        Ids of the claims that rest on it, with what they say and their verdict.
    posts
        Posts that cite it or make such a claim.
    notebooks
        Names of the pages that show it, a claim on it, or a count with it in it.
    """

    study: str
    label: str
    title: str
    notices: tuple[Notice, ...]
    left_out: bool
    alarm: bool
    claims: tuple[tuple[str, str, str], ...]
    posts: tuple[str, ...]
    notebooks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Status:
    """The state of the snapshot and of what rests on it.

    Parameters
    ----------
    today, older_than
        The day it was looked at, and the age in days from which on a record is old.
    chains
        Studies with notices, alarms first.
    fetched, curated, old
        PMIDs of records that came from PubMed, of those written by people and never fetched, and of fetched ones that
        are old; the last with their day.
    missing
        Studies whose PMID has no record in the snapshot.
    without_pmid
        Studies without a PMID.
    incomplete
        Studies of whose reference nobody saw some fields, and which.
    """

    today: dt.date
    older_than: int
    chains: tuple[Chain, ...]
    fetched: tuple[str, ...]
    curated: tuple[str, ...]
    old: tuple[tuple[str, dt.date], ...]
    missing: tuple[str, ...]
    without_pmid: tuple[str, ...]
    incomplete: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def alarms(self) -> tuple[Chain, ...]:
        """Chains that call for somebody."""
        return tuple(chain for chain in self.chains if chain.alarm)


def status(
    base: Base,
    *,
    notices: Mapping[str, Sequence[Notice]] | None = None,
    older_than: int = OLD,
    today: dt.date | None = None,
) -> Status:
    """Follow the notices of a base, and say what of its snapshot is old, missing or incomplete.

    Parameters
    ----------
    base
        The evidence.
    notices
        Notices by key of the study, e.g. with those of a Retraction Watch file; those of the base when left out.
    older_than
        Days after which a record is old.
    today
        The day to count from; the day in UTC when left out.
    """
    day = today or dt.datetime.now(dt.UTC).date()
    told = base.notices if notices is None else notices
    references, entries = base.corpus.references, base.snapshot
    used = {reference.pmid for reference in references.values() if reference.pmid}
    chains = [follow(base.corpus, base.graph, key, told[key]) for key in told if key in base.corpus.studies]
    here = {pmid: entry for pmid, entry in sorted(entries.items(), key=lambda e: int(e[0])) if pmid in used}
    return Status(
        day,
        older_than,
        tuple(sorted(chains, key=lambda c: (not c.alarm, not c.left_out, c.study))),
        tuple(pmid for pmid, entry in here.items() if entry.source == "pubmed"),
        tuple(pmid for pmid, entry in here.items() if entry.source == "curated"),
        _old(here, day - dt.timedelta(days=older_than)),
        tuple(key for key, r in sorted(references.items()) if r.pmid and r.pmid not in entries),
        tuple(key for key, r in sorted(references.items()) if not r.pmid),
        _incomplete(references),
    )


def _old(entries: Mapping[str, Entry], limit: dt.date) -> tuple[tuple[str, dt.date], ...]:
    old = [(pmid, entry.date) for pmid, entry in entries.items() if entry.source == "pubmed" and entry.date < limit]
    return tuple(sorted(old, key=lambda item: (item[1], int(item[0]))))


def _incomplete(references: Mapping[str, Reference]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((key, reference.missing) for key, reference in sorted(references.items()) if reference.missing)


def follow(corpus: Corpus, graph: Graph, key: str, notices: Iterable[Notice]) -> Chain:
    """The chain from the notices of one study to the pages that must be looked at again."""
    some = tuple(notices)
    resting = graphs.resting_on(graph, key)
    kinds = {notice.kind for notice in some}
    reference = corpus.references.get(key)
    return Chain(
        study=key,
        label=author_year(reference, key),
        title=(reference.title if reference else None) or "[title unknown]",
        notices=some,
        left_out=bool(kinds & EXCLUDED),
        alarm=bool(kinds & ALARMS),
        claims=tuple(_claim(corpus, claim) for claim in resting.claims),
        posts=resting.posts,
        notebooks=notebooks(corpus, graph, key),
    )


def _claim(corpus: Corpus, identifier: str) -> tuple[str, str, str]:
    slug, _, number = identifier.rpartition(".")
    claim = next(c for c in corpus.posts[slug].claims if c.id == number)
    return identifier, claim.statement, claim.verdict.bearing.value.replace("-", " ")


def notebooks(corpus: Corpus, graph: Graph, key: str) -> tuple[str, ...]:
    """Names of the notebooks that a study has a part in: posts first, then conditions, interventions, the overview.

    A page of a term shows the studies and claims of its narrower terms too, so every broader term is named. Control
    interventions have no page.

    Examples
    --------
    >>> import kb
    >>> base = kb.open()
    >>> pages = notebooks(base.corpus, base.graph, "zhang2024")
    >>> "condition/lateral-epicondylitis" in pages, "intervention/shockwave" in pages, pages[-1]
    (True, True, 'overview')
    """
    here = graphs.node("study", key)
    resting = graphs.resting_on(graph, key)
    carriers = [here, *(graphs.node("finding", f) for f in resting.findings)]
    carriers += [graphs.node("claim", claim) for claim in resting.claims]
    terms = {
        wide
        for carrier in carriers
        for name in graph.succ[carrier]
        if graph.nodes[name]["kind"] in {"condition", "intervention"}
        for wide in graphs.broader(graph, name)
    }
    named = sorted(name.split(":", 1) for name in terms)
    pages = [f"post/{slug}" for slug in resting.posts]
    for kind, identifier in named:
        if kind == "intervention" and corpus.interventions[identifier].kind is InterventionKind.CONTROL:
            continue
        pages.append(f"{kind}/{identifier}")
    return (*pages, "overview")


# --- in words --------------------------------------------------------------------------------------------------------


def to_text(found: Status, *, every: bool = False, shown: int = 8) -> str:
    """The status as plain text, what is most urgent first.

    Parameters
    ----------
    found
        From :func:`status`.
    every
        List everything.
    shown
        How many of a long list are named otherwise.
    """
    limit = None if every else shown
    lines: list[str] = []
    for chain in found.chains:
        lines += _chain_lines(chain)
    if not found.chains:
        lines += ["No notice about a study of the base in the snapshot.", ""]
    unseen = len(found.curated) + len(found.missing) + len(found.without_pmid)
    if unseen:
        verb, them = ("was", "it") if unseen == 1 else ("were", "them")
        studies = _count(unseen, "study", "studies")
        lines += [f"{studies} {verb} never looked up in PubMed: a notice about {them} would not be known here.", ""]
    lines += ["Records", f"  from PubMed: {len(found.fetched)}"]
    since = f"older than {found.older_than} days"
    old = [f"{pmid} ({day})" for pmid, day in found.old]
    lines += _listed(f"  {since}", old, limit, "kb pubmed refresh")
    lines += _listed("  curated, never fetched (PMIDs)", found.curated, limit, "kb pubmed refresh")
    lines += _listed("  studies with a PMID but no record", found.missing, limit, "kb pubmed refresh")
    lines += _listed("  studies without a PMID", found.without_pmid, limit)
    gaps = [f"{key} ({', '.join(fields)})" for key, fields in found.incomplete]
    lines += _listed("  incomplete references", gaps, limit)
    return "\n".join(lines) + "\n"


def _chain_lines(chain: Chain) -> list[str]:
    lines = [f"{chain.study}: {'; '.join(map(str, chain.notices))}", f"  {chain.label}: {chain.title}"]
    for notice in chain.notices:
        parts = (notice.printed, notice.note, f"read in: {notice.source}" if notice.source else None)
        told = "; ".join(part.rstrip(".") for part in parts if part)
        lines += [f"  notice: {told}"] if told else []
    if chain.left_out:
        lines.append("  It is left out of every table and summary.")
    elif chain.alarm:
        lines.append("  It still counts in tables and summaries: decide whether it should.")
    if not chain.alarm:
        return [
            *lines,
            f"  rests on it: {_count(len(chain.claims), 'claim')} in {_count(len(chain.posts), 'post')}",
            "",
        ]
    lines.append(f"  {_count(len(chain.claims), 'claim rests', 'claims rest')} on it:")
    lines += [f"    {claim}: {words} [{verdict}]" for claim, words, verdict in chain.claims]
    lines.append(f"  {_count(len(chain.posts), 'post')} to look at again:")
    lines += [f"    {post}" for post in chain.posts]
    pages = [page for page in chain.notebooks if not page.startswith("post/")]
    lines += _listed("  other notebooks that show it", pages, None)
    return [*lines, ""]


def _listed(heading: str, items: Sequence[str], limit: int | None, command: str = "") -> list[str]:
    """A heading with the number of items and the first of them; nothing for none."""
    if not items:
        return []
    first = ", ".join(items[:limit])
    more = f" and {len(items) - limit} more (--all)" if limit is not None and len(items) > limit else ""
    todo = f"; to do: {command}" if command else ""
    return [f"{heading}: {len(items)}{todo}", f"    {first}{more}"]


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"


def to_data(found: Status) -> dict[str, object]:
    """The status as plain data for JSON."""
    return {
        "today": found.today,
        "alarms": [chain.study for chain in found.alarms],
        "studies": [
            {
                "study": chain.study,
                "label": chain.label,
                "title": chain.title,
                "alarm": chain.alarm,
                "left_out": chain.left_out,
                "notices": [
                    {
                        "kind": notice.kind.value,
                        "date": notice.date,
                        "pmid": notice.pmid,
                        "doi": notice.doi,
                        "printed": notice.printed,
                        "source": notice.source,
                        "note": notice.note,
                    }
                    for notice in chain.notices
                ],
                "claims": [{"id": i, "statement": words, "verdict": verdict} for i, words, verdict in chain.claims],
                "posts": chain.posts,
                "notebooks": chain.notebooks,
            }
            for chain in found.chains
        ],
        "records": {
            "pubmed": len(found.fetched),
            "curated": found.curated,
            "older_than_days": found.older_than,
            "old": [{"pmid": pmid, "date": day} for pmid, day in found.old],
            "missing": found.missing,
        },
        "without_pmid": found.without_pmid,
        "incomplete": [{"study": key, "missing": fields} for key, fields in found.incomplete],
    }
