"""What a new study can be given without reading it: its key, a guess of its design, and terms that its index names.

The design is guessed from PubMed's publication types (MeSH), the first of these that is there:

======================================  ======================================
publication type                        design
======================================  ======================================
Clinical Trial Protocol                 trial-protocol
Practice Guideline, Guideline           clinical-practice-guideline
Network Meta-Analysis                   network-meta-analysis
Meta-Analysis                           systematic-review-with-meta-analysis
Scoping Review                          scoping-review
Systematic Review                       systematic-review
Randomized Controlled Trial             randomized-controlled-trial
Controlled Clinical Trial               non-randomized-controlled-trial
Case Reports                            case-series
Review                                  narrative-review
Editorial, Comment, Letter              commentary
======================================  ======================================

Every other type (Observational Study, Clinical Trial, Multicenter Study, ...) leaves the design ``unknown``: it does
not say which design it was. Cluster trials, umbrella reviews and cohorts have no type of their own, so a person looks.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.cite import surname
from kb.model import AsReported, Condition, Design, Intervention, InterventionKind, Source, Study, Verification
from kb.problems import KbError
from kb.pubmed.names import fold, solid

if TYPE_CHECKING:
    from kb.model import Reference, Term

DESIGNS: Mapping[str, Design] = {
    "Clinical Trial Protocol": Design.PROTOCOL,
    "Practice Guideline": Design.GUIDELINE,
    "Guideline": Design.GUIDELINE,
    "Network Meta-Analysis": Design.NETWORK_META_ANALYSIS,
    "Meta-Analysis": Design.META_ANALYSIS,
    "Scoping Review": Design.SCOPING_REVIEW,
    "Systematic Review": Design.SYSTEMATIC_REVIEW,
    "Randomized Controlled Trial": Design.RANDOMIZED_TRIAL,
    "Controlled Clinical Trial": Design.CONTROLLED_TRIAL,
    "Case Reports": Design.CASE_SERIES,
    "Review": Design.NARRATIVE_REVIEW,
    "Editorial": Design.COMMENTARY,
    "Comment": Design.COMMENTARY,
    "Letter": Design.COMMENTARY,
}
_SAY_NOTHING = {
    "Journal Article",
    "English Abstract",
    "Multicenter Study",
    "Comparative Study",
    "Preprint",
    "Retracted Publication",
    "Corrected and Republished Article",
    "Duplicate Publication",
}
_SUPPORT = re.compile(r"^(?:Research Support|Video-Audio|Webcast)", re.IGNORECASE)
_REVIEWS = {
    Design.META_ANALYSIS,
    Design.SYSTEMATIC_REVIEW,
    Design.NETWORK_META_ANALYSIS,
    Design.UMBRELLA_REVIEW,
    Design.SCOPING_REVIEW,
}
_UNREAD = {*_REVIEWS, Design.NARRATIVE_REVIEW, Design.GUIDELINE, Design.COMMENTARY}
_SHORTEST_WORD = 5
"""Letters that a single word of a title needs to name a term; shorter ones ("ice", "rest") mean too much."""
_ASCII = str.maketrans({"ß": "ss", "þ": "th", "ð": "d", "ŋ": "ng", "ħ": "h"})


class NoKeyError(KbError):
    """A publication that cannot be given a key, with the reason."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A term of the vocabulary that a MeSH heading or words of the title name exactly.

    Parameters
    ----------
    term
        Its id.
    text
        The words that name it.
    place
        ``MeSH heading`` or ``title``.
    """

    term: str
    text: str
    place: str

    def __str__(self) -> str:
        """As ``to_check`` says it."""
        return f"{self.term} ({self.place} '{self.text}')"


@dataclass(frozen=True, slots=True)
class Proposals:
    """Terms proposed for a study; ``controls`` are interventions that only ever are a control condition."""

    conditions: tuple[Proposal, ...] = ()
    interventions: tuple[Proposal, ...] = ()
    controls: tuple[Proposal, ...] = ()


def make_key(reference_author: str | None, year: int | None, taken: Collection[str]) -> str:
    """A key that nobody has: first author and year, then b, c, ...

    Parameters
    ----------
    reference_author
        The first author as BibTeX writes one; None when there is none.
    year
        Year of publication.
    taken
        Keys of other papers.

    Raises
    ------
    NoKeyError
        When the year is unknown, the name has no Latin letter, or the letters have run out.

    Examples
    --------
    >>> make_key("Núñez-Cortés, R.", 2024, {"nunezcortes2024"}), make_key("{WHO Group}", 2020, ())
    ('nunezcortes2024b', 'whogroup2020')
    """
    if year is None:
        message = "its year of publication is unknown, and a key needs one"
        raise NoKeyError(message)
    name = "anonymous" if reference_author is None else surname(reference_author)
    letters: str = re.sub(r"[^a-z]", "", solid(name.casefold().translate(_ASCII)))[:40]
    if not letters:
        message = f"'{name}' has no Latin letter to make a key of"
        raise NoKeyError(message)
    stem = f"{letters}{year}"
    keys = [stem, *(f"{stem}{letter}" for letter in "bcdefghijklmnopqrstuvwxyz")]
    for key in keys[1:] if f"{stem}a" in taken else keys:
        if key not in taken:
            return key
    message = f"all keys from {stem} to {stem}z are taken"
    raise NoKeyError(message)


def guess_design(types: Iterable[str], said_by: str = "PubMed's publication types") -> tuple[Design, str | None]:
    """The design that publication types suggest, and the sentence that says it is a guess.

    Examples
    --------
    >>> guess_design(["Journal Article", "Randomized Controlled Trial"])
    (<Design.RANDOMIZED_TRIAL: ...>, "guessed from PubMed's publication types (Randomized Controlled Trial)")
    >>> guess_design(["Journal Article"])
    (<Design.UNKNOWN: 'unknown'>, None)
    """
    known = [name for name in types if name not in _SAY_NOTHING and not _SUPPORT.match(name)]
    design = next((design for name, design in DESIGNS.items() if name in known), Design.UNKNOWN)
    if design is not Design.UNKNOWN:
        return design, f"guessed from {said_by} ({', '.join(known)})"
    return design, f"{said_by} ({', '.join(known)}) do not say which design it was" if known else None


def propose(title: str | None, mesh: Iterable[str], terms: Iterable[Term]) -> tuple[Proposal, ...]:
    """Terms that a MeSH heading or words of the title name exactly; of a term and a broader one only the narrower.

    Examples
    --------
    >>> from kb.model import Condition
    >>> elbow = Condition(
    ...     id="lateral-epicondylitis",
    ...     label="Lateral epicondylitis",
    ...     patient_label="Tennis elbow",
    ...     synonyms=("tennis elbow",),
    ...     broader=(),
    ...     mesh="Tennis Elbow",
    ...     icd10cm=None,
    ... )
    >>> [str(p) for p in propose("Shock waves for lateral epicondylitis: a trial", ["Tennis Elbow"], [elbow])]
    ["lateral-epicondylitis (MeSH heading 'Tennis Elbow')"]
    """
    terms = list(terms)
    found: dict[str, Proposal] = {}
    for proposal in (*_by_mesh(mesh, terms), *_by_title(title, terms)):
        found.setdefault(proposal.term, proposal)
    broader = {term.id: term.broader for term in terms}
    above = {upper for term in found for upper in _above(term, broader)}
    return tuple(proposal for term, proposal in found.items() if term not in above)


def propose_all(
    title: str | None,
    mesh: Iterable[str],
    conditions: Mapping[str, Condition],
    interventions: Mapping[str, Intervention],
) -> Proposals:
    """Conditions and interventions that a title and MeSH headings name (see `propose`)."""
    mesh = tuple(mesh)
    found = propose(title, mesh, interventions.values())
    controls = tuple(p for p in found if interventions[p.term].kind is InterventionKind.CONTROL)
    named = tuple(p for p in found if p not in controls)
    return Proposals(propose(title, mesh, conditions.values()), named, controls)


def _by_mesh(mesh: Iterable[str], terms: list[Term]) -> Iterator[Proposal]:
    headings = {term.mesh.casefold(): term.id for term in reversed(terms) if term.mesh}
    labels = {fold(name): term.id for term in reversed(terms) for name in (term.label, *term.synonyms)}
    for heading in mesh:
        straight = " ".join(reversed(heading.split(", "))) if heading.count(", ") == 1 else heading
        term = headings.get(heading.casefold()) or labels.get(fold(heading)) or labels.get(fold(straight))
        if term:
            yield Proposal(term, heading, "MeSH heading")


def _by_title(title: str | None, terms: list[Term]) -> Iterator[Proposal]:
    """Longest names first; words that one name took are not taken by another."""
    words = re.findall(r"[^\W_]+(?:['’][^\W_]+)?", title or "")
    folded = [fold(word) for word in words]
    names = [(fold(name).split(), name, term.id) for term in terms for name in (term.label, *term.synonyms)]
    free = [True] * len(words)
    for parts, name, term in sorted(names, key=lambda item: -len(" ".join(item[0]))):
        for start in range(len(words) - len(parts) + 1):
            end = start + len(parts)
            if not parts or folded[start:end] != parts or not all(free[start:end]):
                continue
            if len(parts) == 1 and not (
                words[start] == name.strip() if name.isupper() else len(parts[0]) >= _SHORTEST_WORD
            ):
                continue
            free[start:end] = [False] * len(parts)
            yield Proposal(term, " ".join(words[start:end]), "title")


def _above(term: str, broader: Mapping[str, tuple[str, ...]]) -> set[str]:
    found: set[str] = set()
    waiting = list(broader.get(term, ()))
    while waiting:
        upper = waiting.pop()
        if upper not in found:
            found.add(upper)
            waiting += broader.get(upper, ())
    return found


def new_study(
    reference: Reference,
    source: Source,
    proposals: Proposals,
    *,
    types: Iterable[str] = (),
    said_by: str = "PubMed's publication types",
    notices: Iterable[str] = (),
    unlisted: bool = False,
) -> Study:
    """A study file with what is known, and what a person must fill in, in order, under ``to_check``.

    Parameters
    ----------
    reference
        Its bibliographic identity.
    source
        Where that was read.
    proposals
        Terms; controls are only named, since which group was the comparator is for a reader to say.
    types, said_by
        Publication types, and whose they are.
    notices
        What is known to have become of it; stands first.
    unlisted
        Whether PubMed does not list it, so that the publication types belong into the file.
    """
    types = tuple(types)
    design, detail = guess_design(types, said_by)
    return Study(
        key=reference.key,
        design=design,
        design_detail=detail,
        n_participants=None,
        n_studies=None,
        population=None,
        populations=(),
        conditions=_reported(proposals.conditions),
        interventions=_reported(proposals.interventions),
        comparator=None,
        follow_up=None,
        conclusion=None,
        funding_or_conflicts=None,
        publication_types=types if unlisted and types else None,
        sources=(source,),
        verification=Verification.UNVERIFIED,
        to_check=(*notices, *_identity(reference), *_to_fill_in(design, proposals)),
    )


def _reported(proposals: tuple[Proposal, ...]) -> tuple[AsReported, ...]:
    return tuple(AsReported(text=proposal.text, terms=(proposal.term,)) for proposal in proposals)


def _identity(reference: Reference) -> Iterator[str]:
    gaps = [name for name in reference.missing if name != "pmid or doi"]
    if gaps:
        yield f"bibliography: {', '.join(gaps)} not known"


def _to_fill_in(design: Design, proposals: Proposals) -> Iterator[str]:
    if design is Design.UNKNOWN:
        yield "design: not known; read the methods and choose one"
    else:
        yield f"design: '{design.words}' is a guess; read the methods, then write design_detail in your own words"
    is_review = design in _REVIEWS
    if is_review:
        yield "n_studies, and n_participants in all of them"
    elif design not in _UNREAD:
        yield "n_participants: how many took part"
    yield "population and populations: who was studied, and the terms for them"
    yield f"conditions: {_proposed(proposals.conditions)}"
    yield f"interventions (or exposures, tests): {_proposed(proposals.interventions)}"
    controls = ", ".join(map(str, proposals.controls))
    named = f"; named in its index or title: {controls}" if controls else ""
    yield f"comparator and follow_up{named}"
    yield "findings: one for each result, with estimate, interval, numbers and direction, and where it was read"
    yield "conclusion and limitations, in your own words; funding_or_conflicts"
    yield "sources: add the pages that were read; then set verification, and take out what is done here"


def _proposed(proposals: tuple[Proposal, ...]) -> str:
    if not proposals:
        return "none proposed; name them and give their terms"
    return f"proposed by exact match only: {', '.join(map(str, proposals))}; confirm, mend, add"
