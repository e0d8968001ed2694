"""What must hold for any title, any date words, any damage."""

from pathlib import Path
from xml.parsers import expat
from xml.sax.saxutils import escape

from hypothesis import given, settings
from hypothesis import strategies as st

from kb.pubmed.record import from_dict, to_dict
from kb.pubmed.xml import PubMedXmlError, parse, parse_all
from kb.pubmed.xml_dates import from_parts, from_words
from kb.pubmed.xml_source import blocks
from kb.pubmed.xml_split import split
from kb.pubmed.xml_values import article_number, doi, orcid, page_range, pmcid

ARTICLE = (Path(__file__).parent / "data" / "xml" / "article.xml").read_bytes()
FRAME = "<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>1</PMID><Article>{}</Article></MedlineCitation></PubmedArticle></PubmedArticleSet>"  # noqa: E501

xml_text = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff") | st.sampled_from(" \n\t<>&]")
)
markup = st.sampled_from(["b", "i", "u", "sub", "sup", "mml:math"])


def mixed(children):
    """Pieces of (XML, text): text, markup around pieces, comments, instructions, CDATA."""
    wrapped = st.tuples(markup, children).map(lambda pair: (f"<{pair[0]}>{pair[1][0]}</{pair[0]}>", pair[1][1]))
    return st.lists(wrapped | plain, max_size=4).map(
        lambda parts: tuple(map("".join, zip(*parts, strict=True))) or ("", "")
    )


plain = (
    xml_text.map(lambda text: (escape(text), text))
    | xml_text.map(lambda text: ("".join(f"&#x{ord(char):x};" for char in text), text))
    | xml_text.filter(lambda text: "]]>" not in text).map(lambda text: (f"<![CDATA[{text}]]>", text))
    | st.sampled_from([("<!-- </ArticleTitle> & -->", ""), ("<?x <y> ?>", ""), ("<i/>", "")])
)
titles = st.recursive(plain, mixed, max_leaves=12)


def folded(text):
    return " ".join(part for part in text.replace("\t", " ").replace("\n", " ").split(" ") if part) or None


def refusal(answer, *, strict):
    """The error of an answer, or None."""
    try:
        list(parse(answer, strict=strict))
    except PubMedXmlError as error:
        return error
    return None


@given(titles)
@settings(max_examples=300, deadline=None)
def test_no_text_is_lost_inside_markup(title):
    xml, text = title
    answer = FRAME.format(f"<ArticleTitle>{xml}</ArticleTitle>").encode()
    (found,) = parse_all(answer).records
    assert found.title == folded(text)
    assert next(parse(answer)) == found


@given(st.integers(0, len(ARTICLE) - 1), st.binary(max_size=6), st.integers(0, 6))
@settings(max_examples=400, deadline=None)
def test_damage_is_refused_or_harmless(at, inserted, removed):
    """Whatever happens to the bytes: a typed refusal, or records; and what expat refuses, a strict reading refuses."""
    damaged = ARTICLE[:at] + inserted + ARTICLE[at + removed :]
    refusals = [refusal(damaged, strict=strict) for strict in (True, False)]
    for error in filter(None, refusals):
        assert error.byte is None or 0 <= error.byte <= 3 * len(damaged)  # as UTF-8
    if refusals[0] is None:
        parser = expat.ParserCreate()
        parser.UseForeignDTD(True)
        parser.Parse(damaged, True)


@given(st.integers(0, len(ARTICLE) - 3))
@settings(max_examples=200, deadline=None)
def test_a_cut_is_always_seen(at):
    """Everywhere but in the white space after the last tag."""
    for strict in (True, False):
        error = refusal(ARTICLE[:at], strict=strict)
        assert error
        assert error.kind in {"truncated", "empty", "encoding", "malformed"}


@given(st.lists(st.integers(1, 400), max_size=60))
@settings(max_examples=100, deadline=None)
def test_borders_of_pieces_do_not_matter(sizes):
    pieces, at = [], 0
    for size in sizes:
        pieces.append(ARTICLE[at : at + size])
        at += size
    pieces.append(ARTICLE[at:])
    assert list(split(iter(filter(None, pieces)), "x")) == list(split(blocks(ARTICLE), "x"))


@given(st.text(max_size=30), st.text(max_size=6), st.text(max_size=4))
def test_dates_never_crash_and_keep_their_words(words, month, day):
    found = from_words(words)
    assert found.text == " ".join(words.split())
    assert found.month is None or 1 <= found.month <= 12
    assert found.day is None or 1 <= found.day <= 31
    str(found)
    from_parts(words, month, day)


@given(st.integers(1800, 2090), st.integers(1, 12), st.integers(1, 12), st.sampled_from(["-", "/", "–", " - "]))
def test_ranges_of_months(year, first, last, dash):
    names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    found = from_words(f"{year} {names[first - 1]}{dash}{names[last - 1]}")
    assert (found.year, found.month, found.day) == (year, first, None)
    assert (found.end_year, found.end_month) == ((None, None) if first == last else (year, last))


@given(st.text(max_size=40))
def test_values_never_crash(text):
    for read in (orcid, doi, pmcid, page_range):
        read(text)
    article_number(text, text)


@given(st.integers(0, 10**15 - 1))
def test_any_single_wrong_digit_of_an_orcid_is_seen(number):
    digits = f"{number:015}"
    good = [final for final in "0123456789X" if orcid(digits + final)]
    assert len(good) == 1
    wrong = str((int(digits[7]) + 1) % 10)
    assert orcid(digits[:7] + wrong + digits[8:] + good[0]) is None


def test_facts_survive_plain_data():
    (found,) = parse_all(ARTICLE).records
    assert from_dict(to_dict(found)) == found
