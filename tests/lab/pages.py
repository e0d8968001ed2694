"""What tests do in JupyterLab and in the explorer: choose settings, wait, search, ask."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.lab.server import PATIENCE

MS = PATIENCE * 1000
DRAWN = ".kb-explorer[data-view]"
CELLS = """path => {
    const panel = Array.from(jupyterapp.shell.widgets("main")).find((widget) => widget.context?.path === path);
    const cells = Array.from(panel.content.model.cells).filter((cell) => cell.type === "code");
    const failed = (output) => output.output_type === "error";
    return cells.map((cell) => [cell.id, cell.executionCount, cell.outputs.toJSON().filter(failed)]);
}"""


def set_own(home: Path, plugin: str, **settings: Any) -> None:
    """Choose settings as a person does in JupyterLab's settings editor."""
    path = home / f"settings/@jupyterlab/{plugin}.jupyterlab-settings"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(settings))


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
    page.bring_to_front()
    if view_of(page) == {noun: identifier for _, noun, identifier in ASKED}:
        return
    choose(page)
    page.get_by_test_id("kb-search").focus()
    for words, noun, identifier in ASKED:
        search(page, words, noun, identifier)


def choose(page: Any, **view: Any) -> None:
    """Set the view through the page's own controls: clear, then each filter."""
    clear = page.get_by_test_id("kb-clear")
    if view_of(page):
        clear.press("Enter")
        shown(page)
    folded = page.locator(".kb-explorer .kbx-folding:not([open]) > summary:visible", has_text="Filters")
    if view and folded.count():
        folded.press("Enter")
    given: dict[str, Any] = {}
    for name, value in view.items():
        given[name] = value
        page.get_by_test_id(f"kb-filter-{name.replace('_', '-')}").select_option(str(value))
        shown(page, **given)


def shown(page: Any, **view: Any) -> None:
    """Wait until a view is answered."""
    page.wait_for_function(
        """wanted => {
            const root = document.querySelector('.kb-explorer[data-ready="true"]');
            const view = root && JSON.parse(root.dataset.view);
            return view && Object.keys(view).length === Object.keys(wanted).length
                && Object.keys(wanted).every((name) => view[name] === wanted[name]);
        }""",
        arg=view,
        timeout=MS,
    )
