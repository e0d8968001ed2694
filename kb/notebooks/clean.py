"""Executed notebook -> the same bytes on every run: what varies goes, what a reader sees stays."""

from __future__ import annotations

import re
from typing import Any, TypeAlias

Node: TypeAlias = Any
"""Part of a notebook: a dictionary, of nbformat or plain."""

_VARIES = re.compile(r"(?<=\bat )0x[0-9a-fA-F]{6,16}\b|/\S*/ipykernel_\d+/\d+\.py|<ipython-input-[\w-]+>")
"""Memory addresses, and the file names that IPython invents for cells."""

KERNELSPEC = {"display_name": "Python 3", "language": "python", "name": "python3"}
_METADATA = ("papermill", "execution", "ExecuteTime", "widgets", "toc", "signature")


def clean(notebook: Node) -> Node:
    """Remove in place what differs between two runs; returns the notebook.

    Gone are papermill's and Jupyter's records of time, machine and paths, the random id of the injected cell, and
    memory addresses in text. Adjacent pieces of one output stream become one (a kernel splits them by time).
    """
    notebook["metadata"] = {
        **{key: value for key, value in notebook["metadata"].items() if key not in _METADATA},
        "kernelspec": dict(KERNELSPEC),
        "language_info": {"name": "python"},
    }
    notebook["nbformat"], notebook["nbformat_minor"] = 4, 5
    for number, cell in enumerate(notebook["cells"], 1):
        for key in _METADATA:
            cell["metadata"].pop(key, None)
        tags = cell["metadata"].get("tags", [])
        if "injected-parameters" in tags:
            cell["id"] = "injected-parameters"
            cell["metadata"] = {"tags": [*tags, "hide-input"], "jupyter": {"source_hidden": True}}
        elif "id" not in cell:
            cell["id"] = f"cell-{number}"
        if cell["cell_type"] == "code":
            cell["outputs"] = [_clean_output(output) for output in _joined(cell.get("outputs", []))]
    return notebook


def _joined(outputs: list[Node]) -> list[Node]:
    joined: list[Node] = []
    for output in outputs:
        last = joined[-1] if joined else {}
        if output["output_type"] == "stream" == last.get("output_type") and output["name"] == last["name"]:
            last["text"] = "".join(last["text"]) + "".join(output["text"])
        else:
            joined.append(output)
    return joined


def _clean_output(output: Node) -> Node:
    output.pop("transient", None)
    if "text" in output:
        output["text"] = _steady(output["text"])
    data = output.get("data", {})
    if "text/plain" in data:
        data["text/plain"] = _steady(data["text/plain"])
    return output


def _steady(text: str | list[str]) -> str:
    return _VARIES.sub("…", "".join(text))
