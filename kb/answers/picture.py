"""The forest plot of an answer: every estimate of one comparison, pools as diamonds, reviews beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb.answers.words_terms import named
from kb.appraisal import tools
from kb.appraisal.bias import judged_by
from kb.figures import Diamond, Forest, ForestRow, Light, Sides, Subgroup, compute_forest
from kb.synthesis.effects import back_transform
from kb.synthesis.pool import METHOD_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kb.answers.answer import Answer, Result
    from kb.model import Corpus
    from kb.synthesis.pool import Pooled


def forests(corpus: Corpus, answer: Answer) -> list[Forest]:
    """A forest plot for each comparator and scale, its windows and reviews as parts; nothing is pooled across parts."""
    made: dict[tuple[str, str, str | None], list[Result]] = {}
    for result in answer.results:
        unit = result.unit if result.measure == "MD" else None
        made.setdefault((result.compared_with, result.measure, unit), []).append(result)
    return [_forest(corpus, answer, some) for some in made.values()]


def _forest(corpus: Corpus, answer: Answer, results: Sequence[Result]) -> Forest:
    first = results[0]
    question = answer.question
    outcome = corpus.outcomes[question.outcome]
    treatment = corpus.interventions[question.intervention].label
    title = f"{outcome.label}: {named(treatment)} against {named(first.compared_with)}"
    times = [result.when for result in results]
    groups = [_part(corpus, result, alone=times.count(result.when) == 1) for result in results]
    # Lights are for studies; a review is not judged by their tools.
    judged = any(result.group is not None for result in results)
    mcids = [m.value for m in outcome.mcid if first.unit and m.unit == first.unit]
    return compute_forest(
        title,
        first.measure,
        [],
        subgroups=groups,
        sides=_sides(results, treatment, first.compared_with),
        unit=first.unit if first.measure == "MD" else None,
        mcid=max(mcids, default=None),
        domains=("Risk of bias",) if judged else (),
        tool="as people judged it" if judged else "",
        note=_note(results),
    )


def _part(corpus: Corpus, result: Result, *, alone: bool) -> Subgroup:
    """One result; where several share a timepoint, each says what it is of."""
    about = "" if alone or result.printed is None else f": {result.printed.as_reported}"
    if result.group is not None and result.pooled is not None:
        weights = {row.label: row.weight for row in result.pooled.studies}
        rows = tuple(
            ForestRow(
                row.label,
                *_values(result.measure, row.effect.estimate, row.effect.ci_low, row.effect.ci_high),
                weight=weights.get(row.label) if result.pooled.k > 1 else None,
                n=row.effect.n1 + row.effect.n2 if row.effect.n1 and row.effect.n2 else row.n,
                bias=(_light(corpus, row.study),),
            )
            for row in result.group.rows
        )
        label = f"Studies, {result.when}{about}"
        return Subgroup(label, rows, _diamond(result) if result.pooled.k > 1 else None)
    row = ForestRow(_review_label(result), result.estimate, result.ci_low, result.ci_high, n=result.n)
    return Subgroup(f"Review, {result.when}{about}", (row,))


def _review_label(result: Result) -> str:
    assert result.review is not None  # noqa: S101 - a result is a group or a review
    return f"{result.review.label} ({result.k} studies)" if result.k else result.review.label


def _values(measure: str, *values: float) -> tuple[float | None, float | None, float | None]:
    estimate, low, high = (back_transform(measure, value) for value in values)
    return estimate, low, high


def _light(corpus: Corpus, key: str) -> Light | None:
    """The whole judgement of a study, by the tool that fits it."""
    for appraisal in judged_by(corpus.studies[key]):
        tool = tools.load().get(appraisal.tool)
        said = tools.overall(appraisal)
        if tool is not None and said is not None and (found := tool.judgement(said, whole=True)) is not None:
            return Light(found.label, found.symbol, found.colour, found.rank)
    return None


def _diamond(result: Result) -> Diamond | None:
    if result.estimate is None or result.ci_low is None or result.ci_high is None:
        return None
    return Diamond(result.estimate, result.ci_low, result.ci_high, f"Pooled, {result.window.words}", "random effects")


def _sides(results: Iterable[Result], treatment: str, compared_with: str) -> Sides | None:
    """Which side favours what; nothing where no direction of the outcome is better."""
    better = next((result.better for result in results if result.better), None)
    if better is None:
        return None
    ours, theirs = f"favours {named(treatment)}", f"favours {named(compared_with)}"
    return Sides(theirs, ours, "high") if better == "above" else Sides(ours, theirs, "low")


def _note(results: Sequence[Result]) -> str:
    pooled = [result for result in results if result.pooled is not None and result.pooled.k > 1]
    told = [f"{result.window.words}: {heterogeneity(result.pooled)}" for result in pooled if result.pooled]
    return "; ".join([*told, "Reviews stand beside the studies and are not pooled with them."])


def heterogeneity(pooled: Pooled) -> str:
    """Tau2, I2 and Q in words.

    Examples
    --------
    >>> from kb.synthesis.pool import pool_values
    >>> heterogeneity(pool_values([1.0, 2.0, 3.0], [1.0, 1.0, 1.0]))
    'tau2 0, I2 0 % (0 to 97 %), Q 2 (p 0.37)'
    """
    parts = []
    if pooled.tau2 is not None:
        parts.append(f"tau2 {pooled.tau2:.3g}")
    if pooled.i2 is not None:
        low, high = pooled.i2_low, pooled.i2_high
        span = f" ({low:.0f} to {high:.0f} %)" if low is not None and high is not None and (low or high) else ""
        parts.append(f"I2 {pooled.i2:.0f} %{span}")
    if pooled.q is not None and pooled.q_p is not None:
        parts.append(f"Q {pooled.q:.3g} (p {'< 0.001' if pooled.q_p < 0.001 else f'{pooled.q_p:.2g}'})")
    return ", ".join(parts) or "one study"


def method_words(pooled: Pooled) -> str:
    """How a pool was made."""
    name = METHOD_NAMES.get(pooled.method, pooled.method)
    return f"{name}{', Hartung-Knapp interval' if pooled.hksj else ''}"


def forest_of_pool(title: str, pooled: Pooled) -> Forest:
    """The forest plot of a user's own data."""
    rows = [
        ForestRow(
            row.label,
            *_values(pooled.measure, row.estimate, row.ci_low, row.ci_high),
            weight=row.weight if pooled.k > 1 else None,
            n=row.n1 + row.n2 if row.n1 and row.n2 else None,
        )
        for row in pooled.studies
    ]
    names = ("estimate", "ci_low", "ci_high", "prediction_low", "prediction_high")
    estimate, low, high, lowest, highest = (pooled.back(getattr(pooled, name)) for name in names)
    diamond = prediction = None
    if estimate is not None and low is not None and high is not None:
        diamond = Diamond(estimate, low, high, "Pooled", method_words(pooled))
    if lowest is not None and highest is not None:
        prediction = (lowest, highest)
    return compute_forest(
        title,
        pooled.measure,
        rows,
        pooled=diamond,
        prediction=prediction,
        level=pooled.level,
        note=heterogeneity(pooled),
    )
