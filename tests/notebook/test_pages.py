"""Pages stay readable: a broad term leads to narrower ones, nothing is out of reach, every number has its finding."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

import kb
from kb.model import Finding
from kb.notebook.answers import rows_of
from kb.notebook.audit_page import AuditPage
from kb.notebook.comparison_page import ComparisonPage
from kb.notebook.evidence import outcome_words, sides
from kb.notebook.html import Block, plain
from kb.notebook.post_page import PostPage
from kb.notebook.scope import Scope
from kb.notebook.sections import findings_of
from kb.notebook.study_page import StudyPage
from kb.notebook.term_page import TermPage
from kb.notebooks.reads import Reads
from kb.notebooks.recorded import recorded
from kb.synthesis.comparison import Question
from kb.tables import effect

FRAME = 20_000
"""Bytes that the site's frame may add to a page."""
TEMPLATES = Path(__file__).parents[2] / "notebooks"
ELBOW = Question("lateral-epicondylitis", "shockwave", "pain-vas")


def shown(page: object, template: str) -> list[str]:
    """What the cells of a template show of a page."""
    cells = json.loads((TEMPLATES / f"{template}.ipynb").read_text())["cells"]
    methods = re.findall(r"^page\.(\w+)\(\)$", "\n".join("".join(cell["source"]) for cell in cells), re.MULTILINE)
    blocks = [getattr(page, method)() for method in methods]
    return [block.html for block in blocks if isinstance(block, Block)]


def without_pictures(html: str) -> int:
    return len(re.sub(r"<svg.*?</svg>", "", html, flags=re.DOTALL).encode())


def terms(base: kb.Base) -> list[tuple[str, str]]:
    return [
        (noun, identifier)
        for noun in ("condition", "intervention")
        for identifier, term in base.corpus.vocabulary(f"{noun}s").items()
        if getattr(term, "kind", None) != "control"
    ]


def heaviest(base: kb.Base, number: int) -> list[tuple[str, str]]:
    """Terms whose pages show most, and those below which most stands."""
    scopes = {(noun, i): Scope(base, noun, i) for noun, i in terms(base)}
    by_shown = sorted(scopes, key=lambda t: -len(scopes[t].findings) - len(scopes[t].claims))
    by_all = sorted(scopes, key=lambda t: -len(scopes[t].bearing.findings))
    return [*dict.fromkeys((*by_shown[:number], *by_all[:number]))]


# size


def test_the_heaviest_pages_stay_under_300_kb(base: kb.Base) -> None:
    for noun, identifier in heaviest(base, 4):
        made = "\n".join(shown(TermPage(base, noun, identifier), noun))
        assert without_pictures(made) + FRAME < 300_000, identifier
        assert len(made.encode()) + FRAME < 1_000_000, identifier


def test_the_post_with_most_claims_stays_under_300_kb(base: kb.Base) -> None:
    slug = max(base.corpus.posts, key=lambda name: len(base.corpus.posts[name].claims))
    assert without_pictures("\n".join(shown(PostPage(base, slug), "post"))) + FRAME < 300_000


# nothing is out of reach


def test_what_names_a_term_stands_on_its_page(base: kb.Base) -> None:
    roles = {"condition": ("conditions",), "intervention": ("interventions", "comparators")}
    for noun, identifier in terms(base):
        scope = Scope(base, noun, identifier)
        names = {
            f"{key}.{finding.id}"
            for key, study in base.corpus.studies.items()
            if key not in base.retracted
            for finding in study.findings
            if any(identifier in getattr(finding, role) for role in roles[noun])
        }
        assert names <= set(scope.findings), identifier
        claims = {
            f"{slug}.{claim.id}"
            for slug, post in base.corpus.posts.items()
            for claim in post.claims
            if identifier in getattr(claim, f"{noun}s")
        }
        assert claims <= set(scope.claims), identifier


def test_what_a_broad_page_leaves_out_is_counted_and_one_link_away(base: kb.Base) -> None:
    broad = [(noun, i) for noun, i in terms(base) if not Scope(base, noun, i).whole]
    assert len(broad) > 5
    for noun, identifier in broad:
        page = TermPage(base, noun, identifier)
        studies, findings, claims = page.scope.left
        html = page._leads()
        for number, one in ((studies, "stud"), (findings, "finding"), (claims, "claim")):
            assert not number or re.search(rf"\b{number:,} {one}", plain(html)), (identifier, one)
        linked = set(re.findall(rf'href="\.\./{noun}/([a-z0-9-]+)\.html"', html))
        left = set(page.scope.bearing.findings) - set(page.scope.findings)
        below = {i for i in linked for f in Scope(base, noun, i).findings if f in left}
        reached = {f for i in below for f in Scope(base, noun, i).findings}
        assert left <= reached, (identifier, sorted(left - reached)[:3])


