"""Findings on printed facts: year, journal, place, title, authors, and what is only probable."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kb.citations.find import find
from kb.citations.flag import Severity
from kb.citations.read import read_bytes
from kb.citations.resolution import By, Confidence, Resolution
from kb.citations.verify import Facts, verify
from tests.citations.verifying import OKAFOR, PUBMED, REFERENCE, check

# --- year, journal, place -------------------------------------------------------------------------------------


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


def test_a_year_after_print_and_electronic_publication_is_wrong_when_both_are_known() -> None:
    text = REFERENCE.replace("2015;12(3)", "{};12(3)")
    both = replace(OKAFOR, electronic=True)
    for year, record, severity in ((2016, both, "error"), (2014, both, "note"), (2016, OKAFOR, "note")):
        assert check(text.format(year), record).rules() == [("wrong-year", severity)]
    # With other pages and no title that is the paper's, the year may be that of the issue.
    loose = f"Yes (Okafor et al., 2016, J Rest Recovery. [PubMed]({PUBMED}/1500001/))."
    assert check(loose, both).rules() == [("wrong-year", "note")]


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
        "J Rest Recovery. 2015;12(3):154-63. doi: 10.1000/okafor.15. PMID: 1500001."
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


# --- authors --------------------------------------------------------------------------------------------------


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


# --- probable, unknown ----------------------------------------------------------------------------------------


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
