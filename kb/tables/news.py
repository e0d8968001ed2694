"""What is new: the newest publications, notices on studies, literature that was found, and changes of the base."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Unpack

from kb.graph import narrower, node
from kb.pubmed.notices import excluded
from kb.tables.asked import Asked, asked_terms, asked_words, bearing
from kb.tables.ending import Given, Sources, dated, study_url
from kb.tables.table import UNKNOWN, Cell, Column, Table
from kb.tables.words import count, labels, left_out_notes

if TYPE_CHECKING:
    from kb.graph import Graph
    from kb.model import Corpus
    from kb.pubmed.candidates import Candidate, Watch

COLUMNS = (
    Column("date", "Date", weight=0.7),
    Column("what", "What", weight=0.8),
    Column("title", "Title", weight=2.0),
    Column("about", "About", weight=1.1),
    Column("detail", "Detail", under="title"),
)
_YEARS = 2
"""Years, the newest of the base's studies included, from which publications count as new."""

_Dated = tuple[str, tuple[Cell, ...]]


def news_table(corpus: Corpus, graph: Graph, *, given: Given | None = None, **asked: Unpack[Asked]) -> Table:
    """What is new on some terms, the newest first; the date is that of the event, never the day of the table.

    Parameters
    ----------
    corpus, graph
        The evidence and its graph.
    given
        Notices, days of reading, searches for new literature and the style of the references.
    asked
        Terms and a post.
    """
    told = given or Given()
    found, terms, post = bearing(corpus, graph, asked, told), asked_terms(asked), asked.get("post")
    keys, here = found.keys, {*found.keys, *found.left_out}
    new_keys = _newest(corpus, keys)
    sources = Sources(corpus, new_keys, told)
    every = not any(terms.values()) and post is None
    rows: list[_Dated] = [
        *_notices(corpus, here, told),
        *_changes(corpus, None if every else _names(here, terms, post)),
        *_candidates(corpus, told.watched, _Cells(corpus, graph, terms["condition"], terms["intervention"], post)),
    ]
    rows.sort(key=lambda row: row[0], reverse=True)
    new = list(_publications(corpus, new_keys, sources))
    date, date_words = dated(corpus, keys, told)
    words = asked_words(corpus, terms, post)
    return Table(
        kind="new",
        title=f"What is new: {words or 'the whole base'}",
        description="Notices on studies, changes of the base, new literature and the newest publications, each dated.",
        columns=COLUMNS,
        body=tuple(cells for _, cells in (*rows, *new)),
        notes=(
            *left_out_notes(corpus, found.left_out, told.notices),
            f"Publications are those of the {_YEARS} newest years of which there is a study; their date is the year.",
            _searched(told.watched),
        ),
        sources=sources.all,
        date=date,
        date_words=date_words,
        method="Made by rule; literature that was found by a search has not been read by anybody until it is accepted.",
        keys=tuple(new_keys),
    )


def _newest(corpus: Corpus, keys: Collection[str]) -> list[str]:
    """Studies of the newest years, in order."""
    years = {key: r.year for key in keys if (r := corpus.references.get(key)) and r.year}
    first = max(years.values(), default=0) - _YEARS + 1
    return [key for key, year in years.items() if year >= first]


def _publications(corpus: Corpus, keys: Iterable[str], sources: Sources) -> Iterator[_Dated]:
    for key in keys:
        study, reference = corpus.studies[key], corpus.references[key]
        year = str(reference.year)
        title = Cell(reference.title or UNKNOWN, study_url(corpus, key), sources.mark(key))
        about = Cell(labels(corpus, "conditions", study.condition_ids, "no condition named"))
        detail = Cell(f"{study.design.words}: {study.conclusion or 'conclusion unknown'}")
        yield year, (Cell(year), Cell("publication"), title, about, detail)


