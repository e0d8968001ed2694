"""Text that breaks writers, in every free text of the evidence, comes back from every format as the same text."""

from __future__ import annotations

import io
import json
import re
import sqlite3
import zipfile
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
from kb.exports.fhir import fhir
from kb.exports.graphml import graphml
from kb.exports.jsonld import jsonld
from kb.exports.parquet import parquet
from kb.exports.ris import ris
from kb.exports.sqlite import sqlite
from kb.exports.xlsx import LONGEST, xlsx
from kb.store.foreign import read_foreign
from tests.exports.hostile_base import KEYS, STRINGS
from tests.exports.test_references import pandoc, plain

try:
    from tests.hostile import STRINGS as SHARED_STRINGS
except ImportError:  # made by another part of the work
    SHARED_STRINGS = ()

ALL = tuple(dict.fromkeys((*STRINGS, *(text for text in SHARED_STRINGS if isinstance(text, str) and text.strip()))))
KEY = KEYS[0]
FINDING = f"{KEY}.f01"

each = pytest.mark.parametrize("text", ALL, ids=lambda text: repr(text)[:30])


def encoded(text: str) -> str:
    return re.sub("[\ud800-\udfff]", "\ufffd", text)


def xml(text: str) -> str:
    """XML 1.0 cannot hold these characters, however they are written."""
    return re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]", "\ufffd", text)


def line(text: str) -> str:
    return " ".join(re.sub("[\x00-\x1f\x7f-\x9f\u2028\u2029]+", " ", encoded(text)).split(" ")).strip()


@each
def test_sqlite(text, hostile):
    with closing(sqlite3.connect(":memory:")) as database:
        database.deserialize(sqlite(hostile(text)))
        got = database.execute("SELECT title, conclusion, population FROM studies WHERE key = ?", (KEY,)).fetchone()
        assert set(got) == {encoded(text)}
        assert database.execute("SELECT DISTINCT statement FROM claims").fetchall() == [(encoded(text),)]
        assert database.execute("SELECT DISTINCT label FROM outcomes").fetchall() == [(encoded(text),)]
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert database.execute("SELECT count(*) FROM v_findings").fetchone()[0] > 1


@each
def test_parquet(text, hostile):
    with zipfile.ZipFile(io.BytesIO(parquet(hostile(text)))) as archive:
        studies = pq.read_table(io.BytesIO(archive.read("studies.parquet"))).to_pydict()
        terms = pq.read_table(io.BytesIO(archive.read("conditions.parquet"))).to_pydict()
    assert set(studies["conclusion"]) == set(studies["title"]) == {encoded(text)}
    assert {names[0] for names in terms["synonyms"] if names} == {encoded(text)}


@each
def test_xlsx(text, hostile):
    content = xlsx(hostile(text))
    book = openpyxl.load_workbook(io.BytesIO(content))
    header, *rows = book["studies"].values
    shown = xml(text.replace("\r\n", "\n").replace("\r", "\n"))
    for row in rows:
        got = dict(zip(header, row, strict=True))["conclusion"]
        got = re.sub(r"_x005F_(?=x[0-9A-Fa-f]{4}_)", "_", got)  # as Excel and LibreOffice read it
        assert len(got) <= LONGEST
        assert got == shown if len(shown) <= LONGEST else got.startswith("x" * 30_000)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells if cell.value is not None} <= {"s", "n", "b", "d"}


@each
def test_graphml(text, hostile):
    graph = nx.read_graphml(io.BytesIO(graphml(hostile(text))), force_multigraph=True)
    node = graph.nodes[f"study:{KEY}"]
    assert node["title"] == node["conclusion"] == xml(text)
    assert graph.nodes[f"finding:{FINDING}"]["label"] == xml(text)
    assert set(graph) == set(hostile(text).base.graph)


@each
def test_jsonld(text, hostile):
    graph = rdflib.Graph().parse(data=jsonld(hostile(text)), format="json-ld")
    study = rdflib.URIRef(f"urn:kb-evidence:study:{KEY}")
    assert str(graph.value(study, rdflib.URIRef("urn:kb-evidence:vocab:conclusion"))) == encoded(text)
    finding = rdflib.URIRef(f"urn:kb-evidence:finding:{FINDING}")
    assert str(graph.value(finding, rdflib.URIRef("https://schema.org/description"))) == encoded(text)
    names = {str(node) for triple in graph for node in triple if isinstance(node, rdflib.URIRef)}
    assert all(re.fullmatch(r"[^\s<>\"{}|\\^`]+", name) for name in names)  # nothing became part of a name


@each
def test_fhir(text, hostile):
    bundle = json.loads(fhir(hostile(text)))
    Bundle.model_validate(bundle)
    found = {entry["resource"]["url"]: entry["resource"] for entry in bundle["entry"]}
    assert found[f"urn:kb-evidence:finding:{FINDING}"]["title"] == xml(text).strip()


@each
def test_csl_json(text, hostile):
    items = {item["id"]: item for item in json.loads(csljson(hostile(text)))}
    assert set(items) == set(KEYS)
    assert items[KEY]["container-title"] == encoded(text)


@each
def test_ris(text, hostile):
    made = ris(hostile(text))
    assert made.count("\nTY  - ") == len(KEYS) - 1
    assert made.count("\nER  - ") == len(KEYS)
    entries = {entry["id"]: entry for entry in rispy.loads(made, delimiter_tags_mapping={})}
    assert set(entries) == set(KEYS)
    for name in ("title", "secondary_title", "alternate_title1", "volume"):
        assert " ".join(entries[KEY][name].split()) == " ".join(line(text).split())


@each
def test_bibtex(text, hostile):
    made = bibtex(hostile(text))
    entries, problems = read_foreign(made, "x.bib")
    assert not problems
    assert [entry.key for entry in entries] == sorted(KEYS)
    body = made.split("\n@", 1)[1]
    assert body.count("{") - body.count("}") == body.count(r"\{") - body.count(r"\}") == 0  # never unbalanced
    if text not in STRINGS:
        return  # pandoc takes a third of a second
    items = {item["id"]: item for item in pandoc(made, "bibtex")}
    assert set(items) == set(KEYS)
    if "<" not in text and "'" not in text and "`" not in text and '"' not in text:  # pandoc makes these typographic
        expected = line(text)
        if expected.count("{") != expected.count("}"):
            expected = expected.replace("{", "(").replace("}", ")")  # BibTeX cannot hold a brace without its partner
        assert squeezed(plain(items[KEY]["container-title"])) == squeezed(expected)


def squeezed(text: str) -> str:
    """pandoc folds blanks and leaves out what has no width."""
    return re.sub(r"\s+", " ", text.replace("\u200b", "").replace("\u202e", "")).strip()


def test_the_list_is_really_hostile():
    assert len(ALL) == len(set(ALL)) >= 20
    assert any("\x00" in text for text in ALL)
    assert any(text.startswith("=") for text in ALL)
    assert any("<script" in text for text in ALL)
