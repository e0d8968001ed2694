"""The table of differences: what PubMed prints against what people wrote, as it happens with real records."""

import pytest

from kb.model import Design, Reference
from kb.pubmed import names
from kb.pubmed.difference import compare, is_another, mark_conflicts
from kb.pubmed.record import ArticleId, Author, ELocation, Journal, PartialDate, Record, Term
from kb.pubmed.xml import parse_all

ITALIC = b"""<PubmedArticleSet><PubmedArticle><MedlineCitation Status="MEDLINE"><PMID Version="1">7</PMID>
<Article PubModel="Print-Electronic">
<Journal><JournalIssue><PubDate><Year>2020</Year></PubDate></JournalIssue></Journal>
<ArticleTitle>Load of the <i>tendo calcaneus</i> and CO<sub>2</sub> in <i>vivo</i>.</ArticleTitle>
<ArticleDate DateType="Electronic"><Year>2019</Year><Month>12</Month><Day>30</Day></ArticleDate>
</Article></MedlineCitation></PubmedArticle></PubmedArticleSet>"""


def reference(**fields):
    return Reference(key="lee2020", entry_type="article", **fields)


def record(**fields):
    return Record("7", **fields)


LEE, NUNEZ = Author("Lee", initials="SH"), Author("Núñez-Ruiz", initials="JP")
GROUP = Author(collective="STOP-ITBS Study Group.")
AJSM = Journal(title="The American journal of sports medicine", iso_abbreviation="Am J Sports Med")

