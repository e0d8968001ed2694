"""A citation as it was found in a text: where, what is printed, what it is joined to."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from kb.citations.links import Target
from kb.pubmed.names import fold
from kb.text import locate

if TYPE_CHECKING:
    from kb.model import AsPublished


class CitationKind(StrEnum):
    """How a text points at research."""

    LINK = "link"
    PARENTHETICAL = "parenthetical"
    PROSE = "prose"
    NUMBERED = "numbered"
    REFERENCE = "reference"
    NAMELESS = "nameless"
    """One study without its authors: "a 2009 study found"."""
    GENERAL = "general"
    """Research at large: "research shows that"."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a block, with its place and locator (see :mod:`kb.text`).

    ``sha256`` is given where the words are not those that were hashed: of a citation of ``evidence/posts`` only the
    hash is kept, and the part of a sentence that one of its citations is given for has the locator of the whole.
    """

    text: str
    start: int
    end: int
    line: int
    sha256: str | None = None

    @property
    def locator(self) -> str:
        """Hash of its words; a bracket is no link here, links are spans by now."""
        return self.sha256 or locate(self.text.replace("[", "{"))


@dataclass(frozen=True, slots=True)
class Printed:
    """The bibliographic facts that a text prints; None where it prints nothing.

    ``names`` are family names or one group, ``et_al`` whether the text says there are more; ``year_suffix`` is the
    letter of 2020a.
    """

    authors: str | None = None
    names: tuple[str, ...] = ()
    et_al: bool = False
    year: int | None = None
    year_suffix: str = ""
    title: str | None = None
    journal: str | None = None
    volume: str | None = None
    issue: str | None = None
    pages: str | None = None

    @property
    def key(self) -> str | None:
        """First author and year, folded; None when one is missing.

        Examples
        --------
        >>> Printed(names=("van der Núñez",), year=2020).key
        'vandernunez2020'
        """
        if not self.names or self.year is None:
            return None
        return fold(self.names[0]).replace(" ", "") + f"{self.year}{self.year_suffix}"


@dataclass(frozen=True, slots=True)
class Count:
    """How many of what: studies or participants."""

    value: int
    of: str


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with what stands behind it, such as ``%`` or ``weeks``; the unit is empty when there is none."""

    text: str
    value: float
    unit: str


@dataclass(frozen=True, slots=True)
class Details:
    """What a mention tells of a study besides its name."""

    designs: tuple[str, ...] = ()
    year: int | None = None
    journals: tuple[str, ...] = ()
    counts: tuple[Count, ...] = ()
    quantities: tuple[Quantity, ...] = ()


@dataclass(frozen=True, slots=True)
class FoundCitation:
    """One place where a text points at research.

    Parameters
    ----------
    kind
        How it does so.
    block
        Index of the block in the post.
    start, end
        Characters in the block's text.
    text
        Those characters, without the blanks that links leave inside parentheses.
    line
        Line of the first character (see :class:`kb.citations.read.Block`).
    sentence
        The sentence it stands in; its locator is the citation's.
    statement
        The sentences it is given for, in order: its own, and the one before it when it stands alone in parentheses;
        only a part of a sentence where the rest is another citation's (see :mod:`kb.citations.find_spans`).
    targets
        Its links, classified.
    printed, details
        What the text prints of the study, and what the statement tells of it.
    label
        Number or name that joins it with a reference list, such as ``3``.
    entry
        Index, in the list of found citations, of its entry in the reference list.
    key
        The same for the same study within a post: first author and year, else its identifier.
    """

    kind: CitationKind
    block: int
    start: int
    end: int
    text: str
    line: int
    sentence: Sentence
    statement: tuple[Sentence, ...] = ()
    targets: tuple[Target, ...] = ()
    printed: Printed = field(default_factory=Printed)
    details: Details = field(default_factory=Details)
    label: str | None = None
    entry: int | None = None
    key: str | None = None

    @property
    def locator(self) -> str:
        """Hash of the sentence."""
        return self.sentence.locator

    @property
    def as_published(self) -> AsPublished:
        """In the shape of the base; year and journal may come from the sentence."""
        from kb.model import AsPublished

        printed, details = self.printed, self.details
        issue = f"({printed.issue})" if printed.issue else ""
        journal = printed.journal or (details.journals[0] if len(details.journals) == 1 else None)
        return AsPublished(
            authors=printed.authors or None,
            year=printed.year or details.year,
            title=printed.title or None,
            journal=journal,
            volume=f"{printed.volume}{issue}" if printed.volume else None,
            pages=printed.pages or None,
            link=self.targets[0].href or None if self.targets else None,
        )


def tidy(text: str) -> str:
    """Text without the blanks that links leave before stops and inside parentheses.

    Examples
    --------
    >>> tidy("( Lee et al., 2020, J Rest. View on PubMed ) .")
    '(Lee et al., 2020, J Rest. View on PubMed).'
    """
    return re.sub(r"\s([)\].,;:])", r"\1", re.sub(r"([(\[])\s", r"\1", text)).strip()
