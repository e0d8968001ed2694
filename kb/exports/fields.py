"""How the data dictionary says what a table holds: a resource and its fields, in the words of Table Schema."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

Type = Literal["string", "integer", "number", "boolean", "date"]
"""Types of Table Schema (Data Package standard, version 2) that the base needs."""


@dataclass(frozen=True, slots=True)
class Field:
    """One column.

    Parameters
    ----------
    name, type, meaning
        ``meaning`` is one sentence or more, for a person.
    many
        The cell holds a list of values of the type, in order.
    unit
        Of a number; where another column of the row holds the unit, its name says so.
    values
        All values that can occur, where they are controlled.
    standard
        The standard that the field follows, or where it comes from.
    refers
        Resource whose key the value is.
    required
        Never unknown.
    """

    name: str
    type: Type
    meaning: str
    many: bool = False
    unit: str | None = None
    values: tuple[str, ...] = ()
    standard: str | None = None
    refers: str | None = None
    required: bool = False


@dataclass(frozen=True, slots=True)
class Resource:
    """One table.

    Parameters
    ----------
    name, title, meaning
        ``meaning`` says what a row is.
    key
        The columns that identify a row.
    label
        The column that names a row for a person, None where only the key does.
    fields
        In the order of the columns.
    search
        Columns of a full-text index.
    """

    name: str
    title: str
    meaning: str
    key: tuple[str, ...]
    fields: tuple[Field, ...]
    label: str | None = None
    search: tuple[str, ...] = ()

    @property
    def single(self) -> tuple[Field, ...]:
        """Fields with one value a row."""
        return tuple(field for field in self.fields if not field.many)

    @property
    def lists(self) -> tuple[Field, ...]:
        """Fields with a list a row."""
        return tuple(field for field in self.fields if field.many)


def text(
    name: str,
    meaning: str,
    *,
    many: bool = False,
    values: Iterable[str] | type[StrEnum] = (),
    standard: str | None = None,
    refers: str | None = None,
    required: bool = False,
) -> Field:
    """A field of text."""
    allowed = tuple(str(getattr(value, "value", value)) for value in values)
    return Field(name, "string", meaning, many, None, allowed, standard, refers, required)


def number(
    name: str, meaning: str, unit: str | None = None, *, standard: str | None = None, required: bool = False
) -> Field:
    """A field of real numbers."""
    return Field(name, "number", meaning, unit=unit, standard=standard, required=required)


def count(name: str, meaning: str, unit: str, *, standard: str | None = None, required: bool = False) -> Field:
    """A field of whole numbers."""
    return Field(name, "integer", meaning, unit=unit, standard=standard, required=required)


def flag(name: str, meaning: str) -> Field:
    """A field that is true or false, never unknown."""
    return Field(name, "boolean", meaning, required=True)


def day(name: str, meaning: str, *, required: bool = False) -> Field:
    """A field of days (ISO 8601)."""
    return Field(name, "date", meaning, standard="ISO 8601", required=required)
