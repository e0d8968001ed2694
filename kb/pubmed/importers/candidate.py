"""A publication as a file describes it, and the cleaning that every format needs."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

from kb.pubmed.identify import Identified, IdentifyError, identify
from kb.pubmed.record import Link
from kb.pubmed.xml_values import page_range

_TAG = re.compile(
    r"</?(?:i|b|u|em|strong|sub|sup|span|sc|scp|italic|bold|p|jats:\w+|mml:\w+)(?:\s[^<>]*)?/?>", re.IGNORECASE
)
_YEAR = re.compile(r"(?<![0-9])(1[6-9][0-9]{2}|20[0-9]{2})(?![0-9])")
_SUFFIX = re.compile(r"(?:Jr|Sr|I{2,3}|IV|2nd|3rd|4th)\.?", re.IGNORECASE)
_IN_TEXT = (
    ("pmid", re.compile(r"\bPMID\s*[:=]?\s*([0-9]{1,8})\b", re.IGNORECASE)),
    ("pmcid", re.compile(r"\bPMCID\s*[:=]?\s*(PMC\s?[0-9]{1,9})\b", re.IGNORECASE)),
    ("doi", re.compile(r"\bDOI\s*[:=]\s*(10\.[0-9]{4,9}/\S+)", re.IGNORECASE)),
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A publication as a file describes it; what the file does not say is None or empty.

    Parameters
    ----------
    where
        The file and the entry in it, for messages.
    authors
        As BibTeX writes names: ``Lee, S. H.``, groups in braces.
    is_article
        Whether it is an article of a journal, as far as the file says.
    publication_types, mesh, links
        From NBIB alone.
    notes
        What was mended or left out, one sentence each.
    """

    where: str
    title: str | None = None
    authors: tuple[str, ...] = ()
    journal: str | None = None
    shortjournal: str | None = None
    year: int | None = None
    volume: str | None = None
    number: str | None = None
    pages: str | None = None
    doi: str | None = None
    pmid: str | None = None
    pmcid: str | None = None
    is_article: bool = True
    publication_types: tuple[str, ...] = ()
    mesh: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def ids(self) -> tuple[Identified, ...]:
        """Its identifiers, the surest first."""
        named = (("pmid", self.pmid), ("doi", self.doi), ("pmcid", self.pmcid))
        return tuple(Identified(kind, value, self.where) for kind, value in named if value)  # type: ignore[arg-type]


def clean(text: object) -> str | None:
    """A value on one line, without markup and braces; None when nothing is left.

    Examples
    --------
    >>> clean(" CO<sub>2</sub> &amp;  {muscle} "), clean("  "), clean(12)
    ('CO2 & muscle', None, '12')
    """
    if text is None or isinstance(text, (dict, list, bool)):
        return None
    bare = _TAG.sub("", html.unescape(str(text)))
    bare = "".join(c if c.isprintable() else " " for c in bare.replace("\xa0", " ").replace("\u00ad", ""))
    return " ".join(bare.translate({ord("{"): None, ord("}"): None}).split()) or None


def clean_title(text: object) -> str | None:
    """A title without its final stop.

    Examples
    --------
    >>> clean_title("Rest is best."), clean_title("Is rest best?"), clean_title("[Rest].")
    ('Rest is best', 'Is rest best?', '[Rest]')
    """
    title = clean(text)
    return title.removesuffix(".").rstrip() or None if title and not title.endswith("..") else title


def year_of(*texts: object) -> int | None:
    """The first year in the texts.

    Examples
    --------
    >>> year_of("2024/09/15/"), year_of("Sept 2024"), year_of("in press", None)
    (2024, 2024, None)
    """
    found = (_YEAR.search(str(text)) for text in texts if text is not None)
    return next((int(year[1]) for year in found if year), None)


def pages_of(text: object) -> str | None:
    """Pages with both ends in full.

    Examples
    --------
    >>> pages_of("3248-52"), pages_of("91--103"), pages_of("e0123456")
    ('3248-3252', '91-103', 'e0123456')
    """
    pages = clean(text)
    if not pages:
        return None
    pages = re.sub(r"\s*[-\u2010-\u2015]+\s*", "-", pages)
    first, last = page_range(pages)
    simple = first and last and re.fullmatch(r"[\w.]+-[\w.]+", pages)
    return f"{first}-{last}" if simple else pages


