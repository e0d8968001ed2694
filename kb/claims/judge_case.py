"""One statement against one study: terms compared, findings matched, flags made alike."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cache
from typing import TYPE_CHECKING

from kb import graph as graphs
from kb import timepoint
from kb.citations.flag import Flag, Severity
from kb.cite import author_year
from kb.claims import wording
from kb.claims.rules import RULES
from kb.model import Direction

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping, Sequence

    from kb.claims.says import Said, Says
    from kb.graph import Graph
    from kb.model import Corpus, Finding, Reference, Study, Term

WINDOW = 1.35
"""Two times are the same when neither is more than about a third longer: 3 months are 12 weeks, 1 year is 48 weeks."""
INJURIES = frozenset({"acute-injury", "overuse-injury", "running-related-injury", "sports-injury"})
"""Conditions that are also what is counted: injuries of any kind."""
OCCURRENCE = "occurrence"
_GOT_IT = re.compile(r"\bdevelop(?:s|ed)? (?:it|them|this|that|one|the (?:condition|problem|injury))\b", re.IGNORECASE)
_HURT_MORE = re.compile(
    r"\binjur(?:y|ies)\s(?:was|were|is|are)\s(?:\w{1,12}\s){0,2}?(?:more|less|as)\s(?:frequent|common|likely|often)\b"
    r"|\b(?:more|less)\s(?:often|likely to (?:be|get))\s(?:injured|hurt)\b",
    re.IGNORECASE,
)
_ONSET = re.compile(
    r"\b(?:develop(?:s|ed|ing)?|(?:risk|odds|likelihood|chances?|incidence|new cases) (?:of|for)|prevent(?:s|ed|ing)?"
    r"|new)\s(?:\w{1,15}\s){0,2}$",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?<![\w.,])[-−]?(?:\d{1,3}(?:,\d{3}){1,3}|\d{1,9})(?:\.\d{1,6})?(?!\d)")
_RESULT = re.compile(r"(?<![\w.,])([-−]?\d{1,4}(?:\.\d{1,4})?)[\s-]?(?:%|percent|per cent|points?\b)")
_DURATION = re.compile(
    r"(\d{1,4}(?:\.\d{1,2})?)(?:[ -](?:to|and|or|,)?[ -]?\d{1,4})?[ -](day|week|month|year)s?\b", re.IGNORECASE
)
_LAST = re.compile(r"(\d{1,4}(?:\.\d{1,2})?)[ -](day|week|month|year)s?\b", re.IGNORECASE)
_LISTED = re.compile(
    r"(\d{1,3}(?:, ?\d{1,3}){1,6}(?:,? (?:and|or|to) \d{1,3})?) (day|week|month|year)s?\b", re.IGNORECASE
)
_SPELLED = {
    word: number
    for number, word in enumerate(
        ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"), start=1
    )
}
_WORDS = re.compile(r"\b(" + "|".join(_SPELLED) + r")\b", re.IGNORECASE)


class Closeness(IntEnum):
    """How a study's term stands to a told one."""

    SAME = 0
    NARROWER = 1
    WIDER = 2
    OTHER = 3


class Terms:
    """Terms compared by the graph's broader edges; the ways up are remembered."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._up: dict[str, set[str]] = {}

    def above(self, kind: str, identifier: str) -> set[str]:
        """The term and everything wider, as ids."""
        name = graphs.node(kind, identifier)
        if name not in self._up:
            found = graphs.broader(self._graph, name) if name in self._graph else {name}
            self._up[name] = {other.split(":", 1)[1] for other in found}
        return self._up[name]

    def closeness(self, kind: str, told: str, studied: str) -> Closeness:
        """How the study's term stands to the told one."""
        if told == studied:
            return Closeness.SAME
        if told in self.above(kind, studied):
            return Closeness.NARROWER
        return Closeness.WIDER if studied in self.above(kind, told) else Closeness.OTHER

    def nearest(self, kind: str, told: Iterable[str], studied: Iterable[str]) -> Closeness:
        """The nearest of all pairs; OTHER when there is no pair."""
        here = list(studied)
        return min((self.closeness(kind, a, b) for a in told for b in here), default=Closeness.OTHER)


