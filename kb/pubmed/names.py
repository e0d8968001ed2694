"""Titles, names, journals and pages, folded so that the same is found to be the same, and no more than that."""

from __future__ import annotations

import difflib
import re
import unicodedata
from typing import TYPE_CHECKING

from rapidfuzz import fuzz

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kb.pubmed.record import Author

SAME_TITLE = 95.0
"""rapidfuzz ratio, 0 to 100, of folded titles from which on they may be the same.

Two trials of one first author, a year apart, reach 91.5: askling2013 and askling2014 in this base differ in "elite
football" and "elite sprinters and jumpers" only. British for American spelling and a letter mistyped stay above 97.
"""
_SAME_WORD = 82.0
"""Ratio from which on two words are one word spelt in two ways: male/female 80, centre/center 83, -ise/-ize 90."""
_LITTLE = {"a", "an", "the", "of", "in", "on", "and", "for", "to", "with", "its"}
_NUMERAL = re.compile(r"\d+|\b(?:i{1,3}|iv|vi{0,3}|ix|x)\b")
_SHORTEST = 20  # letters that a title needs before a longer one may be the same with a subtitle
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i", "&": " and ", "'": "", "’": ""})

RETRACTED = re.compile(r"\s*(?:retracted(?: article)?|withdrawn|retraction)\s*:\s*", re.IGNORECASE)
_PAGES = re.compile(r"([A-Za-z]*)(\d+)\s*[-‐-―]\s*([A-Za-z]*)(\d+)")


def fold(text: str) -> str:
    """Lower-case words without accents and punctuation, one blank between.

    Examples
    --------
    >>> fold("Müller’s CO₂–laser: Øre & <Nase>")
    'mullers co2 laser ore and nase'
    """
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    bare = plain if plain.isascii() else "".join(c for c in plain if not unicodedata.combining(c))
    return " ".join(re.findall(r"[^\W_]+", bare))


def solid(text: str) -> str:
    """Folded, without blanks: what stays the same when only typography differs.

    Examples
    --------
    >>> solid("Follow-up") == solid("follow up") == solid("Followup.")
    True
    """
    return fold(text).replace(" ", "")


# --- titles ----------------------------------------------------------------------------------------------------


def bare_title(title: str | None) -> str | None:
    """A title of PubMed as a bibliography writes it: without the full stop at its end.

    Examples
    --------
    >>> bare_title("Rest is best."), bare_title("Is rest best?"), bare_title("[Ruhe.].")
    ('Rest is best', 'Is rest best?', '[Ruhe]')
    """
    if title is None:
        return None
    bare = title.strip().removesuffix(".")
    return re.sub(r"^\[(.*?)\.?\]$", r"[\1]", bare) or None


def same_title(ours: str | None, theirs: str | None) -> bool | None:
    """Whether two titles are of one paper; None when one is unknown.

    They must reach `SAME_TITLE`, hold the same numbers (part 1 is not part 2), and a word that differs must be a
    spelling of the other.

    Examples
    --------
    >>> same_title("A randomised trial of rest: part I", "A randomized trial of rest. Part I.")
    True
    >>> same_title("A randomised trial of rest: part I", "A randomised trial of rest: part II")
    False
    >>> same_title("Strength and load on the knees of male runners", "Strength and load on the knees of female runners")
    False
    """
    if not ours or not theirs:
        return None
    a, b = (fold(RETRACTED.sub("", title)) for title in (ours, theirs))
    if a.replace(" ", "") == b.replace(" ", ""):
        return True
    if sorted(_NUMERAL.findall(a)) != sorted(_NUMERAL.findall(b)):
        return False
    return fuzz.ratio(a, b) >= SAME_TITLE and _same_words(a.split(), b.split())


def _same_words(a: list[str], b: list[str]) -> bool:
    for kind, i, j, k, m in difflib.SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if kind in {"insert", "delete"} and not {*a[i:j], *b[k:m]} <= _LITTLE:
            return False
        if kind == "replace":
            pairs = zip(a[i:j], b[k:m], strict=True) if j - i == m - k else [("".join(a[i:j]), "".join(b[k:m]))]
            if any(fuzz.ratio(one, other) < _SAME_WORD for one, other in pairs):
                return False
    return True


def likeness(ours: str, theirs: str) -> float:
    """Rapidfuzz ratio, 0 to 100, of two folded titles."""
    return fuzz.ratio(fold(ours), fold(theirs))


def begins_alike(ours: str | None, theirs: str | None) -> bool:
    """Whether the longer of two titles begins with the shorter, as when a subtitle was left out.

    Examples
    --------
    >>> begins_alike("Exercise for lateral elbow pain", "Exercise for lateral elbow pain: a review")
    True
    """
    short, long = sorted((fold(RETRACTED.sub("", title or "")) for title in (ours, theirs)), key=len)
    return len(short) >= _SHORTEST and f"{long} ".startswith(f"{short} ")


# --- persons ---------------------------------------------------------------------------------------------------


def bibtex_names(authors: Iterable[Author]) -> tuple[str, ...]:
    """Authors of PubMed as the bibliography writes them; a name that PubMed corrected since is left out.

    Examples
    --------
    >>> from kb.pubmed.record import Author
    >>> bibtex_names([Author("van den Berg", initials="CJ"), Author("Koc", initials="T", suffix="Jr")])
    ('van den Berg, C. J.', 'Koc, Jr, T.')
    >>> bibtex_names([Author(collective="The {Knee} Group"), Author("Lee", valid=False)])
    ('{The Knee Group}',)
    """
    return tuple(name for author in authors if author.valid and (name := _bibtex_name(author)))


