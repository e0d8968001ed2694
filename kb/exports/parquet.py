"""Parquet: a file a table in one zip, with the data dictionary, the licence and the version beside and inside.

Lists are lists; unknown is null. Each file's schema carries the meaning, unit and standard of each column and the
description of the base as metadata.
"""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

from kb.exports.about import LICENCE, LICENCE_URL, TITLE
from kb.exports.archive import zipped
from kb.exports.fields import Field
from kb.exports.package import datapackage, dictionary_markdown, readme, schema
from kb.exports.shared import encodable

if TYPE_CHECKING:
    import pyarrow as pa

    from kb.exports.data import Data, Table


def parquet(data: Data) -> bytes:
    """The zip file."""
    files = {
        "README.md": readme(data, {f"{name}.parquet": t.resource.meaning for name, t in data.tables.items()}).encode(),
        "DATA-DICTIONARY.md": dictionary_markdown().encode(),
        "datapackage.json": datapackage(data, "{}.parquet").encode(),
    }
    tables = {f"{name}.parquet": _bytes(arrow(data, table)) for name, table in data.tables.items()}
    return zipped(files | tables, compress=False)  # Parquet is compressed already


def arrow(data: Data, table: Table) -> pa.Table:
    """One table with the types of the data dictionary and what it says as metadata."""
    import pyarrow as pa

    resource = table.resource
    told = {
        "title": f"{TITLE}: {resource.title}",
        "description": resource.meaning,
        "licence": f"{LICENCE} {LICENCE_URL}",
        "version": data.about.version,
        "evidence_date": data.about.date.isoformat() if data.about.date else "unknown",
        "citation": data.about.citation,
        "table_schema": json.dumps(schema(resource), ensure_ascii=False),
    }
    fields = [
        pa.field(field.name, _type(field), nullable=not field.required, metadata=_metadata(field))
        for field in resource.fields
    ]
    columns = [pa.array(_values(table, field), _type(field)) for field in resource.fields]
    return pa.table(columns, schema=pa.schema(fields, metadata=told))


def _type(field: Field) -> pa.DataType:
    import pyarrow as pa

    kinds = {
        "string": pa.string(),
        "integer": pa.int64(),
        "number": pa.float64(),
        "boolean": pa.bool_(),
        "date": pa.date32(),
    }
    return pa.list_(kinds[field.type]) if field.many else kinds[field.type]


def _values(table: Table, field: Field) -> list[Any]:
    values = table.columns[field.name]
    if field.type != "string":
        return values
    if field.many:
        return [None if some is None else [encodable(value) for value in some] for some in values]
    return [None if value is None else encodable(value) for value in values]


def _metadata(field: Field) -> dict[str, str]:
    told = {"description": field.meaning, "unit": field.unit, "standard": field.standard, "refers_to": field.refers}
    told["values"] = ", ".join(field.values) or None
    return {name: value for name, value in told.items() if value}


def _bytes(table: pa.Table) -> bytes:
    import pyarrow.parquet as pq

    made = io.BytesIO()
    pq.write_table(table, made, compression="zstd", version="2.6")
    return made.getvalue()