@dataclass(frozen=True, slots=True)
class Point:
    """What a rule says about one part of a statement for one study: a flag, or that the study agrees.

    ``about`` tells the parts apart, e.g. the rule and the place of a number.
    """

    about: Hashable
    flag: Flag | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What the curated texts of a study hold: words, numbers that are no durations, durations in weeks.

    ``results`` are those of the numbers that may be a result: of the texts of findings, of the conclusion, and
    percentages and points anywhere; how many people or how old they were is none. ``around`` are those of them that
    stand outside the findings.
    """

    text: str
    numbers: frozenset[float]
    results: frozenset[float]
    around: frozenset[float]
    weeks: frozenset[float]


@dataclass(frozen=True, slots=True)
class Case:
    """A statement and one study that it is tied to.

    ``conditions`` are those told, or those of the subject where the statement leaves them out; ``behind`` is the
    sentence after the statement, None when it is not known.
    """

    corpus: Corpus
    terms: Terms
    says: Says
    conditions: tuple[str, ...]
    study: Study
    facts: Facts
    certain: bool = True
    behind: str | None = None
    memory: dict[str, tuple[Finding, ...]] = field(default_factory=dict, compare=False)

    @property
    def outcomes(self) -> tuple[str, ...]:
        """Told outcomes; a statement about injuries that names no other outcome is about how often they occur."""
        told = ids(self.says.outcomes)
        if told:
            return told
        occurs = any(said.id in INJURIES or self._sets_in(said) for said in self.says.conditions)
        happens = _GOT_IT.search(self.says.text) or _HURT_MORE.search(self.says.text)
        return (OCCURRENCE,) if occurs or happens else ()

    def _sets_in(self, said: Said) -> bool:
        """Whether a condition is told as what somebody gets: "twice as likely to develop shin splints"."""
        return _ONSET.search(self.says.text[max(0, said.start - 60) : said.start]) is not None

    @property
    def label(self) -> str:
        """Author and year of the study."""
        return author_year(self.corpus.references.get(self.study.key), self.study.key)

    def flag(
        self,
        rule: str,
        message: str,
        *,
        found: str | None = None,
        findings: Sequence[Finding] = (),
        expected: str | None = None,
        severity: Severity | None = None,
        fix: bool = True,
    ) -> Flag:
        """A flag about this study; a study that is only probably the one meant makes it a note that says so."""
        here = severity or RULES[rule].severity
        if not self.certain:
            here, message = Severity.NOTE, f"{message} This is probably, not certainly, the study meant."
        shown = findings[:3]
        ids = ", ".join(f"{self.study.key}.{finding.id}" for finding in shown)
        proposed = wording.sentence(self.study, shown[0], self.corpus) if shown and fix else None
        return Flag(
            rule,
            here,
            message,
            found=found,
            expected=expected or ("; ".join(brief(self.corpus, finding) for finding in shown) or None),
            fix=proposed,
            study=self.study.key,
            source=ids or f"evidence/studies/{self.study.key}.yaml",
        )

    def matched(self) -> tuple[Finding, ...]:
        """Findings on the told condition, intervention and outcome, at the told time where any is, nearest terms."""
        if "matched" not in self.memory:
            findings = self.on_outcome([f for f in self.study.findings if self.on_condition(f) and self.on_side(f)])
            self.memory["matched"] = tuple(self.in_time(findings))
        return self.memory["matched"]

    def nearest(self) -> tuple[Finding, ...]:
        """The matched findings; where there are none, those on the told outcome or intervention, to propose wording."""
        sided = [finding for finding in self.study.findings if self.on_side(finding)]
        return self.matched() or tuple(self.on_outcome(sided)) or tuple(self.on_outcome(self.study.findings))

    def on_condition(self, finding: Finding) -> bool:
        """Whether the condition fits or is left open on either side."""
        if not self.conditions or not finding.conditions:
            return True
        return self.terms.nearest("condition", self.conditions, finding.conditions) < Closeness.OTHER

    def on_side(self, finding: Finding) -> bool:
        """Whether a told intervention is on either side of the comparison; nothing told fits all."""
        told = ids(self.says.interventions)
        both = (*finding.interventions, *finding.comparators)
        return not told or self.terms.nearest("intervention", told, both) < Closeness.OTHER

    def on_outcome(self, findings: Sequence[Finding]) -> list[Finding]:
        """Findings on a told outcome: the same or narrower ones, else wider ones; all when none is told."""
        told = self.outcomes
        if not told:
            return list(findings)
        ranked = [(self.terms.nearest("outcome", told, finding.outcomes), finding) for finding in findings]
        near = [finding for rank, finding in ranked if rank <= Closeness.NARROWER]
        return near or [finding for rank, finding in ranked if rank is Closeness.WIDER]

    def in_time(self, findings: Sequence[Finding]) -> list[Finding]:
        """Findings at a told time where there are any, else all of them."""
        told = self.says.weeks
        here = [f for f in findings if (at := timepoint.weeks(f.timepoint)) is not None and near_time(at, told)]
        return here if told and here else list(findings)


def ids(said: Iterable[Said]) -> tuple[str, ...]:
    """Ids of told terms, each once, in order."""
    return tuple(dict.fromkeys(term.id for term in said))


def words(said: Iterable[Said]) -> str:
    """The words that terms were recognised by, as they stand in the statement; those inside longer ones left out."""
    told = list(dict.fromkeys(term.words for term in said))
    return ", ".join(one for one in told if not any(one != other and one in other for other in told))


_VERBAL = re.compile(
    r"^(?:prevent|reduc|lower|improv|increas|decreas|be |is |are |was |were |get |got |getting |risk of|stay |pick"
    r"|fewer|speed|than |free |like )",
    re.IGNORECASE,
)


def nouns(said: Iterable[Said], terms: Mapping[str, Term]) -> str:
    """Told terms for "is about ...": the told words where they are a name, else the term's label."""
    plain = []
    for term in said:
        odd = _VERBAL.match(term.words) or {*term.words} & {*'"“”'}
        label = terms[term.id].label if odd and term.id in terms else ""
        plain.append(f"{label[:1].lower()}{label[1:]}" if label else term.words)
    shown = list(dict.fromkeys(plain))
    return ", ".join(one for one in shown if not any(one != other and one in other for other in shown))


