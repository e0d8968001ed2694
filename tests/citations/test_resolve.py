"""What a citation means, how sure that is, and when nothing is said."""

from __future__ import annotations

from pathlib import Path

import pytest

import kb
from kb.citations.find import find
from kb.citations.find_model import FoundCitation
from kb.citations.library import Library
from kb.citations.read import PostText, read, read_bytes
from kb.citations.resolution import By, Confidence, LinkState, Record, Resolution
from kb.citations.resolve import resolve
from kb.model import AsPublished, Citation
from kb.model.post import Locator

INPUT = Path(__file__).parent.parent.parent.parent / "shared" / "input"

ORLEY = Record(
    "orley2020",
    "orley2020",
    title="Graded rest for the sore knees of dancers: a randomised controlled trial",
    authors=("Orley, A.", "Brandl, B.", "Quint, C."),
    journals=("Journal of Rest", "J Rest"),
    years=(2020,),
    volume="12",
    pages="101-109",
    pmid="700",
    doi="10.5555/rest.1",
)
TAMM = Record(
    "tamm2015",
    "tamm2015",
    title="Cooling the tired elbows of rowers after long races",
    authors=("Tamm, A.", "Ulik, B."),
    journals=("Journal of Motion", "J Motion"),
    years=(2015,),
    pmid="701",
)
LEE_A = Record("lee2021", "lee2021", authors=("Lee, A.", "Wu, B."), journals=("Journal of Rest",), years=(2021,))
LEE_B = Record("lee2021b", "lee2021b", authors=("Lee, C.", "Roy, D."), journals=("Journal of Motion",), years=(2021,))
LIBRARY = Library([ORLEY, TAMM, LEE_A, LEE_B])


def found_in(text: str) -> list[FoundCitation]:
    return find(read_bytes(text.encode()).posts[0])


def checked(text: str, library: Library = LIBRARY) -> list[Resolution]:
    return resolve(found_in(text), library)


def one(text: str, library: Library = LIBRARY) -> Resolution:
    (resolution,) = checked(text, library)
    return resolution


def means(resolution: Resolution) -> tuple[str | None, Confidence, By | None]:
    return resolution.record.id if resolution.record else None, resolution.confidence, resolution.by


CERTAIN, PROBABLE, UNKNOWN = Confidence


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # the link's own record first
        ("It helps ([PubMed](https://pubmed.ncbi.nlm.nih.gov/700/)).", ("orley2020", CERTAIN, By.IDENTIFIER)),
        ("(Orley et al., 2020. [DOI](https://doi.org/10.5555/REST.1))", ("orley2020", CERTAIN, By.IDENTIFIER)),
        ("(Orley et al., 2016. [PubMed](https://pubmed.ncbi.nlm.nih.gov/700/))", ("orley2020", CERTAIN, By.IDENTIFIER)),
        (
            "(Orley et al., 2020, J Motion. [P](https://pubmed.ncbi.nlm.nih.gov/700/))",
            ("orley2020", CERTAIN, By.IDENTIFIER),
        ),
        # name, year and a third fact
        ("It helps (Orley et al., 2020, J Rest).", ("orley2020", CERTAIN, By.NAME)),
        ("It helps (Orley and Brandl, 2020).", ("orley2020", CERTAIN, By.NAME)),
        ("It helps (Orley, Quint et al., 2021, J Rest).", ("orley2020", CERTAIN, By.NAME)),
        ("It helps (Lee et al., 2021, J Motion).", ("lee2021b", CERTAIN, By.NAME)),
        # less than that
        ("It helps (Orley et al., 2020).", ("orley2020", PROBABLE, By.NAME)),
        ("It helps (Orley et al., 2021, J Rest).", ("orley2020", PROBABLE, By.NAME)),
        ("It helps (Orley and Quint, 2020, J Rest).", ("orley2020", PROBABLE, By.NAME)),
        ("It helps (Brandl and Orley, 2020, J Rest).", ("orley2020", PROBABLE, By.NAME)),
        ("It helps (Orley et al., 2021).", (None, UNKNOWN, None)),
        ("It helps (Orley et al., 2020, J Motion).", (None, UNKNOWN, None)),
        ("It helps (Orley et al., 2014, J Rest).", (None, UNKNOWN, None)),
        ("It helps (Orley and Nobody, 2020, J Rest).", (None, UNKNOWN, None)),
        ("It helps (Brandl et al., 2020, J Rest).", (None, UNKNOWN, None)),
        ("It helps (Lee et al., 2021).", (None, UNKNOWN, None)),
        ("Research shows that rest helps.", (None, UNKNOWN, None)),
        ("A 2020 trial in the Journal of Rest found that it helps.", (None, UNKNOWN, None)),
    ],
)
def test_one_citation(text: str, expected: tuple[str | None, Confidence, By | None]) -> None:
    assert means(one(text)) == expected


