"""Citations by name in a block: author and year in parentheses or prose, journal and year, names without a year."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from kb.citations.find_journals import is_journal
from kb.citations.find_model import CitationKind, Printed
from kb.citations.find_names import Names, names_after, names_before, year_after
from kb.citations.find_reference import place_after

_LONGEST_PARENTHESIS = 700
_YEAR = re.compile(r"(?<![\w.,$€£/-])((?:1[89]|20)\d\d)([a-h])?(?![\w%/]|[-–]\d|[.,]\d)")
_LEAD = re.compile(
    r"\s{0,3}(?:(?:see(?: also)?|e\.g\.|i\.e\.|cf\.|for (?:example|review|a review),?(?: see)?|reviewed (?:in|by)"
    r"|as reviewed in|"
    r"as (?:cited|reported|shown|described) (?:in|by)|adapted from|source|sources|ref|reference|study|research"
    r"|data from|from|by|via|per)"
    r"\s{0,2}[:,]?\s{1,3}){1,3}",
    re.IGNORECASE,
)
_CUE = re.compile(
    r"\b(?:[Ss]tud(?:y|ies)|[Rr]esearch|[Tt]rials?|[Mm]eta-analys[ie]s|[Ss]ystematic reviews?|[Rr]eviews?|[Ww]ork"
    r"|paper|papers|experiments?|article|"
    r"findings|guidelines?|data)\s(?:\w{1,12}\s){0,3}?(?:by|of|from|led by|authored by)\s(?:Drs?\.?\s"
    r"|Prof(?:essor|\.)?\s"
    r"|(?!our|your|my|the|their|a|an|us|them|me)[a-z]{4,15}\s){0,4}(?=[A-Zvd]|[^\W\d_a-z])"
)
_ET_AL = re.compile(
    r"\bet al\b\.?|['’]s?\s(?:colleagues|team|co-?workers|co-?authors)\b|\b(?:and|&)\s(?:(?:her|his|their)\s)?"
    r"(?:colleagues|co-?workers|co-?authors|collaborators|associates)\b"
)
_REPORTS = re.compile(
    r"\b(?:f(?:ound|inds?)|show|suggest|indicat|confirm|demonstrat|report|conclud|reveal|prov[ei]|support|analy[sz]|compar|"
    r"follow|examin|evaluat|investigat|observ|establish|recommend|calculat|synthesi|estimat|link|identif|highlight|document|"
    r"determin|measur|track|disagree|agree|argue|propos|saw\b|describ|develop|introduc|review|conduct|randomi|test|assess|"
    r"note|state|pool|includ|look|stud[iy]|recruit|us(?:ed|es)\b|did not|failed)"
)
_POINTS = re.compile(r"\b(?:by|to|see|also|As|as|than|per|contrast|e\.g\.,|cf\.)\s$")
_WORK = re.compile(
    r"\s(?:[\w-]{1,20}\s){0,3}?(?:stud(?:y|ies)|trials?|papers?|reviews?|meta-analys[ie]s|articles?|experiments?"
    r"|RCT)\b"
)
# What owns studies, too: countries and makers of shoes and watches.
_NO_AUTHORS = frozenset(
    str.split(
        "Denmark Sweden Norway Finland Iceland Spain Italy France Brazil England Scotland Ireland Wales Britain "
        "Belgium Switzerland Austria Portugal Greece Turkey Iran India Korea Mexico Taiwan Israel Poland Zealand "
        "Nike Adidas Garmin Apple Strava Asics Hoka Altra Oxford Cambridge Cochrane Lancet"
    )
)
_NOT_A_CITATION = re.compile(
    r"\b(?:photo|image|credit|copyright|©|updated|since|class of|founded|est\.|established|marathon|rated|stars?"
    r"|circa|until|"
    r"season|olympi\w+|championships?|phone|call|bill|act)\b|[$€£]\s?\d|@",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Hit:
    """A citation in the making: span, kind and what is printed, indices of the links that belong to it."""

    start: int
    end: int
    kind: CitationKind
    printed: Printed = field(default_factory=Printed)
    links: list[int] = field(default_factory=list)
    label: str | None = None
    alone: bool = False
    outer: tuple[int, int] | None = None
    secondary: bool = False

    def covers(self, start: int, end: int) -> bool:
        """Whether it shares a character with a span."""
        low, high = self.outer or (self.start, self.end)
        return start < high and end > low


def parentheses(text: str) -> Iterator[tuple[int, int]]:
    """Outermost parentheses: the places of "(" and of what follows ")". One that never closes is skipped.

    Examples
    --------
    >>> list(parentheses("a (b (c) d) (e"))
    [(2, 11)]
    """
    depth = start = 0
    for found in re.finditer(r"[()]", text):
        if found[0] == "(":
            if depth == 0:
                start = found.start()
            depth += 1
        elif depth:
            depth -= 1
            if depth == 0 and found.end() - start <= _LONGEST_PARENTHESIS:
                yield start, found.end()


def named_in(text: str, link_spans: list[tuple[int, int]], link_starts: Sequence[int] = ()) -> list[Hit]:
    """Citations by name in a text, in order.

    Parameters
    ----------
    text
        A block's text.
    link_spans
        Where links to research stand: they make a doubtful name certain.
    link_starts
        Where any links begin, in order: the journal in front of "link" in "(Lee, 2020, J Rest. link)" ends there.

    Examples
    --------
    >>> for hit in named_in("It fell (Lee et al., 2020, J Rest; Wu, 2021). Van der Berg and Xu (2019a) agree.", []):
    ...     print(hit.kind.value, hit.printed.names, hit.printed.year, hit.printed.year_suffix, hit.printed.journal)
    parenthetical ('Lee',) 2020  J Rest
    parenthetical ('Wu',) 2021  None
    prose ('Van der Berg', 'Xu') 2019 a None
    """
    hits: list[Hit] = []
    for start, end in parentheses(text):
        hits += _inside(text, start, end, link_spans, link_starts)
    for found in _YEAR.finditer(text):
        if not any(hit.covers(found.start(), found.end()) for hit in hits[-40:]):
            hits += list(_prose_year(text, found, hits, link_starts)) or _possessive(text, found, hits)
    for found in _ET_AL.finditer(text):
        if not any(hit.covers(found.start(), found.end()) for hit in hits) and (
            hit := _without_year(text, found.end())
        ):
            hits.append(hit)
    for found in _CUE.finditer(text):
        if not any(hit.covers(found.end(), found.end() + 3) for hit in hits) and (hit := _after_cue(text, found)):
            hits.append(hit)
    return _told_once(sorted(hits, key=lambda hit: hit.start))


def _told_once(hits: list[Hit]) -> list[Hit]:
    """Without names in prose that the next citation repeats with a year: "Research by Lee found it. (Lee, 2020)"."""
    return [
        hit
        for hit, following in zip(hits, [*hits[1:], None], strict=False)
        if following is None
        or hit.kind is not CitationKind.PROSE
        or hit.printed.year is not None
        or following.kind is not CitationKind.PARENTHETICAL
        or hit.printed.names[:1] != following.printed.names[:1]
    ]


# --- inside parentheses ---------------------------------------------------------------------------------------------


def _inside(
    text: str, start: int, end: int, link_spans: list[tuple[int, int]], link_starts: Sequence[int]
) -> list[Hit]:
    hits: list[Hit] = []
    position = start + 1
    previous: Hit | None = None
    for part in text[start + 1 : end - 1].split(";"):
        stop = position + len(part)
        linked = any(a < stop and b > position for a, b in link_spans)
        found = _part(text, position, stop, link_starts, linked=linked)
        if (
            not found
            and previous is not None
            and (more := re.fullmatch(r"\s?(?:and\s)?((?:19|20)\d\d)([a-h])?\s?", part))
        ):
            printed = replace(previous.printed, year=int(more[1]), year_suffix=more[2] or "")
            found = [Hit(position, stop, CitationKind.PARENTHETICAL, printed)]
        hits += found
        previous = found[-1] if found else None
        position = stop + 1
    if len(hits) == 1 and not re.search(r"\w", text[start + 1 : hits[0].start].replace("see", "").replace("e.g", "")):
        hits[0].start, hits[0].end = start, end
    for hit in hits:
        hit.outer = (start, end)
        hit.alone = not text[:start].strip() or text[:start].rstrip()[-1:] in '.!?”"*)]'
    return hits


def _part(text: str, start: int, stop: int, link_starts: Sequence[int], *, linked: bool) -> list[Hit]:
    """Citations of one part between semicolons: names and one or more years, or a journal and a year."""
    part = text[start:stop]
    years = list(_YEAR.finditer(text, start, stop))
    if not years:
        return []
    lead = _LEAD.match(part)
    first = start + (lead.end() if lead else len(part) - len(part.lstrip()))
    year = years[0]
    before = text[first : year.start()]
    if not before.strip():
        return []
    names = names_before(text, first + len(before.rstrip(" (")), first, compound=True)
    fits = names is not None and (names.start <= first + 1 or bool(re.search(r"[:.,]\s?$", text[first : names.start])))
    journal = before.strip(" ,.:(")
    rest = _without_links(text, year.end(), stop, link_starts)
    if names is not None and fits and (linked or _credible(names, before, rest)):
        printed = Printed(
            text[names.start : names.end].strip(" ,"), names.names, names.et_al, int(year[1]), year[2] or ""
        )
        hits = [Hit(max(first, names.start), stop, CitationKind.PARENTHETICAL, _placed(printed, rest))]
        for other in years[1:]:
            if re.fullmatch(r"\s?,\s?(?:and\s)?", text[year.end() : other.start()]):
                again = replace(printed, year=int(other[1]), year_suffix=other[2] or "")
                hits.append(Hit(other.start(), other.end(), CitationKind.PARENTHETICAL, again))
        return hits
    if is_journal(journal) and re.search(r"[,.\s]\s?$", before):
        printed = Printed(year=int(year[1]), journal=journal)
        place = place_after(rest)
        return [Hit(first, stop, CitationKind.PARENTHETICAL, replace(printed, volume=place.volume, pages=place.pages))]
    if linked and not _NOT_A_CITATION.search(part):
        return [Hit(first, stop, CitationKind.PARENTHETICAL, Printed(year=int(year[1])))]
    return []


def _without_links(text: str, start: int, stop: int, link_starts: Sequence[int]) -> str:
    """What stands behind a year and before the link that follows it; all when the link is on the first words."""
    number = bisect_right(link_starts, start)
    whole = text[start:stop]
    if number < len(link_starts) and link_starts[number] < stop:
        before = text[start : link_starts[number]]
        return before if re.search(r"[^\W\d_]{2}", before) else whole
    return whole


def _placed(printed: Printed, rest: str) -> Printed:
    place = place_after(re.sub(r"^\s?[):]", "", rest))
    return replace(printed, journal=place.journal, volume=place.volume, issue=place.issue, pages=place.pages)


def _credible(names: Names, before: str, rest: str) -> bool:
    """Whether names and a year in parentheses are a citation even without a link."""
    if _NOT_A_CITATION.search(before):
        return False
    if names.et_al or len(names.names) > 1:
        return True
    if names.given:
        return is_journal(rest.strip(" ,."))
    return not re.search(r"\b[A-Z]\.\s?,?\s?$", before) or "," in before.strip(" ,")


# --- in prose -------------------------------------------------------------------------------------------------------


def _prose_year(text: str, year: re.Match[str], hits: list[Hit], link_starts: Sequence[int]) -> Iterator[Hit]:
    """Names directly before "(2019)", "2019" or ", 2019"."""
    low = max(0, year.start() - 4)
    gap = re.search(r"\s?(?:,\s|\(\s?|,?\sin\s|\s)$", text[low : year.start()])
    if gap is None:
        return
    end = low + gap.start()
    names = names_before(text, end)
    bracketed = "(" in gap[0]
    if names is None or any(hit.covers(names.start, names.end) for hit in hits[-40:]):
        return
    several = names.et_al or len(names.names) > 1
    if names.given and not several and not (bracketed and _CUE.search(text[max(0, names.start - 40) : names.start])):
        return
    sure = bracketed or (several and (names.et_al or " in " not in gap[0]))
    if not sure or _NOT_A_CITATION.search(text[names.start : names.end]):
        return
    if names.group and not bracketed:
        return
    if not names.et_al and not (bracketed and _told(text, names, year.end())):
        return  # "Smith and Jones 2019" may be a race, "from Stanford (2014)" a degree
    stop, place = year.end(), Printed()
    if bracketed:
        close = text.find(")", year.end(), year.end() + 200)
        if close < 0:
            return
        inner = text[year.end() : close]
        if inner.strip(" ,;.") and not re.match(r"\s?[,;:.]", inner):
            return
        stop, place = close + 1, place_after(_without_links(text, year.end(), close, link_starts))
    printed = Printed(
        text[names.start : names.end].strip(" ,"), names.names, names.et_al, int(year[1]), year[2] or "",
        journal=place.journal, volume=place.volume, issue=place.issue, pages=place.pages,
    )  # fmt: skip
    yield Hit(names.start, stop, CitationKind.PROSE, printed)


def _possessive(text: str, year: re.Match[str], hits: list[Hit]) -> list[Hit]:
    """A study by its author's name and year: "Lee's 2019 trial"."""
    found = _WORK.match(text, year.end())
    if found is None or text[max(0, year.start() - 3) : year.start()] not in {"'s ", "’s "}:
        return []
    names = names_before(text, year.start() - 1)
    if names is None or names.group or names.et_al or names.names[0] in _NO_AUTHORS:
        return []
    if any(hit.covers(names.start, names.end) for hit in hits[-40:]):
        return []
    printed = Printed(text[names.start : names.end - 2], names.names, year=int(year[1]), year_suffix=year[2] or "")
    return [Hit(names.start, found.end(), CitationKind.PROSE, printed)]


