"""The fields of an article, each with its place in PubMed's DTD."""

from __future__ import annotations

from kb.pubmed import record as rec
from kb.pubmed.xml_nodes import (
    ELOCATION,
    GRANT,
    KEYWORD,
    PAGES,
    PUBMED_DATA,
    TERM,
    Draft,
    Fields,
    Node,
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
    people,
    people_at,
    terms,
    texts,
)
from kb.pubmed.xml_values import article_number, doi, pmcid

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
    "authors_complete": "Article/AuthorList/@CompleteYN",
    "coi_statement": "boolean(CoiStatement//text()[normalize-space()])",
    "has_abstract": "boolean(Article/Abstract/AbstractText//text()[normalize-space()])",
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
_DATES = {
    "issue_date": "Article/Journal/JournalIssue/PubDate",
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
    *(part for place in _DATES.values() for part in date_at(place)),
    *(f"Article/{place}" for place in PAGES),
    *(f"boolean({place})" for place in _PRESENT),
)
_DATA = Fields(*PUBMED_DATA)

_ABSTRACTS = Rows("Article/Abstract", "@x")
_AUTHORS = people_at("Article/AuthorList/Author")
_LISTED = Fields("boolean(Article/AuthorList)", "boolean(Article/AuthorList[@CompleteYN='N'])")
_ELOCATIONS = Rows("Article/ELocationID", *ELOCATION)
_LANGUAGES = Rows("Article/Language", ".")
_TYPES = Rows("Article/PublicationTypeList/PublicationType", *TERM)
_SUBSETS = Rows("CitationSubset", ".")
_ACCESSIONS = Rows(
    "Article/DataBankList/DataBank[not(AccessionNumberList/AccessionNumber)]/DataBankName"
    " | Article/DataBankList/DataBank/AccessionNumberList/AccessionNumber",
    *("name()", ".", "../../DataBankName"),
)
_GRANTS = Rows("Article/GrantList/Grant", *GRANT)
_CHEMICALS = Rows("ChemicalList/Chemical", "NameOfSubstance", "NameOfSubstance/@UI", "RegistryNumber")
_SUPPLEMENTARY = Rows("SupplMeshList/SupplMeshName", *TERM)
_LINKS = Rows("CommentsCorrectionsList/CommentsCorrections", "@RefType", "PMID", "RefSource", "Note", "PMID/@Version")
_INVESTIGATORS = people_at("InvestigatorList/Investigator")
_OTHER_IDS = Rows("OtherID[@Source='NLM']", ".")
_KEYWORDS = Rows("KeywordList/Keyword", *KEYWORD)
_MESH = Rows("MeshHeadingList/MeshHeading/*", "name()", ".", "@UI", "@MajorTopicYN", "@Type")


def article(root: Node, draft: Draft) -> None:
    """Everything of a PubmedArticle."""
    node = root.child("MedlineCitation")
    if not node.is_null():
        citation(node, draft)
    identify(root, draft)
    draft["publication_status"], listed = _DATA.of(root)
    draft["reference_count"] = draft.get("reference_count") or number(listed) or None


def citation(node: Node, draft: Draft) -> None:
    """Everything of a MedlineCitation."""
    row = _CITATION.of(node)
    at = len(_SINGLE)
    draft.update(zip(_SINGLE, row[:at], strict=True))
    journal = row[at : (at := at + len(_JOURNAL))]
    if any(journal):
        draft["journal"] = rec.Journal(*journal)
    for key in _DATES:
        draft[key] = date(row[at : (at := at + 5)])
    pages(*row[at : (at := at + 3)], draft)
    _settle(node, draft)
    _lists(node, draft)
    _optional(node, dict(zip(_PRESENT, row[at:], strict=True)), draft)


def _settle(node: Node, draft: Draft) -> None:
    """Turn strings into what they mean."""
    draft["version"] = number(draft["version"]) or 1
    draft["owner"] = draft["owner"] or "NLM"  # the DTD's default
    draft["coi_statement"] = True if draft["coi_statement"] == "true" else None
    draft["has_abstract"] = draft["has_abstract"] == "true"
    draft["reference_count"] = number(draft["reference_count"])
    listed, incomplete = _LISTED.of(node)
    draft["authors_complete"] = incomplete != "true" if listed == "true" else None
    if "abstract" in draft:  # asked for
        draft["abstract"] = tuple(part for found, _ in _ABSTRACTS.nodes(node) for part in abstract(found))
    title: str | None = draft["title"]
    draft["title_translated"] = bool(title and title[0] == "[" and title.rstrip(".").endswith("]"))


def _lists(node: Node, draft: Draft) -> None:
    draft["authors"] = people(_AUTHORS, node)
    draft["elocations"] = elocations(_ELOCATIONS, node)
    draft["languages"] = texts(_LANGUAGES, node)
    draft["publication_types"] = terms(_TYPES, node)
    draft["citation_subsets"] = texts(_SUBSETS, node)


def _optional(node: Node, present: dict[str, str | None], draft: Draft) -> None:
    """The lists that are there."""
    if present["MeshHeadingList"] == "true":
        draft["mesh"] = _mesh(node)
    if present["KeywordList"] == "true":
        draft["keywords"] = keywords(_KEYWORDS, node)
    if present["ChemicalList"] == "true":
        rows = _CHEMICALS.of(node)
        draft["chemicals"] = tuple(rec.Chemical(n, ui, None if no == "0" else no) for n, ui, no in rows if n)
    if present["Article/GrantList"] == "true":
        draft["grants"] = grants(_GRANTS, node)
    if present["CommentsCorrectionsList"] == "true":
        rows = _LINKS.of(node)
        draft["links"] = tuple(rec.Link(kind or "", *rest, number(version)) for kind, *rest, version in rows)
    if present["Article/DataBankList"] == "true":
        draft["accessions"] = tuple(
            rec.Accession(value or "") if name == "DataBankName" else rec.Accession(bank or "", value)
            for name, value, bank in _ACCESSIONS.of(node)
        )
    if present["SupplMeshList"] == "true":
        draft["supplementary"] = terms(_SUPPLEMENTARY, node)
    if present["InvestigatorList"] == "true":
        draft["investigators"] = people(_INVESTIGATORS, node)
    if present["OtherID"] == "true":
        draft["other_pmcid"] = next((own for text in texts(_OTHER_IDS, node) if (own := pmcid(text))), None)


def _mesh(node: Node) -> tuple[rec.MeshHeading, ...]:
    found: list[tuple[Row, list[rec.MeshQualifier]]] = []
    for tag, name, ui, major, kind in _MESH.of(node):
        if tag == "DescriptorName":
            found.append(([name, ui, major, kind], []))
        elif found and name:
            found[-1][1].append(rec.MeshQualifier(name, ui, major == "Y"))
    return tuple(
        rec.MeshHeading(name, ui, major == "Y", tuple(qualifiers), kind == "Geographic")
        for (name, ui, major, kind), qualifiers in found
        if name
    )


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
