"""The fields of a book or a chapter of one, each with its place in PubMed's DTD."""

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

_SINGLE = {  # field of the record -> where it stands below BookDocument
    "pmid": "PMID",
    "version": "PMID/@Version",
    "title": "ArticleTitle",
    "vernacular_title": "VernacularTitle",
}
_BOOK = {  # field of the book
    "title": "Book/BookTitle",
    "publisher": "Book/Publisher/PublisherName",
    "publisher_location": "Book/Publisher/PublisherLocation",
    "edition": "Book/Edition",
    "volume": "Book/Volume",
    "volume_title": "Book/VolumeTitle",
    "collection_title": "Book/CollectionTitle",
    "medium": "Book/Medium",
    "report_number": "Book/ReportNumber",
}
_DATES = {"contribution_date": "ContributionDate", "date_revised": "DateRevised"}
_BOOK_DATES = {"published": "Book/PubDate", "beginning": "Book/BeginningDate", "ending": "Book/EndingDate"}
_DOCUMENT = Fields(
    *_SINGLE.values(),
    *_BOOK.values(),
    *(part for place in (*_DATES.values(), *_BOOK_DATES.values()) for part in date_at(place)),
    *PAGES,
    *(
        "boolean(AuthorList | Book/AuthorList)",
        "boolean(AuthorList[@CompleteYN='N'] | Book/AuthorList[@CompleteYN='N'])",
    ),
)
_DATA = Fields(*PUBMED_DATA)
_REFERENCES = Fields("count(ReferenceList//Reference)")

_AUTHORS = people_at("AuthorList[not(@Type='editors')]/Author")
_EDITORS = people_at("AuthorList[@Type='editors']/Author")
_INVESTIGATORS = people_at("InvestigatorList/Investigator")
_BOOK_AUTHORS = people_at("Book/AuthorList[not(@Type='editors')]/Author")
_BOOK_EDITORS = people_at("Book/AuthorList[@Type='editors']/Author")
_BOOK_INVESTIGATORS = people_at("Book/InvestigatorList/Investigator")
_ELOCATIONS = Rows("Book/ELocationID", *ELOCATION)
_ISBN = Rows("Book/Isbn", ".")
_LANGUAGES = Rows("Language", ".")
_TYPES = Rows("PublicationType", *TERM)
_KEYWORDS = Rows("KeywordList/Keyword", *KEYWORD)
_GRANTS = Rows("GrantList/Grant", *GRANT)
_ABSTRACTS = Rows("Abstract", "@x")


def book_article(root: Node, draft: Draft) -> None:
    """Everything of a PubmedBookArticle."""
    node = root.child("BookDocument")
    if not node.is_null():
        document(node, draft)
    identify(root, draft)
    draft["publication_status"], listed = _DATA.of(root)
    draft["reference_count"] = number(listed) or None


def document(node: Node, draft: Draft) -> None:
    """Everything of a BookDocument."""
    row = _DOCUMENT.of(node)
    at = len(_SINGLE)
    draft.update(zip(_SINGLE, row[:at], strict=True))
    draft["version"] = number(draft["version"]) or 1
    book: Draft = dict(zip(_BOOK, row[at : (at := at + len(_BOOK))], strict=True))
    for dates, into in ((_DATES, draft), (_BOOK_DATES, book)):
        for key in dates:
            into[key] = date(row[at : (at := at + 5)])
    pages(*row[at : (at := at + 3)], draft)
    listed, incomplete = row[at:]
    draft["authors_complete"] = incomplete != "true" if listed == "true" else None
    book["authors"], book["editors"] = people(_BOOK_AUTHORS, node), people(_BOOK_EDITORS, node)
    book["investigators"] = people(_BOOK_INVESTIGATORS, node)
    book["isbn"], book["elocations"] = texts(_ISBN, node), elocations(_ELOCATIONS, node)
    draft["book"] = rec.Book(**book)
    draft["title"] = draft["title"] or book["title"]
    draft["authors"] = people(_AUTHORS, node) or book["authors"]
    draft["editors"] = people(_EDITORS, node) or book["editors"]
    draft["investigators"] = people(_INVESTIGATORS, node) or book["investigators"]
    draft["elocations"] = book["elocations"]
    _lists(node, draft)


def _lists(node: Node, draft: Draft) -> None:
    draft["languages"] = texts(_LANGUAGES, node)
    draft["publication_types"] = terms(_TYPES, node)
    draft["keywords"] = keywords(_KEYWORDS, node)
    draft["grants"] = grants(_GRANTS, node)
    draft["reference_count"] = number(_REFERENCES.of(node)[0]) or None
    sections = tuple(part for found, _ in _ABSTRACTS.nodes(node) for part in abstract(found))
    draft["has_abstract"] = bool(sections)
    if "abstract" in draft:  # asked for
        draft["abstract"] = sections
