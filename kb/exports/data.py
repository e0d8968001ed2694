"""The base as plain tables for every format: columns of plain Python values, unknown as None, lists as tuples."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from kb.exports.about import About, about
from kb.exports.answered import answers
from kb.exports.dictionary import FRAMES, RESOURCES
from kb.exports.fields import Resource

if TYPE_CHECKING:
    import pandas as pd

    from kb.base import Base
    from kb.model import Corpus, Study

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its description, and a list of values a column, all of the same length."""

    resource: Resource
    columns: Mapping[str, list[Any]]

    def __len__(self) -> int:
        """Number of rows."""
        return len(next(iter(self.columns.values()), []))

    def rows(self, names: Sequence[str] | None = None) -> Iterator[tuple[Any, ...]]:
        """Rows, all columns or some."""
        return zip(*(self.columns[name] for name in names or self.columns), strict=True)

    def dicts(self) -> Iterator[Row]:
        """Rows by column."""
        for row in self.rows():
            yield dict(zip(self.columns, row, strict=True))


@dataclass(frozen=True)
class Data:
    """A base as the exports see it; each part is made when it is first asked for.

    Parameters
    ----------
    base
        The base.
    with_answers
        Whether to work out what the findings add up to; without, the table of answers is empty. It takes 10 to 20 ms a
        question, of which there are some hundreds here.
    """

    base: Base
    with_answers: bool = True

    @cached_property
    def about(self) -> About:
        """Version, licence and date."""
        return about(self.base)

    @cached_property
    def tables(self) -> Mapping[str, Table]:
        """Every table of the data dictionary, by name."""
        return {name: self._table(resource) for name, resource in RESOURCES.items()}

    def __getitem__(self, name: str) -> Table:
        """One table."""
        return self.tables[name]

    def _table(self, resource: Resource) -> Table:
        columns = _of_frame(self.base, resource.name) if resource.name in FRAMES else {}
        asked = resource.name in _EXTRA and (self.with_answers or resource.name != "answers")
        extra = list(_EXTRA[resource.name](self.base)) if asked else []
        made: dict[str, list[Any]] = {}
        for field in resource.fields:
            if resource.name in FRAMES and not (extra and field.name in extra[0]):
                made[field.name] = columns.get(field.name, [])
            else:
                made[field.name] = [row[field.name] for row in extra]
        return Table(resource, made)


def _of_frame(base: Base, name: str) -> dict[str, list[Any]]:
    frame: pd.DataFrame = getattr(base, name)
    if frame.index.name is not None:
        frame = frame.reset_index()
    return {str(column): _plain(frame[column]) for column in frame.columns}


def _plain(series: pd.Series[Any]) -> list[Any]:
    import pandas as pd

    return [
        tuple(value) if isinstance(value, (tuple, list)) else None if pd.isna(value) else value
        for value in series.tolist()
    ]


# --- what the frames do not hold -------------------------------------------------------------------------------------


def _in_order(corpus: Corpus) -> Iterator[Study]:
    return (corpus.studies[key] for key in sorted(corpus.studies))


def _references(base: Base) -> Iterator[Row]:
    for key, reference in sorted(base.corpus.references.items()):
        yield {**dict(reference), "key": key}


def _mcids(base: Base) -> Iterator[Row]:
    for key, outcome in sorted(base.corpus.outcomes.items()):
        for number, mcid in enumerate(outcome.mcid, 1):
            yield {"outcome": key, "number": number, **dict(mcid)}


def _findings(base: Base) -> Iterator[Row]:
    """What the frame holds as an object or not at all; rows are in its order."""
    for study in _in_order(base.corpus):
        known = {source.id for source in study.sources}
        for finding in study.findings:
            graded = finding.certainty
            yield {
                "certainty": graded.level.value if graded else None,
                "certainty_lowest": graded.lowest.value if graded and graded.lowest else None,
                "certainty_reason": graded.reason if graded else None,
                "sources": tuple(f"{study.key}.{name}" for name in dict.fromkeys(finding.read_in) if name in known),
            }


def _evidence(base: Base) -> Iterator[Row]:
    for slug, post in sorted(base.corpus.posts.items()):
        for claim in post.claims:
            for number, item in enumerate(claim.evidence, 1):
                yield {"number": number, "citation": f"{slug}.{item.citation}" if item.citation else None}


def _sources(base: Base) -> Iterator[Row]:
    for study in _in_order(base.corpus):
        for source in study.sources:
            yield {**dict(source), "id": f"{study.key}.{source.id}", "study": study.key}


