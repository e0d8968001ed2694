"""`kb lab` for real: JupyterLab, a kernel and Chromium, used as a clinician uses it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

import nbformat
import pytest

from tests.conftest import ROOT
from tests.lab.pages import ASKED, CELLS, MS, ask, choose, search, set_own, view_of
from tests.lab.server import TOKEN, Server, Watched, watch

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TEMPLATES = sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb") if path.stem != "start")
OPEN = """async path => {
    const panel = await jupyterapp.commands.execute("docmanager:open", { path });
    await panel.context.ready;
    await panel.context.sessionContext.ready;
    jupyterapp.shell.activateById(panel.id);
}"""


TIMED = """() => {
    const root = document.querySelector(".kb-explorer");
    let chosen = null;
    window.kbTimes = [];
    new MutationObserver(() => {
        if (root.dataset.ready === "false") { chosen ??= performance.now(); }
        if (root.dataset.ready === "true" && chosen !== null) {
            kbTimes.push(performance.now() - chosen);
            chosen = null;
        }
    }).observe(root, { attributes: true });
    root.addEventListener("keydown", (event) => { if (event.key === "Enter") { chosen = performance.now(); } }, true);
}"""


def test_the_start_page_is_a_page_and_has_run(start: Watched, lab: Server, shoot: Any) -> None:
    page = start.page
    shoot(page, "opened")
    assert page.locator(".jp-Notebook .jp-Cell-inputWrapper .jp-Editor:visible").count() == 0
    assert page.locator(".jp-InputPrompt:visible, .jp-OutputPrompt:visible").count() == 0
    assert page.locator(".jp-NotebookPanel-toolbar:visible, .jp-SideBar:visible, .jp-FileBrowser:visible").count() == 0
    assert page.locator(".jp-Dialog").count() == 0
    assert page.get_by_text("Run All Cells").locator("visible=true").count() == 0
    assert not [cell for cell in page.evaluate(CELLS, "lab/start.ipynb") if cell[2]]
    # the theme that this person chose is used
    assert page.evaluate("document.body.dataset.jpThemeName") == "JupyterLab Dark"


def test_nobody_but_its_own_server_is_asked(start: Watched, lab: Server) -> None:
    assert start.hosts == {lab.url.removeprefix("http://")}
    for path in ("lab/api/news", "lab/api/update", "lab/api/extensions", "lab/api/listings"):
        assert not [url for url in start.requests if path in url]


def test_opening_changes_no_notebook(start: Watched, lab: Server) -> None:
    template = json.loads((ROOT / "notebooks/start.ipynb").read_text())
    assert not [cell for cell in template["cells"] if cell.get("outputs")]
    start.page.wait_for_timeout(2500)  # the autosave that this person asked for runs every second
    kept = json.loads((lab.build / "lab/start.ipynb").read_text())
    assert kept["cells"] == template["cells"]
    assert start.page.evaluate("window.jupyterapp.shell.currentWidget.context.model.dirty") is False


def test_settings_and_workspaces_of_the_person_stay_as_they_were(start: Watched, lab: Server) -> None:
    settings = {path.name for path in (lab.home / "settings").rglob("*") if path.is_file()}
    assert settings == {"themes.jupyterlab-settings", "plugin.jupyterlab-settings"}
    assert not (lab.home / "workspaces").exists()


def test_a_choice_is_answered_by_keyboard_alone(start: Watched, shoot: Any) -> None:
    page = start.page
    choose(page)
    page.get_by_test_id("kb-search").focus()
    page.evaluate(TIMED)
    for words, noun, identifier in ASKED:
        search(page, words, noun, identifier)
        shoot(page, noun)
    assert view_of(page) == {noun: identifier for _, noun, identifier in ASKED}
    answer = page.get_by_test_id("kb-answer").inner_text()
    assert "8.64" in answer
    assert "-9.5" in answer
    assert "certainty" in answer.casefold()
    assert page.get_by_test_id("kb-forest").locator("svg").count() >= 1
    times = page.evaluate("kbTimes")
    sys.stdout.write(f"from choice to answer: {', '.join(f'{time:.0f} ms' for time in times)}\n")
    assert len(times) == len(ASKED)


def test_the_code_can_be_shown_with_the_keyboard(start: Watched, shoot: Any) -> None:
    page = start.page
    button = page.get_by_test_id("kb-show-code")
    button.focus()
    page.keyboard.press("Enter")
    assert button.get_attribute("aria-pressed") == "true"
    page.locator(".jp-Notebook .jp-Cell-inputWrapper .jp-Editor:visible").first.wait_for()
    assert page.locator(".jp-NotebookPanel-toolbar").is_visible()
    shoot(page, "code")
    button.focus()
    page.keyboard.press("Enter")
    assert page.locator(".jp-Notebook .jp-Cell-inputWrapper .jp-Editor:visible").count() == 0


def test_keys_in_the_page_do_not_change_the_notebook(start: Watched) -> None:
    """JupyterLab would add a cell at "b" and cut one at "x"."""
    page = start.page
    before = page.evaluate(CELLS, "lab/start.ipynb")
    page.get_by_test_id("kb-save").focus()
    for key in ("a", "b", "x", "d", "d", "m", "ArrowDown"):
        page.keyboard.press(key)
    assert page.evaluate(CELLS, "lab/start.ipynb") == before


def test_the_table_is_filtered_sorted_and_copied(start: Watched, shoot: Any) -> None:
    page = start.page
    ask(page)
    table = page.get_by_test_id("kb-table")
    rows = table.locator("tbody tr")
    everything = rows.count()
    assert everything > 1
    page.get_by_test_id("kb-table-filter").fill("final")
    page.wait_for_function(
        "n => document.querySelectorAll('[data-testid=kb-table] tbody tr').length < n", arg=everything
    )
    assert all("final" in text for text in rows.all_inner_texts())
    shoot(page, "filtered")
    page.get_by_test_id("kb-table-filter").fill("")
    header = table.locator("thead th").nth(6)
    for way in ("ascending", "descending"):
        header.get_by_role("button").focus()
        page.keyboard.press("Enter")
        assert header.get_attribute("aria-sort") == way
    shoot(page, "sorted")
    page.get_by_test_id("kb-copy-markdown").click()
    page.wait_for_function("() => navigator.clipboard.readText().then((text) => text.includes('| --- |'))")
    links = table.locator("tbody a[href^='https://']").evaluate_all("all => all.map((a) => a.hostname)")
    assert set(links) <= {"pubmed.ncbi.nlm.nih.gov", "doi.org"}


def test_a_report_is_saved_for_this_view_and_opens(start: Watched, lab: Server, shoot: Any) -> None:
    page = start.page
    ask(page)
    view = view_of(page)
    page.get_by_test_id("kb-save").focus()
    page.keyboard.press("Enter")
    opened = page.get_by_test_id("kb-saved").get_by_role("link", name="Open the report")
    opened.wait_for(timeout=MS)
    shoot(page, "saved")
    (path,) = (lab.build / "runs").glob("*.ipynb")
    report = nbformat.read(path, as_version=4)
    nbformat.validate(report)
    code = [cell for cell in report.cells if cell.cell_type == "code"]
    assert not [output for cell in code for output in cell.outputs if output.output_type == "error"]
    given = next(cell.source for cell in code if "injected-parameters" in cell.metadata.get("tags", ()))
    for noun, identifier in view.items():
        assert f'{noun} = "{identifier}"' in given
    with page.expect_popup() as popup:
        opened.click()
    watched = watch(popup.value)
    watched.page.wait_for_selector(".kb-page.jp-mod-page .jp-OutputArea-output svg", state="attached", timeout=MS)
    shoot(watched.page, "opened")
    assert "8.64" in watched.page.locator(".jp-Notebook").inner_text()
    assert watched.page.locator(".jp-Notebook .jp-Cell-inputWrapper .jp-Editor:visible").count() == 0
    assert watched.hosts == {lab.url.removeprefix("http://")}
    watched.page.close()


def test_a_page_from_elsewhere_does_not_run_by_itself(start: Watched, lab: Server) -> None:
    """Its author only says that it is a page: Jupyter does not trust it, so neither do we."""
    cell = nbformat.v4.new_code_cell("from pathlib import Path\nPath('ran').touch()")
    foreign = nbformat.v4.new_notebook(cells=[cell], metadata={"kb": {"page": True}})
    foreign.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    folder = lab.build / "elsewhere"
    folder.mkdir()
    nbformat.write(foreign, folder / "foreign.ipynb")
    page = start.page.context.new_page()
    page.goto(f"{lab.url}/lab/workspaces/elsewhere/tree/elsewhere/foreign.ipynb?token={TOKEN}")
    page.wait_for_selector(".jp-NotebookPanel:visible .jp-Editor:visible", timeout=MS)
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=MS)
    page.wait_for_timeout(500)
    assert page.locator(".kb-page").count() == 0
    assert not (folder / "ran").exists()
    page.close()


SIDEWAYS = """() => Array.from(document.querySelectorAll("html, .jp-Notebook *"))
    .filter((node) => ["auto", "scroll"].includes(getComputedStyle(node).overflowX)
        ? node.scrollWidth > node.clientWidth + 1 && node.clientWidth > 0
        : node.closest(".kb-explorer") && !node.closest("svg, .kbx-hidden")
            && node.getBoundingClientRect().right > innerWidth + 1)
    .map((node) => [node.tagName, node.className, node.scrollWidth, node.clientWidth])"""
SEEN = """() => {
    const told = document.querySelector(".kb-explorer .kbx-live").getBoundingClientRect();
    return told.height > 0 && told.top >= 0 && told.bottom <= innerHeight + 1;
}"""
VIEWS: tuple[dict[str, Any], ...] = (
    {},
    {"condition": "lateral-epicondylitis"},
    {"condition": "lateral-epicondylitis", "intervention": "shockwave", "outcome": "prtee"},
    {"years_to": 2012, "design": "randomized-controlled-trial"},
)


@pytest.fixture
def small(start: Watched) -> Iterator[Any]:
    """Makes the window small; afterwards it is as it was."""
    page = start.page
    yield lambda width, height: page.set_viewport_size({"width": width, "height": height})
    page.set_viewport_size({"width": 1280, "height": 800})


def test_at_200_percent_a_choice_is_seen_to_be_answered(start: Watched, small: Any, shoot: Any) -> None:
    """A window of 1280 x 800 at 200 % shows 640 x 400."""
    page = start.page
    choose(page)
    small(640, 400)
    page.locator('.kb-explorer[data-small="true"]').wait_for(timeout=MS)
    page.get_by_test_id("kb-search").focus()
    search(page, "tennis elbow", "condition", "lateral-epicondylitis")
    shoot(page, "searched")
    told = page.locator(".kbx-live")
    page.wait_for_function("() => document.querySelector('.kbx-live').textContent.includes('First answer: ')")
    headline = page.get_by_test_id("kb-answer").locator(".kbx-headline .kbx-lead").first.inner_text()
    assert headline in told.inner_text()
    assert "certainty" in headline
    assert page.evaluate(SEEN)
    assert page.get_by_test_id("kb-filter-intervention").is_hidden()
    page.keyboard.press("Tab")  # the filters
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.get_by_test_id("kb-filter-intervention").evaluate("node => node === document.activeElement")
    page.keyboard.type("Extracorporeal")
    page.wait_for_selector('.kb-explorer[data-ready="true"][data-view*="shockwave"]', timeout=MS)
    page.wait_for_function("() => document.querySelector('.kbx-live').textContent.startsWith('10 studies')")
    shoot(page, "filtered")
    assert page.evaluate(SEEN)
    assert page.get_by_test_id("kb-filter-intervention").evaluate("node => node === document.activeElement")
    page.get_by_text("Filters", exact=True).press("Enter")
    assert page.get_by_test_id("kb-filter-intervention").is_hidden()


@pytest.mark.parametrize("size", [(640, 400), (320, 568)], ids=str)
def test_nothing_scrolls_sideways(start: Watched, small: Any, shoot: Any, size: tuple[int, int]) -> None:
    page = start.page
    small(*size)
    page.locator('.kb-explorer[data-small="true"]').wait_for(timeout=MS)
    for number, view in enumerate(VIEWS):
        choose(page, **view)
        page.evaluate("() => document.querySelectorAll('.kb-explorer details').forEach((one) => { one.open = true; })")
        shoot(page, f"{size[0]}-{number}")
        assert page.evaluate(SIDEWAYS) == [], view
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), view
    choose(page)
    page.get_by_test_id("kb-search").focus()
    search(page, "athletic pubalgia", "condition", "athletic-pubalgia")  # of which there is no study
    shoot(page, f"{size[0]}-none")
    assert page.evaluate(SIDEWAYS) == []


def test_axe_finds_nothing_in_the_explorer(start: Watched) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed").Axe()
    page = start.page
    ask(page)
    for summary in page.locator(".kb-explorer summary:visible").all()[:6]:
        summary.click()
    found = axe.run(page, context=".kb-explorer")
    assert found.violations_count == 0, found.generate_report()


def test_every_other_notebook_runs_from_top_to_bottom(start: Watched, lab: Server, shoot: Any) -> None:
    """Through the menu, as a person does, in one JupyterLab with a tab each: their kernels work side by side."""
    set_own(lab.home, "docmanager-extension/plugin", autosaveInterval=600)
    page = start.page.context.new_page()
    page.goto(f"{lab.url}/lab/workspaces/all?token={TOKEN}")
    page.wait_for_function("() => globalThis.jupyterapp?.restored.then(() => true)", timeout=MS)
    for template in TEMPLATES:
        page.evaluate(OPEN, f"lab/{template}.ipynb")
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    for template in TEMPLATES:
        path = f"lab/{template}.ipynb"
        done = f"path => ({CELLS})(path).every((cell) => cell[1] || cell[2].length)"
        page.wait_for_function(done, arg=path, timeout=MS)
        assert [cell for cell in page.evaluate(CELLS, path) if cell[2]] == [], template
        page.evaluate(OPEN, path)
        shoot(page, template)
    page.close()
