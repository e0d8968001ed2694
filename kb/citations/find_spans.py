"""The part of its sentences that each citation is given for, where several citations share them.

Sentences are those of :mod:`kb.text`, whose borders are fixed: "It fell. (Lee, 2020) It rose. (Wu, 2021)" has one that
begins with Lee's parentheses and goes on with what is Wu's. A citation that stands behind its words closes them.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby, pairwise

from kb.citations.find_details import details_of
from kb.citations.find_links import is_generic
from kb.citations.find_model import CitationKind, Details, FoundCitation, Sentence
from kb.citations.find_named import parentheses
from kb.citations.read.blocks import Block, PostText

_CLAUSE = 4
"""Words from which on what stands between two citations is a statement rather than a thing named with its source."""
_PREDICATE = 3
"""Words behind the last citation of a sentence that say something of all of them: "(Lee, 2020) both lowered pain"."""
_STOP = re.compile(r"(?<!\bal)(?<!\bvs)(?<!\bcf)(?<!\be\.g)(?<!\bi\.e)(?<!\bapprox)[.!?][\s\"'”’)\]*_]{0,8}$")
_BEGINS = re.compile(r"[\s.,;:\"'“‘(\[*_–—-]{0,12}(?:[^\W_a-zß-öø-ÿ]|$)")
_JOINT = re.compile(r"[\s.,;:&–—-]{0,8}(?:\b(?:and|see|also)\b[\s:,]{0,3}){0,2}")
_APART = re.compile(r"\s{0,2}(?:[.,;:–—]|\b(?:while|whereas|but|although|though)\b)")
_CLAUSE_BEGINS = re.compile(r"\s{0,2}[,;]\s{1,2}(?:and|but|while|whereas|although|though|yet)\b")
_WORD = re.compile(r"[^\W_]+")
_BETWEEN = " \t\n.,;:)]"


@dataclass(slots=True)
class _Group:
    """Citations that stand together; ``behind`` when they follow what they are given for."""

    start: int
    end: int
    behind: bool
    sentence: Sentence
    keys: set[str] = field(default_factory=set)


def with_spans(post: PostText, found: Sequence[FoundCitation]) -> list[FoundCitation]:
    """Citations in order, their statements without the words that another citation of the block is given for.

    Examples
    --------
    >>> from kb.citations.find import find
    >>> from kb.citations.read import read_bytes
    >>> text = b"Pain fell in 30 men. (Lee et al., 2020) Strength rose in 50 women. (Wu et al., 2021)"
    >>> for citation in find(read_bytes(text).posts[0]):
    ...     print([sentence.text for sentence in citation.statement])
    ['Pain fell in 30 men.', '(Lee et al., 2020)']
    ['Strength rose in 50 women.', '(Wu et al., 2021)']
    """
    result: list[FoundCitation] = []
    for index, some in groupby(found, key=lambda citation: citation.block):
        citations = list(some)
        block = post.blocks[index]
        told = [c for c in citations if c.kind not in {CitationKind.REFERENCE, CitationKind.GENERAL}]
        cuts = _cuts(block.text, _groups(block.text, told)) if told else []
        result += map(_Trimmer(block, cuts), citations) if cuts else citations
    return result


def _groups(text: str, citations: Sequence[FoundCitation]) -> list[_Group]:
    outer = list(parentheses(text))
    groups: list[_Group] = []
    for citation in citations:
        start, end, behind = _place(text, citation, outer)
        last = groups[-1] if groups else None
        if last is not None and (start < last.end or (behind and last.behind and _joined(text[last.end : start]))):
            last.end = max(last.end, end)
        else:
            groups.append(_Group(start, end, behind, citation.sentence))
        groups[-1].keys.add(citation.key or f"{citation.label or citation.start}")
    return groups


def _place(text: str, citation: FoundCitation, outer: Sequence[tuple[int, int]]) -> tuple[int, int, bool]:
    """Where a citation stands with the parentheses around it, and whether it follows what it is given for."""
    start, end = citation.start, citation.end
    if citation.kind in {CitationKind.PROSE, CitationKind.NAMELESS}:
        return start, end, False
    around = bisect_right(outer, (start, len(text))) - 1
    if around >= 0 and outer[around][0] <= start and end <= outer[around][1]:
        return *outer[around], True
    marks = citation.kind in {CitationKind.NUMBERED, CitationKind.PARENTHETICAL}
    return start, end, marks or is_generic(text[start:end].strip())


def _joined(gap: str) -> bool:
    return len(gap) < 30 and _JOINT.fullmatch(gap) is not None


def _cuts(text: str, groups: Sequence[_Group]) -> list[int]:
    """Places behind which the words belong to the next citation."""
    cuts: list[int] = []
    shared: dict[int, bool] = {}
    for group, following in [*pairwise(groups), (groups[-1], None)]:
        if not group.behind or (following is not None and following.keys == group.keys):
            continue
        closes = _STOP.search(text[max(0, group.start - 12) : group.start]) and group.start > 0
        if closes and _BEGINS.match(text[group.end : group.end + 20]):
            cuts.append(group.end)
            continue
        sentence = group.sentence
        if following is None or following.start >= sentence.end:
            continue
        if sentence.start not in shared:
            shared[sentence.start] = _shares_predicate(text, groups, sentence)
        begin = max(sentence.start, cuts[-1] if cuts else 0)
        gap = text[group.end : following.start]
        enough = _CLAUSE - 1 if _CLAUSE_BEGINS.match(gap) else _CLAUSE
        apart = _words(gap) >= enough if following.behind else _APART.match(gap) is not None
        if apart and not shared[sentence.start] and _words(text[begin : group.start]) >= _CLAUSE:
            cuts.append(group.end)
    return cuts


def _shares_predicate(text: str, groups: Sequence[_Group], sentence: Sentence) -> bool:
    """Whether the words behind the last citation of a sentence are said of all of them."""
    last = bisect_left(groups, sentence.end, key=lambda group: group.start) - 1
    tail = text[groups[last].end : sentence.end]
    return groups[last].behind and _words(tail) >= _PREDICATE and _APART.match(tail) is None


def _words(text: str) -> int:
    return len(_WORD.findall(text[:400]))


class _Trimmer:
    """The citations of one block: what is worked out for one of them is often asked for the next."""

    def __init__(self, block: Block, cuts: Sequence[int]) -> None:
        self._block = block
        self._cuts = cuts
        self._locators: dict[int, str] = {}
        self._told: dict[tuple[int, int], tuple[tuple[Sentence, ...], Details]] = {}

    def __call__(self, citation: FoundCitation) -> FoundCitation:
        """A citation with the part of its statement between the cuts on its two sides."""
        statement, cuts = citation.statement, self._cuts
        if not statement or citation.kind is CitationKind.REFERENCE:
            return citation
        before, after = bisect_right(cuts, citation.start) - 1, bisect_left(cuts, citation.end)
        low = max(statement[0].start, cuts[before] if before >= 0 else 0)
        high = min(statement[-1].end, cuts[after] if after < len(cuts) else statement[-1].end)
        if low == statement[0].start and high == statement[-1].end:
            return citation
        if (low, high) not in self._told:
            self._told[low, high] = self._between(statement, low, high)
        parts, details = self._told[low, high]
        return replace(citation, statement=parts, details=details) if parts else citation

    def _between(self, statement: Sequence[Sentence], low: int, high: int) -> tuple[tuple[Sentence, ...], Details]:
        parts = tuple(part for sentence in statement if (part := self._part(sentence, low, high)) is not None)
        if not parts:
            return parts, Details()
        block, start, end = self._block, parts[0].start, parts[-1].end
        marks = tuple(block.text[a:b] for a, b in block.emphasis if start <= a < end)
        return parts, details_of(block.text[start:end], marks)

    def _part(self, sentence: Sentence, low: int, high: int) -> Sentence | None:
        """What lies between two places of a sentence, with the locator of the whole; None when no word does."""
        start, end = max(sentence.start, low), min(sentence.end, high)
        if (start, end) == (sentence.start, sentence.end):
            return sentence
        text = self._block.text[start:end]
        if start > sentence.start:
            start += len(text) - len(text.lstrip(_BETWEEN))
        if not _WORD.search(text):
            return None
        if sentence.start not in self._locators:
            self._locators[sentence.start] = sentence.locator
        line = self._block.line_at(start)
        return Sentence(self._block.text[start:end], start, end, line, self._locators[sentence.start])
