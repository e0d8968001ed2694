"""Any source in pieces of any size, in any honest encoding, by one process or several: the same records."""

import gzip
import io
import itertools
import subprocess
import sys
from pathlib import Path

import pytest

from kb.pubmed.record import Deletion
from kb.pubmed.xml import parse, parse_all, parse_items, parse_parallel
from kb.pubmed.xml_source import blocks
from kb.pubmed.xml_split import split

DATA = Path(__file__).parent / "data" / "xml"
ARTICLE, BOOK = (DATA / "article.xml").read_bytes(), (DATA / "book.xml").read_bytes()


def body(answer):
    start = answer.index(b"<PubmedArticleSet>") + len(b"<PubmedArticleSet>")
    return answer[start : answer.index(b"</PubmedArticleSet>")]


UPDATE = (
    b'<?xml version="1.0" encoding="utf-8"?>\n<!-- made up --><PubmedArticleSet >'
    + body(ARTICLE)
    + b"<!-- <PubmedArticle> -->\n<?work </PubmedArticleSet> ?>"
    + body(BOOK)
    + b'<DeleteCitation>\n<PMID Version="1">7</PMID>\n<PMID Version="1">8</PMID>\n</DeleteCitation>'
    + b"</PubmedArticleSet >\n"
)


class Dribble:
    """A response that gives a few bytes at a time."""

    def __init__(self, data, size):
        self.file, self.size = io.BytesIO(data), size

    def read(self, size=-1):
        return self.file.read(min(self.size, size))


@pytest.fixture(scope="module")
def expected():
    return list(parse_items(UPDATE))


def test_update_file(expected):
    article, book, deletion = expected
    assert (article.pmid, book.pmid, book.kind) == ("90000001", "90000002", "book")
    assert deletion == Deletion(("7", "8"))
    assert parse_all(UPDATE).deleted == ("7", "8")
    assert [record.pmid for record in parse(UPDATE)] == ["90000001", "90000002"]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 1000, 100_000])
def test_pieces_of_any_size(size, expected):
    assert list(parse_items(Dribble(UPDATE, size))) == expected
    assert list(parse_items(Dribble(gzip.compress(UPDATE), size))) == expected


def test_every_border_of_two_pieces():
    whole = list(split(iter([UPDATE]), "x"))
    for at in range(len(UPDATE)):
        assert list(split(iter([UPDATE[:at], UPDATE[at:]]), "x")) == whole


def test_path_bytes_and_file(tmp_path, expected):
    plain, packed = tmp_path / "a.xml", tmp_path / "a.xml.gz"
    plain.write_bytes(UPDATE)
    packed.write_bytes(gzip.compress(UPDATE))
    for source in (plain, packed, str(packed), bytearray(UPDATE), memoryview(UPDATE), io.BytesIO(UPDATE)):
        assert list(parse_items(source)) == expected
    with packed.open("rb") as file, gzip.open(packed) as unpacked:
        assert list(parse_items(file)) == list(parse_items(unpacked)) == expected


def test_gzip_in_several_members_and_padded(expected):
    parts = [UPDATE[at : at + 999] for at in range(0, len(UPDATE), 999)]
    packed = b"".join(map(gzip.compress, parts))
    assert list(parse_items(packed)) == expected
    assert list(parse_items(packed + b"\0" * 512)) == expected
    assert list(parse_items(Dribble(packed, 5))) == expected


ENCODINGS = {
    "utf-8-sig": ("utf-8", "utf-8-sig"),
    "utf-16 with its mark": ("utf-16", "utf-16"),
    "utf-16 without": ("utf-16", "utf-16-le"),
    "utf-16 big endian": ("UTF-16BE", "utf-16-be"),
    "utf-32": ("utf-32", "utf-32"),
    "latin-1": ("ISO-8859-1", "latin-1"),
    "windows": ("windows-1252", "cp1252"),
    "ascii": ("us-ascii", "ascii"),
    "chinese": ("GB18030", "gb18030"),
}


@pytest.mark.parametrize(("declared", "codec"), ENCODINGS.values(), ids=ENCODINGS)
def test_encodings(declared, codec):
    title = "plain" if codec == "ascii" else "Éè – ü" if codec == "cp1252" else "Éè ü"
    text = f'<?xml version="1.0" encoding="{declared}"?>\n<PubmedArticleSet>{{}}</PubmedArticleSet>'
    record = "<MedlineCitation><PMID>1</PMID><Article><ArticleTitle>{}</ArticleTitle></Article></MedlineCitation>"
    record = f"<PubmedArticle>{record}</PubmedArticle>"
    data = text.format(record.format(title)).encode(codec)
    for size in (1, 2, 5, 10_000):
        (found,) = parse(Dribble(data, size))
        assert found.title == title
    plain = parse_all(f"<PubmedArticleSet>{record.format(title)}</PubmedArticleSet>".encode()).records[0]
    assert parse_all(data).records[0] == plain  # hash and all


@pytest.mark.parametrize(
    "answer",
    [
        b"<PubmedArticleSet></PubmedArticleSet>",
        b"<PubmedArticleSet/>",
        b'<!DOCTYPE PubmedArticleSet PUBLIC "a" "http://127.0.0.1:9/b.dtd">\n<PubmedArticleSet />\n',
        b"\xef\xbb\xbf<PubmedBookArticleSet></PubmedBookArticleSet>",
    ],
)
def test_answer_without_records(answer):
    assert parse_all(answer).records == ()


def test_record_without_its_set():
    (alone,) = parse_all(body(ARTICLE).strip()).records
    assert alone == next(parse(ARTICLE))


@pytest.mark.slow
def test_parallel_is_the_same(expected):
    assert list(parse_parallel(UPDATE, processes=2)) == expected
    whole, _, rest = UPDATE.partition(b"<!-- <PubmedArticle> -->")
    many = whole + (body(ARTICLE) + body(BOOK)) * 300 + rest
    assert list(parse_parallel(many, processes=3)) == list(parse_items(many))


@pytest.mark.slow
def test_parallel_stops_when_nobody_listens():
    many = b"<PubmedArticleSet>" + body(ARTICLE) * 3000 + b"</PubmedArticleSet>"
    assert len(list(itertools.islice(parse_parallel(many, processes=2), 3))) == 3


MEMORY = """
import sys
from kb.pubmed.xml import parse
record = open(sys.argv[1], "rb").read()
record = record[record.index(b"<PubmedArticle>"):record.index(b"</PubmedArticleSet>")]
class Endless:
    name, left = "endless", 30_000
    def read(self, size=-1):
        self.left -= 20
        head = b"<PubmedArticleSet>" if self.left == 30_000 - 20 else b""
        return head + record * 20 if self.left > 0 else b"</PubmedArticleSet>" if self.left == 0 else b""
print(sum(1 for _ in parse(Endless())))
print(next(int(line.split()[1]) // 1024 for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""


@pytest.mark.slow
@pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="peak memory of a process is read from Linux's /proc"
)
def test_memory_is_bounded():
    command = [sys.executable, "-c", MEMORY, str(DATA / "article.xml")]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
    count, megabytes = map(int, done.stdout.split())
    assert count == 29_980
    assert megabytes < 80


def test_blocks_are_small():
    assert max(map(len, blocks(gzip.compress(b"<a>" + b" " * 3_000_000)))) <= 1 << 18
