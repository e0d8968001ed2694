"""Curated verdicts of a sentence: at most one flag a claim, worded as curated, with who said so."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

import kb
from kb.citations.flag import Basis, Severity
from kb.claims.rules import RULES
from kb.claims.verdicts import curated, silences
from kb.model import (
    Bearing,
    Citation,
    Claim,
    ClaimDirection,
    Direction,
    Evidence,
    Post,
    Relation,
    Topics,
    Verdict,
    Wording,
)
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
    assert flag.fix.startswith("In one randomized trial of adults with plantar fasciitis (80 people randomized)")
    assert flag.fix.endswith("(Fox, 2020).")
    (bare,) = curated(one, HERE)
    assert (bare.expected, bare.fix) == ("What fox2020 shows.", None)


@pytest.mark.parametrize(
    "other",
    [
        {"outcomes": ("swelling",)},
        {"conditions": ("lateral-epicondylitis",)},
        {"interventions": ("corticosteroid-injection",)},
        {"interventions": (), "comparators": (), "direction": Direction.DESCRIPTIVE},
    ],
)
def test_a_finding_about_something_else_is_no_fix(base: kb.Base, other: dict[str, Any]) -> None:
    corpus = with_studies(base.corpus, study("fox2020", finding(1, **other)))
    (flag,) = curated(post(claim(1, Bearing.OVERSTATED, evidence("fox2020", Bearing.OVERSTATED))), HERE, corpus)
    assert flag.fix is None
    assert flag.expected == "What fox2020 shows."


def test_the_told_time_and_people_choose_the_finding(base: kb.Base) -> None:
    corpus = with_studies(base.corpus, study("fox2020", finding(1), finding(2, timepoint="24 weeks")))
    one = claim(1, Bearing.OVERSTATED, evidence("fox2020", Bearing.OVERSTATED))
    late = one.model_copy(update={"statement": "Shockwave is said to ease heel pain at 24 weeks."})
    (flag,) = curated(post(late), HERE, corpus)
    assert flag.fix is not None
    assert "at 24 weeks" in flag.fix
    (never,) = curated(post(one.model_copy(update={"magnitude": "after 3 years"})), HERE, corpus)
    assert never.fix is None
    (runners,) = curated(post(one.model_copy(update={"populations": ("runners",)})), HERE, corpus)
    assert runners.fix is None


def test_a_sibling_condition_of_a_real_study_is_no_fix(base: kb.Base) -> None:
    """Midportion and insertional tendinopathy are both in one review: a claim about one never gets the other."""
    told = claim(1, Bearing.OVERSTATED, evidence("korakakis2018", Bearing.OVERSTATED)).model_copy(
        update={
            "conditions": ("midportion-achilles-tendinopathy",),
            "interventions": ("shockwave",),
            "outcomes": ("visa-a",),
        }
    )
    (flag,) = curated(post(told), HERE, base.corpus)
    assert flag.fix is not None
    assert "midportion Achilles tendinopathy" in flag.fix
    assert "insertional" not in f"{flag.fix} {flag.expected}"


def test_a_study_without_authors_is_named_by_its_title(base: kb.Base) -> None:
    corpus = base.corpus
    key = next(key for key, one in corpus.references.items() if not one.author and one.title and key in corpus.studies)
    against = evidence(key, Bearing.NOT_SUPPORTED, cited=False, relation=Relation.CONTRADICTS)
    several = [evidence("rathleff2015", Bearing.OVERSTATED), against]
    (flag,) = curated(post(claim(1, Bearing.OVERSTATED, *several)), HERE, corpus)
    assert key not in flag.message
    assert 'Contradicted by "' in flag.message


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