def _bibtex_name(author: Author) -> str:
    if author.collective:
        return "{" + re.sub(r"[{}]", "", author.collective).strip().rstrip(".") + "}"
    dotted = " ".join(f"{letter}." for letter in re.findall(r"[^\W\d_]", author.initials or ""))
    last = re.sub(r"[{},]", " ", author.last or "").strip()
    return ", ".join(part for part in (" ".join(last.split()), author.suffix, dotted) if part)


def folded_name(name: str) -> str:
    """A BibTeX name folded to family name, suffix and initials.

    Examples
    --------
    >>> folded_name("Núñez-Ruiz, J.-P.") == folded_name("Nunez Ruiz, J. P."), folded_name("{The Group}")
    (True, 'thegroup')
    """
    family, *rest = name.split(",")
    words = re.split(r"[\s.\-\u2010]+", rest[-1]) if rest else ()
    letters = "".join(solid(word) if word.isupper() else solid(word)[:1] for word in words)  # "JP", "J. P.", "Jo P."
    return "|".join([solid(family), *(solid(part) for part in rest[:-1]), letters]).rstrip("|")


def family_name(name: str) -> str:
    """The folded family name of a BibTeX name, in words."""
    return fold(name.split(",", maxsplit=1)[0])


def same_first_author(ours: Sequence[str], theirs: Sequence[Author]) -> bool | None:
    """Whether both lists begin with the same family name or group; None when one is unknown.

    Particles may be missing, and ae, oe, ue stand for umlauts.

    Examples
    --------
    >>> from kb.pubmed.record import Author
    >>> same_first_author(["de Souza Júnior, A."], [Author("Souza Junior")])
    True
    >>> same_first_author(["Lee, A."], [Author("Bradlee")]), same_first_author(["Mueller, A."], [Author("Müller")])
    (False, True)
    """
    other = bibtex_names(theirs)
    if not ours or ours[0] == "others" or not other:
        return None
    a, b = (re.sub(r"([aou])e", r"\1", family_name(names[0])) for names in (ours, other))
    one, two = sorted((a.split(), b.split()), key=len)
    if ours[0].startswith("{") or other[0].startswith("{"):
        return fuzz.ratio(a, b) >= SAME_TITLE
    return a.replace(" ", "") == b.replace(" ", "") or (bool(one) and two[-len(one) :] == one)


def is_among(name: str, authors: Iterable[Author]) -> bool:
    """Whether the family name of a BibTeX name is that of one of the authors.

    Examples
    --------
    >>> from kb.pubmed.record import Author
    >>> is_among("Lee, A.", [Author("Wu"), Author("Lee")])
    True
    """
    return any(same_first_author([name], [author]) for author in authors)


def author_note(ours: Sequence[str], theirs: Sequence[str]) -> str:
    """In words, how two lists of authors differ; at most three of each."""
    a, b = {folded_name(n): n for n in ours}, {folded_name(n): n for n in theirs}
    if a.keys() == b.keys():
        return "the order differs"
    if len(ours) == len(theirs):
        pairs = [f"{x} is {y}" for x, y in zip(ours, theirs, strict=True) if folded_name(x) != folded_name(y)]
        return _few(pairs, "PubMed: ")
    more = [name for folded, name in b.items() if folded not in a]
    less = [name for folded, name in a.items() if folded not in b]
    return "; ".join(part for part in (_few(more, "only in PubMed: "), _few(less, "only here: ")) if part)


def _few(items: list[str], head: str) -> str:
    more = f"; and {len(items) - 3} more" if len(items) > 3 else ""
    return f"{head}{'; '.join(items[:3])}{more}" if items else ""


# --- journals and pages ----------------------------------------------------------------------------------------


def same_journal(ours: str | None, theirs: str | None) -> bool:
    """Whether two names of a journal are forms of one: NLM adds places, subtitles and articles.

    Examples
    --------
    >>> same_journal("Sports Medicine", "Sports medicine (Auckland, N.Z.)"), same_journal("Spine", "Spine deformity")
    (True, False)
    >>> same_journal("Physical Therapy in Sport", "Physical therapy in sport : official journal of the Association")
    True
    """
    if not ours or not theirs:
        return False
    return _journal(ours) == _journal(theirs) or solid(ours) == solid(theirs)


def _journal(name: str) -> str:
    return solid(re.sub(r"^the\s+", "", re.sub(r"\(.*?\)|\s[:=]\s.*$", " ", name).strip(), flags=re.IGNORECASE))


def full_pages(pages: str) -> str:
    """Pages with the last one in full, and a plain hyphen.

    Examples
    --------
    >>> full_pages("123-9"), full_pages("S12–4"), full_pages("CPG1-32"), full_pages("e0123456"), full_pages("9-12")
    ('123-129', 'S12-S14', 'CPG1-CPG32', 'e0123456', '9-12')
    """
    return _PAGES.sub(_full, pages)


def _full(found: re.Match[str]) -> str:
    letters, first, last_letters, last = found.groups()
    if len(last) < len(first):
        last = first[: len(first) - len(last)] + last
    return f"{letters}{first}-{last_letters or letters}{last}"
