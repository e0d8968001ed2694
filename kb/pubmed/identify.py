"""What a person means by an identifier: PMID, PMCID, DOI, PII, or an address that carries one; advice for the rest."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from kb.problems import KbError

Kind = Literal["pmid", "pmcid", "doi", "pii"]

_INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad]")
_HYPHENS = re.compile("[\u2010-\u2012\u2212\ufe63\uff0d]")
_PMID = re.compile(r"(?:pmid|pubmed(?: id)?)?\s*[:=#]?\s*([0-9]+)", re.IGNORECASE)
_PMCID = re.compile(r"(?:pmcid\s*[:=#]?\s*)?pmc\s*[:=#]?\s*([0-9]+)(\.[0-9]+)?", re.IGNORECASE)
_DOI_HEAD = re.compile(r"(?:doi\s*[:=]?\s*)+(?=10\.)", re.IGNORECASE)
_DOI = re.compile(r"10\.[0-9]{4,9}(?:\.[0-9]+)*/\S+")
_PII = re.compile(
    r"(?:pii\s*[:=]?\s*)?S\(?([0-9]{4})-?([0-9]{3}[0-9X])\(?([0-9]{2})\)?([0-9]{5})-?([0-9X])", re.IGNORECASE
)
_LABEL = re.compile(r"(?:doi|pmid|pmcid|url|link)\s*[:=]\s*", re.IGNORECASE)
_ADDRESS = re.compile(r"(?:[a-z][a-z0-9+.-]*://|(?!10\.)(?:[a-z0-9-]+\.)+[a-z]{2,}(?::[0-9]+)?/)", re.IGNORECASE)
_CLOSING = {")": "(", "]": "[", "}": "{"}
_LONGEST_PMID = 8

_PUBLISHED = "If it was published in a journal since, give the DOI or PMID of that article."
_PMCID_FORM = "A PMCID is 'PMC' and digits, such as PMC2231364."
_DOI_FORM = "A DOI is '10.', four or more digits, '/' and more, such as 10.1111/os.14212."


class IdentifyError(KbError):
    """Something that is no identifier of a publication.

    Parameters
    ----------
    given
        What the person gave.
    reason
        What it is, or why it is nothing, as a clause after `given`.
    advice
        What to do, in one sentence.
    """

    def __init__(self, given: str, reason: str, advice: str) -> None:
        self.given, self.reason, self.advice = given, reason, advice
        super().__init__(f"'{given}' {reason}. {advice}")


@dataclass(frozen=True, slots=True)
class Identified:
    """An identifier in its normal form.

    Parameters
    ----------
    kind, value
        ``pmid`` digits; ``pmcid`` PMC and digits; ``doi`` without resolver; ``pii`` as PubMed prints Elsevier's.
    given
        What the person gave.
    notes
        What was mended or derived, one sentence each.
    """

    kind: Kind
    value: str
    given: str
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        """As a person writes it."""
        return (
            f"PMID {self.value}" if self.kind == "pmid" else f"{self.kind.upper()} {self.value}".removeprefix("PMCID ")
        )


def identify(given: str) -> Identified:
    """The identifier in what a person typed or pasted.

    Raises
    ------
    IdentifyError
        When there is none; it says what to do.

    Examples
    --------
    >>> [identify(text).value for text in ("PMID: 39198038", "pmc2231364", "https://doi.org/10.1111/os.14212")]
    ['39198038', 'PMC2231364', '10.1111/os.14212']
    >>> identify("10.1111/os.14212).").notes
    ("read as 10.1111/os.14212, without ').' at the end",)
    >>> print(identify("https://www.sciencedirect.com/science/article/pii/S1466853X24001234"))
    PII S1466-853X(24)00123-4
    """
    text = _tidy(given)
    if (label := _LABEL.match(text)) and _ADDRESS.match(text, label.end()):
        text = text[label.end() :]
    if not text:
        raise IdentifyError(given, "is empty", "Give a PMID, PMCID, DOI, address or file.")
    if _ADDRESS.match(text):
        from kb.pubmed.addresses import read_address

        return read_address(text, given)
    bare = text.rstrip(".,;")
    if found := _PMCID.fullmatch(bare):
        return _pmcid(found, given)
    if found := _DOI_HEAD.match(text):
        text = text[found.end() :]
    if text.startswith("10.") and "/" in text:
        return doi(text, given, ("odd dashes were read as hyphens",) if _HYPHENS.search(given) else ())
    if found := _PII.fullmatch(bare):
        return Identified("pii", pii(found), given)
    if (found := _PMID.fullmatch(bare)) and not is_isbn(bare):
        return pmid(found[1], given)
    raise IdentifyError(given, *_advice(text))


def _tidy(given: str) -> str:
    """Without what copying from a page or PDF adds: invisible marks, quotes, odd hyphens."""
    text = _HYPHENS.sub("-", _INVISIBLE.sub("", unicodedata.normalize("NFC", given)))
    text = " ".join(text.split()).strip("\"'“”‘’«»` ")
    bare = text.rstrip(".,; ")
    if bare[:1] + bare[-1:] in {"<>", "()", "[]"}:
        return bare[1:-1].strip()
    return text[1:] if text[:1] and text[0] in "<([" else text


def pmid(digits: str, given: str) -> Identified:
    """A PMID from its digits.

    Raises
    ------
    IdentifyError
        When there are none or too many of them.
    """
    bare = digits.lstrip("0")
    if not bare or len(bare) > _LONGEST_PMID or not bare.isascii():
        raise IdentifyError(given, "is no PMID: those have 1 to 8 digits", "Look for a digit too many or too few.")
    notes = (f"read as PMID {bare}, without leading zeros",) if bare != digits else ()
    return Identified("pmid", bare, given, notes)


def _pmcid(found: re.Match[str], given: str) -> Identified:
    digits = found[1].lstrip("0")
    if not 0 < len(digits) < 10:
        raise IdentifyError(given, "is no PMCID: those are 'PMC' and 1 to 9 digits", "Copy it again from the page.")
    notes = (f"read as PMC{digits}, without the version '{found[2]}'",) if found[2] else ()
    return Identified("pmcid", f"PMC{digits}", given, notes)


def pii(found: re.Match[str]) -> str:
    """Elsevier's article number as PubMed prints it."""
    issn, rest, year, number, check = (part.upper() for part in found.groups())
    return f"S{issn}-{rest}({year}){number}-{check}"


