"""What moved in the tables of a page: cells, rows, columns and what stands beneath a row's head."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from rapidfuzz import fuzz

from kb.drift.change import MOST_PAIRS, Change, Kind, difference, paired, text_change
from kb.drift.facts import Part
from kb.drift.wording import brief, moved_words, wording_only

_COUNTED = re.compile(r":? \(?\d.*$")
_IDENTIFY = frozenset({"intervention and comparator", "compared with", "outcome", "timepoint"})
"""Columns that say which of several results a row is."""
_VALUE = 60
"""Characters up to which a cell is a value that is told whole."""
_UNSAID = frozenset({"unknown", "timepoint unknown", "not said"})


@dataclass(frozen=True, slots=True)
class Row:
    """A row under its table's caption, without the counts in the caption; ``cells`` by column."""

    caption: str
    head: str
    cells: tuple[tuple[str, str], ...]
    of_study: bool

    def named(self) -> str:
        """The row as a sentence names it: its head and which result it is; what is unknown is left out."""
        told = dict(self.cells)
        parts = [self.head.replace(" | ", ", ")]
        if not self.of_study and told.get("compared with"):
            parts.append(f"vs {told['compared with']}")
        for column in ("outcome", "timepoint"):
            main, _, small = told.get(column, "").partition(" | ")
            # In small stands what was measured, then in whom.
            parts += [main.partition(": ")[0], small.partition("; ")[0] if column == "outcome" else ""]
        return ", ".join(part for part in parts if part and part not in _UNSAID)

    def all_of_it(self) -> str:
        """The row in a line."""
        return " · ".join(text for text in (self.head, *(cell for _, cell in self.cells)) if text)


Left: TypeAlias = list[tuple[str, Row]]
"""Rows with their section."""


def table_rows(part: Part | None) -> list[tuple[Row, str]]:
    """Rows, each with what stands in small beneath its head: that stands in the first row of a study only."""
    found = []
    for table in part.tables if part else ():
        caption = _COUNTED.sub("", table.caption)
        for row in table.rows:
            columns = [*table.columns, *(f"column {n}" for n in range(len(table.columns) + 1, len(row) + 1))]
            of_study = bool(columns) and columns[0].startswith("study")
            head, _, small = row[0].partition(" | ") if of_study else (row[0] if row else "", "", "")
            found.append((Row(caption, head, tuple(zip(columns[1:], row[1:], strict=False)), of_study), small))
    return found


def moved_rows(
    section: str, old: list[tuple[Row, str]], new: list[tuple[Row, str]], left: tuple[Left, Left]
) -> Iterator[Change]:
    """What moved in rows; those without a counterpart, gone and come, are left with their section."""
    yield from _details(section, old, new)
    before, now = Counter(row for row, _ in old), Counter(row for row, _ in new)
    gone, came = list((before - now).elements()), list((now - before).elements())
    by_head: defaultdict[str, tuple[list[Row], list[Row]]] = defaultdict(lambda: ([], []))
    for row in gone:
        by_head[row.head][0].append(row)
    for row in came:
        by_head[row.head][1].append(row)
    for a, b in by_head.values():
        for x, y in _paired_rows(a, b):
            yield from _row_changes(section, x, y)
        left[0].extend((section, row) for row in a)
        left[1].extend((section, row) for row in b)


def _details(section: str, old: list[tuple[Row, str]], new: list[tuple[Row, str]]) -> Iterator[Change]:
    """What stands beneath the heads; that of a study which is new or gone is told by its rows."""
    heads = {row.head for row, _ in old} & {row.head for row, _ in new}
    for head in sorted(heads):
        gone, came = difference(
            {small for row, small in old if small and row.head == head},
            {small for row, small in new if small and row.head == head},
        )
        gone, came = sorted(gone), sorted(came)
        for a, b in paired(gone, came):
            yield text_change(section, head, a, b)
        for text in gone:
            yield Change("statement", f"{head}: gone: {brief(text)}", section, (head, text))
        for text in came:
            yield Change("statement", f"{head}: new: {brief(text)}", section, (head, text))


