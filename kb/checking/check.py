"""The check: read, find, resolve, verify, judge, suppress; each step is another package's, this puts them together."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from kb.checking import suppress
from kb.checking.asking import Asking
from kb.checking.draft import Draft, drafts_of
from kb.checking.options import Options, rules
from kb.checking.parts import checked_posts
from kb.checking.published import Published
from kb.checking.result import CheckedFile, CheckResult
from kb.citations.library import Library
from kb.citations.read import Document, ReadError, read, read_bytes
from kb.citations.resolve import resolve

if TYPE_CHECKING:
    from kb.graph import Graph
    from kb.model import Corpus
    from kb.pubmed.notices import Notice
    from kb.pubmed.snapshot import Entry

Source = str | PathLike[str] | tuple[str, bytes]
"""A path, ``-`` for standard input, or a name and the bytes of a file."""


class Evidence(Protocol):
    """What a check needs of the base; :class:`kb.base.Base` has it."""

    @property
    def root(self) -> Path:
        """The evidence folder."""

    @property
    def corpus(self) -> Corpus:
        """Studies, posts and vocabularies."""

    @property
    def snapshot(self) -> dict[str, Entry]:
        """PubMed records by PMID."""

    @property
    def notices(self) -> dict[str, tuple[Notice, ...]]:
        """Notices by key of the study."""

    @property
    def graph(self) -> Graph:
        """The evidence as a graph; asked for only when a statement is compared with a study."""


def check(evidence: Evidence, paths: Source | Iterable[Source], options: Options | None = None) -> CheckResult:
    """Check files against a base.

    Parameters
    ----------
    evidence
        The base.
    paths
        One or many files.
    options
        See :class:`kb.checking.options.Options`.
    """
    options = options or Options()
    published = Published(evidence.corpus.posts)
    files = [_read(source) for source in sources(paths)]
    per_file = [drafts_of(file, published) if isinstance(file, Document) else [] for file in files]
    drafts = [draft for some in per_file for draft in some]
    notes = resolved(evidence, drafts, options)
    posts = list(checked_posts(evidence, drafts, options))
    pairs = [(draft.path, post) for draft, post in zip(drafts, posts, strict=True)]
    applied = suppress.apply(pairs, options.suppressions, options.today)
    left = iter(applied.posts)
    checked = tuple(
        file
        if isinstance(file, CheckedFile)
        else CheckedFile(file.path, file.format, tuple(islice(left, len(some))), file.problems)
        for file, some in zip(files, per_file, strict=True)
    )
    known = tuple(rule for name, rule in rules().items() if name in options.rules)
    return CheckResult(checked, known, applied.unused, applied.expired, notes)


def sources(paths: Source | Iterable[Source]) -> list[Source]:
    """What a person gave, as a list; standard input only once.

    Examples
    --------
    >>> sources("a.md"), sources(("a.md", b"Rest")), sources(["-", "a.md", "-"])
    (['a.md'], [('a.md', b'Rest')], ['-', 'a.md'])
    """
    match paths:
        case str() | PathLike():
            return [paths]
        case (str() as name, bytes() as data):
            return [(name, data)]
    given: list[Source] = [*paths]
    return [one for place, one in enumerate(given) if one != "-" or "-" not in given[:place]]


def _read(source: Source) -> CheckedFile | Document:
    try:
        if isinstance(source, tuple):
            return read_bytes(source[1], name=source[0])
        return read(fspath(source))
    except ReadError as error:
        return CheckedFile(error.path, error=str(error))
    except ValueError as error:  # a path that no system takes, such as one with a zero in it
        return CheckedFile(fspath(source) if not isinstance(source, tuple) else source[0], error=f"{source}: {error}.")


def resolved(evidence: Evidence, drafts: Iterable[Draft], options: Options) -> tuple[str, ...]:
    """Find out what the citations mean; returns what the person should know of the asking."""
    waiting = [draft for draft in drafts if draft.found]
    if not waiting:
        return ()
    library = Library.of(evidence.corpus, evidence.snapshot)
    asking = Asking.pubmed() if options.online else None
    for draft in waiting:
        draft.resolutions = resolve(draft.found, library, curated=draft.curated, lookup=asking)
        draft.notices = asking.notices if asking is not None else {}
    return asking.notes if asking is not None else ()
