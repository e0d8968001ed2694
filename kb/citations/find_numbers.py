"""Numbers that point into a reference list: [1], [2, 4-6], raised figures, Markdown's footnotes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from kb.citations.find_model import CitationKind
from kb.citations.find_named import Hit
from kb.citations.read.blocks import Block, BlockKind

_BRACKETS = re.compile(r"\[\^?\s?(\w{1,20}(?:\s?[,;–-]\s?\d{1,3}){0,20})\s?\]")
_GLUED = re.compile(r"(?<=[a-z)\]\"”][.,;:!?])(\d{1,3}(?:[,–-]\d{1,3}){0,10})(?=\s[A-Z]|\s?$|\s[a-z])")
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_RAISED = re.compile(r"[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3}(?:[,⁻–-][⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3}){0,10}")
_MOST = 30


def numbers_in(block: Block, labels: Mapping[int, str]) -> list[Hit]:
    """Marks of a block that name an entry of the post's reference list; none when there is no such list.

    Examples
    --------
    >>> block = Block(BlockKind.PARAGRAPH, "It fell [1,3-4]. It rose.2 It stayed [x].", 1)
    >>> [(hit.start, hit.label) for hit in numbers_in(block, {8: "1", 9: "2", 10: "3", 11: "4"})]
    [(8, '1'), (8, '3'), (8, '4'), (25, '2')]
    """
    if not labels or block.kind is BlockKind.REFERENCE:
        return []
    known = frozenset(labels.values())
    hits: list[Hit] = []
    for start, end, text in _marks(block):
        numbers = list(_expand(text))
        if not numbers or not all(number in known for number in numbers):
            continue
        alone = block.text[:start].rstrip()[-1:] in ".!?"
        hits += [Hit(start, end, CitationKind.NUMBERED, label=number, alone=alone) for number in numbers]
    return hits


def _marks(block: Block) -> Iterator[tuple[int, int, str]]:
    spans: list[tuple[int, int]] = []
    for start, end in block.superscripts:
        text = block.text[start:end].strip("[]^ ")
        if re.fullmatch(r"\w{1,20}(?:\s?[,;–-]\s?\d{1,3}){0,20}", text):
            spans.append((start, end))
            yield start, end, text
    for pattern in (_BRACKETS, _RAISED, _GLUED):
        for found in pattern.finditer(block.text):
            if not any(a < found.end() and found.start() < b for a, b in spans[-50:]):
                spans.append(found.span())
                group = found[1] if pattern.groups else found[0]
                yield found.start(), found.end(), group.translate(_SUPERSCRIPTS)


def _expand(text: str) -> Iterator[str]:
    """Each number of "1,3-5": 1, 3, 4, 5; a footnote's name as it is."""
    count = 0
    for part in re.split(r"[,;]\s?", text):
        ends = re.fullmatch(r"\s?(\d{1,3})\s?[–-]\s?(\d{1,3})\s?", part)
        numbers = map(str, range(int(ends[1]), int(ends[2]) + 1)) if ends else iter([part.strip()])
        for number in numbers:
            count += 1
            if count > _MOST:
                return
            yield number
