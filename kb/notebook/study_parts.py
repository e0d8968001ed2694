"""Parts of the page of a study: appraisal, posts and claims, PubMed's record and notices, how it was checked."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from kb import graph as graphs
from kb.appraisal import tools
from kb.appraisal.bias import judged_by
from kb.appraisal.signals import signals
from kb.model import Verification
from kb.notebook import claims, sections, sources
from kb.notebook.html import count, escape, link, listing, note, paragraph, table, tag, tally
from kb.notebook.sections import verdict_words
from kb.tables import UNKNOWN

if TYPE_CHECKING:
    from kb.base import Base
    from kb.model import Study
    from kb.pubmed.record import Record

_CHECKED = {
    Verification.VERIFIED: "Verified: what stands here agrees with what was seen of the study.",
    Verification.PARTLY: "Verified in part: some of it was seen in a source, the rest could not be checked.",
    Verification.UNVERIFIED: "Not verified: no source of it could be opened.",
}
_SIGNALS = {
    "size": "Size",
    "design": "Design",
    "interval": "Intervals",
    "registration": "Registration",
    "funding": "Funding and conflicts of interest",
    "reading": "How much was read",
}
_READ = {
    Verification.VERIFIED: "the abstract or an open page",
    Verification.PARTLY: "a part only",
    Verification.UNVERIFIED: "nothing that could be checked",
}


def appraisal(study: Study, levels: str) -> list[str]:
    """Items on how far a study can be trusted: what people judged, then what can be computed."""
    items = [
        f"Level of evidence: {escape(levels.removeprefix('level '))}",
        f"Risk of bias: {escape(_risk_of_bias(study))}",
    ]
    for signal in signals(study):
        care = f" {tag('reason for care')}" if signal.concern else ""
        said = _READ[study.verification] if signal.id == "reading" else _said(signal.words)
        items.append(f"{_SIGNALS.get(signal.id, signal.id)}: {escape(said)}{care}")
    return items


def _said(words: str) -> str:
    """What a signal says after its own name: the name is not said again.

    Examples
    --------
    >>> [_said(words) for words in ("registration unknown", "registered: NCT01", "0 of 2 intervals include no effect")]
    ['unknown', 'NCT01', '0 of 2 include no effect']
    """
    if words.endswith(" unknown"):
        return UNKNOWN
    if words.startswith("no interval"):
        return "none is known"
    return words.removeprefix("registered: ").replace(" intervals include ", " include ")


def _risk_of_bias(study: Study) -> str:
    """What people judged, and who; what nobody judged is not assessed."""
    told = []
    for judged in judged_by(study):
        tool = tools.load().get(judged.tool)
        said = tools.overall(judged)
        whole = tool.judgement(said, whole=True) if tool and said else None
        what = (whole.label if whole else said) or "no whole judgement"
        if tool and tool.score and judged.score is not None:
            what = f"{judged.score:g} of {tool.score[1]:g}"
        domains = "; ".join(f"{d.domain.replace('-', ' ')}: {d.judgement}" for d in judged.domains)
        when = f" on {judged.on.isoformat()}" if judged.on else ""
        told.append(
            f"{tool.name if tool else judged.tool}: {what}, judged by {judged.by}{when}"
            f"{f' ({domains})' if domains else ''}"
        )
    return "; ".join(told) or tools.NOT_ASSESSED


def limitations(base: Base, study: Study, up: str | None) -> str:
    """Recorded limitations; none recorded is unknown."""
    if not study.limitations:
        return paragraph("No limitation is recorded: that means unknown, not none.")
    items = (sections.prose(base, sections.sentence(text), up) for text in study.limitations)
    return paragraph("Limitations:") + listing(items)


# --- posts -----------------------------------------------------------------------------------------------------------


def posts(base: Base, key: str, up: str | None) -> str:
    """The posts that cite a study, and each claim that it bears on, with the verdict and the reason."""
    resting = graphs.resting_on(base.graph, key)
    if not resting.posts and not resting.claims:
        return paragraph("No post cites it, and it bears on no claim.")
    posts = base.corpus.posts
    cited = {slug for slug in resting.posts if any(c.study == key for c in posts[slug].citations)}
    items = [
        f"{sections.post_link(base, slug, up)} "
        f"({'cites it' if slug in cited else 'does not cite it, but makes a claim that it bears on'})"
        for slug in resting.posts
    ]
    rows = []
    verdicts: Counter[str] = Counter()
    for identifier in resting.claims:
        slug, claim = claims.claim_of(base, identifier)
        where = sections.post_link(base, slug, up)
        for item in claim.evidence:
            if item.study != key:
                continue
            verdicts[verdict_words(item.bearing)] += 1
            by = claim.verdict.reviewed_by
            who = f" <span class='kb-small'>(reviewed by {escape(by)})</span>" if by else ""
            rows.append(
                [
                    f"{escape(claim.statement)}<br><span class='kb-small'>in {where}</span>",
                    tag(verdict_words(item.bearing), item.bearing.value),
                    f"The study {escape(claims.RELATIONS[item.relation])}. {escape(item.reason)}",
                    f"{escape(verdict_words(claim.verdict.bearing))}{who}",
                ]
            )
    columns = ("claim, in our words", "judged by this study alone", "why", "judged by all studies on it")
    head = (
        f"It bears on {count(len(rows), 'claim')}; judged by this study alone: {tally(verdicts)}."
        if rows
        else "It bears on no claim."
    )
    return (
        paragraph(f"{count(len(items), 'post')}:")
        + listing(items)
        + paragraph(f"{escape(head)} {escape(sections.NOT_REVIEWED) if rows else ''}")
        + table("Claims that it bears on", columns, rows)
    )


# --- PubMed ----------------------------------------------------------------------------------------------------------


def record(base: Base, key: str) -> list[str]:
    """Notices about a study, and PubMed's record with its source and date."""
    notices = base.notices.get(key, ())
    told = [
        escape("; ".join(part for part in (str(found), found.printed, found.note, found.source) if part))
        for found in notices
    ]
    parts = [
        paragraph("Notices of retraction, concern or correction:") + listing(told)
        if told
        else paragraph("No notice of a retraction, concern or correction is known to the base.")
    ]
    reference = base.corpus.references.get(key)
    pmid = reference.pmid if reference else None
    if pmid is None:
        return [*parts, paragraph("No PubMed record: no PubMed number is known.")]
    entry = base.snapshot.get(pmid)
    number = link(f"https://pubmed.ncbi.nlm.nih.gov/{pmid}/", f"PMID {pmid}")
    if entry is None:
        return [*parts, paragraph(f"{number}: the base keeps no copy of its record.")]
    day = entry.date.isoformat()
    source = (
        f"fetched from PubMed on {day}"
        if entry.source == "pubmed"
        else f"entered by hand on {day}, not yet fetched from PubMed"
    )
    fields = _fields(entry.record)
    rows = [[escape(name), escape(value)] for name, value in fields if value]
    gaps = ", ".join(name[:1].lower() + name[1:] for name, value in fields if not value)
    return [
        *parts,
        paragraph(f"{number}: {source}."),
        table("PubMed record as the base keeps it", ("field", "value"), rows),
        note(f"Unknown: {gaps}.") if gaps else "",
    ]


