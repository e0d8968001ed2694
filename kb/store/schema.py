"""Plain data against a noun: the noun, or every problem with its place in words that help."""

from __future__ import annotations

import copy
import difflib
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

N = TypeVar("N", bound=BaseModel)

_ROUNDS = 5

_PAGE_ID = "Name it as noun/id: 'study/lee2020', 'condition/neck-pain', 'comparison/condition--intervention--outcome'."
_PATTERNS = {
    "about": _PAGE_ID,
    "old": _PAGE_ID,
    "new": _PAGE_ID,
    "key": "A key is the first author and the year, e.g. 'lee2020' or 'lee2020b'.",
    "id": "Use lower-case words joined by hyphens; findings are f01, f02, ..., claims c01, citations r01, sources s1.",
    "sha256": "A locator is 64 hexadecimal digits: kb.text.locate(sentence) gives them.",
    "icd10cm": "An ICD-10-CM code looks like M77.1.",
}


class Found(NamedTuple):
    """A problem inside one file: where in its data, which rule, what was found, what to do."""

    loc: tuple[str | int, ...]
    rule: str
    message: str
    advice: str


def salvage(noun: type[N], data: object, problems: Iterable[Found]) -> N | None:
    """As much of ``data`` as makes a noun, so that the rules can look at the rest of a file that has problems.

    What is wrong becomes unknown where the noun allows it; a direction becomes unclear; what still does not fit
    takes the entry of the list that it stands in with it. None when not even that is a noun.
    """
    if not isinstance(data, dict):
        return None
    try:
        draft = copy.deepcopy(data)
    except RecursionError:  # nested thousands deep
        return None
    for problem in problems:
        _mend(draft, problem)
    for _ in range(_ROUNDS):
        made, left = problems_of(noun, draft)
        if made is not None:
            return made
        entries = {problem.loc[:2] for problem in left if len(problem.loc) > 1 and isinstance(problem.loc[1], int)}
        if not entries:
            return None
        for name, index in sorted(entries, key=str, reverse=True):
            if isinstance(draft.get(name), list) and isinstance(index, int) and index < len(draft[name]):
                del draft[name][index]
    return None


def _mend(draft: object, problem: Found) -> None:
    here: Any = draft
    for part in problem.loc[:-1]:
        try:
            here = here[part]
        except (KeyError, IndexError, TypeError):
            return
    last = problem.loc[-1] if problem.loc else None
    if isinstance(here, dict) and isinstance(last, str):
        if problem.rule == "unknown-field":
            del here[last]
        else:
            here[last] = "unclear" if problem.rule == "no-direction" else None


def problems_of(noun: type[N], data: object) -> tuple[N | None, list[Found]]:
    """The noun made of ``data``, or None and what is wrong with it."""
    if not isinstance(data, Mapping):
        kind = "nothing" if data is None else f"a {type(data).__name__}"
        advice = f"Write the fields of a {noun.__name__.lower()}, one a line."
        return None, [Found((), "wrong-type", f"holds {kind} where a mapping is expected", advice)]
    try:
        return noun.model_validate(data), []
    except ValidationError as error:
        merged: dict[tuple[str | int, ...], Found] = {}
        for detail in error.errors(include_url=False):
            found = _in_words(noun, detail)
            merged.setdefault(found.loc, found)
        return None, list(merged.values())


def _in_words(noun: type[BaseModel], detail: ErrorDetails) -> Found:
    loc = tuple(part for part in detail["loc"] if part not in {"float", "int", "str"})
    name = str(next((part for part in reversed(loc) if isinstance(part, str)), noun.__name__.lower()))
    kind, value, context = detail["type"], detail.get("input"), detail.get("ctx") or {}
    if name == "direction" and (kind == "missing" or value is None):
        advice = "Say which way the result points; a plain number is 'descriptive', unseen is 'unclear'."
        return Found(loc, "no-direction", "a finding without direction", advice)
    if kind == "missing":
        return Found(loc, "missing-field", f"the field '{name}' is missing", "Write null where nobody knows.")
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(name, _field_names(noun), n=1)
        advice = f"Did you mean '{near[0]}'?" if near else "Remove it or look at the field's spelling."
        return Found(loc, "unknown-field", f"unknown field '{name}'", advice)
    if kind == "enum":
        expected = str(context.get("expected", ""))
        near = difflib.get_close_matches(str(value), expected.replace("'", "").replace(" or ", ", ").split(", "), n=1)
        advice = f"Did you mean '{near[0]}'?" if near else f"Use one of {expected}."
        return Found(loc, "unknown-value", f"'{name}' is '{value}'", advice)
    if kind == "string_pattern_mismatch":
        advice = _PATTERNS.get(name, f"It has to match {context.get('pattern')}.")
        return Found(loc, "malformed", f"'{name}' is '{value}'", advice)
    message = detail["msg"].replace("Input should be", "should be")
    shown = "null" if value is None else f"{str(value)[:60]!r}"
    advice = "Put the value in quotes." if "valid string" in message else "Mend the value; null means unknown."
    return Found(loc, "wrong-type", f"'{name}' is {shown}: {message}", advice)


def _field_names(noun: type[BaseModel]) -> list[str]:
    names: set[str] = set()
    waiting: list[Any] = [noun]
    seen: set[Any] = set()
    while waiting:
        item = waiting.pop()
        if item in seen:
            continue
        seen.add(item)
        if isinstance(item, type) and issubclass(item, BaseModel):
            names.update(item.model_fields)
            waiting += [field.annotation for field in item.model_fields.values()]
        else:
            waiting += [arg for arg in getattr(item, "__args__", ()) if arg is not Ellipsis]
    return sorted(names)
