"""Findings on designs, sources, notices, links, and on several posts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

import kb
from kb.citations.find import find
from kb.citations.flag import Flag, Severity
from kb.citations.library import Library
from kb.citations.read import read_bytes
from kb.citations.resolution import Record
from kb.citations.resolve import resolve
from kb.citations.verify import Facts, inconsistent, verify, verify_links
from kb.model import Reference
from kb.pubmed.notices import Kind, Notice
from tests.citations.verifying import LINDQVIST, OKAFOR, PUBMED, REFERENCE, check, only, real

# --- design ---------------------------------------------------------------------------------------------------

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


# --- sources --------------------------------------------------------------------------------------------------


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


@pytest.mark.parametrize(
    "host",
    [
        "docs.google.com/document/d/1/edit",
        "drive.google.com/file/d/1",
        "www.dropbox.com/s/1",
        "clinic.sharepoint.com/x",
    ],
)
def test_a_private_document_is_no_source(host: str) -> None:
    text = "Rest helps (Okafor et al., 2015, J Rest Recovery. [source](https://{}))."
    found = check(text.format(host))
    assert sorted(found.rules()) == [("bad-link", "warning"), ("no-link", "note")]
    assert "private document" in found.one("bad-link").message
    assert found.one("bad-link").fix == f"(Okafor et al., 2015, J Rest Recovery. [View on PubMed]({PUBMED}/1500001/))"


def test_a_form_for_patients_is_no_finding() -> None:
    post = read_bytes(b"Fill in [our form](https://docs.google.com/forms/d/1/viewform) first.").posts[0]
    assert verify_links(post, Facts()) == []


def test_research_at_large_is_told_in_whole_words() -> None:
    flag = check("Research shows that rest is best.").one("no-source")
    assert flag.message == "The text speaks of research without naming or linking it."


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
        "Rest helps (Okafor et al., 2015, J Rest Recovery).\n\nYes (Okafor et al., 2015. [PubMed](PUBMED/1500001/)).",
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


# --- notices --------------------------------------------------------------------------------------------------


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
    newer = Reference(
        key="okafor2020", entry_type="article", title="Rest", year=2020, doi="10.1002/14651858.CD001234.pub4"
    )
    text = f"Yes (Okafor et al., 2015, J Rest Recovery. [PubMed]({PUBMED}/1500001/))."
    flag = check(text, old, facts=Facts(references={"okafor2020": newer})).one("superseded")
    assert (flag.severity, flag.expected) == (Severity.WARNING, "okafor2020 (2020)")
    other = newer.model_copy(update={"doi": "10.1002/14651858.CD009999.pub4"})
    assert check(text, old, facts=Facts(references={"okafor2020": other})).all == []


# --- links ----------------------------------------------------------------------------------------------------


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


# --- several posts --------------------------------------------------------------------------------------------


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


def test_a_difference_that_another_rule_tells_is_a_note() -> None:
    first = "Yes (Okafor et al., 2015, J Rest Recovery. [PubMed](PUBMED/1500001/))."
    [(post, _, flag)] = told(first, first.replace("2015", "2009"))
    assert (post, flag.severity) == (1, Severity.NOTE)


def test_different_studies_may_differ() -> None:
    assert told(
        "Yes (Okafor et al., 2015, J Rest Recovery. [PubMed](PUBMED/1500001/)).",
        "Yes (Lindqvist & Roy, 2009, Ann Cold Water. [PubMed](PUBMED/900002/)).",
    ) == []  # fmt: skip


def test_counts_of_one_study() -> None:
    text = "The review of {} studies (Okafor et al., 2015, J Rest Recovery. [PubMed](PUBMED/1500001/)) says so."
    assert [flag.found for _, _, flag in told(text.format(16), text.format(18))] == ["18"]
    assert told(text.format(16), text.format(3)) == []  # three of the sixteen, as far as anybody can tell


def test_a_post_without_lines_has_none_in_messages() -> None:
    text = "Yes (Okafor et al., {}, J Rest Recovery. [PubMed](PUBMED/1500001/))."
    checked = [check(text.format(year).replace("PUBMED", PUBMED)) for year in (2015, 2014)]
    posts = [(f"Post {n}", [replace(one, line=0) for one in c.citations], c.resolutions) for n, c in enumerate(checked)]
    [(_, _, flag)] = inconsistent(posts)
    assert (flag.message[-9:], flag.source) == ("'Post 0'.", "Post 0")
    text = f"A 2015 trial ([PubMed]({PUBMED}/1500001/)) tested rest.\n\nA 2015 trial helped, too."
    citations = [replace(one, line=0) for one in find(read_bytes(text.encode()).posts[0])]
    resolutions = resolve(citations, Library([OKAFOR]))
    messages = [flag.message for flags in verify(citations, resolutions, Facts()) for flag in flags]
    assert messages
    assert not any("line 0" in message for message in messages)
