"""What became of a work after it was published, as far as a reference list says it: retracted, in doubt, replaced.

The facts come in as arguments, because a reference does not hold them. What is not known of a notice is not written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.cite.parts import MONTHS, date_parts, doi_url, ended, full_range, pubmed_url
from kb.cite.text import Run, Runs, runs

if TYPE_CHECKING:
    from kb.model import Reference


@dataclass(frozen=True, slots=True)
class Mark:
    """A notice about a work.

    Parameters
    ----------
    kind
        ``retracted``, ``retracted-and-replaced``, ``partly-retracted``, ``expression-of-concern`` or
        ``is-a-retraction-notice``; others are not told in a reference.
    date
        ISO date of the notice as far as it is known.
    pmid, doi
        Of the notice.
    printed
        The notice as PubMed cites it, e.g. ``J Rest. 2021 Mar;2(1):3. doi: 10.1000/r9.``
    """

    kind: str
    date: str | None = None
    pmid: str | None = None
    doi: str | None = None
    printed: str | None = None

    @property
    def place(self) -> Place | None:
        """Where the notice stands when its citation is one of a journal."""
        found = _PLACE.match(self.printed or "")
        if not found:
            return None
        first, last = full_range(found["pages"])
        pages = first if first == last else f"{first}-{last}"
        return Place(found["journal"], found["year"], found["volume"] or None, found["issue"], pages)


@dataclass(frozen=True, slots=True)
class Place:
    """Journal, year, volume, issue and pages of a notice; pages in full."""

    journal: str
    year: str
    volume: str | None
    issue: str | None
    pages: str


_PLACE = re.compile(
    r"(?:(?!\d)[^.;:]{2,120}\. (?=[A-Z][^.]{1,80}\. \d))?(?P<journal>[^.;:]{1,80})\.\s(?P<year>\d{4})"
    r"(?:[ -][^;:]{1,20})?;(?P<volume>[^(:;]{0,20})(?:\((?P<issue>[^)]{1,20})\))?:(?P<pages>[\w-]{1,20})(?=[.;]|$)"
)
_SAID = {
    "retracted": ("Retraction in", "Retracted in", "Retraction published"),
    "retracted-and-replaced": (
        "Retracted and republished in",
        "Retracted and replaced in",
        "Retraction and replacement published",
    ),
    "partly-retracted": ("Partial retraction in", "Partially retracted in", "Partial retraction published"),
    "expression-of-concern": (
        "Expression of concern in",
        "Expression of concern in",
        "Expression of concern published",
    ),
}
_BARE = {
    "retracted": "Retracted",
    "retracted-and-replaced": "Retracted and replaced",
    "partly-retracted": "Partially retracted",
    "expression-of-concern": "Expression of concern",
    "is-a-retraction-notice": "This is a retraction notice, not a study",
}


def told(marks: tuple[Mark, ...]) -> tuple[Mark, ...]:
    """Those that a reference list tells, each once."""
    return tuple(dict.fromkeys(mark for mark in marks if mark.kind in _BARE))


def nlm(mark: Mark) -> Runs:
    """The note of NLM's Citing Medicine (chapter 1, notes; sample 18 of the ICMJE list).

    Examples
    --------
    >>> from kb.cite.text import plain
    >>> plain(nlm(Mark("retracted", "2021-03", pmid="9", printed="J Rest. 2021 Mar;2(1):3. doi: 10.1000/r9.")))
    'Retraction in: J Rest. 2021 Mar;2(1):3. doi: 10.1000/r9. PMID: 9.'
    >>> plain(nlm(Mark("retracted"))), plain(nlm(Mark("retracted", "2021-03", pmid="9")))
    ('[Retracted; notice unknown].', '[Retracted 2021 Mar; notice PMID: 9].')
    """
    if mark.kind in _SAID and mark.printed:
        pmid = () if mark.pmid is None or f"PMID: {mark.pmid}" in mark.printed else (" PMID: ", _pmid(mark.pmid), ".")
        return runs(Run(f"{_SAID[mark.kind][0]}:", bold=True), f" {ended(mark.printed.strip())}", *pmid)
    date = " ".join(_nlm_date(mark.date))
    return _in_brackets(mark, date, ".")


def ama(mark: Mark) -> Runs:
    """The note after the AMA Manual of Style, 11th edition (chapter 3, retractions).

    No published example of its words was found to compare with.

    Examples
    --------
    >>> from kb.cite.text import plain
    >>> plain(
    ...     ama(Mark("retracted", "2021-03", printed="J Rest. 2021 Mar;2(1):33-4. doi: 10.1000/r9.", doi="10.1000/r9"))
    ... )
    'Retracted in: J Rest. 2021;2(1):33-34. doi:10.1000/r9'
    """
    place = mark.place
    if mark.kind not in _SAID or not (place or mark.printed):
        return _in_brackets(mark, _long_date(mark.date), ".")
    lead = Run(f"{_SAID[mark.kind][1]}:", bold=True)
    if place is None:
        return runs(lead, f" {ended((mark.printed or '').strip())}")
    issue = f"({place.issue})" if place.issue else ""
    where = f". {place.year};{place.volume or ''}{issue}:{place.pages}."
    doi = (" ", Run(f"doi:{mark.doi}", link=doi_url(mark.doi))) if mark.doi else ()
    return runs(lead, " ", Run(place.journal, italic=True), where, *doi)


def apa(mark: Mark, reference: Reference) -> Runs:
    """The note of the APA manual, 7th edition (10.1, example 18): in parentheses, the issue in brackets.

    Examples
    --------
    >>> from kb.cite.text import plain
    >>> from kb.model import Reference
    >>> article = Reference(key="lee2020", entry_type="article", journal="Journal of Rest", shortjournal="J Rest")
    >>> plain(apa(Mark("retracted", "2021-03", printed="J Rest. 2021 Mar;2(1):33-4."), article))
    '(Retraction published 2021, Journal of Rest, 2[1], 33–34)'
    >>> plain(apa(Mark("retracted", "2021-03"), article)), plain(apa(Mark("retracted"), article))
    ('(Retraction published 2021)', '(Retracted; notice unknown)')
    """
    place = mark.place
    if mark.kind not in _SAID:
        return runs("(", Run(_BARE[mark.kind], bold=True), ")")
    lead = Run(_SAID[mark.kind][2], bold=True)
    if place is not None:
        same = place.journal.casefold() == (reference.shortjournal or "").casefold()
        journal = (reference.journal if same else None) or place.journal
        volume = (", ", Run(place.volume, italic=True)) if place.volume else ()
        issue = f"[{place.issue}]" if place.issue else ""
        pages = place.pages.replace("-", "–")
        doi = (", ", Run(doi_url(mark.doi), link=doi_url(mark.doi))) if mark.doi else ()
        return runs("(", lead, f" {place.year}, ", Run(journal, italic=True), *volume, f"{issue}, {pages}", *doi, ")")
    known = [mark.date[:4]] if mark.date else []
    if not known and not mark.pmid and not mark.doi:
        return runs("(", Run(_BARE[mark.kind], bold=True), "; notice unknown)")
    doi = (", ", Run(doi_url(mark.doi), link=doi_url(mark.doi))) if mark.doi else ()
    pmid = (", PMID ", _pmid(mark.pmid)) if mark.pmid and not mark.doi else ()
    return runs("(", lead, f" {known[0]}" if known else " [year unknown]", *doi, *pmid, ")")


def bare(mark: Mark) -> Runs:
    """The mark for a style that people bring, which has no words of its own for it."""
    return _in_brackets(mark, _long_date(mark.date), "")


def _in_brackets(mark: Mark, date: str, stop: str) -> Runs:
    """What is known of a notice that nobody can cite in full."""
    lead = Run(_BARE[mark.kind], bold=True)
    if mark.kind not in _SAID:
        return runs("[", lead, f"]{stop}")
    notice: tuple[Run | str, ...] = ("; notice unknown",) if not date else ()
    if mark.pmid:
        notice = ("; notice PMID: ", _pmid(mark.pmid))
    elif mark.doi:
        notice = ("; notice doi: ", Run(mark.doi, link=doi_url(mark.doi)))
    return runs("[", lead, f" {date}" if date else "", *notice, f"]{stop}")


def _pmid(pmid: str) -> Run:
    return Run(pmid, link=pubmed_url(pmid))


def _nlm_date(date: str | None) -> list[str]:
    year, *rest = (*date_parts(date), None) if date else (None,)
    words = [str(year)] if year else []
    if rest and rest[0]:
        words.append(MONTHS[rest[0] - 1][:3])
    if len(rest) > 1 and rest[1]:
        words.append(str(rest[1]))
    return words


def _long_date(date: str | None) -> str:
    return long_date(date_parts(date))


def long_date(parts: tuple[int, ...]) -> str:
    """A date as AMA writes it.

    Examples
    --------
    >>> long_date((2021, 5, 7)), long_date((2021, 5)), long_date((2021,)), long_date(())
    ('May 7, 2021', 'May 2021', '2021', '')
    """
    if not parts:
        return ""
    if len(parts) == 1:
        return str(parts[0])
    day = f" {parts[2]}," if len(parts) > 2 else ""
    return f"{MONTHS[parts[1] - 1]}{day} {parts[0]}"
