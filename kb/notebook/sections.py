"""Sections that pages share: studies, the evidence table, claims, references, limitations, to-do."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from kb.cite import author_year, vancouver
from kb.model import Bearing, Verification
from kb.notebook.html import count, details, escape, link, listing, note, paragraph, table, tally
from kb.notebook.sources import field_words
from kb.pubmed.notices import marked
from kb.tables import study_label

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kb.base import Base
    from kb.model import Corpus, Finding, Reference, Study

CAUTION = (
    "Counts of findings are not a verdict: several findings can come from one study, and reviews include trials "
    "that also stand here by themselves. Only findings that compare like with like are pooled, in the answers."
)
CURATED = (
    "Curated from abstracts and open pages. Risk of bias counts only where somebody judged it; certainty is by rule "
    "unless the authors of a review graded it or a person overruled the rule."
)
HOW_TO_READ_A_MAP = (
    "An open square is a cell without a study in the base. A broader term counts the studies of its narrower ones."
)
CHECKED = {
    Verification.VERIFIED: "verified",
    Verification.PARTLY: "verified in part",
    Verification.UNVERIFIED: "not verified",
}
"""How far a study was checked against what was seen of it."""
NOT_REVIEWED = "Verdicts are curated from abstracts and not yet reviewed by a clinician."


def study_url(corpus: Corpus, key: str) -> str | None:
    """PubMed's page of a study, else its DOI, else None."""
    reference = corpus.references.get(key)
    if reference is None:
        return None
    if reference.pmid:
        return f"https://pubmed.ncbi.nlm.nih.gov/{reference.pmid}/"
    return f"https://doi.org/{reference.doi}" if reference.doi else None


def study_link(base: Base, key: str, up: str | None, finding: str = "") -> str:
    """Author and year, linked to the study's page, where there is no site to PubMed or the DOI; retracted is marked.

    ``finding`` is the id of the finding that the page is opened at.
    """
    where = f"#{finding}" if finding else ""
    url = study_url(base.corpus, key) if up is None else f"{up}study/{key}.html{where}"
    return link(url, study_name(base, key))


def study_name(base: Base, key: str) -> str:
    """Author and year; where nobody saw the authors, the journal and the year; retracted is marked.

    Examples
    --------
    >>> import kb
    >>> base = kb.open()
    >>> study_name(base, "zhang2024"), study_name(base, "lindenberg1984")
    ('Zhang et al. 2024', 'Phys Sportsmed 1984 (authors unknown)')
    """
    label, reference = study_label(base.corpus, key, base.notices), base.corpus.references.get(key)
    if reference is None or reference.author:
        return label
    known = reference.shortjournal or reference.journal or _cut(reference.title)
    if known is None or reference.year is None:
        return f"Reference unknown ({label})"
    return f"{known} {reference.year} (authors unknown){label.removeprefix(key)}"


def _cut(title: str | None) -> str | None:
    """The first words of a title."""
    return f"{title[:60].rpartition(' ')[0]} ..." if title and len(title) > 60 else title


def prose(base: Base, text: str, up: str | None) -> str:
    """A curator's text as HTML: where it names a study by its key, the study's own name stands, linked."""
    return _KEY.sub(
        lambda found: study_link(base, found[0], up) if found[0] in base.corpus.studies else found[0], escape(text)
    )


def with_names(base: Base, text: str) -> str:
    """A text in which studies stand by their names where it names them by their keys."""
    return _KEY.sub(lambda found: study_name(base, found[0]) if found[0] in base.corpus.studies else found[0], text)


_KEY = re.compile(r"\b[a-z]+(?:19|20)\d\d[a-z]?\b")


def term_link(base: Base, noun: str, identifier: str, up: str | None) -> str:
    """A term's label, linked to its page; ``up`` is the way to the site's root, None where there is no site."""
    term = base.corpus.vocabulary(f"{noun}s")[identifier]
    has_page = noun == "condition" or (noun == "intervention" and getattr(term, "kind", None) != "control")
    return link(f"{up}{noun}/{identifier}.html" if up is not None and has_page else None, term.label)


def post_link(base: Base, slug: str, up: str | None) -> str:
    """A post's title, linked to its page of the site."""
    return link(f"{up}post/{slug}.html" if up is not None else None, base.corpus.posts[slug].title)


