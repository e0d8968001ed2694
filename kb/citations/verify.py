"""What is wrong with the citations of a post, and with those of several posts among each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kb.citations.verify_case import Case, Facts, cases
from kb.citations.verify_consistency import inconsistent
from kb.citations.verify_design import design_flags
from kb.citations.verify_facts import fact_flags, subject
from kb.citations.verify_identifier import RULE as WRONG
from kb.citations.verify_identifier import identifier_flags
from kb.citations.verify_links import (
    bad_link_flags,
    linked_by_name,
    no_link_flag,
    unlinked,
    unresolved_flags,
    verify_links,
)
from kb.citations.verify_notices import notice_flags
from kb.citations.verify_sources import Sourced, no_source_flags, secondary_flags, sourced

if TYPE_CHECKING:
    from kb.citations.find_model import FoundCitation
    from kb.citations.flag import Flag
    from kb.citations.resolution import Resolution

__all__ = ["Facts", "inconsistent", "verify", "verify_links"]

_ONCE = frozenset({"corrected", "superseded"})


def verify(citations: Sequence[FoundCitation], resolutions: Sequence[Resolution], facts: Facts) -> list[list[Flag]]:
    """Findings on each citation of one post, in the order of the citations.

    Parameters
    ----------
    citations, resolutions
        Of one post, in the same order.
    facts
        What they are compared with.

    Examples
    --------
    >>> from kb.citations.find import find
    >>> from kb.citations.read import read_bytes
    >>> from kb.citations.resolution import Resolution
    >>> citations = find(read_bytes(b"Rest helps (Lee et al., 2020, J Rest).").posts[0])
    >>> [[flag.rule for flag in flags] for flags in verify(citations, [Resolution()], Facts())]
    [['no-link', 'unresolved']]
    """
    post = cases(citations, resolutions, facts)
    by_name = linked_by_name(post)
    need_link = unlinked(post) - by_name
    sources = sourced(post)
    seen: set[str] = set()
    told: set[tuple[str, str | None]] = set()
    result = []
    for case in post:
        flags = _verify(case, sources, seen, told, need_link=case.index in need_link)
        result.append([f for f in flags if f.rule != "unresolved" or case.index not in by_name])
    return result


def _verify(
    case: Case, sources: Sourced, seen: set[str], told: set[tuple[str, str | None]], *, need_link: bool
) -> list[Flag]:
    on_links = list(identifier_flags(case))
    wrong = frozenset(index for index, flag in on_links if flag.rule == WRONG)
    flags = [flag for _, flag in on_links]
    what = subject(case, wrong)
    if what is not None:
        flags += fact_flags(case, what)
        flags += design_flags(case, what)
    flags += secondary_flags(case)
    for flag in notice_flags(case):
        if flag.rule not in _ONCE or (flag.rule, flag.study) not in told:
            flags.append(flag)
        told.add((flag.rule, flag.study))
    flags += bad_link_flags(case)
    if need_link:
        flags.append(no_link_flag(case))
    flags += no_source_flags(case, sources)
    flags += unresolved_flags(case, frozenset(index for index, _ in on_links), seen)
    return flags
