"""What a statement says against what its studies found, by rules."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from kb.citations.resolution import Confidence
from kb.claims import (
    judge_amounts,
    judge_arms,
    judge_direction,
    judge_moved,
    judge_numbers,
    judge_pairs,
    judge_pico,
    judge_sex,
    judge_time,
    judge_wording,
)
from kb.claims.judge_case import Case, Closeness, Terms, facts_of, ids
from kb.claims.judge_contrary import Contrary
from kb.pubmed.notices import excluded

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence

    from kb.citations.flag import Flag
    from kb.claims.judge_case import Facts, Point
    from kb.claims.says import Says
    from kb.graph import Graph
    from kb.model import Corpus
    from kb.pubmed.notices import Notice

_CHECKS = (
    judge_pico.population,
    judge_sex.sex,
    judge_pico.condition,
    judge_pico.intervention,
    judge_pico.outcome,
    judge_numbers.numbers,
    judge_amounts.amounts,
    judge_pairs.pairs,
    judge_pairs.half,
    judge_moved.moved,
    judge_arms.arms,
    judge_time.time,
    judge_time.arm,
    judge_direction.direction,
    judge_direction.told_null,
    judge_wording.causal,
    judge_wording.certain,
)
_ANSWERED = {
    "other-condition": {"direction-reversed", "no-clear-effect", "one-sided", "other-arm", "other-timepoint"},
    "other-intervention": {"other-arm"},
    "other-outcome": {"too-certain", "causal-wording"},
    "number-differs": {"one-sided"},
    "other-timepoint": {"one-sided", "no-clear-effect"},
    "no-clear-effect": {"one-sided"},
    "direction-reversed": {"too-certain"},
}
"""Rule -> rules that would only say again what it already says."""


_CITED = re.compile(
    r"\b(?P<name>[A-Z][\w'’-]{1,24})(?:,? (?:et al\.?|and (?:colleagues|[A-Z][\w'’-]{1,24})|& [A-Z][\w'’-]{1,24}))?,?"
    r" \(?"
    r"(?P<year>(?:19[5-9]|20[0-4])\d)\b"
)
"""An author with a year."""
_LONGEST = 3000
"""Characters of a statement that are judged, as many as are read."""
_NAME = re.compile(r"[\w'’-]{2,}")
_MARK = re.compile(r"\[\^?\d{1,3}\]")
_NO_AUTHORS = frozenset(
    (
        "in",
        "the",
        "since",
        "until",
        "by",
        "from",
        "to",
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
        "sci",
        "med",
        "ther",
        "phys",
        "sports",
        "surg",
    )
)
"""Words in capitals before a year that name nobody."""


class Judge:
    """Judges statements against the studies of the base that they are tied to.

    Parameters
    ----------
    corpus, graph
        The evidence and its graph.
    notices
        What became of the studies; a retracted one is not judged by, its own rule says so.

    Examples
    --------
    >>> import kb
    >>> from kb.claims.says import Bound, NumberRole, Said, SaidNumber, Says
    >>> from kb.model import ClaimDirection
    >>> base = kb.open()
    >>> text = "Strength training prevents more than 50% of overuse injuries."
    >>> says = Says(
    ...     text,
    ...     interventions=(Said("strengthening-exercise", "Strength training", 0, 17),),
    ...     outcomes=(Said("overuse-injury-incidence", "overuse injuries", 44, 60),),
    ...     numbers=(SaidNumber(NumberRole.CHANGE, -50, "%", Bound.MORE_THAN, 27, 40, words="more than 50%"),),
    ...     direction=ClaimDirection.BENEFIT,
    ... )
    >>> flags = Judge(base.corpus, base.graph, base.notices).statement(says, [("lauersen2014", Confidence.CERTAIN)])
    >>> flags[0].rule, flags[0].source
    ('number-differs', 'lauersen2014.f06')
    """

    def __init__(self, corpus: Corpus, graph: Graph, notices: Mapping[str, Iterable[Notice]]) -> None:
        self._corpus = corpus
        self._terms = Terms(graph)
        self._left_out = excluded(notices)
        self._facts: dict[str, Facts] = {}
        self._contrary: Contrary | None = None

    def statement(
        self,
        says: Says,
        studies: Sequence[tuple[str, Confidence]],
        *,
        subject: Says | None = None,
        mentioned: Collection[str] = (),
        behind: str | None = None,
    ) -> list[Flag]:
        """Flags of one statement, errors first; none when no study of the base is tied to it.

        A rule speaks of a part of the statement only when it differs from every study that could speak to that part.

        Parameters
        ----------
        says
            What the statement says.
        studies
            Keys of the base that the statement is tied to, with how sure that is.
        subject
            What the post's title and section are about: fills in a condition that the statement leaves out.
        mentioned
            Every study that the post cites anywhere; these are not told of as contrary.
        behind
            The sentence after the statement, which may say what else was given; None when it is not at hand.
        """
        says = replace(says, text=says.text[:_LONGEST])
        about = ids(subject.conditions) if subject else ()
        tied = [(k, c) for k, c in studies if k in self._corpus.studies and c is not Confidence.UNKNOWN]
        tied = [(key, sure) for key, sure in dict(reversed(tied)).items() if key not in self._left_out]
        tied.sort(key=lambda pair: (pair[1] is not Confidence.CERTAIN, [k for k, _ in studies].index(pair[0])))
        if not tied:
            return []
        points: dict[Hashable, list[Point]] = defaultdict(list)
        for key, sure in tied:
            case = replace(self._case(says, about, key, certain=sure is Confidence.CERTAIN), behind=behind)
            for point in _points(case):
                points[point.about].append(point)
        flags = [some[0].flag for some in points.values() if all(point.flag for point in some)]
        if self._names_others(says.text, [key for key, _ in tied]):
            flags = [flag for flag in flags if flag and flag.rule != "number-differs"]
        chosen = _settle([flag for flag in flags if flag])
        if not any(flag.rule in {"other-condition", "other-intervention"} for flag in chosen):
            known = {key for key, _ in studies} | set(mentioned) | self._left_out
            chosen += self._others().flags(says, self._narrowed(ids(says.conditions), about), known)
        return sorted(chosen, key=lambda flag: flag.severity.rank)

    def _names_others(self, text: str, keys: Sequence[str]) -> bool:
        """Whether a text cites a study besides some: a number in it may be that study's."""
        if len(set(_MARK.findall(text))) > len(keys):
            return True
        authors = [self._corpus.references[key].author for key in keys if key in self._corpus.references]
        known = {name.casefold() for some in authors for author in some for name in _NAME.findall(author)}
        years = {self._corpus.references[key].year for key in keys if key in self._corpus.references}
        cited = [(match["name"].casefold(), int(match["year"])) for match in _CITED.finditer(text)]
        named = {
            name
            for name, _ in cited
            if name not in known | _NO_AUTHORS and not any(name in key.casefold() for key in keys)
        }
        return bool(named) or (len(cited) > len(keys) and bool({year for _, year in cited} - years))

    def _narrowed(self, told: tuple[str, ...], about: tuple[str, ...]) -> tuple[str, ...]:
        """Told conditions; those of the subject where none is told, or where they are narrower than a told one."""
        if not told:
            return about
        near = {
            one: [x for x in about if self._terms.closeness("condition", one, x) is Closeness.NARROWER] for one in told
        }
        return tuple(dict.fromkeys(x for one in told for x in near[one] or [one]))

    def _case(self, says: Says, about: tuple[str, ...], key: str, *, certain: bool) -> Case:
        study = self._corpus.studies[key]
        # A subject that is not the study's says nothing of this sentence.
        theirs = self._terms.nearest("condition", about, study.condition_ids) < Closeness.OTHER
        conditions = ids(says.conditions) or (about if theirs else ())
        if key not in self._facts:
            self._facts[key] = facts_of(study, self._corpus.references.get(key))
        return Case(self._corpus, self._terms, says, conditions, study, self._facts[key], certain)

    def _others(self) -> Contrary:
        if self._contrary is None:
            self._contrary = Contrary(self._corpus, self._terms, self._left_out)
        return self._contrary


def _points(case: Case) -> Iterator[Point]:
    for check in _CHECKS:
        yield from check(case)


def _settle(flags: Sequence[Flag]) -> list[Flag]:
    """Without what another flag already says; at most one flag of a rule but for numbers."""
    rules = {flag.rule for flag in flags}
    silenced = {rule for speaker in rules for rule in _ANSWERED.get(speaker, ())}
    chosen: list[Flag] = []
    for flag in flags:
        again = flag.rule != "number-differs" and any(other.rule == flag.rule for other in chosen)
        if flag.rule not in silenced and not again:
            chosen.append(flag)
    return chosen
