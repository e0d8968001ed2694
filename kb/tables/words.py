"""A study, a finding and a judgement in the words of a table."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from kb.cite import author_year
from kb.model import Bearing, Direction, Measure
from kb.pubmed.notices import mark
from kb.tables.table import UNKNOWN

if TYPE_CHECKING:
    from kb.model import Corpus, Finding, Study
    from kb.pubmed.notices import Notice

    Marks = Mapping[str, Iterable[Notice]]


def left_out_notes(corpus: Corpus, keys: Sequence[str], notices: Marks) -> tuple[str, ...]:
    """The note that names retracted studies which a table or summary leaves out; none when there is none."""
    if not keys:
        return ()
    named = "; ".join(study_label(corpus, key, notices) for key in keys)
    return (f"{count(len(keys), 'retracted study', 'retracted studies')} left out: {named}.",)


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


def labels(corpus: Corpus, vocabulary: str, ids: Iterable[str], empty: str = UNKNOWN) -> str:
    """Labels of some terms of a vocabulary, joined by `` + ``; ``empty`` where there is none."""
    terms = corpus.vocabulary(vocabulary)
    return " + ".join(terms[i].label for i in ids if i in terms) or empty


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


def sample(study: Study) -> str:
    """The size of a study in words, e.g. ``6 studies, n = 1,200``; unknown where nobody read it."""
    people = f"n = {study.n_participants:,}" if study.n_participants is not None else None
    reviewed = f"{study.n_studies} studies" if study.n_studies is not None else None
    return ", ".join(part for part in (reviewed, people) if part) or UNKNOWN


def count(number: int, one: str, many: str) -> str:
    """A number and its noun, e.g. ``1 study``."""
    return f"{number} {one if number == 1 else many}"