def person(family: object, given: object = None, suffix: object = None) -> str | None:
    """A person as BibTeX writes one: family name, suffix, initials.

    Examples
    --------
    >>> person("Lee", "Sang Hoon"), person("Koc", "TA", "Jr"), person("de Vos", "R.-J."), person("Plato")
    ('Lee, S. H.', 'Koc, Jr, T. A.', 'de Vos, R. J.', 'Plato')
    """
    last, first, tail = (_plain_name(part) for part in (family, given, suffix))
    if not last:
        return None
    letters: list[str] = []
    for word in re.split(r"[\s.\-\u2010\u2011]+", first):
        if _SUFFIX.fullmatch(word) and not tail and len(word) > 1 and letters:
            tail = word
        elif word:
            letters += list(word) if word.isupper() and len(word) <= 4 else [word[0].upper()]
    initials = " ".join(f"{letter}." for letter in letters if letter.isalpha())
    if not initials:
        return last if " " not in last else group(last)
    return ", ".join(part for part in (last, tail.rstrip("."), initials) if part)


def group(name: object) -> str | None:
    """A group as BibTeX writes one: in braces."""
    bare = clean(name)
    return f"{{{bare}}}" if bare else None


def _plain_name(part: object) -> str:
    return (clean(part) or "").replace(",", " ").strip()


def named(text: str) -> str | None:
    """A person from one text: ``Lee, Sang Hoon``, ``Koc, T. A., Jr``, ``Lee SH`` or a group.

    Examples
    --------
    >>> named("Lee, Sang Hoon"), named("Koc, T. A., Jr"), named("van Dyk N"), named("WHO Guideline Group")
    ('Lee, S. H.', 'Koc, Jr, T. A.', 'van Dyk, N.', '{WHO Guideline Group}')
    """
    bare = clean(text)
    if not bare:
        return None
    if bare.casefold() in {"others", "et al", "et al."}:
        return "others"
    parts = [part.strip() for part in bare.split(",")]
    if len(parts) > 1:
        if len(parts) > 2 and _SUFFIX.fullmatch(parts[1]):
            return person(parts[0], parts[2], parts[1])
        return person(parts[0], parts[1], parts[2] if len(parts) > 2 else None)
    found = re.fullmatch(r"(\S.*?)\s+([^\W\d_a-z]{1,4})(?:\s+(Jr|Sr|2nd|3rd|4th|II|III|IV))?", bare)
    if found and found[2].isupper() and not found[1].isupper():
        return person(found[1], found[2], found[3])
    return group(bare)


def ids_in(*texts: object) -> dict[str, str]:
    """PMID, PMCID and DOI that stand in running text, as Zotero writes them into "extra"; the first of each.

    Examples
    --------
    >>> ids_in("PMID: 39198038 PMCID: PMC11000001", None)
    {'pmid': '39198038', 'pmcid': 'PMC11000001'}
    """
    found: dict[str, str] = {}
    for text in texts:
        for name, pattern in _IN_TEXT:
            if isinstance(text, str) and (match := pattern.search(text)):
                found.setdefault(name, match[1])
    return found


def checked_ids(given: dict[str, object]) -> tuple[dict[str, str], tuple[str, ...]]:
    """Ids in their normal form, and a sentence for each that is none.

    Parameters
    ----------
    given
        ``pmid``, ``pmcid`` and ``doi`` as the file has them.

    Examples
    --------
    >>> checked_ids({"doi": "https://doi.org/10.1111/os.14212", "pmid": "12x", "pmcid": "2231364"})
    ({'doi': '10.1111/os.14212', 'pmcid': 'PMC2231364'}, ("its PMID '12x' is none and was left out",))
    """
    ids: dict[str, str] = {}
    notes: list[str] = []
    for name, value in given.items():
        text = clean(value)
        if not text:
            continue
        label = "PMC" if name == "pmcid" and text.isdigit() else ""
        try:
            found = identify(f"{label}{text}")
        except IdentifyError:
            found = None
        if found is None or found.kind != name:
            notes.append(f"its {name.upper()} '{text[:60]}' is none and was left out")
        else:
            ids[name] = found.value
            notes += found.notes
    return ids, tuple(notes)


def ids_of_address(addresses: tuple[str, ...]) -> dict[str, str]:
    """Ids that addresses of PubMed, PMC and publishers carry; the first of each kind."""
    found: dict[str, str] = {}
    for address in addresses:
        try:
            one = identify(address)
        except IdentifyError:
            continue
        if one.kind != "pii":
            found.setdefault(one.kind, one.value)
    return found
