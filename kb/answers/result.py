"""What an answer is made of: results with estimate, certainty and words, and who disagrees."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Literal

from kb.answers.size import Size
from kb.appraisal.certainty import Certainty
from kb.model import Direction, Finding
from kb.synthesis.comparison import Comparison, Group, Question, Review
from kb.synthesis.pool import Pooled
from kb.synthesis.scale import Comparator, Window, weeks_of

Side = Literal["intervention", "comparator", "neither", "unknown"]
NO_TIME = {"pooled", "pooled over follow-ups", "cross-section", "cross-sectional"}
"""Timepoints that are none."""


@dataclass(frozen=True, slots=True)
class Result:
    """One estimate that answers the question: a pool, a single study, or what a review found.

    Parameters
    ----------
    kind
        ``pool`` (two studies or more), ``study``, or ``review`` (never pooled with primary studies).
    treatment
        What was studied, by name: of one finding all that its group got, of several what was asked.
    comparator, compared_with
        Class of the comparator, and its name.
    estimate, ci_low, ci_high
        On the scale people read; ``better`` is the side of no effect on which the intervention is better.
    favours
        The side that the estimate favours; ``neither`` where the interval excludes a difference that matters.
    crosses
        Whether the interval includes no effect; None without an interval.
    k, n
        Studies and participants. Of a review whose finding is about all that it is about, the studies that it holds,
        not all of which need to stand behind this estimate; None is unknown.
    studies
        Keys, in the order of the pool.
    """

    kind: Literal["pool", "study", "review"]
    window: Window
    treatment: str
    comparator: Comparator
    compared_with: str
    measure: str
    unit: str | None
    better: str | None
    estimate: float | None
    ci_low: float | None
    ci_high: float | None
    favours: Side
    crosses: bool | None
    size: Size
    k: int | None
    n: int | None
    studies: tuple[str, ...]
    certainty: Certainty
    clinician: str
    patient: str
    pooled: Pooled | None = None
    group: Group | None = None
    review: Review | None = None

    @property
    def printed(self) -> Finding | None:
        """The finding that the result is; None for a pool of several."""
        if self.review is not None:
            return self.review.printed
        return self.group.rows[0].printed if self.group is not None and self.k == 1 else None

    @property
    def when(self) -> str:
        """The timepoint as the study prints it, e.g. ``3 months``; of a pool, or where none is printed, the window."""
        printed = self.printed.timepoint if self.printed else None
        return printed if printed and printed not in NO_TIME else self.window.words

    @property
    def findings(self) -> frozenset[tuple[str, str]]:
        """Study and finding of what the result rests on."""
        if self.review is not None:
            return frozenset({(self.review.study, self.review.printed.id)})
        return frozenset((row.study, row.printed.id) for row in self.group.rows) if self.group else frozenset()

    @property
    def numbers(self) -> str:
        """Estimate and interval in words, e.g. ``MD 8.64 (95% CI 4.7 to 12.58) points (0-100)``."""
        if self.estimate is None:
            return "no estimate known"
        printed = self.printed
        exact = [printed.estimate, printed.ci_low, printed.ci_high] if printed else []
        shown = f"{self.measure} {_number(self.estimate, exact)}"
        if self.ci_low is not None and self.ci_high is not None:
            level = self.pooled.level if self.pooled else self.review.printed.ci_level if self.review else 95
            shown += f" ({level:g}% CI {_number(self.ci_low, exact)} to {_number(self.ci_high, exact)})"
        unit = f"points ({self.unit})" if self.unit and re.fullmatch(r"\d+-\d+", self.unit) else self.unit
        return f"{shown} {unit}" if unit and self.measure == "MD" else shown


@dataclass(frozen=True, slots=True)
class Dissent:
    """A finding that points another way than what leads against the same comparator."""

    study: str
    label: str
    finding: str
    direction: Direction
    timepoint: str | None
    compared_with: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the base says on a question.

    ``results`` are in the order of comparators (placebo first), then windows, the best of each first; ``leads`` are
    those best ones. Without any result the base has no comparable estimate; ``comparison`` says why for each finding.
    """

    question: Question
    results: tuple[Result, ...]
    comparison: Comparison
    dissent: tuple[Dissent, ...]

    @property
    def leads(self) -> tuple[Result, ...]:
        """The best result of each comparator and window, and the same at other timepoints of the window.

        One review can favour one side at 1 month and the other at 3 months, both short term: then both lead.
        """
        best: dict[tuple[Comparator, str, Window], list[Result]] = {}
        for result in self.results:
            leading = best.setdefault((result.comparator, result.compared_with, result.window), [])
            if not leading or _at_another_time(result, leading):
                leading.append(result)
        return tuple(result for some in best.values() for result in some)


def _at_another_time(result: Result, leading: Collection[Result]) -> bool:
    """Whether a result is what the first one is, but for its timepoint."""
    first, times = next(iter(leading)), [weeks_of(other.when) for other in leading]
    return (
        result.kind == first.kind != "pool"
        and (result.studies, result.measure, result.unit) == (first.studies, first.measure, first.unit)
        and None not in {*times, weeks_of(result.when)}
        and weeks_of(result.when) not in times
    )


def _number(value: float, exact: Iterable[float | None] = ()) -> str:
    """Three digits, or as printed where it is a printed number, its sign turned or not."""
    for known in exact:
        if known is not None and math.isclose(abs(value), abs(known), rel_tol=0.002):
            places = len(f"{known}".partition(".")[2])
            if round(abs(value), places) == abs(known):
                return f"{math.copysign(known, value):.6g}"
    return f"{value:.3g}" if abs(value) < 100 else f"{value:.0f}"
