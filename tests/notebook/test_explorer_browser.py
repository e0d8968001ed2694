"""The explorer in Chromium: by keyboard alone, with hostile text, zoomed, in light and dark."""

import json

import pytest

import kb
from kb.model import Post, Study
from kb.store import load, save_post, save_study
from tests.checking.browser import chromium
from tests.notebook.explorer_page import Kernel, open_explorer, ready

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ELBOW = {"condition": "lateral-epicondylitis"}
HOSTILE = '<img src=x onerror="window.hit=1"><script>window.hit=2</script><b>&amp;"\'</b>'


@pytest.fixture(scope="module")
def browser():
    with chromium() as running:
        yield running


@pytest.fixture
def look(browser):
    """Open explorers; afterwards nothing was requested from a host, and no error was logged."""
    contexts, requests, errors = [], [], []

    def open_tab(base, width=1100, scheme="light", **more):
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, **more)
        contexts.append(context)
        tab = context.new_page()
        tab.on("request", lambda request: requests.append(request.url))
        tab.on("console", lambda message: errors.append(message.text) if message.type in {"error", "warning"} else None)
        tab.on("pageerror", lambda error: errors.append(str(error)))
        tab.kernel = open_explorer(tab, base)
        return tab

    yield open_tab
    for context in contexts:
        context.close()
    assert not [url for url in requests if not url.startswith(("about:", "data:", "blob:"))]
    assert not errors


def part(tab, name):
    return tab.get_by_test_id(name)


def choose(tab, **view):
    """Set the view as a programmer does, and wait until it is drawn."""
    before = tab.kernel.state()
    tab.kernel.explorer.view = view
    tab.evaluate("changed => take(changed)", json.loads(json.dumps(tab.kernel.changed(before))))
    ready(tab, **view)


def said(tab, text):
    tab.wait_for_function("text => document.querySelector('.kbx-live').textContent.includes(text)", arg=text)


def test_search_choose_and_clear_by_keyboard_alone(base, look):
    tab = look(base)
    tab.keyboard.press("Tab")
    search = part(tab, "kb-search")
    assert search.evaluate("node => node === document.activeElement")
    tab.keyboard.type("tennis elb")
    tab.wait_for_selector("[role=option]")
    assert search.get_attribute("aria-expanded") == "true"
    tab.keyboard.press("ArrowDown")
    tab.keyboard.press("ArrowDown")
    active = tab.locator(f"#{search.get_attribute('aria-activedescendant')}")
    assert active.get_attribute("aria-selected") == "true"
    assert "outcome" in active.inner_text()
    tab.keyboard.press("Escape")
    assert search.get_attribute("aria-expanded") == "false"
    tab.keyboard.press("Enter")  # the first
    ready(tab, **ELBOW)
    said(tab, "studies")
    assert "Lateral epicondylitis" in part(tab, "kb-answer").inner_text()
    tab.keyboard.press("Tab")
    assert part(tab, "kb-filter-condition").evaluate("node => node === document.activeElement")
    tab.keyboard.press("Tab")
    tab.keyboard.type("Extracorporeal")
    ready(tab, **ELBOW, intervention="shockwave")
    assert part(tab, "kb-filter-intervention").evaluate("node => node === document.activeElement")
    part(tab, "kb-clear").focus()
    tab.keyboard.press("Enter")
    ready(tab)
    assert search.evaluate("node => node === document.activeElement")


def test_enter_waits_for_the_suggestions(base, look):
    tab = look(base)
    part(tab, "kb-search").focus()
    tab.keyboard.insert_text("tennis elbow")
    tab.keyboard.press("Enter")
    ready(tab, **ELBOW)


def test_only_what_gives_something_is_offered_with_its_number(base, look):
    tab = look(base)
    choose(tab, **ELBOW)
    offered = part(tab, "kb-filter-design").locator("option").all_inner_texts()
    studies = base.bearing_on(**ELBOW).studies
    assert offered[0] == "Any"
    for text in offered[1:]:
        label, _, number = text.rpartition(" (")
        assert sum(base.corpus.studies[key].design.words == label for key in studies) == int(number.rstrip(")"))
    part(tab, "kb-filter-years-from").select_option("2020")
    ready(tab, **ELBOW, years_from=2020)
    tab.get_by_role("button", name="Remove 2020").click()
    ready(tab, **ELBOW)


