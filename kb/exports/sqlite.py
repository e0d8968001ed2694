"""The base as one SQLite file, which Datasette serves as it is.

A table for every table of the data dictionary with its primary and foreign keys; a list column becomes a table of its
own, ``<table>_<column>`` with the owner, the position and the value; synonyms stand joined in their table as well, so
that a search finds them. Views for people begin with ``v_``. Studies,
findings, claims and terms have a full-text index (FTS5, ``content=``), which Datasette finds by itself. The tables
``about`` and ``data_dictionary`` travel inside. The same evidence gives the same bytes.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Any

from kb.exports.about import LICENCE, LICENCE_URL, TITLE
from kb.exports.fields import Field, Resource
from kb.exports.shared import encodable
from kb.exports.views import VIEWS

if TYPE_CHECKING:
    from kb.exports.data import Data, Table

_TYPES = {"string": "TEXT", "integer": "INTEGER", "number": "REAL", "boolean": "INTEGER", "date": "TEXT"}


def sqlite(data: Data) -> bytes:
    """The whole base as the bytes of a SQLite file."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        run = connection.execute
        run("PRAGMA page_size = 4096")
        run("PRAGMA application_id = 1801612645")  # 'kbse', told by file(1)
        run("BEGIN")
        _about(connection, data)
        for table in data.tables.values():
            _create(connection, table.resource, data)
        for table in data.tables.values():
            _fill(connection, table)
        for table in data.tables.values():
            _indexes(connection, table.resource)
        for name, (_, select) in VIEWS.items():
            run(f"CREATE VIEW {quoted(name)} AS {select}")
        run("COMMIT")
        run("VACUUM")
        return connection.serialize()


def quoted(name: str) -> str:
    """A name of SQL.

    Examples
    --------
    >>> quoted("references")
    '"references"'
    """
    return '"' + name.replace('"', '""') + '"'


def list_table(resource: Resource, field: Field) -> str:
    """Name of the table of a list column."""
    return f"{resource.name}_{field.name}"


def search_table(resource: Resource) -> str:
    """Name of the full-text index of a table."""
    return f"{resource.name}_fts"


def _about(connection: sqlite3.Connection, data: Data) -> None:
    told = data.about
    rows = [
        ("title", TITLE),
        ("version", told.version),
        ("sha256 of the evidence", told.digest),
        ("date of the evidence", told.date.isoformat() if told.date else None),
        ("licence", f"{LICENCE}, {LICENCE_URL}"),
        ("cite as", told.citation),
        ("caution", told.lines[-1]),
    ]
    connection.execute("CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT)")
    connection.executemany("INSERT INTO about VALUES (?, ?)", rows)
    connection.execute(
        'CREATE TABLE data_dictionary ("table" TEXT NOT NULL, "column" TEXT NOT NULL, type TEXT NOT NULL, '
        'list INTEGER NOT NULL, unit TEXT, "values" TEXT, meaning TEXT NOT NULL, standard TEXT, refers_to TEXT, '
        'PRIMARY KEY ("table", "column"))'
    )
    rows_of_fields = [
        (r.name, f.name, f.type, f.many, f.unit, ", ".join(f.values) or None, f.meaning, f.standard, f.refers)
        for r in (table.resource for table in data.tables.values())
        for f in r.fields
    ]
    connection.executemany(f"INSERT INTO data_dictionary VALUES ({', '.join('?' * 9)})", rows_of_fields)  # noqa: S608


