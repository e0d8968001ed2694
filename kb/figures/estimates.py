"""Estimates with their intervals as reported, a panel for each scale and unit; nothing is pooled."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.cite import author_year
from kb.figures.canvas import GREY, INK, NARROW, PALETTE, Canvas, wrap
from kb.figures.drawn import drawn
from kb.model import Better, Direction, Measure

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from kb.model import Corpus, Finding, Study

_NAMES = {
    Measure.MD: "Mean difference",
    Measure.SMD: "Standardised mean difference",
    Measure.RISK_DIFFERENCE: "Risk difference",
    Measure.RISK_RATIO: "Risk ratio",
    Measure.ODDS_RATIO: "Odds ratio",
    Measure.HAZARD_RATIO: "Hazard ratio",
    Measure.RATE_RATIO: "Rate ratio",
    Measure.PREVALENCE_RATIO: "Prevalence ratio",
    Measure.CORRELATION: "Correlation",
    Measure.NNT: "Number needed to treat",
    Measure.PERCENT: "Percent",
    Measure.PERCENT_CHANGE: "Change in percent",
    Measure.MEAN: "Mean",
    Measure.MEDIAN: "Median",
    Measure.COUNT: "Count",
    Measure.AREA_UNDER_CURVE: "Area under the curve",
}
_LOOKS = {
    Direction.INTERVENTION: ("o", PALETTE[0], True),
    Direction.COMPARATOR: ("s", PALETTE[1], True),
    Direction.NO_DIFFERENCE: ("D", GREY, False),
    Direction.NO_ASSOCIATION: ("D", GREY, False),
}
_OTHER = ("^", INK, True)
_MOST = 24
"""Rows of one drawing; a longer panel is continued in the next on the same axis."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """One finding as it is drawn; None is unknown."""

    finding: str
    study: str
    outcome: str
    reported: str
    comparison: str
    estimate: float | None
    low: float | None
    high: float | None
    level: float
    direction: Direction
    points: str
    """Which way it points, in words."""

    @property
    def numbers(self) -> str:
        """Estimate and interval in words; what is unknown is said to be."""
        middle = "estimate unknown" if self.estimate is None else f"{self.estimate:g}"
        if self.low is None and self.high is None:
            return f"{middle}, interval unknown"
        ends = " to ".join("unknown" if end is None else f"{end:g}" for end in (self.low, self.high))
        level = "" if self.level == 95 else f"{self.level:g} % CI "
        return f"{middle} ({level}{ends})"


@dataclass(frozen=True, slots=True)
class Panel:
    """Estimates on one scale in one unit, on one axis from ``low`` to ``high``."""

    measure: Measure
    unit: str | None
    rows: tuple[Estimate, ...]
    low: float
    high: float
    part: tuple[int, int] = (1, 1)

    @property
    def logarithmic(self) -> bool:
        """Whether the axis is logarithmic: ratios are."""
        return self.measure.null_value == 1

    @property
    def title(self) -> str:
        """Measure and unit."""
        name = _NAMES.get(self.measure, self.measure.value)
        if self.measure is Measure.SMD:
            unit = ", in standard deviations"
        elif self.logarithmic:
            unit = f", {self.unit}" if self.unit else ""
        elif self.measure in {Measure.CORRELATION, Measure.AREA_UNDER_CURVE} or (
            self.measure in {Measure.PERCENT, Measure.PERCENT_CHANGE} and self.unit in {None, "%", "percent"}
        ):
            unit = ""
        else:
            unit = f", {self.unit}" if self.unit else f", unit unknown: {self.rows[0].study}"
        part = f" ({self.part[0]} of {self.part[1]})" if self.part[1] > 1 else ""
        return f"{name}{unit}{part}"


def compute_estimates(corpus: Corpus, findings: Iterable[str], side: Collection[str] = ()) -> list[Panel]:
    """Panels of the findings that have an interval, and of comparisons that have at least an estimate.

    A panel holds one measure in one unit; ratios of different kinds do not share an axis. Standardised
    differences share one, whatever the study calls their unit. Where the unit is unknown, each study has its
    own panel. Panels with most estimates come first. A description without an interval (a percentage, a count)
    is left to the table.

    Parameters
    ----------
    corpus
        The evidence.
    findings
        Ids ``<study>.<finding>``.
    side
        Interventions whose side the colours tell; without any, the side that each study calls the intervention.
    """
    groups: dict[tuple[int, str, str], list[tuple[Study, Finding]]] = {}
    for identifier in findings:
        key, _, number = identifier.partition(".")
        study = corpus.studies[key]
        finding = next(f for f in study.findings if f.id == number)
        interval = finding.ci_low is not None or finding.ci_high is not None
        if interval or (finding.estimate is not None and finding.measure.null_value is not None):
            groups.setdefault(_scale(study, finding), []).append((study, finding))
    panels = []
    for scale in sorted(groups, key=lambda s: (s[2].startswith("?"), -len(groups[s]), s)):
        pairs = groups[scale]
        rows = sorted(
            (_estimate(corpus, study, finding, side) for study, finding in pairs),
            key=lambda row: (row.outcome.casefold(), -_year(corpus, row), row.finding),
        )
        measure = pairs[0][1].measure
        unit = None if measure is Measure.SMD else pairs[0][1].unit
        low, high = _axis(rows, measure)
        parts = _parts(rows)
        panels += [
            Panel(measure, unit, tuple(part), low, high, (number, len(parts)))
            for number, part in enumerate(parts, start=1)
        ]
    return panels


def _scale(study: Study, finding: Finding) -> tuple[int, str, str]:
    measure = finding.measure
    order = list(Measure).index(measure)
    if measure in {Measure.SMD, Measure.CORRELATION} or measure.null_value == 1:
        return order, measure.value, ""
    if measure in {Measure.PERCENT, Measure.PERCENT_CHANGE} and finding.unit in {None, "%", "percent"}:
        return order, measure.value, "%"
    return order, measure.value, finding.unit or f"?{study.key}"


def _estimate(corpus: Corpus, study: Study, finding: Finding, side: Collection[str]) -> Estimate:
    def labels(ids: Iterable[str]) -> str:
        return " + ".join(corpus.interventions[i].label for i in ids)

    given, other = labels(finding.interventions), labels(finding.comparators)
    comparison = f"{given} vs {other}" if given and other else given or (f"vs {other}" if other else "")
    favoured = {Direction.INTERVENTION: given or "the intervention", Direction.COMPARATOR: other or "the comparator"}
    if finding.direction in favoured:
        points = f"favours {favoured[finding.direction]}"
    elif finding.direction is Direction.UNCLEAR:
        points = "direction unclear"
    else:
        points = finding.direction.value.replace("-", " ")
    return Estimate(
        finding=f"{study.key}.{finding.id}",
        study=_who(corpus, study.key),
        outcome=_outcome(corpus, finding),
        reported=f"{finding.as_reported}{f', {finding.timepoint}' if finding.timepoint else ''}",
        comparison=comparison,
        estimate=finding.estimate,
        low=finding.ci_low,
        high=finding.ci_high,
        level=finding.ci_level,
        direction=finding.direction_for(side),
        points=points,
    )


def _who(corpus: Corpus, key: str) -> str:
    """Author and year; where nobody saw the authors, the journal and the year."""
    reference = corpus.references.get(key)
    if reference is None or reference.author or reference.year is None:
        return author_year(reference, key)
    journal = reference.shortjournal or reference.journal
    return f"{journal} {reference.year}" if journal else author_year(reference, key)


def _outcome(corpus: Corpus, finding: Finding) -> str:
    outcomes = [corpus.outcomes[i] for i in finding.outcomes]
    label = " + ".join(outcome.label for outcome in outcomes)
    label = label[:1].upper() + label[1:]
    better = {outcome.better for outcome in outcomes}
    if better == {Better.HIGHER}:
        return f"{label} (higher is better)"
    return f"{label} (lower is better)" if better == {Better.LOWER} else label


def _year(corpus: Corpus, row: Estimate) -> int:
    reference = corpus.references.get(row.finding.partition(".")[0])
    return (reference.year or 0) if reference else 0


def _parts(rows: list[Estimate]) -> list[list[Estimate]]:
    count = math.ceil(len(rows) / _MOST)
    size = math.ceil(len(rows) / count)
    return [rows[start : start + size] for start in range(0, len(rows), size)]


def _axis(rows: Iterable[Estimate], measure: Measure) -> tuple[float, float]:
    """Ends of the axis: all estimates and the null value fit; an interval far longer than the rest runs off it."""
    null = measure.null_value
    scaled = [[_scaled(v, null) for v in (row.estimate, row.low, row.high) if v is not None] for row in rows]
    points = [
        each[0] if row.estimate is not None else sum(each) / len(each) for each, row in zip(scaled, rows, strict=True)
    ]
    points += [_scaled(null, null)] if null is not None else []
    ends = [v for each in scaled for v in each] + points
    widths = sorted(max(each) - min(each) for each in scaled)
    usual = max(widths[len(widths) // 2], (max(points) - min(points)) / 2)
    low = max(min(ends), min(points) - usual * 2.5)
    high = min(max(ends), max(points) + usual * 2.5)
    margin = (high - low) * 0.04 or max(abs(high) * 0.1, 0.1)
    low, high = low - margin, high + margin
    return (math.exp(low), math.exp(high)) if null == 1 else (low, high)


def _scaled(value: float, null: float | None) -> float:
    return math.log(max(value, 1e-6)) if null == 1 else float(value)


def estimates_words(panel: Panel) -> str:
    """The panel in words: what is drawn, and each row's numbers."""
    rows = "; ".join(f"{r.study}, {r.reported}: {r.numbers}, {r.points}" for r in panel.rows[:6])
    more = f"; and {len(panel.rows) - 6} more in the table below" if len(panel.rows) > 6 else ""
    null = panel.measure.null_value
    line = f" The line at {null:g} means no difference." if null is not None else ""
    return f"{panel.title}: {len(panel.rows)} estimates, none pooled.{line} {rows}{more}."


