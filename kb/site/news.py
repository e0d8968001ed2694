"""What is new: changes of the base, notices about studies, the newest publications, and literature that was found."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING

from kb.cite import author_year
from kb.notebook.html import count, escape, link, listing
from kb.notebook.sections import study_name
from kb.pubmed import candidates
from kb.pubmed.notices import marked
from kb.site.moved import Entry
from kb.site.page import Page, shortened

if TYPE_CHECKING:
    from kb.base import Base
    from kb.model import Change
    from kb.pubmed.notices import Notice

NEWEST = 15
"""Publications shown as the newest."""

_OFFERED = 25


def news_page(base: Base, names: Collection[str]) -> Page:
    """The page of what is new."""
    changes = base.corpus.changes
    sections = (
        ("changes", "Changes of the base", _changes(base, changes, names)),
        ("notices", "Retractions and corrections", _notices(base, names)),
        ("publications", "Newest publications in the base", _publications(base, names)),
        ("literature", "New literature that was found", _literature(base)),
    )
    body = "\n".join(
        f'<section>\n<h2 id="{anchor}">{heading}</h2>\n{content}\n</section>' for anchor, heading, content in sections
    )
    latest = f"The last change was on {changes[0].date.isoformat()}." if changes else "No change was written down."
    return Page(
        name="news",
        title="What is new",
        description=f"Changes of the base, retractions, the newest publications and new literature. {latest}",
        body=f'<p class="kb-lede">{latest} The <a href="feed.xml">feed</a> tells of new ones.</p>\n{body}',
        headings=tuple((anchor, heading) for anchor, heading, _ in sections),
    )


def _changes(base: Base, changes: Iterable[Change], names: Collection[str]) -> str:
    rows = [
        f"<strong>{change.date.isoformat()}</strong>: {escape(change.text)}{_about(base, change, names)}"
        for change in changes
    ]
    return listing(rows) or "<p>Nobody has written down a change.</p>"


def _about(base: Base, change: Change, names: Collection[str]) -> str:
    links = [link(f"{page}.html" if page in names else None, label_of(base, page)) for page in change.about]
    return f" About: {', '.join(links)}." if links else ""


def label_of(base: Base, page: str) -> str:
    """What a page is about, in a few words.

    Examples
    --------
    >>> import kb
    >>> label_of(kb.open(), "comparison/lateral-epicondylitis--shockwave--prtee")
    'Extracorporeal shockwave therapy for lateral epicondylitis: Patient-Rated Tennis Elbow Evaluation'
    """
    noun, _, identifier = page.partition("/")
    corpus = base.corpus
    if noun == "study":
        return marked(reference_of(base, identifier), base.notices.get(identifier, ()))
    if noun == "post":
        return corpus.posts[identifier].title
    if noun == "comparison":
        condition, intervention, outcome = identifier.split("--")
        label = corpus.conditions[condition].label
        lower = label if label[:2].isupper() else label[:1].lower() + label[1:]
        return f"{corpus.interventions[intervention].label} for {lower}: {corpus.outcomes[outcome].label}"
    return corpus.vocabulary(f"{noun}s")[identifier].label


def reference_of(base: Base, key: str) -> str:
    """Author and year of a study; where nobody saw the authors, what is known of it instead of the base's own key.

    Examples
    --------
    >>> import kb
    >>> reference_of(kb.open(), "zhang2024"), reference_of(kb.open(), "lindenberg1984")
    ('Zhang et al. 2024', 'Phys Sportsmed 1984 (authors unknown)')
    """
    reference = base.corpus.references.get(key)
    return author_year(reference, key) if reference and reference.author else study_name(base, key)


def _notices(base: Base, names: Collection[str]) -> str:
    told = [
        f"<strong>{escape(notice.date or 'date unknown')}</strong>: "
        f"{link(f'study/{key}.html' if f'study/{key}' in names else None, label_of(base, f'study/{key}'))}: "
        f"{escape(str(notice))}"
        for key, notice in _dated(base)
    ]
    entries = base.snapshot.values()
    asked = sum(entry.source == "pubmed" for entry in entries)
    known = (
        f"{asked} of {len(base.corpus.studies)} studies have a record that PubMed gave; a notice about any other can "
        "be missing here, so no notice does not mean that there is none."
    )
    return f'{listing(told) or "<p>No notice is known.</p>"}\n<p class="kb-note">{known}</p>'


def _dated(base: Base) -> list[tuple[str, Notice]]:
    found = [(key, notice) for key, notices in base.notices.items() for notice in notices]
    return sorted(found, key=lambda item: (item[1].date or "", item[0]), reverse=True)


def _publications(base: Base, names: Collection[str]) -> str:
    rows = []
    for key in newest(base)[:NEWEST]:
        reference = base.corpus.references[key]
        label = link(f"study/{key}.html" if f"study/{key}" in names else None, label_of(base, f"study/{key}"))
        rows.append(f"{label}: {escape(reference.title or 'title unknown')}")
    return listing(rows) + '\n<p class="kb-note">By year of publication; the day is not known of most.</p>'


def newest(base: Base) -> list[str]:
    """Keys of the studies, the newest year first; a study without a year or retracted is left out."""
    years = {key: reference.year for key, reference in base.corpus.references.items() if reference.year}
    return sorted((key for key in years if key not in base.retracted), key=lambda key: (-years[key], key))


def _literature(base: Base) -> str:
    watches, _ = candidates.load_all(base.root)
    searched = [watch.looked for watch in watches.values() if watch.looked]
    if not searched:
        return "<p>PubMed has not been searched for new literature yet: what is newer than the base is unknown.</p>"
    offered = {c.pmid: c for watch in watches.values() for c in watch.candidates if c.state == "new"}
    rows = [
        f"{link(f'https://pubmed.ncbi.nlm.nih.gov/{c.pmid}/', c.title or f'PMID {c.pmid}')} "
        f"({escape(c.journal or 'journal unknown')}, {c.year or 'year unknown'}), found on {c.found.isoformat()}"
        for c in sorted(offered.values(), key=lambda c: (c.found, c.pmid), reverse=True)
    ]
    more = len(rows) - _OFFERED
    told = (
        f"<p>{count(len(watches), 'pair')} of a condition and an intervention watched, last searched on "
        f"{max(searched).isoformat()}. {count(len(rows), 'publication waits', 'publications wait')} for a person to "
        "decide; nothing of it is part of the evidence.</p>"
    )
    rest = f"<p>And {more} more: <code>kb pubmed watch</code> lists them.</p>" if more > 0 else ""
    return f"{told}\n{listing(rows[:_OFFERED])}\n{rest}".strip()


def entries_of(base: Base, names: Collection[str]) -> Iterator[Entry]:
    """The entries of the feed: every change, and every notice whose date is known."""
    for change in base.corpus.changes:
        page = next((page for page in change.about if page in names), "news")
        yield Entry(change.date.isoformat(), shortened(change.text, 90), change.text, page)
    for key, notices in sorted(base.notices.items()):
        label = label_of(base, f"study/{key}")
        for notice in notices:
            if notice.date:
                page = f"study/{key}" if f"study/{key}" in names else "news"
                yield Entry(notice.date, f"{label}: {notice.kind.words}", f"{label}: {notice}", page)
