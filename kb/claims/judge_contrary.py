"""Studies of the base that point the other way and that the post does not mention."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from kb.citations.flag import Basis, Flag
from kb.cite import author_year
from kb.claims import wording
from kb.claims.judge_case import Closeness, brief, ids
from kb.claims.judge_pico import UMBRELLAS
from kb.claims.rules import RULES
from kb.model import ClaimDirection, Direction, InterventionKind, Verification

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from kb.claims.judge_case import Terms
    from kb.claims.says import Says
    from kb.model import Corpus, Finding

SHOWN = 3
"""Studies named in one flag; the count tells of the rest."""
_AGAINST = {
    ClaimDirection.BENEFIT: {Direction.COMPARATOR, Direction.NO_DIFFERENCE},
    ClaimDirection.HARM: {Direction.INTERVENTION, Direction.NO_DIFFERENCE},
    ClaimDirection.CAUSE: {Direction.NO_ASSOCIATION, Direction.NO_DIFFERENCE},
    ClaimDirection.ASSOCIATION: {Direction.NO_ASSOCIATION, Direction.NO_DIFFERENCE},
}
_OPEN = {Direction.DESCRIPTIVE, Direction.UNCLEAR, Direction.IMPROVEMENT}
WIDE = 8
"""An intervention with more narrower terms than this is so wide that only findings on the term itself count."""
_TOGETHER = re.compile(r"\b(?:combin\w{1,6}|plus|together with|added to|alongside|in addition to)\b", re.IGNORECASE)
_NOT_NOTHING = frozenset({"own-baseline", "mixed-comparators"})


class Contrary:
    """Findings of the whole base by intervention, looked up for a statement.

    Parameters
    ----------
    corpus, terms
        The evidence and its terms.
    left_out
        Studies that do not count, because they were retracted.
    """

    def __init__(self, corpus: Corpus, terms: Terms, left_out: Collection[str]) -> None:
        self._corpus = corpus
        self._terms = terms
        self._by_term: Mapping[str, list[tuple[str, Finding]]] = defaultdict(list)
        self._narrower = Counter(up for x in corpus.interventions for up in terms.above("intervention", x) if up != x)
        for key, study in corpus.studies.items():
            if key in left_out or study.verification is Verification.UNVERIFIED:
                continue
            for finding in study.findings:
                for term in {up for x in finding.interventions for up in terms.above("intervention", x)}:
                    self._by_term[term].append((key, finding))

    def flags(self, says: Says, conditions: Sequence[str], known: Collection[str]) -> list[Flag]:
        """One note that names the studies, or none.

        A study counts when it has findings on the told condition, intervention and outcome (narrower ones too), some
        point the other way against no treatment, a placebo or a comparator that the statement names, and none points
        the told way.
        """
        against = _AGAINST.get(says.direction) if says.direction else None
        if not against or not conditions or not says.interventions or not says.outcomes:
            return []
        contrary = [
            (key, wrong)
            for key, findings in self._candidates(says, conditions).items()
            if key not in known
            and (wrong := [f for f in findings if f.direction in against])
            and all(f.direction in against | _OPEN for f in findings)
        ]
        contrary.sort(key=lambda pair: (-self._weight(pair[0]), pair[0]))
        return [self._flag(contrary)] if contrary else []

    def _candidates(self, says: Says, conditions: Sequence[str]) -> dict[str, list[Finding]]:
        told, outcomes = ids(says.interventions), ids(says.outcomes)
        together = bool(_TOGETHER.search(says.text))
        wide = {term for term in told if self._narrower[term] > WIDE}
        found: dict[str, list[Finding]] = defaultdict(list)
        pairs = {
            (key, one.id): one
            for term in told
            for key, one in self._by_term.get(term, ())
            if term not in wide or term in one.interventions
        }
        for (key, _), one in pairs.items():
            near = (
                self._terms.nearest("condition", conditions, one.conditions),
                self._terms.nearest("outcome", outcomes, one.outcomes),
            )
            umbrella = near[0] is Closeness.NARROWER and not self._alike(conditions, one.conditions)
            if max(near) <= Closeness.NARROWER and not umbrella and self._fair(one, told, together=together):
                found[key].append(one)
        return found

    def _alike(self, told: Sequence[str], studied: Sequence[str]) -> bool:
        """Whether a studied condition is a kind of a told one that names a complaint, not of an umbrella."""
        plain = [one for one in told if one not in UMBRELLAS]
        return self._terms.nearest("condition", plain, studied) <= Closeness.NARROWER

    def _fair(self, finding: Finding, told: Sequence[str], *, together: bool) -> bool:
        """Whether the comparison bears on a statement about the told interventions.

        Against another treatment a null result says nothing of either, unless the statement names both; what both
        groups got was not tested; an exposure needs no comparator. A part of a told combination is another matter.
        """
        differs = [x for x in finding.interventions if x not in finding.comparators]
        if self._terms.nearest("intervention", told, differs) > Closeness.NARROWER:
            return False
        if together and any(self._terms.nearest("intervention", [x], differs) > Closeness.NARROWER for x in told):
            return False
        if finding.direction in {Direction.ASSOCIATION, Direction.NO_ASSOCIATION}:
            return True
        known = [self._corpus.interventions[x] for x in finding.comparators if x in self._corpus.interventions]
        nothing = [x for x in known if x.kind is InterventionKind.CONTROL and x.id not in _NOT_NOTHING]
        named = self._terms.nearest("intervention", told, finding.comparators) <= Closeness.NARROWER
        return bool(known) and (len(nothing) == len(known) or named)

    def _weight(self, key: str) -> int:
        study = self._corpus.studies[key]
        return study.n_participants or 0

    def _flag(self, contrary: Sequence[tuple[str, list[Finding]]]) -> Flag:
        shown = contrary[:SHOWN]
        names = [author_year(self._corpus.references.get(key), key) for key, _ in shown]
        rest = len(contrary) - len(shown)
        told = [f"{name}, {brief(self._corpus, f[0])}" for name, (_, f) in zip(names, shown, strict=True)]
        who = "; ".join(told) + (f"; and {rest} more" if rest else "")
        message = f"Studies of the base point the other way and the post names none of them: {who}."
        first, findings = shown[0]
        return Flag(
            "contrary-evidence",
            RULES["contrary-evidence"].severity,
            message,
            expected="; ".join(
                f"{name}: {brief(self._corpus, f[0])}" for name, (_, f) in zip(names, shown, strict=True)
            ),
            fix=wording.sentence(self._corpus.studies[first], findings[0], self._corpus),
            study=first,
            source=", ".join(f"{key}.{f[0].id}" for key, f in shown),
            basis=Basis.RULE,
        )
