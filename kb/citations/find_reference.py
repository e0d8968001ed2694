"""An entry of a reference list -> authors, year, title, journal, volume, issue, pages; APA, Vancouver, AMA, Harvard."""

from __future__ import annotations

import re
from dataclasses import replace

from kb.citations.find_journals import is_journal
from kb.citations.find_model import Printed
from kb.citations.find_names import group_in

_LONGEST = 3000
_LABEL = re.compile(r"\s{0,4}(?:\[(\d{1,3})\]|\((\d{1,3})\)|(\d{1,3})[.)])\s{0,4}(?=[^\d\s])")
_YEAR = re.compile(r"\(\s?((?:1[89]|20)\d\d)([a-h])?(?:[,/][^)]{0,40})?\s?\)")
_BARE_YEAR = re.compile(r"(?<![\d:–-])((?:19|20)\d\d)([a-h])?(?![\d–-]|\.\d)")
_PLACE = re.compile(
    r"(?P<year>(?:19|20)\d\d)(?:\s[A-Z][a-z]{2,8})?(?:[\s-]\d{1,2})?(?:[-/][A-Za-z]{3,9})?\s?[;,]\s?"
    r"(?P<vol>(?:[Vv]ol\.?\s?)?\d{1,4}|[Ee]pub|(?=\(\d))"
    r"\s?(?:\(\s?(?P<iss>[^()]{1,20})\s?\)|,?\s?(?:[Nn]o|[Ii]ss(?:ue)?|[Nn]r)\.?\s?(?P<no>\d{1,3}))?"
    r"(?:\s?[:,]\s?(?:pp?\.\s?|pp\s)?(?P<pages>[A-Za-z]{0,6}\.?\d[\w.]{0,12}(?:\s?[-–—]\s?[A-Za-z]{0,3}\d{1,7})?))?"
)
# Cochrane's reviews have a year, an issue and an article number: "2011;(7):CD001234", "2021, Issue 9. Art. No.: CD...".
_COCHRANE = re.compile(
    r"[\s.,;(]{1,3}(?:(?P<year>(?:19|20)\d\d)(?:\s[A-Z][a-z]{2,8})?(?:\s\d{1,2})?\)?[\s;,.]{0,3})?"
    r"(?:(?P<vol>\d{1,4})\s?(?=\())?(?:\(\s?(?P<iss>\d{1,2})\s?\)|\(?[Ii]ssue\s?(?P<no>\d{1,2})\)?|(?=CD|Art))"
    r"[\s.,;:]{0,3}(?:Art(?:icle)?\.?\s?(?:[Nn]o\.?|[Ii][Dd])?\s?:?\s?)?(?P<pages>CD\d{6})(?:\.pub\d{1,2})?\b"
)
_VOLUME = re.compile(
    r"[,.]?\s(?:[Vv]ol(?:ume)?|[Vv])?\.?\s?(?P<vol>\d{1,4})\s?(?:\(\s?(?P<iss>[^()]{1,20})\s?\)"
    r"|,?\s?(?:[Nn]o|[Ii]ss(?:ue)?|[Nn]r)\.?\s?(?P<no>\d{1,3}))?"
    r"(?:,\s(?:19|20)\d\d(?=,\spp?\b))?"  # the year, where it stands behind the volume
    r"\s?(?:[,:]\s?(?:pp?\.\s?|pp\s|[Aa]rticle\s?)?(?P<pages>(?!(?:19|20)\d\d\b(?!\s?[-–—]))[A-Za-z]{0,6}\.?\d[\w.]{0,14}(?:\s?[-–—]\s?[A-Za-z]{0,3}\d{1,7})?))?(?=[\s.,;]|$)"
)
_TAIL = re.compile(
    r"(?:https?://|www\.|(?:doi|DOI|Doi)(?:\s?[:.]|\s?(?=10\.)|\s?$)|\bPMC?ID\b|\b10\.\d{4,9}/|Available (?:at|from)"
    r"|Retrieved|Accessed|Published online|Epub)"
    r"|\b(?:View on PubMed|PubMed|Full [Tt]ext|Google Scholar|CrossRef|\[(?:PubMed|CrossRef|Google Scholar)\])"
)
# One author: "Lee, A. B.", "van der Worp MP", "García-López J"; initials without stops are at most four letters.
_FAMILY = r"(?:(?:[a-z']{1,5}\s){0,3}[^\W\d_a-z][\w'’‘-]{1,40}(?:\s(?:[^\W\d_a-z][\w'’-]{1,30}|[a-z]{2,3})){0,3})"
# "A. B.", "AB" or "A B": the letters behind "Lee AB." are those of the title.
_INITIAL = r"[^\W\d_a-z]"
_INITIALS = (
    rf"(?:{_INITIAL}\.(?:[\s-]?{_INITIAL}\.){{0,3}}(?:[\s-]?{_INITIAL}(?=[,;&(]|$))?|{_INITIAL}(?:-?{_INITIAL}){{0,3}}(?=[,.;&(\s]|$)"
    rf"(?:\s{_INITIAL}(?=[,.;\s]|$)){{0,2}})"
)
_PERSON = re.compile(rf"{_FAMILY},?\s{_INITIALS}(?:,?\s(?:Jr|Sr|II|III|2nd|3rd)\.?)?(?=[,.;&(\s]|$)")
_GIVEN = re.compile(r"(?:[^\W\d_a-z]\.?\s){1,3}[^\W\d_a-z][\w'’-]{1,40}(?=[,.;&(\s]|$)")
# What stands behind the place of a paper in parentheses: the words of a link, an address, an identifier.
_LINK_WORDS = re.compile(
    r"\b(?:View|Read|[Ff]ull[ -][Tt]ext|[Ff]ree (?:[Ff]ull )?[Tt]ext|PubMed|PMC?ID|PMC|doi|DOI|[Ll]ink|https?|www)\b"
    r"|\b10\.\d{4,9}/"
)
_VOLUME_WORD = re.compile(
    r",?\s[Vv]ol(?:ume)?\.?\s?(?P<vol>\d{1,4})(?:\s?\(\s?(?P<iss>[^()]{1,12})\s?\)"
    r"|,?\s(?:[Nn]o|[Ii]ss(?:ue)?|[Nn]r)\.?\s?(?P<no>\d{1,3}))?"
    r"(?:[,:]\s?(?:pp?\.?\s?)?(?P<pages>[A-Za-z]{0,4}\d\w{0,9}(?:[-–]\w{1,8})?))?$"
)
_STOP = re.compile(r"(?<=[^\W_\d][\w)\]\"”])\s?[.?!](?=\s[A-Z\d\"“(])")
_JOURNAL_SMALL = frozenset(str.split("of and in for the on de la et der für und to with a an i y do da del"))
# Words that begin a sentence, never an author; some of them, such as "An" in Korea, are names only in a list.
_BEGINS_PROSE = frozenset(
    str.split(
        "The Your Our My His Her Its Their This That These Those A In On At For From With If When While As Since After "
        "Before Most Many Some All Both Each Every No Not One Two Three"
    )
)
_AFTER_AUTHORS = re.compile(r"\s?[.,:;(]|\s(?:19|20)\d\d\b")
_LAW = re.compile(
    r"\b(?:Assembly|Senate|House) Bill\b|\b(?:Act|Statute|Code|Law|Regulations?) (?:of|§|\d)|§", re.IGNORECASE
)


