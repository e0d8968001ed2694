"""An answer, or a pool of a user's data, as text, Markdown and plain data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from kb.answers.picture import heterogeneity, method_words
from kb.answers.words_terms import named
from kb.cite import author_year
from kb.synthesis.pool import Pooled, pool

if TYPE_CHECKING:
    from kb.answers.answer import Answer, Result
    from kb.model import Corpus, Direction
    from kb.synthesis.comparison import Review
    from kb.synthesis.data import DataSet

NOT_SYSTEMATIC = (
    "The base is not a systematic search: it holds what the posts cite and some more. "
    "Certainty by rule is not reviewed."
)


def title_of(corpus: Corpus, answer: Answer) -> str:
    """The question in words."""
    question = answer.question
    treatment = corpus.interventions[question.intervention].label
    outcome = named(corpus.outcomes[question.outcome].label)
    condition = named(corpus.conditions[question.condition].label)
    other = f" against {named(corpus.interventions[question.comparator].label)}" if question.comparator else ""
    when = f", {question.window.words}" if question.window else ""
    about = f" for {condition}" if condition.casefold() != outcome.casefold() else ""
    return f"{treatment}{other}{about}: {outcome}{when}"


def source_words(corpus: Corpus, result: Result) -> str:
    """Where an estimate comes from."""
    labels = [author_year(corpus.references.get(key), key) for key in result.studies]
    people = f", n = {result.n:,}" if result.n is not None else ""
    if result.kind == "review":
        size = "review" if result.k is None else f"review of {result.k} {'study' if result.k == 1 else 'studies'}"
        return f"{labels[0]} ({size}{people})"
    if result.kind == "study":
        design = corpus.studies[result.studies[0]].design.words
        return f"{labels[0]} ({design}{people})"
    return f"{result.k} studies pooled{people}: {', '.join(labels)}"


def side_words(result: Result) -> str:
    """What an estimate favours, and whether its interval includes no effect."""
    if result.crosses:
        return "the interval includes no effect"
    told = {"intervention": named(result.treatment), "comparator": named(result.compared_with), "neither": "neither"}
    return f"favours {told[result.favours]}" if result.favours in told else "direction unclear"


def lines(corpus: Corpus, answer: Answer) -> Iterator[tuple[str, list[str]]]:
    """Sections of an answer: heading and lines."""
    if not answer.results:
        yield "Answer", ["No comparable estimate in the base."]
    for result in answer.leads:
        head = f"{result.treatment} against {named(result.compared_with)}, {result.when}"
        yield (
            head,
            [
                f"{result.numbers}: {side_words(result)}. {source_words(corpus, result)}.",
                f"Certainty: {result.certainty.words}.",
                f"In words: {result.clinician}",
                f"For a patient: {result.patient}",
                *(f"{step.domain.value}: {_change(step.change)} ({step.reason})" for step in result.certainty.steps),
            ],
        )
    others = [result for result in answer.results if result not in answer.leads]
    if others:
        yield (
            "Further estimates",
            [
                f"against {named(r.compared_with)}, {r.when}: {r.numbers}, {side_words(r)}; {source_words(corpus, r)}"
                for r in others
            ],
        )
    if answer.dissent:
        yield (
            "Who disagrees",
            [
                f"{item.label}{_against(item.compared_with)}: {_words(item.direction)}"
                f"{f', {item.timepoint}' if item.timepoint else ''} ({item.study}.{item.finding})"
                for item in answer.dissent
            ],
        )
    left = without_number(answer)
    if left:
        yield (
            "Reviews without a comparable number",
            [
                f"{review.label} ({review.study}.{review.printed.id}): {_words(review.direction)} ({why})"
                for review, why in left
            ],
        )
    if answer.comparison.excluded:
        yield (
            "Not pooled, and why",
            [f"{out.label} ({out.study}.{out.finding}): {out.reason}" for out in answer.comparison.excluded],
        )


def without_number(answer: Answer) -> list[tuple[Review, str]]:
    """Findings of reviews that are no result, each with the reason."""
    used = {item for result in answer.results for item in result.findings}
    of_one = "one trial within the review: that trial's result, not the review's"
    return [
        (review, review.reason or of_one)
        for review in answer.comparison.reviews
        if (review.study, review.printed.id) not in used
    ]


def _change(change: int) -> str:
    return "no change" if change == 0 else f"{change:+d}"


def _against(compared_with: str) -> str:
    return f", against {named(compared_with)}" if compared_with else ""


def _words(direction: Direction) -> str:
    return direction.value.replace("-", " ")


def to_text(corpus: Corpus, answer: Answer) -> str:
    """For a terminal."""
    parts = [title_of(corpus, answer)]
    for head, told in lines(corpus, answer):
        parts += ["", head, *(f"- {line}" for line in told)]
    return "\n".join([*parts, "", NOT_SYSTEMATIC, ""])


def to_markdown(corpus: Corpus, answer: Answer) -> str:
    """Markdown; nothing in it can become markup."""
    parts = [f"# {_plain(title_of(corpus, answer))}"]
    for head, told in lines(corpus, answer):
        parts += ["", f"## {_plain(head)}", "", *(f"- {_plain(line)}" for line in told)]
    return "\n".join([*parts, "", _plain(NOT_SYSTEMATIC), ""])


def _plain(text: str) -> str:
    for char in "\\`*_[]<>#|":
        text = text.replace(char, f"\\{char}")
    return text


def to_data(corpus: Corpus, answer: Answer) -> dict[str, Any]:
    """Plain data: the pool of the first group on top, then every result, and what was left out with the reason."""
    first = next((result.pooled for result in answer.results if result.pooled is not None), None) or pool([])
    question = answer.question
    return {
        **first.as_dict(),
        "question": {
            "condition": question.condition,
            "intervention": question.intervention,
            "outcome": question.outcome,
            "comparator": question.comparator,
            "window": question.window.value if question.window else None,
            "words": title_of(corpus, answer),
        },
        "results": [_result_data(corpus, result) for result in answer.results],
        "dissent": [asdict(item) for item in answer.dissent],
        "reviews_without_number": [
            {"study": review.study, "finding": review.printed.id, "reason": why}
            for review, why in without_number(answer)
        ],
        "excluded": [asdict(out) for out in answer.comparison.excluded],
    }


def _result_data(corpus: Corpus, result: Result) -> dict[str, Any]:
    certainty = result.certainty
    return {
        "kind": result.kind,
        "window": result.window.value,
        "timepoint": result.printed.timepoint if result.printed else None,
        "comparator_class": result.comparator.value,
        "comparator": result.compared_with,
        "measure": result.measure,
        "unit": result.unit,
        "estimate": result.estimate,
        "ci_low": result.ci_low,
        "ci_high": result.ci_high,
        "better": result.better,
        "favours": result.favours,
        "includes_no_effect": result.crosses,
        "size": result.size.value,
        "k": result.k,
        "n": result.n,
        "studies": list(result.studies),
        "finding": result.review.printed.id if result.review else None,
        "source": source_words(corpus, result),
        "certainty": {
            "level": certainty.level.value if certainty.level else None,
            "computed": certainty.computed.value if certainty.computed else None,
            "basis": certainty.basis,
            "words": certainty.words,
            "steps": [asdict(step) for step in certainty.steps],
            "overruled_by": asdict(certainty.overrule) if certainty.overrule else None,
        },
        "clinician": result.clinician,
        "patient": result.patient,
        "pooled": result.pooled.as_dict() if result.pooled else None,
    }


# --- a user's own data -----------------------------------------------------------------------------------------


def pool_lines(pooled: Pooled) -> Iterator[str]:
    """A pool in words, on the scale that people read."""
    if pooled.k == 0:
        yield "No study."
        return
    names = ("estimate", "ci_low", "ci_high", "prediction_low", "prediction_high")
    estimate, low, high, lowest, highest = (pooled.back(getattr(pooled, name)) for name in names)
    what = "One study" if pooled.k == 1 else f"{pooled.k} studies, {method_words(pooled)}"
    yield f"{what}: {pooled.measure} {estimate:.4g} ({pooled.level:g}% CI {low:.4g} to {high:.4g})."
    if lowest is not None and highest is not None:
        yield f"Prediction interval: {lowest:.4g} to {highest:.4g}."
    if pooled.k > 1:
        yield f"Heterogeneity: {heterogeneity(pooled)}."
    yield from pooled.notes


def data_text(found: DataSet, pooled: Pooled, *, markdown: bool = False) -> str:
    """The pool of a file for a terminal, or as Markdown."""
    rows = [
        f"{row.label}: {pooled.back(row.estimate):.4g} "
        f"({pooled.back(row.ci_low):.4g} to {pooled.back(row.ci_high):.4g}), weight {row.weight:.1f} %"
        for row in pooled.studies
    ]
    out = [f"{label}: {why}" for label, why in found.left_out]
    parts: list[tuple[str, Iterable[str]]] = [
        ("", [*pool_lines(pooled), *_small_study_lines(found)]),
        ("Studies", rows),
        ("Without one study", _one_out_lines(found, pooled)),
        ("Left out", out),
    ]
    shown = [f"{'# ' if markdown else ''}{_plain(found.path) if markdown else found.path} ({found.layout})"]
    for head, told in parts:
        listed = [f"- {_plain(line) if markdown else line}" for line in told]
        if listed:
            shown += ["", *([f"{'## ' if markdown else ''}{head}"] if head else []), *listed]
    return "\n".join([*shown, *found.notes, ""])


def _small_study_lines(found: DataSet) -> Iterator[str]:
    """Egger's test, or why there is none."""
    from kb.synthesis.diagnostics import NotTested, egger

    if len(found.effects) < 2:
        return
    tested = egger(found.effects)
    if isinstance(tested, NotTested):
        yield f"Small-study effects: {tested.reason}."
    else:
        yield f"Small-study effects (Egger's test): bias {tested.bias:.3g}, p = {tested.p:.2g}."
        yield from tested.notes


def _one_out_lines(found: DataSet, pooled: Pooled) -> list[str]:
    from kb.synthesis.diagnostics import leave_one_out

    left = leave_one_out(found.effects, method=pooled.method, hksj=pooled.hksj, level=pooled.level)
    return [
        f"{one.label}: {pooled.back(one.pooled.estimate):.4g} "
        f"({pooled.back(one.pooled.ci_low):.4g} to {pooled.back(one.pooled.ci_high):.4g})"
        for one in left
    ]
