"""Writing: every format, whole or not at all, the same bytes for the same evidence, nothing that may not leave."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
import re
import stat

import pytest
from click.testing import CliRunner

import kb
from kb.cli import main
from kb.cli.export import _NAMES
from kb.exports import FORMATS, export, export_all, formats, render
from kb.exports.about import about
from kb.exports.data import Data
from kb.problems import KbError
from tests.conftest import EVIDENCE

TEXTS = [name for name, made in FORMATS.items() if made.is_text]


@pytest.fixture(scope="module")
def again(base) -> Data:
    """The same evidence, read and worked out a second time."""
    return Data(kb.open(EVIDENCE))


def run(*arguments: str):
    return CliRunner().invoke(main, ["export", *arguments, "--evidence", str(EVIDENCE)])


def test_the_command_offers_the_formats_of_the_library():
    assert set(_NAMES) == set(FORMATS)


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_is_the_same_for_the_same_evidence(name, everything, again):
    assert formats._make(FORMATS[name], again) == (everything / FORMATS[name].file).read_bytes()


@pytest.mark.parametrize("name", FORMATS)
def test_a_file_is_what_render_gives(name, base, data, tmp_path):
    path = export(base, name, tmp_path / "deep" / FORMATS[name].file)
    assert path.read_bytes() == render(base, name)
    assert [p.name for p in path.parent.iterdir()] == [path.name]
    assert stat.S_IMODE(path.stat().st_mode) == 0o644


def test_all_names_licence_version_and_every_file(everything, base):
    told = about(base)
    for name in ("README.md", "LICENSE.txt", "datapackage.json", "metadata.json"):
        text = (everything / name).read_text()
        assert told.version in text
        assert "Creative Commons Attribution 4.0" in text
    readme = (everything / "README.md").read_text()
    for path in everything.iterdir():
        assert path.name in {"README.md", "LICENSE.txt", "parquet"} or f"`{path.name}`" in readme
    assert {path.name for path in everything.iterdir()} >= {made.file for made in FORMATS.values()}


@pytest.mark.parametrize("name", ["bibtex", "graphml", "jsonld", "fhir", "datasette", "dictionary"])
def test_a_file_by_itself_says_its_version(name, base, data):
    assert about(base).version in render(base, name).decode()


def test_the_version_follows_the_evidence_and_no_clock(base):
    told = about(base)
    assert told.date == max(entry.date for entry in base.snapshot.values())
    key = next(iter(base.corpus.studies))
    changed = {**base.corpus.studies, key: base.corpus.studies[key].model_copy(update={"conclusion": "Another."})}
    other = about(kb.Base(base.root, dataclasses.replace(base.corpus, studies=changed)))
    assert other.digest != told.digest
    assert other.version != told.version


def test_the_date_is_unknown_when_nothing_has_one(base):
    empty = dataclasses.replace(base.corpus, studies={}, posts={}, references={}, certainty=())
    bare = kb.Base(base.root, empty)
    vars(bare).update(snapshot={}, notices={})
    assert about(bare).date is None
    assert "unknown" in Data(bare).about.lines[2]


def test_what_is_reviewed_later_moves_the_date(base):
    slug, post = next((s, p) for s, p in base.corpus.posts.items() if p.claims)
    verdict = post.claims[0].verdict.model_copy(update={"reviewed_on": dt.date(2031, 5, 6), "reviewed_by": "A B"})
    claim = post.claims[0].model_copy(update={"verdict": verdict})
    posts = {**base.corpus.posts, slug: post.model_copy(update={"claims": (claim,)})}
    assert about(kb.Base(base.root, dataclasses.replace(base.corpus, posts=posts))).date == dt.date(2031, 5, 6)


def test_an_old_file_is_replaced_and_a_link_is_followed(base, tmp_path):
    target = tmp_path / "old.bib"
    target.write_text("old")
    link = tmp_path / "link.bib"
    link.symlink_to(target)
    export(base, "bibtex", link)
    assert link.is_symlink()
    assert target.read_bytes() == render(base, "bibtex")


def test_what_is_no_file_is_left_alone(base, tmp_path):
    with pytest.raises(KbError, match="not an ordinary file"):
        export(base, "bibtex", tmp_path)
    fifo = tmp_path / "pipe"
    os.mkfifo(fifo)
    with pytest.raises(KbError, match="not an ordinary file"):
        export(base, "bibtex", fifo)
    file = tmp_path / "file"
    file.write_text("mine")
    with pytest.raises(KbError, match="no folder"):
        export_all(base, file)
    assert file.read_text() == "mine"


def test_all_writes_nothing_when_one_place_is_taken(base, data, tmp_path):
    (tmp_path / "kb-evidence.xlsx").mkdir()
    with pytest.raises(KbError, match="not an ordinary file"):
        export_all(base, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["kb-evidence.xlsx"]


def test_a_folder_that_cannot_be_made_is_said(base, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(KbError, match="could not be written"):
        export(base, "bibtex", tmp_path / "file" / "a.bib")


def test_an_unknown_format_is_said(base, tmp_path):
    with pytest.raises(KbError, match="no format 'word'"):
        export(base, "word", tmp_path / "a")


def test_text_goes_to_standard_output(base):
    done = run("bibtex")
    assert done.exit_code == 0
    assert done.stdout_bytes == render(base, "bibtex")


@pytest.mark.parametrize("name", sorted(set(FORMATS) - set(TEXTS)))
def test_what_is_no_text_needs_a_file(name):
    done = run(name)
    assert done.exit_code == 2
    assert "-o" in done.stderr


def test_all_needs_a_folder():
    done = run("all")
    assert done.exit_code == 2
    assert "-o FOLDER" in done.stderr


def test_the_command_names_what_it_wrote(tmp_path):
    done = run("ris", "-o", str(tmp_path / "a.ris"))
    assert done.exit_code == 0, done.stderr
    assert done.stdout.strip() == str(tmp_path / "a.ris")
    assert (tmp_path / "a.ris").read_text().startswith("TY  - ")


def test_an_error_is_one_line(tmp_path):
    done = run("ris", "-o", str(tmp_path))
    assert done.exit_code == 2
    assert done.stderr.startswith("kb: ")
    assert "Traceback" not in done.stderr


def test_no_sentence_of_others_leaves(everything, base):
    """Locators are hashes and stay here; posts and citations have no field that holds a sentence of the post."""
    hashes = {c.locator.sha256 for post in base.corpus.posts.values() for c in (*post.claims, *post.citations)}
    assert hashes
    for path in everything.rglob("*"):
        if path.is_file() and path.suffix in {".json", ".jsonld", ".graphml", ".md", ".ttl", ".sqlite"}:
            found = set(re.findall(rb"[0-9a-f]{64}", path.read_bytes()))
            assert not found & {h.encode() for h in hashes}, path.name
            assert b"abstract" not in {name.lower() for name in re.findall(rb'"(\w+)":', path.read_bytes())}, path.name
