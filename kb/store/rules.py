"""What must hold across evidence files, and inside numbers, beyond the shape of each file."""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from kb.model import VOCABULARIES, CertaintyReview, Corpus, Finding, Measure, Reference, Study
from kb.store import pages
from kb.store.bibtex import FILE as BIBLIOGRAPHY
from kb.store.schema import Found

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from kb.model import Noun, Post, Term

Placed = tuple[str, Found]

WARNINGS = frozenset({"unused-study", "year-differs"})
"""Problems that do not keep the evidence from being used; `kb validate` exits 1 for them all the same."""

CERTAINTY = "certainty.yaml"
"""Where people overrule a certainty; the file may be missing."""

_IDENTIFIERS = {
    "pmid": (re.compile(r"[1-9][0-9]{0,7}"), "A PMID is 1 to 8 digits."),
    "pmcid": (re.compile(r"PMC[1-9][0-9]{0,8}"), "A PMCID is 'PMC' and digits."),
    "doi": (re.compile(r"10\.[0-9]{4,9}/\S+"), "A DOI starts with '10.'; give it without https://doi.org/."),
}
_RATIOS = {m for m in Measure if m.null_value == 1.0}
_PRINTED_YEAR = re.compile(r"[12][0-9]{3}")
_FIRST_YEAR = 1665
"""The first scientific journal; an earlier year is a typing error."""


class Known(NamedTuple):
    """Keys that exist as files or entries, also where their content could not be read."""

    studies: Collection[str]
    references: Collection[str]


def check(corpus: Corpus, known: Known) -> Iterator[Placed]:
    """Yield (file, problem) for everything that breaks a rule."""
    for name in VOCABULARIES:
        yield from _vocabulary(name, corpus.vocabulary(name))
    yield from _bibliography(corpus.references, known)
    terms = _TermChecker(corpus)
    for study in corpus.studies.values():
        for found in _study(study, terms, known):
            yield f"studies/{study.key}.yaml", found
    for slug, post in corpus.posts.items():
        for found in _post(post, terms, known):
            yield f"posts/{slug}.yaml", found
    for index, review in enumerate(corpus.certainty):
        for found in _certainty(index, review, terms):
            yield CERTAINTY, found
    yield from pages.check(corpus, known.studies)
    yield from _unused(corpus, known)


class _TermChecker:
    """Looks ids up in a vocabulary and names the nearest one."""

    def __init__(self, corpus: Corpus) -> None:
        self._terms: dict[str, Mapping[str, Term]] = {name: corpus.vocabulary(name) for name in VOCABULARIES}
        self._terms["comparators"] = corpus.interventions

    def __call__(self, name: str, ids: Iterable[str], loc: tuple[str | int, ...]) -> Iterator[Found]:
        terms = self._terms[name]
        seen: set[str] = set()
        for index, term in enumerate(ids):
            if term in seen:
                yield Found((*loc, index), "duplicate-term", f"'{term}' is named twice", "Name it once.")
            seen.add(term)
            if term not in terms:
                noun = name.removesuffix("s")
                yield Found((*loc, index), "unknown-term", f"no {noun} '{term}'", _advice(term, terms, name))


def _advice(given: str, existing: Iterable[str], name: str) -> str:
    near = difflib.get_close_matches(given, list(existing), n=1)
    where = "interventions" if name == "comparators" else name
    return f"Did you mean '{near[0]}'?" if near else f"Add it to vocabulary/{where}.yaml or use an existing term."


def _vocabulary(name: str, terms: Mapping[str, Term]) -> Iterator[Placed]:
    path = f"vocabulary/{name}.yaml"
    owner: dict[str, str] = {}
    for index, term in enumerate(terms.values()):
        names = [("label", term.label), *(("synonyms", synonym) for synonym in term.synonyms)]
        for place, label in names:
            other = owner.setdefault(label.casefold(), term.id)
            if other != term.id:
                found = f"'{label}' already names '{other}'"
                yield path, Found((index, place), "duplicate-label", found, "A name belongs to one term.")
        for position, parent in enumerate(term.broader):
            if parent not in terms:
                yield (
                    path,
                    Found(
                        (index, "broader", position),
                        "unknown-term",
                        f"no term '{parent}'",
                        _advice(parent, terms, name),
                    ),
                )
    order = list(terms)
    for circle in _circles(terms):
        found = f"broader terms run in a circle: {' > '.join([*circle, circle[0]])}"
        loc = (order.index(circle[0]), "broader")
        yield path, Found(loc, "broader-circle", found, "Cut one of the links.")


