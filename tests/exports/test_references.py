"""References come back whole: through rispy and pandoc, which nobody here wrote, and through kb's own importers."""

from __future__ import annotations

import json
import re
import shutil
import subprocess

import pytest
import rispy

from kb.exports import render
from kb.exports.bibtex import escape
from kb.pubmed.importers import read_text

FIELDS = ("title", "author", "journal", "shortjournal", "year", "volume", "number", "pages", "doi", "pmid", "pmcid")
CSL_NAMES = {
    "id", "type", "title", "author", "editor", "container-title", "container-title-short", "issued", "volume", "issue",
    "page", "number", "edition", "publisher", "publisher-place", "status", "language", "ISSN", "ISBN", "DOI", "PMID",
    "PMCID", "URL", "accessed", "note", "keyword",
}  # fmt: skip
"""Variables of CSL 1.0.2 that a reference can use."""
CSL_TYPES = {
    "article", "article-journal", "book", "chapter", "document", "paper-conference", "report", "thesis", "webpage",
}  # fmt: skip


def pandoc(text: str, fmt: str) -> list[dict]:
    if shutil.which("pandoc") is None:
        pytest.skip("pandoc is not installed")
    done = subprocess.run(
        ["pandoc", "-f", fmt, "-t", "csljson"], input=text.encode(), capture_output=True, check=True, timeout=120
    )
    return json.loads(done.stdout)


def imported(base, name: str):
    """What kb's own importer reads, by the position of the reference."""
    found = read_text(render(base, name).decode(), "x")
    return found.candidates, found.problems


def known(reference, field):
    value = getattr(reference, field)
    return tuple(n for n in value if n != "others") if field == "author" else value


def test_bibtex_comes_back_whole_through_the_importer(base):
    candidates, problems = imported(base, "bibtex")
    assert not problems
    references = [base.corpus.references[key] for key in sorted(base.corpus.references)]
    assert len(candidates) == len(references)
    for candidate, reference in zip(candidates, references, strict=True):
        for field in FIELDS:
            got = getattr(candidate, "authors" if field == "author" else field)
            assert got == getattr(reference, field), (reference.key, field)


def test_ris_comes_back_whole_through_the_importer(base):
    candidates, problems = imported(base, "ris")
    assert not problems
    references = [base.corpus.references[key] for key in sorted(base.corpus.references)]
    for candidate, reference in zip(candidates, references, strict=True):
        for field in FIELDS:
            got = getattr(candidate, "authors" if field == "author" else field)
            if field == "author":  # RIS cannot tell a group from a person without a given name
                got = tuple(name.strip("{}") for name in got)
                assert got == tuple(name.strip("{}") for name in known(reference, field)), reference.key
            else:
                assert got == getattr(reference, field), (reference.key, field)


def test_csl_json_comes_back_whole_through_the_importer(base):
    candidates, problems = imported(base, "csljson")
    untold = [r for r in base.corpus.references.values() if not (r.title or r.doi or r.pmid)]
    assert len(problems) == len(untold)  # an item that nothing identifies is refused by the importer
    references = [base.corpus.references[key] for key in sorted(base.corpus.references)]
    for candidate, reference in zip(candidates, [r for r in references if r not in untold], strict=True):
        for field in FIELDS:
            got = getattr(candidate, "authors" if field == "author" else field)
            assert got == known(reference, field), (reference.key, field)


def test_bibtex_opens_in_pandoc(base):
    items = {item["id"]: item for item in pandoc(render(base, "bibtex").decode(), "bibtex")}
    assert set(items) == set(base.corpus.references)
    ours = {item["id"]: item for item in json.loads(render(base, "csljson"))}
    names = {"container-title": None, "container-title-short": None, "volume": None, "issue": None, "page": None,
             "DOI": None, "PMID": None, "PMCID": None, "issued": None}  # fmt: skip
    for key, item in items.items():
        for name in names:
            expected = ours[key].get(name)
            if name == "container-title" and not base.corpus.references[key].journal:
                continue  # CSL-JSON repeats the short title where no full one is known
            assert plain(item.get(name)) == plain(expected), (key, name)
        assert plain(item.get("title", "")).casefold() == plain(ours[key].get("title", "")).casefold(), key
        people = [name for name in item.get("author", []) if name != {"literal": "others"}]
        assert [person(name) for name in people] == [person(name) for name in ours[key].get("author", [])], key
        assert set(item.get("keyword", "").split(", ")) == {
            word.replace(",", " -") for word in ours[key].get("keyword", "").split("; ")
        }, key


