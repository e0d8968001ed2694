"""The evidence map: conditions by interventions, each cell a link to the page that answers it, and the same as a table.

The map is a table of links, not a drawing: it is read aloud, reached by keyboard, scrolled on a phone and searched by
the browser as any text is. Number: studies. Colour and its word: the best certainty of an estimate. Sign: the side that
estimates of that certainty favour.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb import graph as graphs
from kb.model import CertaintyLevel, InterventionKind
from kb.notebook.html import count, escape
from kb.site.page import CAVEAT, Page

if TYPE_CHECKING:
    from kb.base import Base
    from kb.figures import MapCell

ROWS, COLUMNS = 30, 30
"""Most conditions and interventions on the map: the most studied ones, broader terms standing for narrower ones."""

_OFFERED = {InterventionKind.TREATMENT, InterventionKind.TRAINING_ADVICE}
_SIGNS = {
    "benefit": "▲",
    "harm or worse than the comparator": "▼",
    "little or no difference": "■",
    "mixed": "◆",
    "direction unknown": "○",
}
_RANKS = {level: rank for rank, level in enumerate(CertaintyLevel)}


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of the map, as plain data: ids, studies, certainty and direction in words, the page that answers it."""

    condition: str
    intervention: str
    studies: int
    level: str
    pull: str
    page: str

    @property
    def certainty(self) -> str:
        """The certainty in words."""
        return f"{self.level.replace('-', ' ')} certainty" if self.level else "certainty not rated"


def cells_of(base: Base, names: Collection[str]) -> list[Cell]:
    """The cells of the map, by condition and intervention; the slow part of the site, since every question is answered.

    Parameters
    ----------
    base
        The evidence.
    names
        Pages that the site has.
    """
    from kb import figures
    from kb.notebook.answers import map_cells

    corpus = base.corpus
    cells = graphs.cells(base.standing)
    rows = figures.compute_groups(corpus.conditions, figures.weights(cells, 0), ROWS)
    columns = figures.compute_groups(
        corpus.interventions,
        figures.weights(cells, 1),
        COLUMNS,
        lambda term: getattr(term, "kind", None) in _OFFERED,
    )
    pages = _pages(base, names)
    made = []
    for cell in map_cells(base, cells, rows, columns):
        page = pages.get((cell.row, cell.column)) or f"condition/{cell.row}"
        if page in names:
            made.append(_cell(cell, page))
    return made


def _cell(cell: MapCell, page: str) -> Cell:
    level = "" if cell.certainty is None else cell.certainty.value
    return Cell(cell.row, cell.column, cell.studies, level, cell.pull.value, page)


def _pages(base: Base, names: Collection[str]) -> dict[tuple[str, str], str]:
    """The comparison that a cell leads to: the first that what patients feel answers, in the order of outcomes."""
    outcomes = base.corpus.outcomes
    found: dict[tuple[str, str], tuple[bool, str]] = {}
    for question, name in base.questions.pages.items():
        if name in names:
            worth = outcomes[question.outcome].surrogate, name
            pair = question.condition, question.intervention
            found[pair] = min(found.get(pair, worth), worth)
    return {pair: name for pair, (_, name) in found.items()}