def test_every_finding_has_its_row_on_the_page_of_its_study(base: kb.Base) -> None:
    for key, study in base.corpus.studies.items():
        html = StudyPage(base, key).findings().html
        for finding in study.findings:
            assert html.count(f'id="{finding.id}"') == 1, key
            assert f'data-finding="{key}.{finding.id}"' in html


def test_a_broad_page_reads_no_finding_that_it_does_not_show(base: kb.Base) -> None:
    reads = Reads()
    page = TermPage(recorded(base, reads), "condition", "knee-pain")
    shown(page, "condition")
    read = {name.split("/")[1] for name in reads.names if re.fullmatch(r"studies/\w+/(findings|\*)", name)}
    used = {key for row in page.answers_rows for key in row.result.studies} | set(page.scope.studies)
    assert read <= used
    assert len(page.scope.bearing.studies) > 10 * len(used)


# every number is traced


MAKERS: dict[str, Callable[[kb.Base], str]] = {
    "condition": lambda base: "\n".join(shown(TermPage(base, "condition", "lateral-epicondylitis"), "condition")),
    "intervention": lambda base: "\n".join(shown(TermPage(base, "intervention", "hip-strengthening"), "intervention")),
    "comparison": lambda base: "\n".join(shown(ComparisonPage(base, ELBOW), "comparison")),
    "post": lambda base: "\n".join(shown(PostPage(base, "tight-hip-flexors-knee-pain-culver-city"), "post")),
    "study": lambda base: "\n".join(b.html for b in StudyPage(base, "zhang2024").blocks() if isinstance(b, Block)),
}


def numbers_of(finding: Finding) -> set[float]:
    return {abs(v) for v in (finding.estimate, finding.ci_low, finding.ci_high) if v is not None}


def numbers_in(text: str) -> set[float]:
    return {float(number) for number in re.findall(r"\d+(?:\.\d+)?", text.replace(",", ""))}


@pytest.mark.parametrize("name", MAKERS)
def test_every_number_leads_back_to_its_finding(base: kb.Base, name: str) -> None:
    html = MAKERS[name](base)
    single = re.findall(r'<span data-finding="([^"]*)">(.*?)</span>', html)
    assert len(single) > 5
    for identifier, inner in single:
        ((_, finding),) = findings_of(base.corpus, [identifier])
        text = plain(inner)
        assert numbers_of(finding) <= numbers_in(text), (identifier, text)
        if finding.estimate is None:
            assert text == effect(finding)
    for group in re.findall(r'data-findings="([^"]*)"', html):
        assert len(findings_of(base.corpus, group.split())) == len(group.split()) > 0


@pytest.mark.parametrize("name", MAKERS)
def test_every_estimate_with_an_interval_is_traced(base: kb.Base, name: str) -> None:
    """Where an interval stands in a table, it stands in an element that names its findings."""
    html = re.sub(r"<(svg|figcaption).*?</\1>", "", MAKERS[name](base), flags=re.DOTALL)
    for row in re.findall(r"<tr.*?</tr>", html, flags=re.DOTALL):
        untraced = re.sub(r"<span data-findings?=.*?</span>", "", row, flags=re.DOTALL)
        assert not re.search(r"95% CI", untraced), plain(row)


def test_a_pool_names_all_of_its_findings(base: kb.Base) -> None:
    rows = rows_of(base, conditions=["knee-osteoarthritis", "achilles-tendinopathy"])
    pools = [row for row in rows if len(row.result.studies) > 1]
    assert pools
    for row in pools:
        page = ComparisonPage(base, row.question)
        ids = " ".join(f"{study}.{finding}" for study, finding in sorted(row.result.findings))
        assert f'data-findings="{ids}"' in page.table().html


# answer first


def test_a_page_opens_with_its_surest_answer_and_its_certainty(base: kb.Base) -> None:
    page = TermPage(base, "condition", "lateral-epicondylitis")
    html = page.answers().html
    first = page.answers_rows[0].result
    assert html.index("certainty") < html.index("<figure") < html.index("<table")
    assert plain(html.partition("<figure")[0]).find(first.clinician) > 0


def test_a_term_that_no_study_names_itself_leads_on_at_once(base: kb.Base) -> None:
    page = TermPage(base, "condition", "ankle-foot-pain")
    assert not page.scope.whole
    assert not page.scope.studies
    html = page.answers().html
    assert "No study of the base names this condition itself" in html
    assert '<a href="../condition/achilles-tendinopathy.html">' in html


