"""The tables as pdfLaTeX prints them, in the smallest document that takes them."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import kb
from kb.tables import Cell, Table
from kb.tables.formats import render
from tests.conftest import ROOT
from tests.hostile import STRINGS
from tests.tables.test_formats import POST, TERMS, _hostile

PACKAGES = ("array", "booktabs", "calc", "cmap", "hyperref", "longtable", "pdflscape", "textcomp")
SMALLEST = r"""\documentclass[a4paper,11pt]{article}
PACKAGES
\pagestyle{empty}
\begin{document}
Before.

\input{table}

After.
\end{document}
"""


@pytest.fixture(scope="module")
def fonts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Where TeX may keep the fonts that it makes, once for all tests."""
    if not shutil.which("pdflatex") or not shutil.which("pdftotext"):
        pytest.skip("pdflatex or pdftotext is not installed")
    for package in PACKAGES:
        if subprocess.run(["kpsewhich", f"{package}.sty"], capture_output=True, check=False).returncode:
            pytest.skip(f"TeX has no {package}.sty")
    folder = str(tmp_path_factory.mktemp("fonts"))
    return {"PATH": "/usr/bin:/bin:/usr/local/bin", "HOME": folder, "TEXMFVAR": folder, "VARTEXFONTS": folder}


def _printed(folder: Path, table: Table, fonts: dict[str, str], document: str = "") -> tuple[list[str], str]:
    """The text of each page in the order in which it was set, and what TeX said."""
    text = render(table, "latex").decode()
    packages = re.match(r"% In the preamble: (.*)\n", text)
    assert packages
    (folder / "table.tex").write_text(text)
    (folder / "paper.tex").write_text(document or SMALLEST.replace("PACKAGES", packages[1]))
    command = ["pdflatex", "-no-shell-escape", "-halt-on-error", "-interaction=nonstopmode", "paper.tex"]
    for _ in range(2):  # the first run finds how wide the header of each page must be
        done = subprocess.run(command, cwd=folder, capture_output=True, check=False, timeout=240, env=fonts)
        assert done.returncode == 0, done.stdout[-2000:]
    said = (folder / "paper.log").read_text(encoding="latin-1")
    shown = subprocess.run(["pdftotext", "-raw", str(folder / "paper.pdf"), "-"], capture_output=True, check=True)
    return shown.stdout.decode().split("\f")[:-1], said


def _words(pages: list[str]) -> str:
    """All text without blanks and hyphens: a hyphenated word stands on two lines."""
    return re.sub(r"[\s-]", "", "".join(pages))


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["evidence", "characteristics", "summary", "claims", "new"])
def test_pdflatex_prints_each_kind_with_its_header_on_each_page(
    tmp_path: Path, base: kb.Base, fonts: dict[str, str], kind: str
) -> None:
    asked: dict[str, Any] = {"post": POST} if kind == "claims" else TERMS
    table = base.table(kind, **asked)
    pages, said = _printed(tmp_path, table, fonts)
    assert not [float(found) for found in re.findall(r"Overfull \\hbox \(([\d.]+)pt", said) if float(found) > 2]
    assert "Overfull \\vbox" not in said
    assert "Missing character" not in said
    words = _words(pages)
    longest = _words([max((cell.text for cell in table.body[-1]), key=len)])
    last = max(number for number, page in enumerate(pages) if longest[:40] in _words([page]))
    names = _words([column.label for column in table.columns if column.under is None][:1])
    assert all(_words([page]).startswith(names) for page in pages[1 : last + 1])
    assert last > 0 or kind == "new"
    for row in table.body:
        assert all(_words([cell.text]).replace("'", "") in re.sub("['’]", "", words.replace("−", "")) for cell in row)
    assert all(_words([source.text]) in words for source in table.sources)
    assert all(_words([note]).replace("'", "") in re.sub("['’]", "", words) for note in table.told)


@pytest.mark.slow
@pytest.mark.parametrize("style", ["vancouver", "apa"])
def test_the_document_of_the_manual_prints_a_table_upright_and_in_landscape(
    tmp_path: Path, base: kb.Base, fonts: dict[str, str], style: str
) -> None:
    (document,) = re.findall(r"```latex\n(.*?)```", (ROOT / "docs" / "tables.md").read_text(), re.DOTALL)
    table = base.table("summary", style=style, **TERMS)
    pages, said = _printed(tmp_path, table, fonts, document)
    assert "Overfull" not in said
    starts = [number for number, page in enumerate(pages) if page.startswith(table.title.split(";")[0])]
    assert starts[0] == 0
    upright, turned = pages[: starts[1]], pages[starts[1] :]
    assert _words(["".join(upright)]).count("References") == _words(["".join(turned)]).count("References") == 1
    assert max(map(len, "".join(turned).split("\n"))) > 1.3 * max(map(len, "".join(upright).split("\n")))
    named = set(re.findall(r"\\usepackage(?:\[.*?\])?\{(.*?)\}", render(table, "latex").decode().split("\n", 1)[0]))
    assert named <= set(re.findall(r"\\usepackage(?:\[.*?\])?\{(.*?)\}", document))


@pytest.mark.slow
def test_signs_and_letters_come_out(tmp_path: Path, base: kb.Base, fonts: dict[str, str]) -> None:
    table = base.table("new", **TERMS)
    signs = "p ≤ 0.05, ≥ 1, 5 µm, 10 cm, ±2, α and β, Łódź, Ødegård, Müller, “so” – and 50 % of A&B_c #1 {x} ~ ^ \\ $"
    body = (
        (Cell(signs), Cell("-1.51 to -0.8"), Cell("肩袖 x"), Cell("don't"), Cell("https://doi.org/10.1000/a_b%20#c")),
    )
    pages, said = _printed(tmp_path, replace(table, body=body), fonts)
    words = _words(pages)
    for part in (_words([signs]).replace("μ", "µ"), "−1.51to−0.8", "[2lettersofanotherscript]x", "don’t", "a_b%20#c"):
        assert part in words.replace("μ", "µ")
    assert "Missing character" not in said


@pytest.mark.slow
def test_no_hostile_text_does_anything_in_tex(tmp_path: Path, fonts: dict[str, str]) -> None:
    texts = tuple(text for text in STRINGS if len(text) < 10_000)
    pages, said = _printed(tmp_path, _hostile(texts), fonts)
    read = set(re.findall(r"\((/[^\s()]+)", said))
    assert not [name for name in read if name.startswith("/etc")]
    assert "runsystem" not in said
    words = _words(pages)
    for text in (r"\input{/etc/hosts}", r"\immediate\write18{ls}", "<script>alert(1)</script>", "$x$ $$y$$", "% gone"):
        assert _words([text]) in words
