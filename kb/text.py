"""Sentences of a text, normalised and hashed, so that a statement is found again without storing its words.

The splitter is ours because the stored hashes depend on it: a library's next release could move a sentence
border and orphan every locator. It is deliberately small: abbreviations that posts on research use, and no
border inside parentheses.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_LINK = re.compile(r"!?\[([^\]\n]*)\]\((?:[^()\s]|\([^()\s]*\))*(?:\s+\"[^\"\n]*\")?\)")
_END = re.compile(r"[.!?]+[\"'”’)\]*_]*(?=\s|\(|$)")
_ABBREVIATION = re.compile(
    r"(?:\b(?:et al|e\.g|i\.e|cf|vs|approx|resp|dr|mr|mrs|ms|prof|st|no|fig|vol|pp?|ed|eds|jr|sr|inc"
    r"|clin|j|sci|int|am|br|res|phys|ther|orthop|rehabil)|\b[A-Za-z])\.$",
    re.IGNORECASE,
)
_LONGEST = 24
"""Characters before a stop that decide whether it ends an abbreviation; more than the longest of them."""
_WORD = re.compile(r"\w+(?:[.,]\d+)*")


def strip_links(text: str) -> str:
    """Text of Markdown links and images without their targets.

    Examples
    --------
    >>> strip_links("see [the trial](https://example.org/a_(b)) here")
    'see the trial here'
    """
    return _LINK.sub(r" \1 ", text).replace("  ", " ")


def normalize(sentence: str) -> str:
    """Words and numbers of a sentence in lower case, one blank between, compatibility forms and marks folded.

    Punctuation, markup and link targets do not count, so a statement keeps its locator when its typography or
    its link changes, and loses it when a word or number changes.

    Examples
    --------
    >>> normalize("Strength training *cut* injuries by 31.5%  (see [Lauersen](https://example.org)).")
    'strength training cut injuries by 31.5 see lauersen'
    """
    folded = unicodedata.normalize("NFKD", strip_links(sentence)).casefold()
    bare = folded if folded.isascii() else "".join(ch for ch in folded if not unicodedata.combining(ch))
    return " ".join(_WORD.findall(bare.replace("_", " ").replace("’", "").replace("'", "")))


def locate(sentence: str) -> str:
    """SHA-256, in hexadecimal, of the normalised sentence.

    Examples
    --------
    >>> locate("Rest is best.") == locate("REST  is **best**!")
    True
    """
    return hashlib.sha256(normalize(sentence).encode()).hexdigest()


def sentences(text: str) -> Iterator[tuple[int, str]]:
    """Yield (1-based line, sentence) of a text in which a line is a paragraph.

    Examples
    --------
    >>> list(sentences("Smith et al. (2020) ran. (See Fig. 2. It helps.) Next!"))
    [(1, 'Smith et al. (2020) ran.'), (1, '(See Fig. 2. It helps.)'), (1, 'Next!')]
    """
    for number, line in enumerate(text.splitlines(), start=1):
        for sentence in _split(strip_links(line)):
            if normalize(sentence):
                yield number, sentence


def _split(paragraph: str) -> Iterator[str]:
    start = depth = position = 0
    for match in _END.finditer(paragraph):
        depth += paragraph.count("(", position, match.end()) - paragraph.count(")", position, match.end())
        depth = max(depth, 0)
        position = match.end()
        head = paragraph[max(start, match.start() - _LONGEST) : match.start() + 1]
        if depth or (_ABBREVIATION.search(head) and match.end() < len(paragraph)):
            continue
        yield paragraph[start : match.end()].strip()
        start = match.end()
    if paragraph[start:].strip():
        yield paragraph[start:].strip()
