"""What a post claims against what its studies found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb.pubmed.notices import excluded
from kb.tables.ending import Given, Sources, dated
from kb.tables.table import Cell, Column, Table
from kb.tables.words import bearing_words, study_label

if TYPE_CHECKING:
    from kb.model import Claim, Corpus
    from kb.tables.words import Marks

COLUMNS = (
    Column("claim", "Claim, in our words", weight=1.5),
    Column("wording", "Wording of the post", under="claim"),
    Column("verdict", "Verdict on the claim", weight=0.8),
    Column("study", "Study"),
    Column("cited", "Cited by the post", under="study"),
    Column("bearing", "Claim by this study", under="verdict"),
    Column("relation", "What the study does to the claim", under="study"),
    Column("reason", "What was found", weight=1.7),
)


def claims_table(corpus: Corpus, post: str, notices: Marks | None = None, *, given: Given | None = None) -> Table:
    """What a post claims against what its studies found, a row a claim and study; retracted studies are marked.

    Parameters
    ----------
    corpus
        The evidence.
    post
        Slug.
    notices
        What became of the studies, where ``given`` is left out.
    given
        Notices, days of reading and the style of the references.
    """
    told = given or Given({} if notices is None else notices)
    here = corpus.posts[post]
    keys = dict.fromkeys(item.study for claim in here.claims for item in claim.evidence if item.study)
    sources = Sources(corpus, keys, told)
    body = []
    for claim in here.claims:
        for item in claim.evidence:
            study = sources.cell(item.study) if item.study else Cell("no study of the base")
            words = (
                "yes" if item.citation else "no",
                bearing_words(item.bearing),
                item.relation.value.replace("-", " "),
                item.reason,
            )
            head = (Cell(claim.statement), Cell(claim.wording.value), Cell(bearing_words(claim.verdict.bearing)))
            body.append((*head, study, *map(Cell, words)))
    gone = [study_label(corpus, key) for key in keys if excluded({key: told.notices.get(key, ())})]
    warning = f"Verdicts were made before a study was retracted and must be made again: {', '.join(gone)}."
    date, date_words = dated(corpus, keys, told)
    return Table(
        kind="claims",
        title=f"Claims: {here.title}",
        description="What the post claims, in our own words, beside what each study that bears on it found.",
        columns=COLUMNS,
        body=tuple(body),
        notes=(
            *(f"Verdicts: {words}." for words in sorted({_basis(c) for c in here.claims})),
            *([warning] * bool(gone)),
        ),
        sources=sources.all,
        date=date,
        date_words=date_words,
        method="Verdicts are judgements of the curator, not of a rule. The table itself was made by rule.",
        keys=tuple(keys),
    )


def _basis(claim: Claim) -> str:
    """Who or what made a verdict."""
    verdict = claim.verdict
    if verdict.reviewed_by is None:
        return verdict.basis
    day = f" on {verdict.reviewed_on.isoformat()}" if verdict.reviewed_on else ""
    return f"{verdict.basis}; reviewed by {verdict.reviewed_by}{day}"
