"""Every field of a record, from an article and a book that have them all."""

from pathlib import Path

import msgspec
import pytest

from kb.pubmed import record as rec
from kb.pubmed.record import from_dict, to_dict
from kb.pubmed.xml import parse, parse_all

DATA = Path(__file__).parent / "data" / "xml"


@pytest.fixture(scope="module")
def article():
    (found,) = parse(DATA / "article.xml", abstracts=True)
    return found


@pytest.fixture(scope="module")
def book():
    (found,) = parse(DATA / "book.xml")
    return found


def test_identity(article):
    assert (article.pmid, article.version, article.kind) == ("90000001", 2, "article")
    assert (article.doi, article.doi_valid, article.pmcid) == ("10.1000/right.1", True, "PMC7000001")
    assert [place.valid for place in article.elocations] == [True, False, True]
    assert [found.type for found in article.ids] == ["pubmed", "doi", "pmc", "pii"]
    assert (article.status, article.owner, article.indexing_method) == ("MEDLINE", "NLM", "Curated")
    assert article.publication_status == "ppublish"


def test_titles_keep_the_text_of_their_markup(article):
    assert article.title == "Effect of CO2 on Xanthia alba at 10-3\xa0mol & α<5: a trial."
    assert article.vernacular_title == "Wirkung von CO2."
    assert not article.title_translated


def test_people(article):
    assert article.authors == (
        rec.Author("Example", "Anna Maria", "AM", "3rd", None, "0000-0002-1825-0097", None, True, True),
        rec.Author("Sample", None, "B", orcid_rejected="0000-0002-1825-0098", valid=False),
        rec.Author(collective="The H2O Group"),
    )
    assert article.authors_complete is False
    assert article.investigators == (rec.Author("Helper", "C", "C"),)


def test_journal_and_place(article):
    assert article.journal == rec.Journal(
        "Journal of made-up therapy",
        "J Made-up Ther",
        "J Made-up Ther",
        "9999999",
        "1111-1111",
        None,
        "1111-1110",
        "Nowhere",
    )
    assert (article.volume, article.issue, article.medium) == ("12", "3 Suppl 1", "Print")
    assert (article.pages, article.start_page, article.end_page) == ("123-9", "123", "129")
    assert article.article_number is None


def test_dates_are_kept_apart(article):
    assert str(article.issue_date) == str(article.print_date) == "2020-03"
    assert str(article.electronic_date) == "2019-12-31"
    assert (str(article.date_completed), str(article.date_revised)) == ("2020-05-06", "2021-01-02")
    steps = {step.status: str(step.date) for step in article.history}
    assert steps == {
        "received": "2019-06-01",
        "accepted": "2019-11-30",
        "pubmed": "2020-01-01",
        "entrez": "2020-01-01",
    }
    assert article.history_date("received") == rec.PartialDate(2019, 6, 1)
    assert article.year == 2020


def test_terms(article):
    assert article.languages == ("ger", "eng")
    assert [found.ui for found in article.publication_types] == ["D016428", "D016449", "D016441"]
    knee, humans, europe = article.mesh
    assert knee == rec.MeshHeading(
        "Knee Joint",
        "D007719",
        False,
        (rec.MeshQualifier("physiology", "Q000502", True), rec.MeshQualifier("surgery", "Q000601", False)),
    )
    assert (knee.is_major, humans.is_major, europe.is_major, europe.geographic) == (True, False, True, True)
    assert article.supplementary == (rec.Term("Made-up disease", "C000001", "Disease"),)
    assert [found.registry_number for found in article.chemicals] == ["142M471B3J", None]
    assert [(k.text, k.major, k.owner) for k in article.keywords] == [
        ("CO2", False, "NOTNLM"),
        ("knee", True, "NOTNLM"),
        ("space", False, "NASA"),
    ]
    assert article.citation_subsets == ("IM",)


def test_grants_registries_links(article):
    assert article.grants == (
        rec.Grant("R01 XX000001", "XX", "Made-up Agency", "Nowhere"),
        rec.Grant(agency="Other Agency"),
    )
    assert [found.number for found in article.accessions] == ["NCT01234567", "NCT01234568", "ISRCTN12345678", None]
    assert [found.bank for found in article.trials] == ["ClinicalTrials.gov", "ClinicalTrials.gov", "ISRCTN"]
    assert article.linked("RetractionIn") == (
        rec.Link("RetractionIn", "90000009", "J Made-up Ther. 2022 Jan;14(1):1", "made up", 1),
    )
    assert article.linked("ErratumIn")[0].pmid is None
    assert article.coi_statement is True
    assert article.reference_count == 41


def test_abstract_only_when_asked(article):
    assert [section.label for section in article.abstract] == ["AIM", "RESULT"]
    assert article.abstract[0].text == "First made-up section."
    (plain,) = parse(DATA / "article.xml")
    assert plain.abstract is None
    assert plain.has_abstract


def test_no_sentence_of_others_in_the_facts(article):
    facts = str(to_dict(article))
    for sentence in ("First made-up", "Second section", "Somebody paid", "Nowhere.", "Nobody"):
        assert sentence not in facts


def test_book(book):
    assert (book.kind, book.pmid, book.title) == ("book", "90000002", "Made-up gene disorder")
    assert book.book == rec.Book(
        title="Made-up Reviews®",
        publisher="Made-up Press",
        publisher_location="Nowhere (NW)",
        published=rec.PartialDate(1993),
        beginning=rec.PartialDate(1993),
        ending=rec.PartialDate(2024),
        editors=(rec.Author("Editor", "Eva", "E"),),
        edition="2nd",
        collection_title="Made-up collection",
        isbn=("9780000000001", "9780000000002"),
        medium="Internet",
        report_number="1",
    )
    assert [str(person) for person in book.authors] == ["Writer W"]
    assert [str(person) for person in book.editors] == ["Editor E"]
    assert str(book.contribution_date) == "2001-02-03"
    assert (book.doi, [found.value for found in book.ids]) == (
        "10.1000/chapter",
        ["NBK000001", "10.1000/chapter", "90000002"],
    )
    assert book.publication_types[0].name == "Review"
    assert str(book.history_date("pubmed")) == "2002-01-01"
    assert (book.languages, book.keywords[0].text, book.has_abstract, book.year) == (("eng",), "gene", True, 1993)


@pytest.mark.parametrize("name", ["article", "book"])
def test_facts_go_to_plain_data_and_back(name, request):
    found = request.getfixturevalue(name)
    assert from_dict(to_dict(found)) == msgspec.structs.replace(found, abstract=None)


def test_hash_of_a_record_is_its_own():
    """Alone, in a batch, indented or with other line ends: the same."""
    text = (DATA / "book.xml").read_text(encoding="utf-8")
    record = text[text.index("<PubmedBookArticle>") : text.index("</PubmedArticleSet>")].strip()
    other = record.replace("90000002", "90000003")
    (alone,) = parse_all(text.encode()).records
    _, batch = parse_all(f"<PubmedArticleSet>{other}\n\n{record}</PubmedArticleSet>".encode()).records
    (bare,) = parse_all(record.replace("\n", "\r\n    ").encode()).records
    assert alone.sha256 == batch.sha256 == bare.sha256
    assert len(alone.sha256) == 64
    assert parse_all(text.replace("gene", "Gene").encode()).records[0].sha256 != alone.sha256


def test_records_are_frozen(article):
    with pytest.raises(AttributeError):
        article.title = "other"
