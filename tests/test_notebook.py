"""What the pages say: honest about what is unknown, unreviewed, missing or only recalled; safe and accessible HTML."""

import datetime as dt
import html
import re
import shutil
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

import kb
from kb import figures
from kb import notebook as nb
from kb.notebook.html import Block, plain, table
from kb.notebook.sections import findings_of
from kb.notebook.term_cells import named_without_study
from kb.problems import UnknownIdError
from kb.pubmed import snapshot
from kb.pubmed.record import Link, Term
from kb.pubmed.snapshot import Entry
from tests.notebook.balanced import Balanced

ROOT = Path(__file__).resolve().parent.parent
EVIDENCE = str(ROOT / "evidence")


@pytest.fixture(scope="module")
def base():
    return kb.open(EVIDENCE)


@pytest.fixture(scope="module")
def elbow():
    return nb.condition("lateral-epicondylitis", EVIDENCE)


def outputs(page) -> dict[str, Block]:
    names = [
        name
        for name, member in vars(type(page)).items()
        if callable(member) and not name.startswith("_") and name not in {"title", "blocks", "sections"}
    ]
    return {name: getattr(page, name)() for name in names}


PAGES = {
    "condition": lambda: nb.condition("iliotibial-band-syndrome", EVIDENCE),
    "condition without a study": lambda: nb.condition("athletic-pubalgia", EVIDENCE),
    "intervention": lambda: nb.intervention("shockwave", EVIDENCE),
    "intervention without a study": lambda: nb.intervention("cupping", EVIDENCE),
    "post": lambda: nb.post("tight-hip-flexors-knee-pain-culver-city", EVIDENCE),
    "overview": lambda: nb.overview(EVIDENCE),
    "comparison": lambda: nb.comparison("tennis elbow", "shockwave", "pain", evidence=EVIDENCE),
    "comparison with a pool": lambda: nb.comparison(
        "achilles-tendinopathy", "shockwave", "function", evidence=EVIDENCE
    ),
    "comparison without an estimate": lambda: nb.comparison(
        "running-related-injury", "ten-percent-rule", "running-injury-incidence", evidence=EVIDENCE
    ),
    "comparison without a study": lambda: nb.comparison("athletic-pubalgia", "cupping", "pain", evidence=EVIDENCE),
}


@pytest.mark.parametrize("name", PAGES)
def test_outputs_are_sound_html_without_machine_traces(name):
    for method, output in outputs(PAGES[name]()).items():
        parser = Balanced()
        parser.feed(output.html)
        assert parser.open == [], method
        assert output.words, method
        assert not re.search(r"0x[0-9a-f]{6,}|>None<|\bnan\b|<NA>", output.html), method
        assert str(ROOT) not in output.html, method
        assert "<script" not in output.html, method


@pytest.mark.parametrize("name", PAGES)
def test_tables_have_a_caption_and_scopes(name):
    for method, output in outputs(PAGES[name]()).items():
        for made in re.findall(r"<table.*?</table>", output.html, flags=re.DOTALL):
            assert "<caption>" in made, method
            assert '<th scope="col"' in made, method
            assert '<th scope="row"' in made, method


def test_evidence_is_escaped():
    made = table("<b>", ("a", "b&c"), [["x", "y"]])
    assert "<caption>&lt;b&gt;</caption>" in made
    assert ">b&amp;c</th>" in made
    assert "b&c" not in made


def test_the_name_of_a_column_cannot_end_the_style_of_its_table():
    made = table("t", ["a", 'b";} <x'], [["1", "2"]])
    (style,) = re.findall(r'<table[^>]* style="([^"]*)"', made)
    assert html.unescape(style).count('"') == 2
    assert not re.search(r"[;}<]", html.unescape(style))


def test_importing_is_cheap():
    slow = {"pandas", "matplotlib", "ipywidgets", "IPython", "scipy"}
    code = f"import sys, kb.notebook; print(sorted({slow} & set(sys.modules)))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.strip() == "[]"


# a condition


def test_the_summary_counts_what_the_graph_counts(elbow, base):
    found = base.bearing_on(condition="lateral-epicondylitis")
    said = plain(elbow.summary().html)
    assert f"{len(found.studies)} studies" in said
    assert f"{len(found.findings)} findings" in said
    assert "Tennis elbow" in said
    assert "not yet reviewed by a clinician" in said


def test_no_study_is_called_a_gap_and_not_an_absence_of_effect():
    said = plain(nb.condition("athletic-pubalgia", EVIDENCE).summary().html)
    assert "No study in the base is about this condition. That is a gap in the base, not evidence of no effect." in said


def test_the_table_holds_every_row_of_the_evidence_table(elbow, base):
    found = base.bearing_on(condition="lateral-epicondylitis")
    html = elbow.table().html
    assert sorted(re.findall(r'data-finding="([^"]*)"', html)) == sorted(found.findings)
    without = [key for key in found.studies if not any(f.startswith(f"{key}.") for f in found.findings)]
    assert html.count("<tr") - html.count("<thead") == len(found.findings) + len(without)
    assert "no number is averaged over an unknown one" in plain(html)


def test_a_long_table_is_folded_by_intervention(elbow):
    html = elbow.table().html
    assert "<summary>Extracorporeal shockwave therapy:" in html
    assert "<summary>Other interventions:" in html


def test_every_claim_is_shown_with_its_verdict_and_its_basis(elbow, base):
    html = plain(elbow.claims().html)
    for identifier in base.bearing_on(condition="lateral-epicondylitis").claims:
        row = base.claims.loc[identifier]
        assert row["statement"] in html
        assert row["reason"] in html
        assert row["basis"] in html


