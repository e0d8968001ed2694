"""Text that breaks writers, in every free text of the evidence, comes back from every format as the same text."""

from __future__ import annotations

import io
import json
import re
import shutil
import sqlite3
import subprocess
import zipfile
from collections.abc import Iterator
from contextlib import closing

import networkx as nx
import openpyxl
import pyarrow.parquet as pq
import pytest
import rdflib
import rispy
from fhir.resources.bundle import Bundle

from kb.exports.bibtex import bibtex
from kb.exports.csljson import csljson
from kb.exports.data import Data
from kb.exports.fhir import fhir
from kb.exports.graphml import graphml
from kb.exports.jsonld import jsonld
from kb.exports.parquet import parquet
from kb.exports.ris import ris
from kb.exports.sqlite import sqlite
from kb.exports.xlsx import LONGEST, xlsx
from kb.store.foreign import read_foreign
from tests.exports.hostile_base import STRINGS, key_of, slug_of
from tests.exports.test_references import pandoc, plain
from tests.hostile import STRINGS as SHARED

ALL = tuple(
    text for text in dict.fromkeys((*STRINGS, *SHARED)) if text.strip() and not re.search("[\ud800-\udfff]", text)
)
"""Half a surrogate pair can be in no file of the evidence (UTF-8) and in no frame (pandas on Arrow)."""
SHORT = tuple(text for text in ALL if len(text) < 2_000)


@pytest.fixture(scope="module")
def data(hostile) -> Data:
    return hostile(*ALL)


def each(texts: tuple[str, ...] = ALL) -> Iterator[tuple[str, str, str]]:
    """Text, key of its study, id of its condition and post."""
    for number, text in enumerate(texts):
        yield text, key_of(number), slug_of(number)


def encoded(text: str) -> str:
    return re.sub("[\ud800-\udfff]", "\ufffd", text)


def xml(text: str) -> str:
    """XML 1.0 cannot hold these characters, however they are written."""
    return re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]", "\ufffd", text)


def line(text: str) -> str:
    """What is left on one line: control characters are blanks."""
    return " ".join(re.sub("[\x00-\x1f\x7f-\x9f\u2028\u2029]+", " ", encoded(text)).split())


def test_the_list_is_really_hostile():
    assert len(ALL) >= 60
    assert any("\x00" in text for text in ALL)
    assert any(text.startswith("=") for text in ALL)
    assert any("<script" in text for text in ALL)
    assert any(len(text) > LONGEST for text in ALL)


def test_sqlite(data):
    with closing(sqlite3.connect(":memory:")) as database:
        database.deserialize(sqlite(data))
        one = database.execute
        for text, key, slug in each():
            got = one("SELECT title, conclusion, population, authors FROM studies WHERE key = ?", (key,)).fetchone()
            assert got[:3] == (encoded(text),) * 3
            assert one("SELECT label, patient_label FROM conditions WHERE id = ?", (slug,)).fetchone() == (
                encoded(text), encoded(text))  # fmt: skip
            assert one("SELECT statement, reason FROM claims WHERE post = ?", (slug,)).fetchone() == (
                encoded(text), encoded(text))  # fmt: skip
            assert one("SELECT value FROM references_author WHERE reference = ? AND position = 1", (key,)).fetchone()
            assert one("SELECT text FROM study_notes WHERE study = ?", (key,)).fetchone() == (encoded(text),)
        assert one("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert one("PRAGMA foreign_key_check").fetchall() == []
        assert one("SELECT count(*) FROM v_findings").fetchone()[0] == 2 * len(ALL)


def test_parquet(data):
    with zipfile.ZipFile(io.BytesIO(parquet(data))) as archive:
        studies = pq.read_table(io.BytesIO(archive.read("studies.parquet"))).to_pylist()
        terms = pq.read_table(io.BytesIO(archive.read("conditions.parquet"))).to_pylist()
    by_key, by_id = {row["key"]: row for row in studies}, {row["id"]: row for row in terms}
    for text, key, slug in each():
        assert by_key[key]["conclusion"] == by_key[key]["title"] == encoded(text)
        assert by_id[slug]["synonyms"][0] == by_id[slug]["label"] == encoded(text)


def in_a_cell(text: str) -> str:
    return xml(text.replace("\r\n", "\n").replace("\r", "\n"))


def test_xlsx(data):
    book = openpyxl.load_workbook(io.BytesIO(xlsx(data)))
    header, *rows = book["studies"].iter_rows(values_only=True)
    by_key = {row[0]: dict(zip(header, row, strict=True)) for row in rows}
    for text, key, _ in each():
        got = re.sub(r"_x005F_(?=x[0-9A-Fa-f]{4}_)", "_", by_key[key]["conclusion"] or "")  # as Excel reads it
        expected = in_a_cell(text)
        assert len(got) <= LONGEST
        assert got == expected if len(expected) <= LONGEST else got[:30_000] == expected[:30_000]
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells if cell.value is not None} <= {"s", "n", "b", "d"}