def label_of(text: str) -> tuple[str | None, int]:
    """Number that an entry prints, and where its text begins.

    Examples
    --------
    >>> label_of("[12] Lee A."), label_of("2031 was")
    (('12', 5), (None, 0))
    """
    found = _LABEL.match(text)
    return (found[1] or found[2] or found[3], found.end()) if found else (None, 0)


def parse_reference(text: str) -> Printed | None:
    """What an entry prints; None when it does not read like a reference to a publication.

    Examples
    --------
    >>> entry = parse_reference("Okafor AB, van den Berg C, et al. Rest for sore tendons. J Ex. 2031;4(2):10-9.")
    >>> entry.names, entry.et_al, entry.year, entry.title, entry.journal, entry.volume, entry.issue, entry.pages
    (('Okafor', 'van den Berg'), True, 2031, 'Rest for sore tendons', 'J Ex', '4', '2', '10-9')
    >>> entry = parse_reference(
    ...     "Okafor, A. B., & Lee, C. (2031). Rest for tendons: A trial. Journal of Rest, 4(2), e12."
    ... )
    >>> entry.names, entry.year, entry.title, entry.journal, entry.volume, entry.issue, entry.pages
    (('Okafor', 'Lee'), 2031, 'Rest for tendons: A trial', 'Journal of Rest', '4', '2', 'e12')
    >>> parse_reference("California Assembly Bill 1000 (2013). Direct access.") is None
    True
    """
    text = text[label_of(text)[1] : _LONGEST]
    if len(text) < 20 or _LAW.search(text):
        return None
    tail = _TAIL.search(text)
    body = text[: tail.start()].rstrip(" [(") if tail and tail.start() > 20 else text
    place = _PLACE.search(body)
    cochrane = _COCHRANE.search(body)
    if cochrane and cochrane["year"] and (place is None or cochrane.start() <= place.start()):
        place = cochrane
    year = _YEAR.search(body[:800])
    if year and (place is None or year.start() < place.start()):
        printed = _author_date(body, year)
    elif place:
        printed = _vancouver(body, place)
    else:
        printed = _loose(body)
    return printed if printed is not None and _enough(printed) else None


