"""Candidates of a watch in the order in which to read them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.problems import EvidenceError
from kb.pubmed import queries
from kb.pubmed.candidates import Candidate, load_all

if TYPE_CHECKING:
    from pathlib import Path

    from kb.model import Corpus
    from kb.pubmed.queries import Cell


@dataclass(frozen=True, slots=True)
class Offer:
    """A candidate with its rank.

    Parameters
    ----------
    candidate
        As kept.
    cells
        Conditions and interventions whose query found it.
    design
        What it seems to be, from publication types or its title.
    score
        Twice the concepts named in the title (0 to 2) plus the weight of the design (0 to 4). A rule of thumb of ours,
        for the order of reading only.
    """

    candidate: Candidate
    cells: tuple[Cell, ...]
    design: str
    score: int


_DESIGNS: tuple[tuple[str, int, frozenset[str], re.Pattern[str]], ...] = (
    ("protocol", 0, frozenset({"clinical trial protocol"}), re.compile(r"\bprotocol\b", re.IGNORECASE)),
    ("comment", 0, frozenset({"comment", "editorial", "letter", "news"}), re.compile(r"(?!)")),
    (
        "guideline",
        4,
        frozenset({"practice guideline", "guideline"}),
        re.compile(r"\bpractice guidelines?\b", re.IGNORECASE),
    ),
    (
        "systematic review",
        4,
        frozenset({"systematic review", "meta-analysis", "network meta-analysis"}),
        re.compile(r"\bsystematic review|\bmeta-?analys[ie]s\b", re.IGNORECASE),
    ),
    (
        "randomized trial",
        3,
        frozenset({"randomized controlled trial", "equivalence trial", "pragmatic clinical trial"}),
        re.compile(r"\brandomi[sz]ed\b.*\btrial\b", re.IGNORECASE),
    ),
    (
        "clinical trial",
        2,
        frozenset({"controlled clinical trial", "clinical trial", "adaptive clinical trial"}),
        re.compile(r"\btrial\b", re.IGNORECASE),
    ),
    (
        "observational study",
        2,
        frozenset({"observational study", "multicenter study", "comparative study"}),
        re.compile(r"\bcohort\b|\bcase-control\b", re.IGNORECASE),
    ),
)


def design_of(title: str | None, publication_types: Iterable[str]) -> tuple[str, int]:
    """What a record seems to be, and the weight of that: by publication types, else by its title, which is said.

    Examples
    --------
    >>> design_of("Shockwave for tennis elbow: a randomised trial", ["Journal Article"])
    ('randomized trial, by its title', 3)
    >>> design_of("Shockwave", ["Journal Article", "Systematic Review"])
    ('systematic review', 4)
    """
    types = {name.casefold() for name in publication_types}
    for name, weight, fitting, _ in _DESIGNS:
        if types & fitting:
            return name, weight
    for name, weight, _, words in _DESIGNS:
        if title and words.search(title):
            return f"{name}, by its title", weight
    return "other", 1


def offers(
    root: Path,
    corpus: Corpus,
    cells: Iterable[Cell] | None = None,
    states: Iterable[str] = ("new",),
) -> list[Offer]:
    """Candidates of some cells, best first; what is in the base by now is not offered.

    Parameters
    ----------
    root, corpus
        The evidence.
    cells
        All that have a file when left out.
    states
        Which of new, accepted, rejected.

    Raises
    ------
    EvidenceError
        When a file of the watch cannot be read.
    """
    watches, problems = load_all(root)
    if problems:
        raise EvidenceError(root, problems)
    wanted = set(watches if cells is None else cells)
    where: dict[str, list[Cell]] = {}
    for cell, watch in watches.items():
        for pmid in (*(c.pmid for c in watch.candidates), *watch.seen):
            where.setdefault(pmid, []).append(cell)
    there = {reference.pmid for reference in corpus.references.values()}
    chosen = set(states)
    words = _Names(corpus)
    found = [
        _offer(candidate, tuple(where[candidate.pmid]), words)
        for watch in watches.values()
        for candidate in watch.candidates
        if candidate.state in chosen
        and wanted.intersection(where[candidate.pmid])
        and (candidate.state != "new" or candidate.pmid not in there)
    ]
    return sorted(found, key=lambda o: (-o.score, -(o.candidate.year or 0), -int(o.candidate.pmid)))


class _Names:
    """Names of concepts as patterns, each made once."""

    def __init__(self, corpus: Corpus) -> None:
        self._terms = {"conditions": corpus.conditions, "interventions": corpus.interventions}
        self._known: dict[tuple[str, str], re.Pattern[str]] = {}

    def named(self, vocabulary: str, identifier: str, title: str) -> bool:
        """Whether a title names a term or a narrower one."""
        if (vocabulary, identifier) not in self._known:
            terms = self._terms[vocabulary]
            below = [terms[name] for name in queries.narrower(terms, identifier)] if identifier in terms else []
            some = [*queries.names(below), *(queries.clean(term.mesh) for term in below if term.mesh)]
            either = "|".join(re.escape(name).replace(r"\-", "[- ]?") for name in some)
            self._known[vocabulary, identifier] = re.compile(rf"\b(?:{either or '(?!)'})s?\b", re.IGNORECASE)
        return bool(self._known[vocabulary, identifier].search(title))


def _offer(candidate: Candidate, cells: tuple[Cell, ...], words: _Names) -> Offer:
    title = candidate.title or ""
    close = max(words.named("conditions", c, title) + words.named("interventions", i, title) for c, i in cells)
    design, weight = design_of(title, candidate.publication_types)
    return Offer(candidate, cells, design, weight + 2 * close)
