"""What a link points at: a study with its identifier, a publisher, a news page, a chat, a telephone, or nothing."""

from __future__ import annotations

import re
import urllib.parse
from dataclasses import dataclass, replace
from enum import StrEnum

from kb.pubmed.identify import Identified, IdentifyError, identify


class LinkKind(StrEnum):
    """Where a link leads."""

    PUBMED = "pubmed"
    PMC = "pmc"
    DOI = "doi"
    PUBLISHER = "publisher"
    RESEARCHGATE = "researchgate"
    SCHOLAR = "scholar"
    BOOK = "book"
    REGISTRY = "registry"
    NEWS = "news"
    CHAT = "chat"
    SOCIAL = "social"
    DOCUMENT = "document"
    """A file on somebody's drive, which only they may open, or whom they let."""
    WEB = "web"
    TELEPHONE = "telephone"
    MAIL = "mail"
    ANCHOR = "anchor"
    RELATIVE = "relative"
    MALFORMED = "malformed"


STUDY_KINDS = frozenset(
    {
        LinkKind.PUBMED,
        LinkKind.PMC,
        LinkKind.DOI,
        LinkKind.PUBLISHER,
        LinkKind.RESEARCHGATE,
        LinkKind.SCHOLAR,
        LinkKind.BOOK,
        LinkKind.REGISTRY,
    }
)
"""Kinds that point at research by themselves, whatever the text of the link says."""


@dataclass(frozen=True, slots=True)
class Target:
    """A link, classified.

    Parameters
    ----------
    href
        As written in the file.
    kind
        Where it leads.
    identifier
        The PMID, PMCID, DOI or PII in it, if it carries one.
    host
        Host without ``www.``; empty for links that have none.
    volume, issue, first_page
        As far as the address of a publisher names them.
    problem
        Why a telephone, malformed or chat link is not what it should be, as a clause; else None.
    """

    href: str
    kind: LinkKind
    identifier: Identified | None = None
    host: str = ""
    volume: str | None = None
    issue: str | None = None
    first_page: str | None = None
    problem: str | None = None

    @property
    def key(self) -> str | None:
        """The identifier as one word, the same for the same identifier.

        Examples
        --------
        >>> classify("https://doi.org/10.1000/ABC").key
        'doi:10.1000/abc'
        """
        if self.identifier is None:
            return None
        return f"{self.identifier.kind}:{self.identifier.value.lower()}"