@drawn
def draw_estimates(panel: Panel, width: float = NARROW) -> str:
    """A dot an estimate with its interval, as reported; an interval that runs off the axis ends in an arrow.

    Below 600 pixels the words stand above each row, else beside it.
    """
    return (_draw_stacked if width < 600 else _draw_beside)(panel, width)


def _draw_stacked(panel: Panel, width: float) -> str:
    title = wrap(panel.title, width - 12, 13)
    laid: list[tuple[list[str], Estimate, list[str]]] = []
    outcome = ""
    height = 12.0 + 17 * len(title) + 26
    for row in panel.rows:
        head = wrap(row.outcome, width - 12, 12) if row.outcome != outcome else []
        outcome = row.outcome
        words = wrap(f"{row.study}: {row.reported}", width - 12, 11)
        words += wrap(f"{row.numbers}; {row.points}", width - 12, 11)
        laid.append((head, row, words))
        height += (16 * len(head) + 12 if head else 0) + 14.5 * len(words) + 34
    canvas = Canvas(f"estimates {panel.title} {panel.rows[0].finding}", width, height + 8)
    y = 12.0
    for line in title:
        canvas.text(6, y, line, size=13, bold=True)
        y += 17
    left, right = 14.0, width - 14.0
    _draw_axis(canvas, panel, left, right, y + 6)
    y += 30
    for head, row, words in laid:
        if head:
            y += 8
            for line in head:
                canvas.text(6, y, line, size=12, bold=True, colour=PALETTE[0])
                y += 16
            y += 4
        for line in words:
            canvas.text(6, y, line, size=11)
            y += 14.5
        _draw_null(canvas, panel, (left, right), (y - 6, y + 15))
        _draw_row(canvas, panel, row, (left, right), y + 4)
        y += 34
    return canvas.svg(estimates_words(panel))


