"""Pages for the tests of drift: notebooks made of outputs, and the project's own templates run without a kernel."""

import ast
import json
from pathlib import Path
from typing import Any

from kb.notebook.html import Block, block
from tests.conftest import ROOT


def notebook(*outputs: Block, heading: str = "# A page") -> dict[str, Any]:
    """An executed notebook of some outputs, a cell each."""
    cells: list[dict[str, Any]] = [{"cell_type": "markdown", "id": "title", "source": heading}]
    cells += [
        {
            "cell_type": "code",
            "id": f"cell-{number}",
            "source": "page.part()",
            "outputs": [{"output_type": "execute_result", "data": output.bundle}],
        }
        for number, output in enumerate(outputs, 1)
    ]
    return {"cells": cells}


def said(*parts: str, **options: Any) -> Block:
    """An output of some HTML."""
    return block(*parts, words="words", **options)


def run_template(name: str, evidence: Path, parameters: dict[str, Any]) -> dict[str, Any]:
    """What running a template makes, without a kernel: the value of each cell's last line is its output."""
    cells = json.loads((ROOT / "notebooks" / f"{name}.ipynb").read_text())["cells"]
    space: dict[str, Any] = {}
    for cell in cells:
        if cell["cell_type"] != "code":
            cell["source"] = "".join(cell["source"])
            continue
        tree = ast.parse("".join(cell["source"]))
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, name, "exec"), space)
        cell["outputs"] = []
        if "parameters" in cell["metadata"].get("tags", ()):
            space |= {**parameters, "evidence": str(evidence)}
        elif isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), name, "eval"), space)
            cell["outputs"] = [{"output_type": "execute_result", "data": value.bundle}]
    return {"cells": cells}
