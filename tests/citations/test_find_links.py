"""kb.citations.links: where a link leads, and the identifier it carries."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.citations.links import LinkKind, classify


@pytest.mark.parametrize(
    ("href", "kind", "key"),
    [
        ("https://pubmed.ncbi.nlm.nih.gov/123/", "pubmed", "pmid:123"),
        ("http://www.ncbi.nlm.nih.gov/pubmed/123", "pubmed", "pmid:123"),
        ("https://www.ncbi.nlm.nih.gov/m/pubmed/123/", "pubmed", "pmid:123"),
        ("https://www.ncbi.nlm.nih.gov/pubmed?term=123", "pubmed", "pmid:123"),
        ("https://pubmed-ncbi-nlm-nih-gov.proxy.example.edu/123/", "pubmed", "pmid:123"),
        ("https://pubmed.ncbi.nlm.nih.gov/?term=knee", "pubmed", None),
        ("https://pmc.ncbi.nlm.nih.gov/articles/PMC99/", "pmc", "pmcid:pmc99"),
        ("https://www.ncbi.nlm.nih.gov/pmc/articles/PMC99/pdf/x.pdf", "pmc", "pmcid:pmc99"),
        ("https://doi.org/10.1000/ABC", "doi", "doi:10.1000/abc"),
        ("http://dx.doi.org/10.1000/abc", "doi", "doi:10.1000/abc"),
        ("doi:10.1000/abc", "doi", "doi:10.1000/abc"),
        ("https://link.springer.com/article/10.1007/s1-2-3", "publisher", "doi:10.1007/s1-2-3"),
        ("https://x.biomedcentral.com/articles/10.1186/s1-2-3", "publisher", "doi:10.1186/s1-2-3"),
        ("https://www.frontiersin.org/articles/10.3389/f.1/full", "publisher", "doi:10.3389/f.1"),
        ("https://www.jospt.org/doi/full/10.2519/j.1", "publisher", "doi:10.2519/j.1"),
        ("https://onlinelibrary.wiley.com/doi/abs/10.1002/p.1", "publisher", "doi:10.1002/p.1"),
        ("https://academic.oup.com/ptj/article/1/2/pzaa99/5", "publisher", "doi:10.1093/ptj/pzaa99"),
        (
            "https://www.sciencedirect.com/science/article/pii/S1466853X24001234",
            "publisher",
            "pii:s1466-853x(24)00123-4",
        ),
        ("https://journals.sagepub.com/doi/10.1177/1", "publisher", "doi:10.1177/1"),
        ("https://www.tandfonline.com/doi/full/10.1080/1.2", "publisher", "doi:10.1080/1.2"),
        ("https://www.nature.com/articles/s41598-020-12345-6", "publisher", "doi:10.1038/s41598-020-12345-6"),
        (
            "https://journals.plos.org/plosone/article?id=10.1371/journal.pone.1",
            "publisher",
            "doi:10.1371/journal.pone.1",
        ),
        ("https://www.cochranelibrary.com/cdsr/doi/10.1002/1.CD1.pub2/full", "publisher", "doi:10.1002/1.cd1.pub2"),
        ("https://www.thieme-connect.com/products/ejournals/abstract/10.1055/s-1", "publisher", "doi:10.1055/s-1"),
        ("https://journals.lww.com/x/fulltext/2024/01000/t.4.aspx", "publisher", None),
        ("https://www.researchgate.net/publication/1_T", "researchgate", None),
        ("https://scholar.google.com/scholar?q=x", "scholar", None),
        ("https://books.google.com/books?id=1", "book", None),
        ("https://clinicaltrials.gov/study/NCT00000001", "registry", None),
        ("https://www.google.com/url?q=https://doi.org/10.1000/abc&sa=D", "doi", "doi:10.1000/abc"),
        ("https://example.org/about/news/rest", "news", None),
        ("https://www.sciencedaily.com/releases/1.htm", "news", None),
        ("https://chatgpt.com/share/1", "chat", None),
        ("https://example.org/rest", "web", None),
        ("/", "relative", None),
        ("blog/rest", "relative", None),
        ("#top", "anchor", None),
        ("mailto:a@example.org", "mail", None),
        ("tel:4245551234", "telephone", None),
        ("htp://example.org", "malformed", None),
        ("https//example.org", "malformed", None),
        ("https://exa mple.org", "malformed", None),
        ("http://[::1", "malformed", None),
        ("javascript:alert(1)", "malformed", None),
        ("file:///x", "malformed", None),
        ("", "malformed", None),
    ],
)
def test_where_a_link_leads(href: str, kind: str, key: str | None) -> None:
    target = classify(href)
    assert (target.kind.value, target.key) == (kind, key)
    if target.kind in {LinkKind.MALFORMED, LinkKind.CHAT}:
        assert target.problem


def test_what_is_wrong_with_a_link() -> None:
    assert classify("tel:42454").problem == "has 5 digits"
    assert "chat program" in str(classify("https://example.org/x?utm_source=chatgpt.com").problem)
    assert classify("www.example.org/x").problem == "has no https:// in front"
    place = classify("https://bjsm.bmj.com/content/55/7/387")
    assert (place.volume, place.issue, place.first_page) == ("55", "7", "387")


@given(st.text(max_size=80) | st.text(alphabet="htps:/.[]@?#%10 \\", max_size=60))
def test_any_text_is_classified(href: str) -> None:
    assert classify(href).href == href
