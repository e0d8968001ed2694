"""Posts: citations as published, claims in our own words, verdicts."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from pydantic import Field, StrictInt, StrictStr

from kb.model.kinds import Bearing, ClaimDirection, Relation, Wording
from kb.model.noun import Id, Key, Noun, Sha256, Text


class Locator(Noun):
    """Where a statement stands: the hash of its normalised sentence (see :mod:`kb.text`)."""

    sha256: Sha256


class AsPublished(Noun):
    """A citation as the post printed it; None where the post gives nothing."""

    authors: Text | None = None
    year: StrictInt | None = None
    title: Text | None = None
    journal: Text | None = None
    volume: Text | None = None
    pages: Text | None = None
    link: Text | None = None


class Citation(Noun):
    """One place where a post points at a study."""

    id: Annotated[StrictStr, Field(pattern=r"^r[0-9]{2}$")]
    study: Key | None
    as_published: AsPublished
    locator: Locator


class Evidence(Noun):
    """How one study bears on a claim."""

    study: Key | None
    citation: Annotated[StrictStr, Field(pattern=r"^r[0-9]{2}$")] | None = None
    bearing: Bearing
    relation: Relation
    reason: Text


class Verdict(Noun):
    """The judgement of a claim as a whole, and who or what made it."""

    bearing: Bearing
    reason: Text
    basis: Text
    reviewed_by: Text | None = None
    reviewed_on: dt.date | None = None


class Claim(Noun):
    """One statement that a post makes about evidence, in our own words."""

    id: Annotated[StrictStr, Field(pattern=r"^c[0-9]{2}$")]
    statement: Text
    populations: tuple[Id, ...]
    conditions: tuple[Id, ...]
    interventions: tuple[Id, ...]
    comparators: tuple[Id, ...]
    outcomes: tuple[Id, ...]
    direction: ClaimDirection
    magnitude: Text | None
    wording: Wording
    evidence: tuple[Evidence, ...]
    verdict: Verdict
    locator: Locator


class Topics(Noun):
    """Every condition, intervention and training advice that the post names."""

    conditions: tuple[Id, ...]
    interventions: tuple[Id, ...]


class Post(Noun):
    """A published page: what it cites, as published, and what it claims."""

    slug: Id
    kind: Annotated[StrictStr, Field(pattern="^(post|page)$")]
    url: Text | None
    title: Text
    date: dt.date | None
    topics: Topics
    citations: tuple[Citation, ...]
    claims: tuple[Claim, ...]
