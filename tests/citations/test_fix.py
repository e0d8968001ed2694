"""Text to paste: in the style of the original, with what was right kept as it was."""

from __future__ import annotations

from dataclasses import replace

import pytest

import kb
from kb.citations.find import find
from kb.citations.find_model import FoundCitation
from kb.citations.fix import address_of, corrected, journal_like, parenthesis, reference_line
from kb.citations.library import Library
from kb.citations.library_records import from_reference
from kb.citations.read import read_bytes
from kb.citations.resolution import Record
from kb.model import Reference
from tests.citations.verifying import LINDQVIST, OKAFOR, PUBMED

HERE = f"{PUBMED}/1500001/"


def citation(text: str) -> FoundCitation:
    found = find(read_bytes(text.replace("PUBMED", PUBMED).encode()).posts[0])
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize(
    ("text", "fixed"),
    [
        # the link alone
        ("(Okafor et al., 2015, J Rest Recovery. [View](PUBMED/9/))", "(Okafor et al., 2015, J Rest Recovery. @)"),
        ("(Okafor et al. 2015)", "(Okafor et al. 2015. @)"),
        ("(Okafor, Moor et al., 2015; [PubMed](PUBMED/9/))", "(Okafor, Moor et al., 2015. @)"),
        ("(Okafor et al., 2015, Journal of Rest & Recovery)", "(Okafor et al., 2015, Journal of Rest & Recovery. @)"),
        # a fact
        ("(Okafor et al., 2011, J Rest Recovery. [View](PUBMED/9/))", "(Okafor et al., 2015, J Rest Recovery. @)"),
        ("(Petrov et al., 2015, J Rest Recovery)", "(Okafor et al., 2015, J Rest Recovery. @)"),
        ("(Okafor et al., 2015, Ann Cold Water)", "(Okafor et al., 2015, J Rest Recovery. @)"),
        ("(Okafor et al., 2015, Annals of Cold Water)", "(Okafor et al., 2015, Journal of Rest and Recovery. @)"),
        ("(Petrov & Roy, 2001, Ann Cold Water)", "(Okafor et al., 2015, J Rest Recovery. @)"),
    ],
)  # fmt: skip
def test_parentheses_keep_their_form(text: str, fixed: str) -> None:
    found = corrected(citation(f"Rest helps {text}."), OKAFOR)
    assert found == fixed.replace("@", f"[View on PubMed]({HERE})")


def test_two_authors_are_joined_as_they_were() -> None:
    for joint in ("&", "and"):
        found = citation(f"Yes (Petrov {joint} Sand, 2009, Ann Cold Water).")
        assert corrected(found, LINDQVIST).startswith(f"(Lindqvist {joint} Roy, 2009, Ann Cold Water.")


def test_running_text_becomes_a_link() -> None:
    assert corrected(citation("Okafor et al. (2011) saw it."), OKAFOR) == f"[Okafor et al. (2015)]({HERE})"


def test_a_link_on_words() -> None:
    right = citation("A [2015 study in the Journal of Rest and Recovery](PUBMED/9/) saw it.")
    assert corrected(right, OKAFOR) == HERE
    wrong = citation("A [2011 study in the Annals of Cold Water](PUBMED/9/) saw it.")
    assert corrected(wrong, OKAFOR) == f"[2015 study in the Journal of Rest and Recovery]({HERE})"


def test_a_mention_gets_a_citation() -> None:
    assert corrected(citation("A 2015 study found that rest helps."), OKAFOR) == parenthesis(OKAFOR)
    assert parenthesis(OKAFOR) == f"(Okafor et al., 2015, J Rest Recovery. [View on PubMed]({HERE}))"
    nothing = Record("x", None)
    assert parenthesis(nothing) == "()"


def test_a_reference_becomes_a_full_line() -> None:
    text = "## References\n\n- Petrov A. Something else. J Rest Recovery. 2011;1(2):3-4."
    assert corrected(citation(text), OKAFOR) == reference_line(OKAFOR)
    assert reference_line(OKAFOR) == (
        "Okafor AB, Berg C, van der Moor D. Rest for sore tendons of the okafor cohort: a long walk home. "
        "J Rest Recovery. 2015;12(3):154-63. doi: 10.1000/okafor.15. PMID: 1500001."
    )


def test_an_only_author_stays_alone() -> None:
    cut = replace(OKAFOR, authors=("Okafor, A. B.", "others"))
    text = "## Sources\n\n- Okafor AB{}. Rest for sore tendons of the okafor cohort. J Rest Recovery. 2011;12:154-63."
    assert corrected(citation(text.format("")), cut).startswith("Okafor AB. Rest")
    assert corrected(citation(text.format(", et al")), cut).startswith("Okafor AB, et al. Rest")


def test_a_list_of_three_is_printed_as_the_bibliography_has_it() -> None:
    names = ("Okafor, A. B.", "Berg, C.", "van der Moor, D.")
    whole = Reference(key="okafor2015", entry_type="article", author=names, title="Rest", year=2015)
    assert reference_line(from_reference(whole)).startswith("Okafor AB, Berg C, van der Moor D. Rest.")
    cut = whole.model_copy(update={"author": (*names, "others")})
    assert reference_line(from_reference(cut)).startswith("Okafor AB, Berg C, van der Moor D, et al. Rest.")
    seven = whole.model_copy(update={"author": tuple(f"Okafor, {letter}." for letter in "ABCDEFG")})
    assert ", Okafor F, et al. Rest." in reference_line(from_reference(seven))


def test_a_record_from_elsewhere_has_no_key_of_the_base() -> None:
    line = reference_line(Record("pmid:7", None, "Rest", ("Lee, A.",), ("J Rest",), (2020,), pmid="7"))
    assert line == "Lee A. Rest. J Rest. 2020. PMID: 7."
    assert "[authors unknown]" in reference_line(Record("pmid:7", None, "Rest"))


def test_the_own_link_is_kept_when_it_is_right() -> None:
    found = citation("Yes (Okafor et al., 2011. [link](https://doi.org/10.1000/okafor.15)).")
    assert address_of(found, OKAFOR) == "https://doi.org/10.1000/okafor.15"
    assert "[View article](https://doi.org/10.1000/okafor.15)" in corrected(found, OKAFOR)
    assert address_of(found, replace(OKAFOR, doi="10.1000/other")) == HERE
    assert address_of(found, replace(OKAFOR, doi=None, pmid=None)) is None


def test_without_an_address_nothing_is_invented() -> None:
    bare = replace(OKAFOR, doi=None, pmid=None)
    assert (
        corrected(citation("Yes (Okafor et al., 2011, J Rest Recovery)."), bare)
        == "(Okafor et al., 2015, J Rest Recovery)"
    )


def test_journals_in_the_printed_style() -> None:
    assert journal_like("BJSM", OKAFOR) == "J Rest Recovery"
    assert journal_like("British Journal of Sports Medicine", OKAFOR) == "Journal of Rest and Recovery"
    assert journal_like("x", Record("x", None)) is None


def test_a_hostile_address_is_not_pasted() -> None:
    found = citation("Yes (Okafor et al., 2011. [link](<https://doi.org/10.1000/okafor.15?x=(a)>)).")
    assert "?x=(" not in corrected(found, OKAFOR)


def test_references_of_the_base_have_a_line(base: kb.Base) -> None:
    library = Library.of(base.corpus, base.snapshot)
    for key, reference in base.corpus.references.items():
        record = library.record(key)
        assert record is not None
        line = reference_line(record)
        assert line.endswith(".")
        assert reference.pmid is None or f"PMID: {reference.pmid}" in line
