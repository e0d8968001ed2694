"""Forms of a journal's name: acronyms, ISO abbreviations, NLM's names with places, and what writers make of them."""

from __future__ import annotations

import re
from functools import lru_cache

from rapidfuzz import fuzz

from kb.pubmed.names import fold

_ACRONYMS = {
    "ajpm": "American Journal of Preventive Medicine",
    "ajsm": "American Journal of Sports Medicine",
    "apmr": "Archives of Physical Medicine and Rehabilitation",
    "ard": "Annals of the Rheumatic Diseases",
    "bjsm": "British Journal of Sports Medicine",
    "bmj": "British Medical Journal",
    "cjsm": "Clinical Journal of Sport Medicine",
    "corr": "Clinical Orthopaedics and Related Research",
    "ejap": "European Journal of Applied Physiology",
    "ijerph": "International Journal of Environmental Research and Public Health",
    "ijsm": "International Journal of Sports Medicine",
    "ijspp": "International Journal of Sports Physiology and Performance",
    "ijspt": "International Journal of Sports Physical Therapy",
    "jama": "Journal of the American Medical Association",
    "jap": "Journal of Applied Physiology",
    "jat": "Journal of Athletic Training",
    "jbjs": "Journal of Bone and Joint Surgery",
    "jbjs br": "Journal of Bone and Joint Surgery. British Volume",
    "jospt": "Journal of Orthopaedic and Sports Physical Therapy",
    "jsams": "Journal of Science and Medicine in Sport",
    "jscr": "Journal of Strength and Conditioning Research",
    "jses": "Journal of Shoulder and Elbow Surgery",
    "jshs": "Journal of Sport and Health Science",
    "jssm": "Journal of Sports Science and Medicine",
    "kssta": "Knee Surgery, Sports Traumatology, Arthroscopy",
    "msse": "Medicine and Science in Sports and Exercise",
    "msk practice": "Musculoskeletal Science and Practice",
    "nejm": "New England Journal of Medicine",
    "ojsm": "Orthopaedic Journal of Sports Medicine",
    "pnas": "Proceedings of the National Academy of Sciences of the United States of America",
    "proceedings national academy sciences": "Proceedings of the National Academy of Sciences of the United States of "
    "America",
    "ptip": "Physiotherapy Theory and Practice",
    "ptis": "Physical Therapy in Sport",
    "ptj": "Physical Therapy",
    "physical therapy journal": "Physical Therapy",
    "sjmss": "Scandinavian Journal of Medicine and Science in Sports",
}
"""What a short form stands for; the keys are folded, without little words."""

_HOSTS = {
    "bjsm.bmj.com": "bjsm",
    "bmj.com": "bmj",
    "bmjopen.bmj.com": "BMJ Open",
    "bmjopensem.bmj.com": "BMJ Open Sport & Exercise Medicine",
    "injuryprevention.bmj.com": "Injury Prevention",
    "ard.bmj.com": "ard",
    "jospt.org": "jospt",
    "jamanetwork.com": "",
    "nejm.org": "nejm",
    "ptjournal.apta.org": "ptj",
    "physiology.org": "",
    "journals.physiology.org": "",
    "jap.physiology.org": "jap",
    "ajs.sagepub.com": "ajsm",
    "sph.sagepub.com": "Sports Health",
    "cre.sagepub.com": "Clinical Rehabilitation",
    "fai.sagepub.com": "Foot & Ankle International",
    "jssm.org": "jssm",
    "jbjs.org": "jbjs",
    "rheumatology.oxfordjournals.org": "Rheumatology (Oxford)",
    "ptjournal.org": "ptj",
    "jrheum.org": "Journal of Rheumatology",
    "annals.org": "Annals of Internal Medicine",
    "cmaj.ca": "CMAJ",
    "bmjopenquality.bmj.com": "BMJ Open Quality",
    "heart.bmj.com": "Heart",
    "jnnp.bmj.com": "Journal of Neurology, Neurosurgery, and Psychiatry",
    "archive.org": "",
}
_LITTLE = frozenset(str.split("the of and in for on de la le du der die und et volume"))
_NEAR = 92.0
"""Ratio from which on two names may be one that was mistyped: then nothing is said."""
_ACRONYM = re.compile(r"[A-Z][A-Z&.\s-]{1,9}[A-Z]\.?")
_BRITISH = re.compile(r"[ao]e")


def journal_of_host(host: str) -> str | None:
    """The journal whose site a host is; None where a host carries several or is not known.

    Examples
    --------
    >>> journal_of_host("bjsm.bmj.com"), journal_of_host("sagepub.com")
    ('British Journal of Sports Medicine', None)
    """
    name = _HOSTS.get(host.removeprefix("www."))
    return _ACRONYMS.get(name, name) if name else None


