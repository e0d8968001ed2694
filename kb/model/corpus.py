"""Everything in an evidence folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kb.model.change import Change
from kb.model.post import Post
from kb.model.study import CertaintyReview, Reference, Study
from kb.model.terms import Condition, Intervention, Outcome, Population, Term


@dataclass(frozen=True, slots=True)
class Corpus:
    """Everything in an evidence folder, each noun by its id; immutable and complete.

    ``changes`` are the newest first; ``redirects`` leads from the page of an id of before to that of the id of now.
    """

    conditions: Mapping[str, Condition]
    interventions: Mapping[str, Intervention]
    outcomes: Mapping[str, Outcome]
    populations: Mapping[str, Population]
    references: Mapping[str, Reference]
    studies: Mapping[str, Study]
    posts: Mapping[str, Post]
    certainty: tuple[CertaintyReview, ...] = ()
    changes: tuple[Change, ...] = ()
    redirects: Mapping[str, str] = field(default_factory=dict)

    def vocabulary(self, name: str) -> Mapping[str, Term]:
        """Terms of one vocabulary: conditions, interventions, outcomes or populations."""
        terms: Mapping[str, Term] = getattr(self, name)
        return terms


VOCABULARIES: Mapping[str, type[Term]] = {
    "conditions": Condition,
    "interventions": Intervention,
    "outcomes": Outcome,
    "populations": Population,
}
