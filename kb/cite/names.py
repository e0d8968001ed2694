"""Names as BibTeX writes them: ``von Last, Jr, First`` is a person, ``{Group}`` in braces a group."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

OTHERS = "others"
"""BibTeX's ``and others``: there are further authors, whom nobody recorded."""


class Name(NamedTuple):
    """A person, or a group in ``family`` alone.

    Parameters
    ----------
    family
        Family name with its particle, or the name of the group.
    particle
        Its lower-case first words, such as ``van der``; part of ``family``, too.
    given
        Given names or initials as they are written.
    suffix
        ``Jr``, ``3rd``, ...
    is_group
        Whether it is an organisation or a study group.
    """

    family: str
    particle: str = ""
    given: str = ""
    suffix: str = ""
    is_group: bool = False

    @property
    def initials(self) -> tuple[str, ...]:
        """First letters of the given names; those of a hyphenated name together, e.g. ``J-P``.

        Examples
        --------
        >>> parse("Sartre, Jean-Paul A.").initials
        ('J-P', 'A')
        """
        words = self.given.replace(".", ". ").replace(". -", "-").split()
        return tuple(
            "-".join(part[0].upper() for part in word.strip(".").split("-") if part)
            for word in words
            if word.strip(".-")
        )


def parse(author: str) -> Name:
    """A BibTeX name.

    Examples
    --------
    >>> parse("van der Heijden, R. A.")
    Name(family='van der Heijden', particle='van der', given='R. A.', suffix='', is_group=False)
    >>> parse("Bosco, 3rd, J. A.").suffix, parse("{World Health Organization}").is_group
    ('3rd', True)
    """
    if author.startswith("{") and author.endswith("}"):
        return Name(_bare(author), is_group=True)
    family, *rest = (_bare(part) for part in author.split(","))
    particle = re.match(r"(?:[^\W\d_A-Z][^\W_A-Z'’]*\s+)+(?=\S)", family)
    if particle is not None and particle[0] != particle[0].lower():
        particle = None
    given, suffix = (rest[-1] if rest else ""), (rest[0] if len(rest) > 1 else "")
    return Name(family, particle[0].strip() if particle else "", given, suffix)


def people(authors: Iterable[str]) -> tuple[tuple[Name, ...], bool]:
    """The names, and whether there are others whom nobody recorded.

    Examples
    --------
    >>> people(("Lee, A.", "others"))
    ((Name(family='Lee', particle='', given='A.', suffix='', is_group=False),), True)
    """
    given = tuple(authors)
    return tuple(parse(author) for author in given if author != OTHERS), OTHERS in given


def byline(authors: Iterable[str], *, most: int, shown: int) -> str:
    """Authors as medical journals print them, without a stop: persons, then groups behind a semicolon.

    Parameters
    ----------
    most, shown
        Of more than ``most`` persons only ``shown`` are named, and ``et al``.

    Examples
    --------
    >>> byline(("Lee, A. B.", "van der Wu, C.", "{Rest Group}"), most=6, shown=6)
    'Lee AB, van der Wu C; Rest Group'
    >>> byline(("Lee, A.", "Wu, C.", "Poe, E."), most=2, shown=1), byline((), most=6, shown=3)
    ('Lee A, et al', '')
    """
    names, more = people(authors)
    persons = [name for name in names if not name.is_group]
    groups = [name.family for name in names if name.is_group]
    many = len(persons) > most
    said = ", ".join(
        " ".join(
            part for part in (name.family, "".join(name.initials).replace("-", ""), name.suffix.rstrip(".")) if part
        )
        for name in persons[: shown if many else most]
    )
    if said and (many or (more and not groups)):
        said += ", et al"
    elif more:
        groups.append("et al")
    return "; ".join(part for part in (said, *groups) if part)


def surname(author: str) -> str:
    """Family name of a BibTeX name; a group author as it is.

    Examples
    --------
    >>> surname("van Mechelen, W."), surname("{Cochrane Group}"), surname("{Rest, Sleep and Running Group}")
    ('van Mechelen', 'Cochrane Group', 'Rest, Sleep and Running Group')
    """
    return parse(author).family


def initials(author: str) -> str:
    """Initials of a BibTeX name without stops; empty for a group.

    Examples
    --------
    >>> initials("van Mechelen, W. A."), initials("Bosco, 3rd, J. A."), initials("{Cochrane Group}")
    ('WA', 'JA', '')
    """
    return "".join(parse(author).initials).replace("-", "")


def _bare(text: str) -> str:
    return text.replace("{", "").replace("}", "").strip()
