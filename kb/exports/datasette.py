"""``metadata.json`` for Datasette: titles, licence, what tables and columns mean, labels of foreign keys, full text."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from kb.exports.about import CAUTION, DESCRIPTION, LICENCE_TITLE, LICENCE_URL, NAME, TITLE
from kb.exports.fields import Field, Resource
from kb.exports.sqlite import list_table, search_table
from kb.exports.views import VIEWS

if TYPE_CHECKING:
    from kb.exports.data import Data


def datasette(data: Data) -> str:
    """The metadata of a database called ``kb-evidence``, as Datasette names ``kb-evidence.sqlite``."""
    tables: dict[str, Any] = {}
    for table in data.tables.values():
        resource = table.resource
        tables[resource.name] = _table(resource)
        for field in resource.lists:
            meaning = f"{resource.title}: {field.meaning} One row a value, in order."
            tables[list_table(resource, field)] = {"description": meaning, "hidden": field.refers is None}
    for name, (meaning, _) in VIEWS.items():
        tables[name] = {"description": meaning}
    told = data.about
    source = f"Version {told.version}, evidence of {told.date.isoformat() if told.date else 'unknown date'}"
    metadata = {
        "title": TITLE,
        "description": f"{DESCRIPTION} {CAUTION}",
        "license": LICENCE_TITLE,
        "license_url": LICENCE_URL,
        "source": source,
        "databases": {NAME: {"description": DESCRIPTION, "tables": tables}},
    }
    return json.dumps(metadata, ensure_ascii=False, indent=1) + "\n"


def _table(resource: Resource) -> dict[str, Any]:
    made: dict[str, Any] = {
        "title": resource.title,
        "description": resource.meaning,
        "columns": {field.name: described(field) for field in resource.single},
    }
    if resource.label:
        made["label_column"] = resource.label
    if resource.search:
        made["fts_table"] = search_table(resource)
    return made


def described(field: Field) -> str:
    """What a column means, with its unit, values and standard.

    Examples
    --------
    >>> described(Field("weeks", "number", "The timepoint.", unit="weeks"))
    'The timepoint. Unit: weeks.'
    """
    parts = [field.meaning]
    parts += [f"Unit: {field.unit}."] if field.unit else []
    parts += [f"One of: {', '.join(field.values)}."] if field.values else []
    parts += [f"Standard: {field.standard}."] if field.standard else []
    return " ".join(parts)
