"""Malicious and broken answers: refused with what, where and what to do; nothing of the broken record is handed out."""

import gzip
import pickle
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from kb.problems import KbError
from kb.pubmed.xml import PubMedXmlError, parse, parse_all, parse_parallel
from kb.pubmed.xml_error import ADVICE

DATA = Path(__file__).parent / "data" / "xml"
HEAD = b'<?xml version="1.0"?>\n'


def article(pmid=1, inner="", extra=""):
    return (
        f'<PubmedArticle><MedlineCitation Status="MEDLINE"><PMID Version="1">{pmid}</PMID>'
        f"<Article><ArticleTitle>{inner}</ArticleTitle></Article>{extra}</MedlineCitation></PubmedArticle>"
    )


def answer(*records):
    return HEAD + f"<PubmedArticleSet>\n{chr(10).join(records)}\n</PubmedArticleSet>".encode()


def with_doctype(subset, text="&x;"):
    return HEAD + f"<!DOCTYPE PubmedArticleSet [{subset}]>".encode() + answer(article(1, text)).removeprefix(HEAD)


LAUGHS = '<!ENTITY a "ha">' + "".join(f'<!ENTITY x{n} "{"&a;" * 10}">' for n in range(10))
WHOLE = (DATA / "article.xml").read_bytes()

