"""Answers -> a tidy pandas frame: one row an estimate, one column a term of the field, unknown as missing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kb.answers.answer import Answer, Result
from kb.answers.questions import Questions, exactness
from kb.answers.size import Size
from kb.graph import narrower, node
from kb.synthesis.comparison import Question
from kb.synthesis.scale import Window, weeks_of

if TYPE_CHECKING:
    import pandas as pd

_TYPES: Mapping[str, str] = {
    "condition": "string",
    "intervention": "string",
    "outcome": "string",
    "treatment": "string",
    "comparator": "string",
    "comparator_class": "string",
    "timepoint": "string",
    "weeks": "Float64",
    "window": "string",
    "kind": "string",
    "measure": "string",
    "estimate": "Float64",
    "ci_low": "Float64",
    "ci_high": "Float64",
    "ci_level": "Float64",
    "unit": "string",
    "favours": "string",
    "size": "string",
    "k": "Int64",
    "n": "Int64",
    "i2": "Float64",
    "tau2": "Float64",
    "prediction_low": "Float64",
    "prediction_high": "Float64",
    "certainty": "string",
    "certainty_by": "string",
    "reasons": "object",
    "leads": "boolean",
    "studies": "object",
    "findings": "object",
}


def estimates(questions: Questions, asked: Iterable[Question]) -> pd.DataFrame:
    """The estimates that answer some questions.

    An estimate that answers several of them, because its finding has two outcomes, has one row: under the question
    that names it most exactly.

    Parameters
    ----------
    questions
        The questions of a base.
    asked
        Those to answer.

    Returns
    -------
    pandas.DataFrame
        One row an estimate, the best of each comparison first:

        ``condition``, ``intervention``, ``outcome``
            Ids of what was asked.
        ``treatment``, ``comparator``, ``comparator_class``
            What was studied against what, by name; classes are never pooled with each other.
        ``timepoint``, ``weeks``, ``window``
            As printed, in weeks where it is a plain duration, and short, medium or long term.
        ``kind``
            ``pool`` of studies of the base, one ``study``, or what a ``review`` found.
        ``measure``, ``estimate``, ``ci_low``, ``ci_high``, ``ci_level``, ``unit``
            On the scale people read (ratios are no logarithms), the level in percent.
        ``favours``
            ``intervention``, ``comparator``, ``neither`` (the interval excludes a difference that matters) or
            ``unclear`` (the interval includes no effect).
        ``size``
            ``large``, ``moderate``, ``small`` or ``trivial`` (see :func:`kb.answers.size.size_of`).
        ``k``, ``n``
            Studies and participants.
        ``i2``, ``tau2``, ``prediction_low``, ``prediction_high``
            Of a pool: I2 in percent, tau2 on the analysis scale, prediction interval on the scale people read.
        ``certainty``, ``certainty_by``, ``reasons``
            GRADE level, who says so (``rules``, ``authors`` or ``person``), and a text for each domain that was looked
            at.
        ``leads``
            Whether it is the best estimate of its comparator and window.
        ``studies``, ``findings``
            Keys of studies and ``<study>.<finding>`` that the estimate rests on: keys of ``Base.studies`` and
            ``Base.findings``.
    """
    import pandas as pd

    best: dict[object, tuple[int, Question, Result, bool]] = {}
    for question in asked:
        answer = questions.answer(question)
        for result in answer.results:
            distance = _distance(question, result)
            known = best.get(_identity(result))
            if known is None or distance < known[0]:
                best[_identity(result)] = distance, question, result, _leads(answer, result)
    rows = [_row(question, result, leads=leads) for _, question, result, leads in best.values()]
    return pd.DataFrame(rows, columns=list(_TYPES)).astype(dict(_TYPES))


def questions_about(questions: Questions, asked: Question) -> list[Question]:
    """The question, once for each outcome that findings name for its condition and intervention or narrower ones."""
    inside: dict[str, Collection[str]] = {
        noun: {name.split(":", 1)[1] for name in narrower(questions.graph, node(noun, term))}
        for noun, term in (("condition", asked.condition), ("intervention", asked.intervention))
    }
    about = questions.about(inside["condition"], inside["intervention"])
    return [replace(asked, outcome=outcome) for outcome in sorted({found.outcome for found in about})]


def _identity(result: Result) -> object:
    """The same findings can make two estimates: of a pool, another measure."""
    return result.kind, result.measure, result.findings


def _distance(question: Question, result: Result) -> int:
    """How far a question is from what the findings of a result name first."""
    printed = result.printed or (result.group.rows[0].printed if result.group else None)
    return sum(exactness(question, printed)) if printed else 0


def _leads(answer: Answer, result: Result) -> bool:
    return any(result is best for best in answer.leads)


def _row(question: Question, result: Result, *, leads: bool) -> dict[str, Any]:
    pooled = result.pooled if result.kind == "pool" else None
    certainty = result.certainty
    return {
        "condition": question.condition,
        "intervention": question.intervention,
        "outcome": question.outcome,
        "treatment": result.treatment,
        "comparator": result.compared_with or None,
        "comparator_class": result.comparator.value,
        "timepoint": None if result.when == result.window.words else result.when,
        "weeks": weeks_of(result.when),
        "window": None if result.window is Window.UNKNOWN else result.window.value,
        "kind": result.kind,
        "measure": result.measure,
        "estimate": result.estimate,
        "ci_low": result.ci_low,
        "ci_high": result.ci_high,
        "ci_level": _level(result),
        "unit": result.unit,
        "favours": "unclear" if result.crosses else None if result.favours == "unknown" else result.favours,
        "size": None if result.size is Size.UNKNOWN else result.size.value,
        "k": result.k,
        "n": result.n,
        "i2": pooled.i2 if pooled else None,
        "tau2": pooled.tau2 if pooled else None,
        "prediction_low": pooled.back(pooled.prediction_low) if pooled else None,
        "prediction_high": pooled.back(pooled.prediction_high) if pooled else None,
        "certainty": certainty.level.value if certainty.level else None,
        "certainty_by": certainty.basis if certainty.level else None,
        "reasons": tuple(f"{step.domain.value}: {step.change:+d} ({step.reason})" for step in certainty.steps),
        "leads": leads,
        "studies": result.studies,
        "findings": tuple(sorted(f"{study}.{finding}" for study, finding in result.findings)),
    }


def _level(result: Result) -> float | None:
    """Percent of the interval; None without one."""
    if result.ci_low is None or result.ci_high is None:
        return None
    if result.pooled is not None:
        return result.pooled.level
    return result.review.printed.ci_level if result.review is not None else None
