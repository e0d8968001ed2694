"""What an identifier or an address is, and the sentence for what is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.pubmed.identify import IdentifyError, identify, is_isbn

FOUND = [
    ("39198038", "pmid", "39198038"),
    (" PMID: 39198038 ", "pmid", "39198038"),
    ("pmid39198038", "pmid", "39198038"),
    ("PubMed ID: 7", "pmid", "7"),
    ("00012345", "pmid", "12345"),
    ("(39198038).", "pmid", "39198038"),
    ("39198038,", "pmid", "39198038"),
    ("PMC2231364", "pmcid", "PMC2231364"),
    ("PMCID: PMC 2231364", "pmcid", "PMC2231364"),
    ("pmc2231364.1", "pmcid", "PMC2231364"),
    ("10.1111/os.14212", "doi", "10.1111/os.14212"),
    ("doi:10.1111/os.14212.", "doi", "10.1111/os.14212"),
    ("DOI: https://doi.org/10.1111/os.14212", "doi", "10.1111/os.14212"),
    ("<https://doi.org/10.1111/os.14212>", "doi", "10.1111/os.14212"),
    ("(10.1000/a(b)c).", "doi", "10.1000/a(b)c"),
    ("10.1136/bjsports\u20102019\u2010101234", "doi", "10.1136/bjsports-2019-101234"),
    ("10.1111/os.\u200b14212", "doi", "10.1111/os.14212"),
    (
        "10.1002/(SICI)1097-0258(19980815/30)17:15/16<1661::AID-SIM968>3.0.CO;2-2",
        "doi",
        "10.1002/(SICI)1097-0258(19980815/30)17:15/16<1661::AID-SIM968>3.0.CO;2-2",
    ),
    ("S0140673620301835", "pii", "S0140-6736(20)30183-5"),
    ("S0140-6736(20)30183-5", "pii", "S0140-6736(20)30183-5"),
    # PubMed, PMC, Europe PMC, doi.org, old and new
    ("https://pubmed.ncbi.nlm.nih.gov/39198038/", "pmid", "39198038"),
    ("pubmed.ncbi.nlm.nih.gov/39198038/?from_term=itbs&page=2", "pmid", "39198038"),
    ("http://www.ncbi.nlm.nih.gov/pubmed/39198038", "pmid", "39198038"),
    ("https://www.ncbi.nlm.nih.gov/m/pubmed/39198038/", "pmid", "39198038"),
    ("https://www.ncbi.nlm.nih.gov/pubmed/?term=39198038%5Bpmid%5D", "pmid", "39198038"),
    ("http://www.ncbi.nlm.nih.gov/entrez/query.fcgi?cmd=Retrieve&db=pubmed&list_uids=123", "pmid", "123"),
    ("https://pubmed-ncbi-nlm-nih-gov.proxy.example.edu/39198038/", "pmid", "39198038"),
    ("https://www.ncbi.nlm.nih.gov/pmc/articles/PMC2231364/pdf/main.pdf", "pmcid", "PMC2231364"),
    ("https://pmc.ncbi.nlm.nih.gov/articles/PMC2231364/", "pmcid", "PMC2231364"),
    ("https://www.ncbi.nlm.nih.gov/pmc/articles/pmid/123/", "pmid", "123"),
    ("https://europepmc.org/article/MED/39198038", "pmid", "39198038"),
    ("https://europepmc.org/abstract/med/39198038", "pmid", "39198038"),
    ("https://europepmc.org/article/PMC/PMC2231364", "pmcid", "PMC2231364"),
    ("https://europepmc.org/articles/PMC2231364", "pmcid", "PMC2231364"),
    ("https://dx.doi.org/10.1111%2Fos.14212", "doi", "10.1111/os.14212"),
    ("https://doi-org.proxy.example.edu/10.1111/os.14212", "doi", "10.1111/os.14212"),
    # publishers
    ("https://link.springer.com/article/10.1007/s00167-015-3700-1#Sec1", "doi", "10.1007/s00167-015-3700-1"),
    ("https://link.springer.com/content/pdf/10.1007/s00167-015-3700-1.pdf", "doi", "10.1007/s00167-015-3700-1"),
    (
        "https://bmcmusculoskeletdisord.biomedcentral.com/articles/10.1186/s12891-020-1-5/tables/2",
        "doi",
        "10.1186/s12891-020-1-5",
    ),
    ("https://onlinelibrary.wiley.com/doi/full/10.1111/os.14212", "doi", "10.1111/os.14212"),
    ("https://onlinelibrary.wiley.com/doi/10.1111/os.14212/abstract", "doi", "10.1111/os.14212"),
    (
        "https://www.cochranelibrary.com/cdsr/doi/10.1002/14651858.CD003524.pub4/full",
        "doi",
        "10.1002/14651858.CD003524.pub4",
    ),
    ("https://academic.oup.com/ptj/article-abstract/doi/10.1093/ptj/pzad123/7271234", "doi", "10.1093/ptj/pzad123"),
    ("https://academic.oup.com/ptj/article/104/1/pzad123/7271234?login=false", "doi", "10.1093/ptj/pzad123"),
    (
        "https://journals.sagepub.com/doi/abs/10.1177/0363546520901234?journalCode=ajsb",
        "doi",
        "10.1177/0363546520901234",
    ),
    ("https://www.frontiersin.org/articles/10.3389/fphys.2020.00123/full", "doi", "10.3389/fphys.2020.00123"),
    (
        "https://www.frontiersin.org/journals/physiology/articles/10.3389/fphys.2020.00123/full",
        "doi",
        "10.3389/fphys.2020.00123",
    ),
    (
        "https://bjsm.bmj.com/content/early/2020/01/02/bjsports-2019-101234.full.pdf",
        "doi",
        "10.1136/bjsports-2019-101234",
    ),
    ("https://www.bmj.com/content/371/bmj.m4037", "doi", "10.1136/bmj.m4037"),
    ("https://www.jospt.org/doi/full/10.2519/jospt.2020.9310", "doi", "10.2519/jospt.2020.9310"),
    (
        "https://www.sciencedirect.com/science/article/abs/pii/S1466853X24001234?via%3Dihub",
        "pii",
        "S1466-853X(24)00123-4",
    ),
    ("https://linkinghub.elsevier.com/retrieve/pii/S1466853X24001234", "pii", "S1466-853X(24)00123-4"),
    (
        "https://www.thelancet.com/journals/lancet/article/PIIS0140-6736(20)30183-5/fulltext",
        "pii",
        "S0140-6736(20)30183-5",
    ),
    ("https://www.jsams.org/article/S1440-2440%2820%2930123-4/fulltext", "pii", "S1440-2440(20)30123-4"),
    ("https://www.mdpi.com/1660-4601/17/24/9535/htm", "doi", "10.3390/ijerph17249535"),
    ("https://www.mdpi.com/2077-0383/9/1/123", "doi", "10.3390/jcm9010123"),
    (
        "https://journals.plos.org/plosone/article?id=10.1371/journal.pone.0123456",
        "doi",
        "10.1371/journal.pone.0123456",
    ),
    ("https://www.nature.com/articles/s41598-020-12345-6.pdf", "doi", "10.1038/s41598-020-12345-6"),
    ("https://www.tandfonline.com/doi/full/10.1080/09638288.2020.1234567", "doi", "10.1080/09638288.2020.1234567"),
    ("https://www.thieme-connect.de/products/ejournals/abstract/10.1055/a-1234-5678", "doi", "10.1055/a-1234-5678"),
    ("https://www.medrxiv.org/content/10.1101/2020.01.01.20012345v1.full.pdf", "doi", "10.1101/2020.01.01.20012345"),
]

ADVICE = [
    ("PMC", "without its number"),
    ("PMC12x", "no PMCID"),
    ("123456789", "1 to 8 digits"),
    ("0", "1 to 8 digits"),
    ("39198038 2014248", "several numbers"),
    ("10.1111", "no whole DOI"),
    ("10.1111/ os.14212", "blank"),
    ("arXiv:2101.00001", "arXiv"),
    ("https://arxiv.org/abs/2101.00001", "arXiv"),
    ("10.48550/arXiv.2101.00001", "arXiv"),
    ("978-0-306-40615-7", "ISBN"),
    ("0306406152", "ISBN"),
    ("1466-853X", "ISSN"),
    ("NCT01234567", "registration"),
    ("NIHMS12345", "manuscript"),
    ("NBK430685", "Bookshelf"),
    ("library.ris", "looks like a file"),
    ("Effects of hip strengthening in runners", "reads like a title"),
    ("banana", "no identifier"),
    ("", "is empty"),
    ("https://pubmed.ncbi.nlm.nih.gov/?term=runner", "search in PubMed"),
    ("https://www.ncbi.nlm.nih.gov/books/NBK1/", "Bookshelf"),
    ("https://europepmc.org/article/PPR/PPR1", "preprint"),
    ("https://bjsm.bmj.com/content/48/11/871", "copy its DOI"),
    ("https://journals.lww.com/nsca-jscr/fulltext/2020/01000/title.10.aspx", "copy its DOI"),
    ("https://academic.oup.com/rheumatology/article/50/1/12/123456", "copy its DOI"),
    ("https://www.mdpi.com/9999-4601/17/24/9535", "not certain"),
    ("https://example.org/paper", "carries no DOI"),
    ("ftp://example.org/10.1111/x", "ftp"),
    ("https://[broken", "no whole address"),
]


@pytest.mark.parametrize(("text", "kind", "value"), FOUND)
def test_identifiers_and_addresses(text, kind, value):
    found = identify(text)
    assert (found.kind, found.value) == (kind, value)


@pytest.mark.parametrize(("text", "said"), ADVICE)
def test_what_is_no_identifier_gets_a_sentence_of_advice(text, said):
    with pytest.raises(IdentifyError) as caught:
        identify(text)
    assert said in str(caught.value)
    assert caught.value.advice.endswith(".")
    assert f"'{text}'" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("10.1111/os.14212).", "read as 10.1111/os.14212, without ').' at the end"),
        ("PMC2231364.1", "without the version '.1'"),
        ("00012345", "without leading zeros"),
        ("10.1136/bjsports\u20102019\u2010101234", "odd dashes"),
        ("https://www.mdpi.com/2077-0383/9/1/123", "was made from the parts of the address"),
    ],
)
def test_what_was_mended_is_said(text, said):
    assert said in " ".join(identify(text).notes)


@pytest.mark.parametrize("text", ["39198038", "PMC2231364", "10.1111/os.14212", "https://doi.org/10.1111/os.14212"])
def test_nothing_is_said_of_what_was_right(text):
    assert identify(text).notes == ()


def test_isbn_needs_its_check_digit():
    assert is_isbn("978-0-306-40615-7")
    assert not is_isbn("978-0-306-40615-8")


@given(st.text(max_size=60))
def test_any_text_is_an_identifier_or_an_identify_error(text):
    try:
        found = identify(text)
    except IdentifyError:
        return
    assert identify(found.value).value == found.value


@given(st.text(alphabet="htps:/.wcbinlmgov10?=&#%[]()abcPMC-_ ", max_size=60))
def test_any_address_is_read_or_refused(text):
    try:
        identify("https://" + text)
    except IdentifyError:
        return