def no_number(reference: Reference) -> str:
    """That neither number of a reference is known; its other gaps stand in the reference itself."""
    return " <em>PMID and DOI unknown.</em>" if "pmid or doi" in reference.missing else ""


def missing_words(reference: Reference) -> str:
    """What a reference lacks, in words: "authors", "PMID or DOI"."""
    words = {"author": "authors", "pmid or doi": "PMID or DOI"}
    return ", ".join(words.get(name, name) for name in reference.missing)


# --- studies in words --------------------------------------------------------------------------------------------


def designs_words(corpus: Corpus, keys: Iterable[str]) -> str:
    """Designs of some studies with their numbers, the most frequent first."""
    return tally(Counter(design_words(corpus.studies[key]) for key in keys))


def design_words(study: Study) -> str:
    """A design as a reader sees it."""
    words = study.design.value.replace("-", " ")
    for joined in ("meta analysis", "non randomized", "case control", "cross sectional", "before after"):
        words = words.replace(joined, joined.replace(" ", "-"))
    return f"{words} design" if words == "unknown" else words


def verdict_words(bearing: Bearing) -> str:
    """How a claim stands to its studies, as a reader sees it.

    Examples
    --------
    >>> verdict_words(Bearing.PARTLY), verdict_words(Bearing.NOT_SUPPORTED)
    ('partly supported', 'not supported')
    """
    return "partly supported" if bearing is Bearing.PARTLY else bearing.value.replace("-", " ")


def years_words(corpus: Corpus, keys: Iterable[str]) -> str:
    """Span of the years of some studies, and how many years are unknown."""
    years = [r.year if (r := corpus.references.get(key)) else None for key in keys]
    known = sorted(year for year in years if year is not None)
    unknown = len(years) - len(known)
    if not known:
        return "year unknown"
    span = f"published in {known[0]}" if known[0] == known[-1] else f"published {known[0]} to {known[-1]}"
    return f"{span}{f' ({unknown} of unknown year)' if unknown else ''}"


def sample_words(study: Study) -> str:
    """Size of a study; unknown where nobody read it."""
    people = f"n = {study.n_participants:,}" if study.n_participants is not None else ""
    reviewed = f"{study.n_studies} studies" if study.n_studies is not None else ""
    return ", ".join(part for part in (reviewed, people) if part) or "size unknown"


def findings_of(corpus: Corpus, ids: Iterable[str]) -> list[tuple[Study, Finding]]:
    """Study and finding of ids ``<study>.<finding>``, in order."""
    found = []
    for identifier in ids:
        key, _, number = identifier.partition(".")
        study = corpus.studies[key]
        found.append((study, next(f for f in study.findings if f.id == number)))
    return found


# --- thresholds ----------------------------------------------------------------------------------------------------


def smallest_changes(base: Base, outcomes: Iterable[str]) -> str:
    """Minimal clinically important differences of some outcomes, where a source gives one."""
    corpus = base.corpus
    items = [
        f"{escape(corpus.outcomes[i].label)}: {mcid.value:g} {escape(mcid.unit)} "
        f"<span class='kb-small'>({prose(base, mcid.source, None)})</span>"
        for i in sorted(set(outcomes))
        for mcid in corpus.outcomes[i].mcid
    ]
    return (
        paragraph(
            "Thresholds for an important difference that studies of the base use. Each was set for the condition its "
            "source is about and may not fit another:"
        )
        + listing(items)
        if items
        else ""
    )


# --- what is left ----------------------------------------------------------------------------------------------------


def references(base: Base, keys: Sequence[str], up: str | None) -> str:
    """References in Vancouver style, linked to PubMed or the DOI, and to the page of the study."""
    corpus = base.corpus
    items = []
    for key in sorted(keys, key=lambda k: author_year(corpus.references.get(k), k).casefold()):
        reference = corpus.references.get(key)
        url = study_url(corpus, key)
        where = f" {link(url, 'PubMed' if 'pubmed' in url else 'DOI')}" if url else ""
        own = f" {link(f'{up}study/{key}.html', 'what it found')}" if up is not None else ""
        gaps = no_number(reference) if reference else ""
        shown = marked(vancouver(reference), base.notices.get(key, ())) if reference else key
        items.append(f"{escape(shown)}{where}{own}{gaps}")
    return listing(items, ordered=True) or paragraph("No study.")


