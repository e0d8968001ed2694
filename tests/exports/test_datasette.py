"""Datasette serves the database as it is: its own process and its own client, nothing of ours in between."""

from __future__ import annotations

import asyncio
import html
import json
import re
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

datasette_app = pytest.importorskip("datasette.app", reason="Datasette is not installed")


@pytest.fixture(scope="module")
def get(everything: Path):
    """Ask Datasette for an address."""

    async def ask(addresses: list[str]) -> list[tuple[int, str]]:
        metadata = json.loads((everything / "metadata.json").read_text())
        served = datasette_app.Datasette([str(everything / "kb-evidence.sqlite")], metadata=metadata)
        await served.invoke_startup()
        found = [await served.client.get(address) for address in addresses]
        return [(reply.status_code, reply.text) for reply in found]

    return lambda *addresses: asyncio.run(ask(list(addresses)))


def test_pages_have_title_licence_search_and_labels(get):
    (home_status, home), (status, page), (searched, hits) = get(
        "/", "/kb-evidence/findings?_size=3", "/kb-evidence/conditions?_search=tennis"
    )
    assert (home_status, status, searched) == (200, 200, 200)
    assert "Creative Commons Attribution 4.0" in home
    assert 'name="_search"' in page
    assert "Aderem and Louw 2015" in page  # the label of a foreign key, not its id alone
    assert "Unit: see unit" in html.unescape(page)
    assert "Lateral epicondylitis" in hits
    assert "Achilles" not in re.sub(r"<script.*?</script>|<select.*?</select>", "", hits, flags=re.DOTALL)


def test_the_json_api_answers(get):
    (_, rows), (_, studies) = get(
        "/kb-evidence/findings.json?study__exact=zhang2024&_shape=array&_labels=on&_size=max",
        "/kb-evidence/studies/zhang2024.json?_shape=objects",
    )
    found = json.loads(rows)
    assert {row["study"]["label"] for row in found} == {"Zhang et al. 2024"}
    assert len(found) == 9
    assert json.loads(studies)["rows"][0]["n_studies"] == 6


def test_every_table_and_view_has_a_page_and_a_description(get, data):
    from kb.exports.views import VIEWS

    names = [*data.tables, *VIEWS]
    for name, (status, page) in zip(names, get(*(f"/kb-evidence/{name}?_size=1" for name in names)), strict=True):
        assert status == 200, name
        meaning = VIEWS[name][0] if name in VIEWS else data[name].resource.meaning
        assert meaning in html.unescape(page), name


def test_a_page_asks_no_other_host(get):
    for status, page in get("/", "/kb-evidence", "/kb-evidence/studies?_size=5", "/kb-evidence/v_claims?_size=5"):
        assert status == 200
        loaded = re.findall(r"<(?:script|img|iframe|link)[^>]+(?:src|href)=\"([^\"]+)\"", page)
        assert loaded
        own = ("/", "http://localhost/")
        assert all(address.startswith(own) and not address.startswith("//") for address in loaded), loaded


def test_markup_in_the_evidence_is_text(hostile, tmp_path):
    from kb.exports.sqlite import sqlite

    path = tmp_path / "kb-evidence.sqlite"
    path.write_bytes(sqlite(hostile("<script>alert(1)</script>")))

    async def ask() -> list[str]:
        served = datasette_app.Datasette([str(path)])
        await served.invoke_startup()
        pages = ("studies", "findings", "conditions", "v_claims", "v_findings")
        return [(await served.client.get(f"/kb-evidence/{page}")).text for page in pages]

    for page in asyncio.run(ask()):
        assert "<script>alert(1)" not in page
        assert "&lt;script&gt;alert(1)" in page


def test_the_documented_command_serves_it(everything):
    """A real process on a port of this machine, as docs/exports.md says."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "datasette", "serve", "--immutable", str(everything / "kb-evidence.sqlite")]
    command += ["--metadata", str(everything / "metadata.json"), "--host", "127.0.0.1", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            page = _patiently(f"http://127.0.0.1:{port}/kb-evidence/v_evidence_map.json?_shape=array&_size=1", process)
        finally:
            process.terminate()
    assert json.loads(page)[0]["studies"] >= 1


def _patiently(address: str, process: subprocess.Popen) -> bytes:
    until = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(address, timeout=30) as reply:
                return reply.read()
        except OSError:
            if process.poll() is not None or time.monotonic() > until:
                raise
            time.sleep(0.2)
