"""The page of a condition, and the same seen from an intervention."""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING

from kb import graph as graphs
from kb.answers.words_terms import named
from kb.model import Direction, InterventionKind
from kb.notebook import answers, claims, comparison_parts, evidence, narrower, sections, term_cells, term_figures
from kb.notebook.html import (
    Block,
    Heading,
    block,
    count,
    details,
    escape,
    link,
    listing,
    note,
    paragraph,
    tally,
)
from kb.notebook.scope import Scope
from kb.notebook.sections import verdict_words
from kb.tables import direction_words, left_out_notes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kb.answers.rows import AnswerRow
    from kb.base import Base
    from kb.graph import Answer
    from kb.model import Finding, Term

_KINDS = {
    InterventionKind.EXPOSURE: "An exposure, not a treatment.",
    InterventionKind.TEST: "A test, not a treatment.",
    InterventionKind.SERVICE: "A way to organize care, not a treatment.",
    InterventionKind.TRAINING_ADVICE: "Training advice.",
}
_FEW = 12
"""Items up to which a list is open when the page is."""


class TermPage:
    """What the base holds about one condition or intervention, narrower terms as :mod:`kb.notebook.scope` says.

    Each method is one output of the notebook.

    Parameters
    ----------
    base
        The evidence.
    noun
        ``condition`` or ``intervention``.
    identifier
        The term's id.
    up
        Way from the page to the site's root, e.g. ``../``; None where there is no site around it.
    """

    def __init__(self, base: Base, noun: str, identifier: str, up: str | None = "../") -> None:
        self.base, self.noun, self.id, self.up = base, noun, identifier, up
        self.other = "intervention" if noun == "condition" else "condition"

    @property
    def term(self) -> Term:
        """The term itself."""
        return self.base.corpus.vocabulary(f"{self.noun}s")[self.id]

    @cached_property
    def scope(self) -> Scope:
        """What of the evidence the page shows in full."""
        return Scope(self.base, self.noun, self.id)

    @property
    def answer(self) -> Answer:
        """What bears on the term, narrower terms included, retracted studies left out."""
        return self.scope.bearing

    @cached_property
    def gone(self) -> list[str]:
        """Retracted studies that would bear on the term."""
        everything = graphs.bearing_on(self.base.graph, **{self.noun: self.id}).studies
        return [key for key in everything if key in self.base.retracted]

    @cached_property
    def narrower(self) -> list[str]:
        """Ids of the narrower terms, by label."""
        below = graphs.narrower(self.base.standing, graphs.node(self.noun, self.id))
        return self._sorted(name.split(":", 1)[1] for name in below if name != graphs.node(self.noun, self.id))

    @cached_property
    def cells(self) -> dict[tuple[str, str], set[str]]:
        """Studies by condition and intervention, of the term and its narrower ones."""
        return graphs.cells(self.base.standing, **{f"{self.noun}s": {self.id, *self.narrower}})

    def _sorted(self, ids: Iterable[str]) -> list[str]:
        terms = self.base.corpus.vocabulary(f"{self.noun}s")
        return sorted(ids, key=lambda i: terms[i].label.casefold())

    def _links(self, ids: Iterable[str]) -> str:
        return ", ".join(sections.term_link(self.base, self.noun, i, self.up) for i in ids)

    # --- outputs -------------------------------------------------------------------------------------------------

    def title(self) -> Heading:
        """The term's label as the page's title."""
        return Heading(self.term.label)

    @cached_property
    def answers_rows(self) -> list[AnswerRow]:
        """The best estimates about what the page shows in full."""
        terms = (self.id, *self.narrower) if self.scope.whole else (self.id,)
        return answers.rows_of(self.base, **{f"{self.noun}s": terms})

    def answers(self) -> Block:
        """The surest answer in a sentence, a picture of the answers, and the best estimate of each comparison."""
        rows = self.answers_rows
        if not self.answer.studies:
            told = f"No study in the base is about this {self.noun}, so there is no answer here."
            lead = f"<strong>{told}</strong>"
            return block(self._names(), paragraph(lead, "kb-lead"), words=told, style=True)
        lead = answers.headline(self.base, rows[0], self.up) if rows else self._without_estimate()
        leads = self._leads()
        pictured = len(rows) > 1
        return block(
            self._names(),
            lead,
            "" if rows else leads,
            term_figures.answers_map(self.base, rows, self.noun) if pictured else "",
            answers.answer_table(self.base, rows, self.noun, self.up) if rows else "",
            f'<div class="kb-noprint">{leads}</div>' if rows and leads else "",
            words=rows[0].result.clinician if rows else f"{count(len(rows), 'comparison')} with an estimate",
            style=True,
        )

    def _without_estimate(self) -> str:
        if not self.scope.studies:
            return paragraph(
                f"<strong>No study of the base names this {self.noun} itself:</strong> everything is about narrower "
                f"{self.noun}s. Choose the one that you mean.",
                "kb-lead",
            )
        return paragraph(
            "<strong>No finding here can be compared as a number with an interval.</strong> What was found stands in "
            "the evidence table.",
            "kb-lead",
        )

    def _leads(self) -> str:
        if self.scope.whole:
            return ""
        return "\n".join(
            [
                paragraph(escape(narrower.left_words(self.scope))),
                narrower.leads(self.base, self.scope, self.narrower, self.up),
                narrower.questions(self.base, self.noun, self.narrower, self.up),
            ]
        )

    def _names(self) -> str:
        """What patients call it; other names stand further below."""
        term = self.term
        kind = getattr(term, "kind", None)
        sort = _KINDS.get(kind, "") if kind else ""
        if term.patient_label.casefold() == term.label.casefold():
            return paragraph(sort.strip()) if sort else ""
        return paragraph(f"For patients: <strong>{escape(term.patient_label)}</strong>. {sort}".strip())

    def summary(self) -> Block:
        """How much there is, in words, and what the posts say."""
        term, answer, corpus = self.term, self.answer, self.base.corpus
        patient = term.patient_label
        others = [name for name in term.synonyms if name.casefold() not in {patient.casefold(), term.label.casefold()}]
        plain = "" if patient.casefold() == term.label.casefold() else f"; for patients: {patient}"
        names = f"Also called {escape(', '.join(others) + plain)}." if others else ""
        if answer.studies:
            lead = (
                f"<strong>{count(len(answer.studies), 'study', 'studies')}</strong>, "
                f"{escape(sections.years_words(corpus, answer.studies))}, with "
                f"<strong>{count(len(answer.findings), 'finding')}</strong>; {self._with_interval()}"
            )
        else:
            lead = (
                f"<strong>No study in the base is about this {self.noun}.</strong> "
                "That is a gap in the base, not evidence of no effect."
            )
        return block(
            paragraph(names) if names else self._names(),
            paragraph(escape(term.scope_note)) if term.scope_note else "",
            paragraph(lead, "kb-lead"),
            paragraph(escape(narrower.left_words(self.scope))),
            paragraph(f"Designs: {escape(sections.designs_words(corpus, answer.studies))}.") if answer.studies else "",
            self._directions(),
            paragraph(self._posts()),
            *map(note, left_out_notes(corpus, self.gone, self.base.notices)),
            note(sections.CURATED),
            words=(
                f"{term.label}: {count(len(answer.studies), 'study', 'studies')}, "
                f"{count(len(answer.findings), 'finding')}"
            ),
            printed=False,
        )

    def _with_interval(self) -> str:
        pairs = sections.findings_of(self.base.corpus, self.scope.findings)
        number = sum(1 for _, f in pairs if f.estimate is not None and f.ci_low is not None and f.ci_high is not None)
        of = "of them" if self.scope.whole else f"of the {len(pairs)} that name it"
        gives = "gives" if number <= 1 else "give"
        return f"<strong>{number or 'none'}</strong> {of} {gives} an estimate with its interval."

    @cached_property
    def _terms(self) -> frozenset[str]:
        """The term and those below it, when it is an intervention: the side that directions are told for."""
        return frozenset((self.id, *self.narrower)) if self.noun == "intervention" else frozenset()

    def _direction(self, finding: Finding) -> str:
        """A direction as this page tells it: for or against the term, whichever side the study put it on."""
        both = self._terms & {*finding.interventions} and self._terms & {*finding.comparators}
        words = {
            Direction.INTERVENTION: "favours it",
            Direction.COMPARATOR: "favours what it was compared with",
        }
        direction = finding.direction_for(self._terms)
        if not self._terms or direction not in words:
            return direction_words(direction)
        return "favours one form of it over another" if both else words[direction]

    def _directions(self) -> str:
        pairs = sections.findings_of(self.base.corpus, self.scope.findings)
        if not pairs:
            return ""
        told = tally(Counter(self._direction(f) for _, f in pairs))
        of = "the findings" if self.scope.whole else f"the {len(pairs)} findings that name it"
        return paragraph(
            f"Direction of {of} as reported: {escape(told)}. <span class='kb-small'>{sections.CAUTION}</span>"
        )

    def _posts(self) -> str:
        if not self.answer.claims:
            named = len(self.naming)
            told = f"; {count(named, 'post names', 'posts name')} it" if named else ""
            return f"The posts make no claim about it{told}."
        found = [claims.claim_of(self.base, i)[1] for i in self.scope.claims]
        made = count(len(self.answer.posts), "post makes", "posts make")
        total = f"{made} {count(len(self.answer.claims), 'claim')} about it"
        if not found:
            return f"{total}, each about a narrower {self.noun}."
        verdicts = tally(Counter(verdict_words(claim.verdict.bearing) for claim in found))
        against = len(claims.contradicting_studies(self.base, self.scope.claims))
        told = f" {count(against, 'study is', 'studies are')} judged to contradict a claim." if against else ""
        of = "" if self.scope.whole else f", {len(found)} of which name it"
        return f"{total}{of}: {escape(verdicts)}.{told} <span class='kb-small'>{sections.NOT_REVIEWED}</span>"

    def reasons(self) -> Block:
        """Why the answers have their certainty."""
        if not self.answers_rows:
            return block(paragraph("Nothing to rate."), words="Nothing to rate", printed=False)
        rows = self.answers_rows[: answers.FIRST]
        terms, outcomes = self.base.corpus.vocabulary(f"{self.other}s"), self.base.corpus.outcomes
        others = [
            answers.treatment_words(row.result) if self.noun == "condition" else terms[row.question.condition].label
            for row in rows
        ]
        about = [
            f"{other}, " if other == outcome else f"{other}, {named(outcome)}, "
            for other, outcome in zip(others, (outcomes[row.question.outcome].label for row in rows), strict=True)
        ]
        body, used = comparison_parts.reasons([row.result for row in rows], about)
        told = "The steps behind the first rows of the answer; the pages of the comparisons tell them for every row."
        return block(
            paragraph(told),
            details("Show the steps", body),
            comparison_parts.rules(used),
            words="Reasons for certainty",
            printed=False,
        )

    def studied(self) -> Block:
        """Which terms are included, and what was studied with what."""
        terms = self.base.corpus.vocabulary(f"{self.noun}s")
        weigh = {i: len(graphs.bearing_on(self.base.standing, **{self.noun: i}).studies) for i in self.narrower}
        broader = self._sorted(self.term.broader)
        items = [
            f"{sections.term_link(self.base, self.noun, i, self.up)} ({count(weigh[i], 'study', 'studies')})"
            for i in self.narrower
        ]
        included = listing(items) if len(items) <= _FEW else details(f"{len(items)} narrower terms", listing(items))
        with_other: Counter[str] = Counter()
        for cell, keys in self.cells.items():
            here, there = term_cells.sides(self, cell)
            if here == self.id and term_cells.shown(self, there):
                with_other[there] += len(keys)
        others = self.base.corpus.vocabulary(f"{self.other}s")
        top = sorted(with_other, key=lambda i: (-with_other[i], others[i].label.casefold()))
        named = [f"{sections.term_link(self.base, self.other, i, self.up)} ({with_other[i]})" for i in top]
        head = f"{self.other.capitalize()}s studied, with number of studies (broader terms include narrower ones)"
        shown = paragraph(f"{head}: {', '.join(named[:15])}.") if named else ""
        rest = details(f"{len(named) - 15} more", paragraph(", ".join(named[15:]) + ".")) if len(named) > 15 else ""
        counted = "Narrower terms, included in the numbers of this page:"
        return block(
            paragraph(f"Broader: {self._links(broader)}.") if broader else "",
            (paragraph(counted) if len(items) <= _FEW else "") + included if items else paragraph("No narrower terms."),
            shown,
            rest,
            words=f"Narrower terms: {', '.join(terms[i].label for i in self.narrower) or 'none'}",
            printed=False,
        )

    def table(self) -> Block:
        """The evidence table, grouped by what stands on the other side."""
        scope = self.scope
        left = note(narrower.left_words(scope)) if narrower.left_words(scope) else ""
        if not scope.studies:
            none = f"No study names this {self.noun} itself." if self.answer.studies else "No study in the base."
            return block(paragraph(none), left, words=none, printed=False)
        body = evidence.evidence(self.base, scope.studies, scope.findings, self.other, self.up)
        gone = map(note, left_out_notes(self.base.corpus, self.gone, self.base.notices))
        words = f"Evidence table: {count(len(scope.findings), 'finding')}"
        return block(body, left, *gone, words=words, printed=False)

    def figure_timeline(self) -> Block:
        """Years and designs."""
        return term_figures.timeline(self.base, self.answer.studies)

    def figure_map(self) -> Block:
        """Which cells hold studies, and which are named by the posts but empty."""
        return term_cells.studied_map(self)

    def figure_graph(self) -> Block:
        """What stands around the term."""
        return term_figures.network(self.base, self.noun, self.id)

    def figure_estimates(self) -> Block:
        """Every estimate that has an interval, a panel for each scale and unit."""
        return term_figures.estimates(self.base, self.scope.findings, self._terms)

    def claims(self) -> Block:
        """What the posts claim against what their studies found."""
        left = self.scope.left[2]
        more = f"{count(left, 'further claim is', 'further claims are')} about narrower {self.noun}s: see their pages."
        body = claims.claims(self.base, self.scope.claims, self.up) if self.scope.claims or not left else ""
        words = count(len(self.scope.claims), "claim")
        return block(body, note(more) if left else "", words=words, printed=False)

    def contradictions(self) -> Block:
        """What stands against the claims."""
        body = claims.contradictions(self.base, self.scope.claims, self.up)
        return block(body, words="What contradicts the claims", printed=False)

    def gaps(self) -> Block:
        """What the posts name together with the term but no study of the base is about."""
        return term_cells.gaps(self)

    @cached_property
    def naming(self) -> tuple[str, ...]:
        """Posts that name the term."""
        return graphs.naming(self.base.graph, self.noun, self.id)

    def limitations(self) -> Block:
        """What limits all this."""
        body = sections.limitations(self.base, self.scope.studies, self.up)
        return block(body, words="Limitations", printed=False)

    def second_readings(self) -> Block:
        """Where a second reading differed."""
        body = sections.second_readings(self.base, self.scope.studies, self.up)
        return block(body, words="Second readings", printed=False)

    def to_do(self) -> Block:
        """What is to be checked by hand."""
        return block(sections.to_do(self.base, self.scope.studies, self.up), words="To-do", printed=False)

    def references(self) -> Block:
        """References of the studies that the page shows."""
        keys = self._referenced()
        left = note(narrower.left_words(self.scope)) if narrower.left_words(self.scope) else ""
        body = sections.references(self.base, keys, self.up)
        return block(body, left, words=count(len(keys), "reference"), printed=False)

    def _referenced(self) -> list[str]:
        """Studies shown, and those of narrower terms that an answer rests on."""
        pooled = {key for row in self.answers_rows for key in row.result.studies}
        return [*dict.fromkeys((*self.scope.studies, *sorted(pooled)))]

    def more(self) -> Block:
        """Where to read on."""
        posts = [sections.post_link(self.base, slug, self.up) for slug in self.naming]
        overview = link(f"{self.up}overview.html" if self.up is not None else None, "Overview of the base")
        return block(listing([*posts, overview]), words="Posts that name it", printed=False)
