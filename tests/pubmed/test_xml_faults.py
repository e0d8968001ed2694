"""The faults that other parsers are known for, and the oddities of real records, each with one small record."""

import pytest

from kb.pubmed.record import Author, PartialDate
from kb.pubmed.xml import parse_all


def record(
    article="", citation="", data="", attributes='Status="MEDLINE" Owner="NLM"', pmid='<PMID Version="1">1</PMID>'
):
    """The one record of an answer with these elements."""
    answer = (
        f"<PubmedArticleSet><PubmedArticle><MedlineCitation {attributes}>{pmid}"
        f'<Article PubModel="Print">{article}</Article>{citation}</MedlineCitation>'
        f"<PubmedData>{data}</PubmedData></PubmedArticle></PubmedArticleSet>"
    )
    (found,) = parse_all(answer.encode(), abstracts=True).records
    return found


def dated(inner):
    return record(f"<Journal><JournalIssue><PubDate>{inner}</PubDate></JournalIssue></Journal>").issue_date


MATH = '<mml:math xmlns:mml="http://www.w3.org/1998/Math/MathML">{}</mml:math>'

TITLES = {
    "plain": ("A title.", "A title."),
    "italics first": ("<i>In vitro</i> study.", "In vitro study."),
    "italics last": ("Study of <i>E. coli</i>", "Study of E. coli"),
    "nested": ("a<b>b<i>c<sup>d</sup>e</i>f</b>g", "abcdefg"),
    "sub- and superscript": ("VO<sub>2</sub>max of 10<sup>-3</sup>", "VO2max of 10-3"),
    "blank between tags": ("<i>a</i> <b>b</b>", "a b"),
    "line break between tags": ("<i>a</i>\n      <b>b</b>", "a b"),
    "no blank between tags": ("<i>a</i><b>b</b>", "ab"),
    "mathml": (MATH.format("<mml:mi>x</mml:mi><mml:mo>=</mml:mo><mml:mn>1</mml:mn>") + " holds", "x=1 holds"),
    "mathml without namespace": ("<mml:math><mml:mi>x</mml:mi></mml:math>", "x"),
    "entities": ("A &amp; B &lt;5 &gt;3 &quot;q&quot; &apos;s&apos;", "A & B <5 >3 \"q\" 's'"),
    "numeric references": ("&#945;-&#x3b2; &#x1d6fc;", "α-β \U0001d6fc"),
    "names of ISO 8879": ("&alpha;-helix &le; 5&nbsp;mm", "α-helix ≤ 5\xa0mm"),
    "double escape stays as sent": ("a &amp;lt;i&amp;gt;b", "a &lt;i&gt;b"),
    "comment": ("one<!-- > two </ArticleTitle> -->three", "onethree"),
    "instruction": ("one<?target > two?> three", "one three"),
    "cdata": ("one <![CDATA[& <two> </PubmedArticle>]]> three", "one & <two> </PubmedArticle> three"),
    "thin space": ("5\u2009mm\u00a0x", "5\u2009mm\u00a0x"),
    "white space": ("\n   a \t b\r\n c  ", "a b c"),
    "astral and combining": ("e\u0301 \U0001f9b5", "e\u0301 \U0001f9b5"),
    "empty": ("", None),
    "blank": ("  ", None),
    "empty markup": ("<i></i><sub/>", None),
}


@pytest.mark.parametrize(("given", "expected"), TITLES.values(), ids=TITLES)
def test_title(given, expected):
    found = record(f"<ArticleTitle>{given}</ArticleTitle><VernacularTitle>{given}</VernacularTitle>")
    assert (found.title, found.vernacular_title) == (expected, expected)


def test_title_missing():
    assert record().title is None
    assert record("<ArticleTitle/>").title is None


@pytest.mark.parametrize(
    ("given", "translated"),
    [
        ("[A title].", True),
        ("[A <i>title</i>.]", True),
        ("[Not Available].", True),
        ("[In] vitro", False),
        ("A [b]", False),
    ],
)
def test_title_in_brackets_is_a_translation(given, translated):
    found = record(f"<ArticleTitle>{given}</ArticleTitle>")
    assert found.title == given.replace("<i>", "").replace("</i>", "")
    assert found.title_translated is translated


