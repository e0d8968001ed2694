"""Files of Zotero, JabRef and PubMed: RIS, BibTeX, NBIB, CSL-JSON."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.pubmed.importers import ImportFileError, read_file, read_text
from kb.pubmed.importers.candidate import checked_ids, named, pages_of, person
from kb.pubmed.importers.files import read_bytes
from kb.store.foreign import read_foreign

DATA = Path(__file__).parent / "data" / "import"
AUTHORS = ("Núñez-Ruiz, J.", "van den Berg, C. J.", "Koc, Jr, T. A.")


def read(name):
    return read_file(DATA / name)


def test_ris_of_zotero():
    found = read("zotero.ris")
    one = found.candidates[0]
    assert one.title == "Calf raises for Achilles tendinopathy: 50% of runners & more"
    assert one.authors == AUTHORS
    assert (one.journal, one.shortjournal, one.year) == ("Journal of Examples", "J Ex", 2023)
    assert (one.volume, one.number, one.pages) == ("4", "2", "123-129")
    assert (one.pmid, one.pmcid, one.doi) == ("100", "PMC77", "10.1000/EX.1")


def test_ris_ids_in_extra_and_not_in_the_accession_number_of_another_database():
    two, four = read("zotero.ris").candidates[1], read("zotero.ris").candidates[3]
    assert (two.pmid, two.pmcid, two.authors) == ("103", "PMC78", ("{World Rest Group}",))
    assert four.pmid == "104"  # from N1; AN 55 stands without DB


def test_ris_entries_without_end_are_kept_and_said():
    found = read("zotero.ris")
    assert [c.title for c in found.candidates[2:]] == ["Running injuries", "No end to this entry"]
    assert [(p.severity, p.rule) for p in found.problems] == [("warning", "ris")] * 2
    assert not found.candidates[2].is_article


@pytest.mark.parametrize(
    ("tags", "pmid"),
    [
        ("DB  - PubMed\nAN  - 7", "7"),
        ("DP  - NLM Medline\nAN  - 7", "7"),
        ("DB  - Scopus\nAN  - 7", None),
        ("M1  - PMID: 7", "7"),
        ("UR  - https://pubmed.ncbi.nlm.nih.gov/7/", "7"),
        ("UR  - https://example.org/x; https://pubmed.ncbi.nlm.nih.gov/7/", "7"),
    ],
)
def test_where_ris_has_the_pmid(tags, pmid):
    assert read_text(f"TY  - JOUR\nTI  - Rest\n{tags}\nER  - \n", "a.ris").candidates[0].pmid == pmid


def test_bibtex_of_jabref():
    found = read("jabref.bib")
    one, two, three = found.candidates
    assert one.title == "Calf raises for Achilles tendinopathy: 50% of runners & more"
    assert one.authors == AUTHORS
    assert (one.journal, one.year, one.pages) == ("Journal of Examples", 2023, "123-129")
    assert (one.pmid, one.doi) == ("100", "10.1000/EX_1")
    assert (two.pmid, two.pmcid, two.authors) == ("103", "PMC78", ("{World Rest Group}", "others"))
    assert (three.title, three.authors) == ("Sørensen's 5° test: in vivo α", ("Weiß, Ö.", "Müller, J. P."))
    assert not three.is_article


def test_a_broken_bibtex_entry_hides_no_other():
    found = read("jabref.bib")
    assert [(p.line, p.severity) for p in found.problems] == [(21, "error")]
    assert len(found.candidates) == 3


def test_nbib_of_pubmed():
    found = read("pubmed.nbib")
    one, two = found.candidates
    assert one.title == "Calf raises for Achilles tendinopathy in runners: a randomised trial"
    assert one.authors == (*AUTHORS, "{Rest Group}")
    assert (one.pmid, one.pmcid, one.doi, one.pages) == ("100", "PMC77", "10.1000/EX.1", "123-129")
    assert one.publication_types[1:] == ("Randomized Controlled Trial", "Retracted Publication")
    assert one.mesh == ("Achilles Tendon", "Running", "Tennis Elbow")
    assert [(link.type, link.pmid) for link in one.links] == [("RetractionIn", "101")]
    assert (two.pmid, two.year) == ("103", 2021)


def test_csl_json_of_zotero_and_crossref():
    found = read("zotero.json")
    one, two = found.candidates
    assert one.title == "Calf raises for Achilles tendinopathy"
    assert one.authors == (*AUTHORS, "{Rest Group}")
    assert (one.pmid, one.pmcid, one.doi, one.year, one.volume) == ("100", "PMC77", "10.1000/EX.1", 2023, "4")
    assert (two.title, two.journal, two.authors) == (
        "From Crossref",
        "J Crossref",
        ("Lee, S. H.", "{The Example Group}"),
    )
    assert two.doi is None
    assert "left out" in two.notes[0]
    assert "entry 3" in found.problems[0].message


@pytest.mark.parametrize("name", ["zotero.ris", "jabref.bib", "pubmed.nbib", "zotero.json"])
def test_no_abstract_is_read(name):
    assert "abstract that must never" in (DATA / name).read_text(encoding="utf-8")
    assert "must never" not in repr(read(name))


def test_a_list_of_ids_is_read_as_one():
    assert read_text("39198038\n\n# comment\nPMC77\n", "list.txt").ids == ("39198038", "PMC77")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        (b"%PDF-1.7", "is a PDF"),
        (b"<!DOCTYPE html><html>", "web page"),
        (b"<?xml version='1.0'?><a/>", "is XML"),
        (b"%0 Journal Article\n%T Rest\n", "EndNote"),
        (b"just words\nand more\n", "neither RIS, BibTeX, NBIB nor CSL-JSON"),
        (b"\x00\x01\x02", "not a text file"),
    ],
)
def test_other_files_are_refused_with_advice(data, said):
    with pytest.raises(ImportFileError, match=said) as caught:
        read_bytes(data, "x")
    assert caught.value.advice


def test_broken_json_is_a_problem_with_its_line():
    (problem,) = read_text('[\n{"title": "x"},\n', "a.json").problems
    assert (problem.line, problem.severity) == (3, "error")


def test_encodings():
    ris = "TY  - JOUR\nTI  - Müller\nER  - \n"
    assert read_bytes(ris.encode("utf-16"), "a.ris").candidates[0].title == "Müller"
    assert read_bytes(b"\xef\xbb\xbf" + ris.encode(), "a.ris").candidates[0].title == "Müller"
    old = read_bytes(ris.encode("cp1252"), "a.ris")
    assert old.candidates[0].title == "Müller"
    assert "Windows-1252" in old.notes[0]


@pytest.mark.parametrize(
    ("name", "bibtex"),
    [
        ("Lee, Sang Hoon", "Lee, S. H."),
        ("Lee SH", "Lee, S. H."),
        ("Koc TA Jr", "Koc, Jr, T. A."),
        ("de Vos, R.-J.", "de Vos, R. J."),
        ("Guideline Development Group", "{Guideline Development Group}"),
        ("others", "others"),
    ],
)
def test_names(name, bibtex):
    assert named(name) == bibtex


def test_a_name_of_nothing_is_none():
    assert person("", "A.") is None


def test_pages_and_ids():
    assert pages_of("S12–4") == "S12-S14" or pages_of("S12–4") == "S12-4"
    ids, notes = checked_ids({"pmid": "7", "doi": "10.1000/x.", "pmcid": "77"})
    assert ids == {"pmid": "7", "doi": "10.1000/x", "pmcid": "PMC77"}
    assert "without '.'" in notes[0]


GARBAGE = st.text(alphabet=st.sampled_from(list('TYERAU  -\n@article{},="\\[]:PMID0123456789abc%$#')), max_size=300)


@given(GARBAGE, st.sampled_from(["TY  - JOUR\n", "PMID- 1\n", "@article{x,\n", '[{"title": "a"}', ""]))
def test_garbage_raises_nothing_but_import_file_errors(text, head):
    try:
        read_text(head + text, "x")
    except ImportFileError:
        return


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=9), st.lists, max_leaves=5), st.text())
def test_odd_values_in_csl_raise_nothing(value, title):
    import json

    fields = ("author", "issued", "container-title", "page", "PMID", "DOI", "note", "URL", "custom")
    item = {"title": title, **dict.fromkeys(fields, value)}
    assert len(read_text(json.dumps([item, {"title": "x", "author": [value]}]), "x.json").candidates) == 2


@given(st.text(alphabet="abc{}\\$%&~^_\"'`éß ", max_size=60))
def test_any_latex_is_decoded_to_something_on_one_line(title):
    balanced = title.count("{") == title.count("}")
    entries, problems = read_foreign("@article{x,\n title = {" + title + "},\n}\n", "x.bib")
    assert entries or problems or not balanced
    assert all("\n" not in value for entry in entries for value in entry.fields.values())
