"""Evidence tables: one neutral table, and the formats it is written in."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kb.cite import author_year, vancouver
from kb.graph import bearing_on
from kb.model import Bearing, Direction, Measure
from kb.pubmed.notices import excluded, mark, marked

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kb.graph import Graph
    from kb.model import Corpus, Finding, Study
    from kb.pubmed.notices import Notice

    Marks = Mapping[str, Iterable[Notice]]

UNKNOWN = "unknown"

COLUMNS = (
    "study", "design", "participants", "population", "intervention", "comparator", "outcome", "timepoint",
    "effect", "direction", "checked", "source", "certainty",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Table:
    """A table before it has a format: rows of plain text under named columns, with what the reader must know."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[dict[str, str], ...]
    notes: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    keys: tuple[str, ...] = field(default=())


def evidence_table(
    corpus: Corpus,
    graph: Graph,
    *,
    condition: str | None = None,
    intervention: str | None = None,
    outcome: str | None = None,
    population: str | None = None,
    post: str | None = None,
    notices: Marks | None = None,
) -> Table:
    """Findings that bear on the terms asked for, a row each; studies without a finding get one row.

    A retracted study has no row and no reference; a note names it. A study in doubt is marked.

    Parameters
    ----------
    corpus, graph
        The evidence and its graph.
    condition, intervention, outcome, population
        Ids; narrower terms are included.
    post
        Slug: only studies that the post cites or its claims rest on.
    notices
        What became of the studies, from :attr:`kb.base.Base.notices`.
    """
    told = {} if notices is None else notices
    asked_for = {"condition": condition, "intervention": intervention, "outcome": outcome, "population": population}
    # A post by itself needs no look at everything that there is.
    answer = bearing_on(graph, **asked_for) if any(asked_for.values()) or post is None else None
    keys = set(answer.studies) if answer else _studies_of(corpus, post or "")
    if post is not None:
        keys &= _studies_of(corpus, post)
    left_out = sorted(excluded({key: told.get(key, ()) for key in keys}))
    keys -= set(left_out)
    wanted = set(answer.findings) if answer else {f"{k}.{f.id}" for k in keys for f in corpus.studies[k].findings}
    rows: list[dict[str, str]] = []
    shown: list[str] = []
    for key in sorted(keys, key=lambda k: _order(corpus, k)):
        study = corpus.studies[key]
        chosen = [f for f in study.findings if f"{key}.{f.id}" in wanted]
        named = {"study": study_label(corpus, key, told)}
        rows += [_row(corpus, study, finding) | named for finding in chosen] or [_row(corpus, study, None) | named]
        shown.append(key)
    names = {
        "condition": corpus.conditions[condition].label if condition else None,
        "intervention": corpus.interventions[intervention].label if intervention else None,
        "outcome": corpus.outcomes[outcome].label if outcome else None,
        "population": corpus.populations[population].label if population else None,
        "post": corpus.posts[post].title if post else None,
    }
    n_findings = sum(1 for row in rows if row["outcome"] != UNKNOWN)
    asked = "; ".join(f"{role}: {label}" for role, label in names.items() if label)
    return Table(
        title=f"Evidence: {asked or 'all studies'}",
        columns=COLUMNS,
        rows=tuple(rows),
        notes=(
            f"{_count(len(shown), 'study', 'studies')}, {_count(n_findings, 'finding', 'findings')}.",
            *left_out_notes(corpus, left_out, told),
            f"'{UNKNOWN}' means that nobody has read it yet; no number is averaged over an unknown one.",
            "Intervals are 95 % unless said. Curated from abstracts.",
            "Certainty is what the authors of a review gave a result themselves; kb synthesize tells the base's own.",
        ),
        references=_references(corpus, shown, told),
        keys=tuple(shown),
    )


def left_out_notes(corpus: Corpus, keys: Sequence[str], notices: Marks) -> tuple[str, ...]:
    """The note that names retracted studies which a table or summary leaves out; none when there is none."""
    if not keys:
        return ()
    named = "; ".join(study_label(corpus, key, notices) for key in keys)
    return (f"{_count(len(keys), 'retracted study', 'retracted studies')} left out: {named}.",)


def _references(corpus: Corpus, keys: Iterable[str], notices: Marks) -> tuple[str, ...]:
    references = corpus.references
    return tuple(marked(vancouver(references[key]), notices.get(key, ())) for key in keys if key in references)


