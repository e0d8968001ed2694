"""The site: reading copies, the index, and what a person sees in a browser."""

import json
import re
import shutil
from pathlib import Path

import pytest

from kb.notebooks import plan, run_all, select
from kb.site import make_site
from kb.site.copies import reading_copy
from kb.site.index import index_page

NAMES = ["condition/gout", "overview", "post/one"]
LOCAL = re.compile(r'(?:href|src)="(?!https?:|data:|mailto:|#)([^"#?]*)')


def page(*outputs, cells=()):
    cell = {"cell_type": "code", "source": "secret = 1", "metadata": {}, "outputs": list(outputs)}
    return reading_copy({"cells": [*cells, cell]}, "condition/gout", NAMES)


def shown(**data):
    kinds = {"html": "text/html", "svg": "image/svg+xml", "md": "text/markdown", "plain": "text/plain"}
    return {"output_type": "display_data", "data": {kinds[kind]: text for kind, text in data.items()}}


# reading copies


def test_code_and_warnings_are_not_shown():
    said = page(
        {"output_type": "stream", "name": "stderr", "text": "careful"},
        {"output_type": "stream", "name": "stdout", "text": ["a <", " b"]},
    )
    assert "secret" not in said
    assert "careful" not in said
    assert "a &lt; b" in said


def test_the_richest_form_is_shown():
    said = page(
        shown(html="<b>x</b>", plain="x"), shown(svg="<?xml?><svg>y</svg>", plain="y"), shown(md="# z", plain="z")
    )
    assert "<b>x</b>" in said
    assert "<svg>y</svg>" in said
    assert "<?xml" not in said
    assert "\n# z\n" in said


@pytest.mark.parametrize("fence", ["```", "`````"])
def test_backticks_do_not_end_a_block(fence):
    said = page(shown(html=f"<pre>{fence}</pre>\n\n# not a heading"))
    assert said.startswith(fence + "`")


def test_links_to_pages_that_do_not_exist_become_text():
    said = page(
        shown(html='<a href="../post/one.html">one</a> <a class="x" href="../post/two.html#c">two</a>'),
        shown(md="[one](../post/one.html) [two](../post/two.html) [pm](https://pubmed.ncbi.nlm.nih.gov/1/)"),
    )
    assert '<a href="../post/one.html">one</a>' in said
    assert "two.html" not in said
    assert "two" in said
    assert "[one](../post/one.html) two [pm](https://pubmed.ncbi.nlm.nih.gov/1/)" in said


def test_the_index_leads_to_every_page_once(base):
    names = [job.name for job in plan(base)]
    said = index_page(base, names)
    for name in names:
        links = said.count(f'"{name}.html"') + said.count(f"({name}.html)")
        assert links == 1, name


def test_the_index_counts_with_narrower_terms(base):
    said = index_page(base, ["condition/lateral-epicondylitis"])
    number = len(base.bearing_on(condition="lateral-epicondylitis").studies)
    assert f"<b>{number}</b> studies" in said
    assert "tennis elbow" in said.lower()
    assert "intervention/" not in said


# the site


@pytest.fixture(scope="module")
def notebooks(base, tmp_path_factory):
    """Some executed notebooks of the base, one of a template at least."""
    folder = tmp_path_factory.mktemp("notebooks")
    jobs = select(plan(base), ["overview", "condition/lateral-epicondylitis", "intervention/shockwave"])
    jobs += [job for job in plan(base) if job.template == "post"][:1]
    run_all(jobs, folder, evidence=base.root)
    return folder


@pytest.fixture(scope="module")
def site(base, notebooks, tmp_path_factory):
    folder = tmp_path_factory.mktemp("made")
    make_site(notebooks, folder / "site", base, folder / "cache")
    return folder / "site"


@pytest.mark.slow
def test_no_link_is_dead(site):
    for path in site.rglob("*.html"):
        for target in LOCAL.findall(path.read_text()):
            if target and not target.startswith("javascript:"):
                assert (path.parent / target).resolve().exists(), f"{path}: {target}"


@pytest.mark.slow
def test_nothing_is_loaded_from_elsewhere(site):
    for path in site.rglob("*.html"):
        loads = re.findall(r'<(?:script|img|iframe|link)\b[^>]*?(?:src|href)="(https?:[^"]*)', path.read_text())
        assert not loads, path


@pytest.mark.slow
def test_the_site_adds_little_to_a_page(site, notebooks):
    names = [path.relative_to(notebooks).with_suffix("").as_posix() for path in notebooks.rglob("*.ipynb")]
    for name in names:
        content = reading_copy(json.loads((notebooks / f"{name}.ipynb").read_text()), name, names)
        added = (site / f"{name}.html").stat().st_size - len(content.encode())
        assert added < 30_000, f"{name}: {added} bytes"


