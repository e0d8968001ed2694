"""Addresses of articles -> the identifier in them, or what to do where the address carries none."""

from __future__ import annotations

import re
import urllib.parse

from kb.pubmed.identify import Identified, IdentifyError, doi, identify, pii, pmid

_DOI_IN = re.compile(r"10\.[0-9]{4,9}(?:\.[0-9]+)*/\S+")
_PII_IN = re.compile(r"(?:PII|pii/)?S\(?([0-9]{4})-?([0-9]{3}[0-9X])\(?([0-9]{2})\)?([0-9]{5})-?([0-9X])(?![0-9])")
_PMC_IN = re.compile(r"\bPMC[0-9]+", re.IGNORECASE)
# What publishers put behind a DOI in the path; taken off again and again.
_BEHIND = re.compile(
    r"(?:/(?:tables|figures)/[0-9]+|/(?:full|fulltext|abstract|abs|pdf|epdf|meta|html|htm|xml|epub|information|references|reference|related|tables|"
    r"figures|summary|citedby|citations|metrics|suppl_file|supplementary|media|download|appendix|full-xml|full\.\w+)"
    r"|\.(?:pdf|full|short|long|abstract|html?|xml|epub|ris|full-text))+$",
    re.IGNORECASE,
)
# mdpi.com/ISSN/volume/issue/article: the DOI is made of the same parts. Journals of the field.
_MDPI = {
    "1660-4601": "ijerph",
    "2077-0383": "jcm",
    "2227-9032": "healthcare",
    "2075-4663": "sports",
    "2411-5142": "jfmk",
    "2075-4418": "diagnostics",
    "2072-6643": "nu",
    "2075-1729": "life",
    "2075-4426": "jpm",
    "2076-3417": "app",
    "1424-8220": "s",
}
_TITLE = "Open the page and copy its DOI (it begins with 10.), or give the PMID that pubmed.ncbi.nlm.nih.gov shows."
_NO_DOI = {
    "bmj.com": "names volume and page, but no DOI",
    "lww.com": "names the issue, but no DOI",
    "academic.oup.com": "names volume and page, but no DOI",
    "jamanetwork.com": "carries a number of JAMA, but no DOI",
    "mdpi.com": "names the article by numbers from which the DOI is not certain",
    "researchgate.net": "is a page of ResearchGate and carries no DOI",
    "academia.edu": "is a page of Academia and carries no DOI",
    "semanticscholar.org": "is a page of Semantic Scholar and carries no DOI",
    "scholar.google": "is a page of Google Scholar and carries no DOI",
    "pedro.org.au": "is a page of PEDro and carries no DOI",
    "clinicaltrials.gov": "is the registration of a trial, not a publication",
    "isrctn.com": "is the registration of a trial, not a publication",
}


def read_address(text: str, given: str) -> Identified:
    """The identifier in an address.

    Parameters
    ----------
    text
        The address, with or without ``https://``.
    given
        What the person gave, for messages.

    Raises
    ------
    IdentifyError
        When it carries none; it says what to do.

    Examples
    --------
    >>> for address in (
    ...     "https://pubmed.ncbi.nlm.nih.gov/39198038/",
    ...     "https://www.frontiersin.org/articles/10.3389/fphys.2020.00123/full",
    ...     "https://www.nature.com/articles/s41598-020-12345-6",
    ... ):
    ...     print(read_address(address, address))
    PMID 39198038
    DOI 10.3389/fphys.2020.00123
    DOI 10.1038/s41598-020-12345-6
    """
    whole = text if "://" in text else f"https://{text}"
    try:
        parts = urllib.parse.urlsplit(whole)
        host = (parts.hostname or "").lower()
    except ValueError:
        raise IdentifyError(given, "is no whole address", "Copy it again from the browser.") from None
    if parts.scheme not in {"http", "https"} or not host:
        raise IdentifyError(given, f"is an address of {parts.scheme or 'no'} kind", "Give a page's http address.")
    plain = host.replace("-", ".")  # a library's proxy writes pubmed-ncbi-nlm-nih-gov.proxy.example.edu
    path = urllib.parse.unquote(parts.path).rstrip(".,;")
    values = [value for _, value in urllib.parse.parse_qsl(parts.query)]
    if "ncbi.nlm.nih.gov" in plain or "pubmed.gov" in plain:
        return _ncbi(path, dict(urllib.parse.parse_qsl(parts.query)), given)
    if "europepmc.org" in plain:
        return _europe_pmc(path, given)
    if "arxiv.org" in plain:
        advice = "If it was published in a journal since, give the DOI or PMID of that article."
        raise IdentifyError(given, "is an address of arXiv, which PubMed does not hold", advice)
    return _publisher(plain, path, values, given)