def claims_table(corpus: Corpus, post: str, notices: Marks | None = None) -> Table:
    """What a post claims against what its studies found, a row a claim and study; retracted studies are marked.

    Parameters
    ----------
    corpus
        The evidence.
    post
        Slug.
    notices
        What became of the studies, from :attr:`kb.base.Base.notices`.
    """
    told = {} if notices is None else notices
    rows = []
    keys: dict[str, None] = {}
    for claim in corpus.posts[post].claims:
        for item in claim.evidence:
            if item.study:
                keys[item.study] = None
            rows.append(
                {
                    "claim": claim.statement,
                    "wording": claim.wording.value,
                    "verdict": bearing_words(claim.verdict.bearing),
                    "study": study_label(corpus, item.study, told) if item.study else "no study of the base",
                    "cited": "yes" if item.citation else "no",
                    "bearing": bearing_words(item.bearing),
                    "relation": item.relation.value.replace("-", " "),
                    "reason": item.reason,
                }
            )
    basis = sorted({claim.verdict.basis for claim in corpus.posts[post].claims})
    gone = [study_label(corpus, key) for key in keys if excluded({key: told.get(key, ())})]
    warning = f"Verdicts were made before a study was retracted and must be made again: {', '.join(gone)}."
    return Table(
        title=f"Claims: {corpus.posts[post].title}",
        columns=("claim", "wording", "verdict", "study", "cited", "bearing", "relation", "reason"),
        rows=tuple(rows),
        notes=(*(f"Verdicts: {text}." for text in basis), *([warning] if gone else [])),
        references=_references(corpus, keys, told),
        keys=tuple(keys),
    )


def study_label(corpus: Corpus, key: str, notices: Marks | None = None) -> str:
    """Author and year of a study, its key where the authors are unknown, and its mark where notices are given."""
    label = author_year(corpus.references.get(key), key)
    said = mark(() if notices is None else notices.get(key, ()))
    return f"{label} [{said}]" if said else label


def effect(finding: Finding) -> str:
    """The effect of a finding in words and numbers.

    Examples
    --------
    >>> from kb.model import Direction, Finding, Measure
    >>> f = Finding(
    ...     id="f01",
    ...     as_reported="pain",
    ...     populations=(),
    ...     conditions=(),
    ...     interventions=(),
    ...     comparators=(),
    ...     outcomes=("pain",),
    ...     timepoint=None,
    ...     measure=Measure.MD,
    ...     unit="points (0-10)",
    ...     estimate=-1.15,
    ...     ci_low=-1.51,
    ...     ci_high=-0.8,
    ...     p=None,
    ...     direction=Direction.INTERVENTION,
    ... )
    >>> effect(f)
    'MD -1.15 (-1.51 to -0.8) points (0-10)'
    """
    parts = []
    if finding.estimate is not None or finding.ci_low is not None or finding.ci_high is not None:
        parts.append(f"{_measure_words(finding.measure)} {_number(finding.estimate)}{_interval(finding)}".strip())
        said = finding.measure in {Measure.PERCENT, Measure.PERCENT_CHANGE} and finding.unit in _PERCENT
        if finding.unit and not said:
            parts[-1] += f" {finding.unit}"
    arms = [
        f"{arm.name}: {_number(arm.value)}{f' (SD {_number(arm.sd)})' if arm.sd is not None else ''}"
        f"{'%' if finding.arm_statistic == 'percent' else ''}{f', n={arm.n}' if arm.n is not None else ''}"
        for arm in finding.arms
        if arm.value is not None
    ]
    if arms:
        statistic = f" ({finding.arm_statistic.value.replace('-', ' ')})" if finding.arm_statistic else ""
        parts.append("; ".join(arms) + statistic)
    if finding.p:
        parts.append(finding.p if re.search(r"[a-z]{3}", finding.p) else f"p {_p(finding.p)}")
    return "; ".join(parts) or UNKNOWN


def certainty(finding: Finding | None) -> str:
    """The certainty that the authors themselves gave a result, a span as they printed it; else unknown.

    Examples
    --------
    >>> import kb
    >>> certainty(None), [certainty(f) for f in kb.open().corpus.studies["buist2008"].findings]
    ('unknown', ['unknown'])
    """
    graded = finding.certainty if finding else None
    if graded is None:
        return UNKNOWN
    levels = dict.fromkeys(level.value.replace("-", " ") for level in (graded.lowest, graded.level) if level)
    return " to ".join(levels)


_PERCENT = {"%", "percent"}


def _measure_words(measure: Measure) -> str:
    silent = {Measure.P_VALUE, Measure.NARRATIVE}
    return "" if measure in silent else measure.value.replace("percent-change", "change in percent")


def _p(value: str) -> str:
    return value if value[:1] in "<>=≤≥" else f"= {value}"


def _number(value: float | None) -> str:
    return UNKNOWN if value is None else f"{value:,}"


def _interval(finding: Finding) -> str:
    if finding.ci_low is None and finding.ci_high is None:
        return ""
    level = "" if finding.ci_level == 95 else f"{finding.ci_level} % CI "
    return f" ({level}{_number(finding.ci_low)} to {_number(finding.ci_high)})"


