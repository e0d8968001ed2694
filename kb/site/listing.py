"""The page of all pages: everything that the site has, grouped, with its numbers, and a filter."""

from __future__ import annotations

import html
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb import graph as graphs
from kb.model import InterventionKind, Term
from kb.pubmed.notices import marked
from kb.site.news import reference_of
from kb.site.page import CAVEAT, Page

if TYPE_CHECKING:
    from kb.base import Base
    from kb.synthesis.comparison import Question

_KINDS = {
    InterventionKind.TREATMENT: "Treatments",
    InterventionKind.TRAINING_ADVICE: "Training advice",
    InterventionKind.EXPOSURE: "Exposures",
    InterventionKind.TEST: "Tests",
    InterventionKind.SERVICE: "Services",
}
_PAIR = ("condition", "intervention")
_FILTER = (
    '<label for="kb-filter">Show only what holds these words, in any of its names</label>'
    '<input id="kb-filter" class="kb-filter" type="search" autocomplete="off" placeholder="e.g. tennis elbow">'
    '<p class="kb-status" role="status"></p>'
)


@dataclass(frozen=True, slots=True)
class _Entry:
    """A line of the list."""

    page: str
    label: str
    also: str
    words: str
    studies: int
    claims: int


def listing_page(base: Base, names: Collection[str]) -> Page:
    """The page of all pages: conditions, interventions, comparisons, posts and studies that ``names`` holds."""
    groups = {
        "Conditions": _terms(base, "condition", names),
        "Interventions": _interventions(base, names),
        "Comparisons": _comparisons(base, names),
        "Posts": _posts(base, names),
        "Studies": _studies(base, names),
    }
    body = [f'<p class="kb-note">{CAVEAT}</p>', _FILTER]
    headings = []
    for heading, content in groups.items():
        anchor = heading.casefold()
        headings.append((anchor, heading))
        body.append(f'<section>\n<h2 id="{anchor}">{heading}</h2>\n{content or "<p>None.</p>"}\n</section>')
    return Page(
        name="pages",
        title="All pages",
        description="Every condition, intervention, comparison, post and study of the base, with the number of studies "
        "behind each, and a filter that knows their other names.",
        body="\n".join(body),
        headings=tuple(headings),
    )


def _terms(base: Base, noun: str, names: Collection[str]) -> str:
    terms = base.corpus.vocabulary(f"{noun}s")
    return _tree(base, noun, {i: term for i, term in terms.items() if f"{noun}/{i}" in names})


def _interventions(base: Base, names: Collection[str]) -> str:
    parts = []
    for kind, heading in _KINDS.items():
        terms = {i: t for i, t in base.corpus.interventions.items() if t.kind is kind and f"intervention/{i}" in names}
        if terms:
            parts.append(f"<h3>{heading}</h3>\n{_tree(base, 'intervention', terms)}")
    return "\n".join(parts)


def _tree(base: Base, noun: str, terms: Mapping[str, Term]) -> str:
    """Terms under their first broader term of the same group, by label."""
    below: dict[str | None, list[str]] = {}
    for identifier, term in sorted(terms.items(), key=lambda item: (item[1].label.casefold(), item[0])):
        parent = next((broader for broader in term.broader if broader in terms), None)
        below.setdefault(parent, []).append(identifier)

    def branch(parent: str | None) -> str:
        rows = []
        for identifier in below.get(parent, ()):
            inner = f"\n<ul>\n{branch(identifier)}</ul>" if identifier in below else ""
            rows.append(_item(_entry(base, noun, terms[identifier]), inner))
        return "".join(rows)

    return _list(branch(None))


def _comparisons(base: Base, names: Collection[str]) -> str:
    """A row for each condition with an intervention, with a link for each outcome."""
    corpus = base.corpus
    pairs: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for question, name in _asked(base, names).items():
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
            f'<span class="kb-count">{number(studies, "study", "studies")}</span></div></li>\n'
        )
    return _list("".join(rows))


def _asked(base: Base, names: Collection[str]) -> dict[Question, str]:
    return {question: name for question, name in base.questions.pages.items() if name in names}


def _posts(base: Base, names: Collection[str]) -> str:
    posts = [post for slug, post in base.corpus.posts.items() if f"post/{slug}" in names]
    rows = []
    for post in sorted(posts, key=lambda post: (post.title.casefold(), post.slug)):
        studies = {e.study for claim in post.claims for e in claim.evidence if e.study}
        studies |= {citation.study for citation in post.citations if citation.study}
        day = post.date.isoformat() if post.date else "date unknown"
        rows.append(_item(_Entry(f"post/{post.slug}", post.title, day, post.title, len(studies), len(post.claims))))
    return _list("".join(rows), wide=False)


def _studies(base: Base, names: Collection[str]) -> str:
    corpus = base.corpus
    rows = []
    keys = [key for key in corpus.studies if f"study/{key}" in names]
    for label, key in sorted((reference_of(base, key), key) for key in keys):
        reference = corpus.references.get(key)
        title = reference.title or "title unknown" if reference else "title unknown"
        marked_label = marked(label, base.notices.get(key, ()))
        words = f"{label} {key} {title} {corpus.studies[key].design.words}"
        rows.append(
            f'<li data-words="{html.escape(words)}"><div class="kb-row"><span><a href="study/{key}.html">'
            f'{html.escape(marked_label)}</a><span class="kb-patient">{html.escape(title)}</span></span>'
            f'<span class="kb-count">{html.escape(corpus.studies[key].design.words)}</span></div></li>\n'
        )
    return _list("".join(rows))


def _list(rows: str, *, wide: bool = True) -> str:
    return f'<ul class="kb-tree{" kb-wide" if wide else ""}">\n{rows}</ul>' if rows else ""


def _entry(base: Base, noun: str, term: Term) -> _Entry:
    answer = graphs.bearing_on(base.standing, **{noun: term.id})
    also = term.patient_label if term.patient_label.casefold() != term.label.casefold() else ""
    words = " ".join((term.label, term.patient_label, *term.synonyms))
    return _Entry(f"{noun}/{term.id}", term.label, also, words, len(answer.studies), len(answer.claims))


def _item(entry: _Entry, inner: str = "") -> str:
    also = f' <span class="kb-patient">{html.escape(entry.also)}</span>' if entry.also else ""
    counts = number(entry.studies, "study", "studies")
    if entry.claims:
        counts += f", {number(entry.claims, 'claim', 'claims')}"
    return (
        f'<li data-words="{html.escape(entry.words)}"><div class="kb-row"><span><a href="{entry.page}.html">'
        f"{html.escape(entry.label)}</a>{also}</span>"
        f'<span class="kb-count">{counts}</span></div>{inner}</li>\n'
    )


def number(count: int, one: str, many: str) -> str:
    """A number and its noun, as HTML.

    Examples
    --------
    >>> number(1, "study", "studies"), number(0, "study", "studies")
    ('<b>1</b> study', 'no studies')
    """
    return f"<b>{count}</b> {one if count == 1 else many}" if count else f"no {many}"


def weights_of(base: Base, names: Iterable[str]) -> dict[str, int]:
    """How many studies a page of a condition or an intervention rests on; the search puts the better known first."""
    cells = graphs.cells(base.standing)
    held: dict[str, set[str]] = {}
    for (condition, intervention), keys in cells.items():
        held.setdefault(f"condition/{condition}", set()).update(keys)
        held.setdefault(f"intervention/{intervention}", set()).update(keys)
    return {name: len(held[name]) for name in names if name in held}