def _paired_rows(gone: list[Row], came: list[Row]) -> list[tuple[Row, Row]]:
    """Rows of one head that are alike, taken out of both lists, the most alike first."""
    if len(gone) * len(came) > MOST_PAIRS:
        return []
    scored = sorted(
        ((_alike(a, b), -abs(i - j), i, j) for i, a in enumerate(gone) for j, b in enumerate(came)), reverse=True
    )
    old_taken: set[int] = set()
    new_taken: set[int] = set()
    pairs = []
    for score, _, i, j in scored:
        if score >= 0.4 and i not in old_taken and j not in new_taken:
            old_taken.add(i)
            new_taken.add(j)
            pairs.append((i, j))
    made = [(gone[i], came[j]) for i, j in sorted(pairs)]
    gone[:] = [row for i, row in enumerate(gone) if i not in old_taken]
    came[:] = [row for j, row in enumerate(came) if j not in new_taken]
    return made


def _alike(old: Row, new: Row) -> float:
    """Share of the columns that agree; which result it is counts double."""
    before, now = dict(old.cells), dict(new.cells)
    shared = before.keys() & now.keys()
    weight = {column: 2.0 if column in _IDENTIFY else 1.0 for column in before.keys() | now.keys()}
    total = sum(weight.values()) + 0.5
    same = sum(weight[column] * fuzz.ratio(before[column], now[column]) / 100 for column in shared)
    return (same + 0.5 * (old.caption == new.caption)) / total if total else 0.0


def _row_changes(section: str, old: Row, new: Row) -> Iterator[Change]:
    before, now = dict(old.cells), dict(new.cells)
    renamed = _renamed(before, now)
    for was_called, is_called in renamed.items():
        yield Change("wording", f"column '{was_called}' is now called '{is_called}'", section)
    told = {*renamed, *renamed.values()}
    if (
        before.get("estimate") != now.get("estimate")
        and "estimate" in before
        and "certainty" in before.keys() & now.keys()
    ):
        told |= {"estimate", "certainty"}
        words = _moved_estimate(new.named(), before, now)
        yield Change("number", words, section, (before["estimate"], now.get("estimate", "")))
    for column in dict.fromkeys([*now, *before]):
        was, is_ = before.get(column, ""), now.get(column, "")
        if was == is_ or column in told:
            continue
        # A long cell is prose, of which wording may change; a short one is a value.
        prose = min(len(was.split()), len(is_.split())) > 6
        kind: Kind = "wording" if prose and wording_only(was, is_) else "row"
        subject = new.head if column in _IDENTIFY else new.named()
        moved = moved_words(was, is_, 3, 3 if column in _IDENTIFY else 0)
        if moved.count("(") != moved.count(")"):  # an interval was cut in two
            moved = _whole(was, is_) or moved
        yield Change(kind, f"{column} of {subject}: {moved}", section, (old.head, was, is_))
    if before == now:
        yield Change("order", f"{new.named()}: under '{new.caption}', was under '{old.caption}'", section)


def _whole(old: str, new: str) -> str:
    """Both values whole, where they are short and what stands beneath them in small is the same; else nothing.

    Examples
    --------
    >>> _whole("MD 8.64 (4.7 to 12.58) | change in pain", "MD 8.74 (-0.5 to 12.58) | change in pain")
    'MD 8.64 (4.7 to 12.58) -> MD 8.74 (-0.5 to 12.58)'
    """
    (was, _, small), (is_, _, smaller) = old.partition(" | "), new.partition(" | ")
    fits = small == smaller and was and is_ and max(len(was), len(is_)) <= _VALUE
    return f"{was} -> {is_}" if fits else ""


def _moved_estimate(subject: str, before: Mapping[str, str], now: Mapping[str, str]) -> str:
    """E.g. ``estimate of Pain, vs sham moved from MD 1 to MD 2 (Lee 2020, was Wu 2019); certainty unchanged``."""
    (was, was_by), (is_, is_by) = (row.get("estimate", "").partition(" | ")[::2] for row in (before, now))
    words = f"estimate of {subject} moved from {was or 'nothing'} to {is_ or 'nothing'}"
    if was == is_:
        words = f"estimate of {subject} is {is_} as before"
    words += f" ({is_by or 'source not said'}, was {was_by or 'source not said'})" if was_by != is_by else ""
    old, new = before["certainty"], now["certainty"]
    return words + ("; certainty unchanged" if old == new else f"; certainty moved from {old} to {new}")


def _renamed(before: Mapping[str, str], now: Mapping[str, str]) -> dict[str, str]:
    """Columns that are called otherwise and hold the same."""
    fresh = [column for column in now if column not in before]
    found: dict[str, str] = {}
    for column in before:
        same = [each for each in fresh if now[each] == before[column] and each not in found.values()]
        if column not in now and same:
            found[column] = same[0]
    return found