@pytest.mark.slow
def test_made_again_the_site_is_the_same(base, notebooks, site, tmp_path):
    """From nothing, and with pages of before: a page that came and went leaves no trace."""
    shutil.copytree(notebooks, tmp_path / "notebooks")
    extra = tmp_path / "notebooks" / "condition" / "gout-to-come.ipynb"
    shutil.copy(notebooks / "overview.ipynb", extra)
    make_site(tmp_path / "notebooks", tmp_path / "first", base, tmp_path / "cache")
    assert (tmp_path / "first" / "condition" / "gout-to-come.html").exists()
    extra.unlink()
    make_site(tmp_path / "notebooks", tmp_path / "second", base, tmp_path / "cache")
    for folder in (tmp_path / "second",):
        files = {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
        wanted = {p.relative_to(site): p.read_bytes() for p in site.rglob("*") if p.is_file()}
        assert files.keys() == wanted.keys()
        assert not [name for name in files if files[name] != wanted[name]]


@pytest.mark.slow
def test_a_cache_that_was_left_half_way_is_not_used(base, notebooks, site, tmp_path):
    cache = tmp_path / "cache"
    (cache / "doctrees").mkdir(parents=True)
    (cache / "doctrees" / "environment.pickle").write_bytes(b"torn")
    make_site(notebooks, tmp_path / "site", base, cache)
    assert (tmp_path / "site" / "index.html").read_bytes() == (site / "index.html").read_bytes()


# in a browser


@pytest.fixture(scope="module")
def browser():
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    binary = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if binary is None:
        pytest.skip("Chromium is not installed")
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    with playwright.sync_playwright() as engine:
        running = engine.chromium.launch(executable_path=binary, args=flags)
        yield running
        running.close()


@pytest.fixture
def look(browser, site):
    """Open pages of the site from the disk; afterwards nothing was requested from a host, and no error was logged."""
    contexts, requests, errors = [], [], []

    def open_page(name, width=1440, scheme="light"):
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        contexts.append(context)
        tab = context.new_page()
        tab.on("request", lambda request: requests.append(request.url))
        tab.on("console", lambda message: errors.append(message.text) if message.type in {"error", "warning"} else None)
        tab.on("pageerror", lambda error: errors.append(str(error)))
        tab.goto(f"{site.as_uri()}/{name}")
        return tab

    yield open_page
    for context in contexts:
        context.close()
    assert not [url for url in requests if not url.startswith(("file:", "data:", "blob:"))]
    assert not errors


@pytest.mark.browser
@pytest.mark.slow
def test_from_the_index_to_a_condition(look):
    tab = look("index.html")
    tab.get_by_label(re.compile("Condition, intervention or post")).fill("tennis elb")
    assert tab.get_by_role("status").inner_text().startswith("1 of ")
    tab.get_by_role("link", name="Lateral epicondylitis").click()
    assert tab.get_by_role("heading", level=1).inner_text() == "Lateral epicondylitis"
    assert tab.url.endswith("condition/lateral-epicondylitis.html")
    assert tab.locator("article table").first.locator("tbody tr").count() > 1
    assert tab.locator("article svg").count() > 0
    assert "unknown" in tab.locator("article").inner_text()
    tab.get_by_role("link", name="Conditions").first.click()
    assert tab.url.endswith("index.html#conditions")


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["index.html", "overview.html", "condition/lateral-epicondylitis.html"])
def test_on_a_phone_no_page_is_wider_than_the_screen(look, name, scheme):
    tab = look(name, width=360, scheme=scheme)
    assert tab.evaluate("document.documentElement.scrollWidth") <= 360
    colours = tab.evaluate(
        "['color', 'backgroundColor'].map((name) => getComputedStyle(document.body)[name].match(/\\d+/g).map(Number))"
    )
    text, ground = (sum(colour[:3]) for colour in colours)
    assert (text < ground) == (scheme == "light")


@pytest.mark.browser
@pytest.mark.slow
def test_search_works_from_the_disk(look):
    tab = look("search.html?q=tennis+elbow")
    first = tab.locator("#search-results li a").first
    first.wait_for(timeout=10_000)
    assert "condition/lateral-epicondylitis.html" in str(first.get_attribute("href"))


def test_assets_are_in_the_package():
    folder = Path(__file__).parent.parent / "kb" / "site" / "assets"
    assert {p.name for p in folder.rglob("*.*")} >= {"kb.css", "kb.js", "kb-nav.html", "kb-crumbs.html"}
    assert not [p for p in folder.rglob("*.*") if re.search(rb"https?://", p.read_bytes())]


def test_reading_copy_of_a_markdown_cell():
    cell = {"cell_type": "markdown", "source": ["## The ", "numbers"], "metadata": {}}
    assert page(cells=[json.loads(json.dumps(cell))]).startswith("## The numbers")
