"""The page of a study: the answer first, whose it is and how sure; unknown is shown; nothing is told stronger."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

import kb
from kb.notebook.html import Block, Heading, escape, plain
from kb.notebook.sources import names
from kb.notebook.study_page import StudyPage
from tests.notebook.balanced import Balanced


def html_of(page: StudyPage) -> str:
    return "\n".join(made.html for made in page.blocks() if isinstance(made, Block))


def test_the_title_comes_first_then_the_answer(base: kb.Base) -> None:
    title, answer, *rest = StudyPage(base, "zhang2024").blocks()
    assert isinstance(title, Heading)
    assert title.text == "Zhang et al. 2024"
    assert isinstance(answer, Block)
    said = plain(answer.html)
    assert said.index("The study reports, in our words") < said.index("Certainty of the answers")
    assert "systematic review with meta-analysis" in said.lower()
    assert "level 1" in said
    assert next(made.text for made in rest if isinstance(made, Heading)) == "What it found"


def test_titles_tell_studies_apart(base: kb.Base) -> None:
    titles = Counter(StudyPage(base, key).title().text for key in base.corpus.studies)
    assert [title for title, number in titles.items() if number > 1] == []


def test_the_answer_says_whose_result_it_is_and_how_sure(base: kb.Base) -> None:
    for key, study in list(base.corpus.studies.items())[::7]:
        page = StudyPage(base, key)
        said = plain(page.answer().html)
        assert "The study reports, in our words" in said, key
        assert study.conclusion is None or study.conclusion in said
        assert study.conclusion or "no conclusion is recorded" in said
        assert "Certainty" in said, key
        assert page.rows or any(f.certainty for f in study.findings) or "Certainty: not rated" in said


def test_numbers_and_unknowns_are_shown(base: kb.Base) -> None:
    said = plain(html_of(StudyPage(base, "zhang2024")))
    for told in (
        "MD 1.14 (0.8 to 1.48) VAS points (0-10)",
        "Registration: unknown",
        "Funding and conflicts of interest: unknown",
        "6 studies",
    ):
        assert told in said, told
    assert re.search(r"Risk of bias: not assessed", said, re.IGNORECASE)


def test_what_is_unknown_is_said_once_and_a_label_not_twice(base: kb.Base) -> None:
    for key in list(base.corpus.studies)[::5]:
        said = plain(html_of(StudyPage(base, key)))
        assert "registration unknown" not in said, key
        assert "interest unknown" not in said, key
        assert not re.search(r"\bPeople: ", said), key
        assert said.count("Registration: unknown") <= 1, key


def test_a_number_names_the_sources_it_was_read_in(base: kb.Base) -> None:
    html = StudyPage(base, "coombes2013").findings().html
    source = next(s for s in base.corpus.studies["coombes2013"].sources if s.id == "s1")
    assert source.url
    assert f'Source: <a href="{escape(source.url)}">PubMed</a>.' in html
    for key, study in base.corpus.studies.items():
        page = StudyPage(base, key)
        said = plain(page.findings().html + page.checked().html)
        assert not re.search(r"(?:Source|Read in|Sources)[^.]*\bs\d\b", said), key
        assert len(set(names(study).values())) == len(study.sources), key
        for finding in study.findings:
            assert all(names(study)[i] in said for i in finding.read_in), (key, finding.id)


def test_no_page_of_a_study_shows_the_bases_own_names(base: kb.Base) -> None:
    keys = set(base.corpus.studies)
    nameless = {key for key, reference in base.corpus.references.items() if not reference.author}
    for key in list(keys)[::3]:
        html = re.sub(
            r"<svg.*?</svg>|<details><summary>The picture in words.*?</details>",
            "",
            html_of(StudyPage(base, key)),
            flags=re.DOTALL,
        )
        shown = set(re.findall(r"[a-z]+(?:19|20)\d\d[a-z]?", plain(html)))
        assert not shown & (keys - nameless), key
        assert not re.search(r"\b(?:n_participants|publication_types|mesh_terms|funding_or_conflicts)\b", html), key
    assert 'study/coombes2013.html">Coombes et al. 2013</a>' in StudyPage(base, "zhang2024").appraisal().html


def test_a_score_is_told_with_its_source(base: kb.Base) -> None:
    said = plain(StudyPage(base, "chan2018").appraisal().html)
    assert "6 of 10, judged by PEDro database" in said
    assert "blind subjects: no" in said


def test_claims_that_rest_on_it_are_told_with_verdict_and_reason(base: kb.Base) -> None:
    key = "zhang2024"
    said = plain(StudyPage(base, key).posts().html)
    found = [
        (claim, item)
        for post in base.corpus.posts.values()
        for claim in post.claims
        for item in claim.evidence
        if item.study == key
    ]
    assert found
    for claim, item in found:
        assert claim.statement in said
        assert item.reason in said
    assert "not yet reviewed by a clinician" in said


def test_the_record_has_its_source_and_date(base: kb.Base) -> None:
    key = next(k for k, r in sorted(base.corpus.references.items()) if r.pmid in base.snapshot)
    entry = base.snapshot[base.corpus.references[key].pmid or ""]
    said = plain(StudyPage(base, key).record().html)
    assert f"on {entry.date.isoformat()}" in said
    assert "not yet fetched from PubMed" in said
    assert "No notice of a retraction" in said


def test_a_study_without_a_pubmed_number_says_so(base: kb.Base) -> None:
    key = next(k for k, r in sorted(base.corpus.references.items()) if not r.pmid)
    assert "no PubMed number is known" in plain(StudyPage(base, key).record().html)


def test_a_study_without_findings_is_unknown_not_empty(base: kb.Base) -> None:
    key = next(k for k, s in sorted(base.corpus.studies.items()) if not s.findings)
    assert "that means unknown, not that it found nothing" in plain(StudyPage(base, key).findings().html)


def test_what_was_only_recalled_stays_in_the_to_do(base: kb.Base) -> None:
    key, study = next((k, s) for k, s in sorted(base.corpus.studies.items()) if s.to_check)
    page = StudyPage(base, key)
    assert study.to_check[0] in plain(page.to_do().html)
    rest = [page.answer(), *(made for head, made in page.sections() if head != "To do")]
    assert not any(study.to_check[0] in plain(made.html) for made in rest)


def test_html_is_sound_and_ids_are_unique(base: kb.Base) -> None:
    for key in list(base.corpus.studies)[::9]:
        html = html_of(StudyPage(base, key))
        parser = Balanced()
        parser.feed(html)
        assert parser.open == [], key
        ids = Counter(re.findall(r'\bid="([^"]*)"', html))
        assert not [name for name, number in ids.items() if number > 1], key
        assert not re.search(r"0x[0-9a-f]{6,}|>None<|\bnan\b", html), key
        assert str(Path(__file__).parents[2]) not in html
        assert len(re.sub(r"<svg.*?</svg>", "", html, flags=re.DOTALL)) < 120_000, key


def test_markup_in_evidence_stays_text(base: kb.Base) -> None:
    study = base.corpus.studies["zhang2024"]
    hostile = '"><script>x</script>'
    finding = study.findings[0].model_copy(update={"as_reported": hostile, "note": hostile, "timepoint": hostile})
    changed = study.model_copy(
        update={"conclusion": hostile, "population": hostile, "limitations": (hostile,), "findings": (finding,)}
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(dict_of(base), "zhang2024", changed)
        assert "<script" not in html_of(StudyPage(base, "zhang2024"))


def dict_of(base: kb.Base) -> dict[str, object]:
    studies = base.corpus.studies
    assert isinstance(studies, dict)
    return studies
