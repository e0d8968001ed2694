"""Where a broad term's page leads: its narrower terms with what each holds, and the questions with a page below it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb import graph as graphs
from kb.notebook import sections
from kb.notebook.html import count, details, escape, link, listing, note, paragraph

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kb.base import Base
    from kb.notebook.scope import Scope

FIRST = 12
"""Terms that stand open."""


def left_words(scope: Scope) -> str:
    """What only the pages of narrower terms show, in words; empty where nothing is left."""
    studies, findings, claims = scope.left
    parts = [
        count(number, one, many)
        for number, one, many in (
            (findings, "finding", "findings"),
            (studies, "study", "studies"),
            (claims, "claim", "claims"),
        )
        if number
    ]
    if not parts:
        return ""
    named = " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
    which = "is" if len(parts) == 1 and parts[0].startswith("1 ") else "are"
    return f"{named} {which} about narrower {scope.noun}s, on whose pages they stand in full."


def leads(base: Base, scope: Scope, ids: Sequence[str], up: str | None) -> str:
    """The narrower terms that hold evidence, each linked, with its numbers; the nearest first.

    Parameters
    ----------
    base
        The evidence.
    scope
        What the page shows.
    ids
        Narrower terms.
    up
        The way to the site's root; None where there is no site.
    """
    noun = scope.noun
    terms = base.corpus.vocabulary(f"{noun}s")
    held = {i: graphs.bearing_on(base.standing, **{noun: i}) for i in ids}
    filled = sorted(
        (i for i in ids if held[i].studies or held[i].claims),
        key=lambda i: (-len(held[i].findings), -len(held[i].studies), terms[i].label.casefold()),
    )
    near = [i for i in filled if scope.identifier in terms[i].broader]
    far = [i for i in filled if i not in near]
    near, rest = near[:FIRST], [*near[FIRST:], *far]

    def items(shown: Iterable[str]) -> str:
        return listing(
            f"{sections.term_link(base, noun, i, up)}{_patient(terms[i].label, terms[i].patient_label)}: "
            f"{_held(held[i])}"
            for i in shown
        )

    return (
        paragraph(f"<strong>Narrower {noun}s, where the evidence stands in full</strong>")
        + items(near)
        + (details(f"{count(len(rest), f'further narrower {noun}')} with evidence", items(rest)) if rest else "")
    )


def _held(found: graphs.Answer) -> str:
    """What there is about a term in numbers; what there is none of is not told."""
    numbers = (
        (len(found.findings), "finding", "findings"),
        (len(found.studies), "study", "studies"),
        (len(found.claims), "claim in posts", "claims in posts"),
    )
    return ", ".join(count(number, one, many) for number, one, many in numbers if number)


def _patient(label: str, words: str) -> str:
    return "" if words.casefold() == label.casefold() else f" <span class='kb-small'>({escape(words)})</span>"


def questions(base: Base, noun: str, ids: Iterable[str], up: str | None) -> str:
    """Links to the questions about some terms that have a page, a list a term."""
    wanted = set(ids)
    corpus = base.corpus
    groups: dict[str, list[str]] = {}
    for question, name in base.questions.pages.items():
        term = getattr(question, noun)
        if term in wanted:
            other = question.intervention if noun == "condition" else question.condition
            vocabulary = corpus.interventions if noun == "condition" else corpus.conditions
            words = f"{vocabulary[other].label}: {corpus.outcomes[question.outcome].label}"
            groups.setdefault(term, []).append(link(f"{up}{name}.html" if up is not None else None, words))
    if not groups:
        return ""
    terms = corpus.vocabulary(f"{noun}s")
    total = sum(map(len, groups.values()))
    parts = [
        paragraph(f"<strong>{escape(terms[i].label)}</strong>") + listing(groups[i])
        for i in sorted(groups, key=lambda i: terms[i].label.casefold())
    ]
    told = note("Each page tells the best estimate, how sure it is, who disagrees, and what was not pooled.")
    return details(f"{count(total, 'question')} with a page of their own", told, *parts)
