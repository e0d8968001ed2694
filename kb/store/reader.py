"""evidence/ -> model: every file read, every problem of every file collected."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from kb.model import VOCABULARIES, CertaintyReview, Change, Corpus, Noun, Post, Redirect, Study, Term
from kb.problems import EvidenceError, Problem
from kb.store import bibtex, pages, rules, yamlfile
from kb.store.schema import Found, problems_of, salvage

N = TypeVar("N", bound=Noun)


@dataclass(slots=True)
class _Reading:
    """What has been read so far: the nouns, their files, and the problems with their place inside a file."""

    root: Path
    problems: list[Problem] = field(default_factory=list)
    pending: list[tuple[str, Found]] = field(default_factory=list)
    seen_keys: set[str] = field(default_factory=set)


def load(root: Path) -> Corpus:
    """The evidence in a folder.

    Parameters
    ----------
    root
        The evidence folder.

    Raises
    ------
    EvidenceError
        When any problem is an error; it carries all of them.
    """
    corpus, problems = validate(root)
    if corpus is None or any(p.severity == "error" for p in problems):
        raise EvidenceError(root, problems)
    return corpus


def validate(root: Path) -> tuple[Corpus | None, list[Problem]]:
    """Everything that is wrong with a folder, sorted by file and line, and its content where it can be read.

    A file with an error does not hide the problems of the others: rules across files run over whatever could
    be read, and do not blame a file for what another one lost.
    """
    if not root.is_dir():
        found = "is not a folder" if root.exists() else "does not exist"
        advice = "Name the evidence folder with --evidence, or go to the folder that holds it."
        return None, [Problem(str(root), 0, "missing-folder", found, advice)]
    reading = _Reading(root)
    terms = {name: _terms(reading, name, noun) for name, noun in VOCABULARIES.items()}
    references, lines, problems = bibtex.read(root / bibtex.FILE)
    reading.problems += problems
    studies = _folder(reading, "studies", Study, lambda study: study.key)
    posts = _folder(reading, "posts", Post, lambda post: post.slug)
    if not studies and not reading.problems and not reading.pending:
        advice = "Add one: kb add PMID, or see CONTRIBUTING.md of kb."
        return None, [Problem(str(root), 0, "empty", "holds no study", advice)]
    certainty = tuple(item for _, item in _items(reading, rules.CERTAINTY, CertaintyReview))
    changes = tuple(item for _, item in _items(reading, pages.CHANGES, Change))
    corpus = Corpus(
        **terms,  # type: ignore[arg-type]
        references=references,
        studies=studies,
        posts=posts,
        certainty=certainty,
        changes=changes,
        redirects=_redirects(reading),
    )
    known = rules.Known(studies=frozenset(reading.seen_keys) | set(studies), references=frozenset(lines))
    for file, broken in rules.check(corpus, known):
        if file == bibtex.FILE:
            line = lines.get(str(broken.loc[0]), 0) if broken.loc else 0
            reading.problems.append(_problem(file, line, broken))
        else:
            reading.pending.append((file, broken))
    return corpus, sorted({*reading.problems, *_placed(reading)})


def _terms(reading: _Reading, name: str, noun: type[Term]) -> dict[str, Term]:
    shown = f"vocabulary/{name}.yaml"
    path = reading.root / shown
    if not path.exists():
        found = "does not exist"
        reading.problems.append(Problem(shown, 0, "missing-file", found, "Write an empty list, [], if there are none."))
        return {}
    terms: dict[str, Term] = {}
    for index, term in _items(reading, shown, noun):
        if term.id in terms:
            message = f"the term '{term.id}' is defined twice"
            reading.pending.append((shown, Found((index,), "duplicate-term", message, "Merge the two.")))
        terms[term.id] = term
    return terms


def _items(reading: _Reading, shown: str, noun: type[N]) -> Iterator[tuple[int, N]]:
    """Entries of a file that is a list, with their index; none where there is no such file."""
    path = reading.root / shown
    if not path.exists():
        return
    data, problems = yamlfile.read(path, shown)
    reading.problems += problems
    if problems:
        return
    if not isinstance(data, list):
        first = next(iter(noun.model_fields))
        advice = f"Start with '- {first}:'."
        reading.problems.append(Problem(shown, 1, "wrong-type", "does not hold a list", advice))
        return
    for index, item in enumerate(data):
        made, found_here = problems_of(noun, item)
        reading.pending += [(shown, f._replace(loc=(index, *f.loc))) for f in found_here]
        if made is not None:
            yield index, made


def _redirects(reading: _Reading) -> dict[str, str]:
    """Pages of before and of now; none where there is no such file."""
    path = reading.root / pages.REDIRECTS
    if not path.exists():
        return {}
    data, problems = yamlfile.read(path, pages.REDIRECTS)
    reading.problems += problems
    if problems or data is None:
        return {}
    if not isinstance(data, Mapping):
        advice = "Write 'condition/old-id: condition/new-id', a line a page."
        reading.problems.append(Problem(pages.REDIRECTS, 1, "wrong-type", "does not hold a mapping", advice))
        return {}
    made = {}
    for old, new in data.items():
        redirect, found_here = problems_of(Redirect, {"old": old, "new": new})
        reading.pending += [(pages.REDIRECTS, found._replace(loc=(str(old),))) for found in found_here]
        if redirect is not None:
            made[redirect.old] = redirect.new
    return made


def _folder(reading: _Reading, name: str, noun: type[N], key: Callable[[N], str]) -> dict[str, N]:
    items: dict[str, N] = {}
    folder = reading.root / name
    try:
        paths = sorted(entry.path for entry in os.scandir(folder) if not entry.name.startswith("."))
    except FileNotFoundError:
        return items
    except OSError as error:
        reading.problems.append(Problem(name, 0, "unreadable", f"cannot be read: {error.strerror}"))
        return items
    files = []
    for path in map(Path, paths):
        shown = f"{name}/{path.name}"
        if path.suffix == ".yaml":
            files.append((path, shown))
        else:
            advice = "Rename it to .yaml or move it away."
            reading.problems.append(Problem(shown, 0, "stray-file", "is not a .yaml file", advice))
    for (path, shown), (data, problems) in zip(files, yamlfile.read_all(files), strict=True):
        reading.seen_keys.add(path.stem)
        reading.problems += problems
        if problems:
            continue
        item, found_here = problems_of(noun, data)
        reading.pending += [(shown, found) for found in found_here]
        item = item or salvage(noun, data, found_here)
        if item is None:
            continue
        if key(item) != path.stem:
            message = f"holds '{key(item)}', which belongs in {key(item)}.yaml"
            field_name = "key" if noun is Study else "slug"
            found = Found((field_name,), "wrong-name", message, "Rename the file or mend the field.")
            reading.pending.append((shown, found))
        items[path.stem] = item
    return items


def _placed(reading: _Reading) -> Iterable[Problem]:
    """Pending problems with their lines; each file is looked at once, and only if it has any."""
    by_file: dict[str, list[Found]] = {}
    for path, found in reading.pending:
        by_file.setdefault(path, []).append(found)
    for path, items in by_file.items():
        lines = yamlfile.Lines(reading.root / path)
        for found in items:
            yield _problem(path, lines.of(found.loc), found)


def _problem(path: str, line: int, found: Found) -> Problem:
    severity = "warning" if found.rule in rules.WARNINGS else "error"
    return Problem(path, line, found.rule, found.message, found.advice, severity)  # type: ignore[arg-type]
