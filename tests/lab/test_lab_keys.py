"""The explorer by the keyboard alone, as a page and in a plain notebook, where every key is a command of JupyterLab."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.lab.pages import DRAWN, MS, search, shown, view_of
from tests.lab.server import TOKEN, Server, Watched, watch

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ELBOW = {"condition": "lateral-epicondylitis"}
COMMANDS = ("a", "b", "x", "d", "d", "m", "y", "r", "z", "j", "k", "1", "0", "0", "Shift+M", "Shift+L", "Control+b")
"""In a notebook they add, cut, delete and turn cells, select others, restart the kernel, and hide the side bar."""
STATE = """path => {
    const panel = Array.from(jupyterapp.shell.widgets("main")).find((widget) => widget.context?.path === path);
    const cells = Array.from(panel.content.model.cells);
    return {
        cells: cells.map((cell) => [cell.id, cell.type, cell.sharedModel.getSource(), cell.executionCount ?? null]),
        active: panel.content.activeCellIndex,
        mode: panel.content.mode,
        collapsed: jupyterapp.shell.leftCollapsed,
        kernel: panel.context.sessionContext.session.kernel.id,
        status: panel.context.sessionContext.session.kernel.connectionStatus,
        dialogs: document.querySelectorAll(".jp-Dialog").length,
    };
}"""
FOCUS = "test => document.activeElement?.dataset?.testid === test"


@pytest.fixture(scope="module")
def plain(start: Watched, lab: Server) -> Iterator[Watched]:
    """The same notebook, not signed by `kb`: opened and run in an ordinary JupyterLab."""
    folder = lab.build / "plain"
    folder.mkdir()
    shutil.copy(ROOT / "notebooks/start.ipynb", folder)
    watched = watch(start.page.context.new_page())
    page = watched.page
    page.set_viewport_size({"width": 1600, "height": 900})  # beside the file browser there is room for the table
    page.goto(f"{lab.url}/lab/workspaces/plain/tree/plain/start.ipynb?token={TOKEN}")
    page.wait_for_selector(".jp-NotebookPanel:visible .jp-Cell:visible", timeout=MS)
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=MS)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    page.wait_for_selector(f'{DRAWN}[data-ready="true"]', timeout=MS)
    yield watched
    page.close()


@pytest.fixture(params=["page", "plain notebook"])
def opened(request: pytest.FixtureRequest, start: Watched) -> tuple[Any, str]:
    """The explorer with nothing chosen and the focus in its search box, and the path of its notebook."""
    if request.param == "page":
        page, path = start.page, "lab/start.ipynb"
    else:
        page, path = request.getfixturevalue("plain").page, "plain/start.ipynb"
        assert page.locator(".kb-page").count() == 0
    page.bring_to_front()
    page.get_by_test_id("kb-search").focus()
    if view_of(page):
        tab_to(page, "kb-clear")
        page.keyboard.press("Enter")
        shown(page)
    return page, path


def tab_to(page: Any, test: str, *, most: int = 120) -> None:
    """Press Tab until something has the focus."""
    tab_until(page, lambda: bool(page.evaluate(FOCUS, test)), most)


def tab_until(page: Any, there: Callable[[], bool], most: int = 120) -> None:
    for _ in range(most):
        if there():
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not get there: {page.evaluate('document.activeElement.outerHTML.slice(0, 200)')}")


def press_commands(page: Any) -> None:
    for key in COMMANDS:
        page.keyboard.press(key)


def said(page: Any, words: str) -> None:
    page.wait_for_function(
        "words => document.querySelector('.kbx-live').textContent.includes(words)", arg=words, timeout=MS
    )


def test_everything_is_used_by_keys_and_no_key_is_a_command(opened: tuple[Any, str], shoot: Any) -> None:
    page, path = opened
    before = page.evaluate(STATE, path)

    page.keyboard.type("abxdd00 mzy")  # into the search box
    assert page.get_by_test_id("kb-search").input_value() == "abxdd00 mzy"
    page.keyboard.press("Control+a")
    search(page, "tennis elbow", *next(iter(ELBOW.items())))

    tab_to(page, "kb-filter-intervention")
    page.keyboard.type("Extracorp")
    shown(page, **ELBOW, intervention="shockwave")
    tab_to(page, "kb-filter-outcome")
    page.keyboard.press("ArrowDown")
    page.wait_for_function("() => 'outcome' in JSON.parse(document.querySelector('.kb-explorer').dataset.view)")
    page.keyboard.press("ArrowUp")
    shown(page, **ELBOW, intervention="shockwave")
    assert page.evaluate(FOCUS, "kb-filter-outcome")

    remove = "document.activeElement?.getAttribute('aria-label') === 'Remove Extracorporeal shockwave therapy'"
    tab_until(page, lambda: bool(page.evaluate(remove)))
    press_commands(page)
    page.keyboard.press("Space")
    shown(page, **ELBOW)

    tab_to(page, "kb-save")
    press_commands(page)

    tab_to(page, "kb-table-filter")
    page.keyboard.type("grip")
    said(page, "rows fit")
    rows = page.locator("[data-testid=kb-table] tbody tr")
    assert rows.count() > 0
    assert all("rip" in text for text in rows.all_inner_texts())
    for kind, told in (("markdown", "as Markdown"), ("html", "as HTML"), ("word", "for Word")):
        tab_to(page, f"kb-copy-{kind}")
        press_commands(page)
        page.keyboard.press("Enter")
        said(page, told)
    assert "<table" in page.evaluate(
        "navigator.clipboard.read().then(([item]) => item.getType('text/html')).then((blob) => blob.text())"
    )
    page.keyboard.press("Tab")
    header = page.locator("[data-testid=kb-table] thead th").first
    assert header.locator("button").evaluate("node => node === document.activeElement")
    press_commands(page)
    for key, way in (("Enter", "ascending"), ("Space", "descending")):
        page.keyboard.press(key)
        assert header.get_attribute("aria-sort") == way
    shoot(page, "sorted")

    tab_until(page, lambda: bool(page.evaluate("document.activeElement?.matches('.kb-explorer svg [role=button]')")))
    press_commands(page)
    page.keyboard.press("ArrowDown")
    wanted = page.evaluate("document.activeElement.getAttribute('aria-label').split(/: |,/)[1]")
    shoot(page, "node")
    page.keyboard.press("Enter")
    page.wait_for_function(
        "name => document.activeElement.matches('h3') && document.activeElement.textContent.includes(name)", arg=wanted
    )
    press_commands(page)
    page.keyboard.press("Tab")
    seen = page.locator(".kb-explorer").get_attribute("data-view")
    page.keyboard.press("Enter")  # choose this
    page.wait_for_function("seen => document.querySelector('.kb-explorer').dataset.view !== seen", arg=seen)

    assert page.evaluate(STATE, path) == before


def test_a_report_is_saved_by_keys_in_a_plain_notebook(plain: Watched, lab: Server) -> None:
    page = plain.page
    page.bring_to_front()
    page.get_by_test_id("kb-search").focus()
    if view_of(page) != ELBOW:
        tab_to(page, "kb-clear")
        page.keyboard.press("Enter")
        shown(page)
        search(page, "tennis elbow", *next(iter(ELBOW.items())))
    before = page.evaluate(STATE, "plain/start.ipynb")
    tab_to(page, "kb-save")
    page.keyboard.press("Space")
    page.get_by_text("The report is being made").wait_for(timeout=MS)
    opens = page.get_by_test_id("kb-saved").get_by_role("link", name="Open the report")
    opens.wait_for(timeout=MS)
    page.keyboard.press("Tab")
    tab_until(page, lambda: bool(opens.evaluate("node => node === document.activeElement")), 5)
    made = [json.loads(path.read_text()) for path in (lab.build / "runs").glob("*.ipynb")]
    given = ["".join(cell["source"]) for notebook in made for cell in notebook["cells"]]
    assert any('condition = "lateral-epicondylitis"' in source and "intervention" not in source for source in given)
    assert page.evaluate(STATE, "plain/start.ipynb") == before
