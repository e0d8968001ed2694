"""What moved on a page: accepted facts against those of a build, change by change."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from rapidfuzz import fuzz

from kb.drift.facts import Facts, Part, Plain
from kb.drift.wording import brief, moved_words, wording_only

Kind = Literal["number", "row", "statement", "figure", "wording", "order", "style"]
"""What moved, the most important first; ``wording``, ``order`` and ``style`` leave every fact as it was."""
ORDER: tuple[Kind, ...] = ("number", "row", "statement", "figure", "wording", "order", "style")

_COUNTED = re.compile(r":? \(?\d.*$")
_ALIKE, _ALIKE_SHORT, _SHORT = 70, 55, 60
"""Similarity, of 100, from which on a statement is taken to be another one reworded; less for one of few characters."""
_PAIRS = 40_000
_IDENTIFY = frozenset({"intervention and comparator", "compared with", "outcome", "timepoint"})
"""Columns that say which of several results a row is."""
_UNSAID = frozenset({"unknown", "timepoint unknown", "not said"})


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that moved on a page.

    Parameters
    ----------
    kind
        What kind of fact it is.
    words
        What moved, from what to what; the same words on every page that shows it.
    section
        Where on the page.
    texts
        The old and new texts themselves, by which causes are found.
    """

    kind: Kind
    words: str
    section: str
    texts: tuple[str, ...] = ()


def compare(old: Facts, new: Facts) -> list[Change]:
    """Everything that moved on a page; nothing when the facts are the same."""
    if old == new:
        return []
    changes: list[Change] = []
    if old.title != new.title:
        changes.append(_text_change("", "title", old.title, new.title))
    before, now = _by_cell(old), _by_cell(new)
    came, gone = _Left(), _Left()
    for cell in dict.fromkeys([*before, *now]):
        a, b = before.get(cell), now.get(cell)
        section = (b or a or _EMPTY).section
        changes += _numbers(section, a.numbers if a else {}, b.numbers if b else {})
        changes += _figures(section, a, b)
        changes += _statements(section, a.statements if a else (), b.statements if b else (), (gone, came))
        changes += _rows(section, _table_rows(a), _table_rows(b), (gone, came))
    changes += _left(gone, came)
    return changes or [Change("order", "the same facts stand in another order, or under another heading", "")]


_EMPTY = Part("", "", {}, (), (), ())


def _by_cell(facts: Facts) -> dict[str, Part]:
    """Parts by cell; a cell's id is its own on a page, and where it is not, its later parts are numbered."""
    found: dict[str, Part] = {}
    for part in facts.parts:
        name, number = part.cell, 1
        while name in found:
            number += 1
            name = f"{part.cell} {number}"
        found[name] = part
    return found


# --- numbers that a page gives by name --------------------------------------------------------------------------------


def _numbers(section: str, old: Mapping[str, Plain], new: Mapping[str, Plain]) -> Iterator[Change]:
    for name in sorted(old.keys() | new.keys()):
        if name not in old:
            yield Change("number", f"{name} is new: {_value(new[name])}", section, (_value(new[name]),))
        elif name not in new:
            yield Change("number", f"{name} is gone; it was {_value(old[name])}", section, (_value(old[name]),))
        elif old[name] != new[name]:
            yield Change(
                "number", _moved_number(name, old[name], new[name]), section, (_value(old[name]), _value(new[name]))
            )


def _value(value: Plain) -> str:
    if isinstance(value, dict):
        if value.get("estimate") is not None:
            return _value(value["estimate"]) + _interval(value.get("interval"))
        return ", ".join(f"{key} {_value(each)}" for key, each in value.items())
    if isinstance(value, list):
        return ", ".join(_value(each) for each in value)
    if isinstance(value, float):
        return f"{value:.4g}"
    return "unknown" if value is None else str(value)


def _interval(value: Plain) -> str:
    """E.g. `` (0.8 to 1.48)``; nothing where there is none."""
    if value is None:
        return ""
    if not isinstance(value, list):
        return f" {_value(value)}"  # in words already
    ends = [_value(end) for end in value]
    return f" ({' to '.join(ends)})" if set(ends) != {"unknown"} else ""


def _moved_number(name: str, old: Plain, new: Plain) -> str:
    """E.g. ``pooled SMD moved from 0.41 to 0.52 because lee2020 was added; certainty unchanged``."""
    before, now = _value(old), _value(new)
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return f"{name} moved from {brief(before)} to {brief(now)}"
    words = (
        f"{name} moved from {brief(before)} to {brief(now)}" if before != now else f"{name} is {brief(now)} as before"
    )
    words += _because(old.get("studies"), new.get("studies"))
    told = {"estimate", "interval", "studies", "certainty"}
    if "certainty" in old or "certainty" in new:
        was, is_ = _value(old.get("certainty")), _value(new.get("certainty"))
        words += "; certainty unchanged" if was == is_ else f"; certainty moved from {was} to {is_}"
    if "estimate" in old or "estimate" in new:
        rest = sorted((old.keys() | new.keys()) - told)
        moved = [key for key in rest if old.get(key) != new.get(key)]
        words += "".join(f"; {key} {_value(old.get(key))} -> {_value(new.get(key))}" for key in moved)
    return words


