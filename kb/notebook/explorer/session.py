"""What the explorer shows and answers, without a widget: plain data for a view, and replies to small questions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from kb.figures.drawn import keeping
from kb.notebook import answers as page_answers
from kb.notebook.explorer import answered as answering
from kb.notebook.explorer import tabled, told
from kb.notebook.explorer.kept import kept
from kb.notebook.explorer.neighbours import centre_of, neighbours
from kb.notebook.explorer.select import Selection, options, select, years
from kb.notebook.explorer.suggest import suggest
from kb.notebook.explorer.view import View, value_words, view_of, words
from kb.problems import KbError

if TYPE_CHECKING:
    from pathlib import Path

    from kb.answers.answer import Answer
    from kb.base import Base
    from kb.figures import Forest
    from kb.notebook.explorer.answered import Answered
    from kb.synthesis.comparison import Question
    from kb.tables import Table

PATIENCE = 0.1
"""Seconds that a view may wait for answers which nobody has worked out yet; the rest follows."""
FORESTS = 2
"""Forest plots that are drawn at once."""
_SHOWN = 24
"""Pages and answers that are kept to be shown again."""
_FACETS = ("condition", "intervention", "outcome", "population", "design")


@dataclass
class Session:
    """One explorer: the base, the view, and what is shown for it.

    Parameters
    ----------
    base
        The evidence.
    view
        What is chosen.
    narrow
        Whether figures are drawn for a narrow page.
    drawings
        Folder where forest plots are kept (see :mod:`kb.figures.drawn`); None keeps them nowhere.
    """

    base: Base
    view: View = field(default_factory=View)
    narrow: bool = False
    drawings: Path | None = None

    def choose(self, given: Mapping[str, Any]) -> None:
        """Another view.

        Raises
        ------
        KbError
            When a value does not exist (see :func:`kb.notebook.explorer.view.view_of`); the view stays.
        """
        self.view = view_of(self.base, given)

    def added(self, noun: str, identifier: str) -> tuple[str, View | None]:
        """One thing chosen besides what is chosen, or alone where nothing fits both.

        Returns
        -------
        str
            What a person must know: that other filters were cleared, or that there is no such thing; else empty.
        View or None
            What to look at now; None where there is no such thing.
        """
        try:
            alone = view_of(self.base, {noun: identifier})
            wanted = view_of(self.base, {**self.view.as_dict(), noun: identifier})
        except KbError as error:
            return str(error), None
        label = value_words(self.base.corpus, noun, getattr(alone, noun))
        if wanted != alone and not select(self.base, wanted).studies:
            return f"Nothing fits {label} and the other filters together: they were cleared.", alone
        return "", wanted

    @property
    def selection(self) -> Selection:
        """What the view holds."""
        return _selected(self.base, self.view)

    @property
    def table(self) -> Table:
        """The evidence table of the view."""
        return _table(self.base, self.view)

    # --- what is shown at once -----------------------------------------------------------------------------------

    def page(self) -> dict[str, Any]:
        """Everything but the answer: filters, table, posts, news, graph."""
        return _once(self.base, ("page", self.view), self._page)

    def _page(self) -> dict[str, Any]:
        found, base = self.selection, self.base
        centre = centre_of(self.view)
        return {
            "view": self.view.as_dict(),
            "words": words(base.corpus, self.view),
            "lead": answering.lead(base, found),
            "studies": len(found.studies),
            "chosen": [
                {"name": name, "label": value_words(base.corpus, name, value)}
                for name, value in self.view.as_dict().items()
            ],
            "options": {
                name: [[o.value, o.label, o.studies] for o in some]
                for name, some in options(base, self.view, _FACETS).items()
            },
            "years": [[year, number] for year, number in years(base, self.view).items()],
            "table": tabled.table_data(base, found),
            "posts": told.posts(base, found),
            "news": told.news(base, found),
            "graph": neighbours(base, *centre) if centre else None,
        }

    # --- the answer ----------------------------------------------------------------------------------------------

    def open_questions(self) -> list[Question]:
        """Questions of the view that nobody has worked out yet."""
        known = kept(self.base)
        asked = known.every if self.view.certainty else answering.asked(self.base, self.selection)
        return [question for question in asked if question not in known.known]

    def ready(self, seconds: float, *, pooling: bool = True) -> bool:
        """Work for a while on what the view needs; whether its answer can be shown at once.

        Without ``pooling`` what pools studies is left for later.
        """
        known = kept(self.base)
        return known.done or known.work(seconds, self.open_questions(), pooling=pooling)

    def work(self, seconds: float, *, pooling: bool = True) -> bool:
        """Work for a while on what other views may need; whether everything is worked out."""
        known = kept(self.base)
        return known.work(seconds, known.every, pooling=pooling) and told.look_ahead(self.base, seconds)

    @property
    def finished(self) -> bool:
        """Whether everything is worked out."""
        return self.work(0) if kept(self.base).done else False

    def answer(self) -> dict[str, Any]:
        """The answer, its forest plots, what disagrees, and the certainties that may be chosen."""
        return _once(self.base, ("answer", self.view, self.narrow, kept(self.base).done), self._answer)

    def _answer(self) -> dict[str, Any]:
        some = _answered(self.base, self.view)
        condition = answering.several(some.rows)
        drawn = self.forests(0, FORESTS)
        known = kept(self.base)
        return {
            "view": self.view.as_dict(),
            "pending": False,
            "headlines": [answering.headline(self.base, row, condition=condition) for row in some.rows],
            "words": _counted(some, self.selection),
            "notes": [page_answers.BY_RULE, page_answers.NOT_ALL] if some.rows else [page_answers.NOT_ALL],
            "forests": drawn,
            "forests_in_all": self.figures,
            "harvest": self._harvest(some) if not drawn else None,
            "disagrees": told.disagreements(self.base, self.selection, some),
            "certainty": [
                [o.value, o.label, o.studies] for o in options(self.base, self.view, ["certainty"])["certainty"]
            ]
            if known.done
            else None,
        }

    def pending(self) -> dict[str, Any]:
        """What stands in the answer's place while it is worked out."""
        return {"view": self.view.as_dict(), "pending": True, "certainty": None}

    def forests(self, start: int, number: int) -> list[dict[str, str]]:
        """Some forest plots, drawn, with their words."""
        with keeping(self.drawings) if self.drawings else nullcontext():
            return [_drawn(forest, self.narrow) for forest in _forests(self.base, self.view)[start : start + number]]

    @property
    def figures(self) -> int:
        """How many forest plots the view has."""
        return len(_forests(self.base, self.view))

    def _harvest(self, some: Answered) -> dict[str, str] | None:
        """Directions, where nothing can be compared as a number and the view is one question."""
        from kb import figures
        from kb.notebook import comparison_parts

        if len(some.found) != 1 or some.rows:
            return None
        inside = {*self.selection.studies}
        data = comparison_parts.harvest(self.base, _inside(some.found[0], inside))
        if not data.bars:
            return None
        drawn = figures.draw_harvest(data) if self.narrow else figures.draw_harvest(data, figures.WIDE)
        return {"title": "Which way the studies point", "svg": drawn, "words": figures.harvest_words(data)}

    # --- replies -------------------------------------------------------------------------------------------------

    def reply(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """The reply to a small question; a wrong one gets an error in words.

        Parameters
        ----------
        asked
            ``ask`` is ``suggest`` (``words``), ``copy`` (``format``, ``rows``), ``graph`` (``noun``, ``thing``) or
            ``forests`` (``from``, ``number``).
        """
        makers = {"suggest": self._suggest, "copy": self._copy, "graph": self._graph, "forests": self._forests_reply}
        maker = makers.get(str(asked.get("ask")))
        if maker is None:
            return {"error": f"nothing is known of '{asked.get('ask')}'"}
        try:
            return maker(asked)
        except (KbError, KeyError, TypeError, ValueError) as error:
            return {"error": str(error)}

    def _suggest(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        found = suggest(self.base, str(asked["words"]))
        return {"found": [{"noun": s.noun, "id": s.id, "label": s.label, "through": s.through} for s in found]}

    def _copy(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        rows = asked.get("rows")
        chosen = None if rows is None else [int(i) for i in rows]
        return {"data": tabled.copied(self.table, str(asked["format"]), chosen)}

    def _graph(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        return {"graph": neighbours(self.base, str(asked["noun"]), str(asked["thing"]))}

    def _forests_reply(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        return {"forests": self.forests(int(asked["from"]), min(int(asked["number"]), 20))}


def _once(base: Base, key: tuple[object, ...], make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What is shown for a view; of the last views it is known: people go back and forth."""
    known = _shown(base)
    known[key] = known.pop(key) if key in known else make()
    while len(known) > _SHOWN:
        del known[next(iter(known))]
    return known[key]


@lru_cache(maxsize=2)
def _shown(base: Base) -> dict[tuple[object, ...], dict[str, Any]]:  # noqa: ARG001 - one a base
    return {}


@lru_cache(maxsize=64)
def _selected(base: Base, view: View) -> Selection:
    return select(base, view)


@lru_cache(maxsize=64)
def _table(base: Base, view: View) -> Table:
    return tabled.view_table(base, _selected(base, view))


@lru_cache(maxsize=64)
def _answered(base: Base, view: View) -> Answered:
    return answering.answered(base, _selected(base, view))


@lru_cache(maxsize=64)
def _forests(base: Base, view: View) -> tuple[Forest, ...]:
    return tuple(answering.forests(base, _answered(base, view)))


@lru_cache(maxsize=512)
def _drawn(forest: Forest, narrow: bool) -> dict[str, str]:
    from kb import figures

    svg = figures.draw_forest(forest) if narrow else figures.draw_forest(forest, figures.WIDE)
    return {"title": forest.title, "svg": svg, "words": figures.forest_words(forest)}


def _inside(answer: Answer, studies: set[str]) -> Answer:
    """An answer with nothing in it from outside a view."""
    made = answer.comparison
    cut = replace(
        made,
        groups=tuple(
            replace(group, rows=rows)
            for group in made.groups
            if (rows := tuple(row for row in group.rows if row.study in studies))
        ),
        reviews=tuple(review for review in made.reviews if review.study in studies),
        excluded=tuple(out for out in made.excluded if out.study in studies),
    )
    return replace(answer, comparison=cut)


def _counted(some: Answered, found: Selection) -> str:
    if not found.studies:
        return ""
    number = len(some.rows)
    if not number:
        return "Nothing here can be compared as a number with an interval: see the table."
    return (
        f"{number} {'comparison has' if number == 1 else 'comparisons have'} an estimate; "
        "the surest come first, each by itself."
    )
