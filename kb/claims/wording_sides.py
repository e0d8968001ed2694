"""The two sides of a comparison in words that are true of the study, or None where nobody knows.

Of several terms on one side the list does not say whether they were given together or are separate arms, so they are
joined only where the study's own words, the names of its arms or the other side tell.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from kb.claims.wording_numbers import REVIEWS
from kb.claims.wording_terms import listed, lower, narrowest
from kb.model import InterventionKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kb.model import Corpus, Finding, Study

REST = "in the comparison groups"
_SPOKEN = {
    "lower-exposure": "lower exposure",
    "no-treatment": "no treatment",
    "own-baseline": "baseline",
    "price-protocol": "protection, rest, ice, compression and elevation",
    "self-chosen-activity": "self-chosen physical activity",
    "wait-and-see": "a wait-and-see approach",
    "nsaid": "anti-inflammatory drugs",
    "training-load-increase": "an increase in training load",
    "single-session-spike": "a single-session distance spike",
    "acute-chronic-workload-ratio": "the acute:chronic workload ratio",
    "week-to-week-ratio": "the week-to-week load ratio",
    "itb-stretching": "iliotibial band stretching",
    "heel-lift": "a heel lift or cup",
    "early-rehabilitation": "early rehabilitation",
    "delayed-rehabilitation": "delayed rehabilitation",
    "cadence-increase": "a cadence increase",
    "foot-strike-change": "a foot strike change",
    "injury-prevention-program": "an exercise-based injury prevention program",
    "ten-percent-rule": "the 10 percent rule",
    "beginner-running-program": "a standard beginner running program",
    "home-exercise-program": "a home exercise program",
    "graded-running": "a graded running program",
    "tendon-loading": "a tendon loading program",
    "hamstring-lengthening-exercise": "a hamstring lengthening protocol",
    "conventional-hamstring-exercise": "a conventional hamstring protocol",
    "nordic-hamstring-exercise": "the Nordic hamstring exercise",
    "running-participation": "running",
    "training-schedule": "use of a training schedule",
}
_SHORT_FORMS = (
    (re.compile(r"\bESWT\b"), "shockwave therapy"),
    (re.compile(r"\beccentric\b(?! (?:exercise|training|loading))"), "eccentric exercise"),
    (re.compile(r"\b(?:PFP)\b"), "patellofemoral pain"),
    (re.compile(r"\b(?:MTSS)\b"), "medial tibial stress syndrome"),
    (re.compile(r"\b(?:ITBS)\b"), "iliotibial band syndrome"),
    (re.compile(r"\b(?:LBP)\b"), "low back pain"),
    (re.compile(r"\bOA\b"), "osteoarthritis"),
    (re.compile(r"\bITB\b"), "iliotibial band"),
    (re.compile(r" ?\+ ?"), " plus "),
    (re.compile(r"(?<=\w)/(?=\w)"), " or "),
)
_VERSUS = re.compile(r"^(.{2,60}?) (?:vs\.?|versus) (.{2,60})$")
_NO_SIDE = re.compile(
    r"\d|[:;,()]|^(?:same|the same|intervention|control|controls|combined|hip plus knee|knee|hip|strength|stretch)$"
    r"|^(?:surgery|exercise) group|\bgroup\b|^same\b|\barm\b"
)
_BAD_TEXT = re.compile(r"[;:()]|\d{2,}|, .*, |\bor\b|\bin \d")
_WORD = re.compile(r"[a-z]{4,}")


class Sides(NamedTuple):
    """What was given and what it was compared with; ``against`` is the second with its preposition."""

    this: str
    that: str

    @property
    def against(self) -> str:
        """The comparison after "than"."""
        return self.that if self.that == REST else f"with {self.that}"


def sides(study: Study, finding: Finding, corpus: Corpus) -> Sides | None:
    """Both sides of a comparison; None where a side is unknown or cannot be put into true words.

    Examples
    --------
    >>> import kb
    >>> corpus = kb.open().corpus
    >>> study = corpus.studies["rathleff2015"]
    >>> sides(study, study.findings[0], corpus).that
    'shoe inserts plus plantar-specific stretching'
    """
    terms = corpus.interventions
    mine, theirs = narrowest(terms, finding.interventions), narrowest(terms, finding.comparators)
    if len(finding.arms) > 2:  # which of several arms the terms mean nobody knows
        return None
    if not mine or not theirs or set(mine) == set(theirs) or "own-baseline" in theirs:
        return None
    combined = _by_arms(finding) or _added(corpus, finding, mine, theirs)
    if combined:
        return combined
    spoken = _as_told(corpus, finding) if len(mine) > 1 or len(theirs) > 1 else None
    this = (
        spoken_term(corpus, mine[0]) if len(mine) == 1 else _joined(corpus, finding, mine) or _own_text(study, finding)
    )
    if this is None and len(mine) == 2 and len(finding.arms) == 2:
        this = listed([spoken_term(corpus, one) for one in mine], " plus ")
    that = _comparator(study, corpus, theirs)
    if this is None or that is None:
        return spoken
    return Sides(this, that) if this != that else None


def spoken_term(corpus: Corpus, identifier: str) -> str:
    """A treatment, exposure or control as running text names it."""
    return _SPOKEN.get(identifier, lower(corpus.interventions[identifier].label))


def expanded(words: str) -> str:
    """Words of a finding without their abbreviations.

    Examples
    --------
    >>> expanded("ESWT + eccentric")
    'shockwave therapy plus eccentric exercise'
    """
    for pattern, full in _SHORT_FORMS:
        words = pattern.sub(full, words)
    return words


def _by_arms(finding: Finding) -> Sides | None:
    """Two arms whose names say what was given together: "ESWT + exercise" and "exercise"."""
    names = [arm.name for arm in finding.arms]
    if len(names) != 2 or not any("+" in name for name in names) or any(_NO_SIDE.search(name) for name in names):
        return None
    this, that = (expanded(name) for name in names)
    return Sides(this, f"{that} alone" if this.endswith(f"plus {that}") else that)


def _added(corpus: Corpus, finding: Finding, mine: list[str], theirs: list[str]) -> Sides | None:
    """One thing added to what both sides had."""
    extra = [one for one in mine if one not in theirs]
    base = theirs[0]
    if len(theirs) != 1 or base == "mixed-comparators":
        return None
    told = spoken_term(corpus, base)
    if len(extra) == 1 and base in mine:
        return Sides(f"{spoken_term(corpus, extra[0])} plus {told}", f"{told} alone")
    if len(mine) == 1 and "added to" in finding.as_reported:
        return Sides(f"{spoken_term(corpus, mine[0])} added to {told}", f"{told} alone")
    return None


def _comparator(study: Study, corpus: Corpus, theirs: list[str]) -> str | None:
    if "mixed-comparators" in theirs:
        return REST
    if len(theirs) == 1:
        return spoken_term(corpus, theirs[0])
    kinds = {corpus.interventions[one].kind for one in theirs}
    if study.design in REVIEWS:
        controls = kinds <= {InterventionKind.CONTROL, InterventionKind.TREATMENT}
        return listed([spoken_term(corpus, one) for one in theirs], " or ") if controls else REST
    compared = {tuple(f.comparators) for f in study.findings if f.comparators and f.comparators != ("own-baseline",)}
    text = (study.comparator or "").removesuffix(" daily")
    if len(compared) == 1 and text and not _BAD_TEXT.search(text) and len(text.split()) <= 12:
        return expanded(text)
    return None


def _own_text(study: Study, finding: Finding) -> str | None:
    """The study's own words for what was given, where it gave one thing only."""
    given = {tuple(f.interventions) for f in study.findings if f.comparators and f.comparators != ("own-baseline",)}
    text = study.interventions[0].text if study.interventions else ""
    if len(given) != 1 or given != {tuple(finding.interventions)} or len(study.interventions) != 1:
        return None
    text, _, rest = text.partition(", ")
    if rest and not rest[0].isdigit():
        return None
    text = text.removesuffix(" every second day")
    further = rest.split("plus ", 1)[1] if "plus " in rest else ""
    if not text or _BAD_TEXT.search(f"{text} {further}") or len(text.split()) > 12 or len(further.split()) > 8:
        return None
    return expanded(f"{text} plus {further}" if further else text)