def same_journal_name(printed: str | None, journals: tuple[str, ...]) -> bool | None:
    """Whether a printed name is a form of a record's journal.

    Parameters
    ----------
    printed
        As a text has it.
    journals
        Names of the record's journal, in full and abbreviated.

    Returns
    -------
        None when that cannot be said: a name is unknown, one is the start of the other, an acronym is unknown, or
        they are nearly the same.

    Examples
    --------
    >>> same_journal_name("JOSPT", ("The Journal of orthopaedic and sports physical therapy",))
    True
    >>> same_journal_name("Clin. Biomech.", ("Clinical biomechanics (Bristol, Avon)",))
    True
    >>> same_journal_name("Sports Medicine", ("Sports medicine - open",)), same_journal_name("Spine", ("Pain",))
    (None, False)
    """
    if not printed or len(printed) > 300:
        return None
    verdicts = [_same(printed, journal) for journal in journals if journal]
    if any(verdict is True for verdict in verdicts):
        return True
    return False if verdicts and all(verdict is False for verdict in verdicts) else None


def journal_words(name: str) -> tuple[str, ...]:
    """Words of a name that count, folded; an acronym spelt out.

    Examples
    --------
    >>> journal_words("BJSM"), journal_words("The Knee")
    (('british', 'journal', 'sports', 'medicine'), ('knee',))
    """
    return _words(name)


@lru_cache(maxsize=20_000)
def _same(printed: str, journal: str) -> bool | None:
    a, b = _words(printed), _words(journal)
    if not a or not b:
        return None
    if a == b or "".join(a) == "".join(b) or _cochrane(a, b):
        return True
    if len(a) == len(b):
        if all(_abbreviates(x, y) for x, y in zip(a, b, strict=True)):
            return True
    elif _starts(a, b) or _starts(b, a):
        return None
    if any(one.startswith(f"{two} ") for one, two in _both_ways(printed, journal)):
        return None  # JAMA may stand for JAMA Internal Medicine, and the BMJ for BMJ Open
    known = _as_acronym(printed, b)
    known = _as_acronym(journal, a) if known is False else known
    if known is not False:
        return known
    return None if fuzz.ratio("".join(a), "".join(b)) >= _NEAR else False


@lru_cache(maxsize=20_000)
def _words(name: str) -> tuple[str, ...]:
    bare = re.sub(r"\([^()]{0,80}\)", " ", name)
    bare = re.split(r"\s[:=]\s", bare, maxsplit=1)[0]
    words = tuple(_BRITISH.sub("e", word) for word in fold(bare).split() if word not in _LITTLE)
    long = _ACRONYMS.get(" ".join(words))
    return _words(long) if long and fold(long) != fold(name) else words


def _abbreviates(a: str, b: str) -> bool:
    """Whether two words are one, cut short, contracted or in the plural."""
    short, long = sorted((a, b), key=len)
    if long.startswith(short):
        return True
    return len(short) >= 3 and short[0] == long[0] and len(short) <= 5 and short[-1] == "l" and _inside(short, long)


def _inside(short: str, long: str) -> bool:
    """Whether the letters of a contraction (Natl, Intl) stand in a word in their order."""
    letters = iter(long)
    return all(letter in letters for letter in short)


def _starts(short: tuple[str, ...], long: tuple[str, ...]) -> bool:
    return len(short) < len(long) and all(_abbreviates(x, y) for x, y in zip(short, long, strict=False))


def _both_ways(a: str, b: str) -> tuple[tuple[str, str], ...]:
    one, two = fold(a), fold(b)
    return (one, two), (two, one)


def _cochrane(a: tuple[str, ...], b: tuple[str, ...]) -> bool:
    """Whether both are names that people give to the one Cochrane database of reviews."""
    reviews = {
        "cochrane",
        "database",
        "db",
        "syst",
        "systematic",
        "rev",
        "review",
        "reviews",
        "library",
        "collaboration",
    }
    return a[0] == b[0] == "cochrane" and {*a, *b} <= reviews


def _as_acronym(name: str, words: tuple[str, ...]) -> bool | None:
    """True when an acronym is made of the other name's initials, None when nobody knows it, False for no acronym."""
    if not _ACRONYM.fullmatch(name.strip()) or len(name.split()) > 2:
        return False
    letters = fold(name.replace("&", "").replace(".", "")).replace(" ", "")
    if letters in _ACRONYMS or letters == "pmr":
        return False  # spelt out before, and it is another journal
    initials = "".join(word[0] for word in words)
    return True if letters == initials and len(letters) >= 4 else None


def spelt_out(name: str) -> str:
    """A journal's acronym in full, any other name as it is.

    Examples
    --------
    >>> spelt_out("JOSPT"), spelt_out("Spine")
    ('Journal of Orthopaedic and Sports Physical Therapy', 'Spine')
    """
    return _ACRONYMS.get(fold(name), name)