def is_entry(text: str, printed: Printed) -> bool:
    """Whether a paragraph that is in no reference list is an entry of one, as parsed, and not prose with capitals.

    It begins with authors whom a stop, a comma or the year follows, and the journal is written as one.

    Examples
    --------
    >>> prose = "The PT is right. Rest helps, as Okafor et al. showed in 2031 in 320 walkers (doi:10.1000/x)."
    >>> entry = "Okafor AB. Rest for sore tendons. J Ex. 2031;4(2):10-9."
    >>> [is_entry(text, parse_reference(text)) for text in (prose, entry)]
    [False, True]
    """
    if not printed.names or not (printed.volume or printed.pages):
        return False
    text = text[label_of(text)[1] : _LONGEST].lstrip()
    names, used = _leading_authors(text)
    if names is None and printed.authors and text.startswith(printed.authors):
        used = len(printed.authors)
    if not used or _BEGINS_PROSE & {name.split()[0] for name in printed.names if name.split()}:
        return False
    behind = _AFTER_AUTHORS.match(text, used) or text[used - 1] == "."
    return bool(behind) and (printed.journal is None or _is_written_as_journal(printed.journal))


def _is_written_as_journal(name: str) -> bool:
    """Whether a journal is a known one, has capitals throughout, or is written as catalogues do: "Journal of rest"."""
    words = re.findall(r"[^\W\d_]+", name)
    large = " ".join(word if word in _JOURNAL_SMALL else word[0].upper() + word[1:] for word in words)
    capitals = bool(words) and all(word[0].isupper() or word in _JOURNAL_SMALL for word in words)
    return capitals or is_journal(name) or (name[:1].isupper() and ("Journal" in large or is_journal(large)))


def _enough(printed: Printed) -> bool:
    """Two facts that only a reference prints together."""
    if printed.year is None or not (printed.names or printed.title):
        return False
    return bool(
        printed.volume or printed.pages or (printed.journal and printed.names) or (printed.names and printed.title)
    )


def _author_date(body: str, year: re.Match[str]) -> Printed | None:
    """APA and Harvard: Authors (Year). Title. Journal, volume(issue), pages."""
    names = parse_authors(body[: year.start()])
    if names is None:
        return None
    rest = body[year.end() :].lstrip(" .,:")
    title, rest = _title(rest)
    return replace(
        _journal(rest, Printed(title=title, year=int(year[1]), year_suffix=year[2] or "")),
        authors=names.authors,
        names=names.names,
        et_al=names.et_al,
    )


def _vancouver(body: str, place: re.Match[str]) -> Printed | None:
    """Authors. Title. Journal. Year;volume(issue):pages."""
    head = body[: place.start()].rstrip(" .,")
    names, used = _leading_authors(head)
    rest = head[used:].lstrip(" .,:")
    title, journal = _title(rest)
    if not journal and " " in title:
        title, _, journal = title.rpartition(". ")
    printed = replace(
        _numbers(place), title=title or None, journal=journal.strip(" .,(") or None, year=int(place["year"])
    )
    if names is None:
        return printed if journal else None
    return replace(printed, authors=names.authors, names=names.names, et_al=names.et_al)


def _numbers(found: re.Match[str]) -> Printed:
    """Volume, issue and pages of a match; a year or "Epub" in place of the volume is none."""
    parts = found.groupdict()
    volume = (parts["vol"] or "").lower().removeprefix("vol").strip(" .")
    dated = parts.get("year") is not None and volume == parts["year"]
    cochrane = found.re is _COCHRANE and _BARE_YEAR.fullmatch(volume)
    return Printed(
        volume=volume if volume.isdigit() and not dated and not cochrane else None,
        issue=parts.get("iss") or parts.get("no"),
        pages=parts["pages"].rstrip(".") if parts["pages"] else None,
    )