def _told(text: str, names: Names, end: int) -> bool:
    """Whether a sentence tells of a study: a verb that reports follows, or a word before the names points at them."""
    behind = re.split(r"[.?!]\s", text[end : end + 110], maxsplit=1)[0]
    return bool(_REPORTS.search(behind) or names.group or _POINTS.search(text[max(0, names.start - 30) : names.start]))


def _without_year(text: str, end: int) -> Hit | None:
    """Names as in "Lee et al. found": the year may stand a little further."""
    names = names_before(text, end)
    if names is None or not names.et_al:
        return None
    if re.search(r"['’]s?\s(?:team|co|colleagues)", text[names.start : end]) and year_after(text, end) is None:
        return None  # "the clinic's team": a name known from elsewhere is found later
    printed = Printed(text[names.start : names.end].strip(" ,"), names.names, et_al=True)
    stop = end
    if (dated := year_after(text, end)) is not None:
        printed, stop = replace(printed, year=dated[0], year_suffix=dated[1]), dated[2]
    return Hit(names.start, stop, CitationKind.PROSE, printed)


def _after_cue(text: str, cue: re.Match[str]) -> Hit | None:
    """Names after a cue, as in "research by Lee showed"; after "from" or "of" only a person with a year counts."""
    names = names_after(text, cue.end())
    if names is None or re.match(r"\s[A-Z]\.(?:\s|$)", text[names.end : names.end + 4]):
        return None
    if re.search(r"\s[A-Z]\.?$", text[cue.end() : names.end]):
        return None  # "reviews by Petra W."
    by = cue[0].rstrip().lower().endswith("by") or " by " in cue[0]
    dated = year_after(text, names.end)
    if dated is None and (not by or names.group or cue[0].lower().startswith(("review", "work", "article", "data"))):
        return None
    if not by and "(" not in text[names.end : names.end + 3]:
        return None
    printed = Printed(text[names.start : names.end].strip(" ,"), names.names, names.et_al)
    stop = names.end
    if dated is not None:
        printed, stop = replace(printed, year=dated[0], year_suffix=dated[1]), dated[2]
    return Hit(names.start, stop, CitationKind.PROSE, printed)
