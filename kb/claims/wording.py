"""A finding as one sentence to paste: who, what against what, outcome, time, estimate, hedged to the design.

The sentence is built from the finding's own fields and says no more than they do: an interval that crosses no effect is
"did not differ clearly", an observational design "was associated with", a change without a comparison is named as one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kb import timepoint
from kb.model import Design, Direction, Measure

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from kb.model import Corpus, Finding, Study, Term

TRIALS = frozenset({Design.RANDOMIZED_TRIAL, Design.CLUSTER_RANDOMIZED_TRIAL, Design.CONTROLLED_TRIAL})
"""Designs with groups that were given something."""
OBSERVATIONAL = frozenset(
    {
        Design.PROSPECTIVE_COHORT,
        Design.RETROSPECTIVE_COHORT,
        Design.CASE_CONTROL,
        Design.CROSS_SECTIONAL,
        Design.CASE_SERIES,
    }
)
"""Designs that show that things go together, not that one brings about the other."""
POOLED = frozenset({Design.META_ANALYSIS, Design.NETWORK_META_ANALYSIS})

_PEOPLE = {"general-population": "people from the general population"}
_NAMES = ("Achilles", "Medicare", "Nirschl", "Nordic", "Ober", "Oswestry", "Parkinson")
_GENERIC = frozenset({"adults", "general-patients", "literature-only", "no-living-people"})
_BESIDE = frozenset({"people-without-symptoms", "people-at-risk", "healthy-adults"})
"""Populations that say something further of people who have another name already."""
_DESIGNS = {
    Design.RANDOMIZED_TRIAL: "randomized trial",
    Design.CLUSTER_RANDOMIZED_TRIAL: "cluster-randomized trial",
    Design.CONTROLLED_TRIAL: "controlled trial without randomization",
    Design.BEFORE_AFTER: "before-after study without a comparison group",
    Design.CASE_CONTROL: "case-control study",
    Design.META_ANALYSIS: "meta-analysis",
    Design.PROSPECTIVE_COHORT: "prospective cohort study",
    Design.RETROSPECTIVE_COHORT: "retrospective cohort study",
    Design.UNKNOWN: "study",
}
_WORDS = (
    (frozenset({"time-to-recovery", "race-time", "length-of-stay"}), "shorter"),
    (frozenset({"occurrence", "adverse-events"}), "less frequent"),
    (frozenset({"cost", "healthcare-use", "pain", "fatigue", "swelling", "muscle-soreness"}), "lower"),
    (frozenset({"treatment-success", "return-to-activity", "race-completion"}), "more frequent"),
)
"""What an outcome, or one above it, is where a patient is better off; of the others one says "better"."""
_SCALES = frozenset({"global-rating-of-change", "roles-maudsley"})
"""Scales among the successes: these have values, not frequencies."""
_CONTROLS = {"lower-exposure": "lower exposure", "own-baseline": "baseline", "mixed-comparators": "other care"}
_POOLED = re.compile(r"\b(\d{1,3}) (trials|studies|RCTs) pooled")
_SHORT = re.compile(r"[<>=≤≥]? ?\d?\.?\d{1,6}")


def sentence(study: Study, finding: Finding, corpus: Corpus) -> str:
    """The finding in one sentence of running text, without a citation.

    Parameters
    ----------
    study, finding
        The finding, and the study that reports it.
    corpus
        For the names of its terms.

    Examples
    --------
    >>> import kb
    >>> corpus = kb.open().corpus
    >>> study = corpus.studies["coombes2013"]
    >>> sentence(study, study.findings[0], corpus)[:76]
    'In one randomized trial of 165 adults with lateral epicondylitis, treatment '
    """
    text = f"{_lead(study, finding, corpus)}, {_result(study, finding, corpus)}{_numbers(finding)}."
    return " ".join(text.split())


def estimate(finding: Finding) -> str:
    """The estimate with its interval, as running text gives it; empty when there is none.

    Examples
    --------
    >>> import kb
    >>> estimate(kb.open().corpus.studies["lauersen2014"].findings[5])
    'RR 0.527, 95% CI 0.373 to 0.746'
    """
    if finding.estimate is None:
        return ""
    unit = (finding.unit or "").strip()
    value = _plain(finding.estimate)
    if finding.measure is Measure.PERCENT or finding.measure is Measure.PERCENT_CHANGE:
        named = f"{value}%" if unit in {"", "%", "percent"} else f"{value}{'' if unit.startswith('%') else ' '}{unit}"
        said = named if finding.measure is Measure.PERCENT else f"change of {named}"
    elif finding.measure in {Measure.MEAN, Measure.MEDIAN, Measure.COUNT}:
        said = f"{finding.measure.value} {value} {unit}".strip()
    else:
        measure = "" if finding.measure in {Measure.P_VALUE, Measure.NARRATIVE} else f"{finding.measure.value} "
        said = f"{measure}{value}{f' {unit}' if unit and finding.measure.null_value != 1 else ''}"
    if finding.ci_low is None or finding.ci_high is None:
        return said
    return f"{said}, {_plain(finding.ci_level)}% CI {_plain(finding.ci_low)} to {_plain(finding.ci_high)}"


def crosses(finding: Finding) -> bool:
    """Whether the interval holds the value that means no effect.

    Examples
    --------
    >>> import kb
    >>> [crosses(f) for f in kb.open().corpus.studies["lauersen2014"].findings[2:4]]
    [False, True]
    """
    null = finding.measure.null_value
    if null is None or finding.ci_low is None or finding.ci_high is None:
        return False
    low, high = sorted((finding.ci_low, finding.ci_high))
    return low <= null <= high


def named(terms: Mapping[str, Term], ids: Iterable[str], joint: str = " and ") -> str:
    """Names of terms as running text writes them; a term that another one is narrower than is left out.

    Examples
    --------
    >>> import kb
    >>> named(kb.open().corpus.conditions, ["tendinopathy", "achilles-tendinopathy", "ankle-sprain"])
    'Achilles tendinopathy and ankle sprain'
    """
    wanted = [identifier for identifier in dict.fromkeys(ids) if identifier in terms]
    wide = {above for identifier in wanted for above in _above(terms, identifier)}
    labels = [_lower(terms[identifier].label) for identifier in wanted if identifier not in wide]
    if joint == " and " and len(labels) > 2:
        return f"{', '.join(labels[:-1])} and {labels[-1]}"
    return joint.join(labels)


def people(study: Study, corpus: Corpus) -> str:
    """Who was studied, in one or two words; ``people`` when nothing narrower is known."""
    known = [identifier for identifier in study.populations if identifier in corpus.populations]
    telling = [identifier for identifier in known if identifier not in _GENERIC]
    telling = [identifier for identifier in telling if identifier not in _BESIDE] or telling
    if not telling:
        return "adults" if "adults" in known else ("patients" if "general-patients" in known else "people")
    above = {term for identifier in telling for term in _above(corpus.populations, identifier)}
    shown = [_PEOPLE.get(x, _lower(corpus.populations[x].label)) for x in telling if x not in above]
    return " and ".join(shown) if len(shown) <= 2 else "people"


def design(study: Study) -> str:
    """The design as a sentence names it.

    Examples
    --------
    >>> import kb
    >>> design(kb.open().corpus.studies["coombes2013"])
    'randomized trial'
    """
    return _DESIGNS.get(study.design, study.design.words)


def _lead(study: Study, finding: Finding, corpus: Corpus) -> str:
    """In one trial of 102 adults with ..."""
    suffering = named(corpus.conditions, finding.conditions if len(finding.conditions) <= 2 else ())
    whom = people(study, corpus) + (f" with {suffering}" if suffering and _is_complaint(finding) else "")
    if study.n_studies is not None:
        count = f"{study.n_studies:,} {'study' if study.n_studies == 1 else 'studies'}"
        total = f" ({study.n_participants:,} participants)" if study.n_participants is not None else ""
        return f"In {_article(design(study))} {design(study)} of {count}{total} in {whom}"
    if study.n_participants is not None:
        one = "one" if study.design in TRIALS else _article(design(study))
        return f"In {one} {design(study)} of {study.n_participants:,} {whom}"
    return f"In {_article(design(study))} {design(study)} in {whom}"


def _is_complaint(finding: Finding) -> bool:
    """Whether people had the condition at the start; where its onset is the outcome they had not."""
    onset = {
        "condition-incidence",
        "injury-incidence",
        "incidence",
        "prevalence",
        "injury-distribution",
        "injury-cause",
    }
    return not any(outcome in onset or outcome.endswith("-incidence") for outcome in finding.outcomes)


def _result(study: Study, finding: Finding, corpus: Corpus) -> str:
    outcome = named(corpus.outcomes, finding.outcomes)
    this = named(corpus.interventions, finding.interventions, " plus ")
    that = _comparator(corpus, finding)
    when = _when(finding)
    alone = not that or set(finding.comparators) == {"own-baseline"}
    if finding.direction is Direction.IMPROVEMENT or (alone and finding.direction is Direction.INTERVENTION):
        given = f" with {this}" if this else ""
        return f"{outcome} changed within the group{given}{when}, without a comparison"
    if finding.direction in {Direction.ASSOCIATION, Direction.NO_ASSOCIATION}:
        return _association(finding, this, outcome) + when
    if finding.direction is Direction.UNCLEAR:
        return f"results for {outcome}{when} were not clear ({_lower(finding.as_reported)})"
    if finding.direction is Direction.DESCRIPTIVE or not this:
        return f"this was reported{when}: {_lower(finding.as_reported)}"
    if finding.direction is Direction.NO_DIFFERENCE or crosses(finding):
        return f"{this} and {that or 'the comparison'} did not differ clearly in {outcome}{when}"
    winner, loser = (this, that) if finding.direction is Direction.INTERVENTION else (that, this)
    how = _better(corpus, finding.outcomes)
    if study.design in OBSERVATIONAL:
        return f"{winner} was associated with {how} {outcome} than {loser}{when}"
    return f"{outcome} {_verb(finding.outcomes)} {how} with {winner} than with {loser}{when}"


def _association(finding: Finding, this: str, outcome: str) -> str:
    sure = finding.direction is Direction.ASSOCIATION and not crosses(finding)
    if not this:
        return f"{'an' if sure else 'no clear'} association with {outcome} was found ({_lower(finding.as_reported)})"
    return f"{this} was {'' if sure else 'not clearly '}associated with {outcome}"


def _verb(outcomes: Sequence[str]) -> str:
    return "were" if len(outcomes) > 1 else "was"


def _better(corpus: Corpus, outcomes: Sequence[str]) -> str:
    """What an outcome is where a patient is better off; the first outcome decides."""
    if outcomes[0] in _SCALES:
        return "better"
    above = {outcomes[0], *_above(corpus.outcomes, outcomes[0])}
    return next((word for roots, word in _WORDS if above & roots), "better")


def _comparator(corpus: Corpus, finding: Finding) -> str:
    known = [identifier for identifier in finding.comparators if identifier in corpus.interventions]
    plain = [_CONTROLS[identifier] for identifier in known if identifier in _CONTROLS]
    rest = named(corpus.interventions, [identifier for identifier in known if identifier not in _CONTROLS], " or ")
    return " or ".join(part for part in (rest, *plain) if part)


def _when(finding: Finding) -> str:
    words = finding.timepoint
    if words is None:
        return ""
    if timepoint.weeks(words) is not None:
        return (
            f" at {words.removeprefix('at ')}"
            if words[:1].isdigit() or words.startswith(("at ", "about "))
            else f" {words}"
        )
    return f" ({words})"


def _numbers(finding: Finding) -> str:
    """What stands in parentheses at the end."""
    parts = [estimate(finding)] if finding.estimate is not None else []
    arms = [f"{arm.name}: {_plain(arm.value)}{_arm_unit(finding)}" for arm in finding.arms if arm.value is not None]
    if not parts and arms:
        parts.append("; ".join(arms))
    if finding.p and finding.ci_low is None and _SHORT.fullmatch(finding.p):
        parts.append(f"p {finding.p if finding.p[:1] in '<>=≤≥' else f'= {finding.p}'}")
    pooled = _POOLED.search(finding.note or "")
    if pooled:
        parts.append(f"{pooled[1]} {pooled[2]} pooled")
    return f" ({'; '.join(parts)})" if parts else ""


def _arm_unit(finding: Finding) -> str:
    return "%" if finding.arm_statistic == "percent" else ""


def _above(terms: Mapping[str, Term], identifier: str) -> set[str]:
    """Every wider term of one."""
    found: set[str] = set()
    waiting = list(terms[identifier].broader) if identifier in terms else []
    while waiting:
        here = waiting.pop()
        if here not in found:
            found.add(here)
            waiting.extend(terms[here].broader if here in terms else ())
    return found


def _lower(label: str) -> str:
    """A label inside a sentence: names, abbreviations and titles of scales keep their capitals."""
    first, *rest = label.split(" ")
    capitals = sum(letter.isupper() for letter in first) > 1 or any(w[:1].isupper() and w not in _NAMES for w in rest)
    return label if first in _NAMES or capitals else f"{label[:1].lower()}{label[1:]}"


def _article(words: str) -> str:
    return "an" if words[:1] in "aeiou" and not words.startswith(("uni", "one")) else "a"


def _plain(value: float | None) -> str:
    """A number without a trailing ``.0``."""
    return "unknown" if value is None else f"{value:,.10g}"
