"""The accepted facts: small, whole, and changed all at once."""

import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.drift import accepted as stored
from kb.drift.accepted import Accepted, AcceptedError, load, save
from kb.drift.evidence import Index
from kb.drift.extract import facts_of
from kb.drift.facts import Facts, Figure, Part, Table
from kb.drift.ledger import pack, unpack
from kb.notebook.html import paragraph
from tests.drift.pages import notebook, said


def page(*texts):
    return facts_of(notebook(said(*(paragraph(text) for text in texts))))


def made(**pages):
    return Accepted(
        {f"post/{name}": facts for name, facts in pages.items()},
        Index({"lee2020": "a"}, {}, {}, {"lee2020": "Lee 2020"}),
    )


words = st.text(st.characters(blacklist_categories=("Cs", "Cc", "Z")), min_size=1, max_size=8)
texts = st.lists(words, max_size=4).map(" ".join)
rows = st.lists(texts, min_size=1, max_size=3).filter(any).map(tuple)
tables = st.builds(Table, texts, st.one_of(st.just(()), rows), st.lists(rows, max_size=3).map(tuple))
plain = st.recursive(
    st.none() | st.booleans() | st.integers() | texts, lambda s: st.lists(s) | st.dictionaries(texts, s), max_leaves=5
)
parts = st.builds(
    Part,
    texts,
    st.from_regex(r"[a-z-]{1,9}", fullmatch=True),
    st.dictionaries(texts, plain, max_size=2),
    st.lists(texts.filter(bool), max_size=4).map(tuple),
    st.lists(tables, max_size=2).map(tuple),
    st.lists(st.builds(Figure, texts, st.just("0a"), st.just("1b")), max_size=2).map(tuple),
)
facts = st.builds(Facts, texts, st.lists(parts, max_size=3).map(tuple))


@given(st.dictionaries(st.sampled_from(["overview", "post/a", "post/b"]), facts))
@settings(max_examples=60, deadline=None)
def test_nothing_is_lost_in_the_repository(pages):
    assert unpack(pack(pages)) == pages


def test_long_lists_are_kept_in_pieces():
    one = ", ".join(f"Condition {n}" for n in range(60))
    pages = {"post/a": page(one), "post/b": page(f"{one}, Another")}
    files = pack(pages)
    assert unpack(files) == pages
    assert len(files["texts/statements.txt"]) < 1.5 * len(one) + 60 * 9


def test_a_number_that_moves_changes_one_line_however_many_pages_show_it():
    before = pack({f"post/{n}": page("MD 8.64 in 60 people", f"page {n}") for n in "abc"})
    now = pack({f"post/{n}": page("MD 9.64 in 60 people", f"page {n}") for n in "abc"})
    changed = {path for path in before if before[path] != now[path]}
    assert changed == {"texts/statements.txt"}
    old, new = (files["texts/statements.txt"].splitlines() for files in (before, now))
    assert len(set(old) - set(new)) == len(set(new) - set(old)) == 1


def test_saved_and_loaded(tmp_path):
    assert load(tmp_path) is None
    first = made(a=page("one"), b=page("two"))
    assert save(tmp_path, first) == 6
    assert load(tmp_path) == first
    assert save(tmp_path, first) == 0


def test_only_what_changed_is_written(tmp_path):
    save(tmp_path, made(a=page("one"), b=page("two")))
    before = (tmp_path / "facts" / "pages" / "post" / "a.txt").stat()
    assert save(tmp_path, made(a=page("one"), b=page("two", "three"))) == 2
    after = (tmp_path / "facts" / "pages" / "post" / "a.txt").stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    save(tmp_path, made(a=page("one")))
    assert not (tmp_path / "facts" / "pages" / "post" / "b.txt").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["facts"]


def test_a_broken_off_change_leaves_the_old_facts(tmp_path, monkeypatch):
    first = made(a=page("one"))
    save(tmp_path, first)

    class Killed(BaseException):
        pass

    def rename(self, target):
        if self.name == ".facts.new":
            raise Killed
        return original(self, target)

    original = Path.rename
    mend = stored._mend
    monkeypatch.setattr(Path, "rename", rename)
    monkeypatch.setattr(stored, "_mend", lambda _: None)  # a killed process mends nothing
    with pytest.raises(Killed):
        save(tmp_path, made(a=page("two")))
    monkeypatch.undo()
    assert not (tmp_path / "facts").exists()
    assert mend is stored._mend
    assert load(tmp_path) == first
    assert [path.name for path in tmp_path.iterdir()] == ["facts"]


def test_damage_is_said_and_can_be_replaced(tmp_path):
    save(tmp_path, made(a=page("one")))
    path = tmp_path / "facts" / "texts" / "statements.txt"
    for damage in ("<<<<<<< ours\n", path.read_text() + "<<<<<<< ours\n", 2 * path.read_text()):
        path.write_text(damage)
        with pytest.raises(AcceptedError, match=r"is damaged .* kb build --accept"):
            load(tmp_path)
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(AcceptedError, match="no text"):
        load(tmp_path)
    again = made(a=page("one"))
    save(tmp_path, again)
    assert load(tmp_path) == again


def test_a_full_disk_leaves_the_old_facts(tmp_path, monkeypatch):
    first = made(a=page("one"))
    save(tmp_path, first)

    def write_text(*given, **options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", write_text)
    with pytest.raises(AcceptedError, match="No space left"):
        save(tmp_path, made(a=page("two")))
    monkeypatch.undo()
    assert load(tmp_path) == first
    shutil.rmtree(tmp_path / "facts")
    assert load(tmp_path) is None
