"""One citation with all that is known of it, as the rules look at it; and how records are named in messages."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kb.citations.find_model import CitationKind
from kb.citations.links import LinkKind
from kb.citations.resolution import Confidence, Record
from kb.citations.resolve_curated import curated_for
from kb.cite import surname

if TYPE_CHECKING:
    from kb.citations.find_model import FoundCitation
    from kb.citations.links import Target
    from kb.citations.resolution import Linked, Resolution
    from kb.model import Citation, Reference, Study
    from kb.pubmed.notices import Notice

_STUDY_WORD = (
    r"(?:stud(?:y|ies)|trial|reviews?|analysis|guidelines?|papers?|articles?|research|survey|experiment|model|cohort)"
)
_YEAR_TOLD = re.compile(
    rf"\b((?:19|20)\d\d)\b(?=[\w\s,&’'-]{{1,100}}?\b{_STUDY_WORD}\b)"
    r"|\b(?:published|appeared|printed|reported)\b[^.;()]{0,80}?\bin\s((?:19|20)\d\d)\b"
    rf"|\b{_STUDY_WORD}\s(?:from|of|in)\s((?:19|20)\d\d)\b",
    re.IGNORECASE,
)
_ANY_YEAR = re.compile(r"(?<![\d.,])(?:19|20)\d\d(?![\d%]|[.,]\d)")
_PUBLISHED_IN = re.compile(
    rf"\b(?:{_STUDY_WORD}|published|appeared|printed|reported|trials)\b[^.;()]{{0,40}}\b(?:in|by)\s(?:the\s)?(?:journal\s)?[*_“\"]?$",
    re.IGNORECASE,
)
_A_STUDY = re.compile(rf"\b{_STUDY_WORD}\b", re.IGNORECASE)
_CITED_IN = re.compile(
    r"\b(?:cited|quoted|discussed|reported|reviewed|summari[sz]ed|described|referenced)\s(?:in|by)\b", re.IGNORECASE
)
_OTHER_STUDY = re.compile(
    r"\b(?:an?|another|earlier|previous|other|prior|later|these|those)\s(?:[\w-]{1,20}\s){0,3}"
    r"(?:study|studies|trials?|papers?|reviews?|analys[ie]s|work|guidelines?)\b[^.;]{0,40}$",
    re.IGNORECASE,
)
_TITLE = 60  # characters of a title that stand for a study of unknown authors
_PLACE_IN_NAME = re.compile(r"\s*\([^)]*\)$")


@dataclass(frozen=True, slots=True)
class Facts:
    """What the citations of a post are compared with.

    Parameters
    ----------
    studies, references
        Of the base, by key.
    notices
        In force, by key of the study or id of the record.
    curated
        Citations that ``evidence/posts`` keeps for the post, by the locator of their sentence.
    own_hosts
        Hosts of the site itself, whose links are no citations.
    online
        Whether PubMed may be asked: what to do about an unknown link differs.
    """

    studies: Mapping[str, Study] = field(default_factory=dict)
    references: Mapping[str, Reference] = field(default_factory=dict)
    notices: Mapping[str, tuple[Notice, ...]] = field(default_factory=dict)
    curated: Mapping[str, Sequence[Citation]] = field(default_factory=dict)
    own_hosts: frozenset[str] = frozenset()
    online: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """A citation, its resolution and its curated citation; ``alone`` when no other study is told in its statement."""

    index: int
    citation: FoundCitation
    resolution: Resolution
    facts: Facts
    alone: bool
    curated: Citation | None = None

    @property
    def certain(self) -> Record | None:
        """The study that the text means, when that is certain."""
        return self.resolution.record if self.resolution.confidence is Confidence.CERTAIN else None

    @property
    def told(self) -> str:
        """The sentences that the citation is given for."""
        return " ".join(sentence.text for sentence in self.citation.statement) or self.citation.text

    @property
    def year(self) -> int | None:
        """The year that is told of this study, in print or in the words of a mention; None when it is not clear."""
        printed = self.citation.printed.year
        if printed is not None or not self.alone or self.citation.kind not in _MENTIONS:
            return printed
        text = self.citation.text
        if self.citation.kind is CitationKind.LINK and (_ANY_YEAR.search(text) or _A_STUDY.search(text)):
            return year_told(text)  # "unlike the 2019 guideline, this trial": the words of the link are the study's
        return year_told(self.told)

    @property
    def elsewhere(self) -> bool:
        """Whether the links are of another paper than the named one: "Lee (2020), cited in", "Lee against a trial"."""
        text = self.citation.text[:1000]
        if _CITED_IN.search(text):
            return True
        return self.citation.kind is CitationKind.PROSE and _OTHER_STUDY.search(text) is not None

    @property
    def journal(self) -> str | None:
        """The journal that is told of this study; None when it is not clear."""
        if self.citation.printed.journal or not self.alone:
            return self.citation.printed.journal
        told = self.citation.details.journals
        if len(told) != 1 or not (told[0] in self.citation.text or _is_cued(told[0], self.told)):
            return None
        return told[0]

    def is_own(self, target: Target) -> bool:
        """Whether a link leads to the site itself or within its page."""
        own = {host.removeprefix("www.").lower() for host in self.facts.own_hosts}
        return target.kind is LinkKind.ANCHOR or (bool(target.host) and target.host in own)


_MENTIONS = frozenset({CitationKind.LINK, CitationKind.NAMELESS})


def _is_cued(journal: str, text: str) -> bool:
    """Whether a text says that the study is in a journal, not only something about the journal.

    Examples
    --------
    >>> _is_cued("J Rest", "A trial in the J Rest found it."), _is_cued("J Rest", "In the J Rest, authors praised it.")
    (True, False)
    """
    start = text.find(journal)
    return start >= 0 and _PUBLISHED_IN.search(text[max(0, start - 80) : start]) is not None


def year_told(text: str) -> int | None:
    """The year of the study that a sentence is about; None when it tells none, or several.

    Examples
    --------
    >>> year_told("A 2012 study in the Journal of Rest found less."), year_told("Since 2012 he has run.")
    (2012, None)
    """
    text = text[:3000]
    if len(set(_ANY_YEAR.findall(text))) != 1:
        return None
    found = _YEAR_TOLD.search(text)
    return int(found[1] or found[2] or found[3]) if found else None


def cases(citations: Sequence[FoundCitation], resolutions: Sequence[Resolution], facts: Facts) -> list[Case]:
    """The citations of one post as cases."""
    spans: dict[int, list[tuple[int, int, str | None, int]]] = {}
    for index, citation in enumerate(citations):
        if citation.kind is not CitationKind.GENERAL:
            spans.setdefault(citation.block, []).append((*_span(citation), citation.key, index))
    curated = curated_for(citations, facts.curated)
    result = []
    for index, (citation, resolution) in enumerate(zip(citations, resolutions, strict=True)):
        start, end = _span(citation)
        others = (
            other
            for low, high, key, other in spans.get(citation.block, ())
            if other != index and low < end and start < high and (key is None or key != citation.key)
        )
        alone = next(others, None) is None
        result.append(Case(index, citation, resolution, facts, alone, curated.get(index)))
    return result


def _span(citation: FoundCitation) -> tuple[int, int]:
    told = citation.statement or (citation.sentence,)
    return told[0].start, max(told[-1].end, told[0].start + 1)


# --- words for messages ----------------------------------------------------------------------------------------


def authors_words(authors: Sequence[str], ampersand: str = "and", *, et_al: bool = False) -> str | None:
    """Authors as running text names them; None when unknown.

    Parameters
    ----------
    authors
        BibTeX names. Of a list that was cut after the first nobody knows whether there are more.
    ampersand
        What stands between two.
    et_al
        Whether such a list is told as several.

    Examples
    --------
    >>> authors_words(("Lee, A.",)), authors_words(("Lee, A.", "Wu, B."), "&"), authors_words(("Lee, A.", "others"))
    ('Lee', 'Lee & Wu', 'Lee')
    """
    names = [surname(author) for author in authors if author != "others"]
    if not names:
        return None
    if len(names) == 1 and not et_al:
        return names[0]
    if len(names) == 2 and "others" not in authors:
        return f"{names[0]} {ampersand} {names[1]}"
    return f"{names[0]} et al."


def short_journal(record: Record) -> str | None:
    """The shortest known name of the journal, without the place that NLM adds.

    Examples
    --------
    >>> short_journal(Record("x", None, journals=("Clinical biomechanics (Bristol, Avon)", "Clin Biomech (Bristol)")))
    'Clin Biomech'
    """
    names = [_PLACE_IN_NAME.sub("", name) for name in record.journals if name]
    return min(names, key=len) if names else None


def named(record: Record) -> str:
    """A record in a few words.

    Examples
    --------
    >>> named(Record("lee2020", "lee2020", authors=("Lee, A.", "Wu, B."), years=(2020,), journals=("J Rest",)))
    'Lee and Wu 2020 (J Rest)'
    """
    who = authors_words(record.authors)
    journal = short_journal(record)
    if who is None:
        title = (record.title or "")[:_TITLE]
        title = title if title == record.title else f"{title.rsplit(' ', 1)[0]} ..."
        who = f"'{title}'" if record.title else record.key or record.id
    year = f" {record.years[0]}" if record.years else ""
    return f"{who}{year}" + (f" ({journal})" if journal else "")


def probably(record: Record | None, message: str) -> str:
    """A message about a study that is only probably meant.

    Examples
    --------
    >>> probably(Record("lee2020", "lee2020", authors=("Lee, A.",), years=(2020,)), "The text says 2019.")
    'Probably Lee 2020 is meant: the text says 2019.'
    """
    who = f"Probably {named(record)} is meant: " if record is not None else "Probably: "
    return who + (message[0].lower() + message[1:] if message.startswith("The ") else message)


def shown_id(target: Target) -> str:
    """The identifier of a link in words, or the place in a publisher's address.

    Examples
    --------
    >>> from kb.citations.links import classify
    >>> shown_id(classify("https://pubmed.ncbi.nlm.nih.gov/123/"))
    'PMID 123'
    >>> shown_id(classify("https://bjsm.bmj.com/content/55/7/387"))
    'volume 55, page 387 on bjsm.bmj.com'
    """
    if target.identifier is not None:
        return str(target.identifier)
    if target.volume and target.first_page:
        return f"volume {target.volume}, page {target.first_page} on {target.host}"
    return target.href if len(target.href) <= 100 else f"{target.href[:97]}..."


def own_id(record: Record, kind: str) -> str | None:
    """A record's identifier of a kind."""
    value = {"pmid": record.pmid, "pmcid": record.pmcid, "doi": record.doi, "pii": record.pii}.get(kind)
    return value or None


def record_of(key: str, case: Case) -> Record | None:
    """The record of a study of the base: the resolution's, else from its reference."""
    known = [case.resolution.record, *case.resolution.candidates, *(link.record for link in case.resolution.links)]
    for record in known:
        if record is not None and record.key == key:
            return record
    reference = case.facts.references.get(key)
    if reference is None:
        return None
    from kb.citations.library_records import from_reference

    return from_reference(reference)


def same_record(one: Record | None, other: Record | None) -> bool:
    """Whether two records are of one paper by id."""
    if one is None or other is None:
        return False
    if one.id == other.id or (one.key is not None and one.key == other.key):
        return True
    return any(same_id(kind, own_id(one, kind), own_id(other, kind)) for kind in ("pmid", "doi", "pmcid"))


def same_id(kind: str, one: str | None, other: str | None) -> bool:
    """Whether two identifiers of a kind are the same."""
    if not one or not other:
        return False
    if kind == "pii":
        one, other = (re.sub(r"[^0-9A-Za-z]", "", text) for text in (one, other))
    return one.casefold() == other.casefold()


def known_links(case: Case) -> list[Linked]:
    """Links whose own record is at hand."""
    return [link for link in case.resolution.links if link.record is not None]