def test_the_table_sorts_filters_and_links_to_pubmed(base, look):
    tab = look(base)
    choose(tab, **ELBOW)
    table = part(tab, "kb-table")
    header = table.get_by_role("columnheader", name="Time")
    header.get_by_role("button").focus()
    tab.keyboard.press("Enter")
    assert header.get_attribute("aria-sort") == "ascending"
    table.get_by_role("button", name="Show all rows").click()
    column = [c["name"] for c in tab.kernel.explorer.page["table"]["columns"]].index("timepoint")
    rows = tab.kernel.explorer.page["table"]["rows"]
    shown = table.locator("tbody tr").evaluate_all("(rows, n) => rows.map((row) => row.cells[n].textContent)", column)
    known = sorted(row["sort"][column] for row in rows if row["sort"][column] is not None)
    by_text = {row["cells"][column]: row["sort"][column] for row in rows}
    assert [by_text[text] for text in shown if by_text[text] is not None] == known
    assert by_text[shown[-1]] is None, "what is unknown stands last"
    header.get_by_role("button").press("Enter")
    assert header.get_attribute("aria-sort") == "descending"
    part(tab, "kb-table-filter").fill("grip zhang")
    names = table.locator("tbody th").all_inner_texts()
    assert names
    assert {name.split(" ")[0] for name in names} == {"Zhang"}
    link = table.locator("tbody th a").first
    assert link.get_attribute("href").startswith(("https://pubmed.ncbi.nlm.nih.gov/", "https://doi.org/"))
    assert (link.get_attribute("target"), link.get_attribute("rel")) == ("_blank", "noopener noreferrer")


def test_what_is_copied_is_what_is_seen(base, look):
    tab = look(base)
    # about:blank is no secure context: the page offers the text to copy by hand
    choose(tab, **ELBOW)
    part(tab, "kb-table-filter").fill("grip")
    part(tab, "kb-copy-markdown").click()
    box = tab.locator(".kbx-paste textarea")
    box.wait_for()
    text = box.input_value()
    shown = part(tab, "kb-table").locator("tbody tr").count()
    assert sum(line.startswith("| ") for line in text.splitlines()) - 1 in {shown, shown + 1}
    tab.get_by_role("button", name="Close").click()
    part(tab, "kb-copy-word").click()
    box.wait_for()
    tab.evaluate(
        "() => document.addEventListener('copy', (event) => setTimeout(() => {"
        " window.got = ['text/html', 'text/plain'].map((type) => event.clipboardData.types.includes(type)); }))"
    )
    tab.locator(".kbx-paste").get_by_role("button", name="Copy").click()
    said(tab, "Copied")


def test_the_clipboard_gets_rich_text_where_the_page_may_write(base, look):
    tab = look(base)
    choose(tab, **ELBOW)
    tab.evaluate(
        "() => { window.ClipboardItem = class { constructor(data) { this.data = data; } };"
        " Object.defineProperty(navigator, 'clipboard', { configurable: true, value: { write: async ([item]) => {"
        " window.got = Object.fromEntries(await Promise.all(Object.entries(item.data).map("
        "async ([type, blob]) => [type, await (await blob).text()]))); } } }); }"
    )
    part(tab, "kb-copy-word").click()
    said(tab, "copied for Word")
    got = tab.evaluate("window.got")
    assert set(got) == {"text/html", "text/plain"}
    assert got["text/html"].count("<tr>") == len(tab.kernel.explorer.page["table"]["rows"]) + 1


def test_the_graph_is_gone_through_by_keyboard_and_chosen(base, look):
    tab = look(base)
    choose(tab, **ELBOW)
    graph = part(tab, "kb-graph")
    graph.locator("svg g[role=button][tabindex='0']").focus()
    tab.keyboard.press("ArrowDown")
    label = tab.evaluate("document.activeElement.getAttribute('aria-label')")
    assert label.startswith("treatment: Extracorporeal shockwave therapy")
    tab.keyboard.press("Enter")
    tab.wait_for_function("document.activeElement.textContent.startsWith('Treatment: Extracorporeal')")
    assert graph.get_by_role("button", name="Go to condition: Lateral epicondylitis").count() == 1
    part(tab, "kb-choose").click()
    ready(tab, **ELBOW, intervention="shockwave")


def test_broad_views_show_the_first_and_say_of_how_many(base, look):
    tab = look(base)
    rows = len(tab.kernel.explorer.page["table"]["rows"])
    assert f"25 of {rows} rows: narrow down or" in part(tab, "kb-table").inner_text()
    answers = len(tab.kernel.explorer.answer["headlines"])
    assert f"5 of {answers}: narrow down or" in part(tab, "kb-answer").inner_text()
    figures = part(tab, "kb-forest").locator("figure")
    assert figures.count() == 2
    tab.get_by_role("button", name="show the next ones").click()
    tab.wait_for_function("document.querySelectorAll('[data-testid=kb-forest] figure svg').length === 6")
    part(tab, "kb-answer").get_by_role("button", name="Show all answers").click()
    assert part(tab, "kb-answer").locator(".kbx-headline").count() == answers


