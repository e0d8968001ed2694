"""What somebody looks at in the explorer: the filters, and what they are called."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from rapidfuzz import process

from kb.model import CertaintyLevel, Design
from kb.problems import KbError

if TYPE_CHECKING:
    from kb.base import Base
    from kb.model import Corpus

TERMS = ("condition", "intervention", "outcome", "population")
"""Filters that are terms of the vocabulary; narrower ones are included."""
NOT_RATED = "not-rated"
"""The certainty of an estimate that nobody and no rule rated."""
_LEVELS = (*(level.value for level in CertaintyLevel), NOT_RATED)
_LONGEST = 140
"""Characters of a file name before it is cut and told apart by a digest."""


@dataclass(frozen=True, slots=True)
class View:
    """The filters of a view; None is any.

    Parameters
    ----------
    condition, intervention, outcome, population
        Ids of terms, narrower ones included; an intervention counts on either side of a comparison.
    design
        A :class:`kb.model.Design`.
    certainty
        Of the estimate that rests on a finding: a :class:`kb.model.CertaintyLevel`, or ``not-rated``.
    years_from, years_to
        Of publication, both included; a study of unknown year fits neither.
    study, post
        Key and slug: only that study, only the studies that the post cites or its claims rest on.

    Examples
    --------
    >>> View(condition="gout", years_from=2015).as_dict()
    {'condition': 'gout', 'years_from': 2015}
    """

    condition: str | None = None
    intervention: str | None = None
    outcome: str | None = None
    population: str | None = None
    design: str | None = None
    certainty: str | None = None
    years_from: int | None = None
    years_to: int | None = None
    study: str | None = None
    post: str | None = None

    def as_dict(self) -> dict[str, str | int]:
        """Plain data, without what is left open."""
        return {name: value for name in NAMES if (value := getattr(self, name)) is not None}

    def without(self, *names: str) -> View:
        """The same with some filters left open."""
        return replace(self, **dict.fromkeys(names))

    @property
    def terms(self) -> dict[str, str]:
        """The terms that are chosen, by noun."""
        return {noun: value for noun in TERMS if (value := getattr(self, noun)) is not None}


NAMES = tuple(field.name for field in fields(View))


def view_of(base: Base, given: Mapping[str, Any]) -> View:
    """A view from what a person or a notebook gave: ids completed, labels and synonyms understood, empty is any.

    Parameters
    ----------
    base
        The evidence.
    given
        Values by name, see :class:`View`.

    Raises
    ------
    UnknownIdError
        When there is no such term, study or post; it names the nearest.
    KbError
        When there is no such filter, design, certainty or year.

    Examples
    --------
    >>> import kb
    >>> view_of(kb.open(), {"condition": "tennis elbow", "design": "", "years_from": 0})
    View(condition='lateral-epicondylitis', intervention=None, ...)
    """
    made: dict[str, Any] = {}
    for name, value in given.items():
        if name not in NAMES:
            raise KbError(f"no filter '{name}'{_near(name, NAMES)}")
        if value is None or value in {"", 0}:
            continue
        if name.startswith("years"):
            made[name] = _year(name, value)
        elif name in {"design", "certainty"}:
            known = [each.value for each in Design] if name == "design" else list(_LEVELS)
            made[name] = _one_of(name, str(value), known)
        else:
            made[name] = base.resolve(str(value), name).id
    view = View(**made)
    if view.years_from and view.years_to and view.years_from > view.years_to:
        raise KbError(f"years from {view.years_from} to {view.years_to}: the first is after the last")
    return view


def _year(name: str, value: object) -> int:
    if isinstance(value, bool) or not re.fullmatch(r"\d{4}", str(value)):
        raise KbError(f"{name} takes a year such as 2015, got {value!r}")
    return int(str(value))


def _one_of(name: str, value: str, known: list[str]) -> str:
    wanted = value.strip().casefold().replace(" ", "-")
    if wanted not in known:
        raise KbError(f"no {name} '{value}'{_near(wanted, known)}")
    return wanted


def _near(value: str, known: tuple[str, ...] | list[str]) -> str:
    near = process.extractOne(value, list(known), score_cutoff=60)
    return f": did you mean '{near[0]}'?" if near else f"; there are: {', '.join(known)}"


def level_words(level: str) -> str:
    """A certainty as a reader sees it.

    Examples
    --------
    >>> level_words("very-low")
    'very low'
    """
    return level.replace("-", " ")


def value_words(corpus: Corpus, name: str, value: str | int) -> str:
    """What a filter's value is called."""
    if name in TERMS:
        return corpus.vocabulary(f"{name}s")[str(value)].label
    if name == "design":
        return Design(str(value)).words
    if name == "certainty":
        return level_words(str(value))
    if name == "post":
        return corpus.posts[str(value)].title
    if name == "study":
        from kb.tables import study_label

        return study_label(corpus, str(value))
    return str(value)


def words(corpus: Corpus, view: View) -> str:
    """The view in words.

    Examples
    --------
    >>> import kb
    >>> words(kb.open().corpus, View(condition="lateral-epicondylitis", years_from=2015))
    'Condition: Lateral epicondylitis; years: from 2015'
    >>> words(kb.open().corpus, View())
    'Everything in the base'
    """
    told = [
        f"{name}: {value_words(corpus, name, value)}"
        for name, value in view.as_dict().items()
        if not name.startswith("years")
    ]
    if view.years_from or view.years_to:
        start = f"from {view.years_from}" if view.years_from else ""
        end = f"to {view.years_to}" if view.years_to else ""
        told.append(f"years: {' '.join(filter(None, (start, end)))}")
    joined = "; ".join(told) or "everything in the base"
    return joined[:1].upper() + joined[1:]


def file_name(view: View) -> str:
    """A readable name for the report on a view; two views never share one.

    Examples
    --------
    >>> file_name(View(condition="gout", years_from=2015))
    'report--condition-gout--years-from-2015.ipynb'
    >>> file_name(View())
    'report--everything.ipynb'
    """
    parts = [re.sub(r"[^A-Za-z0-9.-]+", "-", f"{name}-{value}") for name, value in view.as_dict().items()]
    name = "--".join(["report", *(parts or ["everything"])])
    if len(name) > _LONGEST:
        digest = hashlib.sha256(name.encode()).hexdigest()[:10]
        name = f"{name[:_LONGEST].rstrip('-')}--{digest}"
    return f"{name}.ipynb"