def _fields(found: Record) -> list[tuple[str, str | None]]:
    names = [author.collective or f"{author.last} {author.initials or ''}".strip() for author in found.authors]
    journal = found.journal.title or found.journal.iso_abbreviation if found.journal else None
    where = "; ".join(
        f"{name} {value}"
        for name, value in (("volume", found.volume), ("issue", found.issue), ("pages", found.pages))
        if value
    )
    return [
        ("Title", found.title),
        ("Authors", ", ".join(names)),
        ("Journal", journal),
        ("Year", str(found.year) if found.year is not None else None),
        ("Volume, issue and pages", where or found.article_number),
        ("Publication types", ", ".join(term.name for term in found.publication_types)),
        ("Trial registration", ", ".join(f"{t.bank} {t.number}" for t in found.trials)),
        ("Statement on conflicts of interest", "there is one" if found.coi_statement else None),
    ]


# --- how it was checked ----------------------------------------------------------------------------------------------


def checked(base: Base, key: str, up: str | None) -> list[str]:
    """What was seen, notes of the curator, the second reading, and the sources that were read."""
    study = base.corpus.studies[key]
    notes = [sections.prose(base, item.text, up) for item in study.notes]
    found = sources.listed(study)
    return [
        paragraph(escape(_CHECKED[study.verification])),
        paragraph("Notes of the curator:") + listing(notes) if notes else "",
        sections.second_readings(base, [key], up, alone=True),
        paragraph("Sources, and what was read in each:") + found if found else paragraph("No source is recorded."),
        note("Curated from abstracts and open pages; no clinician has reviewed it yet."),
    ]
