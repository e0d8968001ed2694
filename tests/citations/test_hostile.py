"""Files made to harm or to confuse: a clear answer, in bounded memory and time, and nothing run, fetched or opened."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kb.citations.find import find
from kb.citations.read import PostText, ReadError, read_bytes

ROOT = Path(__file__).parent.parent.parent
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"

_CHILD = """
import json, resource, sys
resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[2]) << 20,) * 2)
resource.setrlimit(resource.RLIMIT_CPU, (int(sys.argv[3]),) * 2)
from kb.citations.find import find
from kb.citations.read import ReadError, read
try:
    document = read(sys.argv[1])
    answer = {"posts": len(document.posts), "found": sum(len(find(post)) for post in document.posts[:100])}
    answer["problems"] = [problem.rule for problem in document.problems]
except ReadError as error:
    answer = {"error": str(error)}
print(json.dumps(answer))
"""


def limited(path: Path, *, megabytes: int = 1500, seconds: int = 60) -> dict[str, object]:
    """What reading and finding says in a process of its own with little memory and time."""
    done = subprocess.run(
        [sys.executable, "-c", _CHILD, str(path), str(megabytes), str(seconds)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-500:]
    answer: dict[str, object] = json.loads(done.stdout)
    return answer


def answer_to(data: bytes, name: str) -> tuple[tuple[PostText, ...], ReadError | None]:
    """Posts, or the error that says why there are none."""
    try:
        return read_bytes(data, name=name).posts, None
    except ReadError as error:
        return (), error


def document(xml: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", xml)
    return file.getvalue()


@pytest.mark.parametrize("tag", ["div", "b", "ul><li", "blockquote", "table><tr><td", "span", "a href='x'"])
def test_html_nested_a_hundred_thousand_deep(tmp_path: Path, tag: str) -> None:
    path = tmp_path / "deep.html"
    path.write_text(f"<html><body>{f'<{tag}>' * 100_000}Rest helps (Okafor et al., 2031).", encoding="utf-8")
    assert limited(path, megabytes=1000)["found"] == 1


@pytest.mark.slow
def test_fifty_megabytes_of_a_feed(tmp_path: Path) -> None:
    path = tmp_path / "big.xml"
    item = (
        "<item><title>T</title><description>"
        + "&lt;p&gt;Rest helps runners.&lt;/p&gt;\n" * 140
        + "</description></item>"
    )
    path.write_text(f"<rss version='2.0'><channel>{item * 9000}</channel></rss>", encoding="utf-8")
    assert path.stat().st_size > 45 << 20
    assert limited(path, megabytes=3000, seconds=120)["posts"] == 9000


@pytest.mark.parametrize(("name", "start"), [("big.txt", ""), ("big.md", "# T\n\n"), ("big.html", "<html><body><p>")])
def test_fifty_megabytes_of_one_text_are_refused(tmp_path: Path, name: str, start: str) -> None:
    path = tmp_path / name
    path.write_text(start + "Rest helps the runner. " * 2_300_000, encoding="utf-8")
    answer = str(limited(path)["error"])
    assert name in answer
    assert "Give the posts one by one" in answer


@pytest.mark.parametrize(
    "xml",
    [
        f'<w:document xmlns:w="{W}">' + " " * 300_000_000,
        f'<w:document xmlns:w="{W}"><w:body>' + "<w:p><w:r><w:t>rest</w:t></w:r></w:p>" * 3_000_000,
        f'<w:document xmlns:w="{W}">' + "<w:p>" * 200_000,
        '<!DOCTYPE a [<!ENTITY b "'
        + "x" * 100_000
        + f'">]><w:document xmlns:w="{W}"><w:p><w:r><w:t>'
        + "&b;" * 100_000,
    ],
    ids=["blanks", "paragraphs", "depth", "entities"],
)
def test_word_bombs(tmp_path: Path, xml: str) -> None:
    path = tmp_path / "bomb.docx"
    path.write_bytes(document(xml))
    answer = limited(path)
    assert "error" in answer or answer["found"] == 0


def test_xml_bombs_and_outside_entities(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("SECRET", encoding="utf-8")
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    feeds = (
        f'<!DOCTYPE r [<!ENTITY l0 "lol">{laughs}]><rss><channel><item><title>&l11;</title></item></channel></rss>',
        f'<!DOCTYPE r [<!ENTITY x SYSTEM "{secret.as_uri()}">]><rss><channel><item><title>&x;</title></item></channel>',
    )
    for feed in feeds:
        with pytest.raises(ReadError, match="entities"):
            read_bytes(b"<?xml version='1.0'?>" + feed.encode())
    outside = f'<!DOCTYPE r SYSTEM "{secret.as_uri()}"><rss><channel><item><title>T</title></item></channel></rss>'
    assert "SECRET" not in repr(read_bytes(outside.encode()))
    page = (
        f'<html><body><p>Rest</p><iframe src="{secret.as_uri()}"></iframe><img src="{secret.as_uri()}"></body></html>'
    )
    assert "SECRET" not in repr(read_bytes(page.encode()))
    word = f'<!DOCTYPE a [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
    word += f'<w:document xmlns:w="{W}"><w:p><w:r><w:t>&x;</w:t></w:r></w:p></w:document>'
    assert "SECRET" not in repr(read_bytes(document(word)))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b" \n\t ",
        bytes(range(256)) * 50,
        b"\x89PNG\r\n\x1a\n",
        b"PK\3\4 not a zip",
        b"%PDF-1.7",
        b"{\\rtf1 rest}",
        b"<?xml version='1.0'?><svg/>",
        b"<rss><channel><item><title>cut",
        b"<rss></rss>",
        b"<html>",
        b"<!-- only a comment -->",
        b"\xff\xfe",
        b"\xff\xfe\x00",
        b"\0\0\0\0",
        b"<a href=",
        b"---\ntitle: x\n",
        b"[",
    ],
)
def test_nothing_useful_gets_a_clear_answer(data: bytes) -> None:
    for name in ("x.txt", "x.md", "x.html", "x.docx", "x.xml"):
        posts, error = answer_to(data, name)
        assert not [found for post in posts for found in find(post)]
        assert error is None or (name in str(error) and error.advice)


def test_a_feed_cut_short_gives_its_posts_and_a_warning() -> None:
    feed = b"<rss><channel>" + b"<item><title>T</title><description>Rest</description></item>" * 3 + b"<item><title>cu"
    answer = read_bytes(feed)
    assert len(answer.posts) >= 3  # what is left of the last one may be there, too
    assert [problem.rule for problem in answer.problems] == ["broken-feed"]


_PIECES = [
    "(",
    ")",
    "[",
    "](",
    "[a](",
    "(a.",
    "a. ",
    "et al. ",
    "2019 ",
    "(2019 ",
    "Lee, ",
    "Lee and ",
    "A. ",
    "study ",
    "a study of ",
    "research ",
    "12 ",
    "[1,",
    "in the Journal of ",
    "J ",
    "van ",
    "*",
    "**a ",
    "<",
    "<a ",
    "&",
    '"',
    "https://doi.org/10.1/",
    "systematic ",
    "randomized controlled ",
    "A 2019 study by Lee ",
    "published in ",
    "; ",
    "1;1:1 ",
    "¹",
    "#",
    "|",
    "`",
    "[^1]",
    "World Association of ",
    "(Lee, 2019; ",
    "12 patients and ",
    "meta-",
    "Lee A, ",
    "by ",
]


@pytest.mark.parametrize("piece", _PIECES)
def test_time_grows_with_length_and_no_faster(piece: str) -> None:
    def seconds(length: int) -> float:
        data = (piece * (length // len(piece))).encode()
        start = time.process_time()
        for name in ("x.txt", "x.md", "x.html"):
            for post in read_bytes(b"<body>" + data if name == "x.html" else data, name=name).posts:
                find(post)
        return time.process_time() - start

    short, long = seconds(10_000), seconds(40_000)
    assert long < max(1.0, 12 * short)
    assert long < 8


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.sampled_from([*_PIECES, " ", "\n", ". ", "<p>", "</p>", "Rest ", "found "]) | st.text(max_size=8),
        max_size=60,
    )
)
def test_whatever_is_written_the_answer_has_its_place(pieces: list[str]) -> None:
    text = "".join(pieces)
    for name in ("x.txt", "x.md", "x.html"):
        try:
            answer = read_bytes(text.encode("utf-8", "ignore"), name=name)
        except ReadError:
            continue
        for post in answer.posts:
            for found in find(post):
                block = post.blocks[found.block]
                assert 0 <= found.start <= found.end <= len(block.text)
                assert block.text[found.sentence.start : found.sentence.end] == found.sentence.text
                assert found.line >= 1
                assert found.statement[-1].end <= len(block.text)


@settings(max_examples=60, deadline=None)
@given(
    st.binary(max_size=400),
    st.sampled_from([b"", b"PK\3\4", b"<rss>", b"<html>", b"\xff\xfe", b"<?xml version='1.0'?>"]),
)
def test_any_bytes_are_read_or_refused(data: bytes, start: bytes) -> None:
    posts, error = answer_to(start + data, "x.md")
    for post in posts:
        find(post)
    assert error is None or error.advice