def test_only_what_fits_on_a_sheet_is_printed(base: kb.Base) -> None:
    page = TermPage(base, "condition", "lateral-epicondylitis")
    for method in ("summary", "table", "reasons", "figure_estimates", "claims", "limitations", "references", "more"):
        assert getattr(page, method)().html.startswith('<div class="kb kb-noprint">'), method
    answer = page.answers().html
    assert '<div class="kb kb-noprint">' not in answer
    assert len(re.findall(r'<tr role="row">', answer.partition("Further comparisons")[0])) <= 8


# words


def test_the_audit_speaks_to_a_clinician(base: kb.Base) -> None:
    page = AuditPage(base)
    html = "\n".join(shown(page, "audit"))
    said = plain(html)
    assert not re.search(r"\bkb (?:check|add)\b|--online|\bcurated\)|as curated|is at hand|not at hand|\]\(http", said)
    codes = {finding.rule for _, _, finding in page.found}
    assert codes <= set(re.findall(r'data-rule="([\w-]+)"', html))
    assert not [code for code in codes if "-" in code and re.search(rf"(?<![\w-]){code}(?![\w-])", said)]
    assert "not reviewed by a clinician" in said
    assert "to correct" in said


def test_who_was_studied_is_said_once_on_the_page_of_a_question(base: kb.Base) -> None:
    page = ComparisonPage(base, Question("lateral-epicondylitis", "shockwave", "prtee"))
    people = base.corpus.studies["zhang2024"].population
    assert people
    assert plain("\n".join(shown(page, "comparison"))).count(people) == 1


def test_the_studys_words_do_not_repeat_the_outcome(base: kb.Base) -> None:
    (finding,) = (f for f in base.corpus.studies["majidi2024"].findings if f.id == "f01")
    label = base.corpus.outcomes[finding.outcomes[0]].label
    assert finding.as_reported.casefold().startswith(label.casefold())
    told = outcome_words(base.corpus, finding)
    assert told == finding.as_reported[:1].upper() + finding.as_reported[1:]


def test_a_trials_control_is_not_told_as_the_comparator_of_everything_in_it(base: kb.Base) -> None:
    study = base.corpus.studies["taddei2020"]
    by_age = next(f for f in study.findings if f.interventions == ("age",))
    assert not by_age.comparators
    assert study.comparator
    assert sides(base.corpus, study, by_age) == ("Age", "no comparison")
    cohort = base.corpus.studies["noehren2007"]
    assert sides(base.corpus, cohort, cohort.findings[0])[1] == cohort.comparator


def test_a_verdict_keeps_its_basis_and_a_study_alone_is_told_where_it_differs(base: kb.Base) -> None:
    html = plain(TermPage(base, "condition", "lateral-epicondylitis").claims().html)
    assert html.count("curated from abstracts; not yet reviewed by a clinician") == 1
    assert "contradicts it" in html
    overstated = plain(PostPage(base, "tight-hip-flexors-knee-pain-culver-city").claims().html)
    assert "qualifies it : by this study alone it is overstated" in overstated


# links


def test_study_names_lead_to_study_pages_on_the_site_and_to_pubmed_without(base: kb.Base) -> None:
    on_site = TermPage(base, "condition", "lateral-epicondylitis").table().html
    assert 'href="../study/zhang2024.html#f01"' in on_site
    alone = TermPage(base, "condition", "lateral-epicondylitis", up=None).table().html
    assert "study/" not in alone
    assert "https://pubmed.ncbi.nlm.nih.gov/" in alone


def test_links_to_studies_hit_their_anchors(base: kb.Base) -> None:
    for make in MAKERS.values():
        for key, anchor in re.findall(r'href="\.\./study/([\w-]+)\.html(?:#(\w+))?"', make(base)):
            findings = [finding.id for finding in base.corpus.studies[key].findings]
            assert not anchor or anchor in findings, (key, anchor)


def test_facts_of_a_comparison_are_its_leading_estimates(base: kb.Base) -> None:
    page = ComparisonPage(base, ELBOW)
    facts = page.answer().facts
    assert facts
    assert len(facts) == len(page.leads)
    told = {(tuple(fact["studies"]), fact["estimate"], *fact["interval"]) for fact in facts.values()}
    assert (("zhang2024",), 1.14, 0.8, 1.48) in told
    assert all(fact["certainty"] for fact in facts.values())


def test_graph_pictures_do_not_depend_on_numbers(base: kb.Base) -> None:
    reads = Reads()
    page = TermPage(recorded(base, reads), "intervention", "hip-strengthening")
    page.figure_graph()
    page.figure_map()
    assert reads.names
    assert not [name for name in reads.names if name.endswith("/findings")]