REFUSED = {
    # entities and declarations
    "billion laughs": (with_doctype(LAUGHS, "&x9;"), "entity"),
    "quadratic blowup": (with_doctype(f'<!ENTITY x "{"a" * 50_000}">', "&x;" * 1000), "entity"),
    "external entity of a file": (with_doctype('<!ENTITY x SYSTEM "file:///etc/passwd">'), "entity"),
    "external entity of the net": (with_doctype('<!ENTITY x SYSTEM "http://127.0.0.1:9/x">'), "entity"),
    "parameter entity": (with_doctype('<!ENTITY % p SYSTEM "http://127.0.0.1:9/x"> %p;'), "entity"),
    "defaults by the answer": (with_doctype('<!ATTLIST Author ValidYN CDATA "N">', "t"), "doctype"),
    "entity nobody declared": (answer(article(1, "&xxe;")), "entity"),
    "entity in an attribute": (answer(article(1, '<i x="&xxe;"/>')), "entity"),
    "declaration inside a record": (answer(article(1, '<!DOCTYPE a [<!ENTITY x "y">]>&x;')), "malformed"),
    # not XML of PubMed
    "nothing": (b"", "empty"),
    "white space": (b" \n\t " * 10, "empty"),
    "HTML": (b"<!DOCTYPE html>\n<html><body>Sign in</body></html>", "html"),
    "old HTML": (b'<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN" "http://w3.org/x"><html></html>', "html"),
    "HTML without DOCTYPE": (b"\n<HTML><head></head></HTML>", "html"),
    "XHTML": (HEAD + b'<html xmlns="http://www.w3.org/1999/xhtml"></html>', "html"),
    "JSON": (b'{"esearchresult": {"count": "1"}}', "json"),
    "JSON list": (b"[1, 2]", "json"),
    "broken JSON": (b'{"error": "API rate', "json"),
    "plain text": (b"Error 502: upstream", "not-xml"),
    "MEDLINE format": (b"\nPMID- 1\nTI  - A title\n", "not-xml"),
    "NUL bytes": (b"\0" * 100, "not-xml"),
    "error of efetch": (HEAD + b"<eFetchResult><ERROR>Empty id list</ERROR></eFetchResult>", "ncbi-error"),
    "error alone": (b"<ERROR>Unable to obtain query #1</ERROR>", "ncbi-error"),
    "error in the set": (b"<PubmedArticleSet><ERROR>Backend failed</ERROR></PubmedArticleSet>", "ncbi-error"),
    "error of esearch": (b"<eSearchResult><ERROR>Invalid db name</ERROR></eSearchResult>", "ncbi-error"),
    "another database": (b"<pmc-articleset><article/></pmc-articleset>", "not-pubmed"),
    "another record": (b"<PubmedArticleSet><DocSum/></PubmedArticleSet>", "not-pubmed"),
    "text between records": (b"<PubmedArticleSet>oops<PubmedArticle/></PubmedArticleSet>", "malformed"),
    "HTML after the answer": (answer(article()) + b"<html>502</html>", "malformed"),
    "two answers": (answer(article()) + answer(article()), "malformed"),
    "broken declaration": (b"<?xml version=1?>" + answer(article()).removeprefix(HEAD), "malformed"),
    "declaration twice": (HEAD + answer(article()), "malformed"),
    "two comments in one": (b"<PubmedArticleSet><!-- a -- b --></PubmedArticleSet>", "malformed"),
    # cut off
    "cut in the declaration": (b'<?xml version="1.0"', "truncated"),
    "cut after the declaration": (HEAD, "truncated"),
    "cut in the DOCTYPE": (WHOLE[:100], "truncated"),
    "cut in the root tag": (b"<PubmedArticleS", "truncated"),
    "cut after the root tag": (b"<PubmedArticleSet>", "truncated"),
    "cut in a record": (answer(article())[:120], "truncated"),
    "cut in a closing tag": (answer(article())[:-25], "truncated"),
    "cut before the end": (answer(article())[:-20], "truncated"),
    "cut in the last tag": (answer(article())[:-1], "truncated"),
    "cut in a comment": (b"<PubmedArticleSet><!-- ", "truncated"),
    # broken
    "tags crossed": (answer(article(1, "<i><b></i></b>")), "malformed"),
    "record not closed": (answer(article().replace("</PubmedArticle>", ""), article(2)), "malformed"),
    "tag not closed": (answer(article(1, "<i>")), "malformed"),
    "bare <": (answer(article(1, "p < 0.05")), "malformed"),
    "bare &": (answer(article(1, "A & B")), "malformed"),
    "attribute without quotes": (answer(article(1, "<i x=1/>")), "malformed"),
    "attribute twice": (answer(article(1, "<i x='1' x='2'/>")), "malformed"),
    "control character": (answer(article(1, "a\x01b")), "malformed"),
    "NUL in a title": (answer(article(1, "a\0b")), "malformed"),
    "separator used inside": (answer(article(1, "a\x1fb")), "malformed"),
    "noncharacter": (answer(article(1, "a\ufffeb")), "malformed"),
    "reference to NUL": (answer(article(1, "&#0;")), "malformed"),
    "reference to the separator": (answer(article(1, "&#31;")), "malformed"),
    "reference to a surrogate": (answer(article(1, "&#xD800;")), "malformed"),
    "reference beyond Unicode": (answer(article(1, "&#x110000;")), "malformed"),
    "two elements for one record": (answer("<PubmedArticle></i></PubmedArticle>"), "malformed"),
    # encodings
    "latin-1 called UTF-8": (answer(article(1, "é")).replace("é".encode(), b"\xe9"), "encoding"),
    "overlong UTF-8": (answer(article(1, "?")).replace(b"?</Art", b"\xc0\xaf</Art"), "encoding"),
    "surrogate in UTF-8": (answer(article(1, "?")).replace(b"?</Art", b"\xed\xa0\x80</Art"), "encoding"),
    "unknown encoding": (b'<?xml version="1.0" encoding="x-none"?><PubmedArticleSet/>', "encoding"),
    "codec that is none": (b'<?xml version="1.0" encoding="zlib"?><PubmedArticleSet/>', "encoding"),
    "codec that evaluates": (b'<?xml version="1.0" encoding="unicode_escape"?><PubmedArticleSet/>', "encoding"),
    "called UTF-16": (b'<?xml version="1.0" encoding="UTF-16"?><PubmedArticleSet/>', "encoding"),
    "half a character": (answer(article()).decode().encode("utf-16")[:-1], "truncated"),
    # gzip
    "gzip cut off": (gzip.compress(WHOLE)[:-200], "truncated"),
    "gzip without its checksum": (gzip.compress(WHOLE)[:-8], "truncated"),
    "gzip damaged": (gzip.compress(WHOLE)[:500] + b"xxxxxxxx" + gzip.compress(WHOLE)[508:], "gzip"),
    "gzip with a wrong checksum": (gzip.compress(WHOLE)[:-8] + b"12345678", "gzip"),
    "gzip of nothing": (gzip.compress(b"", mtime=0), "empty"),
    "gzip then junk": (gzip.compress(WHOLE) + b"junk", "gzip"),
    # size
    "nested 100,000 deep in a title": (answer(article(1, "<i>" * 100_000 + "x" + "</i>" * 100_000)), "too-deep"),
    "nested 1,000,000 deep beside": (answer(article(1, "t", "<a>" * 1_000_000 + "</a>" * 1_000_000)), "too-deep"),
    "nested below the record": (answer(article(1, "<i>" * 70 + "x" + "</i>" * 70)), "too-deep"),
    "nested before the root": (b"<a>" * 100_000, "not-pubmed"),
    "enormous title": (answer(article(1, "a" * 2_000_000)), "too-large"),
    "enormous attribute": (answer(article(1, f"<i x='{'a' * 2_000_000}'/>")), "too-large"),
    "endless record": (answer(article(1, "<i>a</i>" * 4_000_000)), "too-large"),
    "endless white space": (b"<PubmedArticleSet>" + b" " * 3_000_000, "too-large"),
    "endless comment": (b"<PubmedArticleSet><!--" + b" " * 3_000_000, "too-large"),
    # records that cannot be kept
    "no PMID": (answer("<PubmedArticle><MedlineCitation></MedlineCitation></PubmedArticle>"), "no-pmid"),
    "empty record": (answer("<PubmedArticle/>"), "no-pmid"),
    "PMID in words": (answer(article("abc")), "no-pmid"),
    "book without document": (answer("<PubmedBookArticle></PubmedBookArticle>"), "no-pmid"),
}