def _draw_beside(panel: Panel, width: float) -> str:
    label, number = width * 0.37, width * 0.31
    left, right = label + 12, width - number - 12
    laid: list[tuple[list[str], Estimate, list[str], list[str]]] = []
    outcome = ""
    height = 56.0
    for row in panel.rows:
        head = wrap(row.outcome, width - 12, 12.5, 1) if row.outcome != outcome else []
        outcome = row.outcome
        words = wrap(f"{row.study}: {row.reported}", label - 8, 11)
        values = [*wrap(row.numbers, number - 6, 11), *wrap(row.points, number - 6, 11)]
        laid.append((head, row, words, values))
        height += (24 if head else 0) + 15 * max(len(words), len(values)) + 9
    canvas = Canvas(f"estimates {panel.title} {panel.rows[0].finding} wide", width, height + 8)
    canvas.text(6, 14, panel.title, size=13.5, bold=True)
    _draw_axis(canvas, panel, left, right, 36)
    y = 56.0
    for head, row, words, values in laid:
        if head:
            canvas.text(6, y + 12, head[0], size=12.5, bold=True, colour=PALETTE[0])
            y += 24
        tall = 15 * max(len(words), len(values)) + 9
        canvas.line((0, width), (y, y), "#ececec")
        middle = y + tall / 2
        for lines, x in ((words, 6.0), (values, width - number)):
            for place, line in enumerate(lines):
                canvas.text(x, middle + (place - (len(lines) - 1) / 2) * 15, line, size=11)
        _draw_null(canvas, panel, (left, right), (y, y + tall))
        _draw_row(canvas, panel, row, (left, right), middle)
        y += tall
    return canvas.svg(estimates_words(panel))