def _circles(terms: Mapping[str, Term]) -> Iterator[list[str]]:
    """Each circle of broader terms once, found by a depth-first walk without recursion."""
    done: set[str] = set()
    for start in terms:
        trail: list[str] = []
        stack: list[tuple[str, bool]] = [(start, True)]
        while stack:
            term, entering = stack.pop()
            if not entering:
                trail.pop()
                done.add(term)
            elif term in trail:
                yield trail[trail.index(term) :]
            elif term not in done and term in terms:
                trail.append(term)
                stack.append((term, False))
                stack += [(parent, True) for parent in terms[term].broader]


def _bibliography(references: Mapping[str, Reference], known: Known) -> Iterator[Placed]:
    owner: dict[tuple[str, str], str] = {}
    this_year = dt.datetime.now(dt.UTC).year
    for reference in references.values():
        loc = (reference.key,)
        for name, (pattern, advice) in _IDENTIFIERS.items():
            value = getattr(reference, name)
            if value is None:
                continue
            if not pattern.fullmatch(value):
                yield BIBLIOGRAPHY, Found(loc, f"invalid-{name}", f"{reference.key}: {name} is '{value}'", advice)
            other = owner.setdefault((name, value.casefold()), reference.key)
            if other != reference.key:
                found = f"{reference.key}: {name} {value} is also that of '{other}'"
                yield BIBLIOGRAPHY, Found(loc, "duplicate-identifier", found, "One of the two is wrong or double.")
        if reference.year is not None and not _FIRST_YEAR <= reference.year <= this_year + 1:
            found = f"{reference.key}: the year is {reference.year}"
            yield BIBLIOGRAPHY, Found(loc, "invalid-year", found, "Give the year of publication.")
        in_key = _PRINTED_YEAR.search(reference.key)
        if reference.year is not None and in_key and int(in_key[0]) != reference.year:
            found = f"the key '{reference.key}' does not carry the year {reference.year}"
            yield BIBLIOGRAPHY, Found(loc, "year-differs", found, "Keys follow firstauthorYYYY.")
        if reference.key not in known.studies:
            found = f"'{reference.key}' has no file in studies/"
            yield BIBLIOGRAPHY, Found(loc, "no-study", found, f"Write studies/{reference.key}.yaml.")


def _study(study: Study, terms: _TermChecker, known: Known) -> Iterator[Found]:
    if study.key not in known.references:
        found = f"'{study.key}' has no entry in {BIBLIOGRAPHY}"
        yield Found(("key",), "no-reference", found, "Add the entry.")
    yield from terms("populations", study.populations, ("populations",))
    for name in ("conditions", "interventions"):
        for index, entry in enumerate(getattr(study, name)):
            yield from terms(name, entry.terms, (name, index, "terms"))
    yield from _repeated(study.findings, "findings")
    yield from _repeated(study.sources, "sources")
    sources = {source.id for source in study.sources}
    for index, finding in enumerate(study.findings):
        loc = ("findings", index)
        for name in ("populations", "conditions", "interventions", "comparators", "outcomes"):
            yield from terms(name, getattr(finding, name), (*loc, name))
        for source in finding.read_in:
            if source not in sources:
                found = f"the study has no source '{source}'"
                yield Found((*loc, "read_in"), "unknown-source", found, "List it under sources.")
        for field, rule, message, advice in _numbers(finding):
            yield Found((*loc, *field), rule, f"{finding.id}: {message}", advice)


def _certainty(index: int, review: CertaintyReview, terms: _TermChecker) -> Iterator[Found]:
    for name in ("condition", "intervention", "outcome"):
        yield from terms(f"{name}s", [getattr(review, name)], (index, name))
    if review.comparator:
        yield from terms("comparators", [review.comparator], (index, "comparator"))