def _loose(body: str) -> Printed | None:
    """Authors. Title. Journal, year or year, volume, pages."""
    names, used = _leading_authors(body)
    years = [found for found in _BARE_YEAR.finditer(body, used) if found.start() >= used]
    if names is None and (group := group_in(body[:200])) and body.startswith(group):
        names, used = Printed(authors=group, names=(group,)), len(group)
    if names is None or not years:
        return None
    year = years[-1]
    behind = body[used:].lstrip(" .,:")
    if years[0].start() - used <= 4 and (dated := _BARE_YEAR.match(behind)):  # "Lee, A., 2013. Title."
        year, behind = years[0], behind[dated.end() :].lstrip(" .,:)")
    title, rest = _title(behind)
    printed = _journal(rest, Printed(title=title or None, year=int(year[1]), year_suffix=year[2] or ""))
    if printed.journal:
        printed = replace(printed, journal=_BARE_YEAR.sub("", printed.journal).strip(" .,;()") or None)
    return replace(printed, authors=names.authors, names=names.names, et_al=names.et_al)


def _title(rest: str) -> tuple[str, str]:
    """Title, and what follows it; a title in quotes ends with them."""
    quoted = re.match(r"[\"“‘']([^\"”]{5,400}?)[.,]?[\"”’'](?=[\s.,])[.,]?\s?", rest)
    if quoted:
        return quoted[1].strip(), rest[quoted.end() :]
    title, rest = _sentence(rest)
    for _ in range(2):
        more, behind = _sentence(rest)
        if not behind or not _is_subtitle(more):
            break
        title, rest = f"{title}{'' if title[-1:] in '?!' else '.'} {more}", behind
    return title, rest


def _sentence(rest: str) -> tuple[str, str]:
    """The first sentence of what follows the authors, and the rest."""
    for found in _STOP.finditer(rest):
        before = rest[: found.start()]
        if before.lower().endswith((" vs", " et al", " st", " no")) or len(before) < 4:
            continue
        mark = found[0].strip()
        return before.strip() + (mark if mark in "?!" else ""), rest[found.end() :].strip()
    return rest.strip(" ."), ""


def _is_subtitle(text: str) -> bool:
    """Whether a sentence between title and journal belongs to the title: words of a sentence, not a journal's name."""
    words = text.split()
    if len(words) < 2 or "." in text or is_journal(text) or re.search(r",\s?\d|\d\s?\(", text):
        return False
    small = [word for word in words if word[0].islower() and word not in _JOURNAL_SMALL]
    return bool(small) or words[0] in {"A", "An", "The", "Results", "Is", "Does", "Do", "Are", "What", "Why", "How"}


def _journal(rest: str, printed: Printed) -> Printed:
    """Journal, volume, issue and pages of "Journal, 4(2), 10-19"."""
    rest = rest[:400]
    if found := _COCHRANE.search(rest):
        place = _numbers(found)
        journal = rest[: found.start()].strip(" .,*_(") or None
        return replace(printed, journal=journal, volume=place.volume, issue=place.issue, pages=place.pages)
    for found in _VOLUME.finditer(rest):
        name = rest[: found.start()].strip(" .,*_")
        if name and not name[-1].isdigit() and not re.fullmatch(r"(?:19|20)\d\d", found["vol"]):
            place = _numbers(found)
            return replace(printed, journal=name, volume=place.volume, issue=place.issue, pages=place.pages)
    name = re.split(r"[.;]\s|,\s(?=\d|in press|advance)", rest, maxsplit=1)[0].strip(" .,*_()")
    return replace(printed, journal=name or None)


def parse_authors(text: str) -> Printed | None:
    """Authors before the year of an entry: persons with initials, or a group; None when it is neither.

    Examples
    --------
    >>> parse_authors("Denning, T. R., de la Cruz, C. E., and Lee, C. A. ").names
    ('Denning', 'de la Cruz', 'Lee')
    >>> parse_authors("World Health Organization. ").names, parse_authors("in the year") is None
    (('World Health Organization',), True)
    """
    bare = text.strip(" .,:;")
    printed, used = _leading_authors(bare)
    if printed is not None and used >= len(bare) - 1:
        return replace(printed, authors=_as_printed(text))
    words = bare.split()
    capital = sum(word[0].isupper() for word in words)
    if not words or len(words) > 14 or not words[0][0].isupper() or len(bare) > 200:
        return None
    if capital >= len(words) / 2 and not re.search(r"\d|[.?!]\s", bare.replace("et al.", "et al")):
        et_al = bool(re.search(r"\bet al\.?$", bare))
        persons = [
            re.sub(r"\s?\bet al\.?$", "", part).strip() for part in re.split(r",\s?(?:and\s|&\s?)?|\sand\s|\s&\s", bare)
        ]
        is_list = et_al or all(len(part.split()) <= 2 for part in persons)
        names = tuple(part for part in persons if part) if is_list and len(words) < 8 else (bare,)
        return Printed(authors=_as_printed(text), names=names, et_al=et_al)
    return None