@pytest.mark.parametrize(("given", "kind"), REFUSED.values(), ids=REFUSED)
def test_refused(given, kind):
    with pytest.raises(PubMedXmlError) as caught:
        parse_all(given)
    error = caught.value
    assert error.kind == kind, str(error)
    assert error.what
    assert error.advice == ADVICE[kind]
    assert kind in {"gzip", "empty", "truncated"} or error.byte is not None
    assert len(str(error)) < 600
    assert "root:" not in str(error)


HARMLESS = {"attribute twice"}


@pytest.mark.parametrize(
    ("given", "kind"), [pair for name, pair in REFUSED.items() if name not in HARMLESS | {"nested below the record"}]
)
def test_refused_when_streaming(given, kind):
    with pytest.raises(PubMedXmlError) as caught:
        list(parse(given))
    assert caught.value.kind == kind


def test_place_of_the_fault():
    broken = answer(article(1), article(2), article(3, "a<b></i>"), article(4))
    with pytest.raises(PubMedXmlError) as caught:
        parse_all(broken)
    error = caught.value
    assert (error.line, error.pmid) == (5, "3")
    assert broken[error.byte :].startswith((b"i>", b"</i>"))
    assert str(error).startswith("PubMed answer:5: <PubmedArticle> is not well-formed: mismatched tag in PMID 3 (byte ")


def test_place_in_a_gzipped_file(tmp_path):
    path = tmp_path / "pubmed25n0001.xml.gz"
    path.write_bytes(gzip.compress(answer(article(1), article(2, "&xxe;"))))
    with pytest.raises(PubMedXmlError, match=r"pubmed25n0001\.xml\.gz:4: .*&xxe;.* in PMID 2"):
        parse_all(path)


def test_streaming_gives_what_is_before_the_break_and_not_more():
    records = parse(answer(article(1), article(2), article(3, "<i>"), article(4)))
    assert [next(records).pmid, next(records).pmid] == ["1", "2"]
    with pytest.raises(PubMedXmlError):
        next(records)
    assert list(records) == []


@pytest.mark.slow
def test_parallel_gives_what_is_before_the_break():
    broken = answer(*(article(n) for n in range(1, 40)), article(40, "<i>"), article(41))
    records = parse_parallel(broken, processes=2)
    assert [next(records) for _ in range(39)] == list(parse(answer(*(article(n) for n in range(1, 40)))))
    with pytest.raises(PubMedXmlError) as caught:
        next(records)
    assert (caught.value.pmid, caught.value.line) == ("40", 42)
    records = parse_parallel(answer(article(1), article(2))[:-20], processes=2)
    assert [next(records), next(records)] == list(parse(answer(article(1), article(2))))
    with pytest.raises(PubMedXmlError, match="truncated"):
        next(records)


def test_errors_are_for_people_and_travel_between_processes():
    with pytest.raises(KbError) as caught:
        parse_all(b"<html>")
    copy = pickle.loads(pickle.dumps(caught.value))
    assert str(copy) == str(caught.value)
    assert (copy.kind, copy.line) == ("html", 1)


def test_a_key_is_never_shown():
    key = "0123456789abcdef0123456789abcdef0123"
    for body in (
        f'{{"error":"API key invalid","api-key":"{key}"}}',
        f'{{"error":"API key {key} invalid"}}',
        f"<eFetchResult><ERROR>key {key}</ERROR></eFetchResult>",
        f"key={key}",
    ):
        with pytest.raises(PubMedXmlError) as caught:
            parse_all(body.encode())
        assert key not in str(caught.value)


def test_ncbi_is_quoted():
    with pytest.raises(PubMedXmlError, match="NCBI says: 'API rate limit exceeded'"):
        parse_all(b'{"error":"API rate limit exceeded","count":"4"}')
    with pytest.raises(PubMedXmlError, match="NCBI says: 'Empty id list'"):
        parse_all(REFUSED["error of efetch"][0])


def test_missing_file(tmp_path):
    with pytest.raises(PubMedXmlError, match="unreadable"):
        parse_all(tmp_path / "none.xml")


def test_text_instead_of_bytes():
    with pytest.raises(TypeError, match="give bytes"):
        parse_all("<PubmedArticleSet/>")


BOMB = """
import io, sys, zlib
from kb.pubmed.xml import PubMedXmlError, parse
class Bomb:
    name = "bomb"
    def __init__(self):
        packer = zlib.compressobj(9, wbits=31)
        head = packer.compress(b"<PubmedArticleSet><PubmedArticle>" + bytes(sys.argv[1], "ascii"))
        block = b"a" * (1 << 20) if sys.argv[1] else b" " * (1 << 20)
        self.data = io.BytesIO(head + b"".join(packer.compress(block) for _ in range(1024)))
    def read(self, size=-1):
        return self.data.read(size)
try:
    list(parse(Bomb()))
except PubMedXmlError as error:
    print(error.kind)
"""


@pytest.mark.slow
@pytest.mark.parametrize("text", ["", "<i>"])
def test_gzip_bomb_of_a_gigabyte(text):
    limit = 700_000_000

    def confine():
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))

    command = [sys.executable, "-c", BOMB, text]
    done = subprocess.run(command, capture_output=True, text=True, check=True, preexec_fn=confine, timeout=120)
    assert done.stdout.strip() == "too-large"
