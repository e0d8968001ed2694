"""The start notebook, as it is, under a real Voila."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from kb.notebooks.lab import EXTENSION
from tests.conftest import EVIDENCE, ROOT
from tests.lab.pages import DRAWN, MS, choose, search
from tests.lab.server import Watched, free_port, home_of, serving, watch

pytest.importorskip("voila", reason="Voila is not installed")
pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_the_documented_command_is_the_one_that_is_tried() -> None:
    (told,) = re.findall(r"^JUPYTER_PATH=(\S+) voila (.*)$", (ROOT / "docs/notebooks.md").read_text(), re.MULTILINE)
    assert (ROOT / told[0]).samefile(EXTENSION)
    assert told[1] == "notebooks/start.ipynb --template=kb"


@pytest.fixture(scope="module")
def served(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """The start page, served by Voila and opened in a small window."""
    home, port = tmp_path_factory.mktemp("voila"), free_port()
    own = {"JUPYTER_PATH": str(EXTENSION), "KB_EVIDENCE": str(EVIDENCE), "KB_BUILD": str(home / "build")}
    command = [sys.executable, "-m", "voila", "notebooks/start.ipynb", "--template=kb"]
    more = ["--no-browser", f"--port={port}"]
    context = browser.new_context(viewport={"width": 640, "height": 400}, device_scale_factor=2)
    watched = watch(context.new_page())
    environment = {**home_of(home), **own}
    with serving([*command, *more], port, environment=environment, folder=home, cwd=ROOT):
        watched.page.goto(f"http://127.0.0.1:{port}/", timeout=MS)
        watched.page.wait_for_selector(DRAWN, timeout=MS)
        yield watched
        assert watched.hosts == {f"127.0.0.1:{port}"}
        assert watched.errors == []
    context.close()


def test_the_start_page_is_drawn_and_answers(served: Watched, shoot: Any) -> None:
    page = served.page
    shoot(page, "opened")
    assert page.get_by_text("Run All Cells").locator("visible=true").count() == 0
    assert page.locator(".jp-Cell-inputWrapper .jp-Editor:visible").count() == 0
    page.get_by_test_id("kb-search").focus()
    search(page, "tennis elbow", "condition", "lateral-epicondylitis")
    assert "certainty" in page.get_by_test_id("kb-answer").inner_text().casefold()
    page.wait_for_function("() => document.querySelector('.kbx-live').textContent.includes('First answer: ')")
    told = page.locator(".kbx-live").bounding_box()
    assert told["y"] + told["height"] <= 400  # at 200 % a choice is seen to be answered
    shoot(page, "chosen")


@pytest.mark.parametrize("width", [1280, 640, 320])
def test_no_axe_violation_and_no_sideways_scroll(served: Watched, shoot: Any, width: int) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed").Axe()
    page = served.page
    page.set_viewport_size({"width": width, "height": 800 if width > 640 else 400})
    choose(page, condition="lateral-epicondylitis")
    page.evaluate("() => document.querySelectorAll('.kb-explorer details').forEach((one) => { one.open = true; })")
    shoot(page, str(width))
    found = axe.run(page, context=".kb-explorer")
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    wide = "[...document.querySelectorAll('.kb-explorer')].filter((node) => node.scrollWidth > node.clientWidth + 1)"
    assert page.evaluate(f"{wide}.length") == 0
