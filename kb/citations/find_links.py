"""Links of a block and the citations they belong to; a link to research that belongs to none is one of its own."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right, insort
from collections.abc import Sequence
from dataclasses import dataclass, replace

from kb.citations.find_journals import is_journal, journals_in
from kb.citations.find_model import CitationKind, Printed, Sentence
from kb.citations.find_named import Hit, parentheses
from kb.citations.find_names import names_before
from kb.citations.find_printed import printed_links
from kb.citations.find_research import phrases_in
from kb.citations.find_sentences import index_at
from kb.citations.links import STUDY_KINDS, LinkKind, Target, classify
from kb.citations.read.blocks import Block

_GENERIC = re.compile(
    r"(?:(?:view|read|see|open|find|full|link|the|more|on|in|at|to|via|article|study|paper|text|abstract|source"
    r"|reference|"
    r"pubmed|pmc|pmid|pmcid|doi|google|scholar|researchgate|here|this|original|research|free|pdf|crossref"
    r"|available|review|"
    r"trial|it|details|learn|about|publication|web|of|science|central)\b[\s:.,\d]{0,20}){1,8}",
    re.IGNORECASE,
)
_CITED = re.compile(
    r"^\(?\s?(?:as\s)?(?:reviewed|cited|reported|summarized|described)?\s?(?:in|by|from|see|source)?\s?:?\s?$",
    re.IGNORECASE,
)
_CITED_IN = re.compile(
    r"^\W{0,2}(?:as\s)?(?:reviewed|cited|reported|summari[sz]ed|described|see|from|source)\s?(?:also|in"
    r"|by)?\s?:?\s{1,3}(?=[A-Z])",
    re.IGNORECASE,
)
# Words between a name and a link in parentheses that bring another study in.
_OTHER = re.compile(
    r"\b(?:another|(?:a|the)\s(?:second|third|separate|later|newer|different)|whereas|while|unlike|in contrast|but"
    r"|other\s(?:stud|trial|review|research|author|group|team)\w*)\b",
    re.IGNORECASE,
)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_NEAR = 3
_WINDOW = 60  # citations on each side of a link that may hold it: parentheses of 700 characters hold no more
_NOT_RESEARCH = frozenset({LinkKind.TELEPHONE, LinkKind.MAIL, LinkKind.SOCIAL})
_ON_THE_WEB = STUDY_KINDS | {LinkKind.NEWS, LinkKind.CHAT, LinkKind.WEB, LinkKind.DOCUMENT, LinkKind.MALFORMED}


@dataclass(frozen=True, slots=True)
class Linked:
    """A block with its links and the identifiers it prints, in order; a target for each; which are only printed."""

    block: Block
    targets: tuple[Target, ...] = ()
    printed: frozenset[int] = frozenset()

    @property
    def study_spans(self) -> list[tuple[int, int]]:
        """Where those stand that point at research."""
        pairs = zip(self.block.links, self.targets, strict=True)
        return [(link.start, link.end) for link, target in pairs if target.kind in STUDY_KINDS]

    def ordered(self, numbers: Sequence[int]) -> tuple[Target, ...]:
        """Targets with these numbers: research first, links before what is only printed, one for an identifier."""
        ranked = sorted(
            dict.fromkeys(numbers), key=lambda n: (self.targets[n].kind not in STUDY_KINDS, n in self.printed)
        )
        taken: list[Target] = []
        for number in ranked:
            target = self.targets[number]
            if number not in self.printed or target.key is None or all(target.key != t.key for t in taken):
                taken.append(target)
        return tuple(taken)


def linked(block: Block) -> Linked:
    """A block with the identifiers it prints among its links.

    Examples
    --------
    >>> from kb.citations.read.blocks import BlockKind, Link
    >>> found = linked(Block(BlockKind.PARAGRAPH, "PMID: 123 here", 1, (Link("https://example.org", 10, 14),)))
    >>> [target.href for target in found.targets], sorted(found.printed)
    (['PMID: 123', 'https://example.org'], [0])
    """
    pairs = [(link, classify(link.href), False) for link in block.links]
    printed = [(link, target, True) for link, target in printed_links(block)]
    if printed:
        pairs = sorted(pairs + printed, key=lambda pair: (pair[0].start, pair[0].end))
        block = replace(block, links=tuple(link for link, _, _ in pairs))
    return Linked(
        block,
        tuple(target for _, target, _ in pairs),
        frozenset(number for number, pair in enumerate(pairs) if pair[2]),
    )


def is_generic(shown: str) -> bool:
    """Whether the words of a link say nothing but that it is one.

    Examples
    --------
    >>> is_generic("View on PubMed"), is_generic("doi:10.1000/x"), is_generic("J Rest")
    (True, True, False)
    """
    return not shown or shown.startswith(("http", "doi", "www.", "10.")) or bool(_GENERIC.fullmatch(shown))


# --- links and citations --------------------------------------------------------------------------------------------


def with_links(source: Linked, hits: list[Hit]) -> list[Hit]:
    """Hits with the links that belong to them, and a hit of its own for each other link to research."""
    block = source.block
    text = block.text
    hits = sorted(hits, key=_start)
    outer = list(parentheses(text)) if block.links else []
    for number, (link, target) in enumerate(zip(block.links, source.targets, strict=True)):
        if target.kind in _NOT_RESEARCH:
            continue
        here = bisect_right(hits, link.start, key=_start)
        near = hits[max(0, here - _WINDOW) : here + _WINDOW]
        inside = [hit for hit in near if hit.start <= link.start < hit.end]
        around = (hit for hit in near if hit.covers(link.start, max(link.end, link.start + 1)))
        owner = inside[-1] if inside else next(around, None)
        generic = number in source.printed or is_generic(text[link.start : link.end].strip())
        if owner is None and (generic or target.kind in STUDY_KINDS):
            owner = _owner_before(source, number, near, generic=generic)
        if owner is not None:
            _own(source, owner, number)
        elif target.kind in STUDY_KINDS and not (number in source.printed and _repeats(source, number)):
            insort(hits, _link_hit(source, number, outer), key=_start)
    return hits


def _own(source: Linked, owner: Hit, number: int) -> None:
    """Give a citation a link, and the journal that is its words."""
    link = source.block.links[number]
    owner.links.append(number)
    if owner.outer is not None:
        return
    owner.end = max(owner.end, link.end)
    if owner.kind is CitationKind.PROSE and owner.printed.journal is None and number not in source.printed:
        shown = _journal_in(source.block.text[link.start : link.end].strip())
        if shown is not None and shown.year in {None, owner.printed.year}:
            owner.printed = replace(owner.printed, journal=shown.journal)


def _start(hit: Hit) -> int:
    return hit.start


def _owner_before(source: Linked, number: int, hits: list[Hit], *, generic: bool) -> Hit | None:
    """The citation that a link follows closely."""
    text, link = source.block.text, source.block.links[number]
    before = [hit for hit in hits if (hit.outer or (0, hit.end))[1] <= link.start]
    if not before or not _adjoins(text, before[-1], link.start, generic=generic):
        return None
    owner = before[-1]
    if owner.links and (not generic or re.search(r"\w", text[owner.end : link.start])):
        return None
    if number in source.printed and (owner.kind is CitationKind.NUMBERED or _other_of_its_kind(source, number, owner)):
        return None
    return owner


def _other_of_its_kind(source: Linked, number: int, owner: Hit) -> bool:
    """Whether a citation has another PMID (PMCID, DOI) already: two of a kind are two studies."""
    own = source.targets[number].identifier
    others = [source.targets[n].identifier for n in owner.links[-8:]]
    return own is not None and any(
        one is not None and one.kind == own.kind and one.value.lower() != own.value.lower() for one in others
    )


def _repeats(source: Linked, number: int) -> bool:
    """Whether a printed identifier only repeats that of a link close by."""
    link, key = source.block.links[number], source.targets[number].key
    near = range(max(0, number - 3), min(len(source.targets), number + 4))
    return any(
        n not in source.printed
        and source.targets[n].key == key
        and abs(source.block.links[n].start - link.start) < 200
        and key is not None
        for n in near
    )


def _adjoins(text: str, hit: Hit, start: int, *, generic: bool) -> bool:
    end = max(hit.end, (hit.outer or (0, 0))[1])
    gap = text[end:start]
    if len(gap) <= _NEAR and not re.search(r"\w", gap):
        return True
    return generic and len(gap) < 60 and not re.search(r"[.!?]\s+\S", gap)


def _link_hit(source: Linked, number: int, outer: Sequence[tuple[int, int]]) -> Hit:
    link, text = source.block.links[number], source.block.text
    hit = Hit(link.start, link.end, CitationKind.LINK, links=[number])
    for start, end in outer[max(0, bisect_left(outer, (link.start, 0)) - 1) :][:1]:
        if start < link.start and link.end < end:
            hit.outer = (start, end)
            hit.alone = not text[:start].strip() or text[:start].rstrip()[-1:] in '.!?”")]'
            if not text[link.end : end - 1].strip(" .") and _CITED.match(text[start : link.start].strip()):
                hit.start, hit.end = start, end
                hit.secondary = re.match(r"\(\s?as\s", text[start:end], re.IGNORECASE) is not None
    if number not in source.printed:
        hit.printed = _shown(text[link.start : link.end].strip(), secondary=hit.secondary)
    return hit


def _shown(shown: str, *, secondary: bool) -> Printed:
    """What the words of a link print: names and a year, a journal, a title, or nothing."""
    if dated := re.search(r"^(.{2,150}?),?\s\(?((?:19|20)\d\d)([a-h])?\)?$", shown):
        names = names_before(dated[1], len(dated[1]))
        if names is not None and names.start == 0 and not is_journal(dated[1]):
            return Printed(dated[1], names.names, names.et_al, int(dated[2]), dated[3] or "")
    if journal := _journal_in(shown):
        return journal
    if is_generic(shown) or len(shown.split()) < 4:
        return Printed()
    if secondary or _title_case(shown) or not _is_mention(shown):
        return Printed(title=_CITED_IN.sub("", shown).rstrip("."))
    return Printed()


def _is_mention(shown: str) -> bool:
    """Whether words mean one study without its title: "a trial in 942 walkers", with or without the article."""
    if any(phrase.specific for phrase in phrases_in(f"{shown} found")):
        return True
    bare = phrases_in(f"A {shown} found") if shown[:1].islower() else []
    return any(phrase.specific and phrase.start == 0 for phrase in bare)


def _journal_in(shown: str) -> Printed | None:
    """Journal, and its year where one stands there, when a link's words are nothing else."""
    found = re.fullmatch(r"(.{2,120}?)(?:,?\s\(?((?:19|20)\d\d)\)?)?\.?", shown)
    if found is None or not is_journal(found[1]):
        return None
    return Printed(year=int(found[2]) if found[2] else None, journal=found[1].strip(" ,."))


