"""Men told of a study of women, and the other way round."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kb.claims import wording
from kb.claims.judge_case import Point, words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kb.claims.judge_case import Case

_WORDS = {
    "men": re.compile(r"\b(?:men|males?|boys|man)\b"),
    "women": re.compile(r"\b(?:women|females?|girls|woman)\b"),
}
_SET_APART = re.compile(
    r"\b(?:unlike|not|no|than|whether|compared (?:to|with)|versus|vs|as for|unknown)\b[^.;]{0,25}$", re.IGNORECASE
)
"""Before people whom the statement tells of as others than those studied."""


def sex(case: Case) -> Iterator[Point]:
    """A statement of one sex only, where everybody studied is known to be of the other one."""
    told = {one for one in _WORDS for said in case.says.populations if _is(case, said.id, one)}
    if len(told) != 1:
        return
    mine = told.pop()
    other = "women" if mine == "men" else "men"
    studied = {*case.study.populations, *(p for f in case.study.findings for p in f.populations)}
    if _of(case, studied, mine) or not _of(case, case.study.populations, other) or _WORDS[mine].search(case.facts.text):
        yield Point("other-sex")
        return
    said = [one for one in case.says.populations if _is(case, one.id, mine)]
    if any(_SET_APART.search(case.says.text[max(0, one.start - 45) : one.start]) for one in said):
        return
    who = case.study.population or wording.people(case.study, case.corpus)
    message = f"The statement is about {words(said)}; everybody in {case.label} was of the other sex ({who})."
    flag = case.flag("other-population", message, found=words(said), findings=case.nearest()[:1], expected=who)
    yield Point("other-sex", flag)


def _is(case: Case, identifier: str, sex_: str) -> bool:
    return sex_ in case.terms.above("population", identifier)


def _of(case: Case, populations: set[str] | tuple[str, ...], sex_: str) -> bool:
    return any(_is(case, one, sex_) for one in populations)
