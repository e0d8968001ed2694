"""The page of a post: what it claims, what was found, and each citation beside the study it means."""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING

from kb import graph as graphs
from kb.cite import vancouver
from kb.notebook import claims, evidence, sections, term_figures
from kb.notebook.html import (
    Block,
    Heading,
    block,
    count,
    escape,
    figure,
    link,
    note,
    paragraph,
    table,
    tag,
    tally,
)
from kb.notebook.sections import verdict_words
from kb.pubmed.notices import marked
from kb.tables import left_out_notes

if TYPE_CHECKING:
    from kb.base import Base
    from kb.model import AsPublished, Post


_BAD, _FIRST = 3, 6
"""Verdicts that make a claim one to look at first, and how many of them stand in the answer."""
_MANY_FINDINGS = 120
"""Findings above which the table has a row for each study."""


class PostPage:
    """Everything that the base holds about one post; each method is one output of the notebook.

    Parameters
    ----------
    base
        The evidence.
    slug
        The post's id.
    up
        Way from the page to the site's root; None where there is no site around it.
    """

    def __init__(self, base: Base, slug: str, up: str | None = "../") -> None:
        self.base, self.slug, self.up = base, slug, up

    @property
    def post(self) -> Post:
        """The post itself."""
        return self.base.corpus.posts[self.slug]

    @cached_property
    def claim_ids(self) -> tuple[str, ...]:
        """Ids of its claims, in the order of the post."""
        return tuple(f"{self.slug}.{claim.id}" for claim in self.post.claims)

    @property
    def _audit(self) -> str:
        return link(f"{self.up}audit.html" if self.up is not None else None, "the audit of all posts")

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """Studies that it cites or that bear on its claims."""
        cited = [citation.study for citation in self.post.citations if citation.study]
        bearing = [item.study for claim in self.post.claims for item in claim.evidence if item.study]
        return tuple(sorted({*cited, *bearing}))

    def title(self) -> Heading:
        """The post's title."""
        return Heading(self.post.title)

    def summary(self) -> Block:
        """What the post is and how its claims fare, in words."""
        post = self.post
        cited = {citation.study for citation in post.citations if citation.study}
        loose = sum(1 for citation in post.citations if not citation.study)
        verdicts = tally(Counter(verdict_words(claim.verdict.bearing) for claim in post.claims))
        dated = f"published {post.date.isoformat()}" if post.date else "date unknown"
        told = f", {loose} of which could not be tied to a study" if loose else ""
        extra = len(set(self.keys) - cited)
        more = count(extra, "further study bears", "further studies bear")
        against = len(claims.contradicting_studies(self.base, self.claim_ids))
        return block(
            paragraph(f"A {escape(post.kind)}, {dated}{': ' + link(post.url, post.url) if post.url else ''}."),
            paragraph(
                f"It cites <strong>{count(len(cited), 'study', 'studies')}</strong> in "
                f"{count(len(post.citations), 'place')}{told}, and makes "
                f"<strong>{count(len(post.claims), 'claim')}</strong>{f': {escape(verdicts)}' if verdicts else ''}."
                if post.citations or post.claims
                else "It cites no study and makes no claim about research.",
                "kb-lead",
            ),
            self._verdicts(),
            self._worst(),
            paragraph(f"{more} on its claims without being cited.") if extra else "",
            paragraph(f"{count(against, 'study is', 'studies are')} judged to contradict one of its claims.")
            if against
            else "",
            note(sections.NOT_REVIEWED) if post.claims else "",
            words=f"{post.title}: {count(len(post.claims), 'claim')}, {count(len(cited), 'study', 'studies')}",
            style=True,
        )

    def _verdicts(self) -> str:
        """How its claims fare, as a picture."""
        from kb import figures

        numbers = Counter(claim.verdict.bearing for claim in self.post.claims)
        bars = [(verdict_words(bearing), numbers[bearing]) for bearing in claims.WORST_FIRST if numbers[bearing]]
        if len(bars) < 2:
            return ""
        return figure(figures.draw_bars("Claims by verdict", bars), figures.draw_bars("Claims by verdict", bars, 640))

    def _worst(self) -> str:
        """The claims that their studies bear least, which are to be mended first."""
        bad = claims.WORST_FIRST[:_BAD]
        worst = sorted(
            (claim for claim in self.post.claims if claim.verdict.bearing in bad),
            key=lambda claim: (bad.index(claim.verdict.bearing), claim.id),
        )
        rows = [
            [
                escape(claim.statement),
                tag(verdict_words(claim.verdict.bearing), claim.verdict.bearing.value),
                escape(claim.verdict.reason),
            ]
            for claim in worst[:_FIRST]
        ]
        return table("Claims to look at first", ("claim, in our words", "verdict", "why"), rows)

    def topics(self) -> Block:
        """Conditions and interventions that the post names, and which of them have no study."""
        parts, topics = [], self.post.topics
        for noun, ids in (("condition", topics.conditions), ("intervention", topics.interventions)):
            items: list[str] = []
            empty: list[str] = []
            for identifier in ids:
                number = len(graphs.bearing_on(self.base.standing, **{noun: identifier}).studies)
                shown = sections.term_link(self.base, noun, identifier, self.up)
                (items if number else empty).append(f"{shown} ({number})" if number else shown)
            parts.append(
                paragraph(
                    f"{noun.capitalize()}s it names, with number of studies in the base: {', '.join(items) or 'none'}."
                )
            )
            if empty:
                parts.append(
                    paragraph(f"{noun.capitalize()}s it names that no study in the base is about: {', '.join(empty)}.")
                )
        return block(*parts, words="Topics", printed=False)

    def claims(self) -> Block:
        """Each claim against what its studies found."""
        return block(
            claims.claims(self.base, self.claim_ids, self.up, name_post=False),
            words=count(len(self.claim_ids), "claim"),
            printed=False,
        )

    def contradictions(self) -> Block:
        """What stands against the claims."""
        return block(
            claims.contradictions(self.base, self.claim_ids, self.up, name_post=False),
            words="What contradicts the claims",
            printed=False,
        )

    def citations(self) -> Block:
        """Each citation as published beside the reference that it means."""
        corpus, rows = self.base.corpus, []
        for citation in self.post.citations:
            reference = corpus.references.get(citation.study) if citation.study else None
            meant = (
                escape(marked(vancouver(reference), self.base.notices.get(reference.key, ())))
                if reference
                else "<em>no study of the base</em>"
            )
            url = sections.study_url(corpus, citation.study) if citation.study else None
            rows.append(
                [
                    escape(citation.id),
                    _as_published(citation.as_published),
                    f"{meant} {link(url, 'source') if url else ''}",
                ]
            )
        made = table(
            "Citations as published, and the reference each one means", ("no.", "as published", "reference"), rows
        )
        return block(
            made or paragraph("It cites nothing."),
            paragraph(f"Shown side by side; what is wrong and how to mend it stands in {self._audit}.") if rows else "",
            words=count(len(rows), "citation"),
            printed=False,
        )

    def table(self) -> Block:
        """The findings of its studies; where they are too many to read, its studies, each with its page."""
        gone = [key for key in self.keys if key in self.base.retracted]
        keys = [key for key in self.keys if key not in gone]
        if not keys:
            return block(paragraph("No study in the base."), words="No study in the base.", printed=False)
        ids = [f"{key}.{finding.id}" for key in keys for finding in self.base.corpus.studies[key].findings]
        if len(ids) <= _MANY_FINDINGS:
            body = evidence.evidence(self.base, keys, ids, "intervention", self.up)
        else:
            told = f"Its {len(keys)} studies have {len(ids)} findings: they stand on the page of each study."
            body = note(told) + evidence.study_table(self.base, keys, self.up, "Studies of this post")
        left = map(note, left_out_notes(self.base.corpus, gone, self.base.notices))
        return block(body, *left, words=f"Evidence: {count(len(ids), 'finding')}", printed=False)

    def figure_timeline(self) -> Block:
        """Years and designs of its studies."""
        return term_figures.timeline(self.base, self.keys)

    def limitations(self) -> Block:
        """What limits all this."""
        return block(sections.limitations(self.base, self.keys, self.up), words="Limitations", printed=False)

    def second_readings(self) -> Block:
        """Where a second reading differed."""
        return block(sections.second_readings(self.base, self.keys, self.up), words="Second readings", printed=False)

    def to_do(self) -> Block:
        """What is to be checked by hand."""
        return block(sections.to_do(self.base, self.keys, self.up), words="To-do", printed=False)

    def references(self) -> Block:
        """References of its studies."""
        return block(
            sections.references(self.base, self.keys, self.up), words=count(len(self.keys), "reference"), printed=False
        )


def _as_published(item: AsPublished) -> str:
    parts = [
        item.authors,
        str(item.year) if item.year is not None else None,
        item.title,
        item.journal,
        item.volume,
        item.pages,
    ]
    printed = escape(". ".join(part.rstrip(".") for part in parts if part))
    return f"{printed or '<em>no details printed</em>'}{f' {link(item.link, item.link)}' if item.link else ''}"
