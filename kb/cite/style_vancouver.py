"""Vancouver: the sample references of the ICMJE, after NLM's Citing Medicine, 2nd edition.

Where the two differ: six authors and ``et al.`` as in the ICMJE's samples (Citing Medicine lists all); the last page
without repeated digits, month and day where they are known, ``doi:`` with a blank and ``PMID: ...; PMCID: ...`` as
both print them. Titles keep the case in which they are stored. Without authors, place or publisher the reference says
that they are unknown, as Citing Medicine has it for place, publisher and date.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb.cite.marks import Mark, nlm, told
from kb.cite.names import byline, people
from kb.cite.parts import (
    MONTHS,
    WorkKind,
    article_number,
    date_parts,
    doi_url,
    ended,
    issued,
    kind_of,
    ordinal,
    pmc_url,
    pubmed_url,
    short_range,
)
from kb.cite.text import Run, Runs, joined, plain, runs

if TYPE_CHECKING:
    from kb.model import Reference

SHOWN_AUTHORS = 6
_ENGLISH = {"english", "en", "eng"}


def vancouver(reference: Reference, marks: tuple[Mark, ...] = ()) -> str:
    """The reference in plain text; what nobody saw is said to be unknown.

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
    ...     pages="33-34",
    ...     doi="10.1/x",
    ...     pmid="7",
    ... )
    >>> vancouver(r)
    'Lee AB. Rest. J Rest. 2020;1(2):33-4. doi: 10.1/x. PMID: 7.'
    >>> vancouver(Reference(key="lee2020", entry_type="misc"))
    '[authors unknown]. [title unknown]. [journal unknown]. [year unknown].'
    """
    return plain(reference_runs(reference, marks))


def reference_runs(reference: Reference, marks: tuple[Mark, ...] = ()) -> Runs:
    """The reference with its links."""
    kind = kind_of(reference)
    makers = {
        WorkKind.CHAPTER: _chapter,
        WorkKind.CONFERENCE: _chapter,
        WorkKind.BOOK: _book,
        WorkKind.REPORT: _book,
        WorkKind.WEBPAGE: _book,
        WorkKind.THESIS: _book,
        WorkKind.PREPRINT: _preprint,
    }
    body = makers.get(kind, _article)(reference)
    return joined((body, *(nlm(mark) for mark in told(marks))))


def _article(reference: Reference) -> Runs:
    journal = reference.shortjournal or reference.journal or "[journal unknown]"
    if reference.pubstate == "inpress":
        when = runs(f"Forthcoming {_date(issued(reference))}.")
    else:
        when = runs(f"{_date(issued(reference))}{_place(reference)}.")
    language = reference.language
    return joined(
        (
            _byline(reference),
            runs(ended(_title(reference))),
            runs(ended(journal)),
            when,
            runs(f"{language}." if language and language.lower() not in _ENGLISH and len(language) > 3 else ""),
            _doi(reference),
            runs("Epub ahead of print." if reference.pubstate == "prepublished" else ""),
            _ids(reference),
        )
    )


def _place(reference: Reference) -> str:
    """Volume, issue and pages behind the date; what is left when one of them is not known."""
    issue = f"({reference.number})" if reference.number else ""
    volume = f";{reference.volume or ''}{issue}" if reference.volume or issue else ""
    number = article_number(reference)
    pages = number or (short_range(reference.pages) if reference.pages else "")
    return f"{volume}{f':{pages}' if pages else ''}"


def _byline(reference: Reference) -> Runs:
    who = authors(reference.author)
    if who or not reference.editor:
        return runs(ended(who or "[authors unknown]"))
    return _editors(reference)


def _editors(reference: Reference) -> Runs:
    names, more = people(reference.editor)
    word = "editors" if len(names) > 1 or more else "editor"
    return runs(f"{authors(reference.editor)}, {word}.")


def authors(given: tuple[str, ...]) -> str:
    """The authors, without a stop: six persons, then the groups behind a semicolon; empty when nobody saw them.

    Examples
    --------
    >>> authors(("Vallancien, G.", "van Moorselaar, R. J.", "{Alf-One Study Group}"))
    'Vallancien G, van Moorselaar RJ; Alf-One Study Group'
    """
    return byline(given, most=SHOWN_AUTHORS, shown=SHOWN_AUTHORS)


def _title(reference: Reference) -> str:
    return reference.title or "[title unknown]"


def _date(parts: tuple[int, ...]) -> str:
    if not parts:
        return "[year unknown]"
    words = [str(parts[0])]
    if len(parts) > 1:
        words.append(MONTHS[parts[1] - 1][:3])
    return " ".join([*words, *(str(day) for day in parts[2:])])


def _book(reference: Reference) -> Runs:
    """A book, a report, a web page or a thesis."""
    return joined(
        (_byline(reference), _described(reference), _imprint(reference), _report_number(reference), _end(reference))
    )


def _described(reference: Reference) -> Runs:
    """Title with what it is, and the edition."""
    kind = kind_of(reference)
    words = _title(reference)
    if kind is WorkKind.THESIS:
        master = "master" in reference.entry_type.lower()
        words = f"{words.rstrip('.')} [{'master’s thesis' if master else 'dissertation'}]"
    elif _is_online(reference):
        words = f"{words.rstrip('.')} [Internet]"
    return runs(ended(words), _edition(reference.edition))


def _edition(edition: str | None) -> str:
    number = ordinal(edition) if edition else ""
    return f" {number} ed." if number and number != "1st" else ""


def _is_online(reference: Reference) -> bool:
    return reference.url is not None and reference.doi is None


def _imprint(reference: Reference) -> Runs:
    """Place, publisher and date; those that nobody saw as Citing Medicine writes them."""
    publisher = reference.publisher or reference.institution or "[publisher unknown]"
    where = f"{reference.address or '[place unknown]'}: {publisher}"
    date = _date(issued(reference))
    seen = f" [cited {_date(date_parts(reference.urldate))}]" if _is_online(reference) and reference.urldate else ""
    return runs(f"{where}; {date}{seen}.")


def _report_number(reference: Reference) -> Runs:
    if kind_of(reference) is not WorkKind.REPORT or not reference.number:
        return ()
    return runs(f"Report No.: {reference.number}.")


def _chapter(reference: Reference) -> Runs:
    book = reference.booktitle or "[book unknown]"
    inside = runs("In: ", _editors(reference) if reference.editor else "[editors unknown].", " ")
    pages = f"p. {short_range(reference.pages)}." if reference.pages else ""
    return joined(
        (
            _byline_of_authors(reference),
            runs(ended(_title(reference))),
            runs(inside, ended(f"{book} [Internet]" if _is_online(reference) else book), _edition(reference.edition)),
            _imprint(reference),
            runs(pages),
            _end(reference),
        )
    )


def _byline_of_authors(reference: Reference) -> Runs:
    return runs(ended(authors(reference.author) or "[authors unknown]"))


def _preprint(reference: Reference) -> Runs:
    server = " ".join(part for part in (reference.eprinttype or "[server unknown]", reference.eprint) if part)
    seen = f" [cited {_date(date_parts(reference.urldate))}]" if reference.urldate else ""
    address = doi_url(reference.doi) if reference.doi else reference.url
    return joined(
        (
            _byline_of_authors(reference),
            runs(ended(_title(reference))),
            runs(f"{server} [Preprint]. {_date(issued(reference))}{seen}."),
            _available(address),
            _ids(reference),
        )
    )


def _end(reference: Reference) -> Runs:
    online = _available(reference.url) if _is_online(reference) else ()
    return joined((_doi(reference), _ids(reference), online))


def _available(address: str | None) -> Runs:
    """Citing Medicine: no stop behind an address, unless it ends in a slash."""
    if not address:
        return ()
    return runs("Available from: ", Run(address, link=address), "." if address.endswith("/") else "")


def _doi(reference: Reference) -> Runs:
    return runs("doi: ", Run(reference.doi, link=doi_url(reference.doi)), ".") if reference.doi else ()


def _ids(reference: Reference) -> Runs:
    some: list[Runs] = []
    if reference.pmid:
        some.append(runs("PMID: ", Run(reference.pmid, link=pubmed_url(reference.pmid))))
    if reference.pmcid:
        some.append(runs("PMCID: ", Run(reference.pmcid, link=pmc_url(reference.pmcid))))
    return runs(joined(some, "; "), ".") if some else ()
