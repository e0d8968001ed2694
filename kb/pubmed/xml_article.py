"""The fields of an article, each with its place in PubMed's DTD."""

from __future__ import annotations

from kb.pubmed import record as rec
from kb.pubmed.xml_nodes import (
    BETWEEN,
    DAY,
    ELOCATION,
    GRANT,
    KEYWORD,
    PAGES,
    TERM,
    Draft,
    Fields,
    Node,
    People,
    Row,
    Rows,
    abstract,
    date,
    date_at,
    elocations,
    grants,
    identify,
    keywords,
    number,
    pages,
    terms,
    texts,
)
from kb.pubmed.xml_values import article_number, doi, pmcid

_SAID = "Article/Abstract/AbstractText"
_SINGLE = {  # field of the record -> where it stands below MedlineCitation
    "pmid": "PMID",
    "version": "PMID/@Version",
    "status": "@Status",
    "owner": "@Owner",
    "indexing_method": "@IndexingMethod",
    "pub_model": "Article/@PubModel",
    "medium": "Article/Journal/JournalIssue/@CitedMedium",
    "volume": "Article/Journal/JournalIssue/Volume",
    "issue": "Article/Journal/JournalIssue/Issue",
    "title": "Article/ArticleTitle",
    "vernacular_title": "Article/VernacularTitle",
    "authors_complete": "boolean(Article/AuthorList)",
    "incomplete": "boolean(Article/AuthorList[@CompleteYN='N'])",
    "coi_statement": "boolean(CoiStatement//text()[normalize-space()])",
    "has_abstract": f"boolean({_SAID}/text()[normalize-space()] or {_SAID}//text()[normalize-space()])",
    "reference_count": "NumberOfReferences",
}
_JOURNAL = {
    "title": "Article/Journal/Title",
    "iso_abbreviation": "Article/Journal/ISOAbbreviation",
    "medline_abbreviation": "MedlineJournalInfo/MedlineTA",
    "nlm_id": "MedlineJournalInfo/NlmUniqueID",
    "issn_print": "Article/Journal/ISSN[@IssnType='Print']",
    "issn_electronic": "Article/Journal/ISSN[@IssnType='Electronic']",
    "issn_linking": "MedlineJournalInfo/ISSNLinking",
    "country": "MedlineJournalInfo/Country",
    "issn_other": "Article/Journal/ISSN[not(@IssnType)]",
}
_ISSUE_DATE = "Article/Journal/JournalIssue/PubDate"
_DATES = {
    "electronic_date": "Article/ArticleDate",
    "date_completed": "DateCompleted",
    "date_revised": "DateRevised",
}
_PRESENT = (  # lists that many records lack, asked for in the same call
    *("Article/DataBankList", "Article/GrantList", "ChemicalList", "SupplMeshList"),
    *("CommentsCorrectionsList", "InvestigatorList", "OtherID", "KeywordList", "MeshHeadingList"),
)
_CITATION = Fields(
    *_SINGLE.values(),
    *_JOURNAL.values(),
    *date_at(_ISSUE_DATE),
    *(f"{place}/{part}" for place in _DATES.values() for part in DAY),
    *(f"Article/{place}" for place in PAGES),
    *(f"boolean({place})" for place in _PRESENT),
)
_DATA = Fields(
    "PubmedData/PublicationStatus",
    "count(PubmedData/ReferenceList/Reference)",
    "count(PubmedData/ReferenceList/ReferenceList//Reference)",
)

_ABSTRACTS = Rows("Article/Abstract")
_AUTHORS = People("Article/AuthorList[not(@Type='editors')]/*")
_EDITORS = People("Article/AuthorList[@Type='editors']/*")
_ELOCATIONS = Rows("Article/ELocationID", *ELOCATION)
_LANGUAGES = Rows("Article/Language", ".")
_TYPES = Rows("Article/PublicationTypeList/*", ".", "@UI")
_SUBSETS = Rows("CitationSubset", ".")
_BANKS = Rows("Article/DataBankList/*")
_BANK = Fields("DataBankName")
_ACCESSIONS = Rows("AccessionNumberList/*", ".")
_GRANTS = Rows("Article/GrantList/*", *GRANT)
_CHEMICALS = Rows("ChemicalList/*", "NameOfSubstance", "NameOfSubstance/@UI", "RegistryNumber")
_SUPPLEMENTARY = Rows("SupplMeshList/*", *TERM)
_LINKS = Rows("CommentsCorrectionsList/*", "@RefType", "PMID", "RefSource", "Note", "PMID/@Version")
_INVESTIGATORS = People("InvestigatorList/*")
_OTHER_IDS = Rows("OtherID[@Source='NLM']", ".")
_KEYWORDS = Rows("KeywordList/*", *KEYWORD)
_HEADINGS = Rows("MeshHeadingList/*")
_TERM = Fields("name()", ".", "@UI", "@MajorTopicYN", "@Type")


def article(root: Node, draft: Draft) -> None:
    """Everything of a PubmedArticle."""
    node = root.child("MedlineCitation")
    if not node.is_null():
        citation(node, draft)
    identify(root, draft)
    status, listed, deeper = _DATA.of(root)
    draft["publication_status"] = status or None
    draft["reference_count"] = draft.get("reference_count") or int(listed) + int(deeper) or None


