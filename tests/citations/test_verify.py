"""Findings on links: another paper, another version, an unknown one; what is right has no finding."""

from __future__ import annotations

from dataclasses import replace

import pytest

import kb
from kb.citations.find import find
from kb.citations.flag import Basis, Severity
from kb.citations.links import classify
from kb.citations.read import read_bytes
from kb.citations.resolution import Linked, LinkState, Record, Resolution
from kb.citations.rules import RULES
from kb.citations.verify import Facts, verify
from kb.cite import vancouver
from kb.model import AsPublished, Citation, Locator, Reference
from tests.citations.verifying import OKAFOR, PUBMED, check, only, real

# --- what is right --------------------------------------------------------------------------------------------

LONG = "Rest for sore tendons of the okafor cohort"
APA = f"## References\n\n- Okafor, A. B., Berg, C., & van der Moor, D. (2015). {LONG}: A long walk home."
RIGHT = [
    "Rest helps (Okafor et al., 2015, J Rest Recovery. [View on PubMed](PUBMED/1500001/)).",
    "Rest helps (Okafor, Berg & van der Moor, 2015). [View on PubMed](PUBMED/1500001/)",
    "Rest helps (Okafor, Moor et al., 2015, Journal of Rest & Recovery. [link](https://doi.org/10.1000/okafor.15)).",
    "Okafor and colleagues (2015) saw [that rest helps](PUBMED/1500001/).",
    "Dr. A. B. Okafor's [2015 study](PUBMED/1500001/) saw it.",
    "A [2015 study in the Journal of Rest and Recovery](PUBMED/1500001/) saw it.",
    "A [recent study](PUBMED/1500001/) saw it.",
    "Rest helps (Lindqvist & Roy 2009, Ann Cold Water, [PubMed](PUBMED/900002/)).",
    f"## Sources\n\n- Okafor AB, Berg C, van der Moor D. {LONG}. J Rest Recovery. 2015;12(3):154-63. PMID: 1500001",
    f"{APA} *Journal of Rest and Recovery, 12*(3), 154–163. https://doi.org/10.1000/okafor.15",
]


@pytest.mark.parametrize("text", RIGHT)
def test_a_right_citation_has_no_finding(text: str) -> None:
    assert check(text.replace("PUBMED", PUBMED)).all == []


def test_every_finding_has_a_rule() -> None:
    assert all(rule.about and rule.title and rule.id == key for key, rule in RULES.items())
    assert len(RULES) == 18


# --- wrong-identifier -----------------------------------------------------------------------------------------


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
    "Rest helps sore tendons (Okafor et al., 2015, J Rest Recovery. "
    "[View on PubMed](https://pubmed.ncbi.nlm.nih.gov/1499/))."
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


def test_an_unknown_link_may_be_another_paper_of_that_author_journal_and_year() -> None:
    """Only the subject tells them apart; a digit mistyped does, too."""
    other = UNKNOWN_LINK.replace("Rest helps sore tendons", "Ankles swell at altitude")
    only(check(other), "unresolved")
    only(check(other.replace("/1499/", "/1500007/")), "wrong-identifier")


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
    text = "It helps tendons (Okafor et al., 2015, J Rest Recovery. [link](https://doi.org/10.1000/other))."
    only(check(text, replace(OKAFOR, doi=None)), "unresolved")
    only(check(text), "wrong-identifier")
    pmc = (
        "It helps tendons (Okafor et al., 2015, J Rest Recovery. [link](https://pmc.ncbi.nlm.nih.gov/articles/PMC77/))."
    )
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


def test_the_same_first_author_with_others_years_apart_is_another_paper() -> None:
    only(check(f"Yes (Okafor & Stapley, 2004. [View on PubMed]({PUBMED}/1500001/))."), "wrong-identifier")
    only(check(f"Yes (Okafor & Stapley, 2015. [View on PubMed]({PUBMED}/1500001/))."), "wrong-authors")


def test_a_journal_beside_the_citation_is_not_the_studys() -> None:
    text = "In the American Journal of Sports Medicine, they praise it (Okafor et al. 2015 [PubMed](PUBMED/1500001/))."
    assert check(text.replace("PUBMED", PUBMED)).all == []
    told = "A trial in the American Journal of Sports Medicine ([PubMed](PUBMED/1500001/)) praised it."
    assert check(told.replace("PUBMED", PUBMED)).rules() == [("wrong-journal", "warning")]


def test_a_name_whose_study_is_linked_in_the_same_sentence() -> None:
    assert check(f"Okafor et al. looked again at rest ([2015]({PUBMED}/1500001/)).").all == []


def test_the_title_makes_it_the_paper_whoever_is_named() -> None:
    text = (
        "## References\n\n- Petrov A, Berg C, van der Moor D. Rest for sore tendons of the okafor cohort: a long walk "
        f"home. J Rest Recovery. 2015;12(3):154-163. [PubMed]({PUBMED}/1500001/)"
    )
    only(check(text), "wrong-authors")


@pytest.mark.parametrize("given", ["PMID 900002", "doi:10.2000/lq.9", "https://pubmed.ncbi.nlm.nih.gov/900002/"])
def test_an_identifier_in_plain_text_is_checked_like_a_link(given: str) -> None:
    flag = check(f"It helps (Okafor et al., 2015, J Rest Recovery, {given}).").one("wrong-identifier")
    assert flag.fix == f"(Okafor et al., 2015, J Rest Recovery. [View on PubMed]({PUBMED}/1500001/))"


@pytest.mark.parametrize("who", ["American Physical Therapy Association", "APTA", "The Rest Group"])
def test_a_body_in_place_of_authors_condemns_nothing(who: str) -> None:
    text = f"Rest is advised ({who}, 2015, J Rest Recovery. [View on PubMed]({PUBMED}/1500001/))."
    assert check(text).rules(Severity.WARNING) == []


