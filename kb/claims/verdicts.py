"""Verdicts that somebody gave: the entries of ``evidence/posts`` for a sentence, found by its locator."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb import timepoint
from kb.citations.flag import Basis, Flag
from kb.claims import wording
from kb.claims.judge_case import brief, durations, near_time
from kb.claims.rules import RULES
from kb.model import Bearing, ClaimDirection, Relation

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from kb.model import Claim, Corpus, Evidence, Finding, Post, Study, Term

RULE_OF = {
    Bearing.MISATTRIBUTED: "misattributed",
    Bearing.NOT_SUPPORTED: "not-supported",
    Bearing.OVERSTATED: "overstated",
    Bearing.PARTLY: "partly-supported",
}
"""Bearing -> rule, the worst first; ``supported`` and ``unclear`` say nothing."""
_WORST = list(RULE_OF)
_WITHIN = 3
"""What a change within one group is further away than a comparison of groups."""
_ANYBODY = frozenset({"adults", "general-patients", "physical-therapy-patients", "general-population"})
"""Populations that leave open who is meant."""


def curated(post: Post, locator: str, corpus: Corpus | None = None) -> list[Flag]:
    """Flags of the curated verdicts of one sentence: at most one for each claim that the sentence makes.

    A flag tells the verdict of the claim as a whole. Where the study that the post cites fares worse than that, it
    tells of that study, for then other studies carry the claim. Studies that contradict the claim are named.

    Parameters
    ----------
    post
        The entry of ``evidence/posts``.
    locator
        Hash of the sentence.
    corpus
        With it, the flags also give what the study found, and a sentence to paste.

    Examples
    --------
    >>> import kb
    >>> post = kb.open().corpus.posts["running-injuries-page"]
    >>> [flag.rule for flag in curated(post, post.claims[0].locator.sha256)]
    ['overstated', 'overstated']
    """
    found = [_flag(post, claim, corpus) for claim in post.claims if claim.locator.sha256 == locator]
    return [flag for flag in found if flag]


def silences(post: Post, locator: str) -> frozenset[str]:
    """Studies whose curated bearing is ``supported`` for every claim of the sentence: no rule speaks about them.

    Examples
    --------
    >>> import kb
    >>> post = kb.open().corpus.posts["running-injuries-page"]
    >>> sorted(silences(post, post.claims[0].locator.sha256))
    []
    """
    claims = [claim for claim in post.claims if claim.locator.sha256 == locator]
    supporting = [
        {e.study for e in claim.evidence if e.study}
        - {e.study for e in claim.evidence if e.study and e.bearing is not Bearing.SUPPORTED}
        for claim in claims
    ]
    return frozenset.intersection(*map(frozenset, supporting)) if supporting else frozenset()


def _flag(post: Post, claim: Claim, corpus: Corpus | None) -> Flag | None:
    verdict = claim.verdict
    cited = [e for e in claim.evidence if e.citation and e.bearing in RULE_OF]
    worst = min(cited, key=lambda e: _WORST.index(e.bearing), default=None)
    bearing = verdict.bearing
    # A cited study that fares worse than the claim is what the writer must know of: it is the citation that is wrong.
    if worst and (bearing not in RULE_OF or _WORST.index(worst.bearing) < _WORST.index(bearing)):
        bearing = worst.bearing
    if bearing not in RULE_OF:
        return None
    main = _main(claim, bearing)
    study = corpus.studies.get(main.study) if corpus and main and main.study else None
    findings = _bearing_on(claim, study, corpus)
    rule = RULES[RULE_OF[bearing]]
    return Flag(
        rule.id,
        rule.severity,
        _message(claim, main, bearing, corpus),
        found=claim.statement,
        expected=_expected(main, findings, corpus),
        fix=_fix(study, findings, corpus),
        study=main.study if main else None,
        source=_source(post, claim),
        basis=Basis.REVIEWED if verdict.reviewed_by else Basis.CURATED,
    )


def _main(claim: Claim, bearing: Bearing) -> Evidence | None:
    """The evidence that the flag is about: of the flag's own bearing before others, cited before not cited."""
    known = [e for e in claim.evidence if e.study]
    ranked = sorted(known, key=lambda e: (e.bearing is not bearing, e.citation is None))
    return ranked[0] if ranked else None