def test_several_that_fit_are_candidates() -> None:
    found = one("It helps (Lee et al., 2021).")
    assert {record.id for record in found.candidates} == {"lee2021", "lee2021b"}


def test_a_link_to_another_paper_does_not_hide_the_study_named() -> None:
    found = one("It helps (Tamm and Ulik, 2015, J Motion. [PubMed](https://pubmed.ncbi.nlm.nih.gov/700/)).")
    assert means(found) == ("tamm2015", CERTAIN, By.NAME)
    assert [(link.state, link.record) for link in found.links] == [(LinkState.KNOWN, ORLEY)]


def test_a_link_to_another_paper_is_not_taken_for_a_study_nobody_knows() -> None:
    found = one("It helps (Nobody et al., 2011, J Walk. [PubMed](https://pubmed.ncbi.nlm.nih.gov/700/)).")
    assert means(found) == (None, UNKNOWN, None)
    assert found.links[0].record is ORLEY


def test_other_authors_with_the_right_year_and_journal_are_a_doubt() -> None:
    found = one("It helps (Nobody et al., 2020, J Rest. [PubMed](https://pubmed.ncbi.nlm.nih.gov/700/)).")
    assert means(found) == ("orley2020", PROBABLE, By.IDENTIFIER)


def test_a_society_may_stand_for_its_authors() -> None:
    found = one("It helps (American Rest Association, 2020. [PubMed](https://pubmed.ncbi.nlm.nih.gov/700/)).")
    assert means(found) == ("orley2020", CERTAIN, By.IDENTIFIER)


def test_a_link_years_off_is_only_probable_when_another_study_fits() -> None:
    older = Record("orley2003", "orley2003", authors=("Orley, A.",), years=(2003,), pmid="60")
    text = "It helps (Orley et al., 2020. [PubMed](https://pubmed.ncbi.nlm.nih.gov/60/))."
    found = one(text, Library([ORLEY, older]))
    assert (means(found), found.candidates) == (("orley2003", PROBABLE, By.IDENTIFIER), (ORLEY,))
    assert means(one(text, Library([older]))) == ("orley2003", CERTAIN, By.IDENTIFIER)


def test_a_link_without_a_record_is_unknown_and_takes_nothing_from_a_name() -> None:
    found = one("It helps (Orley et al., 2020. [PubMed](https://pubmed.ncbi.nlm.nih.gov/4242/)).")
    assert means(found) == ("orley2020", PROBABLE, By.NAME)
    assert "whose record is not at hand" in found.reason
    assert found.links[0].state is LinkState.UNKNOWN
    # Of another year, or of a frequent name, it is more likely that the link is right.
    for text in ("Orley et al., 2021", "Smith et al., 2018"):
        smith = Record("smith2018", "smith2018", authors=("Smith, A.", "Ulik, B.", "Om, C."), years=(2018,), pmid="77")
        found = one(f"It helps ({text}. [PubMed](https://pubmed.ncbi.nlm.nih.gov/4242/)).", Library([ORLEY, smith]))
        assert means(found) == (None, UNKNOWN, None)
        assert len(found.candidates) == 1
    found = one("It helps (Orley et al., 2020, J Rest. [PubMed](https://pubmed.ncbi.nlm.nih.gov/4242/)).")
    assert means(found) == ("orley2020", CERTAIN, By.NAME)
    # Nobody knows the PMCID of that study, so the link may well be right.
    found = one("It helps (Orley et al., 2020. [PMC](https://pmc.ncbi.nlm.nih.gov/articles/PMC4242/)).")
    assert means(found) == ("orley2020", PROBABLE, By.NAME)


