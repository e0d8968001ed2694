"""The site of a small base: its pages, what they say of themselves, and that nothing is made twice."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

import kb
from kb.model import Change, Post
from kb.problems import KbError
from kb.site import SiteError, digest, make, make_site, schema
from kb.store import save_post, save_study
from tests.hostile import STRINGS
from tests.site.reading import Reader, files_of, local_problems

ATOM = "{http://www.w3.org/2005/Atom}"
HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'&]]>{{ 7*7 }}<!--"


def schemas(path: Path) -> list[dict[str, object]]:
    return [json.loads(text) for text in Reader.of(path).scripts("application/ld+json")]


def test_every_kind_of_page_is_there(made: Path) -> None:
    names = {path.relative_to(made).with_suffix("").as_posix() for path in made.rglob("*.html")}
    assert {*make.OWN, "condition/lateral-epicondylitis", "study/zhang2024", "study/buist2008"} <= names
    assert not list(made.rglob("*.ipynb"))


def test_titles_and_descriptions_are_there_and_unique(made: Path) -> None:
    told: dict[str, list[str]] = {"title": [], "description": []}
    for path in made.rglob("*.html"):
        read = Reader.of(path)
        if read.meta("robots") != "noindex":
            told["title"].append(read.title)
            told["description"].append(read.meta("description") or "")
    for values in told.values():
        assert all(values)
        assert sorted(values) == sorted(set(values))


def test_the_description_is_the_answer(made: Path) -> None:
    read = Reader.of(made / "condition" / "lateral-epicondylitis.html")
    assert read.meta("description") == "Lateral epicondylitis: Shockwave may help at three months."
    study = Reader.of(made / "study" / "zhang2024.html").meta("description") or ""
    assert study.startswith("Zhang et al. 2024: systematic review with meta-analysis of 6 studies.")


def test_no_link_or_anchor_is_broken(made: Path) -> None:
    assert local_problems(made) == []


def test_without_an_address_nothing_claims_one(made: Path) -> None:
    assert not (made / "sitemap.xml").exists()
    assert Reader.of(made / "about.html").link("canonical") is None


@pytest.fixture
def addressed(small_base: kb.Base, executed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(make.ADDRESS, "https://example.org/evidence")
    make_site(executed, tmp_path / "addressed", small_base, tmp_path / "addressed-cache")
    return tmp_path / "addressed"


def test_with_an_address_each_page_has_its_canonical_one_and_a_place_in_the_sitemap(addressed: Path) -> None:
    page = Reader.of(addressed / "condition" / "lateral-epicondylitis.html")
    whole = "https://example.org/evidence/condition/lateral-epicondylitis.html"
    assert page.link("canonical") == whole
    listed = [place.text for place in ET.parse(addressed / "sitemap.xml").getroot().iter() if place.tag.endswith("loc")]
    assert whole in listed
    assert len(listed) == len(set(listed))
    assert not [place for place in listed if "404" in str(place) or "tennis-elbow" in str(place)]
    assert Reader.of(addressed / "404.html").hrefs() >= {"https://example.org/evidence/pages.html"}


@pytest.mark.parametrize("given", ["example.org", "ftp://example.org", 'https://example.org/"><script>', "https://a b"])
def test_an_address_that_is_none_is_refused(
    small_base: kb.Base, executed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    monkeypatch.setenv(make.ADDRESS, given)
    with pytest.raises(SiteError, match=r"https://example\.org/evidence/"):
        make_site(executed, tmp_path / "site", small_base, tmp_path / "cache")
    assert issubclass(SiteError, KbError)


def test_the_digest_knows_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    before = digest()
    monkeypatch.setenv(make.ADDRESS, "https://example.org/")
    assert digest() != before


# what pages are to machines


def test_a_condition_is_a_medical_page_and_a_study_an_article(made: Path) -> None:
    [page] = schemas(made / "condition" / "lateral-epicondylitis.html")
    assert page["@type"] == "MedicalWebPage"
    about = page["about"]
    assert isinstance(about, dict)
    assert (about["@type"], about["name"]) == ("MedicalCondition", "Lateral epicondylitis")
    assert "lastReviewed" not in page
    [study] = schemas(made / "study" / "zhang2024.html")
    article = study["mainEntity"]
    assert isinstance(article, dict)
    assert article["@type"] == "MedicalScholarlyArticle"
    assert article["datePublished"] == "2024"
    assert "https://doi.org/10.1111/os.14212" in article["sameAs"]


def test_a_claim_is_reviewed_only_when_a_named_person_reviewed_it(base: kb.Base) -> None:
    post = base.corpus.posts["running-injuries-page"]
    assert list(schema.claim_reviews(post)) == []
    claim = post.claims[0]
    verdict = claim.verdict.model_copy(update={"reviewed_by": "A. Person", "reviewed_on": dt.date(2026, 3, 1)})
    reviewed = post.model_copy(update={"claims": (claim.model_copy(update={"verdict": verdict}), *post.claims[1:])})
    [data] = schema.claim_reviews(reviewed)
    assert data["@type"] == "ClaimReview"
    assert data["author"] == {"@type": "Person", "name": "A. Person"}
    assert data["datePublished"] == "2026-03-01"
    assert data["claimReviewed"] == claim.statement


def test_a_reviewed_claim_stands_on_the_page_of_its_post(small: Path, executed: Path, tmp_path: Path) -> None:
    corpus = kb.open(small).corpus
    post = corpus.posts["running-injuries-page"]
    verdict = post.claims[0].verdict.model_copy(update={"reviewed_by": HOSTILE, "reviewed_on": dt.date(2026, 3, 1)})
    claims = (post.claims[0].model_copy(update={"verdict": verdict, "statement": HOSTILE}),)
    save_post(small, Post(**{**dict(post), "claims": claims, "title": HOSTILE}))
    (executed / "post").mkdir()
    shutil.copy(executed / "condition" / "tendinopathy.ipynb", executed / "post" / "running-injuries-page.ipynb")
    make_site(executed, tmp_path / "site", kb.open(small), tmp_path / "cache")
    [data] = schemas(tmp_path / "site" / "post" / "running-injuries-page.html")
    assert data["claimReviewed"] == HOSTILE
    assert_no_script_got_in(tmp_path / "site")


# old addresses


def test_an_old_address_leads_to_the_page_of_now(made: Path) -> None:
    for old, new in (("condition/tennis-elbow", "lateral-epicondylitis"), ("study/zang2024", "zhang2024")):
        text = (made / f"{old}.html").read_text()
        read = Reader.of(made / f"{old}.html")
        assert f'http-equiv="refresh" content="0; url=../{old.partition("/")[0]}/{new}.html"' in text
        assert read.link("canonical", anywhere=True) == f"../{old.partition('/')[0]}/{new}.html"
        assert any(href.endswith(f"{new}.html") for href in read.hrefs())


def test_comparisons_follow_their_terms(small_base: kb.Base) -> None:
    from kb.site.moved import moved_pages
    from kb.site.page import Frame

    name = "comparison/lateral-epicondylitis--shockwave--prtee"
    frame = Frame(frozenset(), None, "1", "")
    old = {page.name: page.extra["target"] for page in moved_pages(small_base.corpus, {name: "PRTEE"}, frame)}
    assert old == {
        "comparison/tennis-elbow--shockwave--prtee": name,
        "comparison/lateral-epicondylitis--eswt--prtee": name,
        "comparison/tennis-elbow--eswt--prtee": name,
    }


# what is new


def test_the_feed_tells_changes_with_their_dates(made: Path, addressed: Path) -> None:
    for site in (made, addressed):
        feed = ET.parse(site / "feed.xml").getroot()
        assert feed.findtext(f"{ATOM}updated") == "2026-02-01T00:00:00Z"
        entries = feed.findall(f"{ATOM}entry")
        assert [entry.findtext(f"{ATOM}updated") for entry in entries] == [
            "2026-02-01T00:00:00Z",
            "2026-01-15T00:00:00Z",
        ]
        ids = [entry.findtext(f"{ATOM}id") for entry in entries]
        assert len(set(ids)) == 2
        assert all(str(one).startswith("urn:uuid:") for one in ids)
        assert entries[0].findtext(f"{ATOM}summary") == 'A later reading mended the direction <b>&</b> the "number".'
        assert feed.find(f"{ATOM}author/{ATOM}name") is not None


def test_ids_of_the_feed_do_not_depend_on_where_the_site_stands(made: Path, addressed: Path) -> None:
    ids = [re.findall(r"<id>(.*?)</id>", (site / "feed.xml").read_text()) for site in (made, addressed)]
    assert ids[0] == ids[1]


def test_what_is_new_says_what_is_unknown(made: Path) -> None:
    text = Reader.of(made / "news.html").text
    assert "A later reading mended the direction <b>&</b>" in text
    assert "No notice is known." in text
    assert "what is newer than the base is unknown" in text


# made again


def test_the_same_evidence_makes_the_same_bytes(
    small_base: kb.Base, executed: Path, made: Path, tmp_path: Path
) -> None:
    make_site(executed, tmp_path / "again", small_base, tmp_path / "other-cache", jobs=3)
    assert files_of(made) == files_of(tmp_path / "again")


def test_made_again_with_pages_that_came_and_went_it_is_the_same(
    small_base: kb.Base, executed: Path, made: Path, tmp_path: Path
) -> None:
    extra = executed / "condition" / "sports-injury.ipynb"
    shutil.copy(executed / "condition" / "tendinopathy.ipynb", extra)
    make_site(executed, tmp_path / "more", small_base, tmp_path / "cache")
    assert (tmp_path / "more" / "condition" / "sports-injury.html").exists()
    extra.unlink()
    make_site(executed, tmp_path / "less", small_base, tmp_path / "cache")
    assert files_of(made) == files_of(tmp_path / "less")


def made_now(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the pages that are made from now on."""
    from kb.site.kept import Kept

    names: list[str] = []
    real = Kept.page

    def page(self: Kept, name: str, ingredients: str, make: object) -> object:
        def noted() -> object:
            names.append(name)
            return make()  # type: ignore[operator]

        return real(self, name, ingredients, noted)  # type: ignore[arg-type]

    monkeypatch.setattr(Kept, "page", page)
    return names


