"""The evidence table of a page: findings row by row, or study by study where there are too many to read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kb.model import Design, Direction
from kb.notebook import sections
from kb.notebook.html import count, details, escape, note, table, traced
from kb.tables import UNKNOWN, effect, favours

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kb.base import Base
    from kb.model import Corpus, Finding, Study

    _Pair = tuple[Study, Finding | None]

MANY_ROWS = 40
"""Rows above which the groups of a table start folded."""
_OWN_TABLE = 3
"""Rows from which on a group has a table of its own."""
_COLUMNS = ("outcome", "effect", "direction")
_TRIALS = {Design.RANDOMIZED_TRIAL, Design.CLUSTER_RANDOMIZED_TRIAL, Design.CONTROLLED_TRIAL}
NOT_COMPARED = "no comparison"
"""Where no intervention was studied, or something is described alone."""
NOTES = (
    f"'{UNKNOWN.capitalize()}' means that nobody has seen it yet; no number is averaged over an unknown one.",
    "Intervals are 95 % unless another is named. Curated from abstracts; each study tells how far it was verified.",
)


def evidence(base: Base, keys: Sequence[str], ids: Iterable[str], group_by: str, up: str | None) -> str:
    """Findings in a table for each group, largest group first.

    Parameters
    ----------
    base
        The evidence.
    keys
        Studies, each with its findings among ``ids``; one without any has one row.
    ids
        Findings, as ``<study>.<finding>``.
    group_by
        ``intervention`` or ``condition``: what heads the groups.
    up
        The way to the site's root; None where there is no site.
    """
    pairs = _pairs(base.corpus, keys, ids)
    groups: dict[str, list[_Pair]] = {}
    for study, finding in pairs:
        groups.setdefault(_group(base.corpus, study, finding, group_by), []).append((study, finding))
    small = [name for name, items in groups.items() if len(items) < _OWN_TABLE and not name.startswith("No ")]
    rest = [item for name in small for item in groups.pop(name)] if len(small) > 1 and len(groups) > len(small) else []
    ordered = sorted(groups.items(), key=lambda item: (item[0].startswith("No "), -len(item[1]), item[0].casefold()))
    ordered += [(f"Other {group_by}s", rest)] if rest else []
    folded = len(pairs) > MANY_ROWS
    parts = []
    for number, (name, items) in enumerate(ordered):
        caption = f"{name}: {count(len(items), 'row')} from {_studies(items)}"
        inner = _table(base, caption, items, group_by, up, mixed=items is rest)
        parts.append(details(caption, inner, opened=number == 0 and len(items) <= MANY_ROWS) if folded else inner)
    told = note("The table is long, so its groups are folded: open the ones you need.") if folded else ""
    findings = sum(1 for _, finding in pairs if finding is not None)
    total = f"{_studies(pairs)}, {count(findings, 'finding')}."
    return "\n".join([told, *parts, *map(note, (total, *NOTES))])


def _studies(pairs: Iterable[_Pair]) -> str:
    return count(len({study.key for study, _ in pairs}), "study", "studies")


def newest_first(corpus: Corpus, keys: Iterable[str]) -> list[str]:
    """Studies, the newest first."""
    years = {key: r.year if (r := corpus.references.get(key)) else None for key in keys}
    return sorted(years, key=lambda key: (-(years[key] or 0), key))


def _pairs(corpus: Corpus, keys: Iterable[str], ids: Iterable[str]) -> list[_Pair]:
    wanted = set(ids)
    with_findings = {identifier.partition(".")[0] for identifier in wanted}
    pairs: list[_Pair] = []
    for key in newest_first(corpus, keys):
        study = corpus.studies[key]
        chosen = [f for f in study.findings if f"{key}.{f.id}" in wanted] if key in with_findings else []
        pairs += [(study, finding) for finding in chosen] or [(study, None)]
    return pairs


def _group(corpus: Corpus, study: Study, finding: Finding | None, group_by: str) -> str:
    if group_by == "condition":
        ids = finding.conditions if finding else study.condition_ids
        return " + ".join(corpus.conditions[i].label for i in ids) or "No condition named"
    ids = finding.interventions if finding else study.intervention_ids
    return " + ".join(corpus.interventions[i].label for i in ids) or "No intervention (description or association)"


def _table(base: Base, caption: str, items: Sequence[_Pair], group_by: str, up: str | None, *, mixed: bool) -> str:
    """The table of a group; ``mixed`` where it holds several terms."""
    named = group_by == "condition" or mixed
    head = "study, condition" if mixed and group_by == "condition" else "study"
    columns = (head, "intervention and comparator" if named else "compared with", *_COLUMNS)
    rows = []
    told: set[str] = set()
    for study, finding in items:
        first = study.key not in told
        told.add(study.key)
        condition = mixed and group_by == "condition"
        rows.append(_row(base, study, finding, up, named=named, condition=condition, first=first))
    return table(caption, columns, rows)


def _row(
    base: Base, study: Study, finding: Finding | None, up: str | None, *, named: bool, condition: bool, first: bool
) -> list[str]:
    """Cells of a row; what holds for a whole study stands in its first row."""
    corpus = base.corpus
    small = [described(corpus, study, finding)] if first else []
    if condition:
        small.append(_group(corpus, study, finding, "condition"))
    ours, theirs = sides(corpus, study, finding)
    head = sections.study_link(base, study.key, up, finding.id if finding else "")
    return [
        head + "".join(f"<br><span class='kb-small'>{escape(text)}</span>" for text in small),
        sides_words(ours, theirs) if named else escape(theirs),
        *cells(corpus, study, finding),
    ]


def described(corpus: Corpus, study: Study, finding: Finding | None) -> str:
    """Design, size, people, and how far the study was checked."""
    people = " + ".join(corpus.populations[i].label for i in (finding.populations if finding else study.populations))
    who = people or study.population or "population unknown"
    checked = sections.CHECKED[study.verification]
    return f"{sections.design_words(study)}, {sections.sample_words(study)}; {who}; {checked}"


def sides(corpus: Corpus, study: Study, finding: Finding | None) -> tuple[str, str]:
    """What was studied and what it was compared with, by name."""
    ours = finding.interventions if finding else study.intervention_ids
    theirs = finding.comparators if finding else ()
    names = corpus.interventions
    against = " + ".join(names[i].label for i in theirs)
    return " + ".join(names[i].label for i in ours) or "no intervention", against or _unnamed(study, finding)


def _unnamed(study: Study, finding: Finding | None) -> str:
    """What a finding that names no comparator was compared with.

    A trial's own words count for its treatments alone: its injuries by age were not compared with its control group.
    """
    about = study.intervention_ids if finding is None else finding.interventions
    alone = finding is not None and finding.direction is Direction.DESCRIPTIVE
    other = finding is not None and study.design in _TRIALS and not (about and {*about} <= {*study.intervention_ids})
    if alone or other:
        return NOT_COMPARED
    return study.comparator or (UNKNOWN if about else NOT_COMPARED)


def sides_words(ours: str, theirs: str) -> str:
    """What was studied against what, as HTML; nothing to compare is no ``vs unknown`` beside it."""
    if theirs == NOT_COMPARED:
        return escape(ours)
    if theirs == UNKNOWN:
        return f"{escape(ours)}; comparator unknown"
    return f"{escape(ours)} <em>vs</em> {escape(theirs)}"


def outcome_words(corpus: Corpus, finding: Finding) -> str:
    """The outcome and how the study words it; once where the study's words begin with the outcome.

    Examples
    --------
    >>> import kb
    >>> corpus = kb.open().corpus
    >>> [outcome_words(corpus, finding) for finding in corpus.studies["coombes2013"].findings[1:3]][1]
    'Treatment success: complete recovery or much improved, physiotherapy vs none'
    >>> outcome_words(corpus, corpus.studies["majidi2024"].findings[0]).count("ain")
    1
    """
    told = finding.as_reported
    outcome = " + ".join(corpus.outcomes[i].label for i in finding.outcomes)
    if re.match(rf"{re.escape(outcome)}\b", told, re.IGNORECASE):
        return f"{told[:1].upper()}{told[1:]}"
    return f"{outcome}: {told}"


def cells(corpus: Corpus, study: Study, finding: Finding | None) -> list[str]:
    """Outcome, effect and direction of a finding as cells; of a study without any, its conclusion."""
    if finding is None:
        return [UNKNOWN, escape(study.conclusion or UNKNOWN), UNKNOWN]
    time = finding.timepoint or "timepoint unknown"
    return [
        f"{escape(outcome_words(corpus, finding))}<br><span class='kb-small'>{escape(time)}</span>",
        traced(escape(effect(finding)), f"{study.key}.{finding.id}"),
        escape(favours(corpus, finding)),
    ]


# --- study by study --------------------------------------------------------------------------------------------------


def study_table(base: Base, keys: Iterable[str], up: str | None, caption: str) -> str:
    """A row a study, for pages with more findings than can be read: what it is, and where its findings stand."""
    corpus = base.corpus
    rows = []
    for key in newest_first(corpus, keys):
        study = corpus.studies[key]
        rows.append(
            [
                sections.study_link(base, key, up),
                escape(f"{sections.design_words(study)}, {sections.sample_words(study)}"),
                sections.prose(base, study.population or "population unknown", up),
                sections.CHECKED[study.verification],
                str(len(study.findings)),
            ]
        )
    return table(caption, ("study", "design, size", "people", "verified", "findings"), rows)
