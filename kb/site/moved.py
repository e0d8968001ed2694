"""Pages at old addresses that lead on, and the lists of pages for machines: the sitemap and the feed of changes."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from kb.model import Corpus
from kb.site.page import TITLE, Frame, Page

_PARTS = ("condition", "intervention", "outcome")
_FEED = uuid.UUID("6f0c3e5a-9f0b-5b1e-8d47-2f1f2f6b0c11")
"""Namespace of the ids of the feed's entries: they stay the same wherever the site stands."""
_NOT_LISTED = {"404", "search"}


def moved_pages(corpus: Corpus, titles: Mapping[str, str], frame: Frame) -> Iterator[Page]:
    """A page for each old address: it leads to the page of now at once, and holds a link for who is not led.

    Parameters
    ----------
    corpus
        Its redirects; a comparison follows the terms that it is made of.
    titles
        Titles of the pages that the site has, by name.
    frame
        The site.
    """
    for old, new in sorted(_moves(corpus.redirects, titles).items()):
        if new in titles and old not in titles:
            yield Page(
                name=old,
                title="This page has moved",
                description=f"{old} is {new} now.",
                template="moved.html",
                extra={"target": new, "label": titles[new], "target_address": frame.canonical(new)},
            )


def _moves(redirects: Mapping[str, str], names: Collection[str]) -> dict[str, str]:
    """Old to new, comparisons of renamed terms included."""
    before: dict[tuple[str, str], list[str]] = {}
    for old, new in redirects.items():
        noun, _, identifier = new.partition("/")
        before.setdefault((noun, identifier), []).append(old.partition("/")[2])
    found = {}
    for name in sorted(names):
        noun, _, identifier = name.partition("/")
        if noun != "comparison":
            continue
        terms = [(kind, part) for kind, part in zip(_PARTS, identifier.split("--"), strict=True)]
        for parts in _combined([[part, *before.get((kind, part), ())] for kind, part in terms]):
            if "--".join(parts) != identifier:
                found[f"comparison/{'--'.join(parts)}"] = name
    return found | dict(redirects)


def _combined(choices: list[list[str]]) -> Iterator[tuple[str, ...]]:
    from itertools import product

    return product(*choices)


def sitemap(names: Iterable[str], frame: Frame) -> str:
    """The sitemap; only a site with an address can have one, for it holds whole addresses only."""
    rows = "".join(
        f"<url><loc>{escape(frame.canonical(name))}</loc></url>\n" for name in sorted(names) if name not in _NOT_LISTED
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{rows}</urlset>\n'
    )


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the feed.

    Parameters
    ----------
    day
        ISO date on which it happened.
    title, text
        Plain text.
    page
        The page that it is about.
    """

    day: str
    title: str
    text: str
    page: str = "news"


def feed(entries: Iterable[Entry], frame: Frame) -> str:
    """The Atom feed (RFC 4287), newest first; its dates are those of what happened, never of the build.

    Ids are made of date and text, so that an entry keeps its id wherever the site stands. Without an address of the
    site links are relative, which RFC 4287 allows.
    """
    listed = sorted(entries, key=lambda entry: entry.day, reverse=True)
    updated = _stamp(listed[0].day if listed else frame.as_of or "1970-01-01")
    own = f'<link rel="self" type="application/atom+xml" href={quoteattr(frame.address + "feed.xml")}/>\n'
    head = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">\n'
        f"<id>urn:uuid:{_FEED}</id>\n<title>{escape(TITLE)}: what is new</title>\n<updated>{updated}</updated>\n"
        f"<author><name>The kb-evidence authors</name></author>\n{own}"
        f'<link rel="alternate" type="text/html" href={quoteattr(frame.address + "news.html")}/>\n'
    )
    return head + "".join(_entry(entry, frame) for entry in listed) + "</feed>\n"


def _entry(entry: Entry, frame: Frame) -> str:
    identifier = uuid.uuid5(_FEED, f"{entry.day} {entry.page} {entry.text}")
    link = quoteattr(f"{frame.address}{entry.page}.html")
    return (
        f"<entry>\n<id>urn:uuid:{identifier}</id>\n<title>{_xml(entry.title)}</title>\n"
        f"<updated>{_stamp(entry.day)}</updated>\n"
        f'<link rel="alternate" type="text/html" href={link}/>\n<summary>{_xml(entry.text)}</summary>\n</entry>\n'
    )


def _stamp(day: str) -> str:
    """A date as RFC 3339 has it; a month or year alone is its first day."""
    year, month, date = (*day.split("-"), "01", "01")[:3]
    return f"{year}-{month}-{date}T00:00:00Z"


def _xml(text: str) -> str:
    """Text for XML; characters that XML cannot hold become U+FFFD."""
    allowed = (
        c if c in "\t\n\r" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c > "\uffff" else "\ufffd"
        for c in text
    )
    return escape("".join(allowed))
