"""`kb lab` for real: JupyterLab, a kernel and Chromium, used as a clinician uses it."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest

from tests.checking.browser import chromium
from tests.conftest import EVIDENCE, ROOT
from tests.lab.server import PATIENCE, TOKEN, Server, Watched, free_port, home_of, serving, watch

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MS = PATIENCE * 1000
TEMPLATES = sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb") if path.stem != "start")
DRAWN = ".kb-explorer[data-view]"
SHOTS = os.environ.get("KB_SHOTS")
"""Folder for a picture of each step; without it they go to the test's own folder."""
CELLS = """path => {
    const panel = Array.from(jupyterapp.shell.widgets("main")).find((widget) => widget.context?.path === path);
    const cells = Array.from(panel.content.model.cells).filter((cell) => cell.type === "code");
    const failed = (output) => output.output_type === "error";
    return cells.map((cell) => [cell.id, cell.executionCount, cell.outputs.toJSON().filter(failed)]);
}"""
OPEN = """async path => {
    const panel = await jupyterapp.commands.execute("docmanager:open", { path });
    await panel.context.ready;
    await panel.context.sessionContext.ready;
    jupyterapp.shell.activateById(panel.id);
}"""


def set_own(home: Path, plugin: str, **settings: Any) -> None:
    """Choose settings as a person does in JupyterLab's settings editor."""
    path = home / f"settings/@jupyterlab/{plugin}.jupyterlab-settings"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(settings))


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """`kb lab` of somebody who chose the dark theme."""
    home = tmp_path_factory.mktemp("home")
    set_own(home, "apputils-extension/themes", theme="JupyterLab Dark")
    port, build = free_port(), home / "build"
    command = [
        *(sys.executable, "-c", "from kb.cli import main; main()", "lab", "--evidence", str(EVIDENCE)),
        *("--build", str(build), "--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1"),
        *(f"--ServerApp.port={port}", "--ServerApp.port_retries=0", f"--IdentityProvider.token={TOKEN}"),
        "--LabApp.expose_app_in_browser=True",
    ]
    with serving(command, port, environment=home_of(home), folder=home, cwd=ROOT) as log:
        yield Server(f"http://127.0.0.1:{port}", log, home, build)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def start(lab: Server, browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """The page that `kb lab` opens, made."""
    set_own(lab.home, "docmanager-extension/plugin", autosaveInterval=1)
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    watched = watch(context.new_page())
    watched.page.goto(f"{lab.url}/?token={TOKEN}")
    watched.page.wait_for_selector(".kb-page.jp-mod-page", timeout=MS)
    watched.page.wait_for_selector(DRAWN, timeout=MS)
    yield watched
    context.close()


@pytest.fixture
def shoot(tmp_path: Path, request: pytest.FixtureRequest) -> Any:
    """Takes a picture of a step."""
    folder = Path(SHOTS) if SHOTS else tmp_path

    def take(page: Any, name: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=folder / f"{request.node.name.split('[')[0]}-{name}.png")

    return take


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


def view_of(page: Any) -> dict[str, Any]:
    """What the explorer shows."""
    found: dict[str, Any] = json.loads(page.locator(".kb-explorer").get_attribute("data-view") or "{}")
    return found


def search(page: Any, words: str, noun: str, identifier: str) -> None:
    """Choose by the keyboard: type in the search box, press Enter, wait for the answer."""
    page.keyboard.type(words)
    page.locator("[role=option]:visible").first.wait_for()
    page.keyboard.press("Enter")
    shown = f"""() => {{
        const root = document.querySelector('.kb-explorer[data-ready="true"]');
        return root && JSON.parse(root.dataset.view)[{json.dumps(noun)}] === {json.dumps(identifier)};
    }}"""
    page.wait_for_function(shown, timeout=MS)


ASKED = (
    ("tennis elbow", "condition", "lateral-epicondylitis"),
    ("shockwave", "intervention", "shockwave"),
    ("prtee", "outcome", "prtee"),
)


def ask(page: Any) -> None:
    """Choose what the tests look at, where no test before this one did."""
    for words, noun, identifier in ASKED:
        if view_of(page).get(noun) != identifier:
            search(page, words, noun, identifier)


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
    page.wait_for_function("() => document.activeElement?.dataset.testid === 'kb-search'", timeout=MS)
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


def test_a_page_from_elsewhere_does_not_run_by_itself(lab: Server, browser: Any) -> None:
    """Its author only says that it is a page: Jupyter does not trust it, so neither do we."""
    cell = nbformat.v4.new_code_cell("from pathlib import Path\nPath('ran').touch()")
    foreign = nbformat.v4.new_notebook(cells=[cell], metadata={"kb": {"page": True}})
    foreign.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    folder = lab.build / "elsewhere"
    folder.mkdir()
    nbformat.write(foreign, folder / "foreign.ipynb")
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{lab.url}/lab/workspaces/elsewhere/tree/elsewhere/foreign.ipynb?token={TOKEN}")
    page.wait_for_selector(".jp-NotebookPanel:visible .jp-Editor:visible", timeout=MS)
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=MS)
    page.wait_for_timeout(500)
    assert page.locator(".kb-page").count() == 0
    assert not (folder / "ran").exists()
    context.close()


def test_at_200_percent_nothing_scrolls_sideways(lab: Server, browser: Any, shoot: Any) -> None:
    context = browser.new_context(viewport={"width": 640, "height": 400}, device_scale_factor=2)
    page = context.new_page()
    page.goto(f"{lab.url}/doc/tree/lab/start.ipynb?token={TOKEN}")
    page.wait_for_selector(DRAWN, timeout=MS)
    page.wait_for_function("() => document.activeElement?.dataset.testid === 'kb-search'", timeout=MS)
    search(page, "tennis elbow", "condition", "lateral-epicondylitis")
    shoot(page, "chosen")
    wide = page.evaluate("""() => Array.from(document.querySelectorAll("html, .jp-Notebook *"))
        .filter((node) => ["auto", "scroll"].includes(getComputedStyle(node).overflowX))
        .filter((node) => node.scrollWidth > node.clientWidth + 1 && node.clientWidth > 0)
        .map((node) => [node.tagName, node.className, node.scrollWidth, node.clientWidth])""")
    assert wide == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    context.close()


def test_every_other_notebook_runs_from_top_to_bottom(lab: Server, browser: Any, shoot: Any) -> None:
    """Through the menu, as a person does, in one JupyterLab with a tab each: their kernels work side by side."""
    set_own(lab.home, "docmanager-extension/plugin", autosaveInterval=600)
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
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
    context.close()