def _create(connection: sqlite3.Connection, resource: Resource, data: Data) -> None:
    lines = []
    for field in resource.single:
        line = f"{quoted(field.name)} {_TYPES[field.type]}"
        line += " NOT NULL" if field.required or field.name in resource.key else ""
        lines.append(f"{line}{_refers(field, data)}")
    lines += [f"{quoted(field.name)} TEXT" for field in _joined(resource)]
    lines.append(f"PRIMARY KEY ({', '.join(map(quoted, resource.key))})")
    connection.execute(f"CREATE TABLE {quoted(resource.name)} (\n  {f',{chr(10)}  '.join(lines)}\n)")
    for field in resource.lists:
        owner = resource.key[0] if len(resource.key) == 1 else None
        keys = [next(f for f in resource.single if f.name == name) for name in resource.key]
        columns = [f"{quoted(_owner(resource, key.name))} {_TYPES[key.type]} NOT NULL" for key in keys]
        columns += ["position INTEGER NOT NULL", f"value {_TYPES[field.type]} NOT NULL{_refers(field, data)}"]
        if owner:
            columns[0] += f" REFERENCES {quoted(resource.name)} ({quoted(owner)})"
        names = ", ".join(quoted(_owner(resource, name)) for name in resource.key)
        columns.append(f"PRIMARY KEY ({names}, position)")
        if not owner:
            there = ", ".join(map(quoted, resource.key))
            columns.append(f"FOREIGN KEY ({names}) REFERENCES {quoted(resource.name)} ({there})")
        made = f"{quoted(list_table(resource, field))} (\n  {f',{chr(10)}  '.join(columns)}\n)"
        connection.execute(f"CREATE TABLE {made} WITHOUT ROWID")


def _owner(resource: Resource, key: str) -> str:
    """Column of a list's table that names the owner: ``study`` for the key of studies."""
    singular = {"studies": "study", "references": "reference"}.get(resource.name, resource.name.removesuffix("s"))
    return singular if len(resource.key) == 1 else key


def _refers(field: Field, data: Data) -> str:
    if field.refers is None:
        return ""
    return f" REFERENCES {quoted(field.refers)} ({quoted(data[field.refers].resource.key[0])})"


def _fill(connection: sqlite3.Connection, table: Table) -> None:
    resource = table.resource
    columns = [field.name for field in (*resource.single, *_joined(resource))]
    marks = ", ".join("?" * len(columns))
    rows = (tuple(map(_value, row)) for row in table.rows(columns))
    connection.executemany(f"INSERT INTO {quoted(resource.name)} VALUES ({marks})", rows)  # noqa: S608
    for field in resource.lists:
        marks = ", ".join("?" * (len(resource.key) + 2))
        into = f"INSERT INTO {quoted(list_table(resource, field))} VALUES ({marks})"  # noqa: S608
        connection.executemany(into, _listed(table, field.name))


def _listed(table: Table, name: str) -> Iterator[Sequence[Any]]:
    for *key, values in table.rows((*table.resource.key, name)):
        for position, value in enumerate(values or (), 1):
            yield (*map(_value, key), position, _value(value))


def _joined(resource: Resource) -> tuple[Field, ...]:
    """List columns that a search must find: their values stand joined in the table too."""
    return tuple(field for field in resource.lists if field.name in resource.search)


def _value(value: object) -> object:
    if isinstance(value, tuple):
        return encodable("; ".join(map(str, value)))
    if isinstance(value, str):
        return encodable(value)
    return value.isoformat() if hasattr(value, "isoformat") else value


def _indexes(connection: sqlite3.Connection, resource: Resource) -> None:
    """An index for each foreign key, so that what refers to a thing is found at once; the full-text index."""
    for field in resource.single:
        if field.refers and resource.key[0] != field.name:
            name = quoted(f"idx_{resource.name}_{field.name}")
            connection.execute(f"CREATE INDEX {name} ON {quoted(resource.name)} ({quoted(field.name)})")
    for field in resource.lists:
        if field.refers:
            name = list_table(resource, field)
            connection.execute(f"CREATE INDEX {quoted(f'idx_{name}_value')} ON {quoted(name)} (value)")
    if resource.search:
        _search(connection, resource)


def _search(connection: sqlite3.Connection, resource: Resource) -> None:
    """FTS5 over a table, in the way that Datasette recognises."""
    named = ", ".join(map(quoted, resource.search))
    made, table = quoted(search_table(resource)), quoted(resource.name)
    connection.execute(
        f"CREATE VIRTUAL TABLE {made} USING FTS5 ({named}, tokenize='porter unicode61 remove_diacritics 2', "
        f'content="{resource.name}")'
    )
    connection.execute(f"INSERT INTO {made} (rowid, {named}) SELECT rowid, {named} FROM {table}")  # noqa: S608