def test_a_frequent_name_is_not_certain_against_its_link() -> None:
    library = Library(
        [Record("lee2019", "lee2019", authors=("Lee, A.",), journals=("J Rest",), years=(2019,), pmid="9")]
    )
    text = "It helps (Lee et al., 2019, J Rest. [PubMed](https://pubmed.ncbi.nlm.nih.gov/4242/))."
    assert means(one(text, library)) == ("lee2019", PROBABLE, By.NAME)
    assert means(one("It helps (Lee et al., 2019, J Rest).", library)) == ("lee2019", CERTAIN, By.NAME)


def test_another_version_of_a_review_is_the_same_review() -> None:
    record = Record("ax2020", "ax2020", authors=("Ax, A.",), years=(2020,), doi="10.1002/14651858.CD009790.pub2")
    text = "It helps (Ax et al., 2020. [DOI](https://doi.org/10.1002/14651858.CD009790.pub1))."
    assert means(one(text, Library([record]))) == ("ax2020", PROBABLE, By.NAME)


def test_a_link_given_once_holds_for_the_other_mentions_of_the_study() -> None:
    found = checked(
        "It helps (Orley et al., 2020. [PubMed](https://pubmed.ncbi.nlm.nih.gov/700/)).\n\n"
        "So it does (Orley et al., 2020).\n\nNot so here (Orley et al., 2020, J Motion)."
    )
    assert [means(resolution)[:2] for resolution in found] == [
        ("orley2020", CERTAIN),
        ("orley2020", CERTAIN),
        (None, UNKNOWN),
    ]


def test_two_studies_of_one_name_and_year_do_not_lend_each_other_their_link() -> None:
    library = Library([LEE_A, Record("lee2021b", "lee2021b", authors=("Lee, C.",), years=(2021,), pmid="5")])
    found = checked(
        "One (Lee and Wu, 2021, J Rest).\n\n"
        "Two (Lee, 2021. [P](https://pubmed.ncbi.nlm.nih.gov/5/)).\n\n"
        "Three (Lee, 2021).",
        library,
    )
    assert [means(resolution)[0] for resolution in found] == ["lee2021", "lee2021b", None]


REFERENCES = """
It helps [1]. It also cools (Tamm, 2015) [2].

## References

1. Orley A, Brandl B. Graded rest for the sore knees of dancers: a randomised controlled trial. J Rest. 2020;12:101-109.
2. Tamm A, Ulik B. Cooling the tired elbows of rowers after long races. J Motion. 2015;3:1-2. [PubMed](https://pubmed.ncbi.nlm.nih.gov/701/)
"""


def test_numbers_mean_their_entry() -> None:
    citations = found_in(REFERENCES)
    found = resolve(citations, LIBRARY)
    by_text = {citation.text: means(resolution) for citation, resolution in zip(citations, found, strict=True)}
    assert by_text["[1]"] == ("orley2020", CERTAIN, By.ENTRY)
    assert by_text["[2]"] == ("tamm2015", CERTAIN, By.ENTRY)
    assert by_text["(Tamm, 2015)"][:2] == ("tamm2015", CERTAIN)


