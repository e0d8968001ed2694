"""A base that writes down whatever is read of it; the names and why this is safe: :mod:`kb.notebooks.reads`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, cast

import networkx as nx
from pydantic import BaseModel

from kb.answers.questions import Questions
from kb.base import Base
from kb.model import Corpus
from kb.notebooks.reads import (
    ASKED,
    EVERYTHING,
    FRAMES,
    LISTS,
    NOUNS,
    QUESTIONS,
    Reads,
    Untyped,
    answering,
    asked,
    is_answering,
)
from kb.synthesis.reports import registrations

if TYPE_CHECKING:
    from collections.abc import Iterable


# --- nouns --------------------------------------------------------------------------------------------------------

_MARKED: dict[int, tuple[Untyped, Reads, str]] = {}
"""Recorded nouns by identity: a noun cannot hold more than its fields."""


@cache
def _recorded_class(kind: type[BaseModel]) -> type[BaseModel]:
    fields = frozenset(kind.model_fields)

    def read(self: Untyped, name: str) -> Untyped:
        known = _MARKED.get(id(self))
        if known is not None and known[0] is self:
            if name in fields:
                known[1].note(known[2], name)
            elif (
                name == "__dict__" or name.startswith("__pydantic") or name in object.__getattribute__(self, "__dict__")
            ):
                known[1].note(known[2], "*")
        return object.__getattribute__(self, name)

    metaclass: Untyped = type(kind)
    made = metaclass(
        kind.__name__,
        (kind,),
        {"__getattribute__": read, "__module__": kind.__module__, "__qualname__": kind.__qualname__},
    )
    return cast("type[BaseModel]", made)


def _marked(noun: Untyped, reads: Reads, name: str) -> Untyped:
    """A noun that writes down which of its fields are read; anything else counts as read whole."""
    if not isinstance(noun, BaseModel):
        return noun
    kind: Untyped = _recorded_class(type(noun))
    made = object.__new__(kind)
    for slot in ("__dict__", "__pydantic_fields_set__", "__pydantic_extra__", "__pydantic_private__"):
        object.__setattr__(made, slot, getattr(noun, slot))
    _MARKED[id(made)] = made, reads, name
    return made


class RecordedMapping(Mapping[str, Untyped]):
    """A mapping that writes down which keys were asked for."""

    def __init__(self, reads: Reads, name: str, items: Mapping[str, Untyped]) -> None:
        self._reads, self._name, self._items = reads, name, items
        self._made: dict[str, Untyped] = {}
        self._listed = False

    def __getitem__(self, key: str) -> Untyped:
        if not self._listed:
            self._reads.note(self._name, str(key))
        item = self._items[key]
        if is_answering():
            return item
        if key not in self._made:
            self._made[key] = _marked(item, self._reads, f"{self._name}/{key}")
        made = self._made[key]
        if made is item:  # not a noun: its value is known as soon as it is got
            self._reads.note(self._name, str(key))
        return made

    def __contains__(self, key: object) -> bool:
        if not self._listed:
            self._reads.note(self._name, str(key))
        return key in self._items

    def __iter__(self) -> Iterator[str]:
        self._list()
        return iter(self._items)

    def __len__(self) -> int:
        self._list()
        return len(self._items)

    def __bool__(self) -> bool:
        self._reads.note(self._name, "?")
        return bool(self._items)

    def __repr__(self) -> str:
        self._reads.note(self._name, "**")
        return repr(self._items)

    def _list(self) -> None:
        self._reads.note(self._name)
        self._listed = self._listed or not is_answering()


class RecordedSet(AbstractSet[str]):
    """A set that writes down which members were asked for."""

    def __init__(self, reads: Reads, name: str, items: frozenset[str]) -> None:
        self._reads, self._name, self._items = reads, name, items

    @classmethod
    def _from_iterable(cls, items: Iterable[str]) -> frozenset[str]:  # type: ignore[override]
        return frozenset(items)

    def __contains__(self, key: object) -> bool:
        self._reads.note(self._name, str(key))
        return key in self._items

    def __iter__(self) -> Iterator[str]:
        self._reads.note(self._name)
        return iter(self._items)

    def __len__(self) -> int:
        self._reads.note(self._name)
        return len(self._items)


class _RecordedCorpus(Corpus):
    """A corpus of recorded mappings; :func:`_list_of` adds what else it holds."""

    __slots__ = ("_reads",)

    def __init__(self, reads: Reads, corpus: Corpus) -> None:
        object.__setattr__(self, "_reads", reads)
        for name in NOUNS:
            object.__setattr__(self, name, RecordedMapping(reads, name, getattr(corpus, name)))
        for name in LISTS:
            Corpus.__dict__[name].__set__(self, getattr(corpus, name))


def _list_of(name: str) -> property:
    """A field of a corpus that is read as a whole."""
    slot: Untyped = Corpus.__dict__[name]

    def read(self: _RecordedCorpus) -> Untyped:
        reads: Reads = object.__getattribute__(self, "_reads")
        reads.note(name)
        return slot.__get__(self)

    return property(read)


for _name in LISTS:
    setattr(_RecordedCorpus, _name, _list_of(_name))


# --- the graph ----------------------------------------------------------------------------------------------------


class _RecordedNodes(RecordedMapping):
    """The nodes of a graph: a mapping that networkx also lets be called."""

    def __call__(self, *given: Untyped, **options: Untyped) -> Untyped:
        self._reads.note(self._name.partition("/")[0])
        return self._items(*given, **options)  # type: ignore[operator]


class RecordedGraph(nx.MultiDiGraph):  # type: ignore[type-arg]
    """A graph that writes down which questions it was asked, and which nodes were looked at besides.

    It shares its insides with the graph that it is made from.
    """

    def __init__(self, reads: Reads, name: str, graph: Untyped) -> None:
        self.__dict__.update({name: inside for name, inside in graph.__dict__.items() if name != "asked"})
        views = {view: getattr(graph, view) for view in ("succ", "pred", "nodes")}
        made = {view: _RecordedNodes(reads, f"{name}/{view}", inside) for view, inside in views.items()}
        self.__dict__["recorded"] = reads, name, graph, made

    def __getattribute__(self, attribute: str) -> Untyped:
        inside = object.__getattribute__(self, "__dict__")
        if "recorded" not in inside or is_answering() or attribute in {"asked", "__class__"}:
            return object.__getattribute__(self, attribute)
        reads, name, _, made = inside["recorded"]
        if attribute in made:
            return made[attribute]
        reads.note(name)
        return object.__getattribute__(self, attribute)

    def __contains__(self, node: object) -> bool:
        reads, name, graph, _ = object.__getattribute__(self, "__dict__")["recorded"]
        reads.note(name, "nodes", str(node))
        return node in graph

    def asked(
        self, question: Callable[..., Untyped], given: tuple[Untyped, ...], named: Mapping[str, Untyped]
    ) -> Untyped:
        """Answer a question of :mod:`kb.graph`; its name is written down, not what it looks at."""
        reads, name, graph, _ = object.__getattribute__(self, "__dict__")["recorded"]
        told = asked(name, question.__name__, given, named)
        if told is None:
            return question(self, *given, **named)
        reads.note(told)
        with answering():
            return question(graph, *given, **named)


# --- the base -----------------------------------------------------------------------------------------------------


class RecordedBase(Base):
    """A base that writes down what is read of it; made by :func:`recorded`."""

    def __init__(self, base: Base, reads: Reads) -> None:
        self._true, self._reads = base, reads
        self.corpus = _RecordedCorpus(reads, base.corpus)
        made: dict[str, Untyped] = {
            "graph": RecordedGraph(reads, "graph", base.graph),
            "standing": RecordedGraph(reads, "standing", base.standing),
            "notices": RecordedMapping(reads, "notices", base.notices),
            "snapshot": RecordedMapping(reads, "snapshot", base.snapshot),
            "retracted": RecordedSet(reads, "retracted", base.retracted),
        }
        self.__dict__.update(made)

    @property
    def root(self) -> Path:  # type: ignore[override]
        """The folder: whoever asks for it may read anything in it."""
        self._reads.note(EVERYTHING)
        return self._true.root

    @cached_property
    def questions(self) -> Questions:
        """The questions that it can answer."""
        known = registrations(self._true.corpus.references, self._true.snapshot)
        recorded = RecordedMapping(self._reads, "registrations", known)
        return _RecordedQuestions(self._true, self._reads, self.corpus, self.standing, self.retracted, recorded)

    def __getattribute__(self, name: str) -> Untyped:
        if name in FRAMES:
            for part in FRAMES[name]:
                self._reads.note(part)
            return getattr(self._true, name)
        if name in QUESTIONS:
            return _Question(self._true, self._reads, name)
        if name in {"check", "audit"}:
            return _Whole(self._true, self._reads, name)
        return object.__getattribute__(self, name)


class _RecordedQuestions(Questions):
    """Questions of a recorded base: which there are is answered by the true one, answers are made of what is read."""

    def __init__(self, base: Base, reads: Reads, *parts: Untyped) -> None:
        super().__init__(*parts)
        self.__dict__.update(true=base, reads=reads)

    def __getattribute__(self, name: str) -> Untyped:
        if name not in ASKED:
            return object.__getattribute__(self, name)
        inside = object.__getattribute__(self, "__dict__")
        with answering():
            questions = inside["true"].questions
        if name == "pages":
            inside["reads"].note(asked("questions", name, (), {}) or EVERYTHING)
            with answering():
                return questions.pages
        return _Question(questions, inside["reads"], name, "questions")


class _Question:
    """A method of a base, whose answers are written down."""

    def __init__(self, base: Base | Questions, reads: Reads, name: str, owner: str = "base") -> None:
        self._base, self._reads, self._name, self._owner = base, reads, name, owner

    def __call__(self, *given: Untyped, **options: Untyped) -> Untyped:
        told = asked(self._owner, self._name, given, options)
        self._reads.note(told or EVERYTHING)
        with answering():
            return getattr(self._base, self._name)(*given, **options)


class _Whole(_Question):
    """A method of a base that looks at everything."""

    def __call__(self, *given: Untyped, **options: Untyped) -> Untyped:
        self._reads.note(EVERYTHING)
        with answering():
            return getattr(self._base, self._name)(*given, **options)


def recorded(base: Base, reads: Reads) -> Base:
    """A base that writes down what is read of it.

    Examples
    --------
    >>> import kb
    >>> reads = Reads()
    >>> base = recorded(kb.open(), reads)
    >>> base.corpus.studies["zhang2024"].design.value
    'systematic-review-with-meta-analysis'
    >>> len(base.bearing_on(condition="plantar-fasciitis").studies) > 5
    True
    >>> sorted(name.partition("[")[0] for name in reads.names)
    ['ask/graph/bearing_on/', 'studies/zhang2024', 'studies/zhang2024/design']
    """
    return RecordedBase(base, reads)


def prepare(base: Base) -> None:
    """Make the recorded classes, so that forks start with them."""
    corpus = recorded(base, Reads()).corpus
    for name in NOUNS:
        for noun in getattr(corpus, name).values():
            _MARKED.pop(id(noun))
            break
