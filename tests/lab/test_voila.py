"""The start notebook, as it is, under a real Voila."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from kb.notebooks.lab import EXTENSION
from tests.checking.browser import chromium
from tests.conftest import EVIDENCE, ROOT
from tests.lab.server import PATIENCE, free_port, home_of, serving, watch

pytest.importorskip("voila", reason="Voila is not installed")
pytestmark = [pytest.mark.browser, pytest.mark.slow]

MS = PATIENCE * 1000


def test_the_documented_command_is_the_one_that_is_tried() -> None:
    (told,) = re.findall(r"^JUPYTER_PATH=(\S+) voila (.*)$", (ROOT / "docs/notebooks.md").read_text(), re.MULTILINE)
    assert (ROOT / told[0]).samefile(EXTENSION)
    assert told[1] == "notebooks/start.ipynb --template=kb"


def test_the_start_page_is_drawn_and_asks_nobody_else(tmp_path: Path) -> None:
    port = free_port()
    own = {"JUPYTER_PATH": str(EXTENSION), "KB_EVIDENCE": str(EVIDENCE), "KB_BUILD": str(tmp_path / "build")}
    command = [
        sys.executable,
        "-m",
        "voila",
        "notebooks/start.ipynb",
        "--template=kb",
        "--no-browser",
        f"--port={port}",
    ]
    environment = {**home_of(tmp_path), **own}
    with chromium() as browser, serving(command, port, environment=environment, folder=tmp_path, cwd=ROOT):
        watched = watch(browser.new_page(viewport={"width": 1280, "height": 800}))
        page = watched.page
        page.goto(f"http://127.0.0.1:{port}/", timeout=MS)
        page.wait_for_selector(".kb-explorer[data-view]", timeout=MS)
        assert page.get_by_text("Run All Cells").locator("visible=true").count() == 0
        assert page.locator(".jp-Cell-inputWrapper .jp-Editor:visible").count() == 0
        page.get_by_test_id("kb-search").fill("tennis elbow")
        page.locator("[role=option]:visible").first.wait_for(timeout=MS)
        page.get_by_test_id("kb-search").press("Enter")
        page.wait_for_selector('.kb-explorer[data-ready="true"][data-view*="lateral-epicondylitis"]', timeout=MS)
        assert "certainty" in page.get_by_test_id("kb-answer").inner_text().casefold()
        page.screenshot(path=tmp_path / "voila.png")
        assert watched.hosts == {f"127.0.0.1:{port}"}
        assert watched.errors == []
