"""The tables as others open them: a bare page in Chromium, a document and a workbook in LibreOffice."""

from __future__ import annotations

import csv
import importlib.util
import io
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest

import kb
from kb.tables import Table
from kb.tables.formats import render
from tests.hostile import STRINGS
from tests.tables.test_formats import _hostile

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
SOFFICE = shutil.which("soffice")
PLAYWRIGHT = importlib.util.find_spec("playwright")
TERMS: Any = {"condition": "tennis elbow", "intervention": "shockwave"}
THEMES = {
    "light": "body{color:#222;background:#fff}",
    "dark": (
        "body{color:#eee;background:#111}a{color:#8cf}caption{color:#0f0}"
        "td,th{color:#ccc;background:#222;border:1px solid}"
    ),
}


@pytest.fixture(scope="module")
def table(base: kb.Base) -> Table:
    return base.table("summary", **TERMS)


# --- Chromium ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if not CHROMIUM or not PLAYWRIGHT:
        pytest.skip("Chromium or playwright is not installed")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as started:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        opened = started.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield opened
        opened.close()


def _open(browser: Any, text: str, width: int, theme: str = "light") -> Any:
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.set_content(
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
        f"<title>A post</title><style>body{{margin:0;padding:16px}}main{{max-width:760px;margin:auto}}{THEMES[theme]}"
        f"</style><main><h1>A post</h1>{text}</main></html>"
    )
    return page


@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 360, 768, 1440])
@pytest.mark.parametrize("theme", THEMES)
def test_a_pasted_table_fits_the_page(browser: Any, table: Table, width: int, theme: str) -> None:
    page = _open(browser, render(table, "html").decode(), width, theme)
    try:
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        rows = page.locator("tbody tr")
        first, second = (rows.nth(0).locator("> *").nth(n).bounding_box() for n in (0, 1))
        stacked = second["y"] > first["y"] + 5
        assert stacked is (width < 700)
        head = page.locator("thead tr").bounding_box()["height"]
        label = page.locator("tbody td span[aria-hidden]").first.bounding_box()["height"]
        assert (head == 0, label > 5) == (stacked, stacked)
        columns = [page.locator(f"tbody tr:nth-child({n}) td:nth-child(2)").bounding_box()["x"] for n in (1, 2, 5)]
        assert max(columns) - min(columns) < 1  # columns stand in line though each row lays itself out
    finally:
        page.close()


@pytest.mark.browser
@pytest.mark.parametrize("kind", ["evidence", "characteristics", "summary", "new"])
def test_labels_come_when_the_header_goes(browser: Any, base: kb.Base, kind: str) -> None:
    page = _open(browser, f'<div id="room">{render(base.table(kind, **TERMS), "html").decode()}</div>', 1000)
    measured = """width => {
        document.querySelector("#room").style.width = width + "px";
        const [row, head] = [document.querySelector("tbody tr"), document.querySelector("thead tr")];
        const [first, second] = [...row.children].map(cell => cell.getBoundingClientRect());
        const label = row.querySelector("span[aria-hidden]").getBoundingClientRect().height;
        return [second.top > first.top + 5, head.getBoundingClientRect().height < 1, label > 5];
    }"""
    try:
        seen = [page.evaluate(measured, width) for width in range(420, 761, 10)]
        assert {tuple(same) for same in seen} == {(True, True, True), (False, False, False)}
    finally:
        page.close()


@pytest.mark.browser
@pytest.mark.parametrize("theme", THEMES)
def test_a_checker_finds_nothing_wrong_with_a_pasted_table(browser: Any, table: Table, theme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    for width in (360, 1440):
        page = _open(browser, render(table, "html").decode(), width, theme)
        try:
            found = axe.Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]})
            assert [violation["id"] for violation in found.response["violations"]] == []
            tree = page.locator("main").aria_snapshot()
            assert 'table "Summary of findings' in tree
            assert 'columnheader "Certainty"' in tree
            assert "rowheader" in tree
        finally:
            page.close()


@pytest.mark.browser
def test_hostile_texts_run_nothing_in_a_browser(browser: Any) -> None:
    page = browser.new_page(viewport={"width": 360, "height": 900})
    dialogs: list[str] = []
    requests: list[str] = []

    def seen(dialog: Any) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", seen)
    page.on("request", lambda request: requests.append(request.url))
    try:
        page.set_content(f"<!doctype html><main>{render(_hostile(), 'html').decode()}</main>")
        page.mouse.move(100, 300)
        assert dialogs == []
        assert requests == []
        assert page.locator("tbody tr").count() == len(STRINGS)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
    finally:
        page.close()


# --- LibreOffice ------------------------------------------------------------------------------------------------------


def _converted(folder: Path, name: str, data: bytes, to: str) -> Path:
    if not SOFFICE:
        pytest.skip("LibreOffice is not installed")
    (folder / name).write_bytes(data)
    profile = f"-env:UserInstallation=file://{folder}/profile"
    command = [SOFFICE, "--headless", profile, "--convert-to", to, "--outdir", str(folder / "out"), str(folder / name)]
    subprocess.run(command, check=True, capture_output=True, timeout=240)
    (made,) = (folder / "out").iterdir()
    return made


@pytest.mark.slow
def test_libreoffice_opens_the_workbook_and_finds_every_cell(tmp_path: Path, table: Table) -> None:
    made = _converted(
        tmp_path, "t.xlsx", render(table, "xlsx"), "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true"
    )
    lines = list(csv.reader(io.StringIO(made.read_text())))
    assert lines[0][0] == table.title
    assert lines[3] == [column.label for column in table.columns]
    shown = [[f"{c.value:,}" if c.value is not None else c.plain for c in row] for row in table.body]
    assert lines[4 : 4 + len(shown)] == shown


@pytest.mark.slow
def test_libreoffice_takes_no_hostile_text_for_a_formula(tmp_path: Path) -> None:
    texts = tuple(text for text in STRINGS if len(text) < 10_000)
    made = _converted(tmp_path, "t.xlsx", render(_hostile(texts), "xlsx"), "xlsx")
    sheet = openpyxl.load_workbook(made).active
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None} == {"s"}
    assert sheet.max_row > len(texts)


@pytest.mark.slow
@pytest.mark.parametrize(("page", "size"), [("a4", "595.3 x 841.9"), ("letter", "612 x 792")])
def test_libreoffice_prints_the_document_upright_with_a_header_on_each_page(
    tmp_path: Path, base: kb.Base, page: Any, size: str
) -> None:
    if not shutil.which("pdftotext") or not shutil.which("pdfinfo"):
        pytest.skip("poppler is not installed")
    table = base.table(**TERMS)
    made = _converted(tmp_path, "t.docx", render(table, "docx", page=page), "pdf")
    info = subprocess.run(["pdfinfo", str(made)], capture_output=True, text=True, check=True).stdout
    found = re.search(r"Page size:\s+([\d.]+) x ([\d.]+)", info)
    assert found
    assert " x ".join(f"{round(float(side), 1):g}" for side in found.groups()) == size
    pages = int(re.search(r"Pages:\s+(\d+)", info)[1])  # type: ignore[index]
    assert pages > 2
    text = [
        subprocess.run(
            ["pdftotext", "-layout", "-f", str(n), "-l", str(n), str(made), "-"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for n in range(1, pages + 1)
    ]
    assert all(re.search(r"Study +Intervention +Outcome +Effect +Certainty", words) for words in text[: pages - 1])
    assert "References" in "".join(text)
