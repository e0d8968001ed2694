"""model -> tidy pandas frames: one row a thing, one column a field, unknown as missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from kb.cite import author_year, vancouver
from kb.pubmed.notices import excluded, mark, marked
from kb.timepoint import weeks

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kb.model import Corpus, Noun
    from kb.pubmed.notices import Notice

    Marks = Mapping[str, Iterable[Notice]]

_INTEGERS = {
    "studies": ("year", "n_participants", "n_studies", "n_findings"),
    "arms": ("n",),
    "citations": ("year",),
}


def studies(corpus: Corpus, notices: Marks | None = None) -> pd.DataFrame:
    """One row a study: bibliographic identity, design, sample, terms; indexed by key.

    ``notice`` says what became of it, e.g. ``RETRACTED (2021-03, PMID 33000000)``; ``retracted`` studies leave every
    table, summary and pool, and their label says so.
    """
    rows = []
    told, gone = notices or {}, excluded(notices or {})
    for key, study in sorted(corpus.studies.items()):
        reference = corpus.references.get(key)
        identity = (
            {name: getattr(reference, name) for name in ("title", "journal", "year", "doi", "pmid", "pmcid")}
            if reference
            else {}
        )
        rows.append(
            {
                "key": key,
                "label": author_year(reference, key) + (f" [{mark(told[key])}]" if key in gone else ""),
                "authors": "; ".join(reference.author) if reference and reference.author else None,
                **identity,
                "design": study.design.value,
                "n_participants": study.n_participants,
                "n_studies": study.n_studies,
                "population": study.population,
                "populations": study.populations,
                "conditions": study.condition_ids,
                "interventions": study.intervention_ids,
                "comparator": study.comparator,
                "follow_up": study.follow_up,
                "conclusion": study.conclusion,
                "funding_or_conflicts": study.funding_or_conflicts,
                "n_findings": len(study.findings),
                "notice": mark(told.get(key, ()), every=True),
                "retracted": key in gone,
                "verification": study.verification.value,
                "second_reading": study.second_reading is not None,
                "to_check": len(study.to_check),
                "missing": reference.missing if reference else ("reference",),
                "reference": marked(vancouver(reference), told.get(key, ())) if reference else None,
            }
        )
    return _frame(rows, "key", _INTEGERS["studies"])


def findings(corpus: Corpus, notices: Marks | None = None) -> pd.DataFrame:
    """One row a finding as PICO with its effect; indexed by ``<study>.<finding>``.

    A row is ``retracted`` when its study is: leave it out of whatever you sum up.

    ``estimate``, ``ci_low`` and ``ci_high`` are in ``unit`` on the scale of ``measure``; ``ci_level`` is in
    percent; ``weeks`` is the timepoint in weeks where it is a plain duration (see :mod:`kb.timepoint`).
    """
    told, gone = notices or {}, excluded(notices or {})
    rows = [
        {
            "id": f"{key}.{finding.id}",
            "study": key,
            "notice": mark(told.get(key, ())),
            "retracted": key in gone,
            **_plain(finding, skip=("id", "arms", "read_in")),
            "weeks": weeks(finding.timepoint),
            "n_arms": len(finding.arms),
            "read_in": tuple(source.url or source.note for source in study.sources if source.id in finding.read_in),
        }
        for key, study in sorted(corpus.studies.items())
        for finding in study.findings
    ]
    frame = _frame(rows, "id", ("n_arms",))
    return frame.astype({name: "Float64" for name in ("estimate", "ci_low", "ci_high", "weeks") if name in frame})


def arms(corpus: Corpus) -> pd.DataFrame:
    """One row an arm of a finding, in order; ``statistic`` says what ``value`` is."""
    rows = [
        {
            "finding": f"{key}.{finding.id}",
            "arm": number,
            "statistic": finding.arm_statistic.value if finding.arm_statistic else None,
            **_plain(arm),
        }
        for key, study in sorted(corpus.studies.items())
        for finding in study.findings
        for number, arm in enumerate(finding.arms, start=1)
    ]
    frame = _frame(rows, None, _INTEGERS["arms"])
    return frame.astype({name: "Float64" for name in ("value", "sd", "ci_low", "ci_high") if name in frame})


def claims(corpus: Corpus) -> pd.DataFrame:
    """One row a claim with its verdict; indexed by ``<post>.<claim>``."""
    rows = []
    for slug, post in sorted(corpus.posts.items()):
        for claim in post.claims:
            verdict = claim.verdict
            rows.append(
                {
                    "id": f"{slug}.{claim.id}",
                    "post": slug,
                    **_plain(claim, skip=("id", "evidence", "verdict", "locator")),
                    "studies": tuple(dict.fromkeys(e.study for e in claim.evidence if e.study)),
                    "verdict": verdict.bearing.value,
                    "reason": verdict.reason,
                    "basis": verdict.basis,
                    "reviewed_by": verdict.reviewed_by,
                    "reviewed_on": verdict.reviewed_on,
                }
            )
    return _frame(rows, "id")


def evidence(corpus: Corpus, notices: Marks | None = None) -> pd.DataFrame:
    """One row a study that bears on a claim, and how; ``notice`` says what became of the study."""
    told, gone = notices or {}, excluded(notices or {})
    rows = [
        {
            "claim": f"{slug}.{claim.id}",
            "post": slug,
            **_plain(item),
            "notice": mark(told.get(item.study or "", ())),
            "retracted": item.study in gone,
        }
        for slug, post in sorted(corpus.posts.items())
        for claim in post.claims
        for item in claim.evidence
    ]
    return _frame(rows, None)


def citations(corpus: Corpus) -> pd.DataFrame:
    """One row a citation as published, with the study it means; indexed by ``<post>.<citation>``."""
    rows = [
        {
            "id": f"{slug}.{citation.id}",
            "post": slug,
            "study": citation.study,
            **_plain(citation.as_published),
        }
        for slug, post in sorted(corpus.posts.items())
        for citation in post.citations
    ]
    return _frame(rows, "id", _INTEGERS["citations"])


def posts(corpus: Corpus) -> pd.DataFrame:
    """One row a published page; indexed by slug."""
    rows = [
        {
            "slug": slug,
            **_plain(post, skip=("slug", "topics", "citations", "claims")),
            "conditions": post.topics.conditions,
            "interventions": post.topics.interventions,
            "n_citations": len(post.citations),
            "n_claims": len(post.claims),
        }
        for slug, post in sorted(corpus.posts.items())
    ]
    return _frame(rows, "slug", ("n_citations", "n_claims"))


def terms(corpus: Corpus, vocabulary: str) -> pd.DataFrame:
    """One row a term of a vocabulary; indexed by id."""
    rows = [_plain(term) for _, term in sorted(corpus.vocabulary(vocabulary).items())]
    return _frame(rows, "id")


def _plain(noun: Noun, skip: Iterable[str] = ()) -> dict[str, Any]:
    left_out = set(skip)
    return {
        name: getattr(value, "value", value)
        for name in type(noun).model_fields
        if name not in left_out
        for value in [getattr(noun, name)]
    }


def _frame(rows: list[dict[str, Any]], index: str | None, integers: Iterable[str] = ()) -> pd.DataFrame:
    frame = pd.DataFrame(rows)
    types: Mapping[str, str] = {name: "Int64" for name in integers if name in frame}
    frame = frame.astype(types)
    if index is None:
        return frame
    return frame.set_index(index) if index in frame else pd.DataFrame(index=pd.Index([], name=index))
