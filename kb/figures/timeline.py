"""Which designs were published in which year; an unknown year has its own column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.figures.canvas import GREY, INK, NARROW, PALETTE, RULE, Canvas
from kb.figures.drawn import drawn
from kb.model import Design

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kb.model import Corpus

_GROUPS: dict[str, tuple[Design, ...]] = {
    "Reviews with meta-analysis": (Design.META_ANALYSIS, Design.NETWORK_META_ANALYSIS),
    "Other reviews": (
        Design.SYSTEMATIC_REVIEW,
        Design.UMBRELLA_REVIEW,
        Design.SCOPING_REVIEW,
        Design.NARRATIVE_REVIEW,
    ),
    "Randomised trials": (Design.RANDOMIZED_TRIAL, Design.CLUSTER_RANDOMIZED_TRIAL),
    "Other trials": (Design.CONTROLLED_TRIAL, Design.BEFORE_AFTER),
    "Observational studies": (
        Design.PROSPECTIVE_COHORT,
        Design.RETROSPECTIVE_COHORT,
        Design.CASE_CONTROL,
        Design.CROSS_SECTIONAL,
        Design.CASE_SERIES,
    ),
    "Guidelines": (Design.GUIDELINE,),
    "Other or unknown design": (
        Design.LABORATORY,
        Design.MODELLING,
        Design.PROTOCOL,
        Design.COMMENTARY,
        Design.UNKNOWN,
    ),
}
_LOOKS = dict(zip(_GROUPS, zip("oDs^vP*", PALETTE, strict=True), strict=True))


@dataclass(frozen=True, slots=True)
class Timeline:
    """Number of studies by design group and year; the year None is unknown."""

    counts: dict[str, dict[int | None, int]]

    @property
    def years(self) -> list[int]:
        """Known years, in order."""
        return sorted({year for by_year in self.counts.values() for year in by_year if year is not None})

    @property
    def unknown(self) -> int:
        """Studies whose year nobody has seen."""
        return sum(by_year.get(None, 0) for by_year in self.counts.values())

    @property
    def total(self) -> int:
        """All studies."""
        return sum(sum(by_year.values()) for by_year in self.counts.values())


def compute_timeline(corpus: Corpus, keys: Iterable[str]) -> Timeline:
    """Studies by design group and year; groups without a study are left out."""
    group_of = {design: group for group, designs in _GROUPS.items() for design in designs}
    counts: dict[str, dict[int | None, int]] = {group: {} for group in _GROUPS}
    for key in keys:
        reference = corpus.references.get(key)
        year = reference.year if reference else None
        by_year = counts[group_of[corpus.studies[key].design]]
        by_year[year] = by_year.get(year, 0) + 1
    return Timeline({group: by_year for group, by_year in counts.items() if by_year})


def timeline_words(data: Timeline) -> str:
    """The timeline as a sentence.

    Examples
    --------
    >>> timeline_words(Timeline({"Guidelines": {2019: 1, None: 1}}))
    'Studies by year: guidelines 2. Published from 2019 to 2019; 1 of unknown year.'
    """
    groups = ", ".join(f"{_lower(group)} {sum(by_year.values())}" for group, by_year in data.counts.items())
    years = f" Published from {data.years[0]} to {data.years[-1]}" if data.years else " No year is known"
    unknown = f"; {data.unknown} of unknown year" if data.unknown else ""
    return f"Studies by year: {groups}.{years}{unknown}."


def _lower(group: str) -> str:
    return group[0].lower() + group[1:]


@drawn
def draw_timeline(data: Timeline, width: float = NARROW) -> str:
    """A dot a study, stacked over its year; shape and colour are the design group."""
    years = data.years
    first, last = (years[0], years[-1]) if years else (0, 0)
    columns: list[int | None] = [*range(first, last + 1)] if years else []
    if data.unknown:
        columns += [None]
    left, right = 14.0, width - 14.0
    gap = 26 if data.unknown and years else 0
    pitch = min(34.0, (right - left - gap) / max(len(columns), 1))
    stacked = {
        column: [g for g, by_year in data.counts.items() for _ in range(by_year.get(column, 0))] for column in columns
    }
    tallest = max((len(stack) for stack in stacked.values()), default=1)
    step = min(14.0, max(4.0, 200 / tallest))
    legend = 18 * len(data.counts) + 8
    base = legend + step * tallest + 12
    canvas = Canvas("timeline", width, base + 30)
    for row, (group, by_year) in enumerate(data.counts.items()):
        shape, colour = _LOOKS[group]
        canvas.marker(left + 4, 12 + 18 * row, shape, colour, size=8, edge=GREY)
        canvas.text(left + 16, 12 + 18 * row, f"{group}: {sum(by_year.values())}", size=11.5)
    canvas.line((left - 6, right + 6), (base, base), RULE)
    every = next((n for n in (1, 2, 5, 10, 20, 50) if pitch * n >= 40), 100)
    for place, column in enumerate(columns):
        x = left + pitch * (place + 0.5) + (gap if column is None else 0)
        for level, group in enumerate(stacked[column]):
            shape, colour = _LOOKS[group]
            across = max(2.5, min(step, pitch) * 0.62)
            canvas.marker(x, base - step * (level + 0.6), shape, colour, size=across, edge=GREY)
        if column is None:
            canvas.text(min(x, width - 28), base + 15, "unknown", size=11, colour=GREY, align="center")
        elif column % every == 0 or len(years) == 1:
            canvas.line((x, x), (base, base + 5), GREY)
            canvas.text(min(max(x, 16), right - 2), base + 15, str(column), size=11, colour=INK, align="center")
    return canvas.svg(timeline_words(data))
