"""What a notebook reads of the evidence, by name.

A notebook gets a base that writes down whatever is read of it (:mod:`kb.notebooks.recorded`): each thing leaves a name
in :class:`Reads`; :mod:`kb.notebooks.digests` says what each name stands for and what it is worth today. A notebook is
stale when one of them is worth something else. Names are paths:

======================================  ==========================================================================
name                                    was read
======================================  ==========================================================================
``studies/zhang2024/findings``          a field of a study; so ``references``, ``posts``, and the vocabularies
``studies/zhang2024``                   whether there is such a study
``studies/zhang2024/*``                 all of it
``studies``                             which studies there are, and their order
``studies/**``                          all of all of them
``notices/zhang2024``, ``notices``      what became of a study; of which studies something is known
``snapshot/39198038``, ``snapshot``     a PubMed record; which there are
``retracted/zhang2024``, ``retracted``  whether a study is retracted; which are
``graph/succ/post:x`` (``pred``,        a node's edges or attributes; ``graph`` is all of it, ``standing`` the graph
``nodes``)                              without retracted studies
``ask/graph/cells/[...]``               the answer to a question of :mod:`kb.graph` with these arguments
``ask/base/answer/[...]``               the answer of a method of the base
``ask/questions/about/[...]``           the same of :class:`kb.answers.questions.Questions`
``registrations/zhang2024``             numbers of trial registries of a study
``certainty``                           the certainty that persons gave; so ``changes`` and ``redirects``
``evidence``                            anything else: every file of the evidence
======================================  ==========================================================================

Why this is safe: the output of a notebook is determined by its template, its parameters, the code and the answers that
it got, in turn. As long as each of those is the same, the next thing it asks is the same, and so is the output. While
a question is answered nothing is written down, because the answer itself is. What does not go through the base is
caught by a hook of the interpreter (:func:`watch_files`): opening a file of the evidence, or starting a process,
counts as reading all of it.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeAlias

from kb.model import Corpus
from kb.synthesis.comparison import Question
from kb.synthesis.scale import Window

Untyped: TypeAlias = Any
"""Values that are handed through as they are."""

EVERYTHING = "evidence"
NOUNS = ("conditions", "interventions", "outcomes", "populations", "references", "studies", "posts")
LISTS = tuple(field.name for field in fields(Corpus) if field.name not in NOUNS)
"""What else a corpus holds; each is read as a whole."""
FRAMES = {
    "studies": ("studies/**", "references/**", "notices/**"),
    "findings": ("studies/**", "notices/**"),
    "arms": ("studies/**",),
    "claims": ("posts/**",),
    "evidence": ("posts/**", "notices/**"),
    "citations": ("posts/**",),
    "posts": ("posts/**",),
    **{name: (f"{name}/**",) for name in ("conditions", "interventions", "outcomes", "populations")},
}
"""Frames of a base, and what they are made of."""
QUESTIONS = ("resolve", "search", "answer", "empty_cells")
"""Methods of a base whose answer is what counts, not what they look at on the way."""
ASKED = ("about", "answer", "page_of", "pages")
"""The same of :class:`kb.answers.questions.Questions`."""
_STARTS = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork", "os.forkpty", "os.spawn")
_answering: ContextVar[int] = ContextVar("answering", default=0)


class Reads:
    """Names of what was read; nothing is added while a question is answered."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def note(self, *parts: str) -> None:
        """Write a name down."""
        if not _answering.get():
            self.names.add("/".join(parts))


def is_answering() -> bool:
    """Whether a question is being answered."""
    return bool(_answering.get())


@contextlib.contextmanager
def answering() -> Iterator[None]:
    """Write nothing down meanwhile."""
    token = _answering.set(_answering.get() + 1)
    try:
        yield
    finally:
        _answering.reset(token)


def asked(owner: str, question: str, given: tuple[Untyped, ...], named: Mapping[str, Untyped]) -> str | None:
    """The name of a question; None when its arguments cannot be written down."""
    try:
        told = json.dumps([_written(list(given)), _written(dict(named))], sort_keys=True, ensure_ascii=False)
    except TypeError:
        return None
    return f"ask/{owner}/{question}/{told}"


def arguments(told: str) -> tuple[list[Untyped], dict[str, Untyped]]:
    """The arguments of a question, from the end of its name."""

    def read(value: Untyped) -> Untyped:
        if not isinstance(value, dict):
            return value
        return set(value["set"]) if "set" in value else _question(value["question"])

    given, named = json.loads(told)
    return [read(value) for value in given], {name: read(value) for name, value in named.items()}


def _question(terms: list[Untyped]) -> Question:
    condition, intervention, outcome, comparator, window = terms
    return Question(condition, intervention, outcome, comparator, None if window is None else Window(window))


def _written(value: Untyped) -> Untyped:
    """An argument as JSON; only what comes back from it as it was."""
    if isinstance(value, set | frozenset):
        return {"set": sorted(value)}
    if isinstance(value, dict):
        return {name: _written(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_written(item) for item in value]
    if isinstance(value, Question):
        window = None if value.window is None else value.window.value
        return {"question": [value.condition, value.intervention, value.outcome, value.comparator, window]}
    if value is None or type(value) in {str, int, float, bool}:
        return value
    raise TypeError


def watch_files(evidence: Path, reads: Reads) -> None:
    """From now on, opening or listing anything in the evidence folder, or starting a process, counts as reading all.

    The hook cannot be taken away again: for a process that runs one notebook.
    """
    root = str(evidence.resolve())

    def hook(event: str, given: tuple[Untyped, ...]) -> None:
        if _answering.get():
            return
        if event in {"open", "os.listdir", "os.scandir"}:
            path = given[0]
            if isinstance(path, str | bytes | os.PathLike):
                where = os.path.abspath(os.fsdecode(path))  # noqa: PTH100 - resolving would look at the disk each time
                if where.startswith(root) or (root in os.path.realpath(where) and event == "open"):
                    reads.note(EVERYTHING)
        elif event in _STARTS:
            reads.note(EVERYTHING)

    sys.addaudithook(hook)