def _reported(base: Base) -> Iterator[Row]:
    for study in _in_order(base.corpus):
        for number, told in enumerate(study.conditions, 1):
            row = {"role": "condition", "text": told.text, "conditions": told.terms, "interventions": ()}
            yield {"study": study.key, "number": number, **row}
        for number, told in enumerate(study.interventions, 1):
            row = {"role": "intervention", "text": told.text, "conditions": (), "interventions": told.terms}
            yield {"study": study.key, "number": number, **row}


def _notes(base: Base) -> Iterator[Row]:
    for study in _in_order(base.corpus):
        kinds: Mapping[str, list[tuple[str, str | None]]] = {
            "limitation": [(text, None) for text in study.limitations],
            "note": [(note.text, note.source) for note in study.notes],
            "left-out": [(out.as_reported, out.reason) for out in study.left_out],
            "to-check": [(text, None) for text in study.to_check],
        }
        for kind, notes in kinds.items():
            for number, (text, reason) in enumerate(notes, 1):
                yield {"study": study.key, "kind": kind, "number": number, "text": text, "reason": reason}


def _bias(base: Base) -> Iterator[Row]:
    for study in _in_order(base.corpus):
        known = {source.id for source in study.sources}
        for number, found in enumerate(study.risk_of_bias, 1):
            yield {
                **dict(found),
                "id": f"{study.key}.b{number}",
                "study": study.key,
                "finding": f"{study.key}.{found.finding}" if found.finding else None,
                "sources": tuple(f"{study.key}.{name}" for name in dict.fromkeys(found.read_in) if name in known),
            }


def _domains(base: Base) -> Iterator[Row]:
    for study in _in_order(base.corpus):
        for number, found in enumerate(study.risk_of_bias, 1):
            for domain in found.domains:
                yield {"appraisal": f"{study.key}.b{number}", **dict(domain)}


def _differences(base: Base) -> Iterator[Row]:
    for study in _in_order(base.corpus):
        found = study.second_reading.differences if study.second_reading else ()
        for number, difference in enumerate(found, 1):
            yield {"study": study.key, "number": number, **dict(difference)}


def _records(base: Base) -> Iterator[Row]:
    by_pmid = {r.pmid: key for key, r in sorted(base.corpus.references.items(), reverse=True) if r.pmid}
    for pmid, entry in sorted(base.snapshot.items(), key=lambda item: (len(item[0]), item[0])):
        record = entry.record
        yield {
            "pmid": pmid,
            "study": by_pmid.get(pmid),
            "source": entry.source,
            "date": entry.date,
            "title": record.title,
            "authors": tuple(
                author.collective or " ".join(part for part in (author.last, author.initials, author.suffix) if part)
                for author in record.authors
            ),
            "journal": record.journal.title if record.journal else None,
            "iso_abbreviation": record.journal.iso_abbreviation if record.journal else None,
            "volume": record.volume,
            "issue": record.issue,
            "pages": record.pages,
            "year": record.year,
            "doi": record.doi,
            "pmcid": record.pmcid,
            "publication_types": tuple(term.name for term in record.publication_types),
            "mesh": tuple(heading.name for heading in record.mesh),
        }


def _notices(base: Base) -> Iterator[Row]:
    fields = ("date", "pmid", "doi", "printed", "source", "note")
    for key, notices in sorted(base.notices.items()):
        for number, notice in enumerate(notices, 1):
            rest = {name: getattr(notice, name) or None for name in fields}
            yield {"study": key, "number": number, "kind": notice.kind.value, **rest}


def _certainty(base: Base) -> Iterator[Row]:
    for number, review in enumerate(base.corpus.certainty, 1):
        yield {"number": number, **dict(review), "level": review.level.value}


_EXTRA: Mapping[str, Callable[[Base], Iterable[Row]]] = {
    "references": _references,
    "mcids": _mcids,
    "findings": _findings,
    "evidence": _evidence,
    "sources": _sources,
    "reported_terms": _reported,
    "study_notes": _notes,
    "risk_of_bias": _bias,
    "risk_of_bias_domains": _domains,
    "second_readings": _differences,
    "pubmed_records": _records,
    "notices": _notices,
    "certainty_reviews": _certainty,
    "answers": answers,
}


def data_of(base: Base, *, with_answers: bool = True) -> Data:
    """The tables of a base, kept with it as its frames are, so that ten exports are made from one."""
    kept: dict[bool, Data] = vars(base).setdefault("_exported", {})
    return kept.setdefault(with_answers, Data(base, with_answers))
