"""Ids and pages as printed -> one normal form, or the statement that they are none."""

from __future__ import annotations

import re
from operator import mul

_ORCID = re.compile(r"[0-9]{15}[0-9X]")
_WEIGHTS = tuple(2**power for power in range(15, 0, -1))
_DOI = re.compile(r"10\.[0-9]{4,9}(?:\.[0-9]+)*/\S+")
_DOI_PREFIX = re.compile(r"^(?:https?://)?(?:dx\.|www\.)?doi\.org/|^doi:\s*", re.IGNORECASE)
_PMCID = re.compile(r"\bPMC\s?([1-9][0-9]*)", re.IGNORECASE)
_RANGE = re.compile(r"^\s*([A-Za-z]*[\w.]*\d[\w.]*|[ivxlcdm]+)(?:\s*[-\u2013]\s*([\w.]+))?", re.IGNORECASE)
_ARTICLE_NUMBER = re.compile(r"[A-Za-z]{1,4}\.?[0-9]{2,}(?:\.[A-Za-z0-9]+)*|[0-9]{5,}")


def orcid(raw: str) -> str | None:
    """The ORCID in four groups of four, or None when it is none (check character of ISO 7064 mod 11-2).

    Examples
    --------
    >>> orcid("https://orcid.org/0000-0002-1825-0097"), orcid("000000021694233X"), orcid("0000-0002-1825-0098")
    ('0000-0002-1825-0097', '0000-0002-1694-233X', None)
    """
    bare = raw.replace("-", "")
    if not _ORCID.fullmatch(bare):
        bare = re.sub(r"\s", "", bare.rstrip("/ ").rpartition("/")[2].rpartition(":")[2]).upper()
        if not _ORCID.fullmatch(bare):
            return None
    total = sum(map(mul, map(int, bare[:15]), _WEIGHTS))
    if "0123456789X"[(12 - total) % 11] != bare[15]:
        return None
    return f"{bare[:4]}-{bare[4:8]}-{bare[8:12]}-{bare[12:]}"


def doi(raw: str) -> tuple[str, bool]:
    """The DOI without resolver or prefix, and whether it has the form of one.

    Examples
    --------
    >>> doi("https://doi.org/10.1000/AbC.1"), doi("S0140-6736(20)1")
    (('10.1000/AbC.1', True), ('S0140-6736(20)1', False))
    """
    bare = raw.strip()
    if not bare.startswith("10."):
        bare = _DOI_PREFIX.sub("", bare).strip()
    return bare, _DOI.fullmatch(bare) is not None


def pmcid(raw: str) -> str | None:
    """``PMC`` and digits, or None.

    Examples
    --------
    >>> pmcid("PMC2231364"), pmcid("2231364"), pmcid("pmc-id: PMC2231364;"), pmcid("NIHMS12")
    ('PMC2231364', 'PMC2231364', 'PMC2231364', None)
    """
    found = _PMCID.search(raw)
    if found:
        return f"PMC{found[1]}"
    return f"PMC{raw}" if raw.isascii() and raw.isdigit() and raw[0] != "0" else None


def page_range(pages: str) -> tuple[str | None, str | None]:
    """First and last page in full; only the first range counts.

    Examples
    --------
    >>> page_range("123-9"), page_range("S12-S14; discussion S20"), page_range("e0123456"), page_range("iv-vi")
    (('123', '129'), ('S12', 'S14'), ('e0123456', None), ('iv', 'vi'))
    """
    found = _RANGE.match(pages)
    if not found:
        return None, None
    first, last = found[1], found[2]
    if last and last.isdigit() and len(last) < len(first):
        last = first[: len(first) - len(last)] + last
    return first, last


def article_number(pages: str | None, pii: str | None) -> str | None:
    """What stands for pages where there are none: a single page with letters or five digits, else a short pii.

    Examples
    --------
    >>> article_number("e0123456", None), article_number("123-9", "E12"), article_number("77", None)
    ('e0123456', None, None)
    >>> article_number(None, "CD012345"), article_number(None, "S0140-6736(20)30183-5")
    ('CD012345', None)
    """
    candidate = pages or pii
    return candidate if candidate and _ARTICLE_NUMBER.fullmatch(candidate) else None
