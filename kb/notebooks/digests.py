"""What the names of :mod:`kb.notebooks.reads` stand for in a base, as checksums."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, fields, is_dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from pydantic import BaseModel

from kb import graph as graphs
from kb.answers.kept import written
from kb.answers.result import Answer
from kb.notebooks.reads import ASKED, EVERYTHING, LISTS, NOUNS, QUESTIONS, arguments
from kb.problems import KbError
from kb.synthesis.reports import registrations

if TYPE_CHECKING:
    from kb.base import Base

Untyped: TypeAlias = Any

Cells: TypeAlias = dict[tuple[str, str], str]

_ABSENT = "absent"
_BYTES = 12
"""Bytes of a checksum: 96 bits tell a few million values apart."""


@dataclass(frozen=True, slots=True)
class Before:
    """Checksums that were computed before, for a base that may have changed since.

    Parameters
    ----------
    names
        What may be read of a base -> its checksum.
    marks
        Parts of the base -> a mark that is another one as soon as anything in the part is (see :meth:`Digests.mark`).
    """

    names: Mapping[str, str] = field(default_factory=dict)
    marks: Mapping[str, str] = field(default_factory=dict)


class Digests:
    """Checksums of what may be read of a base, each computed once.

    Parameters
    ----------
    base
        The evidence.
    everything
        Gives the checksum of all its files.
    before
        From an earlier base and the same code: where a part of the base has the same mark, its checksums are taken
        over. One changed number leaves the graph and all other studies as they were, and nearly every checksum.

    Examples
    --------
    >>> import kb
    >>> digests = Digests(kb.open(), lambda: "all files")
    >>> digests.of("studies/zhang2024/design") == digests.of("studies/zhang2024/findings")
    False
    >>> digests.of("studies/nobody2024/design") == digests.of("studies/nobody2024")
    True
    """

    def __init__(self, base: Base, everything: Callable[[], str], before: Before | None = None) -> None:
        self._base, self._everything, self._before = base, everything, before or Before()
        self._known: dict[str, str] = {}
        self._marks: dict[str, str] = {}
        self._tables: dict[str, tuple[Cells, tuple[dict[str, Cells], dict[str, Cells]]]] = {}

    def of(self, name: str) -> str:
        """The checksum of what a name stands for; that of all files where the value cannot be written down."""
        known = self._known.get(name)
        if known is None:
            known = self._known[name] = self._taken_over(name) or self._computed(name)
        return known

    def _computed(self, name: str) -> str:
        try:
            return digest(self._value(name))
        except _UnplainError:
            return self._all()

    def _taken_over(self, name: str) -> str | None:
        before = self._before.names.get(name)
        part = part_of(name) if before is not None else None
        return before if part is not None and self._before.marks.get(part) == self.mark(part) else None

    def mark(self, part: str) -> str:
        """The mark of a part: quicker to compute than the checksums of what can be read of it."""
        if part not in self._marks:
            self._marks[part] = _short(repr(self._content(part)))
        return self._marks[part]

    def marks(self, names: Iterable[str]) -> dict[str, str]:
        """The marks of the parts that names belong to."""
        return {part: self.mark(part) for part in sorted(filter(None, {part_of(name) for name in names}))}

    def _content(self, part: str) -> Untyped:
        if part in {"graph", "standing"}:
            graph = getattr(self._base, part)
            return list(graph.nodes(data=True)), list(graph.edges(keys=True, data=True))
        if part == "about":  # what findings are about stands in the graph, what is a treatment does not
            kinds = [(term.id, term.kind) for term in self._base.corpus.interventions.values()]
            return self.mark("standing"), kinds, sorted(self._base.retracted)
        if part == "resolve":
            return [(thing, sorted(names)) for thing, names in self._base._names.of.items()]  # noqa: SLF001
        noun, _, key = part.partition("/")
        known = getattr(self._base.corpus, noun).get(key)
        return None if known is None else known.model_dump_json()

    def _all(self) -> str:
        if EVERYTHING not in self._known:
            self._known[EVERYTHING] = self._everything()
        return self._known[EVERYTHING]

    def _value(self, name: str) -> Untyped:
        head, _, rest = name.partition("/")
        if head == "ask":
            return self._answer(*rest.split("/", 2))
        if head in {"graph", "standing"}:
            return _of_graph(getattr(self._base, head), rest)
        if head in LISTS:
            return getattr(self._base.corpus, head)
        if head == "retracted":
            return rest in self._base.retracted if rest else self._base.retracted
        if head in NOUNS:
            return _of_mapping(getattr(self._base.corpus, head), rest, nouns=True)
        if head == "registrations":
            return _of_mapping(registrations(self._base.corpus.references, self._base.snapshot), rest, nouns=False)
        if head in {"notices", "snapshot"}:
            return _of_mapping(getattr(self._base, head), rest, nouns=False)
        raise _UnplainError

    def _cells(self, owner: str, **wanted: Untyped) -> Cells:
        """Cells of the graph with a checksum each, made once and sorted by their terms: hundreds of notebooks ask."""
        if owner not in self._tables:
            # in their order: which cell comes first is as the interpreter's hashes are
            table = {cell: digest(keys) for cell, keys in sorted(graphs.cells(getattr(self._base, owner)).items())}
            rows: tuple[dict[str, Cells], dict[str, Cells]] = ({}, {})
            for cell, keys in table.items():
                for axis in (0, 1):
                    rows[axis].setdefault(cell[axis], {})[cell] = keys
            self._tables[owner] = table, rows
        table, rows = self._tables[owner]
        for axis, name in enumerate(("conditions", "interventions")):
            if wanted.get(name) is not None:
                table = {cell: keys for i in sorted(wanted[name]) for cell, keys in rows[axis].get(i, {}).items()}
                break
        conditions, interventions = wanted.get("conditions"), wanted.get("interventions")
        return {
            cell: worth
            for cell, worth in table.items()
            if (conditions is None or cell[0] in conditions) and (interventions is None or cell[1] in interventions)
        }

    def _answer(self, owner: str, question: str, told: str) -> Untyped:
        given, named = arguments(told)
        try:
            if owner == "base" and question in QUESTIONS:
                return getattr(self._base, question)(*given, **named)
            if owner == "questions" and question in ASKED:
                found: Untyped = getattr(self._base.questions, question)
                value: Untyped = found(*given, **named) if callable(found) else found
                return written(value).decode() if isinstance(value, Answer) else value
            if owner in {"graph", "standing"} and question == "cells" and not given:
                return self._cells(owner, **named)
            if owner in {"graph", "standing"} and question == "studied":
                kind, identifiers = given
                return {i for i in identifiers if self._cells(owner, **{f"{kind}s": {i}})}
            if owner in {"graph", "standing"}:
                return getattr(graphs, question)(getattr(self._base, owner), *given, **named)
        except (KbError, KeyError) as error:  # no longer there: that is an answer as well
            return f"{type(error).__name__}: {error}"
        raise _UnplainError


def part_of(name: str) -> str | None:
    """The part of a base on which a checksum depends, if it depends on one part only and that has a mark.

    Examples
    --------
    >>> part_of("studies/zhang2024/findings"), part_of('ask/graph/naming/[["condition", "gout"], {}]')
    ('studies/zhang2024', 'graph')
    >>> part_of("studies/**"), part_of("ask/questions/pages/[[], {}]")
    (None, None)
    """
    head, _, rest = name.partition("/")
    if head == "ask":
        owner, question, _ = rest.split("/", 2)
        if owner in {"graph", "standing"}:
            return owner
        return question if (owner, question) in {("questions", "about"), ("base", "resolve")} else None
    if head in {"graph", "standing"}:
        return head
    key, _, fields_of_it = rest.partition("/")
    return f"{head}/{key}" if head in NOUNS and fields_of_it and key else None


def _of_mapping(mapping: Mapping[str, Untyped], rest: str, *, nouns: bool) -> Untyped:
    key, _, field = rest.partition("/")
    if not key:
        return list(mapping)
    if key == "?":
        return bool(mapping)
    if key == "**":
        return mapping
    if key not in mapping:
        return _ABSENT
    if field == "*" or (not field and not nouns):
        return mapping[key]
    return getattr(mapping[key], field) if field else "present"


def _of_graph(graph: Untyped, rest: str) -> Untyped:
    part, _, node = rest.partition("/")
    if not part:
        return list(graph.nodes(data=True)), list(graph.edges(keys=True, data=True))
    view = getattr(graph, part)
    if not node:
        return list(view)
    if node not in graph:
        return _ABSENT
    return {other: dict(keys) for other, keys in view[node].items()} if part != "nodes" else view[node]


class _UnplainError(Exception):
    """A value that cannot be written down."""


def digest(value: Untyped) -> str:
    """Checksum of a value; equal values, in the same order, have the same.

    Examples
    --------
    >>> digest({"a", "b"}) == digest({"b", "a"}), digest(["a", "b"]) == digest(["b", "a"])
    (True, False)
    >>> digest(1) == digest("1")
    False
    """
    return _short(json.dumps(_plain(value), ensure_ascii=False))


def _short(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_BYTES).hexdigest()


def _plain(value: Untyped) -> Untyped:
    """A value as JSON can hold it, its order and types kept."""
    if value is None or type(value) in {str, int, float, bool}:
        return value
    if isinstance(value, Enum):
        return ["enum", _plain(value.value)]
    if isinstance(value, BaseModel):
        return ["noun", [[name, _plain(getattr(value, name))] for name in type(value).model_fields]]
    if is_dataclass(value) and not isinstance(value, type):
        return ["data", [[field.name, _plain(getattr(value, field.name))] for field in fields(value)]]
    if isinstance(value, Mapping):
        return ["map", [[_plain(key), _plain(item)] for key, item in value.items()]]
    if isinstance(value, AbstractSet):
        return ["set", sorted((_plain(item) for item in value), key=json.dumps)]
    if isinstance(value, list | tuple):
        return ["row", [_plain(item) for item in value]]
    return _plain_rest(value)


def _plain_rest(value: Untyped) -> Untyped:
    if isinstance(value, dt.date | dt.timedelta | Path):
        return [type(value).__name__, str(value)]
    if hasattr(type(value), "__struct_fields__"):  # msgspec: records of PubMed
        return ["struct", [[name, _plain(getattr(value, name))] for name in type(value).__struct_fields__]]
    raise _UnplainError