def test_a_rule_is_not_passed_off_as_a_judgement():
    html = plain(nb.intervention("shockwave", EVIDENCE).contradictions().html)
    assert "Judged to be contradicted by a study" in html
    assert "Found by a rule" in html
    assert "Nobody has judged these" in html


def test_empty_cells_are_cells_without_a_study(elbow, base):
    named = named_without_study(elbow)
    assert named
    for other in named:
        assert not base.bearing_on(condition="lateral-epicondylitis", intervention=other).studies


def test_what_was_only_recalled_stays_in_the_to_do(base):
    study = next(s for s in base.corpus.studies.values() if s.to_check and s.condition_ids)
    page = nb.condition(study.condition_ids[0], EVIDENCE)
    recalled = study.to_check[0]
    assert recalled in plain(page.to_do().html)
    for name, output in outputs(page).items():
        if name != "to_do":
            assert recalled not in plain(output.html), name


def test_studies_link_to_pubmed_or_the_doi(elbow, base):
    html = elbow.references().html
    for key in elbow.answer.studies:
        reference = base.corpus.references[key]
        if reference.pmid:
            assert f"https://pubmed.ncbi.nlm.nih.gov/{reference.pmid}/" in html
        elif reference.doi:
            assert f"https://doi.org/{reference.doi}" in html


def test_links_between_pages_lead_to_terms_that_have_one(base):
    for name, make in PAGES.items():
        for output in outputs(make()).values():
            for noun, identifier in re.findall(
                r'href="(?:\.\./)?(condition|intervention|post|comparison)/([a-z0-9-]+)\.html"', output.html
            ):
                if noun == "post":
                    assert identifier in base.corpus.posts
                elif noun == "comparison":
                    assert f"{noun}/{identifier}" in base.questions.pages.values(), name
                else:
                    term = base.corpus.vocabulary(f"{noun}s")[identifier]
                    assert getattr(term, "kind", "") != "control", name


def test_near_misses_are_suggested():
    with pytest.raises(UnknownIdError, match="did you mean 'lateral-epicondylitis'"):
        nb.condition("lateral-epicondilitis", EVIDENCE)


# a post


def test_citations_stand_beside_the_reference_they_mean(base):
    page = nb.post("tight-hip-flexors-knee-pain-culver-city", EVIDENCE)
    html = plain(page.citations().html)
    for citation in page.post.citations:
        assert citation.id in html
        if citation.study:
            assert base.studies.loc[citation.study, "reference"][:60] in html


# the overview


def test_the_overview_counts_and_names_incomplete_references(base):
    page = nb.overview(EVIDENCE)
    said = plain(page.summary().html)
    assert f"{len(base.corpus.studies)} studies" in said
    assert f"{len(base.corpus.posts)} posts" in said
    gaps = [key for key, reference in base.corpus.references.items() if reference.missing]
    assert plain(page.incomplete().html).startswith(f"{len(gaps)} of {len(base.corpus.references)} references")


def test_a_retracted_study_is_marked_and_leaves_every_summary(tmp_path):
    root = tmp_path / "evidence"
    shutil.copytree(EVIDENCE, root)
    entry = snapshot.load(root)[0]["17244902"]  # rompe2007
    record = msgspec.structs.replace(
        entry.record,
        publication_types=(*entry.record.publication_types, Term("Retracted Publication")),
        links=(Link("RetractionIn", "99999999", "Am J Sports Med. 2031"),),
    )
    snapshot.save(root, Entry(record, "pubmed", dt.date(2031, 1, 1)))
    before, after = kb.open(EVIDENCE), kb.open(root)
    assert after.retracted == {"rompe2007"}
    term = "midportion-achilles-tendinopathy"
    old, new = (nb.condition(term, str(base.root)) for base in (before, after))
    assert "rompe2007" in old.answer.studies
    assert set(old.answer.studies) - set(new.answer.studies) == {"rompe2007"}
    assert {f.split(".")[0] for f in set(old.answer.findings) - set(new.answer.findings)} == {"rompe2007"}
    shown = str(new.summary().html)
    assert "1 retracted study left out: rompe2007" in shown
    assert "RETRACTED" in shown
    slug = next(
        slug
        for slug, post in sorted(after.corpus.posts.items())
        if any(e.study == "rompe2007" for claim in post.claims for e in claim.evidence)
    )
    post = nb.post(slug, str(root))
    assert "RETRACTED" in post.claims().html
    assert "RETRACTED" in post.references().html


def test_an_intervention_page_tells_directions_for_its_own_side():
    page = nb.intervention("corticosteroid-injection", EVIDENCE)
    told = {identifier: page._direction(f) for identifier, f in zip(page.answer.findings, _findings(page), strict=True)}
    assert told["zhang2024.f01"] == "favours it"  # one month: steroid better than shockwave
    assert told["zhang2024.f04"] == "favours what it was compared with"  # three months: shockwave better
    panels = figures.compute_estimates(page.base.corpus, page.answer.findings, page._terms)
    rows = [row for panel in panels for row in panel.rows]
    looks = {row.finding: (row.direction.value, row.points) for row in rows}
    assert looks["zhang2024.f01"] == ("favours-intervention", "favours Corticosteroid injection")
    assert looks["zhang2024.f04"] == ("favours-comparator", "favours Extracorporeal shockwave therapy")
    numbers = nb.intervention("foot-ankle-strengthening", EVIDENCE).figure_estimates().html
    assert "favours foot and ankle strengthening" in numbers.lower()


def _findings(page):
    return [finding for _, finding in findings_of(page.base.corpus, page.answer.findings)]
