"""The overview: how much there is, what was studied with what, and what is missing."""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING

from kb import graph as graphs
from kb.model import InterventionKind
from kb.notebook import answers, sections
from kb.notebook.html import (
    Block,
    Heading,
    block,
    count,
    details,
    escape,
    figure,
    listing,
    note,
    paragraph,
    table,
    tally,
)
from kb.notebook.sections import verdict_words

if TYPE_CHECKING:
    from kb.base import Base


class OverviewPage:
    """The base as a whole; each method is one output of the notebook.

    Parameters
    ----------
    base
        The evidence.
    up
        Way from the page to the site's root; None where there is no site around it.
    """

    def __init__(self, base: Base, up: str | None = "") -> None:
        self.base, self.up = base, up

    @cached_property
    def cells(self) -> dict[tuple[str, str], set[str]]:
        """Studies by condition and intervention."""
        return graphs.cells(self.base.standing)

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """All studies but retracted ones."""
        return tuple(sorted(set(self.base.corpus.studies) - self.base.retracted))

    def title(self) -> Heading:
        """The title."""
        return Heading("Overview of the evidence")

    def summary(self) -> Block:
        """Counts."""
        corpus = self.base.corpus
        findings = [f for key in self.keys for f in corpus.studies[key].findings]
        full = sum(1 for f in findings if f.estimate is not None and f.ci_low is not None and f.ci_high is not None)
        claims = sum(len(post.claims) for post in corpus.posts.values())
        studied = {condition for condition, _ in self.cells}
        years = escape(sections.years_words(corpus, self.keys))
        return block(
            paragraph(
                f"<strong>{count(len(self.keys), 'study', 'studies')}</strong>, {years}, "
                f"with <strong>{count(len(findings), 'finding')}</strong>, "
                f"{full} of them with an estimate and its interval; "
                f"<strong>{count(len(corpus.posts), 'post')}</strong> with <strong>{count(claims, 'claim')}</strong>.",
                "kb-lead",
            ),
            paragraph(f"Designs: {escape(sections.designs_words(corpus, self.keys))}."),
            paragraph(
                f"Vocabulary: {count(len(corpus.conditions), 'condition')} "
                f"({len(studied)} studied with an intervention), "
                f"{count(len(corpus.interventions), 'intervention')}, {count(len(corpus.outcomes), 'outcome')}, "
                f"{count(len(corpus.populations), 'population')}."
            ),
            note(
                f"{sections.CURATED} Not a systematic search: the base holds what the posts cite and some studies that "
                "bear on their claims."
            ),
            words=f"{count(len(self.keys), 'study', 'studies')}, {count(len(corpus.posts), 'post')}",
            style=True,
        )

    def figure_timeline(self) -> Block:
        """Years and designs."""
        from kb import figures

        data = figures.compute_timeline(self.base.corpus, self.keys)
        words = figures.timeline_words(data)
        return block(figure(figures.draw_timeline(data), figures.draw_timeline(data, figures.WIDE), words), words=words)

    def figure_map(self) -> Block:
        """Which condition was studied with which intervention, broader terms standing for narrower ones."""
        from kb import figures

        corpus = self.base.corpus
        offered = {InterventionKind.TREATMENT, InterventionKind.TRAINING_ADVICE}
        rows = figures.compute_groups(corpus.conditions, figures.weights(self.cells, 0), 26)
        drawn = []
        words = ""
        for width, most in ((figures.NARROW, 9), (figures.WIDE, 20)):
            columns = figures.compute_groups(
                corpus.interventions,
                figures.weights(self.cells, 1),
                most,
                lambda term: getattr(term, "kind", None) in offered,
            )
            data = figures.compute_map(corpus, self.cells, rows, columns)
            words = figures.map_words(data)
            drawn.append(figures.draw_map(data, width))
        told = f"{words} {sections.HOW_TO_READ_A_MAP} Only treatments and training advice are drawn."
        return block(figure(drawn[0], drawn[1], told), words=words)

    def figure_certainty(self) -> Block:
        """How sure the base is of each condition with each treatment, and which way the evidence points."""
        from kb import figures

        corpus = self.base.corpus
        offered = {InterventionKind.TREATMENT, InterventionKind.TRAINING_ADVICE}
        rows = figures.compute_groups(corpus.conditions, figures.weights(self.cells, 0), 26)
        drawn = []
        words = ""
        for width, most in ((figures.NARROW, 9), (figures.WIDE, 16)):
            columns = figures.compute_groups(
                corpus.interventions,
                figures.weights(self.cells, 1),
                most,
                lambda term: getattr(term, "kind", None) in offered,
            )
            drawn_rows = [i for i in rows if any((i, column) in self.cells for column in columns)]
            data = figures.compute_certainty_map(
                [(i, corpus.conditions[i].label) for i in drawn_rows],
                [(i, corpus.interventions[i].label) for i in columns],
                answers.map_cells(self.base, self.cells, drawn_rows, columns),
            )
            words = figures.certainty_map_words(data)
            drawn.append(figures.draw_certainty_map(data, width))
        return block(
            figure(*drawn),
            note(
                "Colour: the best certainty of an estimate in the cell. Shape: the side that the estimates of that "
                "certainty favour. Where the interval includes no effect, or no number can be compared, the side "
                "counts as unknown. A broader term counts the studies of its narrower ones. A condition that was "
                "studied with none of these treatments has no row here; the next map has all conditions."
            ),
            details("The map in words", paragraph(escape(words))),
            words=words,
        )

    def gaps(self) -> Block:
        """Terms that the posts name and no study is about."""
        parts = []
        posts = self.base.corpus.posts.values()
        for noun in ("condition", "intervention"):
            named = {i for post in posts for i in getattr(post.topics, f"{noun}s")}
            terms = self.base.corpus.vocabulary(f"{noun}s")
            empty = [i for i in named if not graphs.bearing_on(self.base.standing, **{noun: i}).studies]
            empty.sort(key=lambda i: terms[i].label.casefold())
            shown = ", ".join(sections.term_link(self.base, noun, i, self.up) for i in empty)
            head = f"{noun.capitalize()}s that the posts name and no study in the base is about"
            parts.append(paragraph(f"<strong>{head}</strong> ({len(empty)} of {len(named)}): {shown or 'none'}."))
        return block(*parts, words="What is missing")

    def terms(self) -> Block:
        """Every condition and intervention with its number of studies, to choose from."""
        parts = []
        for noun in ("condition", "intervention"):
            terms = self.base.corpus.vocabulary(f"{noun}s")
            rows = []
            for identifier, term in sorted(terms.items(), key=lambda item: item[1].label.casefold()):
                if getattr(term, "kind", None) is InterventionKind.CONTROL:
                    continue
                answer = graphs.bearing_on(self.base.standing, **{noun: identifier})
                shown = sections.term_link(self.base, noun, identifier, self.up)
                rows.append(
                    [
                        shown,
                        escape(term.patient_label),
                        str(len(answer.studies)),
                        str(len(answer.findings)),
                        str(len(answer.claims)),
                    ]
                )
            made = table(
                f"{noun.capitalize()}s, narrower terms counted in broader ones",
                (noun, "for patients", "studies", "findings", "claims"),
                rows,
            )
            parts.append(details(f"{len(rows)} {noun}s", made))
        return block(*parts, words="All terms")

    def verdicts(self) -> Block:
        """Verdicts of the claims, a row a post."""
        rows = []
        total: Counter[str] = Counter()
        names = list(
            dict.fromkeys(verdict_words(c.verdict.bearing) for p in self.base.corpus.posts.values() for c in p.claims)
        )
        for slug, post in sorted(self.base.corpus.posts.items(), key=lambda item: item[1].title.casefold()):
            counts = Counter(verdict_words(claim.verdict.bearing) for claim in post.claims)
            total += counts
            rows.append(
                [
                    sections.post_link(self.base, slug, self.up),
                    str(len(post.claims)),
                    *(str(counts[n]) for n in sorted(names)),
                ]
            )
        made = table("Verdicts by post", ("post", "claims", *sorted(names)), rows)
        return block(paragraph(f"All posts: {escape(tally(total))}. {sections.NOT_REVIEWED}"), made, words=tally(total))

    def incomplete(self) -> Block:
        """References that lack something."""
        corpus = self.base.corpus
        items = []
        for key in self.keys:
            reference = corpus.references.get(key)
            gaps = escape(sections.missing_words(reference)) if reference else "the whole reference"
            if gaps:
                items.append(f"{sections.study_link(self.base, key, self.up)}: {gaps}")
        lack = "lacks" if len(items) == 1 else "lack"
        head = (
            f"{len(items)} of {count(len(self.keys), 'reference')} {lack} a title, author, journal, year, "
            "or both PMID and DOI."
        )
        return block(
            paragraph(head), details("Which, and what is missing", listing(items)) if items else "", words=head
        )

    def to_do(self) -> Block:
        """What is to be checked by hand, and where the second reading differed."""
        return block(sections.to_do(self.base, self.keys, self.up), words="To-do")

    def second_readings(self) -> Block:
        """Where a second reading differed."""
        return block(sections.second_readings(self.base, self.keys, self.up), words="Second readings")
