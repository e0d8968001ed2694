"""Studies: reference, findings as PICO, where each number was read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from typing import Annotated

from pydantic import Field, StrictBool, StrictInt, StrictStr

from kb.model.kinds import ArmStatistic, CertaintyLevel, Design, Direction, Measure, Verification
from kb.model.noun import Count, Id, Key, Noun, Number, Text


def _each_once(items: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(items))


PartialIsoDate = Annotated[StrictStr, Field(pattern=r"^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$")]
"""A day, a month or a year: ``2020-01-05``, ``2020-01``, ``2020``."""


class Reference(Noun):
    """The bibliographic identity of a study (BibTeX field names, biblatex's where BibTeX has none).

    What nobody saw is None. ``date`` is the day of publication, ``urldate`` the day on which ``url`` was looked at;
    ``booktitle`` and ``editor`` are of the book that a chapter is in; ``institution`` issued a report; ``eprinttype``
    is the server of a preprint, ``eprint`` its number there; ``pubstate`` is ``prepublished`` for an article that is
    online ahead of its issue, ``inpress`` for one that is accepted.
    """

    key: Key
    entry_type: Text
    title: Text | None = None
    author: tuple[Text, ...] = ()
    editor: tuple[Text, ...] = ()
    booktitle: Text | None = None
    journal: Text | None = None
    shortjournal: Text | None = None
    year: StrictInt | None = None
    date: PartialIsoDate | None = None
    volume: Text | None = None
    number: Text | None = None
    pages: Text | None = None
    edition: Text | None = None
    publisher: Text | None = None
    address: Text | None = None
    institution: Text | None = None
    pubstate: Annotated[StrictStr, Field(pattern="^(prepublished|inpress)$")] | None = None
    eprinttype: Text | None = None
    eprint: Text | None = None
    language: Text | None = None
    issn: Text | None = None
    isbn: Text | None = None
    doi: Text | None = None
    pmid: Text | None = None
    pmcid: Text | None = None
    url: Text | None = None
    urldate: PartialIsoDate | None = None

    @property
    def missing(self) -> tuple[str, ...]:
        """Identity fields that nobody has seen yet; a complete reference has none."""
        needed = ("title", "author", "journal", "year")
        gaps = [name for name in needed if not getattr(self, name)]
        if not (self.pmid or self.doi):
            gaps.append("pmid or doi")
        return tuple(gaps)


class AsReported(Noun):
    """A free-text term of the study and the controlled terms it maps onto."""

    text: Text
    terms: tuple[Id, ...]


class Arm(Noun):
    """One group of a finding; ``value`` is the statistic named by the finding's ``arm_statistic``."""

    name: Text
    n: Count | None = None
    value: Number | None = None
    sd: Annotated[Number, Field(ge=0)] | None = None
    ci_low: Number | None = None
    ci_high: Number | None = None
    range: Text | None = None
    unit: Text | None = None


class GradedCertainty(Noun):
    """The certainty that a review or guideline itself gives a result, and its reason as far as it was seen.

    ``lowest`` is the lower end where the authors give a span, such as "low to moderate".
    """

    level: CertaintyLevel
    lowest: CertaintyLevel | None = None
    reason: Text | None = None


class Finding(Noun):
    """One result of a study as PICO with its effect.

    ``estimate``, ``ci_low`` and ``ci_high`` are in ``unit`` on the scale of ``measure``; ``ci_level`` in percent.
    ``read_in`` names the study's sources where the number was read. ``as_printed`` says what looks wrong in the numbers
    and really stands so in the source: such a finding is shown and never pooled.
    """

    id: Annotated[StrictStr, Field(pattern=r"^f[0-9]{2}$")]
    as_reported: Text
    populations: tuple[Id, ...]
    conditions: tuple[Id, ...]
    interventions: tuple[Id, ...]
    comparators: tuple[Id, ...]
    outcomes: Annotated[tuple[Id, ...], Field(min_length=1)]
    timepoint: Text | None
    measure: Measure
    unit: Text | None
    estimate: Number | None
    ci_low: Number | None
    ci_high: Number | None
    ci_level: Annotated[Number, Field(gt=0, lt=100)] = 95
    p: Text | None
    arm_statistic: ArmStatistic | None = None
    arms: tuple[Arm, ...] = ()
    direction: Direction
    certainty: GradedCertainty | None = None
    as_printed: Text | None = None
    note: Text | None = None
    read_in: tuple[Text, ...] = ()

    def direction_for(self, terms: Collection[str]) -> Direction:
        """The direction as seen by some interventions: turned round where they are the comparator only."""
        here = set(terms)
        if here & set(self.interventions) or not here & set(self.comparators):
            return self.direction
        turned = {Direction.INTERVENTION: Direction.COMPARATOR, Direction.COMPARATOR: Direction.INTERVENTION}
        return turned.get(self.direction, self.direction)


class Source(Noun):
    """A page on which facts of a study were read, and which of them."""

    id: Annotated[StrictStr, Field(pattern=r"^s[0-9]+$")]
    url: Text | None = None
    note: Text | None = None
    supports: tuple[Text, ...] = ()


class Difference(Noun):
    """Something on which the second, independent reading differed from the first."""

    field: Text
    recorded: Text
    seen: Text
    which_is_right: Annotated[StrictStr, Field(pattern="^(recorded|seen|unclear)$")]
    why: Text
    source: Text | None = None


class DomainJudgement(Noun):
    """What was judged of one domain or item of an appraisal tool, in the tool's own words."""

    domain: Id
    judgement: Text
    reason: Text | None = None


class RiskOfBias(Noun):
    """One appraisal of a study with one tool, by a person or a named organisation; nobody else makes one.

    ``tool`` names a file of ``kb/appraisal/tools``. ``finding`` is the result that was appraised where the tool judges
    results (RoB 2, ROBINS-I); ``score`` the sum of a scale such as PEDro; ``read_in`` the source it was taken from.
    """

    tool: Id
    by: Text
    on: dt.date | None = None
    finding: Annotated[StrictStr, Field(pattern=r"^f[0-9]{2}$")] | None = None
    domains: tuple[DomainJudgement, ...] = ()
    overall: Text | None = None
    score: Number | None = None
    reason: Text | None = None
    read_in: tuple[Text, ...] = ()


class SecondReading(Noun):
    """An independent re-reading of the study's sources."""

    found: StrictBool
    outcomes_agreed: Count
    differences: tuple[Difference, ...] = ()


class Note(Noun):
    """A further fact that was seen, and where."""

    text: Text
    source: Text | None = None


class LeftOut(Noun):
    """A result of the raw facts that is not carried as a finding, and why."""

    as_reported: Text
    reason: Text


class Study(Noun):
    """A publication: what was done, in whom, and what was found.

    The bibliographic identity is the :class:`Reference` of the same key. ``to_check`` holds what was only
    recalled: a to-do, never a fact. ``publication_types`` is for a study that PubMed does not list; what PubMed says of
    the others is in the snapshot.
    """

    key: Key
    design: Design
    design_detail: Text | None = None
    n_participants: Count | None
    n_studies: Count | None
    population: Text | None
    populations: tuple[Id, ...]
    conditions: tuple[AsReported, ...]
    interventions: tuple[AsReported, ...]
    comparator: Text | None
    follow_up: Text | None
    conclusion: Text | None
    funding_or_conflicts: Text | None
    registration: Text | None = None
    publication_types: tuple[Text, ...] | None = None
    findings: tuple[Finding, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    risk_of_bias: tuple[RiskOfBias, ...] = ()
    limitations: tuple[Text, ...] = ()
    notes: tuple[Note, ...] = ()
    sources: tuple[Source, ...] = ()
    verification: Verification
    second_reading: SecondReading | None = None
    to_check: tuple[Text, ...] = ()

    @property
    def condition_ids(self) -> tuple[str, ...]:
        """Controlled conditions of the study, in order, each once."""
        return _each_once(term for entry in self.conditions for term in entry.terms)

    @property
    def intervention_ids(self) -> tuple[str, ...]:
        """Controlled interventions of the study, in order, each once."""
        return _each_once(term for entry in self.interventions for term in entry.terms)


class CertaintyReview(Noun):
    """A person's certainty for one question, which overrules the rules (``evidence/certainty.yaml``)."""

    condition: Id
    intervention: Id
    outcome: Id
    comparator: Id | None = None
    level: CertaintyLevel
    by: Text
    on: dt.date
    reason: Text