def _ncbi(path: str, query: dict[str, str], given: str) -> Identified:
    """PubMed and PubMed Central, in the forms they have had."""
    if found := re.search(r"/pmc/articles/pmid/([0-9]+)", path):
        return pmid(found[1], given)
    if found := _PMC_IN.search(path):
        return _as(found[0], given)
    if "/pmc" in path or "articles/" in path:
        advice = "Its path ends in the PMCID, such as .../articles/PMC2231364/."
        raise IdentifyError(given, "is an address of PubMed Central without an article", advice)
    if found := re.fullmatch(r"/(?:(?:m/)?pubmed/)?([0-9]+)/?(?:[a-z]+/?)?", path):
        return pmid(found[1], given)
    asked = query.get("term") or query.get("list_uids") or query.get("uid") or query.get("id") or ""
    asked = re.sub(r"\[(?:pmid|uid|doi|aid)\]$", "", asked.strip(), flags=re.IGNORECASE)
    if re.fullmatch(r"(?:pmid:?\s*)?[0-9]{1,8}|10\.\S+/\S+", asked, re.IGNORECASE):
        return _as(asked, given)
    if "/books/" in path:
        raise IdentifyError(given, "is a page of the NCBI Bookshelf", "Give the PMID that the page shows.")
    if asked:
        raise IdentifyError(given, "is a search in PubMed", "Open the article and give its PMID or address.")
    raise IdentifyError(given, "is an address of NCBI without an article", "Give the PMID.")


def _europe_pmc(path: str, given: str) -> Identified:
    if found := re.search(r"/(?:article|abstract)/MED/([0-9]+)", path, re.IGNORECASE):
        return pmid(found[1], given)
    if found := re.search(r"/(?:PMC/|articles/)(?:PMC)?([0-9]+)", path, re.IGNORECASE):
        return _as(f"PMC{found[1]}", given)
    if "/PPR/" in path.upper():
        advice = "If it was published in a journal since, give the DOI or PMID of that article."
        raise IdentifyError(given, "is a preprint in Europe PMC", advice)
    raise IdentifyError(given, "is an address of Europe PMC without an article", "Give the PMID or DOI.")


def _as(found: str, given: str) -> Identified:
    inner = identify(found)
    return Identified(inner.kind, inner.value, given, inner.notes)


def _publisher(host: str, path: str, values: list[str], given: str) -> Identified:
    for place in (path, *values):
        if found := _DOI_IN.search(place):
            return doi(_trimmed(host, found[0]), given)
    if found := _PII_IN.search(path):
        return Identified("pii", pii(found), given)
    if found := _PMC_IN.search(path):
        return _as(found[0], given)
    if made := _derived(host, path):
        return doi(made, given, (f"the DOI {made} was made from the parts of the address",))
    reason = next((why for name, why in _NO_DOI.items() if name in host), "carries no DOI, PMID or PMCID")
    raise IdentifyError(given, reason, _TITLE)


def _trimmed(host: str, found: str) -> str:
    """A DOI from a path, without what the publisher put behind it."""
    found = found.rstrip("/")
    if "biorxiv.org" in host or "medrxiv.org" in host:
        return re.sub(r"v[0-9]+(?:\.\w[\w.-]*|/.*)?$", "", found)
    found = re.sub(r";jsessionid=.*$", "", found)
    if "oup.com" in host:
        found = re.sub(r"(?<=/)([^/]+)/[0-9]+(?:/.*)?$", r"\1", found)
    return _BEHIND.sub("", found)


def _derived(host: str, path: str) -> str:
    """A DOI that the publisher makes of parts of the address; empty when the address does not tell."""
    if "nature.com" in host and (found := re.search(r"/articles/([a-z][\w.-]*[0-9][\w-]*)", path)):
        return f"10.1038/{_BEHIND.sub('', found[1])}"
    if "bmj.com" in host and (found := re.search(r"/(bmj\.[a-z][0-9]+|[a-z]+-[0-9]{4}-[0-9]{5,7})(?=[./]|$)", path)):
        return f"10.1136/{found[1]}"
    if "oup.com" in host and (
        found := re.fullmatch(
            r"/([a-z]+)/(?:article|article-abstract|article-pdf)/.*?/([a-z]{2,}[a-z0-9]*[0-9]{2,})(?:/.*)?", path
        )
    ):
        return f"10.1093/{found[1]}/{found[2]}"
    if "mdpi.com" in host and (
        found := re.match(r"/([0-9]{4}-[0-9]{3}[0-9X])/([0-9]+)/([0-9]+)/([0-9]+)(?=/|$)", path)
    ):
        journal, (volume, issue, article) = _MDPI.get(found[1]), (int(part) for part in found.groups()[1:])
        return f"10.3390/{journal}{volume}{issue:02}{article:04}" if journal else ""
    if "researchsquare.com" in host and (found := re.search(r"/article/(rs-[0-9]+)/(v[0-9]+)", path)):
        return f"10.21203/rs.3.{found[1]}/{found[2]}"
    return ""
