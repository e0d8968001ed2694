"""What modules say of their own rules, read from their source, so that the page of the method cannot go stale."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Sequence
from types import ModuleType


def prose_of(thing: ModuleType | type) -> str:
    """Everything that a module or class says of itself after its first line, as Markdown.

    Examples
    --------
    >>> from kb.appraisal import level
    >>> prose_of(level).startswith("OCEBM Levels of Evidence Working Group.")
    True
    """
    _, _, rest = (inspect.getdoc(thing) or "").partition("\n\n")
    return re.sub(r":[a-z]+:`~?([^`]*)`|``([^`]*)``", lambda found: f"`{found[1] or found[2]}`", rest)


def constants_of(module: ModuleType) -> list[tuple[str, str, str]]:
    """Public numbers of a module with what stands under them: name in words, value, explanation.

    Examples
    --------
    >>> from kb.appraisal import certainty
    >>> constants_of(certainty)[0][:2]
    ('enough people', '400')
    """
    found = []
    body = ast.parse(inspect.getsource(module)).body
    for statement, following in zip(body, [*body[1:], None], strict=True):
        if not isinstance(statement, ast.Assign):
            continue
        said = _text(following)
        for name in _names(statement.targets):
            value = getattr(module, name, None)
            if said and name.isupper() and not name.startswith("_") and isinstance(value, int | float):
                found.append((name.casefold().replace("_", " "), f"{value:g}", said))
    return found


def steps_of(module: ModuleType, names: Sequence[str]) -> list[tuple[str, str]]:
    """What some functions of a module say of themselves: name in words, first line of the docstring.

    Raises
    ------
    LookupError
        When there is no such function, or it says nothing: the page would be silent about a rule.
    """
    functions = {
        node.name: node for node in ast.parse(inspect.getsource(module)).body if isinstance(node, ast.FunctionDef)
    }
    told = []
    for name in names:
        said = ast.get_docstring(functions[name]) if name in functions else None
        if not said:
            raise LookupError(f"{module.__name__} has no function {name} that says what it does")
        told.append((name.strip("_").replace("_", " "), said.partition("\n")[0]))
    return told


def _names(targets: Sequence[ast.expr]) -> list[str]:
    names: list[str] = []
    for target in targets:
        if isinstance(target, ast.Name):
            names.append(target.id)
        elif isinstance(target, ast.Tuple):
            names += [item.id for item in target.elts if isinstance(item, ast.Name)]
    return names


def _text(statement: ast.stmt | None) -> str:
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        value = statement.value.value
        if isinstance(value, str):
            return re.sub(r"``?([^`]*)``?", r"\1", " ".join(value.split()))
    return ""