# authors


def test_group_authors_are_kept():
    inner = (
        "<Author><CollectiveName>The <i>A</i>-Group</CollectiveName></Author><Author><LastName>B</LastName></Author>"
    )
    found = record(f'<AuthorList CompleteYN="Y">{inner}</AuthorList>')
    assert found.authors == (Author(collective="The A-Group"), Author("B"))


def test_no_author_list_is_unknown_not_empty():
    found = record()
    assert (found.authors, found.authors_complete) == ((), None)
    assert (
        record('<AuthorList CompleteYN="N"><Author><LastName>A</LastName></Author></AuthorList>').authors_complete
        is False
    )
    assert record("<AuthorList><Author><LastName>A</LastName></Author></AuthorList>").authors_complete is True


def test_investigators_are_no_authors():
    found = record(citation="<InvestigatorList><Investigator><LastName>A</LastName></Investigator></InvestigatorList>")
    assert (found.authors, [person.last for person in found.investigators]) == ((), ["A"])


def test_empty_author_is_left_out():
    assert record("<AuthorList><Author/><Author><LastName> </LastName></Author></AuthorList>").authors == ()


ORCIDS = {
    "0000-0002-1825-0097": "0000-0002-1825-0097",
    "http://orcid.org/0000-0002-1825-0097": "0000-0002-1825-0097",
    "https://orcid.org/0000-0002-1694-233x": "0000-0002-1694-233X",
    "000000021694233X": "0000-0002-1694-233X",
    "orcid.org/0000-0002-1825-0097/": "0000-0002-1825-0097",
    "ORCID: 0000-0002-1825-0097": "0000-0002-1825-0097",
    "0000-0002-1825-0098": None,
    "0000-0002": None,
    "nobody": None,
}


@pytest.mark.parametrize(("given", "expected"), ORCIDS.items())
def test_orcid(given, expected):
    name = f'<LastName>A</LastName><Identifier Source="ORCID">{given}</Identifier>'
    (author,) = record(f"<AuthorList><Author>{name}</Author></AuthorList>").authors
    assert author.orcid == expected
    assert author.orcid_rejected == (None if expected else given)


def test_orcid_among_several_identifiers():
    other = '<Identifier Source="ISNI">0000000218250097</Identifier><Identifier Source="ORCID">bad</Identifier>'
    good = '<Identifier Source="ORCID">0000-0002-1825-0097</Identifier>'
    (author,) = record(f"<AuthorList><Author><LastName>A</LastName>{other}{good}</Author></AuthorList>").authors
    assert (author.orcid, author.orcid_rejected) == ("0000-0002-1825-0097", None)


# dates

DATES = {
    "<Year>2000</Year><Month>Jul</Month><Day>04</Day>": "2000-07-04",
    "<Year>2000</Year><Month>07</Month>": "2000-07",
    "<Year>2000</Year><Month>July</Month>": "2000-07",
    "<Year>2000</Year>": "2000",
    "<Year>2000</Year><Season>Summer</Season>": "2000 Summer",
    "<Year>2000</Year><Month>Jul-Aug</Month>": "2000-07/2000-08",
    "<MedlineDate>2000 Jul-Aug</MedlineDate>": "2000-07/2000-08",
    "<MedlineDate>1998 Dec-1999 Jan</MedlineDate>": "1998-12/1999-01",
    "<MedlineDate>1999 Dec 21-28</MedlineDate>": "1999-12-21/1999-12-28",
    "<MedlineDate>1999 Dec 25-2000 Jan 1</MedlineDate>": "1999-12-25/2000-01-01",
    "<MedlineDate>2023 Jan-Feb 01</MedlineDate>": "2023-01/2023-02-01",
    "<MedlineDate>1978-1979</MedlineDate>": "1978/1979",
    "<MedlineDate>1976-77</MedlineDate>": "1976/1977",
    "<MedlineDate>2000 Spring-Summer</MedlineDate>": "2000 Spring-Summer",
    "<MedlineDate>Winter 2001</MedlineDate>": "2001 Winter",
    "<MedlineDate>1998 1st Quart</MedlineDate>": "1998 1st Quart",
    "<MedlineDate>Dec 2000-Jan 2001</MedlineDate>": "2000-12/2001-01",
    "<MedlineDate>2001 Fall-2002 Winter</MedlineDate>": "2001/2002",
    "<MedlineDate>19--?</MedlineDate>": "19--?",
    "<MedlineDate>undated</MedlineDate>": "undated",
}


