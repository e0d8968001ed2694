"""The start notebook: the explorer, or where to read instead."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from kb.notebook.html import Block, block, count, listing, paragraph

if TYPE_CHECKING:
    from kb.base import Base

FRONT_ENDS = ("JPY_SESSION_NAME", "VOILA_BASE_URL", "VSCODE_PID", "VSCODE_CWD", "COLAB_RELEASE_TAG")
"""Set by Jupyter's server, Voila, VS Code and Colab for the kernels they start, and by no batch runner."""


def has_front_end() -> bool:
    """Whether a person sits before the kernel, as far as its environment tells."""
    return any(os.environ.get(name) for name in FRONT_ENDS)


def start(base: Base) -> Any:  # noqa: ANN401 - a widget, whose library has no types, or a block
    """The explorer; without a front end, where to read instead."""
    if not has_front_end():
        return instead(base)
    from kb.notebook.explorer.widget import Explorer

    return Explorer(base)


def instead(base: Base) -> Block:
    """Where to read without a front end."""
    corpus = base.corpus
    return block(
        paragraph(
            f"The base holds {count(len(corpus.studies), 'study', 'studies')}, "
            f"{count(len(corpus.conditions), 'condition')}, "
            f"{count(len(corpus.interventions), 'intervention')} and {count(len(corpus.posts), 'post')}."
        ),
        paragraph(
            "Choosing needs JupyterLab: run <code>kb lab</code> and open <code>start.ipynb</code>. To read without it:"
        ),
        listing(
            [
                '<a href="overview.html">Overview of the evidence</a>',
                '<a href="index.html">All conditions, interventions and posts</a>',
            ]
        ),
        words="Open in JupyterLab to choose, or read overview.html",
        style=True,
    )
