"""The data dictionary is complete and true."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import Any

import pytest

from kb.exports import render
from kb.exports.dictionary import FRAMES, RESOURCES
from kb.model import Reference

KINDS: dict[str, Any] = {"string": str, "integer": int, "number": (int, float), "boolean": bool, "date": dt.date}


@pytest.mark.parametrize("name", FRAMES)
def test_every_column_of_a_frame_is_described(name, base):
    frame = getattr(base, name)
    columns = {*frame.columns, *([frame.index.name] if frame.index.name else [])}
    described = {field.name for field in RESOURCES[name].fields}
    apart = {"outcomes": {"mcid"}}.get(name, set())  # a table of its own
    assert columns - apart <= described
    beyond = {
        "findings": {"certainty_lowest", "certainty_reason", "sources"},
        "evidence": {"number"},
    }.get(name, set())
    assert described - columns == beyond


def test_every_field_of_a_reference_is_described():
    assert {field.name for field in RESOURCES["references"].fields} == set(Reference.model_fields)


def test_every_value_is_of_its_type_and_allowed(data):
    for name, table in data.tables.items():
        for field in table.resource.fields:
            for value in table.columns[field.name]:
                if value is None:
                    assert not field.required, (name, field.name)
                    continue
                for one in value if field.many else (value,):
                    assert isinstance(one, KINDS[field.type]), (name, field.name, one)
                    assert not (field.type == "integer" and isinstance(one, bool))
                    assert not field.values or one in field.values, (name, field.name, one)


def test_keys_are_unique_and_references_lead_somewhere(data):
    keys = {name: set(table.rows(table.resource.key)) for name, table in data.tables.items()}
    for name, table in data.tables.items():
        assert len(keys[name]) == len(table), name
        for field in table.resource.fields:
            if field.refers:
                there = {key[0] for key in keys[field.refers]}
                values = table.columns[field.name]
                told = {one for value in values for one in (value or () if field.many else (value,)) if one is not None}
                assert told <= there, (name, field.name)


def test_numbers_have_a_unit_and_meanings_are_sentences():
    for resource in RESOURCES.values():
        for field in resource.fields:
            assert field.meaning.endswith("."), (resource.name, field.name)
            assert field.unit or field.type != "number", (resource.name, field.name)
        assert len({field.name for field in resource.fields}) == len(resource.fields)


def test_the_package_follows_the_standard(base, data):
    package = json.loads(render(base, "dictionary"))
    assert package["$schema"] == "https://datapackage.org/profiles/2.0/datapackage.json"
    assert re.fullmatch(r"[-a-z0-9._/]+", package["name"])
    names = [resource["name"] for resource in package["resources"]]
    assert len(names) == len(set(names))
    for resource in package["resources"]:
        assert resource["type"] == "table"
        fields = {field["name"]: field for field in resource["schema"]["fields"]}
        assert set(resource["schema"]["primaryKey"]) <= set(fields)
        for key in resource["schema"].get("foreignKeys", ()):
            assert set(key["fields"]) <= set(fields)
            assert key["reference"]["resource"] in names
        kinds = {field["type"] for field in fields.values()}
        assert kinds <= {"string", "integer", "number", "boolean", "date", "array"}


def test_the_markdown_names_every_column(base, data):
    text = render(base, "dictionary-md").decode()
    for resource in RESOURCES.values():
        section = text.split(f"\n## {resource.name}\n")[1].split("\n## ")[0]
        rows = [line for line in section.splitlines() if line.startswith("| `")]
        assert [re.findall(r"`(\w+)`", row)[0] for row in rows] == [field.name for field in resource.fields]
        assert len({len(re.findall(r"(?<!\\)\|", row)) for row in rows}) == 1
