"""What a table is asked about, and the studies and findings that bear on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict

from kb.graph import bearing_on
from kb.tables.ending import Given, newest_first, standing, studies_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kb.graph import Graph
    from kb.model import Corpus


class Asked(TypedDict, total=False):
    """What a table can be asked about: ids of terms, narrower ones included, and a post.

    ``post`` is a slug: only studies that the post cites or its claims rest on.
    """

    condition: str | None
    intervention: str | None
    outcome: str | None
    population: str | None
    post: str | None


@dataclass(frozen=True, slots=True)
class Bearing:
    """What bears on what was asked.

    Parameters
    ----------
    keys
        Studies, the newest first.
    findings
        Findings as ``key.id``.
    left_out
        Studies that would bear on it, but were retracted.
    """

    keys: list[str]
    findings: set[str]
    left_out: list[str]


def bearing(corpus: Corpus, graph: Graph, asked: Asked, given: Given) -> Bearing:
    """Studies and findings that bear on what is asked for.

    Raises
    ------
    TypeError
        When something is asked that no table knows; it would be a table of everything.
    """
    unknown = sorted(set(asked) - set(Asked.__annotations__))
    if unknown:
        message = f"a table takes no {' and no '.join(unknown)}"
        raise TypeError(message)
    terms, post = asked_terms(asked), asked.get("post")
    # A post by itself needs no look at everything that there is.
    answer = bearing_on(graph, **terms) if any(terms.values()) or post is None else None
    keys = set(answer.studies) if answer else studies_of(corpus, post or "")
    if post is not None:
        keys &= studies_of(corpus, post)
    kept, left_out = standing(keys, given)
    found = set(answer.findings) if answer else {f"{k}.{f.id}" for k in kept for f in corpus.studies[k].findings}
    return Bearing(sorted(kept, key=lambda key: newest_first(corpus, key)), found, left_out)


def asked_terms(asked: Asked) -> dict[str, str | None]:
    """The terms by noun, without the post."""
    return {
        "condition": asked.get("condition"),
        "intervention": asked.get("intervention"),
        "outcome": asked.get("outcome"),
        "population": asked.get("population"),
    }


def asked_words(corpus: Corpus, terms: Mapping[str, str | None], post: str | None = None) -> str:
    """What was asked for in words, e.g. ``Gout; Rest; Pain``; empty for everything."""
    names = [corpus.vocabulary(f"{role}s")[term].label for role, term in terms.items() if term]
    return "; ".join([*names, *([corpus.posts[post].title] if post is not None else [])])
