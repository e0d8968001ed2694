"""The data dictionary: every table of every export, each column with type, unit, allowed values, meaning and standard.

One source: the frames (:mod:`kb.frames`), SQLite, Parquet, XLSX, the Markdown beside them and the machine-readable
``datapackage.json`` all say what stands here, and a test holds it complete against the frames.
"""

from __future__ import annotations

from collections.abc import Mapping

from kb.exports.dictionary_answers import ANSWERS
from kb.exports.dictionary_findings import ARMS, CERTAINTY, FINDINGS, pico
from kb.exports.dictionary_studies import (
    BIAS,
    DIFFERENCES,
    DOMAINS,
    NOTES,
    NOTICES,
    RECORDS,
    REFERENCES,
    REPORTED,
    SOURCES,
    STUDIES,
)
from kb.exports.dictionary_terms import TERMS
from kb.exports.fields import Field, Resource, count, day, flag, text
from kb.model import Bearing, ClaimDirection, Relation, Wording

_POSTS = (
    Resource(
        "posts",
        "Posts",
        "One row a published page.",
        ("slug",),
        (
            text("slug", "Stable id.", required=True),
            text("kind", "A post of the blog or a page.", values=("post", "page"), required=True),
            text("url", "Address.", standard="URL"),
            text("title", "Title.", required=True),
            day("date", "Day of publication."),
            text("conditions", "Conditions that the post names.", many=True, refers="conditions"),
            text("interventions", "Interventions that the post names.", many=True, refers="interventions"),
            count("n_citations", "Citations of the post.", "citations", required=True),
            count("n_claims", "Claims of the post.", "claims", required=True),
        ),
        "title",
    ),
    Resource(
        "citations",
        "Citations",
        "One row a place where a post points at a study, as published; empty where the post gives nothing.",
        ("id",),
        (
            text("id", "Post and number of the citation.", required=True),
            text("post", "The post.", refers="posts", required=True),
            text("study", "The study that is meant; empty when nobody knows.", refers="studies"),
            text("authors", "Authors as printed."),
            count("year", "Year as printed.", "year"),
            text("title", "Title as printed."),
            text("journal", "Journal as printed."),
            text("volume", "Volume as printed."),
            text("pages", "Pages as printed."),
            text("link", "Link as printed."),
        ),
    ),
    Resource(
        "claims",
        "Claims",
        "One row a statement that a post makes about evidence, in our own words, with its verdict.",
        ("id",),
        (
            text("id", "Post and number of the claim.", required=True),
            text("post", "The post.", refers="posts", required=True),
            text("statement", "The statement in our own words.", required=True),
            *pico(),
            text("direction", "What kind of statement it is.", values=ClaimDirection, required=True),
            text("magnitude", "The size that is claimed."),
            text("wording", "How sure the post sounds.", values=Wording, required=True),
            text("studies", "Studies that bear on it.", many=True, refers="studies"),
            text("verdict", "How the claim stands to its studies.", values=Bearing, required=True),
            text("reason", "Why.", required=True),
            text("basis", "Who or what made the verdict.", required=True),
            text("reviewed_by", "The person who reviewed it; empty is not reviewed."),
            day("reviewed_on", "When it was reviewed."),
        ),
        "statement",
        ("statement", "reason"),
    ),
    Resource(
        "evidence",
        "Evidence for claims",
        "One row a study that bears on a claim, and how.",
        ("claim", "number"),
        (
            text("claim", "The claim.", refers="claims", required=True),
            Field("number", "integer", "Position within the claim, from 1.", required=True),
            text("post", "The post.", refers="posts", required=True),
            text("study", "The study; empty when the post cites what nobody could identify.", refers="studies"),
            text("citation", "The citation by which the post gives the study.", refers="citations"),
            text("bearing", "How the claim stands to this study.", values=Bearing, required=True),
            text("relation", "What the study does to the claim.", values=Relation, required=True),
            text("reason", "Why.", required=True),
            text("notice", "Alarms about the study; empty when none.", required=True),
            flag("retracted", "The study is retracted."),
        ),
    ),
)

RESOURCES: Mapping[str, Resource] = {
    resource.name: resource
    for resource in (
        STUDIES, REFERENCES, *TERMS, SOURCES, FINDINGS, ARMS, CERTAINTY, *_POSTS, REPORTED, NOTES, BIAS, DOMAINS,
        DIFFERENCES, RECORDS, NOTICES, ANSWERS,
    )
}  # fmt: skip
"""Every table by name; a table stands after those that it refers to, save risk of bias."""

FRAMES = (
    "studies", "findings", "arms", "conditions", "interventions", "outcomes", "populations", "posts", "claims",
    "evidence", "citations",
)  # fmt: skip
"""Tables that are frames of :class:`kb.base.Base`; the others exist in exports only."""