def test_a_title_alone_is_only_probable() -> None:
    line = "## References\n\n- {}Cooling the tired elbows of rowers after long races. {}\n"
    found = one(line.format("Nobody A, Nemo B. ", "J Walk. 1999;3:1-2."))
    assert means(found) == ("tamm2015", PROBABLE, By.TITLE)
    found = one(line.format("Nobody A, Nemo B. ", "J Motion. 2015;3:1-2."))
    assert means(found) == ("tamm2015", CERTAIN, By.TITLE)


def test_a_place_with_another_name_is_only_probable() -> None:
    library = Library(
        [
            Record(
                "tamm2015",
                "tamm2015",
                authors=TAMM.authors,
                journals=TAMM.journals,
                years=(2015,),
                volume="3",
                pages="1-2",
            )
        ]
    )
    found = one("## References\n\n- Nobody A, Nemo B. An unseen title of the sort. J Motion. 2015;3:1-2.\n", library)
    assert means(found) == ("tamm2015", PROBABLE, By.PLACE)


def test_an_address_that_names_a_place() -> None:
    record = Record(
        "brim2021",
        "brim2021",
        authors=("Brim, A.",),
        journals=("Br J Sports Med",),
        years=(2021,),
        volume="55",
        pages="387-407",
    )
    found = one("It helps (Brim et al., 2021. [BJSM](https://bjsm.bmj.com/content/55/7/387)).", Library([record]))
    assert means(found) == ("brim2021", CERTAIN, By.PLACE)


def test_another_year_with_journal_and_page_is_probable() -> None:
    record = Record(
        "brim2018",
        "brim2018",
        authors=("Brim, A.",),
        journals=("Br J Sports Med",),
        years=(2018,),
        volume="52",
        pages="387-407",
    )
    text = "It helps (Brim et al., 2021, Br J Sports Med. [BJSM](https://bjsm.bmj.com/content/55/7/387))."
    assert means(one(text, Library([record]))) == ("brim2018", PROBABLE, By.NAME)
    assert means(one("It helps (Brim et al., 2021, Br J Sports Med).", Library([record])))[0] is None


# --- curation -----------------------------------------------------------------------------------------------------


def entry(number: int, study: str | None, locator: str, **published: object) -> Citation:
    shown = AsPublished.model_validate(published)
    return Citation(id=f"r{number:02}", study=study, as_published=shown, locator=Locator(sha256=locator))


def test_curation_names_the_study_of_its_sentence() -> None:
    citations = found_in("Research shows that rest helps.")
    curated = {citations[0].locator: [entry(1, "tamm2015", citations[0].locator)]}
    (found,) = resolve(citations, LIBRARY, curated=curated)
    assert means(found) == ("tamm2015", CERTAIN, By.CURATED)
    assert "curated" in found.reason
    (found,) = resolve(citations, Library([ORLEY]), curated=curated)
    assert means(found) == (None, UNKNOWN, None)


def test_curation_of_a_sentence_with_two_links_goes_by_the_link() -> None:
    first, second = "https://pubmed.ncbi.nlm.nih.gov/700/", "https://pubmed.ncbi.nlm.nih.gov/701/"
    citations = found_in(f"Rest helps ([one]({first})), and cooling does ([two]({second})).")
    locator = citations[0].locator
    assert [citation.locator for citation in citations] == [locator, locator]
    curated = {locator: [entry(1, "lee2021", locator, link=second)]}
    found = resolve(citations, LIBRARY, curated=curated)
    assert [means(resolution)[::2] for resolution in found] == [("orley2020", By.IDENTIFIER), ("lee2021", By.CURATED)]
    assert found[1].links[0].record is TAMM


def test_curation_that_contradicts_itself_is_not_taken() -> None:
    citations = found_in("Research shows that rest helps.")
    locator = citations[0].locator
    curated = {locator: [entry(1, "tamm2015", locator), entry(1, "orley2020", locator)]}
    assert means(resolve(citations, LIBRARY, curated=curated)[0])[0] is None


# --- the base and the posts ---------------------------------------------------------------------------------------