def plain(value):
    """pandoc marks protected capitals and makes apostrophes typographic."""
    if not isinstance(value, str):
        return value
    return re.sub(r"</?span[^>]*>", "", value).replace("’", "'")


def person(name: dict) -> tuple:
    """Family name with its particle, given names, suffix: pandoc calls every particle a dropping one."""
    particle = name.get("dropping-particle") or name.get("non-dropping-particle") or ""
    family = f"{particle} {name.get('family', name.get('literal', ''))}".strip()
    return tuple(plain(part) for part in (family, name.get("given", ""), name.get("suffix", "")))


def test_capitals_of_names_survive_a_style_that_lowers_titles(base):
    """pandoc lowers what is not protected, as BibTeX styles do."""
    items = {item["id"]: plain(item.get("title", "")) for item in pandoc(render(base, "bibtex").decode(), "bibtex")}
    for key, reference in base.corpus.references.items():
        capitals = set(re.findall(r"\b[A-Z]{2,}\b", reference.title or ""))
        assert capitals <= set(re.findall(r"\b[A-Z]{2,}\b", items[key])), key


def test_csl_json_opens_in_pandoc_and_says_the_same(base):
    text = render(base, "csljson").decode()
    items = {item["id"]: item for item in pandoc(text, "csljson")}
    for item in json.loads(text):
        again = items[item["id"]]
        for name in ("title", "container-title", "volume", "issue", "page", "DOI", "PMID", "PMCID", "issued"):
            assert plain(again.get(name)) == plain(item.get(name)), (item["id"], name)


def test_csl_json_holds_only_what_its_schema_knows(base):
    for item in json.loads(render(base, "csljson")):
        assert set(item) <= CSL_NAMES, item["id"]
        assert item["type"] in CSL_TYPES
        for name, value in item.items():
            if name in {"author", "editor"}:
                allowed = {"family", "given", "non-dropping-particle", "suffix", "literal"}
                assert all(set(person) <= allowed and all(person.values()) for person in value), item["id"]
            elif name in {"issued", "accessed"}:
                assert list(value) == ["date-parts"]
                assert all(type(part) is int for part in value["date-parts"][0])
            else:
                assert type(value) is str, (item["id"], name)
                assert value


def test_ris_opens_in_rispy(base):
    entries = rispy.loads(render(base, "ris").decode(), delimiter_tags_mapping={})
    assert [entry["id"] for entry in entries] == sorted(base.corpus.references)
    for entry in entries:
        reference = base.corpus.references[entry["id"]]
        assert entry.get("title") == reference.title
        assert entry.get("secondary_title") == reference.journal
        assert entry.get("alternate_title1") == reference.shortjournal
        assert entry.get("year") == (str(reference.year) if reference.year else None)
        assert entry.get("doi") == reference.doi
        assert (entry.get("accession_number"), entry.get("name_of_database")) == (
            (reference.pmid, "PubMed") if reference.pmid else (None, None)
        )
        assert entry.get("custom2") == reference.pmcid
        extra = entry.get("unknown_tag", {}).get("M2", [])  # Zotero reads it into "Extra"
        assert (f"PMID: {reference.pmid}" in extra) is bool(reference.pmid)
        pages = "-".join(p for p in (entry.get("start_page"), entry.get("end_page")) if p) or None
        assert pages == reference.pages


def test_jabref_finds_its_encoding_and_mode(base):
    text = render(base, "bibtex").decode()
    assert text.startswith("% Encoding: UTF-8\n")
    assert "@Comment{jabref-meta: databaseType:bibtex;}" in text


@pytest.mark.parametrize("name", ["bibtex", "ris", "csljson"])
def test_further_authors_are_told(name, base):
    keys = [key for key, reference in base.corpus.references.items() if "others" in reference.author]
    assert keys
    text = render(base, name).decode()
    sign = {"bibtex": " and others}", "ris": "not named here (et al.)", "csljson": "(et al.)"}[name]
    assert text.count(sign) == len(keys)


@pytest.mark.parametrize("name", ["bibtex", "ris", "csljson"])
def test_a_correction_or_retraction_is_told(name, hostile):
    from kb.exports import formats

    made = formats._make(formats.FORMATS[name], hostile("plain"))
    assert b"corrected (2021, date unknown" in made or b"corrected (2021" in made


def test_escapes_are_undone_by_pandoc():
    text = r"50 % of $9 & a_b c^d ~e #1 \x {pair} -- --- <i>"
    item = pandoc(f"@misc{{a, title = {{{{{escape(text)}}}}}}}", "bibtex")[0]
    assert plain(item["title"]) == text