@pytest.mark.parametrize(("given", "expected"), DATES.items())
def test_issue_date(given, expected):
    assert str(dated(given)) == expected


def test_words_of_a_date_are_kept():
    assert dated("<MedlineDate>2000 Jul-Aug</MedlineDate>").text == "2000 Jul-Aug"
    assert dated("<Year>2000</Year><Month>Jul</Month>").text is None
    assert dated("") is None
    assert dated("<Year/><Month/>") is None


def test_electronic_date_is_not_the_print_date():
    issue = "<Journal><JournalIssue><PubDate><Year>2020</Year><Month>Mar</Month></PubDate></JournalIssue></Journal>"
    online = '<ArticleDate DateType="Electronic"><Year>2019</Year><Month>12</Month><Day>31</Day></ArticleDate>'
    found = record(issue + online)
    assert (found.print_date, found.electronic_date) == (PartialDate(2020, 3), PartialDate(2019, 12, 31))
    assert record(online).print_date is None


def test_a_wrong_month_or_day_is_not_guessed():
    assert str(dated("<Year>2000</Year><Month>13</Month><Day>40</Day>")) == "2000"


# ids


def elocation(kind, value, valid="Y"):
    return f'<ELocationID EIdType="{kind}" ValidYN="{valid}">{value}</ELocationID>'


def ids(**values):
    inner = "".join(f'<ArticleId IdType="{kind}">{value}</ArticleId>' for kind, value in values.items())
    return f"<ArticleIdList>{inner}</ArticleIdList>"


DOIS = {
    "only in the list": ("", ids(doi="10.1000/a"), ("10.1000/a", True)),
    "only as ELocationID": (elocation("doi", "10.1000/a"), "", ("10.1000/a", True)),
    "several": (elocation("doi", "10.1000/x", "N") + elocation("doi", "10.1000/b"), "", ("10.1000/b", True)),
    "marked wrong": (elocation("doi", "10.1000/a", "N"), "", ("10.1000/a", False)),
    "wrong one in the list too": (elocation("doi", "10.1000/A", "N"), ids(doi="10.1000/a"), ("10.1000/A", False)),
    "no DOI by form": ("", ids(doi="nonsense"), ("nonsense", False)),
    "with resolver": ("", ids(doi="https://doi.org/10.1000/a"), ("10.1000/a", True)),
    "none": (elocation("pii", "e1"), ids(pii="e1"), (None, None)),
    "old SICI form": ("", ids(doi="10.1002/(SICI)1-2(1998)1:1&lt;1::AID-1&gt;3.0.CO;2-A"), None),
}


@pytest.mark.parametrize(("article", "data", "expected"), DOIS.values(), ids=DOIS)
def test_doi(article, data, expected):
    found = record(article, data=data)
    assert (found.doi, found.doi_valid) == (expected or ("10.1002/(SICI)1-2(1998)1:1<1::AID-1>3.0.CO;2-A", True))


def test_ids_of_references_are_not_of_the_article():
    cited = f"<Reference><Citation>x</Citation>{ids(doi='10.1000/other', pmc='PMC9')}</Reference>"
    found = record(data=f"{ids(pubmed=1)}<ReferenceList>{cited}</ReferenceList>")
    assert (found.doi, found.pmcid, found.reference_count) == (None, None, 1)


@pytest.mark.parametrize("given", ["PMC123", "123", " pmc123 "])
def test_pmcid(given):
    assert record(data=ids(pmc=given)).pmcid == "PMC123"


def test_pmcid_from_other_id():
    assert record(citation='<OtherID Source="NLM">PMC123 [Available on 01/01/21]</OtherID>').pmcid == "PMC123"
    assert record(citation='<OtherID Source="NLM">NIHMS123</OtherID>').pmcid is None


def test_version():
    assert record(pmid='<PMID Version="2">7</PMID>').version == 2
    assert record(pmid="<PMID>7</PMID>").version == 1


# pages

