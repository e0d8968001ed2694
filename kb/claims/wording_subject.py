"""What was measured, without losing anything of the finding: its outcome term, or its own words where they say more."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from kb.claims.wording_sides import expanded
from kb.claims.wording_terms import UNTOLD, above, event_or_outcome, is_event, lower, narrowest
from kb.model import Measure

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kb.model import Corpus, Finding, Study, Term

_PART = re.compile(r", |: |; ")
_TOKEN = re.compile(r"[a-z0-9]{1,40}")
_VERSUS = re.compile(r"\b(?:vs|versus|minus)\b")
_CLEAN = re.compile(r"[A-Za-z][\w' /-]{2,60}")
_UNCLEAN = re.compile(
    r"^back |\d|[;:()]|\b(?:vs|versus|any|all|both|overall|group|groups|range|number|by|had|was|were|given|may"
    r"|is|are|not)\b"
)
_PAREN = re.compile(r" \([^()]{1,60}\)")
_STOP = frozenset(
    {
        "a", "ability", "all", "an", "and", "any", "as", "at", "between", "both", "by", "change", "changes", "control",
        "controls", "difference", "during", "earlier", "early", "eswt", "for", "from", "group", "groups", "in",
        "incidence", "index", "injury", "intervention", "measures", "no", "of", "on", "or", "other", "others",
        "overall", "people", "percentage", "placebo", "points", "rate", "rating", "ratio", "rcts", "related", "review",
        "reviews", "risk", "scale", "score", "sham", "shock", "standard", "steroid", "studies", "term", "test", "than",
        "the", "therapy", "time", "to", "together", "training", "treatment", "trials", "updated", "use", "versus",
        "vas", "vs", "wave", "with", "within", "without", "programme", "programmes", "program", "outcome", "outcomes",
        "nrs", "likert", "retraining", "physiotherapy", "unknown", "exercise", "alone", "care", "s",
        "surgery", "free", "activity", "recovered", "much", "improved", "success", "complete", "recovery", "exercises",
        "improvement", "improvements", "gain", "gains", "running", "impact", "stretch", "minus", "knee", "hip",
        "strength", "strengthening", "achilles", "effectiveness", "tendonitis", "tendinopathy",
        "excellent", "effective", "total", "days", "median", "mean", "physical", "access", "first", "chronic", "type",
        "comparator", "over", "year", "reached", "paper", "technique", "lowest", "highest", "quartile", "based",
        "active", "back", "preferred", "level", "sport", "cluster", "adjusted", "intention", "treat",
    }
)  # fmt: skip
"""Words that name a side, a kind of measurement or nothing at all."""
_CHANGE = re.compile(r"\b(?:change|improvement|improvements|improved|gain|gains)\b")
_BODY = frozenset({"knee", "hip", "foot", "ankle", "leg", "the", "and", "of", "in", "to", "a", "or", "on", "for"})
OWN_WORDS = frozenset(
    {
        "condition-related-cost", "cost", "imaging-use", "itb-anatomy", "knee-frontal-plane-angle", "lean-mass",
        "muscle-activation", "muscle-architecture", "neural-adaptation", "patellar-tracking", "physical-activity-level",
        "patellofemoral-joint-stress", "physical-performance-test", "running-mechanics", "soft-tissue-stiffness",
        "single-leg-squat-kinematics", "specialist-visits", "tendon-stiffness", "imaging-abnormality", "foot-motion",
        "asymptomatic-abnormality", "movement-quality", "muscle-strength", "hip-adduction-angle", "running-economy",
        "hip-internal-rotation-angle", "knee-internal-rotation-angle", "pain-free-running-test", "joint-moment",
        "pain-on-pressure",
    }
)  # fmt: skip
"""Outcomes whose label covers many measurements: only the finding's own words name the one that was made."""
_SCALES = {"pain-vas": "visual analogue scale", "pain-nrs": "numeric rating scale"}
"""How a pain was measured, beside which pain it was."""
_FINER = frozenset({"late"})
"""Words that tell one comparison of a study from another, though they are synonyms of a term."""
_VALUES = frozenset({Measure.MD, Measure.SMD, Measure.MEAN, Measure.MEDIAN})
_COUNT = re.compile(
    r" ?\(?\b\d{1,3} (?:RCTs|trials|studies)\b(?: from the earlier review)?\)?| \(0-\d{1,3}\)| \(ratio [^()]{1,60}\)"
)
_COUNTABLE = re.compile(r"\b(visit|injection|prescription|tear|fall)$")


