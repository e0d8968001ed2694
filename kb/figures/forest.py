"""Forest plot: what each study found, what they say together, and how far a new setting may differ."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypedDict, Unpack

from kb.figures import axis as scales
from kb.figures.axis import Interval, Sides, interval, number
from kb.figures.lights import Light, said

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

NAMES = {
    "MD": "Mean difference",
    "SMD": "Standardised mean difference",
    "RD": "Risk difference",
    "RR": "Risk ratio",
    "OR": "Odds ratio",
    "HR": "Hazard ratio",
    "IRR": "Rate ratio",
    "PR": "Prevalence ratio",
    "r": "Correlation",
    "ZCOR": "Correlation",
    "PLO": "Proportion",
    "PLN": "Proportion",
    "PRAW": "Proportion",
}
RATIOS = {"RR", "OR", "HR", "IRR", "PR"}
_ANY_NULL = {"MD", "SMD", "RD", "r", "ZCOR"}


@dataclass(frozen=True, slots=True)
class ForestRow:
    """One study; numbers on the scale that people read, None is unknown.

    Parameters
    ----------
    label
        Study as it is cited, with what tells it from its neighbours.
    estimate, low, high
        Effect and interval; all None when it could not be estimated.
    weight
        In percent of the pool.
    n
        Participants.
    arms
        What the arms reported, such as ``12/30 vs 15/34``.
    bias
        Judgements in the order of :attr:`Forest.domains`, each None where not assessed; None for none at all.
    """

    label: str
    estimate: float | None
    low: float | None
    high: float | None
    weight: float | None = None
    n: int | None = None
    arms: str | None = None
    bias: tuple[Light | None, ...] | None = None

    @property
    def values(self) -> Interval:
        """Estimate and interval."""
        return self.estimate, self.low, self.high


@dataclass(frozen=True, slots=True)
class Diamond:
    """A pooled estimate with its interval and how it was made."""

    estimate: float
    low: float
    high: float
    label: str
    method: str = ""

    @property
    def values(self) -> Interval:
        """Estimate and interval."""
        return self.estimate, self.low, self.high


@dataclass(frozen=True, slots=True)
class Subgroup:
    """Studies of one kind and, where there are two or more, what they say together."""

    label: str
    rows: tuple[ForestRow, ...]
    pooled: Diamond | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Forest:
    """A forest plot; build it with :func:`compute_forest`, which keeps a single study from looking pooled.

    Parameters
    ----------
    title
        The question.
    measure
        In words, as on the axis.
    logarithmic, null
        Whether the axis is logarithmic, and the value that means no effect, if any does.
    rows
        Studies; with ``subgroups`` those of all subgroups in their order.
    sides
        What the two sides of the null value mean.
    mcid
        Smallest important difference on the scale that is read, or the smallest important ratio.
    domains, tool
        What the lights judge, and by which tool.
    level
        Of the intervals in percent.
    note
        Heterogeneity and whatever else must be read with the picture.
    """

    title: str
    measure: str
    logarithmic: bool
    null: float | None
    rows: tuple[ForestRow, ...]
    sides: Sides | None = None
    unit: str | None = None
    pooled: Diamond | None = None
    prediction: tuple[float, float] | None = None
    mcid: float | None = None
    subgroups: tuple[Subgroup, ...] = ()
    domains: tuple[str, ...] = ()
    tool: str = ""
    level: float = 95
    note: str = ""

    @property
    def scale(self) -> str:
        """Measure and unit, as the axis is named."""
        unit = f", {self.unit}" if self.unit else ""
        return f"{self.measure}{unit}{' (logarithmic axis)' if self.logarithmic else ''}"

    @property
    def diamonds(self) -> tuple[Diamond, ...]:
        """Every pooled estimate that is drawn."""
        return tuple(d for d in (*(group.pooled for group in self.subgroups), self.pooled) if d)

    @property
    def ends(self) -> tuple[float, float]:
        """Ends of the axis."""
        rows: list[Interval] = [row.values for row in self.rows] + [d.values for d in self.diamonds]
        if self.prediction:
            rows.append((None, *self.prediction))
        always = [d.estimate for d in self.diamonds] + ([self.null] if self.null is not None else [])
        return scales.ends(rows, always, logarithmic=self.logarithmic)

    @property
    def places(self) -> int:
        """Decimals of its numbers."""
        rows = [row.values for row in self.rows] + [d.values for d in self.diamonds]
        return scales.decimals(rows, logarithmic=self.logarithmic)

    @property
    def too_small(self) -> str:
        """What the shaded zone means; nothing without an MCID."""
        if self.mcid is None or self.null is None:
            return ""
        if self.logarithmic:
            ratio = max(self.mcid, 1 / self.mcid)
            size = f"ratio within {1 / ratio:.2f} to {ratio:.2f}"
        else:
            size = f"less than {abs(self.mcid):g}{f' {self.unit}' if self.unit else ''}"
        return f"smaller than the smallest important difference: {size}"


class Extras(TypedDict, total=False):
    """What a forest plot may be given besides its numbers; see :class:`Forest`."""

    sides: Sides | None
    unit: str | None
    mcid: float | None
    domains: tuple[str, ...]
    tool: str
    level: float
    note: str


def compute_forest(
    title: str,
    measure: str,
    rows: Iterable[ForestRow],
    *,
    back: Callable[[float], float] | None = None,
    subgroups: Sequence[Subgroup] = (),
    pooled: Diamond | None = None,
    prediction: tuple[float, float] | None = None,
    **more: Unpack[Extras],
) -> Forest:
    """A forest plot from plain numbers.

    One study has no diamond, no prediction interval and no weight. Weights are scaled to 100 percent where each is
    known, else left out: part of the weights would mislead. An MCID of 0, or a ratio
    not above 0, is not drawn.

    Parameters
    ----------
    title
        The question.
    measure
        Code (``MD``, ``RR``, ``PLO``) or words.
    rows
        Studies; not needed with ``subgroups``.
    back
        From the scale of the numbers given to the one people read (``math.exp`` for logarithms of ratios).
    subgroups, pooled, prediction, more
        As :class:`Forest` has them, on the scale of the numbers given; ``mcid`` is on the scale people read.

    Examples
    --------
    >>> row = ForestRow("Lee 2020", -0.5, -1.0, 0.0)
    >>> made = compute_forest("Pain", "RR", [row], back=math.exp, pooled=Diamond(-0.5, -1, 0, "Pooled"))
    >>> made.rows[0].high, made.logarithmic, made.pooled
    (1.0, True, None)
    """
    groups = [replace(group, rows=tuple(group.rows)) for group in subgroups]
    given = [row for group in groups for row in group.rows] if groups else list(rows)
    total = sum(row.weight or 0 for row in given)
    whole = bool(given) and total > 0 and all(row.weight is not None for row in given)

    def read(row: ForestRow) -> ForestRow:
        weight = 100 * (row.weight or 0) / total if whole and len(given) > 1 else None
        return replace(_read_row(row, back), weight=weight)

    finished = tuple(
        replace(
            group,
            rows=tuple(read(row) for row in group.rows),
            pooled=_read_diamond(group.pooled, back) if group.pooled and len(group.rows) > 1 else None,
        )
        for group in groups
    )
    several = sum(row.estimate is not None for row in given) > 1
    shown = (_reading(prediction[0], back), _reading(prediction[1], back)) if prediction and several else None
    made = Forest(
        title=title,
        measure=NAMES.get(measure, measure),
        logarithmic=measure in RATIOS,
        null=1.0 if measure in RATIOS else 0.0 if measure in _ANY_NULL else None,
        rows=tuple(row for group in finished for row in group.rows) if groups else tuple(read(row) for row in given),
        pooled=_read_diamond(pooled, back) if pooled and several else None,
        prediction=shown,
        subgroups=finished,
    )
    made = replace(made, **more)
    if made.mcid is not None and (made.mcid == 0 or (made.logarithmic and made.mcid <= 0)):
        made = replace(made, mcid=None)
    return made


def _reading(value: float, back: Callable[[float], float] | None) -> float:
    """A value as people read it; what is too large for a float is infinite."""
    if back is None:
        return value
    try:
        return back(value)
    except OverflowError:
        return math.inf


def _read_row(row: ForestRow, back: Callable[[float], float] | None) -> ForestRow:
    estimate, low, high = (None if value is None else _reading(value, back) for value in row.values)
    return replace(row, estimate=estimate, low=low, high=high)


def _read_diamond(diamond: Diamond, back: Callable[[float], float] | None) -> Diamond:
    estimate, low, high = (_reading(value, back) for value in (diamond.estimate, diamond.low, diamond.high))
    return replace(diamond, estimate=estimate, low=low, high=high)


def forest_words(data: Forest) -> str:
    """The picture in words, with every number in it.

    Examples
    --------
    >>> print(forest_words(compute_forest("Pain", "MD", [ForestRow("Lee 2020", -1, -2, 0.5, n=40)], unit="points")))
    Pain. Mean difference, points, with 95 % intervals; no effect is 0. Lee 2020: -1.00 (-2.00 to 0.50), n 40.
    One study: nothing is pooled.
    """
    null = f"; no effect is {data.null:g}" if data.null is not None else ""
    parts = [f"{data.title}. {data.scale}, with {data.level:g} % intervals{null}."]
    if data.sides:
        parts.append(data.sides.words)
    if data.subgroups:
        for group in data.subgroups:
            rows = "; ".join(_row_words(data, row) for row in group.rows) or "no study"
            pooled = f" {diamond_words(data, group.pooled)}." if group.pooled else ""
            parts.append(f"{group.label}: {rows}.{pooled}{f' {group.note}' if group.note else ''}")
    else:
        parts += [f"{_row_words(data, row)}." for row in data.rows]
    parts += [f"{line}." for line in closing(data)]
    if data.too_small:
        parts.append(f"Shaded: {data.too_small}.")
    return " ".join([*parts, data.note]).strip()


def closing(data: Forest) -> list[str]:
    """What the studies say together: pooled estimate and prediction interval, or why there is none."""
    told = []
    if data.pooled:
        told.append(diamond_words(data, data.pooled))
    elif not data.rows:
        told.append("No study: nothing to show")
    elif len(data.rows) == 1:
        told.append("One study: nothing is pooled")
    else:
        told.append("No pooled estimate over all studies" if data.subgroups else "Not pooled")
    if data.prediction:
        told.append(prediction_words(data))
    return told


def diamond_words(data: Forest, diamond: Diamond) -> str:
    """A pooled estimate in words."""
    method = f" ({diamond.method})" if diamond.method else ""
    return f"{diamond.label}{method}: {interval(diamond.values, data.places)}"


def prediction_words(data: Forest) -> str:
    """The prediction interval in words."""
    low, high = data.prediction or (math.nan, math.nan)
    return f"Prediction interval {number(low, data.places)} to {number(high, data.places)}"


def _row_words(data: Forest, row: ForestRow) -> str:
    parts = [interval(row.values, data.places)]
    parts += [f"weight {weight_words(row.weight)}"] if row.weight is not None else []
    parts += [f"n {row.n:,}"] if row.n is not None else []
    parts += [row.arms] if row.arms else []
    if data.domains:
        parts.append(f"risk of bias ({data.tool}) {_bias_words(data, row)}" if data.tool else _bias_words(data, row))
    return f"{row.label}: {', '.join(parts)}"


def _bias_words(data: Forest, row: ForestRow) -> str:
    if not row.bias or not any(row.bias):
        return "not assessed"
    return "; ".join(f"{name}: {said(item)}" for name, item in zip(data.domains, row.bias, strict=False))


def weight_words(weight: float | None) -> str:
    """A weight in percent; nothing where it is unknown.

    Examples
    --------
    >>> weight_words(12.345), weight_words(0.01), weight_words(None)
    ('12.3 %', '< 0.1 %', '')
    """
    if weight is None:
        return ""
    return "< 0.1 %" if 0 < weight < 0.05 else f"{weight:.1f} %"
