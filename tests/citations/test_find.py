"""kb.citations.find: what is a citation, in the styles writers use, and what only looks like one."""

from __future__ import annotations

import pytest

from kb.citations.find import find
from kb.citations.find_model import CitationKind as K
from kb.citations.find_model import FoundCitation
from kb.citations.read import read_bytes


def found_in(text: str, name: str = "draft.txt") -> list[FoundCitation]:
    return [found for post in read_bytes(text.encode(), name=name).posts for found in find(post)]


@pytest.mark.parametrize(
    ("text", "names", "year", "journal"),
    [
        ("It fell (van der Berg et al., 2031, Clin J Ex Med).", ("van der Berg",), 2031, "Clin J Ex Med"),
        ("It fell (Okafor, 2031).", ("Okafor",), 2031, None),
        ("It fell (see Okafor & O'Neil, 2031, p. 12).", ("Okafor", "O'Neil"), 2031, None),
        ("It fell (Müller-Lüdenscheidt und andere; Okafor, Xu, and Li 2031).", ("Okafor", "Xu", "Li"), 2031, None),
        ("It fell (Rhys, Tenby et al., 2031).", ("Rhys", "Tenby"), 2031, None),
        ("Van den Berg and Xu (2031) found it.", ("Van den Berg", "Xu"), 2031, None),
        ("A study by Brandt and colleagues (2031) found it.", ("Brandt",), 2031, None),
        ("As de Souza Júnior et al. (2031) showed, it fell.", ("de Souza Júnior",), 2031, None),
        ("Brandt's team (2031) repeated it.", ("Brandt",), 2031, None),
        ("Research by Brandt showed that it fell.", ("Brandt",), None, None),
        ("Brandt et al. 2031 saw it fall.", ("Brandt",), 2031, None),
        ("The World Walking Organization (2031) recommends it.", ("World Walking Organization",), 2031, None),
        ("It fell (J Orthop Sports Phys Ther, 2031).", (), 2031, "J Orthop Sports Phys Ther"),
    ],
)
def test_one_citation_by_name(text: str, names: tuple[str, ...], year: int | None, journal: str | None) -> None:
    (found,) = [one for one in found_in(text) if one.kind is not K.GENERAL]
    assert (found.printed.names, found.printed.year, found.printed.journal) == (names, year, journal)
    assert found.sentence.text in text


def test_several_in_one_pair_of_parentheses() -> None:
    found = found_in("It fell (Okafor et al., 2031a, 2031b; Xu, 2027; Li & Wu, 2025, J Rest 4(2):10-12).")
    assert [one.key for one in found] == ["okafor2031a", "okafor2031b", "xu2027", "li2025"]
    last = found[-1].printed
    assert (last.journal, last.volume, last.issue, last.pages) == ("J Rest", "4", "2", "10-12")


@pytest.mark.parametrize(
    "text",
    [
        "It fell. (Okafor et al., 2031, J Rest.[View on PubMed](https://pubmed.ncbi.nlm.nih.gov/123/))",
        "It fell ([Okafor et al., 2031, J Rest](https://pubmed.ncbi.nlm.nih.gov/123/)).",
        "It fell (Okafor et al., 2031, J Rest) [PubMed](https://pubmed.ncbi.nlm.nih.gov/123/).",
        "It fell (Okafor et al., 2031, J Rest; https://pubmed.ncbi.nlm.nih.gov/123/).",
    ],
)
def test_text_and_link_are_one_citation(text: str) -> None:
    (found,) = found_in(text)
    assert (found.kind, found.key, found.printed.journal) == (K.PARENTHETICAL, "okafor2031", "J Rest")
    assert [target.key for target in found.targets] == ["pmid:123"]


def test_a_link_on_a_mention_is_its_link() -> None:
    (found,) = found_in(
        "A [2031 review in the Journal of Rest](https://doi.org/10.1000/x) analyzed 14 trials with 673 patients."
    )
    assert (found.kind, found.key, found.details.year) == (K.LINK, "doi:10.1000/x", 2031)
    assert found.details.journals == ("Journal of Rest",)
    assert [(count.value, count.of) for count in found.details.counts] == [(14, "studies"), (673, "participants")]
    assert found.as_published.year == 2031