_PUBLISHERS = str.split(
    "springer.com springeropen.com biomedcentral.com springernature.com frontiersin.org bmj.com jospt.org "
    "wiley.com oup.com sciencedirect.com elsevier.com sagepub.com sagepublications.com mdpi.com lww.com "
    "ovid.com tandfonline.com nature.com plos.org cochranelibrary.com cochrane.org thieme.com "
    "thieme-connect.com thieme-connect.de apta.org/ptj physiology.org jamanetwork.com nejm.org thelancet.com "
    "cell.com karger.com hindawi.com peerj.com jmir.org humankinetics.com journals.humankinetics.com "
    "natajournals.org kglmeridian.com meridian.allenpress.com allenpress.com jstage.jst.go.jp scielo.br "
    "scielo.org dovepress.com cambridge.org science.org pnas.org elifesciences.org europepmc.org medrxiv.org "
    "biorxiv.org arxiv.org sportrxiv.org researchsquare.com osf.io preprints.org semanticscholar.org "
    "academia.edu physio-pedia.com/pubmed pedro.org.au jssm.org ijspt.scholasticahq.com scholasticahq.com "
    "acpjournals.org annualreviews.org iospress.com iospress.nl boneandjoint.org.uk jbjs.org "
    "arthroscopyjournal.org archives-pmr.org jshoulderelbow.org physiotherapyjournal.com painjournalonline.com "
    "jpain.org spinejournal.org thespinejournalonline.com oarsijournal.com rheumatology.org f1000research.com "
    "karger.ch degruyter.com emerald.com jstor.org worldscientific.com researchprotocols.org clinbiomech.com "
    "gaitposture.com ajpmonline.org ahajournals.org aappublications.org publications.aap.org minervamedica.it "
    "jrnlappliedresearch.com"
)
_NEWS = str.split(
    "sciencedaily.com eurekalert.org medicalxpress.com medicalnewstoday.com healthline.com webmd.com "
    "verywellhealth.com verywellfit.com everydayhealth.com nytimes.com washingtonpost.com theguardian.com "
    "bbc.com bbc.co.uk cnn.com nbcnews.com reuters.com apnews.com npr.org latimes.com time.com forbes.com "
    "usatoday.com runnersworld.com outsideonline.com womenshealthmag.com menshealth.com self.com "
    "prevention.com shape.com medscape.com healio.com livescience.com newscientist.com newswise.com "
    "prnewswire.com businesswire.com yahoo.com msn.com spiegel.de zeit.de nu.nl"
)
_CHATS = str.split(
    "chatgpt.com chat.openai.com openai.com claude.ai perplexity.ai gemini.google.com bard.google.com "
    "copilot.microsoft.com poe.com grok.com chat.deepseek.com chat.mistral.ai you.com"
)
_SOCIAL = str.split(
    "facebook.com instagram.com twitter.com x.com youtube.com youtu.be tiktok.com linkedin.com pinterest.com "
    "reddit.com strava.com threads.net bsky.app yelp.com"
)
_DRIVES = str.split(
    "docs.google.com drive.google.com dropbox.com onedrive.live.com 1drv.ms sharepoint.com notion.so notion.site "
    "icloud.com box.com"
)
_REGISTRIES = ("clinicaltrials.gov", "isrctn.com", "anzctr.org.au", "crd.york.ac.uk", "trialsearch.who.int", "drks.de")
_NEWS_PATH = re.compile(r"/(?:news|newsroom|press(?:-releases?)?|media-center|pressrelease)(?:/|$)", re.IGNORECASE)
_LONGEST = 4096
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]{0,20}):", re.IGNORECASE)
_HOST = re.compile(r"(?=.{4,253}$)(?:[\w-]{1,63}\.)+[a-z][a-z0-9-]{1,24}", re.IGNORECASE)
_BARE_HOST = re.compile(
    r"(?:www\.|(?:[a-z0-9-]{1,63}\.){1,5}(?:com|org|net|gov|edu|io|nl|de|uk)(?:/|$))", re.IGNORECASE
)
_REDIRECTS = {"google.com": ("q", "url"), "facebook.com": ("u",), "safelinks.protection.outlook.com": ("url",)}
_REDIRECTS |= {"scholar.google.com": ("url",), "linkedin.com": ("url",), "href.li": (), "youtube.com": ("q",)}
_PLACE = re.compile(
    r"/(?:content|doi/abs|article)(?:/[a-z]{2,20})?/(\d{1,4})/(\d{1,3}(?:-\d)?)/([a-z]?\d{1,6})(?:[./]|$)",
    re.IGNORECASE,
)


def classify(href: str) -> Target:  # noqa: PLR0911 - one case after the other
    """Where a link leads, and the identifier it carries.

    Examples
    --------
    >>> for href in ("https://www.ncbi.nlm.nih.gov/m/pubmed/123/", "https://x.bmj.com/content/55/7/387", "tel:42454"):
    ...     target = classify(href)
    ...     print(target.kind.value, target.key, target.volume, target.problem)
    pubmed pmid:123 None None
    publisher None 55 None
    telephone None None has 5 digits
    """
    given = href.strip()
    if not given:
        return Target(href, LinkKind.MALFORMED, problem="is empty")
    if len(given) > _LONGEST:
        return Target(href, LinkKind.MALFORMED, problem=f"is longer than {_LONGEST} characters")
    scheme = _SCHEME.match(given)
    name = scheme[1].lower() if scheme else ""
    if name == "doi" or given.startswith("10."):
        return _with_identifier(Target(href, LinkKind.DOI), given)
    if name and name not in {"http", "https"} and "." not in name:
        return _other_scheme(href, given, name)
    if not name:
        if given.startswith("#"):
            return Target(href, LinkKind.ANCHOR)
        if re.match(r"h?t?t?ps?:?//", given, re.IGNORECASE):
            return Target(href, LinkKind.MALFORMED, problem="has no colon after https")
        if not given.startswith("//") and not _BARE_HOST.match(given):
            return Target(href, LinkKind.RELATIVE)
        bare = "" if given.startswith("//") else "has no https:// in front"
        target = _web(href, f"https:{given}" if given.startswith("//") else f"https://{given}")
        return replace(target, problem=target.problem or bare or None)
    return _web(href, given)


