"""A view as the page of a notebook: the same answers, figures and lists as in the explorer, to keep and to send."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from kb.notebook import answers as page_answers
from kb.notebook import claims as page_claims
from kb.notebook import sections
from kb.notebook.explorer import answered as answering
from kb.notebook.explorer import told
from kb.notebook.explorer.select import Selection, findings_in, select
from kb.notebook.explorer.view import View, words
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
    tag,
)
from kb.tables import UNKNOWN, effect, favours, left_out_notes

if TYPE_CHECKING:
    from kb.base import Base
    from kb.model import Finding, Study

_ANSWERS, _FORESTS, _ROWS = 12, 6, 60
"""How many stand open; of forest plots further ones are left out and counted."""


class ReportPage:
    """Everything that the base holds within one view; each method is one output of the notebook.

    Parameters
    ----------
    base
        The evidence.
    view
        What was chosen.

    Examples
    --------
    >>> import kb
    >>> from kb.notebook.explorer.view import View
    >>> ReportPage(kb.open(), View(condition="lateral-epicondylitis", years_from=2020)).title().text
    'Report. Condition: Lateral epicondylitis; years: from 2020'
    """

    def __init__(self, base: Base, view: View) -> None:
        self.base, self.view = base, view

    @cached_property
    def selection(self) -> Selection:
        """What the view holds."""
        return select(self.base, self.view)

    @cached_property
    def answered(self) -> answering.Answered:
        """The answers within the view."""
        return answering.answered(self.base, self.selection)

    # --- outputs -------------------------------------------------------------------------------------------------

    def title(self) -> Heading:
        """The view as the page's title."""
        return Heading(f"Report. {words(self.base.corpus, self.view)}")

    def summary(self) -> Block:
        """How much the view holds, and what that cannot tell."""
        found = self.selection
        told_lead = answering.lead(self.base, found)
        designs = sections.designs_words(self.base.corpus, found.studies)
        return block(
            paragraph(escape(told_lead), "kb-lead"),
            paragraph(f"Designs: {escape(designs)}.") if designs else "",
            *map(note, left_out_notes(self.base.corpus, list(found.gone), self.base.notices)),
            note(sections.CURATED),
            words=told_lead,
            style=True,
        )

    def answer(self) -> Block:
        """The best estimate of each comparison in words, how sure it is and who says so."""
        rows = self.answered.rows
        if not rows:
            said = "No finding here can be compared as a number with an interval: see the table."
            return block(paragraph(said), note(page_answers.NOT_ALL), words=said)
        several = answering.several(rows)
        shown = [_headline(answering.headline(self.base, row, condition=several)) for row in rows]
        rest = shown[_ANSWERS:]
        return block(
            *shown[:_ANSWERS],
            details(count(len(rest), "further comparison"), *rest) if rest else "",
            note(f"{page_answers.BY_RULE} {page_answers.NOT_ALL}"),
            words=" ".join(row.result.clinician for row in rows),
            facts={
                "comparisons": len(rows),
                "studies": len(self.selection.studies),
                "findings": len(self.selection.findings),
            },
        )

    def patient(self) -> Block:
        """The same in plain words."""
        said = list(dict.fromkeys(row.result.patient for row in self.answered.rows))
        if not said:
            return block(paragraph("No sentence without a comparable estimate."), words="No sentence for patients")
        rest = said[_ANSWERS:]
        return block(
            listing(map(escape, said[:_ANSWERS])),
            details(count(len(rest), "further sentence"), listing(map(escape, rest))) if rest else "",
            words=" ".join(said),
        )

    def figure_forest(self) -> Block:
        """Forest plots of the answers, the surest first."""
        from kb import figures

        made = list(answering.forests(self.base, self.answered))
        if not made:
            return block(paragraph("Nothing here can be drawn as a number with an interval."), words="Nothing to draw")
        parts, said = [], []
        for forest in made[:_FORESTS]:
            spoken = figures.forest_words(forest)
            parts.append(
                figure(figures.draw_forest(forest), figures.draw_forest(forest, figures.WIDE))
                + details("The figure in words", paragraph(escape(spoken)))
            )
            said.append(spoken)
        left = len(made) - _FORESTS
        told_left = f"{count(left, 'further figure is', 'further figures are')} not drawn: narrow the view down."
        return block(*parts, note(told_left) if left > 0 else "", words=" ".join(said))

    def table(self) -> Block:
        """Every finding with its numbers; studies without one by their conclusion."""
        pairs = self._pairs()
        if not pairs:
            return block(paragraph("No study in the base."), words="No study in the base.")
        columns = ("study", "what was compared", "outcome", "effect", "direction")
        rows = [self._row(study, finding) for study, finding in pairs]
        first = table("Findings", columns, rows[:_ROWS])
        more = table("Further findings", columns, rows[_ROWS:])
        return block(
            first,
            details(count(len(rows) - _ROWS, "further row"), more) if more else "",
            note(f"'{UNKNOWN}' means that nobody has read it yet. Intervals are 95 % unless said."),
            words=f"Evidence table: {count(len(rows), 'row')}",
        )

    def _pairs(self) -> list[tuple[Study, Finding | None]]:
        found = findings_in(self.base, self.selection)
        pairs: list[tuple[Study, Finding | None]] = []
        for key in self.selection.studies:
            here = [pair for pair in found if pair[0].key == key]
            pairs += here or [(self.base.corpus.studies[key], None)]
        return pairs

    def _row(self, study: Study, finding: Finding | None) -> list[str]:
        corpus = self.base.corpus

        def labels(vocabulary: str, ids: tuple[str, ...], empty: str) -> str:
            terms = corpus.vocabulary(vocabulary)
            return " + ".join(terms[i].label for i in ids if i in terms) or empty

        about = f"{sections.design_words(study)}, {sections.sample_words(study)}; {study.verification.value}"
        head = f'{sections.study_link(self.base, study.key, None)}<br><span class="kb-small">{escape(about)}</span>'
        if finding is None:
            treated = labels("interventions", study.intervention_ids, "no intervention")
            return [head, escape(treated), UNKNOWN, escape(study.conclusion or UNKNOWN), UNKNOWN]
        compared = labels("interventions", finding.comparators, study.comparator or "comparator unknown")
        outcome = f"{labels('outcomes', finding.outcomes, UNKNOWN)}: {finding.as_reported}"
        time = finding.timepoint or "timepoint unknown"
        return [
            head,
            f"{escape(labels('interventions', finding.interventions, 'none'))} <em>vs</em> {escape(compared)}",
            f'{escape(outcome)}<br><span class="kb-small">{escape(time)}</span>',
            escape(effect(finding)),
            escape(favours(corpus, finding)),
        ]

    def claims(self) -> Block:
        """What the posts say about this, and what their studies found."""
        found = told.posts(self.base, self.selection)
        items = [
            f"<strong>{escape(claim['statement'])}</strong> {tag(claim['verdict'], claim['kind'])} "
            f'{escape(claim["reason"])} <span class="kb-small">({escape(claim["post"])}; {escape(claim["who"])})</span>'
            for claim in found["claims"]
        ]
        rest = items[_ANSWERS:]
        return block(
            paragraph(escape(found["words"])),
            listing(items[:_ANSWERS]),
            details(count(len(rest), "further claim"), listing(rest)) if rest else "",
            words=found["words"],
        )

    def disagreement(self) -> Block:
        """Findings against the best estimates, and what contradicts the claims."""
        dissent = [answering.dissent_data(self.base, *pair) for pair in self.answered.dissent]
        items = [
            f'{_study(item["study"])}: {escape(item["words"])}. <span class="kb-small">{escape(item["about"])}</span>'
            for item in dissent
        ]
        rest = items[_ANSWERS:]
        return block(
            paragraph(
                f"{count(len(items), 'finding points', 'findings point')} another way than the best estimate of its "
                "comparison, by rule:"
                if items
                else "No finding here points another way than the best estimate of its comparison."
            ),
            listing(items[:_ANSWERS]),
            details(count(len(rest), "further finding"), listing(rest)) if rest else "",
            page_claims.contradictions(self.base, self.selection.claims, None) if self.selection.claims else "",
            words=count(len(items), "finding"),
        )

    def news(self) -> Block:
        """Notices, the newest studies, and what the watch on PubMed found."""
        found = told.news(self.base, self.selection)
        notices = [f"{_study(item['study'])}: {escape(item['words'])}" for item in found["notices"]]
        newest = [
            f"{_study(one['study'])} ({one['year']}, {escape(one['design'])}): {escape(one['title'])}"
            for one in found["newest"]
        ]
        waiting = [f"{link(one['url'], one['label'])} ({escape(one['words'])})" for one in found["waiting"]]
        changes = [f"{escape(one['date'])}: {escape(one['words'])}" for one in found["changes"]]
        return block(
            listing(notices) or paragraph("No retraction or correction is known for these studies."),
            note(found["known"]) if found["known"] else "",
            paragraph("Newest studies here:") + listing(newest) if newest else "",
            paragraph(escape(found["watch"])),
            listing(waiting),
            paragraph("Changes of the base:") + listing(changes) if changes else "",
            words=f"{count(len(notices), 'notice')}; {found['watch']}",
        )

    def limitations(self) -> Block:
        """What limits all this."""
        return block(sections.limitations(self.base, self.selection.studies, None), words="Limitations")

    def references(self) -> Block:
        """References of the studies."""
        keys = self.selection.studies
        return block(sections.references(self.base, keys, None), words=count(len(keys), "reference"))


def _headline(one: dict[str, Any]) -> str:
    steps = details("Why this certainty", listing(map(escape, one["reasons"]))) if one["reasons"] else ""
    return (
        '<div class="kb-claim">'
        + paragraph(f"<strong>{escape(one['title'])}</strong>")
        + paragraph(escape(one["words"]), "kb-lead")
        + paragraph(f"{escape(one['numbers'])}. Favours: {escape(one['favours'])}. {tag(one['certainty'])}")
        + paragraph(f"Source: {escape(one['source'])}. {', '.join(map(_study, one['studies'][:4]))}", "kb-small")
        + steps
        + "</div>"
    )


def _study(study: dict[str, Any]) -> str:
    return link(study["url"], study["label"])
