"""The cache keeps full answers: whole or not at all, outside repositories, bounded, purged by age."""

import datetime as dt
import gzip
import multiprocessing
import os
import time

import pytest

from kb.pubmed.cache import Cache, CacheError, cache_root

XML = b"<PubmedArticleSet>caf\xc3\xa9</PubmedArticleSet>"


@pytest.fixture
def cache(tmp_path):
    return Cache(tmp_path / "cache")


def test_what_is_put_comes_back(cache):
    now = dt.datetime(2026, 11, 21, 12, 30, tzinfo=dt.UTC)
    entry = cache.put("39198038", XML, source="https://x.example/efetch.fcgi?id=39198038", now=now)
    assert cache.get("39198038") == entry
    assert (entry.xml, entry.fetched, entry.holds) == (XML, now, "39198038")
    assert entry.source == "https://x.example/efetch.fcgi?id=39198038"
    assert cache.get("1") is None


def test_an_old_answer_counts_as_missing_when_a_newer_one_is_wanted(cache):
    old = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    cache.put("12", XML, source="x", now=old)
    assert cache.get("12", newer_than=old)
    assert cache.get("12", newer_than=old + dt.timedelta(seconds=1)) is None


def file_of(cache, pmid):
    return cache.folder / pmid[-2:] / f"{pmid}.gz"


def damage_cut(data):
    return data[: len(data) // 2]


def damage_bit(data):
    return data[:-9] + bytes([data[-9] ^ 1]) + data[-8:]


def damage_content(data):
    return gzip.compress(gzip.decompress(data).replace(b"caf", b"kaf"))


def damage_pmid(data):
    return gzip.compress(gzip.decompress(data).replace(b'"pmid": "1234"', b'"pmid": "1235"'))


def damage_head(data):
    return gzip.compress(gzip.decompress(data).replace(b'"fetched"', b'"fetch"'))


def damage_zone(data):
    return gzip.compress(gzip.decompress(data).replace(b"+00:00", b""))


@pytest.mark.parametrize(
    "damage",
    [damage_cut, damage_bit, damage_content, damage_pmid, damage_head, damage_zone, lambda _: b"", lambda _: b"text"],
)
def test_a_broken_file_counts_as_missing_and_is_replaced(cache, damage):
    cache.put("1234", XML, source="x")
    path = file_of(cache, "1234")
    path.write_bytes(damage(path.read_bytes()))
    assert cache.get("1234") is None
    cache.put("1234", XML, source="x")
    assert cache.get("1234").xml == XML


@pytest.mark.parametrize("pmid", ["../../etc/passwd", "0", "012", "", "1.0", "1\n", "12345678901"])
def test_only_pmids_become_files(cache, pmid):
    with pytest.raises(ValueError, match="not a PMID"):
        cache.put(pmid, XML, source="x")


def test_listing_is_bounded_and_goes_on(cache):
    for number in range(1, 251):
        cache.put(str(number * 7), XML, source="x")
    (cache.folder / "07" / "notes.txt").write_text("not ours")
    found, after = [], "0"
    while page := cache.pmids(limit=100, after=after):
        assert len(page) <= 100
        found += page
        after = page[-1]
    assert found == [str(number * 7) for number in range(1, 251)]


def test_purge_removes_what_is_old_broken_or_left_behind(cache):
    now = dt.datetime.now(dt.UTC)
    cache.put("1", XML, source="x", now=now - dt.timedelta(days=40))
    cache.put("2", XML, source="x", now=now - dt.timedelta(days=20))
    cache.put("3", XML, source="x")
    file_of(cache, "03").parent.joinpath("3.gz").write_bytes(b"broken")
    left, young = cache.folder / "02" / ".draft-old", cache.folder / "02" / ".draft-new"
    left.write_bytes(b"")
    young.write_bytes(b"")
    os.utime(left, (time.time() - 7200,) * 2)
    assert cache.purge(dt.timedelta(days=30)) == 3
    assert cache.pmids() == ("2",)
    assert young.exists()


def test_the_root_is_chosen_and_never_in_a_repository(monkeypatch, tmp_path):
    monkeypatch.setenv("KB_CACHE", str(tmp_path / "c"))
    assert cache_root() == tmp_path / "c"
    monkeypatch.delenv("KB_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "x"))
    assert cache_root().name == "kb-evidence"
    (tmp_path / "repo" / "evidence").mkdir(parents=True)
    (tmp_path / "repo" / "evidence" / "bibliography.bib").write_text("")
    for inside in ("repo", "repo/build/cache", "repo/evidence/pubmed"):
        monkeypatch.setenv("KB_CACHE", str(tmp_path / inside))
        with pytest.raises(CacheError, match="abstracts must not be"):
            cache_root()


def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(CacheError, match=r"Not a directory.*set KB_CACHE"):
        Cache(tmp_path / "file").put("1", XML, source="x")


def write_for_ever(root):
    cache = Cache(root)
    for turn in range(1_000_000):
        cache.put("1234", XML * (1 + turn % 500), source="x")


def test_writers_at_once_and_kills_never_leave_half_a_file(tmp_path):
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=write_for_ever, args=(tmp_path,)) for _ in range(3)]
    for writer in writers:
        writer.start()
    cache, seen, end = Cache(tmp_path), 0, time.monotonic() + 20
    try:
        while (seen < 300 or len({w.exitcode for w in writers}) < 2) and time.monotonic() < end:
            entry = cache.get("1234")
            assert entry is not None or seen == 0
            seen += entry is not None
            if seen == 150:
                writers[0].kill()
                writers[0].join(5)
    finally:
        for writer in writers:
            writer.kill()
            writer.join(5)
    assert seen >= 300
    entry = cache.get("1234")
    assert entry
    assert entry.xml.startswith(XML)
