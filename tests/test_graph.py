"""kb.graph: the graph and the questions asked of it."""

from __future__ import annotations

import itertools
from collections import Counter

import kb
from kb import graph as graphs
from kb.model import Bearing, Direction, Evidence, Relation
from kb.store import load


def test_every_noun_is_a_node_and_every_edge_is_typed(base: kb.Base) -> None:
    graph, corpus = base.graph, base.corpus
    kinds = Counter(data["kind"] for _, data in graph.nodes(data=True))
    assert kinds["study"] == 213
    assert kinds["finding"] == len(base.findings)
    assert kinds["claim"] == sum(len(post.claims) for post in corpus.posts.values())
    edges = {key for *_, key in graph.edges(keys=True)}
    assert edges == {"broader", "reports", "about", "names", "contains", "cites", "rests_on", *graphs.ROLES}


def test_what_bears_on_a_cell_includes_narrower_terms(base: kb.Base) -> None:
    wide = base.bearing_on(condition="achilles-tendinopathy", intervention="shockwave")
    narrow = base.bearing_on(condition="midportion-achilles-tendinopathy", intervention="shockwave")
    assert {"rompe2007", "rompe2009"} <= set(narrow.studies) <= set(wide.studies)
    assert set(narrow.findings) < set(wide.findings)
    expected = {
        f"{key}.{finding.id}"
        for key, study in base.corpus.studies.items()
        for finding in study.findings
        if "midportion-achilles-tendinopathy" in finding.conditions
        and {"shockwave", "focused-shockwave", "radial-shockwave"} & {*finding.interventions, *finding.comparators}
    }
    assert set(narrow.findings) == expected


def test_a_comparator_counts_as_much_as_an_intervention(base: kb.Base) -> None:
    answer = base.bearing_on(condition="lateral-epicondylitis", intervention="corticosteroid-injection")
    assert {"zhang2024", "coombes2013"} <= set(answer.studies)


def test_a_study_without_findings_counts_by_its_own_terms(base: kb.Base) -> None:
    silent = [s for s in base.corpus.studies.values() if not s.findings and s.condition_ids and s.intervention_ids]
    assert silent
    for study in silent:
        answer = base.bearing_on(condition=study.condition_ids[0], intervention=study.intervention_ids[0])
        assert study.key in answer.studies


def test_which_claims_and_posts_rest_on_a_study(base: kb.Base) -> None:
    answer = base.resting_on("fredericson2000")
    expected = {
        slug
        for slug, post in base.corpus.posts.items()
        if any(c.study == "fredericson2000" for c in post.citations)
        or any(e.study == "fredericson2000" for claim in post.claims for e in claim.evidence)
    }
    assert set(answer.posts) == expected
    assert "why-it-band-syndrome-keeps-coming-back-in-runners-and-what-to-do-about-it" in answer.posts
    studies = base.claims["studies"]
    assert all("fredericson2000" in studies[claim] for claim in answer.claims)


def test_what_contradicts_a_claim_is_judged_or_said_by_a_rule(small: object) -> None:
    corpus = load(small)  # type: ignore[arg-type]
    slug = "running-injuries-page"
    claim = (
        corpus.posts[slug]
        .claims[0]
        .model_copy(
            update={
                "conditions": ("running-related-injury",),
                "interventions": ("ten-percent-rule",),
                "outcomes": ("running-injury-incidence",),
                "direction": "benefit",
                "evidence": (
                    Evidence(
                        study="lauersen2014",
                        bearing=Bearing.OVERSTATED,
                        relation=Relation.CONTRADICTS,
                        reason="other sports",
                    ),
                ),
            }
        )
    )
    buist = corpus.studies["buist2008"]
    finding = buist.findings[0].model_copy(
        update={
            "conditions": ("running-related-injury",),
            "interventions": claim.interventions,
            "outcomes": claim.outcomes,
            "direction": Direction.NO_DIFFERENCE,
        }
    )
    studies = {**corpus.studies, "buist2008": buist.model_copy(update={"findings": (finding,)})}
    posts = {slug: corpus.posts[slug].model_copy(update={"claims": (claim,)})}
    changed = kb.Base(small, type(corpus)(**{**_fields(corpus), "studies": studies, "posts": posts}))  # type: ignore[arg-type]
    answer = changed.contradicting(f"{slug}.c01")
    assert [(c.study, c.judged) for c in answer] == [("lauersen2014", True), ("buist2008", False)]
    assert answer[1].finding == "buist2008.f01"
    assert "no difference" in answer[1].reason


def _fields(corpus: object) -> dict[str, object]:
    names = ("conditions", "interventions", "outcomes", "populations", "references", "studies", "posts")
    return {name: getattr(corpus, name) for name in names}


def test_contradictions_of_the_real_claims_point_at_real_things(base: kb.Base) -> None:
    found = list(itertools.chain.from_iterable(base.contradicting(claim) for claim in base.claims.index))
    assert any(c.judged for c in found)
    assert any(not c.judged for c in found)
    assert all(
        c.study in base.corpus.studies and (c.finding is None or c.finding in base.findings.index) for c in found
    )


def test_empty_and_filled_cells_are_each_others_complement(base: kb.Base) -> None:
    filled = graphs.cells(base.graph)
    empty = set(graphs.empty_cells(base.graph))
    total = len(base.corpus.conditions) * len(base.corpus.interventions)
    assert len(empty) + len(filled) == total
    assert not empty & set(filled)
    for cell in sorted(filled)[:: len(filled) // 25]:
        assert set(base.bearing_on(condition=cell[0], intervention=cell[1]).studies) == filled[cell], cell
    for cell in sorted(empty)[:: len(empty) // 25]:
        assert not base.bearing_on(condition=cell[0], intervention=cell[1]).studies, cell


def test_what_touches_what_within_k_steps(base: kb.Base) -> None:
    start = "study:zhang2024"
    near = base.touching("study", "zhang2024", 1)
    assert near[start] == 0
    assert {name for name, steps in near.items() if steps == 1} == {
        *base.graph.succ[start],
        *base.graph.pred[start],
    }
    assert set(near) < set(graphs.touching(base.graph, start, 2))
    assert len(graphs.touching(base.graph, start, 3, limit=40)) == 40


def test_building_twice_gives_the_same_graph(base: kb.Base) -> None:
    again = graphs.build(base.corpus)
    assert list(again.nodes(data=True)) == list(base.graph.nodes(data=True))
    assert list(again.edges(keys=True, data=True)) == list(base.graph.edges(keys=True, data=True))
