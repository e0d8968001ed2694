"""AMA Manual of Style, 11th edition (chapter 3).

Up to six authors, else the first three and ``et al``; journals abbreviated as NLM does and in italics; pages in full;
the DOI last, without a stop. Month and day only where the manual asks for them (online ahead of print, web pages,
preprints). Titles keep the case in which they are stored. The PMID is no part of the style. What nobody saw is said to
be unknown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb.cite.marks import Mark, ama, long_date, told
from kb.cite.names import byline, people
from kb.cite.parts import WorkKind, article_number, date_parts, doi_url, ended, full_range, issued, kind_of, ordinal
from kb.cite.text import Run, Runs, joined, runs

if TYPE_CHECKING:
    from kb.model import Reference

MOST_AUTHORS = 6
SHOWN_AUTHORS = 3


def reference_runs(reference: Reference, marks: tuple[Mark, ...] = ()) -> Runs:
    """The reference with its italics and links.

    Examples
    --------
    >>> from kb.cite.text import markdown
    >>> from kb.model import Reference
    >>> lee = Reference(
    ...     key="lee2020", entry_type="article", author=("Lee, A. B.",), title="Rest", shortjournal="J Rest"
    ... )
    >>> markdown(reference_runs(lee.model_copy(update={"year": 2020, "volume": "1", "pages": "33-4"})))
    'Lee AB. Rest. *J Rest*. 2020;1:33-34.'
    """
    makers = {
        WorkKind.CHAPTER: _chapter,
        WorkKind.CONFERENCE: _chapter,
        WorkKind.BOOK: _book,
        WorkKind.REPORT: _book,
        WorkKind.THESIS: _book,
        WorkKind.WEBPAGE: _webpage,
        WorkKind.PREPRINT: _preprint,
    }
    body = makers.get(kind_of(reference), _article)(reference)
    return joined((body, *(ama(mark) for mark in told(marks))))


def _article(reference: Reference) -> Runs:
    journal = (reference.shortjournal or reference.journal or "[journal unknown]").rstrip(".")
    return joined(
        (
            _byline(reference),
            runs(ended(_title(reference))),
            runs(Run(journal, italic=bool(reference.shortjournal or reference.journal)), "."),
            runs(_when(reference)),
            _address(reference),
        )
    )


def _when(reference: Reference) -> str:
    date = issued(reference)
    if reference.pubstate == "inpress":
        return "In press."
    if reference.pubstate == "prepublished":
        return f"Published online {long_date(date) or '[date unknown]'}."
    issue = f"({reference.number})" if reference.number else ""
    volume = f";{reference.volume or ''}{issue}" if reference.volume or issue else ""
    pages = _pages(reference)
    return f"{date[0] if date else '[year unknown]'}{volume}{f':{pages}' if pages else ''}."


def _pages(reference: Reference) -> str:
    number = article_number(reference)
    if number or not reference.pages:
        return number or ""
    if "," in reference.pages:
        return reference.pages
    first, last = full_range(reference.pages)
    return first if first == last else f"{first}-{last}"


def _byline(reference: Reference) -> Runs:
    who = authors(reference.author)
    if who or not reference.editor:
        return runs(ended(who or "[authors unknown]"))
    return runs(_editors(reference), ".")


def _editors(reference: Reference) -> str:
    names, more = people(reference.editor)
    return f"{authors(reference.editor)}, {'eds' if len(names) > 1 or more else 'ed'}"


def authors(given: tuple[str, ...]) -> str:
    """The authors, without a stop, a group behind a semicolon; empty when nobody saw them.

    Examples
    --------
    >>> authors(("Hacke, W.", "B, B.", "C, C.", "D, D.", "E, E.", "F, F.", "G, G.", "{ECASS Investigators}"))
    'Hacke W, B B, C C, et al; ECASS Investigators'
    """
    return byline(given, most=MOST_AUTHORS, shown=SHOWN_AUTHORS)


def _title(reference: Reference) -> str:
    return reference.title or "[title unknown]"


def _book(reference: Reference) -> Runs:
    """A book, a report or a thesis."""
    kind = kind_of(reference)
    title = runs(Run(_title(reference).rstrip("."), italic=reference.title is not None))
    title = runs(title, "" if _title(reference).endswith(("?", "!")) else ".", _edition(reference.edition))
    word = "Master’s thesis." if "master" in reference.entry_type.lower() else "Dissertation."
    number = reference.number if kind is WorkKind.REPORT else None
    return joined(
        (
            _byline(reference),
            title,
            runs(word if kind is WorkKind.THESIS else ""),
            runs(_imprint(reference), "."),
            runs(f"{_numbered(number)}." if number else ""),
            _address(reference),
        )
    )


def _numbered(number: str) -> str:
    return f"Report No. {number}" if number[0].isdigit() else number.rstrip(".")


def _edition(edition: str | None) -> str:
    number = ordinal(edition) if edition else ""
    return f" {number} ed." if number and number != "1st" else ""


def _imprint(reference: Reference) -> str:
    """Publisher and year; a publisher that is the author is not repeated."""
    publisher = _publisher(reference)
    date = issued(reference)
    year = str(date[0]) if date else "[year unknown]"
    if publisher is None:
        group = _is_by_group(reference)
        return year if group else f"[publisher unknown]; {year}"
    return f"{publisher.rstrip('.')}; {year}" if publisher else year


def _is_by_group(reference: Reference) -> bool:
    names, _ = people(reference.author)
    return bool(names) and all(name.is_group for name in names)


def _publisher(reference: Reference) -> str | None:
    """None when nobody saw it, empty when it is the author."""
    publisher = reference.publisher or reference.institution
    if publisher is None:
        return None
    return "" if publisher.casefold() == authors(reference.author).casefold() else publisher


def _chapter(reference: Reference) -> Runs:
    book = reference.booktitle or "[book unknown]"
    pages = _pages(reference)
    inside = f"In: {_editors(reference) if reference.editor else '[editors unknown]'}. "
    return joined(
        (
            runs(ended(authors(reference.author) or "[authors unknown]")),
            runs(ended(_title(reference))),
            runs(
                inside, Run(book.rstrip("."), italic=reference.booktitle is not None), ".", _edition(reference.edition)
            ),
            runs(_imprint(reference), f":{pages}." if pages else "."),
            _address(reference),
        )
    )


def _webpage(reference: Reference) -> Runs:
    site = _publisher(reference)
    date = long_date(issued(reference))
    return joined(
        (
            _byline(reference),
            runs(ended(_title(reference))),
            runs(ended(site) if site else ""),
            runs(f"{date}." if date else "[date unknown]."),
            _address(reference),
        )
    )


def _preprint(reference: Reference) -> Runs:
    server = reference.eprinttype or "[server unknown]"
    date = long_date(issued(reference)) or "[date unknown]"
    return joined(
        (
            runs(ended(authors(reference.author) or "[authors unknown]")),
            runs(ended(_title(reference))),
            runs(Run(server, italic=reference.eprinttype is not None), f". Preprint posted online {date}."),
            _address(reference),
        )
    )


def _address(reference: Reference) -> Runs:
    """The DOI, else the address with the day on which it was looked at; nothing stands behind either."""
    if reference.doi:
        return runs(Run(f"doi:{reference.doi}", link=doi_url(reference.doi)))
    if not reference.url:
        return ()
    seen = long_date(date_parts(reference.urldate))
    return runs(f"Accessed {seen}. " if seen else "", Run(reference.url, link=reference.url))
