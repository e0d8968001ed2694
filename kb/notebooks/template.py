"""Templates: where they are, which parameters they declare, and whether given values fit."""

from __future__ import annotations

import ast
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rapidfuzz import process

from kb.problems import KbError


class ParameterError(KbError):
    """A parameter that the template does not declare, or a value of the wrong type."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter that a template declares.

    ``default`` None means that any type is accepted.
    """

    name: str
    default: Any

    @property
    def type(self) -> str:
        """Name of the type, e.g. ``str``."""
        return "any" if self.default is None else type(self.default).__name__


def template_path(template: str | os.PathLike[str]) -> Path:
    """The file of a template, given its name or a path.

    Templates are looked for in ``KB_TEMPLATES``, or in the ``notebooks`` folder beside the ``kb`` package.

    Raises
    ------
    KbError
        When there is no such template; it lists those that there are.
    """
    given = Path(template)
    path = given.absolute() if given.suffix == ".ipynb" else template_folder() / f"{given}.ipynb"
    if not path.is_file():
        known = sorted(p.stem for p in path.parent.glob("*.ipynb"))
        raise KbError(f"no template {path}" + (f"; there are: {', '.join(known)}" if known else ""))
    return path


def template_folder() -> Path:
    """The folder of the templates."""
    if given := os.environ.get("KB_TEMPLATES"):
        return Path(given).absolute()
    return Path(__file__).resolve().parents[2] / "notebooks"


def read_notebook(path: Path) -> dict[str, Any]:
    """The JSON of a notebook.

    Raises
    ------
    KbError
        When the file is not a notebook.
    """
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(notebook, dict) or not isinstance(notebook["cells"], list):
            raise TypeError
    except (ValueError, KeyError, TypeError) as error:
        raise KbError(f"{path} is not a notebook: open it in JupyterLab and save it again") from error
    return notebook


def declared(template: str | os.PathLike[str]) -> dict[str, Parameter]:
    """Parameters of a template: the plain assignments of its cell tagged ``parameters``.

    Parameters
    ----------
    template
        Name of a template, or the path of a notebook.
    """
    path = template_path(template)
    for cell in read_notebook(path)["cells"]:
        if "parameters" in cell.get("metadata", {}).get("tags", ()):
            return _assigned(path, "".join(cell["source"]))
    return {}


def _assigned(path: Path, source: str) -> dict[str, Parameter]:
    found = {}
    try:
        for statement in ast.parse(source).body:
            targets = statement.targets if isinstance(statement, ast.Assign) else []
            if isinstance(statement, ast.AnnAssign):
                targets = [statement.target]
            if not isinstance(statement, ast.Assign | ast.AnnAssign) or statement.value is None:
                continue
            for target in targets:
                if isinstance(target, ast.Name):
                    found[target.id] = Parameter(target.id, ast.literal_eval(statement.value))
    except (SyntaxError, ValueError) as error:
        raise KbError(f"{path}: the parameters cell may only assign plain values: {error}") from error
    return found


def check(template: str | os.PathLike[str], parameters: Mapping[str, Any]) -> None:
    """Check parameters against those the template declares.

    Raises
    ------
    ParameterError
        For an unknown name (with the nearest one) or a value whose type differs from that of the default; a whole
        number passes for a decimal one.
    """
    known = declared(template)
    name_of_template = Path(template).stem
    for name, value in parameters.items():
        if name not in known:
            near = process.extractOne(name, list(known), score_cutoff=60)
            hint = f"did you mean '{near[0]}'?" if near else f"it has: {', '.join(known) or 'none'}"
            raise ParameterError(f"template '{name_of_template}' has no parameter '{name}': {hint}")
        default = known[name].default
        fits = default is None or type(value) is type(default) or (type(default) is float and type(value) is int)
        if not fits:
            raise ParameterError(
                f"parameter '{name}' of template '{name_of_template}' takes {known[name].type}, "
                f"got {type(value).__name__}: {value!r}"
            )