def test_save_says_where_the_report_landed_or_why_not(base, look, monkeypatch, tmp_path):
    from kb.notebook.explorer import widget
    from kb.notebook.explorer.saving import Saved

    path = tmp_path / "report--x.ipynb"
    path.write_text("{}")
    results = [Saved(None, HOSTILE), Saved(path)]
    monkeypatch.setattr(widget, "save_later", lambda _base, _view, then: then(results.pop(0)))
    tab = look(base)
    choose(tab, **ELBOW)
    part(tab, "kb-save").click()
    tab.wait_for_function("document.querySelector('[data-testid=kb-saved]').textContent.includes('was not made')")
    assert HOSTILE in part(tab, "kb-saved").inner_text()
    part(tab, "kb-save").click()
    tab.get_by_role("link", name="Download report--x.ipynb").wait_for()
    assert str(path) in part(tab, "kb-saved").inner_text()
    choose(tab)
    told = part(tab, "kb-saved").inner_text()
    assert "chosen before" in told, "a report on something else does not pass for one on this"
    assert "Download report--x.ipynb" in told


def test_hostile_text_stays_text(small, look):
    corpus = load(small)
    study: Study = corpus.studies["zhang2024"]
    finding = study.findings[0].model_copy(update={"as_reported": HOSTILE, "timepoint": HOSTILE})
    save_study(small, study.model_copy(update={"findings": (finding, *study.findings[1:]), "conclusion": HOSTILE}))
    post: Post = next(iter(corpus.posts.values()))
    claim = post.claims[0].model_copy(update={"statement": HOSTILE})
    save_post(small, post.model_copy(update={"title": HOSTILE, "claims": (claim,), "url": "javascript:window.hit=3"}))
    tab = look(kb.open(small))
    part(tab, "kb-search").fill("img src")
    tab.wait_for_selector("[role=option]")
    text = tab.locator(".kb-explorer").inner_text()
    assert text.count("<script>window.hit=2</script>") >= 3
    assert tab.evaluate("window.hit === undefined")
    assert tab.locator(".kb-explorer img, .kb-explorer script, .kb-explorer b, a[href^=javascript]").count() == 0


def test_a_drawing_is_read_as_xml_and_brings_nothing_that_runs(base, look):
    tab = look(base)
    drawn = {
        "title": "t",
        "words": "w",
        "svg": '<svg xmlns="http://www.w3.org/2000/svg" onload="window.hit=1"><script>window.hit=2</script>'
        '<a href="javascript:window.hit=3"><text onclick="x">kept</text></a><foreignObject/></svg>',
    }
    answer = {**tab.kernel.explorer.answer, "forests": [drawn, {**drawn, "svg": "<p>no drawing"}]}
    tab.evaluate("changed => take(changed)", {"answer": answer})
    figures = part(tab, "kb-forest").locator("figure")
    assert figures.nth(0).inner_text().startswith("kept") or "kept" in figures.nth(0).text_content()
    assert figures.nth(0).locator("script, foreignObject, [onload], [onclick], [href]").count() == 0
    assert figures.nth(1).locator("svg").count() == 0
    assert tab.evaluate("window.hit === undefined")


