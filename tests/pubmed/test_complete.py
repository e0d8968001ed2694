"""PMIDs of studies that have none: every way there, and every doubt that is said instead of taken."""

import pytest

from kb.model import Reference
from kb.pubmed.complete import complete
from kb.pubmed.errors import EntrezError, OfflineError
from kb.pubmed.server import write_record

TITLE = "Calf raises for runners with sore tendons: a randomised trial"
PUBMED = {
    "pmid": "501",
    "title": "Calf raises for runners with sore tendons: a randomized trial.",
    "authors": ("Okafor AB", "van den Berg C"),
    "journal": "Journal of examples",
    "iso": "J Ex",
    "year": 2020,
    "volume": "4",
    "issue": "2",
    "pages": "10-9",
    "doi": "10.1000/Example.(1)",
    "pmc": "PMC77",
}
NAMED = {"title": TITLE, "author": ("Okafor, A. B.", "van den Berg, C.")}
CITED = {"shortjournal": "J Ex", "year": 2020, "volume": "4", "pages": "10-19"}


def refer(**fields):
    return {"okafor2020": Reference(key="okafor2020", entry_type="article", **fields)}


@pytest.fixture
def ask(tmp_path, serve, connect):
    """Look for a reference among records; gives the completion and the server."""

    def run(fields, *records, faults=()):
        for record in records:
            write_record(tmp_path / "found", PUBMED | record)
        server = serve(tmp_path / "found", *faults)
        return complete(connect(server), refer(**fields)), server

    return run


FOUND = {
    "by DOI, whatever its case": (NAMED | {"doi": "10.1000/EXAMPLE.(1)"}, "DOI"),
    "by DOI alone": ({"doi": "10.1000/example.(1)"}, "DOI"),
    "by PMCID": (NAMED | {"pmcid": "PMC77"}, "PMCID"),
    "by DOI and PMCID": (NAMED | {"doi": "10.1000/example.(1)", "pmcid": "PMC77"}, "DOI"),
    "by citation": (NAMED | CITED, "citation"),
    "by citation without a title": (CITED | {"author": ("Okafor, A. B.",)}, "citation"),
    "by citation, though the DOI is unknown to PubMed": (NAMED | CITED | {"doi": "10.1000/other"}, "citation"),
    "by title": (NAMED, "title"),
    "by title, a year off": (NAMED | {"year": 2019}, "title"),
    "by title, the words of the first query misspelt": (
        {"title": TITLE.replace("tendons", "tendens"), "author": ("Okafor, A.",), "year": 2021},
        "title",
    ),
}


@pytest.mark.parametrize(("fields", "by"), FOUND.values(), ids=list(FOUND))
def test_found(ask, fields, by):
    made, _ = ask(
        fields, {}, {"pmid": "9", "title": "Vitamin D in cattle.", "authors": ("Wu B",), "doi": "10.1/y", "pmc": ""}
    )
    assert made.found["okafor2020"].pmid == "501"
    assert made.found["okafor2020"].by == by
    assert (made.doubts, made.failures) == ({}, ())


OTHER = {"title": "Vitamin D in cattle.", "authors": ("Wu B",)}
DOUBTS = {
    "a DOI of another paper": (
        NAMED | {"doi": "10.1000/example.(1)"},
        [OTHER],
        "the DOI is that of another paper",
    ),
    "a DOI in two records": (
        NAMED | {"doi": "10.1000/example.(1)"},
        [{}, {"pmid": "502"}],
        "the DOI to PMID 501, 502 lead to different papers",
    ),
    "DOI and PMCID disagree": (
        NAMED | {"doi": "10.1000/example.(1)", "pmcid": "PMC88"},
        [{}, {"pmid": "502", "doi": "10.1/z", "pmc": "PMC88"}],
        "the DOI to PMID 501 and the PMCID to PMID 502 lead to different papers",
    ),
    "a citation of another paper": (NAMED | CITED, [{"title": "Vitamin D in cattle."}], "PMID 501"),
    "two citations": (
        CITED | {"author": ("Okafor, A.",)},
        [{}, {"pmid": "502"}],
        "the citation may be PMID 502 or 501",
    ),
    "the title with another first author": (NAMED, [{"authors": ("Wu B",)}], "which has another first author"),
    "the title two years off": (NAMED | {"year": 2018}, [{}], "which is of 2020"),
    "two records of one title": (NAMED, [{}, {"pmid": "502"}], "title and first author are those of PMID 502 and 501"),
    "the same but for a part": (
        {"title": f"{TITLE}, part 2", "author": ("Okafor, A.",)},
        [{"title": f"{TITLE}, part 1."}],
        "which has another title",
    ),
    "a title without an author": ({"title": TITLE}, [{}], "the first author is unknown"),
}


@pytest.mark.parametrize(("fields", "records", "said"), DOUBTS.values(), ids=list(DOUBTS))
def test_doubts_are_said_and_nothing_is_taken(ask, fields, records, said):
    made, _ = ask(fields, *records)
    assert made.found == {}
    assert said in "; ".join(made.doubts["okafor2020"])


def test_two_records_of_one_title_are_told_apart_by_the_journal(ask):
    made, _ = ask(
        NAMED | {"journal": "Journal of Examples"}, {}, {"pmid": "502", "journal": "medRxiv", "iso": "medRxiv"}
    )
    assert made.found["okafor2020"].pmid == "501"


def test_nothing_known_and_nothing_found(ask):
    made, server = ask({}, {})
    assert (made.found, made.doubts, server.log) == ({}, {"okafor2020": ()}, [])


def test_a_title_of_the_same_letters_as_a_notice_is_not_searched_by_force(ask):
    """Brackets, quotes and operators of a title cannot become part of the query."""
    made, server = ask({"title": 'Rest [au] OR "all" NOT (x) AND', "author": ('O"r [ti], A.',), "year": 2020}, {})
    assert made.found == {}
    assert {entry["status"] for entry in server.log} == {200}


def test_one_failing_step_does_not_stop_the_next(ask):
    made, _ = ask(NAMED | CITED | {"doi": "10.1000/example.(1)"}, {}, faults=["html/esearch"])
    assert made.found["okafor2020"].by == "citation"
    assert [(type(e), e.call) for e in made.failures] == [(EntrezError, "esearch")]


def test_when_pubmed_is_not_there_nothing_is_said_of_the_study(connect):
    made = complete(connect("http://127.0.0.1:9/"), refer(**NAMED, doi="10.1/x"))
    assert (made.found, made.doubts) == ({}, {})
    assert [type(e) for e in made.failures] == [OfflineError]


def test_many_studies_take_few_requests(tmp_path, serve, connect):
    references = {}
    for n in range(120):
        doi = f"10.1000/x.{n}"
        write_record(tmp_path / "found", {"pmid": 1000 + n, "title": f"Study {n}.", "doi": doi})
        key = f"a{chr(97 + n // 26)}{chr(97 + n % 26)}2020"
        references[key] = Reference(key=key, entry_type="article", doi=doi)
    server = serve(tmp_path / "found")
    made = complete(connect(server), references)
    assert {hit.pmid for hit in made.found.values()} == {str(1000 + n) for n in range(120)}
    assert [entry["call"] for entry in server.log] == ["esearch"] * 3 + ["efetch"]
