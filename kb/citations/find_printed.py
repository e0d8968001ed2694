"""Identifiers that a text prints without a link: "PMID: 123", "PMCID: PMC99", "doi:10.1000/x", a bare address."""

from __future__ import annotations

import re
import urllib.parse
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import replace

from kb.citations.links import STUDY_KINDS, Target, classify
from kb.citations.read.blocks import Block, Link

_HINTS = ("pmid", "pmc", "pubmed", "10.", "://", "doi.org", "www.", "ncbi.nlm")
_PRINTED = re.compile(
    r"\b(?:PMID|PubMed\s(?:PMID|ID|no\.))\s?[:#=]?\s?(?P<pmid>\d{1,8})\b"
    r"|\b(?:PMCID\s?[:#=]?\s?(?:PMC\s?)?(?=\d)|PMC(?=\d{4}))(?P<pmc>\d{1,9})\b"
    r"|(?:https?://|\b(?:www\.|(?=doi\.org/|dx\.doi\.org/|pubmed\.ncbi\.nlm|pmc\.ncbi\.nlm|ncbi\.nlm\.nih\.gov/p)))"
    r"(?P<address>[^\s<>\"'“”|]{4,500})"
    r"|(?<![\w./])(?:doi\s?[:=]?\s?){0,2}(?P<doi>10\.\d{4,9}(?:\.\d{1,6}){0,3}/[^\s\"“”|]{1,200})",
    re.IGNORECASE,
)
# What may be glued behind a DOI: the next identifier, or the name of a link in brackets.
_GLUED = re.compile(r"[;,.](?=(?:PMC?ID|PMC\d|doi:|https?:))|\[(?=PubMed|Cross|Google|PMC|Free|Full)", re.IGNORECASE)
_STOPS = frozenset(".,;:!?\"'“”‘’«»*_\\…")
_PAIRS = {")": "(", "]": "[", "}": "{", ">": "<"}


def printed_links(block: Block) -> Iterator[tuple[Link, Target]]:
    """Identifiers that a block prints outside its links, as if they were links.

    The target's ``href`` is what is printed; all else is that of the identifier's own address.

    Examples
    --------
    >>> from kb.citations.read.blocks import BlockKind
    >>> text = "It fell (Lee, 2020, doi:10.1000/(x)1). See PMID 123; PMCID: PMC99."
    >>> [(target.href, target.key) for _, target in printed_links(Block(BlockKind.PARAGRAPH, text, 1))]
    [('doi:10.1000/(x)1', 'doi:10.1000/(x)1'), ('PMID 123', 'pmid:123'), ('PMCID: PMC99', 'pmcid:pmc99')]
    """
    text = block.text
    low = text.lower()
    if not any(hint in low for hint in _HINTS):
        return
    spans = sorted((link.start, link.end) for link in block.links)
    position = 0
    while (found := _PRINTED.search(text, position)) is not None:
        end = found.end()
        if found["doi"] or found["address"]:
            end = _end(text, found.start("doi") if found["doi"] else found.start("address"), end)
        position = end  # what was cut off may be the next one
        if _touches(spans, found.start(), end):
            continue
        shown = text[found.start() : end]
        target = classify(_address(found, end))
        if target.kind in STUDY_KINDS and (target.identifier is not None or found["address"]):
            yield Link(shown, found.start(), end), replace(target, href=shown, problem=None)


def _address(found: re.Match[str], end: int) -> str:
    """The address that leads to an identifier."""
    if found["pmid"]:
        return f"https://pubmed.ncbi.nlm.nih.gov/{found['pmid']}/"
    if found["pmc"]:
        return f"https://pmc.ncbi.nlm.nih.gov/articles/PMC{found['pmc']}/"
    if found["doi"]:
        return f"https://doi.org/{urllib.parse.quote(found.string[found.start('doi') : end], safe='/():;.,-_')}"
    shown = found.string[found.start() : end]
    return shown if shown[:4].lower() == "http" else f"https://{shown}"


def _end(text: str, start: int, end: int) -> int:
    """Where an identifier ends that the sentence goes on behind: without its stops and brackets it did not open."""
    if glued := _GLUED.search(text, start + 8, end):
        end = glued.start()
    depth = {
        close: text.count(close, start, end) - text.count(opening, start, end) for close, opening in _PAIRS.items()
    }
    while end > start:
        last = text[end - 1]
        if last in _STOPS:
            end -= 1
        elif depth.get(last, 0) > 0:
            depth[last] -= 1
            end -= 1
        else:
            break
    return end


def _touches(spans: list[tuple[int, int]], start: int, end: int) -> bool:
    """Whether one of these spans, which do not overlap each other, shares a character with a place."""
    following = bisect_left(spans, (end, 0))
    return following > 0 and spans[following - 1][1] > start