def near_time(weeks: float, told: Iterable[float]) -> bool:
    """Whether a time is about one of the told ones.

    Examples
    --------
    >>> near_time(13.04, [12]), near_time(26, [12]), near_time(1, [1.5])
    (True, False, True)
    """
    return any(abs(weeks - one) <= 1 or max(weeks, one) <= WINDOW * min(weeks, one) for one in told)


def brief(corpus: Corpus, finding: Finding) -> str:
    """A finding in a few words: what, when, how much, which way.

    Examples
    --------
    >>> import kb
    >>> corpus = kb.open().corpus
    >>> brief(corpus, corpus.studies["lauersen2014"].findings[5])[:60]
    'overuse injury, all programmes together: RR 0.527, 95% CI 0.'
    """
    when = f" ({finding.timepoint})" if finding.timepoint else ""
    if finding.direction is Direction.UNCLEAR and finding.note:
        return f"{finding.as_reported}{when}: {finding.note}"
    said = wording.estimate(finding) or _arms(finding)
    return f"{finding.as_reported}{when}: {f'{said}, ' if said else ''}{direction_words(corpus, finding)}"


def _arms(finding: Finding) -> str:
    """The values of the arms, for a finding without an estimate."""
    if len(finding.arms) < 2 or any(arm.value is None for arm in finding.arms):
        return ""
    percent = "%" if finding.arm_statistic == "percent" else ""
    return ", ".join(f"{arm.name} {arm.value:g}{percent}" for arm in finding.arms)


