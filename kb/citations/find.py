"""Citations of a post as published: links, names with years, numbers, reference lists, mentions without a name."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import replace

from kb.citations.find_details import details_of
from kb.citations.find_links import Linked, is_generic, link_phrases, linked, together, with_links
from kb.citations.find_model import CitationKind, Details, FoundCitation, Printed, Sentence, tidy
from kb.citations.find_named import Hit, named_in
from kb.citations.find_names import group_in
from kb.citations.find_numbers import numbers_in
from kb.citations.find_reference import is_entry, label_of, parse_reference
from kb.citations.find_research import Phrase, phrases_in
from kb.citations.find_same import compounds, joined, keyed
from kb.citations.find_sentences import index_at, sentences_of
from kb.citations.find_spans import with_spans
from kb.citations.links import STUDY_KINDS, Target, classify
from kb.citations.read.blocks import Block, BlockKind, PostText

_RESEARCH = re.compile(
    r"stud[iy]|research|trial|review|meta|evidence|guideline|literature|science|data\b|rct|cohort|model|survey"
    r"|papers?\b|analys"
    r"|article|case series|consensus|position s|experiment|investigat|scientist"
)  # in lower case
_YEAR = re.compile(r"(?:19|20)\d\d")
_BACK_SENTENCES = 3


def find(post: PostText) -> list[FoundCitation]:
    """Citations of a post in order of appearance.

    Examples
    --------
    >>> from kb.citations.read import read_bytes
    >>> text = (
    ...     b"Yes (Lee et al., 2020, J Rest. [PubMed](https://pubmed.ncbi.nlm.nih.gov/123/)). A 2019 trial found less."
    ... )
    >>> for found in find(read_bytes(text).posts[0]):
    ...     print(found.kind.value, found.key, found.text, [target.key for target in found.targets])
    parenthetical lee2020 (Lee et al., 2020, J Rest. PubMed) ['pmid:123']
    nameless None A 2019 trial []
    """
    finder = _Finder(post)
    found = [citation for index, block in enumerate(post.blocks) for citation in finder.block(index, block)]
    found = compounds(found)
    found += finder.known_names(found)
    found.sort(key=lambda citation: (citation.block, citation.start))
    return with_spans(post, joined(keyed(found)))


def link_targets(post: PostText) -> Iterator[tuple[int, Block, Target]]:
    """Every link of a post with the index of its block, classified: what a check of links looks at."""
    for index, block in enumerate(post.blocks):
        for link in block.links:
            yield index, block, classify(link.href)


class _Finder:
    """One post: its blocks are looked at in order; what was found before tells a mention from a look back."""

    def __init__(self, post: PostText) -> None:
        self.post = post
        self.labels = _labels(post.blocks)
        self.told: dict[tuple[str, int, int], Details] = {}
        self.used: dict[int, list[tuple[int, int]]] = {}

    def block(self, index: int, block: Block) -> Iterator[FoundCitation]:
        if not block.text.strip():
            return
        source = linked(block)
        block = source.block
        if (entry := self._entry(index, source)) is not None:
            self.used[index] = [(0, len(block.text))]
            yield entry
            return
        hits = named_in(block.text, source.study_spans, [link.start for link in block.links])
        hits += self._numbers(source, hits)
        hits = with_links(source, hits)
        if not hits and (block.kind is BlockKind.HEADING or not _RESEARCH.search(block.text.lower())):
            return
        sentences = sentences_of(block)
        hits = together(source, sentences, hits)
        phrases = self._phrases(block, sentences)
        hits, details = _merged(block, sentences, hits, phrases)
        link_phrases(source, hits)
        self.used[index] = [hit.outer or (hit.start, hit.end) for hit in hits]
        for hit in hits:
            yield self._citation(index, source, sentences, hit, details.get(id(hit)))

    def _numbers(self, source: Linked, hits: list[Hit]) -> list[Hit]:
        """Marks that name an entry of the reference list, and are no part of a citation or a printed identifier."""
        printed = [source.block.links[n] for n in sorted(source.printed)]
        return [
            hit
            for hit in numbers_in(source.block, self.labels)
            if not any(h.covers(hit.start, hit.end) for h in hits)
            and not any(link.start < hit.end and hit.start < link.end for link in printed)
        ]

    # --- reference lists ------------------------------------------------------------------------------------------

    def _entry(self, index: int, source: Linked) -> FoundCitation | None:
        block, targets = source.block, source.targets
        listed = block.kind is BlockKind.REFERENCE
        if not listed and not (block.kind in {BlockKind.LIST_ITEM, BlockKind.PARAGRAPH} and len(block.text) < 1200):
            return None
        if not listed and not re.match(r"\W{0,3}(?:\d{1,3}[.)\]]\s{0,2})?[^\W\d_]", block.text):
            return None
        printed = parse_reference(block.text) if _YEAR.search(block.text) else None
        if printed is not None and not listed and not is_entry(block.text, printed):
            printed = None
        label, begin = label_of(block.text)
        study = [target for target in targets if target.kind in STUDY_KINDS]
        if printed is None and listed and study and len(block.text) - begin < 1200:
            words = _outside_links(block)
            title = block.text[begin:] if not words else ""
            printed = Printed(title=tidy(title) if not is_generic(title.strip(" .")) and not source.printed else None)
            if words and named_in(block.text, []):
                return None
        if printed is None or not (sentences := sentences_of(block)):
            return None
        return FoundCitation(
            kind=CitationKind.REFERENCE,
            block=index,
            start=begin,
            end=len(block.text),
            text=tidy(block.text[begin:]),
            line=block.line,
            sentence=sentences[0],
            statement=tuple(sentences),
            targets=source.ordered(range(len(targets))),
            printed=printed,
            label=self.labels.get(index) or label,
        )

    # --- mentions -------------------------------------------------------------------------------------------------

    def _phrases(self, block: Block, sentences: list[Sentence]) -> list[tuple[int, Phrase]]:
        """Phrases for research with the index of their sentence, at places of the block."""
        if block.kind is BlockKind.HEADING:
            return []
        found: list[tuple[int, Phrase]] = []
        for index, sentence in enumerate(sentences):
            if not _RESEARCH.search(sentence.text.lower()):
                continue
            for phrase in phrases_in(sentence.text):
                moved = replace(phrase, start=phrase.start + sentence.start, end=phrase.end + sentence.start)
                found.append((index, moved))
        return found

    # --- making ---------------------------------------------------------------------------------------------------

    def _citation(
        self, index: int, source: Linked, sentences: list[Sentence], hit: Hit, first: int | None
    ) -> FoundCitation:
        block = source.block
        own = index_at(sentences, hit.start)
        begin = own if first is None else min(first, own)
        if hit.alone and begin == own and own > 0 and sentences[own].start >= (hit.outer or (hit.start, 0))[0] - 2:
            begin = own - 1
        statement = tuple(sentences[begin : own + 1])
        told = (block.text, statement[0].start, statement[-1].end)
        if told not in self.told:
            marks = tuple(block.text[a:b] for a, b in block.emphasis if told[1] <= a < told[2])
            self.told = {told: details_of(block.text[told[1] : told[2]], marks)}  # the next one is often of the same
        details = self.told[told]
        if hit.kind is CitationKind.NAMELESS and (group := group_in(block.text[hit.start : hit.end])):
            hit.printed = replace(hit.printed, authors=group)
        return FoundCitation(
            kind=hit.kind,
            block=index,
            start=hit.start,
            end=hit.end,
            text=tidy(block.text[hit.start : hit.end]),
            line=block.line_at(hit.start),
            sentence=sentences[own],
            statement=statement,
            targets=source.ordered(hit.links),
            printed=hit.printed,
            details=details,
            label=hit.label,
        )

    def known_names(self, found: list[FoundCitation]) -> list[FoundCitation]:
        """Later mentions of a study by its authors alone: "Lee and Wu also saw this"."""
        more: list[FoundCitation] = []
        known: dict[str, FoundCitation] = {}
        for citation in found:
            names = citation.printed.names
            if citation.printed.year and names and len(" ".join(names)) < 120:
                pattern = re.escape(names[0]) + (
                    rf"(?:\s(?:and|&)\s{re.escape(names[1])}|['’]s\s(?:stud|trial|team|group|research|work|review"
                    rf"|data|finding)\w*)"
                    if len(names) == 2
                    else r"['’]s\s(?:stud|trial|team|group|research|work|review|data|finding)\w*"
                )
                known.setdefault(pattern, citation)
        if not known or len(known) > 200:
            return []
        for index, block in enumerate(self.post.blocks):
            for pattern, citation in known.items():
                if citation.printed.names[0] not in block.text or block.kind is BlockKind.REFERENCE:
                    continue
                sentences = sentences_of(block)
                for match in re.finditer(pattern, block.text):
                    told = citation.block == index and citation.statement[0].start <= match.start() < citation.end
                    if told or any(a < match.end() and match.start() < b for a, b in self.used.get(index, ())):
                        continue
                    printed = replace(citation.printed, title=None, journal=None, volume=None, issue=None, pages=None)
                    hit = Hit(
                        match.start(), match.end(), CitationKind.PROSE, replace(printed, authors=match[0], year=None)
                    )
                    made = self._citation(index, Linked(block), sentences, hit, None)
                    more.append(replace(made, key=citation.printed.key))
                    self.used.setdefault(index, []).append(match.span())
        return more


def _outside_links(block: Block) -> str:
    kept, position = [], 0
    for link in block.links:
        kept.append(block.text[position : link.start])
        position = max(position, link.end)
    return "".join([*kept, block.text[position:]]).strip(" .,;:[]()0123456789")


def _labels(blocks: Iterable[Block]) -> dict[int, str]:
    """Label of each entry of a reference list: printed by the list, by the entry, or its rank in an unlabelled list."""
    entries = [
        (index, block.label or label_of(block.text)[0])
        for index, block in enumerate(blocks)
        if block.kind is BlockKind.REFERENCE and block.text.strip()
    ]
    if any(label for _, label in entries):
        return {index: label for index, label in entries if label}
    return {index: str(rank) for rank, (index, _) in enumerate(entries, start=1)}


def _merged(
    block: Block, sentences: list[Sentence], hits: list[Hit], phrases: list[tuple[int, Phrase]]
) -> tuple[list[Hit], dict[int, int]]:
    """Hits with the mentions that no hit covers; and for each hit the first sentence that tells of it.

    A mention belongs to the next citation by name, link or number when that one stands in its sentence, or alone
    in the sentences that follow with no other mention between.
    """
    first: dict[int, int] = {}
    taken: set[int] = set()
    result = list(hits)
    places = [(index_at(sentences, hit.start), hit) for hit in hits]
    starts = [hit.start for hit in hits]
    for number, (at, phrase) in enumerate(phrases):
        owner = next((hit for hit in hits if hit.covers(phrase.start, phrase.end)), None)
        following = bisect_left(starts, phrase.end - 1)
        if owner is None and following < len(places):
            where, hit = places[following]
            near = phrase.specific or where - at <= _BACK_SENTENCES
            others = (p for _, p in phrases[number + 1 : number + 50] if p.specific and p.start < hit.start)
            if (
                near
                and not hit.secondary
                and next(others, None) is None
                and _agrees(sentences[at], phrase, hit, block.text)
            ):
                owner = hit
        if owner is None and phrase.specific:
            owner = next((h for h in hits if h.kind is CitationKind.PROSE and 0 <= phrase.start - h.end <= 2), None)
        if owner is not None:
            taken.add(number)
            if owner.start >= phrase.start:
                first[id(owner)] = min(first.get(id(owner), at), at)
    seen_general: set[int] = set()
    last_hit = {where: hit.start for where, hit in places}
    told = {where for where, phrase in phrases if phrase.specific}
    for number, (at, phrase) in enumerate(phrases):
        if number in taken or phrase.back:
            continue
        has_hit = last_hit.get(at, -1) > sentences[at].start + 1
        introduces = at + 1 in last_hit or at + 1 in told
        if not phrase.specific and (at in seen_general or has_hit or introduces):
            continue
        seen_general.add(at)
        kind = CitationKind.NAMELESS if phrase.specific else CitationKind.GENERAL
        result.append(Hit(phrase.start, phrase.end, kind))
    return sorted(result, key=lambda hit: hit.start), first


def _agrees(sentence: Sentence, phrase: Phrase, hit: Hit, text: str) -> bool:
    """Years told by mention and citation may differ by a slip, but not when sentences stand between them."""
    own = re.search(r"(?:19|20)\d\d", text[phrase.start : phrase.end])
    if own is None or hit.printed.year is None or hit.start <= sentence.end + 2:
        return True
    return abs(int(own[0]) - hit.printed.year) <= 1
