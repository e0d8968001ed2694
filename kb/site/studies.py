"""A page for each study, from the blocks of :class:`kb.notebook.study_page.StudyPage`."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from kb.model import VOCABULARIES
from kb.notebook.html import Heading
from kb.notebook.study_page import StudyPage
from kb.notebooks.stale import digest_code, digest_of
from kb.site.copies import Copy, arranged, framed, markdown
from kb.site.news import reference_of

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
    study, label = base.corpus.studies[key], reference_of(base, key)
    people = f" of {study.n_participants:,} people" if study.n_participants else ""
    included = f" of {study.n_studies:,} studies" if study.n_studies and not people else ""
    retracted = " RETRACTED." if key in base.retracted else ""
    conclusion = study.conclusion or "What it concludes is unknown."
    return f"{label}:{retracted} {study.design.words}{people}{included}. {conclusion}"


class StudyIngredients:
    """What the page of a study is made of, as a checksum; another study's numbers change few pages.

    Vocabularies, posts, references, notices and certainty reviews count for every page; of the studies only the page's
    own, and of the answers of the base those that rest on it.

    Parameters
    ----------
    base
        The evidence.

    Examples
    --------
    >>> import kb
    >>> of = StudyIngredients(kb.open())
    >>> of("zhang2024") == of("zhang2024"), of("zhang2024") == of("buist2008")
    (True, False)
    """

    def __init__(self, base: Base) -> None:
        self._base = base
        corpus = base.corpus
        nouns = [corpus.vocabulary(name) for name in VOCABULARIES] + [corpus.posts, corpus.references]
        shared = [noun.model_dump_json() for mapping in nouns for noun in mapping.values()]
        shared += [review.model_dump_json() for review in corpus.certainty]
        self._shared = digest_of(digest_code(), repr(base.notices), *shared)
        self._rows: dict[str, list[str]] = {}
        for row in base.best_estimates:
            result = row.result
            told = repr((row.question, row.page, row.surrogate, result.numbers, result.when, result.treatment, result.k,
                         result.n, result.favours, result.compared_with, result.certainty, result.clinician,
                         result.patient, result.studies, sorted(result.findings)))  # fmt: skip
            for study in result.studies:
                self._rows.setdefault(study, []).append(told)

    def __call__(self, key: str) -> str:
        """The checksum of a study's page, by the study's key."""
        corpus = self._base.corpus
        reference = corpus.references.get(key)
        record = self._base.snapshot.get(reference.pmid) if reference and reference.pmid else None
        own = corpus.studies[key].model_dump_json()
        return digest_of(self._shared, own, repr(record), *self._rows.get(key, ()))
