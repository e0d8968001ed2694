"""A finding as one sentence to paste: who, what against what, outcome, time, estimate, hedged to the design.

The sentence is built from the finding's own fields and says no more than they do: an interval that crosses no effect is
"did not differ clearly", an observational design "was associated with", a change without a comparison is named as one.
Where no sentence would be both true and fit to read, there is none: a missing proposal costs less than an untrue one.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kb.citations.fix import parenthesis
from kb.citations.library_records import from_reference
from kb.cite import author_year
from kb.claims.wording_lead import OBSERVATIONAL, TRIALS, design, lead
from kb.claims.wording_numbers import crosses, estimate
from kb.claims.wording_result import result
from kb.claims.wording_terms import above, named, people

if TYPE_CHECKING:
    from kb.model import Corpus, Finding, Reference, Study

__all__ = [
    "OBSERVATIONAL", "TRIALS", "above", "citation", "crosses", "design", "estimate", "named", "people", "sentence",
    "statement", "study_name",
]  # fmt: skip

_TITLE = 60
"""Characters of a title that stands for the authors."""


def sentence(study: Study, finding: Finding, corpus: Corpus) -> str | None:
    """The finding in one sentence of running text that ends with its citation; None where there is no true one.

    Parameters
    ----------
    study, finding
        The finding, and the study that reports it.
    corpus
        For the names of its terms and the facts of the citation.

    Examples
    --------
    >>> import kb
    >>> corpus = kb.open().corpus
    >>> study = corpus.studies["coombes2013"]
    >>> sentence(study, study.findings[0], corpus)[:76]
    'In one randomized trial of 165 adults with lateral epicondylitis, treatment '
    """
    text = statement(study, finding, corpus)
    cited = citation(corpus.references.get(study.key))
    return f"{text} {cited}." if text and cited else (f"{text}." if text else None)


def statement(study: Study, finding: Finding, corpus: Corpus) -> str | None:
    """The sentence without its citation and its full stop.

    Examples
    --------
    >>> import kb
    >>> corpus = kb.open().corpus
    >>> study = corpus.studies["coombes2013"]
    >>> statement(study, study.findings[0], corpus)[-40:]
    'injection (RR 0.86, 99% CI 0.75 to 0.99)'
    """
    said = result(study, finding, corpus)
    return " ".join(f"{lead(study, finding, corpus)}, {said}".split()) if said else None


def citation(reference: Reference | None) -> str:
    """The citation in parentheses with its link; empty where neither authors nor a title are known.

    Examples
    --------
    >>> from kb.model import Reference
    >>> citation(Reference(key="lee2020", entry_type="article", author=("Lee, A.",), year=2020, pmid="7"))
    '(Lee, 2020. [View on PubMed](https://pubmed.ncbi.nlm.nih.gov/7/))'
    >>> citation(Reference(key="a2020", entry_type="misc", title="Rest: a review", year=2020))
    '("Rest", 2020)'
    """
    if reference is None or not (reference.author or reference.title):
        return ""
    record = from_reference(reference)
    return parenthesis(replace(record, title=_short(reference.title)) if reference.title else record)


def study_name(reference: Reference | None, key: str) -> str:
    """Author and year of a study; its short title in quotes where nobody saw the authors, and its key as a last resort.

    Examples
    --------
    >>> from kb.model import Reference
    >>> study_name(Reference(key="a2020", entry_type="misc", title="Rest: a review", year=2020), "a2020")
    '"Rest" (2020)'
    """
    if reference is None or (reference.author and reference.year) or not reference.title:
        return author_year(reference, key)
    return f'"{_short(reference.title)}"' + (f" ({reference.year})" if reference.year else "")


def _short(title: str) -> str:
    """A title up to its colon, cut at a word where it is long."""
    head = title.split(": ", 1)[0].rstrip(".")
    return head if len(head) <= _TITLE else f"{head[:_TITLE].rsplit(' ', 1)[0]} ..."