def _title_case(shown: str) -> bool:
    """Whether nearly every longer word is written large, as in titles: "A Randomized Trial of Rest in Walkers"."""
    if not shown[:1].isupper() or journals_in(shown):
        return False
    words = [word for word in re.findall(r"[^\W\d_][\w'’-]{0,40}", shown) if len(word) > 3]
    return len(words) >= 4 and sum(word[0].isupper() for word in words) >= 0.8 * len(words)


def link_phrases(source: Linked, hits: list[Hit]) -> None:
    """A link on the words of a mention is its link, wherever it leads on the web."""
    for hit in hits:
        if hit.kind in {CitationKind.NAMELESS, CitationKind.GENERAL}:
            for number, (link, target) in enumerate(zip(source.block.links, source.targets, strict=True)):
                if hit.start < link.end and link.start < hit.end + 2 and target.kind in _ON_THE_WEB:
                    hit.links.append(number)
                    hit.kind = CitationKind.LINK if target.kind in STUDY_KINDS else hit.kind


# --- a name in the sentence, its journal and link in parentheses at the end -----------------------------------------


def together(source: Linked, sentences: Sequence[Sentence], hits: list[Hit]) -> list[Hit]:
    """Hits in which a name and the link in parentheses behind it are one: "Lee et al. (2020) saw it ([J Rest](...))".

    The link says nothing by itself or names a journal, and it is the next citation of the name's sentence.
    """
    result: list[Hit] = []
    for hit in hits:
        last = result[-1] if result else None
        if last is None or not _is_rest_of(source, sentences, last, hit):
            result.append(hit)
            continue
        last.links += hit.links
        last.end = max(last.end, (hit.outer or (0, hit.end))[1])
        last.printed = replace(
            last.printed,
            year=last.printed.year or hit.printed.year,
            journal=last.printed.journal or hit.printed.journal,
            volume=last.printed.volume or hit.printed.volume,
            pages=last.printed.pages or hit.printed.pages,
        )
    for hit in result:
        _close(source.block.text, hit)
    return result