def test_the_protocol_of_another_study_is_another_paper(base: kb.Base) -> None:
    text = "It helps ({} et al., 2024, {}. [View on PubMed](https://pubmed.ncbi.nlm.nih.gov/38873909/))."
    own = real(base, text.format("Anderson", "J Foot Ankle Res"))
    assert own.rules() == [("secondary-source", "note")]
    other = real(base, text.format("Majidi", "BMC Sports Sci Med Rehabil"))
    assert other.rules() == [("wrong-identifier", "error")]


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
    text = "It helps tendons (Okafor et al., 2015, {}. [link](https://doi.org/{}))."
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
        as_published=AsPublished.model_validate({"link": link, **published}),
        locator=Locator(sha256=citation.locator),
    )
    return Facts(curated={citation.locator: [entry]})


def test_a_curated_citation_tells_what_a_mention_means() -> None:
    link = f"{PUBMED}/1499/"
    text = f"A [2015 study]({link}) saw that rest helps."
    flag = check(text, facts=curated(text, "okafor2015", link, year=2015)).one("wrong-identifier")
    assert (flag.basis, flag.expected) == (Basis.CURATED, "PMID 1500001")
    only(check(text), "unresolved")


def test_a_review_linked_for_the_result_of_a_trial(base: kb.Base) -> None:
    link = f"{PUBMED}/24100287/"
    text = f"One [trial]({link}) of beginners saw no fewer injuries."
    entry = curated(text, "buist2008", link).curated
    flag = real(base, text, curated=entry).one("secondary-source")
    assert (flag.severity, flag.basis, flag.study) == (Severity.WARNING, Basis.CURATED, "buist2008")


def test_a_curated_study_with_other_authors() -> None:
    text = "Rest helps (Petrov et al., 2015, J Rest Recovery)."
    facts = curated(text, "okafor2015", None, authors="Petrov et al.", year=2015, journal="J Rest Recovery")
    found = check(text, facts=facts)
    flag = found.one("wrong-authors")
    assert (flag.severity, flag.basis) == (Severity.ERROR, Basis.CURATED)
    assert flag.fix == f"(Okafor et al., 2015, J Rest Recovery. [View on PubMed]({PUBMED}/1500001/))"
    only(found, "wrong-authors", "no-link")


# --- the real base --------------------------------------------------------------------------------------------


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


# --- links that are of another paper by intention ------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "As Lindqvist and Roy (2009, cited in [Okafor et al. 2015](PUBMED/1500001/)) say, rest helps.",
        "Lindqvist and Roy (2009) disagreed with a later trial ([PubMed](PUBMED/1500001/)).",
        "Unlike the 2009 guideline, [this study](PUBMED/1500001/) looks at rest.",
        "A 2009 guideline made us read [this trial](PUBMED/1500001/).",
        "Since 2009 we have told people to rest. A [cohort study](PUBMED/1500001/) agrees.",
    ],
)
def test_a_year_or_name_beside_the_link_of_another_study(text: str) -> None:
    assert check(text.replace("PUBMED", PUBMED)).rules(Severity.WARNING) == []


def test_parsing_of_a_long_title_is_no_wrong_journal() -> None:
    record = replace(OKAFOR, title="Is rest enough for sore tendons? A randomised trial of the okafor cohort")
    text = (
        "## References\n\n- Okafor AB, Berg C, van der Moor D. Is rest enough for sore tendons? A randomised trial of "
        f"the okafor cohort. J Rest Recovery. 2015;12(3):154-163. [PubMed]({PUBMED}/1500001/)"
    )
    assert check(text, record).all == []


# --- every study of the base, cited rightly and with another's link -------------------------------------------------


def _cited(reference: Reference, link: str) -> list[str]:
    names = [author.split(",")[0].strip("{}") for author in reference.author if author != "others"]
    who = f"{names[0]} et al." if len(reference.author) > 2 else " & ".join(names)
    journal = reference.shortjournal or reference.journal
    return [
        f"Rest helps ({who}, {reference.year}, {journal}. [View on PubMed]({link})).",
        f"Rest helps ({who} {reference.year}) [link]({link}).",
        f"{who.replace('&', 'and')} ({reference.year}) saw it in *{reference.journal}* ([link]({link})).",
        f"## References\n\n1. {vancouver(reference)} {link}",
    ]


def _complete(base: kb.Base) -> list[Reference]:
    references = base.corpus.references.values()
    return [r for r in references if len(r.author) > 1 and r.author[-1] != "others" and r.year and r.journal and r.pmid]


def test_every_study_of_the_base_cited_rightly(base: kb.Base) -> None:
    references = _complete(base)
    assert len(references) > 100
    wrong = [
        (text, found.rules(Severity.WARNING))
        for reference in references
        for text in _cited(reference, f"{PUBMED}/{reference.pmid}/")
        if (found := real(base, text)).rules(Severity.WARNING)
    ]
    assert wrong == []


def test_every_study_of_the_base_with_the_link_of_another(base: kb.Base) -> None:
    references = _complete(base)
    missed = []
    for reference, other in zip(references, references[7:], strict=False):
        shared = {a.split(",")[0] for a in reference.author} & {a.split(",")[0] for a in other.author}
        if shared or abs((reference.year or 0) - (other.year or 0)) < 2:
            continue
        text = _cited(reference, f"{PUBMED}/{other.pmid}/")[0]
        if ("wrong-identifier", "error") not in real(base, text).rules(Severity.ERROR):
            missed.append(text)
    assert missed == []
