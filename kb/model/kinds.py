"""Controlled values: designs, measures, directions, bearings and their like."""

from __future__ import annotations

from enum import StrEnum


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


class ArmStatistic(StrEnum):
    """What ``Arm.value`` holds."""

    MEAN = "mean"
    CHANGE = "mean-change"
    MEDIAN = "median"
    PERCENT = "percent"
    EVENTS = "events"
    RATE = "rate"
    OTHER = "other"


class CertaintyLevel(StrEnum):
    """Certainty of a body of evidence (GRADE)."""

    HIGH = "high"
    MODERATE = "moderate"
    LOW = "low"
    VERY_LOW = "very-low"