def test_a_mention_without_a_name_is_offered_at_most(base: kb.Base) -> None:
    library = Library.of(base.corpus, base.snapshot)
    text = (
        "A 2008 randomized controlled trial in the American Journal of Sports Medicine gave 532 novice runners "
        "a graded training program to prevent running injuries."
    )
    assert means(one(text, library)) == ("buist2008", PROBABLE, By.DETAILS)
    assert one(text.replace("532", "99"), library).record is None
    assert one(text.replace("2008", "2012"), library).record is None
    assert one("A study found that stretching helps runners.", library).record is None


def posts(base: kb.Base) -> dict[str, PostText]:
    texts = {path.stem: path for path in (INPUT / "posts").glob("*.txt")}
    texts["running-injuries-page"] = INPUT / "running-injuries-page.txt"
    return {slug: read(texts[slug]).posts[0] for slug in base.corpus.posts}


@pytest.mark.skipif(not INPUT.exists(), reason="the posts are not part of the repository")
def test_the_posts_resolve_to_what_people_found(base: kb.Base) -> None:
    library = Library.of(base.corpus, base.snapshot)
    counts = dict.fromkeys(Confidence, 0)
    wrong: list[tuple[str, str, str]] = []
    for slug, text in posts(base).items():
        citations = find(text)
        found = resolve(citations, library)
        for wanted in base.corpus.posts[slug].citations:
            there = [
                (
                    sum(
                        getattr(c.as_published, n) == getattr(wanted.as_published, n)
                        for n in ("authors", "year", "link")
                    ),
                    r,
                )
                for c, r in zip(citations, found, strict=True)
                if c.locator == wanted.locator.sha256
            ]
            if not there:
                continue
            best = max(there, key=lambda pair: pair[0])[1]
            if best.record is not None and best.record.key == wanted.study:
                counts[best.confidence] += 1
            elif best.record is not None:
                wrong.append((slug, wanted.id, best.record.id))
    assert wrong == []
    assert counts[CERTAIN] >= 42
    assert counts[CERTAIN] + counts[PROBABLE] >= 60


# --- a mention and the entry by its authors -----------------------------------------------------------------------

_ENTRY = (
    "Rest helps, as Tamm and Ulik ({year}) saw{more}.\n\n## References\n\n{other}"
    "Tamm, A., & Ulik, B. (2015). Cooling the tired elbows of rowers after long races. Journal of Motion, 1(2), 3-9.\n"
)
_NEIGHBOUR = Record(
    "tamm2017", "tamm2017", authors=("Tamm, A.", "Ulik, B."), journals=("Journal of Rest",), years=(2017,), pmid="702"
)


def mention(year: int, more: str = "", other: str = "") -> Resolution:
    library = Library([ORLEY, TAMM, _NEIGHBOUR])
    return checked(_ENTRY.format(year=year, more=more, other=other), library)[0]


@pytest.mark.parametrize("year", [2013, 2014, 2016, 2017])
def test_the_entry_by_the_same_authors_is_meant_though_its_year_is_another(year: int) -> None:
    found = mention(year)
    assert means(found) == ("tamm2015", CERTAIN, By.ENTRY)
    assert "of another year" in found.reason
    assert found.candidates in {(), (_NEIGHBOUR,)}


def test_an_entry_years_away_or_one_of_two_is_not_taken() -> None:
    assert means(mention(2019))[0] is None
    other = "Tamm, A., & Ulik, B. (2016). Warming the elbows of rowers. Journal of Motion, 2(2), 30-39.\n\n"
    assert means(mention(2017, other=other))[0] == "tamm2017"


def test_a_mention_with_its_own_link_is_what_the_link_is() -> None:
    found = mention(2017, more=" ([PubMed](https://pubmed.ncbi.nlm.nih.gov/702/))")
    assert means(found) == ("tamm2017", CERTAIN, By.IDENTIFIER)