@pytest.mark.slow
def test_xlsx_in_libreoffice(hostile, tmp_path):
    if shutil.which("soffice") is None:
        pytest.skip("LibreOffice is not installed")
    texts = tuple(text for text in SHORT if text == in_a_cell(text) and text.isprintable())
    assert any(text.startswith("=") for text in texts)
    path = tmp_path / "hostile.xlsx"
    path.write_bytes(xlsx(hostile(*texts)))
    subprocess.run(
        ["soffice", f"-env:UserInstallation=file://{tmp_path / 'profile'}", "--headless", "--convert-to", "fods",
         "--outdir", str(tmp_path), str(path)],
        check=True, capture_output=True, timeout=300,
    )  # fmt: skip
    opened = (tmp_path / "hostile.fods").read_text()
    assert set(re.findall('table:formula="([^"]*)"', opened)) <= {"of:=TRUE()", "of:=FALSE()"}  # true and false
    assert "_x0041_ and" in opened
    assert "=cmd|" in opened


def test_graphml(data):
    graph = nx.read_graphml(io.BytesIO(graphml(data)), force_multigraph=True)
    assert set(graph) == set(data.base.graph)
    for text, key, slug in each():
        node = graph.nodes[f"study:{key}"]
        assert node["title"] == node["conclusion"] == xml(text)
        assert graph.nodes[f"finding:{key}.f01"]["label"] == xml(text)
        assert graph.nodes[f"condition:{slug}"]["label"] == xml(text)


def test_jsonld(data):
    graph = rdflib.Graph().parse(data=jsonld(data), format="json-ld")
    vocab, schema = rdflib.Namespace("urn:kb-evidence:vocab:"), rdflib.Namespace("https://schema.org/")
    for text, key, slug in each():
        assert str(graph.value(rdflib.URIRef(f"urn:kb-evidence:study:{key}"), vocab.conclusion)) == encoded(text)
        finding = rdflib.URIRef(f"urn:kb-evidence:finding:{key}.f01")
        assert str(graph.value(finding, schema.description)) == encoded(text)
        assert str(graph.value(rdflib.URIRef(f"urn:kb-evidence:condition:{slug}"), vocab.patientLabel)) == encoded(text)
    names = {str(node) for triple in graph for node in triple if isinstance(node, rdflib.URIRef)}
    assert all(re.fullmatch(r"[^\s<>\"{}|\\^`]+", name) for name in names)  # nothing became part of a name


def test_fhir(data):
    bundle = json.loads(fhir(data))
    Bundle.model_validate(bundle)
    found = {entry["resource"]["url"]: entry["resource"] for entry in bundle["entry"]}
    for text, key, _ in each():
        assert found[f"urn:kb-evidence:finding:{key}.f01"].get("title", "") == xml(text).strip()


def test_csl_json(data):
    items = {item["id"]: item for item in json.loads(csljson(data))}
    assert set(items) == set(data.base.corpus.references)
    for text, key, _ in each():
        assert items[key]["container-title"] == encoded(text)


def test_ris(data):
    made = ris(data)
    assert len(re.findall("^TY  - ", made, re.MULTILINE)) == len(re.findall("^ER  - ", made, re.MULTILINE)) == len(ALL)
    entries = {entry["id"]: entry for entry in rispy.loads(made, delimiter_tags_mapping={})}
    assert set(entries) == set(data.base.corpus.references)
    for text, key, _ in each():
        for name in ("title", "secondary_title", "alternate_title1", "volume"):
            assert " ".join(entries[key].get(name, "").split()) == line(text)


def test_bibtex(hostile):
    made = bibtex(hostile(*SHORT))
    entries, problems = read_foreign(made, "x.bib")
    assert not problems
    assert [entry.key for entry in entries] == [key for _, key, _ in each(SHORT)]
    items = {item["id"]: item for item in pandoc(made, "bibtex")}
    assert set(items) == {key for _, key, _ in each(SHORT)}
    told = 0
    for text, key, _ in each(SHORT):
        if set("<{}'`\"\u00a0\\~") & set(text) or not line(text):
            continue  # markup and quotes become pandoc's own, a brace without its partner a parenthesis
        told += 1
        assert squeezed(plain(items[key]["container-title"])) == squeezed(line(text))
    assert told > 30
    half = {key: text for text, key, _ in each(SHORT) if text == "half { a brace"}
    assert [plain(items[key]["container-title"]) for key in half] == ["half ( a brace"]


def squeezed(text: str) -> str:
    """pandoc folds blanks and leaves out what has no width."""
    return re.sub(r"\s+", " ", re.sub("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\xad]", "", text)).strip()
