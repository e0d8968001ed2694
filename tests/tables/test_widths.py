"""Columns are as wide as what stands in them needs."""

from __future__ import annotations

import io
import itertools
import zipfile

import openpyxl
import pytest

import kb
from kb.tables import Cell, Column, Table
from kb.tables.asked import Asked
from kb.tables.evidence import evidence_table
from kb.tables.formats import render
from kb.tables.widths import balanced, shares
from tests.tables.test_formats import POST, TERMS


def _lines(parts: list[list[float]], widths: list[int]) -> float:
    """How many lines the highest cell has."""
    return max(sum(max(1.0, n / width) for n in lengths) for lengths, width in zip(parts, widths, strict=True))


@pytest.mark.parametrize("parts", [[[90.0], [10.0, 20.0]], [[30.0, 30.0], [50.0], [5.0]], [[200.0], [1.0], [40.0]]])
def test_no_other_widths_make_a_lower_row(parts: list[list[float]]) -> None:
    room = 24
    found = balanced(parts, [3] * len(parts), room)
    every = (w for w in itertools.product(range(3, room), repeat=len(parts)) if sum(w) == room)
    assert sum(found) <= room
    # One character goes to one column at a time: a split of the last one may be a little better.
    assert _lines(parts, found) <= min(_lines(parts, list(widths)) for widths in every) * 1.05


def test_where_there_is_no_room_each_column_gets_a_part_of_it() -> None:
    widths = balanced([[50.0], [50.0], [50.0]], [15, 15, 3], 20)
    assert sum(widths) <= 20
    assert min(widths) >= 3
    assert balanced([], [], 10) == []


def test_a_word_is_not_broken_where_there_is_room() -> None:
    columns = (Column("a", "A"), Column("b", "B"))
    row = (Cell("many words " * 40), Cell("photobiomodulation"))
    table = Table("new", "", "", columns, (row,))
    assert shares(table, 60, word=18)[1] * 60 >= 18
    assert shares(table, 60, word=10)[1] * 60 < 18
    assert shares(table, 60, padding=2)[1] > shares(table, 60)[1]


def test_a_sheet_prints_its_notes_across_the_table_and_links_beside_them(base: kb.Base) -> None:
    table = base.table("claims", post=POST)
    sheet = openpyxl.load_workbook(io.BytesIO(render(table, "xlsx"))).active
    assert sheet is not None
    merged = {str(cells) for cells in sheet.merged_cells.ranges}
    last = openpyxl.utils.get_column_letter(len(table.columns))
    first = 4 + len(table.body) + 2
    notes = range(first, first + len(table.footnotes) + len(table.told) + len(table.sources))
    assert merged == {f"A1:{last}1", f"A2:{last}2", *(f"B{row}:{last}{row}" for row in notes)}
    marks = {str(sheet.cell(row, 1).value): sheet.cell(row, 1).hyperlink for row in notes}
    links = {f"[{source.number}]": source.link for source in table.sources if source.link}
    assert {mark: link.target for mark, link in marks.items() if link} == links
    assert all(sheet.cell(row, 2).alignment.wrap_text for row in notes)
    widths = [
        sheet.column_dimensions[column[0].column_letter].width for column in sheet.iter_cols(min_row=4, max_row=4)
    ]
    assert sum(widths) <= 224


def test_no_minus_is_left_at_the_end_of_a_line_in_a_document(base: kb.Base) -> None:
    with zipfile.ZipFile(io.BytesIO(render(base.table("summary", **TERMS), "docx"))) as package:
        text = package.read("word/document.xml").decode()
    assert "<w:noBreakHyphen/>" in text
    assert " -1" not in text
    assert "(-" not in text


def test_a_table_takes_nothing_that_it_does_not_know(base: kb.Base) -> None:
    asked: Asked = {"conditon": "gout"}  # type: ignore[typeddict-unknown-key]
    with pytest.raises(TypeError, match="takes no conditon"):
        evidence_table(base.corpus, base.graph, **asked)
