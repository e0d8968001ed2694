"""Characteristics of studies: a row a study, after the table of that name in Cochrane reviews, and what it found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from kb.appraisal.level import SOURCE, Question, level, question_of
from kb.tables.asked import Asked, asked_terms, asked_words, bearing
from kb.tables.ending import CURATED, NOT_SYSTEMATIC, Given, Sources, dated
from kb.tables.table import UNKNOWN, Cell, Column, Footnotes, Table, number
from kb.tables.words import count, labels, left_out_notes

if TYPE_CHECKING:
    from kb.graph import Graph
    from kb.model import Corpus, Study

COLUMNS = (
    Column("study", "Study", weight=1.1),
    Column("design", "Design", under="study"),
    Column("level", "Level of evidence", under="study"),
    Column("participants", "Participants", kind="number", under="population"),
    Column("studies", "Studies reviewed", kind="number", under="population"),
    Column("population", "Population", weight=1.1),
    Column("condition", "Condition", under="population"),
    Column("intervention", "Intervention", weight=1.0),
    Column("comparator", "Comparator", under="intervention"),
    Column("outcomes", "Outcomes", weight=1.0),
    Column("follow_up", "Follow-up", under="outcomes"),
    Column("result", "What was found", weight=1.5),
    Column("funding", "Funding or conflicts", under="result"),
    Column("registration", "Registration", under="result"),
)


def characteristics_table(corpus: Corpus, graph: Graph, *, given: Given | None = None, **asked: Unpack[Asked]) -> Table:
    """Design, size, people, comparison, outcomes and result of each study that bears on the terms asked for.

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
    found, post = bearing(corpus, graph, asked, told), asked.get("post")
    keys, sources, footnotes = found.keys, Sources(corpus, found.keys, told), Footnotes()
    body = tuple((sources.cell(key), *_cells(corpus, corpus.studies[key], footnotes)) for key in keys)
    date, date_words = dated(corpus, keys, told)
    words = asked_words(corpus, asked_terms(asked))
    title = f"The studies behind “{corpus.posts[post].title}”" if post else f"Studies: {words or 'all'}"
    return Table(
        kind="characteristics",
        title=title + (f" ({words})" if post and words else ""),
        description="Each study: design, people, what was compared, what was measured and what was found.",
        columns=COLUMNS,
        body=body,
        footnotes=footnotes.all,
        notes=(
            f"{count(len(keys), 'study', 'studies')}, the newest first.",
            *left_out_notes(corpus, found.left_out, told.notices),
            f"'{UNKNOWN}' means that nobody has read it yet.",
            f"Level: {SOURCE}, by design and question; it says what a design can show, not how well a study did.",
            NOT_SYSTEMATIC,
        ),
        sources=sources.all,
        date=date,
        date_words=date_words,
        method=CURATED,
        keys=tuple(keys),
    )


def _cells(corpus: Corpus, study: Study, footnotes: Footnotes) -> tuple[Cell, ...]:
    outcomes = dict.fromkeys(outcome for finding in study.findings for outcome in finding.outcomes)
    return (
        Cell(study.design.words),
        _level(corpus, study, footnotes),
        number(study.n_participants),
        # Only a review has studies; of another design the number is not unknown.
        number(study.n_studies) if study.n_studies is not None or "review" in study.design.value else Cell("none"),
        Cell(study.population or labels(corpus, "populations", study.populations)),
        Cell(labels(corpus, "conditions", study.condition_ids, "none named")),
        Cell(labels(corpus, "interventions", study.intervention_ids, "none")),
        Cell(study.comparator or UNKNOWN),
        Cell("; ".join(corpus.outcomes[o].label for o in outcomes if o in corpus.outcomes) or UNKNOWN),
        Cell(study.follow_up or UNKNOWN),
        Cell(study.conclusion or UNKNOWN),
        Cell(study.funding_or_conflicts or UNKNOWN),
        Cell(study.registration or UNKNOWN),
    )


def _level(corpus: Corpus, study: Study, footnotes: Footnotes) -> Cell:
    """The level for the question that the study's first intervention asks; its reason is a footnote."""
    from kb.answers.answer import of_trials

    first = next((corpus.interventions[i] for i in study.intervention_ids if i in corpus.interventions), None)
    question = question_of(first.kind if first else None)
    # What a review reviewed is recorded for trials only.
    trials = (of_trials(corpus, study) or None) if question in {Question.TREATMENT, Question.HARM} else None
    found = level(study.design, question, of_trials=trials)
    words = f"{found.level} ({question.value})" if found.level is not None else f"no level ({question.value})"
    return Cell(words, marks=(footnotes.mark(f"{found.reason[:1].upper()}{found.reason[1:]}."),))