def _as_printed(text: str) -> str:
    shown = " ".join(text.split()).strip(",:;")
    return shown.rstrip() if re.search(r"(?:\b[A-Z]|al)\.$", shown) else shown.rstrip(" .")


def _leading_authors(text: str) -> tuple[Printed | None, int]:
    """Persons at the beginning of an entry, and where they end."""
    names: list[str] = []
    position, et_al, end = 0, False, 0
    while len(names) < 60:
        found = _PERSON.match(text, position) or (_GIVEN.match(text, position) if names or position == 0 else None)
        if not found:
            break
        names.append(_family(found[0], given_first=found.re is _GIVEN))
        end = position = found.end()
        joint = re.compile(r"[\s.]{0,2}[,;]?\s?(?:and\s|&\s?|\.\.\.\s?|…\s?|und\s|en\s|et\s(?!al))?").match(
            text, position
        )
        more = re.compile(r"[\s.,]{0,3}(?:and\s)?et\s?al\b\.?|[\s,]{0,3}(?:and|&) (?:others|colleagues)\b").match(
            text, position
        )
        if more:
            et_al, end = True, more.end()
            break
        if joint is None or not (text[position : position + 1] in {",", ";"} or re.search(r"and|&|und|en", joint[0])):
            break
        position = joint.end()
    if not names:
        return None, 0
    shown = _as_printed(text[:end])
    return Printed(authors=shown, names=tuple(names), et_al=et_al), end


def _family(person: str, *, given_first: bool) -> str:
    if given_first:
        return person.rsplit(maxsplit=1)[-1]
    if "," in person:
        return person.split(",", maxsplit=1)[0].strip()
    words = person.split()
    while len(words) > 1 and re.fullmatch(r"(?:[^\W\d_a-z][.-]{0,2}){1,4}|Jr\.?|Sr\.?|I{2,3}|[23](?:nd|rd)", words[-1]):
        words.pop()
    return " ".join(words)


def place_after(text: str) -> Printed:
    """Journal, volume, issue and pages that follow the year inside parentheses.

    Examples
    --------
    >>> place_after(", J Rest 4(2):10-12").journal, place_after(", J Rest 4(2):10-12").volume
    ('J Rest', '4')
    """
    whole = _LINK_WORDS.split(text, maxsplit=1)[0].rstrip(" [(,;:")
    rest = whole.strip(" .,;:")
    if not rest or len(rest) > 250:
        return Printed()
    if found := _COCHRANE.search(f" {rest}"):
        return replace(_numbers(found), journal=rest[: max(0, found.start() - 1)].strip(" ,.;(") or None)
    found = re.search(
        r"\s(\d{1,4})(?:\s?\(([^()]{1,12})\))?\s?[:,]\s?([A-Za-z]{0,4}\d[\w]{0,9}(?:[-–]\w{1,8})?)\.?$", rest
    )
    if found:
        return Printed(journal=_name_of(rest[: found.start()]) or None, volume=found[1], issue=found[2], pages=found[3])
    if found := _VOLUME_WORD.search(rest):
        return replace(_numbers(found), journal=_name_of(rest[: found.start()]) or None)
    pages = re.fullmatch(r"pp?\.?\s?(\d[\d–-]{0,12})", rest)
    if pages:
        return Printed(pages=pages[1])
    if (
        is_journal(rest)
        or _is_abbreviated(whole)
        or (rest[:1].isupper() and len(rest.split()) <= 14 and not re.search(r"[.?!]\s\S{4}", rest))
    ):
        return Printed(journal=rest)
    return Printed()


def _name_of(text: str) -> str:
    """Journal before its volume, without the word "Vol."."""
    return re.sub(r",?\s[Vv]ol(?:ume)?\.?$", "", text).strip(" ,.;")


def _is_abbreviated(text: str) -> bool:
    """Whether a text is a journal with stops: "Front. Physiol."."""
    words = text.strip(" ,;:").split()
    first = words[0] if words else ""
    small = all(word[0].isupper() or word in _JOURNAL_SMALL or word == "&" for word in words)
    return 1 < len(words) <= 8 and small and first.endswith(".") and 2 < len(first) <= 6 and text.strip().endswith(".")
