"""One thing that moved on a page, and the pairing of old and new texts that tells it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from rapidfuzz import fuzz

from kb.drift.wording import moved_words, wording_only

Kind = Literal["number", "row", "statement", "figure", "wording", "order", "style"]
"""What moved, the most important first; ``wording``, ``order`` and ``style`` leave every fact as it was."""
ORDER: tuple[Kind, ...] = ("number", "row", "statement", "figure", "wording", "order", "style")

_ALIKE, _ALIKE_SHORT, _SHORT = 70, 55, 60
"""Similarity, of 100, from which on a statement is taken to be another one reworded; less for one of few characters."""
MOST_PAIRS = 40_000


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that moved on a page.

    Parameters
    ----------
    kind
        What kind of fact it is.
    words
        What moved, from what to what; the same words on every page that shows it.
    section
        Where on the page.
    texts
        The old and new texts themselves, by which causes are found.
    """

    kind: Kind
    words: str
    section: str
    texts: tuple[str, ...] = ()


def difference(old: Iterable[str], new: Iterable[str]) -> tuple[list[str], list[str]]:
    """What is gone and what came, each as often as it did."""
    before, now = Counter(old), Counter(new)
    return list((before - now).elements()), list((now - before).elements())


def paired(gone: list[str], came: list[str]) -> list[tuple[str, str]]:
    """Texts that are alike, taken out of both lists, the most alike first."""
    if len(gone) * len(came) > MOST_PAIRS:
        return []
    scored = sorted(
        (
            (score, i, j)
            for i, a in enumerate(gone)
            for j, b in enumerate(came)
            if (score := fuzz.ratio(a, b)) >= (_ALIKE if len(a) > _SHORT else _ALIKE_SHORT)
        ),
        key=lambda item: (-item[0], abs(item[1] - item[2]), item[1], item[2]),
    )
    old_taken: set[int] = set()
    new_taken: set[int] = set()
    pairs = []
    for _, i, j in scored:
        if i not in old_taken and j not in new_taken:
            old_taken.add(i)
            new_taken.add(j)
            pairs.append((i, j))
    made = [(gone[i], came[j]) for i, j in sorted(pairs)]
    gone[:] = [text for i, text in enumerate(gone) if i not in old_taken]
    came[:] = [text for j, text in enumerate(came) if j not in new_taken]
    return made


def text_change(section: str, subject: str, old: str, new: str) -> Change:
    """The change from one text to another, of something that is named or stands in a section."""
    kind: Kind = "wording" if wording_only(old, new) else "statement"
    where = subject or section
    return Change(kind, f"{where}: {moved_words(old, new)}" if where else moved_words(old, new), section, (old, new))