def _place(panel: Panel, value: float, left: float, right: float) -> float:
    null = panel.measure.null_value
    low, high = _scaled(panel.low, null), _scaled(panel.high, null)
    return left + (_scaled(value, null) - low) / (high - low) * (right - left)


def _draw_axis(canvas: Canvas, panel: Panel, left: float, right: float, y: float) -> None:
    canvas.line((left, right), (y + 12, y + 12), GREY)
    for tick in _ticks(panel, right - left):
        x = _place(panel, tick, left, right)
        canvas.line((x, x), (y + 12, y + 16), GREY)
        canvas.text(x, y + 4, f"{tick:,.10g}", size=10.5, colour=GREY, align="center")


def _ticks(panel: Panel, width: float) -> list[float]:
    from matplotlib.ticker import MaxNLocator

    most = max(3, int(width / 55))
    if panel.logarithmic:
        ticks: list[float] = []
        for steps in ((1, 2, 5), (1, 3), (1,)):
            ticks = [m * 10.0**e for e in range(-6, 7) for m in steps if panel.low <= m * 10.0**e <= panel.high]
            if len(ticks) <= most:
                break
        if len(ticks) >= 2:
            return [float(f"{t:.6g}") for t in ticks]
    found = MaxNLocator(nbins=most, steps=[1, 2, 5, 10]).tick_values(panel.low, panel.high)
    return [float(f"{t:.6g}") for t in found if panel.low <= t <= panel.high]


def _draw_null(canvas: Canvas, panel: Panel, span: tuple[float, float], ys: tuple[float, float]) -> None:
    null = panel.measure.null_value
    if null is not None:
        x = _place(panel, null, *span)
        canvas.line((x, x), ys, GREY, 1.2)


def _draw_row(canvas: Canvas, panel: Panel, row: Estimate, span: tuple[float, float], y: float) -> None:
    left, right = span
    shape, colour, filled = _LOOKS.get(row.direction, _OTHER)
    known = [v for v in (row.low, row.estimate, row.high) if v is not None]
    if row.low is not None or row.high is not None:
        start, end = (min(max(_place(panel, v, left, right), left), right) for v in (min(known), max(known)))
        canvas.line((start, end), (y, y), colour, 2)
        for bound in (row.low, row.high):
            if bound is None:
                continue
            x = _place(panel, bound, left, right)
            if x < left - 0.5:
                canvas.marker(left, y, "<", colour, size=7)
            elif x > right + 0.5:
                canvas.marker(right, y, ">", colour, size=7)
            else:
                canvas.line((x, x), (y - 4, y + 4), colour, 2)
    if row.estimate is not None:
        canvas.marker(_place(panel, row.estimate, left, right), y, shape, colour, size=8, filled=filled)
    if row.low is None and row.high is None and row.estimate is not None:
        x = _place(panel, row.estimate, left, right)
        canvas.text(x + 9 if x < right - 20 else x - 9, y, "?", size=11, colour=GREY, align="center")
