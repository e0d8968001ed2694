"""What moved on a page: accepted facts against those of a build, change by change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from kb.drift.change import Change, Kind, difference, paired, text_change
from kb.drift.evidence import Moved
from kb.drift.facts import Facts, Part, Plain
from kb.drift.rows import Left, moved_rows, table_rows
from kb.drift.wording import brief, moved_words, wording_only


def compare(old: Facts, new: Facts, evidence: Moved | None = None) -> list[Change]:
    """Everything that moved on a page; nothing when the facts are the same.

    Parameters
    ----------
    old, new
        What was accepted, and what the page says now.
    evidence
        How the evidence differs: it tells why a study joined or left a pool.
    """
    if old == new:
        return []
    changes: list[Change] = []
    if old.title != new.title:
        changes.append(text_change("", "title", old.title, new.title))
    before, now = _by_cell(old), _by_cell(new)
    came, gone = _Left(), _Left()
    for cell in dict.fromkeys([*before, *now]):
        a, b = before.get(cell), now.get(cell)
        section = (b or a or _EMPTY).section
        changes += _numbers(section, a.numbers if a else {}, b.numbers if b else {}, evidence or Moved())
        changes += _figures(section, a, b)
        changes += _statements(section, a.statements if a else (), b.statements if b else (), (gone, came))
        changes += moved_rows(section, table_rows(a), table_rows(b), (gone.rows, came.rows))
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


def _numbers(section: str, old: Mapping[str, Plain], new: Mapping[str, Plain], evidence: Moved) -> Iterator[Change]:
    for name in sorted(old.keys() | new.keys()):
        if name not in old:
            yield Change("number", f"{name} is new: {_value(new[name])}", section, (_value(new[name]),))
        elif name not in new:
            yield Change("number", f"{name} is gone; it was {_value(old[name])}", section, (_value(old[name]),))
        elif old[name] != new[name]:
            words = _moved_number(name, old[name], new[name], evidence)
            yield Change("number", words, section, (_value(old[name]), _value(new[name])))


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


def _moved_number(name: str, old: Plain, new: Plain, evidence: Moved) -> str:
    """E.g. ``pooled SMD moved from 0.41 to 0.52 because Lee 2020 was added; certainty unchanged``."""
    before, now = _value(old), _value(new)
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return f"{name} moved from {brief(before)} to {brief(now)}"
    words = (
        f"{name} moved from {brief(before)} to {brief(now)}" if before != now else f"{name} is {brief(now)} as before"
    )
    words += _because(old.get("studies"), new.get("studies"), evidence)
    told = {"estimate", "interval", "studies", "certainty"}
    if "certainty" in old or "certainty" in new:
        was, is_ = _value(old.get("certainty")), _value(new.get("certainty"))
        words += "; certainty unchanged" if was == is_ else f"; certainty moved from {was} to {is_}"
    if "estimate" in old or "estimate" in new:
        rest = sorted((old.keys() | new.keys()) - told)
        moved = [key for key in rest if old.get(key) != new.get(key)]
        words += "".join(f"; {key} {_value(old.get(key))} -> {_value(new.get(key))}" for key in moved)
    return words


def _because(old: Plain, new: Plain, evidence: Moved) -> str:
    if not (isinstance(old, list) and isinstance(new, list)):
        return ""
    before, now = [str(each) for each in old], [str(each) for each in new]
    told = [evidence.of_pool(key, joined=True) for key in now if key not in before]
    told += [evidence.of_pool(key, joined=False) for key in before if key not in now]
    return f" because {_listed(told)}" if told else ""


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
        self.rows: Left = []


def _statements(section: str, old: Sequence[str], new: Sequence[str], left: tuple[_Left, _Left]) -> Iterator[Change]:
    gone, came = difference(old, new)
    for a, b in paired(gone, came):
        yield text_change(section, "", a, b)
    left[0].statements += [(section, text) for text in gone]
    left[1].statements += [(section, text) for text in came]


# --- what stands elsewhere, is new or gone ----------------------------------------------------------------------------


def _left(gone: _Left, came: _Left) -> Iterator[Change]:
    """What is gone here and new there has moved; the rest is gone or new."""
    texts_gone, texts_came = difference((t for _, t in gone.statements), (t for _, t in came.statements))
    for name, left, texts in (("is gone", gone, texts_gone), ("is new", came, texts_came)):
        waiting = Counter(texts)
        for section, text in left.statements:
            if waiting[text]:
                waiting[text] -= 1
                where = f"{section}: " if section else ""
                yield Change("statement", f"{where}a statement {name}: {brief(text)}", section, (text,))
    lines_gone, lines_came = difference((r.all_of_it() for _, r in gone.rows), (r.all_of_it() for _, r in came.rows))
    for name, left_rows, lines in (("gone", gone.rows, lines_gone), ("new", came.rows, lines_came)):
        waiting = Counter(lines)
        for section, row in left_rows:
            whole = row.all_of_it()
            if waiting[whole]:
                waiting[whole] -= 1
                where = f" of '{row.caption}'" if row.caption else ""
                yield Change("row", f"{name} row{where}: {brief(whole)}", section, (whole,))
