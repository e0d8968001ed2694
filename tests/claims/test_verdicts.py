"""Curated verdicts of a sentence: at most one flag a claim, worded as curated, with who said so."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

import kb
from kb.citations.flag import Basis, Severity
from kb.claims.rules import RULES
from kb.claims.verdicts import curated, silences
from kb.model import Bearing, Citation, Claim, ClaimDirection, Evidence, Post, Relation, Topics, Verdict, Wording
from kb.text import locate
from tests.claims.judging import finding, study, with_studies

HERE = locate("Shockwave eases heel pain.")
ELSEWHERE = locate("Something else.")


def evidence(
    key: str | None, bearing: Bearing, *, cited: bool = True, relation: Relation = Relation.QUALIFIES
) -> Evidence:
    reason = f"What {key} shows."
    return Evidence(study=key, citation="r01" if cited else None, bearing=bearing, relation=relation, reason=reason)


def claim(number: int, bearing: Bearing, *items: Evidence, where: str = HERE, **reviewed: Any) -> Claim:
    return Claim(
        id=f"c{number:02}",
        statement="Shockwave is said to ease heel pain.",
        populations=(),
        conditions=("plantar-fasciitis",),
        interventions=("focused-shockwave",),
        comparators=(),
        outcomes=("pain-vas",),
        direction=ClaimDirection.BENEFIT,
        magnitude=None,
        wording=Wording.CERTAIN,
        evidence=items,
        verdict=Verdict(bearing=bearing, reason="The claim goes too far.", basis="curated from abstracts", **reviewed),
        locator={"sha256": where},
    )


def post(*claims: Claim) -> Post:
    topics = Topics(conditions=(), interventions=())
    citation = Citation(id="r01", study="fox2020", as_published={}, locator={"sha256": HERE})
    return Post(
        slug="heel", kind="post", url=None, title="Heel", date=None, topics=topics, citations=(citation,), claims=claims
    )


@pytest.mark.parametrize(
    ("bearing", "rule", "severity"),
    [
        (Bearing.NOT_SUPPORTED, "not-supported", Severity.ERROR),
        (Bearing.MISATTRIBUTED, "misattributed", Severity.ERROR),
        (Bearing.OVERSTATED, "overstated", Severity.WARNING),
        (Bearing.PARTLY, "partly-supported", Severity.NOTE),
    ],
)
def test_each_bearing_has_its_rule(bearing: Bearing, rule: str, severity: Severity) -> None:
    (flag,) = curated(post(claim(1, bearing, evidence("fox2020", bearing))), HERE)
    assert (flag.rule, flag.severity, flag.basis, flag.study) == (rule, severity, Basis.CURATED, "fox2020")
    assert flag.message == "The claim goes too far."
    assert flag.source == "evidence/posts/heel.yaml, c01: curated from abstracts"
    assert flag.rule in RULES


@pytest.mark.parametrize("bearing", [Bearing.SUPPORTED, Bearing.UNCLEAR])
def test_supported_and_unclear_claims_say_nothing(bearing: Bearing) -> None:
    assert curated(post(claim(1, bearing, evidence("fox2020", bearing))), HERE) == []


def test_other_sentences_have_no_verdict() -> None:
    one = post(claim(1, Bearing.OVERSTATED, evidence("fox2020", Bearing.OVERSTATED)))
    assert curated(one, ELSEWHERE) == []
    assert silences(one, ELSEWHERE) == frozenset()


def test_a_review_is_named_with_its_date() -> None:
    reviewed: dict[str, Any] = {"reviewed_by": "R. Viewer", "reviewed_on": dt.date(2026, 3, 1)}
    (flag,) = curated(post(claim(1, Bearing.PARTLY, evidence("fox2020", Bearing.PARTLY), **reviewed)), HERE)
    assert flag.basis is Basis.REVIEWED
    assert flag.source == "evidence/posts/heel.yaml, c01: reviewed by R. Viewer on 2026-03-01"


def test_one_flag_a_claim_however_many_studies() -> None:
    against = evidence("owl2021", Bearing.NOT_SUPPORTED, cited=False, relation=Relation.CONTRADICTS)
    several = [evidence("fox2020", Bearing.OVERSTATED), evidence("elk2022", Bearing.OVERSTATED), against]
    flags = curated(post(claim(1, Bearing.OVERSTATED, *several), claim(2, Bearing.PARTLY, several[0])), HERE)
    assert [flag.rule for flag in flags] == ["overstated", "overstated"]
    assert flags[0].study == "fox2020", "the cited study first"
    assert flags[0].message.endswith("Contradicted by owl2021.")


def test_a_cited_study_that_fares_worse_than_the_claim_is_told() -> None:
    carried = evidence("owl2021", Bearing.SUPPORTED, cited=False, relation=Relation.SUPPORTS)
    worse = evidence("fox2020", Bearing.NOT_SUPPORTED, relation=Relation.DOES_NOT_ADDRESS)
    (flag,) = curated(post(claim(1, Bearing.SUPPORTED, carried, worse)), HERE)
    assert (flag.rule, flag.study) == ("not-supported", "fox2020")
    assert flag.message == "fox2020: What fox2020 shows. The claim as a whole: The claim goes too far."
    uncited = evidence("elk2022", Bearing.NOT_SUPPORTED, cited=False)
    assert curated(post(claim(1, Bearing.SUPPORTED, carried, uncited)), HERE) == []


def test_with_the_corpus_a_flag_gives_the_finding_and_a_sentence(base: kb.Base) -> None:
    corpus = with_studies(base.corpus, study("fox2020", finding(1, outcomes=("swelling",)), finding(2)))
    one = post(claim(1, Bearing.OVERSTATED, evidence("fox2020", Bearing.OVERSTATED)))
    (flag,) = curated(one, HERE, corpus)
    assert flag.expected is not None
    assert "MD -1.5 points (0-10), 95% CI -2 to -1" in flag.expected
    assert flag.fix is not None
    assert flag.fix.startswith("In one randomized trial of 80 adults with plantar fasciitis")
    (bare,) = curated(one, HERE)
    assert (bare.expected, bare.fix) == ("What fox2020 shows.", None)


def test_a_source_that_is_no_study_can_be_misattributed() -> None:
    (flag,) = curated(post(claim(1, Bearing.MISATTRIBUTED, evidence(None, Bearing.MISATTRIBUTED))), HERE)
    assert (flag.rule, flag.study, flag.expected) == ("misattributed", None, None)


def test_silences_need_every_claim_of_the_sentence() -> None:
    fine, partly = evidence("fox2020", Bearing.SUPPORTED), evidence("fox2020", Bearing.PARTLY)
    other = evidence("owl2021", Bearing.SUPPORTED)
    first = claim(1, Bearing.SUPPORTED, fine, other)
    assert silences(post(first), HERE) == {"fox2020", "owl2021"}
    assert silences(post(first, claim(2, Bearing.SUPPORTED, fine)), HERE) == {"fox2020"}
    assert silences(post(first, claim(2, Bearing.PARTLY, partly)), HERE) == frozenset()
    assert silences(post(first, claim(2, Bearing.SUPPORTED, other, where=ELSEWHERE)), HERE) == {"fox2020", "owl2021"}


def test_every_curated_claim_of_the_base_gives_at_most_one_flag(base: kb.Base) -> None:
    total = 0
    for one in base.corpus.posts.values():
        for where in {claim.locator.sha256 for claim in one.claims}:
            here = [claim for claim in one.claims if claim.locator.sha256 == where]
            flags = curated(one, where, base.corpus)
            bad = [c for c in here if c.verdict.bearing not in {Bearing.SUPPORTED, Bearing.UNCLEAR}]
            assert len(bad) <= len(flags) <= len(here)
            assert all(flag.message and flag.source and flag.basis is not Basis.RULE for flag in flags)
            assert not {flag.study for flag in flags if len(here) == 1} & silences(one, where)
            total += len(flags)
    assert total > 200
