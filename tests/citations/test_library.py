"""The library: records merged from bibliography and snapshot, and every way to find one."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import kb
from kb.citations.find_details import details_of
from kb.citations.find_model import Details, Printed
from kb.citations.journal_names import journal_of_host, same_journal_name
from kb.citations.library import Library
from kb.citations.library_fit import fit, same_first_page
from kb.citations.library_names import author_fit, same_family
from kb.citations.resolution import Record
from kb.pubmed.record import ArticleId, Author, Journal, PartialDate
from kb.pubmed.record import Record as PubMedRecord
from kb.pubmed.snapshot import Entry

KNEES = Record(
    "orley2020",
    "orley2020",
    title="Graded rest for the sore knees of dancers: a randomised controlled trial",
    authors=("Orley, A.", "van der Brandl, B.", "Muñoz Ito, C."),
    journals=("Journal of Rest and Motion", "J Rest Motion"),
    years=(2020, 2019),
    electronic=True,
    volume="12",
    pages="101-109",
    pmid="700",
    pmcid="PMC800",
    doi="10.5555/Rest.1",
    pii="S1234-5678(20)30001-2",
)
ELBOWS = Record(
    "orley2020b", "orley2020b", title="Cooling elbows", authors=("Orley, A.", "others"), years=(2020,), volume="12"
)
GROUP = Record("rest2018", "rest2018", authors=("{The Rest Study Group}",), years=(2018,), journals=("Spine",))
UNSEEN = Record("quill2017", "quill2017", title="Sleep of rowers in the winter season", years=(2017,))


@pytest.fixture
def library() -> Library:
    return Library([KNEES, ELBOWS, GROUP, UNSEEN])


def ids(records: list[Record]) -> list[str]:
    return [record.id for record in records]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("pmid", "700"),
        ("pmid", "00700"),
        ("pmcid", "pmc800"),
        ("doi", "10.5555/REST.1"),
        ("pii", "S1234567820300012"),
        ("pii", "s1234-5678(20)30001-2"),
    ],
)
def test_identifiers_are_folded(library: Library, kind: str, value: str) -> None:
    assert library.identified(kind, value) is KNEES


def test_an_identifier_of_another_kind_finds_nothing(library: Library) -> None:
    assert library.identified("pmcid", "700") is None
    assert library.identified("doi", "") is None


def test_a_place_needs_its_journal(library: Library) -> None:
    assert library.placed("J. Rest Motion", "12", "101") is KNEES
    assert library.placed("Journal of Rest and Motion", "Vol. 12", "101-9") is KNEES
    assert library.placed("Spine", "12", "101") is None
    assert library.placed("J. Rest Motion", "13", "101") is None


def test_a_place_on_the_site_of_a_journal() -> None:
    record = Record("x", None, journals=("British journal of sports medicine",), volume="50", pages="7-9")
    library = Library([record])
    assert library.placed("bjsm.bmj.com", "50", "7") is record
    assert library.placed("sagepub.com", "50", "7") is None
    assert journal_of_host("www.jospt.org") == "Journal of Orthopaedic and Sports Physical Therapy"


def test_names_are_found_by_author_and_about_the_year(library: Library) -> None:
    assert ids(library.named(Printed(names=("Orley",), year=2021))) == ["orley2020", "orley2020b"]
    assert library.named(Printed(names=("Orley",), year=2023)) == []
    assert library.named(Printed(names=("Orley",))) == []
    assert library.named(Printed(names=("Ito",), year=2020)) == []
    assert ids(library.named(Printed(names=("Brandl", "Orley"), year=2020))) == ["orley2020"]
    assert ids(library.named(Printed(names=("The Rest Study Group",), year=2018))) == ["rest2018"]
    assert ids(library.named(Printed(names=("Quill",), year=2017))) == ["quill2017"]


def test_titles_are_matches_or_hints(library: Library) -> None:
    (record, ratio), *_ = library.titled("Graded rest for sore knees of dancers: A randomized controlled trial")
    assert record is KNEES
    assert ratio >= 95
    assert library.titled("Graded rest for the sore knees of dancers")[0][1] >= 95
    assert 75 <= library.titled("Graded rest for the sore hips of dancers: a randomised controlled trial")[0][1] < 95
    assert library.titled("Quite another matter altogether") == []
    assert library.titled("Rest") == []


@given(st.text(max_size=80))
def test_any_title_has_an_answer(text: str) -> None:
    for _, ratio in Library([KNEES, UNSEEN]).titled(text):
        assert 75 <= ratio <= 100


def test_the_snapshot_wins_and_the_bibliography_fills(small: Path) -> None:
    corpus = kb.open(small).corpus
    reference = corpus.references["lauersen2014"]
    entry = Entry(
        PubMedRecord(
            str(reference.pmid),
            title="Fetched title.",
            authors=(Author("Fetched", initials="F"),),
            journal=Journal("A journal", "A J"),
            issue_date=PartialDate(2014),
            electronic_date=PartialDate(2013),
            ids=(ArticleId("pii", "bjsports-2013-092538"),),
        ),
        "pubmed",
        dt.date(2026, 1, 31),
    )
    record = Library.of(corpus, {entry.record.pmid: entry}).record("lauersen2014")
    assert record is not None
    assert (record.title, record.authors) == ("Fetched title", ("Fetched, F.",))
    assert (record.years, record.electronic) == ((2014, 2013), True)
    assert record.doi == reference.doi
    assert {"A journal", reference.journal} <= set(record.journals)
    assert record.pii == "bjsports-2013-092538"
    assert record.source == f"PubMed record {reference.pmid} (fetched 2026-01-31)"


def test_every_study_of_the_base_has_a_record(base: kb.Base) -> None:
    library = Library.of(base.corpus, base.snapshot)
    assert {record.key for record in library.records if record.key} == set(base.corpus.studies)
    for key, reference in base.corpus.references.items():
        record = library.record(key)
        assert record is not None
        assert library.study(record) is base.corpus.studies[key]
        if reference.pmid:
            assert library.identified("pmid", reference.pmid) is record
            assert record.source.startswith(f"PubMed record {reference.pmid} (")
    assert library.study(Record("pmid:1", None)) is None


def test_lists_that_people_may_have_cut_speak_against_nobody() -> None:
    assert author_fit(("Orley", "Sand"), ("Orley, A.", "others")).missing == ()
    assert author_fit(("Orley", "Sand"), ("Orley, A.", "Brandl, B.")).missing == ("Sand",)
    assert author_fit((), ("Orley, A.",)).any is None


def test_families_are_the_same_without_particles_and_marks() -> None:
    assert same_family("Brandl", "van der Brandl, B.")
    assert same_family("Munoz-Ito", "Muñoz Ito, C.")
    assert same_family("Müller", "Mueller, K.")
    assert not same_family("Muñoz", "Muñoz Ito, C.")
    assert not same_family("Orl", "Orley, A.")


def test_a_fit_tells_fact_by_fact() -> None:
    printed = Printed(names=("Orley",), year=2021, journal="Spine", volume="12(3)", pages="101-9", title="Cooling toes")
    one = fit(printed, KNEES)
    assert (one.authors.first, one.year, one.journal, one.title) == (True, 1, False, False)
    assert (one.volume, one.pages, one.third) == (True, True, False)
    assert fit(Printed(), KNEES).journal is None
    assert fit(Printed(names=("Orley",), year=2020), KNEES, ("J Rest Motion", "Spine")).journal is True
    assert fit(Printed(names=("Orley",), year=2020), KNEES, ("Spine",)).journal is None


@pytest.mark.parametrize(
    ("ours", "theirs", "same"),
    [("101", "101-109", True), ("e101", "101", True), ("E101", "e101", True), ("102", "101-9", False), ("", "1", None)],
)
def test_first_pages(ours: str, theirs: str, same: bool | None) -> None:
    assert same_first_page(ours, theirs) is same


@pytest.mark.parametrize(
    ("printed", "journal", "same"),
    [
        ("JOSPT", "The Journal of orthopaedic and sports physical therapy", True),
        ("BJSM", "Br J Sports Med", True),
        ("AJSM", "The American journal of sports medicine", True),
        ("MSSE", "Medicine and science in sports and exercise", True),
        ("IJSPT", "International journal of sports physical therapy", True),
        ("PTJ", "Physical therapy", True),
        ("NEJM", "The New England journal of medicine", True),
        ("JAMA", "JAMA", True),
        ("Journal of the American Medical Association", "JAMA", True),
        ("BMJ", "BMJ (Clinical research ed.)", True),
        ("PM&R", "PM & R : the journal of injury, function, and rehabilitation", True),
        ("Clin. Biomech. (Bristol, Avon)", "Clinical biomechanics", True),
        ("Sports Medicine Open", "Sports medicine - open", True),
        ("J Strength & Cond Res", "Journal of Strength and Conditioning Research", True),
        ("Journal of Orthopedic & Sports Physical Therapy", "J Orthop Sports Phys Ther", True),
        ("Cochrane Reviews", "The Cochrane database of systematic reviews", True),
        ("PAIN", "Pain", True),
        ("Spine", "Spine (Phila Pa 1976)", True),
        ("J Bone Joint Surg Am", "Journal of Bone and Joint Surgery. American Volume", True),
        (
            "Proc Natl Acad Sci U S A",
            "Proceedings of the National Academy of Sciences of the United States of America",
            True,
        ),
        ("Sports Medicine", "Sports medicine - open", None),
        ("BMJ", "BMJ Open", None),
        ("JAMA", "JAMA internal medicine", None),
        ("Physical Therapy", "Physical therapy in sport", None),
        ("XYZW", "Spine", None),
        ("Journal of Orthopeadic & Sport Physicial Therapy", "Journal of Orthopaedic & Sports Physical Therapy", None),
        ("Spine", "Pain", False),
        ("BJSM", "The American journal of sports medicine", False),
        ("Journal of Physiotherapy", "Journal of Physiology", False),
        ("Sports Health", "Sports Medicine", False),
        ("", "Pain", None),
    ],
)
def test_forms_of_journals(printed: str, journal: str, same: bool | None) -> None:
    assert same_journal_name(printed, (journal,)) is same


def test_forms_in_the_bibliography_are_forms(base: kb.Base) -> None:
    for reference in base.corpus.references.values():
        if reference.journal and reference.shortjournal:
            assert same_journal_name(reference.journal, (reference.shortjournal,)) is True, reference.key
            assert same_journal_name(reference.shortjournal, (reference.journal,)) is True, reference.key


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_two_journals_have_an_answer(one: str, two: str) -> None:
    assert same_journal_name(one, (two,)) in {True, False, None}


def test_details_find_the_study_and_contradictions_leave_it_out(base: kb.Base) -> None:
    library = Library.of(base.corpus, base.snapshot)
    text = (
        "A 2008 randomized controlled trial in the American Journal of Sports Medicine gave 532 novice runners "
        "a graded training program to prevent running injuries."
    )
    best, *others = library.described(details_of(text), *library.terms_in(text))
    assert best[0].key == "buist2008"
    assert all(best[1] >= other[1] + 2 for other in others)
    assert {"year", "journal"} <= set(best[2].split(", "))
    for change in ("2011", "2005"):
        other = text.replace("2008", change)
        assert "buist2008" not in {hit[0].key for hit in library.described(details_of(other), *library.terms_in(other))}
    other = text.replace("532", "99")
    assert "buist2008" not in {hit[0].key for hit in library.described(details_of(other), *library.terms_in(other))}
    assert Library([KNEES]).described(Details(year=2020)) == []


def test_more_records_take_the_place_of_the_same_paper(library: Library) -> None:
    fetched = Record(
        "pmid:900", None, title="Sleep of rowers in the winter season", years=(2017,), pmid="900", source="x"
    )
    other = Record("pmid:901", None, title="Sleep of rowers in the winter season", years=(2003,), pmid="901")
    more = library.plus([fetched, other])
    quill = more.record("quill2017")
    assert quill is not None
    assert (quill.pmid, quill.key, quill.source) == ("900", "quill2017", "x")
    assert more.record("pmid:901") is other
    assert library.record("pmid:901") is None