def _message(claim: Claim, main: Evidence | None, bearing: Bearing, corpus: Corpus | None) -> str:
    told = claim.verdict.reason
    if main and bearing is not claim.verdict.bearing:
        told = f"{_name(main.study, corpus)}: {main.reason} The claim as a whole: {told}"
    against = [e.study for e in claim.evidence if e.relation is Relation.CONTRADICTS and e.study]
    others = [_name(key, corpus) for key in dict.fromkeys(against) if main is None or key != main.study]
    return f"{told} Contradicted by {', '.join(others)}." if others else told


def _name(key: str | None, corpus: Corpus | None) -> str:
    if key is None:
        return "The cited source"
    return wording.study_name(corpus.references.get(key), key) if corpus else key


def _expected(main: Evidence | None, findings: Sequence[Finding], corpus: Corpus | None) -> str | None:
    if main is None:
        return None
    if corpus and findings:
        return "; ".join(brief(corpus, finding) for finding in findings[:3])
    return main.reason


def _fix(study: Study | None, findings: Iterable[Finding], corpus: Corpus | None) -> str | None:
    """The first finding that makes a sentence; None rather than a finding that is about something else."""
    if study is None or corpus is None:
        return None
    return next((text for finding in findings if (text := wording.sentence(study, finding, corpus))), None)


def _bearing_on(claim: Claim, study: Study | None, corpus: Corpus | None) -> list[Finding]:
    """Findings on what the claim tells: outcome, condition, intervention, people and time; the nearest first.

    A finding on a sibling condition, at another time or of other people would correct something that nobody said.
    """
    if study is None or corpus is None or not claim.outcomes:
        return []
    weeks = durations(f"{claim.statement} {claim.magnitude or ''}")
    ranked = [
        (rank, finding)
        for finding in study.findings
        if (rank := _distance(claim, study, finding, corpus)) is not None and _in_time(finding, weeks)
    ]
    return [finding for _, finding in sorted(ranked, key=lambda one: (one[0], one[1].estimate is None))]


def _distance(claim: Claim, study: Study, finding: Finding, corpus: Corpus) -> int | None:
    """How far the finding's terms are from the claim's: 0 for the same ones; None where one of them is another."""
    sides = (*finding.interventions, *finding.comparators)
    people = [one for one in claim.populations if one not in _ANYBODY]
    pairs = (
        _near(corpus.outcomes, claim.outcomes, finding.outcomes),
        _near(corpus.conditions, claim.conditions, finding.conditions),
        _near(corpus.interventions, claim.interventions, sides),
        _near(corpus.populations, people, finding.populations or study.populations),
    )
    told = [rank for rank in pairs if rank is not None]
    if len(told) != len(pairs) or _is_aside(claim, finding, corpus):
        return None
    return sum(told) + (_WITHIN if "own-baseline" in finding.comparators else 0)


def _is_aside(claim: Claim, finding: Finding, corpus: Corpus) -> bool:
    """Whether a finding is beside a claim on how often something occurs: of one diagnosis only, or of a risk factor."""
    occurs = any("occurrence" in {one, *wording.above(corpus.outcomes, one)} for one in finding.outcomes)
    if not occurs or claim.direction not in {ClaimDirection.DESCRIPTION, ClaimDirection.CAUSE}:
        return False
    named = not claim.conditions or bool(set(claim.conditions) & set(finding.conditions))
    return not named or (bool(finding.interventions) and not claim.interventions)


def _near(terms: Mapping[str, Term], told: Sequence[str], found: Sequence[str]) -> int | None:
    """0 for a told term or when none is told, 1 for a narrower one, 2 for a wider one, None for none of these."""
    if not told or set(told) & set(found):
        return 0
    if any(set(told) & wording.above(terms, one) for one in found):
        return 1
    return 2 if any(wording.above(terms, one) & set(found) for one in told) else None


def _in_time(finding: Finding, weeks: Sequence[float]) -> bool:
    """Whether the finding is at a told time; one without a plain time is at any."""
    at = timepoint.weeks(finding.timepoint)
    return not weeks or at is None or near_time(at, weeks)


def _source(post: Post, claim: Claim) -> str:
    verdict = claim.verdict
    where = f"evidence/posts/{post.slug}.yaml, {claim.id}"
    if verdict.reviewed_by:
        on = f" on {verdict.reviewed_on.isoformat()}" if verdict.reviewed_on else ""
        return f"{where}: reviewed by {verdict.reviewed_by}{on}"
    return f"{where}: {verdict.basis}"
