"""The start notebook: a search box for conditions and interventions, and the page of what was chosen."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from kb.model import InterventionKind
from kb.notebook.html import Block, block, count, escape, listing, note, paragraph
from kb.notebook.term import TermPage
from kb.problems import KbError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kb.base import Base

_FRONT_ENDS = ("JPY_SESSION_NAME", "VSCODE_PID", "VSCODE_CWD", "COLAB_RELEASE_TAG")
"""Set by Jupyter's server, VS Code and Colab for the kernels they start, and by no batch runner."""


def choices(base: Base) -> dict[str, tuple[str, str]]:
    """What the search box offers: words -> noun and id, labels of clinicians and patients and synonyms."""
    offered: dict[str, tuple[str, str]] = {}
    for noun in ("condition", "intervention"):
        for term in base.corpus.vocabulary(f"{noun}s").values():
            if getattr(term, "kind", None) is InterventionKind.CONTROL:
                continue
            offered[f"{term.label} ({noun})"] = (noun, term.id)
            for name in (term.patient_label, *term.synonyms):
                if name.casefold() != term.label.casefold():
                    offered.setdefault(f"{name} → {term.label} ({noun})", (noun, term.id))
    return dict(sorted(offered.items(), key=lambda item: item[0].casefold()))


def find(base: Base, words: str, offered: dict[str, tuple[str, str]]) -> TermPage:
    """The page that a person means.

    Raises
    ------
    UnknownIdError
        When nothing fits; it names the nearest.
    """
    if words in offered:
        noun, identifier = offered[words]
    else:
        try:
            noun, identifier = base.resolve(words, "condition")
        except KbError:
            noun, identifier = base.resolve(words, "intervention")
    return TermPage(base, noun, identifier, up=None)


def outputs(page: TermPage) -> Iterator[Block]:
    """The outputs shown for a choice, in order."""
    yield page.summary()
    yield page.figure_estimates()
    yield page.table()
    yield page.claims()
    yield page.contradictions()
    yield page.gaps()
    yield page.figure_map()
    yield page.figure_timeline()
    yield page.figure_graph()
    yield page.limitations()
    yield page.references()


_HEADINGS = {
    1: "The numbers",
    2: "Evidence table",
    3: "What the posts claim, and what their studies found",
    4: "What contradicts the claims",
    5: "Named by the posts, without a study",
    6: "What was studied with what",
    7: "Years and designs",
    8: "What stands around it",
    9: "Limitations",
    10: "References",
}


def has_front_end() -> bool:
    """Whether a person sits before the kernel, as far as its environment tells."""
    return any(os.environ.get(name) for name in _FRONT_ENDS)


def start(base: Base) -> Any:  # noqa: ANN401 - a widget, whose library has no types, or a block
    """The search box with what was chosen beneath; without a front end, where to read instead."""
    return _widget(base) if has_front_end() else _static(base)


def _static(base: Base) -> Block:
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


def _widget(base: Base) -> Any:  # noqa: ANN401 - as above
    import ipywidgets as widgets

    offered = choices(base)
    box = widgets.Combobox(
        options=tuple(offered),
        placeholder="Type a condition or a treatment, e.g. tennis elbow",
        description="Find:",
        ensure_option=False,
        continuous_update=False,
        layout=widgets.Layout(width="min(42rem, 100%)"),
    )
    result = widgets.Output()

    def show(words: str) -> None:
        result.clear_output()
        result.outputs = ()
        if not words.strip():
            result.append_display_data(_hint())
            return
        try:
            page = find(base, words.strip(), offered)
        except KbError as error:
            result.append_display_data(block(paragraph(escape(f"Nothing fits: {error}")), words=str(error)))
            return
        title = block(f"<h1>{escape(page.term.label)}</h1>", words=page.term.label)
        result.append_display_data(title)
        for number, output in enumerate(outputs(page)):
            if number in _HEADINGS:
                result.append_display_data(block(f"<h2>{_HEADINGS[number]}</h2>", words=_HEADINGS[number]))
            result.append_display_data(output)

    box.observe(lambda change: show(change["new"]), names="value")
    show("")
    return widgets.VBox([box, result])


def _hint() -> Block:
    return block(
        note("Labels of clinicians, words of patients and synonyms all work. Press Enter after typing."),
        words="",
        style=True,
    )
