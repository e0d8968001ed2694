"""The data dictionary for machines (Data Package standard 2.0 with Table Schema) and for people (Markdown)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from kb.exports.about import (
    CAUTION,
    DESCRIPTION,
    LICENCE,
    LICENCE_TITLE,
    LICENCE_URL,
    NAME,
    TITLE,
)
from kb.exports.dictionary import RESOURCES
from kb.exports.fields import Field, Resource

if TYPE_CHECKING:
    from kb.exports.data import Data

PROFILES = "https://datapackage.org/profiles/2.0"
"""Where the standard's schemas are; ids, nothing is fetched."""


def datapackage(data: Data, path: str = "parquet/{}.parquet") -> str:
    """``datapackage.json``: every table with its Table Schema, the licence and the version.

    Parameters
    ----------
    data
        The base.
    path
        Where the file of a table lies, with ``{}`` for its name.
    """
    told = data.about
    package: dict[str, Any] = {
        "$schema": f"{PROFILES}/datapackage.json",
        "name": NAME,
        "title": TITLE,
        "description": f"{DESCRIPTION} {CAUTION}",
        "version": told.version,
        "licenses": [{"name": LICENCE, "title": LICENCE_TITLE, "path": LICENCE_URL}],
        "contributors": [{"title": "The kb-evidence authors", "roles": ["author"]}],
        "keywords": ["physical therapy", "evidence-based practice", "systematic review", "PICO", "GRADE"],
        "evidenceDate": told.date.isoformat() if told.date else None,
        "evidenceSha256": told.digest,
        "resources": [_resource(resource, path) for resource in RESOURCES.values()],
    }
    return json.dumps(package, ensure_ascii=False, indent=1) + "\n"


def _resource(resource: Resource, path: str) -> dict[str, Any]:
    return {
        "$schema": f"{PROFILES}/dataresource.json",
        "name": resource.name,
        "type": "table",
        "title": resource.title,
        "description": resource.meaning,
        "path": path.format(resource.name),
        "format": "parquet",
        "schema": schema(resource),
    }


def schema(resource: Resource) -> dict[str, Any]:
    """Table Schema of a table."""
    made: dict[str, Any] = {
        "$schema": f"{PROFILES}/tableschema.json",
        "fields": [_field(field) for field in resource.fields],
        "primaryKey": list(resource.key),
    }
    foreign = [
        {"fields": [field.name], "reference": {"resource": field.refers, "fields": [RESOURCES[field.refers].key[0]]}}
        for field in resource.single
        if field.refers
    ]
    return made | ({"foreignKeys": foreign} if foreign else {})


def _field(field: Field) -> dict[str, Any]:
    """One field; ``unit``, ``standard`` and ``refersTo`` (of a list) are ours, as the standard allows."""
    made: dict[str, Any] = {"name": field.name, "type": field.type, "description": field.meaning}
    if field.many:
        made |= {"type": "array", "itemType": field.type}
    constraints: dict[str, Any] = {}
    if field.required:
        constraints["required"] = True
    if field.values and not field.many:
        constraints["enum"] = list(field.values)
    made |= {"constraints": constraints} if constraints else {}
    made |= {"unit": field.unit} if field.unit else {}
    made |= {"standard": field.standard} if field.standard else {}
    return made | ({"refersTo": field.refers} if field.refers and field.many else {})


def dictionary_markdown() -> str:
    """The data dictionary as Markdown: a table a table."""
    parts = ["# Data dictionary\n", f"{DESCRIPTION} {CAUTION}\n"]
    for resource in RESOURCES.values():
        parts.append(f"\n## {resource.name}\n\n{resource.meaning} Key: {', '.join(f'`{k}`' for k in resource.key)}.\n")
        parts.append(
            "| column | type | unit | meaning | allowed values | standard |\n| --- | --- | --- | --- | --- | --- |"
        )
        parts += [_row(field) for field in resource.fields]
    return "\n".join(parts) + "\n"


def _row(field: Field) -> str:
    kind = f"list of {field.type}" if field.many else field.type
    meaning = field.meaning + (f" Refers to `{field.refers}`." if field.refers else "")
    values = ", ".join(f"`{value}`" for value in field.values)
    cells = (f"`{field.name}`", kind, field.unit or "", meaning, values, field.standard or "")
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def readme(data: Data, formats: dict[str, str]) -> str:
    """``README.md`` of a folder with all exports.

    Parameters
    ----------
    data
        The base.
    formats
        File name -> what it is for.
    """
    title, *rest = data.about.lines
    files = "\n".join(f"| `{name}` | {meaning} |" for name, meaning in formats.items())
    lines = "\n".join(f"- {line}" for line in rest[:-1])
    return (
        f"# {title}\n\n{DESCRIPTION}\n\n{lines}\n\n{CAUTION}\n\n| file | for |\n| --- | --- |\n{files}\n\n"
        "What each table and column means is in `DATA-DICTIONARY.md` and, for machines, `datapackage.json`.\n"
    )


def dictionary_of(_data: object) -> str:
    """The data dictionary as Markdown; it is the same for every base."""
    return dictionary_markdown()
