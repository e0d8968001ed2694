"""Statements of a post: what each study is judged by, and where curated claims go when a sentence holds several."""

from __future__ import annotations

import datetime as dt

import kb
from kb.checking.check import check
from kb.checking.options import Options
from kb.checking.published import Known
from kb.checking.statements import Statement, statements
from kb.citations.find import find
from kb.citations.find_sentences import sentences_of
from kb.citations.read import read_bytes
from kb.citations.resolution import Confidence, Record, Resolution
from kb.model import Bearing, Post

PUBMED = "https://pubmed.ncbi.nlm.nih.gov"
TWO = (
    f"A graded plan spared 532 novice runners nothing. (Buist et al., 2008. [View on PubMed]({PUBMED}/17940147/)) "
    f"Lifting at home did not spare 720 runners. (Toresdahl et al., 2020. [View on PubMed]({PUBMED}/31642726/))"
)
SHARED = "Rest calmed the knees of many rowers (Okafor et al., 2031), and ice did so too (Lindqvist et al., 2029)."
STUDIES = ("okafor2031", "lindqvist2029")


def test_a_count_is_compared_with_the_study_behind_it(base: kb.Base) -> None:
    assert _numbers(base, TWO) == []
    assert _numbers(base, TWO.replace("720", "532")) == ["toresdahl2020"]
    assert _numbers(base, TWO.replace("532", "720")) == ["buist2008"]


def _numbers(base: kb.Base, text: str) -> list[str | None]:
    """Studies whose numbers are told wrongly."""
    result = check(base, ("draft.md", text.encode()), Options(today=dt.date(2031, 5, 1)))
    return [finding.study for finding in result.findings() if finding.rule == "number-differs"]


def shared(base: kb.Base, bearing: Bearing) -> list[Statement]:
    """Statements of a sentence of two citations, with a curated claim on the second one's study."""
    model = next(post for post in base.corpus.posts.values() if post.slug == "running-injuries-page")
    post = read_bytes(SHARED.encode()).posts[0]
    found = find(post)
    (sentence,) = sentences_of(post.blocks[0])
    claim = next(claim for claim in model.claims if any(e.study for e in claim.evidence))
    evidence = next(e for e in claim.evidence if e.study)
    claim = claim.model_copy(
        update={
            "id": "c01",
            "locator": claim.locator.model_copy(update={"sha256": sentence.locator}),
            "evidence": (evidence.model_copy(update={"study": STUDIES[1], "bearing": bearing, "citation": None}),),
            "verdict": claim.verdict.model_copy(update={"bearing": bearing}),
        }
    )
    entry = Post(**{**dict(model), "claims": (claim,), "citations": ()})
    means = [Resolution(Record(key, key), Confidence.CERTAIN) for key in STUDIES]
    return statements(found, means, entry, [Known(0, sentence, sentence.locator)])


def test_each_citation_of_a_sentence_has_its_statement_and_the_locator_of_the_sentence(base: kb.Base) -> None:
    first, second = shared(base, Bearing.SUPPORTED)
    assert [list(one.studies) for one in (first, second)] == [["okafor2031"], ["lindqvist2029"]]
    assert first.end <= second.start
    assert first.own.locator == second.own.locator


def test_a_curated_claim_goes_to_the_statement_that_cites_its_study(base: kb.Base) -> None:
    first, second = shared(base, Bearing.NOT_SUPPORTED)
    assert ([claim.id for claim in first.claims], [claim.id for claim in second.claims]) == ([], ["c01"])
    assert (first.curated, second.curated) == ([], [second.own.locator])  # its verdict is shown once


def test_what_is_curated_as_supported_is_so_for_every_statement_of_the_sentence(base: kb.Base) -> None:
    first, second = shared(base, Bearing.SUPPORTED)
    assert first.curated == second.curated == [second.own.locator]