class Subject(NamedTuple):
    """What was measured: its words, its outcome term, and whether it is a change of it."""

    words: str
    outcome: str
    change: bool = False

    @property
    def improvement(self) -> str:
        """The words of a change."""
        return f"improvement in {self.words}" if self.change else self.words


def subject(study: Study, finding: Finding, corpus: Corpus, told: str) -> Subject | None:
    """What was measured, or None where the finding says more than running text can take up.

    Parameters
    ----------
    study, finding, corpus
        The result, and where its terms are named.
    told
        What the sentence says elsewhere: sides, time, people.

    Examples
    --------
    >>> import kb
    >>> corpus = kb.open().corpus
    >>> study = corpus.studies["marrache2022"]
    >>> subject(study, study.findings[0], corpus, "early physical therapy, no early physical therapy")
    Subject(words='advanced imaging', outcome='imaging-use', change=False)
    """
    outcomes = [one for one in narrowest(corpus.outcomes, finding.outcomes) if one not in UNTOLD]
    if not outcomes:
        return None
    first = _leading(corpus, finding, outcomes)
    words = event_or_outcome(corpus, finding, first)
    left = unexplained(study, finding, corpus, f"{told} {words or ''}")
    if left is None or len(left) > 1:
        return None
    alone = len(outcomes) == 1 or len(_PART.split(finding.as_reported)) == 1
    if left or first in OWN_WORDS:
        part = left[0] if left else _PART.split(finding.as_reported)[0]
        own = named_in(corpus, part, (first,)) if alone else None
        return (
            Subject(_specific(own, words, corpus, finding), first, _changed(finding, first, corpus, own))
            if own
            else None
        )
    if words is None:
        return None
    beside = [one for one in outcomes if one != first]
    if len(beside) == 1 and beside[0] in _SCALES and "pain" in words:
        return Subject(f"{words} ({_SCALES[beside[0]]})", first, _changed(finding, first, corpus, words))
    others = [event_or_outcome(corpus, finding, one) for one in beside]
    if is_event(corpus, first) is not None and len(others) <= 1:
        same = not others or others[0] is None or is_event(corpus, beside[0]) is not None
        extra = "" if same else f" ({_PAREN.sub('', others[0] or '').removeprefix('the ')})"
        return Subject(words + extra, first)
    if beside or len(finding.outcomes) > 3:
        return None
    return Subject(words, first, _changed(finding, first, corpus, words))


def named_in(corpus: Corpus, part: str, outcomes: Iterable[str]) -> str | None:
    """A part of the finding's words where it is a clean phrase that names what was measured, else None."""
    known = {
        token[:5]
        for one in outcomes
        for here in (one, *above(corpus.outcomes, one))
        if here in corpus.outcomes
        for token in _tokens(" ".join((corpus.outcomes[here].label, *corpus.outcomes[here].synonyms))) - _BODY
    }
    return _own_words(part) if {token[:5] for token in _tokens(part) - _BODY} & known else None


def _specific(own: str, words: str | None, corpus: Corpus, finding: Finding) -> str:
    """Injuries of one kind are told with it: "new injuries (hamstring strain)"."""
    conditions = narrowest(corpus.conditions, finding.conditions)
    label = lower(corpus.conditions[conditions[0]].label) if len(conditions) == 1 else None
    if label is None or words != label or _tokens(own) & _tokens(label):
        return own
    return f"{own} ({label})"


def several(finding: Finding, corpus: Corpus) -> str | None:
    """Two or three outcomes as a list; None where one of them has no words or there are more."""
    outcomes = [one for one in narrowest(corpus.outcomes, finding.outcomes) if one not in UNTOLD]
    words = [event_or_outcome(corpus, finding, one) for one in outcomes]
    if not 2 <= len(words) <= 3 or None in words or len(set(words)) != len(words):
        return None
    shown = [word for word in words if word]
    return f"{', '.join(shown[:-1])} and {shown[-1]}"


