"""The page of one question: what the base says, how sure that is and why, who disagrees, what was left out."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from kb.answers import picture, report
from kb.answers.rows import AnswerRow, certainty_words, favours_words, in_order
from kb.answers.words_terms import named
from kb.notebook import answers, comparison_parts, sections
from kb.notebook.html import (
    Block,
    Heading,
    block,
    count,
    details,
    escape,
    figure,
    link,
    listing,
    note,
    paragraph,
    table,
)
from kb.synthesis.network import network
from kb.tables import left_out_notes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kb.answers.answer import Answer, Result
    from kb.base import Base
    from kb.synthesis.comparison import Question

_OPEN = 1
"""Forest plots that stand open."""
_TOLD = 2
"""Comparisons told in the answer before the rest folds."""
_PRINTED = 2
"""Rows of results that a printed page holds."""
_ROWS = 12
"""Rows of results that stand open."""
_SENTENCES = 5
"""Patient sentences that stand open."""


class ComparisonPage:
    """What the base says on one question; each method is one output of the notebook.

    Parameters
    ----------
    base
        The evidence.
    question
        Condition, intervention, outcome; a comparator and a window may be named.
    up
        Way from the page to the site's root, e.g. ``../``; None where there is no site around it.
    """

    def __init__(self, base: Base, question: Question, up: str | None = "../") -> None:
        self.base, self.question, self.up = base, question, up

    @cached_property
    def found(self) -> Answer:
        """The answer."""
        return self.base.questions.answer(self.question)

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """Studies that bear on the question, in the order in which they are met."""
        comparison = self.found.comparison
        named_first = [key for result in self.found.results for key in result.studies]
        rest = [review.study for review in comparison.reviews] + [out.study for out in comparison.excluded]
        gone = self.base.retracted
        return tuple(key for key in dict.fromkeys(named_first + rest) if key not in gone)

    @cached_property
    def leads(self) -> list[Result]:
        """The best result of each comparison, the surest comparison first."""
        rows = (AnswerRow(self.question, result, None) for result in self.found.leads)
        return [row.result for row in in_order(rows)]

    def title(self) -> Heading:
        """The question as the page's title."""
        return Heading(report.title_of(self.base.corpus, self.found))

    def sections(self) -> list[tuple[str, Block]]:
        """Every section with its heading."""
        return [
            ("The answer", self.answer()),
            ("The estimates, drawn", self.figure_forest()),
            ("All results", self.table()),
            ("For a patient", self.patient()),
            ("Why this certainty", self.reasons()),
            ("Who disagrees", self.dissent()),
            ("What was not pooled, and why", self.left_out()),
            ("Risk of bias", self.risk_of_bias()),
            ("What was compared with what", self.network()),
            ("References", self.references()),
        ]

    def blocks(self) -> list[Block]:
        """The page without a notebook around it: each section under its heading."""
        return [Block(f"<h2>{escape(head)}</h2>\n{made.html}", made.words) for head, made in self.sections()]

    # --- outputs -------------------------------------------------------------------------------------------------

    def answer(self) -> Block:
        """For each comparison the best estimate: one sentence, the numbers, how sure and who says so."""
        leads = self.leads
        studies = count(len(self.keys), "study bears", "studies bear")
        if not leads:
            told = f"No comparable estimate in the base. {studies} on the question; the reasons stand below."
            said = comparison_parts.without_estimate(self.base, self.found, self.up)
            rest = said[answers.FIRST :]
            return block(
                paragraph(escape(told), "kb-lead"),
                listing(said[: answers.FIRST]),
                details(count(len(rest), "further finding"), listing(rest)) if rest else "",
                note(answers.NOT_ALL),
                words=told,
                style=True,
            )
        rated = any(lead.certainty.level is not None and lead.certainty.basis == "rules" for lead in leads)
        further = leads[_TOLD:]
        more = comparison_parts.leads(self.base, further, self.up, before=leads[:_TOLD][-1])
        several = "; each comparison and timepoint stands by itself" if further else ""
        return block(
            *comparison_parts.leads(self.base, leads[:_TOLD], self.up),
            details(f"{count(len(further), 'further comparison')}", *more) if further else "",
            paragraph(f"{studies} on the question{several}."),
            *map(note, left_out_notes(self.base.corpus, self._gone, self.base.notices)),
            note(f"{answers.BY_RULE if rated else ''} {answers.NOT_ALL}".strip()),
            words=" ".join(lead.clinician for lead in leads),
            style=True,
            facts=comparison_parts.facts(leads),
        )

    @cached_property
    def _gone(self) -> list[str]:
        outs = self.found.comparison.excluded
        return list(dict.fromkeys(out.study for out in outs if out.study in self.base.retracted))

    def patient(self) -> Block:
        """The same in plain words."""
        told = list(dict.fromkeys(lead.patient for lead in self.leads))
        if not told:
            return block(
                paragraph("No sentence: there is no comparable estimate to tell a patient."),
                words="No sentence for patients",
                printed=False,
            )
        rest = told[_SENTENCES:]
        return block(
            listing(map(escape, told[:_SENTENCES])),
            details(f"{count(len(rest), 'further sentence')}", listing(map(escape, rest))) if rest else "",
            words=" ".join(told),
            printed=False,
        )

    def figure_forest(self) -> Block:
        """Every estimate of each comparator; directions where nothing can be compared as a number."""
        from kb import figures

        made = picture.forests(self.base.corpus, self.found)
        if not made:
            return self._harvest()
        parts, words = [], []
        for number, forest in enumerate(made):
            told = sections.with_names(self.base, figures.forest_words(forest))
            drawn = figure(
                figures.draw_forest(forest), figures.draw_forest(forest, figures.WIDE), findings=self._findings
            )
            body = drawn + details("The figure in words", paragraph(escape(told)))
            parts.append(body if number < _OPEN else details(forest.title, body))
            words.append(told)
        return block(*parts, comparison_parts.how_made(self.base, self.found), words=" ".join(words))

    @cached_property
    def _findings(self) -> list[str]:
        """Ids of all findings that the results rest on."""
        return sorted({f"{study}.{number}" for result in self.found.results for study, number in result.findings})

    def _harvest(self) -> Block:
        from kb import figures

        data = comparison_parts.harvest(self.base, self.found)
        if not data.bars:
            return block(paragraph("No study tells a direction."), words="Nothing to draw")
        words = sections.with_names(self.base, figures.harvest_words(data))
        drawn = figure(figures.draw_harvest(data), figures.draw_harvest(data, figures.WIDE), words)
        return block(drawn, words=words)

    def table(self) -> Block:
        """Every result with its numbers."""
        rows = [self._row(result, told=any(result is lead for lead in self.leads)) for result in self.found.results]
        if not rows:
            return block(paragraph("No comparable estimate in the base."), words="No result")
        columns = ("what was studied", "compared with", "timepoint", "estimate", "favours", "certainty", "source")
        made = table("Comparable estimates, the best of each comparison first", columns, rows[:_ROWS], printed=_PRINTED)
        rest = table("Further comparable estimates", columns, rows[_ROWS:])
        more = details(count(len(rows) - _ROWS, "further estimate"), rest) if rest else ""
        unprinted = answers.left_unprinted(len(rows), _PRINTED)
        return block(made, more, unprinted, words=count(len(rows), "result"))

    def _row(self, result: Result, *, told: bool) -> list[str]:
        """Cells of a result; who was studied where the answer has not ``told`` it."""
        corpus = self.base.corpus
        pooled = result.pooled
        spread = picture.heterogeneity(pooled) if pooled is not None and pooled.k > 1 else ""
        prediction = comparison_parts.prediction(result)
        label, printed = comparison_parts.measured(corpus, result), result.printed.as_reported if result.printed else ""
        words = [printed] if printed.casefold().startswith(label.casefold()) else [label, printed]
        words += [] if told else [comparison_parts.people(corpus, result)]
        small = "".join(f"<br><span class='kb-small'>{escape(text)}</span>" for text in (spread, prediction) if text)
        about = sections.prose(self.base, "; ".join(filter(None, words)), self.up)
        return [
            f"{escape(answers.treatment_words(result))}<br><span class='kb-small kb-noprint'>{about}</span>",
            escape(named(result.compared_with)),
            escape(answers.when_words(result)),
            answers.numbers_of(escape(result.numbers), result) + small,
            escape(favours_words(result)),
            escape(certainty_words(result)),
            comparison_parts.source(self.base, result, self.up),
        ]

    def reasons(self) -> Block:
        """The steps from the start to the certainty of each leading result."""
        leads = self.leads
        if not leads:
            return block(paragraph("Nothing to rate."), words="Nothing to rate", printed=False)
        body, used = comparison_parts.reasons(leads)
        return block(
            body, comparison_parts.rules(used), words="; ".join(lead.certainty.words for lead in leads), printed=False
        )

    def dissent(self) -> Block:
        """Findings that point another way than the best estimate of the same comparison."""
        rows = [comparison_parts.dissent(self.base, item, self.up) for item in self.found.dissent]
        if not rows:
            told = (
                "No finding of the base points another way than the best estimate of its comparison."
                if any(not lead.crosses and lead.favours in {"intervention", "comparator"} for lead in self.found.leads)
                else "No estimate is clear enough to be disagreed with."
            )
            return block(paragraph(escape(told)), words=told, printed=False)
        columns = ("study", "compared with", "timepoint", "what it found", "direction")
        made = table("Findings that point another way than the best estimate of their comparison", columns, rows)
        return block(
            details(count(len(rows), "finding"), made) if len(rows) > answers.FIRST else made,
            words=count(len(rows), "finding"),
            printed=False,
        )

    def left_out(self) -> Block:
        """Findings without a comparable estimate, each with the reason."""
        rows = comparison_parts.left_out(self.base, self.found, self.up)
        if not rows:
            return block(
                paragraph("Nothing: every finding on the question is in the results."), words="Nothing", printed=False
            )
        made = table("Findings on the question that are not among the results", comparison_parts.LEFT_OUT, rows)
        return block(
            paragraph(
                "Each bears on the question. The last column says why it is not among the results: what could mislead "
                "as a number is left out of them, not guessed."
            ),
            details(count(len(rows), "finding"), made) if len(rows) > answers.FIRST else made,
            words=count(len(rows), "finding"),
            printed=False,
        )

    def risk_of_bias(self) -> Block:
        """What people judged, tool by tool; what nobody judged is not assessed."""
        body, words = comparison_parts.risk_of_bias(self.base, self.keys, self.up)
        return block(body, words=words, printed=False)

    def network(self) -> Block:
        """Which treatments of the condition were compared with which."""
        from kb import figures

        corpus, base = self.base.corpus, self.base
        made = network(corpus, base.graph, self.question.condition, retracted=base.retracted)
        label = {node.id: node.label for node in made.nodes}
        ours = [edge for edge in made.edges if self.question.intervention in f"{edge.one}+{edge.two}".split("+")]
        ours.sort(key=lambda edge: (-edge.k, label[edge.one], label[edge.two]))
        items = [
            escape(f"{label[edge.one]} against {named(label[edge.two])}: {count(edge.k, 'study', 'studies')}")
            + f" <span class='kb-small'>({self._studies(edge.studies)})</span>"
            for edge in ours
        ]
        condition = corpus.conditions[self.question.condition].label
        by_id = {node.id: node for node in made.nodes}
        nodes = [by_id[name] for part in made.parts for name in part]  # what hangs together stands together
        drawn = figures.compute_comparisons(
            f"Comparisons in {named(condition)}",
            (figures.Treatment(node.id, node.label, node.studies, node.control) for node in nodes),
            (figures.Compared(edge.one, edge.two, edge.k) for edge in made.edges),
        )
        picture = figure(figures.draw_comparisons(drawn), figures.draw_comparisons(drawn, 640)) if made.edges else ""
        return block(
            paragraph(f"Primary studies of {escape(named(condition))}, all outcomes: {escape(made.words)}"),
            picture,
            paragraph("Comparisons with this intervention:") + listing(items) if items else "",
            note(
                "Nothing is estimated through the network: only treatments that were compared directly have a result."
            ),
            words=made.words,
            printed=False,
        )

    def _studies(self, keys: Iterable[str]) -> str:
        return ", ".join(sections.study_link(self.base, key, self.up) for key in keys)

    def references(self) -> Block:
        """References of every study that bears on the question."""
        return block(
            sections.references(self.base, self.keys, self.up), words=count(len(self.keys), "reference"), printed=False
        )

    def more(self) -> Block:
        """Where to read on."""
        items = [
            sections.term_link(self.base, noun, getattr(self.question, noun), self.up)
            for noun in ("condition", "intervention")
        ]
        overview = link(f"{self.up}overview.html" if self.up is not None else None, "Overview of the base")
        return block(listing([*items, overview]), words="Where to read on", printed=False)