# what stands here; what PubMed says; the differences as (field, kind, what accepting writes, words of the note)
TABLE = {
    "the same": ({"title": "Rest", "year": 2020}, {"title": "Rest.", "issue_date": PartialDate(2020, 3)}, []),
    "a title with a group of letters in italics": (
        {"title": "Load of the Tendo Calcaneus and CO₂ in vivo", "year": 2020},
        parse_all(ITALIC).records[0],
        [("title", "typographic", "Load of the tendo calcaneus and CO2 in vivo", "")],
    ),
    "dashes and quotes": (
        {"title": "Exercise – “the” follow-up"},
        {"title": 'Exercise-"the" follow up.'},
        [("title", "typographic", 'Exercise-"the" follow up', "")],
    ),
    "British spelling": (
        {"title": "A randomised trial"},
        {"title": "A randomized trial."},
        [("title", "changed", "A randomized trial", "")],
    ),
    "a translated title": (
        {"title": "Rest"},
        {"title": "[Rest].", "title_translated": True},
        [("title", "typographic", "[Rest]", "PubMed translated it")],
    ),
    "a title marked as retracted": (
        {"title": "Rest"},
        {"title": "RETRACTED: Rest."},
        [("title", "changed", "RETRACTED: Rest", "PubMed marks it in the title")],
    ),
    "pages cut short": ({"pages": "123-129"}, {"pages": "123-9"}, [("pages", "typographic", "123-129", "")]),
    "pages cut short, with letters": (
        {"pages": "CPG1-CPG32"},
        {"pages": "CPG1-32"},
        [("pages", "typographic", "CPG1-CPG32", "")],
    ),
    "pages with an en dash": ({"pages": "123–129"}, {"pages": "123-129"}, [("pages", "typographic", "123-129", "")]),
    "other pages": ({"pages": "123-129"}, {"pages": "123-8"}, [("pages", "changed", "123-128", "")]),
    "pages unknown here are written in full": ({}, {"pages": "123-9"}, [("pages", "new", "123-129", "")]),
    "an article number for pages": (
        {},
        {"article_number": "e0123456"},
        [("pages", "new", "e0123456", "")],
    ),
    "the year it appeared online": (
        {"year": 2020},
        {"issue_date": PartialDate(2021), "electronic_date": PartialDate(2020, 12)},
        [
            (
                "year",
                "changed",
                2021,
                "2020 is when it appeared online, 2021 the year of its issue, by which it is cited;",
            )
        ],
    ),
    "the year of the issue stands here": (
        {"year": 2021},
        {"issue_date": PartialDate(2021), "electronic_date": PartialDate(2020, 12)},
        [],
    ),
    "an issue over the turn of the year": (
        {"year": 1999},
        {"issue_date": PartialDate(1998, 12, end_year=1999, end_month=1)},
        [],
    ),
    "only online": ({}, {"electronic_date": PartialDate(2020)}, [("year", "new", 2020, "")]),
    "another year": (
        {"year": 2020},
        {"issue_date": PartialDate(2018)},
        [("year", "changed", 2018, "the key carries 2020")],
    ),
    "an issue that PubMed lacks": ({"volume": "69", "number": "2"}, {"volume": "69"}, []),
    "an issue that is missing here": (
        {"volume": "69"},
        {"volume": "69", "issue": "2"},
        [("number", "new", "2", "")],
    ),
    "a supplement": (
        {"number": "Suppl. 1"},
        {"issue": "suppl 1"},
        [("number", "typographic", "suppl 1", "")],
    ),
    "a group author at the end": (
        {"author": ("Lee, S. H.",)},
        {"authors": (LEE, GROUP)},
        [("author", "changed", ("Lee, S. H.", "{STOP-ITBS Study Group}"), "only in PubMed: {STOP-ITBS Study Group}")],
    ),
    "a group author alone": (
        {"author": ("{Stop-ITBS study group}",)},
        {"authors": (GROUP,)},
        [("author", "typographic", ("{STOP-ITBS Study Group}",), "")],
    ),
    "initials and accents": (
        {"author": ("Lee, S.-H.", "Nunez Ruiz, JP")},
        {"authors": (LEE, NUNEZ)},
        [("author", "typographic", ("Lee, S. H.", "Núñez-Ruiz, J. P."), "")],
    ),
    "an initial more": (
        {"author": ("Lee, S.",)},
        {"authors": (LEE,)},
        [("author", "changed", ("Lee, S. H.",), "PubMed: Lee, S. is Lee, S. H.")],
    ),
    "a list that ends with others": (
        {"author": ("Lee, S. H.", "others")},
        {"authors": (LEE, NUNEZ), "authors_complete": True},
        [
            (
                "author",
                "changed",
                ("Lee, S. H.", "Núñez-Ruiz, J. P."),
                "the list here ends after 1, PubMed's goes on to 2",
            )
        ],
    ),
    "a list that PubMed cut": (
        {"author": ("Lee, S. H.", "Wu, B.")},
        {"authors": (LEE,), "authors_complete": False},
        [],
    ),
    "a list that PubMed cut, unknown here": (
        {},
        {"authors": (LEE,), "authors_complete": False},
        [("author", "new", ("Lee, S. H.", "others"), "")],
    ),
    "a name that PubMed mended": (
        {"author": ("Lee, S. H.",)},
        {"authors": (Author("Leee", initials="SH", valid=False), LEE)},
        [],
    ),
    "another order": (
        {"author": ("Núñez-Ruiz, J. P.", "Lee, S. H.")},
        {"authors": (LEE, NUNEZ)},
        [("author", "changed", ("Lee, S. H.", "Núñez-Ruiz, J. P."), "the order differs")],
    ),
    "NLM's form of a journal": (
        {"journal": "American Journal of Sports Medicine", "shortjournal": "Am J Sports Med"},
        {"journal": AJSM},
        [("journal", "typographic", AJSM.title, "another form of the same name")],
    ),
    "a journal with a subtitle": (
        {"journal": "Physical Therapy in Sport"},
        {"journal": Journal(title="Physical therapy in sport : official journal of the Association")},
        [("journal", "typographic", "Physical therapy in sport : official journal of the Association", "another form")],
    ),
    "another journal": (
        {"journal": "Spine"},
        {"journal": AJSM},
        [("journal", "changed", AJSM.title, ""), ("shortjournal", "new", "Am J Sports Med", "")],
    ),
    "Medline's abbreviation": (
        {"shortjournal": "J Bone Joint Surg Am"},
        {"journal": Journal(iso_abbreviation="J Bone Jt Surg", medline_abbreviation="J Bone Joint Surg Am")},
        [],
    ),
    "a DOI in other case": (
        {"doi": "10.1016/S0140-6736(20)1"},
        {"doi": "10.1016/s0140-6736(20)1"},
        [("doi", "typographic", "10.1016/s0140-6736(20)1", "")],
    ),
    "the second DOI of a record": (
        {"doi": "10.1/b"},
        {"doi": "10.1/a", "ids": (ArticleId("doi", "10.1/a"),), "elocations": (ELocation("doi", "10.1/b"),)},
        [],
    ),
    "another DOI": ({"doi": "10.1/a"}, {"doi": "10.1/b"}, [("doi", "changed", "10.1/b", "")]),
    "a DOI that PubMed calls wrong": ({}, {"doi": "10.1/b", "doi_valid": False}, []),
    "a PMCID": ({}, {"pmcid": "PMC12"}, [("pmcid", "new", "PMC12", "")]),
    "what PubMed does not say": (
        {
            "title": "Rest",
            "author": ("Lee, S. H.",),
            "journal": "Spine",
            "year": 2020,
            "volume": "1",
            "number": "2",
            "pages": "3-4",
        },
        {},
        [],
    ),
}


@pytest.mark.parametrize(("here", "there", "expected"), TABLE.values(), ids=list(TABLE))
def test_table(here, there, expected):
    found = compare(reference(pmid="7", **here), there if isinstance(there, Record) else record(**there))
    assert [(d.field, d.kind, d.proposed) for d in found] == [row[:3] for row in expected]
    for difference, row in zip(found, expected, strict=True):
        assert row[3] in difference.note
        assert bool(row[3]) == bool(difference.note)
    assert all(d.awaits == (d.kind != "typographic") for d in found)


def test_a_pmid_that_was_merged():
    (found,) = compare(reference(pmid="6"), record())
    assert (found.field, found.curated, found.pubmed, found.kind) == ("pmid", "6", "7", "changed")
    assert "6 with 7" in found.note