PAGES = {
    "<MedlinePgn>123-9</MedlinePgn>": ("123-9", "123", "129", None),
    "<StartPage>5</StartPage><EndPage>9</EndPage>": ("5-9", "5", "9", None),
    "<StartPage>5</StartPage><EndPage>9</EndPage><MedlinePgn>5-9</MedlinePgn>": ("5-9", "5", "9", None),
    "<MedlinePgn>S12-4</MedlinePgn>": ("S12-4", "S12", "S14", None),
    "<MedlinePgn>e0123456</MedlinePgn>": ("e0123456", "e0123456", None, "e0123456"),
    "<StartPage>CD001234</StartPage><MedlinePgn>CD001234</MedlinePgn>": ("CD001234", "CD001234", None, "CD001234"),
    "<MedlinePgn>102345</MedlinePgn>": ("102345", "102345", None, "102345"),
    "<MedlinePgn>1-5; discussion 6</MedlinePgn>": ("1-5; discussion 6", "1", "5", None),
    "<MedlinePgn/>": (None, None, None, None),
}


@pytest.mark.parametrize(("given", "expected"), PAGES.items())
def test_pages(given, expected):
    found = record(f"<Pagination>{given}</Pagination>")
    assert (found.pages, found.start_page, found.end_page, found.article_number) == expected


def test_article_number_from_pii_without_pages():
    assert record(elocation("pii", "e1234")).article_number == "e1234"
    assert record(elocation("pii", "S0140-6736(20)30183-5")).article_number is None
    assert (
        record("<Pagination><MedlinePgn>1-2</MedlinePgn></Pagination>" + elocation("pii", "e1234")).article_number
        is None
    )


# the rest


def test_all_sections_of_an_abstract():
    sections = "<AbstractText>One <i>a</i>.</AbstractText><AbstractText Label='B'>Two.</AbstractText>"
    found = record(f"<Abstract>{sections}<CopyrightInformation>c</CopyrightInformation></Abstract>")
    assert [section.text for section in found.abstract] == ["One a.", "Two."]
    assert found.has_abstract
    assert not record("<Abstract><AbstractText> </AbstractText></Abstract>").has_abstract
    assert record("<Abstract><AbstractText><b>x</b></AbstractText></Abstract>").has_abstract


def test_coi_is_presence_only():
    assert record(citation="<CoiStatement>We <i>own</i> it.</CoiStatement>").coi_statement is True
    assert record(citation="<CoiStatement/>").coi_statement is None
    assert record().coi_statement is None


def test_several_languages():
    assert record("<Language>eng</Language><Language>fre</Language>").languages == ("eng", "fre")


def test_retraction_links_and_types():
    link = '<CommentsCorrections RefType="RetractionOf"><RefSource>x</RefSource><PMID>9</PMID></CommentsCorrections>'
    kind = (
        '<PublicationTypeList><PublicationType UI="D016440">Retraction Notice</PublicationType></PublicationTypeList>'
    )
    found = record(kind, f"<CommentsCorrectionsList>{link}</CommentsCorrectionsList>")
    assert [(one.type, one.pmid) for one in found.links] == [("RetractionOf", "9")]
    assert [one.ui for one in found.publication_types] == ["D016440"]


def test_mesh_without_qualifiers_and_major_by_qualifier():
    heading = '<MeshHeading><DescriptorName UI="D1" MajorTopicYN="N">A</DescriptorName>{}</MeshHeading>'
    qualifier = '<QualifierName UI="Q1" MajorTopicYN="Y">b</QualifierName>'
    found = record(citation=f"<MeshHeadingList>{heading.format('')}{heading.format(qualifier)}</MeshHeadingList>")
    assert [(one.major, one.is_major, len(one.qualifiers)) for one in found.mesh] == [
        (False, False, 0),
        (False, True, 1),
    ]


def test_single_quotes_and_blanks_in_tags():
    found = record("<ArticleTitle  >A</ArticleTitle\n>", attributes="Status = 'Publisher'\n Owner='NLM'")
    assert (found.title, found.status) == ("A", "Publisher")


def test_unknown_elements_are_passed_over():
    assert (
        record("<Novelty><PMID>9</PMID><ArticleTitle>x</ArticleTitle></Novelty><ArticleTitle>T</ArticleTitle>").title
        == "T"
    )