def citation(node: Node, draft: Draft) -> None:
    """Everything of a MedlineCitation."""
    row = _CITATION.of(node)
    at = len(_SINGLE)
    draft.update(zip(_SINGLE, [value or None for value in row[:at]], strict=True))
    journal = row[at : (at := at + len(_JOURNAL))]
    if any(journal):
        draft["journal"] = rec.Journal(*[value or None for value in journal])
    draft["issue_date"] = date(row[at : (at := at + 5)])
    for key in _DATES:
        draft[key] = date(row[at : (at := at + 3)])
    pages(row[at : (at := at + 3)], draft)
    draft["elocations"] = elocations(_ELOCATIONS.of(node))
    draft["languages"] = texts(_LANGUAGES.of(node))
    draft["publication_types"] = terms(_TYPES.of(node))
    draft["citation_subsets"] = texts(_SUBSETS.of(node))
    draft["authors"], draft["editors"] = _AUTHORS.of(node), _EDITORS.of(node)
    _settle(node, draft)
    _optional(node, dict(zip(_PRESENT, row[at:], strict=True)), draft)


def _settle(node: Node, draft: Draft) -> None:
    """Turn strings into what they mean."""
    draft["version"] = number(draft["version"]) or 1
    draft["owner"] = draft["owner"] or "NLM"  # the DTD's default
    draft["coi_statement"] = True if draft["coi_statement"] == "true" else None
    draft["has_abstract"] = draft["has_abstract"] == "true"
    draft["reference_count"] = number(draft["reference_count"])
    complete = draft.pop("incomplete") != "true"
    draft["authors_complete"] = complete if draft["authors_complete"] == "true" else None
    if "abstract" in draft:  # asked for
        draft["abstract"] = tuple(part for found in _ABSTRACTS.nodes(node) for part in abstract(found))
    title: str | None = draft["title"]
    draft["title_translated"] = bool(title and title[0] == "[" and title.rstrip(".").endswith("]"))


def _optional(node: Node, present: dict[str, str], draft: Draft) -> None:
    """The lists that are there."""
    if present["MeshHeadingList"] == "true":
        draft["mesh"] = _mesh(node)
    if present["KeywordList"] == "true":
        draft["keywords"] = keywords(_KEYWORDS, node)
    if present["ChemicalList"] == "true":
        draft["chemicals"] = _chemicals(node)
    if present["Article/GrantList"] == "true":
        draft["grants"] = grants(_GRANTS, node)
    if present["CommentsCorrectionsList"] == "true":
        draft["links"] = tuple(
            rec.Link(kind, other or None, source or None, note or None, number(version))
            for kind, other, source, note, version in _LINKS.of(node)
        )
    if present["Article/DataBankList"] == "true":
        draft["accessions"] = tuple(found for bank in _BANKS.nodes(node) for found in _bank(bank))
    if present["SupplMeshList"] == "true":
        draft["supplementary"] = terms(_SUPPLEMENTARY.of(node))
    if present["InvestigatorList"] == "true":
        draft["investigators"] = _INVESTIGATORS.of(node)
    if present["OtherID"] == "true":
        draft["other_pmcid"] = next((own for text in texts(_OTHER_IDS.of(node)) if (own := pmcid(text))), None)


def _bank(node: Node) -> list[rec.Accession]:
    """The numbers in one data bank, or the bank alone."""
    name = _BANK.of(node)[0]
    return [rec.Accession(name, accession) for accession in texts(_ACCESSIONS.of(node))] or [rec.Accession(name)]


def _chemicals(node: Node) -> tuple[rec.Chemical, ...]:
    return tuple(
        rec.Chemical(name, ui or None, None if registered in ("", "0") else registered)
        for name, ui, registered in _CHEMICALS.of(node)
        if name
    )


def _mesh(node: Node) -> tuple[rec.MeshHeading, ...]:
    found = []
    joined = _TERM.joined
    for heading in _HEADINGS.nodes(node):
        descriptor: Row = []
        qualifiers = []
        for child in heading.children():
            tag, name, ui, major, _ = row = joined(child).split(BETWEEN)
            if tag == "QualifierName":
                qualifiers.append(rec.MeshQualifier(name, ui or None, major == "Y"))
            elif tag == "DescriptorName":
                descriptor = row
        if descriptor and descriptor[1]:
            _, name, ui, major, kind = descriptor
            found.append(rec.MeshHeading(name, ui or None, major == "Y", tuple(qualifiers), kind == "Geographic"))
    return tuple(found)


def finish(draft: Draft) -> Draft:
    """Choose DOI, PMCID and article number among all that was said."""
    valid: dict[str, bool] = {}  # by DOI as given, those of ELocationID first
    pii = other = None
    for place in draft.get("elocations", ()):
        if place.type == "doi":
            found, formed = doi(place.value)
            valid[found] = valid.get(found, False) or (formed and place.valid)
        elif place.valid:
            pii = pii or place.value
    wrong = {found.casefold() for found, right in valid.items() if not right}
    first = None
    for article_id in draft.get("ids", ()):
        if article_id.type == "doi":
            found, formed = doi(article_id.value)
            good = formed and found.casefold() not in wrong
            valid.setdefault(found, good)
            first = found if good and first is None else first
        elif article_id.type in ("pmc", "pmcid"):
            other = other or pmcid(article_id.value)
    draft["pmcid"] = other or draft.pop("other_pmcid", None)
    draft.pop("other_pmcid", None)
    if valid:
        draft["doi"] = first or next((found for found, right in valid.items() if right), next(iter(valid)))
        draft["doi_valid"] = valid[draft["doi"]]
    draft["article_number"] = article_number(draft.get("pages"), pii)
    return draft