def test_a_news_page_is_kept_where_it_stands_for_a_study() -> None:
    (found,) = found_in(
        "It fell ([Okafor et al., 2031](https://example.org/about/news/rest)). See [our page](https://example.org/x)."
    )
    assert [target.kind.value for target in found.targets] == ["news"]


def test_a_mention_and_the_parenthesis_after_it_are_one() -> None:
    text = "A 2031 review found less pain. The review found more strength. (Okafor et al., 2031)"
    (found,) = found_in(text)
    assert found.sentence.text == "(Okafor et al., 2031)"
    assert len(found.statement) == 3
    two = found_in("A 2029 trial found less pain. A 2031 review agrees (Okafor et al., 2031).")
    assert [one.kind for one in two] == [K.NAMELESS, K.PARENTHETICAL]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("A 2009 study found 12% less pain.", K.NAMELESS),
        ("A Cochrane review found little.", K.NAMELESS),
        ("One systematic review concluded that it helps.", K.NAMELESS),
        ("The 2031 guideline recommends walking.", K.NAMELESS),
        ("Research published in 2031 showed less pain.", K.NAMELESS),
        ("The first trial in walkers found nothing.", K.NAMELESS),
        ("Based on 2031 ultrasound research: hold it for 30 seconds.", K.NAMELESS),
        ("A mathematical model published in 2008 calculated the load.", K.NAMELESS),
        ("So research shows that rest helps.", K.GENERAL),
        ("Multiple studies confirm it.", K.GENERAL),
        ("According to recent research, it helps.", K.GENERAL),
        ("The evidence suggests that it helps.", K.GENERAL),
        ("It is backed by clinical practice guidelines.", K.GENERAL),
    ],
)
def test_mentions_without_a_name(text: str, kind: K) -> None:
    (found,) = found_in(text)
    assert found.kind is kind


@pytest.mark.parametrize(
    "text",
    [
        "In 2026 we opened our second clinic.",
        "Class of 2019 reunion (June 2024), updated March 2024.",
        '"They fixed my knee" — Petra W., 2023',
        "Reviews by Petra W. and Peter K. are on Google (2024).",
        "Call 424-555-1234 or 2019-555-2020 today.",
        "The law AB 1000 (2013) allows it. California Assembly Bill 1000 (2013). Direct Access.",
        "Prices start at $2,019 (2024).",
        "(Photo: Jo Smith, 2020) (Boston, 2019) (LA Marathon, 2026) (Spring 2022)",
        "Founded in 2015, Dr. Smith and Dr. Jones (DPT) joined in 2018.",
        "Sarah and Mike (2024) ran it together.",
        "She graduated from Stanford (2014) and USC (2010).",
        "We study your gait, review your data and follow the evidence of your body.",
        "Read our 950 five-star reviews. Free trial for two weeks. Trial and error.",
        "Studio hours, study hall, case studies; do your own research before buying.",
        "Weeks 1-4 (2 sets of 15). 2019-2023 members. 10,000 steps.",
        "Our review found that your knee hurts.",
        "The phone (model 2020) counts steps.",
        "[Home](/) [Call](tel:4245551234) [Book](https://example.org/book) [Chat](https://claude.ai/chat/1)",
        "Olympic Trials (2024) were fun.",
    ],
)
def test_what_only_looks_like_a_citation(text: str) -> None:
    assert found_in(text) == []


VANCOUVER = """Calf raises reduced pain.1,2 Rest did not.³ Load matters [4-5].
Others agree [2, 3]. Brandt and Xu saw it, too.

References
1. Okafor AB, van den Berg C, Lee D, et al. Calf raises for walkers: a randomised trial. Br J Ex. 2031;45(12):1012-8.
2. Müller H. Rest or run? J Rest. 2029 Mar;4:e12.
3. García-López J, da Silva RT. Sleep and tendons. Scand J Rest Sci. 2027;12(Suppl 2):S5-S9. PMID: 123.
4. World Walking Organization. Guideline on steps. Geneva: WWO; 2025.
5. Brandt, H., & Xu, L. (2020). Foam rolling: A review. *Journal of Rest Science*, 12(3), 45–67. doi:10.1000/abc
"""