def test_only_what_changed_is_made_again(
    small_base: kb.Base, executed: Path, made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = made_now(monkeypatch)
    make_site(executed, tmp_path / "same", small_base, tmp_path / "cache")
    assert names == []
    path = executed / "condition" / "tendinopathy.ipynb"
    path.write_text(path.read_text().replace("Little is known.", "More is known."))
    make_site(executed, tmp_path / "next", small_base, tmp_path / "cache")
    assert names == ["condition/tendinopathy"]
    assert "More is known." in (tmp_path / "next" / "condition" / "tendinopathy.html").read_text()
    assert "Little is known." in (made / "condition" / "tendinopathy.html").read_text(), "an older site is left alone"


def test_changed_evidence_reaches_the_pages_of_studies(small: Path, executed: Path, made: Path, tmp_path: Path) -> None:
    study = kb.open(small).corpus.studies["zhang2024"]
    save_study(small, study.model_copy(update={"conclusion": "Another conclusion altogether."}))
    make_site(executed, tmp_path / "next", kb.open(small), tmp_path / "cache")
    assert "Another conclusion" in (tmp_path / "next" / "study" / "zhang2024.html").read_text()


def test_another_number_makes_the_pages_that_show_it_again_and_no_other(
    small: Path, executed: Path, made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = kb.open(small).corpus.studies["zhang2024"]
    findings = [f.model_copy(update={"estimate": 7.5}) if f.id == "f03" else f for f in study.findings]
    save_study(small, study.model_copy(update={"findings": tuple(findings)}))
    names = made_now(monkeypatch)
    make_site(executed, tmp_path / "next", kb.open(small), tmp_path / "cache")
    assert "study/zhang2024" in names
    assert not {"study/buist2008", "study/lauersen2014", "condition/tendinopathy", "method"} & {*names}
    make_site(executed, tmp_path / "fresh", kb.open(small), tmp_path / "fresh-cache")
    assert files_of(tmp_path / "next") == files_of(tmp_path / "fresh")


@pytest.mark.parametrize("harm", ["page", "records", "data", "all"])
def test_a_cache_that_was_harmed_is_not_believed(
    small_base: kb.Base, executed: Path, made: Path, tmp_path: Path, harm: str
) -> None:
    wanted = files_of(made)
    cache = tmp_path / "cache"
    harmed = {"page": "html/about.html", "records": "records.json", "data": "data/README.md"}
    if harm == "all":
        shutil.rmtree(cache)
    else:
        path = cache / harmed[harm]
        content = path.read_bytes()
        path.unlink()
        path.write_bytes(content[: len(content) // 2])
    make_site(executed, tmp_path / "again", small_base, cache)
    assert files_of(tmp_path / "again") == wanted


# hostile text


def assert_no_script_got_in(site: Path) -> None:
    """Every script of every page is one of ours, and no element or attribute came out of a text."""
    ours = {"kb.js", "search.js", "search-pages.js", "search-words.js"}
    for path in site.rglob("*.html"):
        read = Reader.of(path)
        assert {Path(src).name for src in read.sources("script")} <= ours, path
        assert len([text for text in read.scripts("") if "kb-theme" not in text]) == 0, path
        assert not read.handlers, path
        assert not [src for src in read.sources("img") if not src.startswith("data:")], path
        assert "49" not in re.findall(r"7\*7|\b49\b", read.title), path
    for path in [*site.glob("*.xml")]:
        ET.parse(path)


def test_text_never_becomes_markup(small: Path, executed: Path, tmp_path: Path) -> None:
    corpus = kb.open(small).corpus
    (small / "changes.yaml").write_text(
        json.dumps([{"date": "2026-01-01", "text": HOSTILE}]).replace('"2026-01-01"', "2026-01-01")
    )
    study = corpus.studies["zhang2024"]
    finding = study.findings[0].model_copy(update={"as_reported": HOSTILE, "unit": HOSTILE, "note": HOSTILE})
    text = {"conclusion": HOSTILE, "population": HOSTILE, "comparator": HOSTILE, "funding_or_conflicts": HOSTILE}
    save_study(small, study.model_copy(update={**text, "findings": (finding, *study.findings[1:])}))
    terms = small / "vocabulary" / "conditions.yaml"
    quoted = json.dumps(HOSTILE)
    terms.write_text(terms.read_text().replace("label: Lateral epicondylitis\n", f"label: {quoted}\n"))
    make_site(executed, tmp_path / "site", kb.open(small), tmp_path / "cache")
    assert_no_script_got_in(tmp_path / "site")
    assert HOSTILE in Reader.of(tmp_path / "site" / "news.html").text
    [page] = schemas(tmp_path / "site" / "condition" / "lateral-epicondylitis.html")
    about = page["about"]
    assert isinstance(about, dict)
    assert about["name"] == HOSTILE
    names = (tmp_path / "site" / "_static" / "search-pages.js").read_text()
    rows = json.loads(names.removeprefix("window.kbPages=").rstrip(";\n"))
    assert any(row[0] == "study/zhang2024" for row in rows)
    feed = ET.parse(tmp_path / "site" / "feed.xml").getroot()
    assert feed.findtext(f"{ATOM}entry/{ATOM}summary") == HOSTILE


def test_no_known_trick_gets_into_lists_feed_or_search(small_base: kb.Base) -> None:
    from kb.site.home import home_page
    from kb.site.moved import feed
    from kb.site.news import entries_of, news_page
    from kb.site.page import Frame, Page, json_for_html, rendered
    from kb.site.searching import pages_file

    texts = [text.encode("utf-8", "ignore").decode() for text in STRINGS]
    texts = [text for text in texts if text.strip()]
    changes = tuple(Change(date=dt.date(2026, 1, 1), text=text) for text in texts)
    small_base.corpus = replace(small_base.corpus, changes=changes)
    frame = Frame(frozenset(), None, "1", "")
    pages = [home_page(small_base, ()), news_page(small_base, ())]
    pages += [Page(f"page-{n}", text, text, schema=({"name": text},), also=(text,)) for n, text in enumerate(texts)]
    for page in pages:
        read = Reader()
        read.feed(rendered(page, frame))
        read.close()
        assert not read.handlers
        assert not [src for src in read.sources("script") if not src.startswith("_static/")]
        assert not [text for text in read.scripts("") if "kb-theme" not in text]
        assert not {tag for tag, _ in read.elements} & {"iframe", "img", "svg", "object", "embed"}
        assert not [href for href in read.hrefs() if "script:" in href.lower() or href.startswith("data:")]
        for data in page.schema:
            assert json.loads(json_for_html(data)) == data
    ET.fromstring(feed(entries_of(small_base, ()), frame))
    rows = json.loads(pages_file(pages, {}).removeprefix("window.kbPages=").rstrip(";\n"))
    assert [row[3] for row in rows[2:]] == [[text] for text in texts]
