"""One notebook, as a person asks for it: text for values, ids completed, a place for the result."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from kb.base import default_evidence, open_base
from kb.notebooks.lab import trust_in_lab
from kb.notebooks.plan import Job
from kb.notebooks.refused import explained
from kb.notebooks.run import run_one
from kb.notebooks.template import check, declared, template_path

_NOUNS = {
    **{noun: noun for noun in ("condition", "intervention", "outcome", "population", "study", "post")},
    "comparator": "intervention",
}
"""Parameters that name a thing of the base, and which noun it is."""
_FILTERS = ("design", "certainty", "years_from", "years_to")
"""Parameters that a view checks (see :class:`kb.notebook.explorer.view.View`)."""
_LONGEST = 140
"""Characters of a name before it is cut."""


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
        Values; text is turned into the type that the template declares, and ids of terms, studies and posts are
        completed.
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
    KbError
        When a value is none of those that there are; it names the nearest.
    NotebookFailedError
        When a cell failed.
    """
    given = dict(parameters or {})
    root = Path(evidence or given.pop("evidence", None) or default_evidence())
    template = template_path(notebook)
    known = declared(template)
    for name, value in given.items():
        if name in known and isinstance(value, str):
            given[name] = _converted(known[name].default, value)
    check(template, given)
    given |= _meant(root, given)
    if output is not None:
        target = Path(output).absolute()
    else:
        folder = Path(build_dir) if build_dir is not None else root.absolute().parent / "build"
        target = folder.absolute() / "runs" / f"{_named(template.stem, given)}.ipynb"
    with explained(target.parent):
        return trust_in_lab(run_one(Job(str(template), target.name, given), target.parent, evidence=root))


def _meant(root: Path, given: Mapping[str, Any]) -> dict[str, Any]:
    """What a person means by words for terms, studies, posts and the filters of a view; what is empty is any."""
    words = {name: value for name, value in given.items() if name in (*_NOUNS, *_FILTERS) and value not in {"", 0}}
    if not words:
        return {}
    from kb.notebook.explorer.view import view_of

    base = open_base(root)
    meant: dict[str, Any] = {}
    for name in words.keys() & _NOUNS.keys():
        meant[name] = base.resolve(str(words[name]), _NOUNS[name]).id
    view = view_of(base, {name: words[name] for name in _FILTERS if name in words})
    return {**meant, **{name: value for name, value in view.as_dict().items() if name in words}}


def _named(template: str, given: Mapping[str, Any]) -> str:
    """A name for the result, from the template and its parameters; no longer than a file system takes."""
    name = "-".join([template, *(re.sub(r"[^\w.-]+", "-", str(value)) for value in given.values())])
    if len(name) <= _LONGEST:
        return name
    return f"{name[:_LONGEST]}-{hashlib.sha256(repr(sorted(given.items())).encode()).hexdigest()[:8]}"


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
