"""The shape of ``kb table --format json``, as JSON Schema; described in docs/tables.md."""

from __future__ import annotations

from typing import Any

from kb.tables.as_text import SCHEMA_ID

_WORD = {"type": "string"}
_TEXT = {"type": ["string", "null"]}


def _object(**properties: Any) -> dict[str, Any]:  # noqa: ANN401 - schemas
    """An object that has all of these and nothing else."""
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


_LINK = {"type": ["string", "null"], "pattern": "^https?://"}
_CELL = _object(
    text=_WORD,
    value={"type": ["number", "null"]},
    link=_LINK,
    marks=_list({"type": "string", "pattern": "^([a-z]+|[0-9]+)$"}),
)

SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "A table of kb",
    **_object(
        schema={"const": SCHEMA_ID},
        kind={"enum": ["evidence", "characteristics", "summary", "claims", "new"]},
        title=_WORD,
        description=_WORD,
        columns=_list(_object(id=_WORD, label=_WORD, kind={"enum": ["text", "number"]}, under=_TEXT)),
        rows=_list({"type": "object", "additionalProperties": _CELL}),
        footnotes=_list(_object(mark=_WORD, text=_WORD)),
        notes=_list(_WORD),
        sources=_list(_object(number={"type": ["integer", "null"], "minimum": 1}, key=_WORD, text=_WORD, link=_LINK)),
        date={"type": ["string", "null"], "format": "date"},
        date_words=_WORD,
        method=_WORD,
        keys=_list(_WORD),
    ),
}
"""Rows are objects by id of the column, with every column."""
