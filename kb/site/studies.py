"""A page for each study, from the blocks of :class:`kb.notebook.study_page.StudyPage`."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from kb.cite import author_year
from kb.notebook.html import Heading
from kb.notebook.study_page import StudyPage
from kb.site.copies import Copy, arranged, framed, markdown

if TYPE_CHECKING:
    from kb.base import Base


def study_copy(base: Base, key: str, names: Collection[str]) -> Copy:
    """The content of the page of a study.

    Parameters
    ----------
    base
        The evidence.
    key
        Of the study.
    names
        All pages of the site: links to others become text.
    """
    blocks: list[str] = []
    for shown in StudyPage(base, key, up="../").blocks():
        if isinstance(shown, Heading):
            level = "" if not blocks else "#"
            blocks.append(markdown(level + shown.bundle["text/markdown"]))
        else:
            blocks.append(framed(shown.html))
    return arranged(blocks, f"study/{key}", names)


def study_description(base: Base, key: str) -> str:
    """What was done in whom, and what its authors conclude, in our own words."""
    study, label = base.corpus.studies[key], author_year(base.corpus.references.get(key), key)
    people = f" of {study.n_participants:,} people" if study.n_participants else ""
    included = f" of {study.n_studies:,} studies" if study.n_studies and not people else ""
    retracted = " RETRACTED." if key in base.retracted else ""
    conclusion = study.conclusion or "What it concludes is unknown."
    return f"{label}:{retracted} {study.design.words}{people}{included}. {conclusion}"
