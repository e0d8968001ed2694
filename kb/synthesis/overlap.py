"""Reviews that contain the same primary studies: how much they overlap.

The base does not hold the lists of studies that reviews include; whoever knows them passes them in.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations


@dataclass(frozen=True, slots=True)
class Overlap:
    """Overlap of reviews: ``occurrences`` N of ``primaries`` r in ``reviews`` c, and the corrected covered area.

    ``cca`` is in percent, None where it is not defined (fewer than two reviews, or no primary study).
    """

    reviews: int
    primaries: int
    occurrences: int
    cca: float | None

    @property
    def words(self) -> str:
        """The overlap in the classes of Pieper 2014.

        Examples
        --------
        >>> overlap({"one": {"a", "b"}, "two": {"b", "c"}}).words
        'very high overlap (corrected covered area 33 %)'
        """
        if self.cca is None:
            return "overlap is not defined"
        named = ((5, "slight"), (10, "moderate"), (15, "high"))
        word = next((name for limit, name in named if self.cca <= limit), "very high")
        return f"{word} overlap (corrected covered area {self.cca:.0f} %)"


def overlap(inclusions: Mapping[str, Collection[str]]) -> Overlap:
    """Corrected covered area of reviews: ``(N - r) / (r * c - r)`` (Pieper et al. 2014, J Clin Epidemiol 67:368-75).

    Parameters
    ----------
    inclusions
        Primary studies by review; a study counts once a review.

    Examples
    --------
    >>> overlap({"one": {"a", "b", "c"}, "two": {"d"}}).cca
    0.0
    """
    sets = [set(primaries) for primaries in inclusions.values()]
    c, r, n = len(sets), len(set().union(*sets)), sum(len(primaries) for primaries in sets)
    return Overlap(c, r, n, 100 * (n - r) / (r * c - r) if c > 1 and r else None)


def pairwise(inclusions: Mapping[str, Collection[str]]) -> dict[tuple[str, str], Overlap]:
    """Overlap of every two reviews: one large overlap can hide in a small mean."""
    return {
        (one, two): overlap({one: inclusions[one], two: inclusions[two]}) for one, two in combinations(inclusions, 2)
    }


def contained(inclusions: Mapping[str, Collection[str]], pooled: Iterable[str]) -> dict[str, frozenset[str]]:
    """By review, the pooled primary studies that it contains; reviews without any are left out."""
    studies = frozenset(pooled)
    shared = {review: studies & frozenset(primaries) for review, primaries in inclusions.items()}
    return {review: some for review, some in shared.items() if some}
