"""Sentences of a block with their places: the sentences, and the locators, of :mod:`kb.text`."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from kb.citations.find_model import Sentence
from kb.citations.read.blocks import Block
from kb.text import sentences

_DENSE = re.compile(r"(?:\b\w\.\s?){60}")
_LONG = 1500
_PIECE = re.compile(r"\S.{0,1200}(?=\s|$)|\S{1200}", re.DOTALL)


def sentences_of(block: Block) -> list[Sentence]:
    """Sentences of a block, in order.

    Examples
    --------
    >>> from kb.citations.read import BlockKind
    >>> [(s.start, s.text) for s in sentences_of(Block(BlockKind.PARAGRAPH, "It [1] helps. Does it? (Lee, 2020.)", 1))]
    [(0, 'It [1] helps.'), (14, 'Does it?'), (23, '(Lee, 2020.)')]
    """
    found = []
    position = 0
    text = block.text.replace("[", "{")  # links are spans by now; another mark of its length keeps every place
    for piece, whole in _pieces(text):
        for _, sentence in sentences(piece):
            start = whole.find(sentence, position)
            if start >= 0:
                position = start + len(sentence)
                found.append(Sentence(block.text[start:position], start, position, block.line_at(start)))
    return found


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    """The text; one that is no prose in short pieces without parentheses, whose sentences are costly to find."""
    if len(text) > _LONG and (_open_too_long(text) or _DENSE.search(text)):
        whole = text.replace("(", "{")
        for piece in _PIECE.finditer(whole):
            yield piece[0], whole
    else:
        yield text, text


def _open_too_long(text: str) -> bool:
    depth = since = 0
    for found in re.finditer(r"[()]", text):
        if found[0] == "(":
            since = found.start() if depth == 0 else since
            depth += 1
        elif depth:
            depth -= 1
            if depth == 0 and found.start() - since > _LONG:
                return True
    return depth > 0 and len(text) - since > _LONG


def index_at(found: list[Sentence], offset: int) -> int:
    """Index of the sentence that holds a character, or the last one before it."""
    return max(0, bisect_right(found, offset, key=lambda sentence: sentence.start) - 1)
