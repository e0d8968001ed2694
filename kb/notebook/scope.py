"""How much of what bears on a term its page shows in full, and where the rest stands.

A page of a broad term cannot hold everything below it: there would be a thousand rows about forty conditions. The rule
goes by content: a page shows what names the term itself, and, where that is still little (:data:`FEW_FINDINGS`,
:data:`FEW_CLAIMS`), what names its narrower terms too. Everything else is one link away: each finding and each claim is
on the page of every term that it names, and each finding on the page of its study.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from kb import graph as graphs

if TYPE_CHECKING:
    from kb.base import Base

FEW_FINDINGS, FEW_CLAIMS = 70, 40
"""Findings and claims up to which a page holds those of the narrower terms too."""


@dataclass(frozen=True)
class Scope:
    """What of the evidence on a term stands on its page.

    Parameters
    ----------
    base
        The evidence.
    noun
        ``condition`` or ``intervention``.
    identifier
        The term's id.

    Examples
    --------
    >>> import kb
    >>> broad = Scope(kb.open(), "condition", "musculoskeletal-pain")
    >>> broad.whole, len(broad.findings) < len(broad.bearing.findings) / 10
    (False, True)
    >>> Scope(kb.open(), "condition", "lateral-epicondylitis").left
    (0, 0, 0)
    """

    base: Base
    noun: str
    identifier: str

    @cached_property
    def bearing(self) -> graphs.Answer:
        """What bears on the term, narrower terms included."""
        return graphs.bearing_on(self.base.standing, **{self.noun: self.identifier})

    @cached_property
    def whole(self) -> bool:
        """Whether the page holds what names the narrower terms too."""
        few = len(self.bearing.findings) <= FEW_FINDINGS and len(self.bearing.claims) <= FEW_CLAIMS
        return few or not self._narrower

    @property
    def _narrower(self) -> bool:
        return len(graphs.narrower(self.base.standing, graphs.node(self.noun, self.identifier))) > 1

    @cached_property
    def _itself(self) -> frozenset[str]:
        """Nodes that name the term itself."""
        roles = {"intervention", "comparator", "about"} if self.noun == "intervention" else {"condition", "about"}
        edges = self.base.standing.pred[graphs.node(self.noun, self.identifier)]
        return frozenset(name for name, keys in edges.items() if roles & {*keys})

    @cached_property
    def findings(self) -> tuple[str, ...]:
        """Findings that the page shows, as ``<study>.<finding>``."""
        return tuple(i for i in self.bearing.findings if self.whole or graphs.node("finding", i) in self._itself)

    @cached_property
    def studies(self) -> tuple[str, ...]:
        """Studies of these findings, and studies without any that name the term themselves."""
        shown = {identifier.partition(".")[0] for identifier in self.findings}
        every = {identifier.partition(".")[0] for identifier in self.bearing.findings}
        return tuple(
            key
            for key in self.bearing.studies
            if self.whole or key in shown or (key not in every and graphs.node("study", key) in self._itself)
        )

    @cached_property
    def claims(self) -> tuple[str, ...]:
        """Claims that the page shows, as ``<post>.<claim>``."""
        return tuple(i for i in self.bearing.claims if self.whole or graphs.node("claim", i) in self._itself)

    @property
    def left(self) -> tuple[int, int, int]:
        """Studies, findings and claims that only the pages of narrower terms show."""
        return (
            len(self.bearing.studies) - len(self.studies),
            len(self.bearing.findings) - len(self.findings),
            len(self.bearing.claims) - len(self.claims),
        )
