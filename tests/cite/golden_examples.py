"""The published examples of golden/*.yaml as references."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import yaml

from kb.cite import Mark
from kb.model import Reference

FOLDER = Path(__file__).parent / "golden"


class Example(NamedTuple):
    """One published example, and what ours is."""

    style: str
    case: str
    reference: Reference
    marks: tuple[Mark, ...]
    expected: str
    ours: str
    deviation: str | None
    read_at: str | None
    not_found: str | None


def examples(style: str) -> list[Example]:
    """The examples of a style."""
    data = yaml.safe_load((FOLDER / f"{style}.yaml").read_text(encoding="utf-8"))
    return [_example(style, number, item) for number, item in enumerate(data["examples"])]


def _example(style: str, number: int, item: dict[str, Any]) -> Example:
    fields = {name: tuple(value) if isinstance(value, list) else value for name, value in item["fields"].items()}
    reference = Reference(key=f"{'abcdefghijklmnopqrstuvwxyz'[number]}example2000", **fields)
    marks = tuple(Mark(**mark) for mark in item.get("marks", ()))
    return Example(
        style,
        item["case"],
        reference,
        marks,
        item["expected"],
        item.get("ours", item["expected"]),
        item.get("deviation"),
        item.get("read_at"),
        item.get("not_found"),
    )
