"""One JupyterLab, one browser and one start page for all tests of this folder."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.checking.browser import chromium
from tests.conftest import EVIDENCE, ROOT
from tests.lab.pages import DRAWN, MS, set_own
from tests.lab.server import TOKEN, Server, Watched, free_port, home_of, serving, watch

SHOTS = os.environ.get("KB_SHOTS")
"""Folder for a picture of each step; without it they go to the test's own folder."""


@pytest.fixture(scope="package")
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


@pytest.fixture(scope="package")
def browser() -> Iterator[Any]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="package")
def start(lab: Server, browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """The page that `kb lab` opens, made."""
    set_own(lab.home, "docmanager-extension/plugin", autosaveInterval=1)
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    watched = watch(context.new_page())
    watched.page.goto(f"{lab.url}/?token={TOKEN}")
    watched.page.wait_for_selector(".kb-page.jp-mod-page", timeout=MS)
    watched.page.wait_for_selector(DRAWN, timeout=MS)
    # whoever opens it can type at once
    watched.page.wait_for_function("() => document.activeElement?.dataset.testid === 'kb-search'", timeout=MS)
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
