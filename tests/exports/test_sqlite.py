"""The database: whole, typed, searchable, and the same bytes each time."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from kb.exports.dictionary import RESOURCES
from kb.exports.sqlite import list_table
from kb.exports.views import VIEWS


@pytest.fixture
def database(everything):
    with closing(sqlite3.connect(f"file:{everything / 'kb-evidence.sqlite'}?mode=ro", uri=True)) as connection:
        yield connection


def test_the_database_is_sound(database):
    assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert database.execute("PRAGMA foreign_key_check").fetchall() == []


def test_every_table_has_its_rows_keys_and_columns(database, data):
    for name, table in data.tables.items():
        info = database.execute(f'PRAGMA table_info("{name}")').fetchall()
        columns = {row[1] for row in info}
        assert {field.name for field in table.resource.single} <= columns
        assert tuple(row[1] for row in sorted(info, key=lambda r: r[5]) if row[5]) == table.resource.key
        assert database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] == len(table)
        references = {row[3]: row[2] for row in database.execute(f'PRAGMA foreign_key_list("{name}")')}
        assert references == {field.name: field.refers for field in table.resource.single if field.refers}


def test_every_value_is_that_of_the_base(database, data):
    for name, table in data.tables.items():
        singles = [field.name for field in table.resource.single]
        order = ", ".join(f'"{key}"' for key in table.resource.key)
        columns = ", ".join(f'"{column}"' for column in singles)
        got = database.execute(f'SELECT {columns} FROM "{name}" ORDER BY {order}').fetchall()
        expected = sorted(
            (tuple(v.isoformat() if hasattr(v, "isoformat") else v for v in row) for row in table.rows(singles)),
            key=lambda row: [row[singles.index(key)] for key in table.resource.key],
        )
        assert got == expected, name
        for field in table.resource.lists:
            there = database.execute(f'SELECT value FROM "{list_table(table.resource, field)}"').fetchall()
            assert len(there) == sum(len(values or ()) for values in table.columns[field.name])


def test_lists_keep_their_order(database, data):
    for key, outcomes in data["findings"].rows(("id", "outcomes")):
        got = database.execute("SELECT value FROM findings_outcomes WHERE finding = ? ORDER BY position", (key,))
        assert tuple(value for (value,) in got) == outcomes


def test_search_finds_words_synonyms_and_stems(database):
    def found(table: str, words: str) -> set[str]:
        key = RESOURCES[table].key[0]
        sql = f'SELECT "{key}" FROM "{table}" WHERE rowid IN (SELECT rowid FROM {table}_fts WHERE {table}_fts MATCH ?)'
        return {row[0] for row in database.execute(sql, (words,))}

    assert "lateral-epicondylitis" in found("conditions", "tennis elbow")
    assert "zhang2024" in found("studies", "epicondylitis injections")
    assert found("claims", "runner") == found("claims", "runners")


def test_the_index_agrees_with_its_table(everything, tmp_path):
    copy = tmp_path / "copy.sqlite"
    copy.write_bytes((everything / "kb-evidence.sqlite").read_bytes())
    with closing(sqlite3.connect(copy)) as connection:
        for name, resource in RESOURCES.items():
            if resource.search:
                connection.execute(f"INSERT INTO {name}_fts({name}_fts, rank) VALUES ('integrity-check', 1)")


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_has_rows_and_names(view, database):
    cursor = database.execute(f"SELECT * FROM {view}")
    names = [column[0] for column in cursor.description]
    assert len(names) == len(set(names))
    assert cursor.fetchone() is not None


def test_views_say_what_the_base_says(database, base, data):
    counts = dict(database.execute("SELECT study, count(*) FROM v_findings GROUP BY study").fetchall())
    assert sum(counts.values()) == len(data["findings"])
    numbers = database.execute("SELECT count(*) FROM v_numbers").fetchone()[0]
    columns = data["findings"].columns
    expected = sum(value is not None for name in ("estimate", "ci_low", "ci_high") for value in columns[name])
    expected += sum(value is not None for value in data["arms"].columns["value"])
    assert numbers == expected
    row = database.execute(
        "SELECT studies FROM v_evidence_map WHERE condition = 'Lateral epicondylitis' "
        "AND intervention = 'Extracorporeal shockwave therapy'"
    ).fetchone()
    studies = {
        key
        for key, study in base.corpus.studies.items()
        for f in study.findings
        if "lateral-epicondylitis" in f.conditions and "shockwave" in f.interventions
    }
    assert row == (len(studies),)


def test_every_number_of_the_view_has_its_source(database):
    without = database.execute("SELECT DISTINCT finding FROM v_numbers WHERE read_in IS NULL").fetchall()
    with_none = database.execute(
        "SELECT id FROM findings WHERE id NOT IN (SELECT finding FROM findings_read_in)"
    ).fetchall()
    assert {row[0] for row in without} <= {row[0] for row in with_none}


def test_the_database_describes_itself(database):
    told = dict(database.execute("SELECT name, value FROM about").fetchall())
    assert told["licence"].startswith("CC-BY-4.0")
    rows = database.execute('SELECT "table", "column", meaning FROM data_dictionary').fetchall()
    assert {(table, column) for table, column, _ in rows} == {
        (name, field.name) for name, resource in RESOURCES.items() for field in resource.fields
    }
