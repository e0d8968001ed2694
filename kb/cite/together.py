"""Several works cited at one place."""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING

from kb.cite.text import Run, Runs, plain, runs
from kb.problems import KbError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kb.cite.listing import Entry, ReferenceList


def together(listed: ReferenceList, keys: Iterable[str]) -> Runs:
    """See :meth:`kb.cite.listing.ReferenceList.together`."""
    entries = {entry.key: entry for entry in listed.entries}
    wanted = list(dict.fromkeys(keys))
    missing = [key for key in wanted if key not in entries]
    if missing:
        message = f"the list has no reference '{missing[0]}'"
        raise KbError(message)
    some = [entries[key] for key in wanted]
    if not some:
        return ()
    if listed.numbered:
        return _numbers(listed, some)
    # APA 8.12: in the order of the list; works of the same authors follow each other by their years (8.12, 8.19).
    in_order = [entry for entry in listed.entries if entry in some]
    if any(entry.narrative is None for entry in in_order):  # a style that people brought
        return runs("; ".join(plain(entry.cited) for entry in in_order))
    parts = []
    for who, group in groupby((_split(entry) for entry in in_order), key=lambda pair: pair[0]):
        parts.append(f"{who}, {', '.join(year for _, year in group)}")
    return runs(f"({'; '.join(parts)})")


def _split(entry: Entry) -> tuple[str, str]:
    who, _, year = plain(entry.cited)[1:-1].rpartition(", ")
    return who, year


def _numbers(listed: ReferenceList, some: list[Entry]) -> Runs:
    text = ranges(sorted(entry.number for entry in some if entry.number is not None))
    if listed.style == "ama":
        return runs(Run(text, superscript=True))
    if listed.style == "vancouver":
        return runs(f"({text})")
    around = re.fullmatch(r"(\D*)\d+(\D*)", plain(some[0].cited))
    raised = any(run.superscript for run in some[0].cited)
    return runs(Run(f"{around[1]}{text}{around[2]}" if around else text, superscript=raised))


def ranges(numbers: list[int]) -> str:
    """Numbers with three and more in a row as a range.

    Examples
    --------
    >>> ranges([1, 2, 3, 5, 7, 8])
    '1-3,5,7,8'
    """
    rows: list[list[int]] = []
    for number in numbers:
        if rows and rows[-1][-1] == number - 1:
            rows[-1].append(number)
        else:
            rows.append([number])
    shown = (f"{row[0]}-{row[-1]}" if len(row) > 2 else ",".join(map(str, row)) for row in rows)
    return ",".join(shown)
