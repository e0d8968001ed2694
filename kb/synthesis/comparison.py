"""The nouns of a comparison: the question, groups of studies that may be pooled, reviews, and what stays out."""

from __future__ import annotations

from dataclasses import dataclass, field

from kb.cite import author_year
from kb.model import Corpus, Design, Direction, Finding, Study
from kb.synthesis.effects import Effect
from kb.synthesis.findings import Reading
from kb.synthesis.pool import Pooled, pool
from kb.synthesis.scale import Comparator, Unit, Window


@dataclass(frozen=True, slots=True)
class Question:
    """Condition, intervention and outcome by id, narrower terms included; comparator and window may be left open."""

    condition: str
    intervention: str
    outcome: str
    comparator: str | None = None
    window: Window | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One study in a group, by one of its findings; ``printed`` is the finding as the base has it."""

    study: str
    label: str
    effect: Effect
    design: Design
    n: int | None
    outcome: str
    printed: Finding


@dataclass(frozen=True, slots=True)
class Excluded:
    """A finding that bears on the question and is not pooled, and why."""

    study: str
    finding: str
    label: str
    reason: str


@dataclass(frozen=True, slots=True)
class Review:
    """A finding of a review or guideline, shown beside the primary studies and never pooled with them.

    ``printed`` is the finding as the base has it, ``direction`` the side it favours as seen by the asked intervention;
    ``effect`` the same on the analysis scale, oriented, or None with the reason.
    """

    study: str
    label: str
    design: Design
    direction: Direction
    printed: Finding
    effect: Effect | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Findings that may be pooled, a study each.

    ``better`` is the side of no effect on which the intervention is better, ``None`` where no direction of the outcome
    is better; ``direction`` says it in words.
    """

    measure: str
    window: Window
    comparator: Comparator
    comparators: tuple[str, ...]
    randomised: bool
    unit: str | None
    better: str | None
    direction: str
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()

    @property
    def k(self) -> int:
        """Number of studies."""
        return len(self.rows)

    def pooled(self, **options: object) -> Pooled:
        """The group pooled; options are those of :func:`kb.synthesis.pool.pool`."""
        return pool((row.effect for row in self.rows), **options)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the base has on a question: groups (randomised and larger first), reviews, and what stays out."""

    question: Question
    groups: tuple[Group, ...]
    reviews: tuple[Review, ...]
    excluded: tuple[Excluded, ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A finding with an effect: window, comparator class, active comparators and randomisation are its ``key``.

    ``outcome`` is the one of its outcomes that was asked for, ``instrument`` the widest term measured on its scale.
    """

    study: Study
    finding: Finding
    reading: Reading
    outcome: str
    instrument: str
    key: tuple[Window, Comparator, tuple[str, ...], bool]

    @property
    def scale(self) -> tuple[str, Unit, str | None]:
        """What mean differences must share to be pooled as they are."""
        return self.instrument, self.reading.unit, self.reading.better


@dataclass(slots=True)
class Sorter:
    """What is known while findings are sorted into groups."""

    corpus: Corpus
    excluded: list[Excluded] = field(default_factory=list)

    def label(self, study: Study) -> str:
        """Author and year."""
        return author_year(self.corpus.references.get(study.key), study.key)

    def out(self, study: Study, finding: Finding, reason: str) -> None:
        """Leave a finding out."""
        self.excluded.append(Excluded(study.key, finding.id, self.label(study), reason))