def _numbers(finding: Finding) -> Iterator[tuple[tuple[str | int, ...], str, str, str]]:
    low, high, estimate = finding.ci_low, finding.ci_high, finding.estimate
    if low is not None and high is not None and low > high:
        yield ("ci_low",), "reversed-interval", f"the interval runs from {low} to {high}", "Swap the two limits."
    elif estimate is not None and ((low is not None and estimate < low) or (high is not None and estimate > high)):
        shown = f"the estimate {estimate} lies outside its interval {low} to {high}"
        yield ("estimate",), "interval-without-estimate", shown, "Read the three numbers again in the source."
    for name, value in (("estimate", estimate), ("ci_low", low), ("ci_high", high)):
        if value is None:
            continue
        if finding.measure in _RATIOS and value < 0:
            yield (name,), "negative-ratio", f"a {finding.measure} of {value}", "A ratio is never negative."
        if finding.measure is Measure.PERCENT and not 0 <= value <= 100:
            advice = "A change in percent is 'percent-change', a difference of percentages 'RD'."
            yield (name,), "percent-range", f"{value} percent", advice
        if finding.measure is Measure.CORRELATION and not -1 <= value <= 1:
            yield (name,), "correlation-range", f"a correlation of {value}", "It lies between -1 and 1."
    has_values = any(arm.value is not None for arm in finding.arms)
    if has_values and finding.arm_statistic is None:
        yield ("arms",), "no-arm-statistic", "arms have values of an unnamed kind", "Say arm_statistic."
    for index, arm in enumerate(finding.arms):
        if finding.arm_statistic == "percent" and arm.value is not None and not 0 <= arm.value <= 100:
            yield ("arms", index, "value"), "percent-range", f"{arm.name}: {arm.value} percent", "Mend the number."
        if finding.arm_statistic == "events" and None not in (arm.n, arm.value) and arm.value > arm.n:  # type: ignore[operator]
            found = f"{arm.name}: {arm.value} events in {arm.n} people"
            yield ("arms", index, "value"), "events-over-n", found, "Mend one of the two; rates are 'rate'."


def _post(post: Post, terms: _TermChecker, known: Known) -> Iterator[Found]:
    yield from terms("conditions", post.topics.conditions, ("topics", "conditions"))
    yield from terms("interventions", post.topics.interventions, ("topics", "interventions"))
    yield from _repeated(post.citations, "citations")
    yield from _repeated(post.claims, "claims")
    citations = {citation.id: citation for citation in post.citations}
    for index, citation in enumerate(post.citations):
        yield from _key(citation.study, ("citations", index, "study"), known)
    for index, claim in enumerate(post.claims):
        loc = ("claims", index)
        for name in ("populations", "conditions", "interventions", "comparators", "outcomes"):
            yield from terms(name, getattr(claim, name), (*loc, name))
        if not claim.evidence:
            found = f"{claim.id} rests on nothing"
            yield Found((*loc, "evidence"), "no-evidence", found, "Name a study, or say with study: null why none.")
        for position, evidence in enumerate(claim.evidence):
            here = (*loc, "evidence", position)
            yield from _key(evidence.study, (*here, "study"), known)
            if evidence.citation is not None and evidence.citation not in citations:
                found = f"the post has no citation '{evidence.citation}'"
                yield Found((*here, "citation"), "unknown-citation", found, "Use the id of one of its citations.")
        if (claim.verdict.reviewed_by is None) != (claim.verdict.reviewed_on is None):
            found = f"{claim.id}: a review needs both a person and a date"
            yield Found((*loc, "verdict"), "half-review", found, "Give reviewed_by and reviewed_on, or neither.")


def _key(key: str | None, loc: tuple[str | int, ...], known: Known) -> Iterator[Found]:
    if key is not None and key not in known.studies:
        near = difflib.get_close_matches(key, list(known.studies), n=1)
        advice = f"Did you mean '{near[0]}'?" if near else f"Add the study or write studies/{key}.yaml."
        yield Found(loc, "unknown-key", f"no study '{key}'", advice)


def _repeated(items: Iterable[Noun], name: str) -> Iterator[Found]:
    items = list(items)
    counts = Counter(getattr(item, "id", "") for item in items)
    for index, item in enumerate(items):
        if counts[getattr(item, "id", "")] > 1:
            counts[getattr(item, "id", "")] = 0
            found = f"the id '{getattr(item, 'id', '')}' stands more than once in {name}"
            yield Found((name, index, "id"), "duplicate-id", found, "Give each its own id.")


def _unused(corpus: Corpus, known: Known) -> Iterator[Placed]:
    cited = {citation.study for post in corpus.posts.values() for citation in post.citations}
    bearing = {e.study for post in corpus.posts.values() for claim in post.claims for e in claim.evidence}
    unread = len(known.studies) > len(corpus.studies) + len(corpus.posts)
    if unread or not corpus.posts:
        return
    for key in corpus.studies:
        if key not in cited and key not in bearing:
            message = "no post cites it and it bears on no claim"
            advice = "Name it under evidence of the claim it bears on, or take it out."
            yield f"studies/{key}.yaml", Found(("key",), "unused-study", message, advice)
