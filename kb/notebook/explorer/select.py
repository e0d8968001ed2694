"""Which findings, studies, claims and posts a view holds, and which values of a filter still give something."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from kb import graph as graphs
from kb.model import CertaintyLevel, InterventionKind
from kb.notebook.claims import claim_of
from kb.notebook.explorer.kept import kept
from kb.notebook.explorer.view import NOT_RATED, TERMS, View, level_words, value_words

if TYPE_CHECKING:
    from kb.base import Base
    from kb.graph import Graph
    from kb.model import Claim, Finding, Study

_FACETS = (*TERMS, "design", "certainty")
_LEVELS = (*(level.value for level in CertaintyLevel), NOT_RATED)


@dataclass(frozen=True, slots=True)
class Item:
    """What a view chooses from: a finding, or a study that has none.

    ``values`` holds, for each filter, everything that it may be set to so that the item stays: a term and its broader
    ones.
    """

    study: str
    finding: str | None
    year: int | None
    values: dict[str, frozenset[str]]

    @property
    def name(self) -> str:
        """``<study>.<finding>``, or the study."""
        return self.finding or self.study


@dataclass(frozen=True)
class Selection:
    """What a view holds, each in the order of the base; retracted studies are never among it.

    Parameters
    ----------
    view
        What was asked.
    findings
        Ids ``<study>.<finding>``.
    studies
        Keys, also of studies without a finding.
    claims, posts
        Claims about the terms, or that rest on a study of the view where anything else is chosen, and their posts.
    gone
        Retracted studies that would be among it.
    """

    view: View
    findings: tuple[str, ...]
    studies: tuple[str, ...]
    claims: tuple[str, ...]
    posts: tuple[str, ...]
    gone: tuple[str, ...] = ()

    @cached_property
    def finding_set(self) -> frozenset[str]:
        """The findings, to look up."""
        return frozenset(self.findings)


@dataclass(frozen=True, slots=True)
class Option:
    """A value that a filter may be set to, what it is called, and how many studies the view then holds."""

    value: str
    label: str
    studies: int


@lru_cache(maxsize=2)
def items(base: Base) -> tuple[Item, ...]:
    """Everything that views choose from, retracted studies too."""
    graph = kept(base).graph if not base.retracted else base.graph
    cites = _posts_of(base)
    made = []
    for key, study in sorted(base.corpus.studies.items()):
        reference = base.corpus.references.get(key)
        fixed = {"design": frozenset({study.design.value}), "study": frozenset({key}), "post": cites.get(key, _NONE)}
        year = reference.year if reference else None
        made += [Item(key, f"{key}.{f.id}", year, {**fixed, **_of_finding(graph, f)}) for f in study.findings] or [
            Item(key, None, year, {**fixed, **_of_study(graph, study)})
        ]
    return tuple(made)


_NONE: frozenset[str] = frozenset()


def _posts_of(base: Base) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for slug, post in base.corpus.posts.items():
        keys = {c.study for c in post.citations} | {e.study for claim in post.claims for e in claim.evidence}
        for key in keys - {None}:
            found.setdefault(str(key), set()).add(slug)
    return {key: frozenset(slugs) for key, slugs in found.items()}


def _of_finding(graph: Graph, finding: Finding) -> dict[str, frozenset[str]]:
    return {
        "condition": _wide(graph, "condition", finding.conditions),
        "intervention": _wide(graph, "intervention", (*finding.interventions, *finding.comparators)),
        "outcome": _wide(graph, "outcome", finding.outcomes),
        "population": _wide(graph, "population", finding.populations),
    }


def _of_study(graph: Graph, study: Study) -> dict[str, frozenset[str]]:
    return {
        "condition": _wide(graph, "condition", study.condition_ids),
        "intervention": _wide(graph, "intervention", study.intervention_ids),
        "outcome": _NONE,
        "population": _wide(graph, "population", study.populations),
    }


def _wide(graph: Graph, noun: str, ids: Iterable[str]) -> frozenset[str]:
    """Terms and everything broader; an id that does not exist counts for nothing."""
    names = (graphs.node(noun, i) for i in ids)
    return frozenset(wide.split(":", 1)[1] for name in names if name in graph for wide in graphs.broader(graph, name))


# --- choosing --------------------------------------------------------------------------------------------------------


def select(base: Base, view: View) -> Selection:
    """What a view holds.

    A finding counts when it carries every term that is asked for, narrower ones included, as in
    :func:`kb.graph.bearing_on`.

    Examples
    --------
    >>> import kb
    >>> base = kb.open()
    >>> found = select(base, View(condition="lateral-epicondylitis", intervention="shockwave"))
    >>> found.studies == base.bearing_on(condition="lateral-epicondylitis", intervention="shockwave").studies
    True
    """
    fitting = list(_fitting(base, view))
    here = [item for item in fitting if item.study not in base.retracted]
    studies = tuple(dict.fromkeys(item.study for item in here))
    claims = tuple(_claims(base, view, frozenset(studies)))
    return Selection(
        view,
        tuple(item.finding for item in here if item.finding),
        studies,
        claims,
        tuple(dict.fromkeys(claim.rpartition(".")[0] for claim in claims)),
        tuple(dict.fromkeys(item.study for item in fitting if item.study in base.retracted)),
    )


def _fitting(base: Base, view: View, *, without: str = "") -> Iterator[Item]:
    """Items that fit a view, one of its filters left out."""
    asked = {name: str(value) for name, value in view.as_dict().items() if not name.startswith("years")}
    asked.pop(without, None)
    level = asked.pop("certainty", None)
    levels = kept(base).levels if level else {}
    years = without == "years" or not (view.years_from or view.years_to)
    for item in items(base):
        rated = level is None or level in levels.get(item.name, ())
        if (
            rated
            and (years or _in_years(item.year, view))
            and all(value in item.values[name] for name, value in asked.items())
        ):
            yield item


def _in_years(year: int | None, view: View) -> bool:
    return year is not None and (view.years_from or 0) <= year <= (view.years_to or year)


def _claims(base: Base, view: View, studies: Collection[str]) -> Iterator[str]:
    """Claims about the terms; where anything but terms is chosen, those that rest on a study of the view."""
    asked = view.terms
    graph = kept(base).graph
    below = {noun: _below(graph, noun, term) for noun, term in asked.items()}
    further = view.without(*TERMS, "post").as_dict()
    for slug, post in base.corpus.posts.items():
        if view.post not in {None, slug}:
            continue
        for claim in post.claims:
            rests = not further or any(e.study in studies for e in claim.evidence)
            if rests and all(ids & _named(claim, noun) for noun, ids in below.items()):
                yield f"{slug}.{claim.id}"


def _named(claim: Claim, noun: str) -> set[str]:
    named = set(getattr(claim, f"{noun}s"))
    return named | set(claim.comparators) if noun == "intervention" else named


def _below(graph: Graph, noun: str, term: str) -> set[str]:
    return {name.split(":", 1)[1] for name in graphs.narrower(graph, graphs.node(noun, term))}


def below(base: Base, noun: str, term: str) -> set[str]:
    """Ids of a term and of everything narrower."""
    return _below(kept(base).graph, noun, term)


# --- what may be chosen next -----------------------------------------------------------------------------------------


def options(base: Base, view: View, names: Iterable[str] = _FACETS) -> dict[str, list[Option]]:
    """For each filter the values that still give a study, the rest of the view held as it is, by label.

    What is chosen is always among them. Controls such as placebo are compared with, not looked for.

    Examples
    --------
    >>> import kb
    >>> found = options(kb.open(), View(condition="lateral-epicondylitis"), ["certainty"])
    >>> [option.label for option in found["certainty"]][:2]
    ['low', 'very low']
    """
    made = {}
    for name in names:
        counts: dict[str, set[str]] = {}
        levels = kept(base).levels if name == "certainty" else {}
        for item in _fitting(base, view, without=name):
            if item.study in base.retracted:
                continue
            for value in levels.get(item.name, ()) if name == "certainty" else item.values[name]:
                counts.setdefault(value, set()).add(item.study)
        chosen = getattr(view, name)
        if chosen is not None:
            counts.setdefault(chosen, set())
        made[name] = _ordered(base, name, counts, chosen)
    return made


def _ordered(base: Base, name: str, counts: dict[str, set[str]], chosen: str | None) -> list[Option]:
    corpus = base.corpus
    if name == "certainty":
        return [Option(level, level_words(level), len(counts[level])) for level in _LEVELS if level in counts]
    if name == "intervention":
        kinds = corpus.interventions
        counts = {i: n for i, n in counts.items() if i == chosen or kinds[i].kind is not InterventionKind.CONTROL}
    found = [Option(value, value_words(corpus, name, value), len(keys)) for value, keys in counts.items()]
    return sorted(found, key=lambda option: (option.label.casefold(), option.value))


def years(base: Base, view: View) -> dict[int, int]:
    """Studies of the view by year of publication, its years left open; studies of unknown year are not among them."""
    counts: dict[int, set[str]] = {}
    for item in _fitting(base, view, without="years"):
        if item.year is not None and item.study not in base.retracted:
            counts.setdefault(item.year, set()).add(item.study)
    return {year: len(keys) for year, keys in sorted(counts.items())}


def findings_in(base: Base, found: Selection) -> list[tuple[Study, Finding]]:
    """Study and finding of a selection's findings."""
    by_id = _by_id(base)
    return [by_id[name] for name in found.findings]


@lru_cache(maxsize=2)
def _by_id(base: Base) -> dict[str, tuple[Study, Finding]]:
    return {f"{key}.{f.id}": (study, f) for key, study in base.corpus.studies.items() for f in study.findings}


def claims_in(base: Base, found: Selection) -> list[tuple[str, str, Claim]]:
    """Id, slug and claim of a selection's claims."""
    return [(name, *claim_of(base, name)) for name in found.claims]