def unexplained(study: Study, finding: Finding, corpus: Corpus, told: str) -> list[str] | None:
    """Parts of the finding's words that neither its terms nor the sentence say; None where a comparison is among them.

    A part such as "high-compliance subgroup vs control" makes the result another one than the terms alone tell.
    """
    known = (_vocabulary(study, finding, corpus) | _tokens(told)) - _FINER
    known |= {"added", "alone"} if " plus " in told or " added to " in told else set()
    rest = []
    for part in _PART.split(_COUNT.sub("", finding.as_reported)):
        if all(_is_known(token, known) for token in _tokens(part)):
            continue
        if _VERSUS.search(part):
            return None
        rest.append(part)
    return rest


def contrast(finding: Finding) -> str | None:
    """The part "A vs B" of a finding's words, without abbreviations; None where there is none.

    Examples
    --------
    >>> import kb
    >>> contrast(kb.open().corpus.studies["dejonge2025"].findings[0])
    'poor vs steady sleepers'
    """
    text = re.sub(r" \([A-Z][a-z]{1,20} \d{4}\)", "", finding.as_reported)
    parts = [part for part in _PART.split(text) if re.search(r"\b(?:vs|versus)\b", part)]
    if len(parts) != 1 or len(parts[0]) > 70:
        return None
    return expanded(parts[0]).replace(" versus ", " vs ")


def before_contrast(finding: Finding, corpus: Corpus) -> str | None:
    """The finding's words before "A vs B", where they are one clean part."""
    parts = _PART.split(finding.as_reported)
    if len(parts) != 2 or not re.search(r"\b(?:vs|versus)\b", parts[1]):
        return None
    return named_in(corpus, parts[0], finding.outcomes)


def _own_words(part: str) -> str | None:
    words = _PAREN.sub("", expanded(part)).strip().removesuffix(" overall")
    if not _CLEAN.fullmatch(words) or _UNCLEAN.search(words) or len(words.split()) > 8:
        return None
    if " " not in words and words.endswith("ed"):
        return None
    words = _COUNTABLE.sub(r"\1s", words)
    return lower(words)


def _leading(corpus: Corpus, finding: Finding, outcomes: list[str]) -> str:
    """An event before scores: "clinically important improvement" of a score is counted, not measured."""
    if finding.measure in _VALUES:
        return outcomes[0]
    return next((one for one in outcomes if is_event(corpus, one) is not None), outcomes[0])


def _changed(finding: Finding, outcome: str, corpus: Corpus, words: str | None) -> bool:
    if words and _CHANGE.search(words):
        return False
    changed = finding.arm_statistic is not None and finding.arm_statistic.value == "mean-change"
    return is_event(corpus, outcome) is None and (changed or _CHANGE.search(finding.as_reported) is not None)


def _vocabulary(study: Study, finding: Finding, corpus: Corpus) -> set[str]:
    tables: tuple[tuple[Mapping[str, Term], Iterable[str]], ...] = (
        (corpus.outcomes, finding.outcomes),
        (corpus.interventions, (*finding.interventions, *finding.comparators)),
        (corpus.conditions, finding.conditions),
        (corpus.populations, finding.populations),
    )
    known: set[str] = set()
    for terms, ids in tables:
        for one in ids:
            for here in (one, *above(terms, one)):
                if here in terms:
                    synonyms = () if terms is corpus.interventions and here != one else terms[here].synonyms
                    known |= _tokens(" ".join((terms[here].label, *synonyms)))
    for entry in study.conditions:
        if set(entry.terms) & set(finding.conditions):
            known |= _tokens(entry.text)
    return known | _tokens(finding.timepoint or "") | {t for arm in finding.arms for t in _tokens(arm.name)}


def _tokens(text: str) -> set[str]:
    return set(_TOKEN.findall(text.casefold()))


def _is_known(token: str, known: set[str]) -> bool:
    if token in _STOP or token in known:
        return True
    stem = token.removesuffix("s")
    if stem in known or f"{token}s" in known or stem in _STOP:
        return True
    return len(token) > 5 and any(word[:6] == token[:6] for word in known)
