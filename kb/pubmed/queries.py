"""The PubMed query of a condition and an intervention, built from the vocabulary.

A query has three lines joined by AND: the condition, the intervention, and a filter for designs. A concept is its MeSH
descriptor (PubMed includes the narrower descriptors by itself) or any of its names in title or abstract, narrower terms
of our vocabulary included. Patient labels are left out: they are words of posts, not of papers.

Filters, none of them ours:

- trials: Cochrane Highly Sensitive Search Strategy for identifying randomized trials in MEDLINE, sensitivity- and
  precision-maximizing version (2008 revision), PubMed format. Lefebvre C et al., Cochrane Handbook for Systematic
  Reviews of Interventions, technical supplement to chapter 4 (box 6.4.b of version 5.1). Its free words find records
  that NLM has not indexed yet, which a watch must.
- exposures: Etiology, narrow, of PubMed's Clinical Queries (Wilczynski and Haynes, McMaster University).
- tests: Diagnosis, narrow, of PubMed's Clinical Queries (Haynes and Wilczynski, McMaster University).
- always: PubMed's systematic review subset, meta-analyses and guidelines.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from kb.model import InterventionKind

if TYPE_CHECKING:
    from kb.model import Corpus, Term

Cell = tuple[str, str]
"""Ids of a condition and an intervention."""

TRIALS = (
    "randomized controlled trial[pt] OR controlled clinical trial[pt] OR randomized[tiab] OR placebo[tiab] "
    "OR clinical trials as topic[mesh:noexp] OR randomly[tiab] OR trial[ti]"
)
NOT_ANIMALS = "NOT (animals[mh] NOT humans[mh])"
REVIEWS = "systematic[sb] OR meta-analysis[pt] OR practice guideline[pt] OR guideline[pt]"
ETIOLOGY = (
    "(relative[tiab] AND risk*[tiab]) OR relative risk[tw] OR risks[tw] OR cohort studies[mesh:noexp] "
    "OR (cohort[tiab] AND study[tiab]) OR (cohort[tiab] AND studies[tiab])"
)
DIAGNOSIS = "specificity[tiab]"

_ALSO = {InterventionKind.EXPOSURE: ETIOLOGY, InterventionKind.TEST: DIAGNOSIS}
_SHORTEST = 4
"""Letters of a name that may stand alone in a query: shorter ones (PT, OA, ice) mean too many other things."""


def build(corpus: Corpus, condition: str, intervention: str) -> tuple[str, ...]:
    """The lines of a query, to be joined by blanks.

    Examples
    --------
    >>> import kb
    >>> lines = build(kb.open().corpus, "iliotibial-band-syndrome", "foam-rolling")
    >>> lines[0][:73]
    '("Iliotibial Band Syndrome"[mh] OR "Iliotibial band syndrome"[tiab] OR "I'
    >>> lines[2][:55]
    'AND ((randomized controlled trial[pt] OR controlled cli'
    """
    kind = corpus.interventions[intervention].kind
    also = f" OR {_ALSO[kind]}" if kind in _ALSO else ""
    return (
        f"({' OR '.join(concept(corpus.conditions, condition))})",
        f"AND ({' OR '.join(concept(corpus.interventions, intervention))})",
        f"AND (({TRIALS}{also} OR {REVIEWS}) {NOT_ANIMALS})",
    )


def concept(terms: Mapping[str, Term], identifier: str) -> list[str]:
    """Search terms of a controlled term and all below it: MeSH first, then names, each once."""
    below = [terms[name] for name in narrower(terms, identifier)]
    mesh = [f'"{clean(term.mesh)}"[mh]' for term in below if term.mesh]
    return list(dict.fromkeys(mesh)) + [f'"{name}"[tiab]' for name in names(below)]


def names(terms: Iterable[Term]) -> list[str]:
    """Names of terms as they are searched for, each once, without those too short to mean one thing.

    A name that no other is left for stays, however short.
    """
    found: dict[str, str] = {}
    for term in terms:
        own = [clean(name) for name in (term.label, *term.synonyms)]
        long = [name for name in own if len(name) >= _SHORTEST]
        for name in long or own[: 0 if term.mesh else 1]:
            found.setdefault(name.casefold(), name)
    return list(found.values())


def clean(name: str) -> str:
    """A name without the characters that mean something to PubMed.

    Examples
    --------
    >>> clean("acute:chronic workload ratio (ACWR)"), clean("jumper's knee")
    ('acute chronic workload ratio ACWR', "jumper's knee")
    """
    return " ".join(re.sub(r"[^\w\s'’,./%+&-]|_", " ", name).split())


def narrower(terms: Mapping[str, Term], identifier: str) -> list[str]:
    """A term and everything below it, the term first, the others by id."""
    found, waiting = {identifier}, [identifier]
    children: dict[str, list[str]] = {}
    for term in terms.values():
        for parent in term.broader:
            children.setdefault(parent, []).append(term.id)
    while waiting:
        for child in children.get(waiting.pop(), ()):
            if child not in found:
                found.add(child)
                waiting.append(child)
    return [identifier, *sorted(found - {identifier})]


def interest(corpus: Corpus) -> list[Cell]:
    """Cells that a finding, a claim, or a study without findings is about, as named: broader ones not added.

    Controls (sham, placebo, no treatment) are nobody's interest.
    """
    found: set[Cell] = set()
    for study in corpus.studies.values():
        if not study.findings:
            found |= {(c, i) for c in study.condition_ids for i in study.intervention_ids}
        for finding in study.findings:
            found |= {(c, i) for c in finding.conditions for i in finding.interventions}
    for post in corpus.posts.values():
        for claim in post.claims:
            found |= {(c, i) for c in claim.conditions for i in claim.interventions}
    return sorted(cell for cell in found if _watched(corpus, cell))


def everything(corpus: Corpus) -> list[Cell]:
    """Every condition with every intervention but controls."""
    return [(c, i) for c in sorted(corpus.conditions) for i in sorted(corpus.interventions) if _watched(corpus, (c, i))]


def _watched(corpus: Corpus, cell: Cell) -> bool:
    kind = corpus.interventions[cell[1]].kind if cell[1] in corpus.interventions else InterventionKind.CONTROL
    return cell[0] in corpus.conditions and kind is not InterventionKind.CONTROL


def choose(
    corpus: Corpus, condition: str | None = None, intervention: str | None = None, *, every: bool = False
) -> list[Cell]:
    """The cells to watch, in order.

    Parameters
    ----------
    corpus
        The evidence.
    condition, intervention
        Ids. One of them: its cells of interest, narrower terms included. Both: exactly this cell.
    every
        Not only cells of interest.
    """
    if condition is not None and intervention is not None:
        return [(condition, intervention)]
    cells = everything(corpus) if every else interest(corpus)
    rows = None if condition is None else set(narrower(corpus.conditions, condition))
    columns = None if intervention is None else set(narrower(corpus.interventions, intervention))
    return [(c, i) for c, i in cells if (rows is None or c in rows) and (columns is None or i in columns)]
