"""The evidence table: a row a finding."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from kb.tables.asked import Asked, asked_terms, asked_words, bearing
from kb.tables.ending import Given, Sources, dated, study_url
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


def evidence_table(corpus: Corpus, graph: Graph, *, given: Given | None = None, **asked: Unpack[Asked]) -> Table:
    """Findings that bear on the terms asked for, a row each; studies without a finding get one row.

    A retracted study has no row and no reference; a note names it. A study in doubt is marked.

    Parameters
    ----------
    corpus, graph
        The evidence and its graph.
    given
        Notices, days of reading and the style of the references.
    asked
        Terms and a post.
    """
    told = given or Given()
    found = bearing(corpus, graph, asked, told)
    keys, sources = found.keys, Sources(corpus, found.keys, told)
    body: list[tuple[Cell, ...]] = []
    n_findings = 0
    for key in keys:
        study = corpus.studies[key]
        chosen: Sequence[Finding | None] = [f for f in study.findings if f"{key}.{f.id}" in found.findings]
        n_findings += len(chosen)
        head = sources.cell(key)
        body += [(head, *_cells(corpus, study, finding)) for finding in chosen or [None]]
    date, date_words = dated(corpus, keys, told)
    words = asked_words(corpus, asked_terms(asked), asked.get("post"))
    return Table(
        kind="evidence",
        title=f"Evidence: {words or 'all studies'}",
        description="What studies found, a row for each finding, with its effect and its source.",
        columns=COLUMNS,
        body=tuple(body),
        notes=(
            f"{count(len(keys), 'study', 'studies')}, {count(n_findings, 'finding', 'findings')}.",
            *left_out_notes(corpus, found.left_out, told.notices),
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
