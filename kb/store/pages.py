"""What must hold of changes.yaml and redirects.yaml: everything they name exists, and a redirect leads somewhere."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Mapping
from itertools import pairwise

from kb.model import Corpus
from kb.model.change import PAGES
from kb.store.schema import Found

CHANGES = "changes.yaml"
"""What changed in the base, newest first, written by hand; the file may be missing."""

REDIRECTS = "redirects.yaml"
"""Pages whose id was renamed, old to new, written by hand; the file may be missing."""

_PARTS = ("condition", "intervention", "outcome")


def check(corpus: Corpus, studies: Collection[str]) -> Iterator[tuple[str, Found]]:
    """Yield (file, problem) for everything that breaks a rule.

    Parameters
    ----------
    corpus
        Everything that could be read.
    studies
        Keys of studies that exist as files, also where they could not be read.
    """
    known: dict[str, Collection[str]] = {
        "condition": corpus.conditions,
        "intervention": corpus.interventions,
        "outcome": corpus.outcomes,
        "population": corpus.populations,
        "study": studies,
        "post": {*corpus.posts, *studies},  # the keys that were seen hold the slugs of posts as well
    }
    for index, change in enumerate(corpus.changes):
        for position, page in enumerate(change.about):
            missing = _missing(page, known)
            if missing:
                yield CHANGES, Found((index, "about", position), "unknown-id", *missing)
    for index, (newer, older) in enumerate(pairwise(corpus.changes), start=1):
        if older.date > newer.date:
            found = f"{older.date} stands below {newer.date}"
            yield CHANGES, Found((index, "date"), "order", found, "Write the newest change first.")
    for old, new in corpus.redirects.items():
        yield from ((REDIRECTS, found) for found in _redirect(old, new, corpus.redirects, known))


def _redirect(
    old: str, new: str, redirects: Mapping[str, str], known: Mapping[str, Collection[str]]
) -> Iterator[Found]:
    for page in (old, new):
        noun = page.partition("/")[0]
        if noun not in {*PAGES, "outcome"}:
            yield Found((old,), "no-page", f"a {noun} has no page", f"Only {', '.join(PAGES)} and outcome can move.")
            return
    if not _missing(old, known):
        yield Found((old,), "redirect-hides", f"'{old}' still exists", "Take the redirect out or name the old id.")
    if new in redirects:
        found = f"'{new}' is itself redirected to '{redirects[new]}'"
        yield Found((old,), "redirect-chain", found, f"Lead '{old}' to '{redirects[new]}'.")
        return
    missing = _missing(new, known)
    if missing:
        yield Found((old,), "unknown-id", *missing)


def _missing(page: str, known: Mapping[str, Collection[str]]) -> tuple[str, str] | None:
    """What does not exist of the thing that a page is about, and what to do; None where all of it exists."""
    noun, _, identifier = page.partition("/")
    parts = zip(_PARTS, identifier.split("--"), strict=True) if noun == "comparison" else [(noun, identifier)]
    for kind, part in parts:
        if part not in known[kind]:
            near = difflib.get_close_matches(part, list(known[kind]), n=1)
            advice = f"Did you mean '{near[0]}'?" if near else f"Name {kind}s that exist."
            return f"no {kind} '{part}'", advice
    return None
