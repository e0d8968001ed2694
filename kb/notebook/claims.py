"""What posts claim against what their studies found, and what contradicts it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from kb.model import Bearing, Relation
from kb.notebook.html import count, details, escape, listing, note, paragraph, tag, tally
from kb.notebook.sections import post_link, prose, study_link, verdict_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kb.base import Base
    from kb.model import Claim, Evidence

_OPEN_CLAIMS = 15
"""Claims up to which they are open when the page is."""
RELATIONS = {
    Relation.SUPPORTS: "supports it",
    Relation.QUALIFIES: "qualifies it",
    Relation.CONTRADICTS: "contradicts it",
    Relation.DOES_NOT_ADDRESS: "does not address it",
    Relation.UNCLEAR: "is unclear on it",
}
WORST_FIRST = (
    Bearing.MISATTRIBUTED,
    Bearing.NOT_SUPPORTED,
    Bearing.OVERSTATED,
    Bearing.UNCLEAR,
    Bearing.PARTLY,
    Bearing.SUPPORTED,
)


def claims(base: Base, ids: Sequence[str], up: str | None, *, name_post: bool = True) -> str:
    """Claims against what their studies found, worst verdict first when there are many."""
    if not ids:
        return paragraph("No post makes a claim about it." if name_post else "It makes no claim about research.")
    found = [claim_of(base, identifier) for identifier in ids]
    verdicts = Counter(verdict_words(claim.verdict.bearing) for _, claim in found)
    bases = Counter(claim.verdict.basis for _, claim in found if not claim.verdict.reviewed_by)
    usual = max(bases, key=lambda name: (bases[name], name), default="")
    who = f" Verdicts{' that name nobody' if len(bases) != 1 or bases[usual] < len(ids) else ''}: {usual}."
    head = paragraph(f"{count(len(ids), 'claim')}: {escape(tally(verdicts))}.{escape(who) if usual else ''}")
    drawn = {slug_id: _claim(base, *pair, up, name_post, usual) for slug_id, pair in zip(ids, found, strict=True)}
    if len(ids) <= _OPEN_CLAIMS:
        return head + "\n".join(drawn.values())
    parts, shown = [], 0
    for bearing in WORST_FIRST:
        inner = [drawn[i] for i, (_, claim) in zip(ids, found, strict=True) if claim.verdict.bearing is bearing]
        if inner:
            shown += len(inner)
            heading = f"{verdict_words(bearing).capitalize()}: {count(len(inner), 'claim')}"
            parts.append(details(heading, *inner, opened=shown <= _OPEN_CLAIMS))
    return head + "\n".join(parts)


def claim_of(base: Base, identifier: str) -> tuple[str, Claim]:
    """Slug and claim of an id ``<post>.<claim>``."""
    slug, _, number = identifier.rpartition(".")
    return slug, next(claim for claim in base.corpus.posts[slug].claims if claim.id == number)


def _claim(base: Base, slug: str, claim: Claim, up: str | None, name_post: bool, usual: str) -> str:
    """A claim with its verdict and its studies; who gave the verdict unless it is who ``usual`` names."""
    verdict = claim.verdict
    where = f"<span class='kb-small'>in {post_link(base, slug, up)}</span><br>" if name_post else ""
    magnitude = f"; size as claimed: {escape(claim.magnitude)}" if claim.magnitude else ""
    reviewed = f"reviewed by {verdict.reviewed_by}" if verdict.reviewed_by else verdict.basis
    who = "" if reviewed == usual else f" <span class='kb-small'>({escape(reviewed)})</span>"
    items = [
        f"{study_link(base, item.study, up) if item.study else 'No study in the base'}"
        f" ({'cited by the post' if item.citation else 'not cited by the post'}) "
        f"<strong>{RELATIONS[item.relation]}</strong>{_alone(item)}. {prose(base, item.reason, up)}"
        for item in claim.evidence
    ]
    studies = listing(items) or note("No study of the base bears on this claim.")
    number = len({item.study for item in claim.evidence if item.study})
    return (
        f'<div class="kb-claim">{where}<p><strong>{escape(claim.statement)}</strong></p>'
        f"<p>Worded as {escape(claim.wording.value)}{magnitude}. "
        f"Verdict: {tag(verdict_words(verdict.bearing), verdict.bearing.value)} "
        f"{prose(base, verdict.reason, up)}{who}</p>"
        f"{details(count(number, 'study', 'studies') + ' on this claim', studies)}</div>"
    )


_IMPLIED = {
    (Relation.SUPPORTS, Bearing.SUPPORTED),
    (Relation.QUALIFIES, Bearing.PARTLY),
    (Relation.CONTRADICTS, Bearing.NOT_SUPPORTED),
    (Relation.UNCLEAR, Bearing.UNCLEAR),
}


def _alone(item: Evidence) -> str:
    """The verdict by one study alone, where what the study does to the claim does not say it already."""
    if (item.relation, item.bearing) in _IMPLIED:
        return ""
    return f": by this study alone it is {verdict_words(item.bearing)}"


def contradictions(base: Base, ids: Sequence[str], up: str | None, *, name_post: bool = True) -> str:
    """What stands against claims: studies that a person judged so, then findings that point the other way by rule."""
    judged: dict[str, list[str]] = {}
    ruled: dict[str, list[str]] = {}
    for identifier in ids:
        slug, claim = claim_of(base, identifier)
        head = f"<strong>{escape(claim.statement)}</strong>"
        head += f" <span class='kb-small'>({post_link(base, slug, up)})</span>" if name_post else ""
        against: dict[str, list[str]] = {}
        for item in base.contradicting(identifier):
            if item.judged:
                judged.setdefault(head, []).append(
                    f"{study_link(base, item.study, up)}: {prose(base, item.reason, up)}"
                )
            else:
                against.setdefault(item.study, []).append(item.reason)
        if against:
            told_by = {key: "; ".join(dict.fromkeys(why)) for key, why in against.items()}
            ruled[head] = [f"{study_link(base, key, up)}: {escape(why)}" for key, why in told_by.items()]
    parts = []
    for found, name, told in (
        (judged, "Judged to be contradicted by a study", "Curated from abstracts; not yet reviewed by a clinician."),
        (
            ruled,
            "Findings that point another way",
            "Found by a rule: same condition, intervention and outcome, other direction. Nobody has judged these.",
        ),
    ):
        inner = [paragraph(head) + listing(items) for head, items in found.items()]
        if inner:
            opened = found is judged and len(inner) <= 8
            parts.append(details(f"{name}: {count(len(inner), 'claim')}", note(told), *inner, opened=opened))
    return "\n".join(parts) or paragraph(
        "Nothing in the base is known to contradict a claim made here." if ids else "No claim, nothing to contradict."
    )


def contradicting_studies(base: Base, ids: Iterable[str]) -> set[str]:
    """Studies that a person judged to contradict one of the claims."""
    found = set()
    for identifier in ids:
        _, claim = claim_of(base, identifier)
        found |= {item.study for item in claim.evidence if item.study and item.relation is Relation.CONTRADICTS}
    return found