def test_numbers_are_joined_with_their_entries() -> None:
    found = found_in(VANCOUVER)
    numbered = [one for one in found if one.kind is K.NUMBERED]
    assert [one.label for one in numbered] == ["1", "2", "3", "4", "5", "2", "3"]
    for one in numbered:
        assert one.entry is not None
        entry = found[one.entry]
        assert (entry.kind, entry.label, entry.key) == (K.REFERENCE, one.label, one.key)
    prose = next(one for one in found if one.kind is K.PROSE)
    assert prose.key == "brandt2020"


def test_entries_are_taken_apart() -> None:
    entries = [one.printed for one in found_in(VANCOUVER) if one.kind is K.REFERENCE]
    assert [(e.names[0], e.year, e.journal, e.volume, e.issue, e.pages) for e in entries if e.volume] == [
        ("Okafor", 2031, "Br J Ex", "45", "12", "1012-8"),
        ("Müller", 2029, "J Rest", "4", None, "e12"),
        ("García-López", 2027, "Scand J Rest Sci", "12", "Suppl 2", "S5-S9"),
        ("Brandt", 2020, "Journal of Rest Science", "12", "3", "45–67"),
    ]
    assert entries[0].title == "Calf raises for walkers: a randomised trial"
    assert entries[0].et_al
    assert entries[1].title == "Rest or run?"
    assert entries[-1].title == "Foam rolling: A review"


def test_markdown_footnotes_and_further_reading() -> None:
    text = """Calf raises reduced pain[^1] in walkers, and rest did not[^okafor].

[^1]: Okafor AB, Lee D. Calf raises. J Rest. 2031;4(2):10-9.
[^okafor]: Okafor, A. (2030). Rest. *Journal of Rest*, 4(2), 1-9. <https://doi.org/10.1000/def>

## Further reading

- [A guide to tendons](https://pmc.ncbi.nlm.nih.gov/articles/PMC99/)
- [Our services](https://example.org/services)
"""
    found = found_in(text, "x.md")
    assert [(one.kind.value, one.key) for one in found if one.kind is K.NUMBERED] == [
        ("numbered", "okafor2031"),
        ("numbered", "okafor2030"),
    ]
    entries = {one.key: one for one in found if one.kind is K.REFERENCE}
    assert set(entries) == {"okafor2031", "okafor2030", "pmcid:pmc99"}
    assert entries["pmcid:pmc99"].printed.title == "A guide to tendons"
    assert [target.key for target in entries["okafor2030"].targets] == ["doi:10.1000/def"]


def test_raised_figures_in_html() -> None:
    page = """<html><body><p>Calf raises reduced pain.<sup>1</sup> Water is H<sub>2</sub>O and 5 m<sup>2</sup>.</p>
    <h2>Sources</h2><ol><li>Okafor AB. Calf raises. <em>J Rest</em>. 2031;4(2):10-9.</li></ol></body></html>"""
    found = found_in(page, "x.html")
    assert [(one.kind.value, one.label, one.entry) for one in found] == [("numbered", "1", 1), ("reference", "1", None)]


def test_the_same_study_twice_has_one_key() -> None:
    text = (
        "It fell (Okafor et al., 2031, J Rest. [PubMed](https://pubmed.ncbi.nlm.nih.gov/123/)).\n"
        "Read [the paper](https://www.ncbi.nlm.nih.gov/pubmed/123). Okafor’s trial was small. It fell."
    )
    keys = [one.key for one in found_in(text)]
    assert keys[:2] == ["okafor2031", "okafor2031"]
    assert keys.count("okafor2031") >= 2


def test_the_line_is_that_of_the_file() -> None:
    found = found_in("# Rest\n\nIt fell\nin walkers\n(Okafor et al., 2031).\n", "x.md")
    assert [(one.line, one.sentence.line) for one in found] == [(5, 3)]
