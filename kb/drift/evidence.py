"""What the evidence was, study by study and finding by finding, so that a cause of drift can be named."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from kb.cite import author_year
from kb.drift.told import Told, moved_told, renames, told

if TYPE_CHECKING:
    from pydantic import BaseModel

    from kb.base import Base

_DIGITS = 8
_APART = {"facts", "watch", "studies", "bibliography.bib"}
"""What is no cause, and what is told study by study."""


@dataclass(frozen=True, slots=True)
class Index:
    """Digests of the evidence.

    Parameters
    ----------
    studies
        Key of a study -> digest of what the base holds of it, its findings apart.
    findings
        ``<study>.<finding>`` -> digest.
    files
        Other files, e.g. ``posts/x.yaml`` -> digest.
    labels
        Key of a study -> author and year, as pages name it.
    marks
        Key of a study -> that it is retracted, corrected or of concern, where it is.
    told
        What the evidence says, from :func:`kb.drift.told.told`.
    """

    studies: Mapping[str, str] = field(default_factory=dict)
    findings: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    marks: Mapping[str, str] = field(default_factory=dict)
    told: Told = field(default_factory=dict)

    def write(self) -> str:
        """The index as a file: a line a thing, sorted.

        Examples
        --------
        >>> index = Index({"lee2020": "a1"}, {"lee2020.f01": "b2"}, {"posts/x.yaml": "c3"}, {"lee2020": "Lee 2020"})
        >>> print(index.write(), end="")
        file posts/x.yaml c3
        finding lee2020.f01 b2
        study lee2020 a1 Lee 2020
        >>> Index.read(index.write()) == index
        True
        """
        lines = [f"study {key} {digest} {self.labels[key]}" for key, digest in self.studies.items()]
        lines += [f"finding {key} {digest}" for key, digest in self.findings.items()]
        lines += [f"file {name} {digest}" for name, digest in self.files.items()]
        lines += [f"mark {key} {mark}" for key, mark in self.marks.items()]
        lines += [f"told {name}: {words}" for name, words in self.told.items()]
        return "".join(f"{line}\n" for line in sorted(lines))

    @staticmethod
    def read(text: str) -> Index:
        """What :meth:`write` wrote.

        Raises
        ------
        ValueError
            When a line is something else.
        """
        studies: dict[str, str] = {}
        labels: dict[str, str] = {}
        marks: dict[str, str] = {}
        said: dict[str, str] = {}
        rest: dict[str, dict[str, str]] = {"finding": {}, "file": {}}
        for line in filter(None, text.split("\n")):
            kind, _, told = line.partition(" ")
            if kind == "study":
                key, digest, labels[key] = told.split(" ", 2)
                studies[key] = digest
            elif kind == "mark":
                key, _, marks[key] = told.partition(" ")
            elif kind == "told":
                name, _, said[name] = told.partition(": ")
            elif kind in rest:
                name, _, digest = told.rpartition(" ")
                rest[kind][name] = digest
            else:
                raise ValueError(line)
        return Index(studies, rest["finding"], rest["file"], labels, marks, said)


def index(base: Base) -> Index:
    """The index of the evidence as it is."""
    corpus = base.corpus
    studies: dict[str, str] = {}
    findings: dict[str, str] = {}
    labels: dict[str, str] = {}
    for key, study in corpus.studies.items():
        reference = corpus.references.get(key)
        parts = [_content(study.model_copy(update={"findings": ()}))]
        parts += [_content(reference)] if reference else []
        studies[key] = _digest(parts)
        labels[key] = " ".join(author_year(reference, key).split())
        findings |= {f"{key}.{finding.id}": _digest([_content(finding)]) for finding in study.findings}
    marks = {key: " ".join(mark.split()) for key in corpus.studies if (mark := base.notice_mark(key, every=True))}
    return Index(studies, findings, dict(_other_files(base.root)), labels, marks, told(corpus))


def _content(noun: BaseModel) -> str:
    """A noun without what is left open, so that a field that is new in the model changes nothing."""
    return noun.model_dump_json(exclude_defaults=True)


def _digest(parts: Iterable[str]) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:_DIGITS]


def _other_files(root: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(root.rglob("*")):
        inner = path.relative_to(root)
        hidden = any(part.startswith(".") for part in inner.parts)
        if path.is_file() and not hidden and inner.parts[0] not in _APART:
            yield inner.as_posix(), hashlib.sha256(path.read_bytes()).hexdigest()[:_DIGITS]


@dataclass(frozen=True, slots=True)
class Moved:
    """How the evidence differs from the accepted one.

    Parameters
    ----------
    added, removed
        Keys of studies.
    changed
        Key of a study -> what of it changed, in words.
    files
        Other files that are new, gone or changed.
    labels
        Key -> author and year.
    marks
        Key of a study -> what it is marked as now, in words, where that changed.
    told
        What says something else now, from which words to which, in lines.
    renamed
        Terms with a new name, old to new.
    """

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: Mapping[str, str] = field(default_factory=dict)
    files: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    marks: Mapping[str, str] = field(default_factory=dict)
    told: tuple[str, ...] = ()
    renamed: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Whether anything differs."""
        return bool(self.added or self.removed or self.changed or self.files)

    def what(self, key: str) -> str:
        """What happened to a study, in words, e.g. ``Lee 2020 was added``; empty when nothing did."""
        name = self.labels.get(key, key)
        if key in self.added:
            return f"{name} was added"
        if key in self.removed:
            return f"{name} was removed"
        if key in self.marks:
            return f"{name} is {self.marks[key]}"
        return f"{self.changed[key]} of {name} changed" if key in self.changed else ""

    def of_pool(self, key: str, *, joined: bool) -> str:
        """Why a study counts in a pool that it was not in, or no longer does.

        Examples
        --------
        >>> changed = Moved(
        ...     ("lee2020",), (), {"wu2019": "finding f01"}, (), {"lee2020": "Lee 2020", "wu2019": "Wu 2019"}
        ... )
        >>> changed.of_pool("lee2020", joined=True)
        'Lee 2020 was added'
        >>> changed.of_pool("wu2019", joined=False)
        'Wu 2019 no longer counts (finding f01 of Wu 2019 changed)'
        """
        what = self.what(key)
        if key in (self.added if joined else self.removed):
            return what
        counts = f"{self.labels.get(key, key)} {'now counts' if joined else 'no longer counts'}"
        return f"{counts} ({what})" if what else counts

    def keys(self) -> tuple[str, ...]:
        """Studies that were added, removed or changed."""
        return (*self.added, *self.removed, *self.changed)


