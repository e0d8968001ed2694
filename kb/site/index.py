"""The index of the site: every page, grouped, with its numbers."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb import graph as graphs
from kb.model import InterventionKind, Term
from kb.show import questions_of

if TYPE_CHECKING:
    from kb.base import Base
    from kb.synthesis.comparison import Question

CAVEAT = "Curated from abstracts; not yet reviewed by a clinician."
_KINDS = {
    InterventionKind.TREATMENT: "Treatments",
    InterventionKind.TRAINING_ADVICE: "Training advice",
    InterventionKind.EXPOSURE: "Exposures",
    InterventionKind.TEST: "Tests",
    InterventionKind.SERVICE: "Services",
}
_PAIR = ("condition", "intervention")


@dataclass(frozen=True, slots=True)
class _Entry:
    """A line of the index."""

    page: str
    label: str
    also: str
    words: str
    studies: int
    claims: int


def index_page(base: Base, names: Sequence[str]) -> str:
    """The MyST Markdown of the index: every page, grouped, with its numbers of studies and claims."""
    corpus, pages = base.corpus, set(names)
    claims = sum(len(post.claims) for post in corpus.posts.values())
    blocks = [
        "# Find the evidence",
        f"{len(corpus.studies)} studies and {claims} claims of {len(corpus.posts)} published pages. {CAVEAT}",
        _plain_raw(
            '<label for="kb-filter">Condition, intervention or post, in any of its names</label>'
            '<input id="kb-filter" class="kb-filter" type="search" autocomplete="off" '
            'placeholder="e.g. tennis elbow, shockwave">'
            '<p class="kb-status" role="status" aria-live="polite"></p>'
        ),
    ]
    if "overview" in pages:
        blocks.append("[Overview: what exists, and what is missing](overview.html)")
    if "audit" in pages:
        blocks.append("[Audit of the posts: which citations and claims are wrong, and the fix](audit.html)")
    conditions = {i: t for i, t in corpus.conditions.items() if f"condition/{i}" in pages}
    if conditions:
        blocks += ["## Conditions", _tree(base, "condition", conditions)]
    interventions = {i: t for i, t in corpus.interventions.items() if f"intervention/{i}" in pages}
    if interventions:
        blocks.append("## Interventions")
        for kind, heading in _KINDS.items():
            terms = {i: t for i, t in interventions.items() if t.kind is kind}
            if terms:
                blocks += [f"### {heading}", _tree(base, "intervention", terms)]
    asked = {question: name for question, name in questions_of(base).pages.items() if name in pages}
    if asked:
        blocks += ["## Comparisons", _comparisons(base, asked)]
    posts = [post for slug, post in sorted(corpus.posts.items()) if f"post/{slug}" in pages]
    if posts:
        entries = [
            _Entry(
                f"post/{post.slug}", post.title, post.date.isoformat() if post.date else "", post.title,
                len({e.study for c in post.claims for e in c.evidence if e.study}
                    | {c.study for c in post.citations if c.study}), len(post.claims),
            )
            for post in sorted(posts, key=lambda p: (p.title.casefold(), p.slug))
        ]  # fmt: skip
        rows = "".join(f"<li {_attributes(entry)}>{_row(entry)}</li>\n" for entry in entries)
        blocks += ["## Posts", _plain_raw(f'<ul class="kb-tree">\n{rows}</ul>')]
    return "\n\n".join(blocks) + "\n"


def _tree(base: Base, noun: str, terms: Mapping[str, Term]) -> str:
    """Terms under their first broader term of the same group, by label."""
    below: dict[str | None, list[str]] = {}
    for identifier, term in sorted(terms.items(), key=lambda item: (item[1].label.casefold(), item[0])):
        parent = next((broader for broader in term.broader if broader in terms), None)
        below.setdefault(parent, []).append(identifier)

    def branch(parent: str | None) -> str:
        rows = []
        for identifier in below.get(parent, ()):
            entry = _entry(base, noun, terms[identifier])
            inner = f"\n<ul>\n{branch(identifier)}</ul>" if identifier in below else ""
            rows.append(f"<li {_attributes(entry)}>{_row(entry)}{inner}</li>\n")
        return "".join(rows)

    return _plain_raw(f'<ul class="kb-tree kb-wide">\n{branch(None)}</ul>')


def _comparisons(base: Base, asked: Mapping[Question, str]) -> str:
    """A row for each condition with an intervention, with a link for each outcome."""
    corpus = base.corpus
    pairs: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for question, name in asked.items():
        label = corpus.outcomes[question.outcome].label
        pairs.setdefault((question.condition, question.intervention), []).append((label, name))
    rows = []
    for (condition, intervention), links in sorted(
        pairs.items(),
        key=lambda item: [corpus.vocabulary(f"{noun}s")[i].label for noun, i in zip(_PAIR, item[0], strict=True)],
    ):
        terms = corpus.conditions[condition], corpus.interventions[intervention]
        words = [word for term in terms for word in (term.label, term.patient_label, *term.synonyms)]
        words += [label for label, _ in links]
        named = ", ".join(f'<a href="{name}.html">{html.escape(label)}</a>' for label, name in sorted(links))
        studies = len(graphs.bearing_on(base.standing, condition=condition, intervention=intervention).studies)
        rows.append(
            f'<li data-words="{html.escape(" ".join(words))}"><div class="kb-row"><span>'
            f"{html.escape(terms[0].label)}: {html.escape(terms[1].label)}"
            f'<span class="kb-patient">{named}</span></span>'
            f'<span class="kb-count">{_number(studies, "study", "studies")}</span></div></li>\n'
        )
    return _plain_raw(f'<ul class="kb-tree kb-wide">\n{"".join(rows)}</ul>')


def _entry(base: Base, noun: str, term: Term) -> _Entry:
    answer = graphs.bearing_on(base.standing, **{noun: term.id})
    also = term.patient_label if term.patient_label.casefold() != term.label.casefold() else ""
    words = " ".join((term.label, term.patient_label, *term.synonyms))
    return _Entry(f"{noun}/{term.id}", term.label, also, words, len(answer.studies), len(answer.claims))


def _attributes(entry: _Entry) -> str:
    return f'data-words="{html.escape(entry.words)}"'


def _row(entry: _Entry) -> str:
    also = f' <span class="kb-patient">{html.escape(entry.also)}</span>' if entry.also else ""
    counts = _number(entry.studies, "study", "studies")
    if entry.claims:
        counts += f", {_number(entry.claims, 'claim', 'claims')}"
    return (
        f'<div class="kb-row"><span><a href="{entry.page}.html">{html.escape(entry.label)}</a>{also}</span>'
        f'<span class="kb-count">{counts}</span></div>'
    )


def _number(count: int, one: str, many: str) -> str:
    return f"<b>{count}</b> {one if count == 1 else many}" if count else f"no {many}"


def _plain_raw(content: str) -> str:
    return f"```{{raw}} html\n{content}\n```"


def other_names(base: Base, name: str) -> tuple[str, ...]:
    """Names under which the search finds the page of a term first."""
    noun, _, identifier = name.partition("/")
    terms: Mapping[str, Term] = base.corpus.vocabulary(f"{noun}s") if noun in {"condition", "intervention"} else {}
    term = terms.get(identifier)
    return (term.patient_label, *term.synonyms) if term else ()
