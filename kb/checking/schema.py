"""The shape of ``kb check --format json``, as JSON Schema; described in docs/check.md."""

from __future__ import annotations

from typing import Any

_TEXT = {"type": ["string", "null"]}
_WORD = {"type": "string"}
_LINE = {"type": "integer", "minimum": 0}
_NUMBER = {"type": "integer", "minimum": 0}
_WORDS = {"type": "array", "items": _WORD}
_SEVERITY = {"enum": ["error", "warning", "note"]}


def _object(**properties: Any) -> dict[str, Any]:  # noqa: ANN401 - schemas
    """An object that has all of these and nothing else."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _list(name: str) -> dict[str, Any]:
    return {"type": "array", "items": {"$ref": f"#/$defs/{name}"}}


_SUPPRESSION = _object(rule=_WORD, reason=_WORD, until=_TEXT, path=_WORD, line=_LINE)
_FINDING = _object(
    rule=_WORD,
    severity=_SEVERITY,
    message=_WORD,
    found=_TEXT,
    expected=_TEXT,
    fix=_TEXT,
    study=_TEXT,
    source=_TEXT,
    basis={"enum": ["rule", "curated", "reviewed"]},
    line=_LINE,
    link=_TEXT,
    locator=_TEXT,
    suppressed={"anyOf": [{"$ref": "#/$defs/suppression"}, {"type": "null"}]},
)
_PRINTED = _object(
    authors=_TEXT,
    year={"type": ["integer", "null"]},
    title=_TEXT,
    journal=_TEXT,
    volume=_TEXT,
    pages=_TEXT,
    link=_TEXT,
)
_CITATION = _object(
    kind={"enum": ["link", "parenthetical", "prose", "numbered", "reference", "nameless", "general"]},
    text=_WORD,
    link=_TEXT,
    line=_LINE,
    locator=_TEXT,
    study=_TEXT,
    record=_TEXT,
    confidence={"enum": ["certain", "probable", "unknown"]},
    by=_TEXT,
    reason=_TEXT,
    candidates=_WORDS,
    as_published=_PRINTED,
    links={
        "type": "array",
        "items": _object(
            href=_WORD,
            kind=_WORD,
            identifier=_TEXT,
            state={"enum": ["known", "unknown", "absent", "unanswered"]},
            record=_TEXT,
        ),
    },
    findings=_list("finding"),
)
_POST = _object(
    title=_TEXT,
    url=_TEXT,
    date=_TEXT,
    slug=_TEXT,
    citations=_list("citation"),
    links=_list("link"),
    statements=_list("statement"),
)
_PLACE = {"type": ["integer", "null"], "minimum": 0}
_CHANGE = _object(
    path=_WORD,
    post=_WORD,
    line=_LINE,
    column=_PLACE,
    start=_PLACE,
    end=_PLACE,
    locator=_TEXT,
    old=_WORD,
    new=_TEXT,
    link=_TEXT,
    rule=_WORD,
    basis={"enum": ["rule", "curated", "reviewed"]},
    study=_TEXT,
    source=_TEXT,
    message=_WORD,
    applied={"type": "boolean"},
    why=_WORD,
)
_SUMMARY = _object(
    files=_NUMBER,
    posts=_NUMBER,
    citations=_NUMBER,
    statements=_NUMBER,
    studies=_NUMBER,
    resolved=_object(certain=_NUMBER, probable=_NUMBER, unknown=_NUMBER),
    links=_object(right=_NUMBER, wrong=_NUMBER, unknown=_NUMBER),
    severities=_object(error=_NUMBER, warning=_NUMBER, note=_NUMBER),
    suppressed=_NUMBER,
    rules={"type": "object", "additionalProperties": _NUMBER},
    fix_first={
        "type": "array",
        "items": _object(rule=_WORD, number=_NUMBER, path=_WORD, post=_WORD, line=_LINE),
    },
    unread={"type": "array", "items": _object(path=_WORD, message=_WORD)},
)

SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "kb check",
    **_object(
        version={"const": 1},
        files=_list("file"),
        summary=_SUMMARY,
        unused_suppressions=_list("suppression"),
        expired_suppressions=_list("suppression"),
        notes=_WORDS,
        changes=_list("change"),
    ),
    "$defs": {
        "change": _CHANGE,
        "file": _object(
            path=_WORD,
            format=_TEXT,
            error=_TEXT,
            problems={
                "type": "array",
                "items": _object(
                    rule=_WORD, line=_LINE, message=_WORD, advice=_WORD, severity={"enum": ["error", "warning"]}
                ),
            },
            posts=_list("post"),
        ),
        "post": _POST,
        "citation": _CITATION,
        "link": _object(href=_WORD, kind=_WORD, text=_WORD, line=_LINE, locator=_TEXT, findings=_list("finding")),
        "statement": _object(text_sha256=_TEXT, line=_LINE, studies=_WORDS, claims=_WORDS, findings=_list("finding")),
        "finding": _FINDING,
        "suppression": _SUPPRESSION,
    },
}
"""JSON Schema 2020-12."""
