"""Sites to look at: one of three studies, made in a moment, and one of the whole base with some of its notebooks."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

import kb
from kb.notebooks import plan, run_all, select
from kb.site import make_site

CHANGES = """\
- date: 2026-02-01
  text: A later reading mended the direction <b>&</b> the "number".
  about: [study/zhang2024, condition/lateral-epicondylitis]
- date: 2026-01-15
  text: The base begins.
"""
REDIRECTS = """\
condition/tennis-elbow: condition/lateral-epicondylitis
study/zang2024: study/zhang2024
intervention/eswt: intervention/shockwave
"""
SHOWN = [
    "overview",
    "audit",
    "condition/lateral-epicondylitis",
    "condition/tendinopathy",
    "intervention/shockwave",
    "comparison/lateral-epicondylitis--shockwave--*",
    "post/why-tennis-elbow*",
]


@pytest.fixture
def small_base(small: Path) -> kb.Base:
    """Three studies, a post, two changes and three redirects."""
    (small / "changes.yaml").write_text(CHANGES)
    (small / "redirects.yaml").write_text(REDIRECTS)
    return kb.open(small)


def _cell(**data: str) -> dict[str, Any]:
    kinds = {"html": "text/html", "md": "text/markdown"}
    output = {"output_type": "display_data", "data": {kinds[kind]: text for kind, text in data.items()}}
    return {"cell_type": "code", "source": "secret = 1", "metadata": {}, "outputs": [output]}


@pytest.fixture
def executed(tmp_path: Path) -> Path:
    """A folder of executed notebooks: two conditions and an intervention, written by hand."""

    folder = tmp_path / "notebooks"
    for name, title, lead in (
        ("condition/lateral-epicondylitis", "Lateral epicondylitis", "Shockwave may help at three months."),
        ("condition/tendinopathy", "Tendinopathy", "Little is known."),
        ("intervention/shockwave", "Extracorporeal shockwave therapy", "Studied for tendons."),
    ):
        path = folder / f"{name}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        html = f'<div class="kb"><p class="kb-lead">{lead}</p></div>'
        heading = {"cell_type": "markdown", "source": ["## Answer"], "metadata": {}}
        path.write_text(json.dumps({"cells": [_cell(md=f"# {title}"), heading, _cell(html=html)]}))
    return folder


@pytest.fixture
def made(small_base: kb.Base, executed: Path, tmp_path: Path) -> Path:
    """The site of the small base."""
    make_site(executed, tmp_path / "site", small_base, tmp_path / "cache")
    return tmp_path / "site"


# the whole base


@pytest.fixture(scope="session")
def whole_site(base: kb.Base, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of the real base with some notebooks of every kind; made once, however many processes test it."""
    shared = tmp_path_factory.getbasetemp()
    shared = shared.parent if "PYTEST_XDIST_WORKER" in os.environ else shared
    folder = shared / "whole-site"
    with FileLock(shared / "whole-site.lock"):
        if not (folder / "done").exists():
            shutil.rmtree(folder, ignore_errors=True)
            run_all(select(plan(base), SHOWN), folder / "notebooks", evidence=base.root)
            make_site(folder / "notebooks", folder / "site", base, folder / "cache")
            (folder / "done").touch()
    return folder / "site"


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A Chromium without a window."""
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
def look(browser: Any, whole_site: Path) -> Iterator[Callable[..., Any]]:
    """Open pages of the site from the disk; afterwards nothing was requested from a host, and no error was logged."""
    contexts, requests, errors = [], [], []

    def open_page(name: str, width: int = 1440, scheme: str = "light") -> Any:
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        contexts.append(context)
        tab = context.new_page()
        tab.on("request", lambda request: requests.append(request.url))
        tab.on("console", lambda message: errors.append(message.text) if message.type in {"error", "warning"} else None)
        tab.on("pageerror", lambda error: errors.append(str(error)))
        tab.goto(f"{whole_site.as_uri()}/{name}")
        return tab

    yield open_page
    for context in contexts:
        context.close()
    assert not [url for url in requests if not url.startswith(("file:", "data:", "blob:"))]
    assert not errors
