"""Parquet read with pyarrow and pandas, the workbook with openpyxl and LibreOffice."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
import zipfile

import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pytest

from kb.exports import render
from kb.exports.dictionary import FRAMES
from kb.exports.xlsx import LONGEST, MOST_ROWS, cell_text


@pytest.fixture(scope="module")
def tables(base, data) -> dict:
    with zipfile.ZipFile(io.BytesIO(render(base, "parquet"))) as archive:
        assert archive.testzip() is None
        names = [name for name in archive.namelist() if name.endswith(".parquet")]
        return {name.removesuffix(".parquet"): pq.read_table(io.BytesIO(archive.read(name))) for name in names}


def test_every_value_comes_back_typed(tables, data):
    assert set(tables) == set(data.tables)
    for name, table in data.tables.items():
        read = tables[name].to_pydict()
        assert list(read) == [field.name for field in table.resource.fields]
        for field in table.resource.fields:
            expected = [list(v) if isinstance(v, tuple) else v for v in table.columns[field.name]]
            assert read[field.name] == expected, (name, field.name)


def test_pandas_reads_the_frames_of_the_base(everything, base):
    for name in FRAMES:
        frame = getattr(base, name)
        ours = frame.reset_index() if frame.index.name else frame
        read = pd.read_parquet(everything / "parquet" / f"{name}.parquet")
        assert len(read) == len(ours)
        for column in ours:
            if column in ("certainty", "citation", "mcid"):
                continue  # flattened, given in full, or a table of its own: see docs/exports.md
            got = read[column].map(lambda v: tuple(v) if hasattr(v, "tolist") and not isinstance(v, str) else v)
            for one, other in zip(got.tolist(), ours[column].tolist(), strict=True):
                if isinstance(other, tuple):
                    assert one == other
                elif pd.isna(other):
                    assert one is None or pd.isna(one)
                else:
                    assert one == other


def test_schemas_carry_meaning_unit_licence_and_version(tables, data):
    for name, table in tables.items():
        told = table.schema.metadata
        assert told[b"licence"].startswith(b"CC-BY-4.0")
        assert told[b"version"].decode() == data.about.version
        assert json.loads(told[b"table_schema"])["primaryKey"] == list(data[name].resource.key)
        assert all(field.metadata[b"description"] for field in table.schema)
    weeks = tables["findings"].schema.field("weeks")
    assert (weeks.metadata[b"unit"], str(weeks.type)) == (b"weeks", "double")
    assert str(tables["findings"].schema.field("outcomes").type) == "list<element: string>"
    assert not tables["findings"].schema.field("id").nullable


def test_the_package_describes_what_lies_beside_it(everything):
    package = json.loads((everything / "datapackage.json").read_text())
    paths = {resource["path"] for resource in package["resources"]}
    assert paths == {f"parquet/{path.name}" for path in (everything / "parquet").iterdir()}
    for resource in package["resources"]:
        schema = pq.read_schema(everything / resource["path"])
        assert schema.names == [field["name"] for field in resource["schema"]["fields"]]


@pytest.fixture(scope="module")
def book(everything):
    return openpyxl.load_workbook(everything / "kb-evidence.xlsx")


def test_the_workbook_begins_with_its_dictionary(book, data):
    assert book.sheetnames == ["About", "Data dictionary", *data.tables]
    rows = list(book["Data dictionary"].iter_rows(values_only=True))
    assert len(rows) - 1 == sum(len(table.resource.fields) for table in data.tables.values())
    about = "\n".join(" ".join(map(str, filter(None, row))) for row in book["About"].iter_rows(values_only=True))
    assert data.about.version in about
    assert "Creative Commons Attribution 4.0" in about


def test_every_cell_is_that_of_the_base(book, data):
    for name, table in data.tables.items():
        header, *rows = book[name].iter_rows(values_only=True)
        assert list(header) == list(table.columns)
        assert len(rows) == len(table)
        for got, row in zip(rows, table.rows(), strict=True):
            for one, other in zip(got, row, strict=True):
                expected = "; ".join(map(str, other)) if isinstance(other, tuple) else other
                shown = one.date() if hasattr(one, "date") else one
                if isinstance(expected, float):
                    assert shown == pytest.approx(expected, rel=1e-14), name  # a workbook keeps 16 digits
                else:
                    assert shown == (expected if expected != "" else None), name


def test_no_cell_is_a_formula(book):
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None}
    assert kinds <= {"s", "n", "b", "d"}


def test_a_long_text_is_cut_and_says_so():
    cut = cell_text("a" * (LONGEST + 1))
    assert len(cut) == LONGEST
    assert cut.endswith("the other exports hold all]")
    assert cell_text("a" * LONGEST) == "a" * LONGEST


def test_more_rows_than_a_sheet_holds_are_refused(base, data):
    from kb.exports.data import Data, Table
    from kb.exports.xlsx import xlsx
    from kb.problems import KbError

    class Many(Table):
        def __len__(self) -> int:
            return MOST_ROWS

    full = Data(base)
    full.__dict__["tables"] = {"arms": Many(data["arms"].resource, data["arms"].columns)}
    with pytest.raises(KbError, match="more than a sheet can hold"):
        xlsx(full)


@pytest.mark.slow
def test_libreoffice_opens_the_workbook(everything, data, tmp_path):
    if shutil.which("soffice") is None:
        pytest.skip("LibreOffice is not installed")
    wanted = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
    subprocess.run(
        ["soffice", f"-env:UserInstallation=file://{tmp_path / 'profile'}", "--headless", "--convert-to", wanted,
         "--outdir", str(tmp_path), str(everything / "kb-evidence.xlsx")],
        check=True, capture_output=True, timeout=300,
    )  # fmt: skip
    for name in ("studies", "arms", "conditions"):
        with (tmp_path / f"kb-evidence-{name}.csv").open(newline="") as stream:
            header, *rows = csv.reader(stream)
        assert header == list(data[name].columns)
        assert len(rows) == len(data[name])
        key = data[name].resource.key[0]
        assert [row[header.index(key)] for row in rows] == data[name].columns[key]
