"""What pages are in the words of schema.org, as plain data; nothing is said that nobody knows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from kb.model import Condition, Intervention, InterventionKind, Term
from kb.site.page import LICENCE, TITLE

if TYPE_CHECKING:
    from kb.base import Base
    from kb.model import Claim, Post, Reference

Data = dict[str, Any]

_CONTEXT = "https://schema.org"
_AUDIENCE = {"@type": "MedicalAudience", "audienceType": "Clinician"}
_THERAPIES = {InterventionKind.TREATMENT, InterventionKind.TRAINING_ADVICE}


def medical_page(title: str, description: str, about: list[Data], address: str) -> Data:
    """A MedicalWebPage; it has no date of review, because no clinician has reviewed a page."""
    data: Data = {
        "@context": _CONTEXT,
        "@type": "MedicalWebPage",
        "name": title,
        "description": description,
        "inLanguage": "en",
        "license": LICENCE,
        "audience": _AUDIENCE,
        "isPartOf": {"@type": "WebSite", "name": TITLE},
    }
    if about:
        data["about"] = about if len(about) > 1 else about[0]
    return data | ({"url": address} if address else {})


def about_term(term: Term) -> Data:
    """A condition as MedicalCondition with its codes, a treatment as MedicalTherapy, a test as MedicalTest."""
    kind, codes = "Thing", []
    if isinstance(term, Condition):
        kind = "MedicalCondition"
        codes += [("ICD-10-CM", code) for code in term.icd10cm or ()]
    elif isinstance(term, Intervention):
        kind = "MedicalTherapy" if term.kind in _THERAPIES else "Thing"
        kind = "MedicalTest" if term.kind is InterventionKind.TEST else kind
    codes += [("MeSH", term.mesh)] if term.mesh and kind != "Thing" else []
    data: Data = {"@type": kind, "name": term.label}
    others = [name for name in dict.fromkeys((term.patient_label, *term.synonyms)) if name != term.label]
    if others:
        data["alternateName"] = others
    if codes:
        data["code"] = [{"@type": "MedicalCode", "codingSystem": system, "codeValue": code} for system, code in codes]
    return data


def about_page(base: Base, name: str) -> list[Data]:
    """What the page of a condition, an intervention or a comparison is about."""
    noun, _, identifier = name.partition("/")
    corpus = base.corpus
    if noun in {"condition", "intervention"}:
        term = corpus.vocabulary(f"{noun}s").get(identifier)
        return [about_term(term)] if term else []
    if noun == "comparison":
        condition, intervention, _ = identifier.split("--")
        found = (corpus.conditions.get(condition), corpus.interventions.get(intervention))
        return [about_term(term) for term in found if term]
    return []


def study_page(base: Base, key: str, title: str, description: str, address: str) -> Data:
    """A page whose main entity is a MedicalScholarlyArticle."""
    data: Data = {
        "@context": _CONTEXT,
        "@type": "WebPage",
        "name": title,
        "description": description,
        "inLanguage": "en",
        "license": LICENCE,
        "isPartOf": {"@type": "WebSite", "name": TITLE},
        "mainEntity": article(base, key),
    }
    return data | ({"url": address} if address else {})


def article(base: Base, key: str) -> Data:
    """A publication as MedicalScholarlyArticle; what is unknown is left out."""
    reference, study = base.corpus.references.get(key), base.corpus.studies[key]
    data: Data = {"@type": "MedicalScholarlyArticle", "publicationType": study.design.words}
    if reference is None:
        return data | {"name": key}
    data["headline"] = reference.title or key
    if reference.author:
        data["author"] = [_author(name) for name in reference.author]
    if reference.year:
        data["datePublished"] = str(reference.year)
    if reference.journal:
        data["isPartOf"] = {"@type": "Periodical", "name": reference.journal}
    if reference.pages:
        data["pagination"] = reference.pages
    same = list(_addresses(reference))
    if same:
        data["sameAs"] = same
    if key in base.retracted:
        data["creativeWorkStatus"] = "Retracted"
    return data


def _author(name: str) -> Data:
    family, comma, given = name.strip("{}").partition(",")
    if not comma:
        return {"@type": "Organization" if name.startswith("{") else "Person", "name": family.strip()}
    return {"@type": "Person", "name": f"{given.strip()} {family.strip()}".strip(), "familyName": family.strip()}


def _addresses(reference: Reference) -> Iterator[str]:
    if reference.doi:
        yield f"https://doi.org/{reference.doi}"
    if reference.pmid:
        yield f"https://pubmed.ncbi.nlm.nih.gov/{reference.pmid}/"


def claim_reviews(post: Post) -> Iterator[Data]:
    """A ClaimReview for each claim whose verdict a named person reviewed on a known day; none for any other."""
    for claim in post.claims:
        if claim.verdict.reviewed_by is not None and claim.verdict.reviewed_on is not None:
            yield _claim_review(post, claim)


def _claim_review(post: Post, claim: Claim) -> Data:
    verdict = claim.verdict
    assert verdict.reviewed_on is not None  # noqa: S101 - for the type checker; the caller has looked
    appearance: Data = {"@type": "WebPage", "name": post.title} | ({"url": post.url} if post.url else {})
    return {
        "@context": _CONTEXT,
        "@type": "ClaimReview",
        "claimReviewed": claim.statement,
        "datePublished": verdict.reviewed_on.isoformat(),
        "author": {"@type": "Person", "name": verdict.reviewed_by},
        "reviewBody": verdict.reason,
        "reviewRating": {"@type": "Rating", "alternateName": verdict.bearing.value.replace("-", " ")},
        "itemReviewed": {"@type": "Claim", "appearance": appearance},
    }