ANOTHER = [
    ({"title": "Hip strength in runners", "author": ("Lee, A.",)}, "Vitamin D in cattle", "Wu", True),
    ({"title": "Hip strength in runners", "author": ("Lee, A.",)}, "Vitamin D in cattle", "Lee", False),
    ({"title": "Hip strength in runners", "author": ("Lee, A.",)}, "Hip strength in Runners.", "Wu", False),
    (
        {"title": "Hip strength in adult runners", "author": ("Lee, A.",)},
        "Hip strength in adult runners: a trial",
        "Wu",
        False,
    ),
    ({"title": "Hip strength in runners"}, "Vitamin D in cattle", "Wu", True),
    ({"title": "Hip strength in runners"}, "Hip strength of runners", "Wu", False),
    ({"author": ("Lee, A.",)}, "Vitamin D in cattle", "Wu", True),
    ({"author": ("Lee, A.",)}, None, "Wu", True),
    ({}, "Vitamin D in cattle", "Wu", False),
]


@pytest.mark.parametrize(("here", "title", "author", "expected"), ANOTHER)
def test_another_paper(here, title, author, expected):
    ours, theirs = reference(pmid="7", **here), record(title=title, authors=(Author(author),), volume="3")
    assert is_another(ours, theirs) is expected
    assert ("another-paper" in {d.kind for d in compare(ours, theirs)}) is expected


def test_two_studies_with_one_identifier_conflict():
    ours = {"a": reference(), "b": Reference(key="wu2020", entry_type="article", doi="10.1/X")}
    found = mark_conflicts(compare(ours["a"], record(doi="10.1/x")), ours)
    assert [(d.field, d.kind, d.proposed) for d in found] == [("pmid", "new", "7"), ("doi", "conflict", None)]
    assert "wu2020" in found[1].note
    both = [*compare(ours["a"], record()), *compare(ours["b"], record())]
    assert {(d.key, d.kind) for d in mark_conflicts(both, ours)} == {("lee2020", "conflict"), ("wu2020", "conflict")}


DESIGNS = [
    (Design.CASE_SERIES, ("Randomized Controlled Trial",), True),
    (Design.CLUSTER_RANDOMIZED_TRIAL, ("Journal Article", "Randomized Controlled Trial"), False),
    (Design.META_ANALYSIS, ("Systematic Review", "Meta-Analysis"), False),
    (Design.SYSTEMATIC_REVIEW, ("Meta-Analysis", "Systematic Review"), False),
    (Design.PROSPECTIVE_COHORT, ("Journal Article",), False),
    (Design.UNKNOWN, ("Meta-Analysis",), False),
    (None, ("Meta-Analysis",), False),
]


@pytest.mark.parametrize(("design", "types", "hint"), DESIGNS)
def test_a_design_that_publication_types_do_not_allow_is_only_shown(design, types, hint):
    found = compare(reference(pmid="7"), record(publication_types=tuple(map(Term, types))), design)
    assert [(d.kind, d.awaits, d.proposed) for d in found] == [("hint", False, None)] * hint


PROTOCOLS = "a prospective randomised controlled clinical trial comparing two rehabilitation protocols"
SAME_TITLE = [
    (  # two papers of one author, a year apart
        f"Acute hamstring injuries in Swedish elite football: {PROTOCOLS}",
        f"Acute hamstring injuries in Swedish elite sprinters and jumpers: {PROTOCOLS}",
        False,
    ),
    (
        f"Shockwave in a paediatric tumour centre: {PROTOCOLS}",
        f"Shock wave in a pediatric tumor center: {PROTOCOLS}",
        True,
    ),
    (f"Exercise is effective: {PROTOCOLS}", f"Exercise is not effective: {PROTOCOLS}", False),
    (f"Hip strength in male runners: {PROTOCOLS}", f"Hip strength in female runners: {PROTOCOLS}", False),
    (f"Load of the left knee: {PROTOCOLS}", f"Load of the right knee: {PROTOCOLS}", False),
    (f"The effects of rest: {PROTOCOLS}", f"Effects of rest: {PROTOCOLS}", True),
    (f"Rest, part I: {PROTOCOLS}", f"Rest, part II: {PROTOCOLS}", False),
    ("Hip pain and mobility deficits: revision 2017", "Hip pain and mobility deficits: revision 2025", False),
    ("Strength of the hip", "Strength of the hip: a review", False),
    ("RETRACTED ARTICLE: Strength of the hip", "Strength of the hip.", True),
    ("", "Strength of the hip", None),
]


@pytest.mark.parametrize(("ours", "theirs", "expected"), SAME_TITLE)
def test_same_title(ours, theirs, expected):
    assert names.same_title(ours, theirs) is expected
    assert names.same_title(theirs, ours) is expected


def test_no_two_titles_of_the_base_are_taken_for_one(base):
    titles = [r.title for r in base.corpus.references.values() if r.title]
    same = [(a, b) for i, a in enumerate(titles) for b in titles[i + 1 :] if names.same_title(a, b)]
    assert same == []
