"""Statements and studies made by hand for the tests of the judge; the vocabulary is the real one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kb import graph as graphs
from kb.citations.resolution import Confidence
from kb.claims.judge import Judge
from kb.claims.says import Bound, NumberRole, Said, SaidNumber, Says
from kb.model import ClaimDirection, Design, Direction, Finding, Measure, Reference, Study, Verification

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from kb.citations.flag import Flag
    from kb.model import Corpus
    from kb.pubmed.notices import Notice

KINDS = ("populations", "conditions", "interventions", "outcomes")


def finding(number: int = 1, **known: Any) -> Finding:
    """A finding: focused shockwave against sham for pain in plantar fasciitis, unless told otherwise."""
    plain: dict[str, Any] = {
        "id": f"f{number:02}",
        "as_reported": "pain at rest",
        "populations": ("adults",),
        "conditions": ("plantar-fasciitis",),
        "interventions": ("focused-shockwave",),
        "comparators": ("sham-shockwave",),
        "outcomes": ("pain-vas",),
        "timepoint": "12 weeks",
        "measure": Measure.MD,
        "unit": "points (0-10)",
        "estimate": -1.5,
        "ci_low": -2.0,
        "ci_high": -1.0,
        "p": None,
        "direction": Direction.INTERVENTION,
    }
    return Finding(**{**plain, **known})


def study(key: str = "fox2020", *findings: Finding, **known: Any) -> Study:
    """A verified trial of 80 adults with plantar fasciitis, unless told otherwise."""
    shown = findings or (finding(),)
    conditions = tuple(dict.fromkeys(term for one in shown for term in one.conditions))
    interventions = tuple(dict.fromkeys(term for one in shown for term in one.interventions))
    plain: dict[str, Any] = {
        "key": key,
        "design": Design.RANDOMIZED_TRIAL,
        "n_participants": 80,
        "n_studies": None,
        "population": None,
        "populations": ("adults",),
        "conditions": ({"text": "as the paper says", "terms": conditions},),
        "interventions": ({"text": "as the paper says", "terms": interventions},),
        "comparator": None,
        "follow_up": None,
        "conclusion": None,
        "funding_or_conflicts": None,
        "findings": shown,
        "verification": Verification.VERIFIED,
    }
    return Study(**{**plain, **known})


def with_studies(corpus: Corpus, *studies: Study) -> Corpus:
    """The vocabulary of a corpus with these studies and nothing else."""
    references = {
        one.key: Reference(key=one.key, entry_type="article", author=(f"{one.key[:3].title()}, A.",), year=2020)
        for one in studies
    }
    return replace(corpus, studies={one.key: one for one in studies}, references=references, posts={})


def says(text: str, **known: Any) -> Says:
    """A statement; terms are given as ``{id: words}`` and found in the text, so that their places are right."""
    for kind in KINDS:
        terms = known.get(kind, {})
        known[kind] = tuple(
            Said(identifier, words, text.index(words), text.index(words) + len(words))
            for identifier, words in terms.items()
        )
    known.setdefault("direction", ClaimDirection.BENEFIT)
    return Says(text, **known)


def number(role: NumberRole, value: float, bound: Bound = Bound.EXACT, **known: Any) -> SaidNumber:
    """A number of a statement."""
    unit = "%" if role in {NumberRole.CHANGE, NumberRole.PERCENT} else ""
    return SaidNumber(role, value, unit, bound, known.pop("start", 0), known.pop("end", 1), **known)


def judged(
    corpus: Corpus,
    statement: Says,
    studies: Sequence[Study],
    *,
    others: Sequence[Study] = (),
    sure: Confidence = Confidence.CERTAIN,
    subject: Says | None = None,
    mentioned: Collection[str] = (),
    notices: Mapping[str, Iterable[Notice]] | None = None,
) -> list[Flag]:
    """Flags of a statement that is tied to some studies of a base that also holds others."""
    known = with_studies(corpus, *studies, *others)
    judge = Judge(known, graphs.build(known), notices or {})
    return judge.statement(statement, [(one.key, sure) for one in studies], subject=subject, mentioned=mentioned)


def rules(flags: Sequence[Flag]) -> list[str]:
    """Rule ids of flags."""
    return [flag.rule for flag in flags]
