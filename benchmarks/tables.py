"""A table of 2,000 rows in every format: seconds, and the ratio to what others take for the same cells.

The rows are those of an evidence table, repeated, with an address of its own in each. Each is measured after its
import and a small table to warm up, best of three. The peers write the cells alone: no caption, footnotes, links or
sources; pandas for HTML, CSV, XLSX, LaTeX and JSON, great_tables for HTML with inline styles, python-docx's own way to
fill a table for DOCX (of 200 rows, because its time grows with the square of the rows).

Run: ``python benchmarks/tables.py [--rows 2000]``; exits with 1 when the promise of 2 seconds a format is not kept.
"""

from __future__ import annotations

import argparse
import io
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import cycle, islice

import pandas as pd

import kb
from kb.tables import Cell, Table
from kb.tables.formats import FORMATS, render

PROMISE = 2.0
_FEW = 200


def made(rows: int) -> Table:
    """An evidence table of so many rows, with an address of its own in each."""
    table = kb.open().table(condition="lateral-epicondylitis")
    body = tuple(
        (Cell(row[0].text, f"https://example.org/{n}", row[0].marks), *row[1:])
        for n, row in enumerate(islice(cycle(table.body), rows))
    )
    return replace(table, body=body)


def best(job: Callable[[], object], repeats: int = 3) -> float:
    """Seconds of the fastest run."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        job()
        times.append(time.perf_counter() - start)
    return min(times)


def python_docx(frame: pd.DataFrame) -> None:
    """A table as the manual of python-docx fills one."""
    import docx

    document = docx.Document()
    table = document.add_table(rows=1, cols=len(frame.columns))
    for row in frame.itertuples(index=False):
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    document.save(io.BytesIO())


def great_tables(frame: pd.DataFrame) -> None:
    """A table of great_tables with its styles inline."""
    from great_tables import GT

    GT(frame).tab_header("Title").as_raw_html(inline_css=True)


def peers(frame: pd.DataFrame) -> dict[str, tuple[str, Callable[[], object]]]:
    """By format, the peer's name and its job."""
    found: dict[str, tuple[str, Callable[[], object]]] = {
        "html": ("great_tables", lambda: great_tables(frame)),
        "csv": ("pandas", lambda: frame.to_csv(io.StringIO())),
        "xlsx": ("pandas, openpyxl", lambda: frame.to_excel(io.BytesIO(), engine="openpyxl")),
        "docx": (f"python-docx, {_FEW} rows", lambda: python_docx(frame.head(_FEW))),
        "json": ("pandas", lambda: frame.to_json(io.StringIO(), orient="records", indent=2)),
    }
    try:
        import jinja2  # noqa: F401 - pandas writes LaTeX with it
        import tabulate  # noqa: F401 - and Markdown with this
    except ImportError:
        return found
    found["latex"] = ("pandas", lambda: frame.to_latex(io.StringIO(), escape=True, longtable=True))
    found["md"] = ("pandas, tabulate", lambda: frame.to_markdown(io.StringIO()))
    return found


def main() -> int:
    """Measure, print, and say whether the promise is kept."""
    parser = argparse.ArgumentParser(description="Seconds for a table in every format.")
    parser.add_argument("--rows", type=int, default=2000)
    rows = parser.parse_args().rows
    table, small = made(rows), made(5)
    frame = pd.DataFrame(table.rows)
    others = peers(frame)
    print(f"| format | seconds ({rows:,} rows) | peer | seconds | MB |\n| --- | ---: | --- | ---: | ---: |")
    slow = []
    for name in FORMATS:
        render(small, name)
        seconds = best(lambda name=name: render(table, name))  # type: ignore[misc]
        peer, job = others.get(name, ("–", None))
        other = f"{best(job, 1):.2f}" if job else "–"
        print(f"| {name} | {seconds:.2f} | {peer} | {other} | {len(render(table, name)) / 1e6:.1f} |", flush=True)
        slow += [name] if seconds > PROMISE and rows <= 2000 else []
    if slow:
        print(f"More than {PROMISE:g} seconds: {', '.join(slow)}")
    return bool(slow)


if __name__ == "__main__":
    sys.exit(main())
