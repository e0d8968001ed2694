"""What a comparative says of the two sides of a study: "less pain with taping than without it"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kb.claims.judge_values import RATIOS
from kb.claims.read_than import Comparative, Sign, comparative, without_asides
from kb.claims.says import NumberRole
from kb.claims.wording import crosses
from kb.model import Better, ClaimDirection, Direction, InterventionKind

if TYPE_CHECKING:
    from kb.claims.judge_case import Case
    from kb.claims.says import Said
    from kb.model import Finding

_LACK = re.compile(r"disab|limit|impair|deficit|weakness|stiff|interfer|dysfunction|loss", re.IGNORECASE)
"""In the words for an outcome: the less of it, the better, though the outcome itself is better when higher."""
_INJURED = re.compile(r"\binjur(?:y|ies|ed)\b", re.IGNORECASE)
_OFTEN = re.compile(r"(?:more|less)\s(?:frequent|common|often|likely)", re.IGNORECASE)
_GIVEN = frozenset({InterventionKind.TREATMENT, InterventionKind.TRAINING_ADVICE})
_WORTHY = re.compile(
    r"\b(?:improv|better|worse|faster|sooner|quicker|slower|gain|relief|reliev|eas(?:e|es|ed|ing)\b|recover|benefi|effective"
    r"|success|slow|delay|short|no\b|not\b|never\b|without\b|n't)",
    re.IGNORECASE,
)
"""Words by which a change is one for the better or the worse, whichever way its number points; and denials."""
_OTHER = {Better.LOWER: Better.HIGHER, Better.HIGHER: Better.LOWER}


def told_by_than(case: Case) -> ClaimDirection | None:
    """A benefit or harm of the side that is named before "than"; None when that is open.

    Needs one comparative, a treatment before its "than", and for words such as less or higher one outcome of which it
    is known what is better.
    """
    found = comparative(case.says.text)
    if found is None or not any(said.start < found.than for said in case.says.interventions):
        return None
    if found.sign in {Sign.GOOD, Sign.BAD}:
        return ClaimDirection.BENEFIT if found.sign is Sign.GOOD else ClaimDirection.HARM
    governed = _governed(case, found)
    better = {_better(case, said) for said in governed}
    if not governed and _occurs(case, found):
        better = {Better.LOWER}
    if len(better) != 1 or None in better:
        return None
    wanted = Better.HIGHER if found.sign is Sign.UP else Better.LOWER
    return ClaimDirection.BENEFIT if wanted in better else ClaimDirection.HARM


def told_by_change(case: Case) -> ClaimDirection | None:
    """A benefit or harm by the sign of the told changes: "cut recurrences by a third"; None when that is open."""
    signs = {number.value > 0 for number in case.says.numbers if number.role is NumberRole.CHANGE}
    better = {_better(case, said) for said in case.says.outcomes}
    plain = without_asides(case.says.text)
    for said in case.says.outcomes:
        plain = plain[: said.start] + " " * (said.end - said.start) + plain[said.end :]
    if len(signs) != 1 or len(better) != 1 or None in better or _WORTHY.search(plain):
        return None
    wanted = Better.HIGHER if True in signs else Better.LOWER
    return ClaimDirection.BENEFIT if wanted in better else ClaimDirection.HARM


def _governed(case: Case, found: Comparative) -> list[Said]:
    """Outcomes that the comparative is about: those right behind it, else those before it, asides left out."""
    plain = without_asides(case.says.text)
    told = [said for said in case.says.outcomes if plain[said.start : said.end].strip()]
    behind = [said for said in told if found.start <= said.start < found.than or said.start <= found.start < said.end]
    return behind or [said for said in told if said.end <= found.start]


def _occurs(case: Case, found: Comparative) -> bool:
    """Whether it is how often a condition or injuries occur: "shin pain was less frequent", "fewer injured runners"."""
    behind = case.says.text[found.start : found.than]
    if _INJURED.search(behind):
        return True
    before = any(said.end <= found.start for said in case.says.conditions) or _INJURED.search(
        case.says.text[: found.start]
    )
    return bool(before) and _OFTEN.match(behind) is not None


def pointed(case: Case, finding: Finding) -> Direction:
    """The direction of a finding; of an association between two named groups the side that its ratio speaks for.

    Only of treatments: which way an exposure such as sleep or age was counted, its term does not say.
    """
    if finding.direction is not Direction.ASSOCIATION or finding.measure not in RATIOS or finding.estimate is None:
        return finding.direction
    if not (finding.comparators or " vs " in finding.as_reported) or crosses(finding):
        return finding.direction
    kinds = {case.corpus.interventions[x].kind for x in finding.interventions if x in case.corpus.interventions}
    better = {case.corpus.outcomes[x].better for x in finding.outcomes if x in case.corpus.outcomes}
    if len(better) != 1 or None in better or not kinds or kinds - _GIVEN:
        return finding.direction
    good = (finding.estimate < 1) is (Better.LOWER in better)
    return Direction.INTERVENTION if good else Direction.COMPARATOR


def _better(case: Case, said: Said) -> Better | None:
    term = case.corpus.outcomes.get(said.id)
    better = term.better if term is not None else None
    if better is Better.HIGHER and _LACK.search(said.words):
        return _OTHER[better]
    return better