def map_page(base: Base, cells: Sequence[Cell]) -> Page:
    """The page of the map."""
    conditions = list(dict.fromkeys(cell.condition for cell in cells))
    interventions = sorted(
        {cell.intervention for cell in cells},
        key=lambda i: (-sum(cell.studies for cell in cells if cell.intervention == i), i),
    )
    by_place = {(cell.condition, cell.intervention): cell for cell in cells}
    empty = len(conditions) * len(interventions) - len(cells)
    words = (
        f"{count(len(conditions), 'condition')} by {count(len(interventions), 'intervention')}: "
        f"{count(len(cells), 'cell')} with studies, {empty:,} without any in the base."
    )
    body = (
        '<p class="kb-lede">Which treatments were studied for a condition, how sure the best of that evidence is, and '
        "which way it points. Choose a cell to read the answer.</p>\n"
        f"{_legend()}\n"
        '<p class="kb-note kb-noprint kb-keyboard">With the keyboard: Tab to the map, then the arrow keys.</p>\n'
        f"{_grid(base, conditions, interventions, by_place)}\n"
        f'<p class="kb-note">{words} The number in a cell is that of the studies; a broader term counts those of its '
        "narrower ones. The colour is the best certainty that an estimate of the cell has, the sign the side "
        "that estimates of that certainty favour; where the interval includes no effect, or no number can be compared, "
        f"it is unknown. An empty cell has no study here, which does not mean that none exists. {CAVEAT}</p>\n"
        f'<section>\n<h2 id="table">The same as a table</h2>\n{_table(base, cells)}\n</section>'
    )
    return Page(
        name="map",
        title="Evidence map",
        description=f"What was studied with what, how surely, and which way it points: {words}",
        body=body,
        headings=(("table", "The same as a table"),),
    )


def _legend() -> str:
    levels = [*CertaintyLevel, None]
    shown = [
        f'<li><span class="kb-cell {f"kb-{level.value}" if level else ""}">3</span> '
        f"{level.value.replace('-', ' ') + ' certainty' if level else 'certainty not rated'}</li>"
        for level in levels
    ]
    shown += [f"<li>{sign} {words}</li>" for words, sign in _SIGNS.items()]
    return f'<ul class="kb-legend" aria-label="Legend">{"".join(shown)}</ul>'


def _grid(base: Base, rows: Sequence[str], columns: Sequence[str], cells: Mapping[tuple[str, str], Cell]) -> str:
    corpus = base.corpus
    head = "".join(f'<th scope="col"><span>{escape(corpus.interventions[i].label)}</span></th>' for i in columns)
    body = "\n".join(
        f'<tr><th scope="row">{escape(corpus.conditions[row].label)}</th>'
        + "".join(f"<td>{_link(base, cells.get((row, column)))}</td>" for column in columns)
        + "</tr>"
        for row in rows
    )
    return (
        '<div class="kb-map">\n<table>\n<caption class="kb-hidden">Studies of each condition with each intervention'
        f'</caption>\n<thead><tr><th scope="col">Condition</th>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n'
        "</table>\n</div>"
    )


def _link(base: Base, cell: Cell | None) -> str:
    if cell is None:
        return ""
    style = f" kb-{cell.level}" if cell.level else ""
    told = (
        f"{base.corpus.conditions[cell.condition].label}, {base.corpus.interventions[cell.intervention].label}: "
        f"{count(cell.studies, 'study', 'studies')}, {cell.certainty}, {cell.pull}"
    )
    return (
        f'<a class="kb-cell{style}" href="{cell.page}.html" aria-label="{escape(told)}" title="{escape(told)}">'
        f'{cell.studies}<span aria-hidden="true">{_SIGNS[cell.pull]}</span></a>'
    )


def _table(base: Base, cells: Sequence[Cell]) -> str:
    columns = ("Condition", "Intervention", "Studies", "Certainty", "Points to")
    head = "".join(f'<th scope="col">{name}</th>' for name in columns)
    return (
        '<table class="kb-data kb-cards">\n<caption>Cells with studies, the surest first</caption>\n'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{''.join(_rows(base, cells, columns))}</tbody>\n</table>"
    )


def _rows(base: Base, cells: Sequence[Cell], columns: Sequence[str]) -> Iterator[str]:
    corpus = base.corpus
    least = len(_RANKS)
    ranked = sorted(cells, key=lambda c: (_RANKS[CertaintyLevel(c.level)] if c.level else least, -c.studies))
    for cell in ranked:
        values = (corpus.interventions[cell.intervention].label, str(cell.studies), cell.certainty, cell.pull)
        rest = "".join(
            f'<td data-label="{name}">{escape(value)}</td>' for name, value in zip(columns[1:], values, strict=True)
        )
        label = escape(corpus.conditions[cell.condition].label)
        yield f'<tr><th scope="row"><a href="{cell.page}.html">{label}</a></th>{rest}</tr>\n'