def doi(text: str, given: str, notes: tuple[str, ...] = ()) -> Identified:
    """A DOI; what a sentence leaves behind it is taken off, and said.

    Raises
    ------
    IdentifyError
        When it has not the form of one.
    """
    if " " in text:
        advice = "A DOI holds no blanks: copy it again in one piece, or give several ids one by one."
        raise IdentifyError(given, "is a DOI with a blank in it", advice)
    bare = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    while bare and (bare[-1] in ".,;:\"'”’»>*_/\\" or _unopened(bare)):
        if bare[-1] == ">" and "<" in bare:
            break  # a DOI of the old form, 10.1002/(SICI)...<1::AID...>
        bare = bare[:-1]
    if not _DOI.fullmatch(bare):
        raise IdentifyError(given, "is no whole DOI", _DOI_FORM)
    if bare != text and text.startswith(bare):
        notes = (*notes, f"read as {bare}, without '{text[len(bare) :]}' at the end")
    if bare.lower().startswith("10.48550/arxiv."):
        raise IdentifyError(given, "is a DOI of arXiv, which PubMed does not hold", _PUBLISHED)
    return Identified("doi", bare, given, notes)


def _unopened(text: str) -> bool:
    opening = _CLOSING.get(text[-1])
    return opening is not None and text.count(opening) < text.count(text[-1])


_WHAT_IT_IS: tuple[tuple[re.Pattern[str], str, str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE | re.DOTALL), reason, advice)
    for pattern, reason, advice in (
        (
            r".*\.(?:ris|bib|bibtex|nbib|json|txt|enw|xml|pdf|rdf|csv)",
            "looks like a file, but there is none of that name",
            "Look at the spelling and the folder.",
        ),
        (
            r"arxiv\s*:\s*(?:[a-z.-]+/)?\S+|[0-9]{4}\.[0-9]{4,5}(?:v[0-9]+)?",
            "is an id of arXiv, which PubMed does not hold",
            _PUBLISHED,
        ),
        (
            r"NCT[0-9]{8}|ISRCTN[0-9]{5,8}|ACTRN[0-9]{14}|CRD[0-9]{8,}|ChiCTR\S+|DRKS[0-9]{8}",
            "is the registration of a trial or review, not a publication",
            "Give the PMID or DOI of the article; a search in PubMed for this number may find it.",
        ),
        (
            r"[0-9]+(?:[\s,;]+[0-9]+)+",
            "holds several numbers",
            "Give each id by itself, without quotes and commas.",
        ),
        (r"(?:pmcid\s*:?\s*)?pmc\s*:?", "is 'PMC' without its number", _PMCID_FORM),
        (r"(?:pmcid|pmc)\W*\S*", "is no PMCID", _PMCID_FORM),
        (r"(?:nihms|ems|hal)\W*[0-9]+", "is the id of a manuscript", "Give the PMCID or PMID on the same page."),
        (r"nbk[0-9]+", "is an id of the NCBI Bookshelf", "Give the PMID that its page shows."),
        (
            r"(?:issn\s*:?\s*)?[0-9]{4}-[0-9]{3}[0-9x]",
            "is an ISSN, the number of a journal",
            "Give the PMID or DOI of the article.",
        ),
        (r"(?:10\.|doi).*", "is no whole DOI", _DOI_FORM),
        (
            r"(?:pmid|pubmed).*",
            "is no PMID",
            "A PMID is 1 to 8 digits, such as 39198038; give several one by one.",
        ),
        (
            r"(?:\S+ ){3,}\S+",
            "reads like a title or a reference",
            "Look it up on pubmed.ncbi.nlm.nih.gov and give its PMID.",
        ),
    )
)


def _advice(text: str) -> tuple[str, str]:
    """What a text is that is no identifier, and what to do."""
    if is_isbn(text):
        return "is an ISBN, the number of a book", "Give the PMID or DOI of the chapter or article."
    advice = "Give a PMID, PMCID, DOI, the address of the article, or a RIS, BibTeX, NBIB or CSL-JSON file."
    cases = (case[1:] for case in _WHAT_IT_IS if case[0].fullmatch(text))
    return next(cases, ("is no identifier of a publication", advice))


def is_isbn(text: str) -> bool:
    """Whether a text is an ISBN with the right check digit.

    Examples
    --------
    >>> is_isbn("978-0-306-40615-7"), is_isbn("ISBN 0306406152"), is_isbn("39198038")
    (True, True, False)
    """
    bare = re.sub(r"^isbn(?:-1[03])?[\s:]*|[\s-]", "", text, flags=re.IGNORECASE).upper()
    if re.fullmatch(r"97[89][0-9]{10}", bare):
        return sum(int(c) * (1, 3)[i % 2] for i, c in enumerate(bare)) % 10 == 0
    if re.fullmatch(r"[0-9]{9}[0-9X]", bare):
        return sum((10 - i) * (10 if c == "X" else int(c)) for i, c in enumerate(bare)) % 11 == 0
    return False
