"""One notebook, as a person asks for it: text for values, ids completed, a place for the result."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from kb.base import default_evidence, open_base
from kb.notebooks.plan import Job
from kb.notebooks.refused import explained
from kb.notebooks.run import run_one
from kb.notebooks.template import declared, template_path


def run_notebook(
    notebook: str,
    parameters: Mapping[str, Any] | None = None,
    *,
    evidence: str | os.PathLike[str] | None = None,
    build_dir: str | os.PathLike[str] | None = None,
    output: str | os.PathLike[str] | None = None,
) -> Path:
    """Run one notebook in an ordinary kernel; returns the executed notebook.

    Parameters
    ----------
    notebook
        Name of a template or path of a notebook.
    parameters
        Values; text is turned into the type that the template declares, and ids of conditions, interventions and
        posts are completed.
    evidence
        Evidence folder; None finds it as :func:`kb.open` does.
    build_dir
        Without ``output``, the notebook goes to ``runs`` below it; None means ``build`` beside the evidence.
    output
        File to write.

    Raises
    ------
    ParameterError
        When a parameter does not fit the template.
    NotebookFailedError
        When a cell failed.
    """
    given = dict(parameters or {})
    root = Path(evidence or given.pop("evidence", None) or default_evidence())
    template = template_path(notebook)
    known = declared(template)
    base = None
    for name, value in given.items():
        if name in known and isinstance(value, str):
            given[name] = _converted(known[name].default, value)
            if name in {"condition", "intervention", "post"} and value:
                base = base or open_base(root)
                given[name] = base.resolve(value, name).id
    if output is not None:
        target = Path(output).absolute()
    else:
        folder = Path(build_dir) if build_dir is not None else root.absolute().parent / "build"
        name = "-".join([template.stem, *(re.sub(r"[^\w.-]+", "-", str(value)) for value in given.values())])
        target = folder.absolute() / "runs" / f"{name}.ipynb"
    with explained(target.parent):
        return run_one(Job(str(template), target.name, given), target.parent, evidence=root)


def _converted(default: Any, text: str) -> Any:  # noqa: ANN401 - any plain value
    """Text in the type of a default, where it can be read so."""
    if isinstance(default, bool):
        return {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}.get(text.lower(), text)
    if isinstance(default, int | float):
        with suppress(ValueError):
            return type(default)(text)
    elif isinstance(default, list | tuple | dict):
        with suppress(ValueError):
            return type(default)(json.loads(text))
    return text
