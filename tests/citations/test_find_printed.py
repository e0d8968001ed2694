"""kb.citations.find: printed identifiers, links that belong to a name, references that are hard to take apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.citations.find import find
from kb.citations.find_model import CitationKind as K
from kb.citations.find_model import FoundCitation
from kb.citations.find_printed import printed_links
from kb.citations.find_reference import parse_reference, place_after
from kb.citations.links import LinkKind
from kb.citations.read import read_bytes
from kb.citations.read.blocks import Block, BlockKind, Link

PUBMED = "https://pubmed.ncbi.nlm.nih.gov/123/"


def found_in(text: str, name: str = "draft.md") -> list[FoundCitation]:
    return [found for post in read_bytes(text.encode(), name=name).posts for found in find(post)]


def printed_in(text: str, *links: Link) -> list[tuple[str, str | None]]:
    return [(target.href, target.key) for _, target in printed_links(Block(BlockKind.PARAGRAPH, text, 1, links))]


# --- printed identifiers --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "href", "key"),
    [
        ("See PMID: 12345678.", "PMID: 12345678", "pmid:12345678"),
        ("See (pmid 123).", "pmid 123", "pmid:123"),
        ("See PubMed ID 123, too.", "PubMed ID 123", "pmid:123"),
        ("See PMCID: PMC1234567.", "PMCID: PMC1234567", "pmcid:pmc1234567"),
        ("See PMC1234567.", "PMC1234567", "pmcid:pmc1234567"),
        ("See doi:10.1000/x.", "doi:10.1000/x", "doi:10.1000/x"),
        ("See [DOI 10.1000/x].", "DOI 10.1000/x", "doi:10.1000/x"),
        ("See DOI: 10.1000/ABC.d2!", "DOI: 10.1000/ABC.d2", "doi:10.1000/abc.d2"),
        ("(see 10.1000/x(y)z)", "10.1000/x(y)z", "doi:10.1000/x(y)z"),
        ("(10.1002/(SICI)1<1::AID-C>3.0.CO;2-A)", "10.1002/(SICI)1<1::AID-C>3.0.CO;2-A", None),
        ("doi: https://doi.org/10.1000/x), and", "https://doi.org/10.1000/x", "doi:10.1000/x"),
        ("at pubmed.ncbi.nlm.nih.gov/123/.", "pubmed.ncbi.nlm.nih.gov/123/", "pmid:123"),
        ("at https://www.ncbi.nlm.nih.gov/pubmed/123,", "https://www.ncbi.nlm.nih.gov/pubmed/123", "pmid:123"),
    ],
)
def test_an_identifier_is_read_without_the_marks_of_its_sentence(text: str, href: str, key: str | None) -> None:
    ((shown, own),) = printed_in(text)
    assert shown == href
    assert own == (key or f"doi:{href.lower()}")


@pytest.mark.parametrize(
    "text",
    [
        "PMID: 123456789 has a digit too many.",
        "PMC 2031 was a year.",
        "It rose by 10.5/20 points, 10.12/3 more.",
        "Our address is https://example.org/doi.",
        "PMIDs are numbers. DOI: none.",
    ],
)
def test_what_is_no_identifier(text: str) -> None:
    assert printed_in(text) == []


def test_glued_identifiers_are_two() -> None:
    assert [key for _, key in printed_in("doi:10.1000/x;PMID:12")] == ["doi:10.1000/x", "pmid:12"]


def test_what_stands_in_a_link_is_the_link() -> None:
    assert printed_in("See PMID: 123.", Link(PUBMED, 4, 13)) == []


@pytest.mark.parametrize("name", ["x.md", "x.txt", "x.html"])
@pytest.mark.parametrize("shown", ["PMID: 123", "doi:10.1000/x", "https://doi.org/10.1000/x", "PMCID: PMC12345"])
def test_printed_identifiers_belong_to_their_citation(name: str, shown: str) -> None:
    named, alone = found_in(f"<p>It fell (Okafor et al., 2031, J Rest, {shown}). Others read {shown}.</p>", name)
    assert (named.key, named.printed.journal) == ("okafor2031", "J Rest")
    assert [target.href for target in named.targets] == [shown]
    assert (alone.kind, alone.printed.names) == (K.LINK, ())
    assert [target.key for target in alone.targets] == [target.key for target in named.targets]


def test_each_citation_has_its_own() -> None:
    text = "It fell (Okafor et al., 2031; PMID: 1). It rose (Xu, 2030, J Rest, doi:10.1000/x; Wu & Li, 2029, PMID 77)."
    found = [(one.key, [target.key for target in one.targets]) for one in found_in(text)]
    assert found == [("okafor2031", ["pmid:1"]), ("xu2030", ["doi:10.1000/x"]), ("wu2029", ["pmid:77"])]


def test_an_entry_has_all_of_them_and_links_first() -> None:
    entry = "Okafor AB. Rest. J Rest. 2031;4(2):10-9. doi:10.1000/x PMID: 123; PMCID: PMC99999"
    (found,) = found_in(f"{entry} [PubMed]({PUBMED})")
    assert found.kind is K.REFERENCE
    assert [target.href for target in found.targets] == [PUBMED, "doi:10.1000/x", "PMCID: PMC99999"]
    assert [target.kind for target in found.targets] == [LinkKind.PUBMED, LinkKind.DOI, LinkKind.PMC]


def test_two_pmids_are_two_studies_and_a_pmid_with_its_doi_is_one() -> None:
    found = found_in("See PMID 456, PMID 457. See also PMID 8; PMCID: PMC99; doi 10.1000/y.")
    assert [[target.key for target in one.targets] for one in found] == [
        ["pmid:456"],
        ["pmid:457"],
        ["pmid:8", "pmcid:pmc99", "doi:10.1000/y"],
    ]


def test_a_repeated_identifier_is_no_second_citation() -> None:
    assert len(found_in(f"It fell ([Okafor et al., 2031]({PUBMED})). In short: rest. PMID: 123.")) == 1


def test_an_entry_of_an_identifier_alone_has_no_title() -> None:
    found = found_in(
        "Rest helps [1].\n\n## References\n\n1. PMID: 123\n2. doi:10.1000/x\n3. https://doi.org/10.1000/y\n"
    )
    entries = [one for one in found if one.kind is K.REFERENCE]
    assert [one.key for one in entries] == ["pmid:123", "doi:10.1000/x", "doi:10.1000/y"]
    assert [one.printed.title for one in entries] == [None, None, None]


def test_the_end_of_a_doi_is_no_number_of_the_list() -> None:
    text = "Rest helps: doi:10.1000/abc.1 said so.\n\n## References\n\n1. Okafor AB. Rest. J Rest. 2031;4(2):10-9.\n"
    assert [one.kind for one in found_in(text)] == [K.LINK, K.REFERENCE]


@given(st.text(alphabet="doiPMCID:. /10()<>;[]x\n", max_size=120))
def test_any_text_is_looked_through(text: str) -> None:
    for link, target in printed_links(Block(BlockKind.PARAGRAPH, text, 1)):
        assert text[link.start : link.end] == link.href == target.href


# --- a name and a link ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "year", "journal"),
    [
        ("Okafor et al. (2031) walked far ([Br J Sports Med]({})).", 2031, "Br J Sports Med"),
        ("Okafor and colleagues ([Am J Sports Med 2031]({})) walked.", 2031, "Am J Sports Med"),
        ("Okafor and colleagues walked for a year in the dark ([BJSM, 2031]({})).", 2031, "BJSM"),
        ("In Okafor's 2031 trial ([Am J Sports Med]({})) nobody fell.", 2031, "Am J Sports Med"),
        (
            "Okafor et al. (2031) let 30 runners walk a very long way in the dark and saw less pain ([link]({})).",
            2031,
            None,
        ),
    ],
)
def test_a_name_and_the_link_in_parentheses_are_one(text: str, year: int, journal: str | None) -> None:
    (found,) = found_in(text.format(PUBMED))
    assert (found.key, found.printed.year, found.printed.journal) == ("okafor2031", year, journal)
    assert [target.key for target in found.targets] == ["pmid:123"]
    assert found.printed.title is None
    assert found.text.startswith("Okafor")
    assert found.text.count("(") == found.text.count(")")


@pytest.mark.parametrize(
    "text",
    [
        "Okafor et al. (2031) walked far. Others rested ([Br J Sports Med]({})).",
        "Okafor et al. (2031) walked far ([Br J Sports Med 2029]({})).",
        "Okafor et al. (2031) walked far, while others rested a lot ([Br J Sports Med]({})).",
        "Okafor et al. (2031, J Rest) walked far ([Br J Sports Med]({})).",
    ],
)
def test_another_sentence_year_or_study_is_another_citation(text: str) -> None:
    named, other = found_in(text.format(PUBMED))
    assert (named.key, named.targets) == ("okafor2031", ())
    assert other.printed.journal == "Br J Sports Med"
    assert other.printed.title is None
    assert [target.key for target in other.targets] == ["pmid:123"]


def test_the_nearest_name_has_the_link() -> None:
    found = found_in(f"Okafor et al. (2031) walked, but Wu et al. (2030) did not ([J Rest]({PUBMED})).")
    assert [(one.key, len(one.targets)) for one in found] == [("okafor2031", 0), ("wu2030", 1)]


def test_a_title_in_capitals_is_a_title_and_a_mention_is_none() -> None:
    title = "Slow and Fast Walking in Patients With Sore Tendons: A Randomized Controlled Trial"
    assert [one.printed.title for one in found_in(f"Read [{title}]({PUBMED}).")] == [title]
    assert [one.printed.title for one in found_in(f"A [randomized trial in 942 walkers]({PUBMED}) found less.")] == [
        None
    ]


@pytest.mark.parametrize(
    ("inner", "journal"),
    [
        ("J Rest. [link]({})", "J Rest"),
        ("J Rest. [ScienceDirect]({})", "J Rest"),
        ("[J Rest]({})", "J Rest"),
        ("BMJ Open, https://doi.org/10.1000/x", "BMJ Open"),
        ("J Rest, doi", "J Rest"),
        ("Front. Physiol.", "Front. Physiol"),
        ("J Rest, [free text]({})", "J Rest"),
    ],
)
def test_the_link_is_no_part_of_the_journal(inner: str, journal: str) -> None:
    (found,) = found_in(f"It fell (Okafor et al., 2031, {inner.format(PUBMED)}).")
    assert found.printed.journal == journal


# --- names ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("It fell (Gomez Perez et al., 2031).", ("Gomez Perez",)),
        ("It fell (Wu, 2030; Gomez Perez and Silva Lopez, 2031).", ("Gomez Perez", "Silva Lopez")),
        ("It fell (Maria Perez et al., 2031).", ("Perez",)),
        ("It fell (Notably Perez et al., 2031).", ("Perez",)),
        ("It fell (J. Perez et al., 2031).", ("Perez",)),
        ("Het daalde (Perez e.a., 2031).", ("Perez",)),
        ("Perez en collega's (2031) zagen het.", ("Perez",)),
        ("Perez's 2031 paper argues for rest.", ("Perez",)),
    ],
)
def test_names(text: str, names: tuple[str, ...]) -> None:
    found = found_in(text)[-1]
    assert (found.printed.names, found.printed.year) == (names, 2031)


def test_a_family_name_of_two_parts_is_the_same_in_prose() -> None:
    found = found_in("It fell (Gomez Perez et al., 2031). Gomez Perez et al. (2031) saw it.")
    assert [one.key for one in found] == ["gomezperez2031", "gomezperez2031"]


@pytest.mark.parametrize(
    "text", ["Denmark's 2031 study found it.", "It closed (Golden Gate, 2031).", "Our 2031 trial."]
)
def test_no_names(text: str) -> None:
    assert [one.printed.names for one in found_in(text) if one.printed.names] == []


# --- references -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "place",
    [
        "Cochrane Database Syst Rev. 2031;(7):CD001234. doi: 10.1000/x",
        "Cochrane Database Syst Rev. 2031;2031(7):CD001234.pub2",
        "Cochrane Database Syst Rev 2031, Issue 7. Art. No.: CD001234. DOI: 10.1000/x.pub2.",
    ],
)
def test_cochrane_in_vancouver_style(place: str) -> None:
    found = parse_reference(f"Okafor AB, de Berg C. Rest for sore tendons. {place}")
    assert found is not None
    assert (found.names, found.year, found.title) == (("Okafor", "de Berg"), 2031, "Rest for sore tendons")
    assert (found.journal, found.volume, found.issue, found.pages) == (
        "Cochrane Database Syst Rev",
        None,
        "7",
        "CD001234",
    )


@pytest.mark.parametrize("place", ["2031(7), CD001234", "(7), Article CD001234", "Issue 7. Art. No.: CD001234"])
def test_cochrane_in_apa_style(place: str) -> None:
    found = parse_reference(
        f"Okafor, A. B. (2031). Rest for tendons. Cochrane Database of Systematic Reviews, {place}."
    )
    assert found is not None
    assert found.journal == "Cochrane Database of Systematic Reviews"
    assert (found.volume, found.issue, found.pages) == (None, "7", "CD001234")


@pytest.mark.parametrize(
    ("head", "title", "journal"),
    [
        ("What helps? A systematic review. Sports Med", "What helps? A systematic review", "Sports Med"),
        ("Rest in walkers. A randomised trial. J Rest", "Rest in walkers. A randomised trial", "J Rest"),
        ("Run! Results of a survey. Br. J. Ex. Med", "Run! Results of a survey", "Br. J. Ex. Med"),
        ("Is rest best? Age (Dordr)", "Is rest best?", "Age (Dordr)"),
        ("Is rest best? J. Orthop. Sports Phys. Ther", "Is rest best?", "J. Orthop. Sports Phys. Ther"),
        ("ASB award winner 2006: rest and run. J Rest", "ASB award winner 2006: rest and run", "J Rest"),
        ("A study of rest. J Rest", "A study of rest", "J Rest"),
        ("An account of rest. BMC Rest", "An account of rest", "BMC Rest"),
        ("The rest. ANZ J Rest", "The rest", "ANZ J Rest"),
    ],
)
@pytest.mark.parametrize("authors", ["Okafor A", "Okafor AB, Hill J", "Okafor A, Lee JF, et al"])
def test_titles_are_whole(authors: str, head: str, title: str, journal: str) -> None:
    found = parse_reference(f"{authors}. {head}. 2031;4(2):10-9.")
    assert found is not None
    assert (found.names[0], found.title, found.journal) == ("Okafor", title, journal)
    assert found.authors is not None
    assert not found.authors.endswith((" A", "ASB")) or found.authors == "Okafor A"


@pytest.mark.parametrize(
    "text",
    [
        "Okafor, A. (2031). Rest. Journal of Walks, Vol. 43, No. 5, pp. 10-19.",
        "Okafor A. Rest. Journal of Walks. 2031; Vol. 43, No. 5: 10-19.",
        "Okafor A. Rest. Journal of Walks. Vol. 43, No. 5, 2031, pp. 10-19.",
        "Okafor, A., 2031. Rest. Journal of Walks, 43(5), pp.10-19, doi 10.1000/x",
    ],
)
def test_volumes_in_words(text: str) -> None:
    found = parse_reference(text)
    assert found is not None
    assert (found.year, found.title, found.journal) == (2031, "Rest", "Journal of Walks")
    assert (found.volume, found.issue, found.pages) == ("43", "5", "10-19")


def test_volumes_in_parentheses() -> None:
    found = place_after(", J Rest, Vol. 43, No. 5")
    assert (found.journal, found.volume, found.issue) == ("J Rest", "43", "5")
    found = place_after(", Cochrane Database Syst Rev, Issue 7: CD001234")
    assert (found.journal, found.volume, found.issue, found.pages) == (
        "Cochrane Database Syst Rev",
        None,
        "7",
        "CD001234",
    )


# --- paragraphs that are no entries -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "The PT is right. Slow rest helps, as Okafor et al. showed in 2031 in 320 walkers (doi:10.1000/jr.2031.1).",
        "Your IT band is long. Rolling hurts, as Okafor et al. showed in 2031 in 25 walkers (doi:10.1000/jr.2031.1).",
        "My US friends rest. It works, said Okafor et al. in 2031, 320 walkers later (doi:10.1000/jr.2031.1).",
        "Okafor AB showed in 2031, 320 walkers strong, that rest of the sore tendon helps (doi:10.1000/jr.2031.1).",
    ],
)
def test_prose_with_capitals_is_no_entry(text: str) -> None:
    found = find(read_bytes(text.encode()).posts[0])
    assert K.REFERENCE not in {one.kind for one in found}
    assert {name for one in found for name in one.printed.names} <= {"Okafor"}


@pytest.mark.parametrize(
    "text",
    [
        "Okafor AB, Li C. Rest for sore tendons. J Rest. 2031;4(2):10-19.",
        "Okafor, A. B., & Li, C. (2031). Rest for sore tendons: A trial. Journal of Rest, 4(2), 10-19.",
        "An KN, Okafor AB. Rest for sore tendons. British journal of sports medicine. 2031;4(2):10-19.",
        "1. Okafor AB, et al. Rest for sore tendons. J Rest. 2031;4(2):10-19. doi:10.1000/jr.2031.1",
        "Walking Association of Norway. (2031). Rest for sore tendons. Journal of Rest, 4(2), 10-19.",
    ],
)
def test_an_entry_outside_a_reference_list_is_one(text: str) -> None:
    (found,) = find(read_bytes(text.encode(), name="draft.txt").posts[0])
    assert (found.kind, found.printed.year, found.printed.volume) == (K.REFERENCE, 2031, "4")
