"""Drift: what the pages of a build say otherwise than the accepted facts of the repository.

====================  ==================================================================
:mod:`.facts`         what a page says, told apart: numbers, statements, rows, figures
:mod:`.extract`       executed notebook -> facts
:mod:`.gather`        the facts of a build
:mod:`.ledger`        facts of many pages in few bytes, for a repository
:mod:`.accepted`      the accepted facts, read and changed all at once
:mod:`.evidence`      what the evidence was, so that causes can be named
:mod:`.compare`       what moved on a page
:mod:`.wording`       how two texts differ, and whether in wording only
:mod:`.drift`         what moved on all pages, and why
:mod:`.report`        text, Markdown and JUnit XML
====================  ==================================================================
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from kb.drift.accepted import FOLDER, Accepted, AcceptedError, load, save
from kb.drift.drift import Drift, drift
from kb.drift.evidence import index
from kb.drift.extract import facts_of
from kb.drift.facts import Facts, from_plain
from kb.drift.gather import digest, gather, write_facts
from kb.drift.report import to_junit, to_markdown, to_text

if TYPE_CHECKING:
    from kb.base import Base

__all__ = [
    "FOLDER",
    "Accepted",
    "AcceptedError",
    "Drift",
    "Facts",
    "check",
    "digest",
    "drift",
    "facts_of",
    "gather",
    "load",
    "of_build",
    "save",
    "to_junit",
    "to_markdown",
    "to_text",
    "write_facts",
]


def of_build(base: Base, folder: Path) -> Accepted:
    """What a build says, as it would be accepted.

    Parameters
    ----------
    base
        The evidence it was made from.
    folder
        Its folder of facts.
    """
    names = sorted(path.relative_to(folder).with_suffix("").as_posix() for path in folder.rglob("*.json"))
    pages = {name: from_plain(json.loads((folder / f"{name}.json").read_bytes())) for name in names}
    return Accepted(pages, index(base))


def check(base: Base, folder: Path, failed: Iterable[str] = ()) -> Drift:
    """What a build says otherwise than the accepted facts.

    Parameters
    ----------
    base, folder
        As :func:`of_build` takes them.
    failed
        Pages that could not be made: they are not compared.

    Raises
    ------
    AcceptedError
        When the accepted facts are damaged.
    """
    return drift(load(base.root), of_build(base, folder), failed)
