"""Rule ``inconsistent``: one study told differently in two places."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from kb.citations.find_model import CitationKind, Printed
from kb.citations.flag import Flag, Severity
from kb.citations.journal_names import same_journal_name
from kb.citations.resolution import Record
from kb.citations.verify_agree import Years, compare_years
from kb.citations.verify_case import Case, Facts, cases, named
from kb.citations.verify_names import Who, fit_authors, is_group, may_be_one, nearly

if TYPE_CHECKING:
    from kb.citations.find_model import FoundCitation
    from kb.citations.resolution import Resolution

T = TypeVar("T")
_CLOSE = 0.8
"""Counts of one study that are told in two places are compared when the smaller is at least this part of the larger:
others are of subgroups."""


@dataclass(frozen=True, slots=True)
class _Told:
    """One citation of a study, with the place of its post."""

    post: int
    title: str
    case: Case
    record: Record


def inconsistent(
    posts: Sequence[tuple[str, Sequence[FoundCitation], Sequence[Resolution]]],
) -> list[tuple[int, int, Flag]]:
    """Findings on citations that certainly mean one study and tell it differently.

    Parameters
    ----------
    posts
        Title, citations and resolutions of every checked post.

    Returns
    -------
        Index of the post, index of the citation, finding. Where the record tells which is right, the other is named.
    """
    facts = Facts()
    by_study: dict[str, list[_Told]] = {}
    for index, (title, citations, resolutions) in enumerate(posts):
        for case in cases(citations, resolutions, facts):
            if case.certain is not None:
                by_study.setdefault(case.certain.id, []).append(_Told(index, title, case, case.certain))
    found = [item for told in by_study.values() if len(told) > 1 for item in _compare(told)]
    return sorted(found, key=lambda item: item[:2])


def _compare(told: list[_Told]) -> Iterator[tuple[int, int, Flag]]:
    record = told[0].record
    yield from _fact("year", told, lambda t: t.case.year, lambda a, b: a == b, *_year_of(record))
    yield from _fact(
        "journal",
        told,
        lambda t: t.case.citation.printed.journal,
        lambda a, b: same_journal_name(a, (b,)) is not False or _both_of(record, a, b),
        lambda name: same_journal_name(name, record.journals) is True,
        lambda name: same_journal_name(name, record.journals) is False,
    )
    yield from _fact(
        "first author",
        told,
        _first,
        _alike,
        lambda name: _is_first(name, record),
        lambda name: _no_author(name, record),
    )
    for of in ("studies", "participants"):
        yield from _fact(f"number of {of}", told, _count_of(of), _not_close, lambda _: False, lambda _: False)


def _fact(
    what: str,
    told: list[_Told],
    value_of: Callable[[_Told], T | None],
    same: Callable[[T, T], bool],
    right: Callable[[T], bool],
    wrong: Callable[[T], bool],
) -> Iterator[tuple[int, int, Flag]]:
    """Citations whose value differs from the right one, else from the first that is told."""
    values = [(one, value) for one in told if (value := value_of(one)) is not None]
    if len(values) < 2:
        return
    model, standard = next(((one, value) for one, value in values if right(value)), values[0])
    for one, value in values:
        if one is model or same(value, standard):
            continue
        where = "in this post" if one.post == model.post else f"in '{model.title}'"
        line = model.case.citation.line
        at = f" (line {line})" if line else ""  # a post that was not read from a file has no lines
        message = f"{named(one.record)}: the {what} is {value} here, but {standard} {where}{at}."
        flag = Flag(  # where the record speaks against a value, another rule tells it: a note then
            "inconsistent",
            Severity.NOTE if wrong(value) else Severity.WARNING,
            message,
            str(value),
            str(standard),
            None,
            one.record.key,
            f"{model.title}, line {line}" if line else model.title,
        )
        yield one.post, one.case.index, flag


def _first(told: _Told) -> str | None:
    names = told.case.citation.printed.names
    whole = told.case.citation.kind is not CitationKind.PROSE or len(names) > 1
    return names[0] if names and whole and not is_group(names[0]) else None


def _alike(one: str, other: str) -> bool:
    return may_be_one(one, other) or nearly(one, other)


def _is_first(name: str, record: Record) -> bool:
    return bool(record.authors) and may_be_one(name, record.authors[0].split(",", maxsplit=1)[0])


def _no_author(name: str, record: Record) -> bool:
    return fit_authors(Printed(names=(name,)), record.authors).who in {Who.OTHER, Who.NOT_FIRST}


def _year_of(record: Record) -> tuple[Callable[[int], bool], Callable[[int], bool]]:
    return (
        lambda year: year in record.years,
        lambda year: compare_years(year, record) in {Years.OFF, Years.OFF_BY_ONE},
    )


def _both_of(record: Record, one: str, other: str) -> bool:
    return all(same_journal_name(name, record.journals) is True for name in (one, other))


def _count_of(of: str) -> Callable[[_Told], int | None]:
    def count(told: _Told) -> int | None:
        if not told.case.alone:
            return None
        counts = [c.value for c in told.case.citation.details.counts if c.of == of]
        return counts[0] if len(counts) == 1 else None

    return count


def _not_close(one: int, other: int) -> bool:
    """Whether two counts are the same, or so far apart that they are of different things."""
    return one == other or min(one, other) < _CLOSE * max(one, other)
