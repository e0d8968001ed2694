"""What every export says of itself: title, licence, version, date of the evidence, how to cite, what it is not."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from kb.model import VOCABULARIES

if TYPE_CHECKING:
    from kb.base import Base

NAME = "kb-evidence"
TITLE = "Evidence base for sports and orthopaedic physical therapy"
LICENCE = "CC-BY-4.0"
LICENCE_TITLE = "Creative Commons Attribution 4.0 International"
LICENCE_URL = "https://creativecommons.org/licenses/by/4.0/"
DESCRIPTION = (
    "Studies that a physical therapy clinic's posts cite or are judged by: what was done, in whom, what was found with "
    "which interval, where each number was read, and what the posts claim of it."
)
CAUTION = (
    "Verdicts and numbers were curated from abstracts. A row is reviewed by a clinician only where it names the "
    "person. What is empty is unknown, never zero. A retracted study is marked; leave it out of every sum. "
    "This is not medical advice."
)
NAMESPACE = "urn:kb-evidence:"
"""Ids of things in RDF and FHIR begin with it; they name, they do not locate."""


@dataclass(frozen=True, slots=True)
class About:
    """The description of an export.

    Parameters
    ----------
    version
        Version of the package and the first twelve digits of ``digest``, e.g. ``0.1.0+evidence.0123456789ab``.
    digest
        SHA-256 of the content of the evidence, whatever its files look like.
    date
        The newest day on which a record was written down or a person judged something; None when there is none.
    """

    version: str
    digest: str
    date: dt.date | None

    @property
    def citation(self) -> str:
        """How to cite the data."""
        year = f" {self.date.year}." if self.date else ""
        return f"The kb-evidence authors. {TITLE}. Version {self.version}.{year}"

    @property
    def lines(self) -> tuple[str, ...]:
        """Title, version, date, licence and caution, a line each."""
        return (
            TITLE,
            f"Version: {self.version}",
            f"Date of the evidence: {self.date.isoformat() if self.date else 'unknown'}",
            f"Licence: {LICENCE_TITLE} ({LICENCE}), {LICENCE_URL}",
            f"Cite as: {self.citation}",
            CAUTION,
        )


def about(base: Base) -> About:
    """The description of a base: the same for the same evidence, on any machine and any day.

    Examples
    --------
    >>> import kb
    >>> told = about(kb.open())
    >>> told.version.split("+evidence.")[1] == told.digest[:12]
    True
    """
    digest = hashlib.sha256()
    for part in _content(base):
        digest.update(part.encode("utf-8", "surrogatepass"))
        digest.update(b"\0")
    found = digest.hexdigest()
    try:
        package = version(NAME)
    except PackageNotFoundError:
        package = "0"
    return About(f"{package}+evidence.{found[:12]}", found, max(_days(base), default=None))


def _content(base: Base) -> Iterator[str]:
    """The evidence as text, in order."""
    corpus = base.corpus
    for name in (*VOCABULARIES, "references", "studies", "posts"):
        yield name
        nouns = getattr(corpus, name)
        for key in sorted(nouns):
            yield key
            yield json.dumps(nouns[key].model_dump(mode="json"), sort_keys=True)
    yield "certainty"
    for review in corpus.certainty:
        yield json.dumps(review.model_dump(mode="json"), sort_keys=True)
    yield "pubmed"
    for pmid, entry in sorted(base.snapshot.items()):
        yield f"{pmid} {entry.source} {entry.date.isoformat()} {entry.record!r}"
    yield "notices"
    for key, notices in sorted(base.notices.items()):
        yield key + json.dumps([asdict(notice) for notice in notices], sort_keys=True)


def _days(base: Base) -> Iterator[dt.date]:
    """Days on which somebody wrote down, fetched or judged something."""
    corpus = base.corpus
    yield from (entry.date for entry in base.snapshot.values())
    yield from (review.on for review in corpus.certainty)
    yield from (bias.on for study in corpus.studies.values() for bias in study.risk_of_bias if bias.on)
    verdicts = (claim.verdict for post in corpus.posts.values() for claim in post.claims)
    yield from (verdict.reviewed_on for verdict in verdicts if verdict.reviewed_on)