def _because(old: Plain, new: Plain) -> str:
    if not (isinstance(old, list) and isinstance(new, list)):
        return ""
    before, now = [str(each) for each in old], [str(each) for each in new]
    added, removed = [each for each in now if each not in before], [each for each in before if each not in now]
    told = [f"{_listed(keys)} {'was' if len(keys) == 1 else 'were'} {what}" for keys, what in
            ((added, "added"), (removed, "removed")) if keys]  # fmt: skip
    return f" because {' and '.join(told)}" if told else ""


def _listed(names: Sequence[str]) -> str:
    shown = list(names[:3]) + ([f"{len(names) - 3} more"] if len(names) > 3 else [])
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


# --- figures ----------------------------------------------------------------------------------------------------------


def _figures(section: str, old: Part | None, new: Part | None) -> Iterator[Change]:
    before, now = old.figures if old else (), new.figures if new else ()
    where = f"figure in '{section}'" if section else "figure"
    for a, b in zip(before, now, strict=False):
        if a.words != b.words:
            kind: Kind = "wording" if a.data == b.data and wording_only(a.words, b.words) else "figure"
            yield Change(kind, f"{where}: {moved_words(a.words, b.words)}", section, (a.words, b.words))
        elif a.data != b.data:
            yield Change("figure", f"{where}: data or layout changed, its words did not", section, (a.words,))
        elif a.drawing != b.drawing:
            yield Change("style", f"{where}: drawn in another style, its data unchanged", section)
    for each in before[len(now) :]:
        yield Change("figure", f"{where} is gone: {brief(each.words)}", section, (each.words,))
    for each in now[len(before) :]:
        yield Change("figure", f"{where} is new: {brief(each.words)}", section, (each.words,))


# --- statements -------------------------------------------------------------------------------------------------------


class _Left:
    """Statements and rows without a counterpart in their cell: they may stand elsewhere on the page."""

    def __init__(self) -> None:
        self.statements: list[tuple[str, str]] = []
        self.rows: list[tuple[str, _Row]] = []


def _difference(old: Iterable[str], new: Iterable[str]) -> tuple[list[str], list[str]]:
    before, now = Counter(old), Counter(new)
    return list((before - now).elements()), list((now - before).elements())


def _statements(section: str, old: Sequence[str], new: Sequence[str], left: tuple[_Left, _Left]) -> Iterator[Change]:
    gone, came = _difference(old, new)
    for a, b in _paired(gone, came):
        yield _text_change(section, "", a, b)
    left[0].statements += [(section, text) for text in gone]
    left[1].statements += [(section, text) for text in came]


def _paired(gone: list[str], came: list[str]) -> list[tuple[str, str]]:
    """Texts that are alike, taken out of both lists, the most alike first."""
    if len(gone) * len(came) > _PAIRS:
        return []
    scored = sorted(
        (
            (score, i, j)
            for i, a in enumerate(gone)
            for j, b in enumerate(came)
            if (score := fuzz.ratio(a, b)) >= (_ALIKE if len(a) > _SHORT else _ALIKE_SHORT)
        ),
        key=lambda item: (-item[0], abs(item[1] - item[2]), item[1], item[2]),
    )
    old_taken: set[int] = set()
    new_taken: set[int] = set()
    pairs = []
    for _, i, j in scored:
        if i not in old_taken and j not in new_taken:
            old_taken.add(i)
            new_taken.add(j)
            pairs.append((i, j))
    made = [(gone[i], came[j]) for i, j in sorted(pairs)]
    gone[:] = [text for i, text in enumerate(gone) if i not in old_taken]
    came[:] = [text for j, text in enumerate(came) if j not in new_taken]
    return made


def _text_change(section: str, subject: str, old: str, new: str) -> Change:
    kind: Kind = "wording" if wording_only(old, new) else "statement"
    where = subject or section
    return Change(kind, f"{where}: {moved_words(old, new)}" if where else moved_words(old, new), section, (old, new))


# --- table rows -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Row:
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
            parts += [main.partition(": ")[0], small if column == "outcome" else ""]
        return ", ".join(part for part in parts if part and part not in _UNSAID)

    def all_of_it(self) -> str:
        return " · ".join(text for text in (self.head, *(cell for _, cell in self.cells)) if text)


