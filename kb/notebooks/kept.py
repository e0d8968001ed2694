"""A base that answers quickly, for a process that asks it the same questions hundreds of times.

A build weighs every question of the base to know its pages, and every notebook asks again. Two things make that slow
where nothing changes any more: the walk from a term to its narrower ones, asked ten thousand times, and networkx's
views, which wrap each dictionary of a graph anew at every step.
"""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from kb.answers.kept import answer_all
from kb.notebooks.stale import digest_code

if TYPE_CHECKING:
    from kb.base import Base

Untyped: TypeAlias = Any

_KEPT = frozenset({"narrower", "broader"})
"""Questions of :mod:`kb.graph` whose answers are kept."""


class KeptAnswers:
    """Answers questions of :mod:`kb.graph` for one graph, which must not change any more."""

    def __init__(self, graph: Untyped) -> None:
        self._graph = graph
        self._known: dict[tuple[str, str], frozenset[str]] = {}

    def __call__(
        self, question: Callable[..., Untyped], given: tuple[Untyped, ...], named: Mapping[str, Untyped]
    ) -> Untyped:
        """The answer; a set of its own for whoever asks."""
        if question.__name__ not in _KEPT or named or len(given) != 1:
            return question(self._graph, *given, **named)
        key = (question.__name__, given[0])
        if key not in self._known:
            self._known[key] = frozenset(question(self._graph, *given))
        return set(self._known[key])


@contextlib.contextmanager
def uncollected() -> Iterator[None]:
    """Look for no garbage meanwhile: loading makes a million objects that stay, and looking through them takes time."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def quicken(base: Base, answers: Path | None = None) -> Base:
    """Let a base that nobody changes any more answer quickly, and answer once what every notebook asks.

    Its answers stay the same.

    Parameters
    ----------
    base
        The base.
    answers
        Where the answers to its questions are kept from one build to the next (see :mod:`kb.answers.kept`): all are
        worked out at once, as far as they are not kept. None means that each is when it is asked for.

    Examples
    --------
    >>> import kb
    >>> from kb.graph import narrower
    >>> base = kb.open()
    >>> before = narrower(base.graph, "condition:tendinopathy")
    >>> narrower(quicken(base).graph, "condition:tendinopathy") == before
    True
    """
    for graph in (base.graph, base.standing):
        inside: Untyped = graph
        if "asked" not in graph.__dict__:
            succ, pred = inside._succ, inside._pred  # noqa: SLF001 - the dictionaries inside the views
            graph.__dict__.update(asked=KeptAnswers(graph), succ=succ, pred=pred)
    for name in ("notices", "snapshot", "retracted", "_names"):
        getattr(base, name)
    if answers is not None:
        answer_all(base.questions, answers, digest_code())
    _ = base.questions.pages
    return base
