"""What a statement says: its terms, numbers, timepoints, direction and wording."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb.claims.read_direction import direction_of
from kb.claims.read_numbers import numbers_in
from kb.claims.read_terms import Found, TermIndex
from kb.claims.read_times import weeks_in
from kb.claims.read_wording import sound_of
from kb.claims.says import Says

if TYPE_CHECKING:
    from kb.model import Corpus

_LONGEST = 3000
"""Characters of a statement that are read: no statement is longer, and a page without a stop is none."""


class Reader:
    """Reads statements in the terms of a corpus; the index of terms is built once.

    Parameters
    ----------
    corpus
        Its vocabularies are what a statement can name.
    """

    def __init__(self, corpus: Corpus) -> None:
        self._index = TermIndex(corpus)

    def terms_in(self, text: str) -> Found:
        """Populations, conditions, interventions and outcomes that a text names, such as a title or a heading."""
        return self._index.find(text[:_LONGEST])

    def read(self, text: str) -> Says:
        """What a statement says; what its words do not tell is left out."""
        read = text[:_LONGEST]
        populations, conditions, interventions, outcomes = self._index.find(read)
        sound = sound_of(read)
        return Says(
            text=text,
            populations=populations,
            conditions=conditions,
            interventions=interventions,
            outcomes=outcomes,
            numbers=numbers_in(read),
            weeks=weeks_in(read),
            direction=direction_of(read),
            wording=sound.wording,
            certain_words=sound.certain,
            causal_words=sound.causal,
            hedged=sound.hedged,
        )
