"""The answers of the base as rows: every question that its findings are about, the best estimate of each."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from kb.answers.rows import AnswerRow

if TYPE_CHECKING:
    from kb.base import Base

_YES_NO = {True: "yes", False: "no", None: "unknown"}


def answers(base: Base) -> Iterator[dict[str, Any]]:
    """One row an estimate, by question."""
    seen: Counter[str] = Counter()
    for row in sorted(base.best_estimates, key=_name):
        name = _name(row)
        seen[name] += 1
        yield {"id": f"{name}.a{seen[name]:02}", **_row(row)}


def _name(row: AnswerRow) -> str:
    return f"{row.question.condition}--{row.question.intervention}--{row.question.outcome}"


def _row(row: AnswerRow) -> dict[str, Any]:
    question, result, certainty = row.question, row.result, row.result.certainty
    return {
        "condition": question.condition,
        "intervention": question.intervention,
        "outcome": question.outcome,
        "surrogate": row.surrogate,
        "kind": result.kind,
        "treatment": result.treatment,
        "comparator": result.comparator.value,
        "compared_with": result.compared_with,
        "follow_up": result.window.value,
        "timepoint": result.when,
        "measure": result.measure,
        "unit": result.unit,
        "estimate": _finite(result.estimate),
        "ci_low": _finite(result.ci_low),
        "ci_high": _finite(result.ci_high),
        "i2": _finite(result.pooled.i2) if result.pooled else None,
        "better": result.better,
        "favours": result.favours,
        "includes_no_effect": _YES_NO[result.crosses],
        "size": result.size.value,
        "k": result.k,
        "n": result.n,
        "studies": result.studies,
        "findings": tuple(sorted(f"{study}.{finding}" for study, finding in result.findings)),
        "certainty": certainty.level.value if certainty.level else None,
        "certainty_basis": certainty.basis,
        "certainty_by_rule": certainty.computed.value if certainty.computed and certainty.basis != "authors" else None,
        "certainty_reasons": tuple(
            f"{step.domain.value} ({step.change:+d}): {step.reason}" for step in certainty.steps
        ),
        "words": result.clinician,
        "patient_words": result.patient,
    }


def _finite(value: float | None) -> float | None:
    return float(value) if value is not None and math.isfinite(value) else None