def direction_words(corpus: Corpus, finding: Finding) -> str:
    """The direction of a finding; the side that it favours is named where it is one of our terms."""
    sides = {"favours-intervention": finding.interventions, "favours-comparator": finding.comparators}
    side = wording.named(corpus.interventions, sides.get(finding.direction.value, ()))
    return f"favors {side}" if side else finding.direction.value.replace("-", " ").replace("favours", "favors")


def facts_of(study: Study, reference: Reference | None) -> Facts:
    """Words, numbers and durations of everything that was curated from a study.

    Examples
    --------
    >>> import kb
    >>> corpus = kb.open().corpus
    >>> facts = facts_of(corpus.studies["coombes2013"], None)
    >>> 165.0 in facts.numbers, any(abs(weeks - 6) < 0.1 for weeks in facts.weeks)
    (True, True)
    """
    around = "\n".join(part for part in _texts_around(study, reference) if part)
    found = "\n".join(part for part in _texts_of_findings(study) if part)
    text = f"{around}\n{found}"
    aside = "\n".join([study.conclusion or "", *(entry.as_reported for entry in study.left_out)])
    outside = _numbers(aside) | {_value(one) for one in _RESULT.findall(around)}
    return Facts(
        text.casefold(),
        frozenset(_numbers(text)),
        frozenset(_numbers(found) | outside),
        frozenset(outside),
        frozenset(durations(text)),
    )


def numbers_told_with(finding: Finding) -> set[float]:
    """Numbers in the name and the note of a finding, but for durations.

    Examples
    --------
    >>> import kb
    >>> f01 = kb.open().corpus.studies["hoenig2023"].findings[4]
    >>> sorted(numbers_told_with(f01))
    [90.0]
    """
    return _numbers(f"{finding.as_reported}\n{finding.note or ''}")


def _numbers(text: str) -> set[float]:
    """Numbers of a text in figures and words, but for durations."""
    for pattern in (_LISTED, _DURATION, _LAST):
        text = pattern.sub(" ", text)
    found = {_value(match[0]) for match in _NUMBER.finditer(text)}
    return found | {float(_SPELLED[match[0].casefold()]) for match in _WORDS.finditer(text)}


def _value(figure: str) -> float:
    return float(figure.replace(",", "").replace("−", "-"))


def _texts_around(study: Study, reference: Reference | None) -> Iterable[str | None]:
    yield from (study.design_detail, study.population, study.comparator, study.follow_up, study.conclusion)
    yield from (reference.title if reference else None, *study.limitations)
    yield from (entry.text for entry in (*study.conditions, *study.interventions))
    yield from (note.text for note in study.notes)


def _texts_of_findings(study: Study) -> Iterable[str | None]:
    yield from (entry.as_reported for entry in study.left_out)
    for finding in study.findings:
        yield from (finding.as_reported, finding.note, finding.timepoint, finding.p, finding.unit)
        for arm in finding.arms:
            yield from (arm.name, arm.range, arm.unit)


@cache
def durations(text: str) -> tuple[float, ...]:
    """Every duration in a text, in weeks; both ends of a range, every one of a list.

    Examples
    --------
    >>> [round(weeks) for weeks in durations("8 weeks (3, 6 and 12 months in one arm)")]
    [8, 13, 26, 52]
    """
    found = {
        float(number) * timepoint.WEEKS_PER[match[2].lower()]
        for pattern in (_DURATION, _LAST, _LISTED)
        for match in pattern.finditer(text)
        for number in re.findall(r"\d{1,4}(?:\.\d{1,2})?", match[1])
    }
    return tuple(sorted(found))
