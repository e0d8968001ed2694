"""The nouns of the base, from terms to claims; nothing here reads or writes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictFloat, StrictInt, StrictStr


class Noun(BaseModel):
    """Base of all nouns: immutable, no unknown field, no silent conversion."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


def _each_once(items: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(items))


Text = Annotated[StrictStr, Field(min_length=1)]
Id = Annotated[StrictStr, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Key = Annotated[StrictStr, Field(pattern=r"^[a-z]+[12][0-9]{3}[a-z]?$")]
Number = StrictFloat | StrictInt
Count = Annotated[StrictInt, Field(ge=0)]
Sha256 = Annotated[StrictStr, Field(pattern=r"^[0-9a-f]{64}$")]


class Design(StrEnum):
    """Study designs; names follow MeSH publication types where one exists."""

    RANDOMIZED_TRIAL = "randomized-controlled-trial"
    CLUSTER_RANDOMIZED_TRIAL = "cluster-randomized-controlled-trial"
    CONTROLLED_TRIAL = "non-randomized-controlled-trial"
    BEFORE_AFTER = "uncontrolled-before-after-study"
    PROSPECTIVE_COHORT = "prospective-cohort"
    RETROSPECTIVE_COHORT = "retrospective-cohort"
    CASE_CONTROL = "case-control-study"
    CROSS_SECTIONAL = "cross-sectional-study"
    CASE_SERIES = "case-series"
    META_ANALYSIS = "systematic-review-with-meta-analysis"
    SYSTEMATIC_REVIEW = "systematic-review"
    NETWORK_META_ANALYSIS = "network-meta-analysis"
    UMBRELLA_REVIEW = "umbrella-review"
    SCOPING_REVIEW = "scoping-review"
    NARRATIVE_REVIEW = "narrative-review"
    GUIDELINE = "clinical-practice-guideline"
    LABORATORY = "laboratory-study"
    MODELLING = "modelling-study"
    PROTOCOL = "trial-protocol"
    COMMENTARY = "commentary"
    UNKNOWN = "unknown"

    @property
    def words(self) -> str:
        """The design as running text writes it.

        Examples
        --------
        >>> Design.META_ANALYSIS.words, Design.PROSPECTIVE_COHORT.words
        ('systematic review with meta-analysis', 'prospective cohort')
        """
        words = self.value.replace("-", " ")
        for compound in ("meta analysis", "non randomized", "before after", "case control", "cross sectional"):
            words = words.replace(compound, compound.replace(" ", "-"))
        return words


class Measure(StrEnum):
    """What the estimate is. Ratios have no effect at 1, differences at 0, the rest describe."""

    MD = "MD"
    SMD = "SMD"
    RISK_DIFFERENCE = "RD"
    RISK_RATIO = "RR"
    ODDS_RATIO = "OR"
    HAZARD_RATIO = "HR"
    RATE_RATIO = "IRR"
    PREVALENCE_RATIO = "PR"
    CORRELATION = "r"
    NNT = "NNT"
    PERCENT = "percent"
    PERCENT_CHANGE = "percent-change"
    MEAN = "mean"
    MEDIAN = "median"
    COUNT = "count"
    AREA_UNDER_CURVE = "AUC"
    P_VALUE = "p-value"
    NARRATIVE = "narrative"

    @property
    def null_value(self) -> float | None:
        """The value that means no effect: 1 for ratios, 0 for differences and correlations, else None."""
        return _NULL_VALUES.get(self)


_NULL_VALUES: dict[Measure, float] = {
    **dict.fromkeys((Measure.MD, Measure.SMD, Measure.RISK_DIFFERENCE, Measure.CORRELATION), 0.0),
    **dict.fromkeys(
        (
            Measure.RISK_RATIO,
            Measure.ODDS_RATIO,
            Measure.HAZARD_RATIO,
            Measure.RATE_RATIO,
            Measure.PREVALENCE_RATIO,
        ),
        1.0,
    ),
}


class Direction(StrEnum):
    """Which way a finding points."""

    INTERVENTION = "favours-intervention"
    COMPARATOR = "favours-comparator"
    NO_DIFFERENCE = "no-difference"
    ASSOCIATION = "association"
    NO_ASSOCIATION = "no-association"
    IMPROVEMENT = "change-within-group"
    DESCRIPTIVE = "descriptive"
    UNCLEAR = "unclear"


class Verification(StrEnum):
    """How much of a study was seen when it was curated."""

    VERIFIED = "verified"
    PARTLY = "partly"
    UNVERIFIED = "unverified"


class Bearing(StrEnum):
    """How a claim stands to one study, as judged by the curator."""

    SUPPORTED = "supported"
    PARTLY = "partly"
    OVERSTATED = "overstated"
    NOT_SUPPORTED = "not-supported"
    MISATTRIBUTED = "misattributed"
    UNCLEAR = "unclear"


class Relation(StrEnum):
    """What the study does to the claim, whatever the post says of the study."""

    SUPPORTS = "supports"
    QUALIFIES = "qualifies"
    CONTRADICTS = "contradicts"
    DOES_NOT_ADDRESS = "does-not-address"
    UNCLEAR = "unclear"


class ClaimDirection(StrEnum):
    """What kind of statement a claim makes."""

    BENEFIT = "benefit"
    HARM = "harm"
    NO_EFFECT = "no-effect"
    CAUSE = "cause"
    ASSOCIATION = "association"
    COMPARISON = "comparison"
    DESCRIPTION = "description"


class Wording(StrEnum):
    """How sure the post sounds: as fact, as likely, or as a possibility."""

    CERTAIN = "certain"
    LIKELY = "likely"
    TENTATIVE = "tentative"


class InterventionKind(StrEnum):
    """What an intervention term is; exposures and tests share the vocabulary because PICO's I covers them."""

    TREATMENT = "treatment"
    TRAINING_ADVICE = "training-advice"
    EXPOSURE = "exposure"
    TEST = "test"
    SERVICE = "service"
    CONTROL = "control"


class Better(StrEnum):
    """Which direction of an outcome is better for the patient."""

    HIGHER = "higher"
    LOWER = "lower"


class Term(Noun):
    """One controlled term (SKOS prefLabel, altLabel, broader, scopeNote)."""

    id: Id
    label: Text
    patient_label: Text
    synonyms: tuple[Text, ...]
    broader: tuple[Id, ...]
    mesh: Text | None
    scope_note: Text | None = None


class Condition(Term):
    """A health condition; ICD-10-CM codes only where certain."""

    icd10cm: tuple[Annotated[StrictStr, Field(pattern=r"^[A-Z][0-9][0-9A-Z](\.[0-9A-Z]{1,4})?$")], ...] | None


class Intervention(Term):
    """A treatment, training advice, exposure, test, service or control condition."""

    kind: InterventionKind


class Mcid(Noun):
    """Minimal clinically important difference, in the outcome's unit, and where it was read."""

    value: Number
    unit: Text
    source: Text


class Outcome(Term):
    """Something that was measured.

    ``surrogate`` marks what a patient does not feel (mechanics, imaging, strength).
    """

    better: Better | None
    unit: Text | None
    mcid: tuple[Mcid, ...] = ()
    surrogate: StrictBool


class Population(Term):
    """Who was studied, apart from the condition."""


class Reference(Noun):
    """The bibliographic identity of a study (BibTeX field names); what nobody saw is None."""

    key: Key
    entry_type: Text
    title: Text | None = None
    author: tuple[Text, ...] = ()
    journal: Text | None = None
    shortjournal: Text | None = None
    year: StrictInt | None = None
    volume: Text | None = None
    number: Text | None = None
    pages: Text | None = None
    doi: Text | None = None
    pmid: Text | None = None
    pmcid: Text | None = None

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


class ArmStatistic(StrEnum):
    """What ``Arm.value`` holds."""

    MEAN = "mean"
    CHANGE = "mean-change"
    MEDIAN = "median"
    PERCENT = "percent"
    EVENTS = "events"
    RATE = "rate"
    OTHER = "other"


class Finding(Noun):
    """One result of a study as PICO with its effect.

    ``estimate``, ``ci_low`` and ``ci_high`` are in ``unit`` on the scale of ``measure``; ``ci_level`` in percent.
    ``read_in`` names the study's sources where the number was read.
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
    note: Text | None = None
    read_in: tuple[Text, ...] = ()


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
    publication_types: tuple[Text, ...] | None = None
    findings: tuple[Finding, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
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


class Locator(Noun):
    """Where a statement stands: the hash of its normalised sentence (see :mod:`kb.text`)."""

    sha256: Sha256


class AsPublished(Noun):
    """A citation as the post printed it; None where the post gives nothing."""

    authors: Text | None = None
    year: StrictInt | None = None
    title: Text | None = None
    journal: Text | None = None
    volume: Text | None = None
    pages: Text | None = None
    link: Text | None = None


class Citation(Noun):
    """One place where a post points at a study."""

    id: Annotated[StrictStr, Field(pattern=r"^r[0-9]{2}$")]
    study: Key | None
    as_published: AsPublished
    locator: Locator


class Evidence(Noun):
    """How one study bears on a claim."""

    study: Key | None
    citation: Annotated[StrictStr, Field(pattern=r"^r[0-9]{2}$")] | None = None
    bearing: Bearing
    relation: Relation
    reason: Text


class Verdict(Noun):
    """The judgement of a claim as a whole, and who or what made it."""

    bearing: Bearing
    reason: Text
    basis: Text
    reviewed_by: Text | None = None
    reviewed_on: dt.date | None = None


class Claim(Noun):
    """One statement that a post makes about evidence, in our own words."""

    id: Annotated[StrictStr, Field(pattern=r"^c[0-9]{2}$")]
    statement: Text
    populations: tuple[Id, ...]
    conditions: tuple[Id, ...]
    interventions: tuple[Id, ...]
    comparators: tuple[Id, ...]
    outcomes: tuple[Id, ...]
    direction: ClaimDirection
    magnitude: Text | None
    wording: Wording
    evidence: tuple[Evidence, ...]
    verdict: Verdict
    locator: Locator


class Topics(Noun):
    """Every condition, intervention and training advice that the post names."""

    conditions: tuple[Id, ...]
    interventions: tuple[Id, ...]


class Post(Noun):
    """A published page: what it cites, as published, and what it claims."""

    slug: Id
    kind: Annotated[StrictStr, Field(pattern="^(post|page)$")]
    url: Text | None
    title: Text
    date: dt.date | None
    topics: Topics
    citations: tuple[Citation, ...]
    claims: tuple[Claim, ...]


@dataclass(frozen=True, slots=True)
class Corpus:
    """Everything in an evidence folder, each noun by its id; immutable and complete."""

    conditions: Mapping[str, Condition]
    interventions: Mapping[str, Intervention]
    outcomes: Mapping[str, Outcome]
    populations: Mapping[str, Population]
    references: Mapping[str, Reference]
    studies: Mapping[str, Study]
    posts: Mapping[str, Post]

    def vocabulary(self, name: str) -> Mapping[str, Term]:
        """Terms of one vocabulary: conditions, interventions, outcomes or populations."""
        terms: Mapping[str, Term] = getattr(self, name)
        return terms


VOCABULARIES: Mapping[str, type[Term]] = {
    "conditions": Condition,
    "interventions": Intervention,
    "outcomes": Outcome,
    "populations": Population,
}