def limitations(base: Base, keys: Sequence[str], up: str | None) -> str:
    """Limitations of the base, then of each study as recorded."""
    corpus = base.corpus
    levels = Counter(corpus.studies[key].verification for key in keys)
    unchecked = levels[Verification.UNVERIFIED] + levels[Verification.PARTLY]
    general = [
        CURATED,
        *([_judged(corpus, keys)] if keys else []),
        "Not a systematic search: the base holds what the posts cite and some more. Missing studies are likely.",
    ]
    if keys:
        of = count(len(keys), "study", "studies")
        general.append(
            f"{unchecked} of {of} could not be checked in full against the source."
            if unchecked
            else f"What stands here of {of} agrees with what was seen of them."
        )
    own = [
        f"{study_link(base, key, up)}: {prose(base, ' '.join(map(sentence, corpus.studies[key].limitations)), up)}"
        for key in keys
        if corpus.studies[key].limitations
    ]
    silent = len(keys) - len(own)
    told = (
        f"{count(silent, 'study', 'studies')} without a recorded limitation: that means unknown, not none."
        if silent
        else ""
    )
    return listing(escape(text) for text in general) + (
        details(f"Limitations of {count(len(own), 'study', 'studies')}", listing(own), note(told) if told else "")
        if own
        else note(told)
        if told
        else ""
    )


def _judged(corpus: Corpus, keys: Sequence[str]) -> str:
    judged = sum(1 for key in keys if corpus.studies[key].risk_of_bias)
    if not judged:
        return "Nobody has judged the risk of bias of a study here."
    of = count(len(keys), "study", "studies")
    return f"Somebody judged the risk of bias of {judged} of {of}; nobody judged the rest."


def sentence(text: str) -> str:
    """A text with a capital and a full stop."""
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) else f"{text}."


def second_readings(base: Base, keys: Sequence[str], up: str | None, *, alone: bool = False) -> str:
    """What an independent second reading found different, and how many studies had none.

    ``alone`` on the page of a study, whose name is not said again.
    """
    corpus = base.corpus
    rows = []
    read = [key for key in keys if corpus.studies[key].second_reading]
    for key in read:
        reading = corpus.studies[key].second_reading
        for item in reading.differences if reading else ():
            right = {"recorded": "first reading", "seen": "second reading", "unclear": "unclear"}[item.which_is_right]
            rows.append(
                [
                    *([] if alone else [study_link(base, key, up)]),
                    escape(field_words(item.field)),
                    escape(item.recorded),
                    escape(item.seen),
                    right,
                    escape(item.why),
                ]
            )
    if not read:
        none = "It had no second, independent reading." if alone else "No study here had a second, independent reading."
        return paragraph(none)
    who = (
        "A second, independent reading"
        if alone
        else f"{len(read)} of {count(len(keys), 'study', 'studies')} had a second, independent reading, which"
    )
    head = f"{who} differed in {count(len(rows), 'place')}." if rows else f"{who} differed nowhere."
    columns = (*(() if alone else ("study",)), "what", "first reading", "second reading", "held to be right", "why")
    made = table("Differences between the readings", columns, rows)
    return paragraph(escape(head)) + (details(count(len(rows), "difference"), made) if len(rows) > 6 else made)


def to_do(base: Base, keys: Sequence[str], up: str | None, *, alone: bool = False) -> str:
    """What has to be checked by hand: recalled, not read; nothing here is used above.

    ``alone`` on the page of a study, whose name is not said again.
    """
    corpus = base.corpus
    items = []
    for key in keys:
        study, reference = corpus.studies[key], corpus.references.get(key)
        open_items = [*study.to_check]
        if reference and reference.missing:
            open_items.append(f"the reference lacks its {missing_words(reference)}")
        if open_items:
            told = prose(base, " ".join(map(sentence, open_items)), up)
            items.append(told if alone else f"{study_link(base, key, up)}: {told}")
    if not items:
        return paragraph("Nothing is noted.")
    told = note("To check in the full text. These are notes from memory, not facts: no table or figure uses them.")
    body = listing(f"&#9744; {item}" for item in items)
    return told + (
        details(f"{count(len(items), 'study', 'studies')} with something to check", body) if len(items) > 8 else body
    )