def moved(before: Index, now: Index) -> Moved:
    """How the evidence differs.

    Examples
    --------
    >>> before = Index({"lee2020": "a"}, {"lee2020.f01": "b"}, {}, {"lee2020": "Lee 2020"})
    >>> now = Index({"lee2020": "a"}, {"lee2020.f01": "c"}, {}, {"lee2020": "Lee 2020"})
    >>> moved(before, now).what("lee2020")
    'finding f01 of Lee 2020 changed'
    """
    changed: dict[str, str] = {}
    marks: dict[str, str] = {}
    for key in sorted(before.studies.keys() & now.studies.keys()):
        words = _changed(key, before, now)
        was, is_ = before.marks.get(key), now.marks.get(key)
        if was != is_:
            marks[key] = f"now marked {is_}" if is_ else "no longer marked"
        if words or was != is_:
            changed[key] = words or marks[key]
    names = sorted(before.files.keys() | now.files.keys())
    return Moved(
        tuple(sorted(now.studies.keys() - before.studies.keys())),
        tuple(sorted(before.studies.keys() - now.studies.keys())),
        changed,
        tuple(name for name in names if before.files.get(name) != now.files.get(name)),
        {**before.labels, **now.labels},
        marks,
        moved_told(before.told, now.told, now.labels),
        renames(before.told, now.told),
    )


def _changed(key: str, before: Index, now: Index) -> str:
    old, new = (
        {name: digest for name, digest in index.findings.items() if name.rpartition(".")[0] == key}
        for index in (before, now)
    )
    names = sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
    if not names:
        return "the record" if before.studies[key] != now.studies[key] else ""
    listed = ", ".join(name.rpartition(".")[2] for name in names[:5])
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return f"finding{'' if len(names) == 1 else 's'} {listed}{more}"