def _notices(corpus: Corpus, keys: Collection[str], given: Given) -> Iterator[_Dated]:
    """Notices on studies, those that were left out included: that is the news."""
    gone = excluded({key: given.notices.get(key, ()) for key in keys})
    for key in sorted(keys):
        for notice in given.notices.get(key, ()):
            study, reference = corpus.studies[key], corpus.references.get(key)
            title = Cell((reference.title if reference else None) or UNKNOWN, study_url(corpus, key))
            detail = f"{notice}{'; left out of every table' if key in gone else ''}"
            about = Cell(labels(corpus, "conditions", study.condition_ids, "no condition named"))
            date = notice.date or UNKNOWN
            yield notice.date or "", (Cell(date), Cell(f"notice: {notice.kind.words}"), title, about, Cell(detail))


def _names(keys: Iterable[str], asked: Mapping[str, str | None], post: str | None) -> set[str]:
    """What changes are about where they are news on what was asked for, as ``noun/id``."""
    named = {f"study/{key}" for key in keys} | {f"{noun}/{term}" for noun, term in asked.items() if term}
    return named | ({f"post/{post}"} if post else set())


def _changes(corpus: Corpus, wanted: Collection[str] | None) -> Iterator[_Dated]:
    """Changes of the base: all where nothing particular is wanted."""
    for change in corpus.changes:
        if wanted is not None and not {*change.about} & {*wanted}:
            continue
        about = ", ".join(change.about) or "the base as a whole"
        day = change.date.isoformat()
        yield day, (Cell(day), Cell("change of the base"), Cell(change.text), Cell(about), Cell("by hand"))


class _Cells:
    """Which watched cells bear on what was asked for."""

    def __init__(
        self, corpus: Corpus, graph: Graph, condition: str | None, intervention: str | None, post: str | None
    ) -> None:
        self._conditions = _within(graph, "condition", condition)
        self._interventions = _within(graph, "intervention", intervention)
        self._topics = corpus.posts[post].topics if post else None

    def have(self, condition: str, intervention: str) -> bool:
        """Whether the cell of a condition and an intervention is one of them."""
        if self._topics and not (condition in self._topics.conditions and intervention in self._topics.interventions):
            return False
        return (self._conditions is None or condition in self._conditions) and (
            self._interventions is None or intervention in self._interventions
        )


def _within(graph: Graph, noun: str, term: str | None) -> set[str] | None:
    """A term and its narrower ones; None where every term will do."""
    return None if term is None else {name.split(":", 1)[1] for name in narrower(graph, node(noun, term))}


def _searched(watched: Mapping[tuple[str, str], Watch]) -> str:
    """Until when literature was searched for."""
    days = [watch.looked for watch in watched.values() if watch.looked]
    if not days:
        return "No search for new literature has been made yet."
    return f"{count(len(days), 'search', 'searches')} for new literature, the last on {max(days).isoformat()}."


def _candidates(corpus: Corpus, watched: Mapping[tuple[str, str], Watch], wanted: _Cells) -> Iterator[_Dated]:
    """Literature that a search found and nobody has rejected."""
    for (condition, intervention), watch in sorted(watched.items()):
        if not wanted.have(condition, intervention):
            continue
        about = labels(corpus, "conditions", [condition]), labels(corpus, "interventions", [intervention])
        for candidate in watch.candidates:
            if candidate.state != "rejected":
                yield candidate.found.isoformat(), _candidate(candidate, " and ".join(about))


def _candidate(candidate: Candidate, about: str) -> tuple[Cell, ...]:
    what = "accepted into the base" if candidate.state == "accepted" else "found, not read yet"
    where = ", ".join(str(part) for part in (candidate.journal, candidate.year) if part) or "journal unknown"
    link = f"https://pubmed.ncbi.nlm.nih.gov/{candidate.pmid}/"
    detail = f"{where}; {'; '.join(candidate.publication_types) or 'type unknown'}; PMID {candidate.pmid}"
    title = Cell(candidate.title or UNKNOWN, link)
    return Cell(candidate.found.isoformat()), Cell(f"literature: {what}"), title, Cell(about), Cell(detail)
