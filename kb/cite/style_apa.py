"""Publication Manual of the American Psychological Association, 7th edition (chapters 8 to 10).

Up to twenty authors, else the first nineteen, an ellipsis and the last; the journal's full name and its volume in
italics; an article number as ``Article e12029``; the DOI as an address, last and without a stop. The manual wants
titles in sentence case: they keep the case in which they are stored, because no rule tells a name from another word.
What nobody saw is said to be unknown; ``n.d.`` would say that the work has no date.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb.cite.marks import Mark, apa, told
from kb.cite.names import Name, people
from kb.cite.parts import MONTHS, WorkKind, article_number, doi_url, ended, full_range, issued, kind_of, ordinal
from kb.cite.text import Run, Runs, joined, runs

if TYPE_CHECKING:
    from kb.model import Reference

MOST_AUTHORS = 20
FIRST_AUTHORS = 19


def reference_runs(reference: Reference, marks: tuple[Mark, ...] = (), suffix: str = "") -> Runs:
    """The reference with its italics and links.

    Parameters
    ----------
    suffix
        The letter behind the year that tells two works of the same authors and year apart.

    Examples
    --------
    >>> from kb.cite.text import markdown
    >>> from kb.model import Reference
    >>> lee = Reference(key="lee2020", entry_type="article", author=("Lee, A. B.",), title="Rest", journal="Rest")
    >>> markdown(reference_runs(lee.model_copy(update={"year": 2020, "volume": "1", "pages": "33-34"}), suffix="b"))
    'Lee, A. B. (2020b). Rest. *Rest*, *1*, 33–34.'
    """
    makers = {
        WorkKind.CHAPTER: _chapter,
        WorkKind.CONFERENCE: _chapter,
        WorkKind.BOOK: _whole,
        WorkKind.REPORT: _whole,
        WorkKind.WEBPAGE: _whole,
        WorkKind.THESIS: _whole,
        WorkKind.PREPRINT: _whole,
    }
    source = makers.get(kind_of(reference), _article)(reference)
    body = joined((runs(_byline(reference)), runs(_date(reference, suffix)), source, _address(reference)))
    return joined((body, *(apa(mark, reference) for mark in told(marks))))


def _byline(reference: Reference) -> str:
    who = authors(reference.author)
    if who or not reference.editor or kind_of(reference) is WorkKind.CHAPTER:
        return ended(who or "[authors unknown]")
    return f"{authors(reference.editor)} ({'Eds.' if len(reference.editor) > 1 else 'Ed.'})."


def authors(given: tuple[str, ...]) -> str:
    """The authors; empty when nobody saw them.

    Examples
    --------
    >>> authors(("Grady, J. S.", "Her, M.", "{Rest Group}")), authors(("Childs, J. D.", "others"))
    ('Grady, J. S., Her, M., & Rest Group', 'Childs, J. D., [further authors unknown]')
    """
    names, more = people(given)
    shown = [_inverted(name) for name in names]
    if more:
        return ", ".join([*shown[:FIRST_AUTHORS], "[further authors unknown]"]) if shown else ""
    if len(shown) > MOST_AUTHORS:
        return f"{', '.join(shown[:FIRST_AUTHORS])}, . . . {shown[-1]}"
    if len(shown) < 2:
        return "".join(shown)
    # A group in front of the ampersand takes no comma in a pair of groups.
    comma = "" if len(shown) == 2 and names[0].is_group else ","
    return f"{', '.join(shown[:-1])}{comma} & {shown[-1]}"


def _initials(name: Name) -> str:
    return " ".join(".-".join(letters.split("-")) + "." for letters in name.initials)


def _inverted(name: Name) -> str:
    return ", ".join(part for part in (name.family, _initials(name), name.suffix) if part)


def _straight(name: Name) -> str:
    person = " ".join(part for part in (_initials(name), name.family) if part)
    return f"{person}, {name.suffix}" if name.suffix else person


_DATED = {WorkKind.WEBPAGE, WorkKind.REPORT}


def year_of(reference: Reference) -> str:
    """The year as a citation names it."""
    if reference.pubstate == "inpress":
        return "in press"
    date = issued(reference)
    return str(date[0]) if date else "[year unknown]"


def _date(reference: Reference, suffix: str) -> str:
    date, year = issued(reference), year_of(reference)
    day = ""
    if len(date) > 1 and kind_of(reference) in _DATED:
        day = f", {MONTHS[date[1] - 1]}" + (f" {date[2]}" if len(date) > 2 else "")
    return f"({year}{f'-{suffix}' if suffix and year == 'in press' else suffix}{day})."


def _title(reference: Reference) -> str:
    return reference.title or "[title unknown]"


def _article(reference: Reference) -> Runs:
    journal = reference.journal or reference.shortjournal
    name = runs(Run(journal, italic=True)) if journal else runs("[journal unknown]")
    return joined((runs(ended(_title(reference))), runs(name, _place(reference), ".")))


def _place(reference: Reference) -> Runs:
    if reference.pubstate == "prepublished":
        return runs(". Advance online publication")
    number = article_number(reference)
    issue = f"({reference.number})" if reference.number else ""
    parts: list[Run | str] = []
    if reference.volume:
        parts += [", ", Run(reference.volume, italic=True), issue]
    elif issue:
        parts += [f", {issue}"]
    if number:
        parts.append(f", Article {number}")
    elif reference.pages:
        parts.append(f", {_pages(reference.pages)}")
    return runs(*parts)


def _pages(pages: str) -> str:
    if "," in pages:
        return pages
    first, last = full_range(pages)
    return first if first == last else f"{first}–{last}"


def _whole(reference: Reference) -> Runs:
    """A book, report, web page, preprint or thesis: its title is in italics."""
    kind = kind_of(reference)
    known = reference.title is not None
    title = _title(reference)
    aside = _aside(reference, kind)
    text = title.rstrip(".")
    stop = "" if not aside and title.endswith(("?", "!")) else "."
    publisher = _publisher(reference, kind)
    return joined(
        (runs(Run(text, italic=known), f" {aside}" if aside else "", stop), runs(ended(publisher) if publisher else ""))
    )


def _aside(reference: Reference, kind: WorkKind) -> str:
    """What stands in parentheses or brackets behind the title."""
    if kind is WorkKind.THESIS:
        word = "Master’s thesis" if "master" in reference.entry_type.lower() else "Doctoral dissertation"
        return f"[{word}, {reference.institution or reference.publisher or 'university unknown'}]"
    parts = []
    if reference.number and kind is WorkKind.REPORT:
        parts.append(f"Report No. {reference.number}" if reference.number[0].isdigit() else reference.number)
    if edition := _edition(reference.edition):
        parts.append(edition)
    if reference.volume and kind is WorkKind.BOOK:
        parts.append(f"Vol. {reference.volume}")
    return f"({', '.join(parts)})" if parts else ""


def _edition(edition: str | None) -> str:
    number = ordinal(edition) if edition else ""
    return f"{number} ed." if number and number != "1st" else ""


def _publisher(reference: Reference, kind: WorkKind) -> str | None:
    """The publisher, unless it is the author (9.29); None when there is nothing to say."""
    if kind is WorkKind.THESIS:
        return None
    if kind is WorkKind.PREPRINT:
        return reference.eprinttype or "[server unknown]"
    publisher = reference.publisher or reference.institution
    names, _ = people(reference.author)
    if publisher is None:
        by_group = bool(names) and all(name.is_group for name in names)
        return None if by_group or kind is WorkKind.WEBPAGE else "[publisher unknown]"
    return None if any(name.family.casefold() == publisher.casefold() for name in names) else publisher


def _chapter(reference: Reference) -> Runs:
    editors, _ = people(reference.editor)
    shown = [_straight(name) for name in editors]
    who = f"{', '.join(shown[:-1])}, & {shown[-1]}" if len(shown) > 2 else " & ".join(shown)
    role = f"{who} ({'Eds.' if len(shown) > 1 else 'Ed.'})" if shown else "[editors unknown]"
    parts = [part for part in (_edition(reference.edition), _page_words(reference.pages)) if part]
    book = Run(reference.booktitle or "[book unknown]", italic=reference.booktitle is not None)
    publisher = _publisher(reference, WorkKind.BOOK)
    return joined(
        (
            runs(ended(_title(reference))),
            runs(f"In {role}, ", book, f" ({', '.join(parts)})." if parts else "."),
            runs(ended(publisher) if publisher else ""),
        )
    )


def _page_words(pages: str | None) -> str:
    if not pages:
        return ""
    shown = _pages(pages)
    return f"{'pp.' if '–' in shown or ',' in shown else 'p.'} {shown}"


def _address(reference: Reference) -> Runs:
    address = doi_url(reference.doi) if reference.doi else reference.url
    return runs(Run(address, link=address)) if address else ()
