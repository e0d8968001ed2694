"""How certainty is made and claims are judged, from the rules themselves: their constants, docstrings and tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from types import ModuleType
from typing import TYPE_CHECKING

from kb.appraisal import certainty, level, tools
from kb.citations.rules import RULES as CITATION_RULES
from kb.claims.rules import RULES as CLAIM_RULES
from kb.model import Bearing, Design, Verification
from kb.notebook.html import count, escape, listing
from kb.notebook.sections import verdict_words
from kb.site.copies import markdown
from kb.site.page import Page
from kb.site.told import constants_of, prose_of, steps_of
from kb.synthesis import comparable, pool

if TYPE_CHECKING:
    from kb.base import Base
    from kb.citations.flag import Rule

_STEPS = ("_bias", "_inconsistency", "_indirectness", "_imprecision", "_publication")
"""The functions that grade down, in the order in which they speak."""

_SHOWN = {
    Verification.VERIFIED: "verified; every recorded number was seen in the source",
    Verification.PARTLY: "verified in part; the rest is unknown or has still to be checked",
    Verification.UNVERIFIED: "not verified; nothing of the study could be seen, and no number of it is recorded",
}
_NAMES = {
    "bias": "risk of bias",
    "publication": "publication bias",
    "enough people": "enough participants",
    "few people": "very few participants",
    "substantial": "substantial inconsistency",
    "few for egger": "too few for Egger's test",
    "asymmetry": "asymmetry of the funnel",
    "large": "large effect",
    "very large": "very large effect",
}
"""What readers call the rules and their numbers."""
_CURATED = "The entry of this sentence in evidence/posts says"


def method_page(base: Base) -> Page:
    """The page of the method."""
    sections = (
        ("reading", "What was read, and who judged it", _reading(base)),
        ("certainty", "Certainty of the evidence (GRADE)", _certainty()),
        ("levels", "Level of evidence (OCEBM)", _levels()),
        ("bias", "Risk of bias", _bias(base)),
        ("comparable", "What may be compared and pooled", _pooling()),
        ("claims", "How claims are judged", _claims(base)),
        ("citations", "How citations are checked", _rules(CITATION_RULES, "Rules about citations")),
    )
    body = "\n".join(
        f'<section>\n<h2 id="{anchor}">{heading}</h2>\n{content}\n</section>' for anchor, heading, content in sections
    )
    return Page(
        name="method",
        title="Method",
        description="How certainty is made: the GRADE rules with their numbers and sources, levels of evidence, what "
        "may be pooled, and how claims and citations are judged, by rule or by a person.",
        body='<p class="kb-lede">How certainty is made, what may be pooled, and how claims and citations are judged: '
        f"the rules that made these pages, each with its numbers and its source.</p>\n{body}",
        headings=tuple((anchor, heading) for anchor, heading, _ in sections),
    )


def _reading(base: Base) -> str:
    studies = base.corpus.studies.values()
    verified = Counter(study.verification for study in studies)
    claims = [claim for post in base.corpus.posts.values() for claim in post.claims]
    reviewed = sum(1 for claim in claims if claim.verdict.reviewed_by)
    seen = [f"{count(verified[kind], 'study', 'studies')} {_SHOWN[kind]}" for kind in Verification]
    return (
        "<p>Studies were read in their abstracts and open pages, and each number says where it was read. What nobody "
        "has seen is unknown and shown so, never a guess.</p>\n"
        f"{listing(seen)}\n"
        "<p>Each judgement says who or what made it: a rule, the curator (not reviewed by anybody else), or a named "
        "person who reviewed it.</p>\n"
        f"<p>Reviewed by a named person so far: {reviewed} of {count(len(claims), 'claim')}. Certainty that a person "
        f"gave in place of the rules: {count(len(base.corpus.certainty), 'question')}.</p>"
    )


def _certainty() -> str:
    steps = [(escape(_NAMES.get(name, name)), escape(said)) for name, said in steps_of(certainty, _STEPS)]
    limits = [(escape(_NAMES.get(name, name)), value, escape(said)) for name, value, said in constants_of(certainty)]
    return "\n".join(
        [
            _prose(certainty),
            table("What grades down", ("domain", "rule"), steps),
            table("Numbers of the rules", ("name", "value", "where it comes from"), limits),
        ]
    )


def _levels() -> str:
    questions = list(level.Question)
    rows = []
    for design in Design:
        found = [level.level(design, question) for question in questions]
        if any(one.level is not None for one in found):
            cells = ["no level" if one.level is None else str(one.level) for one in found]
            rows.append((escape(design.words), *cells))
    columns = ("design", *(question.value for question in questions))
    return f"{_prose(level)}\n{table('Level of each design for each question, 1 the highest', columns, rows)}"


def _bias(base: Base) -> str:
    judged = sum(1 for study in base.corpus.studies.values() if study.risk_of_bias)
    rows = [(escape(tool.name), escape(tool.source)) for tool in tools.load().values()]
    return (
        "<p>Risk of bias is what a person or a named organisation judged with a published tool; no rule makes one up, "
        "and what nobody judged is unknown, never low. Studies with a judgement: "
        f"{judged} of {len(base.corpus.studies)}.</p>\n"
        f"{table('Tools', ('tool', 'source'), rows)}"
    )


def _pooling() -> str:
    kept_out = [(escape(kind.value.replace("-", " ")), escape(why)) for kind, why in comparable.NOT_POOLED.items()]
    return "\n".join(
        [
            _prose(comparable),
            table("Comparisons that are not pooled", ("compared with", "why"), kept_out),
            "<h3>How estimates are pooled</h3>",
            _prose(pool),
        ]
    )


def _claims(base: Base) -> str:
    verdicts = Counter(claim.verdict.bearing for post in base.corpus.posts.values() for claim in post.claims)
    told = [f"{escape(verdict_words(bearing))}: {verdicts[bearing]}" for bearing in Bearing]
    return (
        "<p>A claim is told in our own words and set beside the studies that bear on it. Its verdict is one of these, "
        f"here with their number:</p>\n{listing(told)}\n<p>Sentences of a draft are also read by rules:</p>\n"
        f"{_rules(CLAIM_RULES, 'Rules about claims')}"
    )


def _rules(rules: Mapping[str, Rule], caption: str) -> str:
    rows = [
        (escape(rule.title), f"<code>{escape(rule.id)}</code>", escape(rule.severity.value), escape(_about(rule)))
        for rule in rules.values()
    ]
    return table(caption, ("rule", "id", "severity", "what it compares, and when it is silent"), rows)


def _about(rule: Rule) -> str:
    """What a rule compares, for somebody who reads the pages and not the files."""
    return rule.about.replace(_CURATED, "The curator judged")


def _prose(module: ModuleType) -> str:
    return markdown(prose_of(module))


def table(caption: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of HTML cells under plain columns; on a phone each row becomes a card."""
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in columns)
    body = "".join(
        f'<tr><th scope="row">{row[0]}</th>'
        + "".join(f'<td data-label="{escape(n)}">{c}</td>' for n, c in zip(columns[1:], row[1:], strict=True))
        + "</tr>\n"
        for row in rows
    )
    return (
        f'<table class="kb-data kb-cards">\n<caption>{escape(caption)}</caption>\n<thead><tr>{head}</tr></thead>\n'
        f"<tbody>\n{body}</tbody>\n</table>"
    )
