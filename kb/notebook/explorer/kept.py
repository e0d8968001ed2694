"""The answers of a base, kept: each question is worked out once, when it is asked or when nobody waits."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from kb.answers.questions import Questions
from kb.notebook.explorer.view import NOT_RATED

if TYPE_CHECKING:
    from kb.base import Base
    from kb.graph import Graph
    from kb.synthesis.comparison import Question

_PURE = {"narrower", "broader", "bearing_on"}
"""Questions to the graph that are asked again and again for one answer."""


def remembering(graph: Graph) -> Graph:
    """A copy of a graph that looks the same thing up once; a graph that writes down what is asked of it stays as it is.

    Examples
    --------
    >>> import kb
    >>> from kb import graph as graphs
    >>> graph = remembering(kb.open().graph)
    >>> sorted(graphs.narrower(graph, "intervention:cupping"))
    ['intervention:cupping']
    """
    if getattr(graph, "asked", None) is not None:
        return graph
    plain = graph.copy()
    own = graph.copy()
    known: dict[tuple[Any, ...], Any] = {}

    def ask(answer: Callable[..., Any], given: tuple[Any, ...], named: Mapping[str, Any]) -> Any:  # noqa: ANN401
        if answer.__name__ not in _PURE:
            return answer(plain, *given, **named)
        key = (answer.__name__, given, tuple(sorted(named.items())))
        if key not in known:
            known[key] = answer(plain, *given, **named)
        found = known[key]
        return set(found) if isinstance(found, set) else found

    own.asked = ask  # type: ignore[attr-defined]
    return own


@dataclass(frozen=True)
class Kept(Questions):
    """The questions of a base with their answers, each made once.

    Pages of the built site are not looked for: the explorer shows what they show.
    """

    def page_of(self, question: Question) -> None:
        """No page: see the class."""

    @cached_property
    def every(self) -> tuple[Question, ...]:
        """The questions that the findings of the base name."""
        return tuple(self.about())

    def pools(self, question: Question) -> bool:
        """Whether the answer to a question pools studies, for which a large library is needed."""
        return any(len(group.rows) > 1 for group in self._compare(question).groups)

    def work(self, seconds: float, questions: Iterable[Question], *, pooling: bool = True) -> bool:
        """Answer questions for a while; whether all are answered.

        Parameters
        ----------
        seconds
            How long at most, give or take one question.
        questions
            Which.
        pooling
            Whether those that pool are answered too.
        """
        end = time.perf_counter() + seconds
        left = False
        for question in questions:
            if question not in self.known:
                if time.perf_counter() >= end:
                    return False
                if not pooling and self.pools(question):
                    left = True
                else:
                    self.answer(question)
        return not left

    @property
    def done(self) -> bool:
        """Whether every question is answered."""
        return all(question in self.known for question in self.every)

    @cached_property
    def levels(self) -> dict[str, frozenset[str]]:
        """The certainty of every estimate that rests on a finding, by ``<study>.<finding>``; answers every question."""
        found: dict[str, set[str]] = {}
        for question in self.every:
            for result in self.answer(question).results:
                level = result.certainty.level
                for study, finding in result.findings:
                    found.setdefault(f"{study}.{finding}", set()).add(level.value if level else NOT_RATED)
        return {finding: frozenset(some) for finding, some in found.items()}


@lru_cache(maxsize=2)
def kept(base: Base) -> Kept:
    """The kept answers of a base."""
    known = base.questions
    return Kept(known.corpus, remembering(known.graph), known.retracted, known.registrations)
