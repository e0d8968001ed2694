"""The start notebook: a search box for conditions and interventions, and the page of what was chosen."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from kb.model import InterventionKind
from kb.notebook.html import Block, block, count, escape, listing, note, paragraph
from kb.notebook.term_page import TermPage
from kb.problems import UnknownIdError

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
        When nothing fits; it names the nearest labels.
    """
    if words in offered:
        return TermPage(base, *offered[words], up=None)
    near: list[str] = []
    for noun in ("condition", "intervention"):
        try:
            return TermPage(base, noun, base.resolve(words, noun).id, up=None)
        except UnknownIdError as error:
            terms = base.corpus.vocabulary(f"{noun}s")
            near += [terms[i].label for i in error.near]
    raise UnknownIdError("condition or intervention", words, near[:4])


def answer(base: Base, words: str, offered: dict[str, tuple[str, str]]) -> Iterator[Block]:
    """What is shown for some words, in order: a page, or why there is none."""
    if not words:
        yield _hint()
        return
    try:
        page = find(base, words, offered)
    except UnknownIdError as error:
        said = f"There is {error}" if error.near else f"There is {error}. Try another word for it."
        yield block(paragraph(escape(said)), words=said, style=True)
        return
    yield block(f"<h1>{escape(page.term.label)}</h1>", words=page.term.label)
    yield page.summary()
    sections = (
        page.figure_estimates,
        page.table,
        page.claims,
        page.contradictions,
        page.gaps,
        page.figure_map,
        page.figure_timeline,
        page.figure_graph,
        page.limitations,
        page.to_do,
        page.references,
    )
    for heading, section in zip(_HEADINGS, sections, strict=True):
        yield block(f"<h2>{heading}</h2>", words=heading)
        yield section()


_HEADINGS = (
    "The numbers",
    "Evidence table",
    "What the posts claim, and what their studies found",
    "What contradicts the claims",
    "Named by the posts, without a study here",
    "What was studied",
    "Years and designs",
    "What stands around it",
    "Limitations",
    "To do",
    "References",
)


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
        # one assignment: clearing and appending in turn race each other on their way to the page
        result.outputs = tuple(
            {"output_type": "display_data", "data": output.bundle, "metadata": {}}
            for output in answer(base, words.strip(), offered)
        )

    box.observe(lambda change: show(change["new"]), names="value")
    show("")
    return widgets.VBox([box, result])


def _hint() -> Block:
    return block(
        note("Labels of clinicians, words of patients and synonyms all work. Press Enter after typing."),
        words="",
        style=True,
    )
