"""The evidence table: a row a finding."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb.graph import bearing_on
from kb.tables.ending import Given, Sources, dated, newest_first, standing, studies_of, study_url
from kb.tables.table import UNKNOWN, Cell, Column, Table
from kb.tables.words import certainty, count, direction_words, effect, labels, left_out_notes, sample

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kb.graph import Graph
    from kb.model import Corpus, Finding, Study

COLUMNS = (
    Column("study", "Study", weight=1.3),
    Column("design", "Design", under="study"),
    Column("participants", "Participants", under="study"),
    Column("population", "Population", under="study"),
    Column("intervention", "Intervention"),
    Column("comparator", "Comparator", under="intervention"),
    Column("outcome", "Outcome", weight=1.1),
    Column("timepoint", "Timepoint", under="outcome"),
    Column("effect", "Effect", weight=1.3),
    Column("direction", "Direction", under="effect"),
    Column("checked", "Checked", under="study"),
    Column("source", "Source", under="study"),
    Column("certainty", "Certainty", weight=0.7),
)
METHOD = "Made by rule from the base; nobody has reviewed this table."


def evidence_table(
    corpus: Corpus,
    graph: Graph,
    *,
    condition: str | None = None,
    intervention: str | None = None,
    outcome: str | None = None,
    population: str | None = None,
    post: str | None = None,
    given: Given | None = None,
) -> Table:
    """Findings that bear on the terms asked for, a row each; studies without a finding get one row.

    A retracted study has no row and no reference; a note names it. A study in doubt is marked.

    Parameters
    ----------
    corpus, graph
        The evidence and its graph.
    condition, intervention, outcome, population
        Ids; narrower terms are included.
    post
        Slug: only studies that the post cites or its claims rest on.
    given
        Notices, days of reading and the style of the references.
    """
    told = given or Given()
    asked_for = {"condition": condition, "intervention": intervention, "outcome": outcome, "population": population}
    keys, wanted, left_out = bearing(corpus, graph, asked_for, post, told)
    sources = Sources(corpus, keys, told)
    body: list[tuple[Cell, ...]] = []
    n_findings = 0
    for key in keys:
        study = corpus.studies[key]
        chosen: Sequence[Finding | None] = [f for f in study.findings if f"{key}.{f.id}" in wanted]
        n_findings += len(chosen)
        head = sources.cell(key)
        body += [(head, *_cells(corpus, study, finding)) for finding in chosen or [None]]
    date, date_words = dated(corpus, keys, told)
    asked = asked_words(corpus, asked_for, post)
    return Table(
        kind="evidence",
        title=f"Evidence: {asked or 'all studies'}",
        description="What studies found, a row for each finding, with its effect and its source.",
        columns=COLUMNS,
        body=tuple(body),
        notes=(
            f"{count(len(keys), 'study', 'studies')}, {count(n_findings, 'finding', 'findings')}.",
            *left_out_notes(corpus, left_out, told.notices),
            f"'{UNKNOWN}' means that nobody has read it yet; no number is averaged over an unknown one.",
            "Intervals are 95 % unless said. Curated from abstracts.",
            "Certainty is what the authors of a review gave a result themselves; kb synthesize tells the base's own.",
        ),
        sources=sources.all,
        date=date,
        date_words=date_words,
        method=METHOD,
        keys=tuple(keys),
    )


def bearing(
    corpus: Corpus, graph: Graph, asked: dict[str, str | None], post: str | None, given: Given
) -> tuple[list[str], set[str], list[str]]:
    """Studies and findings that bear on what is asked for, the newest study first, and what was left out as retracted.

    Parameters
    ----------
    asked
        Ids by noun: condition, intervention, outcome, population.
    post
        Slug: only studies that the post cites or its claims rest on.
    """
    # A post by itself needs no look at everything that there is.
    answer = bearing_on(graph, **asked) if any(asked.values()) or post is None else None
    keys = set(answer.studies) if answer else studies_of(corpus, post or "")
    if post is not None:
        keys &= studies_of(corpus, post)
    kept, left_out = standing(keys, given)
    wanted = set(answer.findings) if answer else {f"{k}.{f.id}" for k in kept for f in corpus.studies[k].findings}
    return sorted(kept, key=lambda key: newest_first(corpus, key)), wanted, left_out


def asked_words(corpus: Corpus, asked: dict[str, str | None], post: str | None = None) -> str:
    """What was asked for in words, e.g. ``Gout; Rest; Pain``; empty for everything."""
    names = [corpus.vocabulary(f"{role}s")[term].label for role, term in asked.items() if term]
    return "; ".join([*names, *([corpus.posts[post].title] if post is not None else [])])


def _cells(corpus: Corpus, study: Study, finding: Finding | None) -> tuple[Cell, ...]:
    """The cells of a row after the first."""
    reference = corpus.references.get(study.key)
    pmid = reference.pmid if reference else None
    source = f"PMID {pmid}" if pmid else f"doi:{reference.doi}" if reference and reference.doi else UNKNOWN
    terms = finding or study
    interventions = finding.interventions if finding else study.intervention_ids
    words = [
        study.design.words,
        sample(study),
        labels(corpus, "populations", terms.populations),
        labels(corpus, "interventions", interventions, "none"),
        labels(corpus, "interventions", finding.comparators if finding else (), study.comparator or UNKNOWN),
        f"{labels(corpus, 'outcomes', finding.outcomes)}: {finding.as_reported}" if finding else UNKNOWN,
        (finding.timepoint if finding else None) or UNKNOWN,
        effect(finding) if finding else study.conclusion or UNKNOWN,
        direction_words(finding.direction) if finding else UNKNOWN,
        study.verification.value,
    ]
    return (*map(Cell, words), Cell(source, study_url(corpus, study.key)), Cell(certainty(finding)))
