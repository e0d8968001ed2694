"""Figures of the page of a condition or an intervention."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from kb.notebook import answers, sections
from kb.notebook.html import Block, block, count, details, escape, figure, note, paragraph

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from kb.answers.rows import AnswerRow
    from kb.base import Base
    from kb.figures import Panel

_OPEN_ROWS = 45
"""Estimates up to which panels are open when the page is."""
_DOWN, _ACROSS = 8, 4
"""Rows and columns of the picture of the answers."""


def answers_map(base: Base, rows: Sequence[AnswerRow], noun: str) -> str:
    """The answers as one picture: other terms down, outcomes across, the certainty as colour, the side as shape.

    The terms and outcomes of the first rows are drawn, which are the surest.
    """
    from kb import figures

    corpus = base.corpus
    other = "intervention" if noun == "condition" else "condition"
    cells: dict[tuple[str, str], list[AnswerRow]] = {}
    for row in rows:
        cells.setdefault((getattr(row.question, other), row.question.outcome), []).append(row)
    down = list(dict.fromkeys(here for here, _ in cells))[:_DOWN]
    often = Counter(outcome for here, outcome in cells if here in down)
    first = list(dict.fromkeys(outcome for here, outcome in cells if here in down))
    across = sorted(first, key=lambda i: (-often[i], first.index(i)))[:_ACROSS]
    made = []
    for (here, outcome), some in cells.items():
        if here in down and outcome in across:
            level = answers.best_level(some)
            best = [row for row in some if row.result.certainty.level is level]
            studies = {key for row in some for key in row.result.studies}
            made.append(figures.MapCell(here, outcome, len(studies), level, answers.pull(best)))
    drawn = [here for here in down if any(cell.row == here for cell in made)]
    terms = corpus.vocabulary(f"{other}s")
    data = figures.compute_certainty_map(
        [(i, terms[i].label) for i in drawn],
        [(i, corpus.outcomes[i].label) for i in across],
        made,
        (other, "outcome"),
    )
    left = len(cells) - len(made)
    told = "The surest answers: colour shows the certainty, shape the side that the estimate favours for the patient."
    if left:
        told += f" {count(left, 'further pair')} of {other} and outcome {'is' if left == 1 else 'are'} not drawn."
    used = [f"{key}.{number}" for row in rows for key, number in sorted(row.result.findings)]
    return figure(
        figures.draw_certainty_map(data), figures.draw_certainty_map(data, figures.WIDE), told, findings=used
    ) + details("The picture in words", paragraph(escape(figures.certainty_map_words(data))))


def estimates(base: Base, ids: Sequence[str], terms: Collection[str]) -> Block:
    """Every estimate that has an interval, a panel for each scale and unit.

    Parameters
    ----------
    base
        The evidence.
    ids
        Findings, as ``<study>.<finding>``.
    terms
        Interventions whose side the colours tell; none for the side that each study calls the intervention.
    """
    from kb import figures

    panels = figures.compute_estimates(base.corpus, ids, terms)
    shown = [row.finding for panel in panels for row in panel.rows]
    rest = len(ids) - len(shown)
    left = f"{count(rest, 'finding')} without an interval or a comparison: see the evidence table."
    if not panels:
        told = f"No finding gives an estimate with its interval. {left if rest else ''}"
        return block(paragraph(escape(told)), words=told, printed=False)
    about = ("what this page is about", "what it was compared with")
    sides = about if terms else ("the intervention", "the comparator")
    outcomes = {i for _, f in sections.findings_of(base.corpus, shown) for i in f.outcomes}
    drawn: list[str] = []
    rows = 0
    for panel in panels:
        rows += len(panel.rows)
        drawn.append(_panel(panel, opened=rows <= _OPEN_ROWS))
    return block(
        paragraph(
            "Each row is one finding as its study reports it; this figure pools nothing. Which side is better "
            "depends on the outcome and on how the study subtracts, so each row says in words what it favours. A "
            "blue circle "
            f"favours {sides[0]}, an orange square {sides[1]}; an open diamond found no difference; a "
            "triangle is an association or unclear. An arrow means that the interval runs off the axis; a question "
            "mark, that the interval is unknown. The same numbers stand in the evidence table."
        ),
        *drawn,
        sections.smallest_changes(base, outcomes),
        note(left) if rest else "",
        words=f"{count(len(shown), 'estimate')} in {count(len(panels), 'panel')}",
        printed=False,
    )


def _panel(panel: Panel, *, opened: bool) -> str:
    from kb import figures

    words = f"{panel.title}: {count(len(panel.rows), 'estimate')}"
    found = [row.finding for row in panel.rows]
    inner = figure(figures.draw_estimates(panel), figures.draw_estimates(panel, figures.WIDE), findings=found)
    return inner if opened else details(words, inner)


def timeline(base: Base, keys: Sequence[str]) -> Block:
    """Years and designs of some studies."""
    from kb import figures

    if not keys:
        return block(paragraph("No study to show."), words="No study to show.", printed=False)
    data = figures.compute_timeline(base.corpus, keys)
    words = figures.timeline_words(data)
    drawn = figures.draw_timeline(data), figures.draw_timeline(data, 640)
    return block(figure(*drawn, words), words=words, printed=False)


def network(base: Base, noun: str, identifier: str) -> Block:
    """What stands around a term."""
    from kb import figures

    small = figures.compute_network(base.corpus, base.standing, noun, identifier, 11)
    large = figures.compute_network(base.corpus, base.standing, noun, identifier, 26)
    words = figures.network_words(large)
    drawn = figures.draw_network(small), figures.draw_network(large, figures.WIDE)
    return block(figure(*drawn, words), words=words, printed=False)
