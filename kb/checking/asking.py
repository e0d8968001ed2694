"""Who is asked for records that are not at hand: PubMed, once for each thing, and no longer when it does not answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from kb.citations.online import Looked, Online
from kb.citations.resolution import LinkState

if TYPE_CHECKING:
    from kb.citations.online import Lookup
    from kb.pubmed.citmatch import Citation
    from kb.pubmed.identify import Identified


class Asking:
    """A lookup that collects the notes of another one, and stops asking when nothing came but notes.

    Parameters
    ----------
    lookup
        Who is asked; PubMed when left out.
    """

    def __init__(self, lookup: Lookup | None = None) -> None:
        self._lookup = lookup or Online()
        self._notes: dict[str, None] = {}
        self._silent = False

    @property
    def notes(self) -> tuple[str, ...]:
        """What could not be asked, each once."""
        return tuple(self._notes)

    def ask(self, identifiers: Iterable[Identified], citations: Sequence[Citation]) -> Looked:
        """See :class:`kb.citations.online.Lookup`."""
        wanted = list(identifiers)
        if self._silent:
            return Looked(states={(one.kind, one.value.casefold()): LinkState.UNANSWERED for one in wanted})
        looked = self._lookup.ask(wanted, citations)
        self._notes |= dict.fromkeys(looked.notes)
        self._silent = bool(looked.notes) and not looked.records
        return looked