def _joined(corpus: Corpus, finding: Finding, mine: list[str]) -> str | None:
    """Parts of one exercise that the finding names together: "hip and core" is hip and core strengthening."""
    words = [lower(corpus.interventions[one].label).rsplit(" ", 1) for one in mine]
    if any(len(pair) != 2 for pair in words) or len({pair[1] for pair in words}) != 1:
        return None
    parts = listed([pair[0] for pair in words])
    known = (finding.as_reported, *(arm.name for arm in finding.arms))
    return f"{parts} {words[0][1]}" if any(parts in text for text in known) else None


def _as_told(corpus: Corpus, finding: Finding) -> Sides | None:
    """Both sides out of the finding's words, where the first is what the terms call the intervention."""
    for part in re.split(r", |: ", finding.as_reported):
        match = _VERSUS.match(part)
        if not match:
            continue
        first, second = (expanded(side.strip()) for side in match.groups())
        if _NO_SIDE.search(first) or _NO_SIDE.search(second) or max(len(first), len(second)) > 50:
            return None
        mine, theirs = _stems(corpus, finding.interventions), _stems(corpus, finding.comparators)
        near = len(_words(first) & mine) - len(_words(second) & (mine - theirs))
        return Sides(first, second) if near > 0 and _words(first) & (mine - theirs) else None
    return None


def _stems(corpus: Corpus, ids: Iterable[str]) -> set[str]:
    return {stem for one in ids if one in corpus.interventions for stem in _words(corpus.interventions[one].label)}


def _words(text: str) -> set[str]:
    return {word[:6] for word in _WORD.findall(text.casefold())}
