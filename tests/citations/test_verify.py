"""Findings on citations: each rule with what is wrong and with what only looks wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pytest

import kb
from kb.citations.find import find
from kb.citations.find_model import FoundCitation
from kb.citations.flag import Basis, Flag, Severity
from kb.citations.library import Library
from kb.citations.links import classify
from kb.citations.read import read_bytes
from kb.citations.resolution import By, Confidence, Linked, LinkState, Record, Resolution
from kb.citations.resolve import resolve
from kb.citations.rules import RULES
from kb.citations.verify import Facts, inconsistent, verify, verify_links
from kb.model import AsPublished, Citation, Locator, Reference
from kb.pubmed.notices import Kind, Notice

PUBMED = "https://pubmed.ncbi.nlm.nih.gov"


def paper(name: str, **facts: object) -> Record:
    """An invented record of three authors; its key is the name and 2015."""
    first = name.capitalize()
    known: dict[str, object] = {
        "id": f"{name}2015",
        "key": f"{name}2015",
        "title": f"Rest for sore tendons of the {name} cohort: a long walk home",
        "authors": (f"{first}, A. B.", "Berg, C.", "van der Moor, D."),
        "journals": ("Journal of Rest and Recovery", "J Rest Recovery"),
        "years": (2015,),
        "volume": "12",
        "issue": "3",
        "pages": "154-163",
        "pmid": "1500001",
        "doi": f"10.1000/{name}.15",
        "source": "PubMed record 1500001 (curated, 2026-01-01)",
    }
    return Record(**{**known, **facts})  # type: ignore[arg-type]


OKAFOR = paper("okafor")
LINDQVIST = paper(
    "lindqvist",
    title="Swimming in cold water after dark",
    authors=("Lindqvist, E.", "Roy, F."),
    journals=("Annals of Cold Water", "Ann Cold Water"),
    years=(2009,),
    volume="3",
    issue="1",
    pages="e77",
    pmid="900002",
    doi="10.2000/lq.9",
)


@dataclass
class Checked:
    """A text as it was found, resolved and verified."""

    citations: list[FoundCitation]
    resolutions: list[Resolution]
    flags: list[list[Flag]]

    @property
    def all(self) -> list[Flag]:
        return [flag for flags in self.flags for flag in flags]

    def rules(self, at_least: Severity = Severity.NOTE) -> list[tuple[str, str]]:
        return [(f.rule, f.severity.value) for f in self.all if f.severity.rank <= at_least.rank]

    def one(self, rule: str) -> Flag:
        found = [flag for flag in self.all if flag.rule == rule]
        assert len(found) == 1, self.all
        return found[0]


def check(text: str, *records: Record, facts: Facts | None = None) -> Checked:
    """A Markdown text against invented records."""
    return run(text, Library(records or (OKAFOR, LINDQVIST)), facts or Facts())


def run(text: str, library: Library, facts: Facts) -> Checked:
    citations = find(read_bytes(text.encode()).posts[0])
    resolutions = resolve(citations, library, curated=facts.curated)
    return Checked(citations, resolutions, verify(citations, resolutions, facts))


def real(base: kb.Base, text: str, **facts: object) -> Checked:
    """A Markdown text against the base."""
    library = Library.of(base.corpus, base.snapshot)
    known: dict[str, object] = {
        "studies": base.corpus.studies,
        "references": base.corpus.references,
        "notices": base.notices,
    }
    return run(text, library, Facts(**{**known, **facts}))  # type: ignore[arg-type]


def only(checked: Checked, *rules: str) -> None:
    """Nothing but these rules was found, in any order and number."""
    assert {flag.rule for flag in checked.all} == set(rules), checked.all


# --- what is right ---------------------------------------------------------------------------------------------

RIGHT = [
    "Rest helps (Okafor et al., 2015, J Rest Recovery. [View on PubMed](PUBMED/1500001/)).",
    "Rest helps (Okafor, Berg & van der Moor, 2015). [View on PubMed](PUBMED/1500001/)",
    "Rest helps (Okafor, Moor et al., 2015, Journal of Rest & Recovery. [link](https://doi.org/10.1000/okafor.15)).",
    "Okafor and colleagues (2015) saw [that rest helps](PUBMED/1500001/).",
    "Dr. A. B. Okafor's [2015 study](PUBMED/1500001/) saw it.",
    "A [2015 study in the Journal of Rest and Recovery](PUBMED/1500001/) saw it.",
    "A [recent study](PUBMED/1500001/) saw it.",
    "Rest helps (Lindqvist & Roy 2009, Ann Cold Water, [PubMed](PUBMED/900002/)).",
    "## References\n\n- Okafor AB, Berg C, van der Moor D. Rest for sore tendons of the okafor cohort. "
    "J Rest Recovery. 2015;12(3):154-63. [PubMed](PUBMED/1500001/)",
    "## References\n\n- Okafor, A. B., Berg, C., & van der Moor, D. (2015). Rest for sore tendons of the Okafor "
    "cohort: A long walk home. *Journal of Rest and Recovery, 12*(3), 154–163. https://doi.org/10.1000/okafor.15",
]


@pytest.mark.parametrize("text", RIGHT)
def test_a_right_citation_has_no_finding(text: str) -> None:
    assert check(text.replace("PUBMED", PUBMED)).all == []


def test_every_finding_has_a_rule() -> None:
    assert all(rule.about and rule.title and rule.id == key for key, rule in RULES.items())
    assert len(RULES) == 18


# --- wrong-identifier ------------------------------------------------------------------------------------------


def test_a_link_whose_record_is_another_paper() -> None:
    found = check(f"It helps (Okafor et al., 2015, J Rest Recovery. [View on PubMed]({PUBMED}/900002/)).")
    flag = found.one("wrong-identifier")
    only(found, "wrong-identifier")  # and no wrong year, journal or authors against the linked paper
    assert flag.severity is Severity.ERROR
    assert "Lindqvist and Roy 2009 (Ann Cold Water)" in flag.message
    assert flag.expected == "PMID 1500001"
    assert flag.fix == f"(Okafor et al., 2015, J Rest Recovery. [View on PubMed]({PUBMED}/1500001/))"
    assert flag.study == "okafor2015"


def test_a_link_to_another_paper_though_nobody_knows_the_named_one() -> None:
    found = check(f"It helps (Petrov et al., 2018, Tendon Letters. [View on PubMed]({PUBMED}/900002/)).")
    flag = found.one("wrong-identifier")
    assert flag.fix is None
    assert "Petrov et al., 2018" in flag.message


def test_the_facts_are_compared_with_the_named_study_when_the_link_is_wrong() -> None:
    text = (
        "## References\n\n- Okafor AB, Berg C, van der Moor D. Rest for sore tendons of the okafor cohort. "
        f"J Rest Recovery. 2011;12(3):154-163. [PubMed]({PUBMED}/900002/)"
    )
    found = check(text)
    only(found, "wrong-identifier", "wrong-year")
    assert found.one("wrong-year").expected == "2015"
    assert found.one("wrong-identifier").fix == found.one("wrong-year").fix
    assert (found.one("wrong-year").fix or "").startswith("Okafor AB, Berg C, van der Moor D. Rest for sore tendons")


UNKNOWN_LINK = (
    "It helps (Okafor et al., 2015, J Rest Recovery. [View on PubMed](https://pubmed.ncbi.nlm.nih.gov/1499/))."
)


def test_an_unknown_link_while_the_named_study_has_another_pmid() -> None:
    found = check(UNKNOWN_LINK)
    flag = found.one("wrong-identifier")
    only(found, "wrong-identifier")
    assert flag.message == (
        "The link is PMID 1499, but Okafor et al. 2015 (J Rest Recovery) is PMID 1500001. "
        "The link's own record is not at hand."
    )
    assert (flag.found, flag.expected) == ("PMID 1499", "PMID 1500001")
    assert flag.source == OKAFOR.source


@pytest.mark.parametrize(
    "record",
    [
        replace(OKAFOR, pmid=None),  # only its DOI is known
        replace(OKAFOR, pmid=None, doi=None),
    ],
)
def test_an_unknown_link_while_the_named_study_has_no_pmid(record: Record) -> None:
    found = check(UNKNOWN_LINK, record)
    only(found, "unresolved")
    assert found.one("unresolved").severity is Severity.NOTE


def test_identifiers_of_different_kinds_are_never_compared() -> None:
    text = "It helps (Okafor et al., 2015, J Rest Recovery. [link](https://doi.org/10.1000/other))."
    only(check(text, replace(OKAFOR, doi=None)), "unresolved")
    only(check(text), "wrong-identifier")
    pmc = "It helps (Okafor et al., 2015, J Rest Recovery. [link](https://pmc.ncbi.nlm.nih.gov/articles/PMC77/))."
    only(check(pmc), "unresolved")
    only(check(pmc, replace(OKAFOR, pmcid="PMC78")), "wrong-identifier")
    assert check(pmc, replace(OKAFOR, pmcid="PMC77")).all == []


def test_name_and_year_alone_do_not_condemn_an_unknown_link() -> None:
    found = check(f"It helps (Okafor et al., 2015. [View on PubMed]({PUBMED}/1499/)).")
    assert found.rules(Severity.WARNING) == []
    assert "wrong-identifier" not in {flag.rule for flag in found.all}


def test_same_surname_is_another_paper_when_year_and_journal_are_others() -> None:
    text = "It helps (Okafor et al., {}. [View on PubMed](https://pubmed.ncbi.nlm.nih.gov/1500001/))."
    only(check(text.format("2004, Annals of Cold Water")), "wrong-identifier")
    only(check(text.format("2004, J Rest Recovery")), "wrong-year")
    only(check(text.format("2015, Annals of Cold Water")), "wrong-journal")
    only(check(text.format("2004")), "wrong-year")


def test_the_same_author_and_year_in_another_journal_of_the_base() -> None:
    other = replace(
        OKAFOR, id="okafor2015a", key="okafor2015a", journals=("Tendon Letters",), pmid="1500009", doi="10.1000/b",
        title="Strength of the calf in the morning", volume="1", pages="9-12",
    )  # fmt: skip
    found = check(f"Yes (Okafor et al., 2015, Tendon Letters. [View on PubMed]({PUBMED}/1500001/)).", OKAFOR, other)
    assert found.one("wrong-identifier").expected == "PMID 1500009"
    assert check(f"Yes (Okafor et al., 2015, Tendon Letters. [PubMed]({PUBMED}/1500009/)).", OKAFOR, other).all == []


def test_a_mention_without_a_name_needs_year_and_journal_against_the_link() -> None:
    text = "A [{} study in {}](https://pubmed.ncbi.nlm.nih.gov/1500001/) saw it."
    only(check(text.format("2004", "the Annals of Cold Water")), "wrong-identifier")
    only(check(text.format("2004", "the Journal of Rest and Recovery")), "wrong-year")
    only(check(text.format("2015", "the Annals of Cold Water")), "wrong-journal")


def test_the_title_makes_it_the_paper_whoever_is_named() -> None:
    text = (
        "## References\n\n- Petrov A, Berg C, van der Moor D. Rest for sore tendons of the okafor cohort: a long walk "
        f"home. J Rest Recovery. 2015;12(3):154-163. [PubMed]({PUBMED}/1500001/)"
    )
    only(check(text), "wrong-authors")


def test_two_links_of_different_papers() -> None:
    text = f"Yes (Okafor et al., 2015. [PubMed]({PUBMED}/1499/), [DOI](https://doi.org/10.1000/okafor.15))."
    assert check(text).one("wrong-identifier").found == "PMID 1499"


@pytest.mark.parametrize("kind", ["pmid", "doi"])
def test_a_link_that_pubmed_does_not_have(kind: str) -> None:
    target = classify(f"{PUBMED}/1499/" if kind == "pmid" else "https://doi.org/10.9999/x")
    citation = find(read_bytes(f"Yes (Petrov et al., 2019. [link]({target.href})).".encode()).posts[0])[0]
    resolution = Resolution(links=(Linked(target, LinkState.ABSENT),))
    rules = [flag.rule for flag in verify([citation], [resolution], Facts(online=True))[0]]
    assert rules == (["wrong-identifier"] if kind == "pmid" else ["unresolved"])


def test_a_service_that_does_not_answer_gives_no_verdict() -> None:
    target = classify(f"{PUBMED}/1499/")
    citation = find(read_bytes(f"Yes (Petrov et al., 2019. [link]({target.href})).".encode()).posts[0])[0]
    flags = verify([citation], [Resolution(links=(Linked(target, LinkState.UNANSWERED),))], Facts(online=True))[0]
    assert [flag.rule for flag in flags] == ["unresolved"]
    assert "did not answer" in flags[0].message


def test_preprints_and_other_versions_are_no_other_papers() -> None:
    text = "It helps (Okafor et al., 2015, {}. [link](https://doi.org/{}))."
    flag = check(text.format("J Rest Recovery", "10.1101/2014.01.01.000001")).one("superseded")
    assert flag.severity is Severity.NOTE
    assert "preprint" in flag.message
    review = replace(OKAFOR, doi="10.1002/14651858.CD001234.pub3", journals=("Cochrane Database Syst Rev",))
    older = check(text.format("Cochrane Database Syst Rev", "10.1002/14651858.CD001234.pub2"), review)
    assert (older.one("superseded").severity, len(older.all)) == (Severity.WARNING, 1)
    only(check(text.format("Cochrane Database Syst Rev", "10.1002/14651858.CD009999"), review), "wrong-identifier")


def test_the_place_in_a_publishers_address() -> None:
    record = replace(
        OKAFOR, journals=("British Journal of Sports Medicine", "Br J Sports Med"), volume="52", pages="387-407",
        years=(2018,), doi="10.1136/bjsports-1",
    )  # fmt: skip
    text = "It helps (Okafor et al., {}, BJSM. [link](https://bjsm.bmj.com/content/{}))."
    assert check(text.format("2018", "52/6/387"), record).all == []
    only(check(text.format("2021", "52/6/387"), record), "wrong-year")
    only(check(text.format("2018", "55/6/387"), record), "wrong-identifier")


def curated(text: str, study: str | None, link: str | None = None, **published: object) -> Facts:
    """Facts that hold one curated citation, for the first citation of a text."""
    citation = find(read_bytes(text.encode()).posts[0])[0]
    entry = Citation(
        id="r01",
        study=study,
        as_published=AsPublished(link=link, **published),  # type: ignore[arg-type]
        locator=Locator(sha256=citation.locator),
    )
    return Facts(curated={citation.locator: [entry]})


def test_a_curated_citation_tells_what_a_mention_means() -> None:
    link = f"{PUBMED}/1499/"
    text = f"A [2015 study]({link}) saw that rest helps."
    flag = check(text, facts=curated(text, "okafor2015", link, year=2015)).one("wrong-identifier")
    assert (flag.basis, flag.expected) == (Basis.CURATED, "PMID 1500001")
    only(check(text), "unresolved")


def test_a_curated_study_with_other_authors() -> None:
    text = "Rest helps (Petrov et al., 2015, J Rest Recovery)."
    facts = curated(text, "okafor2015", None, authors="Petrov et al.", year=2015, journal="J Rest Recovery")
    found = check(text, facts=facts)
    flag = found.one("wrong-authors")
    assert (flag.severity, flag.basis) == (Severity.ERROR, Basis.CURATED)
    assert flag.fix == f"(Okafor et al., 2015, J Rest Recovery. [View on PubMed]({PUBMED}/1500001/))"
    only(found, "wrong-authors", "no-link")


# --- the real base -----------------------------------------------------------------------------------------------


def test_real_studies_with_a_wrong_link(base: kb.Base) -> None:
    text = "Older runners slow down (Lepers & Cattagni, 2012, Age. [View on PubMed]({}/21617895/))."
    flag = real(base, text.format(PUBMED)).one("wrong-identifier")
    assert flag.fix == f"(Lepers & Cattagni, 2012, Age. [View on PubMed]({PUBMED}/21617894/))"
    assert real(base, text.format(PUBMED).replace("21617895", "21617894")).all == []


def test_real_studies_whose_pmid_nobody_knows(base: kb.Base) -> None:
    assert base.corpus.references["wroblewski2011"].pmid is None
    found = real(base, f"They stay lean (Wroblewski et al., 2011, Phys Sportsmed. [View on PubMed]({PUBMED}/2203/)).")
    only(found, "unresolved")


def test_real_narrative_review_called_systematic(base: kb.Base) -> None:
    text = "A systematic review (Gabbett, 2016, Br J Sports Med. [View on PubMed]({}/26758673/)) says so."
    flag = real(base, text.format(PUBMED)).one("wrong-design")
    assert (flag.severity, flag.expected) == (Severity.ERROR, "narrative review")
    assert real(base, text.replace("A systematic", "This").format(PUBMED)).all == []


def test_real_first_author_of_another_paper_in_the_same_journal_and_year(base: kb.Base) -> None:
    text = "Early therapy saves money (Horn et al., 2016, JOSPT. [View](https://www.jospt.org/doi/10.2519/jospt.2016.6138))."
    flag = real(base, text).one("wrong-authors")
    assert "Ojha" in (flag.expected or "")
    right = real(base, text.replace("Horn", "Ojha"))
    assert right.all == []


def test_real_electronic_year_is_no_error(base: kb.Base) -> None:
    text = "Shock waves help (Rhim, Tenforde et al., 2023, BJSM. [View on PubMed]({}/38228375/))."
    found = real(base, text.format(PUBMED))
    assert found.rules(Severity.WARNING) == []
    assert real(base, text.format(PUBMED).replace("2023", "2019")).one("wrong-year").severity is Severity.ERROR


def test_real_news_page_for_a_named_study(base: kb.Base) -> None:
    text = "Shock waves help (Rhim, Tenforde et al., 2024, BJSM. [Read](https://www.sciencedaily.com/releases/1.htm))."
    flag = real(base, text).one("secondary-source")
    assert (flag.severity, flag.expected) == (Severity.WARNING, f"{PUBMED}/38228375/")
    assert flag.fix == f"(Rhim, Tenforde et al., 2024, BJSM. [View on PubMed]({PUBMED}/38228375/))"


# --- year, journal, place ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("years", "electronic", "printed", "severity"),
    [
        ((2015,), False, 2015, None),
        ((2015,), False, 2014, "note"),
        ((2015,), False, 2016, "note"),
        ((2015,), True, 2014, "note"),
        ((2015, 2014), True, 2014, None),
        ((2015, 2014), True, 2016, "error"),
        ((2015, 2014), True, 2013, "error"),
        ((2015,), False, 2012, "error"),
        ((), False, 2012, None),
    ],
)
def test_years(years: tuple[int, ...], electronic: bool, printed: int, severity: str | None) -> None:
    record = replace(OKAFOR, years=years, electronic=electronic)
    found = check(f"Yes (Okafor et al., {printed}, J Rest Recovery. [PubMed]({PUBMED}/1500001/)).", record)
    assert found.rules() == ([("wrong-year", severity)] if severity else [])


REFERENCE = (
    "## References\n\n- Okafor AB, Berg C, van der Moor D. Rest for sore tendons of the okafor cohort: a long walk home. "
    "J Rest Recovery. 2015;12(3):154-163. [PubMed](https://pubmed.ncbi.nlm.nih.gov/1500001/)"
)


@pytest.mark.parametrize(
    ("right", "wrong", "rule", "severity"),
    [
        ("12(3)", "21(3)", "wrong-volume", "error"),
        ("12(3)", "12(4)", "wrong-volume", "note"),
        ("154-163", "145-163", "wrong-pages", "error"),
        ("154-163", "154-169", "wrong-pages", "warning"),
        ("J Rest Recovery.", "Ann Cold Water.", "wrong-journal", "error"),
        ("2015;", "2005;", "wrong-year", "error"),
        ("Okafor AB", "Petrov AB", "wrong-authors", "error"),
        ("Okafor AB", "Okafar AB", "wrong-authors", "warning"),
        ("Berg C", "Smithson C", "wrong-authors", "error"),
        ("Okafor AB, Berg C", "Berg C, Okafor AB", "wrong-authors", "error"),
        ("sore tendons of the okafor cohort", "torn tendons of the okafor cohort", "wrong-title", "warning"),
        (
            "Rest for sore tendons of the okafor cohort: a long walk home",
            "Ice baths and the mood of swimmers",
            "wrong-title",
            "error",
        ),
    ],
)
def test_one_slip_in_a_reference_is_one_finding(right: str, wrong: str, rule: str, severity: str) -> None:
    assert right in REFERENCE
    found = check(REFERENCE.replace(right, wrong))
    assert found.rules() == [(rule, severity)]
    assert found.all[0].fix == (
        "Okafor AB, Berg C, van der Moor D. Rest for sore tendons of the okafor cohort: a long walk home. "
        "J Rest Recovery. 2015;12(3):154-163. doi:10.1000/okafor.15. PMID: 1500001."
    )


@pytest.mark.parametrize(
    ("printed", "recorded"),
    [
        ("154-63", "154-163"),
        ("154", "154-163"),
        ("154–163", "154-163"),
        ("CPG1-60", "CPG1-CPG60"),
        ("CPG1-CPG60", "CPG1-60"),
        ("e77", "77"),
        ("1-14", "e0295645"),
        ("S12-S19", "S12-9"),
    ],
)
def test_forms_of_the_same_pages(printed: str, recorded: str) -> None:
    assert check(REFERENCE.replace("154-163", printed), replace(OKAFOR, pages=recorded)).all == []


@pytest.mark.parametrize("shown", ["J. Rest Recovery.", "Journal of Rest and Recovery.", "J Rest Recov."])
def test_forms_of_the_same_journal(shown: str) -> None:
    assert check(REFERENCE.replace("J Rest Recovery.", shown)).rules(Severity.WARNING) == []


def test_a_journal_that_begins_a_longer_one_is_not_told_to_be_wrong() -> None:
    record = replace(OKAFOR, journals=("Sports Medicine - Open", "Sports Med Open"))
    text = f"Yes (Okafor et al., 2015, Sports Medicine. [View on PubMed]({PUBMED}/1500001/))."
    assert check(text, record).all == []


def test_what_the_record_does_not_have_is_not_compared() -> None:
    bare = replace(OKAFOR, volume=None, issue=None, pages=None, journals=(), title=None, authors=())
    assert check(REFERENCE, bare).rules(Severity.WARNING) == []


# --- authors -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("authors", "printed"),
    [
        (("van der Worp, M. P.", "ten Haaf, D.", "Bredeweg, S. W."), "van der Worp et al."),
        (("van der Worp, M. P.", "ten Haaf, D.", "Bredeweg, S. W."), "Van der Worp, ten Haaf et al."),
        (("Núñez-Cortés, R.", "Salazar-Méndez, J.", "Calatayud, J."), "Nunez-Cortes et al."),
        (("Núñez-Cortés, R.", "Salazar-Méndez, J.", "Calatayud, J."), "Núñez Cortés, Calatayud et al."),
        (("Nielsen, R. Ø.", "Sørensen, H.", "Lind, M."), "Nielsen, Sorensen et al."),
        (("Müller, K.", "Groß, T.", "Fuß, A."), "Mueller et al."),
        (("O'Brien, K.", "McKay, J.", "Li, W."), "O’Brien et al."),
        (("{The Knee Group}", "Lee, A."), "The Knee Group"),
        (("Okafor, A. B.", "others"), "Okafor, Petrov et al."),
        (("Koc, Jr, T. A.", "Bise, C. G.", "Neville, C."), "Koc et al."),
        (("Okafor, A. B.", "Berg, C."), "Okafor & Berg"),
        (("Okafor, A. B.",), "Okafor"),
    ],
)
def test_forms_of_the_same_authors(authors: tuple[str, ...], printed: str) -> None:
    found = check(f"Yes ({printed}, 2015. [View on PubMed]({PUBMED}/1500001/)).", replace(OKAFOR, authors=authors))
    assert found.all == []


@pytest.mark.parametrize(
    ("authors", "printed"),
    [
        (("Okafor, A. B.",), "Okafor et al."),
        (("Okafor, A. B.", "Berg, C."), "Okafor et al."),
        (("Okafor, A. B.", "Berg, C.", "Roy, F."), "Okafor and Berg"),
    ],
)
def test_how_many_authors_there_are_is_a_note(authors: tuple[str, ...], printed: str) -> None:
    found = check(f"Yes ({printed}, 2015. [View on PubMed]({PUBMED}/1500001/)).", replace(OKAFOR, authors=authors))
    assert found.rules() == [("wrong-authors", "note")]


def test_a_co_author_named_in_running_text_is_a_note_at_most() -> None:
    found = check(f"Berg and colleagues (2015) [saw it]({PUBMED}/1500001/).")
    assert found.rules(Severity.WARNING) == []
    parentheses = check(f"Yes (Berg et al., 2015, J Rest Recovery. [View on PubMed]({PUBMED}/1500001/)).")
    assert parentheses.rules() == [("wrong-authors", "error")]


def test_a_cut_list_of_authors_condemns_nobody() -> None:
    record = replace(OKAFOR, authors=("Okafor, A. B.", "Berg, C.", "others"))
    assert check(REFERENCE.replace("van der Moor D", "Petrov D"), record).all == []


# --- probable, unknown ------------------------------------------------------------------------------------------------


def test_a_probable_study_is_offered_and_never_an_error() -> None:
    found = check("Rest helps (Okafor et al., 2015).")
    assert found.resolutions[0].confidence is not Confidence.CERTAIN
    assert found.rules(Severity.WARNING) == []
    assert "probably" in found.one("no-link").message


def test_facts_of_a_probable_study_are_notes_that_say_so() -> None:
    citation = find(read_bytes(b"Yes (Okafor et al., 2010, J Rest Recovery).").posts[0])[0]
    resolution = Resolution(OKAFOR, Confidence.PROBABLE, By.NAME)
    flags = verify([citation], [resolution], Facts())[0]
    year = next(flag for flag in flags if flag.rule == "wrong-year")
    assert year.severity is Severity.NOTE
    assert year.message.startswith("Probably")


def test_a_study_that_is_not_in_the_base() -> None:
    found = check("It helps (Petrov et al., 2018, Tendon Letters). It does (Petrov et al., 2018, Tendon Letters).")
    assert found.rules() == [("no-link", "note"), ("unresolved", "note")]
    assert "kb add" in found.one("unresolved").message


# --- design ---------------------------------------------------------------------------------------------------------

TRIAL, REVIEW, COHORT = "lauersen2014", "gabbett2016", "noehren2007"


@pytest.mark.parametrize(
    ("words", "key", "severity"),
    [
        ("A systematic review", REVIEW, "error"),
        ("A recent meta-analysis", REVIEW, "error"),
        ("A review", REVIEW, None),
        ("A literature review", REVIEW, None),
        ("A systematic review", TRIAL, None),
        ("A systematic review and meta-analysis", TRIAL, None),
        ("A meta-analysis of randomized trials", TRIAL, None),
        ("A narrative review", TRIAL, "warning"),
        ("A randomized controlled trial", COHORT, "error"),
        ("A prospective cohort study", COHORT, None),
        ("A retrospective cohort study", COHORT, "warning"),
        ("A study", COHORT, None),
        ("Unlike a randomized controlled trial, a study", COHORT, None),
        ("Randomized trials are lacking; a study", COHORT, None),
        ("A systematic review", COHORT, "warning"),
        ("A randomized trial", "buist2008", None),
        ("A cohort study", "buist2008", "warning"),
        ("A 2012 systematic review", "nielsen2012", None),
        ("A 2012 meta-analysis", "nielsen2012", "warning"),
    ],
)
def test_designs(base: kb.Base, words: str, key: str, severity: str | None) -> None:
    reference = base.corpus.references[key]
    text = f"{words} found it ([View on PubMed]({PUBMED}/{reference.pmid}/))."
    found = [flag.severity.value for flag in real(base, text).all if flag.rule == "wrong-design"]
    assert found == ([severity] if severity else [])


def test_a_design_belongs_to_nobody_when_two_studies_are_told(base: kb.Base) -> None:
    text = (
        f"A systematic review (Lauersen et al., 2014, Br J Sports Med. [View on PubMed]({PUBMED}/24100287/)) and an "
        f"essay (Gabbett, 2016, Br J Sports Med. [View on PubMed]({PUBMED}/26758673/)) agree."
    )
    assert [flag for flag in real(base, text).all if flag.rule == "wrong-design"] == []


# --- sources --------------------------------------------------------------------------------------------------------


def test_a_news_page_in_place_of_a_study() -> None:
    text = "Rest helps (Okafor et al., 2015, J Rest Recovery. [Read more](https://www.{}/rest-helps))."
    flag = check(text.format("runnersworld.com")).one("secondary-source")
    assert (flag.severity, flag.expected) == (Severity.WARNING, f"{PUBMED}/1500001/")
    assert check(text.format("example.org")).rules() == [("secondary-source", "note")]
    assert check(text.format("example.edu/repository")).all == []
    nameless = check("A [2015 study](https://www.runnersworld.com/rest-helps) found that rest helps.")
    assert ("secondary-source", "warning") in nameless.rules()
    both = text.format("runnersworld.com").replace("Read more", f"View on PubMed]({PUBMED}/1500001/) [Read")
    assert check(both).all == []


def test_a_link_to_the_site_itself_is_no_source() -> None:
    text = "Rest helps (Okafor et al., 2015, J Rest Recovery. [Read more](https://www.clinic.example/rest))."
    found = check(text, facts=Facts(own_hosts=frozenset({"clinic.example"})))
    assert found.rules() == [("no-link", "note")]


def test_a_registration_in_place_of_results() -> None:
    text = "Rest helps (Okafor et al., 2015, J Rest Recovery. [Link](https://clinicaltrials.gov/study/NCT01234567))."
    assert check(text).one("secondary-source").severity is Severity.NOTE


def test_no_link_is_told_once_for_each_study() -> None:
    text = "Rest helps (Okafor et al., 2015, J Rest Recovery).\n\nIt does (Okafor et al., 2015, J Rest Recovery)."
    found = check(text)
    assert [[flag.rule for flag in flags] for flags in found.flags] == [["no-link"], []]
    assert found.one("no-link").fix == f"(Okafor et al., 2015, J Rest Recovery. [View on PubMed]({PUBMED}/1500001/))"


@pytest.mark.parametrize(
    "text",
    [
        "Rest helps (Okafor et al., 2015, J Rest Recovery).\n\nIt does (Okafor et al., 2015. [PubMed](PUBMED/1500001/)).",
        "Rest helps (Okafor et al., 2015).\n\n" + REFERENCE,
        "Rest helps [1].\n\n" + REFERENCE.replace("- Okafor", "1. Okafor"),
        REFERENCE.replace("[PubMed](https://pubmed.ncbi.nlm.nih.gov/1500001/)", "doi:10.1000/okafor.15"),
    ],
)
def test_a_link_elsewhere_in_the_post_counts(text: str) -> None:
    assert check(text.replace("PUBMED", PUBMED)).all == []


def test_statements_without_a_source() -> None:
    assert check("Research shows that rest helps.").rules() == [("no-source", "note")]
    assert check("Research shows that rest cuts pain by 50%.").rules() == [("no-source", "warning")]
    assert check("A 2015 study found that rest helps.").rules() == [("no-source", "warning")]
    assert check("We rest, and we like it.").all == []
    assert check(f"A 2015 study found that rest helps ([PubMed]({PUBMED}/1500001/)).").all == []


def test_a_mention_that_looks_back_at_a_linked_study() -> None:
    text = (
        f"A [2015 cohort study]({PUBMED}/1500001/) saw it. Walking is fine.\n\nThe 2015 cohort study had more to say."
    )
    flags = [flag for flag in check(text).all if flag.rule == "no-source"]
    assert [flag.severity for flag in flags] == [Severity.NOTE]


# --- notices --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "rule", "severity"),
    [
        (Kind.RETRACTED, "retracted", "error"),
        (Kind.REPLACED, "retracted", "error"),
        (Kind.PARTLY_RETRACTED, "retracted", "error"),
        (Kind.IS_RETRACTION, "retracted", "error"),
        (Kind.CONCERN, "concern", "warning"),
        (Kind.CORRECTED, "corrected", "note"),
        (Kind.UPDATED, "superseded", "warning"),
        (Kind.COMMENT, None, None),
        (Kind.REPLACEMENT, None, None),
    ],
)
def test_notices(kind: Kind, rule: str | None, severity: str | None) -> None:
    facts = Facts(notices={"okafor2015": (Notice(kind, "2020-01", pmid="77"),)})
    found = check(f"Yes (Okafor et al., 2015, J Rest Recovery. [PubMed]({PUBMED}/1500001/)).", facts=facts)
    assert found.rules() == ([(rule, severity)] if rule else [])
    if rule:
        assert "2020-01, PMID 77" in found.all[0].message


def test_a_retracted_paper_behind_a_wrong_link() -> None:
    facts = Facts(notices={"lindqvist2015": (Notice(Kind.RETRACTED),)})
    found = check(f"Yes (Okafor et al., 2015, J Rest Recovery. [PubMed]({PUBMED}/900002/)).", facts=facts)
    only(found, "wrong-identifier", "retracted")


def test_a_retracted_study_that_is_only_probably_meant() -> None:
    facts = Facts(notices={"okafor2015": (Notice(Kind.RETRACTED),)})
    flag = check("Yes (Okafor et al., 2015).", facts=facts).one("retracted")
    assert (flag.severity, flag.message.startswith("Probably")) == (Severity.NOTE, True)


def test_a_newer_version_of_a_review_in_the_base() -> None:
    old = replace(OKAFOR, doi="10.1002/14651858.CD001234.pub2")
    newer = Reference(key="okafor2020", entry_type="article", title="Rest", year=2020, doi=f"{old.doi[:-1]}4")
    text = f"Yes (Okafor et al., 2015, J Rest Recovery. [PubMed]({PUBMED}/1500001/))."
    flag = check(text, old, facts=Facts(references={"okafor2020": newer})).one("superseded")
    assert (flag.severity, flag.expected) == (Severity.WARNING, "okafor2020 (2020)")
    other = newer.model_copy(update={"doi": "10.1002/14651858.CD009999.pub4"})
    assert check(text, old, facts=Facts(references={"okafor2020": other})).all == []


# --- links ----------------------------------------------------------------------------------------------------------


def links(text: str, name: str = "x.md") -> list[tuple[int, str, str]]:
    post = read_bytes(text.encode(), name=name).posts[0]
    return [(line, flag.rule, flag.severity.value) for line, flag in verify_links(post, Facts())]


@pytest.mark.parametrize(
    ("href", "severity"),
    [
        ("https://chatgpt.com/share/1", "error"),
        ("https//example.org/page", "error"),
        ("tel:42454", "error"),
        ("tel:+13105551234", None),
        ("https://example.org/?utm_source=chatgpt.com", "warning"),
        ("https://example.org/?utm_source=newsletter", None),
        ("/blog/rest", None),
        ("#top", None),
        ("about.html", None),
        ("mailto:a@example.org", None),
        ("https://example.org/rest", None),
    ],
)
def test_links_by_their_address(href: str, severity: str | None) -> None:
    assert links(f"First.\n\nSee [this]({href}) now.") == ([(3, "bad-link", severity)] if severity else [])


def test_a_bad_link_of_a_citation_is_told_once() -> None:
    text = "Rest helps (Okafor et al., 2015, J Rest Recovery. [View](https://claude.ai/chat/1))."
    post = read_bytes(text.encode()).posts[0]
    citations = find(post)
    flags = check(text).all
    assert [flag.rule for flag in flags] == ["bad-link"]
    assert flags[0].fix == f"(Okafor et al., 2015, J Rest Recovery. [View on PubMed]({PUBMED}/1500001/))"
    assert verify_links(post, Facts(), citations) == []
    assert len(verify_links(post, Facts())) == 1


def test_a_relative_link_on_the_words_of_a_citation() -> None:
    found = check("Rest helps (Okafor et al., 2015, J Rest Recovery. [View on PubMed](/1500001)).")
    assert found.rules() == [("bad-link", "error")]


# --- several posts ---------------------------------------------------------------------------------------------------


def told(*texts: str, records: Sequence[Record] = (OKAFOR, LINDQVIST)) -> list[tuple[int, int, Flag]]:
    checked = [check(text.replace("PUBMED", PUBMED), *records) for text in texts]
    return inconsistent([(f"Post {n}", c.citations, c.resolutions) for n, c in enumerate(checked)])


def test_one_study_told_differently_in_two_posts() -> None:
    first = "Yes (Okafor et al., 2015, J Rest Recovery. [PubMed](PUBMED/1500001/))."
    second = "Yes (Okafor et al., 2014, J Rest Recovery. [PubMed](PUBMED/1500001/))."
    [(post, citation, flag)] = told(first, second)
    assert (post, citation, flag.severity, flag.found, flag.expected) == (1, 0, Severity.WARNING, "2014", "2015")
    assert "'Post 0'" in flag.message
    assert [post for post, _, _ in told(second, first)] == [0]  # the record tells which is right
    assert told(first, first) == []
    assert told(first, first.replace("J Rest Recovery", "Journal of Rest and Recovery")) == []


def test_different_studies_may_differ() -> None:
    assert told(
        "Yes (Okafor et al., 2015, J Rest Recovery. [PubMed](PUBMED/1500001/)).",
        "Yes (Lindqvist & Roy, 2009, Ann Cold Water. [PubMed](PUBMED/900002/)).",
    ) == []  # fmt: skip


def test_counts_of_one_study() -> None:
    text = "The review of {} studies (Okafor et al., 2015, J Rest Recovery. [PubMed](PUBMED/1500001/)) says so."
    assert [flag.found for _, _, flag in told(text.format(16), text.format(18))] == ["18"]
    assert told(text.format(16), text.format(3)) == []  # three of the sixteen, as far as anybody can tell
