"""Verdicts that somebody gave: the entries of ``evidence/posts`` for a sentence, found by its locator."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb.citations.flag import Basis, Flag
from kb.cite import author_year
from kb.claims import wording
from kb.claims.judge_case import brief
from kb.claims.rules import RULES
from kb.model import Bearing, Relation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kb.model import Claim, Corpus, Evidence, Finding, Post, Study

RULE_OF = {
    Bearing.MISATTRIBUTED: "misattributed",
    Bearing.NOT_SUPPORTED: "not-supported",
    Bearing.OVERSTATED: "overstated",
    Bearing.PARTLY: "partly-supported",
}
"""Bearing -> rule, the worst first; ``supported`` and ``unclear`` say nothing."""
_WORST = list(RULE_OF)


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
    findings = _bearing_on(claim, study)
    rule = RULES[RULE_OF[bearing]]
    return Flag(
        rule.id,
        rule.severity,
        _message(claim, main, bearing, corpus),
        found=claim.statement,
        expected=_expected(main, findings, corpus),
        fix=wording.sentence(study, findings[0], corpus) if study and findings and corpus else None,
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
    return author_year(corpus.references.get(key), key) if corpus else key


def _expected(main: Evidence | None, findings: Sequence[Finding], corpus: Corpus | None) -> str | None:
    if main is None:
        return None
    if corpus and findings:
        return "; ".join(brief(corpus, finding) for finding in findings[:3])
    return main.reason


def _bearing_on(claim: Claim, study: Study | None) -> list[Finding]:
    """Findings that share the claim's outcome, and its intervention where both name any; an estimate first."""
    if study is None:
        return []
    wanted = set(claim.interventions)
    shared = [
        finding
        for finding in study.findings
        if set(finding.outcomes) & set(claim.outcomes)
        and (not wanted or not finding.interventions or wanted & {*finding.interventions, *finding.comparators})
    ]
    return sorted(shared, key=lambda finding: finding.estimate is None)


def _source(post: Post, claim: Claim) -> str:
    verdict = claim.verdict
    where = f"evidence/posts/{post.slug}.yaml, {claim.id}"
    if verdict.reviewed_by:
        on = f" on {verdict.reviewed_on.isoformat()}" if verdict.reviewed_on else ""
        return f"{where}: reviewed by {verdict.reviewed_by}{on}"
    return f"{where}: {verdict.basis}"
