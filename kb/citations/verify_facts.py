"""Rules on the facts that a text prints: authors, year, journal, title, volume, pages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from kb.citations.find_model import CitationKind
from kb.citations.fix import corrected, journal_like
from kb.citations.flag import Basis, Flag, Severity
from kb.citations.resolution import By, Confidence, Record
from kb.citations.verify_agree import Agreement, Pages, Titles, Years, agreement, basis_of
from kb.citations.verify_case import Case, authors_words, named, probably, same_record
from kb.citations.verify_names import Who

_LONG = 3  # printed authors from which on a list is shortened in messages


@dataclass(frozen=True, slots=True)
class Subject:
    """The paper whose facts are compared with what is printed, and how sure it is that the text means it."""

    record: Record
    sure: bool
    by_link: bool
    basis: Basis


def subject(case: Case, wrong: frozenset[int]) -> Subject | None:
    """The paper that a citation is compared with.

    Parameters
    ----------
    case
        The citation.
    wrong
        Indices of the links that are another paper's.
    """
    links = [link for index, link in enumerate(case.resolution.links) if index not in wrong]
    fitting = [link.record for link in links if link.record is not None and not case.elsewhere]
    others = [case.resolution.links[index].record for index in wrong]
    if (record := case.certain) is not None and not any(same_record(record, other) for other in others):
        linked = any(same_record(record, other) for other in fitting)
        return Subject(record, sure=True, by_link=linked, basis=Basis.RULE if linked else basis_of(case))
    if fitting:
        return Subject(fitting[0], sure=True, by_link=True, basis=Basis.RULE)
    if case.resolution.record is not None and case.resolution.confidence is Confidence.PROBABLE:
        return Subject(case.resolution.record, sure=False, by_link=False, basis=Basis.RULE)
    return None


def fact_flags(case: Case, what: Subject) -> Iterator[Flag]:
    """Findings on the printed facts of a citation."""
    found = agreement(case, what.record)
    flags = [
        flag
        for flag in (
            _authors(case, what, found),
            _year(case, what, found),
            _journal(case, what, found),
            _title(case, what, found),
            _volume(case, what, found),
            _issue(case, what, found),
            _pages(case, what, found),
        )
        if flag is not None
    ]
    if not what.sure:
        yield from _offered(case, found, flags)
        return
    yield from flags


def _offered(case: Case, found: Agreement, flags: list[Flag]) -> Iterator[Flag]:
    """A single slip of a study that is only probably meant: a note, when at least two facts agree."""
    agreeing = [
        found.authors.who is Who.SAME,
        found.year is Years.SAME,
        found.journal is True,
        found.title is Titles.SAME,
        found.place,
    ]
    telling = [flag for flag in flags if flag.severity is not Severity.NOTE]
    if len(telling) == 1 and sum(agreeing) >= 2 and case.resolution.by is not By.DETAILS:
        flag = telling[0]
        yield replace(flag, severity=Severity.NOTE, message=probably(case.resolution.record, flag.message))


def _flag(case: Case, what: Subject, rule: str, severity: Severity, message: str, sides: tuple[str, str]) -> Flag:
    record = what.record
    fix = corrected(case.citation, record)
    return Flag(rule, severity, message, *sides, fix, record.key, record.source or None, what.basis)


# --- one fact each ---------------------------------------------------------------------------------------------


def _authors(case: Case, what: Subject, found: Agreement) -> Flag | None:
    printed, record = case.citation.printed, what.record
    who = authors_words(record.authors)
    if who is None or not printed.names:
        return None
    shown = printed.authors if printed.authors and len(printed.names) <= _LONG else f"{printed.names[0]} et al."
    fit, sides = found.authors.who, (shown, who)
    own = authors_words(record.authors[:1]) or who
    first = f"The text names {shown}, but the first author of {_paper(what).rstrip(',')} is {own}."
    if fit is Who.OTHER:
        return _flag(case, what, "wrong-authors", Severity.ERROR, first, sides)
    if fit is Who.NOT_FIRST:
        told = case.citation.kind is CitationKind.PROSE and len(printed.names) == 1 and found.year is Years.SAME
        return _flag(case, what, "wrong-authors", Severity.NOTE if told else Severity.ERROR, first, sides)
    if fit is Who.SPELLING:
        message = f"The text spells the first author {printed.names[0]}; the record has {own}."
        return _flag(case, what, "wrong-authors", Severity.WARNING, message, (printed.names[0], own))
    if fit is Who.EXTRA:
        strangers = " and ".join(found.authors.strangers[:_LONG])
        verb = "is" if len(found.authors.strangers) == 1 else "are"
        message = (
            f"{strangers} {verb} not among the authors of {_paper(what).rstrip(',')}, which is by {who}".rstrip(".")
            + "."
        )
        return _flag(case, what, "wrong-authors", Severity.ERROR, message, (strangers, who))
    return _how_many(case, what, found)


def _how_many(case: Case, what: Subject, found: Agreement) -> Flag | None:
    """A note on ``et al.`` for one author or two, and on two authors named for three and more."""
    printed, authors = case.citation.printed, what.record.authors
    if found.authors.who is not Who.SAME or not found.authors.complete or not what.sure:
        return None
    if case.citation.kind not in {CitationKind.PARENTHETICAL, CitationKind.REFERENCE}:
        return None
    who = authors_words(authors) or ""
    shown = printed.authors or printed.names[0]
    sides = (shown, who)
    if printed.et_al and len(authors) <= 2 and len(printed.names) < len(authors) + 1:
        number = "one author" if len(authors) == 1 else "two authors"
        return _flag(
            case, what, "wrong-authors", Severity.NOTE, f"The text says {shown}; the paper has {number}: {who}.", sides
        )
    if not printed.et_al and len(printed.names) == 2 and len(authors) > 2:
        message = f"The text names two authors, {shown}; the paper has {len(authors)}, {who}".rstrip(".") + "."
        return _flag(case, what, "wrong-authors", Severity.NOTE, message, sides)
    return None


def _year(case: Case, what: Subject, found: Agreement) -> Flag | None:
    year, own = case.year, what.record.years
    if year is None or found.year in {Years.SAME, Years.UNKNOWN}:
        return None
    years = str(own[0]) if len(own) == 1 else f"{own[0]} (online {own[-1]})"
    message = f"The text says {year}, but {_paper(what)} appeared in {years}."
    sides = (str(year), str(own[0]))
    if found.year is Years.NEAR and not _too_late(year, what.record, found):
        why = "It may be that the one is the year online and the other that of the issue."
        return _flag(case, what, "wrong-year", Severity.NOTE, f"{message} {why}", sides)
    own_words = case.citation.printed.year is not None or str(year) in case.citation.text
    severity = Severity.ERROR if own_words or what.basis is Basis.CURATED else Severity.WARNING
    return _flag(case, what, "wrong-year", severity, message, sides)


def _too_late(year: int, record: Record, found: Agreement) -> bool:
    """Whether a year is after print and electronic publication, both known, of what is surely the paper."""
    surely = found.place or found.title is Titles.SAME
    return surely and record.electronic and year > max(record.years)


def _journal(case: Case, what: Subject, found: Agreement) -> Flag | None:
    if found.journal is not False or case.journal is None:
        return None
    own = journal_like(case.journal, what.record) or ""
    message = f"The text says {case.journal}, but {_paper(what, journal=False)} is in {own}."
    told = case.citation.printed.journal is not None or case.journal in case.citation.text
    severity = Severity.ERROR if told or what.basis is Basis.CURATED else Severity.WARNING
    return _flag(case, what, "wrong-journal", severity, message, (case.journal, own))


def _title(case: Case, what: Subject, found: Agreement) -> Flag | None:
    title, own = case.citation.printed.title, what.record.title
    if found.title not in {Titles.NEAR, Titles.OTHER} or title is None or own is None:
        return None
    near = found.title is Titles.NEAR
    message = f"The title of {_paper(what)} is {'a little different' if near else 'another'}: '{own}'."
    severity = Severity.WARNING if near else Severity.ERROR
    return _flag(case, what, "wrong-title", severity, message, (title, own))


def _volume(case: Case, what: Subject, found: Agreement) -> Flag | None:
    volume, own = case.citation.printed.volume, what.record.volume
    if found.volume is not False or not volume or not own:
        return None
    message = f"The text says volume {volume}, but {_paper(what)} is in volume {own}."
    return _flag(case, what, "wrong-volume", Severity.ERROR, message, (volume, own))


def _issue(case: Case, what: Subject, found: Agreement) -> Flag | None:
    issue, own = case.citation.printed.issue, what.record.issue
    if found.volume is not True or not issue or not own or not issue.isdigit() or not own.isdigit():
        return None
    if int(issue) == int(own):
        return None
    message = f"The text says issue {issue}, but {_paper(what)} is in issue {own}."
    return _flag(case, what, "wrong-volume", Severity.NOTE, message, (issue, own))


def _pages(case: Case, what: Subject, found: Agreement) -> Flag | None:
    pages, own = case.citation.printed.pages, what.record.pages
    if found.pages not in {Pages.OTHER, Pages.LAST} or not pages or not own:
        return None
    message = f"The text says pages {pages}, but {_paper(what)} is on {own}."
    severity = Severity.ERROR if found.pages is Pages.OTHER else Severity.WARNING
    return _flag(case, what, "wrong-pages", severity, message, (pages, own))


def _paper(what: Subject, *, journal: bool = True) -> str:
    """The paper in words: the link's, the curated one, or its name."""
    record = what.record if journal else replace(what.record, journals=())
    if what.by_link:
        return f"the linked paper, {named(record)},"
    if what.basis is Basis.CURATED:
        return f"the study meant here (curated), {named(record)},"
    return named(record)
