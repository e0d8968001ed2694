"""The fields of a book or a chapter of one, each with its place in PubMed's DTD."""

from __future__ import annotations

from kb.pubmed import record as rec
from kb.pubmed.xml_nodes import (
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
_STATUS = Fields("PubmedBookData/PublicationStatus")
_REFERENCES = Fields("count(ReferenceList//Reference)")

_AUTHORS = People("AuthorList[not(@Type='editors')]/*")
_EDITORS = People("AuthorList[@Type='editors']/*")
_INVESTIGATORS = People("InvestigatorList/*")
_BOOK_AUTHORS = People("Book/AuthorList[not(@Type='editors')]/*")
_BOOK_EDITORS = People("Book/AuthorList[@Type='editors']/*")
_BOOK_INVESTIGATORS = People("Book/InvestigatorList/*")
_ELOCATIONS = Rows("Book/ELocationID", *ELOCATION)
_ISBN = Rows("Book/Isbn", ".")
_LANGUAGES = Rows("Language", ".")
_TYPES = Rows("PublicationType", *TERM)
_KEYWORDS = Rows("KeywordList/*", *KEYWORD)
_GRANTS = Rows("GrantList/*", *GRANT)
_ABSTRACTS = Rows("Abstract")


def book_article(root: Node, draft: Draft) -> None:
    """Everything of a PubmedBookArticle."""
    node = root.child("BookDocument")
    if not node.is_null():
        document(node, draft)
    identify(root, draft, book=True)
    draft["publication_status"] = _STATUS.of(root)[0] or None


def document(node: Node, draft: Draft) -> None:
    """Everything of a BookDocument."""
    row = _DOCUMENT.of(node)
    at = len(_SINGLE)
    draft.update(zip(_SINGLE, _known(row[:at]), strict=True))
    draft["version"] = number(draft["version"]) or 1
    book: Draft = dict(zip(_BOOK, _known(row[at : (at := at + len(_BOOK))]), strict=True))
    for dates, into in ((_DATES, draft), (_BOOK_DATES, book)):
        for key in dates:
            into[key] = date(row[at : (at := at + 5)])
    pages(row[at : (at := at + 3)], draft)
    listed, incomplete = row[at:]
    draft["authors_complete"] = incomplete != "true" if listed == "true" else None
    book["authors"], book["editors"] = _BOOK_AUTHORS.of(node), _BOOK_EDITORS.of(node)
    book["investigators"] = _BOOK_INVESTIGATORS.of(node)
    book["isbn"], book["elocations"] = texts(_ISBN.of(node)), elocations(_ELOCATIONS.of(node))
    draft["book"] = rec.Book(**book)
    draft["title"] = draft["title"] or book["title"]
    draft["authors"] = _AUTHORS.of(node) or book["authors"]
    draft["editors"] = _EDITORS.of(node) or book["editors"]
    draft["investigators"] = _INVESTIGATORS.of(node) or book["investigators"]
    draft["elocations"] = book["elocations"]
    _lists(node, draft)


def _known(row: Row) -> list[str | None]:
    return [value or None for value in row]


def _lists(node: Node, draft: Draft) -> None:
    draft["languages"] = texts(_LANGUAGES.of(node))
    draft["publication_types"] = terms(_TYPES.of(node))
    draft["keywords"] = keywords(_KEYWORDS, node)
    draft["grants"] = grants(_GRANTS, node)
    draft["reference_count"] = number(_REFERENCES.of(node)[0]) or None
    sections = tuple(part for found in _ABSTRACTS.nodes(node) for part in abstract(found))
    draft["has_abstract"] = bool(sections)
    if "abstract" in draft:  # asked for
        draft["abstract"] = sections