def _close(text: str, hit: Hit) -> None:
    """Let a citation that ends in parentheses end with them: "Lee (2020) saw it (PubMed" and ")"."""
    shown = text[hit.start : hit.end]
    if hit.kind is CitationKind.PROSE and shown.count("(") > shown.count(")"):
        found = re.match(r"[\s.]{0,2}\)", text[hit.end : hit.end + 3])
        hit.end += found.end() if found else 0


def _is_rest_of(source: Linked, sentences: Sequence[Sentence], name: Hit, hit: Hit) -> bool:
    own, rest = name.printed, hit.printed
    if name.kind is not CitationKind.PROSE or not own.names or hit.outer is None or hit.outer[0] < name.end:
        return False
    if rest.names or rest.title or hit.secondary or (name.links and hit.links):
        return False
    if rest.journal is None and (hit.kind is not CitationKind.LINK or not _says_nothing(source, hit)):
        return False
    if own.year and rest.year and own.year != rest.year:
        return False
    if own.journal and rest.journal:
        return False
    gap = source.block.text[name.end : hit.outer[0]]
    if not hit.links:
        return not re.search(r"\w", gap)
    whole = source.block.text[hit.outer[0] + 1 : hit.start].strip(" (")
    if whole or index_at(list(sentences), name.start) != index_at(list(sentences), hit.outer[0]):
        return False
    years = {int(year[0]) for year in _YEAR.finditer(gap)}
    return not _OTHER.search(gap) and years <= {own.year or rest.year}


def _says_nothing(source: Linked, hit: Hit) -> bool:
    links = (source.block.links[n] for n in hit.links)
    text = source.block.text
    return all(
        n in source.printed or is_generic(text[k.start : k.end].strip()) for n, k in zip(hit.links, links, strict=True)
    )
