"""A reference in words: author and year in running text, and a plain Vancouver reference."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kb.model import Reference

_SHOWN_AUTHORS = 6
"""NLM's Citing Medicine lists all; ICMJE's sample references list six and then 'et al.'."""


def surname(author: str) -> str:
    """Family name of a BibTeX name; a group author as it is.

    Examples
    --------
    >>> surname("van Mechelen, W."), surname("{Cochrane Group}")
    ('van Mechelen', 'Cochrane Group')
    """
    return author.split(",", maxsplit=1)[0].strip("{} ")


def initials(author: str) -> str:
    """Initials of a BibTeX name without stops; empty for a group.

    Examples
    --------
    >>> initials("van Mechelen, W. A."), initials("Bosco, 3rd, J. A."), initials("{Cochrane Group}")
    ('WA', 'JA', '')
    """
    if author.startswith("{") or "," not in author:
        return ""
    return "".join(word[0] for word in author.rsplit(",", maxsplit=1)[-1].replace(".", " ").split())


def author_year(reference: Reference | None, key: str) -> str:
    """Author and year as running text names a study; the key where nobody saw the authors.

    Examples
    --------
    >>> from kb.model import Reference
    >>> author_year(Reference(key="lee2020", entry_type="article", author=("Lee, A.", "Wu, B."), year=2020), "lee2020")
    'Lee and Wu 2020'
    >>> author_year(None, "lee2020")
    'lee2020'
    """
    if reference is None or not reference.author or reference.year is None:
        return key
    names = [surname(author) for author in reference.author]
    if len(names) == 1:
        who = names[0]
    elif len(names) == 2 and names[1] != "others":
        who = f"{names[0]} and {names[1]}"
    else:
        who = f"{names[0]} et al."
    return f"{who} {reference.year}"


def vancouver(reference: Reference) -> str:
    """The reference in Vancouver style (ICMJE sample references); what nobody saw is said to be unknown.

    Examples
    --------
    >>> from kb.model import Reference
    >>> r = Reference(
    ...     key="lee2020",
    ...     entry_type="article",
    ...     author=("Lee, A. B.",),
    ...     title="Rest",
    ...     shortjournal="J Rest",
    ...     year=2020,
    ...     volume="1",
    ...     number="2",
    ...     pages="3-4",
    ...     doi="10.1/x",
    ...     pmid="7",
    ... )
    >>> vancouver(r)
    'Lee AB. Rest. J Rest. 2020;1(2):3-4. doi:10.1/x. PMID: 7.'
    >>> vancouver(Reference(key="lee2020", entry_type="misc"))
    '[authors unknown]. [title unknown]. [journal unknown]. [year unknown].'
    """
    names = [_vancouver_name(author) for author in reference.author if author != "others"]
    shown = ", ".join(names[:_SHOWN_AUTHORS])
    if shown and (len(names) > _SHOWN_AUTHORS or "others" in reference.author):
        shown += ", et al"
    title = (reference.title or "[title unknown]").rstrip(".")
    journal = reference.shortjournal or reference.journal or "[journal unknown]"
    issue = f"({reference.number})" if reference.number else ""
    place = f";{reference.volume}{issue}" if reference.volume else ""
    pages = f":{reference.pages}" if reference.pages else ""
    end = "" if title.endswith(("?", "!")) else "."
    parts = [
        f"{shown or '[authors unknown]'}.",
        f"{title}{end}",
        f"{journal.rstrip('.')}.",
        f"{reference.year or '[year unknown]'}{place}{pages}.",
    ]
    parts += [f"doi:{reference.doi}."] if reference.doi else []
    parts += [f"PMID: {reference.pmid}."] if reference.pmid else []
    return " ".join(parts)


def _vancouver_name(author: str) -> str:
    if author.startswith("{") or "," not in author:
        return author.strip("{}")
    family, *rest = (part.strip() for part in author.split(","))
    suffix = f" {rest[0]}" if len(rest) > 1 else ""
    return f"{family} {initials(author)}{suffix}"