def favours(corpus: Corpus, finding: Finding) -> str:
    """The direction of a finding, with the name of the side that it favours where that side is one of our terms."""
    sides = {Direction.INTERVENTION: finding.interventions, Direction.COMPARATOR: finding.comparators}
    names = [corpus.interventions[i].label for i in sides.get(finding.direction, ()) if i in corpus.interventions]
    shown = " + ".join(name if name[:2].isupper() else f"{name[:1].lower()}{name[1:]}" for name in names)
    return f"favours {shown}" if shown else direction_words(finding.direction)


def direction_words(direction: Direction) -> str:
    """A direction as a reader sees it."""
    return direction.value.replace("-", " ")


def bearing_words(bearing: Bearing) -> str:
    """A bearing as a reader sees it."""
    return bearing.value.replace("-", " ")


def _row(corpus: Corpus, study: Study, finding: Finding | None) -> dict[str, str]:
    reference = corpus.references.get(study.key)
    link = reference.pmid if reference else None
    source = f"PMID {link}" if link else (f"doi:{reference.doi}" if reference and reference.doi else UNKNOWN)

    def labels(vocabulary: str, ids: Sequence[str], empty: str = UNKNOWN) -> str:
        terms = corpus.vocabulary(vocabulary)
        return " + ".join(terms[i].label for i in ids if i in terms) or empty

    head = {
        "study": study_label(corpus, study.key),
        "design": study.design.words,
        "participants": _sample(study),
    }
    tail = {"checked": study.verification.value, "source": source, "certainty": certainty(finding)}
    if finding is None:
        return {
            **head,
            "population": labels("populations", study.populations),
            "intervention": labels("interventions", study.intervention_ids, "none"),
            "comparator": study.comparator or UNKNOWN,
            "outcome": UNKNOWN,
            "timepoint": UNKNOWN,
            "effect": study.conclusion or UNKNOWN,
            "direction": UNKNOWN,
            **tail,
        }
    return {
        **head,
        "population": labels("populations", finding.populations),
        "intervention": labels("interventions", finding.interventions, "none"),
        "comparator": labels("interventions", finding.comparators, study.comparator or UNKNOWN),
        "outcome": f"{labels('outcomes', finding.outcomes)}: {finding.as_reported}",
        "timepoint": finding.timepoint or UNKNOWN,
        "effect": effect(finding),
        "direction": direction_words(finding.direction),
        **tail,
    }


def _sample(study: Study) -> str:
    people = f"n = {study.n_participants:,}" if study.n_participants is not None else None
    reviewed = f"{study.n_studies} studies" if study.n_studies is not None else None
    return ", ".join(part for part in (reviewed, people) if part) or UNKNOWN


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _studies_of(corpus: Corpus, post: str) -> set[str]:
    here = corpus.posts[post]
    cited = {citation.study for citation in here.citations if citation.study}
    return cited | {e.study for claim in here.claims for e in claim.evidence if e.study}


def _order(corpus: Corpus, key: str) -> tuple[int, str]:
    reference = corpus.references.get(key)
    return (-(reference.year or 0) if reference else 0, key)


# --- formats ---------------------------------------------------------------------------------------------------


def to_markdown(table: Table) -> str:
    """A Markdown table with its title, notes and references."""
    lines = [f"## {_md(table.title)}", ""]
    if table.rows:
        lines.append("| " + " | ".join(table.columns) + " |")
        lines.append("|" + " --- |" * len(table.columns))
        lines += ["| " + " | ".join(_md(row[column]) for column in table.columns) + " |" for row in table.rows]
    else:
        lines.append("No study in the base bears on this.")
    lines += ["", *(f"{_md(note)}  " for note in table.notes)]
    if table.references:
        lines += ["", "### References", "", *(f"{i}. {_md(text)}" for i, text in enumerate(table.references, 1))]
    return "\n".join(lines) + "\n"


def _md(text: str) -> str:
    escaped = re.sub(r"([\\`*_\[\]<>|])", r"\\\1", text)
    return " ".join(escaped.split())


def to_csv(table: Table) -> str:
    """CSV with a header row; a cell that a spreadsheet would take for a formula gets a leading apostrophe."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(table.columns)
    writer.writerows([_safe(row[column]) for column in table.columns] for row in table.rows)
    return stream.getvalue()


def _safe(text: str) -> str:
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def to_json(table: Table) -> str:
    """The table as JSON: title, columns, rows, notes, references, keys."""
    data = {
        "title": table.title,
        "columns": table.columns,
        "rows": table.rows,
        "notes": table.notes,
        "references": table.references,
        "keys": table.keys,
    }
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


FORMATS = {"md": to_markdown, "csv": to_csv, "json": to_json}