@pytest.mark.parametrize(("width", "scheme"), [(1100, "light"), (1100, "dark"), (640, "light"), (360, "dark")])
def test_no_axe_violation_and_no_sideways_scroll(base, look, width, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed").Axe()
    tab = look(base, width, scheme)
    part(tab, "kb-search").fill("tennis elb")
    tab.wait_for_selector("[role=option]")
    tab.keyboard.press("ArrowDown")
    found = axe.run(tab)
    assert found.violations_count == 0, found.generate_report()
    tab.keyboard.press("Enter")
    ready(tab, **ELBOW)
    for summary in tab.locator("summary:visible").all()[:6]:
        summary.click()
    found = axe.run(tab)
    assert found.violations_count == 0, found.generate_report()
    wide = tab.evaluate(
        "[...document.querySelectorAll('.kb-explorer, .kb-explorer *')].filter((node) => "
        "node.getBoundingClientRect().right > innerWidth + 1"
        " && !node.closest('[role=listbox], svg, .kbx-hidden')).length"
    )
    assert wide == 0
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    if width < 700:
        assert tab.kernel.explorer.narrow is True


THEME = {
    "light": {"--jp-layout-color1": "white", "--jp-ui-font-color1": "rgba(0, 0, 0, 0.87)", "--jp-layout-color2": "#eee",
              "--jp-border-color0": "#bdbdbd", "--jp-content-link-color": "#0d47a1"},
    "dark": {"--jp-layout-color1": "#212121", "--jp-ui-font-color1": "rgba(255, 255, 255, 1)",
             "--jp-layout-color2": "#424242", "--jp-border-color0": "#616161", "--jp-content-link-color": "#64b5f6"},
}  # fmt: skip


@pytest.mark.parametrize("theme", THEME)
def test_jupyterlabs_colours_win_over_the_systems(base, look, theme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed").Axe()
    tab = look(base, scheme="dark" if theme == "light" else "light")
    tab.evaluate(
        "vars => Object.entries(vars).forEach(([n, v]) => document.body.style.setProperty(n, v))", THEME[theme]
    )
    choose(tab, **ELBOW)
    paper = tab.locator(".kb-explorer").evaluate("node => getComputedStyle(node).backgroundColor")
    assert paper == {"light": "rgb(255, 255, 255)", "dark": "rgb(33, 33, 33)"}[theme]
    tab.locator("h1").evaluate("node => node.style.color = node.style.background = 'inherit'")
    found = axe.run(tab, options={"runOnly": ["color-contrast"]}, context=".kb-explorer")
    assert found.violations_count == 0, found.generate_report()


def test_targets_are_large_enough_and_keep_jupyterlabs_shortcuts_away(base, look):
    tab = look(base)
    choose(tab, **ELBOW)
    assert tab.locator(".kb-explorer[data-lm-suppress-shortcuts]").count() == 1
    small = tab.evaluate(
        "[...document.querySelectorAll('.kb-explorer :is(button, input, select)')].filter((node) => {"
        " const box = node.getBoundingClientRect(); return box.width && (box.height < 24 || box.width < 24); }).length"
    )
    assert small == 0


@pytest.mark.parametrize(("width", "height"), [(640, 400), (320, 568)])
def test_a_small_page_folds_the_filters_and_tells_the_answer_in_sight(base, look, width, height):
    tab = look(base, width)
    tab.set_viewport_size({"width": width, "height": height})
    filters = tab.locator(".kbx-folding", has=part(tab, "kb-filter-condition"))
    condition = part(tab, "kb-filter-condition")
    assert condition.is_hidden()
    tab.keyboard.press("Tab")
    tab.keyboard.type("tennis elb")
    tab.wait_for_selector("[role=option]")
    tab.keyboard.press("Enter")
    ready(tab, **ELBOW)
    said(tab, "First answer: ")
    in_sight = "() => { const box = document.querySelector('.kbx-live').getBoundingClientRect();"
    in_sight += " return box.top >= 0 && box.bottom <= innerHeight + 1; }"
    assert tab.evaluate(in_sight)
    assert tab.kernel.explorer.answer["headlines"][0]["words"] in tab.locator(".kbx-live").inner_text()
    tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")
    assert filters.evaluate("node => node.open")
    tab.keyboard.press("Tab")
    assert condition.evaluate("node => node === document.activeElement")
    for name in ("intervention", "outcome", "population", "design", "certainty", "years-from", "years-to"):
        tab.keyboard.press("Tab")
        field = part(tab, f"kb-filter-{name}")
        assert field.evaluate("node => node === document.activeElement")
        box, told = field.bounding_box(), tab.locator(".kbx-live").bounding_box()
        assert box["y"] + box["height"] <= told["y"], "what has the focus is not hidden behind the answer"
    tab.set_viewport_size({"width": 1100, "height": 800})
    tab.wait_for_selector('.kb-explorer[data-small="false"]')
    assert filters.evaluate("node => node.open && node.querySelector('summary').offsetHeight === 0")
    tab.set_viewport_size({"width": width, "height": height})
    tab.wait_for_selector('.kb-explorer[data-small="true"]')
    assert filters.evaluate("node => node.open"), "what is in use is not folded away"


def test_what_is_worked_out_is_told_when_it_is_there(base, look):
    tab = look(base)
    choose(tab, **ELBOW)
    whole = tab.kernel.explorer.answer
    tab.evaluate("changed => take(changed)", {"answer": {"view": ELBOW, "pending": True, "certainty": None}})
    said(tab, "The answer is being worked out.")
    assert part(tab, "kb-answer").locator(".kbx-headline").count() == 0
    assert tab.locator('.kb-explorer[data-ready="false"]').count() == 1
    tab.evaluate("changed => take(changed)", {"answer": json.loads(json.dumps(whole))})
    said(tab, "First answer: ")
    assert tab.locator('.kb-explorer[data-ready="true"]').count() == 1


def test_two_views_of_one_widget_do_not_mix(base, look):
    tab = look(base)
    tab.evaluate("document.body.append(Object.assign(document.createElement('div'), { id: 'second' }))")
    ids = tab.evaluate("[...document.querySelectorAll('[id]')].map((node) => node.id)")
    assert len(ids) == len(set(ids))
    assert isinstance(tab.kernel, Kernel)
