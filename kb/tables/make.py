"""The table of a kind that somebody asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.problems import KbError
from kb.tables.asked import Asked
from kb.tables.ending import Given
from kb.tables.table import Table

if TYPE_CHECKING:
    from kb.answers.questions import Questions
    from kb.graph import Graph
    from kb.model import Corpus

KINDS = {
    "evidence": "a row a finding",
    "characteristics": "a row a study",
    "summary": "summary of findings with certainty, in the style of GRADE",
    "claims": "what a post claims against what was found",
    "new": "what is new",
}
_REFUSED = {
    "evidence": ("comparator",),
    "characteristics": ("comparator",),
    "claims": ("condition", "intervention", "outcome", "population", "comparator"),
    "new": ("comparator",),
}
"""What makes no sense with a kind."""


class TableTerms(Asked, total=False):
    """What a table of any kind can be asked about; ``comparator`` is for summaries."""

    comparator: str | None


@dataclass(frozen=True, slots=True)
class Base:
    """What tables are made of; ``questions`` is called for a summary only."""

    corpus: Corpus
    graph: Graph
    questions: Callable[[], Questions]
    given: Given


def make(kind: str, base: Base, asked: Mapping[str, str]) -> Table:
    """The table of a kind.

    Parameters
    ----------
    kind
        One of :data:`KINDS`.
    base
        The evidence.
    asked
        Ids by what they are: condition, intervention, outcome, population, comparator, post.

    Raises
    ------
    KbError
        When there is no such kind, or it cannot be made of what was asked for.
    """
    _check(kind, asked)
    if kind == "claims":
        from kb.tables.claims import claims_table

        return claims_table(base.corpus, asked["post"], given=base.given)
    if kind == "summary":
        from kb.tables.summary import summary_table

        return summary_table(base.questions(), given=base.given, **asked)
    if kind == "characteristics":
        from kb.tables.characteristics import characteristics_table

        return characteristics_table(base.corpus, base.graph, given=base.given, **asked)
    if kind == "new":
        from kb.tables.news import news_table

        return news_table(base.corpus, base.graph, given=base.given, **asked)
    from kb.tables.evidence import evidence_table

    return evidence_table(base.corpus, base.graph, given=base.given, **asked)


def _check(kind: str, asked: Mapping[str, str]) -> None:
    if kind not in KINDS:
        message = f"no kind of table '{kind}': give one of {', '.join(KINDS)}"
        raise KbError(message)
    wrong = [name for name in _REFUSED.get(kind, ()) if name in asked]
    if wrong:
        message = f"a table of kind '{kind}' takes no {' and no '.join(wrong)}: leave it out"
        raise KbError(message)
    if kind == "claims" and "post" not in asked:
        message = "a table of kind 'claims' is about one post: name it"
        raise KbError(message)