def _other_scheme(href: str, given: str, scheme: str) -> Target:
    if scheme == "tel":
        digits = sum(c.isdigit() for c in given)
        return Target(href, LinkKind.TELEPHONE, problem=None if 7 <= digits <= 15 else f"has {digits} digits")
    if scheme in {"mailto", "sms"}:
        return Target(href, LinkKind.MAIL)
    if scheme in {"http", "https"} or re.match(r"h?t?tps?$", scheme):
        return Target(href, LinkKind.MALFORMED, problem=f"begins with {scheme}:")
    return Target(href, LinkKind.MALFORMED, problem=f"is a {scheme}: address, not one of the web")


def _web(href: str, address: str, depth: int = 0) -> Target:
    try:
        parts = urllib.parse.urlsplit(address)
        host = (parts.hostname or "").removeprefix("www.").lower()
        query = urllib.parse.parse_qs(parts.query, max_num_fields=100)
    except ValueError:
        return Target(href, LinkKind.MALFORMED, problem="is no whole address")
    if not _HOST.fullmatch(host) or re.search(r"\s", address):
        problem = "has a blank in it" if re.search(r"\s", address) else "names no host"
        return Target(href, LinkKind.MALFORMED, host=host, problem=problem)
    if depth < 3 and (inner := _redirected(host, parts.path, query)):
        return _web(href, inner, depth + 1)
    target = Target(href, _kind(host, parts.path), host=host)
    from_chat = any("chatgpt" in v or "openai" in v or "perplexity" in v for v in query.get("utm_source", ()))
    if target.kind is LinkKind.CHAT:
        target = replace(target, problem="is a conversation with a chat program, which others cannot open")
    elif from_chat:
        target = replace(target, problem="was copied from a chat program (utm_source)")
    if target.kind in STUDY_KINDS or target.kind is LinkKind.WEB:
        target = _with_identifier(target, address)
    if target.identifier is None and (place := _PLACE.search(parts.path)):
        target = replace(target, volume=place[1], issue=place[2], first_page=place[3])
    return target


def _redirected(host: str, path: str, query: dict[str, list[str]]) -> str | None:
    """The address inside a search engine's or mail program's."""
    for name, fields in _REDIRECTS.items():
        if host == name or host.endswith(f".{name}"):
            if name == "google.com" and path not in {"/url", "/scholar_url"}:
                return None
            values = (value for field in fields for value in query.get(field, ()))
            return next((value for value in values if value.startswith(("http://", "https://"))), None)
    return None


def _within(host: str, path: str, names: tuple[str, ...] | list[str]) -> bool:
    whole = host + path
    return any(host == name or host.endswith(f".{name}") or ("/" in name and whole.startswith(name)) for name in names)


def _kind(host: str, path: str) -> LinkKind:
    plain = host.replace("-", ".")
    if "pmc.ncbi.nlm.nih.gov" in plain or ("ncbi.nlm.nih.gov" in plain and "/pmc" in path):
        return LinkKind.PMC
    if "ncbi.nlm.nih.gov/books" in plain + path or "bookshelf" in host or "books.google" in host:
        return LinkKind.BOOK
    if "ncbi.nlm.nih.gov" in plain or "pubmed.gov" in plain:
        return LinkKind.PUBMED
    if host in {"doi.org", "dx.doi.org"} or host.endswith((".doi.org", "doi.org")):
        return LinkKind.DOI
    if "scholar.google" in host:
        return LinkKind.SCHOLAR
    table = (
        (LinkKind.RESEARCHGATE, ["researchgate.net"]),
        (LinkKind.CHAT, _CHATS),
        (LinkKind.REGISTRY, list(_REGISTRIES)),
        (LinkKind.PUBLISHER, _PUBLISHERS),
        (LinkKind.NEWS, _NEWS),
        (LinkKind.SOCIAL, _SOCIAL),
        (LinkKind.DOCUMENT, _DRIVES),
    )
    for kind, names in table:
        if _within(host, path, names):
            return kind
    return LinkKind.NEWS if _NEWS_PATH.search(path) else LinkKind.WEB


def _with_identifier(target: Target, address: str) -> Target:
    try:
        found = identify(address)
    except IdentifyError as error:
        malformed = target.kind in {LinkKind.DOI, LinkKind.PMC}
        return replace(target, problem=f"{error.reason}") if malformed and target.problem is None else target
    kind = LinkKind.PUBLISHER if target.kind is LinkKind.WEB and found.kind in {"doi", "pii"} else target.kind
    return replace(target, identifier=found, kind=kind)