def _table_rows(part: Part | None) -> list[tuple[_Row, str]]:
    """Rows, each with what stands in small beneath its head: that stands in the first row of a study only."""
    found = []
    for table in part.tables if part else ():
        caption = _COUNTED.sub("", table.caption)
        for row in table.rows:
            columns = [*table.columns, *(f"column {n}" for n in range(len(table.columns) + 1, len(row) + 1))]
            of_study = bool(columns) and columns[0].startswith("study")
            head, _, small = row[0].partition(" | ") if of_study else (row[0] if row else "", "", "")
            found.append((_Row(caption, head, tuple(zip(columns[1:], row[1:], strict=False)), of_study), small))
    return found


def _rows(
    section: str, old: list[tuple[_Row, str]], new: list[tuple[_Row, str]], left: tuple[_Left, _Left]
) -> Iterator[Change]:
    yield from _details(section, old, new)
    before, now = Counter(row for row, _ in old), Counter(row for row, _ in new)
    gone, came = list((before - now).elements()), list((now - before).elements())
    by_head: defaultdict[str, tuple[list[_Row], list[_Row]]] = defaultdict(lambda: ([], []))
    for row in gone:
        by_head[row.head][0].append(row)
    for row in came:
        by_head[row.head][1].append(row)
    for a, b in by_head.values():
        for x, y in _paired_rows(a, b):
            yield from _row_changes(section, x, y)
        left[0].rows += [(section, row) for row in a]
        left[1].rows += [(section, row) for row in b]


def _details(section: str, old: list[tuple[_Row, str]], new: list[tuple[_Row, str]]) -> Iterator[Change]:
    """What stands beneath the heads; that of a study which is new or gone is told by its rows."""
    heads = {row.head for row, _ in old} & {row.head for row, _ in new}
    for head in sorted(heads):
        gone, came = _difference(
            {small for row, small in old if small and row.head == head},
            {small for row, small in new if small and row.head == head},
        )
        gone, came = sorted(gone), sorted(came)
        for a, b in _paired(gone, came):
            yield _text_change(section, head, a, b)
        for text in gone:
            yield Change("statement", f"{head}: gone: {brief(text)}", section, (head, text))
        for text in came:
            yield Change("statement", f"{head}: new: {brief(text)}", section, (head, text))


def _paired_rows(gone: list[_Row], came: list[_Row]) -> list[tuple[_Row, _Row]]:
    """Rows of one head that are alike, taken out of both lists, the most alike first."""
    if len(gone) * len(came) > _PAIRS:
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


def _alike(old: _Row, new: _Row) -> float:
    """Share of the columns that agree; which result it is counts double."""
    before, now = dict(old.cells), dict(new.cells)
    shared = before.keys() & now.keys()
    weight = {column: 2.0 if column in _IDENTIFY else 1.0 for column in before.keys() | now.keys()}
    total = sum(weight.values()) + 0.5
    same = sum(weight[column] * fuzz.ratio(before[column], now[column]) / 100 for column in shared)
    return (same + 0.5 * (old.caption == new.caption)) / total if total else 0.0


def _row_changes(section: str, old: _Row, new: _Row) -> Iterator[Change]:
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
        yield Change(kind, f"{column} of {subject}: {moved}", section, (old.head, was, is_))
    if before == now:
        yield Change("order", f"{new.named()}: under '{new.caption}', was under '{old.caption}'", section)


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


# --- what stands elsewhere, is new or gone ----------------------------------------------------------------------------


def _left(gone: _Left, came: _Left) -> Iterator[Change]:
    """What is gone here and new there has moved; the rest is gone or new."""
    texts_gone, texts_came = _difference((t for _, t in gone.statements), (t for _, t in came.statements))
    for name, left, texts in (("is gone", gone, texts_gone), ("is new", came, texts_came)):
        waiting = Counter(texts)
        for section, text in left.statements:
            if waiting[text]:
                waiting[text] -= 1
                where = f"{section}: " if section else ""
                yield Change("statement", f"{where}a statement {name}: {brief(text)}", section, (text,))
    lines_gone, lines_came = _difference((r.all_of_it() for _, r in gone.rows), (r.all_of_it() for _, r in came.rows))
    for name, left_rows, lines in (("gone", gone.rows, lines_gone), ("new", came.rows, lines_came)):
        waiting = Counter(lines)
        for section, row in left_rows:
            whole = row.all_of_it()
            if waiting[whole]:
                waiting[whole] -= 1
                where = f" of '{row.caption}'" if row.caption else ""
                yield Change("row", f"{name} row{where}: {brief(whole)}", section, (whole,))
